"""Batches made by hand, as an engine would give them: a team, its packs, lines that hold, capture and void."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from flexauth.commands import COLUMNS, DAY, MINUTE, EntryKind
from flexauth.ledger import GENESIS, seal
from flexauth.store.port import Batch, Store, Write

T0 = 1_772_438_400_000_000
YEAR = 365 * DAY
RATE = 7
PRODUCT = 1
TEAM_TABLES = (
    "team", "policy", "cap", "cap_use", "pool", "pack", "line", "hold", "capped", "free_use", "session",
)  # fmt: skip


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
    return row(
        "ledger", **{"team": team, "seq": seq, "kind": kind, "pack": pack, "tokens": tokens, "time": T0, **values}
    )


def pack_row(
    team: int, pack: int, remaining: int, *, size: int = 100, ended: int = 0, parent: int = 0
) -> tuple[int, ...]:
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
        values = {
            "subject": f"user-{user}",
            "display_name": f"User {user}",
            "email": f"u{user}@example.com",
            "created_at": T0,
        }
        writes += [
            Write("insert_user", {"user": user, **name("user", user), **values}),
            Write(
                "put_membership",
                {"team": team, "user": user, "assigned_all": 1, "guest": 0, "invited_at": -1, "invited_until": -1},
            ),
        ]
    return writes


def product_writes(product: int = PRODUCT, rate: int = RATE) -> list[Write]:
    values = {
        "code": f"P{product}",
        "name": f"Product {product}",
        "kind": 1,
        "idle_aware_from": None,
        "result_tokens": 0,
        "result_units": 0,
    }
    return [
        Write("insert_product", {"product": product, **name("product", product), **values}),
        Write("insert_rate", {"product": product, "version": 1, "valid_from": T0, "rate": rate, "note": ""}),
    ]


class Lines:
    """Lines of team 1 and what a store must hold of them: the books kept a second time, in plain Python."""

    def __init__(self, *, users: int = 3, size: int = 1_000_000) -> None:
        self.users, self.size = users, size
        self.number, self.now = 0, T0
        self.remaining, self.use_seq, self.sessions, self.rights = size, 0, 0, 0
        self.head: tuple[int, bytes] = (0, GENESIS)
        self.rows: dict[str, dict[tuple[int, ...], tuple[int, ...]]] = {"line": {}, "hold": {}, "session": {}}

    def pending(self) -> list[int]:
        """Users whose hold is neither captured nor voided."""
        return [key[1] for key in self.rows["hold"]]

    def opening(self) -> Batch:
        """Batch 1: the team with its users, product 1 at 7 tokens, pack 1."""
        tables = {"pack": [self._pack()], "ledger": [entry(1, 1, EntryKind.ORDER, 1, self.size)]}
        return self._batch(tables, [*team_writes(1, range(1, self.users + 1)), *product_writes()])

    def next(self, sign_ins: Iterable[int], ends: Mapping[int, bool], *, rights: bool = False) -> Batch:
        """One batch: pending users whose hold is captured (True) or voided, then users who sign in.

        `rights`: with an act of administration, that the team's pool has a seat more and its rights have changed.
        """
        tables: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        self.now += DAY
        for user, captured in ends.items():
            self._end(tables, user, captured=captured)
        for user in sign_ins:
            self._sign_in(tables, user)
        if tables["ledger"]:
            tables["pack"].append(self._pack())
        touched = {(1, user, PRODUCT) for user in (*ends, *sign_ins)}
        tables["line"] = [self.rows["line"][key] for key in sorted(touched)]
        return self._batch({table: rows for table, rows in tables.items() if rows}, self._act() if rights else [])

    def contents(self) -> dict[str, list[tuple[int, ...]]]:
        """What `load_team(1)` gives."""
        if self.number == 0:
            return {table: [] for table in TEAM_TABLES}
        rows: dict[str, list[tuple[int, ...]]] = {table: sorted(rows.values()) for table, rows in self.rows.items()}
        rows |= {"team": [(1, self.head[0], self.use_seq, 0, self.rights)], "pack": [self._pack()]}
        rows["pool"] = [(1, 1, self.rights)] if self.rights else []
        return {table: rows.get(table, []) for table in TEAM_TABLES}

    def _act(self) -> list[Write]:
        self.rights += 1
        pool = Write("put_pool", {"pool": 1, "team": 1, "seats": self.rights})
        return [pool, Write("bump_rights", {"team": 1, "version": self.rights})]

    def _pack(self) -> tuple[int, ...]:
        return pack_row(1, 1, self.remaining, size=self.size)

    def _batch(self, tables: Mapping[str, list[tuple[int, ...]]], writes: list[Write]) -> Batch:
        sealed, heads = seal(tables.get("ledger", []), {1: self.head})
        self.head = heads.get(1, self.head)
        self.number += 1
        return Batch(self.number, self.now, 0, Rows(tables), sealed, heads, writes, {1: 0})

    def _end(self, tables: dict[str, list[tuple[int, ...]]], user: int, *, captured: bool) -> None:
        key = (1, user, PRODUCT)
        tables["hold_gone"].append(key)
        del self.rows["hold"][*key, 0, 0]
        since = self.rows["line"][key][COLUMNS["line"].index("pending_since")]
        state = {"paid_until": -1, "window_start": -1, "pending_since": -1, "capture_at": -1, "advance_at": -1}
        if captured:
            state |= {"paid_until": since + DAY, "window_start": since}
            window = {"window_start": since, "window_end": since + DAY}
            self.remaining -= RATE
            seq = self.head[0] + 1 + len(tables["ledger"])
            tables["ledger"].append(
                entry(1, seq, EntryKind.CHARGE, 1, -RATE, user=user, product=PRODUCT, rate=RATE, **window)
            )
        self.rows["line"][key] = row("line", team=1, user=user, product=PRODUCT, **state)

    def _sign_in(self, tables: dict[str, list[tuple[int, ...]]], user: int) -> None:
        key = {"team": 1, "user": user, "product": PRODUCT}
        self.use_seq += 1
        self.sessions += 1
        session = {"session_hi": self.sessions, "session_lo": -user}
        times = {"opened_at": self.now, "contact_at": self.now, "entitled_until": -1, "ended_at": -1}
        times |= {"seat_since": -1, "borrowed_until": -1}
        waiting = {
            "pending_since": self.now,
            "capture_at": self.now + 5 * MINUTE,
            "paid_until": -1,
            "window_start": -1,
            "advance_at": -1,
        }
        log = {"seq": self.use_seq, "time": self.now, "at": self.now, "event": 1, "origin": 1}
        held = row("hold", **key, pack=1, tokens=RATE)
        opened = row("session", **key, **session, **times, state=1, entitlement=6, origin=1)
        self.rows["hold"][held[:5]] = held
        self.rows["line"][held[:3]] = row("line", **key, **session, **waiting, rate=RATE)
        self.rows["session"][opened[:2]] = opened
        tables["hold"].append(held)
        tables["session"].append(opened)
        tables["use_log"].append(row("use_log", **key, **session, **log))
