/* What the responder reads from tenants: frames of any bytes.  The first byte of the
 * input chooses a guest and a wrapping, so that the fuzzer need not find headers itself.
 * Whatever is answered goes to the guest that asked, is whole, and is of a service. */
#include "fuzz.h"
#include "guest.h"
#include "responder/answer.h"

#include <string.h>

enum { AS_IT_IS, DHCP4, DHCP6, ICMP6, N_WRAPS };

/* 'n' bytes behind the headers that lead to a service. */
static size_t
wrap(uint8_t *out, size_t max, int how, const uint8_t *data, size_t n)
{
    struct writer w = {.b = out, .max = max};
    size_t udp = how == ICMP6 ? 0 : 8;

    if (how == AS_IT_IS) {
        write_bytes(&w, data, n);
        return w.full ? 0 : w.n;
    }
    write_bytes(&w, "\x0e\xcb\0\0\0\1\x0e\xcc\0\0", 10);
    write_uint(&w, 2, HANDLE);
    write_uint(&w, 2, how == DHCP4 ? 0x0800 : 0x86dd);
    if (how == DHCP4) {
        write_uint(&w, 4, 0x45000000 | (uint32_t)(20 + udp + n));
        write_uint(&w, 4, 0);
        write_uint(&w, 4, 0x40110000);
        write_zeros(&w, 8);
    } else {
        write_uint(&w, 4, 0x60000000);
        write_uint(&w, 4, (uint32_t)(udp + n) << 16 | (how == ICMP6 ? 58u : 17u) << 8 | 255);
        write_zeros(&w, 32);
    }
    if (udp) {
        write_uint(&w, 2, how == DHCP4 ? 68 : 546);
        write_uint(&w, 2, how == DHCP4 ? 67 : 547);
        write_uint(&w, 4, (uint32_t)(udp + n) << 16);
    }
    write_bytes(&w, data, n);
    return w.full ? 0 : w.n;
}

static void
answer_holds(const uint8_t *b, size_t n)
{
    struct reader r = {.at = b, .end = b + n};

    MUST(n >= 14 + 40 && n <= FRAME_SIZE);
    MUST(read_uint(&r, 2) == 0x0ecc && read_uint(&r, 1) <= 1 && read_uint(&r, 3) == HANDLE);
    MUST(!memcmp(read_bytes(&r, 6), service_mac.b, 6));
    if (read_uint(&r, 2) == 0x0800) {

        MUST(((size_t)b[16] << 8 | b[17]) == n - 14);
        MUST(b[23] == 17 && b[35] == 67 && b[37] == 68);
    } else {
        MUST(((size_t)b[18] << 8 | b[19]) == n - 54);
        MUST((b[20] == 58 && b[54] == 134) || (b[20] == 17 && b[55] == (547 & 255)));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct guests *guests = guests_one();
    uint8_t in[4096], out[FRAME_SIZE];
    size_t n_in, n_out;

    if (!n) {
        return 0;
    }
    n_in = wrap(in, sizeof in, data[0] % N_WRAPS, data + 1, n - 1);
    if (data[0] % N_WRAPS == DHCP4 && n_in > 14 + 28 + 34) {
        memcpy(in + 14 + 28 + 28, "\xfa\x16\x3e\0\0\1", 6); /* Its own address, as the most would. */
    }
    n_out = frame_answer(guests, in, n_in, out);
    if (n_out) {
        answer_holds(out, n_out);
    }
    return 0;
}
