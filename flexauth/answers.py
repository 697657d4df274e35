"""What callers are told, by name: frozen values that the edge turns into its own messages.

Times are int64 microseconds since the epoch, 0 where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from flexauth.commands import Choice, Entitlement, ProductKind, Reason, State
from flexauth.requests import Membership

T = TypeVar("T")

__all__ = [
    "Balance",
    "CapUse",
    "Charge",
    "CheckinAnswer",
    "CheckoutAnswer",
    "ClockAnswer",
    "Denial",
    "Device",
    "DeviceList",
    "Entry",
    "HeartbeatAnswer",
    "LeaseAnswer",
    "OrderAnswer",
    "Pack",
    "Page",
    "PolicyAnswer",
    "Product",
    "QuoteAnswer",
    "Rate",
    "ResultAnswer",
    "SessionFacts",
    "Team",
    "User",
]


@dataclass(frozen=True, slots=True)
class Device:
    name: str
    registered_at: int


@dataclass(frozen=True, slots=True)
class Denial:
    """SPEC 10: a reason, a sentence a person can act on, and the facts.

    `tokens` is the charge that needs consent (Q2), `cap` names the cap in the way (Q3), `team` whose reason it is.
    """

    reason: Reason
    message: str
    balance: int = 0
    rate: int = 0
    shortfall: int = 0
    elsewhere_session: str = ""
    elsewhere_device: str = ""
    devices: tuple[Device, ...] = ()
    tokens: int = 0
    cap: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a client needs to know of its session, in every answer (S3, S4).

    `end_at`: the client is asked to end by then (A9). `entitled_until`: when the right ends that the session runs by.
    `choice`: why this team (E1). `outage_grace` in microseconds (S5). `renewal_needs_consent`: Q2.
    """

    session: str
    state: State
    entitlement: Entitlement
    team: str
    user: str
    product: str
    device: str
    heartbeat_by: int
    lease_until: int
    paid_until: int
    pending_since: int
    idle_after: int
    counter: int
    opened_at: int
    ended_at: int
    server_time: int
    renewal_notice_at: int = 0
    end_at: int = 0
    entitled_until: int = 0
    project: str = ""
    choice: Choice = Choice.NONE
    outage_grace: int = 0
    renewal_needs_consent: bool = False


@dataclass(frozen=True, slots=True)
class CapUse:
    """What counts in a cap in its present period (Q3)."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """Q1. `slices` are (pack, tokens) in the order of P3, pack 0 the overdraft; `caps` those it would count in."""

    granted: bool
    entitlement: Entitlement
    team: str
    tokens: int
    rate: int
    balance_after: int
    paid_until: int
    server_time: int
    denial: Denial | None = None
    slices: tuple[tuple[int, int], ...] = ()
    caps: tuple[CapUse, ...] = ()
    choice: Choice = Choice.NONE


@dataclass(frozen=True, slots=True)
class CheckoutAnswer:
    """`lease` is the signed JWT if it was asked for (S4)."""

    granted: bool
    facts: SessionFacts | None
    tokens: int
    rate: int
    balance: int
    lease: str = ""
    denial: Denial | None = None


@dataclass(frozen=True, slots=True)
class HeartbeatAnswer:
    facts: SessionFacts
    denial: Denial | None = None


@dataclass(frozen=True, slots=True)
class LeaseAnswer:
    """`lease` is "" when the session has ended."""

    facts: SessionFacts
    lease: str
    denial: Denial | None = None


@dataclass(frozen=True, slots=True)
class ResultAnswer:
    """C13: whether a result may be delivered. `units_left_over` of the line have not made a full charge yet.

    A session that is over takes no results (SPEC 14): its state says why, and there is no denial if it was closed.
    """

    granted: bool
    facts: SessionFacts
    tokens: int
    balance: int
    units_left_over: int
    denial: Denial | None = None


@dataclass(frozen=True, slots=True)
class CheckinAnswer:
    facts: SessionFacts
    refunded: int


@dataclass(frozen=True, slots=True)
class DeviceList:
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next_page_token` is "" on the last page."""

    items: tuple[T, ...]
    next_page_token: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    display_name: str
    created_at: int
    users: int


@dataclass(frozen=True, slots=True)
class User:
    subject: str
    display_name: str
    email: str
    memberships: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    name: str
    kind: ProductKind
    idle_aware_from: str | None
    rate: int
    rate_version: int
    result_tokens: int = 0
    result_units: int = 0
    host: str = ""
    retired_at: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    product: str
    version: int
    valid_from: int
    tokens_per_24h: int
    note: str


@dataclass(frozen=True, slots=True)
class Pack:
    """P1, L2: size = remaining + consumed + expired + moved_out - refunded."""

    id: int
    team: str
    size: int
    unit_price: int
    currency: str
    starts_at: int
    ends_at: int
    purchased_at: int
    remaining: int
    held: int
    consumed: int
    expired: int
    moved_out: int
    refunded: int
    order: str


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    number: str
    packs: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """`values` is a JSON object of every policy value by name (SPEC 13)."""

    version: int
    effective_at: int
    values: str


@dataclass(frozen=True, slots=True)
class Charge:
    """`slices` are (pack, tokens) in the order of P3."""

    team: str
    user: str
    product: str
    window_start: int
    window_end: int
    tokens: int
    refunded: int
    seq: int
    rate: int
    rate_version: int
    policy_version: int
    session: str
    slices: tuple[tuple[int, int], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Balance:
    """P2: held and settled are shown apart. `as_of` is the team's ledger sequence.

    `overdraft` is what the team owes (C10); `available` is less by it, and by holds of it.
    """

    team: str
    available: int
    held: int
    overdraft: int
    purchased: int
    consumed: int
    expired: int
    refunded: int
    as_of: int
    packs: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger entry: `columns` as in `commands.COLUMNS["ledger"]`, then digest and hash (L3)."""

    team: str
    columns: tuple[int, ...]
    digest: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class ClockAnswer:
    now: int
