/* The checker behind 'carrick package check': everything wrong with a file at
 * once, sorted into what is broken and what is only not supported. */
#include "tosca/check.h"

#include "sys/cage.h"
#include "sys/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU_S 60
#define MEMORY_BYTES (UINT64_C(1) << 30)

const char *
package_verdict_name(enum package_verdict_kind kind)
{
    switch (kind) {
    case PACKAGE_ACCEPTED:
        return "accepted";
    case PACKAGE_INVALID:
        return "invalid";
    case PACKAGE_NOT_SUPPORTED:
    default:
        return "not supported";
    }
}

struct sorting {
    struct mem *mem;
    const struct package_trust *trust;
    VEC(const char *) faults, features, notes;
};

/* Sorts the errors of a list and frees it. */
static void
sort_errors(struct sorting *sorting, struct err *list)
{
    for (const struct err *e = list; e; e = e->next) {
        const char *message = mem_str(sorting->mem, e->message);

        if (e->code == E_NOT_IMPLEMENTED) {
            vec_add(sorting->mem, &sorting->features, message);
        } else {
            vec_add(sorting->mem, &sorting->faults, message);
        }
    }
    err_free(list);
}

static void
add_notes(struct sorting *sorting, size_t n, const char *const *notes)
{
    for (size_t i = 0; i < n; i++) {
        vec_add(sorting->mem, &sorting->notes, notes[i]);
    }
}

static bool
has_node(const struct tosca *tosca, const char *type)
{
    vec_each (&tosca->templates, in) {
        vec_each (&(*in)->nodes, node) {
            if (tosca_is((*node)->type, type)) {
                return true;
            }
        }
    }
    return false;
}

/* What the template describes decides which reader takes it. */
static void
check_descriptor(struct sorting *sorting, const struct tosca *tosca,
                 struct package_verdict *verdict)
{
    struct mem *mem = sorting->mem;

    if (has_node(tosca, "tosca.nodes.nfv.NS")) {
        verdict->what = "NSD";
        sort_errors(sorting, nsd_from_tosca(mem, tosca, &verdict->nsd));
    } else if (has_node(tosca, "tosca.nodes.nfv.VNF")) {
        verdict->what = "VNFD";
        sort_errors(sorting, vnfd_from_tosca(mem, tosca, &verdict->vnfd));
    } else if (has_node(tosca, "tosca.nodes.nfv.PNF")) {
        verdict->what = "PNFD";
        sort_errors(sorting, pnfd_from_tosca(mem, tosca, &verdict->pnfd));
    } else {
        verdict->what = "service template";
        vec_add(mem, &sorting->features,
                "feature: service templates that describe no VNF, NS or PNF by SOL001's types are "
                "not supported");
    }
}

static struct err *
read_beside(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    const char *folder = arg;

    return file_read(mem, mem_printf(mem, "%s/%s", folder, name), package_limits_default.max_text,
                     text, n);
}

static void
check_template(struct sorting *sorting, const char *path, struct package_verdict *verdict)
{
    struct mem *mem = sorting->mem;
    const char *slash = strrchr(path, '/');
    char *folder = slash ? mem_strn(mem, path, (size_t)(slash - path)) : mem_str(mem, ".");
    struct tosca *tosca;

    sort_errors(sorting, tosca_parse(mem, read_beside, folder, slash ? slash + 1 : path, &tosca));
    if (tosca) {
        add_notes(sorting, tosca->notes.n, tosca->notes.items);
        check_descriptor(sorting, tosca, verdict);
    }
}

/* 'fd' is the open package, or -1: then 'path' is opened. */
static struct err *
check_package(struct sorting *sorting, const char *path, int fd, struct package_verdict *verdict)
{
    struct package *pkg;
    struct tosca *tosca = NULL;
    struct err *e = fd >= 0 ? package_open_any_fd(sorting->mem, path, fd, sorting->trust, &pkg)
                            : package_open_any(sorting->mem, path, sorting->trust, &pkg);

    if (err_is(e, E_NOT_FOUND) || err_is(e, E_UNAVAILABLE)) {
        return e;
    }
    sort_errors(sorting, e);
    if (!pkg) {
        return NULL;
    }
    add_notes(sorting, pkg->n_notes, pkg->notes);
    sort_errors(sorting, tosca_parse_package(sorting->mem, pkg, &tosca));
    if (tosca) {
        add_notes(sorting, tosca->notes.n, tosca->notes.items);
        check_descriptor(sorting, tosca, verdict);
    }
    return NULL;
}

static void
verdict_fill(const struct sorting *sorting, struct package_verdict *verdict)
{
    verdict->faults = sorting->faults.items;
    verdict->n_faults = sorting->faults.n;
    verdict->features = sorting->features.items;
    verdict->n_features = sorting->features.n;
    verdict->notes = sorting->notes.items;
    verdict->n_notes = sorting->notes.n;
    verdict->kind = verdict->n_faults > 0     ? PACKAGE_INVALID
                    : verdict->n_features > 0 ? PACKAGE_NOT_SUPPORTED
                                              : PACKAGE_ACCEPTED;
    if (verdict->kind != PACKAGE_ACCEPTED) {
        verdict->vnfd = NULL;
        verdict->nsd = NULL;
        verdict->pnfd = NULL;
    }
}

static bool
is_template(const char *path)
{
    return str_ends(path, ".yaml") || str_ends(path, ".yml");
}

struct err *
package_check_fd(struct mem *mem, const char *name, int fd, const struct package_trust *trust,
                 struct package_verdict *verdict)
{
    struct sorting sorting = {.mem = mem, .trust = trust};

    *verdict = (struct package_verdict){0};
    TRY(check_package(&sorting, name, fd, verdict));
    verdict_fill(&sorting, verdict);
    return NULL;
}

struct err *
package_check(struct mem *mem, const char *path, const struct package_trust *trust,
              struct package_verdict *verdict)
{
    struct sorting sorting = {.mem = mem, .trust = trust};
    struct stat st;

    *verdict = (struct package_verdict){0};
    if (stat(path, &st) != 0) {
        return err_errno(E_NOT_FOUND, "%s", path);
    }
    if (S_ISREG(st.st_mode) && is_template(path)) {
        check_template(&sorting, path, verdict);
    } else {
        TRY(check_package(&sorting, path, -1, verdict));
    }
    verdict_fill(&sorting, verdict);
    return NULL;
}

/* ---- the command ------------------------------------------------------------------ */

static void
print_list(FILE *out, const char *title, size_t n, const char *const *items)
{
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "  %s %s\n", title, items[i]);
    }
}

static void
print_verdict(FILE *out, const char *path, const struct package_verdict *verdict)
{
    fprintf(out, "%s: %s%s%s\n", path, package_verdict_name(verdict->kind), verdict->what ? ", " : "",
           str_or(verdict->what, ""));
    print_list(out, "fault:", verdict->n_faults, verdict->faults);
    print_list(out, "not supported:", verdict->n_features, verdict->features);
    print_list(out, "note:", verdict->n_notes, verdict->notes);
    if (verdict->vnfd) {
        fprintf(out, "  %s %s by %s, descriptor %s, %zu flavour(s)\n", verdict->vnfd->product_name,
               verdict->vnfd->software_version, verdict->vnfd->provider,
               verdict->vnfd->descriptor_id, verdict->vnfd->n_flavours);
    }
    if (verdict->nsd) {
        fprintf(out, "  %s %s by %s, descriptor %s: %zu VNF(s), %zu link(s), %zu forwarding graph(s)\n",
               verdict->nsd->name, verdict->nsd->version, verdict->nsd->designer,
               verdict->nsd->descriptor_id, verdict->nsd->n_vnfs, verdict->nsd->n_links,
               verdict->nsd->n_graphs);
    }
    if (verdict->pnfd) {
        fprintf(out, "  %s %s by %s, descriptor %s: %zu connection point(s)\n", verdict->pnfd->name,
               verdict->pnfd->version, verdict->pnfd->provider, verdict->pnfd->descriptor_id,
               verdict->pnfd->n_cps);
    }
}

int
package_tell(FILE *out, const char *path, struct mem *mem, struct err *e,
             const struct package_verdict *verdict)
{
    if (e) {
        fprintf(stderr, "carrick: %s\n", err_full(mem, e));
        err_free(e);
        return 1;
    }
    print_verdict(out, path, verdict);
    return verdict->kind == PACKAGE_ACCEPTED ? 0 : 1;
}

static int
tell(const char *path, struct mem *mem, struct err *e, const struct package_verdict *verdict)
{
    return package_tell(stdout, path, mem, e, verdict);
}

static void __attribute__((noreturn)) check_in_cage(const char *path, int fd,
                                                    const struct package_trust *trust,
                                                    package_teller *teller)
{
    struct cage cage = {
        .root = -1, .cpu_s = CPU_S, .memory = MEMORY_BYTES, .file_bytes = MEMORY_BYTES};
    AUTO(mem) mem = mem_new("package check");
    struct package_verdict verdict;
    struct err *e;
    int status;

    package_warm();
    e = cage_enter(&cage);
    if (!e) {
        e = package_check_fd(mem, path, fd, trust, &verdict);
    }
    status = teller(path, mem, e, &verdict);
    (void)fflush(stdout);
    /* Straight out: leaving through atexit needs system calls that are gone. */
    _exit(status);
}

static int
check_zip(const char *path, int fd, const struct package_trust *trust, package_teller *teller)
{
    int status = 0;
    pid_t pid;

    (void)fflush(stdout);
    pid = fork();
    if (pid == 0) {
        check_in_cage(path, fd, trust, teller);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("carrick: fork");
        return 1;
    }
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "carrick: %s: the process that reads it was ended by signal %d\n", path,
                WTERMSIG(status));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
package_judge(const char *path, const struct package_trust *trust, package_teller *teller)
{
    AUTO_FD fd = is_template(path) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    AUTO(mem) mem = mem_new("package check");
    struct package_verdict verdict;
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        return check_zip(path, fd, trust, teller);
    }
    return teller(path, mem, package_check(mem, path, trust, &verdict), &verdict);
}

int
package_check_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("package check");
    struct package_trust trust;
    const char *path = NULL;
    int status = 0, first = 1;
    struct err *e;

    if (argc > 2 && str_eq(argv[1], "--trust")) {
        path = argv[2];
        first = 3;
    }
    if (argc <= first || argv[first][0] == '-') {
        fprintf(stderr, "usage: carrick package check [--trust CERTIFICATES] FILE...\n"
                        "FILE is a CSAR, a folder with the same content, or a service template;\n"
                        "CERTIFICATES (PEM) are those that the chains of its signers have to lead "
                        "to\n");
        return 2;
    }
    e = package_trust_read(mem, path, false, &trust);
    if (e) {
        fprintf(stderr, "carrick: %s\n", err_full(mem, e));
        err_free(e);
        return 2;
    }
    for (int i = first; i < argc; i++) {
        status |= package_judge(argv[i], &trust, tell);
    }
    return status;
}
