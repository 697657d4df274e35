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

cdef bint check_devices(Live *s, const Signin *command, Found *found, Answer *answer) noexcept nogil:
    """D1, D2: False with the denial in `answer`."""
    cdef int32_t i, other
    cdef int64_t registered = 0
    found.registered = False
    found.left = 0
    if found.entry == NONE:
        return True
    i = entry_at(s, found.entry).devices
    while i != NONE:
        registered += 1
        if device_at(s, i).device == found.device:
            found.registered = True
        i = device_at(s, i).next
    if not found.registered and registered >= command.devices_max:
        deny_signin(answer, command, DEVICE_LIMIT)
        return False
    other = elsewhere(s, found.entry, found.device, &found.left)
    if other != NONE and not command.take_over:
        deny_signin(answer, command, IN_USE_ELSEWHERE)
        answer.elsewhere_high = session_at(s, other).high
        answer.elsewhere_low = session_at(s, other).low
        return False
    return True


cdef inline void deny_signin(Answer *answer, const Signin *command, Reason reason) noexcept nogil:
    no_answer(answer, DENIED)
    answer.reason = reason
    answer.user = command.user
    answer.product = command.product
    answer.team = command.team


cdef void check_checkout(Live *s, const Signin *command, Found *found, Answer *answer) noexcept nogil:
    """SPEC 5 from step 2 on; reads only. A granted answer names team, entitlement and tokens to hold."""
    cdef Asking asking
    found.option = NULL
    found.product = product_find(s, command.product)
    if found.product == NONE or product_at(s, found.product).kind == 0:
        no_answer(answer, UNKNOWN)
        return
    if command.rights.barred != NO_REASON:
        deny_signin(answer, command, <Reason>command.rights.barred)
        return
    found.device = ids_find(&s.device_ids, command.digest_high, command.digest_low)
    found.entry = entry_find(s, command.user, found.product)
    if not check_devices(s, command, found, answer):
        return
    asking.user = command.user
    asking.product = command.product
    asking.product_at = found.product
    asking.entry = found.entry
    asking.origin = command.origin
    asking.max_tokens = command.max_tokens
    asking.at = s.now
    asking.asked_team = command.asked_team
    asking.team = 0
    asking.active = True
    asking.operated = False
    found.option = walk(s, &asking, &command.rights, answer)
    if found.option != NULL:
        answer.project = command.project
        found.waits = waits(s, &asking, found.option)
    elif answer.outcome == DENIED and answer.team == 0:
        answer.team = command.team


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
    """D2: the sessions on other devices end; they are left in `scratch`, by id."""
    cdef const Entry *entry = entry_at(s, found.entry)
    cdef int32_t i = entry.running
    cdef int32_t *items
    cdef int64_t k
    cdef Session *session
    cdef Use *use
    s.scratch.count = 0
    while i != NONE:
        if session_at(s, i).device != found.device and not session_at(s, i).flags & IS_WAITING:
            int32_push(&s.scratch, i)
        i = session_at(s, i).at.ring.next
        if i == entry.running:
            break
    items = <int32_t *>s.scratch.data
    sort_items(s, LEASES, items, s.scratch.count)
    for k in range(s.scratch.count):
        end_session(s, items[k], SUPERSEDED, s.now)
        session = session_at(s, items[k])
        if session.line != NONE:
            use = use_at(s, line_at(s, session.line).use)
            use.used_until = max(use.used_until, s.now)
            touch(s, session.line, 0)
    return s.scratch.count


cdef int32_t open_session(Live *s, const Signin *command, const Found *found, const Answer *answer) noexcept nogil:
    cdef int32_t i = pool_take(&s.sessions)
    cdef Session *session = session_at(s, i)
    cdef Extra *extra
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
    session.flags = (
        (IS_IDLE_AWARE if command.idle_aware else 0) | (IS_WAITING if found.waits else 0)
        | (ENDS_BEFORE_RENEWAL if command.end_before_renewal else 0)
    )
    session.max_tokens = command.max_tokens
    session.rights_version = command.rights.version
    session.entitled_until = answer.entitled_until
    session.opened_at = session.contact_at = session.operated_at = s.now
    session.deadline = NEVER
    session.absence = s.absence
    session.end.armed = FOREVER
    index_put(&s.by_session, session_hash(command.high, command.low), i)
    run_session(s, i)
    touch_session(s, i)
    if command.asked_team != 0 or command.project != 0:
        extra = extra_ensure(s, session)
        extra.asked_team = command.asked_team
        extra.project = command.project
    if answer.entitlement == SEAT:
        take_seat(s, session, found.option.pool)
        borrow(s, session, command.offline_until)
    return i


cdef int32_t checkout(Live *s, const Signin *command, Found *found, const Answer *answer) noexcept nogil:
    """A granted checkout: register the device, take over (D2), open the session, begin its use (C1, C2)."""
    cdef Session *session
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
    if found.option.entitlement == TOKENS and not found.waits and not is_per_result(s, found.product):
        begin_use(s, i, s.now, basis, found.option, answer.tokens, True)
        borrow(s, session, command.offline_until)
    for k in range(left):
        settle_line_of(s, (<int32_t *>s.scratch.data)[k])
    if session.line != NONE:
        place_advance(s, session.line, i, found.option)
    set_deadline(s, i)
    return i


cdef inline void settle_line_of(Live *s, int32_t i) noexcept nogil:
    """The use of a session that was taken over has ended."""
    if session_at(s, i).line != NONE:
        settle(s, session_at(s, i).line)
