/* Day 0 and day 1 of a descriptor: what servers are told when they boot, and the
 * scripts of the package for the ends and beginnings of operations.  Both are read with their files
 * here, so that the record holds them and no operation opens the package. */
#include "tosca/extract.h"
#include "tosca/late.h"
#include "tosca/parse.h"

#include "script/script.h"

#include <assert.h>
#include <string.h>

#define USER_DATA_MAX ((size_t)48 << 10) /* 64 KiB in Base64: Nova's limit */
#define TIMEOUT_S 300
#define DEPTH 16
#define VNF "tosca.nodes.nfv.VNF"

/* ---- late values ------------------------------------------------------------------------- */

struct writing {
    struct extract *x;
    struct jw w;
    bool is_late; /* something of it is only known when an operation runs */
};

static void value_write(struct writing *writing, const char *key, const struct tosca_node *self,
                        const struct yaml *value, int depth);

static void
values_write(struct writing *writing, const char *key, const struct tosca_node *self,
             const struct yaml *list, int depth)
{
    jw_array(&writing->w, key);
    yaml_each (list, i) {
        if (list->type == YAML_T_LIST) {
            value_write(writing, NULL, self, list->items[i], depth + 1);
        }
    }
    jw_end(&writing->w);
}

static const struct yaml *
default_of(const struct tosca_template *in, const char *name)
{
    vec_each (&in->inputs, input) {
        if (str_eq((*input)->name, name)) {
            return (*input)->value;
        }
    }
    return NULL;
}

static void
input_write(struct writing *writing, const struct tosca_node *self, const struct yaml *call,
            int depth)
{
    const char *name = yaml_str(call->type == YAML_T_LIST && call->n == 1 ? call->items[0] : call);
    const struct yaml *otherwise = name ? default_of(self->in, name) : NULL;

    if (!name) {
        extract_fault(writing->x, tosca_unsupported(call, "a part of an input"));
        name = "";
    }
    writing->is_late = true;
    jw_str(&writing->w, "input", name);
    if (!yaml_is_null(otherwise)) {
        value_write(writing, "or", self, otherwise, depth + 1);
    }
}

/* Along the rest of a get_property. */
static const struct yaml *
step_along(const struct yaml *value, const struct yaml *call)
{
    for (size_t i = 2; value && i < call->n; i++) {
        value = value->type == YAML_T_MAP ? yaml_get(value, str_or(yaml_str(call->items[i]), ""))
                                          : NULL;
    }
    return value;
}

/* A get_property of what an instance has of its own: metadata, and what its VNFD declares for clients
 * to set.  Its word of late.h, or null. */
static const char *
late_word(const struct extract *x, const struct tosca_node *node, const struct yaml *call,
          const char **name, const struct yaml **otherwise)
{
    *otherwise = NULL;
    if (!node || !tosca_is(node->type, VNF)) {
        return NULL;
    }
    if (str_eq(yaml_str(call->items[1]), "modifiable_attributes") && call->n == 4 &&
        str_eq(yaml_str(call->items[2]), "metadata") && yaml_str(call->items[3])) {
        *name = yaml_str(call->items[3]);
        return "metadata";
    }
    return declared_late(x, node, call, name, otherwise);
}

/* [NODE, PROPERTY, ...] */
static void
property_write(struct writing *writing, const struct tosca_node *self, const struct yaml *call,
               int depth)
{
    bool is_call = call->type == YAML_T_LIST && call->n >= 2;
    const char *name = is_call ? yaml_str(call->items[0]) : NULL;
    const char *property = is_call ? str_or(yaml_str(call->items[1]), "") : "";
    const struct tosca_node *node = str_eq(name, "SELF") ? self
                                    : name               ? tosca_node(self->in, name)
                                                         : NULL;
    const struct yaml *value = node ? yaml_get(yaml_get(node->yaml, "properties"), property) : NULL;
    const struct yaml *otherwise;
    const char *late, *key;

    value = node && yaml_is_null(value) ? tosca_value(writing->x->tosca, node, property) : value;
    value = is_call ? step_along(value, call) : NULL;
    late = is_call ? late_word(writing->x, node, call, &key, &otherwise) : NULL;
    if (late) {
        value = yaml_is_null(value) ? otherwise : value;
        writing->is_late = true;
        jw_str(&writing->w, late, key);
        if (!yaml_is_null(value)) {
            value_write(writing, "or", node, value, depth + 1);
        }
        return;
    }
    if (yaml_is_null(value)) {
        extract_fault(writing->x, tosca_fault(call, "get_property: has no value that is known"));
    }
    jw_array(&writing->w, "concat"); /* of one */
    if (!yaml_is_null(value)) {
        value_write(writing, NULL, node, value, depth + 1);
    }
    jw_end(&writing->w);
}

static void
call_write(struct writing *writing, const char *key, const struct tosca_node *self,
           const struct yaml *value, int depth)
{
    const char *function = value->keys[0]->text;
    const struct yaml *call = value->items[0];

    jw_object(&writing->w, key);
    if (str_eq(function, "get_input")) {
        input_write(writing, self, call, depth);
    } else if (str_eq(function, "get_property")) {
        property_write(writing, self, call, depth);
    } else if (str_eq(function, "concat")) {
        values_write(writing, "concat", self, call, depth);
    } else if (str_eq(function, "join") && call->type == YAML_T_LIST && call->n == 2) {
        jw_array(&writing->w, "join");
        values_write(writing, NULL, self, call->items[0], depth);
        value_write(writing, NULL, self, call->items[1], depth + 1);
        jw_end(&writing->w);
    } else {
        extract_fault(writing->x, tosca_unsupported(value, "function %s here", function));
    }
    jw_end(&writing->w);
}

static void
value_write(struct writing *writing, const char *key, const struct tosca_node *self,
            const struct yaml *value, int depth)
{
    if (is_function(value) && depth < DEPTH) {
        call_write(writing, key, self, value, depth);
    } else if (value && value->type == YAML_T_SCALAR) {
        jw_str(&writing->w, key, yaml_is_null(value) ? "" : value->text);
    } else {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what has no value is a node's */
        extract_fault(writing->x, tosca_fault(value ? value : self->yaml,
                                              "only text and functions that give text can be "
                                              "told to a server"));
        jw_str(&writing->w, key, "");
    }
}

/* The late value, and where it is known already its text. */
static const struct json *
late_value(struct extract *x, const struct tosca_node *self, const struct yaml *value,
           const char **text)
{
    AUTO_BUF out = BUF_INIT;
    struct writing writing = {.x = x};
    const struct json *list = NULL;
    struct err *e;

    writing.w = jw_to(&out);
    jw_array(&writing.w, NULL);
    value_write(&writing, NULL, self, value, 0);
    jw_end(&writing.w);
    *text = NULL;
    e = json_parse(x->mem, out.data, out.len, &list);
    if (!e && !writing.is_late) {
        e = late_text(x->mem, list->items[0], &(struct late_values){0}, text);
    }
    if (e) {
        err_free(e);
        extract_fault(x, tosca_fault(value, "this is no text that a server can be told"));
        return NULL;
    }
    return list->items[0];
}

/* ---- files ---------------------------------------------------------------------------------- */

/* Text of a file of the package; null where it was refused.  Where there is no package (a template
 * alone is checked) it is "". */
static const char *
file_text(struct extract *x, const struct yaml *at, const char *file, size_t max)
{
    struct package *pkg = x->tosca->package;
    const char *name = package_resolve(x->mem, at->file, file);
    char *data;
    size_t n;
    struct err *e;

    if (strstr(file, "://")) {
        extract_fault(x, tosca_unsupported(at, "files by URL (%s)", file));
        return NULL;
    }
    if (!pkg) {
        return "";
    }
    name = name && package_find(pkg, name) ? name : file; /* Many write from the root. */
    if (!package_find(pkg, name)) {
        extract_fault(x, tosca_fault(at, "%s: the package has no such file", file));
        return NULL;
    }
    e = package_read(pkg, x->mem, name, max, &data, &n);
    if (e) {
        extract_fault(x, e);
        return NULL;
    }
    if (memchr(data, '\0', n) || !str_utf8(data, n)) {
        extract_fault(x, tosca_fault(at, "%s: is no text (UTF-8)", file));
        return NULL;
    }
    return data;
}

/* ---- boot data ------------------------------------------------------------------------------- */

static void
refuse_given(struct extract *x, const struct tosca_node *node, const struct yaml *map,
             const char *key, const char *feature)
{
    if (!yaml_is_null(yaml_get(map, key))) {
        extract_fault(x, tosca_unsupported(yaml_get(map, key), "%s (%s)", feature, node->name));
    }
}

/* What a VIM knows besides: of OpenStack the config drive. */
static void
vim_properties(struct extract *x, const struct tosca_node *node, const struct yaml *data,
               struct vnfd_vdu *vdu)
{
    const struct yaml *properties = yaml_get(yaml_get(data, "vim_specific_properties"), "properties");

    yaml_each (properties, i) {
        const struct yaml *value = tosca_resolve(x->tosca, node->in, properties->items[i]);

        if (properties->type != YAML_T_MAP || !str_eq(properties->keys[i]->text, "config_drive")) {
            extract_fault(x, tosca_unsupported(properties, "property of a VIM besides config_drive (%s)",
                                               node->name));
        } else if (!value || value->type != YAML_T_SCALAR ||
                   (!str_eq_case(value->text, "true") && !str_eq_case(value->text, "false"))) {
            extract_fault(x, tosca_fault(properties->items[i], "config_drive is true or false"));
        } else {
            vdu->config_drive = str_eq_case(value->text, "true");
        }
    }
}

static void
user_data_set(struct extract *x, const struct tosca_node *node, const struct yaml *value,
              struct vnfd_vdu *vdu)
{
    vdu->boot_text = late_value(x, node, value, &vdu->user_data);
    vdu->boot_text = vdu->user_data ? NULL : vdu->boot_text;
    if (vdu->user_data && strlen(vdu->user_data) > USER_DATA_MAX) {
        extract_fault(x, tosca_fault(value, "boot data of more than %zu bytes", USER_DATA_MAX));
    }
}

void
extract_boot_data(struct extract *x, const struct tosca_node *node, struct vnfd_vdu *vdu)
{
    const struct yaml *raw = yaml_get(yaml_get(node->yaml, "properties"), "boot_data");
    const struct yaml *data = is_function(raw) ? raw : tosca_value(x->tosca, node, "boot_data");
    const struct yaml *file, *path;

    if (yaml_is_null(data)) {
        return;
    }
    vdu->boot_data = extract_json(x, data);
    if (data->type == YAML_T_SCALAR || is_function(data)) { /* 2.6.1: a string */
        user_data_set(x, node, data, vdu);
        return;
    }
    refuse_given(x, node, data, "kvp_data", "boot data as pairs of keys and values");
    vim_properties(x, node, data, vdu);
    file = yaml_get(data, "content_or_file_data");
    refuse_given(x, node, file, "data", "pairs of keys and values in boot data");
    refuse_given(x, node, file, "destination_path", "boot data as a file of the server");
    path = tosca_resolve(x->tosca, node->in, yaml_get(file, "source_path"));
    if (!yaml_is_null(path) && yaml_str(path)) {
        vdu->user_data = file_text(x, path, yaml_str(path), USER_DATA_MAX);
    } else if (!yaml_is_null(yaml_get(file, "content"))) {
        user_data_set(x, node, yaml_get(file, "content"), vdu);
    }
}

/* ---- scripts --------------------------------------------------------------------------------- */

/* Beginnings and ends of operations (SOL001 6.7) at which there are servers to run at. */
static const char *const moments[] = {
    "instantiate_end",
    "modify_information_start",
    "modify_information_end",
    "scale_start",
    "scale_end",
    "scale_to_level_start",
    "scale_to_level_end",
    "heal_start",
    "heal_end",
    "change_flavour_start",
    "change_flavour_end",
    "change_external_connectivity_start",
    "change_external_connectivity_end",
    "operate_start",
    "operate_end",
    "change_current_package_start",
    "change_current_package_end",
    "terminate_start",
    NULL,
};
static_assert(ARRAY_SIZE(moments) - 1 <= VNFD_SCRIPTS_MAX, "each moment has one script");
/* And those at which there is none. */
static const char *const serverless[] = {"instantiate_start", "terminate_end", NULL};

/* The file that an implementation names: an artifact of the node, or itself. */
static const char *
file_of(struct extract *x, const struct tosca_node *node, const struct yaml *at, const char *name)
{
    const struct yaml *artifact = yaml_get(yaml_get(node->yaml, "artifacts"), name);

    if (artifact && !yaml_is_null(yaml_get(artifact, "repository"))) {
        extract_fault(x, tosca_unsupported(at, "artifacts of a repository (%s)", name));
    }
    return artifact ? str_or(yaml_str(artifact), yaml_get_str(artifact, "file")) : name;
}

static void
inputs_write(struct writing *writing, const struct tosca_node *node, const struct yaml *inputs,
             const struct yaml *over)
{
    size_t n = 0;

    yaml_each (inputs, i) {
        const struct yaml *key = inputs->type == YAML_T_MAP ? inputs->keys[i] : NULL;

        if (key && over && !yaml_is_null(yaml_get(over, key->text))) {
            continue; /* The operation's own goes before the interface's. */
        }
        if (!key || !script_input_name_ok(key->text) || script_input_name_kept(key->text) ||
            ++n > VNFD_SCRIPT_INPUTS_MAX) {
            extract_fault(writing->x,
                          tosca_fault(key ? key : inputs, "inputs of a script are at most %d, named "
                                      "as variables that a shell leaves to scripts: not "
                                      "CARRICK_..., PATH, IFS, UID ...", VNFD_SCRIPT_INPUTS_MAX));
        } else {
            value_write(writing, key->text, node, inputs->items[i], 0);
        }
    }
}

static const struct json *
inputs_of(struct extract *x, const struct tosca_node *node, const struct yaml *interface,
          const struct yaml *operation)
{
    const struct yaml *own = yaml_get(operation, "inputs");
    AUTO_BUF out = BUF_INIT;
    struct writing writing = {.x = x};
    const struct json *inputs = NULL;
    struct err *e;

    writing.w = jw_to(&out);
    jw_object(&writing.w, NULL);
    inputs_write(&writing, node, yaml_get(interface, "inputs"), own);
    inputs_write(&writing, node, own, NULL);
    jw_end(&writing.w);
    e = json_parse(x->mem, out.data, out.len, &inputs);
    if (e) {
        extract_fault(x, e);
    }
    return inputs;
}

static int64_t
timeout_of(struct extract *x, const struct yaml *implementation)
{
    const struct yaml *given = yaml_get(implementation, "timeout");
    int64_t timeout_s = TIMEOUT_S;

    if (!yaml_is_null(given) && (!yaml_to_i64(given, &timeout_s) || timeout_s < 1 ||
                                 timeout_s > VNFD_SCRIPT_TIMEOUT_MAX_S)) {
        extract_fault(x, tosca_fault(given, "timeout is 1 to %d seconds", VNFD_SCRIPT_TIMEOUT_MAX_S));
    }
    return timeout_s;
}

static void
script_read(struct extract *x, const struct tosca_node *node, const struct yaml *interface,
            const struct yaml *key, const struct yaml *operation, struct vnfd_flavour *flavour)
{
    const struct yaml *given = yaml_get(operation, "implementation");
    const struct yaml *implementation = given ? given : operation;
    const struct yaml *primary = yaml_get(implementation, "primary");
    const char *file;
    struct vnfd_script script = {.operation = key->text};

    primary = primary ? primary : implementation;
    if (!yaml_str(primary) && yaml_get(primary, "file")) {
        primary = yaml_get(primary, "file");
    }
    refuse_given(x, node, implementation, "dependencies", "files besides a script");
    refuse_given(x, node, implementation, "operation_host", "scripts elsewhere than at servers");
    if (!yaml_str(primary)) {
        extract_fault(x, tosca_fault(key, "%s: its implementation names no file", key->text));
        return;
    }
    file = file_of(x, node, primary, yaml_str(primary));
    script.text = file ? file_text(x, primary, file, SCRIPT_TEXT_MAX) : NULL;
    script.timeout_s = timeout_of(x, implementation);
    script.inputs = inputs_of(x, node, interface, operation);
    if (script.text) {
        flavour->scripts[flavour->n_scripts++] = script;
    }
}

static bool
is_lcm(const struct yaml *key, const struct yaml *interface)
{
    return str_eq(key->text, "Vnflcm") ||
           str_eq(yaml_get_str(interface, "type"), "tosca.interfaces.nfv.Vnflcm");
}

/* The interfaces of a node, or those that a type of it has: what stands nearer to the node goes before. */
struct interfaces {
    const struct yaml *map;
    size_t n_nearer; /* scripts that were read before these */
};

/* Is it to be read?  A second one of the same place is a fault. */
static bool
is_first(struct extract *x, const struct interfaces *from, const struct yaml *name,
         const struct vnfd_flavour *flavour)
{
    for (size_t i = 0; i < flavour->n_scripts; i++) {
        if (!str_eq(flavour->scripts[i].operation, name->text)) {
            continue;
        }
        if (i >= from->n_nearer) {
            extract_fault(x, tosca_fault(name, "%s has a script already", name->text));
        }
        return false;
    }
    return true;
}

static void
interface_read(struct extract *x, const struct tosca_node *node, const struct interfaces *from,
               size_t at, struct vnfd_flavour *flavour)
{
    const struct yaml *key = from->map->keys[at], *interface = from->map->items[at];
    const struct yaml *lists[] = {interface, yaml_get(interface, "operations")};

    for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
        yaml_each (lists[k], i) {
            const struct yaml *name = lists[k]->type == YAML_T_MAP ? lists[k]->keys[i] : NULL;

            if (!name || !extract_has_script(name, lists[k]->items[i])) {
                continue;
            }
            if (!is_lcm(key, interface) || !str_in(name->text, moments)) {
                extract_fault(x, tosca_unsupported(name, "LCM script (%s of interface %s)%s",
                                                   name->text, key->text,
                                                   str_in(name->text, serverless)
                                                       ? ", at which there is no server to run it at,"
                                                       : ""));
            } else if (is_first(x, from, name, flavour)) {
                script_read(x, node, interface, name, lists[k]->items[i], flavour);
            }
        }
    }
}

static void
interfaces_read(struct extract *x, const struct tosca_node *node, const struct interfaces *from,
                struct vnfd_flavour *flavour)
{
    yaml_each (from->map, i) {
        if (from->map->type == YAML_T_MAP) {
            interface_read(x, node, from, i, flavour);
        }
    }
}

/* Scripts need a way in. */
static void
way_in_check(struct extract *x, const struct tosca_node *node, const struct vnfd_flavour *flavour)
{
    size_t n = 0;

    for (size_t i = 0; i < flavour->n_cps; i++) {
        n += flavour->cps[i].management_user != NULL;
        for (size_t j = 0; flavour->cps[i].management_user && j < i; j++) {
            if (flavour->cps[j].management_user &&
                str_eq(flavour->cps[i].vdu, flavour->cps[j].vdu)) {
                extract_fault(x, tosca_fault(node->yaml, "VDU %s has two connection points for "
                                             "management", flavour->cps[i].vdu));
            }
        }
    }
    if (n == 0 && flavour->n_scripts > 0) {
        extract_fault(x, tosca_unsupported(node->yaml, "scripts of a VNF none of whose connection "
                                           "points says management: ssh in its "
                                           "network_interface_requirements (%s)", node->name));
    }
}

void
extract_scripts(struct extract *x, const struct tosca_node *node, struct vnfd_flavour *flavour)
{
    struct interfaces from = {.map = yaml_get(node->yaml, "interfaces")};

    if (!flavour->scripts) {
        flavour->scripts = MEM_ARRAY(x->mem, VNFD_SCRIPTS_MAX, struct vnfd_script);
    }
    interfaces_read(x, node, &from, flavour);
    for (const struct tosca_type *type = node->type; type; type = type->parent) {
        from = (struct interfaces){type->interface_defs, flavour->n_scripts};
        interfaces_read(x, node, &from, flavour);
    }
    way_in_check(x, node, flavour);
}

const struct vnfd_script *
vnfd_script(const struct vnfd_flavour *flavour, const char *operation)
{
    for (size_t i = 0; i < flavour->n_scripts; i++) {
        if (str_eq(flavour->scripts[i].operation, operation)) {
            return &flavour->scripts[i];
        }
    }
    return NULL;
}
