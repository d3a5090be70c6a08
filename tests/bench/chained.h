/* The site that benches of chains measure: two nodes and four functions, and
 * chains of different length through them, told apart by the port asked. */
#ifndef CARRICK_BENCH_CHAINED_H
#define CARRICK_BENCH_CHAINED_H

#include "../datapath/topo.h"
#include "traffic.h"

#define FUNCTIONS 4
#define PORT_OF(functions) (5000 + (functions))
#define PORT_WAN 5012 /* The chain of two over two sites. */

/* Functions in a chain. */
static const int chain_lengths[] = {0, 1, 2, 4};
enum { N_LENGTHS = ARRAY_SIZE(chain_lengths) };

/* Nodes a (10.0.0.1) and b (10.0.0.2) on network n, functions f1 to f4, and a chain of the first 1,
 * 2 and 4 of them for UDP and TCP to PORT_OF that many.  Not sent yet. */
struct chained {
    struct desired_port *a, *b;
};
struct chained chained_site(struct site *site);
/* Makes the functions, which are bridges until then, bumps in the wire; one, or f1 to f4. */
void chained_bump(struct site *site, const char *function);
void chained_bumps(struct site *site);
/* Tells both nodes each other's MAC: a bare redirect answers no ARP. */
void chained_neighbours(struct site *site, const struct chained *nodes);
/* From node to node: ends for traffic_*. */
struct ends chained_ends(struct site *from, const char *a, const char *a_ip, struct site *to,
                         const char *b, const char *b_ip);

/* The same links with another program: a bare redirect from port to port in the place of the
 * site's, to compare them over all else the same. */
struct bare *bare_open(struct site *site);
/* The bare redirect through the first 'functions' of them, or the site's own program again. */
void bare_set(struct bare *bare, bool on, int functions);
void bare_close(struct bare *bare);

#endif
