# cython: auto_pickle=False, autotestdict=False
"""The native core: live state, the charging automaton, pack order, holds, timers, effects.

It decides commands in memory and yields the rows to be written. It knows no I/O, no clock, no wire and no logging.
`flexauth.reference` says in plain Python what it does; both are exactly equal. `_core.pxd` is the contents page.
"""

import dataclasses

from cpython.object cimport PyObject
from libc.stdint cimport INT32_MAX, INT64_MAX
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy, memmove, memset

from flexauth import commands
from flexauth.commands import (
    COLUMNS, AddPacks, AdjustPack, Candidate, ChangeRights, Checkin, Checkout, Decision, EndSession, Heartbeat,
    MovePack, OpenWindow, Policy, PutCalendar, PutCap, PutPolicy, PutPool, PutProduct, PutRate, RefundWindow,
    ReleaseDevice, ReportResult, Rights, SplitPack,
)

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    object PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t items)
    void PyObject_GC_UnTrack(PyObject *made)

__all__ = ["ANSWER_WIDTH", "RECORD_WIDTH", "Core", "Effects", "IdTable"]

cdef int64_t DAY = commands.DAY
cdef int64_t HOUR = commands.HOUR
cdef int64_t MINUTE = commands.MINUTE
cdef int64_t FOREVER = 2 ** 62
cdef int64_t SELF_REPORTED = 1      # the reason of a refund: a late check-in (S5)
cdef int64_t NOT_USED = 2           # of a borrowed window (S4)

cdef enum:
    SPARE_NUMBERS = 1 << 20         # int64 in a buffer that is kept for the next batches

include "_core_memory.pxi"
include "_core_values.pxi"
include "_core_ids.pxi"
include "_core_timers.pxi"
include "_core_packs.pxi"
include "_core_caps.pxi"
include "_core_charging.pxi"
include "_core_lines.pxi"
include "_core_advance.pxi"
include "_core_results.pxi"
include "_core_sessions.pxi"
include "_core_seats.pxi"
include "_core_use.pxi"
include "_core_facts.pxi"
include "_core_candidates.pxi"
include "_core_contacts.pxi"
include "_core_checkout.pxi"
include "_core_moves.pxi"
include "_core_commands.pxi"
include "_core_decide.pxi"
include "_core_forget.pxi"
include "_core_state.pxi"
include "_core_load.pxi"
include "_core_orders.pxi"
include "_core_setup.pxi"
include "_core_batch.pxi"
include "_core_effects.pxi"


cdef void clear_live(Live *s) noexcept nogil:
    """Give all memory back; the arrays inside teams and products are cleared before."""
    cdef int table
    pool_clear(&s.teams)
    pool_clear(&s.products)
    pool_clear(&s.packs)
    pool_clear(&s.entries)
    pool_clear(&s.devices)
    pool_clear(&s.lines)
    pool_clear(&s.uses)
    pool_clear(&s.slices)
    pool_clear(&s.free_uses)
    pool_clear(&s.sessions)
    pool_clear(&s.extras)
    pool_clear(&s.seat_pools)
    pool_clear(&s.calendars)
    pool_clear(&s.caps)
    pool_clear(&s.counted)
    index_clear(&s.by_team)
    index_clear(&s.by_product)
    index_clear(&s.by_pack)
    index_clear(&s.by_entry)
    index_clear(&s.by_session)
    index_clear(&s.by_seat_pool)
    index_clear(&s.by_calendar)
    index_clear(&s.by_cap)
    ids_clear(&s.device_ids)
    array_clear(&s.timers)
    array_clear(&s.deferred)
    array_clear(&s.due)
    array_clear(&s.scratch)
    array_clear(&s.dirty_packs)
    array_clear(&s.dirty_lines)
    array_clear(&s.dirty_sessions)
    array_clear(&s.loaded_lines)
    for table in range(TABLE_COUNT):
        array_clear(&s.rows[table])


cdef class Core:
    """The native engine; see `flexauth.commands.Engine`. One thread at a time."""

    cdef Live live
    cdef Reading reading
    cdef Array[TABLE_COUNT] spare   # buffers of effects that are done with
    cdef bint busy                  # a batch is being decided without the GIL

    def __cinit__(self, *, jitter=True):
        cdef Live *s = &self.live
        cdef int kind
        pool_init(&s.teams, sizeof(Team))
        pool_init(&s.products, sizeof(Product))
        pool_init(&s.packs, sizeof(Pack))
        pool_init(&s.entries, sizeof(Entry))
        pool_init(&s.devices, sizeof(Device))
        pool_init(&s.lines, sizeof(Line))
        pool_init(&s.uses, sizeof(Use))
        pool_init(&s.slices, sizeof(Slice))
        pool_init(&s.free_uses, sizeof(FreeUse))
        pool_init(&s.sessions, sizeof(Session))
        pool_init(&s.extras, sizeof(Extra))
        pool_init(&s.seat_pools, sizeof(SeatPool))
        pool_init(&s.calendars, sizeof(Calendar))
        pool_init(&s.caps, sizeof(Cap))
        pool_init(&s.counted, sizeof(Counted))
        if not (
            index_init(&s.by_team) and index_init(&s.by_product) and index_init(&s.by_pack)
            and index_init(&s.by_entry) and index_init(&s.by_session) and index_init(&s.by_calendar)
            and index_init(&s.by_cap) and index_init(&s.by_seat_pool) and ids_init(&s.device_ids)
        ):
            raise MemoryError
        for kind in range(ID_KINDS):
            s.counters[kind] = 1
        s.jitter = jitter

    def __dealloc__(self):
        cdef Live *s = &self.live
        cdef int i
        for i in range(s.teams.used):
            clear_team(team_at(s, i))
        for i in range(s.products.used):
            array_clear(&product_at(s, i).prices)
        for i in range(s.calendars.used):
            array_clear(&calendar_at(s, i).starts)
        for i in range(s.seat_pools.used):
            array_clear(&seat_pool_at(s, i).holders)
        for i in range(s.caps.used):
            if cap_at(s, i).cap != 0:
                array_clear(&cap_at(s, i).used)
        clear_live(s)
        for i in range(TABLE_COUNT):
            array_clear(&self.spare[i])
        array_clear(&self.reading.options)
        array_clear(&self.reading.caps)
        array_clear(&self.reading.slices)
        array_clear(&self.reading.cap_uses)

    cdef Live *begin(self) except NULL:
        """The state, for one call."""
        if self.busy:
            raise RuntimeError("another thread is deciding a batch on this core; it serves one thread at a time")
        end_loading(&self.live)
        return &self.live

    cdef Live *at(self, int64_t now) except NULL:
        """The state at a time, with all timers run that are due before it."""
        cdef Live *s = self.begin()
        if not advance(s, now):
            raise MemoryError
        return s

    cdef void reuse(self, int table, Array *rows):
        """Take back a buffer of effects, so that the next batches need no new memory; a very large one is freed."""
        if rows.capacity * WIDTHS[table] > SPARE_NUMBERS or rows.capacity <= self.spare[table].capacity:
            array_clear(rows)
            return
        array_clear(&self.spare[table])
        self.spare[table] = rows[0]
        self.spare[table].count = 0

    # ------------------------------------------------------------ commands

    def advance(self, int64_t now, /):
        self.at(now)

    def decide(self, int64_t now, command, /):
        cdef Live *s = self.at(now)
        cdef object kind = type(command)
        cdef Answer answer
        cdef Verdict verdict
        cdef Contact heard
        cdef Signin signin
        cdef Claims claims
        cdef Given given
        if kind is A_CHECKOUT:
            read_checkout(s, command, &signin, &self.reading)
            verdict = decide_checkout(s, &signin, &answer)
        elif kind is A_HEARTBEAT:
            read_heartbeat(command, &heard, &claims, &self.reading)
            verdict = decide_heartbeat(s, &heard, &answer)
        elif kind is A_CHECKIN:
            read_checkin(command, &heard, &claims, &given, &self.reading)
            verdict = decide_checkin(s, &heard, &answer)
        elif kind is ReportResult:
            read_report(command, &heard, &claims, &self.reading)
            verdict = decide_report(s, &heard, command.units, &answer)
        else:
            verdict = set_up(s, command, kind, &answer)
        if verdict == NO_MEMORY:
            raise MemoryError
        if verdict == NO_PACK:
            raise KeyError("a refund names a pack that is not loaded")
        return decision(&answer)

    def decide_batch(self, records, out, /):
        cdef const int64_t[:, ::1] source = records
        cdef int64_t[:, ::1] answers = out
        cdef int64_t count = source.shape[0]
        cdef int64_t done
        cdef Live *s = self.begin()
        if source.shape[1] != RECORD_WIDTH or answers.shape[1] != ANSWER_WIDTH or answers.shape[0] < count:
            raise ValueError(
                f"records are {source.shape[0]} x {source.shape[1]}, out is {answers.shape[0]} x {answers.shape[1]};"
                f" they must be n x {RECORD_WIDTH} and at least n x {ANSWER_WIDTH}"
            )
        if count == 0:
            return
        done = wrong_record(&source[0, 0], count)
        if done >= 0:
            raise ValueError(f"record {done} is not a command: {list(source[done])}")
        self.busy = True
        with nogil:
            done = decide_records(s, &source[0, 0], count, &answers[0, 0])
        self.busy = False
        if done < count:
            raise MemoryError(f"{done} of {count} records were decided")

    def quote(self, int64_t now, command, /):
        cdef Live *s = self.at(now)
        cdef Answer answer
        cdef Signin signin
        cdef Found found
        if type(command) is not A_CHECKOUT:
            raise TypeError(f"a quote is of a commands.Checkout, not {type(command).__name__}")
        read_checkout(s, command, &signin, &self.reading)
        check_checkout(s, &signin, &found, &answer)
        return decision(&answer)

    # ------------------------------------------------------------ looks

    def look(self, int64_t now, session, /):
        cdef Live *s = self.at(now)
        cdef uint64_t high, low
        cdef int32_t i
        cdef Answer answer
        number_halves(session, &high, &low)
        i = session_find(s, high, low)
        if i == NONE:
            no_answer(&answer, UNKNOWN)
        else:
            facts(s, session_at(s, i), &answer)
        return decision(&answer)

    def balance(self, int64_t team, /):
        cdef Live *s = self.begin()
        cdef int32_t i = team_find(s, team)
        if i == NONE:
            return 0, 0
        return available(s, i), team_at(s, i).held

    def slices(self, int64_t team, int64_t tokens, /):
        cdef Live *s = self.begin()
        return slices_of(s, team_find(s, team), tokens)

    def cap_used(self, int64_t cap, int64_t at, /):
        cdef Live *s = self.begin()
        cdef int32_t i = cap_find(s, cap)
        if i == NONE:
            return 0, 0
        return cap_use_in(s, cap_at(s, i), period_at(calendar_at(s, cap_at(s, i).calendar), at, 0)), cap_at(s, i).tokens

    def devices(self, int64_t user, int64_t product, /):
        cdef Live *s = self.begin()
        cdef int32_t entry = entry_find(s, user, product_find(s, product))
        cdef int32_t i = NONE if entry == NONE else entry_at(s, entry).devices
        found = []
        while i != NONE:
            found.append((device_at(s, i).device, device_at(s, i).registered_at))
            i = device_at(s, i).next
        return found

    def allocate(self, kind, /):
        cdef int number = kind
        if not 0 < number < ID_KINDS:
            raise ValueError(f"kind is {kind}; it is a commands.IdKind")
        self.begin().counters[number] += 1
        return self.live.counters[number] - 1

    def next_due(self):
        cdef Live *s = self.begin()
        return (<Timer *>s.timers.data)[0].at if s.timers.count else NEVER

    def suspend_forfeits(self, bint suspended, /):
        cdef Live *s = self.begin()
        cdef const Timer *timer
        cdef int64_t i
        s.forfeits_suspended = suspended
        if suspended:
            return
        if not array_reserve(&s.timers, sizeof(Timer), s.deferred.count):
            raise MemoryError
        for i in range(s.deferred.count):
            timer = &(<Timer *>s.deferred.data)[i]
            timer_push(s, timer.at, PACKS, timer.item)
        s.deferred.count = 0

    def sweep(self, int64_t now, int64_t budget, /):
        cdef Live *s = self.at(now)
        if not (sweep_sessions(s, &budget) and sweep_lines(s, &budget)):
            raise MemoryError

    @property
    def sizes(self):
        return memory_sizes(&self.live)

    # ------------------------------------------------------------ rows

    def take_effects(self, int64_t stored, /):
        cdef Live *s = self.begin()
        cdef Effects effects = Effects.__new__(Effects)
        cdef int table
        if not write_state(s):
            raise MemoryError
        if s.refunded:
            s.last_refund_batch = stored
            s.refunded = False
        effects.core = self
        for table in range(TABLE_COUNT):
            effects.rows_of[table] = s.rows[table]
            s.rows[table] = self.spare[table]
            memset(&self.spare[table], 0, sizeof(Array))
        return effects

    def load(self, table, rows, /):
        cdef int number = TABLE_NUMBERS[table]
        cdef int64_t[SESSION_WIDTH] values
        cdef int column
        if self.busy:
            self.begin()
        if number not in LOADABLE:
            raise ValueError(f"table is {table!r}; it is written, never loaded")
        for row in rows:
            if len(row) != WIDTHS[number]:
                raise ValueError(f"a row of {table} has {len(row)} columns; COLUMNS gives it {WIDTHS[number]}")
            column = 0
            for value in row:
                values[column] = value
                column += 1
            check_row(&self.live, number, values)
            if not load_row(&self.live, number, values):
                raise MemoryError

    def start(self, int64_t now, int64_t absence, /):
        cdef Live *s = self.begin()
        s.now = now
        s.absence = absence

    def drop(self, teams, users, /):
        cdef Live *s = self.begin()
        cdef int32_t i
        for team in teams:
            i = team_find(s, team)
            if i != NONE:
                team_at(s, i).dropped = True
        for i in range(s.entries.used):
            if entry_at(s, i).user in users:
                drop_devices(s, i)
        drop_teams(s)
        s.refunded = False
        s.last_refund_batch = 0

    def dump(self, int64_t now, /):
        return dump_state(self.begin(), now)
