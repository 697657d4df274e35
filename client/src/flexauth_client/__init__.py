"""The client SDK of flexauth: sign a product in, keep its session, run on through a day offline."""

from flexauth_client.client import Client
from flexauth_client.errors import (
    CapReached,
    ClockSetBack,
    ConfigurationError,
    ConsentRequired,
    Denied,
    Device,
    DeviceLimit,
    FlexauthError,
    InsufficientTokens,
    InUseElsewhere,
    InvitationPending,
    LeaseEnded,
    LeaseRejected,
    NoLivePack,
    NotAssigned,
    OutOfScope,
    Rejected,
    Suspended,
    Unavailable,
    UnknownKey,
    UnsupportedVersion,
)
from flexauth_client.facts import Choice, Entitlement, Facts, Origin, State
from flexauth_client.keeper import Result
from flexauth_client.machine import Ended, Ending, OfflineLimitSoon, RenewalSoon
from flexauth_client.session import ConsentAsked, Session
from flexauth_client.signin import Prompt, SignIn, SignInFailed, SignInNeeded
from flexauth_client.terms import Terms

__all__ = [
    "CapReached",
    "Choice",
    "Client",
    "ClockSetBack",
    "ConfigurationError",
    "ConsentAsked",
    "ConsentRequired",
    "Denied",
    "Device",
    "DeviceLimit",
    "Ended",
    "Ending",
    "Entitlement",
    "Facts",
    "FlexauthError",
    "InUseElsewhere",
    "InsufficientTokens",
    "InvitationPending",
    "LeaseEnded",
    "LeaseRejected",
    "NoLivePack",
    "NotAssigned",
    "OfflineLimitSoon",
    "Origin",
    "OutOfScope",
    "Prompt",
    "Rejected",
    "RenewalSoon",
    "Result",
    "Session",
    "SignIn",
    "SignInFailed",
    "SignInNeeded",
    "State",
    "Suspended",
    "Terms",
    "Unavailable",
    "UnknownKey",
    "UnsupportedVersion",
]
