/* How large a network service may be: scaling aspects and instantiation levels, policies that say
 * how many instances each VNF profile has (SOL001 clause 7, A.22). */
#include "base/vec.h"
#include "tosca/extract.h"

#include <stdlib.h>
#include <string.h>

#define LEVELS_MAX 100

/* ---- numbers of a mapping ----------------------------------------------------------------- */

static const struct nsd_vnf *
profile_of(struct extract *x, const struct tosca_node *policy, const char *name,
           const struct nsd *nsd)
{
    const struct nsd_vnf *vnf = nsd_vnf(nsd, name);

    if (!vnf) {
        extract_fault(
            x, tosca_fault(policy->yaml, "%s: %s is no VNF of the service", policy->name, name));
    }
    return vnf;
}

/* What an entry of number_of_instances says, within what the profile allows. */
static int64_t
number_of(struct extract *x, const struct tosca_node *policy, const struct nsd_vnf *vnf,
          const struct yaml *numbers, size_t i)
{
    int64_t n = extract_int(x, numbers, numbers->keys[i]->text, 0);

    if (n < 0 || n > vnf->max_instances) {
        extract_fault(
            x, tosca_fault(numbers->items[i], "%s: %lld instances of %s, at most %lld are allowed",
                           policy->name, (long long)n, vnf->name, (long long)vnf->max_instances));
        return 0;
    }
    return n;
}

/* Where '*n' is a power of two, there is no more room. */
static struct nsd_count *
count_add(struct extract *x, struct nsd_count **counts, size_t *n)
{
    if ((*n & (*n - 1)) == 0) {
        struct nsd_count *grown = MEM_ARRAY(x->mem, *n ? *n * 2 : 1, struct nsd_count);

        for (size_t i = 0; i < *n; i++) {
            grown[i] = (*counts)[i];
        }
        *counts = grown;
    }
    return &(*counts)[(*n)++];
}

/* The level that a key names: digits, as they are written once only; -1 = none. */
static int64_t
level_of(const char *key)
{
    size_t n = strspn(key, "0123456789");

    if (n == 0 || n > 3 || key[n] || (n > 1 && key[0] == '0')) {
        return -1;
    }
    return strtoll(key, NULL, 10);
}

/* ---- aspects ------------------------------------------------------------------------------- */

/* The levels of an aspect are numbers without a gap. */
static void
read_aspect(struct extract *x, const char *name, const struct yaml *described,
            struct nsd_aspect *aspect)
{
    const struct yaml *levels = extract_get(x, described, "ns_scale_levels");

    *aspect = (struct nsd_aspect){.name = name, .min_level = LEVELS_MAX};
    aspect->description = extract_text(x, described, "description");
    if (!levels || levels->type != YAML_T_MAP || levels->n == 0) {
        extract_fault(x, tosca_fault(described, "aspect %s: ns_scale_levels is needed", name));
        return;
    }
    yaml_each (levels, i) {
        const char *key = levels->keys[i]->text;
        int64_t level = level_of(key);

        if (level < 0 || level > LEVELS_MAX) {
            extract_fault(x, tosca_fault(levels->items[i], "aspect %s: %s is no level of 0 to %d",
                                         name, key, LEVELS_MAX));
            return;
        }
        aspect->min_level = level < aspect->min_level ? level : aspect->min_level;
        aspect->max_level = level > aspect->max_level ? level : aspect->max_level;
    }
    if (aspect->max_level - aspect->min_level + 1 != (int64_t)levels->n) {
        extract_fault(x, tosca_fault(levels, "aspect %s: its levels have gaps", name));
    }
}

static void
read_aspects(struct extract *x, const struct tosca_template *in, struct nsd *nsd)
{
    vec_each (&in->policies, policy) {
        const struct yaml *aspects =
            tosca_is((*policy)->type, "tosca.policies.nfv.NsScalingAspects")
                ? tosca_value(x->tosca, *policy, "aspects")
                : NULL;

        if (!aspects || aspects->type != YAML_T_MAP || nsd->n_aspects > 0) {
            continue;
        }
        nsd->aspects = MEM_ARRAY(x->mem, aspects->n, struct nsd_aspect);
        yaml_each (aspects, i) {
            read_aspect(x, aspects->keys[i]->text, aspects->items[i],
                        &nsd->aspects[nsd->n_aspects++]);
        }
    }
}

/* Is the profile's number an affair of another aspect? */
static bool
is_mapped(const struct nsd *nsd, const struct nsd_aspect *aspect, const char *vnf)
{
    for (size_t i = 0; i < nsd->n_aspects; i++) {
        for (size_t j = 0; &nsd->aspects[i] != aspect && j < nsd->aspects[i].n_steps; j++) {
            if (str_eq(nsd->aspects[i].steps[j].vnf, vnf)) {
                return true;
            }
        }
    }
    return false;
}

static void
step_read(struct extract *x, const struct tosca_node *policy, struct nsd_aspect *aspect,
          const struct nsd_vnf *vnf, const struct yaml *numbers)
{
    yaml_each (numbers, i) {
        const char *key = numbers->keys[i]->text;
        int64_t level = level_of(key);
        struct nsd_count *count;

        if (level < aspect->min_level || level > aspect->max_level) {
            extract_fault(x, tosca_fault(numbers->items[i], "%s: aspect %s has no level %s",
                                         policy->name, aspect->name, key));
            continue;
        }
        if (nsd_aspect_instances(aspect, level, vnf->name) >= 0) {
            extract_fault(x, tosca_fault(numbers->items[i],
                                         "%s: level %s of aspect %s has a number of %s already",
                                         policy->name, key, aspect->name, vnf->name));
            return;
        }
        count = count_add(x, &aspect->steps, &aspect->n_steps);
        *count = (struct nsd_count){
            .level = level, .vnf = vnf->name, .n = number_of(x, policy, vnf, numbers, i)};
    }
    for (int64_t at = aspect->min_level; at <= aspect->max_level; at++) {
        if (nsd_aspect_instances(aspect, at, vnf->name) < 0) {
            extract_fault(x, tosca_fault(numbers, "%s: no number of %s at level %lld of aspect %s",
                                         policy->name, vnf->name, (long long)at, aspect->name));
            return;
        }
    }
}

static void
read_level_mapping(struct extract *x, const struct tosca_node *policy, struct nsd *nsd)
{
    const char *name = tosca_value_str(x->tosca, policy, "aspect");
    const struct yaml *numbers = tosca_value(x->tosca, policy, "number_of_instances");
    struct nsd_aspect *aspect = NULL;

    for (size_t i = 0; i < nsd->n_aspects; i++) {
        aspect = str_eq(nsd->aspects[i].name, name) ? &nsd->aspects[i] : aspect;
    }
    if (!aspect || !numbers || numbers->type != YAML_T_MAP) {
        extract_fault(x, tosca_fault(policy->yaml, "%s: the service has no scaling aspect %s",
                                     policy->name, str_or(name, "")));
        return;
    }
    for (size_t i = 0; i < policy->n_targets; i++) {
        const struct nsd_vnf *vnf = profile_of(x, policy, policy->targets[i], nsd);

        if (vnf && is_mapped(nsd, aspect, vnf->name)) {
            extract_fault(x, tosca_unsupported(policy->yaml,
                                               "VNF profile %s in several scaling "
                                               "aspects of a network service",
                                               vnf->name));
        } else if (vnf) {
            step_read(x, policy, aspect, vnf, numbers);
        }
    }
}

/* ---- instantiation levels ------------------------------------------------------------------ */

static void
read_levels(struct extract *x, const struct tosca_template *in, struct nsd *nsd)
{
    vec_each (&in->policies, policy) {
        const struct yaml *levels =
            tosca_is((*policy)->type, "tosca.policies.nfv.NsInstantiationLevels")
                ? tosca_value(x->tosca, *policy, "ns_levels")
                : NULL;

        if (!levels || levels->type != YAML_T_MAP || nsd->n_levels > 0) {
            continue;
        }
        nsd->levels = MEM_ARRAY(x->mem, levels->n, struct nsd_level);
        yaml_each (levels, i) {
            nsd->levels[nsd->n_levels++] =
                (struct nsd_level){.name = levels->keys[i]->text,
                                   .description = extract_text(x, levels->items[i], "description")};
        }
        nsd->default_level = tosca_value_str(x->tosca, *policy, "default_level");
        if (nsd->default_level && !nsd_level(nsd, nsd->default_level)) {
            extract_fault(x,
                          tosca_fault((*policy)->yaml, "%s: default_level %s is none of the levels",
                                      (*policy)->name, nsd->default_level));
        } else if (!nsd->default_level && nsd->n_levels > 1) {
            extract_fault(x, tosca_fault((*policy)->yaml, "%s: several levels need a default_level",
                                         (*policy)->name));
        }
        nsd->default_level = nsd->default_level ? nsd->default_level : nsd->levels[0].name;
    }
}

static void
level_numbers_read(struct extract *x, const struct tosca_node *policy, const struct nsd_vnf *vnf,
                   const struct yaml *numbers, struct nsd *nsd)
{
    yaml_each (numbers, i) {
        const char *key = numbers->keys[i]->text;
        struct nsd_level *level = NULL;

        for (size_t l = 0; l < nsd->n_levels; l++) {
            level = str_eq(nsd->levels[l].name, key) ? &nsd->levels[l] : level;
        }
        if (!level) {
            extract_fault(x, tosca_fault(numbers->items[i],
                                         "%s: the service has no instantiation level %s",
                                         policy->name, key));
            continue;
        }
        *count_add(x, &level->counts, &level->n_counts) =
            (struct nsd_count){.vnf = vnf->name, .n = number_of(x, policy, vnf, numbers, i)};
    }
}

static void
read_instantiation_mapping(struct extract *x, const struct tosca_node *policy, struct nsd *nsd)
{
    const struct yaml *numbers = tosca_value(x->tosca, policy, "number_of_instances");

    for (size_t i = 0; i < policy->n_targets && numbers && numbers->type == YAML_T_MAP; i++) {
        const struct nsd_vnf *vnf = profile_of(x, policy, policy->targets[i], nsd);

        if (vnf) {
            level_numbers_read(x, policy, vnf, numbers, nsd);
        }
    }
}

/* ---- all of it ----------------------------------------------------------------------------- */

void
extract_ns_levels(struct extract *x, const struct tosca_template *in, struct nsd *nsd)
{
    read_aspects(x, in, nsd);
    read_levels(x, in, nsd);
    vec_each (&in->policies, policy) {
        if (tosca_is((*policy)->type, "tosca.policies.nfv.VnfToLevelMapping")) {
            read_level_mapping(x, *policy, nsd);
        } else if (tosca_is((*policy)->type, "tosca.policies.nfv.VnfToInstantiationLevelMapping")) {
            read_instantiation_mapping(x, *policy, nsd);
        }
    }
}

const struct nsd_aspect *
nsd_aspect(const struct nsd *nsd, const char *name)
{
    for (size_t i = 0; i < nsd->n_aspects; i++) {
        if (str_eq(nsd->aspects[i].name, name)) {
            return &nsd->aspects[i];
        }
    }
    return NULL;
}

const struct nsd_level *
nsd_level(const struct nsd *nsd, const char *name)
{
    for (size_t i = 0; i < nsd->n_levels; i++) {
        if (str_eq(nsd->levels[i].name, name)) {
            return &nsd->levels[i];
        }
    }
    return NULL;
}

int64_t
nsd_aspect_instances(const struct nsd_aspect *aspect, int64_t level, const char *vnf)
{
    for (size_t i = 0; i < aspect->n_steps; i++) {
        if (aspect->steps[i].level == level && str_eq(aspect->steps[i].vnf, vnf)) {
            return aspect->steps[i].n;
        }
    }
    return -1;
}

int64_t
nsd_instances(const struct nsd *nsd, const char *level, const struct nsd_vnf *vnf)
{
    const struct nsd_level *at = nsd_level(nsd, str_or(level, str_or(nsd->default_level, "")));
    int64_t n = vnf->min_instances > 0 ? vnf->min_instances : 1;

    for (size_t i = 0; at && i < at->n_counts; i++) {
        if (str_eq(at->counts[i].vnf, vnf->name)) {
            return at->counts[i].n;
        }
    }
    for (size_t i = 0; i < nsd->n_aspects; i++) {
        const struct nsd_aspect *aspect = &nsd->aspects[i];
        int64_t least = nsd_aspect_instances(aspect, aspect->min_level, vnf->name);

        n = least >= 0 ? least : n;
    }
    return n;
}

int64_t
nsd_aspect_level(const struct nsd *nsd, const struct nsd_aspect *aspect, const char *level)
{
    for (int64_t at = aspect->min_level; at <= aspect->max_level; at++) {
        bool holds = true;

        for (size_t i = 0; i < aspect->n_steps; i++) {
            const struct nsd_count *step = &aspect->steps[i];

            holds = holds && (step->level != at ||
                              step->n == nsd_instances(nsd, level, nsd_vnf(nsd, step->vnf)));
        }
        if (holds) {
            return at;
        }
    }
    return aspect->min_level;
}
