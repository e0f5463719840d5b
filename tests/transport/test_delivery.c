/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/json.h"
#include "transport/transport.h"

static slack_delivery_t *deliver(const char *text)
{
    slack_delivery_t *d = slack__delivery_new(arena, json_of(text), SLACK_SLICE("v0=1"), 5000000);
    assert_non_null(d);
    return d;
}

ARENA_TEST(test_an_event_has_a_key_and_no_deadline)
{
    slack_delivery_t *d = deliver("{'event_id':'Ev1','event':{'type':'message'}}");
    assert_int_equal(d->key.len, 3);
    assert_memory_equal(d->key.ptr, "Ev1", 3);
    assert_int_equal(d->deadline_us, 0);
    assert_string_equal(d->retry_reason, "");
}

/* Several apps in one process get the same event. */
ARENA_TEST(test_the_key_of_a_delivery)
{
    static const struct {
        const char *body, *key;
    } cases[] = {
        {"{'event_id':'Ev1','api_app_id':'A1','event':{}}", "Ev1@A1"},
        {"{'event_id':'Ev1','api_app_id':'','event':{}}", "Ev1"},
        {"{'event_id':'Ev1','api_app_id':7,'event':{}}", "Ev1"},
        /* Without an id of its own, a delivery has that of its request. */
        {"{'event_id':'','api_app_id':'A1','event':{}}", "v0=1"},
        {"{'api_app_id':'A1','event':{}}", "v0=1"},
        {"{'type':'app_rate_limited'}", "v0=1"},
        {"{'command':'/x','event_id':'Ev1'}", "v0=1"},
        {"{'type':'view_closed'}", "v0=1"},
        {"{'type':'block_suggestion'}", ""}, /* two requests for options may be equal */
        {"{'type':'dialog_suggestion'}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(slack__slice_eq(deliver(cases[i].body)->key, slack__slice(cases[i].key)));
    slack_delivery_t *d =
        deliver("{\"event_id\":\"E\\u0000v\",\"api_app_id\":\"A1\",\"event\":{}}");
    assert_int_equal(d->key.len, 6); /* the whole text is kept */
    assert_memory_equal(d->key.ptr, "E\0v@A1", 6);
}

ARENA_TEST(test_a_command_has_a_deadline)
{
    assert_int_equal(deliver("{'command':'/x'}")->deadline_us, 8000000);
}

static int make(void *ctx)
{
    static const char body[] = "{\"command\":\"/x\"}";
    slack_arena_t *a = slack__arena_new(0, 0);
    if (a == NULL) return SLACK_ENOMEM;
    const slack_json_t *value = NULL;
    int rc = slack__json_parse(a, body, sizeof body - 1, &value, NULL);
    slack_delivery_t *d = rc == 0 ? slack__delivery_new(a, value, SLACK_SLICE("v0=1"), 0) : NULL;
    if (rc == 0 && d == NULL) rc = SLACK_ENOMEM;
    slack__arena_free(a);
    return rc;
}

TEST(test_out_of_memory)
{
    assert_int_equal(alloc_fail_each(make, NULL), 1); /* a whole delivery is one allocation */
}
