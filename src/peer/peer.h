/* The client side of ETSI's APIs: a VNFM or an NFVO that is another process.  Every error
 * names peer, method, path, status and what the peer said. */
#ifndef CARRICK_PEER_PEER_H
#define CARRICK_PEER_PEER_H

#include "flow/flow.h"
#include "http/login.h"

/* How a peer is reached; strings are borrowed from whoever fills it. */
struct peer_about {
    const char *name; /* "VNFM edge": for messages */
    const char *url;  /* Root that "/vnflcm/v2/..." is put behind. */
    struct http_login login;
    bool is_trusted; /* The operator named it: it may have any address. */
    bool is_stranger; /* Who owns a VNF named its address: our certificate is not shown there. */
};

struct peers;
struct peers_config {
    struct loop *loop;
    struct store *store;
    /* Fills 'about' (in tx_mem) before each call; runs on a reader.  E_NOT_FOUND. */
    struct err *(*about)(struct tx *tx, void *arg, const char *peer_id, struct peer_about *about);
    void *arg;
    /* As of struct http_client_config, for peers that are not trusted. */
    bool (*may_connect)(void *arg, const struct sockaddr *to);
    void *may_arg;
    struct http_tls tls; /* Our certificate is shown to peers without a login that are no strangers. */
    int64_t timeout_ms;  /* Of a call; 0 = 30 000. */
    int64_t patience_ms; /* So long steps wait for a peer that is not there; 0 = 600 000. */
};
/* Give it to the engine: flow_service_set(engine, PEER_SERVICE, peers), flow_kinds_add(engine,
 * peer_kinds).  Free it after the engine. */
struct err *peers_new(const struct peers_config *config, struct peers **peers) MUST_USE;
void peers_free(struct peers *peers); /* null accepted */
/* The peer changed or went: its token is of no use any more. */
void peers_forget(struct peers *peers, const char *peer_id);
#define PEER_SERVICE "peer"
int64_t peers_patience_ms(const struct peers *peers);

struct peer_call {
    const char *peer_id;
    const char *method;
    const char *path;    /* below the peer's root: "/vnflcm/v2/vnf_instances" */
    const char *body;    /* JSON text or null */
    const char *version; /* header Version, or null */
    int64_t timeout_ms;  /* 0 = as the configuration says */
    bool may_repeat;     /* To do it twice is as to do it once: a lost answer is asked for again. */
};
struct peer_answer {
    int status;
    const struct json *json; /* null where the body is none or not JSON */
    const struct http_answer *http;
};
/* 'err' (owned by the callee) is null for 2xx.  E_FORBIDDEN, E_NOT_FOUND, E_CONFLICT ... for
 * statuses of the peer (err->status); E_UNAVAILABLE: certainly not done; E_IN_DOUBT: perhaps done;
 * E_REMOTE: a broken answer.  'answer' is valid during the call, null where none came. */
typedef void peer_done_fn(void *arg, const struct peer_answer *answer, struct err *err);
/* On the loop's thread.  'call' is copied; 'done' is called once, later. */
void peer_call(struct peers *peers, const struct peer_call *call, peer_done_fn *done, void *arg);

/* The same for a step: noted for explain, and done again while the peer is not there, as long as
 * patience lasts and somebody waits for the step.  Else E_CANCELLED, at once. */
void step_peer_call(struct step *step, const struct peer_call *call, peer_done_fn *done, void *arg);

/* May it be a word of a path: 1 to 255 letters, digits and "-_.~", neither "." nor ".."?  Null accepted:
 * it is none.  What a peer calls its things is asked this before it is used. */
bool peer_is_id(const char *id);
/* The last word of the answer's Location, in 'mem'; null where there is none of that form. */
const char *peer_location_id(struct mem *mem, const struct peer_answer *answer);

/* One call, or the answer to it, as a step tells it. */
#define ATTR ATTR_MEMBER
struct peer_ref {
    struct row row;
#include "peer/peer_ref.tbl"
};
struct peer_said {
    struct row row;
#include "peer/peer_said.tbl"
};
#undef ATTR
extern const struct table peer_ref_table, peer_said_table;

/* READ: GET; in peer_ref, out peer_said.  Any answer is one: it fails where none came.  Status 0: the
 * peer may not be asked, or is not known any more. */
extern const struct step_kind peer_get;
extern const struct step_kind *const peer_kinds[]; /* null-terminated */

#endif
