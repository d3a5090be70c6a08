/* External artifacts of a package are got when it is on-boarded, kept as files beside it, and given as if they
 * were inside.  By whose hand they come does not matter: each is what its digests say, or the on-boarding
 * fails and tells which ones are not.  What was got and holds is not got again. */
#include "nfvo/outside.h"

#include "base/uuid.h"
#include "base/vec.h"
#include "nfvo/fetch.h"
#include "nfvo/onboard.h"
#include "sys/file.h"
#include "tosca/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "outside."
#define PART ".part"
#define TIMEOUT_MS (INT64_C(6) * 3600 * 1000) /* of all of a package's */
#define FAULTS_MAX 20
#define PIECE (64u << 10)
#define N_DIGESTS 3

/* One package whose artifacts are being got. */
struct getting {
    struct nfvo *nfvo;
    struct mem *mem;
    struct outside_set *set;
    struct rows access;
    struct fetch_turn *turn;
    int64_t until_ns;
    uint64_t taken, claimed; /* bytes that are here; that its row says, of what the project may have */
};

/* ---- is it what it should be? ---------------------------------------------------------------- */

struct digest {
    const char *algorithm, *wanted; /* null: only its hex is wanted */
    EVP_MD_CTX *context;
    char hex[2 * EVP_MAX_MD_SIZE + 1];
};

static struct err *
digests_begin(struct digest *digests)
{
    for (size_t i = 0; i < N_DIGESTS; i++) {
        const EVP_MD *md = digests[i].algorithm ? EVP_get_digestbyname(digests[i].algorithm) : NULL;

        if (!digests[i].algorithm) {
            continue;
        }
        digests[i].context = EVP_MD_CTX_new();
        if (!md || !digests[i].context || !EVP_DigestInit_ex(digests[i].context, md, NULL)) {
            return err_new(E_INTERNAL, NULL, "%s is not available", digests[i].algorithm);
        }
    }
    return NULL;
}

static struct err *
digests_feed(struct digest *digests, const struct fetch_turn *turn, int fd, int64_t *size)
{
    unsigned char piece[PIECE / 4];
    ssize_t n;

    *size = 0;
    if (lseek(fd, 0, SEEK_SET) < 0) {
        return err_errno(E_UNAVAILABLE, "read");
    }
    while ((n = read(fd, piece, sizeof piece)) > 0) {
        if (fetch_turn_over(turn)) {
            return err_new(E_CANCELLED, NULL, "nobody wants it any more");
        }
        *size += n;
        for (size_t i = 0; i < N_DIGESTS; i++) {
            if (digests[i].context && !EVP_DigestUpdate(digests[i].context, piece, (size_t)n)) {
                return err_new(E_INTERNAL, NULL, "%s failed", digests[i].algorithm);
            }
        }
    }
    return n < 0 ? err_errno(E_UNAVAILABLE, "read") : NULL;
}

static struct err *
digests_end(struct digest *digests)
{
    for (size_t i = 0; i < N_DIGESTS; i++) {
        unsigned char bytes[EVP_MAX_MD_SIZE];
        unsigned int n = 0;

        if (digests[i].context && !EVP_DigestFinal_ex(digests[i].context, bytes, &n)) {
            return err_new(E_INTERNAL, NULL, "%s failed", digests[i].algorithm);
        }
        hex_from(digests[i].hex, bytes, n);
        if (digests[i].wanted && !str_eq_case(digests[i].hex, digests[i].wanted)) {
            return err_new(E_INVALID, NULL, "what came is not what its %s digest says", digests[i].algorithm);
        }
    }
    return NULL;
}

/* Reads the file and says of 'artifact' what it is; E_INVALID where that is not the one that is meant. */
static struct err *
verify(const struct getting *g, int fd, struct package_outside *artifact)
{
    struct digest digests[N_DIGESTS] = {
        {.algorithm = "SHA512"},
        {.algorithm = package_algorithm(artifact->algorithm), .wanted = artifact->digest},
        {.algorithm = artifact->checksum ? package_algorithm(artifact->checksum_algorithm) : NULL,
         .wanted = artifact->checksum}};
    struct err *e = digests_begin(digests);

    e = e ? e : digests_feed(digests, g->turn, fd, &artifact->size);
    e = e ? e : digests_end(digests);
    for (size_t i = 0; i < N_DIGESTS; i++) {
        EVP_MD_CTX_free(digests[i].context);
    }
    artifact->sha512 = mem_str(g->mem, digests[0].hex);
    return e;
}

/* ---- one of them ---------------------------------------------------------------------------- */

static const struct package_access *
access_of(const struct getting *g, const char *uri)
{
    for (size_t i = 0; i < g->access.n; i++) {
        const struct package_access *access = g->access.items[i];

        if (str_eq(access->uri, uri)) {
            return access;
        }
    }
    return NULL;
}

/* Another artifact, another digest, another way to get it: another file. */
static const char *
file_of(const struct getting *g, const struct package_outside *artifact,
        const struct package_access *access)
{
    const char *text = mem_printf(g->mem, "%s\n%s\n%s\n%s\n%s\n%s", artifact->uri, artifact->algorithm,
                                  artifact->digest, str_or(artifact->checksum_algorithm, ""),
                                  str_or(artifact->checksum, ""), access ? access->id : "");
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned int n = 0;

    (void)EVP_Digest(text, strlen(text), digest, &n, EVP_sha256(), NULL);
    hex_from(hex, digest, n);
    return mem_printf(g->mem, "%s/" PREFIX "%.32s", g->set->id, hex);
}

static struct err *
too_large(const struct getting *g)
{
    return err_new(E_TOO_LARGE, NULL, "the external artifacts of a package have at most %llu bytes, and what its project "
                   "may have more", (unsigned long long)upload_max(g->nfvo));
}

static struct err *
claim_set(struct tx *tx, struct vnf_package *old, uint64_t claimed)
{
    struct vnf_package *row = row_copy(tx_mem(tx), old);

    row->claimed = (int64_t)claimed;
    return row_update(tx, old, row);
}

/* store_fn: as of uploads; E_NOT_FOUND where the package was deleted. */
static struct err *
claim_fn(struct tx *tx, void *arg)
{
    struct getting *g = arg;
    struct vnf_package *package;
    uint64_t left, own;

    TRY(row_get(tx, &vnf_package_table, g->set->id, &package));
    TRY(package_quota(tx, g->nfvo, g->set->project_id, g->set->id, &left));
    own = package->size > 0 ? (uint64_t)package->size : 0; /* Null where a version before took it. */
    left -= left > own ? own : left;
    if (left < g->taken) {
        return too_large(g);
    }
    g->claimed = package_claim(g->taken, left);
    return claim_set(tx, package, g->claimed);
}

/* store_fn: what is kept of those that failed counts too; those that were got have rows of their own soon. */
static struct err *
settle_fn(struct tx *tx, void *arg)
{
    const struct getting *g = arg;
    struct vnf_package *package;

    TRY(row_get(tx, &vnf_package_table, g->set->id, &package));
    return claim_set(tx, package, g->taken);
}

/* Of what all of a package's may have together. */
static struct err *
room_take(struct getting *g, uint64_t n)
{
    g->taken += n;
    if (g->taken > upload_max(g->nfvo)) {
        return too_large(g);
    }
    return g->taken > g->claimed ? package_claim_ask(g->nfvo, claim_fn, g, g->taken, &g->claimed) : NULL;
}

struct arriving {
    struct getting *g;
    int fd;
    uint64_t seen; /* of package_room */
};

static struct err *
arrive(void *arg, const void *data, size_t n)
{
    struct arriving *arriving = arg;

    TRY(room_take(arriving->g, n));
    TRY(package_room(arriving->g->nfvo, arriving->fd, &arriving->seen, n));
    return fd_write_all(arriving->fd, data, n);
}

static bool
is_http(const char *url)
{
    return str_starts(url, "http://") || str_starts(url, "https://");
}

static struct err *
source_of(struct getting *g, const struct package_outside *artifact,
          const struct package_access *access, struct fetch_source *source)
{
    const char *url = access ? str_or(access->override_uri, artifact->uri) : artifact->uri;

    if (!is_http(url)) {
        return err_new(E_NOT_IMPLEMENTED, NULL, "only http and https are spoken here: overrideUri names where "
                       "it is got instead");
    }
    source->url = url;
    source->turn = g->turn;
    source->timeout_ms = (g->until_ns - time_mono_ns()) / 1000000;
    if (source->timeout_ms <= 0) {
        return err_new(E_UNAVAILABLE, NULL, "the time for the package's external artifacts is over");
    }
    if (access && access->auth_type) {
        source->login = (struct http_login){.type = access->auth_type,
                                            .user = access->client,
                                            .secret = access->secret,
                                            .token_endpoint = access->token_endpoint};
    }
    return NULL;
}

/* Into a file of another name until it is known to be right. */
static struct err *
download(struct getting *g, struct package_outside *artifact, const struct package_access *access,
         const char *path)
{
    /* A replica that was taken for gone may still be at its own. */
    const char *part = mem_printf(g->mem, "%s.%s" PART, path, uuid_make(g->mem));
    AUTO_FD fd = open(part, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    struct arriving arriving = {.g = g, .fd = fd};
    struct fetch_source source = {.piece = arrive, .arg = &arriving};
    struct err *e;

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "open a file for it");
    }
    e = source_of(g, artifact, access, &source);
    e = e ? e : fetch_get(g->nfvo->fetches, g->mem, &source);
    e = e ? e : verify(g, fd, artifact);
    if (!e && (fsync(fd) < 0 || rename(part, path) < 0)) {
        e = err_errno(E_UNAVAILABLE, "keep it");
    }
    if (e) {
        (void)unlink(part);
    }
    return e ? e : file_name_sync(path);
}

/* It is here from an earlier try. */
static bool
is_here(const struct getting *g, struct package_outside *artifact, const char *path)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    struct err *e = fd >= 0 ? verify(g, fd, artifact) : NULL;
    bool is_right = fd >= 0 && !e;

    if (e) {
        err_ignore(e, "it is got again");
    }
    return is_right;
}

static struct err *
artifact_get(struct getting *g, struct package_outside *artifact)
{
    const char *path = mem_printf(g->mem, "%s/%s", g->nfvo->packages_dir, artifact->path_kept);
    uint64_t before = g->taken;
    struct err *e = is_here(g, artifact, path) ? room_take(g, (uint64_t)artifact->size)
                                               : download(g, artifact, access_of(g, artifact->uri), path);

    if (e) {
        g->taken = before;
    }
    return err_wrap(e, "%.*s", (int)strcspn(artifact->uri, "?#"), artifact->uri);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool
is_kept(const struct outside_set *set, const char *name)
{
    for (size_t i = 0; i < set->outside.n; i++) {
        const struct package_outside *artifact = set->outside.items[i];

        if (artifact->path_kept && str_ends(artifact->path_kept, name)) {
            return true;
        }
    }
    return false;
}

/* What an earlier try left and nobody needs any more: what was not whole, and in the end all but what is kept. */
static void
rest_forget(const struct getting *g, bool is_end)
{
    DIR *dir = opendir(mem_printf(g->mem, "%s/%s", g->nfvo->packages_dir, g->set->id));
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): a stream of this thread's own */
        if (str_starts(entry->d_name, PREFIX) &&
            (is_end ? !is_kept(g->set, entry->d_name) : str_ends(entry->d_name, PART))) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

void
outside_forget(const struct nfvo *nfvo, struct mem *mem, const char *id)
{
    struct outside_set none = {.id = id};
    const struct getting g = {.nfvo = (struct nfvo *)(uintptr_t)nfvo, .mem = mem, .set = &none};

    rest_forget(&g, true);
}

static struct err *
access_read(struct tx *tx, void *arg)
{
    struct getting *g = arg;
    struct vnf_package *package;
    struct rows rows;

    TRY(row_get(tx, &vnf_package_table, g->set->id, &package));
    g->claimed = (uint64_t)package->claimed;
    TRY(access_list(tx, g->set->id, &rows));
    g->access = (struct rows){.items = MEM_ARRAY(g->mem, rows.n + 1, void *)};
    for (size_t i = 0; i < rows.n; i++) {
        g->access.items[g->access.n++] = row_copy(g->mem, rows.items[i]);
    }
    return NULL;
}

static struct err *
all_get(struct getting *g)
{
    struct err *faults = NULL;
    size_t n_faults = 0;

    TRY(store_read(g->nfvo->store, access_read, g));
    rest_forget(g, false);
    for (size_t i = 0; i < g->set->outside.n; i++) { /* Also those that it does not come to: they stay. */
        struct package_outside *artifact = g->set->outside.items[i];

        artifact->path_kept = file_of(g, artifact, access_of(g, artifact->uri));
    }
    for (size_t i = 0; i < g->set->outside.n && n_faults < FAULTS_MAX; i++) {
        struct err *e = artifact_get(g, g->set->outside.items[i]);

        n_faults += e != NULL;
        faults = err_join(faults, e);
        if (fetch_turn_over(g->turn)) {
            return faults;
        }
    }
    rest_forget(g, true);
    return g->claimed == g->taken ? faults : err_join(faults, store_write_wait(g->nfvo->store, settle_fn, g));
}

/* ---- the steps ------------------------------------------------------------------------------ */

struct fetch_job {
    struct step *step;
    struct getting g;
    struct fetch_turn turn;
    struct err *err;
};

static void
job_end(void *arg)
{
    struct fetch_job *job = arg;
    struct mem *mem = job->g.mem;

    if (job->err) {
        step_failed(job->step, job->err);
    } else {
        step_done(job->step, job->g.set);
    }
    mem_free(mem);
}

/* Nothing of it is journalled any more: the step begins again in the next process. */
static void
job_drop(void *arg)
{
    struct fetch_job *job = arg;
    struct mem *mem = job->g.mem;

    err_free(job->err);
    step_failed(job->step, err_new(E_CANCELLED, NULL, "it is the end of the process"));
    mem_free(mem);
}

/* On a thread that may wait. */
static void
job_run(void *arg)
{
    struct fetch_job *job = arg;
    struct fetches *fetches = job->g.nfvo->fetches;

    job->g.until_ns = time_mono_ns() + TIMEOUT_MS * 1000000;
    job->err = fetch_turn_over(&job->turn) ? NULL : all_get(&job->g);
    if (!fetches_ending(fetches) && fetch_turn_over(&job->turn)) {
        err_ignore(job->err, "it was given up");
        job->err = err_new(E_NOT_FOUND, NULL, "the package was deleted");
    }
    if (job->err) {
        err_set_type(job->err, "ArtifactNotFetched");
    }
    if (fetches_ending(fetches)) {
        fetch_turn_drop(fetches, &job->turn);
        return;
    }
    fetch_turn_end(fetches, &job->turn);
    loop_post(step_loop(job->step), job_end, job);
}

static void
fetch_act(struct step *step)
{
    struct mem *mem = mem_new("outside");
    struct fetch_job *job = MEM_NEW(mem, struct fetch_job);
    struct nfvo *nfvo = step_service(step, NFVO_SERVICE);

    *job = (struct fetch_job){
        .step = step,
        .g = {.nfvo = nfvo, .mem = mem, .set = row_copy(mem, step_in(step))}};
    job->turn = (struct fetch_turn){.project = job->g.set->project_id, .package = job->g.set->id, .run = job_run,
                                    .dropped = job_drop, .arg = job};
    job->g.turn = &job->turn;
    fetch_turn_wait(nfvo->fetches, &job->turn);
}

/* SOL005 9.5.4.3: UPLOADING also while external artifacts are got. */
static struct err *
fetching_local(struct tx *tx, const void *in, void *out)
{
    const struct onboard_in *wanted = in;
    struct vnf_package *old, *row;

    (void)out;
    TRY(row_get(tx, &vnf_package_table, wanted->id, &old));
    row = row_copy(tx_mem(tx), old);
    row->onboarding_state = "UPLOADING";
    row->sha256 = wanted->sha256; /* All of it is here, whichever version began: see uploads_recover. */
    return row_update(tx, old, row);
}

const struct step_kind package_fetching_kind = {
    .name = "package fetching",
    .doc = "Says of the package that its external artifacts are being got.",
    .effect = FLOW_LOCAL,
    .in = &onboard_in_table,
    .local = fetching_local,
};
const struct step_kind package_fetch_kind = {
    .name = "package fetch",
    .doc = "Gets the external artifacts of the package and keeps them as files beside it.",
    .effect = FLOW_READ,
    .in = &outside_set_table,
    .out = &outside_set_table,
    .act = fetch_act,
};

/* ---- reading -------------------------------------------------------------------------------- */

struct looking {
    struct mem *mem;
    const char *id;
    struct rows found; /* in 'mem' */
};

static struct err *
look_fn(struct tx *tx, void *arg)
{
    struct looking *looking = arg;
    struct cond owned[] = {COND("owner_id", looking->id), {0}};
    struct query query = {.table = &package_outside_table, .conds = owned};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    looking->found = (struct rows){.items = MEM_ARRAY(looking->mem, rows.n + 1, void *)};
    for (size_t i = 0; i < rows.n; i++) {
        looking->found.items[looking->found.n++] = row_copy(looking->mem, rows.items[i]);
    }
    return NULL;
}

static struct err *
kept_open(struct nfvo *nfvo, struct mem *mem, const struct package_outside *artifact, int *fd)
{
    *fd = open(mem_printf(mem, "%s/%s", nfvo->packages_dir, artifact->path_kept), O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? NULL : err_errno(E_UNAVAILABLE, "open %s", artifact->path);
}

struct err *
outside_open(struct nfvo *nfvo, const struct package_ask *ask, const char *path, int *fd, int64_t *size)
{
    struct looking looking = {.mem = ask->mem, .id = ask->id};

    *fd = -1;
    TRY(store_read(nfvo->store, look_fn, &looking));
    for (size_t i = 0; i < looking.found.n; i++) {
        const struct package_outside *artifact = looking.found.items[i];

        if (str_eq(artifact->path, path)) {
            *size = artifact->size;
            return kept_open(nfvo, ask->mem, artifact, fd);
        }
    }
    return NULL;
}

static bool
is_wanted(const struct bundle_order *order, const struct package_outside *artifact)
{
    bool in_set = !order->some_sets;

    if (order->of == BUNDLE_FILE) {
        return str_eq(order->file, artifact->path);
    }
    for (size_t i = 0; i < order->sets.n && !in_set; i++) {
        in_set = str_eq(order->sets.items[i], artifact->artifact_set);
    }
    return !artifact->is_image &&
           (artifact->artifact_set ? !order->no_non_mano && in_set : !order->no_mano);
}

struct err *
outside_add(struct nfvo *nfvo, const struct package_ask *ask, const struct bundle_order *order,
            struct err *(*room)(void *arg, int fd, uint64_t n), int fd, int64_t *size)
{
    struct looking looking = {.mem = ask->mem, .id = ask->id};

    TRY(store_read(nfvo->store, look_fn, &looking));
    for (size_t i = 0; i < looking.found.n; i++) {
        const struct package_outside *artifact = looking.found.items[i];
        AUTO_FD from = -1;

        if (is_wanted(order, artifact)) {
            TRY(room(nfvo->unpacks, fd, (uint64_t)artifact->size));
            TRY(kept_open(nfvo, ask->mem, artifact, &from));
            TRY(bundle_append(fd, artifact->path, from, (uint64_t)artifact->size, size));
        }
    }
    return NULL;
}
