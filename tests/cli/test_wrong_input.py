"""Wrong input: the value, the remedy, a status that scripts can rely on, and never a traceback."""

from pathlib import Path

import grpc
import pytest
import typer
from typer.testing import CliRunner

from flexauth.cli.exits import MEANINGS, ExitStatus, status_of
from flexauth.cli.main import Commands
from flexauth.serving import Service
from tests.cli.conftest import Run

WRONG = (
    ("pack order studio ten", ("'ten'", "whole")),
    ("pack order studio 100 --price free", ("'free'", "3.00")),
    ("pack order studio 100 --price 1.1234567", ("1.1234567", "6 decimals")),
    ("pack order studio 100 --starts tomorrow", ("'tomorrow'", "2026-03-02T08:00:00Z")),
    ("pack order studio 100 --starts 2026-03-02T08:00", ("time zone", "+01:00")),
    ("pack order studio 100 --currency euro", ("'euro'", "ISO 4217")),
    ("pack order studio 5", ("100",)),
    ("pack order nowhere 100", ("nowhere",)),
    ("ledger --pack x", ("'x'", "whole number")),
    ("team list --limit -1", ("-1", "from 0")),
    ("ledger --kind GIFT", ("'GIFT'", "CHARGE")),
    ("session quote ACD --user ann --origin DREAM", ("'DREAM'", "INTERACTIVE")),
    ("session quote XYZ --user ann", ("XYZ",)),
    ("session quote ACD --user nobody", ("nobody",)),
    ("session heartbeat 12", ("'12'", "UUID")),
    ("user show nobody", ("nobody",)),
    ("user assign ann ALL ACD", ("ALL", "list")),
    ("user create ann ALL --team studio", ("ann",)),
    ("team create st/udio", ("st/udio", "letters")),
    ("product create P --rate 0", ("rate", "included")),
    ("rates set ACD 9 --from 2021-01-01", ("valid_from",)),
    ("policy set studio grace", ("'grace'", "NAME=VALUE")),
    ("policy set studio grace=soon", ("soon", "grace")),
    ("policy set studio nothing=1", ("nothing",)),
    ("balance nowhere", ("nowhere",)),
    ("rates import nowhere.csv", ("nowhere.csv",)),
)


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize(("words", "named"), WRONG, ids=[words for words, _ in WRONG])
def test_wrong_input_names_the_value_and_the_remedy(run: Run, words: str, named: tuple[str, ...]) -> None:
    before = run("ledger", "--json").out
    ran = run(*words.split())
    assert ran.status == ExitStatus.WRONG_INPUT, ran
    told = " ".join(ran.err.replace("│", " ").split())
    assert [part for part in named if part not in told] == [], told
    assert run("ledger", "--json").out == before


def test_an_authority_that_is_not_there_is_named_with_where_it_was_looked_for(run: Run) -> None:
    ran = run("--server", "127.0.0.1:1", "team", "list")
    assert ran.status == ExitStatus.UNAVAILABLE
    assert "127.0.0.1:1" in ran.err
    assert "flexauth serve" in ran.err


def test_a_server_that_is_no_address_is_wrong_input(run: Run) -> None:
    ran = run("--server", "nowhere", "team", "list")
    assert ran.status == ExitStatus.WRONG_INPUT
    assert "'nowhere'" in ran.err
    assert "HOST:PORT" in ran.err


def test_without_a_key_with_a_wrong_one_or_one_of_too_little_power_the_status_is_4(service: Service, run: Run) -> None:
    assert service.first_keys is not None
    server = {"FLEXAUTH_SERVER": service.address}
    wrong = run("team", "create", "third", **server, FLEXAUTH_KEY="flx_live_no_no_no")
    client = run("team", "create", "third", **server, FLEXAUTH_KEY=service.first_keys.client)
    Path("data/credentials.json").unlink()
    none = run("team", "create", "third", **server)
    assert [ran.status for ran in (none, wrong, client)] == [ExitStatus.NOT_PERMITTED] * 3
    for ran in (none, wrong, client):
        assert "FLEXAUTH_KEY" in ran.err
    assert "No key was sent" in none.err


def test_the_key_of_the_data_folder_goes_to_its_own_server_alone(service: Service, run: Run) -> None:
    assert run("team", "list").status == 0
    other = service.address.replace("127.0.0.1", "localhost")
    assert run("--server", other, "team", "list").status == ExitStatus.NOT_PERMITTED


@pytest.mark.usefixtures("service")
def test_credentials_that_others_may_read_are_not_used(run: Run) -> None:
    Path("data/credentials.json").chmod(0o640)
    ran = run("team", "list")
    assert ran.status == ExitStatus.WRONG_INPUT
    assert "chmod 600" in ran.err


def test_every_exit_status_has_a_meaning_and_the_help_tells_it(run: Run) -> None:
    told = " ".join(run("--help", COLUMNS="200").out.split())
    for status in ExitStatus:
        assert f"{status.value} {MEANINGS[status]}" in told


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_no_refused_call_ends_with_the_status_of_a_yes_or_a_no(code: grpc.StatusCode) -> None:
    assert status_of(code.name) not in {ExitStatus.OK, ExitStatus.NO}


def test_a_defect_is_told_in_a_sentence_with_a_status_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = typer.Typer(cls=Commands)

    @broken.command()
    def divide() -> None:
        """Divide."""
        raise ZeroDivisionError("by nothing")

    @broken.command()
    def other() -> None:
        """Do nothing."""

    monkeypatch.delenv("FLEXAUTH_TRACEBACK")
    ran = CliRunner().invoke(broken, ["divide"])
    assert ran.exit_code == ExitStatus.FAILED
    assert "ZeroDivisionError: by nothing" in ran.stderr
    assert "Traceback" not in ran.stderr
    monkeypatch.setenv("FLEXAUTH_TRACEBACK", "1")
    assert isinstance(CliRunner().invoke(broken, ["divide"]).exception, ZeroDivisionError)


def test_a_command_that_is_misspelt_is_refused_with_the_way_to_help(run: Run) -> None:
    ran = run("balanse")
    assert ran.status == ExitStatus.WRONG_INPUT
    assert ("balanse" in ran.err and "--help" in ran.err) or "-h" in ran.err
