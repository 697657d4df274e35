"""Checks a whole database: file, books and chains. Reads everything once; knows the ledger's bytes, no rule."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from flexauth import ledger
from flexauth.store.statements import statement

__all__ = ["wrongs"]

_BOOKS = {
    "wrong_packs": "pack {}: its amounts are not those of its entries (L2)",
    "wrong_moves": "pack {}: the entries of team {} leave something else of it than the team has (P5)",
    "wrong_transfers": "transfer {}: what went out is not what came in (L3)",
    "wrong_overdrafts": "team {}: what it owes is not what its entries come to (C10)",
    "wrong_caps": "cap {}: what counts in its period from {} is not the sum of its rows (Q3)",
    "wrong_holds": "pack {}: what is held is not the sum of its holds (P2)",
    "wrong_charges": "charge of team {} user {} product {} from {}: it overlaps another or its amounts are wrong (C15)",
}


def wrongs(connection: apsw.Connection) -> Iterator[str]:
    """Each thing that is wrong, in words; nothing when the database is whole."""
    yield from (str(row[0]) for row in connection.execute(statement("integrity_check")) if row[0] != "ok")
    for row in connection.execute(statement("foreign_key_check")):
        yield f"table {row[0]}: row {row[1]} has no parent in {row[2]}"
    for name, words in _BOOKS.items():
        for row in connection.execute(statement(name)):
            yield words.format(*row)
    for (team,) in connection.execute(statement("teams")):
        seq = ledger.verify(connection.execute(statement("chain"), {"team": team}))
        if seq is not None:
            yield f"team {team}: entry {seq} does not follow from the one before (L3)"
