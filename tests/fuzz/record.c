/* Records of descriptors as an enemy in the examiner's place would write them: what is read
 * writes and reads again as the same, and names of parts lead to parts. */
#include "tosca/record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void
vnfd_walk(struct mem *mem, const struct vnfd *vnfd)
{
    AUTO_BUF first = BUF_INIT;
    AUTO_BUF second = BUF_INIT;
    struct jw w = jw_to(&first);
    const struct json *json;
    struct vnfd *again;

    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        const struct vnfd_flavour *flavour = &vnfd->flavours[i];

        for (size_t k = 0; k < flavour->n_vdus; k++) {
            const struct vnfd_vdu *vdu = &flavour->vdus[k];

            require(vnfd_instances(flavour, NULL, vdu->name) <= 1000);
            for (size_t c = 0; c < vdu->n_cps; c++) {
                require(!vdu->cps[c]->link || vnfd_link(flavour, vdu->cps[c]->link));
            }
            require(!vdu->image || strlen(vdu->image->id) < SIZE_MAX);
        }
    }
    vnfd_write(&w, NULL, vnfd);
    struct err *e = json_parse(mem, first.data, first.len, &json);

    require(!e && !vnfd_read(mem, json, &again));
    w = jw_to(&second);
    vnfd_write(&w, NULL, again);
    require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

static void
nsd_walk(const struct nsd *nsd)
{
    for (size_t i = 0; i < nsd->n_graphs; i++) {
        for (size_t k = 0; k < nsd->graphs[i].n_paths; k++) {
            const struct nsd_path *path = &nsd->graphs[i].paths[k];

            for (size_t p = 0; p < path->n_positions; p++) {
                for (size_t m = 0; m < path->positions[p].n_elements; m++) {
                    const struct nsd_cp_ref *ref = &path->positions[p].elements[m].ingress;

                    require(ref->sap ? nsd_sap(nsd, ref->sap) != NULL
                                     : nsd_link_of(nsd, ref) != NULL);
                }
            }
        }
    }
}

static void
pnfd_walk(struct mem *mem, const struct pnfd *pnfd)
{
    AUTO_BUF first = BUF_INIT;
    AUTO_BUF second = BUF_INIT;
    struct jw w = jw_to(&first);
    const struct json *json;
    struct pnfd *again;

    pnfd_write(&w, NULL, pnfd);
    struct err *e = json_parse(mem, first.data, first.len, &json);

    require(!e && !pnfd_read(mem, json, &again));
    w = jw_to(&second);
    pnfd_write(&w, NULL, again);
    require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    const struct json *json;
    struct vnfd *vnfd;
    struct nsd *nsd;
    struct pnfd *pnfd;
    struct err *e = json_parse(mem, (const char *)data, n, &json);

    if (e) {
        err_ignore(e, "no JSON, no record");
        return 0;
    }
    e = vnfd_read(mem, json, &vnfd);
    if (!e) {
        vnfd_walk(mem, vnfd);
    }
    err_ignore(e, "refused");
    e = nsd_read(mem, json, &nsd);
    if (!e) {
        nsd_walk(nsd);
    }
    err_ignore(e, "refused");
    e = pnfd_read(mem, json, &pnfd);
    if (!e) {
        pnfd_walk(mem, pnfd);
    }
    err_ignore(e, "refused");
    return 0;
}
