/* The words of a trace's match: what is read, what is refused and how it is said. */
#include "cli/trace_match.h"
#include "base/vec.h"
#include "test.h"

static const char *
written(struct mem *mem, const char *words, bool reverse)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    struct trace_match match;

    REQUIRE_OK(trace_match_parse(mem, words, &match));
    jw_object(&w, NULL);
    trace_match_write(&match, reverse, &w);
    jw_end(&w);
    return mem_str(mem, out.data);
}

TEST(cli_trace_matches_are_read_in_any_order)
{
    static const struct {
        const char *words;
        bool reverse;
        const char *json;
    } cases[] = {
        {"tcp dport 80", false,
         "{\"protocol\":\"tcp\",\"source_port\":40000,\"destination_port\":80,\"is_answer\":false}"},
        {"  dport 80  tcp ", true,
         "{\"protocol\":\"tcp\",\"source_port\":80,\"destination_port\":40000,\"is_answer\":true}"},
        {"udp sport 53 length 1400", false,
         "{\"protocol\":\"udp\",\"source_port\":53,\"destination_port\":0,\"length\":1400,"
         "\"is_answer\":false}"},
        {"icmp src fd00::1 dst fd00::2", true,
         "{\"protocol\":\"icmp\",\"source_port\":40000,\"destination_port\":0,"
         "\"source_ip\":\"fd00::2\",\"destination_ip\":\"fd00::1\",\"is_answer\":true}"},
        {"proto 47", false,
         "{\"protocol\":\"47\",\"source_port\":40000,\"destination_port\":0,\"is_answer\":false}"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");

        CHECK_STR(written(mem, cases[i].words, cases[i].reverse), cases[i].json);
    }
}

TEST(cli_trace_matches_that_mean_nothing_say_what_does)
{
    static const struct {
        const char *words, *fault;
    } cases[] = {
        {"", "tcp, udp, sctp, icmp or proto N"},
        {"dport 80", "tcp, udp, sctp, icmp or proto N"},
        {"tpc dport 80", "\"tpc\" is not possible in a match: tcp, udp, sctp, icmp, proto N, sport"},
        {"tcp port 80", "\"port\" is not possible"},
        {"tcp udp", "there is a protocol already"},
        {"tcp dport", "dport is followed by a number from 0 to 65535, not by \"\""},
        {"tcp dport 65536", "not by \"65536\""},
        {"tcp dport -1", "not by \"-1\""},
        {"tcp dport http", "not by \"http\""},
        {"tcp src 10.0.0", "src is followed by an address, not by \"10.0.0\""},
        {"icmp dport 80", "icmp has no ports"},
        {"proto 256", "proto is followed by a number from 0 to 255"},
        {"proto", "not by \"\""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct trace_match match;

        CHECK_ERR_MSG(trace_match_parse(mem, cases[i].words, &match), E_INVALID, cases[i].fault);
    }
}
