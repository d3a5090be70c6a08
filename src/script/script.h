/* Scripts of a package, run at a server over SSH.  A stranger's server speaks to a child of ours in
 * the cage of sys/cage.h (role "instruct"), which has one connection, one key and nothing else; what
 * the child says is bounded, and it is killed at the deadline. */
#ifndef CARRICK_SCRIPT_SCRIPT_H
#define CARRICK_SCRIPT_SCRIPT_H

#include "base/str.h"
#include "sys/loop.h"

#include <sys/socket.h>

#define SCRIPT_TEXT_MAX (64u << 10)   /* bytes of a script */
#define SCRIPT_INPUTS_MAX (32u << 10) /* bytes of all inputs of a run */
#define SCRIPT_OUTPUT_KEPT (64u << 10) /* bytes kept of a stream: its last ones */
#define SCRIPT_OUTPUT_MAX (16u << 20) /* bytes that a run may say at all */
#define SCRIPT_RUNS 32                /* children at once; half of them where there is one owner */

/* An environment variable of the script. */
struct script_input {
    const char *name, *value;
};
/* One run; copied where it is given. */
struct script_order {
    const char *owner;       /* whose it is: owners share the turns; null = nobody's in particular */
    const char *address;     /* IPv4 or IPv6 */
    int64_t port;
    const char *user;
    const char *private_key; /* as OpenSSH writes it */
    const char *host_key;    /* "TYPE BASE64" that the server has to have; null = it is met first now */
    const char *text;        /* the script: what its first line says runs it, else sh */
    size_t n_inputs;
    const struct script_input *inputs;
    int64_t timeout_ms;      /* from its turn to its end, waiting for the server included */
    int64_t reach_ms;        /* of that, until it begins; 0 = all of it */
};

/* Of a stream: its last bytes as text (what is no UTF-8 is '?'), and how many there were. */
struct script_stream {
    const char *text;
    int64_t bytes;
};
struct script_result {
    const char *host_key;    /* as above; null where the server was never reached */
    bool began;              /* the script may have run */
    int64_t status;          /* its exit status; -1 = it has none */
    struct script_stream out, err;
};

struct script_runs;
/* Runs of one loop, at most SCRIPT_RUNS at once; the others wait their turn, an owner's while it has as many
 * turns as are free. */
struct script_runs_config {
    struct loop *loop;   /* borrowed */
    const char *program; /* run as PROGRAM instruct; null = /proc/self/exe */
    /* May this address be connected to?  A tenant's site says where its servers are.  Null = any. */
    bool (*may_connect)(void *arg, const struct sockaddr *to);
    void *may_arg;
};
struct script_runs *script_runs_new(const struct script_runs_config *config) MUST_USE;
void script_runs_free(struct script_runs *runs); /* kills what runs, calls nobody; null accepted */

/* 'result' (valid during the call) says how far it came also where 'err' (owned by the callee) is not
 * null.  A status other than 0 is no error here.
 *   E_FORBIDDEN "AddressRefused"       the address is none that may be connected to
 *   E_UNAVAILABLE "ServerUnreachable"  nobody let us in until the deadline
 *   E_UNAVAILABLE "ScriptNotInTime"    the script had not ended by then
 *   E_CONFLICT "HostKeyChanged"        the server is not the one that it was
 *   E_TOO_LARGE "ScriptOutput"         it said more than SCRIPT_OUTPUT_MAX
 *   E_REMOTE "ConnectionLost"          the connection ended before the script did
 *   E_CANCELLED                        by script_cancel
 *   E_INTERNAL                         the child could not do its work */
typedef void script_done_fn(void *arg, const struct script_result *result, struct err *err);
struct script_run;
/* Queues a run; 'done' is called once, later, on the loop.  A server that cannot be reached yet (it
 * boots) is asked again until the deadline; once the script may have begun it is not repeated. */
struct script_run *script_start(struct script_runs *runs, const struct script_order *order,
                                script_done_fn *done, void *arg);
/* Ends it now: 'done' is called before this returns, with E_CANCELLED and how far it came. */
void script_cancel(struct script_run *run);

/* Is it a name that a shell takes as a variable, and none of ours (CARRICK_...)? */
bool script_input_name_ok(const char *name);
/* Is it one that shells keep for themselves, or that decides which programs are run and how?  Such an input
 * would end the run, or change what other commands mean. */
bool script_input_name_kept(const char *name);
/* What `sh -s` at the server is fed with: variables, then the script as a file that is run.  A text that
 * breaks off runs nothing.  In 'mem'. */
const char *script_wrap(struct mem *mem, const struct script_order *order);
/* Bytes of a stranger as text: UTF-8 without control characters but line feeds and tabs. */
char *script_clean(struct mem *mem, const char *data, size_t n);

/* The key pair whose 32 bytes are 'seed' (Ed25519, RFC 8032): the private half as OpenSSH writes it, the public one as a
 * line of authorized_keys with 'comment'.  Either may be null.  E_INTERNAL. */
struct err *script_key(struct mem *mem, const uint8_t seed[32], const char *comment,
                       const char **private_key, const char **public_key) MUST_USE;

/* `carrick instruct`: see instruct.c. */
int instruct_main(int argc, char **argv);

#endif
