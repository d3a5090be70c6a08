/* A network, or a port, that a client names by its id exists at a site only.  Both the network
 * and its subnets are asked for at once; the request waits on a thread of the pool. */
#include "vnfm/network_look.h"

#include "vim/vim.h"
#include "vnfm/vnfm.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_S 3

/* ---- which networks, at which sites ------------------------------------------------------ */

struct asking {
    struct mem *mem;
    const struct caller *caller;
    const char *vnf_instance_id;
    const struct instantiate_request *request;
    struct network_seen *seen;
    size_t n;
};

static struct err *
network_list(struct tx *tx, struct asking *asking, const char *project_id, const char *vim,
             const char *id, bool is_port)
{
    struct site *site = NULL;

    TRY(request_link_site(tx, project_id, asking->request, vim, &site));
    if (site) {
        asking->seen[asking->n++] =
            (struct network_seen){.site_id = mem_str(asking->mem, site->id),
                                  .network_id = mem_str(asking->mem, id),
                                  .is_port = is_port,
                                  .unknown = true};
    }
    return NULL;
}

static struct err *
networks_list(struct tx *tx, void *arg)
{
    struct asking *asking = arg;
    struct cond by_id[] = {COND("id", asking->vnf_instance_id), {0}};
    const struct rows *links = &asking->request->ext_links;
    const struct rows *managed = &asking->request->managed_links;
    struct vnf_instance *instance;

    TRY(row_find(tx, &vnf_instance_table, by_id, &instance));
    if (instance && !asking->caller->is_admin && !asking->caller->is_internal &&
        !str_eq(instance->project_id, asking->caller->project_id)) {
        return NULL; /* For who asks there is no such instance, and no site of its project. */
    }
    for (size_t i = 0; instance && i < links->n; i++) {
        const struct ext_link_data *link = links->items[i];

        TRY(network_list(tx, asking, instance->project_id, link->vim, link->resource_id, false));
        for (size_t k = 0; k < link->ports.n; k++) {
            const struct ext_link_port_data *port = link->ports.items[k];
            const struct resource_handle *handle = port->handle.items[0];

            TRY(network_list(tx, asking, instance->project_id, link->vim, handle->resource_id, true));
        }
    }
    for (size_t i = 0; instance && i < managed->n; i++) {
        const struct ext_managed_link_data *link = managed->items[i];

        TRY(network_list(tx, asking, instance->project_id, link->vim, link->resource_id, false));
    }
    return NULL;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* Shared by the thread that waits and the loop: the last to leave frees it. */
struct look {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct mem *mem;
    struct vim *vim;
    struct network_seen *seen; /* in 'mem' */
    size_t n, n_open;
    int refs;
};
struct question {
    struct look *look;
    struct network_seen *seen;
};

static void
look_release(struct look *look)
{
    bool last;

    pthread_mutex_lock(&look->lock);
    last = --look->refs == 0;
    pthread_mutex_unlock(&look->lock);
    if (last) {
        pthread_cond_destroy(&look->ended);
        pthread_mutex_destroy(&look->lock);
        mem_free(look->mem);
        free(look);
    }
}

/* 'found' is what is known of the network from here on: whoever waits may have given up and be reading. */
static void
question_end(struct question *question, const struct network_seen *found)
{
    struct look *look = question->look;

    pthread_mutex_lock(&look->lock);
    *question->seen = *found;
    look->n_open--;
    pthread_cond_signal(&look->ended);
    pthread_mutex_unlock(&look->lock);
    look_release(look);
}

static void
network_seen(void *arg, const struct vim_answer *answer, struct err *err)
{
    const struct question *question = arg;
    struct network_seen found = *question->seen;

    found.absent = err_is(err, E_NOT_FOUND);
    found.unknown = err && !found.absent;
    found.foreign = !err && !vim_is_lent(question->look->vim, found.site_id, json_get(answer->json, "network"));
    err_ignore(err, "a site that does not answer says nothing of its networks");
    question_end(arg, &found);
}

static void
port_seen(void *arg, const struct vim_answer *answer, struct err *err)
{
    const struct question *question = arg;
    const struct json *port = err ? NULL : json_get(answer->json, "port");
    struct network_seen found = *question->seen;

    found.absent = err_is(err, E_NOT_FOUND);
    found.unknown = err && !found.absent;
    found.foreign = port && !vim_is_lent(question->look->vim, found.site_id, port);
    found.port_network = mem_str(question->look->mem, json_get_str(port, "network_id"));
    err_ignore(err, "a site that does not answer says nothing of its ports");
    question_end(arg, &found);
}

static void
subnets_seen(void *arg, const struct vim_answer *answer, struct err *err)
{
    const struct question *question = arg;
    const struct json *subnets = err ? NULL : json_get(answer->json, "subnets");
    struct network_seen found = *question->seen;

    if (subnets) {
        const char *text = json_text(question->look->mem, subnets);

        err_ignore(json_parse(question->look->mem, text, strlen(text), &found.subnets), "it was just written");
    }
    err_ignore(err, "a site that does not answer says nothing of its networks");
    question_end(arg, &found);
}

static void
question_ask(struct look *look, struct network_seen *seen, const char *path, vim_done_fn *done)
{
    struct question *question = MEM_NEW(look->mem, struct question);
    struct vim_call call = {.site_id = seen->site_id,
                            .service = "network",
                            .method = "GET",
                            .path = path,
                            .read_only = true};

    *question = (struct question){.look = look, .seen = seen};
    vim_call(look->vim, &call, done, question);
}

/* On the loop; answers come on later turns of it. */
static void
look_run(void *arg)
{
    struct look *look = arg;

    for (size_t i = 0; i < look->n; i++) {
        struct network_seen *seen = &look->seen[i];

        if (seen->is_port) {
            question_ask(look, seen, mem_printf(look->mem, "/ports/%s", seen->network_id), port_seen);
            continue;
        }
        question_ask(look, seen, mem_printf(look->mem, "/networks/%s", seen->network_id),
                     network_seen);
        question_ask(look, seen, mem_printf(look->mem, "/subnets?network_id=%s", seen->network_id),
                     subnets_seen);
    }
    look_release(look);
}

static struct look *
look_new(struct vim *vim, const struct asking *asking)
{
    struct look *look = heap_alloc(sizeof *look);
    pthread_condattr_t clock;

    pthread_mutex_init(&look->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&look->ended, &clock);
    pthread_condattr_destroy(&clock);
    look->mem = mem_new("networks look");
    look->vim = vim;
    look->n = asking->n;
    for (size_t i = 0; i < asking->n; i++) {
        look->n_open += asking->seen[i].is_port ? 1 : 2; /* a network and its subnets */
    }
    look->refs = (int)look->n_open + 2; /* each question, the loop's turn, who waits */
    look->seen = MEM_ARRAY(look->mem, asking->n, struct network_seen);
    for (size_t i = 0; i < asking->n; i++) {
        look->seen[i].site_id = mem_str(look->mem, asking->seen[i].site_id);
        look->seen[i].network_id = mem_str(look->mem, asking->seen[i].network_id);
        look->seen[i].is_port = asking->seen[i].is_port;
        look->seen[i].unknown = true;
    }
    return look;
}

/* Waits for all answers; what has not come by then is not known. */
static struct err *
look_wait(struct look *look, struct asking *asking)
{
    struct timespec until;
    struct err *e = NULL;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_S;
    pthread_mutex_lock(&look->lock);
    while (look->n_open > 0 && pthread_cond_timedwait(&look->ended, &look->lock, &until) == 0) {
    }
    for (size_t i = 0; !e && i < asking->n; i++) {
        const char *text =
            look->seen[i].subnets ? json_text(asking->mem, look->seen[i].subnets) : NULL;

        asking->seen[i].unknown = look->seen[i].unknown;
        asking->seen[i].absent = look->seen[i].absent;
        asking->seen[i].foreign = look->seen[i].foreign;
        asking->seen[i].port_network = mem_str(asking->mem, look->seen[i].port_network);
        e = text ? json_parse(asking->mem, text, strlen(text), &asking->seen[i].subnets) : NULL;
    }
    pthread_mutex_unlock(&look->lock);
    return e;
}

struct err *
vnf_networks_look(struct nfvo *nfvo, struct mem *mem, const struct caller *caller,
                  const char *vnf_instance_id, const struct instantiate_request *request,
                  struct network_seen **seen, size_t *n)
{
    struct asking asking = {
        .mem = mem, .caller = caller, .vnf_instance_id = vnf_instance_id, .request = request};
    size_t n_ports = 0;
    struct look *look;
    struct err *e;

    for (size_t i = 0; i < request->ext_links.n; i++) {
        n_ports += ((const struct ext_link_data *)request->ext_links.items[i])->ports.n;
    }
    asking.seen = MEM_ARRAY(mem, request->ext_links.n + n_ports + request->managed_links.n + 1,
                            struct network_seen);
    *seen = asking.seen;
    *n = 0;
    TRY(store_read(nfvo->store, networks_list, &asking));
    if (asking.n == 0) {
        return NULL;
    }
    look = look_new(nfvo->vim, &asking);
    loop_post(nfvo->loop, look_run, look);
    e = look_wait(look, &asking);
    if (loop_unpost(nfvo->loop, look_run, look)) {
        look->refs = 1; /* Nothing was asked: the loop is busy for longer, or ends. */
    }
    look_release(look);
    *n = asking.n;
    return e;
}
