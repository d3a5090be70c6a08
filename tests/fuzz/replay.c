/* Runs a fuzzer's function over files, without the fuzzer: the corpus as a test. */
#include "sys/file.h"

#include <stdint.h>
#include <stdio.h>

#define INPUT_MAX (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        AUTO(mem) mem = mem_new("replay");
        char *data;
        size_t n;
        struct err *e = file_read(mem, argv[i], INPUT_MAX, &data, &n);

        if (e) {
            fprintf(stderr, "%s\n", e->message);
            err_free(e);
            return 1;
        }
        (void)LLVMFuzzerTestOneInput((const uint8_t *)data, n);
    }
    return 0;
}
