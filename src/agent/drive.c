/* The config drive of a server: what the metadata service would say when it starts, as files.  The folder is
 * ours, and the server sees it read-only. */
#include "agent/host.h"
#include "agent/oci.h"
#include "base/vec.h"
#include "desired/told.h"
#include "sys/file.h"

static struct err *
leaf_write(struct told *told, const struct told_leaf *leaf, const char *dir)
{
    AUTO_BUF out = BUF_INIT;
    bool good;

    if (!told_has(told, leaf)) {
        return NULL;
    }
    told->out = &out;
    good = leaf->write(told);
    told->out = NULL;
    if (!good) {
        return err_new(E_INVALID, NULL, "%s of the config drive cannot be made", leaf->name);
    }
    return file_put(mem_printf(told->mem, "%s/%s", dir, leaf->name), out.data, out.len, 0644);
}

/* A server without ports is told who it is all the same. */
static const struct desired_guest *
portless(struct mem *mem, const struct desired_server *server)
{
    struct desired_guest *guest = row_new(mem, &desired_guest_table);

    guest->server_id = server->id;
    guest->project_id = server->project_id;
    guest->name = server->name;
    guest->hostname = oci_hostname(mem, server->name);
    guest->user_data = server->user_data;
    return guest;
}

static struct told
told_of(const struct world *world, struct mem *mem, const struct desired_server *server)
{
    struct told told = {.mem = mem, .ports.items = MEM_ARRAY(mem, server->ports.n + 1, void *)};

    for (size_t i = 0; i < server->ports.n; i++) {
        const struct desired_port *port = world_find(world, DESIRED_port, server->ports.items[i]);

        if (port && world_find(world, DESIRED_network, port->network_id)) {
            told.ports.items[told.ports.n++] = briefing_guest(world, mem, port);
        }
    }
    told.guest = told.ports.n ? told.ports.items[0] : portless(mem, server);
    return told;
}

struct err *
drive_make(const struct world *world, struct mem *mem, const struct desired_server *server,
           const char *dir)
{
    struct told told = told_of(world, mem, server);
    const char *openstack = mem_printf(mem, "%s/openstack", dir),
               *latest = mem_printf(mem, "%s/latest", openstack);

    TRY(dir_remove(dir));
    if (!server->config_drive) {
        return NULL;
    }
    TRY(dir_make(dir, 0755));
    TRY(dir_make(openstack, 0755));
    TRY(dir_make(latest, 0755));
    for (const struct told_leaf *leaf = told_leaves; leaf->name; leaf++) {
        TRY(leaf_write(&told, leaf, latest));
    }
    return NULL;
}
