/* What a VNFD declares for clients to set: the properties of the data types that its VNF's
 * configurable_properties and modifiable_attributes are of (SOL001 6.2.23, 6.2.24; SOL003 5.5.2.2). */
#include "tosca/extract.h"
#include "tosca/parse.h"

#include "tosca/declared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 8
#define DECLARED_MAX 200

struct declaring {
    struct extract *x;
    struct jw w;
};

/* Where properties that clients set are declared, and those of SOL001 itself, which are there only
 * where the VNFD gives them a value, with SOL003's names; the others (how a VNFM is reached) are its own. */
static const struct {
    const char *property, *part, *late;
} places[] = {
    {"configurable_properties", "additional_configurable_properties", "configurable"},
    {"configurable_properties", NULL, "configurable"},
    {"modifiable_attributes", "extensions", "extension"},
};
static const char *const standard[][2] = {
    {"is_autoscale_enabled", "isAutoscaleEnabled"},
    {"is_autoheal_enabled", "isAutohealEnabled"},
    {"vnfm_interface_info", NULL},
    {"vnfm_oauth_server_info", NULL},
    {"vnf_oauth_server_info", NULL},
    {"additional_configurable_properties", NULL},
};

/* ---- values ------------------------------------------------------------------------------- */

static const struct tosca_type *
data_type(const struct extract *x, const char *name)
{
    return name && !is_simple_type(name) ? tosca_type(x->tosca, TOSCA_DATA, name) : NULL;
}

static const char *
base_of(const struct extract *x, const struct tosca_schema *schema)
{
    const struct tosca_type *type = data_type(x, schema->type);

    return type ? str_or(simple_base(type), "object") : str_or(schema->type, "any");
}

static void
scalar_write(struct jw *w, const char *key, const char *base, const struct yaml *value)
{
    double real = str_eq(base, "float") ? strtod(value->text, NULL) : (double)NAN;
    int64_t number;
    bool flag;

    if (str_eq(base, "integer") && yaml_to_i64(value, &number)) {
        jw_int(w, key, number);
    } else if (isfinite(real)) {
        jw_real(w, key, real);
    } else if (str_eq(base, "boolean") && yaml_to_bool(value, &flag)) {
        jw_bool(w, key, flag);
    } else {
        jw_str(w, key, value->text);
    }
}

static void value_write(struct declaring *d, const char *key, const struct tosca_schema *schema,
                        const struct yaml *value, int depth);

static const struct tosca_schema *
part_schema(const struct extract *x, const struct tosca_schema *schema, const char *key)
{
    const struct tosca_type *type = data_type(x, schema->type);

    return type ? tosca_property(type, key) : schema->entry;
}

static void
parts_write(struct declaring *d, const char *key, const struct tosca_schema *schema,
            const struct yaml *value, int depth)
{
    static const struct tosca_schema any = {.type = "any"};

    value->type == YAML_T_MAP ? jw_object(&d->w, key) : jw_array(&d->w, key);
    yaml_each (value, i) {
        const char *name = value->type == YAML_T_MAP ? value->keys[i]->text : NULL;
        const struct tosca_schema *part = part_schema(d->x, schema, name);

        value_write(d, name, part ? part : &any, value->items[i], depth + 1);
    }
    jw_end(&d->w);
}

static void
value_write(struct declaring *d, const char *key, const struct tosca_schema *schema,
            const struct yaml *value, int depth)
{
    const char *base = base_of(d->x, schema);

    value = tosca_resolve(d->x->tosca, d->x->in, value);
    if (yaml_is_null(value) || depth > DEPTH) {
        jw_null(&d->w, key);
    } else if (str_eq(base, "any") || str_eq(base, "json") || str_eq(base, "range")) {
        jw_json(&d->w, key, yaml_to_json(d->x->mem, value));
    } else if (value->type == YAML_T_SCALAR) {
        scalar_write(&d->w, key, base, value);
    } else {
        parts_write(d, key, schema, value, depth);
    }
}

/* ---- declarations ----------------------------------------------------------------------- */

static void
rules_write(struct declaring *d, size_t n, const struct tosca_constraint *rules)
{
    for (size_t i = 0; i < n; i++) {
        jw_object(&d->w, NULL);
        jw_str(&d->w, "op", str_or(rules[i].op, ""));
        jw_array(&d->w, "values");
        for (size_t j = 0; j < rules[i].n; j++) {
            jw_str(&d->w, NULL, rules[i].values[j]);
        }
        jw_end(&d->w);
        jw_end(&d->w);
    }
}

static void
patterns_check(struct declaring *d, const struct tosca_schema *schema, const struct yaml *at)
{
    for (size_t i = 0; i < schema->n_constraints; i++) {
        const struct tosca_constraint *rule = &schema->constraints[i];

        if (str_eq(rule->op, "pattern") && rule->n > 0 && 
            strlen(rule->values[0]) > DECLARED_PATTERN_MAX) {
            extract_fault(d->x, tosca_unsupported(at, "a pattern of more than %d bytes for %s",
                                                  DECLARED_PATTERN_MAX, str_or(schema->name, "an entry")));
        }
    }
}

static void schema_write(struct declaring *d, const char *key, const char *name,
                         const struct tosca_schema *schema, const struct yaml *value,
                         const struct yaml *at, int depth);

static void
members_write(struct declaring *d, const struct tosca_type *type, const struct yaml *at, int depth)
{
    jw_array(&d->w, "members");
    for (const struct tosca_type *one = type; one; one = one->parent) {
        vec_each (&one->properties, property) {
            if (tosca_property(type, (*property)->name) == *property) {
                schema_write(d, NULL, (*property)->name, *property, NULL, at, depth + 1);
            }
        }
    }
    jw_end(&d->w);
}

/* 'value': what it is at first, or null; 'at': for faults. */
static void
schema_write(struct declaring *d, const char *key, const char *name,
             const struct tosca_schema *schema, const struct yaml *value, const struct yaml *at,
             int depth)
{
    const struct tosca_type *type = data_type(d->x, schema->type);
    const char *base = base_of(d->x, schema);

    if (depth > DEPTH) {
        extract_fault(d->x, tosca_unsupported(at, "a property of more than %d levels (%s)", DEPTH,
                                              str_or(name, "an entry")));
        return;
    }
    patterns_check(d, schema, at);
    jw_object(&d->w, key);
    if (name) {
        jw_str(&d->w, "name", name);
    }
    jw_str(&d->w, "type", base);
    jw_array(&d->w, "rules");
    rules_write(d, schema->n_constraints, schema->constraints);
    for (const struct tosca_type *one = type; one && !str_eq(base, "object"); one = one->parent) {
        rules_write(d, one->n_constraints, one->constraints);
    }
    jw_end(&d->w);
    if (schema->entry) {
        schema_write(d, "entry", NULL, schema->entry, NULL, at, depth + 1);
    }
    if (str_eq(base, "object")) {
        members_write(d, type, at, depth);
    }
    if (!yaml_is_null(value)) {
        value_write(d, "is", schema, value, 0);
    }
    jw_end(&d->w);
}

/* ---- of a VNF ------------------------------------------------------------------------------ */

/* The data type of a place of the VNF's node. */
static const struct tosca_type *
place_type(const struct extract *x, const struct tosca_node *vnf, size_t place)
{
    const struct tosca_schema *schema = tosca_property(vnf->type, places[place].property);
    const struct tosca_type *type = schema ? data_type(x, schema->type) : NULL;

    if (places[place].part) {
        schema = type ? tosca_property(type, places[place].part) : NULL;
        type = schema ? data_type(x, schema->type) : NULL;
    }
    return type;
}

/* SOL003's name of a property; null = clients do not set it. */
static const char *
name_of(const char *property, bool *is_standard)
{
    for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
        if (str_eq(property, standard[i][0])) {
            *is_standard = true;
            return standard[i][1];
        }
    }
    *is_standard = false;
    return property;
}

static void
place_write(struct declaring *d, const struct tosca_node *vnf, size_t place, size_t *n)
{
    const struct tosca_type *type = place_type(d->x, vnf, place);
    const struct yaml *given = tosca_value(d->x->tosca, vnf, places[place].property);

    given = places[place].part ? extract_get(d->x, given, places[place].part) : given;
    for (const struct tosca_type *one = type; one; one = one->parent) {
        vec_each (&one->properties, property) {
            const struct tosca_schema *schema = *property;
            const struct yaml *value = extract_get(d->x, given, schema->name);
            bool is_standard;
            const char *name = name_of(schema->name, &is_standard);

            if (tosca_property(type, schema->name) != schema || !name ||
                (is_standard && yaml_is_null(value))) {
                continue;
            }
            if (++*n == DECLARED_MAX + 1) {
                extract_fault(d->x,
                              tosca_unsupported(vnf->yaml, "more than %d properties that clients set",
                                                DECLARED_MAX));
            } else if (*n <= DECLARED_MAX) {
                schema_write(d, NULL, name, schema, yaml_is_null(value) ? schema->value : value,
                             vnf->yaml, 0);
            }
        }
    }
}

const struct json *
extract_declared(struct extract *x, const struct tosca_node *vnf, const char *late)
{
    AUTO_BUF out = BUF_INIT;
    struct declaring d = {.x = x, .w = jw_to(&out)};
    const struct json *declared = NULL;
    struct err *e;
    size_t n = 0;

    jw_array(&d.w, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (str_eq(places[i].late, late)) {
            place_write(&d, vnf, i, &n);
        }
    }
    jw_end(&d.w);
    e = json_parse(x->mem, out.data, out.len, &declared);
    if (e) {
        err_free(e);
        extract_fault(x, tosca_fault(vnf->yaml, "%s: its values are no JSON", late));
    }
    return n > 0 ? declared : NULL;
}

const char *
declared_late(const struct extract *x, const struct tosca_node *vnf, const struct yaml *call,
              const char **name, const struct yaml **otherwise)
{
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        size_t at = places[i].part ? 3 : 2;
        const struct tosca_type *type = place_type(x, vnf, i);
        const char *key = call->n == at + 1 ? yaml_str(call->items[at]) : NULL;
        const struct tosca_schema *schema = type && key ? tosca_property(type, key) : NULL;
        bool is_standard;

        if (str_eq(yaml_str(call->items[1]), places[i].property) && schema &&
            (!places[i].part || str_eq(yaml_str(call->items[2]), places[i].part)) &&
            name_of(key, &is_standard)) {
            *name = name_of(key, &is_standard);
            *otherwise = schema->value;
            return places[i].late;
        }
    }
    return NULL;
}
