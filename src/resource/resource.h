/* The declarative engine: a resource is a table with rules.  From the table
 * come validation, rights, visibility, filters, sorting, paging, field
 * selection, revisions, tags, quotas and documentation; a service writes only
 * its hooks. */
#ifndef CARRICK_RESOURCE_RESOURCE_H
#define CARRICK_RESOURCE_RESOURCE_H

#include "ledger/ledger.h"
#include "store/store.h"

/* Who asks.  Made by identity from a token, by tests by hand. */
struct caller {
    const char *user_id, *user_name, *user_domain_id;
    const char *project_id, *project_name, *domain_id; /* scope; null when unscoped */
    struct strs roles;
    bool is_admin;             /* has the role "admin" in its scope */
    bool is_internal;          /* the process itself: every rule holds */
    const char *request_id;    /* "req-<uuid>" */
};

struct resource;
struct view;

/* One operation on behalf of a caller. */
struct op {
    struct mem *mem;                  /* Of the request; outlives the transaction. */
    const struct caller *caller;
    const struct resource *resource;
    int version;                      /* Microversion (2.81 = 281) or API major; 0 = newest. */
    const struct row_faults *faults;  /* Words of the dialect, or null. */
    const char *if_match;             /* Revision or ETag given by the client, or null. */
    void *user;                       /* The service's own context (struct network_service *...). */
    struct view *views;               /* The engine's; starts null. */
};

/* Hooks run inside the transaction: no I/O, may run again.  Null = nothing. */
struct resource_hooks {
    struct err *(*before_create)(struct tx *tx, struct op *op, void *row);
    struct err *(*after_create)(struct tx *tx, struct op *op, void *row); /* row has its key and is inserted */
    /* What before_create settled of these rows, maybe in part, came to nothing: a hint in memory can
     * be taken back. */
    void (*not_created)(const struct op *op, void *const *rows, size_t n);
    struct err *(*before_update)(struct tx *tx, struct op *op, const void *old, void *row);
    struct err *(*after_update)(struct tx *tx, struct op *op, const void *old, void *row);
    struct err *(*before_delete)(struct tx *tx, struct op *op, const void *row);
    struct err *(*after_delete)(struct tx *tx, struct op *op, const void *row);
    /* Runs in a list or show before encoding: fills VIRTUAL attributes that need reads; 'rows' a
     * whole batch. */
    struct err *(*before_show)(struct tx *tx, struct op *op, void **rows, size_t n);
    /* Runs before any look (list, show, create) of a project: default security group. */
    struct err *(*before_look)(struct tx *tx, struct op *op);
    bool before_look_writes; /* ... then reads go through the writer when before_look_needed says so */
    bool (*before_look_needed)(struct tx *tx, struct op *op);
};

enum resource_flags {
    RESOURCE_TAGS = 1 << 0,       /* /tags below it, tags= filters; the table has strs "tags" */
    RESOURCE_REVISION = 1 << 1,   /* revision_number, If-Match */
    RESOURCE_BULK = 1 << 2,       /* {"ports": [...]} creates all or nothing */
    RESOURCE_FIXED = 1 << 3,      /* Rows come from the service: no create, update, delete by API */
    RESOURCE_NO_UPDATE = 1 << 4,
    RESOURCE_NO_CREATE = 1 << 5,
    RESOURCE_NO_DELETE = 1 << 6,
    /* Many rows of one request may be inserted together after before_create ran for all: what it
     * decides depends on other rows of the request only through unique constraints. */
    RESOURCE_AT_ONCE = 1 << 7,
    RESOURCE_LEAN = 1 << 8,       /* Lists neither read nor tell BULK attributes: show tells them */
};

struct resource {
    const struct table *table;
    const char *singular, *plural;     /* JSON keys: "port", "ports" */
    const char *doc;
    const char *not_found;             /* Dialect's error type: "PortNotFound" */
    const char *in_use;                /* "NetworkInUse" */
    const char *quota;                 /* Ledger class counted per project, or null */
    const struct quota_default *quota_defaults;
    uint32_t flags;
    /* Who sees a row beyond its project's members and admins: SQL over alias t with :project_id
     * and :user_id, or null ("t.project_id = :project_id" is implied where the column exists;
     * without either only administrators see it). */
    const char *visible;
    /* Names of rules by action; null = "admin_or_owner", for showing: whatever is visible.  A rule
     * named create_port, get_port, update_port, delete_port in the policy comes before them. */
    const char *rule_create, *rule_show, *rule_update, *rule_delete;
    struct resource_hooks hooks;
};

/* ---- the five verbs ------------------------------------------------------ */

/* Body -> row, all faults at once.  Needs no transaction: for the request's thread.  'json' is the
 * inner object. */
struct err *resource_decode(struct op *op, const struct json *json, enum row_decode_mode mode,
                            void **row) MUST_USE;
/* Rules, quota, hooks, insert.  'row' from resource_decode or made by a service; project_id defaults
 * to the caller's.  The row is changed in place only in a copy: on return '*made' (tx arena) is it. */
struct err *resource_create(struct tx *tx, struct op *op, const void *row, void **made) MUST_USE;
/* Creates all of them or fails: the same rows, log entries, answers and errors as by resource_create
 * one after the other, with fewer statements where the resource allows it.  'made' has room for 'n'. */
struct err *resource_create_all(struct tx *tx, struct op *op, void *const *rows, size_t n,
                                void **made) MUST_USE;
/* 'patch' from resource_decode(ROW_UPDATE). */
struct err *resource_update(struct tx *tx, struct op *op, const char *id, const void *patch, void **made) MUST_USE;
struct err *resource_delete(struct tx *tx, struct op *op, const char *id) MUST_USE;
/* Is 'row' of the revision that op->if_match names, where it names one?  E_PRECONDITION, E_INVALID. */
struct err *resource_revision_check(const struct op *op, const void *row) MUST_USE;
/* E_NOT_FOUND also where the caller may not see it. */
struct err *resource_get(struct tx *tx, struct op *op, const char *id, void **row) MUST_USE;
/* As resource_get for a hook that needs the columns: VIRTUAL attributes are not filled, and the row is
 * shared with later looks of the transaction: read only. */
struct err *resource_look(struct tx *tx, struct op *op, const char *id, void **row) MUST_USE;

/* Query string -> query.  Words (limit, marker, sort_key, fields...) differ by dialect, so the
 * dialect hands over what is left as filters. */
struct list_query {
    struct cond *conds;                 /* by attribute, after names were mapped */
    struct sort *sorts;
    int64_t limit;
    const char *marker;
    bool backwards;
    const char *const *fields;          /* JSON names wanted, null-terminated, null = all */
    const char *const *tags, *const *tags_any, *const *not_tags, *const *not_tags_any;
    struct sql where;                   /* further predicate of the face */
};
struct err *resource_list(struct tx *tx, struct op *op, const struct list_query *query,
                          struct err *(*fn)(void *arg, void *row), void *arg) MUST_USE;
struct err *resource_count(struct tx *tx, struct op *op, const struct list_query *query, int64_t *n) MUST_USE;
/* JSON filter name and text values -> a condition; E_INVALID for a bad value; '*known' false where the
 * resource has no such filter. */
struct err *resource_filter(struct op *op, const char *json_name, const char *const *texts,
                            struct cond *cond, bool *known) MUST_USE;

/* The row as the caller may see it: version, 'fields', per-attribute see rules.  Writes members of
 * an open object. */
void resource_encode(struct op *op, struct jw *w, const void *row, const char *const *fields);

/* ---- rules --------------------------------------------------------------- */

/* Always there (data may redefine them): admin_only, owner, writer (member, or not a mere reader),
 * admin_or_owner, anybody, nobody.  What falls back names a rule; an unknown one refuses.
 *
 * Rule expressions: "rule:NAME", "role:NAME", "ATTR:%(column)s" (caller's attribute equals the
 * row's column; "project_id:%(project_id)s"), "@" true, "!" false, and/or/not, parentheses.  Names
 * are derived: create_port, create_port:mac_address, get_port:binding:host_id; what has no rule of
 * its own falls back to the attribute's .policy, then the resource's, then admin_or_owner. */
struct policy;
struct policy_rule {
    const char *name, *expression, *doc;
};
struct err *policy_new(const struct policy_rule *rules, size_t n, struct policy **policy) MUST_USE;
void policy_free(struct policy *policy);
/* The rules of this process; set once at start. */
void policy_use(const struct policy *policy);
/* 'row' may be null (no target). */
bool policy_allows(const struct caller *caller, const char *rule, const char *fallback, const void *row);

/* ---- registry -------------------------------------------------------------- */

/* Every resource of this binary by table name, for documentation, CLI and fuzzing. */
void resource_register(const struct resource *resource);
const struct resource *resource_find(const char *table_name);
size_t resource_all(const struct resource *const **resources);
/* Docs, names, rules that exist, table_check: all faults joined (E_INTERNAL).  A unit test runs it
 * over every registered resource. */
struct err *resource_check(const struct resource *resource) MUST_USE;
/* `carrick doc api`: reference in Markdown / `carrick doc openapi`: see rest. */
void resource_doc(struct buf *out);

#endif
