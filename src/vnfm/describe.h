/* From a VNFD to what has to be made for it. */
#ifndef CARRICK_VNFM_DESCRIBE_H
#define CARRICK_VNFM_DESCRIBE_H

#include "flow/flow.h"
#include "tosca/vnfd.h"
#include "vnfm/journal.h"

/* READ of our own store, in describe_in, out vnf_wanted. */
extern const struct step_kind vnf_describe;

/* Sums of what the servers need. */
struct vnf_size {
    int64_t vcpus, memory_mb, disk_gb, servers;
};
struct vnf_size vnf_size_of(const struct vnf_wanted *wanted);

/* Images of a package: rows of wanted_image in tx_mem. */
struct err *wanted_images_load(struct tx *tx, const char *package_id, struct rows *rows) MUST_USE;

/* Fills 'wanted' for a flavour and level (null = the defaults), with the aspects where 'scales'
 * (struct vnf_scale; null = none) has them, else where the level does.  E_INVALID where the VNFD
 * has none such; E_NOT_IMPLEMENTED where it needs what is not supported. */
struct err *vnf_wanted_fill(struct mem *mem, const struct vnfd *vnfd, const char *flavour_id,
                            const char *level_id, const struct rows *scales,
                            struct vnf_wanted *wanted) MUST_USE;

/* From what is there to what is wanted: servers to make (struct wanted_vnfc, in 'wanted') and to
 * delete (struct made_vnfc, in 'made'), the newest first.  Servers of a VDU are told apart by their
 * numbers; one that lost its server is both.  Internal links (wanted_link, made_link) by their names;
 * one that lost its subnet is both. */
struct vnf_change {
    struct rows added, removed;
    struct rows links_added, links_removed;
};
struct vnf_change vnf_change_of(struct mem *mem, const struct vnf_made *made,
                                const struct vnf_wanted *wanted) MUST_USE;

#endif
