# Timers: a heap of (time, phase) with four children a node. A timer may be stale; who takes it checks that it still
# means something (lazy deletion), so nothing is ever searched for. Ties are put in order of ids when they are taken.

cdef inline bint timer_before(const Timer *a, const Timer *b) noexcept nogil:
    return a.at < b.at or (a.at == b.at and a.phase < b.phase)


cdef void timer_push(Live *s, int64_t at, Phase phase, int32_t item) noexcept nogil:
    """Set a timer; there must be room."""
    cdef Timer *heap = <Timer *>s.timers.data
    cdef Timer timer
    cdef int64_t i = s.timers.count
    cdef int64_t parent
    timer.at = at
    timer.phase = phase
    timer.item = item
    s.timers.count += 1
    while i > 0:
        parent = (i - 1) >> 2
        if not timer_before(&timer, &heap[parent]):
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = timer


cdef void timer_pop(Live *s) noexcept nogil:
    """Take the first timer away."""
    cdef Timer *heap = <Timer *>s.timers.data
    cdef Timer last
    cdef int64_t i = 0
    cdef int64_t child, least, end, count
    s.timers.count -= 1
    count = s.timers.count
    if count == 0:
        return
    last = heap[count]
    while True:
        child = (i << 2) + 1
        if child >= count:
            break
        end = min(child + 4, count)
        least = child
        child += 1
        while child < end:
            if timer_before(&heap[child], &heap[least]):
                least = child
            child += 1
        if not timer_before(&heap[least], &last):
            break
        heap[i] = heap[least]
        i = least
    heap[i] = last


# ---------------------------------------------------------------- order of ids (T4)

cdef bint item_before(const Live *s, Phase phase, int32_t a, int32_t b) noexcept nogil:
    """By pack id, by line's key, or by session id."""
    cdef const Line *one
    cdef const Line *other
    cdef const Entry *x
    cdef const Entry *y
    if phase == PACKS:
        return pack_at(s, a).pack < pack_at(s, b).pack
    if phase == LEASES:
        return session_before(s, a, b)
    one = line_at(s, a)
    other = line_at(s, b)
    x = entry_at(s, one.entry)
    y = entry_at(s, other.entry)
    if one.team != other.team:
        return team_at(s, one.team).team < team_at(s, other.team).team
    if x.user != y.user:
        return x.user < y.user
    return product_at(s, x.product).product < product_at(s, y.product).product


cdef void sift(const Live *s, Phase phase, int32_t *items, int64_t i, int64_t count) noexcept nogil:
    cdef int32_t item = items[i]
    cdef int64_t child
    while True:
        child = 2 * i + 1
        if child >= count:
            break
        if child + 1 < count and item_before(s, phase, items[child], items[child + 1]):
            child += 1
        if not item_before(s, phase, item, items[child]):
            break
        items[i] = items[child]
        i = child
    items[i] = item


cdef void sort_items(const Live *s, Phase phase, int32_t *items, int64_t count) noexcept nogil:
    """Heapsort: no memory, and no order of input that makes it slow."""
    cdef int64_t i = count // 2
    cdef int32_t last
    while i > 0:
        i -= 1
        sift(s, phase, items, i, count)
    i = count
    while i > 1:
        i -= 1
        last = items[i]
        items[i] = items[0]
        items[0] = last
        sift(s, phase, items, 0, i)
