# Commands and answers as C records, and what their checks find.

cdef enum Verdict:
    DECIDED
    NO_MEMORY
    NO_PACK                     # a refund names a pack that is not loaded

cdef struct Option:             # `commands.Candidate`
    int64_t entitlement
    int64_t team
    int64_t until
    int64_t pool
    int64_t refusal
    int64_t cap_count
    const int64_t *caps

cdef struct Claims:             # `commands.Rights`
    int64_t version
    int64_t refusal
    int64_t barred
    int64_t option_count
    const Option *options

cdef struct Reading:            # what a command brings that has no fixed size
    Array options
    Array caps
    Array slices
    Array cap_uses

cdef struct Consented:          # by whom a charge is paid for (Q2)
    int64_t highest             # of the limits, NO_LIMIT when none is stated
    bint unlimited              # somebody has no limit, and need not state one

cdef struct Refusal:            # why a charge is refused, NO_REASON when it is not
    int64_t reason
    int64_t cap
    int64_t shortfall

cdef struct Signin:             # `commands.Checkout`
    uint64_t high
    uint64_t low
    uint64_t digest_high
    uint64_t digest_low
    int64_t user
    int64_t product
    int64_t content
    int64_t team
    int64_t take_over
    int64_t idle_aware
    int64_t origin
    int64_t devices_max
    int64_t max_tokens
    int64_t asked_team
    int64_t project
    int64_t end_before_renewal
    int64_t offline_until
    Claims rights

cdef struct Given:              # `commands.Refund`
    int64_t window_start
    int64_t window_end
    int64_t charge
    int64_t recent
    int64_t as_of
    int64_t count
    const int64_t *slices       # pack, tokens
    int64_t cap_count
    const int64_t *caps         # cap, period

cdef struct Contact:            # `commands.Heartbeat`, `commands.Checkin`
    uint64_t high
    uint64_t low
    int64_t counter
    int64_t operated_at
    int64_t ended_at
    int64_t offline_until
    int64_t consent
    bint consents               # `consent` is the new limit
    bint results                # per-result units follow (C13)
    const Given *refund
    const Claims *rights        # NULL: not given

cdef struct Answer:             # `commands.Decision`
    int64_t outcome, reason, entitlement, state
    int64_t team, user, product, device
    int64_t tokens, rate, balance, shortfall
    int64_t paid_until, pending_since, heartbeat_by, lease_until, ended_at
    int64_t idle_after, counter
    int64_t end_at, entitled_until, cap, choice, asked_team, project, units
    uint64_t elsewhere_high, elsewhere_low

cdef struct Found:              # what a check of a checkout looked up
    int32_t product
    int32_t entry
    int32_t team
    int64_t device              # 0: its name is new
    bint registered
    bint waits                  # for its first operation (S6)
    const Option *option        # that is granted
    int64_t left                # sessions to take over

cdef struct Told:               # what a contact tells of a session's use since the last one
    int spans
    int64_t[2] starts           # [start, end) of use, an end of FOREVER where it goes on
    int64_t[2] ends
    int64_t operated_at
    int64_t idle_at             # NEVER when it did not happen
    int64_t resumed_at

cdef struct Asking:             # whose use it is, and when it begins
    int64_t user
    int64_t product
    int32_t product_at
    int32_t entry               # NONE: he has no line yet
    int64_t origin
    int64_t max_tokens
    int64_t at
    int64_t asked_team
    int64_t team                # tokens come from this team alone; 0: from any
    bint active                 # use goes on, so that tokens are charged for it now
    bint operated               # it had its first operation (S6); the sign-in of an origin that charges is one

cdef struct Rank:               # of a candidate among those that cost a balance (E1)
    int64_t group               # 0 paid or pending, 1 covers the rate, 2 does not
    int64_t end                 # of the pack that is consumed next
    int64_t team
    int64_t index               # among the candidates

cdef enum Step:                 # what a contact does with the session's entitlement
    JUDGES                      # nothing: its use is judged
    SERVES_FREE                 # a subscription, trial, seat or included product takes over from tokens
    HANDS_OVER                  # another candidate serves
    OPERATES                    # S6: the first operation
    WITHDRAWS                   # nothing holds any more
    BLOCKS                      # the first operation is denied

cdef struct Plan:               # of a contact: made by a check, carried out by `contact`
    Told use
    Step step
    bint needs_rights
    bint active                 # HANDS_OVER: use begins now
    bint waits                  # HANDS_OVER: for its first operation
    int32_t team                # of `option`, known once there is room
    int64_t at                  # when it ends, or begins
    int64_t offline_until
    const Option *option        # that is to serve, or whose caps bind
    const Option *mine          # that it runs under, NULL when that does not hold
    Answer decision

cdef struct Ending:             # what a check of a check-in found
    Outcome outcome
    int64_t at
    bint refund
