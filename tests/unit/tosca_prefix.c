/* Links that a descriptor gives no prefix get some that do not collide, always the same. */
#include "test.h"
#include "tosca/prefix.h"

static const char *
choose(struct mem *mem, const struct vnfd_link *link, size_t k)
{
    (void)link;
    return mem_printf(mem, "10.0.%zu.0/24", k);
}

TEST(prefixes_of_links_do_not_overlap)
{
    static const struct {
        const char *told[4], *prefixes[4];
    } rows[] = {
        {{NULL, NULL, NULL}, {"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"}},
        {{NULL, "192.0.2.0/24", NULL}, {"10.0.0.0/24", "192.0.2.0/24", "10.0.2.0/24"}},
        /* One that another link has, also one behind it. */
        {{NULL, NULL, "10.0.0.0/24"}, {"10.0.3.0/24", "10.0.1.0/24", "10.0.0.0/24"}},
        {{"10.0.0.0/22", NULL, NULL}, {"10.0.0.0/22", "10.0.4.0/24", "10.0.5.0/24"}},
        {{"10.0.3.0/25", "10.0.2.0/23", NULL}, {"10.0.3.0/25", "10.0.2.0/23", "10.0.4.0/24"}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(mem) mem = mem_new("test");
        struct vnfd_link some[3] = {{.cidr = rows[i].told[0]}, {.cidr = rows[i].told[1]}, {.cidr = rows[i].told[2]}};
        const struct vnfd_link *links[] = {&some[0], &some[1], &some[2]};

        for (size_t k = 0; k < 3; k++) {
            CHECK_STR(link_prefix(mem, links, 3, k, choose), rows[i].prefixes[k]);
        }
    }
}
