# Memory of the core: pools of fixed items, hash indexes of int32 into them, row buffers. Nothing here knows a rule.
#
# Whatever can run out of memory is a `*_reserve` and answers False; what follows a successful reserve cannot fail.
# Nothing is ever moved as a whole: pools grow by chunks (pointers to items stay good), indexes by a part at a time.

cdef extern from *:
    """
    #define prefetch(address) __builtin_prefetch(address)
    #define last_bit(x) (31 - __builtin_clz(x))
    """
    void prefetch(const void *address) noexcept nogil
    int last_bit(uint32_t x) noexcept nogil

cdef extern from "<sys/mman.h>" nogil:
    int MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE
    void *MAP_FAILED
    void *mmap(void *memory, size_t size, int protection, int flags, int file, long offset)
    int munmap(void *memory, size_t size)

cdef enum:
    NONE = -1                   # no item
    CHUNK_BITS = 12
    CHUNK = 1 << CHUNK_BITS     # items of the first chunk; each later one is as big as all before it
    PART_BITS = 10              # an index has 1024 parts, so that growing one is a short step at any size
    PARTS = 1 << PART_BITS
    PAGES = 1 << 20             # bytes from which on a chunk is mapped by itself


# ---------------------------------------------------------------- pages

cdef char *new_pages(size_t size) noexcept nogil:
    """Zeroed memory that takes room only where it is touched; NULL when there is none."""
    cdef void *memory
    if size < PAGES:
        return <char *>calloc(1, size)
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    return NULL if memory == MAP_FAILED else <char *>memory


cdef void free_pages(char *memory, size_t size) noexcept nogil:
    if size < PAGES:
        free(memory)
    else:
        munmap(memory, size)


# ---------------------------------------------------------------- pools

# Item i of a pool is item i + CHUNK of a row of chunks that hold 1, 1, 2, 4, ... times CHUNK items: its place follows
# from the highest bit. `chunks[k]` points CHUNK << k items before the chunk's first.

cdef void pool_init(Pool *pool, size_t item) noexcept nogil:
    memset(pool, 0, sizeof(Pool))
    pool.item = item
    pool.free = NONE


cdef inline size_t chunk_bytes(const Pool *pool, int chunk) noexcept nogil:
    return (<size_t>CHUNK << chunk) * pool.item


cdef void pool_clear(Pool *pool) noexcept nogil:
    cdef int i
    for i in range(pool.chunk_count):
        free_pages(pool.chunks[i] + chunk_bytes(pool, i), chunk_bytes(pool, i))
    pool_init(pool, pool.item)


cdef inline char *pool_place(const Chunk *chunks, int32_t i, size_t item) noexcept nogil:
    cdef uint32_t place = <uint32_t>i + CHUNK
    return chunks[last_bit(place) - CHUNK_BITS] + <size_t>place * item


cdef inline char *pool_item(const Pool *pool, int32_t i) noexcept nogil:
    return pool_place(pool.chunks, i, pool.item)


cdef inline int64_t pool_capacity(const Pool *pool) noexcept nogil:
    return (<int64_t>CHUNK << pool.chunk_count) - CHUNK


cdef bint pool_grow(Pool *pool, int64_t items) noexcept nogil:
    """Room for `items` more than are in use; the items are zero."""
    cdef char *chunk
    while pool_capacity(pool) - pool.live < items:
        if pool.chunk_count == POOL_CHUNKS:
            return False
        chunk = new_pages(chunk_bytes(pool, pool.chunk_count))
        if chunk == NULL:
            return False
        pool.chunks[pool.chunk_count] = chunk - chunk_bytes(pool, pool.chunk_count)
        pool.chunk_count += 1
    return True


cdef inline bint pool_reserve(Pool *pool, int64_t items) noexcept nogil:
    return pool_capacity(pool) - pool.live >= items or pool_grow(pool, items)


cdef inline int32_t pool_take(Pool *pool) noexcept nogil:
    """An item that is zero; there must be room."""
    cdef int32_t i = pool.free
    cdef char *item
    pool.live += 1
    if i == NONE:
        i = pool.used
        pool.used += 1
        return i
    item = pool_item(pool, i)
    pool.free = (<int32_t *>item)[0]
    memset(item, 0, pool.item)
    return i


cdef inline void pool_give(Pool *pool, int32_t i) noexcept nogil:
    """An item goes back. All but its first four bytes, the link of the free list, is zero from here on."""
    cdef char *item = pool_item(pool, i)
    memset(item, 0, pool.item)
    (<int32_t *>item)[0] = pool.free
    pool.free = i
    pool.live -= 1


cdef int64_t pool_bytes(const Pool *pool) noexcept nogil:
    """What was ever touched: the rest of a chunk takes no room."""
    return <int64_t>pool.used * pool.item


# ---------------------------------------------------------------- hashes

cdef inline uint64_t mix(uint64_t x) noexcept nogil:
    """The finaliser of splitmix64: every bit of the input moves every bit of the output."""
    x ^= x >> 30
    x *= <uint64_t>0xBF58476D1CE4E5B9
    x ^= x >> 27
    x *= <uint64_t>0x94D049BB133111EB
    return x ^ (x >> 31)


cdef inline uint64_t mix_two(uint64_t a, uint64_t b) noexcept nogil:
    return mix(a * <uint64_t>0x9E3779B97F4A7C15 + b)


# ---------------------------------------------------------------- indexes

# A slot is `tag << 32 | item + 1`, 0 when empty; the tag, 32 bits of the hash, gives the slot's home in its part, so
# that neither growing nor removing reads the items. Linear probing where no slot is nearer to its home than one that
# wanted its place (Robin Hood): a search for what is not there ends as soon as one for what is. At most 4/5 full.

cdef bint index_init(Index *index) noexcept nogil:
    index.used = 0
    index.parts = <Part *>calloc(PARTS, sizeof(Part))
    return index.parts != NULL


cdef void index_clear(Index *index) noexcept nogil:
    cdef int i
    if index.parts != NULL:
        for i in range(PARTS):
            free(index.parts[i].slots)
        free(index.parts)
    index.parts = NULL
    index.used = 0


cdef inline Part *index_part(const Index *index, uint64_t hash) noexcept nogil:
    return &index.parts[hash >> (64 - PART_BITS)]


cdef inline uint32_t home(uint32_t tag, uint32_t capacity) noexcept nogil:
    return <uint32_t>((<uint64_t>tag * capacity) >> 32)


cdef inline uint32_t distance(uint32_t tag, uint32_t at, uint32_t capacity) noexcept nogil:
    """How far a place is from the home of a tag, round the end."""
    cdef uint32_t start = home(tag, capacity)
    return at - start if at >= start else at + capacity - start


cdef inline void part_put(uint64_t *slots, uint32_t capacity, uint64_t slot) noexcept nogil:
    cdef uint32_t at = home(<uint32_t>(slot >> 32), capacity)
    cdef uint32_t far = 0
    cdef uint32_t other
    cdef uint64_t taken
    while slots[at] != 0:
        other = distance(<uint32_t>(slots[at] >> 32), at, capacity)
        if other < far:
            taken = slots[at]
            slots[at] = slot
            slot = taken
            far = other
        far += 1
        at += 1
        if at == capacity:
            at = 0
    slots[at] = slot


cdef bint part_grow(Part *part, int64_t items) noexcept nogil:
    cdef uint32_t capacity = part.capacity
    cdef uint32_t i
    cdef uint64_t *slots
    while <int64_t>(part.used + items) * 5 > <int64_t>capacity * 4:
        capacity += capacity // 4 + 4
    slots = <uint64_t *>calloc(capacity, sizeof(uint64_t))
    if slots == NULL:
        return False
    for i in range(part.capacity):
        if part.slots[i] != 0:
            part_put(slots, capacity, part.slots[i])
    free(part.slots)
    part.slots = slots
    part.capacity = capacity
    return True


cdef inline bint index_reserve(Index *index, uint64_t hash, int64_t items) noexcept nogil:
    """Room for `items` under hashes that share this one's part."""
    cdef Part *part = index_part(index, hash)
    return <int64_t>(part.used + items) * 5 <= <int64_t>part.capacity * 4 or part_grow(part, items)


cdef inline void index_put(Index *index, uint64_t hash, int32_t item) noexcept nogil:
    cdef Part *part = index_part(index, hash)
    part_put(part.slots, part.capacity, (hash << 32) | <uint32_t>(item + 1))
    part.used += 1
    index.used += 1


cdef inline int32_t index_first(const Index *index, uint64_t hash, Probe *probe) noexcept nogil:
    """The first item under this hash, or NONE; the caller compares the key and goes on with `index_next`."""
    cdef Part *part = index_part(index, hash)
    probe.part = part
    probe.tag = <uint32_t>hash
    if part.capacity == 0:
        return NONE
    probe.at = home(probe.tag, part.capacity)
    probe.far = 0
    return index_next(probe)


cdef inline int32_t index_next(Probe *probe) noexcept nogil:
    cdef uint64_t slot
    while True:
        slot = probe.part.slots[probe.at]
        if slot == 0 or distance(<uint32_t>(slot >> 32), probe.at, probe.part.capacity) < probe.far:
            return NONE
        probe.far += 1
        probe.at += 1
        if probe.at == probe.part.capacity:
            probe.at = 0
        if <uint32_t>(slot >> 32) == probe.tag:
            return <int32_t>(<uint32_t>slot) - 1


cdef void index_remove(Index *index, uint64_t hash, int32_t item) noexcept nogil:
    """Take out the slot of an item that is there; the slots after it close the gap."""
    cdef Part *part = index_part(index, hash)
    cdef uint64_t slot = (hash << 32) | <uint32_t>(item + 1)
    cdef uint32_t capacity = part.capacity
    cdef uint32_t hole = home(<uint32_t>hash, capacity)
    cdef uint32_t at
    while part.slots[hole] != slot:
        hole += 1
        if hole == capacity:
            hole = 0
    while True:
        at = hole + 1 if hole + 1 < capacity else 0
        if part.slots[at] == 0 or distance(<uint32_t>(part.slots[at] >> 32), at, capacity) == 0:
            break
        part.slots[hole] = part.slots[at]
        hole = at
    part.slots[hole] = 0
    part.used -= 1
    index.used -= 1


cdef inline void index_prefetch(const Index *index, uint64_t hash) noexcept nogil:
    cdef Part *part = index_part(index, hash)
    if part.capacity != 0:
        prefetch(&part.slots[home(<uint32_t>hash, part.capacity)])


cdef int64_t index_bytes(const Index *index) noexcept nogil:
    cdef int64_t total = PARTS * sizeof(Part)
    cdef int i
    for i in range(PARTS):
        total += index.parts[i].capacity * sizeof(uint64_t)
    return total


# ---------------------------------------------------------------- growing arrays

cdef bint array_grow(Array *array, size_t width, int64_t items) noexcept nogil:
    cdef int64_t capacity = array.capacity + array.capacity // 2 + 8
    cdef char *data
    if capacity < array.count + items:
        capacity = array.count + items
    data = <char *>realloc(array.data, capacity * width)
    if data == NULL:
        return False
    array.data = data
    array.capacity = capacity
    return True


cdef inline bint array_reserve(Array *array, size_t width, int64_t items) noexcept nogil:
    return array.capacity - array.count >= items or array_grow(array, width, items)


cdef void array_clear(Array *array) noexcept nogil:
    free(array.data)
    memset(array, 0, sizeof(Array))


cdef inline void int32_push(Array *array, int32_t value) noexcept nogil:
    (<int32_t *>array.data)[array.count] = value
    array.count += 1


cdef inline int64_t *row_push(Array *array, int width) noexcept nogil:
    """The next row of `width` int64, to be filled; there must be room."""
    cdef int64_t *row = <int64_t *>array.data + array.count * width
    array.count += 1
    return row
