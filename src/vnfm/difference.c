/* In what two descriptions of a VNF differ, attribute by attribute: a change of the package and one of
 * the deployment flavour refuse what they cannot carry, and tell all of it at once. */
#include "vnfm/difference.h"

#include "vnfm/request.h"

#include "flow/poison.h"

/* Says what differs; null texts are told as "none". */
void
vnf_text_differs(struct err **faults, const char *what, const char *before, const char *after)
{
    if (!str_eq(str_or(before, ""), str_or(after, ""))) {
        request_fault(faults, "%s: %s becomes %s", what, str_or(before, "none"),
                      str_or(after, "none"));
    }
}

static void
number_differs(struct err **faults, const char *what, int64_t before, int64_t after)
{
    if (before != after) {
        request_fault(faults, "%s: %lld becomes %lld", what, (long long)before, (long long)after);
    }
}

static void
cps_differ(struct mem *mem, struct err **faults, const struct wanted_vnfc *before,
           const struct wanted_vnfc *after)
{
    number_differs(faults, mem_printf(mem, "VDU %s, connection points", before->vdu),
                   (int64_t)before->cps.n, (int64_t)after->cps.n);
    for (size_t i = 0; i < before->cps.n && i < after->cps.n; i++) {
        const struct wanted_cp *old = before->cps.items[i], *new = after->cps.items[i];
        const char *where =
            mem_printf(mem, "VDU %s, connection point %zu", before->vdu, i);

        vnf_text_differs(faults, where, old->cpd, new->cpd);
        vnf_text_differs(faults, mem_printf(mem, "%s, link", where), old->link, new->link);
        vnf_text_differs(faults, mem_printf(mem, "%s, external", where), old->ext_cpd, new->ext_cpd);
        vnf_text_differs(faults, mem_printf(mem, "%s, requirement", where), old->requirement,
                     new->requirement);
        vnf_text_differs(faults, mem_printf(mem, "%s, port security", where),
                     old->port_security ? "on" : "off", new->port_security ? "on" : "off");
        vnf_text_differs(faults, mem_printf(mem, "%s, function kind", where),
                         old->routed ? "routed" : "transparent",
                         new->routed ? "routed" : "transparent");
    }
}

void
vnf_vdu_differs(struct mem *mem, struct err **faults, const struct wanted_vnfc *before,
                const struct wanted_vnfc *after)
{
    number_differs(faults, mem_printf(mem, "VDU %s, processors", before->vdu), before->vcpus,
                   after->vcpus);
    number_differs(faults, mem_printf(mem, "VDU %s, memory in MiB", before->vdu),
                   before->memory_mb, after->memory_mb);
    number_differs(faults, mem_printf(mem, "VDU %s, disk in GiB", before->vdu), before->disk_gb,
                   after->disk_gb);
    cps_differ(mem, faults, before, after);
}

const struct wanted_link *
vnf_link_named(const struct vnf_wanted *wanted, const char *name)
{
    for (size_t i = 0; i < wanted->links.n; i++) {
        const struct wanted_link *link = wanted->links.items[i];

        if (str_eq(link->name, name)) {
            return link;
        }
    }
    return NULL;
}

void
vnf_link_differs(struct mem *mem, struct err **faults, const struct wanted_link *before,
                 const struct wanted_link *after)
{
    const char *where = mem_printf(mem, "link %s", before->name);

    if (!after) {
        request_fault(faults, "%s is not there any more", where);
        return;
    }
    vnf_text_differs(faults, mem_printf(mem, "%s, prefix", where), before->cidr, after->cidr);
    vnf_text_differs(faults, mem_printf(mem, "%s, gateway", where), before->gateway_ip,
                     after->gateway_ip);
    vnf_text_differs(faults, mem_printf(mem, "%s, DHCP", where), before->dhcp ? "on" : "off",
                     after->dhcp ? "on" : "off");
    if (before->mtu != after->mtu) {
        request_fault(faults, "%s: its largest packet changes", where);
    }
}
