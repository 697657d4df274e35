"""Keeps one session: sends what its machine says is due, stores its memory first, tells the product what it must hear.

No thread of its own: whoever owns it calls `step` at the time that the last call gave. Decides nothing of licensing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flexauth.v1.license_authority_pb2 import (
    CheckinRequest,
    CheckoutRequest,
    GetLeaseRequest,
    HeartbeatRequest,
    ReportResultRequest,
)
from flexauth_client.desk import BACKGROUND_SECONDS, Desk
from flexauth_client.errors import Denied, FlexauthError, LeaseRejected, Rejected, Unavailable
from flexauth_client.errors import denied as denial_of
from flexauth_client.facts import Facts, State
from flexauth_client.lease import Lease
from flexauth_client.machine import Act, Contact, Ended, Machine, Memory, Notice, Phase
from flexauth_client.records import Kept, Record
from flexauth_client.terms import grace_key, new_session_id, renewed
from flexauth_client.timing import Marks

__all__ = ["Keeper", "Result"]

#: Makes one call within the seconds left of a deadline.
Send = Callable[[Callable[[float], Any]], Any]

#: What a check-in gets even when its deadline went by in waiting for a contact under way.
LEAST_SECONDS: Final = 0.2
#: What the authority takes of evidence.
EVIDENCE_CHARACTERS: Final = 500
#: What a sign-in waits for an answer when a valid lease would do instead.
OFFLINE_PATIENCE_SECONDS: Final = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What a report of results took (C13): tokens, what is left of them, and units that made no full charge yet."""

    tokens: int
    balance: int
    units_left_over: int


class Keeper:
    """One session of a client. Threads may share it; it makes one contact at a time."""

    def __init__(
        self,
        desk: Desk,
        record: Record,
        checkout: CheckoutRequest,
        machine: Machine,
        on_notice: Callable[[Notice], None] = lambda _: None,
        marks: Marks | None = None,
    ) -> None:
        self.machine = machine
        self.checkout = checkout
        self.operated_boot = 0  # set by the product at each operation, without a lock; read at the next step
        self.wants_operations = False  # whether an operation must be told at once
        self._desk = desk
        self._record: Record | None = record
        self._on_notice = on_notice
        self._marks = marks
        self._lock = threading.RLock()
        self._stored: Memory | None = None
        self._expired: Ended | None = None  # S8: the end of the session that the present one follows
        self._parked_boot = -1  # S8: since when it waits for use before it checks out anew

    # What the client does.

    def sign_in(self) -> None:
        """Check out, or repeat the checkout of a session from before a restart, or go on by its lease (S5).

        `Denied`, `Rejected`, or `Unavailable` if there is neither an answer nor a valid lease. Afterwards `is_over` if
        the authority had ended the repeated session.
        """
        with self._lock:
            lease, refusal = self._lease_for_offline()
            patience = self._desk.deadline_seconds
            self._report_outage()
            contact = self.machine.contact(self._now())
            assert contact is not None
            self._store()
            try:
                self._exchange(contact, self._insist(min(patience, OFFLINE_PATIENCE_SECONDS) if lease else patience))
            except Unavailable as error:
                if lease is None:
                    self._bear_outage(error, refusal)
                else:
                    self.machine.go_offline(lease.ends_at, self._now())
                    log.info("session %s runs on its lease: %s", self.checkout.session, error.cause)
            except Denied:
                self._drop()
                raise
            if self.machine.memory.phase is Phase.OVER:
                self._drop()
                return
            self.machine.begin(self._now())
            self._settle()

    def reopen_offline(self) -> bool:
        """Go on with a session whose check-in could not be sent, if its lease still holds."""
        with self._lock:
            lease, refusal = self._lease_for_offline()
            if lease is None:
                log.info("session %s is not gone on with: %s", self.checkout.session, refusal)
                return False
            self.machine.reopen()
            self.machine.go_offline(lease.ends_at, self._now())
            self.machine.begin(self._now())
            self._settle()
            return True

    def agree(self, tokens: int) -> None:
        """Charges of so many tokens are agreed to from now on (Q2); told at the next step."""
        with self._lock:
            self.machine.agree(tokens)
            self._settle()

    def borrow(self, until: int, deadline_seconds: float) -> Facts | None:
        """Ask for a lease that lasts until then (S4); the facts tell how long it does. `Unavailable`: asked later."""
        with self._lock:
            self.machine.borrow(until)
            contact = self.machine.contact(self._now())
            if contact is not None:
                self._store()
                try:
                    self._exchange(contact, self._insist(deadline_seconds))
                finally:
                    self._settle()
            return self.machine.memory.facts

    def report_result(self, units: int, request_id: str, deadline_seconds: float) -> Result:
        """Tell of results before they are delivered (C13). A repeat of a request id takes nothing; may be `Denied`."""
        desk, stub = self._desk, self._desk.channel.authority
        request = ReportResultRequest(session=self.checkout.session, units=units, request_id=request_id)
        answer, _, _ = desk.channel.insist(
            lambda seconds: desk.call(stub.ReportResult, request, seconds), deadline_seconds
        )
        if not answer.granted:
            raise denial_of(answer.denial)
        return Result(answer.tokens, answer.balance, answer.units_left_over)

    def close(self, deadline_seconds: float) -> None:
        """Check in. Without an answer the check-in is kept, with the time of this act, and sent later (S7)."""
        until = time.monotonic() + deadline_seconds
        with self._lock:
            self._take_operation()
            self.end_at(self._now())
            contact = self.machine.contact(self._now())
            if contact is None:
                return
            try:
                self._exchange(contact, self._insist(max(until - time.monotonic(), LEAST_SECONDS)))
            except FlexauthError as error:
                log.info("the check-in of session %s waits: %s", self.checkout.session, error)
            self._settle()

    def end_at(self, at: int) -> None:
        """From now on a check-in is due, with this time of the act."""
        with self._lock:
            self._parked_boot = -1
            self.machine.close(at)
            self._settle()

    def step(self) -> int:
        """Do what is due. Returns when to look again, in the authority's time; `NEVER` if nothing will be."""
        with self._lock:
            self._take_operation()
            contact = self.machine.contact(self._now())
            if contact is not None:
                self._store()
                anew = contact.act is Act.CHECKOUT and self._expired is not None
                try:
                    send = self._insist(self._desk.deadline_seconds) if anew else self._try_once
                    self._exchange(contact, send)
                except Denied as denial:
                    log.info("session %s: %s", self.checkout.session, denial)
                except FlexauthError as error:
                    log.info("%s of session %s: %s", contact.act.value, self.checkout.session, error)
                    if anew:
                        self._give_up()
            self._settle()
            return self.machine.wake_at()

    def release(self) -> None:
        """Leave the record, if there still is one, to the next process."""
        with self._lock:
            self._parked_boot = -1
            if self._record is not None:
                self._store()
                self._record.release()
                self._record = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do for this session."""
        return self._record is None and self._parked_boot < 0

    # Contacts.

    def _exchange(self, contact: Contact, send: Send) -> None:
        """Make one contact and let the machine know how it went; errors go on to the caller."""
        try:
            if contact.act is Act.CHECKOUT:
                self._check_out(contact, send)
            else:
                self._keep(contact, send)
        except Rejected as error:
            if contact.act is not Act.CHECKOUT and error.status in _final_for(contact.act):
                self.machine.unknown(self._now())
            elif contact.act is Act.CHECKOUT and (
                self.machine.memory.facts is None or error.status in {"INVALID_ARGUMENT", "NOT_FOUND"}
            ):
                self._drop()  # it was not granted, or never can be as it stands
            else:
                self.machine.failed(self._now())
            raise
        except Denied:
            raise
        except FlexauthError:  # no answer, or no token to ask with
            self.machine.failed(self._now())
            raise

    def _check_out(self, contact: Contact, send: Send) -> None:
        stub = self._desk.channel.authority
        answer, sent, received = send(lambda seconds: self._desk.call(stub.Checkout, self.checkout, seconds))
        if not answer.granted:
            denial = denial_of(answer.denial)
            self.machine.denied(self._now(), denial)
            raise denial
        self.machine.priced(answer.rate)
        self._heard(contact, answer.facts, sent, received, None)
        self._take_lease(answer.lease)
        self._desk.outages.answered(grace_key(self.checkout), answer.facts.outage_grace)
        self._expired = None

    def _keep(self, contact: Contact, send: Send) -> None:
        stub, session = self._desk.channel.authority, self.checkout.session
        common: dict[str, Any] = {
            "session": session,
            "counter": contact.counter,
            "operated_at": contact.operated_at,
        }
        call = self._desk.call
        if contact.act is Act.CHECKIN:
            checkin = CheckinRequest(ended_at=contact.ended_at, **common)
            answer, sent, received = send(lambda seconds: call(stub.Checkin, checkin, seconds))
            self._heard(contact, answer.facts, sent, received, None)
            return
        common |= {"consent": contact.consent, "offline_until": contact.offline_until}
        if contact.act is Act.LEASE:
            ask = GetLeaseRequest(device_key_thumbprint=self.checkout.device_key_thumbprint, **common)
            answer, sent, received = send(lambda seconds: call(stub.GetLease, ask, seconds))
        else:
            beat = HeartbeatRequest(**common)
            answer, sent, received = send(lambda seconds: call(stub.Heartbeat, beat, seconds))
        denial = denial_of(answer.denial) if answer.HasField("denial") else None
        self._heard(contact, answer.facts, sent, received, denial)
        if contact.act is Act.LEASE:
            self._take_lease(answer.lease)

    def _heard(self, contact: Contact, facts: Any, sent: int, received: int, denial: Denied | None) -> None:
        self._desk.times.learn(facts.server_time, sent, received)
        self.machine.answered(contact, facts, self._now(), denial)

    def _take_lease(self, text: str) -> None:
        """Keep a lease that verifies; another would be of no use, offline."""
        if not text or self.machine.memory.phase is not Phase.RUNNING:
            return
        try:
            lease = self._desk.verify(text, self.checkout, fetch=True)
        except FlexauthError as error:
            log.warning("the lease of session %s is of no use: %s", self.checkout.session, error)
        else:
            self.machine.leased(text, lease.ends_at, self._now())

    def _lease_for_offline(self) -> tuple[Lease | None, LeaseRejected | None]:
        """The lease that a session from before a restart may run on without the authority, or why there is none."""
        memory = self.machine.memory
        if not memory.lease or memory.facts is None:
            return None, None
        try:
            if self._marks is not None:
                self._desk.times.restore(self._marks)
            return self._desk.verify(memory.lease, self.checkout, fetch=False), None
        except LeaseRejected as error:
            return None, error

    def _report_outage(self) -> None:
        """S5: that the product has run without an answer is told with the next sign-in, beside what it says itself."""
        since = self._desk.outages.used_since(grace_key(self.checkout))
        used, said = f"outage_grace used from {since} on", self.checkout.origin_evidence
        if since and self.machine.memory.phase is Phase.SIGNING_IN and used not in said:
            self.checkout.origin_evidence = f"{used}; {said}"[:EVIDENCE_CHARACTERS] if said else used

    def _bear_outage(self, error: Unavailable, refusal: LeaseRejected | None) -> None:
        """S5: without answer and lease a product runs by the `outage_grace` of its contract, while that lasts."""
        until = self._desk.outages.bear(grace_key(self.checkout)) if refusal is None else 0
        if not until:
            raise self._refused_offline(error, refusal) from refusal
        self._report_outage()
        self.machine.wait_for_answer(until)
        log.warning("session %s runs without an answer, for a while: %s", self.checkout.session, error.cause)

    @staticmethod
    def _refused_offline(error: Unavailable, refusal: LeaseRejected | None) -> Unavailable:
        without = str(refusal) if refusal else "There is no lease to run on without it."
        return Unavailable(error.cause, server=error.server, whom_to_ask=error.whom_to_ask, without=without)

    def _insist(self, seconds: float) -> Send:
        return lambda attempt: self._desk.channel.insist(attempt, seconds)

    @staticmethod
    def _try_once(attempt: Callable[[float], Any]) -> Any:
        return attempt(BACKGROUND_SECONDS)

    # After each act.

    def _settle(self) -> None:
        """Store or forget the session, and tell the product what it must hear."""
        notices = self.machine.notices(self._now())
        if self.machine.memory.phase is Phase.OVER:
            self._drop()
        elif self.machine.memory != self._stored:
            self._store()
        for notice in notices:
            if isinstance(notice, Ended) and notice.state is State.EXPIRED and self._expired is None:
                self._follow(notice)
            else:
                self._tell(notice)
        told_at_once = self.machine.is_idle or self.machine.is_waiting
        self.wants_operations = told_at_once or self._parked_boot >= 0

    def _follow(self, ended: Ended) -> None:
        """S8: a session that expired under a living product is followed by a new one, once it is used again."""
        self._expired = ended
        facts = self.machine.memory.facts
        if facts is not None and facts.idle_after and not self.machine.working:
            self._parked_boot = self._desk.times.clock.boot()
        else:
            self._begin_anew()

    def _begin_anew(self) -> None:
        session = new_session_id(self._desk.times.clock.wall())
        self.checkout = renewed(self.checkout, session, self.machine.memory.consent)
        self.machine = self.machine.successor(session)
        self._record = self._desk.folder.create(session)
        self._store()

    def _give_up(self) -> None:
        """There is no new session: the product hears of the end of the old one."""
        self.machine.close(self._now())  # the checkout may have been granted, and only its answer lost
        if self._expired is not None:
            self._tell(self._expired)

    def _take_operation(self) -> None:
        if 0 <= self._parked_boot < self.operated_boot:
            self._parked_boot = -1
            self._begin_anew()
        if self.operated_boot:
            self.machine.operate(self._desk.times.at(self.operated_boot))

    def _tell(self, notice: Notice) -> None:
        try:
            self._on_notice(notice)
        except Exception:  # the product's own code: its fault must not end the contact of its session
            log.exception("a callback of session %s failed at %r", self.checkout.session, notice)

    def _store(self) -> None:
        if self._record is not None:
            desk, memory = self._desk, self.machine.memory
            try:
                self._record.write(Kept(desk.channel.server, self.checkout, memory, desk.times.marks()))
            except OSError as error:  # a full disk is no reason to stop a product that is in contact
                log.warning("session %s cannot be kept on disk: %s", self.checkout.session, error)
            self._stored = memory

    def _drop(self) -> None:
        if self._record is not None:
            self._record.delete()
            self._record = None

    def _now(self) -> int:
        return self._desk.times.now()


def _final_for(act: Act) -> frozenset[str]:
    """Statuses after which repeating is of no use; a check-in that is refused as it stands never will be taken."""
    return frozenset({"NOT_FOUND", "INVALID_ARGUMENT"} if act is Act.CHECKIN else {"NOT_FOUND"})
