/* The tables of questions about packets, and what their members mean together. */
#include "desired/trace.h"

#include "base/net.h"

#include <string.h>

const char *const desired_trace_steps[] = {
#define X(step, doc) #step,
    DESIRED_TRACE_STEPS(X)
#undef X
    NULL,
};
const char *const desired_trace_directions[] = {"request", "reply", NULL};
const char *const desired_trace_outcomes[] = {"delivered", "dropped", "tunnelled", "asked", NULL};

#define ATTR ATTR_ROW
#define TABLE_STRUCT desired_trace_packet
static const struct attr packet_attrs[] = {
#include "desired/trace_packet.tbl"
};
#undef TABLE_STRUCT
const struct table desired_trace_packet_table = {
    .name = "trace_packet",
    .doc = "a packet that is imagined",
    TABLE(struct desired_trace_packet, packet_attrs),
};

#define TABLE_STRUCT desired_trace_question
static const struct attr question_attrs[] = {
#include "desired/trace_question.tbl"
};
#undef TABLE_STRUCT
const struct table desired_trace_question_table = {
    .name = "trace_question",
    .doc = "what packets would meet",
    TABLE(struct desired_trace_question, question_attrs),
};

#define TABLE_STRUCT desired_trace_step
static const struct attr step_attrs[] = {
#include "desired/trace_step.tbl"
};
#undef TABLE_STRUCT
const struct table desired_trace_step_table = {
    .name = "trace_step",
    .doc = "one thing that a packet meets",
    TABLE(struct desired_trace_step, step_attrs),
};

#define TABLE_STRUCT desired_trace_answer
static const struct attr answer_attrs[] = {
#include "desired/trace_answer.tbl"
};
#undef TABLE_STRUCT
const struct table desired_trace_answer_table = {
    .name = "trace_answer",
    .doc = "what packets would meet",
    TABLE(struct desired_trace_answer, answer_attrs),
};

#define TABLE_STRUCT desired_follow_question
static const struct attr follow_attrs[] = {
#include "desired/follow_question.tbl"
};
#undef TABLE_STRUCT
const struct table desired_follow_question_table = {
    .name = "follow_question",
    .doc = "what real packets of a flow meet",
    TABLE(struct desired_follow_question, follow_attrs),
};

#define TABLE_STRUCT desired_follow_event
static const struct attr event_attrs[] = {
#include "desired/follow_event.tbl"
};
#undef TABLE_STRUCT
const struct table desired_follow_event_table = {
    .name = "follow_event",
    .doc = "what happened to a packet",
    TABLE(struct desired_follow_event, event_attrs),
};

#define TABLE_STRUCT desired_followed
static const struct attr followed_attrs[] = {
#include "desired/followed.tbl"
};
#undef TABLE_STRUCT
const struct table desired_followed_table = {
    .name = "followed",
    .doc = "what is new of a flow",
    TABLE(struct desired_followed, followed_attrs),
};
#undef ATTR

static bool
same_family(const char *a, const char *b)
{
    return !strchr(a, ':') == !strchr(b, ':');
}

static struct err *
packet_check(const struct desired_trace_packet *packet)
{
    if ((packet->port_id == NULL) == (packet->vtep == NULL) ||
        (packet->vtep == NULL) != (packet->vni == INT_NULL)) {
        return err_new(E_INVALID, NULL, "a packet comes either out of a port or by tunnel");
    }
    if (packet->vtep && strchr(packet->vtep, ':')) {
        return err_new(E_INVALID, NULL, "a tunnel endpoint is an IPv4 address");
    }
    if (!same_family(packet->source_ip, packet->destination_ip)) {
        return err_new(E_INVALID, NULL, "a packet's addresses are of one family");
    }
    return NULL;
}

struct err *
desired_trace_question_decode(struct mem *mem, const struct json *json,
                              struct desired_trace_question **question)
{
    struct desired_trace_question *q = row_new(mem, &desired_trace_question_table);

    TRY(row_decode(mem, &desired_trace_question_table, json, ROW_PLAIN, 0, NULL, q));
    if (!q->packets.n) {
        return err_new(E_INVALID, NULL, "a question is about a packet");
    }
    for (size_t i = 0; i < q->packets.n; i++) {
        TRY(packet_check(q->packets.items[i]));
    }
    *question = q;
    return NULL;
}

struct err *
desired_follow_question_decode(struct mem *mem, const struct json *json,
                               struct desired_follow_question **question)
{
    struct desired_follow_question *q = row_new(mem, &desired_follow_question_table);

    TRY(row_decode(mem, &desired_follow_question_table, json, ROW_PLAIN, 0, NULL, q));
    if (!same_family(q->source_ip, q->destination_ip)) {
        return err_new(E_INVALID, NULL, "a flow's addresses are of one family");
    }
    *question = q;
    return NULL;
}
