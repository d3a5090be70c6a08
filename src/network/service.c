/* The service's own object: settings of this site that hooks need. */
#include "network/words.h"

#include <stdlib.h>

#define VXLAN_OVERHEAD_V4 50 /* Ethernet 14 + IPv4 20 + UDP 8 + VXLAN 8. */
#define UNDERLAY_DEFAULT 1500
#define MTU_MIN 576

struct err *
network_service_new(const struct network_config *config, struct network_service **service)
{
    int64_t underlay = config->underlay_mtu ? config->underlay_mtu : UNDERLAY_DEFAULT;
    struct network_service *made;
    struct ip vtep;

    if (config->vtep && (!ip_parse(config->vtep, &vtep) || !ip_is_v4(&vtep))) {
        return err_new(E_INVALID, NULL, "tunnel endpoint '%s' is not an IPv4 address",
                       config->vtep);
    }
    if (underlay - VXLAN_OVERHEAD_V4 < MTU_MIN || underlay > 9000 + VXLAN_OVERHEAD_V4) {
        return err_new(E_INVALID, NULL, "underlay MTU %lld leaves no room for a segment (%d-9000)",
                       (long long)underlay, MTU_MIN);
    }
    made = heap_alloc(sizeof *made);
    made->store = config->store;
    made->host = heap_str(str_or(config->host, "localhost"));
    made->vtep = config->vtep ? heap_str(config->vtep) : NULL;
    made->mtu_max = underlay - VXLAN_OVERHEAD_V4;
    made->hints = ipam_hints_new();
    pthread_mutex_init(&made->lock, NULL);
    *service = made;
    return NULL;
}

void
network_service_free(struct network_service *service)
{
    if (!service) {
        return;
    }
    pthread_mutex_destroy(&service->lock);
    ipam_hints_free(service->hints);
    free(service->vtep);
    free(service->host);
    free(service);
}

void
network_service_autofree(struct network_service **service)
{
    network_service_free(*service);
}
