/* What a VNFD declares for clients to set (configurable properties, extensions), and values against it. */
#ifndef CARRICK_TOSCA_DECLARED_H
#define CARRICK_TOSCA_DECLARED_H

#include "base/json.h"

/* Declarations, as records keep them, are a list of
 *   {"name": NAME, "type": TYPE, "rules": [{"op": OP, "values": [TEXT ...]} ...],
 *    "entry": DECLARATION, "members": [DECLARATION ...], "is": VALUE}
 * Only "type" (TOSCA's simple ones, or "object" with "members") is always there; "is" is what it is at
 * first.  Entries of lists and maps have no name.  What is read may have been written by an enemy. */

/* Bytes of a pattern: it is applied where no child is caged. */
#define DECLARED_PATTERN_MAX 1000

/* Are 'values' (an object, or null: none) of what is declared (null: nothing is), each of its type and
 * within its constraints?  Every fault is told, up to 100, as "WHAT.NAME: text".  E_UNPROCESSABLE. */
struct err *declared_check(struct mem *mem, const char *what, const struct json *declared,
                           const struct json *values) MUST_USE;
/* What 'values' (an object or null) are where declarations change: those that 'after' has too stay,
 * those that 'before' (null: nothing yet) had not begin as it says, others go.  Null where none are. */
const struct json *declared_move(struct mem *mem, const struct json *before,
                                 const struct json *after, const struct json *values);

#endif
