/* See steps.h. */
#include "cli/steps.h"

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)1 << 20)

/* ---- as the user ------------------------------------------------------------------------ */

static struct err *
become(uid_t uid, gid_t gid)
{
    /* Back to root first the user, towards the user last: only root changes the group. */
    bool back = uid == 0;

    /* Groups of root's read more than the user may; root itself needs none. */
    if ((!back && setgroups(1, &gid)) || (back && seteuid(uid)) || setegid(gid) ||
        (!back && seteuid(uid))) {
        return err_errno(E_UNAVAILABLE, "becoming user %u", uid);
    }
    return NULL;
}

struct err *
steps_as_user(const struct steps *steps, struct err *(*fn)(void *arg), void *arg)
{
    struct err *e;

    if (getuid() || !steps->uid) {
        return fn(arg);
    }
    TRY(become(steps->uid, steps->gid));
    e = fn(arg);
    return err_join(e, become(0, 0));
}

struct reading {
    struct mem *mem;
    const char *path;
    char *text;
};

static struct err *
read_it(void *arg)
{
    struct reading *reading = arg;
    struct err *e = file_read(reading->mem, reading->path, TEXT_MAX, &reading->text, NULL);

    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        reading->text = NULL;
        return NULL;
    }
    return e;
}

struct err *
steps_read(const struct steps *steps, const char *path, const char **text)
{
    struct reading reading = {.mem = steps->cli->mem, .path = path};

    TRY(steps_as_user(steps, read_it, &reading));
    *text = reading.text;
    return NULL;
}

struct crediting {
    struct mem *mem;
    const char *path;
    struct credentials *credentials;
};

static struct err *
credentials_read_it(void *arg)
{
    struct crediting *crediting = arg;

    return credentials_read_site(crediting->mem, crediting->path, crediting->credentials);
}

struct err *
steps_credentials(const struct steps *steps, const char *path, struct credentials *credentials)
{
    struct crediting crediting = {.mem = steps->cli->mem, .path = path, .credentials = credentials};

    return steps_as_user(steps, credentials_read_it, &crediting);
}

/* ---- what is to be done ------------------------------------------------------------------ */

static bool
is_folder(const struct step *step)
{
    return step->path && !step->text && !step->run;
}

/* One that is to be given to the role's user may be root's still: that of a set-up that was cut short, or where a file
 * system is mounted. */
static struct err *
folder_look(const struct steps *steps, struct step *step)
{
    AUTO_FD fd = -1;
    struct stat st;

    if (stat(step->path, &st) || !S_ISDIR(st.st_mode)) {
        return NULL;
    }
    step->is_there = !step->is_given || geteuid() || st.st_uid == steps->uid;
    step->was = "";
    return step->is_there ? NULL : dir_to_give(step->path, steps->uid, &fd);
}

struct err *
steps_add(struct steps *steps, struct step step)
{
    if (is_folder(&step)) {
        TRY(folder_look(steps, &step));
    } else if (step.text) {
        TRY(steps_read(steps, step.path, &step.was));
        step.is_there = str_eq(step.was, step.text);
    }
    vec_add(steps->cli->mem, &steps->all, step);
    return NULL;
}

static void
step_show(const struct step *step)
{
    const char *verb = step->is_there ? "there" : step->run ? "run" : step->was ? "change" : "make";

    printf("  %-7s %s%s%s\n", verb, step->what, step->path ? ": " : "", str_or(step->path, ""));
}

const char *
steps_ask(struct mem *mem, const char *question, bool is_secret)
{
    struct termios quiet, was;
    char line[1024];
    bool is_read;

    if (!isatty(STDIN_FILENO)) {
        return NULL;
    }
    fputs(question, stdout);
    fflush(stdout);
    if (is_secret && !tcgetattr(STDIN_FILENO, &was)) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    is_read = fgets(line, sizeof line, stdin);
    if (is_secret) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        putchar('\n');
    }
    return is_read ? mem_strn(mem, line, strcspn(line, "\r\n")) : NULL;
}

static struct err *
steps_agree(const struct steps *steps)
{
    const char *said;

    if (option_flag(steps->cli, "yes")) {
        return NULL;
    }
    said = steps_ask(steps->cli->mem, "go on? [y/N] ", false);
    if (said && (said[0] == 'y' || said[0] == 'Y')) {
        return NULL;
    }
    return err_new(E_CANCELLED, NULL, "nothing is done%s",
                   said ? "" : ": --yes does it where nobody can be asked");
}

/* ---- doing -------------------------------------------------------------------------------- */

struct doing {
    const struct steps *steps;
    const struct step *step;
};

/* A file that is checked is there under another name first. */
static struct err *
put(void *arg)
{
    const struct doing *doing = arg;
    const struct step *step = doing->step;
    const char *fresh = mem_printf(doing->steps->cli->mem, "%s.new", step->path);
    struct err *e;

    if (is_folder(step)) {
        return dir_make(step->path, step->mode);
    }
    if (!step->check) {
        return file_write(step->path, step->text, strlen(step->text), step->mode);
    }
    TRY(file_write(fresh, step->text, strlen(step->text), step->mode));
    e = step->check(doing->steps->cli, step);
    if (!e && rename(fresh, step->path)) {
        e = err_errno(E_UNAVAILABLE, "rename %s", step->path);
    }
    if (e) {
        (void)unlink(fresh);
    }
    return e;
}

static struct err *
take_back(void *arg)
{
    const struct doing *doing = arg;
    const struct step *step = doing->step;

    if (is_folder(step)) {
        return !step->was && rmdir(step->path) ? err_errno(E_UNAVAILABLE, "remove %s", step->path) : NULL;
    }
    if (step->was) {
        return file_write(step->path, step->was, strlen(step->was), step->mode);
    }
    return unlink(step->path) ? err_errno(E_UNAVAILABLE, "remove %s", step->path) : NULL;
}

/* The folder itself is root's to make: it stands in root's. */
static struct err *
folder_make(const struct steps *steps, const struct step *step)
{
    const char *slash = strrchr(step->path, '/');
    AUTO_FD fd = -1;

    if (slash > step->path) {
        TRY(dir_make(mem_strn(steps->cli->mem, step->path, (size_t)(slash - step->path)), 0755));
    }
    TRY(dir_make(step->path, step->mode));
    TRY(dir_to_give(step->path, steps->uid, &fd));
    if (fchmod(fd, step->mode)) {
        return err_errno(E_UNAVAILABLE, "chmod %s", step->path);
    }
    return fchown(fd, steps->uid, steps->gid) ? err_errno(E_UNAVAILABLE, "chown %s", step->path) : NULL;
}

static struct err *
step_do(const struct steps *steps, const struct step *step)
{
    struct doing doing = {steps, step};

    if (step->is_there) {
        return NULL;
    }
    if (step->run) {
        return step->run(steps->cli, step);
    }
    if (step->is_given) {
        return folder_make(steps, step);
    }
    return step->is_users ? steps_as_user(steps, put, &doing) : put(&doing);
}

static struct err *
steps_undo(const struct steps *steps, size_t n, struct err *e)
{
    for (size_t i = n; i > 0; i--) {
        struct doing doing = {steps, &steps->all.items[i - 1]};

        if (doing.step->is_there || doing.step->run) {
            continue;
        }
        e = err_join(e, doing.step->is_users ? steps_as_user(steps, take_back, &doing)
                                             : take_back(&doing));
    }
    return e;
}

struct err *
steps_do(struct steps *steps)
{
    size_t n_due = 0;

    for (size_t i = 0; i < steps->all.n; i++) {
        step_show(&steps->all.items[i]);
        n_due += !steps->all.items[i].is_there;
    }
    if (!n_due) {
        puts("nothing to do");
        return NULL;
    }
    TRY(steps_agree(steps));
    for (size_t i = 0; i < steps->all.n; i++) {
        struct err *e = step_do(steps, &steps->all.items[i]);

        if (e && steps->all.items[i].run) {
            return err_wrap(e, "%s; what was done before it stays", steps->all.items[i].what);
        }
        if (e) {
            return steps_undo(steps, i, err_wrap(e, "%s; what was done before it is taken back",
                                                 steps->all.items[i].what));
        }
    }
    return NULL;
}
