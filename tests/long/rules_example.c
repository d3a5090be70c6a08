/* What rules.cocci has to find, so that a rule that finds nothing any more is noticed.
 * It is not compiled. */
struct err *
second_before_first(void)
{
    struct err *e;

    e = one(); /* WRONG: an error is overwritten before it was looked at */
    look();
    e = two();
    return e;
}

struct err *
left_behind(int fd)
{
    struct err *e = one(); /* WRONG: an error is lost */

    if (fd < 0) {
        return NULL;
    }
    return e;
}

struct err *
freed_singly(struct mem *mem)
{
    char *text = mem_str(mem, "x");
    AUTO(mem) own = mem_new("own");

    TRY(use(own, text));
    free(text); /* WRONG: arena memory is freed singly */
    return NULL;
}

struct err *
as_it_should_be(void)
{
    struct err *e = one(), *all = NULL;

    if (!e) {
        e = two();
    }
    all = err_join(all, e);
    all = err_join(all, one());
    return all;
}
