/* Questions to the agent about packets: what one would meet that is imagined
 * (`trace`), and what real ones of a flow meet while that is followed (`follow`).
 * A question's object is of the table ..._question, its answer's of
 * trace_answer, followed; what cannot be told is answered with a reason and no object. */
#ifndef CARRICK_DESIRED_TRACE_H
#define CARRICK_DESIRED_TRACE_H

#include "desired/desired.h"

/* X(step, doc): in the order in which a packet may meet them. */
#define DESIRED_TRACE_STEPS(X)                                                                     \
    X(enters, "it comes out of a port, or by tunnel")                                              \
    X(allowed, "a rule of a security group allows it")                                             \
    X(flow, "whether the flow is known, and which chain it takes")                                 \
    X(replaced, "an instance of its flow is down: another one takes its place")                    \
    X(passed, "no instance of a hop is up: it goes on past it")                                    \
    X(copied, "a copy goes into an instance")                                                      \
    X(handed, "it is sent into an instance")                                                       \
    X(tunnelled, "it leaves for another site")                                                     \
    X(asked, "it is a question to the site's own services")                                        \
    X(delivered, "it is sent to the port it is for")                                               \
    X(dropped, "it goes no further")

enum desired_trace_step_kind {
#define X(step, doc) DESIRED_STEP_##step,
    DESIRED_TRACE_STEPS(X)
#undef X
    DESIRED_N_STEPS
};
extern const char *const desired_trace_steps[], *const desired_trace_directions[],
    *const desired_trace_outcomes[];

#define ATTR ATTR_MEMBER
struct desired_trace_packet {
    struct row row;
#include "desired/trace_packet.tbl"
};
struct desired_trace_question {
    struct row row;
#include "desired/trace_question.tbl"
};
struct desired_trace_step {
    struct row row;
#include "desired/trace_step.tbl"
};
struct desired_trace_answer {
    struct row row;
#include "desired/trace_answer.tbl"
};
struct desired_follow_question {
    struct row row;
#include "desired/follow_question.tbl"
};
struct desired_follow_event {
    struct row row;
#include "desired/follow_event.tbl"
};
struct desired_followed {
    struct row row;
#include "desired/followed.tbl"
};
#undef ATTR
extern const struct table desired_trace_packet_table, desired_trace_question_table,
    desired_trace_step_table, desired_trace_answer_table, desired_follow_question_table,
    desired_follow_event_table, desired_followed_table;

#define DESIRED_FOLLOW_S 30 /* Who does not ask for so long follows no more. */

/* JSON -> question, everything checked that can be checked without other objects.  E_INVALID. */
struct err *desired_trace_question_decode(struct mem *mem, const struct json *json,
                                          struct desired_trace_question **question) MUST_USE;
/* Likewise. */
struct err *desired_follow_question_decode(struct mem *mem, const struct json *json,
                                           struct desired_follow_question **question) MUST_USE;

#endif
