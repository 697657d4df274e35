"""Batches made by hand: a team, its packs, and lines that hold, capture and refund. What an engine would give a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from flexauth.commands import COLUMNS, DAY, MINUTE, EntryKind
from flexauth.ledger import seal
from flexauth.store.port import Batch, Store, Write

T0 = 1_772_438_400_000_000
YEAR = 365 * DAY
RATE = 7
PRODUCT = 1
USERS = 200


class Rows:
    """Effects as plain lists."""

    def __init__(self, tables: Mapping[str, Iterable[tuple[int, ...]]]) -> None:
        self._tables = {name: list(rows) for name, rows in tables.items()}

    def tables(self) -> list[str]:
        return list(self._tables)

    def count(self, table: str) -> int:
        return len(self._tables.get(table, ()))

    def rows(self, table: str) -> list[tuple[int, ...]]:
        return self._tables[table]

    def teams(self) -> frozenset[int]:
        return frozenset()

    def users(self) -> frozenset[int]:
        return frozenset()


def row(table: str, **values: int) -> tuple[int, ...]:
    """A row of a table: what is not named is 0."""
    unknown = set(values) - set(COLUMNS[table])
    assert not unknown, unknown
    return tuple(values.get(column, 0) for column in COLUMNS[table])


def entry(team: int, seq: int, kind: EntryKind, pack: int, tokens: int, **values: int) -> tuple[int, ...]:
    return row("ledger", **{"team": team, "seq": seq, "kind": kind, "pack": pack, "tokens": tokens, "time": T0, **values})


def pack_row(team: int, pack: int, remaining: int, *, size: int = 100, ended: int = 0, parent: int = 0) -> tuple[int, ...]:
    return row(
        "pack", team=team, pack=pack, size=size, unit_price=3_000_000, starts_at=T0, ends_at=T0 + YEAR, purchased_at=T0,
        remaining=remaining, ended=ended, parent=parent,
    )  # fmt: skip


def batch(store: Store, tables: Mapping[str, Iterable[tuple[int, ...]]] | None = None, **changes: Any) -> Batch:
    """The next batch of a store: its ledger rows sealed onto the heads that the store has."""
    meta = store.meta()
    rows = Rows(tables or {})
    entries = rows.rows("ledger") if rows.count("ledger") else []
    ledger, heads = seal(entries, {team: store.head(team) for team in {entry[0] for entry in entries}})
    values = {
        "number": meta.batch + 1, "at": max(meta.mark, T0), "absence": 0, "effects": rows, "ledger": ledger,
        "heads": heads, "writes": (), "fences": {},
    }  # fmt: skip
    return Batch(**{**values, **changes})


def name(kind: str, number: int) -> dict[str, int]:
    return {"digest_hi": number * 1_000 + len(kind), "digest_lo": -number}


def team_writes(team: int, users: Iterable[int] = ()) -> list[Write]:
    """A team and its users, each assigned ALL."""
    writes = [
        Write("insert_team", {
            "team": team, "name": f"team-{team}", **name("team", team), "display_name": f"Team {team}",
            "created_at": T0,
        })
    ]  # fmt: skip
    for user in users:
        values = {"subject": f"user-{user}", "display_name": f"User {user}", "email": f"u{user}@example.com", "created_at": T0}
        writes += [
            Write("insert_user", {"user": user, **name("user", user), **values}),
            Write("put_member", {"team": team, "user": user, "assigned_all": 1}),
        ]
    return writes


def product_writes(product: int = PRODUCT, rate: int = RATE) -> list[Write]:
    values = {"code": f"P{product}", "name": f"Product {product}", "kind": 1, "idle_aware_from": None}
    return [
        Write("insert_product", {"product": product, **name("product", product), **values}),
        Write("insert_rate", {"product": product, "version": 1, "valid_from": T0, "rate": rate, "note": ""}),
    ]


def open_books(store: Store, *, size: int = 100, users: int = 3) -> None:
    """Batch 1: team 1 with users 1 to `users`, product 1 at 7 tokens, pack 1."""
    tables = {"pack": [pack_row(1, 1, size, size=size)], "ledger": [entry(1, 1, EntryKind.ORDER, 1, size)]}
    store.commit(batch(store, tables, writes=[*team_writes(1, range(1, users + 1)), *product_writes()]))


class Lines:
    """A team's lines living on a store: each call commits one batch, and the books are kept here a second time."""

    def __init__(self, store: Store, *, size: int = 1_000_000, users: int = USERS) -> None:
        self.store = store
        self.now = T0
        open_books(store, size=size, users=users)
        self.size = self.remaining = size
        self.seq, self.use_seq, self.sessions = 1, 0, 0
        self.pending: dict[int, int] = {}

    def tables(self, sign_ins: Iterable[int], ends: Mapping[int, bool]) -> dict[str, list[tuple[int, ...]]]:
        """Rows of one batch: users who sign in, and pending users whose hold is captured (True) or voided."""
        tables: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        for user, captured in ends.items():
            since = self.pending.pop(user)
            tables["hold_gone"].append((1, user, PRODUCT))
            window = {"window_start": since, "window_end": since + DAY}
            if captured:
                self.seq += 1
                self.remaining -= RATE
                tables["ledger"].append(
                    entry(1, self.seq, EntryKind.CHARGE, 1, -RATE, user=user, product=PRODUCT, rate=RATE, **window)
                )
            state = {"paid_until": since + DAY if captured else -1, "window_start": since if captured else -1}
            tables["line"].append(row("line", team=1, user=user, product=PRODUCT, pending_since=-1, capture_at=-1, **state))
        for user in sign_ins:
            self.use_seq += 1
            self.sessions += 1
            self.pending[user] = self.now
            key = {"team": 1, "user": user, "product": PRODUCT}
            session = {"session_hi": self.sessions, "session_lo": -user}
            tables["hold"].append(row("hold", **key, pack=1, tokens=RATE))
            tables["line"] = [old for old in tables["line"] if old[1] != user]
            waiting = {"pending_since": self.now, "capture_at": self.now + 5 * MINUTE, "rate": RATE}
            tables["line"].append(row("line", **key, **session, paid_until=-1, window_start=-1, **waiting))
            times = {"opened_at": self.now, "contact_at": self.now, "entitled_until": -1, "ended_at": -1}
            tables["session"].append(row("session", **key, **session, **times, state=1, entitlement=6, origin=1))
            log = {"seq": self.use_seq, "time": self.now, "at": self.now, "event": 1, "origin": 1}
            tables["use_log"].append(row("use_log", **key, **session, **log))
        if tables["ledger"]:
            tables["pack"].append(pack_row(1, 1, self.remaining, size=self.size))
        self.now += MINUTE
        return {table: rows for table, rows in tables.items() if rows}

    def commit(self, sign_ins: Iterable[int], ends: Mapping[int, bool]) -> None:
        self.store.commit(batch(self.store, self.tables(sign_ins, ends), at=self.now))
