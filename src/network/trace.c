/* Traces: ports of the request become addresses for the agent, and the ids of
 * its answer get their names, as far as the caller may see what they are of. */
#include "network/trace.h"

#include "base/time.h"
#include "base/vec.h"
#include "network/words.h"

#include <inttypes.h>
#include <string.h>

#define ATTR ATTR_ROW
#define TABLE_STRUCT trace_flow
static const struct attr flow_attrs[] = {
#include "network/trace_flow.tbl"
};
#undef TABLE_STRUCT
const struct table trace_flow_table = {
    .name = "trace_flow",
    .doc = "a packet between two ports",
    TABLE(struct trace_flow, flow_attrs),
};

#define TABLE_STRUCT trace_request
static const struct attr request_attrs[] = {
#include "network/trace_flow.tbl"
#include "network/trace_request.tbl"
};
#undef TABLE_STRUCT
const struct table trace_request_table = {
    .name = "trace",
    .doc = "a packet between two ports, and what is to be told of it",
    TABLE(struct trace_request, request_attrs),
};

#define TABLE_STRUCT follow_request
static const struct attr follow_attrs[] = {
#include "network/follow_request.tbl"
};
#undef TABLE_STRUCT
const struct table follow_request_table = {
    .name = "follow",
    .doc = "a flow whose packets are followed",
    TABLE(struct follow_request, follow_attrs),
};
#undef ATTR

/* ---- asking ------------------------------------------------------------------------------- */

/* A port or a remote port, as a packet's end. */
struct trace_end {
    const char *id, *mac, *network_id;
    const struct rows *fixed_ips;
};

static struct err *
end_look(struct tx *tx, const struct op *op, const char *id, struct trace_end *end)
{
    struct remote_port *remote;
    struct port *port;

    TRY(endpoint_look(tx, op, id, &port, &remote));
    if (!port && !remote) {
        return err_new(E_NOT_FOUND, "PortNotFound", "Port %s could not be found.", id);
    }
    end->id = id;
    end->mac = port ? port->mac_address : remote->mac_address;
    end->network_id = port ? port->network_id : remote->network_id;
    end->fixed_ips = port ? &port->fixed_ips : &remote->fixed_ips;
    return NULL;
}

static bool
same_family(const char *a, const char *b)
{
    return !strchr(a, ':') == !strchr(b, ':');
}

/* The first address of the end, of the family of 'like' where that is known. */
static const char *
first_ip(const struct trace_end *end, const char *like)
{
    for (size_t i = 0; i < end->fixed_ips->n; i++) {
        const struct fixed_ip *ip = end->fixed_ips->items[i];

        if (!like || same_family(ip->ip_address, like)) {
            return ip->ip_address;
        }
    }
    return NULL;
}

/* What is not given follows from what is, else from the first pair of one family. */
static struct err *
addresses_choose(const struct trace_end *from, const struct trace_end *to, const char **src_ip,
                 const char **dst_ip)
{
    const char *src = *src_ip, *dst = *dst_ip;

    for (size_t i = 0; !src && i < from->fixed_ips->n; i++) {
        const struct fixed_ip *ip = from->fixed_ips->items[i];

        if (dst ? same_family(ip->ip_address, dst) : first_ip(to, ip->ip_address) != NULL) {
            src = ip->ip_address;
        }
    }
    if (!dst && src) {
        dst = first_ip(to, src);
    }
    if (!src || !dst || !same_family(src, dst)) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Ports %s and %s have no addresses of one family: give source_ip and "
                       "destination_ip.", from->id, to->id);
    }
    *src_ip = src;
    *dst_ip = dst;
    return NULL;
}

/* 'name' is null for "any". */
static struct err *
protocol_choose(struct mem *mem, const char *name, const char *src_ip, int64_t *protocol)
{
    int number = name ? protocol_number(name) : -1;

    if (number < 0 || number > 255) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for protocol. Reason: '%s' is neither a number from 0 to 255 "
                       "nor one of %s.", str_or(name, "any"), protocol_names(mem));
    }
    *protocol = number == 1 && strchr(src_ip, ':') ? 58 : number;
    return NULL;
}

/* A chain that others lead to steers what they steer: '*chain_id' becomes the first of them. */
static struct err *
way_begin(struct tx *tx, const char **chain_id)
{
    struct service_graph_path *path = NULL;
    const char *way;
    bool behind;

    TRY(chain_is_destination(tx, *chain_id, &behind, &way));
    if (behind) {
        TRY(path_find(tx, way, &path));
        *chain_id = path->port_chains.items[0];
    }
    return NULL;
}

/* By tunnel a packet of the network comes on its segment, or on a label of a chain there.  What other
 * identifiers stand for is told to nobody. */
static struct err *
arrival_check(struct tx *tx, const struct trace_end *from, int64_t vni)
{
    const char *text = mem_printf(tx_mem(tx), "%" PRIi64, vni), *on = NULL;
    struct port_chain *chain;
    struct strs chains;
    bool is_segment;

    TRY(sql_exists(tx, "select 1 from network where id = ? and segmentation_id = cast(? as integer)",
                   SQL_ARGS(from->network_id, text), &is_segment));
    if (is_segment) {
        return NULL;
    }
    TRY(sql_column(tx, "select port_chain_id from chain_label where arriving = cast(? as integer)",
                   SQL_ARGS(text), &chains));
    if (chains.n > 0) {
        TRY(way_begin(tx, &chains.items[0]));
        TRY(row_get(tx, &port_chain_table, chains.items[0], &chain));
        TRY(chain_network(tx, chain, &on));
    }
    return on && str_eq(on, from->network_id)
               ? NULL
               : err_new(E_NOT_FOUND, "TunnelNotFound",
                         "Nothing of network %s comes here on VXLAN identifier %" PRIi64 ".",
                         from->network_id, vni);
}

static struct err *
packet_make(struct tx *tx, struct op *op, const struct trace_flow *flow, void **out)
{
    struct desired_trace_packet *packet = row_new(op->mem, &desired_trace_packet_table);
    struct trace_end from, to;

    if ((flow->vtep == NULL) != (flow->vni == INT_NULL)) {
        return err_new(E_INVALID, "HTTPBadRequest", "vtep and vni are given together.");
    }
    TRY(end_look(tx, op, flow->source_port_id, &from));
    TRY(end_look(tx, op, flow->destination_port_id, &to));
    if (flow->vtep) {
        TRY(arrival_check(tx, &from, flow->vni));
    }
    packet->source_ip = flow->source_ip;
    packet->destination_ip = flow->destination_ip;
    TRY(addresses_choose(&from, &to, &packet->source_ip, &packet->destination_ip));
    TRY(protocol_choose(op->mem, flow->protocol, packet->source_ip, &packet->protocol));
    packet->port_id = flow->vtep ? NULL : from.id;
    packet->vtep = flow->vtep;
    packet->vni = flow->vni;
    packet->source_mac = from.mac;
    packet->destination_mac = to.mac;
    packet->source_port = flow->source_port;
    packet->destination_port = flow->destination_port;
    packet->length = flow->length;
    packet->is_answer = flow->is_answer;
    *out = row_copy(op->mem, packet); /* What it names is the transaction's. */
    return NULL;
}

/* The members that both tables have. */
static struct trace_flow *
flow_of(struct mem *mem, const struct trace_request *request)
{
    struct trace_flow *flow = row_new(mem, &trace_flow_table);

    for (size_t i = 0; i < ARRAY_SIZE(flow_attrs); i++) {
        memcpy(attr_at(&flow_attrs[i], flow), attr_at(&request_attrs[i], request),
               attr_size(&flow_attrs[i]));
    }
    return flow;
}

struct err *
network_trace_ask(struct tx *tx, struct op *op, const struct trace_request *request,
                  struct desired_trace_question **question)
{
    struct desired_trace_question *q = row_new(op->mem, &desired_trace_question_table);

    q->packets.n = request->before.n + 1;
    q->packets.items = MEM_ARRAY(op->mem, q->packets.n, void *);
    for (size_t i = 0; i < request->before.n; i++) {
        TRY(packet_make(tx, op, request->before.items[i], &q->packets.items[i]));
    }
    TRY(packet_make(tx, op, flow_of(op->mem, request), &q->packets.items[request->before.n]));
    q->is_reply = request->is_reply;
    q->reply = request->reply;
    *question = q;
    return NULL;
}

static bool
has_ip(const struct trace_end *end, const char *text)
{
    for (size_t i = 0; i < end->fixed_ips->n; i++) {
        if (str_eq(((const struct fixed_ip *)end->fixed_ips->items[i])->ip_address, text)) {
            return true;
        }
    }
    return false;
}

/* Of a network that others use too only what is between these very ports may be followed. */
static struct err *
ends_check(const struct trace_end *from, const struct trace_end *to,
           const struct desired_follow_question *q)
{
    if (!str_eq(from->network_id, to->network_id)) {
        return err_new(E_INVALID, "HTTPBadRequest", "Ports %s and %s are on two networks.",
                       from->id, to->id);
    }
    if (!has_ip(from, q->source_ip) || !has_ip(to, q->destination_ip)) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for %s. Reason: it is not a fixed address of the port.",
                       has_ip(from, q->source_ip) ? "destination_ip" : "source_ip");
    }
    return NULL;
}

struct err *
network_follow_ask(struct tx *tx, struct op *op, const struct follow_request *request,
                   struct desired_follow_question **question)
{
    struct desired_follow_question *q = row_new(op->mem, &desired_follow_question_table);
    struct trace_end from, to;

    TRY(end_look(tx, op, request->source_port_id, &from));
    TRY(end_look(tx, op, request->destination_port_id, &to));
    q->id = request->id;
    q->owner = op->caller->project_id;
    q->network_id = from.network_id;
    q->source_ip = request->source_ip;
    q->destination_ip = request->destination_ip;
    q->source_port = request->source_port;
    q->destination_port = request->destination_port;
    q->after = request->after;
    TRY(addresses_choose(&from, &to, &q->source_ip, &q->destination_ip));
    TRY(ends_check(&from, &to, q));
    TRY(protocol_choose(op->mem, request->protocol, q->source_ip, &q->protocol));
    *question = row_copy(op->mem, q);
    return NULL;
}

/* ---- telling -------------------------------------------------------------------------------- */

/* An id of a step, of what resource it is, and under which key its name is told. */
static const struct named {
    const char *attr, *key;
    const struct resource *resource, *or_resource;
} named[] = {
    {"port_id", "port_name", &port_resource, &remote_port_resource},
    {"security_group_id", "security_group_name", &security_group_resource, NULL},
    {"chain_id", "chain_name", &port_chain_resource, NULL},
    {"instance_id", "instance_name", &port_pair_resource, NULL},
};

/* '*name' is null where the caller may not see it, or it is gone. */
static struct err *
name_look(struct tx *tx, struct op *op, const struct resource *resource, const char *id,
          const char **name)
{
    struct op inner = network_op(op, resource, service_of(op));
    void *row = NULL;
    struct err *e = resource_look(tx, &inner, id, &row);

    *name = NULL;
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "it is not told of");
        return NULL;
    }
    TRY(e);
    *name = *(const char **)attr_at(table_attr(resource->table, "name"), row);
    return NULL;
}

/* 'step' is a row that may have the attribute; 'hidden' where it is of what the caller may not see. */
static struct err *
name_tell(struct tx *tx, struct op *op, const struct named *n, const void *step, bool *hidden,
          struct jw *w)
{
    const struct attr *attr = table_attr(((const struct row *)step)->table, n->attr);
    const char *id = attr ? *(const char **)attr_at(attr, step) : NULL, *name = NULL;

    if (id) {
        TRY(name_look(tx, op, n->resource, id, &name));
        if (!name && n->or_resource) {
            TRY(name_look(tx, op, n->or_resource, id, &name));
        }
    }
    if (name) {
        jw_str(w, n->attr, id);
        jw_str(w, n->key, name);
    } else {
        jw_null(w, n->attr);
    }
    *hidden = *hidden || (id && !name);
    return NULL;
}

/* What is said of a step as it is. */
static bool
is_plain(void *arg, const struct attr *attr)
{
    (void)arg;
    if (str_eq(attr->name, "at") || str_eq(attr->name, "packets")) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
        if (str_eq(attr->name, named[i].attr)) {
            return false;
        }
    }
    return true;
}

/* '*hidden' where it is of what the caller may not see. */
static struct err *
step_tell(struct tx *tx, struct op *op, const void *step, bool *hidden, struct jw *w)
{
    *hidden = false;
    row_encode(w, step, 0, is_plain, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
        TRY(name_tell(tx, op, &named[i], step, hidden, w));
    }
    return NULL;
}

/* The agent knows the way through a service graph as one chain; its owner knows the chains on it. */
static struct err *
way_resolve(struct tx *tx, struct desired_trace_step *step)
{
    struct service_graph_path *path = NULL;

    if (step->chain_id) {
        TRY(path_find(tx, step->chain_id, &path));
    }
    return path ? path_hop(tx, path, &step->chain_id, &step->hop) : NULL;
}

struct err *
network_trace_tell(struct tx *tx, struct op *op, const struct desired_trace_answer *answer,
                   struct jw *w)
{
    jw_str(w, "outcome", answer->outcome);
    jw_str(w, "reply_outcome", answer->reply_outcome);
    jw_str(w, "vtep", answer->vtep);
    jw_array(w, "steps");
    for (size_t i = 0; i < answer->steps.n; i++) {
        struct desired_trace_step *step = answer->steps.items[i];
        bool hidden;

        TRY(way_resolve(tx, step));
        jw_object(w, NULL);
        TRY(step_tell(tx, op, step, &hidden, w));
        /* That of a reason to drop counts the packets of all. */
        if (!hidden && step->packets != INT_NULL && (!step->name || op->caller->is_admin)) {
            jw_int(w, "packets", step->packets);
        }
        jw_end(w);
    }
    jw_end(w);
    return NULL;
}

struct err *
network_follow_tell(struct tx *tx, struct op *op, const struct desired_followed *followed,
                    struct jw *w)
{
    char at[TIME_TEXT_SIZE];

    jw_array(w, "events");
    for (size_t i = 0; i < followed->events.n; i++) {
        const struct desired_follow_event *event = followed->events.items[i];
        bool hidden;

        jw_object(w, NULL);
        jw_str(w, "at", time_text(at, event->at, TIME_Z_US));
        TRY(step_tell(tx, op, event, &hidden, w));
        jw_end(w);
    }
    jw_end(w);
    jw_int(w, "last", followed->last);
    jw_int(w, "lost", followed->lost);
    return NULL;
}
