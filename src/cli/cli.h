/* The command line: `carrick <noun> <verb>`, over REST only. */
#ifndef CARRICK_CLI_CLI_H
#define CARRICK_CLI_CLI_H

#include <stdio.h>

/* Runs one command: argv[0] is the program, then come its words.  0, 1 where it
 * failed (the reason is on stderr), 2 where the arguments are wrong. */
int cli_main(int argc, char **argv);

/* A line of the table of commands, for `carrick help` and the manual. */
struct cli_command_line {
    const char *words, *arguments, *doc;
};
/* Line 'i', or false past the last. */
int cli_command_line(size_t i, struct cli_command_line *line);
/* Prints all of them. */
void cli_help(FILE *to);

#endif
