"""The contents page of the core: what it holds, in reading order."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t

# ---------------------------------------------------------------- memory

cdef struct Pool:               # items of one size, in chunks that never move
    char **chunks
    size_t item
    int32_t chunk_count
    int32_t chunk_capacity
    int32_t used                # items ever taken
    int32_t live                # items in use
    int32_t free                # head of the list of items given back

cdef struct Part:
    uint64_t *slots
    uint32_t capacity
    uint32_t used

cdef struct Index:              # hash -> item of a pool
    Part *parts
    int64_t used

cdef struct Probe:              # a walk over the items under one hash
    Part *part
    uint32_t tag
    uint32_t at

cdef struct Array:              # items side by side; moves when it grows
    char *data
    int64_t count
    int64_t capacity

cdef struct IdSlot:
    uint64_t high
    uint64_t low
    int64_t id                  # 0: the slot is empty

cdef struct IdPart:
    IdSlot *slots
    uint32_t capacity
    uint32_t used

cdef struct Ids:                # digest of a name -> id
    IdPart *parts
    int64_t used

# ---------------------------------------------------------------- time

cdef enum Phase:                # T4: what comes first at one instant
    PACKS = 0
    COMMANDS = 1
    CAPTURES = 2
    LEASES = 3

cdef struct Timer:
    int64_t at
    int32_t phase
    int32_t item                # pack, line or session
