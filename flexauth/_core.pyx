"""The native core: live state, the charging automaton, pack order, holds, timers, effects.

It decides commands in memory and yields the rows to be written. It knows no I/O, no clock, no wire and no logging.
`flexauth.reference` says in plain Python what it does; both are exactly equal.
"""

from libc.stdint cimport INT32_MAX, INT64_MAX
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset, memcpy

include "_core_memory.pxi"
include "_core_ids.pxi"

cdef extern from *:
    """
    #define prefetch(address) __builtin_prefetch(address)
    """
    void prefetch(const void *address) noexcept nogil

cdef inline uint64_t low_half(digest) except? 0:
    return <uint64_t>(digest & 0xFFFFFFFFFFFFFFFF)


cdef inline uint64_t high_half(digest) except? 0:
    return <uint64_t>(digest >> 64)
