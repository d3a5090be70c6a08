/* Quota sets, limits, zones and hypervisors: what a project and this box may
 * still take, all from the ledger. */
#include "faces/nova.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <inttypes.h>

/* What quota sets tell beside the counted classes: fixed properties of this service. */
static const struct {
    const char *name;
    int64_t limit;
    int until;
} fixed_limits[] = {
    {"fixed_ips", -1, 250},
    {"floating_ips", -1, 236},
    {"injected_file_content_bytes", 0, 257},
    {"injected_file_path_bytes", 0, 257},
    {"injected_files", 0, 257},
    {"key_pairs", 0, 0},
    {"metadata_items", 128, 0},
    {"security_group_rules", -1, 236},
    {"security_groups", -1, 236},
    {"server_group_members", 0, 0},
    {"server_groups", 0, 0},
};

static bool
told(const struct rest_request *r, size_t i)
{
    return !fixed_limits[i].until || r->op.version < fixed_limits[i].until;
}

struct err *
nova_admin_only(const struct rest_request *r, const char *rule)
{
    return r->caller.is_admin
               ? NULL
               : err_new(E_FORBIDDEN, NULL, "Policy doesn't allow os_compute_api:%s to be "
                                            "performed.", rule);
}

static struct err *
look_allowed(const struct rest_request *r, const char *project_id)
{
    return str_eq(r->caller.project_id, project_id) ? NULL
                                                    : nova_admin_only(r, "os-quota-sets:show");
}

/* ---- quota sets ------------------------------------------------------------------------------ */

static void
write_fixed(struct rest_request *r, bool detail)
{
    for (size_t i = 0; i < ARRAY_SIZE(fixed_limits); i++) {
        if (!told(r, i)) {
            continue;
        }
        if (!detail) {
            jw_int(&r->w, fixed_limits[i].name, fixed_limits[i].limit);
            continue;
        }
        jw_object(&r->w, fixed_limits[i].name);
        jw_int(&r->w, "limit", fixed_limits[i].limit);
        jw_int(&r->w, "in_use", 0);
        jw_int(&r->w, "reserved", 0);
        jw_end(&r->w);
    }
}

enum quota_form { QUOTA_PLAIN, QUOTA_DETAIL, QUOTA_DEFAULTS };

static struct err *
write_class(struct tx *tx, struct rest_request *r, const struct quota_default *d,
            enum quota_form form)
{
    struct ledger_use use;

    if (form == QUOTA_DEFAULTS) {
        jw_int(&r->w, d->class, d->limit);
        return NULL;
    }
    TRY(quota_get(tx, compute_quotas, rest_param(r, "project"), d->class, &use));
    if (form == QUOTA_PLAIN) {
        jw_int(&r->w, d->class, use.limit);
        return NULL;
    }
    jw_object(&r->w, d->class);
    jw_int(&r->w, "limit", use.limit);
    jw_int(&r->w, "in_use", use.used);
    jw_int(&r->w, "reserved", 0);
    jw_end(&r->w);
    return NULL;
}

static struct err *
write_quota_set(struct tx *tx, struct rest_request *r, enum quota_form form, bool with_id)
{
    jw_object(&r->w, NULL);
    jw_object(&r->w, "quota_set");
    if (with_id) {
        jw_str(&r->w, "id", rest_param(r, "project"));
    }
    for (const struct quota_default *d = compute_quotas; d->class; d++) {
        TRY(write_class(tx, r, d, form));
    }
    write_fixed(r, form == QUOTA_DETAIL);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_quota_show(struct tx *tx, struct rest_request *r)
{
    TRY(look_allowed(r, rest_param(r, "project")));
    return write_quota_set(tx, r, QUOTA_PLAIN, true);
}

struct err *
nova_quota_detail(struct tx *tx, struct rest_request *r)
{
    TRY(look_allowed(r, rest_param(r, "project")));
    return write_quota_set(tx, r, QUOTA_DETAIL, true);
}

struct err *
nova_quota_defaults(struct tx *tx, struct rest_request *r)
{
    return write_quota_set(tx, r, QUOTA_DEFAULTS, true);
}

/* A limit that this site does not count can only be what it is. */
static struct err *
limit_apply(struct tx *tx, struct rest_request *r, const char *name, const struct json *value,
            bool force)
{
    const struct json *number = attr_convert_int(r->mem, value);
    const char *project_id = rest_param(r, "project");

    if (!json_is(number, JSON_T_INT) || number->i < -1 || number->i > INT32_MAX) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute %s. Value: %s. It is a number from -1 "
                       "on.", name, json_text(r->mem, value));
    }
    for (const struct quota_default *d = compute_quotas; d->class; d++) {
        struct ledger_use use;

        if (!str_eq(d->class, name)) {
            continue;
        }
        TRY(quota_get(tx, compute_quotas, project_id, name, &use));
        if (!force && number->i >= 0 && number->i < use.used) {
            return err_new(E_INVALID, NULL,
                           "Quota limit %" PRIi64 " for %s must be greater than or equal to "
                           "already used and reserved %" PRIi64 ".", number->i, name, use.used);
        }
        return quota_set(tx, project_id, name, number->i);
    }
    for (size_t i = 0; i < ARRAY_SIZE(fixed_limits); i++) {
        if (str_eq(fixed_limits[i].name, name) && fixed_limits[i].limit == number->i) {
            return NULL;
        }
    }
    return err_new(E_INVALID, NULL,
                   "Additional properties are not allowed ('%s' was unexpected)", name);
}

struct err *
nova_quota_update(struct tx *tx, struct rest_request *r)
{
    const struct json *set = json_get(r->body, "quota_set");
    bool force = json_bool(attr_convert_bool(r->mem, json_get(set, "force")
                                                         ? json_get(set, "force")
                                                         : &(struct json){.type = JSON_T_NULL}),
                           false);

    TRY(nova_admin_only(r, "os-quota-sets:update"));
    if (!json_is(set, JSON_T_OBJECT)) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute. 'quota_set' is a required property");
    }
    json_each (set, i) {
        if (!str_eq(set->keys[i], "force") && !str_eq(set->keys[i], "tenant_id")) {
            TRY(limit_apply(tx, r, set->keys[i], set->items[i], force));
        }
    }
    return write_quota_set(tx, r, QUOTA_PLAIN, false);
}

struct err *
nova_quota_delete(struct tx *tx, struct rest_request *r)
{
    TRY(nova_admin_only(r, "os-quota-sets:delete"));
    for (const struct quota_default *d = compute_quotas; d->class; d++) {
        TRY(quota_reset_class(tx, rest_param(r, "project"), d->class));
    }
    return NULL;
}

/* ---- limits -------------------------------------------------------------------------------------- */

/* What a project can have at most: its quota, but no more than it has and the box has left. */
static struct err *
limit_of(struct tx *tx, struct rest_request *r, const char *class, const char *host_class,
         struct ledger_use *use)
{
    struct ledger_use host;
    int64_t reach;

    TRY(quota_get(tx, compute_quotas, str_or(rest_query(r, "tenant_id"), r->caller.project_id),
                  class, use));
    if (!host_class) {
        return NULL;
    }
    TRY(ledger_usage(tx, nova_service(r)->host, host_class, &host));
    reach = use->used + (host.limit > host.used ? host.limit - host.used : 0);
    if (host.limit >= 0 && (use->limit < 0 || use->limit > reach)) {
        use->limit = reach;
    }
    return NULL;
}

static struct err *
write_counted(struct tx *tx, struct rest_request *r)
{
    static const struct {
        const char *class, *host_class, *max, *used;
    } counted[] = {
        {"instances", NULL, "maxTotalInstances", "totalInstancesUsed"},
        {"cores", "VCPU", "maxTotalCores", "totalCoresUsed"},
        {"ram", "MEMORY_MB", "maxTotalRAMSize", "totalRAMUsed"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(counted); i++) {
        struct ledger_use use;

        TRY(limit_of(tx, r, counted[i].class, counted[i].host_class, &use));
        jw_int(&r->w, counted[i].max, use.limit);
        jw_int(&r->w, counted[i].used, use.used);
    }
    return NULL;
}

static void
write_older(struct rest_request *r)
{
    if (r->op.version < 236) {
        jw_int(&r->w, "maxSecurityGroups", -1);
        jw_int(&r->w, "maxSecurityGroupRules", -1);
        jw_int(&r->w, "maxTotalFloatingIps", -1);
        jw_int(&r->w, "totalFloatingIpsUsed", 0);
        jw_int(&r->w, "totalSecurityGroupsUsed", 0);
    }
    if (r->op.version < 239) {
        jw_int(&r->w, "maxImageMeta", 128);
    }
    if (r->op.version < 257) {
        jw_int(&r->w, "maxPersonality", 0);
        jw_int(&r->w, "maxPersonalitySize", 0);
    }
}

struct err *
nova_limits(struct tx *tx, struct rest_request *r)
{
    if (rest_query(r, "tenant_id")) {
        TRY(look_allowed(r, rest_query(r, "tenant_id")));
    }
    if (!rest_query(r, "tenant_id") && !r->caller.project_id) {
        return err_new(E_FORBIDDEN, NULL, "a token of a project is needed");
    }
    jw_object(&r->w, NULL);
    jw_object(&r->w, "limits");
    jw_array(&r->w, "rate");
    jw_end(&r->w);
    jw_object(&r->w, "absolute");
    TRY(write_counted(tx, r));
    jw_int(&r->w, "maxServerMeta", 128);
    jw_int(&r->w, "maxTotalKeypairs", 0);
    jw_int(&r->w, "maxServerGroups", 0);
    jw_int(&r->w, "maxServerGroupMembers", 0);
    jw_int(&r->w, "totalServerGroupsUsed", 0);
    write_older(r);
    jw_end(&r->w);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* ---- zones ---------------------------------------------------------------------------------------- */

/* The one service of the zone's one host. */
static void
write_zone_hosts(struct rest_request *r)
{
    const struct compute_service *service = nova_service(r);
    char now[TIME_TEXT_SIZE];

    jw_object(&r->w, "hosts");
    jw_object(&r->w, service->host);
    jw_object(&r->w, "nova-compute");
    jw_bool(&r->w, "active", true);
    jw_bool(&r->w, "available", service->sync && site_sync_connected(service->sync));
    jw_str(&r->w, "updated_at", time_text(now, time_now_us(), TIME_NAIVE_US));
    jw_end(&r->w);
    jw_end(&r->w);
    jw_end(&r->w);
}

struct err *
nova_zones(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    if (r->route->arg) {
        TRY(nova_admin_only(r, "os-availability-zone:detail"));
    }
    jw_object(&r->w, NULL);
    jw_array(&r->w, "availabilityZoneInfo");
    jw_object(&r->w, NULL);
    jw_str(&r->w, "zoneName", "nova");
    jw_object(&r->w, "zoneState");
    jw_bool(&r->w, "available", true);
    jw_end(&r->w);
    if (r->route->arg) {
        write_zone_hosts(r);
    } else {
        jw_null(&r->w, "hosts");
    }
    jw_end(&r->w);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* ---- hypervisors: this box --------------------------------------------------------------------------- */

static void
write_hypervisor_id(struct rest_request *r)
{
    const char *host = nova_service(r)->host;

    if (r->op.version < 253) {
        jw_int(&r->w, "id", 1);
    } else {
        jw_str(&r->w, "id", uuid_from(r->mem, host));
    }
    jw_str(&r->w, "hypervisor_hostname", host);
    jw_str(&r->w, "state",
           nova_service(r)->sync && site_sync_connected(nova_service(r)->sync) ? "up" : "down");
    jw_str(&r->w, "status", "enabled");
}

static struct err *
running(struct tx *tx, int64_t *n)
{
    return rows_count(tx, &(struct query){.table = &server_table}, n);
}

static struct err *
write_hypervisor_use(struct tx *tx, struct rest_request *r)
{
    const char *host = nova_service(r)->host;
    struct ledger_use vcpus, memory;
    int64_t n;

    TRY(ledger_usage(tx, host, "VCPU", &vcpus));
    TRY(ledger_usage(tx, host, "MEMORY_MB", &memory));
    TRY(running(tx, &n));
    jw_int(&r->w, "vcpus", vcpus.limit);
    jw_int(&r->w, "vcpus_used", vcpus.used);
    jw_int(&r->w, "memory_mb", memory.limit);
    jw_int(&r->w, "memory_mb_used", memory.used);
    jw_int(&r->w, "free_ram_mb", memory.limit - memory.used);
    jw_int(&r->w, "local_gb", 0);
    jw_int(&r->w, "local_gb_used", 0);
    jw_int(&r->w, "free_disk_gb", 0);
    jw_int(&r->w, "disk_available_least", 0);
    jw_int(&r->w, "running_vms", n);
    jw_int(&r->w, "current_workload", 0);
    return NULL;
}

static void
write_hypervisor_more(struct rest_request *r)
{
    const char *host = nova_service(r)->host;

    jw_str(&r->w, "hypervisor_type", "crun");
    jw_int(&r->w, "hypervisor_version", 1);
    jw_str(&r->w, "host_ip", str_or(nova_service(r)->network->vtep, "127.0.0.1"));
    jw_object(&r->w, "service");
    if (r->op.version < 253) {
        jw_int(&r->w, "id", 1);
    } else {
        jw_str(&r->w, "id", uuid_from(r->mem, mem_printf(r->mem, "%s nova-compute", host)));
    }
    jw_str(&r->w, "host", host);
    jw_null(&r->w, "disabled_reason");
    jw_end(&r->w);
    if (r->op.version < 228) {
        jw_str(&r->w, "cpu_info", "{}");
    } else {
        jw_object(&r->w, "cpu_info");
        jw_end(&r->w);
    }
}

struct err *
nova_hypervisors(struct tx *tx, struct rest_request *r)
{
    TRY(nova_admin_only(r, "os-hypervisors:list"));
    jw_object(&r->w, NULL);
    jw_array(&r->w, "hypervisors");
    jw_object(&r->w, NULL);
    write_hypervisor_id(r);
    if (r->route->arg) {
        TRY(write_hypervisor_use(tx, r));
        write_hypervisor_more(r);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_hypervisor_show(struct tx *tx, struct rest_request *r)
{
    const char *host = nova_service(r)->host, *id = rest_param(r, "hypervisor");

    TRY(nova_admin_only(r, "os-hypervisors:show"));
    if (!str_eq(id, "1") && !str_eq(id, uuid_from(r->mem, host))) {
        return err_new(E_NOT_FOUND, NULL, "Compute host %s could not be found.", id);
    }
    jw_object(&r->w, NULL);
    jw_object(&r->w, "hypervisor");
    write_hypervisor_id(r);
    TRY(write_hypervisor_use(tx, r));
    write_hypervisor_more(r);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_hypervisor_statistics(struct tx *tx, struct rest_request *r)
{
    TRY(nova_admin_only(r, "os-hypervisors:statistics"));
    jw_object(&r->w, NULL);
    jw_object(&r->w, "hypervisor_statistics");
    jw_int(&r->w, "count", 1);
    TRY(write_hypervisor_use(tx, r));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* ---- extensions --------------------------------------------------------------------------------------- */

static const struct {
    const char *alias, *name, *doc;
} extensions[] = {
    {"OS-DCF", "DiskConfig", "Disk Management Extension."},
    {"OS-EXT-AZ", "ExtendedAvailabilityZone", "Extended Availability Zone support."},
    {"OS-EXT-IPS", "ExtendedIps", "Adds type parameter to the ip list."},
    {"OS-EXT-IPS-MAC", "ExtendedIpsMac", "Adds mac address parameter to the ip list."},
    {"OS-EXT-SRV-ATTR", "ExtendedServerAttributes", "Extended Server Attributes support."},
    {"OS-EXT-STS", "ExtendedStatus", "Extended Status support."},
    {"OS-FLV-DISABLED", "FlavorDisabled", "Support to show the disabled status of a flavor."},
    {"OS-FLV-EXT-DATA", "FlavorExtraData", "Provide additional data for flavors."},
    {"OS-SRV-USG", "ServerUsage", "Adds launched_at and terminated_at on Servers."},
    {"os-attach-interfaces", "AttachInterfaces", "Lists a server's interfaces."},
    {"os-availability-zone", "AvailabilityZone", "Names of availability zones."},
    {"os-consoles", "Consoles", "Console output of servers."},
    {"os-flavor-access", "FlavorAccess", "Flavors that only administrators see."},
    {"os-flavor-extra-specs", "FlavorExtraSpecs", "Flavors' extra specs."},
    {"os-flavor-manage", "FlavorManage", "Flavor create and delete."},
    {"os-hypervisors", "Hypervisors", "What this box has and has left."},
    {"os-quota-sets", "Quotas", "Quotas management support."},
    {"os-security-groups", "SecurityGroups", "Security groups of servers."},
    {"os-used-limits", "UsedLimits", "Limited resources that are being used."},
    {"os-user-data", "UserData", "User data of servers."},
};

static void
write_extension(struct rest_request *r, const char *key, size_t i)
{
    jw_object(&r->w, key);
    jw_str(&r->w, "alias", extensions[i].alias);
    jw_str(&r->w, "name", extensions[i].name);
    jw_str(&r->w, "description", extensions[i].doc);
    jw_str(&r->w, "namespace", "http://docs.openstack.org/compute/ext/fake_xml");
    jw_str(&r->w, "updated", "2014-12-03T00:00:00Z");
    jw_array(&r->w, "links");
    jw_end(&r->w);
    jw_end(&r->w);
}

struct err *
nova_extension_list(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    jw_object(&r->w, NULL);
    jw_array(&r->w, "extensions");
    for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
        write_extension(r, NULL, i);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_extension_show(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
        if (str_eq(extensions[i].alias, rest_param(r, "alias"))) {
            jw_object(&r->w, NULL);
            write_extension(r, "extension", i);
            jw_end(&r->w);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "Extension %s could not be found.", rest_param(r, "alias"));
}
