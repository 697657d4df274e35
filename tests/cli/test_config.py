"""Settings: which wins, where each came from, and errors by file, line and name."""

from pathlib import Path

import pytest

from flexauth.config import DEFAULT_LISTEN, Settings, is_loopback, load
from tests.cli.conftest import Run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"

ERRORS = (
    ('listen = "nope"', "line 1, listen is 'nope'"),
    ('listen = "127.0.0.1:70000"', "line 1, listen is '127.0.0.1:70000'"),
    ('data = "d"\nlisteen = "127.0.0.1:1"', "line 2, listeen is unknown"),
    ('# a comment\nengine = "fast"', "line 2, engine is 'fast'"),
    ("stop_seconds = -1", "line 1, stop_seconds is -1"),
    ("stop_seconds = [", "is not TOML"),
    ("[server]\nlisten = 1", "line 1, server is unknown"),
)


def test_an_option_wins_over_a_variable_over_a_file_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("flexauth.toml")
    file.write_text('data = "a"\nlisten = "127.0.0.1:1"\nstop_seconds = 3\n')
    monkeypatch.setenv("FLEXAUTH_DATA", "b")
    monkeypatch.setenv("FLEXAUTH_LISTEN", "127.0.0.1:2")
    settings, origins = load(file, {"data": Path("c"), "listen": None})
    assert (str(settings.data), settings.listen, settings.stop_seconds) == ("c", "127.0.0.1:2", 3)
    assert settings.engine == "grpcio"
    assert [origins[name] for name in ("data", "listen", "stop_seconds", "engine")] == [
        "--data",
        "FLEXAUTH_LISTEN",
        "file flexauth.toml",
        "default",
    ]


def test_the_command_shows_each_setting_and_where_it_came_from(run: Run) -> None:
    Path("mine.toml").write_text("stop_seconds = 3\n")
    shown = run("config", "--json", FLEXAUTH_CONFIG="mine.toml", FLEXAUTH_ENGINE="native").json
    assert set(shown) == set(Settings.model_fields)
    assert shown["listen"] == {"value": DEFAULT_LISTEN, "from": "default"}
    assert shown["stop_seconds"] == {"value": 3, "from": "file mine.toml"}
    assert shown["engine"] == {"value": "native", "from": "FLEXAUTH_ENGINE"}
    table = run("config").out
    for name, field in Settings.model_fields.items():
        assert name in table
        assert str(field.description) in table


@pytest.mark.parametrize(("text", "told"), ERRORS, ids=[told for _, told in ERRORS])
def test_an_error_in_a_file_names_file_line_and_setting(run: Run, text: str, told: str) -> None:
    Path("bad.toml").write_text(text)
    for words in (("config", "check", "bad.toml"), ("config", "--config", "bad.toml")):
        ran = run(*words)
        assert ran.status == 2
        assert "bad.toml" in ran.err
        assert told in ran.err


def test_an_error_in_a_variable_names_the_variable(run: Run) -> None:
    ran = run("config", FLEXAUTH_ENGINE="fast")
    assert ran.status == 2
    assert "FLEXAUTH_ENGINE is 'fast'" in ran.err


def test_a_file_in_order_is_said_to_be_so(run: Run) -> None:
    Path("good.toml").write_text('listen = "127.0.0.1:1"\n')
    assert run("config", "check", "good.toml", "--json").json == {
        "file": "good.toml",
        "settings": {"listen": "127.0.0.1:1"},
    }


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    ran = run("config", "check", "nowhere.toml")
    assert ran.status == 2
    assert "nowhere.toml" in ran.err


@pytest.mark.parametrize(
    ("listen", "local"),
    [
        ("127.0.0.1:0", True),
        ("127.9.9.9:1", True),
        ("localhost:1", True),
        ("[::1]:1", True),
        ("unix:/run/f.sock", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
        ("10.0.0.1:1", False),
        ("127.example.com:1", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(listen: str, local: bool) -> None:
    assert is_loopback(listen) is local


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    default = str(field.default).lower() if isinstance(field.default, bool | None) else field.default
    row = f"| `{name}` | `FLEXAUTH_{name.upper()}` | `{default}` | {field.description} |"
    assert row in PAGE.read_text(encoding="utf-8")
