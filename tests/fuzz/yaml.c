/* YAML out of any bytes: a tree within its limits, or a fault that names its place;
 * the tree as JSON is JSON. */
#include "base/yaml.h"
#include "fuzz.h"

#include <string.h>

#define NODES_MAX 20000
#define DEPTH_MAX 32
#define ARENA_MAX (64u << 20)

static size_t
count(const struct yaml *node, int depth)
{
    size_t n = 1;

    MUST(depth <= DEPTH_MAX + 1 && node->line > 0 && node->column > 0);
    yaml_each (node, i) {
        n += count(node->items[i], depth + 1);
        if (node->type == YAML_T_MAP) {
            MUST(yaml_str(node->keys[i]));
            MUST(yaml_get(node, yaml_str(node->keys[i])) == node->items[i]);
        }
    }
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    const struct yaml_limits limits = {.max_nodes = NODES_MAX, .max_depth = DEPTH_MAX};
    const struct yaml *root = NULL;
    const struct json *json, *again = NULL;
    struct err *e = yaml_parse(mem, "t.yaml", (const char *)data, n, &limits, &root);
    const char *text;

    MUST(mem_size(mem) < ARENA_MAX);
    if (e) {
        MUST(e->code == E_INVALID);
        err_free(e);
        return 0;
    }
    if (!root) {
        return 0;
    }
    MUST(count(root, 1) <= NODES_MAX);
    json = yaml_to_json(mem, root);
    text = json_text(mem, json);
    e = json_parse(mem, text, strlen(text), &again);
    MUST(!e && again);
    return 0;
}
