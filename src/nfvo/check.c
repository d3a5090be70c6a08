/* What a value of a site must look like beyond its type.  The location is kept
 * as JSON because placement reads it as a whole, so its form is checked here. */
#include "nfvo/nfvo.h"
#include "nfvo/check.h"

#include <ctype.h>
#include <string.h>

bool
nfvo_is_url(const char *s)
{
    const char *host = str_starts(s, "http://") ? s + 7 : str_starts(s, "https://") ? s + 8 : NULL;

    if (!host || !*host || *host == '/' || *host == ':' || strpbrk(host, "@#?")) {
        return false;
    }
    for (; *s; s++) {
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 127) {
            return false;
        }
    }
    return true;
}

const char *
site_check_url(struct mem *mem, const struct attr *attr, void *value)
{
    const char *const *url = value;

    if (nfvo_is_url(*url)) {
        return NULL;
    }
    return mem_printf(mem, "Invalid input for %s. Reason: '%s' is not an http or https URL.",
                      attr->name, *url);
}

/* The reason why the text is no country code, or null. */
static const char *
country_fault(const struct json *code)
{
    const char *s = json_str(code);

    if (s && strlen(s) == 2 && isupper((unsigned char)s[0]) && isupper((unsigned char)s[1])) {
        return NULL;
    }
    return "country_code is not two capital letters (ISO 3166)";
}

static const char *
civic_fault(const struct json *elements)
{
    if (!json_is(elements, JSON_T_ARRAY)) {
        return "civic_address_elements is not a list";
    }
    json_each (elements, i) {
        const struct json *element = elements->items[i];

        if (!json_is(json_get(element, "ca_type"), JSON_T_INT) ||
            !json_get_str(element, "ca_value") || element->n != 2) {
            return "an entry of civic_address_elements is not {ca_type: number, ca_value: text}";
        }
    }
    return NULL;
}

static const char *
labels_fault(const struct json *labels)
{
    if (!json_is(labels, JSON_T_OBJECT)) {
        return "labels is not an object";
    }
    json_each (labels, i) {
        if (!json_str(labels->items[i])) {
            return "a value of labels is not text";
        }
    }
    return NULL;
}

static const struct location_key {
    const char *name;
    const char *(*fault)(const struct json *value);
} location_keys[] = {
    {"country_code", country_fault},
    {"civic_address_elements", civic_fault},
    {"labels", labels_fault},
};

static const char *
location_key_fault(struct mem *mem, const char *key, const struct json *value)
{
    for (size_t i = 0; i < sizeof location_keys / sizeof *location_keys; i++) {
        if (str_eq(location_keys[i].name, key)) {
            return location_keys[i].fault(value);
        }
    }
    return mem_printf(mem, "'%s' is not known", key);
}

const char *
site_check_location(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *location = *(const struct json *const *)value;
    const char *fault = NULL;

    if (!location) {
        return NULL;
    }
    if (!json_is(location, JSON_T_OBJECT)) {
        fault = "it is not an object";
    }
    for (size_t i = 0; !fault && i < location->n; i++) {
        fault = location_key_fault(mem, location->keys[i], location->items[i]);
    }
    return fault ? mem_printf(mem, "Invalid input for %s. Reason: %s.", attr->name, fault) : NULL;
}
