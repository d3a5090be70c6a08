/* `carrick examine [--memory-mb N] [--cpu-s N] [--trust FILE] [--signed only|or-not]
 * vnf|nsd|pnf|file|bundle [NAME]`
 *
 * Reads the package on standard input and tells on standard output, in the words
 * of examination.h, what it is.  The package comes from a stranger: before a byte
 * of it is read the process locks itself in.  Status 0 = all was said (also that
 * the package is wrong), 1 = not, 2 = wrong arguments. */
#include "tosca/examination.h"

#include "sys/cage.h"
#include "sys/file.h"
#include "tosca/outside.h"
#include "tosca/record.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME "package"
#define INNER_BYTES (UINT64_C(1) << 30) /* a package within a package, in memory */

struct examiner {
    struct mem *mem;
    const char *kind, *file;
    int64_t memory_mb, cpu_s;
    const char *trust_file;
    bool signed_only;
    struct package_trust trust;
};

/* ---- speaking ----------------------------------------------------------------------- */

static struct err *
say(enum examination_word word, const void *data, size_t n)
{
    unsigned char head[EXAMINATION_HEAD] = {(unsigned char)word, (unsigned char)n,
                                            (unsigned char)(n >> 8), (unsigned char)(n >> 16),
                                            (unsigned char)(n >> 24)};

    TRY(fd_write_all(STDOUT_FILENO, head, sizeof head));
    return fd_write_all(STDOUT_FILENO, data, n);
}

static struct err *
say_faults(const struct err *faults)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    for (const struct err *e = faults; e && text.len < EXAMINATION_FAULTS_MAX / 2; e = e->next) {
        jw_object(&w, NULL);
        jw_str(&w, "code", err_code_name(e->code));
        jw_str(&w, "type", e->type);
        jw_str(&w, "message", e->message);
        jw_end(&w);
    }
    jw_end(&w);
    return say(EXAMINATION_FAULTS, text.data, text.len);
}

static void
listed_write(struct jw *w, const struct package_file *file)
{
    jw_str(w, "name", file->name);
    jw_str(w, "algorithm", file->algorithm);
    jw_str(w, "digest", file->digest);
}

static void
outside_write(struct jw *w, const struct package *pkg, const struct package_uses *uses)
{
    size_t n;
    const struct outside *all = outside_list(pkg->mem, pkg, uses->vnfd, &n);

    for (size_t i = 0; i < n; i++) {
        jw_object(w, NULL);
        jw_str(w, "name", all[i].uri);
        jw_str(w, "algorithm", all[i].algorithm);
        jw_str(w, "digest", all[i].digest);
        jw_str(w, "checksum_algorithm", all[i].checksum_algorithm);
        jw_str(w, "checksum", all[i].checksum);
        jw_int(w, "part", all[i].is_image ? PACKAGE_IMAGE : PACKAGE_ARTIFACT);
        jw_str(w, "set", all[i].set);
        jw_str(w, "path", all[i].path);
        jw_end(w);
    }
}

static void
files_write(struct jw *w, const struct package *pkg, const struct package_uses *uses)
{
    jw_array(w, "files");
    for (size_t i = 0; i < pkg->n_files; i++) {
        const struct package_file *file = &pkg->files[i];

        if (file->digest) {
            jw_object(w, NULL);
            listed_write(w, file);
            jw_int(w, "part", package_part(pkg, uses, file));
            jw_str(w, "set", file->set);
            jw_str(w, "what", package_what(pkg, file));
            jw_end(w);
        }
    }
    outside_write(w, pkg, uses);
    jw_end(w);
}

static const char *
manifest_value(const struct package *pkg, const char *key)
{
    for (size_t i = 0; i < pkg->manifest.n; i++) {
        if (str_eq_case(pkg->manifest.items[i].name, key)) {
            return pkg->manifest.items[i].value;
        }
    }
    return NULL;
}

static struct err *
say_found(const struct package *pkg, const struct package_uses *uses,
          const struct examined *found)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "entry", pkg->entry);
    jw_str(&w, "manifest", pkg->manifest_file);
    jw_int(&w, "signed", pkg->security_option);
    jw_str(&w, "specifications", manifest_value(pkg, "compatible_specification_versions"));
    jw_str(&w, "certificate", pkg->signing_certificate);
    files_write(&w, pkg, uses);
    if (found->vnfd) {
        vnfd_write(&w, "descriptor", found->vnfd);
    } else if (found->nsd) {
        nsd_write(&w, "descriptor", found->nsd);
    } else {
        pnfd_write(&w, "descriptor", found->pnfd);
    }
    jw_end(&w);
    if (text.len > EXAMINATION_FOUND_MAX) {
        return err_new(E_TOO_LARGE, "PackageTooLarge", "%s: its descriptor is too large: more than "
                       "%u bytes", pkg->entry, EXAMINATION_FOUND_MAX);
    }
    return say(EXAMINATION_FOUND, text.data, text.len);
}

/* A file through a pipe: its digest is checked before its end is said. */
static struct err *
say_piece(void *arg, const void *data, size_t n)
{
    (void)arg;
    for (size_t at = 0; at < n; at += EXAMINATION_DATA_MAX) {
        size_t left = n - at;

        TRY(say(EXAMINATION_DATA, (const char *)data + at,
                left < EXAMINATION_DATA_MAX ? left : EXAMINATION_DATA_MAX));
    }
    return NULL;
}

static struct err *
say_file(struct package *pkg, const char *name)
{
    TRY(package_give(pkg, name, say_piece, NULL));
    return say(EXAMINATION_EOF, NULL, 0);
}

/* ---- the orders ---------------------------------------------------------------------- */

static struct err *
vnf_examine(struct examiner *x, struct package *pkg)
{
    const struct vnfd_image **images;
    struct examined found = {0};
    struct package_uses uses = {0};
    size_t n;

    TRY(tosca_parse_package(x->mem, pkg, &uses.tosca));
    TRY(vnfd_from_tosca(x->mem, uses.tosca, &found.vnfd));
    uses.vnfd = found.vnfd;
    TRY(say_found(pkg, &uses, &found));
    images = examination_images(x->mem, found.vnfd, &n);
    for (size_t i = 0; i < n; i++) {
        if (images[i]->file) {
            TRY(say_file(pkg, images[i]->file));
        }
    }
    return NULL;
}

static struct err *
nsd_examine(struct examiner *x, struct package *pkg)
{
    struct examined found = {0};
    struct package_uses uses = {0};

    TRY(tosca_parse_package(x->mem, pkg, &uses.tosca));
    TRY(nsd_from_tosca(x->mem, uses.tosca, &found.nsd));
    return say_found(pkg, &uses, &found);
}

static struct err *
pnf_examine(struct examiner *x, struct package *pkg)
{
    struct examined found = {0};
    struct package_uses uses = {0};

    TRY(tosca_parse_package(x->mem, pkg, &uses.tosca));
    TRY(pnfd_from_tosca(x->mem, uses.tosca, &found.pnfd));
    return say_found(pkg, &uses, &found);
}

static struct err *
file_examine(struct examiner *x, struct package *pkg)
{
    return say_file(pkg, x->file);
}

static struct err *
bundle_examine(struct examiner *x, struct package *pkg)
{
    struct bundle_order order;

    TRY(bundle_order_read(x->mem, x->file, &order));
    TRY(bundle_give(x->mem, pkg, &order, say_piece, NULL));
    return say(EXAMINATION_EOF, NULL, 0);
}

static const struct order {
    const char *kind;
    bool names_file;
    struct err *(*examine)(struct examiner *x, struct package *pkg);
} orders[] = {
    {"vnf", false, vnf_examine},
    {"nsd", false, nsd_examine},
    {"pnf", false, pnf_examine},
    {"file", true, file_examine},
    {"bundle", true, bundle_examine},
};

static struct err *
examine(struct examiner *x, const struct order *order)
{
    struct package *pkg;

    TRY(package_open_fd(x->mem, NAME, STDIN_FILENO, &x->trust, &pkg));
    return order->examine(x, pkg);
}

static struct err *
run(struct examiner *x, const struct order *order)
{
    struct cage cage = {
        .root = -1,
        .cpu_s = (uint64_t)x->cpu_s,
        .memory = (uint64_t)x->memory_mb << 20,
        .file_bytes = INNER_BYTES,
    };
    struct err *faults, *e;

    package_warm();
    faults = package_trust_read(x->mem, x->trust_file, x->signed_only, &x->trust);
    x->trust.was_checked = order->names_file; /* Of a package that is on-boarded. */
    if (!faults) {
        faults = cage_enter(&cage);
    }
    if (!faults) {
        faults = examine(x, order);
    }
    if (!faults) {
        return NULL;
    }
    e = say_faults(faults);
    err_free(faults);
    return e;
}

/* ---- arguments ----------------------------------------------------------------------- */

static bool
options_read(struct examiner *x, int argc, char **argv)
{
    static const struct option options[] = {
        {"memory-mb", required_argument, NULL, 'm'},
        {"cpu-s", required_argument, NULL, 'c'},
        {"trust", required_argument, NULL, 't'},
        {"signed", required_argument, NULL, 's'},
        {NULL, 0, NULL, 0},
    };
    bool good = true;
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'm') {
            good &= str_to_i64(optarg, &x->memory_mb) && x->memory_mb > 0;
        } else if (c == 'c') {
            good &= str_to_i64(optarg, &x->cpu_s) && x->cpu_s > 0;
        } else if (c == 't') {
            x->trust_file = *optarg ? optarg : NULL;
        } else if (c == 's') {
            x->signed_only = str_eq(optarg, "only");
            good &= x->signed_only || str_eq(optarg, "or-not");
        } else {
            return false;
        }
    }
    x->kind = optind < argc ? argv[optind] : NULL;
    x->file = optind + 1 < argc ? argv[optind + 1] : NULL;
    return good && optind + 2 >= argc;
}

static const struct order *
order_find(const struct examiner *x)
{
    for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
        if (str_eq(orders[i].kind, x->kind) && orders[i].names_file == (x->file != NULL)) {
            return &orders[i];
        }
    }
    return NULL;
}

int
examine_main(int argc, char **argv)
{
    struct examiner x = {.mem = mem_new("examine"), .memory_mb = 1024, .cpu_s = 60};
    const struct order *order = options_read(&x, argc, argv) ? order_find(&x) : NULL;
    struct err *e;

    if (!order) {
        (void)fprintf(stderr, "usage: carrick examine [--memory-mb N] [--cpu-s N] [--trust FILE] "
                              "[--signed only|or-not] vnf|nsd|pnf|file|bundle [NAME] <PACKAGE\n");
        mem_free(x.mem);
        return 2;
    }
    e = run(&x, order);
    /* Straight out: leaving through atexit needs system calls that are gone. */
    _exit(e ? 1 : 0);
}
