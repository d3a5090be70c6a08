/* Lines of the audit log.  No bodies and no queries: secrets are in them. */
#include "faces/audit.h"

#include "base/time.h"

#include <string.h>

#define AUDIT_KEEP 4
#define MEMBER_MAX 1024 /* bytes of a member */

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
    if (str_empty(text) || str_eq(text, "-")) {
        return;
    }
    if (strlen(text) <= MEMBER_MAX && str_utf8(text, strlen(text))) {
        jw_str(w, key, text);
    } else {
        member_cut(w, key, text);
    }
}

void
audit_request(void *trail, const struct rest_request *r, const struct err *e)
{
    const struct caller *caller = &r->caller;
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

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
    buf_char(&out, '\n');
    trail_add(trail, out.data, out.len);
}

struct err *
audit_open(struct mem *mem, const char *state, const char *path, int64_t max_mb,
           struct trail **trail)
{
    const struct trail_config config = {
        .path = *path ? path : mem_printf(mem, "%s/audit.log", state),
        .max_bytes = max_mb << 20,
        .keep = AUDIT_KEEP,
        .lost = lost,
    };

    return trail_open(&config, trail);
}
