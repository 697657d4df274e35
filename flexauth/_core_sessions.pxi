# What a session does to its line (SPEC 3 and 4): contact, state, end, deadline, and the facts of an answer.

cdef inline Session *session_at(const Live *s, int32_t i) noexcept nogil:
    return <Session *>pool_place(s.sessions.chunks, i, sizeof(Session))


cdef inline uint64_t session_hash(uint64_t high, uint64_t low) noexcept nogil:
    return mix_two(high, low)


cdef inline int32_t session_find(const Live *s, uint64_t high, uint64_t low) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_session, session_hash(high, low), &probe)
    while i != NONE and (session_at(s, i).low != low or session_at(s, i).high != high):
        i = index_next(&probe)
    return i


cdef inline bint session_before(const Live *s, int32_t a, int32_t b) noexcept nogil:
    """By id."""
    cdef const Session *one = session_at(s, a)
    cdef const Session *other = session_at(s, b)
    return one.high < other.high or (one.high == other.high and one.low < other.low)


cdef inline bint is_open(const Session *session) noexcept nogil:
    return session.state == ACTIVE or session.state == IDLE


cdef inline void touch_session(Live *s, int32_t i) noexcept nogil:
    cdef Session *session = session_at(s, i)
    if not session.flags & IS_DIRTY:
        session.flags |= IS_DIRTY
        int32_push(&s.dirty_sessions, i)


cdef inline void count_in(Live *s, const Session *session, int32_t by) noexcept nogil:
    """The line counts its sessions in use, and those that nobody has heard of since they expired."""
    cdef Use *use
    if session.line != NONE:
        use = use_at(s, line_at(s, session.line).use)
        if session.state == ACTIVE:
            use.active += by
        elif session.state == EXPIRED and not session.flags & IS_REPORTED:
            use.lost += by


cdef inline void set_state(Live *s, Session *session, State state) noexcept nogil:
    count_in(s, session, -1)
    session.state = state
    count_in(s, session, 1)


cdef void join_line(Live *s, int32_t i) noexcept nogil:
    """The session is among those that its line remembers."""
    cdef Session *session = session_at(s, i)
    cdef Use *use = use_at(s, line_at(s, session.line).use)
    session.line_before = NONE
    session.line_next = use.sessions
    if use.sessions != NONE:
        session_at(s, use.sessions).line_before = i
    use.sessions = i
    count_in(s, session, 1)


cdef void leave_line(Live *s, int32_t i) noexcept nogil:
    cdef Session *session = session_at(s, i)
    count_in(s, session, -1)
    if session.line_next != NONE:
        session_at(s, session.line_next).line_before = session.line_before
    if session.line_before != NONE:
        session_at(s, session.line_before).line_next = session.line_next
    else:
        use_at(s, line_at(s, session.line).use).sessions = session.line_next


cdef void run_session(Live *s, int32_t i) noexcept nogil:
    """The session is the last of those that run of its user and product."""
    cdef Session *session = session_at(s, i)
    cdef Entry *entry = entry_at(s, session.entry)
    if entry.running == NONE:
        entry.running = session.at.ring.next = session.at.ring.before = i
        return
    session.at.ring.next = entry.running
    session.at.ring.before = session_at(s, entry.running).at.ring.before
    session_at(s, session.at.ring.before).at.ring.next = i
    session_at(s, entry.running).at.ring.before = i


cdef void stop_session(Live *s, int32_t i) noexcept nogil:
    """It runs no more: it keeps user and product, no longer the entry."""
    cdef Session *session = session_at(s, i)
    cdef int32_t entry = session.entry
    cdef int32_t next = session.at.ring.next
    if session.entitlement == SEAT:
        leave_seat(s, session, entry_at(s, entry).user)
    session_at(s, session.at.ring.before).at.ring.next = next
    session_at(s, next).at.ring.before = session.at.ring.before
    if entry_at(s, entry).running == i:
        entry_at(s, entry).running = NONE if next == i else next
    session.at.user = entry_at(s, entry).user
    session.entry = entry_at(s, entry).product
    forget_entry(s, entry)


cdef inline int64_t session_user(const Live *s, const Session *session) noexcept nogil:
    return entry_at(s, session.entry).user if is_open(session) else session.at.user


cdef inline int64_t ended_at(const Session *session) noexcept nogil:
    return NEVER if is_open(session) else session.end.ended_at


cdef inline int32_t session_product(const Live *s, const Session *session) noexcept nogil:
    return entry_at(s, session.entry).product if is_open(session) else session.entry


cdef void end_session(Live *s, int32_t i, State state, int64_t at) noexcept nogil:
    cdef Session *session = session_at(s, i)
    set_state(s, session, state)
    session.end.ended_at = at
    stop_session(s, i)
    touch_session(s, i)
    log_use(s, END, at, session, state)


cdef void deny_session(Live *s, int32_t i, int64_t at, Reason reason) noexcept nogil:
    """C6: a session ends because its use is not covered, not before it was opened."""
    cdef Session *session = session_at(s, i)
    set_state(s, session, DENIED_STATE)
    session.reason = reason
    session.end.ended_at = max(at, session.opened_at)
    stop_session(s, i)
    touch_session(s, i)
    log_use(s, REFUSED, session.end.ended_at, session, reason)


# ---------------------------------------------------------------- what few sessions have

cdef inline Extra *extra_at(const Live *s, int32_t i) noexcept nogil:
    return <Extra *>pool_place(s.extras.chunks, i, sizeof(Extra))


cdef Extra *extra_ensure(Live *s, Session *session) noexcept nogil:
    """Made if it had none; there is room."""
    if session.extra == NONE:
        session.extra = pool_take(&s.extras)
        extra_at(s, session.extra).seat_since = extra_at(s, session.extra).borrowed_until = NEVER
    return extra_at(s, session.extra)


cdef inline int64_t asked_team(const Live *s, const Session *session) noexcept nogil:
    return 0 if session.extra == NONE else extra_at(s, session.extra).asked_team


cdef inline int64_t project(const Live *s, const Session *session) noexcept nogil:
    return 0 if session.extra == NONE else extra_at(s, session.extra).project


cdef inline int64_t seat_pool(const Live *s, const Session *session) noexcept nogil:
    return 0 if session.extra == NONE else extra_at(s, session.extra).pool


cdef inline int64_t seat_since(const Live *s, const Session *session) noexcept nogil:
    return NEVER if session.extra == NONE else extra_at(s, session.extra).seat_since


cdef inline int64_t borrowed_until(const Live *s, const Session *session) noexcept nogil:
    return NEVER if session.extra == NONE else extra_at(s, session.extra).borrowed_until
