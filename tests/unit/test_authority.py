"""What the authority answers by name: sign-ins, denials with facts, repeats, late check-ins, lists."""

import pytest

from flexauth import requests
from flexauth.commands import DAY, MINUTE, SECOND, Entitlement, ProductKind, Reason, State
from flexauth.faults import Conflict, InvalidArgument, NotFound
from tests.unit.conftest import START, Office, session


def sign_in(
    number: int = 1, user: str = "ann", product: str = "ACD", device: str = "desk", **more
) -> requests.Checkout:
    return requests.Checkout(session(number), user, product, device, **more)


def test_a_sign_in_tells_all_that_a_client_needs(acme: Office) -> None:
    answer = acme.ask(sign_in())
    facts = answer.facts
    assert (answer.granted, answer.tokens, answer.rate, answer.balance) == (True, 7, 7, 93)
    assert (facts.team, facts.user, facts.product, facts.device) == ("acme", "ann", "ACD", "desk")
    assert (facts.state, facts.entitlement) == (State.ACTIVE, Entitlement.TOKENS)
    assert (facts.heartbeat_by, facts.lease_until) == (START + 5 * MINUTE, START + DAY)
    assert (facts.pending_since, facts.paid_until) == (START, START + DAY)
    assert (facts.server_time, facts.renewal_notice_at) == (START, START + DAY - 15 * MINUTE)


def test_a_quote_says_what_a_sign_in_would_and_changes_nothing(acme: Office) -> None:
    before = acme.authority.state()
    quote = acme.ask(requests.Quote(sign_in()))
    assert (quote.granted, quote.entitlement, quote.team, quote.tokens) == (True, Entitlement.TOKENS, "acme", 7)
    assert (quote.balance_after, quote.paid_until) == (93, START + DAY)
    assert acme.authority.state() == before


def test_a_denial_for_want_of_tokens_has_the_sums_and_a_remedy(acme: Office) -> None:
    acme.ask(requests.CreateProduct("BIG", rate=101))
    denial = acme.ask(sign_in(product="BIG")).denial
    assert (denial.reason, denial.balance, denial.rate, denial.shortfall) == (Reason.INSUFFICIENT_TOKENS, 100, 101, 1)
    assert "acme has 100 tokens" in denial.message
    assert "order" in denial.message


def test_a_team_without_a_live_pack_says_so(acme: Office) -> None:
    acme.ask(requests.CreateTeam("empty"))
    acme.ask(requests.CreateUser("nil", memberships=(requests.Membership("empty", all_products=True),)))
    assert acme.ask(sign_in(user="nil")).denial.reason is Reason.NO_LIVE_PACK


def test_a_product_that_is_not_assigned_is_denied_by_name(acme: Office) -> None:
    acme.ask(requests.CreateProduct("RVT", rate=10))
    acme.ask(requests.CreateUser("bob", memberships=(requests.Membership("acme", products=("RVT",)),)))
    denial = acme.ask(sign_in(user="bob")).denial
    assert denial.reason is Reason.NOT_ASSIGNED
    assert "ACD is not assigned to bob" in denial.message
    acme.ask(requests.AssignUser("bob", requests.Membership("acme", products=("ACD",))))
    assert acme.ask(sign_in(user="bob")).granted
    assert acme.ask(sign_in(2, user="bob", product="RVT")).denial.reason is Reason.NOT_ASSIGNED


def test_a_session_in_the_way_is_named_with_its_device(acme: Office) -> None:
    acme.ask(sign_in())
    denial = acme.ask(sign_in(2, device="lap")).denial
    assert (denial.reason, denial.elsewhere_session) == (Reason.IN_USE_ELSEWHERE, session(1))
    assert denial.elsewhere_device == "desk"
    assert "take-over" in denial.message


def test_a_fourth_device_is_told_the_three(acme: Office) -> None:
    for number, device in enumerate(("desk", "lap", "home"), 1):
        acme.ask(sign_in(number, device=device, take_over=True))
    denial = acme.ask(sign_in(4, device="fourth", take_over=True)).denial
    assert denial.reason is Reason.DEVICE_LIMIT
    assert [device.name for device in denial.devices] == ["desk", "lap", "home"]
    left = acme.ask(requests.ReleaseDevice("ann", "ACD", "lap"))
    assert [device.name for device in left.devices] == ["desk", "home"]
    assert acme.ask(sign_in(4, device="fourth", take_over=True)).granted


def test_a_repeat_is_the_same_answer_also_after_a_restart(acme: Office) -> None:
    first = acme.ask(sign_in())
    acme.restart(kill=True)
    again = acme.ask(sign_in())
    assert (again.granted, again.tokens, again.facts.entitlement) == (True, first.tokens, first.facts.entitlement)
    assert acme.ask(requests.GetBalance("acme")).held == 7


@pytest.mark.parametrize(
    "other", [{"device": "lap"}, {"product": "RVT"}, {"version": "2026"}, {"take_over": True}, {"team": "acme"}]
)
def test_a_session_id_with_other_content_is_refused(acme: Office, other: dict) -> None:
    acme.ask(requests.CreateProduct("RVT", rate=10))
    acme.ask(sign_in())
    with pytest.raises(Conflict, match=session(1)):
        acme.ask(sign_in(**other))


def test_a_late_truthful_check_in_is_refunded_with_what_the_store_knows(acme: Office) -> None:
    acme.ask(sign_in())
    acme.at(10 * MINUTE)
    answer = acme.ask(requests.Checkin(session(1), 1, ended_at=START + 3 * MINUTE))
    assert (answer.refunded, answer.facts.state) == (7, State.CLOSED)
    assert acme.ask(requests.GetBalance("acme")).available == 100
    charge = acme.ask(requests.ListCharges("ann")).items[0]
    assert (charge.tokens, charge.refunded, charge.slices) == (7, 7, ((1, 7),))


def test_two_late_check_ins_at_once_are_both_decided(acme: Office) -> None:
    acme.ask(requests.CreateUser("bob", memberships=(requests.Membership("acme", all_products=True),)))
    acme.ask(sign_in())
    acme.ask(sign_in(2, user="bob"))
    acme.at(10 * MINUTE)
    late = [acme.authority.submit(requests.Checkin(session(n), 1, ended_at=START + MINUTE)) for n in (1, 2)]
    assert [future.result(10).refunded for future in late] == [7, 7]


def test_a_refused_renewal_says_why_the_session_ended(acme: Office) -> None:
    acme.ask(sign_in())
    acme.at(DAY - 5 * MINUTE)
    acme.ask(requests.Heartbeat(session(1), 1, START + DAY - 5 * MINUTE))
    acme.ask(requests.SetRate("ACD", 94))
    acme.at(DAY)
    answer = acme.ask(requests.Heartbeat(session(1), 2, START + DAY))
    assert (answer.facts.state, answer.facts.ended_at) == (State.DENIED, START + DAY)
    assert (answer.denial.reason, answer.denial.shortfall) == (Reason.INSUFFICIENT_TOKENS, 1)


def test_an_idle_aware_version_is_known_by_its_floor(acme: Office) -> None:
    acme.ask(requests.CreateProduct("INV", rate=1, idle_aware_from="2025.1"))
    old = acme.ask(sign_in(1, product="INV", version="2025"))
    new = acme.ask(sign_in(2, product="INV", version="2026"))
    assert (old.facts.idle_after, new.facts.idle_after) == (0, 15 * MINUTE)


def test_an_included_product_costs_nothing(acme: Office) -> None:
    acme.ask(requests.CreateProduct("DRV", "Drive", ProductKind.INCLUDED))
    answer = acme.ask(sign_in(product="DRV"))
    assert (answer.facts.entitlement, answer.tokens, answer.balance) == (Entitlement.INCLUDED, 0, 100)


@pytest.mark.parametrize(
    "request_",
    [
        requests.Checkout(session(1), "nobody", "ACD", "desk"),
        requests.Checkout(session(1), "ann", "nobody", "desk"),
        requests.Checkout(session(1), "ann", "ACD", "desk", team="nobody"),
        requests.Quote(requests.Checkout(session(1), "nobody", "ACD", "desk")),
        requests.ReleaseDevice("ann", "ACD", "nobody"),
    ],
)
def test_what_is_not_there_is_named_as_the_caller_sent_it(acme: Office, request_: requests.Request) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        acme.ask(request_)


@pytest.mark.parametrize("request_", [requests.Heartbeat(session(9), 1), requests.Checkin(session(9), 1)])
def test_an_unknown_session_is_named(acme: Office, request_: requests.Request) -> None:
    with pytest.raises(NotFound, match=session(9)):
        acme.ask(request_)


def test_sessions_of_a_user_are_listed_latest_first_also_when_over(acme: Office) -> None:
    acme.ask(sign_in())
    acme.ask(requests.Checkin(session(1), 1))
    acme.at(SECOND)
    acme.ask(sign_in(2))
    acme.at(4 * DAY)
    acme.ask(sign_in(3))
    seen = [(facts.session, facts.state) for facts in acme.ask(requests.ListSessions(user="ann")).items]
    assert seen == [(session(3), State.ACTIVE), (session(2), State.EXPIRED), (session(1), State.CLOSED)]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sign_in(device=""), ["device", "empty"]),
        (lambda: sign_in(device="x" * 129), ["device", "128", "129"]),
        (lambda: requests.Checkout("no-uuid", "ann", "ACD", "d"), ["session", "no-uuid", "UUID"]),
        (lambda: requests.Checkout("0" * 32, "ann", "ACD", "d"), ["session", "UUID"]),
        (lambda: sign_in(user="a\nb"), ["user", "control"]),
        (lambda: sign_in(product="A CD"), ["product", "A CD"]),
        (lambda: sign_in(max_tokens=-1), ["max_tokens", "-1"]),
        (lambda: sign_in(project="p q"), ["project", "p q"]),
        (lambda: requests.Heartbeat(session(1), 1, consent=-1), ["consent", "-1"]),
        (lambda: requests.ReportResult(session(1), 0, "r"), ["units", "0"]),
        (lambda: requests.ReportResult(session(1), 1, ""), ["request_id", "empty"]),
        (lambda: requests.Heartbeat(session(1), 0), ["counter", "0"]),
        (lambda: requests.Heartbeat(session(1), 1, -1), ["operated_at", "-1"]),
        (lambda: requests.Checkin(session(1), 1, ended_at=2**62), ["ended_at", str(2**62)]),
        (lambda: requests.PackTerms(0), ["size", "0"]),
        (lambda: requests.PackTerms(1, currency="usd"), ["currency", "usd"]),
        (lambda: requests.SetRate("ACD", 0), ["tokens_per_24h", "0"]),
        (lambda: requests.CreateProduct("ACD"), ["rate", "0", "C12"]),
        (lambda: requests.ListTeams(page_size=1001), ["page_size", "1001", "1000"]),
        (lambda: requests.Membership("acme", all_products=True, products=("ACD",)), ["products", "A1"]),
    ],
)
def test_a_wrong_request_is_refused_by_field_value_and_rule(make, words: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        make()
    assert all(word in str(caught.value) for word in words), str(caught.value)
