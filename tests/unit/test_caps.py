"""Acts about caps (Q3): subjects, periods, what counts from before, changes and ends."""

import pytest

from flexauth import requests
from flexauth.commands import DAY, MINUTE, Reason
from flexauth.faults import AlreadyExists, NotFound, Stale
from flexauth.requests.entitlements import CapPeriod, CapSubject, CreateCap, EndCap, ListCaps, UpdateCap
from flexauth.requests.packs import RefundCharge
from tests.unit.conftest import START, Office, session

HOUR = 60 * MINUTE


def sign_in(acme: Office, number: int, user: str = "ann", product: str = "ACD", project: str = ""):
    device = f"{user}-{product}"
    return acme.ask(requests.Checkout(session(number), user, product, device, project=project))


def cap(name: str = "budget", **given):
    return CreateCap("acme", name, **{"subject_kind": CapSubject.TEAM, "per": CapPeriod.MONTH, "tokens": 14, **given})


@pytest.fixture
def crew(acme: Office) -> Office:
    """Acme with bob beside ann, a group `crew` of ann alone, a project `tower`, and a second product of 3 tokens."""
    acme.ask(requests.CreateUser("bob", memberships=(requests.Membership("acme", all_products=True),)))
    acme.ask(requests.CreateProduct("MAX", rate=3))
    acme.ask(requests.CreateGroup("acme", "crew"))
    acme.ask(requests.AddGroupMembers("acme", "crew", ("ann",)))
    acme.ask(requests.CreateProject("acme", "tower"))
    return acme


def used(office: Office) -> dict[str, int]:
    return {listed.name: listed.used for listed in office.ask(ListCaps("acme")).items}


@pytest.mark.parametrize(
    ("kind", "name", "counts"),
    [
        (CapSubject.TEAM, "", 24),
        (CapSubject.USER, "ann", 17),
        (CapSubject.GROUP, "crew", 17),
        (CapSubject.PROJECT, "tower", 7),
        (CapSubject.PRODUCT, "ACD", 14),
    ],
)
def test_what_was_charged_and_is_held_counts_from_the_start(
    crew: Office, kind: CapSubject, name: str, counts: int
) -> None:
    """Charges: ann ACD for tower, ann MAX; held: bob ACD, ann RVT."""
    crew.ask(requests.CreateProduct("RVT", rate=7))
    sign_in(crew, 1, project="tower")
    sign_in(crew, 2, product="MAX")
    crew.at(6 * MINUTE)
    sign_in(crew, 3, "bob")
    sign_in(crew, 4, product="RVT")
    made = crew.ask(cap(subject_kind=kind, subject_name=name, tokens=100))
    assert (made.used, made.subject_name) == (counts, name)
    crew.restart(kill=True)
    assert used(crew) == {"budget": counts}


def test_a_hard_cap_refuses_and_is_named_a_soft_one_tells(crew: Office) -> None:
    crew.ask(cap("soft", tokens=6, soft=True))
    crew.ask(cap("hard", tokens=9))
    assert sign_in(crew, 1).tokens == 7
    refused = sign_in(crew, 2, "bob")
    assert (refused.denial.reason, refused.denial.cap) == (Reason.CAP_REACHED, "hard")
    assert used(crew) == {"soft": 7, "hard": 7}


def test_a_cap_counts_by_its_period(crew: Office) -> None:
    crew.ask(cap(per=CapPeriod.DAY, tokens=7))
    sign_in(crew, 1)
    crew.at(6 * MINUTE)
    crew.ask(requests.Checkin(session(1), 1))
    assert not sign_in(crew, 2, "bob").granted
    crew.at(16 * HOUR)
    assert used(crew) == {"budget": 0}
    assert sign_in(crew, 3, "bob").granted


@pytest.mark.parametrize("restarted", [False, True])
def test_a_hold_from_before_is_taken_back_when_it_is_released(crew: Office, restarted: bool) -> None:
    sign_in(crew, 1)
    assert crew.ask(cap(validate_only=True)).used == 7
    assert crew.ask(cap()).used == 7
    if restarted:
        crew.restart(kill=True)
    crew.at(MINUTE)
    crew.ask(requests.Checkin(session(1), 1))
    assert used(crew) == {"budget": 0}


def test_a_charge_from_before_is_taken_back_with_its_refund(crew: Office) -> None:
    sign_in(crew, 1)
    crew.at(6 * MINUTE)
    crew.ask(requests.Checkin(session(1), 1))
    assert crew.ask(cap()).used == 7
    crew.ask(RefundCharge("acme", "ann", "ACD", START, "wrong"))
    assert used(crew) == {"budget": 0}
    assert crew.ask(cap("again")).used == 0


def test_a_day_is_that_of_the_teams_time_zone(crew: Office) -> None:
    """08:00 UTC is 22:00 in Honolulu: two hours later a new day begins there."""
    crew.ask(requests.SetPolicy("acme", '{"time_zone": "Pacific/Honolulu"}'))
    crew.ask(cap(per=CapPeriod.DAY, tokens=7))
    sign_in(crew, 1)
    assert not sign_in(crew, 2, "bob").granted
    crew.at(2 * HOUR)
    assert sign_in(crew, 3, "bob").granted


def test_a_pack_year_begins_with_the_first_live_pack(crew: Office) -> None:
    crew.at(DAY)
    crew.ask(requests.CreateOrder("acme", (requests.PackTerms(500),)))
    sign_in(crew, 1)
    assert crew.ask(cap(per=CapPeriod.PACK_YEAR, tokens=100)).used == 7
    rows = crew.store.select("calendar_starts", {"calendar": 1, "since": START + DAY})
    assert rows[0]["at"] == START
    assert crew.ask(cap("own", per=CapPeriod.PACK_YEAR, tokens=100, anchor=START + 2 * DAY)).used == 7


def test_a_cap_is_changed_and_ended(crew: Office) -> None:
    made = crew.ask(cap(tokens=6))
    assert not sign_in(crew, 1).granted
    changed = crew.ask(UpdateCap("acme", "budget", tokens=7, etag=made.etag))
    assert (changed.tokens, changed.soft) == (7, False)
    with pytest.raises(Stale):
        crew.ask(UpdateCap("acme", "budget", tokens=8, etag=made.etag))
    assert sign_in(crew, 2).granted
    assert not sign_in(crew, 3, "bob").granted
    crew.ask(UpdateCap("acme", "budget", soft=True, update_mask=("soft",)))
    assert sign_in(crew, 4, "bob").granted
    assert crew.ask(EndCap("acme", "budget")).used == 14
    assert used(crew) == {}
    with pytest.raises(NotFound, match="cap 'budget'"):
        crew.ask(EndCap("acme", "budget"))
    assert crew.ask(cap()).used == 14, "the name is free again, and what was used still counts"


@pytest.mark.parametrize(
    ("request_", "fault", "words"),
    [
        (cap(), AlreadyExists, "cap 'budget'"),
        (cap("new", subject_kind=CapSubject.GROUP, subject_name="nobody"), NotFound, "group 'nobody'"),
        (cap("new", subject_kind=CapSubject.PROJECT, subject_name="nothing"), NotFound, "project 'nothing'"),
        (cap("new", subject_kind=CapSubject.USER, subject_name="eve"), NotFound, "user 'eve'"),
        (cap("new", subject_kind=CapSubject.PRODUCT, subject_name="RVT"), NotFound, "product 'RVT'"),
    ],
)
def test_a_cap_of_nobody_is_refused(crew: Office, request_: CreateCap, fault: type[Exception], words: str) -> None:
    crew.ask(cap())
    crew.ask(requests.CreateUser("eve"))
    with pytest.raises(fault, match=words):
        crew.ask(request_)
