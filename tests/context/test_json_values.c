/* SPDX-License-Identifier: MIT */
/* A JSON value that could not be made fails every call that a handler passes it to. */

#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/test.h"

static app_fixture_t f;

static int tell_standup(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *row = slack_jsonf(ctx, "{type: 'section' text: 'broken'}");
    assert_non_null(row);
    assert_int_equal(slack_json_error(row), SLACK_ETEMPLATE);
    assert_string_equal(slack_json_reason(row),
                        "slack_jsonf: ',' or '}' is missing, at offset 17 of the template {type: "
                        "'section' text: 'broken'}");
    return slack_say_jsonf(ctx, "{text: 'Standup', blocks: [%p]}", row);
}

APP_TEST(test_failed_nested_template)
{
    slack_on_message(f.app, NULL, tell_standup, NULL);
    slack_use(f.app, app_watch, NULL);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_idle(&f);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(app_done.status, SLACK_ETEMPLATE);
    assert_int_equal(world_log_count(&f.world, "error not returned"), 0);
    assert_int_equal(world_log_count(&f.world, "at offset 17"), 1); /* in one line */
    assert_true(world_logged(&f.world, "',' or '}' is missing, at offset 17"));
}

static const slack_json_t *array_of(slack_ctx_t *ctx, const slack_json_t *item)
{
    slack_json_list_t list = {0};
    slack_json_addf(ctx, &list, "1");
    slack_json_add(ctx, &list, item);
    return slack_json_array(ctx, list.items, list.count);
}

static int put_it_everywhere(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *bad = slack_jsonf(ctx, "{a: }");
    slack_json_pool_t *pool = slack_json_pool_new();
    const slack_json_t *others[] = {
        bad,
        slack_jsonf(ctx, "{view?: %p}", slack_jsonf(ctx, "[%p?]", bad)),
        array_of(ctx, bad),
        slack_json_get(bad, "/blocks"),
        slack_pool_jsonf(pool, "{a: %p}", bad),
        slack_json_file(ctx, "no-such.json", bad),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const slack_json_t *failed = others[i];
        assert_int_equal(slack_json_error(failed), SLACK_ETEMPLATE);
        assert_string_equal(slack_json_reason(failed), slack_json_reason(bad));
        assert_int_equal(slack_say_json(ctx, failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_say_then(ctx, failed, NULL, NULL), SLACK_ETEMPLATE);
        assert_int_equal(slack_update(ctx, "1.1", failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_update_said(ctx, failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_respond_json(ctx, failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_defer(ctx, "job", failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_view_publish(ctx, NULL, NULL, failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_set_prompts(ctx, NULL, failed), SLACK_ETEMPLATE);
        assert_int_equal(slack_ctx_set_assistant_context(ctx, failed), SLACK_ETEMPLATE);
        assert_int_equal(
            slack_call(slack_ctx_client(ctx), slack_request("api.test", failed), NULL, NULL),
            SLACK_ETEMPLATE);
        assert_int_equal(
            slack_callf(slack_ctx_client(ctx), "api.test", NULL, NULL, "{a: %p}", failed),
            SLACK_ETEMPLATE);
        assert_null(slack_json_text(ctx, failed));
    }
    slack_json_pool_free(pool);
    return 0;
}

APP_TEST(test_failed_values_everywhere)
{
    slack_on_message(f.app, NULL, put_it_everywhere, NULL);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_idle(&f);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(world_log_count(&f.world, "error not returned"),
                     1); /* one line for all calls */
}

static int make_broken_rows(slack_ctx_t *ctx, void *user_data)
{
    static char big[1 << 20];
    memset(big, 'x', sizeof big - 1);
    for (int i = 0; i < 200; i++) {
        slack_jsonf(ctx, "{a: }");
        slack_json_parse(ctx, "{", 1);
        slack_json_file(ctx, "no-such.json", NULL);
        slack_jsonf(ctx, "%s", big); /* memory is out in the end */
    }
    return 0;
}

APP_TEST(failures_in_a_loop_are_few_lines)
{
    slack_on_message(f.app, NULL, make_broken_rows, NULL);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_idle(&f);
    assert_int_equal(
        world_log_count(&f.world, "error not returned\" kind=event listener=message:*"), 4);
}

static int acks[5];

static int ack_errors(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *bad = slack_jsonf(ctx, "{name: %p}", "a text");
    assert_non_null(strstr(slack_json_reason(bad), "not a JSON value"));
    acks[0] = slack_ack_errors(ctx, bad);
    acks[1] = slack_ack_errorsf(ctx, "'a text'");
    acks[2] = slack_ack_json(ctx, bad);
    acks[3] = slack_ack_errors(ctx, NULL);
    acks[4] = slack_ack(ctx);
    return 0;
}

APP_TEST(test_failed_acks)
{
    static const int expected[] = {SLACK_ETEMPLATE, SLACK_EINVAL, SLACK_ETEMPLATE, SLACK_EINVAL, 0};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_DIALOG, .fn = ack_errors});
    slack_on_view_submission(f.app, "v", ack_errors, NULL);
    app_ready(&f);
    static const char *const bodies[] = {
        "{'type':'dialog_submission','callback_id':'d'}",
        "{'type':'view_submission','view':{'callback_id':'v'}}",
    };
    for (size_t i = 0; i < 2; i++) {
        app_ack_t ack = {0};
        app_deliver(&f, bodies[i], &ack);
        assert_memory_equal(acks, expected, sizeof acks);
        assert_string_equal(ack.body, "");
    }
}

static int round_trip(slack_ctx_t *ctx, void *user_data)
{
    const char *text = slack_json_text(ctx, slack_ctx_body(ctx));
    assert_non_null(strstr(text, "\"command\":\"/x\""));
    const slack_json_t *again = slack_json_parse(ctx, text, strlen(text));
    assert_string_equal(slack_json_str(again, "command"), "/x");
    const slack_json_t *bad = slack_json_parse(ctx, "{'a': 1}", 8);
    assert_int_equal(slack_json_error(bad), SLACK_EJSON);
    assert_string_equal(slack_json_reason(bad),
                        "slack_json_parse: malformed JSON at offset 1: 'a': 1}");
    return slack_ack_text(ctx, "%s", slack_json_text(ctx, slack_json_get(again, "command")));
}

APP_TEST(test_payload_as_text)
{
    slack_on_command(f.app, "/x", round_trip, NULL);
    app_ready(&f);
    app_deliver(&f, "{'command':'/x'}", &f.ack);
    assert_string_equal(f.ack.body, "\"/x\"");
    assert_true(world_logged(&f.world, "slack_json_parse: malformed JSON at offset 1"));
}

static int many_rows(slack_ctx_t *ctx, void *user_data)
{
    slack_json_list_t rows = {0};
    for (int i = 0; i < 2000; i++)
        slack_json_addf(ctx, &rows, SLACK_JSON({n: %d, even: !%d}), i, i % 2);
    const slack_json_t *array = slack_json_array(ctx, rows.items, rows.count);
    assert_int_equal(slack_json_count(array, ""), 2000);
    assert_true(slack_json_bool(array, "1998/even"));
    assert_int_equal(slack_json_int(array, "1999/n"), 1999);
    slack_json_add(ctx, &rows, NULL);
    array = slack_json_array(ctx, rows.items, rows.count);
    assert_int_equal(slack_json_error(array), SLACK_EINVAL);
    assert_string_equal(slack_json_reason(array), "slack_json_add: the value is NULL");
    return slack_ack(ctx);
}

APP_TEST(test_arrays_in_a_loop)
{
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                            .match = "/x",
                                            .fn = many_rows,
                                            .run = SLACK_RUN_WORKER});
    app_ready(&f);
    app_deliver(&f, "{'command':'/x'}", &f.ack);
}
