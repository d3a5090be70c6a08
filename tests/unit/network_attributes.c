/* Neutron's own attribute tables against ours: each difference is a row of
 * docs/reference/neutron-attributes.md with a verdict, and each row there is
 * still a difference. */
#include "network/network.h"
#include "test.h"

#include "base/vec.h"
#include "sys/file.h"

#include <string.h>

#define FACTS TESTS_DIR "/../../shared/data/neutron-api/attributes.tsv"
#define DOC TESTS_DIR "/../docs/reference/neutron-attributes.md"

/* Columns of the facts. */
enum { F_RESOURCE, F_ATTRIBUTE, F_POST, F_PUT, F_SHOW, F_FILTER, F_SORT, F_KEY, F_NEEDED, F_ENFORCE,
       F_REQUIRED, F_VALIDATE, F_CONVERT, F_DEFAULT, F_FROM, F_N };

struct compared {
    struct mem *mem;
    struct map rows;     /* "resource attribute" -> columns of the facts */
    struct map found;    /* "| resource | attribute | what |" */
};

static char *
text_read(struct mem *mem, const char *path)
{
    char *data;
    size_t n;
    struct err *e = file_read(mem, path, 4 << 20, &data, &n);

    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        return NULL;
    }
    REQUIRE_OK(e);
    return mem_strn(mem, data, n);
}

static const struct resource *
resource_of(const char *plural)
{
    for (const struct resource *const *r = network_resources; *r; r++) {
        if (str_eq((*r)->plural, plural)) {
            return *r;
        }
    }
    return NULL;
}

static void
note(struct compared *c, const char *resource, const char *attribute, const char *what)
{
    (void)map_add(&c->found,
                  mem_printf(c->mem, "| %s | %s | %s |", resource, attribute, what), c);
}

/* "+filter -put": what ours has more and less. */
static const char *
uses_differ(struct mem *mem, const struct attr *attr, char **fact)
{
    static const struct {
        int column;
        uint32_t use;
        const char *name;
    } uses[] = {{F_POST, POST, "post"},       {F_PUT, PUT, "put"},    {F_SHOW, SHOW, "show"},
                {F_FILTER, FILTER, "filter"}, {F_SORT, SORT, "sort"}, {F_REQUIRED, REQUIRED, "required"}};
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
        bool theirs = str_eq(fact[uses[i].column], "1"), ours = attr->use & uses[i].use;

        if (theirs != ours) {
            buf_printf(&out, "%s%s%s", out.len ? " " : "", ours ? "+" : "-", uses[i].name);
        }
    }
    return out.len ? buf_copy(mem, &out) : NULL;
}

/* A default that both tables write down and that is not the same. */
static const char *
default_differs(struct mem *mem, const struct attr *attr, const char *fact)
{
    const char *ours = attr->def ? attr->def : attr->use & NULLABLE ? "null" : NULL;

    if (!ours || str_eq(ours, GENERATED) || str_eq(fact, "-") ||
        str_eq(fact, "\"@NOT_SPECIFIED\"") || str_eq(ours, fact)) {
        return NULL;
    }
    return mem_printf(mem, "default %s for %s", ours, fact);
}

static const struct attr *
attr_of(const struct resource *resource, const char *name)
{
    const struct attr *attr = table_attr_json(resource->table, name);

    return attr && !(attr->use & INTERNAL) ? attr : NULL;
}

static void
fact_compare(struct compared *c, char **fact)
{
    const struct resource *resource = resource_of(fact[F_RESOURCE]);
    const struct attr *attr = resource ? attr_of(resource, fact[F_ATTRIBUTE]) : NULL;
    const char *differs;

    if (!resource) {
        note(c, fact[F_RESOURCE], "*", "absent");
        return;
    }
    /* Filters by tag are the engine's. */
    if (resource->flags & RESOURCE_TAGS && strstr(fact[F_ATTRIBUTE], "tags") &&
        !str_eq(fact[F_ATTRIBUTE], "tags")) {
        return;
    }
    if (!attr) {
        note(c, fact[F_RESOURCE], fact[F_ATTRIBUTE], "absent");
        return;
    }
    differs = uses_differ(c->mem, attr, fact);
    if (differs) {
        note(c, fact[F_RESOURCE], fact[F_ATTRIBUTE], differs);
    }
    differs = default_differs(c->mem, attr, fact[F_DEFAULT]);
    if (differs) {
        note(c, fact[F_RESOURCE], fact[F_ATTRIBUTE], differs);
    }
}

static void
facts_compare(struct compared *c, char *facts)
{
    size_t n;
    char **lines = str_split(c->mem, facts, '\n', &n);

    for (size_t i = 0; i < n; i++) {
        size_t n_columns;
        char **columns = str_split(c->mem, lines[i], '\t', &n_columns);

        if (n_columns == F_N && columns[0][0] != '#') {
            map_set(&c->rows,
                    mem_printf(c->mem, "%s %s", columns[F_RESOURCE], columns[F_ATTRIBUTE]),
                    columns);
            fact_compare(c, columns);
        }
    }
}

/* What only ours has. */
static void
extras_compare(struct compared *c)
{
    for (const struct resource *const *r = network_resources; *r; r++) {
        const struct table *table = (*r)->table;
        bool known = false;

        for (size_t i = 0; i < table->n_attrs; i++) {
            const char *name = attr_json_name(&table->attrs[i]);

            known = known || map_get(&c->rows, mem_printf(c->mem, "%s id", (*r)->plural));
            if (!(table->attrs[i].use & INTERNAL) && known && !str_eq(name, "project_id") &&
                !map_get(&c->rows, mem_printf(c->mem, "%s %s", (*r)->plural, name))) {
                note(c, (*r)->plural, name, "extra");
            }
        }
        if (!known) {
            note(c, (*r)->plural, "*", "extra");
        }
    }
}

/* "| resource | attribute | what | verdict | why |" -> the first three. */
static const char *
row_key(struct mem *mem, const char *line, const char **verdict)
{
    size_t n;
    char **cells = str_split(mem, line, '|', &n);

    if (n < 7) {
        return NULL;
    }
    *verdict = cells[4];
    return mem_printf(mem, "|%s|%s|%s|", cells[1], cells[2], cells[3]);
}

static void
doc_check(struct compared *c, char *doc)
{
    size_t n;
    char **lines = str_split(c->mem, doc, '\n', &n);
    struct map told;

    map_init(&told, c->mem);
    for (size_t i = 0; i < n; i++) {
        const char *verdict = "", *key = row_key(c->mem, lines[i], &verdict);

        if (!key || str_starts(key, "| resource ") || str_starts(key, "|---")) {
            continue;
        }
        (void)map_add(&told, key, c);
        if (!str_eq(verdict, " defect ") && !str_eq(verdict, " decision ") &&
            !str_eq(verdict, " not yet ")) {
            test_fail(__FILE__, __LINE__, "%s has no verdict: '%s'", key, verdict);
        }
        if (!map_get(&c->found, key)) {
            test_fail(__FILE__, __LINE__, "told but not so: %s", key);
        }
    }
    map_each (&c->found, entry) {
        if (!map_get(&told, entry->key)) {
            test_fail(__FILE__, __LINE__, "not told: %s", entry->key);
        }
    }
}

TEST(network_attributes_differ_from_neutrons_only_as_told)
{
    AUTO(mem) mem = mem_new("attributes");
    struct compared c = {.mem = mem};
    char *facts = text_read(mem, FACTS), *doc = text_read(mem, DOC);

    if (!facts) {
        SKIP("no facts of Neutron's tables at %s", FACTS);
    }
    REQUIRE(doc != NULL);
    map_init(&c.rows, mem);
    map_init(&c.found, mem);
    facts_compare(&c, facts);
    extras_compare(&c);
    CHECK(c.found.n > 0);
    doc_check(&c, doc);
}
