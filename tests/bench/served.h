/* A role of carrick that a bench starts with an empty state folder and asks over HTTP on the
 * loopback, and tables of what it was asked.  What goes wrong ends the bench with the reason. */
#ifndef CARRICK_TESTS_BENCH_SERVED_H
#define CARRICK_TESTS_BENCH_SERVED_H

#include "load.h"

#include "base/json.h"

#include <sys/types.h>

#define SERVED_ROUNDS 7

/* The one of this bench. */
extern struct served {
    const char *program, *role;
    const char *args[8];     /* further ones, null-terminated */
    char dir[64];            /* its state is in dir/state */
    uint16_t port;
    pid_t pid;
    int pidfd;
    char *token;             /* of the administrator, for the project 'project' */
    char password[64];
    char project[40];
} served;

/* Ends the bench where there is an error. */
void served_must(struct err *e, const char *what);
/* Chooses folder and port; "{dir}" at the start of an argument is the folder. */
void served_open(const char *program, const char *role, const char *const *args);
/* Ends it, removes the folder. */
void served_close(void);
/* Milliseconds from exec to the first answer. */
double served_start(void);
void served_stop(int signo);
/* As its administrator, from then on. */
void served_log_in(void);

/* The answer's JSON in 'mem', null where it has none; another status than 'expect' is an error. */
const struct json *served_ask(struct mem *mem, const char *method, const char *path, const char *body,
                              int expect);
/* Runs a load; an answer that is not as expected is an error. */
void served_load(struct load *load, const char *what);
void served_copy_id(char out[40], const struct json *json, const char *path);
/* struct load's make: GET of the path that is 'arg'. */
void served_get(void *arg, int64_t n, struct buf *out);

/* User and system time so far, seconds. */
double served_cpu(void);
double served_rss_mb(void);

/* One operation of a table. */
struct served_row {
    const char *what;
    int clients;
    int64_t requests; /* a round */
    int64_t each;     /* things a request makes */
    int expect;
    void (*make)(void *arg, int64_t n, struct buf *out);
    const char *path; /* make's 'arg' */
    /* Results. */
    double rates[SERVED_ROUNDS], cpu_us[SERVED_ROUNDS];
    double *ms;       /* of all requests that count */
    size_t n_ms;
    int64_t bytes;    /* of all their answers */
};

/* Every operation runs once in each round, so that what disturbs the machine for a while
 * disturbs all of them; the first round warms up and does not count.  'scale' divides the numbers of
 * requests.  Prints the table. */
void served_rows(struct served_row *rows, size_t n, int64_t scale);
/* Restarts it again and again; prints times, and its memory before and behind. */
void served_restarts(void);

#endif
