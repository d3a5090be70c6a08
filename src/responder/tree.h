/* What stands at the paths of the metadata service. */
#ifndef CARRICK_RESPONDER_TREE_H
#define CARRICK_RESPONDER_TREE_H

#include "responder/guests.h"

/* Appends what 'path' holds for the server of 'guest'; '*type' is its media type.
 * False where there is nothing: 404. */
bool tree_get(const struct guests *guests, const struct desired_guest *guest, const char *path,
              struct buf *out, const char **type);

#endif
