/* SPDX-License-Identifier: MIT */
/* Tokens of many tenants: how long they are remembered, and the events that forget them. */

#include "app/inspect.h"
#include "support/desk.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- remembered ---- */

DESK_TEST(remembered_for_a_time, desk_setup)
{
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    size_t before = heap_count();
    desk_message(&f, "T1");
    const size_t cost = heap_count() - before;
    assert_int_equal(desk.asked, 1);
    assert_int_equal(slack__inspect_lookups(f.app)[SLACK_LOOKUP_REMEMBERED], 1);
    assert_in_range(cost, 1, 4); /* no more than without an authorize function */
    app_pass_ms(&f, 600 * 1000 - 100);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 1);
    app_pass_ms(&f, 200);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 2);
    assert_int_equal(desk.seen.count, 4);
}

DESK_TEST(remembered_until_the_token_expires, desk_setup)
{
    desk.lifetime_ms = 5000;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    app_pass_ms(&f, 4000);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 1);
    app_pass_ms(&f, 1001);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 2);
}

static int open_small(void **state)
{
    slack_authorizer_t how = desk_authorizer();
    how.cache_entries = 2;
    desk_open(&f, NULL, &how);
    return 0;
}

DESK_TEST(the_longest_unused_goes, open_small)
{
    size_t open, known;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    desk_message(&f, "T2");
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 2);
    desk_message(&f, "T3"); /* evicts T2 */
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 3);
    slack__inspect_tenants(f.app, &open, &known);
    assert_int_equal(open, 0);
    assert_int_equal(known, 2);
    desk_message(&f, "T2");
    assert_int_equal(desk.asked, 4);
}

/* ---- forgotten ---- */

DESK_TEST(forgotten_by_the_program, desk_setup)
{
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    desk_message(&f, "T2");
    slack_app_forget(f.app, &(slack_tenant_t){.team_id = "T1"});
    desk_message(&f, "T2");
    assert_int_equal(desk.asked, 2);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 3);
    slack_app_forget(f.app, NULL);
    desk_message(&f, "T1");
    desk_message(&f, "T2");
    assert_int_equal(desk.asked, 5);

    /* A lookup that is under way may return the old tokens: its answer is not remembered. */
    slack_app_forget(f.app, NULL);
    desk.answer = DESK_LATER;
    desk_message(&f, "T1");
    slack_app_forget(f.app, &(slack_tenant_t){.app_id = "A1"});
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    app_run_until_idle(&f);
    assert_int_equal(desk.seen.count, 7);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 7);
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    app_run_until_idle(&f);
}

static int say_nothing_can_be_said(slack_ctx_t *ctx, void *user_data)
{
    desk.seen.count++;
    assert_string_equal(slack_ctx_bot_user(ctx), "");
    assert_null(slack_ctx_user_client(ctx));
    assert_int_equal(slack_say(ctx, "x"), SLACK_EAUTH);
    return 0;
}

/* The event about revoked tokens reaches its listeners without a token, and the tenant's tokens are
 * forgotten. */
DESK_TEST(forgotten_with_the_installation, desk_setup)
{
    static const char *const types[] = {"app_uninstalled", "tokens_revoked", "team_access_revoked"};
    app_ack_t ack;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(slack_on_event(f.app, types[i], say_nothing_can_be_said, NULL), 0);
    desk_hear(&f, NULL);
    for (unsigned i = 0; i < 3; i++) {
        desk_message(&f, "T1");
        desk_message(&f, "T2");
        assert_int_equal(desk.asked, 2 + i);
        desk.seen.count = 0;
        desk_event(&f, "T1", types[i], "U1", &ack);
        app_spin(&f);
        assert_int_equal(desk.seen.count, 1);
        assert_int_equal(desk.asked, 2 + i);
    }
}

/* As long as the function has only the refused token, nothing is remembered. */
DESK_TEST(a_dead_token_is_looked_up_anew, desk_setup)
{
    static const char *const errors[] = {"invalid_auth", "account_inactive", "token_revoked",
                                         "token_expired"};
    desk_hear(&f, "hi");
    for (unsigned i = 0; i < 4; i++) {
        char answer[64];
        snprintf(answer, sizeof answer, "{'ok':false,'error':'%s'}", errors[i]);
        fake_slack_answer(f.slack, "chat.postMessage", 200, answer);
        desk_message(&f, "T1");
        app_run_until_calls(&f, 2 * i + 1);
        app_run_until_idle(&f);
        assert_int_equal(desk.asked, 2 * i + 2);
        desk.version = i + 1;
        app_pass_ms(&f, 2000); /* the next attempt */
        app_run_until_calls(&f, 2 * i + 2);
        app_run_until_idle(&f);
        char token[32];
        snprintf(token, sizeof token, "xoxb-T1-%u", i + 1);
        assert_string_equal(fake_slack_call(f.slack, 2 * i + 1)->token, token);
        assert_int_equal(desk.seen.attempt, 2);
        assert_int_equal(desk.asked, 2 * i + 3);
    }
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'channel_not_found'}");
    desk_message(&f, "T1");
    app_run_until_calls(&f, 9);
    app_run_until_idle(&f);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 9); /* this error says nothing about the token */
}
