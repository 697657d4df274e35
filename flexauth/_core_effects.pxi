# What a batch wants written: the rows of each table in one buffer of int64, handed to Python without a copy.

from cpython.buffer cimport PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE

import struct

TABLE_NAMES = tuple(COLUMNS)
TABLE_NUMBERS = {name: number for number, name in enumerate(TABLE_NAMES)}

cdef int[TABLE_COUNT] WIDTHS = [
    PACK_WIDTH, LINE_WIDTH, HOLD_WIDTH, FREE_USE_WIDTH, SESSION_WIDTH, DEVICE_WIDTH, DEVICE_NAME_WIDTH, LEDGER_WIDTH,
    CAP_ENTRY_WIDTH, USE_LOG_WIDTH, KEY_WIDTH, KEY_WIDTH, SESSION_GONE_WIDTH, KEY_WIDTH, KEY_WIDTH, TEAM_WIDTH,
    COUNTER_WIDTH,
    CALENDAR_WIDTH, CAP_WIDTH, CAP_USE_WIDTH, CAPPED_WIDTH, SEAT_POOL_WIDTH, PRODUCT_WIDTH, RATE_WIDTH, POLICY_WIDTH,
]
ROW_STRUCTS = [struct.Struct(f"@{width}q") for width in WIDTHS]

if [len(columns) for columns in COLUMNS.values()] != list(WIDTHS):
    raise ImportError("the tables of commands.COLUMNS are not those that the core was built with; build it again")

#: The order in which a batch must be written: holds leave before the ledger moves, and come after it.
WRITE_ORDER = (
    HOLD_GONE, PACK, LEDGER, CAP_ENTRY, HOLD, LINE, FREE_USE_GONE, FREE_USE, SESSION, DEVICE_NAME, DEVICE_GONE, DEVICE,
    USE_LOG, LINE_GONE, SESSION_GONE,
)
LOADABLE = frozenset({
    PACK, LINE, HOLD, FREE_USE, SESSION, DEVICE, DEVICE_NAME, TEAM, COUNTER, CALENDAR, CAP, CAP_USE, CAPPED, SEAT_POOL,
    PRODUCT, RATE, POLICY,
})


cdef class Slab:
    """int64 values of effects as a buffer: all of a table, or one column with the row's width as stride."""

    cdef Effects effects
    cdef int64_t *data
    cdef Py_ssize_t[1] shape
    cdef Py_ssize_t[1] strides

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        if flags & PyBUF_WRITABLE == PyBUF_WRITABLE:
            raise BufferError("effects are read only")
        if self.strides[0] != sizeof(int64_t) and flags & PyBUF_STRIDES != PyBUF_STRIDES:
            raise BufferError("a column is not contiguous; ask for its strides")
        buffer.buf = self.data
        buffer.obj = self
        buffer.len = self.shape[0] * sizeof(int64_t)
        buffer.itemsize = sizeof(int64_t)
        buffer.readonly = 1
        buffer.ndim = 1
        buffer.format = <char *>"q" if flags & PyBUF_FORMAT == PyBUF_FORMAT else NULL
        buffer.shape = self.shape if flags & PyBUF_ND == PyBUF_ND else NULL
        buffer.strides = self.strides if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
        buffer.suboffsets = NULL
        buffer.internal = NULL


cdef class Effects:
    """The rows of one batch; see `flexauth.commands.Effects`."""

    cdef Core core
    cdef Array[TABLE_COUNT] rows_of

    def __dealloc__(self):
        cdef int table
        for table in range(TABLE_COUNT):
            if self.core is None:
                array_clear(&self.rows_of[table])
            else:
                self.core.reuse(table, &self.rows_of[table])

    cdef Slab slab(self, int table, Py_ssize_t column, Py_ssize_t count, Py_ssize_t stride):
        cdef Slab slab = Slab.__new__(Slab)
        slab.effects = self
        slab.data = <int64_t *>self.rows_of[table].data + column
        slab.shape[0] = count
        slab.strides[0] = stride * <Py_ssize_t>sizeof(int64_t)
        return slab

    def tables(self):
        return tuple(TABLE_NAMES[table] for table in WRITE_ORDER if self.rows_of[<int>table].count)

    def count(self, table, /):
        return self.rows_of[<int>TABLE_NUMBERS[table]].count

    def rows(self, table, /):
        cdef int number = TABLE_NUMBERS[table]
        cdef Py_ssize_t count = self.rows_of[number].count
        if count == 0:
            return iter(())
        return ROW_STRUCTS[number].iter_unpack(self.slab(number, 0, count * WIDTHS[number], 1))

    def columns(self, table, /):
        cdef int number = TABLE_NUMBERS[table]
        cdef Py_ssize_t count = self.rows_of[number].count
        return tuple(memoryview(self.slab(number, column, count, WIDTHS[number])) for column in range(WIDTHS[number]))

    cdef frozenset ids(self, str column):
        """The positive ids in a column of all tables."""
        cdef int64_t last = 0
        cdef int64_t i, id
        cdef int table, width
        cdef set found = set()
        for table in range(TABLE_COUNT):
            if self.rows_of[table].count and column in COLUMNS[TABLE_NAMES[table]]:
                width = WIDTHS[table]
                data = <int64_t *>self.rows_of[table].data + <int>COLUMNS[TABLE_NAMES[table]].index(column)
                for i in range(self.rows_of[table].count):
                    id = data[i * width]
                    if id > 0 and id != last:
                        found.add(id)
                        last = id
        return frozenset(found)

    def teams(self):
        return self.ids("team")

    def users(self):
        return self.ids("user")
