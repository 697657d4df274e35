"""Packs that are ordered, cancelled, moved, split and overdrawn, and charges that go back: on each engine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from flexauth._core import Core
from flexauth.commands import (
    COLUMNS,
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    AddPacks,
    AdjustPack,
    Candidate,
    Checkin,
    Checkout,
    Command,
    Decision,
    Engine,
    Entitlement,
    EntryKind,
    Heartbeat,
    MovePack,
    NewPack,
    OpenWindow,
    Outcome,
    Policy,
    ProductKind,
    PutPolicy,
    PutProduct,
    PutRate,
    Reason,
    Refund,
    RefundWindow,
    Rights,
    SplitPack,
    State,
)
from flexauth.reference import Reference

START = 1_772_438_400 * SECOND
ANN, BOB, PRODUCT, VIEWER, RATE = 1, 2, 1, 2, 7
SALES, LAB = 1, 2
GRACE = 300 * SECOND


@dataclass
class World:
    """One engine with a product of 7 tokens, an included one, and no pack."""

    engine: Engine
    now: int = START
    batch: int = 0
    entries: list[dict[str, int]] = field(default_factory=list)

    def decide(self, command: Command) -> Decision:
        return self.engine.decide(self.now, command)

    def order(self, team: int, *packs: NewPack) -> Decision:
        return self.decide(AddPacks(team, packs))

    def pack(self, pack: int, size: int, **terms: int) -> NewPack:
        values = {"unit_price": 0, "starts_at": self.now, "ends_at": START + 30 * DAY, "purchased_at": self.now}
        return NewPack(pack, size, **{**values, **terms})

    def sign_in(self, session: int, team: int = SALES, *, user: int = ANN, product: int = PRODUCT) -> Decision:
        kind = Entitlement.INCLUDED if product == VIEWER else Entitlement.TOKENS
        rights = Rights(0, (Candidate(kind, team),))
        return self.decide(Checkout(session, user, product, user, 1, team, rights))

    def end(self, session: int, counter: int = 9) -> Decision:
        rights = Rights(0, (Candidate(Entitlement.TOKENS, SALES),))
        return self.decide(Checkin(session, counter, rights=rights))

    def capture(self) -> None:
        """The grace of all holds passes."""
        self.now += GRACE + SECOND
        self.engine.advance(self.now)

    def store(self) -> list[tuple[str, int, int, int]]:
        """(kind, team, pack, tokens) of the entries since the last time."""
        self.batch += 1
        rows = [dict(zip(COLUMNS["ledger"], row, strict=True)) for row in self.effects("ledger")]
        self.entries += rows
        return [(EntryKind(row["kind"]).name, row["team"], row["pack"], row["tokens"]) for row in rows]

    def effects(self, table: str) -> list[tuple[int, ...]]:
        return [tuple(map(int, row)) for row in self.engine.take_effects(self.batch).rows(table)]

    def charge_of(self, user: int = ANN) -> Refund:
        """What the store knows of the user's last charge."""
        kinds = (EntryKind.CHARGE, EntryKind.OVERDRAFT)
        charges = [row for row in self.entries if row["kind"] in kinds and row["user"] == user]
        window = [row for row in charges if row["window_start"] == charges[-1]["window_start"]]
        slices = tuple((row["pack"], -row["tokens"]) for row in window)
        first = window[0]
        return Refund(first["window_start"], first["seq"], slices, 0, self.batch, (), first["window_end"])

    def uphold(self, fact: Refund, team: int = SALES, user: int = ANN) -> Decision:
        return self.decide(RefundWindow(team, user, PRODUCT, fact, 5))

    def packs(self, team: int) -> dict[int, int]:
        """What remains of the team's packs that have not ended."""
        return {row[1]: row[7] for row in self.engine.dump(self.now)["pack"] if row[0] == team and not row[9]}


@pytest.fixture(params=[Core, Reference])
def world(request: pytest.FixtureRequest) -> World:
    made = World(request.param())
    made.engine.start(START, 0)
    made.decide(PutProduct(PRODUCT, ProductKind.DAILY))
    made.decide(PutProduct(VIEWER, ProductKind.INCLUDED))
    made.decide(PutRate(PRODUCT, 1, 0, RATE))
    return made


def on_credit(world: World, limit: int, **terms: Any) -> None:
    world.decide(PutPolicy(SALES, 1, 0, Policy(overdraft_limit=limit, **terms)))


# ---------------------------------------------------------------- moves and splits: P5


def test_a_moved_pack_keeps_its_terms_and_takes_its_whole_remainder_along(world: World) -> None:
    world.order(SALES, world.pack(1, 20, unit_price=3))
    world.sign_in(1)
    world.capture()
    world.store()
    (before,) = world.engine.dump(world.now)["pack"]
    moved = world.decide(MovePack(1, LAB, 8))
    assert (moved.outcome, moved.team, moved.tokens, moved.balance) == (Outcome.GRANTED, LAB, 13, 13)
    assert world.engine.balance(SALES) == (0, 0)
    assert world.engine.dump(world.now)["pack"] == [(LAB, *before[1:])]
    assert world.store() == [("MOVE_OUT", SALES, 1, -13), ("MOVE_IN", LAB, 1, 13)]
    assert [entry["transfer"] for entry in world.entries[-2:]] == [8, 8]


def test_a_pack_with_a_hold_on_it_is_not_moved_until_the_hold_is_gone(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    world.sign_in(1)
    assert world.decide(MovePack(1, LAB, 1)) == Decision(Outcome.REFUSED)
    assert world.engine.balance(SALES) == (13, 7)
    world.end(1)
    assert world.decide(MovePack(1, LAB, 1)).tokens == 20


@pytest.mark.parametrize(
    "act", [MovePack(1, LAB, 1), SplitPack(1, 9, 1, 1), AdjustPack(1)], ids=lambda act: type(act).__name__
)
def test_a_pack_that_has_ended_is_not_moved_split_or_cancelled(
    world: World, act: MovePack | SplitPack | AdjustPack
) -> None:
    world.order(SALES, world.pack(1, 20, ends_at=START + DAY))
    assert world.decide(replace(act, pack=77)) == Decision(Outcome.UNKNOWN)
    world.now = START + DAY
    assert world.decide(act) == Decision(Outcome.REFUSED)
    assert world.store() == [("ORDER", SALES, 1, 20), ("EXPIRY", SALES, 1, -20)]


def test_nothing_is_moved_to_the_same_team_or_of_a_used_up_pack(world: World) -> None:
    world.order(SALES, world.pack(1, 7))
    assert world.decide(MovePack(1, SALES, 1)) == Decision(Outcome.REFUSED)
    world.sign_in(1)
    world.capture()
    assert world.decide(MovePack(1, LAB, 1)) == Decision(Outcome.REFUSED)


def test_a_pack_that_has_not_begun_is_moved_and_begins_there(world: World) -> None:
    world.order(SALES, world.pack(1, 20, starts_at=START + HOUR))
    world.decide(MovePack(1, LAB, 1))
    assert world.engine.balance(LAB) == (0, 0)
    world.now = START + HOUR
    world.engine.advance(world.now)
    assert (world.engine.balance(SALES), world.engine.balance(LAB)) == ((0, 0), (20, 0))


def test_a_moved_pack_takes_its_place_in_the_order_of_consumption(world: World) -> None:
    world.order(LAB, world.pack(1, 50), world.pack(2, 60, ends_at=START + 40 * DAY))
    world.order(SALES, world.pack(3, 4, ends_at=START + 9 * DAY))
    world.decide(MovePack(3, LAB, 1))
    assert world.engine.slices(LAB, 60) == [(3, 4), (1, 50), (2, 6)]
    assert world.sign_in(1, LAB).tokens == RATE
    assert world.engine.slices(LAB, 60) == [(1, 47), (2, 13)]


def test_a_split_takes_free_tokens_alone_and_may_take_all_of_them(world: World) -> None:
    world.order(SALES, world.pack(1, 20, unit_price=5))
    world.sign_in(1)
    assert world.decide(SplitPack(1, 2, 14, 3)) == Decision(Outcome.REFUSED)
    parted = world.decide(SplitPack(1, 2, 13, 3))
    assert (parted.outcome, parted.team, parted.tokens, parted.balance) == (Outcome.GRANTED, SALES, 13, 13)
    assert world.decide(SplitPack(1, 3, 1, 4)) == Decision(Outcome.REFUSED)
    parent, part = world.engine.dump(world.now)["pack"]
    assert part == (SALES, 2, 13, *parent[3:7], 13, 1, 0)
    assert (parent[2], parent[7]) == (20, 7)
    assert world.store()[-2:] == [("SPLIT", SALES, 1, -13), ("SPLIT", SALES, 2, 13)]
    world.end(1)
    assert world.packs(SALES) == {1: 7, 2: 13}


def test_the_part_is_consumed_before_its_parent(world: World) -> None:
    """P3: the same end, the smaller size."""
    world.order(SALES, world.pack(1, 20))
    world.decide(SplitPack(1, 2, 5, 1))
    assert world.engine.slices(SALES, RATE) == [(2, 5), (1, 2)]


# ---------------------------------------------------------------- orders: P0


def test_a_wrong_order_is_cancelled_and_never_expires(world: World) -> None:
    world.order(SALES, world.pack(1, 20), world.pack(2, 30))
    cancelled = world.decide(AdjustPack(1))
    assert (cancelled.outcome, cancelled.tokens, cancelled.balance) == (Outcome.GRANTED, 20, 30)
    assert world.decide(AdjustPack(1)) == Decision(Outcome.REFUSED)
    world.now = START + 31 * DAY
    world.engine.advance(world.now)
    assert world.store()[2:] == [("ADJUSTMENT", SALES, 1, -20), ("EXPIRY", SALES, 2, -30)]


def test_an_order_that_was_used_or_is_held_is_not_cancelled(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    world.sign_in(1)
    assert world.decide(AdjustPack(1)) == Decision(Outcome.REFUSED)
    world.capture()
    assert world.decide(AdjustPack(1)) == Decision(Outcome.REFUSED)
    world.order(SALES, world.pack(2, 20), world.pack(3, 20, used=1))
    world.decide(SplitPack(2, 4, 5, 1))
    assert [world.decide(AdjustPack(pack)).outcome for pack in (2, 3, 4)] == [Outcome.REFUSED] * 3


def test_an_opening_order_brings_the_remainder_alone(world: World) -> None:
    opened = world.order(SALES, world.pack(1, 20, used=6), world.pack(2, 9, used=9))
    assert opened.balance == 14
    adjusted = [("ADJUSTMENT", SALES, 1, -6), ("ADJUSTMENT", SALES, 2, -9)]
    assert [entry for entry in world.store() if entry[0] == "ADJUSTMENT"] == adjusted


def test_a_window_paid_elsewhere_is_used_up_here_and_then_renewed(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    ends = START + 5 * HOUR
    opened = world.decide(OpenWindow(SALES, ANN, PRODUCT, ends - DAY, ends))
    assert (opened.outcome, opened.paid_until) == (Outcome.GRANTED, ends)
    world.now = ends - MINUTE
    signed = world.sign_in(1)
    assert (signed.entitlement, signed.tokens, signed.paid_until) == (Entitlement.PAID_WINDOW, 0, ends)
    world.now = ends
    rights = Rights(0, (Candidate(Entitlement.TOKENS, SALES),))
    assert world.decide(Heartbeat(1, 1, rights=rights)).paid_until == ends + DAY
    assert world.store()[1:] == [("CHARGE", SALES, 1, -RATE)]


def test_no_window_is_opened_over_one_or_in_the_past_or_for_no_product(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    window = OpenWindow(SALES, ANN, PRODUCT, START - HOUR, START + 23 * HOUR)
    assert world.decide(replace(window, product=99)) == Decision(Outcome.UNKNOWN)
    assert world.decide(replace(window, paid_until=START)) == Decision(Outcome.REFUSED)
    world.sign_in(1, user=BOB)
    assert world.decide(replace(window, user=BOB)) == Decision(Outcome.REFUSED)
    world.capture()
    assert world.decide(replace(window, user=BOB)) == Decision(Outcome.REFUSED)
    assert world.decide(window).outcome is Outcome.GRANTED
    assert world.decide(window) == Decision(Outcome.REFUSED)


# ---------------------------------------------------------------- overdraft: C10


def test_past_the_packs_charges_go_to_the_overdraft_down_to_its_limit(world: World) -> None:
    on_credit(world, 9)
    world.order(SALES, world.pack(1, 5))
    assert world.engine.slices(SALES, RATE) == [(1, 5), (0, 2)]
    assert world.sign_in(1).balance == -2
    assert world.sign_in(2, user=BOB).balance == -9
    denied = world.sign_in(3, user=3)
    assert (denied.outcome, denied.reason, denied.shortfall) == (Outcome.DENIED, Reason.INSUFFICIENT_TOKENS, 7)
    assert world.engine.balance(SALES) == (-9, 14)
    world.end(2)
    assert world.engine.balance(SALES) == (-2, 7)
    world.capture()
    assert world.store()[1:] == [("CHARGE", SALES, 1, -5), ("OVERDRAFT", SALES, 0, -2)]
    assert [row[3] for row in world.engine.dump(world.now)["team"]] == [2]


@pytest.mark.parametrize(("limit", "granted"), [(6, False), (7, True)])
def test_a_team_without_a_pack_runs_on_credit_alone(world: World, limit: int, granted: bool) -> None:
    on_credit(world, limit)
    answer = world.sign_in(1)
    assert (answer.outcome is Outcome.GRANTED, answer.reason is Reason.NO_LIVE_PACK) == (granted, not granted)


def test_a_later_order_settles_first_in_the_order_of_consumption(world: World) -> None:
    on_credit(world, 20)
    world.sign_in(1)
    world.sign_in(2, user=BOB)
    world.capture()
    world.store()
    answer = world.order(SALES, world.pack(1, 30), world.pack(2, 8, used=2))
    assert answer.balance == 30 + 6 - 14
    settled = [entry for entry in world.store() if entry[0] == "SETTLEMENT"]
    assert settled == [("SETTLEMENT", SALES, 2, -6), ("SETTLEMENT", SALES, 1, -8)]
    assert world.packs(SALES) == {1: 22, 2: 0}
    assert world.decide(AdjustPack(1)) == Decision(Outcome.REFUSED)


def test_what_is_held_past_the_packs_is_not_owed_yet(world: World) -> None:
    on_credit(world, 20)
    world.sign_in(1)
    world.order(SALES, world.pack(1, 30))
    assert world.engine.balance(SALES) == (23, 7)
    world.end(1)
    assert world.engine.balance(SALES) == (30, 0)
    assert world.store() == [("ORDER", SALES, 1, 30)]


def test_an_included_product_needs_a_balance_above_what_is_owed(world: World) -> None:
    """C12."""
    on_credit(world, 20)
    world.order(SALES, world.pack(1, 7))
    assert world.sign_in(1, product=VIEWER).outcome is Outcome.GRANTED
    world.sign_in(2)
    assert world.sign_in(3, product=VIEWER, user=BOB).reason is Reason.INSUFFICIENT_TOKENS


# ---------------------------------------------------------------- refunds: L5


def test_a_refunded_window_no_longer_counts_and_use_begins_anew_at_the_next_contact(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    world.sign_in(1)
    world.capture()
    world.store()
    upheld = world.uphold(world.charge_of())
    assert (upheld.outcome, upheld.tokens, upheld.balance) == (Outcome.GRANTED, RATE, 20)
    assert world.store() == [("REFUND", SALES, 1, RATE)]
    refund = world.entries[-1]
    assert (refund["user"], refund["product"], refund["reason"], refund["corrects"]) == (ANN, PRODUCT, 5, 2)
    world.now += MINUTE
    rights = Rights(0, (Candidate(Entitlement.TOKENS, SALES),))
    heard = world.decide(Heartbeat(1, 1, rights=rights))
    assert (heard.state, heard.pending_since, world.engine.balance(SALES)) == (State.ACTIVE, world.now, (13, 7))


def test_a_past_window_is_refunded_and_the_present_one_stays_paid(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    world.sign_in(1)
    world.capture()
    world.store()
    past = world.charge_of()
    world.end(1)
    world.now = START + 2 * DAY
    world.sign_in(2)
    world.capture()
    world.store()
    assert world.uphold(replace(past, as_of=world.batch)).balance == 13
    assert world.sign_in(3).entitlement is Entitlement.PAID_WINDOW


def test_a_refund_read_before_another_is_asked_for_again(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    world.sign_in(1)
    world.capture()
    world.store()
    fact = world.charge_of()
    assert world.uphold(fact).outcome is Outcome.GRANTED
    assert world.uphold(fact).outcome is Outcome.STALE_HISTORY
    world.store()
    assert world.uphold(fact).outcome is Outcome.STALE_HISTORY
    assert world.uphold(replace(fact, slices=((99, 7),))).outcome is Outcome.UNKNOWN
    assert world.store() == []


def test_a_refund_goes_to_the_pack_wherever_it_now_is(world: World) -> None:
    world.order(SALES, world.pack(1, 20))
    world.sign_in(1)
    world.capture()
    world.decide(MovePack(1, LAB, 1))
    world.store()
    assert world.uphold(world.charge_of()).balance == 0
    assert world.engine.balance(LAB) == (20, 0)
    assert world.store() == [("REFUND", SALES, 1, 7), ("MOVE_OUT", SALES, 1, -7), ("MOVE_IN", LAB, 1, 7)]


def test_a_refund_of_an_ended_pack_makes_good_in_the_team_that_was_charged(world: World) -> None:
    world.order(SALES, world.pack(1, 9, ends_at=START + DAY, unit_price=4))
    world.sign_in(1)
    world.capture()
    world.decide(MovePack(1, LAB, 1))
    world.now = START + DAY
    world.engine.advance(world.now)
    world.store()
    assert world.uphold(world.charge_of()).balance == RATE
    assert [entry[:2] for entry in world.store()] == [("REFUND", SALES), ("MOVE_OUT", SALES), ("MOVE_IN", SALES)]
    good = max(world.engine.dump(world.now)["pack"], key=lambda row: row[1] if not row[9] else NEVER)
    assert (good[0], good[2], good[3], good[8]) == (SALES, RATE, 4, 1)


def test_a_refunded_overdraft_is_not_owed_and_a_settled_one_is_made_good(world: World) -> None:
    on_credit(world, 20)
    world.sign_in(1)
    world.capture()
    world.store()
    owed = world.charge_of()
    world.order(SALES, world.pack(1, 4, ends_at=START + HOUR))
    assert world.engine.balance(SALES) == (-3, 0)
    world.store()
    assert world.uphold(replace(owed, as_of=world.batch)).balance == 4
    entries = [(kind, tokens) for kind, _, _, tokens in world.store()]
    assert entries == [("MOVE_OUT", -4), ("REFUND", 7), ("MOVE_IN", 4)]
    assert [row[3] for row in world.engine.dump(world.now)["team"]] == [0]
