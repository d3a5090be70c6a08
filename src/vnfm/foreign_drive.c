/* Steps at a foreign VNFM.  An operation is driven by what there is: an occurrence that is open is
 * followed, one that failed is retried (or, to take it back, rolled back), and where none is open the
 * instance says whether one is needed.  So a lost answer, a kill of either side, and a retry of ours
 * are one case. */
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vnfm/foreign.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define INSTANCES "/vnflcm/v2/vnf_instances"
#define OCCURRENCES "/vnflcm/v2/vnf_lcm_op_occs"
#define VERSION "2.0.0"
#define LOOK_MS 100
#define LOOK_MAX_MS 1000
#define REFUSALS_MAX 5
#define CLEARED_MAX 20

/* ---- what an operation leaves ----------------------------------------------------------- */

static bool
is_instantiated(const struct json *instance, const struct json *body)
{
    (void)body;
    return str_eq(json_get_str(instance, "instantiationState"), "INSTANTIATED");
}

static bool
is_terminated(const struct json *instance, const struct json *body)
{
    (void)body;
    return str_eq(json_get_str(instance, "instantiationState"), "NOT_INSTANTIATED");
}

static bool
is_at(const struct json *levels, const struct json *wanted)
{
    json_each (levels, i) {
        const struct json *one = levels->items[i];

        if (str_eq(json_get_str(one, "aspectId"), json_get_str(wanted, "aspectId"))) {
            return json_int(json_get(one, "scaleLevel"), -1) ==
                   json_int(json_get(wanted, "scaleLevel"), 0);
        }
    }
    return false;
}

static bool
is_scaled(const struct json *instance, const struct json *body)
{
    const struct json *levels = json_get(json_get(instance, "instantiatedVnfInfo"), "scaleStatus");
    const struct json *wanted = json_get(body, "scaleInfo");

    json_each (wanted, i) {
        if (!is_at(levels, wanted->items[i])) {
            return false;
        }
    }
    return wanted && wanted->n > 0;
}

/* None of the servers that were to be healed is there any more. */
static bool
is_healed(const struct json *instance, const struct json *body)
{
    const struct json *servers =
        json_get(json_get(instance, "instantiatedVnfInfo"), "vnfcResourceInfo");
    const struct json *lost = json_get(body, "vnfcInstanceId");

    json_each (servers, i) {
        json_each (lost, j) {
            if (str_eq(json_get_str(servers->items[i], "id"), json_str(lost->items[j]))) {
                return false;
            }
        }
    }
    return lost && lost->n > 0 && servers;
}

static bool
is_repackaged(const struct json *instance, const struct json *body)
{
    const char *vnfd_id = json_get_str(instance, "vnfdId");

    return vnfd_id && str_eq(vnfd_id, json_get_str(body, "vnfdId"));
}

static bool
is_flavoured(const struct json *instance, const struct json *body)
{
    const char *flavour = json_get_str(json_get(instance, "instantiatedVnfInfo"), "flavourId");

    return flavour && str_eq(flavour, json_get_str(body, "newFlavourId"));
}

static bool
is_powered(const struct json *instance, const struct json *body)
{
    const char *state = json_get_str(json_get(instance, "instantiatedVnfInfo"), "vnfState");

    return state && str_eq(state, json_get_str(body, "changeStateTo"));
}

/* It shows all of what the patch makes of it. */
static bool
is_modified(const struct json *instance, const struct json *body)
{
    AUTO(mem) mem = mem_new("foreign modify");

    return json_equal(json_merge(mem, instance, body), instance);
}

/* 'reached': the instance shows that there is nothing to do; null = it never does, and the request
 * is made.  'word': below the instance; null = the instance is patched.  'by_word': a COMPLETED occurrence is enough where the instance does not show it. */
static const struct word {
    const char *operation, *word;
    bool (*reached)(const struct json *instance, const struct json *body);
    bool by_word;
} words[] = {
    {"INSTANTIATE", "instantiate", is_instantiated, false},
    {"TERMINATE", "terminate", is_terminated, false},
    {"SCALE_TO_LEVEL", "scale_to_level", is_scaled, false},
    {"CHANGE_EXT_CONN", "change_ext_conn", NULL, true},
    {"CHANGE_VNFPKG", "change_vnfpkg", is_repackaged, false},
    {"CHANGE_FLAVOUR", "change_flavour", is_flavoured, false},
    {"HEAL", "heal", is_healed, true},
    {"OPERATE", "operate", is_powered, true},
    {"MODIFY_INFO", NULL, is_modified, true},
};

static const struct word *
word_of(const char *operation)
{
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (str_eq(words[i].operation, operation)) {
            return &words[i];
        }
    }
    return NULL;
}

static bool
is_termination(const struct word *word)
{
    return str_eq(word->operation, "TERMINATE");
}

/* ---- the drive -------------------------------------------------------------------------- */

struct drive {
    struct step *step;
    struct loop_timer *timer;
    const char *peer, *id;
    const struct json *body;
    const struct word *word;
    const char *op_id; /* the occurrence that is followed, or was last */
    const char *own_id; /* the one of these that works for us: a cancel of ours is one of it */
    const char *told;   /* which cancel it was told: GRACEFUL or FORCEFUL */
    bool begun;        /* one was begun or taken up here: what it comes to counts */
    bool tasked;       /* one that had failed was told to go on */
    bool undo;
    int n_refused;     /* times that it was not begun for another one's sake, or without an answer */
    int64_t pause_ms;
};

static void look_operations(void *arg);
static void look_later(struct drive *drive);

/* ---- the end --------------------------------------------------------------------------- */

static void cancel_tell(struct drive *drive, const char *how, peer_done_fn *done);
static void cancel_told(void *arg, const struct peer_answer *answer, struct err *err);

/* Has the VNFM to be told of this cancel, and of which operation? */
static bool
has_to_tell(const struct drive *drive, const char *how)
{
    return how && !str_eq(drive->told, how) && drive->op_id && str_eq(drive->op_id, drive->own_id);
}

static void
drive_end(struct drive *drive, struct err *err)
{
    const char *how = step_cancelled(drive->step);

    if (str_eq(how, FLOW_FORCEFUL) && has_to_tell(drive, how)) {
        err_ignore(err, "nobody waits for the step any more, but the VNFM is to hear of it");
        cancel_tell(drive, how, cancel_told);
        return;
    }
    loop_timer_del(drive->timer);
    if (err) {
        step_failed(drive->step, err);
    } else if (drive->undo) {
        step_done(drive->step, NULL);
    } else {
        struct peer_said *said = step_out_new(drive->step);

        said->id = drive->op_id;
        step_done(drive->step, said);
    }
}

static void
wait_more(struct drive *drive)
{
    loop_timer_arm(drive->timer, drive->pause_ms);
    drive->pause_ms += drive->pause_ms / 2;
    drive->pause_ms = drive->pause_ms > LOOK_MAX_MS ? LOOK_MAX_MS : drive->pause_ms;
}

/* Once, whatever becomes of it: who is not there to hear it is found at work by a retry or a rollback. */
static void
cancel_tell(struct drive *drive, const char *how, peer_done_fn *done)
{
    struct mem *mem = step_mem(drive->step);
    const struct peer_call call = {
        .peer_id = drive->peer,
        .method = "POST",
        .path = mem_printf(mem, OCCURRENCES "/%s/cancel", drive->op_id),
        .body = mem_printf(mem, "{\"cancelMode\":\"%s\"}", how),
        .version = VERSION,
    };

    drive->told = how;
    step_said(drive->step, "POST %s %s", call.path, how);
    peer_call(step_service(drive->step, PEER_SERVICE), &call, done, drive);
}

static void
cancel_told(void *arg, const struct peer_answer *answer, struct err *err)
{
    (void)answer;
    err_ignore(err, "it has ended, or goes on and is found at work");
    drive_end(arg, err_new(E_CANCELLED, NULL, "the operation was cancelled"));
}

static void
cancel_heard(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct drive *drive = arg;

    (void)answer;
    step_said(drive->step, "cancel: %s", err ? err->message : "accepted");
    err_ignore(err, "the occurrence says what came of it");
    look_later(drive);
}

static void
look_later(struct drive *drive)
{
    const char *how = step_cancelled(drive->step);

    if (!step_wanted(drive->step)) {
        drive_end(drive, err_new(E_CANCELLED, NULL, "the operation was cancelled"));
    } else if (has_to_tell(drive, how)) {
        cancel_tell(drive, how, cancel_heard);
    } else {
        wait_more(drive);
    }
}

static void
ask(struct drive *drive, const char *method, const char *path, const char *body, peer_done_fn *done)
{
    const struct peer_call call = {
        .peer_id = drive->peer, .method = method, .path = path, .body = body, .version = VERSION};

    step_peer_call(drive->step, &call, done, drive);
}

/* ---- why it did not come about ----------------------------------------------------------- */

static struct err *
failure_of(const struct drive *drive, const struct json *occurrence)
{
    const char *detail = json_get_str(json_get(occurrence, "error"), "detail");

    return err_new(E_REMOTE, NULL, "the VNFM's operation %s (%s) is %s: %s",
                   str_or(drive->op_id, "?"), drive->word->operation,
                   str_or(json_get_str(occurrence, "operationState"), "unknown"),
                   str_or(detail, "(no reason is told)"));
}

/* An instance tells where its aspects are, and not of which level it is: a VNF without aspects is at
 * one all the same. */
static bool
by_word(const struct drive *drive)
{
    return drive->word->by_word ||
           (drive->word->reached == is_scaled && !json_get(drive->body, "scaleInfo"));
}

static void
outcome_read(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct drive *drive = arg;
    const char *state = err ? NULL : json_get_str(answer->json, "operationState");

    if (!err && !(by_word(drive) && str_eq(state, "COMPLETED"))) {
        err = failure_of(drive, answer->json);
    }
    drive_end(drive, err);
}

/* ---- begin ------------------------------------------------------------------------------- */

/* A refusal for another operation's sake, or an answer that was lost: it is looked again. */
static void
begun(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct drive *drive = arg;

    if (err && ((!err_is(err, E_IN_DOUBT) && !err_is(err, E_CONFLICT)) ||
                ++drive->n_refused > REFUSALS_MAX)) {
        drive_end(drive, err);
        return;
    }
    if (!err) {
        drive->begun = true;
        drive->own_id = peer_location_id(step_mem(drive->step), answer);
        drive->op_id = str_or(drive->own_id, drive->op_id);
    }
    err_ignore(err, "what is open there is followed");
    look_later(drive);
}

/* Of another instance nothing is believed. */
static struct err *
instance_check(const struct drive *drive, const struct json *instance)
{
    const char *id = json_get_str(instance, "id");

    return str_eq(id, drive->id) ? NULL
                                 : err_new(E_REMOTE, NULL,
                                           "the VNFM answered with VNF instance %s instead of %s",
                                           str_or(id, "(no id)"), drive->id);
}

/* Has the VNFM links told with the grant? */
struct telling {
    const char *vnfm_id;
    bool by_grant;
};

static struct err *
telling_read(struct tx *tx, void *arg)
{
    struct telling *telling = arg;
    struct vnfm *vnfm;

    TRY(row_get(tx, &vnfm_table, telling->vnfm_id, &vnfm));
    telling->by_grant = vnfm->links_by_grant;
    return NULL;
}

static struct err *
request_text(const struct drive *drive, const char **text)
{
    struct telling telling = {.vnfm_id = drive->peer};
    const struct nfvo *nfvo;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);

    *text = json_text(step_mem(drive->step), drive->body);
    if (drive->undo || !str_eq(drive->word->operation, "INSTANTIATE")) {
        return NULL;
    }
    nfvo = step_service(drive->step, NFVO_SERVICE);
    TRY(store_read(nfvo->store, telling_read, &telling));
    if (!telling.by_grant) {
        return NULL;
    }
    jw_object(&w, NULL);
    json_each (drive->body, i) {
        if (!str_eq(drive->body->keys[i], "extVirtualLinks")) {
            jw_json(&w, drive->body->keys[i], drive->body->items[i]);
        }
    }
    jw_end(&w);
    *text = buf_copy(step_mem(drive->step), &body);
    return NULL;
}

/* The request itself. */
static void
begin(struct drive *drive)
{
    struct mem *mem = step_mem(drive->step);
    const char *word = drive->word->word, *text;
    struct err *err = request_text(drive, &text);

    if (err) {
        drive_end(drive, err);
        return;
    }

    ask(drive, word ? "POST" : "PATCH",
        mem_printf(mem, INSTANCES "/%s%s%s", drive->id, word ? "/" : "", str_or(word, "")),
        text, begun);
}

static void
instance_read(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct drive *drive = arg;
    const struct word *word = drive->word;
    bool gone = err_is(err, E_NOT_FOUND) && is_termination(word);
    bool reached;

    err = err ? err : instance_check(drive, answer->json);
    reached = !err && word->reached && word->reached(answer->json, drive->body);

    if (err && !gone) {
        drive_end(drive, err);
    } else if (gone || reached) {
        err_ignore(err, "what is not there is not instantiated");
        drive_end(drive, NULL);
    } else if (drive->begun && drive->op_id) {
        ask(drive, "GET", mem_printf(step_mem(drive->step), OCCURRENCES "/%s", drive->op_id), NULL,
            outcome_read);
    } else if (step_cancelled(drive->step)) {
        drive_end(drive, err_new(E_CANCELLED, NULL, "cancelled before the VNFM was asked"));
    } else {
        begin(drive);
    }
}

/* ---- what is open ------------------------------------------------------------------------ */

/* Is an open operation of this name the one that we are about?  Who takes one back is not about the
 * one that it takes back; and what the instance does not show may have been asked with another body. */
static bool
is_ours(const struct drive *drive, const char *operation)
{
    return str_eq(operation, drive->word->operation) && drive->word->reached &&
           (!drive->undo || is_termination(drive->word));
}

/* What an operation that has failed is told, so that ours can come about. */
static const char *
task_of(const struct drive *drive, const char *operation)
{
    if (is_ours(drive, operation)) {
        return "retry";
    }
    if (str_eq(operation, drive->word->operation)) {
        return drive->undo ? "rollback" : "retry";
    }
    return str_eq(operation, "INSTANTIATE") ? "rollback" : "fail";
}

static void
tasked(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct drive *drive = arg;

    (void)answer;
    if (err && !err_is(err, E_CONFLICT) && !err_is(err, E_IN_DOUBT)) {
        drive_end(drive, err);
        return;
    }
    err_ignore(err, "what is open there is followed");
    look_later(drive);
}

static void
failed_temp(struct drive *drive, const struct json *occurrence)
{
    const char *task = task_of(drive, json_get_str(occurrence, "operation"));

    if (drive->begun || drive->tasked || step_cancelled(drive->step)) { /* A list leaves the reason out. */
        ask(drive, "GET", mem_printf(step_mem(drive->step), OCCURRENCES "/%s", drive->op_id), NULL,
            outcome_read);
        return;
    }
    drive->tasked = true;
    drive->own_id = drive->op_id;
    ask(drive, "POST", mem_printf(step_mem(drive->step), OCCURRENCES "/%s/%s", drive->op_id, task),
        NULL, tasked);
}

/* The operation that is open on our instance; null = none.  A filter that the VNFM does not know
 * may have let others through. */
static const struct json *
open_of(const struct drive *drive, const struct json *list)
{
    static const char *const states[] = {"STARTING", "PROCESSING", "ROLLING_BACK", "FAILED_TEMP"};

    if (!json_is(list, JSON_T_ARRAY)) {
        return NULL;
    }
    json_each (list, i) {
        const struct json *one = list->items[i];
        const char *state = json_get_str(one, "operationState");

        for (size_t j = 0; j < ARRAY_SIZE(states); j++) {
            if (str_eq(state, states[j]) && peer_is_id(json_get_str(one, "id")) &&
                str_eq(json_get_str(one, "vnfInstanceId"), drive->id)) {
                return one;
            }
        }
    }
    return NULL;
}

static void
operations_read(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct drive *drive = arg;
    const struct json *open = answer ? open_of(drive, answer->json) : NULL;

    if (err) {
        drive_end(drive, err);
        return;
    }
    if (!open) {
        ask(drive, "GET", mem_printf(step_mem(drive->step), INSTANCES "/%s", drive->id), NULL,
            instance_read);
        return;
    }
    drive->op_id = mem_str(step_mem(drive->step), json_get_str(open, "id"));
    if (str_eq(json_get_str(open, "operationState"), "FAILED_TEMP")) {
        failed_temp(drive, open);
        return;
    }
    if (is_ours(drive, json_get_str(open, "operation"))) {
        drive->begun = true;
        drive->own_id = drive->op_id;
    }
    look_later(drive);
}

static void
look_operations(void *arg)
{
    struct drive *drive = arg;
    struct mem *mem = step_mem(drive->step);
    const char *filter =
        mem_printf(mem, "(eq,vnfInstanceId,%s);"
                        "(in,operationState,STARTING,PROCESSING,ROLLING_BACK,FAILED_TEMP)",
                   drive->id);

    ask(drive, "GET", mem_printf(mem, OCCURRENCES "?filter=%s", url_encode(mem, filter)), NULL,
        operations_read);
}

/* Woken, since it is time or since nobody wants the step any more. */
static void
looked_again(void *arg)
{
    struct drive *drive = arg;

    if (step_wanted(drive->step)) {
        look_operations(drive);
    } else {
        look_later(drive);
    }
}

static void
drive_begin(struct step *step, const char *operation, const struct json *body, bool undo)
{
    const struct foreign_ask *in = step_in(step);
    struct drive *drive = MEM_NEW(step_mem(step), struct drive);
    const struct word *word = word_of(operation);

    if (!word) {
        step_failed(step, err_new(E_INTERNAL, NULL, "no VNFM is asked for %s", operation));
        return;
    }
    *drive = (struct drive){
        .step = step,
        .peer = in->vnfm,
        .id = in->foreign_id,
        .body = body,
        .word = word,
        .undo = undo,
        .pause_ms = LOOK_MS,
    };
    drive->timer = loop_timer_new(step_loop(step), looked_again, drive);
    step_waits_by(step, drive->timer);
    look_operations(drive);
}

static const struct json *
body_of(struct step *step, const struct json *given, const char *else_text)
{
    const struct json *body = given;

    if (!body) {
        err_ignore(json_parse(step_mem(step), else_text, strlen(else_text), &body), "it is ours");
    }
    return body;
}

static void
operate_act(struct step *step)
{
    const struct foreign_ask *in = step_in(step);

    drive_begin(step, in->operation, body_of(step, in->body, "{}"), false);
}

/* What is not instantiated has nothing to be taken back. */
static void
operate_undo(struct step *step)
{
    const struct foreign_ask *in = step_in(step);
    const char *operation = in->undo ? in->operation : "TERMINATE";

    drive_begin(step, operation, body_of(step, in->undo, "{\"terminationType\":\"FORCEFUL\"}"),
                true);
}

static const char *
operate_describe(const struct step *step)
{
    const struct foreign_ask *in = step_in(step);

    return mem_printf(step_mem(step), "VNFM: %s of VNF instance %s", in->operation, in->foreign_id);
}

const struct step_kind foreign_operate = {
    .name = "foreign operate",
    .doc = "A foreign VNFM operates on a VNF.",
    .effect = FLOW_WRITE,
    .in = &foreign_ask_table,
    .out = &peer_said_table,
    .act = operate_act,
    .undo = operate_undo,
    .describe = operate_describe,
};

struct err *
foreign_links_asked(struct tx *tx, const char *vnfm_id, const char *foreign_id,
                    const char *operation, const struct json **links)
{
    struct cond known[] = {COND("vnfm_id", vnfm_id), COND("foreign_id", foreign_id), {0}};
    struct cond open[] = {COND("vnf_instance_id", NULL), COND("operation_state", "PROCESSING"), {0}};
    struct cond asks[] = {COND("flow_id", NULL), COND("kind", foreign_operate.name), {0}};
    struct sort last[] = {{.attr = "seq", .descending = true}, {0}};
    struct query query = {.table = &flow_step_table, .conds = asks, .sorts = last, .limit = 1};
    struct vnf_instance *instance;
    struct vnf_lcm_op_occ *occ = NULL;
    const struct json *ask = NULL;
    struct rows steps = {0};

    *links = NULL;
    TRY(row_find(tx, &vnf_instance_table, known, &instance));
    open[0].text = instance ? instance->id : "";
    TRY(instance ? row_find(tx, &vnf_lcm_op_occ_table, open, &occ) : NULL);
    asks[0].text = occ ? occ->id : "";
    TRY(occ ? rows_select(tx, &query, &steps) : NULL);
    if (steps.n > 0 && ((const struct flow_step_row *)steps.items[0])->input) {
        const char *input = ((const struct flow_step_row *)steps.items[0])->input;

        TRY(json_parse(tx_mem(tx), input, strlen(input), &ask));
    }
    if (str_eq(json_get_str(ask, "operation"), operation)) {
        *links = json_path(ask, "body.extVirtualLinks");
    }
    return NULL;
}

/* ---- the instance as such ----------------------------------------------------------------- */

static void
created(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct step *step = arg;
    struct peer_said *said = step_out_new(step);

    said->id = err ? NULL : json_get_str(answer->json, "id");
    if (!err && !peer_is_id(said->id)) {
        said->id = NULL;
        err = err_new(E_IN_DOUBT, NULL, "the VNFM answered without a usable id");
    }
    if (err) {
        step_failed(step, err);
    } else {
        step_done(step, said);
    }
}

static void
create_act(struct step *step)
{
    const struct foreign_new *in = step_in(step);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct peer_call call = {
        .peer_id = in->vnfm, .method = "POST", .path = INSTANCES, .version = VERSION};

    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", in->vnfd_id);
    jw_str(&w, "vnfInstanceName", in->name);
    jw_object(&w, "metadata");
    jw_str(&w, "carrick", step_marker(step));
    jw_end(&w);
    jw_end(&w);
    call.body = text.data;
    step_peer_call(step, &call, created, step);
}

/* Those of the step's marker among the answer's; the first of them, or null. */
static const char *
marked(const struct step *step, const struct json *list)
{
    json_each (list, i) {
        const struct json *one = list->items[i];

        if (str_eq(json_get_str(json_get(one, "metadata"), "carrick"), step_marker(step)) &&
            peer_is_id(json_get_str(one, "id"))) {
            return json_get_str(one, "id");
        }
    }
    return NULL;
}

/* A value of a filter, whatever a client called its service (SOL013 5.2.2). */
static const char *
quoted(struct mem *mem, const char *value)
{
    AUTO_BUF out = BUF_INIT;

    buf_char(&out, '\'');
    for (; *value; value++) {
        if (*value == '\'') {
            buf_char(&out, '\'');
        }
        buf_char(&out, *value);
    }
    buf_char(&out, '\'');
    return buf_copy(mem, &out);
}

static void
search(struct step *step, peer_done_fn *done, void *arg)
{
    const struct foreign_new *in = step_in(step);
    struct mem *mem = step_mem(step);
    const char *filter = mem_printf(mem, "(eq,vnfInstanceName,%s)", quoted(mem, in->name));
    const struct peer_call call = {
        .peer_id = in->vnfm,
        .method = "GET",
        .path = mem_printf(mem, INSTANCES "?all_fields&filter=%s", url_encode(mem, filter)),
        .version = VERSION,
    };

    step_peer_call(step, &call, done, arg);
}

static void
found(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct step *step = arg;
    struct peer_said *said = step_out_new(step);

    said->id = err ? NULL : marked(step, answer->json);
    if (err) {
        step_failed(step, err);
    } else if (said->id) {
        step_done(step, said);
    } else {
        step_absent(step);
    }
}

static void
create_find(struct step *step)
{
    search(step, found, step);
}

static void
deleted(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct step *step = arg;

    (void)answer;
    if (err_is(err, E_NOT_FOUND)) {
        err_ignore(err, "it is gone");
        err = NULL;
    }
    if (err) {
        step_failed(step, err);
    } else {
        step_done(step, NULL);
    }
}

static void
delete_it(struct step *step, const char *vnfm, const char *id, peer_done_fn *done, void *arg)
{
    const struct peer_call call = {
        .peer_id = vnfm,
        .method = "DELETE",
        .path = mem_printf(step_mem(step), INSTANCES "/%s", id),
        .version = VERSION,
        .may_repeat = true,
    };

    step_peer_call(step, &call, done, arg);
}

/* Where its outcome was ever in doubt there may be several, and all of them go. */
struct clearing {
    struct step *step;
    int n;
};

static void clear_one(void *arg, const struct peer_answer *answer, struct err *err);

static void
cleared(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct clearing *clearing = arg;

    (void)answer;
    if (err && !err_is(err, E_NOT_FOUND)) {
        step_failed(clearing->step, err);
    } else if (++clearing->n == CLEARED_MAX) {
        err_ignore(err, "gone, or so it says");
        step_failed(clearing->step, err_new(E_REMOTE, NULL, "the VNFM still shows VNF instances "
                                            "that it has deleted"));
    } else {
        err_ignore(err, "it is gone");
        search(clearing->step, clear_one, clearing);
    }
}

static void
clear_one(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct clearing *clearing = arg;
    const char *id = err ? NULL : marked(clearing->step, answer->json);

    if (err) {
        step_failed(clearing->step, err);
    } else if (id) {
        delete_it(clearing->step, ((const struct foreign_new *)step_in(clearing->step))->vnfm, id,
                  cleared, clearing);
    } else {
        step_done(clearing->step, NULL);
    }
}

static void
create_undo(struct step *step)
{
    const struct peer_said *made = step_out(step);
    struct clearing *clearing;

    if (made && !step_doubted(step)) {
        delete_it(step, ((const struct foreign_new *)step_in(step))->vnfm, made->id, deleted, step);
        return;
    }
    clearing = MEM_NEW(step_mem(step), struct clearing);
    clearing->step = step;
    search(step, clear_one, clearing);
}

static void
delete_act(struct step *step)
{
    const struct foreign_known *in = step_in(step);

    delete_it(step, in->vnfm, in->foreign_id, deleted, step);
}

const struct step_kind foreign_create = {
    .name = "foreign create",
    .doc = "Creates a VNF instance at a foreign VNFM.",
    .effect = FLOW_WRITE,
    .in = &foreign_new_table,
    .out = &peer_said_table,
    .act = create_act,
    .find = create_find,
    .undo = create_undo,
};
const struct step_kind foreign_delete = {
    .name = "foreign delete",
    .doc = "Deletes a VNF instance at a foreign VNFM.",
    .effect = FLOW_WRITE,
    .in = &foreign_known_table,
    .act = delete_act,
};
