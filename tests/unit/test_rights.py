"""Who may run what (SPEC 5.4, 6): facts in, candidates out."""

import pytest

from flexauth.commands import DAY, NEVER, Candidate, Entitlement, ProductKind, Reason, Rights
from flexauth.requests.entitlements import CapSubject
from flexauth.rights import Asked, Membership, Right, TeamFacts, UserFacts, rights

NOW = 1_772_438_400_000_000
ACD, RVT, INV = 1, 2, 3
ATLAS, BRIO = 1, 2
SUB, TRIAL, SEAT, INCLUDED, TOKENS = (
    Entitlement.SUBSCRIPTION, Entitlement.TRIAL, Entitlement.SEAT, Entitlement.INCLUDED, Entitlement.TOKENS
)  # fmt: skip
ALL = Membership(ATLAS, assigned_all=True)


def of(
    *memberships: Membership,
    team: TeamFacts | None = None,
    subscriptions: tuple[Right, ...] = (),
    trials: tuple[Right, ...] = (),
    groups: frozenset[int] = frozenset(),
    suspended: bool = False,
    asked: Asked | None = None,
) -> Rights:
    """Rights of a user to ACD, or to what is asked, now."""
    user = UserFacts(7, memberships, subscriptions, trials, groups, suspended)
    teams = {ATLAS: team or TeamFacts(ATLAS), BRIO: TeamFacts(BRIO)}
    return rights(user, teams, asked or Asked(ACD, ProductKind.DAILY), NOW, version=5)[0]


def kinds(found: Rights) -> list[tuple[Entitlement, int]]:
    return [(c.entitlement, c.team) for c in found.candidates]


def test_the_order_is_subscription_trial_seat_then_tokens() -> None:
    found = of(
        ALL,
        team=TeamFacts(ATLAS, pools={ACD: (4,)}),
        subscriptions=(Right(ATLAS, frozenset([ACD, RVT]), 0),),
        trials=(Right(ATLAS, frozenset([ACD]), 0, NOW + DAY),),
    )
    assert found.candidates == (
        Candidate(SUB, ATLAS),
        Candidate(TRIAL, ATLAS, until=NOW + DAY),
        Candidate(SEAT, ATLAS, pool=4),
        Candidate(TOKENS, ATLAS),
    )
    assert found.version == 5


def test_a_subscription_and_a_seat_need_no_assignment_but_a_membership() -> None:
    nothing_assigned = Membership(ATLAS)
    subscribed = (Right(ATLAS, frozenset([ACD]), 0),)
    team = TeamFacts(ATLAS, pools={ACD: (4,)})
    assert kinds(of(nothing_assigned, team=team, subscriptions=subscribed)) == [(SUB, ATLAS), (SEAT, ATLAS)]
    assert kinds(of(Membership(BRIO), subscriptions=subscribed)) == []


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "holds"),
    [(NOW, NEVER, True), (NOW + 1, NEVER, False), (0, NOW, False), (0, NOW + 1, True)],
)
def test_a_right_holds_in_its_half_open_time(starts_at: int, ends_at: int, holds: bool) -> None:
    found = of(Membership(ATLAS), subscriptions=(Right(ATLAS, frozenset([ACD]), starts_at, ends_at),))
    assert bool(found.candidates) is holds


def test_a_right_to_come_bounds_how_long_the_answer_holds() -> None:
    user = UserFacts(7, (ALL,), (Right(ATLAS, frozenset([ACD]), NOW + DAY),))
    _, until = rights(user, {ATLAS: TeamFacts(ATLAS)}, Asked(ACD, ProductKind.DAILY), NOW, 5)
    assert until == NOW + DAY


@pytest.mark.parametrize(
    ("membership", "default", "guests", "product", "may"),
    [
        (ALL, (), False, INV, True),
        (Membership(ATLAS, products=frozenset([ACD])), (), False, ACD, True),
        (Membership(ATLAS, products=frozenset([ACD])), (), False, RVT, False),
        (Membership(ATLAS, assigned_all=True, excepted=frozenset([RVT])), (), False, RVT, False),
        (Membership(ATLAS, assigned_all=True, excepted=frozenset([RVT])), (), False, INV, True),
        (Membership(ATLAS), (RVT,), False, RVT, True),
        (Membership(ATLAS), (RVT,), False, INV, False),
        (Membership(ATLAS, assigned_all=True, excepted=frozenset([RVT])), (RVT,), False, RVT, True),
        (Membership(ATLAS, guest=True), (RVT,), False, RVT, False),
        (Membership(ATLAS, guest=True), (RVT,), True, RVT, True),
        (Membership(ATLAS, products=frozenset([RVT]), guest=True), (), False, RVT, True),
    ],
)
def test_a_right_is_the_union_of_own_and_default_assignment(
    membership: Membership, default: tuple[int, ...], guests: bool, product: int, may: bool
) -> None:
    team = TeamFacts(ATLAS, default=frozenset(default), guests_get_default=guests)
    found = of(membership, team=team, asked=Asked(product, ProductKind.DAILY))
    assert (kinds(found), found.refusal) == ([(TOKENS, ATLAS)] if may else [], Reason.NOT_ASSIGNED)


def test_an_included_product_is_a_candidate_of_each_team_that_assigns_it() -> None:
    found = of(ALL, Membership(BRIO, assigned_all=True), asked=Asked(ACD, ProductKind.INCLUDED))
    assert kinds(found) == [(INCLUDED, ATLAS), (INCLUDED, BRIO)]


def test_a_team_that_is_asked_for_is_the_only_one_that_pays_or_lends_seats() -> None:
    asked = Asked(ACD, ProductKind.DAILY, team=BRIO)
    team = TeamFacts(ATLAS, pools={ACD: (4,)})
    subscribed = (Right(ATLAS, frozenset([ACD]), 0),)
    found = of(ALL, Membership(BRIO, assigned_all=True), team=team, subscriptions=subscribed, asked=asked)
    assert kinds(found) == [(SUB, ATLAS), (TOKENS, BRIO)]


@pytest.mark.parametrize(
    ("membership", "team", "asked", "reason"),
    [
        (ALL, TeamFacts(ATLAS, scope=frozenset([RVT])), {}, Reason.OUT_OF_SCOPE),
        (ALL, TeamFacts(ATLAS, suspended=True), {}, Reason.SUSPENDED),
        (ALL, TeamFacts(ATLAS), {"device_suspended_in": frozenset([ATLAS])}, Reason.SUSPENDED),
        (Membership(ATLAS, assigned_all=True, barred=Reason.SUSPENDED), TeamFacts(ATLAS), {}, Reason.SUSPENDED),
        (
            Membership(ATLAS, assigned_all=True, barred=Reason.INVITATION_PENDING),
            TeamFacts(ATLAS),
            {},
            Reason.INVITATION_PENDING,
        ),
    ],
)
def test_a_team_that_assigns_but_does_not_let_it_run_says_why(
    membership: Membership, team: TeamFacts, asked: dict[str, frozenset[int]], reason: Reason
) -> None:
    found = of(membership, team=team, asked=Asked(ACD, ProductKind.DAILY, **asked))  # type: ignore[arg-type]
    assert found.candidates == (Candidate(TOKENS, ATLAS, refusal=reason),)


def test_nothing_of_a_team_that_bars_the_user_counts() -> None:
    subscribed = (Right(ATLAS, frozenset([ACD]), 0),)
    found = of(Membership(ATLAS), team=TeamFacts(ATLAS, suspended=True), subscriptions=subscribed)
    assert (found.candidates, found.refusal) == ((), Reason.SUSPENDED)


def test_a_suspended_user_is_barred_before_anything_else() -> None:
    assert of(ALL, suspended=True).barred is Reason.SUSPENDED


def test_all_caps_that_bind_a_charge_come_by_id() -> None:
    caps = {
        (CapSubject.TEAM, ATLAS): (9,),
        (CapSubject.USER, 7): (3, 5),
        (CapSubject.USER, 8): (1,),
        (CapSubject.GROUP, 30): (4,),
        (CapSubject.PROJECT, 40): (2,),
        (CapSubject.PRODUCT, RVT): (6,),
        (CapSubject.PRODUCT, ACD): (8,),
    }
    team = TeamFacts(ATLAS, caps=caps)
    asked = Asked(ACD, ProductKind.DAILY, project=40)
    found = of(ALL, Membership(BRIO, assigned_all=True), team=team, groups=frozenset([30, 31]), asked=asked)
    assert [c.caps for c in found.candidates] == [(2, 3, 4, 5, 8, 9), ()]
