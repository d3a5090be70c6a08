/* `carrick chain trace`: sites and ports by the words of the command line.  It
 * speaks to the sites themselves: what a packet meets is theirs to say. */
#include "cli/trace.h"

#include "base/uuid.h"

#include <stdio.h>

/* ---- the sites --------------------------------------------------------------------------- */

static struct err *
site_open(struct trace_run *run, const char *where)
{
    struct cli *cli = run->cli;
    struct trace_site *site = &run->sites[run->n_sites];
    struct credentials credentials;

    if (run->n_sites == TRACE_SITES_MAX) {
        return err_new(E_INVALID, NULL, "at most %d sites", TRACE_SITES_MAX);
    }
    TRY(credentials_read_site(cli->mem, where, &credentials));
    TRY(session_open_with(cli->mem, &credentials, !option_flag(cli, "no-token-cache"),
                          &site->session));
    site->name = str_or(credentials.cloud, credentials.auth_url);
    run->n_sites++;
    return NULL;
}

static struct err *
sites_open(struct trace_run *run)
{
    vec_each (&run->cli->given, given) {
        if (str_eq(given->name, "site")) {
            TRY(site_open(run, given->value));
        }
    }
    return run->n_sites ? NULL : site_open(run, NULL);
}

/* ---- the ports ----------------------------------------------------------------------------- */

#define PORTS "/v2.0/ports"
#define REMOTE_PORTS "/v2.0/carrick-interconnect/remote_ports"

/* What of a collection has that value; null where nothing has. */
static struct err *
port_look(struct trace_run *run, struct trace_site *site, const char *path, const char *by,
          const char *value, const struct json **port)
{
    const char *key = str_eq(path, PORTS) ? "ports" : "remote_ports";
    const struct json *answer, *list;

    *port = NULL;
    TRY(session_get(&site->session,
                    mem_printf(run->cli->mem, "%s?%s=%s", path, by,
                               url_encode(run->cli->mem, value)),
                    &answer));
    list = json_get(answer, key);
    if (json_is(list, JSON_T_ARRAY) && list->n > 1) {
        return err_new(E_CONFLICT, NULL, "%zu ports of %s have the %s \"%s\": use an id", list->n,
                       site->name, by, value);
    }
    if (json_is(list, JSON_T_ARRAY) && list->n == 1) {
        *port = list->items[0];
    }
    return NULL;
}

/* The port at the first site that has it, as a port. */
static struct err *
port_find(struct trace_run *run, int end, const char *name, size_t *at)
{
    const char *by = uuid_valid(name) ? "id" : "name";
    const struct json *port;

    for (size_t i = 0; i < run->n_sites; i++) {
        TRY(port_look(run, &run->sites[i], PORTS, by, name, &port));
        if (port) {
            run->sites[i].ends[end] = json_get_str(port, "id");
            run->macs[end] = json_get_str(port, "mac_address");
            *at = i;
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "no site that is named has a port \"%s\"", name);
}

/* Where its own site is not named, the remote port that stands for it will do. */
static struct err *
destination_find(struct trace_run *run, const char *name)
{
    struct trace_site *site = &run->sites[run->start];
    const char *by = uuid_valid(name) ? "id" : "name";
    const struct json *port;
    size_t at;
    struct err *e = port_find(run, TRACE_TO, name, &at);

    if (!err_is(e, E_NOT_FOUND)) {
        return e;
    }
    err_ignore(e, "a remote port is looked for");
    TRY(port_look(run, site, REMOTE_PORTS, by, name, &port));
    if (!port) {
        return err_new(E_NOT_FOUND, NULL, "no site that is named has a port \"%s\"", name);
    }
    site->ends[TRACE_TO] = json_get_str(port, "id");
    run->macs[TRACE_TO] = json_get_str(port, "mac_address");
    return NULL;
}

struct err *
trace_ends_find(struct trace_run *run, struct trace_site *site)
{
    const struct json *port;

    for (int end = 0; end < 2; end++) {
        if (site->ends[end]) {
            continue;
        }
        TRY(port_look(run, site, PORTS, "mac_address", run->macs[end], &port));
        if (!port) {
            TRY(port_look(run, site, REMOTE_PORTS, "mac_address", run->macs[end], &port));
        }
        if (!port) {
            return err_new(E_NOT_FOUND, NULL, "%s has no port with the address %s", site->name,
                           run->macs[end]);
        }
        site->ends[end] = json_get_str(port, "id");
    }
    return NULL;
}

struct err *
chain_trace(struct cli *cli)
{
    struct trace_run *run = MEM_NEW(cli->mem, struct trace_run);
    const char *from = option_get(cli, "from"), *to = option_get(cli, "to");
    AUTO_BUF words = BUF_INIT;

    run->cli = cli;
    cli->status = 2;
    if (!from || !to) {
        return err_new(E_INVALID, NULL, "--from and --to are needed");
    }
    for (int i = 0; i < cli->n_args; i++) {
        buf_str(&words, cli->args[i]);
        buf_char(&words, ' ');
    }
    TRY(trace_match_parse(cli->mem, words.data, &run->match));
    cli->status = 1;
    TRY(sites_open(run));
    TRY(port_find(run, TRACE_FROM, from, &run->start));
    TRY(destination_find(run, to));
    cli->status = 0;
    return option_flag(cli, "live") ? trace_live(run) : trace_imagine(run);
}
