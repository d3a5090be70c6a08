/* Many rows made in one transaction need the same few others: what was read for
 * the first is kept for the rest, until the transaction writes. */
#include "store/tx.h"

#include <string.h>

#define KEPT_MAX 16 /* Few, so that looking is cheaper than reading. */

void *
tx_kept(const struct tx *tx, const struct table *table, const char *key)
{
    for (const struct keeping *k = tx->kept; k; k = k->next) {
        if (k->table == table && !strcmp(k->key, key)) {
            return k->value;
        }
    }
    return NULL;
}

void
tx_keep(struct tx *tx, const struct table *table, const char *key, void *value)
{
    struct keeping *keeping;
    size_t n = 0;

    if (!tx->writes) {
        return;
    }
    for (const struct keeping *k = tx->kept; k; k = k->next) {
        n++;
    }
    if (n >= KEPT_MAX) {
        tx->kept = NULL;
    }
    keeping = MEM_NEW(tx->mem, struct keeping);
    *keeping = (struct keeping){tx->kept, table, mem_str(tx->mem, key), value};
    tx->kept = keeping;
}

void
tx_forget(struct tx *tx, const struct table *table)
{
    struct keeping **at = &tx->kept;

    while (*at) {
        if (!table || (*at)->table == table) {
            *at = (*at)->next;
        } else {
            at = &(*at)->next;
        }
    }
}
