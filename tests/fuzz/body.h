/* Bodies for any resource, made from its attribute table: mostly plausible, now
 * and then null, of a wrong type or beyond a limit. */
#ifndef CARRICK_TESTS_FUZZ_BODY_H
#define CARRICK_TESTS_FUZZ_BODY_H

#include "fuzz.h"

#include "base/attr.h"

#define BODY_IDS_MAX 64

/* Ids of what is there, for references. */
struct body_ids {
    const char *items[BODY_IDS_MAX], *tables[BODY_IDS_MAX];
    size_t n;
};
void body_ids_add(struct body_ids *ids, const char *table, const char *id);
/* Mostly one of that table (null: of any). */
const char *body_id(struct choices *c, const struct body_ids *ids, const char *table);
/* A word that some attribute of some table may take for a value. */
const char *body_word(struct choices *c, const struct body_ids *ids);

/* Writes an object with attributes of the table that have one of 'use' (0: any). */
void body_write(struct choices *c, const struct body_ids *ids, struct jw *w, const char *key,
                const struct table *table, uint32_t use, int depth);

#endif
