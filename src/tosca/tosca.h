/* TOSCA service templates as ETSI NFV uses them (SOL001 2.5.1 to 4.4.1): parsed,
 * their imports and types resolved, every assignment validated. */
#ifndef CARRICK_TOSCA_TOSCA_H
#define CARRICK_TOSCA_TOSCA_H

#include "base/vec.h"
#include "base/yaml.h"
#include "tosca/package.h"

#define TOSCA_KINDS(X)                                                                             \
    X(NODE, node_types, "node type")                                                               \
    X(CAPABILITY, capability_types, "capability type")                                             \
    X(RELATIONSHIP, relationship_types, "relationship type")                                       \
    X(INTERFACE, interface_types, "interface type")                                                \
    X(DATA, data_types, "data type")                                                               \
    X(ARTIFACT, artifact_types, "artifact type")                                                   \
    X(GROUP, group_types, "group type")                                                            \
    X(POLICY, policy_types, "policy type")
enum tosca_kind {
#define X(name, key, doc) TOSCA_##name,
    TOSCA_KINDS(X)
#undef X
    TOSCA_N_KINDS
};

/* A constraint: 'op' is its TOSCA name ("valid_values", "greater_or_equal" ...);
 * 'values' its operands as text. */
struct tosca_constraint {
    const char *op;
    size_t n;
    const char **values;
};

/* What a value must be: a property, attribute, input, list entry or map entry. */
struct tosca_schema {
    const char *name;                /* null for entries */
    const char *type;                /* "string", "list", a data type's name ... */
    const struct tosca_schema *entry; /* list and map, or null = anything */
    const struct yaml *value;        /* default in YAML, or null */
    const char *def;                 /* default as text (built-in tables), or null */
    bool required;
    size_t n_constraints;
    const struct tosca_constraint *constraints;
    const char *file;                /* Where it is defined; null = built in. */
    int line;
};

/* Faults kept of one template; further ones are left out. */
#define TOSCA_FAULTS_MAX 100
/* Inputs, groups, policies, mappings of one template; members of a rule. */
#define TOSCA_LISTED_MAX 1000
#define TOSCA_UNBOUNDED 0xffffffffu

struct tosca_requirement_def {
    const char *name, *capability, *node, *relationship;
    uint32_t min, max;
};
struct tosca_capability_def {
    const char *name, *type;
    VEC(const struct tosca_schema *) properties; /* beyond its type's */
};

struct tosca_type {
    enum tosca_kind kind;
    const char *name;
    const char *parent_name;
    const struct tosca_type *parent; /* Resolved; null for a root. */
    VEC(const struct tosca_schema *) properties; /* own ones, as in the next three */
    VEC(const struct tosca_schema *) attributes;
    VEC(struct tosca_capability_def) capabilities;
    VEC(struct tosca_requirement_def) requirements;
    size_t n_constraints;          /* data types over simple ones */
    const struct tosca_constraint *constraints;
    VEC(const char *) operations;  /* interface: operations and notifications */
    VEC(const char *) interfaces;  /* node: names of its interfaces, and their types */
    VEC(const char *) interface_types;
    const struct yaml *interface_defs; /* node: own ones as they are written; null = built in, or none */
    VEC(const char *) targets;     /* policy: targets, group: members */
    struct map by_name;            /* own properties, once types are linked */
    const char *file;              /* Null = built in. */
    int line, column;
};

/* An assignment list entry of a node's 'requirements'. */
struct tosca_requirement {
    const char *name;
    const char *node;       /* template's name, null where only a filter or type is given */
    const char *capability; /* null where not given */
    const struct yaml *at;  /* for line numbers */
};

struct tosca_template;

/* A node template, policy or group. */
struct tosca_node {
    const char *name;
    const struct tosca_type *type;
    const struct yaml *yaml;       /* its body */
    const struct tosca_template *in;
    size_t n_requirements;
    struct tosca_requirement *requirements;
    size_t n_targets;              /* policies' targets, groups' members */
    const char **targets;
};

struct tosca_mapping {
    const char *name;              /* the abstract node's requirement or capability */
    const char *node, *target;     /* [node, requirement or capability]; target may be null */
    const struct yaml *at;
};

/* One topology_template. */
struct tosca_template {
    const char *file;
    const struct yaml *yaml;           /* the whole file */
    VEC(const struct tosca_schema *) inputs;
    VEC(struct tosca_node *) nodes;
    struct map by_name;                /* nodes */
    VEC(struct tosca_node *) policies;
    VEC(struct tosca_node *) groups;
    const struct yaml *substitution;   /* its body, or null */
    const struct tosca_type *substitutes; /* node_type of substitution_mappings */
    VEC(struct tosca_mapping) mappings; /* requirements and capabilities */
};

struct tosca {
    struct mem *mem;
    const char *definitions_version;   /* "tosca_simple_yaml_1_3" */
    const char *types_version;         /* SOL001 version of the built-in types used, or null */
    struct map types[TOSCA_N_KINDS];   /* name -> struct tosca_type */
    VEC(struct tosca_template *) templates; /* [0] is the entry file's, then imported ones' */
    VEC(const char *) files;           /* Names of what was read: the entry, then its imports. */
    VEC(const char *) notes;           /* Departures that were let pass, for a person. */
    struct package *package;           /* for artifacts; may be null */
};

/* Gives the text of a file called 'name' in 'mem'; E_NOT_FOUND where absent. */
typedef struct err *tosca_read_fn(void *arg, struct mem *mem, const char *name, char **text,
                                  size_t *n);

/* Parses the service template 'entry' with everything it imports and validates
 * it.  An import that 'read' does not find and that names a normative file
 * (etsi_nfv_sol001_{common,vnfd,nsd,pnfd}_types.yaml, alone or at the end of a
 * URL with a version in it) gives the built-in types of that version; without a
 * version in it, of the newest under which the template is right.  All faults
 * are joined, each "FILE:LINE:COL: path: text":
 *   E_INVALID          "TemplateInvalid": a rule of TOSCA or SOL001 is broken
 *   E_NOT_IMPLEMENTED  "FeatureNotSupported": right, but not supported ("feature: ...")
 * TOSCA Simple Profile 1.0 to 1.3; SOL001 clauses 5 to 8. */
struct err *tosca_parse(struct mem *mem, tosca_read_fn *read, void *arg, const char *entry,
                        struct tosca **tosca) MUST_USE;
/* The same for the entry definition of an open package. */
struct err *tosca_parse_package(struct mem *mem, struct package *pkg, struct tosca **tosca) MUST_USE;

/* Is the type 'name' or derived from it? */
bool tosca_is(const struct tosca_type *type, const char *name);
const struct tosca_type *tosca_type(const struct tosca *tosca, enum tosca_kind kind,
                                    const char *name); /* null when absent */
const struct tosca_schema *tosca_property(const struct tosca_type *type, const char *name);
const struct tosca_node *tosca_node(const struct tosca_template *in, const char *name);

/* Value of a property of a node, policy or group: the assignment with get_input,
 * get_property, concat, join and token followed, else the default of the type.  Null
 * where there is none, it is only known later (get_attribute, an input without a
 * default), or it takes more steps or is longer than anyone needs. */
const struct yaml *tosca_value(const struct tosca *tosca, const struct tosca_node *node,
                               const char *property);
/* Follows a function call, if 'value' is one. */
const struct yaml *tosca_resolve(const struct tosca *tosca, const struct tosca_template *in,
                                 const struct yaml *value);
const char *tosca_value_str(const struct tosca *tosca, const struct tosca_node *node,
                            const char *property);

/* "512 MB" -> bytes, "1 GHz" -> Hz, "10 s" -> seconds ...; 'type' is a scalar-unit type.  False
 * where it is none (TOSCA 1.3 section 3.3.6). */
bool tosca_scalar(const char *type, const char *text, double *value);

/* A fault at a place: "FILE:LINE:COL: message". */
struct err *tosca_fault(const struct yaml *at, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;
/* "FILE:LINE:COL: feature: NAME is not supported". */
struct err *tosca_unsupported(const struct yaml *at, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;

#endif
