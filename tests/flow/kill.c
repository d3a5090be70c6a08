/* Kill-everywhere: an operation over a fake site, killed at every journal write
 * and every external effect, and again with every way of losing an answer, and
 * cancelled at every point, with and without a kill behind the request.
 * However it went, once more started, retried or rolled back it ends with exactly
 * one of each object, or with none.
 *
 * Three processes: this one decides, one is the site, one is the engine (again
 * and again, over the same database).
 *
 * usage: flow-kill [--long] [--case TEXT] [--seed N] */
#include "flow/fake_site.h"
#include "flow/kill.h"

#include "base/log.h"
#include "sys/file.h"
#include "vim/vim.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FLOW_ID "0f10aaaa-0000-4000-8000-000000000002"
/* Times, of a machine with $CARRICK_PATIENCE 1. */
#define CALL_TIMEOUT_MS 250
#define SETTLE_MS 260
#define LATE_MS 380
#define OBJECTS 10           /* What the operation makes and keeps. */
#define ROUTED 5             /* Network, subnet, router, its port, and what may be refused. */
#define LEFT 5               /* Port, two pairs, group, chain. */
#define REMADE 2             /* Servers that are made anew. */
#define LIMIT_MS 30000       /* For one engine process. */
#define ROUNDS_MAX 12
#define RUNS_MAX 3           /* Of a case in which more was done again than had to be. */
#define RANDOM_FEW 12
#define EXIT_LATE 99
#define EXIT_COUNT 98
#define EXIT_BROKEN 97
#define EXIT_DEAF 96
#define LATE_POINTS 10       /* Behind the last step's intent a cancel may be too late. */

/* ---- the operation ------------------------------------------------------------------ */

static const char sha512[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                             "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static char image_file[256];
static int patience = 1;

static struct err *
count(struct tx *tx, int by, struct vim_made *out)
{
    const char *text;
    int64_t n = 0;

    TRY(tx_fact_get(tx, "count", &text));
    (void)(text && str_to_i64(text, &n));
    if (out) {
        out->id = "counted";
    }
    return tx_fact_set(tx, "count", mem_printf(tx_mem(tx), "%lld", (long long)n + by));
}

static struct err *
count_local(struct tx *tx, const void *in, void *out)
{
    (void)in;
    return count(tx, 1, out);
}

static struct err *
uncount_local(struct tx *tx, const void *in, const void *out)
{
    (void)in, (void)out;
    return count(tx, -1, NULL);
}

const struct step_kind count_kind = {.name = "count",
                                            .doc = "Counts in our own store.",
                                            .effect = FLOW_LOCAL,
                                            .in = &vim_site_ref_table,
                                            .out = &vim_made_table,
                                            .local = count_local,
                                            .undo_local = uncount_local};
static const struct step_kind *const kinds[] = {&count_kind, NULL};

static struct err *
make_vnf(struct flow *f, const void *arg)
{
    const struct vim_server *in = arg;
    struct vim_port *port = flow_new(f, &vim_port_table);
    struct vim_server *server = flow_new(f, &vim_server_table);
    struct vim_made made_port, made_server;
    const char **ports = MEM_ARRAY(flow_mem(f), 1, const char *);

    port->site = in->site;
    port->network_id = in->availability_zone; /* Any text attribute serves. */
    TRY(flow_step(f, "port", &vim_port_create, port, &made_port));
    server->site = in->site;
    server->name = "vnf";
    server->image_id = in->image_id;
    server->flavor_id = in->flavor_id;
    ports[0] = made_port.id;
    server->ports = (struct strs){1, ports};
    TRY(vim_server_boot(f, "server", server, &made_server));
    made_port.row.table = &vim_made_table;
    flow_result(f, &made_port);
    return NULL;
}
static const struct flow_type vnf = {.name = "vnf",
                                     .version = 1,
                                     .doc = "A port and a server.",
                                     .in = &vim_server_table,
                                     .out = &vim_made_table,
                                     .run = make_vnf,
                                     .sweep = vim_sweep};

static struct err *
begin_assets(struct flow *f)
{
    struct vim_image *wanted = flow_new(f, &vim_image_table);
    struct vim_flavor *size = flow_new(f, &vim_flavor_table);

    wanted->site = SITE_ID;
    wanted->name = sha512; /* The fake site tells the name as the hash. */
    wanted->sha512 = sha512;
    wanted->file = image_file;
    TRY(flow_begin(f, "image", &vim_image_have, wanted));
    size->site = SITE_ID;
    size->vcpus = 1;
    size->ram_mb = 128;
    return flow_begin(f, "flavor", &vim_flavor_have, size);
}

/* The subnet is awaited later. */
static struct err *
begin_network(struct flow *f, struct vim_made *network)
{
    struct vim_network *wanted = flow_new(f, &vim_network_table);
    struct vim_subnet *subnet = flow_new(f, &vim_subnet_table);

    wanted->site = SITE_ID;
    wanted->name = "net";
    TRY(flow_step(f, "network", &vim_network_create, wanted, network));
    subnet->site = SITE_ID;
    subnet->network_id = network->id;
    subnet->cidr = "10.0.0.0/24";
    return flow_begin(f, "subnet", &vim_subnet_create, subnet);
}

/* One more instance joins the group, as a scaling makes it: an undo takes it out again, else
 * its pair could not be deleted. */
static struct err *
join_group(struct flow *f, const char *group_id, const struct strs *before, const char *port_id)
{
    struct vim_port_pair *pair = flow_new(f, &vim_port_pair_table);
    struct vim_members *members = flow_new(f, &vim_members_table);
    struct vim_made made;

    pair->site = members->site = SITE_ID;
    pair->ingress = pair->egress = port_id;
    TRY(flow_step(f, "second pair", &vim_port_pair_create, pair, &made));
    members->id = group_id;
    members->before = *before;
    members->members.items = MEM_ARRAY(flow_mem(f), 2, const char *);
    members->members.items[0] = before->items[0];
    members->members.items[1] = made.id;
    members->members.n = 2;
    return flow_step(f, "join", &vim_port_pair_group_set, members, NULL);
}

/* Other packets take the chain, as an update of a forwarding graph makes it. */
static struct err *
reclassify(struct flow *f, const char *chain_id, const struct strs *before, const char *port_id)
{
    struct vim_flow_classifier *classifier = flow_new(f, &vim_flow_classifier_table);
    struct vim_members *members = flow_new(f, &vim_members_table);
    struct vim_made made;

    classifier->site = members->site = SITE_ID;
    classifier->protocol = "udp";
    classifier->logical_source_port = port_id;
    TRY(flow_step(f, "second classifier", &vim_flow_classifier_create, classifier, &made));
    members->id = chain_id;
    members->before = *before;
    members->members.items = MEM_ARRAY(flow_mem(f), 2, const char *);
    members->members.items[0] = before->items[0];
    members->members.items[1] = made.id;
    members->members.n = 2;
    return flow_step(f, "classify", &vim_port_chain_set, members, NULL);
}

static struct err *
make_chain(struct flow *f, const char *port_id)
{
    struct vim_port_pair *pair = flow_new(f, &vim_port_pair_table);
    struct vim_port_pair_group *group = flow_new(f, &vim_port_pair_group_table);
    struct vim_flow_classifier *classifier = flow_new(f, &vim_flow_classifier_table);
    struct vim_port_chain *chain = flow_new(f, &vim_port_chain_table);
    struct vim_made made[4];
    const char **ids = MEM_ARRAY(flow_mem(f), 3, const char *);

    pair->site = group->site = classifier->site = chain->site = SITE_ID;
    pair->ingress = pair->egress = port_id;
    classifier->protocol = "tcp";
    classifier->logical_source_port = port_id;
    TRY(flow_begin(f, "classifier", &vim_flow_classifier_create, classifier));
    TRY(flow_step(f, "pair", &vim_port_pair_create, pair, &made[0]));
    ids[0] = made[0].id;
    group->port_pairs = (struct strs){1, ids};
    TRY(flow_step(f, "group", &vim_port_pair_group_create, group, &made[1]));
    TRY(join_group(f, made[1].id, &group->port_pairs, port_id));
    TRY(flow_end(f, "classifier", &made[2]));
    ids[1] = made[1].id;
    ids[2] = made[2].id;
    chain->port_pair_groups = (struct strs){1, ids + 1};
    chain->flow_classifiers = (struct strs){1, ids + 2};
    TRY(flow_step(f, "chain", &vim_port_chain_create, chain, &made[3]));
    return reclassify(f, made[3].id, &chain->flow_classifiers, port_id);
}

static struct err *
make_service(struct flow *f, const void *arg)
{
    struct vim_site_ref *ref = flow_new(f, &vim_site_ref_table);
    struct vim_server *child = flow_new(f, &vim_server_table);
    struct vim_made image, flavor, network, port;

    (void)arg;
    TRY(flow_note(f, "one site is enough"));
    TRY(begin_assets(f));
    TRY(begin_network(f, &network));
    ref->site = SITE_ID;
    TRY(flow_step(f, "count", &count_kind, ref, NULL));
    TRY(flow_end(f, "image", &image));
    TRY(flow_end(f, "flavor", &flavor));
    TRY(flow_end(f, "subnet", NULL));
    child->site = SITE_ID;
    child->image_id = image.id;
    child->flavor_id = flavor.id;
    child->availability_zone = network.id;
    TRY(flow_spawn(f, "vnf", &vnf, child));
    TRY(flow_join(f, "vnf", &port));
    return make_chain(f, port.id);
}
static const struct flow_type service = {.name = "service",
                                         .version = 1,
                                         .doc = "A network, a function, a chain.",
                                         .in = &vim_site_ref_table,
                                         .run = make_service,
                                         .sweep = vim_sweep};
/* Servers are made anew, one after the other; where one does not run, all go back. */
static struct err *
remake_servers(struct flow *f, const void *arg)
{
    struct vim_site_ref *ref = flow_new(f, &vim_site_ref_table);

    (void)arg;
    ref->site = SITE_ID;
    TRY(flow_step(f, "count", &count_kind, ref, NULL));
    for (int i = 1; i <= REMADE; i++) {
        struct vim_rebuild *rebuild = flow_new(f, &vim_rebuild_table);

        rebuild->site = SITE_ID;
        rebuild->id = mem_printf(flow_mem(f), "server-%d", i);
        rebuild->image_id = "after";
        rebuild->image_before = "before";
        TRY(vim_server_remake(f, flow_label(f, "rebuild %d", i), rebuild));
    }
    return NULL;
}

static bool
is_unhealthy(const struct err *err)
{
    return str_eq(err->type, "ServerError");
}
static const struct flow_type remaking = {.name = "remaking",
                                          .version = 1,
                                          .doc = "Servers of another image.",
                                          .in = &vim_site_ref_table,
                                          .run = remake_servers,
                                          .sweep = vim_sweep,
                                          .gives_up = is_unhealthy};
static const struct flow_type *const types[] = {&service, &vnf,     &remaking, &moving,
                                                &routing, &leaving, NULL};

/* ---- the engine's process ------------------------------------------------------------------ */

enum op { OP_START, OP_RESUME, OP_RETRY, OP_ROLLBACK };

struct process {
    struct fake_control *control;
    const char *dir;
    enum op op;
    const struct flow_type *type;
    struct loop *loop;
    struct store *store;
    struct http_client *http;
    struct vim *vim;
    struct flow_engine *engine;
    char url[64];
    enum flow_state state;
    int count;
};

static void
must(struct err *err)
{
    if (err) {
        fprintf(stderr, "flow-kill: %s\n", err->message);
        _exit(EXIT_BROKEN);
    }
}

static struct process *the_process; /* Of the engine's process: some hooks have no argument. */

static struct err *
process_cancel(struct tx *tx, void *arg)
{
    const struct fake_control *control = arg;

    return flow_cancel(tx, the_process->engine, FLOW_ID, control->cancel_forceful);
}

/* The request is on the disk when this returns. */
static void
cancel_now(struct fake_control *control)
{
    err_ignore(store_write_wait(the_process->store, process_cancel, control),
               "not started yet, or over");
}

static void
at_point(void *arg, enum flow_point point, const char *flow_id, const char *label)
{
    struct fake_control *control = arg;

    (void)point, (void)flow_id, (void)label;
    control->n_points++;
    if (control->n_points == control->cancel_point) {
        cancel_now(control);
    }
    if (control->n_points == control->kill_point) {
        kill(getpid(), SIGKILL);
    }
}

static struct err *
tell_site(struct tx *tx, const char *id, struct vim_site *site)
{
    (void)tx, (void)id;
    *site = (struct vim_site){.id = SITE_ID,
                              .name = "fake",
                              .auth_url = the_process->url,
                              .username = "u",
                              .password = "p",
                              .project = "demo"};
    return NULL;
}

static void
process_open(struct process *p)
{
    char path[300];
    const struct store_config store = {.path = path, .tables = flow_tables};
    const struct http_client_config http = {0};
    struct vim_config vim = {.site = tell_site, .timeout_ms = CALL_TIMEOUT_MS * patience};
    struct flow_engine_config config = {.owner = "engine",
                                        .types = types,
                                        .settle_ms = SETTLE_MS * patience,
                                        .fault = at_point,
                                        .fault_arg = p->control};

    the_process = p;
    snprintf(path, sizeof path, "%s/db", p->dir);
    snprintf(p->url, sizeof p->url, "http://127.0.0.1:%d/v3", p->control->port);
    must(loop_new(&p->loop));
    must(store_open(&store, &p->store));
    must(http_client_new(p->loop, &http, &p->http));
    vim.loop = config.loop = p->loop;
    vim.store = config.store = p->store;
    vim.http = p->http;
    must(vim_new(&vim, &p->vim));
    must(flow_engine_new(&config, &p->engine));
    flow_kinds_add(p->engine, vim_kinds);
    flow_kinds_add(p->engine, kinds);
    flow_service_set(p->engine, "vim", p->vim);
    must(flow_engine_start(p->engine));
}

static struct err *
process_ask(struct tx *tx, void *arg)
{
    struct process *p = arg;
    struct vim_site_ref *in = row_new(tx_mem(tx), &vim_site_ref_table);
    const struct flow_start start = {.type = p->type, .id = FLOW_ID, .in = in};

    in->site = SITE_ID;
    switch (p->op) {
    case OP_START:
        return flow_start(tx, p->engine, &start, NULL);
    case OP_RETRY:
        return flow_retry(tx, p->engine, FLOW_ID);
    case OP_ROLLBACK:
        return flow_rollback(tx, p->engine, FLOW_ID);
    case OP_RESUME:
    default:
        return NULL;
    }
}

static struct err *
process_peek(struct tx *tx, void *arg)
{
    struct process *p = arg;
    struct flow_row *row;
    const char *text;

    TRY(row_get(tx, &flow_table, FLOW_ID, &row));
    p->state = flow_row_state(row);
    TRY(tx_fact_get(tx, "count", &text));
    p->count = text ? atoi(text) : 0;
    return NULL;
}

static struct err *
process_tree(struct tx *tx, void *arg)
{
    AUTO_BUF out = BUF_INIT, tree = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct json *json;

    (void)arg;
    jw_object(&w, NULL);
    TRY(flow_explain(tx, FLOW_ID, &w));
    jw_end(&w);
    TRY(json_parse(tx_mem(tx), out.data, out.len, &json));
    flow_tree(&tree, json, false);
    fprintf(stderr, "%s", tree.data);
    return NULL;
}

static bool
settled(const struct process *p)
{
    return p->state == FLOW_COMPLETED || p->state == FLOW_FAILED_TEMP ||
           p->state == FLOW_ROLLED_BACK;
}

static int
process_run(struct process *p)
{
    int64_t until = time_mono_ns() + LIMIT_MS * patience * 1000000LL;

    process_open(p);
    err_ignore(store_write_wait(p->store, process_ask, p), "asked before, by one that was killed");
    do {
        must(loop_turn(p->loop, 20));
        must(store_read(p->store, process_peek, p));
    } while (!settled(p) && time_mono_ns() < until);
    if (getenv("FLOW_TREE")) {
        must(store_read(p->store, process_tree, p));
    }
    flow_engine_free(p->engine);
    vim_free(p->vim);
    http_client_free(p->http);
    store_close(p->store);
    loop_free(p->loop);
    if (!settled(p)) {
        return EXIT_LATE;
    }
    if ((p->state == FLOW_COMPLETED && p->count != 1) ||
        (p->state == FLOW_ROLLED_BACK && p->count != 0)) {
        return EXIT_COUNT;
    }
    return (int)p->state;
}

/* One byte each way: ready, list, listed. */
static void
tell(int fd)
{
    if (write(fd, "x", 1) != 1) {
        _exit(EXIT_BROKEN);
    }
}

static void
hear(int fd)
{
    char c;

    if (read(fd, &c, 1) != 1) {
        fprintf(stderr, "flow-kill: the site's process has gone\n");
        exit(1);
    }
}

/* ---- the site's process --------------------------------------------------------------------- */

static int
site_run(struct fake_control *control, int fd)
{
    struct fake_site *site;
    char c;

    must(fake_site_new(control, &site));
    tell(fd);
    while (read(fd, &c, 1) == 1) {
        AUTO_BUF out = BUF_INIT;

        fake_site_list(site, &out);
        fprintf(stderr, "%s", out.len ? out.data : "(nothing)\n");
        tell(fd);
    }
    fake_site_free(site);
    return 0;
}

/* ---- cases ------------------------------------------------------------------------------------- */

struct kill_case {
    char name[160];
    bool back;                 /* ends rolled back */
    const struct flow_type *type;
    int n_servers;             /* that are there before */
    int objects[2];            /* there at the end; where it ends rolled back */
    int kill_point, fault_at;
    enum fault fault;
    int kill_after_us;         /* 0 = not by the clock */
    int n_effects;             /* What is done is adopted, not done again; 0 = any number. */
    int cancel_point;          /* When a cancel is asked for; 0 = never. */
    bool forceful;
    int n_broken;              /* Servers that end in ERROR before one works. */
    bool stops;                /* It is not too late: the operation has to stop in FAILED_TEMP. */
};

struct world {
    struct fake_control *control;
    char dir[200];
    pid_t site;
    int site_fd;
};

/* Until it has ended or the time is over. */
static void
wait_us(pid_t pid, int us)
{
    struct pollfd at = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000L};

    if (at.fd < 0 || ppoll(&at, 1, &time, NULL) < 0) {
        fprintf(stderr, "flow-kill: the engine's process cannot be waited for\n");
    }
    fd_close(&at.fd);
}

static void
world_start(struct world *w, const struct kill_case *c)
{
    struct fake_control *control = w->control;
    int fds[2];

    memset(control, 0, sizeof *control);
    control->hide_ms = HIDE_MS;
    control->late_ms = LATE_MS * patience;
    control->boot_looks = 2;
    control->kill_point = c->kill_point;
    control->breaks = c->n_broken;
    control->cancel_point = c->cancel_point;
    control->cancel_forceful = c->forceful;
    control->fault_at = c->fault_at;
    control->fault = c->fault;
    control->refuse_chain = c->back;
    control->n_servers = c->n_servers;
    control->remade_error = c->type == &remaking && c->back;
    control->old_port = c->type == &moving;
    control->foreign = c->type == &leaving;
    control->takes_loose_pairs = true;
    control->refuse_leave = c->type == &moving && c->back;
    must(dir_make(w->dir, 0700));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        exit(1);
    }
    w->site = fork();
    if (w->site == 0) {
        close(fds[1]);
        _exit(site_run(control, fds[0]));
    }
    close(fds[0]);
    w->site_fd = fds[1];
    hear(w->site_fd);
}

/* Has the site's process ended as it should?  Nobody kills that. */
static bool
world_stop(struct world *w, const struct kill_case *c)
{
    int status;

    close(w->site_fd);
    waitpid(w->site, &status, 0);
    must(dir_remove(w->dir));
    if (status != 0) {
        fprintf(stderr, "FAIL %s: the site's process ended with status 0x%x\n", c->name,
                (unsigned)status);
    }
    return status == 0;
}

/* One engine process; its state, or -1 when it was killed. */
static int
engine_once(struct world *w, const struct kill_case *c, enum op op, bool first)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct process p = {
            .control = w->control, .dir = w->dir, .op = op, .type = c->type};

        _exit(process_run(&p));
    }
    w->control->victim = pid;
    if (first && c->kill_after_us) {
        wait_us(pid, c->kill_after_us);
        kill(pid, SIGKILL);
    }
    waitpid(pid, &status, 0);
    w->control->victim = 0;
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGKILL ? -1 : EXIT_BROKEN;
    }
    return WEXITSTATUS(status);
}

/* Goes on as an operator would until the end is reached; the last state. */
static int
drive(struct world *w, const struct kill_case *c)
{
    enum op op = OP_START;
    bool stopped = false;
    int state = -1;

    for (int round = 0; round < ROUNDS_MAX; round++) {
        state = engine_once(w, c, op, round == 0);
        if (state == -1) {
            op = op == OP_START ? OP_START : OP_RESUME;
        } else if (state == FLOW_FAILED_TEMP) {
            op = c->back ? OP_ROLLBACK : OP_RETRY;
            stopped = true;
        } else {
            break;
        }
    }
    return c->stops && !stopped ? EXIT_DEAF : state;
}

/* Is all as it has to be, but for how many effects that took? */
static bool
is_right(const struct world *w, const struct kill_case *c, int state)
{
    const struct fake_control *control = w->control;

    return state == (c->back ? FLOW_ROLLED_BACK : FLOW_COMPLETED) &&
           control->n_live == c->objects[c->back] && control->n_doubles == 0 &&
           control->n_deaf == 0 &&
           control->n_remade == (c->type == &remaking && !c->back ? c->n_servers : 0) &&
           (c->type != &moving || control->n_moved == (c->back ? 0 : c->n_servers));
}

static bool
judge(struct world *w, const struct kill_case *c, int state)
{
    struct fake_control *control = w->control;
    int objects = c->objects[c->back];
    bool good = is_right(w, c, state) && (!c->n_effects || control->n_effects == c->n_effects);

    if (!good) {
        fprintf(stderr,
                "FAIL %s: %s, %d objects (want %d), %d doubles, %d deaf, %d made anew, %d effects\n",
                c->name,
                state == EXIT_LATE    ? "not settled in time"
                : state == EXIT_COUNT ? "LOCAL step not exactly once"
                : state == EXIT_DEAF  ? "the cancel was not heard"
                : state >= 0 && state < FLOW_N_STATES ? flow_state_names[state]
                                                      : "broken",
                control->n_live, objects, control->n_doubles, control->n_deaf, control->n_remade,
                control->n_effects);
        tell(w->site_fd);
        hear(w->site_fd);
    }
    return good;
}

/* Where a site stands still for long enough, what it did is rightly done again: a case that
 * counts effects may have another try.  An engine that does not adopt has too many in each. */
static bool
run_case(struct world *w, const struct kill_case *c)
{
    for (int i = 1;; i++) {
        bool good, again;
        int state;

        world_start(w, c);
        state = drive(w, c);
        again = i < RUNS_MAX && c->n_effects && w->control->n_effects > c->n_effects && is_right(w, c, state);
        good = again || judge(w, c, state);
        if (!world_stop(w, c) || !good) {
            return false;
        }
        if (!again) {
            return true;
        }
    }
}

/* ---- all of them ---------------------------------------------------------------------------------- */

#define WORKERS 10 /* for each unit of patience: they mostly wait for time-outs */
#define WORKERS_MAX 24
struct tally {
    _Atomic int next, passed, failed;
    struct fake_control control[WORKERS_MAX];
};

struct plan {
    struct kill_case *cases;
    size_t n, cap;
    const char *only;
};

static void
plan_add(struct plan *plan, struct kill_case c)
{
    if (plan->only && !strstr(c.name, plan->only)) {
        return;
    }
    if (plan->n == plan->cap) {
        plan->cap = plan->cap ? plan->cap * 2 : 256;
        plan->cases = heap_realloc(plan->cases, plan->cap * sizeof *plan->cases);
    }
    plan->cases[plan->n++] = c;
}

/* The server is in ERROR: a retry makes another in its place. */
static const struct kill_case with_broken = {.name = "completed, with a broken server",
                                             .type = &service,
                                             .objects = {OBJECTS, 0},
                                             .n_broken = 1};

/* A kill at every 'step'th point. */
static void
plan_points(struct plan *plan, const struct kill_case *like, int n, int step)
{
    for (int i = 1; i <= n; i += step) {
        struct kill_case c = *like;

        c.kill_point = i;
        snprintf(c.name, sizeof c.name, "%.60s, killed at point %d of %d", like->name, i, n);
        plan_add(plan, c);
    }
}

/* A cancel at each point, in both modes; then no kill, one before anything else happens, or one
 * at the next point: all of these with 'all', else in turn (and of rollbacks every other point). */
static void
plan_cancels(struct plan *plan, const struct kill_case *like, int n, bool all)
{
    for (int i = 0; i < n * 6; i++) {
        struct kill_case c = *like;
        int kill = i / 2 % 3;

        c.cancel_point = 1 + i / 6;
        c.forceful = i % 2;
        c.stops = i / 6 + LATE_POINTS < n;
        if (!all && (kill != (i / 6 + c.forceful) % 3 || (c.back && c.cancel_point % 2))) {
            continue;
        }
        c.kill_point = kill ? c.cancel_point + kill - 1 : 0;
        snprintf(c.name, sizeof c.name, "%.60s, cancelled %s at point %d of %d, %s", like->name,
                 c.forceful ? "forcefully" : "gracefully", c.cancel_point, n,
                 kill == 0   ? "not killed"
                 : kill == 1 ? "killed at once"
                             : "killed at the next");
        plan_add(plan, c);
    }
}

static bool
is_adopted(enum fault fault)
{
    return fault == FAULT_LOSE_ANSWER || fault == FAULT_ANSWER_500 || fault == FAULT_KILL_AFTER;
}

static void
plan_faults(struct plan *plan, const struct kill_case *like, int n)
{
    for (int i = 1; i <= n; i++) {
        for (int fault = FAULT_NONE + 1; fault < N_FAULTS; fault++) {
            struct kill_case c = *like;

            c.fault_at = i;
            c.fault = (enum fault)fault;
            c.n_effects = !c.back && is_adopted(c.fault) ? n : 0;
            snprintf(c.name, sizeof c.name, "%.60s, %s at effect %d of %d", like->name,
                     fault_names[fault], i, n);
            plan_add(plan, c);
        }
    }
}

static void
plan_random(struct plan *plan, unsigned seed, int n)
{
    srand(seed);
    for (int i = 0; i < n; i++) {
        struct kill_case c = {.type = &service,
                              .objects = {OBJECTS, 0},
                              .back = rand() % 2,
                              .kill_after_us = (1000 + rand() % 400000) * patience,
                              .fault_at = 1 + rand() % 16,
                              .fault = (enum fault)(rand() % N_FAULTS)};

        snprintf(c.name, sizeof c.name, "random %d of seed %u: %s killed after %d us, %s at %d", i,
                 seed, c.back ? "rolled back," : "completed,", c.kill_after_us,
                 fault_names[c.fault], c.fault_at);
        plan_add(plan, c);
    }
}

static void
worker(struct tally *tally, const struct plan *plan, int number, const char *dir)
{
    struct world w = {.control = &tally->control[number]};
    size_t i;

    snprintf(w.dir, sizeof w.dir, "%s/%d", dir, number);
    while ((i = (size_t)tally->next++) < plan->n) {
        if (run_case(&w, &plan->cases[i])) {
            tally->passed++;
        } else {
            tally->failed++;
        }
    }
}

static void
run_all(struct tally *tally, const struct plan *plan, const char *dir)
{
    int n = patience * WORKERS < WORKERS_MAX ? patience * WORKERS : WORKERS_MAX, status;
    pid_t pids[WORKERS_MAX];

    for (int i = 0; i < n; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            worker(tally, plan, i, dir);
            _exit(0);
        }
    }
    for (int i = 0; i < n; i++) {
        waitpid(pids[i], &status, 0);
        tally->failed += status != 0;
    }
}

/* How many points and effects a run without any fault has. */
static bool
measure(struct tally *tally, const char *dir, const struct kill_case *c, int *n_points,
        int *n_effects)
{
    struct world w = {.control = &tally->control[0]};
    bool good;

    snprintf(w.dir, sizeof w.dir, "%s/m", dir);
    good = run_case(&w, c);
    *n_points = w.control->n_points;
    *n_effects = w.control->n_effects;
    tally->passed += good;
    tally->failed += !good;
    return good;
}

static const struct kill_case undisturbed[] = {
    {.name = "completed", .type = &service, .objects = {OBJECTS, 0}},
    {.name = "rolled back", .type = &service, .objects = {OBJECTS, 0}, .back = true},
    {.name = "made anew", .type = &remaking, .n_servers = REMADE, .objects = {REMADE, REMADE}},
    {.name = "made anew and back",
     .type = &remaking,
     .n_servers = REMADE,
     .objects = {REMADE, REMADE},
     .back = true},
    {.name = "moved", .type = &moving, .n_servers = 1, .objects = {2, 2}},
    {.name = "routed", .type = &routing, .objects = {ROUTED, 0}},
    {.name = "routed and back", .type = &routing, .objects = {ROUTED, 0}, .back = true},
    {.name = "left", .type = &leaving, .objects = {LEFT, 0}},
    {.name = "moved and back", .type = &moving, .n_servers = 1, .objects = {2, 2}, .back = true},
};

int
main(int argc, char **argv)
{
    struct tally *tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct plan plan = {0};
    char dir[] = "/tmp/flow-kill.XXXXXX";
    unsigned seed = (unsigned)time(NULL);
    int n_random = RANDOM_FEW, points, effects;

    if (getenv("CARRICK_PATIENCE") && atoi(getenv("CARRICK_PATIENCE")) > 1) {
        patience = atoi(getenv("CARRICK_PATIENCE"));
    }
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--long")) {
            n_random = 400;
        } else if (!strcmp(argv[i], "--case") && i + 1 < argc) {
            plan.only = argv[++i];
        } else if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
            seed = (unsigned)strtoul(argv[++i], NULL, 10);
        }
    }
    if (tally == MAP_FAILED || !mkdtemp(dir)) {
        return 1;
    }
    log_init("flow-kill", getenv("FLOW_LOG") ? LOG_LV_DEBUG : LOG_LV_ERROR);
    snprintf(image_file, sizeof image_file, "%s/image", dir);
    must(file_write(image_file, "rootfs", 6, 0600));
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_SIZE(undisturbed); i++) {
        if (measure(tally, dir, &undisturbed[i], &points, &effects)) {
            printf("%s: %d points, %d effects\n", undisturbed[i].name, points, effects);
            plan_points(&plan, &undisturbed[i], points, 1);
            plan_faults(&plan, &undisturbed[i], effects);
            if (undisturbed[i].type == &service) {
                plan_cancels(&plan, &undisturbed[i], points, n_random > RANDOM_FEW);
            }
        }
    }
    if (measure(tally, dir, &with_broken, &points, &effects)) {
        plan_points(&plan, &with_broken, points, n_random > RANDOM_FEW ? 1 : 3);
    }
    printf("random kills: seed %u\n", seed);
    fflush(stdout);
    plan_random(&plan, seed, n_random);
    run_all(tally, &plan, dir);
    must(dir_remove(dir));
    free(plan.cases);
    printf("flow: %d passed, %d failed, 0 skipped\n", tally->passed, tally->failed);
    return tally->failed != 0;
}
