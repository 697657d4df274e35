# The commands that set up teams, packs, products and devices; and what the core shows of itself.

cdef Verdict set_up(Live *s, object command, object kind, Answer *answer) except *:
    cdef uint64_t high, low
    no_answer(answer, GRANTED)
    if kind is PutProduct:
        return put_product(s, command)
    if kind is PutRate:
        return put_rate(s, command)
    if kind is PutPolicy:
        return put_policy(s, command)
    if kind is ChangeRights:
        return change_rights(s, command.version, command.teams)
    if kind is PutCalendar:
        return put_calendar(s, command.calendar, command.starts)
    if kind is PutCap:
        return put_cap(s, command, answer)
    if kind is PutPool:
        return put_pool(s, command.pool, command.team, command.seats)
    if kind is EndSession:
        number_halves(command.session, &high, &low)
        return decide_end(s, high, low, answer)
    if kind is ReleaseDevice:
        return release_device(s, command.user, command.product, command.device, answer)
    return order(s, command, kind, answer)


cdef Verdict change_rights(Live *s, int64_t version, tuple teams) except *:
    """E2: sessions of these teams, of all where there are none, resolve their rights anew at their next contact."""
    cdef int32_t i
    for team in teams:
        i = team_ensure(s, team)
        if i == NONE:
            return NO_MEMORY
        team_at(s, i).rights_version = version
    if not teams:
        s.rights_version = version
    return DECIDED


cdef Verdict put_product(Live *s, object command) except *:
    cdef int32_t i = product_ensure(s, command.product)
    if i == NONE:
        return NO_MEMORY
    product_at(s, i).kind = command.kind
    product_at(s, i).result_tokens = command.result_tokens
    product_at(s, i).result_units = command.result_units
    return DECIDED


cdef Verdict put_rate(Live *s, object command) except *:
    cdef int32_t i = product_ensure(s, command.product)
    cdef Price price
    price.valid_from = command.valid_from
    price.version = command.version
    price.rate = command.rate
    return DECIDED if i != NONE and put_price(product_at(s, i), &price) else NO_MEMORY


cdef Verdict put_policy(Live *s, object command) except *:
    cdef int32_t i = team_ensure(s, command.team)
    cdef Terms terms = terms_of(command.policy, command.effective_at, command.version)
    return DECIDED if i != NONE and put_terms(team_at(s, i), &terms) else NO_MEMORY


cdef Verdict put_pool(Live *s, int64_t pool, int64_t team, int64_t seats) except *:
    cdef int32_t i = seat_pool_ensure(s, pool)
    if i == NONE:
        return NO_MEMORY
    seat_pool_at(s, i).team = team
    seat_pool_at(s, i).seats = seats
    seat_pool_at(s, i).known = True
    return DECIDED


cdef Verdict put_calendar(Live *s, int64_t calendar, tuple starts) except *:
    cdef int32_t i = calendar_ensure(s, calendar)
    cdef Array made
    memset(&made, 0, sizeof(Array))
    if i == NONE or not array_reserve(&made, sizeof(int64_t), len(starts)):
        return NO_MEMORY
    for at in starts:
        row_push(&made, 1)[0] = at
    array_clear(&calendar_at(s, i).starts)
    calendar_at(s, i).starts = made
    return DECIDED


cdef Verdict put_cap(Live *s, object command, Answer *answer) except *:
    """Q3: a new cap, new terms of one, or its end; UNKNOWN without its calendar."""
    cdef int32_t i = cap_find(s, command.cap)
    cdef int32_t calendar = calendar_find(s, command.calendar)
    cdef int32_t team
    cdef Array used
    memset(&used, 0, sizeof(Array))
    answer.team = command.team
    if command.gone:
        if i != NONE:
            forget_cap(s, i)
        return DECIDED
    if calendar == NONE:
        no_answer(answer, UNKNOWN)
        return DECIDED
    for at, tokens in command.used:
        if not put_period(&used, at, tokens):
            array_clear(&used)
            return NO_MEMORY
    team = team_ensure(s, command.team)
    i = NONE if team == NONE else cap_ensure(s, command.cap)
    if i == NONE:
        array_clear(&used)
        return NO_MEMORY
    if command.used or cap_at(s, i).calendar != calendar:
        array_clear(&cap_at(s, i).used)
        cap_at(s, i).used = used
    cap_at(s, i).team = team
    cap_at(s, i).calendar = calendar
    cap_at(s, i).tokens = command.tokens
    cap_at(s, i).hard = command.hard
    return DECIDED


cdef Verdict release_device(Live *s, int64_t user, int64_t product, int64_t device, Answer *answer) except *:
    """D1: the device counts no more; a session that runs on it goes on."""
    cdef int32_t entry = entry_find(s, user, product_find(s, product))
    cdef int32_t i = device_find(s, entry, device)
    cdef int64_t *row
    if i == NONE:
        no_answer(answer, UNKNOWN)
        return DECIDED
    if not array_reserve(&s.rows[DEVICE_GONE], KEY_WIDTH * sizeof(int64_t), 1):
        return NO_MEMORY
    forget_device(s, entry, i)
    row = row_push(&s.rows[DEVICE_GONE], KEY_WIDTH)
    row[0] = answer.user = user
    row[1] = answer.product = product
    row[2] = answer.device = device
    return DECIDED


# ---------------------------------------------------------------- what it holds

cdef list sorted_rows(Array *rows, int table):
    """The rows as sorted tuples; the buffer is freed."""
    cdef int64_t *data = <int64_t *>rows.data
    cdef int width = WIDTHS[table]
    cdef int64_t i
    cdef int column
    found = []
    for i in range(rows.count):
        found.append(tuple([data[i * width + column] for column in range(width)]))
    array_clear(rows)
    found.sort()
    return found


cdef Array new_rows(int table, int64_t count) except *:
    cdef Array rows
    memset(&rows, 0, sizeof(Array))
    if not array_reserve(&rows, WIDTHS[table] * sizeof(int64_t), count):
        raise MemoryError
    return rows


cdef list dump_packs(Live *s):
    cdef Array rows = new_rows(PACK, s.packs.live)
    cdef int32_t i
    for i in range(s.packs.used):
        if pack_at(s, i).pack != 0:
            put_pack_row(s, pack_at(s, i), row_push(&rows, PACK_WIDTH))
    return sorted_rows(&rows, PACK)


cdef list dump_sessions(Live *s):
    cdef Array rows = new_rows(SESSION, s.sessions.live)
    cdef int32_t i
    for i in range(s.sessions.used):
        if session_at(s, i).state != 0:
            put_session(s, session_at(s, i), row_push(&rows, SESSION_WIDTH))
    return sorted_rows(&rows, SESSION)


cdef dict dump_lines(Live *s, int64_t now):
    """Lines that are something, their holds and free uses."""
    cdef Array lines = new_rows(LINE, s.lines.live)
    cdef Array holds = new_rows(HOLD, s.slices.live)
    cdef Array free_uses = new_rows(FREE_USE, s.free_uses.live)
    cdef int32_t entry, i
    cdef Use *use
    for entry in range(s.entries.used):
        i = entry_at(s, entry).lines if entry_at(s, entry).user != 0 else NONE
        while i != NONE:
            use = use_of(s, line_at(s, i))
            if not nothing(s, line_at(s, i), now):
                if use != NULL:
                    if at_rest(use):
                        forget_terms(use)
                    write_holds(s, line_at(s, i), &holds)
                    write_free_uses(s, line_at(s, i), &free_uses)
                put_line(s, line_at(s, i), row_push(&lines, LINE_WIDTH))
            i = line_at(s, i).next
    return {
        "line": sorted_rows(&lines, LINE),
        "hold": sorted_rows(&holds, HOLD),
        "free_use": sorted_rows(&free_uses, FREE_USE),
    }


cdef list dump_pools(Live *s):
    cdef int32_t i
    return sorted(
        (seat_pool_at(s, i).pool, seat_pool_at(s, i).team, seat_pool_at(s, i).seats)
        for i in range(s.seat_pools.used)
        if seat_pool_at(s, i).known
    )


cdef list dump_devices(Live *s):
    cdef Array rows = new_rows(DEVICE, s.devices.live)
    cdef int32_t entry, i
    cdef int64_t *row
    for entry in range(s.entries.used):
        i = entry_at(s, entry).devices if entry_at(s, entry).user != 0 else NONE
        while i != NONE:
            row = row_push(&rows, DEVICE_WIDTH)
            row[0] = entry_at(s, entry).user
            row[1] = product_at(s, entry_at(s, entry).product).product
            row[2] = device_at(s, i).device
            row[3] = device_at(s, i).registered_at
            i = device_at(s, i).next
    return sorted_rows(&rows, DEVICE)


cdef dict dump_caps(Live *s, int64_t now):
    """Caps, and what counts in their periods of now."""
    cdef const Cap *cap
    cdef int32_t i
    cdef int64_t period, used
    caps, uses = [], []
    for i in range(s.caps.used):
        cap = cap_at(s, i)
        if cap.cap != 0:
            caps.append((
                cap.cap, team_at(s, cap.team).team, calendar_at(s, cap.calendar).calendar, cap.tokens, cap.hard
            ))
            period = period_at(calendar_at(s, cap.calendar), now, 0)
            used = cap_use_in(s, cap, period)
            if used != 0:
                uses.append((cap.cap, period, used))
    return {"cap": sorted(caps), "cap_use": sorted(uses)}


cdef dict dump_state(Live *s, int64_t now):
    cdef int32_t i
    teams = [
        (
            team_at(s, i).team, team_at(s, i).ledger_seq, team_at(s, i).use_seq, owed(s, i),
            team_at(s, i).rights_version,
        )
        for i in range(s.teams.used)
        if team_at(s, i).ledger_seq or team_at(s, i).use_seq
    ]
    return {
        "pack": dump_packs(s),
        **dump_lines(s, now),
        "pool": dump_pools(s),
        "session": dump_sessions(s),
        "device": dump_devices(s),
        "team": sorted(teams),
        **dump_caps(s, now),
    }


USER_COLUMNS = {SESSION: 3, LINE: 1, CAPPED: 1, FREE_USE: 1, DEVICE: 0}


cdef int check_row(Live *s, int table, const int64_t *row) except -1:
    """What a row must be before the state takes it."""
    if table == CAP and calendar_find(s, row[2]) == NONE:
        raise KeyError(f"cap {row[0]} names calendar {row[2]}, which is not loaded")
    if table == CAP_USE and cap_find(s, row[0]) == NONE:
        raise KeyError(f"a row of cap_use names cap {row[0]}, which is not loaded")
    if table == HOLD and row[5] != 0 and pack_find(s, row[5]) == NONE:
        raise KeyError(f"a hold names pack {row[5]}, which is not loaded")
    if table == COUNTER and not 0 < row[0] < ID_KINDS:
        raise ValueError(f"a counter's kind is {row[0]}; it is a commands.IdKind")
    if table == SESSION and not 0 <= row[19] <= INT32_MAX:
        raise ValueError(f"a session's operations are {row[19]}; the core counts to 2**31 - 1")
    if table in USER_COLUMNS and row[<int>USER_COLUMNS[table]] < 1:
        raise ValueError(f"a row of {TABLE_NAMES[table]} has no user")
    return 0


cdef dict memory_sizes(const Live *s):
    """(items, bytes) of each kind of thing, hash slots and timers included: a session has one, uses the others."""
    cdef int64_t timer = sizeof(Timer)
    cdef int64_t leases = min(<int64_t>s.sessions.live, s.timers.capacity)
    cdef int64_t captures = s.timers.capacity - leases
    return {
        "line": (s.lines.live, pool_bytes(&s.lines) + pool_bytes(&s.entries) + index_bytes(&s.by_entry)),
        "use": (
            s.uses.live,
            pool_bytes(&s.uses) + pool_bytes(&s.slices) + pool_bytes(&s.free_uses) + captures * timer,
        ),
        "session": (
            s.sessions.live,
            pool_bytes(&s.sessions) + pool_bytes(&s.extras) + index_bytes(&s.by_session) + leases * timer,
        ),
        "device": (s.devices.live, pool_bytes(&s.devices) + ids_bytes(&s.device_ids)),
        "pack": (s.packs.live, pool_bytes(&s.packs) + index_bytes(&s.by_pack)),
    }
