/* Which service a frame asks; whose it is says the handle alone. */
#include "responder/answer.h"

#include "responder/dhcp.h"
#include "responder/dns.h"
#include "responder/router.h"

#define PROTO_UDP 17
#define PROTO_ICMP6 58

size_t
frame_answer(const struct guests *guests, const uint8_t *frame, size_t n, uint8_t *out)
{
    struct writer w = {.b = out, .max = FRAME_SIZE};
    const struct desired_guest *guest;
    struct question q;

    if (!question_parse(&q, frame, n)) {
        return 0;
    }
    guest = guests_find(guests, q.handle);
    if (!guest) {
        return 0;
    }
    if (!q.v6 && q.proto == PROTO_UDP) {
        return q.dport == DHCP_SERVER_PORT ? dhcp_answer(guest, &q, &w)
               : q.dport == DNS_PORT       ? dns_answer(guests, guest, &q, &w)
                                           : 0;
    }
    if (!q.v6) {
        return 0;
    }
    if (q.proto == PROTO_ICMP6) {
        return router_answer(guest, &q, &w);
    }
    return q.proto == PROTO_UDP && q.dport == DHCP6_SERVER_PORT ? dhcp6_answer(guest, &q, &w) : 0;
}
