/* Two orchestrators on one database, a site in memory, somebody who hears, and a client: what the stories share. */
#ifndef TESTS_REPLICAS_WORLD_H
#define TESTS_REPLICAS_WORLD_H

#include "flow/fake_site.h"
#include "replicas/relay.h"

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"
#include "http/client.h"
#include "http/server.h"

#include <sys/types.h>

#define PORT 9000
#define N_REPLICAS 2
#define N_OPERATIONS 100
#define CALL_MS 10000
#define READY_MS 60000
#define ALL_MS 240000
#define FAILOVER_MS 3000
#define NETWORK "11111111-1111-4111-8111-111111111111"

/* Behind the one address of boxes.c, for functions that take a replica's number. */
#define COMMON N_REPLICAS
#define TAKEN "taken over" /* says who takes over */

extern const char *const names[N_REPLICAS + 1];
extern const char *const instantiate, *const terminate; /* bodies */

struct world {
    struct mem *mem;
    const char *dir, *program, *packages, *database;
    struct fake_control site;
    struct http_server *ear;
    struct relay *relay; /* between replica 0 and the database */
    pid_t pids[N_REPLICAS];
    int at; /* replica that the client calls first */
    bool is_long, is_bench;
    const char *authority; /* PEM; not null: each replica is in a network namespace of its own (boxes.c) */
    int n_operations; /* of the story of many */
    int n_completed; /* operations, so far */
    const char *token;
    const char *vnfs[N_OPERATIONS];
};

void blink_ms(int ms);
int patience(void);
int64_t deadline_ns(int ms);
int ms_since(int64_t ns);

/* ---- processes */
/* 'name' null: none; 'shared' null: that of all. */
pid_t orchestrator_start(const struct world *w, const char *name, const char *shared, int port);
void replica_kill(struct world *w, int i);
/* Until it is ready. */
struct err *replica_start(struct world *w, int i) MUST_USE;
struct err *ready(struct world *w, int i) MUST_USE;
/* One that ends by itself, and says why. */
struct refusal {
    const char *name, *shared, *why;
    pid_t pid;
};
void refusal_begin(const struct world *w, struct refusal *refusal);
struct err *refusal_end(const struct world *w, const struct refusal *refusal) MUST_USE;
/* Until replica 'i' has ended by itself, with status 1, having said 'why'. */
struct err *end_wait(struct world *w, int i, const char *why) MUST_USE;
struct err *shell(const char *command) MUST_USE;
/* How often replica 'i' has said so. */
int n_said(const struct world *w, int i, const char *what);

/* ---- calls */
/* Where the site, who hears, and the client are. */
const char *host_of(const struct world *w);
const char *root_of(const struct world *w, int i);
struct err *call_at(const struct world *w, const char *root, const char *method, const char *path, const char *body,
                    int fd, struct http_answer *answer) MUST_USE;
/* One address, as a client has it: who does not answer is not asked again.  '*status' 0: nobody did. */
const struct json *call(struct world *w, const char *method, const char *path, const char *body, int *status);
/* Of replica 'i'; '*out' may be null. */
struct err *want_at(struct world *w, int i, int wanted, const char *method, const char *path, const char *body,
                    const struct json **out) MUST_USE;
/* Asked again until it is so. */
struct err *soon_at(struct world *w, int i, int wanted, const char *path, int within_ms) MUST_USE;
struct err *site_call(struct world *w, const char *method, const char *path, const char *body, int wanted) MUST_USE;
struct err *login_at(struct world *w, int i, const char *user, const char *password, const char **token) MUST_USE;

/* ---- what subscribers hear */
/* Each of so many operations was told as COMPLETED, and each at first as STARTING, PROCESSING, COMPLETED: what comes
 * twice comes late. */
struct err *all_heard(const struct world *w, int wanted) MUST_USE;
/* Notifications of alarms so far. */
int n_alarms_heard(void);

struct err *world_begin(struct world *w) MUST_USE;
/* Both at once, on nothing; a client is logged in at replica 'i'. */
struct err *both_begin(struct world *w, int i, const char **password) MUST_USE;

/* ---- packages and VNFs (vnfs.c) */
/* Which one leads, as replica 'i' says; -1 = none. */
int leader_at(struct world *w, int i);
/* Two are there, one of them leads. */
struct err *listed(struct world *w, int i) MUST_USE;
struct err *package_make(struct world *w, int i, const char **id) MUST_USE;
struct err *package_give(struct world *w, int i, const char *id, const char *name) MUST_USE;
/* Until the package is 'state', as replica 'i' says. */
struct err *package_so(struct world *w, int i, const char *id, const char *state) MUST_USE;
/* A site, a package and subscriptions: begun at the one, seen at the other. */
struct err *prepared(struct world *w, int one, int other) MUST_USE;
struct err *vnf_make(struct world *w, int i, const char **id) MUST_USE;
/* How many of the instances are so; until so many are. */
struct err *n_so(struct world *w, const char *state, int *n) MUST_USE;
struct err *all_so(struct world *w, const char *state, int wanted) MUST_USE;
/* What the operations of 'begun' have come to: '*n_done' are COMPLETED; none may be anything but that or under way. */
struct err *operations(struct world *w, const char *const *begun, int n, int *n_done) MUST_USE;
struct err *all_completed(struct world *w, const char *const *begun, int n) MUST_USE;
/* Until the operation is 'state'. */
struct err *operation_so(struct world *w, int i, const char *op, const char *state) MUST_USE;
/* Asked of replica 'i'; once it is dead, of the other: who got no answer asks what became of it. */
struct err *begin(struct world *w, int i, const char *id, const char *task, const char *body, const char **op,
                  bool *at_first) MUST_USE;
/* A client with patience: who got no answer, or is told to come again, asks what there is, and asks anew. */
struct err *begin_patiently(struct world *w, int i, const char *id, const char *task, const char *body,
                            const char **op) MUST_USE;
/* Until the site holds so much, nothing double. */
struct err *site_holds(struct world *w, int wanted) MUST_USE;

#endif
