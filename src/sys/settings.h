/* What a role is told: one table a role, read from its file of configuration and its command
 * line.  The table is the parser, the check, the usage text, the manual and the file's own
 * documentation.
 *
 *     carrick site --config /etc/carrick/site.yaml --log-level debug
 *
 * An option of the command line goes before the file, the file before the table.  The file is
 * YAML, one "name: value" an option, by the same names; a list of texts stands for them with commas
 * between.  All faults are told at once, those of the file with its line. */
#ifndef CARRICK_SYS_SETTINGS_H
#define CARRICK_SYS_SETTINGS_H

#include "base/log.h"
#include "base/str.h"
#include "sys/loop.h"

#include <stdint.h>
#include <stdio.h>

enum setting_kind {
    SETTING_TEXT,     /* not empty, one line, without control characters */
    SETTING_NUMBER,   /* 'min' to 'max' */
    SETTING_POWER,    /* of two, 'min' to 'max' */
    SETTING_LISTEN,   /* ADDRESS:PORT, [ADDRESS]:PORT */
    SETTING_IPV4,
    SETTING_PATH,     /* absolute */
    SETTING_WORD,     /* one of 'words' */
    SETTING_URL,      /* http or https */
    SETTING_DATABASE, /* postgresql://...; what is secret in it is never told */
    SETTING_PREFIXES, /* ADDRESS/LENGTH, commas between */
    SETTING_USER,     /* name or number of a user */
    SETTING_LEVELS,   /* MODULE=LEVEL, commas between (base/log.h) */
};

struct setting {
    const char *name;  /* "underlay-mtu" */
    const char *value; /* "BYTES", in texts for people */
    const char *def;   /* null = has to be given, "" = none */
    const char *doc;
    const char *words;  /* "debug info warn error" */
    const char *sample; /* what the file that a package brings says, where it has to be given */
    int64_t min, max;
    enum setting_kind kind;
    bool reloads; /* SIGHUP takes it anew; the others wait for a restart */
    bool of_site; /* of an agent: what is not given is read from the site's own file */
    const char *site_name; /* its name there; null: the same */
};

/* Kinds for the table of a role: X(id, name, KIND, default, doc). */
#define OF_TEXT(value_) .value = value_, .kind = SETTING_TEXT
#define OF_NUMBER(value_, min_, max_)                                                              \
    .value = value_, .kind = SETTING_NUMBER, .min = min_, .max = max_
#define OF_POWER(value_, min_, max_)                                                               \
    .value = value_, .kind = SETTING_POWER, .min = min_, .max = max_
#define OF_LISTEN .value = "ADDRESS:PORT", .kind = SETTING_LISTEN
#define OF_IPV4 .value = "ADDRESS", .kind = SETTING_IPV4
#define OF_PATH(value_) .value = value_, .kind = SETTING_PATH
#define OF_WORD(value_, words_) .value = value_, .kind = SETTING_WORD, .words = words_
#define OF_URL .value = "URL", .kind = SETTING_URL
#define OF_DATABASE .value = "URL", .kind = SETTING_DATABASE
#define OF_PREFIXES .value = "PREFIXES", .kind = SETTING_PREFIXES
#define OF_LEVELS .value = "MODULE=LEVEL,...", .kind = SETTING_LEVELS
#define OF_USER .value = "USER", .kind = SETTING_USER
#define RELOADS(...) __VA_ARGS__, .reloads = true
#define OF_SITE(...) __VA_ARGS__, .of_site = true
#define OF_SITES(name_, ...) OF_SITE(__VA_ARGS__), .site_name = name_
#define SAMPLE(sample_, ...) __VA_ARGS__, .sample = sample_
/* A number that has a name, as a default or in a text. */
#define NUMBER_TEXT(n) NUMBER_TEXT_OF(n)
#define NUMBER_TEXT_OF(n) #n
/* The members of a 'struct setting' and of an enum from a line of such a table. */
#define SETTING_ROW(id, name_, kind_, def_, doc_) {.name = name_, kind_, .def = def_, .doc = doc_},
/* Where ROLE.yaml is, where nothing else is said. */
#define SETTINGS_DIR "/etc/carrick"
#define LOG_SETTING(X)                                                                             \
    X(log_level, "log-level", RELOADS(OF_WORD("LEVEL", "debug info warn error")), "info",          \
      "what is told on standard error, from this on")                                              \
    X(log_levels, "log-levels", RELOADS(OF_LEVELS), "",                                            \
      "the same for single modules, as 'vim=debug,http=warn'; modules: " LOG_MODULES)

/* What was read.  Everything is in one arena, or borrowed from the command line. */
struct settings {
    const char *role;
    const struct setting *table; /* ended by a null name */
    size_t n;
    const char **texts;   /* by the table's order; "" where there is none, never null once read */
    const char **origins; /* "default", "FILE:LINE", "--name" */
    const char *file;     /* of --config, or null */
    const char *site_file; /* of --site-config, or null */
    bool *wrong;          /* by the table's order: what its text says cannot be */
    bool is_unread;       /* a file could not be read at all: what it says is not known */
    int argc;
    char **argv;
};

/* Reads the command line (argv[0] is the role) and the files that it names (--config, and
 * --site-config where something is 'of_site').  Each fault becomes a line of 'faults'; false where
 * there are any.  '--help' is not known here. */
bool settings_read(struct mem *mem, const char *role, const struct setting *table, int argc,
                   char **argv, struct settings **settings, struct buf *faults);
/* The same at the start of a role: tells what is wrong on standard error, answers --help.
 * -1, or the exit status where that is all (--help: 0, a mistake: 2). */
int settings_start(struct mem *mem, const char *role, const struct setting *table, int argc,
                   char **argv, struct settings **settings);
/* Has 'settings' followed from now on: at each SIGHUP the files are read again.  With a fault nothing
 * is taken and each is logged.  Else options that reload get their new texts (in the arena of the
 * first reading), 'fn' (may be null) is called, and what waits for a restart is logged.  The log's
 * level is taken by itself. */
struct settings_follower {
    struct settings *settings; /* borrowed; what is read is in them */
    struct mem *mem;
    loop_fn *fn;
    void *arg;
};
struct err *settings_follow(struct loop *loop, struct settings_follower *follower) MUST_USE;
/* Has the log tell what "log-level" and "log-levels" say, where the table has them; 'process' is the
 * name in its lines, null = as it is. */
void settings_log(const struct settings *settings, const char *process);

/* Value of an option whose text was checked as a number. */
int64_t setting_number(const struct settings *settings, size_t which);
/* Address and port of one whose text was checked as ADDRESS:PORT; the address lives in 'mem'. */
void setting_listen(struct mem *mem, const struct settings *settings, size_t which,
                    const char **address, uint16_t *port);
/* User id of an option of a user; E_NOT_FOUND. */
struct err *setting_user(const struct settings *settings, size_t which, uint32_t *uid) MUST_USE;
/* A text of it for people: without what is secret. */
const char *setting_shown(struct mem *mem, const struct setting *setting, const char *text);
/* The same settings with something that is right in the place of each text that is not: what else is wrong can be
 * looked for. */
struct settings *settings_righted(struct mem *mem, const struct settings *settings);
bool setting_is_given(const struct settings *settings, size_t which); /* not the default */

/* Whether something of it is 'of_site'. */
bool settings_takes_site(const struct setting *table);
void settings_usage(FILE *to, const char *role, const struct setting *table);
/* The file of a role as it comes with the package: each option with what it means and its default,
 * out of force. */
void settings_sample(struct buf *out, const char *role, const struct setting *table);
/* The text of a file of settings with 'name' saying 'value': where it stands, else where it stands out
 * of force, else at the end; everything else as it is. */
void settings_put(struct buf *out, const char *text, const char *name, const char *value);
/* "text" of settings for people: "one of debug, info", "576 to 65535". */
void setting_limits(struct buf *out, const struct setting *setting);

#endif
