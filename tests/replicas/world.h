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

extern const char *const names[N_REPLICAS];

struct world {
    struct mem *mem;
    const char *dir, *program, *packages, *database;
    struct fake_control site;
    struct http_server *ear;
    struct relay *relay; /* between replica 0 and the database */
    pid_t pids[N_REPLICAS];
    int at; /* replica that the client calls first */
    bool is_long, is_bench;
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
/* How often replica 'i' has said so. */
int n_said(const struct world *w, int i, const char *what);

/* ---- calls */
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

#endif
