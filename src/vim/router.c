/* Routers, where functions are reached by routes: they join a subnet at its gateway address, their
 * routes are told all at once, and they are cleared before they are deleted.  All of it is harmless to
 * repeat, so that a lost answer is simply asked again. */
#include "vim/session.h"

/* ---- routes ---------------------------------------------------------------------------- */

static const char *
router_path(const struct step *step, const char *id, const char *action)
{
    return mem_printf(step_mem(step), "/routers/%s%s", id, action);
}

static void
routes_put(struct step *step, const struct rows *routes, vim_done_fn *answered)
{
    const struct vim_routes *in = step_in(step);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_object(&w, "router");
    jw_array(&w, "routes");
    for (size_t i = 0; i < routes->n; i++) {
        const struct vim_route *route = routes->items[i];

        if (route->nexthop) {
            jw_object(&w, NULL);
            jw_str(&w, "destination", route->destination);
            jw_str(&w, "nexthop", route->nexthop);
            jw_end(&w);
        }
    }
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    step_vim_put(step, in->site, router_path(step, in->id, ""), buf_copy(step_mem(step), &text),
                 answered);
}

static void
routes_set(struct step *step)
{
    routes_put(step, &((const struct vim_routes *)step_in(step))->routes, step_vim_answered);
}

static void
routes_restore(struct step *step)
{
    routes_put(step, &((const struct vim_routes *)step_in(step))->before,
               step_vim_answered_or_gone);
}

static const char *
routes_describe(const struct step *step)
{
    const struct vim_routes *in = step_in(step);
    AUTO_BUF text = BUF_INIT;

    buf_printf(&text, "site %s: network PUT %s routes", in->site, router_path(step, in->id, ""));
    for (size_t i = 0; i < in->routes.n; i++) {
        const struct vim_route *route = in->routes.items[i];

        buf_printf(&text, "%s %s via %s", i ? "," : "", route->destination,
                   str_or(route->nexthop, "what its function will have"));
    }
    return buf_copy(step_mem(step), &text);
}

const struct step_kind vim_router_routes_set = {.name = "vim router routes",
                                                .doc = "a router's routes are these",
                                                .effect = FLOW_WRITE,
                                                .in = &vim_routes_table,
                                                .act = routes_set,
                                                .undo = routes_restore,
                                                .describe = routes_describe};

/* ---- ports of a router ----------------------------------------------------------------- */

static void
ports_list(struct step *step, const char *site, const char *router_id, vim_done_fn *done, void *arg)
{
    const struct vim_call call = {
        .site_id = site,
        .service = "network",
        .method = "GET",
        .path = mem_printf(step_mem(step), "/ports?device_id=%s", router_id),
        .read_only = true,
    };

    step_vim_call(step, &call, done, arg);
}

static bool
is_on_subnet(const struct json *port, const char *subnet_id)
{
    const struct json *ips = json_get(port, "fixed_ips");

    json_each (ips, i) {
        if (str_eq(json_get_str(ips->items[i], "subnet_id"), subnet_id)) {
            return true;
        }
    }
    return false;
}

/* ---- joining a subnet ------------------------------------------------------------------- */

static void
interface_put(struct step *step, const char *action, vim_done_fn *answered)
{
    const struct vim_router_interface *in = step_in(step);

    step_vim_put(step, in->site, router_path(step, in->router_id, action),
                 mem_printf(step_mem(step), "{\"subnet_id\": \"%s\"}", in->subnet_id), answered);
}

/* A second one on the same subnet would be refused. */
static void
join_looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    const struct vim_router_interface *in = step_in(step);
    const struct json *list;

    if (err) {
        step_failed(step, err);
        return;
    }
    list = answer_list(answer, "ports");
    json_each (list, i) {
        if (is_on_subnet(list->items[i], in->subnet_id)) {
            step_done(step, NULL);
            return;
        }
    }
    interface_put(step, "/add_router_interface", step_vim_answered);
}

static void
join_do(struct step *step)
{
    const struct vim_router_interface *in = step_in(step);

    ports_list(step, in->site, in->router_id, join_looked, step);
}

static void
join_undo(struct step *step)
{
    interface_put(step, "/remove_router_interface", step_vim_answered_or_gone);
}

static const char *
join_describe(const struct step *step)
{
    const struct vim_router_interface *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: network PUT %s subnet %s", in->site,
                      router_path(step, in->router_id, "/add_router_interface"), in->subnet_id);
}

const struct step_kind vim_router_join = {.name = "vim router join",
                                          .doc = "a router joins a subnet at its gateway address",
                                          .effect = FLOW_WRITE,
                                          .in = &vim_router_interface_table,
                                          .act = join_do,
                                          .undo = join_undo,
                                          .describe = join_describe};

/* ---- clearing --------------------------------------------------------------------------- */

/* No interface is let go while a route leads through it: routes first. */
struct clearing {
    struct step *step;
    struct strs ports;
    size_t next;
};

static void clear_next(struct clearing *clearing);

static void
clear_left(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct clearing *clearing = arg;

    (void)answer;
    if (err && !err_is(err, E_NOT_FOUND)) {
        step_failed(clearing->step, err);
        return;
    }
    err_ignore(err, "it has left already");
    clear_next(clearing);
}

static void
clear_next(struct clearing *clearing)
{
    struct step *step = clearing->step;
    const struct vim_ref *in = step_in(step);
    struct vim_call call = {
        .site_id = in->site,
        .service = "network",
        .method = "PUT",
        .path = router_path(step, in->id, "/remove_router_interface"),
    };

    if (clearing->next == clearing->ports.n) {
        step_done(step, NULL);
        return;
    }
    call.body = mem_printf(step_mem(step), "{\"port_id\": \"%s\"}",
                           clearing->ports.items[clearing->next++]);
    step_vim_call(step, &call, clear_left, clearing);
}

static void
clear_listed(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct clearing *clearing = arg;
    struct mem *mem = step_mem(clearing->step);
    const struct json *list;

    if (err) {
        step_failed(clearing->step, err);
        return;
    }
    list = answer_list(answer, "ports");
    clearing->ports.items = MEM_ARRAY(mem, list ? list->n + 1 : 1, const char *);
    json_each (list, i) {
        const char *id = json_get_str(list->items[i], "id");

        if (id) {
            clearing->ports.items[clearing->ports.n++] = mem_str(mem, id);
        }
    }
    clear_next(clearing);
}

static void
clear_unrouted(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct clearing *clearing = arg;
    const struct vim_ref *in = step_in(clearing->step);

    if (err) {
        step_vim_answered_or_gone(clearing->step, answer, err);
        return;
    }
    ports_list(clearing->step, in->site, in->id, clear_listed, clearing);
}

static void
clear_do(struct step *step)
{
    const struct vim_ref *in = step_in(step);
    struct clearing *clearing = MEM_NEW(step_mem(step), struct clearing);
    const struct vim_call call = {
        .site_id = in->site,
        .service = "network",
        .method = "PUT",
        .path = router_path(step, in->id, ""),
        .body = "{\"router\": {\"routes\": []}}",
    };

    clearing->step = step;
    step_vim_call(step, &call, clear_unrouted, clearing);
}

static const char *
clear_describe(const struct step *step)
{
    const struct vim_ref *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: network PUT %s", in->site,
                      router_path(step, in->id, "/remove_router_interface"));
}

const struct step_kind vim_router_clear = {.name = "vim router clear",
                                           .doc = "a router loses its routes and interfaces",
                                           .effect = FLOW_WRITE,
                                           .in = &vim_ref_table,
                                           .act = clear_do,
                                           .describe = clear_describe};
