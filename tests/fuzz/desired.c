/* What the agent, which is root, reads from a process that is not: frames of any
 * bytes.  An object that is accepted keeps its meaning when it is sent again. */
#include "desired/desired.h"
#include "fuzz.h"

#include <string.h>

#define ARENA_MAX (64u << 20)

/* The JSON of a message without its four bytes of length. */
static struct err *
decode_again(struct mem *mem, const struct buf *frame, struct desired_message **message)
{
    MUST(frame->len > 4);
    return desired_message_decode(mem, frame->data + 4, frame->len - 4, message);
}

static void
object_holds(struct mem *mem, const struct desired_message *message)
{
    AUTO_BUF frame = BUF_INIT;
    enum desired_kind kind = desired_kind_from_name(message->kind);
    struct desired_message *second;
    void *object = NULL, *again = NULL;
    struct err *e;

    if (kind == DESIRED_N_KINDS || !message->object) {
        return;
    }
    e = desired_decode(mem, kind, message->object, &object);
    if (e) {
        MUST(e->code == E_INVALID);
        err_free(e);
        return;
    }
    e = desired_check(mem, kind, object);
    MUST(!e);
    MUST(desired_id(object));
    desired_put_encode(&frame, "host", kind, object);
    e = decode_again(mem, &frame, &second);
    MUST(!e);
    e = desired_decode(mem, kind, second->object, &again);
    MUST(!e);
    MUST(str_eq(row_to_json(mem, object, true), row_to_json(mem, again, true)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    AUTO_BUF frame = BUF_INIT;
    struct desired_message *message = NULL, *again = NULL;
    struct err *e;

    if (n > DESIRED_FRAME_MAX) {
        return 0;
    }
    e = desired_message_decode(mem, (const char *)data, n, &message);
    MUST(!e || e->code == E_INVALID);
    if (e) {
        err_free(e);
        return 0;
    }
    desired_message_encode(&frame, message);
    e = decode_again(mem, &frame, &again);
    MUST(!e);
    MUST(str_eq(row_to_json(mem, message, true), row_to_json(mem, again, true)));
    object_holds(mem, message);
    MUST(mem_size(mem) < ARENA_MAX);
    return 0;
}
