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
    Consent,
    Entitlement,
    GraceMode,
    Origin,
    OriginRule,
    ProductKind,
    Reason,
    WindowPolicy,
)

__all__ = [
    "AddPacks",
    "AdjustPack",
    "Candidate",
    "ChangeRights",
    "Checkin",
    "Checkout",
    "Command",
    "EndSession",
    "Heartbeat",
    "MovePack",
    "NewPack",
    "OpenWindow",
    "Policy",
    "PutCalendar",
    "PutCap",
    "PutPolicy",
    "PutPool",
    "PutProduct",
    "PutRate",
    "Refund",
    "RefundWindow",
    "ReleaseDevice",
    "ReportResult",
    "Rights",
    "SplitPack",
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
    """The terms of a contract that the engines apply (SPEC 13); durations in microseconds.

    `calendar` is that of the days of C9, 0 for rolling windows. `consent_above` counts with `Consent.ABOVE` alone.
    """

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
    window_policy: WindowPolicy = WindowPolicy.ROLLING_24H
    calendar: int = 0
    seat_linger: int = 15 * MINUTE
    end_before_renewal: int = 0
    overdraft_limit: int = 0
    consent: Consent = Consent.NEVER
    consent_above: int = 0
    origin_interactive: OriginRule = OriginRule.CHARGE
    origin_plugin_autoload: OriginRule = OriginRule.ON_FIRST_OPERATION
    origin_background: OriginRule = OriginRule.ON_FIRST_OPERATION
    origin_automation: OriginRule = OriginRule.CHARGE
    cross_team_subscription: int = 1

    def __post_init__(self) -> None:
        for name in ("heartbeat_interval", "lease_max", "make_good", "idle_after", "seat_linger"):
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
        _need("policy overdraft_limit", self.overdraft_limit, "it must be from 0 to 2**53 tokens", 0, 2**53)
        _need("policy consent_above", self.consent_above, "it must not be negative", 0)
        if (self.window_policy is WindowPolicy.CALENDAR_DAY) != bool(self.calendar):
            raise ValueError(f"policy calendar is {self.calendar}; calendar days, and they alone, have a calendar (C9)")


@dataclass(frozen=True, slots=True)
class PutPolicy:
    """The contract of a team from `effective_at` on (C14)."""

    team: int
    version: int
    effective_at: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class PutCalendar:
    """Boundaries of periods in order, each the first instant of a period: days of C9, periods of caps (Q3).

    They are computed once, by the time zone data of that day, and kept.
    """

    calendar: int
    starts: tuple[int, ...]

    def __post_init__(self) -> None:
        _need_id("calendar", self.calendar)
        if len(self.starts) < 2 or any(a >= b for a, b in zip(self.starts, self.starts[1:], strict=False)):
            raise ValueError(f"calendar {self.calendar} has {len(self.starts)} starts; at least two, ascending")


@dataclass(frozen=True, slots=True)
class PutProduct:
    """A product and how it is charged; per result: `result_tokens` for each full `result_units` (C13)."""

    product: int
    kind: ProductKind
    result_tokens: int = 0
    result_units: int = 0

    def __post_init__(self) -> None:
        _need_id("product", self.product)
        _need("result_tokens", self.result_tokens, "from 0 to 2**31 tokens", 0, 2**31)
        _need("result_units", self.result_units, "from 0 to 2**31 units", 0, 2**31)
        if (self.kind is ProductKind.PER_RESULT) != (self.result_tokens > 0 and self.result_units > 0):
            raise ValueError(f"product {self.product}: per result, and only then, it has tokens per units (C13)")


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
    """One pack of an order (P1); `unit_price` is millionths of a currency unit, 0 when it has none.

    `used`: tokens of it that were spent elsewhere before (P0, moving in).
    """

    pack: int
    size: int
    unit_price: int
    starts_at: int
    ends_at: int
    purchased_at: int
    used: int = 0

    def __post_init__(self) -> None:
        _need_id("pack", self.pack)
        _need("pack size", self.size, "a pack has at least one token", 1, 2**53)
        _need("pack unit_price", self.unit_price, "a price is not negative", 0)
        _need("pack used", self.used, "no more than the pack's size is used", 0, self.size)
        if self.ends_at <= self.starts_at:
            raise ValueError(f"pack ends_at is {self.ends_at}; it must be after starts_at, {self.starts_at} (P1)")


@dataclass(frozen=True, slots=True)
class AddPacks:
    """An order's packs enter a team (P1)."""

    team: int
    packs: tuple[NewPack, ...]


@dataclass(frozen=True, slots=True)
class AdjustPack:
    """P0: a wrong order's pack is cancelled whole; REFUSED while anything of it is used or held."""

    pack: int


@dataclass(frozen=True, slots=True)
class MovePack:
    """P5: the pack's whole remainder goes to another team; the pack keeps id, size, price and end.

    REFUSED with holds, or once it has ended. `transfer` ties MOVE_OUT and MOVE_IN (L3).
    """

    pack: int
    team: int
    transfer: int


@dataclass(frozen=True, slots=True)
class SplitPack:
    """P5: `size` free tokens of a pack become a pack of their own, `into`, with the same price, dates and purchase."""

    pack: int
    into: int
    size: int
    transfer: int

    def __post_init__(self) -> None:
        _need_id("into", self.into)
        _need("split size", self.size, "at least one token is split off", 1)


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """P0: a line comes with a window that was paid elsewhere; no charge is made."""

    team: int
    user: int
    product: int
    window_start: int
    paid_until: int

    def __post_init__(self) -> None:
        if self.paid_until <= self.window_start:
            raise ValueError(f"paid_until is {self.paid_until}; it must be after window_start, {self.window_start}")


@dataclass(frozen=True, slots=True)
class PutCap:
    """A cap of a team (Q3): at most `tokens` in each period of `calendar`; `used` is what counts of each period so far.

    Put again, tokens and hardness are the new ones; `gone` ends it.
    """

    cap: int
    team: int
    calendar: int
    tokens: int
    hard: bool
    used: tuple[tuple[int, int], ...] = ()
    gone: bool = False

    def __post_init__(self) -> None:
        _need_id("cap", self.cap)
        _need("cap tokens", self.tokens, "it must not be negative", 0)


@dataclass(frozen=True, slots=True)
class PutPool:
    """A pool of `seats` concurrent network seats (section 5); 0 takes all away."""

    pool: int
    team: int
    seats: int

    def __post_init__(self) -> None:
        _need_id("pool", self.pool)
        _need("seats", self.seats, "it must not be negative", 0)


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Rights have changed: sessions of these teams resolve them anew at their next contact (E2); no teams: of all.

    `version` is greater than any before.
    """

    version: int
    teams: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseDevice:
    """D1: the device no longer counts. `device` is its id."""

    user: int
    product: int
    device: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way a session may be entitled, as the rights give it (SPEC 5.4).

    `entitlement` is what to try: SUBSCRIPTION, TRIAL, SEAT (of `pool`), INCLUDED or TOKENS (which covers PAID_WINDOW).
    `until` ends the right, NEVER: open. `caps` bind charges of tokens (Q3). `refusal`: the team assigns the product but
    does not let it run, for this reason; such a one is never granted and only says why (SPEC 14, several teams).
    """

    entitlement: Entitlement
    team: int
    until: int = NEVER
    pool: int = 0
    caps: tuple[int, ...] = ()
    refusal: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class Rights:
    """What a user may do with a product now: candidates in the order of SPEC 5.4, those of one kind by team id.

    `barred` refuses before the device rules (SPEC 5, step 2: unsupported version, suspended user or device).
    `refusal` is given after them when there is no candidate. `version` is that of the facts they were made from.
    """

    version: int = 0
    candidates: tuple[Candidate, ...] = ()
    refusal: Reason = Reason.NOT_ASSIGNED
    barred: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class Checkout:
    """A sign-in (C1, C2, D1, D2, section 5).

    `device_digest` is the 128-bit digest of the device's name; the engine gives it an id at first use. `content`
    is a 63-bit digest of the request, kept to tell a repeat from a misuse of the id. `team` is the team that
    a denial is recorded under, `asked_team` the one that the user named, 0 for none (E1). `offline_until` asks to
    borrow (S4), NEVER: no.
    """

    session: int
    user: int
    product: int
    device_digest: int
    content: int
    team: int
    rights: Rights
    take_over: bool = False
    idle_aware: bool = False
    origin: Origin = Origin.INTERACTIVE
    devices_max: int = 3
    max_tokens: int = NO_LIMIT
    asked_team: int = 0
    project: int = 0
    end_before_renewal: bool = False
    offline_until: int = NEVER

    def __post_init__(self) -> None:
        _need("session", self.session, "a session id has 128 bits and is not 0", 1, 2**128 - 1)
        _need_id("user", self.user)
        _need_id("product", self.product)
        _need("content", self.content, "it is a 63-bit digest", 0)
        _need("devices_max", self.devices_max, "at least one device", 1)
        _need_time("offline_until", self.offline_until)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Contact of a running session (S3, S7). A `counter` not above the last one has no effect.

    `operated_at` is the time of the last meaningful operation, NEVER when the client has no news of one. `rights` are
    given when the engine asked for them. `consent` is the session's new `max_tokens` (Q2), None: as it was.
    """

    session: int
    counter: int
    operated_at: int = NEVER
    rights: Rights | None = None
    consent: int | None = None
    offline_until: int = NEVER

    def __post_init__(self) -> None:
        _need("counter", self.counter, "it counts from 1", 0)
        _need_time("operated_at", self.operated_at)
        _need_time("offline_until", self.offline_until)


@dataclass(frozen=True, slots=True)
class EndSession:
    """An admin ends a session; what was charged stays charged. Its client hears it at the next contact."""

    session: int


@dataclass(frozen=True, slots=True)
class ReportResult:
    """C13: `units` more of a per-result product, by an open session; granted or denied at once."""

    session: int
    units: int
    rights: Rights | None = None

    def __post_init__(self) -> None:
        _need("units", self.units, "from one to 2**31 units in a report", 1, 2**31)


@dataclass(frozen=True, slots=True)
class Refund:
    """What the store knows of the charge that a late check-in may undo (S5).

    `slices` are (pack, tokens) of the charge whose window starts at `window_start`; `recent` counts the user's
    self-reported refunds in the policy's period; `as_of` is the last batch stored when this was read. `caps` are
    (cap, period) that the charge counts in; a refunded charge no longer does (SPEC 14). `window_end` tells
    `RefundWindow` whether the line still stands on this window.
    """

    window_start: int
    charge: int
    slices: tuple[tuple[int, int], ...]
    recent: int
    as_of: int
    caps: tuple[tuple[int, int], ...] = ()
    window_end: int = NEVER


@dataclass(frozen=True, slots=True)
class RefundWindow:
    """L5: a charge that was upheld as wrong goes back; its window no longer counts as paid. `caps` as in `Refund`."""

    team: int
    user: int
    product: int
    fact: Refund
    reason: int


@dataclass(frozen=True, slots=True)
class Checkin:
    """The end of a session, perhaps late (S5, S7). `ended_at` NEVER: it ends now."""

    session: int
    counter: int
    ended_at: int = NEVER
    operated_at: int = NEVER
    refund: Refund | None = None
    rights: Rights | None = None

    def __post_init__(self) -> None:
        _need("counter", self.counter, "it counts from 1", 0)
        _need_time("ended_at", self.ended_at)
        _need_time("operated_at", self.operated_at)


Command = (
    PutPolicy
    | PutCalendar
    | PutProduct
    | PutRate
    | PutCap
    | PutPool
    | ChangeRights
    | AddPacks
    | AdjustPack
    | MovePack
    | SplitPack
    | OpenWindow
    | RefundWindow
    | ReleaseDevice
    | EndSession
    | ReportResult
    | Checkout
    | Heartbeat
    | Checkin
)
