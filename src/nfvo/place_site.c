/* Where each VNF and each SAP goes, and why: request before affinity before
 * capacity before nearness.  Every exclusion is kept as a reason, so that "why
 * not there" has an answer. */
#include "nfvo/place.h"

#include <stdio.h>

/* ---- what the request asks ------------------------------------------------------------ */

static const struct vnf_location *
constraint_of(const struct placing *p, const struct plan_vnf *vnf)
{
    const struct vnf_location *own = map_get(&p->wheres, vnf->name);

    if (own) {
        return own;
    }
    for (size_t i = 0; i < p->request->locations.n; i++) {
        const struct vnf_location *location = p->request->locations.items[i];

        if (str_eq(location->profile, vnf->profile) && location->where.n) {
            return location;
        }
    }
    return NULL;
}

/* A civic address element holds for a site that has the same one, that is called
 * so, or that has a label with that value. */
static bool
civic_holds(const struct site_seen *site, const struct civic_address *element)
{
    const struct json *own = json_get(site->location, "civic_address_elements");
    const struct json *labels = json_get(site->location, "labels");

    if (str_eq_case(element->value, site->name)) {
        return true;
    }
    json_each (own, i) {
        if (json_int(json_get(own->items[i], "ca_type"), -1) == element->type &&
            str_eq_case(json_get_str(own->items[i], "ca_value"), element->value)) {
            return true;
        }
    }
    json_each (labels, i) {
        if (str_eq_case(json_str(labels->items[i]), element->value)) {
            return true;
        }
    }
    return false;
}

const char *
place_location_fault(struct mem *mem, const struct vnf_location *location,
                     const struct site_seen *site)
{
    const struct location_constraints *where =
        location && location->where.n ? location->where.items[0] : NULL;
    const char *own = json_get_str(site->location, "country_code");

    if (where && where->country && !str_eq_case(where->country, own)) {
        return mem_printf(mem, "the request wants country %s, it is in %s", where->country,
                          str_or(own, "an unknown one"));
    }
    for (size_t i = 0; where && i < where->civic.n; i++) {
        const struct civic_address *element = where->civic.items[i];

        if (!civic_holds(site, element)) {
            return mem_printf(mem, "the request wants location \"%s\"", element->value);
        }
    }
    return NULL;
}

/* ---- affinity ------------------------------------------------------------------------------ */

/* One rule, of the NSD or of the request, over VNF profiles.  A rule over several is between
 * instances of different ones (IFA014 6.3.5), a rule over one between its own. */
static const char *
rule_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site,
           const char *rule, bool anti, const char *other)
{
    struct rows placed;

    place_instances(p, other, &placed);
    for (size_t i = 0; i < placed.n; i++) {
        const struct plan_vnf *there = placed.items[i];

        if (there == vnf || !there->site) {
            continue;
        }
        if (anti == str_eq(there->site, site->site)) {
            return mem_printf(p->mem, "%s %s: %s is at %s", anti ? "anti-affinity" : "affinity",
                              rule, there->name, there->site_name);
        }
    }
    return NULL;
}

static const char *
nsd_rule_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site,
               const struct vnfd_affinity *rule)
{
    const char *fault = NULL;
    bool member = false;

    for (size_t i = 0; i < rule->n_members; i++) {
        member = member || str_eq(rule->members[i], vnf->profile);
    }
    for (size_t i = 0; member && !fault && i < rule->n_members; i++) {
        if (rule->n_members > 1 && str_eq(rule->members[i], vnf->profile)) {
            continue;
        }
        fault = rule_fault(p, vnf, site, rule->name, rule->anti, rule->members[i]);
    }
    return fault;
}

static const char *
request_rule_fault(const struct placing *p, const struct plan_vnf *vnf,
                   const struct site_seen *site, const struct affinity_rule *rule)
{
    const char *fault = NULL;

    for (size_t i = 0; !fault && i < rule->profiles.n; i++) {
        if (rule->profiles.n > 1 && str_eq(rule->profiles.items[i], vnf->profile)) {
            continue;
        }
        fault = rule_fault(p, vnf, site, "of the request", str_eq(rule->kind, "ANTI_AFFINITY"),
                           rule->profiles.items[i]);
    }
    return fault;
}

static bool
is_about(const struct affinity_rule *rule, const char *profile)
{
    bool member = false;

    for (size_t i = 0; i < rule->profiles.n; i++) {
        member = member || str_eq(rule->profiles.items[i], profile);
    }
    return member;
}

static const char *
affinity_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site)
{
    const char *fault = NULL;

    for (size_t i = 0; !fault && i < p->nsd->n_affinities; i++) {
        fault = nsd_rule_fault(p, vnf, site, &p->nsd->affinities[i]);
    }
    for (size_t i = 0; !fault && i < p->request->rules.n; i++) {
        const struct affinity_rule *rule = p->request->rules.items[i];

        fault = is_about(rule, vnf->profile) ? request_rule_fault(p, vnf, site, rule) : NULL;
    }
    return fault;
}

/* ---- capacity -------------------------------------------------------------------------------- */

/* What a site has left for this plan: its quota less what is used there; where our
 * ledger knows of more than the site does, that counts. */
struct room {
    int64_t vcpus, memory_mb, servers; /* INT64_MAX = no limit known */
};

static int64_t
left(int64_t total, int64_t used, int64_t ours)
{
    return total == INT_NULL ? INT64_MAX : total - (used > ours ? used : ours);
}

static struct room
room_at(const struct placing *p, const struct site_seen *site)
{
    struct room room = {
        .vcpus = left(site->vcpus, site->vcpus_used, site->vcpus_ours),
        .memory_mb = left(site->memory_mb, site->memory_mb_used, site->memory_mb_ours),
        .servers = left(site->servers, site->servers_used, site->servers_ours),
    };

    for (size_t i = p->n_there; i < p->plan->vnfs.n; i++) {
        const struct plan_vnf *vnf = p->plan->vnfs.items[i];

        if (str_eq(vnf->site, site->site)) {
            room.vcpus -= room.vcpus == INT64_MAX ? 0 : vnf->vcpus;
            room.memory_mb -= room.memory_mb == INT64_MAX ? 0 : vnf->memory_mb;
            room.servers -= room.servers == INT64_MAX ? 0 : vnf->servers;
        }
    }
    return room;
}

static const char *
room_fault(struct mem *mem, const struct plan_vnf *vnf, const struct room *room)
{
    const struct {
        const char *what;
        int64_t needed, left;
    } classes[] = {
        {"vCPU", vnf->vcpus, room->vcpus},
        {"MiB of memory", vnf->memory_mb, room->memory_mb},
        {"servers", vnf->servers, room->servers},
    };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (classes[i].needed > classes[i].left) {
            return mem_printf(mem, "needs %lld %s, %lld are left", (long long)classes[i].needed,
                              classes[i].what, (long long)classes[i].left);
        }
    }
    return NULL;
}

/* ---- choice ------------------------------------------------------------------------------------
 */

/* Links that the VNF shares with what is placed at the site already. */
static int64_t
neighbours(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site)
{
    int64_t n = 0;

    for (size_t i = 0; i < p->plan->vnfs.n; i++) {
        const struct plan_vnf *other = p->plan->vnfs.items[i];

        for (size_t j = 0; str_eq(other->site, site->site) && j < other->connections.n; j++) {
            const struct plan_connection *theirs = other->connections.items[j];

            for (size_t k = 0; k < vnf->connections.n; k++) {
                const struct plan_connection *own = vnf->connections.items[k];

                n += str_eq(own->link, theirs->link);
            }
        }
    }
    return n;
}

/* Glance takes an image of any format; whether a server starts of it is Nova's matter, later. */
static const char *
image_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site)
{
    const char *image = site->containers ? NULL : place_container_image(p, vnf->profile);

    return image ? mem_printf(p->mem,
                              "runs no containers, and image %s is one's (the site's 'containers' "
                              "may say otherwise)",
                              image)
                 : NULL;
}

/* A script that nobody can run would stop the operation when all else is done. */
static const char *
script_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site)
{
    const struct vnf_wanted *wanted = map_get(&p->descriptors, vnf->profile);

    return site->no_scripts && wanted && wanted->scripts.n > 0
               ? mem_printf(p->mem,
                            "its servers are not reached from here, and the package has script %s to be run "
                            "at them (the site's 'scripts' may say otherwise)",
                            wanted->scripts.items[0])
               : NULL;
}

static bool
has_link(const struct placing *p, const char *site, const char *link)
{
    for (size_t i = 0; i < p->bases->n; i++) {
        const struct ns_site_made *base = p->bases->items[i];

        for (size_t j = 0; str_eq(base->site, site) && j < base->nets.n; j++) {
            if (str_eq(((const struct made_net *)base->nets.items[j])->link, link)) {
                return true;
            }
        }
    }
    return false;
}

/* The shares of a link's addresses are given out once: a service that runs stays at its sites. */
static const char *
base_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site)
{
    for (size_t i = 0; p->bases && i < vnf->connections.n; i++) {
        const struct plan_connection *connection = vnf->connections.items[i];

        if (!has_link(p, site->site, connection->link)) {
            return mem_printf(p->mem, "the service has no link %s there", connection->link);
        }
    }
    return NULL;
}

bool
place_given(const struct placing *p, const char *link, const char *site)
{
    for (size_t i = 0; p->in && i < p->in->given.n; i++) {
        const struct ns_site_made *at = p->in->given.items[i];

        for (size_t k = 0; (!site || str_eq(at->site, site)) && k < at->nets.n; k++) {
            if (str_eq(((const struct made_net *)at->nets.items[k])->link, link)) {
                return true;
            }
        }
    }
    return false;
}

bool
place_given_at(const struct placing *p, const char *site)
{
    for (size_t i = 0; p->in && i < p->in->given.n; i++) {
        if (str_eq(((const struct ns_site_made *)p->in->given.items[i])->site, site)) {
            return true;
        }
    }
    return false;
}

/* A link of the NS around, or of one that is taken in, is where that has it. */
static const char *
given_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site)
{
    for (size_t i = 0; i < vnf->connections.n; i++) {
        const struct plan_connection *connection = vnf->connections.items[i];

        if (place_given(p, connection->link, NULL) &&
            !place_given(p, connection->link, site->site)) {
            return mem_printf(p->mem, "link %s is there already, and not there", connection->link);
        }
    }
    return NULL;
}

static const char *
site_fault(const struct placing *p, const struct plan_vnf *vnf, const struct site_seen *site,
           const struct room *room)
{
    const char *fault = NULL;

    if (!site->reachable) {
        return mem_printf(p->mem, "does not answer: %s", str_or(site->error, "unknown"));
    }
    fault = place_location_fault(p->mem, constraint_of(p, vnf), site);
    if (!fault) {
        fault = base_fault(p, vnf, site);
    }
    if (!fault) {
        fault = given_fault(p, vnf, site);
    }
    if (!fault) {
        fault = image_fault(p, vnf, site);
    }
    if (!fault) {
        fault = script_fault(p, vnf, site);
    }
    if (!fault) {
        fault = affinity_fault(p, vnf, site);
    }
    return fault ? fault : room_fault(p->mem, vnf, room);
}

struct choice {
    const struct site_seen *site;
    int64_t neighbours;
    struct room room;
    size_t n_fit;
};

static bool
is_better(const struct choice *choice, int64_t near, const struct room *room)
{
    if (!choice->site) {
        return true;
    }
    return near != choice->neighbours ? near > choice->neighbours
                                      : room->vcpus > choice->room.vcpus;
}

static const char *
choice_reason(const struct placing *p, const struct plan_vnf *vnf, const struct choice *choice,
              const char *excluded)
{
    const char *why = constraint_of(p, vnf)    ? "the location that the request wants"
                      : choice->n_fit == 1     ? "the only site that fits"
                      : choice->neighbours > 0 ? "nearest to what it is linked with"
                                               : "most room";
    const char *room = choice->room.vcpus == INT64_MAX ? "no limit of vCPU known"
                                                       : mem_printf(p->mem, "%lld vCPU left there",
                                                                    (long long)choice->room.vcpus);

    return mem_printf(p->mem, "%s (%s)%s", why, room, excluded);
}

static struct err *
vnf_place(struct placing *p, struct plan_vnf *vnf)
{
    AUTO_BUF excluded = BUF_INIT;
    struct choice choice = {0};

    for (size_t i = 0; i < p->sites->n; i++) {
        const struct site_seen *site = p->sites->items[i];
        struct room room = room_at(p, site);
        const char *fault = site_fault(p, vnf, site, &room);
        int64_t near = neighbours(p, vnf, site);

        if (fault) {
            buf_printf(&excluded, "; not %s: %s", site->name, fault);
            continue;
        }
        choice.n_fit++;
        if (is_better(&choice, near, &room)) {
            choice.site = site;
            choice.neighbours = near;
            choice.room = room;
        }
    }
    if (!choice.site) {
        return err_new(E_QUOTA, "NoPlace", "no site for VNF %s%s", vnf->name,
                       excluded.len ? excluded.data : ": there are no sites");
    }
    vnf->site = choice.site->site;
    vnf->site_name = choice.site->name;
    vnf->reason = choice_reason(p, vnf, &choice, str_or(excluded.data, ""));
    place_note(p, "%s -> %s: %s", vnf->name, vnf->site_name, vnf->reason);
    return NULL;
}

/* What the request pins comes first: the rest arranges itself around it. */
struct err *
place_vnfs(struct placing *p)
{
    for (int pinned = 1; pinned >= 0; pinned--) {
        for (size_t i = p->n_there; i < p->plan->vnfs.n; i++) {
            struct plan_vnf *vnf = p->plan->vnfs.items[i];

            if ((constraint_of(p, vnf) != NULL) == (pinned == 1)) {
                TRY(vnf_place(p, vnf));
            }
        }
    }
    return NULL;
}

/* ---- SAPs
 * ------------------------------------------------------------------------------------------ */

const struct site_seen *
place_site_named(const struct rows *sites, const char *name)
{
    for (size_t i = 0; i < sites->n; i++) {
        const struct site_seen *site = sites->items[i];

        if (str_eq_case(site->name, name) || str_eq(site->site, name)) {
            return site;
        }
    }
    return NULL;
}

/* The site with most VNFs on the SAP's link; null where there is none. */
static const struct site_seen *
site_of_link(const struct placing *p, const char *link)
{
    const struct site_seen *best = NULL;
    int64_t most = 0;

    for (size_t i = 0; i < p->sites->n; i++) {
        const struct site_seen *site = p->sites->items[i];
        int64_t n = 0;

        for (size_t j = 0; j < p->plan->vnfs.n; j++) {
            const struct plan_vnf *vnf = p->plan->vnfs.items[j];

            for (size_t k = 0; str_eq(vnf->site, site->site) && k < vnf->connections.n; k++) {
                n +=
                    str_eq(((const struct plan_connection *)vnf->connections.items[k])->link, link);
            }
        }
        if (n > most) {
            most = n;
            best = site;
        }
    }
    return best;
}

static const struct sap_data *
data_of(const struct placing *p, const char *sap)
{
    for (size_t i = 0; i < p->request->saps.n; i++) {
        const struct sap_data *data = p->request->saps.items[i];

        if (str_eq(data->sapd, sap)) {
            return data;
        }
    }
    return NULL;
}

/* The site of a network that is lent by an NS which is taken in, or that the site has already; null
 * where the link is none. */
static const struct site_seen *
site_lent(const struct placing *p, const char *link)
{
    for (size_t i = 0; p->in && i < p->in->given.n; i++) {
        const struct ns_site_made *at = p->in->given.items[i];

        for (size_t k = 0; k < at->nets.n; k++) {
            const struct made_net *net = at->nets.items[k];

            if ((net->lent_by || net->of_site) && str_eq(net->link, link)) {
                return place_site(p, at->site);
            }
        }
    }
    return NULL;
}

/* Where an NS that runs has the link. */
static const struct site_seen *
site_of_base(const struct placing *p, const char *link)
{
    for (size_t i = 0; p->bases && i < p->sites->n; i++) {
        const struct site_seen *site = p->sites->items[i];

        if (has_link(p, site->site, link)) {
            return site;
        }
    }
    return NULL;
}

/* additionalParamsForNs.sapSites: {SAP: SITE}. */
static struct err *
sap_place(struct placing *p, struct plan_sap *sap)
{
    const char *asked = json_get_str(json_get(p->request->params, "sapSites"), sap->name);
    const struct site_seen *lent = site_lent(p, sap->link);
    const struct site_seen *site =
        asked ? place_site_named(p->sites, asked) : lent ? lent : site_of_link(p, sap->link);

    if (asked && !site) {
        return err_new(E_INVALID, NULL, "sapSites: SAP %s names site \"%s\", which there is not",
                       sap->name, asked);
    }
    if (asked && lent && !place_given(p, sap->link, site->site)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "sapSites: SAP %s is on link %s, which is there already, at site %s",
                       sap->name, sap->link, lent->name);
    }
    site = site ? site : site_of_base(p, sap->link);
    site = site ? site : place_nested_home(p, sap->link);
    if (!site) {
        return err_new(E_INVALID, NULL, "SAP %s: no VNF is on its link %s", sap->name, sap->link);
    }
    if (!site->reachable) {
        return err_new(E_UNAVAILABLE, NULL, "SAP %s: site %s does not answer: %s", sap->name,
                       site->name, str_or(site->error, "unknown"));
    }
    sap->site = site->site;
    sap->site_name = site->name;
    sap->reason = asked ? "the request names it" : "most VNFs of its link are there";
    place_note(p, "SAP %s -> %s: %s", sap->name, sap->site_name, sap->reason);
    return NULL;
}

struct err *
place_saps(struct placing *p)
{
    for (size_t i = 0; i < p->nsd->n_saps; i++) {
        const struct nsd_sap *described = &p->nsd->saps[i];
        const struct sap_data *data = data_of(p, described->name);
        struct plan_sap *sap = row_new(p->mem, &plan_sap_table);

        if (p->bases && !data) {
            continue; /* The NS runs: only what is asked for comes. */
        }
        if (place_given(p, described->link, NULL) && !site_lent(p, described->link)) {
            place_note(p, "SAP %s is a link of the service around", described->name);
            continue;
        }
        sap->name = described->name;
        sap->sap_name = data ? data->name : described->name;
        sap->description = data ? data->description : described->description;
        sap->link = described->link;
        if (data) {
            struct asked_address asked = request_address(&data->protocols);

            sap->mac_address = asked.mac_address;
            sap->ip_address = asked.ip_address;
        }
        TRY(sap_place(p, sap));
        place_add(p->mem, &p->plan->saps, sap);
    }
    return NULL;
}
