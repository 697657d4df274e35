# How a line is charged (SPEC 3): holds, captures, voids, renewals. Nothing here can fail: whoever calls has reserved
# the memory (`_core_decide.pxi`).

cdef inline Entry *entry_at(const Live *s, int32_t i) noexcept nogil:
    return <Entry *>pool_place(s.entries.chunks, i, sizeof(Entry))


cdef inline Line *line_at(const Live *s, int32_t i) noexcept nogil:
    return <Line *>pool_place(s.lines.chunks, i, sizeof(Line))


cdef inline Use *use_at(const Live *s, int32_t i) noexcept nogil:
    return <Use *>pool_place(s.uses.chunks, i, sizeof(Use))


cdef inline Slice *slice_at(const Live *s, int32_t i) noexcept nogil:
    return <Slice *>pool_place(s.slices.chunks, i, sizeof(Slice))


cdef inline FreeUse *free_use_at(const Live *s, int32_t i) noexcept nogil:
    return <FreeUse *>pool_place(s.free_uses.chunks, i, sizeof(FreeUse))


cdef inline int32_t line_find(const Live *s, int32_t entry, int32_t team) noexcept nogil:
    cdef int32_t i
    if entry == NONE or team == NONE:
        return NONE
    i = entry_at(s, entry).lines
    while i != NONE and line_at(s, i).team != team:
        i = line_at(s, i).next
    return i


cdef int32_t line_ensure(Live *s, int32_t entry, int32_t team) noexcept nogil:
    """The line of an entry in a team, made if it is new."""
    cdef int32_t i = line_find(s, entry, team)
    cdef Line *line
    if i != NONE:
        return i
    i = pool_take(&s.lines)
    line = line_at(s, i)
    line.entry = entry
    line.team = team
    line.use = NONE
    line.paid_until = NEVER
    line.next = entry_at(s, entry).lines
    entry_at(s, entry).lines = i
    return i


cdef Use *use_ensure(Live *s, int32_t i) noexcept nogil:
    """The rest of a line, made if it had none."""
    cdef Line *line = line_at(s, i)
    cdef Use *use
    if line.use == NONE:
        line.use = pool_take(&s.uses)
        use = use_at(s, line.use)
        use.line = i
        use.sessions = use.hold = use.free_uses = use.counted = use.advance = use.advance_counted = NONE
        use.window_start = use.pending_since = use.capture_at = use.used_until = use.advance_at = NEVER
    return use_at(s, line.use)


cdef inline Use *use_of(const Live *s, const Line *line) noexcept nogil:
    """NULL for a line of which only W is left."""
    return NULL if line.use == NONE else use_at(s, line.use)


cdef inline int64_t pending_since(const Live *s, const Line *line) noexcept nogil:
    return NEVER if line.use == NONE else use_at(s, line.use).pending_since


cdef inline int64_t window_start(const Live *s, const Line *line) noexcept nogil:
    """NEVER for a line of which only W is left."""
    return NEVER if line.use == NONE else use_at(s, line.use).window_start


cdef inline int64_t paid_until(const Live *s, const Line *line) noexcept nogil:
    """W; while a hold is pending, what W will be."""
    cdef const Use *use = use_of(s, line)
    if use == NULL or use.pending_since == NEVER:
        return line.paid_until
    return window_end(s, line.team, use.pending_since, use.capture_at)


cdef inline bint at_rest(const Use *use) noexcept nogil:
    """No session is remembered and no hold runs: only W and the free uses of C8 still matter (R7)."""
    return use.sessions == NONE and use.pending_since == NEVER


cdef inline void forget_terms(Use *use) noexcept nogil:
    """What a late check-in would need is over with the last session."""
    use.charge = use.rate = use.rate_version = use.policy_version = use.basis = 0
    use.session_high = use.session_low = 0
    use.window_start = use.capture_at = use.used_until = use.advance_at = NEVER
    use.advance_rate = use.advance_rate_version = use.advance_policy_version = 0


cdef inline void forget_use(Live *s, Line *line) noexcept nogil:
    """A line at rest, with nothing to write, no free uses and no rest of results, keeps W alone."""
    cdef Use *use = use_of(s, line)
    if use != NULL and at_rest(use) and use.free_uses == NONE and use.units == 0 and not use.dirty:
        pool_give(&s.uses, line.use)
        line.use = NONE


cdef inline void touch(Live *s, int32_t i, int what) noexcept nogil:
    """The line's row is to be written, and its hold or free uses as `what` says."""
    cdef Use *use = use_at(s, line_at(s, i).use)
    if not use.dirty:
        int32_push(&s.dirty_lines, i)
    use.dirty |= TOUCH_LINE | what


cdef inline void touch_pack(Live *s, int32_t i) noexcept nogil:
    if not pack_at(s, i).dirty:
        pack_at(s, i).dirty = True
        int32_push(&s.dirty_packs, i)


cdef inline bint unknown_since(const Live *s, const Use *use, int64_t since, int32_t but) noexcept nogil:
    """Some session, other than `but`, went out of contact for good after `since` and nobody said when its use ended."""
    cdef int32_t i = use.sessions if use.lost > 0 else NONE
    cdef const Session *session
    while i != NONE:
        session = session_at(s, i)
        if is_late(session) and session.end.ended_at > since and i != but:
            return True
        i = session.line_next
    return False


# ---------------------------------------------------------------- free uses (C8)

cdef bint has_free_use(const Live *s, const Use *use, int64_t at) noexcept nogil:
    """Whether a free use began in the 24 h before an instant or after it."""
    cdef int32_t i = NONE if use == NULL else use.free_uses
    while i != NONE:
        if free_use_at(s, i).began_at >= at - DAY:
            return True
        i = free_use_at(s, i).next
    return False


cdef int64_t free_time(const Live *s, const Use *use, int64_t at) noexcept nogil:
    """How long the free uses that began in the 24 h before an instant were."""
    cdef int64_t total = 0
    cdef int32_t i = NONE if use == NULL else use.free_uses
    while i != NONE:
        if free_use_at(s, i).began_at >= at - DAY:
            total += free_use_at(s, i).ended_at - free_use_at(s, i).began_at
        i = free_use_at(s, i).next
    return total


cdef void add_free_use(Live *s, Use *use, int64_t began_at, int64_t ended_at) noexcept nogil:
    """One more at the end of the list."""
    cdef int32_t *link = &use.free_uses
    cdef int32_t i = pool_take(&s.free_uses)
    while link[0] != NONE:
        link = &free_use_at(s, link[0]).next
    link[0] = i
    free_use_at(s, i).next = NONE
    free_use_at(s, i).began_at = began_at
    free_use_at(s, i).ended_at = ended_at


cdef void forget_free_uses(Live *s, Use *use, int64_t before) noexcept nogil:
    """Those that began before an instant go."""
    cdef int32_t *link = &use.free_uses
    cdef int32_t i
    while link[0] != NONE:
        i = link[0]
        if free_use_at(s, i).began_at < before:
            link[0] = free_use_at(s, i).next
            pool_give(&s.free_uses, i)
        else:
            link = &free_use_at(s, i).next


cdef int64_t would_end(const Live *s, int32_t team, int32_t line, int64_t start) noexcept nogil:
    """The end of the window that a hold placed at `start` would pay for; the line may be NONE."""
    cdef const Use *use = NULL if line == NONE else use_of(s, line_at(s, line))
    return window_end(s, team, start, grace_ends(s, use, terms_at(s, team, start), start))


cdef int64_t grace_ends(const Live *s, const Use *use, const Terms *terms, int64_t start) noexcept nogil:
    """Until when use from `start` on is free (C3, C8); `start - 1` when it has no grace."""
    cdef int64_t at = start
    cdef int64_t until
    if terms.grace_mode == ONCE_24H and has_free_use(s, use, start):
        return start - 1
    if terms.grace_mode != CUMULATIVE_24H:
        return start + terms.grace
    while True:
        until = max(at, start + terms.grace - free_time(s, use, at))
        if until == at:
            return at
        at = until


# ---------------------------------------------------------------- holds and charges

cdef void charge(Live *s, int32_t i, int32_t first, int64_t effective_at, bint held) noexcept nogil:
    """Ledger entries for slices, which go; `held`: they were under a hold."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef int32_t following
    cdef int64_t seq
    cdef Slice *slice
    cdef Pack *pack
    use.charge = 0
    while first != NONE:
        slice = slice_at(s, first)
        pack = pack_at(s, slice.pack)
        if held:
            pack.held -= slice.tokens
            team_at(s, pack.team).held -= slice.tokens
            if pack.live:
                team_at(s, pack.team).available += slice.tokens
        seq = enter_charge(s, slice.pack, slice.tokens, effective_at, line)
        if use.charge == 0:
            use.charge = seq
        following = slice.next
        pool_give(&s.slices, first)
        first = following


cdef void capture(Live *s, int32_t i, int64_t effective_at) noexcept nogil:
    """C4: the charge takes exactly the slices that were held."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    line.paid_until = paid_until(s, line)
    use.window_start = use.pending_since
    charge(s, i, use.hold, effective_at, True)
    forget_counted(s, &use.counted)
    use.pending_since = NEVER
    use.hold = NONE
    touch(s, i, TOUCH_HOLD)


cdef int32_t hold_tokens(Live *s, int32_t team, int64_t tokens) noexcept nogil:
    """Reserve exact slices; the balance covers them."""
    cdef int32_t first = take_slices(s, team, tokens)
    cdef int32_t i = first
    while i != NONE:
        pack_at(s, slice_at(s, i).pack).held += slice_at(s, i).tokens
        i = slice_at(s, i).next
    team_at(s, team).held += tokens
    team_at(s, team).available -= tokens
    return first


cdef void free_tokens(Live *s, int32_t first) noexcept nogil:
    """Held slices go; tokens of a pack that has ended meanwhile are forfeited now (P4)."""
    cdef int32_t following
    cdef Slice *slice
    cdef Pack *pack
    while first != NONE:
        slice = slice_at(s, first)
        pack = pack_at(s, slice.pack)
        pack.held -= slice.tokens
        team_at(s, pack.team).held -= slice.tokens
        if pack.live:
            team_at(s, pack.team).available += slice.tokens
        tokens_came_free(s, pack)
        if pack.ended:
            enter(s, EXPIRY, slice.pack, -slice.tokens, s.now, 0)
        following = slice.next
        pool_give(&s.slices, first)
        first = following


cdef void place_hold(
    Live *s, int32_t i, const Session *session, int64_t start, int64_t basis, const Option *option,
) noexcept nogil:
    """C2: reserve the rate in force at `start`; it may be charged. Without a grace it is captured at once (C8)."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef Price price = price_at(s, entry_at(s, line.entry).product, start)
    cdef const Terms *terms = terms_at(s, line.team, start)
    use.rate = price.rate
    use.rate_version = price.version
    use.policy_version = terms.version
    use.basis = basis
    use.session_high = session.high
    use.session_low = session.low
    use.pending_since = use.used_until = start
    use.capture_at = grace_ends(s, use, terms, start)
    use.hold = hold_tokens(s, line.team, price.rate)
    count_caps(s, i, session, option, start, price.rate, &use.counted)
    touch(s, i, TOUCH_HOLD)
    if use.capture_at < start:
        capture(s, i, start)
    else:
        timer_push(s, use.capture_at, CAPTURES, i)


cdef void release(Live *s, int32_t i) noexcept nogil:
    """The hold goes, and nothing is said of it."""
    cdef Use *use = use_at(s, line_at(s, i).use)
    free_tokens(s, use.hold)
    uncount_list(s, i, use.pending_since, &use.counted, use.rate)
    use.hold = NONE
    use.pending_since = NEVER
    touch(s, i, TOUCH_HOLD)


cdef void void_hold(Live *s, int32_t i) noexcept nogil:
    """C3: a free sign-in."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef const Session *session = session_at(s, session_find(s, use.session_high, use.session_low))
    log_use(s, FREE, use.pending_since, session, 0)
    if terms_at(s, line.team, use.pending_since).grace_mode != PER_SESSION:
        forget_free_uses(s, use, s.now - DAY)
        add_free_use(s, use, use.pending_since, use.used_until)
        touch(s, i, TOUCH_FREE_USES)
    release(s, i)


cdef void settle(Live *s, int32_t i) noexcept nogil:
    """C3: when all use of a pending line has ended inside the grace, the hold is voided."""
    cdef const Use *use = use_of(s, line_at(s, i))
    if use == NULL:
        return
    if use.pending_since != NEVER and use.active == 0 and use.used_until <= use.capture_at:
        if not unknown_since(s, use, use.pending_since, NONE):
            void_hold(s, i)
    if use.advance != NONE:
        review_advance(s, i)


cdef Consented renewal_consent(const Live *s, int32_t i, int32_t by, int64_t at) noexcept nogil:
    """The consent to a renewal (Q2): of the sessions that use the line, the one that is heard too."""
    cdef const Line *line = line_at(s, i)
    cdef const Terms *terms = terms_at(s, line.team, at)
    cdef Consented all = nobody()
    cdef int32_t other = use_at(s, line.use).sessions
    cdef const Session *session
    while other != NONE:
        session = session_at(s, other)
        if (other == by or session.state == ACTIVE) and not session.flags & (IS_WAITING | ENDS_BEFORE_RENEWAL):
            also(&all, terms, session.origin, session.max_tokens)
        other = session.line_next
    return all


cdef Refusal renew(Live *s, int32_t i, int32_t by, const Option *option) noexcept nogil:
    """C5: the next charge, effective at W, by rate, contract and caps of W and the packs of now; or why not (C6).

    A hold placed since W is taken back first: use at W was not known then (SPEC 14).
    """
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_at(s, line.use)
    cdef const Session *session = session_at(s, by)
    cdef int64_t at = line.paid_until
    cdef Price price = price_at(s, entry_at(s, line.entry).product, at)
    cdef Consented all = renewal_consent(s, i, by, at)
    cdef Refusal refusal
    if use.pending_since != NEVER:
        release(s, i)
    if use.advance != NONE and use.advance_at == at:
        use_advance(s, i, session, at - 1)
        return allowed()
    refusal = may_charge(s, line.team, price.rate, at, option, &all, True)
    if refusal.reason != NO_REASON:
        return refusal
    use.rate = price.rate
    use.rate_version = price.version
    use.policy_version = terms_at(s, line.team, at).version
    use.session_high = session.high
    use.session_low = session.low
    use.basis = log_use(s, RENEWED, at, session, 0)
    line.paid_until = window_end(s, line.team, at, at)
    use.window_start = at
    use.capture_at = at - 1
    charge(s, i, take_slices(s, line.team, price.rate), at, False)
    count_caps(s, i, session, option, at, price.rate, NULL)
    touch(s, i, 0)
    return refusal


cdef bint nothing(const Live *s, const Line *line, int64_t now) noexcept nogil:
    """R7: a line with W past, no hold, session, rest of results or free use that still counts is nothing."""
    cdef const Use *use = use_of(s, line)
    if line.paid_until > now:
        return False
    return use == NULL or (at_rest(use) and use.units == 0 and not has_free_use(s, use, now))
