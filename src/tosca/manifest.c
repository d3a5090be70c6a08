/* The two text files that describe a package.  Both are lines "Key: value";
 * published versions differ in the case of keys and in indentation. */
#include "tosca/manifest.h"

#include <string.h>

#define FAULTS_MAX 20
#define LISTED_MAX 10000 /* files that it lists, and files of sets: as many as a package may have */
#define SETS_MAX 1000
#define SET_NAME_MAX 255

struct reader {
    struct mem *mem;
    struct manifest *out;
    bool is_meta;
    bool in_artifact_sets; /* non_mano_artifact_sets: names files again */
    const char *set;       /* the one that is being read */
    size_t n_sources, n_sets, n_members; /* kept or not */
    struct manifest_source over;         /* takes what is said of one that is not kept */
    bool in_signature;
    struct manifest_source *source;
    int line;
    struct err *faults;
    size_t n_faults;
};

static struct err *
line_fault(const struct reader *reader, const char *what)
{
    return err_new(E_INVALID, "PackageInvalid", "%s:%d: %s", reader->out->file, reader->line, what);
}

/* Keeps the first of many. */
static void
keep_fault(struct reader *reader, const char *what)
{
    if (reader->n_faults++ < FAULTS_MAX) {
        reader->faults = err_join(reader->faults, line_fault(reader, what));
    }
}

static char *
trimmed(struct mem *mem, const char *text, size_t n)
{
    while (n > 0 && strchr(" \t\r", text[n - 1])) {
        n--;
    }
    while (n > 0 && strchr(" \t", *text)) {
        text++;
        n--;
    }
    return mem_strn(mem, text, n);
}

/* May one more be kept?  The first for which there is no room is told, by its line. */
static bool
has_room(struct reader *reader, size_t *n, size_t max, const char *too_many)
{
    ++*n;
    if (*n == max + 1) {
        keep_fault(reader, too_many);
    }
    return *n <= max;
}

static void
start_source(struct reader *reader, const char *name)
{
    struct manifest_source source = {.name = name, .line = reader->line};

    if (str_empty(name)) {
        keep_fault(reader, "names no file");
    }
    reader->source = &reader->over;
    if (!has_room(reader, &reader->n_sources, LISTED_MAX,
                  "lists more than 10000 files: a package has no more")) {
        return;
    }
    vec_add(reader->mem, &reader->out->sources, source);
    reader->source = &reader->out->sources.items[reader->out->sources.n - 1];
}

static void
source_key(struct reader *reader, const char *key, const char *value)
{
    struct manifest_source *source = reader->source;

    if (str_eq_case(key, "algorithm")) {
        source->algorithm = value;
    } else if (str_eq_case(key, "hash")) {
        source->digest = value;
    } else if (str_eq_case(key, "content-type")) {
        source->content_type = value;
    } else if (str_eq_case(key, "signature")) {
        source->signature = value;
    } else if (str_eq_case(key, "certificate")) {
        source->certificate = value;
    }
}

/* "NAME:" begins a set, "Source: FILE" is of the one that began last. */
static void
set_key(struct reader *reader, const char *key, const char *value)
{
    struct manifest_member member = {reader->set, value, reader->line};

    if (str_empty(value)) {
        if (strlen(key) > SET_NAME_MAX) {
            keep_fault(reader, "names a non-MANO artifact set with more than 255 bytes");
        }
        reader->set =
            has_room(reader, &reader->n_sets, SETS_MAX, "has more than 1000 non-MANO artifact sets")
                ? key
                : NULL;
    } else if (str_eq_case(key, "source") && reader->set &&
               has_room(reader, &reader->n_members, LISTED_MAX,
                        "has more than 10000 files in non-MANO artifact sets")) {
        vec_add(reader->mem, &reader->out->members, member);
    }
}

static void
take_pair(struct reader *reader, const char *key, const char *value)
{
    struct package_key item = {key, value, reader->line};

    if (str_eq_case(key, "non_mano_artifact_sets")) {
        reader->in_artifact_sets = true;
        reader->out->sets_line = reader->out->sets_line ? reader->out->sets_line : reader->line;
    } else if (reader->in_artifact_sets) {
        set_key(reader, key, value);
    } else if (str_eq_case(key, "metadata")) {
        return;
    } else if (str_eq_case(key, reader->is_meta ? "name" : "source")) {
        start_source(reader, value);
    } else if (reader->source) {
        source_key(reader, key, value);
    } else {
        vec_add(reader->mem, &reader->out->keys, item);
    }
}

/* A block of PEM at the end: nothing that stands behind it would be signed. */
static void
take_block(struct reader *reader, const char *text, size_t n)
{
    struct manifest *out = reader->out;

    if (out->signature_line) {
        keep_fault(reader, "is a second signature: one is expected, at the end");
        return;
    }
    reader->in_signature = true;
    out->signature_line = reader->line;
    out->signed_n = (size_t)(text - out->text);
    out->signature = text;
    out->signature_n = n;
}

static void
take_line(struct reader *reader, const char *text, size_t n)
{
    const char *line = trimmed(reader->mem, text, n), *colon = strchr(line, ':');

    if (str_starts(line, "-----BEGIN ")) {
        take_block(reader, text, n);
    } else if (reader->in_signature) {
        reader->out->signature_n = (size_t)(text + n - reader->out->signature);
        reader->in_signature = !str_starts(line, "-----END ");
    } else if (*line == '\0' || (*line == '#' && !reader->out->signature_line)) {
        return;
    } else if (reader->out->signature_line) {
        keep_fault(reader, "stands behind the signature, which does not cover it");
    } else if (!colon || colon == line) {
        keep_fault(reader, "is no \"Key: value\"");
    } else {
        take_pair(reader, trimmed(reader->mem, line, (size_t)(colon - line)),
                  trimmed(reader->mem, colon + 1, strlen(colon + 1)));
    }
}

struct err *
manifest_parse(struct mem *mem, const char *name, const char *text, size_t n, bool is_meta,
               struct manifest **manifest)
{
    struct reader reader = {.mem = mem, .is_meta = is_meta};
    size_t start = 0;

    reader.out = *manifest = MEM_NEW(mem, struct manifest);
    reader.out->file = name;
    reader.out->text = text;
    if (!str_utf8(text, n)) {
        reader.line = 1;
        return line_fault(&reader, "is not UTF-8 text, or holds NUL");
    }
    if (str_starts(text, "\xef\xbb\xbf")) {
        start = 3;
    }
    while (start < n) {
        const char *end = memchr(text + start, '\n', n - start);
        size_t stop = end ? (size_t)(end - text) : n;

        reader.line++;
        take_line(&reader, text + start, stop - start);
        start = stop + 1;
    }
    return reader.faults;
}

const char *
manifest_key(const struct manifest *manifest, const char *key, int *line)
{
    vec_each (&manifest->keys, item) {
        if (str_eq_case(item->name, key)) {
            *line = item->line;
            return item->value;
        }
    }
    return NULL;
}
