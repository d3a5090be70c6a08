/* `carrick backup FILE`: everything of a role of this box that cannot be made again, while it runs.
 * The folder is the role's user's, so it is read as that user; the archive is whoever's who asks. */
#include "cli/backup.h"

#include "base/time.h"
#include "base/uuid.h"
#include "base/version.h"
#include "faces/role.h"
#include "store/store.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX ((size_t)1 << 20)
#define DEPTH_MAX 8
#define PASSPHRASE_MIN 12
#define COPY "backup.tmp"
#define CHECK_TEXT "carrick"

const struct cli_option backup_options[] = {
    {"passphrase-file", "FILE", "file whose first line seals keys and passwords; else it is asked for"},
    {"images", NULL, "contents of packages and images too, not only their sizes and digests"},
    {"role", "ROLE", "site or orchestrator, where this box is both"},
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {0},
};

/* ---- the manifest ------------------------------------------------------------------------------ */

const char *const backup_kinds[] = {
#define X(name, member) #name,
    BACKUP_KINDS(X)
#undef X
        NULL};
const char *const backup_members[] = {
#define X(name, member) member,
    BACKUP_KINDS(X)
#undef X
};

const char *
backup_member(struct mem *mem, const struct backup_file *file)
{
    const char *member = backup_members[file->kind];

    return member && *file->path ? mem_printf(mem, "%s/%s", member, file->path) : member;
}

const char *
backup_manifest(struct mem *mem, const struct backup_about *about)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    jw_int(&w, "format", BACKUP_FORMAT);
    jw_str(&w, "role", about->role);
    jw_str(&w, "host", about->host);
    jw_str(&w, "version", about->version);
    jw_str(&w, "made_at", about->made_at);
    jw_str(&w, "state", about->state);
    jw_object(&w, "scrypt");
    jw_int(&w, "n", about->cost.n);
    jw_int(&w, "r", about->cost.r);
    jw_int(&w, "p", about->cost.p);
    jw_str(&w, "salt", base64_from(mem, about->salt, sizeof about->salt, false));
    jw_str(&w, "check", about->check);
    jw_end(&w);
    jw_array(&w, "files");
    vec_each (&about->files, file) {
        jw_object(&w, NULL);
        jw_str(&w, "path", file->path);
        jw_str(&w, "kind", backup_kinds[file->kind]);
        jw_int(&w, "size", file->size);
        jw_str(&w, "sha256", file->digest);
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    return buf_copy(mem, &out);
}

static bool
file_read_json(const struct json *json, struct backup_file *file)
{
    const char *kind = json_get_str(json, "kind");
    uint8_t raw[32];

    *file = (struct backup_file){.path = json_get_str(json, "path"),
                                 .size = json_int(json_get(json, "size"), -1),
                                 .digest = json_get_str(json, "sha256")};
    while (file->kind < BACKUP_N_KINDS && !str_eq(backup_kinds[file->kind], kind)) {
        file->kind++;
    }
    /* The names of what is in the bundle were looked at; these are of what is not, too. */
    return file->path && file->kind < BACKUP_N_KINDS && file->size >= 0 && file->digest &&
           strlen(file->digest) == 2 * sizeof raw && hex_to(raw, file->digest, sizeof raw) &&
           !*file->path == (file->kind == BACKUP_config) && bundle_name_ok(*file->path ? file->path : "-");
}

/* A parser makes many times of a text what it is: each file has four commas. */
static bool
manifest_fits(const char *text, size_t n)
{
    size_t n_commas = 0;

    for (const char *at = text; (at = memchr(at, ',', n - (size_t)(at - text))) != NULL; at++) {
        n_commas++;
    }
    return n_commas <= (size_t)8 * BACKUP_MEMBERS_MAX;
}

struct err *
backup_manifest_read(struct mem *mem, const char *text, size_t n, struct backup_about *about)
{
    const struct json *json, *kdf, *files;
    const char *salt;
    size_t n_salt = 0;
    uint8_t *raw;

    if (!manifest_fits(text, n)) {
        return err_new(E_INVALID, NULL, "its manifest tells of more files than a role has");
    }
    TRY(json_parse(mem, text, n, &json));
    if (json_int(json_get(json, "format"), 0) > BACKUP_FORMAT) {
        return err_new(E_INVALID, NULL, "it was made by Carrick %s, in a form that is newer than this program",
                       str_or(json_get_str(json, "version"), "?"));
    }
    kdf = json_get(json, "scrypt");
    files = json_get(json, "files");
    *about = (struct backup_about){
        .role = json_get_str(json, "role"), .host = json_get_str(json, "host"),
        .version = json_get_str(json, "version"), .made_at = json_get_str(json, "made_at"),
        .state = json_get_str(json, "state"), .check = json_get_str(kdf, "check"),
        .cost = {json_int(json_get(kdf, "n"), 0), json_int(json_get(kdf, "r"), 0),
                 json_int(json_get(kdf, "p"), 0)}};
    salt = json_get_str(kdf, "salt");
    raw = salt ? base64_to(mem, salt, &n_salt) : NULL;
    if (!about->role || !about->host || !about->version || !about->made_at || !about->state || !about->check ||
        !raw || n_salt != SEAL_SALT_SIZE || !json_is(files, JSON_T_ARRAY) || files->n > BACKUP_MEMBERS_MAX) {
        return err_new(E_INVALID, NULL, "its manifest is damaged");
    }
    memcpy(about->salt, raw, SEAL_SALT_SIZE);
    json_each (files, i) {
        struct backup_file file;

        if (!file_read_json(files->items[i], &file)) {
            return err_new(E_INVALID, NULL, "its manifest is damaged: file %zu", i);
        }
        vec_add(mem, &about->files, file);
    }
    return NULL;
}

struct err *
backup_mac(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char *manifest, const char **mac)
{
    uint8_t raw[SEAL_KEY_SIZE];
    char text[2 * SEAL_KEY_SIZE + 1];

    TRY(seal_secret(key, manifest, raw));
    hex_from(text, raw, sizeof raw);
    *mac = mem_printf(mem, "%s\n", text);
    return NULL;
}

/* ---- what is asked for --------------------------------------------------------------------------- */

struct err *
backup_passphrase(struct cli *cli, bool is_new, const char **passphrase)
{
    const char *path = option_get(cli, "passphrase-file"), *again;
    char *text;

    if (path) {
        TRY_MSG(file_read(cli->mem, path, 4096, &text, NULL), "--passphrase-file");
        text[strcspn(text, "\r\n")] = '\0';
        *passphrase = text;
    } else {
        *passphrase = steps_ask(cli->mem, "passphrase of the backup: ", true);
        if (!*passphrase) {
            return err_new(E_INVALID, NULL, "--passphrase-file FILE is needed where nobody can be asked");
        }
        again = is_new ? steps_ask(cli->mem, "the same again: ", true) : *passphrase;
        if (!str_eq(again, *passphrase)) {
            return err_new(E_INVALID, NULL, "these are two passphrases");
        }
    }
    if (is_new && strlen(*passphrase) < PASSPHRASE_MIN) {
        return err_new(E_INVALID, NULL, "the passphrase has fewer than %d characters: it is all that keeps the "
                       "keys in the archive", PASSPHRASE_MIN);
    }
    return NULL;
}

static struct err *
role_choose(struct cli *cli, const char **word)
{
    static const char *const words[] = {"site", "orchestrator"};
    const struct cli_role *role;
    const char *file;
    size_t n = 0;

    *word = option_get(cli, "role");
    bool is_said = *word != NULL;

    for (size_t i = 0; !is_said && i < ARRAY_SIZE(words); i++) {
        TRY(role_of(cli, words[i], &role, &file));
        if (role_is_here(cli, role, file)) {
            n++;
            *word = n == 1 ? words[i] : NULL;
        }
    }
    if (!*word) {
        return err_new(E_INVALID, NULL, n ? "this box is both: --role site, or --role orchestrator"
                                          : "this box is neither a site nor an orchestrator: there is no file "
                                            "of configuration");
    }
    return str_eq(*word, words[0]) || str_eq(*word, words[1])
               ? NULL
               : err_new(E_INVALID, NULL, "--role %s: a site or an orchestrator keeps what can be lost", *word);
}

/* A role of this box, what it is told, and whose its folder is. */
static struct err *
role_find(struct cli *cli, const struct cli_role **role, const char **file, const char **state,
          struct steps *steps)
{
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;
    struct stat st;
    const char *word;

    TRY(role_choose(cli, &word));
    TRY(role_of(cli, word, role, file));
    if (!config_read(cli, *role, *file, &settings, &faults)) {
        return err_new(E_INVALID, NULL, "%s", faults.data);
    }
    *state = setting_text(settings, "state");
    if (*setting_text(settings, "database")) {
        const char *shared = str_eq(word, "orchestrator") ? setting_text(settings, "shared") : "";

        return err_new(E_CONFLICT, NULL, "its rows are in PostgreSQL: back them up there (pg_dump), and the folder %s%s%s "
                       "with them; or carrick store move to a file first", *state, *shared ? " and what replicas share, " : "",
                       shared);
    }
    *steps = (struct steps){.cli = cli};
    if (geteuid()) {
        return NULL; /* As whoever asks: its folder tells whether he may. */
    }
    if (stat(*state, &st)) {
        return err_errno(errno == ENOENT ? E_NOT_FOUND : E_UNAVAILABLE, "%s", *state);
    }
    steps->uid = st.st_uid;
    steps->gid = st.st_gid;
    return NULL;
}

/* ---- the folder ------------------------------------------------------------------------------------ */

struct backup {
    struct cli *cli;
    struct mem *mem;
    struct steps steps;
    const struct cli_role *role;
    const char *state, *config;
    bool with_contents;
    uint8_t key[SEAL_KEY_SIZE];
    struct bundle *bundle;
    struct map taken; /* paths of files */
    struct backup_about about;
    size_t n_named;
    uint64_t named;
};

/* What is done with a path below the folder: the first that fits. */
enum treat { TREAT_SKIP, TREAT_WHOLE, TREAT_SEALED, TREAT_CONTENT };
static const struct {
    const char *pattern;
    enum treat treat;
} treats[] = {
    {"*.db", TREAT_SKIP},         /* the database is copied by itself */
    {"*.db-*", TREAT_SKIP},
    {"*.db" STORE_FROM "*", TREAT_SKIP}, /* of before an upgrade */
    {COPY "*", TREAT_SKIP},
    {ROLE_NEXT_SEAL_KEY, TREAT_SEALED},  /* perhaps the only one that opens the database */
    {"*.part", TREAT_SKIP},       /* uploads under way: they begin again */
    {"*.new", TREAT_SKIP},
    {"faults/*", TREAT_SKIP},
    {"lost+found", TREAT_SKIP},   /* of a file system of its own: root's */
    {"packages/*", TREAT_CONTENT},
    {"images/*", TREAT_CONTENT},
    {"audit.log*", TREAT_WHOLE},
    {"tls/*.crt", TREAT_WHOLE},
    {"*", TREAT_SEALED},          /* keys, passwords, and what nobody thought of here */
};

static enum treat
treat_of(const char *path)
{
    size_t i = 0;

    while (fnmatch(treats[i].pattern, path, 0)) {
        i++;
    }
    return treats[i].treat;
}

static void
file_add(struct backup *b, const char *path, enum backup_kind kind, uint64_t size, const char *digest)
{
    vec_add(b->mem, &b->about.files,
            ((struct backup_file){mem_str(b->mem, path), kind, (int64_t)size, mem_str(b->mem, digest)}));
}

static struct err *
text_add(struct backup *b, const char *path, enum backup_kind kind, const char *text)
{
    struct backup_file file = {.path = path, .kind = kind};
    AUTO(mem) scratch = mem_new("backup text");
    char hex[BUNDLE_DIGEST_SIZE];

    digest_of_text(text, strlen(text), hex);
    file_add(b, path, kind, strlen(text), hex);
    return bundle_put(b->bundle, backup_member(scratch, &file), text, strlen(text));
}

static struct err *
sealed_add(struct backup *b, const char *path, int fd, uint64_t size)
{
    AUTO(mem) scratch = mem_new("backup secret");
    char *data = mem_alloc(scratch, size + 1);
    const char *sealed;
    ssize_t n = read(fd, data, size);

    if (n < 0 || (uint64_t)n != size) {
        return n < 0 ? err_errno(E_UNAVAILABLE, "read %s", path)
                     : err_new(E_CONFLICT, NULL, "%s became shorter while it was read", path);
    }
    TRY(seal_text(scratch, b->key, path, base64_from(scratch, data, size, false), &sealed));
    explicit_bzero(data, size);
    return text_add(b, path, BACKUP_sealed, sealed);
}

static struct err *
whole_add(struct backup *b, const char *path, int fd, uint64_t size)
{
    const struct backup_file file = {.path = path, .kind = BACKUP_whole};
    char hex[BUNDLE_DIGEST_SIZE];

    TRY(bundle_copy(b->bundle, backup_member(b->mem, &file), fd, size, hex));
    file_add(b, path, BACKUP_whole, size, hex);
    return NULL;
}

static struct err *
file_take(struct backup *b, const char *path, int fd, const struct stat *st)
{
    uint64_t size = (uint64_t)st->st_size;
    enum treat treat = treat_of(path);
    char hex[BUNDLE_DIGEST_SIZE];

    if (treat == TREAT_SEALED && size > SECRET_MAX) {
        fprintf(stderr, "carrick: left out: %s/%s, which no role makes\n", b->state, path);
        return NULL;
    }
    if (treat == TREAT_SEALED) {
        return sealed_add(b, path, fd, size);
    }
    if (treat == TREAT_WHOLE || b->with_contents) {
        return whole_add(b, path, fd, size);
    }
    TRY_MSG(digest_of(fd, size, hex), "%s", path);
    file_add(b, path, BACKUP_reference, size, hex);
    b->n_named++;
    b->named += size;
    return NULL;
}

static struct err *folder_take(struct backup *b, int fd, const char *path, int depth);

/* What goes while this runs was of no use a moment later: no row of the copy... or of the next one. */
static struct err *
name_take(struct backup *b, int dir, const char *path, const char *name, int depth)
{
    const char *below = *path ? mem_printf(b->mem, "%s/%s", path, name) : mem_str(b->mem, name);
    AUTO_FD fd = -1;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) ||
        treat_of(below) == TREAT_SKIP || (S_ISREG(st.st_mode) && map_get(&b->taken, below))) {
        return NULL; /* ... a name that is given anew meanwhile may be listed twice, too */
    }
    if (!bundle_name_ok(below) || depth > DEPTH_MAX) {
        fprintf(stderr, "carrick: left out: %s/%s, which no role makes\n", b->state, below);
        return NULL;
    }
    fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (S_ISDIR(st.st_mode) ? O_DIRECTORY : 0));
    if (fd < 0 || fstat(fd, &st)) {
        return errno == ENOENT ? NULL : err_errno(E_UNAVAILABLE, "open %s/%s", b->state, below);
    }
    if (S_ISDIR(st.st_mode)) {
        return folder_take(b, fd, below, depth + 1);
    }
    map_set(&b->taken, below, b);
    return file_take(b, below, fd, &st);
}

static struct err *
folder_take(struct backup *b, int fd, const char *path, int depth)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    DIR *list = own < 0 ? NULL : fdopendir(own);
    struct err *e = NULL;

    if (!list) {
        fd_close(&own);
        return err_errno(E_UNAVAILABLE, "list %s/%s", b->state, path);
    }
    for (struct dirent *d = readdir(list); d && !e; d = readdir(list)) {
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
            e = name_take(b, fd, path, d->d_name, depth);
        }
    }
    (void)closedir(list);
    return e;
}

/* ---- the database --------------------------------------------------------------------------------- */

static struct err *
database_add(struct backup *b, const char *name, const char *copy)
{
    const char *path = mem_printf(b->mem, "%s/%s", b->state, name);
    AUTO_FD fd = -1;
    struct stat st;

    TRY(store_copy(path, copy));
    TRY(store_moved_check(path)); /* Behind the copy: what says it is not in there either. */
    fd = open(copy, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st)) {
        return err_errno(E_UNAVAILABLE, "open %s", copy);
    }
    return whole_add(b, name, fd, (uint64_t)st.st_size);
}

/* Beside it, where there has to be room for it: one backup at a time. */
static struct err *
database_take(struct backup *b)
{
    const char *name = mem_printf(b->mem, "%s.db", b->role->name);
    const char *copy = mem_printf(b->mem, "%s/" COPY, b->state);
    const char *lock = mem_printf(b->mem, "%s/" COPY ".lock", b->state);
    AUTO_FD fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct err *e;

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "make %s", lock);
    }
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        return err_new(E_CONFLICT, NULL, "another backup of %s is under way", b->state);
    }
    e = database_add(b, name, copy);
    (void)unlink(copy);
    return e;
}

static struct err *
seal_key_get(struct backup *b, char hex[BUNDLE_DIGEST_SIZE])
{
    char *key;
    size_t n;

    TRY(file_read(b->mem, mem_printf(b->mem, "%s/seal.key", b->state), SECRET_MAX, &key, &n));
    digest_of_text(key, n, hex);
    explicit_bzero(key, n);
    return NULL;
}

/* A step_fn of the role's user. */
static struct err *
state_take(void *arg)
{
    struct backup *b = arg;
    AUTO_FD fd = open(b->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char before[BUNDLE_DIGEST_SIZE], after[BUNDLE_DIGEST_SIZE];

    if (fd < 0) {
        return err_errno(errno == ENOENT ? E_NOT_FOUND : E_UNAVAILABLE, "open %s", b->state);
    }
    TRY(seal_key_get(b, before));
    /* First the rows, then what they are about: a file that has no row is not missed. */
    TRY(database_take(b));
    TRY(folder_take(b, fd, "", 0));
    TRY(seal_key_get(b, after));
    return str_eq(before, after) ? NULL
                                 : err_new(E_CONFLICT, NULL, "the sealing key became another one meanwhile: once more");
}

/* ---- the command ------------------------------------------------------------------------------------ */

static struct err *
about_make(struct backup *b, const char *passphrase)
{
    char host[256] = "", text[TIME_TEXT_SIZE];

    (void)gethostname(host, sizeof host - 1);
    b->about.role = b->role->name;
    b->about.host = mem_str(b->mem, *host ? host : "-");
    b->about.version = carrick_version;
    b->about.made_at = mem_str(b->mem, time_text(text, time_now_us(), TIME_Z));
    b->about.state = b->state;
    b->about.cost = seal_cost;
    random_bytes(b->about.salt, sizeof b->about.salt);
    TRY(seal_key_from(passphrase, b->about.salt, &b->about.cost, b->key));
    return seal_text(b->mem, b->key, "passphrase", CHECK_TEXT, &b->about.check);
}

static struct err *
backup_make(struct backup *b)
{
    const char *manifest, *mac;
    char *config;

    TRY(file_read(b->mem, b->config, SECRET_MAX, &config, NULL));
    TRY(steps_as_user(&b->steps, state_take, b));
    TRY(text_add(b, "", BACKUP_config, config));
    manifest = backup_manifest(b->mem, &b->about);
    if (b->about.files.n > BACKUP_MEMBERS_MAX || strlen(manifest) > BACKUP_MANIFEST_MAX) {
        return err_new(E_TOO_LARGE, NULL, "%s holds more files than a backup may", b->state);
    }
    TRY(backup_mac(b->mem, b->key, manifest, &mac));
    TRY(bundle_put(b->bundle, BACKUP_MANIFEST, manifest, strlen(manifest)));
    TRY(bundle_put(b->bundle, BACKUP_MAC, mac, strlen(mac)));
    return bundle_end(b->bundle);
}

struct err *
backup_run(struct cli *cli)
{
    struct backup b = {.cli = cli, .mem = cli->mem, .with_contents = option_flag(cli, "images")};
    const char *passphrase = NULL;
    struct err *e;

    (void)umask(077);
    map_init(&b.taken, b.mem);
    TRY(role_find(cli, &b.role, &b.config, &b.state, &b.steps));
    TRY(backup_passphrase(cli, true, &passphrase));
    TRY(about_make(&b, passphrase));
    TRY(bundle_make(cli->mem, cli->args[0], &b.bundle));
    e = backup_make(&b);
    explicit_bzero(b.key, sizeof b.key);
    if (e) {
        return err_wrap(e, "no backup is made");
    }
    printf("%s: %zu files of %s; keep the passphrase elsewhere\n", cli->args[0], b.about.files.n - b.n_named,
           b.state);
    if (b.n_named) {
        printf("%zu contents of packages and images (%llu MiB) are named in it, not held: --images holds them\n",
               b.n_named, (unsigned long long)(b.named >> 20));
    }
    return NULL;
}
