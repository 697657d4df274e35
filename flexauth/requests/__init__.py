"""What callers ask, by name, checked when it is made: a request that exists is well-formed.

Every wrong value raises `InvalidArgument` naming field, value and rule. Knows nothing of ids, state or transport.
Times are int64 microseconds since the epoch, 0 where the caller names none.
"""

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
from flexauth.requests.use import Checkin, Checkout, Heartbeat, Lease, ListCharges, ListSessions, Quote, ReleaseDevice

__all__ = [
    "AUTHORITY",
    "Actor",
    "AssignUser",
    "Checkin",
    "Checkout",
    "ConfirmClock",
    "CreateOrder",
    "CreateProduct",
    "CreateTeam",
    "CreateUser",
    "GetBalance",
    "GetPolicy",
    "GetUser",
    "Heartbeat",
    "Lease",
    "ListCharges",
    "ListLedger",
    "ListPacks",
    "ListProducts",
    "ListRates",
    "ListSessions",
    "ListTeams",
    "ListUsers",
    "Membership",
    "PackTerms",
    "Quote",
    "ReleaseDevice",
    "Request",
    "SetPolicy",
    "SetRate",
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
)
