"""A scenario as values: what the form says, resolved to instants and checked references.

Owns no rule of charging and knows neither YAML nor the authority. Times are int64 microseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flexauth.commands import Origin, State

__all__ = [
    "Act",
    "AddProduct",
    "Assign",
    "ChargeExpected",
    "Checkin",
    "Checkout",
    "Clock",
    "Crash",
    "Event",
    "Expect",
    "Expectation",
    "Idle",
    "Offline",
    "Online",
    "Order",
    "PackOrdered",
    "ProductSold",
    "Quote",
    "ReleaseDevice",
    "Restart",
    "Resume",
    "Rights",
    "Scenario",
    "SetRate",
    "Signin",
    "TeamExpected",
    "TeamSetUp",
]


@dataclass(frozen=True, slots=True)
class ProductSold:
    """A catalogue entry; `rate` is 0 for an included one (C12)."""

    code: str
    rate: int
    idle_aware: bool
    line: int


@dataclass(frozen=True, slots=True)
class PackOrdered:
    """One pack; `unit_price` in millionths of a currency unit, `ends_at` 0: as P1 says."""

    id: str
    size: int
    starts_at: int
    ends_at: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class Rights:
    """What a user is assigned in a team (A1)."""

    user: str
    all_products: bool
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamSetUp:
    """A team as it stands at the start; `policy` is a JSON object of the values named (SPEC 13), "" for none."""

    name: str
    policy: str
    packs: tuple[PackOrdered, ...]
    users: tuple[Rights, ...]
    line: int


@dataclass(frozen=True, slots=True)
class TeamExpected:
    """Numbers of a team's balance by name, and what remains of packs by their ids."""

    numbers: Mapping[str, int]
    packs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ChargeExpected:
    """A charge by the keys given; None: not checked."""

    line: str | None
    tokens: int | None
    window: tuple[int, int] | None
    slices: Mapping[str, int] | None
    refunded: bool | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold: `answer` by key of the answer just got, the rest of the state now. None: not checked."""

    answer: Mapping[str, bool | int | str]
    teams: Mapping[str, TeamExpected]
    sessions: Mapping[str, State]
    charges: tuple[ChargeExpected, ...] | None


@dataclass(frozen=True, slots=True)
class Signin:
    """What a checkout and a quote ask."""

    user: str
    product: str
    team: str
    device: str
    version: str
    platform: str
    origin: Origin
    take_over: bool


@dataclass(frozen=True, slots=True)
class Checkout:
    session: str
    signin: Signin


@dataclass(frozen=True, slots=True)
class Quote:
    signin: Signin


@dataclass(frozen=True, slots=True)
class Checkin:
    """`ended_at` 0: it ends with the event."""

    session: str
    ended_at: int


@dataclass(frozen=True, slots=True)
class Idle:
    session: str


@dataclass(frozen=True, slots=True)
class Resume:
    session: str


@dataclass(frozen=True, slots=True)
class Offline:
    session: str


@dataclass(frozen=True, slots=True)
class Online:
    session: str


@dataclass(frozen=True, slots=True)
class Crash:
    session: str


@dataclass(frozen=True, slots=True)
class Order:
    team: str
    packs: tuple[PackOrdered, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    team: str
    rights: Rights


@dataclass(frozen=True, slots=True)
class AddProduct:
    product: ProductSold


@dataclass(frozen=True, slots=True)
class SetRate:
    """`valid_from` 0: now."""

    product: str
    rate: int
    valid_from: int


@dataclass(frozen=True, slots=True)
class ReleaseDevice:
    user: str
    product: str
    device: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock is wrong by `step` more, signed microseconds."""

    step: int


@dataclass(frozen=True, slots=True)
class Restart:
    """The authority stops, or is killed, and starts again `down` microseconds later."""

    down: int
    kill: bool


@dataclass(frozen=True, slots=True)
class Expect:
    """Nothing but the check."""


Act = (
    Checkout
    | Quote
    | Checkin
    | Idle
    | Resume
    | Offline
    | Online
    | Crash
    | Order
    | Assign
    | AddProduct
    | SetRate
    | ReleaseDevice
    | Clock
    | Restart
    | Expect
)


@dataclass(frozen=True, slots=True)
class Event:
    """`number` counts from 1 in the file's timeline; `finally` is the event after the last."""

    number: int
    line: int
    at: int
    act: Act
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Scenario:
    """`seed` is what session ids are made from; `final` is None where nothing is expected at the end."""

    file: str
    name: str
    about: tuple[str, ...]
    start: int
    products: tuple[ProductSold, ...]
    teams: tuple[TeamSetUp, ...]
    timeline: tuple[Event, ...]
    final: Event | None
