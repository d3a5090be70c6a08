/* An imagined packet, followed from site to site: each tells what it meets there
 * and by which tunnel it leaves; the next one is asked with that. */
#include "cli/trace.h"

#include <stdio.h>
#include <string.h>

#define TRACES_PATH "/v2.0/carrick-traces"
#define JUMPS_MAX 32
#define LABEL_MIN 0x800000 /* VXLAN identifiers from here on stand for an instance. */
#define STATUS_DROPPED 1
#define STATUS_ELSEWHERE 3

/* Where the packet is: at a site, and how it came there. */
struct place {
    struct trace_site *site;
    const char *vtep; /* Of the site it came from; null = it starts here. */
    int64_t vni;
    bool is_reply;
};

/* ---- asking ---------------------------------------------------------------------------------- */

static void
flow_write(const struct trace_run *run, const struct place *place, struct jw *w)
{
    jw_str(w, "source_port_id", place->site->ends[place->is_reply ? TRACE_TO : TRACE_FROM]);
    jw_str(w, "destination_port_id", place->site->ends[place->is_reply ? TRACE_FROM : TRACE_TO]);
    trace_match_write(&run->match, place->is_reply, w);
    if (place->vtep) {
        jw_str(w, "vtep", place->vtep);
        jw_int(w, "vni", place->vni);
    }
}

/* The flow alone, for questions that come after this one. */
static const char *
flow_text(const struct trace_run *run, const struct place *place)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    flow_write(run, place, &w);
    jw_end(&w);
    return mem_str(run->cli->mem, text.data);
}

static struct err *
ask(struct trace_run *run, const struct place *place, const struct json **told)
{
    struct call call = {.method = "POST", .path = TRACES_PATH};
    struct trace_site *site = place->site;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct reply reply;

    TRY(trace_ends_find(run, site));
    jw_object(&w, NULL);
    jw_object(&w, "carrick_trace");
    flow_write(run, place, &w);
    jw_bool(&w, "is_reply", place->is_reply);
    jw_bool(&w, "reply", !option_flag(run->cli, "one-way"));
    jw_array(&w, "before");
    vec_each (&site->before, flow) {
        jw_raw(&w, NULL, *flow);
    }
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    call.body = body.data;
    TRY(session_call(&site->session, &call, &reply));
    *told = json_get(reply.json, "carrick_trace");
    site->vtep = json_get_str(*told, "vtep");
    return NULL;
}

/* ---- printing ----------------------------------------------------------------------------------- */

static const char *
name_of(struct mem *mem, const struct json *step, const char *kind)
{
    const char *name = json_get_str(step, mem_printf(mem, "%s_name", kind));

    return str_empty(name) ? json_get_str(step, mem_printf(mem, "%s_id", kind)) : name;
}

const char *
trace_where(struct mem *mem, const struct json *step)
{
    static const char *const kinds[] = {"instance", "port", "security_group", "chain"};
    const struct json *vni = json_get(step, "vni");

    if (json_is(vni, JSON_T_INT)) {
        return mem_printf(mem, "%s %s %lld", str_or(json_get_str(step, "vtep"), "tunnel"),
                          vni->i >= LABEL_MIN ? "label" : "segment", (long long)vni->i);
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        const char *name = name_of(mem, step, kinds[i]);

        if (name) {
            return name;
        }
    }
    return "-";
}

static const char *
why_of(struct mem *mem, const struct json *step)
{
    const struct json *hop = json_get(step, "hop"), *packets = json_get(step, "packets");
    const char *name = json_get_str(step, "name"), *text = json_get_str(step, "text");
    const char *chain = name_of(mem, step, "chain");
    AUTO_BUF out = BUF_INIT;

    if (json_is(hop, JSON_T_INT)) {
        buf_printf(&out, "hop %lld of %s; ", (long long)hop->i + 1, str_or(chain, "a chain"));
    }
    if (name) {
        buf_printf(&out, "%s: ", name);
    }
    buf_str(&out, str_or(text, ""));
    if (json_is(packets, JSON_T_INT)) {
        buf_printf(&out, "%s(%lld packets so far)", out.len ? " " : "", (long long)packets->i);
    }
    return mem_str(mem, str_or(out.data, ""));
}

const struct json *
trace_json(struct mem *mem, const struct trace_site *site, const struct json *told)
{
    struct json *out = MEM_NEW(mem, struct json), *name = MEM_NEW(mem, struct json);

    *name = (struct json){.type = JSON_T_STR, .s = site->name, .n = strlen(site->name)};
    *out = (struct json){.type = JSON_T_OBJECT, .n = told->n + 1};
    out->keys = MEM_ARRAY(mem, out->n, const char *);
    out->items = MEM_ARRAY(mem, out->n, const struct json *);
    out->keys[0] = "site";
    out->items[0] = name;
    memcpy(out->keys + 1, told->keys, told->n * sizeof *told->keys);
    memcpy(out->items + 1, told->items, told->n * sizeof *told->items);
    return out;
}

static void
steps_print(struct trace_run *run, const struct trace_site *site, const struct json *told)
{
    struct mem *mem = run->cli->mem;
    const struct json *steps = json_get(told, "steps");

    if (run->cli->json) {
        vec_add(mem, &run->told, trace_json(mem, site, told));
        return;
    }
    json_each (steps, i) {
        const struct json *step = steps->items[i];

        printf("%3d  %-8s %-8s %-10s %-24s %s\n", ++run->n_steps, json_get_str(step, "direction"),
               site->name, json_get_str(step, "what"), trace_where(mem, step), why_of(mem, step));
    }
}

/* ---- the way --------------------------------------------------------------------------------------- */

/* The last step of a direction. */
static const struct json *
last_step(const struct json *told, const char *direction)
{
    const struct json *steps = json_get(told, "steps"), *found = NULL;

    json_each (steps, i) {
        if (str_eq(json_get_str(steps->items[i], "direction"), direction)) {
            found = steps->items[i];
        }
    }
    return found;
}

/* The site at the other end of the tunnel, with its answer; 'told' null where none of them is it. */
static struct err *
jump(struct trace_run *run, struct place *place, const struct json *step,
     const struct json **told)
{
    const char *vtep = json_get_str(step, "vtep");
    struct place next = *place;

    *told = NULL;
    next.vtep = place->site->vtep;
    next.vni = json_int(json_get(step, "vni"), 0);
    if (!next.vni) {
        run->cli->status = STATUS_ELSEWHERE;
        return NULL;
    }
    for (size_t i = 0; i < run->n_sites; i++) {
        struct err *e;

        next.site = &run->sites[i];
        if (next.site == place->site || (next.site->vtep && !str_eq(next.site->vtep, vtep))) {
            continue;
        }
        e = ask(run, &next, told);
        if (err_is(e, E_NOT_FOUND)) {
            err_ignore(e, "it is not that site's flow");
            *told = NULL;
            continue;
        }
        TRY(e);
        if (str_eq(next.site->vtep, vtep)) {
            *place = next;
            return NULL;
        }
        *told = NULL;
    }
    fprintf(run->cli->json ? stderr : stdout,
            "     It goes on at the site with tunnel endpoint %s: name that with --site.\n", vtep);
    run->cli->status = STATUS_ELSEWHERE;
    return NULL;
}

/* Tells what 'told' says of the place, and where the packet, or the answer to it, goes on. */
static struct err *
place_tell(struct trace_run *run, struct place *place, const struct json **told)
{
    const char *outcome = json_get_str(*told, "outcome");
    const char *answered = json_get_str(*told, "reply_outcome");
    const char *direction = place->is_reply || answered ? "reply" : "request";

    steps_print(run, place->site, *told);
    vec_add(run->cli->mem, &place->site->before, flow_text(run, place));
    if (str_eq(outcome, "dropped") || str_eq(answered, "dropped")) {
        run->cli->status = STATUS_DROPPED;
    }
    if (!str_eq(str_or(answered, outcome), "tunnelled")) {
        *told = NULL;
        return NULL;
    }
    place->is_reply = str_eq(direction, "reply");
    return jump(run, place, last_step(*told, direction), told);
}

struct err *
trace_imagine(struct trace_run *run)
{
    struct place place = {.site = &run->sites[run->start]};
    const struct json *told;

    TRY(ask(run, &place, &told));
    for (int i = 0; told && i < JUMPS_MAX; i++) {
        TRY(place_tell(run, &place, &told));
    }
    if (run->cli->json) {
        print_json(&(struct json){
            .type = JSON_T_ARRAY, .n = run->told.n, .items = run->told.items});
    }
    return NULL;
}
