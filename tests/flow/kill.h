/* What the operations of flow-kill share. */
#ifndef TESTS_FLOW_KILL_H
#define TESTS_FLOW_KILL_H

#include "vim/vim.h"

#define SITE_ID "5173aaaa-0000-4000-8000-000000000001"
#define HIDE_MS 50 /* So long a new object is not in lists. */

extern const struct step_kind count_kind; /* Counts in the store: once, whatever happened. */
extern const struct flow_type moving, routing, leaving;

#endif
