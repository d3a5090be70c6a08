/* The extensions of Neutron's API that this site really has. */
#include "faces/neutron.h"

#include "base/vec.h"

static const struct extension {
    const char *alias, *name, *doc, *updated;
} extensions[] = {
    {"allowed-address-pairs", "Allowed Address Pairs",
     "Ports may use source addresses beside their own.", "2013-07-23T10:00:00-00:00"},
    {"binding", "Port Binding", "Where a port is plugged.", "2014-02-03T10:00:00-00:00"},
    {"carrick-counters", "Data plane counters",
     "GET /v2.0/carrick-counters: packets per port, chain hop and drop reason.",
     "2026-01-01T00:00:00-00:00"},
    {"carrick-changes", "Change feed",
     "GET /v2.0/carrick-changes: the change log a caller may see, by long poll.",
     "2026-11-20T00:00:00-00:00"},
    {"carrick-interconnect", "Interconnects",
     "Networks joined with segments of other sites: interconnects, remote ports, chain labels.",
     "2026-11-20T00:00:00-00:00"},
    {"carrick-sfc", "Service function chaining: instances",
     "Priorities of chains; what kind of function a port pair is, and its draining; how a group's "
     "instances are probed, and what happens while none is up.",
     "2026-11-21T00:00:00-00:00"},
    {"carrick-traces", "Packet traces",
     "POST /v2.0/carrick-traces: what a packet between two ports would meet, hop by hop; "
     "/v2.0/carrick-traces/follow: what real ones do.",
     "2026-11-21T00:00:00-00:00"},
    {"external-net", "Neutron external network", "Networks that lead out of the site.",
     "2013-01-14T10:00:00-00:00"},
    {"flow_classifier", "Flow Classifier", "Which flows a chain is for.",
     "2015-10-05T10:00:00-00:00"},
    {"ip-substring-filtering", "IP address substring filtering",
     "Ports are found by a part of an address.", "2017-11-28T09:00:00-00:00"},
    {"net-mtu", "Network MTU", "Networks tell their MTU.", "2015-03-25T10:00:00-00:00"},
    {"net-mtu-writable", "Network MTU (writable)", "A smaller MTU may be asked for.",
     "2017-07-12T00:00:00-00:00"},
    {"networking-sfc-tap", "Networking SFC Passive Tap Service Function support",
     "A group whose instance gets copies of packets.", "2017-10-20T10:00:00-00:00"},
    {"pagination", "Pagination support", "limit, marker and page_reverse.",
     "2016-06-12T00:00:00-00:00"},
    {"port-security", "Port Security", "Anti-spoofing can be turned off per port.",
     "2012-07-23T10:00:00-00:00"},
    {"port-security-groups-filtering", "Port filtering on security groups",
     "Ports are found by security group.", "2018-01-09T09:00:00-00:00"},
    {"project-id", "project_id field enabled", "project_id beside tenant_id.",
     "2016-09-09T09:09:09-09:09"},
    {"provider", "Provider Network", "The VXLAN identifier of a network.",
     "2012-09-07T10:00:00-00:00"},
    {"quota_details", "Quota details management support", "Limits with what is used.",
     "2017-02-10T10:00:00-00:00"},
    {"quotas", "Quota management support", "Limits per project.", "2012-07-29T10:00:00-00:00"},
    {"revision-if-match", "If-Match constraints based on revision_number",
     "Stale updates are refused.", "2016-12-11T00:00:00-00:00"},
    {"security-group", "security-group", "Security groups and their rules.",
     "2012-10-05T10:00:00-00:00"},
    {"security-groups-normalized-cidr", "Normalized CIDR field for security group rules",
     "normalized_cidr.", "2020-07-28T10:00:00-00:00"},
    {"service_graph", "Service Graph", "Chains whose packets go on into other chains.",
     "2017-09-20T00:00:00-00:00"},
    {"sfc", "Service Function Chaining", "Port pairs, their groups, and chains of them.",
     "2015-10-05T10:00:00-00:00"},
    {"sorting", "Sorting support", "sort_key and sort_dir.", "2016-06-12T00:00:00-00:00"},
    {"standard-attr-description", "standard-attr-description", "description.",
     "2016-02-10T10:00:00-00:00"},
    {"standard-attr-revisions", "Resource revision numbers", "revision_number.",
     "2016-04-11T10:00:00-00:00"},
    {"standard-attr-tag", "Tag support for resources with standard attribute",
     "Tags of networks, subnets, ports and security groups.", "2017-01-01T00:00:00-00:00"},
    {"standard-attr-timestamp", "Resource timestamps", "created_at and updated_at.",
     "2016-09-12T10:00:00-00:00"},
    {"tag", "Tag support", "Older name of standard-attr-tag.", "2016-01-01T00:00:00-00:00"},
    {"tag-ext", "Tag support for resources: subnet, port", "Older name of standard-attr-tag.",
     "2017-01-01T00:00:00-00:00"},
};

static void
write_extension(struct jw *w, const char *key, const struct extension *extension)
{
    jw_object(w, key);
    jw_str(w, "alias", extension->alias);
    jw_str(w, "name", extension->name);
    jw_str(w, "description", extension->doc);
    jw_str(w, "updated", extension->updated);
    jw_array(w, "links");
    jw_end(w);
    jw_end(w);
}

struct err *
neutron_extension_list(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    jw_object(&r->w, NULL);
    jw_array(&r->w, "extensions");
    for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
        write_extension(&r->w, NULL, &extensions[i]);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
neutron_extension_show(struct tx *tx, struct rest_request *r)
{
    const char *alias = rest_param(r, "alias");

    (void)tx;
    for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
        if (str_eq(extensions[i].alias, alias)) {
            jw_object(&r->w, NULL);
            write_extension(&r->w, "extension", &extensions[i]);
            jw_end(&r->w);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, "ExtensionNotFound", "Extension with alias %s does not exist",
                   alias);
}
