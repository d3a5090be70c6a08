/* A request to scale an NS as a whole (SOL005 6.5.3.23, SCALE_NS), held against the aspects and
 * levels of its NSD: it becomes VNFs that come and VNFs that go, the newest first. */
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "vnfm/vnfm.h"

#include <stdlib.h>

struct scaling {
    struct ns_updating *u;
    const struct scale_ns_data *data;
};

/* ---- where aspects are ------------------------------------------------------------------- */

/* An NS of an earlier version is where its NSD begins. */
static int64_t
level_now(const struct scaling *s, const struct nsd_aspect *aspect)
{
    for (size_t i = 0; i < s->u->made->scales.n; i++) {
        const struct vnf_scale *scale = s->u->made->scales.items[i];

        if (str_eq(scale->aspect, aspect->name)) {
            return scale->level;
        }
    }
    return nsd_aspect_level(s->u->nsd, aspect, NULL);
}

static void
level_set(struct scaling *s, const char *aspect, int64_t level)
{
    struct rows *scales = &s->u->in->scales;
    struct vnf_scale *scale;

    for (size_t i = 0; i < scales->n; i++) {
        scale = scales->items[i];
        if (str_eq(scale->aspect, aspect)) {
            scale->level = level;
            return;
        }
    }
    scale = row_new(tx_mem(s->u->tx), &vnf_scale_table);
    scale->aspect = aspect;
    scale->level = level;
    place_add(tx_mem(s->u->tx), scales, scale);
}

static void
levels_begin(struct scaling *s)
{
    for (size_t i = 0; i < s->u->nsd->n_aspects; i++) {
        const struct nsd_aspect *aspect = &s->u->nsd->aspects[i];

        level_set(s, aspect->name, level_now(s, aspect));
    }
}

/* ---- numbers of instances ------------------------------------------------------------------ */

static const struct vnf_location *
location_of(const struct scaling *s, const char *profile)
{
    for (size_t i = 0; i < s->data->locations.n; i++) {
        const struct vnf_location *location = s->data->locations.items[i];

        if (str_eq(location->profile, profile)) {
            return location;
        }
    }
    return NULL;
}

/* What holds for one of them holds for all. */
static struct err *
come(struct scaling *s, const struct nsd_vnf *profile, int64_t n)
{
    struct mem *mem = tx_mem(s->u->tx);
    const struct vnf_location *location = location_of(s, profile->name);
    struct vnf_add *add = row_new(mem, &vnf_add_table);

    add->profile = profile->name;
    if (location) {
        place_add(mem, &add->where, row_copy(mem, location));
    }
    TRY(n > 0 ? ns_shape_add(s->u, profile, add) : NULL);
    for (int64_t i = 1; i < n; i++) {
        place_add(mem, &s->u->in->added, row_copy(mem, add));
    }
    return NULL;
}

static struct err *
go(struct scaling *s, const struct nsd_vnf *profile, int64_t n)
{
    const struct rows *vnfs = &s->u->made->vnfs;

    for (size_t i = vnfs->n; n > 0 && i-- > 0;) {
        const struct plan_vnf *vnf = vnfs->items[i];
        struct vnf_in *in = NULL;

        if (str_eq(vnf->profile, profile->name)) {
            TRY(ns_shape_remove(s->u, vnf->vnf_instance_id, &in));
            in->scripts_reach_s = NS_SCRIPTS_REACH_S;
            n--;
        }
    }
    return NULL;
}

static int64_t
number_now(const struct scaling *s, const char *profile)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->u->made->vnfs.n; i++) {
        n += str_eq(((const struct plan_vnf *)s->u->made->vnfs.items[i])->profile, profile);
    }
    return n;
}

/* Is it INSTANTIATED, each of its servers there? */
static bool
vnf_has_all(const struct vnf_instance *vnf)
{
    const struct json *vnfcs = json_get(vnf->made, "vnfcs");

    json_each (vnfcs, i) {
        if (!json_get_str(vnfcs->items[i], "server_id")) {
            return false;
        }
    }
    return str_eq(vnf->instantiation_state, "INSTANTIATED");
}

/* One that an operation which was given up left without an instance is none of those that are wanted. */
static struct err *
staying_check(const struct scaling *s, const char *profile)
{
    for (size_t i = 0; i < s->u->made->vnfs.n; i++) {
        const struct plan_vnf *planned = s->u->made->vnfs.items[i];
        struct cond by_id[] = {COND("id", planned->vnf_instance_id), {0}};
        struct vnf_instance *vnf;

        if (!str_eq(planned->profile, profile)) {
            continue;
        }
        TRY(row_find(s->u->tx, &vnf_instance_table, by_id, &vnf));
        if (!vnf || !vnf_has_all(vnf)) {
            return err_new(E_CONFLICT, NULL,
                           "VNF instance %s is not whole since an operation was given up: heal or "
                           "remove it, then scale",
                           planned->vnf_instance_id);
        }
    }
    return NULL;
}

static struct err *
number_set(struct scaling *s, const struct nsd_vnf *profile, int64_t wanted)
{
    int64_t now = number_now(s, profile->name);

    if (wanted < now) {
        return go(s, profile, now - wanted);
    }
    TRY(staying_check(s, profile->name));
    return come(s, profile, wanted - now);
}

/* 'direction': a step out (1) takes none away that came to a profile besides, nor does one in (-1) bring
 * any; 0 = the numbers as they are described. */
static struct err *
aspect_set(struct scaling *s, const struct nsd_aspect *aspect, int64_t level, int direction)
{
    level_set(s, aspect->name, level);
    for (size_t i = 0; i < s->u->nsd->n_vnfs; i++) {
        const struct nsd_vnf *profile = &s->u->nsd->vnfs[i];
        int64_t n = nsd_aspect_instances(aspect, level, profile->name);
        int64_t more = n - number_now(s, profile->name);

        if (n >= 0 && more * direction >= 0) {
            TRY(number_set(s, profile, n));
        }
    }
    return NULL;
}

/* ---- what is asked for ---------------------------------------------------------------------- */

static struct err *
aspect_find(const struct scaling *s, const char *name, const struct nsd_aspect **aspect)
{
    *aspect = nsd_aspect(s->u->nsd, name);
    return *aspect ? NULL
                   : err_new(E_UNPROCESSABLE, NULL, "the NSD has no scaling aspect %s", name);
}

static struct err *
by_steps(struct scaling *s, const struct scale_ns_by_steps_data *steps)
{
    const struct nsd_aspect *aspect;
    int direction = str_eq(steps->direction, "SCALE_OUT") ? 1 : -1;
    int64_t now, level;

    TRY(aspect_find(s, steps->aspect, &aspect));
    now = level_now(s, aspect);
    level = now + direction * steps->steps;
    if (level < aspect->min_level || level > aspect->max_level) {
        return err_new(E_CONFLICT, NULL,
                       "aspect %s of NS instance %s would be at scale level %lld: it is at %lld, "
                       "and %lld to %lld are allowed",
                       aspect->name, s->u->in->ns_instance_id, (long long)level, (long long)now,
                       (long long)aspect->min_level, (long long)aspect->max_level);
    }
    return aspect_set(s, aspect, level, direction);
}

static struct err *
to_scale_level(struct scaling *s, const struct ns_scale_info *info)
{
    const struct nsd_aspect *aspect;
    char *end;
    long long level = strtoll(info->level, &end, 10);

    TRY(aspect_find(s, info->aspect, &aspect));
    if (end == info->level || *end || level < aspect->min_level || level > aspect->max_level) {
        return err_new(E_UNPROCESSABLE, NULL, "aspect %s has no scale level %s", info->aspect,
                       info->level);
    }
    return aspect_set(s, aspect, level, 0);
}

static struct err *
to_scale_levels(struct scaling *s, const struct rows *infos)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < infos->n; i++) {
        const struct ns_scale_info *info = infos->items[i];
        struct err *e = NULL;

        for (size_t j = 0; j < i && !e; j++) {
            if (str_eq(((const struct ns_scale_info *)infos->items[j])->aspect, info->aspect)) {
                e = err_new(E_UNPROCESSABLE, NULL, "aspect %s is given twice", info->aspect);
            }
        }
        e = e ? e : to_scale_level(s, info);
        faults = err_join(faults, err_wrap(e, "nsScaleInfo[%zu]", i));
    }
    return faults;
}

static struct err *
to_level(struct scaling *s, const struct scale_ns_to_level_data *level)
{
    if ((level->level_id != NULL) == (level->scales.n > 0)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "scaleNsToLevelData: one of nsInstantiationLevel and nsScaleInfo is needed");
    }
    if (!level->level_id) {
        return to_scale_levels(s, &level->scales);
    }
    if (!nsd_level(s->u->nsd, level->level_id)) {
        return err_new(E_UNPROCESSABLE, NULL, "the NSD has no instantiation level %s",
                       level->level_id);
    }
    for (size_t i = 0; i < s->u->nsd->n_aspects; i++) {
        const struct nsd_aspect *aspect = &s->u->nsd->aspects[i];

        level_set(s, aspect->name, nsd_aspect_level(s->u->nsd, aspect, level->level_id));
    }
    for (size_t i = 0; i < s->u->nsd->n_vnfs; i++) {
        const struct nsd_vnf *profile = &s->u->nsd->vnfs[i];

        TRY(number_set(s, profile, nsd_instances(s->u->nsd, level->level_id, profile)));
    }
    return NULL;
}

struct err *
ns_level_check(struct tx *tx, const struct scale_ns_data *data, struct ns_in *in,
               const struct flow_type **type)
{
    struct ns_updating u = {.tx = tx, .in = in, .made = row_new(tx_mem(tx), &ns_made_table)};
    struct scaling s = {.u = &u, .data = data};

    map_init(&u.vnfds, tx_mem(tx));
    TRY(ns_instance_made(tx, in->ns_instance_id, u.made));
    TRY(nsd_load(tx, in->nsd_info_id, &u.nsd));
    if (u.nsd->n_aspects + u.nsd->n_levels == 0) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "scaleType SCALE_NS: the NSD has no scaling aspects and no instantiation "
                       "levels; SCALE_VNF scales its VNFs");
    }
    if (data->by_steps.n + data->to_level.n != 1) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "scaleNsData: one of scaleNsByStepsData and scaleNsToLevelData is needed");
    }
    in->drain_s = json_int(json_get(data->params, NS_DRAIN_PARAM), NS_DRAIN_S);
    levels_begin(&s);
    TRY(data->by_steps.n ? by_steps(&s, data->by_steps.items[0])
                         : to_level(&s, data->to_level.items[0]));
    TRY(ns_shape_check(&u));
    *type = in->scaled.n > 0 ? &ns_scale_down_flow : &ns_scale_up_flow;
    return NULL;
}
