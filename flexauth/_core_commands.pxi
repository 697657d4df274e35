# The commands of a session (SPEC 5): check, which only reads; reserve memory; from there on nothing can fail.

cdef inline void no_answer(Answer *answer, Outcome outcome) noexcept nogil:
    memset(answer, 0, sizeof(Answer))
    answer.outcome = outcome
    answer.paid_until = answer.pending_since = answer.heartbeat_by = answer.lease_until = answer.ended_at = NEVER
    answer.end_at = answer.entitled_until = NEVER


cdef inline void fetch_checkout(
    Live *s, uint64_t high, uint64_t low, int64_t user, int64_t product, uint64_t digest_high, uint64_t digest_low,
) noexcept nogil:
    """Begin to fetch, all at once, the index slots that a checkout will need: memory is far away."""
    cdef int32_t i = product_find(s, product)
    index_prefetch(&s.by_session, session_hash(high, low))
    ids_prefetch(&s.device_ids, digest_high, digest_low)
    if i != NONE:
        index_prefetch(&s.by_entry, mix_two(user, i))


cdef Verdict decide_checkout(Live *s, const Signin *command, Answer *answer) noexcept nogil:
    cdef Found found
    cdef int32_t i = session_find(s, command.high, command.low)
    if i != NONE:
        return repeat_checkout(s, i, command, answer)
    check_checkout(s, command, &found, answer)
    if answer.outcome == DENIED:
        found.team = team_ensure(s, answer.team)
        if found.team == NONE or not reserve(s, 0, 0, 0):
            return NO_MEMORY
        refuse(s, command, answer, found.team)
    if answer.outcome != GRANTED:
        return DECIDED
    if not reserve_checkout(s, command, &found, answer):
        return NO_MEMORY
    # From here on nothing can fail.
    cdef int64_t tokens = answer.tokens
    cdef int64_t choice = answer.choice
    i = checkout(s, command, &found, answer)
    facts(s, session_at(s, i), answer)
    answer.tokens = tokens
    answer.choice = choice
    return DECIDED


cdef Verdict repeat_checkout(Live *s, int32_t i, const Signin *command, Answer *answer) noexcept nogil:
    """SPEC 5.1: the same decision and session, with fresh facts."""
    cdef const Session *session = session_at(s, i)
    cdef Contact heard
    cdef Plan plan
    if session.content != command.content:
        no_answer(answer, CONFLICT)
        return DECIDED
    if is_open(session):
        no_contact(&heard)
        heard.rights = &command.rights
        heard.offline_until = command.offline_until
        plan_contact(s, i, &heard, &plan)
        if not reserve_contact(s, i, &plan, NULL):
            return NO_MEMORY
        contact(s, i, &heard, &plan)
    facts(s, session, answer)
    answer.entitlement = session.granted
    answer.tokens = session.tokens
    return DECIDED


cdef Verdict decide_heartbeat(Live *s, const Contact *command, Answer *answer) noexcept nogil:
    cdef int32_t i = session_find(s, command.high, command.low)
    cdef Session *session
    cdef Plan plan
    if i == NONE:
        no_answer(answer, UNKNOWN)
        return DECIDED
    session = session_at(s, i)
    if not is_open(session) or command.counter <= session.counter:
        facts(s, session, answer)
        return DECIDED
    plan_contact(s, i, command, &plan)
    if plan.needs_rights:
        lack_rights(s, session, answer)
        return DECIDED
    if not reserve_contact(s, i, &plan, NULL):
        return NO_MEMORY
    # From here on nothing can fail.
    session.counter = command.counter
    contact(s, i, command, &plan)
    facts(s, session, answer)
    say_why(&plan, answer)
    return DECIDED


cdef inline void lack_rights(const Live *s, const Session *session, Answer *answer) noexcept nogil:
    """The command is to be sent again with rights (E2); says whose."""
    no_answer(answer, NEEDS_RIGHTS)
    name_session(s, session, answer)


cdef inline void say_why(const Plan *plan, Answer *answer) noexcept nogil:
    """Why a contact ended the session, as far as the session does not keep it."""
    answer.cap = plan.decision.cap
    answer.shortfall = plan.decision.shortfall
    answer.elsewhere_high = plan.decision.elsewhere_high
    answer.elsewhere_low = plan.decision.elsewhere_low


cdef Verdict decide_end(Live *s, uint64_t high, uint64_t low, Answer *answer) noexcept nogil:
    """An admin ends an open session: nothing renews, and what it is known to have used is judged (C3, C4)."""
    cdef int32_t i = session_find(s, high, low)
    cdef Session *session
    cdef Told use
    cdef int64_t until, paid
    if i == NONE:
        no_answer(answer, UNKNOWN)
        return DECIDED
    session = session_at(s, i)
    if is_open(session):
        if not (
            reserve_periods(s, session.line, 1)
            and reserve(s, hold_slices(s, session.line), 2, counted_caps(s, session.line))
        ):
            return NO_MEMORY
        use = told(terms_at(s, session.team, s.now), session, s.now, NEVER, s.now)
        end_session(s, i, CLOSED, s.now)
        if session.line != NONE:
            until = used_until(&use, s.now)
            paid = line_at(s, session.line).paid_until
            note_use(s, session.line, min(until, paid) if session.contact_at < paid else until)
            settle(s, session.line)
    facts(s, session, answer)
    return DECIDED


# ---------------------------------------------------------------- check-in (S5, S7)

cdef Verdict check_checkin(Live *s, int32_t i, const Contact *command, Ending *ending) noexcept nogil:
    """Whether the session's charge may be refunded, or what is missing to say so; reads only."""
    cdef const Session *session = session_at(s, i)
    cdef const Terms *terms
    cdef Told use
    cdef int64_t used
    ending.outcome = GRANTED
    ending.refund = False
    if session.line == NONE:
        return DECIDED
    terms = terms_at(s, session.team, s.now)
    if is_open(session):
        use = told(terms, session, s.now, command.operated_at, ending.at)
        used = used_until(&use, s.now)
    else:
        used = late_use(terms, session, command.operated_at, ending.at)
    if not refundable(s, i, used, ending.at, terms.late_checkin):
        return DECIDED
    if command.refund == NULL:
        ending.outcome = NEEDS_HISTORY
    elif (
        command.refund.window_start != window_start(s, line_at(s, session.line))
        or is_stale(s, command.refund)
    ):
        ending.outcome = STALE_HISTORY
    else:
        ending.refund = True
        return DECIDED if knows_packs(s, command.refund) else NO_PACK
    return DECIDED


cdef bint refundable(const Live *s, int32_t i, int64_t used, int64_t ended_at, int64_t late_checkin) noexcept nogil:
    """S5: whether word that this session's use ended at `used` shows that no use outlived the window's grace."""
    cdef const Session *session = session_at(s, i)
    cdef const Line *line = line_at(s, session.line)
    cdef const Use *use = use_at(s, line.use)
    return (
        line.paid_until != NEVER
        and use.pending_since == NEVER
        and s.now - ended_at <= late_checkin
        and max(used, use.used_until) <= use.capture_at
        and use.active == (session.state == ACTIVE)
        and not unknown_since(s, use, use.window_start, i)
    )


cdef Verdict decide_checkin(Live *s, const Contact *command, Answer *answer) noexcept nogil:
    cdef int32_t i = session_find(s, command.high, command.low)
    cdef Session *session
    cdef Contact heard = command[0]
    cdef Ending ending
    cdef Plan plan
    cdef Verdict verdict
    cdef int64_t tokens
    if i == NONE:
        no_answer(answer, UNKNOWN)
        return DECIDED
    session = session_at(s, i)
    if command.counter <= session.counter or not (is_open(session) or is_late(session)):
        facts(s, session, answer)
        return DECIDED
    ending.at = heard.ended_at = ended(s, session, command)
    no_answer(&plan.decision, GRANTED)
    if is_open(session):
        plan_contact(s, i, &heard, &plan)
        if plan.needs_rights:
            lack_rights(s, session, answer)
            return DECIDED
    else:
        plan.step = JUDGES
        plan.option = NULL
        plan.offline_until = NEVER
    verdict = check_checkin(s, i, command, &ending)
    if verdict != DECIDED:
        return verdict
    if ending.outcome != GRANTED:
        no_answer(answer, ending.outcome)
        answer.team = team_at(s, session.team).team
        answer.user = session_user(s, session)
        answer.product = product_at(s, session_product(s, session)).product
        answer.pending_since = window_start(s, line_at(s, session.line))
        return DECIDED
    if not reserve_contact(s, i, &plan, command.refund if ending.refund else NULL):
        return NO_MEMORY
    # From here on nothing can fail.
    session.counter = command.counter
    tokens = checkin(s, i, &heard, &plan, &ending)
    facts(s, session, answer)
    answer.tokens = tokens
    say_why(&plan, answer)
    return DECIDED


cdef inline bint is_late(const Session *session) noexcept nogil:
    """S5: it expired and nobody has said since when it ended."""
    return session.state == EXPIRED and not session.flags & IS_REPORTED


cdef int64_t ended(const Live *s, const Session *session, const Contact *command) noexcept nogil:
    """When the session ended, as its check-in says: not before its last contact, nor later than is known."""
    cdef int64_t latest = s.now if is_open(session) else session.end.ended_at
    return latest if command.ended_at == NEVER else min(max(command.ended_at, session.contact_at), latest)


cdef int64_t checkin(
    Live *s, int32_t i, const Contact *command, Plan *plan, const Ending *ending,
) noexcept nogil:
    """Apply a check-in; gives the tokens that came back. An EXPIRED session stays EXPIRED (SPEC 14)."""
    cdef Session *session = session_at(s, i)
    cdef const Terms *terms = terms_at(s, session.team, s.now)
    cdef bint late = not is_open(session)
    cdef bint within = ending.refund and (
        came_in_advance(use_of(s, line_at(s, session.line))) or command.refund.recent < terms.late_refunds
    )
    cdef int64_t refunded = 0
    if late:
        report_session(s, i, late_use(terms, session, command.operated_at, ending.at))
    else:
        contact(s, i, command, plan)
    if within:
        refunded = refund(s, session.line, command.refund)
    if ending.refund or late:
        log_use(s, LATE, ending.at, session, (1 if within else 2) if ending.refund else 0)
    if late and session.line != NONE:
        settle(s, session.line)
    return refunded


cdef void report_session(Live *s, int32_t i, int64_t used) noexcept nogil:
    """An EXPIRED session's client has said when its use ended."""
    cdef Session *session = session_at(s, i)
    cdef Use *use
    count_in(s, session, -1)
    session.flags |= IS_REPORTED
    count_in(s, session, 1)
    if session.line != NONE:
        use = use_at(s, line_at(s, session.line).use)
        use.used_until = max(use.used_until, used)
        touch(s, session.line, 0)
    touch_session(s, i)
