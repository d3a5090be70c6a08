/* Versions of the program, MAJOR.MINOR.PATCH.  What is one minor version apart works together. */
#ifndef CARRICK_BASE_VERSION_H
#define CARRICK_BASE_VERSION_H

#include "base/mem.h"

#include <stdbool.h>

extern const char carrick_version[];

#define VERSION_MAJOR 1000 /* As many minor versions is a major one. */

/* How many minor versions 'a' is ahead of 'b' (negative: behind); patches count for nothing.  False where
 * one of them (null is none) is no version. */
bool version_ahead(const char *a, const char *b, int *minors);
/* 'text' where it is a version, of few digits and dots, else null: what a stranger tells as his. */
const char *version_told(const char *text);
/* Null where what is of version 'theirs' works with this program (what tells none is none of ours, and
 * does); else why not, in 'mem'.  'they' and 'we' are how the two are called. */
const char *version_refusal(struct mem *mem, const char *they, const char *theirs, const char *we);
/* The header by which services tell theirs, and how an orchestrator calls itself to sites. */
#define VERSION_HEADER "Carrick-Version"
#define VERSION_AGENT "carrick-orchestrator/"

#endif
