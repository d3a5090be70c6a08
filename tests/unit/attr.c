/* Bodies against tables: every fault told, every type strict, both JSON forms. */
#include "base/attr.h"

#include "store_world.h"
#include "test.h"

#include <string.h>

static const struct json *
json(struct mem *mem, const char *text)
{
    const struct json *parsed = NULL;

    CHECK_OK(json_parse(mem, text, strlen(text), &parsed));
    return parsed;
}

#define NET "11111111-1111-4111-8111-111111111111"
#define GROUP "22222222-2222-4222-8222-222222222222"

TEST(attr_tables_of_the_world_are_sound)
{
    CHECK_OK(table_check(&net_table));
    CHECK_OK(table_check(&group_table));
    CHECK_OK(table_check(&port_table));
}

TEST(attr_unsound_tables_are_told)
{
    static const struct attr attrs[] = {
        {.name = "a", .type = ATTR_T_str, .offset = sizeof(struct row)},
        {.name = "b", .type = ATTR_T_name_enum, .doc = "b", .offset = sizeof(struct row)},
        {.name = "c", .type = ATTR_T_integer, .doc = "c", .def = "\"x\"",
         .offset = sizeof(struct row)},
        {.name = "d", .type = ATTR_T_str, .doc = "d", .use = SECRET | SHOW,
         .offset = sizeof(struct row)},
    };
    struct table table = {.name = "bad", .attrs = attrs, .n_attrs = 4, .size = 1000};
    AUTO(mem) mem = mem_new("test");
    struct err *e = table_check(&table);
    const char *all = err_full(mem, e);

    CHECK(strstr(all, "attribute a: no .doc"));
    CHECK(strstr(all, "attribute b: a name_enum needs .values"));
    CHECK(strstr(all, "attribute c: the default does not fit"));
    CHECK(strstr(all, "attribute d: SECRET is never shown"));
    CHECK(strstr(all, "the table has no .doc"));
    err_free(e);
}

TEST(attr_create_takes_values_and_defaults)
{
    AUTO(mem) mem = mem_new("test");
    struct port *port = row_new(mem, &port_table);

    REQUIRE_OK(row_decode(mem, &port_table,
                          json(mem, "{\"network_id\": \"" NET "\", \"name\": \"a\", "
                                    "\"mac_address\": \"FA:16:3E:00:00:01\", \"weight\": null, "
                                    "\"prefix\": \"2001:DB8::/32\", "
                                    "\"fixed_ips\": [{\"ip_address\": \"2001:DB8:0::5\"}]}"),
                          ROW_CREATE, 0, NULL, port));
    CHECK_STR(port->name, "a");
    CHECK_STR(port->mac_address, "fa:16:3e:00:00:01");
    CHECK_STR(port->prefix, "2001:db8::/32");
    CHECK_STR(port->kind, "normal");
    CHECK(port->kind == port_kinds[0]);
    CHECK(port->admin_state_up);
    CHECK_INT(port->weight, INT_NULL);
    CHECK_INT(port->newer, 0);
    CHECK(json_is(port->profile, JSON_T_OBJECT));
    CHECK_INT(port->fixed_ips.n, 1);
    CHECK_STR(((struct address *)port->fixed_ips.items[0])->ip_address, "2001:db8::5");
    CHECK_STR(((struct address *)port->fixed_ips.items[0])->subnet, "");
    CHECK(row_given(&port->row, "name"));
    CHECK(row_given(&port->row, "weight"));
    CHECK(!row_given(&port->row, "kind"));
    CHECK(!row_given(&port->row, "nonsense"));
}

TEST(attr_all_faults_of_a_body_are_told_at_once)
{
    AUTO(mem) mem = mem_new("test");
    void *port = row_new(mem, &port_table);
    struct err *e = row_decode(
        mem, &port_table,
        json(mem, "{\"nme\": 1, \"name\": 5, \"weight\": \"7\", \"kind\": \"odd\", "
                  "\"id\": \"" NET "\", \"admin_state_up\": \"true\", "
                  "\"fixed_ips\": [{\"ip_address\": \"10.0.0.1\"}, {\"ip_address\": \"10.0.0\"}, "
                  "3, {}], \"groups\": [\"" GROUP "\", \"" GROUP "\"], \"note\": \"x\"}"),
        ROW_CREATE, 0, NULL, port);
    const char *all = err_full(mem, e);

    CHECK(err_is(e, E_INVALID));
    CHECK(strstr(all, "Unknown attribute 'nme'"));
    CHECK(strstr(all, "Unknown attribute 'note'"));
    CHECK(strstr(all, "Invalid input for name. Reason: '5' is not a valid string."));
    CHECK(strstr(all, "Invalid input for weight. Reason: '7' is not an integer."));
    CHECK(strstr(all, "Reason: 'odd' is not in ['normal', 'direct']."));
    CHECK(strstr(all, "Attribute 'id' may not be given"));
    CHECK(strstr(all, "Invalid input for admin_state_up."));
    CHECK(strstr(all, "Invalid input for fixed_ips[1].ip_address. Reason: '10.0.0' is not a valid"));
    CHECK(strstr(all, "Invalid input for fixed_ips[2]."));
    CHECK(strstr(all, "Attribute 'fixed_ips[3].ip_address' is required"));
    CHECK(strstr(all, "Duplicate items in the list"));
    CHECK(strstr(all, "Attribute 'network_id' is required"));
    err_free(e);
}

TEST(attr_values_at_their_limits)
{
    static const struct {
        const char *attr, *json, *reason; /* null = accepted */
    } cases[] = {
        {"name", "\"0123456789\"", NULL},
        {"name", "\"\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\"", NULL},
        {"name", "\"01234567890\"", "exceeds maximum length of 10."},
        {"name", "null", "'None' is not a valid string."},
        {"weight", "0", NULL},
        {"weight", "100", NULL},
        {"weight", "-1", "'-1' is too small - must be at least '0'."},
        {"weight", "101", "'101' is too large - must be no larger than '100'."},
        {"weight", "1.0", "is not an integer."},
        {"weight", "true", "'True' is not an integer."},
        {"network_id", "\"" NET "\"", NULL},
        {"network_id", "\"x\"", "'x' is not a valid UUID."},
        {"mac_address", "\"fa:16:3e:00:00\"", "is not a valid MAC address."},
        {"prefix", "\"10.0.0.1/24\"", "'10.0.0.0/24' is recommended."},
        {"prefix", "\"10.0.0.0\"", "is not a valid IP subnet."},
        {"profile", "[]", NULL},
        {"profile", "\"x\"", "is not a dictionary or list."},
        {"tags", "[\"a\", 1]", "'1' is not a valid string."},
        {"tags", "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]", "Exceeded maximum amount of items (5)."},
        {"created_at", "\"2026-01-02T03:04:05Z\"", NULL},
        {"created_at", "5", "is not a valid time"},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct attr *attr = table_attr(&port_table, cases[i].attr);
        void *row = row_new(mem, &port_table);
        struct err *e = attr_decode(mem, attr, json(mem, cases[i].json), attr->name, NULL,
                                    attr_at(attr, row));

        if (cases[i].reason) {
            CHECK_ERR_MSG(e, E_INVALID, cases[i].reason);
        } else {
            CHECK_OK(e);
        }
    }
}

TEST(attr_update_takes_only_what_may_change)
{
    AUTO(mem) mem = mem_new("test");
    struct port *port = row_new(mem, &port_table);

    REQUIRE_OK(row_decode(mem, &port_table, json(mem, "{\"name\": \"b\"}"), ROW_UPDATE, 0, NULL, port));
    CHECK_STR(port->name, "b");
    CHECK(!port->kind);
    CHECK_ERR_MSG(row_decode(mem, &port_table, json(mem, "{\"network_id\": \"" NET "\"}"),
                             ROW_UPDATE, 0, NULL, row_new(mem, &port_table)),
                  E_INVALID, "Attribute 'network_id' may not be changed");
}

TEST(attr_versions_hide_attributes)
{
    AUTO(mem) mem = mem_new("test");
    const struct json *body = json(mem, "{\"network_id\": \"" NET "\", \"newer\": 3}");
    struct port *port = row_new(mem, &port_table);
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    CHECK_ERR_MSG(row_decode(mem, &port_table, body, ROW_CREATE, 19, NULL, port), E_INVALID,
                  "Unknown attribute 'newer'");
    port = row_new(mem, &port_table);
    CHECK_OK(row_decode(mem, &port_table, body, ROW_CREATE, 20, NULL, port));
    CHECK_INT(port->newer, 3);
    jw_object(&w, NULL);
    row_encode(&w, port, 19, NULL, NULL);
    jw_end(&w);
    CHECK(!strstr(out.data, "newer"));
    CHECK(!strstr(out.data, "note"));
}

TEST(attr_alias_is_read_and_written)
{
    AUTO(mem) mem = mem_new("test");
    struct port *port = row_new(mem, &port_table);
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    CHECK_OK(row_decode(mem, &port_table,
                        json(mem, "{\"network_id\": \"" NET "\", \"tenant_id\": \"p\", "
                                  "\"project_id\": \"p\"}"),
                        ROW_CREATE, 0, NULL, port));
    CHECK_STR(port->project_id, "p");
    jw_object(&w, NULL);
    row_encode(&w, port, 0, NULL, NULL);
    jw_end(&w);
    CHECK(strstr(out.data, "\"project_id\":\"p\",\"tenant_id\":\"p\""));
    CHECK(strstr(out.data, "\"binding:profile\":{}"));
    CHECK_ERR_MSG(row_decode(mem, &port_table,
                             json(mem, "{\"network_id\": \"" NET "\", \"tenant_id\": \"p\", "
                                       "\"project_id\": \"q\"}"),
                             ROW_CREATE, 0, NULL, row_new(mem, &port_table)),
                  E_INVALID, "differ");
}

static const char *
loud(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Unrecognized attribute(s) '%s'", name);
}

TEST(attr_dialect_chooses_the_words)
{
    static const struct row_faults faults = {.unknown = loud};
    AUTO(mem) mem = mem_new("test");

    CHECK_ERR_MSG(row_decode(mem, &port_table, json(mem, "{\"foo\": 1}"), ROW_UPDATE, 0, &faults,
                             row_new(mem, &port_table)),
                  E_INVALID, "Unrecognized attribute(s) 'foo'");
}

TEST(attr_faults_are_bounded)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF body = BUF_INIT;
    struct err *e;
    size_t n = 0;

    for (int i = 0; i < 1000; i++) {
        buf_printf(&body, "%s\"x%d\": 1", i ? "," : "{", i);
    }
    buf_char(&body, '}');
    e = row_decode(mem, &port_table, json(mem, body.data), ROW_UPDATE, 0, NULL,
                   row_new(mem, &port_table));
    for (const struct err *it = e; it; it = it->next) {
        n++;
    }
    CHECK_INT(n, 32);
    err_free(e);
}

static struct port *
full_port(struct mem *mem)
{
    struct port *port = row_new(mem, &port_table);

    REQUIRE_OK(row_decode(mem, &port_table,
                          json(mem, "{\"id\": \"" GROUP "\", \"network_id\": \"" NET "\", "
                                    "\"name\": \"\\u00e4\\\"\\n\", \"weight\": 7, "
                                    "\"binding:profile\": {\"a\": [1, {\"b\": null}]}, "
                                    "\"tags\": [\"x\", \"y\"], \"note\": \"n\", "
                                    "\"fixed_ips\": [{\"subnet\": \"s\", \"ip_address\": "
                                    "\"10.0.0.1\"}], \"groups\": [\"" GROUP "\"]}"),
                          ROW_PLAIN, 0, NULL, port));
    port->created_at = 1234567890123456;
    return port;
}

TEST(attr_plain_form_keeps_every_bit)
{
    AUTO(mem) mem = mem_new("test");
    struct port *port = full_port(mem);
    struct port *back = row_new(mem, &port_table);

    REQUIRE_OK(row_from_json(mem, &port_table, json(mem, row_to_json(mem, port, true)), back));
    for (size_t i = 0; i < port_table.n_attrs; i++) {
        if (!attr_equal(&port_table.attrs[i], port, back)) {
            test_fail(__FILE__, __LINE__, "%s differs", port_table.attrs[i].name);
        }
    }
    CHECK_OK(row_from_json(mem, &port_table, json(mem, "{\"of_tomorrow\": 1}"), back));
}

TEST(attr_copy_is_deep)
{
    AUTO(mem) mem = mem_new("test");
    struct mem *first = mem_new("first");
    struct port *port = full_port(first);
    char *before = row_to_json(mem, port, true);
    struct port *copy = row_copy(mem, port);

    mem_free(first);
    CHECK_STR(row_to_json(mem, copy, true), before);
}

TEST(attr_secrets_are_told_only_when_asked)
{
    AUTO(mem) mem = mem_new("test");
    struct net *net = row_new(mem, &net_table);

    net->password = "hunter2";
    CHECK(strstr(row_to_json(mem, net, true), "hunter2"));
    CHECK(!strstr(row_to_json(mem, net, false), "hunter2"));
    CHECK(strstr(row_to_json(mem, net, false), "\"password\":\"***\""));
}

TEST(attr_converters)
{
    static const struct {
        attr_convert_fn *fn;
        const char *in, *out;
    } cases[] = {
        {attr_convert_int, "\"12\"", "12"},
        {attr_convert_int, "\"1x\"", "\"1x\""},
        {attr_convert_int, "12", "12"},
        {attr_convert_bool, "\"True\"", "true"},
        {attr_convert_bool, "0", "false"},
        {attr_convert_bool, "2", "2"},
        {attr_convert_bool, "\"yes\"", "\"yes\""},
        {attr_convert_str, "12", "\"12\""},
        {attr_convert_lower, "\"TCP\"", "\"tcp\""},
        {attr_convert_null_to_list, "null", "[]"},
        {attr_convert_null_to_object, "null", "{}"},
        {attr_convert_null_to_empty, "null", "\"\""},
        {attr_convert_to_list, "\"a\"", "[\"a\"]"},
        {attr_convert_to_list, "null", "[]"},
        {attr_convert_to_list, "[1]", "[1]"},
        {attr_convert_network, "\"10.0.0.5\"", "\"10.0.0.5/32\""},
        {attr_convert_network, "\"10.0.0.5/24\"", "\"10.0.0.0/24\""},
        {attr_convert_network, "\"2001:DB8::1\"", "\"2001:db8::1/128\""},
        {attr_convert_network, "\"x\"", "\"x\""},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(json_text(mem, cases[i].fn(mem, json(mem, cases[i].in))), cases[i].out);
    }
}

TEST(attr_text_values_of_query_strings)
{
    AUTO(mem) mem = mem_new("test");
    struct port *port = row_new(mem, &port_table);

    CHECK_OK(attr_decode_text(mem, table_attr(&port_table, "weight"), "101", &port->weight));
    CHECK_INT(port->weight, 101);
    CHECK_OK(attr_decode_text(mem, table_attr(&port_table, "admin_state_up"), "False",
                              &port->admin_state_up));
    CHECK(!port->admin_state_up);
    CHECK_ERR(attr_decode_text(mem, table_attr(&port_table, "admin_state_up"), "maybe",
                               &port->admin_state_up),
              E_INVALID);
    CHECK_OK(attr_decode_text(mem, table_attr(&port_table, "created_at"), "77", &port->created_at));
    CHECK_INT(port->created_at, 77);
    CHECK_OK(attr_decode_text(mem, table_attr(&port_table, "mac_address"), "FA:16:3E:00:00:0A",
                              &port->mac_address));
    CHECK_STR(port->mac_address, "fa:16:3e:00:00:0a");
}

/* ---- one row, maps of rows ------------------------------------------------------ */

struct link_end {
    struct row row;
    const char *name;
    const char *address;
};
static const struct attr link_end_attrs[] = {
    {.name = "name",
     .type = ATTR_T_str,
     .use = INTERNAL,
     .max = 8,
     .doc = "Name.",
     .offset = offsetof(struct link_end, name)},
    {.name = "address",
     .type = ATTR_T_ip,
     .use = REQUIRED | POST | SHOW,
     .doc = "Address.",
     .offset = offsetof(struct link_end, address)},
};
static const struct table link_end_table = {
    .name = "link_end", .doc = "An end.", TABLE(struct link_end, link_end_attrs)};

struct link {
    struct row row;
    struct rows one, many;
};
static const struct attr link_attrs[] = {
    {.name = "one",
     .type = ATTR_T_rows,
     .use = POST | SHOW,
     .item = &link_end_table,
     .form = ROWS_ONE,
     .doc = "One.",
     .offset = offsetof(struct link, one)},
    {.name = "many",
     .type = ATTR_T_rows,
     .use = POST | SHOW,
     .item = &link_end_table,
     .form = ROWS_MAP,
     .max = 2,
     .doc = "By name.",
     .offset = offsetof(struct link, many)},
};
static const struct table link_table = {
    .name = "link", .doc = "A link.", TABLE(struct link, link_attrs)};

TEST(attr_rows_stand_as_one_object_or_as_a_map)
{
    static const char given[] = "{\"one\":{\"address\":\"10.0.0.1\"},"
                                "\"many\":{\"a\":{\"address\":\"10.0.0.2\"},"
                                "\"b\":{\"address\":\"10.0.0.3\"}}}";
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    struct link *link = row_new(mem, &link_table), *again = row_new(mem, &link_table);

    REQUIRE_OK(table_check(&link_table));
    REQUIRE_OK(row_decode(mem, &link_table, json(mem, given), ROW_CREATE, 0, NULL, link));
    CHECK_INT(link->one.n, 1);
    CHECK_INT(link->many.n, 2);
    CHECK_STR(((struct link_end *)link->many.items[1])->name, "b");
    CHECK_STR(((struct link_end *)link->many.items[1])->address, "10.0.0.3");
    jw_object(&w, NULL);
    row_encode(&w, link, 0, NULL, NULL);
    jw_end(&w);
    CHECK_STR(out.data, given);
    /* The plain form is a list whatever the form. */
    REQUIRE_OK(row_from_json(mem, &link_table, json(mem, row_to_json(mem, link, false)), again));
    CHECK_STR(((struct link_end *)again->many.items[1])->name, "b");
    CHECK_STR(((struct link_end *)again->one.items[0])->address, "10.0.0.1");
}

TEST(attr_faults_below_an_object_and_a_map_have_their_path)
{
    AUTO(mem) mem = mem_new("test");
    struct err *e = row_decode(mem, &link_table,
                               json(mem, "{\"one\": {\"address\": \"x\", \"far\": 1}, "
                                         "\"many\": {\"a\": {}, \"too-long-a-name\": 3}}"),
                               ROW_CREATE, 0, NULL, row_new(mem, &link_table));
    const char *all = err_full(mem, e);

    CHECK(strstr(all, "Invalid input for one.address."));
    CHECK(strstr(all, "Unknown attribute 'one.far'"));
    CHECK(strstr(all, "Attribute 'many.a.address' is required"));
    CHECK(strstr(all, "Invalid input for many.too-long-a-name."));
    err_free(e);
    e = row_decode(mem, &link_table, json(mem, "{\"one\": [], \"many\": [1]}"), ROW_CREATE, 0, NULL,
                   row_new(mem, &link_table));
    all = err_full(mem, e);
    CHECK(strstr(all, "Invalid input for one. Reason: '[]' is not a dictionary."));
    CHECK(strstr(all, "Invalid input for many. Reason: '[1]' is not a dictionary."));
    err_free(e);
    CHECK_ERR_MSG(row_decode(mem, &link_table,
                             json(mem, "{\"many\": {\"a\": {\"address\": \"::1\"}, \"b\": "
                                       "{\"address\": \"::1\"}, \"c\": {\"address\": \"::1\"}}}"),
                             ROW_CREATE, 0, NULL, row_new(mem, &link_table)),
                  E_INVALID, "3 items");
}
