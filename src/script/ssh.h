/* Inside of script: the SSH protocol (libssh), as the caged child speaks it over a connection that is
 * there already. */
#ifndef CARRICK_SCRIPT_SSH_H
#define CARRICK_SCRIPT_SSH_H

#include "base/str.h"
#include "script/wire.h"

/* Says a word to the parent; false where it is gone. */
typedef bool ssh_say_fn(enum script_word word, const void *data, size_t n);

struct ssh_work {
    int fd;                  /* connected, non-blocking; taken over */
    const char *user, *private_key, *host_key; /* host_key null = any */
    const char *text;        /* for the standard input of `sh -s` */
    ssh_say_fn *say;
};
struct ssh_session_struct;
struct ssh_key_struct;
/* Before the cage: the library reads its files and takes the key. */
struct err *ssh_prepare(const struct ssh_work *work, struct ssh_session_struct **session,
                        struct ssh_key_struct **key) MUST_USE;
/* In the cage: says all there is to say, the last word included. */
void ssh_work(const struct ssh_work *work, struct ssh_session_struct *session,
              struct ssh_key_struct *key);

#endif
