/* tests/api/run: plays every story against servers in this process.  One story,
 * one process, one fresh world. */
#include "story.h"
#include "world.h"

#include "base/log.h"
#include "base/uuid.h"
#include "http/client.h"
#include "image/image.h"
#include "sys/file.h"
#include "script/script.h"
#include "tosca/examination.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_SKIPPED 77
#define CALL_MS 30000 /* this and the next: times $CARRICK_PATIENCE */
#define AWAIT_NS INT64_C(20000000000)
#define AWAIT_STEP_MS 20

/* Folder of stories -> world and service. */
static const struct {
    const char *folder, *service;
    const struct world_kind *kind;
} folders[] = {
    {"identity", "identity", &world_site},
    {"image", "image", &world_site},
#ifdef HAVE_NEUTRON_FACE
    {"network", "network", &world_site},
#endif
#ifdef HAVE_NOVA_FACE
    {"compute", "compute", &world_site},
#endif
#ifdef HAVE_ORCHESTRATOR_WORLD
    {"orchestrator", "", &world_orchestrator},
#endif
};

/* The world that the story names, or that of its folder; null: there is none of that name. */
static const struct world_kind *
story_kind(const struct story *story, const struct world_kind *of_folder)
{
    const struct world_kind *kinds[] = {
        of_folder,
#ifdef HAVE_ORCHESTRATOR_WORLD
        &world_vnfm,
#endif
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (!story->world || str_eq(story->world, kinds[i]->name)) {
            return kinds[i];
        }
    }
    return NULL;
}

struct play {
    struct world *world;
    struct captures captures;
    const struct story *story;
    int64_t clock_us;
};

/* ---- one step ------------------------------------------------------------------ */

static int
complain(const struct play *play, const struct story_step *step, const char *what,
         const struct http_answer *answer)
{
    (void)printf("FAIL %s:%d: %s %s as %s: %s\n", play->story->file, step->line, step->method,
                 step->path, step->as, what);
    if (answer) {
        (void)printf("     answer %d: %.2000s\n", answer->status, str_or(answer->body, ""));
    }
    return 1;
}

static const char *
url_of(struct play *play, const struct story_step *step)
{
    const char *slash = step->service[0] ? "/" : "";

    if (str_eq(step->service, "site")) {
        return mem_printf(play->captures.mem, "http://127.0.0.1:%d%s", play->world->site_port,
                          captures_fill(&play->captures, step->path));
    }
    if (str_eq(step->service, "receiver")) {
        return mem_printf(play->captures.mem, "http://127.0.0.1:%d%s", play->world->receiver_port,
                          captures_fill(&play->captures, step->path));
    }
    return mem_printf(play->captures.mem, "http://127.0.0.1:%u%s%s%s", rest_port(play->world->rest),
                      slash, step->service, captures_fill(&play->captures, step->path));
}

static bool
names(const char *header, const char *name)
{
    size_t n = strlen(name);

    return strncasecmp(header, name, n) == 0 && header[n] == ':';
}

static struct err *
headers_of(struct play *play, const struct story_step *step, const char *const **headers)
{
    struct mem *mem = play->captures.mem;
    VEC(const char *) list = {0};
    bool typed = false;
    const char *token;

    for (size_t i = 0; i < step->headers.n; i++) {
        const char *header = captures_fill(&play->captures, step->headers.items[i]);

        typed |= names(header, "Content-Type");
        vec_add(mem, &list, header);
    }
    if (!typed) {
        vec_add(mem, &list, "Content-Type: application/json");
    }
    token = map_get(&play->captures.values, mem_printf(mem, "token_%s", step->as));
    if (!token) {
        TRY(world_token(play->world, step->as, &token));
    }
    if (token) {
        vec_add(mem, &list, mem_printf(mem, "X-Auth-Token: %s", token));
        map_set(&play->captures.values, mem_printf(mem, "token_%s", step->as),
                mem_str(mem, token));
    }
    vec_add(mem, &list, NULL);
    *headers = list.items;
    return NULL;
}

/* With CARRICK_EXCHANGES=FILE: a line of JSON for each answer of the service itself, for
 * tests/conformance/etsi_answers.py. */
static struct err *
exchange_keep(struct play *play, const struct story_step *step, const struct http_answer *answer)
{
    const char *file = getenv("CARRICK_EXCHANGES");
    AUTO_BUF line = BUF_INIT;
    struct jw w = jw_to(&line);
    struct err *e = NULL;
    FILE *out;

    if (!file || str_eq(step->service, "site")) {
        return NULL;
    }
    jw_object(&w, NULL);
    jw_str(&w, "story", play->story->file);
    jw_int(&w, "line", step->line);
    jw_str(&w, "method", step->method);
    jw_str(&w, "path", captures_fill(&play->captures, step->path));
    jw_str(&w, "service", step->service);
    jw_int(&w, "status", answer->status);
    jw_array(&w, "headers");
    for (size_t i = 0; answer->headers[i]; i++) {
        jw_str(&w, NULL, answer->headers[i]);
    }
    jw_end(&w);
    if (str_utf8(str_or(answer->body, ""), answer->body_len)) {
        jw_str(&w, "body", str_or(answer->body, ""));
    }
    jw_end(&w);
    out = fopen(file, "a");
    if (!out || fprintf(out, "%s\n", line.data) < 0) {
        e = err_new(E_INTERNAL, NULL, "%s cannot be written", file);
    }
    if (out && fclose(out)) {
        e = e ? e : err_new(E_INTERNAL, NULL, "%s cannot be written", file);
    }
    return e;
}

static int
patience(void)
{
    const char *text = getenv("CARRICK_PATIENCE");

    return text && atoi(text) > 1 ? atoi(text) : 1;
}

static struct err *
send_step(struct play *play, const struct story_step *step, struct http_answer *answer)
{
    const char *body = step->body.data;
    struct http_request request = {
        .method = step->method, .url = url_of(play, step), .body_fd = -1, .timeout_ms = CALL_MS * patience()};
    struct http_client_config config = {.user_agent = "story"};

    TRY(headers_of(play, step, &request.headers));
    if (step->has_body) {
        bool text = strlen(body) == step->body.len && step->body.len < 65536;

        request.body = text ? captures_fill(&play->captures, body) : body;
        request.body_len = text ? strlen(request.body) : step->body.len;
    }
    TRY(http_fetch(play->captures.mem, &config, &request, answer));
    return exchange_keep(play, step, answer);
}

static int
check_headers(struct play *play, const struct story_step *step, const struct http_answer *answer)
{
    for (size_t i = 0; i < step->want_headers.n; i++) {
        const char *want = step->want_headers.items[i];
        size_t n = strcspn(want, ":");
        const char *name = mem_strn(play->captures.mem, want, n);
        const char *have = http_answer_header(answer, name);
        const char *fault;

        want += n + (want[n] == ':');
        want += strspn(want, " ");
        fault = have ? match_text(&play->captures, want, have) : "is missing";
        if (fault) {
            return complain(play, step,
                            mem_printf(play->captures.mem, "header %s: %s", name, fault), answer);
        }
    }
    return 0;
}

static int
check_body(struct play *play, const struct story_step *step, const struct http_answer *answer)
{
    const struct json *json;
    const char *fault;
    struct err *e;

    if (!step->want) {
        return 0;
    }
    e = json_parse(play->captures.mem, str_or(answer->body, ""), answer->body_len, &json);
    if (e) {
        err_free(e);
        fault = match_text(&play->captures, step->want + strspn(step->want, "\n"),
                           str_or(answer->body, ""));
    } else {
        fault = match_json(&play->captures, step->want, json);
    }
    return fault ? complain(play, step, fault, answer) : 0;
}

/* Asks again until status and body are as expected; then they are judged as ever. */
static struct err *
await_step(struct play *play, const struct story_step *step, struct http_answer *answer)
{
    int64_t end_ns = time_mono_ns() + AWAIT_NS * patience();
    const struct json *json;

    for (;;) {
        TRY(send_step(play, step, answer));
        AUTO(err) e = json_parse(play->captures.mem, str_or(answer->body, ""), answer->body_len,
                                 &json);

        if (time_mono_ns() > end_ns || answer->status > 499 ||
            (!e && answer->status == step->status &&
             !(step->want && match_json(&play->captures, step->want, json)))) {
            return NULL;
        }
        (void)poll(NULL, 0, AWAIT_STEP_MS);
    }
}

/* What an operation that did not come to an end waits for. */
static void
tell_steps(struct play *play, const struct story_step *step)
{
    const char *at = strstr(step->path, "_lcm_op_occs/");
    struct story_step ask = *step;
    struct http_answer answer;
    struct err *e;

    if (!at) {
        return;
    }
    ask.path = mem_printf(play->captures.mem, "/carrick/v1/operations/%s", strchr(at, '/') + 1);
    e = send_step(play, &ask, &answer);
    (void)printf("     its steps: %s\n", e ? e->message : str_or(answer.body, ""));
    err_ignore(e, "told");
}

static int
play_step(struct play *play, const struct story_step *step)
{
    struct http_answer answer;
    struct err *e;

    if (step->clock_s) {
        play->clock_us += step->clock_s * 1000000;
        time_freeze(play->clock_us);
        return 0;
    }
    e = step->eventually ? await_step(play, step, &answer) : send_step(play, step, &answer);
    if (e) {
        return complain(play, step, e->message, NULL);
    }
    if (answer.status != step->status) {
        return complain(play, step,
                        mem_printf(play->captures.mem, "expected status %d", step->status),
                        &answer);
    }
    if (check_body(play, step, &answer) || check_headers(play, step, &answer)) {
        if (step->eventually) {
            tell_steps(play, step);
        }
        return 1;
    }
    return 0;
}

/* ---- one story ------------------------------------------------------------------- */

static int
play_steps(struct play *play)
{
    for (size_t i = 0; i < play->story->steps.n; i++) {
        const struct story_step *step = &play->story->steps.items[i];

        if (step->skip) {
            (void)printf("skip %s: %s\n", play->story->file, step->skip);
            return EXIT_SKIPPED;
        }
        if (play_step(play, step)) {
            return 1;
        }
    }
    return 0;
}

static int
play_story(const struct world_kind *kind, const struct story *story, const char *dir)
{
    struct mem *mem = mem_new("play");
    struct world world;
    struct play play = {.world = &world, .story = story, .clock_us = WORLD_NOW};
    struct err *e = world_start(kind, dir, &world);
    int status;

    if (e) {
        (void)printf("FAIL %s: the world does not start: %s\n", story->file, e->message);
        return 1;
    }
    play.captures.mem = mem;
    map_init(&play.captures.values, mem);
    map_set(&play.captures.values, "host",
            mem_printf(mem, "127.0.0.1:%u", rest_port(world.rest)));
    map_set(&play.captures.values, "receiver",
            mem_printf(mem, "127.0.0.1:%d", world.receiver_port));
    map_set(&play.captures.values, "site", mem_printf(mem, "127.0.0.1:%d", world.site_port));
    status = play_steps(&play);
    world_stop(kind, &world);
    mem_free(mem);
    return status;
}

static int
run_story(const struct world_kind *kind, const char *service, const char *file)
{
    struct mem *mem = mem_new("story");
    char dir[] = "/tmp/carrick-api-XXXXXX";
    struct story story;
    struct err *e = story_read(mem, file, service, &story);
    int status = 1;

    if (e) {
        (void)printf("FAIL %s\n", e->message);
    } else if (!mkdtemp(dir)) {
        (void)printf("FAIL %s: no folder in /tmp\n", file);
    } else if (!story_kind(&story, kind)) {
        (void)printf("FAIL %s: no world is called %s\n", file, story.world);
        e = dir_remove(dir);
    } else {
        status = play_story(story_kind(&story, kind), &story, dir);
        e = dir_remove(dir);
    }
    err_ignore(e, "told above, or a folder left behind");
    story_done(&story);
    mem_free(mem);
    (void)fflush(stdout);
    return status;
}

/* ---- all stories ------------------------------------------------------------------- */

struct tally {
    int passed, failed, skipped;
};

static void
count(struct tally *tally, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    if (code < 0) {
        (void)printf("FAIL: the story's process died of signal %d\n", WTERMSIG(status));
    }
    *(code == 0 ? &tally->passed : code == EXIT_SKIPPED ? &tally->skipped : &tally->failed) += 1;
}

static void
fork_story(struct mem *mem, size_t folder, const char *file, struct tally *tally)
{
    int status = 0;
    pid_t pid;

    (void)fflush(stdout);
    pid = fork();
    if (pid == 0) {
        status = run_story(folders[folder].kind, folders[folder].service, file);
        mem_free(mem);
        exit(status);
    }
    (void)waitpid(pid, &status, 0);
    count(tally, status);
}

static int
is_story(const struct dirent *entry)
{
    return str_ends(entry->d_name, ".t");
}

static void
run_folder(struct mem *mem, const char *root, size_t folder, const char *only, struct tally *tally)
{
    const char *dir = mem_printf(mem, "%s/%s", root, folders[folder].folder);
    VEC(const char *) files = {0};
    struct dirent **list;
    int n = scandir(dir, &list, is_story, alphasort);

    for (int i = 0; i < n; i++) {
        vec_add(mem, &files, mem_printf(mem, "%s/%s", dir, list[i]->d_name));
        free(list[i]);
    }
    if (n >= 0) {
        free(list);
    }
    vec_each (&files, file) {
        if (!only || strstr(*file, only)) {
            fork_story(mem, folder, *file, tally);
        }
    }
}

/* ---- a world to look at ------------------------------------------------------------- */

/* "api serve DIR [FOLDER]": the world of a folder of stories (a site's) with its persons, real
 * time, until standard input ends; prints its address and that of the site in memory beside it. */
static int
serve(const char *dir, const struct world_kind *kind)
{
    struct world world;
    struct err *e = world_start(kind, dir, &world);
    char line[64];

    if (e) {
        (void)fprintf(stderr, "%s\n", e->message);
        return 1;
    }
    time_freeze(TIME_NULL);
    uuid_seed(0);
    (void)printf("http://127.0.0.1:%u/identity/v3 http://127.0.0.1:%d/v3\n", rest_port(world.rest),
                 world.site_port);
    (void)fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
    }
    world_stop(kind, &world);
    return 0;
}

static const struct world_kind *
kind_of(const char *folder)
{
    for (size_t i = 0; folder && i < ARRAY_SIZE(folders); i++) {
        if (str_eq(folders[i].folder, folder)) {
            return folders[i].kind;
        }
    }
    return &world_site;
}

/* api [-v] [TEXT]: stories whose path contains TEXT.  "api unpack ..." and "api examine ..." are what
 * the services start as children. */
int
main(int argc, char **argv)
{
    bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    const char *only = NULL;
    struct mem *mem = mem_new("api");
    struct tally tally = {0};

    if (argc > 1 && strcmp(argv[1], "unpack") == 0) {
        return unpack_main(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "examine") == 0) {
        return examine_main(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "instruct") == 0) {
        return instruct_main(argc - 1, argv + 1);
    }
    if (argc >= 3 && strcmp(argv[1], "serve") == 0) {
        log_init("api", LOG_LV_INFO);
        return serve(argv[2], kind_of(argv[3]));
    }
    for (int i = 1; i < argc; i++) {
        only = argv[i][0] == '-' ? only : argv[i];
    }
    log_init("api", verbose ? LOG_LV_INFO : LOG_LV_ERROR);
    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        run_folder(mem, STORIES_DIR, i, only, &tally);
    }
    (void)printf("api: %d passed, %d failed, %d skipped\n", tally.passed, tally.failed,
                 tally.skipped);
    mem_free(mem);
    return tally.failed || tally.passed == 0;
}
