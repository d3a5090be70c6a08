/* What the responder gives up before it reads a stranger's byte. */
#ifndef CARRICK_RESPONDER_SANDBOX_H
#define CARRICK_RESPONDER_SANDBOX_H

#include "base/err.h"

/* From here on: no privileges to be gained, no file, no new socket, no other
 * process; only what is open, memory and time.  E_UNAVAILABLE. */
struct err *sandbox_enter(void) MUST_USE;

#endif
