"""What vendors and admins ask of packs beyond their purchase: allocation, cancellation, moves, splits, refunds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flexauth import limits
from flexauth.commands import DAY
from flexauth.requests import check

__all__ = [
    "AllocateOrder",
    "CancelOrder",
    "CreateOpeningOrder",
    "CreateUnallocatedOrder",
    "ListLineage",
    "ListOrders",
    "MovePack",
    "OpeningPack",
    "OpeningWindow",
    "PackRequest",
    "PackSize",
    "RefundCharge",
    "SplitPack",
]


@dataclass(frozen=True, slots=True)
class PackSize:
    """A pack of an order without a team: its dates follow from the purchase. Price in millionths of a unit."""

    size: int
    unit_price: int = 0
    currency: str = "USD"

    def __post_init__(self) -> None:
        check.count("pack size", self.size, 1, limits.PACK_TOKENS)
        check.count("pack unit_price", self.unit_price, 0, 10**15)
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            check.fail("pack currency", self.currency, "it must be an ISO 4217 code of three capital letters")


@dataclass(frozen=True, slots=True)
class CreateUnallocatedOrder:
    """An order whose team is named later (P0). `number` is unique among them; `purchased_at` 0: now."""

    number: str
    packs: tuple[PackSize, ...]
    purchased_at: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("number", self.number)
        check.count("packs", len(self.packs), 1, limits.PACKS_PER_ORDER)
        check.time("purchased_at", self.purchased_at)


@dataclass(frozen=True, slots=True)
class AllocateOrder:
    """The packs of an unallocated order come to a team; their year runs from the purchase (P0)."""

    team: str
    number: str
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("number", self.number)


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """A wrong order goes while nothing of it is used or held (P0). `team` "": an unallocated one."""

    number: str
    team: str = ""
    reason: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team, needed=False)
        check.name("number", self.number)
        check.text("reason", self.reason, limits.NOTE_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListOrders:
    """Orders of a team by id; `team` "": those that no team has yet."""

    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team, needed=False)


@dataclass(frozen=True, slots=True)
class OpeningPack:
    """A pack that was bought elsewhere, `used` tokens of it spent there (P0)."""

    size: int
    starts_at: int
    ends_at: int
    used: int = 0
    unit_price: int = 0
    currency: str = "USD"

    def __post_init__(self) -> None:
        PackSize(self.size, self.unit_price, self.currency)
        check.count("pack used", self.used, 0, self.size - 1)
        check.time("pack starts_at", self.starts_at)
        check.time("pack ends_at", self.ends_at)
        if self.ends_at <= self.starts_at:
            check.fail("pack ends_at", self.ends_at, f"it must be after starts_at, {self.starts_at} (P1)")


@dataclass(frozen=True, slots=True)
class OpeningWindow:
    """A window of a line that was paid elsewhere (P0)."""

    user: str
    product: str
    window_start: int
    paid_until: int

    def __post_init__(self) -> None:
        check.text("window user", self.user, limits.SUBJECT_CHARACTERS)
        check.name("window product", self.product)
        check.time("window window_start", self.window_start)
        check.count("window paid_until", self.paid_until, self.window_start + 1, self.window_start + 2 * DAY)


@dataclass(frozen=True, slots=True)
class CreateOpeningOrder:
    """A team moves in with packs that have a remainder, and lines with a window paid elsewhere (P0)."""

    team: str
    number: str
    packs: tuple[OpeningPack, ...] = ()
    windows: tuple[OpeningWindow, ...] = ()
    purchased_at: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("number", self.number)
        check.count("packs", len(self.packs), 0, limits.PACKS_PER_ORDER)
        check.count("windows", len(self.windows), 0, limits.WINDOWS_PER_ORDER)
        if not self.packs and not self.windows:
            check.fail("packs", 0, "an opening order brings packs, windows or both (P0)")
        lines = [(window.user, window.product) for window in self.windows]
        for line in lines:
            if lines.count(line) > 1:
                check.fail("windows", " ".join(line), "a line has one window that is paid (C15); name it once")
        check.time("purchased_at", self.purchased_at)


@dataclass(frozen=True, slots=True)
class MovePack:
    """The whole remainder of a pack goes to another team (P5)."""

    team: str
    pack: int
    to_team: str
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.count("pack", self.pack, 1, 2**62)
        check.name("to_team", self.to_team)
        if self.to_team == self.team:
            check.fail("to_team", self.to_team, "the pack is in this team already")


@dataclass(frozen=True, slots=True)
class SplitPack:
    """`size` free tokens of a pack become a pack of their own, of the same team or at once of another (P5)."""

    team: str
    pack: int
    size: int
    to_team: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.count("pack", self.pack, 1, 2**62)
        check.count("size", self.size, 1, limits.PACK_TOKENS)
        check.name("to_team", self.to_team, needed=False)


@dataclass(frozen=True, slots=True)
class ListLineage:
    """What a pack was split from and into, and how it moved (P5)."""

    team: str
    pack: int

    def __post_init__(self) -> None:
        check.name("team", self.team)
        check.count("pack", self.pack, 1, 2**62)


@dataclass(frozen=True, slots=True)
class RefundCharge:
    """A charge that was upheld as wrong goes back (L5); it is named by its line and the start of its window."""

    team: str
    user: str
    product: str
    window_start: int
    reason: str
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        check.name("product", self.product)
        check.time("window_start", self.window_start)
        check.text("reason", self.reason, limits.NOTE_CHARACTERS)


PackRequest = (
    CreateUnallocatedOrder
    | AllocateOrder
    | CancelOrder
    | ListOrders
    | CreateOpeningOrder
    | MovePack
    | SplitPack
    | ListLineage
    | RefundCharge
)
