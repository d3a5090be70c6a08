/* `carrick site`: an OpenStack-compatible site on one box.  One unprivileged
 * process, one port, a prefix per service. */
#ifndef CARRICK_FACES_SITE_H
#define CARRICK_FACES_SITE_H

/* Serves until SIGTERM.  0, or 1 with the reason on stderr, or 2 where the
 * arguments are wrong. */
int site_main(int argc, char **argv);

/* Registers the resources of every service of a site. */
void site_register(void);

#endif
