# What an answer says of a session: its lease, when to be heard again, when it is to end (S3, S4, A9).

cdef inline bint ends_before_renewal(const Session *session, const Terms *terms) noexcept nogil:
    """A9: session or contract say that nothing renews."""
    return session.flags & ENDS_BEFORE_RENEWAL != 0 or terms.end_before_renewal != 0


cdef int64_t lease_until(const Live *s, const Session *session, const Terms *terms) noexcept nogil:
    """S4: never after W plus margin, nor `lease_max` after contact; past W an idle session has none."""
    cdef int64_t until = session.contact_at + terms.lease_max
    cdef int64_t paid, covered
    if session.entitlement == SEAT:
        until = max(session.contact_at + terms.seat_linger, borrowed_until(s, session))
    elif session.flags & IS_WAITING:
        until = min(until, session.contact_at + HOUR)
    elif session.line != NONE:
        paid = paid_until(s, line_at(s, session.line))
        covered = lease_covers(s, session, terms.lease_margin)
        until = min(until, covered) if paid > session.contact_at else session.contact_at
    return until if session.entitled_until == NEVER else min(until, session.entitled_until)


cdef inline int64_t lease_end(const Live *s, const Session *session) noexcept nogil:
    """The deadline, later by the time that the authority was away since the last contact (S5)."""
    return session.deadline + s.absence - session.absence


cdef inline void arm_lease(Live *s, int32_t i) noexcept nogil:
    """One timer a session: it is moved when it fires, and only an earlier deadline needs a new one."""
    cdef Session *session = session_at(s, i)
    cdef int64_t ends = lease_end(s, session)
    if is_open(session) and ends < session.end.armed:
        session.end.armed = ends
        timer_push(s, ends, LEASES, i)


cdef void set_deadline(Live *s, int32_t i) noexcept nogil:
    """S4; an idle session out of contact ends `lease_max` after the last contact (SPEC 14)."""
    cdef Session *session = session_at(s, i)
    cdef const Terms *terms
    if not is_open(session):
        return
    terms = terms_at(s, session.team, s.now)
    if session.state == IDLE and session.line != NONE:
        session.deadline = session.contact_at + terms.lease_max
        if session.entitled_until != NEVER:
            session.deadline = min(session.deadline, session.entitled_until)
    else:
        session.deadline = lease_until(s, session, terms)
    arm_lease(s, i)


cdef inline int64_t shortened(int64_t interval, const Session *session) noexcept nogil:
    """S3: up to 20 % less, by a hash of the session's id, so that a fleet does not call in one second."""
    cdef uint64_t mixed = session.high ^ session.low
    mixed = (mixed ^ (mixed >> 33)) * <uint64_t>0xFF51AFD7ED558CCD
    return interval - interval // 1000 * <int64_t>((mixed ^ (mixed >> 33)) % 201)


cdef inline int64_t sooner(int64_t by, int64_t at, int64_t now) noexcept nogil:
    return at if now < at < by else by


cdef void facts(Live *s, const Session *session, Answer *answer) noexcept nogil:
    """What an answer says of a session."""
    cdef const Terms *terms = terms_at(s, session.team, s.now)
    cdef int32_t product = session_product(s, session)
    cdef const Line *line
    no_answer(answer, GRANTED)
    answer.reason = session.reason
    answer.entitlement = session.entitlement
    answer.state = session.state
    name_session(s, session, answer)
    answer.rate = price_at(s, product, s.now).rate
    answer.balance = available(s, session.team)
    answer.ended_at = ended_at(session)
    answer.counter = session.counter
    answer.entitled_until = session.entitled_until
    answer.choice = REQUESTED if answer.asked_team != 0 else NO_CHOICE
    if session.flags & IS_IDLE_AWARE:
        answer.idle_after = terms.idle_after
    if session.line != NONE:
        line = line_at(s, session.line)
        answer.pending_since = pending_since(s, line)
        answer.paid_until = paid_until(s, line)
    if is_open(session):
        times_ahead(s, session, terms, answer)


cdef void times_ahead(const Live *s, const Session *session, const Terms *terms, Answer *answer) noexcept nogil:
    """Lease, end and next contact of an open session."""
    cdef int64_t by = s.now + (shortened(terms.heartbeat_interval, session) if s.jitter else terms.heartbeat_interval)
    answer.lease_until = lease_until(s, session, terms)
    by = sooner(by, session.entitled_until, s.now)
    by = sooner(by, answer.paid_until, s.now)
    if answer.paid_until != NEVER:
        by = sooner(by, answer.paid_until - terms.renewal_notice, s.now)
    if answer.paid_until > s.now and ends_before_renewal(session, terms):
        answer.end_at = answer.paid_until - MINUTE
        by = sooner(by, answer.end_at, s.now)
    if answer.pending_since != NEVER:
        by = sooner(by, use_at(s, line_at(s, session.line).use).capture_at, s.now)
    if session.line == NONE:
        by = sooner(by, answer.lease_until, s.now)
    answer.heartbeat_by = by


cdef inline void name_session(const Live *s, const Session *session, Answer *answer) noexcept nogil:
    """Whose session it is, and how to find its rights again."""
    answer.team = team_at(s, session.team).team
    answer.user = session_user(s, session)
    answer.product = product_at(s, session_product(s, session)).product
    answer.device = session.device
    answer.asked_team = asked_team(s, session)
    answer.project = project(s, session)
