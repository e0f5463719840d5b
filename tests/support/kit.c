/* SPDX-License-Identifier: MIT */
#include "support/kit.h"

#include "support/alloc_fail.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

slack_test_t *kit;

static int echo(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "%s", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static int later(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ack(ctx);
    return rc ? rc : slack_respond(ctx, "later");
}

static int big(slack_ctx_t *ctx, void *user_data)
{
    static char text[20480];
    memset(text, 'x', sizeof text - 1);
    int rc = slack_ack_text(ctx, "%s", text);
    return slack_ack_text(ctx, "%s", slack_err_name(rc));
}

static int form(slack_ctx_t *ctx, void *user_data)
{
    if (*slack_json_str(slack_ctx_body(ctx), "/view/state/values/name/value/value") == '\0')
        return slack_ack_jsonf(ctx, "{response_action: 'errors', errors: {name: 'Required'}}");
    return slack_ack(ctx);
}

static int pressed(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "%s by %s in %s", slack_json_str(slack_ctx_action(ctx), "/value"),
                     slack_ctx_user(ctx), slack_ctx_channel(ctx));
}

static int open_view(slack_ctx_t *ctx, void *user_data)
{
    return slack_call(
        slack_ctx_client(ctx),
        slack_request("views.open", slack_jsonf(ctx,
                                                "{trigger_id: %s, view: {type: 'modal', blocks: [],"
                                                " title: {type: 'plain_text', text: 'x'}}}",
                                                slack_ctx_trigger_id(ctx))),
        NULL, NULL);
}

static int offer(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_jsonf(ctx, "{options: [{value: %s}]}",
                           slack_json_str(slack_ctx_body(ctx), "/value"));
}

static int tell_retry(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "%d %s", slack_ctx_retry_num(ctx), slack_ctx_retry_reason(ctx));
}

int kit_add_listeners(slack_app_t *app)
{
    int rc = slack_on_message(app, "hello", app_say_hello, NULL);
    if (rc == 0) rc = slack_on_command(app, "/echo", echo, NULL);
    if (rc == 0) rc = slack_on_command(app, "/later", later, NULL);
    if (rc == 0) rc = slack_on_command(app, "/fail", app_fail, NULL);
    if (rc == 0) rc = slack_on_command(app, "/big", big, NULL);
    if (rc == 0) rc = slack_on_command(app, "/hold", app_hold_then_ack, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "form", form, NULL);
    if (rc == 0) rc = slack_on_view_closed(app, "form", form, NULL);
    if (rc == 0) rc = slack_on_action(app, "go", pressed, NULL);
    if (rc == 0) rc = slack_on_shortcut(app, "open", open_view, NULL);
    if (rc == 0) rc = slack_on_options(app, "pick", offer, NULL);
    if (rc == 0) rc = slack_on_event(app, "reaction_added", tell_retry, NULL);
    return rc;
}

int kit_open(void **state)
{
    assert_int_equal(slack_test_new(&kit, &(slack_test_options_t){.worker_wait_ms = 5000}), 0);
    assert_int_equal(kit_add_listeners(slack_test_app(kit)), 0);
    return 0;
}

int kit_close(void **state)
{
    slack_test_free(kit);
    assert_int_equal(heap_live(), 0);
    return 0;
}

void kit_fine(void)
{
    const char *why;
    int rc = slack_test_finish(kit, &why);
    assert_string_equal(why, "");
    assert_int_equal(rc, 0);
}

int kit_close_fine(void **state)
{
    kit_fine();
    return kit_close(state);
}

void kit_complains(const char *part)
{
    const char *why = "";
    assert_int_equal(slack_test_finish(kit, &why), SLACK_EMISMATCH);
    if (strstr(why, part) == NULL) fail_msg("said: %s\nnot: %s", why, part);
}

void kit_complains_at(const char *file, int line, const char *part)
{
    char place[64];
    snprintf(place, sizeof place, "%s:%d: ", strrchr(file, '/') + 1, line);
    kit_complains(place);
    kit_complains(part);
}

static int (*survivor)(void);
static int survivor_rc;

static bool survive_failure(size_t nth, bool all)
{
    heap_fail_at(nth, all);
    const int rc = survivor();
    const bool failed = heap_heal();
    assert_int_equal(heap_live(), 0);
    if (!failed) assert_int_equal(rc, survivor_rc);
    return failed;
}

void kit_survive(int (*use)(void), int rc)
{
    survivor = use;
    survivor_rc = rc;
    assert_true(alloc_fail_attempts(survive_failure) > 50);
}
