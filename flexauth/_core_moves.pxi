# Tokens that move beside charges (P5, L5, C10): between packs and teams, and back. Whoever calls has reserved memory.

cdef inline int64_t next_id(Live *s, int kind) noexcept nogil:
    s.counters[kind] += 1
    return s.counters[kind] - 1


cdef inline int64_t owed(const Live *s, int32_t team) noexcept nogil:
    """What a team owes (C10)."""
    return -pack_at(s, team_at(s, team).credit).remaining


cdef void leave_team(Live *s, int32_t i) noexcept nogil:
    """A pack is no longer among those of its team that are live or will be."""
    cdef Pack *pack = pack_at(s, i)
    cdef Team *team = team_at(s, pack.team)
    cdef int32_t *upcoming = <int32_t *>team.upcoming.data
    cdef int64_t kept = 0
    cdef int64_t k
    available(s, pack.team)
    if pack.live:
        pack_leave(s, i)
        return
    for k in range(team.upcoming.count):
        if upcoming[k] != i:
            upcoming[kept] = upcoming[k]
            kept += 1
    team.upcoming.count = kept


cdef void move_pack(Live *s, int32_t i, int32_t to, int64_t transfer) noexcept nogil:
    """P5: the whole remainder goes to another team, with the pack."""
    cdef Pack *pack = pack_at(s, i)
    cdef Team *team = team_at(s, to)
    cdef int64_t tokens = pack.remaining
    available(s, pack.team)
    enter(s, MOVE_OUT, i, -tokens, s.now, transfer)
    leave_team(s, i)
    pack.team = to
    int32_push(&team.upcoming, i)
    team.next_start = min(team.next_start, pack.starts_at)
    enter(s, MOVE_IN, i, tokens, s.now, transfer)
    touch_pack(s, i)


cdef void split_pack(Live *s, int32_t i, int64_t into, int64_t size, int64_t transfer) noexcept nogil:
    """P5: free tokens of a pack become a pack of their own."""
    cdef Pack part = pack_at(s, i)[0]
    part.pack = into
    part.size = size
    part.parent = pack_at(s, i).pack
    part.remaining = part.held = 0
    part.live = part.dirty = False
    enter(s, SPLIT, i, -size, s.now, transfer)
    enter(s, SPLIT, add_pack(s, &part), size, s.now, transfer)


cdef void cancel_pack(Live *s, int32_t i) noexcept nogil:
    """P0: all of it goes, and the pack with it."""
    cdef Pack *pack = pack_at(s, i)
    leave_team(s, i)
    enter(s, ADJUSTMENT, i, -pack.size, s.now, 0)
    pack.ended = True
    touch_pack(s, i)


cdef void settle_overdraft(Live *s, int32_t i) noexcept nogil:
    """C10: what the team owes is paid from a new pack first."""
    cdef Pack *pack = pack_at(s, i)
    cdef Team *team = team_at(s, pack.team)
    cdef int64_t paid = min(pack.remaining, owed(s, pack.team))
    if paid > 0:
        enter(s, SETTLEMENT, i, -paid, s.now, 0)
        pack_at(s, team.credit).remaining += paid
        team.available += paid


# ---------------------------------------------------------------- refunds (S5, L5)

cdef inline bint is_stale(const Live *s, const Given *fact) noexcept nogil:
    """Another refund came after this was read, or is not stored yet."""
    return fact.as_of < s.last_refund_batch or s.refunded


cdef bint knows_packs(const Live *s, const Given *fact) noexcept nogil:
    cdef int64_t i
    for i in range(fact.count):
        if fact.slices[2 * i] != 0 and pack_find(s, fact.slices[2 * i]) == NONE:
            return False
    return True


cdef int64_t refund(Live *s, int32_t i, const Given *fact) noexcept nogil:
    """S5: the charge of the line's window goes back, as its own user's late check-in showed."""
    cdef Line *line = line_at(s, i)
    cdef int64_t[LEDGER_WIDTH] terms
    cdef int64_t total
    put_terms_of(s, line, terms)
    total = give_back(s, i, terms, fact, NOT_USED if came_in_advance(use_of(s, line)) else SELF_REPORTED)
    forget_window(s, i)
    return total


cdef void forget_window(Live *s, int32_t i) noexcept nogil:
    """The line's window no longer counts as paid."""
    cdef Use *use = use_ensure(s, i)
    if at_rest(use):
        forget_terms(use)
    line_at(s, i).paid_until = use.window_start = NEVER
    use.charge = 0
    review_advance(s, i)
    touch(s, i, 0)


cdef int64_t give_back(
    Live *s, int32_t line, const int64_t *terms, const Given *fact, int64_t reason,
) noexcept nogil:
    """A charge goes back to its packs, wherever they are now (SPEC 14); entries are of the line's team.

    Slices of packs that have ended, and of an overdraft that has been settled, make one make-good pack. `terms` has
    the columns `user` to `basis` of the entries.
    """
    cdef int32_t team = line_at(s, line).team
    cdef int32_t credit = team_at(s, team).credit
    cdef int32_t source = NONE
    cdef int64_t transfer = 0
    cdef int64_t lost = 0
    cdef int64_t total = 0
    cdef int64_t tokens, gone, k
    cdef int32_t i
    for k in range(fact.count):
        tokens = fact.slices[2 * k + 1]
        i = credit if fact.slices[2 * k] == 0 else pack_find(s, fact.slices[2 * k])
        gone = lost_of(s, i, tokens)
        if gone > 0 and lost == 0:
            source = i
            transfer = next_id(s, TRANSFER_ID)
        if gone > 0 and i == credit:    # it owes no less than it is given back
            book_entry(s, MOVE_OUT, team, i, -gone, s.now)[18] = transfer
        enter_refund(s, team, i, tokens, terms, fact.charge, reason)
        if gone > 0 and i != credit:
            book_entry(s, MOVE_OUT, team, i, -gone, s.now)[18] = transfer
        elif pack_at(s, i).team != team:
            follow_pack(s, team, i, tokens)
        tokens_came_free(s, pack_at(s, i))
        lost += gone
        total += tokens
    if lost > 0:
        make_good(s, team, source, lost, transfer)
    for k in range(fact.cap_count):
        uncount(s, line, terms[11], fact.caps[2 * k], fact.caps[2 * k + 1], total)
    s.refunded = True
    return total


cdef inline int64_t lost_of(const Live *s, int32_t i, int64_t tokens) noexcept nogil:
    """How much of a slice cannot go back where it came from."""
    cdef const Pack *pack = pack_at(s, i)
    if pack.pack == 0:
        return max(0, tokens + pack.remaining)
    return tokens if pack.ended else 0


cdef void enter_refund(
    Live *s, int32_t book, int32_t i, int64_t tokens, const int64_t *terms, int64_t corrects, int64_t reason,
) noexcept nogil:
    cdef int64_t *row = book_entry(s, REFUND, book, i, tokens, terms[11])
    memcpy(row + 7, terms + 7, 10 * sizeof(int64_t))
    row[17] = corrects
    row[19] = reason


cdef void follow_pack(Live *s, int32_t book, int32_t i, int64_t tokens) noexcept nogil:
    """What came back in one team's ledger goes on to the team that has the pack now."""
    cdef int64_t transfer = next_id(s, TRANSFER_ID)
    book_entry(s, MOVE_OUT, book, i, -tokens, s.now)[18] = transfer
    enter(s, MOVE_IN, i, tokens, s.now, transfer)


cdef void make_good(Live *s, int32_t team, int32_t source, int64_t total, int64_t transfer) noexcept nogil:
    """A pack for what cannot go back, at the price of the first that it makes good."""
    cdef Pack good
    memset(&good, 0, sizeof(Pack))
    good.team = team
    good.pack = next_id(s, PACK_ID)
    good.size = total
    good.unit_price = pack_at(s, source).unit_price
    good.starts_at = good.purchased_at = s.now
    good.ends_at = s.now + terms_at(s, team, s.now).make_good
    good.parent = pack_at(s, source).pack
    enter(s, MOVE_IN, add_pack(s, &good), total, s.now, transfer)
