# What a contact does to a session (S3, E2): rights are resolved, use is judged, the deadline is set. A plan only
# reads; `reserve_contact` finds room for it; `contact` cannot fail.

# ---------------------------------------------------------------- check

cdef inline bint used_at_end(const Line *line, const Session *session, const Told *use, int64_t now) noexcept nogil:
    """C5: W has passed since the last contact, and use was going on then."""
    return session.contact_at < line.paid_until <= now and used_at(use, line.paid_until)


cdef bint is_charged(const Live *s, const Session *session, const Told *use) noexcept nogil:
    """Whether this contact's use needs a new charge: a renewal, or a hold (C2)."""
    cdef const Line *line
    cdef int64_t start
    if session.line == NONE:
        return False
    line = line_at(s, session.line)
    if used_at_end(line, session, use, s.now):
        return True
    start = begins(use, s.now)
    return start != NEVER and pending_since(s, line) == NEVER and line.paid_until <= start


cdef inline bint is_pending(const Live *s, const Session *session) noexcept nogil:
    return session.line != NONE and pending_since(s, line_at(s, session.line)) != NEVER


cdef bint needs_rights(Live *s, const Session *session, const Contact *heard, const Told *use) noexcept nogil:
    """Whether this contact cannot be decided by what the session knows of its rights."""
    if session.rights_version < max(s.rights_version, team_at(s, session.team).rights_version) or heard.results:
        return True
    if NEVER != session.entitled_until <= s.now or seat_is_lost(s, session):
        return True
    if session.flags & IS_WAITING:
        return use.resumed_at != NEVER
    if session.line == NONE:
        return heard.ended_at == NEVER and needs_balance(session) and available(s, session.team) <= 0
    if is_pending(s, session) or needs_advance(s, line_at(s, session.line), heard.offline_until):
        return True
    return is_charged(s, session, use)


cdef int32_t elsewhere(const Live *s, int32_t entry, int64_t device, int64_t *count) noexcept nogil:
    """The first session, by id, on another device that stands in the way (D2), and how many do; NONE when none does.

    One without a first operation does not (S6).
    """
    cdef int32_t first = entry_at(s, entry).running
    cdef int32_t i = first
    cdef int32_t found = NONE
    count[0] = 0
    while i != NONE:
        if session_at(s, i).device != device and not session_at(s, i).flags & IS_WAITING:
            count[0] += 1
            if found == NONE or session_before(s, i, found):
                found = i
        i = session_at(s, i).at.ring.next
        if i == first:
            break
    return found


cdef void plan_contact(Live *s, int32_t i, const Contact *heard, Plan *plan) noexcept nogil:
    """What the contact will do; `needs_rights` if that cannot be said without them."""
    cdef const Session *session = session_at(s, i)
    cdef const Claims *claims = heard.rights
    cdef const Option *mine
    cdef Asking asking
    cdef bint charged
    plan.use = told(terms_at(s, session.team, s.now), session, s.now, heard.operated_at, heard.ended_at)
    plan.needs_rights = False
    plan.step = JUDGES
    plan.option = plan.mine = NULL
    plan.offline_until = heard.offline_until
    no_answer(&plan.decision, GRANTED)
    if claims == NULL:
        plan.needs_rights = needs_rights(s, session, heard, &plan.use)
        return
    asking_of(s, session, heard, &plan.use, &asking)
    if session.flags & IS_WAITING and plan.use.resumed_at != NEVER:
        plan_operation(s, session, claims, &asking, plan)
        return
    mine = still_held(s, session, claims)
    charged = is_charged(s, session, &plan.use)
    if mine == NULL and (heard.ended_at == NEVER or charged):
        plan.at = s.now if heard.ended_at == NEVER else heard.ended_at
        plan_hand_over(s, session, claims, &asking, plan)
        return
    plan.mine = mine
    if charged or heard.results or is_pending(s, session):
        plan.option = free_way(s, &asking, claims)
        if plan.option != NULL:
            plan.step = SERVES_FREE
            plan.decision.entitlement = plan.option.entitlement
            return
    if session.line != NONE:
        plan.option = charged_by(claims, team_at(s, session.team).team)


cdef void asking_of(
    const Live *s, const Session *session, const Contact *heard, const Told *use, Asking *asking,
) noexcept nogil:
    asking.user = session_user(s, session)
    asking.product_at = session_product(s, session)
    asking.product = product_at(s, asking.product_at).product
    asking.entry = session.entry
    asking.origin = session.origin
    asking.max_tokens = heard.consent if heard.consents else session.max_tokens
    asking.at = s.now
    asking.asked_team = asked_team(s, session)
    asking.active = goes_on(use, s.now)
    asking.operated = session.operations > 0 or use.operated_at > session.operated_at
    asking.team = team_at(s, session.team).team if session.line != NONE or is_metered(session) else 0


cdef void plan_operation(
    Live *s, const Session *session, const Claims *claims, Asking *asking, Plan *plan,
) noexcept nogil:
    """S6: the first operation of a session that waited for one is decided anew, as a sign-in (D2, section 5, C2)."""
    cdef int64_t count
    cdef int32_t other = elsewhere(s, session.entry, session.device, &count)
    plan.at = asking.at = plan.use.resumed_at
    if other != NONE:
        no_answer(&plan.decision, DENIED)
        plan.decision.reason = IN_USE_ELSEWHERE
        plan.decision.elsewhere_high = session_at(s, other).high
        plan.decision.elsewhere_low = session_at(s, other).low
        plan.step = BLOCKS
        return
    asking.active = asking.operated = True
    plan.option = walk(s, asking, claims, &plan.decision)
    plan.step = OPERATES
    if plan.option == NULL:
        unknown_is_refusal(claims, plan)
        plan.step = BLOCKS


cdef inline void unknown_is_refusal(const Claims *claims, Plan *plan) noexcept nogil:
    """A product without a rate has no way to be paid for."""
    if plan.decision.outcome == UNKNOWN:
        no_answer(&plan.decision, DENIED)
        plan.decision.reason = claims.refusal


cdef void plan_hand_over(
    Live *s, const Session *session, const Claims *claims, const Asking *asking, Plan *plan,
) noexcept nogil:
    """What the session ran under is gone: the next that holds serves, else it ends, at `plan.at`."""
    plan.option = walk(s, asking, claims, &plan.decision)
    if plan.option == NULL:
        unknown_is_refusal(claims, plan)
        plan.step = WITHDRAWS
    elif session.line != NONE:
        plan.step = SERVES_FREE
    else:
        plan.step = HANDS_OVER
        plan.active = asking.active
        plan.waits = waits(s, asking, plan.option)


# ---------------------------------------------------------------- apply

cdef void contact(Live *s, int32_t i, const Contact *heard, Plan *plan) noexcept nogil:
    """An open session is heard; the plan says with what, there is room, and it has why the session ended, if it did.
    """
    cdef Session *session = session_at(s, i)
    cdef const Terms *terms = terms_at(s, session.team, s.now)
    if s.now - session.contact_at > 2 * terms.heartbeat_interval:
        log_use(s, GAP, session.contact_at, session, 0)
    if plan.use.idle_at != NEVER:
        log_use(s, IDLE_EVENT, plan.use.idle_at, session, 0)
    if plan.use.resumed_at != NEVER and session.line == NONE and not session.flags & IS_WAITING:
        log_use(s, RESUME, plan.use.resumed_at, session, 0)
    if heard.consents:
        session.max_tokens = heard.consent
    if heard.rights != NULL:
        session.rights_version = heard.rights.version
        resolve(s, i, plan)
    if plan.step == JUDGES and session.line != NONE:
        judge(s, i, plan)
    set_contact(s, i, &plan.use, heard)
    if session.line != NONE:
        settle(s, session.line)
        place_advance(s, session.line, i, plan.option)
    set_deadline(s, i)


cdef void resolve(Live *s, int32_t i, Plan *plan) noexcept nogil:
    """E2, A6: what the rights make of the session."""
    cdef Session *session = session_at(s, i)
    if plan.step == BLOCKS:
        deny_session(s, i, plan.at, <Reason>plan.decision.reason)
    elif plan.step == WITHDRAWS:
        withdraw(s, i, plan)
    elif plan.step == OPERATES:
        operate(s, i, plan)
    elif plan.step == HANDS_OVER:
        hand_over(s, i, plan)
    else:
        if plan.mine != NULL:
            session.entitled_until = plan.mine.until
        if plan.step == SERVES_FREE:
            serve_free(s, i, plan)


cdef void withdraw(Live *s, int32_t i, Plan *plan) noexcept nogil:
    """A6: nothing holds any more. Use at a W that has passed ends there, with all of the line; else it ends now."""
    cdef Session *session = session_at(s, i)
    if session.line != NONE:
        if used_at_end(line_at(s, session.line), session, &plan.use, s.now):
            deny_line(s, session.line, <Reason>plan.decision.reason)
            return
        note_use(s, session.line, used_until(&plan.use, s.now))
    deny_session(s, i, plan.at, <Reason>plan.decision.reason)


cdef void deny_line(Live *s, int32_t line, Reason reason) noexcept nogil:
    """C6: all open sessions of a line end at W, in order of their ids."""
    cdef int64_t at = line_at(s, line).paid_until
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
    note_use(s, line, at)
    touch(s, line, 0)


cdef inline void note_use(Live *s, int32_t line, int64_t until) noexcept nogil:
    """The line was in use until an instant."""
    cdef Use *use = use_at(s, line_at(s, line).use)
    if until > use.used_until:
        use.used_until = until
        touch(s, line, 0)


# ---------------------------------------------------------------- the next entitlement (E2)

cdef int64_t entitle(Live *s, int32_t i, const Plan *plan) noexcept nogil:
    """The session runs under a candidate from now on; gives the sequence of the row of its team's use log."""
    cdef Session *session = session_at(s, i)
    cdef int64_t entitlement = plan.decision.entitlement
    if session.entitlement == SEAT:
        give_seat(s, session)
    if session.extra != NONE:
        extra_at(s, session.extra).borrowed_until = NEVER
    if session.team != plan.team:
        log_use(s, HANDED_OVER, s.now, session, entitlement)
    if entitlement == SEAT:
        take_seat(s, session, plan.option.pool)
    session.team = plan.team
    session.entitlement = <int8_t>entitlement
    session.entitled_until = plan.option.until
    return log_use(s, HANDED_OVER, s.now, session, entitlement)


cdef void serve_free(Live *s, int32_t i, const Plan *plan) noexcept nogil:
    """A subscription, trial or seat takes over: nothing is charged. A line that nobody else uses is in use no more."""
    cdef Session *session = session_at(s, i)
    cdef int32_t line = session.line
    if line != NONE:
        if plan.use.resumed_at != NEVER:
            log_use(s, RESUME, plan.use.resumed_at, session, 0)
        note_use(s, line, used_until(&plan.use, s.now))
        leave_line(s, i)
        session.line = NONE
        touch(s, line, 0)
        pass_hold_on(s, line)
        review_advance(s, line)
        if at_rest(use_at(s, line_at(s, line).use)):
            forget_terms(use_at(s, line_at(s, line).use))
    entitle(s, i, plan)


cdef void pass_hold_on(Live *s, int32_t line) noexcept nogil:
    """A pending hold stays for others whose use it pays or may pay; without them it goes, and was no free use (C8)."""
    cdef Use *use = use_at(s, line_at(s, line).use)
    cdef int32_t i = use.sessions
    cdef int32_t first = NONE
    if use.pending_since == NEVER:
        return
    while i != NONE:
        if session_at(s, i).state == ACTIVE or (
            is_late(session_at(s, i)) and session_at(s, i).end.ended_at > use.pending_since
        ):
            if first == NONE or session_before(s, i, first):
                first = i
        i = session_at(s, i).line_next
    if first == NONE:
        release(s, line)
    else:
        use.session_high = session_at(s, first).high
        use.session_low = session_at(s, first).low


cdef void hand_over(Live *s, int32_t i, const Plan *plan) noexcept nogil:
    cdef Session *session = session_at(s, i)
    cdef int64_t basis = entitle(s, i, plan)
    session.flags &= ~IS_WAITING
    if plan.waits:
        session.flags |= IS_WAITING
    elif plan.option.entitlement == TOKENS and not is_per_result(s, session_product(s, session)):
        begin_use(s, i, s.now, basis, plan.option, plan.decision.tokens, plan.active)


cdef void operate(Live *s, int32_t i, const Plan *plan) noexcept nogil:
    cdef Session *session = session_at(s, i)
    cdef int64_t basis = log_use(s, OPERATED, plan.at, session, 0)
    session.flags &= ~IS_WAITING
    if session.team != plan.team or plan.option.entitlement != TOKENS:
        basis = entitle(s, i, plan)
    else:
        session.entitlement = <int8_t>plan.decision.entitlement
        session.entitled_until = plan.option.until
    if plan.option.entitlement == TOKENS and not is_per_result(s, session_product(s, session)):
        begin_use(s, i, plan.at, basis, plan.option, plan.decision.tokens, True)
        note_use(s, session.line, used_until(&plan.use, s.now))


cdef void begin_use(
    Live *s, int32_t i, int64_t start, int64_t basis, const Option *option, int64_t tokens, bint active,
) noexcept nogil:
    """A session on tokens joins its line; active, its use begins at `start` (C1, C2)."""
    cdef Session *session = session_at(s, i)
    cdef Use *use
    session.line = line_ensure(s, session.entry, session.team)
    use = use_ensure(s, session.line)
    if at_rest(use):
        forget_terms(use)
    join_line(s, i)
    touch(s, session.line, 0)
    if tokens > 0:
        place_hold(s, session.line, session, start, basis, option)
    if active:
        use.used_until = max(use.used_until, start)


# ---------------------------------------------------------------- use

cdef void judge(Live *s, int32_t i, Plan *plan) noexcept nogil:
    """C5 at each W that has passed since the last contact, then C2 for use that began after it."""
    cdef Session *session = session_at(s, i)
    cdef Line *line = line_at(s, session.line)
    cdef const Terms *terms = terms_at(s, session.team, s.now)
    cdef Refusal refusal
    while used_at_end(line, session, &plan.use, s.now):
        if ends_before_renewal(session, terms):
            note_use(s, session.line, line.paid_until)
            deny_session(s, i, line.paid_until, CONSENT_REQUIRED)
            return
        refusal = renew(s, session.line, i, plan.option)
        if refusal.reason != NO_REASON:
            plan_refused(plan, &refusal)
            deny_line(s, session.line, <Reason>refusal.reason)
            return
    if begin_again(s, i, plan):
        note_use(s, session.line, used_until(&plan.use, s.now))


cdef inline void plan_refused(Plan *plan, const Refusal *refusal) noexcept nogil:
    """Why the session ends: what it does not keep itself."""
    plan.decision.cap = refusal.cap
    plan.decision.shortfall = refusal.shortfall


cdef bint begin_again(Live *s, int32_t i, Plan *plan) noexcept nogil:
    """Use that resumed, or is not covered (C2, C7); False if it may not be charged, and the session ends."""
    cdef Session *session = session_at(s, i)
    cdef Line *line = line_at(s, session.line)
    cdef int64_t start = begins(&plan.use, s.now)
    cdef bint covered = pending_since(s, line) != NEVER or line.paid_until > start
    cdef Consented by
    cdef Refusal refusal
    cdef int64_t basis
    if start == NEVER or (covered and plan.use.resumed_at == NEVER):
        return True
    if not covered:
        by = consented(terms_at(s, line.team, start), session.origin, session.max_tokens)
        refusal = may_charge(
            s, line.team, price_at(s, session_product(s, session), start).rate, start, plan.option, &by, False
        )
        if refusal.reason != NO_REASON:
            plan_refused(plan, &refusal)
            deny_session(s, i, start, <Reason>refusal.reason)
            return False
    basis = log_use(s, RESUME, start, session, 0)
    if not covered:
        place_hold(s, session.line, session, start, basis, plan.option)
    return True


cdef void set_contact(Live *s, int32_t i, const Told *use, const Contact *heard) noexcept nogil:
    cdef Session *session = session_at(s, i)
    if use.operated_at > session.operated_at:
        session.operations += 1
    session.operated_at = use.operated_at
    session.contact_at = s.now
    session.absence = s.absence
    touch_session(s, i)
    if not is_open(session):
        return
    if heard.ended_at != NEVER:
        end_session(s, i, CLOSED, heard.ended_at)
        return
    set_state(s, session, ACTIVE if goes_on(use, s.now) else IDLE)
    if session.entitlement == SEAT or session.line != NONE:
        borrow(s, session, heard.offline_until)
