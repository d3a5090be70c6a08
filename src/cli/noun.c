/* What every noun can do: be listed, looked up by name or id, shown, removed.  A
 * new collection of an API is one line here and its commands in command.c. */
#include "cli/command.h"

#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

#include <stdio.h>

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct noun site_noun = {
    .name = "site",
    .path = "/carrick/v1/sites",
    .name_key = "name",
    .table = &site_table,
    .columns = COLUMNS("id", "name", "status", "version", "auth_url", "vtep", "last_error"),
};
const struct noun replica_noun = {
    .name = "replica",
    .path = "/carrick/v1/replicas",
    .name_key = "name",
    .columns = COLUMNS("name", "address", "version", "leads", "started_at"),
};
const struct noun vnfm_noun = {
    .name = "VNFM",
    .path = "/carrick/v1/vnfms",
    .name_key = "name",
    .table = &vnfm_table,
    .columns = COLUMNS("id", "name", "url", "username", "client"),
};
const struct noun invitation_noun = {
    .name = "invitation",
    .path = "/carrick/v1/invitations",
    .name_key = "name",
    .columns = COLUMNS("id", "name", "addresses", "expires_at", "joined_at"),
};
const struct noun vnf_package_noun = {
    .name = "VNF package",
    .path = "/vnfpkgm/v2/vnf_packages",
    .name_key = "vnfProductName",
    .other_key = "vnfdId",
    .columns = COLUMNS("id", "vnfProductName", "vnfSoftwareVersion", "vnfdId", "onboardingState",
                       "operationalState", "usageState"),
};
const struct noun nsd_noun = {
    .name = "NSD",
    .path = "/nsd/v2/ns_descriptors",
    .name_key = "nsdName",
    .other_key = "nsdId",
    .columns = COLUMNS("id", "nsdName", "nsdVersion", "nsdId", "nsdOnboardingState",
                       "nsdOperationalState", "nsdUsageState"),
};
const struct noun pnfd_noun = {
    .name = "PNFD",
    .path = "/nsd/v2/pnf_descriptors",
    .name_key = "pnfdName",
    .other_key = "pnfdId",
    .columns = COLUMNS("id", "pnfdName", "pnfdVersion", "pnfdId", "pnfdOnboardingState",
                       "pnfdUsageState"),
};
const struct noun ns_noun = {
    .name = "network service",
    .path = "/nslcm/v2/ns_instances",
    .name_key = "nsInstanceName",
    .columns = COLUMNS("id", "nsInstanceName", "nsState", "nsdId"),
};
const struct noun vnf_noun = {
    .name = "VNF instance",
    .path = "/vnflcm/v2/vnf_instances",
    .name_key = "vnfInstanceName",
    .columns = COLUMNS("id", "vnfInstanceName", "instantiationState", "vnfProductName", "vnfdId"),
};
const struct noun operation_noun = {
    .name = "operation",
    .path = "/carrick/v1/operations",
    .columns = COLUMNS("id", "type", "name", "state", "created_at", "state_at"),
};
const struct noun ns_op_noun = {
    .name = "NS operation",
    .path = "/nslcm/v2/ns_lcm_op_occs",
    .columns = COLUMNS("id", "lcmOperationType", "operationState", "nsInstanceId", "startTime"),
};
const struct noun vnf_op_noun = {
    .name = "VNF operation",
    .path = "/vnflcm/v2/vnf_lcm_op_occs",
    .columns = COLUMNS("id", "operation", "operationState", "vnfInstanceId", "startTime"),
};
const struct noun plan_noun = {
    .name = "plan",
    .path = "/carrick/v1/stored_plans",
    .name_key = "name",
    .columns = COLUMNS("id", "name", "lcmOperationType", "nsInstanceId", "vnfInstanceId",
                       "created_at", "nsLcmOpOccId", "vnfLcmOpOccId"),
    .named_by = (const struct noun *const[]){&ns_noun, &vnf_noun, NULL},
};
const struct noun holding_noun = {
    .name = "holding",
    .path = "/carrick/v1/holdings",
    .columns = COLUMNS("site_id", "kind", "label", "resource_id", "owner_id"),
    .named_by = (const struct noun *const[]){&site_noun, &ns_noun, &vnf_noun, NULL},
};

const struct noun script_noun = {
    .name = "script run",
    .path = "/carrick/v1/script_runs",
    .columns = COLUMNS("id", "operation", "vnfc", "exitStatus", "startTime", "vnfLcmOpOccId"),
    .named_by = (const struct noun *const[]){&vnf_noun, NULL},
};

const struct noun subscription_noun = {
    .name = "subscription",
    .path = "/carrick/v1/subscriptions",
    .columns = COLUMNS("id", "api", "callbackUri", "waiting", "dead", "lost", "last_error"),
};
const struct noun notification_noun = {
    .name = "notification",
    .path = "/carrick/v1/notifications",
    .columns = COLUMNS("seq", "notificationType", "state", "attempts", "created_at", "last_error"),
};

#define ALARM_COLUMNS                                                                              \
    COLUMNS("id", "perceivedSeverity", "probableCause", "managedObjectId", "ackState",             \
            "alarmRaisedTime", "alarmClearedTime")

const struct noun vnf_alarm_noun = {
    .name = "alarm",
    .path = "/vnffm/v1/alarms",
    .columns = ALARM_COLUMNS,
};
const struct noun ns_alarm_noun = {
    .name = "alarm of a network service",
    .path = "/nsfm/v1/alarms",
    .columns = ALARM_COLUMNS,
};

#define PM_JOB(name_, path_)                                                                       \
    {                                                                                              \
        .name = name_, .path = path_ "/pm_jobs",                                                   \
        .columns = COLUMNS("id", "objectType", "objectInstanceIds", "callbackUri")                 \
    }
#define PM_THRESHOLD(name_, path_)                                                                 \
    {                                                                                              \
        .name = name_, .path = path_ "/thresholds",                                                \
        .columns = COLUMNS("id", "objectType", "objectInstanceId", "callbackUri")                  \
    }
const struct noun pm_job_noun = PM_JOB("PM job", "/vnfpm/v2");
const struct noun pm_threshold_noun = PM_THRESHOLD("threshold", "/vnfpm/v2");
const struct noun pm_ns_job_noun = PM_JOB("PM job", "/nspm/v2");
const struct noun pm_ns_threshold_noun = PM_THRESHOLD("threshold", "/nspm/v2");

/* ---- look-up ------------------------------------------------------------------------ */

static bool
is_called(const struct noun *noun, const struct json *thing, const char *name)
{
    return str_eq(json_get_str(thing, "id"), name) ||
           (noun->name_key && str_eq(json_get_str(thing, noun->name_key), name)) ||
           (noun->other_key && str_eq(json_get_str(thing, noun->other_key), name));
}

struct err *
noun_look(struct cli *cli, const struct noun *noun, const char *name, const struct json **thing)
{
    const struct json *list;
    size_t n = 0;

    *thing = NULL;
    TRY(session_get(&cli->session, noun->path, &list));
    json_each (list, i) {
        if (is_called(noun, list->items[i], name)) {
            *thing = list->items[i];
            n++;
        }
    }
    if (n > 1) {
        return err_new(E_CONFLICT, NULL, "%zu of %s are called \"%s\": use an id", n, noun->name,
                       name);
    }
    return NULL;
}

struct err *
noun_find(struct cli *cli, const struct noun *noun, const char *name, const struct json **thing)
{
    TRY(noun_look(cli, noun, name, thing));
    if (!*thing) {
        return err_new(E_NOT_FOUND, NULL, "there is no %s \"%s\"", noun->name, name);
    }
    return NULL;
}

struct err *
noun_create(struct cli *cli, const struct noun *noun, const char *body, const struct json **made)
{
    struct call call = {.method = "POST", .path = noun->path, .body = body};
    struct reply reply;

    TRY(session_call(&cli->session, &call, &reply));
    *made = reply.json;
    return NULL;
}

/* ---- the verbs that all have ------------------------------------------------------------ */

/* What the things that a noun's columns refer to are called, by their ids. */
static struct err *
names_get(struct cli *cli, const struct noun *noun, struct map *names)
{
    const struct json *list;

    map_init(names, cli->mem);
    for (const struct noun *const *of = noun->named_by; *of; of++) {
        TRY(session_get(&cli->session, (*of)->path, &list));
        json_each (list, i) {
            const char *id = json_get_str(list->items[i], "id");
            const char *name = json_get_str(list->items[i], (*of)->name_key);

            if (id && !str_empty(name)) {
                map_set(names, id, mem_str(cli->mem, name));
            }
        }
    }
    return NULL;
}

struct err *
noun_list(struct cli *cli)
{
    const struct noun *noun = cli->command->noun;
    const struct json *list;
    struct map names;

    TRY(session_get(&cli->session, noun->path, &list));
    if (cli->json) {
        print_json(list);
        return NULL;
    }
    if (noun->named_by) {
        TRY(names_get(cli, noun, &names));
    }
    print_table(cli->mem, list, noun->columns, noun->named_by ? &names : NULL);
    return NULL;
}

struct err *
noun_show(struct cli *cli)
{
    const struct noun *noun = cli->command->noun;
    const struct json *thing;

    TRY(noun_find(cli, noun, cli->args[0], &thing));
    TRY(session_get(&cli->session,
                    mem_printf(cli->mem, "%s/%s", noun->path, json_get_str(thing, "id")), &thing));
    if (cli->json) {
        print_json(thing);
    } else {
        print_thing(thing);
    }
    return NULL;
}

struct err *
noun_delete(struct cli *cli)
{
    const struct noun *noun = cli->command->noun;
    struct call call = {.method = "DELETE"};
    const struct json *thing;
    struct reply reply;

    TRY(noun_find(cli, noun, cli->args[0], &thing));
    call.path = mem_printf(cli->mem, "%s/%s", noun->path, json_get_str(thing, "id"));
    TRY(session_call(&cli->session, &call, &reply));
    printf("%s %s is removed\n", noun->name, cli->args[0]);
    return NULL;
}
