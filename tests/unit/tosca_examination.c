/* Packages read by a child: what it tells, and what is made of a child that lies,
 * dies, hangs or floods. */
#include "sys/file.h"
#include "tosca/examination.h"
#include "tosca/record.h"
#include "tosca_world.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The child of an examination is this very program. */
static void __attribute__((constructor)) examine_role(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "examine") == 0) {
        _exit(examine_main(argc - 1, argv + 1));
    }
}

static struct err *
examine(struct mem *mem, const char *path, const struct examination_order *how,
        struct examination **x, struct examined **found)
{
    struct examination_order order = *how;
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

    order.fd = fd;
    order.kind = str_or(order.kind, "vnf");
    return examination_new(mem, &order, x, found);
}

static int
new_file(void)
{
    return open(test_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

TEST(examination_tells_the_descriptor_and_gives_the_images)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct examination *x;
    struct examined *found;
    const struct vnfd_image **images;
    AUTO_FD fd = new_file();
    char data[8] = "";
    size_t n;

    good_package(mem, entries, NULL);
    REQUIRE_OK(examine(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries),
                       &(struct examination_order){0}, &x, &found));
    CHECK_STR(found->entry, "Definitions/vnfd.yaml");
    CHECK_STR(found->manifest, "vnfd.mf");
    CHECK_INT(found->n_files, 2);
    CHECK_STR(found->vnfd->descriptor_id, "a");
    CHECK_INT(found->vnfd->flavours[0].vdus[0].vcpus, 2);
    images = examination_images(mem, found->vnfd, &n);
    REQUIRE(n == 1);
    CHECK(images[0] == found->vnfd->flavours[0].vdus[0].image);
    CHECK_OK(examination_take(x, fd));
    CHECK_INT(pread(fd, data, sizeof data, 0), 1);
    CHECK_STR(data, "x");
    CHECK_OK(examination_end(x));
}

TEST(examination_gives_one_file)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct examination *x;
    AUTO_FD fd = new_file();
    const char *path;

    good_package(mem, entries, NULL);
    path = zip_write(mem, "p.csar", GOOD_ENTRIES, entries);
    REQUIRE_OK(examine(mem, path, &(struct examination_order){.kind = "file", .file = "image"}, &x,
                       NULL));
    CHECK_OK(examination_take(x, fd));
    CHECK_OK(examination_end(x));
    REQUIRE_OK(examine(mem, path, &(struct examination_order){.kind = "file", .file = "no"}, &x,
                       NULL));
    CHECK_ERR_MSG(examination_take(x, fd), E_NOT_FOUND, "the package has no file no");
}

TEST(examination_tells_all_faults_with_their_types)
{
    AUTO(mem) mem = mem_new("test");
    struct entry entries[GOOD_ENTRIES];
    struct examination *x;
    struct examined *found;
    struct err *e;

    good_package(mem, entries, "Source: gone\nSource: gone too\n");
    e = examine(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries),
                &(struct examination_order){0}, &x, &found);
    REQUIRE(e && e->next);
    CHECK_STR(e->type, "PackageInvalid");
    CHECK_ERR_MSG(e, E_INVALID, "vnfd.mf:13: the package has no file gone");
}

/* ---- children that are not what they should be ------------------------------------------ */

/* A program that says what a script prints. */
static const char *
impostor(struct mem *mem, const char *script)
{
    const char *path = mem_printf(mem, "%s/impostor", test_dir());
    const char *text = mem_printf(mem, "#!/bin/bash\n%s\n", script);

    REQUIRE_OK(file_write(path, text, strlen(text), 0700));
    return path;
}

static struct err *
ask_impostor(struct mem *mem, const char *script, int timeout_ms)
{
    struct examination_order order = {.timeout_ms = timeout_ms};
    struct entry entries[GOOD_ENTRIES];
    struct examination *x;
    struct examined *found;

    good_package(mem, entries, NULL);
    order.program = impostor(mem, script);
    return examine(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), &order, &x, &found);
}

TEST(examination_survives_its_child)
{
    static const struct {
        const char *script, *why;
    } cases[] = {
        {"exit 3", "ended with status 3"},
        {"kill -SEGV $$", "ended by signal 11"},
        {"kill -KILL $$", "ended by signal 9"},
        {"kill -ABRT $$", "more than 1024 MiB of memory"},
        {"kill -XCPU $$", "of processor time"},
        {"printf 'R\\x02\\0\\0\\0'", "ended with status 0 before it was done"},
        {"printf 'R\\xff\\xff\\xff\\xff'; cat /dev/zero", "says more than it may"},
        {"printf 'D\\1\\0\\0\\0x'", "does not say what it should"},
        {"cat /dev/zero", "does not say what it should"},
        {"printf 'R\\x02\\0\\0\\0{]'", "does not say what it should"},
        {"printf 'X\\x02\\0\\0\\0[]'", "does not say why"},
        {"printf 'X\\x03\\0\\0\\0[1]'", "the package is wrong"},
        {"printf 'R\\x02\\0\\0\\0{}'; exec sleep 100", "signed"},
        {"printf 'R\\x0c\\0\\0\\0{\"signed\":3}'; exec sleep 100", "signed"},
        {"printf 'R\\x0c\\0\\0\\0{\"signed\":1}'; exec sleep 100", "entry"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct watch watch = watch_start();

        CHECK_ERR_MSG(ask_impostor(mem, cases[i].script, 0), E_INVALID, cases[i].why);
        watch_check(&watch, cases[i].script);
    }
}

TEST(examination_ends_in_time)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_ERR_MSG(ask_impostor(mem, "exec sleep 100", 300), E_INVALID, "was not done within");
}

TEST(examination_needs_a_child)
{
    AUTO(mem) mem = mem_new("test");
    struct examination_order order = {.program = "/nonexistent/carrick"};
    struct entry entries[GOOD_ENTRIES];
    struct examination *x;
    struct examined *found;

    good_package(mem, entries, NULL);
    CHECK_ERR(examine(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), &order, &x, &found),
              E_UNAVAILABLE);
}

/* The real child with too little memory for its work. */
TEST(examination_tells_of_too_little_memory)
{
    AUTO(mem) mem = mem_new("test");
    struct examination_order order = {.memory = 1u << 20};
    struct entry entries[GOOD_ENTRIES];
    struct examination *x;
    struct examined *found;

#ifdef __SANITIZE_ADDRESS__
    SKIP("the address sanitizer maps terabytes: no limit is set");
#endif
    good_package(mem, entries, NULL);
    CHECK_ERR_MSG(examine(mem, zip_write(mem, "p.csar", GOOD_ENTRIES, entries), &order, &x, &found),
                  E_INVALID, "the process that reads it");
}

/* ---- records --------------------------------------------------------------------------------- */

static struct vnfd_image images[] = {{.id = "vdu", .size = UINT64_MAX, .file = "image"}};
static struct vnfd_link links[] = {{.name = "inner", .cidr = "10.0.0.0/24", .dhcp = true}};
static struct vnfd_cp cps[] = {{.name = "a", .vdu = "vdu", .order = -1, .link = "inner"},
                               {.name = "b", .vdu = "vdu", .external = "vl"}};
static struct vnfd_cp *vdu_cps[] = {&cps[1], &cps[0]};
static struct vnfd_vdu vdus[] = {
    {.name = "vdu", .vcpus = 2, .image = &images[0], .n_cps = 2, .cps = vdu_cps}};
static struct vnfd_flavour flavours[] = {{.id = "f",
                                          .n_images = 1,
                                          .images = images,
                                          .n_links = 1,
                                          .links = links,
                                          .n_cps = 2,
                                          .cps = cps,
                                          .n_vdus = 1,
                                          .vdus = vdus}};
static struct vnfd described = {.descriptor_id = "d",
                                .descriptor_version = "1",
                                .provider = "p",
                                .product_name = "n",
                                .software_version = "1",
                                .n_flavours = 1,
                                .flavours = flavours};

static const char *
written(struct mem *mem)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    vnfd_write(&w, NULL, &described);
    return buf_copy(mem, &out);
}

static struct err *
read_back(struct mem *mem, const char *text, struct vnfd **vnfd)
{
    const struct json *json;

    TRY(json_parse(mem, text, strlen(text), &json));
    return vnfd_read(mem, json, vnfd);
}

TEST(record_of_a_vnfd_reads_back)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;
    const struct vnfd_flavour *flavour;

    REQUIRE_OK(read_back(mem, written(mem), &vnfd));
    flavour = &vnfd->flavours[0];
    CHECK_STR(flavour->vdus[0].cps[0]->name, "b");
    CHECK(flavour->vdus[0].cps[1] == &flavour->cps[0]);
    CHECK(flavour->vdus[0].image == &flavour->images[0]);
    CHECK(!flavour->cps[1].link);
    CHECK_INT(flavour->cps[0].order, -1);
    CHECK(flavour->links[0].dhcp);
    CHECK(flavour->images[0].size == INT64_MAX);
}

TEST(record_of_too_many_servers_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd_vdu many[3] = {vdus[0], vdus[0], vdus[0]};
    struct vnfd *vnfd;

    for (size_t i = 0; i < 3; i++) {
        many[i].initial_instances = 400;
        many[i].name = mem_printf(mem, "vdu%zu", i);
    }
    flavours[0].vdus = many;
    flavours[0].n_vdus = 3;
    CHECK_ERR_MSG(read_back(mem, written(mem), &vnfd), E_INVALID, "f: 1200 instances together");
    many[2].name = "vdu1";
    CHECK_ERR_MSG(read_back(mem, written(mem), &vnfd), E_INVALID, "two VDUs are called vdu1");
}

static const char *
replaced(struct mem *mem, const char *text, const char *what, const char *by)
{
    const char *at = strstr(text, what);

    REQUIRE(at);
    return mem_printf(mem, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
}

TEST(record_of_an_earlier_version_reads)
{
    static struct vnfd_scale scales[] = {{"grow", 1}};
    static struct vnfd_level levels[] = {{.name = "l", .n_scales = 1, .scales = scales}};
    static struct vnfd_delta deltas[] = {{.vdu = "vdu", .n = 2, .step = 3}};
    static struct vnfd_aspect aspects[] = {{.name = "grow", .n_deltas = 1, .deltas = deltas}};
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;
    const char *text;

    flavours[0].n_levels = flavours[0].n_aspects = 1;
    flavours[0].levels = levels;
    flavours[0].aspects = aspects;
    text = written(mem);
    REQUIRE_OK(read_back(mem, text, &vnfd));
    CHECK_INT(vnfd->flavours[0].levels[0].scales[0].level, 1);
    CHECK_INT(vnfd->flavours[0].aspects[0].deltas[0].step, 3);
    text = replaced(mem, text, ",\"scales\":[{\"aspect\":\"grow\",\"level\":1}]", "");
    text = replaced(mem, text, ",\"step\":3", "");
    REQUIRE_OK(read_back(mem, text, &vnfd));
    CHECK_INT(vnfd->flavours[0].levels[0].n_scales, 0);
    CHECK_INT(vnfd->flavours[0].aspects[0].deltas[0].step, 0);
    /* Only these may be missing, and nothing stands in for them. */
    CHECK_ERR_MSG(read_back(mem, replaced(mem, text, "\"n\":2", "\"m\":2"), &vnfd), E_INVALID,
                  "n is missing");
}

TEST(record_of_an_enemy_is_refused)
{
    static const struct {
        const char *what, *by, *why;
    } cases[] = {
        {"\"descriptor_id\":\"d\"", "\"descriptor_id\":null", "descriptor_id is no text"},
        {"\"descriptor_id\":\"d\"", "\"descriptor_i\":\"d\"", "descriptor_id is missing"},
        {"\"descriptor_id\":\"d\"", "\"more\":1,\"descriptor_id\":\"d\"", "has 17"},
        {"\"vcpus\":2", "\"vcpus\":9007199254740993", "vcpus is not within"},
        {"\"vcpus\":2", "\"vcpus\":-2", "vcpus is not within"},
        {"\"vcpus\":2", "\"vcpus\":2.5", "vcpus is no whole number"},
        {"\"initial_instances\":0", "\"initial_instances\":1000000000", "is not within 0 and 1000"},
        {"\"image\":0", "\"image\":1", "image refers to nothing"},
        {"\"image\":0", "\"image\":-1", "image refers to nothing"},
        {"\"cps\":[1,0]", "\"cps\":[null]", "cps refers to nothing"},
        {"\"link\":\"inner\"", "\"link\":\"outer\"", "link names what is not there"},
        {"\"dhcp\":true", "\"dhcp\":1", "dhcp is neither true nor false"},
        {"\"flavours\":[", "\"flavours\":[null,", "what should have"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct vnfd *vnfd;

        CHECK_ERR_MSG(read_back(mem, replaced(mem, written(mem), cases[i].what, cases[i].by), &vnfd),
                      E_INVALID, cases[i].why);
    }
}
