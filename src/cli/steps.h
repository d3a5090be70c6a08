/* What a command is about to do to this box: steps that are computed from what there is, shown,
 * done, and taken back where one fails. */
#ifndef CARRICK_CLI_STEPS_H
#define CARRICK_CLI_STEPS_H

#include "base/vec.h"
#include "cli/command.h"

#include <sys/types.h>

struct step;
typedef struct err *step_fn(struct cli *cli, const struct step *step);

struct step {
    const char *what;  /* "key of this box" */
    const char *path;  /* folder or file, or null */
    const char *text;  /* a file's, as wanted; null = a folder, or what .run does */
    const char *was;   /* a file's, as it is; "" = a folder that is there; null = there is none */
    mode_t mode;
    bool is_there;     /* nothing to do */
    bool is_users;     /* made in the name of the role's user: root follows no link of its */
    bool is_given;     /* a folder that root makes and gives to that user */
    step_fn *check;    /* of a file: is what stands at .path ".new" right?  Or null */
    step_fn *run;      /* instead of a folder or a file */
    const void *arg;   /* of these two */
};

struct steps {
    struct cli *cli;
    uid_t uid; /* the role's user */
    gid_t gid;
    VEC(struct step) all;
};

/* Runs 'fn' as the role's user, where we are root. */
struct err *steps_as_user(const struct steps *steps, struct err *(*fn)(void *arg), void *arg) MUST_USE;
/* Adds a folder of the user's, or a file; what there is is looked up now. */
struct err *steps_add(struct steps *steps, struct step step) MUST_USE;
/* Reads a file as the user; '*text' null where there is none. */
struct err *steps_read(const struct steps *steps, const char *path, const char **text) MUST_USE;
/* Reads a role's clouds.yaml as its user. */
struct err *steps_credentials(const struct steps *steps, const char *path,
                              struct credentials *credentials) MUST_USE;
/* Shows the steps, asks unless --yes, does them.  A step that fails takes those before it back, in
 * reverse, and is told.  E_CANCELLED where nobody said yes. */
struct err *steps_do(struct steps *steps) MUST_USE;
/* A line from the terminal behind 'question', "" for none; null where there is no terminal. */
const char *steps_ask(struct mem *mem, const char *question, bool is_secret);

#endif
