"""What product clients and users ask."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth import limits
from flexauth.commands import Origin
from flexauth.requests import check

__all__ = [
    "Checkin",
    "Checkout",
    "Heartbeat",
    "Lease",
    "ListCharges",
    "ListSessions",
    "Quote",
    "ReleaseDevice",
    "ReportResult",
]


def _consent(field: str, tokens: int | None) -> None:
    """The most tokens that a charge may take (Q2)."""
    if tokens is not None:
        check.count(field, tokens, 0, limits.PACK_TOKENS)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A sign-in; `session` is a UUID and the request's id (SPEC 5). `max_tokens` None: no limit (Q2).

    `offline_until` borrows (S4), 0: no. `end_before_renewal`: A9. `origin_evidence`: how the caller knows it (S6).
    """

    session: str
    user: str
    product: str
    device: str
    team: str = ""
    version: str = ""
    platform: str = ""
    origin: Origin = Origin.INTERACTIVE
    take_over: bool = False
    max_tokens: int | None = None
    project: str = ""
    want_lease: bool = False
    device_key_thumbprint: str = ""
    offline_until: int = 0
    end_before_renewal: bool = False
    origin_evidence: str = ""

    def __post_init__(self) -> None:
        check.session_id("session", self.session)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        check.name("product", self.product)
        check.text("device", self.device, limits.DEVICE_CHARACTERS)
        check.name("team", self.team, needed=False)
        check.text("version", self.version, limits.VERSION_CHARACTERS, needed=False)
        check.text("platform", self.platform, limits.VERSION_CHARACTERS, needed=False)
        check.text("device_key_thumbprint", self.device_key_thumbprint, limits.DEVICE_CHARACTERS, needed=False)
        check.text("origin_evidence", self.origin_evidence, limits.NOTE_CHARACTERS, needed=False)
        check.name("project", self.project, needed=False)
        check.time("offline_until", self.offline_until)
        _consent("max_tokens", self.max_tokens)


@dataclass(frozen=True, slots=True)
class Quote:
    """What the checkout would be answered now (Q1)."""

    checkout: Checkout


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Contact of a session (S3); `operated_at` 0: no operation since the last contact.

    `consent` is the session's new `max_tokens` (Q2), None: as it was. `offline_until` borrows (S4), 0: no.
    """

    session: str
    counter: int
    operated_at: int = 0
    consent: int | None = None
    offline_until: int = 0

    def __post_init__(self) -> None:
        check.session_id("session", self.session)
        check.count("counter", self.counter, 1, 2**62)
        check.time("operated_at", self.operated_at)
        check.time("offline_until", self.offline_until)
        _consent("consent", self.consent)


@dataclass(frozen=True, slots=True)
class Lease:
    """A heartbeat that asks for a signed lease (S4)."""

    session: str
    counter: int
    operated_at: int = 0
    device_key_thumbprint: str = ""
    consent: int | None = None
    offline_until: int = 0

    def __post_init__(self) -> None:
        Heartbeat(self.session, self.counter, self.operated_at, self.consent, self.offline_until)
        check.text("device_key_thumbprint", self.device_key_thumbprint, limits.DEVICE_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ReportResult:
    """C13: `units` more of a per-result product, by an open session; once for a `request_id`."""

    session: str
    units: int
    request_id: str

    def __post_init__(self) -> None:
        check.session_id("session", self.session)
        check.count("units", self.units, 1, limits.RESULT_UNITS)
        check.text("request_id", self.request_id, limits.NAME_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Checkin:
    """The end of a session; `ended_at` 0: it ends now (S5, S7)."""

    session: str
    counter: int
    ended_at: int = 0
    operated_at: int = 0

    def __post_init__(self) -> None:
        Heartbeat(self.session, self.counter, self.operated_at)
        check.time("ended_at", self.ended_at)


@dataclass(frozen=True, slots=True)
class ReleaseDevice:
    """D1."""

    user: str
    product: str
    device: str

    def __post_init__(self) -> None:
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        check.name("product", self.product)
        check.text("device", self.device, limits.DEVICE_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ListSessions:
    """Sessions of a user or of a team; exactly one is named."""

    user: str = ""
    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        if bool(self.user) == bool(self.team):
            check.fail("user", self.user, "exactly one of user and team must be named")
        check.text("user", self.user, limits.SUBJECT_CHARACTERS, needed=False)
        check.name("team", self.team, needed=False)


@dataclass(frozen=True, slots=True)
class ListCharges:
    """Charges of a user, latest window first."""

    user: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
