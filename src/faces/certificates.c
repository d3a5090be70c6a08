/* See certificates.h.  All is read at the start, so that a mistake is told then and by its option;
 * what calls show is read again by the client for each connection, what clients are shown when its
 * files change: nobody has to say so, whoever renews it. */
#include "faces/certificates.h"

#include "base/log.h"
#include "base/net.h"
#include "rest/rest.h"
#include "sys/file.h"

#include <sys/stat.h>

#define PEM_MAX ((size_t)1 << 20)
#define LOOK_MS 1000

static bool
is_given(const char *path)
{
    return !str_empty(path);
}

static struct err *
pem_read(struct mem *mem, const char *option, const char *path, const char **text)
{
    char *data = NULL;

    *text = NULL;
    if (!is_given(path)) {
        return NULL;
    }
    TRY_MSG(file_read(mem, path, PEM_MAX, &data, NULL), "--%s", option);
    *text = data;
    return NULL;
}

/* A certificate and its key; both or neither. */
static struct err *
pair_read(struct mem *mem, const char *option, const char *cert_path, const char *key_option,
          const char *key_path, const char **cert, const char **key)
{
    TRY(err_join(pem_read(mem, option, cert_path, cert), pem_read(mem, key_option, key_path, key)));
    if (!*cert != !*key) {
        return err_new(E_INVALID, NULL, "--%s needs --%s", *cert ? option : key_option,
                       *cert ? key_option : option);
    }
    return *cert ? err_wrap(http_check_certificate(*cert, *key), "--%s %s", option, cert_path) : NULL;
}

static struct err *
authorities_read(struct mem *mem, const char *option, const char *path, const char **text)
{
    TRY(pem_read(mem, option, path, text));
    return *text ? err_wrap(http_check_authorities(*text), "--%s %s", option, path) : NULL;
}

/* Passwords and tokens cross no wire in clear unless somebody said so. */
static struct err *
plain_check(const struct certificate_paths *paths, const char *address)
{
    struct ip ip;

    if (is_given(paths->cert) || paths->plain_anywhere || (ip_parse(address, &ip) && ip_is_loopback(&ip))) {
        return NULL;
    }
    return err_new(E_INVALID, NULL,
                   "--listen: %s is reached by others, who would read passwords on their way: it needs "
                   "--tls-cert and --tls-key (`carrick setup` makes them), or --plain-http anywhere on a "
                   "network that is yours alone", address);
}

struct err *
certificates_read(struct mem *mem, const struct certificate_paths *paths,
                  struct http_server_config *server, struct http_tls *client)
{
    const char *cert, *key, *ca;
    struct err *e = pair_read(mem, "tls-cert", paths->cert, "tls-key", paths->key,
                              &server->tls_cert, &server->tls_key);

    e = err_join(e, pair_read(mem, "client-cert", paths->client_cert, "client-key",
                              paths->client_key, &cert, &key));
    e = err_join(e, authorities_read(mem, "client-ca", paths->client_ca, &server->tls_client_ca));
    e = err_join(e, authorities_read(mem, "ca", paths->ca, &ca));
    if (is_given(paths->client_ca) && !is_given(paths->cert)) {
        e = err_join(e, err_new(E_INVALID, NULL, "--client-ca needs --tls-cert: clients show "
                                                 "certificates over TLS only"));
    }
    e = err_join(e, plain_check(paths, server->address));
    *client = (struct http_tls){
        .ca_file = is_given(paths->ca) ? paths->ca : NULL,
        .cert_file = is_given(paths->client_cert) ? paths->client_cert : NULL,
        .key_file = is_given(paths->client_key) ? paths->client_key : NULL,
    };
    return e;
}

/* ---- following ------------------------------------------------------------------------------ */

/* What tells one state of a file from another: all of them are replaced, not written to. */
struct state {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec at;
};

struct certificates {
    struct mem *mem;
    struct rest *rest, *open;
    struct loop_timer *timer;
    const char *paths[2];
    struct state states[2];
    bool has_looked; /* what the start read may be older than what is there by the first look */
};

static struct state
state_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? (struct state){0}
                           : (struct state){st.st_dev, st.st_ino, st.st_size, st.st_mtim};
}

static bool
same(const struct state *a, const struct state *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->at.tv_sec == b->at.tv_sec && a->at.tv_nsec == b->at.tv_nsec;
}

static struct err *
take(const struct certificates *c)
{
    AUTO(mem) mem = mem_new("certificates");
    const char *cert, *key;

    TRY(pair_read(mem, "tls-cert", c->paths[0], "tls-key", c->paths[1], &cert, &key));
    TRY(rest_certify(c->rest, cert, key));
    return c->open ? rest_certify(c->open, cert, key) : NULL;
}

/* Two files cannot change at once: what does not fit may fit at the next look. */
static void
look(void *arg)
{
    struct certificates *c = arg;
    bool changed = false;

    for (int i = 0; i < 2; i++) {
        struct state now = state_of(c->paths[i]);

        changed = changed || !same(&now, &c->states[i]);
        c->states[i] = now;
    }
    if (changed) {
        struct err *e = take(c);

        if (e) {
            log_err(LOG_LV_WARN, "http", e, "the new certificate is not taken, the old one stays");
        } else if (c->has_looked) {
            log_info("http", "shows a new certificate file=%s", c->paths[0]);
        }
    }
    c->has_looked = true;
    loop_timer_arm(c->timer, LOOK_MS);
}

struct certificates *
certificates_follow(struct loop *loop, const struct certificate_paths *paths, struct rest *rest,
                    struct rest *open)
{
    struct certificates *c;
    struct mem *mem;

    if (!is_given(paths->cert)) {
        return NULL;
    }
    mem = mem_new("certificates");
    c = MEM_NEW(mem, struct certificates);
    *c = (struct certificates){.mem = mem, .rest = rest, .open = open};
    c->paths[0] = mem_str(mem, paths->cert);
    c->paths[1] = mem_str(mem, paths->key);
    c->timer = loop_timer_new(loop, look, c);
    loop_timer_arm(c->timer, LOOK_MS);
    return c;
}

void
certificates_unfollow(struct certificates *c)
{
    if (c) {
        loop_timer_del(c->timer);
        mem_free(c->mem);
    }
}
