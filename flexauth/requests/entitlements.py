"""What vendors and admins ask of entitlements that cost no tokens (section 5), and of caps (Q3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flexauth import limits
from flexauth.requests import check

__all__ = [
    "CapPeriod",
    "CapSubject",
    "CreateCap",
    "CreateSubscription",
    "CreateTrial",
    "EndCap",
    "EndSubscription",
    "EndTrial",
    "EntitlementRequest",
    "ListCaps",
    "ListPools",
    "ListSubscriptions",
    "ListTrials",
    "PutPool",
    "UpdateCap",
    "UpdateSubscription",
    "UpdateTrial",
]


class CapSubject(IntEnum):
    """Whose tokens a cap limits (Q3)."""

    USER = 1
    GROUP = 2
    PROJECT = 3
    PRODUCT = 4
    TEAM = 5


class CapPeriod(IntEnum):
    """The periods of a cap (Q3): of the calendar in the team's time zone, or the year of its packs."""

    DAY = 1
    WEEK = 2
    MONTH = 3
    PACK_YEAR = 4


def _product_or_collection(product: str, collection: str) -> None:
    check.name("product", product, needed=False)
    check.name("collection", collection, needed=False)
    if bool(product) == bool(collection):
        check.fail("product", product, "exactly one of product and collection must be named")


def _term(starts_at: int, ends_at: int) -> None:
    check.time("starts_at", starts_at)
    check.time("ends_at", ends_at)
    if ends_at and ends_at <= starts_at:
        check.fail("ends_at", ends_at, f"it must be after starts_at, {starts_at}")


@dataclass(frozen=True, slots=True)
class CreateSubscription:
    """A user's right to a product or a collection; `starts_at` 0: now, `ends_at` 0: open."""

    team: str
    user: str
    product: str = ""
    collection: str = ""
    starts_at: int = 0
    ends_at: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        _product_or_collection(self.product, self.collection)
        _term(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class UpdateSubscription:
    """Another end of a subscription, later or earlier; 0: open."""

    team: str
    id: int
    ends_at: int
    update_mask: tuple[str, ...] = ("ends_at",)
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.count("id", self.id, 1, 2**62)
        check.time("ends_at", self.ends_at)
        check.mask(self.update_mask, ("ends_at",))


@dataclass(frozen=True, slots=True)
class EndSubscription:
    """A subscription ends now; its sessions resolve their rights anew (A6)."""

    team: str
    id: int
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.count("id", self.id, 1, 2**62)


@dataclass(frozen=True, slots=True)
class ListSubscriptions:
    """Subscriptions of a team, or of one user of it, by id."""

    team: str
    user: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class CreateTrial:
    """A user may run a product for a time at no cost: once per user, product and team. `starts_at` 0: now."""

    team: str
    user: str
    product: str
    ends_at: int
    starts_at: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        check.name("product", self.product)
        _term(self.starts_at, self.ends_at)
        check.count("ends_at", self.ends_at, 1, limits.TIME_MAX)


@dataclass(frozen=True, slots=True)
class UpdateTrial:
    """Another end of a trial, later or earlier."""

    team: str
    user: str
    product: str
    ends_at: int
    update_mask: tuple[str, ...] = ("ends_at",)
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        EndTrial(self.team, self.user, self.product, request_id=self.request_id)
        check.count("ends_at", self.ends_at, 1, limits.TIME_MAX)
        check.mask(self.update_mask, ("ends_at",))


@dataclass(frozen=True, slots=True)
class EndTrial:
    """A trial ends now."""

    team: str
    user: str
    product: str
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        check.name("product", self.product)


@dataclass(frozen=True, slots=True)
class ListTrials(ListSubscriptions):
    """Trials of a team, or of one user of it, by id."""


@dataclass(frozen=True, slots=True)
class PutPool:
    """So many concurrent network seats of a product or collection; 0 takes the pool away from all who sit in it."""

    team: str
    seats: int
    product: str = ""
    collection: str = ""
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.count("seats", self.seats, 0, limits.SEATS_PER_POOL)
        _product_or_collection(self.product, self.collection)


@dataclass(frozen=True, slots=True)
class ListPools:
    """Pools of network seats of a team, by id."""

    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class CreateCap:
    """At most `tokens` per period for a subject of a team (Q3); a soft one only tells. `subject_name` "" for the team.

    `anchor` begins a pack year, 0: with the packs that the team has; other periods have none.
    """

    team: str
    name: str
    subject_kind: CapSubject
    per: CapPeriod
    tokens: int
    subject_name: str = ""
    soft: bool = False
    anchor: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("name", self.name)
        check.count("tokens", self.tokens, 0, limits.PACK_TOKENS)
        if (self.subject_kind is CapSubject.TEAM) == bool(self.subject_name):
            check.fail(
                "subject_name", self.subject_name, "a cap of a team names no subject, every other cap names its own"
            )
        check.text("subject_name", self.subject_name, limits.SUBJECT_CHARACTERS, needed=False)
        check.time("anchor", self.anchor)
        if self.anchor and self.per is not CapPeriod.PACK_YEAR:
            check.fail("anchor", self.anchor, "only a pack year has one (Q3)")


@dataclass(frozen=True, slots=True)
class UpdateCap:
    """Other tokens, or another hardness, of a cap from now on; what was used of its periods stays."""

    team: str
    name: str
    tokens: int = 0
    soft: bool = False
    update_mask: tuple[str, ...] = ("tokens",)
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        EndCap(self.team, self.name, request_id=self.request_id)
        check.count("tokens", self.tokens, 0, limits.PACK_TOKENS)
        check.mask(self.update_mask, ("tokens", "soft"))


@dataclass(frozen=True, slots=True)
class EndCap:
    """A cap binds no more; its name is free again."""

    team: str
    name: str
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("name", self.name)


@dataclass(frozen=True, slots=True)
class ListCaps:
    """Caps of a team in force, by id, with what is used of their present periods."""

    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)


EntitlementRequest = (
    CreateSubscription
    | UpdateSubscription
    | EndSubscription
    | ListSubscriptions
    | CreateTrial
    | UpdateTrial
    | EndTrial
    | ListTrials
    | PutPool
    | ListPools
    | CreateCap
    | UpdateCap
    | EndCap
    | ListCaps
)
