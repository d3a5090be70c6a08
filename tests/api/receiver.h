/* A subscriber for stories: callbacks that remember what they were sent and answer as they
 * were told.
 *
 *     PUT  /tell/NAME {"get": 404, "post": [503, 204], "hold": true}   how /cb/NAME answers: the
 * last of "post" for ever; held answers wait for a "hold": false GET, POST /cb/NAME the callback
 *     GET  /got/NAME/N                         the first N notifications, 404 until they are there
 *     GET  /calls/NAME/N                       404 until /cb/NAME was asked N times
 *     PUT  /em LIST                            what GET /em/vnfind/v1/indicators/ID answers; [] = 503
 *     PUT  /grants OBJECT                      what each grant of POST /grant/v1/grants says besides its
 * resources, which are at the connection "here"
 *     POST /token                              a token of OAuth 2.0: "token-1", "token-2" ... */
#ifndef CARRICK_TESTS_API_RECEIVER_H
#define CARRICK_TESTS_API_RECEIVER_H

#include "base/err.h"

struct receiver;
struct err *receiver_new(struct receiver **receiver) MUST_USE;
void receiver_free(struct receiver *receiver);
int receiver_port(const struct receiver *receiver);

#endif
