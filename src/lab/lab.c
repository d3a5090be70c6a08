/* What a lab consists of, derived from its name and number alone, so that
 * `carrick down` finds everything that `carrick up` made even after a crash. */
#include "lab/lab.h"

#include "base/str.h"
#include "lab/roles.h"

#include <string.h>

#define LAB_UID 64200 /* first of four a lab, which Debian's allocation leaves free */
#define LAB_RESPONDER_UID 63800 /* likewise, of two */
#define LAB_SITE_PORT 8080
#define LAB_PORT 9890

static const char *const site_names[LAB_N_SITES] = {"east", "west"};

static void
lab_site_describe(const struct lab *lab, int i, struct lab_site *site)
{
    struct mem *mem = lab->mem;

    site->name = site_names[i];
    site->netns = mem_printf(mem, "ck-%s-%s", lab->name, site->name);
    site->netns_path = mem_printf(mem, "/run/netns/%s", site->netns);
    site->dir = mem_printf(mem, "%s/%s", lab->dir, site->name);
    site->link = mem_printf(mem, "ck%d-%s", lab->number, site->name);
    site->host_ip = mem_printf(mem, "198.18.%d.%d", lab->number, 4 * i + 1);
    site->ip = mem_printf(mem, "198.18.%d.%d", lab->number, 4 * i + 2);
    site->wan_ip = mem_printf(mem, "198.18.%d.%d", lab->number, 129 + i);
    site->url = mem_printf(mem, "http://%s:%d", site->ip, LAB_SITE_PORT);
    site->uid = (uid_t)(LAB_UID + 4 * lab->number + 1 + i);
    site->responder_uid = (uid_t)(LAB_RESPONDER_UID + LAB_N_SITES * lab->number + i);
}

struct err *
lab_describe(struct mem *mem, const char *name, const char *dir, int number, struct lab *lab)
{
    if (number < 0 || number > 199) {
        return err_new(E_INVALID, NULL, "the lab's number must be from 0 to 199, not %d", number);
    }
    for (const char *c = name; c == name || *c; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')) || c - name >= 16) {
            return err_new(E_INVALID, NULL,
                           "the lab's name must be 1 to 16 lower-case letters and digits");
        }
    }
    *lab = (struct lab){.mem = mem,
                        .name = mem_str(mem, name),
                        .dir = mem_str(mem, dir),
                        .number = number,
                        .port = (uint16_t)(LAB_PORT + number),
                        .uid = (uid_t)(LAB_UID + 4 * number)};
    lab->url = mem_printf(mem, "http://127.0.0.1:%d", lab->port);
    for (int i = 0; i < LAB_N_SITES; i++) {
        lab_site_describe(lab, i, &lab->sites[i]);
    }
    return NULL;
}

static struct err *
site_roles_add(const struct lab *lab, const struct lab_site *site, struct supervisor *supervisor)
{
    struct mem *mem = lab->mem;
    const struct roles_site roles = {
        .suffix = mem_printf(mem, "-%s", site->name),
        .name = site->name,
        .netns = site->netns_path,
        .listen = site->url + strlen("http://"),
        .vtep = site->wan_ip,
        .flows = lab->flows,
        .plain_http = "anywhere", /* its wires are in this machine */
        .site_state = mem_printf(lab->mem, "%s/site", site->dir),
        .agent_state = mem_printf(lab->mem, "%s/agent", site->dir),
        .agent_socket = mem_printf(mem, "%s/agent.sock", site->dir),
        .responder_dir = mem_printf(mem, "%s/responder", site->dir),
        .bpffs = mem_printf(mem, "%s/bpf", site->dir),
        .site = {site->uid, (gid_t)site->uid},
        .responder = {site->responder_uid, (gid_t)site->responder_uid},
    };

    return roles_site_add(mem, supervisor, &roles);
}

struct err *
lab_roles_add(const struct lab *lab, struct supervisor *supervisor)
{
    const struct roles_orchestrator orchestrator = {
        .listen = lab->url + strlen("http://"),
        .callbacks = "127.0.0.0/8,::1/128", /* whoever is told is on this machine too */
        .state = mem_printf(lab->mem, "%s/orchestrator", lab->dir),
        .user = {lab->uid, (gid_t)lab->uid},
    };

    for (int i = 0; i < LAB_N_SITES; i++) {
        TRY(site_roles_add(lab, &lab->sites[i], supervisor));
    }
    return roles_orchestrator_add(lab->mem, supervisor, &orchestrator);
}
