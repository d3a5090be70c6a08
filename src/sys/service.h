/* What the manager of services that started this process gives it and wants to
 * hear: the protocols of sd_notify(3) and sd_listen_fds(3), which are a datagram
 * and three environment variables.  Where nobody asked, nothing is said. */
#ifndef CARRICK_SYS_SERVICE_H
#define CARRICK_SYS_SERVICE_H

#include "base/err.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct service {
    int fd;              /* -1 = nobody listens */
    socklen_t at_size;
    struct sockaddr_un at;
    int64_t watchdog_ms; /* at least so often it wants to hear that we live; 0 = never */
};

/* Reads NOTIFY_SOCKET and WATCHDOG_USEC.  An address that is none counts as nobody. */
void service_open(struct service *service);
void service_close(struct service *service);
/* Says "READY=1", "STOPPING=1", "WATCHDOG=1".  Never waits; what cannot be said is lost. */
void service_tell(const struct service *service, const char *state);

/* The listening Unix socket of 'path' among the descriptors that were handed to this process at
 * its start (LISTEN_PID, LISTEN_FDS), closed on exec and without waiting; -1 where there is none. */
int service_socket(const char *path);

#endif
