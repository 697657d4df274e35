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
from flexauth.requests.check import session_id, session_text
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
    "Actor",
    "AssignUser",
    "Checkin",
    "Checkout",
    "ClaimFirstAdmin",
    "ConfirmClock",
    "CreateApiKey",
    "CreateOrder",
    "CreateProduct",
    "CreateTeam",
    "CreateUser",
    "DeleteIdentityProvider",
    "GetBalance",
    "GetPolicy",
    "GetUser",
    "GrantRole",
    "Heartbeat",
    "IdentityKind",
    "IdentityProvider",
    "ImportApiKeys",
    "Lease",
    "ListApiKeys",
    "ListCharges",
    "ListIdentityProviders",
    "ListLedger",
    "ListPacks",
    "ListProducts",
    "ListRates",
    "ListRoles",
    "ListSessions",
    "ListTeams",
    "ListUsers",
    "Membership",
    "OldApiKey",
    "PackTerms",
    "PutIdentityProvider",
    "Quote",
    "ReleaseDevice",
    "ReportResult",
    "Request",
    "RevokeApiKey",
    "RevokeRole",
    "Role",
    "Scope",
    "SetPolicy",
    "SetRate",
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
)
