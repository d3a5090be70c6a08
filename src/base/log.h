/* Structured log lines on stderr: time, level, module, message, key=value...
 * One line per request and per flow step.  Values are quoted where needed;
 * secrets are never passed here.
 *
 * What is done on behalf of a request says so ("request=req-..."), wherever it is done: a thread
 * has an origin, and whatever puts work off (queues, timers, calls, flows) keeps it with the work. */
#ifndef CARRICK_BASE_LOG_H
#define CARRICK_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_LV_DEBUG, LOG_LV_INFO, LOG_LV_WARN, LOG_LV_ERROR };

/* Sets what is printed (default INFO) and the process's name in each line (null: as it was). */
void log_init(const char *process, enum log_level level);
void log_level_set(enum log_level level); /* from now on; any thread */
/* Levels of single modules, "vim=debug,http=warn"; "" = none of their own.  False, and nothing
 * changed, where 'text' is no such list or names a module that LOG_MODULES has not; any thread. */
bool log_levels_set(const char *text);
bool log_levels_valid(const char *text);
/* How many different lists there were: none is ever freed, none is kept twice. */
size_t log_levels_kept(void);
bool log_level_from_name(const char *name, enum log_level *level);
void log_line(enum log_level level, const char *module, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_debug(module, ...) log_line(LOG_LV_DEBUG, module, __VA_ARGS__)
#define log_info(module, ...) log_line(LOG_LV_INFO, module, __VA_ARGS__)
#define log_warn(module, ...) log_line(LOG_LV_WARN, module, __VA_ARGS__)
#define log_error(module, ...) log_line(LOG_LV_ERROR, module, __VA_ARGS__)
/* Who logs. */
#define LOG_MODULES                                                                                \
    "agent bpf config feed flow flows fm health http identity image instance lab link maps "       \
    "metadata nfvo notify orchestrator peer pm policy reconcile responder rest run server site "   \
    "store supervisor sync tls trail vim vnfm"

/* On behalf of which request this thread works; "" = none. */
struct log_origin {
    char request[44]; /* "req-" and a UUID */
};
struct log_origin log_origin(void);
struct log_origin log_origin_of(const char *request_id); /* null = none; longer ones are cut */
/* Sets this thread's and gives what it was, to be set again when the work is done. */
struct log_origin log_origin_swap(struct log_origin to);

/* Logs and frees an error. */
void log_err(enum log_level level, const char *module, struct err *e, const char *context);

#endif
