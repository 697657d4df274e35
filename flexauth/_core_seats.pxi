# Network seats (section 5): who has one of a pool. A seat is a user's; all his sessions of the pool use it.

cdef inline SeatPool *seat_pool_at(const Live *s, int32_t i) noexcept nogil:
    return <SeatPool *>pool_place(s.seat_pools.chunks, i, sizeof(SeatPool))


cdef int32_t seat_pool_find(const Live *s, int64_t pool) noexcept nogil:
    cdef Probe probe
    cdef int32_t i = index_first(&s.by_seat_pool, mix(pool), &probe)
    while i != NONE and seat_pool_at(s, i).pool != pool:
        i = index_next(&probe)
    return i


cdef int32_t seat_pool_ensure(Live *s, int64_t pool) noexcept nogil:
    """The pool, made if it is new; NONE when there is no memory."""
    cdef int32_t i = seat_pool_find(s, pool)
    if i != NONE:
        return i
    if not (pool_reserve(&s.seat_pools, 1) and index_reserve(&s.by_seat_pool, mix(pool), 1)):
        return NONE
    i = pool_take(&s.seat_pools)
    seat_pool_at(s, i).pool = pool
    index_put(&s.by_seat_pool, mix(pool), i)
    return i


cdef int64_t holder_place(const SeatPool *seats, int64_t user) noexcept nogil:
    """How many holders have a smaller id."""
    cdef const Holder *holders = <const Holder *>seats.holders.data
    cdef int64_t low = 0
    cdef int64_t high = seats.holders.count
    cdef int64_t middle
    while low < high:
        middle = (low + high) >> 1
        if holders[middle].user < user:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline const Holder *holder_of(const SeatPool *seats, int64_t user) noexcept nogil:
    """NULL when the user has no seat of the pool."""
    cdef int64_t place = holder_place(seats, user)
    cdef const Holder *holder = <const Holder *>seats.holders.data + place
    return holder if place < seats.holders.count and holder.user == user else NULL


cdef bint keeps_seat(const SeatPool *seats, const Holder *holder) noexcept nogil:
    """A pool smaller than its use has seats for its earliest users; only such a pool is searched."""
    cdef const Holder *holders = <const Holder *>seats.holders.data
    cdef int64_t earlier = 0
    cdef int64_t i
    if seats.holders.count <= seats.seats:
        return True
    for i in range(seats.holders.count):
        if holders[i].since < holder.since or (holders[i].since == holder.since and holders[i].user < holder.user):
            earlier += 1
    return earlier < seats.seats


cdef bint seat_is_free(const Live *s, int64_t pool, int64_t user) noexcept nogil:
    """There is a seat for the user: his own, or one that nobody has."""
    cdef int32_t i = seat_pool_find(s, pool)
    cdef const Holder *holder
    if i == NONE:
        return False
    holder = holder_of(seat_pool_at(s, i), user)
    if holder != NULL:
        return keeps_seat(seat_pool_at(s, i), holder)
    return seat_pool_at(s, i).holders.count < seat_pool_at(s, i).seats


cdef bint seat_is_lost(const Live *s, const Session *session) noexcept nogil:
    """The session runs on a seat that its pool no longer has."""
    cdef const SeatPool *seats
    if session.entitlement != SEAT:
        return False
    seats = seat_pool_at(s, seat_pool_find(s, seat_pool(s, session)))
    return not keeps_seat(seats, holder_of(seats, session_user(s, session)))


cdef bint reserve_seat(Live *s, int64_t pool) noexcept nogil:
    """Room for one more seat to be taken."""
    cdef int32_t i = seat_pool_ensure(s, pool)
    return (
        i != NONE and array_reserve(&seat_pool_at(s, i).holders, sizeof(Holder), 1) and pool_reserve(&s.extras, 1)
    )


cdef void join_seat(Live *s, Session *session) noexcept nogil:
    """The session is among those of its user's seat; there is room. A seat that he has keeps its beginning."""
    cdef Extra *extra = extra_at(s, session.extra)
    cdef SeatPool *seats = seat_pool_at(s, seat_pool_find(s, extra.pool))
    cdef int64_t user = session_user(s, session)
    cdef int64_t place = holder_place(seats, user)
    cdef Holder *holder = <Holder *>seats.holders.data + place
    if place == seats.holders.count or holder.user != user:
        memmove(holder + 1, holder, (seats.holders.count - place) * sizeof(Holder))
        seats.holders.count += 1
        holder.user = user
        holder.since = extra.seat_since
        holder.sessions = 0
    extra.seat_since = holder.since
    holder.sessions += 1


cdef void leave_seat(Live *s, const Session *session, int64_t user) noexcept nogil:
    """With the last of his sessions the user's seat is free."""
    cdef SeatPool *seats = seat_pool_at(s, seat_pool_find(s, seat_pool(s, session)))
    cdef int64_t place = holder_place(seats, user)
    cdef Holder *holder = <Holder *>seats.holders.data + place
    holder.sessions -= 1
    if holder.sessions == 0:
        seats.holders.count -= 1
        memmove(holder, holder + 1, (seats.holders.count - place) * sizeof(Holder))


cdef void take_seat(Live *s, Session *session, int64_t pool) noexcept nogil:
    """The session runs on a seat of the pool from now on; `seat_is_free` said so, and there is room."""
    cdef Extra *extra = extra_ensure(s, session)
    extra.pool = pool
    extra.seat_since = s.now
    join_seat(s, session)


cdef void give_seat(Live *s, Session *session) noexcept nogil:
    """The session runs on no seat any more."""
    cdef Extra *extra = extra_at(s, session.extra)
    leave_seat(s, session, session_user(s, session))
    extra.pool = 0
    extra.seat_since = NEVER


cdef void borrow(Live *s, Session *session, int64_t until) noexcept nogil:
    """S4: until then, at most `lease_max` after this contact; a contact that asks not ends it."""
    cdef int64_t latest = s.now + terms_at(s, session.team, s.now).lease_max
    if until > s.now:
        extra_ensure(s, session).borrowed_until = min(until, latest)
    elif session.extra != NONE:
        extra_at(s, session.extra).borrowed_until = NEVER
