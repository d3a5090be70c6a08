/* Packages out of any bytes: read from a file in memory by the checker. */
#include "sys/file.h"
#include "tosca/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARENA_MAX (200u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    AUTO_FD fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct package_verdict verdict;
    struct err *e;

    if (fd < 0 || write(fd, data, n) != (ssize_t)n) {
        return 0;
    }
    e = package_check(mem, mem_printf(mem, "/proc/self/fd/%d", fd), NULL, &verdict);
    if (e || (verdict.kind == PACKAGE_ACCEPTED) != (verdict.n_faults + verdict.n_features == 0)
        || mem_size(mem) > ARENA_MAX) {
        abort();
    }
    return 0;
}
