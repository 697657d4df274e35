"""What admins ask about the members of a team: invitations, assignments, imports, plan, suspension (SPEC 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flexauth import limits
from flexauth.requests import check, people

__all__ = [
    "AcceptInvitations",
    "Assign",
    "GetDefaultAssignment",
    "GetMember",
    "GetTeamStanding",
    "ImportMembers",
    "Invite",
    "ListMembers",
    "ListSuspendedDevices",
    "MemberRow",
    "Plan",
    "RemoveMember",
    "ResendInvitation",
    "ResumeDevice",
    "ResumeTeam",
    "ResumeUser",
    "SetDefaultAssignment",
    "SetGuest",
    "SetPlan",
    "SuspendDevice",
    "SuspendTeam",
    "SuspendUser",
    "Unassign",
]


class Plan(IntEnum):
    """A7: of a team; its users inherit it."""

    STANDARD = 1
    PREMIUM = 2
    ENTERPRISE = 3
    EDUCATION = 4


def _user(value: str) -> None:
    check.text("user", value, limits.SUBJECT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Invite:
    """A4: `person` is `Full Name <email>`. What is assigned counts once they have accepted by their first sign-in."""

    team: str
    person: str
    all_products: bool = False
    products: tuple[str, ...] = ()
    guest: bool = False
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        people.person("person", self.person)
        people.products(self.all_products, self.products)


@dataclass(frozen=True, slots=True)
class ResendInvitation:
    """A4: an invitation that waits or has lapsed begins anew."""

    team: str
    user: str
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        _user(self.user)


@dataclass(frozen=True, slots=True)
class AcceptInvitations:
    """A4: a subject has signed in with an e-mail address that the identity provider has verified."""

    subject: str
    email: str
    request_id: str = ""

    def __post_init__(self) -> None:
        check.text("subject", self.subject, limits.SUBJECT_CHARACTERS)
        check.text("email", self.email, limits.EMAIL_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Assign:
    """A1: a member may run these products too, or ALL."""

    team: str
    user: str
    all_products: bool = False
    products: tuple[str, ...] = ()
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        _user(self.user)
        people.products(self.all_products, self.products, needed=True)


class Unassign(Assign):
    """A6: a member may no longer run these products, or any. From ALL, a list leaves all but these."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GetMember:
    """One member of a team."""

    team: str
    user: str

    def __post_init__(self) -> None:
        check.name("team", self.team)
        _user(self.user)


@dataclass(frozen=True, slots=True)
class ListMembers:
    """Members of a team by id, those who are invited too."""

    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """The user no longer belongs to the team; an invitation is taken back. `etag` as read, "": no matter."""

    team: str
    user: str
    etag: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        _user(self.user)


@dataclass(frozen=True, slots=True)
class SetGuest:
    """A2: whether a member is a guest, who has no default assignment unless the vendor allows it."""

    team: str
    user: str
    guest: bool
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        _user(self.user)


@dataclass(frozen=True, slots=True)
class SetDefaultAssignment:
    """A2: what every user of the team may run, guests apart; no products turn it off."""

    team: str
    products: tuple[str, ...] = ()
    etag: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        people.products(everything=False, codes=self.products)


@dataclass(frozen=True, slots=True)
class GetDefaultAssignment:
    """A2."""

    team: str

    def __post_init__(self) -> None:
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One row of a roster as it was written; `line` is its line in the file. Checked when it is imported."""

    line: int
    name: str = ""
    email: str = ""
    subject: str = ""
    products: str = ""
    guest: str = ""

    def __post_init__(self) -> None:
        check.count("line", self.line, 1, 2**31 - 1)
        for field in ("name", "email", "subject", "products", "guest"):
            if len(getattr(self, field)) > limits.ROSTER_CELL_CHARACTERS:
                check.fail(f"line {self.line}, {field}", getattr(self, field), "it is too long for any such value")


@dataclass(frozen=True, slots=True)
class ImportMembers:
    """Rows of a roster. While there are `more` they are kept by `upload`; with the last of them all are imported.

    `sync` makes the team's members those of the file; `partial` imports the rows that are right though others are not.
    """

    team: str
    rows: tuple[MemberRow, ...]
    upload: str = ""
    more: bool = False
    sync: bool = False
    partial: bool = False
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.text("upload", self.upload, limits.NAME_CHARACTERS, needed=self.more)
        check.count("rows", len(self.rows), 1, limits.ROSTER_ROWS)
        if self.sync and self.partial:
            check.fail("partial", "true", "a sync with wrong rows would remove whom they name; mend the rows first")
        if self.more and self.validate_only:
            check.fail("validate_only", "true", "say it with the last rows: those before are only kept")


@dataclass(frozen=True, slots=True)
class GetTeamStanding:
    """A7, A8: a team's plan, and whether it is suspended."""

    team: str

    def __post_init__(self) -> None:
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class SetPlan:
    """A7."""

    team: str
    plan: Plan = Plan.STANDARD
    etag: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)


@dataclass(frozen=True, slots=True)
class SuspendTeam:
    """A8: sessions end at their next contact, packs keep their ends."""

    team: str
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)


class ResumeTeam(SuspendTeam):
    """A8: the team is served again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SuspendUser:
    """A8: in a team, or everywhere when none is named."""

    user: str
    team: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team, needed=False)
        _user(self.user)


class ResumeUser(SuspendUser):
    """A8: lifts the suspension of the same reach."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SuspendDevice:
    """A8: users of the team run nothing on the device at the team's charge; it need not have signed in yet."""

    team: str
    device: str
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.text("device", self.device, limits.DEVICE_CHARACTERS)


class ResumeDevice(SuspendDevice):
    """A8: the device may be used again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ListSuspendedDevices:
    """A8: by the time of their suspension."""

    team: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)
