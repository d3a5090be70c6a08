/* `carrick vnf scale`, `carrick ns scale`, `carrick plan scale`: scale requests of SOL003 and
 * SOL005 out of a few words. */
#include "cli/command.h"

#include "nfvo/nfvo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was asked for: exactly one of the three. */
struct scaling {
    const char *aspect, *type; /* by steps */
    const char *level;         /* to a level */
    bool to;                   /* to scale levels */
};

static struct err *
scaling_read(struct cli *cli, struct scaling *scaling)
{
    const char *out = option_get(cli, "out"), *in = option_get(cli, "in");

    *scaling = (struct scaling){
        .aspect = out ? out : in,
        .type = out ? "SCALE_OUT" : "SCALE_IN",
        .level = option_get(cli, "level"),
        .to = option_get(cli, "to") != NULL,
    };
    if ((out != NULL) + (in != NULL) + (scaling->level != NULL) + scaling->to != 1) {
        return err_new(E_INVALID, NULL, "one of --out, --in, --level and --to is needed");
    }
    return NULL;
}

struct err *
number_write(struct jw *w, const char *key, const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);

    if (end == text || *end) {
        return err_new(E_INVALID, NULL, "'%s' is no number", text);
    }
    jw_int(w, key, number);
    return NULL;
}

/* --to ASPECT=N, as often as given. */
static struct err *
levels_write(struct cli *cli, struct jw *w, const char *key)
{
    jw_array(w, key);
    vec_each (&cli->given, given) {
        const char *equals = strchr(given->value, '=');

        if (!str_eq(given->name, "to")) {
            continue;
        }
        if (!equals) {
            return err_new(E_INVALID, NULL, "--to wants ASPECT=N, not '%s'", given->value);
        }
        jw_object(w, NULL);
        jw_str(w, "aspectId", mem_strn(cli->mem, given->value, (size_t)(equals - given->value)));
        TRY(number_write(w, "scaleLevel", equals + 1));
        jw_end(w);
    }
    jw_end(w);
    return NULL;
}

static struct err *
steps_write(struct cli *cli, struct jw *w, const struct scaling *scaling)
{
    const char *steps = option_get(cli, "steps");

    jw_str(w, "aspectId", scaling->aspect);
    return steps ? number_write(w, "numberOfSteps", steps) : NULL;
}

/* ---- a VNF by itself --------------------------------------------------------------------- */

struct err *
vnf_scale(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *thing;
    struct scaling scaling;

    TRY(scaling_read(cli, &scaling));
    TRY(noun_find(cli, &vnf_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    if (scaling.aspect) {
        jw_str(&w, "type", scaling.type);
        TRY(steps_write(cli, &w, &scaling));
    } else if (scaling.level) {
        jw_str(&w, "instantiationLevelId", scaling.level);
    } else {
        TRY(levels_write(cli, &w, "scaleInfo"));
    }
    jw_end(&w);
    return operation_begin(cli, "POST",
                           mem_printf(cli->mem, "%s/%s/%s", vnf_noun.path,
                                      json_get_str(thing, "id"),
                                      scaling.aspect ? "scale" : "scale_to_level"),
                           body.data);
}

/* ---- a VNF of a network service ------------------------------------------------------------ */

struct err *
ns_vnf_find(struct cli *cli, const struct json *ns, const char *word, const char **id)
{
    struct call call = {.method = "GET"};
    const struct json *vnfs;
    struct reply reply;

    call.path = mem_printf(cli->mem, "%s/%s", ns_noun.path, json_get_str(ns, "id"));
    TRY(session_call(&cli->session, &call, &reply));
    vnfs = json_get(reply.json, "vnfInstance");
    json_each (vnfs, i) {
        const struct json *vnf = vnfs->items[i];

        if (str_eq(json_get_str(vnf, "id"), word) ||
            str_eq(json_get_str(vnf, "vnfInstanceName"), word) ||
            str_eq(json_str(json_path(vnf, "metadata.vnfProfileId")), word)) {
            *id = json_get_str(vnf, "id");
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "the network service has no VNF %s", word);
}

static struct err *
drain_write(struct cli *cli, struct jw *w)
{
    const char *drain = option_get(cli, "drain");

    if (drain) {
        jw_object(w, "additionalParams");
        TRY(number_write(w, "drainSeconds", drain));
        jw_end(w);
    }
    return NULL;
}

/* --to ASPECT=N of the NSD: levels are called by numbers. */
static struct err *
ns_levels_write(struct cli *cli, struct jw *w)
{
    jw_array(w, "nsScaleInfo");
    vec_each (&cli->given, given) {
        const char *equals = strchr(given->value, '=');

        if (!str_eq(given->name, "to")) {
            continue;
        }
        if (!equals) {
            return err_new(E_INVALID, NULL, "--to wants ASPECT=N, not '%s'", given->value);
        }
        jw_object(w, NULL);
        jw_str(w, "nsScalingAspectId",
               mem_strn(cli->mem, given->value, (size_t)(equals - given->value)));
        jw_str(w, "nsScaleLevelId", equals + 1);
        jw_end(w);
    }
    jw_end(w);
    return NULL;
}

/* The NS as a whole, as its NSD says. */
static struct err *
of_ns_write(struct cli *cli, const struct scaling *scaling, struct jw *w, const char *key)
{
    const char *drain = option_get(cli, "drain");

    jw_object(w, key);
    jw_str(w, "scaleType", "SCALE_NS");
    jw_object(w, "scaleNsData");
    jw_object(w, scaling->aspect ? "scaleNsByStepsData" : "scaleNsToLevelData");
    if (scaling->aspect) {
        jw_str(w, "scalingDirection", scaling->type);
        TRY(steps_write(cli, w, scaling));
    } else if (scaling->level) {
        jw_str(w, "nsInstantiationLevel", scaling->level);
    } else {
        TRY(ns_levels_write(cli, w));
    }
    jw_end(w);
    if (drain) {
        jw_object(w, "additionalParamsForNs");
        TRY(number_write(w, "drainSeconds", drain));
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
    return NULL;
}

/* ScaleNsRequest under 'key'. */
static struct err *
request_write(struct cli *cli, const struct json *ns, struct jw *w, const char *key)
{
    const char *vnf = option_get(cli, "vnf"), *id;
    struct scaling scaling;

    TRY(scaling_read(cli, &scaling));
    if (!vnf) {
        return of_ns_write(cli, &scaling, w, key);
    }
    TRY(ns_vnf_find(cli, ns, vnf, &id));
    jw_object(w, key);
    jw_str(w, "scaleType", "SCALE_VNF");
    jw_array(w, "scaleVnfData");
    jw_object(w, NULL);
    jw_str(w, "vnfInstanceId", id);
    jw_str(w, "scaleVnfType",
           scaling.aspect  ? scaling.type
           : scaling.level ? "SCALE_TO_INSTANTIATION_LEVEL"
                           : "SCALE_TO_SCALE_LEVEL(S)");
    jw_object(w, scaling.aspect ? "scaleByStepData" : "scaleToLevelData");
    if (scaling.aspect) {
        TRY(steps_write(cli, w, &scaling));
    } else if (scaling.level) {
        jw_str(w, "vnfInstantiationLevelId", scaling.level);
    } else {
        TRY(levels_write(cli, w, "vnfScaleInfo"));
    }
    TRY(drain_write(cli, w));
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    return NULL;
}

struct err *
ns_scale(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *thing;

    TRY(noun_find(cli, &ns_noun, cli->args[0], &thing));
    TRY(request_write(cli, thing, &w, NULL));
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/scale", ns_noun.path, json_get_str(thing, "id")),
        body.data);
}

struct err *
ns_scale_plan(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *thing;

    TRY(noun_find(cli, &ns_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    jw_str(&w, "nsInstanceId", json_get_str(thing, "id"));
    TRY(request_write(cli, thing, &w, "scale"));
    jw_end(&w);
    return plan_show(cli, body.data);
}
