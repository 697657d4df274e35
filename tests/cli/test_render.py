"""What a terminal, a pipe and a machine see of the same rows."""

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout

import pytest

from flexauth.cli import render
from flexauth.cli.render import Column, cell, facts, plain, table
from flexauth.v1 import administration_pb2, license_authority_pb2, reporting_pb2, types_pb2

ROWS = ({"name": "a", "tokens": 1_000, "lost": 0}, {"name": "b", "tokens": 7, "lost": 0})
COLUMNS = (Column("name", "name"), Column("tokens", "tokens"), Column("lost", "lost", at_need=True))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, rows: Sequence[Mapping[str, object]]) -> str:
    """What a terminal of 60 columns shows of rows."""
    screen = Terminal()
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    with redirect_stdout(screen):
        table(COLUMNS, rows, empty="none")
    return screen.getvalue()


def test_a_terminal_gets_a_table_without_columns_that_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, ROWS)
    assert "─" in shown
    assert "lost" not in shown
    assert "lost" in on_terminal(monkeypatch, [{**ROWS[0], "lost": 3}])


def test_a_pipe_gets_every_column_and_nothing_but_text(capsys: pytest.CaptureFixture[str]) -> None:
    table(COLUMNS, ROWS, empty="none")
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines()] == [
        ["name", "tokens", "lost"],
        ["a", "1,000", "0"],
        ["b", "7", "0"],
    ]


def test_a_long_value_is_not_broken_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    facts([("note", "x" * 500)])
    assert "x" * 500 in capsys.readouterr().out


def test_text_of_others_is_never_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": "[red]alarm[/red]", "tokens": 1, "lost": 0}]
    table(COLUMNS, rows, empty="none")
    render.warn("[bold]loud[/bold]")
    told = capsys.readouterr()
    assert "[red]alarm[/red]" in told.out
    assert "[bold]loud[/bold]" in told.err


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        ("", "-"),
        (True, "yes"),
        (1_234_567, "1,234,567"),
        ("2026-03-02T08:00:00.123456Z", "2026-03-02T08:00:00Z"),
        ([], "-"),
        (["a", "b"], "a, b"),
        ([{"pack": 1, "tokens": 2_000}, {"pack": 2, "tokens": 7}], "pack 1 tokens 2,000, pack 2 tokens 7"),
    ],
)
def test_a_cell_shows_a_value_as_a_person_reads_it(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_a_message_is_read_whole_with_names_for_numbers_and_times_in_utc() -> None:
    facts_ = types_pb2.SessionFacts(state=types_pb2.SESSION_STATE_IDLE, heartbeat_by=1_000_000, idle_after=900_000_000)
    answer = plain(license_authority_pb2.HeartbeatResponse(facts=facts_))
    assert answer["denial"] is None
    assert answer["facts"]["state"] == "IDLE"
    assert answer["facts"]["heartbeat_by"] == "1970-01-01T00:00:01Z"
    assert answer["facts"]["idle_after"] == "15m"
    assert answer["facts"]["ended_at"] is None
    assert set(answer["facts"]) == {field.name for field in types_pb2.SessionFacts.DESCRIPTOR.fields}
    json.dumps(answer)


def test_a_price_is_shown_in_units_of_its_currency() -> None:
    prices = [types_pb2.Pack(unit_price=price) for price in (3_000_000, 2_950_000, 1, 0)]
    assert [plain(pack)["unit_price"] for pack in prices] == ["3.00", "2.95", "0.000001", "0.00"]


@pytest.mark.parametrize("module", [types_pb2, administration_pb2, license_authority_pb2, reporting_pb2])
def test_every_time_of_the_wire_is_shown_as_a_time(module: object) -> None:
    """A field whose name says that it is a time must not be printed as microseconds."""
    says_time = ("_at", "_by", "_until", "_since", "_from", "_time", "window_start", "window_end")
    messages = vars(module)["DESCRIPTOR"].message_types_by_name.values()
    missed = {
        field.name
        for message in messages
        for field in message.fields
        if field.name.endswith(says_time) and field.cpp_type == field.CPPTYPE_INT64 and field.name not in render.TIMES
    }
    assert missed == set()
