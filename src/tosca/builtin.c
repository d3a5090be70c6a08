/* The normative types, kept as facts so that a package may import them by name
 * without bringing them.  The tables say only what a checker needs: names,
 * parents, what is required, defaults and constraints, and in which versions of
 * SOL001 a line holds.
 *
 *     TYPE(kind, name, parent, since, until)
 *      PROP(name, schema, REQ or OPT, default, since, until)
 *
 * 'since' and 'until' are versions as numbers (331 = 3.3.1), both inclusive, 0 =
 * open; a schema is read by expression.c: "list<string{in a,b}>{len>=1}". */
#include "tosca/parse.h"

#include <string.h>

enum fact_kind {
    FACT_TYPE,
    FACT_PROP,
    FACT_ATTRIBUTE,
    FACT_CAPABILITY,
    FACT_REQUIREMENT,
    FACT_INTERFACE,
    FACT_OPERATION,
    FACT_TARGET,
};

struct fact {
    enum fact_kind kind;
    enum tosca_kind type_kind;
    const char *name;
    const char *type;   /* parent, schema or capability type */
    const char *node;
    const char *relationship; /* or a property's default */
    bool required;
    uint32_t min, max;
    int since, until;
};

#define KIND_artifact TOSCA_ARTIFACT
#define KIND_data TOSCA_DATA
#define KIND_capability TOSCA_CAPABILITY
#define KIND_relationship TOSCA_RELATIONSHIP
#define KIND_interface TOSCA_INTERFACE
#define KIND_node TOSCA_NODE
#define KIND_group TOSCA_GROUP
#define KIND_policy TOSCA_POLICY

#define REQ true
#define OPT false
#define MANY TOSCA_UNBOUNDED
#define TYPE(k, n, p, a, b)                                                                        \
    {.kind = FACT_TYPE, .type_kind = KIND_##k, .name = n, .type = p, .since = a, .until = b},
#define PROP(n, t, r, d, a, b)                                                                     \
    {.kind = FACT_PROP, .name = n, .type = t, .required = r, .relationship = d, .since = a,        \
     .until = b},
#define ATTRIBUTE(n, t, r, d, a, b)                                                                \
    {.kind = FACT_ATTRIBUTE, .name = n, .type = t, .required = r, .relationship = d, .since = a,   \
     .until = b},
#define CAPABILITY(n, t, lo, hi, a, b)                                                             \
    {.kind = FACT_CAPABILITY, .name = n, .type = t, .min = lo, .max = hi, .since = a, .until = b},
#define REQUIREMENT(n, t, o, r, lo, hi, a, b)                                                      \
    {.kind = FACT_REQUIREMENT, .name = n, .type = t, .node = o, .relationship = r, .min = lo,      \
     .max = hi, .since = a, .until = b},
#define INTERFACE(n, t, a, b)                                                                      \
    {.kind = FACT_INTERFACE, .name = n, .type = t, .since = a, .until = b},
#define OPERATION(n, a, b) {.kind = FACT_OPERATION, .name = n, .since = a, .until = b},
#define TARGET(n, a, b) {.kind = FACT_TARGET, .name = n, .since = a, .until = b},

static const struct fact facts_simple[] = {
#include "tosca/simple.tbl"
};
static const struct fact facts_common[] = {
#include "tosca/sol001_common.tbl"
};
static const struct fact facts_vnfd[] = {
#include "tosca/sol001_vnfd.tbl"
};
static const struct fact facts_nsd[] = {
#include "tosca/sol001_nsd.tbl"
};
static const struct fact facts_pnfd[] = {
#include "tosca/sol001_pnfd.tbl"
};

static const struct part {
    const char *name;
    const struct fact *facts;
    size_t n;
    const char *needs[4]; /* parts that the file imports itself */
} parts[] = {
    {"simple", facts_simple, ARRAY_SIZE(facts_simple), {NULL}},
    {"common", facts_common, ARRAY_SIZE(facts_common), {NULL}},
    {"vnfd", facts_vnfd, ARRAY_SIZE(facts_vnfd), {"common"}},
    {"pnfd", facts_pnfd, ARRAY_SIZE(facts_pnfd), {"common"}},
    {"nsd", facts_nsd, ARRAY_SIZE(facts_nsd), {"common", "vnfd", "pnfd"}},
};

static const struct {
    int number;
    const char *text;
} versions[] = {
    {441, "4.4.1"}, {431, "4.3.1"}, {371, "3.7.1"}, {331, "3.3.1"}, {281, "2.8.1"}, {261, "2.6.1"},
};

/* Published besides, and between those that are here: read as one of them. */
static const char *const others[] = {"2.5.1", "2.7.1", "3.5.1", "3.6.1", "4.2.1", NULL};

bool
builtin_is_near(const char *text)
{
    return str_in(text, others);
}

int
builtin_version(const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
        if (str_eq(text, versions[i].text)) {
            return versions[i].number;
        }
    }
    return 0;
}

const char *
builtin_version_text(int version)
{
    for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
        if (versions[i].number == version) {
            return versions[i].text;
        }
    }
    return NULL;
}

static bool
fact_holds(const struct fact *fact, int version)
{
    return (fact->since == 0 || version >= fact->since)
           && (fact->until == 0 || version <= fact->until);
}

static const struct tosca_schema *
fact_schema(struct mem *mem, const struct fact *fact)
{
    const struct tosca_schema *parsed = expression_schema(mem, fact->name, fact->type);
    struct tosca_schema *schema = mem_copy(mem, parsed, sizeof *parsed);

    schema->required = fact->required;
    schema->def = fact->relationship;
    return schema;
}

/* Adds a line below TYPE to the type. */
static void
type_add_fact(struct mem *mem, struct tosca_type *type, const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_PROP:
        vec_add(mem, &type->properties, fact_schema(mem, fact));
        break;
    case FACT_ATTRIBUTE:
        vec_add(mem, &type->attributes, fact_schema(mem, fact));
        break;
    case FACT_CAPABILITY: {
        struct tosca_capability_def def = {.name = fact->name, .type = fact->type};

        vec_add(mem, &type->capabilities, def);
        break;
    }
    case FACT_REQUIREMENT: {
        struct tosca_requirement_def def = {fact->name, fact->type, fact->node,
                                            fact->relationship, fact->min, fact->max};

        vec_add(mem, &type->requirements, def);
        break;
    }
    case FACT_INTERFACE:
        vec_add(mem, &type->interfaces, fact->name);
        vec_add(mem, &type->interface_types, fact->type);
        break;
    case FACT_OPERATION:
        vec_add(mem, &type->operations, fact->name);
        break;
    case FACT_TARGET:
        vec_add(mem, &type->targets, fact->name);
        break;
    case FACT_TYPE:
    default:
        break;
    }
}

/* A type that a file of the package defined before stays. */
static void
part_define(struct tosca_run *run, const struct part *part, int version)
{
    struct tosca_type *type = NULL;

    for (size_t i = 0; i < part->n; i++) {
        const struct fact *fact = &part->facts[i];

        if (fact->kind == FACT_TYPE) {
            type = NULL;
            if (fact_holds(fact, version)) {
                type = MEM_NEW(run->mem, struct tosca_type);
                type->kind = fact->type_kind;
                type->name = fact->name;
                type->parent_name = fact->type;
                if (!map_add(&run->tosca->types[type->kind], type->name, type)) {
                    type = NULL;
                }
            }
        } else if (type && fact_holds(fact, version)) {
            type_add_fact(run->mem, type, fact);
        }
    }
}

bool
builtin_types(struct tosca_run *run, const char *part_name, int version)
{
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!str_eq(parts[i].name, part_name)) {
            continue;
        }
        part_define(run, &parts[i], version);
        for (size_t k = 0; k < ARRAY_SIZE(parts[i].needs) && parts[i].needs[k]; k++) {
            builtin_types(run, parts[i].needs[k], version);
        }
        return true;
    }
    return false;
}
