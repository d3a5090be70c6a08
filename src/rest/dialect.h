/* What a dialect owns: the words of faults, error bodies, status codes, the
 * grammar of query strings, envelopes, links and version headers. */
#ifndef CARRICK_REST_DIALECT_H
#define CARRICK_REST_DIALECT_H

#include "rest/rest.h"

/* A page of a list as it was read. */
struct rest_page {
    const char *plural;
    const char *first_id, *last_id; /* null where empty */
    int64_t limit;                  /* 0 = none was asked or imposed */
    size_t n;
    bool backwards;
};

/* Names of the usual keys of a query string; null = the dialect has none. */
struct query_words {
    const char *limit, *marker, *sort_key, *sort_dir, *sort, *page_reverse, *fields;
    bool tags;                      /* tags, tags-any, not-tags, not-tags-any */
    const char *bad_sort;           /* refusal of a sort key: before its name, ... */
    const char *bad_sort_end;       /* ... and behind */
    const char *bad_marker;         /* null: an unknown marker is a thing not found; else, as above, */
    const char *bad_marker_end;     /* it is a bad request */
};

struct dialect {
    const char *name;
    const char *content_type, *fault_type; /* of answers, of errors */
    const struct row_faults *faults;
    const struct query_words *words;       /* null: .query reads the query string itself */
    bool envelope;                         /* {"port": {...}} around one row */
    int versions_status;                   /* of GET / */
    bool without_token;                    /* HTTP Basic, certificates, where the service takes them */
    bool majors;                           /* versions of a face are majors: face.versions */
    bool unknown_is_refused;               /* a filter that nobody knows: E_INVALID, else ignored */
    int (*status)(const struct err *e);    /* null = err_code_status */
    void (*fault)(struct rest_request *r, int status, const struct err *e);
    void (*unauthenticated)(struct rest_request *r, const struct err *e); /* null = fault */
    struct err *(*begin)(struct rest_request *r); /* version headers; null = nothing */
    void (*headers)(struct rest_request *r);      /* of every answer; null = none */
    struct err *(*no_envelope)(struct rest_request *r, const char *singular);
    struct err *(*bad_json)(struct rest_request *r, struct err *why); /* takes 'why' */
    struct err *(*query)(struct rest_request *r, struct list_query *query);
    /* A list is an open object around an array; where null it is written whole by .list. */
    void (*list_end)(struct rest_request *r, const struct rest_page *page);
    struct err *(*list)(struct tx *tx, struct rest_request *r, struct list_query *query);
    struct err *(*precondition)(struct tx *tx, struct rest_request *r); /* before update and delete */
    void (*show)(struct rest_request *r, const void *row);    /* headers of one row (ETag) */
    void (*created)(struct rest_request *r, const void *row); /* headers of a new row (Location) */
    void (*versions)(struct rest_request *r, const struct face_version *one);
};

/* The phrase of an HTTP status: "Not Found". */
const char *http_phrase(int status);
/* Absolute URL of the request as it was made, and with another query string. */
const char *dialect_self(struct rest_request *r);
const char *dialect_page_url(struct rest_request *r, const char *marker, bool backwards);
/* JSON parse error told in the dialect's words: "LEAD: why". */
struct err *dialect_bad_json(struct err *why, const char *type, const char *lead);
/* Writes the shared keystonemiddleware form of a 401. */
void dialect_middleware_401(struct rest_request *r);

#endif
