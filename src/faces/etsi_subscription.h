/* The resource "subscriptions" of ETSI's APIs (SOL013 clause 8): the same four routes
 * under each, told apart by the table of what the API tells. */
#ifndef CARRICK_FACES_ETSI_SUBSCRIPTION_H
#define CARRICK_FACES_ETSI_SUBSCRIPTION_H

#include "notify/notify.h"
#include "rest/rest.h"

/* What each API tells, and all of them, for a notifier (null-terminated). */
extern const struct notice_api vnflcm_notices, nslcm_notices, vnfpkgm_notices, nsd_notices,
    vnffm_notices, nsfm_notices, vnfpm_notices, nspm_notices, vnfind_notices;
extern const struct notice_api *const etsi_notices[];

extern const struct rest_shape etsi_subscription_shape;
rest_fn etsi_subscription_create;
rest_tx_fn etsi_subscription_show, etsi_subscription_delete;

#define ETSI_SUBSCRIPTIONS(path_, api_, request_) ETSI_SUBSCRIPTIONS_UNTIL(path_, api_, request_, 0)
/* 'until_': the first major version of the API that has them no more, 0 = none. */
#define ETSI_SUBSCRIPTIONS_UNTIL(path_, api_, request_, until_)                                    \
    {.method = "POST",                                                                             \
     .path = (path_),                                                                              \
     .verb = REST_ACTION,                                                                          \
     .resource = &subscription_resource,                                                           \
     .shape = &etsi_subscription_shape,                                                            \
     .status = 201,                                                                                \
     .rule = "writer",                                                                             \
     .body = &(request_),                                                                          \
     .start = etsi_subscription_create,                                                            \
     .until = (until_),                                                                            \
     .arg = &(api_),                                                                               \
     .doc = "Subscribes, once the callback has answered a GET with 204; 303 where the same "       \
            "subscription is there."},                                                             \
        {.method = "GET",                                                                          \
         .path = (path_),                                                                          \
         .verb = REST_LIST,                                                                        \
         .resource = &subscription_resource,                                                       \
         .shape = &etsi_subscription_shape,                                                        \
         .arg = &(api_),                                                                           \
         .until = (until_)},                                                                       \
        {.method = "GET",                                                                          \
         .path = path_ "/{id}",                                                                    \
         .verb = REST_ACTION,                                                                      \
         .resource = &subscription_resource,                                                       \
         .shape = &etsi_subscription_shape,                                                        \
         .read = etsi_subscription_show,                                                           \
         .arg = &(api_),                                                                           \
         .until = (until_),                                                                        \
         .doc = "Shows a subscription."},                                                          \
    {                                                                                              \
        .method = "DELETE", .path = path_ "/{id}", .verb = REST_ACTION,                            \
        .resource = &subscription_resource, .rule = "writer", .write = etsi_subscription_delete,   \
        .arg = &(api_), .until = (until_),                                                         \
        .doc = "Ends a subscription, with all that waits for the subscriber."                      \
    }

#endif
