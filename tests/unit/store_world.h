/* A small world for the tests of attr, store, ledger and resource: networks,
 * ports with addresses (child table), groups (m:n), references that cascade or
 * are set to null, a secret. */
#ifndef STORE_WORLD_H
#define STORE_WORLD_H

#include "base/attr.h"

struct net {
    struct row row;
#define ATTR ATTR_MEMBER
#include "store_net.tbl"
};
struct group {
    struct row row;
#include "store_group.tbl"
};
struct address {
    struct row row;
#include "store_address.tbl"
};
struct port {
    struct row row;
#include "store_port.tbl"
#undef ATTR
};

static const char *const port_kinds[] = {"normal", "direct", NULL};

static inline void
port_fill_shown(struct mem *mem, const struct attr *attr, void *row)
{
    *(const char **)attr_at(attr, row) = mem_printf(mem, "port %s", ((struct port *)row)->name);
}

#define ATTR ATTR_ROW
#define TABLE_STRUCT net
static const struct attr net_attrs[] = {
#include "store_net.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT group
static const struct attr group_attrs[] = {
#include "store_group.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT address
static const struct attr address_attrs[] = {
#include "store_address.tbl"
};
#undef TABLE_STRUCT
static const struct table address_table = {.name = "port_address",
                                           .doc = "Addresses of a port.",
                                           .parent = "port_id",
                                           .unique = "subnet, ip_address",
                                           TABLE(struct address, address_attrs)};
#define TABLE_STRUCT port
static const struct attr port_attrs[] = {
#include "store_port.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

static const struct table net_table = {
    .name = "net", .doc = "Networks.", TABLE(struct net, net_attrs)};
static const struct table group_table = {
    .name = "group", .doc = "Groups.", TABLE(struct group, group_attrs)};
static const struct table port_table = {
    .name = "port", .doc = "Ports.", TABLE(struct port, port_attrs)};

#define WORLD_KEY "0123456789abcdef0123456789abcdef"

#endif
