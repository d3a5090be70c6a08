/* The words that say which packet a trace is of. */
#include "cli/trace_match.h"

#include "base/net.h"
#include "base/str.h"
#include "base/vec.h"

#include <string.h>

#define SPORT_DEFAULT 40000

/* A clause: its word, and the member that its value is for. */
static const struct clause {
    const char *word;
    size_t offset;
    int64_t max; /* 0 = an address */
} clauses[] = {
    {"sport", offsetof(struct trace_match, sport), 65535},
    {"dport", offsetof(struct trace_match, dport), 65535},
    {"length", offsetof(struct trace_match, length), 65535},
    {"src", offsetof(struct trace_match, src), 0},
    {"dst", offsetof(struct trace_match, dst), 0},
};
static const char *const protocols[] = {"tcp", "udp", "sctp", "icmp", NULL};

static bool
has_ports(const char *protocol)
{
    return protocol && !str_eq(protocol, "icmp") && str_in(protocol, protocols);
}

static struct err *
clause_take(const struct clause *clause, const char *value, struct trace_match *match)
{
    void *at = (char *)match + clause->offset;
    struct ip ip;
    int64_t n;

    if (!clause->max) {
        if (!value || !ip_parse(value, &ip)) {
            return err_new(E_INVALID, NULL, "%s is followed by an address, not by \"%s\"",
                           clause->word, str_or(value, ""));
        }
        *(const char **)at = value;
        return NULL;
    }
    if (!value || !str_to_i64(value, &n) || n < 0 || n > clause->max) {
        return err_new(E_INVALID, NULL, "%s is followed by a number from 0 to %lld, not by \"%s\"",
                       clause->word, (long long)clause->max, str_or(value, ""));
    }
    *(int64_t *)at = n;
    return NULL;
}

static const struct clause *
clause_find(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(clauses); i++) {
        if (str_eq(clauses[i].word, word)) {
            return &clauses[i];
        }
    }
    return NULL;
}

static struct err *
protocol_take(const char *word, const char *value, struct trace_match *match, bool *took_value)
{
    int64_t n;

    *took_value = str_eq(word, "proto");
    if (match->protocol) {
        return err_new(E_INVALID, NULL, "\"%s\" is not possible here: there is a protocol already; "
                                        "sport N, dport N, src ADDRESS, dst ADDRESS and length N are",
                       word);
    }
    if (*took_value && (!value || !str_to_i64(value, &n) || n < 0 || n > 255)) {
        return err_new(E_INVALID, NULL, "proto is followed by a number from 0 to 255, not by \"%s\"",
                       str_or(value, ""));
    }
    match->protocol = *took_value ? value : word;
    return NULL;
}

static struct err *
word_take(const char *word, const char *value, struct trace_match *match, bool *took_value)
{
    const struct clause *clause = clause_find(word);

    *took_value = true;
    if (clause) {
        return clause_take(clause, value, match);
    }
    if (str_in(word, protocols) || str_eq(word, "proto")) {
        return protocol_take(word, value, match, took_value);
    }
    return err_new(E_INVALID, NULL,
                   "\"%s\" is not possible in a match: tcp, udp, sctp, icmp, proto N, sport N, "
                   "dport N, src ADDRESS, dst ADDRESS and length N are", word);
}

struct err *
trace_match_parse(struct mem *mem, const char *text, struct trace_match *match)
{
    VEC(const char *) words = {0};
    bool took_value;
    size_t n;
    char **parts = str_split(mem, text, ' ', &n);

    *match = (struct trace_match){.sport = -1, .dport = -1, .length = -1};
    for (size_t i = 0; i < n; i++) {
        if (*parts[i]) {
            vec_add(mem, &words, parts[i]);
        }
    }
    for (size_t i = 0; i < words.n; i += took_value ? 2 : 1) {
        TRY(word_take(words.items[i], i + 1 < words.n ? words.items[i + 1] : NULL, match,
                      &took_value));
    }
    if (!match->protocol) {
        return err_new(E_INVALID, NULL,
                       "a match names a protocol: tcp, udp, sctp, icmp or proto N");
    }
    if ((match->sport >= 0 || match->dport >= 0) && !has_ports(match->protocol)) {
        return err_new(E_INVALID, NULL, "%s has no ports: sport and dport are of tcp, udp and sctp",
                       match->protocol);
    }
    return NULL;
}

void
trace_match_write(const struct trace_match *match, bool reverse, struct jw *w)
{
    int64_t sport = match->sport >= 0 ? match->sport : SPORT_DEFAULT;
    int64_t dport = match->dport >= 0 ? match->dport : 0;
    bool swap = reverse && has_ports(match->protocol);
    const char *src = reverse ? match->dst : match->src, *dst = reverse ? match->src : match->dst;

    jw_str(w, "protocol", match->protocol);
    jw_int(w, "source_port", swap ? dport : sport);
    jw_int(w, "destination_port", swap ? sport : dport);
    if (src) {
        jw_str(w, "source_ip", src);
    }
    if (dst) {
        jw_str(w, "destination_ip", dst);
    }
    if (match->length >= 0) {
        jw_int(w, "length", match->length);
    }
    jw_bool(w, "is_answer", reverse);
}
