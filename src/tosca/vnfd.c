/* VNFD: a parsed service template (with one file a deployment flavour, or all in
 * one) into plain structs. */
#include "tosca/vnfd.h"

#include "tosca/extract.h"

#include <ctype.h>
#include <string.h>

#define VNF "tosca.nodes.nfv.VNF"
#define COMPUTE "tosca.nodes.nfv.Vdu.Compute"
#define AFFINITY "tosca.policies.nfv.AffinityRule"
#define ANTI_AFFINITY "tosca.policies.nfv.AntiAffinityRule"
#define VDU_CP "tosca.nodes.nfv.VduCp"
#define INDICATOR "tosca.interfaces.nfv.VnfIndicator"
#define INDICATORS_MAX 100
#define VDUS_MAX 200
#define MIB (1024.0 * 1024.0)
#define GIB (MIB * 1024.0)

/* Node types that are right but that nothing here runs. */
static const struct {
    const char *type, *feature;
} refused_nodes[] = {
    {"tosca.nodes.nfv.Vdu.OsContainer", "container of a Kubernetes workload"},
    {"tosca.nodes.nfv.Vdu.OsContainerDeployableUnit", "Kubernetes workload (OS container group)"},
    {"tosca.nodes.nfv.Mciop", "MCIOP (Helm chart)"},
    {"tosca.nodes.nfv.VirtualCp", "virtual connection point (Kubernetes service)"},
    {"tosca.nodes.nfv.Vdu.VirtualBlockStorage", "virtual block storage (volume)"},
    {"tosca.nodes.nfv.Vdu.VirtualObjectStorage", "virtual object storage"},
    {"tosca.nodes.nfv.Vdu.VirtualFileStorage", "virtual file storage"},
    {"tosca.nodes.nfv.VipCp", "virtual IP connection point"},
    {"tosca.nodes.nfv.VduSubCp", "trunk subport"},
    {"tosca.nodes.nfv.VnfExtCp", "external connection point on an internal link"},
};

static int64_t
round_up(double bytes, double unit)
{
    int64_t n = (int64_t)(bytes / unit);

    return (double)n * unit < bytes ? n + 1 : n;
}

static char *
lower(struct mem *mem, const char *text)
{
    char *copy = mem_str(mem, text);

    for (char *p = copy; p && *p; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    return copy;
}

/* Properties of the image: of the artifact itself (3.3.1 on) or of the node
 * (sw_image_data, before). */
static void
image_describe(struct extract *x, struct vnfd_image *image, const struct yaml *data)
{
    const struct yaml *checksum = extract_get(x, data, "checksum");

    image->name = extract_text(x, data, "name");
    image->version = extract_text(x, data, "version");
    image->provider = extract_text(x, data, "provider");
    image->container_format = lower(x->mem, extract_text(x, data, "container_format"));
    image->disk_format = lower(x->mem, extract_text(x, data, "disk_format"));
    image->size = extract_size(x, data, "size");
    image->min_disk = extract_size(x, data, "min_disk");
    image->min_ram = extract_size(x, data, "min_ram");
    image->algorithm = extract_text(x, checksum, "algorithm");
    image->hash = lower(x->mem, extract_text(x, checksum, "hash"));
}

/* Where an artifact is that is not in the package: by a URI of its own, or below that of the repository
 * that it names (TOSCA 1.3 3.6.6, 3.6.7).  Null: it is in the package. */
static const char *
artifact_uri(struct extract *x, const struct tosca_node *node, const struct yaml *at,
             const struct yaml *body)
{
    const char *file = yaml_get_str(body, "file"), *name = yaml_get_str(body, "repository"), *url;
    const struct yaml *repository;

    if (str_empty(file) || strstr(file, "://") || !name) {
        return file && strstr(file, "://") ? file : NULL;
    }
    repository = yaml_get(yaml_get(node->in->yaml, "repositories"), name);
    url = str_or(yaml_str(repository), yaml_get_str(repository, "url"));
    if (!url || !strstr(url, "://")) {
        extract_fault(x, tosca_fault(at, "artifact %s: repositories has no %s with a URL", file, name));
        return NULL;
    }
    return mem_printf(x->mem, "%s%s%s", url, str_ends(url, "/") ? "" : "/", file);
}

/* What comes from elsewhere is only known by a digest. */
static void
image_vouch(struct extract *x, const struct vnfd_image *image, const struct yaml *at)
{
    const char *wrong = package_uri_fault(image->uri);

    if (wrong) {
        extract_fault(x, tosca_fault(at, "artifact %s: %s", image->uri, wrong));
    } else if (image->algorithm && image->hash && !package_algorithm(image->algorithm)) {
        extract_fault(x, tosca_fault(at, "artifact %s: checksum: no digest algorithm %s", image->uri,
                                     image->algorithm));
    } else if (x->tosca->package && !(image->algorithm && image->hash) &&
               !package_outside_find(x->tosca->package, image->uri)) {
        extract_fault(x, tosca_fault(at, "artifact %s: it is outside of the package, and neither the "
                                     "manifest nor a checksum has its digest: it could be anything",
                                     image->uri));
    }
}

static void
image_locate(struct extract *x, struct vnfd_image *image, const struct yaml *at, const char *file)
{
    if (str_empty(file)) {
        return;
    }
    image->file = package_resolve(x->mem, at->file, file);
    if (!image->file && x->tosca->package) {
        extract_fault(x, tosca_fault(at, "artifact %s: leaves the package", file));
    } else if (x->tosca->package && !package_find(x->tosca->package, image->file)) {
        /* SOL001 files name artifacts relative to themselves; many write from the root. */
        if (package_find(x->tosca->package, file)) {
            image->file = file;
        } else if (!x->tosca->package->is_folder) {
            extract_fault(x, tosca_fault(at, "artifact %s: the package has no such file", file));
        }
    }
}

/* The image in the package has to be the one that the descriptor means. */
static void
image_verify(struct extract *x, const struct vnfd_image *image, const struct yaml *at)
{
    struct package *pkg = x->tosca->package;
    bool is_right = true;
    struct err *e;

    if (!pkg || !image->file || !package_find(pkg, image->file) || !image->hash ||
        !image->algorithm) {
        return;
    }
    e = package_digest_is(pkg, image->file, image->algorithm, image->hash, &is_right);
    if (e) {
        extract_fault(x, e);
    } else if (!is_right) {
        extract_fault(x, tosca_fault(at, "%s: its %s digest is not the checksum given", image->file,
                                     image->algorithm));
    }
}

/* The image of a node, or false where it has none. */
static bool
image_of(struct extract *x, const struct tosca_node *node, struct vnfd_image *image)
{
    const struct yaml *artifacts = yaml_get(node->yaml, "artifacts");
    const struct yaml *data = tosca_value(x->tosca, node, "sw_image_data");
    bool has_file = false;

    *image = (struct vnfd_image){.id = node->name};
    if (data) {
        image_describe(x, image, data);
    }
    yaml_each (artifacts, i) {
        const struct yaml *body = artifacts->items[i];
        const char *type_name = yaml_get_str(body, "type");
        const struct tosca_type *type =
            type_name ? tosca_type(x->tosca, TOSCA_ARTIFACT, type_name) : NULL;

        if (!tosca_is(type, "tosca.artifacts.nfv.SwImage")) {
            continue;
        }
        if (yaml_get(body, "properties")) {
            image_describe(x, image, yaml_get(body, "properties"));
        }
        image->uri = artifact_uri(x, node, artifacts->keys[i], body);
        if (image->uri) {
            image_vouch(x, image, artifacts->keys[i]);
        } else {
            image_locate(x, image, artifacts->keys[i], yaml_get_str(body, "file"));
            image_verify(x, image, artifacts->keys[i]);
        }
        has_file = true;
    }
    if (has_file && str_empty(image->name)) {
        extract_fault(x, tosca_fault(node->yaml, "%s: sw_image_data is missing beside the image",
                                     node->name));
    }
    return has_file || data;
}

static void
cp_addresses(struct extract *x, struct vnfd_cp *cp, const struct yaml *protocols)
{
    yaml_each (protocols, i) {
        const struct yaml *list = extract_get(x, protocols->items[i], "address_data");

        yaml_each (list, k) {
            const struct yaml *l2 = extract_get(x, list->items[k], "l2_address_data");
            const struct yaml *l3 = extract_get(x, list->items[k], "l3_address_data");

            cp->wants_mac = cp->wants_mac || extract_bool(x, l2, "mac_address_assignment", false);
            cp->wants_ip = cp->wants_ip || extract_bool(x, l3, "ip_address_assignment", false);
            cp->ip_type = l3 ? extract_text(x, l3, "ip_address_type") : cp->ip_type;
            if (extract_bool(x, l3, "floating_ip_activated", false)) {
                extract_fault(x, tosca_unsupported(l3, "floating IP (%s)", cp->name));
            }
        }
    }
}

/* What the function does with packets that enter here: those of one that routes are addressed to it. */
static void
cp_function(struct extract *x, struct vnfd_cp *cp, const struct yaml *wanted)
{
    const char *kind = extract_text(x, wanted, "function_kind");

    if (str_eq(kind, "routed")) {
        cp->routed = true;
    } else if (kind && !str_eq(kind, "transparent")) {
        extract_fault(
            x, tosca_fault(wanted, "%s: function_kind is transparent or routed", cp->name));
    }
}

/* The value of a key of network_interface_requirements.  From 3.7.1 on such a map has one key, so what
 * belongs together may stand in several entries of the list. */
static const char *
interface_key(struct extract *x, const struct yaml *list, const char *key)
{
    const char *value = NULL;

    yaml_each (list, i) {
        value = str_or(value, extract_text(x, extract_get(x, list->items[i],
                                                          "network_interface_requirements"), key));
    }
    return value;
}

/* A way in for scripts. */
static void
cp_management(struct extract *x, struct vnfd_cp *cp, const struct yaml *list)
{
    const char *management = interface_key(x, list, "management");
    const char *told = str_or(interface_key(x, list, "management_port"), "22");
    int64_t port = 0;

    if (!management) {
        return;
    }
    if (!str_eq(management, "ssh") || !str_to_i64(told, &port) || port < 1 || port > UINT16_MAX) {
        extract_fault(x, tosca_fault(list, "%s: management is ssh, at a port of TCP", cp->name));
    }
    cp->management_user = str_or(interface_key(x, list, "management_user"), "root");
    cp->management_port = port;
}

/* network_interface_requirements: the keys that Carrick knows. */
static void
cp_interface(struct extract *x, struct vnfd_cp *cp, const struct yaml *list)
{
    cp_management(x, cp, list);
    yaml_each (list, i) {
        const struct yaml *wanted =
            extract_get(x, list->items[i], "network_interface_requirements");
        const char *security = extract_text(x, wanted, "port_security");

        if (str_eq(security, "disabled")) {
            cp->port_security = false;
        } else if (security && !str_eq(security, "enabled")) {
            extract_fault(
                x, tosca_fault(wanted, "%s: port_security is enabled or disabled", cp->name));
        }
        cp_function(x, cp, wanted);
    }
}

static void
cp_features(struct extract *x, const struct tosca_node *node, struct vnfd_cp *cp)
{
    if (cp->trunk) {
        extract_fault(x, tosca_unsupported(node->yaml, "trunk_mode (%s)", cp->name));
    }
    if (!str_eq(cp->vnic_type, "normal")) {
        extract_fault(x,
                      tosca_unsupported(node->yaml, "vnic_type %s (%s)", cp->vnic_type, cp->name));
    }
}

static struct vnfd_cp
cp_of(struct extract *x, const struct tosca_node *node)
{
    const struct tosca_requirement *link = extract_requirement(node, "virtual_link");
    const struct tosca_requirement *vdu = extract_requirement(node, "virtual_binding");
    const struct yaml *order = tosca_value(x->tosca, node, "order");
    const struct yaml *trunk = tosca_value(x->tosca, node, "trunk_mode");
    const struct yaml *bitrate = tosca_value(x->tosca, node, "bitrate_requirement");
    struct vnfd_cp cp = {.name = node->name, .order = -1, .port_security = true};

    cp.vdu = vdu ? vdu->node : NULL;
    cp.link = link ? link->node : NULL;
    if (!cp.vdu) {
        extract_fault(x, tosca_fault(node->yaml, "%s: virtual_binding names no VDU", node->name));
    }
    if (order) {
        (void)yaml_to_i64(order, &cp.order);
    }
    if (trunk) {
        (void)yaml_to_bool(trunk, &cp.trunk);
    }
    if (bitrate) {
        (void)yaml_to_i64(bitrate, &cp.bitrate);
    }
    cp.vnic_type = str_or(tosca_value_str(x->tosca, node, "vnic_type"), "normal");
    cp.layer_protocols =
        extract_texts(x, tosca_value(x->tosca, node, "layer_protocols"), &cp.n_layer_protocols);
    cp_addresses(x, &cp, tosca_value(x->tosca, node, "protocol"));
    cp_interface(x, &cp, tosca_value(x->tosca, node, "virtual_network_interface_requirements"));
    cp_features(x, node, &cp);
    return cp;
}

static void
vdu_compute(struct extract *x, const struct tosca_node *node, struct vnfd_vdu *vdu)
{
    const struct yaml *properties = extract_path(x, yaml_get(node->yaml, "capabilities"),
                                                 "virtual_compute", "properties", NULL);
    const struct yaml *cpu = extract_get(x, properties, "virtual_cpu");
    const struct yaml *memory = extract_get(x, properties, "virtual_memory");
    const struct yaml *storages = extract_get(x, properties, "virtual_local_storage");
    const struct yaml *extra = extract_get(x, properties, "requested_additional_capabilities");
    uint64_t disk = 0;

    if (!properties && vdu->image) {
        extract_fault(
            x, tosca_fault(node->yaml, "%s: capability virtual_compute is missing", node->name));
    }
    vdu->vcpus = extract_int(x, cpu, "num_virtual_cpu", 1);
    vdu->memory_mb = round_up((double)extract_size(x, memory, "virtual_mem_size"), MIB);
    yaml_each (storages, i) {
        disk += extract_size(x, storages->items[i], "size_of_storage");
    }
    if (vdu->image && vdu->image->min_disk > disk) {
        disk = vdu->image->min_disk;
    }
    vdu->disk_gb = round_up((double)disk, GIB);
    yaml_each (extra, i) {
        vdu->requested_capability =
            extract_text(x, extra->items[i], "requested_additional_capability_name");
    }
    if (extract_get(x, cpu, "virtual_cpu_pinning")) {
        extract_fault(x, tosca_unsupported(cpu, "CPU pinning (%s)", node->name));
    }
    if (extract_bool(x, memory, "numa_enabled", false)) {
        extract_fault(x, tosca_unsupported(memory, "NUMA placement (%s)", node->name));
    }
}

static struct vnfd_vdu
vdu_of(struct extract *x, const struct tosca_node *node, const struct vnfd_image *image)
{
    const struct yaml *profile = tosca_value(x->tosca, node, "vdu_profile");
    struct vnfd_vdu vdu = {.name = node->name, .image = image};

    vdu.display_name = tosca_value_str(x->tosca, node, "name");
    vdu.description = tosca_value_str(x->tosca, node, "description");
    vdu.min_instances = extract_int(x, profile, "min_number_of_instances", 1);
    vdu.max_instances = extract_int(x, profile, "max_number_of_instances", 1);
    vdu.initial_instances = vdu.min_instances;
    vdu.monitoring = extract_json(x, tosca_value(x->tosca, node, "monitoring_parameters"));
    if (vdu.min_instances > vdu.max_instances) {
        extract_fault(x, tosca_fault(node->yaml, "%s: min_number_of_instances is above the maximum",
                                     node->name));
    }
    vdu_compute(x, node, &vdu);
    extract_boot_data(x, node, &vdu);
    extract_refuse_scripts(x, node);
    return vdu;
}

static size_t
count_nodes(const struct tosca_template *in, const char *type)
{
    size_t n = 0;

    vec_each (&in->nodes, node) {
        n += tosca_is((*node)->type, type);
    }
    return n;
}

static void
read_vdus(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour)
{
    size_t max = count_nodes(in, COMPUTE);

    if (max > VDUS_MAX) {
        extract_fault(x, tosca_unsupported(in->yaml, "more than %d VDUs", VDUS_MAX));
        return;
    }

    flavour->vdus = MEM_ARRAY(x->mem, max, struct vnfd_vdu);
    flavour->images = MEM_ARRAY(x->mem, in->nodes.n, struct vnfd_image);
    vec_each (&in->nodes, node) {
        struct vnfd_image *image = &flavour->images[flavour->n_images];

        if (!tosca_is((*node)->type, COMPUTE)) {
            continue;
        }
        if (image_of(x, *node, image)) {
            flavour->n_images++;
        } else {
            image = NULL;
            extract_fault(x, tosca_unsupported(
                                 (*node)->yaml,
                                 extract_requirement(*node, "virtual_storage")
                                     ? "VDU that boots from a storage (%s)"
                                     : "VDU without a software image (%s)",
                                 (*node)->name));
        }
        flavour->vdus[flavour->n_vdus++] = vdu_of(x, *node, image);
    }
}

static void
read_links(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour)
{
    flavour->links =
        MEM_ARRAY(x->mem, count_nodes(in, "tosca.nodes.nfv.VnfVirtualLink"), struct vnfd_link);
    vec_each (&in->nodes, node) {
        if (tosca_is((*node)->type, "tosca.nodes.nfv.VnfVirtualLink")) {
            flavour->links[flavour->n_links++] = extract_link(x, *node);
        }
    }
}

static void
read_cps(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour)
{
    flavour->cps = MEM_ARRAY(x->mem, count_nodes(in, VDU_CP), struct vnfd_cp);
    vec_each (&in->nodes, node) {
        if (tosca_is((*node)->type, VDU_CP)) {
            flavour->cps[flavour->n_cps++] = cp_of(x, *node);
        }
    }
}

/* Substitution mappings of virtual_link requirements: how the outside reaches a
 * connection point. */
static void
read_ext_cps(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour)
{
    flavour->ext_cps = MEM_ARRAY(x->mem, in->mappings.n, struct vnfd_ext_cp);
    vec_each (&in->mappings, mapping) {
        struct vnfd_ext_cp *ext = &flavour->ext_cps[flavour->n_ext_cps];

        for (size_t i = 0; i < flavour->n_cps; i++) {
            struct vnfd_cp *cp = &flavour->cps[i];

            if (!str_eq(cp->name, mapping->node)) {
                continue;
            }
            if (cp->link) {
                extract_fault(x, tosca_unsupported(mapping->at,
                                                   "connection point with an internal "
                                                   "and an external link (%s)",
                                                   cp->name));
            }
            cp->external = mapping->name;
            *ext = (struct vnfd_ext_cp){
                .name = cp->name, .requirement = mapping->name, .cp = cp->name};
            flavour->n_ext_cps++;
        }
    }
}

static int
by_order(const struct vnfd_cp *a, const struct vnfd_cp *b)
{
    /* Those without an order come last, as they stand in the file. */
    uint64_t x = (uint64_t)a->order, y = (uint64_t)b->order;

    return x < y ? -1 : x > y;
}

/* Hangs the connection points below their VDUs, sorted by order (insertion: few). */
static void
bind_cps(struct extract *x, struct vnfd_flavour *flavour)
{
    for (size_t v = 0; v < flavour->n_vdus; v++) {
        struct vnfd_vdu *vdu = &flavour->vdus[v];

        vdu->cps = MEM_ARRAY(x->mem, flavour->n_cps, struct vnfd_cp *);
        for (size_t i = 0; i < flavour->n_cps; i++) {
            size_t at = vdu->n_cps;

            if (!str_eq(flavour->cps[i].vdu, vdu->name)) {
                continue;
            }
            for (; at > 0 && by_order(vdu->cps[at - 1], &flavour->cps[i]) > 0; at--) {
                vdu->cps[at] = vdu->cps[at - 1];
            }
            vdu->cps[at] = &flavour->cps[i];
            vdu->n_cps++;
        }
    }
}

static void
refuse_nodes(struct extract *x, const struct tosca_template *in)
{
    vec_each (&in->nodes, node) {
        for (size_t i = 0; i < ARRAY_SIZE(refused_nodes); i++) {
            if (tosca_is((*node)->type, refused_nodes[i].type)) {
                extract_fault(x, tosca_unsupported((*node)->yaml, "%s (%s)",
                                                   refused_nodes[i].feature, (*node)->name));
            }
        }
    }
}

static const char *
flavour_id(struct extract *x, const struct tosca_template *in, const struct tosca_node *vnf)
{
    const char *id = extract_text(x, yaml_get(in->substitution, "properties"), "flavour_id");

    vec_each (&in->nodes, node) {
        if (!id && tosca_is((*node)->type, VNF)) {
            id = tosca_value_str(x->tosca, *node, "flavour_id");
        }
    }
    return id ? id : tosca_value_str(x->tosca, vnf, "flavour_id");
}

/* What the VNF's virtualised resources would need and nothing makes. */
static void
refuse_policies(struct extract *x, const struct tosca_template *in)
{
    static const struct refused_policy refused[] = {
        {"tosca.policies.nfv.SecurityGroupRule", "security group rules"},
    };

    extract_refuse_policies(x, in, refused, ARRAY_SIZE(refused));
}

/* A VNF is at one site, so that its parts are together there; nothing keeps them together or
 * apart more closely than that. */
static void
refuse_affinities(struct extract *x, const struct tosca_template *in)
{
    vec_each (&in->policies, policy) {
        const char *scope = str_or(tosca_value_str(x->tosca, *policy, "scope"), "none");
        bool is_anti = tosca_is((*policy)->type, ANTI_AFFINITY);

        if (is_anti || (tosca_is((*policy)->type, AFFINITY) && !str_eq(scope, "nfvi_pop"))) {
            extract_fault(x, tosca_unsupported((*policy)->yaml,
                                               "%s of a VNF's parts with scope %s (%s)",
                                               is_anti ? "anti-affinity" : "affinity", scope,
                                               (*policy)->name));
        }
    }
}

static void
read_flavour(struct extract *x, const struct tosca_template *in, const struct tosca_node *vnf,
             struct vnfd_flavour *flavour)
{
    x->in = in;
    flavour->id = flavour_id(x, in, vnf);
    flavour->description = tosca_value_str(x->tosca, vnf, "flavour_description");
    vec_each (&in->nodes, node) {
        if (tosca_is((*node)->type, VNF)) {
            flavour->description = str_or(tosca_value_str(x->tosca, *node, "flavour_description"),
                                          flavour->description);
        }
    }
    if (str_empty(flavour->id)) {
        extract_fault(
            x, tosca_fault(vnf->yaml, "the deployment flavour of %s has no flavour_id", in->file));
    }
    refuse_nodes(x, in);
    read_links(x, in, flavour);
    read_vdus(x, in, flavour);
    read_cps(x, in, flavour);
    read_ext_cps(x, in, flavour);
    bind_cps(x, flavour);
    vec_each (&in->nodes, node) {
        if (tosca_is((*node)->type, VNF)) {
            extract_scripts(x, *node, flavour);
        }
    }
    extract_aspects(x, in, flavour);
    extract_levels(x, in, flavour);
    extract_affinities(x, in, AFFINITY, ANTI_AFFINITY, &flavour->affinities,
                       &flavour->n_affinities);
    refuse_affinities(x, in);
    refuse_policies(x, in);
}

/* A template is a flavour when it holds the VNF's inside: resources, or a
 * substitution of the VNF's type. */
static bool
is_flavour(const struct tosca_template *in)
{
    return tosca_is(in->substitutes, VNF) || count_nodes(in, COMPUTE) > 0;
}

static void
read_flavours(struct extract *x, const struct tosca_node *vnf, struct vnfd *vnfd)
{
    vnfd->flavours = MEM_ARRAY(x->mem, x->tosca->templates.n, struct vnfd_flavour);
    vec_each (&x->tosca->templates, in) {
        if (is_flavour(*in)) {
            read_flavour(x, *in, vnf, &vnfd->flavours[vnfd->n_flavours++]);
        }
    }
    if (vnfd->n_flavours == 0) {
        extract_fault(x,
                      tosca_fault(vnf->yaml, "%s: no deployment flavour is described", vnf->name));
    }
}

/* ---- indicators ------------------------------------------------------------------------- */

/* The measurement that a monitoring parameter of that name is: its key in a map (3.7.1) or its
 * 'name'. */
static const char *
measurement_of(const struct json *monitoring, const char *name)
{
    json_each (monitoring, i) {
        const struct json *parameter = monitoring->items[i];

        if ((monitoring->keys && str_eq(monitoring->keys[i], name)) ||
            str_eq(json_get_str(parameter, "name"), name)) {
            return json_get_str(parameter, "performance_metric");
        }
    }
    return NULL;
}

static bool
has_indicator(const struct vnfd *vnfd, const char *name)
{
    for (size_t i = 0; i < vnfd->n_indicators; i++) {
        if (str_eq(vnfd->indicators[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Notifications of an interface type, and of those that it is derived from. */
static void
read_notifications(struct extract *x, const struct tosca_node *vnf, const struct tosca_type *type,
                   struct vnfd *vnfd)
{
    for (; type && tosca_is(type, INDICATOR); type = type->parent) {
        for (size_t i = 0; i < type->operations.n; i++) {
            const char *name = type->operations.items[i];

            if (has_indicator(vnfd, name)) {
                continue;
            }
            if (strlen(name) > VNFD_INDICATOR_NAME_MAX || vnfd->n_indicators >= INDICATORS_MAX) {
                extract_fault(x, tosca_fault(vnf->yaml,
                                             "%s: VNF indicators are at most %d, with names of up "
                                             "to %d bytes",
                                             type->name, INDICATORS_MAX, VNFD_INDICATOR_NAME_MAX));
                return;
            }
            vnfd->indicators[vnfd->n_indicators++] =
                (struct vnfd_indicator){name, measurement_of(vnfd->monitoring, name)};
        }
    }
}

static void
read_indicators(struct extract *x, const struct tosca_node *vnf, struct vnfd *vnfd)
{
    vnfd->indicators = MEM_ARRAY(x->mem, INDICATORS_MAX, struct vnfd_indicator);
    for (const struct tosca_type *type = vnf->type; type; type = type->parent) {
        vec_each (&type->interface_types, name) {
            if (*name) {
                read_notifications(x, vnf, tosca_type(x->tosca, TOSCA_INTERFACE, *name), vnfd);
            }
        }
    }
}

static void
read_identity(struct extract *x, const struct tosca_node *vnf, struct vnfd *vnfd)
{
    vnfd->node_type = vnf->type->name;
    vnfd->descriptor_id = extract_required(x, vnf, "descriptor_id");
    vnfd->descriptor_version = extract_required(x, vnf, "descriptor_version");
    vnfd->provider = extract_required(x, vnf, "provider");
    vnfd->product_name = extract_required(x, vnf, "product_name");
    vnfd->software_version = extract_required(x, vnf, "software_version");
    vnfd->product_info_name = tosca_value_str(x->tosca, vnf, "product_info_name");
    vnfd->product_info_description = tosca_value_str(x->tosca, vnf, "product_info_description");
    vnfd->vnfm_info = extract_texts(x, tosca_value(x->tosca, vnf, "vnfm_info"), &vnfd->n_vnfm_info);
    vnfd->lcm_configuration =
        extract_json(x, tosca_value(x->tosca, vnf, "lcm_operations_configuration"));
    vnfd->configurable_properties =
        extract_json(x, tosca_value(x->tosca, vnf, "configurable_properties"));
    vnfd->configurable = extract_declared(x, vnf, "configurable");
    vnfd->extensions = extract_declared(x, vnf, "extension");
    vnfd->monitoring = extract_json(x, tosca_value(x->tosca, vnf, "monitoring_parameters"));
}

struct err *
vnfd_from_tosca(struct mem *mem, const struct tosca *tosca, struct vnfd **vnfd)
{
    struct extract x = {.mem = mem, .tosca = tosca, .in = tosca->templates.items[0]};
    const struct tosca_node *vnf = extract_main(tosca, VNF);

    *vnfd = NULL;
    if (!vnf) {
        return tosca_fault(x.in->yaml, "no node is a %s: this is no VNFD", VNF);
    }
    *vnfd = MEM_NEW(mem, struct vnfd);
    read_identity(&x, vnf, *vnfd);
    read_indicators(&x, vnf, *vnfd);
    read_flavours(&x, vnf, *vnfd);
    if (x.faults) {
        *vnfd = NULL;
    }
    return x.faults;
}

struct err *
vnfd_from_package(struct mem *mem, struct package *pkg, struct vnfd **vnfd)
{
    struct tosca *tosca;

    *vnfd = NULL;
    TRY(tosca_parse_package(mem, pkg, &tosca));
    return vnfd_from_tosca(mem, tosca, vnfd);
}

const struct vnfd_flavour *
vnfd_flavour(const struct vnfd *vnfd, const char *id)
{
    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        if (str_empty(id) || str_eq(vnfd->flavours[i].id, id)) {
            return &vnfd->flavours[i];
        }
    }
    return NULL;
}

const struct vnfd_vdu *
vnfd_vdu(const struct vnfd_flavour *flavour, const char *name)
{
    for (size_t i = 0; i < flavour->n_vdus; i++) {
        if (str_eq(flavour->vdus[i].name, name)) {
            return &flavour->vdus[i];
        }
    }
    return NULL;
}

const struct vnfd_cp *
vnfd_cp(const struct vnfd_flavour *flavour, const char *name)
{
    for (size_t i = 0; i < flavour->n_cps; i++) {
        if (str_eq(flavour->cps[i].name, name)) {
            return &flavour->cps[i];
        }
    }
    return NULL;
}

const struct vnfd_link *
vnfd_link(const struct vnfd_flavour *flavour, const char *name)
{
    for (size_t i = 0; i < flavour->n_links; i++) {
        if (str_eq(flavour->links[i].name, name)) {
            return &flavour->links[i];
        }
    }
    return NULL;
}

const struct vnfd_ext_cp *
vnfd_ext_cp(const struct vnfd_flavour *flavour, const char *name)
{
    for (size_t i = 0; i < flavour->n_ext_cps; i++) {
        if (str_eq(flavour->ext_cps[i].name, name) ||
            str_eq(flavour->ext_cps[i].requirement, name)) {
            return &flavour->ext_cps[i];
        }
    }
    return NULL;
}
