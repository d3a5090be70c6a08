/* Compiled rules: what the engine asks beyond policy_allows. */
#ifndef CARRICK_RESOURCE_POLICY_H
#define CARRICK_RESOURCE_POLICY_H

#include "resource/resource.h"

struct node; /* an expression */

/* The rule 'name', or where there is none 'fallback' (a rule's name, or null), or null. */
const struct node *policy_find(const char *name, const char *fallback);
/* Does any rule's name begin so? */
bool policy_has_prefix(const char *prefix);
/* Does the outcome depend on the row? */
bool node_needs_row(const struct node *node);
bool node_holds(const struct node *node, const struct caller *caller, const void *row);

#endif
