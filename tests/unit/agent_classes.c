/* How the table of classifiers is shared; what the kernel makes of its entries is
 * tested with real packets. */
#include "agent/classes.h"
#include "test.h"

/* Entries until one is refused, each for another sender. */
static size_t
fill(struct classes *c, uint32_t net, struct class_list *list, const char *why)
{
    struct class_spec spec = {.scope = net,
                              .net = net,
                              .chain = net + 100,
                              .chain_id = "00000000-0000-0000-0000-000000000001",
                              .proto = -1,
                              .sport_max = 0xffff,
                              .dport_max = 0xffff};
    struct err *e = NULL;

    for (spec.from = 1; !e && spec.from <= DP_CLASSES_MAX + 1; spec.from++) {
        e = classes_add(c, &spec, list);
    }
    CHECK_ERR_MSG(e, E_QUOTA, why);
    return spec.from - 2;
}

TEST(a_network_that_asks_for_all_classifiers_leaves_others_their_share)
{
    struct classes *c = classes_new();
    struct class_list first = {0}, second = {0}, third = {0};

    classes_share(c, 4);
    CHECK_INT(fill(c, 1, &first, "its network has its share"), DP_CLASSES_MAX / 2);
    CHECK_INT(fill(c, 2, &second, "its network has its share"), DP_CLASSES_MAX / 8);
    CHECK_INT(fill(c, 3, &third, "its network has its share"), DP_CLASSES_MAX / 8);
    /* What one gives back, another may have. */
    classes_drop(c, &first);
    CHECK_INT(fill(c, 4, &first, "its network has its share"), DP_CLASSES_MAX / 4);
    classes_drop(c, &first);
    classes_drop(c, &second);
    classes_drop(c, &third);
    /* One that is alone may have all. */
    classes_share(c, 1);
    CHECK_INT(fill(c, 1, &first, "the host's table of classifiers is full"), DP_CLASSES_MAX);
    classes_drop(c, &first);
    classes_free(c);
}

/* Scopes until one more has no room, each with one shape. */
static size_t
fill_scopes(struct classes *c, uint32_t net, struct class_list *list, const char *why)
{
    struct class_spec spec = {.net = net,
                              .chain = net,
                              .chain_id = "00000000-0000-0000-0000-000000000001",
                              .proto = 17,
                              .sport_max = 0xffff,
                              .dport_max = 0xffff};
    struct err *e = NULL;
    size_t n = 0;

    for (; !e && n <= DP_SHAPE_BLOCKS_MAX; n++) {
        spec.scope = (net << 20) + (uint32_t)n;
        e = classes_add(c, &spec, list);
    }
    CHECK_ERR_MSG(e, E_QUOTA, why);
    return n - 1;
}

TEST(shapes_are_shared_as_classifiers_are)
{
    struct classes *c = classes_new();
    struct class_list first = {0}, second = {0};

    classes_share(c, 3);
    CHECK_INT(fill_scopes(c, 1, &first, "its network has its share of the host's table of blocks"),
              DP_SHAPE_BLOCKS_MAX / 2);
    CHECK_INT(fill_scopes(c, 2, &second, "its network has its share of the host's table of blocks"),
              DP_SHAPE_BLOCKS_MAX / 6);
    classes_drop(c, &first);
    classes_drop(c, &second);
    classes_free(c);
}
