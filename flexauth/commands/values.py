"""Commands: frozen values that check themselves when they are made. They know no names, transport or storage."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands.bounds import need, need_id, need_time
from flexauth.commands.settings import (
    ChangeRights,
    PutCalendar,
    PutCap,
    PutPolicy,
    PutPool,
    PutProduct,
    PutRate,
)
from flexauth.commands.terms import (
    NEVER,
    NO_LIMIT,
    Entitlement,
    Origin,
    Reason,
)

__all__ = [
    "AddPacks",
    "AdjustPack",
    "Candidate",
    "Checkin",
    "Checkout",
    "Command",
    "EndSession",
    "Heartbeat",
    "MovePack",
    "NewPack",
    "OpenWindow",
    "Refund",
    "RefundWindow",
    "ReleaseDevice",
    "ReportResult",
    "Rights",
    "SplitPack",
]


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
        need_id("pack", self.pack)
        need("pack size", self.size, "a pack has at least one token", 1, 2**53)
        need("pack unit_price", self.unit_price, "a price is not negative", 0)
        need("pack used", self.used, "no more than the pack's size is used", 0, self.size)
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
        need_id("into", self.into)
        need("split size", self.size, "at least one token is split off", 1)


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
        need("session", self.session, "a session id has 128 bits and is not 0", 1, 2**128 - 1)
        need_id("user", self.user)
        need_id("product", self.product)
        need("content", self.content, "it is a 63-bit digest", 0)
        need("devices_max", self.devices_max, "at least one device", 1)
        need_time("offline_until", self.offline_until)


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
        need("counter", self.counter, "it counts from 1", 0)
        need_time("operated_at", self.operated_at)
        need_time("offline_until", self.offline_until)


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
        need("units", self.units, "from one to 2**31 units in a report", 1, 2**31)


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
        need("counter", self.counter, "it counts from 1", 0)
        need_time("ended_at", self.ended_at)
        need_time("operated_at", self.operated_at)


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
