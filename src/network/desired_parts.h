/* What the files that turn network rows into desired objects share. */
#ifndef CARRICK_NETWORK_DESIRED_PARTS_H
#define CARRICK_NETWORK_DESIRED_PARTS_H

#include "network/words.h"

struct err *row_or_null(struct tx *tx, const struct table *table, const char *id,
                        void *row_out) MUST_USE;

/* ---- desired_chains.c */
struct err *chain_load(struct tx *tx, const char *id, void **object) MUST_USE;
struct err *label_load(struct tx *tx, const char *id, void **object) MUST_USE;

/* ---- desired_touch.c: which objects a change may alter */
struct err *network_touch(struct tx *tx, const struct change *change,
                          struct desired_touched *touched) MUST_USE;

#endif
