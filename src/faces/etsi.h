/* What the faces of ETSI's APIs share: rows without nulls, links, files. */
#ifndef CARRICK_FACES_ETSI_H
#define CARRICK_FACES_ETSI_H

#include "nfvo/nfvo.h"
#include "nfvo/request.h"
#include "rest/rest.h"
#include "vnfm/vnfm.h"

extern const struct face etsi_grant_face;
extern const struct face etsi_vnfpkgm_face, etsi_nsd_face, etsi_nslcm_face, etsi_vnflcm_face,
    etsi_vnffm_face, etsi_nsfm_face, etsi_vnfpm_face, etsi_nspm_face, etsi_vnfind_face,
    carrick_face;

/* The row's members that hold something, in the table's order: what is not there
 * is absent, never null (SOL013 4.2: JSON). */
void etsi_row(struct rest_request *r, struct jw *w, const void *row);

/* A link below _links: PATH/ID, or PATH/ID/TASK where 'task' is given.  'attr' names
 * the attribute that holds the id (null: the key); the link is absent where that is
 * null, or where 'when' says that the row has it not now. */
struct etsi_link {
    const char *name, *path, *task, *attr;
    bool (*when)(const void *row);
    int since; /* major version of the API that has it; 0 = all */
};
/* Writes "_links": {...}; 'links' ends with name null. */
void etsi_links(struct rest_request *r, struct jw *w, const struct table *table, const void *row,
                const struct etsi_link *links);

/* The body of a PATCH's answer: the modified attributes only, as given. */
void etsi_modified(struct rest_request *r, struct jw *w, const void *row);

/* The members of an alarm, in an answer or in a notification; links begin with 'base'. */
void etsi_alarm(struct mem *mem, struct jw *w, const char *base, const void *row);

/* The object with members renamed: 'names' are pairs of given and wanted. */
struct err *etsi_rename(struct mem *mem, const struct json *body, const char *const (*names)[2],
                        size_t n, const struct json **out) MUST_USE;

/* Answers with 'fd' (taken over), all of it or the one range that was asked for
 * (206).  E_RANGE where it cannot be satisfied. */
struct err *etsi_file(struct rest_request *r, int fd, int64_t size,
                      const char *content_type) MUST_USE;

/* The two routes of discovery that every API has. */
#define ETSI_VERSIONS(api) ETSI_VERSIONS_OF(api, "v2")
#define ETSI_VERSIONS_OF(api, major)                                                               \
    {.method = "GET", .path = "/" api "/api_versions", .verb = REST_VERSIONS},                     \
    {                                                                                              \
        .method = "GET", .path = "/" api "/" major "/api_versions", .verb = REST_VERSIONS          \
    }

#endif
