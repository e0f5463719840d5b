/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "protocol/redact_json.h"
#include "support/heap.h"
#include "support/json.h"

static slack_redactor_t redactor;

static int open_redactor(void **state)
{
    return arena_open(state) == 0 ? slack__redact_json_init(&redactor, false) : -1;
}

static int close_redactor(void **state)
{
    slack__redact_json_done(&redactor);
    return arena_close(state);
}

#define REDACTOR_TEST(function) TEST_CASE(function, open_redactor, close_redactor, NULL)

/* Writes a value without its secrets and reads the result back. */
static const slack_json_t *redacted(const char *json)
{
    const slack_json_t *value, *read;
    slack_buf_t out;
    slack__buf_init(&out, 65536);
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    assert_int_equal(slack__redact_json_write(&redactor, &out, value), 0);
    assert_int_equal(slack__json_parse(arena, slack__buf_ptr(&out), out.len, &read, NULL), 0);
    slack__buf_done(&out);
    return read;
}

static void assert_same(const char *json)
{
    const slack_json_t *value;
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    assert_true(slack__json_equal(redacted(json), value));
}

REDACTOR_TEST(test_what_is_no_secret)
{
    assert_same("{\"a\":[1,-2.5,true,false,null,\"x\",[],{}],\"text\":\"say \\\"token\\\" ünü\"}");
    assert_same("[]");
    assert_same("\"token\"");
    assert_same("{\"token\":\"\",\"secret\":null,\"tokens\":\"a\",\"n\":{\"ts\":\"1.000001\"}}");
}

REDACTOR_TEST(test_secrets_by_name)
{
    static const char *const names[] = {
        "token",        "secret",        "trigger_id",    "interactivity_pointer",
        "access_token", "client_secret", "refresh_token", "bot_access_token",
        "ticket",       "password",      "upload_url",    "code",
        "code_verifier"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *json = slack__arena_printf(
            arena, "{\"deep\":[{\"%s\":\"a secret\",\"b\":[\"a secret\"]}]}", names[i]);
        const slack_json_t *value = slack_json_get(redacted(json), "/deep/0");
        const char *path = slack__arena_printf(arena, "/%s", names[i]);
        const slack_slice_t text = slack__slice(slack_json_str(value, path));
        assert_true(slack__is_placeholder(text));
        assert_false(slack__is_any_placeholder(text));
        assert_int_equal(text.len, strlen("redacted:") + 16);
        assert_string_equal(slack_json_str(value, "/b/0"), "a secret");
    }
    assert_string_not_equal(slack_json_str(redacted("{\"token\":[\"secrets\"]}"), "/token/0"),
                            "secrets");
}

REDACTOR_TEST(test_response_urls_stay_urls)
{
    const char *json = "{\"response_url\":\"https://hooks.slack.com/commands/T1/2/path\"}";
    const char *url = slack_json_str(redacted(json), "/response_url");
    assert_non_null(strstr(url, "https://hooks.slack.com/redacted/"));
    /* The placeholder is random hexadecimal digits, which cannot spell this. */
    assert_null(strstr(url, "path"));
}

REDACTOR_TEST(test_the_same_is_the_same)
{
    const slack_json_t *value = redacted("{\"trigger_id\":\"1.2\",\"a\":{\"trigger_id\":\"1.2\"},"
                                         "\"b\":{\"trigger_id\":\"1.3\"}}");
    const char *one = slack_json_str(value, "/trigger_id");
    assert_string_equal(one, slack_json_str(value, "/a/trigger_id"));
    assert_string_not_equal(one, slack_json_str(value, "/b/trigger_id"));
    /* Another key gives another result. */
    const char *before = slack__arena_strdup(arena, one);
    slack__redact_json_done(&redactor);
    assert_int_equal(slack__redact_json_init(&redactor, false), 0);
    value = redacted("{\"trigger_id\":\"1.2\"}");
    assert_string_not_equal(before, slack_json_str(value, "/trigger_id"));
}

REDACTOR_TEST(test_redacted_twice)
{
    const slack_json_t *once =
        redacted("{\"token\":\"x\",\"response_url\":\"https://hooks.slack.com/a/b\"}");
    const char *text = slack__json_text(arena, once, NULL);
    assert_true(slack__json_equal(redacted(text), once));
    /* At a place without secrets the same text is ordinary. */
    assert_same("{\"text\":\"redacted:1\"}");
}

REDACTOR_TEST(test_secrets_by_pattern)
{
    const slack_json_t *value =
        redacted("{\"text\":\"my token is xoxb-1-2-abc, use it\",\"private_metadata\":"
                 "\"{\\\"u\\\":\\\"https://hooks.slack.com/actions/T1/2/abc\\\"}\"}");
    assert_string_equal(slack_json_str(value, "/text"), "my token is [redacted], use it");
    assert_string_equal(slack_json_str(value, "/private_metadata"),
                        "{\"u\":\"https://hooks.slack.com/[redacted]\"}");
}

/* A program may key its objects by anything. */
REDACTOR_TEST(test_secrets_in_names)
{
    const char *text = slack__json_text(
        arena,
        redacted("{\"xoxb-1-2-abcdef\":1,\"a\":{\"see https://hooks.slack.com/actions/T1/2/abc, "
                 "which is longer than most names of members are\":[{\"xapp-1-abcdef\":\"x\"}]}}"),
        NULL);
    assert_string_equal(text, "{\"[redacted]\":1,\"a\":{\"see https://hooks.slack.com/[redacted], "
                              "which is longer than most names of members are\":"
                              "[{\"[redacted]\":\"x\"}]}}");
    const slack_json_t *input = redacted("{\"values\":{\"b\":{\"password\":{\"type\":"
                                         "\"plain_text_input\",\"value\":\"hunter2\"}}}}");
    input = slack_json_get(input, "/values/b/password");
    assert_string_equal(slack_json_str(input, "/type"), "plain_text_input");
    assert_true(slack__is_placeholder(slack__slice(slack_json_str(input, "/value"))));
    assert_same("{\"\":1,\"block_1\":{\"action\":{}}}");
}

REDACTOR_TEST(test_texts)
{
    redactor.texts = true;
    const slack_json_t *value =
        redacted("{\"text\":\"love letter\",\"value\":\"Ada\",\"command\":\"/x\",\"email\":\"\"}");
    assert_string_equal(slack_json_str(value, "/text"), "[hidden]");
    assert_string_equal(slack_json_str(value, "/value"), "[hidden]");
    assert_string_equal(slack_json_str(value, "/command"), "/x");
    assert_string_equal(slack_json_str(value, "/email"), "");
}

REDACTOR_TEST(test_without_a_key)
{
    slack__redact_json_done(&redactor);
    const slack_json_t *value =
        redacted("{\"token\":\"x\",\"response_url\":\"https://example.com\"}");
    assert_string_equal(slack_json_str(value, "/token"), "redacted:*");
    assert_true(slack__is_any_placeholder(slack__slice(slack_json_str(value, "/response_url"))));
}

REDACTOR_TEST(test_a_buffer_that_is_full)
{
    const slack_json_t *value;
    slack_buf_t out;
    static const char json[] = "{\"token\":\"x\",\"a\":\"bcdefgh\"}";
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    for (size_t max = 3; max < 40; max++) {
        slack__buf_init(&out, max);
        assert_int_equal(slack__buf_append(&out, "abc", 3), 0);
        assert_int_equal(slack__redact_json_write(&redactor, &out, value), SLACK_ETOOBIG);
        assert_int_equal(out.len, 3);
        slack__buf_done(&out);
    }
}

REDACTOR_TEST(test_allocations)
{
    const slack_json_t *value;
    static const char json[] = "{\"token\":\"x\",\"a\":[\"bcdefgh\",1]}";
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        slack_redactor_t other;
        slack_buf_t out;
        slack__buf_init(&out, 65536);
        heap_fail_at(n, false);
        int rc = slack__redact_json_init(&other, false);
        if (rc == 0) rc = slack__redact_json_write(&other, &out, value);
        failed = heap_heal();
        assert_int_equal(rc, failed ? SLACK_ENOMEM : 0);
        slack__redact_json_done(&other);
        slack__buf_done(&out);
    }
}
