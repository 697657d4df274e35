"""Rights of the random histories: what each user may do with each product, as it stands, and how it changes."""

from collections.abc import Iterable

from flexauth.commands import (
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    Candidate,
    Entitlement,
    OriginRule,
    Policy,
    Reason,
    Rights,
)

__all__ = ["POLICIES", "POOLS", "Claims"]

#: Pools of network seats, and their teams.
POOLS = {1: 1, 2: 2}
POLICIES = (
    Policy(end_before_renewal=1, seat_linger=MINUTE),
    Policy(cross_team_subscription=0, origin_plugin_autoload=OriginRule.CHARGE, origin_background=OriginRule.CHARGE),
    Policy(origin_interactive=OriginRule.ON_FIRST_OPERATION, origin_background=OriginRule.ASK, lease_max=2 * HOUR),
)
_FREE = (Entitlement.SUBSCRIPTION, Entitlement.TRIAL, Entitlement.SEAT)
_LASTS = (0, SECOND, 5 * MINUTE, HOUR, 23 * HOUR)


class Claims:
    """The facts behind `Rights`; `version` is that of the last change that was told."""

    def __init__(self) -> None:
        self.version = 0
        self._ways: dict[tuple[int, int], dict[tuple[int, int, int], Candidate]] = {}
        self._barred: dict[int, Reason] = {}

    def of(self, user: int, product: int, asked_team: int = 0) -> Rights:
        """In the order of SPEC 5.4; of the team that was asked for alone."""
        ways = self._ways.get((user, product), {})
        found = tuple(ways[key] for key in sorted(ways) if asked_team in (0, ways[key].team))
        return Rights(self.version, found, Reason.NOT_ASSIGNED, self._barred.get(user, Reason.NONE))

    def grant(self, user: int, product: int, candidates: Iterable[Candidate]) -> None:
        """They are among the user's ways from now on."""
        ways = self._ways.setdefault((user, product), {})
        for candidate in candidates:
            ways[candidate.entitlement, candidate.team, candidate.pool] = candidate

    def have(self, user: int, product: int, *candidates: Candidate) -> None:
        """These are the user's ways, and no others; he is not barred."""
        self._ways[user, product] = {}
        self._barred.pop(user, None)
        self.grant(user, product, candidates)

    def withdraw(self, user: int, product: int, entitlement: Entitlement, team: int) -> None:
        ways = self._ways.get((user, product), {})
        for key in [key for key in ways if key[:2] == (entitlement, team)]:
            del ways[key]

    def bar(self, user: int, reason: Reason) -> None:
        """A suspended user; NONE: no longer."""
        self._barred[user] = reason

    @staticmethod
    def free(number: int, team: int, now: int) -> Candidate:
        """A subscription, a trial that ends soon, or a seat, by number."""
        kind = _FREE[number % len(_FREE)]
        if kind is Entitlement.SEAT:
            pool = 1 + team % len(POOLS)
            return Candidate(kind, POOLS[pool], pool=pool)
        lasts = _LASTS[number % len(_LASTS)]
        return Candidate(kind, team, NEVER if kind is Entitlement.SUBSCRIPTION and number % 2 else now + lasts)
