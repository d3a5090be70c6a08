/* What a version says about what else it works with. */
#include "base/version.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

static bool
version_of(const char *text, int *minors)
{
    unsigned major, minor, patch;
    char end;

    if (!text || text[strspn(text, "0123456789.")] || /* no signs, no blanks */
        sscanf(text, "%4u.%3u.%6u%c", &major, &minor, &patch, &end) != 3) {
        return false;
    }
    *minors = (int)(major * VERSION_MAJOR + minor);
    return true;
}

bool
version_ahead(const char *a, const char *b, int *minors)
{
    int x, y;

    if (!version_of(a, &x) || !version_of(b, &y)) {
        return false;
    }
    *minors = x - y;
    return true;
}

const char *
version_told(const char *text)
{
    int minors;

    return version_of(text, &minors) ? text : NULL;
}

const char *
version_refusal(struct mem *mem, const char *they, const char *theirs, const char *we)
{
    int ahead;

    if (!version_ahead(theirs, carrick_version, &ahead) || (ahead >= -1 && ahead <= 1)) {
        return NULL;
    }
    return mem_printf(mem, "%s has version %s and %s %s: they may be one minor version apart; upgrade %s first, "
                      "one minor version at a time", they, theirs, we, carrick_version, ahead < 0 ? they : we);
}
