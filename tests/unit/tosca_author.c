/* What an author begins with is a package, and stays one when it is packed. */
#include "sys/file.h"
#include "test.h"
#include "tosca/author.h"
#include "tosca/check.h"

#include <string.h>
#include <unistd.h>

/* A folder "fw" begun with an image of a few bytes. */
static const char *
begun(struct mem *mem)
{
    const char *folder = mem_printf(mem, "%s/fw", test_dir());
    const char *image = mem_printf(mem, "%s/fw.tar.gz", test_dir());

    REQUIRE_OK(file_write(image, "\x1f\x8bimage", 7, 0644));
    REQUIRE_OK(author_begin(mem, folder, "Big Corp", image));
    return folder;
}

static void
append(struct mem *mem, const char *path, const char *more)
{
    char *text;
    size_t n;

    REQUIRE_OK(file_read(mem, path, 1 << 20, &text, &n));
    text = mem_printf(mem, "%s%s", text, more);
    REQUIRE_OK(file_write(path, text, strlen(text), 0644));
}

TEST(a_skeleton_is_accepted_as_it_is)
{
    AUTO(mem) mem = mem_new("test");
    struct package_verdict v;
    const struct vnfd_image *image;

    REQUIRE_OK(package_check(mem, begun(mem), NULL, &v));
    REQUIRE(v.kind == PACKAGE_ACCEPTED && v.vnfd && v.vnfd->n_flavours == 1);
    CHECK_INT(v.n_notes, 0);
    CHECK_STR(v.vnfd->provider, "Big Corp");
    CHECK_STR(v.vnfd->product_name, "fw");
    image = v.vnfd->flavours[0].vdus[0].image;
    CHECK_STR(image->container_format, "docker");
    CHECK_STR(image->file, "Images/fw.tar.gz");
    CHECK_INT(image->size, 7);
}

TEST(what_was_changed_is_packed_with_new_digests_and_always_alike)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = begun(mem), *one = mem_printf(mem, "%s/1.csar", test_dir());
    const char *two = mem_printf(mem, "%s/2.csar", test_dir());
    struct package_verdict v;
    char *a, *b;
    size_t n_a, n_b;

    append(mem, mem_printf(mem, "%s/Definitions/fw.yaml", folder), "# changed\n");
    REQUIRE_OK(package_check(mem, folder, NULL, &v));
    CHECK(v.kind == PACKAGE_INVALID);
    REQUIRE_OK(file_write(mem_printf(mem, "%s/more.txt", folder), "x", 1, 0644));
    REQUIRE_OK(author_pack(mem, folder, one));
    REQUIRE_OK(package_check(mem, one, NULL, &v));
    CHECK(v.kind == PACKAGE_ACCEPTED);
    CHECK_INT(v.n_notes, 0);
    REQUIRE_OK(author_pack(mem, folder, two));
    REQUIRE_OK(file_read(mem, one, 1 << 20, &a, &n_a));
    REQUIRE_OK(file_read(mem, two, 1 << 20, &b, &n_b));
    CHECK(n_a == n_b && !memcmp(a, b, n_a));
}

TEST(what_a_manifest_says_beside_its_digests_stays)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = begun(mem), *path = mem_printf(mem, "%s/fw.mf", folder);
    static const char sets[] = "non_mano_artifact_sets:\n  prv.test:\n    Source: more.txt\n";
    char *text;
    size_t n;

    append(mem, path, mem_printf(mem, "\n  source: more.txt\n  Content-Type: text/plain\n"
                                      "  Algorithm: SHA-512\n  Hash: 00\n"
                                      "Source: gone.txt\nAlgorithm: SHA-256\nHash: 00\n"
                                      "Source: https://a.example/b\nHash: 11\n\n%s", sets));
    REQUIRE_OK(file_write(mem_printf(mem, "%s/more.txt", folder), "x", 1, 0644));
    REQUIRE_OK(author_pack(mem, folder, mem_printf(mem, "%s/1.csar", test_dir())));
    REQUIRE_OK(file_read(mem, path, 1 << 20, &text, &n));
    CHECK(str_starts(text, "metadata:\n  vnf_product_name: fw\n"));
    CHECK(strstr(text, "\nSource: more.txt\nAlgorithm: SHA-256\nHash: 2d711642b726b04401627ca9fbac32f5"
                       "c8530fb1903cc4db02258717921a4881\nContent-Type: text/plain\n"));
    CHECK(strstr(text, "\nSource: https://a.example/b\nHash: 11\n"));
    CHECK(!strstr(text, "gone.txt") && !strstr(text, "SHA-512"));
    CHECK(str_ends(text, sets));
}

TEST(a_package_is_not_packed_into_itself)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = begun(mem), *file = mem_printf(mem, "%s/Images/1.csar", folder);

    CHECK_ERR_MSG(author_pack(mem, folder, file), E_INVALID, "which is packed");
    CHECK(!file_exists(file));
    CHECK_OK(author_pack(mem, folder, mem_printf(mem, "%s-1.csar", folder)));
}

TEST(a_signature_that_would_not_hold_is_not_packed)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = begun(mem), *file = mem_printf(mem, "%s/1.csar", test_dir());

    append(mem, mem_printf(mem, "%s/fw.mf", folder),
           "-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n");
    CHECK_ERR_MSG(author_pack(mem, folder, file), E_INVALID, "it is signed");
    CHECK(!file_exists(file));
}

TEST(what_cannot_be_begun_leaves_nothing)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = mem_printf(mem, "%s/fw", test_dir());
    const char *image = mem_printf(mem, "%s/a b.img", test_dir());

    CHECK_ERR(author_begin(mem, folder, "Me", "/nonexistent"), E_NOT_FOUND);
    CHECK(!file_exists(folder));
    REQUIRE_OK(file_write(image, "x", 1, 0644));
    CHECK_ERR(author_begin(mem, folder, "Me", image), E_INVALID);
    CHECK_ERR(author_begin(mem, folder, "a: [b", image), E_INVALID);
    CHECK_ERR(author_begin(mem, mem_printf(mem, "%s/1: x", test_dir()), "Me", image), E_INVALID);
    CHECK(!file_exists(folder));
    CHECK_ERR(author_begin(mem, begun(mem), "Me", image), E_EXISTS);
    CHECK(file_exists(folder));
}
