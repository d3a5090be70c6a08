/* What notifications of ETSI's APIs tell, and filters look at, that is not in the row that changed: for
 * struct notice. */
#ifndef CARRICK_FACES_ETSI_FACTS_H
#define CARRICK_FACES_ETSI_FACTS_H

#include "notify/notify.h"

typedef struct err *notice_look_fn(const struct notice_event *event, struct jw *w);
typedef struct err *notice_whole_fn(const struct notice_event *event, const void **whole);
typedef void notice_more_fn(const struct notice_event *event, bool is_full, struct jw *w);

/* Of the VNF package behind an operation; of an NS that changed, was operated on, has an alarm, was measured. */
notice_look_fn product_look, ns_look, ns_occ_look, ns_alarm_look, ns_pm_look;
notice_look_fn vnf_alarm_look, vnf_pm_look;
/* Of the VNF instance of that id. */
struct err *vnf_facts(const struct notice_event *event, const char *id, struct jw *w) MUST_USE;

/* An operation on a nested NS as a change of the NS that it is part of (SOL005 6.5.2.9), but for those that this one asked
 * for, which tells of them itself.  (VNFs of an NS are operated on by its own operations only.) */
notice_whole_fn nested_whole;
notice_look_fn nested_look;
notice_more_fn nested_more;
/* What is said there of an operation (SOL005 6.5.4.7); ended by null. */
extern const char *const ns_component_states[];

#endif
