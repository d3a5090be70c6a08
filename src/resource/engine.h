/* What the files of the engine share: the view of one operation, visibility,
 * and errors in the words of a resource. */
#ifndef CARRICK_RESOURCE_ENGINE_H
#define CARRICK_RESOURCE_ENGINE_H

#include "resource/policy.h"
#include "resource/resource.h"

/* The rules of one action, looked up once an operation. */
struct action_rules {
    const char *name;                /* "create_port" */
    const struct node *node;         /* of the action; null: nothing allows it */
    bool attrs_ruled;                /* the policy has rules for single attributes */
};
enum action { ACTION_CREATE, ACTION_UPDATE, ACTION_DELETE, N_ACTIONS };

/* What a caller may see and give of one resource in one version: made once an
 * operation, asked for every row. */
struct view {
    struct view *next;
    const struct resource *resource;
    int version;
    struct action_rules actions[N_ACTIONS]; /* name null: not looked up yet */
    const struct node **see;         /* by attribute: rule still to be asked for each row, or null */
    bool *shows;                     /* by attribute: shown at all */
    bool rows_ruled;                 /* 'show' has to be asked for each row */
    bool nothing;                    /* the caller may see no row at all */
    const struct node *show;
    const char *const *fields;       /* the selection that 'wanted' was made from */
    bool *wanted;
};
struct view *view_of(struct op *op);
/* May the caller see this row by the rule of showing?  (Visibility in SQL comes before.) */
bool view_row(const struct view *view, const struct op *op, const void *row);
/* Would the selection show any list that costs a read of its own? */
bool view_wants_parts(struct op *op, const char *const *fields);

/* The predicate of what the caller may see; text null = everything. */
struct sql visible_sql(struct mem *mem, const struct op *op, const struct resource *resource);
/* Both must hold. */
struct sql sql_and(struct mem *mem, struct sql a, struct sql b);

/* Is the action allowed on the row?  E_FORBIDDEN of type PolicyNotAuthorized. */
struct err *rule_check(struct op *op, enum action action, const void *row) MUST_USE;
/* The same for each attribute that 'given' says was given. */
struct err *rule_check_given(struct op *op, enum action action, const void *given,
                             const void *row) MUST_USE;

struct err *resource_missing(const struct resource *resource, const char *id) MUST_USE;
/* An error of the store in the words of the resource. */
struct err *resource_err(const struct resource *resource, const char *id, struct err *e) MUST_USE;
/* The hook of looks, where it is due and may run. */
struct err *look_begin(struct tx *tx, struct op *op) MUST_USE;
/* Fills VIRTUAL attributes of rows that will be shown. */
struct err *rows_dress(struct tx *tx, struct op *op, void **rows, size_t n) MUST_USE;

#endif
