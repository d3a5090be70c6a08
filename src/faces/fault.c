/* Kill tests need to end an orchestrator exactly at its n-th journal write.  What
 * shall happen stands in files, so that it outlives the processes it ends. */
#include "faces/fault.h"

#include "base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 512

static const char *
fault_path(char path[PATH_SIZE], const char *state, const char *name)
{
    int n = snprintf(path, PATH_SIZE, "%s/faults/%s", state, name);

    return n > 0 && n < PATH_SIZE ? path : "";
}

/* The text of a small file; false where there is none. */
static bool
fault_read(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0) {
        return false;
    }
    n = read(fd, text, size - 1);
    (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Counts down; true where this is the point, and then nothing is to be done a second time. */
static bool
stop_here(const char *path, char *how, size_t size)
{
    char text[64], *word;
    long n;
    FILE *file;

    if (!fault_read(path, text, sizeof text)) {
        return false;
    }
    n = strtol(text, &word, 10);
    if (n <= 1) {
        (void)unlink(path);
        snprintf(how, size, "%s", word + strspn(word, " "));
        return n == 1;
    }
    file = fopen(path, "we");
    if (file) {
        fprintf(file, "%ld%s", n - 1, word);
        (void)fclose(file);
    }
    return false;
}

static void
at_point(void *arg, enum flow_point point, const char *flow_id, const char *label)
{
    static const char *const names[] = {"WRITE", "WRITTEN", "ACT", "ANSWER"};
    char path[PATH_SIZE], how[16] = "";
    const char *state = arg;
    int fd = open(fault_path(path, state, "points"), O_WRONLY | O_APPEND | O_CLOEXEC);

    if (fd >= 0) {
        (void)dprintf(fd, "%s %s %s\n", names[point], flow_id, label);
        (void)close(fd);
    }
    if (stop_here(fault_path(path, state, "stop"), how, sizeof how)) {
        (void)raise(str_starts(how, "kill") ? SIGKILL : SIGSTOP);
    }
}

void
fault_points(const char *state, struct flow_engine_config *config)
{
    char path[PATH_SIZE], text[32];

    config->fault = at_point;
    config->fault_arg = (void *)(uintptr_t)state;
    if (fault_read(fault_path(path, state, "settle_ms"), text, sizeof text)) {
        config->settle_ms = atoi(text);
    }
}
