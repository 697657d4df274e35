# The state as rows and back (R2, R4, R7): load, dump, drop, sweep, and the rows of a batch.

cdef inline void put_line(Live *s, const Line *line, int64_t *row) noexcept nogil:
    """Columns of table `line`; of a line at rest only W."""
    cdef const Entry *entry = entry_at(s, line.entry)
    cdef const Use *use = use_of(s, line)
    memset(row, 0, LINE_WIDTH * sizeof(int64_t))
    row[0] = team_at(s, line.team).team
    row[1] = entry.user
    row[2] = product_at(s, entry.product).product
    row[3] = line.paid_until
    row[4] = row[6] = row[7] = row[14] = row[16] = NEVER
    if use != NULL:
        row[4] = use.window_start
        row[5] = use.charge
        row[6] = use.pending_since
        row[7] = use.capture_at
        row[8] = use.rate
        row[9] = use.rate_version
        row[10] = use.policy_version
        row[11] = use.basis
        row[12] = <int64_t>use.session_high
        row[13] = <int64_t>use.session_low
        row[14] = use.used_until
        row[15] = use.units
        row[16] = use.advance_at
        row[17] = use.advance_rate
        row[18] = use.advance_rate_version
        row[19] = use.advance_policy_version


cdef inline void put_key(const Live *s, const Line *line, int64_t *row) noexcept nogil:
    cdef const Entry *entry = entry_at(s, line.entry)
    row[0] = team_at(s, line.team).team
    row[1] = entry.user
    row[2] = product_at(s, entry.product).product


cdef inline void put_pack_row(const Live *s, const Pack *pack, int64_t *row) noexcept nogil:
    row[0] = team_at(s, pack.team).team
    row[1] = pack.pack
    row[2] = pack.size
    row[3] = pack.unit_price
    row[4] = pack.starts_at
    row[5] = pack.ends_at
    row[6] = pack.purchased_at
    row[7] = pack.remaining
    row[8] = pack.parent
    row[9] = pack.ended


cdef inline void put_session(const Live *s, const Session *session, int64_t *row) noexcept nogil:
    row[0] = <int64_t>session.high
    row[1] = <int64_t>session.low
    row[2] = team_at(s, session.team).team
    row[3] = session_user(s, session)
    row[4] = product_at(s, session_product(s, session)).product
    row[5] = session.device
    row[6] = session.state
    row[7] = session.entitlement
    row[8] = session.granted
    row[9] = session.tokens
    row[10] = session.content
    row[11] = session.origin
    row[12] = session.flags & IS_IDLE_AWARE != 0
    row[13] = session.max_tokens
    row[14] = session.rights_version
    row[15] = session.entitled_until
    row[16] = session.opened_at
    row[17] = session.contact_at
    row[18] = session.operated_at
    row[19] = session.operations
    row[20] = session.deadline
    row[21] = session.absence
    row[22] = session.counter
    row[23] = ended_at(session)
    row[24] = session.flags & IS_REPORTED != 0
    row[25] = session.reason
    row[26] = asked_team(s, session)
    row[27] = project(s, session)
    row[28] = seat_pool(s, session)
    row[29] = seat_since(s, session)
    row[30] = borrowed_until(s, session)
    row[31] = session.flags & IS_WAITING != 0
    row[32] = session.flags & ENDS_BEFORE_RENEWAL != 0


# ---------------------------------------------------------------- rows of a batch

cdef void write_holds(Live *s, const Line *line, Array *rows) noexcept nogil:
    """Slices of the pending hold, and of what is held in advance."""
    write_slices(s, line, 0, use_at(s, line.use).hold, rows)
    write_slices(s, line, 1, use_at(s, line.use).advance, rows)


cdef void write_slices(Live *s, const Line *line, int64_t advance, int32_t i, Array *rows) noexcept nogil:
    cdef int64_t position = 0
    cdef int64_t *row
    while i != NONE:
        row = row_push(rows, HOLD_WIDTH)
        put_key(s, line, row)
        row[3] = advance
        row[4] = position
        row[5] = pack_at(s, slice_at(s, i).pack).pack
        row[6] = slice_at(s, i).tokens
        position += 1
        i = slice_at(s, i).next


cdef void write_free_uses(Live *s, const Line *line, Array *rows) noexcept nogil:
    cdef int32_t i = use_at(s, line.use).free_uses
    cdef int64_t *row
    while i != NONE:
        row = row_push(rows, FREE_USE_WIDTH)
        put_key(s, line, row)
        row[3] = free_use_at(s, i).began_at
        row[4] = free_use_at(s, i).ended_at
        i = free_use_at(s, i).next


cdef void write_line(Live *s, int32_t i) noexcept nogil:
    """Rows of a line that changed; nothing for one that is gone."""
    cdef Line *line = line_at(s, i)
    cdef Use *use = use_of(s, line)
    if use == NULL or not use.dirty:
        return
    put_line(s, line, row_push(&s.rows[LINE], LINE_WIDTH))
    if use.dirty & TOUCH_HOLD:
        if use.hold_stored:
            put_key(s, line, row_push(&s.rows[HOLD_GONE], KEY_WIDTH))
        write_holds(s, line, &s.rows[HOLD])
        use.hold_stored = use.hold != NONE or use.advance != NONE
    if use.dirty & TOUCH_FREE_USES:
        put_key(s, line, row_push(&s.rows[FREE_USE_GONE], KEY_WIDTH))
        write_free_uses(s, line, &s.rows[FREE_USE])
    use.dirty = 0
    forget_use(s, line)


cdef inline void fetch_dirty(const Live *s, int64_t i) noexcept nogil:
    """Begin to fetch what the rows of the next dirty lines and sessions are made of, in two steps."""
    cdef const int32_t *lines = <const int32_t *>s.dirty_lines.data
    cdef const int32_t *sessions = <const int32_t *>s.dirty_sessions.data
    if i + 16 < s.dirty_lines.count:
        prefetch(line_at(s, lines[i + 16]))
    if i + 8 < s.dirty_lines.count and line_at(s, lines[i + 8]).use != NONE:
        prefetch(entry_at(s, line_at(s, lines[i + 8]).entry))
    if i + 16 < s.dirty_sessions.count:
        prefetch(session_at(s, sessions[i + 16]))
        prefetch(&session_at(s, sessions[i + 16]).rights_version)
        prefetch(&session_at(s, sessions[i + 16]).counter)


cdef bint reserve_state_rows(Live *s) noexcept nogil:
    """Room for all that `write_state` writes."""
    cdef int64_t holds = 0
    cdef int64_t frees = 0
    cdef int64_t lines = s.dirty_lines.count
    cdef int64_t i
    cdef int32_t item
    cdef const Use *use
    for i in range(lines):
        fetch_dirty(s, i)
        use = use_of(s, line_at(s, (<int32_t *>s.dirty_lines.data)[i]))
        if use != NULL and use.dirty & TOUCH_HOLD:
            holds += hold_slices(s, use.line)
        if use != NULL and use.dirty & TOUCH_FREE_USES:
            item = use.free_uses
            while item != NONE:
                frees += 1
                item = free_use_at(s, item).next
    return (
        array_reserve(&s.rows[PACK], PACK_WIDTH * sizeof(int64_t), s.dirty_packs.count)
        and array_reserve(&s.rows[SESSION], SESSION_WIDTH * sizeof(int64_t), s.dirty_sessions.count)
        and array_reserve(&s.rows[LINE], LINE_WIDTH * sizeof(int64_t), lines)
        and array_reserve(&s.rows[HOLD_GONE], KEY_WIDTH * sizeof(int64_t), lines)
        and array_reserve(&s.rows[FREE_USE_GONE], KEY_WIDTH * sizeof(int64_t), lines)
        and array_reserve(&s.rows[HOLD], HOLD_WIDTH * sizeof(int64_t), holds)
        and array_reserve(&s.rows[FREE_USE], FREE_USE_WIDTH * sizeof(int64_t), frees)
    )


cdef bint write_state(Live *s) noexcept nogil:
    """The rows of all that changed since the last batch, as it stands now."""
    cdef int64_t i
    cdef int32_t item
    if not reserve_state_rows(s):
        return False
    for i in range(s.dirty_lines.count):
        fetch_dirty(s, i)
        write_line(s, (<int32_t *>s.dirty_lines.data)[i])
    for i in range(s.dirty_packs.count):
        item = (<int32_t *>s.dirty_packs.data)[i]
        if pack_at(s, item).dirty:
            pack_at(s, item).dirty = False
            put_pack_row(s, pack_at(s, item), row_push(&s.rows[PACK], PACK_WIDTH))
    for i in range(s.dirty_sessions.count):
        fetch_dirty(s, i)
        item = (<int32_t *>s.dirty_sessions.data)[i]
        if session_at(s, item).flags & IS_DIRTY:
            session_at(s, item).flags &= ~IS_DIRTY
            put_session(s, session_at(s, item), row_push(&s.rows[SESSION], SESSION_WIDTH))
    s.dirty_lines.count = s.dirty_packs.count = s.dirty_sessions.count = 0
    settle_rows(s, SESSION_GONE)
    settle_rows(s, LINE_GONE)
    settle_rows(s, FREE_USE_GONE)
    if s.rows[DEVICE_GONE].count > 0:
        settle_rows(s, DEVICE)
        settle_rows(s, DEVICE_GONE)
    return True


# ---------------------------------------------------------------- what was forgotten and came again in one batch

cdef inline bint keep_row(Live *s, int table, const int64_t *row) noexcept nogil:
    """Whether a row of what is gone, or of a device, is still true."""
    cdef int32_t entry, i
    if table == FREE_USE_GONE:
        return True
    if table == SESSION_GONE:
        return session_find(s, <uint64_t>row[1], <uint64_t>row[2]) == NONE
    if table == LINE_GONE:
        entry = entry_find(s, row[1], product_find(s, row[2]))
        return line_find(s, entry, team_find(s, row[0])) == NONE
    i = device_find(s, entry_find(s, row[0], product_find(s, row[1])), row[2])
    if table == DEVICE_GONE:
        return i == NONE
    return i != NONE and device_at(s, i).registered_at == row[3]


cdef void settle_rows(Live *s, int table) noexcept nogil:
    """Keep of each key one row, and only if it is still true."""
    cdef int width = WIDTHS[table]
    cdef int64_t *rows = <int64_t *>s.rows[table].data
    cdef int64_t kept = 0
    cdef int64_t i
    sort_rows(rows, s.rows[table].count, width)
    for i in range(s.rows[table].count):
        if kept > 0 and memcmp(rows + (kept - 1) * width, rows + i * width, width * sizeof(int64_t)) == 0:
            continue
        if keep_row(s, table, rows + i * width):
            memmove(rows + kept * width, rows + i * width, width * sizeof(int64_t))
            kept += 1
    s.rows[table].count = kept


cdef extern from *:
    """
    static _Thread_local int row_width;
    static int row_order(const void *a, const void *b) {
        return memcmp(a, b, row_width * sizeof(int64_t));
    }
    static void sort_rows(int64_t *rows, int64_t count, int width) {
        row_width = width;
        if (count > 1) qsort(rows, count, width * sizeof(int64_t), row_order);
    }
    """
    void sort_rows(int64_t *rows, int64_t count, int width) noexcept nogil
