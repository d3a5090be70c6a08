/* Reads stories. */
#include "story.h"

#include "sys/file.h"
#include "zip.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct mem *mem;
    struct story *story;
    struct story_step *step;
    const char *service;
    int line;
    bool in_answer, in_part;
    struct buf want;
    struct zip zip; /* the body, where it is one */
};

static struct err *
wrong(const struct reader *rd, const char *what)
{
    return err_new(E_INVALID, NULL, "%s:%d: %s", rd->story->file, rd->line, what);
}

static bool
is_request(const char *line)
{
    static const char *const methods[] = {"GET ",   "HEAD ",   "POST ",    "PUT ",
                                          "PATCH ", "DELETE ", "OPTIONS ", NULL};

    for (const char *const *m = methods; *m; m++) {
        if (str_starts(line, *m)) {
            return true;
        }
    }
    return false;
}

static void
close_step(struct reader *rd)
{
    if (rd->zip.name) {
        zip_end(&rd->zip, &rd->step->body);
    }
    if (rd->step && rd->want.len) {
        rd->step->want = buf_copy(rd->mem, &rd->want);
    }
    buf_clear(&rd->want);
}

static void
open_step(struct reader *rd)
{
    struct story_step step = {.line = rd->line, .service = rd->service, .as = "demo"};

    close_step(rd);
    vec_add(rd->mem, &rd->story->steps, step);
    rd->step = &rd->story->steps.items[rd->story->steps.n - 1];
    rd->in_answer = false;
}

/* "POST network:/v2.0/ports  as demo" */
static struct err *
read_request(struct reader *rd, char *line)
{
    char *path, *as, *colon, *slash;

    open_step(rd);
    path = strchr(line, ' ');
    *path++ = '\0';
    path += strspn(path, " ");
    as = strstr(path, " as ");
    if (as) {
        *as = '\0';
        as += 4;
        rd->step->as = mem_str(rd->mem, as + strspn(as, " "));
    }
    path[strcspn(path, " ")] = '\0';
    slash = strchr(path, '/');
    colon = strchr(path, ':');
    if (colon && slash && colon < slash) {
        *colon = '\0';
        rd->step->service = mem_str(rd->mem, path);
        path = colon + 1;
    }
    if (path[0] != '/') {
        return wrong(rd, "a path begins with '/'");
    }
    rd->step->method = mem_str(rd->mem, line);
    rd->step->path = mem_str(rd->mem, path);
    return NULL;
}

/* "= 201" or "= 400 {...}" */
static struct err *
read_status(struct reader *rd, const char *line)
{
    char *end;

    if (!rd->step || rd->in_answer) {
        return wrong(rd, "'=' without a request");
    }
    rd->step->status = (int)strtol(line + 1, &end, 10);
    rd->in_answer = true;
    rd->step->eventually = line[0] == '~';
    buf_str(&rd->want, end + strspn(end, " "));
    return rd->step->status ? NULL : wrong(rd, "'=' without a status");
}

/* "clock +90s" */
static struct err *
read_clock(struct reader *rd, const char *line)
{
    char *end;
    long n = strtol(line + strlen("clock +"), &end, 10);

    open_step(rd);
    rd->step->clock_s = n * (*end == 'h' ? 3600 : *end == 'm' ? 60 : 1);
    return n > 0 ? NULL : wrong(rd, "clock +N[s|m|h]");
}

static struct err *
add_repeat(struct reader *rd, char *text)
{
    char *space = strrchr(text, ' ');
    int64_t n;

    if (!space || !str_to_i64(space + 1, &n)) {
        return wrong(rd, "@repeat TEXT N");
    }
    *space = '\0';
    for (int64_t i = 0; i < n; i++) {
        buf_str(&rd->step->body, text);
    }
    return NULL;
}

static struct err *
add_hex(struct reader *rd, const char *text)
{
    size_t n = strlen(text) / 2;
    char *raw = mem_alloc(rd->mem, n + 1);

    if (!hex_to(raw, text, n)) {
        return wrong(rd, "@hex DIGITS");
    }
    buf_add(&rd->step->body, raw, n);
    return NULL;
}

/* The samples stand beside the tree; they are not ours to copy. */
static struct err *
add_sample(struct reader *rd, const char *name)
{
    const char *folder = str_or(getenv("CARRICK_SAMPLES"), STORIES_DIR "/../../../shared/data");
    const char *path = mem_printf(rd->mem, "%s/%s", folder, name);
    char *data;
    size_t n;

    if (!file_exists(path)) {
        rd->step->skip = mem_printf(rd->mem, "no sample %s in %s (see CARRICK_SAMPLES)", name, folder);
        return NULL;
    }
    TRY(file_read(rd->mem, path, 64u << 20, &data, &n));
    buf_add(&rd->step->body, data, n);
    return NULL;
}

/* "@word argument" -> whether it was one, and its argument. */
static bool
is_word(const char *line, const char *word, char **argument)
{
    size_t n = strlen(word);

    *argument = (char *)(uintptr_t)line + n;
    return strncmp(line, word, n) == 0;
}

static struct err *
read_body(struct reader *rd, char *line)
{
    char *argument;

    if (!rd->step || rd->step->clock_s) {
        return wrong(rd, "text without a request");
    }
    rd->step->has_body = true;
    if (is_word(line, "@repeat ", &argument)) {
        return add_repeat(rd, argument);
    }
    if (is_word(line, "@hex ", &argument)) {
        return add_hex(rd, argument);
    }
    if (is_word(line, "@sample ", &argument)) {
        return add_sample(rd, argument);
    }
    if (is_word(line, "@file ", &argument)) {
        zip_file(&rd->zip, mem_str(rd->mem, argument));
        return NULL;
    }
    if (is_word(line, "@wrap ", &argument)) {
        zip_wrap(&rd->zip, mem_str(rd->mem, argument));
        return NULL;
    }
    if (rd->zip.name) {
        zip_line(&rd->zip, line);
        return NULL;
    }
    if (rd->step->body.len) {
        buf_char(&rd->step->body, '\n');
    }
    buf_str(&rd->step->body, line);
    return NULL;
}

static struct err *read_line(struct reader *rd, char *line);

/* 'words' begins with the part's name; what is said of its lines is said of the story's line. */
static struct err *
part_line(struct reader *rd, const char *line, char *const *words, size_t n)
{
    AUTO_BUF text = BUF_INIT;

    if (line[0] == '%' && line[1] == '?' && line[2] >= '1' && line[2] <= '9') {
        if ((size_t)(line[2] - '0') >= n) {
            return NULL;
        }
        line += 3;
    }
    for (const char *c = line; *c; c++) {
        if (c[0] == '%' && c[1] >= '1' && c[1] <= '9') {
            if ((size_t)(c[1] - '0') >= n) {
                return wrong(rd, "the part takes more words");
            }
            buf_str(&text, words[*++c - '0']);
        } else {
            buf_char(&text, *c);
        }
    }
    return read_line(rd, mem_str(rd->mem, str_or(text.data, "")));
}

static struct err *
read_part(struct reader *rd, const char *text)
{
    const char *slash = strrchr(rd->story->file, '/');
    char **words, **lines, *data;
    size_t n_words, n;

    if (rd->in_part || !slash) {
        return wrong(rd, "include stands in a story");
    }
    words = str_split(rd->mem, text, ' ', &n_words);
    TRY(file_read(rd->mem, mem_printf(rd->mem, "%.*s/parts/%s", (int)(slash - rd->story->file),
                                      rd->story->file, words[0]),
                  1 << 20, &data, &n));
    lines = str_split(rd->mem, data, '\n', &n);
    rd->in_part = true;
    for (size_t i = 0; i < n; i++) {
        TRY(part_line(rd, lines[i], words, n_words));
    }
    rd->in_part = false;
    return NULL;
}

static struct err *
read_line(struct reader *rd, char *line)
{
    if (line[0] == '\0' || line[0] == '#') {
        return NULL;
    }
    if (str_starts(line, "clock +")) {
        return read_clock(rd, line);
    }
    if (str_starts(line, "skip ")) {
        open_step(rd);
        rd->step->skip = mem_str(rd->mem, line + 5);
        return NULL;
    }
    if (str_starts(line, "world ")) {
        rd->story->world = mem_str(rd->mem, line + strlen("world "));
        return NULL;
    }
    if (str_starts(line, "include ")) {
        return read_part(rd, line + strlen("include "));
    }
    if (is_request(line)) {
        return read_request(rd, line);
    }
    if (line[0] == '=' || line[0] == '~') {
        return read_status(rd, line);
    }
    if (rd->in_answer && str_starts(line, "< ")) {
        vec_add(rd->mem, &rd->step->want_headers, mem_str(rd->mem, line + 2));
        return NULL;
    }
    if (rd->in_answer) {
        buf_printf(&rd->want, "\n%s", line);
        return NULL;
    }
    if (rd->step && str_starts(line, "> ")) {
        vec_add(rd->mem, &rd->step->headers, mem_str(rd->mem, line + 2));
        return NULL;
    }
    return read_body(rd, line);
}

struct err *
story_read(struct mem *mem, const char *file, const char *service, struct story *story)
{
    struct reader rd = {.mem = mem, .story = story, .service = service};
    struct err *e = NULL;
    char *text, **lines;
    size_t n;

    *story = (struct story){.file = file};
    TRY(file_read(mem, file, 1 << 20, &text, &n));
    lines = str_split(mem, text, '\n', &n);
    for (size_t i = 0; !e && i < n; i++) {
        rd.line = (int)i + 1;
        e = read_line(&rd, lines[i]);
    }
    close_step(&rd);
    buf_done(&rd.want);
    return e;
}

void
story_done(struct story *story)
{
    vec_each (&story->steps, step) {
        buf_done(&step->body);
    }
}
