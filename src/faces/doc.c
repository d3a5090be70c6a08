/* The reference of all APIs: nobody writes it by hand, so it cannot be wrong about
 * what the binary does. */
#include "faces/doc.h"

#include "base/vec.h"
#include "faces/etsi.h"
#include "faces/faces.h"
#include "faces/orchestrator.h"
#include "faces/site.h"

const struct face *const all_faces[] = {
    &keystone_face,   &glance_face,     &neutron_face,     &nova_face,    &etsi_vnfpkgm_face,
    &etsi_nsd_face,   &etsi_nslcm_face, &etsi_vnflcm_face, &carrick_face, NULL,
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
