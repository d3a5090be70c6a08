/* Packages that stories write out in full, so that a reader sees what is sent. */
#include "zip.h"

#include <string.h>

static void
le(struct buf *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        buf_char(out, (char)(value >> 8 * i));
    }
}

static uint32_t
crc_of(const char *data, size_t n)
{
    uint32_t crc = ~0u;

    for (size_t i = 0; i < n; i++) {
        crc ^= (unsigned char)data[i];
        for (int k = 0; k < 8; k++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

/* What stands in both the local and the central header (APPNOTE.TXT 4.3.7, 4.3.12). */
static void
header(struct buf *out, const struct zip *zip)
{
    le(out, 20, 2);
    le(out, 0, 4);
    le(out, 0x5a210000, 4);
    le(out, crc_of(zip->file.data, zip->file.len), 4);
    le(out, (uint32_t)zip->file.len, 4);
    le(out, (uint32_t)zip->file.len, 4);
    le(out, (uint32_t)strlen(zip->name), 2);
    le(out, 0, 2);
}

static void
file_end(struct zip *zip)
{
    if (!zip->name) {
        return;
    }
    le(&zip->directory, 0x02014b50, 4);
    le(&zip->directory, 3 << 8 | 20, 2);
    header(&zip->directory, zip);
    le(&zip->directory, 0, 4);
    le(&zip->directory, 0, 2);
    le(&zip->directory, 0100644u << 16, 4);
    le(&zip->directory, (uint32_t)zip->out.len, 4);
    buf_str(&zip->directory, zip->name);
    le(&zip->out, 0x04034b50, 4);
    header(&zip->out, zip);
    buf_str(&zip->out, zip->name);
    buf_add(&zip->out, zip->file.data, zip->file.len);
    buf_clear(&zip->file);
    zip->name = NULL;
    zip->n++;
}

void
zip_file(struct zip *zip, const char *name)
{
    file_end(zip);
    zip->name = name;
}

void
zip_line(struct zip *zip, const char *line)
{
    buf_str(&zip->file, line);
    buf_char(&zip->file, '\n');
}

void
zip_wrap(struct zip *zip, const char *name)
{
    struct buf whole = BUF_INIT;

    zip_end(zip, &whole);
    zip_file(zip, name);
    buf_add(&zip->file, whole.data, whole.len);
    buf_done(&whole);
}

void
zip_end(struct zip *zip, struct buf *body)
{
    file_end(zip);
    buf_add(body, zip->out.data, zip->out.len);
    buf_add(body, zip->directory.data, zip->directory.len);
    le(body, 0x06054b50, 4);
    le(body, 0, 4);
    le(body, (uint32_t)zip->n, 2);
    le(body, (uint32_t)zip->n, 2);
    le(body, (uint32_t)zip->directory.len, 4);
    le(body, (uint32_t)zip->out.len, 4);
    le(body, 0, 2);
    buf_done(&zip->out);
    buf_done(&zip->directory);
    buf_done(&zip->file);
    *zip = (struct zip){0};
}
