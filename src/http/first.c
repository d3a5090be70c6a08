/* The first connection to a server whose authority is known by its fingerprint only. */
#include "http/authority.h"
#include "http/client.h"

#include <curl/curl.h>
#include <string.h>

#define FIRST_MS 10000L

/* The certificate of the chain that has the fingerprint, or null. */
static const char *
chain_find(struct mem *mem, const struct curl_certinfo *chain, const char *fingerprint)
{
    static const char mark[] = "Cert:";
    char own[AUTHORITY_FINGERPRINT];

    for (int i = 0; chain && i < chain->num_of_certs; i++) {
        for (const struct curl_slist *line = chain->certinfo[i]; line; line = line->next) {
            struct err *e;

            if (!str_starts(line->data, mark)) {
                continue;
            }
            e = authority_fingerprint(line->data + strlen(mark), true, own);
            if (!e && str_eq(own, fingerprint)) {
                return mem_str(mem, line->data + strlen(mark));
            }
            err_ignore(e, "then it is not the one");
        }
    }
    return NULL;
}

static void
set_options(CURL *easy, const char *url, char *error)
{
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    /* Who it is is found out by the fingerprint, and nothing is told to it. */
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, FIRST_MS);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
}

struct err *
http_authority(struct mem *mem, const char *url, const char *fingerprint, const char **cert)
{
    char error[CURL_ERROR_SIZE] = "";
    struct curl_certinfo *chain = NULL;
    CURL *easy = curl_easy_init();
    struct err *e = NULL;
    CURLcode code;

    set_options(easy, url, error);
    code = curl_easy_perform(easy);
    if (code != CURLE_OK) {
        e = err_new(E_UNAVAILABLE, NULL, "%s: %s", url, *error ? error : curl_easy_strerror(code));
    } else {
        curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
        *cert = chain_find(mem, chain, fingerprint);
        if (!*cert) {
            e = err_new(E_FORBIDDEN, NULL,
                        "%s shows no certificate of the authority that the token names: it is another "
                        "orchestrator, or somebody in between", url);
        }
    }
    curl_easy_cleanup(easy);
    return e;
}
