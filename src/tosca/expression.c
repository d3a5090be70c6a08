/* The one-line form of schemas in the built-in tables:
 *
 *     schema = type [ "<" schema ">" ] [ "{" rule { "; " rule } "}" ]
 *     rule   = "in a,b" | ">=n" | ">n" | "<=n" | "<n" | "= v" | "len>=n" | "len<=n"
 *            | "range a,b" | "pattern regex"
 *
 * The tables are ours, so a mistake here is a bug and not bad input. */
#include "tosca/parse.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *sign, *op;
} ops[] = {
    {"in ", "valid_values"}, {">=", "greater_or_equal"}, {">", "greater_than"},
    {"<=", "less_or_equal"}, {"<", "less_than"},         {"= ", "equal"},
    {"len>=", "min_length"}, {"len<=", "max_length"},    {"range ", "in_range"},
    {"pattern ", "pattern"},
};

static struct tosca_constraint
rule_parse(struct mem *mem, const char *rule)
{
    struct tosca_constraint constraint = {0};

    for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
        if (str_starts(rule, ops[i].sign)) {
            const char *rest = rule + strlen(ops[i].sign);
            bool is_list =
                str_in(ops[i].op, (const char *const[]){"valid_values", "in_range", NULL});

            constraint.op = ops[i].op;
            if (is_list) {
                char **parts = str_split(mem, rest, ',', &constraint.n);

                constraint.values = mem_copy(mem, parts, constraint.n * sizeof *parts);
            } else {
                constraint.n = 1;
                constraint.values = MEM_NEW(mem, const char *);
                constraint.values[0] = rest;
            }
            return constraint;
        }
    }
    assert(false); /* No such rule: a slip in a table. */
    return constraint;
}

/* Length of the text inside the bracket at 's', which is closed by 'close'.
 * Signs in braces are comparisons, not brackets. */
static size_t
inside(const char *s, char open, char close)
{
    size_t depth = 0, braces = 0;

    for (size_t i = 0;; i++) {
        assert(s[i] != '\0');
        if (open == '<' && (s[i] == '{' || s[i] == '}')) {
            braces = s[i] == '{' ? braces + 1 : braces - 1;
        } else if (s[i] == open && braces == 0) {
            depth++;
        } else if (s[i] == close && braces == 0 && --depth == 0) {
            return i - 1;
        }
    }
}

static void
rules_parse(struct mem *mem, struct tosca_schema *schema, const char *text)
{
    VEC(struct tosca_constraint) rules = {0};

    while (text) {
        const char *end = strstr(text, "; ");

        vec_add(mem, &rules,
                rule_parse(mem, end ? mem_strn(mem, text, (size_t)(end - text)) : text));
        text = end ? end + 2 : NULL;
    }
    schema->constraints = rules.items;
    schema->n_constraints = rules.n;
}

const struct tosca_schema *
expression_schema(struct mem *mem, const char *name, const char *text)
{
    struct tosca_schema *schema = MEM_NEW(mem, struct tosca_schema);
    size_t n = strcspn(text, "<{");

    schema->name = name;
    schema->type = mem_strn(mem, text, n);
    schema->required = true;
    text += n;
    if (*text == '<') {
        n = inside(text, '<', '>');
        schema->entry = expression_schema(mem, NULL, mem_strn(mem, text + 1, n));
        text += n + 2;
    }
    if (*text == '{') {
        rules_parse(mem, schema, mem_strn(mem, text + 1, inside(text, '{', '}')));
    }
    return schema;
}
