/* Instantiation levels and scaling aspects of a deployment flavour: policies in
 * SOL001, counts of instances here. */
#include "tosca/extract.h"

#define LEVELS_MAX 50

static struct tosca_node *
policy_of(const struct tosca_template *in, const char *type)
{
    vec_each (&in->policies, policy) {
        if (tosca_is((*policy)->type, type)) {
            return *policy;
        }
    }
    return NULL;
}

static bool
is_target(const struct tosca_node *policy, const char *name)
{
    for (size_t i = 0; i < policy->n_targets; i++) {
        if (str_eq(policy->targets[i], name)) {
            return true;
        }
    }
    return false;
}

/* Instances of a VDU before any scaling: VduInitialDelta, or its minimum. */
static int64_t
initial_instances(struct extract *x, const struct tosca_template *in, const struct vnfd_vdu *vdu)
{
    vec_each (&in->policies, policy) {
        if (tosca_is((*policy)->type, "tosca.policies.nfv.VduInitialDelta") &&
            is_target(*policy, vdu->name)) {
            return extract_int(x, tosca_value(x->tosca, *policy, "initial_delta"),
                               "number_of_instances", vdu->min_instances);
        }
    }
    return vdu->min_instances;
}

/* VduInstantiationLevels of the VDU at the level; -1 where nothing says it. */
static int64_t
level_instances(struct extract *x, const struct tosca_template *in, const char *vdu,
                const char *level)
{
    vec_each (&in->policies, policy) {
        const struct yaml *entry;

        if (!tosca_is((*policy)->type, "tosca.policies.nfv.VduInstantiationLevels") ||
            !is_target(*policy, vdu)) {
            continue;
        }
        entry = extract_get(x, tosca_value(x->tosca, *policy, "levels"), level);
        if (entry) {
            return extract_int(x, entry, "number_of_instances", -1);
        }
    }
    return -1;
}

/* ---- scale levels --------------------------------------------------------------------- */

int64_t
vnfd_scale_of(const struct vnfd_scale *scales, size_t n, const char *aspect)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(scales[i].aspect, aspect)) {
            return scales[i].level;
        }
    }
    return 0;
}

/* What a delta has added once its aspect is at 'level'. */
static int64_t
delta_sum(const struct vnfd_delta *delta, int64_t level)
{
    int64_t times = delta->step == 0 ? level : level >= delta->step;

    return times <= 0                                        ? 0
           : delta->n > 0 && times > VNFD_COUNT_MAX / delta->n ? VNFD_COUNT_MAX
                                                               : times * delta->n;
}

int64_t
vnfd_scaled(const struct vnfd_flavour *flavour, const struct vnfd_scale *scales, size_t n,
            const char *vdu)
{
    int64_t sum = 0;

    for (size_t a = 0; a < flavour->n_aspects; a++) {
        const struct vnfd_aspect *aspect = &flavour->aspects[a];
        int64_t level = vnfd_scale_of(scales, n, aspect->name);

        for (size_t d = 0; d < aspect->n_deltas && sum < VNFD_COUNT_MAX; d++) {
            sum += str_eq(aspect->deltas[d].vdu, vdu) ? delta_sum(&aspect->deltas[d], level) : 0;
        }
    }
    return sum < VNFD_COUNT_MAX ? sum : VNFD_COUNT_MAX;
}

/* Where an instantiation level has the aspects: scale_info. */
static void
read_scales(struct extract *x, const struct vnfd_flavour *flavour, struct vnfd_level *level,
            const struct yaml *info)
{
    level->scales = MEM_ARRAY(x->mem, flavour->n_aspects, struct vnfd_scale);
    yaml_each (info, i) {
        const char *name = info->keys ? info->keys[i]->text : NULL;
        const struct vnfd_aspect *aspect = name ? vnfd_aspect(flavour, name) : NULL;
        int64_t at = extract_int(x, info->items[i], "scale_level", 0);

        if (!aspect) {
            extract_fault(x, tosca_fault(info, "level %s: there is no scaling aspect %s",
                                         level->name, str_or(name, "")));
        } else if (at > aspect->max_level) {
            extract_fault(x, tosca_fault(info, "level %s: aspect %s is at %lld, at most %lld",
                                         level->name, name, (long long)at,
                                         (long long)aspect->max_level));
        } else if (level->n_scales < flavour->n_aspects) {
            level->scales[level->n_scales++] = (struct vnfd_scale){aspect->name, at};
        }
    }
}

/* ---- instantiation levels --------------------------------------------------------------- */

static void
read_level(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour,
           const struct yaml *key, const struct yaml *body)
{
    struct vnfd_level *level = &flavour->levels[flavour->n_levels++];

    level->name = key->text;
    level->description = extract_text(x, body, "description");
    level->n_counts = flavour->n_vdus;
    level->counts = MEM_ARRAY(x->mem, flavour->n_vdus, struct vnfd_count);
    read_scales(x, flavour, level, extract_get(x, body, "scale_info"));
    for (size_t i = 0; i < flavour->n_vdus; i++) {
        const struct vnfd_vdu *vdu = &flavour->vdus[i];
        int64_t n = level_instances(x, in, vdu->name, level->name);

        if (n < 0) {
            n = initial_instances(x, in, vdu) +
                vnfd_scaled(flavour, level->scales, level->n_scales, vdu->name);
        }
        if (n > vdu->max_instances) {
            extract_fault(x,
                          tosca_fault(key, "level %s: %lld instances of %s, at most %lld allowed",
                                      level->name, (long long)n, vdu->name,
                                      (long long)vdu->max_instances));
        }
        level->counts[i] = (struct vnfd_count){vdu->name, n};
    }
}

static void
read_default_level(struct extract *x, const struct tosca_node *policy, struct vnfd_flavour *flavour)
{
    const struct yaml *name = tosca_value(x->tosca, policy, "default_level");

    if (name && !vnfd_level(flavour, yaml_str(name))) {
        extract_fault(x, tosca_fault(name, "%s: default_level %s is none of the levels",
                                     policy->name, str_or(yaml_str(name), "")));
    } else if (!name && flavour->n_levels > 1) {
        extract_fault(
            x, tosca_fault(policy->yaml, "%s: several levels need a default_level", policy->name));
    }
    flavour->default_level = name                    ? yaml_str(name)
                             : flavour->n_levels > 0 ? flavour->levels[0].name
                                                     : NULL;
}

void
extract_levels(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour)
{
    const struct tosca_node *policy = policy_of(in, "tosca.policies.nfv.InstantiationLevels");
    const struct yaml *levels = policy ? tosca_value(x->tosca, policy, "levels") : NULL;

    for (size_t i = 0; i < flavour->n_vdus; i++) {
        flavour->vdus[i].initial_instances = initial_instances(x, in, &flavour->vdus[i]);
    }
    if (!levels || levels->type != YAML_T_MAP) {
        return;
    }
    if (levels->n > LEVELS_MAX) {
        extract_fault(x,
                      tosca_unsupported(levels, "more than %d instantiation levels", LEVELS_MAX));
        return;
    }
    flavour->levels = MEM_ARRAY(x->mem, levels->n, struct vnfd_level);
    yaml_each (levels, i) {
        read_level(x, in, flavour, levels->keys[i], levels->items[i]);
    }
    read_default_level(x, policy, flavour);
    for (size_t i = 0; i < flavour->n_vdus; i++) {
        flavour->vdus[i].initial_instances = vnfd_instances(flavour, NULL, flavour->vdus[i].name);
    }
}

/* What one step of an aspect ('step', 0 = every one) adds to each VDU. */
static void
read_delta(struct extract *x, const struct tosca_template *in, struct vnfd_aspect *aspect,
           const char *name, int64_t step)
{
    struct vnfd_delta *grown;
    VEC(struct vnfd_delta) deltas = {0};

    vec_each (&in->policies, policy) {
        const struct yaml *list, *delta;

        if (!tosca_is((*policy)->type, "tosca.policies.nfv.VduScalingAspectDeltas") ||
            !str_eq(tosca_value_str(x->tosca, *policy, "aspect"), aspect->name)) {
            continue;
        }
        list = tosca_value(x->tosca, *policy, "deltas");
        delta = name ? extract_get(x, list, name) : list && list->n > 0 ? list->items[0] : NULL;
        for (size_t i = 0; i < (*policy)->n_targets; i++) {
            struct vnfd_delta add = {(*policy)->targets[i],
                                     extract_int(x, delta, "number_of_instances", 0), step};

            vec_add(x->mem, &deltas, add);
        }
    }
    grown = MEM_ARRAY(x->mem, aspect->n_deltas + deltas.n + 1, struct vnfd_delta);
    for (size_t i = 0; i < aspect->n_deltas; i++) {
        grown[i] = aspect->deltas[i];
    }
    for (size_t i = 0; i < deltas.n; i++) {
        grown[aspect->n_deltas + i] = deltas.items[i];
    }
    aspect->deltas = grown;
    aspect->n_deltas += deltas.n;
}

/* One step_delta is that of every step; several are those of the first, the second, ... */
static void
read_deltas(struct extract *x, const struct tosca_template *in, struct vnfd_aspect *aspect,
            const struct yaml *steps)
{
    if (!steps || steps->n <= 1) {
        read_delta(x, in, aspect, steps && steps->n ? yaml_str(steps->items[0]) : NULL, 0);
        return;
    }
    if (steps->n > LEVELS_MAX || (int64_t)steps->n < aspect->max_level) {
        extract_fault(x, tosca_fault(steps, "aspect %s: %zu step_deltas for %lld steps (at most %d)",
                                     aspect->name, steps->n, (long long)aspect->max_level,
                                     LEVELS_MAX));
        return;
    }
    for (size_t i = 0; i < steps->n; i++) {
        read_delta(x, in, aspect, yaml_str(steps->items[i]), (int64_t)i + 1);
    }
}

void
extract_aspects(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour)
{
    const struct tosca_node *policy = policy_of(in, "tosca.policies.nfv.ScalingAspects");
    const struct yaml *aspects = policy ? tosca_value(x->tosca, policy, "aspects") : NULL;

    if (!aspects || aspects->type != YAML_T_MAP) {
        return;
    }
    if (aspects->n > LEVELS_MAX) {
        extract_fault(x, tosca_unsupported(aspects, "more than %d scaling aspects", LEVELS_MAX));
        return;
    }
    flavour->aspects = MEM_ARRAY(x->mem, aspects->n, struct vnfd_aspect);
    yaml_each (aspects, i) {
        struct vnfd_aspect *aspect = &flavour->aspects[flavour->n_aspects++];
        const struct yaml *steps = extract_get(x, aspects->items[i], "step_deltas");

        aspect->name = aspects->keys[i]->text;
        aspect->description = extract_text(x, aspects->items[i], "description");
        aspect->max_level = extract_int(x, aspects->items[i], "max_scale_level", 0);
        read_deltas(x, in, aspect, steps);
    }
}

const struct vnfd_aspect *
vnfd_aspect(const struct vnfd_flavour *flavour, const char *name)
{
    for (size_t i = 0; i < flavour->n_aspects; i++) {
        if (str_eq(flavour->aspects[i].name, name)) {
            return &flavour->aspects[i];
        }
    }
    return NULL;
}

const struct vnfd_level *
vnfd_level(const struct vnfd_flavour *flavour, const char *name)
{
    for (size_t i = 0; i < flavour->n_levels; i++) {
        if (str_eq(flavour->levels[i].name, name)) {
            return &flavour->levels[i];
        }
    }
    return NULL;
}

int64_t
vnfd_instances(const struct vnfd_flavour *flavour, const char *level, const char *vdu)
{
    const struct vnfd_level *at = vnfd_level(flavour, level ? level : flavour->default_level);
    const struct vnfd_vdu *self = vnfd_vdu(flavour, vdu);

    for (size_t i = 0; at && i < at->n_counts; i++) {
        if (str_eq(at->counts[i].vdu, vdu)) {
            return at->counts[i].n;
        }
    }
    return self ? self->initial_instances : 0;
}
