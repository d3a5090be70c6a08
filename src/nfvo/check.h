/* Checks of given values that the tables name. */
#ifndef CARRICK_NFVO_CHECK_H
#define CARRICK_NFVO_CHECK_H

#include "base/attr.h"

attr_check_fn site_check_url; /* http or https, host, no user, no fragment */
attr_check_fn
    site_check_location; /* country_code, civic_address_elements, labels and nothing else */

#endif
