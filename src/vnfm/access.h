/* What opens a VNF's servers to us, and what its texts and scripts have for inputs. */
#ifndef CARRICK_VNFM_ACCESS_H
#define CARRICK_VNFM_ACCESS_H

#include "store/store.h"
#include "tosca/late.h"

/* The key pair of an instance (script_key): it follows from the store's sealing key and the instance's
 * id, so that it is nowhere kept.  Either half may be null.  E_INTERNAL without a sealing key. */
struct err *vnf_key(struct tx *tx, const char *vnf_instance_id, const char **private_key,
                    const char **public_key) MUST_USE;
/* Inputs: 'params' (or null), behind them those of the instantiation, and our public key; metadata,
 * configurable properties and extensions are the instance's.  All in tx_mem. */
struct err *vnf_values(struct tx *tx, const char *vnf_instance_id, const struct json *params,
                       struct late_values *values) MUST_USE;

#endif
