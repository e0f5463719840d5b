/* SPDX-License-Identifier: MIT */
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
        cmocka_unit_test_setup_teardown(test_an_event_has_a_key_and_no_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_key_is_an_apps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_command_has_a_deadline_and_no_key, setup, teardown),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
