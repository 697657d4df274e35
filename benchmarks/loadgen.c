/* Load for a gRPC server: unary calls of one method over HTTP/2 without TLS, each request its own bytes, sent once.
 *
 *   loadgen PORT PATH AUTHORIZATION REQUESTS RESULTS CONNECTIONS STREAMS RATE
 *
 * REQUESTS holds the messages: length as uint32, then the bytes. RATE 0 keeps CONNECTIONS x STREAMS calls open all the
 * time; else call i is due at i/RATE seconds, and its latency counts from then, sent or not (no coordinated omission).
 * RESULTS gets three uint32 a request: microseconds from the start to the answer, latency in microseconds, flags.
 *
 * It reads frames, never header blocks: a call is answered when data came before its stream ended, failed otherwise.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWERED = 1, FIELD_1_IS_1 = 2, FIELD_3_IS_POSITIVE = 4 }; /* flags; of a CheckoutResponse: granted, tokens */
enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8 }; /* frames */
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8 };
enum { FRAME_HEADER = 9, MESSAGE_HEADER = 5, WINDOW = 1 << 30, READ = 1 << 16 };

typedef struct {
    uint8_t *data;
    size_t used, capacity;
} Bytes;

typedef struct {
    int fd;
    uint32_t next_stream, open, peer_streams;
    int64_t window;         /* octets of data that the peer still takes on this connection */
    int64_t received;       /* octets of data since the last WINDOW_UPDATE */
    uint32_t *request_of;   /* by stream / 2 */
    Bytes in, out;
} Connection;

typedef struct {
    uint32_t done_us, latency_us, flags;
} Result;

static uint32_t count, next_request, done;
static const uint8_t **message;
static uint32_t *length;
static int64_t *began, started;
static Result *results;
static Bytes *partial;
static uint8_t first_block[1024], later_block[8];
static size_t first_size, later_size;

static void die(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *allocate(size_t items, size_t size) {
    void *memory = calloc(items ? items : 1, size);
    if (!memory) die("no memory");
    return memory;
}

static uint8_t *room(Bytes *bytes, size_t size) {
    if (bytes->used + size > bytes->capacity) {
        bytes->capacity = 2 * (bytes->used + size);
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (!bytes->data) die("no memory");
    }
    return bytes->data + bytes->used;
}

static void put(Bytes *bytes, const void *data, size_t size) {
    memcpy(room(bytes, size), data, size);
    bytes->used += size;
}

static void drop(Bytes *bytes, size_t size) {
    bytes->used -= size;
    memmove(bytes->data, bytes->data + size, bytes->used);
}

static uint32_t uint32_at(const uint8_t *at) { return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

static void put_uint32(Bytes *bytes, uint32_t value) {
    uint8_t octets[] = {value >> 24, value >> 16, value >> 8, value};
    put(bytes, octets, sizeof octets);
}

static void put_frame(Bytes *out, uint32_t size, uint8_t type, uint8_t flags, uint32_t stream) {
    uint8_t octets[] = {size >> 16, size >> 8, size, type, flags};
    put(out, octets, sizeof octets);
    put_uint32(out, stream);
}

/* ------------------------------------------------------------------------------------------------ headers (RFC 7541) */

static void put_text(const char *text) {
    size_t size = strlen(text);
    if (size > 126) die("a header has more than 126 characters: %s", text);
    first_block[first_size++] = size;
    memcpy(first_block + first_size, text, size);
    first_size += size;
}

/* A literal that the peer keeps: its entry moves those before it one up, so the i-th of n is at 61 + n - i later. */
static void put_header(uint8_t name_index, const char *name, const char *value) {
    first_block[first_size++] = 0x40 | name_index;
    if (!name_index) put_text(name);
    put_text(value);
}

static void make_headers(const char *path, const char *authority, const char *authorization) {
    enum { METHOD_POST = 0x80 | 3, SCHEME_HTTP = 0x80 | 6, AUTHORITY = 1, PATH = 4, AUTHORIZATION = 23, CONTENT_TYPE = 31 };
    int kept = *authorization ? 5 : 4;
    first_block[first_size++] = later_block[later_size++] = METHOD_POST;
    first_block[first_size++] = later_block[later_size++] = SCHEME_HTTP;
    put_header(PATH, NULL, path);
    put_header(AUTHORITY, NULL, authority);
    put_header(CONTENT_TYPE, NULL, "application/grpc");
    put_header(0, "te", "trailers");
    if (*authorization) put_header(AUTHORIZATION, NULL, authorization);
    for (int i = 1; i <= kept; i++) later_block[later_size++] = 0x80 | (62 + kept - i);
}

/* ---------------------------------------------------------------------------------------------------------- sending */

static void send_request(Connection *c, int64_t at) {
    uint32_t i = next_request++, stream = c->next_stream, size = length[i];
    int first = stream == 1;
    uint8_t prefix[MESSAGE_HEADER] = {0, size >> 24, size >> 16, size >> 8, size};
    put_frame(&c->out, first ? first_size : later_size, HEADERS, END_HEADERS, stream);
    put(&c->out, first ? first_block : later_block, first ? first_size : later_size);
    put_frame(&c->out, size + MESSAGE_HEADER, DATA, END_STREAM, stream);
    put(&c->out, prefix, sizeof prefix);
    put(&c->out, message[i], size);
    c->request_of[stream / 2] = i;
    c->next_stream += 2;
    c->open++;
    c->window -= size + MESSAGE_HEADER;
    began[i] = at;
}

static int may_send(const Connection *c, uint32_t streams) {
    return next_request < count && c->open < streams && c->open < c->peer_streams
        && c->window >= (int64_t)length[next_request] + MESSAGE_HEADER;
}

static void flush(Connection *c) {
    while (c->out.used) {
        ssize_t sent = send(c->fd, c->out.data, c->out.used, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (sent <= 0) die("the server closed a connection: %s", strerror(errno));
        drop(&c->out, sent);
    }
}

/* -------------------------------------------------------------------------------------------------------- receiving */

static uint64_t varint(const uint8_t **at, const uint8_t *end) {
    uint64_t value = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t octet = *(*at)++;
        value |= (uint64_t)(octet & 0x7f) << shift;
        if (!(octet & 0x80)) break;
    }
    return value;
}

/* Flags of a message: the values of two of its fields, if they are varints. */
static uint32_t look_at(const uint8_t *at, const uint8_t *end) {
    enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
    uint32_t flags = ANSWERED;
    while (at < end) {
        uint64_t tag = varint(&at, end), value = 0;
        if ((tag & 7) == VARINT) value = varint(&at, end);
        else if ((tag & 7) == BYTES) at += varint(&at, end);
        else at += (tag & 7) == FIXED64 ? 8 : 4;
        if (tag >> 3 == 1 && value == 1) flags |= FIELD_1_IS_1;
        if (tag >> 3 == 3 && (int64_t)value > 0) flags |= FIELD_3_IS_POSITIVE;
    }
    return flags;
}

static void take_data(Connection *c, uint32_t stream, const uint8_t *data, uint32_t size) {
    uint32_t i = c->request_of[stream / 2];
    Bytes *whole = &partial[i];
    put(whole, data, size);
    c->received += size;
    if (c->received > WINDOW / 2) {
        put_frame(&c->out, 4, WINDOW_UPDATE, 0, 0);
        put_uint32(&c->out, c->received);
        c->received = 0;
    }
    if (whole->used < MESSAGE_HEADER || whole->used < MESSAGE_HEADER + uint32_at(whole->data + 1)) return;
    results[i].flags = look_at(whole->data + MESSAGE_HEADER, whole->data + whole->used);
    free(whole->data);
    memset(whole, 0, sizeof *whole);
}

static void end_stream(Connection *c, uint32_t stream) {
    uint32_t i = c->request_of[stream / 2];
    int64_t at = now_ns();
    results[i].done_us = (at - started) / 1000;
    results[i].latency_us = (at - began[i]) / 1000;
    c->open--;
    done++;
}

static void take_settings(Connection *c, const uint8_t *at, uint32_t size) {
    enum { MAX_CONCURRENT_STREAMS = 3 };
    for (const uint8_t *end = at + size; at + 6 <= end; at += 6)
        if ((at[0] << 8 | at[1]) == MAX_CONCURRENT_STREAMS) c->peer_streams = uint32_at(at + 2);
    put_frame(&c->out, 0, SETTINGS, ACK, 0);
}

static void take_frame(Connection *c, uint8_t type, uint8_t flags, uint32_t stream, const uint8_t *data, uint32_t size) {
    if (type == GOAWAY) die("the server says GOAWAY, error %u", size >= 8 ? uint32_at(data + 4) : 0);
    if (type == DATA && flags & PADDED) die("padded data are not read here");
    if (type == DATA) take_data(c, stream, data, size);
    if (type == SETTINGS && !(flags & ACK)) take_settings(c, data, size);
    if (type == WINDOW_UPDATE && stream == 0) c->window += uint32_at(data);
    if (type == PING && !(flags & ACK)) {
        put_frame(&c->out, size, PING, ACK, 0);
        put(&c->out, data, size);
    }
    if (type == RST_STREAM || ((type == DATA || type == HEADERS) && flags & END_STREAM)) end_stream(c, stream);
}

static void receive(Connection *c) {
    size_t at = 0;
    ssize_t got = recv(c->fd, room(&c->in, READ), READ, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) die("the server closed a connection after %u answers", done);
    c->in.used += got;
    while (c->in.used - at >= FRAME_HEADER) {
        const uint8_t *frame = c->in.data + at;
        uint32_t size = (uint32_t)frame[0] << 16 | frame[1] << 8 | frame[2];
        if (c->in.used - at < FRAME_HEADER + size) break;
        take_frame(c, frame[3], frame[4], uint32_at(frame + 5) & INT32_MAX, frame + FRAME_HEADER, size);
        at += FRAME_HEADER + size;
    }
    drop(&c->in, at);
}

/* ------------------------------------------------------------------------------------------------------ the program */

static void open_connection(Connection *c, int port, int epoll) {
    static const char PREFACE[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    enum { ENABLE_PUSH = 2, INITIAL_WINDOW_SIZE = 4 };
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int yes = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address)) die("connect: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
    c->next_stream = 1;
    c->window = 65535;
    c->peer_streams = UINT32_MAX;
    c->request_of = allocate(count, sizeof *c->request_of);
    put(&c->out, PREFACE, sizeof PREFACE - 1);
    put_frame(&c->out, 12, SETTINGS, 0, 0);
    put(&c->out, (uint8_t[]){0, ENABLE_PUSH}, 2);
    put_uint32(&c->out, 0);
    put(&c->out, (uint8_t[]){0, INITIAL_WINDOW_SIZE}, 2);
    put_uint32(&c->out, WINDOW);
    put_frame(&c->out, 4, WINDOW_UPDATE, 0, 0);
    put_uint32(&c->out, WINDOW);
    flush(c);
}

static void read_requests(const char *path) {
    FILE *file = fopen(path, "rb");
    long size;
    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) die("%s: %s", path, strerror(errno));
    uint8_t *data = allocate(size, 1);
    rewind(file);
    if (fread(data, 1, size, file) != (size_t)size) die("%s: short read", path);
    fclose(file);
    for (int pass = 0; pass < 2; pass++) {
        count = 0;
        for (uint8_t *at = data; at < data + size; count++) {
            uint32_t octets;
            memcpy(&octets, at, sizeof octets);
            if (pass) length[count] = octets, message[count] = at + sizeof octets;
            at += sizeof octets + octets;
        }
        if (!pass) length = allocate(count, sizeof *length), message = allocate(count, sizeof *message);
    }
    began = allocate(count, sizeof *began);
    results = allocate(count, sizeof *results);
    partial = allocate(count, sizeof *partial);
}

/* Send what is due now, over the connections in turn. */
static void send_due(Connection *connections, int connection_count, uint32_t streams, double rate) {
    static int turn;
    int64_t now = now_ns();
    for (int refused = 0; refused < connection_count && next_request < count; turn = (turn + 1) % connection_count) {
        int64_t due = rate > 0 ? started + (int64_t)(next_request / rate * 1e9) : now;
        if (due > now) break;
        if (may_send(&connections[turn], streams)) send_request(&connections[turn], due), refused = 0;
        else refused++;
    }
    for (int i = 0; i < connection_count; i++) flush(&connections[i]);
}

int main(int argc, char **argv) {
    if (argc != 9) die("usage: loadgen PORT PATH AUTHORIZATION REQUESTS RESULTS CONNECTIONS STREAMS RATE");
    int port = atoi(argv[1]), connection_count = atoi(argv[6]), epoll = epoll_create1(0);
    uint32_t streams = atoi(argv[7]);
    double rate = atof(argv[8]);
    char authority[32];
    snprintf(authority, sizeof authority, "127.0.0.1:%d", port);
    make_headers(argv[2], authority, argv[3]);
    read_requests(argv[4]);
    Connection *connections = allocate(connection_count, sizeof *connections);
    for (int i = 0; i < connection_count; i++) open_connection(&connections[i], port, epoll);
    started = now_ns();
    while (done < count) {
        struct epoll_event events[64];
        send_due(connections, connection_count, streams, rate);
        int waits = rate > 0 && next_request < count ? 0 : 100; /* the next one may be due within microseconds */
        int ready = epoll_wait(epoll, events, 64, waits);
        for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
    }
    FILE *file = fopen(argv[5], "wb");
    if (!file || fwrite(results, sizeof *results, count, file) != count || fclose(file)) die("%s: %s", argv[5], strerror(errno));
    return 0;
}
