"""What callers ask, by name, checked when it is made: a request that exists is well-formed.

Every wrong value raises `InvalidArgument` naming field, value and rule. Knows nothing of ids, state or transport.
Times are int64 microseconds since the epoch, 0 where the caller names none.
"""

from flexauth.requests.access import (
    ClaimFirstAdmin,
    CreateApiKey,
    DeleteIdentityProvider,
    GrantRole,
    IdentityKind,
    IdentityProvider,
    ImportApiKeys,
    ListApiKeys,
    ListIdentityProviders,
    ListRoles,
    OldApiKey,
    PutIdentityProvider,
    RevokeApiKey,
    RevokeRole,
    Role,
    Scope,
    identity_of,
)
from flexauth.requests.actor import AUTHORITY, Actor
from flexauth.requests.administration import (
    AssignUser,
    ConfirmClock,
    CreateOrder,
    CreateProduct,
    CreateTeam,
    CreateUser,
    GetBalance,
    GetPolicy,
    GetUser,
    ListLedger,
    ListPacks,
    ListProducts,
    ListRates,
    ListTeams,
    ListUsers,
    Membership,
    PackTerms,
    SetPolicy,
    SetRate,
)
from flexauth.requests.catalogue import CatalogueRequest
from flexauth.requests.check import session_id, session_text
from flexauth.requests.entitlements import EntitlementRequest
from flexauth.requests.groups import (
    AddGroupMembers,
    CloseGroup,
    CloseProject,
    CreateGroup,
    CreateProject,
    ListGroupMembers,
    ListGroups,
    ListProjects,
    RemoveGroupMembers,
    RenameGroup,
    RenameProject,
)
from flexauth.requests.members import (
    AcceptInvitations,
    Assign,
    GetDefaultAssignment,
    GetMember,
    GetTeamStanding,
    ImportMembers,
    Invite,
    ListMembers,
    ListSuspendedDevices,
    MemberRow,
    Plan,
    RemoveMember,
    ResendInvitation,
    ResumeDevice,
    ResumeTeam,
    ResumeUser,
    SetDefaultAssignment,
    SetGuest,
    SetPlan,
    SuspendDevice,
    SuspendTeam,
    SuspendUser,
    Unassign,
)
from flexauth.requests.packs import PackRequest
from flexauth.requests.persons import (
    EndSession,
    EraseUser,
    ExportPerson,
    ListAudit,
    ListUserDevices,
    ReleaseUserDevice,
)
from flexauth.requests.use import (
    Checkin,
    Checkout,
    Heartbeat,
    Lease,
    ListCharges,
    ListSessions,
    Quote,
    ReleaseDevice,
    ReportResult,
)

__all__ = [
    "AUTHORITY",
    "AcceptInvitations",
    "Actor",
    "AddGroupMembers",
    "Assign",
    "AssignUser",
    "CatalogueRequest",
    "Checkin",
    "Checkout",
    "ClaimFirstAdmin",
    "CloseGroup",
    "CloseProject",
    "ConfirmClock",
    "CreateApiKey",
    "CreateGroup",
    "CreateOrder",
    "CreateProduct",
    "CreateProject",
    "CreateTeam",
    "CreateUser",
    "DeleteIdentityProvider",
    "EndSession",
    "EntitlementRequest",
    "EraseUser",
    "ExportPerson",
    "GetBalance",
    "GetDefaultAssignment",
    "GetMember",
    "GetPolicy",
    "GetTeamStanding",
    "GetUser",
    "GrantRole",
    "Heartbeat",
    "IdentityKind",
    "IdentityProvider",
    "ImportApiKeys",
    "ImportMembers",
    "Invite",
    "Lease",
    "ListApiKeys",
    "ListAudit",
    "ListCharges",
    "ListGroupMembers",
    "ListGroups",
    "ListIdentityProviders",
    "ListLedger",
    "ListMembers",
    "ListPacks",
    "ListProducts",
    "ListProjects",
    "ListRates",
    "ListRoles",
    "ListSessions",
    "ListSuspendedDevices",
    "ListTeams",
    "ListUserDevices",
    "ListUsers",
    "MemberRow",
    "Membership",
    "OldApiKey",
    "PackRequest",
    "PackTerms",
    "Plan",
    "PutIdentityProvider",
    "Quote",
    "ReleaseDevice",
    "ReleaseUserDevice",
    "RemoveGroupMembers",
    "RemoveMember",
    "RenameGroup",
    "RenameProject",
    "ReportResult",
    "Request",
    "ResendInvitation",
    "ResumeDevice",
    "ResumeTeam",
    "ResumeUser",
    "RevokeApiKey",
    "RevokeRole",
    "Role",
    "Scope",
    "SetDefaultAssignment",
    "SetGuest",
    "SetPlan",
    "SetPolicy",
    "SetRate",
    "SuspendDevice",
    "SuspendTeam",
    "SuspendUser",
    "Unassign",
    "identity_of",
    "session_id",
    "session_text",
]

Request = (
    Quote
    | Checkout
    | Heartbeat
    | Lease
    | Checkin
    | ReleaseDevice
    | ReportResult
    | ListSessions
    | ListCharges
    | CreateTeam
    | ListTeams
    | CreateUser
    | GetUser
    | ListUsers
    | AssignUser
    | CreateProduct
    | ListProducts
    | SetRate
    | ListRates
    | CreateOrder
    | ListPacks
    | SetPolicy
    | GetPolicy
    | GetBalance
    | ListLedger
    | ConfirmClock
    | CreateApiKey
    | ListApiKeys
    | RevokeApiKey
    | ImportApiKeys
    | ClaimFirstAdmin
    | PutIdentityProvider
    | ListIdentityProviders
    | DeleteIdentityProvider
    | GrantRole
    | RevokeRole
    | ListRoles
    | AddGroupMembers
    | CloseGroup
    | CloseProject
    | CreateGroup
    | CreateProject
    | ListGroupMembers
    | ListGroups
    | ListProjects
    | RemoveGroupMembers
    | RenameGroup
    | RenameProject
    | AcceptInvitations
    | Assign
    | GetDefaultAssignment
    | GetMember
    | GetTeamStanding
    | ImportMembers
    | Invite
    | ListMembers
    | ListSuspendedDevices
    | RemoveMember
    | ResendInvitation
    | ResumeDevice
    | ResumeTeam
    | ResumeUser
    | SetDefaultAssignment
    | SetGuest
    | SetPlan
    | SuspendDevice
    | SuspendTeam
    | SuspendUser
    | Unassign
    | EndSession
    | EraseUser
    | ExportPerson
    | ListAudit
    | ListUserDevices
    | ReleaseUserDevice
    | CatalogueRequest
    | EntitlementRequest
    | PackRequest
)
