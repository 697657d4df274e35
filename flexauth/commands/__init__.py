"""What the charging engines take and give, and nothing else: commands, decisions, rows; no names, no transport.

A value checks itself when it is made. Ids are int64, a session id is a 128-bit int, times are int64 microseconds since
the epoch, tokens are int64. `NEVER` stands for a time that is not there.
"""

from flexauth.commands.decisions import Decision
from flexauth.commands.engine import COLUMNS, Effects, Engine
from flexauth.commands.terms import (
    DAY,
    INT64_MAX,
    MINUTE,
    NEVER,
    NO_LIMIT,
    SECOND,
    Entitlement,
    EntryKind,
    GraceMode,
    IdKind,
    Origin,
    Outcome,
    ProductKind,
    Reason,
    State,
    UseEvent,
)
from flexauth.commands.values import (
    AddPacks,
    Candidate,
    Checkin,
    Checkout,
    Command,
    Heartbeat,
    NewPack,
    Policy,
    PutPolicy,
    PutProduct,
    PutRate,
    Refund,
    ReleaseDevice,
)

__all__ = [
    "COLUMNS",
    "DAY",
    "INT64_MAX",
    "MINUTE",
    "NEVER",
    "NO_LIMIT",
    "SECOND",
    "AddPacks",
    "Candidate",
    "Checkin",
    "Checkout",
    "Command",
    "Decision",
    "Effects",
    "Engine",
    "Entitlement",
    "EntryKind",
    "GraceMode",
    "Heartbeat",
    "IdKind",
    "NewPack",
    "Origin",
    "Outcome",
    "Policy",
    "ProductKind",
    "PutPolicy",
    "PutProduct",
    "PutRate",
    "Reason",
    "Refund",
    "ReleaseDevice",
    "State",
    "UseEvent",
]
