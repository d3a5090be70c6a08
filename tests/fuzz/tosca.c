/* Service templates out of any bytes: an answer or faults, never both or neither,
 * in bounded memory. */
#include "tosca/pnfd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX (200u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct input {
    const uint8_t *data;
    size_t n;
};

static struct err *
read_input(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    const struct input *input = arg;

    if (!str_eq(name, "t.yaml")) {
        return err_new(E_NOT_FOUND, NULL, "%s", name);
    }
    *text = mem_strn(mem, "", 0);
    *text = mem_alloc(mem, input->n + 1);
    if (input->n > 0) {
        memcpy(*text, input->data, input->n);
    }
    *n = input->n;
    return NULL;
}

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    struct input input = {data, n};
    struct tosca *tosca = NULL;
    struct vnfd *vnfd = NULL;
    struct nsd *nsd = NULL;
    struct pnfd *pnfd = NULL;
    struct err *e = tosca_parse(mem, read_input, &input, "t.yaml", &tosca);

    must(!e == (tosca != NULL));
    err_free(e);
    if (tosca) {
        e = vnfd_from_tosca(mem, tosca, &vnfd);
        must(!e == (vnfd != NULL));
        err_free(e);
        e = nsd_from_tosca(mem, tosca, &nsd);
        must(!e == (nsd != NULL));
        err_free(e);
        e = pnfd_from_tosca(mem, tosca, &pnfd);
        must(!e == (pnfd != NULL));
        err_free(e);
    }
    must(mem_size(mem) < ARENA_MAX);
    return 0;
}
