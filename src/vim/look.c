/* What a site offers: services, extensions, microversions. */
#include "vim/session.h"

struct look {
    struct step *step;
    const struct vim_site_ref *in;
    struct vim_site_about *about;
};

static void
look_call(struct look *look, const char *service, const char *path, vim_done_fn *done)
{
    const struct vim_call call = {.site_id = look->in->site,
                                  .service = service,
                                  .method = "GET",
                                  .path = path,
                                  .read_only = true};

    step_vim_call(look->step, &call, done, look);
}

static void
fill_endpoints(struct look *look)
{
    struct vim *vim = step_service(look->step, "vim");
    struct mem *mem = step_mem(look->step);
    struct rows *rows = &look->about->endpoints;

    for (const struct session *s = vim->sessions; s; s = s->next) {
        if (s->stale || !str_eq(s->site.id, look->in->site)) {
            continue;
        }
        look->about->name = mem_str(mem, s->site.name);
        rows->items = MEM_ARRAY(mem, s->endpoints.n, void *);
        vec_each (&s->endpoints, at) {
            struct vim_endpoint *endpoint = row_new(mem, &vim_endpoint_table);

            endpoint->service = mem_str(mem, at->service);
            endpoint->url = mem_str(mem, at->url);
            rows->items[rows->n++] = endpoint;
        }
        return;
    }
}

/* {"version": {"version": "2.93"}}: the highest microversion. */
static void
compute_looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct look *look = arg;

    if (err && err->code != E_NOT_FOUND) {
        step_failed(look->step, err);
        return;
    }
    if (!err) {
        look->about->compute_max =
            json_str(json_get(json_get(answer->json, "version"), "version"));
    }
    err_ignore(err, "a compute service that does not show its version has none");
    fill_endpoints(look);
    step_done(look->step, look->about);
}

static void
extensions_looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct look *look = arg;
    struct mem *mem = step_mem(look->step);
    struct strs *aliases = &look->about->extensions;
    const struct json *list;

    if (err) {
        step_failed(look->step, err);
        return;
    }
    list = answer_list(answer, "extensions");
    aliases->items = MEM_ARRAY(mem, list ? list->n + 1 : 1, const char *);
    json_each (list, i) {
        const char *alias = json_get_str(list->items[i], "alias");

        if (alias) {
            aliases->items[aliases->n++] = mem_str(mem, alias);
        }
    }
    look_call(look, "compute", "/", compute_looked);
}

static void
site_look(struct step *step)
{
    struct look *look = MEM_NEW(step_mem(step), struct look);

    look->step = step;
    look->in = step_in(step);
    look->about = step_out_new(step);
    look_call(look, "network", "/extensions", extensions_looked);
}

const struct step_kind vim_site_look = {.name = "vim site look",
                                        .doc = "what a site offers",
                                        .effect = FLOW_READ,
                                        .in = &vim_site_ref_table,
                                        .out = &vim_site_about_table,
                                        .act = site_look};
