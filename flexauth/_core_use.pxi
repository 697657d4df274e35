# What a contact or a late check-in tells of a session's use (S2, T1). Reads only; knows no line.

cdef Told told(
    const Terms *terms, const Session *session, int64_t now, int64_t operated_at, int64_t ended_at,
) noexcept nogil:
    """S2, T1: use since the last contact. The client's times are clamped to [last contact, now] and are news only."""
    cdef Told use
    cdef int64_t last = session.operated_at
    cdef int64_t end = FOREVER if ended_at == NEVER else ended_at
    cdef int64_t news = NEVER
    cdef int64_t stop
    memset(&use, 0, sizeof(Told))
    use.idle_at = use.resumed_at = NEVER
    if operated_at > last:
        news = min(min(max(operated_at, session.contact_at), now), end)
    if session.flags & IS_WAITING and news != NEVER:
        use.operated_at = news
        use.resumed_at = max(news, now - terms.heartbeat_interval)
        add_span(&use, use.resumed_at, min(news + terms.idle_after if session.flags & IS_IDLE_AWARE else FOREVER, end))
        return use
    if session.flags & IS_WAITING or not session.flags & IS_IDLE_AWARE:
        add_span(&use, session.contact_at, end)
        use.operated_at = max(last, news)
        return use
    if session.state == ACTIVE:
        stop = last + terms.idle_after
        if news != NEVER and news <= stop:
            last = news
            stop = news + terms.idle_after
            news = NEVER
        add_span(&use, session.contact_at, min(stop, end))
        if stop <= now and stop < end:
            use.idle_at = stop
    if news != NEVER:
        use.resumed_at = max(news, now - terms.heartbeat_interval)
        add_span(&use, use.resumed_at, min(news + terms.idle_after, end))
        last = news
    use.operated_at = last
    return use


cdef inline void add_span(Told *use, int64_t start, int64_t end) noexcept nogil:
    use.starts[use.spans] = start
    use.ends[use.spans] = end
    use.spans += 1


cdef bint used_at(const Told *use, int64_t instant) noexcept nogil:
    """In use at an instant by use that began before it (C5)."""
    cdef int i
    for i in range(use.spans):
        if use.starts[i] < instant < use.ends[i]:
            return True
    return False


cdef int64_t used_until(const Told *use, int64_t now) noexcept nogil:
    """The end of the use that is known, NEVER if there was none."""
    cdef int64_t until = NEVER
    cdef int i
    for i in range(use.spans):
        if use.ends[i] > use.starts[i]:
            until = max(until, min(use.ends[i], now))
    return until


cdef bint goes_on(const Told *use, int64_t now) noexcept nogil:
    cdef int i
    for i in range(use.spans):
        if use.ends[i] > now:
            return True
    return False


cdef inline int64_t begins(const Told *use, int64_t now) noexcept nogil:
    """When use that goes on, or ended since, began anew; NEVER if there was none at all."""
    if use.resumed_at != NEVER:
        return use.resumed_at
    return now if goes_on(use, now) else NEVER


cdef int64_t late_use(const Terms *terms, const Session *session, int64_t operated_at, int64_t ended_at) noexcept nogil:
    """Until when an EXPIRED session used its line, as its late check-in says."""
    cdef int64_t last = session.operated_at
    if not session.flags & IS_IDLE_AWARE:
        return ended_at
    if operated_at > last:
        last = max(last, min(max(operated_at, session.contact_at), ended_at))
    return min(last + terms.idle_after, ended_at)
