"""The bytes of an entry are frozen, and a chain shows every change."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

import pytest

from flexauth import ledger
from flexauth.commands import COLUMNS, EntryKind
from tests.store.books import T0, entry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger-format.md"
FIRST = entry(1, 1, EntryKind.ORDER, 1, 100)
FIRST_HASH = "fe3a515636f3a2d53ae01f6d3341e6c7ba4de0c74cf645d75cbf11894dc5d99d"


def chain(count: int, digests: dict[tuple[int, int], bytes] | None = None) -> list[ledger.SealedRow]:
    rows = [entry(1, seq, EntryKind.ORDER, 1, seq) for seq in range(1, count + 1)]
    sealed, heads = ledger.seal(rows, {1: (0, ledger.GENESIS)}, digests or {})
    assert heads == {1: (count, sealed[-1][-1])}
    return sealed


def test_the_hash_of_an_entry_is_frozen() -> None:
    assert ledger.entry_hash(FIRST, None, ledger.GENESIS).hex() == FIRST_HASH
    text = bytes(range(32))
    row = tuple(range(-10, 10))
    expected = hashlib.sha256(struct.pack(">B20q32s32s", 1, *row, text, text[::-1])).hexdigest()
    assert ledger.entry_hash(row, text, text[::-1]).hex() == expected
    assert len(ledger.entry_bytes(row, None, text)) == 225


def test_the_page_on_the_format_lists_every_column_at_its_offset() -> None:
    page = PAGE.read_text()
    stated = re.findall(r"^\| (\d+) \| (\d+) \| `(\w+)` \|", page, re.MULTILINE)
    offset, expected = 1, [("0", "1", "format")]
    for name in COLUMNS["ledger"]:
        expected.append((str(offset), "8", name))
        offset += 8
    assert stated == [*expected, ("161", "32", "digest"), ("193", "32", "previous")]
    assert FIRST_HASH in page
    assert T0.to_bytes(8, "big").hex() in page


def test_the_code_on_the_page_checks_a_chain() -> None:
    found = re.search(r"```python\n(.+?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    names: dict[str, object] = {}
    exec(found[1], names)
    check = names["check"]
    assert callable(check)
    entries = [(row[:20], *row[21:]) for row in chain(3, {(1, 2): b"\x07" * 32})]
    check(entries)
    with pytest.raises(AssertionError):
        check(entries[1:])


def test_a_whole_chain_verifies_from_the_start_and_from_a_head() -> None:
    sealed = chain(5, {(1, 3): b"\x09" * 32})
    assert ledger.verify(sealed) is None
    assert ledger.verify(sealed[3:], (3, sealed[2][-1])) is None
    assert ledger.verify([]) is None


@pytest.mark.parametrize("column", range(24))
def test_a_change_of_any_value_is_found_at_its_entry(column: int) -> None:
    sealed = chain(4)
    row = list(sealed[2])
    row[column] = row[column] + 1 if isinstance(row[column], int) else b"\x01" * 32
    found = ledger.verify([*sealed[:2], tuple(row), *sealed[3:]])
    assert found == (4 if column == 1 else 3)


def test_a_missing_or_swapped_entry_is_found() -> None:
    sealed = chain(4)
    assert ledger.verify([*sealed[:1], *sealed[2:]]) == 3
    assert ledger.verify([sealed[0], sealed[2], sealed[1], sealed[3]]) == 3


def test_teams_are_chained_apart() -> None:
    rows = [entry(team, seq, EntryKind.ORDER, team, 1) for seq in (1, 2) for team in (1, 2)]
    sealed, heads = ledger.seal(rows, {1: (0, ledger.GENESIS), 2: (0, ledger.GENESIS)})
    for team in (1, 2):
        own = [row for row in sealed if row[0] == team]
        assert ledger.verify(own) is None
        assert heads[team] == (2, own[-1][-1])


def test_a_gap_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="entry 3 of team 1 follows entry 1"):
        ledger.seal([entry(1, 3, EntryKind.ORDER, 1, 1)], {1: (1, ledger.GENESIS)})
