/* The command line: words, options out of tables, credentials. */
#include "cli/cli.h"
#include "cli/bundle.h"
#include "base/vec.h"
#include "cli/command.h"
#include "cli/setup.h"
#include "faces/orchestrator.h"
#include "faces/site.h"
#include "nfvo/nfvo.h"
#include "sys/file.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {"place", "VNF=SITE", "place"}, {"wait", NULL, "wait"}, {0}};
static const struct command command = {
    .words = "test", .n_min = 1, .n_max = 2, .options = options, .noun = &site_noun};

static struct err *
read_words(struct cli *cli, int argc, const char **argv)
{
    return options_read(cli, argc, (char **)(void *)argv);
}

/* A backup every night goes to the same name, and one of them was killed. */
TEST(cli_an_archive_is_begun_again_where_one_was_cut_short)
{
    AUTO(mem) mem = mem_new("test");
    const char *path = mem_printf(mem, "%s/archive", test_dir()), *part = mem_printf(mem, "%s.part", path);
    struct bundle *one, *two;
    char *text;
    size_t n;

    REQUIRE_OK(file_write(part, "half", 4, 0644));
    REQUIRE_OK(bundle_make(mem, path, &one));
    CHECK_ERR_MSG(bundle_make(mem, path, &two), E_EXISTS, "another one is writing");
    REQUIRE_OK(bundle_put(one, "name", "whole", 5));
    REQUIRE_OK(bundle_end(one));
    CHECK(!file_exists(part));
    REQUIRE_OK(file_read(mem, path, 1 << 20, &text, &n));
    REQUIRE(link(path, part) == 0); /* Killed before the last unlink. */
    CHECK_ERR(bundle_make(mem, path, &two), E_EXISTS);
    REQUIRE(rename(path, mem_printf(mem, "%s.kept", path)) == 0);
    REQUIRE_OK(bundle_make(mem, path, &two));
    REQUIRE_OK(file_read(mem, mem_printf(mem, "%s.kept", path), 1 << 20, &text, &n));
    CHECK(n > 5);
}

/* `--yes=no` is no yes, and what stands behind an option without its value is no value. */
TEST(cli_options_that_say_something_else_are_refused)
{
    static const struct {
        const char *words[3], *says;
    } cases[] = {
        {{"name", "--wait=no"}, "--wait takes no value"},
        {{"name", "--json="}, "--json takes no value"},
        {{"name", "--place"}, "--place needs a value"},
        {{"name", "--place", "--wait"}, "--place needs a value (--place=--wait where that is one)"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct cli cli = {.mem = mem, .command = &command};

        CHECK_ERR_MSG(read_words(&cli, cases[i].words[2] ? 3 : 2, (const char **)(uintptr_t)cases[i].words), E_INVALID,
                      cases[i].says);
    }
}

TEST(cli_a_page_is_as_large_as_its_terminal)
{
    static const struct {
        size_t rows, columns;
        const char *page, *shown;
    } cases[] = {
        {24, 80, "one\ntwo\n", "one\ntwo"},
        {2, 80, "one\ntwo\n", "one\ntwo"},
        {24, 2, "one\ntwo\n", "on\ntw"},
        {24, 2, "\303\274\303\274\303\274\n", "\303\274\303\274"}, /* characters, not bytes */
        {2, 80, "one\ntwo\nthree\n", "one\n... 2 more lines: the terminal is too small"},
        {2, 5, "one\n\nthree\n", "one\n... 2"},
        {1, 80, "one\ntwo\n", "... 2 more lines: the terminal is too small"},
        {24, 80, "", ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF out = BUF_INIT;

        top_fit(&out, cases[i].page, cases[i].rows, cases[i].columns);
        CHECK_STR(str_or(out.data, ""), cases[i].shown);
    }
}

TEST(cli_options_come_in_any_order)
{
    AUTO(mem) mem = mem_new("test");
    struct cli cli = {.mem = mem, .command = &command};
    const char *argv[] = {"--place", "a=x", "name", "--place=b=y", "--wait", "--json"};

    REQUIRE_OK(read_words(&cli, 6, argv));
    CHECK_INT(cli.n_args, 1);
    CHECK_STR(cli.args[0], "name");
    CHECK_STR(option_get(&cli, "place"), "b=y");
    CHECK_INT(cli.given.n, 4);
    CHECK(option_flag(&cli, "wait"));
    CHECK(cli.json);
}

TEST(cli_mistakes_are_named)
{
    static const struct {
        const char *words[4];
        int n;
        const char *fault;
    } cases[] = {
        {{"name", "--colour", "red"}, 3, "no option --colour"},
        {{"name", "--place"}, 2, "--place needs a value"},
        {{NULL}, 0, "usage: carrick test"},
        {{"a", "b", "c"}, 3, "usage: carrick test"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct cli cli = {.mem = mem, .command = &command};
        const char *argv[4];

        memcpy(argv, cases[i].words, sizeof argv);
        CHECK_ERR_MSG(read_words(&cli, cases[i].n, argv), E_INVALID, cases[i].fault);
    }
}

TEST(cli_attributes_of_a_table_are_options)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct cli cli = {.mem = mem, .command = &command};
    const char *argv[] = {"east",
                          "--auth-url",
                          "http://a/v3",
                          "--max-calls",
                          "4",
                          "--location",
                          "{\"country_code\":\"DE\"}"};

    REQUIRE_OK(read_words(&cli, 7, argv));
    jw_object(&w, NULL);
    REQUIRE_OK(options_to_body(&cli, &site_table, POST, &w));
    jw_end(&w);
    CHECK_STR(body.data, "{\"auth_url\":\"http://a/v3\",\"max_calls\":4,"
                         "\"location\":{\"country_code\":\"DE\"}}");
}

TEST(cli_what_is_read_only_is_no_option)
{
    AUTO(mem) mem = mem_new("test");
    struct cli cli = {.mem = mem, .command = &command};
    const char *argv[] = {"east", "--status", "UP"};

    CHECK_ERR_MSG(read_words(&cli, 3, argv), E_INVALID, "no option --status");
}

TEST(cli_unknown_words_are_refused)
{
    static const struct {
        const char *words[4];
        int status;
    } cases[] = {
        {{NULL}, 2},           {{"nonsense"}, 2},         {{"ns"}, 2},
        {{"help"}, 0},         {{"--help"}, 0},           {{"help", "ns"}, 0},
        {{"help", "ns", "create"}, 0}, {{"help", "nonsense"}, 2}, {{"--version"}, 0},
        {{"ns", "--help"}, 0}, {{"ns", "alarm", "-h"}, 0}, {{"ns", "nonsense", "--help"}, 2},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *argv[6] = {(char[]){"carrick"}};
        int argc = 1;

        for (; cases[i].words[argc - 1]; argc++) {
            argv[argc] = strdup(cases[i].words[argc - 1]);
        }
        CHECK_INT(cli_main(argc, argv, NULL), cases[i].status);
        while (argc > 1) {
            free(argv[--argc]);
        }
    }
}

TEST(cli_every_command_has_a_line)
{
    const struct command *line;
    size_t n = 0;

    while ((line = command_at(n))) {
        CHECK(line->words[0] != '\0');
        CHECK(line->doc && line->doc[0] != '\0');
        n++;
    }
    CHECK(n > 20);
}

static const char *
arguments_of(const char *words)
{
    const struct command *line;

    for (size_t i = 0; (line = command_at(i)); i++) {
        if (str_eq(line->words, words)) {
            return line->arguments;
        }
    }
    return NULL;
}

TEST(cli_help_says_what_a_command_is_given)
{
    CHECK_STR(arguments_of("site add"), "NAME"); /* There is no id yet. */
    CHECK_STR(arguments_of("site show"), "ID|NAME");
    CHECK_STR(arguments_of("op retry"), "ID"); /* Operations have no names. */
}

/* ---- lists -------------------------------------------------------------------------------- */

TEST(cli_lists_show_names_where_there_are_some)
{
    static const char text[] = "{\"id\": \"i1\", \"site_id\": \"s1\", \"owner_id\": \"o1\"}";
    AUTO(mem) mem = mem_new("test");
    const struct json *row = NULL;
    struct map names;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &row));
    map_init(&names, mem);
    map_set(&names, "s1", mem_str(mem, "east"));
    map_set(&names, "i1", mem_str(mem, "not this one"));
    CHECK_STR(print_heading(mem, "site_id", &names), "site");
    CHECK_STR(print_cell(mem, row, "site_id", &names), "east");
    CHECK_STR(print_cell(mem, row, "owner_id", &names), "o1"); /* Nobody's name, or gone. */
    CHECK_STR(print_cell(mem, row, "id", &names), "i1");
    CHECK_STR(print_heading(mem, "site_id", NULL), "site_id");
    CHECK_STR(print_cell(mem, row, "site_id", NULL), "s1");
    CHECK_STR(print_cell(mem, row, "absent", NULL), "-");
    CHECK(holding_noun.named_by && operation_noun.columns);
    CHECK(str_in("name", operation_noun.columns));
}

/* What goes to standard output. */
static const char *
printed(struct mem *mem, void (*print)(const struct json *json), const struct json *json)
{
    const char *path = mem_printf(mem, "%s/out", test_dir());
    int saved = dup(STDOUT_FILENO), fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    char *text;
    size_t n;

    REQUIRE(fd >= 0 && saved >= 0 && fflush(stdout) == 0);
    dup2(fd, STDOUT_FILENO);
    print(json);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(fd);
    REQUIRE_OK(file_read(mem, path, 1 << 20, &text, &n));
    return text;
}

TEST(cli_json_reads_back)
{
    AUTO(mem) mem = mem_new("test");
    static const char text[] = "{\"plain\":{\"a\\\"b\\\\c\\n\\u001b\":1},\"\":[]}";
    const struct json *json, *again;
    const char *out;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    out = printed(mem, print_json, json);
    REQUIRE_OK(json_parse(mem, out, strlen(out), &again));
    CHECK_STR(json_text(mem, again), text);
}

TEST(cli_prints_texts_of_several_lines_as_lines)
{
    AUTO(mem) mem = mem_new("test");
    static const char text[] = "{\"exitStatus\": 1, \"output\": \"one\\n\\ttwo\\u001b[2J\\n\\nstatus fine\\n\","
                               " \"errors\": \"\", \"of\": {\"why\": \"a\\nb\"}}";
    const struct json *json;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    CHECK_STR(printed(mem, print_thing, json),
              "exitStatus                1\noutput\n  one\n   two?[2J\n  \n  status fine\n"
              "errors                    \nof\n  why\n    a\n    b\n");
}

TEST(cli_prints_nothing_that_a_terminal_obeys)
{
    AUTO(mem) mem = mem_new("test");
    const struct json *row = NULL;
    static const char text[] = "{\"a\": \"x\\u001b[2J\\u009b\\u007fy\\nz\", \"b\": \"ä…\"}";
    char *long_one = mem_printf(mem, "{\"c\": \"%055d日本語\"}", 0);

    REQUIRE_OK(json_parse(mem, text, strlen(text), &row));
    CHECK_STR(print_cell(mem, row, "a", NULL), "x?[2J???y z");
    CHECK_STR(print_cell(mem, row, "b", NULL), "ä…");
    CHECK_STR(str_or(print_plain(mem, NULL), "null"), "null");
    REQUIRE_OK(json_parse(mem, long_one, strlen(long_one), &row));
    CHECK_STR(print_cell(mem, row, "c", NULL), mem_printf(mem, "%055d...", 0));
}

TEST(cli_options_of_another_change_are_refused)
{
    static const struct {
        const char *words[6];
        int n;
        const char *fault;
    } cases[] = {
        {{"ns", "--remove", "a", "--level", "b"}, 5, "--level is for --instantiate"},
        {{"ns", "--instantiate", "fw", "--drain", "3"}, 5, "--drain is for --remove"},
        {{"ns", "--instantiate", "fw", "--place", "f=east"}, 5, "no --instantiate is of that profile"},
    };
    static const struct cli_option of_update[] = {{"instantiate", "P", "x"}, {"remove", "V", "x"},
                                                {"level", "L", "x"},       {"drain", "S", "x"},
                                                {"place", "P=S", "x"},     {0}};
    static const struct command update = {.words = "ns update", .n_min = 1, .n_max = 1, .options = of_update};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct cli cli = {.mem = mem, .command = &update};
        const char *argv[6];

        memcpy(argv, cases[i].words, sizeof argv);
        REQUIRE_OK(read_words(&cli, cases[i].n, argv));
        CHECK_ERR_MSG(ns_update(&cli), E_INVALID, cases[i].fault);
    }
}

TEST(cli_updates_are_bodies)
{
    static const char ns[] = "{\"vnffgInfo\": [{\"id\": \"g\", \"nfpInfo\": [{\"id\": \"path.0\"}]}]}";
    static const struct {
        const char *words[9], *body, *fault;
        int n;
    } cases[] = {
        {{"ns", "--add-pnf", "edge=r1", "--pnfd", "router", "--address", "out=10.8.0.1"},
         "{\"updateType\":\"ADD_PNF\",\"addPnfData\":[{\"pnfId\":\"r1\",\"pnfName\":\"r1\","
         "\"pnfdId\":\"router\",\"pnfProfileId\":\"edge\",\"cpData\":[{\"cpdId\":\"out\","
         "\"cpProtocolData\":[{\"layerProtocol\":\"IP_OVER_ETHERNET\",\"ipOverEthernet\":"
         "{\"ipAddresses\":[{\"type\":\"IPV4\",\"fixedAddresses\":[\"10.8.0.1\"]}]}}]}]}]}",
         NULL, 7},
        {{"ns", "--modify-pnf", "r1", "--name", "R"},
         "{\"updateType\":\"MODIFY_PNF\",\"modifyPnfData\":[{\"pnfId\":\"r1\",\"pnfName\":\"R\","
         "\"cpData\":[]}]}",
         NULL, 5},
        {{"ns", "--remove-pnf", "r1", "--remove-pnf", "r2"},
         "{\"updateType\":\"REMOVE_PNF\",\"removePnfId\":[\"r1\",\"r2\"]}", NULL, 5},
        {{"ns", "--change-graph", "g", "--path", "path.0=tcp,to-port=80-81", "--path",
          "new=udp,from=10.0.0.0/8,to-port=53", "--end", "path.1"},
         "{\"updateType\":\"UPDATE_VNFFG\",\"updateVnffg\":[{\"vnffgInfoId\":\"g\",\"nfp\":["
         "{\"nfpInfoId\":\"path.0\",\"nfpRule\":{\"protocol\":\"TCP\",\"destinationPortRange\":"
         "{\"lowerPort\":80,\"upperPort\":81}}},{\"nfpName\":\"new\",\"nfpRule\":{\"protocol\":\"UDP\","
         "\"sourceIpAddressPrefix\":\"10.0.0.0/8\",\"destinationPortRange\":{\"lowerPort\":53,"
         "\"upperPort\":53}}}],\"nfpInfoId\":[\"path.1\"]}]}",
         NULL, 9},
        {{"ns", "--change-graph", "g", "--path", "a=sctp"}, NULL, "'sctp' is no word of a rule", 5},
        {{"ns", "--change-graph", "g", "--path", "a=to-port=x"}, NULL, "x", 5},
        {{"ns", "--change-graph", "g", "--change-graph", "h"}, NULL, "--change-graph is given once", 5},
        {{"ns", "--add-pnf", "edge=r1"}, NULL, "--add-pnf wants PROFILE=ID, and --pnfd", 3},
        {{"ns", "--add-pnf", "edge=r1", "--pnfd", "p", "--address", "out"}, NULL,
         "--address wants CP=ADDRESS, not 'out'", 7},
        {{"ns", "--remove-pnf", "r1", "--address", "a=10.0.0.1"}, NULL, "--address is for --add-pnf", 5},
        {{"ns", "--add-nested", "=x"}, NULL, "--add-nested wants [PROFILE=]NS, not '=x'", 3},
        {{"ns"}, NULL, "one kind of change is needed, of --instantiate, --add,", 1},
    };
    const struct command *update = NULL;

    for (size_t i = 0; command_at(i); i++) {
        update = str_eq(command_at(i)->words, "ns update") ? command_at(i) : update;
    }
    REQUIRE(update);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct cli cli = {.mem = mem, .command = update};
        AUTO_BUF body = BUF_INIT;
        struct jw w = jw_to(&body);
        const struct json *json;
        const char *argv[9];

        memcpy(argv, cases[i].words, sizeof argv);
        REQUIRE_OK(json_parse(mem, ns, strlen(ns), &json));
        REQUIRE_OK(read_words(&cli, cases[i].n, argv));
        if (cases[i].fault) {
            CHECK_ERR_MSG(ns_update_write(&cli, json, &w), E_INVALID, cases[i].fault);
        } else {
            REQUIRE_OK(ns_update_write(&cli, json, &w));
            CHECK_STR(body.data, cases[i].body);
        }
    }
}

/* ---- credentials ------------------------------------------------------------------------ */

#define CLOUDS                                                                                     \
    "clouds:\n  one:\n    auth:\n      auth_url: http://one/v3\n      username: u\n"               \
    "      password: p\n      project_name: j\n    region_name: R\n"

static void
clouds_use(const char *text)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/clouds.yaml", test_dir());
    REQUIRE_OK(file_write(path, text, strlen(text), 0600));
    REQUIRE(setenv("OS_CLIENT_CONFIG_FILE", path, 1) == 0);
    REQUIRE(unsetenv("OS_AUTH_URL") == 0);
}

TEST(cli_takes_the_only_cloud)
{
    AUTO(mem) mem = mem_new("test");
    struct credentials credentials;

    clouds_use(CLOUDS);
    REQUIRE(unsetenv("OS_CLOUD") == 0);
    REQUIRE_OK(credentials_read(mem, &credentials));
    CHECK_STR(credentials.auth_url, "http://one/v3");
    CHECK_STR(credentials.project, "j");
    CHECK_STR(credentials.user_domain, "Default");
    CHECK_STR(credentials.region, "R");
}

TEST(cli_refuses_clouds_that_are_no_map)
{
    AUTO(mem) mem = mem_new("test");
    struct credentials credentials;

    clouds_use("clouds: [one]\n");
    REQUIRE(unsetenv("OS_CLOUD") == 0);
    CHECK_ERR_MSG(credentials_read(mem, &credentials), E_INVALID, "no cloud called");
}

TEST(cli_says_which_cloud_is_missing)
{
    AUTO(mem) mem = mem_new("test");
    struct credentials credentials;

    clouds_use(CLOUDS);
    REQUIRE(setenv("OS_CLOUD", "two", 1) == 0);
    CHECK_ERR_MSG(credentials_read(mem, &credentials), E_INVALID, "no cloud called \"two\"");
}

TEST(cli_says_which_variables_are_missing)
{
    AUTO(mem) mem = mem_new("test");
    struct credentials credentials;
    struct err *e;

    REQUIRE(setenv("OS_AUTH_URL", "http://x/v3", 1) == 0);
    REQUIRE(unsetenv("OS_CLOUD") == 0);
    REQUIRE(unsetenv("OS_USERNAME") == 0);
    REQUIRE(unsetenv("OS_PASSWORD") == 0);
    e = credentials_read(mem, &credentials);
    CHECK(e && strstr(err_full(mem, e), "OS_USERNAME is not set"));
    CHECK(e && strstr(err_full(mem, e), "OS_PASSWORD is not set"));
    CHECK_ERR(e, E_INVALID);
}

/* Whoever gives up a lost key's secrets is told of each kind. */
static void
sealed_are_told(const struct table *const *tables)
{
    for (; *tables; tables++) {
        for (size_t i = 0; i < (*tables)->n_attrs; i++) {
            const struct attr *attr = &(*tables)->attrs[i];
            const char *mend;

            if (attr->use & SECRET && !(attr->use & VIRTUAL) && !secret_lost_what((*tables)->name, attr->name, &mend)) {
                test_fail(__FILE__, __LINE__, "%s.%s is not told of", (*tables)->name, attr->name);
            }
        }
    }
}

TEST(every_kind_of_secret_is_told_by_secret_lost)
{
    AUTO(mem) mem = mem_new("test");

    sealed_are_told(orchestrator_tables(mem));
    sealed_are_told(site_tables(mem));
}
