/* What the files of this folder share: sessions with sites, and operations made
 * of several calls. */
#ifndef CARRICK_VIM_SESSION_H
#define CARRICK_VIM_SESSION_H

#include "vim/vim.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 8
#define TIMEOUT_MS 60000
#define LIST_MAX ((size_t)64 << 20)
#define TOKEN_MARGIN_US (60 * 1000000LL) /* Renewed so long before it ends. */

struct endpoint {
    const char *service, *url;
};

/* One call on its way: waits for a token and a place, is sent, answered. */
struct call {
    struct mem *mem;
    struct session *session;
    struct vim_call spec;
    vim_done_fn *done;
    void *arg;
    struct http_call *http;
    struct log_origin origin;    /* of who asked: calls are sent and answered in turns of others */
    const char *url;
    int64_t sent_ns;             /* when it went out */
    bool reauthenticated;
    int64_t away_ns;             /* when its site was first found away; 0 = was not */
    struct err *err;             /* of a call that cannot be made at all */
    const struct json *known;    /* the answer of one that need not be made */
    struct call *next;
};

struct session {
    struct vim *vim;
    struct mem *mem;
    struct vim_site site;
    struct mem *token_mem;
    const char *token;           /* null: none yet */
    const char *project;         /* id of the one that tokens are for; null: not told yet */
    int64_t token_until;         /* microseconds */
    bool authenticating;
    const char *extensions;      /* of the network service, as JSON; null = not asked with this token */
    struct http_call *auth_call;
    const char *auth_body;
    VEC(struct endpoint) endpoints;
    struct call *first, **last;  /* waiting */
    struct call *sent;           /* in flight */
    int n_sent, max;
    struct call *away, **away_last; /* whose site is away: tried again ... */
    struct loop_timer *rest;     /* ... when this is due; null: there was none yet */
    bool stale;                  /* forgotten; ends when its calls have */
    struct session *next;
};

struct vim {
    struct vim_config config;
    struct session *sessions;
    struct call *ready;          /* refused or known: to be told on the next turn */
    struct upload *uploads;      /* of shared.c: images that are being brought to sites */
    bool posted, closing;
    int refs;
};
void vim_unref(struct vim *vim);

/* ---- session.c ---- */
void session_pump(struct session *session);
void session_auth(struct session *session);
void session_failed(struct session *session, const struct err *err);
const char *session_endpoint(const struct session *session, const char *service);
void call_end(struct call *call, const struct vim_answer *answer, struct err *err);

/* ---- error.c ---- */
struct err *vim_error(struct mem *mem, const struct vim_site *site, const struct vim_call *call,
                      const struct vim_answer *answer) MUST_USE;
struct err *vim_lost(const struct vim_site *site, const struct vim_call *call,
                     struct err *err) MUST_USE;
const char *vim_request_id(const struct http_answer *answer);
/* May what failed so be asked again soon?  (in use for a moment, overloaded) */
bool vim_passing(const struct err *err);

/* ---- object.c ---- */
struct object {
    const char *kind;            /* "network": JSON key of one, and VIM_OBJECTS' word */
    const char *plural;          /* JSON key of a list */
    const char *service, *path;
    const struct table *table;
    const char *list_path;       /* BY_METADATA, which no filter finds: all with their metadata. */
    enum { BY_DESCRIPTION, BY_METADATA, BY_PROPERTY } marked; /* Where the marker is. */
    bool kept;                   /* Never taken back by a rollback. */
    bool wait_gone;              /* A delete is only the beginning. */
    void (*body)(struct jw *w, const struct step *step); /* null: from the table */
    const struct step_kind *create, *remove;
};
extern const struct object vim_objects[];
extern const size_t vim_n_objects;
extern const struct object vim_image_object;
const struct object *object_find(const char *kind);
const char *site_of(const void *in);
/* What people call the site of the step's input, in its memory; its id where it is registered no more. */
const char *site_name_of(const struct step *step);
const struct json *answer_list(const struct vim_answer *answer, const char *key);
/* What an object carries where its marker would be; null = nothing. */
const char *object_marker(const struct object *object, const struct json *json);
bool object_marked(const struct object *object, const struct json *json, const char *marker);

void object_create(struct step *step);
void object_find_marked(struct step *step);
void object_undo(struct step *step);
void object_delete(struct step *step);
void object_show(struct step *step);
void object_show_lent(struct step *step);
void object_list_marked(struct step *step);
const char *object_describe_create(const struct step *step);
const char *object_describe_delete(const struct step *step);

/* ---- body.c ---- */
const char *body_of(const struct step *step, const struct object *object);
void body_server(struct jw *w, const struct step *step);
struct err *made_decode(struct mem *mem, const struct json *json, const char *site,
                        struct vim_made *made) MUST_USE;
const char *json_body(struct mem *mem, void (*fn)(struct jw *w, const void *arg), const void *arg);

/* ---- object.c: calls of a step ---- */
/* Calls for a step: the answer (or the error) goes to 'next' with the same
 * argument.  Notes the call and its answer for explain.  A step that nobody waits for any more
 * begins nothing: 'next' is called at once, with E_CANCELLED. */
void step_vim_call(struct step *step, const struct vim_call *call, vim_done_fn *next, void *arg);
/* The step is one PUT of the network service, harmless when it is repeated; 'answered' (with the step
 * as its argument) is one of the two below. */
void step_vim_put(struct step *step, const char *site, const char *path, const char *body,
                  vim_done_fn *answered);
/* The step is done, or failed. */
vim_done_fn step_vim_answered;
/* The same where what is gone needs no PUT any more: in an undo, or to shut a port. */
vim_done_fn step_vim_answered_or_gone;

extern const struct step_kind vim_marked_list;
struct vim_marked {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/marked.tbl"
#undef ATTR
};
struct vim_found {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/found.tbl"
#undef ATTR
};
extern const struct table vim_marked_table, vim_found_table;

#endif
