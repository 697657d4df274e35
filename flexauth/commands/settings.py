"""Commands that set up contracts, calendars, products, rates, caps and pools; frozen, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands.bounds import need, need_id
from flexauth.commands.terms import (
    DAY,
    MINUTE,
    SECOND,
    Consent,
    GraceMode,
    OriginRule,
    ProductKind,
    WindowPolicy,
)

__all__ = [
    "ChangeRights",
    "Policy",
    "PutCalendar",
    "PutCap",
    "PutPolicy",
    "PutPool",
    "PutProduct",
    "PutRate",
]

_LONGEST = 3_653 * DAY


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
            need(f"policy {name}", getattr(self, name), "it must be from one second to ten years", SECOND, _LONGEST)
        for name in (
            "grace",
            "renewal_notice",
            "lease_margin",
            "late_checkin",
            "late_refunds",
            "late_refunds_period",
            "repeat_retention",
        ):
            need(f"policy {name}", getattr(self, name), "it must be from 0 to ten years", 0, _LONGEST)
        need("policy grace", self.grace, "it must be below 24 h, the length of a window", 0, DAY - 1)
        need("policy overdraft_limit", self.overdraft_limit, "it must be from 0 to 2**53 tokens", 0, 2**53)
        need("policy consent_above", self.consent_above, "it must not be negative", 0)
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
        need_id("calendar", self.calendar)
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
        need_id("product", self.product)
        need("result_tokens", self.result_tokens, "from 0 to 2**31 tokens", 0, 2**31)
        need("result_units", self.result_units, "from 0 to 2**31 units", 0, 2**31)
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
        need_id("product", self.product)
        need("rate", self.rate, "a rate is at least 1 token per 24 h", 1)


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
        need_id("cap", self.cap)
        need("cap tokens", self.tokens, "it must not be negative", 0)


@dataclass(frozen=True, slots=True)
class PutPool:
    """A pool of `seats` concurrent network seats (section 5); 0 takes all away."""

    pool: int
    team: int
    seats: int

    def __post_init__(self) -> None:
        need_id("pool", self.pool)
        need("seats", self.seats, "it must not be negative", 0)


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Rights have changed: sessions of these teams resolve them anew at their next contact (E2); no teams: of all.

    `version` is greater than any before.
    """

    version: int
    teams: tuple[int, ...] = ()
