# What leaves memory: sessions and lines that are nothing any more (R7), and teams that are to be loaded again (R2).

cdef inline int32_t device_find(const Live *s, int32_t entry, int64_t device) noexcept nogil:
    cdef int32_t i = NONE if entry == NONE else entry_at(s, entry).devices
    while i != NONE and device_at(s, i).device != device:
        i = device_at(s, i).next
    return i


cdef void forget_device(Live *s, int32_t entry, int32_t i) noexcept nogil:
    """The entry, too, if this was the last of it."""
    cdef int32_t *link = &entry_at(s, entry).devices
    while link[0] != i:
        link = &device_at(s, link[0]).next
    link[0] = device_at(s, i).next
    pool_give(&s.devices, i)
    forget_entry(s, entry)


cdef void forget_session(Live *s, int32_t i) noexcept nogil:
    cdef Session *session = session_at(s, i)
    cdef int32_t line = session.line
    if line != NONE:
        leave_line(s, i)
        forget_use(s, line_at(s, line))
    if is_open(session):
        session.state = CLOSED
        stop_session(s, i)
    if session.extra != NONE:
        pool_give(&s.extras, session.extra)
    index_remove(&s.by_session, session_hash(session.high, session.low), i)
    pool_give(&s.sessions, i)


cdef void forget_slices(Live *s, int32_t *slices) noexcept nogil:
    cdef int32_t following
    while slices[0] != NONE:
        following = slice_at(s, slices[0]).next
        pool_give(&s.slices, slices[0])
        slices[0] = following


cdef void forget_hold(Live *s, Use *use) noexcept nogil:
    forget_slices(s, &use.hold)
    forget_slices(s, &use.advance)
    forget_counted(s, &use.counted)
    forget_counted(s, &use.advance_counted)


cdef void forget_line(Live *s, int32_t i) noexcept nogil:
    """A line without sessions goes, and its entry if this was the last of it."""
    cdef Line *line = line_at(s, i)
    cdef int32_t entry = line.entry
    cdef int32_t *link = &entry_at(s, entry).lines
    cdef Use *use = use_of(s, line)
    if use != NULL:
        forget_hold(s, use)
        forget_free_uses(s, use, INT64_MAX)
        pool_give(&s.uses, line.use)
    while link[0] != i:
        link = &line_at(s, link[0]).next
    link[0] = line.next
    pool_give(&s.lines, i)
    line.use = NONE             # a stale timer may still look at it
    forget_entry(s, entry)


# ---------------------------------------------------------------- sweep (R7)

cdef bint is_over(const Live *s, const Session *session) noexcept nogil:
    """Late check-in and repeats are over, no hold stands in its name, and how it ended is stored."""
    cdef const Terms *terms
    cdef const Use *use
    if session.state == NO_SESSION or is_open(session) or session.flags & IS_DIRTY:
        return False
    if session.line != NONE:
        use = use_at(s, line_at(s, session.line).use)
        if use.pending_since != NEVER and use.session_high == session.high and use.session_low == session.low:
            return False
    terms = terms_at(s, session.team, s.now)
    return session.end.ended_at + max(terms.repeat_retention, terms.late_checkin) < s.now


cdef inline bint is_dirty(const Live *s, const Line *line) noexcept nogil:
    """How it ended is not stored yet."""
    return line.use != NONE and use_at(s, line.use).dirty != 0


cdef bint sweep_sessions(Live *s, int64_t *budget) noexcept nogil:
    cdef int64_t looks = min(<int64_t>s.sessions.used, 8 * min(budget[0], INT32_MAX))
    cdef int64_t *row
    cdef Session *session
    while looks > 0 and budget[0] > 0:
        looks -= 1
        s.session_cursor = s.session_cursor + 1 if s.session_cursor + 1 < s.sessions.used else 0
        session = session_at(s, s.session_cursor)
        if is_over(s, session):
            if not array_reserve(&s.rows[SESSION_GONE], SESSION_GONE_WIDTH * sizeof(int64_t), 1):
                return False
            row = row_push(&s.rows[SESSION_GONE], SESSION_GONE_WIDTH)
            row[0] = team_at(s, session.team).team
            row[1] = <int64_t>session.high
            row[2] = <int64_t>session.low
            forget_session(s, s.session_cursor)
            budget[0] -= 1
    return True


cdef bint sweep_lines(Live *s, int64_t *budget) noexcept nogil:
    cdef int64_t looks = min(<int64_t>s.entries.used, 8 * min(budget[0], INT32_MAX))
    cdef int32_t i, following
    while looks > 0 and budget[0] > 0:
        looks -= 1
        s.entry_cursor = s.entry_cursor + 1 if s.entry_cursor + 1 < s.entries.used else 0
        i = entry_at(s, s.entry_cursor).lines if entry_at(s, s.entry_cursor).user != 0 else NONE
        while i != NONE and budget[0] > 0:
            following = line_at(s, i).next
            if nothing(s, line_at(s, i), s.now) and not is_dirty(s, line_at(s, i)):
                if not (
                    array_reserve(&s.rows[LINE_GONE], KEY_WIDTH * sizeof(int64_t), 1)
                    and array_reserve(&s.rows[FREE_USE_GONE], KEY_WIDTH * sizeof(int64_t), 1)
                ):
                    return False
                put_key(s, line_at(s, i), row_push(&s.rows[LINE_GONE], KEY_WIDTH))
                if has_free_use(s, use_of(s, line_at(s, i)), 0):
                    put_key(s, line_at(s, i), row_push(&s.rows[FREE_USE_GONE], KEY_WIDTH))
                forget_line(s, i)
                budget[0] -= 1
            i = following
    return True


# ---------------------------------------------------------------- drop (R2)

cdef void drop_sessions(Live *s) noexcept nogil:
    """Those of teams that are marked as dropped."""
    cdef int32_t i
    for i in range(s.sessions.used):
        if session_at(s, i).state != 0 and team_at(s, session_at(s, i).team).dropped:
            forget_session(s, i)


cdef void drop_lines(Live *s) noexcept nogil:
    cdef int32_t entry, i, following
    for entry in range(s.entries.used):
        i = entry_at(s, entry).lines if entry_at(s, entry).user != 0 else NONE
        while i != NONE:
            following = line_at(s, i).next
            if team_at(s, line_at(s, i).team).dropped:
                forget_line(s, i)
            i = following


cdef void drop_packs(Live *s) noexcept nogil:
    cdef int32_t i
    for i in range(s.packs.used):
        if pack_at(s, i).pack != 0 and team_at(s, pack_at(s, i).team).dropped:
            index_remove(&s.by_pack, mix(pack_at(s, i).pack), i)
            pool_give(&s.packs, i)


cdef void drop_pools(Live *s) noexcept nogil:
    """What is left of a pool is what sessions of other teams say."""
    cdef int32_t i, team
    for i in range(s.seat_pools.used):
        team = team_search(s, seat_pool_at(s, i).team)
        if team != NONE and team_at(s, team).dropped:
            seat_pool_at(s, i).seats = 0
            seat_pool_at(s, i).known = False


cdef void drop_caps(Live *s) noexcept nogil:
    cdef int32_t i
    for i in range(s.caps.used):
        if cap_at(s, i).cap != 0 and team_at(s, cap_at(s, i).team).dropped:
            forget_cap(s, i)


cdef void clear_team(Team *team) noexcept nogil:
    array_clear(&team.order)
    array_clear(&team.upcoming)
    array_clear(&team.contract)


cdef void drop_teams(Live *s) noexcept nogil:
    """All of the teams that are marked."""
    cdef int32_t i
    for i in range(RECENT):
        s.recent_teams[i] = INT32_MAX       # a place that was given back may look like another team's
    drop_sessions(s)
    drop_lines(s)
    drop_packs(s)
    drop_caps(s)
    drop_pools(s)
    for i in range(s.teams.used):
        if team_at(s, i).dropped:
            index_remove(&s.by_team, mix(team_at(s, i).team), i)
            clear_team(team_at(s, i))
            pool_give(&s.packs, team_at(s, i).credit)
            pool_give(&s.teams, i)


cdef void drop_devices(Live *s, int32_t entry) noexcept nogil:
    """All devices of a user for a product; the entry, too, if nothing else is left of it."""
    cdef int64_t user = entry_at(s, entry).user
    while entry_at(s, entry).user == user and entry_at(s, entry).devices != NONE:
        forget_device(s, entry, entry_at(s, entry).devices)
