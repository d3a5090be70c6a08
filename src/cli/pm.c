/* Performance management out of a few words: PM jobs, their reports, thresholds.  Those of VNFs and
 * those of network services differ in their path and in whose instances they name. */
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pieces of bodies ------------------------------------------------------------------------ */

static struct err *
wanted(struct cli *cli, const char *name, const char **value)
{
    *value = option_get(cli, name);
    return *value ? NULL : err_new(E_INVALID, NULL, "--%s is needed", name);
}

/* The values of an option that may be repeated, each several with commas; nothing where there are
 * none. */
static void
words_write(struct cli *cli, struct jw *w, const char *key, const char *option)
{
    bool begun = false;

    vec_each (&cli->given, given) {
        size_t n;
        char **words;

        if (!str_eq(given->name, option)) {
            continue;
        }
        if (!begun) {
            jw_array(w, key);
            begun = true;
        }
        words = str_split(cli->mem, given->value, ',', &n);
        for (size_t i = 0; i < n; i++) {
            jw_str(w, NULL, words[i]);
        }
    }
    if (begun) {
        jw_end(w);
    }
}

static struct err *
real_write(struct jw *w, const char *key, const char *text)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end) {
        return err_new(E_INVALID, NULL, "'%s' is no number", text);
    }
    jw_real(w, key, number);
    return NULL;
}

/* Instances by name or id: VNFs, or network services where the noun is theirs (see noun.c). */
static struct err *
instance_id(struct cli *cli, const char *word, const char **id)
{
    const struct json *thing;

    TRY(noun_find(cli, cli->command->arg, word, &thing));
    *id = json_get_str(thing, "id");
    return NULL;
}

static struct err *
made_print(struct cli *cli, const char *body)
{
    const struct json *made;

    TRY(noun_create(cli, cli->command->noun, body, &made));
    if (cli->json) {
        print_json(made);
    } else {
        printf("%s\n", json_get_str(made, "id"));
    }
    return NULL;
}

/* ---- jobs ------------------------------------------------------------------------------- */

static struct err *
instances_write(struct cli *cli, struct jw *w)
{
    const char *first, *id;

    TRY(wanted(cli, "of", &first));
    jw_array(w, "objectInstanceIds");
    vec_each (&cli->given, given) {
        if (str_eq(given->name, "of")) {
            TRY(instance_id(cli, given->value, &id));
            jw_str(w, NULL, id);
        }
    }
    jw_end(w);
    return NULL;
}

static struct err *
job_criteria_write(struct cli *cli, struct jw *w)
{
    const char *every, *report = option_get(cli, "report"), *until = option_get(cli, "until");

    TRY(wanted(cli, "every", &every));
    jw_object(w, "criteria");
    words_write(cli, w, "performanceMetric", "metric");
    words_write(cli, w, "performanceMetricGroup", "group");
    TRY(number_write(w, "collectionPeriod", every));
    TRY(number_write(w, "reportingPeriod", str_or(report, every)));
    if (until) {
        jw_str(w, "reportingBoundary", until);
    }
    jw_end(w);
    return NULL;
}

struct err *
pm_job_create(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *type, *callback;

    TRY(wanted(cli, "type", &type));
    TRY(wanted(cli, "callback", &callback));
    jw_object(&w, NULL);
    jw_str(&w, "objectType", type);
    TRY(instances_write(cli, &w));
    words_write(cli, &w, "subObjectInstanceIds", "part");
    TRY(job_criteria_write(cli, &w));
    jw_str(&w, "callbackUri", callback);
    jw_end(&w);
    return made_print(cli, body.data);
}

/* ---- thresholds
 * ------------------------------------------------------------------------------------ */

static struct err *
threshold_criteria_write(struct cli *cli, struct jw *w)
{
    const char *metric, *value;

    TRY(wanted(cli, "metric", &metric));
    TRY(wanted(cli, "value", &value));
    jw_object(w, "criteria");
    jw_str(w, "performanceMetric", metric);
    jw_str(w, "thresholdType", "SIMPLE");
    jw_object(w, "simpleThresholdDetails");
    TRY(real_write(w, "thresholdValue", value));
    TRY(real_write(w, "hysteresis", str_or(option_get(cli, "hysteresis"), "0")));
    jw_end(w);
    jw_end(w);
    return NULL;
}

struct err *
pm_threshold_create(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *type, *of, *callback, *id;

    TRY(wanted(cli, "type", &type));
    TRY(wanted(cli, "of", &of));
    TRY(wanted(cli, "callback", &callback));
    TRY(instance_id(cli, of, &id));
    jw_object(&w, NULL);
    jw_str(&w, "objectType", type);
    jw_str(&w, "objectInstanceId", id);
    words_write(cli, &w, "subObjectInstanceIds", "part");
    TRY(threshold_criteria_write(cli, &w));
    jw_str(&w, "callbackUri", callback);
    jw_end(&w);
    return made_print(cli, body.data);
}

/* ---- both
 * -------------------------------------------------------------------------------------------- */

struct err *
pm_set(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct call call = {.method = "PATCH"};
    const struct json *thing;
    const char *callback;
    struct reply reply;

    TRY(wanted(cli, "callback", &callback));
    TRY(noun_find(cli, cli->command->noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    jw_str(&w, "callbackUri", callback);
    jw_end(&w);
    call.path = mem_printf(cli->mem, "%s/%s", cli->command->noun->path, json_get_str(thing, "id"));
    call.body = body.data;
    TRY(session_call(&cli->session, &call, &reply));
    if (cli->json) {
        print_json(reply.json);
    } else {
        printf("%s %s tells %s\n", cli->command->noun->name, cli->args[0], callback);
    }
    return NULL;
}

/* ---- reports
 * ------------------------------------------------------------------------------------------- */

/* The one of that id, else the newest. */
static const char *
report_pick(const struct json *reports, const char *wanted_id)
{
    const char *found = NULL;

    json_each (reports, i) {
        const char *id = id_of_path(json_get_str(reports->items[i], "href"));

        if (!wanted_id || str_eq(id, wanted_id)) {
            found = id;
        }
    }
    return found;
}

/* A line a value. */
static struct err *
values_print(struct cli *cli, const struct json *entries)
{
    static const char *const columns[] = {"time", "metric", "value", "part", "instance", NULL};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *list;

    jw_array(&w, NULL);
    json_each (entries, i) {
        const struct json *entry = entries->items[i];
        const struct json *values = json_get(entry, "performanceValues");

        json_each (values, j) {
            jw_object(&w, NULL);
            jw_str(&w, "time", json_get_str(values->items[j], "timeStamp"));
            jw_str(&w, "metric", json_get_str(entry, "performanceMetric"));
            jw_json(&w, "value", json_get(values->items[j], "value"));
            jw_str(&w, "part", str_or(json_get_str(entry, "subObjectInstanceId"), ""));
            jw_str(&w, "instance", json_get_str(entry, "objectInstanceId"));
            jw_end(&w);
        }
    }
    jw_end(&w);
    TRY(json_parse(cli->mem, text.data, text.len, &list));
    print_table(cli->mem, list, columns, NULL);
    return NULL;
}

struct err *
pm_report_show(struct cli *cli)
{
    const struct noun *noun = cli->command->noun;
    const char *asked = cli->n_args > 1 ? cli->args[1] : NULL, *id, *path;
    const struct json *job, *report;

    TRY(noun_find(cli, noun, cli->args[0], &job));
    path = mem_printf(cli->mem, "%s/%s", noun->path, json_get_str(job, "id"));
    TRY(session_get(&cli->session, path, &job));
    id = report_pick(json_get(job, "reports"), asked);
    if (!id) {
        return err_new(E_NOT_FOUND, NULL, "%s %s has no report%s%s", noun->name, cli->args[0],
                       asked ? " " : " yet", str_or(asked, ""));
    }
    TRY(session_get(&cli->session, mem_printf(cli->mem, "%s/reports/%s", path, id), &report));
    if (cli->json) {
        print_json(report);
        return NULL;
    }
    return values_print(cli, json_get(report, "entries"));
}
