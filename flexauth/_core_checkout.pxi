# The commands of a session (SPEC 5): each is a check that only reads, then memory is reserved, then what cannot fail.

cdef inline int32_t entry_find(const Live *s, int64_t user, int32_t product) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_entry, mix_two(user, product), &probe)
    while i != NONE and (entry_at(s, i).user != user or entry_at(s, i).product != product):
        i = index_next(&probe)
    return i


cdef inline Device *device_at(const Live *s, int32_t i) noexcept nogil:
    return <Device *>pool_place(s.devices.chunks, i, sizeof(Device))


cdef int32_t entry_make(Live *s, int64_t user, int32_t product) noexcept nogil:
    """A new entry; there is room."""
    cdef int32_t i = pool_take(&s.entries)
    cdef Entry *entry = entry_at(s, i)
    entry.user = user
    entry.product = product
    entry.lines = entry.devices = entry.running = NONE
    index_put(&s.by_entry, mix_two(user, product), i)
    return i


cdef void forget_entry(Live *s, int32_t i) noexcept nogil:
    """An entry without lines, devices and running sessions goes."""
    cdef Entry *entry = entry_at(s, i)
    if entry.lines == NONE and entry.devices == NONE and entry.running == NONE:
        index_remove(&s.by_entry, mix_two(entry.user, entry.product), i)
        pool_give(&s.entries, i)


# ---------------------------------------------------------------- check

cdef inline void deny(Answer *answer, const Signin *command, Reason reason, int64_t team) noexcept nogil:
    no_answer(answer, DENIED)
    answer.reason = reason
    answer.user = command.user
    answer.product = command.product
    answer.team = team


cdef bint check_devices(Live *s, const Signin *command, Found *found, Answer *answer) noexcept nogil:
    """D1, D2: False with the denial in `answer`."""
    cdef const Entry *entry
    cdef const Session *session
    cdef int32_t i, elsewhere
    cdef int64_t registered = 0
    found.registered = False
    found.left = 0
    if found.entry == NONE:
        return True
    entry = entry_at(s, found.entry)
    i = entry.devices
    while i != NONE:
        registered += 1
        if device_at(s, i).device == found.device:
            found.registered = True
        i = device_at(s, i).next
    if not found.registered and registered >= command.devices_max:
        deny(answer, command, DEVICE_LIMIT, command.team)
        return False
    i = entry.running
    if i == NONE or session_at(s, i).device == found.device:
        return True             # D2 has kept all that run on one device
    elsewhere = i
    while True:
        found.left += 1
        if session_before(s, i, elsewhere):
            elsewhere = i
        i = session_at(s, i).at.ring.next
        if i == entry.running:
            break
    if not command.take_over:
        deny(answer, command, IN_USE_ELSEWHERE, command.team)
        session = session_at(s, elsewhere)
        answer.elsewhere_high = session.high
        answer.elsewhere_low = session.low
        return False
    return True


cdef void short_of(Live *s, int32_t team, int64_t needed, Answer *answer) noexcept nogil:
    answer.outcome = DENIED
    answer.reason = why_not(s, team)
    answer.shortfall = needed - answer.balance


cdef void try_candidate(
    Live *s, const Signin *command, const Found *found, const Option *option, Answer *answer,
) noexcept nogil:
    """One candidate: an included product (C12), a window already paid or pending (C1), or tokens (C2)."""
    cdef int32_t team = team_find(s, option.team)
    cdef int32_t i = line_find(s, found.entry, team)
    cdef int64_t pending = NEVER if i == NONE else pending_since(s, line_at(s, i))
    no_answer(answer, GRANTED)
    answer.user = command.user
    answer.product = command.product
    answer.team = option.team
    answer.rate = price_at(s, found.product, s.now).rate
    answer.balance = available(s, team)
    if option.entitlement == INCLUDED:
        if answer.balance > 0:
            answer.entitlement = INCLUDED
        else:
            short_of(s, team, 1, answer)
    elif i != NONE and line_at(s, i).paid_until > s.now:
        answer.entitlement = PAID_WINDOW
        answer.paid_until = line_at(s, i).paid_until
    elif pending != NEVER:
        answer.entitlement = TOKENS
        answer.paid_until = paid_until(s, line_at(s, i))
        answer.pending_since = pending
    elif answer.rate == 0:
        no_answer(answer, UNKNOWN)
    else:
        try_charge(s, command, team, i, option, answer)


cdef void try_charge(
    Live *s, const Signin *command, int32_t team, int32_t line, const Option *option, Answer *answer,
) noexcept nogil:
    """Step 5: a hold of the rate, or why not."""
    cdef Consented by = consented(terms_at(s, team, s.now), command.origin, command.max_tokens)
    cdef Refusal refusal = may_charge(s, team, answer.rate, s.now, option, &by, False)
    if refusal.reason != NO_REASON:
        answer.outcome = DENIED
        answer.reason = refusal.reason
        answer.cap = refusal.cap
        answer.shortfall = refusal.shortfall
        if refusal.shortfall == 0:
            answer.tokens = answer.rate
        return
    answer.entitlement = TOKENS
    answer.tokens = answer.rate
    answer.balance -= answer.rate
    answer.paid_until = would_end(s, team, line, s.now)
    answer.pending_since = s.now


cdef void check_checkout(Live *s, const Signin *command, Found *found, Answer *answer) noexcept nogil:
    """SPEC 5 from step 2 on; reads only. A granted answer names team, entitlement and tokens to hold.

    The first candidate that is granted for nothing serves, else the first that is granted; else the first denies.
    """
    cdef Answer other
    cdef bint granted
    cdef int64_t i
    found.product = product_find(s, command.product)
    if found.product == NONE or product_at(s, found.product).kind == 0:
        no_answer(answer, UNKNOWN)
        return
    found.device = ids_find(&s.device_ids, command.digest_high, command.digest_low)
    found.entry = entry_find(s, command.user, found.product)
    if not check_devices(s, command, found, answer):
        return
    if command.rights.option_count == 0:
        deny(answer, command, <Reason>command.rights.refusal, command.team)
        return
    try_candidate(s, command, found, &command.rights.options[0], answer)
    for i in range(1, command.rights.option_count):
        if answer.outcome == GRANTED and answer.tokens == 0:
            break
        try_candidate(s, command, found, &command.rights.options[i], &other)
        granted = other.outcome == GRANTED
        if granted and (other.tokens == 0 or answer.outcome != GRANTED):
            answer[0] = other


# ---------------------------------------------------------------- apply

cdef void refuse(Live *s, const Signin *command, const Answer *answer, int32_t team) noexcept nogil:
    """A denial changes nothing and is recorded (SPEC 10)."""
    log_row(
        s, team, DENIED_EVENT, s.now, command.user, command.product, command.high, command.low,
        0, answer.reason, command.origin, 0,
    )


cdef void register_device(Live *s, const Signin *command, Found *found) noexcept nogil:
    """D1."""
    cdef int32_t *link
    cdef int32_t i
    cdef int64_t *row
    if found.device == 0:
        found.device = s.counters[DEVICE_ID]
        s.counters[DEVICE_ID] += 1
        ids_put(&s.device_ids, command.digest_high, command.digest_low, found.device)
        row = row_push(&s.rows[DEVICE_NAME], DEVICE_NAME_WIDTH)
        row[0] = found.device
        row[1] = <int64_t>command.digest_high
        row[2] = <int64_t>command.digest_low
    if found.registered:
        return
    i = pool_take(&s.devices)
    device_at(s, i).next = NONE
    device_at(s, i).device = found.device
    device_at(s, i).registered_at = s.now
    link = &entry_at(s, found.entry).devices
    while link[0] != NONE:
        link = &device_at(s, link[0]).next
    link[0] = i
    row = row_push(&s.rows[DEVICE], DEVICE_WIDTH)
    row[0] = command.user
    row[1] = command.product
    row[2] = found.device
    row[3] = s.now


cdef int64_t take_over(Live *s, const Found *found) noexcept nogil:
    """D2: the sessions on other devices end; they are left in `scratch`, in order of their opening."""
    cdef const Entry *entry = entry_at(s, found.entry)
    cdef int32_t i = entry.running
    cdef int32_t *items
    cdef int64_t k
    cdef int64_t count
    cdef Session *session
    cdef Use *use
    s.scratch.count = 0
    while i != NONE:
        if session_at(s, i).device != found.device:
            int32_push(&s.scratch, i)
        i = session_at(s, i).at.ring.next
        if i == entry.running:
            break
    count = s.scratch.count
    items = <int32_t *>s.scratch.data
    memcpy(items + count, items, count * sizeof(int32_t))
    sort_items(s, LEASES, items + count, count)
    for k in range(count, 2 * count):
        end_session(s, items[k], SUPERSEDED, s.now)
        session = session_at(s, items[k])
        if session.line != NONE:
            use = use_at(s, line_at(s, session.line).use)
            use.used_until = max(use.used_until, s.now)
            touch(s, session.line, 0)
    return count


cdef int32_t open_session(Live *s, const Signin *command, const Found *found, const Answer *answer) noexcept nogil:
    cdef int32_t i = pool_take(&s.sessions)
    cdef Session *session = session_at(s, i)
    cdef int64_t k
    session.high = command.high
    session.low = command.low
    session.entry = found.entry
    session.team = found.team
    session.line = session.extra = NONE
    session.device = found.device
    session.state = ACTIVE
    session.entitlement = session.granted = <int8_t>answer.entitlement
    session.tokens = answer.tokens
    session.content = command.content
    session.origin = <int8_t>command.origin
    session.flags = IS_IDLE_AWARE if command.idle_aware else 0
    session.max_tokens = command.max_tokens
    session.rights_version = command.rights.version
    session.entitled_until = NEVER
    for k in range(command.rights.option_count):
        if command.rights.options[k].team == answer.team:
            session.entitled_until = command.rights.options[k].until
            break
    session.opened_at = session.contact_at = session.operated_at = s.now
    session.deadline = NEVER
    session.absence = s.absence
    session.end.armed = FOREVER
    index_put(&s.by_session, session_hash(command.high, command.low), i)
    run_session(s, i)
    touch_session(s, i)
    return i


cdef int32_t checkout(Live *s, const Signin *command, Found *found, const Answer *answer) noexcept nogil:
    """A granted checkout: register the device, take over (D2), open the session, begin its use (C1, C2)."""
    cdef Session *session
    cdef Use *use
    cdef int64_t left = 0
    cdef int64_t k, basis
    cdef int32_t i
    if found.entry == NONE:
        found.entry = entry_make(s, command.user, found.product)
    register_device(s, command, found)
    if found.left > 0:
        left = take_over(s, found)
    i = open_session(s, command, found, answer)
    session = session_at(s, i)
    basis = log_use(s, BEGIN, s.now, session, session.entitlement)
    if answer.entitlement == TOKENS or answer.entitlement == PAID_WINDOW:
        session.line = line_ensure(s, found.entry, found.team)
        use = use_ensure(s, session.line)
        if at_rest(use):
            forget_terms(use)
        join_line(s, i)
        touch(s, session.line, 0)
        if answer.tokens > 0:
            place_hold(s, session.line, session, s.now, basis, charged_by(&command.rights, answer.team))
        use.used_until = max(use.used_until, s.now)
    for k in range(left):
        settle_line_of(s, (<int32_t *>s.scratch.data)[k])
    set_deadline(s, i)
    return i


cdef inline void settle_line_of(Live *s, int32_t i) noexcept nogil:
    """The use of a session that was taken over has ended."""
    if session_at(s, i).line != NONE:
        settle(s, session_at(s, i).line)
