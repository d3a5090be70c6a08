/* The token of the last login, kept between two commands: a login costs a quarter
 * of a second of processor time on purpose (bcrypt), a command a few
 * milliseconds. */
#ifndef CARRICK_CLI_TOKEN_CACHE_H
#define CARRICK_CLI_TOKEN_CACHE_H

#include "cli/session.h"

/* Where the token for these credentials is kept:
 * $XDG_RUNTIME_DIR/carrick, else $XDG_CACHE_HOME/carrick, else ~/.cache/carrick, and
 * there a name made from everything of the credentials but the password.  Null where
 * it is not wanted ($CARRICK_NO_TOKEN_CACHE is not empty) or no such folder can be had:
 * it has to be the caller's own and nobody else's, which is said on stderr where it
 * is not.  In 'mem'. */
const char *token_cache_path(struct mem *mem, const struct credentials *credentials);

/* Fills token, expires_at, project_id and root of 'session' from the file and returns
 * true.  False: there is none, it is not the caller's own (that is said on stderr), it
 * is cut short, it expires within a minute, or the password is another one.
 * 'any_password' takes it whatever the password: for a logout. */
bool token_cache_load(struct session *session, const char *path, bool any_password);

/* Keeps the session's token at 'path', readable by the caller alone; replaces what is
 * there in one step, so that commands may run at the same time.  What cannot be
 * written is not kept: the next command logs in. */
void token_cache_store(const struct session *session, const char *path);

#endif
