"""The bytes of a ledger entry and the hash chain of each team (L3). Plain functions over rows; no storage, no rule.

docs/ledger-format.md gives the 225 bytes one by one: format, the columns of COLUMNS["ledger"] as big-endian int64,
digest of a free text, hash of the entry before. They are frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from struct import Struct
from typing import Any, Final

from flexauth.commands import COLUMNS

__all__ = ["FORMAT", "GENESIS", "NO_DIGEST", "Head", "SealedRow", "entry_bytes", "entry_hash", "seal", "verify"]

FORMAT: Final = 1
GENESIS: Final = bytes(32)
NO_DIGEST: Final = bytes(32)

#: Sequence and hash of a team's last entry; (0, GENESIS) before the first.
Head = tuple[int, bytes]
#: Ledger columns, then format, digest (None when there is none), previous hash and hash.
SealedRow = tuple[Any, ...]

_COLUMNS: Final = len(COLUMNS["ledger"])
_ENTRY: Final = Struct(f">B{_COLUMNS}q32s32s")
_NO_TEXT: Final[Mapping[tuple[int, int], bytes]] = {}


def entry_bytes(row: tuple[int, ...], digest: bytes | None, previous: bytes) -> bytes:
    """Canonical bytes of an entry: ledger columns, digest of its free text, hash of the entry before."""
    return _ENTRY.pack(FORMAT, *row, digest or NO_DIGEST, previous)


def entry_hash(row: tuple[int, ...], digest: bytes | None, previous: bytes) -> bytes:
    """SHA-256 of the canonical bytes."""
    return sha256(_ENTRY.pack(FORMAT, *row, digest or NO_DIGEST, previous)).digest()


def seal(
    rows: Iterable[tuple[int, ...]],
    heads: Mapping[int, Head],
    digests: Mapping[tuple[int, int], bytes] = _NO_TEXT,
) -> tuple[list[SealedRow], dict[int, Head]]:
    """Chain new entries onto the heads of their teams.

    `rows` are ledger columns, each team's in sequence; `digests` are those of free texts by (team, seq). Gives the
    sealed rows and the new heads of the teams that have rows. ValueError: a gap. KeyError: a team without head.
    """
    sealed: list[SealedRow] = []
    moved: dict[int, Head] = {}
    pack = _ENTRY.pack
    for row in rows:
        team = row[0]
        seq = row[1]
        before, previous = moved[team] if team in moved else heads[team]
        if seq != before + 1:
            raise ValueError(f"entry {seq} of team {team} follows entry {before}")
        digest = digests.get((team, seq)) if digests else None
        current = sha256(pack(FORMAT, *row, digest or NO_DIGEST, previous)).digest()
        sealed.append((*row, FORMAT, digest, previous, current))
        moved[team] = (seq, current)
    return sealed, moved


def verify(entries: Iterable[SealedRow], head: Head = (0, GENESIS)) -> int | None:
    """The sequence of the first entry of one team that does not follow from those before, or None when all do."""
    seq, previous = head
    for entry in entries:
        row, (version, digest, stated, current) = entry[:_COLUMNS], entry[_COLUMNS:]
        if version != FORMAT or row[1] != seq + 1 or stated != previous or entry_hash(row, digest, previous) != current:
            return int(row[1])
        seq, previous = row[1], current
    return None
