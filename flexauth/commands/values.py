"""Commands: frozen values that check themselves when they are made. They know no names, transport or storage."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands.terms import (
    DAY,
    INT64_MAX,
    MINUTE,
    NEVER,
    NO_LIMIT,
    SECOND,
    Entitlement,
    GraceMode,
    Origin,
    ProductKind,
    Reason,
)

__all__ = [
    "AddPacks",
    "Candidate",
    "Checkin",
    "Checkout",
    "Command",
    "Heartbeat",
    "NewPack",
    "Policy",
    "PutPolicy",
    "PutProduct",
    "PutRate",
    "Refund",
    "ReleaseDevice",
]


_LONGEST = 3_653 * DAY


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
            _need(f"policy {name}", getattr(self, name), "it must be from one second to ten years", SECOND, _LONGEST)
        for name in (
            "grace",
            "renewal_notice",
            "lease_margin",
            "late_checkin",
            "late_refunds",
            "late_refunds_period",
            "repeat_retention",
        ):
            _need(f"policy {name}", getattr(self, name), "it must be from 0 to ten years", 0, _LONGEST)
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
    """A product and how it is charged."""

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
        _need("rate", self.rate, "a rate is at least 1 token per 24 h", 1)


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
