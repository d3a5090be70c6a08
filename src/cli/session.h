/* A session of the command line with the orchestrator: credentials from OS_*
 * variables or clouds.yaml, one token, calls over REST and nothing else. */
#ifndef CARRICK_CLI_SESSION_H
#define CARRICK_CLI_SESSION_H

#include "base/json.h"
#include "http/client.h"

struct credentials {
    const char *cloud;    /* Name in clouds.yaml, or null. */
    const char *auth_url; /* ".../v3" or its root */
    const char *username, *password;
    const char *project, *user_domain, *project_domain;
    const char *region;
    const char *ca_file;
    const char *service; /* Type of the service that is spoken to; null = nfv-orchestration. */
};

struct session {
    struct mem *mem;
    struct credentials credentials;
    const char *token;
    const char *expires_at, *project_id;
    const char *root; /* URL that the paths of the APIs are below */
    const char *cache; /* where the token is kept between commands, or null */
    bool is_kept;     /* the token is from there: it may be over */
};

/* Reads OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME, OS_*_DOMAIN_NAME,
 * OS_REGION_NAME, OS_CACERT; OS_CLOUD (or no OS_AUTH_URL at all) reads clouds.yaml
 * from OS_CLIENT_CONFIG_FILE, the current folder, ~/.config/openstack or
 * /etc/openstack.  A cloud that is not named is the only one of the file, or the
 * one called "carrick".  E_INVALID says what is missing. */
struct err *credentials_read(struct mem *mem, struct credentials *credentials) MUST_USE;

/* Likewise of a site: 'where' is a clouds.yaml (FILE, or FILE:CLOUD) or, where no such file is
 * there, a cloud's name; null = as above.  Its 'service' is network. */
struct err *credentials_read_site(struct mem *mem, const char *where,
                                  struct credentials *credentials) MUST_USE;

/* Gets a token and finds the orchestrator in the catalog (service type
 * nfv-orchestration).  With 'use_cache' the token of an earlier command is taken where
 * there is one, without a call, and a new one is kept (cli/token_cache.h).
 * E_UNAUTHENTICATED, E_UNAVAILABLE, E_NOT_FOUND (no such service in the catalog). */
struct err *session_open(struct mem *mem, bool use_cache, struct session *session) MUST_USE;
/* As above, with these credentials and for their service. */
struct err *session_open_with(struct mem *mem, const struct credentials *credentials,
                              bool use_cache, struct session *session) MUST_USE;
/* Forgets the token that is kept for the credentials and revokes it (Keystone API: DELETE
 * /v3/auth/tokens).  '*ended' is false where there was none.  E_UNAVAILABLE and E_REMOTE where
 * it could not be revoked: it is forgotten nevertheless. */
struct err *session_end(struct mem *mem, bool *ended) MUST_USE;

struct call {
    const char *method, *path; /* path below the root: "/nslcm/v2/ns_instances" */
    const char *body;          /* JSON text or null */
    const char *content_type;  /* of the body; null = application/json */
    int body_fd;               /* > 0: the body is this file */
};
struct reply {
    int status;
    const struct json *json; /* null where the answer has no body */
    const char *body;
    const char *location; /* Location header or null */
    const char *next;     /* path of the next page (Link: rel="next") or null */
};
/* Makes one call; with a token of an earlier command that is refused (401, 403) or does not
 * reach the server, once more after a login.  A status of 400 or above is an error: its code by
 * the status, its message the problem's detail as the server tells it. */
struct err *session_call(struct session *session, const struct call *call,
                         struct reply *reply) MUST_USE;
/* GET path -> JSON; follows the pages of a list (Link: rel="next"). */
struct err *session_get(struct session *session, const char *path,
                        const struct json **json) MUST_USE;

#endif
