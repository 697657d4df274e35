"""What admins ask about persons: their devices and sessions, what was done about them, what is held of them."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth import limits
from flexauth.requests import check

__all__ = ["EndSession", "EraseUser", "ExportPerson", "ListAudit", "ListUserDevices", "ReleaseUserDevice"]


@dataclass(frozen=True, slots=True)
class ListUserDevices:
    """D1: devices of a member of the team, by product; of any user when no team is named."""

    user: str
    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team, needed=False)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ReleaseUserDevice:
    """D1: an admin takes a device off a user's list for a product; a session on it goes on to its end."""

    user: str
    product: str
    device: str
    team: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team, needed=False)
        check.name("product", self.product)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
        check.text("device", self.device, limits.DEVICE_CHARACTERS)


@dataclass(frozen=True, slots=True)
class EndSession:
    """An admin of the team ends a session that the team serves; its client hears it at the next contact."""

    team: str
    session: str
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.session_id("session", self.session)


@dataclass(frozen=True, slots=True)
class ListAudit:
    """L6: administrative acts, the latest first; of a team, by an actor, in [since, until), where these are named."""

    team: str = ""
    actor: str = ""
    since: int = 0
    until: int = 0
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team, needed=False)
        check.text("actor", self.actor, limits.SUBJECT_CHARACTERS, needed=False)
        check.time("since", self.since)
        check.time("until", self.until)


@dataclass(frozen=True, slots=True)
class EraseUser:
    """L1: a person's names go, everywhere; what was charged stays under an id that says nothing."""

    user: str
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ExportPerson:
    """Everything that is held about a person, page by page."""

    user: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.text("user", self.user, limits.SUBJECT_CHARACTERS)
