"""The words of SPEC 0 as numbers: kinds, states, reasons, units. A number once stored keeps its meaning."""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "DAY",
    "HOUR",
    "INT64_MAX",
    "MINUTE",
    "NEVER",
    "NO_LIMIT",
    "SECOND",
    "Choice",
    "Consent",
    "Entitlement",
    "EntryKind",
    "GraceMode",
    "IdKind",
    "Origin",
    "OriginRule",
    "Outcome",
    "ProductKind",
    "Reason",
    "State",
    "UseEvent",
    "WindowPolicy",
]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 86_400 * SECOND
NEVER = -1
NO_LIMIT = -1
INT64_MAX = 2**63 - 1


class ProductKind(IntEnum):
    """How a product is charged: C1, C12, C13."""

    DAILY = 1
    INCLUDED = 2
    PER_RESULT = 3


class Entitlement(IntEnum):
    """Why a session may run, in the order of SPEC 5.4."""

    NONE = 0
    SUBSCRIPTION = 1
    TRIAL = 2
    SEAT = 3
    INCLUDED = 4
    PAID_WINDOW = 5
    TOKENS = 6


class State(IntEnum):
    """State of a session (S1). NONE: there is no such session."""

    NONE = 0
    ACTIVE = 1
    IDLE = 2
    CLOSED = 3
    EXPIRED = 4
    DENIED = 5
    SUPERSEDED = 6


class Reason(IntEnum):
    """Why a checkout or a renewal was denied (SPEC 10)."""

    NONE = 0
    INSUFFICIENT_TOKENS = 1
    NO_LIVE_PACK = 2
    NOT_ASSIGNED = 3
    OUT_OF_SCOPE = 4
    UNSUPPORTED_VERSION = 5
    DEVICE_LIMIT = 6
    IN_USE_ELSEWHERE = 7
    CONSENT_REQUIRED = 8
    CAP_REACHED = 9
    INVITATION_PENDING = 10
    SUSPENDED = 11


class Outcome(IntEnum):
    """What became of a command.

    GRANTED and DENIED answer it. CONFLICT: the session id was used with other content.
    UNKNOWN: no such session, device, pack, line or product. NEEDS_HISTORY: send it again with `Refund`;
    STALE_HISTORY: what was read is older than an unstored batch, read again. NEEDS_RIGHTS: send it again with
    `Rights` (E2). REFUSED: an administrative act that the rules forbid now; nothing has changed.
    """

    GRANTED = 1
    DENIED = 2
    CONFLICT = 3
    UNKNOWN = 4
    NEEDS_HISTORY = 5
    STALE_HISTORY = 6
    NEEDS_RIGHTS = 7
    REFUSED = 8


class Origin(IntEnum):
    """What started the session (S6)."""

    INTERACTIVE = 1
    PLUGIN_AUTOLOAD = 2
    BACKGROUND = 3
    AUTOMATION = 4


class OriginRule(IntEnum):
    """What a contract says of an origin (S6): it charges, charges with consent, or is free until it operates."""

    CHARGE = 1
    ASK = 2
    ON_FIRST_OPERATION = 3


class Consent(IntEnum):
    """When a contract asks for consent to a charge (Q2)."""

    NEVER = 1
    ALWAYS = 2
    RENEWALS = 3
    ABOVE = 4


class WindowPolicy(IntEnum):
    """How long a paid window is (C4, C9)."""

    ROLLING_24H = 1
    CALENDAR_DAY = 2


class Choice(IntEnum):
    """Why a team serves a user of several teams, in the order of E1."""

    NONE = 0
    ONLY = 1
    REQUESTED = 2
    PAID = 3
    ENDS_FIRST = 4
    TEAM_ID = 5


class GraceMode(IntEnum):
    """C8."""

    PER_SESSION = 1
    CUMULATIVE_24H = 2
    ONCE_24H = 3


class EntryKind(IntEnum):
    """Kinds of ledger entry (L1)."""

    ORDER = 1
    CHARGE = 2
    EXPIRY = 3
    MOVE_OUT = 4
    MOVE_IN = 5
    SPLIT = 6
    REFUND = 7
    ADJUSTMENT = 8
    OVERDRAFT = 9
    SETTLEMENT = 10


class UseEvent(IntEnum):
    """Kinds of row in the use log (L7).

    `code` of a row: BEGIN and HANDED_OVER the entitlement, END the state, DENIED and REFUSED the reason, SOFT_CAP the
    cap, RESULT the units, LATE 1 if it was refunded, 2 if the limit of late refunds (S5) was reached, else 0;
    otherwise 0. `at` of a row is when the thing happened, `time` when it became known.
    """

    BEGIN = 1
    IDLE = 2
    RESUME = 3
    GAP = 4
    END = 5
    DENIED = 6
    FREE = 7
    RENEWED = 8
    REFUSED = 9
    LATE = 10
    HANDED_OVER = 11
    SOFT_CAP = 12
    RESULT = 13
    OPERATED = 14


class IdKind(IntEnum):
    """What an int64 id names; also the counters that give out ids."""

    TEAM = 1
    USER = 2
    PRODUCT = 3
    DEVICE = 4
    PACK = 5
    ORDER = 6
    CAP = 7
    POOL = 8
    CALENDAR = 9
    PROJECT = 10
    GROUP = 11
    TRANSFER = 12
