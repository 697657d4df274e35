# Names to ids: 128-bit digests of names to positive int64 ids, in at most 32 bytes an entry. Knows no names.

# The digests are hashes already. As in the indexes, no slot is nearer to its home than one that wanted its place.

cdef inline uint64_t ids_hash(uint64_t high, uint64_t low) noexcept nogil:
    return (high ^ low) * <uint64_t>0x9E3779B97F4A7C15


cdef inline uint32_t ids_tag(uint64_t hash) noexcept nogil:
    """32 bits below those that choose the part."""
    return <uint32_t>(hash >> (32 - PART_BITS))


cdef inline uint32_t ids_distance(const IdSlot *slot, uint32_t at, uint32_t capacity) noexcept nogil:
    return distance(ids_tag(ids_hash(slot.high, slot.low)), at, capacity)


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
    """The slot that holds this digest, else NULL."""
    cdef uint32_t capacity = part.capacity
    cdef uint32_t at = home(ids_tag(hash), capacity)
    cdef uint32_t far = 0
    cdef IdSlot *slot
    while far < capacity:
        slot = &part.slots[at]
        if slot.high == high and slot.low == low and slot.id != 0:
            return slot
        if slot.id == 0 or ids_distance(slot, at, capacity) < far:
            break
        far += 1
        at += 1
        if at == capacity:
            at = 0
    return NULL


cdef inline int64_t ids_find(const Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    """The id of a digest, 0 when there is none."""
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdSlot *slot = ids_slot(&ids.parts[hash >> (64 - PART_BITS)], hash, high, low)
    return 0 if slot == NULL else slot.id


cdef void ids_place(IdPart *part, IdSlot slot) noexcept nogil:
    """A slot that is not there yet; there is room."""
    cdef uint32_t at = home(ids_tag(ids_hash(slot.high, slot.low)), part.capacity)
    cdef uint32_t far = 0
    cdef uint32_t other
    cdef IdSlot taken
    while part.slots[at].id != 0:
        other = ids_distance(&part.slots[at], at, part.capacity)
        if other < far:
            taken = part.slots[at]
            part.slots[at] = slot
            slot = taken
            far = other
        far += 1
        at += 1
        if at == part.capacity:
            at = 0
    part.slots[at] = slot


cdef inline void ids_prefetch(const Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    if part.capacity != 0:
        prefetch(&part.slots[home(ids_tag(hash), part.capacity)])


cdef bint ids_reserve(Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    """Room for this digest. A part grows by a sixth and is at most 7/8 full: 24 bytes of slot, 32 in all."""
    cdef IdPart *part = &ids.parts[ids_hash(high, low) >> (64 - PART_BITS)]
    cdef uint32_t i
    cdef IdPart grown
    if <uint64_t>(part.used + 1) * 8 <= <uint64_t>part.capacity * 7:
        return True
    grown.used = part.used
    grown.capacity = part.capacity + part.capacity // 6 + 4
    grown.slots = <IdSlot *>calloc(grown.capacity, sizeof(IdSlot))
    if grown.slots == NULL:
        return False
    for i in range(part.capacity):
        if part.slots[i].id != 0:
            ids_place(&grown, part.slots[i])
    free(part.slots)
    part[0] = grown
    return True


cdef inline void ids_put(Ids *ids, uint64_t high, uint64_t low, int64_t id) noexcept nogil:
    """Set the id of a digest; there must be room."""
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    cdef IdSlot *found = ids_slot(part, hash, high, low)
    cdef IdSlot slot
    if found != NULL:
        found.id = id
        return
    slot.high = high
    slot.low = low
    slot.id = id
    ids_place(part, slot)
    part.used += 1
    ids.used += 1


cdef bint ids_remove(Ids *ids, uint64_t high, uint64_t low) noexcept nogil:
    cdef uint64_t hash = ids_hash(high, low)
    cdef IdPart *part = &ids.parts[hash >> (64 - PART_BITS)]
    cdef IdSlot *slot = ids_slot(part, hash, high, low)
    cdef uint32_t hole, at
    if slot == NULL:
        return False
    hole = <uint32_t>(slot - part.slots)
    while True:
        at = hole + 1 if hole + 1 < part.capacity else 0
        if part.slots[at].id == 0 or ids_distance(&part.slots[at], at, part.capacity) == 0:
            break
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
        cdef uint64_t high, low
        number_halves(digest, &high, &low)
        return ids_find(&self.ids, high, low)

    def put(self, digest, int64_t number, /):
        cdef uint64_t high, low
        number_halves(digest, &high, &low)
        if number < 1:
            raise ValueError(f"id is {number}; an id is a positive int64")
        if not ids_reserve(&self.ids, high, low):
            raise MemoryError
        ids_put(&self.ids, high, low, number)

    def remove(self, digest, /):
        cdef uint64_t high, low
        number_halves(digest, &high, &low)
        return bool(ids_remove(&self.ids, high, low))
