/* Every resource of this binary, and what can be told about them all without
 * knowing any: checks and the reference. */
#include "resource/engine.h"

#include "base/vec.h"

#include <pthread.h>
#include <string.h>

#define RESOURCES_MAX 256

static const struct resource *registered[RESOURCES_MAX];
static size_t n_registered;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

void
resource_register(const struct resource *resource)
{
    bool there = false;

    pthread_rwlock_wrlock(&lock);
    for (size_t i = 0; i < n_registered; i++) {
        there = there || registered[i] == resource;
    }
    if (!there && n_registered < RESOURCES_MAX) {
        registered[n_registered++] = resource;
    }
    pthread_rwlock_unlock(&lock);
}

const struct resource *
resource_find(const char *table_name)
{
    const struct resource *found = NULL;

    pthread_rwlock_rdlock(&lock);
    for (size_t i = 0; i < n_registered && !found; i++) {
        if (!strcmp(registered[i]->table->name, table_name)) {
            found = registered[i];
        }
    }
    pthread_rwlock_unlock(&lock);
    return found;
}

size_t
resource_all(const struct resource *const **resources)
{
    *resources = registered;
    return n_registered;
}

/* ---- checks ------------------------------------------------------------------------------ */

static struct err *
fault(struct err *faults, const struct resource *resource, const char *what)
{
    return err_join(faults, err_new(E_INTERNAL, NULL, "resource %s: %s",
                                    str_or(resource->singular, resource->table->name), what));
}

static struct err *
rule_there(struct err *faults, const struct resource *resource, const char *rule)
{
    if (rule && !policy_find(rule, NULL)) {
        AUTO(mem) mem = mem_new("check");

        return fault(faults, resource, mem_printf(mem, "there is no rule %s", rule));
    }
    return faults;
}

static struct err *
attrs_check(struct err *faults, const struct resource *resource)
{
    const struct table *table = resource->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        faults = rule_there(faults, resource, table->attrs[i].policy);
        faults = rule_there(faults, resource, table->attrs[i].see);
    }
    return faults;
}

struct err *
resource_check(const struct resource *resource)
{
    struct err *faults = table_check(resource->table);

    if (str_empty(resource->singular) || str_empty(resource->plural)) {
        faults = fault(faults, resource, "singular and plural are needed");
    }
    if (str_empty(resource->doc)) {
        faults = fault(faults, resource, "no .doc");
    }
    if (!table_key(resource->table)) {
        faults = fault(faults, resource, "its table has no key");
    }
    if ((resource->flags & RESOURCE_TAGS) && !table_attr(resource->table, "tags")) {
        faults = fault(faults, resource, "RESOURCE_TAGS without an attribute tags");
    }
    if ((resource->flags & RESOURCE_REVISION) &&
        !table_attr(resource->table, "revision_number")) {
        faults = fault(faults, resource, "RESOURCE_REVISION without revision_number");
    }
    faults = rule_there(faults, resource, resource->rule_create);
    faults = rule_there(faults, resource, resource->rule_show);
    faults = rule_there(faults, resource, resource->rule_update);
    faults = rule_there(faults, resource, resource->rule_delete);
    return attrs_check(faults, resource);
}

/* ---- reference ------------------------------------------------------------------------------ */

static void
use_doc(struct buf *out, const struct attr *attr)
{
    static const struct {
        uint32_t use;
        const char *word;
    } words[] = {{KEY, "key"},       {REQUIRED, "required"}, {POST, "create"}, {PUT, "update"},
                 {SHOW, "show"},     {FILTER, "filter"},     {SORT, "sort"},   {NULLABLE, "null"},
                 {SECRET, "secret"}};
    const char *comma = "";

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (attr->use & words[i].use) {
            buf_printf(out, "%s%s", comma, words[i].word);
            comma = ", ";
        }
    }
}

static const char *
type_name(const struct attr *attr)
{
    static const char *const names[] = {
#define X(word, ctype, doc) [ATTR_T_##word] = #word,
        ATTR_TYPES(X)
#undef X
    };

    return names[attr->type];
}

static void
default_doc(struct buf *out, const struct attr *attr)
{
    if (!attr->def) {
        buf_char(out, '-');
    } else if (attr->def[0] == GENERATED[0]) {
        buf_str(out, "generated");
    } else {
        buf_printf(out, "`%s`", attr->def);
    }
}

/* The text that explains an attribute: doc, limits, reference, rules. */
static void
text_doc(struct buf *out, const struct attr *attr)
{
    buf_str(out, attr->doc);
    for (const char *const *v = attr->values; v && *v; v++) {
        buf_printf(out, "%s`%s`", v == attr->values ? " One of " : ", ", *v);
    }
    if (attr->values) {
        buf_char(out, '.');
    }
    if (attr->min || attr->max) {
        buf_printf(out, " %s ", attr->type == ATTR_T_integer ? "From" : "Length");
        buf_int(out, attr->min);
        buf_str(out, " to ");
        buf_int(out, attr->max);
        buf_char(out, '.');
    }
    if (attr->ref) {
        buf_printf(out, " Refers to %s.", attr->ref);
    }
    if (attr->alias) {
        buf_printf(out, " Also `%s`.", attr->alias);
    }
    if (attr->policy) {
        buf_printf(out, " Given by %s.", attr->policy);
    }
    if (attr->see) {
        buf_printf(out, " Seen by %s.", attr->see);
    }
    if (attr->since) {
        buf_printf(out, " Since %d.", attr->since);
    }
    if (attr->until) {
        buf_printf(out, " Until %d.", attr->until);
    }
}

static void
attrs_doc(struct buf *out, const struct table *table, const char *prefix)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (attr->use & INTERNAL) {
            continue;
        }
        buf_printf(out, "| `%s%s` | %s | ", prefix, attr_json_name(attr), type_name(attr));
        use_doc(out, attr);
        buf_str(out, " | ");
        default_doc(out, attr);
        buf_str(out, " | ");
        text_doc(out, attr);
        buf_str(out, " |\n");
        if (attr->type == ATTR_T_rows && !*prefix && !(attr->use & VIRTUAL)) {
            AUTO(mem) mem = mem_new("doc");

            attrs_doc(out, attr->item, mem_printf(mem, "%s[].", attr_json_name(attr)));
        }
    }
}

void
resource_doc(struct buf *out)
{
    buf_str(out, "# API reference\n\nGenerated from the attribute tables.\n");
    for (size_t i = 0; i < n_registered; i++) {
        const struct resource *resource = registered[i];

        buf_printf(out, "\n## %s\n\n%s %s\n\n", resource->plural, resource->doc,
                   str_or(resource->table->doc, ""));
        if (resource->quota) {
            buf_printf(out, "Counted against the quota `%s`.\n\n", resource->quota);
        }
        buf_str(out, "| attribute | type | use | default | meaning |\n|---|---|---|---|---|\n");
        attrs_doc(out, resource->table, "");
    }
}
