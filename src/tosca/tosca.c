/* Parsing as a whole, and the questions that readers ask of the result. */
#include "tosca/parse.h"

#include <string.h>

/* SOL001 versions tried, newest first, where an import names none. */
static const int versions_tried[] = {441, 431, 371, 331, 281, 261};

bool
tosca_is(const struct tosca_type *type, const char *name)
{
    for (; type; type = type->parent) {
        if (str_eq(type->name, name)) {
            return true;
        }
    }
    return false;
}

const struct tosca_type *
tosca_type(const struct tosca *tosca, enum tosca_kind kind, const char *name)
{
    return map_get(&tosca->types[kind], name);
}

const struct tosca_schema *
tosca_property(const struct tosca_type *type, const char *name)
{
    for (; type; type = type->parent) {
        const struct tosca_schema *found =
            type->properties.n > 0 ? map_get(&type->by_name, name) : NULL;

        if (found) {
            return found;
        }
    }
    return NULL;
}

const struct tosca_node *
tosca_node(const struct tosca_template *in, const char *name)
{
    return in->nodes.n > 0 ? map_get(&in->by_name, name) : NULL;
}

static struct err *
fault_at(const struct yaml *at, enum err_code code, const char *type, const char *text)
{
    return err_new(code, type, "%s:%d:%d: %s", str_or(at->file, "?"), at->line, at->column, text);
}

struct err *
tosca_fault(const struct yaml *at, const char *fmt, ...)
{
    AUTO(mem) mem = mem_new("fault");
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(mem, fmt, args);
    va_end(args);
    return fault_at(at, E_INVALID, "TemplateInvalid", text);
}

struct err *
tosca_unsupported(const struct yaml *at, const char *fmt, ...)
{
    AUTO(mem) mem = mem_new("fault");
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(mem, fmt, args);
    va_end(args);
    return fault_at(at, E_NOT_IMPLEMENTED, "FeatureNotSupported",
                    mem_printf(mem, "feature: %s is not supported", text));
}

/* One parse with 'version' for imports that name none. */
static struct err *
parse_as(struct mem *mem, tosca_read_fn *read, void *arg, const char *entry, int version,
         struct tosca **tosca, bool *is_version_free)
{
    struct tosca_run run = {.mem = mem, .read = read, .arg = arg, .version = version};

    run.tosca = MEM_NEW(mem, struct tosca);
    run.tosca->mem = mem;
    map_init(&run.files, mem);
    for (enum tosca_kind kind = 0; kind < TOSCA_N_KINDS; kind++) {
        map_init(&run.tosca->types[kind], mem);
    }
    load_files(&run, entry);
    link_types(&run);
    vec_each (&run.order, file) {
        vec_add(mem, &run.tosca->files, (*file)->name);
        read_topology(&run, *file);
    }
    vec_each (&run.tosca->templates, in) {
        check_topology(&run, *in);
    }
    *tosca = run.tosca;
    *is_version_free = run.is_version_free;
    return run.faults;
}

static bool
is_invalid(const struct err *e)
{
    for (; e; e = e->next) {
        if (e->code != E_NOT_IMPLEMENTED) {
            return true;
        }
    }
    return false;
}

struct err *
tosca_parse(struct mem *mem, tosca_read_fn *read, void *arg, const char *entry,
            struct tosca **tosca)
{
    bool is_version_free;
    struct err *newest =
        parse_as(mem, read, arg, entry, versions_tried[0], tosca, &is_version_free);

    for (size_t i = 1; is_version_free && is_invalid(newest) && i < ARRAY_SIZE(versions_tried);
         i++) {
        struct tosca *older;
        struct err *e =
            parse_as(mem, read, arg, entry, versions_tried[i], &older, &is_version_free);

        if (!is_invalid(e)) {
            err_free(newest);
            newest = e;
            *tosca = older;
            break;
        }
        err_ignore(e, "told as the newest version has it");
    }
    if (newest) {
        *tosca = NULL;
    }
    return newest;
}

static struct err *
read_from_package(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    struct package *pkg = arg;

    return package_read(pkg, mem, name, pkg->limits.max_text, text, n);
}

struct err *
tosca_parse_package(struct mem *mem, struct package *pkg, struct tosca **tosca)
{
    struct err *e = tosca_parse(mem, read_from_package, pkg, pkg->entry, tosca);

    if (!e) {
        (*tosca)->package = pkg;
    }
    return e;
}

static const struct yaml *
step_into(const struct yaml *value, const struct yaml *call, size_t from)
{
    for (size_t i = from; value && call->type == YAML_T_LIST && i < call->n; i++) {
        int64_t index;

        if (value->type == YAML_T_LIST && yaml_to_i64(call->items[i], &index)) {
            value = index >= 0 && (size_t)index < value->n ? value->items[index] : NULL;
        } else {
            value = yaml_get(value, str_or(yaml_str(call->items[i]), ""));
        }
    }
    return value;
}

static const struct yaml *
input_default(const struct tosca_template *in, const char *name)
{
    vec_each (&in->inputs, input) {
        if (str_eq((*input)->name, name)) {
            return (*input)->value;
        }
    }
    return NULL;
}

#define RESOLVE_DEPTH 16
#define RESOLVE_STEPS 1000
#define TEXT_MAX 4096

struct resolving {
    const struct tosca *tosca;
    int depth, n_steps; /* functions within functions; functions, and what they put together, in all */
};

static const struct yaml *resolve(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self,
                                  const struct yaml *value);

/* What a function gives stands where 'at' stands. */
static const struct yaml *
text_node(const struct tosca *tosca, const struct yaml *at, const char *text)
{
    struct yaml *node = MEM_NEW(tosca->mem, struct yaml);

    *node = (struct yaml){.type = YAML_T_SCALAR, .plain = true, .file = at ? at->file : "built-in types",
                          .line = at ? at->line : 1, .column = at ? at->column : 1, .text = text};
    return node;
}

static const struct yaml *
value_of(struct resolving *r, const struct tosca_node *node, const char *property)
{
    const struct yaml *value = yaml_get(yaml_get(node->yaml, "properties"), property);
    const struct tosca_schema *schema;

    if (!yaml_is_null(value)) {
        return resolve(r, node->in, node, value);
    }
    schema = node->type ? tosca_property(node->type, property) : NULL;
    if (!schema || (!schema->def && !schema->value)) {
        return NULL;
    }
    return schema->value ? schema->value : text_node(r->tosca, NULL, schema->def);
}

/* [NODE, PROPERTY, ...] or [NODE, CAPABILITY, PROPERTY, ...] (TOSCA 1.3, 4.4.2). */
static const struct yaml *
property_get(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self,
             const struct yaml *call)
{
    const char *name = call->type == YAML_T_LIST && call->n > 1 ? yaml_str(call->items[0]) : NULL;
    const char *word = name ? yaml_str(call->items[1]) : NULL;
    const struct tosca_node *node = str_eq(name, "SELF") ? self : name ? tosca_node(in, name) : NULL;
    const struct yaml *value;

    if (!node || !word) {
        return NULL;
    }
    value = value_of(r, node, word);
    if (value || call->n < 3) {
        return step_into(value, call, 2);
    }
    value = yaml_get(yaml_get(yaml_get(yaml_get(node->yaml, "capabilities"), word), "properties"),
                     str_or(yaml_str(call->items[2]), ""));
    return value ? step_into(resolve(r, node->in, node, value), call, 3) : NULL;
}

static bool
part_add(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self, const struct yaml *part,
         struct buf *out)
{
    const char *text = r->n_steps++ < RESOLVE_STEPS ? yaml_str(resolve(r, in, self, part)) : NULL;

    if (text) {
        buf_str(out, text);
    }
    return text && !out->overflow;
}

/* Its parts, if all are known; 'between' is null for concat. */
static const struct yaml *
joined(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self, const struct yaml *parts,
       const struct yaml *between)
{
    AUTO_BUF out = BUF_INIT;

    buf_init(&out, TEXT_MAX);
    if (parts->type != YAML_T_LIST) {
        return NULL;
    }
    for (size_t i = 0; i < parts->n; i++) {
        if ((i && between && !part_add(r, in, self, between, &out)) || !part_add(r, in, self, parts->items[i], &out)) {
            return NULL;
        }
    }
    return text_node(r->tosca, parts, buf_copy(r->tosca->mem, &out));
}

/* [TEXT, CHARACTERS, INDEX]: the part of that number between any of the characters. */
static const struct yaml *
token(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self, const struct yaml *call)
{
    bool is_call = call->type == YAML_T_LIST && call->n == 3;
    const char *text = is_call ? yaml_str(resolve(r, in, self, call->items[0])) : NULL;
    const char *characters = is_call ? yaml_str(resolve(r, in, self, call->items[1])) : NULL;
    int64_t index;

    if (!text || strnlen(text, TEXT_MAX) == TEXT_MAX || str_empty(characters) ||
        !yaml_to_i64(call->items[2], &index) || index < 0) {
        return NULL;
    }
    for (; index > 0; index--) {
        text += strcspn(text, characters);
        if (!*text) {
            return NULL;
        }
        text++;
    }
    return text_node(r->tosca, call, mem_strn(r->tosca->mem, text, strcspn(text, characters)));
}

static const struct yaml *
call_resolve(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self, const char *function,
             const struct yaml *call)
{
    if (str_eq(function, "get_input")) {
        const char *name = yaml_str(call->type == YAML_T_LIST && call->n > 0 ? call->items[0] : call);

        return step_into(input_default(in, str_or(name, "")), call, 1);
    }
    if (str_eq(function, "get_property")) {
        return property_get(r, in, self, call);
    }
    if (str_eq(function, "concat")) {
        return joined(r, in, self, call, NULL);
    }
    if (str_eq(function, "join") && call->type == YAML_T_LIST && (call->n == 1 || call->n == 2)) {
        return joined(r, in, self, call->items[0], call->n == 2 ? call->items[1] : NULL);
    }
    return str_eq(function, "token") ? token(r, in, self, call) : NULL;
}

/* Null where it is a function whose value is not known before an operation. */
static const struct yaml *
resolve(struct resolving *r, const struct tosca_template *in, const struct tosca_node *self, const struct yaml *value)
{
    const struct yaml *got;

    if (!is_function(value)) {
        return value;
    }
    if (r->depth >= RESOLVE_DEPTH || r->n_steps >= RESOLVE_STEPS) {
        return NULL;
    }
    r->depth++;
    r->n_steps++;
    got = call_resolve(r, in, self, value->keys[0]->text, value->items[0]);
    r->depth--;
    return got;
}

const struct yaml *
tosca_resolve(const struct tosca *tosca, const struct tosca_template *in, const struct yaml *value)
{
    return value ? resolve(&(struct resolving){.tosca = tosca}, in, NULL, value) : NULL;
}

const struct yaml *
tosca_value(const struct tosca *tosca, const struct tosca_node *node, const char *property)
{
    return value_of(&(struct resolving){.tosca = tosca}, node, property);
}

const char *
tosca_value_str(const struct tosca *tosca, const struct tosca_node *node, const char *property)
{
    return yaml_str(tosca_value(tosca, node, property));
}
