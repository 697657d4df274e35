# Batches: records of int64 in, answers of int64 out, without the GIL. The layout is in `_core.pyi`.

cdef enum RecordKind:
    CHECKOUT_RECORD = 1
    HEARTBEAT_RECORD = 2
    CHECKIN_RECORD = 3

cdef enum:
    AHEAD = 5                   # records between two steps of fetching
    REMEMBERED = 16


cdef inline void read_signin(const int64_t *record, Option *option, Signin *signin) noexcept nogil:
    signin.high = <uint64_t>record[2]
    signin.low = <uint64_t>record[3]
    signin.user = record[4]
    signin.product = record[5]
    signin.digest_high = <uint64_t>record[6]
    signin.digest_low = <uint64_t>record[7]
    signin.content = record[8]
    signin.team = record[9]
    signin.rights.refusal = record[10]
    signin.take_over = record[11]
    signin.idle_aware = record[12]
    signin.origin = record[13]
    signin.devices_max = record[14]
    signin.max_tokens = record[15]
    signin.rights.version = record[16]
    option.entitlement = record[17]
    option.team = record[18]
    option.until = record[19]
    option.pool = record[20]
    option.refusal = NO_REASON
    option.cap_count = 0
    signin.asked_team = record[21]
    signin.project = record[22]
    signin.end_before_renewal = record[23]
    signin.offline_until = NEVER
    signin.rights.barred = NO_REASON
    signin.rights.options = option
    signin.rights.option_count = option.entitlement != NO_ENTITLEMENT


# Memory is far away: what a record will need is fetched in steps, each a few records before the next.

cdef inline void fetch_slots(Live *s, const int64_t *record) noexcept nogil:
    """The index slots of a record."""
    cdef uint64_t high = <uint64_t>record[2]
    cdef uint64_t low = <uint64_t>record[3]
    cdef int32_t team
    if record[0] == CHECKOUT_RECORD:
        fetch_checkout(s, high, low, record[4], record[5], <uint64_t>record[6], <uint64_t>record[7])
        team = s.recent_teams[record[18] & (RECENT - 1)]
        if team < s.teams.used:
            prefetch(team_at(s, team))
            prefetch(&team_at(s, team).order)
    else:
        index_prefetch(&s.by_session, session_hash(high, low))


cdef inline int32_t fetch_item(Live *s, const int64_t *record) noexcept nogil:
    """What the slot points to: the entry of a checkout, else the session; by its tag alone, nothing is waited for."""
    cdef Probe probe
    cdef int32_t product, i
    if record[0] == CHECKOUT_RECORD:
        product = product_find(s, record[5])
        i = NONE if product == NONE else index_first(&s.by_entry, mix_two(record[4], product), &probe)
        if i != NONE:
            prefetch(entry_at(s, i))
    else:
        i = index_first(&s.by_session, session_hash(<uint64_t>record[2], <uint64_t>record[3]), &probe)
        if i != NONE:
            prefetch(session_at(s, i))
            prefetch(&session_at(s, i).deadline)
    return i


cdef inline void fetch_pack(Live *s, const int64_t *record) noexcept nogil:
    """The pack that a hold would begin with."""
    cdef int32_t i = s.recent_teams[record[18] & (RECENT - 1)]
    cdef const Team *team
    if record[0] == CHECKOUT_RECORD and i < s.teams.used:
        team = team_at(s, i)
        if team.head < team.order.count:
            prefetch(pack_at(s, (<const int32_t *>team.order.data)[team.head]))


cdef inline void fetch_line(Live *s, const int64_t *record, int32_t i) noexcept nogil:
    """Line, device and running session of an entry, the line of a session."""
    if record[0] != CHECKOUT_RECORD:
        if session_at(s, i).line != NONE:
            prefetch(line_at(s, session_at(s, i).line))
        return
    if entry_at(s, i).lines != NONE:
        prefetch(line_at(s, entry_at(s, i).lines))
    if entry_at(s, i).devices != NONE:
        prefetch(device_at(s, entry_at(s, i).devices))
    if entry_at(s, i).running != NONE:
        prefetch(session_at(s, entry_at(s, i).running))


cdef inline void fetch_use(Live *s, const int64_t *record, int32_t i) noexcept nogil:
    """The use of the line."""
    cdef int32_t line = entry_at(s, i).lines if record[0] == CHECKOUT_RECORD else session_at(s, i).line
    if line != NONE and line_at(s, line).use != NONE:
        prefetch(use_at(s, line_at(s, line).use))
        prefetch(&use_at(s, line_at(s, line).use).session_high)


cdef Verdict decide_record(Live *s, const int64_t *record, Answer *answer) noexcept nogil:
    cdef Signin signin
    cdef Option option
    cdef Contact heard
    if not advance(s, record[1]):
        return NO_MEMORY
    if record[0] == CHECKOUT_RECORD:
        read_signin(record, &option, &signin)
        return decide_checkout(s, &signin, answer)
    no_contact(&heard)
    heard.high = <uint64_t>record[2]
    heard.low = <uint64_t>record[3]
    heard.counter = record[4]
    heard.operated_at = record[5]
    if record[0] == HEARTBEAT_RECORD:
        return decide_heartbeat(s, &heard, answer)
    heard.ended_at = record[6]
    return decide_checkin(s, &heard, answer)


cdef int64_t wrong_record(const int64_t *records, int64_t count) noexcept nogil:
    """The first record that is none, or -1: a kind, a session id and, of a checkout, positive user and product."""
    cdef int64_t i
    cdef const int64_t *record
    for i in range(count):
        record = records + i * RECORD_WIDTH
        if not CHECKOUT_RECORD <= record[0] <= CHECKIN_RECORD or (record[2] == 0 and record[3] == 0):
            return i
        if record[0] == CHECKOUT_RECORD and (record[4] < 1 or record[5] < 1 or record[14] < 1):
            return i
    return -1


cdef inline void fetch(Live *s, const int64_t *records, int64_t count, int64_t i, int32_t *items) noexcept nogil:
    """One step of fetching for each of the records that are `AHEAD` apart; `items` remembers what was found."""
    cdef int64_t at = i
    if at < count:
        fetch_slots(s, records + at * RECORD_WIDTH)
    at -= AHEAD
    if 0 <= at < count:
        items[at % REMEMBERED] = fetch_item(s, records + at * RECORD_WIDTH)
        fetch_pack(s, records + at * RECORD_WIDTH)
    at -= AHEAD
    if 0 <= at < count and is_item(s, records + at * RECORD_WIDTH, items[at % REMEMBERED]):
        fetch_line(s, records + at * RECORD_WIDTH, items[at % REMEMBERED])
    at -= AHEAD
    if 0 <= at < count and is_item(s, records + at * RECORD_WIDTH, items[at % REMEMBERED]):
        fetch_use(s, records + at * RECORD_WIDTH, items[at % REMEMBERED])


cdef inline bint is_item(const Live *s, const int64_t *record, int32_t i) noexcept nogil:
    """A record before this one may have ended what was found."""
    if i == NONE:
        return False
    return entry_at(s, i).user != 0 if record[0] == CHECKOUT_RECORD else session_at(s, i).state != NO_SESSION


cdef int64_t decide_records(Live *s, const int64_t *records, int64_t count, int64_t *out) noexcept nogil:
    """How many were decided: all, unless memory ran out."""
    cdef int32_t[REMEMBERED] items
    cdef int64_t i
    for i in range(3 * AHEAD):
        fetch(s, records, count, i, items)
    for i in range(count):
        prefetch(records + (i + 4 * AHEAD) * RECORD_WIDTH)
        prefetch(records + (i + 4 * AHEAD) * RECORD_WIDTH + 8)
        prefetch(records + (i + 4 * AHEAD) * RECORD_WIDTH + 16)
        fetch(s, records, count, i + 3 * AHEAD, items)
        if decide_record(s, records + i * RECORD_WIDTH, <Answer *>(out + i * ANSWER_WIDTH)) != DECIDED:
            return i
    return count
