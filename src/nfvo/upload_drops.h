/* What uploads leave: rows whose state could not be written yet, and halves of files. */
#ifndef CARRICK_NFVO_UPLOAD_DROPS_H
#define CARRICK_NFVO_UPLOAD_DROPS_H

#include "store/store.h"
#include "sys/loop.h"

/* At start, behind uploads_recover, where no other process has the folder: removes from the folder of packages what came
 * of files that did not come to their end, in a process that was killed; not of what is UPLOADING (to be gone on with).
 * What cannot be read stays. */
void uploads_sweep(struct store *store, const char *packages_dir);

/* Both are borrowed.  Made on the loop's thread; freed when the store is closed (a write may be
 * under way) and the loop is not.  Null accepted. */
struct upload_drops;
struct upload_drops *upload_drops_new(struct store *store, struct loop *loop) MUST_USE NEVER_NULL;
void upload_drops_free(struct upload_drops *drops);
/* Row 'id' of 'table' (packages or NSDs) becomes CREATED once the store can write, tried every
 * second, where it is UPLOADING by 'uploader'.  Any thread. */
void upload_drops_add(struct upload_drops *drops, const struct table *table, const char *id,
                      const char *uploader);

#endif
