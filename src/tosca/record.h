/* Descriptors as JSON and back: how they come out of the process that parsed them and how they
 * are kept.  What is read here may have been written by an enemy. */
#ifndef CARRICK_TOSCA_RECORD_H
#define CARRICK_TOSCA_RECORD_H

#include "base/json.h"
#include "tosca/pnfd.h"

/* Writes the whole descriptor as an object; 'key' as of jw_object. */
void vnfd_write(struct jw *w, const char *key, const struct vnfd *vnfd);
void nsd_write(struct jw *w, const char *key, const struct nsd *nsd);
void pnfd_write(struct jw *w, const char *key, const struct pnfd *pnfd);

/* Reads what the above wrote; '*vnfd' lives in 'mem', strings are borrowed from 'json'.  Strict:
 * every member there and of its type, nothing else, numbers and lists within limits, and every
 * name of another part the name of one that is there.  E_INVALID "DescriptorInvalid" names the
 * first member that is not so. */
struct err *vnfd_read(struct mem *mem, const struct json *json, struct vnfd **vnfd) MUST_USE;
struct err *nsd_read(struct mem *mem, const struct json *json, struct nsd **nsd) MUST_USE;
struct err *pnfd_read(struct mem *mem, const struct json *json, struct pnfd **pnfd) MUST_USE;

#endif
