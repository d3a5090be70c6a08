/* The tables behind vnfm/request.h, and what types and limits alone cannot say. */
#include "vnfm/request.h"

#include "base/net.h"
#include "flow/flow.h"

#include <stdarg.h>

static const char *const layer_protocols[] = {"IP_OVER_ETHERNET", NULL};
static const char *const ip_address_types[] = {"IPV4", "IPV6", NULL};
const char *const scale_types[] = {"SCALE_OUT", "SCALE_IN", NULL};
const char *const vnf_states[] = {"STARTED", "STOPPED", NULL};
const char *const termination_types[] = {"FORCEFUL", "GRACEFUL", NULL};
const char *const cancel_modes[] = {FLOW_GRACEFUL, FLOW_FORCEFUL, NULL};

#define ATTR ATTR_ROW
#define TABLE_STRUCT ip_address_data
static const struct attr ip_address_data_attrs[] = {
#include "vnfm/ip_address_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ip_over_ethernet
static const struct attr ip_over_ethernet_attrs[] = {
#include "vnfm/ip_over_ethernet.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT cp_protocol_data
static const struct attr cp_protocol_data_attrs[] = {
#include "vnfm/cp_protocol_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ext_cp_config
static const struct attr ext_cp_config_attrs[] = {
#include "vnfm/ext_cp_config.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ext_cp_data
static const struct attr ext_cp_data_attrs[] = {
#include "vnfm/ext_cp_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT resource_handle
static const struct attr resource_handle_attrs[] = {
#include "vnfm/resource_handle.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ext_link_port_data
static const struct attr ext_link_port_data_attrs[] = {
#include "vnfm/ext_link_port_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ext_link_data
static const struct attr ext_link_data_attrs[] = {
#include "vnfm/ext_link_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ext_managed_link_data
static const struct attr ext_managed_link_data_attrs[] = {
#include "vnfm/ext_managed_link_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_connection_info
static const struct attr vim_connection_info_attrs[] = {
#include "vnfm/vim_connection_info.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT instantiate_request
static const struct attr instantiate_request_attrs[] = {
#include "vnfm/instantiate_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT terminate_request
static const struct attr terminate_request_attrs[] = {
#include "vnfm/terminate_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_info
static const struct attr scale_info_attrs[] = {
#include "vnfm/scale_info.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_request
static const struct attr scale_request_attrs[] = {
#include "vnfm/scale_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_to_level_request
static const struct attr scale_to_level_request_attrs[] = {
#include "vnfm/scale_to_level_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT operate_request
static const struct attr operate_request_attrs[] = {
#include "vnfm/operate_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT modify_request
static const struct attr modify_request_attrs[] = {
#include "vnfm/modify_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT heal_request
static const struct attr heal_request_attrs[] = {
#include "vnfm/heal_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT change_connectivity_request
static const struct attr change_connectivity_request_attrs[] = {
#include "vnfm/change_connectivity_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT change_flavour_request
static const struct attr change_flavour_request_attrs[] = {
#include "vnfm/change_flavour_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT change_package_request
static const struct attr change_package_request_attrs[] = {
#include "vnfm/change_package_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT cancel_request
static const struct attr cancel_request_attrs[] = {
#include "vnfm/cancel_request.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

#define X(word, doc_)                                                                              \
    const struct table word##_table = {                                                            \
        .name = #word, .doc = doc_, TABLE(struct word, word##_attrs)};
VNFM_REQUESTS(X)
#undef X

/* ---- checks ------------------------------------------------------------------------- */

const char *
request_check_object(struct mem *mem, const struct attr *attr, void *value)
{
    (void)mem;
    (void)attr;
    return json_is(*(const struct json *const *)value, JSON_T_OBJECT) ? NULL
                                                                      : "an object is needed.";
}

const char *
request_check_ips(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *strs = value;
    struct ip ip;

    (void)attr;
    for (size_t i = 0; i < strs->n; i++) {
        if (!ip_parse(strs->items[i], &ip)) {
            return mem_printf(mem, "'%s' is not a valid IP address.", strs->items[i]);
        }
    }
    return NULL;
}

static const char *
address_fault(struct mem *mem, const struct ip_address_data *data)
{
    struct ip ip;

    if ((data->fixed.n > 0) == (data->n_dynamic != INT_NULL)) {
        return "an entry of ipAddresses needs one of fixedAddresses and numDynamicAddresses.";
    }
    for (size_t i = 0; i < data->fixed.n; i++) {
        if (ip_parse(data->fixed.items[i], &ip) && ip_is_v4(&ip) != str_eq(data->type, "IPV4")) {
            return mem_printf(mem, "%s is not of type %s.", data->fixed.items[i], data->type);
        }
    }
    return NULL;
}

const char *
request_check_ethernet(struct mem *mem, const struct attr *attr, void *value)
{
    const struct rows *rows = value;
    const char *fault = NULL;

    (void)attr;
    for (size_t i = 0; !fault && i < rows->n; i++) {
        const struct ip_over_ethernet *ethernet = rows->items[i];

        if (!ethernet->mac_address && ethernet->addresses.n == 0) {
            fault = "macAddress or ipAddresses is needed.";
        }
        for (size_t j = 0; !fault && j < ethernet->addresses.n; j++) {
            fault = address_fault(mem, ethernet->addresses.items[j]);
        }
    }
    return fault;
}

void
request_fault(struct err **faults, const char *fmt, ...)
{
    AUTO(mem) mem = mem_new("request fault");
    va_list args;
    const char *text;

    va_start(args, fmt);
    text = mem_vprintf(mem, fmt, args);
    va_end(args);
    *faults = err_join(*faults, err_new(E_UNPROCESSABLE, NULL, "%s", text));
}

/* ---- what is asked for ------------------------------------------------------------------ */

struct asked_address
request_address(const struct rows *protocols)
{
    struct asked_address asked = {0};
    const struct cp_protocol_data *protocol = protocols->n ? protocols->items[0] : NULL;
    const struct ip_over_ethernet *ethernet =
        protocol && protocol->ethernet.n ? protocol->ethernet.items[0] : NULL;
    const struct ip_address_data *first =
        ethernet && ethernet->addresses.n ? ethernet->addresses.items[0] : NULL;

    asked.mac_address = ethernet ? ethernet->mac_address : NULL;
    if (first) {
        asked.subnet_id = first->subnet_id;
        asked.ip_address = first->fixed.n ? first->fixed.items[0] : NULL;
    }
    return asked;
}
