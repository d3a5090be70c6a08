/* `carrick secret renew ROLE WHAT`: secrets of a role of this box are made anew, by who may write its
 * folder: that is also how a password that everybody forgot is set again. */
#include "cli/setup.h"

#include "base/uuid.h"
#include "faces/role.h"
#include "identity/identity.h"
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
    {"admin-password", "new password of the administrator", "admin.password" IDENTITY_NEW_PASSWORD,
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

/* The folder of keys: that of all replicas, where they share one. */
static const char *
secrets_in(const struct cli_role *role, const struct settings *settings)
{
    const char *shared = str_eq(role->name, "orchestrator") ? setting_text(settings, "shared") : "";

    return *shared ? shared : setting_text(settings, "state");
}

struct err *
secret_renew(struct cli *cli)
{
    struct steps steps = {.cli = cli};
    AUTO_BUF faults = BUF_INIT;
    const struct secret *secret;
    const struct cli_role *role;
    struct settings *settings;
    const char *file, *state, *path, *now = NULL, *text;

    TRY(role_of(cli, cli->args[0], &role, &file));
    TRY(secret_of(cli, cli->args[1], &secret));
    if (!str_eq(role->name, "site") && !str_eq(role->name, "orchestrator")) {
        return err_new(E_INVALID, NULL, "%s has none of these secrets: a site and an orchestrator have",
                       role->name);
    }
    if (geteuid()) {
        return err_new(E_FORBIDDEN, NULL, "it writes what the role alone may read: run it as root");
    }
    (void)umask(077);
    if (!config_read(cli, role, file, &settings, &faults)) {
        return err_new(E_INVALID, NULL, "%s", faults.data);
    }
    state = secrets_in(role, settings);
    TRY(role_user_find(str_or(option_get(cli, "user"), mem_printf(cli->mem, "carrick-%s", role->name)),
                       &steps.uid, &steps.gid));
    if (secret->now) {
        TRY(steps_read(&steps, mem_printf(cli->mem, "%s/%s", state, secret->now), &now));
    }
    path = mem_printf(cli->mem, "%s/%s", state, secret->file);
    TRY(secret_free(&steps, secret, path, role->name));
    TRY(secret->make(cli->mem, now, &text));
    TRY(steps_add(&steps, (struct step){
                              .what = secret->what, .path = path, .text = text, .mode = 0600, .is_users = true}));
    TRY(setup_service_add(&steps, role->name));
    TRY(steps_do(&steps));
    printf("taken when the %s starts: %s\n", role->name, secret->then);
    setup_service_tell(role->name);
    return NULL;
}
