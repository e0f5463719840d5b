/* SPDX-License-Identifier: MIT */
#include "cluster/process.h"
#include "support/alloc_fail.h"
#include "support/json.h"

#define ID  SLACK_SLICE("0123456789abcdef")
#define WHO "'role':'work','host':'web-1','version':'1.2'"

static const struct value_row {
    const char *name, *value;
    bool valid;
} values[] = {
    {"the_least", "{" WHO "}", true},
    {"members_of_a_later_version", "{" WHO ",'more':{'a':[1]},'state':'thinking'}", true},
    {"no_json", "{" WHO, false},
    {"another_value", "['role','work']", false},
    {"no_role", "{'host':'web-1','version':'1'}", false},
    {"unknown_role", "{'role':'boss','host':'web-1','version':'1'}", false},
    {"empty_role", "{'role':'','host':'web-1','version':'1'}", false},
    {"role_of_another_type", "{'role':2,'host':'web-1','version':'1'}", false},
    {"host_with_a_line_break", "{'role':'all','host':'a\\nb','version':'1'}", false},
    {"host_with_a_nul", "{'role':'all','host':'a\\u0000b','version':'1'}", false},
    {"host_of_64_bytes",
     "{'role':'all','version':'1','host':"
     "'0123456789012345678901234567890123456789012345678901234567890123'}",
     false},
    {"negative_count", "{" WHO ",'running':-1}", false},
    {"huge_count", "{" WHO ",'sockets':{'slots':9223372036854775807}}", false},
    {"count_that_is_no_integer", "{" WHO ",'sockets':{'ready':1e300}}", false},
    {"time_as_a_text", "{" WHO ",'since_ms':'1'}", false},
    {"time_after_the_last_year", "{" WHO ",'catch_up':{'missed_ms':253402300800000}}", false},
};

static void value_is_checked(const struct value_row *row)
{
    char text[512];
    slack_process_t p;
    memset(&p, 'x', sizeof p); /* as the memory of an arena */
    snprintf(text, sizeof text, "%s", row->value);
    assert_int_equal(slack__process_read(arena, ID, slack__slice(quoted(text)), &p), row->valid);
    if (!row->valid) return;
    assert_string_equal(p.id, "0123456789abcdef");
    assert_int_equal(p.role, SLACK_ROLE_WORK);
    assert_int_equal(p.catch_up.missed_ms + p.sockets.slots + p.pid + p.leaving, 0);
}

ARENA_TEST(test_values)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        print_message("%s\n", values[i].name);
        value_is_checked(&values[i]);
    }
}

ARENA_TEST(test_a_value_that_is_too_long_is_not_read)
{
    slack_process_t p = {.role = 0};
    const char *text = slack__arena_printf(
        arena, "{\"role\":\"all\",\"host\":\"a\",\"version\":\"1\",\"more\":\"%s\"}",
        repeated("x", SLACK_PROCESS_BYTES_MAX));
    assert_false(slack__process_read(arena, ID, slack__slice(text), &p));
}

static const slack_process_t whole = {
    .role = SLACK_ROLE_RECEIVE,
    .host = "w\xc3\xa9"
            "b\t1",
    .version = "1.2",
    .leaving = true,
    .pid = 4711,
    .since_ms = 1700000000000,
    .seen_ms = 1700000000001,
    .running = 12,
    .sockets = {true, 2, 1},
    .catch_up = {1700000000002, 1700000000003},
};

ARENA_TEST(test_what_is_written_is_read)
{
    slack_process_t p = {.role = 0};
    const char *text = slack__process_write(arena, &whole);
    assert_true(slack__process_read(arena, ID, slack__slice(text), &p));
    assert_string_equal(p.host, "w??b?1");
    memcpy(p.host, whole.host, sizeof p.host);
    assert_string_equal(slack__process_write(arena, &p), text);
    assert_true(p.leaving && p.sockets.candidate && p.pid == 4711 && p.running == 12);
}

static int write_and_read(void *ctx)
{
    slack_process_t p = {.role = 0};
    slack_arena_t *own = slack__arena_new(64, 0);
    const char *text = own ? slack__process_write(own, &whole) : NULL;
    const bool read = text && slack__process_read(own, ID, slack__slice(text), &p);
    slack__arena_free(own);
    return read ? 0 : SLACK_ENOMEM;
}

TEST(test_without_memory)
{
    assert_true(alloc_fail_each(write_and_read, NULL) > 1);
}

TEST(test_ids)
{
    static const char *const wrong[] = {"", "0123456789abcde", "0123456789abcdef0",
                                        "0123456789abcdeg", "0123456789abcde/"};
    assert_true(slack__process_id_ok(SLACK_SLICE("0123456789abcdef")));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(slack__process_id_ok(slack__slice(wrong[i])));
}
