# The words of `flexauth.commands` as C numbers, and the tables of `COLUMNS` with their widths.

cdef enum:
    NEVER = -1
    NO_LIMIT = -1
    DECISION_WIDTH = 27
    CHOICE_FIELD = 22           # of `Decision`

cpdef enum:
    RECORD_WIDTH = 24
    ANSWER_WIDTH = 28

cdef enum Outcome:
    GRANTED = 1
    DENIED = 2
    CONFLICT = 3
    UNKNOWN = 4
    NEEDS_HISTORY = 5
    STALE_HISTORY = 6
    NEEDS_RIGHTS = 7
    REFUSED_ACT = 8

cdef enum Reason:
    NO_REASON = 0
    INSUFFICIENT_TOKENS = 1
    NO_LIVE_PACK = 2
    NOT_ASSIGNED = 3
    DEVICE_LIMIT = 6
    IN_USE_ELSEWHERE = 7
    CONSENT_REQUIRED = 8
    CAP_REACHED = 9
    SUSPENDED = 11

cdef enum Entitlement:
    NO_ENTITLEMENT = 0
    SUBSCRIPTION = 1
    TRIAL = 2
    SEAT = 3
    INCLUDED = 4
    PAID_WINDOW = 5
    TOKENS = 6

cdef enum Choice:
    NO_CHOICE = 0
    ONLY = 1
    REQUESTED = 2
    PAID = 3
    ENDS_FIRST = 4
    TEAM_ID = 5

cdef enum ProductKind:
    DAILY = 1
    INCLUDED_KIND = 2
    PER_RESULT = 3

cdef enum OriginRule:
    CHARGES = 1
    ASKS = 2
    ON_FIRST_OPERATION = 3

cdef enum Consent:
    CONSENT_NEVER = 1
    CONSENT_ALWAYS = 2
    CONSENT_RENEWALS = 3
    CONSENT_ABOVE = 4

cdef enum WindowPolicy:
    ROLLING_24H = 1
    CALENDAR_DAY = 2

cdef enum State:
    NO_SESSION = 0
    ACTIVE = 1
    IDLE = 2
    CLOSED = 3
    EXPIRED = 4
    DENIED_STATE = 5
    SUPERSEDED = 6

cdef enum GraceMode:
    PER_SESSION = 1
    CUMULATIVE_24H = 2
    ONCE_24H = 3

cdef enum EntryKind:
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

cdef enum UseEvent:
    BEGIN = 1
    IDLE_EVENT = 2
    RESUME = 3
    GAP = 4
    END = 5
    DENIED_EVENT = 6
    FREE = 7
    RENEWED = 8
    REFUSED = 9
    LATE = 10
    HANDED_OVER = 11
    SOFT_CAP = 12
    RESULT = 13
    OPERATED = 14

cdef enum:                      # kinds of id
    DEVICE_ID = 4
    PACK_ID = 5
    TRANSFER_ID = 12
    ID_KINDS = 13

cdef enum:                      # tables, in the order of `COLUMNS`
    PACK
    LINE
    HOLD
    FREE_USE
    SESSION
    DEVICE
    DEVICE_NAME
    LEDGER
    CAP_ENTRY
    USE_LOG
    HOLD_GONE
    LINE_GONE
    SESSION_GONE
    DEVICE_GONE
    FREE_USE_GONE
    TEAM
    COUNTER
    CALENDAR
    CAP
    CAP_USE
    CAPPED
    SEAT_POOL
    PRODUCT
    RATE
    POLICY
    TABLE_COUNT

cdef enum:                      # their columns
    PACK_WIDTH = 10
    LINE_WIDTH = 20
    HOLD_WIDTH = 7
    FREE_USE_WIDTH = 5
    SESSION_WIDTH = 33
    DEVICE_WIDTH = 4
    DEVICE_NAME_WIDTH = 3
    LEDGER_WIDTH = 20
    CAP_ENTRY_WIDTH = 7
    USE_LOG_WIDTH = 13
    KEY_WIDTH = 3
    SESSION_GONE_WIDTH = 3
    TEAM_WIDTH = 5
    COUNTER_WIDTH = 2
    CALENDAR_WIDTH = 2
    CAP_WIDTH = 5
    CAP_USE_WIDTH = 3
    CAPPED_WIDTH = 7
    SEAT_POOL_WIDTH = 3
    PRODUCT_WIDTH = 4
    RATE_WIDTH = 4
    POLICY_WIDTH = 27

cdef enum Phase:                # T4: what comes first at one instant
    PACKS = 0
    COMMANDS = 1
    CAPTURES = 2
    LEASES = 3

cdef struct Timer:
    int64_t at
    int32_t phase
    int32_t item                # pack, line or session
