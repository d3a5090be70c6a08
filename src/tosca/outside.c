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
listed(struct listing *list, const char *uri)
{
    vec_each (&list->all, one) {
        if (str_eq(one->uri, uri)) {
            return one;
        }
    }
    return NULL;
}

static struct outside *
list_add(struct listing *list, const char *uri)
{
    struct outside one = {.uri = uri,
                          .path = mem_printf(list->mem, "%s/%zu/%s", list->folder, list->all.n,
                                             last_word(list->mem, uri))};

    vec_add(list->mem, &list->all, one);
    return &list->all.items[list->all.n - 1];
}

static void
image_add(struct listing *list, const struct vnfd_image *image)
{
    struct outside *one = listed(list, image->uri);

    if (!one) {
        one = list_add(list, image->uri);
        one->algorithm = image->algorithm;
        one->digest = image->hash;
    } else if (image->algorithm && image->hash) {
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
