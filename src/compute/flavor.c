/* Flavors: made by administrators; a few usual ones are there from the first
 * start on. */
#include "compute/words.h"

#include "base/uuid.h"
#include "base/vec.h"

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct cond conds[] = {COND("name", NULL), {.attr = NULL}};
    struct flavor *flavor = row, *twin;

    (void)op;
    if (!flavor->id || str_eq(flavor->id, "auto")) {
        flavor->id = uuid_make(tx_mem(tx));
    }
    conds[0].text = flavor->name;
    TRY(row_find(tx, &flavor_table, conds, &twin));
    if (twin) {
        return err_new(E_EXISTS, NULL, "Flavor with name %s already exists.", flavor->name);
    }
    conds[0] = (struct cond)COND("id", flavor->id);
    TRY(row_find(tx, &flavor_table, conds, &twin));
    return twin ? err_new(E_EXISTS, NULL, "Flavor with ID %s already exists.", flavor->id) : NULL;
}

const struct resource flavor_resource = {
    .table = &flavor_table,
    .singular = "flavor",
    .plural = "flavors",
    .doc = "Flavors",
    .not_found = "FlavorNotFound",
    .in_use = "FlavorInUse",
    .visible = "t.is_public = 1",
    .rule_create = "admin_only",
    .rule_show = "anybody",
    .rule_update = "admin_only",
    .rule_delete = "admin_only",
    .hooks = {.before_create = before_create},
};
