/* Day 0: texts of a VNFD get the values that an operation, the instance and we
 * have for their inputs, in one READ step, so that a plan shows what a server would be told. */
#include "nfvo/nfvo.h"
#include "tosca/late.h"
#include "vnfm/access.h"
#include "vnfm/describe.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

#define USER_DATA_MAX ((size_t)65535 / 4 * 3) /* Nova takes 65535 characters of Base64. */

/* ---- the step ---------------------------------------------------------------------------- */

/* What an earlier version told and did not keep, the operation's parameters may say. */
static struct err *
text_fill(struct mem *mem, const struct boot_text *text, const struct late_values *values,
          const struct late_values *otherwise, const char **user_data)
{
    struct err *e;
    const char *plain;

    e = late_text(mem, text->text, values, &plain);
    if (e && otherwise) {
        err_free(e);
        e = late_text(mem, text->text, otherwise, &plain);
    }
    TRY_MSG(e, "boot data of VDU %s", text->vdu);
    if (strlen(plain) > USER_DATA_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "boot data of VDU %s have %zu bytes: %zu are allowed",
                       text->vdu, strlen(plain), USER_DATA_MAX);
    }
    *user_data = base64_from(mem, plain, strlen(plain), false);
    return NULL;
}

/* What is said of the instance once the operation is done. */
static void
info_override(const struct rows *rows, struct late_values *values)
{
    const struct vnf_info *info = rows->n > 0 ? rows->items[0] : NULL;

    if (info) {
        values->metadata = info->metadata;
        values->configurable = info->configurable;
        values->extensions = info->extensions;
    }
}

static struct err *
boot_local(struct tx *tx, const void *arg, void *result)
{
    const struct boot_in *in = arg;
    struct boot_out *out = result;
    struct late_values values, all;

    TRY(vnf_values(tx, in->vnf_instance_id, in->params, &all));
    TRY(vnf_values(tx, in->vnf_instance_id, in->as_told ? NULL : in->params, &values));
    info_override(&in->info, &values);
    out->user_data.items = MEM_ARRAY(tx_mem(tx), in->texts.n + 1, const char *);
    for (size_t i = 0; i < in->texts.n; i++) {
        TRY(text_fill(tx_mem(tx), in->texts.items[i], &values, in->as_told ? &all : NULL,
                      &out->user_data.items[out->user_data.n]));
        out->user_data.n++;
    }
    return NULL;
}

const struct step_kind vnf_boot_data = {
    .name = "vnf boot data",
    .doc = "Gives the inputs of boot data their values.",
    .effect = FLOW_READ,
    .in = &boot_in_table,
    .out = &boot_out_table,
    .local = boot_local,
};

/* ---- in flows ---------------------------------------------------------------------------- */

/* Where the text of the VDU is, or is to be. */
static size_t
text_at(const struct rows *texts, const char *vdu)
{
    size_t i = 0;

    while (i < texts->n && !str_eq(((const struct boot_text *)texts->items[i])->vdu, vdu)) {
        i++;
    }
    return i;
}

static struct err *
boot_data_fill(struct flow *f, const char *label, const struct vnf_in *in, bool as_told,
               struct rows *vnfcs)
{
    struct mem *mem = flow_mem(f);
    struct boot_in *ask = row_new(mem, &boot_in_table);
    struct boot_out *out = row_new(mem, &boot_out_table);
    struct err *e;

    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct wanted_vnfc *vnfc = vnfcs->items[i];
        struct boot_text *text = row_new(mem, &boot_text_table);

        if (vnfc->boot_text && text_at(&ask->texts, vnfc->vdu) == ask->texts.n) {
            text->vdu = vnfc->vdu;
            text->text = vnfc->boot_text;
            vnf_rows_add(mem, &ask->texts, text);
        }
    }
    if (ask->texts.n == 0) {
        return NULL;
    }
    ask->vnf_instance_id = in->vnf_instance_id;
    ask->params = json_get(in->request, "additionalParams");
    ask->as_told = as_told;
    ask->info = as_told ? (struct rows){0} : in->info;
    e = flow_step(f, label, &vnf_boot_data, ask, out);
    TRY(flow_is_plan(f) ? vnf_told_later(in, e) : e);
    for (size_t i = 0; i < vnfcs->n; i++) {
        struct wanted_vnfc *vnfc = vnfcs->items[i];
        size_t at = text_at(&ask->texts, vnfc->vdu);

        if (vnfc->boot_text && at < out->user_data.n) {
            vnfc->user_data = out->user_data.items[at];
        }
    }
    return NULL;
}

struct err *
vnfcs_boot_data(struct flow *f, const char *label, const struct vnf_in *in, struct rows *vnfcs)
{
    return boot_data_fill(f, label, in, false, vnfcs);
}

struct err *
vnfcs_boot_data_told(struct flow *f, const char *label, const struct vnf_in *in,
                     struct rows *vnfcs)
{
    return boot_data_fill(f, label, in, true, vnfcs);
}

struct err *
vnf_told_later(const struct vnf_in *in, struct err *e)
{
    if (!in->foreign_nfvo || !err_is(e, E_UNPROCESSABLE)) {
        return e;
    }
    err_ignore(e, "the grant may say it");
    return NULL;
}

/* ---- before flows -------------------------------------------------------------------------- */

static bool
has_text(const struct vnf_wanted *wanted)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        if (((const struct wanted_vnfc *)wanted->vnfcs.items[i])->boot_text) {
            return true;
        }
    }
    return false;
}

const struct json *
vnf_params_after(struct mem *mem, const struct json *kept, const struct vnf_in *in)
{
    const struct json *given = json_get(in->request, "additionalParams");

    return given ? json_merge(mem, kept, given) : kept;
}

static struct err *
texts_check(struct mem *mem, const struct vnf_wanted *wanted, const struct late_values *values)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];
        const char *text;

        if (vnfc->boot_text) {
            TRY_MSG(late_text(mem, vnfc->boot_text, values, &text), "boot data of VDU %s",
                    vnfc->vdu);
        }
    }
    return NULL;
}

struct err *
boot_params_check(struct mem *mem, const struct vnf_wanted *wanted, const struct json *params)
{
    static const char ours[] = "{\"" SCRIPT_KEY_INPUT "\": \"\"}";
    struct late_values values = {0};
    const struct json *key;

    TRY(json_parse(mem, ours, sizeof ours - 1, &key));
    values.inputs = json_merge(mem, params, key);
    return texts_check(mem, wanted, &values);
}

struct err *
boot_data_check(struct tx *tx, const struct vnf_in *in, const struct json *params,
                const struct vnf_wanted *wanted)
{
    struct late_values values;

    if (!has_text(wanted)) {
        return NULL;
    }
    TRY(vnf_values(tx, in->vnf_instance_id, params, &values));
    info_override(&in->info, &values);
    return vnf_told_later(in, texts_check(tx_mem(tx), wanted, &values));
}

struct err *
boot_granted_check(struct tx *tx, const struct vnf_in *in, const struct json *granted,
                   const struct vnf_wanted *wanted)
{
    const struct json *asked = json_get(in->request, "additionalParams");
    struct vnf_in *as_ours = row_copy(tx_mem(tx), in);

    as_ours->foreign_nfvo = false;
    if (granted) {
        asked = asked ? json_merge(tx_mem(tx), granted, asked) : granted;
    }
    return boot_data_check(tx, as_ours, asked, wanted);
}
