"""A scenario as values: what the form says, resolved to instants and checked references.

Owns no rule of charging and knows neither YAML nor the authority. Times are int64 microseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flexauth.commands import Origin, State
from flexauth.requests import Request
from flexauth.requests.packs import OpeningWindow

__all__ = [
    "Act",
    "Administer",
    "Borrow",
    "ChargeExpected",
    "Checkin",
    "Checkout",
    "Clock",
    "Consent",
    "Crash",
    "EndSession",
    "Event",
    "Expect",
    "Expectation",
    "Idle",
    "MovePack",
    "Offline",
    "Online",
    "Order",
    "PackOrdered",
    "Quote",
    "Restart",
    "Result",
    "Resume",
    "Scenario",
    "SetUp",
    "Signin",
    "SplitPack",
    "TeamExpected",
    "Unsubscribe",
]


@dataclass(frozen=True, slots=True)
class PackOrdered:
    """One pack; `unit_price` in millionths of a currency unit, `ends_at` 0: as P1 says. `used` was spent elsewhere."""

    id: str
    size: int
    starts_at: int
    ends_at: int
    unit_price: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class SetUp:
    """One part of what there is at the start, asked for in this order; `part` names it as errors do."""

    part: str
    line: int
    acts: tuple[Administer | Order, ...]


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
    max_tokens: int | None
    project: str
    offline_until: int
    end_before_renewal: bool


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
class Consent:
    """The user agrees to charges of so many tokens (Q2); told at once."""

    session: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Borrow:
    """The session must be able to run without contact until then, 0: no longer (S4); told at once."""

    session: str
    until: int


@dataclass(frozen=True, slots=True)
class Result:
    """C13."""

    session: str
    units: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Administer:
    """What an administrator asks; a request that is refused ends it."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """More packs; `number` "": the authority makes one. `windows` were paid elsewhere (P0)."""

    team: str
    packs: tuple[PackOrdered, ...]
    number: str = ""
    windows: tuple[OpeningWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class MovePack:
    """`bought_by` is the team that ordered the pack, by which its name is known."""

    bought_by: str
    pack: str
    to: str


@dataclass(frozen=True, slots=True)
class SplitPack:
    """`into` is the new pack's name, `to` the team that gets it, "": the same."""

    bought_by: str
    pack: str
    size: int
    into: str
    to: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """The user's subscriptions to these products or collections end; to all where none is named."""

    team: str
    user: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndSession:
    """An administrator of the team ends a session."""

    team: str
    session: str


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
    | Consent
    | Borrow
    | Result
    | Administer
    | Order
    | MovePack
    | SplitPack
    | Unsubscribe
    | EndSession
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
    opening: tuple[SetUp, ...]
    timeline: tuple[Event, ...]
    final: Event | None
