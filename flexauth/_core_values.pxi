# Between Python values and C records. A frozen slotted dataclass keeps its fields at fixed offsets: they are looked up
# once, at import, so that reading a command and making a Decision cost one memory access a field.

cdef extern from *:
    """
    #include <structmember.h>
    static Py_ssize_t slot_offset(PyObject *type, const char *name) {
        PyObject *field = PyObject_GetAttrString(type, name);
        Py_ssize_t offset = -1;
        if (field == NULL) return -1;
        if (Py_IS_TYPE(field, &PyMemberDescr_Type)) offset = ((PyMemberDescrObject *)field)->d_member->offset;
        else PyErr_Format(PyExc_TypeError, "%R keeps no %s in a slot", type, name);
        Py_DECREF(field);
        return offset;
    }
    /* A non-negative number of at most 128 bits as two halves; OverflowError otherwise. */
    static int number_halves(PyObject *number, uint64_t *high, uint64_t *low) {
        uint64_t halves[2];
        int failed;
        if (!PyLong_Check(number)) return PyErr_Format(PyExc_TypeError, "an int is needed, not %R", number), -1;
    #if PY_VERSION_HEX >= 0x030D0000
        failed = _PyLong_AsByteArray((PyLongObject *)number, (unsigned char *)halves, 16, PY_LITTLE_ENDIAN, 0, 1);
    #else
        failed = _PyLong_AsByteArray((PyLongObject *)number, (unsigned char *)halves, 16, PY_LITTLE_ENDIAN, 0);
    #endif
        *high = halves[PY_LITTLE_ENDIAN];
        *low = halves[!PY_LITTLE_ENDIAN];
        return failed;
    }
    #define slot_object(object, offset) (*(PyObject **)((char *)(object) + (offset)))
    #define slot_set(object, offset, value) \
        (Py_INCREF(value), *(PyObject **)((char *)(object) + (offset)) = (PyObject *)(value))
    """
    int number_halves(object number, uint64_t *high, uint64_t *low) except -1
    Py_ssize_t slot_offset(object type, const char *name) except -1
    PyObject *slot_object(object value, Py_ssize_t offset) noexcept
    void slot_set(object value, Py_ssize_t offset, object field) noexcept


cdef inline object joined(uint64_t high, uint64_t low):
    return low if high == 0 else (<object>high << 64) | low


cdef struct CheckoutFields:
    Py_ssize_t session, user, product, device_digest, content, team, rights
    Py_ssize_t take_over, idle_aware, origin, devices_max, max_tokens
    Py_ssize_t asked_team, project, end_before_renewal, offline_until

cdef struct RightsFields:
    Py_ssize_t version, candidates, refusal, barred

cdef struct CandidateFields:
    Py_ssize_t entitlement, team, until, pool, caps, refusal

cdef struct HeartbeatFields:
    Py_ssize_t session, counter, operated_at, rights, consent, offline_until

cdef struct CheckinFields:
    Py_ssize_t session, counter, ended_at, operated_at, refund, rights

cdef CheckoutFields CHECKOUT
cdef RightsFields RIGHTS
cdef CandidateFields CANDIDATE
cdef HeartbeatFields HEARTBEAT
cdef CheckinFields CHECKIN
cdef Py_ssize_t[DECISION_WIDTH] DECISION

# The types of commands, for one comparison of pointers.
cdef type A_CHECKOUT = Checkout
cdef type A_RIGHTS = Rights
cdef type A_CANDIDATE = Candidate
cdef type A_HEARTBEAT = Heartbeat
cdef type A_CHECKIN = Checkin
cdef type A_DECISION = Decision

CHECKOUT.session = slot_offset(Checkout, b"session")
CHECKOUT.user = slot_offset(Checkout, b"user")
CHECKOUT.product = slot_offset(Checkout, b"product")
CHECKOUT.device_digest = slot_offset(Checkout, b"device_digest")
CHECKOUT.content = slot_offset(Checkout, b"content")
CHECKOUT.team = slot_offset(Checkout, b"team")
CHECKOUT.rights = slot_offset(Checkout, b"rights")
CHECKOUT.take_over = slot_offset(Checkout, b"take_over")
CHECKOUT.idle_aware = slot_offset(Checkout, b"idle_aware")
CHECKOUT.origin = slot_offset(Checkout, b"origin")
CHECKOUT.devices_max = slot_offset(Checkout, b"devices_max")
CHECKOUT.max_tokens = slot_offset(Checkout, b"max_tokens")
CHECKOUT.asked_team = slot_offset(Checkout, b"asked_team")
CHECKOUT.project = slot_offset(Checkout, b"project")
CHECKOUT.end_before_renewal = slot_offset(Checkout, b"end_before_renewal")
CHECKOUT.offline_until = slot_offset(Checkout, b"offline_until")
RIGHTS.version = slot_offset(Rights, b"version")
RIGHTS.candidates = slot_offset(Rights, b"candidates")
RIGHTS.refusal = slot_offset(Rights, b"refusal")
RIGHTS.barred = slot_offset(Rights, b"barred")
CANDIDATE.entitlement = slot_offset(Candidate, b"entitlement")
CANDIDATE.team = slot_offset(Candidate, b"team")
CANDIDATE.until = slot_offset(Candidate, b"until")
CANDIDATE.pool = slot_offset(Candidate, b"pool")
CANDIDATE.caps = slot_offset(Candidate, b"caps")
CANDIDATE.refusal = slot_offset(Candidate, b"refusal")
HEARTBEAT.session = slot_offset(Heartbeat, b"session")
HEARTBEAT.counter = slot_offset(Heartbeat, b"counter")
HEARTBEAT.operated_at = slot_offset(Heartbeat, b"operated_at")
HEARTBEAT.rights = slot_offset(Heartbeat, b"rights")
HEARTBEAT.consent = slot_offset(Heartbeat, b"consent")
HEARTBEAT.offline_until = slot_offset(Heartbeat, b"offline_until")
CHECKIN.session = slot_offset(Checkin, b"session")
CHECKIN.counter = slot_offset(Checkin, b"counter")
CHECKIN.ended_at = slot_offset(Checkin, b"ended_at")
CHECKIN.operated_at = slot_offset(Checkin, b"operated_at")
CHECKIN.refund = slot_offset(Checkin, b"refund")
CHECKIN.rights = slot_offset(Checkin, b"rights")


# The fields of Decision in its order; `Answer` has the same, `elsewhere` as two halves.
cdef int prepare_decision() except -1:
    cdef int i
    names = [field.name for field in dataclasses.fields(Decision)]
    if len(names) != DECISION_WIDTH or (names[CHOICE_FIELD], names[DECISION_WIDTH - 1]) != ("choice", "elsewhere"):
        raise ImportError("commands.Decision has other fields than the core; build it again")
    for i in range(DECISION_WIDTH):
        DECISION[i] = slot_offset(Decision, names[i].encode())
    return 0


prepare_decision()

cdef tuple OUTCOMES = (None, *commands.Outcome)
cdef tuple REASONS = tuple(commands.Reason)
cdef tuple ENTITLEMENTS = tuple(commands.Entitlement)
cdef tuple STATES = tuple(commands.State)
cdef tuple CHOICES = tuple(commands.Choice)


# The constants of C are those of `commands`, else the core must be built again.
assert [ENTITLEMENTS[TOKENS], STATES[SUPERSEDED], REASONS[SUSPENDED], OUTCOMES[REFUSED_ACT], CHOICES[TEAM_ID]] == [
    commands.Entitlement.TOKENS, commands.State.SUPERSEDED, commands.Reason.SUSPENDED, commands.Outcome.REFUSED,
    commands.Choice.TEAM_ID,
]


cdef object decision(const Answer *answer):
    """A `Decision` of an answer, made without its constructor: the core's values need no check."""
    cdef object made = PyType_GenericAlloc(<PyTypeObject *>A_DECISION, 0)
    cdef const int64_t *fields = <const int64_t *>answer
    cdef int i
    PyObject_GC_UnTrack(<PyObject *>made)       # it holds numbers alone: no cycle can begin here
    slot_set(made, DECISION[0], OUTCOMES[answer.outcome])
    slot_set(made, DECISION[1], REASONS[answer.reason])
    slot_set(made, DECISION[2], ENTITLEMENTS[answer.entitlement])
    slot_set(made, DECISION[3], STATES[answer.state])
    for i in range(4, CHOICE_FIELD):
        slot_set(made, DECISION[i], fields[i])
    slot_set(made, DECISION[CHOICE_FIELD], CHOICES[answer.choice])
    for i in range(CHOICE_FIELD + 1, DECISION_WIDTH - 1):
        slot_set(made, DECISION[i], fields[i])
    slot_set(made, DECISION[DECISION_WIDTH - 1], joined(answer.elsewhere_high, answer.elsewhere_low))
    return made


cdef inline int64_t int_field(object value, Py_ssize_t offset) except? -1:
    return <int64_t><object>slot_object(value, offset)


cdef int read_session(object value, Py_ssize_t offset, uint64_t *high, uint64_t *low) except -1:
    return number_halves(<object>slot_object(value, offset), high, low)


# ---------------------------------------------------------------- commands

cdef int read_heartbeat(object command, Contact *contact, Claims *claims, Reading *reading) except -1:
    cdef object consent = <object>slot_object(command, HEARTBEAT.consent)
    no_contact(contact)
    read_session(command, HEARTBEAT.session, &contact.high, &contact.low)
    contact.counter = int_field(command, HEARTBEAT.counter)
    contact.operated_at = int_field(command, HEARTBEAT.operated_at)
    contact.offline_until = int_field(command, HEARTBEAT.offline_until)
    if consent is not None:
        contact.consents = True
        contact.consent = consent
    return read_claims_of(<object>slot_object(command, HEARTBEAT.rights), contact, claims, reading)


cdef int read_report(object command, Contact *contact, Claims *claims, Reading *reading) except -1:
    no_contact(contact)
    number_halves(command.session, &contact.high, &contact.low)
    contact.results = True
    return read_claims_of(command.rights, contact, claims, reading)


cdef int read_checkin(object command, Contact *contact, Claims *claims, Given *given, Reading *reading) except -1:
    cdef object fact = <object>slot_object(command, CHECKIN.refund)
    no_contact(contact)
    read_session(command, CHECKIN.session, &contact.high, &contact.low)
    contact.counter = int_field(command, CHECKIN.counter)
    contact.operated_at = int_field(command, CHECKIN.operated_at)
    contact.ended_at = int_field(command, CHECKIN.ended_at)
    read_claims_of(<object>slot_object(command, CHECKIN.rights), contact, claims, reading)
    if fact is not None:
        read_fact(fact, given, reading)
        contact.refund = given
    return 0


cdef inline void no_contact(Contact *contact) noexcept nogil:
    memset(contact, 0, sizeof(Contact))
    contact.operated_at = contact.ended_at = contact.offline_until = NEVER


cdef int read_fact(object fact, Given *given, Reading *reading) except -1:
    """A `commands.Refund`."""
    given.window_start = fact.window_start
    given.window_end = fact.window_end
    given.charge = fact.charge
    given.recent = fact.recent
    given.as_of = fact.as_of
    given.count = read_pairs(fact.slices, &reading.slices)
    given.slices = <const int64_t *>reading.slices.data
    given.cap_count = read_pairs(fact.caps, &reading.cap_uses)
    given.caps = <const int64_t *>reading.cap_uses.data
    return 0


cdef int64_t read_pairs(tuple pairs, Array *numbers) except -1:
    cdef int64_t *place
    numbers.count = 0
    if not array_reserve(numbers, 2 * sizeof(int64_t), len(pairs)):
        raise MemoryError
    for one, other in pairs:
        place = row_push(numbers, 2)
        place[0] = one
        place[1] = other
    return numbers.count


cdef int read_claims_of(object rights, Contact *contact, Claims *claims, Reading *reading) except -1:
    if rights is not None:
        read_claims(rights, claims, reading)
        contact.rights = claims
    return 0


cdef int read_claims(object rights, Claims *claims, Reading *reading) except -1:
    """A `commands.Rights`; its candidates stay where `reading` keeps them, until the next reading."""
    cdef tuple candidates
    if type(rights) is not A_RIGHTS:
        raise TypeError(f"rights are a commands.Rights, not {type(rights).__name__}")
    claims.version = int_field(rights, RIGHTS.version)
    claims.refusal = int_field(rights, RIGHTS.refusal)
    claims.barred = int_field(rights, RIGHTS.barred)
    candidates = <tuple>slot_object(rights, RIGHTS.candidates)
    reading.options.count = reading.caps.count = 0
    if not array_reserve(&reading.options, sizeof(Option), len(candidates)):
        raise MemoryError
    for candidate in candidates:
        read_candidate(candidate, reading)
    claims.options = <const Option *>reading.options.data
    claims.option_count = reading.options.count
    place_caps(reading)
    return 0


cdef int read_candidate(object candidate, Reading *reading) except -1:
    cdef Option *option = <Option *>reading.options.data + reading.options.count
    cdef tuple caps
    if type(candidate) is not A_CANDIDATE:
        raise TypeError(f"a candidate is a commands.Candidate, not {type(candidate).__name__}")
    option.entitlement = int_field(candidate, CANDIDATE.entitlement)
    option.team = int_field(candidate, CANDIDATE.team)
    option.until = int_field(candidate, CANDIDATE.until)
    option.pool = int_field(candidate, CANDIDATE.pool)
    option.refusal = int_field(candidate, CANDIDATE.refusal)
    caps = <tuple>slot_object(candidate, CANDIDATE.caps)
    option.cap_count = len(caps)
    reading.options.count += 1
    if not array_reserve(&reading.caps, sizeof(int64_t), option.cap_count):
        raise MemoryError
    for cap in caps:
        row_push(&reading.caps, 1)[0] = cap
    return 0


cdef void place_caps(Reading *reading) noexcept nogil:
    """The caps of each candidate lie one after the other; they do not move any more."""
    cdef Option *options = <Option *>reading.options.data
    cdef const int64_t *caps = <const int64_t *>reading.caps.data
    cdef int64_t i
    for i in range(reading.options.count):
        options[i].caps = caps
        caps += options[i].cap_count


cdef int read_checkout(Live *s, object command, Signin *signin, Reading *reading) except -1:
    read_session(command, CHECKOUT.session, &signin.high, &signin.low)
    read_session(command, CHECKOUT.device_digest, &signin.digest_high, &signin.digest_low)
    signin.user = int_field(command, CHECKOUT.user)
    signin.product = int_field(command, CHECKOUT.product)
    fetch_checkout(
        s, signin.high, signin.low, signin.user, signin.product, signin.digest_high, signin.digest_low
    )
    signin.content = int_field(command, CHECKOUT.content)
    signin.team = int_field(command, CHECKOUT.team)
    signin.take_over = int_field(command, CHECKOUT.take_over)
    signin.idle_aware = int_field(command, CHECKOUT.idle_aware)
    signin.origin = int_field(command, CHECKOUT.origin)
    signin.devices_max = int_field(command, CHECKOUT.devices_max)
    signin.max_tokens = int_field(command, CHECKOUT.max_tokens)
    signin.asked_team = int_field(command, CHECKOUT.asked_team)
    signin.project = int_field(command, CHECKOUT.project)
    signin.end_before_renewal = int_field(command, CHECKOUT.end_before_renewal)
    signin.offline_until = int_field(command, CHECKOUT.offline_until)
    return read_claims(<object>slot_object(command, CHECKOUT.rights), &signin.rights, reading)


cdef Terms terms_of(object policy, int64_t effective_at, int64_t version):
    """A `commands.Policy` as the core keeps it."""
    cdef Terms terms
    terms.effective_at = effective_at
    terms.version = version
    terms.grace = policy.grace
    terms.grace_mode = policy.grace_mode
    terms.idle_after = policy.idle_after
    terms.heartbeat_interval = policy.heartbeat_interval
    terms.renewal_notice = policy.renewal_notice
    terms.lease_max = policy.lease_max
    terms.lease_margin = policy.lease_margin
    terms.late_checkin = policy.late_checkin
    terms.late_refunds = policy.late_refunds
    terms.late_refunds_period = policy.late_refunds_period
    terms.repeat_retention = policy.repeat_retention
    terms.make_good = policy.make_good
    terms.window_policy = policy.window_policy
    terms.calendar = policy.calendar
    terms.seat_linger = policy.seat_linger
    terms.end_before_renewal = policy.end_before_renewal
    terms.overdraft_limit = policy.overdraft_limit
    terms.consent = policy.consent
    terms.consent_above = policy.consent_above
    terms.origins[0] = policy.origin_interactive
    terms.origins[1] = policy.origin_plugin_autoload
    terms.origins[2] = policy.origin_background
    terms.origins[3] = policy.origin_automation
    terms.cross_team_subscription = policy.cross_team_subscription
    return terms


cdef Terms DEFAULT_TERMS = terms_of(Policy(), NEVER, 0)
