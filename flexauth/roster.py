"""Reads rosters: rows of people and what they may run, as a company writes them. Owns their form; knows no state."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from flexauth import limits
from flexauth.answers_of.members import RowFault
from flexauth.faults import InvalidArgument
from flexauth.requests import check, people
from flexauth.requests.members import MemberRow

__all__ = ["COLUMNS", "Listed", "read_row", "rows_of"]

#: Columns of the file, in any order; one of the first two is needed.
COLUMNS = ("email", "subject", "name", "products", "guest")
_GUEST = {"": None, "no": False, "yes": True}


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that is well-formed: a person by subject, or by e-mail address, and what they may run (A1).

    `guest` None: the row does not say.
    """

    line: int
    name: str
    email: str
    subject: str
    all_products: bool
    products: tuple[str, ...]
    guest: bool | None

    @property
    def called(self) -> str:
        """The name by which the row calls its person."""
        return self.subject or self.email


def rows_of(name: str, text: str) -> tuple[MemberRow, ...]:
    """The rows of a CSV file as they are written; `name` is what the file is called.

    `InvalidArgument` for a file without rows of these columns; what cells say is checked when they are imported.
    """
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _need_header(name, header)
        rows = tuple(_row(name, header, reader.line_num, cells) for cells in reader if any(map(str.strip, cells)))
    except csv.Error as error:
        rule = "quote a cell that holds a comma or a quote"
        raise InvalidArgument(field=f"{name}, line {reader.line_num}", value=repr(str(error)), rule=rule) from None
    if not rows:
        raise InvalidArgument(field=name, value="empty", rule="it must have at least one row below its header")
    return rows


def _need_header(name: str, header: list[str]) -> None:
    unknown = [cell for cell in header if cell not in COLUMNS]
    twice = {cell for cell in header if header.count(cell) > 1}
    if unknown or twice or not {"email", "subject"} & set(header):
        rule = f"the first line names columns of {', '.join(COLUMNS)}, each once, with email or subject among them"
        raise InvalidArgument(field=f"{name}, line 1", value=repr(",".join(header)[:200]), rule=rule)


def _row(name: str, header: list[str], line: int, cells: list[str]) -> MemberRow:
    if len(cells) != len(header):
        rule = f"it must have {len(header)} cells as the first line has, it has {len(cells)}"
        raise InvalidArgument(field=f"{name}, line {line}", value=repr(",".join(cells)[:200]), rule=rule)
    return MemberRow(line, **{column: cell.strip() for column, cell in zip(header, cells, strict=True)})


def read_row(row: MemberRow) -> Listed | list[RowFault]:
    """What a row says, or everything that is wrong with it."""
    faults: list[RowFault] = []

    def wrong(column: str, remedy: str) -> None:
        faults.append(RowFault(row.line, column, getattr(row, column), remedy))

    def checked(column: str, value: str, most: int) -> str:
        try:
            check.text(column, value, most, needed=False)
        except InvalidArgument as fault:
            wrong(column, str(fault.facts["rule"]))
        return value

    email = row.email
    if email:
        try:
            email = people.email("email", email)
        except InvalidArgument as fault:
            wrong("email", str(fault.facts["rule"]))
    subject = checked("subject", row.subject, limits.SUBJECT_CHARACTERS)
    if not email and not subject:
        wrong("email", "name the person by an e-mail address or by a subject")
    name = checked("name", row.name, limits.DISPLAY_NAME_CHARACTERS)
    codes = tuple(row.products.replace(";", " ").split())
    everything = codes == ("ALL",)
    try:
        people.products(everything, () if everything else codes)
        if "ALL" in codes and not everything:
            wrong("products", "ALL products leave no list to name (A1)")
    except InvalidArgument as fault:
        wrong("products", f"{fault.facts['rule']}; write codes with spaces between them, or ALL")
    if row.guest.lower() not in _GUEST:
        wrong("guest", "write yes or no")
    if faults:
        return faults
    guest = _GUEST[row.guest.lower()]
    return Listed(row.line, name, email, subject, everything, () if everything else codes, guest)
