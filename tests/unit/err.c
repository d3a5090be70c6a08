/* Errors: codes, causes, joined faults, ownership (leaks fail the test). */
#include "base/err.h"
#include "test.h"

#include <errno.h>
#include <string.h>

TEST(err_wrap_keeps_code_type_status_and_cause)
{
    struct err *e = err_new(E_CONFLICT, NULL, "port %d", 7);

    err_set_type(e, "PortInUse");
    e->status = 409;
    e = err_wrap(e, "east: DELETE");
    CHECK_STR(e->message, "east: DELETE: port 7");
    CHECK_STR(e->type, "PortInUse");
    CHECK_INT(e->code, E_CONFLICT);
    CHECK_INT(e->status, 409);
    CHECK_STR(e->cause->message, "port 7");
    CHECK(err_is(e, E_CONFLICT) && !err_is(NULL, E_CONFLICT));
    err_free(e);
    CHECK(!err_wrap(NULL, "x"));
}

TEST(err_join_lists_every_fault)
{
    AUTO(mem) m = mem_new("test");
    struct err *e = err_join(NULL, err_new(E_INVALID, "A", "first"));
    struct err *copy;

    e = err_join(e, err_join(err_new(E_INVALID, "B", "second"), err_new(E_QUOTA, "C", "third")));
    e = err_join(e, NULL);
    CHECK_STR(err_full(m, e), "first; second; third");
    CHECK_STR(e->type, "A");
    copy = err_copy(e);
    err_free(e);
    CHECK_STR(err_full(m, copy), "first; second; third");
    err_free(copy);
}

TEST(err_wrap_keeps_every_fault_of_a_list)
{
    AUTO(mem) m = mem_new("test");
    AUTO(err) e = err_join(err_new(E_INVALID, "A", "first"), err_new(E_QUOTA, "B", "second"));

    e = err_wrap(e, "entry[%d]", 1);
    e = err_join(e, err_new(E_INVALID, "C", "third"));
    CHECK_STR(err_full(m, e), "entry[1]: first; second; third");
    CHECK_STR(e->type, "A");
}

TEST(err_errno_says_why)
{
    struct err *e;

    errno = ENOENT;
    e = err_errno(E_NOT_FOUND, "open %s", "/x");
    CHECK_STR(e->message, "open /x: No such file or directory");
    CHECK(strstr(e->file, "err.c") && e->line > 0);
    err_free(e);
}

TEST(err_codes_have_names_statuses_and_docs)
{
    for (int i = E_NONE + 1; i < E_N; i++) {
        enum err_code code = (enum err_code)i;

        CHECK_INT(err_code_from_name(err_code_name(code)), code);
        CHECK(err_code_status(code) >= 400 && err_code_status(code) < 600);
        CHECK(*err_code_doc(code));
    }
    CHECK_INT(err_code_from_name("NO_SUCH"), E_INTERNAL);
    CHECK_INT(err_code_status(E_IN_DOUBT), 504);
}

static struct err *
outer(struct err *inner)
{
    TRY_MSG(inner, "while %s", "testing");
    return NULL;
}

TEST(err_try_msg_adds_context_only_on_failure)
{
    CHECK_OK(outer(NULL));
    CHECK_ERR_MSG(outer(err_new(E_GONE, NULL, "old")), E_GONE, "while testing: old");
}
