/* Ethernet, IP and UDP around questions and answers.  What is read is a
 * stranger's; what is written is bounded.  Checksums of questions are not
 * verified: they come through memory, often without one. */
#ifndef CARRICK_RESPONDER_FRAME_H
#define CARRICK_RESPONDER_FRAME_H

#include "base/net.h"

#include <stddef.h>

#define FRAME_SIZE 1514
#define SERVICE_IP 0xa9fea9feu /* 169.254.169.254 */

/* Bytes read in order; past the end everything is 0 and 'bad' is set. */
struct reader {
    const uint8_t *at, *end;
    bool bad;
};
uint32_t read_uint(struct reader *r, size_t n); /* 1 to 4 bytes, network order */
const uint8_t *read_bytes(struct reader *r, size_t n); /* null past the end */
size_t read_left(const struct reader *r);
struct reader read_part(struct reader *r, size_t n); /* the next 'n' bytes; bad where there are fewer */

/* Bytes written in order; past the end nothing is written and 'full' is set. */
struct writer {
    uint8_t *b;
    size_t n, max;
    bool full;
};
void write_uint(struct writer *w, size_t n, uint32_t v);
void write_bytes(struct writer *w, const void *data, size_t n);
void write_zeros(struct writer *w, size_t n);
/* Overwrites 'n' bytes at 'at' with 'v'. */
void write_at(struct writer *w, size_t at, size_t n, uint32_t v);

/* What a question came in. */
struct question {
    uint32_t handle;        /* Whose: written by the data plane, not by the tenant. */
    bool v6;
    struct ip src;
    uint8_t proto;
    uint16_t sport, dport;  /* UDP */
    struct reader payload;  /* Behind the IP (ICMPv6) or the UDP header. */
};
/* False where it is no question: cut off, a fragment, no handle. */
bool question_parse(struct question *q, const uint8_t *frame, size_t n);

/* Where an answer goes. */
struct answer_to {
    uint32_t handle;
    struct ip dst;
    bool to_all;            /* On the link: the client has no address to be reached by. */
};
/* Head of a UDP answer from the service; the payload is written behind it, then
 * frame_end sets lengths and checksums.  The writer has room for FRAME_SIZE. */
void frame_begin_udp(struct writer *w, const struct answer_to *to, uint16_t sport, uint16_t dport);
/* Likewise of an ICMPv6 message, which begins with 'type' and code 0. */
void frame_begin_icmp6(struct writer *w, const struct answer_to *to, uint8_t type);
/* The frame's length; 0 where it did not fit. */
size_t frame_end(struct writer *w);

/* The services' link-layer and link-local address, as tenants see them. */
extern const struct mac service_mac;
struct ip service_link_local(void);

#endif
