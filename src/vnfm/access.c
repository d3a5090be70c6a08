/* Keys of instances and values of inputs: read again by each step that needs them,
 * so that no journal has a key. */
#include "vnfm/access.h"

#include "nfvo/nfvo.h"
#include "script/script.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfm.h"

#include <string.h>

struct err *
vnf_key(struct tx *tx, const char *vnf_instance_id, const char **private_key,
        const char **public_key)
{
    uint8_t seed[32];
    struct err *e;

    TRY(tx_secret(tx, mem_printf(tx_mem(tx), "ssh/%s", vnf_instance_id), seed));
    e = script_key(tx_mem(tx), seed, mem_printf(tx_mem(tx), "carrick:%s", vnf_instance_id),
                   private_key, public_key);
    explicit_bzero(seed, sizeof seed);
    return e;
}

struct err *
vnf_values(struct tx *tx, const char *vnf_instance_id, const struct json *params,
           struct late_values *values)
{
    struct mem *mem = tx_mem(tx);
    struct cond known[] = {COND("id", vnf_instance_id), {0}};
    struct vnf_instance *instance;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *ours;
    const char *key;

    TRY(row_find(tx, &vnf_instance_table, known, (void **)&instance)); /* Not there yet in a plan. */
    TRY(vnf_key(tx, vnf_instance_id, NULL, &key));
    jw_object(&w, NULL);
    jw_str(&w, SCRIPT_KEY_INPUT, key);
    jw_end(&w);
    TRY(json_parse(mem, text.data, text.len, &ours));
    values->inputs = instance ? json_get(instance->made, "params") : NULL;
    if (params) {
        values->inputs = json_merge(mem, values->inputs, params);
    }
    values->inputs = json_merge(mem, values->inputs, ours);
    values->metadata = instance ? instance->metadata : NULL;
    values->configurable = instance ? instance->configurable : NULL;
    values->extensions = instance ? instance->extensions : NULL;
    return NULL;
}
