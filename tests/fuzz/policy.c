/* Rule expressions out of any bytes: each line "name expression".  They parse or
 * are refused, and what parses answers the same twice and never for nobody by
 * accident: a rule of "!" stays shut. */
#include "fuzz.h"
#include "resource/resource.h"

#include <string.h>

#define RULES_MAX 32
#define ARENA_MAX (16u << 20)

static size_t
rules_of(struct choices *c, struct mem *mem, struct policy_rule *rules)
{
    size_t n = 0;

    while (n < RULES_MAX && c->n > 0) {
        char *line = choose_line(c, mem), *space = strchr(line, ' ');

        if (space && space > line) {
            *space = '\0';
            rules[n++] = (struct policy_rule){.name = line, .expression = space + 1, .doc = "-"};
        }
    }
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *role[] = {"member"};
    static const struct caller somebody = {
        .user_id = "u", .project_id = "p", .roles = {1, role}};
    AUTO(mem) mem = mem_new("fuzz");
    struct choices c = {data, n};
    struct policy_rule rules[RULES_MAX + 1];
    size_t n_rules = rules_of(&c, mem, rules);
    struct policy *policy = NULL;
    struct err *e;

    rules[n_rules++] = (struct policy_rule){.name = "shut!", .expression = "!", .doc = "-"};
    e = policy_new(rules, n_rules, &policy);
    MUST(!e == (policy != NULL));
    MUST(!e || e->code == E_INVALID);
    err_free(e);
    if (policy) {
        policy_use(policy);
        for (size_t i = 0; i < n_rules; i++) {
            bool allowed = policy_allows(&somebody, rules[i].name, NULL, NULL);

            MUST(allowed == policy_allows(&somebody, rules[i].name, NULL, NULL));
        }
        MUST(!policy_allows(&somebody, "shut!", NULL, NULL));
        MUST(!policy_allows(&somebody, "there is none", NULL, NULL));
        policy_use(NULL);
        policy_free(policy);
    }
    MUST(mem_size(mem) < ARENA_MAX);
    return 0;
}
