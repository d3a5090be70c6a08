/* A list that leaves something out is not believed: the site is asked for that by itself, then it is judged
 * once more (decision 053).  Only what is in no list costs that: a fault that a list shows is told before. */
#include "fm/live.h"

#include "base/vec.h"

#include <stdlib.h>

enum answer { ANSWER_NONE, ANSWER_GONE, ANSWER_THERE, ANSWER_ERROR };

/* One thing that is asked for by itself. */
struct question {
    struct left_out what;
    enum answer answer;
    const char *why; /* Of ANSWER_ERROR. */
};

/* On its way; outlives a round that did not wait for it. */
struct asking {
    struct look *look;
    unsigned round;
    size_t which;
};

static struct drift_list *
list_of(struct look *look, const char *kind)
{
    vec_each (&look->seen.lists, list) {
        if (str_eq(list->kind, kind)) {
            return list;
        }
    }
    return NULL;
}

/* ---- what the answers say -------------------------------------------------------------------- */

/* Why the list is not believed, or null. */
static const char *
list_judge(struct look *look, const char *kind)
{
    const char *why = NULL, *there = NULL;
    size_t n_there = 0;

    for (size_t i = 0; i < look->n_questions; i++) {
        const struct question *q = &look->questions[i];

        if (!str_eq(q->what.kind, kind)) {
            continue;
        }
        if (q->answer == ANSWER_THERE) {
            n_there++;
            there = q->what.id;
        } else if (q->answer != ANSWER_GONE && !why) {
            why = q->why;
        }
    }
    return n_there ? drift_left_out(look->mem, n_there, there) : why;
}

/* Nothing of all that is recorded there, nor of anything else of ours. */
static bool
is_denied(const struct look *look)
{
    for (size_t i = 0; i < look->n_questions; i++) {
        if (look->questions[i].answer != ANSWER_GONE) {
            return false;
        }
    }
    vec_each (&look->seen.objects, object) {
        if (object->flow) {
            return false;
        }
    }
    return look->n_questions == look->judgement.n_things;
}

static void
doubt(struct look *look, struct drift_list *list, const char *why)
{
    size_t kind = look_kind(list->kind);

    list->error = why;
    look->is_unsure = true;
    if (look->is_whole) {
        look->untold[kind] = look->untold_before[kind] + 1;
    }
}

static void
believe_end(struct look *look)
{
    const char *denied = NULL;

    for (size_t i = 0; i < look->n_questions; i++) {
        const struct question *q = &look->questions[i];

        if (q->answer == ANSWER_GONE) {
            map_set(&look->gone, drift_key(look->mem, look->site, q->what.kind, q->what.id), look);
        }
    }
    if (is_denied(look)) {
        denied = drift_denied(look->mem, look->n_questions);
        look->wants_whole = look->wants_whole || !look->is_whole; /* Other kinds may show what is ours. */
    }
    vec_each (&look->seen.lists, list) {
        const char *why = list->error ? NULL : denied ? denied : list_judge(look, list->kind);

        if (why) {
            doubt(look, list, why);
        }
    }
    look_judge_run(look);
}

void
believe_late(struct look *look)
{
    believe_end(look);
}

/* ---- asking -------------------------------------------------------------------------------------- */

/* vim_get_fn */
static void
got(void *arg, const struct json *object, struct err *err)
{
    struct asking *asking = arg;
    struct look *look = asking->look;

    (void)object;
    look->n_asking--;
    if (asking->round == look->round && !look->watch->is_closed) {
        struct question *q = &look->questions[asking->which];

        q->answer = !err ? ANSWER_THERE : err_is(err, E_NOT_FOUND) ? ANSWER_GONE : ANSWER_ERROR;
        if (q->answer == ANSWER_ERROR) {
            q->why = mem_str(look->mem, err_full(look->mem, err));
        }
        if (--look->n_open == 0) {
            believe_end(look);
        }
    }
    err_ignore(err, "kept with the question, or too late");
    free(asking);
}

static void
questions_ask(struct look *look)
{
    unsigned round = look->round;

    look->n_open = look->n_questions;
    look->n_asking = look->n_questions;
    loop_timer_arm(look->deadline, FM_ANSWER_MS);
    for (size_t i = 0; i < look->n_questions; i++) {
        struct asking *asking = heap_alloc(sizeof *asking);

        *asking = (struct asking){.look = look, .round = round, .which = i};
        vim_get(look->watch->nfvo->vim, look->site, look->questions[i].what.kind,
                look->questions[i].what.id, got, asking);
    }
}

/* Asking for each would hold up the site's other calls. */
static void
kinds_doubt(struct look *look, const char *why)
{
    vec_each (&look->judgement.left_out, what) {
        struct drift_list *list = list_of(look, what->kind);

        if (list && !list->error) {
            doubt(look, list, why);
        }
    }
    look_judge_run(look);
}

bool
believe_ask(struct look *look)
{
    size_t n = look->judgement.left_out.n;
    const char *late =
        mem_printf(look->mem, "no answer within %d s", FM_ANSWER_MS / 1000);

    if (look->is_asked || n == 0 || look->watch->is_closed) {
        return false;
    }
    look->is_asked = true;
    look->n_questions = 0;
    if (look->n_asking || n > FM_ASKED_MAX) { /* A slow site is not asked for ever more. */
        kinds_doubt(look, look->n_asking
                              ? mem_printf(look->mem, "its list leaves out %zu, and it owes %zu answers of a "
                                           "round before", n, look->n_asking)
                              : mem_printf(look->mem, "its list leaves out more than is asked for one by one (%d)",
                                           FM_ASKED_MAX));
        return true;
    }
    look->questions = MEM_ARRAY(look->mem, n, struct question);
    vec_each (&look->judgement.left_out, what) {
        look->questions[look->n_questions++] = (struct question){.what = *what, .why = late};
    }
    questions_ask(look);
    return true;
}
