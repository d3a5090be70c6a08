/* What `carrick chain trace` and its live form share: the sites, and the two
 * ports a flow is between. */
#ifndef CARRICK_CLI_TRACE_H
#define CARRICK_CLI_TRACE_H

#include "cli/command.h"
#include "cli/trace_match.h"

#define TRACE_SITES_MAX 8

struct trace_site {
    const char *name; /* The cloud's, or its URL. */
    struct session session;
    const char *vtep; /* As it said; null while it has not been asked. */
    const char *ends[2]; /* Ids there of the two ports; null while they have not been looked up. */
    VEC(const char *) before; /* Flows that it was asked about, as JSON. */
};
enum { TRACE_FROM, TRACE_TO };
struct trace_run {
    struct cli *cli;
    struct trace_match match;
    struct trace_site sites[TRACE_SITES_MAX];
    size_t n_sites, start; /* 'start': where the source port is. */
    const char *macs[2]; /* Of the two ports: the same at every site, while ids are not. */
    int n_steps;
    VEC(const struct json *) told; /* With --json: what each site answered, in the packet's order. */
};

/* Finds both ports at the site, as ports or remote ports; E_NOT_FOUND where one is not there. */
struct err *trace_ends_find(struct trace_run *run, struct trace_site *site) MUST_USE;
/* Prints what the packet meets at all sites that are named. */
struct err *trace_imagine(struct trace_run *run) MUST_USE;
/* Prints what real packets meet, until --seconds or --count are over. */
struct err *trace_live(struct trace_run *run) MUST_USE;
/* 'told' with its site's name as the first member, "site". */
const struct json *trace_json(struct mem *mem, const struct trace_site *site,
                              const struct json *told);
/* What a step is at, for people: the most telling of its names. */
const char *trace_where(struct mem *mem, const struct json *step);

#endif
