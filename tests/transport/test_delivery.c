/* SPDX-License-Identifier: MIT */
#include "protocol/payload.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "transport/transport.h"

static slack_arena_t *arena;

static int setup(void **state)
{
    (void)state;
    arena = slack__arena_new(0, 0);
    return arena == NULL;
}

static int teardown(void **state)
{
    (void)state;
    slack__arena_free(arena);
    return 0;
}

static const slack_json_t *parse(const char *text)
{
    const slack_json_t *value = NULL;
    assert_int_equal(slack__json_parse(arena, text, strlen(text), &value, NULL), 0);
    return value;
}

static slack_delivery_t *deliver(const char *text)
{
    slack_delivery_t *d = slack__delivery_new(arena, parse(text), 5000000);
    assert_non_null(d);
    return d;
}

/* Every row of the table of kinds, and the order in which the tests are made. */
static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum slack_kind kind;
    } cases[] = {
        {"{\"type\":\"event_callback\",\"event\":{\"type\":\"message\"}}", SLACK_KIND_EVENT},
        {"{\"event\":{\"type\":\"x\"},\"command\":\"/x\"}", SLACK_KIND_EVENT},
        {"{\"event\":\"message\"}", SLACK_KIND_UNKNOWN},
        {"{\"command\":\"/x\",\"text\":\"\"}", SLACK_KIND_COMMAND},
        {"{\"type\":\"block_actions\",\"actions\":[]}", SLACK_KIND_ACTION},
        {"{\"type\":\"interactive_message\",\"actions\":[{\"name\":\"a\"}]}", SLACK_KIND_ACTION},
        {"{\"type\":\"interactive_message\",\"name\":\"a\",\"value\":\"b\"}", SLACK_KIND_OPTIONS},
        {"{\"type\":\"block_suggestion\"}", SLACK_KIND_OPTIONS},
        {"{\"type\":\"dialog_suggestion\",\"name\":\"a\"}", SLACK_KIND_OPTIONS},
        {"{\"type\":\"dialog_submission\"}", SLACK_KIND_DIALOG},
        {"{\"type\":\"dialog_cancellation\"}", SLACK_KIND_DIALOG},
        {"{\"type\":\"shortcut\"}", SLACK_KIND_SHORTCUT},
        {"{\"type\":\"message_action\",\"name\":\"x\"}", SLACK_KIND_SHORTCUT},
        {"{\"type\":\"view_submission\"}", SLACK_KIND_VIEW_SUBMISSION},
        {"{\"type\":\"view_closed\"}", SLACK_KIND_VIEW_CLOSED},
        {"{\"type\":\"app_rate_limited\"}", SLACK_KIND_APP_RATE_LIMITED},
        {"{\"type\":\"workflow_step_edit\"}", SLACK_KIND_UNKNOWN},
        {"{}", SLACK_KIND_UNKNOWN},
        {"[1]", SLACK_KIND_UNKNOWN},
        {"null", SLACK_KIND_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(deliver(cases[i].body)->kind, cases[i].kind);
}

static void test_an_event_has_a_key_and_no_deadline(void **state)
{
    (void)state;
    slack_delivery_t *d = deliver("{\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}");
    assert_int_equal(d->key.len, 3);
    assert_memory_equal(d->key.ptr, "Ev1", 3);
    assert_int_equal(d->deadline_us, 0);
    assert_string_equal(d->retry_reason, "");
}

/* Several apps in one process are told of the same event. */
static void test_a_key_is_an_apps(void **state)
{
    (void)state;
    static const struct {
        const char *body, *key;
    } cases[] = {
        {"{\"event_id\":\"Ev1\",\"api_app_id\":\"A1\",\"event\":{}}", "Ev1@A1"},
        {"{\"event_id\":\"Ev1\",\"api_app_id\":\"\",\"event\":{}}", "Ev1"},
        {"{\"event_id\":\"Ev1\",\"api_app_id\":7,\"event\":{}}", "Ev1"},
        {"{\"event_id\":\"\",\"api_app_id\":\"A1\",\"event\":{}}", ""},
        {"{\"api_app_id\":\"A1\",\"event\":{}}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(slack__slice_eq(deliver(cases[i].body)->key, slack__slice(cases[i].key)));
    slack_delivery_t *d =
        deliver("{\"event_id\":\"E\\u0000v\",\"api_app_id\":\"A1\",\"event\":{}}");
    assert_int_equal(d->key.len, 6); /* nothing of it is left out */
    assert_memory_equal(d->key.ptr, "E\0v@A1", 6);
}

static void test_a_command_has_a_deadline_and_no_key(void **state)
{
    (void)state;
    slack_delivery_t *d = deliver("{\"command\":\"/x\",\"event_id\":\"Ev1\"}");
    assert_int_equal(d->key.len, 0);
    assert_int_equal(d->deadline_us, 8000000);
}

static void test_facts_of_kinds(void **state)
{
    (void)state;
    assert_true(slack__takes_ack_body(SLACK_KIND_OPTIONS, NULL));
    assert_false(slack__takes_ack_body(SLACK_KIND_ACTION, NULL));
    assert_true(slack__kind_waits_for_ack(SLACK_KIND_VIEW_CLOSED));
    assert_false(slack__kind_waits_for_ack(SLACK_KIND_EVENT));
    assert_string_equal(slack_kind_name(SLACK_KIND_COMMAND), "command");
    assert_string_equal(slack_kind_name((enum slack_kind)99), "unknown");
}

/* Which of several places counts. */
static void test_lookups(void **state)
{
    (void)state;
    static const struct {
        const char *(*lookup)(const slack_json_t *body);
        const char *body, *expected;
    } cases[] = {
        {slack__payload_team,
         "{\"view\":{\"app_installed_team_id\":\"T1\"},\"team\":{\"id\":\"T2\"}}", "T1"},
        {slack__payload_team, "{\"team\":null,\"user\":{\"team_id\":\"T3\"}}", "T3"},
        {slack__payload_team, "{\"authorizations\":[{\"team_id\":\"T4\"}],\"team_id\":\"T5\"}",
         "T4"},
        {slack__payload_enterprise, "{\"enterprise\":{\"id\":\"E1\"}}", "E1"},
        {slack__payload_user, "{\"user\":{\"id\":\"U1\"}}", "U1"},
        {slack__payload_user, "{\"user_id\":\"U2\"}", "U2"},
        {slack__payload_user, "{\"event\":{\"user\":\"U3\"}}", "U3"},
        {slack__payload_user, "{\"event\":{\"message\":{\"user\":\"U4\"}}}", "U4"},
        {slack__payload_channel, "{\"channel\":{\"id\":\"C1\"}}", "C1"},
        {slack__payload_channel, "{\"channel_id\":\"C2\"}", "C2"},
        {slack__payload_channel, "{\"event\":{\"item\":{\"channel\":\"C3\"}}}", "C3"},
        {slack__payload_channel, "{\"event\":{\"channel\":{\"id\":\"C4\"}}}", "C4"},
        {slack__payload_channel, "{\"user\":{\"id\":\"U1\"}}", ""},
        {slack__payload_thread_ts, "{\"event\":{\"thread_ts\":\"1.2\",\"ts\":\"3.4\"}}", "1.2"},
        {slack__payload_thread_ts, "{\"event\":{\"ts\":\"3.4\"}}", ""},
        {slack__payload_thread_ts, "{\"message\":{\"thread_ts\":\"5.6\"}}", "5.6"},
        {slack__payload_ts, "{\"event\":{\"ts\":\"3.4\"}}", "3.4"},
        {slack__payload_ts, "{\"container\":{\"message_ts\":\"7.8\"}}", "7.8"},
        {slack__payload_trigger_id, "{\"trigger_id\":\"1.2.3\"}", "1.2.3"},
        {slack__payload_response_url, "{\"response_urls\":[{\"response_url\":\"https://x\"}]}",
         "https://x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cases[i].lookup(parse(cases[i].body)), cases[i].expected);
}

static int make(void *ctx)
{
    (void)ctx;
    static const char body[] = "{\"command\":\"/x\"}";
    slack_arena_t *a = slack__arena_new(0, 0);
    if (a == NULL) return SLACK_ENOMEM;
    const slack_json_t *value = NULL;
    int rc = slack__json_parse(a, body, sizeof body - 1, &value, NULL);
    slack_delivery_t *d = rc == 0 ? slack__delivery_new(a, value, 0) : NULL;
    if (rc == 0 && d == NULL) rc = SLACK_ENOMEM;
    slack__arena_free(a);
    return rc;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    assert_int_equal(alloc_fail_each(make, NULL), 1); /* a whole delivery is one allocation */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_event_has_a_key_and_no_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_key_is_an_apps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_command_has_a_deadline_and_no_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facts_of_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lookups, setup, teardown),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
