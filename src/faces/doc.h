/* What this binary can tell about its APIs, from the tables they are made of. */
#ifndef CARRICK_FACES_DOC_H
#define CARRICK_FACES_DOC_H

#include "base/str.h"

/* Registers every resource of a site and of an orchestrator. */
void doc_register(void);

/* Appends the reference of all of them, in Markdown. */
void doc_api(struct buf *out);

/* Appends the OpenAPI document (JSON) of the face called 'name', or where that is
 * null the names of all faces, a line each.  E_NOT_FOUND. */
struct err *doc_openapi(const char *name, struct buf *out) MUST_USE;

/* Appends what this site adds to networking-sfc (carrick-sfc, carrick-counters), in Markdown. */
void doc_sfc(struct buf *out);

/* Appends the table of error codes, in Markdown. */
void doc_errors(struct buf *out);

#endif
