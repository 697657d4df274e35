"""A company to measure with: teams, users, products, packs and paid lines, in a store by the store's own statements.

Also the embedded path: records to the core, effects to sealed rows, rows to the store; what the sequencer does without
its threads. Knows no transport.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, repeat
from random import Random
from uuid import UUID

from flexauth import ledger
from flexauth._core import ANSWER_WIDTH, RECORD_WIDTH, Core
from flexauth.commands import (
    DAY,
    NEVER,
    NO_LIMIT,
    SECOND,
    AddPacks,
    Effects,
    Engine,
    Entitlement,
    IdKind,
    NewPack,
    Origin,
    ProductKind,
    PutProduct,
    PutRate,
)
from flexauth.names import halves, name_digest
from flexauth.store.port import Batch, Store, Write

__all__ = [
    "ANSWER_WIDTH", "DENIED", "HELD", "PAID", "RATE", "RECORD_WIDTH", "TOKENS", "Embedded", "Records", "answers_for",
    "as_rows", "checkins", "checkouts", "company_writes", "device_digest", "device_name", "fund", "member", "mix",
    "session_id", "session_text", "user_name",
]  # fmt: skip

RATE = 7
RICH = 10**12
#: Outcomes of the mix: a new line of a rich team, a line with a paid window, a new line of a team without tokens.
HELD, PAID, DENIED = "held", "paid", "denied"
_GRACE_OVER = 301 * SECOND
_CHECKOUT, _CHECKIN = 1, 3

#: Columns of an answer of `Core.decide_batch`.
DEVICE, TOKENS = 7, 8

#: Rows of int64 side by side.
Records = array


def user_name(user: int) -> str:
    return f"user{user:08d}@example.com"


def device_name(user: int) -> str:
    return f"WS-{user:08d}"


def device_digest(user: int) -> int:
    return name_digest(IdKind.DEVICE, device_name(user))


def session_id(number: int, at: int) -> int:
    """A UUIDv7 of a time; distinct for distinct numbers below 2**62."""
    return (at // 1000) << 80 | 7 << 76 | 2 << 62 | number


def session_text(number: int, at: int) -> str:
    return str(UUID(int=session_id(number, at)))


def checkouts(lines: Sequence[tuple[int, int, int]], first: int, at: int) -> Records:
    """A record for each (team, user, product): an interactive sign-in at `at` under session numbers from `first` on."""
    records = array("q")
    for number, (team, user, product) in enumerate(lines, first):
        high, low = halves(session_id(number, at))
        digest_high, digest_low = halves(device_digest(user))
        records.extend((
            _CHECKOUT, at, high, low, user, product, digest_high, digest_low, number + 1, team, 0, 0, 0,
            Origin.INTERACTIVE, 3, NO_LIMIT, 0, Entitlement.TOKENS, team, NEVER, 0, 0, 0, 0,
        ))  # fmt: skip
    return records


def checkins(first: int, count: int, opened_at: int, at: int) -> Records:
    """The ends of sessions that `checkouts` opened."""
    records = array("q")
    for number in range(first, first + count):
        high, low = halves(session_id(number, opened_at))
        records.extend((_CHECKIN, at, high, low, 1, NEVER, NEVER, *repeat(0, RECORD_WIDTH - 7)))
    return records


def answers_for(records: Records) -> Records:
    """Room for the answers of records."""
    return array("q", bytes(8 * ANSWER_WIDTH * (len(records) // RECORD_WIDTH)))


def as_rows(values: Records, width: int) -> memoryview:
    """A flat array as what `Core.decide_batch` takes."""
    return memoryview(values).cast("B").cast("q", shape=(len(values) // width, width))


def fund(engine: Engine, teams: Iterable[int], products: int, at: int, *, tokens: int = RICH) -> None:
    """Products 1 to `products` at `RATE`, and for each team a pack of the team's number."""
    for product in range(1, products + 1):
        engine.decide(at, PutProduct(product, ProductKind.DAILY))
        engine.decide(at, PutRate(product, 1, at, RATE))
    for team in teams:
        engine.decide(at, AddPacks(team, (NewPack(team, tokens, 3_000_000, at, at + 365 * DAY, at),)))


def member(team: int, user: int, *, assigned_all: int) -> Write:
    """The row of a user in a team who was never invited."""
    return Write("put_membership", {
        "team": team, "user": user, "assigned_all": assigned_all, "guest": 0, "invited_at": NEVER,
        "invited_until": NEVER,
    })  # fmt: skip


def company_writes(teams: int, users: Sequence[tuple[int, int]], products: int, at: int) -> Iterator[Write]:
    """Rows of products, teams, and users as (team, user); every user is assigned all products of the team."""
    for product in range(1, products + 1):
        code = f"P{product:03d}"
        yield Write("insert_product", {
            "product": product, "code": code, **_digest(IdKind.PRODUCT, code), "name": code, "kind": 1,
            "idle_aware_from": None, "result_tokens": 0, "result_units": 0,
        })  # fmt: skip
        yield Write("insert_rate", {"product": product, "version": 1, "valid_from": at, "rate": RATE, "note": ""})
    for team in range(1, teams + 1):
        name = f"team{team:04d}"
        yield Write("insert_team", {
            "team": team, "name": name, **_digest(IdKind.TEAM, name), "display_name": "", "created_at": at,
        })  # fmt: skip
    for team, user in users:
        yield Write("insert_user", {
            "user": user, "subject": user_name(user), **_digest(IdKind.USER, user_name(user)), "display_name": "",
            "email": "", "created_at": at,
        })  # fmt: skip
        yield member(team, user, assigned_all=1)


def _digest(kind: IdKind, name: str) -> dict[str, int]:
    high, low = halves(name_digest(kind, name))
    return {"digest_hi": high, "digest_lo": low}


class Embedded:
    """A core and a store without the threads between them. `number` and `at` are those of the last batch."""

    def __init__(self, store: Store, at: int) -> None:
        self.store, self.at = store, at
        self.engine = Core(jitter=False)
        self.engine.start(at, 0)
        self.number = store.meta().batch
        self._heads: dict[int, ledger.Head] = {}

    def decide(self, records: Records) -> Records:
        """The answers, `ANSWER_WIDTH` int64 each."""
        answers = answers_for(records)
        self.engine.decide_batch(as_rows(records, RECORD_WIDTH), as_rows(answers, ANSWER_WIDTH))
        return answers

    def seal(self, effects: Effects) -> tuple[list[ledger.SealedRow], dict[int, ledger.Head]]:
        """The ledger rows of effects, chained onto the heads of their teams."""
        for row in effects.rows("ledger"):
            if row[0] not in self._heads:
                self._heads[row[0]] = self.store.head(row[0])
        sealed, heads = ledger.seal(effects.rows("ledger"), self._heads)
        self._heads.update(heads)
        return sealed, heads

    def commit(self, writes: Iterable[Write] = ()) -> None:
        """Store what was decided since the last commit."""
        self.number += 1
        effects = self.engine.take_effects(self.number)
        sealed, heads = self.seal(effects)
        self.store.commit(Batch(self.number, self.at, 0, effects, sealed, heads, tuple(writes), {}))

    def pay(self, lines: Sequence[tuple[int, int, int]], first: int) -> None:
        """Sign in, outlast the grace, sign out: each line has a paid window, its sessions are over. Takes 301 s."""
        opened = self.at
        answers = self.decide(checkouts(lines, first, opened))
        devices = {answers[i * ANSWER_WIDTH + DEVICE]: device_name(user) for i, (_, user, _) in enumerate(lines)}
        self.commit(Write("put_device_text", {"device": device, "text": text}) for device, text in devices.items())
        self.at += _GRACE_OVER
        self.engine.advance(self.at)
        self.decide(checkins(first, len(lines), opened, self.at))
        self.commit()


def mix(
    count: int, new: Sequence[tuple[int, int, int]], paid: Sequence[tuple[int, int, int]],
    denied: Sequence[tuple[int, int, int]], seed: int,
) -> list[tuple[str, tuple[int, int, int]]]:  # fmt: skip
    """60 % new lines, 30 % lines with a paid window, 10 % denied; each line once as far as they reach; shuffled."""
    lines = {HELD: cycle(new), PAID: cycle(paid), DENIED: cycle(denied)}
    kinds = [HELD] * (count * 6 // 10) + [PAID] * (count * 3 // 10)
    kinds += [DENIED] * (count - len(kinds))
    random = Random(seed)
    random.shuffle(kinds)
    return [(kind, next(lines[kind])) for kind in kinds]
