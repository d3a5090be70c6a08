/* A SOL004 package (CSAR) from a stranger: opened with limits, checked whole,
 * read file by file.  Nothing of it is unpacked to disk unless the caller asks
 * for one artifact by name. */
#ifndef CARRICK_TOSCA_PACKAGE_H
#define CARRICK_TOSCA_PACKAGE_H

#include "base/str.h"

/* X(error type, what it means to who reads it): kinds of faults that a package can have. */
#define PACKAGE_FAULTS(X)                                                                          \
    X(SignatureNotVerified, "a signature of the package is missing, or cannot be verified")        \
    X(SignatureInvalid, "a signature is not of what the package holds")                            \
    X(SignatureNotTrusted, "nobody who is trusted here vouches for who signed")                    \
    X(PackageInvalid, "the package breaks a rule of SOL004")                                       \
    X(PackageTooLarge, "the package exceeds a limit")                                              \
    X(PackageFileNotFound, "the package has no such file")                                         \
    X(ArtifactNotFetched, "an artifact outside of the package could not be got")                   \
    X(PackageUnreadable, "the package could not be read to its end")                               \
    X(TemplateInvalid, "the descriptor breaks a rule of TOSCA or SOL001")                          \
    X(DescriptorInvalid, "the descriptor exceeds a limit or contradicts itself")                   \
    X(FeatureNotSupported, "the descriptor asks for what is not supported")
/* "SignatureNotVerified: the package is ..." of a type above; null for any other or null. */
const char *package_fault_title(const char *type);

/* Every limit counts before anything is allocated for what it limits. */
struct package_limits {
    size_t max_files;        /* entries in the archive */
    size_t max_name;         /* bytes of a name */
    uint64_t max_unpacked;   /* bytes, sum over all entries */
    uint32_t max_ratio;      /* unpacked : packed, of an entry larger than 1 MiB */
    size_t max_text;         /* bytes of a file that is parsed (meta, manifest, definitions) */
};
/* 10 000 files, 512 bytes, 64 GiB, 200 : 1, 4 MiB. */
extern const struct package_limits package_limits_default;

#define PACKAGE_META "TOSCA-Metadata/TOSCA.meta"
/* Artifacts that a package may have elsewhere, and bytes of the URI of one. */
#define PACKAGE_OUTSIDE_MAX 200
#define PACKAGE_URI_MAX 2048
/* Bytes of a signer's certificate in PEM: of one with a hash-based signature (SLH-DSA, FIPS 205) some 70 KiB. */
#define PACKAGE_CERTIFICATE_MAX (256u << 10)

/* Whose signatures count. */
struct package_trust {
    const char *name;  /* of the file of certificates, for messages */
    const char *pem;   /* certificates that signers' chains have to lead to */
    size_t n;          /* bytes; 0 = nobody is trusted, and no signed package is taken */
    bool signed_only;  /* a package that is not signed as a whole is refused */
    bool was_checked;  /* its signatures were looked at when it was taken: not again */
};

/* One regular file of the package. */
struct package_file {
    const char *name;         /* relative, '/' between parts, never "..", never absolute */
    uint64_t size;            /* unpacked */
    uint64_t index;           /* in the archive */
    const char *algorithm;    /* digest as listed ("SHA-256"), null where not listed */
    const char *digest;       /* lower-case hex as listed, or null */
    const char *content_type; /* as listed, or null */
    const char *signature, *certificate; /* names of the files that are it, as listed, or null */
    const char *set;          /* non-MANO artifact set that it is of (SOL004 4.3.7), or null */
    uint32_t crc;             /* of a zip's entry: its CRC-32 */
    const char *list;         /* where it is listed: the manifest or TOSCA.meta ... */
    int listed_line;          /* ... and in which line; 0 where it is not */
};

/* A key of TOSCA.meta's first block or of the manifest's metadata. */
struct package_key {
    const char *name, *value;
    int line;
};
struct package_keys {
    const char *file; /* Where they stand, null where there is no such file. */
    size_t n;
    struct package_key *items;
};

struct package_archive; /* the open zip or folder */

struct package {
    struct mem *mem;
    const char *path;
    struct package_limits limits;
    struct package_archive *archive;
    const char *entry;          /* The main service template's name. */
    const char *manifest_file;  /* Null where the package brings none. */
    struct package_keys meta;   /* TOSCA-Metadata/TOSCA.meta */
    struct package_keys manifest;
    const char *change_log, *licenses, *tests, *certificate; /* names, or null */
    int security_option;        /* SOL004 5.1: signed as a whole by option 1 or 2, 0 = it is not */
    const char *signed_by;      /* subjects of who did, or null */
    const char *signing_certificate; /* PEM, of the one who did; null where there are several */
    bool is_folder;             /* not a zip: an unpacked tree of an author */
    size_t n_files;
    struct package_file *files; /* Sorted by name. */
    size_t n_proofs;
    struct package_file *proofs; /* Of a signed manifest: signatures and certificates that are no other
                                  * file of the package. */
    size_t n_outside;
    struct package_file *outside; /* What the manifest lists by URI (the name), with a digest: size 0. */
    size_t n_notes;             /* Departures from SOL004 that were let pass, for a person. */
    const char **notes;
};

/* Opens the CSAR at 'path' (a zip; a folder with the same content is accepted
 * too, for authors), checks its structure, manifest, every digest and every signature.  'trust'
 * null = nobody is trusted.  '*pkg' lives in 'mem' and is closed with it; null on an
 * error.  All faults are joined (err_join), each message "FILE:LINE: text"
 * where there is a line.
 *   E_NOT_FOUND            no such file
 *   E_INVALID              "PackageInvalid": not a zip, a name that leaves the package, a link,
 *                          a duplicate, an encrypted entry, keys missing, a file missing,
 *                          a wrong digest, an unlisted file
 *   E_TOO_LARGE            "PackageTooLarge": a limit is exceeded
 *   E_INVALID              "SignatureNotVerified", "SignatureInvalid", "SignatureNotTrusted":
 *                          in front of all else that may be wrong
 * SOL004 4.1 (both structures), 4.3 (manifest), 5.1-5.3 (signatures). */
struct err *package_open(struct mem *mem, const char *path, const struct package_trust *trust,
                         struct package **pkg) MUST_USE;

/* The same for a zip that is open as 'fd' (taken over); 'name' stands for it in messages. */
struct err *package_open_fd(struct mem *mem, const char *name, int fd,
                            const struct package_trust *trust, struct package **pkg) MUST_USE;

/* As package_open, but a package that could be read is given also when it has
 * faults: the return is the faults, '*pkg' is null only where nothing could be
 * read.  For checkers; never for onboarding. */
struct err *package_open_any(struct mem *mem, const char *path, const struct package_trust *trust,
                             struct package **pkg) MUST_USE;
struct err *package_open_any_fd(struct mem *mem, const char *name, int fd,
                                const struct package_trust *trust,
                                struct package **pkg) MUST_USE;
/* What libraries read from files of the system they read now: before a cage (sys/cage.h). */
void package_warm(void);

/* Reads certificates (PEM) into 'trust'; 'path' null = nobody is trusted.  Errors of file_read;
 * E_INVALID where the file holds none. */
struct err *package_trust_read(struct mem *mem, const char *path, bool signed_only,
                               struct package_trust *trust) MUST_USE;

/* The file called 'name', or null. */
const struct package_file *package_find(const struct package *pkg, const char *name);

/* Reads a whole file of at most 'max' bytes into 'mem' (zero-terminated behind
 * 'n').  E_NOT_FOUND, E_TOO_LARGE, E_INVALID (damaged). */
struct err *package_read(struct package *pkg, struct mem *mem, const char *name, size_t max,
                         char **data, size_t *n) MUST_USE;

/* Gives a file of the package in pieces to 'sink' (whose error ends it) and checks it against its
 * listed digest again: what was given is right only where this succeeds.  E_NOT_FOUND, E_INVALID. */
typedef struct err *package_sink_fn(void *arg, const void *data, size_t n);
struct err *package_give(struct package *pkg, const char *name, package_sink_fn *sink,
                         void *arg) MUST_USE;

/* Reads a file of the package and says whether 'hex' is its digest by
 * 'algorithm' ("sha-256", any of SOL004's, any case).  E_NOT_FOUND, E_INVALID (no
 * such algorithm, damaged). */
struct err *package_digest_is(struct package *pkg, const char *name, const char *algorithm,
                              const char *hex, bool *is_right) MUST_USE;

/* What libcrypto calls a digest algorithm of SOL004 (4.3.2; any case); null where it is none of these. */
const char *package_algorithm(const char *listed);
/* Null where the text can stand for an artifact outside of a package, else why not. */
const char *package_uri_fault(const char *uri);
/* What the manifest lists as 'uri', with its digest; or null. */
const struct package_file *package_outside_find(const struct package *pkg, const char *uri);

/* Joins the folder of file 'from' and the relative 'name' into a package name:
 * ("Definitions/a.yaml", "../Files/x") -> "Files/x".  Null where it would leave
 * the package or is absolute. */
const char *package_resolve(struct mem *mem, const char *from, const char *name);

#endif
