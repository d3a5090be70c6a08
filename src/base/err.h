/* Errors are returned objects: null is success.  They carry a code (what kind
 * of failure), a type (the name a dialect may show: "IpAddressInUse"), a
 * message for a person, the place, and a cause. */
#ifndef CARRICK_BASE_ERR_H
#define CARRICK_BASE_ERR_H

#include "base/mem.h"

#include <stdbool.h>

/* X(name, HTTP status, what it means) */
#define ERR_CODES(X)                                                                               \
    X(INVALID, 400, "the request breaks a rule of the attribute or the body")                      \
    X(UNAUTHENTICATED, 401, "no valid token")                                                      \
    X(FORBIDDEN, 403, "the caller may see the thing but not do this")                              \
    X(NOT_FOUND, 404, "no such thing, or the caller may not know of it")                           \
    X(METHOD, 405, "the resource has no such method")                                              \
    X(NOT_ACCEPTABLE, 406, "no such version or representation")                                    \
    X(CONFLICT, 409, "the state of the thing does not allow it")                                   \
    X(IN_USE, 409, "something else refers to it")                                                  \
    X(EXISTS, 409, "a unique value is taken")                                                      \
    X(QUOTA, 409, "a quota or capacity would be exceeded")                                         \
    X(GONE, 410, "the cursor or version is no longer kept")                                        \
    X(PRECONDITION, 412, "If-Match did not match")                                                 \
    X(TOO_LARGE, 413, "the input is larger than the limit")                                        \
    X(MEDIA_TYPE, 415, "content type not supported")                                               \
    X(RANGE, 416, "range not satisfiable")                                                         \
    X(UNPROCESSABLE, 422, "understood but cannot be processed")                                    \
    X(BUSY, 429, "a limit of rate or concurrency is reached")                                      \
    X(INTERNAL, 500, "a bug or an operating system failure of ours")                               \
    X(NOT_IMPLEMENTED, 501, "right, but not supported here")                                       \
    X(UNAVAILABLE, 503, "a needed peer, disk or process is not there now")                         \
    X(REMOTE, 502, "a site answered with an error")                                                \
    X(IN_DOUBT, 504, "a call was sent and its answer was lost")                                    \
    X(CANCELLED, 409, "the operation was cancelled")                                               \
    X(PARKED, 500, "not a failure: the flow waits (see flow/flow.h)")

enum err_code {
    E_NONE,
#define X(name, status, doc) E_##name,
    ERR_CODES(X)
#undef X
    E_N
};

struct err {
    enum err_code code;
    const char *type;    /* Dialect's error type, or null: borrowed literal or owned by the err. */
    char *message;       /* One line for a person. */
    const char *file;    /* Place in our source. */
    int line;
    struct err *cause;   /* What made it happen, or null.  Owned. */
    struct err *next;    /* Further faults of the same input (err_join).  Owned. */
    int status;          /* HTTP status answered by a remote site, or 0. */
    char *type_owned;    /* Storage of 'type' where it was copied (err_set_type). */
};

/* A new error.  'type' is a literal (or null), 'fmt' the message.  Never null. */
#define err_new(code, type, ...) err_make(__FILE__, __LINE__, (code), (type), __VA_ARGS__)
struct err *err_make(const char *file, int line, enum err_code code, const char *type,
                     const char *fmt, ...) PRINTF_LIKE(5, 6) MUST_USE NEVER_NULL;

/* An error from errno: "open /x: No such file or directory". */
#define err_errno(code, ...) err_make_errno(__FILE__, __LINE__, (code), __VA_ARGS__)
struct err *err_make_errno(const char *file, int line, enum err_code code, const char *fmt, ...)
    PRINTF_LIKE(4, 5) MUST_USE NEVER_NULL;

/* Adds context in front: the result has 'e' as its cause, its code and type,
 * and the message "<context>: <message of e>", of a joined list all of them.
 * Null gives null. */
struct err *err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;

/* Appends 'more' to the list of faults that starts at 'first'; either may be
 * null.  The first keeps its code and type; err_full() shows all messages. */
struct err *err_join(struct err *first, struct err *more) MUST_USE;
/* All messages of a joined list, "a; b; c", in 'mem'. */
const char *err_full(struct mem *mem, const struct err *e);

/* Replaces the type by a copy of 'type'. */
void err_set_type(struct err *e, const char *type);
struct err *err_copy(const struct err *e) MUST_USE;
void err_free(struct err *e);
void err_autofree(struct err **e);
/* Frees the error on purpose; 'why' documents it at the call. */
void err_ignore(struct err *e, const char *why);
bool err_is(const struct err *e, enum err_code code); /* Null: false. */

int err_code_status(enum err_code code);        /* HTTP status of a code. */
const char *err_code_name(enum err_code code);  /* "CONFLICT" */
enum err_code err_code_from_name(const char *name); /* E_INTERNAL where unknown. */
const char *err_code_doc(enum err_code code);

#define TRY(x)                                                                                     \
    do {                                                                                           \
        struct err *e_ = (x);                                                                      \
        if (e_) {                                                                                  \
            return e_;                                                                             \
        }                                                                                          \
    } while (0)
#define TRY_MSG(x, ...)                                                                            \
    do {                                                                                           \
        struct err *e_ = (x);                                                                      \
        if (e_) {                                                                                  \
            return err_wrap(e_, __VA_ARGS__);                                                      \
        }                                                                                          \
    } while (0)

/* The analyser of clang 14 does not know what NEVER_NULL means. */
#ifdef __clang_analyzer__
#define err_sure(make)                                                                             \
    __extension__({                                                                                \
        struct err *e_ = (make);                                                                   \
        if (!e_) {                                                                                 \
            __builtin_unreachable();                                                               \
        }                                                                                          \
        e_;                                                                                        \
    })
#undef err_new
#undef err_errno
#define err_new(code, type, ...)                                                                   \
    err_sure(err_make(__FILE__, __LINE__, (code), (type), __VA_ARGS__))
#define err_errno(code, ...) err_sure(err_make_errno(__FILE__, __LINE__, (code), __VA_ARGS__))
#endif

#endif
