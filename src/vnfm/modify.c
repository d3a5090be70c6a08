/* Modification of what a client says of a VNF instance (SOL003 5.4.3): name, description, metadata,
 * all of it in the transaction of one step.  No grant, no site; a foreign VNFM is told before. */
#include "nfvo/nfvo.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/op_occ.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

/* ---- what there is --------------------------------------------------------------------------- */

static const struct attr *
instance_attr(const struct attr *attr)
{
    return str_eq(attr->name, "vnf_instance_id") ? NULL : table_attr(&vnf_instance_table, attr->name);
}

/* The attributes of vnf_info have the names that they have in the instance. */
static void
info_copy(const void *from, void *to, bool to_info)
{
    for (size_t i = 0; i < vnf_info_table.n_attrs; i++) {
        const struct attr *own = &vnf_info_table.attrs[i], *attr = instance_attr(own);

        if (attr) {
            memcpy(attr_at(to_info ? own : attr, to), attr_at(to_info ? attr : own, from),
                   attr_size(attr));
        }
    }
}

static void
info_of(const struct vnf_instance *instance, struct vnf_info *info)
{
    info->vnf_instance_id = instance->id;
    info_copy(instance, info, true);
}

/* ---- the request ------------------------------------------------------------------------------ */

/* An attribute of 'asked' that is one of vnf_info, and given. */
static const struct attr *
given_attr(const struct row *asked, const struct attr *own)
{
    const struct attr *attr = instance_attr(own) ? table_attr(asked->table, own->name) : NULL;

    return attr && row_given(asked, attr->name) ? attr : NULL;
}

static struct err *
json_take(struct mem *mem, const struct attr *attr, const struct json *patch,
          const struct json **data)
{
    if (!patch) {
        *data = NULL;
        return NULL;
    }
    return client_data_merge(mem, attr_json_name(attr), patch, data);
}

static struct err *
info_merge(struct mem *mem, const struct row *asked, struct vnf_info *info)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < vnf_info_table.n_attrs; i++) {
        const struct attr *own = &vnf_info_table.attrs[i], *attr = given_attr(asked, own);

        if (attr && attr->type == ATTR_T_json) {
            const struct json **data = attr_at(own, info);

            faults = err_join(faults,
                              json_take(mem, attr, *(const struct json *const *)attr_at(attr, asked),
                                        data));
        } else if (attr) {
            *(const char **)attr_at(own, info) = *(const char *const *)attr_at(attr, asked);
        }
    }
    return faults;
}

struct err *
vnf_modify_check(struct tx *tx, const struct vnf_instance *instance, const void *asked,
                 struct vnf_in *in)
{
    struct vnf_info *info = row_new(tx_mem(tx), &vnf_info_table);

    info_of(instance, info);
    TRY(info_merge(tx_mem(tx), asked, info));
    vnf_rows_add(tx_mem(tx), &in->info, info);
    return NULL;
}

struct err *
vnf_modify_body(struct mem *mem, const void *asked, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    for (size_t i = 0; i < vnf_info_table.n_attrs; i++) {
        const struct attr *attr = given_attr(asked, &vnf_info_table.attrs[i]);

        if (attr && attr->type == ATTR_T_json) {
            const struct json *json = *(const struct json *const *)attr_at(attr, asked);

            json ? jw_json(&w, attr_json_name(attr), json) : jw_null(&w, attr_json_name(attr));
        } else if (attr) {
            jw_str(&w, attr_json_name(attr), *(const char *const *)attr_at(attr, asked));
        }
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, body);
}

/* ---- steps ------------------------------------------------------------------------------------ */

static struct err *
info_set(struct tx *tx, const struct vnf_info *info)
{
    struct vnf_instance *old, *instance;

    TRY(row_get(tx, &vnf_instance_table, info->vnf_instance_id, &old));
    instance = row_copy(tx_mem(tx), old);
    info_copy(info, instance, false);
    return row_update(tx, old, instance);
}

static struct err *
read_local(struct tx *tx, const void *in, void *out)
{
    const struct owner *owner = in;
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, owner->owner_id, &instance));
    info_of(instance, out);
    return NULL;
}

static struct err *
info_local(struct tx *tx, const void *in, void *out)
{
    const struct vnf_info *info = in;
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, info->vnf_instance_id, &instance));
    info_of(instance, out);
    return info_set(tx, info);
}

static struct err *
info_undo(struct tx *tx, const void *in, const void *out)
{
    (void)in;
    return info_set(tx, out);
}

const struct step_kind vnf_info_read = {
    .name = "vnf info read",
    .doc = "Reads what clients may change of an instance.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &vnf_info_table,
    .local = read_local,
};
const struct step_kind vnf_info_keep = {
    .name = "vnf info",
    .doc = "The instance has the name, description and metadata that were asked for.",
    .effect = FLOW_LOCAL,
    .in = &vnf_info_table,
    .out = &vnf_info_table,
    .local = info_local,
    .undo_local = info_undo,
};

/* ---- the flow --------------------------------------------------------------------------------- */

static struct err *
modify_run(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;

    TRY(in->vnfm ? foreign_modify(f, in) : NULL);
    return flow_step(f, "instance", &vnf_info_keep, in->info.items[0], NULL);
}

const struct flow_type vnf_modify_flow = {
    .name = "vnf_modify",
    .version = 1,
    .doc = "Changes name, description and metadata of a VNF instance.",
    .in = &vnf_in_table,
    .run = modify_run,
    .state_changed = vnf_op_state_changed,
};
