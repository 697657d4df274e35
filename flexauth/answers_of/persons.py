"""What admins are told about persons: devices, sessions that were ended, acts, erasures, exports."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands import State

__all__ = ["AuditRow", "EndedSession", "Erasure", "PersonRecord", "UserDevice"]


@dataclass(frozen=True, slots=True)
class UserDevice:
    """A device that a user registered for a product (D1)."""

    product: str
    device: str
    registered_at: int


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that an admin ended, or that was over already."""

    session: str
    state: State
    team: str
    user: str
    product: str
    device: str
    ended_at: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """L6: who, what, when, from where. `details` is the request as a JSON object."""

    seq: int
    at: int
    actor: str
    role: str
    source: str
    team: str
    act: str
    details: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure took away, or would; `pseudonym` is what stands for the person from then on."""

    pseudonym: str
    memberships: int
    sessions_ended: int
    devices: int
    audit_rows: int
    kept_answers: int
    notices: int


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One thing that is held about a person: what kind of thing, and its values as a JSON object."""

    kind: str
    values: str
