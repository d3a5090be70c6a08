/* Between a client and PostgreSQL, by sockets in folders: what is between them can be cut. */
#ifndef TESTS_REPLICAS_RELAY_H
#define TESTS_REPLICAS_RELAY_H

#include "base/err.h"

#include <stdbool.h>

struct relay;
/* Listens in 'dir', and passes on to the server whose socket is in 'to'; on a thread, as long as the process lives. */
struct err *relay_new(const char *dir, const char *to, struct relay **relay) MUST_USE;
/* From now on connections end, and nobody is let in; or they are made again. */
void relay_cut(struct relay *relay, bool cut);

#endif
