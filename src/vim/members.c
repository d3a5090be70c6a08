/* Members of a group that is there already: instances join and leave while packets pass.
 * One PUT says all of them, so that to repeat it is harmless; so are those of chains behind it. */
#include "base/vec.h"
#include "vim/session.h"

#include "flow/poison.h"

/* Who has members: one line a kind. */
struct group {
    const char *kind, *path, *list;
};
static const struct group pair_group = {"port_pair_group", "/sfc/port_pair_groups", "port_pairs"};
static const struct group chain = {"port_chain", "/sfc/port_chains", "flow_classifiers"};

static const char *
members_path(const struct step *step)
{
    const struct group *group = step_kind(step)->data;
    const struct vim_members *in = step_in(step);

    return mem_printf(step_mem(step), "%s/%s", group->path, in->id);
}

static void
ids_write(struct jw *w, const char *kind, const char *list, const struct strs *ids)
{
    jw_object(w, NULL);
    jw_object(w, kind);
    jw_array(w, list);
    for (size_t i = 0; i < ids->n; i++) {
        jw_str(w, NULL, ids->items[i]);
    }
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

/* ---- chains anew -------------------------------------------------------------------------
 * When a pair leaves a group of a symmetric chain, networking-sfc's driver for Open vSwitch deletes the
 * groups by which the pairs that stay pass packets on.  A PUT of the chain, as it is, makes all of its
 * flows anew.  Our own sites need none. */

struct anew {
    struct step *step;
    VEC(struct vim_call) calls;
    size_t next;
};

static void anew_next(struct anew *anew);

static void
anew_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct anew *anew = arg;

    (void)answer;
    if (err && !err_is(err, E_NOT_FOUND)) {
        step_failed(anew->step, err);
        return;
    }
    err_ignore(err, "a chain that is gone has lost nothing");
    anew_next(anew);
}

static void
anew_next(struct anew *anew)
{
    if (anew->next == anew->calls.n) {
        step_done(anew->step, NULL);
        return;
    }
    step_vim_call(anew->step, &anew->calls.items[anew->next++], anew_answered, anew);
}

static bool
is_in_list(const struct json *list, const char *text)
{
    json_each (list, i) {
        if (str_eq(json_str(list->items[i]), text)) {
            return true;
        }
    }
    return false;
}

static void
chain_add(struct anew *anew, const struct json *json)
{
    const struct vim_members *in = step_in(anew->step);
    const struct json *groups = json_get(json, "port_pair_groups");
    const char *id = json_get_str(json, "id");
    struct mem *mem = step_mem(anew->step);
    struct vim_call call = {.site_id = in->site, .service = "network", .method = "PUT"};

    if (!id || !is_in_list(groups, in->id)) {
        return;
    }
    call.path = mem_printf(mem, "%s/%s", chain.path, id);
    call.body = mem_printf(mem, "{\"%s\": {\"port_pair_groups\": %s}}", chain.kind,
                           json_text(mem, groups));
    vec_add(mem, &anew->calls, call);
}

static void
chains_listed(void *arg, const struct json *list, bool more, struct err *err)
{
    struct anew *anew = arg;

    if (err) {
        step_failed(anew->step, err);
        return;
    }
    json_each (list, i) {
        chain_add(anew, list->items[i]);
    }
    if (!more) {
        anew_next(anew);
    }
}

static void
extensions_told(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct anew *anew = arg;
    const struct vim_members *in = step_in(anew->step);
    const struct json *list;

    if (err) {
        step_failed(anew->step, err);
        return;
    }
    list = answer_list(answer, "extensions");
    json_each (list, i) {
        if (str_starts(str_or(json_get_str(list->items[i], "alias"), ""), "carrick-")) {
            step_done(anew->step, NULL);
            return;
        }
    }
    vim_list(step_service(anew->step, "vim"), in->site, chain.kind, chains_listed, anew);
}

/* The step ends when each chain through the group is set anew, where the site needs it. */
static void
chains_renew(struct step *step)
{
    const struct vim_members *in = step_in(step);
    struct anew *anew = MEM_NEW(step_mem(step), struct anew);
    const struct vim_call call = {.site_id = in->site,
                                  .service = "network",
                                  .method = "GET",
                                  .path = "/extensions",
                                  .read_only = true};

    *anew = (struct anew){.step = step};
    step_vim_call(step, &call, extensions_told, anew);
}

/* ---- members --------------------------------------------------------------------------- */

static void
members_put(struct step *step, const struct strs *members, vim_done_fn *answered)
{
    const struct group *group = step_kind(step)->data;
    const struct vim_members *in = step_in(step);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    ids_write(&w, group->kind, group->list, members);
    step_vim_put(step, in->site, members_path(step), buf_copy(step_mem(step), &text), answered);
}

/* May a member of 'then' be none any more 'now'?  Where both are the same, an operation that was given up may
 * have stopped between its PUTs, and the group is said again to mend it; none = nobody knows. */
static bool
is_left(const struct strs *then, const struct strs *now)
{
    for (size_t i = 0; i < then->n; i++) {
        bool stays = false;

        for (size_t j = 0; j < now->n; j++) {
            stays = stays || str_eq(then->items[i], now->items[j]);
        }
        if (!stays) {
            return true;
        }
    }
    return then->n == 0 || then->n == now->n;
}

static void
pairs_answered(struct step *step, struct err *err, bool leave)
{
    if (err) {
        step_failed(step, err);
    } else if (leave) {
        chains_renew(step);
    } else {
        step_done(step, NULL);
    }
}

static void
pairs_set(void *arg, const struct vim_answer *answer, struct err *err)
{
    const struct vim_members *in = step_in(arg);

    (void)answer;
    pairs_answered(arg, err, is_left(&in->before, &in->members));
}

static void
pairs_restored(void *arg, const struct vim_answer *answer, struct err *err)
{
    const struct vim_members *in = step_in(arg);
    bool is_gone = err_is(err, E_NOT_FOUND);

    (void)answer;
    if (is_gone) {
        err_ignore(err, "there is no such group any more");
        err = NULL;
    }
    pairs_answered(arg, err, !is_gone && is_left(&in->members, &in->before));
}

static void
members_set(struct step *step)
{
    const struct vim_members *in = step_in(step);
    bool of_pairs = step_kind(step)->data == &pair_group;

    members_put(step, &in->members, of_pairs ? pairs_set : step_vim_answered);
}

static void
members_restore(struct step *step)
{
    const struct vim_members *in = step_in(step);
    bool of_pairs = step_kind(step)->data == &pair_group;

    members_put(step, &in->before, of_pairs ? pairs_restored : step_vim_answered_or_gone);
}

static const char *
members_describe(const struct step *step)
{
    const struct group *group = step_kind(step)->data;
    const struct vim_members *in = step_in(step);
    bool leaves = group == &pair_group && is_left(&in->before, &in->members);

    return mem_printf(step_mem(step), "site %s: network PUT %s %s: %zu of %zu%s", in->site,
                      members_path(step), group->list, in->members.n, in->before.n,
                      leaves ? ", and at a site that is not ours its chains anew" : "");
}

const struct step_kind vim_port_pair_group_set = {.name = "vim port_pair_group set",
                                                  .doc = "instances of a function join or leave",
                                                  .effect = FLOW_WRITE,
                                                  .in = &vim_members_table,
                                                  .data = &pair_group,
                                                  .act = members_set,
                                                  .undo = members_restore,
                                                  .describe = members_describe};

const struct step_kind vim_port_chain_set = {.name = "vim port_chain set",
                                             .doc = "other packets take a chain",
                                             .effect = FLOW_WRITE,
                                             .in = &vim_members_table,
                                             .data = &chain,
                                             .act = members_set,
                                             .undo = members_restore,
                                             .describe = members_describe};

/* ---- draining (carrick-sfc) -------------------------------------------------------------- */

static const char *
pair_path(const struct step *step)
{
    const struct vim_drain *in = step_in(step);

    return mem_printf(step_mem(step), "/sfc/port_pairs/%s", in->id);
}

static void
pair_drain(struct step *step)
{
    const struct vim_drain *in = step_in(step);
    const char *body = mem_printf(step_mem(step), "{\"port_pair\": {\"drain_seconds\": %lld}}",
                                  (long long)in->seconds);

    step_vim_put(step, in->site, pair_path(step), body, step_vim_answered);
}

static void
pair_fill(struct step *step)
{
    const struct vim_drain *in = step_in(step);

    step_vim_put(step, in->site, pair_path(step), "{\"port_pair\": {\"drain_seconds\": null}}",
                 step_vim_answered_or_gone);
}

/* Flows come (again). */
static void
pair_open(struct step *step)
{
    const struct vim_drain *in = step_in(step);

    step_vim_put(step, in->site, pair_path(step), "{\"port_pair\": {\"drain_seconds\": null}}",
                 step_vim_answered);
}

static const char *
drain_describe(const struct step *step)
{
    const struct vim_drain *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: network PUT %s drain_seconds %lld", in->site,
                      pair_path(step), (long long)in->seconds);
}

static const char *
open_describe(const struct step *step)
{
    const struct vim_drain *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: network PUT %s drain_seconds null", in->site,
                      pair_path(step));
}

const struct step_kind vim_port_pair_drain = {.name = "vim port_pair drain",
                                              .doc = "an instance of a function gets no new flows",
                                              .effect = FLOW_WRITE,
                                              .in = &vim_drain_table,
                                              .act = pair_drain,
                                              .undo = pair_fill,
                                              .describe = drain_describe};
/* No undo: who takes it back takes the pair back. */
const struct step_kind vim_port_pair_open = {.name = "vim port_pair open",
                                             .doc = "an instance of a function gets new flows",
                                             .effect = FLOW_WRITE,
                                             .in = &vim_drain_table,
                                             .act = pair_open,
                                             .describe = open_describe};
