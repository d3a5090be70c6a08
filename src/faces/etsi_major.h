/* Older major versions of ETSI's APIs: the same rows under other names and shapes.  What is new in
 * a whole attribute is told by its table (.since); this is what lies deeper. */
#ifndef CARRICK_FACES_ETSI_MAJOR_H
#define CARRICK_FACES_ETSI_MAJOR_H

#include "rest/rest.h"

/* Writes the members of 'json', an object that 'table' describes, as version 1 has them. */
void etsi_major_write(struct mem *mem, struct jw *w, const struct table *table,
                      const struct json *json);

/* The same for a notification of a change of 'table': for struct notice_older. */
void etsi_major_notice(struct mem *mem, struct jw *w, const struct table *table,
                       const struct json *json);
/* "/vnflcm/v2/..." as "/vnflcm/v1/...": for struct notice_older. */
const char *etsi_major_older(struct mem *mem, const char *path);

/* A path of our tables ("/vnflcm/v2/...") in the version that the request speaks. */
const char *etsi_major_path(const struct rest_request *r, const char *path);

/* For a face's .body: what came in version 1's form is put into that of the tables (SOL003 and
 * SOL005, 2.6.1 and 3.7.1).  E_INVALID where it does not have that form. */
rest_fn etsi_major_body;

#endif
