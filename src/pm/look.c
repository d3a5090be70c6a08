/* One round of questions: of a site all ports in one call, of a server its diagnostics, each once
 * whoever wants to know.  Where a site has no counters of ports (or its user may not see them), its
 * servers' diagnostics tell what their ports carried. */
#include "pm/measure.h"

#include "base/str.h"
#include "base/time.h"
#include "peer/peer.h"
#include "vim/vim.h"

#define LOOK_MS 30000 /* So long sites have in all. */
#define WHYS_MAX 3    /* Reasons that are told. */

/* What a server told of a port of its own, until it is known whether it counts. */
struct nic {
    const char *site, *server_id, *mac;
    struct vim_traffic received, sent;
    int64_t at;
};

struct pm_look {
    struct mem *mem;
    struct nfvo *nfvo;
    VEC(const struct pm_thing *) things;
    struct map asked;     /* "SITE" and "SITE/SERVER" */
    struct map uncounted; /* Sites that do not tell their counters. */
    struct map found;     /* "OBJECT FIGURE" */
    VEC(struct metric_point) points;
    VEC(struct nic) nics;
    VEC(const struct pm_indicated *) indicated; /* whose element managers are asked */
    struct map told; /* "VNF NAME" -> what they said */
    VEC(const char *) whys; /* sites told nothing */
    struct loop_timer *timer;
    loop_fn *done;
    void *arg;
    int64_t began;
    size_t n_open;
    bool is_over;
    _Atomic int n_users; /* The caller, and the questions while there are any. */
};

/* One question: of a server, or of all ports of a site; or of an instance's element manager. */
struct question {
    struct pm_look *look;
    const char *site, *server_id;
    const struct pm_indicated *indicated;
};

struct pm_look *
pm_look_new(struct nfvo *nfvo)
{
    struct mem *mem = mem_new("pm look");
    struct pm_look *look = MEM_NEW(mem, struct pm_look);

    look->mem = mem;
    look->nfvo = nfvo;
    look->n_users = 1;
    map_init(&look->asked, mem);
    map_init(&look->uncounted, mem);
    map_init(&look->found, mem);
    map_init(&look->told, mem);
    return look;
}

struct mem *
pm_look_mem(struct pm_look *look)
{
    return look->mem;
}

void
pm_look_add(struct pm_look *look, const struct pm_things *things)
{
    for (size_t i = 0; i < things->n; i++) {
        vec_add(look->mem, &look->things, &things->items[i]);
    }
}

/* ---- what was found -------------------------------------------------------------------------- */

static const char *
found_key(struct mem *mem, const char *object, enum pm_figure figure)
{
    return mem_printf(mem, "%s %s", object, pm_figures[figure]);
}

static void
point_add(struct pm_look *look, const char *object, enum pm_figure figure, int64_t at,
          int64_t value)
{
    struct metric_point point = {
        .object = object, .metric = pm_figures[figure], .sample = {at, (double)value}};

    if (value != INT_NULL && map_add(&look->found, found_key(look->mem, object, figure), look)) {
        vec_add(look->mem, &look->points, point);
    }
}

static void
traffic_add(struct pm_look *look, const char *object, int64_t at, struct vim_traffic received,
            struct vim_traffic sent)
{
    point_add(look, object, PM_RECEIVED_PACKETS, at, received.packets);
    point_add(look, object, PM_RECEIVED_BYTES, at, received.bytes);
    point_add(look, object, PM_SENT_PACKETS, at, sent.packets);
    point_add(look, object, PM_SENT_BYTES, at, sent.bytes);
}

/* The nic is that of a port which nobody else counts. */
static void
nic_use(struct pm_look *look, const struct nic *nic)
{
    if (!map_get(&look->uncounted, nic->site)) {
        return;
    }
    vec_each (&look->things, at) {
        const struct pm_thing *thing = *at;

        if (thing->type->source != PM_PORT || !str_eq(thing->site, nic->site)) {
            continue;
        }
        vec_each (&thing->parts, part) {
            if (str_eq(part->server_id, nic->server_id) && str_eq_case(part->mac, nic->mac)) {
                traffic_add(look, pm_object(look->mem, thing, part), nic->at, nic->received,
                            nic->sent);
            }
        }
    }
}

/* ---- the end ---------------------------------------------------------------------------- */

/* Where it is not told the driver ends, and whoever asked with it. */
static void
look_end(struct pm_look *look, bool is_told)
{
    look->is_over = true;
    loop_timer_del(look->timer);
    if (!is_told) {
        return;
    }
    vec_each (&look->nics, nic) {
        nic_use(look, nic);
    }
    look->done(look->arg);
}

/* A question is dealt with: behind the last nothing comes any more. */
static void
look_close(struct pm_look *look)
{
    if (--look->n_open == 0) {
        pm_look_free(look);
    }
}

/* loop_fn */
static void
look_late(void *arg)
{
    struct pm_look *look = arg;

    if (look->n_open) {
        vec_add(look->mem, &look->whys,
                mem_printf(look->mem, "no answer within %d s", LOOK_MS / 1000));
    }
    look->n_open++;
    look_end(look, true);
    look_close(look);
}

/* The last answer ends the look. */
static void
question_end(struct question *question, struct err *err)
{
    struct pm_look *look = question->look;
    bool is_told = !err_is(err, E_CANCELLED);

    if (err && !look->is_over) {
        vec_add(look->mem, &look->whys, err_full(look->mem, err));
    }
    if (err) {
        err_ignore(err, "kept as a reason");
    }
    if (!look->is_over && (look->n_open == 1 || !is_told)) {
        look_end(look, is_told);
    }
    look_close(look);
}

/* ---- questions -------------------------------------------------------------------------- */

static struct question *
question_new(struct pm_look *look, const char *site, const char *server_id)
{
    struct question *question = MEM_NEW(look->mem, struct question);

    *question = (struct question){.look = look, .site = site, .server_id = server_id};
    look->n_open++;
    return question;
}

/* vim_figures_fn */
static void
server_told(void *arg, const struct vim_figures *figures, struct err *err)
{
    struct question *question = arg;
    struct pm_look *look = question->look;
    int64_t at = time_now_us();

    if (figures && !look->is_over) {
        const char *object =
            mem_printf(look->mem, "%s/server/%s", question->site, question->server_id);

        point_add(look, object, PM_CPU_NS, at, figures->cpu_ns);
        point_add(look, object, PM_CPUS, at, figures->cpus);
        point_add(look, object, PM_MEMORY, at, figures->memory);
        point_add(look, object, PM_MEMORY_USED, at, figures->memory_used);
        vec_each (&figures->ports, port) {
            struct nic nic = {question->site, question->server_id, mem_str(look->mem, port->mac),
                              port->received, port->sent,          at};

            vec_add(look->mem, &look->nics, nic);
        }
    }
    question_end(question, err);
}

static void
server_ask(struct pm_look *look, const char *site, const char *server_id)
{
    if (server_id && map_add(&look->asked, mem_printf(look->mem, "%s/%s", site, server_id), look)) {
        vim_server_figures(look->nfvo->vim, site, server_id, server_told,
                           question_new(look, site, server_id));
    }
}

static void
servers_ask(struct pm_look *look, enum pm_source source, const char *site)
{
    vec_each (&look->things, at) {
        const struct pm_thing *thing = *at;

        if (thing->type->source == source && (!site || str_eq(thing->site, site))) {
            vec_each (&thing->parts, part) {
                server_ask(look, thing->site, part->server_id);
            }
        }
    }
}

static void
ports_take(struct pm_look *look, const char *site, const struct vim_figures *figures)
{
    int64_t at = time_now_us();
    struct map ports;

    map_init(&ports, look->mem);
    vec_each (&figures->ports, port) {
        map_set(&ports, mem_str(look->mem, port->id), mem_copy(look->mem, port, sizeof *port));
    }
    vec_each (&look->things, thing) {
        if ((*thing)->type->source != PM_PORT || !str_eq((*thing)->site, site)) {
            continue;
        }
        vec_each (&(*thing)->parts, part) {
            const struct vim_port_figures *port = map_get(&ports, part->port_id);

            if (port) {
                traffic_add(look, pm_object(look->mem, *thing, part), at, port->received,
                            port->sent);
            }
        }
    }
}

/* vim_figures_fn */
static void
ports_told(void *arg, const struct vim_figures *figures, struct err *err)
{
    struct question *question = arg;
    struct pm_look *look = question->look;

    if (look->is_over) {
        question_end(question, err);
        return;
    }
    if (figures) {
        ports_take(look, question->site, figures);
    } else if (err_is(err, E_NOT_FOUND) || err_is(err, E_FORBIDDEN)) {
        map_set(&look->uncounted, question->site, look);
        servers_ask(look, PM_PORT, question->site);
    }
    question_end(question, err);
}

static void
ports_ask(struct pm_look *look)
{
    vec_each (&look->things, at) {
        const char *site = (*at)->site;

        if ((*at)->type->source == PM_PORT && map_add(&look->asked, site, look)) {
            vim_ports_figures(look->nfvo->vim, site, ports_told, question_new(look, site, NULL));
        }
    }
}

/* ---- element managers ------------------------------------------------------------------- */

void
pm_look_add_told(struct pm_look *look, const struct pm_indicated *one)
{
    if (one->told.n) {
        vec_add(look->mem, &look->indicated, one);
    }
}

static const char *
told_key(struct mem *mem, const char *vnf_id, const char *name)
{
    return mem_printf(mem, "%s %s", vnf_id, name);
}

/* A VnfIndicator (SOL002 8.5.2.2): its value is whatever JSON it likes; what is kept is a number, a text or a
 * boolean that has room. */
static void
told_take(struct pm_look *look, const struct pm_indicated *one, const struct json *said)
{
    const struct json *value = json_get(said, "value");
    const char *name = json_get_str(said, "id");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (!name || !value || json_is(value, JSON_T_OBJECT) || json_is(value, JSON_T_ARRAY) ||
        json_is(value, JSON_T_NULL)) {
        return;
    }
    jw_json(&w, NULL, value);
    for (size_t i = 0; text.len <= PM_TOLD_MAX && i < one->told.n; i++) {
        if (str_eq(one->told.items[i], name)) {
            map_set(&look->told, told_key(look->mem, one->id, name), buf_copy(look->mem, &text));
        }
    }
}

/* peer_done_fn */
static void
told(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct question *question = arg;

    if (!err && !json_is(answer->json, JSON_T_ARRAY)) {
        err = err_new(E_REMOTE, NULL, "element manager of VNF %s: the answer is no list",
                      question->indicated->id);
    }
    if (!err && !question->look->is_over) {
        json_each (answer->json, i) {
            told_take(question->look, question->indicated, answer->json->items[i]);
        }
    }
    question_end(question, err);
}

static void
managers_ask(struct pm_look *look)
{
    vec_each (&look->indicated, one) {
        struct question *question = question_new(look, NULL, NULL);
        const struct peer_call call = {
            .peer_id = mem_printf(look->mem, NFVO_EM_PEER "%s", (*one)->id),
            .method = "GET",
            .path = mem_printf(look->mem, "/vnfind/v1/indicators/%s", (*one)->id),
            .version = "1.4.0",
            .timeout_ms = PM_TOLD_MS,
        };

        question->indicated = *one;
        peer_call(look->nfvo->peers, &call, told, question);
    }
}

const char *
pm_look_told(const struct pm_look *look, const char *vnf_id, const char *name)
{
    return map_get(&look->told, told_key(look->mem, vnf_id, name));
}

void
pm_look_run(struct pm_look *look, loop_fn *done, void *arg)
{
    look->done = done;
    look->arg = arg;
    look->began = time_now_us();
    look->n_users++;
    look->timer = loop_timer_new(look->nfvo->loop, look_late, look);
    ports_ask(look);
    servers_ask(look, PM_SERVER, NULL);
    managers_ask(look);
    loop_timer_arm(look->timer, look->n_open ? LOOK_MS : 0);
}

/* ---- what came of it ------------------------------------------------------------------------ */

const struct metric_point *
pm_look_points(const struct pm_look *look, size_t *n)
{
    *n = look->points.n;
    return look->points.items;
}

int64_t
pm_look_began(const struct pm_look *look)
{
    return look->began;
}

static bool
is_found(const struct pm_look *look, const struct pm_metric *metric, const struct pm_thing *thing,
         const struct pm_part *part)
{
    const char *object = pm_object(look->mem, thing, part);

    return map_get(&look->found, found_key(look->mem, object, metric->figure)) &&
           (metric->rule == PM_GROWTH ||
            map_get(&look->found, found_key(look->mem, object, metric->whole)));
}

bool
pm_look_has(const struct pm_look *look, const struct pm_metric *metric,
            const struct pm_things *things)
{
    vec_each (things, thing) {
        vec_each (&thing->parts, part) {
            if (is_found(look, metric, thing, part)) {
                return true;
            }
        }
    }
    return false;
}

const char *
pm_look_reasons(const struct pm_look *look)
{
    const char *text = "";

    for (size_t i = 0; i < look->whys.n && i < WHYS_MAX; i++) {
        text = mem_printf(look->mem, "%s%s%s", text, i ? "; " : "", look->whys.items[i]);
    }
    return text;
}

void
pm_look_free(struct pm_look *look)
{
    if (look && --look->n_users == 0) {
        mem_free(look->mem);
    }
}
