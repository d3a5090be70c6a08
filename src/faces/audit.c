/* Lines of the audit log.  No bodies and no queries: secrets are in them. */
#include "faces/audit.h"

#include "base/time.h"
#include "faces/strangers.h"
#include "sys/trail.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define AUDIT_KEEP 4
#define MEMBER_MAX 1024 /* bytes of a member */
#define FLUSH_MS 5000

struct audit {
    struct trail *trail;
    pthread_mutex_t lock; /* Guards the following. */
    struct strangers *strangers;
};

static void
when(struct jw *w)
{
    char text[TIME_TEXT_SIZE];

    jw_str(w, "time", time_text(text, time_now_us(), TIME_Z_US));
}

static void
lost(struct buf *out, uint64_t n)
{
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    when(&w);
    jw_int(&w, "lost", (int64_t)n);
    jw_str(&w, "reason", "the disk took no lines");
    jw_end(&w);
    buf_char(out, '\n');
}

/* Strangers say some of it: a line is short and is JSON whatever they say. */
static void
member_cut(struct jw *w, const char *key, const char *text)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < MEMBER_MAX && text[i]; i++) {
        buf_char(&out, (unsigned char)text[i] < 0x80 ? text[i] : '?');
    }
    buf_str(&out, "...");
    jw_str(w, key, out.data);
}

/* Members that say nothing are left out. */
static void
member(struct jw *w, const char *key, const char *text)
{
    if (!text || !*text || str_eq(text, "-")) {
        return;
    }
    if (strlen(text) <= MEMBER_MAX && str_utf8(text, strlen(text))) {
        jw_str(w, key, text);
    } else {
        member_cut(w, key, text);
    }
}

static void
line_write(struct buf *out, const struct rest_request *r, const struct err *e)
{
    const struct caller *caller = &r->caller;
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    when(&w);
    member(&w, "request", r->request_id);
    member(&w, "global", rest_global_id(r));
    member(&w, "peer", rest_peer(r));
    member(&w, "user", caller->user_id);
    member(&w, "userName", caller->user_name);
    member(&w, "claimedName", caller->user_id ? NULL : r->claims);
    member(&w, "project", caller->project_id);
    member(&w, "projectName", caller->project_name);
    member(&w, "api", r->face ? r->face->name : NULL);
    member(&w, "method", r->method);
    member(&w, "path", rest_path(r));
    if (!e && r->made) {
        jw_str(&w, "target", r->made); /* our own ids, of all that there are */
    } else {
        member(&w, "target", r->id);
    }
    jw_int(&w, "status", r->status);
    jw_str(&w, "result", e || r->status >= 400 ? "refused" : "done");
    member(&w, "error", e ? str_or(e->type, err_code_name(e->code)) : NULL);
    jw_end(&w);
    buf_char(out, '\n');
}

/* strangers_tell_fn */
static void
count_write(void *arg, const struct strangers_count *count)
{
    const struct audit *audit = arg;
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    char text[TIME_TEXT_SIZE];

    jw_object(&w, NULL);
    when(&w);
    jw_str(&w, "peer", count->from);
    jw_str(&w, "result", "refused");
    jw_int(&w, "more", (int64_t)count->n);
    jw_str(&w, "since", time_text(text, count->since_us, TIME_Z_US));
    jw_str(&w, "reason", "too many refusals of who proved nobody to be: only counted");
    jw_end(&w);
    buf_char(&out, '\n');
    trail_add(audit->trail, out.data, out.len);
}

void
audit_request(void *arg, const struct rest_request *r, const struct err *e)
{
    struct audit *audit = arg;
    bool is_stranger = !r->caller.user_id && (e || r->status >= 400), may = true;
    AUTO_BUF out = BUF_INIT;

    line_write(&out, r, e);
    pthread_mutex_lock(&audit->lock);
    strangers_tell(audit->strangers, time_now_us(), false, count_write, audit);
    if (is_stranger) {
        may = strangers_may(audit->strangers, rest_peer(r), out.len, time_now_us());
    } else {
        strangers_earn(audit->strangers, out.len);
    }
    pthread_mutex_unlock(&audit->lock);
    if (may) {
        trail_add(audit->trail, out.data, out.len);
    }
}

struct err *
audit_own(struct audit *audit, const char *command, const char *what)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    when(&w);
    jw_str(&w, "command", command);
    member(&w, "what", what);
    jw_str(&w, "result", "done");
    jw_end(&w);
    buf_char(&out, '\n');
    trail_add(audit->trail, out.data, out.len);
    return trail_flush(audit->trail, FLUSH_MS);
}

struct err *
audit_open(struct mem *mem, const char *state, const char *path, int64_t max_mb,
           struct audit **audit)
{
    const struct trail_config config = {
        .path = *path ? path : mem_printf(mem, "%s/audit.log", state),
        .max_bytes = max_mb << 20,
        .keep = AUDIT_KEEP,
        .lost = lost,
    };
    struct trail *trail;

    TRY(trail_open(&config, &trail));
    *audit = heap_alloc(sizeof **audit);
    (*audit)->trail = trail;
    (*audit)->strangers = strangers_new(config.max_bytes);
    pthread_mutex_init(&(*audit)->lock, NULL);
    return NULL;
}

void
audit_reopen(struct audit *audit)
{
    if (audit) {
        trail_reopen(audit->trail);
    }
}

void
audit_close(struct audit *audit)
{
    if (!audit) {
        return;
    }
    strangers_tell(audit->strangers, time_now_us(), true, count_write, audit);
    trail_close(audit->trail);
    strangers_free(audit->strangers);
    pthread_mutex_destroy(&audit->lock);
    free(audit);
}
