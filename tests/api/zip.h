/* Zips out of the text of a story, stored without compression. */
#ifndef CARRICK_TESTS_API_ZIP_H
#define CARRICK_TESTS_API_ZIP_H

#include "base/str.h"

struct zip {
    struct buf out, directory; /* what is done: files, and their list */
    struct buf file;           /* the one that grows */
    const char *name;          /* its name, or null */
    size_t n;
};

/* Ends the file that grows and begins another; 'name' is borrowed. */
void zip_file(struct zip *zip, const char *name);
/* Adds a line to the file that grows. */
void zip_line(struct zip *zip, const char *line);
/* What it is so far becomes the file 'name' of a new zip. */
void zip_wrap(struct zip *zip, const char *name);
/* The whole zip into 'body'; 'zip' is empty again. */
void zip_end(struct zip *zip, struct buf *body);

#endif
