/* SPDX-License-Identifier: MIT */
/* The code that runs around listeners: middleware, attached values, hooks. */

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- around one listener ---- */

static int around(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    int rc = slack_next(ctx);
    app_append(ctx, rc ? "!" : ")");
    assert_int_equal(slack_next(ctx), SLACK_EALREADY);
    return rc;
}

/* Unlike bolt-python's flag, code after slack_next() runs after the listener. */
APP_TEST(test_middleware_of_one_listener)
{
    slack_use(f.app, around, "(");
    const slack_middleware_t two[] = {{around, "a"}, {around, "b"}, {0}};
    const slack_middleware_t stop[] = {{app_append, "stop"}, {0}};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .middleware = two,
                                            .fn = app_append_and_fail,
                                            .user_data = "x"});
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .middleware = stop,
                                            .fn = app_append,
                                            .user_data = "never"});
    slack_on_event(f.app, "message", app_append, "last");
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    assert_string_equal(app_order, "(abx!!stoplast!");
    assert_int_equal(world_log_count(&f.world, "event=\"delivery failed\""),
                     1); /* one line in all, not one for each middleware */
}

static int next_again(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_next(ctx);
    *(int *)user_data = slack_next(ctx); /* it went on already */
    return rc;
}

APP_TEST(test_middleware_of_one_listener_goes_on_later)
{
    int again = 0;
    slack_use(f.app, next_again, &again);
    const slack_middleware_t later[] = {{app_hold, "h"}, {around, "("}, {0}};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                            .middleware = later,
                                            .fn = app_append,
                                            .user_data = "x"});
    app_ready(&f);
    app_inject(&f, "{'command':'/x'}", &f.ack);
    app_spin(&f);
    assert_string_equal(app_order, "h");
    assert_int_equal(again, SLACK_EALREADY);
    assert_int_equal(slack_next(app_held), 0);
    assert_string_equal(app_order, "h(x)");
    assert_int_equal(slack_next(app_held), SLACK_EALREADY);
    slack_ctx_release(app_held, 0);
    app_run_until(&f, &f.ack.count);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
}

static unsigned values_freed;

static void free_value(void *value)
{
    assert_string_equal(value, "the value");
    values_freed++;
}

static const slack_key_t key = {"value", free_value}, other_key = {"value", NULL};

static int attach(slack_ctx_t *ctx, void *user_data)
{
    assert_null(slack_ctx_get(ctx, &key));
    assert_int_equal(slack_ctx_set(ctx, &key, NULL), SLACK_EINVAL);
    assert_int_equal(slack_ctx_set(ctx, &key, user_data), 0);
    assert_int_equal(slack_ctx_set(ctx, &key, "a clash"), SLACK_EALREADY);
    assert_int_equal(slack_ctx_set(ctx, &other_key, "other"),
                     0); /* replaces the value of the same name */
    return slack_next(ctx);
}

static int read_value(slack_ctx_t *ctx, void *user_data)
{
    assert_string_equal(slack_ctx_get(ctx, &key), "the value");
    assert_string_equal(slack_ctx_get(ctx, &other_key), "other");
    assert_int_equal(values_freed, 0);
    return app_append(ctx, "read");
}

APP_TEST(test_values)
{
    values_freed = 0;
    slack_use(f.app, attach, "the value");
    slack_on_event(f.app, NULL, read_value, NULL);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    assert_string_equal(app_order, "read");
    assert_int_equal(values_freed, 1);
}

static void tell_user(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    ++*(unsigned *)user_data;
    slack_ack_text(ctx, "%s: %s", listener, slack_err_name(status));
}

static int say_and_fail(slack_ctx_t *ctx, void *user_data)
{
    slack_say(ctx, "x");
    return SLACK_EIO;
}

APP_TEST(test_an_error_is_told_before_the_ack)
{
    unsigned told = 0;
    slack_on_error(f.app, tell_user, &told);
    slack_use(f.app, around, "(");
    slack_on_command(f.app, "/x", app_append_and_fail, "x");
    slack_on_event(f.app, NULL, say_and_fail, NULL);
    app_ready(&f);
    app_deliver(&f, "{'command':'/x'}", &f.ack);
    assert_string_equal(app_order, "(x!"); /* the chain of middleware ran before the hook */
    assert_string_equal(f.ack.body, "command:/x: SLACK_EIO");
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_idle(&f);
    assert_int_equal(told, 2); /* once, although its call ended later */
}

static int answer_unmatched(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    slack_ack_text(ctx, "There is no %s.", slack_json_str(slack_ctx_body(ctx), "/command"));
    return slack_say(ctx, "x");
}

APP_TEST(test_what_no_listener_takes_is_told)
{
    unsigned told = 0;
    slack_on_unmatched(f.app, answer_unmatched, &told);
    slack_on_command(f.app, "/x", app_append, "");
    app_ready(&f);
    app_deliver(&f, APP_COMMAND("/y", ""), &f.ack);
    assert_string_equal(f.ack.body, "There is no /y.");
    app_deliver(&f, "{'command':'/x'}", &f.ack);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack); /* bolt-python answers 404 */
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    app_run_until_idle(&f);
    assert_int_equal(told, 2); /* once each, although their calls ended later */
}

/* ---- middleware of the library ---- */

static void run_message(const char *id, const char *user, const char *channel, const char *text)
{
    char body[256];
    snprintf(body, sizeof body,
             APP_EVENT("%s", "'type':'message','channel':'%s','user':'%s','text':'%s'"), id,
             channel, user, text);
    app_ack_t ack;
    app_deliver(&f, body, &ack);
}

APP_TEST(test_only_some)
{
    static char channels[] = "C1, C2", users[] = "U1";
    const slack_middleware_t all[] = {{slack_only_in_channels, channels},
                                      {slack_only_for_users, users},
                                      {slack_only_mentions, NULL},
                                      {0}};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .middleware = all,
                                            .fn = app_append,
                                            .user_data = "x"});
    app_ready(&f);
    run_message("1", "U1", "C3", "<@U0BOT> hi");
    run_message("2", "U2", "C2", "<@U0BOT> hi");
    run_message("3", "U1", "C2", "hi");
    assert_string_equal(app_order, "");
    run_message("4", "U1", "C2", "<@U0BOT> hi");
    assert_string_equal(app_order, "x");
}

APP_TEST(test_limit_of_a_user)
{
    slack_user_limit_t *limit = NULL;
    assert_int_equal(slack_user_limit_new(&limit, 0, 1), SLACK_EINVAL);
    assert_int_equal(slack_user_limit_new(&limit, 2, 60000), 0);
    slack_use(f.app, slack_limit_users, limit);
    slack_on_message(f.app, NULL, app_append, "x");
    app_ready(&f);
    for (int i = 0; i < 4; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        run_message(id, "U1", "C1", "x");
    }
    assert_string_equal(app_order, "xx");
    run_message("e", "U2", "C1", "x");
    assert_string_equal(app_order, "xxx");
    f.world.mono_us += 61 * 1000000ULL;
    run_message("f", "U1", "C1", "x");
    assert_string_equal(app_order, "xxxx");
    slack_user_limit_free(limit);
}

/* ---- middleware that ends a delivery ---- */

static int ack_and_end(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    return slack_ack_text(ctx, "not now");
}

/* A middleware that does not call slack_next() ends the delivery, with its own ack or an empty
 * one. */
APP_TEST(test_middleware_ends_a_delivery)
{
    slack_middleware_t ending[] = {{ack_and_end, "a"}, {0}};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                            .middleware = ending,
                                            .fn = app_append,
                                            .user_data = "never"});
    app_ready(&f);
    app_deliver(&f, "{'command':'/x'}", &f.ack);
    assert_string_equal(f.ack.body, "not now");
    assert_int_equal(slack_use(f.app, app_append, "u"), 0);
    app_deliver(&f, "{'command':'/x'}", &f.ack);
    assert_string_equal(f.ack.body, "");
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    assert_string_equal(app_order, "au");
    assert_false(world_logged(&f.world, "no listener")); /* no listener was looked for */
}

/* ---- bounds ---- */

static void run_user(unsigned i)
{
    char body[96];
    snprintf(body, sizeof body, "{'command':'/x','team_id':'T1','user_id':'U%u'}", i);
    app_ack_t ack = {0};
    app_deliver(&f, body, &ack);
    app_run_until_idle(&f);
    world_forget_log(&f.world);
}

#define USERS 10000

/* The limit remembers USERS users; a new user beyond them is let through until an entry expires. */
APP_TEST(test_limit_of_users_is_bounded)
{
    unsigned runs = 0;
    slack_user_limit_t *limit = NULL;
    assert_int_equal(slack_user_limit_new(&limit, 1, 3600000), 0);
    slack_use(f.app, slack_limit_users, limit);
    slack_on_command(f.app, NULL, app_count_run, &runs);
    slack__inspect_options(f.app)->ack_ms = 3000;
    app_ready(&f);
    for (unsigned i = 0; i < USERS; i++)
        run_user(i);
    const size_t full = heap_live();
    for (unsigned i = 0; i < 100; i++)
        run_user(USERS + i);
    assert_int_equal(heap_live(), full);
    assert_int_equal(runs, USERS + 100);
    run_user(0);
    run_user(USERS - 1);
    assert_int_equal(runs, USERS + 100); /* remembered: limited */
    run_user(USERS);
    assert_int_equal(runs, USERS + 101); /* not remembered: let through */
    f.world.mono_us += UINT64_C(3600) * 1000000;
    for (unsigned i = 0; i < 100; i++)
        run_user(2 * USERS + i);
    assert_int_equal(heap_live(), full); /* each takes an expired entry */
    run_user(2 * USERS);
    assert_int_equal(runs, USERS + 201);
    slack_user_limit_free(limit);
}

/* ---- out of memory ---- */

static unsigned attached, freed;

static void count_free(void *value)
{
    freed++;
}

static const slack_key_t counted = {"counted", count_free};

static int attach_counted(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_set(ctx, &counted, &attached);
    attached += rc == 0;
    return rc ? rc : slack_next(ctx);
}

static int ack_with_builder(slack_ctx_t *ctx, void *user_data)
{
    assert_ptr_equal(slack_ctx_get(ctx, &counted), &attached);
    switch (slack_ctx_kind(ctx)) {
    case SLACK_KIND_OPTIONS: return slack_ack_optionsf(ctx, "[{value: '1'}, {value: '2'}]");
    case SLACK_KIND_DIALOG: return slack_ack_errorsf(ctx, "{a: 'one', b: 'two'}");
    case SLACK_KIND_COMMAND: return slack_ack_text(ctx, "a text of %s length", "some");
    default: return slack_ack_updatef(ctx, "{type: 'home', blocks: []}");
    }
}

static const struct {
    enum slack_kind kind;
    const char *body, *ack;
} * build,
    builds[] = {
        {SLACK_KIND_OPTIONS, "{'type':'block_suggestion','action_id':'a','user':{'id':'U%u'}}",
         "{\"options\":[{\"value\":\"1\"},{\"value\":\"2\"}]}"},
        {SLACK_KIND_DIALOG, "{'type':'dialog_submission','callback_id':'a','user':{'id':'U%u'}}",
         "{\"errors\":[{\"name\":\"a\",\"error\":\"one\"},{\"name\":\"b\",\"error\":\"two\"}]}"},
        {SLACK_KIND_COMMAND, "{'command':'/x','user_id':'U%u'}", "a text of some length"},
        {SLACK_KIND_VIEW_SUBMISSION,
         "{'type':'view_submission','view':{'callback_id':'v'},'user':{'id':'U%u'}}",
         "{\"response_action\":\"update\",\"view\":{\"type\":\"home\",\"blocks\":[]}}"},
};

/* Each delivery has a new user, for whom the limit needs memory. If that fails the delivery is
 * refused with an ack, and the attached values are freed. */
static bool deliver_with_failure(size_t nth, bool all)
{
    static unsigned last_user;
    char user[16], body[160] = "";
    const char *at = strstr(build->body, "%u");
    snprintf(user, sizeof user, "%u", ++last_user);
    snprintf(body, sizeof body, "%.*s%s%s", (int)(at - build->body), build->body, user, at + 2);
    app_ack_t ack = {0};
    attached = freed = 0;
    app_prepare(&f, body, &ack);
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    app_spin(&f);
    bool failed = heap_heal();
    assert_int_equal(slack__inspect_live(f.app), 0);
    assert_int_equal(ack.count, taken);
    assert_int_equal(freed, attached);
    if (taken && ack.outcome == SLACK_ACK_OK && *ack.body)
        assert_string_equal(ack.body, build->ack);
    if (!failed) assert_string_equal(ack.body, build->ack);
    world_forget_log(&f.world);
    return failed;
}

APP_TEST(test_memory_may_run_out)
{
    slack_user_limit_t *limit = NULL;
    for (size_t nth = 0;; nth++) {
        heap_fail_at(nth, false);
        int rc = slack_user_limit_new(&limit, 1, 1000);
        if (!heap_heal()) break;
        assert_int_equal(rc, SLACK_ENOMEM);
        assert_null(limit);
    }
    slack_use(f.app, slack_limit_users, limit);
    slack_use(f.app, attach_counted, NULL);
    for (size_t i = 0; i < sizeof builds / sizeof *builds; i++)
        slack_listen(f.app, &(slack_listener_t){.kind = builds[i].kind, .fn = ack_with_builder});
    app_ready(&f);
    for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
        build = &builds[i];
        assert_true(alloc_fail_attempts(deliver_with_failure) > 0);
    }
    slack_user_limit_free(limit);
}
