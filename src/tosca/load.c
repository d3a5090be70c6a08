/* A service template and its imports: each file once, cycles named, normative
 * files taken from the built-in tables where the package does not bring them. */
#include "tosca/parse.h"

#include <stdio.h>
#include <string.h>

#define FILES_MAX 256

void
run_fault(struct tosca_run *run, struct err *e)
{
    if (!e) {
        return;
    }
    if (run->n_faults++ >= TOSCA_FAULTS_MAX) {
        err_free(e);
        return;
    }
    run->faults = err_join(run->faults, e);
}

static struct tosca_file *load_file(struct tosca_run *run, const char *name, const struct yaml *at);

static const char *const normative[] = {"common", "vnfd", "nsd", "pnfd", NULL};

/* "…/v3.3.1/…_vnfd_types.yaml" or "…_vnfd_3_3_1_types.yaml" -> "3.3.1"; null where no version stands in it. */
static const char *
version_in(struct mem *mem, const char *name)
{
    for (const char *p = name; *p; p++) {
        bool starts = p == name || strchr("/v-_", p[-1]);
        int a, b, c;

        if (starts && (sscanf(p, "%3d.%3d.%3d", &a, &b, &c) == 3 || sscanf(p, "%3d_%3d_%3d", &a, &b, &c) == 3)) {
            return mem_printf(mem, "%d.%d.%d", a, b, c);
        }
    }
    return NULL;
}

/* Of which version it is; 0 where it names none, or one that is read as another. */
static int
version_of(struct tosca_run *run, const char *name, const struct yaml *at)
{
    const char *text = version_in(run->mem, name);
    int version = text ? builtin_version(text) : 0;

    if (!text || version) {
        return version;
    }
    if (!builtin_is_near(text)) {
        run_fault(run, tosca_unsupported(at, "SOL001 types of the version in %s", name));
        return run->version;
    }
    vec_add(run->mem, &run->tosca->notes,
            mem_printf(run->mem, "%s:%d:%d: the types of SOL001 %s are not built in: read as those of %s", at->file, at->line,
                       at->column, text, builtin_version_text(run->version)));
    return 0;
}

/* The import of a normative file that the package does not bring. */
static bool
load_builtin(struct tosca_run *run, const char *name, const struct yaml *at)
{
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;

    for (size_t i = 0; normative[i]; i++) {
        const char *start = mem_printf(run->mem, "etsi_nfv_sol001_%s_", normative[i]);
        int version;

        if (!str_starts(base, start) && !str_starts(base, start + strlen("etsi_nfv_"))) {
            continue;
        }
        version = version_of(run, name, at);
        run->is_version_free = run->is_version_free || version == 0;
        version = version ? version : run->version;
        run->tosca->types_version = builtin_version_text(version);
        return builtin_types(run, normative[i], version);
    }
    return false;
}

static const char *
import_name(struct tosca_run *run, const struct yaml *item)
{
    static const char *const known[] = {"file",          "repository", "namespace_prefix",
                                        "namespace_uri", "url",        NULL};

    if (item->type == YAML_T_SCALAR) {
        return item->text;
    }
    if (item->type == YAML_T_MAP && yaml_get(item, "file")) {
        check_keys(run, item, known, "an import");
        return yaml_get_str(item, "file");
    }
    if (item->type == YAML_T_MAP && item->n == 1) { /* - name: file or { file: ... } */
        return yaml_str(item->items[0]) ? yaml_str(item->items[0])
                                        : yaml_get_str(item->items[0], "file");
    }
    return NULL;
}

static void
load_import(struct tosca_run *run, const struct tosca_file *from, const struct yaml *item)
{
    const char *name = import_name(run, item), *inside;
    struct tosca_file *file;

    if (str_empty(name)) {
        run_fault(run, tosca_fault(item, "an import names a file"));
        return;
    }
    inside = package_resolve(run->mem, from->name, name);
    file = inside ? load_file(run, inside, item) : NULL;
    if (file && file->is_open && file != from) {
        run_fault(run, tosca_fault(item, "import cycle: %s is being imported already", inside));
    } else if (file == from) {
        run_fault(run, tosca_fault(item, "import cycle: %s imports itself", inside));
    }
    if (!file && !load_builtin(run, name, item)) {
        run_fault(run, strstr(name, "://") || inside
                           ? tosca_fault(item, "import %s: the package has no such file", name)
                           : tosca_fault(item, "import %s: leaves the package", name));
    }
}

static void
load_imports(struct tosca_run *run, const struct tosca_file *file)
{
    const struct yaml *imports = yaml_get(file->yaml, "imports");

    if (yaml_is_null(imports)) {
        return;
    }
    if (imports->type == YAML_T_SCALAR) {
        run_fault(run, tosca_fault(imports, "imports is a list"));
    }
    yaml_each (imports, i) {
        load_import(run, file, imports->items[i]);
    }
}

static void
check_header(struct tosca_run *run, const struct tosca_file *file)
{
    static const char *const known[] = {"tosca_definitions_version",
                                        "namespace",
                                        "metadata",
                                        "template_name",
                                        "template_author",
                                        "template_version",
                                        "description",
                                        "dsl_definitions",
                                        "repositories",
                                        "imports",
                                        "artifact_types",
                                        "data_types",
                                        "capability_types",
                                        "interface_types",
                                        "relationship_types",
                                        "node_types",
                                        "group_types",
                                        "policy_types",
                                        "topology_template",
                                        "tosca_default_namespace",
                                        NULL};
    static const char *const versions[] = {"tosca_simple_yaml_1_0",
                                           "tosca_simple_yaml_1_0_0",
                                           "tosca_simple_yaml_1_1",
                                           "tosca_simple_yaml_1_2",
                                           "tosca_simple_yaml_1_3",
                                           "tosca_simple_profile_for_nfv_1_0_0",
                                           NULL};
    const struct yaml *version = yaml_get(file->yaml, "tosca_definitions_version");

    if (!version) {
        run_fault(run, tosca_fault(file->yaml, "tosca_definitions_version is missing"));
    } else if (!yaml_str(version) || !str_in(yaml_str(version), versions)) {
        run_fault(run, tosca_unsupported(version, "tosca_definitions_version %s",
                                         str_or(yaml_str(version), "")));
    }
    check_keys(run, file->yaml, known, "a service template");
}

static size_t
count_nodes(const struct yaml *node)
{
    size_t n = 1;

    yaml_each (node, i) {
        n += count_nodes(node->items[i]) + (node->type == YAML_T_MAP);
    }
    return n;
}

/* Reads the file and what it imports; null where the package has none of that
 * name.  A file met before is given back. */
static struct tosca_file *
load_file(struct tosca_run *run, const char *name, const struct yaml *at)
{
    const struct yaml_limits limits = {.max_nodes = TOSCA_YAML_NODES_MAX - run->n_yaml_nodes};
    struct tosca_file *file = map_get(&run->files, name);
    struct err *e;
    char *text;
    size_t n;

    if (file) {
        return file;
    }
    e = run->read(run->arg, run->mem, name, &text, &n);
    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        return NULL;
    }
    file = MEM_NEW(run->mem, struct tosca_file);
    file->name = name;
    map_set(&run->files, name, file);
    if (!e && at && (run->order.n >= FILES_MAX || run->n_yaml_nodes >= TOSCA_YAML_NODES_MAX)) {
        e = tosca_fault(at, "more files or definitions than anyone needs");
    }
    if (!e) {
        e = yaml_parse(run->mem, name, text, n, &limits, &file->yaml);
    }
    if (!e && file->yaml->type != YAML_T_MAP) {
        e = tosca_fault(file->yaml, "a service template is a map");
    }
    if (e) {
        run_fault(run, e);
        file->yaml = NULL;
        return file;
    }
    run->n_yaml_nodes += count_nodes(file->yaml);
    file->is_open = true;
    vec_add(run->mem, &run->order, file);
    check_header(run, file);
    load_imports(run, file);
    define_types(run, file);
    file->is_open = false;
    return file;
}

void
load_files(struct tosca_run *run, const char *entry)
{
    struct tosca_file *file = load_file(run, entry, NULL);

    if (!file) {
        run_fault(run,
                  err_new(E_INVALID, "TemplateInvalid", "%s: no such file in the package", entry));
    } else if (file->yaml) {
        run->tosca->definitions_version = yaml_get_str(file->yaml, "tosca_definitions_version");
    }
    builtin_types(run, "simple", run->version);
}
