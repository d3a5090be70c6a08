/* The desk where foreign VNFMs ask for grants (SOL003 9.4.1): who may, what the request means in
 * terms of the VNFD, and the wait for a decision that is a flow's.  Nothing that the request says
 * is followed or believed: sizes are those of the VNFD that is on-boarded here, and the operation is
 * asked for at the URL that the VNFM was registered with. */
#include "nfvo/grant_desk.h"

#include "base/uuid.h"
#include "base/vec.h"
#include "nfvo/place.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- the wait ------------------------------------------------------------------------- */

#define WAITERS_MAX 4   /* Each has one of the eight threads that requests wait on. */
#define OPEN_MAX 1000   /* Of one VNFM: each is a flow that asks for its operation. */

struct grant_desk {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    uint64_t n_rung;
    int n_waiting;
};

struct grant_desk *
grant_desk_new(void)
{
    struct grant_desk *desk = heap_alloc(sizeof *desk);
    pthread_condattr_t clock;

    desk->n_rung = 0;
    desk->n_waiting = 0;
    pthread_mutex_init(&desk->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&desk->rung, &clock);
    pthread_condattr_destroy(&clock);
    return desk;
}

void
grant_desk_free(struct grant_desk *desk)
{
    if (desk) {
        pthread_cond_destroy(&desk->rung);
        pthread_mutex_destroy(&desk->lock);
        free(desk);
    }
}

void
grant_desk_ring(struct grant_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    desk->n_rung++;
    pthread_cond_broadcast(&desk->rung);
    pthread_mutex_unlock(&desk->lock);
}

bool
grant_desk_sit(struct grant_desk *desk)
{
    bool sits;

    pthread_mutex_lock(&desk->lock);
    sits = desk->n_waiting < WAITERS_MAX;
    desk->n_waiting += sits;
    pthread_mutex_unlock(&desk->lock);
    return sits;
}

void
grant_desk_rise(struct grant_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    desk->n_waiting--;
    pthread_mutex_unlock(&desk->lock);
}

struct deciding {
    const char *id;
    bool is_open;
};

static struct err *
deciding_read(struct tx *tx, void *arg)
{
    struct deciding *deciding = arg;
    struct grant *grant;

    TRY(row_get(tx, &grant_table, deciding->id, &grant));
    deciding->is_open = str_eq(grant->status, "PROCESSING");
    return NULL;
}

/* Each ring may be for somebody else: who hears it looks at his own. */
static struct err *
decision_wait(struct nfvo *nfvo, const char *grant_id)
{
    struct grant_desk *desk = nfvo->desk;
    struct deciding deciding = {.id = grant_id};
    struct timespec until;
    bool late = false;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += nfvo->grant_wait_ms / 1000;
    until.tv_nsec += nfvo->grant_wait_ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!late) {
        uint64_t heard;

        pthread_mutex_lock(&desk->lock);
        heard = desk->n_rung;
        pthread_mutex_unlock(&desk->lock);
        TRY(store_read(nfvo->store, deciding_read, &deciding));
        if (!deciding.is_open) {
            return NULL;
        }
        pthread_mutex_lock(&desk->lock);
        while (desk->n_rung == heard && !late) {
            late = pthread_cond_timedwait(&desk->rung, &desk->lock, &until) != 0;
        }
        pthread_mutex_unlock(&desk->lock);
    }
    return NULL;
}

/* ---- what is asked for ---------------------------------------------------------------- */

struct asking {
    struct nfvo *nfvo;
    struct mem *mem;
    const struct caller *caller;
    const struct grant_request *request;
    const char *grant_id; /* in 'mem' */
};

static struct err *
vnfm_of(struct tx *tx, const struct caller *caller, struct vnfm **vnfm)
{
    struct cond asks[] = {COND("project_id", caller->project_id), COND("client", caller->user_name),
                          COND("client_domain", str_or(caller->user_domain_id, "")), {0}};

    if (!caller->project_id) {
        return err_new(E_FORBIDDEN, NULL, "a token with a project is needed");
    }
    TRY(row_find(tx, &vnfm_table, asks, vnfm));
    return *vnfm ? NULL
                 : err_new(E_FORBIDDEN, NULL,
                           "user %s is the client of no VNFM that is registered in project %s",
                           str_or(caller->user_name, ""),
                           str_or(caller->project_name, caller->project_id));
}

/* The VDU in the flavour named, else in the first that has it. */
static const struct vnfd_vdu *
vdu_of(const struct vnfd *vnfd, const char *flavour_id, const char *name)
{
    const struct vnfd_flavour *flavour = flavour_id ? vnfd_flavour(vnfd, flavour_id) : NULL;
    const struct vnfd_vdu *vdu = flavour ? vnfd_vdu(flavour, name) : NULL;

    for (size_t i = 0; !flavour && !vdu && i < vnfd->n_flavours; i++) {
        vdu = vnfd_vdu(&vnfd->flavours[i], name);
    }
    return vdu;
}

static struct err *
size_add(const struct vnfd *vnfd, const char *flavour_id, const struct rows *resources,
         struct vnf_size *size)
{
    for (size_t i = 0; i < resources->n; i++) {
        const struct resource_definition *one = resources->items[i];
        const char *name = str_or(one->vdu, one->template_id);
        const struct vnfd_vdu *vdu;

        if (!str_eq(one->type, "COMPUTE")) {
            continue;
        }
        vdu = vdu_of(vnfd, flavour_id, name);
        if (!vdu) {
            return err_new(E_UNPROCESSABLE, NULL, "resource %s: VNFD %s has no VDU %s", one->id,
                           vnfd->descriptor_id, name);
        }
        size->vcpus += vdu->vcpus > 0 ? vdu->vcpus : 1;
        size->memory_mb += vdu->memory_mb > 0 ? vdu->memory_mb : 128;
        size->disk_gb += vdu->disk_gb;
        size->servers++;
    }
    return NULL;
}

static int64_t
less(int64_t a, int64_t b)
{
    return a > b ? a - b : 0;
}

#define CONSTRAINED_MAX 1024 /* resources that constraints name, in all */

/* A VNF is at one site; its zones are looked at when it is known, and in its nodes we have no say. */
static struct err *
constraints_take(struct mem *mem, const struct grant_request *request, struct grant_asked *asked)
{
    size_t n = 0;

    for (size_t i = 0; i < request->constraints.n; i++) {
        const struct placement_constraint *one = request->constraints.items[i];
        bool holds = str_eq(one->kind, "AFFINITY") && str_eq(one->scope, "NFVI_POP");
        bool zone = str_eq(one->scope, "ZONE");

        n += one->resources.n;
        if (n > CONSTRAINED_MAX) {
            return err_new(E_UNPROCESSABLE, NULL, "placementConstraints name more than %d resources",
                           CONSTRAINED_MAX);
        }
        if (zone) {
            place_add(mem, &asked->constraints, request->constraints.items[i]);
        } else if (!holds && !one->best) {
            return err_new(E_FORBIDDEN, NULL,
                           "placementConstraints[%zu]: %s of scope %s cannot be promised: a VNF is "
                           "at one site, which places servers by itself",
                           i, one->kind, one->scope);
        }
    }
    return NULL;
}

/* The definitions as they came: of each its name is answered. */
static struct err *
names_of(struct mem *mem, const struct rows *resources, const struct json **json)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (resources->n == 0) {
        return NULL;
    }
    jw_array(&w, NULL);
    for (size_t i = 0; i < resources->n; i++) {
        jw_object(&w, NULL);
        jw_str(&w, "id", ((const struct resource_definition *)resources->items[i])->id);
        jw_end(&w);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, json);
}

/* SOL003 9.5.2.2, note 2: what comes is listed, or follows from the level. */
static struct err *
level_size(struct tx *tx, const struct vnfd *vnfd, const struct grant_request *request,
           struct vnf_size *size)
{
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct err *e;

    if (request->added.n || !str_eq(request->operation, "INSTANTIATE")) {
        return NULL;
    }
    e = vnf_wanted_fill(tx_mem(tx), vnfd, request->flavour_id, request->level_id, NULL, wanted);
    if (err_is(e, E_INVALID)) {
        e->code = E_UNPROCESSABLE;
    }
    TRY(e);
    *size = vnf_size_of(wanted);
    return NULL;
}

static struct err *
sizes_fill(struct tx *tx, const struct vnfd *vnfd, const struct grant_request *request,
           struct grant_asked *asked, struct grant_in *in)
{
    struct vnf_size more = {0}, gone = {0};

    TRY(level_size(tx, vnfd, request, &more));
    TRY(size_add(vnfd, request->flavour_id, &request->added, &more));
    TRY(size_add(vnfd, request->flavour_id, &request->temporary, &more));
    TRY(size_add(vnfd, NULL, &request->removed, &gone));
    if (str_eq(request->operation, "HEAL")) { /* Server for server: what goes is room for what comes. */
        struct vnf_size both = more;

        more = (struct vnf_size){less(both.vcpus, gone.vcpus), less(both.memory_mb, gone.memory_mb),
                                 less(both.disk_gb, gone.disk_gb),
                                 less(both.servers, gone.servers)};
        gone = (struct vnf_size){less(gone.vcpus, both.vcpus), less(gone.memory_mb, both.memory_mb),
                                 0, less(gone.servers, both.servers)};
    }
    in->vcpus = more.vcpus;
    in->memory_mb = more.memory_mb;
    in->disk_gb = more.disk_gb;
    in->servers = more.servers;
    asked->removed_vcpus = gone.vcpus;
    asked->removed_memory_mb = gone.memory_mb;
    /* What came for a time is gone in the end. */
    asked->removed_servers = gone.servers;
    for (size_t i = 0; i < request->temporary.n; i++) {
        struct rows one = {.n = 1, .items = &request->temporary.items[i]};
        struct vnf_size passing = {0};

        TRY(size_add(vnfd, request->flavour_id, &one, &passing));
        asked->removed_vcpus += passing.vcpus;
        asked->removed_memory_mb += passing.memory_mb;
        asked->removed_servers += passing.servers;
    }
    return NULL;
}

/* Where the instance is already, by an earlier grant. */
static struct err *
site_before(struct tx *tx, const char *vnfm_id, const char *vnf_instance_id, const char **site)
{
    struct cond of_instance[] = {COND("vnf_instance_id", vnf_instance_id),
                                 COND("vnfm_id", vnfm_id),
                                 {0}};
    struct sort by_time[] = {{.attr = "created_at", .descending = true}, {0}};
    struct query query = {.table = &grant_table, .conds = of_instance, .sorts = by_time};
    struct rows grants;

    *site = NULL;
    TRY(rows_select(tx, &query, &grants));
    for (size_t i = 0; !*site && i < grants.n; i++) {
        *site = ((const struct grant *)grants.items[i])->site_id;
    }
    return NULL;
}

/* Where an instance that we had created there is placed. */
static struct err *
site_planned(struct tx *tx, const char *vnfm_id, const char *foreign_id, const char **site)
{
    struct cond ours[] = {COND("vnfm_id", vnfm_id), COND("foreign_id", foreign_id), {0}};
    struct vnf_instance *instance;

    TRY(row_find(tx, &vnf_instance_table, ours, &instance));
    *site = instance ? instance->site_id : NULL;
    return NULL;
}

/* The endpoint of the first connection in additionalParams.vimConnectionInfo. */
static const char *
endpoint_wished(const struct grant_request *request)
{
    const struct json *vims = json_get(request->additional_params, "vimConnectionInfo");
    const char *endpoint = NULL;

    json_each (vims, i) {
        const char *one = json_get_str(json_get(vims->items[i], "interfaceInfo"), "endpoint");

        endpoint = endpoint ? endpoint : one;
    }
    return endpoint && strlen(endpoint) <= 512 ? endpoint : NULL;
}

static struct err *
asked_fill(struct tx *tx, const struct grant_request *request, const struct vnfm *vnfm,
           struct grant_asked *asked)
{
    struct grant_in *in = row_new(tx_mem(tx), &grant_in_table);
    const char *vnfd_id = str_or(request->dst_vnfd_id, request->vnfd_id);
    struct vnf_package *package;
    struct vnfd *vnfd;

    TRY(constraints_take(tx_mem(tx), request, asked));
    TRY(vnf_package_find(tx, vnfm->project_id, vnfd_id, &package));
    TRY(vnfd_load(tx, package->id, &vnfd));
    in->vnf_instance_id = request->vnf_instance_id;
    in->vnf_lcm_op_occ_id = request->vnf_lcm_op_occ_id;
    in->project_id = vnfm->project_id;
    in->operation = request->operation;
    TRY(sizes_fill(tx, vnfd, request, asked, in));
    TRY(names_of(tx_mem(tx), &request->added, &in->resources));
    TRY(names_of(tx_mem(tx), &request->temporary, &in->temporary));
    TRY(names_of(tx_mem(tx), &request->removed, &in->removed));
    TRY(names_of(tx_mem(tx), &request->updated, &in->updated));
    if (!str_eq(request->operation, "INSTANTIATE")) {
        TRY(site_before(tx, vnfm->id, request->vnf_instance_id, &in->site));
    } else {
        TRY(site_planned(tx, vnfm->id, request->vnf_instance_id, &in->site));
        asked->flavour_id = request->flavour_id;
        asked->level_id = request->level_id;
    }
    asked->vnfm_id = vnfm->id;
    asked->op_occ_id = request->vnf_lcm_op_occ_id;
    asked->package_id = package->id;
    asked->endpoint = endpoint_wished(request);
    place_add(tx_mem(tx), &asked->ask, in);
    return NULL;
}

/* ---- the grant, once for each operation -------------------------------------------------- */

/* A grant is open until its operation has ended: so many a VNFM may leave so. */
static struct err *
room_check(struct tx *tx, const struct vnfm *vnfm)
{
    static const char *const open_states[] = {"PROCESSING", "GRANTED", NULL};
    struct cond open[] = {COND("vnfm_id", vnfm->id), {.attr = "status", .texts = open_states}, {0}};
    struct query query = {.table = &grant_table, .conds = open};
    int64_t n;

    TRY(rows_count(tx, &query, &n));
    return n < OPEN_MAX ? NULL
                        : err_new(E_BUSY, NULL,
                                  "VNFM %s has %lld grants whose operations have not ended",
                                  vnfm->name, (long long)n);
}

static struct err *
grant_open(struct tx *tx, struct asking *asking, const struct vnfm *vnfm)
{
    struct grant_asked *asked = row_new(tx_mem(tx), &grant_asked_table);
    struct grant *grant = row_new(tx_mem(tx), &grant_table);
    struct flow_start start = {
        .type = &grant_flow, .in = asked, .project_id = vnfm->project_id};

    TRY(room_check(tx, vnfm));
    TRY(asked_fill(tx, asking->request, vnfm, asked));
    grant->id = asked->grant_id = uuid_make(tx_mem(tx));
    grant->project_id = vnfm->project_id;
    grant->vnf_instance_id = asking->request->vnf_instance_id;
    grant->vnf_lcm_op_occ_id = asking->request->vnf_lcm_op_occ_id;
    grant->vnfm_id = vnfm->id;
    grant->additional_params = vnfm->grant_params;
    if (asking->request->additional_params) {
        grant->asked_params = json_text(tx_mem(tx), asking->request->additional_params);
    }
    grant->status = "PROCESSING";
    TRY(row_insert(tx, grant));
    asking->grant_id = mem_str(asking->mem, grant->id);
    return flow_start(tx, asking->nfvo->engine, &start, NULL);
}

/* Who asks again, since he did not hear the answer, gets the same grant. */
static struct err *
grant_have(struct tx *tx, void *arg)
{
    struct asking *asking = arg;
    const struct grant_request *request = asking->request;
    struct cond same[] = {{.attr = "vnfm_id"},
                          COND("vnf_lcm_op_occ_id", request->vnf_lcm_op_occ_id),
                          {0}};
    struct grant *grant;
    struct vnfm *vnfm;

    TRY(vnfm_of(tx, asking->caller, &vnfm));
    same[0].text = vnfm->id;
    TRY(row_find(tx, &grant_table, same, &grant));
    if (!grant) {
        return grant_open(tx, asking, vnfm);
    }
    if (!str_eq(grant->vnf_instance_id, request->vnf_instance_id)) {
        return err_new(E_CONFLICT, NULL, "operation %s is one of VNF instance %s",
                       request->vnf_lcm_op_occ_id, grant->vnf_instance_id);
    }
    asking->grant_id = mem_str(asking->mem, grant->id);
    return NULL;
}

struct err *
grant_ask(struct nfvo *nfvo, struct mem *mem, const struct caller *caller,
          const struct grant_request *request, bool is_async, const char **grant_id)
{
    struct asking asking = {.nfvo = nfvo, .mem = mem, .caller = caller, .request = request};
    struct err *err;

    TRY(store_write_wait(nfvo->store, grant_have, &asking));
    *grant_id = asking.grant_id;
    if (is_async || !grant_desk_sit(nfvo->desk)) {
        return NULL;
    }
    err = decision_wait(nfvo, asking.grant_id);
    grant_desk_rise(nfvo->desk);
    return err;
}
