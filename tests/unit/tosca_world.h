/* Packages and templates made by tests: a zip writer that writes what no honest
 * program would, templates from memory, and a watch on time and memory. */
#ifndef CARRICK_TESTS_TOSCA_WORLD_H
#define CARRICK_TESTS_TOSCA_WORLD_H

#include "tosca/check.h"
#include "test.h"

#include <stdint.h>

/* An entry of a zip that is written as it stands, stored without compression. */
struct entry {
    const char *name;
    const char *data;
    size_t name_size;     /* 0 = strlen */
    size_t size;          /* 0 = strlen of data */
    uint32_t claims;      /* unpacked size it claims where not 0 */
    unsigned flags;       /* bit 0 = encrypted */
    unsigned mode;        /* 0 = a regular file */
    unsigned method;
};

/* Writes the zip into the test's folder; its path. */
const char *zip_write(struct mem *mem, const char *name, size_t n, const struct entry *entries);

/* A small VNF package that is right, for tests to break: TOSCA.meta, manifest,
 * one template and its image "x".  'extra' (or null) is added to the manifest. */
#define GOOD_ENTRIES 4
void good_package(struct mem *mem, struct entry entries[GOOD_ENTRIES], const char *extra);

/* In hex. */
const char *text_sha256(struct mem *mem, const char *data);

/* "a.yaml" -> text pairs ended by null; parses the first one. */
struct err *parse_files(struct mem *mem, const char *const *files, struct tosca **tosca);
/* Parses 'body' as a template that imports the VNFD types of 'version' (null: none said). */
struct err *parse_body(struct mem *mem, const char *version, const char *body, struct tosca **tosca);

/* One second and 200 MB (more under a sanitizer, which slows and swells). */
struct watch {
    int64_t started_ns;
};
struct watch watch_start(void);
void watch_check(const struct watch *watch, const char *what);

#endif
