"""The client of a licence authority: opens sessions and keeps them by one background thread."""

from __future__ import annotations

import atexit
import json
import logging
import platform
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar, Unpack

import grpc
import platformdirs
from google.protobuf.message import Message

from flexauth.v1 import types_pb2
from flexauth.v1.administration_pb2_grpc import AdministrationStub
from flexauth.v1.license_authority_pb2 import (
    CheckoutRequest,
    ListMyChargesRequest,
    ListMySessionsRequest,
    QuoteRequest,
    QuoteResponse,
    ReleaseDeviceRequest,
)
from flexauth.v1.license_authority_pb2_grpc import LicenseAuthorityStub
from flexauth.v1.reporting_pb2_grpc import ReportingStub
from flexauth_client.channel import Channel
from flexauth_client.desk import Desk
from flexauth_client.errors import ConsentRequired, Denied, Device, FlexauthError, Unavailable
from flexauth_client.facts import Origin
from flexauth_client.keeper import Keeper
from flexauth_client.machine import Ended, Ending, Machine, Memory, OfflineLimitSoon, Phase, RenewalSoon
from flexauth_client.records import Folder, Kept, Record
from flexauth_client.session import Callbacks, ConsentAsked, Session
from flexauth_client.settings import find
from flexauth_client.terms import Terms, checkout_of, new_session_id, same_line, same_terms
from flexauth_client.timing import HOUR, NEVER, SECOND, AuthorityTime, Clock, SystemClock

__all__ = ["Client"]

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)

DEADLINE_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 5.0
#: No wait is longer: a suspended machine wakes late, and what was due meanwhile must not wait for the rest of it.
WAIT_SECONDS_MAX: Final = 20.0
#: How long after its lease, and after its client's last sign of life, nobody asks any more what became of a session.
FORGET_AFTER: Final = 7 * 24 * HOUR
#: Origins whose sign-in counts as an operation (S6).
OPERATING: Final = frozenset({Origin.INTERACTIVE, Origin.AUTOMATION})

log = logging.getLogger(__name__)


class Client:
    """A client of one authority for one user on one device.

    What is not given is found in the environment and the machine's file (see `settings`). `token`: of who signed in at
    the company's identity provider, or what gives it, such as `SignIn.token`; it goes before the key. `jwks` pins the
    authority's public keys; by default they are fetched from it. `deadline_seconds` bounds every call one waits for.
    With `background=False` there is no thread: call `step` at the times that it gives. Threads may share a client.
    """

    def __init__(
        self,
        server: str | None = None,
        *,
        key: str | None = None,
        token: str | Callable[[], str] | None = None,
        user: str | None = None,
        device: str | None = None,
        whom_to_ask: str | None = None,
        ca_file: str | None = None,
        server_name: str | None = None,
        certificate_file: str | None = None,
        certificate_key_file: str | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        device_key_thumbprint: str = "",
        jwks: Mapping[str, Any] | None = None,
        state_folder: Path | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        background: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self.settings = find(
            {
                "server": server,
                "key": key,
                "user": user,
                "device": device,
                "whom_to_ask": whom_to_ask,
                "ca_file": ca_file,
                "server_name": server_name,
                "certificate_file": certificate_file,
                "certificate_key_file": certificate_key_file,
            }
        )
        self._channel = Channel(self.settings, credentials, (lambda: token) if isinstance(token, str) else token)
        self._clock = clock or SystemClock()
        self._times = AuthorityTime(self._clock)
        self._state_folder = state_folder or Path(platformdirs.user_state_dir("flexauth", appauthor=False), "sessions")
        self._pinned_keys = json.dumps(dict(jwks)) if jwks else ""
        self._thumbprint = device_key_thumbprint
        self._deadline_seconds = deadline_seconds
        self._close_seconds = min(CLOSE_SECONDS, deadline_seconds)
        self._background = background
        self._lock = threading.Lock()  # of the fields below; never held during a call
        self._desk: Desk | None = None
        self._keepers: list[Keeper] = []
        self._thread: threading.Thread | None = None
        self._poke = threading.Event()
        self._closed = threading.Event()

    # Sessions.

    def session(
        self,
        product: str,
        *,
        always_in_use: bool = False,
        on_consent: Callable[[ConsentAsked], int | None] | None = None,
        on_renewal_soon: Callable[[RenewalSoon], None] | None = None,
        on_ending: Callable[[Ending], None] | None = None,
        on_offline_limit_soon: Callable[[OfflineLimitSoon], None] | None = None,
        on_ended: Callable[[Ended], None] | None = None,
        **terms: Unpack[Terms],
    ) -> Session:
        """Sign a product in and keep its session until it is closed.

        Goes on with the session of an earlier process that ended without a check-in. Raises the `Denied` of the reason,
        `Unavailable` if there is neither an answer within the deadline nor a valid lease, or `Rejected`.
        `always_in_use`: the product cannot tell its operations and is in use while it runs. `on_consent` is asked
        before a charge that needs consent, and what it returns is the session's `max_tokens` from then on.
        """
        callbacks = Callbacks(on_renewal_soon, on_ending, on_offline_limit_soon, on_ended, on_consent)
        while True:
            try:
                return self._opened(self._checkout(product, terms), callbacks, always_in_use=always_in_use)
            except ConsentRequired as denial:
                asked = ConsentAsked(product, denial.team, denial.tokens)
                agreed = on_consent(asked) if on_consent else None
                if agreed is None or agreed < denial.tokens:
                    raise
                terms = {**terms, "max_tokens": agreed}

    def _opened(self, checkout: CheckoutRequest, callbacks: Callbacks, *, always_in_use: bool) -> Session:
        session = Session(self._clock, self._poke.set, callbacks)
        desk = self._open_desk()
        keeper = self._resumed(desk, checkout, session)
        if keeper is None:
            machine = Machine(_fresh(checkout), sign_in_operates=Origin(checkout.origin) in OPERATING)
            keeper = Keeper(desk, desk.folder.create(checkout.session), checkout, machine, session.hear)
            session.attach(keeper, self._close_seconds)
            self._sign_in(keeper)
        if always_in_use:
            keeper.machine.work(self._times.now())
        self._adopt(keeper)
        return session

    def step(self) -> int:
        """Do what is due for all sessions, here and now. Returns when to call again, in time of the boot clock.

        Only with `background=False`; `NEVER` if nothing will be due.
        """
        with self._lock:
            keepers = list(self._keepers)
        wake = min((keeper.step() for keeper in keepers), default=NEVER)
        with self._lock:
            self._keepers = [keeper for keeper in self._keepers if not keeper.is_over]
        return wake if wake == NEVER else self._clock.boot() + max(wake - self._times.now(), 0)

    # Questions.

    def quote(self, product: str, **terms: Unpack[Terms]) -> QuoteResponse:
        """What a sign-in would be answered now; changes nothing (Q1). A denial is in the answer."""
        checkout = self._checkout(product, terms)
        return self.call(self._channel.authority.Quote, QuoteRequest(checkout=checkout))

    def release_device(self, product: str, device: str) -> tuple[Device, ...]:
        """Take a device off the user's list for a product (D1); returns the devices that are left."""
        request = ReleaseDeviceRequest(user=self.settings.user, product=product, device=device)
        answer = self.call(self._channel.authority.ReleaseDevice, request)
        return tuple(Device(left.name, left.registered_at) for left in answer.devices)

    def my_sessions(self) -> list[types_pb2.SessionFacts]:
        """The user's sessions, open ones first."""
        request = ListMySessionsRequest(user=self.settings.user)
        found: list[types_pb2.SessionFacts] = []
        while True:
            answer = self.call(self._channel.authority.ListMySessions, request)
            found += answer.sessions
            request.page_token = answer.next_page_token
            if not request.page_token:
                return found

    def my_charges(self) -> list[types_pb2.Charge]:
        """The user's charges, latest window first."""
        request = ListMyChargesRequest(user=self.settings.user)
        found: list[types_pb2.Charge] = []
        while True:
            answer = self.call(self._channel.authority.ListMyCharges, request)
            found += answer.charges
            request.page_token = answer.next_page_token
            if not request.page_token:
                return found

    def call(self, method: grpc.UnaryUnaryMultiCallable[Q, R], request: Q, deadline_seconds: float | None = None) -> R:
        """Make any call, such as `client.call(client.administration.ListTeams, ListTeamsRequest())`.

        It is repeated while the authority is away, so give writing requests a `request_id`.
        """
        seconds = self._deadline_seconds if deadline_seconds is None else deadline_seconds
        return self._channel.insist(lambda left: self._channel.call(method, request, left), seconds)

    @property
    def authority(self) -> LicenseAuthorityStub:
        """Stub of LicenseAuthority, for `call`."""
        return self._channel.authority

    @property
    def administration(self) -> AdministrationStub:
        """Stub of Administration, for `call`."""
        return self._channel.administration

    @property
    def reporting(self) -> ReportingStub:
        """Stub of Reporting, for `call`."""
        return self._channel.reporting

    # The end.

    def close(self) -> None:
        """Check in every session that is still open, and end. What cannot be sent now is sent at the next start."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            keepers, thread = self._keepers, self._thread
        atexit.unregister(self.close)
        until = time.monotonic() + self._close_seconds
        for keeper in keepers:
            if keeper.machine.memory.phase is not Phase.CLOSING:  # what waits already waits for the next start
                keeper.close(until - time.monotonic())
        self._channel.close()
        self._poke.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        for keeper in keepers:
            keeper.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Inside.

    def _checkout(self, product: str, terms: Terms) -> CheckoutRequest:
        given: Terms = {"platform": platform.system().lower(), **terms}
        session = new_session_id(self._clock.wall())
        checkout = checkout_of(session, self.settings.user, product, self.settings.device, given)
        checkout.device_key_thumbprint = self._thumbprint
        return checkout

    def _open_desk(self) -> Desk:
        """The desk, made at the first session: a client that only asks leaves no trace on disk."""
        with self._lock:
            if self._closed.is_set():
                raise FlexauthError("The client is closed; make a new one.")
            if self._desk is None:
                folder = Folder(self._state_folder)
                self._desk = Desk(
                    self._channel,
                    self._times,
                    folder,
                    deadline_seconds=self._deadline_seconds,
                    pinned_keys=self._pinned_keys,
                )
            return self._desk

    def _resumed(self, desk: Desk, checkout: CheckoutRequest, session: Session) -> Keeper | None:
        """Go on with a session that an earlier process left under the same terms; see to the others that are left."""
        found: list[tuple[Record, Kept]] = []
        for record, kept in desk.folder.unheld():
            if kept.server == desk.channel.server and same_terms(kept.checkout, checkout):
                found.append((record, kept))
            else:
                self._leave(desk, record, kept, checkout)
        for record, kept in found[:-1]:
            self._leave(desk, record, kept, checkout)
        if not found:
            return None
        record, kept = found[-1]
        machine = Machine(kept.memory, restarted=True, sign_in_operates=Origin(checkout.origin) in OPERATING)
        keeper = Keeper(desk, record, kept.checkout, machine, session.hear, kept.marks)
        session.attach(keeper, self._close_seconds)
        if kept.memory.phase is not Phase.CLOSING:
            self._sign_in(keeper)
            return None if keeper.is_over else keeper
        keeper.step()  # in contact a check-in is told and done with, and the product signs in anew
        if not keeper.is_over and keeper.reopen_offline():
            return keeper
        self._adopt(keeper)
        return None

    def _leave(self, desk: Desk, record: Record, kept: Kept, checkout: CheckoutRequest) -> None:
        """Send what is still to be told of a session that is not gone on with."""
        facts = kept.memory.facts
        replaced = kept.memory.phase is not Phase.CLOSING and same_line(kept.checkout, checkout)
        if max(kept.marks.authority_seen, facts.lease_until if facts else 0) + FORGET_AFTER < self._times.now():
            record.delete()
            return
        if kept.server != desk.channel.server or not (replaced or kept.memory.phase is Phase.CLOSING):
            record.release()  # another authority's, or a product that may come back
            return
        keeper = Keeper(desk, record, kept.checkout, Machine(kept.memory, restarted=True))
        if replaced:
            keeper.end_at(kept.marks.authority_seen)  # when it was last known to run
        self._adopt(keeper)

    def _sign_in(self, keeper: Keeper) -> None:
        try:
            keeper.sign_in()
        except Unavailable:
            if keeper.machine.memory.facts is None:  # it may have been granted, and only the answer lost
                keeper.end_at(self._times.now())
                self._adopt(keeper)
            else:
                keeper.release()
            raise
        except Denied:
            raise
        except FlexauthError:
            keeper.release()
            raise

    def _adopt(self, keeper: Keeper) -> None:
        """Keep a session from now on."""
        with self._lock:
            if keeper.is_over:
                return
            self._keepers.append(keeper)
            if self._thread is None and self._background:
                atexit.register(self.close)
                self._thread = threading.Thread(target=self._run, name="flexauth-client", daemon=True)
                self._thread.start()
        self._poke.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._poke.clear()
            try:
                wake = self.step()
            except Exception:  # one session's trouble must not end the contact of the others
                log.exception("a step of the client failed; it is tried again")
                wake = self._clock.boot() + round(WAIT_SECONDS_MAX) * SECOND
            while not self._closed.is_set() and wake > self._clock.boot():
                seconds = min((wake - self._clock.boot()) / SECOND, WAIT_SECONDS_MAX)
                if self._poke.wait(seconds):
                    break


def _fresh(checkout: CheckoutRequest) -> Memory:
    agreed = checkout.max_tokens if checkout.HasField("max_tokens") else None
    return Memory(checkout.session, consent=agreed, offline_until=checkout.offline_until)
