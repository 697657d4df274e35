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


# ---------------------------------------------------------------- what a contact tells

cdef Told told(
    const Terms *terms, const Session *session, int64_t now, int64_t operated_at, int64_t ended_at,
) noexcept nogil:
    """S2, T1: use since the last contact. The client's times are clamped to [last contact, now] and are news only."""
    cdef Told use
    cdef int64_t last = session.operated_at
    cdef int64_t end = FOREVER if ended_at == NEVER else ended_at
    cdef int64_t news = NEVER
    cdef int64_t stop
    memset(&use, 0, sizeof(Told))
    use.idle_at = use.resumed_at = NEVER
    if operated_at > last:
        news = min(min(max(operated_at, session.contact_at), now), end)
    if not session.flags & IS_IDLE_AWARE:
        add_span(&use, session.contact_at, end)
        use.operated_at = max(last, news)
        return use
    if session.state == ACTIVE:
        stop = last + terms.idle_after
        if news != NEVER and news <= stop:
            last = news
            stop = news + terms.idle_after
            news = NEVER
        add_span(&use, session.contact_at, min(stop, end))
        if stop <= now and stop < end:
            use.idle_at = stop
    if news != NEVER:
        use.resumed_at = max(news, now - terms.heartbeat_interval)
        add_span(&use, use.resumed_at, min(news + terms.idle_after, end))
        last = news
    use.operated_at = last
    return use


cdef inline void add_span(Told *use, int64_t start, int64_t end) noexcept nogil:
    use.starts[use.spans] = start
    use.ends[use.spans] = end
    use.spans += 1


cdef bint used_at(const Told *use, int64_t instant) noexcept nogil:
    """In use at an instant by use that began before it (C5)."""
    cdef int i
    for i in range(use.spans):
        if use.starts[i] < instant < use.ends[i]:
            return True
    return False


cdef int64_t used_until(const Told *use, int64_t now) noexcept nogil:
    """The end of the use that is known, NEVER if there was none."""
    cdef int64_t until = NEVER
    cdef int i
    for i in range(use.spans):
        if use.ends[i] > use.starts[i]:
            until = max(until, min(use.ends[i], now))
    return until


cdef bint goes_on(const Told *use, int64_t now) noexcept nogil:
    cdef int i
    for i in range(use.spans):
        if use.ends[i] > now:
            return True
    return False


cdef int64_t late_use(const Terms *terms, const Session *session, int64_t operated_at, int64_t ended_at) noexcept nogil:
    """Until when an EXPIRED session used its line, as its late check-in says."""
    cdef int64_t last = session.operated_at
    if not session.flags & IS_IDLE_AWARE:
        return ended_at
    if operated_at > last:
        last = max(last, min(max(operated_at, session.contact_at), ended_at))
    return min(last + terms.idle_after, ended_at)


# ---------------------------------------------------------------- contact

cdef void contact(Live *s, int32_t i, int64_t operated_at, int64_t ended_at, const Claims *rights) noexcept nogil:
    """An open session is heard (S3): its use so far is judged (C5, C7), then its state and deadline are set."""
    cdef Session *session = session_at(s, i)
    cdef const Terms *terms = terms_at(s, session.team, s.now)
    cdef Told use = told(terms, session, s.now, operated_at, ended_at)
    if s.now - session.contact_at > 2 * terms.heartbeat_interval:
        log_use(s, GAP, session.contact_at, session, 0)
    if use.idle_at != NEVER:
        log_use(s, IDLE_EVENT, use.idle_at, session, 0)
    if session.line != NONE:
        judge(s, i, &use, charged_by(rights, team_at(s, session.team).team))
    elif ended_at == NEVER and available(s, session.team) <= 0:
        deny_session(s, i, s.now, why_not(s, session.team))
    set_contact(s, i, &use, ended_at)
    if session.line != NONE:
        settle(s, session.line)
    set_deadline(s, i)


cdef void judge(Live *s, int32_t i, const Told *use, const Option *option) noexcept nogil:
    """C5 at each W that has passed since the last contact, then C2 for use that began after it."""
    cdef Session *session = session_at(s, i)
    cdef Line *line = line_at(s, session.line)
    cdef Use *terms = use_at(s, line.use)
    cdef int64_t start = use.resumed_at
    cdef int64_t basis, known
    cdef bint covered
    cdef Consented by
    cdef Refusal refusal
    while line.paid_until != NEVER and session.contact_at < line.paid_until <= s.now and used_at(use, line.paid_until):
        refusal = renew(s, session.line, i, option)
        if refusal.reason != NO_REASON:
            deny_line(s, session.line, line.paid_until, <Reason>refusal.reason)
            return
    if start == NEVER and goes_on(use, s.now):
        start = s.now
    covered = terms.pending_since != NEVER or line.paid_until > start
    if start != NEVER and (use.resumed_at != NEVER or not covered):
        if not covered:
            by = consented(terms_at(s, line.team, start), session.origin, session.max_tokens)
            refusal = may_charge(
                s, line.team, price_at(s, session_product(s, session), start).rate, start, option, &by, False
            )
            if refusal.reason != NO_REASON:
                deny_session(s, i, start, <Reason>refusal.reason)
                return
        basis = log_use(s, RESUME, start, session, 0)
        if not covered:
            place_hold(s, session.line, session, start, basis, option)
    known = used_until(use, s.now)
    if known > terms.used_until:
        terms.used_until = known
        touch(s, session.line, 0)


cdef void deny_line(Live *s, int32_t line, int64_t at, Reason reason) noexcept nogil:
    """C6: all open sessions of a line end, in order of their ids."""
    cdef int32_t i = use_at(s, line_at(s, line).use).sessions
    cdef int64_t k
    s.scratch.count = 0
    while i != NONE:
        if is_open(session_at(s, i)):
            int32_push(&s.scratch, i)
        i = session_at(s, i).line_next
    sort_items(s, LEASES, <int32_t *>s.scratch.data, s.scratch.count)
    for k in range(s.scratch.count):
        deny_session(s, (<int32_t *>s.scratch.data)[k], at, reason)
    touch(s, line, 0)


cdef void set_contact(Live *s, int32_t i, const Told *use, int64_t ended_at) noexcept nogil:
    cdef Session *session = session_at(s, i)
    if use.operated_at > session.operated_at:
        session.operations += 1
    session.operated_at = use.operated_at
    session.contact_at = s.now
    session.absence = s.absence
    touch_session(s, i)
    if not is_open(session):
        return
    if ended_at != NEVER:
        end_session(s, i, CLOSED, ended_at)
    else:
        set_state(s, session, ACTIVE if goes_on(use, s.now) else IDLE)


# ---------------------------------------------------------------- deadlines and answers

cdef int64_t lease_until(const Live *s, const Session *session, const Terms *terms) noexcept nogil:
    """S4: never after W plus margin, nor `lease_max` after contact; past W an idle session has none."""
    cdef int64_t until = session.contact_at + terms.lease_max
    cdef int64_t paid
    if session.line != NONE:
        paid = paid_until(s, line_at(s, session.line))
        until = min(until, paid + terms.lease_margin) if paid > session.contact_at else session.contact_at
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
    if session.state == IDLE:
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
    """What an answer says of a session (S3, S4)."""
    cdef const Terms *terms = terms_at(s, session.team, s.now)
    cdef int32_t product = session_product(s, session)
    cdef const Line *line
    cdef int64_t by
    no_answer(answer, GRANTED)
    answer.reason = session.reason
    answer.entitlement = session.entitlement
    answer.state = session.state
    answer.team = team_at(s, session.team).team
    answer.user = session_user(s, session)
    answer.product = product_at(s, product).product
    answer.device = session.device
    answer.rate = price_at(s, product, s.now).rate
    answer.balance = available(s, session.team)
    answer.ended_at = ended_at(session)
    answer.counter = session.counter
    if session.flags & IS_IDLE_AWARE:
        answer.idle_after = terms.idle_after
    if session.line != NONE:
        line = line_at(s, session.line)
        answer.pending_since = pending_since(s, line)
        answer.paid_until = paid_until(s, line)
    if not is_open(session):
        return
    by = s.now + (shortened(terms.heartbeat_interval, session) if s.jitter else terms.heartbeat_interval)
    by = sooner(by, session.entitled_until, s.now)
    by = sooner(by, answer.paid_until, s.now)
    if answer.paid_until != NEVER:
        by = sooner(by, answer.paid_until - terms.renewal_notice, s.now)
    if answer.pending_since != NEVER:
        by = sooner(by, use_at(s, line_at(s, session.line).use).capture_at, s.now)
    answer.heartbeat_by = by
    answer.lease_until = lease_until(s, session, terms)
