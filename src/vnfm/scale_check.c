/* A request to scale names steps, a level or levels; a flow is given where every aspect
 * has to be.  What cannot be is told before anything is started. */
#include "nfvo/nfvo.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

struct checking {
    struct tx *tx;
    const struct vnf_instance *instance;
    struct vnf_made *made;
    struct vnfd *vnfd;
    const struct vnfd_flavour *flavour;
    struct vnf_in *in;
};

static struct err *
checking_begin(struct checking *c)
{
    const char *state = json_get_str(c->instance->instantiated_info, "vnfState");

    if (!str_eq(state, "STARTED")) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is %s: only what is STARTED is scaled",
                       c->instance->id, str_or(state, "not INSTANTIATED"));
    }
    c->made = row_new(tx_mem(c->tx), &vnf_made_table);
    TRY(vnf_instance_made(c->tx, c->instance->id, c->made));
    TRY(vnfd_load(c->tx, c->instance->package_id, &c->vnfd));
    c->flavour = vnfd_flavour(c->vnfd, c->made->flavour_id);
    if (!c->flavour || (c->flavour->n_aspects == 0 && c->flavour->n_levels == 0)) {
        return err_new(E_NOT_FOUND, NULL, "VNFD %s has neither scaling aspects nor levels",
                       c->vnfd->descriptor_id);
    }
    return NULL;
}

/* ---- where aspects have to be ------------------------------------------------------------ */

static struct vnf_scale *
scale_add(struct checking *c, const char *aspect, int64_t level)
{
    struct vnf_scale *scale = row_new(tx_mem(c->tx), &vnf_scale_table);

    scale->aspect = aspect;
    scale->level = level;
    vnf_rows_add(tx_mem(c->tx), &c->in->scales, scale);
    return scale;
}

static struct vnf_scale *
scale_find(const struct rows *scales, const char *aspect)
{
    for (size_t i = 0; i < scales->n; i++) {
        struct vnf_scale *scale = scales->items[i];

        if (str_eq(scale->aspect, aspect)) {
            return scale;
        }
    }
    return NULL;
}

/* Everything as it is now. */
static void
scales_now(struct checking *c)
{
    for (size_t i = 0; i < c->flavour->n_aspects; i++) {
        const char *aspect = c->flavour->aspects[i].name;
        const struct vnf_scale *now = scale_find(&c->made->scales, aspect);

        scale_add(c, aspect, now ? now->level : 0);
    }
}

static struct err *
aspect_missing(const struct checking *c, const char *aspect)
{
    return err_new(E_UNPROCESSABLE, NULL, "flavour %s of VNFD %s has no scaling aspect %s",
                   c->flavour->id, c->vnfd->descriptor_id, aspect);
}

static struct err *
level_fault(const struct checking *c, const char *aspect, int64_t level, enum err_code code)
{
    const struct vnfd_aspect *described = vnfd_aspect(c->flavour, aspect);
    const struct vnf_scale *now = scale_find(&c->made->scales, aspect);

    return err_new(code, NULL,
                   "aspect %s of VNF instance %s would be at scale level %lld: it is at %lld, and 0 "
                   "to %lld are allowed",
                   aspect, c->instance->id, (long long)level, (long long)(now ? now->level : 0),
                   (long long)described->max_level);
}

/* ---- which flow -------------------------------------------------------------------------- */

/* A server that comes later needs networks and addresses that nobody else was promised. */
static struct err *
connected_check(const struct checking *c, const struct rows *added)
{
    for (size_t i = 0; i < added->n; i++) {
        const struct wanted_vnfc *vnfc = added->items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];

            if (!vnf_connection_of(&c->made->connections, cp, vnfc->number)) {
                return err_new(E_UNPROCESSABLE, NULL,
                               "%s: connection point %s has more instances than extVirtualLinks "
                               "configured at the instantiation",
                               vnfc->name, str_or(cp->ext_cpd, cp->cpd));
            }
        }
    }
    return NULL;
}

static struct err *
flow_choose(struct checking *c, const struct flow_type **type)
{
    struct mem *mem = tx_mem(c->tx);
    const char *level = c->in->level_id ? c->in->level_id : c->made->level_id;
    struct vnf_wanted *wanted = row_new(mem, &vnf_wanted_table);
    struct vnf_change change;
    struct err *e = vnf_wanted_fill(mem, c->vnfd, c->made->flavour_id, level, &c->in->scales, wanted);

    if (err_is(e, E_INVALID)) {
        e->code = E_UNPROCESSABLE; /* It is not the form of the body that is wrong. */
    }
    TRY(e);
    change = vnf_change_of(mem, c->made, wanted);
    TRY(connected_check(c, &change.added));
    *type = change.removed.n + change.links_removed.n > 0 ? &vnf_scale_in_flow : &vnf_scale_out_flow;
    return NULL;
}

/* ---- the requests ------------------------------------------------------------------------ */

struct err *
vnf_scale_check(struct tx *tx, const struct vnf_instance *instance,
                const struct scale_request *request, struct vnf_in *in,
                const struct flow_type **type)
{
    struct checking c = {.tx = tx, .instance = instance, .in = in};
    const struct vnfd_aspect *aspect;
    struct vnf_scale *scale;

    TRY(checking_begin(&c));
    if (c.flavour->n_aspects == 0) {
        return err_new(E_NOT_FOUND, NULL, "flavour %s of VNFD %s has no scaling aspects",
                       c.flavour->id, c.vnfd->descriptor_id);
    }
    scales_now(&c);
    aspect = vnfd_aspect(c.flavour, request->aspect);
    scale = scale_find(&in->scales, request->aspect);
    if (!aspect || !scale) {
        return aspect_missing(&c, request->aspect);
    }
    scale->level += str_eq(request->type, "SCALE_OUT") ? request->steps : -request->steps;
    if (scale->level < 0 || scale->level > aspect->max_level) {
        return level_fault(&c, request->aspect, scale->level, E_CONFLICT);
    }
    in->operation = "SCALE";
    return flow_choose(&c, type);
}

static struct err *
infos_take(struct checking *c, const struct rows *infos)
{
    for (size_t i = 0; i < infos->n; i++) {
        const struct scale_info *info = infos->items[i];
        const struct vnfd_aspect *aspect = vnfd_aspect(c->flavour, info->aspect);
        struct vnf_scale *scale = scale_find(&c->in->scales, info->aspect);

        if (!aspect || !scale) {
            return aspect_missing(c, info->aspect);
        }
        if (info->vnfd_id && !str_eq(info->vnfd_id, c->instance->vnfd_id)) {
            return err_new(E_UNPROCESSABLE, NULL, "scaleInfo[%zu]: VNFD %s is not the instance's",
                           i, info->vnfd_id);
        }
        if (info->level > aspect->max_level) {
            return level_fault(c, info->aspect, info->level, E_UNPROCESSABLE);
        }
        scale->level = info->level;
    }
    return NULL;
}

struct err *
vnf_scale_to_level_check(struct tx *tx, const struct vnf_instance *instance,
                         const struct scale_to_level_request *request, struct vnf_in *in,
                         const struct flow_type **type)
{
    struct checking c = {.tx = tx, .instance = instance, .in = in};

    if ((request->level_id != NULL) == (request->scales.n > 0)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "one of instantiationLevelId and scaleInfo is needed");
    }
    TRY(checking_begin(&c));
    in->operation = "SCALE_TO_LEVEL";
    if (request->level_id) {
        if (!vnfd_level(c.flavour, request->level_id)) {
            return err_new(E_UNPROCESSABLE, NULL, "flavour %s of VNFD %s has no level %s",
                           c.flavour->id, c.vnfd->descriptor_id, request->level_id);
        }
        in->level_id = request->level_id;
    } else {
        scales_now(&c);
        TRY(infos_take(&c, &request->scales));
    }
    return flow_choose(&c, type);
}
