/* Structured log lines on stderr: time, level, module, message, key=value...
 * One line per request and per flow step.  Values are quoted where needed;
 * secrets are never passed here. */
#ifndef CARRICK_BASE_LOG_H
#define CARRICK_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_LV_DEBUG, LOG_LV_INFO, LOG_LV_WARN, LOG_LV_ERROR };

/* Sets what is printed (default INFO) and the process's name in each line. */
void log_init(const char *process, enum log_level level);
void log_level_set(enum log_level level); /* from now on; any thread */
bool log_level_from_name(const char *name, enum log_level *level);
void log_line(enum log_level level, const char *module, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_debug(module, ...) log_line(LOG_LV_DEBUG, module, __VA_ARGS__)
#define log_info(module, ...) log_line(LOG_LV_INFO, module, __VA_ARGS__)
#define log_warn(module, ...) log_line(LOG_LV_WARN, module, __VA_ARGS__)
#define log_error(module, ...) log_line(LOG_LV_ERROR, module, __VA_ARGS__)
/* Logs and frees an error. */
void log_err(enum log_level level, const char *module, struct err *e, const char *context);

#endif
