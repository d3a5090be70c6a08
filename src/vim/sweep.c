/* The sweep that ends an operation whose calls were in doubt. */
#include "vim/marked.h"
#include "vim/session.h"

#include <string.h>

#include "flow/poison.h"

/* ---- the sweep ----------------------------------------------------------------------------- */

static struct err *
sweep_one(struct flow *f, const struct object *object, const char *label, const char *site,
          const char *id)
{
    struct vim_ref *ref = flow_new(f, &vim_ref_table);

    ref->site = site;
    ref->id = id;
    TRY(flow_note(f, "%s %s carries the marker of '%s' but is not its outcome: it is deleted",
                  object->kind, id, label));
    return flow_step(f, flow_label(f, "sweep %s %s", label, id), object->remove, ref, NULL);
}

static struct err *
sweep_made(struct flow *f, const struct object *object, const struct flow_made *made)
{
    struct vim_marked *asked = flow_new(f, &vim_marked_table);
    const struct vim_made *out = made->out;
    struct vim_found found;
    bool holds = made->held || object->kept;

    if (object->kept && !out) {
        return NULL; /* Someone else may have adopted what we do not know of. */
    }
    asked->site = site_of(made->in);
    asked->kind = object->kind;
    asked->marker = mem_printf(flow_mem(f), "carrick:%s:%s", flow_self(f), made->label);
    TRY(flow_step(f, flow_label(f, "sweep %s", made->label), &vim_marked_list, asked, &found));
    for (size_t i = 0; i < found.ids.n; i++) {
        if (!holds || !out || !str_eq(out->id, found.ids.items[i])) {
            TRY(sweep_one(f, object, made->label, asked->site, found.ids.items[i]));
        }
    }
    return NULL;
}

static const struct object *
made_object(const struct flow_made *made)
{
    for (size_t i = 0; i < vim_n_objects; i++) {
        if (vim_objects[i].create == made->kind) {
            return &vim_objects[i];
        }
    }
    return made->kind == vim_image_object.create ? &vim_image_object : NULL;
}

/* Last made, first looked for: what uses something goes before it. */
struct err *
vim_sweep(struct flow *f, const void *in)
{
    struct flow_made made;
    size_t n = 0;

    (void)in;
    TRY(flow_delay(f, "late answers", flow_settle_ms(f)));
    while (flow_made(f, n, &made)) {
        n++;
    }
    while (n-- > 0) {
        const struct object *object = flow_made(f, n, &made) ? made_object(&made) : NULL;

        if (object && made.doubted) {
            TRY(sweep_made(f, object, &made));
        }
    }
    return NULL;
}

/* ---- what an operation that was given up may have made ---------------------------------------- */

bool
vim_is_marker(const char *id)
{
    return id && str_starts(id, "carrick:");
}

struct err *
vim_marked_delete(struct flow *f, const char *label, const char *site, const char *kind,
                  const char *marker)
{
    const struct object *object = object_find(kind);
    struct vim_marked *asked = flow_new(f, &vim_marked_table);
    struct vim_found found;

    asked->site = site;
    asked->kind = kind;
    asked->marker = marker;
    TRY(flow_step(f, label, &vim_marked_list, asked, &found));
    for (size_t i = 0; i < found.ids.n; i++) {
        struct vim_ref *ref = flow_new(f, &vim_ref_table);
        const char *one = flow_label(f, "%s %s", label, found.ids.items[i]);

        ref->site = site;
        ref->id = found.ids.items[i];
        if (object->remove == &vim_router_delete) {
            TRY(flow_step(f, flow_label(f, "%s clear", one), &vim_router_clear, ref, NULL));
        }
        TRY(flow_step(f, one, object->remove, ref, NULL));
    }
    return NULL;
}
