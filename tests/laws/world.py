"""A small world for cases that both engines must decide alike: one team with a product of 7 tokens."""

from collections.abc import Iterable

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    NO_LIMIT,
    SECOND,
    AddPacks,
    Candidate,
    Checkin,
    Checkout,
    Decision,
    Entitlement,
    Heartbeat,
    NewPack,
    Origin,
    Policy,
    ProductKind,
    PutCalendar,
    PutPolicy,
    PutProduct,
    PutRate,
    Refund,
    ReportResult,
    Rights,
)
from tests.laws.twins import Twins

__all__ = ["DAYS", "DRAWING", "RENDER", "START", "TEAM", "World"]

START = 1_772_438_400 * SECOND  # 2026-03-02 08:00 UTC
TEAM, USER, DRAWING, RENDER, DEVICE = 1, 1, 1, 2, 77
#: Days of UTC, that of the start among them; the third has an hour less, the fourth one more.
DAYS = 1
_MIDNIGHT = START - 8 * HOUR
_STARTS = (0, 24, 48, 71, 96, 120, 144, 168)


class World:
    """Both engines and their books; times are given from the start on."""

    def __init__(self, *, tokens: int = 100, policy: Policy | None = None) -> None:
        self.twins = Twins(START)
        self.twins.decide(PutProduct(DRAWING, ProductKind.DAILY))
        self.twins.decide(PutRate(DRAWING, 1, 0, 7))
        self.twins.decide(PutProduct(RENDER, ProductKind.PER_RESULT, result_tokens=2, result_units=10))
        self.twins.decide(PutCalendar(DAYS, tuple(_MIDNIGHT + hour * HOUR for hour in _STARTS)))
        self.twins.decide(AddPacks(TEAM, (NewPack(1, tokens, 0, START, START + 365 * DAY, START),)))
        if policy is not None:
            self.twins.decide(PutPolicy(TEAM, 1, START, policy))
        self.counters: dict[int, int] = {}

    def at(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Time goes on to so much after the start; what is due runs."""
        self.twins.now = START + days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
        self.twins.advance()

    def rights(self, product: int, caps: Iterable[int] = ()) -> Rights:
        return Rights(0, (Candidate(Entitlement.TOKENS, TEAM, caps=tuple(caps)),))

    def sign_in(
        self,
        session: int = 1,
        *,
        user: int = USER,
        product: int = DRAWING,
        caps: Iterable[int] = (),
        max_tokens: int = NO_LIMIT,
        origin: Origin = Origin.INTERACTIVE,
        idle_aware: bool = False,
        offline_until: int = NEVER,
    ) -> Decision:
        return self.twins.decide(
            Checkout(
                session, user, product, DEVICE, 0, TEAM, self.rights(product, caps), idle_aware=idle_aware,
                origin=origin, max_tokens=max_tokens, offline_until=offline_until,
            )
        )  # fmt: skip

    def _counter(self, session: int) -> int:
        self.counters[session] = self.counters.get(session, 0) + 1
        return self.counters[session]

    def beat(
        self,
        session: int = 1,
        *,
        caps: Iterable[int] = (),
        operated_at: int = NEVER,
        consent: int | None = None,
        offline_until: int = NEVER,
    ) -> Decision:
        """A heartbeat that brings rights."""
        rights = self.rights(DRAWING, caps)
        counter = self._counter(session)
        return self.twins.decide(Heartbeat(session, counter, operated_at, rights, consent, offline_until))

    def leave(self, session: int = 1, *, ended_at: int = NEVER, caps: Iterable[int] = (), recent: int = 0) -> Decision:
        """A check-in, with what the books know of the charge if the engines ask for it."""
        command = Checkin(session, self._counter(session), ended_at, NEVER, None, self.rights(DRAWING, caps))
        self.twins.store()
        decision = self.twins.decide(command)
        if not decision.outcome.name.startswith("NEEDS"):
            return decision
        line, books = (decision.team, decision.user, decision.product), self.twins.books
        start = decision.pending_since
        charge = books.charges[*line, start]
        slices = tuple((row[5], -row[6]) for row in charge)
        fact = Refund(start, charge[0][1], slices, recent, self.twins.batch, books.caps_of(line, start))
        return self.twins.decide(Checkin(command.session, command.counter, ended_at, NEVER, fact, command.rights))

    def report(self, units: int, session: int = 1, *, caps: Iterable[int] = ()) -> Decision:
        """Results of a session, with rights."""
        return self.twins.decide(ReportResult(session, units, self.rights(RENDER, caps)))

    @property
    def available(self) -> int:
        return self.twins.core.balance(TEAM)[0]

    @property
    def held(self) -> int:
        return self.twins.core.balance(TEAM)[1]

    def used(self, cap: int) -> int:
        """What counts in a cap's period of now."""
        used, expected = (engine.cap_used(cap, self.twins.now) for engine in (self.twins.core, self.twins.reference))
        assert used == expected
        return used[0]

    def restart(self) -> None:
        self.twins.restart(0)
