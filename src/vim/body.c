/* Bodies of requests from input tables, and what a site says of an object back
 * into a struct.  What is null is not sent, so that the site's defaults hold. */
#include "vim/session.h"

/* ---- encoding ----------------------------------------------------------------------- */

/* A boolean has no null: its default stands for 'not given'. */
static bool
is_default(const struct attr *attr, const void *row)
{
    if (attr->type == ATTR_T_boolean) {
        return *(const bool *)attr_at(attr, row) == (attr->def && attr->def[0] == 't');
    }
    if (attr->type == ATTR_T_strs || attr->type == ATTR_T_rows) {
        return !((const struct strs *)attr_at(attr, row))->n;
    }
    return attr_is_null(attr, row);
}

static void
encode_children(struct jw *w, const struct attr *attr, const void *row)
{
    const struct rows *rows = attr_at(attr, row);

    jw_array(w, attr_json_name(attr));
    for (size_t i = 0; i < rows->n; i++) {
        jw_object(w, NULL);
        for (size_t a = 0; a < attr->item->n_attrs; a++) {
            const struct attr *child = &attr->item->attrs[a];

            if (!attr_is_null(child, rows->items[i])) {
                attr_encode(w, NULL, child, rows->items[i]);
            }
        }
        jw_end(w);
    }
    jw_end(w);
}

static void
encode_extra(struct jw *w, const struct json *extra)
{
    json_each (extra, i) {
        jw_json(w, extra->keys[i], extra->items[i]);
    }
}

/* Asked-for absences: what null cannot say because it means 'as you like'. */
static void
encode_none(struct jw *w, const struct attr *attr)
{
    if (str_eq(attr->name, "no_gateway")) {
        jw_null(w, "gateway_ip");
    } else if (str_eq(attr->name, "no_security_groups")) {
        jw_array(w, "security_groups");
        jw_end(w);
    }
}

static void
encode_attr(struct jw *w, const struct attr *attr, const void *row)
{
    if (is_default(attr, row)) {
        return;
    }
    if (!(attr->use & POST)) {
        encode_none(w, attr);
    } else if (attr->type == ATTR_T_rows) {
        encode_children(w, attr, row);
    } else if (str_eq(attr->name, "extra")) {
        encode_extra(w, *(const struct json *const *)attr_at(attr, row));
    } else {
        attr_encode(w, NULL, attr, row);
    }
}

static void
body_plain(struct jw *w, const struct object *object, const struct step *step)
{
    const void *in = step_in(step);

    for (size_t i = 0; i < object->table->n_attrs; i++) {
        encode_attr(w, &object->table->attrs[i], in);
    }
    jw_str(w, "description", step_marker(step));
}

void
body_server(struct jw *w, const struct step *step)
{
    const struct vim_server *in = step_in(step);

    jw_str(w, "name", str_or(in->name, step_label(step)));
    jw_str(w, "imageRef", in->image_id);
    jw_str(w, "flavorRef", in->flavor_id);
    jw_array(w, "networks");
    for (size_t i = 0; i < in->ports.n; i++) {
        jw_object(w, NULL);
        jw_str(w, "port", in->ports.items[i]);
        jw_end(w);
    }
    jw_end(w);
    for (size_t i = 0; i < vim_server_table.n_attrs; i++) {
        const struct attr *attr = &vim_server_table.attrs[i];

        if ((attr->use & POST) && !str_eq(attr->name, "name")) {
            encode_attr(w, attr, in);
        }
    }
    jw_object(w, "metadata");
    encode_extra(w, in->metadata);
    jw_str(w, "carrick", step_marker(step));
    jw_end(w);
}

/* The whole body of the create, in step_mem. */
const char *
body_of(const struct step *step, const struct object *object)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct vim_server *server = step_in(step);

    jw_object(&w, NULL);
    jw_object(&w, object->kind);
    if (object->body) {
        object->body(&w, step);
    } else {
        body_plain(&w, object, step);
    }
    jw_end(&w);
    if (object->table == &vim_server_table && server->scheduler_hints) {
        jw_json(&w, "os:scheduler_hints", server->scheduler_hints);
    }
    jw_end(&w);
    return buf_copy(step_mem(step), &out);
}

/* ---- decoding ---------------------------------------------------------------------------- */

static struct err *
decode_children(struct mem *mem, const struct attr *attr, const struct json *json, void *row)
{
    struct rows *rows = attr_at(attr, row);

    rows->n = json->n;
    rows->items = MEM_ARRAY(mem, json->n, void *);
    json_each (json, i) {
        rows->items[i] = row_new(mem, attr->item);
        TRY(row_from_json(mem, attr->item, json->items[i], rows->items[i]));
    }
    return NULL;
}

/* 'json' is the object as the site shows it; what it does not show stays null. */
struct err *
made_decode(struct mem *mem, const struct json *json, const char *site, struct vim_made *made)
{
    for (size_t i = 0; i < vim_made_table.n_attrs; i++) {
        const struct attr *attr = &vim_made_table.attrs[i];
        const struct json *value = json_get(json, attr_json_name(attr));

        if (!value || value->type == JSON_T_NULL || str_eq(attr->name, "fault")) {
            continue;
        }
        if (attr->type == ATTR_T_rows && value->type == JSON_T_ARRAY) {
            TRY(decode_children(mem, attr, value, made));
        } else {
            TRY(attr_decode(mem, attr, value, attr->name, NULL, attr_at(attr, made)));
        }
    }
    made->site = site;
    made->fault = json_str(json_path(json, "fault.message"));
    made->image_id = json_str(json_path(json, "image.id"));
    if (!made->id) {
        return err_new(E_REMOTE, NULL, "site %s: an object without an id in its answer", site);
    }
    return NULL;
}
