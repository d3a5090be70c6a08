/* Objects of a site, all from one table: how each is created, how it is found
 * again when the answer was lost, and how it is made to be gone. */
#include "base/uuid.h"
#include "vim/session.h"

#define GONE_POLL_MS 200
#define GONE_TIMEOUT_MS 120000
#define IN_USE_TRIES 40       /* Every GONE_POLL_MS: while something still uses it, 8 s. */
#define DOUBT_TRIES 5         /* A 5xx or a lost answer: with the engine's attempts 3 s, ... */
#define DOUBT_MS 3000         /* ... and not again where it took so long to be lost. */

const char *
site_of(const void *in)
{
    const struct table *table = ((const struct row *)in)->table;

    return *(const char *const *)attr_at(table_attr(table, "site"), in);
}

struct naming {
    const struct step *step;
    const struct vim *vim;
    const char *name;
};

static struct err *
name_read(struct tx *tx, void *arg)
{
    struct naming *naming = arg;
    struct vim_site site = {0};

    TRY(naming->vim->config.site(tx, naming->name, &site));
    naming->name = mem_str(step_mem(naming->step), str_or(site.name, naming->name));
    return NULL;
}

const char *
site_name_of(const struct step *step)
{
    struct naming naming = {
        .step = step, .vim = step_service(step, "vim"), .name = site_of(step_in(step))};

    err_ignore(store_read(naming.vim->config.store, name_read, &naming),
               "then it is told by its id");
    return naming.name;
}

const struct object *
object_find(const char *kind)
{
    for (size_t i = 0; i < vim_n_objects; i++) {
        if (str_eq(vim_objects[i].kind, kind)) {
            return &vim_objects[i];
        }
    }
    return str_eq(kind, vim_image_object.kind) ? &vim_image_object : NULL;
}

/* ---- calls of a step -------------------------------------------------------------------- */

struct said {
    struct step *step;
    const char *method, *path, *service;
    vim_done_fn *next;
    void *arg;
};

static void
said_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct said *said = arg;

    step_said(said->step, "%s %s %s -> %d %s%s%s", said->service, said->method, said->path,
              answer ? answer->status : 0, answer ? answer->request_id : "no answer",
              err && !answer ? ": " : "", err && !answer ? err->message : "");
    said->next(said->arg, answer, err);
}

static bool
said_wanted(void *arg)
{
    return step_wanted(((struct said *)arg)->step);
}

void
step_vim_call(struct step *step, const struct vim_call *call, vim_done_fn *next, void *arg)
{
    struct said *said = MEM_NEW(step_mem(step), struct said);
    struct vim_call patient = *call;

    patient.patient = true;
    patient.wanted = said_wanted;
    *said = (struct said){.step = step,
                          .method = mem_str(step_mem(step), call->method),
                          .path = mem_str(step_mem(step), call->path),
                          .service = mem_str(step_mem(step), call->service),
                          .next = next,
                          .arg = arg};
    if (!step_wanted(step)) {
        next(arg, NULL, err_new(E_CANCELLED, NULL, "nobody waits for it any more"));
        return;
    }
    vim_call(step_service(step, "vim"), &patient, said_done, said);
}

void
step_vim_put(struct step *step, const char *site, const char *path, const char *body,
             vim_done_fn *answered)
{
    const struct vim_call call = {
        .site_id = site,
        .service = "network",
        .method = "PUT",
        .path = path,
        .body = body,
    };

    step_vim_call(step, &call, answered, step);
}

void
step_vim_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;

    (void)answer;
    if (err) {
        step_failed(step, err);
    } else {
        step_done(step, NULL);
    }
}

void
step_vim_answered_or_gone(void *arg, const struct vim_answer *answer, struct err *err)
{
    if (err_is(err, E_NOT_FOUND)) {
        err_ignore(err, "there is no such thing any more");
        err = NULL;
    }
    step_vim_answered(arg, answer, err);
}

/* ---- create --------------------------------------------------------------------------------- */

static const struct object *
object_of(const struct step *step)
{
    return step_kind(step)->data;
}

/* It stands in paths of calls, and is what records know the thing by: of what a site makes it is a UUID. */
static struct err *
id_check(const struct step *step, const struct vim_made *made)
{
    if (step_kind(step)->effect != FLOW_WRITE || uuid_valid(made->id)) {
        return NULL;
    }
    return err_new(E_REMOTE, "BadIdentifier",
                   "site %s: it calls a %s that it made '%.64s', which is no identifier (a UUID)",
                   site_name_of(step), object_of(step)->kind, made->id);
}

/* The write happened; an answer that cannot be read leaves open as what. */
static void
give_made(struct step *step, const struct json *json)
{
    struct vim_made *made = step_out_new(step);
    struct err *err = made_decode(step_mem(step), json, site_of(step_in(step)), made);

    err = err ? err : id_check(step, made);
    if (err) {
        err->code = step_kind(step)->effect == FLOW_WRITE ? E_IN_DOUBT : E_REMOTE;
        step_failed(step, err);
    } else {
        step_done(step, made);
    }
}

static void
create_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;

    if (err) {
        step_failed(step, err);
    } else {
        give_made(step, json_get(answer->json, object_of(step)->kind));
    }
}

void
object_create(struct step *step)
{
    const struct object *object = object_of(step);
    const struct vim_call call = {.site_id = site_of(step_in(step)),
                                  .service = object->service,
                                  .method = "POST",
                                  .path = object->path,
                                  .body = body_of(step, object)};

    step_vim_call(step, &call, create_done, step);
}

const char *
object_describe_create(const struct step *step)
{
    const struct object *object = object_of(step);

    return mem_printf(step_mem(step), "site %s: %s POST %s %s", site_of(step_in(step)),
                      object->service, object->path, body_of(step, object));
}

/* ---- find by marker ------------------------------------------------------------------------------ */

const struct json *
answer_list(const struct vim_answer *answer, const char *key)
{
    const struct json *list = json_get(answer->json, key);

    return json_is(list, JSON_T_ARRAY) ? list : NULL;
}

const char *
object_marker(const struct object *object, const struct json *json)
{
    return object->marked == BY_METADATA   ? json_get_str(json_get(json, "metadata"), "carrick")
           : object->marked == BY_PROPERTY ? json_get_str(json, "carrick")
                                           : json_get_str(json, "description");
}

bool
object_marked(const struct object *object, const struct json *json, const char *marker)
{
    return str_eq(object_marker(object, json), marker);
}

static const char *
list_path(struct mem *mem, const struct object *object, const char *marker)
{
    const char *value = url_encode(mem, marker);

    return object->marked == BY_METADATA   ? object->list_path
           : object->marked == BY_PROPERTY ? mem_printf(mem, "%s?carrick=%s", object->path, value)
                                           : mem_printf(mem, "%s?description=%s", object->path,
                                                        value);
}

static void
list_marked(struct step *step, const struct object *object, const char *marker,
            vim_done_fn *done, void *arg)
{
    const struct vim_call call = {.site_id = site_of(step_in(step)),
                                  .service = object->service,
                                  .method = "GET",
                                  .path = list_path(step_mem(step), object, marker),
                                  .read_only = true};

    step_vim_call(step, &call, done, arg);
}

static struct strs
marked_ids(struct mem *mem, const struct object *object, const struct vim_answer *answer,
           const char *marker)
{
    const struct json *list = answer_list(answer, object->plural);
    struct strs ids = {.items = MEM_ARRAY(mem, list ? list->n + 1 : 1, const char *)};

    json_each (list, i) {
        const char *id = json_get_str(list->items[i], "id");

        if (uuid_valid(id) && object_marked(object, list->items[i], marker)) {
            ids.items[ids.n++] = mem_str(mem, id);
        }
    }
    return ids;
}

static void
find_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    const struct object *object = object_of(step);
    const struct json *list;

    if (err) {
        step_failed(step, err);
        return;
    }
    list = answer_list(answer, object->plural);
    json_each (list, i) {
        if (object_marked(object, list->items[i], step_marker(step))) {
            give_made(step, list->items[i]);
            return;
        }
    }
    step_absent(step);
}

void
object_find_marked(struct step *step)
{
    list_marked(step, object_of(step), step_marker(step), find_done, step);
}

static void
list_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    const struct vim_marked *in = step_in(step);
    struct vim_found *out = step_out_new(step);

    if (err) {
        step_failed(step, err);
        return;
    }
    out->ids = marked_ids(step_mem(step), object_find(in->kind), answer, in->marker);
    step_done(step, out);
}

void
object_list_marked(struct step *step)
{
    const struct vim_marked *in = step_in(step);

    list_marked(step, object_find(in->kind), in->marker, list_done, step);
}

/* ---- show --------------------------------------------------------------------------------------- */

/* Whose it is is nobody's to know. */
static void
show_lent_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    const struct vim_ref *in = step_in(step);
    const char *kind = object_of(step)->kind;

    if (!err && !vim_is_lent(step_service(step, "vim"), in->site, json_get(answer->json, kind))) {
        err = err_new(E_FORBIDDEN, NULL,
                      "site %s: %s %s is of another project there, which does not share it; next: have "
                      "its owner share it, or name one of the project that the site is registered with",
                      site_name_of(step), kind, in->id);
    }
    create_done(step, answer, err);
}

static void
show(struct step *step, vim_done_fn *done)
{
    const struct vim_ref *in = step_in(step);
    const struct object *object = object_of(step);
    const struct vim_call call = {
        .site_id = in->site,
        .service = object->service,
        .method = "GET",
        .path = mem_printf(step_mem(step), "%s/%s", object->path, in->id),
        .read_only = true};

    step_vim_call(step, &call, done, step);
}

void
object_show(struct step *step)
{
    show(step, create_done);
}

void
object_show_lent(struct step *step)
{
    show(step, show_lent_done);
}

/* ---- delete ---------------------------------------------------------------------------------------- */

/* A delete ends when the objects are gone: what they used is free again only then. */
struct removal {
    struct step *step;
    const struct object *object;
    const char *site, *path;
    struct strs ids;             /* to be removed; one at a time */
    size_t next;
    struct loop_timer *timer;
    int tries;
    int64_t deadline_ns, heard_ns;
    bool accepted;
};

static void removal_next(struct removal *removal);

static void
removal_end(struct removal *removal, struct err *err)
{
    loop_timer_del(removal->timer);
    if (err) {
        step_failed(removal->step, err);
    } else {
        step_done(removal->step, NULL);
    }
}

static void
removal_later(struct removal *removal, struct err *err)
{
    if (time_mono_ns() > removal->deadline_ns) {
        removal_end(removal, err ? err
                                 : err_new(E_UNAVAILABLE, NULL,
                                           "site %s: %s is still there %d s after its delete",
                                           removal->site, removal->path, GONE_TIMEOUT_MS / 1000));
        return;
    }
    err_ignore(err, "it is asked again");
    loop_timer_arm(removal->timer, GONE_POLL_MS);
}

/* What is used by something else is soon free: its user is on the way out.  A site
 * that is silent or answers 5xx is no better for being asked again and again. */
static bool
removal_again(struct removal *removal, const struct err *err)
{
    bool used = err->code == E_CONFLICT || err->code == E_IN_USE;

    if (!vim_passing(err) || removal->tries++ >= (used ? IN_USE_TRIES : DOUBT_TRIES)) {
        return false;
    }
    return used || time_mono_ns() - removal->heard_ns < DOUBT_MS * 1000000LL;
}

static void
gone_looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct removal *removal = arg;

    (void)answer;
    if (!err) {
        removal->tries = 0;
        removal->heard_ns = time_mono_ns();
    }
    if (err && err->code == E_NOT_FOUND) {
        err_ignore(err, "that is what was wanted");
        removal_next(removal);
    } else if (err && !removal_again(removal, err)) {
        removal_end(removal, err);
    } else {
        removal_later(removal, err);
    }
}

static void
removal_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct removal *removal = arg;

    (void)answer;
    if (err && err->code == E_NOT_FOUND) {
        err_ignore(err, "not there: that is what was wanted");
        removal_next(removal);
    } else if (err && removal_again(removal, err)) {
        removal_later(removal, err);
    } else if (err) {
        removal_end(removal, err);
    } else if (removal->object->wait_gone) {
        removal->accepted = true;
        removal->tries = 0;
        removal->heard_ns = time_mono_ns();
        loop_timer_arm(removal->timer, 0);
    } else {
        removal_next(removal);
    }
}

static void
removal_go(void *arg)
{
    struct removal *removal = arg;
    const struct vim_call call = {.site_id = removal->site,
                                  .service = removal->object->service,
                                  .method = removal->accepted ? "GET" : "DELETE",
                                  .path = removal->path,
                                  .read_only = removal->accepted};

    step_vim_call(removal->step, &call, removal->accepted ? gone_looked : removal_answered,
                  removal);
}

static void
removal_next(struct removal *removal)
{
    if (removal->next == removal->ids.n) {
        removal_end(removal, NULL);
        return;
    }
    removal->path = mem_printf(step_mem(removal->step), "%s/%s", removal->object->path,
                               removal->ids.items[removal->next++]);
    removal->tries = 0;
    removal->accepted = false;
    removal->heard_ns = time_mono_ns();
    removal->deadline_ns = removal->heard_ns + GONE_TIMEOUT_MS * 1000000LL;
    removal_go(removal);
}

static struct removal *
removal_new(struct step *step, const char *site)
{
    struct removal *removal = MEM_NEW(step_mem(step), struct removal);

    removal->step = step;
    removal->object = object_of(step);
    removal->site = site;
    removal->timer = loop_timer_new(step_loop(step), removal_go, removal);
    step_waits_by(step, removal->timer);
    return removal;
}

static void
removal_one(struct removal *removal, const char *id)
{
    removal->ids.items = MEM_ARRAY(step_mem(removal->step), 1, const char *);
    removal->ids.items[0] = id;
    removal->ids.n = 1;
    removal_next(removal);
}

static void
undo_listed(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct removal *removal = arg;
    struct step *step = removal->step;
    const struct vim_made *made = step_out(step);
    bool listed = false;

    if (err) {
        removal_end(removal, err);
        return;
    }
    removal->ids = marked_ids(step_mem(step), removal->object, answer, step_marker(step));
    for (size_t i = 0; made && i < removal->ids.n; i++) {
        listed |= str_eq(removal->ids.items[i], made->id);
    }
    if (made && !listed) {
        removal->ids.items[removal->ids.n++] = made->id; /* Room was left for it. */
    }
    removal_next(removal);
}

void
object_undo(struct step *step)
{
    const struct vim_made *made = step_out(step);
    struct removal *removal = removal_new(step, site_of(step_in(step)));

    if (made && !step_doubted(step)) {
        removal_one(removal, made->id);
    } else {
        list_marked(step, removal->object, step_marker(step), undo_listed, removal);
    }
}

void
object_delete(struct step *step)
{
    const struct vim_ref *ref = step_in(step);

    removal_one(removal_new(step, ref->site), ref->id);
}

const char *
object_describe_delete(const struct step *step)
{
    const struct vim_ref *ref = step_in(step);
    const struct object *object = object_of(step);

    return mem_printf(step_mem(step), "site %s: %s DELETE %s/%s", ref->site, object->service,
                      object->path, ref->id);
}
