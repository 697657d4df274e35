# Borrowing past W (S4): the next window is held in advance, and charged at W without contact.

cdef bint needs_advance(const Live *s, const Line *line, int64_t until) noexcept nogil:
    """Somebody who borrows until then needs the window from W too."""
    cdef const Use *use = use_of(s, line)
    return (use == NULL or use.advance == NONE) and s.now < paid_until(s, line) < until


cdef void place_advance(Live *s, int32_t i, int32_t by, const Option *option) noexcept nogil:
    """A session that is borrowed past W has the window from W held, if it may be charged (C5, as if made at W)."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef const Session *session = session_at(s, by)
    cdef int64_t at = paid_until(s, line)
    cdef const Terms *terms = terms_at(s, line.team, at)
    cdef Price price = price_at(s, entry_at(s, line.entry).product, at)
    cdef Consented all
    if session.state != ACTIVE or not needs_advance(s, line, borrowed_until(s, session)):
        return
    all = renewal_consent(s, i, by, at)
    if terms.end_before_renewal or may_charge(s, line.team, price.rate, at, option, &all, True).reason != NO_REASON:
        return
    use.advance_at = at
    use.advance_rate = price.rate
    use.advance_rate_version = price.version
    use.advance_policy_version = terms.version
    use.advance = hold_tokens(s, line.team, price.rate)
    count_caps(s, i, session, option, at, price.rate, &use.advance_counted)
    timer_push(s, at, CAPTURES, i)
    touch(s, i, TOUCH_HOLD)


cdef int32_t borrower(const Live *s, const Use *use) noexcept nogil:
    """Of those that use the line and are borrowed past the W that is held in advance, the one with the lowest id."""
    cdef int32_t first = NONE
    cdef int32_t i = use.sessions
    while i != NONE:
        if session_at(s, i).state == ACTIVE and borrowed_until(s, session_at(s, i)) > use.advance_at:
            if first == NONE or session_before(s, i, first):
                first = i
        i = session_at(s, i).line_next
    return first


cdef void review_advance(Live *s, int32_t i) noexcept nogil:
    """What is held in advance goes when nobody borrows past that W any more, or W is another."""
    cdef Use *use = use_of(s, line_at(s, i))
    if use == NULL or use.advance == NONE:
        return
    if borrower(s, use) != NONE and paid_until(s, line_at(s, i)) == use.advance_at:
        return
    free_tokens(s, use.advance)
    uncount_list(s, i, use.advance_at, &use.advance_counted, use.advance_rate)
    use.advance = NONE
    use.advance_at = NEVER
    use.advance_rate = use.advance_rate_version = use.advance_policy_version = 0
    touch(s, i, TOUCH_HOLD)


cdef void capture_advance(Live *s, int32_t i) noexcept nogil:
    """W has come and nobody was heard: the window is charged. Word that use ended until W takes it back (S5)."""
    cdef const Use *use = use_at(s, line_at(s, i).use)
    review_advance(s, i)
    if use.advance != NONE:
        use_advance(s, i, session_at(s, borrower(s, use)), use.advance_at)


cdef void use_advance(Live *s, int32_t i, const Session *session, int64_t capture_at) noexcept nogil:
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef int64_t at = use.advance_at
    use.rate = use.advance_rate
    use.rate_version = use.advance_rate_version
    use.policy_version = use.advance_policy_version
    use.session_high = session.high
    use.session_low = session.low
    use.basis = log_use(s, RENEWED, at, session, 0)
    line.paid_until = window_end(s, line.team, at, at)
    use.window_start = at
    use.capture_at = capture_at
    charge(s, i, use.advance, at, True)
    forget_counted(s, &use.advance_counted)
    use.advance = NONE
    touch(s, i, TOUCH_HOLD)


cdef inline bint came_in_advance(const Use *use) noexcept nogil:
    """The window was held in advance and charged at W without contact."""
    return NEVER != use.advance_at == use.window_start


cdef int64_t lease_covers(const Live *s, const Session *session, int64_t margin) noexcept nogil:
    """S4: how long a lease may be by what is paid or held; past W for a session that is borrowed alone."""
    cdef const Line *line = line_at(s, session.line)
    cdef const Use *use = use_at(s, line.use)
    cdef int64_t until = paid_until(s, line) + margin
    cdef int64_t borrowed = borrowed_until(s, session)
    if use.advance != NONE and borrowed > use.advance_at:
        return max(until, min(borrowed, window_end(s, line.team, use.advance_at, use.advance_at) + margin))
    return until
