/* An OSS that hears of every operation: a process that is never killed, while whoever tells it is. */
#ifndef CARRICK_TESTS_KILL_SUBSCRIBER_H
#define CARRICK_TESTS_KILL_SUBSCRIBER_H

#include "kill/house.h"

/* Starts listening; ends with the process that starts it. */
struct err *subscriber_new(struct subscriber **subscriber) MUST_USE;
void subscriber_free(struct subscriber *subscriber); /* null accepted */

/* Subscribes to the operations on NSs and on VNFs. */
struct err *subscriber_subscribe(struct house *house) MUST_USE;
/* Waits until the operation was heard to end in 'state', and judges all that was heard so far: each
 * event once, or more than once without another in between; no state of any operation left out, none
 * before its time.  E_CONFLICT says what is wrong. */
struct err *subscriber_judge(struct house *house, const char *op_id, const char *state) MUST_USE;

#endif
