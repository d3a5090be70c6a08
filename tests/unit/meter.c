/* Figures of the process as OpenMetrics text. */
#include "sys/meter.h"
#include "test.h"

#include <string.h>

static const char *
written(struct mem *mem)
{
    AUTO_BUF out = BUF_INIT;

    meter_write(&out);
    return mem_str(mem, out.data);
}

TEST(meter_counters_add_by_their_labels)
{
    AUTO(mem) m = mem_new("test");

    meter_reset();
    meter_add(METER_http_requests, "nslcm", "200", 2);
    meter_add(METER_http_requests, "nslcm", "404", 1);
    meter_add(METER_http_requests, "nslcm", "200", 1);
    CHECK_INT((int)meter_value(METER_http_requests, "nslcm", "200"), 3);
    CHECK_INT((int)meter_value(METER_http_requests, "vnflcm", "200"), 0);
    const char *text = written(m);
    CHECK(strstr(text, "# TYPE carrick_http_requests counter\n# HELP carrick_http_requests Requests that "));
    CHECK(strstr(text, "\ncarrick_http_requests_total{api=\"nslcm\",status=\"200\"} 3\n"));
    CHECK(strstr(text, "\ncarrick_http_requests_total{api=\"nslcm\",status=\"404\"} 1\n"));
    /* What was never counted is not told. */
    CHECK(!strstr(text, "carrick_site_calls"));
    CHECK(strstr(text, "\n# TYPE process_resident_memory_bytes gauge\n# UNIT process_resident_memory_bytes bytes\n"));
    CHECK(!strcmp(text + strlen(text) - 6, "# EOF\n"));
}

TEST(meter_histograms_have_rising_buckets_a_sum_and_a_count)
{
    AUTO(mem) m = mem_new("test");

    meter_reset();
    meter_time(METER_store_seconds, NULL, 1000000);     /* a bound itself is in its bucket */
    meter_time(METER_store_seconds, NULL, 1000001);
    meter_time(METER_store_seconds, NULL, 90000000000); /* behind the last bound */
    const char *text = written(m);
    CHECK(strstr(text, "\n# UNIT carrick_store_commit_duration_seconds seconds\n"));
    CHECK(strstr(text, "_bucket{le=\"0.0005\"} 0\n"));
    CHECK(strstr(text, "_bucket{le=\"0.001\"} 1\n"));
    CHECK(strstr(text, "_bucket{le=\"0.0025\"} 2\n"));
    CHECK(strstr(text, "_bucket{le=\"1.0\"} 2\n"));
    CHECK(strstr(text, "_bucket{le=\"30.0\"} 2\n"));
    CHECK(strstr(text, "_bucket{le=\"+Inf\"} 3\n"));
    CHECK(strstr(text, "carrick_store_commit_duration_seconds_sum 90.002000001\n"));
    CHECK(strstr(text, "carrick_store_commit_duration_seconds_count 3\n"));
}

TEST(meter_values_of_labels_are_escaped_cut_and_bounded)
{
    AUTO(mem) m = mem_new("test");
    char longer[100];

    meter_reset();
    memset(longer, 'x', sizeof longer);
    memcpy(longer + 63, "\xc3\xa9", 2); /* a character over the cut */
    longer[99] = '\0';
    meter_add(METER_site_calls, "a\"b\\c\nd", "200", 1);
    meter_add(METER_site_calls, longer, "200", 1);
    meter_add(METER_site_calls, longer, "200", 1); /* the same once more, not another */
    CHECK_INT((int)meter_value(METER_site_calls, longer, "200"), 2);
    for (int i = 0; i < METER_SERIES_MAX + 10; i++) {
        meter_add(METER_site_calls, mem_printf(m, "site%d", i), "200", 1);
    }
    const char *text = written(m);
    CHECK(strstr(text, "{site=\"a\\\"b\\\\c\\nd\",status=\"200\"} 1\n"));
    CHECK(strstr(text, "xx\",status=\"200\"} 2\n"));
    CHECK(!strstr(text, "\xc3"));
    CHECK_INT((int)meter_value(METER_site_calls, "other", "other"), 12);
    meter_reset();
}

TEST(meter_tells_of_the_process_itself)
{
    AUTO(mem) m = mem_new("test");

    (void)written(m);
    CHECK(meter_value(METER_memory, NULL, NULL) > 1e6);
    CHECK(meter_value(METER_open_fds, NULL, NULL) >= 3);
    CHECK(meter_value(METER_start_time, NULL, NULL) > 1.5e9);
    CHECK(meter_value(METER_start_time, NULL, NULL) < 4e9);
}
