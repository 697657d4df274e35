# Which of the ways that the rights give a session is taken (section 5, steps 4 and 5; E1, E3). Reads only.

cdef inline bint holds(const Option *option, int64_t now) noexcept nogil:
    return option.refusal == NO_REASON and (option.until == NEVER or option.until > now)


cdef inline bint is_per_result(const Live *s, int32_t product) noexcept nogil:
    return product_at(s, product).kind == PER_RESULT


cdef inline bint has_turn(const Live *s, const Asking *asking, const Option *option) noexcept nogil:
    """It costs a balance, or only says why not."""
    if asking.team != 0 and option.team != asking.team:
        return False
    if option.refusal != NO_REASON:
        return True
    return (option.entitlement == TOKENS or option.entitlement == INCLUDED) and holds(option, s.now)


# ---------------------------------------------------------------- teams in order of E1

cdef bint covers(Live *s, const Asking *asking, const Option *option, int32_t team) noexcept nogil:
    cdef int64_t rate
    if option.entitlement != TOKENS or is_per_result(s, asking.product_at):
        return available(s, team) > 0
    rate = price_at(s, asking.product_at, asking.at).rate
    return rate > 0 and lacking(s, team, rate, asking.at) == 0


cdef int64_t next_end(const Live *s, int32_t team) noexcept nogil:
    """The end of the pack that is consumed next."""
    cdef const Team *t
    cdef const int32_t *order
    cdef const Pack *pack
    cdef int64_t i
    if team == NONE:
        return FOREVER
    t = team_at(s, team)
    order = <const int32_t *>t.order.data
    for i in range(t.head, t.order.count):
        pack = pack_at(s, order[i])
        if pack.remaining > pack.held:
            return pack.ends_at
    return FOREVER


cdef Rank rank_of(Live *s, const Asking *asking, const Option *option, int64_t index) noexcept nogil:
    """A paid or pending line first, then who covers the rate, by the end of the next pack; team ids break ties."""
    cdef int32_t team = team_find(s, option.team)
    cdef int32_t i = line_find(s, asking.entry, team)
    cdef Rank rank
    rank.team = option.team
    rank.index = index
    rank.end = 0
    if i != NONE and (line_at(s, i).paid_until > asking.at or pending_since(s, line_at(s, i)) != NEVER):
        rank.group = 0
    elif covers(s, asking, option, team):
        rank.group = 1
        rank.end = next_end(s, team)
    else:
        rank.group = 2
    return rank


cdef inline bint rank_before(const Rank *a, const Rank *b) noexcept nogil:
    if a.group != b.group:
        return a.group < b.group
    if a.end != b.end:
        return a.end < b.end
    if a.team != b.team:
        return a.team < b.team
    return a.index < b.index


cdef bint next_in_turn(Live *s, const Asking *asking, const Claims *claims, Rank *last) noexcept nogil:
    """The candidate whose turn comes after `last`, which it becomes; False when there is none. One alone is not ranked.
    """
    cdef Rank rank, best
    cdef int64_t count = 0
    cdef int64_t only = -1
    cdef int64_t i
    for i in range(claims.option_count):
        if has_turn(s, asking, &claims.options[i]):
            count += 1
            only = i
    if count < 2:
        if count == 0 or last.index >= 0:
            return False
        last.index = only
        return True
    memset(&best, 0, sizeof(Rank))
    best.index = -1
    for i in range(claims.option_count):
        if has_turn(s, asking, &claims.options[i]):
            rank = rank_of(s, asking, &claims.options[i], i)
            if (last.index < 0 or rank_before(last, &rank)) and (best.index < 0 or rank_before(&rank, &best)):
                best = rank
    if best.index < 0:
        return False
    last[0] = best
    return True


cdef Choice choice_of(Live *s, const Asking *asking, const Claims *claims, const Rank *chosen) noexcept nogil:
    """Why this team (E1)."""
    cdef const Option *option
    cdef Choice choice = ONLY
    cdef Rank rank
    cdef int64_t i
    if asking.asked_team != 0:
        return REQUESTED
    for i in range(claims.option_count):
        option = &claims.options[i]
        if has_turn(s, asking, option) and option.refusal == NO_REASON and option.team != chosen.team:
            if chosen.group == 0:
                return PAID
            rank = rank_of(s, asking, option, i)
            if rank.group == chosen.group and rank.end == chosen.end:
                return TEAM_ID
            choice = ENDS_FIRST
    return choice


# ---------------------------------------------------------------- ways

cdef int64_t payer_of(Live *s, const Asking *asking, const Claims *claims) noexcept nogil:
    """The team that would pay (E3), NEVER when there is none."""
    cdef Rank rank
    rank.index = -1
    while next_in_turn(s, asking, claims, &rank):
        if claims.options[rank.index].entitlement == TOKENS and claims.options[rank.index].refusal == NO_REASON:
            return claims.options[rank.index].team
    return NEVER


cdef bint counts(Live *s, const Asking *asking, const Claims *claims, int64_t team) noexcept nogil:
    """E3: the contract of the team that would pay says whether another team's subscription counts."""
    cdef int64_t payer = payer_of(s, asking, claims)
    if payer == NEVER or payer == team:
        return True
    return terms_at(s, team_find(s, payer), s.now).cross_team_subscription != 0


cdef const Option *free_way(Live *s, const Asking *asking, const Claims *claims) noexcept nogil:
    """The first subscription, trial or free seat that holds, NULL when there is none."""
    cdef const Option *option
    cdef int64_t i
    if claims.barred != NO_REASON:
        return NULL
    for i in range(claims.option_count):
        option = &claims.options[i]
        if option.entitlement > SEAT or not holds(option, s.now):
            continue
        if (
            option.entitlement == TRIAL
            or (option.entitlement == SUBSCRIPTION and counts(s, asking, claims, option.team))
            or (option.entitlement == SEAT and seat_is_free(s, option.pool, asking.user))
        ):
            return option
    return NULL


cdef const Option *walk(Live *s, const Asking *asking, const Claims *claims, Answer *answer) noexcept nogil:
    """The candidate that is granted, NULL when there is none: the first that grants, else the first says why not.
    """
    cdef const Option *option
    cdef Answer other
    cdef Rank rank
    cdef bint first = True
    if claims.barred != NO_REASON:
        deny(answer, asking, <Reason>claims.barred)
        return NULL
    option = free_way(s, asking, claims)
    if option != NULL:
        know(s, asking, option, team_find(s, option.team), answer)
        answer.entitlement = option.entitlement
        answer.choice = REQUESTED if asking.asked_team != 0 else NO_CHOICE
        return option
    rank.index = -1
    while next_in_turn(s, asking, claims, &rank):
        option = &claims.options[rank.index]
        rank.team = option.team
        try_option(s, asking, option, answer if first else &other)
        if (answer if first else &other).outcome == GRANTED:
            if not first:
                answer[0] = other
            if option.entitlement == TOKENS:
                answer.choice = choice_of(s, asking, claims, &rank)
            elif asking.asked_team != 0:
                answer.choice = REQUESTED
            return option
        first = False
    if first:
        deny(answer, asking, <Reason>claims.refusal)
    return NULL


cdef inline void deny(Answer *answer, const Asking *asking, Reason reason) noexcept nogil:
    no_answer(answer, DENIED)
    answer.reason = reason
    answer.user = asking.user
    answer.product = asking.product


cdef inline void know(Live *s, const Asking *asking, const Option *option, int32_t team, Answer *answer) noexcept nogil:
    """What an answer says of a candidate before it is tried."""
    no_answer(answer, GRANTED)
    answer.team = option.team
    answer.user = asking.user
    answer.product = asking.product
    answer.rate = price_at(s, asking.product_at, asking.at).rate
    answer.balance = available(s, team)
    answer.entitled_until = option.until
    answer.asked_team = asking.asked_team


cdef inline void refuse_option(Answer *answer, int64_t reason) noexcept nogil:
    answer.outcome = DENIED
    answer.reason = reason
    answer.entitled_until = NEVER
    answer.asked_team = 0


cdef bint waits(Live *s, const Asking *asking, const Option *option) noexcept nogil:
    """S6: tokens would be charged, but not before the first operation."""
    if option.entitlement != TOKENS or asking.operated or is_per_result(s, asking.product_at):
        return False
    return origin_rule(terms_at(s, team_find(s, option.team), s.now), asking.origin) == ON_FIRST_OPERATION


cdef void try_option(Live *s, const Asking *asking, const Option *option, Answer *answer) noexcept nogil:
    """An included product (C12), results (C13), a window already paid or pending (C1), or tokens (C2)."""
    cdef int32_t team = team_find(s, option.team)
    cdef int32_t i = line_find(s, asking.entry, team)
    cdef bint paid = i != NONE and line_at(s, i).paid_until > asking.at
    know(s, asking, option, team, answer)
    if option.refusal != NO_REASON:
        refuse_option(answer, option.refusal)
    elif option.entitlement == INCLUDED or is_per_result(s, asking.product_at):
        answer.entitlement = option.entitlement
        if answer.balance <= 0:
            refuse_option(answer, why_not(s, team))
            answer.entitlement = NO_ENTITLEMENT
            answer.shortfall = 1 - answer.balance
    elif waits(s, asking, option):
        answer.entitlement = PAID_WINDOW if paid else TOKENS
    elif paid:
        answer.entitlement = PAID_WINDOW
        answer.paid_until = line_at(s, i).paid_until
    elif i != NONE and pending_since(s, line_at(s, i)) != NEVER:
        answer.entitlement = TOKENS
        answer.paid_until = paid_until(s, line_at(s, i))
        answer.pending_since = pending_since(s, line_at(s, i))
    elif not asking.active:
        answer.entitlement = TOKENS
    elif answer.rate == 0:
        no_answer(answer, UNKNOWN)
    else:
        try_charge(s, asking, team, i, option, answer)


cdef void try_charge(
    Live *s, const Asking *asking, int32_t team, int32_t line, const Option *option, Answer *answer,
) noexcept nogil:
    """Step 5: a hold of the rate, or why not."""
    cdef Consented by = consented(terms_at(s, team, asking.at), asking.origin, asking.max_tokens)
    cdef Refusal refusal = may_charge(s, team, answer.rate, asking.at, option, &by, False)
    if refusal.reason != NO_REASON:
        refuse_option(answer, refusal.reason)
        answer.cap = refusal.cap
        answer.shortfall = refusal.shortfall
        if refusal.shortfall == 0:
            answer.tokens = answer.rate
        return
    answer.entitlement = TOKENS
    answer.tokens = answer.rate
    answer.balance -= answer.rate
    answer.paid_until = would_end(s, team, line, asking.at)
    answer.pending_since = asking.at


# ---------------------------------------------------------------- a session's own

cdef inline bint is_metered(const Session *session) noexcept nogil:
    """It is charged by results (C13), and uses no line."""
    return (
        (session.entitlement == TOKENS or session.entitlement == PAID_WINDOW)
        and session.line == NONE and not session.flags & IS_WAITING
    )


cdef inline bint needs_balance(const Session *session) noexcept nogil:
    """An included product, or one that is charged per result, runs while there is a balance (C12, C13)."""
    return session.entitlement == INCLUDED or is_metered(session)


cdef const Option *still_held(Live *s, const Session *session, const Claims *claims) noexcept nogil:
    """The candidate that the session runs under, if it still holds, else NULL."""
    cdef int64_t kind = TOKENS if session.entitlement == PAID_WINDOW else session.entitlement
    cdef int64_t team = team_at(s, session.team).team
    cdef int64_t pool = seat_pool(s, session) if kind == SEAT else 0
    cdef const Option *option
    cdef int64_t i
    if claims.barred != NO_REASON or seat_is_lost(s, session):
        return NULL
    if needs_balance(session) and available(s, session.team) <= 0:
        return NULL
    for i in range(claims.option_count):
        option = &claims.options[i]
        if option.entitlement == kind and option.team == team and (pool == 0 or option.pool == pool):
            if holds(option, s.now):
                return option
    return NULL
