/* The examination of a package: the package is read by a child process that can do nothing else
 * (role "examine", in the cage of sys/cage.h), and what it says is taken as a stranger's word. */
#ifndef CARRICK_TOSCA_EXAMINATION_H
#define CARRICK_TOSCA_EXAMINATION_H

#include "tosca/bundle.h"
#include "tosca/pnfd.h"

/* What is asked of the child. */
struct examination_order {
    const char *program; /* run as PROGRAM examine ...; null = /proc/self/exe */
    const char *kind;    /* "vnf", "nsd", "pnf": the descriptor, then its images; "file", "bundle" */
    const char *file;    /* "file": the name of the one to give; "bundle": bundle_order_text */
    int fd;              /* the package; borrowed, read from its start */
    uint64_t memory;     /* bytes that it may use; 0 = 1 GiB */
    int timeout_ms;      /* 0 = by the size of the package */
    const char *trust;   /* file of trusted certificates; null = nobody is */
    bool signed_only;
    /* Asked before the next 'n' bytes at most are written to 'fd'; its error ends it.  Null = any may be. */
    struct err *(*room)(void *arg, int fd, uint64_t n);
    void *room_arg;
};

struct examined_file {
    const char *name, *algorithm, *digest; /* as listed, neither null */
    enum package_part part;
    const char *path;        /* outside of the package, 'name' is its URI: where it would be inside; or null */
    const char *checksum_algorithm, *checksum; /* of one outside: a second digest, the VNFD's; or null */
    const char *set;         /* non-MANO artifact set that it is of, or null */
    const char *what;        /* "HISTORY", "TESTING", "LICENSE", or null */
};
/* What the package is. */
struct examined {
    const char *entry;    /* the main service template's name */
    const char *manifest; /* its name, or null */
    const char *security_option; /* "OPTION_1", "OPTION_2"; null where it is not signed as a whole */
    const char *certificate; /* of who signed it, in PEM; or null */
    const char *specifications; /* versions of SOL004 that it follows, as its manifest has them; or null */
    size_t n_files;       /* those listed with a digest */
    struct examined_file *files;
    const struct json *record; /* the descriptor as it is kept (record.h) */
    struct vnfd *vnfd;    /* "vnf": the descriptor, else null */
    struct nsd *nsd;      /* "nsd" */
    struct pnfd *pnfd;    /* "pnf" */
};

struct examination;
/* Starts the child and, for a descriptor, hears what it found.  '*x' ends with 'mem' (the child
 * is killed where it runs still); blocks: for a worker.  Everything wrong with the package at
 * once, as package_open, tosca_parse and vnfd_from_tosca; besides
 *   E_INVALID "PackageUnreadable"   the child crashed, took too long or too much memory, or
 *                                   did not say what such a child says
 *   E_UNAVAILABLE                   no child could be started */
struct err *examination_new(struct mem *mem, const struct examination_order *order,
                            struct examination **x, struct examined **found) MUST_USE;
/* Writes the next file to 'fd': of a descriptor, the images' that are in the
 * package, in the order of examination_images; else the one, or the zip, that was ordered.  Errors as above, and of 'fd'. */
struct err *examination_take(struct examination *x, int fd) MUST_USE;
/* The child has no more to say and ended well. */
struct err *examination_end(struct examination *x) MUST_USE;

/* The images that are files, in the package or elsewhere (vnfd_image), over all flavours, each node once. */
const struct vnfd_image **examination_images(struct mem *mem, const struct vnfd *vnfd, size_t *n);

/* ---- what is said between the two: a byte for what follows, four for its length (lowest first),
 * and so many bytes. */
enum examination_word {
    EXAMINATION_FOUND = 'R', /* JSON of what the package is; once, first */
    EXAMINATION_FAULTS = 'X', /* JSON [{"code", "type", "message"}]; the last word */
    EXAMINATION_DATA = 'D',  /* a piece of a file */
    EXAMINATION_EOF = 'E',   /* the file ends, nothing follows in it */
};
#define EXAMINATION_FOUND_MAX (16u << 20)
#define EXAMINATION_FAULTS_MAX (1u << 20)
#define EXAMINATION_DATA_MAX (64u << 10)
#define EXAMINATION_HEAD 5

/* `carrick examine [OPTIONS] vnf|nsd|pnf|file|bundle [NAME]`: see examiner.c. */
int examine_main(int argc, char **argv);

#endif
