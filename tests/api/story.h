/* A story: requests and the answers that are expected, as text.
 *
 *     # what this is about
 *     POST /v2.0/ports  as demo
 *     > If-Match: revision_number=3
 *     {"port": {"network_id": "$net"}}
 *     = 201
 *     < Location: $any
 *     {"port": {"id": "$port := uuid", "status": "DOWN", ...}}
 *
 * A path is below the service that the story's folder names; "identity:/v3"
 * is below another, "site:/..." is a site in memory beside the orchestrator (see
 * flow/fake_site.h), whose address is "$site"; "receiver:/..." is a subscriber (receiver.h)
 * at "$receiver".  "..." allows further members or items, everything else is exact.
 * "$name" is a value seen before, "$name := KIND" takes one (KIND: uuid hex id int any time
 * text; also behind known text and before it), "$ := KIND" only checks it.  Bodies
 * may hold lines "@repeat TEXT N" and "@hex 00ff", which become those bytes.  A body of
 * "@file NAME" lines, each followed by the lines of that file, is sent as a zip;
 * "@wrap NAME" makes the zip so far a file of another; "@sample PATH" sends a
 * third-party sample (the story is skipped where that is not there).  "~ 200" for
 * "= 200" asks again until the answer is that one, for 20 s.
 * "clock +90s" moves the frozen clock; "skip REASON" ends the story.  "include PART WORD..." are the
 * lines of parts/PART beside the story, with "%1" to "%9" for the words: what many begin with.
 * "world NAME" is another world than the folder's, see api.c.
 * Where a line begins with "%?2", its rest is there only if there is a second word. */
#ifndef CARRICK_TESTS_API_STORY_H
#define CARRICK_TESTS_API_STORY_H

#include "base/json.h"
#include "base/vec.h"

struct story_step {
    int line;
    const char *method, *service, *path, *as;
    VEC(const char *) headers;       /* "Name: value" to send */
    struct buf body;
    bool has_body;
    int status;
    bool eventually;                 /* asked again until it answers so */
    VEC(const char *) want_headers;  /* "Name: pattern" */
    const char *want;                /* expected JSON text, or null */
    int64_t clock_s;                 /* > 0: only moves the clock */
    const char *skip;
};

struct story {
    const char *file, *world; /* null: the one of its folder */
    VEC(struct story_step) steps;
};

/* E_INVALID with file and line. */
struct err *story_read(struct mem *mem, const char *file, const char *service,
                       struct story *story) MUST_USE;

/* Frees the bodies. */
void story_done(struct story *story);

/* Values taken so far. */
struct captures {
    struct mem *mem;
    struct map values;
};
/* Replaces "$name" of known names. */
const char *captures_fill(struct captures *captures, const char *text);
/* Does 'have' fit the expected text?  Null, or what differs and where. */
const char *match_json(struct captures *captures, const char *want, const struct json *have);
const char *match_text(struct captures *captures, const char *want, const char *have);

#endif
