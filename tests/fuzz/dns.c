/* A DNS question of any bytes.  What is answered is one whole message for its asker,
 * no longer than it takes, and says nothing of another network's port. */
#include "fuzz.h"
#include "guest.h"
#include "responder/answer.h"

#include <string.h>

#define MESSAGE (14 + 28)
#define HEAD 12
#define FOREIGN                                                                                    \
    "{\"id\":\"6105d6cc-76af-5003-a5e9-4d588ce511b2\",\"handle\":2049,\"mac\":"                    \
    "\"fa:16:3e:00:00:02\",\"network_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511d9\",\"mtu\":1450,"  \
    "\"server_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511c9\",\"ifname\":\"eth0\",\"project_id\":"   \
    "\"22222222222222222222222222222222\",\"name\":\"b\",\"hostname\":\"secret\",\"addresses\":["  \
    "{\"ip\":\"10.0.0.77\",\"prefix_len\":24}]}"

static void
put(struct guests *guests, const char *text)
{
    AUTO(mem) mem = mem_new("fuzz");
    const struct json *json;

    MUST(!json_parse(mem, text, strlen(text), &json));
    MUST(!guests_put(guests, json));
}

static struct guests *
guests_two(void)
{
    static struct guests *guests;

    if (!guests) {
        guests = guests_new();
        guests_begin(guests, true);
        put(guests, GUEST);
        put(guests, FOREIGN);
        MUST(!guests_end(guests, true, 2));
    }
    return guests;
}

static size_t
wrap(uint8_t *out, size_t max, const uint8_t *data, size_t n)
{
    struct writer w = {.b = out, .max = max};

    write_bytes(&w, "\x0e\xcb\0\0\0\1\x0e\xcc\0\0", 10);
    write_uint(&w, 2, HANDLE);
    write_uint(&w, 4, 0x08004500);
    write_uint(&w, 2, (uint32_t)(28 + n));
    write_zeros(&w, 4);
    write_uint(&w, 4, 0x40110000);
    write_uint(&w, 4, 0x0a000005);
    write_uint(&w, 4, SERVICE_IP);
    write_uint(&w, 4, 4242 << 16 | 53);
    write_uint(&w, 4, (uint32_t)(8 + n) << 16);
    write_bytes(&w, data, n);
    return w.full ? 0 : w.n;
}

/* Where the name at 'at' ends; it points backwards only. */
static size_t
name_end(const uint8_t *b, size_t n, size_t at)
{
    while (at < n && b[at]) {
        if (b[at] >= 0xc0) {
            MUST(at + 1 < n && ((size_t)(b[at] & 63) << 8 | b[at + 1]) < at);
            return at + 2;
        }
        MUST(b[at] <= 63);
        at += 1u + b[at];
    }
    MUST(at < n);
    return at + 1;
}

static uint32_t
number(const uint8_t *b, size_t at)
{
    return (uint32_t)b[at] << 8 | b[at + 1];
}

static void
message_holds(const uint8_t *b, size_t n, const uint8_t *asked)
{
    size_t at = HEAD, records = number(b, 6) + number(b, 8) + number(b, 10), begin;

    MUST(n >= HEAD && n <= 1232 && !memcmp(b, asked, 2));
    MUST(n <= 512 || number(b, 10) == 1); /* More than that only to who takes it. */
    MUST(b[2] & 0x80 && !(b[3] & 0xf0) && number(b, 4) <= 1);
    if (number(b, 4)) {
        at = name_end(b, n, at) + 4;
    }
    begin = at;
    for (size_t i = 0; i < records; i++) {
        at = name_end(b, n, at);
        MUST(at + 10 <= n);
        at += 10 + number(b, at + 8);
        MUST(at <= n);
    }
    MUST(at == n);
    MUST(!memmem(b + begin, n - begin, "\x0a\0\0\x4d", 4) &&
         !memmem(b + begin, n - begin, "secret", 6));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t in[4096], out[FRAME_SIZE];
    size_t n_in = wrap(in, sizeof in, data, n), n_out = frame_answer(guests_two(), in, n_in, out);

    MUST(!n_out || n >= HEAD);
    if (n_out) {
        MUST(n_out >= MESSAGE && number(out, 4) == (HANDLE & 0xffff) && !out[2]);
        MUST(number(out, 34) == 53 && number(out, 36) == 4242);
        message_holds(out + MESSAGE, n_out - MESSAGE, data);
    }
    return 0;
}
