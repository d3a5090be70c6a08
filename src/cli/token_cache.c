/* A token is as good as a password for as long as it lives, so the file that keeps
 * one is believed only where nobody else can have read or written it.  Of the password
 * itself the file holds sixteen bits of a keyed digest: enough to notice that it was
 * changed, too little to guess it from. */
#include "cli/token_cache.h"

#include "base/time.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536
#define MARGIN_US 60000000LL /* left of a token's life, or it is not used */
#define SALT_SIZE 16
#define DIGEST_SIZE 2

/* ---- the folder --------------------------------------------------------------------------- */

/* Is it a thing of that type, the caller's, and nobody else's? */
static bool
is_own(const struct stat *st, mode_t type)
{
    return (st->st_mode & S_IFMT) == type && st->st_uid == geteuid() && !(st->st_mode & 077);
}

static void
refuse(const char *path)
{
    fprintf(stderr, "carrick: %s is not its user's alone: no token is kept there\n", path);
}

/* BASE/carrick where BASE is the caller's; null else: of another user's folders (sudo keeps
 * HOME) none is touched. */
static const char *
folder_below(struct mem *mem, const char *base)
{
    const char *path = mem_printf(mem, "%s/carrick", str_or(base, ""));
    struct stat st;

    if (!base || *base != '/' || stat(base, &st) || st.st_uid != geteuid()) {
        return NULL;
    }
    if (mkdir(path, 0700) && errno != EEXIST) {
        return NULL;
    }
    if (lstat(path, &st) || !is_own(&st, S_IFDIR)) {
        refuse(path);
        return NULL;
    }
    return path;
}

static const char *
folder(struct mem *mem)
{
    const char *home = getenv("HOME"), *cache = getenv("XDG_CACHE_HOME");
    const char *found = folder_below(mem, getenv("XDG_RUNTIME_DIR"));
    struct stat st;

    if (!found && str_empty(cache) && home && *home == '/') {
        cache = mem_printf(mem, "%s/.cache", home);
        if (!stat(home, &st) && st.st_uid == geteuid()) {
            (void)mkdir(cache, 0700);
        }
    }
    return found ? found : folder_below(mem, cache);
}

/* ---- its name and what it says of the password ----------------------------------------------- */

const char *
token_cache_path(struct mem *mem, const struct credentials *credentials)
{
    const struct credentials *c = credentials;
    const char *const parts[] = {c->auth_url,       c->username, c->user_domain, c->project,
                                 c->project_domain, c->region,   c->ca_file};
    unsigned char hash[EVP_MAX_MD_SIZE];
    char hex[33];
    AUTO_BUF text = BUF_INIT;
    const char *dir = str_empty(getenv("CARRICK_NO_TOKEN_CACHE")) ? folder(mem) : NULL;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        buf_str(&text, parts[i]);
        buf_char(&text, '\0');
    }
    buf_str(&text, str_or(c->service, ""));
    if (!dir || !EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL)) {
        return NULL;
    }
    hex_from(hex, hash, 16);
    return mem_printf(mem, "%s/token-%s", dir, hex);
}

/* Digest of the password under the file's own key, in hex. */
static const char *
digest(struct mem *mem, const char *salt, const char *password)
{
    unsigned char hash[EVP_MAX_MD_SIZE] = {0};
    char hex[2 * DIGEST_SIZE + 1];

    if (!HMAC(EVP_sha256(), salt, (int)strlen(salt), (const unsigned char *)password,
              strlen(password), hash, NULL)) {
        return NULL;
    }
    hex_from(hex, hash, DIGEST_SIZE);
    return mem_str(mem, hex);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static const struct json *
read_own(struct mem *mem, const char *path)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char *text = mem_alloc(mem, FILE_MAX);
    const struct json *json = NULL;
    struct stat st;
    ssize_t n;

    if (fd < 0) {
        if (errno == ELOOP) {
            refuse(path);
        }
        return NULL;
    }
    if (fstat(fd, &st) || !is_own(&st, S_IFREG)) {
        refuse(path);
        return NULL;
    }
    n = read(fd, text, FILE_MAX);
    if (n > 0 && n < FILE_MAX) {
        err_ignore(json_parse(mem, text, (size_t)n, &json), "then there is a login");
    }
    return json;
}

static bool
is_password(struct mem *mem, const struct json *json, const char *password)
{
    const char *salt = json_get_str(json, "salt");

    return salt && str_eq(digest(mem, salt, password), json_get_str(json, "password"));
}

bool
token_cache_load(struct session *session, const char *path, bool any_password)
{
    const struct json *json = read_own(session->mem, path);
    const char *token = json_get_str(json, "token"), *root = json_get_str(json, "url");
    const char *expires_at = json_get_str(json, "expires_at");
    int64_t expires;

    if (str_empty(token) || str_empty(root) || !expires_at || !time_parse(expires_at, &expires)) {
        return false;
    }
    if (!any_password &&
        (expires < time_now_us() + MARGIN_US ||
         !is_password(session->mem, json, session->credentials.password))) {
        return false;
    }
    session->token = token;
    session->root = root;
    session->expires_at = expires_at;
    session->project_id = json_get_str(json, "project_id");
    return true;
}

/* ---- writing -------------------------------------------------------------------------------------- */

static void
content(const struct session *session, struct buf *out)
{
    unsigned char bytes[SALT_SIZE];
    char salt[2 * SALT_SIZE + 1];
    struct jw w = jw_to(out);

    random_bytes(bytes, sizeof bytes);
    hex_from(salt, bytes, sizeof bytes);
    jw_object(&w, NULL);
    jw_str(&w, "salt", salt);
    jw_str(&w, "password", digest(session->mem, salt, session->credentials.password));
    jw_str(&w, "token", session->token);
    jw_str(&w, "expires_at", session->expires_at);
    jw_str(&w, "project_id", session->project_id);
    jw_str(&w, "url", session->root);
    jw_end(&w);
}

void
token_cache_store(const struct session *session, const char *path)
{
    const char *beside = mem_printf(session->mem, "%s.%d", path, (int)getpid());
    AUTO_BUF text = BUF_INIT;
    AUTO_FD fd = -1;
    struct err *e;

    content(session, &text);
    (void)unlink(beside); /* Of a process of that number that was killed. */
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return;
    }
    /* Not synced: after a power cut the next command logs in. */
    e = fd_write_all(fd, text.data, text.len);
    if (e || rename(beside, path)) {
        (void)unlink(beside);
    }
    err_ignore(e, "the next command logs in");
}
