# One command at a time: due timers, check, reserve, apply. `False` means out of memory, and then nothing has changed.

cdef bint reserve(Live *s, int64_t slices, int64_t sessions, int64_t caps) noexcept nogil:
    """Room for a command that moves tokens of so many slices, logs, ends or dirties so many sessions and lines, and
    counts or takes back in so many periods of caps.
    """
    return (
        array_reserve(&s.rows[LEDGER], LEDGER_WIDTH * sizeof(int64_t), 2 * slices + 2)
        and array_reserve(&s.rows[USE_LOG], USE_LOG_WIDTH * sizeof(int64_t), 2 * sessions + caps + 8)
        and array_reserve(&s.rows[CAP_ENTRY], CAP_ENTRY_WIDTH * sizeof(int64_t), caps)
        and pool_reserve(&s.counted, caps)
        and array_reserve(&s.rows[DEVICE], DEVICE_WIDTH * sizeof(int64_t), 1)
        and array_reserve(&s.rows[DEVICE_NAME], DEVICE_NAME_WIDTH * sizeof(int64_t), 1)
        and array_reserve(&s.dirty_sessions, sizeof(int32_t), sessions + 2)
        and array_reserve(&s.dirty_lines, sizeof(int32_t), sessions + 2)
        and array_reserve(&s.dirty_packs, sizeof(int32_t), slices + 2)
        and array_reserve(&s.timers, sizeof(Timer), sessions + 3)
        and (s.scratch.capacity >= 2 * sessions or array_grow(&s.scratch, sizeof(int32_t), 2 * sessions))
        and pool_reserve(&s.slices, slices)
        and pool_reserve(&s.free_uses, sessions + 1)
        and pool_reserve(&s.uses, 1)
        and pool_reserve(&s.extras, 1)
    )


cdef inline int64_t slice_count(const Live *s, int32_t i) noexcept nogil:
    cdef int64_t count = 0
    while i != NONE:
        count += 1
        i = slice_at(s, i).next
    return count


cdef int64_t hold_slices(const Live *s, int32_t line) noexcept nogil:
    """Of what the line holds, now and in advance."""
    cdef const Use *use
    if line == NONE or line_at(s, line).use == NONE:
        return 0
    use = use_at(s, line_at(s, line).use)
    return slice_count(s, use.hold) + slice_count(s, use.advance)


cdef int64_t windows_until(const Live *s, const Line *line, int64_t at) noexcept nogil:
    """How many windows there are from W on that begin until an instant."""
    cdef int64_t w = line.paid_until
    cdef int64_t count = 0
    while w <= at:
        count += 1
        w = window_end(s, line.team, w, w)
    return count


cdef bint reserve_serving(Live *s, const Session *session, Plan *plan) noexcept nogil:
    """Room for the candidate that is to serve; its team is known from here on."""
    plan.team = session.team
    if plan.step == JUDGES or plan.step == WITHDRAWS or plan.step == BLOCKS:
        return True
    plan.team = team_ensure(s, plan.option.team)
    return (
        plan.team != NONE
        and (plan.decision.entitlement != SEAT or reserve_seat(s, plan.option.pool))
        and pool_reserve(&s.lines, 1)
    )


cdef int64_t all_slices(Live *s, int32_t team) noexcept nogil:
    """No hold takes more of what a team has free."""
    available(s, team)
    return team_at(s, team).order.count - team_at(s, team).head + 2


cdef bint reserve_contact(Live *s, int32_t i, Plan *plan, const Given *fact) noexcept nogil:
    """Room for all that a contact may bring: renewals, a hold, another line, an end of all sessions of the line, a
    refund or NULL.
    """
    cdef const Session *session = session_at(s, i)
    cdef const Option *option = plan.option
    cdef int64_t caps
    cdef const Line *line
    cdef int64_t slices = 0
    cdef int64_t sessions = 2
    cdef int64_t windows = 0
    cdef int32_t other
    if plan.step == SERVES_FREE:
        option = NULL
    if not reserve_serving(s, session, plan):
        return False
    if plan.decision.tokens > 0 and option != NULL:
        slices = count_slices(s, plan.team, plan.decision.tokens)
    if plan.offline_until != NEVER:
        slices += all_slices(s, plan.team)
    if session.line != NONE:
        line = line_at(s, session.line)
        slices += hold_slices(s, session.line)
        if line.paid_until <= s.now:
            if session.contact_at < line.paid_until:
                windows = windows_until(s, line, s.now)
                other = use_at(s, line.use).sessions
                while other != NONE:
                    sessions += 1
                    other = session_at(s, other).line_next
            slices += all_slices(s, line.team) + 2 * (windows + 1)
    caps = counted_caps(s, session.line) + (0 if option == NULL else option.cap_count * (windows + 2))
    if not (
        reserve_periods(s, session.line, windows + 5)
        and reserve_option(s, option, windows + 5)
        and reserve_given(s, fact, windows + 5)
    ):
        return False
    if fact != NULL:
        slices += 2 * fact.count + 1
        caps += fact.cap_count
        if not reserve_packs(s, session.team, s.counters[PACK_ID], 1):
            return False
    return reserve(s, slices, sessions + windows, caps)


cdef bint reserve_checkout(Live *s, const Signin *command, Found *found, const Answer *answer) noexcept nogil:
    cdef const Option *option = found.option
    cdef int64_t slices = 0
    cdef int64_t caps = 0 if option == NULL else 2 * option.cap_count
    cdef int32_t first, i
    found.team = team_ensure(s, answer.team)
    if found.team == NONE:
        return False
    if answer.tokens > 0:
        slices = count_slices(s, found.team, answer.tokens)
    if command.offline_until != NEVER:
        slices += all_slices(s, found.team)
    if found.left > 0:
        first = i = entry_at(s, found.entry).running
        while True:
            slices += hold_slices(s, session_at(s, i).line)
            caps += counted_caps(s, session_at(s, i).line)
            if not reserve_periods(s, session_at(s, i).line, 2 * found.left + 2):
                return False
            i = session_at(s, i).at.ring.next
            if i == first:
                break
    return (
        reserve(s, slices, 2 * found.left + 1, caps)
        and reserve_option(s, option, 2 * found.left + 2)
        and pool_reserve(&s.sessions, 1)
        and pool_reserve(&s.extras, 1)
        and (answer.entitlement != SEAT or reserve_seat(s, found.option.pool))
        and pool_reserve(&s.entries, 1)
        and pool_reserve(&s.devices, 1)
        and pool_reserve(&s.lines, 1)
        and index_reserve(&s.by_session, session_hash(command.high, command.low), 1)
        and (found.entry != NONE or index_reserve(&s.by_entry, mix_two(command.user, found.product), 1))
        and (found.device != 0 or ids_reserve(&s.device_ids, command.digest_high, command.digest_low))
    )


# ---------------------------------------------------------------- timers

cdef inline bint is_captured_at(const Use *use, int64_t at) noexcept nogil:
    return use != NULL and use.pending_since != NEVER and use.capture_at == at


cdef inline bint is_advanced_to(const Use *use, int64_t at) noexcept nogil:
    return use != NULL and use.advance != NONE and use.advance_at == at


cdef bint is_due(const Live *s, const Timer *timer) noexcept nogil:
    """Whether the timer still means something; its subject may have outlived it or gone."""
    cdef const Pack *pack
    cdef const Line *line
    cdef const Session *session
    if timer.phase == PACKS:
        pack = pack_at(s, timer.item)
        return pack.pack != 0 and not pack.ended and pack.ends_at == timer.at
    if timer.phase == CAPTURES:
        line = line_at(s, timer.item)
        return is_captured_at(use_of(s, line), timer.at) or is_advanced_to(use_of(s, line), timer.at)
    session = session_at(s, timer.item)
    return is_open(session) and session.end.armed == timer.at


cdef void expire_pack(Live *s, int32_t i) noexcept nogil:
    """P4: the free remainder is forfeited; tokens under a hold outlive the end."""
    cdef Pack *pack = pack_at(s, i)
    cdef int64_t left = pack.remaining - pack.held
    available(s, pack.team)
    pack_leave(s, i)
    pack.ended = True
    if left != 0:
        enter(s, EXPIRY, i, -left, pack.ends_at, 0)
    touch_pack(s, i)


cdef void expire_lease(Live *s, int32_t i, int64_t at) noexcept nogil:
    """S5: no contact until the end of the lease. A pending hold stays: when its use ended is not known."""
    cdef Session *session = session_at(s, i)
    cdef int64_t ends = lease_end(s, session)
    if ends <= at:
        end_session(s, i, EXPIRED, ends)
    else:
        session.end.armed = ends
        timer_push(s, ends, LEASES, i)


cdef bint fire(Live *s, const Timer *timer) noexcept nogil:
    cdef int32_t line = timer.item if timer.phase == CAPTURES else NONE
    if not (
        reserve(s, max(1, hold_slices(s, line)), 1, counted_caps(s, line)) and reserve_periods(s, line, 1)
    ):
        return False
    s.now = max(s.now, timer.at)
    if timer.phase == PACKS:
        expire_pack(s, timer.item)
    elif timer.phase == LEASES:
        expire_lease(s, timer.item, timer.at)
    elif is_captured_at(use_of(s, line_at(s, line)), timer.at):
        capture(s, line, timer.at)
    else:
        capture_advance(s, line)
    return True


cdef bint postpone(Live *s) noexcept nogil:
    """T2: while the clock is not confirmed no pack ends."""
    if not array_reserve(&s.deferred, sizeof(Timer), 1):
        return False
    (<Timer *>s.deferred.data)[s.deferred.count] = (<Timer *>s.timers.data)[0]
    s.deferred.count += 1
    timer_pop(s)
    return True


cdef bint gather_due(Live *s) noexcept nogil:
    """Take the timers of the first instant and phase; the subjects of those that mean something are `due`."""
    cdef const Timer *heap = <const Timer *>s.timers.data
    cdef Timer first = heap[0]
    s.due.count = 0
    while s.timers.count > 0 and heap[0].at == first.at and heap[0].phase == first.phase:
        if is_due(s, &heap[0]):
            if not array_reserve(&s.due, sizeof(int32_t), 1):
                return False
            int32_push(&s.due, heap[0].item)
        timer_pop(s)
    return True


cdef bint fire_instant(Live *s) noexcept nogil:
    """All timers of the first instant and phase, by id (T4). Out of memory, those that did not run are set again."""
    cdef Timer timer = (<Timer *>s.timers.data)[0]
    cdef int64_t ran = 0
    cdef bint able
    if timer.phase == PACKS and s.forfeits_suspended:
        return postpone(s)
    able = gather_due(s)
    sort_items(s, <Phase>timer.phase, <int32_t *>s.due.data, s.due.count)
    while able and ran < s.due.count:
        timer.item = (<int32_t *>s.due.data)[ran]
        able = not is_due(s, &timer) or fire(s, &timer)
        ran += able
    while ran < s.due.count:
        timer_push(s, timer.at, <Phase>timer.phase, (<int32_t *>s.due.data)[ran])
        ran += 1
    return able


cdef bint advance(Live *s, int64_t now) noexcept nogil:
    """Run what is due before a command at `now` (T4)."""
    cdef const Timer *first
    while s.timers.count > 0:
        first = <const Timer *>s.timers.data
        if first.at > now or (first.at == now and first.phase >= COMMANDS):
            break
        if not fire_instant(s):
            return False
    s.now = max(s.now, now)
    return True
