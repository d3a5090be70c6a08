/* Values that are known only when an operation runs: text with inputs in it. */
#ifndef CARRICK_TOSCA_LATE_H
#define CARRICK_TOSCA_LATE_H

#include "base/json.h"

/* A late value, as records keep it, is
 *   a JSON text, number or boolean       itself
 *   {"concat": [VALUE ...]}              texts behind each other
 *   {"join": [[VALUE ...], VALUE]}       with something between them
 *   {"input": NAME, "or": VALUE}         get_input; "or" (its default) may be absent
 *   {"metadata": NAME, "or": VALUE}      get_property of the VNF's modifiable_attributes.metadata
 *   {"configurable": NAME, "or": VALUE}  the same of its configurable_properties
 *   {"extension": NAME, "or": VALUE}     the same of its modifiable_attributes.extensions */
struct late_values {
    const struct json *inputs;   /* an object: what inputs are, or null */
    const struct json *metadata; /* the same for the instance's metadata */
    const struct json *configurable, *extensions; /* the same for what else a client sets of it */
};
/* The text of a late value; objects and lists given for an input become JSON text.  '*text' lives in
 * 'mem'.  E_UNPROCESSABLE names an input that has no value; E_INVALID: it is no such value. */
struct err *late_text(struct mem *mem, const struct json *late, const struct late_values *values,
                      const char **text) MUST_USE;

#endif
