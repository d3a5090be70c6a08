/* What the kernel's verifier goes through before it takes the programs: at each first start of an agent, and
 * in most tests here.  It is counted in instructions, each as often as it is looked at; how often that is
 * differs a little between kernels. */
#include "test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#define MOST_OF_ONE 50000
#define MOST_OF_ALL 150000

static uint32_t
looked_at(const struct bpf_program *program)
{
    struct bpf_prog_info info = {0};
    uint32_t n = sizeof info;

    REQUIRE(!bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &n));
    return info.verified_insns;
}

TEST(the_verifier_is_soon_through_with_the_programs)
{
    struct bpf_object *object = bpf_object__open_file(PROGRAMS_OBJECT, NULL);
    struct bpf_program *program;
    uint32_t all = 0;

    REQUIRE(object);
    if (bpf_object__load(object)) {
        if (errno == EPERM) {
            SKIP("programs cannot be loaded here");
        }
        test_fail(__FILE__, __LINE__, "load: %s", strerror(errno));
        test_end();
    }
    bpf_object__for_each_program (program, object) {
        uint32_t n = looked_at(program);

        if (n > MOST_OF_ONE) {
            test_fail(__FILE__, __LINE__, "%s: %u instructions, more than %d (decision 067)",
                      bpf_program__name(program), n, MOST_OF_ONE);
        }
        all += n;
    }
    if (!all || all > MOST_OF_ALL) {
        test_fail(__FILE__, __LINE__, "%u instructions, more than %d", all, MOST_OF_ALL);
    }
    bpf_object__close(object);
}
