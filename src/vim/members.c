/* Members of a group that is there already: instances join and leave while packets pass.
 * One PUT says all of them, so that to repeat it is harmless. */
#include "vim/session.h"

#include "flow/poison.h"

/* Who has members: one line a kind. */
struct group {
    const char *kind, *path, *list;
};
static const struct group pair_group = {"port_pair_group", "/sfc/port_pair_groups", "port_pairs"};
static const struct group chain = {"port_chain", "/sfc/port_chains", "flow_classifiers"};

/* ---- members --------------------------------------------------------------------------- */

static const char *
members_path(const struct step *step)
{
    const struct group *group = step_kind(step)->data;
    const struct vim_members *in = step_in(step);

    return mem_printf(step_mem(step), "%s/%s", group->path, in->id);
}

static void
members_put(struct step *step, const struct strs *members, vim_done_fn *answered)
{
    const struct group *group = step_kind(step)->data;
    const struct vim_members *in = step_in(step);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_object(&w, group->kind);
    jw_array(&w, group->list);
    for (size_t i = 0; i < members->n; i++) {
        jw_str(&w, NULL, members->items[i]);
    }
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    step_vim_put(step, in->site, members_path(step), buf_copy(step_mem(step), &text), answered);
}

static void
members_set(struct step *step)
{
    members_put(step, &((const struct vim_members *)step_in(step))->members, step_vim_answered);
}

static void
members_restore(struct step *step)
{
    members_put(step, &((const struct vim_members *)step_in(step))->before,
                step_vim_answered_or_gone);
}

static const char *
members_describe(const struct step *step)
{
    const struct group *group = step_kind(step)->data;
    const struct vim_members *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: network PUT %s %s: %zu of %zu", in->site,
                      members_path(step), group->list, in->members.n, in->before.n);
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
