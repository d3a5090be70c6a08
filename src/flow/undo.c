/* Rollback: the journal backwards.  It needs no flow function, so that it works
 * for a type of which this program no longer has the version. */
#include "flow/live.h"

static void
set_undone(struct entry *e)
{
    e->state = ENTRY_UNDONE;
    entry_changed(e);
}

/* What a flow of a backup knows as not made may have been made since, where the backup was taken. */
static bool
is_from_before(const struct entry *e)
{
    return e->flow->row.restored && e->kind && e->kind->find;
}

static bool
is_held(const struct entry *e)
{
    switch (e->state) {
    case ENTRY_UNDONE:
    case ENTRY_LEFT:
        return false;
    case ENTRY_AGAIN:
        return is_from_before(e);
    case ENTRY_FAILED:
        return e->doubted || (e->err && flow_err_doubtful(e->err)) || is_from_before(e);
    case ENTRY_STARTED:
    case ENTRY_DONE:
    case ENTRY_UNDO_FAILED:
    case ENTRY_TORN:
    default:
        return true;
    }
}

/* Each of these makes one move and says whether the next may follow at once. */
static bool
undo_write(struct flow *f, struct entry *e)
{
    int64_t wait_ms = entry_wait_ms(e);

    if (!e->kind || !e->kind->undo || !is_held(e)) {
        set_undone(e);
    } else if (e->out || !e->kind->find) {
        step_begin(e, STEP_UNDO);
    } else if (wait_ms > 0) {
        flow_timer_arm(f, wait_ms);
        return false;
    } else {
        e->doubted = true;
        step_begin(e, STEP_FIND);
    }
    return !e->step;
}

static bool
undo_local(struct flow *f, struct entry *e)
{
    bool held = e->state == ENTRY_DONE;
    struct job *job;

    set_undone(e);
    if (!held || !e->kind || !e->kind->undo_local) {
        return true;
    }
    job = job_new(f);
    job->local = e;
    job->undo = true;
    job_queue(job);
    return false;
}

static bool
undo_entry(struct flow *f, struct entry *e)
{
    switch (e->effect) {
    case ENTRY_WRITE:
        return undo_write(f, e);
    case ENTRY_LOCAL:
        return undo_local(f, e);
    case ENTRY_CHILD:
        if (e->state == ENTRY_FAILED) {
            set_undone(e); /* It never was ours. */
            return true;
        }
        undo_child(f, e);
        return e->state == ENTRY_UNDONE || e->state == ENTRY_UNDO_FAILED;
    case ENTRY_READ:
    case ENTRY_JOIN:
    case ENTRY_TIME:
    case ENTRY_NOTE:
    case ENTRY_MARK:
    default:
        set_undone(e);
        return true;
    }
}

/* A kind of which only the name is left cannot be undone: that is said, not
 * passed over. */
static struct err *
undo_missing(const struct entry *e)
{
    if (e->kind || (e->effect != ENTRY_WRITE && e->effect != ENTRY_LOCAL) || !is_held(e)) {
        return NULL;
    }
    return err_new(E_NOT_IMPLEMENTED, "StepKindGone",
                   "this program has no step kind '%s': step '%s' cannot be undone here",
                   e->kind_name, e->label);
}

static struct entry *
last_held(struct flow *f)
{
    for (size_t i = f->entries.n; i-- > 0;) {
        struct entry *e = f->entries.items[i];

        if (e->state != ENTRY_UNDONE && e->seq < SEQ_SWEEP) {
            return e;
        }
    }
    return NULL;
}

static struct err *
undo_failure(const struct flow *f, const struct entry *e)
{
    if (e->state == ENTRY_UNDO_FAILED) {
        return err_copy(e->err);
    }
    if (f->cancel) {
        return err_new(E_CANCELLED, "Cancelled", "the rollback of flow %s was cancelled", f->id);
    }
    return undo_missing(e);
}

void
undo_turn(struct flow *f)
{
    struct entry *e;
    bool more = true;

    mem_reset(f->run_mem);
    while (more && (e = last_held(f))) {
        struct err *err = e->step ? NULL : undo_failure(f, e);

        if (err) {
            flow_stop(f, FLOW_FAILED_TEMP, err);
            return;
        }
        if (e->effect == ENTRY_WRITE && !e->step && entries_unsaved(f, true)) {
            /* What is undone so far is told before the next call goes out. */
            job_queue(job_new(f));
            return;
        }
        f->in_turn = true;
        more = !e->step && undo_entry(f, e);
        f->in_turn = false;
    }
    if (more) {
        flow_stop(f, FLOW_ROLLED_BACK, NULL);
    }
}
