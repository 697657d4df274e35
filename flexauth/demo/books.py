"""Reads a team's books back and proves them: the chain, the fold of every pack, and that no window was charged twice.

Recomputes everything from the ledger's entries alone; knows nothing of how they came about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flexauth import answers, ledger, requests
from flexauth.authority import Authority
from flexauth.commands import COLUMNS, EntryKind

__all__ = ["Books", "Proof", "column", "prove", "read_books"]

_COLUMN = {name: index for index, name in enumerate(COLUMNS["ledger"])}
_PAGE = 1_000
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Books:
    """A team's balance, all its ledger entries in order, and every charge as its user sees it."""

    balance: answers.Balance
    entries: tuple[answers.Entry, ...]
    charges: tuple[answers.Charge, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A law of the books and what breaks it; it holds when nothing does."""

    law: str
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.broken


def read_books(authority: Authority, team: str, users: Iterable[str]) -> Books:
    """Ask the authority for the balance, every entry and every charge, page by page."""
    balance = authority.submit(requests.GetBalance(team)).result(_SECONDS)
    entries = _pages(authority, lambda token: requests.ListLedger(team, _PAGE, token))
    charges = [
        charge
        for user in users
        for charge in _pages(authority, lambda token, user=user: requests.ListCharges(user, _PAGE, token))  # type: ignore[misc]
    ]
    return Books(balance, tuple(entries), tuple(charges))


def _pages(authority: Authority, request: Callable[[str], requests.Request]) -> Iterator[Any]:
    token = ""
    while True:
        page: answers.Page[Any] = authority.submit(request(token)).result(_SECONDS)
        yield from page.items
        token = page.next_page_token
        if not token:
            return


def prove(books: Books) -> tuple[Proof, ...]:
    """Recompute the books from their entries."""
    return (
        Proof("every entry holds the hash of the one before (L3)", _chain(books.entries)),
        Proof("the entries of each pack add up to what is left in it (R4)", _fold(books)),
        Proof("of each pack: size = remaining + consumed + expired + moved out - refunded (L2)", _packs(books)),
        Proof("the charges that users see are those of the ledger (L1)", _charges(books)),
        Proof("no instant of a line is charged twice (C15)", _overlaps(books.entries)),
    )


def column(entry: answers.Entry, name: str) -> int:
    """A column of an entry by its name."""
    return entry.columns[_COLUMN[name]]


def _chain(entries: Sequence[answers.Entry]) -> tuple[str, ...]:
    seq, previous = 0, ledger.GENESIS
    for entry in entries:
        stated = column(entry, "seq")
        if stated != seq + 1 or ledger.entry_hash(entry.columns, entry.digest or None, previous) != entry.hash:
            return (f"entry {stated} does not follow from entry {seq}",)
        seq, previous = stated, entry.hash
    return ()


def _fold(books: Books) -> tuple[str, ...]:
    left: Counter[int] = Counter()
    for entry in books.entries:
        left[column(entry, "pack")] += column(entry, "tokens")
    packs = {pack.id: pack.remaining for pack in books.balance.packs}
    return tuple(
        f"pack {pack}: the entries say {left[pack]}, the balance says {packs.get(pack)}"
        for pack in sorted(left.keys() | packs.keys())
        if left[pack] != packs.get(pack)
    )


def _packs(books: Books) -> tuple[str, ...]:
    return tuple(
        f"pack {pack.id}: {pack}"
        for pack in books.balance.packs
        if pack.size != pack.remaining + pack.consumed + pack.expired + pack.moved_out - pack.refunded
    )


def _charges(books: Books) -> tuple[str, ...]:
    seen = sum(charge.tokens for charge in books.charges)
    stated = -sum(column(entry, "tokens") for entry in books.entries if column(entry, "kind") == EntryKind.CHARGE)
    return () if seen == stated else (f"users see {seen} tokens charged, the ledger says {stated}",)


def _overlaps(entries: Sequence[answers.Entry]) -> tuple[str, ...]:
    """Charges of a line by window; a refunded window no longer counts (L5)."""
    windows: dict[EntryKind, set[tuple[int, int, int, int]]] = defaultdict(set)
    for entry in entries:
        names = ("user", "product", "window_start", "window_end")
        windows[EntryKind(column(entry, "kind"))].add(tuple(column(entry, name) for name in names))  # type: ignore[arg-type]
    refunded = {window[:3] for window in windows[EntryKind.REFUND]}
    charged = sorted(window for window in windows[EntryKind.CHARGE] if window[:3] not in refunded)
    return tuple(
        f"line {before[:2]}: {before[2:]} and {after[2:]}"
        for before, after in pairwise(charged)
        if before[:2] == after[:2] and after[2] < before[3]
    )
