/* See certificates.h.  All is read at the start, so that a mistake is told then and by its option;
 * what calls show is read again by the client for each connection. */
#include "faces/certificates.h"

#include "sys/file.h"

#define PEM_MAX ((size_t)1 << 20)

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
    *client = (struct http_tls){
        .ca_file = is_given(paths->ca) ? paths->ca : NULL,
        .cert_file = is_given(paths->client_cert) ? paths->client_cert : NULL,
        .key_file = is_given(paths->client_key) ? paths->client_key : NULL,
    };
    return e;
}
