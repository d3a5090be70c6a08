/* From differences to faults: which are one fault, what it is called, how bad it is.  Pure. */
#ifndef CARRICK_FM_FAULT_H
#define CARRICK_FM_FAULT_H

#include "fm/fm.h"
#include "nfvo/drift.h"

/* An instance that may have faults. */
struct fault_object {
    const struct table *table; /* Of its alarms. */
    const char *id, *project_id;
    struct fault_object *ns; /* A VNF's network service; null = none. */
};
struct fault_kind {
    const char *what, *kind, *found; /* Of a difference; null = any. */
    const char *cause, *severity, *event_type, *resource_type;
    /* Of a port: where its server has a fault there is no other.  Sites tell the one before the other:
     * it counts when it lasts (FM_DOUBT_MS). */
    bool follows;
};
struct fault {
    const struct fault_kind *kind;
    const struct fault_object *object;
    const char *site;
    const char *what;
    const char *key;                /* Which of the object's. */
    const char *vnfc;               /* Server; null = none. */
    const char *thing_kind, *thing; /* The first thing that it is at; null = none. */
    const char *vnf;                /* An NS's fault that is its VNF's: which; else null. */
    struct fault *with;             /* The VNF's and the NS's know each other; null = none. */
    struct strs details;
    size_t n_things;
    const char *alarm_id; /* Whoever compares with alarms sets it. */
};
struct faults {
    VEC(struct fault *) items;
    struct map by_key; /* OBJECT/KEY -> fault */
};

/* 'objects': id -> struct fault_object; what others hold is nobody's fault.  Everything lives in
 * 'mem' or is borrowed from the differences. */
void faults_of(struct mem *mem, const struct drift_differences *differences,
               const struct map *objects, struct faults *faults);
/* The fault of all objects that have something at a site that does not answer. */
void faults_unreachable(struct mem *mem, const char *site, const char *why,
                        const struct map *objects, struct faults *faults);
/* The fault of all objects that have something of that kind at a site which answers but does not tell
 * of the kind. */
void faults_untold(struct mem *mem, const char *site, const char *kind, const char *why,
                   const struct map *objects, struct faults *faults);
const char *fault_name(struct mem *mem, const char *object_id, const char *key);
/* As an alarm of its object's table, in 'mem': without times, state, id. */
struct alarm *fault_alarm(struct mem *mem, const struct fault *fault);

#endif
