/* Figures of this process for who watches it: counters, gauges and histograms of one table, told
 * as OpenMetrics 1.0 text.  What is counted is added to from any thread and costs a look-up; nothing
 * is kept over a restart, and nothing of tenants' things is among it (that is src/metrics and src/pm). */
#ifndef CARRICK_SYS_METER_H
#define CARRICK_SYS_METER_H

#include "base/str.h"

#include <stdint.h>

/* X(id, kind, name, unit, label, second label, what it counts).  Names are as OpenMetrics has them:
 * a counter's samples end in _total, times are in seconds. */
#define METERS(X)                                                                                  \
    X(http_requests, COUNTER, "carrick_http_requests", "", "api", "status",                        \
      "Requests that were answered, by API and status.")                                           \
    X(http_seconds, HISTOGRAM, "carrick_http_request_duration_seconds", "seconds", "api", NULL,    \
      "From the head of a request to its answer.")                                                 \
    X(site_calls, COUNTER, "carrick_site_calls", "", "site", "status",                             \
      "Calls of sites, by site and status; lost: no answer came.")                                 \
    X(site_seconds, HISTOGRAM, "carrick_site_call_duration_seconds", "seconds", "site", NULL,      \
      "From sending a call to a site to its answer.")                                              \
    X(flows, COUNTER, "carrick_flows", "", "type", "state",                                        \
      "Flows that came to rest, by type and the state they came to.")                              \
    X(store_writes, COUNTER, "carrick_store_writes", "", "result", NULL,                           \
      "Transactions that were written (committed) or not (failed).")                               \
    X(store_seconds, HISTOGRAM, "carrick_store_commit_duration_seconds", "seconds", NULL, NULL,    \
      "Commits of waiting writes together, with their one fsync.")                                 \
    X(notifications, COUNTER, "carrick_notifications", "", "result", NULL,                         \
      "Notifications sent: delivered, or failed (they are tried again).")                          \
    X(store_full, GAUGE, "carrick_store_full", "", NULL, NULL,                                     \
      "Whether the last write found no room: 1 while writes are refused.")                        \
    X(change_log, GAUGE, "carrick_change_log_entries", "", NULL, NULL,                             \
      "Newest entry of the change log.")                                                           \
    X(notify_log, GAUGE, "carrick_notifier_log_entries", "", NULL, NULL,                           \
      "Newest entry of the change log that subscribers were told of.")                             \
    X(agent_up, GAUGE, "carrick_agent_up", "", NULL, NULL,                                         \
      "1: the agent of this site answers.")                                                        \
    X(drops, COUNTER, "carrick_datapath_dropped_packets", "", "reason", NULL,                      \
      "Packets that the data plane dropped, by reason, since it was loaded.")                      \
    X(cpu_seconds, COUNTER, "process_cpu_seconds", "seconds", NULL, NULL,                          \
      "User and system time of this process.")                                                     \
    X(memory, GAUGE, "process_resident_memory_bytes", "bytes", NULL, NULL,                         \
      "Resident memory of this process.")                                                          \
    X(open_fds, GAUGE, "process_open_fds", "", NULL, NULL, "Open descriptors of this process.")    \
    X(start_time, GAUGE, "process_start_time_seconds", "seconds", NULL, NULL,                      \
      "When this process began, in seconds since 1970.")

enum meter {
#define X(id, kind, name, unit, label, second, doc) METER_##id,
    METERS(X)
#undef X
    METER_N
};

/* So many values of labels are told apart for one figure; further ones are counted as "other". */
#define METER_SERIES_MAX 512

/* Adds to a counter.  Labels as the table has them, null where it has none. */
void meter_add(enum meter which, const char *label, const char *second, uint64_t n);
/* One more for a histogram; 'ns' nanoseconds. */
void meter_time(enum meter which, const char *label, int64_t ns);
/* Sets a gauge, or a counter that somebody else counts. */
void meter_set(enum meter which, const char *label, double value);
/* What a counter or gauge stands at; 0 where nothing was counted.  For tests. */
double meter_value(enum meter which, const char *label, const char *second);
/* Forgets everything.  For tests. */
void meter_reset(void);

/* Reads the figures of the process itself (memory, time, descriptors), then writes all in
 * OpenMetrics' text format ("application/openmetrics-text; version=1.0.0; charset=utf-8"). */
void meter_write(struct buf *out);
#define METER_CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

#endif
