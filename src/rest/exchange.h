/* What rest keeps of one exchange beside the request that handlers see. */
#ifndef CARRICK_REST_EXCHANGE_H
#define CARRICK_REST_EXCHANGE_H

#include "base/vec.h"
#include "rest/dialect.h"

struct compiled_route {
    const struct route *route;
    const struct rest_mount *mount;
    char **segs;        /* "{id}" is kept with its braces */
    size_t n_segs;
    size_t n_prefix;    /* how many of them are the mount's prefix */
};

struct route_table {
    struct mem *mem;
    struct compiled_route *routes; /* literal segments before parameters */
    size_t n;
};

struct rest {
    struct mem *mem;
    struct rest_config config;
    struct http_handler handler;
    struct http_server *server;
    struct route_table table;
};

struct rest_pair {
    const char *name, *value;
};

struct rest_exchange {
    struct rest_request r;
    struct rest *rest;
    struct http_exchange *http;
    const struct compiled_route *match;
    char **segs;                     /* of the path, decoded */
    size_t n_segs;
    VEC(struct rest_pair) query;
    VEC(const char *) headers;
    const char *content_type;
    const char *allow;               /* methods of the path, where the one asked is not */
    const char *fault_header;        /* "Name: value" of a refusal, or null */
    int64_t began_ns;
    bool answered;
    bool upload_open;                /* .upload->begin has succeeded */
    bool again;                      /* a read found that it has to write first */
    bool on_writer;
    const char *name, *password;     /* given by Basic and not proved yet, or null */
    struct loop *loop;               /* rest_post: or null */
    loop_fn *posted;
    void *posted_arg;
    struct err *failed;              /* why an upload is not accepted, until it is given up */
    int fd;                          /* answer file, or -1 */
    int64_t fd_offset, fd_size;
    void **rows;                     /* bulk: decoded rows */
    size_t n_rows;
    bool bulk;
};

/* ---- routes.c */
struct err *routes_compile(struct mem *mem, const struct rest_mount *mounts, size_t n,
                           struct route_table *table) MUST_USE;

/* Splits and decodes 'path'; E_NOT_FOUND, E_METHOD (x->allow lists methods).  '*near' is the mount
 * that was meant, for the dialect of the refusal, or null. */
struct err *routes_match(const struct route_table *table, struct rest_exchange *x, const char *path,
                         const char *method, const struct rest_mount **near) MUST_USE;

/* ---- query.c */
struct err *query_parse(struct rest_exchange *x, const char *text) MUST_USE;
/* The query string as the route's dialect and shape understand it. */
struct err *query_read(struct rest_request *r, struct list_query *query) MUST_USE;
/* The fields asked for, null-terminated; null = all. */
const char *const *query_fields(struct rest_request *r);
/* "?a=b&c=d" as given, without the names in 'drop' (null-terminated). */
const char *query_without(struct rest_request *r, const char *const *drop);

/* ---- verbs.c */
/* Body -> rows, before the transaction. */
struct err *verb_decode(struct rest_request *r) MUST_USE;
/* Does the route write? */
bool verb_writes(const struct rest_request *r);
/* Runs the verb or action in its transaction. */
struct err *verb_run(struct tx *tx, void *request) MUST_USE;
void verb_row(struct rest_request *r, const struct rest_shape *shape, const char *key,
              const void *row, const char *const *fields);
struct err *verb_list_rows(struct tx *tx, struct rest_request *r, struct list_query *query,
                           struct rest_page *page) MUST_USE;
struct err *verb_tags(struct tx *tx, struct rest_request *r) MUST_USE; /* tags.c */

/* ---- rest.c */
/* Would HTTP Basic be taken for this request? */
bool passwords_taken(const struct rest_request *r);

/* ---- answer.c */
/* Drops what was written of an answer. */
void answer_reset(struct rest_request *r);
/* Is all there that was written?  E_INTERNAL where it is too large or nests too deeply. */
struct err *answer_whole(const struct rest_request *r) MUST_USE;
void answer_ok(struct rest_request *r);
/* Answers with an error, which is taken. */
void answer_err(struct rest_request *r, struct err *e);

#endif
