/* Processes, calls and what is left in their stores. */
#include "kill/house.h"
#include "kill/subscriber.h"

#include "base/vec.h"
#include "faces/role.h"
#include "http/client.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 9000
#define SETTLE_MS "200"
#define READY_MS 20000
#define CALL_MS 10000
#define WEAK_COST 4

const char *const role_names[] = {
#define X(name, text) text,
    HOUSE_ROLES(X)
#undef X
};
static const char *const place_names[] = {"orchestrator", "east", "west"};

void
blink_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

static int
patience(void)
{
    const char *text = getenv("CARRICK_PATIENCE");

    return text && atoi(text) > 1 ? atoi(text) : 1;
}

int64_t
deadline_ns(int ms)
{
    return time_mono_ns() + ms * INT64_C(1000000) * patience();
}

/* ---- processes ---------------------------------------------------------------------- */

static void
run_orchestrator(const struct house *house)
{
    const struct place *place = &house->places[ROLE_ORCHESTRATOR];

    (void)execl(house->program, "carrick", "orchestrator", "--state", place->state, "--listen",
                place->url + strlen("http://"), "--callbacks", "127.0.0.1/32", NULL);
}

static void
run_site(const struct house *house, enum part role)
{
    const struct place *place = &house->places[role];
    char agent[300], vtep[32];

    snprintf(agent, sizeof agent, "%s/%s.agent", house->dir, place->name);
    snprintf(vtep, sizeof vtep, "198.18.0.%d", (int)role);
    (void)execl(house->program, "carrick", "site", "--state", place->state, "--listen",
                place->url + strlen("http://"), "--name", place->name, "--agent", agent, "--vtep",
                vtep, "--vcpus", "16", "--memory-mb", "4096", NULL);
}

static void
run_agent(const struct house *house, enum part role)
{
    const char *name = place_names[role - ROLE_EAST_AGENT + ROLE_EAST];
    char path[300];
    struct err *err;

    snprintf(path, sizeof path, "%s/%s.agent", house->dir, name);
    err = agent_serve(path, name, house->counts[role - ROLE_EAST_AGENT]);
    if (err) {
        fprintf(stderr, "agent: %s\n", err->message);
        err_ignore(err, "said");
    }
}

static void
house_start(struct house *house, enum part role)
{
    pid_t parent = getpid();
    char log[300];
    int fd;

    (void)fflush(NULL);
    house->pids[role] = fork();
    if (house->pids[role] != 0) {
        return;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
    snprintf(log, sizeof log, "%s/log", house->dir);
    fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, 2) < 0) {
        _exit(1);
    }
    if (role == ROLE_ORCHESTRATOR) {
        run_orchestrator(house);
    } else if (role < N_PLACES) {
        run_site(house, role);
    } else {
        run_agent(house, role);
    }
    _exit(1);
}

static void
house_kill(struct house *house, enum part role)
{
    int status;

    if (house->pids[role] > 0) {
        (void)kill(house->pids[role], SIGKILL);
        (void)waitpid(house->pids[role], &status, 0);
        house->pids[role] = 0;
    }
}

/* ---- strikes --------------------------------------------------------------------------- */

static const char *
fault_file(const struct house *house, const char *name, char path[300])
{
    snprintf(path, 300, "%s/faults/%s", house->places[ROLE_ORCHESTRATOR].state, name);
    return path;
}

static void
fault_write(const struct house *house, const char *name, const char *text)
{
    char path[300], whole[310];
    FILE *file;

    snprintf(whole, sizeof whole, "%s.new", fault_file(house, name, path));
    file = fopen(whole, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0 || rename(whole, path) != 0) {
        fprintf(stderr, "kill: cannot write %s\n", path);
        _exit(1);
    }
}

static void
stop_write(const struct house *house, int n)
{
    char text[32], path[300];

    if (n <= 0) {
        (void)unlink(fault_file(house, "stop", path));
        return;
    }
    snprintf(text, sizeof text, "%d %s", n,
             house->strike.role == ROLE_ORCHESTRATOR ? "kill" : "stop");
    fault_write(house, "stop", text);
}

static void
strike_now(struct house *house)
{
    enum part role = house->strike.role;

    house_kill(house, role);
    house->kills++;
    house->away[role] = house->strike.down;
}

void
house_strike(struct house *house, const struct strike *strike)
{
    house->strike = strike ? *strike : (struct strike){0};
    house->strike_ns = time_mono_ns();
    memset(house->away, 0, sizeof house->away);
    stop_write(house, house->strike.at);
    if (house->strike.at == STRIKE_BEFORE) {
        strike_now(house);
    }
}

static void
role_ended(struct house *house, enum part role, int status)
{
    house->pids[role] = 0;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        house->trouble = mem_printf(house->case_mem, "%s ended with status %x", role_names[role],
                                    (unsigned)status);
    }
    house->kills++;
    if (house->strike.every > 0) {
        stop_write(house, house->strike.every);
    }
}

void
house_tend(struct house *house)
{
    if (house->strike.after_ms > 0 &&
        time_mono_ns() > house->strike_ns + house->strike.after_ms * 1000000LL) {
        strike_now(house);
        house->strike.after_ms = 0;
    }
    for (int role = 0; role < N_ROLES; role++) {
        int status;

        if (house->pids[role] > 0 &&
            waitpid(house->pids[role], &status, WNOHANG | WUNTRACED) == house->pids[role]) {
            if (WIFSTOPPED(status)) {
                /* The orchestrator stands still at the point: now the other is killed. */
                strike_now(house);
                (void)kill(house->pids[ROLE_ORCHESTRATOR], SIGCONT);
            } else {
                role_ended(house, (enum part)role, status);
            }
        }
        if (house->pids[role] == 0 && !house->away[role]) {
            house_start(house, (enum part)role);
        }
    }
}

/* ---- calls ------------------------------------------------------------------------------- */

static struct err *
fetch(struct house *house, enum part place, struct http_request *request, const char *path,
      struct http_answer *answer)
{
    struct mem *mem = house->case_mem;
    const struct http_client_config config = {0};
    const char *token = house->places[place].token;
    const char *headers[] = {"Content-Type: application/json", "Accept: application/json",
                             token ? mem_printf(mem, "X-Auth-Token: %s", token) : NULL, NULL};

    if (request->body_fd > 0) {
        headers[0] = "Content-Type: application/zip";
    }
    request->headers = headers;
    request->url = mem_printf(mem, "%s%s", house->places[place].url, path);
    request->connect_timeout_ms = 1000 * patience();
    request->timeout_ms = house->call_ms;
    return http_fetch(mem, &config, request, answer);
}

const struct json *
house_call(struct house *house, enum part place, const char *method, const char *path,
           const char *body, int *status)
{
    struct http_request request = {
        .method = method, .body = body, .body_len = body ? strlen(body) : 0, .body_fd = -1};
    struct http_answer answer = {0};
    const struct json *json = NULL;
    struct err *err = fetch(house, place, &request, path, &answer);

    *status = err ? 0 : answer.status;
    house->unanswered = err ? mem_str(house->case_mem, err->message) : NULL;
    err_ignore(err, "the caller asks again");
    if (*status && answer.body_len) {
        err_ignore(json_parse(house->case_mem, answer.body, answer.body_len, &json),
                   "not JSON: no tree");
    }
    return json;
}

static struct err *
answered(struct house *house, int wanted, int status, const char *method, const char *path,
         const struct json *json)
{
    if (status == wanted) {
        return NULL;
    }
    return err_new(E_REMOTE, NULL, "%s %s: %d instead of %d: %s", method, path, status, wanted,
                   json ? json_text(house->case_mem, json) : str_or(house->unanswered, ""));
}

struct err *
house_want(struct house *house, int wanted, enum part place, const char *method, const char *path,
           const char *body, const struct json **out)
{
    int status;
    const struct json *json = house_call(house, place, method, path, body, &status);

    if (out) {
        *out = json;
    }
    return answered(house, wanted, status, method, path, json);
}

struct err *
house_upload(struct house *house, const char *path, const char *file)
{
    AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC);
    struct http_request request = {.method = "PUT", .body_fd = fd};
    struct http_answer answer = {0};

    if (fd < 0) {
        return err_errno(E_NOT_FOUND, "open %s", file);
    }
    TRY(fetch(house, ROLE_ORCHESTRATOR, &request, path, &answer));
    return answered(house, 202, answer.status, "PUT", path, NULL);
}

static struct err *
login(struct house *house, enum part role)
{
    struct place *place = &house->places[role];
    struct http_answer answer = {0};
    struct http_request request = {.method = "POST", .body_fd = -1};
    const struct json *json;
    const char *token;

    place->token = NULL;
    request.body = mem_printf(house->case_mem,
                              "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":"
                              "{\"user\":{\"name\":\"admin\",\"password\":\"%s\",\"domain\":"
                              "{\"name\":\"Default\"}}}},\"scope\":{\"project\":{\"name\":"
                              "\"admin\",\"domain\":{\"name\":\"Default\"}}}}}",
                              place->password);
    request.body_len = strlen(request.body);
    TRY(fetch(house, role, &request, "/identity/v3/auth/tokens", &answer));
    TRY(answered(house, 201, answer.status, "POST", "/auth/tokens", NULL));
    TRY(json_parse(house->case_mem, answer.body, answer.body_len, &json));
    token = http_answer_header(&answer, "X-Subject-Token");
    place->token = mem_str(house->mem, token);
    place->project_id = mem_str(house->mem, json_str(json_path(json, "token.project.id")));
    return NULL;
}

static struct err *
await_answer(struct house *house, enum part place, const char *path, int wanted)
{
    int64_t until = deadline_ns(READY_MS);
    int status;

    do {
        house_tend(house);
        (void)house_call(house, place, "GET", path, NULL, &status);
        if (status == wanted) {
            return NULL;
        }
        blink_ms(10);
    } while (time_mono_ns() < until);
    return err_new(E_UNAVAILABLE, NULL, "%s does not answer GET %s: %d", role_names[place], path,
                   status);
}

struct err *
house_whole(struct house *house)
{
    memset(house->away, 0, sizeof house->away);
    TRY(await_answer(house, ROLE_ORCHESTRATOR, "/carrick/v1/sites", 200));
    TRY(await_answer(house, ROLE_EAST, "/network/v2.0/networks", 200));
    return await_answer(house, ROLE_WEST, "/network/v2.0/networks", 200);
}

/* ---- stores -------------------------------------------------------------------------------- */

static bool
is_history(const char *table)
{
    static const char *const names[] = {"change_log", "flow",  "flow_step", "ns_lcm_op_occ",
                                        "vnf_lcm_op_occ", "lcm_grant", "notification",
                                        "vnf_alarm", "ns_alarm",
                                        NULL};

    return str_in(table, names) || str_starts(table, "sqlite_") || strstr(table, "change");
}

static bool
has_name(sqlite3 *db, struct mem *mem, const char *table)
{
    sqlite3_stmt *stmt = NULL;
    bool found = false;

    if (sqlite3_prepare_v2(db, mem_printf(mem, "select name from \"%s\" limit 0", table), -1, &stmt,
                           NULL) == SQLITE_OK) {
        found = true;
    }
    (void)sqlite3_finalize(stmt);
    return found;
}

/* What rows are told apart by, where that is more than a name. */
static const char *
words_of(sqlite3 *db, struct mem *mem, const char *table)
{
    static const struct {
        const char *table, *words;
    } more[] = {
        {"port", "name || ' at ' || (select name from network where id = network_id) || ' of ' || "
                 "coalesce((select name from server where id = server_id), '-')"},
        {"server", "name || ' of ' || coalesce((select name from image where id = image_ref), '-')"},
        /* A function of a nested NS is called by that one's id there. */
        {"port_pair", "case when instr(name, ':') > 36 then substr(name, 1, instr(name, ':') - 37) || "
                      "substr(name, instr(name, ':')) else name end"},
        {"vnf_instance", "coalesce(name, '-') || ' of ' || vnfd_id || ', ' || instantiation_state"},
        {"vnf_package", "vnfd_id || ', ' || usage_state"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
        if (str_eq(table, more[i].table)) {
            return more[i].words;
        }
    }
    return has_name(db, mem, table) ? "name" : "''";
}

static void
dump_table(sqlite3 *db, struct mem *mem, const char *table, struct buf *out)
{
    const char *sql = mem_printf(mem, "select %s, count(*) from \"%s\" group by 1 order by 1",
                                 words_of(db, mem, table), table);
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        buf_printf(out, "%s: %s\n", table, sqlite3_errmsg(db));
    }
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        if (sqlite3_column_int(stmt, 1)) {
            buf_printf(out, "%s %s %d\n", table,
                    str_or((const char *)sqlite3_column_text(stmt, 0), "-"),
                    sqlite3_column_int(stmt, 1));
        }
    }
    (void)sqlite3_finalize(stmt);
}

static struct strs
tables_of(sqlite3 *db, struct mem *mem)
{
    VEC(const char *) names = {0};
    sqlite3_stmt *stmt = NULL;

    (void)sqlite3_prepare_v2(db, "select name from sqlite_master where type = 'table' order by 1",
                             -1, &stmt, NULL);
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        vec_add(mem, &names, mem_str(mem, (const char *)sqlite3_column_text(stmt, 0)));
    }
    (void)sqlite3_finalize(stmt);
    return (struct strs){.n = names.n, .items = names.items};
}

/* Files of images and packages: those without a row would be left for ever. */
static int
files_in(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int n = 0;

    while (dir && (entry = readdir(dir))) {
        n += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    }
    if (dir) {
        (void)closedir(dir);
    }
    return n;
}

const char *
house_dump(struct house *house, enum part place)
{
    struct mem *mem = house->case_mem;
    const char *files = place == ROLE_ORCHESTRATOR ? "packages" : "images";
    const char *path = mem_printf(mem, "%s/%s.db", house->places[place].state,
                                  place == ROLE_ORCHESTRATOR ? "orchestrator" : "site");
    AUTO_BUF out = BUF_INIT;
    sqlite3 *db = NULL;
    struct strs tables;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        (void)sqlite3_close(db);
        return "no store\n";
    }
    (void)sqlite3_busy_timeout(db, 5000);
    tables = tables_of(db, mem);
    for (size_t i = 0; i < tables.n; i++) {
        if (!is_history(tables.items[i])) {
            dump_table(db, mem, tables.items[i], &out);
        }
    }
    (void)sqlite3_close(db);
    buf_printf(&out, "files %s %d\n", files,
               files_in(mem_printf(mem, "%s/%s", house->places[place].state, files)));
    for (int kind = 0; place != ROLE_ORCHESTRATOR && kind < DESIRED_N_KINDS; kind++) {
        buf_printf(&out, "agent's %s %d\n", desired_kind_names[kind],
                house->counts[place - ROLE_EAST]->objects[kind]);
    }
    return buf_copy(mem, &out);
}

int
house_points(struct house *house, bool reset)
{
    char path[300], line[400];
    FILE *file = fopen(fault_file(house, "points", path), "re");
    int n = 0;

    while (file && fgets(line, sizeof line, file)) {
        n++;
    }
    if (file) {
        (void)fclose(file);
    }
    if (reset) {
        fault_write(house, "points", "");
    }
    return n;
}

/* ---- the beginning ---------------------------------------------------------------------------- */

static struct err *
lo_up(void)
{
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    AUTO_FD fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(request.ifr_name, "lo", 3);
    if (unshare(CLONE_NEWNET) != 0) {
        return err_errno(E_FORBIDDEN, "a network namespace of its own");
    }
    fd_close(&fd);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0) {
        return err_errno(E_UNAVAILABLE, "loopback up");
    }
    return NULL;
}

/* Logins cost a site a quarter of a second; an administrator with a weak hash, made
 * before the first start, leaves room for more kills. */
static struct err *
administrator_make(struct mem *mem, const struct place *place)
{
    struct store_config store = {
        .path = mem_printf(mem, "%s/%s.db", place->state,
                           str_eq(place->name, "orchestrator") ? "orchestrator" : "site"),
        .tables = role_tables(mem, ledger_tables, identity_tables, NULL),
    };
    struct identity_config config = {.key_file = mem_printf(mem, "%s/token.key", place->state),
                                     .hash_cost = WEAK_COST};
    const struct identity_first first = {
        .cloud = place->name,
        .auth_url = mem_printf(mem, "%s/identity/v3", place->url),
        .password_file = mem_printf(mem, "%s/admin.password", place->state),
        .clouds_file = mem_printf(mem, "%s/clouds.yaml", place->state),
    };
    struct identity *identity;

    TRY(role_seal_key(mem, place->state, &store.seal_key));
    TRY(store_open(&store, &config.store));
    TRY(identity_new(&config, &identity));
    TRY(identity_bootstrap(identity, &first));
    identity_free(identity);
    store_close(config.store);
    return NULL;
}

/* In a process of its own: this one stays without threads. */
static struct err *
place_prepare(struct house *house, struct place *place)
{
    char *password;
    size_t n;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct err *err = administrator_make(house->mem, place);

        if (err) {
            fprintf(stderr, "%s: %s\n", place->name, err->message);
        }
        _exit(err != NULL);
    }
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        return err_new(E_INTERNAL, NULL, "no administrator for %s", place->name);
    }
    TRY(file_read(house->mem, mem_printf(house->mem, "%s/admin.password", place->state), 256,
                  &password, &n));
    password[strcspn(password, "\n")] = '\0';
    place->password = password;
    return NULL;
}

static struct err *
site_add(struct house *house, enum part role)
{
    const struct place *place = &house->places[role];
    const char *body = mem_printf(
        house->case_mem,
        "{\"name\":\"%s\",\"auth_url\":\"%s/identity/v3\",\"username\":\"admin\",\"password\":\"%s\","
        "\"project_name\":\"admin\"}",
        place->name, place->url, place->password);

    return house_want(house, 201, ROLE_ORCHESTRATOR, "POST", "/carrick/v1/sites", body, NULL);
}

static struct err *
faults_make(struct house *house)
{
    struct place *place = &house->places[ROLE_ORCHESTRATOR];
    const char *dir = mem_printf(house->mem, "%s/faults", place->state);

    TRY(dir_make(dir, 0700));
    fault_write(house, "settle_ms", SETTLE_MS);
    fault_write(house, "points", "");
    return NULL;
}

struct err *
house_new(const char *program, const char *dir, struct agent_count *counts, struct house *house)
{
    *house = (struct house){.mem = mem_new("house"),
                            .case_mem = mem_new("case"),
                            .program = program,
                            .call_ms = CALL_MS * patience(),
                            .counts = {&counts[0], &counts[1]}};
    snprintf(house->dir, sizeof house->dir, "%s", dir);
    TRY(dir_make(dir, 0700));
    TRY(lo_up());
    TRY(subscriber_new(&house->subscriber));
    for (int i = 0; i < N_PLACES; i++) {
        struct place *place = &house->places[i];

        place->name = place_names[i];
        snprintf(place->url, sizeof place->url, "http://127.0.0.1:%d", PORT + i);
        snprintf(place->state, sizeof place->state, "%s/%s", dir, place->name);
        TRY(dir_make(place->state, 0700));
        TRY(place_prepare(house, place));
    }
    TRY(faults_make(house));
    for (int i = 0; i < N_PLACES; i++) {
        TRY(await_answer(house, (enum part)i, "/identity/v3", 200));
        TRY(login(house, (enum part)i));
    }
    TRY(subscriber_subscribe(house));
    TRY(site_add(house, ROLE_EAST));
    return site_add(house, ROLE_WEST);
}

void
house_end(struct house *house)
{
    for (int i = 0; i < N_ROLES; i++) {
        house_kill(house, (enum part)i);
    }
    subscriber_free(house->subscriber);
    err_ignore(dir_remove(house->dir), "below the temporary folder");
    mem_free(house->case_mem);
    mem_free(house->mem);
}
