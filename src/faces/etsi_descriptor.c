/* Uploads and downloads of packages and NSDs: the same for both, since both are
 * rows of tables with the same life and files of the same kind. */
#include "faces/etsi_descriptor.h"

#include "nfvo/unpack.h"
#include "tosca/bundle.h"

#include <string.h>
#include <unistd.h>

void
etsi_descriptor_encode(struct rest_request *r, struct jw *w, const void *row,
                       const struct table *table, const struct etsi_link *links)
{
    if (r->route->verb == REST_UPDATE) {
        etsi_modified(r, w, row);
        return;
    }
    etsi_row(r, w, row);
    etsi_links(r, w, table, row, links);
}

/* ---- upload ---------------------------------------------------------------------- */

static void
upload_release(void *upload)
{
    upload_free(upload);
}

static struct err *
upload_start(struct rest_request *r)
{
    struct upload *upload = NULL;

    TRY(upload_begin(r->op.user, &r->caller, r->route->resource->table, r->id, &upload));
    r->state = upload;
    mem_on_free(r->mem, upload_release, upload);
    return NULL;
}

static struct err *
upload_more(struct rest_request *r, const void *data, size_t n)
{
    return upload_piece(r->state, data, n);
}

static struct err *
upload_whole(struct rest_request *r)
{
    return upload_end(r->state);
}

static void
upload_lost(struct rest_request *r)
{
    if (r->state) {
        upload_abort(r->state);
        r->state = NULL;
    }
}

const struct rest_upload etsi_upload = {
    .begin = upload_start,
    .piece = upload_more,
    .end = upload_whole,
    .abort = upload_lost,
};

struct err *
etsi_upload_accept(struct tx *tx, struct rest_request *r)
{
    r->status = 202;
    return upload_accept(tx, r->state);
}

/* ---- downloads --------------------------------------------------------------------- */

/* What a download needs of the row. */
struct wanted {
    struct rest_request *r;
    const char *state, *entry, *manifest;
};

static const char *
text_of(struct rest_request *r, const void *row, const char *name)
{
    const struct attr *attr = table_attr(r->route->resource->table, name);

    return mem_str(r->mem, *(const char *const *)attr_at(attr, row));
}

static struct err *
wanted_read(struct tx *tx, void *arg)
{
    struct wanted *wanted = arg;
    struct rest_request *r = wanted->r;
    void *row;

    TRY(resource_get(tx, &r->op, r->id, &row));
    wanted->state = text_of(r, row, "onboarding_state");
    wanted->entry = text_of(r, row, "entry");
    wanted->manifest = text_of(r, row, "manifest");
    return NULL;
}

static struct err *
wanted_get(struct rest_request *r, struct wanted *wanted)
{
    const struct nfvo *nfvo = r->op.user;

    *wanted = (struct wanted){.r = r};
    TRY(store_read(nfvo->store, wanted_read, wanted));
    if (!str_eq(wanted->state, "ONBOARDED")) {
        return err_new(E_CONFLICT, NULL, "%s is not ONBOARDED but %s", r->id, wanted->state);
    }
    return NULL;
}

struct err *
etsi_content(struct rest_request *r)
{
    struct wanted wanted;
    int64_t size;
    int fd;

    TRY(wanted_get(r, &wanted));
    TRY(package_file(r->op.user, r->mem, r->id, &fd, &size));
    return etsi_file(r, fd, size, "application/zip");
}

static struct package_ask
ask_of(const struct rest_request *r)
{
    return (struct package_ask){
        .mem = r->mem, .id = r->id, .project_id = str_or(r->caller.project_id, "")};
}

static struct err *
member_answer(struct rest_request *r, const char *name, const char *content_type)
{
    const struct package_ask ask = ask_of(r);
    int64_t size;
    int fd;

    TRY(package_member(r->op.user, &ask, name, &fd, &size));
    return etsi_file(r, fd, size, content_type);
}

/* ---- several files in a zip ------------------------------------------------------- */

static struct err *
bundle_answer(struct rest_request *r, const struct bundle_order *order, bool with_outside)
{
    const struct package_ask ask = ask_of(r);
    int64_t size;
    int fd;

    TRY(package_bundle(r->op.user, &ask, order, with_outside, &fd, &size));
    return etsi_file(r, fd, size, "application/zip");
}

/* Flags of a query have no value (SOL005 9.4.5a.3.2 and others); version 1 knows none of them. */
static struct err *
flag(const struct rest_request *r, const char *name, bool *given)
{
    const char *value = rest_query(r, name);

    *given = false;
    if (!value || r->op.version == 1) {
        return NULL;
    }
    if (*value) {
        return err_new(E_INVALID, NULL, "%s is a flag: it has no value", name);
    }
    *given = true;
    return NULL;
}

/* Proofs go with a file in a zip, or not at all. */
static struct err *
accept_zip(const struct rest_request *r)
{
    const char *accept = str_or(rest_header_in(r, "Accept"), "*/*");

    return strstr(accept, "application/zip") || strstr(accept, "*/*") ||
                   strstr(accept, "application/*")
               ? NULL
               : err_new(E_NOT_ACCEPTABLE, NULL, "what comes with its signatures is application/zip");
}

struct err *
etsi_descriptor(struct rest_request *r)
{
    const char *accept = str_or(rest_header_in(r, "Accept"), "*/*");
    struct bundle_order order = {.of = BUNDLE_DESCRIPTOR};
    struct wanted wanted;

    TRY(flag(r, "include_signatures", &order.signatures));
    TRY(wanted_get(r, &wanted));
    if (order.signatures) {
        TRY(accept_zip(r));
        return bundle_answer(r, &order, false);
    }
    if (strstr(accept, "text/plain") || strstr(accept, "*/*")) {
        return member_answer(r, wanted.entry, "text/plain");
    }
    if (strstr(accept, "application/zip")) {
        return bundle_answer(r, &order, false);
    }
    return err_new(E_NOT_ACCEPTABLE, NULL, "a descriptor is text/plain or application/zip");
}

struct err *
etsi_manifest(struct rest_request *r)
{
    struct bundle_order order = {.of = BUNDLE_MANIFEST};
    struct wanted wanted;

    TRY(flag(r, "include_signatures", &order.signatures));
    TRY(wanted_get(r, &wanted));
    if (!wanted.manifest) {
        return err_new(E_NOT_FOUND, NULL, "package %s has no manifest", r->id);
    }
    if (order.signatures) {
        TRY(accept_zip(r));
        return bundle_answer(r, &order, false);
    }
    return member_answer(r, wanted.manifest, "text/plain");
}

struct err *
etsi_artifact(struct rest_request *r)
{
    static const char *const parts[] = {"p1", "p2", "p3", "p4", "p5"};
    struct bundle_order order = {.of = BUNDLE_FILE};
    AUTO_BUF name = BUF_INIT;
    struct wanted wanted;

    TRY(flag(r, "include_signatures", &order.signatures));
    TRY(wanted_get(r, &wanted));
    for (size_t i = 0; i < sizeof parts / sizeof *parts && rest_param(r, parts[i]); i++) {
        buf_printf(&name, "%s%s", i ? "/" : "", rest_param(r, parts[i]));
    }
    if (order.signatures) {
        TRY(accept_zip(r));
        order.file = buf_copy(r->mem, &name);
        return bundle_answer(r, &order, false);
    }
    return member_answer(r, name.data, "application/octet-stream");
}

/* "a,b": as often as it is given. */
static struct strs
sets_of(const struct rest_request *r)
{
    const char *const *lists = rest_query_all(r, "select_non_mano_artifact_sets");
    VEC(const char *) sets = {0};

    for (size_t i = 0; lists && lists[i]; i++) {
        for (const char *at = lists[i]; *at;) {
            size_t n = strcspn(at, ",");

            vec_add(r->mem, &sets, mem_strn(r->mem, at, n));
            at += n + (at[n] == ',');
        }
    }
    return (struct strs){.n = sets.n, .items = sets.items};
}

struct err *
etsi_artifacts(struct rest_request *r)
{
    struct bundle_order order = {.of = BUNDLE_ARTIFACTS,
                                 .some_sets = rest_query(r, "select_non_mano_artifact_sets")};
    struct wanted wanted;
    bool outside;

    order.sets = sets_of(r);
    TRY(err_join(err_join(flag(r, "include_signatures", &order.signatures),
                          flag(r, "include_external_artifacts", &outside)),
                 err_join(flag(r, "exclude_all_mano_artifacts", &order.no_mano),
                          flag(r, "exclude_all_non_mano_artifacts", &order.no_non_mano))));
    if (order.no_non_mano && order.some_sets) {
        return err_new(E_INVALID, NULL,
                       "exclude_all_non_mano_artifacts and select_non_mano_artifact_sets cannot both be "
                       "meant: give one of them");
    }
    TRY(wanted_get(r, &wanted));
    TRY(accept_zip(r));
    return bundle_answer(r, &order, outside);
}

struct err *
etsi_answered(struct rest_request *r)
{
    rest_finish(r, NULL);
    return NULL;
}
