/* The head of a request to the metadata service: HTTP/1.0 or 1.1 (RFC 9112),
 * GET or HEAD, without a body.  What is not exactly that is refused. */
#ifndef CARRICK_RESPONDER_HTTP_H
#define CARRICK_RESPONDER_HTTP_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_HEAD_MAX 4096

struct http_request {
    bool head_only;   /* HEAD */
    const char *path; /* Without a query; begins with '/'; as it was sent, nothing is decoded. */
};

/* Reads the head of 'n' bytes in 'data'.  0 = it is not whole yet (431 where it never will be
 * within HTTP_HEAD_MAX), 200 = 'request' is filled ('path' in 'mem'), else the status to refuse
 * with. */
int http_parse(struct mem *mem, const char *data, size_t n, struct http_request *request);
/* "Not Found"; "" where unknown. */
const char *http_reason(int status);

#endif
