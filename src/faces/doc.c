/* The reference of all APIs: nobody writes it by hand, so it cannot be wrong about
 * what the binary does. */
#include "faces/doc.h"

#include "base/vec.h"
#include "desired/desired.h"
#include "faces/etsi.h"
#include "faces/faces.h"
#include "faces/orchestrator.h"
#include "faces/renewal.h"
#include "faces/site.h"

#include <string.h>

const struct face *const all_faces[] = {
    &keystone_face,   &glance_face,     &neutron_face,     &nova_face,    &etsi_vnfpkgm_face,
    &etsi_nsd_face,   &etsi_nslcm_face, &etsi_vnflcm_face, &etsi_vnffm_face, &etsi_nsfm_face,
    &etsi_vnfpm_face, &etsi_nspm_face,  &carrick_face,     &oauth2_face,  &etsi_grant_face,
    &etsi_vnfind_face, &renewal_face, &health_face,
    NULL,
};

void
doc_register(void)
{
    site_register();
    orchestrator_register();
}

void
doc_api(struct buf *out)
{
    doc_register();
    resource_doc(out);
}

struct err *
doc_openapi(const char *name, struct buf *out)
{
    for (const struct face *const *face = all_faces; *face; face++) {
        if (!name) {
            buf_printf(out, "%s\n", (*face)->name);
        } else if (str_eq((*face)->name, name)) {
            rest_openapi(*face, out);
            buf_char(out, '\n');
            return NULL;
        }
    }
    return name ? err_new(E_NOT_FOUND, NULL, "there is no API called %s", name) : NULL;
}

#define SFC_MARK "carrick-sfc: "

/* "POST PUT", the default, and "a or b or a range". */
static void
sfc_attr(struct buf *out, const struct resource *resource, const struct attr *attr)
{
    const char *given = attr->use & PUT ? attr->use & POST ? "at creation, later" : "later"
                        : attr->use & POST ? "at creation"
                                           : "never";

    buf_printf(out, "| `%s` | `%s` | %s | ", resource->singular, attr->name, given);
    if (attr->values) {
        for (const char *const *value = attr->values; *value; value++) {
            buf_printf(out, "%s`%s`", value == attr->values ? "" : " ", *value);
        }
    } else if (attr->min || attr->max) {
        buf_printf(out, "%lld to %lld", (long long)attr->min, (long long)attr->max);
    } else {
        buf_str(out, attr->type == ATTR_T_time ? "time" : "text");
    }
    buf_printf(out, " | `%s` | %s |\n", str_or(attr->def, "null"), attr->doc + strlen(SFC_MARK));
}

static void
sfc_counters(struct buf *out, const char *of, const struct table *table)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        buf_printf(out, "| `%s` | `%s` | %s |\n", of, table->attrs[i].name, table->attrs[i].doc);
    }
}

/* How labels are exchanged, step by step. */
static void
sfc_lent(struct buf *out)
{
    buf_printf(
        out,
        "\n## Service graphs with functions at other sites\n\nThe graph is made at one site, "
        "which alone knows it; a function of another site is lent to it.  Any port pair of a "
        "graph's chains may stand for one (its ports are remote ports), unless it is behind a "
        "forwarder (vxlan-gpe-nsh): 409 `ServiceGraphRemotePortPair`.  For each direction (reverse "
        "for symmetric chains):\n\n"
        "1. Here: `POST /v2.0/carrick-interconnect/chain_labels` with the chain, the pair and "
        "`direction` `forward_back` or `reverse_back`.  The answer's `label` is where what comes "
        "out of the function comes back.\n"
        "2. At the function's site, a port pair in a group in a chain of its own, without flow "
        "classifiers: the same with `direction` `forward` or `reverse`, `back_label` (that "
        "label) and `back_vtep` (this site's tunnel endpoint).  The answer's `label` is from %d "
        "on: packets come back from it.  Such a pair serves nobody else: 409 `PortPairLent`.\n"
        "3. Here: the same with `direction` `forward` or `reverse` and `label` (that label).  "
        "One of another kind is refused: 409 `ChainLabelNotLent`.\n\n"
        "Until then flows of the chain drop.  That site needs to know neither the chains nor the "
        "ends of flows, except as remote ports for a function that is addressed and asks for its "
        "neighbours, and for `carrick chain trace` to go on there.  An end that is there sends "
        "its packets here as to any remote port.  A chain of no graph may have such labels, for "
        "all of "
        "its pairs at other sites.  "
        "Liveness, drain, weights and fail-over are the group's here, as in any chain; a flow "
        "between two ends that are both elsewhere does not come by.\n",
        DESIRED_LABEL_LENT);
}

void
doc_sfc(struct buf *out)
{
    const struct resource *const *resources;
    size_t n;

    doc_register();
    n = resource_all(&resources);
    buf_str(out, "# carrick-sfc: what a chain's instances are asked beyond networking-sfc\n\n"
                 "Generated from the tables.  `weight` (0 to 65535, 1) is networking-sfc's own, in "
                 "`service_function_parameters`: an instance's share of new flows.\n\n"
                 "| resource | attribute | given | values | default | meaning |\n"
                 "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < resources[i]->table->n_attrs; k++) {
            const struct attr *attr = &resources[i]->table->attrs[k];

            if (strncmp(attr->doc, SFC_MARK, strlen(SFC_MARK)) == 0) {
                sfc_attr(out, resources[i], attr);
            }
        }
    }
    buf_str(out, "\n## `GET /v2.0/carrick-counters`\n\nFor administrators: `{\"carrick_counters\": "
                 "{\"hops\": [...], \"instances\": [...], ...}}`.  Numbers only grow until the data "
                 "plane is loaded anew.  Instances are counted where they are.\n\n"
                 "| list | member | meaning |\n|---|---|---|\n");
    sfc_counters(out, "hops", &desired_hop_counter_table);
    sfc_counters(out, "instances", &desired_instance_counter_table);
    sfc_lent(out);
}

void
doc_errors(struct buf *out)
{
    buf_str(out, "# Errors\n\nGenerated from the table of error codes.  The form in which an API "
                 "shows them is the API's own.\n\n| code | HTTP status | meaning |\n|---|---|---|\n");
    for (enum err_code code = E_NONE + 1; code < E_N; code++) {
        buf_printf(out, "| %s | %d | %s |\n", err_code_name(code), err_code_status(code),
                   err_code_doc(code));
    }
}
