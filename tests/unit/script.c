/* Scripts at servers: what comes back of a real sshd, and of servers that are none. */
#include "script_world.h"

#include <signal.h>
#include <stdlib.h>

static const uint8_t seed[32] = "a seed that everybody knows";

static void __attribute__((constructor)) instruct_role(int argc, char **argv)
{
    if (is_instruct(argc, argv)) {
        _exit(instruct_main(argc - 1, argv + 1));
    }
}

static void
run_ended(void *arg, const struct script_result *result, struct err *err)
{
    struct world *w = arg;

    err_free(w->err);
    w->ended = true;
    w->err = err;
    w->began = result->began;
    w->status = result->status;
    w->bytes = result->out.bytes;
    w->out = mem_str(w->mem, result->out.text);
    w->err_text = mem_str(w->mem, result->err.text);
    w->met = result->host_key ? mem_str(w->mem, result->host_key) : NULL;
}

static struct script_order
order_of(const struct world *w, const char *text, int64_t timeout_ms)
{
    return (struct script_order){
        .address = "127.0.0.1",
        .port = w->port,
        .user = w->user,
        .private_key = w->key,
        .text = text,
        .timeout_ms = timeout_ms,
    };
}

static void
order_run(struct world *w, const struct script_order *order)
{
    w->ended = false;
    (void)script_start(w->runs, order, run_ended, w);
    while (!w->ended) {
        REQUIRE_OK(loop_turn(w->loop, 1000));
    }
}

static void
text_run(struct world *w, const char *text, int64_t timeout_ms)
{
    struct script_order order = order_of(w, text, timeout_ms);

    order_run(w, &order);
}

/* ---- what comes back --------------------------------------------------------------------- */

TEST(script_runs_with_its_inputs_and_says_how_it_ended)
{
    struct world *w = world_new(SERVES, seed);
    static const struct script_input inputs[] = {
        {"plain", "one"},
        {"hostile", "'; touch /nonexistent; echo \"$(id)\" `id` \\"},
        {"lines", "first\nEND\n}\nexit 9\n"},
        {"empty", ""},
    };
    struct script_order order = order_of(w,
                                         "#!/bin/sh\nprintf '%s|' \"$plain\" \"$hostile\" \"$lines\""
                                         " \"$empty\" \"${other-none}\"\ncat\necho oh >&2\nexit 3",
                                         LONG_MS);

    order.inputs = inputs;
    order.n_inputs = ARRAY_SIZE(inputs);
    order_run(w, &order);
    CHECK_OK(w->err);
    w->err = NULL;
    CHECK_INT(w->status, 3);
    CHECK_STR(w->out, mem_printf(w->mem, "one|%s|%s||none|", inputs[1].value, inputs[2].value));
    CHECK_STR(w->err_text, "oh\n");
    CHECK_STR(w->met, w->host_key);
    world_free(w);
}

TEST(script_is_run_by_what_its_first_line_says)
{
    struct world *w = world_new(SERVES, seed);

    text_run(w, "#!/usr/bin/env -S awk -f\nBEGIN { print 6 * 7; exit 5 }\n", LONG_MS);
    CHECK_OK(w->err);
    w->err = NULL;
    CHECK_STR(w->out, "42\n");
    CHECK_INT(w->status, 5);
    world_free(w);
}

TEST(script_of_another_server_is_not_run)
{
    struct world *w = world_new(SERVES, seed);
    const char *mark = mem_printf(w->mem, "%s/ran", test_dir());
    struct script_order order = order_of(w, mem_printf(w->mem, "touch %s", mark), LONG_MS);

    order.host_key = mem_printf(w->mem, "%.*sAAAA", (int)strlen(w->host_key) - 4, w->host_key);
    order_run(w, &order);
    CHECK_ERR_MSG(w->err, E_CONFLICT, w->host_key);
    w->err = NULL;
    CHECK(!w->began);
    CHECK(!file_exists(mark));
    order.host_key = w->host_key;
    order_run(w, &order);
    CHECK_OK(w->err);
    w->err = NULL;
    CHECK(file_exists(mark));
    world_free(w);
}

TEST(script_that_does_not_end_is_ended_with_what_it_said)
{
    struct world *w = world_new(SERVES, seed);

    /* As long as it takes to log in here, and no longer. */
    for (int64_t ms = 1000; !w->began && ms <= LONG_MS; ms *= 2) {
        text_run(w, "echo before; exec sleep 1000", ms);
    }
    CHECK_ERR_MSG(w->err, E_UNAVAILABLE, "did not end within");
    w->err = NULL;
    CHECK(w->began);
    world_free(w);
}

/* So long nobody is waited for; who lets us in may take longer. */
TEST(script_waits_less_for_a_server_than_for_its_end)
{
    struct world *w = world_new(SHUTS, seed);
    struct script_order order = order_of(w, "true", LONG_MS);

    order.reach_ms = 1500;
    order_run(w, &order);
    CHECK_ERR_MSG(w->err, E_UNAVAILABLE, "within 1 s: ");
    w->err = NULL;
    world_free(w);
    w = world_new(SERVES, seed);
    order = order_of(w, "sleep 4; echo late", LONG_MS);
    for (order.reach_ms = 2000; !w->began && order.reach_ms <= LONG_MS; order.reach_ms *= 2) {
        order_run(w, &order);
        err_free(w->began ? NULL : w->err);
        w->err = w->began ? w->err : NULL;
    }
    CHECK_OK(w->err);
    w->err = NULL;
    CHECK_STR(w->out, "late\n");
    world_free(w);
}

TEST(script_output_is_bounded)
{
    struct world *w = world_new(SERVES, seed);

    text_run(w, "i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; printf '\\033[2J'",
             LONG_MS);
    CHECK_OK(w->err);
    w->err = NULL;
    CHECK_INT(w->bytes, 318894);
    CHECK_INT(strlen(w->out), SCRIPT_OUTPUT_KEPT);
    CHECK_STR(w->out + strlen(w->out) - 15, "line 29999\n?[2J");
    text_run(w, "exec yes a line of a script that never stops speaking", LONG_MS);
    CHECK_ERR_MSG(w->err, E_TOO_LARGE, "16 MiB");
    w->err = NULL;
    world_free(w);
}

/* ---- connections that do not hold ------------------------------------------------------------ */

TEST(script_waits_for_a_server_that_boots)
{
    struct world *w = world_new(SERVES, seed);

    w->n_shut_first = 2;
    text_run(w, "echo here", LONG_MS);
    CHECK_OK(w->err);
    w->err = NULL;
    CHECK_STR(w->out, "here\n");
    CHECK_INT(w->n_accepted, 3);
    world_free(w);
}

TEST(script_is_not_repeated_once_it_has_begun)
{
    struct world *w = world_new(SERVES, seed);
    const char *mark = mem_printf(w->mem, "%s/ran", test_dir());
    struct script_order order = order_of(
        w, mem_printf(w->mem, "echo once >>%s; exec sleep 1000", mark), LONG_MS);
    char *text;
    size_t n;

    (void)script_start(w->runs, &order, run_ended, w);
    while (!file_exists(mark)) {
        REQUIRE_OK(loop_turn(w->loop, 100));
    }
    REQUIRE(shutdown(w->last, SHUT_RDWR) == 0);
    while (!w->ended) {
        REQUIRE_OK(loop_turn(w->loop, 1000));
    }
    CHECK_ERR_MSG(w->err, E_REMOTE, "the connection ended");
    w->err = NULL;
    CHECK_INT(w->n_accepted, 1);
    REQUIRE_OK(file_read(w->mem, mark, 100, &text, &n));
    CHECK_STR(text, "once\n");
    world_free(w);
}

TEST(script_says_why_nobody_lets_it_in)
{
    static const enum manner manners[] = {SHUTS, SAYS_NONSENSE, IS_SILENT};

    for (size_t i = 0; i < ARRAY_SIZE(manners); i++) {
        struct world *w = world_new(manners[i], seed);

        text_run(w, "true", 1500);
        CHECK_ERR_MSG(w->err, E_UNAVAILABLE, "no SSH login as ");
        w->err = NULL;
        CHECK(!w->began && !w->met);
        world_free(w);
    }
}

static bool
may_nowhere(void *arg, const struct sockaddr *to)
{
    *(int *)arg += to->sa_family == AF_INET;
    return false;
}

TEST(script_connects_to_no_address_that_it_may_not)
{
    struct world *w = world_new(IS_SILENT, seed);
    int n_asked = 0;

    script_runs_free(w->runs);
    w->runs = script_runs_new(&(struct script_runs_config){
        .loop = w->loop, .may_connect = may_nowhere, .may_arg = &n_asked});
    text_run(w, "true", 1500);
    CHECK_ERR_MSG(w->err, E_FORBIDDEN, "scripts are not run there");
    w->err = NULL;
    CHECK(!w->began && w->n_accepted == 0);
    CHECK_INT(n_asked, 1);
    world_free(w);
}

static void
until_accepted(struct world *w, size_t n)
{
    while (w->n_accepted < n) {
        REQUIRE_OK(loop_turn(w->loop, 1000));
    }
}

/* He who is alone has half of the turns; who comes then does not wait for him to end. */
TEST(scripts_have_their_turns)
{
    struct world *w = world_new(IS_SILENT, seed);
    struct script_order order = order_of(w, "true", LONG_MS);
    struct script_run *first;

    order.owner = "one";
    first = script_start(w->runs, &order, run_ended, w);
    for (int i = 0; i < SCRIPT_RUNS / 2; i++) {
        (void)script_start(w->runs, &order, run_ended, w);
    }
    until_accepted(w, SCRIPT_RUNS / 2);
    REQUIRE_OK(loop_turn(w->loop, 100));
    CHECK_INT(w->n_accepted, SCRIPT_RUNS / 2);
    order.owner = "two";
    (void)script_start(w->runs, &order, run_ended, w);
    until_accepted(w, SCRIPT_RUNS / 2 + 1);
    CHECK(!w->ended);
    script_cancel(first); /* "one" has 15, and 16 are free. */
    CHECK(w->ended && !w->began);
    CHECK_ERR(w->err, E_CANCELLED);
    w->err = NULL;
    w->ended = false;
    until_accepted(w, SCRIPT_RUNS / 2 + 2);
    CHECK(!w->ended);
    world_free(w);
}

/* A child of whom nothing is true. */
static void
impostor_runs(struct world *w, const char *words)
{
    const char *program = mem_printf(w->mem, "%s/impostor", test_dir()),
               *text = mem_printf(w->mem, "#!/bin/sh\nprintf '%s'\nexec sleep 1000\n", words);
    struct script_runs *runs = w->runs;

    REQUIRE_OK(file_write(program, text, strlen(text), 0700));
    w->runs = script_runs_new(
        &(struct script_runs_config){.loop = w->loop, .program = program});
    text_run(w, "true", LONG_MS);
    script_runs_free(w->runs);
    w->runs = runs;
}

TEST(script_child_is_not_believed)
{
    static const char *const words[] = {
        "K\\1\\0\\0\\0aK\\1\\0\\0\\0b",         /* two keys */
        "K\\1\\0\\0\\0aH\\1\\0\\0\\0b",         /* a key, and another one */
        "B\\0\\0\\0\\0",                           /* begins at nobody's */
        "K\\1\\0\\0\\0aB\\0\\0\\0\\0B\\0\\0\\0\\0", /* begins twice */
        "O\\1\\0\\0\\0a",                          /* speaks before it begins */
        "X\\1\\0\\0\\0000",                        /* ends before it begins */
        "K\\1\\0\\0\\0aB\\0\\0\\0\\0A\\0\\0\\0\\0", /* is away when it runs */
        "K\\1\\0\\0\\0aB\\0\\0\\0\\0X\\1\\0\\0\\0z", /* a status that is none */
        "Z\\0\\0\\0\\0",                           /* no word */
        "K\\1\\100\\0\\0",                         /* more than a piece */
    };
    struct world *w = world_new(IS_SILENT, seed);

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        impostor_runs(w, words[i]);
        CHECK_ERR_MSG(w->err, E_INTERNAL, "does not say what it should");
        w->err = NULL;
    }
    impostor_runs(w, "K\\1\\0\\0\\0aB\\0\\0\\0\\0O\\1\\0\\0\\0oX\\1\\0\\0\\0007");
    CHECK_OK(w->err);
    CHECK_STR(w->met, "a");
    CHECK_STR(w->out, "o");
    CHECK_INT(w->status, 7);
    world_free(w);
}

TEST(script_says_nothing_of_what_a_stranger_greets_with)
{
    struct world *w = world_new(SAYS_NONSENSE, seed);

    text_run(w, "true", 3500);
    CHECK(w->n_accepted > 1);
    REQUIRE(w->err);
    CHECK(!strstr(w->err->message, "220") && !strstr(w->err->message, "mail"));
    CHECK_ERR_MSG(w->err, E_UNAVAILABLE, "what answers there speaks no SSH that we do");
    w->err = NULL;
    world_free(w);
}

/* ---- words ----------------------------------------------------------------------------------- */

TEST(script_texts_are_cleaned)
{
    AUTO(mem) mem = mem_new("test");
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"a\tb\n", "a\tb\n"},           {"\x1b[2J", "?[2J"}, {"\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac"},
        {"\xc3", "?"},                  {"\xff\xc3\x28", "??\x28"}, {"\xc2\x9b" "1m", "?1m"},
        {"\x7f\r", "??"},               {"", ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_STR(script_clean(mem, cases[i].in, strlen(cases[i].in)), cases[i].out);
    }
    CHECK_STR(script_clean(mem, "a\0b", 3), "a?b");
}

TEST(script_inputs_have_names_of_variables)
{
    static const char *const good[] = {"a", "_x", "A1_b"}, *const bad[] = {
        "", "1a", "a-b", "a b", "a;b", "CARRICK_VNFC", "a=b", "a\nb"};
    char name[257];

    memset(name, 'a', sizeof name - 1);
    name[256] = '\0';
    CHECK(!script_input_name_ok(name));
    name[255] = '\0';
    CHECK(script_input_name_ok(name));
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        CHECK(script_input_name_ok(good[i]));
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        CHECK(!script_input_name_ok(bad[i]));
    }
}

/* Of those, a shell fails at some (UID, PPID) before the script runs. */
TEST(script_inputs_are_not_what_a_shell_keeps)
{
    static const char *const kept[] = {"PATH",  "IFS", "UID",  "EUID",       "PPID",
                                       "carrick_script", "_", "BASHOPTS", "LD_PRELOAD", "ENV"},
                      *const left[] = {"path", "USERS", "uid", "SOLD_", "a"};

    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        CHECK(script_input_name_ok(kept[i]) && script_input_name_kept(kept[i]));
    }
    for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
        CHECK(!script_input_name_kept(left[i]));
    }
}

/* RFC 8032 section 7.1, test 1. */
TEST(script_key_is_that_of_its_seed)
{
    AUTO(mem) mem = mem_new("test");
    const char *line, *key;
    uint8_t bytes[32];

    REQUIRE(hex_to(bytes, "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", 32));
    REQUIRE_OK(script_key(mem, bytes, "c", &key, &line));
    CHECK_STR(line, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea c");
    CHECK(str_starts(key, "-----BEGIN OPENSSH PRIVATE KEY-----\n"));
}
