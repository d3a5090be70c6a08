/* Things that a site has once for all operations: images and flavors.  Found
 * first, made where absent, never taken back by an operation. */
#include "vim/session.h"

#include "base/uuid.h"
#include "replica/turn.h"
#include "store/replica.h"

#include <fcntl.h>
#include <unistd.h>

#define IMAGE_POLL_MS 200
#define IMAGE_TIMEOUT_MS 600000
#define TURN_LOOK_MS 20   /* once it was asked for, ... */
#define TURN_AGAIN_MS 300 /* ... and while another replica has it */

/* ---- images --------------------------------------------------------------------------- */

/* Look, create, upload, wait: each call's answer leads to the next.  Of those that want the same at
 * one site at the same time the first does it, and the others wait for what becomes of it; of several
 * replicas the one whose turn it is. */
struct upload {
    struct step *step;
    struct vim *vim;
    struct upload *next;         /* of vim->uploads */
    const struct vim_image *in;
    const char *id;              /* of the image at the site */
    int fd;
    bool create;                 /* where it is absent; else that is the answer */
    bool waits;                  /* for another one */
    bool has_turn, wants_turn;   /* among replicas */
    struct loop_timer *timer;
    int64_t deadline_ns;
};

static void image_wait(void *arg);
static void image_look(struct upload *upload);

/* ---- turns, of replicas --------------------------------------------------------------- */

static const char *
turn_name(const struct upload *upload)
{
    return mem_printf(step_mem(upload->step), "image %s %s", upload->in->site, upload->in->sha512);
}

static void
turn_want(struct upload *upload, int after_ms)
{
    upload->wants_turn = true;
    turn_ask(upload->vim->config.store, turn_name(upload));
    loop_timer_arm(upload->timer, after_ms);
}

/* Looks for it once it is the turn of this process. */
static void
image_go(struct upload *upload)
{
    if (upload->create && !upload->has_turn && store_replica(upload->vim->config.store)) {
        turn_want(upload, TURN_LOOK_MS);
    } else {
        image_look(upload);
    }
}

/* ---- ends ----------------------------------------------------------------------------- */

static void
upload_close(struct upload *upload)
{
    struct upload **at = &upload->vim->uploads;

    if (upload->has_turn || upload->wants_turn) {
        turn_end(upload->vim->config.store, turn_name(upload));
    }
    while (*at && *at != upload) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = upload->next;
    }
    vim_unref(upload->vim);
    loop_timer_del(upload->timer);
    if (upload->fd >= 0) {
        close(upload->fd);
    }
}

/* The one after 'upload' that wants the same; null = none. */
static struct upload *
upload_other(struct upload *list, const struct upload *upload, bool waits)
{
    struct upload *other = list;

    while (other && (other == upload || !other->create || other->waits != waits ||
                     !str_eq(other->in->site, upload->in->site) ||
                     !str_eq(other->in->sha512, upload->in->sha512))) {
        other = other->next;
    }
    return other;
}

/* Whoever waited for it does it now. */
static void
upload_failed(struct upload *upload, struct err *err)
{
    struct upload *other =
        upload->waits ? NULL : upload_other(upload->vim->uploads, upload, true);

    if (other) {
        other->waits = false;
        other->deadline_ns = time_mono_ns() + IMAGE_TIMEOUT_MS * 1000000LL;
        loop_timer_disarm(other->timer);
        other->has_turn = upload->has_turn;
        upload->has_turn = false;
    }
    upload_close(upload);
    step_failed(upload->step, err);
    if (other) {
        image_go(other);
    }
}

static void
upload_ready(struct upload *upload)
{
    struct vim_made *made = step_out_new(upload->step);
    struct upload *other = upload_other(upload->vim->uploads, upload, true);

    made->id = upload->id;
    made->site = upload->in->site;
    made->name = upload->in->name;
    made->status = "active";
    if (other) {
        other->id = mem_str(step_mem(other->step), upload->id);
        other->waits = false;
    }
    upload_close(upload);
    step_done(upload->step, made);
    if (other) {
        step_said(other->step, "image %s: another operation brought it", other->id);
        upload_ready(other);
    }
}

static void
upload_call(struct upload *upload, const char *method, const char *path, const char *body,
            vim_done_fn *done)
{
    const struct vim_call call = {.site_id = upload->in->site,
                                  .service = "image",
                                  .method = method,
                                  .path = path,
                                  .body = body,
                                  .read_only = str_eq(method, "GET")};

    step_vim_call(upload->step, &call, done, upload);
}

static struct err *
image_wrong(const struct upload *upload, const struct json *image)
{
    const char *status = json_get_str(image, "status");
    const char *hash = json_get_str(image, "os_hash_value");

    if (str_eq(status, "killed") || str_eq(status, "deleted")) {
        return err_new(E_REMOTE, NULL, "site %s: image %s is %s", upload->in->site, upload->id,
                       status);
    }
    if (str_eq(status, "active") && hash && !str_eq(hash, upload->in->sha512)) {
        return err_new(E_REMOTE, NULL,
                       "site %s: image %s has another content than %s (sha512 %.16s...): delete "
                       "it there, then retry",
                       upload->in->site, upload->id, upload->in->file, hash);
    }
    return NULL;
}

static void
image_looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct upload *upload = arg;

    if (!err) {
        err = image_wrong(upload, answer->json);
    }
    if (err) {
        upload_failed(upload, err);
    } else if (str_eq(json_get_str(answer->json, "status"), "active")) {
        upload_ready(upload);
    } else if (time_mono_ns() > upload->deadline_ns) {
        upload_failed(upload, err_new(E_UNAVAILABLE, NULL, "site %s: image %s is not active %d s "
                                      "after its upload", upload->in->site, upload->id,
                                      IMAGE_TIMEOUT_MS / 1000));
    } else {
        loop_timer_arm(upload->timer, IMAGE_POLL_MS);
    }
}

static void
image_wait(void *arg)
{
    struct upload *upload = arg;

    upload_call(upload, "GET", mem_printf(step_mem(upload->step), "/images/%s", upload->id), NULL,
                image_looked);
}

static void
image_uploaded(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct upload *upload = arg;

    (void)answer;
    if (err && err->code == E_CONFLICT) {
        err_ignore(err, "it has its data already");
        err = NULL;
    }
    if (err) {
        upload_failed(upload, err);
    } else {
        upload->deadline_ns = time_mono_ns() + IMAGE_TIMEOUT_MS * 1000000LL;
        image_wait(upload);
    }
}

static void
image_upload(struct upload *upload)
{
    struct vim_call call = {.site_id = upload->in->site,
                            .service = "image",
                            .method = "PUT",
                            .content_type = "application/octet-stream"};

    upload->fd = open(upload->in->file, O_RDONLY | O_CLOEXEC);
    if (upload->fd < 0) {
        upload_failed(upload, err_errno(E_UNAVAILABLE, "open %s", upload->in->file));
        return;
    }
    call.path = mem_printf(step_mem(upload->step), "/images/%s/file", upload->id);
    call.body_fd = upload->fd;
    step_vim_call(upload->step, &call, image_uploaded, upload);
}

static const char *
image_body(const struct step *step)
{
    const struct vim_image *in = step_in(step);
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    jw_str(&w, "name", in->name);
    jw_str(&w, "disk_format", in->disk_format);
    jw_str(&w, "container_format", in->container_format);
    jw_int(&w, "min_disk", in->min_disk_gb);
    jw_int(&w, "min_ram", in->min_ram_mb);
    jw_str(&w, "carrick", step_marker(step));
    jw_end(&w);
    return buf_copy(step_mem(step), &out);
}

static void
image_created(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct upload *upload = arg;

    if (err) {
        upload_failed(upload, err);
        return;
    }
    upload->id = mem_str(step_mem(upload->step), json_get_str(answer->json, "id"));
    if (!upload->id) {
        upload_failed(upload, err_new(E_IN_DOUBT, NULL, "site %s: an image without an id",
                                      upload->in->site));
        return;
    }
    image_upload(upload);
}

static void
image_absent(struct upload *upload)
{
    if (upload->create) {
        upload_call(upload, "POST", "/images", image_body(upload->step), image_created);
    } else {
        upload_close(upload);
        step_absent(upload->step);
    }
}

/* One with the right content, or one that this very step began. */
static const struct json *
image_usable(const struct upload *upload, const struct json *list)
{
    const char *marker = step_marker(upload->step);

    json_each (list, i) {
        if (str_eq(json_get_str(list->items[i], "os_hash_value"), upload->in->sha512) &&
            str_eq(json_get_str(list->items[i], "status"), "active")) {
            return list->items[i];
        }
    }
    json_each (list, i) {
        if (str_eq(json_get_str(list->items[i], "carrick"), marker)) {
            return list->items[i];
        }
    }
    return NULL;
}

static void
image_listed(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct upload *upload = arg;
    const struct json *image;

    if (err) {
        upload_failed(upload, err);
        return;
    }
    image = image_usable(upload, answer_list(answer, "images"));
    if (!image) {
        image_absent(upload);
        return;
    }
    upload->id = mem_str(step_mem(upload->step), json_get_str(image, "id"));
    if (str_eq(json_get_str(image, "status"), "queued")) {
        image_upload(upload);
    } else {
        image_wait(upload);
    }
}

static void
image_look(struct upload *upload)
{
    struct mem *mem = step_mem(upload->step);

    upload_call(upload, "GET",
                mem_printf(mem, "/images?name=%s&limit=100", url_encode(mem, upload->in->name)),
                NULL, image_listed);
}

/* Another replica is at it for as long as that takes. */
static void
turn_due(struct upload *upload)
{
    bool ours;
    struct err *e = turn_is_ours(upload->vim->config.store, turn_name(upload), &ours);

    err_ignore(e, "asked again");
    if (!ours) {
        turn_want(upload, TURN_AGAIN_MS);
        return;
    }
    upload->wants_turn = false;
    upload->has_turn = true;
    image_look(upload);
}

/* One that waits does so for as long as the other one is at it. */
static void
image_due(void *arg)
{
    struct upload *upload = arg;

    if (!upload->waits && !upload->wants_turn) {
        image_wait(upload);
    } else if (!step_wanted(upload->step)) {
        upload_failed(upload, err_new(E_CANCELLED, NULL, "nobody waits for it any more"));
    } else if (upload->wants_turn) {
        turn_due(upload);
    } else {
        loop_timer_arm(upload->timer, IMAGE_TIMEOUT_MS);
    }
}

static void
image_begin(struct step *step, bool create)
{
    struct upload *upload = MEM_NEW(step_mem(step), struct upload);

    upload->step = step;
    upload->vim = step_service(step, "vim");
    upload->in = step_in(step);
    upload->fd = -1;
    upload->create = create;
    upload->timer = loop_timer_new(step_loop(step), image_due, upload);
    step_waits_by(step, upload->timer);
    upload->deadline_ns = time_mono_ns() + IMAGE_TIMEOUT_MS * 1000000LL;
    upload->waits = create && upload_other(upload->vim->uploads, upload, false);
    upload->next = upload->vim->uploads;
    upload->vim->uploads = upload;
    upload->vim->refs++;
    if (upload->waits) {
        loop_timer_arm(upload->timer, IMAGE_TIMEOUT_MS);
    } else {
        image_go(upload);
    }
}

static void
image_have(struct step *step)
{
    image_begin(step, true);
}

static void
image_find(struct step *step)
{
    image_begin(step, false);
}

static const char *
image_describe(const struct step *step)
{
    const struct vim_image *in = step_in(step);

    return mem_printf(step_mem(step),
                      "site %s: image GET /images?name=%s (sha512 %.16s...), where absent POST "
                      "/images %s, PUT /images/ID/file from %s",
                      in->site, in->name, in->sha512, image_body(step), in->file);
}

/* ---- flavors ------------------------------------------------------------------------------ */

static const char *
flavor_name(struct mem *mem, const struct vim_flavor *in)
{
    return mem_printf(mem, "carrick-%lldc-%lldm-%lldg", (long long)in->vcpus,
                      (long long)in->ram_mb, (long long)in->disk_gb);
}

static const char *
flavor_body(const struct step *step)
{
    const struct vim_flavor *in = step_in(step);
    const char *name = flavor_name(step_mem(step), in);
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    jw_object(&w, "flavor");
    jw_str(&w, "id", uuid_from(step_mem(step), name));
    jw_str(&w, "name", name);
    jw_int(&w, "vcpus", in->vcpus);
    jw_int(&w, "ram", in->ram_mb);
    jw_int(&w, "disk", in->disk_gb);
    jw_end(&w);
    jw_end(&w);
    return buf_copy(step_mem(step), &out);
}

static void
flavor_ready(struct step *step, const char *id, const char *name)
{
    const struct vim_flavor *in = step_in(step);
    struct vim_made *made = step_out_new(step);

    made->id = id;
    made->site = in->site;
    made->name = name;
    step_done(step, made);
}

static void
flavor_created(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    const char *name = flavor_name(step_mem(step), step_in(step));

    (void)answer;
    if (err && err->code != E_CONFLICT) {
        step_failed(step, err);
        return;
    }
    err_ignore(err, "someone made it just now, under the same id");
    flavor_ready(step, uuid_from(step_mem(step), name), name);
}

static bool
flavor_fits(const struct vim_flavor *in, const struct json *flavor)
{
    return json_int(json_get(flavor, "vcpus"), -1) == in->vcpus &&
           json_int(json_get(flavor, "ram"), -1) == in->ram_mb &&
           json_int(json_get(flavor, "disk"), -1) == in->disk_gb;
}

static void
flavor_listed(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;
    const struct vim_flavor *in = step_in(step);
    struct vim_call call = {.site_id = in->site, .service = "compute", .method = "POST",
                            .path = "/flavors"};
    const struct json *list;

    if (err) {
        step_failed(step, err);
        return;
    }
    list = answer_list(answer, "flavors");
    json_each (list, i) {
        if (flavor_fits(in, list->items[i])) {
            flavor_ready(step, json_get_str(list->items[i], "id"),
                         json_get_str(list->items[i], "name"));
            return;
        }
    }
    call.body = flavor_body(step);
    step_vim_call(step, &call, flavor_created, step);
}

static void
flavor_have(struct step *step)
{
    const struct vim_flavor *in = step_in(step);
    const struct vim_call call = {.site_id = in->site, .service = "compute", .method = "GET",
                                  .path = "/flavors/detail", .read_only = true};

    step_vim_call(step, &call, flavor_listed, step);
}

static const char *
flavor_describe(const struct step *step)
{
    const struct vim_flavor *in = step_in(step);

    return mem_printf(step_mem(step),
                      "site %s: compute GET /flavors/detail, where none fits POST /flavors %s",
                      in->site, flavor_body(step));
}

/* ---- kinds ------------------------------------------------------------------------------------ */

const struct object vim_image_object = {.kind = "image",
                                        .plural = "images",
                                        .service = "image",
                                        .path = "/images",
                                        .marked = BY_PROPERTY,
                                        .kept = true,
                                        .create = &vim_image_have,
                                        .remove = &vim_image_delete};
static const struct object flavor_object = {
    .kind = "flavor", .plural = "flavors", .service = "compute", .path = "/flavors"};

const struct step_kind vim_image_have = {.name = "vim image have",
                                         .doc = "an image, uploaded where the site lacks it",
                                         .effect = FLOW_WRITE,
                                         .in = &vim_image_table,
                                         .out = &vim_made_table,
                                         .act = image_have,
                                         .find = image_find,
                                         .describe = image_describe};
const struct step_kind vim_flavor_have = {.name = "vim flavor have",
                                          .doc = "a flavor of given sizes",
                                          .effect = FLOW_WRITE,
                                          .in = &vim_flavor_table,
                                          .out = &vim_made_table,
                                          .act = flavor_have,
                                          .describe = flavor_describe};
const struct step_kind vim_image_delete = {.name = "vim image delete",
                                           .doc = "an image",
                                           .effect = FLOW_WRITE,
                                           .in = &vim_ref_table,
                                           .data = &vim_image_object,
                                           .act = object_delete,
                                           .describe = object_describe_delete};
const struct step_kind vim_flavor_delete = {.name = "vim flavor delete",
                                            .doc = "a flavor",
                                            .effect = FLOW_WRITE,
                                            .in = &vim_ref_table,
                                            .data = &flavor_object,
                                            .act = object_delete,
                                            .describe = object_describe_delete};
