# Calendars (C9) and caps (Q3): windows that end with the day, and what counts in which period.

cdef enum:
    KEPT = 32                   # periods of a cap that are remembered: that of now and those before it

cdef inline Calendar *calendar_at(const Live *s, int32_t i) noexcept nogil:
    return <Calendar *>pool_place(s.calendars.chunks, i, sizeof(Calendar))


cdef inline Cap *cap_at(const Live *s, int32_t i) noexcept nogil:
    return <Cap *>pool_place(s.caps.chunks, i, sizeof(Cap))


cdef inline Counted *counted_at(const Live *s, int32_t i) noexcept nogil:
    return <Counted *>pool_place(s.counted.chunks, i, sizeof(Counted))


cdef inline int32_t calendar_find(const Live *s, int64_t calendar) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_calendar, mix(calendar), &probe)
    while i != NONE and calendar_at(s, i).calendar != calendar:
        i = index_next(&probe)
    return i


cdef int32_t calendar_ensure(Live *s, int64_t calendar) noexcept nogil:
    """The calendar, made if it is new; NONE when there is no memory."""
    cdef int32_t i = calendar_find(s, calendar)
    if i != NONE:
        return i
    if not (pool_reserve(&s.calendars, 1) and index_reserve(&s.by_calendar, mix(calendar), 1)):
        return NONE
    i = pool_take(&s.calendars)
    calendar_at(s, i).calendar = calendar
    index_put(&s.by_calendar, mix(calendar), i)
    return i


cdef inline int32_t cap_find(const Live *s, int64_t cap) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_cap, mix(cap), &probe)
    while i != NONE and cap_at(s, i).cap != cap:
        i = index_next(&probe)
    return i


cdef int32_t cap_ensure(Live *s, int64_t cap) noexcept nogil:
    """The cap, made if it is new; NONE when there is no memory."""
    cdef int32_t i = cap_find(s, cap)
    if i != NONE:
        return i
    if not (pool_reserve(&s.caps, 1) and index_reserve(&s.by_cap, mix(cap), 1)):
        return NONE
    i = pool_take(&s.caps)
    cap_at(s, i).cap = cap
    index_put(&s.by_cap, mix(cap), i)
    return i


cdef void forget_cap(Live *s, int32_t i) noexcept nogil:
    index_remove(&s.by_cap, mix(cap_at(s, i).cap), i)
    array_clear(&cap_at(s, i).used)
    pool_give(&s.caps, i)


# ---------------------------------------------------------------- calendars

cdef bint put_start(Array *starts, int64_t at) noexcept nogil:
    """One boundary more, in its place; once."""
    cdef int64_t *data
    cdef int64_t i
    if not array_reserve(starts, sizeof(int64_t), 1):
        return False
    data = <int64_t *>starts.data
    i = starts.count
    while i > 0 and data[i - 1] > at:
        i -= 1
    if i == 0 or data[i - 1] != at:
        memmove(data + i + 1, data + i, (starts.count - i) * sizeof(int64_t))
        data[i] = at
        starts.count += 1
    return True


cdef int64_t starts_until(const Calendar *calendar, int64_t at) noexcept nogil:
    """How many of its periods have begun."""
    cdef const int64_t *starts = <const int64_t *>calendar.starts.data
    cdef int64_t low = 0
    cdef int64_t high = calendar.starts.count
    cdef int64_t middle
    while low < high:
        middle = (low + high) >> 1
        if starts[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low


cdef int64_t period_at(const Calendar *calendar, int64_t at, int64_t back) noexcept nogil:
    """The first instant of a period, or of that so many periods before it; at least its first start."""
    return (<const int64_t *>calendar.starts.data)[max(0, starts_until(calendar, at) - 1 - back)]


cdef int64_t window_end(const Live *s, int32_t team, int64_t start, int64_t capture_at) noexcept nogil:
    """The end of a window: 24 h after its start (C4), or the calendar's first boundary after start and capture (C9).

    Past its last boundary a calendar counts as rolling windows.
    """
    cdef const Terms *terms = terms_at(s, team, start)
    cdef int32_t i = calendar_find(s, terms.calendar) if terms.window_policy == CALENDAR_DAY else NONE
    cdef int64_t begun
    if i != NONE:
        begun = starts_until(calendar_at(s, i), max(start, capture_at))
        if begun < calendar_at(s, i).starts.count:
            return (<const int64_t *>calendar_at(s, i).starts.data)[begun]
    return start + DAY


# ---------------------------------------------------------------- caps

cdef inline int64_t oldest_period(const Live *s, const Cap *cap) noexcept nogil:
    return period_at(calendar_at(s, cap.calendar), s.now, KEPT - 1)


cdef int64_t cap_use_in(const Live *s, const Cap *cap, int64_t period) noexcept nogil:
    """What counts in a period; nothing in one that is remembered no more."""
    cdef const Period *used = <const Period *>cap.used.data
    cdef int64_t i
    if period >= oldest_period(s, cap):
        for i in range(cap.used.count):
            if used[i].at == period:
                return used[i].used
    return 0


cdef bint put_period(Array *used, int64_t at, int64_t tokens) noexcept nogil:
    """What counts in a period so far."""
    if not array_reserve(used, sizeof(Period), 1):
        return False
    (<Period *>used.data)[used.count].at = at
    (<Period *>used.data)[used.count].used = tokens
    used.count += 1
    return True


cdef int64_t cap_passed(const Live *s, const Option *option, int64_t tokens, int64_t at) noexcept nogil:
    """The first hard cap that a charge whose window starts at `at` would pass, 0 when none."""
    cdef const Cap *cap
    cdef int64_t k
    cdef int32_t i
    for k in range(0 if option == NULL else option.cap_count):
        i = cap_find(s, option.caps[k])
        if i != NONE and cap_at(s, i).hard:
            cap = cap_at(s, i)
            if cap_use_in(s, cap, period_at(calendar_at(s, cap.calendar), at, 0)) + tokens > cap.tokens:
                return cap.cap
    return 0


cdef void cap_add(Live *s, int32_t line, int32_t i, int64_t start, int64_t period, int64_t tokens) noexcept nogil:
    """A row of `cap_entry`; periods that are too old are forgotten."""
    cdef Cap *cap = cap_at(s, i)
    cdef Period *used = <Period *>cap.used.data
    cdef int64_t oldest = oldest_period(s, cap)
    cdef int64_t kept = 0
    cdef bint known = False
    cdef int64_t k
    cdef int64_t *row = row_push(&s.rows[CAP_ENTRY], CAP_ENTRY_WIDTH)
    row[0] = cap.cap
    put_key(s, line_at(s, line), row + 1)
    row[4] = start
    row[5] = period
    row[6] = tokens
    for k in range(cap.used.count):
        if used[k].at == period:
            used[k].used += tokens
            known = True
        if used[k].at >= oldest:
            used[kept] = used[k]
            kept += 1
    cap.used.count = kept
    if not known and period >= oldest:
        used[kept].at = period
        used[kept].used = tokens
        cap.used.count += 1


cdef void count_caps(
    Live *s, int32_t line, const Session *session, const Option *option, int64_t start, int64_t tokens,
    int32_t *counted,
) noexcept nogil:
    """A charge or hold counts in the periods of its window's start, and is put on the list `counted`, unless NULL.

    A soft cap that it crosses is logged.
    """
    cdef const Cap *cap
    cdef int64_t k, period, used
    cdef int32_t i
    for k in range(0 if option == NULL else option.cap_count):
        i = cap_find(s, option.caps[k])
        if i == NONE:
            continue
        cap = cap_at(s, i)
        period = period_at(calendar_at(s, cap.calendar), start, 0)
        used = cap_use_in(s, cap, period)
        if not cap.hard and used <= cap.tokens < used + tokens:
            log_use(s, SOFT_CAP, start, session, cap.cap)
        cap_add(s, line, i, start, period, tokens)
        if counted != NULL:
            put_counted(s, counted, cap.cap, period)


cdef void put_counted(Live *s, int32_t *counted, int64_t cap, int64_t period) noexcept nogil:
    """One more at the end of the list; there is room."""
    cdef int32_t i = pool_take(&s.counted)
    while counted[0] != NONE:
        counted = &counted_at(s, counted[0]).next
    counted[0] = i
    counted_at(s, i).next = NONE
    counted_at(s, i).cap = cap
    counted_at(s, i).period = period


cdef void uncount(Live *s, int32_t line, int64_t start, int64_t cap, int64_t period, int64_t tokens) noexcept nogil:
    """What counted no longer does (SPEC 14); a cap that is gone does not care."""
    cdef int32_t i = cap_find(s, cap)
    if i != NONE:
        cap_add(s, line, i, start, period, -tokens)


cdef void uncount_list(Live *s, int32_t line, int64_t start, int32_t *counted, int64_t tokens) noexcept nogil:
    """A hold goes, and its list."""
    cdef int32_t i = counted[0]
    while i != NONE:
        uncount(s, line, start, counted_at(s, i).cap, counted_at(s, i).period, tokens)
        i = counted_at(s, i).next
    forget_counted(s, counted)


cdef void forget_counted(Live *s, int32_t *counted) noexcept nogil:
    """What a list counts stays counted."""
    cdef int32_t following
    while counted[0] != NONE:
        following = counted_at(s, counted[0]).next
        pool_give(&s.counted, counted[0])
        counted[0] = following


# ---------------------------------------------------------------- room for them

cdef int64_t list_length(const Live *s, int32_t i) noexcept nogil:
    cdef int64_t count = 0
    while i != NONE:
        count += 1
        i = counted_at(s, i).next
    return count


cdef int64_t counted_caps(const Live *s, int32_t line) noexcept nogil:
    """In how many periods count what the line holds now and in advance."""
    cdef const Use *use
    if line == NONE or line_at(s, line).use == NONE:
        return 0
    use = use_at(s, line_at(s, line).use)
    return list_length(s, use.counted) + list_length(s, use.advance_counted)


cdef bint reserve_list(Live *s, int32_t i, int64_t adds) noexcept nogil:
    cdef int32_t cap
    while i != NONE:
        cap = cap_find(s, counted_at(s, i).cap)
        if cap != NONE and not array_reserve(&cap_at(s, cap).used, sizeof(Period), adds):
            return False
        i = counted_at(s, i).next
    return True


cdef bint reserve_periods(Live *s, int32_t line, int64_t adds) noexcept nogil:
    """Room for so many more periods in each cap in which what the line holds counts."""
    cdef const Use *use
    if line == NONE or line_at(s, line).use == NONE:
        return True
    use = use_at(s, line_at(s, line).use)
    return reserve_list(s, use.counted, adds) and reserve_list(s, use.advance_counted, adds)


cdef bint reserve_option(Live *s, const Option *option, int64_t adds) noexcept nogil:
    """Room for so many more periods in each cap of a candidate, or NULL."""
    cdef int64_t k
    cdef int32_t cap
    for k in range(0 if option == NULL else option.cap_count):
        cap = cap_find(s, option.caps[k])
        if cap != NONE and not array_reserve(&cap_at(s, cap).used, sizeof(Period), adds):
            return False
    return True


cdef bint reserve_given(Live *s, const Given *fact, int64_t adds) noexcept nogil:
    """Room for so many more periods in each cap of a refund, or NULL."""
    cdef int64_t k
    cdef int32_t cap
    for k in range(0 if fact == NULL else fact.cap_count):
        cap = cap_find(s, fact.caps[2 * k])
        if cap != NONE and not array_reserve(&cap_at(s, cap).used, sizeof(Period), adds):
            return False
    return True
