# Names to ids: 128-bit digests of names to positive int64 ids, in at most 32 bytes an entry. Knows no names.

cdef inline uint64_t ids_hash(uint64_t high, uint64_t low) noexcept nogil:
    return mix_two(high, low)


cdef bint ids_init(Ids *ids) noexcept nogil:
    ids.used = 0
    ids.parts = <IdPart *>calloc(PARTS, sizeof(IdPart))
    return ids.parts != NULL


cdef void ids_clear(Ids *ids) noexcept nogil:
    cdef int i
    if ids.parts != NULL:
        for i in range(PARTS):
            free(ids.parts[i].slots)
        free(ids.parts)
    ids.parts = NULL
    ids.used = 0


cdef inline IdSlot *ids_slot(const IdPart *part, uint64_t hash, uint64_t high, uint64_t low) noexcept nogil:
    """The slot that holds this digest, else the empty one where it would be; the part has an empty slot."""
    cdef uint32_t at = home(<uint32_t>hash, part.capacity)
    cdef IdSlot *slot
    while True:
        slot = &part.slots[at]
        if slot.id == 0 or (slot.high == high and slot.low == low):
            return slot
        at += 1
        if at == part.capacity:
            at = 0


cdef inline int64_t ids_find(const Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    """The id of a digest, 0 when there is none."""
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    if part.capacity == 0:
        return 0
    return ids_slot(part, hash, high, low).id


cdef inline void ids_prefetch(const Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    if part.capacity != 0:
        prefetch(&part.slots[home(<uint32_t>hash, part.capacity)])


cdef bint ids_reserve(Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    """Room for this digest. A part grows by a sixth and is at most 7/8 full: 24 bytes of slot, 32 in all."""
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    cdef uint32_t capacity, i
    cdef IdPart grown
    cdef IdSlot *old
    if <uint64_t>(part.used + 1) * 8 <= <uint64_t>part.capacity * 7:
        return True
    capacity = part.capacity + part.capacity // 6 + 4
    grown.used = part.used
    grown.capacity = capacity
    grown.slots = <IdSlot *>calloc(capacity, sizeof(IdSlot))
    if grown.slots == NULL:
        return False
    for i in range(part.capacity):
        old = &part.slots[i]
        if old.id != 0:
            ids_slot(&grown, ids_hash(old.high, old.low), old.high, old.low)[0] = old[0]
    free(part.slots)
    part[0] = grown
    return True


cdef inline void ids_put(Ids *ids, uint64_t high, uint64_t low, int64_t id) noexcept nogil:
    """Set the id of a digest; there must be room."""
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    cdef IdSlot *slot = ids_slot(part, hash, high, low)
    if slot.id == 0:
        part.used += 1
        ids.used += 1
        slot.high = high
        slot.low = low
    slot.id = id


cdef bint ids_remove(Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    cdef IdSlot *slot
    cdef uint32_t hole, at, start
    if part.capacity == 0:
        return False
    slot = ids_slot(part, hash, high, low)
    if slot.id == 0:
        return False
    hole = at = <uint32_t>(slot - part.slots)
    while True:
        at += 1
        if at == part.capacity:
            at = 0
        if part.slots[at].id == 0:
            break
        start = home(<uint32_t>ids_hash(part.slots[at].high, part.slots[at].low), part.capacity)
        if (start <= hole or start > at) if hole < at else (start <= hole and start > at):
            part.slots[hole] = part.slots[at]
            hole = at
    memset(&part.slots[hole], 0, sizeof(IdSlot))
    part.used -= 1
    ids.used -= 1
    return True


cdef int64_t ids_bytes(const Ids *ids) noexcept nogil:
    cdef int64_t total = PARTS * sizeof(IdPart)
    cdef int i
    for i in range(PARTS):
        total += ids.parts[i].capacity * sizeof(IdSlot)
    return total


cdef class IdTable:
    """128-bit digests of names to positive int64 ids."""

    cdef Ids ids

    def __cinit__(self):
        if not ids_init(&self.ids):
            raise MemoryError

    def __dealloc__(self):
        ids_clear(&self.ids)

    def __len__(self):
        return self.ids.used

    @property
    def nbytes(self):
        return ids_bytes(&self.ids)

    def find(self, digest, /):
        return ids_find(&self.ids, high_half(digest), low_half(digest))

    def put(self, digest, int64_t id, /):
        cdef uint64_t high = high_half(digest)
        cdef uint64_t low = low_half(digest)
        if id < 1:
            raise ValueError(f"id is {id}; an id is a positive int64")
        if not ids_reserve(&self.ids, high, low):
            raise MemoryError
        ids_put(&self.ids, high, low, id)

    def remove(self, digest, /):
        return bool(ids_remove(&self.ids, high_half(digest), low_half(digest)))
