# Rows of the store into the state (R2, R4): each function takes one row of its table, `False` when there is no memory.

cdef bint load_pack(Live *s, const int64_t *row) noexcept nogil:
    cdef Pack pack
    cdef int32_t i
    memset(&pack, 0, sizeof(Pack))
    pack.team = team_ensure(s, row[0])
    if pack.team == NONE or not reserve_packs(s, pack.team, row[1], 1):
        return False
    pack.pack = row[1]
    pack.size = row[2]
    pack.unit_price = row[3]
    pack.starts_at = row[4]
    pack.ends_at = row[5]
    pack.purchased_at = row[6]
    pack.remaining = row[7]
    pack.parent = row[8]
    pack.ended = row[9] != 0
    put_pack(s, &pack)
    return True


cdef int32_t load_entry(Live *s, int64_t user, int64_t product_id) noexcept nogil:
    """The entry, made if it is new; NONE when there is no memory."""
    cdef int32_t product = product_ensure(s, product_id)
    cdef int32_t i = NONE if product == NONE else entry_find(s, user, product)
    if product == NONE or i != NONE:
        return i
    if not pool_reserve(&s.entries, 1) or not index_reserve(&s.by_entry, mix_two(user, product), 1):
        return NONE
    return entry_make(s, user, product)


cdef int32_t load_key(Live *s, const int64_t *row) noexcept nogil:
    """The line of a row that begins with team, user and product."""
    cdef int32_t team = team_ensure(s, row[0])
    cdef int32_t entry, i
    if team == NONE or not (
        pool_reserve(&s.lines, 1) and pool_reserve(&s.uses, 1) and array_reserve(&s.loaded_lines, sizeof(int32_t), 1)
    ):
        return NONE
    entry = load_entry(s, row[1], row[2])
    if entry == NONE:
        return NONE
    i = line_ensure(s, entry, team)
    if line_at(s, i).use == NONE:
        use_ensure(s, i)
        int32_push(&s.loaded_lines, i)
    return i


cdef bint load_line(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i
    cdef Use *use
    if not array_reserve(&s.timers, sizeof(Timer), 2):
        return False
    i = load_key(s, row)
    if i == NONE:
        return False
    use = use_at(s, line_at(s, i).use)
    line_at(s, i).paid_until = row[3]
    use.window_start = row[4]
    use.charge = row[5]
    use.pending_since = row[6]
    use.capture_at = row[7]
    use.rate = row[8]
    use.rate_version = row[9]
    use.policy_version = row[10]
    use.basis = row[11]
    use.session_high = <uint64_t>row[12]
    use.session_low = <uint64_t>row[13]
    use.used_until = row[14]
    use.units = row[15]
    use.advance_at = row[16]
    use.advance_rate = row[17]
    use.advance_rate_version = row[18]
    use.advance_policy_version = row[19]
    if use.pending_since != NEVER:
        timer_push(s, use.capture_at, CAPTURES, i)
    if use.advance_at != NEVER:
        timer_push(s, use.advance_at, CAPTURES, i)
    return True


cdef bint load_hold(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = NONE
    cdef int32_t place
    cdef int32_t *link
    cdef Pack *pack
    cdef Use *use
    if pool_reserve(&s.slices, 1):
        i = load_key(s, row)
    if i == NONE:
        return False
    place = team_at(s, line_at(s, i).team).credit if row[5] == 0 else pack_find(s, row[5])
    pack = pack_at(s, place)
    use = use_at(s, line_at(s, i).use)
    use.hold_stored = True
    link = &use.advance if row[3] else &use.hold
    while link[0] != NONE:
        link = &slice_at(s, link[0]).next
    add_slice(s, link, place, row[6])
    pack.held += row[6]
    team_at(s, pack.team).held += row[6]
    if pack.live:
        team_at(s, pack.team).available -= row[6]
    return True


cdef bint load_calendar(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = calendar_ensure(s, row[0])
    return i != NONE and put_start(&calendar_at(s, i).starts, row[1])


cdef bint load_cap(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t team = team_ensure(s, row[1])
    cdef int32_t i = NONE if team == NONE else cap_ensure(s, row[0])
    if i == NONE:
        return False
    cap_at(s, i).team = team
    cap_at(s, i).calendar = calendar_find(s, row[2])
    cap_at(s, i).tokens = row[3]
    cap_at(s, i).hard = row[4] != 0
    return True


cdef bint load_cap_use(Live *s, const int64_t *row) noexcept nogil:
    return put_period(&cap_at(s, cap_find(s, row[0])).used, row[1], row[2])


cdef bint load_capped(Live *s, const int64_t *row) noexcept nogil:
    """Of the line's hold; what past charges count in is not remembered."""
    cdef int32_t i = NONE
    cdef Use *use
    if pool_reserve(&s.counted, 1):
        i = load_key(s, row)
    if i == NONE:
        return False
    use = use_at(s, line_at(s, i).use)
    if row[3] == use.pending_since:
        put_counted(s, &use.counted, row[4], row[5])
    elif use.advance != NONE and row[3] == use.advance_at:
        put_counted(s, &use.advance_counted, row[4], row[5])
    return True


cdef bint load_free_use(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = NONE
    if pool_reserve(&s.free_uses, 1):
        i = load_key(s, row)
    if i == NONE:
        return False
    add_free_use(s, use_at(s, line_at(s, i).use), row[3], row[4])
    return True


cdef void fill_session(Session *session, const int64_t *row) noexcept nogil:
    session.high = <uint64_t>row[0]
    session.low = <uint64_t>row[1]
    session.device = row[5]
    session.state = <int8_t>row[6]
    session.entitlement = <int8_t>row[7]
    session.granted = <int8_t>row[8]
    session.tokens = row[9]
    session.content = row[10]
    session.origin = <int8_t>row[11]
    session.flags = (
        (IS_IDLE_AWARE if row[12] else 0) | (IS_REPORTED if row[24] else 0)
        | (IS_WAITING if row[31] else 0) | (ENDS_BEFORE_RENEWAL if row[32] else 0)
    )
    session.max_tokens = row[13]
    session.rights_version = row[14]
    session.entitled_until = row[15]
    session.opened_at = row[16]
    session.contact_at = row[17]
    session.operated_at = row[18]
    session.operations = <int32_t>row[19]
    session.deadline = row[20]
    session.absence = row[21]
    session.counter = row[22]
    session.reason = <int8_t>row[25]
    if is_open(session):
        session.end.armed = FOREVER
    else:
        session.end.ended_at = row[23]


cdef inline void load_extra(Extra *extra, const int64_t *row) noexcept nogil:
    extra.asked_team = row[26]
    extra.project = row[27]
    extra.pool = row[28]
    extra.seat_since = row[29]
    extra.borrowed_until = row[30]


cdef bint load_session(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t product = product_ensure(s, row[4])
    cdef bint on_tokens = (
        (row[7] == TOKENS or row[7] == PAID_WINDOW) and row[31] == 0
        and (product == NONE or not is_per_result(s, product))
    )
    cdef uint64_t hash = session_hash(<uint64_t>row[0], <uint64_t>row[1])
    cdef int32_t team = team_ensure(s, row[2])
    cdef int32_t entry = NONE
    cdef int32_t line = NONE
    cdef int32_t i
    cdef Session *session
    if team == NONE or product == NONE or not (
        pool_reserve(&s.sessions, 1) and pool_reserve(&s.extras, 1) and index_reserve(&s.by_session, hash, 1)
        and array_reserve(&s.timers, sizeof(Timer), 1)
    ):
        return False
    if on_tokens:
        line = load_key(s, row + 2)
        if line == NONE:
            return False
    entry = load_entry(s, row[3], row[4])
    if entry == NONE or (row[7] == SEAT and not reserve_seat(s, row[28])):
        return False
    i = pool_take(&s.sessions)
    session = session_at(s, i)
    fill_session(session, row)
    session.entry = entry
    session.team = team
    session.line = line
    session.extra = NONE
    if row[26] != 0 or row[27] != 0 or row[28] != 0 or row[29] != NEVER or row[30] != NEVER:
        load_extra(extra_ensure(s, session), row)
    index_put(&s.by_session, hash, i)
    if line != NONE:
        join_line(s, i)
    if is_open(session):
        run_session(s, i)
        if session.entitlement == SEAT:
            join_seat(s, session)
        arm_lease(s, i)
    else:
        session.at.user = row[3]
        session.entry = entry_at(s, entry).product
        forget_entry(s, entry)
    return True


cdef bint load_device(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t entry = NONE
    cdef int32_t i
    cdef int32_t *link
    if pool_reserve(&s.devices, 1):
        entry = load_entry(s, row[0], row[1])
    if entry == NONE:
        return False
    i = device_find(s, entry, row[2])
    if i == NONE:
        link = &entry_at(s, entry).devices
        while link[0] != NONE:
            link = &device_at(s, link[0]).next
        link[0] = i = pool_take(&s.devices)
        device_at(s, i).next = NONE
        device_at(s, i).device = row[2]
    device_at(s, i).registered_at = row[3]
    return True


cdef bint load_device_name(Live *s, const int64_t *row) noexcept nogil:
    if not ids_reserve(&s.device_ids, <uint64_t>row[1], <uint64_t>row[2]):
        return False
    ids_put(&s.device_ids, <uint64_t>row[1], <uint64_t>row[2], row[0])
    return True


cdef bint load_team(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i
    if row[0] == 0:
        s.rights_version = row[4]
        return True
    i = team_ensure(s, row[0])
    if i == NONE:
        return False
    team_at(s, i).ledger_seq = row[1]
    team_at(s, i).use_seq = row[2]
    team_at(s, i).available -= row[3] + pack_at(s, team_at(s, i).credit).remaining
    pack_at(s, team_at(s, i).credit).remaining = -row[3]
    team_at(s, i).rights_version = row[4]
    return True


cdef bint load_pool(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = seat_pool_ensure(s, row[0])
    if i == NONE:
        return False
    seat_pool_at(s, i).team = row[1]
    seat_pool_at(s, i).seats = row[2]
    seat_pool_at(s, i).known = True
    return True


cdef bint load_product(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = product_ensure(s, row[0])
    if i == NONE:
        return False
    product_at(s, i).kind = <int32_t>row[1]
    product_at(s, i).result_tokens = row[2]
    product_at(s, i).result_units = row[3]
    return True


cdef bint load_rate(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = product_ensure(s, row[0])
    cdef Price price
    price.version = row[1]
    price.valid_from = row[2]
    price.rate = row[3]
    return i != NONE and put_price(product_at(s, i), &price)


cdef bint load_policy(Live *s, const int64_t *row) noexcept nogil:
    cdef int32_t i = team_ensure(s, row[0])
    cdef Terms terms
    memcpy(&terms.grace, row + 3, sizeof(Terms) - 2 * sizeof(int64_t))
    terms.version = row[1]
    terms.effective_at = row[2]
    return i != NONE and put_terms(team_at(s, i), &terms)


cdef bint load_row(Live *s, int table, const int64_t *row) noexcept nogil:
    if table == PACK:
        return load_pack(s, row)
    if table == LINE:
        return load_line(s, row)
    if table == HOLD:
        return load_hold(s, row)
    if table == FREE_USE:
        return load_free_use(s, row)
    if table == CALENDAR:
        return load_calendar(s, row)
    if table == CAP:
        return load_cap(s, row)
    if table == CAP_USE:
        return load_cap_use(s, row)
    if table == CAPPED:
        return load_capped(s, row)
    if table == SESSION:
        return load_session(s, row)
    if table == DEVICE:
        return load_device(s, row)
    if table == DEVICE_NAME:
        return load_device_name(s, row)
    if table == TEAM:
        return load_team(s, row)
    if table == SEAT_POOL:
        return load_pool(s, row)
    if table == PRODUCT:
        return load_product(s, row)
    if table == RATE:
        return load_rate(s, row)
    if table == POLICY:
        return load_policy(s, row)
    s.counters[row[0]] = row[1]
    return True


# ---------------------------------------------------------------- after loading

cdef bint compact_uses(Live *s) noexcept nogil:
    """Loading made a Use for every line; most are gone again: move the few that stay together."""
    cdef Pool kept
    cdef int32_t i, to
    pool_init(&kept, sizeof(Use))
    if not pool_reserve(&kept, s.uses.live):
        pool_clear(&kept)
        return False
    for i in range(s.entries.used):
        if entry_at(s, i).user != 0:
            move_uses(s, entry_at(s, i).lines, &kept)
    pool_clear(&s.uses)
    s.uses = kept
    return True


cdef void move_uses(Live *s, int32_t line, Pool *kept) noexcept nogil:
    cdef int32_t to
    while line != NONE:
        if line_at(s, line).use != NONE:
            to = pool_take(kept)
            memcpy(pool_item(kept, to), use_at(s, line_at(s, line).use), sizeof(Use))
            line_at(s, line).use = to
        line = line_at(s, line).next


cdef void end_loading(Live *s) noexcept nogil:
    """Loaded lines to which no session, hold or free use came keep W alone."""
    cdef int64_t i
    if s.loaded_lines.count == 0:
        return
    for i in range(s.loaded_lines.count):
        forget_use(s, line_at(s, (<int32_t *>s.loaded_lines.data)[i]))
    array_clear(&s.loaded_lines)
    if s.uses.live < s.uses.used // 4 and s.uses.used > CHUNK:
        compact_uses(s)
