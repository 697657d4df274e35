"""What a product may ask beside its sign-in: consent, borrowing, an end before a renewal, results, an outage borne."""

from typing import Any

import pytest

from flexauth import commands, requests
from flexauth.requests.entitlements import CapPeriod, CapSubject, CreateCap, PutPool
from flexauth.requests.groups import CreateProject
from flexauth.requests.persons import ExportPerson
from flexauth_client import (
    Choice,
    ConsentAsked,
    ConsentRequired,
    Ended,
    Ending,
    Entitlement,
    InsufficientTokens,
    Origin,
    Rejected,
    Result,
    State,
    Unavailable,
)
from tests.client.world import DAY, HOUR, MINUTE, START, World


def policy(world: World, values: str) -> None:
    world.ask(requests.SetPolicy("acme", values))


def test_a_charge_that_needs_consent_is_asked_for_and_made_when_it_is_given(world: World) -> None:
    policy(world, '{"consent": "always"}')
    asked: list[ConsentAsked] = []

    def agree(charge: ConsentAsked) -> int:
        asked.append(charge)
        return charge.tokens

    client = world.client()
    session = client.session("ACD", on_consent=agree)
    assert asked == [ConsentAsked("ACD", "acme", 7)]
    assert world.balance == (93, 7)
    session.close()


@pytest.mark.parametrize("answer", [None, 6])
def test_a_charge_that_is_not_agreed_to_is_not_made(world: World, answer: int | None) -> None:
    policy(world, '{"consent": "always"}')
    client = world.client()
    with pytest.raises(ConsentRequired, match="7 tokens of team acme") as denied:
        client.session("ACD", on_consent=lambda _: answer)
    assert (denied.value.tokens, denied.value.team) == (7, "acme")
    with pytest.raises(ConsentRequired):
        client.session("ACD")
    assert world.balance == (100, 0)


def test_a_renewal_is_asked_for_before_it_is_due(world: World) -> None:
    policy(world, '{"consent": "renewals", "heartbeat_interval": "1h"}')
    asked: list[ConsentAsked] = []

    def agree(charge: ConsentAsked) -> int:
        asked.append(charge)
        return charge.tokens

    client = world.client()
    session = client.session("ACD", on_consent=agree)
    world.live(23 * HOUR, client)
    assert asked == []
    world.live(25 * HOUR, client)
    assert asked == [ConsentAsked("ACD", "acme", 7, START + DAY)]
    assert world.balance == (86, 0)
    assert session.ended is None


def test_without_consent_a_renewal_ends_the_session_and_says_why(world: World) -> None:
    policy(world, '{"consent": "renewals", "heartbeat_interval": "1h"}')
    client = world.client()
    session = client.session("ACD", on_consent=lambda _: None)
    world.live(25 * HOUR, client)
    assert session.ended is not None
    assert (session.ended.state, type(session.ended.denial)) == (State.DENIED, ConsentRequired)
    assert world.balance == (93, 0)


def test_a_quote_tells_slices_caps_and_why_this_team(world: World) -> None:
    world.ask(CreateCap("acme", "daily", CapSubject.TEAM, CapPeriod.DAY, 50))
    quote = world.client().quote("ACD")
    assert (quote.granted, quote.tokens, int(quote.choice)) == (True, 7, Choice.ONLY)
    assert [piece.tokens for piece in quote.slices] == [7]
    assert [(cap.name, cap.used, cap.limit) for cap in quote.caps] == [("daily", 0, 50)]


def test_a_session_is_charged_back_to_its_project(world: World) -> None:
    world.ask(CreateProject("acme", "hall"))
    client = world.client()
    session = client.session("ACD", project="hall")
    assert session.facts is not None
    assert session.facts.project == "hall"
    with pytest.raises(Rejected, match="shed"):
        client.session("AWARE", project="shed")


def test_a_session_that_renews_nothing_ends_before_its_window(world: World) -> None:
    world.calm()
    heard: list[Any] = []
    client = world.client()
    session = client.session("ACD", end_before_renewal=True, on_ending=heard.append, on_ended=heard.append)
    world.live(23 * HOUR + 50 * MINUTE, client)
    assert heard == [Ending(START + DAY - MINUTE)]
    world.live(25 * HOUR, client)
    assert heard[1:] == [Ended(State.CLOSED, START + DAY - MINUTE)]
    assert world.state(session.id) == "CLOSED"
    assert world.balance == (93, 0)


def test_a_background_service_costs_nothing_until_its_first_operation_which_is_told_at_once(world: World) -> None:
    client = world.client()
    session = client.session("ACD", origin=Origin.BACKGROUND, origin_evidence="updater")
    world.live(3 * HOUR, client)
    assert world.balance == (100, 0)
    session.operation()
    client.step()
    assert world.balance == (93, 7)


def test_a_borrowed_seat_stays_taken_while_its_machine_is_away(world: World) -> None:
    world.ask(requests.AssignUser("gus", requests.Membership("acme")))
    world.ask(PutPool("acme", 1, product="ACD"))
    client = world.client("gus")
    session = client.session("ACD")
    assert session.facts is not None
    assert session.facts.entitlement is Entitlement.SEAT
    assert session.facts.lease_until == START + 15 * MINUTE
    assert session.borrow(START + 10 * HOUR) == START + 10 * HOUR
    world.offline()
    world.live(9 * HOUR, client)
    assert world.state(session.id, "gus") == "ACTIVE"
    assert session.ended is None
    world.live(10 * HOUR + MINUTE, client)
    assert session.ended == Ended(State.EXPIRED, START + 10 * HOUR)


def test_tokens_borrowed_past_the_window_are_held_and_given_back(world: World) -> None:
    world.calm()
    client = world.client()
    session = client.session("ACD")
    world.live(20 * HOUR, client)
    assert session.borrow(START + 40 * HOUR) == START + 40 * HOUR
    assert world.balance == (86, 7)
    assert session.borrow(0) == START + DAY + 5 * MINUTE
    assert world.balance == (93, 0)


def test_results_are_reported_before_they_are_delivered(world: World) -> None:
    per_result = commands.ProductKind.PER_RESULT
    world.ask(requests.CreateProduct("SIM", "Sim", per_result, result_tokens=60, result_units=10))
    client = world.client()
    session = client.session("SIM")
    assert session.report_result(9) == Result(tokens=0, balance=100, units_left_over=9)
    assert session.report_result(1, "last") == Result(tokens=60, balance=40, units_left_over=0)
    assert session.report_result(1, "last") == Result(tokens=60, balance=40, units_left_over=0)
    with pytest.raises(InsufficientTokens):
        session.report_result(10)
    assert world.balance == (40, 0)


def outage(world: World) -> None:
    """Ann has worked under a contract that bears an outage of two hours; then the authority goes away."""
    policy(world, '{"outage_grace": "2h"}')
    with world.client() as client, client.session("ACD"):
        pass
    world.offline()


def test_an_outage_is_borne_for_as_long_as_the_contract_says_and_once(world: World) -> None:
    outage(world)
    heard: list[Any] = []
    client = world.client()
    session = client.session("ACD", on_ended=heard.append)
    assert session.facts is None
    world.live(2 * HOUR - MINUTE, client)
    assert heard == []
    world.live(2 * HOUR + MINUTE, client)
    assert heard == [Ended(State.EXPIRED, START + 2 * HOUR)]
    with pytest.raises(Unavailable, match="licence desk"):
        client.session("ACD")


def test_what_was_run_without_an_answer_is_told_with_the_next_sign_in(world: World) -> None:
    outage(world)
    client = world.client()
    session = client.session("ACD", origin_evidence="from the menu")
    world.live(HOUR, client)
    world.online(client)
    world.live(HOUR + 10 * MINUTE, client)
    assert session.facts is not None
    assert world.state(session.id) == "ACTIVE"
    held = "".join(str(item) for item in world.ask(ExportPerson("ann")).items)
    assert f"outage_grace used from {START} on; from the menu" in held
    session.close()
    world.offline()
    again = client.session("ACD")  # an answer in between: the next outage is borne anew
    assert again.facts is None


def test_without_such_a_contract_nothing_runs_without_an_answer(world: World) -> None:
    with world.client() as client, client.session("ACD"):
        pass
    world.offline()
    with pytest.raises(Unavailable):
        world.client().session("ACD")
