/* OpenStack's tree (/openstack/VERSION/...) and EC2's (/VERSION/...), as far as a
 * site knows what they ask: see Nova's "Metadata service" and cloud-init's
 * data sources.  A version that is listed holds what it held when it was new. */
#include "responder/tree.h"

#include "base/str.h"
#include "desired/told.h"

#include <string.h>

#define TEXT "text/plain; charset=utf-8"

/* ---- EC2 -------------------------------------------------------------------------------------- */

/* As EC2 writes it, "i-" and 17 digits: the last of the server's own, since the
 * first of those that were made together are the same. */
static bool
instance_id(struct told *a)
{
    const char *id = a->guest->server_id + strlen(a->guest->server_id);

    for (int left = 17; left; left -= *id != '-') {
        id--;
    }
    buf_str(a->out, "i-");
    for (; *id; id++) {
        buf_add(a->out, id, *id != '-');
    }
    return true;
}

static bool
hostname(struct told *a)
{
    buf_str(a->out, a->guest->hostname);
    return true;
}

/* The first of the server's, whichever port asks. */
static bool
local_ipv4(struct told *a)
{
    TOLD_ADDRESSES(a, port, address)
    {
        if (!strchr(address->ip, ':')) {
            buf_str(a->out, address->ip);
            return true;
        }
    }
    return false;
}

static bool
mac(struct told *a)
{
    buf_str(a->out, ((const struct desired_guest *)a->ports.items[0])->mac);
    return true;
}

/* ---- the tree --------------------------------------------------------------------------------- */

static const char *const openstack_versions[] = {"2012-08-10", "2013-04-04", "2013-10-17",
                                                 "2015-10-15", "latest", NULL};
static bool
ec2_user_data_write(struct told *a)
{
    const struct told_leaf *leaf = told_leaves;

    while (!str_eq(leaf->name, "user_data")) {
        leaf++;
    }
    return a->guest->user_data && leaf->write(a);
}

static const struct told_leaf ec2_facts[] = {
    {"hostname", TEXT, "", hostname},
    {"instance-id", TEXT, "", instance_id},
    {"local-hostname", TEXT, "", hostname},
    {"local-ipv4", TEXT, "", local_ipv4},
    {"mac", TEXT, "", mac},
    {NULL, NULL, NULL, NULL},
};
static const struct told_leaf ec2_user_data[] = {
    {"user-data", "application/octet-stream", "", ec2_user_data_write}, {NULL, NULL, NULL, NULL}};
static const char *const ec2_versions[] = {"2009-04-04", "latest", NULL};

static void
list_add(struct buf *out, const char *name)
{
    buf_str(out, out->len ? "\n" : "");
    buf_str(out, name);
}

static bool
list_words(struct buf *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) {
        list_add(out, words[i]);
    }
    return true;
}

/* Is it there: in this version, and for this server? */
static bool
leaf_holds(struct told *a, const struct told_leaf *leaf, const char *version)
{
    return strcmp(leaf->since, version) <= 0 && told_has(a, leaf);
}

static bool
leaves_get(struct told *a, const struct told_leaf *leaf, const char *version, const char *name,
           const char **type)
{
    for (; leaf->name; leaf++) {
        if (!leaf_holds(a, leaf, version)) {
            continue;
        }
        if (str_empty(name)) {
            list_add(a->out, leaf->name);
        } else if (str_eq(name, leaf->name)) {
            *type = leaf->type;
            return leaf->write(a);
        }
    }
    return str_empty(name);
}

static bool
openstack_get(struct told *a, char **parts, size_t n, const char **type)
{
    const char *version = n > 1 ? parts[1] : "";

    if (!*version) {
        return n < 3 && list_words(a->out, openstack_versions);
    }
    return n < 4 && str_in(version, openstack_versions) &&
           leaves_get(a, told_leaves, version, n > 2 ? parts[2] : "", type);
}

static bool
ec2_get(struct told *a, char **parts, size_t n, const char **type)
{
    const char *second = n > 1 ? parts[1] : "", *third = n > 2 ? parts[2] : "";

    if (!str_in(parts[0], ec2_versions) || n > 3) {
        return false;
    }
    if (!*second) {
        list_add(a->out, "meta-data");
        if (a->guest->user_data) {
            list_add(a->out, ec2_user_data->name);
        }
        return n < 3;
    }
    if (str_eq(second, "meta-data")) {
        return leaves_get(a, ec2_facts, "", third, type);
    }
    return !*third && leaves_get(a, ec2_user_data, "", second, type);
}

bool
tree_get(const struct guests *guests, const struct desired_guest *guest, const char *path,
         struct buf *out, const char **type)
{
    AUTO(mem) mem = mem_new("metadata");
    struct told a = {.guest = guest, .mem = mem, .out = out};
    size_t n;
    char **parts = str_split(mem, path + 1, '/', &n);

    a.ports = guests_of_server(guests, guest->server_id, mem);
    *type = TEXT;
    if (n == 1 && !*parts[0]) {
        return list_words(out, ec2_versions);
    }
    return str_eq(parts[0], "openstack") ? openstack_get(&a, parts, n, type)
                                         : ec2_get(&a, parts, n, type);
}
