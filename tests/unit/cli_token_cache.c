/* The token that commands keep for each other: who may read it, when it is not used,
 * and what happens where the server does not take it any more. */
#include "cli/session.h"
#include "cli/token_cache.h"

#include "base/time.h"
#include "http/server.h"
#include "sys/file.h"
#include "test.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a server that counts ------------------------------------------------------------------ */

struct world {
    struct http_server *server;
    char base[64];
    _Atomic int n_logins, n_calls, n_revoked;
    _Atomic int refuse; /* status for a token of a generation before the newest; 0 = it is fine */
};

static enum http_body_mode
head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
token_give(struct http_exchange *x, struct world *w)
{
    const char *token = mem_printf(http_mem(x), "X-Subject-Token: token-%d", ++w->n_logins);
    const char *headers[] = {token, "Content-Type: application/json", NULL};
    char expires[TIME_TEXT_SIZE];
    const char *body = mem_printf(
        http_mem(x),
        "{\"token\": {\"expires_at\": \"%s\", \"project\": {\"id\": \"p\"}, \"catalog\": [{\"type\":"
        " \"nfv-orchestration\", \"endpoints\": [{\"interface\": \"public\", \"url\": \"%s\"}]}]}}",
        time_text(expires, time_now_us() + 3600000000LL, TIME_Z_US), w->base);

    http_answer(x, 201, headers, body, strlen(body));
}

/* Three pages of a list, whose links name the server as others know it, or only the path; more that go on for ever. */
static void
page_give(struct http_exchange *x)
{
    const char *query = http_query(x);
    int n = str_starts(query, "page=") ? query[5] - '0' : 1;
    const char *base = n == 2 ? "" : "https://nfv.example";
    const char *link = mem_printf(http_mem(x), "Link: <%s/pages?page=1>; rel=\"first\", <%s/pages?page=%d>; rel=\"next\"", base,
                                  base, n < 3 ? n + 1 : n == 5 ? 6 : n == 6 ? 5 : n);
    const char *headers[] = {"Content-Type: application/json", n != 3 ? link : NULL, NULL};
    const char *body = mem_printf(http_mem(x), "[%d, %d]", 2 * n - 1, 2 * n);

    http_answer(x, 200, headers, body, strlen(body));
}

static void
request(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct world *w = arg;
    const char *newest = mem_printf(http_mem(x), "token-%d", w->n_logins);

    if (str_eq(http_method(x), "POST") && str_eq(http_path(x), "/v3/auth/tokens")) {
        token_give(x, w);
    } else if (str_eq(http_method(x), "DELETE")) {
        w->n_revoked += str_eq(http_header(x, "X-Subject-Token"), newest);
        http_answer(x, 204, NULL, NULL, 0);
    } else if (w->refuse && !str_eq(http_header(x, "X-Auth-Token"), newest)) {
        http_answer(x, w->refuse, headers, "{}", 2);
    } else if (str_eq(http_path(x), "/pages")) {
        page_give(x);
    } else {
        w->n_calls++;
        http_answer(x, 200, headers, "[]", 2);
    }
}

/* What a command finds around it. */
static void
world_set(const char *url)
{
    REQUIRE(chmod(test_dir(), 0700) == 0);
    REQUIRE(setenv("XDG_RUNTIME_DIR", test_dir(), 1) == 0);
    REQUIRE(unsetenv("OS_CLOUD") == 0 && unsetenv("CARRICK_NO_TOKEN_CACHE") == 0);
    REQUIRE(setenv("OS_AUTH_URL", url, 1) == 0);
    REQUIRE(setenv("OS_USERNAME", "u", 1) == 0 && setenv("OS_PASSWORD", "first", 1) == 0);
    REQUIRE(setenv("OS_PROJECT_NAME", "p", 1) == 0);
}

static void
world_start(struct world *w)
{
    static const struct http_handler handler = {.head = head, .request = request};
    struct http_server_config config = {.address = "127.0.0.1", .handler = &handler, .arg = w};

    *w = (struct world){0};
    REQUIRE_OK(http_server_new(&config, &w->server));
    snprintf(w->base, sizeof w->base, "http://127.0.0.1:%u", (unsigned)http_server_port(w->server));
    world_set(w->base);
}

/* One command: a session and a call. */
static struct err *
command(bool use_cache)
{
    AUTO(mem) mem = mem_new("test");
    struct session session;
    const struct json *json;

    TRY(session_open(mem, use_cache, &session));
    return session_get(&session, "/things", &json);
}

static const char *
kept_path(void)
{
    static struct mem *mem;
    struct credentials credentials;

    mem_free(mem);
    mem = mem_new("test");
    REQUIRE_OK(credentials_read(mem, &credentials));
    return token_cache_path(mem, &credentials);
}

static mode_t
mode_of(const char *path)
{
    struct stat st;

    REQUIRE(lstat(path, &st) == 0);
    return st.st_mode & 07777;
}

/* ---- use -------------------------------------------------------------------------------------- */

TEST(token_cache_serves_the_next_command)
{
    struct world w;

    world_start(&w);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(command(true));
    }
    CHECK_INT(w.n_logins, 1);
    CHECK_INT(w.n_calls, 3);
    CHECK_INT(mode_of(kept_path()), 0600);
    CHECK_OK(command(false));
    CHECK_INT(w.n_logins, 2);
    CHECK_OK(command(true));
    CHECK_INT(w.n_logins, 2);
    REQUIRE(setenv("CARRICK_NO_TOKEN_CACHE", "1", 1) == 0);
    CHECK_OK(command(true));
    CHECK_INT(w.n_logins, 3);
    http_server_free(w.server, 100);
}

TEST(session_follows_the_pages_of_a_list)
{
    AUTO(mem) mem = mem_new("test");
    struct session session;
    const struct json *list;
    struct world w;

    world_start(&w);
    REQUIRE_OK(session_open(mem, false, &session));
    REQUIRE_OK(session_get(&session, "/pages", &list));
    REQUIRE(json_is(list, JSON_T_ARRAY) && list->n == 6);
    for (size_t i = 0; i < list->n; i++) {
        CHECK_INT(json_int(list->items[i], 0), (int)i + 1);
    }
    CHECK_ERR(session_get(&session, "/pages?page=4", &list), E_REMOTE);
    CHECK_ERR_MSG(session_get(&session, "/pages?page=5", &list), E_REMOTE, "after 4 pages");
    http_server_free(w.server, 100);
}

TEST(token_cache_is_of_one_user_project_and_password)
{
    static const char *const others[][2] = {{"OS_USERNAME", "v"},
                                            {"OS_PROJECT_NAME", "q"},
                                            {"OS_USER_DOMAIN_NAME", "d"},
                                            {"OS_PROJECT_DOMAIN_NAME", "e"},
                                            {"OS_PASSWORD", "second"}};
    struct world w;

    world_start(&w);
    CHECK_OK(command(true));
    for (int i = 0; i < 5; i++) {
        REQUIRE(setenv(others[i][0], others[i][1], 1) == 0);
        CHECK_OK(command(true));
        CHECK_INT(w.n_logins, i + 2);
        CHECK_OK(command(true));
        CHECK_INT(w.n_logins, i + 2);
    }
    http_server_free(w.server, 100);
}

TEST(token_cache_refused_token_leads_to_one_login)
{
    struct world w;

    world_start(&w);
    for (int status = 401; status <= 403; status += 2) {
        CHECK_OK(command(true));
        w.refuse = status;
        CHECK_OK(command(false)); /* Somebody else's login: the kept token is old now. */
        w.n_calls = 0;
        int logins = w.n_logins;
        CHECK_OK(command(true));
        CHECK_INT(w.n_logins, logins + 1);
        CHECK_INT(w.n_calls, 1);
        w.refuse = 0;
    }
    http_server_free(w.server, 100);
}

TEST(token_cache_logout_revokes_and_forgets)
{
    AUTO(mem) mem = mem_new("test");
    struct world w;
    bool ended;

    world_start(&w);
    CHECK_OK(command(true));
    CHECK_OK(session_end(mem, &ended));
    CHECK(ended);
    CHECK_INT(w.n_revoked, 1);
    CHECK(!file_exists(kept_path()));
    CHECK_OK(session_end(mem, &ended));
    CHECK(!ended);
    CHECK_OK(command(true));
    CHECK_INT(w.n_logins, 2);
    /* Also where the server is gone. */
    http_server_free(w.server, 100);
    CHECK_ERR_MSG(session_end(mem, &ended), E_UNAVAILABLE, "not revoked");
    CHECK(ended);
    CHECK(!file_exists(kept_path()));
}

/* ---- who else can read it ------------------------------------------------------------------------- */

static void
session_make(struct mem *mem, struct session *session, int64_t seconds)
{
    char expires[TIME_TEXT_SIZE];

    *session = (struct session){.mem = mem, .token = "t", .root = "http://r", .project_id = "p"};
    REQUIRE_OK(credentials_read(mem, &session->credentials));
    session->expires_at =
        mem_str(mem, time_text(expires, time_now_us() + seconds * 1000000, TIME_Z_US));
}

TEST(token_cache_is_the_users_alone_or_not_used)
{
    AUTO(mem) mem = mem_new("test");
    struct session session, found = {.mem = mem};
    const char *path;
    struct world w;

    world_start(&w);
    session_make(mem, &session, 3600);
    found.credentials = session.credentials;
    path = kept_path();
    token_cache_store(&session, path);
    CHECK(token_cache_load(&found, path, false));
    CHECK_STR(found.token, "t");
    REQUIRE(chmod(path, 0640) == 0);
    CHECK(!token_cache_load(&found, path, true));
    REQUIRE(chmod(path, 0600) == 0);
    CHECK(token_cache_load(&found, path, false));
    if (geteuid() == 0) {
        REQUIRE(chown(path, 1, 1) == 0);
        CHECK(!token_cache_load(&found, path, true));
        REQUIRE(chown(path, 0, 0) == 0);
    }
    const char *other = mem_printf(mem, "%s/other", test_dir());
    REQUIRE(rename(path, other) == 0 && symlink(other, path) == 0);
    CHECK(!token_cache_load(&found, path, true));
    REQUIRE(chmod(mem_printf(mem, "%s/carrick", test_dir()), 0750) == 0);
    REQUIRE(unsetenv("HOME") == 0 && unsetenv("XDG_CACHE_HOME") == 0);
    CHECK(token_cache_path(mem, &session.credentials) == NULL);
    http_server_free(w.server, 100);
}

TEST(token_cache_leaves_other_users_folders_alone)
{
    AUTO(mem) mem = mem_new("test");
    struct session session;
    struct world w;

    if (geteuid() != 0) {
        test_skip("needs root to give a folder away");
    }
    world_start(&w);
    session_make(mem, &session, 3600);
    REQUIRE(unsetenv("XDG_RUNTIME_DIR") == 0 && unsetenv("XDG_CACHE_HOME") == 0);
    REQUIRE(setenv("HOME", test_dir(), 1) == 0 && chown(test_dir(), 1, 1) == 0);
    CHECK(token_cache_path(mem, &session.credentials) == NULL);
    CHECK(!file_exists(mem_printf(mem, "%s/.cache", test_dir())));
    REQUIRE(chown(test_dir(), 0, 0) == 0);
    CHECK(token_cache_path(mem, &session.credentials) != NULL);
    CHECK_INT(mode_of(mem_printf(mem, "%s/.cache/carrick", test_dir())), 0700);
    http_server_free(w.server, 100);
}

TEST(token_cache_of_a_token_near_its_end_or_cut_short_is_not_used)
{
    AUTO(mem) mem = mem_new("test");
    struct session session, found = {.mem = mem};
    const char *path;
    struct world w;
    char *text;
    size_t n;

    world_start(&w);
    path = kept_path();
    session_make(mem, &session, 30);
    found.credentials = session.credentials;
    token_cache_store(&session, path);
    CHECK(!token_cache_load(&found, path, false));
    CHECK(token_cache_load(&found, path, true));
    session_make(mem, &session, 90);
    token_cache_store(&session, path);
    CHECK(token_cache_load(&found, path, false));
    REQUIRE_OK(file_read(mem, path, 65536, &text, &n));
    CHECK(!strstr(text, "first"));
    for (size_t i = 0; i < n; i += 9) {
        REQUIRE(truncate(path, (off_t)i) == 0);
        CHECK(!token_cache_load(&found, path, true));
        REQUIRE_OK(file_write(path, text, n, 0600));
    }
    http_server_free(w.server, 100);
}

/* ---- at the same time --------------------------------------------------------------------------------- */

static void
store_and_load(int who)
{
    AUTO(mem) mem = mem_new("test");
    struct session session, found = {.mem = mem};
    const char *path = kept_path();

    session_make(mem, &session, 3600);
    session.token = mem_printf(mem, "token-%0*d", 100 + 10 * who, who);
    found.credentials = session.credentials;
    for (int i = 0; i < 50; i++) {
        token_cache_store(&session, path);
        if (!token_cache_load(&found, path, false) || !str_starts(found.token, "token-0")) {
            _exit(1);
        }
    }
    _exit(0);
}

TEST(token_cache_is_whole_whoever_writes_it)
{
    int status, n_files = 0;

    world_set("http://127.0.0.1:1"); /* Nobody is asked, and a process that forks has no threads. */
    for (int i = 1; i <= 8; i++) {
        if (fork() == 0) {
            store_and_load(i);
        }
    }
    for (int i = 1; i <= 8; i++) {
        REQUIRE(wait(&status) > 0);
        CHECK_INT(status, 0);
    }
    AUTO(mem) mem = mem_new("test");
    DIR *dir = opendir(mem_printf(mem, "%s/carrick", test_dir()));
    REQUIRE(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir));) {
        n_files += entry->d_name[0] != '.';
    }
    closedir(dir);
    CHECK_INT(n_files, 1);
}
