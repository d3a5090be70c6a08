/* A database of another version: refused, or copied before anything of it is changed. */
#ifndef CARRICK_STORE_UPGRADE_H
#define CARRICK_STORE_UPGRADE_H

#include "store/conn.h"
#include "store/store.h"

struct upgrade {
    struct mem *mem;
    struct conn *conn;
    const char *path, *version; /* the database's; the program's, or null */
    const char *last;           /* version that had it last, or null */
    bool is_new, is_done;
};

/* What 'conn' says of the version that had the database last.  E_CONFLICT where that is a later one (a
 * minor version or more). */
struct err *upgrade_look(struct conn *conn, struct mem *mem, const struct store_config *config,
                         struct upgrade *upgrade) MUST_USE;
/* Its rows live on elsewhere, and who went on here would not know what happened there: E_CONFLICT says where, and what
 * to do. */
struct err *moved_check(struct conn *conn, struct mem *mem, const char *where) MUST_USE;
/* Before the first change of the schema or of data: a copy beside the database, once; of those before,
 * the newest stay.  Nothing for one that is new, in memory, or that no version is told of; of a server's
 * it is only told. */
struct err *upgrade_copy(struct upgrade *upgrade) MUST_USE;
/* Notes the version, in the same transaction.  A new minor version copies before, whatever it changed: the
 * one before will refuse what is noted here. */
struct err *upgrade_note(struct upgrade *upgrade) MUST_USE;
/* Is the database that a session found again still of the program's version (null: whichever) and of this schema, the
 * number of its last migration?  E_CONFLICT. */
struct err *upgrade_since(struct conn *conn, struct mem *mem, const char *version, int64_t schema) MUST_USE;
/* With what to do added, where 'e' is that of a schema of another version. */
struct err *upgrade_err(const struct upgrade *upgrade, struct err *e) MUST_USE;
/* Removes the copies: who has a new sealing key has no use for them. */
void upgrade_copies_remove(const struct conn *conn, const char *path);

#endif
