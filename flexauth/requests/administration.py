"""What vendors, admins and buyers ask."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flexauth import limits
from flexauth.commands import ProductKind
from flexauth.requests import check

__all__ = [
    "AssignUser",
    "ConfirmClock",
    "CreateOrder",
    "CreateProduct",
    "CreateTeam",
    "CreateUser",
    "GetBalance",
    "GetPolicy",
    "GetUser",
    "ListLedger",
    "ListPacks",
    "ListProducts",
    "ListRates",
    "ListTeams",
    "ListUsers",
    "Membership",
    "PackTerms",
    "SetPolicy",
    "SetRate",
]


@dataclass(frozen=True, slots=True)
class CreateTeam:
    """A paying unit (SPEC 0)."""

    name: str
    display_name: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("name", self.name)
        check.text("display_name", self.display_name, limits.DISPLAY_NAME_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListTeams:
    """All teams, by id; of those `within` a caller's reach, None: all."""

    page_size: int = 0
    page_token: str = ""
    within: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        check.page(self.page_size)


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's assignment in a team: ALL or a list of product codes (A1)."""

    team: str
    all_products: bool = False
    products: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check.name("membership team", self.team)
        check.count("membership products", len(self.products), 0, limits.PRODUCTS_PER_ASSIGNMENT)
        for code in self.products:
            check.name("membership product", code)
        if self.all_products and self.products:
            check.fail("membership products", ", ".join(self.products), "ALL products leave no list to name (A1)")


@dataclass(frozen=True, slots=True)
class CreateUser:
    """A named person, with what is assigned to them (A1)."""

    subject: str
    display_name: str = ""
    email: str = ""
    memberships: tuple[Membership, ...] = ()
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.text("subject", self.subject, limits.SUBJECT_CHARACTERS)
        check.text("display_name", self.display_name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
        check.text("email", self.email, limits.EMAIL_CHARACTERS, needed=False)
        check.count("memberships", len(self.memberships), 0, limits.TEAMS_PER_USER)
        teams = [m.team for m in self.memberships]
        if len(set(teams)) != len(teams):
            check.fail("memberships", ", ".join(teams), "a team may be named once")


@dataclass(frozen=True, slots=True)
class GetUser:
    """One user by subject."""

    subject: str

    def __post_init__(self) -> None:
        check.text("subject", self.subject, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ListUsers:
    """All users, or those of a team, by id."""

    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team, needed=False)


@dataclass(frozen=True, slots=True)
class AssignUser:
    """Replaces what the user is assigned in the membership's team (A1)."""

    user: str
    membership: Membership
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class CreateProduct:
    """A product; a daily one has a rate from now on, one per result `result_tokens` for each `result_units` (C13).

    `idle_aware_from`: S2, None: no version is idle-aware. `host`: the product that it is a plugin of.
    """

    code: str
    name: str = ""
    kind: ProductKind = ProductKind.DAILY
    rate: int = 0
    idle_aware_from: str | None = None
    result_tokens: int = 0
    result_units: int = 0
    host: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("code", self.code)
        check.text("name", self.name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
        check.count("rate", self.rate, 0, limits.RATE_TOKENS)
        if self.kind is ProductKind.DAILY and self.rate == 0:
            check.fail("rate", self.rate, "a daily product costs at least 1 token; an included one is free (C12)")
        if self.kind is ProductKind.INCLUDED and self.rate:
            check.fail("rate", self.rate, "an included product has rate 0 (C12)")
        if self.kind is ProductKind.PER_RESULT:
            if self.rate:
                check.fail("rate", self.rate, "a product charged per result has tokens per units and no rate (C13)")
            check.count("result_tokens", self.result_tokens, 1, limits.RATE_TOKENS)
            check.count("result_units", self.result_units, 1, limits.RESULT_UNITS)
        elif self.result_tokens or self.result_units:
            check.fail("result_tokens", self.result_tokens, "only a product charged per result has them (C13)")
        check.name("host", self.host, needed=False)
        if self.idle_aware_from is not None:
            check.text("idle_aware_from", self.idle_aware_from, limits.VERSION_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListProducts:
    """The catalogue, by id."""

    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)


@dataclass(frozen=True, slots=True)
class SetRate:
    """Tokens per 24 h of a product from `valid_from` on, 0: now (C14)."""

    product: str
    rate: int
    valid_from: int = 0
    note: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("product", self.product)
        check.count("tokens_per_24h", self.rate, 1, limits.RATE_TOKENS)
        check.time("valid_from", self.valid_from)
        check.text("note", self.note, limits.NOTE_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListRates:
    """The rate sheet, or the rates of a product, by time."""

    product: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("product", self.product, needed=False)


@dataclass(frozen=True, slots=True)
class PackTerms:
    """One pack of an order (P1). `unit_price` in millionths of a currency unit; times 0: the defaults of P1."""

    size: int
    unit_price: int = 0
    currency: str = "USD"
    starts_at: int = 0
    ends_at: int = 0

    def __post_init__(self) -> None:
        check.count("pack size", self.size, 1, limits.PACK_TOKENS)
        check.count("pack unit_price", self.unit_price, 0, 10**15)
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            check.fail("pack currency", self.currency, "it must be an ISO 4217 code of three capital letters")
        check.time("pack starts_at", self.starts_at)
        check.time("pack ends_at", self.ends_at)


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """An order and its packs (P1). `number` is unique in the team; "": the authority makes one."""

    team: str
    packs: tuple[PackTerms, ...]
    number: str = ""
    purchased_at: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("number", self.number, needed=False)
        check.time("purchased_at", self.purchased_at)
        check.count("packs", len(self.packs), 1, limits.PACKS_PER_ORDER)


@dataclass(frozen=True, slots=True)
class ListPacks:
    """Packs of a team, in the order in which they are consumed (P3)."""

    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Policy values by name as a JSON object (SPEC 13); values not named keep theirs. `effective_at` 0: now."""

    team: str
    values: str
    effective_at: int = 0
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.time("effective_at", self.effective_at)
        if len(self.values) > limits.POLICY_CHARACTERS:
            check.fail("values", self.values, f"it must have at most {limits.POLICY_CHARACTERS} characters")


@dataclass(frozen=True, slots=True)
class GetPolicy:
    """A team's contract as it is in force."""

    team: str

    def __post_init__(self) -> None:
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class GetBalance:
    """A team's balance (P2)."""

    team: str

    def __post_init__(self) -> None:
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class ListLedger:
    """A team's ledger in order of its sequence (L1)."""

    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class ConfirmClock:
    """The operator vouches for the clock (T2)."""
