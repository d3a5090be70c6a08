/* The unpacker against archives of friends and strangers. */
#include "image/image.h"
#include "test.h"

#include "base/str.h"
#include "sys/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct member {
    const char *path;
    mode_t mode;         /* type and bits; S_IFREG | 0644 */
    const char *data;    /* of a file; target of a link */
    size_t size;         /* 0 = strlen(data); data null: zeros */
    bool hard;           /* a hard link to data */
};

#define FILE_(path_, data_) {.path = (path_), .mode = S_IFREG | 0644, .data = (data_)}
#define DIR_(path_) {.path = (path_), .mode = S_IFDIR | 0755}
#define LINK_(path_, target_) {.path = (path_), .mode = S_IFLNK | 0777, .data = (target_)}
#define HARD_(path_, target_) {.path = (path_), .mode = S_IFREG | 0644, .data = (target_), .hard = true}

/* ---- making archives ------------------------------------------------------------- */

static void
write_zeros(struct archive *a, size_t n)
{
    static const char zeros[65536];

    for (; n > 0; n -= n < sizeof zeros ? n : sizeof zeros) {
        (void)archive_write_data(a, zeros, n < sizeof zeros ? n : sizeof zeros);
    }
}

static void
write_member(struct archive *a, const struct member *m)
{
    struct archive_entry *entry = archive_entry_new();
    bool file = S_ISREG(m->mode) && !m->hard;
    size_t size = m->size ? m->size : m->data ? strlen(m->data) : 0;

    archive_entry_set_pathname(entry, m->path);
    archive_entry_set_mode(entry, m->mode);
    archive_entry_set_uid(entry, 123);
    archive_entry_set_gid(entry, 124);
    archive_entry_set_size(entry, file ? (la_int64_t)size : 0);
    if (m->hard) {
        archive_entry_set_hardlink(entry, m->data);
    } else if (S_ISLNK(m->mode)) {
        archive_entry_set_symlink(entry, m->data);
    }
    REQUIRE(archive_write_header(a, entry) == ARCHIVE_OK);
    if (file && m->data) {
        (void)archive_write_data(a, m->data, size);
    } else if (file) {
        write_zeros(a, size);
    }
    archive_entry_free(entry);
}

/* 'filter': ARCHIVE_FILTER_NONE, _GZIP, _XZ, _ZSTD */
static void
make_archive(const char *path, int filter, const struct member *members, size_t n)
{
    struct archive *a = archive_write_new();

    (void)archive_write_set_format_pax_restricted(a);
    (void)archive_write_add_filter(a, filter);
    REQUIRE(archive_write_open_filename(a, path) == ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        write_member(a, &members[i]);
    }
    REQUIRE(archive_write_close(a) == ARCHIVE_OK);
    archive_write_free(a);
}

/* ---- running the unpacker ----------------------------------------------------------- */

struct outcome {
    int status;
    char out[4096], err[4096];
};

static void
slurp(const char *path, char out[4096])
{
    AUTO_FD fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, out, 4095);

    out[n > 0 ? n : 0] = '\0';
}

static void
run_child(char **argv, int argc, const char *out, const char *err)
{
    int o = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int e = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    (void)dup2(o, STDOUT_FILENO);
    (void)dup2(e, STDERR_FILENO);
    _exit(unpack_main(argc, argv));
}

/* unpack [--to to | --check] [option value] archive */
static struct outcome
unpack(const char *archive, const char *to, const char *option, const char *value)
{
    struct outcome result = {0};
    char out[300], err[300];
    const char *args[8] = {"unpack"};
    int n = 1, status;
    char *argv[8];
    pid_t pid;

    if (to) {
        args[n++] = "--to";
        args[n++] = to;
    } else {
        args[n++] = "--check";
    }
    if (option) {
        args[n++] = option;
        args[n++] = value;
    }
    args[n++] = archive;
    for (int i = 0; i < n; i++) {
        argv[i] = heap_str(args[i]);
    }
    argv[n] = NULL;
    (void)snprintf(out, sizeof out, "%s/out", test_dir());
    (void)snprintf(err, sizeof err, "%s/err", test_dir());
    pid = fork();
    if (pid == 0) {
        run_child(argv, n, out, err);
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    for (int i = 0; i < n; i++) {
        free(argv[i]);
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    slurp(out, result.out);
    slurp(err, result.err);
    return result;
}

static const char *
in_dir(char path[300], const char *name)
{
    (void)snprintf(path, 300, "%s/%s", test_dir(), name);
    return path;
}

static const char *
new_root(char path[300])
{
    (void)in_dir(path, "root");
    REQUIRE_OK(dir_remove(path));
    REQUIRE_OK(dir_make(path, 0755));
    return path;
}

static bool
is_there(const char *name, struct stat *st)
{
    char path[300];

    return lstat(in_dir(path, name), st) == 0;
}

/* ---- friends ------------------------------------------------------------------------- */

static const struct member rootfs[] = {
    DIR_("./"),
    DIR_("./bin/"),
    {.path = "./bin/su", .mode = S_IFREG | 04755, .data = "#!/bin/sh\n"},
    HARD_("./bin/sudo", "./bin/su"),
    LINK_("./sbin", "bin"),
    FILE_("./sbin/init", "init"),
    LINK_("./etc-link", "/etc"),
    FILE_("./deep/er/than/made", "x"),
    {.path = "./dev/null", .mode = S_IFCHR | 0666},
    {.path = "./run/fifo", .mode = S_IFIFO | 0666},
    FILE_("./twice", "first"),
    FILE_("./twice", "second"),
};

TEST(unpack_makes_a_root_file_system)
{
    static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ,
                                  ARCHIVE_FILTER_ZSTD};
    char archive[300], root[300], text[4096];
    struct stat st, other;

    for (size_t i = 0; i < 4; i++) {
        struct outcome o;

        make_archive(in_dir(archive, "a.tar"), filters[i], rootfs, sizeof rootfs / sizeof *rootfs);
        o = unpack(archive, new_root(root), NULL, NULL);
        CHECK_INT(o.status, 0);
        CHECK_STR(o.err, "");
        CHECK(strstr(o.out, "\"format\":\"tar\"") != NULL);
        CHECK(strstr(o.out, "\"devices\":2") != NULL);
    }
    REQUIRE(is_there("root/bin/su", &st) && is_there("root/bin/sudo", &other));
    CHECK_INT(st.st_mode & 07777, 0755);
    CHECK_INT(st.st_ino, other.st_ino);
    CHECK(is_there("root/bin/init", &st));
    CHECK(is_there("root/etc-link", &st) && S_ISLNK(st.st_mode));
    CHECK(is_there("root/deep/er/than/made", &st));
    CHECK(!is_there("root/dev/null", &st));
    CHECK(!is_there("root/run/fifo", &st));
    slurp(in_dir(archive, "root/twice"), text);
    CHECK_STR(text, "second");
}

TEST(unpack_keeps_owners_only_where_it_may)
{
    char archive[300], root[300];
    struct stat st;

    make_archive(in_dir(archive, "a.tar"), ARCHIVE_FILTER_NONE, rootfs,
                 sizeof rootfs / sizeof *rootfs);
    CHECK_INT(unpack(archive, new_root(root), NULL, NULL).status, 0);
    REQUIRE(is_there("root/bin/su", &st));
    CHECK_INT(st.st_uid, geteuid() == 0 ? 123 : geteuid());
}

/* ---- strangers -------------------------------------------------------------------------- */

#define STRANGER(name_, words_, ...)                                                               \
    {                                                                                              \
        .name = (name_), .words = (words_), .members = (const struct member[]){__VA_ARGS__},       \
        .n = sizeof((const struct member[]){__VA_ARGS__}) / sizeof(struct member)                  \
    }

static const struct stranger {
    const char *name, *words;
    const struct member *members;
    size_t n;
    const char *option, *value;
    int filter;
} strangers[] = {
    STRANGER("climbs", "leads outside by '..'", FILE_("../evil", "x")),
    STRANGER("climbs from within", "leads outside by '..'", DIR_("a"), FILE_("a/../../evil", "x")),
    STRANGER("absolute", "absolute path", FILE_("/tmp/evil", "x")),
    STRANGER("through a climbing link", "outside", LINK_("out", "../.."), FILE_("out/evil", "x")),
    STRANGER("through an absolute link", "link", LINK_("out", "/tmp"), FILE_("out/evil", "x")),
    STRANGER("through two links", "outside", LINK_("a", "."), LINK_("a/b", "../up"),
             FILE_("b/evil", "x")),
    STRANGER("hard link outside", "leads outside by '..'", HARD_("passwd", "../../etc/passwd")),
    STRANGER("absolute hard link", "absolute path", HARD_("passwd", "/etc/passwd")),
    STRANGER("hard link through a link", "link", LINK_("etc", "/etc"),
             HARD_("passwd", "etc/passwd")),
    STRANGER("loop of links", "link", LINK_("a", "b"), LINK_("b", "a"), FILE_("a/x", "x")),
};

TEST(unpack_refuses_hostile_entries)
{
    char archive[300], root[300];
    struct stat st;

    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        const struct stranger *s = &strangers[i];
        struct outcome o;

        make_archive(in_dir(archive, "a.tar"), ARCHIVE_FILTER_NONE, s->members, s->n);
        o = unpack(archive, new_root(root), NULL, NULL);
        if (o.status != 1 || !strstr(o.err, s->words)) {
            test_fail(__FILE__, __LINE__, "%s: status %d, %s", s->name, o.status, o.err);
        }
        o = unpack(archive, NULL, NULL, NULL);
        if (o.status != 1 || !strstr(o.err, s->words)) {
            test_fail(__FILE__, __LINE__, "check %s: status %d, %s", s->name, o.status, o.err);
        }
        CHECK(!is_there("evil", &st));
    }
    CHECK(access("/tmp/evil", F_OK) != 0);
}

TEST(unpack_refuses_what_is_too_much)
{
    static const struct member many[] = {FILE_("a", "x"), FILE_("b", "x"), FILE_("c", "x")};
    static const struct member large[] = {
        {.path = "zeros", .mode = S_IFREG | 0644, .size = 300u << 20}};
    char archive[300];
    struct outcome o;

    make_archive(in_dir(archive, "many.tar"), ARCHIVE_FILTER_NONE, many, 3);
    o = unpack(archive, NULL, "--max-entries", "2");
    CHECK_INT(o.status, 1);
    CHECK(strstr(o.err, "more than 2 entries") != NULL);
    CHECK_INT(unpack(archive, NULL, "--max-entries", "3").status, 0);
    o = unpack(archive, NULL, "--max-bytes", "2");
    CHECK_INT(o.status, 1);
    CHECK(strstr(o.err, "more than 2 bytes") != NULL);
    make_archive(in_dir(archive, "bomb.tgz"), ARCHIVE_FILTER_GZIP, large, 1);
    o = unpack(archive, NULL, NULL, NULL);
    CHECK_INT(o.status, 1);
    CHECK(strstr(o.err, "times its size") != NULL);
}

TEST(unpack_refuses_what_is_no_archive)
{
    char path[300];
    char *whole;
    size_t n;
    AUTO(mem) mem = mem_new("test");

    REQUIRE_OK(file_write(in_dir(path, "junk"), "this is not an archive, only text", 33, 0600));
    CHECK_INT(unpack(path, NULL, NULL, NULL).status, 1);
    REQUIRE_OK(file_write(in_dir(path, "empty"), "", 0, 0600));
    CHECK_INT(unpack(path, NULL, NULL, NULL).status, 1);
    make_archive(in_dir(path, "a.tgz"), ARCHIVE_FILTER_GZIP, rootfs, 12);
    REQUIRE_OK(file_read(mem, path, 1 << 20, &whole, &n));
    REQUIRE_OK(file_write(in_dir(path, "cut.tgz"), whole, n / 2, 0600));
    CHECK_INT(unpack(path, NULL, NULL, NULL).status, 1);
    CHECK_INT(unpack(in_dir(path, "absent"), NULL, NULL, NULL).status, 1);
    CHECK_INT(unpack(test_dir(), NULL, NULL, NULL).status, 1);
    CHECK_INT(unpack(path, NULL, "--max-bytes", "many").status, 2);
}

/* ---- OCI ------------------------------------------------------------------------------------ */

struct blob {
    char path[100];      /* in the archive */
    char digest[80];
    char *data;
    size_t n;
};

static struct blob
blob_of(struct mem *mem, const void *data, size_t n)
{
    struct blob blob = {.data = mem_copy(mem, data, n), .n = n};
    unsigned char raw[32];
    char hex[65];

    REQUIRE(EVP_Digest(data, n, raw, NULL, EVP_sha256(), NULL) == 1);
    hex_from(hex, raw, 32);
    (void)snprintf(blob.path, sizeof blob.path, "blobs/sha256/%s", hex);
    (void)snprintf(blob.digest, sizeof blob.digest, "sha256:%s", hex);
    return blob;
}

static struct blob
layer_of(struct mem *mem, const struct member *members, size_t n)
{
    char path[300];
    char *data;
    size_t size;

    make_archive(in_dir(path, "layer"), ARCHIVE_FILTER_GZIP, members, n);
    REQUIRE_OK(file_read(mem, path, 1 << 20, &data, &size));
    return blob_of(mem, data, size);
}

static struct blob
text_blob(struct mem *mem, const char *text)
{
    return blob_of(mem, text, strlen(text));
}

/* An image of two layers; 'wrong' spoils the second after it was named. */
static void
make_oci(const char *path, const struct member *second, size_t n_second, bool wrong)
{
    static const struct member first[] = {
        FILE_("bin/sh", "sh"), FILE_("etc/gone", "x"), FILE_("opt/a", "a"), FILE_("opt/b", "b")};
    AUTO(mem) mem = mem_new("oci");
    struct blob one = layer_of(mem, first, 4), two = layer_of(mem, second, n_second);
    struct blob config = text_blob(
        mem, "{\"config\":{\"Cmd\":[\"/bin/sh\"],\"Env\":[\"A=b\"]},\"os\":\"linux\"}");
    struct blob manifest = text_blob(
        mem, mem_printf(mem,
                        "{\"schemaVersion\":2,\"config\":{\"digest\":\"%s\"},\"layers\":"
                        "[{\"digest\":\"%s\"},{\"digest\":\"%s\"}]}",
                        config.digest, one.digest, two.digest));
    const char *index = mem_printf(mem, "{\"manifests\":[{\"digest\":\"%s\"}]}", manifest.digest);
    struct member members[] = {
        FILE_("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
        FILE_(two.path, two.data),
        FILE_(one.path, one.data),
        FILE_(config.path, config.data),
        FILE_(manifest.path, manifest.data),
        FILE_("index.json", index),
    };

    members[1].size = two.n;
    members[2].size = one.n;
    members[3].size = config.n;
    members[4].size = manifest.n;
    if (wrong) {
        two.data[two.n - 1] ^= 1;
    }
    make_archive(path, ARCHIVE_FILTER_NONE, members, 6);
}

static const struct member upper[] = {
    FILE_("etc/.wh.gone", ""),
    FILE_("opt/.wh..wh..opq", ""),
    FILE_("opt/c", "c"),
};

TEST(unpack_stacks_oci_layers)
{
    char archive[300], root[300];
    struct outcome o;
    struct stat st;

    make_oci(in_dir(archive, "image.tar"), upper, 3, false);
    o = unpack(archive, new_root(root), NULL, NULL);
    CHECK_INT(o.status, 0);
    CHECK_STR(o.err, "");
    CHECK(strstr(o.out, "\"format\":\"oci\"") != NULL);
    CHECK(strstr(o.out, "\"Cmd\":[\"/bin/sh\"]") != NULL);
    CHECK(is_there("root/bin/sh", &st));
    CHECK(!is_there("root/etc/gone", &st));
    CHECK(!is_there("root/opt/a", &st));
    CHECK(is_there("root/opt/c", &st));
    CHECK(!is_there("root/opt/.wh..wh..opq", &st));
    CHECK_INT(unpack(archive, NULL, NULL, NULL).status, 0);
}

TEST(unpack_verifies_oci_digests)
{
    char archive[300], root[300];
    struct outcome o;

    make_oci(in_dir(archive, "image.tar"), upper, 3, true);
    o = unpack(archive, new_root(root), NULL, NULL);
    CHECK_INT(o.status, 1);
    CHECK(strstr(o.err, "layer sha256:") != NULL);
    CHECK_INT(unpack(archive, NULL, NULL, NULL).status, 1);
}

TEST(unpack_refuses_hostile_layers)
{
    static const struct member evil[] = {FILE_("../../evil", "x")};
    char archive[300];
    struct outcome o;

    make_oci(in_dir(archive, "image.tar"), evil, 1, false);
    o = unpack(archive, NULL, NULL, NULL);
    CHECK_INT(o.status, 1);
    CHECK(strstr(o.err, "leads outside") != NULL);
}
