/* See relay.h. */
#include "replicas/relay.h"

#include "base/mem.h"
#include "sys/file.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET ".s.PGSQL.5432"
#define PAIRS_MAX 64
#define LOOK_MS 20 /* for a cut */

struct relay {
    struct sockaddr_un to;
    int listener;
    atomic_bool is_cut;
    int pairs[PAIRS_MAX][2]; /* -1 = free */
};

static void
pair_end(struct relay *relay, int i)
{
    fd_close(&relay->pairs[i][0]);
    fd_close(&relay->pairs[i][1]);
}

static void
pair_begin(struct relay *relay)
{
    int fd = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC), i = 0, to;

    while (i < PAIRS_MAX && relay->pairs[i][0] >= 0) {
        i++;
    }
    if (fd < 0) {
        return;
    }
    to = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (i == PAIRS_MAX || relay->is_cut || to < 0 ||
        connect(to, (const struct sockaddr *)&relay->to, sizeof relay->to) < 0) {
        fd_close(&fd);
        fd_close(&to);
        return;
    }
    relay->pairs[i][0] = fd;
    relay->pairs[i][1] = to;
}

/* False at the end of one of the two. */
static bool
pass(int from, int to)
{
    char piece[16384];
    ssize_t n = read(from, piece, sizeof piece);
    struct err *e = n > 0 ? fd_write_all(to, piece, (size_t)n) : NULL;
    bool fine = n > 0 && !e;

    err_ignore(e, "it is its end");
    return fine;
}

static void *
run(void *arg)
{
    struct relay *relay = arg;

    for (;;) {
        struct pollfd fds[1 + 2 * PAIRS_MAX] = {{.fd = relay->listener, .events = POLLIN}};

        for (int i = 0; i < 2 * PAIRS_MAX; i++) {
            fds[1 + i] = (struct pollfd){.fd = relay->pairs[i / 2][i % 2], .events = POLLIN};
        }
        (void)poll(fds, 1 + 2 * PAIRS_MAX, LOOK_MS);
        for (int i = 0; i < PAIRS_MAX; i++) {
            int *pair = relay->pairs[i];
            bool fine = !relay->is_cut;

            for (int side = 0; pair[0] >= 0 && fine && side < 2; side++) {
                fine = !fds[1 + 2 * i + side].revents || pass(pair[side], pair[!side]);
            }
            if (pair[0] >= 0 && !fine) {
                pair_end(relay, i);
            }
        }
        if (fds[0].revents) {
            pair_begin(relay);
        }
    }
    return NULL;
}

static struct err *
path_set(struct sockaddr_un *address, const char *dir)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    return snprintf(address->sun_path, sizeof address->sun_path, "%s/" SOCKET, dir) < (int)sizeof address->sun_path
               ? NULL
               : err_new(E_INVALID, NULL, "%s is too long for a socket", dir);
}

struct err *
relay_new(const char *dir, const char *to, struct relay **out)
{
    struct relay *relay = heap_alloc(sizeof *relay);
    struct sockaddr_un own;
    pthread_t thread;

    *relay = (struct relay){.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    memset(relay->pairs, -1, sizeof relay->pairs);
    *out = relay;
    TRY(dir_make(dir, 0755));
    TRY(path_set(&own, dir));
    TRY(path_set(&relay->to, to));
    if (bind(relay->listener, (const struct sockaddr *)&own, sizeof own) < 0 || listen(relay->listener, PAIRS_MAX) < 0 ||
        pthread_create(&thread, NULL, run, relay)) {
        return err_errno(E_UNAVAILABLE, "a relay in %s", dir);
    }
    return NULL;
}

void
relay_cut(struct relay *relay, bool cut)
{
    atomic_store(&relay->is_cut, cut);
}
