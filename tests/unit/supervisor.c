/* What a supervisor passes on to those that it started. */
#include "lab/supervisor.h"

#include "base/str.h"
#include "sys/file.h"
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Writes a letter into FILE at its start and one at each SIGHUP, until it is ended. */
#define HEARS "trap 'printf h >>\"$0\"' HUP; printf s >>\"$0\"; while :; do read -r x <\"$1\"; done"

static const char *
heard(struct mem *mem, const char *path)
{
    char *text;
    size_t n;
    struct err *e = file_read(mem, path, 100, &text, &n);

    err_ignore(e, "nothing yet");
    return e ? "" : mem_strn(mem, text, n);
}

static void
until(struct loop *loop, struct mem *mem, const char *path, const char *text)
{
    for (int i = 0; i < 3000 && !str_eq(heard(mem, path), text); i++) {
        CHECK_OK(loop_turn(loop, 10));
    }
    CHECK_STR(heard(mem, path), text);
}

TEST(supervisor_has_those_read_their_options_again_that_can)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(loop) loop = NULL;
    struct supervisor *supervisor;
    const char *hears = mem_printf(mem, "%s/hears", test_dir());
    const char *deaf = mem_printf(mem, "%s/deaf", test_dir());
    const char *never = mem_printf(mem, "%s/never", test_dir());
    const char *const of_hears[] = {"/bin/sh", "-c", HEARS, hears, never, NULL};
    const char *const of_deaf[] = {"/bin/sh", "-c", HEARS, deaf, never, NULL};
    const struct supervisor_child children[] = {
        {.name = "hears", .argv = of_hears, .reloads = true},
        {.name = "deaf", .argv = of_deaf},
    };

    REQUIRE(mkfifo(never, 0600) == 0);
    REQUIRE_OK(loop_new(&loop));
    REQUIRE_OK(supervisor_new(loop, NULL, &supervisor));
    supervisor_add(supervisor, &children[0]);
    supervisor_add(supervisor, &children[1]);
    REQUIRE_OK(supervisor_start(supervisor));
    until(loop, mem, hears, "s");
    until(loop, mem, deaf, "s");
    supervisor_reload(supervisor);
    until(loop, mem, hears, "sh");
    supervisor_reload(supervisor);
    until(loop, mem, hears, "shh");
    CHECK_STR(heard(mem, deaf), "s");
    supervisor_free(supervisor);
}
