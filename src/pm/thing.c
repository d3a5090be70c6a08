/* What there is to measure of an instance, as it is now: a scaling between two looks adds things
 * and takes them away. */
#include "pm/measure.h"

#include "nfvo/journal.h"
#include "vnfm/journal.h"
#include "vnfm/vnfm.h"

const struct table *
pm_instances(const struct pm_type *type)
{
    return type->kind == PM_SAP ? &ns_instance_table : &vnf_instance_table;
}

const char *
pm_object(struct mem *mem, const struct pm_thing *thing, const struct pm_part *part)
{
    bool server = thing->type->source == PM_SERVER;

    return mem_printf(mem, "%s/%s/%s", thing->site, server ? "server" : "port",
                      server ? part->server_id : part->port_id);
}

/* ---- things ------------------------------------------------------------------------------ */

struct adding {
    struct mem *mem;
    const struct pm_subject *subject;
    const char *instance, *site;
    struct pm_things *things;
};

static bool
is_wanted(const struct pm_subject *subject, const char *sub)
{
    for (size_t i = 0; i < subject->subs.n; i++) {
        if (str_eq(subject->subs.items[i], sub)) {
            return true;
        }
    }
    return subject->subs.n == 0;
}

static struct pm_thing
thing_new(const struct adding *adding, const char *sub)
{
    return (struct pm_thing){
        .type = adding->subject->type,
        .instance = mem_str(adding->mem, adding->instance),
        .sub = mem_str(adding->mem, sub),
        .site = mem_str(adding->mem, adding->site),
    };
}

static struct pm_part
part_new(const struct adding *adding, const char *server_id, const char *port_id, const char *mac)
{
    return (struct pm_part){
        .server_id = mem_str(adding->mem, server_id),
        .port_id = mem_str(adding->mem, port_id),
        .mac = mem_str(adding->mem, mac),
    };
}

static void
sub_add(const struct adding *adding, const char *sub, const struct pm_part *part)
{
    struct pm_thing thing = thing_new(adding, sub);

    if (is_wanted(adding->subject, sub)) {
        vec_add(adding->mem, &thing.parts, *part);
        vec_add(adding->mem, adding->things, thing);
    }
}

static void
ports_add(const struct adding *adding, const struct made_vnfc *vnfc)
{
    bool external = adding->subject->type->kind == PM_EXT_CP;

    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];
        struct pm_part part = part_new(adding, vnfc->server_id, port->port_id, port->mac_address);

        if ((port->ext_cpd != NULL) == external) {
            sub_add(adding, port->port_id, &part);
        }
    }
}

/* ---- instances ------------------------------------------------------------------------------ */

static void
vnf_add(const struct adding *adding, const struct vnf_made *made)
{
    struct pm_thing whole = thing_new(adding, NULL);

    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];
        struct pm_part part = part_new(adding, vnfc->server_id, NULL, NULL);

        if (str_empty(vnfc->server_id)) {
            continue;
        }
        vec_add(adding->mem, &whole.parts, part);
        if (adding->subject->type->kind == PM_VNFC) {
            sub_add(adding, vnfc->server_id, &part);
        } else if (adding->subject->type->source == PM_PORT) {
            ports_add(adding, vnfc);
        }
    }
    if (adding->subject->type->kind == PM_VNF && whole.parts.n) {
        vec_add(adding->mem, adding->things, whole);
    }
}

static void
ns_add(struct adding *adding, const struct ns_made *made)
{
    for (size_t i = 0; i < made->saps.n; i++) {
        const struct ns_sap_made *sap = made->saps.items[i];
        struct pm_part part = part_new(adding, NULL, sap->port_id, sap->mac_address);

        adding->site = sap->site;
        sub_add(adding, sap->port_id, &part);
    }
}

struct err *
pm_things_add(struct tx *tx, struct mem *mem, const struct pm_subject *subject,
              const void *instance, struct pm_things *things)
{
    struct adding adding = {.mem = mem, .subject = subject, .things = things};

    if (subject->type->kind == PM_SAP) {
        const struct ns_instance *ns = instance;
        struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

        adding.instance = ns->id;
        if (ns->made) {
            TRY(row_from_json(tx_mem(tx), &ns_made_table, ns->made, made));
            ns_add(&adding, made);
        }
    } else {
        const struct vnf_instance *vnf = instance;
        struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);

        adding.instance = vnf->id;
        adding.site = vnf->site_id;
        if (vnf->made && vnf->site_id) {
            TRY(row_from_json(tx_mem(tx), &vnf_made_table, vnf->made, made));
            vnf_add(&adding, made);
        }
    }
    return NULL;
}

struct err *
pm_things_now(struct tx *tx, struct mem *mem, const struct pm_subject *subject,
              struct pm_things *things)
{
    for (size_t i = 0; i < subject->instances.n; i++) {
        struct cond by_id[] = {
            COND("id", subject->instances.items[i]), COND("project_id", subject->project_id), {0}};
        void *instance;

        TRY(row_find(tx, pm_instances(subject->type), by_id, &instance));
        if (instance) {
            TRY(pm_things_add(tx, mem, subject, instance, things));
        }
    }
    return NULL;
}
