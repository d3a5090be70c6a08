/* Scalar units: "512 MB", "1.5 GHz", "10 s", "1 Gbps" (TOSCA 1.3 section 3.3.6).
 * Unit names are case-insensitive there, except that bit rates tell bits (b)
 * from bytes (B). */
#include "tosca/tosca.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024.0
#define BYTE 8.0
#define VALUE_MAX 1e18 /* what whole numbers of 64 bits hold, and more than there is of anything */

static const struct unit {
    const char *type, *name;
    double factor;
    bool exact; /* case counts */
} units[] = {
    {"size", "B", 1, false},
    {"size", "kB", 1e3, false},
    {"size", "MB", 1e6, false},
    {"size", "GB", 1e9, false},
    {"size", "TB", 1e12, false},
    {"size", "KiB", KIB, false},
    {"size", "MiB", KIB *KIB, false},
    {"size", "GiB", KIB *KIB *KIB, false},
    {"size", "TiB", KIB *KIB *KIB *KIB, false},
    {"time", "d", 86400, false},
    {"time", "h", 3600, false},
    {"time", "m", 60, false},
    {"time", "s", 1, false},
    {"time", "ms", 1e-3, false},
    {"time", "us", 1e-6, false},
    {"time", "ns", 1e-9, false},
    {"frequency", "Hz", 1, false},
    {"frequency", "kHz", 1e3, false},
    {"frequency", "MHz", 1e6, false},
    {"frequency", "GHz", 1e9, false},
    {"bitrate", "bps", 1, true},
    {"bitrate", "Kbps", 1e3, true},
    {"bitrate", "Mbps", 1e6, true},
    {"bitrate", "Gbps", 1e9, true},
    {"bitrate", "Tbps", 1e12, true},
    {"bitrate", "Kibps", KIB, true},
    {"bitrate", "Mibps", KIB *KIB, true},
    {"bitrate", "Gibps", KIB *KIB *KIB, true},
    {"bitrate", "Tibps", KIB *KIB *KIB *KIB, true},
    {"bitrate", "Bps", BYTE, true},
    {"bitrate", "KBps", BYTE * 1e3, true},
    {"bitrate", "MBps", BYTE * 1e6, true},
    {"bitrate", "GBps", BYTE * 1e9, true},
    {"bitrate", "TBps", BYTE * 1e12, true},
    {"bitrate", "KiBps", BYTE *KIB, true},
    {"bitrate", "MiBps", BYTE *KIB *KIB, true},
    {"bitrate", "GiBps", BYTE *KIB *KIB *KIB, true},
    {"bitrate", "TiBps", BYTE *KIB *KIB *KIB *KIB, true},
};

static const struct unit *
unit_find(const char *type, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        if (str_eq(units[i].type, type) &&
            (units[i].exact ? str_eq(units[i].name, name) : str_eq_case(units[i].name, name))) {
            return &units[i];
        }
    }
    return NULL;
}

bool
tosca_scalar(const char *type, const char *text, double *value)
{
    const struct unit *unit;
    char *end;
    double number;

    if (!text || !str_starts(type, "scalar-unit.") ||
        !(isdigit((unsigned char)*text) || *text == '.')) {
        return false;
    }
    number = strtod(text, &end);
    if (end == text || !isfinite(number)) {
        return false;
    }
    while (*end == ' ' || *end == '\t') {
        end++;
    }
    unit = unit_find(type + strlen("scalar-unit."), end);
    if (!unit) {
        return false;
    }
    *value = number * unit->factor;
    return *value < VALUE_MAX;
}
