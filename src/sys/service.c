/* Plain datagrams instead of libsystemd: that library would bring a dozen others
 * into every process, also into the ones that read strangers' packets. */
#include "sys/service.h"

#include "base/str.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTEN_FIRST 3 /* SD_LISTEN_FDS_START */

/* A number of the environment, or 0. */
static int64_t
env_number(const char *name)
{
    const char *text = getenv(name);
    int64_t n;

    return text && str_to_i64(text, &n) && n > 0 ? n : 0;
}

/* "/run/systemd/notify", or "@name" for an abstract one. */
static bool
address_set(struct service *service, const char *path)
{
    size_t n = strlen(path);

    if ((*path != '/' && *path != '@') || n < 2 || n >= sizeof service->at.sun_path) {
        return false;
    }
    service->at.sun_family = AF_UNIX;
    memcpy(service->at.sun_path, path, n);
    if (*path == '@') {
        service->at.sun_path[0] = '\0';
    }
    service->at_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    return true;
}

void
service_open(struct service *service)
{
    const char *path = getenv("NOTIFY_SOCKET");
    int64_t whose = env_number("WATCHDOG_PID");

    *service = (struct service){.fd = -1};
    if (!path || !address_set(service, path)) {
        return;
    }
    /* Not connected: the other end may be made anew while we run. */
    service->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (!whose || whose == getpid()) {
        service->watchdog_ms = env_number("WATCHDOG_USEC") / 1000;
    }
}

void
service_close(struct service *service)
{
    fd_close(&service->fd);
}

void
service_tell(const struct service *service, const char *state)
{
    if (service->fd >= 0) {
        (void)!sendto(service->fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL,
                      (const struct sockaddr *)&service->at, service->at_size);
    }
}

/* ---- sockets that were opened for us ------------------------------------------------------------ */

static bool
listens_at(int fd, const char *path)
{
    struct sockaddr_un at = {0};
    socklen_t n = sizeof at, size = sizeof(int);
    int listens = 0;

    return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens &&
           !getsockname(fd, (struct sockaddr *)&at, &n) && at.sun_family == AF_UNIX &&
           strnlen(at.sun_path, sizeof at.sun_path) == strlen(path) &&
           !memcmp(at.sun_path, path, strlen(path));
}

int
service_socket(const char *path)
{
    int64_t n = env_number("LISTEN_PID") == getpid() ? env_number("LISTEN_FDS") : 0;

    for (int fd = LISTEN_FIRST; fd < LISTEN_FIRST + n; fd++) {
        int flags = fcntl(fd, F_GETFL);

        if (flags >= 0 && listens_at(fd, path) && !fcntl(fd, F_SETFL, flags | O_NONBLOCK) &&
            !fcntl(fd, F_SETFD, FD_CLOEXEC)) {
            return fd;
        }
    }
    return -1;
}
