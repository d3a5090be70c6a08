/* `carrick secret renew ROLE WHAT`: secrets of a role of this box are made anew, by who may write its
 * folder: that is also how a password that everybody forgot is set again.  `carrick secret lost ROLE`: the sealing
 * key is gone for good, and what it sealed is given up. */
#include "cli/setup.h"

#include "base/uuid.h"
#include "base/version.h"
#include "faces/role.h"
#include "identity/identity.h"
#include "store/reseal.h"
#include "sys/file.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD_BYTES 18
#define SEAL_KEY_BYTES 32

const struct cli_option secret_options[] = {
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {"user", "NAME", "user that the role runs as (default carrick-ROLE)"},
    {"yes", NULL, "do not ask"},
    {0},
};

const struct cli_option lost_options[] = {
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {"user", "NAME", "user that the role runs as (default carrick-ROLE)"},
    {"give-up", NULL, "give up what the lost key sealed: without it, what that is is told only"},
    {"yes", NULL, "do not ask"},
    {0},
};

/* What can be renewed: a file that the role reads when it starts. */
struct secret {
    const char *word, *what, *file;
    const char *now; /* file that the new one is made from, or null */
    struct err *(*make)(struct mem *mem, const char *now, const char **text);
    const char *then; /* what follows from it */
    bool stays;       /* one that waits for a start is not replaced */
};

static struct err *
password_make(struct mem *mem, const char *now, const char **text)
{
    uint8_t raw[PASSWORD_BYTES];

    (void)now;
    random_bytes(raw, sizeof raw);
    *text = mem_printf(mem, "%s\n", base64_from(mem, raw, sizeof raw, true));
    return NULL;
}

static struct err *
seal_key_make(struct mem *mem, const char *now, const char **text)
{
    uint8_t raw[SEAL_KEY_BYTES];
    char hex[SEAL_KEY_BYTES * 2 + 1];

    (void)now;
    random_bytes(raw, sizeof raw);
    hex_from(hex, raw, sizeof raw);
    *text = mem_printf(mem, "%s\n", hex);
    return NULL;
}

static const struct secret secrets[] = {
    {"admin-password", "new password of the administrator", ROLE_PASSWORD IDENTITY_NEW_PASSWORD,
     NULL, password_make,
     "it stands in admin.password and clouds.yaml then; tokens that admin has are void", false},
    {"token-key", "new signing key of tokens", "token.key", "token.key", identity_key_renew,
     "tokens that there are are good until they end; do it twice and they are void", false},
    {"seal-key", "new sealing key of the store", ROLE_NEXT_SEAL_KEY, NULL, seal_key_make,
     "all that is sealed is sealed with it then, and seal.key has it; backups of before need the key of before",
     true},
    {0},
};

static struct err *
secret_of(struct cli *cli, const char *word, const struct secret **secret)
{
    for (*secret = secrets; (*secret)->word && !str_eq((*secret)->word, word); ++*secret) {
    }
    if ((*secret)->word) {
        return NULL;
    }
    cli->status = 2;
    return err_new(E_INVALID, NULL, "%s: what can be renewed is admin-password, token-key and seal-key", word);
}

/* A start that was cut short may have sealed with the one that waits, which is in no other place. */
static struct err *
secret_free(const struct steps *steps, const struct secret *secret, const char *path, const char *role)
{
    const char *waits = NULL;

    if (secret->stays) {
        TRY(steps_read(steps, path, &waits));
    }
    return waits ? err_new(E_CONFLICT, NULL, "%s: one waits already, and may be the only one that opens the store: "
                           "start the %s", path, role)
                 : NULL;
}

/* A role of this box with a folder of secrets. */
struct place {
    struct mem *mem;
    const struct cli_role *role;
    struct settings *settings;
    const char *state;
};

static struct err *
place_find(struct cli *cli, struct steps *steps, struct place *place)
{
    AUTO_BUF faults = BUF_INIT;
    const char *file;

    place->mem = cli->mem;
    TRY(role_of(cli, cli->args[0], &place->role, &file));
    if (!str_eq(place->role->name, "site") && !str_eq(place->role->name, "orchestrator")) {
        return err_new(E_INVALID, NULL, "%s has none of these secrets: a site and an orchestrator have",
                       place->role->name);
    }
    if (geteuid()) {
        return err_new(E_FORBIDDEN, NULL, "it writes what the role alone may read: run it as root");
    }
    (void)umask(077);
    if (!config_read(cli, place->role, file, &place->settings, &faults)) {
        return err_new(E_INVALID, NULL, "%s", faults.data);
    }
    place->state = setting_keys(place->role, place->settings);
    return role_user_find(str_or(option_get(cli, "user"), mem_printf(cli->mem, "carrick-%s", place->role->name)),
                          &steps->uid, &steps->gid);
}

/* Of several that share what is renewed none is started again alone: it would be refused, or have keys that the
 * others have not. */
static struct err *
start_add(struct steps *steps, const struct place *place)
{
    return *setting_text(place->settings, "replica") ? NULL : setup_service_add(steps, place->role->name);
}

static void
start_tell(const struct place *place, const char *then)
{
    bool shares = *setting_text(place->settings, "replica");

    printf("taken when %s starts: %s\n", shares ? "a replica" : mem_printf(place->mem, "the %s", place->role->name), then);
    if (shares) {
        printf("they share it: stop all replicas, start one, which takes it, then the others\n");
    } else {
        setup_service_tell(place->mem, place->role->name, place->settings->file);
    }
}

/* Adds: a new one of 'secret' in 'name', for the next start. */
static struct err *
secret_add(struct steps *steps, const struct place *place, const struct secret *secret, const char *name)
{
    struct mem *mem = steps->cli->mem;
    const char *now = NULL, *text;

    if (secret->now) {
        TRY(steps_read(steps, mem_printf(mem, "%s/%s", place->state, secret->now), &now));
    }
    TRY(secret->make(mem, now, &text));
    return steps_add(steps, (struct step){.what = secret->what, .path = mem_printf(mem, "%s/%s", place->state, name),
                                          .text = text, .mode = 0600, .is_users = true});
}

struct err *
secret_renew(struct cli *cli)
{
    struct steps steps = {.cli = cli};
    const struct secret *secret;
    struct place place;

    TRY(secret_of(cli, cli->args[1], &secret));
    TRY(place_find(cli, &steps, &place));
    TRY(secret_free(&steps, secret, mem_printf(cli->mem, "%s/%s", place.state, secret->file), place.role->name));
    TRY(secret_add(&steps, &place, secret, secret->file));
    TRY(start_add(&steps, &place));
    TRY(steps_do(&steps));
    start_tell(&place, secret->then);
    return NULL;
}

/* ---- a sealing key that is lost ---------------------------------------------------------------- */

/* What is sealed, in words, and how it is given anew. */
static const struct lost {
    const char *table, *attr, *what, *mend;
} losts[] = {
    {"user", "password_hash", "passwords of users", "an administrator sets new ones; admin has a new one already"},
    {"site", "password", "passwords that sites are reached with",
     "they are DOWN until `carrick site set NAME --credentials FILE`"},
    {"vnfm", "password", "passwords that VNFMs are called with", "calls fail until `carrick vnfm set NAME --password ...`"},
    {"subscription", "auth_secret", "passwords of subscribers",
     "their notifications wait until who subscribed does so again; `carrick subscription list` says which"},
    {"package_access", "secret", "passwords that external artifacts are got with", "needed where an on-boarding begins again"},
    {"lcm_grant", "asked_params", "parameters that VNFMs asked for grants with", "kept only, needed for nothing"},
};

const char *
secret_lost_what(const char *table, const char *attr, const char **mend)
{
    for (size_t i = 0; i < ARRAY_SIZE(losts); i++) {
        if (str_eq(losts[i].table, table) && str_eq(losts[i].attr, attr)) {
            *mend = losts[i].mend;
            return losts[i].what;
        }
    }
    return NULL;
}

static void
lost_tell(void *arg, const char *table, const char *attr, int64_t n)
{
    const char *mend = NULL, *what = secret_lost_what(table, attr, &mend);

    (void)arg;
    if (n) {
        printf("  %6lld %s: %s\n", (long long)n, str_or(what, table), str_or(mend, "-"));
    }
}

struct losing {
    struct cli *cli;
    const char *state;
    struct store_config config;
};

/* As the role's user: it may read its keys, and its database. */
static struct err *
lost_look(void *arg)
{
    struct losing *losing = arg;

    TRY(role_seal_lost(losing->cli->mem, losing->state, &losing->config));
    printf("no key of %s opens %s. What is sealed there cannot be read any more by anybody:\n", losing->state,
           url_shown(losing->cli->mem, losing->config.path));
    return store_sealed(&losing->config, lost_tell, NULL);
}

struct err *
secret_lost(struct cli *cli)
{
    struct steps steps = {.cli = cli};
    struct losing losing = {.cli = cli};
    const struct secret *key, *password;
    struct place place;

    TRY(place_find(cli, &steps, &place));
    losing.state = place.state;
    losing.config = (struct store_config){.path = setting_store(cli->mem, place.role, place.settings),
                                          .version = carrick_version, .tables = place.role->tables(cli->mem)};
    TRY(steps_as_user(&steps, lost_look, &losing));
    printf("  and the keys that scripts open servers of VNFs with: servers made from then on have others\n"
           "all else is not sealed, and stays.\n");
    if (!option_flag(cli, "give-up")) {
        return err_new(E_CANCELLED, NULL, "nothing is done: put the key back, from a backup of %s; if there is none, "
                       "--give-up gives up what is told above, for good", place.state);
    }
    TRY(secret_of(cli, "seal-key", &key));
    TRY(secret_of(cli, "admin-password", &password));
    TRY(secret_free(&steps, key, mem_printf(cli->mem, "%s/" ROLE_LOST_SEAL_KEY, place.state), place.role->name));
    TRY(secret_add(&steps, &place, password, ROLE_LOST_PASSWORD)); /* First: the key alone would have it all given up. */
    TRY(secret_add(&steps, &place, key, ROLE_LOST_SEAL_KEY));
    TRY(start_add(&steps, &place));
    TRY(steps_do(&steps));
    start_tell(&place, "the new key seals, and admin has the password of admin.password");
    return NULL;
}
