/* Where a test's store is: a file or memory of SQLite, or with $CARRICK_TEST_DATABASE (a URL of PostgreSQL,
 * tests/postgresql) a schema of that database, which the store makes. */
#ifndef CARRICK_DATABASE_H
#define CARRICK_DATABASE_H

#include "base/vec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 'path' or what stands for it; the same 'name' is the same store.  Lives until it is asked for 64 more. */
static inline const char *
database_of(const char *path, const char *name)
{
    static char urls[64][512];
    static unsigned n;
    const char *base = getenv("CARRICK_TEST_DATABASE");
    char *url = urls[n++ % 64];

    if (!base) {
        return path;
    }
    snprintf(url, sizeof urls[0], "%s%coptions=-csearch_path%%3Dt%016" PRIx64, base, strchr(base, '?') ? '&' : '?',
             hash_bytes(name, strlen(name), 0));
    return url;
}

#endif
