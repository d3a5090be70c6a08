/* Boxes are what runs, rounded ones are links, ellipses are what the outside
 * sees.  Where they stand is left to Graphviz. */
#include "tosca/drawing.h"

#include "sys/file.h"
#include "sys/process.h"
#include "tosca/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the language ------------------------------------------------------------------- */

/* Quoted: names are the author's. */
static const char *
quoted(struct mem *mem, const char *text)
{
    AUTO_BUF out = BUF_INIT;

    buf_char(&out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            buf_char(&out, '\\');
        }
        buf_char(&out, *text);
    }
    buf_char(&out, '"');
    return buf_copy(mem, &out);
}

/* A kind and a name make a node's key, within 'space' (of a flavour), so that a link may be called
 * as a part is. */
static const char *
key(struct mem *mem, const char *space, const char *kind, const char *name)
{
    return quoted(mem, mem_printf(mem, "%s/%s/%s", space, kind, name));
}

static void
edge(struct mem *mem, struct buf *out, const char *from, const char *to, const char *label)
{
    buf_printf(out, "  %s -- %s [label=%s];\n", from, to, quoted(mem, str_or(label, "")));
}

/* The lines of a label; ends with null. */
static const char *
label(struct mem *mem, ...) __attribute__((sentinel));

static const char *
label(struct mem *mem, ...)
{
    AUTO_BUF out = BUF_INIT;
    const char *line;
    va_list args;

    va_start(args, mem);
    while ((line = va_arg(args, const char *))) {
        const char *q = quoted(mem, line);

        buf_str(&out, out.len ? "\\n" : "");
        buf_add(&out, q + 1, strlen(q) - 2);
    }
    va_end(args);
    return mem_printf(mem, "\"%s\"", buf_copy(mem, &out));
}

static void
head(struct buf *out, const char *title)
{
    buf_printf(out,
               "graph {\n  label=%s; labelloc=t; rankdir=LR; fontname=sans;\n"
               "  node [fontname=sans, shape=box]; edge [fontname=sans, fontsize=10];\n",
               title);
}

static void
link_draw(struct mem *mem, struct buf *out, const char *space, const struct vnfd_link *link)
{
    buf_printf(out, "  %s [shape=box, style=rounded, label=%s];\n",
               key(mem, space, "link", link->name),
               link->cidr ? label(mem, link->name, link->cidr, NULL)
                          : label(mem, link->name, NULL));
}

/* ---- a VNF ------------------------------------------------------------------------------ */

static void
vdu_draw(struct mem *mem, struct buf *out, const char *space, const struct vnfd_vdu *vdu)
{
    const char *self = key(mem, space, "vdu", vdu->name);
    const char *size = mem_printf(mem, "%lld vCPU, %lld MiB", (long long)vdu->vcpus,
                                  (long long)vdu->memory_mb);
    const char *times =
        vdu->min_instances < vdu->max_instances
            ? mem_printf(mem, "%lld to %lld instances", (long long)vdu->min_instances,
                         (long long)vdu->max_instances)
            : mem_printf(mem, "%lld instance%s", (long long)vdu->max_instances,
                         vdu->max_instances == 1 ? "" : "s");

    buf_printf(out, "  %s [label=%s];\n", self,
               vdu->image ? label(mem, vdu->name, size, vdu->image->name, times, NULL)
                          : label(mem, vdu->name, size, times, NULL));
    for (size_t i = 0; i < vdu->n_cps; i++) {
        if (vdu->cps[i]->link) {
            edge(mem, out, self, key(mem, space, "link", vdu->cps[i]->link), vdu->cps[i]->name);
        }
    }
    for (size_t i = 0; i < vdu->n_storages; i++) {
        const char *storage = key(mem, space, "storage", vdu->storages[i]->name);

        buf_printf(out, "  %s [shape=cylinder, label=%s];\n", storage,
                   label(mem, vdu->storages[i]->name,
                         mem_printf(mem, "%llu GiB",
                                    (unsigned long long)(vdu->storages[i]->size >> 30)),
                         NULL));
        edge(mem, out, self, storage, NULL);
    }
}

static void
ext_cp_draw(struct mem *mem, struct buf *out, const char *space,
            const struct vnfd_flavour *flavour, const struct vnfd_ext_cp *ext)
{
    const char *self = key(mem, space, "cp", ext->name);
    const struct vnfd_cp *cp = ext->cp ? vnfd_cp(flavour, ext->cp) : NULL;

    buf_printf(out, "  %s [shape=ellipse, label=%s];\n", self,
               label(mem, str_or(ext->requirement, ext->name), NULL));
    if (cp) {
        edge(mem, out, self, key(mem, space, "vdu", cp->vdu), cp->name);
    } else if (ext->link) {
        edge(mem, out, self, key(mem, space, "link", ext->link), NULL);
    }
}

static void
flavour_draw(struct mem *mem, struct buf *out, const struct vnfd_flavour *flavour)
{
    buf_printf(out, "  subgraph %s {\n  label=%s;\n",
               quoted(mem, mem_printf(mem, "cluster %s", flavour->id)),
               label(mem, mem_printf(mem, "flavour %s", flavour->id), NULL));
    for (size_t i = 0; i < flavour->n_links; i++) {
        link_draw(mem, out, flavour->id, &flavour->links[i]);
    }
    for (size_t i = 0; i < flavour->n_vdus; i++) {
        vdu_draw(mem, out, flavour->id, &flavour->vdus[i]);
    }
    for (size_t i = 0; i < flavour->n_ext_cps; i++) {
        ext_cp_draw(mem, out, flavour->id, flavour, &flavour->ext_cps[i]);
    }
    buf_str(out, "  }\n");
}

const char *
drawing_of_vnfd(struct mem *mem, const struct vnfd *vnfd)
{
    AUTO_BUF out = BUF_INIT;

    head(&out,
         label(mem, mem_printf(mem, "%s %s", vnfd->product_name, vnfd->software_version), NULL));
    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        flavour_draw(mem, &out, &vnfd->flavours[i]);
    }
    buf_str(&out, "}\n");
    return buf_copy(mem, &out);
}

/* ---- an NS ------------------------------------------------------------------------------- */

static void
connections_draw(struct mem *mem, struct buf *out, const char *self, size_t n,
                 const struct nsd_connection *list)
{
    for (size_t i = 0; i < n; i++) {
        edge(mem, out, self, key(mem, "", "link", list[i].link), list[i].requirement);
    }
}

static void
vnf_draw(struct mem *mem, struct buf *out, const struct nsd_vnf *vnf)
{
    const char *self = key(mem, "", "vnf", vnf->name);

    buf_printf(out, "  %s [label=%s];\n", self, label(mem, vnf->name, vnf->node_type, NULL));
    connections_draw(mem, out, self, vnf->n_connections, vnf->connections);
}

static void
pnf_draw(struct mem *mem, struct buf *out, const struct nsd_pnf *pnf)
{
    const char *self = key(mem, "", "pnf", pnf->name);

    buf_printf(out, "  %s [shape=box3d, label=%s];\n", self, label(mem, pnf->name, NULL));
    connections_draw(mem, out, self, pnf->n_connections, pnf->connections);
}

static void
nested_draw(struct mem *mem, struct buf *out, const struct nsd_nested *nested)
{
    const char *self = key(mem, "", "ns", nested->name);

    buf_printf(out, "  %s [shape=component, label=%s];\n", self,
               label(mem, nested->name, nested->nsd_id, NULL));
    connections_draw(mem, out, self, nested->n_connections, nested->connections);
}

static void
sap_draw(struct mem *mem, struct buf *out, const struct nsd_sap *sap)
{
    const char *self = key(mem, "", "sap", sap->name);

    buf_printf(out, "  %s [shape=ellipse, label=%s];\n", self, label(mem, sap->name, NULL));
    if (sap->link) {
        edge(mem, out, self, key(mem, "", "link", sap->link), NULL);
    }
}

/* Where packets are when they meet an element of a path. */
static const char *
place(struct mem *mem, const struct nsd_cp_ref *ref)
{
    return ref->vnf      ? key(mem, "", "vnf", ref->vnf)
           : ref->nested ? key(mem, "", "ns", ref->nested)
           : ref->sap    ? key(mem, "", "sap", ref->sap)
                         : NULL;
}

/* From every element of a position to every one of the next. */
static void
path_draw(struct mem *mem, struct buf *out, const struct nsd_path *path, size_t color)
{
    static const char *const colors[] = {"#b2182b", "#2166ac", "#1b7837", "#762a83", "#e08214"};

    for (size_t i = 0; i + 1 < path->n_positions; i++) {
        const struct nsd_position *here = &path->positions[i], *next = here + 1;

        for (size_t a = 0; a < here->n_elements; a++) {
            for (size_t b = 0; b < next->n_elements; b++) {
                const char *from = place(mem, &here->elements[a].egress);
                const char *to = place(mem, &next->elements[b].ingress);

                if (from && to) {
                    buf_printf(out,
                               "  %s -- %s [dir=forward, style=bold, constraint=false, "
                               "color=\"%s\", fontcolor=\"%s\", label=%s];\n",
                               from, to, colors[color % ARRAY_SIZE(colors)],
                               colors[color % ARRAY_SIZE(colors)], quoted(mem, path->name));
                }
            }
        }
    }
}

const char *
drawing_of_nsd(struct mem *mem, const struct nsd *nsd)
{
    AUTO_BUF out = BUF_INIT;
    size_t n = 0;

    head(&out, label(mem, mem_printf(mem, "%s %s", nsd->name, nsd->version), NULL));
    for (size_t i = 0; i < nsd->n_links; i++) {
        link_draw(mem, &out, "", &nsd->links[i]);
    }
    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        vnf_draw(mem, &out, &nsd->vnfs[i]);
    }
    for (size_t i = 0; i < nsd->n_pnfs; i++) {
        pnf_draw(mem, &out, &nsd->pnfs[i]);
    }
    for (size_t i = 0; i < nsd->n_nested; i++) {
        nested_draw(mem, &out, &nsd->nested[i]);
    }
    for (size_t i = 0; i < nsd->n_saps; i++) {
        sap_draw(mem, &out, &nsd->saps[i]);
    }
    for (size_t g = 0; g < nsd->n_graphs; g++) {
        for (size_t i = 0; i < nsd->graphs[g].n_paths; i++) {
            path_draw(mem, &out, &nsd->graphs[g].paths[i], n++);
        }
    }
    buf_str(&out, "}\n");
    return buf_copy(mem, &out);
}

/* ---- a PNF ------------------------------------------------------------------------------- */

const char *
drawing_of_pnfd(struct mem *mem, const struct pnfd *pnfd)
{
    AUTO_BUF out = BUF_INIT;
    const char *self = key(mem, "", "pnf", pnfd->name);

    head(&out, label(mem, mem_printf(mem, "%s %s", pnfd->name, pnfd->version), NULL));
    buf_printf(&out, "  %s [shape=box3d, label=%s];\n", self,
               label(mem, pnfd->name, pnfd->provider, NULL));
    for (size_t i = 0; i < pnfd->n_cps; i++) {
        const char *cp = key(mem, "", "cp", pnfd->cps[i].name);

        buf_printf(&out, "  %s [shape=ellipse, label=%s];\n", cp,
                   label(mem, pnfd->cps[i].name, NULL));
        edge(mem, &out, self, cp, NULL);
    }
    buf_str(&out, "}\n");
    return buf_copy(mem, &out);
}

/* ---- the command --------------------------------------------------------------------------- */

static int
draw(const char *path, struct mem *mem, struct err *e, const struct package_verdict *verdict)
{
    if (e || verdict->kind != PACKAGE_ACCEPTED) {
        return package_tell(stderr, path, mem, e, verdict);
    }
    (void)fputs(verdict->vnfd  ? drawing_of_vnfd(mem, verdict->vnfd)
                : verdict->nsd ? drawing_of_nsd(mem, verdict->nsd)
                               : drawing_of_pnfd(mem, verdict->pnfd),
                stdout);
    return 0;
}

/* The picture of what is in the file 'fd', on our standard output. */
static int
dot_run(struct mem *mem, int fd)
{
    struct process_spec spec = {.argv = process_argv(mem, "dot", "-Tsvg", NULL),
                                .stdin_fd = fd,
                                .stdout_fd = STDOUT_FILENO,
                                .stderr_fd = STDERR_FILENO,
                                .die_with_parent = true};
    struct err *e;
    int status;
    pid_t pid;

    if (lseek(fd, 0, SEEK_SET) < 0) {
        perror("carrick: read what is to be drawn");
        return 1;
    }
    e = process_start(&spec, &pid);
    if (e) {
        fprintf(stderr, "carrick: %s; pictures need Debian's package graphviz, --dot does not\n",
                err_full(mem, e));
        err_free(e);
        return 1;
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* What reads the file is caged and only writes; it writes to memory. */
static int
graph_make(struct mem *mem, const char *path)
{
    AUTO_FD fd = memfd_create("graph", MFD_CLOEXEC);
    AUTO_FD out = dup(STDOUT_FILENO);
    int status;

    if (fd < 0 || out < 0 || dup2(fd, STDOUT_FILENO) < 0) {
        perror("carrick: keep what is to be drawn");
        return 1;
    }
    status = package_judge(path, NULL, draw);
    (void)fflush(stdout);
    if (dup2(out, STDOUT_FILENO) < 0) {
        perror("carrick: standard output");
        return 1;
    }
    return status ? status : dot_run(mem, fd);
}

int
package_graph_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("package graph");
    bool dot = argc > 2 && str_eq(argv[1], "--dot");

    if (argc != 2 + dot) {
        fprintf(stderr, "usage: carrick package graph [--dot] FILE\n");
        return 2;
    }
    return dot ? package_judge(argv[2], NULL, draw) : graph_make(mem, argv[1]);
}
