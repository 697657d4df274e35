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
    Py_ssize_t session, user, product, device_digest, content, team, candidates, refusal
    Py_ssize_t take_over, idle_aware, origin, devices_max, max_tokens, rights_version

cdef struct CandidateFields:
    Py_ssize_t entitlement, team, until

cdef struct HeartbeatFields:
    Py_ssize_t session, counter, operated_at

cdef struct CheckinFields:
    Py_ssize_t session, counter, ended_at, operated_at, refund

cdef CheckoutFields CHECKOUT
cdef CandidateFields CANDIDATE
cdef HeartbeatFields HEARTBEAT
cdef CheckinFields CHECKIN
cdef Py_ssize_t[DECISION_WIDTH] DECISION

# The types of commands, for one comparison of pointers.
cdef type A_CHECKOUT = Checkout
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
CHECKOUT.candidates = slot_offset(Checkout, b"candidates")
CHECKOUT.refusal = slot_offset(Checkout, b"refusal")
CHECKOUT.take_over = slot_offset(Checkout, b"take_over")
CHECKOUT.idle_aware = slot_offset(Checkout, b"idle_aware")
CHECKOUT.origin = slot_offset(Checkout, b"origin")
CHECKOUT.devices_max = slot_offset(Checkout, b"devices_max")
CHECKOUT.max_tokens = slot_offset(Checkout, b"max_tokens")
CHECKOUT.rights_version = slot_offset(Checkout, b"rights_version")
CANDIDATE.entitlement = slot_offset(Candidate, b"entitlement")
CANDIDATE.team = slot_offset(Candidate, b"team")
CANDIDATE.until = slot_offset(Candidate, b"until")
HEARTBEAT.session = slot_offset(Heartbeat, b"session")
HEARTBEAT.counter = slot_offset(Heartbeat, b"counter")
HEARTBEAT.operated_at = slot_offset(Heartbeat, b"operated_at")
CHECKIN.session = slot_offset(Checkin, b"session")
CHECKIN.counter = slot_offset(Checkin, b"counter")
CHECKIN.ended_at = slot_offset(Checkin, b"ended_at")
CHECKIN.operated_at = slot_offset(Checkin, b"operated_at")
CHECKIN.refund = slot_offset(Checkin, b"refund")


# The fields of Decision in its order; `Answer` has the same, `elsewhere` as two halves.
cdef int prepare_decision() except -1:
    cdef int i
    names = [field.name for field in dataclasses.fields(Decision)]
    if len(names) != DECISION_WIDTH or names[DECISION_WIDTH - 1] != "elsewhere":
        raise ImportError("commands.Decision has other fields than the core; build it again")
    for i in range(DECISION_WIDTH):
        DECISION[i] = slot_offset(Decision, names[i].encode())
    return 0


prepare_decision()

cdef tuple OUTCOMES = (None, *commands.Outcome)
cdef tuple REASONS = tuple(commands.Reason)
cdef tuple ENTITLEMENTS = tuple(commands.Entitlement)
cdef tuple STATES = tuple(commands.State)


# The constants of C are those of `commands`, else the core must be built again.
assert [ENTITLEMENTS[TOKENS], STATES[SUPERSEDED], REASONS[IN_USE_ELSEWHERE], OUTCOMES[STALE_HISTORY]] == [
    commands.Entitlement.TOKENS, commands.State.SUPERSEDED, commands.Reason.IN_USE_ELSEWHERE,
    commands.Outcome.STALE_HISTORY,
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
    for i in range(4, DECISION_WIDTH - 1):
        slot_set(made, DECISION[i], fields[i])
    slot_set(made, DECISION[DECISION_WIDTH - 1], joined(answer.elsewhere_high, answer.elsewhere_low))
    return made


cdef inline int64_t int_field(object value, Py_ssize_t offset) except? -1:
    return <int64_t><object>slot_object(value, offset)


cdef int read_session(object value, Py_ssize_t offset, uint64_t *high, uint64_t *low) except -1:
    return number_halves(<object>slot_object(value, offset), high, low)


cdef int read_heartbeat(object command, Contact *contact) except -1:
    read_session(command, HEARTBEAT.session, &contact.high, &contact.low)
    contact.counter = int_field(command, HEARTBEAT.counter)
    contact.operated_at = int_field(command, HEARTBEAT.operated_at)
    contact.ended_at = NEVER
    contact.refund = NULL
    return 0


cdef int read_checkin(object command, Contact *contact, Given *given, Array *slices) except -1:
    cdef object fact = <object>slot_object(command, CHECKIN.refund)
    cdef int64_t *place
    read_session(command, CHECKIN.session, &contact.high, &contact.low)
    contact.counter = int_field(command, CHECKIN.counter)
    contact.operated_at = int_field(command, CHECKIN.operated_at)
    contact.ended_at = int_field(command, CHECKIN.ended_at)
    contact.refund = NULL
    if fact is None:
        return 0
    slices.count = 0
    for pack, tokens in fact.slices:
        if not array_reserve(slices, 2 * sizeof(int64_t), 1):
            raise MemoryError
        place = row_push(slices, 2)
        place[0] = pack
        place[1] = tokens
    given.window_start = fact.window_start
    given.charge = fact.charge
    given.recent = fact.recent
    given.as_of = fact.as_of
    given.count = slices.count
    given.slices = <const int64_t *>slices.data
    contact.refund = given
    return 0


cdef int read_checkout(Live *s, object command, Signin *signin, Array *options) except -1:
    cdef tuple candidates = <tuple>slot_object(command, CHECKOUT.candidates)
    cdef Option *option
    read_session(command, CHECKOUT.session, &signin.high, &signin.low)
    read_session(command, CHECKOUT.device_digest, &signin.digest_high, &signin.digest_low)
    signin.user = int_field(command, CHECKOUT.user)
    signin.product = int_field(command, CHECKOUT.product)
    fetch_checkout(
        s, signin.high, signin.low, signin.user, signin.product, signin.digest_high, signin.digest_low
    )
    signin.content = int_field(command, CHECKOUT.content)
    signin.team = int_field(command, CHECKOUT.team)
    signin.refusal = int_field(command, CHECKOUT.refusal)
    signin.take_over = int_field(command, CHECKOUT.take_over)
    signin.idle_aware = int_field(command, CHECKOUT.idle_aware)
    signin.origin = int_field(command, CHECKOUT.origin)
    signin.devices_max = int_field(command, CHECKOUT.devices_max)
    signin.max_tokens = int_field(command, CHECKOUT.max_tokens)
    signin.rights_version = int_field(command, CHECKOUT.rights_version)
    options.count = 0
    for candidate in candidates:
        if type(candidate) is not A_CANDIDATE:
            raise TypeError(f"a candidate is a commands.Candidate, not {type(candidate).__name__}")
        if not array_reserve(options, sizeof(Option), 1):
            raise MemoryError
        option = <Option *>options.data + options.count
        option.entitlement = int_field(candidate, CANDIDATE.entitlement)
        option.team = int_field(candidate, CANDIDATE.team)
        option.until = int_field(candidate, CANDIDATE.until)
        options.count += 1
    signin.options = <const Option *>options.data
    signin.option_count = options.count
    return 0


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
    return terms


cdef Terms DEFAULT_TERMS = terms_of(Policy(), NEVER, 0)
