"""A product's session over a real server: sign in, work, idle, suspend, offline, crash, another device (SPEC 4)."""

from typing import Any

import pytest

from flexauth_client import Ended, InsufficientTokens, InUseElsewhere, NotAssigned, RenewalSoon, State
from tests.client.world import DAY, HOUR, MINUTE, START, World


def test_a_session_within_the_grace_is_free(world: World) -> None:
    with world.client() as client:
        with client.session("ACD") as session:
            assert world.balance == (93, 7)
            assert session.facts is not None
            assert session.facts.paid_until == START + DAY
            world.live(4 * MINUTE, client)
        assert world.state(session.id) == "CLOSED"
    assert world.balance == (100, 0)


def test_a_day_of_work_is_charged_once_a_day_and_the_renewal_announced(world: World) -> None:
    world.calm()
    client = world.client()
    heard: list[Any] = []
    session = client.session("ACD", on_renewal_soon=heard.append)
    world.live(23 * HOUR, client)
    assert world.balance == (93, 0)
    assert heard == []
    world.live(25 * HOUR, client)
    assert heard == [RenewalSoon(START + DAY)]
    assert world.balance == (86, 0)
    assert session.ended is None
    session.close()
    assert world.state(session.id) == "CLOSED"


def test_a_denial_has_a_class_and_its_facts(world: World) -> None:
    client = world.client()
    with pytest.raises(InsufficientTokens, match="100") as denied:
        client.session("HUGE")
    assert (denied.value.balance, denied.value.rate, denied.value.shortfall) == (100, 1_000, 900)
    assert list((world.folder / "ann" / "laptop").iterdir()) == []  # a denial leaves nothing to resume
    with pytest.raises(NotAssigned):
        world.client("gus").session("ACD")


def test_idleness_is_told_when_it_begins_and_resumption_at_once(world: World) -> None:
    world.calm()
    client = world.client()
    session = client.session("AWARE")
    world.live(10 * MINUTE, client)
    session.operation()
    world.live(25 * MINUTE - 1, client)
    assert world.state(session.id) == "ACTIVE"
    world.live(25 * MINUTE, client)
    assert world.state(session.id) == "IDLE"
    world.live(26 * HOUR, client)
    assert world.balance == (93, 0)  # C7: idle at W renews nothing
    session.operation()
    client.step()
    assert world.state(session.id) == "ACTIVE"
    assert world.balance == (86, 7)


def test_a_product_that_works_on_is_never_idle(world: World) -> None:
    client = world.client()
    session = client.session("AWARE")
    world.live(2 * HOUR, client, operate=session.operation)
    assert world.state(session.id) == "ACTIVE"


def test_a_suspend_within_the_window_goes_on_with_the_session(world: World) -> None:
    client = world.client()
    session = client.session("ACD")
    world.live(HOUR, client)
    before = session.id
    world.wake(9 * HOUR, client)
    assert (session.id, world.state(session.id)) == (before, "ACTIVE")
    assert world.balance == (93, 0)


def test_a_machine_that_wakes_after_its_window_checks_out_anew(world: World) -> None:
    """S8: the old session has expired, use begins again by C2."""
    client = world.client()
    ends: list[Any] = []
    session = client.session("ACD", on_ended=ends.append)
    before = session.id
    world.live(HOUR, client)
    world.wake(50 * HOUR, client)
    assert world.state(before) == "EXPIRED"
    assert session.id != before
    assert world.state(session.id) == "ACTIVE"
    assert world.balance == (86, 7)
    assert (ends, session.ended) == ([], None)


def test_an_idle_product_that_wakes_after_its_window_checks_out_anew_when_it_is_used(world: World) -> None:
    client = world.client()
    session = client.session("AWARE")
    before = session.id
    world.live(HOUR, client)
    world.wake(50 * HOUR, client)
    assert world.state(before) == "EXPIRED"
    assert world.balance == (93, 0)
    world.live(51 * HOUR, client)
    session.operation()
    client.step()
    assert world.state(session.id) == "ACTIVE"
    assert world.balance == (86, 7)


def test_a_machine_that_wakes_where_nothing_can_be_charged_ends_with_the_reason(world: World) -> None:
    client = world.client()
    ends: list[Any] = []
    session = client.session("ACD", on_ended=ends.append)
    world.live(HOUR, client)
    world.wake(366 * DAY, client)
    assert [end.state for end in ends] == [State.DENIED]
    assert "token" in str(ends[0].denial)
    assert session.ended == ends[0]
    assert client.step() > 2**62  # nothing more is due


def test_a_machine_that_wakes_takes_nothing_over_from_where_its_user_now_works(world: World) -> None:
    client = world.client()
    ends: list[Any] = []
    client.session("ACD", take_over=True, on_ended=ends.append)
    world.live(HOUR, client)
    world.advance_to(49 * HOUR)
    home = world.client(device="home")
    there = home.session("ACD")
    world.wake(50 * HOUR, client)
    assert isinstance(ends[0].denial, InUseElsewhere)
    home.step()
    assert world.state(there.id) == "ACTIVE"


def test_an_offline_day_runs_on_and_is_paid_once(world: World) -> None:
    client = world.client()
    limits: list[Any] = []
    session = client.session("ACD", on_offline_limit_soon=limits.append)
    world.live(10 * MINUTE, client)
    world.offline()
    world.live(20 * HOUR, client)
    assert (session.ended, session.in_contact, limits) == (None, False, [])
    world.online(client)
    world.live(20 * HOUR + 5 * MINUTE, client)
    assert session.in_contact
    assert world.state(session.id) == "ACTIVE"
    assert world.balance == (93, 0)


def test_offline_past_the_lease_the_session_ends_and_the_product_is_told_before(world: World) -> None:
    client = world.client()
    limits: list[Any] = []
    ends: list[Any] = []
    session = client.session("ACD", on_offline_limit_soon=limits.append, on_ended=ends.append)
    world.live(MINUTE, client)
    assert session.facts is not None
    until = session.facts.lease_until
    world.offline()
    world.live(until - START - MINUTE, client)
    assert [notice.at for notice in limits] == [until]
    assert ends == []
    world.live(until - START + MINUTE, client)
    assert ends == [Ended(State.EXPIRED, until)]
    assert session.ended == ends[0]


def test_the_other_device_is_refused_and_may_take_over(world: World) -> None:
    desk = world.client()
    ends: list[Any] = []
    first = desk.session("ACD", on_ended=ends.append)
    home = world.client(device="home")
    with pytest.raises(InUseElsewhere) as refused:
        home.session("ACD")
    assert (refused.value.session, refused.value.device) == (first.id, "laptop")
    world.live(MINUTE, desk)
    second = home.session("ACD", take_over=True)
    world.live(10 * MINUTE, desk, home)
    assert [end.state for end in ends] == [State.SUPERSEDED]
    assert world.state(second.id) == "ACTIVE"
    assert world.balance == (93, 0)  # the line goes on


def test_a_callback_that_fails_does_not_end_the_contact(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_notice: object) -> None:
        raise RuntimeError("the product's own fault")

    world.calm()
    client = world.client()
    session = client.session("ACD", on_renewal_soon=broken)
    world.live(25 * HOUR, client)
    assert "the product's own fault" in caplog.text
    assert world.state(session.id) == "ACTIVE"


def test_the_rights_that_a_client_has_by_its_answers(world: World) -> None:
    client = world.client()
    quote = client.quote("ACD")
    assert (quote.granted, quote.tokens, quote.balance_after) == (True, 7, 93)
    assert world.balance == (100, 0)
    with client.session("ACD") as session:
        assert [facts.session for facts in client.my_sessions()] == [session.id]
        world.live(6 * MINUTE, client)
    assert [(charge.product, charge.tokens) for charge in client.my_charges()] == [("ACD", 7)]
    assert client.release_device("ACD", "laptop") == ()


def test_an_absence_of_the_authority_is_not_the_clients_fault(world: World) -> None:
    client = world.client()
    session = client.session("ACD")
    before = session.id
    world.live(HOUR, client)
    world.restart(down=10 * HOUR)
    world.online(client)
    world.live(11 * HOUR + 5 * MINUTE, client)
    assert (session.id, session.ended, session.in_contact) == (before, None, True)
    assert world.state(before) == "ACTIVE"
    assert world.balance == (93, 0)
