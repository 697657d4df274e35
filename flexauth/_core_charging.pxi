# Whether tokens may be charged (step 5 of SPEC 5): caps, then consent, then balance. Reads only.

cdef inline const Option *charged_by(const Claims *rights, int64_t team) noexcept nogil:
    """The candidate whose caps bind charges of a team, NULL when there is none."""
    cdef int64_t i
    for i in range(0 if rights == NULL else rights.option_count):
        if rights.options[i].team == team and rights.options[i].entitlement == TOKENS:
            return &rights.options[i]
    return NULL


cdef inline int64_t origin_rule(const Terms *terms, int64_t origin) noexcept nogil:
    """What the contract says of an origin (S6)."""
    return terms.origins[origin - 1]


cdef inline Consented nobody() noexcept nogil:
    cdef Consented by
    by.highest = NO_LIMIT
    by.unlimited = False
    return by


cdef inline void also(Consented *by, const Terms *terms, int64_t origin, int64_t max_tokens) noexcept nogil:
    """One more whose consent counts: without a limit there is none, unless its origin asks for one."""
    by.highest = max(by.highest, max_tokens)
    by.unlimited = by.unlimited or (max_tokens == NO_LIMIT and origin_rule(terms, origin) != ASKS)


cdef inline Consented consented(const Terms *terms, int64_t origin, int64_t max_tokens) noexcept nogil:
    """The consent of one session."""
    cdef Consented by = nobody()
    also(&by, terms, origin, max_tokens)
    return by


cdef bint may_consent(const Terms *terms, int64_t tokens, const Consented *by, bint renewal) noexcept nogil:
    """Q2: the highest limit counts, and having none, unless the contract wants one stated."""
    cdef bint stated = (
        terms.consent == CONSENT_ALWAYS
        or (terms.consent == CONSENT_RENEWALS and renewal)
        or (terms.consent == CONSENT_ABOVE and tokens > terms.consent_above)
    )
    return by.highest >= tokens or (by.unlimited and not stated)


cdef int64_t lacking(Live *s, int32_t team, int64_t tokens, int64_t at) noexcept nogil:
    """How many tokens a charge at an instant lacks, 0 when packs and overdraft cover it (C2, C10)."""
    return max(0, tokens - available(s, team) - terms_at(s, team, at).overdraft_limit)


cdef inline Refusal allowed() noexcept nogil:
    cdef Refusal refusal
    refusal.reason = NO_REASON
    refusal.cap = refusal.shortfall = 0
    return refusal


cdef Refusal may_charge(
    Live *s, int32_t team, int64_t tokens, int64_t at, const Option *option, const Consented *by, bint renewal,
) noexcept nogil:
    """A charge of `tokens` for a window that starts at `at`, by contract and cap periods of then."""
    cdef Refusal refusal = allowed()
    refusal.cap = cap_passed(s, option, tokens, at)
    if refusal.cap != 0:
        refusal.reason = CAP_REACHED
    elif not may_consent(terms_at(s, team, at), tokens, by, renewal):
        refusal.reason = CONSENT_REQUIRED
    else:
        refusal.shortfall = lacking(s, team, tokens, at)
        if refusal.shortfall > 0:
            refusal.reason = why_not(s, team)
    return refusal
