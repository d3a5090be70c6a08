/* Two orchestrators as processes, and a site: what the cases share. */
#ifndef TESTS_SPLIT_SPLIT_H
#define TESTS_SPLIT_SPLIT_H

#include "flow/fake_site.h"

#include "base/json.h"
#include "base/mem.h"

/* The other network of the client's. */
#define ANNEX "33333333-3333-4333-8333-333333333333"

struct side {
    const char *name, *state;
    int port;
    const char *url, *password, *token;
    const char *options[12]; /* beside --state and --listen; null-terminated */
    pid_t pid;
};

struct split {
    struct mem *mem;
    const char *program, *dir;
    struct fake_control control;
    struct fake_site *site;
    struct side nfvo, vnfm;
    int64_t limit_ms;
    int kills;
};

/* What the two APIs call things, and who serves them. */
struct kind {
    const struct side *side;
    const char *instances, *occurrences, *attr;
};

/* What is uploaded: the which-th package of a story's part, 'to' in place of 'from'. */
struct descriptor {
    const char *part;
    int which;
    const char *path, *content, *state;
    const char *from, *to; /* null = as it is */
};

/* Says what is wrong, with the end of the log, and ends everything. */
void die(struct split *s, const char *what) __attribute__((noreturn));
/* One call; status 0: no answer. */
const struct json *call(struct split *s, const struct side *side, const char *method,
                        const char *path, const char *body, int *status);
/* Looks after both, and says whether there is time left. */
bool wait_more(struct split *s, int64_t began_ns);
/* Until it answers so: whoever is asked may just be killed.  A change that was made unheard is told by
 * 'done', another status that is as good. */
const struct json *want(struct split *s, const struct side *side, int wanted, int done,
                        const char *method, const char *path, const char *body);
const char *id_of(struct split *s, const struct json *json);
void upload(struct split *s, const struct side *side, const struct descriptor *what);

/* The site: makes something there; what there is of a kind; that nothing of ours is left. */
void site_call(struct split *s, const char *path, const char *body);
const struct json *site_list(struct split *s, const char *path, const char *plural);
size_t site_count(struct split *s, const char *path, const char *plural);
void site_empty(struct split *s);

struct kind vnfs(const struct split *s);
struct kind services(const struct split *s);
const struct json *occurrence(struct split *s, struct kind kind, const char *op);
/* The operation that is open on the instance, or that ended last. */
const char *operation_last(struct split *s, struct kind kind, const char *instance);
const struct json *operation_wait(struct split *s, struct kind kind, const char *op,
                                  const char *what, const char *state);
/* Begins it, also where the answer is lost, and waits until it has stopped in 'state'. */
const struct json *operate(struct split *s, struct kind kind, const char *instance,
                           const char *what, const char *body, const char *state);

/* ---- services.c: services with VNFs of the other process ---- */

void ns_life(struct split *s);
/* The same; the VNFM hears of its external links by the grant. */
void ns_linked(struct split *s);
void ns_changes(struct split *s);
/* The VNFM's operation stops; then the service's is told 'task', and ends in 'state'. */
void ns_stopped(struct split *s, const char *task, const char *state);
/* Its VNF gets another package, and another one that its VNFM cannot make. */
void ns_renewed(struct split *s);
/* Its VNF is brought to another flavour and to another network, and back. */
void ns_moved(struct split *s);
/* Its operation is cancelled, and so is the VNFM's; then it goes on. */
void ns_cancelled(struct split *s, const char *mode);

#endif
