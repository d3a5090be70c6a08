/* What is found in an uploaded file: runs on a worker, touches no store. */
#ifndef CARRICK_NFVO_EXAMINE_H
#define CARRICK_NFVO_EXAMINE_H

#include "nfvo/nfvo.h"

/* Opens the package of 'in' with every check of SOL004, parses its VNFD, lays its
 * images out as files beside it and fills 'out'.  All faults at once: E_INVALID,
 * E_TOO_LARGE, E_NOT_IMPLEMENTED (a feature, a signature), E_UNAVAILABLE (disk). */
struct err *package_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                            struct onboard_out *out) MUST_USE;
/* The same for an NSD archive. */
struct err *nsd_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                        struct onboard_out *out) MUST_USE;

/* Parses descriptor texts that were kept (rows of descriptor_text). */
struct err *texts_parse(struct mem *mem, const struct rows *texts, const char *entry,
                        struct tosca **tosca) MUST_USE;

#endif
