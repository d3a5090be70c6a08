/* A VNF descriptor as the VNFM needs it: plain structs out of a SOL001 service
 * template.  Everything lives in the arena it was made in. */
#ifndef CARRICK_TOSCA_VNFD_H
#define CARRICK_TOSCA_VNFD_H

#include "tosca/tosca.h"

/* A software image: the SwImage artifact and what describes it. */
struct vnfd_image {
    const char *id;               /* the node that has it: SOL003's vnfdSoftwareImageId */
    const char *name, *version, *provider;
    const char *container_format; /* bare, docker ...; lower case */
    const char *disk_format;      /* raw, qcow2 ... */
    const char *algorithm;        /* of the checksum: "sha-256" */
    const char *hash;             /* lower-case hex */
    uint64_t size;                /* bytes */
    uint64_t min_disk;            /* bytes */
    uint64_t min_ram;             /* bytes, 0 = none */
    const char *file;             /* name in the package, null where it names none */
    const char *uri;              /* where it is, outside of the package; or null */
};

/* A connection point of a VDU (tosca.nodes.nfv.VduCp). */
struct vnfd_cp {
    const char *name;             /* node's name = cpdId */
    const char *vdu;              /* the VDU's name */
    int64_t order;                /* position of the interface; -1 = not said */
    const char *link;             /* internal virtual link's name, or null: external */
    const char *external;         /* the requirement of the VNF's node type it is mapped to, or null */
    const char *vnic_type;        /* "normal" where not said */
    size_t n_layer_protocols;
    const char **layer_protocols;
    bool wants_ip, wants_mac;     /* address assigned by management and orchestration */
    const char *ip_type;          /* ipv4, ipv6, or null */
    bool trunk;
    /* network_interface_requirements of the interface with key "port_security" = "disabled"
     * (a function that forwards others' frames); true where not said. */
    bool port_security;
    bool routed;                  /* the same with key "function_kind" = "routed"; false where not said */
    int64_t bitrate;              /* bits per second, 0 = not said */
    /* network_interface_requirements "management": "ssh": scripts are run by way of it, as user
     * "management_user" ("root" where not said) at "management_port" (22).  Null = they are not. */
    const char *management_user;
    int64_t management_port;
};

/* An external connection point: how the outside names it (VnfExtCp or a VduCp
 * that is mapped) and where it leads to. */
struct vnfd_ext_cp {
    const char *name;             /* cpdId: node's name */
    const char *requirement;      /* requirement of the VNF's node type ("virtual_link_in") */
    const char *cp;               /* VDU connection point, or null where it leads to a link */
    const char *link;             /* internal virtual link (VnfExtCp), or null */
};

/* An internal virtual link (tosca.nodes.nfv.VnfVirtualLink), also used for the NS's links. */
struct vnfd_link {
    const char *name;
    const char *description;
    size_t n_layer_protocols;
    const char **layer_protocols;
    const char *flow_pattern;     /* line, tree, mesh, or null */
    int64_t max_bitrate, min_bitrate; /* bits per second at the root; 0 = none */
    const char *network_type;     /* flat, vlan, vxlan, gre, or null */
    const char *segmentation_id;
    int64_t mtu;                  /* 0 = not said */
    const char *ip_version;       /* ipv4, ipv6, or null: no L3 profile */
    const char *cidr;             /* canonical, or null */
    const char *gateway_ip;       /* null = not said */
    bool dhcp;                    /* true where not said */
    const char *ipv6_address_mode;
    size_t n_pools;
    struct vnfd_pool {
        const char *start, *end;
    } *pools;
};

struct vnfd_storage {
    const char *name;
    uint64_t size;                /* bytes */
    const struct vnfd_image *image; /* null = empty */
};

struct vnfd_vdu {
    const char *name;             /* node's name = vduId */
    const char *display_name, *description;
    int64_t min_instances, max_instances;
    int64_t initial_instances;    /* at the default instantiation level */
    int64_t vcpus;
    int64_t memory_mb;            /* rounded up, MiB */
    int64_t disk_gb;              /* virtual_local_storage and image's min_disk, GiB, rounded up */
    const char *requested_capability; /* requested_additional_capability_name (a flavor), or null */
    const struct vnfd_image *image;
    const char *user_data;        /* boot_data's content or file, or null: none, or not known yet */
    const struct json *boot_text; /* what user_data will be (late.h), or null */
    bool config_drive;            /* they are told on a drive, too */
    const struct json *boot_data; /* the whole, opaque, or null */
    const struct json *monitoring; /* opaque, or null */
    size_t n_cps;
    struct vnfd_cp **cps;         /* by order */
    size_t n_storages;
    struct vnfd_storage **storages;
};

#define VNFD_SCRIPTS_MAX 32
#define VNFD_SCRIPT_INPUTS_MAX 64
#define VNFD_SCRIPT_TIMEOUT_MAX_S 3600
/* What is run at servers at the end or the beginning of an operation. */
struct vnfd_script {
    const char *operation;        /* of tosca.interfaces.nfv.Vnflcm: "instantiate_end" */
    const char *text;             /* up to SCRIPT_TEXT_MAX */
    int64_t timeout_s;            /* from 1 */
    const struct json *inputs;    /* an object of late values (late.h), or null */
};

struct vnfd_count {
    const char *vdu;
    int64_t n;
};
/* How far an aspect is scaled. */
struct vnfd_scale {
    const char *aspect;
    int64_t level;
};
struct vnfd_level {
    const char *name, *description;
    size_t n_counts;
    struct vnfd_count *counts;    /* per VDU */
    size_t n_scales;
    struct vnfd_scale *scales;    /* aspects that are not at 0 */
};
struct vnfd_aspect {
    const char *name, *description;
    int64_t max_level;
    size_t n_deltas;
    struct vnfd_delta {
        const char *vdu;
        int64_t n;                /* instances that a step adds */
        int64_t step;             /* which one, from 1; 0 = every step */
    } *deltas;
};

/* Affinity of VDUs, or of VNFs in an NSD. */
struct vnfd_affinity {
    const char *name;
    bool anti;
    const char *scope;            /* nfvi_node, zone, zone_group, nfvi_pop ... */
    size_t n_members;
    const char **members;         /* node names; groups are replaced by their members */
};

struct vnfd_flavour {
    const char *id, *description;
    const char *default_level;    /* null where there are none */
    size_t n_levels;
    struct vnfd_level *levels;
    size_t n_vdus;
    struct vnfd_vdu *vdus;
    size_t n_cps;
    struct vnfd_cp *cps;
    size_t n_ext_cps;
    struct vnfd_ext_cp *ext_cps;
    size_t n_links;
    struct vnfd_link *links;
    size_t n_storages;
    struct vnfd_storage *storages;
    size_t n_images;
    struct vnfd_image *images;
    size_t n_aspects;
    struct vnfd_aspect *aspects;
    size_t n_affinities;
    struct vnfd_affinity *affinities;
    size_t n_scripts;
    struct vnfd_script *scripts;
};

/* A VNF indicator (SOL001 6.7: a notification of the VNF's interface VnfIndicator), and which
 * measurement it is where a monitoring parameter of the same name says so ("v_cpu_usage_mean_vnf");
 * null where none does. */
#define VNFD_INDICATOR_NAME_MAX 255
struct vnfd_indicator {
    const char *name, *metric;    /* name: up to VNFD_INDICATOR_NAME_MAX bytes */
};

struct vnfd {
    const char *descriptor_id, *descriptor_version;
    const char *provider, *product_name, *software_version;
    const char *product_info_name, *product_info_description;
    size_t n_vnfm_info;
    const char **vnfm_info;
    const char *node_type;        /* "carrick.examples.Firewall" */
    const struct json *lcm_configuration; /* opaque, or null */
    const struct json *configurable_properties; /* opaque, or null */
    /* What clients may set (declared.h), or null. */
    const struct json *configurable, *extensions;
    const struct json *monitoring; /* opaque, or null */
    size_t n_indicators;
    struct vnfd_indicator *indicators;
    size_t n_flavours;
    struct vnfd_flavour *flavours;
};

/* Takes the VNFD out of a parsed template.  E_INVALID and E_NOT_IMPLEMENTED as
 * tosca_parse, all at once; '*vnfd' lives in 'mem', null on an error.
 * SOL001 clause 6, annexes A.2 to A.12 (one file, or a top file with one file a flavour). */
struct err *vnfd_from_tosca(struct mem *mem, const struct tosca *tosca, struct vnfd **vnfd) MUST_USE;
/* Parses and takes in one go. */
struct err *vnfd_from_package(struct mem *mem, struct package *pkg, struct vnfd **vnfd) MUST_USE;

/* Look-ups; null where absent.  Flavour null or "" = the only or first one. */
const struct vnfd_flavour *vnfd_flavour(const struct vnfd *vnfd, const char *id);
const struct vnfd_vdu *vnfd_vdu(const struct vnfd_flavour *flavour, const char *name);
const struct vnfd_cp *vnfd_cp(const struct vnfd_flavour *flavour, const char *name);
const struct vnfd_link *vnfd_link(const struct vnfd_flavour *flavour, const char *name);
/* By node name or by requirement name. */
const struct vnfd_ext_cp *vnfd_ext_cp(const struct vnfd_flavour *flavour, const char *name);
const struct vnfd_level *vnfd_level(const struct vnfd_flavour *flavour, const char *name);
const struct vnfd_aspect *vnfd_aspect(const struct vnfd_flavour *flavour, const char *name);
/* By the name of the operation. */
const struct vnfd_script *vnfd_script(const struct vnfd_flavour *flavour, const char *operation);
/* Instances of a VDU at a level (null = the default one). */
int64_t vnfd_instances(const struct vnfd_flavour *flavour, const char *level, const char *vdu);
/* How many more instances of a VDU there are than where all aspects are at 0 (SOL001 6.10.3);
 * never more than VNFD_COUNT_MAX, which is too many. */
#define VNFD_COUNT_MAX 1000000
int64_t vnfd_scaled(const struct vnfd_flavour *flavour, const struct vnfd_scale *scales, size_t n,
                    const char *vdu);
/* Level of an aspect among 'scales'; 0 where it is not there. */
int64_t vnfd_scale_of(const struct vnfd_scale *scales, size_t n, const char *aspect);

#endif
