"""The contents page of the core: what it holds, in reading order."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t

# ---------------------------------------------------------------- memory

cdef enum:
    POOL_CHUNKS = 19            # the last one ends at 2**31 items

ctypedef char *Chunk

cdef struct Pool:               # items of one size, in chunks that never move
    Chunk[POOL_CHUNKS] chunks
    size_t item
    int32_t chunk_count
    int32_t used                # items ever taken
    int32_t live                # items in use
    int32_t free                # head of the list of items given back

cdef struct Part:
    uint64_t *slots
    uint32_t capacity
    uint32_t used

cdef struct Index:              # hash -> item of a pool
    Part *parts
    int64_t used

cdef struct Probe:              # a walk over the items under one hash
    Part *part
    uint32_t tag
    uint32_t at
    uint32_t far                # from the tag's home

cdef struct Array:              # items side by side; moves when it grows
    char *data
    int64_t count
    int64_t capacity

cdef struct IdSlot:
    uint64_t high
    uint64_t low
    int64_t id                  # 0: the slot is empty

cdef struct IdPart:
    IdSlot *slots
    uint32_t capacity
    uint32_t used

cdef struct Ids:                # digest of a name -> id
    IdPart *parts
    int64_t used

# ---------------------------------------------------------------- words, as in `flexauth.commands`

include "_core_words.pxi"

# ---------------------------------------------------------------- state

cdef struct Terms:              # a contract's policy, as `commands.Policy`, from `effective_at` on (C14)
    int64_t effective_at
    int64_t version
    int64_t grace
    int64_t grace_mode
    int64_t idle_after
    int64_t heartbeat_interval
    int64_t renewal_notice
    int64_t lease_max
    int64_t lease_margin
    int64_t late_checkin
    int64_t late_refunds
    int64_t late_refunds_period
    int64_t repeat_retention
    int64_t make_good
    int64_t window_policy
    int64_t calendar
    int64_t seat_linger
    int64_t end_before_renewal
    int64_t overdraft_limit
    int64_t consent
    int64_t consent_above
    int64_t[4] origins          # OriginRule of INTERACTIVE, PLUGIN_AUTOLOAD, BACKGROUND, AUTOMATION
    int64_t cross_team_subscription

cdef struct Price:
    int64_t valid_from
    int64_t version
    int64_t rate

cdef struct Product:
    int64_t product
    int32_t kind                # 0: rates came, the product did not
    int64_t result_tokens       # C13
    int64_t result_units
    Array prices                # Price, by (valid_from, version, rate)

cdef struct Team:
    int64_t team
    int64_t ledger_seq
    int64_t use_seq
    int64_t available           # of live packs (P2)
    int64_t held                # of all packs
    int64_t rights_version      # contacts with an older one resolve their rights anew
    int64_t next_start          # of the earliest pack in `upcoming`, INT64_MAX when none
    int8_t dropped
    int32_t credit              # the overdraft account (C10): a pack 0 of which what remains is never above 0
    int32_t head                # packs of `order` before it have nothing free
    Array order                 # live packs by P3
    Array upcoming              # packs that have not begun
    Array contract              # Terms, by (effective_at, version)

cdef struct Pack:               # P1; `ended` once its free remainder was forfeited (P4)
    int32_t team
    int8_t live                 # begun and not ended: it is in its team's order
    int8_t ended
    int8_t dirty
    int64_t pack
    int64_t size
    int64_t unit_price
    int64_t starts_at
    int64_t ends_at
    int64_t purchased_at
    int64_t remaining
    int64_t held
    int64_t parent

cdef struct Calendar:           # boundaries of periods (C9, Q3)
    int64_t calendar
    Array starts                # int64, ascending

cdef struct Period:
    int64_t at                  # its first instant
    int64_t used

cdef struct Cap:                # Q3
    int32_t team
    int32_t calendar
    int64_t cap
    int64_t tokens
    int8_t hard
    Array used                  # Period

cdef struct Counted:            # a period that a hold counts in
    int32_t next
    int64_t cap                 # its id: it may have gone
    int64_t period

cdef struct Entry:              # all of one user and product
    int32_t product
    int32_t lines
    int32_t devices
    int32_t running             # open sessions, a ring in order of their opening
    int64_t user

cdef struct Device:             # D1, in order of registration
    int32_t next
    int64_t device
    int64_t registered_at

cdef struct Line:               # what remains of a line that nobody uses: W
    int32_t entry
    int32_t team
    int32_t next                # of the same entry
    int32_t use
    int64_t paid_until          # W

cdef struct Use:                # the rest of a line: only while it has sessions, a hold or free uses
    int32_t line
    int32_t sessions
    int32_t hold                # slices
    int32_t free_uses
    int32_t counted             # periods of caps that its hold counts in
    int32_t advance             # slices of what is held for the window from `advance_at` on (S4)
    int32_t advance_counted
    int32_t active              # sessions that use the line (SPEC 3)
    int32_t lost                # sessions that expired and were not heard since (S5)
    int64_t window_start
    int64_t charge
    int64_t pending_since       # P
    int64_t capture_at
    int64_t rate
    int64_t rate_version
    int64_t policy_version
    int64_t basis
    uint64_t session_high
    uint64_t session_low
    int64_t used_until
    int64_t units               # of results that made no full N yet (C13)
    int64_t advance_at          # W of that window, once it is charged too
    int64_t advance_rate
    int64_t advance_rate_version
    int64_t advance_policy_version
    int8_t dirty                # Touch
    int8_t hold_stored

cdef struct Slice:              # tokens of a pack under a hold
    int32_t next
    int32_t pack
    int64_t tokens

cdef struct FreeUse:            # C8
    int32_t next
    int64_t began_at
    int64_t ended_at

cdef struct Ring:
    int32_t next
    int32_t before

cdef union Place:
    Ring ring                   # while it runs: among the sessions of its entry
    int64_t user                # when it is over

cdef union End:
    int64_t armed               # while it runs: the earliest timer that is set
    int64_t ended_at            # when it is over

cdef struct Extra:              # what few sessions have
    int64_t asked_team
    int64_t project
    int64_t pool                # of its seat
    int64_t seat_since
    int64_t borrowed_until

cdef struct Holder:             # of a network seat
    int64_t user
    int64_t since
    int64_t sessions            # open, on this seat

cdef struct SeatPool:
    int64_t pool
    int64_t team
    int64_t seats
    int8_t known                # it was put; else sessions alone name it
    Array holders               # Holder, by user

cdef struct Session:
    uint64_t high
    uint64_t low
    int32_t entry               # when it is over: the product
    int32_t team
    int32_t line                # NONE: not entitled by tokens
    int32_t line_next           # of the same line
    int32_t line_before
    int32_t operations
    int32_t extra               # NONE: all of it is as if there were none
    Place at
    int64_t device
    int64_t tokens
    int64_t content
    int64_t max_tokens
    int64_t rights_version
    int64_t entitled_until
    int64_t opened_at
    int64_t contact_at
    int64_t operated_at
    int64_t deadline
    int64_t absence
    int64_t counter
    End end
    int8_t state                # 0: the item is free
    int8_t entitlement
    int8_t granted
    int8_t origin
    int8_t flags                # SessionFlag
    int8_t reason

cdef enum SessionFlag:
    IS_IDLE_AWARE = 1
    IS_REPORTED = 2
    IS_DIRTY = 4
    IS_WAITING = 8              # for its first operation (S6)
    ENDS_BEFORE_RENEWAL = 16    # A9

cdef enum Touch:                # what of a line is to be written
    TOUCH_LINE = 1
    TOUCH_HOLD = 2
    TOUCH_FREE_USES = 4

cdef enum:
    RECENT = 1024

cdef struct Live:
    int64_t now
    int64_t absence             # of the authority, in all its life (S5)
    int64_t last_refund_batch
    int64_t rights_version      # of all teams
    bint refunded               # in the batch that is open
    bint forfeits_suspended     # T2
    bint jitter                 # S3
    int64_t[ID_KINDS] counters
    Pool teams
    Pool products
    Pool packs
    Pool entries
    Pool devices
    Pool lines
    Pool uses
    Pool slices
    Pool free_uses
    Pool sessions
    Pool extras
    Pool seat_pools
    Pool calendars
    Pool caps
    Pool counted
    Index by_team
    Index by_product
    Index by_pack
    Index by_entry
    Index by_session
    Index by_seat_pool
    Index by_calendar
    Index by_cap
    Ids device_ids
    Array timers                # Timer, a heap
    Array deferred              # Timer, of packs that may not end
    Array due                   # items of the timers of one instant
    Array scratch               # items of sessions
    Array dirty_packs
    Array dirty_lines
    Array dirty_sessions
    Array loaded_lines          # that had a Use made, in case sessions follow
    Array[TABLE_COUNT] rows     # of the batch that is open
    int32_t[RECENT] recent_teams        # where ids were found, by their last bits; to be compared
    int32_t[RECENT] recent_products
    int32_t session_cursor      # of the sweep
    int32_t entry_cursor

# ---------------------------------------------------------------- commands and answers

include "_core_records.pxi"
