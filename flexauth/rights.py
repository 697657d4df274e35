"""Who may run what (SPEC 5.4, 6): static facts of a user and of teams to candidates. Pure; never reads live state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flexauth.commands import INT64_MAX, NEVER, Candidate, Entitlement, ProductKind, Reason, Rights
from flexauth.requests.entitlements import CapSubject

__all__ = ["Asked", "Membership", "Right", "TeamFacts", "UserFacts", "assigned", "rights"]

_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Right:
    """A subscription or trial: of a team, to products, in [starts_at, ends_at); `ends_at` NEVER: open."""

    team: int
    products: frozenset[int]
    starts_at: int
    ends_at: int = NEVER

    def holds(self, product: int, at: int) -> bool:
        return product in self.products and self.starts_at <= at and (self.ends_at == NEVER or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in a team: assigned ALL but `excepted`, or `products` (A1). `barred`: suspended or not yet accepted."""

    team: int
    assigned_all: bool = False
    products: frozenset[int] = _NOTHING
    excepted: frozenset[int] = _NOTHING
    guest: bool = False
    barred: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class UserFacts:
    """What rights know of a user; memberships by team id."""

    user: int
    memberships: tuple[Membership, ...] = ()
    subscriptions: tuple[Right, ...] = ()
    trials: tuple[Right, ...] = ()
    groups: frozenset[int] = _NOTHING
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What rights know of a team at an instant: its default assignment (A2), scope (None: ALL), seat pools, caps."""

    team: int
    suspended: bool = False
    default: frozenset[int] = _NOTHING
    guests_get_default: bool = False
    scope: frozenset[int] | None = None
    pools: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    caps: Mapping[tuple[CapSubject, int], tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a product, the team that was named (0: any, E1), a project (Q4), a suspended device or not."""

    product: int
    kind: ProductKind
    team: int = 0
    project: int = 0
    device_suspended_in: frozenset[int] = _NOTHING


def assigned(membership: Membership, team: TeamFacts, product: int) -> bool:
    """A3: the union of own and default assignment."""
    if product in membership.products or (membership.assigned_all and product not in membership.excepted):
        return True
    return product in team.default and (team.guests_get_default or not membership.guest)


def rights(user: UserFacts, teams: Mapping[int, TeamFacts], asked: Asked, now: int, version: int) -> tuple[Rights, int]:
    """The ways in which a user may run a product now, in the order of SPEC 5.4, and until when this answer holds.

    It holds until a right of the user begins; that one ends, the engine sees by its `until`.
    """
    changes = [r.starts_at for r in (*user.subscriptions, *user.trials) if r.starts_at > now]
    until = min(changes, default=INT64_MAX)
    if user.suspended:
        return Rights(version, barred=Reason.SUSPENDED), until
    open_teams = {m.team: m for m in user.memberships if not _barred(m, teams[m.team], asked)}
    found = (
        *_free(Entitlement.SUBSCRIPTION, user.subscriptions, open_teams, asked, now),
        *_free(Entitlement.TRIAL, user.trials, open_teams, asked, now),
        *_seats(open_teams, teams, asked),
        *_paid(user, teams, asked),
    )
    return Rights(version, found, _refusal(user, teams, asked)), until


def _barred(membership: Membership, team: TeamFacts, asked: Asked) -> Reason:
    """Why nothing of this team counts for the user now (A4, A8)."""
    if team.suspended or team.team in asked.device_suspended_in:
        return Reason.SUSPENDED
    return membership.barred


def _free(
    entitlement: Entitlement, given: tuple[Right, ...], teams: Mapping[int, Membership], asked: Asked, now: int
) -> Iterator[Candidate]:
    """Subscriptions or trials in any of the user's teams; of each team the one that lasts longest."""
    ends: dict[int, int] = {}
    for right in given:
        if right.team in teams and right.holds(asked.product, now):
            end = INT64_MAX if right.ends_at == NEVER else right.ends_at
            ends[right.team] = max(ends.get(right.team, 0), end)
    for team in sorted(ends):
        yield Candidate(entitlement, team, NEVER if ends[team] == INT64_MAX else ends[team])


def _seats(members: Mapping[int, Membership], teams: Mapping[int, TeamFacts], asked: Asked) -> Iterator[Candidate]:
    for team in members:
        if asked.team in (0, team):
            for pool in teams[team].pools.get(asked.product, ()):
                yield Candidate(Entitlement.SEAT, team, pool=pool)


def _paid(user: UserFacts, teams: Mapping[int, TeamFacts], asked: Asked) -> Iterator[Candidate]:
    """Included product, paid window and tokens: of teams that assign the product; with why a team does not let it."""
    entitlement = Entitlement.INCLUDED if asked.kind is ProductKind.INCLUDED else Entitlement.TOKENS
    for member in user.memberships:
        team = teams[member.team]
        if asked.team not in (0, member.team) or not assigned(member, team, asked.product):
            continue
        refusal = _barred(member, team, asked)
        if not refusal and team.scope is not None and asked.product not in team.scope:
            refusal = Reason.OUT_OF_SCOPE
        caps = () if refusal else _caps(user, team, asked)
        yield Candidate(entitlement, member.team, caps=caps, refusal=refusal)


def _caps(user: UserFacts, team: TeamFacts, asked: Asked) -> tuple[int, ...]:
    """Caps that bind a charge, by id (Q3)."""
    if not team.caps:
        return ()
    subjects = [
        (CapSubject.TEAM, team.team),
        (CapSubject.USER, user.user),
        (CapSubject.PRODUCT, asked.product),
        (CapSubject.PROJECT, asked.project),
        *((CapSubject.GROUP, group) for group in user.groups),
    ]
    return tuple(sorted(cap for subject in subjects for cap in team.caps.get(subject, ())))


def _refusal(user: UserFacts, teams: Mapping[int, TeamFacts], asked: Asked) -> Reason:
    """Why there is no candidate: what bars the user from the first team that could have one, else NOT_ASSIGNED."""
    asked_of = (m for m in user.memberships if asked.team in (0, m.team))
    barred = (_barred(member, teams[member.team], asked) for member in asked_of)
    return next((reason for reason in barred if reason), Reason.NOT_ASSIGNED)
