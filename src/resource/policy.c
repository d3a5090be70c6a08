/* Rule expressions, parsed once into trees.  Each tree knows whether it needs
 * the row at all, so that a list asks most rules once and not once a row. */
#include "resource/policy.h"

#include "base/log.h"
#include "base/vec.h"

#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define NESTING_MAX 32

enum node_kind { NODE_TRUE, NODE_FALSE, NODE_AND, NODE_OR, NODE_NOT, NODE_RULE, NODE_ROLE, NODE_MATCH };

struct node {
    enum node_kind kind;
    const struct node *a, *b; /* operands; NODE_RULE: a is the rule's tree */
    const char *left;         /* role, rule, or the left of a match */
    const char *right;        /* text to match, or the column's name */
    bool column;
};

struct policy {
    struct mem *mem;
    struct map rules; /* name -> struct rule */
};

struct rule {
    struct node *tree;
    bool needs_row;
    int seen; /* of the search for cycles: 1 = on the way, 2 = done */
};

/* Rules that are always there; data may say them otherwise. */
static const struct policy_rule built_in[] = {
    {"admin_only", "is_admin:True", "Administrators."},
    {"owner", "project_id:%(project_id)s", "Somebody of the project that owns it."},
    {"writer", "role:member or not role:reader", "Whoever is more than a reader."},
    {"admin_or_owner", "rule:admin_only or (rule:owner and rule:writer)",
     "Administrators, and the project that owns it unless only its readers."},
    {"anybody", "@", "Whoever has a token."},
    {"nobody", "!", "Nobody but the process itself."},
};

/* ---- parsing ------------------------------------------------------------------------ */

struct parser {
    struct mem *mem;
    const char *at;
    int depth;
};

static struct err *parse_or(struct parser *p, struct node **node) MUST_USE;

static struct node *
node_new(struct parser *p, enum node_kind kind, const struct node *a, const struct node *b)
{
    struct node *node = MEM_NEW(p->mem, struct node);

    *node = (struct node){.kind = kind, .a = a, .b = b};
    return node;
}

static void
skip_space(struct parser *p)
{
    while (isspace((unsigned char)*p->at)) {
        p->at++;
    }
}

/* A word up to a space or a closing parenthesis that is not of a "%(...)". */
static char *
take_word(struct parser *p)
{
    const char *from;
    bool inside = false;

    skip_space(p);
    from = p->at;
    for (; *p->at && !isspace((unsigned char)*p->at); p->at++) {
        if (*p->at == ')' && !inside) {
            break;
        }
        inside = *p->at == '(' || (inside && *p->at != ')');
    }
    return mem_strn(p->mem, from, (size_t)(p->at - from));
}

static bool
take_keyword(struct parser *p, const char *word)
{
    const char *before = p->at;

    if (str_eq_case(take_word(p), word)) {
        return true;
    }
    p->at = before;
    return false;
}

/* "%(name)s" -> "name", else null. */
static const char *
column_name(struct parser *p, const char *s)
{
    size_t n = strlen(s);

    return str_starts(s, "%(") && str_ends(s, ")s") && n > 4 ? mem_strn(p->mem, s + 2, n - 4)
                                                             : NULL;
}

static struct err *
parse_check(struct parser *p, struct node **node)
{
    char *word = take_word(p);
    char *colon = strchr(word, ':');

    if (!strcmp(word, "@") || !strcmp(word, "!")) {
        *node = node_new(p, *word == '@' ? NODE_TRUE : NODE_FALSE, NULL, NULL);
        return NULL;
    }
    if (!colon || colon == word || !colon[1]) {
        return err_new(E_INVALID, NULL, "'%s' is no check: KIND:VALUE is needed", word);
    }
    *colon = '\0';
    *node = node_new(p, NODE_MATCH, NULL, NULL);
    (*node)->left = word;
    (*node)->right = colon + 1;
    if (!strcmp(word, "rule") || !strcmp(word, "role")) {
        (*node)->kind = word[1] == 'u' ? NODE_RULE : NODE_ROLE;
        (*node)->left = colon + 1;
    } else if (column_name(p, colon + 1)) {
        (*node)->right = column_name(p, colon + 1);
        (*node)->column = true;
    }
    return NULL;
}

static struct err *
parse_not(struct parser *p, struct node **node)
{
    struct node *inner = NULL;

    if (++p->depth > NESTING_MAX) {
        return err_new(E_INVALID, NULL, "nested too deeply");
    }
    skip_space(p);
    if (take_keyword(p, "not")) {
        TRY(parse_not(p, &inner));
        *node = node_new(p, NODE_NOT, inner, NULL);
    } else if (*p->at == '(') {
        p->at++;
        TRY(parse_or(p, node));
        skip_space(p);
        if (*p->at++ != ')') {
            return err_new(E_INVALID, NULL, "a parenthesis is not closed");
        }
    } else {
        TRY(parse_check(p, node));
    }
    p->depth--;
    return NULL;
}

static struct err *
parse_and(struct parser *p, struct node **node)
{
    struct node *right;

    TRY(parse_not(p, node));
    while (take_keyword(p, "and")) {
        TRY(parse_not(p, &right));
        *node = node_new(p, NODE_AND, *node, right);
    }
    return NULL;
}

static struct err *
parse_or(struct parser *p, struct node **node)
{
    struct node *right;

    TRY(parse_and(p, node));
    while (take_keyword(p, "or")) {
        TRY(parse_and(p, &right));
        *node = node_new(p, NODE_OR, *node, right);
    }
    return NULL;
}

static struct err *
parse(struct mem *mem, const char *text, struct node **node)
{
    struct parser p = {.mem = mem, .at = text};

    skip_space(&p);
    if (!*p.at) {
        *node = node_new(&p, NODE_TRUE, NULL, NULL);
        return NULL;
    }
    TRY(parse_or(&p, node));
    skip_space(&p);
    return *p.at ? err_new(E_INVALID, NULL, "'%s' was not expected", p.at) : NULL;
}

/* ---- making ---------------------------------------------------------------------------- */

static struct err *rule_resolve(struct policy *policy, const char *name, struct rule *rule) MUST_USE;

/* Finds the rules that a tree refers to and whether it needs a row. */
static struct err *
node_resolve(struct policy *policy, const struct node *node, bool *needs_row)
{
    struct rule *rule;

    if (!node) {
        return NULL;
    }
    if (node->kind == NODE_RULE) {
        rule = map_get(&policy->rules, node->left);
        if (!rule) {
            return err_new(E_INVALID, NULL, "there is no rule %s", node->left);
        }
        TRY(rule_resolve(policy, node->left, rule));
        *needs_row = *needs_row || rule->needs_row;
        return NULL;
    }
    *needs_row = *needs_row || node->column;
    TRY(node_resolve(policy, node->a, needs_row));
    return node_resolve(policy, node->b, needs_row);
}

static struct err *
rule_resolve(struct policy *policy, const char *name, struct rule *rule)
{
    if (rule->seen == 2) {
        return NULL;
    }
    if (rule->seen == 1) {
        return err_new(E_INVALID, NULL, "rule %s refers to itself", name);
    }
    rule->seen = 1;
    TRY_MSG(node_resolve(policy, rule->tree, &rule->needs_row), "rule %s", name);
    rule->seen = 2;
    return NULL;
}

/* Puts the tree of each named rule where it is referred to. */
static void
node_link(const struct policy *policy, struct node *node)
{
    if (!node) {
        return;
    }
    if (node->kind == NODE_RULE) {
        node->a = ((struct rule *)map_get(&policy->rules, node->left))->tree;
        return;
    }
    node_link(policy, (struct node *)(uintptr_t)node->a);
    node_link(policy, (struct node *)(uintptr_t)node->b);
}

static struct err *
rules_add(struct policy *policy, const struct policy_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct rule *rule = MEM_NEW(policy->mem, struct rule);

        TRY_MSG(parse(policy->mem, rules[i].expression, &rule->tree), "rule %s", rules[i].name);
        map_set(&policy->rules, mem_str(policy->mem, rules[i].name), rule);
    }
    return NULL;
}

static struct err *
policy_fill(struct policy *policy, const struct policy_rule *rules, size_t n)
{
    TRY(rules_add(policy, built_in, ARRAY_SIZE(built_in)));
    TRY(rules_add(policy, rules, n));
    map_each (&policy->rules, it) {
        TRY(rule_resolve(policy, it->key, it->value));
    }
    map_each (&policy->rules, it) {
        node_link(policy, ((struct rule *)it->value)->tree);
    }
    return NULL;
}

struct err *
policy_new(const struct policy_rule *rules, size_t n, struct policy **policy)
{
    struct mem *mem = mem_new("policy");
    struct policy *made = MEM_NEW(mem, struct policy);
    struct err *e;

    made->mem = mem;
    map_init(&made->rules, mem);
    e = policy_fill(made, rules, n);
    if (e) {
        mem_free(mem);
        return e;
    }
    *policy = made;
    return NULL;
}

void
policy_free(struct policy *policy)
{
    if (policy) {
        mem_free(policy->mem);
    }
}

/* ---- the rules of this process ------------------------------------------------------------ */

static _Atomic(const struct policy *) in_use;
static struct policy *only_built_in;
static pthread_once_t built_in_once = PTHREAD_ONCE_INIT;

static void
built_in_make(void)
{
    err_ignore(policy_new(NULL, 0, &only_built_in), "the built-in rules parse: tested");
}

static const struct policy *
policy_current(void)
{
    const struct policy *policy = atomic_load_explicit(&in_use, memory_order_acquire);

    if (policy) {
        return policy;
    }
    pthread_once(&built_in_once, built_in_make);
    return only_built_in;
}

void
policy_use(const struct policy *policy)
{
    atomic_store_explicit(&in_use, policy, memory_order_release);
}

/* ---- evaluating ------------------------------------------------------------------------------ */

static const char *
caller_text(const struct caller *caller, const char *name, const char *otherwise)
{
    const struct {
        const char *name, *value;
    } values[] = {
        {"project_id", caller->project_id},   {"user_id", caller->user_id},
        {"tenant_id", caller->project_id},    {"domain_id", caller->domain_id},
        {"user_name", caller->user_name},     {"user_domain_id", caller->user_domain_id},
        {"project_name", caller->project_name}, {"is_admin", caller->is_admin ? "True" : "False"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (!strcmp(values[i].name, name)) {
            return values[i].value;
        }
    }
    return otherwise; /* A literal: "True:%(shared)s". */
}

/* The row's column as text; 'room' for numbers. */
static const char *
column_text(const void *row, const char *name, char room[24])
{
    const struct table *table = ((const struct row *)row)->table;
    const struct attr *attr = table_attr(table, name);

    attr = attr ? attr : table_attr_json(table, name);
    if (!attr || attr_is_null(attr, row) || attr->type == ATTR_T_json ||
        attr->type == ATTR_T_strs || attr->type == ATTR_T_refs || attr->type == ATTR_T_rows) {
        return NULL;
    }
    if (attr->type == ATTR_T_boolean) {
        return *(const bool *)attr_at(attr, row) ? "True" : "False";
    }
    if (attr->type == ATTR_T_integer || attr->type == ATTR_T_time) {
        snprintf(room, 24, "%" PRIi64, *(const int64_t *)attr_at(attr, row));
        return room;
    }
    return *(const char *const *)attr_at(attr, row);
}

static bool
match_holds(const struct node *node, const struct caller *caller, const void *row)
{
    const char *left = caller_text(caller, node->left, node->left);
    const char *right = node->right;
    char room[24];

    if (node->column) {
        right = row ? column_text(row, node->right, room) : NULL;
    }
    return left && right && !strcmp(left, right);
}

static bool
role_holds(const struct caller *caller, const char *role)
{
    for (size_t i = 0; i < caller->roles.n; i++) {
        if (str_eq_case(caller->roles.items[i], role)) {
            return true;
        }
    }
    return caller->is_admin && str_eq_case(role, "admin");
}

bool
node_holds(const struct node *node, const struct caller *caller, const void *row)
{
    switch (node->kind) {
    case NODE_TRUE:
        return true;
    case NODE_FALSE:
        return false;
    case NODE_AND:
        return node_holds(node->a, caller, row) && node_holds(node->b, caller, row);
    case NODE_OR:
        return node_holds(node->a, caller, row) || node_holds(node->b, caller, row);
    case NODE_NOT:
        return !node_holds(node->a, caller, row);
    case NODE_RULE:
        return node_holds(node->a, caller, row);
    case NODE_ROLE:
        return role_holds(caller, node->left);
    case NODE_MATCH:
        return match_holds(node, caller, row);
    }
    return false;
}

bool
node_needs_row(const struct node *node)
{
    return node && (node->column || node_needs_row(node->a) || node_needs_row(node->b));
}

const struct node *
policy_find(const char *name, const char *fallback)
{
    const struct policy *policy = policy_current();
    const struct rule *rule = name ? map_get(&policy->rules, name) : NULL;

    if (!rule && fallback) {
        rule = map_get(&policy->rules, fallback);
        if (!rule) {
            rule = map_get(&policy->rules, "nobody");
            log_error("policy", "there is no rule %s: refused", fallback);
        }
    }
    return rule ? rule->tree : NULL;
}

bool
policy_has_prefix(const char *prefix)
{
    map_each (&policy_current()->rules, it) {
        if (str_starts(it->key, prefix)) {
            return true;
        }
    }
    return false;
}

bool
policy_allows(const struct caller *caller, const char *rule, const char *fallback, const void *row)
{
    const struct node *node;

    if (caller->is_internal) {
        return true;
    }
    node = policy_find(rule, fallback ? fallback : "admin_or_owner");
    return node && node_holds(node, caller, row);
}
