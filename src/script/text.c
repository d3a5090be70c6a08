/* What a shell at the server is told, and what it says: both are quoted or cleaned
 * here, so that no value becomes a command and no byte reaches a terminal. */
#include "script/script.h"

#include "base/uuid.h"

#include <string.h>

#define NAME_BYTES_MAX 255
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

bool
script_input_name_ok(const char *name)
{
    size_t n = strspn(name, LETTERS "0123456789");

    return strspn(name, LETTERS) > 0 && !name[n] && n <= NAME_BYTES_MAX &&
           !str_starts(name, "CARRICK_");
}

/* POSIX 2.5.3, what bash and ksh have as read-only, and what the loader and shells run by. */
bool
script_input_name_kept(const char *name)
{
    static const char *const kept[] = {
        "ENV",  "EUID",  "GID", "GROUPS", "IFS", "LINENO",  "OLDPWD",    "OPTARG", "OPTIND", "PATH",
        "PPID", "PS4",   "PWD", "RANDOM", "_",   "SECONDS", "SHELLOPTS", "TMPDIR", "UID",
        "carrick_script", NULL};

    return str_in(name, kept) || str_starts(name, "BASH") || str_starts(name, "LD_");
}

/* 'it'\''s': within single quotes a shell knows no other sign. */
static void
quoted(struct buf *out, const char *value)
{
    buf_char(out, '\'');
    for (const char *c = value; *c; c++) {
        if (*c == '\'') {
            buf_str(out, "'\\''");
        } else {
            buf_char(out, *c);
        }
    }
    buf_char(out, '\'');
}

/* A line that no script has. */
static const char *
end_mark(struct mem *mem)
{
    uint8_t chance[16];
    char hex[2 * sizeof chance + 1];

    random_bytes(chance, sizeof chance);
    hex_from(hex, chance, sizeof chance);
    return mem_printf(mem, "END_%s", hex);
}

const char *
script_wrap(struct mem *mem, const struct script_order *order)
{
    AUTO_BUF out = BUF_INIT;
    const char *mark = end_mark(mem);
    size_t n = strlen(order->text);

    /* In braces: a shell reads them to their end before it runs anything. */
    buf_str(&out, "{\numask 077\n");
    for (size_t i = 0; i < order->n_inputs; i++) {
        buf_printf(&out, "%s=", order->inputs[i].name);
        quoted(&out, order->inputs[i].value);
        buf_printf(&out, "\nexport %s\n", order->inputs[i].name);
    }
    buf_str(&out, "carrick_script=$(mktemp) || exit 125\n"
                  "trap 'rm -f \"$carrick_script\"' EXIT\n");
    buf_printf(&out, "cat >\"$carrick_script\" <<'%s' || exit 125\n%s%s%s\n", mark, order->text,
               n && order->text[n - 1] == '\n' ? "" : "\n", mark);
    buf_str(&out, "chmod 700 \"$carrick_script\" || exit 125\n"
                  "\"$carrick_script\" </dev/null\nexit\n}\n");
    return buf_copy(mem, &out);
}

/* Bytes of the sequence that begins at 's', 0 where it is none. */
static size_t
sequence(const unsigned char *s, size_t left)
{
    size_t n = *s < 0x80 ? 1 : *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;

    return n <= left && str_utf8((const char *)s, n) ? n : 0;
}

char *
script_clean(struct mem *mem, const char *data, size_t n)
{
    char *text = mem_alloc(mem, n + 1);
    size_t to = 0;

    for (size_t i = 0; i < n;) {
        const unsigned char *at = (const unsigned char *)data + i;
        size_t length = sequence(at, n - i);
        bool is_control = *at < 0x20 || *at == 0x7f || (*at == 0xc2 && length == 2 && at[1] < 0xa0);

        if (length == 0 || (is_control && *at != '\n' && *at != '\t')) {
            text[to++] = '?';
        } else {
            memcpy(text + to, at, length);
            to += length;
        }
        i += length ? length : 1;
    }
    text[to] = '\0';
    return text;
}
