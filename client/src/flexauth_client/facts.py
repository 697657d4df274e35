"""What the authority has told of a session, as a value of the client's own. Knows no wire and decides nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Protocol

__all__ = ["Choice", "Entitlement", "Facts", "FactsLike", "Origin", "State"]


class State(IntEnum):
    """State of a session (S1); numbers as on the wire."""

    ACTIVE = 1
    IDLE = 2
    CLOSED = 3
    EXPIRED = 4
    DENIED = 5
    SUPERSEDED = 6


class Entitlement(IntEnum):
    """Why a session may run (SPEC 5); numbers as on the wire."""

    NONE = 0
    SUBSCRIPTION = 1
    TRIAL = 2
    SEAT = 3
    INCLUDED = 4
    PAID_WINDOW = 5
    TOKENS = 6


class Choice(IntEnum):
    """Why a team serves a user of several teams (E1); numbers as on the wire."""

    NONE = 0
    ONLY = 1
    REQUESTED = 2
    PAID = 3
    ENDS_FIRST = 4
    TEAM_ID = 5


class Origin(IntEnum):
    """What started a session (S6); numbers as on the wire."""

    INTERACTIVE = 1
    PLUGIN_AUTOLOAD = 2
    BACKGROUND = 3
    AUTOMATION = 4


class FactsLike(Protocol):
    """Facts as an answer states them: the message of the wire, or the authority's own value."""

    @property
    def session(self) -> str: ...
    @property
    def state(self) -> int: ...
    @property
    def entitlement(self) -> int: ...
    @property
    def team(self) -> str: ...
    @property
    def heartbeat_by(self) -> int: ...
    @property
    def lease_until(self) -> int: ...
    @property
    def paid_until(self) -> int: ...
    @property
    def pending_since(self) -> int: ...
    @property
    def idle_after(self) -> int: ...
    @property
    def counter(self) -> int: ...
    @property
    def opened_at(self) -> int: ...
    @property
    def ended_at(self) -> int: ...
    @property
    def renewal_notice_at(self) -> int: ...
    @property
    def end_at(self) -> int: ...
    @property
    def entitled_until(self) -> int: ...
    @property
    def project(self) -> str: ...
    @property
    def choice(self) -> int: ...
    @property
    def outage_grace(self) -> int: ...
    @property
    def renewal_needs_consent(self) -> bool: ...
    @property
    def server_time(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of the last answer. Times in microseconds of the authority's clock, 0 where there is none.

    `end_at`: when the session ends itself, before its window does (A9). `entitled_until`: when the right ends that it
    runs by. `renewal_needs_consent`: going on past `paid_until` must be agreed to (Q2).
    """

    session: str
    state: State
    entitlement: Entitlement
    team: str
    heartbeat_by: int
    lease_until: int
    paid_until: int
    pending_since: int
    idle_after: int
    counter: int
    opened_at: int
    ended_at: int
    renewal_notice_at: int
    server_time: int
    end_at: int = 0
    entitled_until: int = 0
    project: str = ""
    choice: Choice = Choice.NONE
    outage_grace: int = 0
    renewal_needs_consent: bool = False

    @classmethod
    def of(cls, told: FactsLike) -> Facts:
        """The client's copy of what an answer states."""
        return cls(
            session=told.session,
            state=State(told.state),
            entitlement=Entitlement(told.entitlement),
            team=told.team,
            heartbeat_by=told.heartbeat_by,
            lease_until=told.lease_until,
            paid_until=told.paid_until,
            pending_since=told.pending_since,
            idle_after=told.idle_after,
            counter=told.counter,
            opened_at=told.opened_at,
            ended_at=told.ended_at,
            renewal_notice_at=told.renewal_notice_at,
            server_time=told.server_time,
            end_at=told.end_at,
            entitled_until=told.entitled_until,
            project=told.project,
            choice=Choice(told.choice) if told.choice in set(Choice) else Choice.NONE,
            outage_grace=told.outage_grace,
            renewal_needs_consent=told.renewal_needs_consent,
        )

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Facts:
        """Facts as `store` left them; `TypeError` or `ValueError` if they are not."""
        known = {
            "state": State(stored["state"]),
            "entitlement": Entitlement(stored["entitlement"]),
            "choice": Choice(stored.get("choice", Choice.NONE)),
        }
        return cls(**{**stored, **known})

    def store(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_open(self) -> bool:
        return self.state in {State.ACTIVE, State.IDLE}
