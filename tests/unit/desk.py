"""Two teams, a pool and a few products, where both engines decide and every answer is compared."""

from dataclasses import replace

from flexauth.commands import (
    DAY,
    NEVER,
    SECOND,
    AddPacks,
    Candidate,
    ChangeRights,
    Checkin,
    Checkout,
    Decision,
    Entitlement,
    Heartbeat,
    NewPack,
    Outcome,
    Policy,
    ProductKind,
    PutPolicy,
    PutPool,
    PutProduct,
    PutRate,
    Rights,
)
from tests.laws.twins import Twins

START = 1_772_438_400 * SECOND
ACD, DRIVE = 1, 2
TOKENS = Candidate(Entitlement.TOKENS, 1)
OTHERS_TOKENS = Candidate(Entitlement.TOKENS, 2)
SUBSCRIPTION = Candidate(Entitlement.SUBSCRIPTION, 1)
SEAT = Candidate(Entitlement.SEAT, 1, pool=1)


__all__ = ["ACD", "DRIVE", "OTHERS_TOKENS", "SEAT", "START", "SUBSCRIPTION", "TOKENS", "Desk"]


class Desk:
    """Two teams with 100 tokens each, a product of 7 tokens, an included one, and a pool of one seat."""

    def __init__(self) -> None:
        self.twins = Twins(START)
        self.rights: dict[int, tuple[Candidate, ...]] = {}
        self.version = 0
        self.counter = 0
        self.asked = 0
        put = self.twins.decide
        put(PutProduct(ACD, ProductKind.DAILY))
        put(PutRate(ACD, 1, 0, 7))
        put(PutProduct(DRIVE, ProductKind.INCLUDED))
        put(AddPacks(1, (NewPack(1, 100, 0, START, START + 300 * DAY, START),)))
        put(AddPacks(2, (NewPack(2, 100, 0, START, START + 20 * DAY, START),)))
        put(PutPool(1, 1, 1))

    def at(self, since_start: int) -> None:
        self.twins.now = START + since_start
        self.twins.advance()

    def may(self, *candidates: Candidate, user: int = 1) -> None:
        self.rights[user] = candidates

    def changed(self, *teams: int) -> None:
        self.version += 1
        self.twins.decide(ChangeRights(self.version, teams))

    def policy(self, policy: Policy, team: int = 1) -> None:
        self.twins.decide(PutPolicy(team, 1, self.twins.now, policy))

    def command(self, session: int, user: int = 1, product: int = ACD, device: int = 1, **terms: object) -> Checkout:
        rights = Rights(self.version, self.rights[user])
        command = Checkout(session, user, product, device, session, 1, rights, asked_team=0)
        return replace(command, **terms)  # type: ignore[arg-type]

    def sign_in(self, session: int, *args: int, **terms: object) -> Decision:
        return self.twins.decide(self.command(session, *args, **terms))  # type: ignore[arg-type]

    def beat(self, session: int, operated_at: int = NEVER, **terms: object) -> Decision:
        self.counter += 1
        return self._tell(replace(Heartbeat(session, self.counter, operated_at), **terms))  # type: ignore[arg-type]

    def leave(self, session: int, ended_at: int = NEVER) -> Decision:
        self.counter += 1
        return self._tell(Checkin(session, self.counter, ended_at))

    def _tell(self, command: Heartbeat | Checkin) -> Decision:
        """Sent again with rights where the engines ask; `asked` counts that."""
        decision = self.twins.deny_changes_nothing(command)
        if decision.outcome is Outcome.NEEDS_RIGHTS:
            self.asked += 1
            rights = Rights(self.version, self.rights[decision.user])
            decision = self.twins.decide(replace(command, rights=rights))
        return decision

    def restart(self) -> None:
        self.twins.restart(0)

    def balance(self, team: int = 1) -> tuple[int, int]:
        return self.twins.core.balance(team)
