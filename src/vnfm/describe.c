/* A VNFD says what a VNF is; this file says what has to be made for it: servers
 * with their ports in order, internal links, images.  Pure, so that a plan and an
 * operation cannot differ. */
#include "vnfm/describe.h"

#include "vnfm/vnfm.h"

#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "tosca/prefix.h"
#include "vnfm/vnfc.h"

#include <string.h>

#define SERVERS_MAX 1000 /* of one VDU, whatever its VNFD allows */

/* ---- ports ------------------------------------------------------------------------- */

static const struct vnfd_ext_cp *
ext_cp_of(const struct vnfd_flavour *flavour, const struct vnfd_cp *cp)
{
    for (size_t i = 0; i < flavour->n_ext_cps; i++) {
        if (str_eq(flavour->ext_cps[i].cp, cp->name)) {
            return &flavour->ext_cps[i];
        }
    }
    return NULL;
}

static struct wanted_cp *
cp_new(struct mem *mem, const struct vnfd_flavour *flavour, const struct vnfd_cp *cp)
{
    const struct vnfd_ext_cp *ext = ext_cp_of(flavour, cp);
    struct wanted_cp *wanted = row_new(mem, &wanted_cp_table);

    wanted->cpd = cp->name;
    wanted->ext_cpd = ext ? ext->name : cp->external ? cp->name : NULL;
    wanted->requirement = ext ? ext->requirement : cp->external;
    wanted->link = cp->link;
    wanted->port_security = cp->port_security;
    wanted->routed = cp->routed;
    wanted->management = cp->management_user != NULL;
    return wanted;
}

static struct rows
cps_of(struct mem *mem, const struct vnfd_flavour *flavour, const struct vnfd_vdu *vdu)
{
    VEC(void *) cps = {0};

    for (size_t i = 0; i < vdu->n_cps; i++) {
        vec_add(mem, &cps, (void *)cp_new(mem, flavour, vdu->cps[i]));
    }
    return (struct rows){.n = cps.n, .items = cps.items};
}

/* ---- servers ------------------------------------------------------------------------- */

static struct wanted_vnfc *
vnfc_new(struct mem *mem, const struct vnfd_flavour *flavour, const struct vnfd_vdu *vdu,
         const char *name, int64_t number)
{
    struct wanted_vnfc *vnfc = row_new(mem, &wanted_vnfc_table);

    vnfc->name = name;
    vnfc->number = number;
    vnfc->vdu = vdu->name;
    vnfc->vcpus = vdu->vcpus > 0 ? vdu->vcpus : 1;
    vnfc->memory_mb = vdu->memory_mb > 0 ? vdu->memory_mb : 128;
    vnfc->disk_gb = vdu->disk_gb;
    vnfc->image_id = vdu->image->id;
    if (vdu->user_data) {
        vnfc->user_data = base64_from(mem, vdu->user_data, strlen(vdu->user_data), false);
    }
    vnfc->boot_text = vdu->boot_text;
    vnfc->config_drive = vdu->config_drive;
    vnfc->cps = cps_of(mem, flavour, vdu);
    return vnfc;
}

/* Instances of a VDU: those of the level, and what the aspects add that are elsewhere than the
 * level has them. */
static struct err *
count_of(const struct vnfd_flavour *flavour, const struct vnf_wanted *wanted,
         const struct vnfd_scale *scales, const struct vnfd_vdu *vdu, int64_t *n)
{
    const struct vnfd_level *level = vnfd_level(flavour, wanted->level_id);
    int64_t at_level = level ? vnfd_scaled(flavour, level->scales, level->n_scales, vdu->name) : 0;
    int64_t more = vnfd_scaled(flavour, scales, wanted->scales.n, vdu->name) - at_level;

    *n = vnfd_instances(flavour, wanted->level_id, vdu->name) + more;
    if (more == 0 ||
        (*n >= vdu->min_instances && *n <= vdu->max_instances && *n <= SERVERS_MAX)) {
        return NULL;
    }
    return err_new(E_INVALID, NULL, "VDU %s has %lld to %lld instances, %lld are wanted", vdu->name,
                   (long long)vdu->min_instances, (long long)vdu->max_instances, (long long)*n);
}

static struct err *
vnfcs_fill(struct mem *mem, const struct vnfd_flavour *flavour, const struct vnf_wanted *wanted,
           struct rows *rows)
{
    struct vnfd_scale *scales = MEM_ARRAY(mem, wanted->scales.n + 1, struct vnfd_scale);
    VEC(void *) vnfcs = {0};

    for (size_t i = 0; i < wanted->scales.n; i++) {
        const struct vnf_scale *scale = wanted->scales.items[i];

        scales[i] = (struct vnfd_scale){scale->aspect, scale->level};
    }

    for (size_t i = 0; i < flavour->n_vdus; i++) {
        const struct vnfd_vdu *vdu = &flavour->vdus[i];
        int64_t n = 0;

        TRY(count_of(flavour, wanted, scales, vdu, &n));
        if (!vdu->image) {
            return err_new(E_NOT_IMPLEMENTED, "FeatureNotSupported",
                           "VDU %s has no software image of its own (boot from storage)",
                           vdu->name);
        }
        for (int64_t k = 0; k < n; k++) {
            const char *name =
                n == 1 ? vdu->name : mem_printf(mem, "%s-%lld", vdu->name, (long long)k + 1);

            vec_add(mem, &vnfcs, (void *)vnfc_new(mem, flavour, vdu, name, k));
        }
    }
    *rows = (struct rows){.n = vnfcs.n, .items = vnfcs.items};
    return NULL;
}

/* ---- scale levels --------------------------------------------------------------------------- */

/* Every aspect of the flavour: as wanted, else as the level has it. */
static struct err *
scales_fill(struct mem *mem, const struct vnfd_flavour *flavour, const struct rows *scales,
            struct vnf_wanted *wanted)
{
    const struct vnfd_level *level = vnfd_level(flavour, wanted->level_id);

    wanted->scales = (struct rows){.items = MEM_ARRAY(mem, flavour->n_aspects + 1, void *)};
    for (size_t i = 0; i < flavour->n_aspects; i++) {
        const struct vnfd_aspect *aspect = &flavour->aspects[i];
        struct vnf_scale *scale = row_new(mem, &vnf_scale_table);

        scale->aspect = aspect->name;
        scale->max = aspect->max_level;
        scale->level = level ? vnfd_scale_of(level->scales, level->n_scales, aspect->name) : 0;
        for (size_t j = 0; scales && j < scales->n; j++) {
            const struct vnf_scale *asked = scales->items[j];

            scale->level = str_eq(asked->aspect, aspect->name) ? asked->level : scale->level;
        }
        if (scale->level < 0 || scale->level > scale->max) {
            return err_new(E_INVALID, NULL, "aspect %s has scale levels 0 to %lld, not %lld",
                           scale->aspect, (long long)scale->max, (long long)scale->level);
        }
        wanted->scales.items[wanted->scales.n++] = scale;
    }
    return NULL;
}

/* Is the server one of those that are wanted? */
static bool
is_wanted(const struct vnf_wanted *wanted, const struct made_vnfc *made)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        if (str_eq(vnfc->vdu, made->vdu) && vnfc->number == made->number) {
            return made->server_id != NULL;
        }
    }
    return false;
}

static bool
is_there(const struct vnf_made *made, const struct wanted_vnfc *wanted)
{
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        if (str_eq(vnfc->vdu, wanted->vdu) && vnfc->number == wanted->number) {
            return vnfc->server_id != NULL;
        }
    }
    return false;
}

/* A given-up operation may have left a network without its subnet; what others manage has none of ours. */
static bool
is_whole(const struct made_link *link)
{
    return link->managed || *link->subnet_id;
}

static const struct made_link *
link_there(const struct vnf_made *made, const char *name)
{
    for (size_t i = 0; i < made->links.n; i++) {
        const struct made_link *link = made->links.items[i];

        if (str_eq(link->name, name) && is_whole(link)) {
            return link;
        }
    }
    return NULL;
}

static bool
link_wanted(const struct vnf_wanted *wanted, const struct made_link *made)
{
    for (size_t i = 0; is_whole(made) && i < wanted->links.n; i++) {
        if (str_eq(((const struct wanted_link *)wanted->links.items[i])->name, made->name)) {
            return true;
        }
    }
    return false;
}

static void
links_change(struct mem *mem, const struct vnf_made *made, const struct vnf_wanted *wanted,
             struct vnf_change *change)
{
    for (size_t i = 0; i < wanted->links.n; i++) {
        if (!link_there(made, ((const struct wanted_link *)wanted->links.items[i])->name)) {
            vnf_rows_add(mem, &change->links_added, wanted->links.items[i]);
        }
    }
    for (size_t i = made->links.n; i-- > 0;) {
        if (!link_wanted(wanted, made->links.items[i])) {
            vnf_rows_add(mem, &change->links_removed, made->links.items[i]);
        }
    }
}

struct vnf_change
vnf_change_of(struct mem *mem, const struct vnf_made *made, const struct vnf_wanted *wanted)
{
    struct vnf_change change = {0};

    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        if (!is_there(made, wanted->vnfcs.items[i])) {
            vnf_rows_add(mem, &change.added, wanted->vnfcs.items[i]);
        }
    }
    for (size_t i = made->vnfcs.n; i-- > 0;) {
        if (!is_wanted(wanted, made->vnfcs.items[i])) {
            vnf_rows_add(mem, &change.removed, made->vnfcs.items[i]);
        }
    }
    links_change(mem, made, wanted, &change);
    return change;
}

/* ---- what connection points attach to ----------------------------------------------- */

static const struct vnf_connection *
connection_named(const struct rows *connections, const char *name, int64_t number)
{
    const struct vnf_connection *open = NULL;
    int64_t n = 0;

    for (size_t i = 0; i < connections->n; i++) {
        const struct vnf_connection *connection = connections->items[i];

        if (!str_eq(connection->cpd, name)) {
            continue;
        }
        if (n++ == number) {
            return connection;
        }
        if (!connection->ip_address && !connection->mac_address && !connection->port_id) {
            open = connection;
        }
    }
    return open;
}

const struct vnf_connection *
vnf_connection_of(const struct rows *connections, const struct wanted_cp *cp, int64_t number)
{
    const char *const names[] = {cp->link, cp->ext_cpd, cp->requirement, cp->cpd};
    const struct vnf_connection *found = NULL;

    for (size_t i = 0; !found && i < ARRAY_SIZE(names); i++) {
        found = names[i] ? connection_named(connections, names[i], number) : NULL;
    }
    return found;
}

/* ---- internal links -------------------------------------------------------------------- */

static const char *
prefix_choose(struct mem *mem, const struct vnfd_link *link, size_t k)
{
    if (str_eq_case(link->ip_version, "ipv6")) {
        return mem_printf(mem, "fd00:192:%zx::/64", k);
    }
    return k < 50 ? mem_printf(mem, "192.168.%zu.0/24", 200 + k)
                  : mem_printf(mem, "172.%zu.%zu.0/24", 16 + (k - 50) / 256, (k - 50) % 256);
}

/* A link without a prefix of its own gets a private one that follows from its place among the links of all
 * flavours: a change of the flavour brings none that is there already. */
static const char *
link_cidr(struct mem *mem, const struct vnfd *vnfd, const struct vnfd_link *link)
{
    VEC(const struct vnfd_link *) links = {0};
    size_t at = 0;

    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_links; j++) {
            const struct vnfd_link *one = &vnfd->flavours[i].links[j];
            bool same = str_eq(one->name, link->name), known = false;

            for (size_t k = 0; k < links.n; k++) {
                known = known || str_eq(links.items[k]->name, one->name);
            }
            if (!known) {
                at = same ? links.n : at;
                vec_add(mem, &links, same ? link : one);
            }
        }
    }
    return link_prefix(mem, links.items, links.n, at, prefix_choose);
}

static struct wanted_link *
link_new(struct mem *mem, const struct vnfd *vnfd, const struct vnfd_link *link)
{
    struct wanted_link *wanted = row_new(mem, &wanted_link_table);

    wanted->name = link->name;
    wanted->cidr = link_cidr(mem, vnfd, link);
    wanted->ip_version = str_eq_case(str_or(link->ip_version, "ipv4"), "ipv6") ? 6 : 4;
    wanted->mtu = link->mtu > 0 ? link->mtu : INT_NULL;
    wanted->dhcp = link->dhcp;
    wanted->gateway_ip = link->gateway_ip;
    return wanted;
}

static struct rows
links_of(struct mem *mem, const struct vnfd *vnfd, const struct vnfd_flavour *flavour)
{
    VEC(void *) links = {0};

    for (size_t i = 0; i < flavour->n_links; i++) {
        vec_add(mem, &links, (void *)link_new(mem, vnfd, &flavour->links[i]));
    }
    return (struct rows){.n = links.n, .items = links.items};
}

static struct strs
scripts_of(struct mem *mem, const struct vnfd_flavour *flavour)
{
    struct strs scripts = {.items = MEM_ARRAY(mem, flavour->n_scripts + 1, const char *)};

    for (size_t i = 0; i < flavour->n_scripts; i++) {
        scripts.items[scripts.n++] = flavour->scripts[i].operation;
    }
    return scripts;
}

/* ---- the whole --------------------------------------------------------------------------- */

struct vnf_size
vnf_size_of(const struct vnf_wanted *wanted)
{
    struct vnf_size size = {0};

    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        size.vcpus += vnfc->vcpus;
        size.memory_mb += vnfc->memory_mb;
        size.disk_gb += vnfc->disk_gb;
        size.servers++;
    }
    return size;
}

struct err *
vnf_wanted_fill(struct mem *mem, const struct vnfd *vnfd, const char *flavour_id,
                const char *level_id, const struct rows *scales, struct vnf_wanted *wanted)
{
    const struct vnfd_flavour *flavour = vnfd_flavour(vnfd, flavour_id);

    if (!flavour) {
        return err_new(E_INVALID, NULL, "VNFD %s has no deployment flavour %s", vnfd->descriptor_id,
                       str_or(flavour_id, "at all"));
    }
    if (level_id && !vnfd_level(flavour, level_id)) {
        return err_new(E_INVALID, NULL, "flavour %s of VNFD %s has no instantiation level %s",
                       flavour->id, vnfd->descriptor_id, level_id);
    }
    wanted->vnfd_id = vnfd->descriptor_id;
    wanted->flavour_id = flavour->id;
    wanted->level_id = level_id ? level_id : flavour->default_level;
    wanted->links = links_of(mem, vnfd, flavour);
    wanted->scripts = scripts_of(mem, flavour);
    TRY(scales_fill(mem, flavour, scales, wanted));
    return vnfcs_fill(mem, flavour, wanted, &wanted->vnfcs);
}

struct err *
wanted_images_load(struct tx *tx, const char *package_id, struct rows *rows)
{
    struct cond owned[] = {COND("owner_id", package_id), {0}};
    struct query query = {.table = &package_image_table, .conds = owned};
    struct rows found;
    VEC(void *) images = {0};

    TRY(rows_select(tx, &query, &found));
    for (size_t i = 0; i < found.n; i++) {
        const struct package_image *row = found.items[i];
        struct wanted_image *image = row_new(tx_mem(tx), &wanted_image_table);

        image->image_id = row->image_id;
        image->name = row->name;
        image->path = row->path;
        image->sha512 = row->sha512;
        image->disk_format = row->disk_format;
        image->container_format = row->container_format;
        image->min_disk_gb = row->min_disk_gb;
        image->min_ram_mb = row->min_ram_mb;
        vec_add(tx_mem(tx), &images, (void *)image);
    }
    *rows = (struct rows){.n = images.n, .items = images.items};
    return NULL;
}

static struct err *
describe_local(struct tx *tx, const void *arg, void *out)
{
    const struct describe_in *in = arg;
    struct vnf_wanted *wanted = out;
    struct vnfd *vnfd;

    TRY(vnfd_load(tx, in->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, in->flavour_id, in->level_id, &in->scales, wanted));
    wanted->name = in->name;
    return wanted_images_load(tx, in->package_id, &wanted->images);
}

const struct step_kind vnf_describe = {
    .name = "vnf describe",
    .doc = "Reads from the VNFD what has to be made.",
    .effect = FLOW_READ,
    .in = &describe_in_table,
    .out = &vnf_wanted_table,
    .local = describe_local,
};
