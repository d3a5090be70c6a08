/* What a client says of a VNF instance: name, description, metadata, and what its VNFD declares for
 * clients to set.  Its modification (SOL003 5.4.3) is a step of one transaction, without grant or site,
 * after which a script of the package may tell it to the servers; a foreign VNFM is told before.  Other
 * operations bring values with them. */
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "tosca/declared.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/op_occ.h"
#include "vnfm/request.h"
#include "vnfm/scripts.h"
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

/* ---- what the VNFD declares -------------------------------------------------------------------- */

/* What a VNF may do by itself where its VNFD says so, if its VNFM does: we do not. */
static const char *const autonomous[] = {"isAutoscaleEnabled", "isAutohealEnabled"};

static struct err *
autonomous_check(const struct json *configurable)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(autonomous); i++) {
        if (json_bool(json_get(configurable, autonomous[i]), false)) {
            request_fault(&faults,
                          "vnfConfigurableProperties.%s: nothing is scaled or healed here without "
                          "being asked: it can only be false",
                          autonomous[i]);
        }
    }
    return faults;
}

static struct err *
declared_values_check(struct mem *mem, const struct vnfd *vnfd, bool is_foreign,
                      const struct vnf_info *info)
{
    struct err *faults = declared_check(mem, "vnfConfigurableProperties", vnfd->configurable,
                                        info->configurable);

    faults = err_join(faults, is_foreign ? NULL : autonomous_check(info->configurable));
    return err_join(faults, declared_check(mem, "extensions", vnfd->extensions, info->extensions));
}

/* Nothing here scales or heals by itself: what a VNFD says otherwise of it begins as false, but for what
 * 'had' has. */
static const struct json *
without_autonomy(struct mem *mem, const struct json *values, const struct json *had)
{
    static const struct json no = {.type = JSON_T_BOOL, .b = false};
    struct json *over = MEM_NEW(mem, struct json);

    *over = (struct json){.type = JSON_T_OBJECT,
                          .keys = MEM_ARRAY(mem, ARRAY_SIZE(autonomous), const char *),
                          .items = MEM_ARRAY(mem, ARRAY_SIZE(autonomous), const struct json *)};
    for (size_t i = 0; i < ARRAY_SIZE(autonomous); i++) {
        if (json_get(values, autonomous[i]) && !json_get(had, autonomous[i])) {
            over->keys[over->n] = autonomous[i];
            over->items[over->n++] = &no;
        }
    }
    return over->n > 0 ? json_merge(mem, values, over) : values;
}

struct err *
vnf_info_begin(struct tx *tx, struct vnf_instance *instance)
{
    struct mem *mem = tx_mem(tx);
    struct vnfd *vnfd;

    TRY(vnfd_load(tx, instance->package_id, &vnfd));
    instance->extensions = declared_move(mem, NULL, vnfd->extensions, NULL);
    instance->configurable = declared_move(mem, NULL, vnfd->configurable, NULL);
    if (!instance->vnfm_id) {
        instance->configurable = without_autonomy(mem, instance->configurable, NULL);
    }
    return NULL;
}

/* ---- the checks -------------------------------------------------------------------------------- */

static bool
is_asked(const struct row *asked)
{
    for (size_t i = 0; i < vnf_info_table.n_attrs; i++) {
        if (given_attr(asked, &vnf_info_table.attrs[i])) {
            return true;
        }
    }
    return false;
}

struct err *
vnf_info_asked(struct tx *tx, const struct vnf_instance *instance, const void *asked,
               struct vnf_in *in)
{
    struct vnf_info *info = row_new(tx_mem(tx), &vnf_info_table);
    struct err *faults;
    struct vnfd *vnfd;

    if (!is_asked(asked)) {
        return NULL;
    }
    TRY(vnfd_load(tx, instance->package_id, &vnfd));
    info_of(instance, info);
    faults = info_merge(tx_mem(tx), asked, info);
    vnf_rows_add(tx_mem(tx), &in->info, info);
    return err_join(faults, declared_values_check(tx_mem(tx), vnfd, instance->vnfm_id != NULL, info));
}

struct err *
vnf_info_moved(struct tx *tx, const struct vnf_instance *instance, const char *package_id,
               const void *asked, struct vnf_in *in)
{
    struct mem *mem = tx_mem(tx);
    struct vnf_info *info = row_new(mem, &vnf_info_table);
    struct vnfd *before, *after;
    const struct json *had;
    struct err *faults;

    TRY(vnfd_load(tx, instance->package_id, &before));
    TRY(vnfd_load(tx, package_id, &after));
    info_of(instance, info);
    had = info->configurable;
    info->configurable = declared_move(mem, before->configurable, after->configurable, had);
    if (!instance->vnfm_id) {
        info->configurable = without_autonomy(mem, info->configurable, had);
    }
    info->extensions = declared_move(mem, before->extensions, after->extensions, info->extensions);
    faults = info_merge(mem, asked, info);
    if (before->configurable || before->extensions || after->configurable || after->extensions ||
        is_asked(asked)) {
        vnf_rows_add(mem, &in->info, info);
    }
    return err_join(faults, declared_values_check(mem, after, instance->vnfm_id != NULL, info));
}

struct err *
vnf_modify_check(struct tx *tx, const struct vnf_instance *instance, const void *asked,
                 struct vnf_in *in)
{
    struct vnf_info *info = row_new(tx_mem(tx), &vnf_info_table);

    TRY(vnf_info_asked(tx, instance, asked, in));
    if (in->info.n == 0) {
        info_of(instance, info);
        vnf_rows_add(tx_mem(tx), &in->info, info);
    }
    if (!instance->vnfm_id && instance->made) {
        in->operation = "MODIFY_INFO"; /* Servers may be told. */
    }
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
    .doc = "The instance is said to be what was asked for.",
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

    TRY(in->vnfm ? foreign_modify(f, in) : vnf_scripts_kept(f, in, "modify_information_start", NULL));
    TRY(flow_step(f, "instance", &vnf_info_keep, in->info.items[0], NULL));
    return in->vnfm ? NULL : vnf_scripts_kept(f, in, "modify_information_end", NULL);
}

static struct err *
modify_run_1(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;

    return flow_step(f, "instance", &vnf_info_keep, in->info.items[0], NULL);
}

struct err *
vnf_info_take(struct flow *f, const struct vnf_in *in)
{
    return in->info.n > 0 ? flow_step(f, "info", &vnf_info_keep, in->info.items[0], NULL) : NULL;
}

const struct flow_type vnf_modify_flow_1 = {
    .name = "vnf_modify",
    .version = 1,
    .doc = "The same, as before there were scripts.",
    .in = &vnf_in_table,
    .run = modify_run_1,
    .state_changed = vnf_op_state_changed,
};
const struct flow_type vnf_modify_flow = {
    .name = "vnf_modify",
    .version = 2,
    .doc = "Changes what is said of a VNF instance.",
    .in = &vnf_in_table,
    .run = modify_run,
    .state_changed = vnf_op_state_changed,
};
