/* The image's table, its rules and hooks. */
#include "image/image.h"

static const char *const image_statuses[] = {"queued", "saving", "active", "killed", "deleted",
                                             "deactivated", NULL};
static const char *const image_visibilities[] = {"public", "private", "shared", "community", NULL};
static const char *const image_containers[] = {"ami",  "ari", "aki",    "bare",
                                               "ovf",  "ova", "docker", "compressed", NULL};
static const char *const image_disks[] = {"ami",   "ari", "aki", "vhd", "vhdx", "vmdk",
                                          "raw", "qcow2", "vdi", "iso", "ploop", NULL};
static const char *const image_archives[] = {"tar", "oci", NULL};

#define ATTR ATTR_ROW
#define TABLE_STRUCT image
static const struct attr image_attrs[] = {
#include "image/image.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table image_table = {.name = "image",
                                  .doc = "What a server is started from.",
                                  TABLE(struct image, image_attrs)};

const struct table *const image_tables[] = {&image_table, NULL};

const struct policy_rule image_rules[] = {
    {"image_admin", "role:admin", "Gives images to others and makes them public."},
    {"image_owner", "role:admin or (role:member and project_id:%(project_id)s)",
     "Changes and deletes images of the own project."},
    {"image_member", "role:admin or role:member", "Makes images."},
    {"image_reader", "@", "Sees images that are visible to the project."},
};
const size_t image_n_rules = sizeof image_rules / sizeof *image_rules;

/* Making an image public is the administrator's business. */
static struct err *
check_visibility(const struct op *op, const struct image *image)
{
    if (str_eq(image->visibility, "public") && !op->caller->is_admin && !op->caller->is_internal) {
        return err_new(E_FORBIDDEN, NULL,
                       "You are not authorized to complete publicize_image action.");
    }
    return NULL;
}

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct image *image = row;

    (void)tx;
    image->status = "queued";
    return check_visibility(op, image);
}

/* Formats say how the data is read; once there is data they are fixed. */
static struct err *
before_update(struct tx *tx, struct op *op, const void *old_row, void *row)
{
    const struct image *old = old_row, *image = row;

    (void)tx;
    if (!str_eq(old->visibility, image->visibility)) {
        TRY(check_visibility(op, image));
    }
    if (!str_eq(old->status, "queued") &&
        (!str_eq(old->container_format, image->container_format) ||
         !str_eq(old->disk_format, image->disk_format))) {
        return err_new(E_FORBIDDEN, NULL,
                       "Attributes container_format and disk_format can only be replaced on a "
                       "queued image.");
    }
    return NULL;
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct image *image = row;

    (void)tx;
    (void)op;
    if (image->protected) {
        return err_new(E_FORBIDDEN, NULL,
                       "Image %s is protected and cannot be deleted.", image->id);
    }
    return NULL;
}

const struct resource image_resource = {
    .table = &image_table,
    .singular = "image",
    .plural = "images",
    .doc = "Images that servers are started from (Image API v2).",
    .flags = RESOURCE_TAGS,
    .visible = "t.visibility IN ('public', 'community')",
    .rule_create = "image_member",
    .rule_show = "image_reader",
    .rule_update = "image_owner",
    .rule_delete = "image_owner",
    .hooks = {.before_create = before_create,
              .before_update = before_update,
              .before_delete = before_delete},
};
