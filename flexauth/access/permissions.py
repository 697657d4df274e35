"""Who may call what: the one table of every method and role, and how far a role reaches. Default is no.

A method without a row stops the program at its start. Knows no request, no store and no transport.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from flexauth.access.caller import Caller
from flexauth.faults import Fault
from flexauth.requests import Role

__all__ = [
    "GRANTABLE",
    "INSPECT",
    "TABLE",
    "UNLIMITED",
    "Cell",
    "Permission",
    "PermissionDenied",
    "Reach",
    "permission_of",
]


class PermissionDenied(Fault):
    """The caller is {roles}; {method} needs {needed}."""


class Cell(Enum):
    """How far a role reaches with a method."""

    NO = "-"
    #: Its own user or device alone.
    OWN = "own"
    #: The teams of the credential; every team for a role that was given everywhere.
    TEAM = "team"
    ALL = "all"


#: Seeing what the services are, and watching their health.
INSPECT: Final = "grpc/Inspect"

_ROWS: Final = """
                           vendor reseller support team_admin buyer auditor user device service
LicenseAuthority
    Quote                  all    -        team    team       -     -       own  own    team
    Checkout               all    -        -       -          -     -       own  own    team
    Heartbeat              all    -        -       -          -     -       own  own    team
    Checkin                all    -        -       -          -     -       own  own    team
    GetLease               all    -        -       -          -     -       own  own    team
    GetKeys                anyone
    ReportResult           all    -        -       -          -     -       own  own    team
    ReleaseDevice          all    -        team    team       -     -       own  -      team
    ListMySessions         all    -        team    team       -     -       own  -      team
    ListMyCharges          all    -        team    team       -     team    own  -      team

Administration
    CreateTeam             all    -        -       -          -     -       -    -      -
    ListTeams              all    team     team    team       team  team    -    -      team
    CreateUser             all    -        -       -          -     -       -    -      -
    GetUser                all    -        team    team       -     team    own  -      team
    ListUsers              all    -        team    team       -     team    -    -      -
    AssignUser             all    -        -       team       -     -       -    -      -
    CreateProduct          all    -        -       -          -     -       -    -      -
    ListProducts           all    all      all     all        all   all     all  all    all
    SetRate                all    -        -       -          -     -       -    -      -
    ListRates              all    all      all     all        all   all     all  all    all
    CreateOrder            all    team     -       -          -     -       -    -      -
    ListPacks              all    team     team    team       team  team    -    -      -
    SetPolicy              all    -        -       -          -     -       -    -      -
    GetPolicy              all    team     team    team       team  team    -    -      -
    ListSessions           all    -        team    team       -     team    -    -      -
    ConfirmClock           all    -        -       -          -     -       -    -      -
    RotateLeaseKey         all    -        -       -          -     -       -    -      -

Reporting
    GetBalance             all    team     team    team       team  team    -    -      -
    ListLedger             all    -        team    team       team  team    -    -      -

Access
    CreateApiKey           all    -        -       team       -     -       -    -      -
    ListApiKeys            all    -        team    team       -     team    -    -      -
    RevokeApiKey           all    -        -       team       -     -       -    -      -
    ClaimFirstAdmin        anyone
    PutIdentityProvider    all    -        -       -          -     -       -    -      -
    ListIdentityProviders  all    -        all     -          -     -       -    -      -
    DeleteIdentityProvider all    -        -       -          -     -       -    -      -
    GrantRole              all    -        -       team       -     -       -    -      -
    RevokeRole             all    -        -       team       -     -       -    -      -
    ListRoles              all    -        team    team       -     team    -    -      -

Members
    Invite                 all    -        -       team       -     -       -    -      -
    ResendInvitation       all    -        team    team       -     -       -    -      -
    Assign                 all    -        -       team       -     -       -    -      -
    Unassign               all    -        -       team       -     -       -    -      -
    SetGuest               all    -        -       team       -     -       -    -      -
    GetMember              all    -        team    team       -     team    -    -      team
    ListMembers            all    -        team    team       -     team    -    -      team
    RemoveMember           all    -        -       team       -     -       -    -      -
    ImportMembers          all    -        -       team       -     -       -    -      -
    SetDefaultAssignment   all    -        -       team       -     -       -    -      -
    GetDefaultAssignment   all    -        team    team       -     team    -    -      team
    GetTeamStanding        all    team     team    team       team  team    -    -      team
    SetPlan                all    -        -       -          -     -       -    -      -
    SuspendTeam            all    -        -       -          -     -       -    -      -
    ResumeTeam             all    -        -       -          -     -       -    -      -
    SuspendUser            all    -        -       team       -     -       -    -      -
    ResumeUser             all    -        -       team       -     -       -    -      -
    SuspendDevice          all    -        -       team       -     -       -    -      -
    ResumeDevice           all    -        -       team       -     -       -    -      -
    ListSuspendedDevices   all    -        team    team       -     team    -    -      -

Groups
    CreateGroup            all    -        -       team       -     -       -    -      -
    RenameGroup            all    -        -       team       -     -       -    -      -
    CloseGroup             all    -        -       team       -     -       -    -      -
    ListGroups             all    -        team    team       team  team    -    -      team
    AddGroupMembers        all    -        -       team       -     -       -    -      -
    RemoveGroupMembers     all    -        -       team       -     -       -    -      -
    ListGroupMembers       all    -        team    team       team  team    -    -      team
    CreateProject          all    -        -       team       -     -       -    -      -
    RenameProject          all    -        -       team       -     -       -    -      -
    CloseProject           all    -        -       team       -     -       -    -      -
    ListProjects           all    -        team    team       team  team    -    -      team

Persons
    ListUserDevices        all    -        team    team       -     -       own  -      -
    ReleaseUserDevice      all    -        team    team       -     -       own  -      -
    EndSession             all    -        team    team       -     -       -    -      -
    ListAudit              all    -        -       team       -     team    -    -      -
    EraseUser              all    -        -       -          -     -       -    -      -
    ExportPerson           all    -        -       -          -     -       own  -      -

Entitlements
    CreateSubscription     all    -        -       -          -     -       -    -      -
    UpdateSubscription     all    -        -       -          -     -       -    -      -
    EndSubscription        all    -        -       -          -     -       -    -      -
    ListSubscriptions      all    team     team    team       team  team    -    -      -
    CreateTrial            all    -        -       -          -     -       -    -      -
    UpdateTrial            all    -        -       -          -     -       -    -      -
    EndTrial               all    -        -       -          -     -       -    -      -
    ListTrials             all    team     team    team       team  team    -    -      -
    PutPool                all    -        -       -          -     -       -    -      -
    ListPools              all    team     team    team       team  team    -    -      -
    CreateCap              all    -        -       team       -     -       -    -      -
    UpdateCap              all    -        -       team       -     -       -    -      -
    EndCap                 all    -        -       team       -     -       -    -      -
    ListCaps               all    -        team    team       team  team    -    -      -

Packs
    CreateUnallocatedOrder all    -        -       -          -     -       -    -      -
    AllocateOrder          all    -        -       -          -     -       -    -      -
    CancelOrder            all    -        -       -          -     -       -    -      -
    ListOrders             all    team     team    team       team  team    -    -      -
    CreateOpeningOrder     all    -        -       -          -     -       -    -      -
    MovePack               all    -        -       team       -     -       -    -      -
    SplitPack              all    -        -       team       -     -       -    -      -
    ListLineage            all    team     team    team       team  team    -    -      -
    RefundCharge           all    -        -       -          -     -       -    -      -

Catalogue
    GetProduct             all    all      all     all        all   all     all  all    all
    UpdateProduct          all    -        -       -          -     -       -    -      -
    SetFloors              all    -        -       -          -     -       -    -      -
    PutLaunch              all    -        -       -          -     -       -    -      -
    RemoveLaunch           all    -        -       -          -     -       -    -      -
    ListLaunches           all    all      all     all        all   all     all  all    all
    PutCollection          all    -        -       -          -     -       -    -      -
    RemoveCollection       all    -        -       -          -     -       -    -      -
    ListCollections        all    all      all     all        all   all     all  all    all
    ListIdleAware          anyone
    ImportRates            all    -        -       -          -     -       -    -      -
    ExportRates            all    all      all     all        all   all     all  all    all
    ImportPrices           all    -        -       -          -     -       -    -      -
    ExportPrices           all    all      all     all        all   all     -    -      -
    ListPrices             all    all      all     all        all   all     -    -      -

grpc
    Inspect                all    -        all     -          -     -       -    -      -
"""

#: The roles that a role may give to others, and take from them, within its own reach.
GRANTABLE: Final[Mapping[Role, frozenset[Role]]] = {
    Role.VENDOR: frozenset(Role),
    Role.TEAM_ADMIN: frozenset({Role.TEAM_ADMIN, Role.BUYER, Role.AUDITOR, Role.DEVICE, Role.SERVICE}),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a caller reaches with one method, and in which role. `everything`: every team and user.

    `subject` is the user who acts for himself, "" for none; `devices` are (team, device) of a device's certificate.
    `named` are the teams that a call may name.
    """

    role: Role | None
    everything: bool = False
    teams: frozenset[str] = frozenset()
    subject: str = ""
    devices: frozenset[tuple[str, str]] = frozenset()
    named: frozenset[str] = frozenset()


#: Of a caller whom nobody asks for a credential.
UNLIMITED: Final = Reach(None, everything=True)


@dataclass(frozen=True, slots=True)
class Permission:
    """The row of a method: a cell for each role, or for `anyone`, without a credential."""

    method: str
    cells: Mapping[Role, Cell]
    anyone: bool = False

    def reach(self, caller: Caller) -> Reach:
        """How far the caller reaches, by all its roles. Raises `PermissionDenied`."""
        held = [(self.cells[scope.role], scope) for scope in caller.scopes if self.cells[scope.role] is not Cell.NO]
        if not held:
            raise self.denied(caller)
        role = min(scope.role for _, scope in held)
        own = [scope for cell, scope in held if cell is Cell.OWN]
        teams = frozenset(scope.team for cell, scope in held if cell is Cell.TEAM and scope.team)
        devices = frozenset((scope.team, scope.device) for scope in own if scope.role is Role.DEVICE)
        return Reach(
            role,
            any(cell is Cell.ALL or (cell is Cell.TEAM and not scope.team) for cell, scope in held),
            teams,
            caller.subject if any(scope.role is Role.USER for scope in own) else "",
            devices,
            teams | {team for team, _ in devices},
        )

    def denied(self, caller: Caller) -> PermissionDenied:
        """The fault of a caller whose roles are not enough."""
        needed = self.told(role for role, cell in self.cells.items() if cell is not Cell.NO)
        return PermissionDenied(roles=self.told(held.role for held in caller.scopes), method=self.method, needed=needed)

    @staticmethod
    def told(roles: Iterable[Role]) -> str:
        """Roles in words."""
        return " or ".join(role.name.lower() for role in sorted(set(roles))) or "nobody"


def _table(rows: str) -> dict[str, Permission]:
    """Permissions by `Service/Method`; a row that is not whole is an error of the program."""
    head, *lines = (line for line in rows.splitlines() if line.strip())
    roles = [Role[word.upper()] for word in head.split()]
    if roles != list(Role):
        raise TypeError("the columns of the table of permissions are not the roles in their order")
    table: dict[str, Permission] = {}
    service = ""
    for line in lines:
        if not line.startswith(" "):
            service = line.strip()
            continue
        name, *words = line.split()
        method = f"{service}/{name}"
        if method in table:
            raise TypeError(f"{method} has two rows in the table of permissions")
        if words == ["anyone"]:
            table[method] = Permission(method, dict.fromkeys(Role, Cell.ALL), anyone=True)
        else:
            table[method] = Permission(method, {role: Cell(word) for role, word in zip(roles, words, strict=True)})
    return table


TABLE: Final[Mapping[str, Permission]] = _table(_ROWS)


def permission_of(service: str, method: str) -> Permission:
    """The row of a method; without one the program does not start."""
    name = f"{service.rpartition('.')[2]}/{method}"
    if name not in TABLE:
        raise TypeError(f"{name} has no row in the table of permissions, flexauth/access/permissions.py")
    return TABLE[name]
