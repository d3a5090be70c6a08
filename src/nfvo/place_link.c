/* Virtual links: which sites have a member, and which part of the addresses each
 * of them gives out, so that no two sites ever give the same. */
#include "base/net.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "tosca/prefix.h"

/* ---- members --------------------------------------------------------------------------- */

static bool
vnf_is_on(const struct plan_vnf *vnf, const char *link)
{
    for (size_t i = 0; i < vnf->connections.n; i++) {
        if (str_eq(((const struct plan_connection *)vnf->connections.items[i])->link, link)) {
            return true;
        }
    }
    return false;
}

static bool
has_member_on(const struct placing *p, const struct site_seen *site, const char *link)
{
    for (size_t i = 0; i < p->plan->vnfs.n; i++) {
        const struct plan_vnf *vnf = p->plan->vnfs.items[i];

        if (str_eq(vnf->site, site->site) && vnf_is_on(vnf, link)) {
            return true;
        }
    }
    for (size_t i = 0; i < p->plan->saps.n; i++) {
        const struct plan_sap *sap = p->plan->saps.items[i];

        if (str_eq(sap->site, site->site) && str_eq(sap->link, link)) {
            return true;
        }
    }
    return false;
}

static bool
path_passes(const struct plan_path *path, const char *link)
{
    for (size_t i = 0; i < path->links.n; i++) {
        if (str_eq(path->links.items[i], link)) {
            return true;
        }
    }
    return false;
}

/* A site that has a member on any link of a path takes part in all of them: it
 * enters the path's chain and has to know every function's ports. */
static bool
site_is_on(const struct placing *p, const struct site_seen *site, const char *link)
{
    bool on = has_member_on(p, site, link);

    for (size_t i = 0; !on && i < p->plan->paths.n; i++) {
        const struct plan_path *path = p->plan->paths.items[i];

        for (size_t j = 0; path_passes(path, link) && !on && j < path->links.n; j++) {
            on = has_member_on(p, site, path->links.items[j]);
        }
    }
    return on;
}

static bool
nested_is_on(const struct nsd_nested *nested, const char *link)
{
    for (size_t k = 0; nested && k < nested->n_connections; k++) {
        if (str_eq(nested->connections[k].link, link)) {
            return true;
        }
    }
    return false;
}

/* Does a nested NS that is made have the link too? */
static bool
is_nested(const struct placing *p, const char *link)
{
    for (size_t i = 0; p->in && i < p->in->nested.n; i++) {
        const struct ns_nested *nested = p->in->nested.items[i];

        if (nested_is_on(nsd_nested_named(p->nsd, nested->profile), link)) {
            return true;
        }
    }
    return false;
}

/* Does the request let the nested NSs that are on the link be at that site? */
static bool
nested_may_be(const struct placing *p, const char *link, const struct site_seen *site)
{
    struct vnf_location *location = row_new(p->mem, &vnf_location_table);

    for (size_t i = 0; i < p->request->nested_locations.n; i++) {
        const struct nested_ns_location *asked = p->request->nested_locations.items[i];

        location->where = asked->where;
        if (nested_is_on(nsd_nested_named(p->nsd, asked->profile), link) &&
            place_location_fault(p->mem, location, site)) {
            return false;
        }
    }
    return true;
}

const struct site_seen *
place_nested_home(const struct placing *p, const char *link)
{
    const struct rows *vnfs = &p->plan->vnfs, *saps = &p->plan->saps;

    if (!is_nested(p, link)) {
        return NULL;
    }
    if (vnfs->n) {
        return place_site(p, ((const struct plan_vnf *)vnfs->items[0])->site);
    }
    if (saps->n) {
        return place_site(p, ((const struct plan_sap *)saps->items[0])->site);
    }
    for (size_t i = 0; i < p->sites->n; i++) {
        const struct site_seen *site = p->sites->items[i];

        if (site->reachable && nested_may_be(p, link, site)) {
            return site;
        }
    }
    return NULL;
}

/* Ports of the two are not told to other sites. */
static struct err *
nested_fill(struct placing *p, struct plan_link *link)
{
    const struct site_seen *site = link->members.n ? NULL : place_nested_home(p, link->name);
    struct plan_member *member = row_new(p->mem, &plan_member_table);

    if (link->members.n > 1) {
        return err_new(E_NOT_IMPLEMENTED, "NestedLinkSpansSites",
                       "virtual link %s has members at %zu sites, and a nested network service is "
                       "on it: such a link has to be at one site",
                       link->name, link->members.n);
    }
    if (link->members.n == 0 && !site) {
        return err_new(E_UNAVAILABLE, NULL, "virtual link %s: no site answers", link->name);
    }
    if (site) {
        member->site = site->site;
        member->site_name = site->name;
        place_add(p->mem, &link->members, member);
    }
    return NULL;
}

static struct err *
members_fill(struct placing *p, struct plan_link *link)
{
    for (size_t i = 0; i < p->sites->n; i++) {
        const struct site_seen *site = p->sites->items[i];
        struct plan_member *member = row_new(p->mem, &plan_member_table);

        if (site_is_on(p, site, link->name)) {
            member->site = site->site;
            member->site_name = site->name;
            place_add(p->mem, &link->members, member);
        }
    }
    TRY(is_nested(p, link->name) ? nested_fill(p, link) : NULL);
    link->joined = link->members.n > 1;
    for (size_t i = 0; link->joined && i < link->members.n; i++) {
        const struct plan_member *member = link->members.items[i];

        if (!place_site(p, member->site)->joins) {
            return err_new(E_NOT_IMPLEMENTED, "NoInterconnect",
                           "virtual link %s has members at %zu sites, but site %s does not offer "
                           "carrick-interconnect",
                           link->name, link->members.n, member->site_name);
        }
    }
    return NULL;
}

/* ---- addresses --------------------------------------------------------------------------- */

static const char *
text_of(struct mem *mem, const struct ip *ip)
{
    char text[IP_TEXT_SIZE];

    return mem_str(mem, ip_text(text, ip));
}

/* First and last address that may be given out: the pool of the NSD, else all
 * but network, first (routers expect it) and broadcast. */
static void
range_of(const struct vnfd_link *described, const struct cidr *cidr, struct ip *first,
         struct ip *last)
{
    struct ip network = cidr_first(cidr), broadcast = cidr_last(cidr);

    *first = ip_add(&network, 2);
    *last = ip_add(&broadcast, -1);
    if (described->n_pools > 0) {
        (void)ip_parse(described->pools[0].start, first);
        (void)ip_parse(described->pools[0].end, last);
    }
}

static struct err *
shares_fill(struct placing *p, const struct vnfd_link *described, struct plan_link *link)
{
    struct cidr cidr;
    struct ip first, last;
    int64_t size, share, n = (int64_t)link->members.n;

    if (!cidr_parse(link->cidr, &cidr)) {
        return err_new(E_INVALID, NULL, "virtual link %s: %s is no prefix", link->name, link->cidr);
    }
    range_of(described, &cidr, &first, &last);
    size = ip_diff(&first, &last) + 1;
    share = size / n;
    if (share < 1) {
        return err_new(E_INVALID, NULL, "virtual link %s: %s has no addresses for %lld sites",
                       link->name, link->cidr, (long long)n);
    }
    for (int64_t i = 0; i < n; i++) {
        struct plan_member *member = link->members.items[i];
        struct ip start = ip_add(&first, i * share);
        struct ip end = i == n - 1 ? last : ip_add(&first, (i + 1) * share - 1);

        member->pool_start = text_of(p->mem, &start);
        member->pool_end = text_of(p->mem, &end);
    }
    return NULL;
}

/* A fixed address of a SAP lies outside every share or in its own site's: else
 * another site could give it away. */
static struct err *
fixed_check(const struct placing *p, const struct plan_link *link)
{
    for (size_t i = 0; i < p->plan->saps.n; i++) {
        const struct plan_sap *sap = p->plan->saps.items[i];
        struct ip ip, start, end;

        if (!sap->ip_address || !str_eq(sap->link, link->name) || !ip_parse(sap->ip_address, &ip)) {
            continue;
        }
        for (size_t j = 0; j < link->members.n; j++) {
            const struct plan_member *member = link->members.items[j];

            (void)ip_parse(member->pool_start, &start);
            (void)ip_parse(member->pool_end, &end);
            if (!str_eq(member->site, sap->site) && ip_cmp(&start, &ip) <= 0 &&
                ip_cmp(&ip, &end) <= 0) {
                return err_new(E_INVALID, NULL, "SAP %s asks for %s, which is in site %s's share",
                               sap->name, sap->ip_address, member->site_name);
            }
        }
    }
    return NULL;
}

/* ---- the link -------------------------------------------------------------------------------- */

static const char *
prefix_choose(struct mem *mem, const struct vnfd_link *link, size_t k)
{
    return str_eq_case(link->ip_version, "ipv6")
               ? mem_printf(mem, "fd00:10:%zx::/64", k)
               : mem_printf(mem, "10.%zu.%zu.0/24", 100 + k / 250, k % 250);
}

const char *
place_link_cidr(struct mem *mem, const struct nsd *nsd, size_t i)
{
    const struct vnfd_link **links = MEM_ARRAY(mem, nsd->n_links + 1, const struct vnfd_link *);

    for (size_t k = 0; k < nsd->n_links; k++) {
        links[k] = &nsd->links[k];
    }
    return link_prefix(mem, links, nsd->n_links, i, prefix_choose);
}

static struct plan_link *
link_new(struct placing *p, const struct vnfd_link *described, size_t i)
{
    struct plan_link *link = row_new(p->mem, &plan_link_table);

    link->name = described->name;
    link->cidr = place_link_cidr(p->mem, p->nsd, i);
    link->ip_version = str_eq_case(described->ip_version, "ipv6") ? 6 : 4;
    link->gateway_ip = described->gateway_ip;
    link->mtu = described->mtu > 0 ? described->mtu : INT_NULL;
    link->dhcp = described->dhcp;
    return link;
}

/* Physical functions that are told of: nobody else gets their addresses. */
static void
spared_fill(struct placing *p, struct plan_link *link)
{
    for (size_t i = 0; p->in && i < p->in->pnfs_added.n; i++) {
        const struct ns_pnf *pnf = p->in->pnfs_added.items[i];

        for (size_t k = 0; k < pnf->cps.n; k++) {
            const struct ns_pnf_cp *cp = pnf->cps.items[k];

            if (cp->ip_address && str_eq(ns_pnf_link(p->nsd, pnf->profile, cp), link->name)) {
                steer_name_add(p->mem, &link->spared, cp->ip_address);
            }
        }
    }
}

static void
link_note(struct placing *p, const struct plan_link *link)
{
    AUTO_BUF shares = BUF_INIT;

    for (size_t i = 0; i < link->members.n; i++) {
        const struct plan_member *member = link->members.items[i];

        buf_printf(&shares, "%s %s gives %s-%s", i ? ";" : ":", member->site_name,
                   member->pool_start, member->pool_end);
    }
    place_note(p, "link %s (%s)%s%s", link->name, link->cidr,
               link->joined ? " joins its sites" : " stays at one site", str_or(shares.data, ""));
}

struct err *
place_links(struct placing *p)
{
    for (size_t i = 0; i < p->nsd->n_links; i++) {
        const struct vnfd_link *described = &p->nsd->links[i];
        struct plan_link *link = link_new(p, described, i);

        if (place_given(p, link->name, NULL)) {
            place_note(p, "link %s is there already", link->name);
            continue;
        }
        TRY(members_fill(p, link));
        if (link->members.n == 0) {
            place_note(p, "link %s has no members and is not made", link->name);
            continue;
        }
        TRY(shares_fill(p, described, link));
        TRY(fixed_check(p, link));
        spared_fill(p, link);
        link_note(p, link);
        place_add(p->mem, &p->plan->links, link);
    }
    return NULL;
}

void
place_links_there(struct placing *p, const struct ns_made *made)
{
    for (size_t i = 0; i < p->nsd->n_links; i++) {
        struct plan_link *link = link_new(p, &p->nsd->links[i], i);

        for (size_t j = 0; j < made->sites.n; j++) {
            const struct ns_site_made *site = made->sites.items[j];

            for (size_t k = 0; k < site->nets.n; k++) {
                struct plan_member *member = row_new(p->mem, &plan_member_table);

                if (str_eq(((const struct made_net *)site->nets.items[k])->link, link->name)) {
                    member->site = site->site;
                    place_add(p->mem, &link->members, member);
                }
            }
        }
        place_add(p->mem, &p->plan->links, link);
    }
}
