/* `carrick vnf package ...`, `carrick nsd ...`, `carrick pnfd ...`: an upload is three calls and a
 * wait; here it is one command. */
#include "cli/command.h"

#include "base/vec.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define POLL_MS 30

/* What differs between packages, NSDs and PNFDs. */
struct descriptor_words {
    const struct noun *noun;
    const char *content; /* last part of the upload's path */
    const char *state, *operational, *usage; /* 'operational' is null where there is none */
};
static const struct descriptor_words words[] = {
    {&vnf_package_noun, "package_content", "onboardingState", "operationalState", "usageState"},
    {&nsd_noun, "nsd_content", "nsdOnboardingState", "nsdOperationalState", "nsdUsageState"},
    {&pnfd_noun, "pnfd_content", "pnfdOnboardingState", NULL, "pnfdUsageState"},
};

static const struct descriptor_words *
words_of(const struct noun *noun)
{
    size_t i = 0;

    while (i + 1 < ARRAY_SIZE(words) && words[i].noun != noun) {
        i++;
    }
    return &words[i];
}

static void
pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&pause, NULL);
}

static struct err *
onboarding_wait(struct cli *cli, const char *path, const struct json **thing)
{
    const struct descriptor_words *of = words_of(cli->command->noun);
    const char *state = "PROCESSING";

    while (str_eq(state, "PROCESSING") || str_eq(state, "UPLOADING")) {
        pause_ms(POLL_MS);
        TRY(session_get(&cli->session, path, thing));
        state = str_or(json_get_str(*thing, of->state), "");
    }
    if (!str_eq(state, "ONBOARDED")) {
        return err_new(
            E_INVALID, NULL, "not on-boarded: %s",
            str_or(json_str(json_path(*thing, "onboardingFailureDetails.detail")), state));
    }
    return NULL;
}

static struct err *
content_put(struct cli *cli, int fd, const char *path, const struct json **thing)
{
    struct call call = {
        .method = "PUT",
        .path = mem_printf(cli->mem, "%s/%s", path, words_of(cli->command->noun)->content),
        .content_type = "application/zip",
        .body_fd = fd,
    };
    struct reply reply;

    TRY(session_call(&cli->session, &call, &reply));
    return onboarding_wait(cli, path, thing);
}

/* What was made for a file that is refused would be in the way of the next try.  What was not answered may come to
 * something yet, and stays. */
static struct err *
upload_undo(struct cli *cli, const char *path, struct err *why)
{
    struct call call = {.method = "DELETE", .path = path};
    struct reply reply;
    struct err *e;

    if (err_code_status(why->code) >= 500) {
        return err_wrap(why, "what becomes of %s is not known", path);
    }
    e = session_call(&cli->session, &call, &reply);
    if (e) {
        why = err_wrap(why, "%s is left and has to be deleted (%s)", path, e->message);
    }
    err_ignore(e, "told with the reason of the upload");
    return why;
}

struct err *
descriptor_upload(struct cli *cli)
{
    const struct noun *noun = cli->command->noun;
    const char *file = cli->args[0], *path;
    const struct json *thing;
    AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC);
    struct err *e;

    if (fd < 0) {
        return err_errno(E_NOT_FOUND, "open %s", file);
    }
    TRY(noun_create(cli, noun, "{}", &thing));
    path = mem_printf(cli->mem, "%s/%s", noun->path, json_get_str(thing, "id"));
    e = content_put(cli, fd, path, &thing);
    if (e) {
        return upload_undo(cli, path, e);
    }
    if (cli->json) {
        print_json(thing);
    } else {
        printf("%s %s is on-boarded (%s)\n", noun->name,
               str_or(json_get_str(thing, noun->name_key), file), json_get_str(thing, "id"));
    }
    return NULL;
}

/* An on-boarded one is disabled first: it can only be deleted so. */
struct err *
descriptor_remove(struct cli *cli)
{
    const struct noun *noun = cli->command->noun;
    const struct descriptor_words *of = words_of(noun);
    const struct json *thing;
    struct reply reply;
    struct call call = {.method = "PATCH"};

    TRY(noun_find(cli, noun, cli->args[0], &thing));
    if (str_eq(json_get_str(thing, of->usage), "IN_USE")) {
        return err_new(E_IN_USE, NULL, "%s %s is in use", noun->name, cli->args[0]);
    }
    call.path = mem_printf(cli->mem, "%s/%s", noun->path, json_get_str(thing, "id"));
    call.body =
        mem_printf(cli->mem, "{\"%s\": \"DISABLED\"}", str_or(of->operational, ""));
    if (of->operational && str_eq(json_get_str(thing, of->operational), "ENABLED")) {
        TRY(session_call(&cli->session, &call, &reply));
    }
    return noun_delete(cli);
}
