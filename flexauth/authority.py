"""The authority: names and rights to commands, commands through the sequencer, decisions to answers.

The one door for every request. Knows no transport; decides nothing that the engine or the rights decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from flexauth import answers, commands, requests
from flexauth.administration import Administration
from flexauth.catalogue import is_idle_aware
from flexauth.clock import Clock
from flexauth.commands import NEVER, NO_LIMIT, Decision, Engine, Entitlement, IdKind, Outcome, Reason, State
from flexauth.denials import denial_sentence
from flexauth.directory import Directory
from flexauth.faults import Conflict, InvalidArgument, NotFound
from flexauth.names import content_digest, name_digest
from flexauth.rights import rights
from flexauth.sequencer import Sequencer
from flexauth.store.port import Store
from flexauth.work import Later, Turn, Work

__all__ = ["Authority"]

_ENDED = (State.DENIED,)


def _shown(at: int) -> int:
    """Times in answers are 0 where there is none."""
    return max(at, 0)


class Authority:
    """`submit` gives a future that is done only when what it says is on stable storage (R1, R5)."""

    def __init__(self, make_engine: Callable[[], Engine], store: Store, clock: Clock) -> None:
        self._store = store
        self.directory = Directory(store)
        self._sequencer = Sequencer(make_engine, store, clock, on_lost=self.directory.forget_unstored)
        administration = Administration(store, self.directory, self._sequencer)
        self._works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.Checkout: self._checkout,
            requests.Quote: self._quote,
            requests.Heartbeat: self._heartbeat,
            requests.Lease: self._lease,
            requests.Checkin: self._checkin,
            requests.ReleaseDevice: self._release_device,
            **administration.works,
        }
        self._reads: dict[type, Callable[[Any], Any]] = dict(administration.reads)

    @property
    def latest(self) -> int:
        """The time of the last batch that was decided."""
        return self._sequencer.time.latest

    def answer_reads(self, reads: Mapping[type, Callable[[Any], Any]]) -> None:
        """Requests that reports answer from what is stored, in the caller's thread."""
        self._reads.update(reads)

    def submit(self, request: requests.Request, by: requests.Actor = requests.AUTHORITY) -> Future[Any]:
        """The answer to a request (see `answers`); faults come by the future. From any thread.

        `by` is who asks, for the audit log (L6).
        """
        read = self._reads.get(type(request))
        if read is not None:
            done: Future[Any] = Future()
            try:
                done.set_result(read(request))
            except Exception as fault:  # noqa: BLE001  # whatever it is, the caller hears it where he listens
                done.set_exception(fault)
            return done
        work = self._works[type(request)](request)
        work.by = by
        self._sequencer.submit(work)
        return work.future

    def tick(self) -> None:
        """Everything due at the clock's present time has run and is stored when this returns."""
        work: Work[None] = Work(lambda _: None)
        self._sequencer.submit(work)
        work.future.result()

    def state(self) -> dict[str, list[tuple[int, ...]]]:
        """The live state as sorted rows, as of everything decided (R4)."""
        work: Work[dict[str, list[tuple[int, ...]]]] = Work(lambda turn: turn.engine.dump(turn.now))
        self._sequencer.submit(work)
        return work.future.result()

    @property
    def stopped(self) -> bool:
        """True once nothing is answered any more: closed, or its store is beyond help."""
        return self._sequencer.stopped

    def close(self, *, kill: bool = False) -> None:
        """Decide and store what waits, then stop; killed, whatever is not stored is dropped at once."""
        self._sequencer.close(kill=kill)

    # Sign-in ----------------------------------------------------------------------------------------------------------

    def _command(self, turn: Turn, request: requests.Checkout, session: int) -> commands.Checkout:
        directory = self.directory
        product = directory.product(request.product)
        user = directory.user_id(request.user)
        team = directory.team_id(request.team) if request.team else 0
        facts = directory.facts(user)
        found = rights(facts, product.product, product.kind, team)
        default_team = facts.memberships[0].team if facts.memberships else 0
        return commands.Checkout(
            session=session,
            user=user,
            product=product.product,
            device_digest=name_digest(IdKind.DEVICE, request.device),
            content=content_digest(
                user, product.product, request.device, team, request.version, request.platform, request.origin,
                request.take_over,
            ),
            team=team or default_team,
            rights=found,
            take_over=request.take_over,
            idle_aware=is_idle_aware(product, request.version),
            origin=request.origin,
            devices_max=directory.devices_max(facts, turn.now),
            max_tokens=NO_LIMIT,
            asked_team=team,
        )  # fmt: skip

    def _checkout(self, request: requests.Checkout) -> Work[answers.CheckoutAnswer]:
        session = requests.session_id("session", request.session)

        def decide(turn: Turn) -> answers.CheckoutAnswer:
            decision = turn.engine.decide(turn.now, self._command(turn, request, session))
            self._refuse_misuse(decision, request)
            if decision.outcome is Outcome.DENIED:
                denial = self._denial(turn.engine, decision, request)
                return answers.CheckoutAnswer(False, None, 0, decision.rate, decision.balance, denial=denial)
            if not self.directory.devices.get(decision.device):
                turn.write("put_device_text", device=decision.device, text=request.device)
                self.directory.devices.put(decision.device, request.device)
            facts = self._facts(turn.now, decision, session)
            return answers.CheckoutAnswer(True, facts, decision.tokens, decision.rate, decision.balance)

        return Work(decide)

    def _quote(self, request: requests.Quote) -> Work[answers.QuoteAnswer]:
        asked = request.checkout
        session = requests.session_id("session", asked.session)

        def decide(turn: Turn) -> answers.QuoteAnswer:
            decision = turn.engine.quote(turn.now, self._command(turn, asked, session))
            self._refuse_misuse(decision, asked)
            granted = decision.outcome is Outcome.GRANTED
            return answers.QuoteAnswer(
                granted=granted,
                entitlement=decision.entitlement,
                team=self.directory.team_name(decision.team),
                tokens=decision.tokens,
                rate=decision.rate,
                balance_after=decision.balance,
                paid_until=_shown(decision.paid_until),
                server_time=turn.now,
                denial=None if granted else self._denial(turn.engine, decision, asked),
            )

        return Work(decide)

    def _refuse_misuse(self, decision: Decision, request: requests.Checkout) -> None:
        if decision.outcome is Outcome.CONFLICT:
            raise Conflict(field="session", value=request.session)
        if decision.outcome is Outcome.UNKNOWN:
            raise InvalidArgument(field="product", value=repr(request.product), rule="it has no rate in force yet")

    def _denial(self, engine: Engine, decision: Decision, request: requests.Checkout) -> answers.Denial:
        elsewhere = engine.look(0, decision.elsewhere) if decision.elsewhere else None
        device = self.directory.devices.get(elsewhere.device) if elsewhere else ""
        registered: tuple[answers.Device, ...] = ()
        if decision.reason is Reason.DEVICE_LIMIT:
            registered = self._registered(engine, decision.user, decision.product)
        team = self.directory.team_name(decision.team)
        sentence = denial_sentence(
            decision.reason,
            team=team,
            user=request.user,
            product=request.product,
            in_team=f" in team {request.team}" if request.team else "",
            balance=decision.balance,
            rate=decision.rate,
            shortfall=decision.shortfall,
            count=len(registered),
            devices=", ".join(d.name for d in registered),
            elsewhere=device,
        )
        return answers.Denial(
            decision.reason, sentence, decision.balance, decision.rate, decision.shortfall,
            requests.session_text(decision.elsewhere), device, registered,
        )  # fmt: skip

    def _registered(self, engine: Engine, user: int, product: int) -> tuple[answers.Device, ...]:
        return tuple(answers.Device(self.directory.devices.get(d), at) for d, at in engine.devices(user, product))

    # A running session ------------------------------------------------------------------------------------------------

    def _facts(self, now: int, decision: Decision, session: int) -> answers.SessionFacts:
        directory = self.directory
        notice = 0
        on_tokens = decision.entitlement in (Entitlement.TOKENS, Entitlement.PAID_WINDOW)
        if on_tokens and decision.paid_until > now:
            notice = decision.paid_until - directory.contract(decision.team, now).policy.renewal_notice
        return answers.SessionFacts(
            session=requests.session_text(session),
            state=decision.state,
            entitlement=decision.entitlement,
            team=directory.team_name(decision.team),
            user=directory.users.get(decision.user),
            product=directory.product_code(decision.product),
            device=directory.devices.get(decision.device),
            heartbeat_by=_shown(decision.heartbeat_by),
            lease_until=_shown(decision.lease_until),
            paid_until=_shown(decision.paid_until),
            pending_since=_shown(decision.pending_since),
            idle_after=decision.idle_after,
            counter=decision.counter,
            opened_at=0,
            ended_at=_shown(decision.ended_at),
            server_time=now,
            renewal_notice_at=notice,
        )

    def _ended(self, decision: Decision, facts: answers.SessionFacts) -> answers.Denial | None:
        """Why the authority ended the session (C6)."""
        if decision.state not in _ENDED:
            return None
        shortfall = max(decision.rate - decision.balance, 0)
        sentence = denial_sentence(
            decision.reason, team=facts.team, user=facts.user, product=facts.product, in_team="",
            balance=decision.balance, rate=decision.rate, shortfall=shortfall, count=0, devices="", elsewhere="",
        )  # fmt: skip
        return answers.Denial(decision.reason, sentence, decision.balance, decision.rate, shortfall)

    def _contact(self, turn: Turn, request: requests.Heartbeat | requests.Lease) -> answers.HeartbeatAnswer:
        session = requests.session_id("session", request.session)
        beat = commands.Heartbeat(session, request.counter, request.operated_at or NEVER)
        decision = self._known(turn.engine.decide(turn.now, beat), request.session)
        facts = self._facts(turn.now, decision, session)
        return answers.HeartbeatAnswer(facts, self._ended(decision, facts))

    def _known(self, decision: Decision, session: str) -> Decision:
        if decision.outcome is Outcome.UNKNOWN:
            raise NotFound(kind="session", value=session)
        return decision

    def _while_full(self, session_name: str) -> Callable[[Engine, int, int], answers.HeartbeatAnswer]:
        """R6: the facts as they stand; the next contact is due as much later as time stood still."""
        session = requests.session_id("session", session_name)

        def answer(engine: Engine, stands: int, waited: int) -> answers.HeartbeatAnswer:
            decision = self._known(engine.look(stands, session), session_name)
            facts = self._facts(stands + waited, decision, session)
            if facts.heartbeat_by:
                facts = replace(facts, heartbeat_by=facts.heartbeat_by + waited)
            return answers.HeartbeatAnswer(facts, self._ended(decision, facts))

        return answer

    def _heartbeat(self, request: requests.Heartbeat) -> Work[answers.HeartbeatAnswer]:
        return Work(lambda turn: self._contact(turn, request), while_full=self._while_full(request.session))

    def _lease(self, request: requests.Lease) -> Work[answers.LeaseAnswer]:
        still = self._while_full(request.session)

        def lease(answer: answers.HeartbeatAnswer) -> answers.LeaseAnswer:
            return answers.LeaseAnswer(answer.facts, "", answer.denial)

        return Work(
            lambda turn: lease(self._contact(turn, request)),
            while_full=lambda engine, stands, waited: lease(still(engine, stands, waited)),
        )

    def _checkin(self, request: requests.Checkin) -> Work[answers.CheckinAnswer]:
        session = requests.session_id("session", request.session)
        ended_at, operated_at = request.ended_at or NEVER, request.operated_at or NEVER

        def decide(turn: Turn) -> answers.CheckinAnswer | Later:
            command = commands.Checkin(session, request.counter, ended_at, operated_at, turn.history)
            decision = self._known(turn.engine.decide(turn.now, command), request.session)
            if decision.outcome in (Outcome.NEEDS_HISTORY, Outcome.STALE_HISTORY):
                return Later(lambda stored: self._refund_fact(decision, turn.now, stored))
            return answers.CheckinAnswer(self._facts(turn.now, decision, session), decision.tokens)

        return Work(decide)

    def _refund_fact(self, decision: Decision, now: int, stored: int) -> commands.Refund:
        """What the store knows of the charge that a late check-in may undo (S5)."""
        window = decision.pending_since
        line = {"team": decision.team, "user": decision.user, "product": decision.product, "window_start": window}
        slices = self._store.select("slices_of_window", line)
        period = self.directory.contract(decision.team, now).policy.late_refunds_period
        recent = self._store.select("late_refunds", {"user": decision.user, "since": now - period})[0]["recent"]
        charge = slices[0]["seq"] if slices else 0
        return commands.Refund(window, charge, tuple((s["pack"], s["tokens"]) for s in slices), recent, stored)

    def _release_device(self, request: requests.ReleaseDevice) -> Work[answers.DeviceList]:
        def decide(turn: Turn) -> answers.DeviceList:
            user = self.directory.user_id(request.user)
            product = self.directory.product(request.product).product
            named = [
                d for d, _ in turn.engine.devices(user, product) if self.directory.devices.get(d) == request.device
            ]
            if not named:
                raise NotFound(kind="device", value=repr(request.device))
            turn.engine.decide(turn.now, commands.ReleaseDevice(user, product, named[0]))
            return answers.DeviceList(self._registered(turn.engine, user, product))

        return Work(decide)
