"""What the charging engines take and give: commands, decisions, rows.

Both engines, the native core and the reference, speak these values and no others. A
value checks itself when it is made; it knows nothing of names, transport or storage.
Ids are int64, a session id is a 128-bit int, times are int64 microseconds since the
epoch, tokens are int64. `NEVER` stands for a time that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

__all__ = [
    "COLUMNS",
    "DAY",
    "MINUTE",
    "NEVER",
    "NO_LIMIT",
    "SECOND",
    "AddPacks",
    "Candidate",
    "Checkin",
    "Checkout",
    "Command",
    "Decision",
    "Effects",
    "Engine",
    "Entitlement",
    "EntryKind",
    "GraceMode",
    "Heartbeat",
    "IdKind",
    "NewPack",
    "Origin",
    "Outcome",
    "Policy",
    "ProductKind",
    "PutPolicy",
    "PutProduct",
    "PutRate",
    "Reason",
    "Refund",
    "ReleaseDevice",
    "State",
    "UseEvent",
]

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
NEVER = -1
NO_LIMIT = -1
INT64_MAX = 2**63 - 1


class ProductKind(IntEnum):
    """How a product is charged: C1, C12, C13."""

    DAILY = 1
    INCLUDED = 2
    PER_RESULT = 3


class Entitlement(IntEnum):
    """Why a session may run, in the order of SPEC 5.4."""

    NONE = 0
    SUBSCRIPTION = 1
    TRIAL = 2
    SEAT = 3
    INCLUDED = 4
    PAID_WINDOW = 5
    TOKENS = 6


class State(IntEnum):
    """State of a session (S1). NONE: there is no such session."""

    NONE = 0
    ACTIVE = 1
    IDLE = 2
    CLOSED = 3
    EXPIRED = 4
    DENIED = 5
    SUPERSEDED = 6


class Reason(IntEnum):
    """Why a checkout or a renewal was denied (SPEC 10)."""

    NONE = 0
    INSUFFICIENT_TOKENS = 1
    NO_LIVE_PACK = 2
    NOT_ASSIGNED = 3
    OUT_OF_SCOPE = 4
    UNSUPPORTED_VERSION = 5
    DEVICE_LIMIT = 6
    IN_USE_ELSEWHERE = 7
    CONSENT_REQUIRED = 8
    CAP_REACHED = 9
    INVITATION_PENDING = 10
    SUSPENDED = 11


class Outcome(IntEnum):
    """What became of a command.

    GRANTED and DENIED answer it. CONFLICT: the session id was used with other content.
    UNKNOWN: no such session, device or product. NEEDS_HISTORY: send it again with `Refund`;
    STALE_HISTORY: what was read is older than an unstored batch, read again.
    """

    GRANTED = 1
    DENIED = 2
    CONFLICT = 3
    UNKNOWN = 4
    NEEDS_HISTORY = 5
    STALE_HISTORY = 6


class Origin(IntEnum):
    """What started the session (S6)."""

    INTERACTIVE = 1
    PLUGIN_AUTOLOAD = 2
    BACKGROUND = 3
    AUTOMATION = 4


class GraceMode(IntEnum):
    """C8."""

    PER_SESSION = 1
    CUMULATIVE_24H = 2
    ONCE_24H = 3


class EntryKind(IntEnum):
    """Kinds of ledger entry (L1)."""

    ORDER = 1
    CHARGE = 2
    EXPIRY = 3
    MOVE_OUT = 4
    MOVE_IN = 5
    SPLIT = 6
    REFUND = 7
    ADJUSTMENT = 8
    OVERDRAFT = 9
    SETTLEMENT = 10


class UseEvent(IntEnum):
    """Kinds of row in the use log (L7).

    `code` of a row: BEGIN the entitlement, END the state, DENIED and REFUSED the reason, LATE 1 if it was refunded,
    2 if the limit of late refunds (S5) was reached, else 0; otherwise 0.
    `at` of a row is when the thing happened, `time` when it became known.
    """

    BEGIN = 1
    IDLE = 2
    RESUME = 3
    GAP = 4
    END = 5
    DENIED = 6
    FREE = 7
    RENEWED = 8
    REFUSED = 9
    LATE = 10


class IdKind(IntEnum):
    """What an int64 id names; also the counters that give out ids."""

    TEAM = 1
    USER = 2
    PRODUCT = 3
    DEVICE = 4
    PACK = 5
    ORDER = 6


def _need(what: str, value: int, rule: str, least: int, most: int = INT64_MAX) -> None:
    if not least <= value <= most:
        raise ValueError(f"{what} is {value}; {rule}")


def _need_id(what: str, value: int) -> None:
    _need(what, value, "an id is a positive int64", 1)


def _need_time(what: str, value: int) -> None:
    _need(what, value, "a time is microseconds since the epoch, int64, or NEVER (-1)", NEVER)


@dataclass(frozen=True, slots=True)
class Policy:
    """The terms of a contract that the engines apply (SPEC 13); durations in microseconds."""

    grace: int = 300 * SECOND
    grace_mode: GraceMode = GraceMode.PER_SESSION
    idle_after: int = 15 * MINUTE
    heartbeat_interval: int = 5 * MINUTE
    renewal_notice: int = 15 * MINUTE
    lease_max: int = DAY
    lease_margin: int = 5 * MINUTE
    late_checkin: int = DAY
    late_refunds: int = 2
    late_refunds_period: int = 30 * DAY
    repeat_retention: int = 2 * DAY
    make_good: int = 90 * DAY

    def __post_init__(self) -> None:
        for name in ("heartbeat_interval", "lease_max", "make_good", "idle_after"):
            _need(f"policy {name}", getattr(self, name), "it must be at least one second", SECOND)
        for name in (
            "grace",
            "renewal_notice",
            "lease_margin",
            "late_checkin",
            "late_refunds",
            "late_refunds_period",
            "repeat_retention",
        ):
            _need(f"policy {name}", getattr(self, name), "it must not be negative", 0)
        _need("policy grace", self.grace, "it must be below 24 h, the length of a window", 0, DAY - 1)


@dataclass(frozen=True, slots=True)
class PutPolicy:
    """The contract of a team from `effective_at` on (C14)."""

    team: int
    version: int
    effective_at: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class PutProduct:
    product: int
    kind: ProductKind

    def __post_init__(self) -> None:
        _need_id("product", self.product)


@dataclass(frozen=True, slots=True)
class PutRate:
    """Tokens per 24 hours of a product from `valid_from` on, as version `version` of the rate sheet (C14)."""

    product: int
    version: int
    valid_from: int
    rate: int

    def __post_init__(self) -> None:
        _need_id("product", self.product)
        _need("rate", self.rate, "a rate is tokens per 24 h and not negative", 0)


@dataclass(frozen=True, slots=True)
class NewPack:
    """One pack of an order (P1); `unit_price` is millionths of a currency unit, 0 when it has none."""

    pack: int
    size: int
    unit_price: int
    starts_at: int
    ends_at: int
    purchased_at: int

    def __post_init__(self) -> None:
        _need_id("pack", self.pack)
        _need("pack size", self.size, "a pack has at least one token", 1, 2**53)
        _need("pack unit_price", self.unit_price, "a price is not negative", 0)
        if self.ends_at <= self.starts_at:
            raise ValueError(f"pack ends_at is {self.ends_at}; it must be after starts_at, {self.starts_at} (P1)")


@dataclass(frozen=True, slots=True)
class AddPacks:
    """An order's packs enter a team (P1)."""

    team: int
    packs: tuple[NewPack, ...]


@dataclass(frozen=True, slots=True)
class ReleaseDevice:
    """D1: the device no longer counts. `device` is its id."""

    user: int
    product: int
    device: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way a session may be entitled, as the rights give it (SPEC 5.4).

    `entitlement` is what to try: INCLUDED or TOKENS (which covers PAID_WINDOW). `until` ends the right, NEVER: open.
    """

    entitlement: Entitlement
    team: int
    until: int = NEVER


@dataclass(frozen=True, slots=True)
class Checkout:
    """A sign-in (C1, C2, D1, D2, section 5).

    `device_digest` is the 128-bit digest of the device's name; the engine gives it an id at first use. `content`
    is a 63-bit digest of the request, kept to tell a repeat from a misuse of the id. With no candidates,
    `refusal` says why; it is given after the device rules (SPEC 5, order of decision). `team` is the team that
    a denial is recorded under.
    """

    session: int
    user: int
    product: int
    device_digest: int
    content: int
    team: int
    candidates: tuple[Candidate, ...]
    refusal: Reason = Reason.NONE
    take_over: bool = False
    idle_aware: bool = False
    origin: Origin = Origin.INTERACTIVE
    devices_max: int = 3
    max_tokens: int = NO_LIMIT
    rights_version: int = 0

    def __post_init__(self) -> None:
        _need("session", self.session, "a session id has 128 bits and is not 0", 1, 2**128 - 1)
        _need_id("user", self.user)
        _need_id("product", self.product)
        _need("content", self.content, "it is a 63-bit digest", 0)
        _need("devices_max", self.devices_max, "at least one device", 1)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Contact of a running session (S3, S7). A `counter` not above the last one has no effect.

    `operated_at` is the time of the last meaningful operation, NEVER when the client has no news of one.
    """

    session: int
    counter: int
    operated_at: int = NEVER

    def __post_init__(self) -> None:
        _need("counter", self.counter, "it counts from 1", 0)
        _need_time("operated_at", self.operated_at)


@dataclass(frozen=True, slots=True)
class Refund:
    """What the store knows of the charge that a late check-in may undo (S5).

    `slices` are (pack, tokens) of the charge whose window starts at `window_start`; `recent` counts the user's
    self-reported refunds in the policy's period; `as_of` is the last batch stored when this was read.
    """

    window_start: int
    charge: int
    slices: tuple[tuple[int, int], ...]
    recent: int
    as_of: int


@dataclass(frozen=True, slots=True)
class Checkin:
    """The end of a session, perhaps late (S5, S7). `ended_at` NEVER: it ends now."""

    session: int
    counter: int
    ended_at: int = NEVER
    operated_at: int = NEVER
    refund: Refund | None = None

    def __post_init__(self) -> None:
        _need("counter", self.counter, "it counts from 1", 0)
        _need_time("ended_at", self.ended_at)
        _need_time("operated_at", self.operated_at)


Command = PutPolicy | PutProduct | PutRate | AddPacks | ReleaseDevice | Checkout | Heartbeat | Checkin


@dataclass(frozen=True, slots=True)
class Decision:
    """An engine's answer, flat for every command; what does not apply is 0, NEVER or NONE.

    `tokens`: held by this checkout (Quote: would be held), refunded by this check-in. `paid_until`: W, or P + 24 h
    while pending. `balance`: available after the decision. `shortfall`: what lacks of the rate. `elsewhere`: the
    session that is in the way (D2). `idle_after` is 0 for a session that is not idle-aware.
    """

    outcome: Outcome
    reason: Reason = Reason.NONE
    entitlement: Entitlement = Entitlement.NONE
    state: State = State.NONE
    team: int = 0
    user: int = 0
    product: int = 0
    device: int = 0
    tokens: int = 0
    rate: int = 0
    balance: int = 0
    shortfall: int = 0
    paid_until: int = NEVER
    pending_since: int = NEVER
    heartbeat_by: int = NEVER
    lease_until: int = NEVER
    ended_at: int = NEVER
    idle_after: int = 0
    counter: int = 0
    elsewhere: int = 0


#: Columns of every table that an engine writes and loads; all int64. A session id is two columns, high and low 64
#: bits as signed int64. One row format serves effects and loading, so start, take-over and recovery are the same.
#: State tables hold the row as it stands at the end of the batch; log tables (ledger, use_log) hold each new row.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "pack": (
        "team", "pack", "size", "unit_price", "starts_at", "ends_at", "purchased_at",
        "remaining", "parent", "ended",
    ),
    "line": (
        "team", "user", "product", "paid_until", "window_start", "charge", "pending_since", "capture_at",
        "rate", "rate_version", "policy_version", "basis", "session_hi", "session_lo", "used_until",
    ),
    "hold": ("team", "user", "product", "position", "pack", "tokens"),
    "free_use": ("team", "user", "product", "began_at", "ended_at"),
    "session": (
        "session_hi", "session_lo", "team", "user", "product", "device", "state", "entitlement", "granted",
        "tokens", "content", "origin", "idle_aware", "max_tokens", "rights_version", "entitled_until", "opened_at",
        "contact_at", "operated_at", "operations", "deadline", "absence", "counter", "ended_at", "reported",
        "last_idle", "reason",
    ),
    "device": ("user", "product", "device", "registered_at"),
    "device_name": ("device", "digest_hi", "digest_lo"),
    "ledger": (
        "team", "seq", "time", "kind", "effective_at", "pack", "tokens", "user", "product", "session_hi",
        "session_lo", "window_start", "window_end", "rate", "rate_version", "policy_version", "basis", "corrects",
        "transfer", "reason",
    ),
    "use_log": (
        "team", "seq", "time", "event", "at", "user", "product", "session_hi", "session_lo", "device", "code",
        "origin", "operations",
    ),
    "hold_gone": ("team", "user", "product"),
    "line_gone": ("team", "user", "product"),
    "session_gone": ("session_hi", "session_lo"),
    "device_gone": ("user", "product", "device"),
    "free_use_gone": ("team", "user", "product"),
    # Loaded only: where a team's sequences stand, and the next id of each IdKind.
    "team": ("team", "ledger_seq", "use_seq"),
    "counter": ("kind", "next"),
    "product": ("product", "kind"),
    "rate": ("product", "version", "valid_from", "rate"),
    "policy": (
        "team", "version", "effective_at", "grace", "grace_mode", "idle_after", "heartbeat_interval",
        "renewal_notice", "lease_max", "lease_margin", "late_checkin", "late_refunds", "late_refunds_period",
        "repeat_retention", "make_good",
    ),
}


class Effects(Protocol):
    """The rows that a batch of decisions wants written."""

    def tables(self) -> Iterable[str]:
        """Names of the tables with rows, in the order in which they must be written."""

    def count(self, table: str) -> int: ...

    def rows(self, table: str) -> Iterable[tuple[int, ...]]:
        """Rows of a table, columns as in `COLUMNS`."""

    def teams(self) -> frozenset[int]:
        """Teams whose state the batch changed."""

    def users(self) -> frozenset[int]:
        """Users whose devices or sessions the batch changed."""


class Engine(Protocol):
    """What both engines do. Time only goes forward: `now` never falls from call to call."""

    def advance(self, now: int) -> None:
        """Run what is due before a command at `now` (T4)."""

    def decide(self, now: int, command: Command) -> Decision:
        """Advance, check, apply."""

    def quote(self, now: int, command: Checkout) -> Decision:
        """Advance, check, stop there (Q1)."""

    def look(self, now: int, session: int) -> Decision:
        """The facts of a session as they stand; state NONE when there is none. Not a contact."""

    def balance(self, team: int) -> tuple[int, int]:
        """(available, held) in tokens (P2)."""

    def devices(self, user: int, product: int) -> list[tuple[int, int]]:
        """(device id, registered_at) in order of registration (D1)."""

    def allocate(self, kind: IdKind) -> int:
        """The next id of a kind."""

    def next_due(self) -> int:
        """When the earliest timer is due, NEVER when there is none."""

    def suspend_forfeits(self, suspended: bool) -> None:
        """T2: while the clock is not confirmed no pack ends."""

    def sweep(self, now: int, budget: int) -> None:
        """Forget at most `budget` lines and sessions that are nothing any more (R7)."""

    def take_effects(self, stored: int) -> Effects:
        """Effects since the last call. `stored` is the number of the batch that they will be stored as."""

    def load(self, table: str, rows: Iterable[tuple[int, ...]]) -> None:
        """Take rows from the store."""

    def start(self, now: int, absence: int) -> None:
        """Arm the timers after loading; `absence` is how long the authority was away in all its life (S5)."""

    def drop(self, teams: frozenset[int], users: frozenset[int]) -> None:
        """Forget teams and the devices of users, to load them again (R2)."""

    def dump(self, now: int) -> dict[str, list[tuple[int, ...]]]:
        """The live state as sorted rows: equal states have equal dumps (R4)."""
