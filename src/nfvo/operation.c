/* Durable operations and what instances hold, as resources to look at. */
#include "nfvo/nfvo.h"

struct err *
owner_set(const struct op *op, const char **project_id)
{
    *project_id = op->caller->project_id;
    if (!*project_id) {
        return err_new(E_FORBIDDEN, NULL, "a token with a project is needed");
    }
    return NULL;
}

const struct resource flow_resource = {
    .table = &flow_table,
    .singular = "operation",
    .plural = "operations",
    .doc = "Durable operations: what `carrick explain` tells of.",
    .flags = RESOURCE_FIXED,
};
const struct resource holding_resource = {
    .table = &holding_table,
    .singular = "holding",
    .plural = "holdings",
    .doc = "What instances hold at sites.",
    .flags = RESOURCE_FIXED,
};
