/* Many TCP connections at once between two servers of a topology.  Every byte of
 * each is known beforehand, in both directions, and is compared on arrival; what
 * is reset, ended, stalled or not equal counts as broken. */
#ifndef CARRICK_TESTS_CROWD_H
#define CARRICK_TESTS_CROWD_H

#include "topo.h"

struct crowd;

/* The server listens at 'ip' and 'port'; 'client' connects to 'to_ip'. */
struct crowd *crowd_new(struct site *from, const char *client, const char *to_ip, struct site *to,
                        const char *server, const char *ip, int port);
void crowd_free(struct crowd *crowd);
/* Opens 'n' more; nothing is waited for. */
void crowd_open(struct crowd *crowd, size_t n);
/* Every live connection carries 'bytes' there and then 'bytes' back; those that do not within
 * 'ms' are broken.  Returns how many live ones there are behind it. */
size_t crowd_round(struct crowd *crowd, size_t bytes, int ms);
/* Ends those of which 'which' says so, in good order, clients first; how many there were. */
size_t crowd_finish(struct crowd *crowd, bool (*which)(const void *arg, int port), const void *arg,
                    int ms);
/* So far. */
size_t crowd_broken(const struct crowd *crowd);

#endif
