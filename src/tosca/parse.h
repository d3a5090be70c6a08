/* Shared by the files that read templates; not for other folders. */
#ifndef CARRICK_TOSCA_PARSE_H
#define CARRICK_TOSCA_PARSE_H

#include "tosca/tosca.h"

/* Limits on what a stranger may make us compare with each other. */
#define TOSCA_YAML_NODES_MAX 300000 /* in all files together */
#define TOSCA_NODES_MAX 5000        /* in one topology template */
#define TOSCA_REQUIREMENTS_MAX 100  /* of one node */
#define TOSCA_PROPERTIES_MAX 200    /* of one type, of each sort */

/* One run over a service template. */
struct tosca_run {
    struct mem *mem;
    struct tosca *tosca;
    tosca_read_fn *read;
    void *arg;
    int version;            /* 441: SOL001 version of imports that name none */
    bool is_version_free;   /* such an import was met */
    struct map files;       /* name -> struct tosca_file */
    VEC(struct tosca_file *) order; /* entry first */
    struct err *faults;
    size_t n_faults;
    size_t n_yaml_nodes;    /* of the files read so far */
};

struct tosca_file {
    const char *name;
    const struct yaml *yaml;
    bool is_open;           /* its imports are being read: meeting it again is a cycle */
};

/* Keeps a fault (null is accepted); past TOSCA_FAULTS_MAX they are only counted. */
void run_fault(struct tosca_run *run, struct err *e);

/* load.c: reads the entry and its imports, defines their types. */
void load_files(struct tosca_run *run, const char *entry);
/* definition.c: the types that a file defines. */
void define_types(struct tosca_run *run, const struct tosca_file *file);
const struct tosca_schema *define_schema(struct tosca_run *run, const struct yaml *body,
                                         const char *name);
/* Parents, cycles, names of types used. */
void link_types(struct tosca_run *run);
/* builtin.c: 'part' is "simple", "common", "vnfd", "nsd", "pnfd". */
bool builtin_types(struct tosca_run *run, const char *part, int version);
int builtin_version(const char *text); /* "3.3.1" -> 331 where known, else 0 */
const char *builtin_version_text(int version);
bool builtin_is_near(const char *text); /* "3.5.1": none of ours, but published between them */
/* topology.c: the topology template of a file. */
void read_topology(struct tosca_run *run, const struct tosca_file *file);
void check_topology(struct tosca_run *run, const struct tosca_template *in);
/* value.c */
void check_value(struct tosca_run *run, const struct tosca_template *in,
                 const struct tosca_schema *schema, const struct yaml *value, const char *path);
/* 'assigned' (a map or null) against definitions found by 'find' over the chain of 'type'. */
void check_properties(struct tosca_run *run, const struct tosca_template *in,
                      const struct tosca_type *type, const struct tosca_capability_def *extra,
                      const struct yaml *assigned, const struct yaml *owner, const char *path);
bool is_simple_type(const char *name);
/* The simple type that a data type stands on, or null. */
const char *simple_base(const struct tosca_type *type);
bool is_function(const struct yaml *value);
/* expression.c: the one-line form of a schema in the built-in tables. */
const struct tosca_schema *expression_schema(struct mem *mem, const char *name, const char *text);
/* constraint.c: null where 'value' obeys, else what is wrong, in 'mem'. */
const char *constraint_broken(struct mem *mem, const char *base_type,
                              const struct tosca_constraint *constraint, const struct yaml *value);
const struct tosca_constraint *constraints_from_yaml(struct tosca_run *run,
                                                     const struct yaml *list, size_t *n);

/* Faults every key of 'map' that is not in 'known' (null-terminated). */
void check_keys(struct tosca_run *run, const struct yaml *map, const char *const *known,
                const char *what);

#endif
