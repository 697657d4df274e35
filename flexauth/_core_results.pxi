# Products that are charged per result (C13): units add up per line, each full N takes its tokens at once.

cdef inline int64_t units_left(const Live *s, const Session *session) noexcept nogil:
    """The line's rest: units of an open session's line that have made no full N yet."""
    cdef int32_t line = line_find(s, session.entry, session.team)
    return 0 if line == NONE or line_at(s, line).use == NONE else use_at(s, line_at(s, line).use).units


cdef int64_t full_results(const Live *s, const Session *session, int64_t units) noexcept nogil:
    """How many full N these units make, with the line's rest."""
    if session.entitlement != TOKENS:
        return 0
    return (units + units_left(s, session)) // product_at(s, session_product(s, session)).result_units


cdef Refusal report(Live *s, int32_t i, int64_t units, const Option *option, int64_t *tokens) noexcept nogil:
    """Units of an open session: why they are refused, or the tokens that they took.

    A subscription, trial or seat pays for its results.
    """
    cdef const Session *session = session_at(s, i)
    cdef const Product *product = product_at(s, session_product(s, session))
    cdef int64_t full = full_results(s, session, units)
    cdef Consented by = consented(terms_at(s, session.team, s.now), session.origin, session.max_tokens)
    cdef Refusal refusal = allowed()
    cdef int64_t basis
    cdef int32_t line
    tokens[0] = full * product.result_tokens
    if full > 0:
        refusal = may_charge(s, session.team, tokens[0], s.now, option, &by, False)
    if refusal.reason != NO_REASON:
        log_use(s, DENIED_EVENT, s.now, session, refusal.reason)
        tokens[0] = 0
        return refusal
    basis = log_use(s, RESULT, s.now, session, units)
    if session.entitlement == TOKENS:
        line = line_ensure(s, session.entry, session.team)
        use_ensure(s, line).units += units - full * product.result_units
        touch(s, line, 0)
        if full > 0:
            charge_results(s, line, session, tokens[0], basis, option)
    return refusal


cdef void charge_results(
    Live *s, int32_t i, const Session *session, int64_t tokens, int64_t basis, const Option *option,
) noexcept nogil:
    """A charge without a window; the line's own terms stay as they are."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef Line own_line = line[0]
    cdef Use own = use[0]
    use.rate = product_at(s, entry_at(s, line.entry).product).result_tokens
    use.rate_version = 0
    use.policy_version = terms_at(s, line.team, s.now).version
    use.basis = basis
    use.session_high = session.high
    use.session_low = session.low
    line.paid_until = use.window_start = s.now
    charge(s, i, take_slices(s, line.team, tokens), s.now, False)
    line[0] = own_line
    use[0] = own
    count_caps(s, i, session, option, s.now, tokens, NULL)


cdef Verdict decide_report(Live *s, const Contact *command, int64_t units, Answer *answer) noexcept nogil:
    """A contact, and then the results; nothing of them is taken from a session that is over."""
    cdef int32_t i = session_find(s, command.high, command.low)
    cdef Session *session = NULL if i == NONE else session_at(s, i)
    cdef Plan plan
    cdef Refusal refusal
    cdef int64_t tokens
    if i == NONE or not is_per_result(s, session_product(s, session)):
        no_answer(answer, UNKNOWN)
        return DECIDED
    no_answer(&plan.decision, GRANTED)
    if is_open(session):
        plan_contact(s, i, command, &plan)
        if plan.needs_rights:
            lack_rights(s, session, answer)
            return DECIDED
        if not reserve_contact(s, i, &plan, NULL) or not reserve_report(s, command.rights, &plan):
            return NO_MEMORY
        # From here on nothing can fail.
        contact(s, i, command, &plan)
    if not is_open(session):
        facts(s, session, answer)
        say_why(&plan, answer)
        answer.outcome = DENIED
        return DECIDED
    refusal = report(s, i, units, charged_by(command.rights, team_at(s, session.team).team), &tokens)
    facts(s, session, answer)
    answer.tokens = tokens
    answer.units = units_left(s, session)
    if refusal.reason != NO_REASON:
        answer.outcome = DENIED
        answer.reason = refusal.reason
        answer.cap = refusal.cap
        answer.shortfall = refusal.shortfall
    return DECIDED


cdef bint reserve_report(Live *s, const Claims *rights, const Plan *plan) noexcept nogil:
    """Room for the contact and the charge together."""
    cdef const Option *option = charged_by(rights, team_at(s, plan.team).team)
    return (
        reserve(s, all_slices(s, plan.team), 4, 0 if option == NULL else option.cap_count)
        and reserve_option(s, option, 2)
        and pool_reserve(&s.lines, 1)
    )
