/* See prefix.h. */
#include "tosca/prefix.h"

#include "base/net.h"

#define TRIES_MAX 65536

/* Is it one that a link has told, or that was chosen before? */
static bool
is_taken(const struct vnfd_link *const *links, size_t n, const char *const *chosen, size_t n_chosen,
         const char *prefix)
{
    struct cidr ours, other;

    if (!cidr_parse(prefix, &ours)) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (links[i]->cidr && cidr_parse(links[i]->cidr, &other) && cidr_overlaps(&ours, &other)) {
            return true;
        }
    }
    for (size_t i = 0; i < n_chosen; i++) {
        if (cidr_parse(chosen[i], &other) && cidr_overlaps(&ours, &other)) {
            return true;
        }
    }
    return false;
}

const char *
link_prefix(struct mem *mem, const struct vnfd_link *const *links, size_t n, size_t i,
            link_prefix_fn *choose)
{
    const char **chosen = MEM_ARRAY(mem, n + 1, const char *);

    for (size_t j = 0; j <= i; j++) {
        size_t k = n;

        chosen[j] = links[j]->cidr ? links[j]->cidr : choose(mem, links[j], j);
        while (!links[j]->cidr && k < TRIES_MAX && is_taken(links, n, chosen, j, chosen[j])) {
            chosen[j] = choose(mem, links[j], k++);
        }
    }
    return chosen[i];
}
