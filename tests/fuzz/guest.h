/* One port that the responder knows of, for its fuzzers. */
#ifndef CARRICK_TESTS_GUEST_H
#define CARRICK_TESTS_GUEST_H

#include "fuzz.h"
#include "responder/guests.h"

#include <string.h>

#define HANDLE 1025u
#define GUEST                                                                                      \
    "{\"id\":\"6105d6cc-76af-5003-a5e9-4d588ce511b1\",\"handle\":1025,\"mac\":"                    \
    "\"fa:16:3e:00:00:01\",\"network_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511d0\",\"mtu\":1450,"  \
    "\"server_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511c0\",\"ifname\":\"eth0\",\"project_id\":"   \
    "\"11111111111111111111111111111111\",\"name\":\"a\",\"hostname\":\"a\","           \
    "\"user_data\":\"aGVsbG8=\",\"addresses\":["                                                \
    "{\"ip\":\"10.0.0.5\",\"prefix_len\":24,\"gateway\":\"10.0.0.1\",\"dns\":[\"192.0.2.53\"]},"   \
    "{\"ip\":\"fd00::5\",\"prefix_len\":64,\"address_mode\":\"dhcpv6-stateful\",\"ra_mode\":\"dhcpv6-stateful\",\"dns\":"               \
    "[\"2001:db8::53\"]}],\"routes\":[{\"destination\":\"10.9.0.0/20\",\"nexthop\":\"10.0.0.9\"}]}"

static inline struct guests *
guests_one(void)
{
    static struct guests *guests;
    AUTO(mem) mem = mem_new("fuzz");
    const struct json *json;
    struct err *e;

    if (!guests) {
        guests = guests_new();
        guests_begin(guests, true);
        e = json_parse(mem, GUEST, strlen(GUEST), &json);
        e = e ? e : guests_put(guests, json);
        e = e ? e : guests_end(guests, true, 1);
        MUST(!e);
    }
    return guests;
}

#endif
