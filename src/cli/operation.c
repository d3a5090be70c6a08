/* `carrick op ...`, `carrick explain OPERATION`, and waiting with a live tree. */
#include "cli/command.h"

#include "base/time.h"
#include "flow/flow.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 100
#define POLL_PART 8

/* ---- the tree ------------------------------------------------------------------------- */

static struct err *
explained_get(struct cli *cli, const char *id, const struct json **explained)
{
    return session_get(&cli->session, mem_printf(cli->mem, "%s/%s", operation_noun.path, id),
                       explained);
}

static int
lines_of(const struct buf *text)
{
    int n = 0;

    for (size_t i = 0; i < text->len; i++) {
        n += text->data[i] == '\n';
    }
    return n;
}

/* Draws over what was drawn before where there is a terminal. */
static void
tree_draw(const struct json *explained, int *n_drawn)
{
    bool terminal = isatty(STDOUT_FILENO);
    AUTO_BUF text = BUF_INIT;

    flow_tree(&text, explained, terminal);
    if (terminal && *n_drawn) {
        printf("\x1b[%dA\x1b[J", *n_drawn);
    }
    fputs(str_or(text.data, ""), stdout);
    (void)fflush(stdout);
    *n_drawn = lines_of(&text);
}

static bool
is_over(const char *state)
{
    return str_eq(state, "COMPLETED") || str_eq(state, "FAILED") || str_eq(state, "FAILED_TEMP") ||
           str_eq(state, "ROLLED_BACK") || str_eq(state, "PARTIALLY_COMPLETED");
}

static void
pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&pause, NULL);
}

/* "http://HOST/nslcm/v2/ns_lcm_op_occs/ID" -> ID */
const char *
id_of_path(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash ? slash + 1 : NULL;
}

/* A look at the tree, drawn, or only at the occurrence, which costs the server far less. */
static struct err *
state_look(struct cli *cli, const char *path, bool live, int *n_drawn, const char **state)
{
    const struct json *json = NULL;

    if (live) {
        TRY(explained_get(cli, id_of_path(path), &json));
        tree_draw(json, n_drawn);
    } else {
        TRY(session_get(&cli->session, path, &json));
    }
    *state = str_or(json_get_str(json, live ? "state" : "operationState"), "");
    return NULL;
}

/* The pauses grow with what is waited for: short operations are not made longer. */
static void
pause_after(int64_t since_ns, bool live)
{
    int64_t waited = (time_mono_ns() - since_ns) / 1000000 / POLL_PART, least = live ? 50 : 10;

    pause_ms(waited < least ? least : waited < POLL_MS ? waited : POLL_MS);
}

static struct err *
end_show(struct cli *cli, const char *id)
{
    const struct json *explained;
    int n_drawn = 0;

    TRY(explained_get(cli, id, &explained));
    if (cli->json) {
        print_json(explained);
    } else {
        tree_draw(explained, &n_drawn);
    }
    return NULL;
}

static struct err *
wait_end(struct cli *cli, const char *path, const char *wanted)
{
    const char *state = "";
    int n_drawn = 0;
    bool live = isatty(STDOUT_FILENO) && !cli->json;
    int64_t since = time_mono_ns();

    for (;;) {
        TRY(state_look(cli, path, live, &n_drawn, &state));
        if (is_over(state)) {
            break;
        }
        pause_after(since, live);
    }
    if (!live) {
        TRY(end_show(cli, id_of_path(path)));
    }
    return str_eq(state, wanted)
               ? NULL
               : err_new(E_CONFLICT, NULL, "operation %s is %s%s", id_of_path(path), state,
                         str_eq(state, "FAILED_TEMP")
                             ? ": see why above; carrick op retry, rollback or fail"
                             : "");
}

struct err *
operation_wait(struct cli *cli, const char *path)
{
    return wait_end(cli, path, "COMPLETED");
}

/* What a plan calls the request of a task on an instance below 'path'. */
static const struct {
    const struct noun *of;
    const char *task, *member;
} planned[] = {
    {&ns_noun, "instantiate", "request"},
    {&ns_noun, "scale", "scale"},
    {&ns_noun, "heal", "heal"},
    {&ns_noun, "update", "update"},
    {&ns_noun, "terminate", "terminate"},
    {&vnf_noun, "scale", "scaleVnf"},
    {&vnf_noun, "scale_to_level", "scaleVnfToLevel"},
    {&vnf_noun, "heal", "healVnf"},
    {&vnf_noun, "operate", "operateVnf"},
    {&vnf_noun, "change_flavour", "changeVnfFlavour"},
    {&vnf_noun, "change_ext_conn", "changeExtVnfConnectivity"},
    {&vnf_noun, "change_vnfpkg", "changeCurrentVnfPkg"},
};

/* --plan NAME: POST PATH/TASK is not done, but planned, and the plan is kept. */
static struct err *
plan_keep(struct cli *cli, const char *path, const char *body)
{
    const char *task = id_of_path(path);
    const char *id = id_of_path(mem_strn(cli->mem, path, (size_t)(task - path) - 1));
    bool is_vnf = str_starts(path, vnf_noun.path);
    const char *member = NULL;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *made;

    for (size_t i = 0; i < ARRAY_SIZE(planned); i++) {
        if (str_eq(planned[i].task, task) && (planned[i].of == &vnf_noun) == is_vnf) {
            member = planned[i].member;
        }
    }
    if (!member) {
        return err_new(E_INVALID, NULL, "%s is not planned", task);
    }
    jw_object(&w, NULL);
    jw_str(&w, is_vnf ? "vnfInstanceId" : "nsInstanceId", id);
    jw_str(&w, "name", option_get(cli, "plan"));
    jw_raw(&w, member, body);
    jw_end(&w);
    TRY(noun_create(cli, &plan_noun, text.data, &made));
    printf("%s\n", json_get_str(made, "id"));
    return NULL;
}

struct err *
operation_begin(struct cli *cli, const char *method, const char *path, const char *body)
{
    struct call call = {.method = method, .path = path, .body = body};
    struct reply reply;

    if (option_get(cli, "plan")) {
        return plan_keep(cli, path, body);
    }
    TRY(session_call(&cli->session, &call, &reply));
    if (!id_of_path(reply.location)) {
        return err_new(E_REMOTE, NULL, "the answer has no Location");
    }
    if (option_flag(cli, "wait")) {
        return operation_wait(cli, reply.location);
    }
    printf("%s\n", id_of_path(reply.location));
    return NULL;
}

/* ---- the commands ------------------------------------------------------------------------ */

struct err *
operation_explain(struct cli *cli)
{
    return end_show(cli, cli->args[0]);
}

/* The collection that has the occurrence: of NS or of VNF operations. */
static struct err *
occurrence_path(struct cli *cli, const char *id, const char **path)
{
    const struct json *thing;

    TRY(noun_look(cli, &ns_op_noun, id, &thing));
    *path = thing ? ns_op_noun.path : vnf_op_noun.path;
    return NULL;
}

/* Where a task of an operation leads to. */
static const char *
end_of(const char *task)
{
    return str_eq(task, "rollback")   ? "ROLLED_BACK"
           : str_eq(task, "cancel")   ? "FAILED_TEMP"
           : str_eq(task, "continue") ? "PARTIALLY_COMPLETED"
                                      : "COMPLETED";
}

/* command->arg: "retry", "rollback", "continue", "fail" or "cancel". */
struct err *
operation_task(struct cli *cli)
{
    const char *task = cli->command->arg, *id = cli->args[0], *path = NULL;
    struct call call = {.method = "POST"};
    struct reply reply;

    TRY(occurrence_path(cli, id, &path));
    call.path = mem_printf(cli->mem, "%s/%s/%s", path, id, task);
    if (str_eq(task, "cancel")) {
        call.body = option_flag(cli, "force") ? "{\"cancelMode\": \"FORCEFUL\"}"
                                              : "{\"cancelMode\": \"GRACEFUL\"}";
    }
    TRY(session_call(&cli->session, &call, &reply));
    if (option_flag(cli, "wait") && !str_eq(task, "fail")) {
        return wait_end(cli, mem_printf(cli->mem, "%s/%s", path, id), end_of(task));
    }
    printf("%s of %s is under way\n", task, id);
    return NULL;
}

/* ---- plans that are kept ------------------------------------------------------------------- */

struct err *
plan_kept_show(struct cli *cli)
{
    AUTO_BUF tree = BUF_INIT;
    const struct json *thing, *operation;

    TRY(noun_find(cli, &plan_noun, cli->args[0], &thing));
    TRY(session_get(&cli->session,
                    mem_printf(cli->mem, "%s/%s", plan_noun.path, json_get_str(thing, "id")),
                    &thing));
    if (cli->json) {
        print_json(thing);
        return NULL;
    }
    flow_tree(&tree, json_get(thing, "plan"), false);
    fputs(str_or(tree.data, ""), stdout);
    operation = json_get(thing, "nsLcmOpOccId");
    operation = json_str(operation) ? operation : json_get(thing, "vnfLcmOpOccId");
    if (json_str(operation)) {
        printf("applied: operation %s\n", json_str(operation));
    }
    return NULL;
}

struct err *
plan_apply(struct cli *cli)
{
    const struct json *thing;

    TRY(noun_find(cli, &plan_noun, cli->args[0], &thing));
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/apply", plan_noun.path, json_get_str(thing, "id")),
        NULL);
}
