/* What a role is told: sources and their order, kinds, faults all at once, reading again. */
#include "sys/settings.h"
#include "base/vec.h"
#include "sys/file.h"
#include "test.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPTIONS(X)                                                                                 \
    X(name, "name", OF_SITE(SAMPLE("box", OF_TEXT("NAME"))), NULL, "of the site")                  \
    X(listen, "listen", OF_LISTEN, "127.0.0.1:80", "where it is served")                           \
    X(vtep, "vtep", OF_SITE(OF_IPV4), "", "of tunnels")                                            \
    X(mtu, "mtu", RELOADS(OF_NUMBER("BYTES", 576, 65535)), "1500", "of links")                     \
    X(flows, "flows", OF_POWER("N", 1024, 4096), "2048", "entries")                                \
    X(file, "file", OF_PATH("FILE"), "", "to read")                                                \
    X(images, "images", OF_SITES("file", OF_PATH("DIR")), "/images", "to read")                    \
    X(url, "url", OF_URL, "", "to call")                                                           \
    X(database, "database", OF_DATABASE, "", "of rows")                                            \
    X(prefixes, "prefixes", OF_PREFIXES, "", "to call at")                                         \
    X(user, "user", OF_USER, "root", "who")                                                        \
    LOG_SETTING(X)

enum option {
#define X(id, name, kind, def, doc) OPTION_##id,
    OPTIONS(X)
#undef X
};
static const struct setting table[] = {OPTIONS(SETTING_ROW){0}};

static const char *
file_with(struct mem *mem, const char *name, const char *text)
{
    const char *path = mem_printf(mem, "%s/%s", test_dir(), name);

    REQUIRE_OK(file_write(path, text, strlen(text), 0644));
    return path;
}

/* The faults that arguments (null-terminated) have, or "". */
static const char *
read_faults(struct mem *mem, struct settings **settings, const char *const *argv)
{
    struct buf faults = BUF_INIT;
    int argc = 0;

    while (argv[argc]) {
        argc++;
    }
    bool good = settings_read(mem, "role", table, argc, (char **)(uintptr_t)argv, settings, &faults);
    const char *text = faults.data ? mem_str(mem, faults.data) : "";

    CHECK_INT(good, !*text);
    buf_done(&faults);
    return text;
}
#define READ(...) read_faults(m, &s, (const char *const[]){"role", __VA_ARGS__, NULL})

TEST(settings_the_command_line_goes_before_the_file_and_the_file_before_the_table)
{
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    const char *path = file_with(m, "role.yaml", "# a comment\nname: east\nmtu: 9000\nlisten: '[::1]:8080'\n"
                                                 "prefixes:\n  - 10.0.0.0/8\n  - fd00::/8\nvtep:\n");
    const char *address;
    uint16_t port;
    uint32_t uid = 1;

    CHECK_STR(READ("--mtu", "1400", "--config", path, "--flows=1024"), "");
    CHECK_STR(s->texts[OPTION_name], "east");
    CHECK_STR(s->origins[OPTION_name], mem_printf(m, "%s:2", path));
    CHECK_INT(setting_number(s, OPTION_mtu), 1400);
    CHECK_STR(s->origins[OPTION_mtu], "--mtu");
    CHECK_INT(setting_number(s, OPTION_flows), 1024);
    CHECK_STR(s->texts[OPTION_prefixes], "10.0.0.0/8,fd00::/8");
    CHECK_STR(s->texts[OPTION_vtep], "");
    CHECK(setting_is_given(s, OPTION_vtep));
    CHECK(!setting_is_given(s, OPTION_user));
    CHECK_STR(s->origins[OPTION_user], "default");
    setting_listen(m, s, OPTION_listen, &address, &port);
    CHECK_STR(address, "::1");
    CHECK_INT(port, 8080);
    REQUIRE_OK(setting_user(s, OPTION_user, &uid));
    CHECK_INT(uid, 0);
}

TEST(settings_tell_every_fault_with_its_line)
{
    static const char text[] = "colour: blue\nlisten: here\nvtep: '::1'\nmtu: 17\nflows: 3000\n"
                               "file: relative\nurl: ftp://x\nprefixes: [10.0.0.0/8, ten]\n"
                               "log-level: loud\nuser: {a: b}\nname: \"a\\nb\"\n"
                               "log-levels: vim=debug,nobody=info\n";
    static const char *const says[] = {
        ":1: colour: no such option of carrick role\n",
        ":2: listen: 'here' is not ADDRESS:PORT, [ADDRESS]:PORT for IPv6\n",
        ":3: vtep: '::1' is not an IPv4 address\n",
        ":4: mtu: '17' is not 576 to 65535\n",
        ":5: flows: '3000' is not a power of two from 1024 to 4096\n",
        ":6: file: 'relative' is not an absolute path\n",
        ":7: url: 'ftp://x' is not an http or https URL\n",
        ":8: prefixes: '10.0.0.0/8,ten' is not ADDRESS/LENGTH, several with commas between\n",
        ":9: log-level: 'loud' is not one of: debug info warn error\n",
        ":10: user: a value or a list of values stands here\n",
        ":11: name: 'a?b' is not a text of one line\n",
        ":12: log-levels: 'vim=debug,nobody=info' is not MODULE=LEVEL, several with commas between",
    };
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    const char *path = file_with(m, "role.yaml", text);
    const char *faults = READ("--config", path, "--nothing", "--mtu", "x");

    for (size_t i = 0; i < ARRAY_SIZE(says); i++) {
        /* The command line says --mtu, so that the file's is not looked at. */
        CHECK_INT(!strstr(faults, mem_printf(m, "%s%s", path, says[i])), i == 3);
    }
    CHECK(strstr(faults, "--nothing: no such option\n"));
    CHECK(strstr(faults, "--mtu: mtu: 'x' is not 576 to 65535\n"));
}

/* What is looked at besides is looked at as if the rest were right; of a file that cannot be read nothing is known. */
TEST(settings_that_are_wrong_have_something_right_in_their_place)
{
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    const char *path = file_with(m, "role.yaml", "mtu: x\nname: [a\n"), *faults = READ("--config", path);

    CHECK(strstr(faults, "role.yaml:3:1: ") && !strstr(faults, "required"));
    CHECK(s->is_unread);
    path = file_with(m, "role.yaml", "mtu: x\nname: a\n");
    CHECK(strstr(READ("--config", path), "role.yaml:1: mtu: 'x'"));
    CHECK(!s->is_unread);
    CHECK_STR(s->texts[OPTION_mtu], "x");
    s = settings_righted(m, s);
    CHECK_INT(setting_number(s, OPTION_mtu), 1500);
    CHECK_STR(s->texts[OPTION_name], "a");
}

TEST(settings_what_is_required_and_files_that_are_none_are_faults)
{
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    const char *path;

    CHECK_STR(READ("--mtu", "600"), "command line: name is required\n");
    CHECK_STR(READ("--name"), "--name: a value is missing\ncommand line: name is required\n");
    CHECK_STR(READ("--name", "--mtu", "600"), "--name: a value is missing\ncommand line: name is required\n");
    CHECK_STR(READ("--name=--mtu", "--mtu", "600"), "");
    CHECK_STR(READ("--name", ""), "--name: name: it needs a value\n");
    CHECK(strstr(READ("--name", "x", "--config", "/nowhere/role.yaml"), "/nowhere/role.yaml: open"));
    path = file_with(m, "list.yaml", "- a\n");
    CHECK_STR(READ("--name", "x", "--config", path), mem_printf(m, "%s: it is not a list of NAME: VALUE\n", path));
    path = file_with(m, "twice.yaml", "mtu: 600\nmtu: 700\n");
    CHECK(strstr(READ("--name", "x", "--config", path), "twice.yaml:2:1: key \"mtu\" is given twice"));
    path = file_with(m, "empty.yaml", "# nothing\n\n   # at all\n");
    CHECK_STR(READ("--name", "x", "--config", path), "");
    REQUIRE(!chmod(path, 0666));
    CHECK(strstr(READ("--name", "x", "--config", path), "everybody may write it (mode 666)"));
}

TEST(settings_an_agent_shares_the_sites_file_and_judges_no_more_of_it)
{
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    const char *site = file_with(m, "site.yaml", "name: east\nvtep: 192.0.2.1\nmtu: 9000\nelse: 1\nfile: /srv\nimages: /no\n");
    const char *own = file_with(m, "agent.yaml", "vtep: 192.0.2.2\n");

    CHECK_STR(READ("--config", own, "--site-config", site), "");
    CHECK_STR(s->texts[OPTION_name], "east");
    CHECK_STR(s->origins[OPTION_name], mem_printf(m, "%s:1", site));
    CHECK_STR(s->texts[OPTION_vtep], "192.0.2.2");
    CHECK_STR(s->texts[OPTION_mtu], "1500");
    CHECK_STR(s->texts[OPTION_file], ""); /* What is called so there is ... */
    CHECK_STR(s->texts[OPTION_images], "/srv");
    CHECK_STR(READ("--images", "/own", "--site-config", site), "");
    CHECK_STR(s->texts[OPTION_images], "/own");
    site = file_with(m, "site.yaml", "name: east\nvtep: nowhere\n");
    CHECK(strstr(READ("--site-config", site), "site.yaml:2: vtep: 'nowhere' is not an IPv4 address"));
}

TEST(settings_the_sample_of_a_role_is_read_by_it)
{
    AUTO(mem) m = mem_new("test");
    AUTO_BUF sample = BUF_INIT;
    struct settings *s;

    settings_sample(&sample, "role", table);
    CHECK_STR(READ("--config", file_with(m, "role.yaml", sample.data)), "");
    CHECK_STR(s->texts[OPTION_name], "box");
    for (size_t i = OPTION_listen; i < s->n; i++) {
        CHECK(!setting_is_given(s, i));
        CHECK(strstr(sample.data, mem_printf(m, "\n#%s:", table[i].name)));
    }
}

static void
count(void *arg)
{
    ++*(int *)arg;
}

TEST(settings_of_somebody_else_are_not_taken)
{
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    const char *path = file_with(m, "role.yaml", "name: a\n");

    if (geteuid()) {
        return; /* Nobody else can give his file to anybody. */
    }
    CHECK(!*READ("--config", path));
    REQUIRE(!chown(path, 65534, 65534));
    CHECK(strstr(READ("--config", path), "it belongs to user 65534"));
}

TEST(settings_that_reload_are_taken_at_sighup_and_none_with_a_fault)
{
    AUTO(mem) m = mem_new("test");
    struct settings *s;
    struct loop *loop;
    int n = 0;
    const char *path = file_with(m, "role.yaml", "name: a\nmtu: 600\nlog-level: error\n");

    REQUIRE(!*READ("--config", path, "--user", "nobody"));
    struct settings_follower follower = {.settings = s, .mem = m, .fn = count, .arg = &n};
    REQUIRE_OK(loop_new(&loop));
    REQUIRE_OK(settings_follow(loop, &follower));
    file_with(m, "role.yaml", "name: b\nmtu: 700\nlog-level: error\n");
    (void)kill(getpid(), SIGHUP);
    REQUIRE_OK(loop_turn(loop, 1000));
    CHECK_INT(n, 1);
    CHECK_INT(setting_number(s, OPTION_mtu), 700);
    CHECK_STR(s->texts[OPTION_name], "a");
    CHECK_STR(s->texts[OPTION_user], "nobody");
    file_with(m, "role.yaml", "name: b\nmtu: 800\nlog-level: none\n");
    (void)kill(getpid(), SIGHUP);
    REQUIRE_OK(loop_turn(loop, 1000));
    CHECK_INT(n, 1);
    CHECK_INT(setting_number(s, OPTION_mtu), 700);
    loop_free(loop);
    log_level_set(LOG_LV_INFO);
}

TEST(settings_do_not_show_what_is_secret_in_a_database)
{
    const struct setting database = {.name = "database", OF_DATABASE};
    AUTO(mem) mem = mem_new("test");

    CHECK_STR(setting_shown(mem, &database, "postgresql://u:hunter2@h:1/d?password=hunter2"), "postgresql://u@h:1/d");
    CHECK_STR(setting_shown(mem, &database, "postgresql://u@h/d?passfile=/f"), "postgresql://u@h/d");
    CHECK_STR(setting_shown(mem, &database, "host=h password=hunter2"), "(not shown)");
    CHECK_STR(setting_shown(mem, &database, ""), "");
}

TEST(settings_take_no_password_in_the_words_of_a_command)
{
    static const char *const bad[] = {"--database=postgresql://u:hunter2@h/d", "--database=postgresql://u@h/d?password=hunter2"};
    static const char good[] = "--database=postgresql://u@h:5432/d?passfile=/f&application_name=a@b:c";
    AUTO(mem) mem = mem_new("test");
    struct settings *settings;
    const char *faults;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        faults = read_faults(mem, &settings, (const char *const[]){"role", "--name=x", bad[i], NULL});
        CHECK(strstr(faults, "passfile") && !strstr(faults, "hunter2"));
    }
    CHECK_STR(read_faults(mem, &settings, (const char *const[]){"role", "--name=x", good, NULL}), "");
}
