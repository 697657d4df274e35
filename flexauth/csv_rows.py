"""Reads CSV with given columns: good rows as values, bad ones by line, column, value and remedy. Knows no sheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import TypeVar

from flexauth.answers_of.catalogue import BadRow
from flexauth.faults import InvalidArgument

__all__ = [
    "Wrong",
    "instant_text",
    "read_instant",
    "read_price",
    "read_rows",
    "read_whole",
    "told",
    "write_rows",
    "wrong_field",
]

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNIT = 1_000_000


class Wrong(Exception):
    """A value of a row that cannot be taken."""

    def __init__(self, column: str, value: object, remedy: str) -> None:
        self.column, self.value, self.remedy = column, str(value), remedy
        super().__init__(column, value, remedy)

    def at(self, line: int) -> BadRow:
        """The same, told of a line."""
        return BadRow(line, self.column, self.value, self.remedy)


def read_rows(
    text: str, columns: tuple[str, ...], parse: Callable[[int, Mapping[str, str]], T]
) -> tuple[list[T], list[BadRow]]:
    """Values of the good rows in order, and the bad rows. `parse` takes a line's number and its values by column."""
    good: list[T] = []
    bad: list[BadRow] = []
    reader = csv.reader(text.lstrip("\ufeff").splitlines(keepends=True), strict=True)
    try:
        header = tuple(next(reader, ()))
        if header != columns:
            return [], [BadRow(1, "header", ",".join(header), f"it must be {','.join(columns)}")]
        for values in reader:
            try:
                if values:
                    good.append(parse(reader.line_num, _named(columns, values)))
            except Wrong as wrong:
                bad.append(wrong.at(reader.line_num))
    except csv.Error as error:
        bad.append(BadRow(reader.line_num, "line", str(error), "quote a field that holds a comma or a quote"))
    return good, bad


def _named(columns: tuple[str, ...], values: list[str]) -> dict[str, str]:
    if len(values) != len(columns):
        raise Wrong("line", ",".join(values), f"it must have {len(columns)} fields, it has {len(values)}")
    return dict(zip(columns, (value.strip() for value in values), strict=True))


def write_rows(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """CSV that `read_rows` takes."""
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return "".join(lines)


def told(bad: list[BadRow], shown: int = 20) -> str:
    """Bad rows in one sentence, for an import that is refused."""
    parts = [f"line {row.line}, {row.column} is {row.value!r}: {row.remedy}" for row in bad[:shown]]
    return "; ".join(parts) + (f"; and {len(bad) - shown} more" if len(bad) > shown else "")


def read_whole(column: str, text: str, least: int, most: int, what: str) -> int:
    """A whole number from `least` to `most`."""
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise Wrong(column, text, f"{what} are a whole number from {least} to {most}")
    return int(text)


def read_price(column: str, text: str) -> int:
    """Millionths of a currency unit of a price such as `3.00`."""
    match = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,6}))?", text, re.ASCII)
    if match is None:
        raise Wrong(column, text, "write a price as 3.00, with at most 6 decimals")
    return int(match[1]) * _UNIT + int((match[2] or "").ljust(6, "0"))


def read_instant(column: str, text: str) -> int:
    """Microseconds since the epoch of a date (midnight UTC) or of a time with its zone."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        else:
            moment = datetime.fromisoformat(text)
        at: int = (moment - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError):
        raise Wrong(column, text, "write a date as 2026-03-02, or a time as 2026-03-02T08:00:00Z") from None
    if at < 0:
        raise Wrong(column, text, "it must not be before 1970")
    return at


def instant_text(at: int) -> str:
    """What `read_instant` reads back: a date where it is midnight UTC."""
    moment = _EPOCH + at * _MICROSECOND
    text = moment.isoformat().replace("+00:00", "Z")
    return text.removesuffix("T00:00:00Z")


def wrong_field(fault: InvalidArgument, columns: Mapping[str, str]) -> Wrong:
    """A request's refusal as one of a row; `columns` are those that the request calls otherwise."""
    field = str(fault.facts["field"])
    value = str(fault.facts["value"])
    return Wrong(columns.get(field, field), value.strip("'"), str(fault.facts["rule"]))
