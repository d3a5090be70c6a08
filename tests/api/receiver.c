/* See receiver.h. */
#include "receiver.h"

#include "base/json.h"
#include "base/vec.h"
#include "http/server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct callback {
    struct callback *next;
    const char *name;
    int get;
    const struct json *post;
    size_t n_post; /* answers given out of 'post' */
    bool is_held;
    VEC(struct http_exchange *) held;
    VEC(const char *) bodies; /* of what was answered 2xx */
    int n_calls;
    const char *authorization, *version;
};

struct receiver {
    struct mem *mem;
    struct http_server *server;
    pthread_mutex_t lock;
    struct callback *callbacks;
    int n_tokens;
    const char *em; /* What an element manager says. */
    const struct json *grants; /* What an NFVO says with each grant. */
    int n_grants;
};

static struct callback *
callback_of(struct receiver *receiver, const char *name)
{
    struct callback *callback = receiver->callbacks;

    while (callback && !str_eq(callback->name, name)) {
        callback = callback->next;
    }
    if (!callback) {
        callback = MEM_NEW(receiver->mem, struct callback);
        callback->name = mem_str(receiver->mem, name);
        callback->get = 204;
        callback->next = receiver->callbacks;
        receiver->callbacks = callback;
    }
    return callback;
}

static void
answer(struct http_exchange *x, int status, const char *text)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};

    http_answer(x, status, text ? headers : NULL, text, text ? strlen(text) : 0);
}

static int
post_status(struct callback *callback)
{
    size_t last = callback->post && callback->post->n ? callback->post->n - 1 : 0;
    size_t at = callback->n_post < last ? callback->n_post : last;

    callback->n_post++;
    return callback->post && callback->post->n ? (int)json_int(callback->post->items[at], 204)
                                               : 204;
}

static void
notified(struct receiver *receiver, struct callback *callback, struct http_exchange *x)
{
    int status = post_status(callback);
    size_t n;
    const char *body = http_body(x, &n);

    if (status < 300) {
        vec_add(receiver->mem, &callback->bodies, mem_strn(receiver->mem, body, n));
    }
    if (callback->is_held) {
        vec_add(receiver->mem, &callback->held, x);
    } else {
        answer(x, status, NULL);
    }
}

static void
asked(struct receiver *receiver, struct callback *callback, struct http_exchange *x)
{
    callback->n_calls++;
    callback->authorization = mem_str(receiver->mem, http_header(x, "Authorization"));
    callback->version = mem_str(receiver->mem, http_header(x, "Version"));
    if (str_eq(http_method(x), "GET")) {
        answer(x, callback->get, NULL);
    } else {
        notified(receiver, callback, x);
    }
}

static void
told(struct receiver *receiver, struct callback *callback, struct http_exchange *x)
{
    const struct json *json = NULL, *hold;
    size_t n;
    const char *body = http_body(x, &n);
    struct err *e = json_parse(receiver->mem, body, n, &json);

    if (e) {
        err_ignore(e, "a story that is wrong hears so");
        answer(x, 400, NULL);
        return;
    }
    callback->get = (int)json_int(json_get(json, "get"), callback->get);
    if (json_get(json, "post")) {
        callback->post = json_get(json, "post");
        callback->n_post = 0;
    }
    hold = json_get(json, "hold");
    callback->is_held = json_bool(hold, callback->is_held);
    vec_each (&callback->held, held) {
        if (!callback->is_held) {
            answer(*held, 204, NULL);
        }
    }
    callback->held.n = callback->is_held ? callback->held.n : 0;
    answer(x, 204, NULL);
}

static void
got(const struct callback *callback, size_t n, struct http_exchange *x)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (callback->bodies.n < n) {
        answer(x, 404, NULL);
        return;
    }
    jw_object(&w, NULL);
    jw_str(&w, "authorization", callback->authorization);
    jw_str(&w, "version", callback->version);
    jw_array(&w, "notifications");
    for (size_t i = 0; i < n; i++) {
        jw_raw(&w, NULL, callback->bodies.items[i]);
    }
    jw_end(&w);
    jw_end(&w);
    answer(x, 200, text.data);
}

static void
token(struct receiver *receiver, struct http_exchange *x)
{
    AUTO_BUF text = BUF_INIT;
    const char *authorization = http_header(x, "Authorization");
    size_t n = 0;
    const char *body = http_body(x, &n);

    /* "client one:p:w" as RFC 6749 section 2.3.1 has it. */
    if (!str_eq(authorization, "Basic Y2xpZW50JTIwb25lOnAlM0F3") ||
        !str_eq(mem_strn(receiver->mem, body, n), "grant_type=client_credentials")) {
        answer(x, 401, NULL);
        return;
    }
    buf_printf(&text, "{\"access_token\": \"token-%d\", \"token_type\": \"bearer\"}",
               ++receiver->n_tokens);
    answer(x, 200, text.data);
}

static void
element_manager(struct receiver *receiver, struct http_exchange *x)
{
    size_t n;
    const char *body = http_body(x, &n);

    if (str_eq(http_method(x), "PUT")) {
        receiver->em = str_eq(mem_strn(receiver->mem, body, n), "[]") ? NULL : mem_strn(receiver->mem, body, n);
        answer(x, 204, NULL);
    } else {
        answer(x, receiver->em ? 200 : 503, receiver->em);
    }
}

/* A grant for each of the resources that it is asked for: GrantInfo (SOL003 9.5.3.3). */
static void
granted_write(struct jw *w, const char *key, const struct json *resources)
{
    jw_array(w, key);
    json_each (resources, i) {
        jw_object(w, NULL);
        jw_str(w, "resourceDefinitionId", json_get_str(resources->items[i], "id"));
        jw_str(w, "vimConnectionId", "here");
        jw_end(w);
    }
    jw_end(w);
}

static void
grant(struct receiver *receiver, const struct json *asked, struct http_exchange *x)
{
    static const char *const resources[] = {"addResources", "tempResources", "removeResources"};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "id", mem_printf(receiver->mem, "grant-%d", ++receiver->n_grants));
    for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
        granted_write(&w, resources[i], json_get(asked, resources[i]));
    }
    json_each (receiver->grants, i) {
        jw_json(&w, receiver->grants->keys[i], receiver->grants->items[i]);
    }
    jw_end(&w);
    answer(x, 201, text.data);
}

static void
nfvo(struct receiver *receiver, bool is_told, struct http_exchange *x)
{
    const struct json *json = NULL;
    size_t n;
    const char *body = http_body(x, &n);
    struct err *e = json_parse(receiver->mem, body, n, &json);

    if (e || !json_is(json, JSON_T_OBJECT)) {
        err_ignore(e, "who is wrong hears so");
        answer(x, 400, NULL);
    } else if (is_told) {
        receiver->grants = json;
        answer(x, 204, NULL);
    } else {
        grant(receiver, json, x);
    }
}

static void
request(struct http_exchange *x, void *arg)
{
    struct receiver *receiver = arg;
    size_t n;
    char **words;

    pthread_mutex_lock(&receiver->lock);
    words = str_split(receiver->mem, http_path(x) + 1, '/', &n);
    if (n && str_eq(words[0], "em")) {
        element_manager(receiver, x);
    } else if (str_eq(http_path(x), "/grants") || str_eq(http_path(x), "/grant/v1/grants")) {
        nfvo(receiver, n == 1, x);
    } else if (n == 1 && str_eq(words[0], "token")) {
        token(receiver, x);
    } else if (n == 2 && str_eq(words[0], "cb")) {
        asked(receiver, callback_of(receiver, words[1]), x);
    } else if (n == 2 && str_eq(words[0], "tell")) {
        told(receiver, callback_of(receiver, words[1]), x);
    } else if (n == 3 && str_eq(words[0], "got")) {
        got(callback_of(receiver, words[1]), strtoul(words[2], NULL, 10), x);
    } else if (n == 3 && str_eq(words[0], "calls")) {
        answer(x, callback_of(receiver, words[1])->n_calls < atoi(words[2]) ? 404 : 204, NULL);
    } else {
        answer(x, 400, NULL);
    }
    pthread_mutex_unlock(&receiver->lock);
}

static enum http_body_mode
head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

struct err *
receiver_new(struct receiver **out)
{
    static const struct http_handler handler = {.head = head, .request = request};
    struct mem *mem = mem_new("receiver");
    struct receiver *receiver = MEM_NEW(mem, struct receiver);
    struct http_server_config config = {
        .address = "127.0.0.1", .handler = &handler, .arg = receiver};

    receiver->mem = mem;
    pthread_mutex_init(&receiver->lock, NULL);
    *out = receiver;
    return http_server_new(&config, &receiver->server);
}

void
receiver_free(struct receiver *receiver)
{
    if (receiver) {
        http_server_free(receiver->server, 0);
        pthread_mutex_destroy(&receiver->lock);
        mem_free(receiver->mem);
    }
}

int
receiver_port(const struct receiver *receiver)
{
    return http_server_port(receiver->server);
}
