"""Shows answers: a table on a terminal, plain columns in a pipe, JSON for machines. Knows no command and no server.

One reading of a message serves all three: field names as on the wire, times in ISO 8601 UTC, names for enumerations.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flexauth.cli.inputs import time_text
from flexauth.policy import duration_text

__all__ = ["Column", "Row", "cell", "console", "facts", "json_text", "one", "plain", "show_json", "table", "warn"]

Row = Mapping[str, Any]

#: int64 fields that hold a time; 0 is no time.
TIMES = frozenset(
    [
        "at",
        "cancelled_at",
        "closed_at",
        "created_at",
        "effective_at",
        "end_at",
        "ended_at",
        "ends_at",
        "entitled_until",
        "expires_at",
        "granted_at",
        "heartbeat_by",
        "invited_at",
        "invited_until",
        "lease_until",
        "now",
        "offline_until",
        "opened_at",
        "operated_at",
        "paid_until",
        "pending_since",
        "purchased_at",
        "registered_at",
        "renewal_notice_at",
        "retired_at",
        "revoked_at",
        "server_time",
        "starts_at",
        "suspended_at",
        "time",
        "valid_from",
        "window_end",
        "window_start",
    ]
)
DURATIONS = frozenset({"idle_after", "outage_grace"})
PRICES = frozenset({"price", "unit_price"})
_PIPE_WIDTH = 10_000
#: A table shows times to the second.
_FRACTION = re.compile(r"(?<=T\d\d:\d\d:\d\d)\.\d+Z\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and how to read it from a row, by key or by function.

    One that is `at_need` is left out on a terminal where no row has anything in it.
    """

    heading: str
    value: str | Callable[[Row], Any]
    at_need: bool = False

    def of(self, row: Row) -> Any:
        return row[self.value] if isinstance(self.value, str) else self.value(row)


def plain(message: Message) -> dict[str, Any]:
    """Read a message as plain values, every field present; what is absent is None."""
    return {field.name: _field(message, field) for field in message.DESCRIPTOR.fields}


def _field(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.is_repeated:
        return [_value(field, item) for item in value]
    if field.has_presence and not message.HasField(field.name):
        return None
    return _value(field, value)


def _value(field: Any, value: Any) -> Any:
    if field.message_type is not None:
        return plain(value)
    if field.enum_type is not None:
        return _enum_name(field.enum_type, value)
    if field.name in TIMES:
        return time_text(value) if value else None
    if field.name in DURATIONS:
        return duration_text(value) if value else None
    if field.name in PRICES:
        whole, part = divmod(value, 1_000_000)
        return f"{whole}.{part:06d}"[: -4 if part % 10_000 == 0 else None]
    return value.hex() if isinstance(value, bytes) else value


def _enum_name(kind: EnumDescriptor, number: int) -> str | None:
    """Name without its prefix, the name of the enumeration in capitals; None for the unspecified value."""
    if number not in kind.values_by_number:
        return str(number)
    first = kind.values_by_number[0].name
    name = kind.values_by_number[number].name
    return name.removeprefix(first.removesuffix("UNSPECIFIED")) if number else None


def console(*, stderr: bool = False) -> Console:
    """A console on the present stream; in a pipe it wraps nothing and colours nothing."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, highlight=False, soft_wrap=False, width=None if stream.isatty() else _PIPE_WIDTH)


def cell(value: Any) -> str:
    """A value as a table shows it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return _FRACTION.sub("Z", value)
    if isinstance(value, Mapping):
        return " ".join(f"{name} {cell(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(item) for item in value) or "-"
    return str(value)


def table(columns: Sequence[Column], rows: Sequence[Row], *, empty: str) -> None:
    """Print rows under headings, numbers to the right; `empty` is the sentence for no rows."""
    out = console()
    if not rows:
        out.print(Text(empty, style="dim"))
        return
    on_terminal = out.is_terminal
    read = [(column, [column.of(row) for row in rows]) for column in columns]
    shown = [(column, values) for column, values in read if not (on_terminal and column.at_need and not any(values))]
    grid = Table(
        box=box.SIMPLE_HEAD if on_terminal else None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column, values in shown:
        numbers = any(isinstance(value, int) for value in values) and not any(isinstance(v, str) for v in values)
        grid.add_column(column.heading, justify="right" if numbers else "left", overflow="fold")
    for line in zip(*(values for _, values in shown), strict=True):
        grid.add_row(*(Text(cell(value)) for value in line))
    out.print(grid)


def facts(pairs: Sequence[tuple[str, Any]]) -> None:
    """Print one thing as lines of name and value."""
    out = console()
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold" if out.is_terminal else "")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, Text(cell(value)))
    out.print(grid)


def one(row: Row, columns: Sequence[Column], *, as_json: bool) -> None:
    """Print one thing by its columns, or all of it as JSON."""
    if as_json:
        show_json(row)
    else:
        facts([(column.heading, column.of(row)) for column in columns])


def json_text(value: Any) -> str:
    """JSON on several lines, keys in the order given."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def show_json(value: Any) -> None:
    """Print JSON and nothing else."""
    sys.stdout.write(json_text(value) + "\n")


def warn(text: str, *, label: str = "error") -> None:
    """Print a message for people to standard error."""
    style = "bold red" if label == "error" else "bold yellow"
    console(stderr=True).print(Text.assemble((f"{label}: ", style), text))
