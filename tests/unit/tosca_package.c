/* Packages of strangers: what is refused, and why. */
#include "tosca_world.h"

#include "sys/file.h"
#include "tosca/bundle.h"
#include "tosca/outside.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

static struct err *
open_entries(struct mem *mem, size_t n, const struct entry *entries)
{
    struct package *pkg;

    return package_open(mem, zip_write(mem, "p.csar", n, entries), NULL, &pkg);
}

/* The good package with one more entry. */
static struct err *
open_with(struct mem *mem, struct entry more)
{
    struct entry entries[GOOD_ENTRIES + 1];

    good_package(mem, entries, NULL);
    entries[GOOD_ENTRIES] = more;
    return open_entries(mem, GOOD_ENTRIES + 1, entries);
}

TEST(package_that_is_right_is_opened_and_read)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg;
    struct vnfd *vnfd;
    char *data;
    size_t n;

    good_package(mem, entries, NULL);
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &pkg));
    CHECK_STR(pkg->entry, "Definitions/vnfd.yaml");
    CHECK_STR(pkg->manifest_file, "vnfd.mf");
    CHECK_INT(pkg->n_files, GOOD_ENTRIES);
    REQUIRE_OK(package_read(pkg, mem, "vnfd.mf", 4096, &data, &n));
    CHECK_STR(data, entries[1].data);
    CHECK_ERR(package_read(pkg, mem, "vnfd.mf", 10, &data, &n), E_TOO_LARGE);
    CHECK_ERR(package_read(pkg, mem, "nothing", 10, &data, &n), E_NOT_FOUND);
    REQUIRE_OK(vnfd_from_package(mem, pkg, &vnfd));
    CHECK_STR(vnfd->product_name, "n");
    CHECK_INT(vnfd->flavours[0].vdus[0].memory_mb, 512);
}

TEST(package_folder_is_read_like_a_zip)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg;

    good_package(mem, entries, NULL);
    for (size_t i = 0; i < GOOD_ENTRIES; i++) {
        const char *path = mem_printf(mem, "%s/tree/%s", test_dir(), entries[i].name);
        char *slash = strrchr(path, '/');

        REQUIRE_OK(dir_make(mem_strn(mem, path, (size_t)(slash - path)), 0700));
        REQUIRE_OK(file_write(path, entries[i].data, strlen(entries[i].data), 0600));
    }
    CHECK_OK(package_open(mem, mem_printf(mem, "%s/tree", test_dir()), NULL, &pkg));
    CHECK(symlink("/etc/passwd", mem_printf(mem, "%s/tree/link", test_dir())) == 0);
    CHECK_ERR_MSG(package_open(mem, mem_printf(mem, "%s/tree", test_dir()), NULL, &pkg), E_INVALID,
                  "symbolic link");
}

TEST(package_without_metadata_folder_takes_the_template_at_the_root)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg;

    good_package(mem, entries, NULL);
    entries[0] = (struct entry){.name = "vnfd.yaml", .data = entries[2].data};
    entries[1].data = "Source: vnfd.yaml\n";
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", 2, entries), NULL, &pkg));
    CHECK_STR(pkg->entry, "vnfd.yaml");
    CHECK_STR(pkg->manifest_file, "vnfd.mf");
    CHECK(pkg->n_notes > 0);
    entries[2].name = "other.yaml";
    CHECK_ERR_MSG(open_entries(mem, 3, entries), E_INVALID, "which one is meant");
}

TEST(package_names_that_leave_or_confuse_are_refused)
{
    static const struct {
        const char *name;
        size_t size;
        const char *why;
    } cases[] = {
        {"../evil", 0, "\"..\""},
        {"a/../../evil", 0, "\"..\""},
        {"..", 0, "\"..\""},
        {"/etc/passwd", 0, "absolute"},
        {"C:/evil", 0, "absolute"},
        {"a\\..\\evil", 0, "backslash"},
        {"a//b", 0, "empty part"},
        {"./a", 0, "\".\""},
        {"a\nb", 0, "control character"},
        {"a\0b", 3, "NUL"},
        {"\xff\xfe", 0, "UTF-8"},
        {"Definitions/vnfd.yaml", 0, "twice"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct watch watch = watch_start();

        CHECK_ERR_MSG(open_with(mem, (struct entry){.name = cases[i].name,
                                                    .data = "x",
                                                    .name_size = cases[i].size}),
                      E_INVALID, cases[i].why);
        watch_check(&watch, cases[i].why);
    }
}

/* A file in which two directories end: 'first' whole, in its comment the directory of 'last'. */
static struct err *
open_two(struct mem *mem, size_t n_first, const struct entry *first, size_t n_last,
         const struct entry *last)
{
    const char *path = zip_write(mem, "last.csar", n_last, last);
    AUTO_BUF out = BUF_INIT;
    struct package *pkg;
    uint8_t *end;
    uint32_t start;
    size_t n, n_directory;
    char *data;

    REQUIRE_OK(file_read(mem, path, 1u << 20, &data, &n));
    end = (uint8_t *)data + n - 22;
    memcpy(&start, end + 16, 4);
    n_directory = n - start;
    data += start;
    path = zip_write(mem, "first.csar", n_first, first);
    char *whole;
    REQUIRE_OK(file_read(mem, path, 1u << 20, &whole, &n));
    whole[n - 2] = (char)(n_directory & 0xff);
    whole[n - 1] = (char)(n_directory >> 8);
    start = (uint32_t)n;
    memcpy(end + 16, &start, 4);
    buf_add(&out, whole, n);
    buf_add(&out, data, n_directory);
    REQUIRE_OK(file_write(path, out.data, out.len, 0600));
    return package_open(mem, path, NULL, &pkg);
}

TEST(package_with_two_directories_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES + 1], others[GOOD_ENTRIES + 1];

    good_package(mem, entries, NULL);
    good_package(mem, others, NULL);
    entries[GOOD_ENTRIES] = (struct entry){.name = "../evil", .data = "x"};
    others[GOOD_ENTRIES] = (struct entry){.name = "a/good", .data = "x"};
    CHECK_ERR_MSG(open_two(mem, GOOD_ENTRIES + 1, entries, GOOD_ENTRIES + 1, others), E_INVALID,
                  "more than one directory");
    CHECK_ERR_MSG(open_two(mem, GOOD_ENTRIES + 1, entries, GOOD_ENTRIES, others), E_INVALID,
                  "more than one directory");
}

TEST(package_entries_that_are_no_plain_files_are_refused)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_ERR_MSG(
        open_with(mem, (struct entry){.name = "l", .data = "/etc/passwd", .mode = S_IFLNK | 0777}),
        E_INVALID, "symbolic link");
    CHECK_ERR_MSG(open_with(mem, (struct entry){.name = "d", .data = "x", .mode = S_IFBLK | 0600}),
                  E_INVALID, "special file");
    CHECK_ERR_MSG(open_with(mem, (struct entry){.name = "e", .data = "x", .flags = 1}), E_INVALID,
                  "encrypted");
    CHECK_ERR_MSG(open_with(mem, (struct entry){.name = "m", .data = "x", .method = 93}), E_INVALID,
                  "deflate");
}

TEST(package_of_100000_entries_is_refused_at_once)
{
    AUTO(mem) mem = mem_new("test");
    size_t n = 100000;
    struct entry *entries = MEM_ARRAY(mem, n, struct entry);
    struct watch watch;
    const char *path;
    struct package *pkg;

    for (size_t i = 0; i < n; i++) {
        entries[i] = (struct entry){.name = mem_printf(mem, "f%zu", i), .data = "x"};
    }
    path = zip_write(mem, "many.csar", n, entries);
    watch = watch_start();
    CHECK_ERR(package_open(mem, path, NULL, &pkg), E_TOO_LARGE);
    watch_check(&watch, "100 000 entries");
    /* A directory of so many behind an end record that admits to few is damage. */
    entries[0].name = "g";
    CHECK_ERR(package_open(mem, zip_write(mem, "many.csar", 20000, entries), NULL, &pkg),
              E_TOO_LARGE);
}

/* A zip with 'size' zeros, made by libzip. */
static const char *
zip_of_zeros(struct mem *mem, size_t size)
{
    const char *path = mem_printf(mem, "%s/zeros.csar", test_dir());
    char *zeros = heap_alloc(size);
    int code;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    zip_int64_t i;

    REQUIRE(zip != NULL);
    i = zip_file_add(zip, "vnfd.yaml", zip_source_buffer(zip, zeros, size, 1), 0);
    REQUIRE(i >= 0);
    REQUIRE(zip_set_file_compression(zip, (zip_uint64_t)i, ZIP_CM_DEFLATE, 1) == 0);
    REQUIRE(zip_close(zip) == 0);
    return path;
}

TEST(package_that_unpacks_to_a_gigabyte_of_zeros_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct watch watch = watch_start();

    CHECK_ERR_MSG(
        open_with(mem,
                  (struct entry){.name = "zeros", .data = "x", .claims = 1u << 30, .method = 8}),
        E_TOO_LARGE, "times its size");
    watch_check(&watch, "a gigabyte claimed");
}

TEST(package_entry_that_lies_about_its_size_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    const char *path = zip_of_zeros(mem, 16u << 20);
    struct package *pkg;
    struct watch watch;
    char *data;
    size_t n, patched = 0;

    REQUIRE_OK(file_read(mem, path, 1u << 30, &data, &n));
    for (size_t i = 0; i + 46 < n; i++) {
        bool is_local = memcmp(data + i, "PK\3\4", 4) == 0;

        if (is_local || memcmp(data + i, "PK\1\2", 4) == 0) {
            memcpy(data + i + (is_local ? 22 : 24), "\x10\0\0\0", 4);
            patched++;
        }
    }
    CHECK_INT(patched, 2);
    REQUIRE_OK(file_write(path, data, n, 0600));
    watch = watch_start();
    CHECK_ERR_MSG(package_open(mem, path, NULL, &pkg), E_INVALID, "is longer than it claims");
    watch_check(&watch, "a lying entry");
}

TEST(package_cut_anywhere_is_refused_without_harm)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    const char *path;
    char *data;
    size_t n;

    good_package(mem, entries, NULL);
    path = zip_write(mem, "p.csar", GOOD_ENTRIES, entries);
    REQUIRE_OK(file_read(mem, path, 1u << 20, &data, &n));
    for (size_t cut = 0; cut < n; cut += 7) {
        AUTO(mem) turn = mem_new("turn");
        struct package *pkg;

        REQUIRE_OK(file_write(path, data, cut, 0600));
        CHECK_ERR(package_open(turn, path, NULL, &pkg), E_INVALID);
    }
}

TEST(package_digests_are_checked_for_every_algorithm)
{
    static const struct {
        const char *algorithm, *digest; /* of "x" */
    } cases[] = {
        {"SHA-224", "54a2f7f92a5f975d8096af77a126edda7da60c5aa872ef1b871701ae"},
        {"SHA-256", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
        {"SHA-384", "d752c2c51fba0e29aa190570a9d4253e44077a058d3297fa3a5630d5bd012622"
                    "f97c28acaed313b5c83bb990caa7da85"},
        {"SHA-512", "a4abd4448c49562d828115d13a1fccea927f52b4d5459297f8b43e42da89238b"
                    "c13626e43dcb38ddb082488927ec904fb42057443983e88585179d50551afe62"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct entry entries[GOOD_ENTRIES + 1];

        good_package(mem, entries,
                     mem_printf(mem, "Source: x\nAlgorithm: %s\nHash: %s\n", cases[i].algorithm,
                                cases[i].digest));
        entries[GOOD_ENTRIES] = (struct entry){.name = "x", .data = "x"};
        CHECK_OK(open_entries(mem, GOOD_ENTRIES + 1, entries));
        entries[GOOD_ENTRIES].data = "y";
        CHECK_ERR_MSG(open_entries(mem, GOOD_ENTRIES + 1, entries), E_INVALID,
                      "vnfd.mf:13: x: the SHA");
    }
}

TEST(package_manifest_faults_are_all_told)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES + 1];
    struct err *e;
    const char *all;

    good_package(mem, entries,
                 "Source: gone\nAlgorithm: SHA-256\nHash: "
                 "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n"
                 "Source: Definitions/vnfd.yaml\nAlgorithm: MD5\nHash: 00\n"
                 "rubbish\n");
    entries[GOOD_ENTRIES] = (struct entry){.name = "unlisted", .data = "x"};
    e = open_entries(mem, GOOD_ENTRIES + 1, entries);
    REQUIRE(err_is(e, E_INVALID));
    all = err_full(mem, e);
    CHECK(strstr(all, "vnfd.mf:13: the package has no file gone"));
    CHECK(strstr(all, "Algorithm MD5 is none of SOL004's"));
    CHECK(strstr(all, "vnfd.mf:19: is no \"Key: value\""));
    CHECK(strstr(all, "unlisted is not listed"));
    CHECK_STR(e->type, "PackageInvalid");
    err_free(e);
}

TEST(package_meta_keys_are_needed)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];

    good_package(mem, entries, NULL);
    entries[0].data = "TOSCA-Meta-File-Version: 1.1\nEntry-Definitions: gone.yaml\n";
    CHECK_ERR_MSG(open_entries(mem, GOOD_ENTRIES, entries), E_INVALID, "CSAR-Version is missing");
    CHECK_ERR_MSG(open_entries(mem, GOOD_ENTRIES, entries), E_INVALID,
                  "TOSCA.meta:2: Entry-Definitions: the package has no gone.yaml");
}

static void
check_signed(struct mem *mem, size_t n, const struct entry *entries)
{
    struct err *e = open_entries(mem, n, entries);
    bool is_told = false;

    for (const struct err *it = e; it; it = it->next) {
        is_told =
            is_told || (it->code == E_INVALID && str_eq(it->type, "SignatureNotVerified"));
    }
    CHECK(is_told);
    err_free(e);
}

TEST(package_with_a_signature_is_never_taken_unverified)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES + 1];
    struct entry outer[2];
    char *inner;
    size_t n;

    good_package(mem, entries, "-----BEGIN CMS-----\nMIIC\n-----END CMS-----\n");
    check_signed(mem, GOOD_ENTRIES, entries);
    good_package(mem, entries, NULL);
    entries[GOOD_ENTRIES] = (struct entry){.name = "Definitions/vnfd.sig.cms", .data = "x"};
    check_signed(mem, GOOD_ENTRIES + 1, entries);
    REQUIRE_OK(
        file_read(mem, zip_write(mem, "in.csar", GOOD_ENTRIES, entries), 1u << 20, &inner, &n));
    outer[0] = (struct entry){.name = "in.csar", .data = inner, .size = n};
    outer[1] = (struct entry){.name = "in.cms", .data = "x"};
    check_signed(mem, 2, outer);
    CHECK_ERR_MSG(open_entries(mem, 1, outer), E_INVALID, "needs its signature");
}

static struct err *
into_buf(void *arg, const void *data, size_t n)
{
    buf_add(arg, data, n);
    return NULL;
}

TEST(package_artifact_is_given_in_pieces)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg;
    AUTO_BUF out = BUF_INIT;

    good_package(mem, entries, NULL);
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &pkg));
    CHECK_OK(package_give(pkg, "Definitions/vnfd.yaml", into_buf, &out));
    CHECK_STR(out.data, entries[2].data);
    CHECK_ERR(package_give(pkg, "gone", into_buf, &out), E_NOT_FOUND);
}

TEST(package_image_that_is_not_the_described_one_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg;
    struct vnfd *vnfd;
    bool is_right;

    good_package(mem, entries, NULL);
    entries[1].data = "Source: Definitions/vnfd.yaml\nSource: image\n"; /* Vouches for nothing. */
    entries[3].data = "another";
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &pkg));
    CHECK_ERR_MSG(
        vnfd_from_package(mem, pkg, &vnfd), E_INVALID,
        "Definitions/vnfd.yaml:20:9: image: its sha-256 digest is not the checksum given");
    CHECK_OK(package_digest_is(pkg, "image", "SHA-512", "00", &is_right));
    CHECK(!is_right);
    CHECK_ERR(package_digest_is(pkg, "image", "MD5", "00", &is_right), E_INVALID);
    CHECK_ERR(package_digest_is(pkg, "gone", "SHA-512", "00", &is_right), E_NOT_FOUND);
}

TEST(package_names_are_resolved_inside_only)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_STR(package_resolve(mem, "Definitions/a.yaml", "b.yaml"), "Definitions/b.yaml");
    CHECK_STR(package_resolve(mem, "Definitions/a.yaml", "../Files/x"), "Files/x");
    CHECK_STR(package_resolve(mem, "a.yaml", "./x"), "x");
    CHECK(!package_resolve(mem, "Definitions/a.yaml", "../../x"));
    CHECK(!package_resolve(mem, "a.yaml", "/etc/passwd"));
    CHECK(!package_resolve(mem, "a.yaml", "https://example.org/x"));
}

TEST(package_check_sorts_what_is_wrong)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package_verdict verdict;

    good_package(mem, entries, NULL);
    REQUIRE_OK(package_check(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &verdict));
    CHECK_STR(package_verdict_name(verdict.kind), "accepted");
    CHECK_STR(verdict.what, "VNFD");
    good_package(mem, entries, "-----BEGIN CMS-----\n");
    REQUIRE_OK(package_check(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &verdict));
    CHECK_STR(package_verdict_name(verdict.kind), "invalid");
    good_package(mem, entries, "Source: gone\n");
    REQUIRE_OK(package_check(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &verdict));
    CHECK_STR(package_verdict_name(verdict.kind), "invalid");
    CHECK_ERR(package_check(mem, "/nonexistent", NULL, &verdict), E_NOT_FOUND);
}

/* What people do, told in a way that says what to do about it. */
TEST(package_that_is_nearly_right_is_told_what_is_wrong)
{
    static const struct {
        const char *names[GOOD_ENTRIES], *extra, *why;
    } cases[] = {
        {{"tosca-metadata/Tosca.meta", "vnfd.mf", "Definitions/vnfd.yaml", "image"}, NULL,
         "tosca-metadata/Tosca.meta: has to be called TOSCA-Metadata/TOSCA.meta"},
        {{"a/TOSCA-Metadata/TOSCA.meta", "a/vnfd.mf", "a/Definitions/vnfd.yaml", "a/image"}, NULL,
         "all of it is in folder a: what is in there has to be at the root"},
        {{NULL}, "Source: image\nAlgorithm: SHA-256\nHash: "
                 "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n",
         "vnfd.mf:13: image is listed twice: line 10 has another digest of it"},
        {{NULL}, "Source: http://x/y\nAlgorithm: MD5\nHash: 00\n",
         "vnfd.mf:13: http://x/y: Algorithm MD5 is none of SOL004's"},
        {{NULL}, "Source: http://x/y z\n", "vnfd.mf:13: http://x/y z: is no URI (RFC 3986)"},
        {{NULL}, "Source: http://u:p@x/y@z\n", "vnfd.mf:13: http://u:p@x/y@z: has a user in it"},
        {{NULL}, "Source: file:///etc/passwd\n", "vnfd.mf:13: file:///etc/passwd: is no URI with a host"},
        {{NULL}, "Source: http://x/y\nAlgorithm: SHA-256\nHash: "
                 "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n"
                 "Source: http://x/y\n",
         "vnfd.mf:16: http://x/y is listed twice"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct entry entries[GOOD_ENTRIES];

        good_package(mem, entries, cases[i].extra);
        for (size_t k = 0; k < GOOD_ENTRIES; k++) {
            entries[k].name = str_or(cases[i].names[k], entries[k].name);
        }
        CHECK_ERR_MSG(open_entries(mem, GOOD_ENTRIES, entries), E_INVALID, cases[i].why);
    }
}

/* 'line' as often as said, the number of each for '#'. */
static const char *
lines(struct mem *mem, const char *head, size_t n, const char *line)
{
    AUTO_BUF text = BUF_INIT;

    buf_str(&text, head);
    for (size_t i = 0; i < n; i++) {
        for (const char *at = line; *at; at++) {
            if (*at == '#') {
                buf_printf(&text, "%zu", i);
            } else {
                buf_char(&text, *at);
            }
        }
    }
    return buf_copy(mem, &text);
}

TEST(package_manifest_lists_are_bounded)
{
    static const struct {
        const char *head, *line;
        size_t n;
        const char *why;
    } cases[] = {
        {"", "Source: f#\n", 10001, "lists more than 10000 files: a package has no more"},
        {"non_mano_artifact_sets:\n", "  s#:\n    Source: f#\n", 1001,
         "has more than 1000 non-MANO artifact sets"},
        {"non_mano_artifact_sets:\n  s:\n", "    Source: f#\n", 10001,
         "has more than 10000 files in non-MANO artifact sets"},
        {"", "Source: http://x/#\n", PACKAGE_OUTSIDE_MAX + 1, NULL}, /* Nobody gets those. */
        {"", "Source: http://x/#\nAlgorithm: SHA-256\nHash: "
             "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n",
         PACKAGE_OUTSIDE_MAX + 1, "http://x/200: more than 200 artifacts are outside of the package"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct entry entries[GOOD_ENTRIES];
        struct watch watch = watch_start();

        good_package(mem, entries, lines(mem, cases[i].head, cases[i].n, cases[i].line));
        if (cases[i].why) {
            CHECK_ERR_MSG(open_entries(mem, GOOD_ENTRIES, entries), E_INVALID, cases[i].why);
        } else {
            CHECK_OK(open_entries(mem, GOOD_ENTRIES, entries));
        }
        watch_check(&watch, cases[i].why);
    }
}

/* In no package, and named as nothing in it is. */
TEST(package_artifacts_outside_get_names_of_their_own)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES + 1];
    struct package *pkg = NULL;
    const struct outside *all;
    size_t n;

    good_package(mem, entries,
                 "Source: external/x\n"
                 "Source: https://x/a/..?b=/c\nAlgorithm: SHA-256\nHash: "
                 "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n"
                 "Source: https://x/m%40ster.sh\nAlgorithm: SHA-256\nHash: "
                 "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n"
                 "non_mano_artifact_sets:\n  s:\n    Source: https://x/m%40ster.sh\n");
    entries[GOOD_ENTRIES] = (struct entry){.name = "external/x", .data = "x"};
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES + 1, entries), NULL, &pkg));
    all = outside_list(mem, pkg, NULL, &n);
    REQUIRE(n == 2);
    CHECK_STR(all[0].path, "external_/0/artifact");
    CHECK_STR(all[1].path, "external_/1/m_40ster.sh");
    CHECK_STR(all[1].set, "s");
}

/* A URI's last word may be longer than a name: its end says what it is. */
TEST(package_artifacts_outside_have_short_names)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg = NULL;
    const struct outside *all;
    size_t n;

    good_package(mem, entries,
                 mem_printf(mem,
                            "Source: https://x/%01000d.img\nAlgorithm: SHA-256\nHash: "
                            "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n",
                            0));
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &pkg));
    all = outside_list(mem, pkg, NULL, &n);
    REQUIRE(n == 1);
    CHECK(strlen(all[0].path) < 200 && str_ends(all[0].path, "0.img"));
}

/* TOSCA.meta may list what the manifest lists; what that says holds, as of files inside. */
TEST(package_artifacts_outside_may_stand_in_both_lists)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct package *pkg = NULL;

    good_package(mem, entries,
                 "Source: https://x/y\nAlgorithm: SHA-256\nHash: "
                 "3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n");
    entries[0].data = mem_printf(mem, "%s\nName: https://x/y\nAlgorithm: SHA-256\nHash: %064d\n",
                                 entries[0].data, 0);
    REQUIRE_OK(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), NULL, &pkg));
    REQUIRE(pkg->n_outside == 1);
    CHECK(str_starts(pkg->outside[0].digest, "3d71"));
}

/* The zips that bundle_append writes are zips. */
TEST(package_bundle_grows_by_files_from_elsewhere)
{
    AUTO(mem) mem = mem_new("test");
    const char *path = mem_printf(mem, "%s/b.zip", test_dir());
    const char *file = mem_printf(mem, "%s/f", test_dir());
    AUTO_FD zip = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    AUTO_FD from = -1;
    int64_t size;
    struct stat st;
    zip_t *read;
    char text[8] = "";
    zip_file_t *one;

    REQUIRE_OK(file_write(file, "hello", 5, 0600));
    from = open(file, O_RDONLY | O_CLOEXEC);
    CHECK_OK(bundle_append(zip, "a/b", from, 5, &size));
    CHECK_OK(bundle_append(zip, "c", from, 4, &size));
    CHECK(fstat(zip, &st) == 0 && st.st_size == size);
    REQUIRE((read = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL)));
    CHECK_INT(zip_get_num_entries(read, 0), 2);
    REQUIRE((one = zip_fopen(read, "c", 0)));
    CHECK_INT(zip_fread(one, text, sizeof text), 4);
    CHECK_STR(text, "hell");
    CHECK_INT(zip_fclose(one), 0); /* Its check sum is right. */
    CHECK_INT(zip_close(read), 0);
    CHECK_ERR(bundle_append(zip, "d", from, 6, &size), E_INVALID);
}
