/* What a difference is called as a fault stands in one table; which differences are one fault follows
 * from instance, cause and VNFC. */
#include "fm/fault.h"

#define OF_SERVER "PROCESSING_ERROR_ALARM"
#define OF_PATHS "COMMUNICATIONS_ALARM"
#define OF_THINGS "EQUIPMENT_ALARM"

/* The first that fits. */
static const struct fault_kind kinds[] = {
    {"MISSING", "server", NULL, "SERVER_MISSING", "CRITICAL", OF_THINGS, "COMPUTE", false},
    {"STATE", "server", "ERROR", "SERVER_ERROR", "CRITICAL", OF_SERVER, "COMPUTE", false},
    {"STATE", "server", "SHUTOFF", "SERVER_STOPPED", "CRITICAL", OF_SERVER, "COMPUTE", false},
    {"STATE", "server", NULL, "SERVER_STATE", "WARNING", OF_SERVER, "COMPUTE", false},
    {"MISSING", "port", NULL, "PORT_MISSING", "CRITICAL", OF_PATHS, "NETWORK", false},
    {"STATE", "port", "DOWN", "PORT_DOWN", "CRITICAL", OF_PATHS, "NETWORK", true},
    {"STATE", "port", NULL, "PORT_SHUT", "MAJOR", OF_PATHS, "NETWORK", false},
    {"ATTACHMENT", "port", NULL, "PORT_DETACHED", "CRITICAL", OF_PATHS, "NETWORK", true},
    {"MEMBERS", NULL, NULL, "CHAIN_MEMBERS", "MAJOR", OF_PATHS, "NETWORK", false},
    {"ROUTES", NULL, NULL, "CHAIN_ROUTES", "MAJOR", OF_PATHS, "NETWORK", false},
    {"PASSES", NULL, NULL, "PORT_PASSES", "MAJOR", OF_PATHS, "NETWORK", false},
    {"MISSING", NULL, NULL, "RESOURCE_MISSING", "MAJOR", OF_PATHS, "NETWORK", false},
    {"STATE", NULL, NULL, "RESOURCE_ERROR", "MAJOR", OF_PATHS, "NETWORK", false},
};
static const struct fault_kind unreachable = {
    .what = "UNREACHABLE",
    .cause = "SITE_UNREACHABLE",
    .severity = "INDETERMINATE",
    .event_type = OF_PATHS,
};

static const struct fault_kind untold = {
    .what = "UNTOLD",
    .cause = "RESOURCES_UNKNOWN",
    .severity = "INDETERMINATE",
    .event_type = OF_PATHS,
};

static const struct fault_kind *
kind_of(const struct drift_difference *difference)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (str_eq(kinds[i].what, difference->what) &&
            (!kinds[i].kind || str_eq(kinds[i].kind, difference->kind)) &&
            (!kinds[i].found || str_eq(kinds[i].found, difference->found))) {
            return &kinds[i];
        }
    }
    return NULL; /* What is left over is no fault of an instance. */
}

static const char *
vnfc_of(const struct drift_difference *difference)
{
    return str_eq(difference->kind, "server") ? difference->id : difference->thing->server;
}

/* ---- one fault ------------------------------------------------------------------------- */

const char *
fault_name(struct mem *mem, const char *object_id, const char *key)
{
    return mem_printf(mem, "%s/%s", object_id, key);
}

static void
detail_add(struct mem *mem, struct fault *fault, const char *detail)
{
    const char **grown = MEM_ARRAY(mem, fault->details.n + 1, const char *);

    for (size_t i = 0; i < fault->details.n; i++) {
        grown[i] = fault->details.items[i];
    }
    grown[fault->details.n] = detail;
    fault->details = (struct strs){.items = grown, .n = fault->details.n + 1};
}

static struct fault *
fault_get(struct mem *mem, struct faults *faults, const struct fault *wanted)
{
    const char *name = fault_name(mem, wanted->object->id, wanted->key);
    struct fault *fault = map_get(&faults->by_key, name);

    if (!fault) {
        fault = mem_copy(mem, wanted, sizeof *wanted);
        map_set(&faults->by_key, name, fault);
        vec_add(mem, &faults->items, fault);
        if (fault->vnfc) {
            detail_add(mem, fault, mem_printf(mem, "vnfcInstanceId=%s", fault->vnfc));
        }
    }
    return fault;
}

/* The last line counts what has no line of its own. */
static void
thing_add(struct mem *mem, struct fault *fault, const char *line)
{
    if (++fault->n_things <= FM_DETAILS_MAX) {
        detail_add(mem, fault, line);
    } else if (fault->n_things == FM_DETAILS_MAX + 1) {
        detail_add(mem, fault, "and 1 more");
    } else {
        fault->details.items[fault->details.n - 1] =
            mem_printf(mem, "and %zu more", fault->n_things - FM_DETAILS_MAX);
    }
}

/* A VNF's fault is one of its network service too, which is told what causes it. */
static struct fault *
fault_of_ns(struct mem *mem, struct faults *faults, struct fault *of_vnf)
{
    struct fault wanted = *of_vnf;
    struct fault *fault;

    wanted.object = of_vnf->object->ns;
    wanted.vnf = of_vnf->object->id;
    wanted.key = mem_printf(mem, "%s/%s", of_vnf->object->id, of_vnf->key);
    wanted.details = (struct strs){0};
    wanted.n_things = 0;
    fault = fault_get(mem, faults, &wanted);
    fault->with = of_vnf;
    of_vnf->with = fault;
    return fault;
}

static void
difference_add(struct mem *mem, struct faults *faults, const struct drift_difference *difference,
               const struct fault_kind *kind, const struct fault_object *object)
{
    const char *line = mem_printf(mem, "%s %s (%s): %s is recorded, %s is found", difference->kind,
                                  difference->id, difference->name, difference->recorded,
                                  difference->found);
    struct fault wanted = {.kind = kind,
                           .object = object,
                           .site = difference->site,
                           .what = difference->what,
                           .vnfc = vnfc_of(difference),
                           .thing_kind = difference->kind,
                           .thing = difference->id};
    struct fault *fault;

    wanted.key =
        mem_printf(mem, "%s/%s/%s", difference->site, kind->cause, str_or(wanted.vnfc, ""));
    fault = fault_get(mem, faults, &wanted);
    thing_add(mem, fault, line);
    if (object->ns) {
        thing_add(mem, fault_of_ns(mem, faults, fault), line);
    }
}

void
faults_of(struct mem *mem, const struct drift_differences *differences, const struct map *objects,
          struct faults *faults)
{
    struct map servers; /* That have a fault. */

    map_init(&servers, mem);
    vec_each (differences, difference) {
        if (difference->thing && str_eq(difference->kind, "server")) {
            map_set(&servers, difference->id, faults);
        }
    }
    vec_each (differences, difference) {
        const struct drift_thing *thing = difference->thing;
        const struct fault_kind *kind = thing ? kind_of(difference) : NULL;
        const struct fault_object *object = thing ? map_get(objects, thing->owner) : NULL;

        if (kind && object &&
            !(kind->follows && thing->server && map_get(&servers, thing->server))) {
            difference_add(mem, faults, difference, kind, object);
        }
    }
}

void
faults_unreachable(struct mem *mem, const char *site, const char *why, const struct map *objects,
                   struct faults *faults)
{
    map_each(objects, entry) {
        const struct fault wanted = {.kind = &unreachable,
                                     .object = entry->value,
                                     .site = site,
                                     .what = unreachable.what,
                                     .key = mem_printf(mem, "%s/%s/", site, unreachable.cause)};

        thing_add(mem, fault_get(mem, faults, &wanted), why);
    }
}

void
faults_untold(struct mem *mem, const char *site, const char *kind, const char *why,
              const struct map *objects, struct faults *faults)
{
    map_each(objects, entry) {
        const struct fault wanted = {.kind = &untold,
                                     .object = entry->value,
                                     .site = site,
                                     .what = untold.what,
                                     .key = mem_printf(mem, "%s/%s/%s", site, untold.cause, kind),
                                     .thing_kind = kind};

        thing_add(mem, fault_get(mem, faults, &wanted),
                  mem_printf(mem, "the list of each %s: %s", kind, str_or(why, "not told")));
    }
}

/* ---- as an alarm ------------------------------------------------------------------------- */

static const struct json *
json_of(struct mem *mem, struct buf *text)
{
    const struct json *json = NULL;

    err_ignore(json_parse(mem, text->data, text->len, &json), "it was just written");
    return json;
}

static const char *
type_at_site(const char *kind)
{
    return str_eq(kind, "server") ? "OS::Nova::Server"
           : str_eq(kind, "port") ? "OS::Neutron::Port"
           : str_eq(kind, "network") ? "OS::Neutron::Net"
           : str_eq(kind, "subnet")  ? "OS::Neutron::Subnet"
                                     : NULL;
}

/* FaultyResourceInfo (SOL003 7.5.3.3). */
static const struct json *
resource_of(struct mem *mem, const struct fault *fault)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const char *type = type_at_site(fault->thing_kind);

    jw_object(&w, NULL);
    jw_object(&w, "faultyResource");
    jw_str(&w, fault->object->table == &ns_alarm_table ? "vimId" : "vimConnectionId", fault->site);
    jw_str(&w, "resourceId", fault->thing);
    if (type) {
        jw_str(&w, "vimLevelResourceType", type);
    }
    jw_end(&w);
    jw_str(&w, "faultyResourceType", fault->kind->resource_type);
    jw_end(&w);
    return json_of(mem, &text);
}

/* FaultyComponentInfo (SOL005 8.5.3.4). */
static const struct json *
component_of(struct mem *mem, const char *vnf)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "faultyVnfInstanceId", vnf);
    jw_end(&w);
    return json_of(mem, &text);
}

struct alarm *
fault_alarm(struct mem *mem, const struct fault *fault)
{
    struct alarm *alarm = row_new(mem, fault->object->table);

    alarm->project_id = fault->object->project_id;
    alarm->object_id = fault->object->id;
    alarm->component = fault->vnf ? component_of(mem, fault->vnf) : NULL;
    alarm->resource = fault->thing ? resource_of(mem, fault) : NULL;
    alarm->severity = fault->kind->severity;
    alarm->raised_as = fault->kind->severity;
    alarm->event_type = fault->kind->event_type;
    alarm->fault_type = fault->what;
    alarm->cause = fault->kind->cause;
    alarm->details = fault->details;
    alarm->site_id = fault->site;
    alarm->kind = str_or(fault->thing_kind, "");
    alarm->fault_key = fault->key;
    return alarm;
}
