# Teams and packs (SPEC 2): one balance of live packs, consumed in the order of P3; the ledger and the use log.

cdef inline Team *team_at(const Live *s, int32_t i) noexcept nogil:
    return <Team *>pool_place(s.teams.chunks, i, sizeof(Team))


cdef inline Pack *pack_at(const Live *s, int32_t i) noexcept nogil:
    return <Pack *>pool_place(s.packs.chunks, i, sizeof(Pack))


cdef inline Product *product_at(const Live *s, int32_t i) noexcept nogil:
    return <Product *>pool_place(s.products.chunks, i, sizeof(Product))


cdef inline int32_t team_find(Live *s, int64_t team) noexcept nogil:
    """The team, NONE when there is none."""
    cdef int32_t *recent = &s.recent_teams[team & (RECENT - 1)]
    if recent[0] < s.teams.used and team_at(s, recent[0]).team == team and team != 0:
        return recent[0]
    cdef int32_t i = team_search(s, team)
    if i != NONE:
        recent[0] = i
    return i


cdef int32_t team_search(const Live *s, int64_t team) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_team, mix(team), &probe)
    while i != NONE and team_at(s, i).team != team:
        i = index_next(&probe)
    return i


cdef int32_t team_ensure(Live *s, int64_t team) noexcept nogil:
    """The team, made if it is new; NONE when there is no memory."""
    cdef int32_t i = team_find(s, team)
    if i != NONE:
        return i
    if not (pool_reserve(&s.teams, 1) and pool_reserve(&s.packs, 1) and index_reserve(&s.by_team, mix(team), 1)):
        return NONE
    i = pool_take(&s.teams)
    team_at(s, i).team = team
    team_at(s, i).next_start = INT64_MAX
    team_at(s, i).credit = pool_take(&s.packs)
    pack_at(s, team_at(s, i).credit).team = i
    pack_at(s, team_at(s, i).credit).live = True
    index_put(&s.by_team, mix(team), i)
    return i


cdef inline int32_t pack_find(const Live *s, int64_t pack) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_pack, mix(pack), &probe)
    while i != NONE and pack_at(s, i).pack != pack:
        i = index_next(&probe)
    return i


cdef inline int32_t product_find(Live *s, int64_t product) noexcept nogil:
    cdef int32_t *recent = &s.recent_products[product & (RECENT - 1)]
    if recent[0] < s.products.used and product_at(s, recent[0]).product == product:
        return recent[0]
    cdef int32_t i = product_search(s, product)
    if i != NONE:
        recent[0] = i
    return i


cdef int32_t product_search(const Live *s, int64_t product) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_product, mix(product), &probe)
    while i != NONE and product_at(s, i).product != product:
        i = index_next(&probe)
    return i


cdef int32_t product_ensure(Live *s, int64_t product) noexcept nogil:
    cdef int32_t i = product_find(s, product)
    if i != NONE:
        return i
    if not (pool_reserve(&s.products, 1) and index_reserve(&s.by_product, mix(product), 1)):
        return NONE
    i = pool_take(&s.products)
    product_at(s, i).product = product
    index_put(&s.by_product, mix(product), i)
    return i


# ---------------------------------------------------------------- prices and contracts (C14)

cdef inline bint price_before(const Price *a, const Price *b) noexcept nogil:
    if a.valid_from != b.valid_from:
        return a.valid_from < b.valid_from
    if a.version != b.version:
        return a.version < b.version
    return a.rate < b.rate


cdef bint put_price(Product *product, const Price *price) noexcept nogil:
    cdef Price *prices
    cdef int64_t i
    if not array_reserve(&product.prices, sizeof(Price), 1):
        return False
    prices = <Price *>product.prices.data
    i = product.prices.count
    while i > 0 and price_before(price, &prices[i - 1]):
        prices[i] = prices[i - 1]
        i -= 1
    prices[i] = price[0]
    product.prices.count += 1
    return True


cdef inline Price price_at(const Live *s, int32_t product, int64_t at) noexcept nogil:
    """The price in force at an instant (C14); rate 0, version 0 before the first."""
    cdef const Array *array = &product_at(s, product).prices
    cdef const Price *prices = <const Price *>array.data
    cdef int64_t low = 0
    cdef int64_t high = array.count
    cdef int64_t middle
    cdef Price none
    if high > 0 and prices[high - 1].valid_from <= at:
        return prices[high - 1]
    while low < high:
        middle = (low + high) >> 1
        if prices[middle].valid_from <= at:
            low = middle + 1
        else:
            high = middle
    if low > 0:
        return prices[low - 1]
    none.valid_from = NEVER
    none.version = none.rate = 0
    return none


cdef inline bint terms_before(const Terms *a, const Terms *b) noexcept nogil:
    return a.effective_at < b.effective_at or (a.effective_at == b.effective_at and a.version < b.version)


cdef bint put_terms(Team *team, const Terms *terms) noexcept nogil:
    """Of contracts with equal time and version the first one counts."""
    cdef Terms *contract
    cdef int64_t i
    if not array_reserve(&team.contract, sizeof(Terms), 1):
        return False
    contract = <Terms *>team.contract.data
    i = team.contract.count
    while i > 0 and not terms_before(&contract[i - 1], terms):
        contract[i] = contract[i - 1]
        i -= 1
    contract[i] = terms[0]
    team.contract.count += 1
    return True


cdef inline const Terms *terms_at(const Live *s, int32_t team, int64_t at) noexcept nogil:
    """The contract in force at an instant; the default one, version 0, before the first."""
    cdef const Array *array
    cdef const Terms *contract
    cdef int64_t low = 0
    cdef int64_t high, middle
    if team == NONE:
        return &DEFAULT_TERMS
    array = &team_at(s, team).contract
    contract = <const Terms *>array.data
    high = array.count
    if high > 0 and contract[high - 1].effective_at <= at:
        return &contract[high - 1]
    while low < high:
        middle = (low + high) >> 1
        if contract[middle].effective_at <= at:
            low = middle + 1
        else:
            high = middle
    return &contract[low - 1] if low > 0 else &DEFAULT_TERMS


# ---------------------------------------------------------------- packs in order (P3)

cdef inline bint pack_before(const Pack *a, const Pack *b) noexcept nogil:
    if a.ends_at != b.ends_at:
        return a.ends_at < b.ends_at
    if a.size != b.size:
        return a.size < b.size
    if a.unit_price != b.unit_price:
        return a.unit_price > b.unit_price
    if a.purchased_at != b.purchased_at:
        return a.purchased_at < b.purchased_at
    return a.pack < b.pack


cdef int32_t pack_place(const Live *s, const Team *team, const Pack *pack) noexcept nogil:
    """How many packs of the order come before this one."""
    cdef const int32_t *order = <const int32_t *>team.order.data
    cdef int32_t low = 0
    cdef int32_t high = <int32_t>team.order.count
    cdef int32_t middle
    while low < high:
        middle = (low + high) >> 1
        if pack_before(pack_at(s, order[middle]), pack):
            low = middle + 1
        else:
            high = middle
    return low


cdef void pack_begin(Live *s, int32_t i) noexcept nogil:
    """A pack joins its team's order; there is room (`add_pack`)."""
    cdef Pack *pack = pack_at(s, i)
    cdef Team *team = team_at(s, pack.team)
    cdef int32_t place = pack_place(s, team, pack)
    cdef int32_t *order = <int32_t *>team.order.data
    memmove(order + place + 1, order + place, (team.order.count - place) * sizeof(int32_t))
    order[place] = i
    team.order.count += 1
    team.head = min(team.head, place)
    team.available += pack.remaining - pack.held
    pack.live = True


cdef void pack_leave(Live *s, int32_t i) noexcept nogil:
    """A live pack leaves its team's order."""
    cdef Pack *pack = pack_at(s, i)
    cdef Team *team = team_at(s, pack.team)
    cdef int32_t place = pack_place(s, team, pack)
    cdef int32_t *order = <int32_t *>team.order.data
    team.order.count -= 1
    memmove(order + place, order + place + 1, (team.order.count - place) * sizeof(int32_t))
    if place < team.head:
        team.head -= 1
    team.available -= pack.remaining - pack.held
    pack.live = False


cdef void begin_due_packs(Live *s, Team *team) noexcept nogil:
    """Packs that have begun by now join the order."""
    cdef int32_t *upcoming = <int32_t *>team.upcoming.data
    cdef int64_t kept = 0
    cdef int64_t i
    team.next_start = INT64_MAX
    for i in range(team.upcoming.count):
        if pack_at(s, upcoming[i]).starts_at <= s.now:
            pack_begin(s, upcoming[i])
        else:
            team.next_start = min(team.next_start, pack_at(s, upcoming[i]).starts_at)
            upcoming[kept] = upcoming[i]
            kept += 1
    team.upcoming.count = kept


cdef inline int64_t available(Live *s, int32_t team) noexcept nogil:
    """P2: free tokens of live packs, less what is owed and what is held past them (C10)."""
    cdef Team *t
    if team == NONE:
        return 0
    t = team_at(s, team)
    if t.next_start <= s.now:
        begin_due_packs(s, t)
    return t.available


cdef inline Reason why_not(Live *s, int32_t team) noexcept nogil:
    """SPEC 10: a team without any live pack, or a balance that is too small."""
    available(s, team)
    return INSUFFICIENT_TOKENS if team != NONE and team_at(s, team).order.count > 0 else NO_LIVE_PACK


cdef inline void tokens_came_free(Live *s, const Pack *pack) noexcept nogil:
    cdef Team *team = team_at(s, pack.team)
    if pack.live and pack.pack != 0:
        team.head = min(team.head, pack_place(s, team, pack))


cdef int64_t count_slices(Live *s, int32_t team, int64_t tokens) noexcept nogil:
    """How many slices `take_slices` would take."""
    cdef const Team *t = team_at(s, team)
    cdef const int32_t *order = <const int32_t *>t.order.data
    cdef int64_t count = 0
    cdef int64_t i = t.head
    while tokens > 0 and i < t.order.count:
        tokens -= pack_at(s, order[i]).remaining - pack_at(s, order[i]).held
        count += 1
        i += 1
    return count + (tokens > 0)


cdef int32_t take_slices(Live *s, int32_t team, int64_t tokens) noexcept nogil:
    """Exact slices in the order of P3, as a list; what the packs do not have is of the overdraft account (C10)."""
    cdef Team *t = team_at(s, team)
    cdef const int32_t *order = <const int32_t *>t.order.data
    cdef int32_t first = NONE
    cdef int32_t *link = &first
    cdef int32_t at = t.head
    cdef int64_t take
    while tokens > 0 and at < t.order.count:
        take = min(tokens, pack_at(s, order[at]).remaining - pack_at(s, order[at]).held)
        if take > 0:
            link = add_slice(s, link, order[at], take)
            tokens -= take
        elif at == t.head:
            t.head += 1
        at += 1
    if tokens > 0:
        add_slice(s, link, t.credit, tokens)
    return first


cdef inline int32_t *add_slice(Live *s, int32_t *link, int32_t pack, int64_t tokens) noexcept nogil:
    """A slice at the end of a list; gives where the next one goes."""
    cdef int32_t i = pool_take(&s.slices)
    link[0] = i
    slice_at(s, i).pack = pack
    slice_at(s, i).tokens = tokens
    slice_at(s, i).next = NONE
    return &slice_at(s, i).next


cdef bint reserve_packs(Live *s, int32_t team, int64_t pack, int64_t count) noexcept nogil:
    """Room for so many new packs, this one among them."""
    cdef Team *t = team_at(s, team)
    return (
        index_reserve(&s.by_pack, mix(pack), count)
        and pool_reserve(&s.packs, count)
        and array_reserve(&t.upcoming, sizeof(int32_t), count)
        and array_reserve(&t.order, sizeof(int32_t), t.upcoming.count + count)
        and array_reserve(&s.timers, sizeof(Timer), count)
        and array_reserve(&s.dirty_packs, sizeof(int32_t), count)
        and array_reserve(&s.rows[LEDGER], LEDGER_WIDTH * sizeof(int64_t), count)
    )


cdef int32_t put_pack(Live *s, const Pack *terms) noexcept nogil:
    """A pack enters its team; there is room."""
    cdef int32_t i = pool_take(&s.packs)
    cdef Team *team = team_at(s, terms.team)
    pack_at(s, i)[0] = terms[0]
    index_put(&s.by_pack, mix(terms.pack), i)
    if not terms.ended:
        int32_push(&team.upcoming, i)
        team.next_start = min(team.next_start, terms.starts_at)
        timer_push(s, terms.ends_at, PACKS, i)
    return i


cdef int32_t add_pack(Live *s, const Pack *terms) noexcept nogil:
    """A new, still empty pack; its tokens come by a ledger entry."""
    cdef int32_t i = put_pack(s, terms)
    touch_pack(s, i)
    return i


# ---------------------------------------------------------------- books (L1, L7)

cdef int64_t *book_entry(
    Live *s, EntryKind kind, int32_t book, int32_t i, int64_t tokens, int64_t effective_at,
) noexcept nogil:
    """Append an entry to a team's ledger and move a pack by it; gives its row, for the columns from `user` on."""
    cdef Pack *pack = pack_at(s, i)
    cdef Team *team = team_at(s, book)
    cdef int64_t *row = row_push(&s.rows[LEDGER], LEDGER_WIDTH)
    team.ledger_seq += 1
    pack.remaining += tokens
    if pack.live:
        team_at(s, pack.team).available += tokens
    memset(row, 0, LEDGER_WIDTH * sizeof(int64_t))
    row[0] = team.team
    row[1] = team.ledger_seq
    row[2] = s.now
    row[3] = kind
    row[4] = effective_at
    row[5] = pack.pack
    row[6] = tokens
    row[11] = row[12] = NEVER
    return row


cdef void put_terms_of(const Live *s, const Line *line, int64_t *row) noexcept nogil:
    """Columns `user` to `basis` of an entry: whose charge it is, its window, and the terms it was made under."""
    cdef const Use *use = use_at(s, line.use)
    row[7] = entry_at(s, line.entry).user
    row[8] = product_at(s, entry_at(s, line.entry).product).product
    row[9] = <int64_t>use.session_high
    row[10] = <int64_t>use.session_low
    row[11] = use.window_start
    row[12] = line.paid_until
    row[13] = use.rate
    row[14] = use.rate_version
    row[15] = use.policy_version
    row[16] = use.basis


cdef int64_t enter(
    Live *s, EntryKind kind, int32_t i, int64_t tokens, int64_t effective_at, int64_t transfer,
) noexcept nogil:
    """An entry of the pack's team; gives its sequence."""
    cdef int64_t *row = book_entry(s, kind, pack_at(s, i).team, i, tokens, effective_at)
    row[18] = transfer
    return row[1]


cdef int64_t enter_charge(Live *s, int32_t i, int64_t tokens, int64_t effective_at, const Line *line) noexcept nogil:
    """The slice of a charge; what is past the packs is OVERDRAFT (C10)."""
    cdef int64_t *row = book_entry(s, CHARGE if pack_at(s, i).pack else OVERDRAFT, line.team, i, -tokens, effective_at)
    put_terms_of(s, line, row)
    return row[1]


cdef int64_t log_row(
    Live *s, int32_t team, UseEvent event, int64_t at, int64_t user, int64_t product, uint64_t high, uint64_t low,
    int64_t device, int64_t code, int64_t origin, int64_t operations,
) noexcept nogil:
    """Append a row to the use log; gives its sequence. Team 0 keeps no log."""
    cdef Team *t = team_at(s, team)
    cdef int64_t *row
    if t.team == 0:
        return 0
    t.use_seq += 1
    row = row_push(&s.rows[USE_LOG], USE_LOG_WIDTH)
    row[0] = t.team
    row[1] = t.use_seq
    row[2] = s.now
    row[3] = event
    row[4] = at
    row[5] = user
    row[6] = product
    row[7] = <int64_t>high
    row[8] = <int64_t>low
    row[9] = device
    row[10] = code
    row[11] = origin
    row[12] = operations
    return t.use_seq


cdef inline int64_t log_use(Live *s, UseEvent event, int64_t at, const Session *session, int64_t code) noexcept nogil:
    """A row of the use log about a session."""
    return log_row(
        s, session.team, event, at, session_user(s, session), product_at(s, session_product(s, session)).product,
        session.high, session.low, session.device, code, session.origin, session.operations,
    )
