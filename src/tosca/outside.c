/* Artifacts outside of a package, with names as if they were inside: whoever got them gives them under these
 * (SOL005 9.5.3.2, 9.5.3.3), so they may not be those of files of the package. */
#include "tosca/outside.h"

#include <ctype.h>
#include <string.h>

/* Does the package have 'folder', or a file or folder below it? */
static bool
is_taken(const struct package *pkg, const char *folder)
{
    size_t n = strlen(folder);

    for (size_t i = 0; i < pkg->n_files; i++) {
        const char *name = pkg->files[i].name;

        if (!strncmp(name, folder, n) && (name[n] == '\0' || name[n] == '/')) {
            return true;
        }
    }
    return false;
}

#define WORD_MAX 128

/* The last word of the URI's path, or its end where it is long, of characters that mean nothing in a path or a
 * URI. */
static const char *
last_word(struct mem *mem, const char *uri)
{
    size_t n = strcspn(uri, "?#"), start = n;
    char *word;

    while (start > 0 && uri[start - 1] != '/' && n - start < WORD_MAX) {
        start--;
    }
    word = mem_strn(mem, uri + start, n - start);
    for (char *at = word; *at; at++) {
        *at = isalnum((unsigned char)*at) || strchr("-_.@", *at) ? *at : '_';
    }
    return str_empty(word) || str_eq(word, ".") || str_eq(word, "..") ? "artifact" : word;
}

struct listing {
    struct mem *mem;
    const char *folder;
    VEC(struct outside) all;
};

static struct outside *
list_add(struct listing *list, const char *uri)
{
    struct outside one = {.uri = uri,
                          .path = mem_printf(list->mem, "%s/%zu/%s", list->folder, list->all.n,
                                             last_word(list->mem, uri))};

    vec_add(list->mem, &list->all, one);
    return &list->all.items[list->all.n - 1];
}

/* Is what vouches for the artifact what vouches for the image, or free to be that too? */
static bool
vouches(const struct outside *one, const struct vnfd_image *image)
{
    if (!image->algorithm || !image->hash) {
        return true;
    }
    return one->checksum ? str_eq(one->checksum_algorithm, image->algorithm) && str_eq(one->checksum, image->hash)
                         : !one->is_image || (str_eq(one->algorithm, image->algorithm) && str_eq(one->digest, image->hash));
}

/* Images of one URI with several checksums are as many artifacts: each has to be what its own says, and what the
 * first says besides. */
static void
image_add(struct listing *list, const struct vnfd_image *image)
{
    struct outside *one = NULL, first = {.algorithm = image->algorithm, .digest = image->hash};
    bool is_first = true;

    vec_each (&list->all, other) {
        if (str_eq(other->uri, image->uri)) {
            first = is_first ? *other : first;
            is_first = false;
            one = one || !vouches(other, image) ? one : other;
        }
    }
    if (!one) {
        one = list_add(list, image->uri);
        one->algorithm = first.algorithm;
        one->digest = first.digest;
    }
    if (!is_first && image->algorithm && image->hash && !str_eq(one->digest, image->hash)) {
        one->checksum_algorithm = image->algorithm;
        one->checksum = image->hash;
    }
    one->is_image = true;
}

struct outside *
outside_list(struct mem *mem, const struct package *pkg, const struct vnfd *vnfd, size_t *n)
{
    struct listing list = {.mem = mem, .folder = "external"};

    while (is_taken(pkg, list.folder)) {
        list.folder = mem_printf(mem, "%s_", list.folder);
    }
    for (size_t i = 0; i < pkg->n_outside; i++) {
        struct outside *one = list_add(&list, pkg->outside[i].name);

        one->algorithm = pkg->outside[i].algorithm;
        one->digest = pkg->outside[i].digest;
        one->set = pkg->outside[i].set;
    }
    for (size_t i = 0; vnfd && i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_images; j++) {
            if (vnfd->flavours[i].images[j].uri) {
                image_add(&list, &vnfd->flavours[i].images[j]);
            }
        }
    }
    *n = list.all.n;
    return list.all.items;
}
