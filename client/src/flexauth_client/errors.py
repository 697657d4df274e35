"""What the SDK raises: one class per denial (SPEC 10) with its facts, and what else can stop a client.

Every message tells a person what was wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Protocol

__all__ = [
    "CapReached",
    "ClockSetBack",
    "ConfigurationError",
    "ConsentRequired",
    "DenialFacts",
    "Denied",
    "Device",
    "DeviceLimit",
    "FlexauthError",
    "InUseElsewhere",
    "InsufficientTokens",
    "InvitationPending",
    "LeaseEnded",
    "LeaseRejected",
    "NoLivePack",
    "NotAssigned",
    "OutOfScope",
    "Rejected",
    "Suspended",
    "Unavailable",
    "UnknownKey",
    "UnsupportedVersion",
    "denied",
]


class FlexauthError(Exception):
    """Whatever the SDK raises."""


class ConfigurationError(FlexauthError):
    """The client does not know its server or key, or a setting is wrong."""


class Rejected(FlexauthError):
    """The authority would not take the call: it was wrong, or the key does not allow it.

    `status` is the name of the gRPC status, `reason` the machine-readable one of its ErrorInfo, "" if it has none.
    """

    def __init__(self, message: str, *, status: str, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Unavailable(FlexauthError):
    """The authority gave no answer within the deadline, and no lease allows going on without it.

    `server` is where it was asked, `whom_to_ask` who can help. `may_pass`: the same call may succeed in a moment, not
    before `retry_after_seconds`. `without` tells why the client cannot go on offline.
    """

    def __init__(
        self,
        cause: str,
        *,
        server: str,
        whom_to_ask: str = "",
        without: str = "",
        may_pass: bool = True,
        retry_after_seconds: float = 0.0,
    ) -> None:
        self.cause = cause
        self.server = server
        self.may_pass = may_pass
        self.retry_after_seconds = retry_after_seconds
        self.whom_to_ask = whom_to_ask or f"whoever runs the licence authority at {server}"
        offline = f" {without}" if without else ""
        super().__init__(
            f"The licence authority at {server} gives no answer ({cause}).{offline} Ask {self.whom_to_ask}."
        )


class LeaseRejected(FlexauthError):
    """The lease is no lease of this authority, or not one for this session."""


class UnknownKey(LeaseRejected):
    """The lease is signed by a key that the key set lacks; fetch the keys again."""


class LeaseEnded(LeaseRejected):
    """The lease is over; `ended_at` in microseconds since the epoch."""

    def __init__(self, *, ended_at: int) -> None:
        self.ended_at = ended_at
        at = datetime.fromtimestamp(ended_at // 1_000_000, UTC)
        super().__init__(f"The lease ended at {at:%Y-%m-%d %H:%M:%S} UTC; sign in again with the network connected.")


class ClockSetBack(LeaseRejected):
    """The clock of the machine stands behind a time it has shown before, so that no lease can be judged by it."""

    def __init__(self, *, now: int, seen: int) -> None:
        self.now = now
        self.seen = seen
        shown, before = (datetime.fromtimestamp(at // 1_000_000, UTC) for at in (now, seen))
        super().__init__(
            f"The clock of this machine was set back: it shows {shown:%Y-%m-%d %H:%M:%S} UTC and showed"
            f" {before:%Y-%m-%d %H:%M:%S} UTC before; set it right, or sign in with the network connected."
        )


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device (D1)."""

    name: str
    registered_at: int


class _DeviceFacts(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def registered_at(self) -> int: ...


class DenialFacts(Protocol):
    """A denial as the authority states it, on the wire or not."""

    @property
    def reason(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def balance(self) -> int: ...
    @property
    def rate(self) -> int: ...
    @property
    def shortfall(self) -> int: ...
    @property
    def elsewhere_session(self) -> str: ...
    @property
    def elsewhere_device(self) -> str: ...
    @property
    def devices(self) -> Sequence[_DeviceFacts]: ...
    @property
    def tokens(self) -> int: ...
    @property
    def cap(self) -> str: ...
    @property
    def team(self) -> str: ...


class Denied(FlexauthError):
    """The authority said no; the class tells why. `team`: whose no it is. `balance`, `rate`, `shortfall` are tokens."""

    reason: ClassVar[str] = "DENIED"

    def __init__(self, facts: DenialFacts) -> None:
        super().__init__(facts.message or f"The licence authority denied it ({self.reason}).")
        self.balance = facts.balance
        self.rate = facts.rate
        self.shortfall = facts.shortfall
        self.team = facts.team


class InsufficientTokens(Denied):
    """The balance does not cover the rate (C2, C6); `shortfall` is what lacks."""

    reason = "INSUFFICIENT_TOKENS"


class NoLivePack(Denied):
    """The team has no live pack at all."""

    reason = "NO_LIVE_PACK"


class NotAssigned(Denied):
    """The user is not assigned the product (A3), or no longer."""

    reason = "NOT_ASSIGNED"


class OutOfScope(Denied):
    """The contract does not cover the product."""

    reason = "OUT_OF_SCOPE"


class UnsupportedVersion(Denied):
    """This version is not sold on this platform."""

    reason = "UNSUPPORTED_VERSION"


class DeviceLimit(Denied):
    """The user has as many devices as the product allows (D1); `devices` lists them, `release_device` frees one."""

    reason = "DEVICE_LIMIT"

    def __init__(self, facts: DenialFacts) -> None:
        super().__init__(facts)
        self.devices = tuple(Device(device.name, device.registered_at) for device in facts.devices)


class InUseElsewhere(Denied):
    """The user runs the product on another device (D2): end it there, or ask with `take_over`."""

    reason = "IN_USE_ELSEWHERE"

    def __init__(self, facts: DenialFacts) -> None:
        super().__init__(facts)
        self.session = facts.elsewhere_session
        self.device = facts.elsewhere_device


class ConsentRequired(Denied):
    """The charge is above what was agreed to (Q2): show `tokens` to the user, and ask again with that `max_tokens`."""

    reason = "CONSENT_REQUIRED"

    def __init__(self, facts: DenialFacts) -> None:
        super().__init__(facts)
        self.tokens = facts.tokens


class CapReached(Denied):
    """A cap on spending leaves no room (Q3): `cap` is its name, `tokens` what the charge would be."""

    reason = "CAP_REACHED"

    def __init__(self, facts: DenialFacts) -> None:
        super().__init__(facts)
        self.cap = facts.cap
        self.tokens = facts.tokens


class InvitationPending(Denied):
    """The user has not accepted the invitation yet (A4)."""

    reason = "INVITATION_PENDING"


class Suspended(Denied):
    """User, device or team is suspended (A8)."""

    reason = "SUSPENDED"


# In the order of the reasons' numbers on the wire, from 1.
_BY_NUMBER = (
    InsufficientTokens,
    NoLivePack,
    NotAssigned,
    OutOfScope,
    UnsupportedVersion,
    DeviceLimit,
    InUseElsewhere,
    ConsentRequired,
    CapReached,
    InvitationPending,
    Suspended,
)


def denied(facts: DenialFacts) -> Denied:
    """The exception of a denial; plain `Denied` for a reason that is newer than this SDK."""
    known = 1 <= facts.reason <= len(_BY_NUMBER)
    return _BY_NUMBER[facts.reason - 1](facts) if known else Denied(facts)
