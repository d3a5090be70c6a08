/* Resources over HTTP.  A face (one API) is a table of routes in a dialect;
 * this floor matches the route, authenticates, decodes, runs the verb on the
 * store and encodes the answer.  Faces hold no state. */
#ifndef CARRICK_REST_REST_H
#define CARRICK_REST_REST_H

#include "http/server.h"
#include "resource/resource.h"
#include "sys/thread.h"

struct rest_request;

/* What a route does.  The first seven are the engine's own and need .resource;
 * REST_ACTION runs the route's functions. */
enum rest_verb {
    REST_LIST,    /* GET  /things */
    REST_SHOW,    /* GET  /things/{id}     (HEAD too) */
    REST_CREATE,  /* POST /things          one, or many where RESOURCE_BULK */
    REST_UPDATE,  /* PUT or PATCH /things/{id} */
    REST_DELETE,  /* DELETE /things/{id} */
    REST_TAGS,    /* ANY  /things/{id}/tags        */
    REST_TAG,     /* ANY  /things/{id}/tags/{tag}  */
    REST_ACTION,
    REST_VERSIONS, /* GET / : the face's versions, in the dialect's form */
    REST_N_VERBS
};

enum rest_flags {
    REST_PUBLIC = 1 << 0,  /* no token needed; a token given is still looked at */
    REST_POOL = 1 << 1,    /* .prepare runs on the worker pool (hashing, waiting); full = E_BUSY */
    REST_UPLOAD = 1 << 2,  /* the body streams into .upload; no limit but the upload's own */
    REST_NO_BODY = 1 << 3, /* a body is ignored (actions without one) */
    REST_ANY_BODY = 1 << 4, /* the body is any JSON value, null where empty; else an object is required */
    REST_RAW_BODY = 1 << 5, /* the body is not JSON: rest_body_raw */
    REST_FORM_BODY = 1 << 6, /* the body is a form of REST_FORM_MAX bytes at most: rest_query has
                              * its fields, and none of the address */
};

/* Steps of a request.  All get the request; what they keep hangs on r->op.user,
 * r->state or the request's arena.  An error is answered in the dialect's form. */
typedef struct err *rest_fn(struct rest_request *r);
/* Inside a transaction: no I/O; a write may be run again (the answer written so far is dropped). */
typedef struct err *rest_tx_fn(struct tx *tx, struct rest_request *r);

#define REST_FORM_MAX (16 << 10)

struct rest_upload {
    rest_fn *begin; /* on the server's thread when the head is complete: open a file */
    struct err *(*piece)(struct rest_request *r, const void *data, size_t n);
    rest_fn *end;   /* all is there; runs where .prepare would (pool with REST_POOL) */
    /* Connection lost or an error, also of .write after .end: remove what was kept. */
    void (*abort)(struct rest_request *r);
};

/* How a resource looks in one face, where it differs from its table. */
struct rest_shape {
    const char *singular, *plural; /* envelope, null = the resource's; "" = none */
    /* Writes the members of one row into an open object; null = resource_encode. */
    void (*encode)(struct rest_request *r, struct jw *w, const void *row);
    /* Members after those of the table (links). */
    void (*extra)(struct rest_request *r, struct jw *w, const void *row);
    /* JSON (inner object) -> another JSON that the table understands, before decoding. */
    struct err *(*rewrite)(struct rest_request *r, const struct json *body, const struct json **out);
    /* After decoding, before the transaction: complete or refuse the row. */
    struct err *(*decoded)(struct rest_request *r, void *row, enum row_decode_mode mode);
    /* Adds conditions to a list or show: what the query string means here. */
    struct err *(*query)(struct rest_request *r, struct list_query *query);
    /* A filter of the query string that the table does not know; '*known' true where it is handled. */
    struct err *(*filter)(struct rest_request *r, const char *name, const char *const *values,
                          struct list_query *query, bool *known);
    /* ETSI: attributes that a list leaves out unless asked for (SOL013 5.3.2.2); ends with null. */
    const char *const *exclude_default;
    /* ETSI: complex attributes that are in every answer, ends with null; null = "_links". */
    const char *const *always;
};

/* One line of a face.  '{id}' in the path is the resource's key; every other
 * '{name}' that is an attribute of the resource narrows lists and shows and is
 * set on creation (/security-groups/{security_group_id}/rules). */
struct route {
    const char *method; /* "GET"...; GET answers HEAD too; "*" for REST_TAGS, REST_TAG */
    const char *path;   /* without the mount's prefix: "/v2.0/ports/{id}" */
    enum rest_verb verb;
    const struct resource *resource;
    const struct rest_shape *shape;
    const char *doc;    /* Summary for OpenAPI; null = made from verb and resource */
    uint32_t flags;     /* enum rest_flags */
    int status;         /* 0 = the dialect's for the verb; actions: 200 with, 204 without a body */
    int since, until;   /* versions of the face that have it, as in struct attr */
    /* Actions, in this order.  Verbs use .prepare and .committed too. */
    const char *rule;   /* policy rule of an action without a target, or null */
    const struct table *body; /* the body is decoded into a row of this: r->row (ROW_PLAIN) */
    const char *body_key;     /* ... found below this key ("interface_attachment"), or null */
    rest_fn *prepare;   /* before the transaction; with REST_POOL on the pool, else the server's thread */
    rest_tx_fn *read;   /* one of: on a reader, */
    rest_tx_fn *write;  /* ... on the writer with the exchange asleep until the commit, */
    rest_fn *start;     /* ... or neither: it ends by rest_finish, now or later from any thread */
    rest_fn *committed; /* after the commit, before the answer goes out; any thread; must not block */
    const struct rest_upload *upload;
    const void *arg;    /* The route's own data for its functions. */
};

/* The usual rows of a resource: list, create, show, update, delete. */
#define REST_VERB(method_, path_, verb_, resource_, shape_)                                         \
    {.method = (method_), .path = (path_), .verb = (verb_), .resource = (resource_), .shape = (shape_)}
#define REST_CRUD_SHAPED(path_, resource_, update_method_, shape_)                                 \
    REST_VERB("GET", path_, REST_LIST, &(resource_), shape_),                                      \
    REST_VERB("POST", path_, REST_CREATE, &(resource_), shape_),                                   \
    REST_VERB("GET", path_ "/{id}", REST_SHOW, &(resource_), shape_),                              \
    REST_VERB(update_method_, path_ "/{id}", REST_UPDATE, &(resource_), shape_),                   \
    REST_VERB("DELETE", path_ "/{id}", REST_DELETE, &(resource_), shape_)
#define REST_CRUD(path_, resource_, update_method_)                                                \
    REST_CRUD_SHAPED(path_, resource_, update_method_, NULL)
#define REST_TAGS_OF(path_, resource_)                                                             \
    REST_VERB("*", path_ "/{id}/tags", REST_TAGS, &(resource_), NULL),                             \
    REST_VERB("*", path_ "/{id}/tags/{tag}", REST_TAG, &(resource_), NULL)
#define REST_ROUTES(array) .routes = (array), .n_routes = sizeof(array) / sizeof *(array)

/* A version of an API, for discovery documents. */
struct face_version {
    const char *id;       /* "v2.0", "v2.1"; ETSI: "2.0.0" */
    const char *status;   /* "CURRENT", "SUPPORTED", "stable" */
    const char *path;     /* "/v2.0/" */
    const char *min_version, *max_version; /* microversions as text, or null */
    const char *updated;  /* "2016-01-01T00:00:00Z" or null */
};

struct face {
    const char *name;     /* "keystone"; in logs and the file name of the OpenAPI document */
    const char *title, *doc;
    const char *service;  /* service type in the catalog: "identity", or null */
    const struct dialect *dialect;
    const struct route *routes;
    size_t n_routes;
    /* Ends with id null.  Of a dialect with majors the first is the one that the routes are written
     * in; each other has the same routes below its own path, but for those with a later .since. */
    const struct face_version *versions;
    rest_fn *body;        /* another version's form of a parsed body -> the tables', or null */
    int min_version, max_version; /* microversions: 2.1 = 201; both 0 = none */
};

/* The languages. */
extern const struct dialect dialect_keystone, dialect_neutron, dialect_nova, dialect_glance,
    dialect_etsi, dialect_oauth2;

/* ---- the request, for shapes and actions ----------------------------------- */

struct rest_request {
    struct mem *mem;              /* Lives until the answer is out. */
    struct op op;                 /* caller, resource, version, faults; .user = the mount's */
    struct caller caller;         /* all null where REST_PUBLIC and no token */
    bool authenticated;
    const struct face *face;
    const struct route *route;
    const struct rest_mount *mount;
    const char *method;
    const char *path;             /* decoded, below the prefix */
    const char *base;             /* "http://HOST/PREFIX": what links begin with */
    const char *token;            /* as given, or null */
    const char *request_id;
    const char *claims;           /* the name by which a caller who is not known yet wants to be, or null */
    const struct json *body;      /* whole JSON body, or null */
    void *row;                    /* decoded row of .body or of the verb */
    const char *id;               /* {id} or null */
    const char *made;             /* keys of the rows that a create made, commas between */
    void *state;                  /* the handler's own */
    /* The answer: written by jw into 'out', reset before a write is run again. */
    int status;                   /* 0 = by the verb */
    struct buf out;
    struct jw w;                  /* writes to 'out' */
    struct rest_exchange *x;      /* rest's own */
};

/* "http://HOST" as the client named it, without any prefix. */
const char *rest_root(const struct rest_request *r);
/* Path parameter {name}, decoded; null where the route has none. */
const char *rest_param(const struct rest_request *r, const char *name);
/* First value of a query key, decoded; null where absent, "" where empty. */
const char *rest_query(const struct rest_request *r, const char *name);
/* Adds a condition to a list (shapes: at most REST_CONDS_MAX of them beside one a query key). */
#define REST_CONDS_MAX 8
void rest_cond(struct list_query *query, struct cond cond);
/* All values, null-terminated; null where absent. */
const char *const *rest_query_all(const struct rest_request *r, const char *name);
/* Was the key given at all and is its value true (absent value, true, 1, yes)? */
bool rest_query_flag(const struct rest_request *r, const char *name);
/* The path as it was asked for, prefix and all, without the query. */
const char *rest_path(const struct rest_request *r);
/* Address of the client; "-" where there is none. */
const char *rest_peer(const struct rest_request *r);
/* The id that the client gave its whole operation (X-OpenStack-Request-ID); "-" = none, or no id. */
const char *rest_global_id(const struct rest_request *r);
const char *rest_header_in(const struct rest_request *r, const char *name);
const char *rest_body_raw(const struct rest_request *r, size_t *n);
/* Name and password of "Authorization: Basic" (RFC 7617), in the request's arena; false where the
 * header is absent, of another scheme or malformed. */
bool rest_basic(const struct rest_request *r, const char **name, const char **password);
/* Adds "Name: value" to the answer. */
void rest_header(struct rest_request *r, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same to the refusal that the request ends with, which has none of the others; the last one counts. */
void rest_fault_header(struct rest_request *r, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Answers with a file instead of 'out': 'fd' is taken over. */
void rest_answer_file(struct rest_request *r, int fd, int64_t offset, int64_t size,
                      const char *content_type);
/* Another content type than the dialect's. */
void rest_content_type(struct rest_request *r, const char *content_type);
/* Runs 'fn(arg)' on the loop for the request, once; never after rest_stop. */
void rest_post(struct rest_request *r, struct loop *loop, loop_fn *fn, void *arg);
/* Ends a request whose route has .start: once, from any thread; takes 'err'. */
void rest_finish(struct rest_request *r, struct err *err);
/* Writes one row of a resource as this face shows it, in its envelope. */
void rest_write_row(struct rest_request *r, const struct resource *resource,
                    const struct rest_shape *shape, const void *row);
/* The headers that a GET of it has (ETag); the same with the row. */
void rest_row_headers(struct rest_request *r, const void *row);
void rest_show_row(struct rest_request *r, const struct resource *resource,
                   const struct rest_shape *shape, const void *row);
/* Whether what the request says of the row of its path holds (If-Match); for actions that change it.  E_PRECONDITION. */
struct err *rest_precondition(struct tx *tx, struct rest_request *r) MUST_USE;

/* ---- serving ---------------------------------------------------------------- */

/* A face under a prefix ("/network", "" = none) with its service's context. */
struct rest_mount {
    const struct face *face;
    const char *prefix;
    struct store *store;
    void *user;                   /* op.user of its requests */
};

/* Token -> caller.  E_UNAUTHENTICATED where it is not valid. */
typedef struct err *rest_authenticate_fn(void *arg, const char *token, struct mem *mem,
                                         struct caller *caller);

/* Names and passwords with requests (HTTP Basic), of dialects that take them.  'arg' is auth_arg. */
struct rest_passwords {
    /* On a server's thread, from memory: false where it has to be proved. */
    bool (*proved)(void *arg, const char *name, const char *password, struct mem *mem,
                   struct caller *caller);
    /* On 'pool'.  E_UNAUTHENTICATED where it is wrong. */
    struct err *(*prove)(void *arg, const char *name, const char *password, struct mem *mem,
                         struct caller *caller);
    struct pool *pool;
    bool in_clear;                   /* also over connections that are not TLS */
};

/* The name in a client's certificate, which is good -> caller.  On a server's thread.
 * E_UNAUTHENTICATED, E_FORBIDDEN. */
typedef struct err *rest_certified_fn(void *arg, const char *name, struct mem *mem,
                                      struct caller *caller);

/* Hears of each request that was answered and changes something, or was refused for who asks: after
 * all else, any thread, not to block.  'e' is why it failed, null = it did not. */
typedef void rest_audit_fn(void *arg, const struct rest_request *r, const struct err *e);

struct rest_config {
    struct http_server_config http;  /* .handler and .arg are set by rest */
    const struct rest_mount *mounts; /* borrowed; faces of one prefix may be several */
    size_t n_mounts;
    rest_authenticate_fn *authenticate;
    void *auth_arg;
    struct rest_passwords passwords; /* .prove null = none are taken */
    rest_certified_fn *certified;    /* of dialects that take certificates; null = none are taken */
    const char *auth_prefix;         /* prefix of the identity face, for WWW-Authenticate */
    rest_audit_fn *audit;            /* null = nobody */
    void *audit_arg;
    struct pool *pool;               /* for REST_POOL; may be null where no route has it */
    int64_t list_max;                /* rows of a page at most, 0 = no cap */
};

struct rest;
/* Checks the tables (two routes that clash: E_CONFLICT), listens, serves. */
struct err *rest_new(const struct rest_config *config, struct rest **rest) MUST_USE;
/* Stops accepting, lets requests end, closes.  What requests that did not end have posted (rest_post) is taken
 * back; rest_finish of them does nothing, until rest_free: that is for when nobody is left who owes an answer. */
void rest_stop(struct rest *rest);
void rest_free(struct rest *rest); /* null accepted, here and above */
uint16_t rest_port(const struct rest *rest);
/* As http_server_certify. */
struct err *rest_certify(struct rest *rest, const char *cert, const char *key) MUST_USE;

/* ---- documents ---------------------------------------------------------------- */

/* OpenAPI 3.0 document (JSON) of a face, from its tables. */
void rest_openapi(const struct face *face, struct buf *out);

#endif
