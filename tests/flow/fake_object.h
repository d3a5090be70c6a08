/* What the fake site holds, between fake_site.c (serving) and fake_object.c (the objects). */
#ifndef TESTS_FLOW_FAKE_OBJECT_H
#define TESTS_FLOW_FAKE_OBJECT_H

#include "flow/fake_site.h"

#include "base/json.h"

#include <pthread.h>

#define OLD_PORT "old-port"
/* What tokens are for, and what belongs to nobody else belongs to. */
#define FAKE_PROJECT "fake-project"

struct place {
    const char *path, *plural, *singular;
};
extern const struct place fake_places[]; /* ended by a null path */
const struct place *fake_place(const char *plural);

struct object {
    const struct place *place;
    char *id, *body;               /* inner JSON as it was created */
    char *marker;
    int64_t shown_at_ns;
    int looks;
    bool active;                   /* image: has data */
    char *hash;                    /* of that; null: its name */
    bool stopped;                  /* server: was asked to stop */
    char *image;                   /* server: it was made anew of this one; null: as created */
    bool leaving;                  /* was deleted, and is still shown */
    bool broken;                   /* server: will not run */
    bool asked;                    /* server: looked at since it was made, by who knows its id */
    struct object *next;
};

struct fake_site {
    struct fake_control *control;
    struct http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t quiet;
    struct object *objects;
    int n_threads, in_flight;
    char refused[64];              /* plural of what is not created; see /refuse */
    int n_allocated;               /* numbers, so far */
    char *figures;                 /* JSON; see /figures */
    struct http_exchange *held[8]; /* questions for them that wait */
    size_t n_held;
    char offered[64];              /* one more extension of Neutron; see /offer */
    int n_zones;                   /* availability zones zone-1 ...; 0 = nova alone; see /zones */
    bool closing;
};

/* All of these are called under the site's lock. */
void fake_recount(struct fake_site *site);
const char *fake_marker(const struct json *inner);
struct object *fake_object_add(struct fake_site *site, const struct place *place,
                               const struct json *inner, struct mem *mem);
/* The first that has the id is gone, whatever is made of it; false where there is none. */
bool fake_object_lose(struct fake_site *site, const char *id);
struct object *fake_object_get(struct fake_site *site, const struct place *place, const char *id);
/* Why no pair is made of such ports, as networking-sfc has it: each has to be at a server.  Null = one is. */
const char *fake_pair_fault(const struct fake_site *site, const struct json *inner);
/* Does something name it? */
bool fake_object_used(const struct fake_site *site, const struct object *object);
void fake_object_remove(struct fake_site *site, struct object *object);
/* As it is shown: with its id, its status and what a site adds. */
void fake_object_write(struct fake_site *site, struct jw *w, const char *key, struct object *object,
                       struct mem *mem);
/* The members of 'given' are replaced. */
void fake_object_change(struct object *object, const struct json *given, struct mem *mem);
/* At a site with networking-sfc's driver, before that: a group that is left has its chains lose their answers
 * ("answers": "lost"), a PUT of a chain makes it whole. */
#define FAKE_LOST "{\"answers\": \"lost\"}"
#define FAKE_WHOLE "{\"answers\": \"whole\"}"
void fake_answers_change(struct fake_site *site, struct object *object, const struct json *given,
                         struct mem *mem);
/* os-stop, os-start; rebuild: of the image that it names. */
void fake_action_apply(struct object *object, const struct json *json, struct mem *mem);
/* The ports of a server, with one more or one less. */
void fake_ports_change(struct object *server, struct mem *mem, const char *port_id, bool there);
/* Does what is deleted stay?  When nothing keeps it any more, it goes. */
bool fake_is_lingering(const struct fake_site *site);
void fake_leavers_go(struct fake_site *site);

/* Are they left out of lists?  "empty-PLURAL"; "project": it is another one's that is asked. */
bool fake_is_hidden(const struct fake_site *site, const struct place *place);
/* Are things of the kind made while nobody hears of it, nor sees it? */
bool fake_is_lost(const struct fake_site *site, const struct place *place);
/* Why a chain label is not to be made; null = it is. */
const char *fake_label_fault(struct fake_site *site, struct mem *mem, const struct json *inner);
/* 'inner' with what the site chooses itself: a label where none is told, how an interconnect is reached, an address. */
const struct json *fake_allocated(struct fake_site *site, struct mem *mem, const struct place *place,
                                  const struct json *inner);

#endif
