/* `carrick site ...`: options are the attributes of the site's table; credentials
 * may also be taken from a clouds.yaml, so that no password is typed. */
#include "cli/command.h"

#include "base/yaml.h"
#include "nfvo/nfvo.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>

#define CLOUDS_MAX (1 << 20)

/* Members of a body that a clouds.yaml has: attribute, key below "auth". */
static const char *const cloud_keys[][2] = {
    {"auth_url", "auth_url"},
    {"username", "username"},
    {"password", "password"},
    {"project_name", "project_name"},
    {"user_domain_name", "user_domain_name"},
    {"project_domain_name", "project_domain_name"},
};

static struct err *
cloud_of(struct cli *cli, const char *path, const struct yaml **auth)
{
    const struct yaml *root, *clouds, *cloud;
    const char *name = option_get(cli, "cloud");
    char *text;
    size_t n;

    TRY(file_read(cli->mem, path, CLOUDS_MAX, &text, &n));
    TRY(yaml_parse(cli->mem, path, text, n, NULL, &root));
    clouds = yaml_get(root, "clouds");
    if (!name && clouds && clouds->n == 1) {
        name = yaml_str(clouds->keys[0]);
    }
    cloud = name ? yaml_get(clouds, name) : NULL;
    if (!cloud) {
        return err_new(E_INVALID, NULL, "%s has no cloud \"%s\": name one with --cloud", path,
                       str_or(name, ""));
    }
    *auth = yaml_get(cloud, "auth");
    return NULL;
}

/* What the file says and no option says otherwise. */
static struct err *
credentials_write(struct cli *cli, struct jw *w)
{
    const char *path = option_get(cli, "credentials");
    const struct yaml *auth = NULL;

    if (!path) {
        return NULL;
    }
    TRY(cloud_of(cli, path, &auth));
    for (size_t i = 0; i < ARRAY_SIZE(cloud_keys); i++) {
        const struct attr *attr = table_attr(&site_table, cloud_keys[i][0]);
        const char *value = yaml_get_str(auth, cloud_keys[i][1]);

        if (value && !option_get(cli, option_of_attr(cli->mem, attr))) {
            jw_str(w, cloud_keys[i][0], value);
        }
    }
    return NULL;
}

/* --country XX and --label KEY=VALUE, as a location. */
static struct err *
location_write(struct cli *cli, struct jw *w)
{
    const char *country = option_get(cli, "country");

    if (!country && !option_flag(cli, "label")) {
        return NULL;
    }
    jw_object(w, "location");
    if (country) {
        jw_str(w, "country_code", country);
    }
    jw_object(w, "labels");
    vec_each (&cli->given, given) {
        size_t n = strcspn(given->value, "=");

        if (!str_eq(given->name, "label")) {
            continue;
        }
        if (!n || !given->value[n]) {
            cli->status = 2;
            return err_new(E_INVALID, NULL, "--label %s: it is not KEY=VALUE", given->value);
        }
        jw_str(w, mem_strn(cli->mem, given->value, n), given->value + n + 1);
    }
    jw_end(w);
    jw_end(w);
    return NULL;
}

struct err *
site_add(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *made;

    if (option_flag(cli, "if-missing")) {
        TRY(noun_look(cli, &site_noun, cli->args[0], &made));
        if (made) {
            printf("site %s is there already\n", cli->args[0]);
            return NULL;
        }
    }
    jw_object(&w, NULL);
    jw_str(&w, "name", cli->args[0]);
    TRY(credentials_write(cli, &w));
    TRY(options_to_body(cli, &site_table, POST, &w));
    TRY(location_write(cli, &w));
    jw_end(&w);
    TRY(noun_create(cli, &site_noun, body.data, &made));
    if (cli->json) {
        print_json(made);
    } else {
        printf("site %s is %s (%s)\n", cli->args[0], json_get_str(made, "status"),
               json_get_str(made, "id"));
    }
    return NULL;
}

struct err *
site_set(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct call call = {.method = "PATCH"};
    const struct json *thing;
    struct reply reply;

    TRY(noun_find(cli, &site_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    TRY(credentials_write(cli, &w));
    TRY(options_to_body(cli, &site_table, PUT, &w));
    TRY(location_write(cli, &w));
    jw_end(&w);
    if (str_eq(body.data, "{}")) {
        cli->status = 2;
        return err_new(E_INVALID, NULL, "nothing is said that is to change: carrick site set --help tells what may");
    }
    call.path = mem_printf(cli->mem, "%s/%s", site_noun.path, json_get_str(thing, "id"));
    call.body = body.data;
    TRY(session_call(&cli->session, &call, &reply));
    printf("site %s is changed\n", cli->args[0]);
    return NULL;
}

struct err *
site_invite(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *minutes = option_get(cli, "minutes");
    const struct json *made;

    if (!option_flag(cli, "address")) {
        cli->status = 2;
        return err_new(E_INVALID, NULL, "--address ADDRESS is missing: the site's certificate is for it");
    }
    jw_object(&w, NULL);
    jw_str(&w, "name", cli->args[0]);
    if (minutes) {
        TRY(number_write(&w, "minutes", minutes));
    }
    jw_array(&w, "addresses");
    vec_each (&cli->given, given) {
        if (str_eq(given->name, "address")) {
            jw_str(&w, NULL, given->value);
        }
    }
    jw_end(&w);
    jw_end(&w);
    TRY(noun_create(cli, &invitation_noun, body.data, &made));
    if (cli->json) {
        print_json(made);
        return NULL;
    }
    printf("on the site's box, until %s, once:\n\n  carrick site join %s --token %s\n\n",
           json_get_str(made, "expires_at"), cli->session.root, json_get_str(made, "token"));
    return NULL;
}
