/* Every byte is looked at once and has to be where it may be. */
#include "responder/http.h"

#include "base/str.h"
#include "base/vec.h"

#include <ctype.h>
#include <string.h>

/* A piece of the head, not terminated. */
struct text {
    const char *s;
    size_t n;
};

struct head {
    bool has_host;
    bool is_11;
};

static bool
is_token(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        if (!isalnum((unsigned char)t.s[i]) && !strchr("!#$%&'*+-.^_`|~", t.s[i])) {
            return false;
        }
    }
    return t.n > 0;
}

static bool
text_is(struct text t, const char *s)
{
    return t.n == strlen(s) && !memcmp(t.s, s, t.n);
}

static bool
text_is_case(struct text t, const char *s)
{
    size_t n = strlen(s);

    for (size_t i = 0; i < n && t.n == n; i++) {
        if (tolower((unsigned char)t.s[i]) != s[i]) {
            return false;
        }
    }
    return t.n == n;
}

/* Up to 'end', which is taken too; false where it is not there. */
static bool
cut(struct text *from, char end, struct text *piece)
{
    const char *at = from->n ? memchr(from->s, end, from->n) : NULL;

    if (!at) {
        return false;
    }
    *piece = (struct text){from->s, (size_t)(at - from->s)};
    from->n -= piece->n + 1;
    from->s = at + 1;
    return true;
}

/* The path of "/path?query" or "http://host/path" (section 3.2). */
static bool
target_path(struct mem *mem, struct text t, const char **path)
{
    static const char scheme[] = "http://";
    size_t n = sizeof scheme - 1;

    for (size_t i = 0; i < t.n; i++) {
        if (t.s[i] <= ' ' || t.s[i] > '~') {
            return false;
        }
    }
    if (t.n > n && !memcmp(t.s, scheme, n)) {
        const char *slash = memchr(t.s + n, '/', t.n - n);

        if (!slash) {
            return false;
        }
        t.n -= (size_t)(slash - t.s);
        t.s = slash;
    }
    if (!t.n || *t.s != '/') {
        return false;
    }
    for (n = 0; n < t.n && t.s[n] != '?' && t.s[n] != '#'; n++) {
    }
    *path = mem_strn(mem, t.s, n);
    return true;
}

static int
request_line(struct mem *mem, struct text line, struct http_request *request, struct head *head)
{
    struct text method, target;

    if (!cut(&line, ' ', &method) || !cut(&line, ' ', &target) || !is_token(method) ||
        line.n != strlen("HTTP/1.1") || memcmp(line.s, "HTTP/", 5) != 0 || line.s[6] != '.' ||
        !isdigit((unsigned char)line.s[5]) || !isdigit((unsigned char)line.s[7])) {
        return 400;
    }
    if (!text_is(line, "HTTP/1.1") && !text_is(line, "HTTP/1.0")) {
        return 505;
    }
    head->is_11 = text_is(line, "HTTP/1.1");
    request->head_only = text_is(method, "HEAD");
    if (!target_path(mem, target, &request->path)) {
        return 400;
    }
    return request->head_only || text_is(method, "GET") ? 200 : 405;
}

static struct text
trimmed(struct text t)
{
    while (t.n && (*t.s == ' ' || *t.s == '\t')) {
        t.s++;
        t.n--;
    }
    while (t.n && (t.s[t.n - 1] == ' ' || t.s[t.n - 1] == '\t')) {
        t.n--;
    }
    return t;
}

static int
field_line(struct text line, struct head *head)
{
    struct text name, value;

    if (!cut(&line, ':', &name) || !is_token(name)) {
        return 400;
    }
    value = trimmed(line);
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.s[i] < ' ' && value.s[i] != '\t') {
            return 400;
        }
    }
    if (text_is_case(name, "host")) {
        if (head->has_host) {
            return 400;
        }
        head->has_host = true;
    }
    if (text_is_case(name, "transfer-encoding") ||
        (text_is_case(name, "content-length") && !text_is(value, "0"))) {
        return 413;
    }
    return 200;
}

/* One line without its CRLF; a bare CR or LF is none. */
static int
line_take(struct text *rest, struct text *line)
{
    if (!cut(rest, '\n', line) || !line->n || line->s[line->n - 1] != '\r') {
        return 400;
    }
    line->n--;
    return memchr(line->s, '\r', line->n) ? 400 : 200;
}

static int
lines_parse(struct mem *mem, struct text rest, struct http_request *request)
{
    struct head head = {.has_host = false};
    struct text line;
    int status = line_take(&rest, &line), first;

    if (status != 200) {
        return status;
    }
    first = request_line(mem, line, request, &head);
    if (first != 200 && first != 405) {
        return first;
    }
    for (;;) {
        status = line_take(&rest, &line);
        if (status != 200 || !line.n) {
            break;
        }
        status = field_line(line, &head);
        if (status != 200) {
            return status;
        }
    }
    if (status == 200 && head.is_11 && !head.has_host) {
        return 400;
    }
    return status == 200 ? first : status;
}

int
http_parse(struct mem *mem, const char *data, size_t n, struct http_request *request)
{
    size_t end = 0;

    for (size_t i = 0; i < n && !end; i++) {
        if (data[i] == '\n' && ((i >= 1 && data[i - 1] == '\n') ||
                                (i >= 3 && !memcmp(data + i - 3, "\r\n\r\n", 4)))) {
            end = i + 1;
        }
    }
    if (!end) {
        return n >= HTTP_HEAD_MAX ? 431 : 0;
    }
    return lines_parse(mem, (struct text){data, end}, request);
}

const char *
http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {413, "Content Too Large"},
        {431, "Request Header Fields Too Large"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "";
}
