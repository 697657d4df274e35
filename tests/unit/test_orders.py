"""Orders without a team, cancelled and opening ones (P0); moves, splits, lineage (P5); charges given back (L5)."""

import pytest

from flexauth import requests
from flexauth.administration import year_later
from flexauth.commands import DAY, MINUTE, EntryKind, ProductKind
from flexauth.faults import AlreadyExists, InvalidArgument, NotAllowedNow, NotFound
from flexauth.requests.packs import (
    AllocateOrder,
    CancelOrder,
    CreateOpeningOrder,
    CreateUnallocatedOrder,
    ListLineage,
    ListOrders,
    MovePack,
    OpeningPack,
    OpeningWindow,
    PackSize,
    RefundCharge,
    SplitPack,
)
from tests.unit.conftest import START, Office, session


@pytest.fixture
def brio(acme: Office) -> Office:
    """Beside acme, whose pack 1 has 100 tokens, a team without any."""
    acme.ask(requests.CreateTeam("brio"))
    return acme


def available(office: Office, team: str = "acme") -> tuple[int, int]:
    balance = office.ask(requests.GetBalance(team))
    return balance.available, balance.held


def sign_in(office: Office, number: int = 1):
    return office.ask(requests.Checkout(session(number), "ann", "ACD", "desk"))


def kinds(office: Office, team: str) -> list[tuple[EntryKind, int]]:
    entries = office.ask(requests.ListLedger(team)).items
    return [(EntryKind(entry.columns[3]), entry.columns[6]) for entry in entries]


# Orders without a team -----------------------------------------------------------------------------------------------


def test_the_year_of_an_order_without_a_team_runs_from_its_purchase(brio: Office) -> None:
    bought = START - 100 * DAY
    order = brio.ask(CreateUnallocatedOrder("stock", (PackSize(500, 3_000_000, "EUR"), PackSize(100)), bought))
    assert (order.team, order.tokens, [pack.id for pack in order.packs]) == ("", 600, [0, 0])
    brio.at(DAY)
    brio.restart()
    order = brio.ask(AllocateOrder("brio", "stock"))
    assert {(pack.starts_at, pack.ends_at) for pack in order.packs} == {(bought, year_later(bought))}
    assert [(pack.unit_price, pack.currency) for pack in order.packs] == [(3_000_000, "EUR"), (0, "USD")]
    assert available(brio, "brio") == (600, 0)
    assert brio.ask(ListOrders()).items == ()
    assert [listed.number for listed in brio.ask(ListOrders("brio")).items] == ["stock"]
    with pytest.raises(NotFound, match="stock"):
        brio.ask(AllocateOrder("brio", "stock"))


def test_an_order_without_a_team_is_held_to_the_rules_of_orders(brio: Office) -> None:
    with pytest.raises(InvalidArgument, match="100 tokens"):
        brio.ask(CreateUnallocatedOrder("small", (PackSize(99),)))
    with pytest.raises(InvalidArgument, match="purchased_at"):
        brio.ask(CreateUnallocatedOrder("later", (PackSize(100),), START + 1))
    with pytest.raises(InvalidArgument, match="would have ended"):
        brio.ask(CreateUnallocatedOrder("old", (PackSize(100),), START - 366 * DAY))
    brio.ask(CreateUnallocatedOrder("stock", (PackSize(100),)))
    with pytest.raises(AlreadyExists, match="stock"):
        brio.ask(CreateUnallocatedOrder("stock", (PackSize(100),)))
    brio.ask(CreateUnallocatedOrder("first", (PackSize(100),)))
    with pytest.raises(AlreadyExists, match="first"):
        brio.ask(AllocateOrder("acme", "first"))


def test_an_order_without_a_team_is_cancelled_and_its_number_is_free(brio: Office) -> None:
    brio.ask(CreateUnallocatedOrder("stock", (PackSize(100),)))
    assert brio.ask(CancelOrder("stock")).cancelled_at == START
    with pytest.raises(NotFound):
        brio.ask(AllocateOrder("acme", "stock"))
    brio.ask(CreateUnallocatedOrder("stock", (PackSize(200),)))
    assert brio.ask(AllocateOrder("acme", "stock")).tokens == 200


# Cancellation ---------------------------------------------------------------------------------------------------------


def test_an_untouched_order_is_cancelled_whole(brio: Office) -> None:
    brio.ask(requests.CreateOrder("acme", (requests.PackTerms(200), requests.PackTerms(300)), number="wrong"))
    cancelled = brio.ask(CancelOrder("wrong", "acme", "the wrong customer"))
    assert (cancelled.tokens, [pack.remaining for pack in cancelled.packs]) == (500, [0, 0])
    assert available(brio) == (100, 0)
    assert kinds(brio, "acme")[-2:] == [(EntryKind.ADJUSTMENT, -200), (EntryKind.ADJUSTMENT, -300)]
    with pytest.raises(NotAllowedNow, match="cancelled at"):
        brio.ask(CancelOrder("wrong", "acme"))
    brio.restart(kill=True)
    assert [o.cancelled_at for o in brio.ask(ListOrders("acme")).items] == [0, START]


def test_an_order_with_a_hold_or_a_use_is_not_cancelled(brio: Office) -> None:
    sign_in(brio)
    with pytest.raises(NotAllowedNow, match="7 tokens are held"):
        brio.ask(CancelOrder("first", "acme"))
    brio.at(6 * MINUTE)
    with pytest.raises(NotAllowedNow, match="tokens are used"):
        brio.ask(CancelOrder("first", "acme"))
    assert available(brio) == (93, 0)


def test_of_two_packs_one_that_is_touched_keeps_the_whole_order(brio: Office) -> None:
    order = brio.ask(requests.CreateOrder("acme", (requests.PackTerms(200), requests.PackTerms(300)), number="two"))
    brio.ask(MovePack("acme", order.packs[1].id, "brio"))
    with pytest.raises(NotAllowedNow, match=f"pack {order.packs[1].id} tokens were moved"):
        brio.ask(CancelOrder("two", "acme"))
    assert available(brio) == (300, 0)


# Moving in ------------------------------------------------------------------------------------------------------------


def test_a_team_moves_in_with_a_remainder_and_a_paid_window(brio: Office) -> None:
    pack = OpeningPack(500, START - 30 * DAY, START + 335 * DAY, used=120)
    window = OpeningWindow("ann", "ACD", START - DAY // 2, START + DAY // 2)
    order = brio.ask(CreateOpeningOrder("acme", "moved-in", (pack,), (window,)))
    assert (order.tokens, order.packs[0].remaining) == (500, 380)
    assert available(brio) == (480, 0)
    answer = sign_in(brio)
    assert (answer.tokens, answer.facts.paid_until) == (0, START + DAY // 2)
    brio.restart(kill=True)
    assert available(brio) == (480, 0)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (OpeningWindow("ann", "ACD", START + 1, START + DAY), "window_start"),
        (OpeningWindow("ann", "ACD", START - DAY, START), "window_start"),
        (OpeningWindow("ann", "DRV", START, START + DAY), "it has no windows"),
        (OpeningWindow("bob", "ACD", START, START + DAY), "user 'bob'"),
    ],
)
def test_a_window_that_cannot_be_paid_is_refused(brio: Office, window: OpeningWindow, words: str) -> None:
    brio.ask(requests.CreateProduct("DRV", kind=ProductKind.INCLUDED))
    with pytest.raises((InvalidArgument, NotFound), match=words):
        brio.ask(CreateOpeningOrder("acme", "moved-in", (), (window,)))
    assert len(brio.ask(ListOrders("acme")).items) == 1


def test_a_line_in_use_takes_no_window_from_elsewhere(brio: Office) -> None:
    sign_in(brio)
    opening = CreateOpeningOrder("acme", "moved-in", (), (OpeningWindow("ann", "ACD", START, START + DAY),))
    with pytest.raises(NotAllowedNow, match="in use here"):
        brio.ask(opening)
    brio.at(6 * MINUTE)
    with pytest.raises(NotAllowedNow, match="paid here already"):
        brio.ask(opening)


# Moves and splits -----------------------------------------------------------------------------------------------------


def test_a_move_takes_the_whole_remainder_and_keeps_the_end(brio: Office) -> None:
    sign_in(brio)
    with pytest.raises(NotAllowedNow, match="7 of its tokens are held"):
        brio.ask(MovePack("acme", 1, "brio"))
    brio.at(6 * MINUTE)
    moved = brio.ask(MovePack("acme", 1, "brio"))
    assert (moved.pack.team, moved.pack.remaining) == ("brio", 93)
    assert (available(brio), available(brio, "brio")) == ((0, 0), (93, 0))
    assert (kinds(brio, "acme")[-1], kinds(brio, "brio")) == ((EntryKind.MOVE_OUT, -93), [(EntryKind.MOVE_IN, 93)])
    (pack,) = brio.ask(requests.ListPacks("brio")).items
    assert (pack.id, pack.size, pack.ends_at) == (1, 100, moved.pack.ends_at)
    with pytest.raises(NotFound, match="pack 1 in team acme"):
        brio.ask(MovePack("acme", 1, "brio"))


def test_a_pack_that_has_ended_is_not_moved_or_split(brio: Office) -> None:
    order = brio.ask(requests.CreateOrder("acme", (requests.PackTerms(100, ends_at=START + DAY),), number="short"))
    brio.at(DAY)
    for request in (MovePack("acme", order.packs[0].id, "brio"), SplitPack("acme", order.packs[0].id, 10)):
        with pytest.raises(NotAllowedNow, match="it has ended"):
            brio.ask(request)


def test_a_split_gives_free_tokens_a_pack_of_their_own(brio: Office) -> None:
    sign_in(brio)
    with pytest.raises(NotAllowedNow, match="93 of its tokens are free, 7 are held"):
        brio.ask(SplitPack("acme", 1, 94))
    split = brio.ask(SplitPack("acme", 1, 93))
    assert (split.pack.size, split.pack.remaining, split.pack.order) == (93, 93, "first")
    assert available(brio) == (93, 7)
    (parent, child) = sorted(brio.ask(requests.ListPacks("acme")).items, key=lambda pack: pack.id)
    assert (parent.size, parent.remaining, child.size, child.ends_at) == (100, 7, 93, parent.ends_at)


def test_a_split_may_go_to_another_team_at_once_and_its_lineage_is_told(brio: Office) -> None:
    first = brio.ask(SplitPack("acme", 1, 60)).pack.id
    second = brio.ask(SplitPack("acme", first, 20, "brio"))
    assert (available(brio), available(brio, "brio")) == ((80, 0), (20, 0))
    brio.restart()
    told = brio.ask(ListLineage("acme", first))
    assert [(kin.pack, kin.parent, kin.team, kin.remaining) for kin in told.packs] == [
        (1, 0, "acme", 40),
        (first, 1, "acme", 40),
        (second.pack.id, first, "", 0),
    ]
    assert [(step.kind, step.pack, step.tokens) for step in told.steps] == [
        (EntryKind.ORDER, 1, 100),
        (EntryKind.SPLIT, 1, -60),
        (EntryKind.SPLIT, first, 60),
        (EntryKind.SPLIT, first, -20),
        (EntryKind.SPLIT, second.pack.id, 20),
        (EntryKind.MOVE_OUT, second.pack.id, -20),
    ]
    (arrived,) = brio.ask(ListLineage("brio", second.pack.id)).steps
    assert (arrived.kind, arrived.tokens, arrived.transfer) == (EntryKind.MOVE_IN, 20, second.transfer)
    with pytest.raises(NotFound):
        brio.ask(ListLineage("brio", first))


# Charges given back ---------------------------------------------------------------------------------------------------


def test_a_charge_that_was_upheld_as_wrong_goes_back_once(brio: Office) -> None:
    sign_in(brio)
    brio.at(6 * MINUTE)
    brio.ask(requests.Checkin(session(1), 1))
    refund = RefundCharge("acme", "ann", "ACD", START, "nobody was there")
    assert brio.ask(refund).tokens == 7
    assert available(brio) == (100, 0)
    with pytest.raises(NotAllowedNow, match="given back before"):
        brio.ask(refund)
    assert sign_in(brio, 2).tokens == 7, "the refunded window no longer counts as paid"
    with pytest.raises(NotFound, match="charge of ACD for ann"):
        brio.ask(RefundCharge("acme", "ann", "ACD", START + 1, "never"))


def test_an_order_tells_what_was_bought_and_nothing_of_a_pack_that_went(brio: Office) -> None:
    """P5: what another team has of it is that team's to see."""
    brio.ask(SplitPack("acme", 1, 30, "brio"))
    brio.ask(SplitPack("acme", 1, 20))
    [order] = brio.ask(ListOrders("acme")).items
    assert order.tokens == 100
    assert [(pack.team, pack.size, pack.remaining) for pack in order.packs] == [("acme", 100, 50), ("acme", 20, 20)]
