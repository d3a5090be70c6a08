/* SOL013's attribute-based filters and attribute selectors over JSON trees. */
#ifndef CARRICK_REST_FILTER_H
#define CARRICK_REST_FILTER_H

#include "base/json.h"
#include "resource/resource.h"

struct filter;

/* Parses "(eq,attr/sub,value);(in,attr,a,b)".  Values may stand in single
 * quotes, '' is a quote inside (SOL013 5.2.2).  E_INVALID tells the column. */
struct err *filter_parse(struct mem *mem, const char *text, struct filter **filter) MUST_USE;
/* All expressions hold.  Of an array one element is enough; what is absent
 * matches nothing. */
bool filter_match(const struct filter *filter, const struct json *json);
/* 'conds' (ending with attr null) and what the store can say besides before a row is encoded: conditions
 * that hold for all that the filter matches, though not only for these.  In op->mem.  Another
 * version of the API ('older') may have other words for the values of an enumeration. */
struct cond *filter_conds(const struct filter *filter, struct op *op, const struct cond *conds,
                          bool older);

/* Attribute selectors (SOL013 5.3.2).  They are about complex attributes, objects and arrays, that
 * may be absent; simple ones, and those of 'always', are in every answer. */
struct selector {
    bool all;                          /* all_fields */
    bool by_default;                   /* exclude_default, or nothing was asked for */
    const char *const *fields;         /* fields=: only these; with by_default: these too */
    const char *const *exclude;        /* exclude_fields= */
    const char *const *left_out;       /* what the resource leaves out by default */
    const char *const *always;         /* complex attributes that have to be there */
};
/* Writes 'json' (an object) with what the selector leaves of it. */
void selector_write(struct mem *mem, struct jw *w, const char *key, const struct selector *selector,
                    const struct json *json);

#endif
