"""Random histories, steered to where the rules change. A choice is a byte, so a history can be replayed and shrunk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    AddPacks,
    Candidate,
    ChangeRights,
    Checkin,
    Checkout,
    Command,
    Decision,
    EndSession,
    Entitlement,
    GraceMode,
    Heartbeat,
    IdKind,
    NewPack,
    Origin,
    Outcome,
    Policy,
    ProductKind,
    PutPolicy,
    PutPool,
    PutProduct,
    PutRate,
    Reason,
    Refund,
    ReleaseDevice,
    ReportResult,
    Rights,
)
from tests.laws import claims, limits
from tests.laws.books import Books
from tests.laws.claims import POOLS, Claims
from tests.laws.limits import caps_of
from tests.laws.twins import Twins

T = TypeVar("T")

START = 1_772_438_400 * SECOND  # 2026-03-02 08:00 UTC
TEAMS, USERS, DEVICES = (1, 2, 3), tuple(range(1, 13)), (2**127 + 5, 2**64, 77, 2**128 - 1)
DAILY, CHEAP, INCLUDED, UNPRICED, UNKNOWN, RESULTS = 1, 2, 3, 4, 5, 6
RATES = {DAILY: 7, CHEAP: 3}
POLICIES = (
    Policy(),
    Policy(grace_mode=GraceMode.CUMULATIVE_24H),
    Policy(grace_mode=GraceMode.ONCE_24H, repeat_retention=0, late_checkin=3600 * SECOND),
    Policy(grace=0, idle_after=SECOND, heartbeat_interval=MINUTE, late_refunds=0),
    Policy(lease_max=3600 * SECOND, lease_margin=0, renewal_notice=0, make_good=DAY),
    *limits.POLICIES,
    *claims.POLICIES,
)
SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835  # odd, so that session ids stay distinct
STEPS = (0, 0, 0, 1, SECOND, 59 * SECOND, 299 * SECOND, 300 * SECOND, 301 * SECOND, 15 * MINUTE, 3600 * SECOND)


Contact = TypeVar("Contact", Heartbeat, Checkin, ReportResult)


def other_team(choices: "Choices", team: int) -> int:
    return team if choices.often(50) else choices.of(TEAMS)


class HistoryEnds(Exception):
    """The source of choices has no more."""


class Choices:
    """Numbers from a source of bytes."""

    def __init__(self, source: Iterator[int]) -> None:
        self._source = source

    def below(self, count: int) -> int:
        for byte in self._source:
            return byte % count
        raise HistoryEnds

    def of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def often(self, percent: int) -> bool:
        return self.below(100) < percent


@dataclass(slots=True)
class Client:
    """What a client knows of its session."""

    command: Checkout
    opened_at: int
    counter: int = 0


class Life:
    """One history: each `step` is a jump in time and an act."""

    def __init__(self, choices: Choices, books: Books | None = None) -> None:
        self.choices = choices
        self.twins = Twins(START, books)
        self.clients: list[Client] = []
        self.claims = Claims()
        self.devices = DEVICES
        self.opened = 0
        self.versions = 0
        self.steps = 0
        self._set_up()

    def _set_up(self) -> None:
        for product, kind in ((DAILY, ProductKind.DAILY), (CHEAP, ProductKind.DAILY), (INCLUDED, ProductKind.INCLUDED)):
            self.twins.decide(PutProduct(product, kind))
        self.twins.decide(PutProduct(UNPRICED, ProductKind.DAILY))
        self.twins.decide(PutProduct(RESULTS, ProductKind.PER_RESULT, result_tokens=2, result_units=10))
        for product, rate in RATES.items():
            self.twins.decide(PutRate(product, 1, 0, rate))
        for calendar in limits.CALENDARS:
            self.twins.decide(calendar)
        for cap in limits.CAPS:
            self.put_cap(cap)
        for pool, team in POOLS.items():
            self.twins.decide(PutPool(pool, team, 2))
        for team in TEAMS[:2]:
            self._put_policy(team, START)
            self._add_packs(team)

    # -------------------------------------------------------------- time

    def _instants(self) -> list[int]:
        """Where something changes for a session or a pack, from the reference's state."""
        world = self.twins.reference._world
        now, found = self.twins.now, []
        for session in world.sessions.values():
            line = world.lines.get(session.line)
            if session.open and line is not None and line.pending_since != NEVER:
                found += [line.capture_at] * 2
            elif session.open and line is not None:
                found += [line.paid_until, line.paid_until - 15 * MINUTE, session.deadline]
                found += [session.operated_at + 15 * MINUTE]
            if session.open and session.entitled_until != NEVER:
                found += [session.entitled_until] * 2
        soon = now + 3600 * SECOND
        found += [pack.ends_at for pack in world.packs.values() if not pack.ended and pack.ends_at < soon]
        return [at for at in found if now <= at + 1]

    def _pass_time(self) -> None:
        choice = self.choices.below(12)
        now = self.twins.now
        if choice < 4:
            now += self.choices.of(STEPS)
        elif choice < 7:
            instants = self._instants()
            if instants:
                now = self.choices.of(instants) + self.choices.of((-1, 0, 0, 1, 1, SECOND, 2 * MINUTE))
        elif choice == 7 and self.choices.often(5):
            now += self.choices.of((8 * 3600 * SECOND, DAY, DAY + 5 * MINUTE, 3 * DAY))
        self.twins.now = max(self.twins.now, now)

    # -------------------------------------------------------------- acts

    def decide(self, command: Command) -> Decision:
        self.steps += 1
        return self.twins.decide(command)

    def restart(self) -> None:
        self.twins.restart(self.choices.of((0, 1, MINUTE, 3600 * SECOND)))

    def pass_to(self, at: int) -> None:
        """Time goes on to an instant, never back; timers run now or with the next command."""
        self.twins.now = max(self.twins.now, at)
        if self.choices.often(50):
            self.twins.advance()

    def act(self) -> None:
        """One random act, after some time."""
        self.steps += 1
        self._pass_time()
        self._buy()
        act = self.choices.below(100)
        if act < 30 or not self.clients:
            self._sign_in()
        elif act < 60:
            self._beat()
        elif act < 76:
            self._leave()
        elif act < 80:
            self._offline_and_late()
        elif act < 82:
            self._administer()
        elif act < 84:
            self._change_rights()
        elif act < 91:
            self.twins.store()
        elif act < 94:
            self.restart()
        elif act < 96:
            self.twins.fail()
        elif act < 98:
            self.twins.sweep()
        else:
            self.twins.advance()
            self.twins.suspend_forfeits(self.choices.often(30))

    def _client(self) -> Client:
        """Rather a late one: those are still open."""
        back = self.choices.below(min(len(self.clients), 6 if self.choices.often(80) else 60))
        return self.clients[-1 - back]

    def _sign_in(self) -> None:
        if self.clients and self.choices.often(8):
            known = self._client().command
            self.twins.decide(known if self.choices.often(70) else replace(known, content=known.content + 1))
            return
        command = self.checkout()
        if self.choices.often(10):
            self.twins.quote(command)
        act = self.twins.deny_changes_nothing if self.choices.often(10) else self.twins.decide
        if act(command).outcome is Outcome.GRANTED:
            self.clients.append(Client(command, self.twins.now))

    def new_session(self) -> int:
        self.opened += 1
        return self.opened * SPREAD % 2**128

    def checkout(self) -> Checkout:
        choices, now = self.choices, self.twins.now
        product = choices.of((*(DAILY,) * 4, CHEAP, CHEAP, INCLUDED, RESULTS, UNPRICED if choices.often(10) else CHEAP))
        team = choices.of(TEAMS)
        kind = Entitlement.INCLUDED if product == INCLUDED else Entitlement.TOKENS
        user = choices.of(USERS)
        until = now + choices.of(STEPS) if choices.often(5) else NEVER
        candidates = [Candidate(kind, team, until, caps=caps_of(team, user, product))]
        if choices.often(30):
            other = choices.of(TEAMS)
            candidates.append(Candidate(kind, other, caps=caps_of(other, user, product)))
        if choices.often(12):
            candidates.append(self.claims.free(choices.below(256), other_team(choices, team), now))
        self.claims.grant(user, product, candidates)
        asked = team if choices.often(20) else 0
        return Checkout(
            session=self.new_session(),
            user=user,
            product=UNKNOWN if choices.often(1) else product,
            device_digest=choices.of(DEVICES[:2] if choices.often(70) else DEVICES),
            content=choices.below(200),
            team=team,
            rights=Rights(self.claims.version) if choices.often(3) else self.claims.of(user, product, asked),
            take_over=choices.often(70),
            idle_aware=choices.often(50),
            origin=choices.of((*(Origin.INTERACTIVE,) * 4, *(Origin.AUTOMATION,) * 3, *Origin)),
            devices_max=choices.of((3, 3, 3, 2, 4)),
            max_tokens=choices.of(limits.CONSENTS),
            asked_team=asked,
            project=choices.of((0, 0, 5)),
            end_before_renewal=choices.often(3),
            offline_until=now + choices.of((HOUR, 2 * DAY)) if choices.often(5) else NEVER,
        )

    def _moment(self) -> int:
        """A time that a client may tell."""
        now = self.twins.now
        return self.choices.of((NEVER, now, now, now, now - SECOND, now - 10 * MINUTE, now + DAY, now - DAY))

    def _beat(self) -> None:
        client = self._client()
        if client.command.product == RESULTS or self.choices.often(1):
            self.report(client)
            return
        client.counter += self.choices.of((1, 1, 1, 1, 1, 0, 7))
        consent = self.choices.of(limits.CONSENTS) if self.choices.often(20) else None
        rights = client.command.rights if self.choices.often(5) else None
        offline = self.twins.now + self.choices.of((HOUR, 2 * DAY)) if self.choices.often(5) else NEVER
        self.hear(Heartbeat(client.command.session, client.counter, self._moment(), rights, consent, offline))

    def report(self, client: Client) -> Decision:
        """Results of a session."""
        units = self.choices.of((1, 5, 9, 10, 11, 20, 35))
        rights = client.command.rights if self.choices.often(5) else None
        return self.hear(ReportResult(client.command.session, units, rights))[0]

    def hear(self, command: Contact) -> tuple[Decision, Contact]:
        """With the rights as they stand, where the engines ask for them (E2); an asking changes nothing."""
        self.steps += 1
        asks_only = self.choices.often(10) and not isinstance(command, ReportResult)  # a report is a contact too
        act = self.twins.deny_changes_nothing if asks_only else self.twins.decide
        decision = act(command)
        if decision.outcome is Outcome.NEEDS_RIGHTS:
            rights = self.claims.of(decision.user, decision.product, decision.asked_team)
            command = replace(command, rights=rights)
            decision = self.twins.decide(command)
            assert decision.outcome is not Outcome.NEEDS_RIGHTS
        return decision, command

    def _leave(self) -> None:
        client = self._client()
        client.counter += self.choices.of((1, 1, 1, 1, 0))
        early = client.opened_at + self.choices.of((0, SECOND, 299 * SECOND, 300 * SECOND, 300 * SECOND + 1, DAY))
        ended_at = self.choices.of((NEVER, early, early, self._moment()))
        self.check_in(Checkin(client.command.session, client.counter, ended_at, self._moment()))

    def check_in(self, command: Checkin) -> None:
        """With what the books know of the charge, where the engines ask for it (S5)."""
        decision, command = self.hear(command)
        if decision.outcome is not Outcome.NEEDS_HISTORY:
            return
        books = self.twins.books
        if self.choices.often(80):
            self.twins.store()
        line = (decision.team, decision.user, decision.product)
        charge = books.charges.get((*line, decision.pending_since), [])
        caps = books.caps_of(line, decision.pending_since)
        slices = tuple((row[5], -row[6]) for row in charge)
        as_of = self.twins.batch if self.choices.often(90) else 0
        start = decision.pending_since + self.choices.often(5)
        recent = self.choices.of((0, 0, 0, 1, 2))
        if charge:
            fact = Refund(start, charge[0][1], slices, recent, as_of, caps)
            self.twins.decide(replace(command, refund=fact))

    def _offline_and_late(self) -> None:
        """A client that is heard only at sign-in, and long after (S5)."""
        client = self._client()
        look = self.twins.reference._world.sessions.get(client.command.session)
        if look is not None and look.open:
            self.twins.now = max(self.twins.now, look.deadline + self.choices.of((0, 1, SECOND)))
        self.twins.advance()
        client.counter += 1
        ended_at = client.opened_at + self.choices.of((0, SECOND, 100 * SECOND, 300 * SECOND, 301 * SECOND))
        self.check_in(Checkin(client.command.session, client.counter, ended_at, self._moment()))

    # -------------------------------------------------------------- rights

    def _change_rights(self) -> None:
        """Of a user who runs something: a way goes, comes, is refused or cut short; now and then a user is barred."""
        command, act, now = self._client().command, self.choices.below(10), self.twins.now
        user, product, team = command.user, command.product, self.choices.of(TEAMS)
        kind = Entitlement.INCLUDED if product == INCLUDED else Entitlement.TOKENS
        if act < 2:
            self.claims.withdraw(user, product, kind, team)
        elif act < 5:
            self.claims.grant(user, product, [self.claims.free(self.choices.below(256), team, now)])
        elif act < 6:
            self.claims.grant(user, product, [Candidate(kind, team, refusal=Reason.SUSPENDED)])
        elif act < 7:
            self.claims.grant(user, product, [Candidate(kind, team, now + self.choices.of(STEPS))])
        elif act < 8:
            self.claims.bar(user, self.choices.of((Reason.NONE, Reason.NONE, Reason.SUSPENDED)))
        elif act < 9:
            pool = self.choices.of(tuple(POOLS))
            self.twins.decide(PutPool(pool, POOLS[pool], self.choices.below(4)))
        else:
            self.twins.decide(EndSession(command.session))
        if self.choices.often(80):
            self.tell_rights((team,) if self.choices.often(70) else ())

    def tell_rights(self, teams: tuple[int, ...]) -> None:
        """Sessions of these teams, or of all, resolve their rights at their next contact."""
        self.claims.version += 1
        self.decide(ChangeRights(self.claims.version, teams))

    # -------------------------------------------------------------- administration

    def _buy(self) -> None:
        """The first two teams soon buy more; the last one is poor."""
        team = self.choices.of(TEAMS)
        if self.twins.core.balance(team)[0] < 20 and self.choices.often(5 if team == TEAMS[-1] else 40):
            self._add_packs(team)

    def _administer(self) -> None:
        act = self.choices.below(12)
        if act >= 10:
            self.put_cap(self.choices.of(limits.CAPS))
        elif act < 6:
            self._add_packs(self.choices.of(TEAMS))
        elif act < 7:
            user, product = self.choices.of(USERS), self.choices.of((DAILY, CHEAP, INCLUDED))
            self.twins.decide(ReleaseDevice(user, product, self.choices.below(4) + 1))
        elif act < 8:
            self.versions += 1
            at = self.twins.now + self.choices.of((0, SECOND, DAY))
            product = self.choices.of((DAILY, CHEAP))
            self.twins.decide(PutRate(product, 2 + self.versions, at, RATES[product] + self.choices.below(3)))
        else:
            self._put_policy(self.choices.of(TEAMS), self.twins.now + self.choices.of((0, SECOND, DAY)))

    def put_cap(self, cap: int) -> None:
        """New terms, an end, or an anew that counts what was there; what it counts in is stored before."""
        self.twins.store()
        counts = {at: used for (known, at), used in self.twins.books.cap_use.items() if known == cap}
        again = tuple(counts.items()) if self.choices.often(30) else ()
        self.twins.decide(limits.put_caps(cap, self.choices.below(9), again, gone=self.choices.often(10)))

    def _put_policy(self, team: int, at: int) -> None:
        self.versions += 1
        self.twins.decide(PutPolicy(team, self.versions, at, self.choices.of(POLICIES)))

    def _add_packs(self, team: int) -> None:
        packs = tuple(self._pack() for _ in range(1 + self.choices.below(3)))
        self.twins.decide(AddPacks(team, packs))

    def _pack(self) -> NewPack:
        now, of = self.twins.now, self.choices.of
        starts_at = now + of((0, 0, -SECOND, MINUTE))
        return NewPack(
            pack=self.twins.allocate(IdKind.PACK),
            size=of((1, 3, 7, 7, 20, 50)),
            unit_price=of((0, 1, 2)),
            starts_at=starts_at,
            ends_at=starts_at + of((100 * SECOND, 299 * SECOND, 301 * SECOND, 3600 * SECOND, 2 * DAY, 30 * DAY)),
            purchased_at=now - self.choices.below(2),
        )
