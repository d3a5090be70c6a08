/* What may be at a site since an answer was lost, known by its marker alone. */
#ifndef CARRICK_VIM_MARKED_H
#define CARRICK_VIM_MARKED_H

#include "vim/vim.h"

/* Is it a marker ("carrick:FLOW:LABEL") in the place of an object's id? */
bool vim_is_marker(const char *id);
/* Deletes what carries the marker at a site, whatever it is: nothing, one or more objects of a kind (a word of
 * VIM_OBJECTS).  Steps: LABEL, and "LABEL ID" for each of them. */
struct err *vim_marked_delete(struct flow *f, const char *label, const char *site, const char *kind,
                              const char *marker) MUST_USE;

#endif
