/* Images: once a site, whoever needs them, by their hash. */
#include "nfvo/place.h"

static bool
is_planned(const struct ns_plan *plan, const char *site, const char *sha512)
{
    for (size_t i = 0; i < plan->images.n; i++) {
        const struct plan_image *image = plan->images.items[i];
        const struct wanted_image *wanted = image->image.items[0];

        if (str_eq(image->site, site) && str_eq(wanted->sha512, sha512)) {
            return true;
        }
    }
    return false;
}

static bool
is_used(const struct vnf_wanted *wanted, const char *image_id)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        if (str_eq(((const struct wanted_vnfc *)wanted->vnfcs.items[i])->image_id, image_id)) {
            return true;
        }
    }
    return false;
}

const char *
place_container_image(const struct placing *p, const char *profile)
{
    const struct vnf_wanted *wanted = map_get(&p->descriptors, profile);

    for (size_t i = 0; wanted && i < wanted->images.n; i++) {
        const struct wanted_image *image = wanted->images.items[i];

        if (str_eq(image->container_format, "docker") && is_used(wanted, image->image_id)) {
            return image->name;
        }
    }
    return NULL;
}

static void
images_of_vnf(struct placing *p, const struct plan_vnf *vnf)
{
    const struct vnf_wanted *wanted = map_get(&p->descriptors, vnf->profile);

    for (size_t i = 0; i < wanted->images.n; i++) {
        struct wanted_image *image = wanted->images.items[i];
        struct plan_image *planned = row_new(p->mem, &plan_image_table);

        if (!is_used(wanted, image->image_id) || is_planned(p->plan, vnf->site, image->sha512)) {
            continue;
        }
        planned->site = vnf->site;
        planned->site_name = vnf->site_name;
        planned->package_id = vnf->package_id;
        place_add(p->mem, &planned->image, image);
        place_add(p->mem, &p->plan->images, planned);
    }
}

void
place_images(struct placing *p)
{
    for (size_t i = p->n_there; i < p->plan->vnfs.n; i++) {
        images_of_vnf(p, p->plan->vnfs.items[i]);
    }
}
