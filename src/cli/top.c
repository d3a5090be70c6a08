/* `carrick top`: what an orchestrator, or with --site a site, is at, on one page that is drawn anew
 * every few seconds.  All of it comes from what others can ask too: lists of the APIs and /metrics. */
#include "cli/command.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define EVERY_S 2
#define FIRST_S 1 /* between the two looks of one page */
#define LIST_MAX 12 /* lines of one list */

/* ---- figures -------------------------------------------------------------------------------- */

/* A sample of OpenMetrics text. */
struct sample {
    const char *name, *labels; /* "carrick_flows_total", "type=\"x\",state=\"y\"" or "" */
    double value;
};
struct figures {
    VEC(struct sample) samples;
    int64_t at_ns;
};

static void
figures_read(struct mem *mem, const char *text, struct figures *figures)
{
    figures->at_ns = time_mono_ns();
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t n = strcspn(line, "{ \n");
        const char *labels = line + n, *value = labels;

        if (*line == '#' || !n) {
            continue;
        }
        if (*labels == '{') {
            value = strstr(++labels, "} ");
            if (!value) {
                continue;
            }
            value++;
        }
        vec_add(mem, &figures->samples,
                ((struct sample){.name = mem_strn(mem, line, n),
                                 .labels = labels == value ? ""
                                                           : mem_strn(mem, labels, (size_t)(value - labels) - 1),
                                 .value = strtod(value, NULL)}));
    }
}

/* Of all samples of that name whose labels hold 'label' (null = any). */
static double
sum(const struct figures *figures, const char *name, const char *label)
{
    double all = 0;

    vec_each (&figures->samples, at) {
        if (str_eq(at->name, name) && (!label || strstr(at->labels, label))) {
            all += at->value;
        }
    }
    return all;
}

/* A second, between two looks; 0 at the first. */
static double
rate(const struct figures *now, const struct figures *was, const char *name, const char *label)
{
    double seconds = (double)(now->at_ns - was->at_ns) / 1e9;
    double more = sum(now, name, label) - sum(was, name, label);

    return was->at_ns && seconds > 0 && more > 0 ? more / seconds : 0;
}

/* Mean of a histogram between two looks, milliseconds; at the first since the process began. */
static double
mean_ms(struct mem *mem, const struct figures *now, const struct figures *was, const char *name,
        const char *label)
{
    const char *sums = mem_printf(mem, "%s_sum", name), *counts = mem_printf(mem, "%s_count", name);
    double n = sum(now, counts, label) - sum(was, counts, label);

    return n > 0 ? (sum(now, sums, label) - sum(was, sums, label)) / n * 1e3 : 0;
}

/* ---- a look ------------------------------------------------------------------------------------ */

struct top {
    struct cli *cli;
    struct mem *mem;        /* of this look */
    struct session session; /* with that arena */
    struct figures now, was;
    bool of_site;
    FILE *out; /* the page */
};

/* What a user may not see, or a server has not, is left out of the page. */
static const struct json *
list_of(struct top *top, const char *path)
{
    const struct json *json = NULL;

    err_ignore(session_get(&top->session, path, &json), "left out of the page");
    return json;
}

static struct err *
figures_get(struct top *top)
{
    struct call call = {.method = "GET", .path = "/metrics"};
    struct reply reply;
    struct session session = top->session;

    if (top->of_site) { /* Whose root is its network service's. */
        const char *root = strstr(session.root, "://");
        size_t n = root ? strcspn(root + 3, "/") : 0;

        session.root = root ? mem_strn(top->mem, session.root, (size_t)(root + 3 - session.root) + n)
                            : session.root;
    }
    TRY(session_call(&session, &call, &reply));
    figures_read(top->mem, reply.body, &top->now);
    return NULL;
}

/* "3 INSTANTIATED, 1 NOT_INSTANTIATED" of a member of a list's things. */
static const char *
counted(struct mem *mem, const struct json *list, const char *member)
{
    AUTO_BUF out = BUF_INIT;
    struct map seen;

    map_init(&seen, mem);
    json_each (list, i) {
        const char *value = str_or(json_get_str(list->items[i], member), "-");
        int n = 0;

        if (!map_add(&seen, value, &seen)) {
            continue;
        }
        json_each (list, k) {
            n += str_eq(str_or(json_get_str(list->items[k], member), "-"), value);
        }
        buf_printf(&out, "%s%d %s", out.len ? ", " : "", n, print_plain(mem, value));
    }
    return out.len ? buf_copy(mem, &out) : "none";
}

/* ---- the page ---------------------------------------------------------------------------------- */

static void
draw_process(const struct top *top)
{
    const struct figures *now = &top->now, *was = &top->was;

    fprintf(top->out, "process    %.0f MiB, %.1f %% CPU, %.0f descriptors\n",
            sum(now, "process_resident_memory_bytes", NULL) / 1048576,
            rate(now, was, "process_cpu_seconds_total", NULL) * 100,
            sum(now, "process_open_fds", NULL));
    fprintf(top->out, "requests   %.1f/s, %.1f ms each, %.1f/s refused by errors of ours\n",
            rate(now, was, "carrick_http_requests_total", NULL),
            mean_ms(top->mem, now, was, "carrick_http_request_duration_seconds", NULL),
            rate(now, was, "carrick_http_requests_total", "status=\"5"));
    fprintf(top->out, "store      %.1f writes/s, %.1f ms a commit, %.0f refused\n",
            rate(now, was, "carrick_store_writes_total", NULL),
            mean_ms(top->mem, now, was, "carrick_store_commit_duration_seconds", NULL),
            sum(now, "carrick_store_writes_total", "failed"));
}

static void
draw_site(const struct top *top)
{
    const struct figures *now = &top->now;

    fprintf(top->out, "agent      %s\n", sum(now, "carrick_agent_up", NULL) > 0 ? "answers" : "is away");
    vec_each (&now->samples, at) {
        if (str_eq(at->name, "carrick_datapath_dropped_packets_total") && at->value > 0) {
            fprintf(top->out, "dropped    %.0f packets, %.1f/s, %s\n", at->value,
                    rate(now, &top->was, at->name, at->labels), print_plain(top->mem, at->labels));
        }
    }
}

static void
draw_sites(struct top *top)
{
    const struct json *sites = list_of(top, "/carrick/v1/sites");

    fprintf(top->out, "\n%-20s %-8s %9s %9s %9s\n", "SITE", "STATUS", "CALLS/S", "MS", "LOST");
    json_each (sites, i) {
        const char *name = str_or(json_get_str(sites->items[i], "name"), "-");
        const char *label = mem_printf(top->mem, "site=\"%s\"", name);

        fprintf(top->out, "%-20s %-8s %9.1f %9.1f %9.0f\n", print_plain(top->mem, name),
                str_or(json_get_str(sites->items[i], "status"), "-"),
                rate(&top->now, &top->was, "carrick_site_calls_total", label),
                mean_ms(top->mem, &top->now, &top->was, "carrick_site_call_duration_seconds", label),
                sum(&top->now, "carrick_site_calls_total",
                    mem_printf(top->mem, "%s,status=\"lost\"", label)));
    }
}

#define UNDER_WAY "?filter=(in,operationState,STARTING,PROCESSING,ROLLING_BACK,FAILED_TEMP)"

static void
draw_operations(struct top *top)
{
    static const struct {
        const char *path, *type, *of;
    } kinds[] = {
        {"/nslcm/v2/ns_lcm_op_occs" UNDER_WAY, "lcmOperationType", "nsInstanceId"},
        {"/vnflcm/v2/vnf_lcm_op_occs" UNDER_WAY, "operation", "vnfInstanceId"},
    };
    int n = 0;

    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        const struct json *list = list_of(top, kinds[k].path);

        json_each (list, i) {
            const struct json *op = list->items[i];

            if (!n++) {
                fprintf(top->out, "\n%-18s %-13s %-36s %s\n", "OPERATION", "STATE", "OF", "SINCE");
            }
            if (n <= LIST_MAX) {
                fprintf(top->out, "%-18s %-13s %-36s %s\n", str_or(json_get_str(op, kinds[k].type), "-"),
                        str_or(json_get_str(op, "operationState"), "-"),
                        str_or(json_get_str(op, kinds[k].of), "-"),
                        str_or(json_get_str(op, "startTime"), "-"));
            }
        }
    }
    if (n > LIST_MAX) {
        fprintf(top->out, "and %d more\n", n - LIST_MAX);
    }
}

static void
draw_orchestrator(struct top *top)
{
    double behind = sum(&top->now, "carrick_change_log_entries", NULL) -
                    sum(&top->now, "carrick_notifier_log_entries", NULL);

    fprintf(top->out, "notices    %.1f/s, %.0f changes not told yet\n",
            rate(&top->now, &top->was, "carrick_notifications_total", NULL), behind > 0 ? behind : 0);
    fprintf(top->out, "services   %s\n",
            counted(top->mem, list_of(top, "/nslcm/v2/ns_instances?fields=nsState"), "nsState"));
    fprintf(top->out, "alarms     %s\n",
            counted(top->mem, list_of(top, "/vnffm/v1/alarms?filter=(eq,ackState,UNACKNOWLEDGED)"),
                    "perceivedSeverity"));
    draw_sites(top);
    draw_operations(top);
}

static void
draw(struct top *top, const struct err *figures)
{
    char when[TIME_TEXT_SIZE];

    fprintf(top->out, "%s %s   %s\n", top->of_site ? "site" : "orchestrator",
            print_plain(top->mem, top->session.root), time_text(when, time_now_us(), TIME_Z));
    if (figures) {
        fprintf(top->out, "figures    none: %s\n", print_plain(top->mem, figures->message));
    } else {
        draw_process(top);
    }
    if (top->of_site) {
        draw_site(top);
    } else {
        draw_orchestrator(top);
    }
}

/* Bytes of the first characters of a line, 'columns' of them at most. */
static size_t
line_length(const char *line, size_t columns)
{
    size_t n = 0;

    while (line[n] && line[n] != '\n' && (columns || ((unsigned char)line[n] & 0xc0) == 0x80)) {
        columns -= ((unsigned char)line[n] & 0xc0) != 0x80;
        n++;
    }
    return n;
}

void
top_fit(struct buf *out, const char *page, size_t rows, size_t columns)
{
    size_t n = 0, shown = 0;

    for (const char *line = page; *line; line += line[0] == '\n') {
        n++;
        line += strcspn(line, "\n");
    }
    for (const char *line = page; *line && (n <= rows || shown + 1 < rows); line += *line == '\n') {
        buf_str(out, shown++ ? "\n" : "");
        buf_add(out, line, line_length(line, columns));
        line += strcspn(line, "\n");
    }
    if (shown < n && rows) {
        AUTO_BUF rest = BUF_INIT;

        buf_printf(&rest, "... %zu more lines: the terminal is too small", n - shown);
        buf_str(out, shown ? "\n" : "");
        buf_add(out, rest.data, line_length(rest.data, columns));
    }
}

/* On a terminal in the place of the page before, as much as it holds. */
static void
show(const char *page, bool again)
{
    struct winsize size = {0};
    AUTO_BUF out = BUF_INIT;

    if (again && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
        buf_str(&out, "\033[H\033[J");
        top_fit(&out, page, size.ws_row, size.ws_col);
    } else {
        buf_printf(&out, "%s%s", again ? "\033[H\033[J" : "", page);
    }
    (void)fwrite(out.data, 1, out.len, stdout);
    (void)fflush(stdout);
}


/* One look; its figures are in 'mem', which the next one reads. */
static void
look(struct top *top, struct mem *mem, bool again)
{
    struct session *kept = &top->cli->session;
    char *page = NULL;
    size_t n = 0;

    top->mem = mem;
    top->was = top->now;
    top->now = (struct figures){0};
    top->session = *kept;
    top->session.mem = mem;
    AUTO(err) figures = figures_get(top);
    top->out = open_memstream(&page, &n);
    if (top->out) {
        draw(top, figures);
        (void)fclose(top->out);
        show(page, again);
        free(page);
    }
    if (top->session.token != kept->token) { /* It was over. */
        kept->token = mem_str(top->cli->mem, top->session.token);
        kept->expires_at = mem_str(top->cli->mem, top->session.expires_at);
        kept->is_kept = false;
    }
}

/* What goes on is what changes: one page takes two looks.  Returns the arena of the first. */
static struct mem *
first_look(struct top *top)
{
    struct mem *mem = mem_new("top");

    top->mem = mem;
    top->session = top->cli->session;
    top->session.mem = mem;
    err_ignore(figures_get(top), "the look that is shown tells");
    (void)sleep(FIRST_S);
    return mem;
}

struct err *
top_show(struct cli *cli)
{
    const char *site = option_get(cli, "site");
    struct top top = {.cli = cli, .of_site = site != NULL};
    bool once = option_flag(cli, "once");
    struct mem *mem = NULL, *before = NULL;

    if (site) {
        struct credentials credentials;

        TRY(credentials_read_site(cli->mem, site, &credentials));
        TRY(session_open_with(cli->mem, &credentials, !option_flag(cli, "no-token-cache"),
                              &cli->session));
    } else {
        TRY(session_open(cli->mem, !option_flag(cli, "no-token-cache"), &cli->session));
    }
    if (once) {
        mem = first_look(&top);
    }
    do { /* NOLINT(bugprone-infinite-loop): until somebody ends it */
        mem_free(before);
        before = mem;
        mem = mem_new("top");
        look(&top, mem, !once && isatty(STDOUT_FILENO));
        if (!once) {
            (void)sleep(EVERY_S);
        }
    } while (!once);
    mem_free(before);
    mem_free(mem);
    return NULL;
}
