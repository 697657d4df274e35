"""What callers ask, by name, checked when it is made: a request that exists is well-formed.

Every wrong value raises `InvalidArgument` naming field, value and rule. Knows nothing of ids, state or transport.
Times are int64 microseconds since the epoch, 0 where the caller names none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from flexauth import limits
from flexauth.commands import Origin, ProductKind
from flexauth.faults import InvalidArgument

__all__ = [
    "AssignUser",
    "Checkin",
    "Checkout",
    "ConfirmClock",
    "CreateOrder",
    "CreateProduct",
    "CreateTeam",
    "CreateUser",
    "GetBalance",
    "GetPolicy",
    "GetUser",
    "Heartbeat",
    "Lease",
    "ListCharges",
    "ListLedger",
    "ListPacks",
    "ListProducts",
    "ListRates",
    "ListSessions",
    "ListTeams",
    "ListUsers",
    "Membership",
    "PackTerms",
    "Quote",
    "ReleaseDevice",
    "Request",
    "SetPolicy",
    "SetRate",
    "session_id",
]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_SHOWN = 80


def _fail(field: str, value: object, rule: str) -> None:
    shown = value if isinstance(value, int) else repr(str(value)[:_SHOWN])
    raise InvalidArgument(field=field, value=shown, rule=rule)


def _text(field: str, value: str, most: int, *, needed: bool = True) -> None:
    if needed and not value:
        _fail(field, value, "it must not be empty")
    if len(value) > most:
        _fail(field, value, f"it must have at most {most} characters, it has {len(value)}")
    if any(not c.isprintable() for c in value):
        _fail(field, value, "it must have no control characters")


def _name(field: str, value: str, *, needed: bool = True) -> None:
    _text(field, value, limits.NAME_CHARACTERS, needed=needed)
    if value and not _NAME.match(value):
        _fail(field, value, "it must be letters, digits, '.', '_' and '-', and begin with a letter or digit")


def _time(field: str, value: int) -> None:
    if not 0 <= value <= limits.TIME_MAX:
        _fail(field, value, f"a time is microseconds since 1970 in UTC, from 0 to {limits.TIME_MAX}")


def _count(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        _fail(field, value, f"it must be from {least} to {most}")


def _page(size: int) -> None:
    _count("page_size", size, 0, limits.PAGE_MAX)


def _request_id(value: str) -> None:
    _text("request_id", value, limits.NAME_CHARACTERS, needed=False)


def session_id(field: str, value: str) -> int:
    """The 128-bit number of a UUID in canonical text form; `InvalidArgument` for anything else."""
    try:
        number = UUID(value)
    except (ValueError, AttributeError, TypeError):
        _fail(field, value, "it must be a UUID such as 0190f5fe-7c00-7a00-8000-000000000001")
        raise AssertionError from None
    if str(number) != value.lower() or number.int == 0:
        _fail(field, value, "it must be a UUID in its canonical form and not the nil UUID")
    return number.int


@dataclass(frozen=True, slots=True)
class Checkout:
    """A sign-in; `session` is a UUID and the request's id (SPEC 5). `max_tokens` None: no limit (Q2)."""

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

    def __post_init__(self) -> None:
        session_id("session", self.session)
        _text("user", self.user, limits.SUBJECT_CHARACTERS)
        _name("product", self.product)
        _text("device", self.device, limits.DEVICE_CHARACTERS)
        _name("team", self.team, needed=False)
        _text("version", self.version, limits.VERSION_CHARACTERS, needed=False)
        _text("platform", self.platform, limits.VERSION_CHARACTERS, needed=False)
        _name("project", self.project, needed=False)
        _text("device_key_thumbprint", self.device_key_thumbprint, limits.DEVICE_CHARACTERS, needed=False)
        if self.max_tokens is not None:
            _count("max_tokens", self.max_tokens, 0, limits.PACK_TOKENS)


@dataclass(frozen=True, slots=True)
class Quote:
    """What the checkout would be answered now (Q1)."""

    checkout: Checkout


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Contact of a session (S3); `operated_at` 0: no operation since the last contact."""

    session: str
    counter: int
    operated_at: int = 0

    def __post_init__(self) -> None:
        session_id("session", self.session)
        _count("counter", self.counter, 1, 2**62)
        _time("operated_at", self.operated_at)


@dataclass(frozen=True, slots=True)
class Lease:
    """A heartbeat that asks for a signed lease (S4)."""

    session: str
    counter: int
    operated_at: int = 0
    device_key_thumbprint: str = ""

    def __post_init__(self) -> None:
        Heartbeat(self.session, self.counter, self.operated_at)
        _text("device_key_thumbprint", self.device_key_thumbprint, limits.DEVICE_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class Checkin:
    """The end of a session; `ended_at` 0: it ends now (S5, S7)."""

    session: str
    counter: int
    ended_at: int = 0
    operated_at: int = 0

    def __post_init__(self) -> None:
        Heartbeat(self.session, self.counter, self.operated_at)
        _time("ended_at", self.ended_at)


@dataclass(frozen=True, slots=True)
class ReleaseDevice:
    """D1."""

    user: str
    product: str
    device: str

    def __post_init__(self) -> None:
        _text("user", self.user, limits.SUBJECT_CHARACTERS)
        _name("product", self.product)
        _text("device", self.device, limits.DEVICE_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ListSessions:
    """Sessions of a user or of a team; exactly one is named."""

    user: str = ""
    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)
        if bool(self.user) == bool(self.team):
            _fail("user", self.user, "exactly one of user and team must be named")
        _text("user", self.user, limits.SUBJECT_CHARACTERS, needed=False)
        _name("team", self.team, needed=False)


@dataclass(frozen=True, slots=True)
class ListCharges:
    """Charges of a user, latest window first."""

    user: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)
        _text("user", self.user, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class CreateTeam:
    name: str
    display_name: str = ""
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _name("name", self.name)
        _text("display_name", self.display_name, limits.DISPLAY_NAME_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListTeams:
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's assignment in a team: ALL or a list of product codes (A1)."""

    team: str
    all_products: bool = False
    products: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _name("membership team", self.team)
        _count("membership products", len(self.products), 0, limits.PRODUCTS_PER_ASSIGNMENT)
        for code in self.products:
            _name("membership product", code)
        if self.all_products and self.products:
            _fail("membership products", ", ".join(self.products), "ALL products leave no list to name (A1)")


@dataclass(frozen=True, slots=True)
class CreateUser:
    subject: str
    display_name: str = ""
    email: str = ""
    memberships: tuple[Membership, ...] = ()
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _text("subject", self.subject, limits.SUBJECT_CHARACTERS)
        _text("display_name", self.display_name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
        _text("email", self.email, limits.EMAIL_CHARACTERS, needed=False)
        _count("memberships", len(self.memberships), 0, limits.TEAMS_PER_USER)
        teams = [m.team for m in self.memberships]
        if len(set(teams)) != len(teams):
            _fail("memberships", ", ".join(teams), "a team may be named once")


@dataclass(frozen=True, slots=True)
class GetUser:
    subject: str

    def __post_init__(self) -> None:
        _text("subject", self.subject, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ListUsers:
    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)
        _name("team", self.team, needed=False)


@dataclass(frozen=True, slots=True)
class AssignUser:
    """Replaces what the user is assigned in the membership's team (A1)."""

    user: str
    membership: Membership
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _text("user", self.user, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class CreateProduct:
    """A product; a daily one has a rate from now on. `idle_aware_from`: S2, None: no version is idle-aware."""

    code: str
    name: str = ""
    kind: ProductKind = ProductKind.DAILY
    rate: int = 0
    idle_aware_from: str | None = None
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _name("code", self.code)
        _text("name", self.name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
        _count("rate", self.rate, 0, limits.RATE_TOKENS)
        if self.kind is ProductKind.DAILY and self.rate == 0:
            _fail("rate", self.rate, "a daily product costs at least 1 token; make it an included one to be free (C12)")
        if self.kind is ProductKind.INCLUDED and self.rate:
            _fail("rate", self.rate, "an included product has rate 0 (C12)")
        if self.kind is ProductKind.PER_RESULT:
            _fail("kind", "PER_RESULT", "products charged per result (C13) are not sold by this version")
        if self.idle_aware_from is not None:
            _text("idle_aware_from", self.idle_aware_from, limits.VERSION_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListProducts:
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)


@dataclass(frozen=True, slots=True)
class SetRate:
    """Tokens per 24 h of a product from `valid_from` on, 0: now (C14)."""

    product: str
    rate: int
    valid_from: int = 0
    note: str = ""
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _name("product", self.product)
        _count("tokens_per_24h", self.rate, 1, limits.RATE_TOKENS)
        _time("valid_from", self.valid_from)
        _text("note", self.note, limits.NOTE_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListRates:
    product: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)
        _name("product", self.product, needed=False)


@dataclass(frozen=True, slots=True)
class PackTerms:
    """One pack of an order (P1). `unit_price` in millionths of a currency unit; times 0: the defaults of P1."""

    size: int
    unit_price: int = 0
    currency: str = "USD"
    starts_at: int = 0
    ends_at: int = 0

    def __post_init__(self) -> None:
        _count("pack size", self.size, 1, limits.PACK_TOKENS)
        _count("pack unit_price", self.unit_price, 0, 10**15)
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            _fail("pack currency", self.currency, "it must be an ISO 4217 code of three capital letters")
        _time("pack starts_at", self.starts_at)
        _time("pack ends_at", self.ends_at)


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """An order and its packs (P1). `number` is unique in the team; "": the authority makes one."""

    team: str
    packs: tuple[PackTerms, ...]
    number: str = ""
    purchased_at: int = 0
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _name("team", self.team)
        _name("number", self.number, needed=False)
        _time("purchased_at", self.purchased_at)
        _count("packs", len(self.packs), 1, limits.PACKS_PER_ORDER)


@dataclass(frozen=True, slots=True)
class ListPacks:
    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)
        _name("team", self.team)


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Policy values by name as a JSON object (SPEC 13); values not named keep theirs. `effective_at` 0: now."""

    team: str
    values: str
    effective_at: int = 0
    request_id: str = ""

    def __post_init__(self) -> None:
        _request_id(self.request_id)
        _name("team", self.team)
        _time("effective_at", self.effective_at)
        if len(self.values) > limits.POLICY_CHARACTERS:
            _fail("values", self.values, f"it must have at most {limits.POLICY_CHARACTERS} characters")


@dataclass(frozen=True, slots=True)
class GetPolicy:
    team: str

    def __post_init__(self) -> None:
        _name("team", self.team)


@dataclass(frozen=True, slots=True)
class GetBalance:
    team: str

    def __post_init__(self) -> None:
        _name("team", self.team)


@dataclass(frozen=True, slots=True)
class ListLedger:
    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        _page(self.page_size)
        _name("team", self.team)


@dataclass(frozen=True, slots=True)
class ConfirmClock:
    """The operator vouches for the clock (T2)."""


Request = (
    Quote | Checkout | Heartbeat | Lease | Checkin | ReleaseDevice | ListSessions | ListCharges
    | CreateTeam | ListTeams | CreateUser | GetUser | ListUsers | AssignUser | CreateProduct | ListProducts
    | SetRate | ListRates | CreateOrder | ListPacks | SetPolicy | GetPolicy | GetBalance | ListLedger | ConfirmClock
)
