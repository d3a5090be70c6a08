/* Which availability zones a site has: a grant may have to name them. */
#include "vim/zones.h"

#include "vim/session.h"

#define ATTR ATTR_ROW
#define TABLE_STRUCT vim_zones
static const struct attr zones_attrs[] = {
#include "vim/zones.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table vim_zones_table = {
    .name = "vim_zones",
    .doc = "zones of a site",
    TABLE(struct vim_zones, zones_attrs),
};

static void
zones_read(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    struct vim_zones *zones = step_out_new(step);
    const struct json *list = err ? NULL : answer_list(answer, "availabilityZoneInfo");

    if (err) {
        step_failed(step, err);
        return;
    }
    zones->names.items = MEM_ARRAY(step_mem(step), ZONES_MAX, const char *);
    json_each (list, i) {
        const char *name = json_get_str(list->items[i], "zoneName");
        const struct json *available = json_path(list->items[i], "zoneState.available");

        if (!str_empty(name) && strlen(name) <= 255 && json_bool(available, true) &&
            zones->names.n < ZONES_MAX) {
            zones->names.items[zones->names.n++] = mem_str(step_mem(step), name);
        }
    }
    step_done(step, zones);
}

static void
zones_act(struct step *step)
{
    const struct vim_site_ref *in = step_in(step);
    const struct vim_call call = {.site_id = in->site,
                                  .service = "compute",
                                  .method = "GET",
                                  .path = "/os-availability-zone",
                                  .read_only = true};

    step_vim_call(step, &call, zones_read, step);
}

const struct step_kind vim_site_zones = {.name = "vim site zones",
                                         .doc = "which zones a site has",
                                         .effect = FLOW_READ,
                                         .in = &vim_site_ref_table,
                                         .out = &vim_zones_table,
                                         .act = zones_act};
