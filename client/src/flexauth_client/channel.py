"""The way to the authority: one gRPC channel, the stubs of its services, and errors in the SDK's own words.

Knows calls and deadlines; nothing of sessions.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import grpc
import tenacity
from google.protobuf.message import Message
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

from flexauth.v1.administration_pb2_grpc import AdministrationStub
from flexauth.v1.license_authority_pb2_grpc import LicenseAuthorityStub
from flexauth.v1.reporting_pb2_grpc import ReportingStub
from flexauth_client.errors import FlexauthError, Rejected, Unavailable
from flexauth_client.settings import Settings, target
from flexauth_client.tls import channel_credentials, tls_trouble

__all__ = ["Channel"]

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
T = TypeVar("T")

#: Statuses that say nothing against the call itself: the same call may succeed a moment later.
TRANSIENT: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
    }
)
#: Statuses of an authority or network that cannot answer now.
FAILING: Final = TRANSIENT | {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}

RETRY_SECONDS: Final = 0.1
RETRY_SECONDS_MAX: Final = 2.0
LEAST_SECONDS: Final = 0.05

OPTIONS: Final = (
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 10_000),
    # One client's failed connections must not hold back another's in the same program.
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclass(frozen=True, slots=True)
class _CallDetails(grpc.ClientCallDetails):
    """What an interceptor hands on."""

    method: str
    timeout: float | None
    metadata: tuple[tuple[str, str], ...]
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _WithCredential(grpc.UnaryUnaryClientInterceptor):
    """Sends the key, or the token of the moment, with every call."""

    def __init__(self, credential: Callable[[], str]) -> None:
        self._credential = credential

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        told = client_call_details
        metadata = (*(told.metadata or ()), ("authorization", f"Bearer {self._credential()}"))
        details = _CallDetails(
            told.method, told.timeout, metadata, told.credentials, told.wait_for_ready, told.compression
        )
        return continuation(details, request)


class Channel:
    """An open channel; `authority`, `administration` and `reporting` are the stubs, whose calls carry the key.

    `token` gives the token of the moment of who signed in; it is sent in the key's place.
    """

    def __init__(
        self,
        settings: Settings,
        credentials: grpc.ChannelCredentials | None = None,
        token: Callable[[], str] | None = None,
    ) -> None:
        self.server = settings.server
        self._whom_to_ask = settings.whom_to_ask
        self._token = token
        self._closed = threading.Event()
        self._starting = threading.Lock()
        where = target(settings.server)
        if credentials is not None or where.secure:
            named = (("grpc.ssl_target_name_override", settings.server_name),) if settings.server_name else ()
            channel = grpc.secure_channel(where.address, credentials or channel_credentials(settings), OPTIONS + named)
        else:
            channel = grpc.insecure_channel(where.address, OPTIONS)
        self._channel = channel
        credential = token or ((lambda: settings.key) if settings.key else None)
        calls = grpc.intercept_channel(channel, _WithCredential(credential)) if credential else channel
        #: For stubs of further services.
        self.calls = calls
        self.authority = LicenseAuthorityStub(calls)
        self.administration = AdministrationStub(calls)
        self.reporting = ReportingStub(calls)

    def call(self, method: grpc.UnaryUnaryMultiCallable[Q, R], request: Q, seconds: float) -> R:
        """One attempt. `Unavailable` if there is no answer within `seconds`, `Rejected` if the call is refused."""
        if self._token is not None:
            self._token()  # what it takes to renew it is done here, where nobody waits for a lock
        with self._starting:  # gRPC does not survive a call that starts on a channel being closed
            if self._closed.is_set():
                raise FlexauthError("The client is closed; make a new one.")
            call = method.future(request, timeout=max(seconds, LEAST_SECONDS))
        try:
            return call.result()
        except grpc.RpcError as error:
            raise self._in_own_words(error) from None
        except grpc.FutureCancelledError:
            raise FlexauthError("The client was closed while the call was made.") from None

    def insist(self, attempt: Callable[[float], T], deadline_seconds: float) -> T:
        """Repeat `attempt(seconds left)` while it is `Unavailable` and that may pass, with jitter, within the deadline.

        tenacity and not a wrapper of it: an SDK lives in other people's programs and must leave no global hooks there.
        """
        until = time.monotonic() + deadline_seconds
        pause = tenacity.wait_random_exponential(multiplier=RETRY_SECONDS, max=RETRY_SECONDS_MAX)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after_seconds if isinstance(error, Unavailable) else 0.0
            return asked + pause(state)

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, Unavailable) and error.may_pass),
            stop=tenacity.stop_before_delay(deadline_seconds) | tenacity.stop_when_event_set(self._closed),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )
        return attempts(lambda: attempt(until - time.monotonic()))

    def close(self) -> None:
        """End every call, also one that waits for its next attempt."""
        with self._starting:
            self._closed.set()
            self._channel.close()

    def _sleep(self, seconds: float) -> None:
        self._closed.wait(seconds)

    def _in_own_words(self, error: Any) -> FlexauthError:
        code, message = error.code(), error.details() or ""
        reason, retry_after = _details(error)
        if code not in FAILING:
            return Rejected(message or code.name, status=code.name, reason=reason)
        trouble = "" if reason else tls_trouble(message)
        return Unavailable(
            trouble or _cause(code, message, reason),
            server=self.server,
            whom_to_ask=self._whom_to_ask,
            may_pass=code in TRANSIENT and not trouble,
            retry_after_seconds=retry_after,
        )


def _cause(code: grpc.StatusCode, message: str, reason: str) -> str:
    """A cause that a person can read: the authority's own sentence, or plain words for what gRPC found."""
    if reason:
        return message.rstrip(".")
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return "no answer in time"
    if code is grpc.StatusCode.UNAVAILABLE:
        return "it cannot be reached"
    return f"{code.name}: {message}".rstrip(": .")


def _details(error: grpc.RpcError) -> tuple[str, float]:
    """Reason and seconds to wait of an error's google.rpc details, "" and 0 where it has none."""
    try:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
    except ValueError:  # details of somebody between us and the authority, who contradicts the status
        status = None
    reason, seconds = "", 0.0
    for detail in status.details if status is not None else ():
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(retry):
            seconds = retry.retry_delay.ToTimedelta().total_seconds()
    return reason, seconds
