/* `carrick restore FILE`: a role of this box out of what `carrick backup` wrote.  The archive is read
 * twice: once to know that all of it is right, then to lay it out beside the role's folder, as the role's
 * user.  What is laid out is opened as the role would open it; only then it gets the folder's name. */
#include "cli/backup.h"

#include "base/time.h"
#include "base/version.h"
#include "base/yaml.h"
#include "faces/role.h"
#include "store/store.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAC_MAX 4096
#define SECRET_MAX ((uint64_t)4 << 20)
#define MISSING_SHOWN 20
#define FRESH ".restoring"

const struct cli_option restore_options[] = {
    {"passphrase-file", "FILE", "file whose first line is the backup's passphrase; else it is asked for"},
    {"contents", "DIR", "folder with packages and images that the backup only names, as in the role's own"},
    {"state", "DIR", "folder of everything the role keeps, where it is to be another one"},
    {"keep-config", NULL, "ROLE.yaml of this box stays as it is"},
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {"user", "NAME", "user that the role runs as (default carrick-ROLE)"},
    {"yes", NULL, "do not ask"},
    {0},
};

struct restore {
    struct cli *cli;
    struct mem *mem;
    struct steps steps;
    const char *path; /* the archive */
    int fd;
    struct map seen;  /* of the first reading: name -> struct member */
    const char *manifest, *mac;
    size_t n_manifest;
    struct backup_about about;
    uint8_t key[SEAL_KEY_SIZE];
    const struct cli_role *role;
    const char *config, *config_text; /* ROLE.yaml: its path, the backup's text */
    const char *state, *fresh;
    struct map wanted; /* of the second reading: name -> struct backup_file */
    size_t n_out; /* of 'wanted' */
    size_t n_missing;
};

struct member {
    uint64_t size;
    char digest[BUNDLE_DIGEST_SIZE];
};

/* ---- reading it ----------------------------------------------------------------------------------- */

static struct err *
entry_text(struct mem *mem, const struct bundle_entry *entry, uint64_t max, char **text)
{
    size_t n = 0, done = 0;
    const void *data;

    if (entry->size > max) {
        return err_new(E_INVALID, NULL, "%s in it is too large", entry->name);
    }
    *text = mem_alloc(mem, entry->size + 1);
    do {
        TRY(bundle_piece(entry, &data, &n));
        if (n > entry->size - done) {
            return err_new(E_INVALID, NULL, "%s in it is damaged", entry->name);
        }
        if (n) {
            memcpy(*text + done, data, n);
        }
        done += n;
    } while (n);
    (*text)[done] = '\0';
    return NULL;
}

/* bundle_fn: what is there, and what it is by digest. */
static struct err *
entry_look(void *arg, const struct bundle_entry *entry)
{
    struct restore *r = arg;
    struct member *member;
    AUTO(mem) scratch = mem_new("restore");
    struct digest *digest;
    const void *data;
    size_t n;
    char *text;

    if (map_get(&r->seen, entry->name)) {
        return err_new(E_INVALID, NULL, "%s is in it twice", entry->name);
    }
    if (r->seen.n > BACKUP_MEMBERS_MAX + 2) {
        return err_new(E_INVALID, NULL, "it holds more files than a role has");
    }
    member = MEM_NEW(r->mem, struct member);
    member->size = entry->size;
    map_set(&r->seen, mem_str(r->mem, entry->name), member);
    if (str_eq(entry->name, BACKUP_MANIFEST) || str_eq(entry->name, BACKUP_MAC)) {
        bool is_mac = str_eq(entry->name, BACKUP_MAC);

        TRY(entry_text(r->mem, entry, is_mac ? MAC_MAX : BACKUP_MANIFEST_MAX, &text));
        if (is_mac) {
            r->mac = text;
        } else {
            r->manifest = text;
            r->n_manifest = entry->size;
        }
        return NULL;
    }
    digest = digest_new(scratch);
    do {
        TRY(bundle_piece(entry, &data, &n));
        digest_add(digest, data, n);
    } while (n);
    digest_end(digest, member->digest);
    return NULL;
}

/* The manifest is whole, and of whom knows the passphrase. */
static struct err *
manifest_check(struct restore *r)
{
    const char *passphrase, *plain, *mac;
    struct err *e;

    if (!r->manifest || !r->mac) {
        return err_new(E_INVALID, NULL, "it is no backup, or cut short: it has no manifest");
    }
    TRY(backup_manifest_read(r->mem, r->manifest, r->n_manifest, &r->about));
    TRY(backup_passphrase(r->cli, false, &passphrase));
    TRY(seal_key_from(passphrase, r->about.salt, &r->about.cost, r->key));
    e = unseal_text(r->mem, r->key, "passphrase", r->about.check, &plain);
    if (e) {
        err_ignore(e, "told in words");
        return err_new(E_FORBIDDEN, NULL, "the passphrase is not that of this backup");
    }
    TRY(backup_mac(r->mem, r->key, r->manifest, &mac));
    return secret_eq(mac, r->mac) ? NULL : err_new(E_INVALID, NULL, "its manifest was changed, or is damaged");
}

/* What the manifest tells of is there, as it says, and nothing else. */
static struct err *
members_check(struct restore *r)
{
    size_t n = 2; /* The manifest and its code. */

    map_init(&r->wanted, r->mem);
    vec_each (&r->about.files, file) {
        const char *name = backup_member(r->mem, file);
        const struct member *member = name ? map_get(&r->seen, name) : NULL;

        if (!name) {
            continue;
        }
        if (!member || member->size != (uint64_t)file->size || !str_eq(member->digest, file->digest)) {
            return err_new(E_INVALID, NULL, "%s in it is %s", name, member ? "damaged" : "missing");
        }
        map_set(&r->wanted, name, file);
        n++;
    }
    return n == r->seen.n ? NULL : err_new(E_INVALID, NULL, "it holds files that its manifest does not tell of");
}

/* ---- the box ------------------------------------------------------------------------------------------ */

static struct err *
changes(void)
{
    return err_new(E_CONFLICT, NULL, "it changes while it is read");
}

/* bundle_fn: of the second reading, before anything is made. */
static struct err *
config_find(void *arg, const struct bundle_entry *entry)
{
    struct restore *r = arg;
    const struct backup_file *file = map_get(&r->wanted, entry->name);
    char *text, hex[BUNDLE_DIGEST_SIZE];

    if (!file || file->kind != BACKUP_config) {
        return NULL;
    }
    TRY(entry_text(r->mem, entry, SECRET_MAX, &text));
    digest_of_text(text, entry->size, hex);
    r->config_text = text;
    return str_eq(hex, file->digest) ? NULL : changes();
}

static void
config_say(struct restore *r, const char *name, const char *value)
{
    AUTO_BUF text = BUF_INIT;

    settings_put(&text, r->config_text, name, value);
    r->config_text = buf_copy(r->mem, &text);
}

/* What is below the folder that the backup is of (certificates, say) is below the other one now. */
static struct err *
config_move(struct restore *r)
{
    const struct yaml *map;
    size_t n = strlen(r->about.state);

    TRY(yaml_parse(r->mem, r->config, r->config_text, strlen(r->config_text), NULL, &map));
    yaml_each (map, i) {
        const char *value = map->type == YAML_T_MAP ? yaml_str(map->items[i]) : NULL;

        if (value && str_starts(value, r->about.state) && value[n] == '/') {
            config_say(r, map->keys[i]->text, mem_printf(r->mem, "%s%s", r->state, value + n));
        }
    }
    config_say(r, "state", r->state);
    return NULL;
}

static struct err *
config_plan(struct restore *r)
{
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;

    r->state = str_or(option_get(r->cli, "state"), r->about.state);
    if (option_flag(r->cli, "keep-config")) {
        r->config_text = NULL;
        if (!config_read(r->cli, r->role, r->config, &settings, &faults)) {
            return err_new(E_INVALID, NULL, "%s", faults.data);
        }
        r->state = setting_text(settings, "state");
        return *setting_text(settings, "database")
                   ? err_new(E_CONFLICT, NULL, "%s says that its rows are in PostgreSQL, and a backup's are a file: take "
                             "`database` out, and after the restore carrick store move", r->config)
                   : NULL;
    }
    TRY(bundle_read(r->fd, config_find, r));
    if (!r->config_text) {
        return err_new(E_INVALID, NULL, "it does not tell what the role was told");
    }
    return str_eq(r->state, r->about.state) ? NULL : config_move(r);
}

static bool
is_empty(const char *path)
{
    DIR *list = opendir(path);
    size_t n = 0;

    if (!list) {
        return errno == ENOENT;
    }
    while (readdir(list)) {
        n++;
    }
    (void)closedir(list);
    return n <= 2;
}

static struct err *
place_check(struct restore *r)
{
    struct stat st, above;
    const char *slash = strrchr(r->state, '/');

    if (!slash || slash == r->state || !slash[1] || r->state[0] != '/') {
        return err_new(E_INVALID, NULL, "%s is no folder of a role", r->state);
    }
    if (!is_empty(r->state)) {
        return err_new(E_EXISTS, NULL, "%s is not empty, and nothing is written over: stop the role, and move that "
                       "folder away", r->state);
    }
    if (!stat(r->state, &st) && !stat(mem_printf(r->mem, "%s/..", r->state), &above) && st.st_dev != above.st_dev) {
        return err_new(E_CONFLICT, NULL, "%s is a file system of its own, which cannot be put in place as one: "
                       "--state FOLDER, below it", r->state);
    }
    r->fresh = mem_printf(r->mem, "%s" FRESH, r->state);
    return NULL;
}

/* ---- laying it out --------------------------------------------------------------------------------------- */

static struct err *
file_open(struct restore *r, const char *path, int *fd)
{
    const char *whole = mem_printf(r->mem, "%s/%s", r->fresh, path), *slash = strrchr(whole, '/');

    TRY(dir_make(mem_strn(r->mem, whole, (size_t)(slash - whole)), 0700));
    *fd = open(whole, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd < 0 ? err_errno(E_UNAVAILABLE, "make %s", whole) : NULL;
}

static struct err *
written(int fd, const char *path)
{
    return fsync(fd) ? err_errno(E_UNAVAILABLE, "write %s", path) : NULL;
}

static struct err *
whole_out(struct restore *r, const struct backup_file *file, const struct bundle_entry *entry)
{
    AUTO(mem) scratch = mem_new("restore");
    struct digest *digest = digest_new(scratch);
    char hex[BUNDLE_DIGEST_SIZE];
    AUTO_FD fd = -1;
    const void *data;
    size_t n;

    TRY(file_open(r, file->path, &fd));
    do {
        TRY(bundle_piece(entry, &data, &n));
        TRY(fd_write_all(fd, data, n));
        digest_add(digest, data, n);
    } while (n);
    digest_end(digest, hex);
    return str_eq(hex, file->digest) ? written(fd, file->path) : changes();
}

static struct err *
sealed_out(struct restore *r, const struct backup_file *file, const struct bundle_entry *entry)
{
    AUTO(mem) scratch = mem_new("restore secret");
    AUTO_FD fd = -1;
    const char *plain;
    uint8_t *raw;
    char *text;
    size_t n;

    TRY(entry_text(scratch, entry, SECRET_MAX, &text));
    TRY(unseal_text(scratch, r->key, file->path, text, &plain));
    raw = base64_to(scratch, plain, &n);
    if (!raw) {
        return err_new(E_INVALID, NULL, "%s in it is damaged", entry->name);
    }
    TRY(file_open(r, file->path, &fd));
    TRY(fd_write_all(fd, raw, n));
    explicit_bzero(raw, n);
    return written(fd, file->path);
}

/* bundle_fn */
static struct err *
entry_out(void *arg, const struct bundle_entry *entry)
{
    struct restore *r = arg;
    const struct backup_file *file = map_get(&r->wanted, entry->name);

    if (!file) {
        return NULL;
    }
    r->n_out++;
    if (file->kind == BACKUP_config) {
        return NULL;
    }
    return file->kind == BACKUP_sealed ? sealed_out(r, file, entry) : whole_out(r, file, entry);
}

/* A content that the backup names: taken where it is the same. */
static struct err *
content_out(struct restore *r, const struct backup_file *file, bool *is_there)
{
    const char *dir = option_get(r->cli, "contents");
    const char *from = mem_printf(r->mem, "%s/%s", str_or(dir, ""), file->path);
    AUTO_FD in = dir ? open(from, O_RDONLY | O_CLOEXEC) : -1;
    AUTO_FD out = -1;
    char hex[BUNDLE_DIGEST_SIZE];
    char piece[16384];
    ssize_t n;

    *is_there = false;
    if (in < 0) {
        return NULL;
    }
    TRY_MSG(digest_of(in, (uint64_t)file->size, hex), "%s", from);
    if (!str_eq(hex, file->digest) || lseek(in, 0, SEEK_END) != file->size || lseek(in, 0, SEEK_SET)) {
        return err_new(E_INVALID, NULL, "%s is not what was backed up: another size or digest", from);
    }
    TRY(file_open(r, file->path, &out));
    while ((n = read(in, piece, sizeof piece)) > 0) {
        TRY(fd_write_all(out, piece, (size_t)n));
    }
    *is_there = true;
    return n < 0 ? err_errno(E_UNAVAILABLE, "read %s", from) : written(out, file->path);
}

static struct err *
contents_out(struct restore *r)
{
    vec_each (&r->about.files, file) {
        bool is_there;

        if (file->kind != BACKUP_reference) {
            continue;
        }
        TRY(content_out(r, file, &is_there));
        if (!is_there && r->n_missing++ < MISSING_SHOWN) {
            fprintf(stderr, "carrick: not in the archive: %s/%s, %lld bytes\n", r->state, file->path,
                    (long long)file->size);
        }
    }
    return NULL;
}

/* store_fn */
static struct err *
mark(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_fact_set(tx, STORE_RESTORED, mem_printf(tx_mem(tx), "%lld", (long long)tx_now(tx)));
}

/* As the role will: a newer version, another key, a broken page are found now. */
static struct err *
store_try(struct restore *r)
{
    struct store_config config = {.path = mem_printf(r->mem, "%s/%s.db", r->fresh, r->role->name),
                                  .version = carrick_version, .tables = r->role->tables(r->mem)};
    AUTO(store) store = NULL;

    if (!file_exists(mem_printf(r->mem, "%s/seal.key", r->fresh))) {
        return err_new(E_INVALID, NULL, "it has no sealing key");
    }
    TRY(store_verify(config.path));
    TRY(role_store_open(r->mem, r->fresh, &config, &store));
    return store_write_wait(store, mark, NULL);
}

/* A step_fn of the role's user. */
static struct err *
lay_out(void *arg)
{
    struct restore *r = arg;

    TRY(bundle_read(r->fd, entry_out, r));
    if (r->n_out != r->wanted.n) {
        return changes();
    }
    TRY(contents_out(r));
    return store_try(r);
}

/* ---- the command ---------------------------------------------------------------------------------------------- */

static struct err *
restore_look(struct restore *r)
{
    struct err *e;

    r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0) {
        return err_errno(errno == ENOENT ? E_NOT_FOUND : E_UNAVAILABLE, "open %s", r->path);
    }
    map_init(&r->seen, r->mem);
    e = bundle_read(r->fd, entry_look, r);
    e = e ? e : manifest_check(r);
    e = e ? e : members_check(r);
    TRY_MSG(e, "%s", r->path);
    TRY(role_of(r->cli, r->about.role, &r->role, &r->config));
    if (!r->role->tables) {
        return err_new(E_INVALID, NULL, "%s: role %s keeps nothing that could be put back", r->path, r->about.role);
    }
    TRY(config_plan(r));
    return place_check(r);
}

static struct err *
restore_agree(const struct restore *r)
{
    const char *said;

    printf("  backup of the %s at %s, made %s by Carrick %s\n", r->about.role, print_plain(r->mem, r->about.host),
           print_plain(r->mem, r->about.made_at), print_plain(r->mem, r->about.version));
    printf("  into %s%s%s\n", r->state, r->config_text ? ", what it is told into " : "",
           r->config_text ? r->config : "");
    if (option_flag(r->cli, "yes")) {
        return NULL;
    }
    said = steps_ask(r->mem, "go on? [y/N] ", false);
    return said && (said[0] == 'y' || said[0] == 'Y')
               ? NULL
               : err_new(E_CANCELLED, NULL, "nothing is done%s",
                         said ? "" : ": --yes does it where nobody can be asked");
}

/* The folder's name is the last thing that it gets; without its configuration it is taken back. */
static struct err *
put_in_place(struct restore *r)
{
    const char *slash = strrchr(r->config, '/');
    struct err *e;

    if (rename(r->fresh, r->state)) {
        return err_errno(E_UNAVAILABLE, "rename %s to %s", r->fresh, r->state);
    }
    TRY(file_name_sync(r->state));
    if (!r->config_text) {
        return NULL;
    }
    e = slash ? dir_make(mem_strn(r->mem, r->config, (size_t)(slash - r->config)), 0755) : NULL;
    e = e ? e : file_write(r->config, r->config_text, strlen(r->config_text), 0644);
    if (e && rename(r->state, r->fresh)) {
        e = err_join(e, err_errno(E_UNAVAILABLE, "rename %s", r->state));
    }
    return e;
}

static struct err *
restore_do(struct restore *r)
{
    struct err *e;

    TRY(dir_remove(r->fresh)); /* of one that was interrupted */
    /* Root's, which the role's user has to get through. */
    TRY(dir_make(mem_strn(r->mem, r->fresh, (size_t)(strrchr(r->fresh, '/') - r->fresh)), 0755));
    TRY(dir_make(r->fresh, 0700));
    e = !geteuid() && lchown(r->fresh, r->steps.uid, r->steps.gid)
            ? err_errno(E_UNAVAILABLE, "chown %s", r->fresh)
            : NULL;
    e = e ? e : steps_as_user(&r->steps, lay_out, r);
    e = e ? e : put_in_place(r);
    if (e) {
        return err_join(err_wrap(e, "nothing is put back"), dir_remove(r->fresh));
    }
    return NULL;
}

static void
restore_tell(struct restore *r)
{
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;

    printf("put back: %s, as it was %s\n", r->state, print_plain(r->mem, r->about.made_at));
    if (r->n_missing) {
        printf("%zu contents of packages and images are not in the archive: put them there, or restore with "
               "--contents\n", r->n_missing);
    }
    bool is_read = config_read(r->cli, r->role, r->config, &settings, &faults);
    AUTO(err) e = is_read && r->role->check ? r->role->check(r->mem, settings) : NULL;

    if (!is_read || e) {
        printf("what it is told is not right, and it will not start: carrick config check %s\n%s", r->config,
               str_or(faults.data, ""));
    }
    if (!str_starts(mem_printf(r->mem, "%s/", r->state), mem_printf(r->mem, "/var/lib/carrick/%s/", r->about.role))) {
        printf("where systemd starts it, `carrick setup %s` first: it lets the service write there\n", r->about.role);
    }
    printf("the one that it was made of must not run any more; then: systemctl enable --now carrick-%s, or "
           "%s\n", r->about.role, setup_run_words(r->mem, r->about.role, r->config));
}

struct err *
restore_run(struct cli *cli)
{
    struct restore r = {.cli = cli, .mem = cli->mem, .path = cli->args[0], .fd = -1, .steps = {.cli = cli}};
    struct err *e = restore_look(&r);

    if (!e && !geteuid()) {
        e = role_user_find(str_or(option_get(cli, "user"), mem_printf(cli->mem, "carrick-%s", r.about.role)),
                           &r.steps.uid, &r.steps.gid);
    }
    e = e ? e : restore_agree(&r);
    (void)umask(022);
    e = e ? e : restore_do(&r);
    fd_close(&r.fd);
    explicit_bzero(r.key, sizeof r.key);
    TRY(e);
    restore_tell(&r);
    return NULL;
}
