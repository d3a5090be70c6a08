/* Availability zones of a site (Compute API: os-availability-zone). */
#ifndef CARRICK_VIM_ZONES_H
#define CARRICK_VIM_ZONES_H

#include "vim/vim.h"

struct vim_zones {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/zones.tbl"
#undef ATTR
};
extern const struct table vim_zones_table;
/* READ; in vim_site_ref, out vim_zones: at most ZONES_MAX of those that are available. */
#define ZONES_MAX 64
extern const struct step_kind vim_site_zones;

#endif
