# What administration does to packs and lines (P0, P1, P5): check, reserve; from there on nothing can fail.

cdef Verdict order(Live *s, object command, object kind, Answer *answer) except *:
    if kind is AddPacks:
        return add_packs(s, command.team, command.packs, answer)
    if kind is MovePack:
        return decide_move(s, command.pack, command.team, command.transfer, answer)
    if kind is SplitPack:
        return decide_split(s, command.pack, command.into, command.size, command.transfer, answer)
    if kind is AdjustPack:
        return decide_cancel(s, command.pack, answer)
    if kind is OpenWindow:
        return open_window(s, command, answer)
    if kind is RefundWindow:
        return refund_window(s, command, answer)
    raise TypeError(f"{kind.__name__} is not a command")


cdef inline Verdict act_done(Live *s, Answer *answer, int32_t team, int64_t tokens) noexcept nogil:
    answer.team = team_at(s, team).team
    answer.tokens = tokens
    answer.balance = available(s, team)
    return DECIDED


cdef inline Verdict act_refused(Answer *answer, Outcome outcome) noexcept nogil:
    no_answer(answer, outcome)
    return DECIDED


cdef object pack_order(object terms):
    """P3."""
    return terms.ends_at, terms.size, -terms.unit_price, terms.purchased_at, terms.pack


cdef Verdict add_packs(Live *s, int64_t team, tuple packs, Answer *answer) except *:
    """P1: an order's packs come, or none; what was spent elsewhere goes (P0), what the team owes is settled (C10)."""
    cdef int64_t count = len(packs)
    cdef int32_t t = team_ensure(s, team)
    cdef Pack pack
    cdef int32_t i
    in_order = sorted(packs, key=pack_order)
    if t == NONE or not array_reserve(&s.rows[LEDGER], LEDGER_WIDTH * sizeof(int64_t), 3 * count):
        return NO_MEMORY
    for terms in packs:
        if not reserve_packs(s, t, terms.pack, count):
            return NO_MEMORY
    # From here on nothing can fail.
    for terms in packs:
        memset(&pack, 0, sizeof(Pack))
        pack.team = t
        pack.pack = terms.pack
        pack.size = terms.size
        pack.unit_price = terms.unit_price
        pack.starts_at = terms.starts_at
        pack.ends_at = terms.ends_at
        pack.purchased_at = terms.purchased_at
        i = add_pack(s, &pack)
        enter(s, ORDER, i, pack.size, s.now, 0)
        if terms.used > 0:
            enter(s, ADJUSTMENT, i, -<int64_t>terms.used, s.now, 0)
    for terms in in_order:
        settle_overdraft(s, pack_find(s, terms.pack))
    return act_done(s, answer, t, 0)


cdef Verdict decide_move(Live *s, int64_t pack, int64_t to, int64_t transfer, Answer *answer) noexcept nogil:
    """P5."""
    cdef int32_t i = pack_find(s, pack)
    cdef const Pack *known
    cdef int32_t team
    cdef int64_t tokens
    if i == NONE:
        return act_refused(answer, UNKNOWN)
    known = pack_at(s, i)
    if known.ended or known.held or known.remaining == 0 or team_at(s, known.team).team == to:
        return act_refused(answer, REFUSED_ACT)
    team = team_ensure(s, to)
    if team == NONE or not reserve_packs(s, team, pack, 2):
        return NO_MEMORY
    tokens = known.remaining
    move_pack(s, i, team, transfer)
    return act_done(s, answer, team, tokens)


cdef Verdict decide_split(
    Live *s, int64_t pack, int64_t into, int64_t size, int64_t transfer, Answer *answer,
) noexcept nogil:
    """P5."""
    cdef int32_t i = pack_find(s, pack)
    cdef const Pack *known
    if i == NONE:
        return act_refused(answer, UNKNOWN)
    known = pack_at(s, i)
    if known.ended or size > known.remaining - known.held or pack_find(s, into) != NONE:
        return act_refused(answer, REFUSED_ACT)
    if not reserve_packs(s, known.team, into, 2):
        return NO_MEMORY
    split_pack(s, i, into, size, transfer)
    return act_done(s, answer, known.team, size)


cdef Verdict decide_cancel(Live *s, int64_t pack, Answer *answer) noexcept nogil:
    """P0: nothing of it may be used or held; what was split off or made good was never ordered as such."""
    cdef int32_t i = pack_find(s, pack)
    cdef const Pack *known
    if i == NONE:
        return act_refused(answer, UNKNOWN)
    known = pack_at(s, i)
    if known.ended or known.parent != 0 or known.held or known.remaining != known.size:
        return act_refused(answer, REFUSED_ACT)
    if not reserve(s, 1, 0, 0):
        return NO_MEMORY
    cancel_pack(s, i)
    return act_done(s, answer, known.team, known.size)


cdef Verdict open_window(Live *s, object command, Answer *answer) except *:
    """P0: a line comes with a window that was paid elsewhere. No late check-in can refund it: nothing was charged."""
    cdef int64_t user = command.user
    cdef int64_t paid_until = command.paid_until
    cdef int32_t product = product_find(s, command.product)
    cdef int32_t team, entry, i
    cdef Use *use
    if product == NONE or product_at(s, product).kind == 0:
        return act_refused(answer, UNKNOWN)
    i = line_find(s, entry_find(s, user, product), team_find(s, command.team))
    if paid_until <= s.now or (
        i != NONE and (pending_since(s, line_at(s, i)) != NEVER or line_at(s, i).paid_until > s.now)
    ):
        return act_refused(answer, REFUSED_ACT)
    team = team_ensure(s, command.team)
    entry = NONE if team == NONE or not reserve(s, 0, 0, 0) else load_entry(s, user, command.product)
    if entry == NONE or not pool_reserve(&s.lines, 1):
        return NO_MEMORY
    i = line_ensure(s, entry, team)
    use = use_ensure(s, i)
    forget_terms(use)
    use.window_start = NEVER if at_rest(use) else command.window_start
    line_at(s, i).paid_until = paid_until
    touch(s, i, 0)
    act_done(s, answer, team, 0)
    answer.user = user
    answer.product = command.product
    answer.paid_until = paid_until
    return DECIDED


cdef Verdict refund_window(Live *s, object command, Answer *answer) except *:
    """L5: any charge of a line goes back; the window that the line stands on no longer counts as paid."""
    cdef Reading reading
    cdef Given fact
    memset(&reading, 0, sizeof(Reading))
    try:
        read_fact(command.fact, &fact, &reading)
        return give_back_window(s, command.team, command.user, command.product, &fact, command.reason, answer)
    finally:
        array_clear(&reading.slices)
        array_clear(&reading.cap_uses)


cdef Verdict give_back_window(
    Live *s, int64_t team, int64_t user, int64_t product, const Given *fact, int64_t reason, Answer *answer,
) noexcept nogil:
    cdef int64_t[LEDGER_WIDTH] terms
    cdef int32_t t, entry, i
    cdef int64_t total
    if not knows_packs(s, fact):
        return act_refused(answer, UNKNOWN)
    if is_stale(s, fact):
        no_answer(answer, STALE_HISTORY)
    else:
        t = team_ensure(s, team)
        entry = NONE if t == NONE else load_entry(s, user, product)
        i = line_find(s, entry, t)
        if entry == NONE or not (
            reserve(s, 2 * fact.count + 1 + hold_slices(s, i), 0, fact.cap_count + counted_caps(s, i))
            and reserve_given(s, fact, 2) and reserve_periods(s, i, 2)
            and reserve_packs(s, t, s.counters[PACK_ID], 1) and pool_reserve(&s.lines, 1)
        ):
            return NO_MEMORY
        i = line_ensure(s, entry, t)
        memset(terms, 0, sizeof(terms))
        terms[7] = user
        terms[8] = product
        terms[11] = fact.window_start
        terms[12] = fact.window_end
        total = give_back(s, i, terms, fact, reason)
        if line_at(s, i).paid_until != NEVER and line_at(s, i).paid_until == fact.window_end:
            forget_window(s, i)
        act_done(s, answer, t, total)
    answer.team = team
    answer.user = user
    answer.product = product
    return DECIDED


cdef list slices_of(Live *s, int32_t team, int64_t tokens):
    """(pack, tokens) that a hold would reserve now, the overdraft's as pack 0."""
    cdef const int32_t *order
    cdef const Pack *pack
    cdef int64_t take
    cdef int64_t i = 0
    found = []
    available(s, team)
    while team != NONE and tokens > 0 and i < team_at(s, team).order.count:
        order = <const int32_t *>team_at(s, team).order.data
        pack = pack_at(s, order[i])
        take = min(tokens, pack.remaining - pack.held)
        if take > 0:
            found.append((pack.pack, take))
            tokens -= take
        i += 1
    if tokens > 0:
        found.append((0, tokens))
    return found
