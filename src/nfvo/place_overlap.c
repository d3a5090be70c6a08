/* Two paths that claim the same packets: a site would refuse the second chain, half-way
 * through an instantiation, so the plan says it before anything is made. */
#include "base/net.h"
#include "nfvo/place.h"

static bool
links_meet(const struct plan_path *a, const struct plan_path *b)
{
    for (size_t i = 0; i < a->links.n; i++) {
        for (size_t j = 0; j < b->links.n; j++) {
            if (str_eq(a->links.items[i], b->links.items[j])) {
                return true;
            }
        }
    }
    return false;
}

/* None = anywhere. */
static bool
ends_meet(const struct rows *a, const struct rows *b)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct plan_cp *x = a->items[i];

        for (size_t j = 0; j < b->n; j++) {
            const struct plan_cp *y = b->items[j];

            if (x->sap ? str_eq(x->sap, y->sap)
                       : str_eq(x->vnf, y->vnf) && str_eq(x->ingress, y->ingress)) {
                return true;
            }
        }
    }
    return a->n == 0 || b->n == 0;
}

static bool
ranges_meet(int64_t a_min, int64_t a_max, int64_t b_min, int64_t b_max)
{
    return a_min == INT_NULL || b_min == INT_NULL || (a_min <= b_max && b_min <= a_max);
}

static bool
prefixes_meet(const char *a, const char *b)
{
    struct cidr x, y;

    return !a || !b || !cidr_parse(a, &x) || !cidr_parse(b, &y) || cidr_overlaps(&x, &y);
}

static bool
rules_meet(const struct plan_rule *a, const struct plan_rule *b)
{
    return str_eq(a->ethertype, b->ethertype) &&
           (!a->protocol || !b->protocol || str_eq_case(a->protocol, b->protocol)) &&
           ranges_meet(a->source_port_min, a->source_port_max, b->source_port_min,
                       b->source_port_max) &&
           ranges_meet(a->destination_port_min, a->destination_port_max, b->destination_port_min,
                       b->destination_port_max) &&
           prefixes_meet(a->source_prefix, b->source_prefix) &&
           prefixes_meet(a->destination_prefix, b->destination_prefix);
}

/* Adds what two paths have in common to 'text'. */
static void
overlap_tell(const struct plan_path *a, const struct plan_path *b, struct buf *text)
{
    if (!links_meet(a, b) || !ends_meet(&a->sources, &b->sources) ||
        !ends_meet(&a->destinations, &b->destinations)) {
        return;
    }
    for (size_t i = 0; i < a->rules.n; i++) {
        for (size_t j = 0; j < b->rules.n; j++) {
            const struct plan_rule *x = a->rules.items[i], *y = b->rules.items[j];

            if (rules_meet(x, y)) {
                buf_printf(text, "%srule %s of path %s and rule %s of path %s",
                           text->len ? "; " : "", x->name, a->name, y->name, b->name);
            }
        }
    }
}

struct err *
place_overlaps(const struct placing *p)
{
    AUTO_BUF text = BUF_INIT;

    for (size_t i = 0; i < p->plan->paths.n; i++) {
        for (size_t j = i + 1; j < p->plan->paths.n; j++) {
            overlap_tell(p->plan->paths.items[i], p->plan->paths.items[j], &text);
        }
    }
    if (text.len) {
        return err_new(E_UNPROCESSABLE, "PathsOverlap",
                       "the same packets would take two paths: %s; narrow their rules or name the "
                       "ends of the paths",
                       text.data);
    }
    return NULL;
}
