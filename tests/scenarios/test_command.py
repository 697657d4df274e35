"""What `flexauth simulate` prints and how it exits."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flexauth.cli.main import app

STORY = """\
name: a story
start: 2026-03-02T08:00:00Z
catalogue: {ACD: {rate: 7}}
teams: {acme: {packs: [{id: p1, size: 100, ends: +300d}], users: {ann: ALL}}}
timeline:
  - {at: +0s, do: checkout, session: a, user: ann, product: ACD, expect: {granted: true, tokens: TOKENS}}
  - {at: +1h, do: checkin, session: a, expect: {sessions: {a: STATE}}}
finally:
  at: +2h
  teams: {acme: {available: AVAILABLE, packs: {p1: 93}}}
  charges: [{line: acme/ann/ACD, window: [+0s, END], from: {p1: 7}, refunded: false}]
"""
HELD = {"TOKENS": "7", "STATE": "CLOSED", "AVAILABLE": "93", "END": "+24h"}


def write(folder: Path, name: str = "story.yaml", **wrong: str) -> str:
    text = STORY
    for word, value in (HELD | wrong).items():
        text = text.replace(word, value)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_what_holds_exits_with_0(tmp_path: Path) -> None:
    file = write(tmp_path)
    done = simulate(file)
    assert done.exit_code == 0
    assert done.stdout == f"{file}: held (2 events, 11 contacts): a story\n1 of 1 scenarios held\n"


def test_each_failure_names_file_event_key_expected_and_got(tmp_path: Path) -> None:
    file = write(tmp_path, TOKENS="8", STATE="IDLE", AVAILABLE="100", END="+25h")
    done = simulate(file)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{file}: 4 failed (2 events, 11 contacts): a story",
        f"{file}: event 1 (line 6): tokens: expected 8, got 7",
        f"{file}: event 2 (line 7): sessions.a: expected IDLE, got CLOSED",
        f"{file}: event 3 (line 9): teams.acme.available: expected 100, got 93",
        f"{file}: event 3 (line 9): charges[1].window: expected [+0s, +25h], got [+0s, +24h]",
        "0 of 1 scenarios held",
    ]


def test_a_failure_among_others_is_told_to_machines(tmp_path: Path) -> None:
    held, failed = write(tmp_path, "held.yaml"), write(tmp_path, "failed.yaml", TOKENS="8")
    done = simulate("--json", held, failed)
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert report["held"] is False
    assert [(file["file"], file["held"], file["events"]) for file in report["files"]] == [
        (held, True, 2),
        (failed, False, 2),
    ]
    assert report["files"][1]["failures"] == [{"event": 1, "line": 6, "key": "tokens", "expected": "8", "got": "7"}]


def test_what_an_authority_logs_is_not_mixed_with_a_report(tmp_path: Path) -> None:
    file = Path(write(tmp_path))
    stepped = "timeline:\n  - {at: +0s, do: clock, step: -3h}"
    file.write_text(file.read_text(encoding="utf-8").replace("timeline:", stepped), encoding="utf-8")
    done = simulate(str(file), "--json")
    assert json.loads(done.stdout)["held"] is True
    assert done.stderr == ""


def test_a_file_that_is_no_scenario_exits_with_2_and_nothing_is_played(tmp_path: Path) -> None:
    good, wrong = write(tmp_path, "good.yaml"), write(tmp_path, "wrong.yaml", TOKENS="many")
    done = simulate(good, wrong)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == f"{wrong}:6: timeline[1].expect.tokens: 'many': it must be a whole number\n"
    report = json.loads(simulate(wrong, "--json").stdout)
    assert report["errors"][0] | {"what": ""} == {
        "file": wrong,
        "line": 6,
        "field": "timeline[1].expect.tokens",
        "what": "",
    }


def test_a_set_up_that_breaks_a_rule_exits_with_2(tmp_path: Path) -> None:
    file = write(tmp_path)
    Path(file).write_text(Path(file).read_text(encoding="utf-8").replace("size: 100", "size: 99"), encoding="utf-8")
    done = simulate(file)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{file}:4: teams.acme: ")
    assert "99" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--store", "postgresql://somewhere/db"], "postgresql://somewhere/db"),
        (["--store", "sqlite"], "sqlite:PATH"),
        (["--engine", "other"], "other"),
        (["--via", "pigeon"], "pigeon"),
        (["--restart-every-event=often"], "often"),
    ],
)
def test_another_way_to_play_is_refused_by_name(arguments: list[str], told: str, tmp_path: Path) -> None:
    done = simulate(write(tmp_path), *arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--engine", "reference"],
        ["--restart-every-event"],
        ["--restart-every-event=kill"],
        ["--restart-every-event", "--engine", "reference"],
        ["--via", "grpc"],
        ["--via", "grpc", "--restart-every-event=kill"],
    ],
)
def test_every_way_comes_to_the_same(arguments: list[str], tmp_path: Path) -> None:
    file = write(tmp_path)
    assert simulate(*arguments, file).stdout == simulate(file).stdout


def test_a_database_is_left_to_look_into_and_made_anew_by_the_next_playing(tmp_path: Path) -> None:
    file, database = write(tmp_path), tmp_path / "played" / "story.db"
    for _ in range(2):
        assert simulate(file, file, "--store", f"sqlite:{database}").exit_code == 0
    assert database.read_bytes().startswith(b"SQLite format 3")


def test_a_database_that_no_scenario_made_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "precious.db"
    database.write_bytes(b"everything we have")
    done = simulate(write(tmp_path), "--store", f"sqlite:{database}")
    assert done.exit_code == 2
    assert "precious.db was not made by a scenario" in " ".join(done.stderr.split())
    assert database.read_bytes() == b"everything we have"
