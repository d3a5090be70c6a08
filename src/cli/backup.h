/* What a backup is, for who writes it and who reads it: a bundle (bundle.h) of
 *
 *     state/PATH      files of the role's folder as they are; the database is a copy of its own
 *     sealed/PATH     those that hold secrets: base64, sealed (store/seal.h) with a key that follows from
 *                     a passphrase
 *     config          what the role is told (ROLE.yaml)
 *     manifest.json   what of whom, when and by which version; how the passphrase's key is made; each
 *                     file with size and SHA-256, and contents (packages, images) that are named only
 *     manifest.mac    HMAC-SHA-256 of the manifest with that key: nobody else has changed a thing */
#ifndef CARRICK_CLI_BACKUP_H
#define CARRICK_CLI_BACKUP_H

#include "base/vec.h"
#include "cli/bundle.h"
#include "cli/setup.h"
#include "store/seal.h"

#define BACKUP_FORMAT 1
#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_MAC "manifest.mac"
#define BACKUP_CONFIG "config"
/* What is more is neither written nor read: an archive may be a stranger's until its code is looked at. */
#define BACKUP_MEMBERS_MAX 200000
#define BACKUP_MANIFEST_MAX ((uint64_t)64 << 20)

/* X(name, member of the bundle in front of the path, or null) */
#define BACKUP_KINDS(X)                                                                            \
    X(whole, "state")                                                                              \
    X(sealed, "sealed")                                                                            \
    X(reference, NULL) /* by size and digest: the operator has it elsewhere */                     \
    X(config, BACKUP_CONFIG)
enum backup_kind {
#define X(name, member) BACKUP_##name,
    BACKUP_KINDS(X)
#undef X
    BACKUP_N_KINDS
};
extern const char *const backup_kinds[], *const backup_members[];

struct backup_file {
    const char *path; /* below the role's folder; "" = the configuration */
    enum backup_kind kind;
    int64_t size; /* of the member */
    const char *digest;
};

struct backup_about {
    const char *role, *host, *version, *made_at, *state;
    struct seal_cost cost;
    uint8_t salt[SEAL_SALT_SIZE];
    const char *check; /* a text sealed with the passphrase's key: is it the right one? */
    VEC(struct backup_file) files;
};

/* The name of a file's member; null where it has none. */
const char *backup_member(struct mem *mem, const struct backup_file *file);
const char *backup_manifest(struct mem *mem, const struct backup_about *about);
/* E_INVALID tells what is wrong with it. */
struct err *backup_manifest_read(struct mem *mem, const char *text, size_t n,
                                 struct backup_about *about) MUST_USE;
/* 64 characters and a newline. */
struct err *backup_mac(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char *manifest,
                       const char **mac) MUST_USE;
/* Out of --passphrase-file, or asked for at the terminal ('is_new': twice). */
struct err *backup_passphrase(struct cli *cli, bool is_new, const char **passphrase) MUST_USE;

#endif
