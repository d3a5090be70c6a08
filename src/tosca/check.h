/* The verdict on a package: what 'carrick package check FILE' prints. */
#ifndef CARRICK_TOSCA_CHECK_H
#define CARRICK_TOSCA_CHECK_H

#include "tosca/pnfd.h"

#include <stdio.h>

enum package_verdict_kind { PACKAGE_ACCEPTED, PACKAGE_INVALID, PACKAGE_NOT_SUPPORTED };

struct package_verdict {
    enum package_verdict_kind kind;
    const char *what;           /* "VNFD", "NSD", "PNFD", "service template", or null: not known */
    size_t n_faults;
    const char **faults;        /* rules broken, each with file:line where there is one */
    size_t n_features;
    const char **features;      /* valid, not supported */
    size_t n_notes;
    const char **notes;         /* let pass, but worth knowing */
    struct vnfd *vnfd;          /* Accepted VNFD ... */
    struct nsd *nsd;            /* ... or NSD ... */
    struct pnfd *pnfd;          /* ... or PNFD; else null. */
};

/* Checks the package that is open as 'fd' (a zip; taken over), called 'name' in messages.  Needs
 * nothing else of the system.  'trust' null = nobody is trusted.  Strings live in 'mem'. */
struct err *package_check_fd(struct mem *mem, const char *name, int fd,
                             const struct package_trust *trust,
                             struct package_verdict *verdict) MUST_USE;

/* Checks the package (zip or folder) or the single service template (.yaml) at
 * 'path'.  An error only where the file cannot be read at all; everything wrong
 * with it is in the verdict.  Strings live in 'mem'. */
struct err *package_check(struct mem *mem, const char *path, const struct package_trust *trust,
                          struct package_verdict *verdict) MUST_USE;

/* "accepted", "invalid", "not supported" */
const char *package_verdict_name(enum package_verdict_kind kind);

/* Does something with a verdict, or says why there is none ('e', taken over); the exit status. */
typedef int package_teller(const char *path, struct mem *mem, struct err *e,
                           const struct package_verdict *verdict);
/* Reads 'path' as package_check and gives the verdict to 'teller'; a zip in a caged child
 * (sys/cage.h), where 'teller' can only write to what is open, and what an author has unpacked here.
 * The exit status. */
int package_judge(const char *path, const struct package_trust *trust, package_teller *teller);
/* The verdict in words.  0 = accepted. */
int package_tell(FILE *out, const char *path, struct mem *mem, struct err *e,
                 const struct package_verdict *verdict);

/* 'carrick package check [--trust CERTIFICATES] FILE...': prints a verdict a file.  Status 0 = all
 * accepted, 1 = some are not, 2 = usage. */
int package_check_main(int argc, char **argv);

#endif
