/* What an imagined packet would meet, step by step: the kernel programs run in
 * user space (trace_kernel.h), what they do is told by the site's ids, and a
 * function that a packet is sent into hands it out of its other side. */
#include "agent/trace.h"

#include "agent/trace_frame.h"
#include "base/net.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#define LEGS_MAX (4 * DP_HOPS) /* From a port, or a tunnel, to the next. */

struct tracer {
    struct host *host;
    struct mem *mem;
    struct trace_kernel *kernel;
    struct desired_trace_answer *answer;
    VEC(void *) steps;
    const char *direction;
    bool quiet;        /* A packet before the one that is told of. */
    bool flow_told;
    uint32_t in_port;  /* Number of the port that the packet came out of; 0 = none. */
    const char *delivered_to; /* Port, of the last packet. */
    uint32_t delivered_ifindex;
    /* What the programs were seen doing on this leg. */
    struct dp_rules_key rules;
    bool rules_asked, is_new;
    uint32_t chain;
    struct dp_chain shape;
    uint32_t inst;     /* Looked at last. */
    uint32_t judged;   /* Asked by this program whether it may be used; 0 = none was. */
    uint32_t down;     /* What is found of that, DP_DOWN_*. */
    bool judged_there;
    bool handed;       /* To an instance of ... */
    uint32_t place;    /* ... this hop and direction (DP_EVENT_PLACE). */
    uint32_t handed_to;
    uint32_t counters; /* Slot of the hop's. */
    uint32_t reason;
};

/* ---- steps ---------------------------------------------------------------------------------- */

static const char *
uuid_of(struct tracer *t, uint32_t kind, uint32_t number)
{
    return number ? datapath_uuid(t->host->forwarding.dp, t->mem, kind, number) : NULL;
}

static struct desired_trace_step *
step_add(struct tracer *t, enum desired_trace_step_kind what)
{
    struct desired_trace_step *step = row_new(t->mem, &desired_trace_step_table);

    step->direction = t->direction;
    step->what = desired_trace_steps[what];
    if (!t->quiet) {
        vec_add(t->mem, &t->steps, step);
    }
    return step;
}

static uint32_t
place_hop(uint32_t place)
{
    return place / 2 % DP_HOPS;
}

/* Whose of how many it is, where there is a choice. */
static const char *
choice_text(struct tracer *t)
{
    uint32_t group = t->shape.group[place_hop(t->place)];
    const struct dp_group *g = trace_kernel_read(t->kernel, "groups", &group);
    uint32_t n = g ? g->n_members : 0;

    if (!t->is_new) {
        return "the flow's own";
    }
    return mem_printf(t->mem, "one of %u that take new flows, by the hash of %s", n,
                      g && g->fields ? "the group's fields" : "the flow");
}

static void
hop_say(struct tracer *t, struct desired_trace_step *step, uint32_t place)
{
    struct dp_hop_stats stats;

    datapath_hop_stats(t->host->forwarding.dp, t->counters, &stats);
    step->chain_id = uuid_of(t, ID_CHAIN, t->chain);
    step->hop = place_hop(place);
    step->packets = (int64_t)stats.packets[place % 2];
}

/* Once a direction: everything behind it stands on this. */
static void
flow_say(struct tracer *t)
{
    struct desired_trace_step *step;

    if (t->flow_told) {
        return;
    }
    t->flow_told = true;
    step = step_add(t, DESIRED_STEP_flow);
    step->chain_id = uuid_of(t, ID_CHAIN, t->chain);
    step->text = mem_printf(t->mem, "%s, %s",
                            t->is_new ? "a new flow: classified now" : "a known flow",
                            t->chain ? "it takes a chain" : "no chain claims it");
}

static const char *
faults_text(struct tracer *t)
{
    return !t->judged_there              ? "it is no longer there"
           : t->down & DP_DOWN_PROCESS   ? "its process has ended"
           : t->down & DP_DOWN_LINK      ? "a link of it is down"
           : t->down & DP_DOWN_SILENT    ? "probes do not come through it"
                                         : "it is drained, or a port of it is down";
}

/* ---- what the programs do -------------------------------------------------------------------- */

static void
on_call(struct tracer *t, const char *program)
{
    if (t->rules_asked && !str_eq(program, "rules")) {
        struct desired_trace_step *step = step_add(t, DESIRED_STEP_allowed);

        step->security_group_id = uuid_of(t, ID_GROUP, t->rules.group);
        step->text = t->rules.dir == DP_INGRESS ? "a rule of the port that it is for (ingress)"
                                                : "a rule of the port that it comes from (egress)";
        t->rules_asked = false;
    }
    if (str_eq(program, "insert")) {
        t->is_new = true;
    } else if (str_eq(program, "repick")) {
        struct desired_trace_step *step;

        flow_say(t);
        step = step_add(t, DESIRED_STEP_replaced);
        step->instance_id = uuid_of(t, ID_INSTANCE, t->judged);
        step->chain_id = uuid_of(t, ID_CHAIN, t->chain);
        step->text = t->judged ? faults_text(t) : "the flow has no instance of this hop yet";
    }
    t->judged = 0;
}

static void
on_chain(struct tracer *t, uint32_t chain, const void *value)
{
    t->chain = chain;
    memcpy(&t->shape, value, sizeof t->shape);
}

/* What is not there is judged by that. */
static void
on_inst(struct tracer *t, uint32_t inst, bool is_there)
{
    t->inst = inst;
    if (!is_there) {
        t->judged = inst;
        t->judged_there = false;
    }
}

static void
on_health(struct tracer *t, const struct dp_health *health)
{
    t->judged = t->inst;
    t->judged_there = true;
    t->down = health->down;
}

static void
on_lookup(struct tracer *t, const struct trace_seen *seen)
{
    uint32_t number;

    memcpy(&number, seen->key, sizeof number);
    if (str_eq(seen->name, "rules")) {
        memcpy(&t->rules, seen->key, sizeof t->rules);
        t->rules_asked = true;
    } else if (str_eq(seen->name, "chains") && seen->value) {
        on_chain(t, number, seen->value);
    } else if (str_eq(seen->name, "insts")) {
        on_inst(t, number, seen->value);
    } else if (str_eq(seen->name, "health") && seen->value) {
        on_health(t, seen->value);
    } else if (str_eq(seen->name, "hop_stats")) {
        t->counters = number;
    } else if (str_eq(seen->name, "drops")) {
        t->reason = number;
    }
}

static void
on_copy(struct tracer *t, uint32_t ifindex, uint32_t place)
{
    const struct dp_port *port = trace_kernel_read(t->kernel, "ports", &ifindex);
    struct desired_trace_step *step;

    flow_say(t);
    step = step_add(t, DESIRED_STEP_copied);
    hop_say(t, step, place);
    step->instance_id = port ? uuid_of(t, ID_INSTANCE, port->inst) : NULL;
}

static void
on_event(struct tracer *t, const struct trace_seen *seen)
{
    if (seen->event == DP_EVENT_handed) {
        flow_say(t);
        t->handed = true;
        t->place = seen->b;
        t->handed_to = t->judged;
    } else if (seen->event == DP_EVENT_passed) {
        flow_say(t);
        hop_say(t, step_add(t, DESIRED_STEP_passed), seen->b);
    } else if (seen->event == DP_EVENT_copied) {
        on_copy(t, seen->a, seen->b);
    }
}

static void
on_seen(void *arg, const struct trace_seen *seen)
{
    struct tracer *t = arg;

    switch (seen->act) {
    case TRACE_CALL:
        on_call(t, seen->name);
        break;
    case TRACE_LOOKUP:
        on_lookup(t, seen);
        break;
    case TRACE_EVENT:
    default:
        on_event(t, seen);
        break;
    }
}

/* ---- where it goes ----------------------------------------------------------------------------- */

static void
drop_say(struct tracer *t)
{
    struct desired_trace_step *step = step_add(t, DESIRED_STEP_dropped);

    step->port_id = uuid_of(t, ID_PORT, t->in_port);
    step->name = datapath_drop_name(t->reason);
    step->text = datapath_drop_doc(t->reason);
    step->packets = (int64_t)datapath_drops(t->host->forwarding.dp, t->reason);
}

static void
tunnel_say(struct tracer *t, const struct trace_verdict *verdict)
{
    struct desired_trace_step *step = step_add(t, DESIRED_STEP_tunnelled);
    struct ip vtep = ip_from_v4(verdict->vtep);
    char text[IP_TEXT_SIZE];

    if (t->handed) {
        hop_say(t, step, t->place);
        step->instance_id = uuid_of(t, ID_INSTANCE, t->handed_to);
    }
    step->vtep = mem_str(t->mem, ip_text(text, &vtep));
    step->vni = verdict->vni;
    step->text = verdict->vni < DP_LABEL_MIN ? "to a port there"
                 : t->handed                 ? "to an instance there"
                                             : "back to the site whose chain it is of";
}

/* Into a link that is nobody's port: to an instance elsewhere that is not reached by a label. */
static void
forwarder_say(struct tracer *t)
{
    struct desired_trace_step *step = step_add(t, DESIRED_STEP_tunnelled);
    const struct dp_inst *inst = trace_kernel_read(t->kernel, "insts", &t->handed_to);
    char text[IP_TEXT_SIZE];

    hop_say(t, step, t->place);
    step->instance_id = uuid_of(t, ID_INSTANCE, t->handed_to);
    if (inst && inst->vtep) {
        struct ip vtep = ip_from_v4(inst->vtep);

        step->vtep = mem_str(t->mem, ip_text(text, &vtep));
    }
    step->text = "to a forwarder of another kind, which is not followed";
}

static void
deliver_say(struct tracer *t, const struct dp_port *port, uint32_t ifindex)
{
    struct desired_trace_step *step = step_add(t, DESIRED_STEP_delivered);
    struct dp_port_stats stats;

    datapath_port_stats(t->host->forwarding.dp, port->slot, &stats);
    step->port_id = uuid_of(t, ID_PORT, port->id);
    step->packets = (int64_t)stats.out_packets;
    t->delivered_to = step->port_id;
    t->delivered_ifindex = ifindex;
}

#define NSH_INDEX_OFF (ETH_HLEN + 7)

/* What a function that speaks NSH does: one less to go (RFC 8300 section 2.3). */
static void
index_lower(struct trace_packet *frame)
{
    if (frame->b[TRACE_TYPE_OFF] == ETH_P_NSH >> 8 &&
        frame->b[TRACE_TYPE_OFF + 1] == (ETH_P_NSH & 0xff)) {
        frame->b[NSH_INDEX_OFF]--;
    }
}

/* Out of the function's other side.  A routed one sends it on to the address it is for, as its own. */
static bool
function_go(struct tracer *t, const struct dp_port *port, const struct desired_trace_packet *packet,
            struct trace_packet *frame)
{
    uint32_t id = port->inst, dir = t->place % 2;
    const struct dp_inst *inst = trace_kernel_read(t->kernel, "insts", &id);
    struct desired_trace_step *step = step_add(t, DESIRED_STEP_handed);
    struct mac to;

    hop_say(t, step, t->place);
    step->port_id = uuid_of(t, ID_PORT, port->id);
    step->instance_id = uuid_of(t, ID_INSTANCE, id);
    if (!inst) {
        return false;
    }
    step->text = inst->flags & DP_INST_SPEAKS
                     ? mem_printf(t->mem, "%s; it translates or relays: what it sends on may differ, "
                                          "and is told as if it did not", choice_text(t))
                     : choice_text(t);
    frame->vtep = frame->vni = 0;
    frame->ifindex = inst->ifindex[!dir];
    t->in_port = inst->port[!dir];
    index_lower(frame);
    if (inst->flags & DP_INST_L3) {
        (void)mac_parse(packet->destination_mac, &to);
        memcpy(frame->b, to.b, ETH_ALEN);
        memcpy(frame->b + ETH_ALEN, inst->mac[!dir], ETH_ALEN);
    }
    return true;
}

/* The rest of the leg; 'true' where there is another one. */
static bool
leg_end(struct tracer *t, const struct desired_trace_packet *packet, struct trace_packet *frame,
        const struct trace_verdict *verdict, const char **outcome)
{
    uint32_t ifindex = verdict->ifindex;
    const struct dp_port *port = trace_kernel_read(t->kernel, "ports", &ifindex);

    if (verdict->end != TRACE_DROPPED && (verdict->end == TRACE_TUNNELLED || port || t->handed)) {
        flow_say(t);
    }
    if (verdict->end == TRACE_DROPPED) {
        drop_say(t);
        *outcome = "dropped";
    } else if (verdict->end == TRACE_TUNNELLED) {
        tunnel_say(t, verdict);
        *outcome = "tunnelled";
    } else if (!port && t->handed) {
        forwarder_say(t);
        *outcome = "tunnelled";
    } else if (!port) {
        (void)step_add(t, DESIRED_STEP_asked);
        *outcome = "asked";
    } else if (t->handed) {
        return function_go(t, port, packet, frame);
    } else {
        deliver_say(t, port, ifindex);
        *outcome = "delivered";
    }
    return false;
}

static void
leg_begin(struct tracer *t)
{
    t->rules_asked = t->handed = false;
    t->reason = t->inst = t->judged = t->down = 0;
}

/* 'frame' says where it comes in. */
static struct err *
packet_trace(struct tracer *t, const struct desired_trace_packet *packet,
             struct trace_packet *frame, const char **outcome)
{
    struct trace_verdict verdict;
    bool more = true;

    t->flow_told = t->is_new = false;
    t->chain = 0;
    t->delivered_to = NULL;
    for (int leg = 0; more && leg < LEGS_MAX; leg++) {
        leg_begin(t);
        TRY(trace_kernel_run(t->kernel, frame, &verdict));
        more = leg_end(t, packet, frame, &verdict, outcome);
    }
    return *outcome ? NULL : err_new(E_INTERNAL, NULL, "the packet does not arrive anywhere");
}

/* ---- a question ---------------------------------------------------------------------------------- */

static struct err *
entry_find(struct tracer *t, const struct desired_trace_packet *packet, struct trace_packet *frame)
{
    const struct forwarding_link *link;
    struct desired_trace_step *step = step_add(t, DESIRED_STEP_enters);
    struct dp_id id = {0};
    struct ip vtep;

    if (packet->vtep) {
        (void)ip_parse(packet->vtep, &vtep);
        frame->vtep = ip_v4(&vtep);
        frame->vni = (uint32_t)packet->vni;
        step->vtep = packet->vtep;
        step->vni = packet->vni;
        t->in_port = 0;
        return NULL;
    }
    link = map_get(&t->host->forwarding.links, packet->port_id);
    if (!link ||
        !datapath_id_known(t->host->forwarding.dp, ID_PORT, packet->port_id, DP_PORTS_MAX, &id)) {
        return err_new(E_CONFLICT, NULL, "port %s is not plugged into a server here",
                       packet->port_id);
    }
    frame->ifindex = link->ifindex;
    t->in_port = id.id;
    step->port_id = packet->port_id;
    return NULL;
}

static struct err *
packet_go(struct tracer *t, const struct desired_trace_packet *packet, const char **outcome)
{
    struct trace_packet frame;

    trace_frame_make(packet, &frame);
    TRY(entry_find(t, packet, &frame));
    return packet_trace(t, packet, &frame, outcome);
}

/* The answer, out of the port that the packet was delivered to. */
static struct err *
reply_go(struct tracer *t, const struct desired_trace_packet *packet, const char **outcome)
{
    struct desired_trace_packet *reply = row_new(t->mem, &desired_trace_packet_table);

    *reply = *packet;
    reply->vtep = NULL;
    reply->vni = INT_NULL;
    reply->port_id = t->delivered_to;
    reply->source_mac = packet->destination_mac;
    reply->destination_mac = packet->source_mac;
    reply->source_ip = packet->destination_ip;
    reply->destination_ip = packet->source_ip;
    if (packet->protocol != 1 && packet->protocol != 58) {
        reply->source_port = packet->destination_port;
        reply->destination_port = packet->source_port;
    }
    reply->is_answer = true;
    t->direction = "reply";
    return packet_go(t, reply, outcome);
}

static struct err *
question_go(struct tracer *t, const struct desired_trace_question *question)
{
    const struct desired_trace_packet *last = NULL;

    for (size_t i = 0; i < question->packets.n; i++) {
        const char *outcome = NULL;

        last = question->packets.items[i];
        t->quiet = i + 1 < question->packets.n;
        TRY(packet_go(t, last, &outcome));
        t->answer->outcome = outcome;
    }
    if (last && question->reply && !question->is_reply && t->delivered_to) {
        TRY(reply_go(t, last, &t->answer->reply_outcome));
    }
    return NULL;
}

static struct err *
pinned_open(void *arg, const char *name, int *fd)
{
    struct tracer *t = arg;

    return datapath_map_open(t->host->forwarding.dp, name, fd);
}

struct err *
host_trace(struct host *host, struct mem *mem, const struct json *asked, const struct json **told)
{
    struct tracer t = {.host = host, .mem = mem};
    struct desired_trace_question *question;
    const char *text;
    struct err *e;

    TRY(desired_trace_question_decode(mem, asked, &question));
    t.kernel = trace_kernel_new(pinned_open, on_seen, &t);
    t.direction = desired_trace_directions[question->is_reply];
    t.answer = row_new(mem, &desired_trace_answer_table);
    t.answer->vtep = host->options.vtep;
    e = question_go(&t, question);
    trace_kernel_free(t.kernel);
    TRY(e);
    t.answer->steps = (struct rows){.n = t.steps.n, .items = t.steps.items};
    text = row_to_json(mem, t.answer, true);
    return json_parse(mem, text, strlen(text), told);
}
