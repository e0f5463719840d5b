/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/ctx.h"
#include "support/app_fixture.h"
#include "support/heap.h"

/* Tokens of many tenants: what the program's function answers, when, and what becomes of it. */

static app_fixture_t f;

/* The function's desk: what it was asked, and how it answers. */
static struct {
    enum { NOW, LATER, REFUSE, FAIL, RETURN } answer;
    unsigned asked;
    slack_authorize_t request; /* the last */
    char app[32], enterprise[32], team[32], user[32], actor_team[32];
    bool org;
    unsigned lifetime_ms;
    unsigned version; /* of the tokens */
    unsigned freed;
} desk;

static int grant(slack_authorize_t request, const char *team)
{
    char bot[64], user[64], bot_id[40], bot_user[40];
    snprintf(bot, sizeof bot, "xoxb-%s-%u", team, desk.version);
    snprintf(user, sizeof user, "xoxp-%s", desk.user);
    snprintf(bot_id, sizeof bot_id, "B%s", team);
    snprintf(bot_user, sizeof bot_user, "U%s", team);
    return slack_authorize_grant(request, &(slack_authorization_t){
                                              .bot_token = bot,
                                              .user_token = *desk.user ? user : NULL,
                                              .bot_id = bot_id,
                                              .bot_user_id = bot_user,
                                              .lifetime_ms = desk.lifetime_ms,
                                          });
}

static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    desk.asked++;
    desk.request = request;
    desk.org = tenant->is_enterprise_install;
    snprintf(desk.app, sizeof desk.app, "%s", tenant->app_id);
    snprintf(desk.enterprise, sizeof desk.enterprise, "%s", tenant->enterprise_id);
    snprintf(desk.team, sizeof desk.team, "%s", tenant->team_id);
    snprintf(desk.user, sizeof desk.user, "%s", tenant->user_id);
    snprintf(desk.actor_team, sizeof desk.actor_team, "%s", tenant->actor_team_id);
    switch (desk.answer) {
    case NOW: return grant(request, desk.org ? desk.enterprise : desk.team);
    case LATER: return 0;
    case REFUSE: return slack_authorize_refuse(request, "not installed");
    case FAIL: return slack_authorize_fail(request, SLACK_ENOTFOUND, "the database is away");
    case RETURN: return SLACK_ESTORE;
    }
    return 0;
}

static void count_free(void *user_data)
{
    desk.freed++;
}

static slack_authorizer_t authorizer(void)
{
    return (slack_authorizer_t){.fn = look_up, .user_data_free = count_free};
}

static void open_with(const slack_options_t *options, const slack_authorizer_t *how)
{
    memset(&desk, 0, sizeof desk);
    app_open(&f, options);
    assert_int_equal(slack_app_authorize(f.app, how), 0);
}

static int open_app(void **state)
{
    slack_authorizer_t how = authorizer();
    open_with(NULL, &how);
    return 0;
}

static int close_app(void **state)
{
    app_close(&f);
    assert_int_equal(desk.freed, 1);
    return heap_live() == 0 ? 0 : -1;
}

/* ---- deliveries ---- */

static unsigned last_event;

#define EVENT_BODY                                                                                 \
    "{\"type\":\"event_callback\",\"api_app_id\":\"A1\",\"event_id\":\"Ev%u\",\"team_id\":\"%s\"," \
    "\"event\":{\"type\":\"%s\",\"channel\":\"C1\",\"user\":\"%s\",\"ts\":\"1.1\",\"text\":\"x\"}" \
    "}"

static void event_of(const char *team, const char *type, const char *user, app_ack_t *ack)
{
    char body[512];
    snprintf(body, sizeof body, EVENT_BODY, ++last_event, team, type, user);
    *ack = (app_ack_t){0};
    app_inject(&f, body, ack);
    app_run_until(&f, &ack->count);
    assert_int_equal(ack->outcome, SLACK_ACK_OK);
}

/* A message of a person, acknowledged, and gone as far as it goes. */
static void message_of(const char *team)
{
    app_ack_t ack;
    event_of(team, "message", "U1", &ack);
    app_spin(&f);
}

static void until_idle(void)
{
    while (f.app->live_count > 0)
        app_turn(&f);
}

/* Let time go by, for the timers of the app as well. */
static void pass_ms(uint64_t ms)
{
    f.skew_us += ms * 1000;
    slack__net_clock_moved(f.app->net);
    app_spin(&f);
}

static struct {
    unsigned count;
    char bot_user[40], bot_id[40], team[40];
    unsigned attempt;
} seen;

static int see(slack_ctx_t *ctx, void *user_data)
{
    seen.count++;
    seen.attempt = slack_ctx_attempt(ctx);
    snprintf(seen.bot_user, sizeof seen.bot_user, "%s", slack_ctx_bot_user(ctx));
    snprintf(seen.bot_id, sizeof seen.bot_id, "%s", slack_ctx_bot_id(ctx));
    snprintf(seen.team, sizeof seen.team, "%s", slack_ctx_team(ctx));
    return user_data ? slack_say(ctx, "%s", (const char *)user_data) : 0;
}

/* Hear messages; `text`: what is said to each, NULL for nothing. */
static void hear(const char *text)
{
    memset(&seen, 0, sizeof seen);
    assert_int_equal(slack_on_message(f.app, NULL, see, (void *)(uintptr_t)text), 0);
    app_ready(&f);
}

static bool logged(const char *part)
{
    return strstr(f.log, part) != NULL;
}

static unsigned log_count(const char *part)
{
    unsigned count = 0;
    for (const char *p = f.log; (p = strstr(p, part)) != NULL; p++)
        count++;
    return count;
}

static uint64_t counted(enum slack_lookup result)
{
    return f.app->metrics.lookups[result];
}

/* ---- granted ---- */

static void granted_now(void **state)
{
    hear("hi");
    message_of("T1");
    app_run_until_calls(&f, 1);
    until_idle();
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-T1-0");
    assert_string_equal(seen.bot_user, "UT1");
    assert_string_equal(seen.bot_id, "BT1");
    assert_string_equal(desk.app, "A1");
    assert_string_equal(desk.team, "T1");
    assert_string_equal(desk.user, ""); /* not asked for */
    assert_false(desk.org);
    assert_false(logged("xoxb-T1"));
}

/* The ack of an event does not wait for it, nor does anybody run before it. */
static void granted_later(void **state)
{
    desk.answer = LATER;
    hear(NULL);
    message_of("T1");
    assert_int_equal(desk.asked, 1);
    assert_int_equal(seen.count, 0);
    assert_int_equal(grant(desk.request, "T1"), 0);
    assert_int_equal(seen.count, 0); /* nothing runs inside */
    until_idle();
    assert_int_equal(seen.count, 1);
}

static void deliveries_of_a_tenant_wait_together(void **state)
{
    desk.answer = LATER;
    hear("hi");
    message_of("T1");
    slack_authorize_t first = desk.request;
    message_of("T1");
    message_of("T1");
    message_of("T2");
    assert_int_equal(desk.asked, 2);
    assert_int_equal(grant(desk.request, "T2"), 0);
    app_run_until_calls(&f, 1);
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-T2-0");
    assert_int_equal(seen.count, 1);
    assert_int_equal(grant(first, "T1"), 0);
    app_run_until_calls(&f, 4);
    until_idle();
    for (size_t i = 1; i < 4; i++)
        assert_string_equal(fake_slack_call(f.slack, i)->token, "xoxb-T1-0");
}

struct answerer {
    slack_authorize_t request;
    int rc, second;
};

static void answer_from_a_thread(void *arg)
{
    struct answerer *a = arg;
    a->rc = grant(a->request, "T1");
    a->second = slack_authorize_refuse(a->request, "again");
}

static void answered_by_another_thread(void **state)
{
    desk.answer = LATER;
    hear(NULL);
    for (unsigned i = 0; i < 20; i++) {
        char team[8];
        snprintf(team, sizeof team, "T%u", i);
        message_of(team);
        struct answerer a = {.request = desk.request};
        uv_thread_t thread;
        assert_int_equal(uv_thread_create(&thread, answer_from_a_thread, &a), 0);
        until_idle();
        uv_thread_join(&thread);
        assert_int_equal(a.rc, 0);
        assert_int_equal(a.second, SLACK_EALREADY);
        assert_int_equal(seen.count, i + 1);
    }
}

static void one_answer_alone(void **state)
{
    static const slack_authorization_t bad[] = {
        {.bot_id = "B1"},                                /* no token */
        {.bot_token = "xoxb-1\r\nX: y"},                 /* none */
        {.bot_token = "xoxb-1", .user_token = "xoxp-1"}, /* one person's for all */
    };
    desk.answer = LATER;
    hear(NULL);
    message_of("T1");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(slack_authorize_grant(desk.request, &bad[i]), SLACK_EINVAL);
    assert_int_equal(grant(desk.request, "T1"), 0);
    assert_int_equal(grant(desk.request, "T1"), SLACK_EALREADY);
    assert_int_equal(slack_authorize_refuse(desk.request, NULL), SLACK_EALREADY);
    until_idle();
    assert_int_equal(slack_authorize_fail(desk.request, SLACK_EIO, NULL), SLACK_EALREADY);
    slack_authorize_t none = {f.app, 4711};
    assert_int_equal(slack_authorize_refuse(none, NULL), SLACK_EALREADY);
    assert_int_equal(seen.count, 1);
}

/* ---- remembered ---- */

static void remembered_for_a_time(void **state)
{
    hear(NULL);
    message_of("T1");
    size_t before = heap_count();
    message_of("T1");
    const size_t cost = heap_count() - before;
    assert_int_equal(desk.asked, 1);
    assert_int_equal(counted(SLACK_LOOKUP_REMEMBERED), 1);
    assert_in_range(cost, 1, 4); /* as without all this */
    pass_ms(600 * 1000 - 100);
    message_of("T1");
    assert_int_equal(desk.asked, 1);
    pass_ms(200);
    message_of("T1");
    assert_int_equal(desk.asked, 2);
    assert_int_equal(seen.count, 4);
}

static void remembered_until_the_token_expires(void **state)
{
    desk.lifetime_ms = 5000;
    hear(NULL);
    message_of("T1");
    pass_ms(4000);
    message_of("T1");
    assert_int_equal(desk.asked, 1);
    pass_ms(1001);
    message_of("T1");
    assert_int_equal(desk.asked, 2);
}

static void the_longest_unused_goes(void **state)
{
    size_t open, known;
    hear(NULL);
    message_of("T1");
    message_of("T2");
    message_of("T1");
    assert_int_equal(desk.asked, 2);
    message_of("T3"); /* takes the place of T2 */
    message_of("T1");
    assert_int_equal(desk.asked, 3);
    slack__authority_counts(f.app, &open, &known);
    assert_int_equal(open, 0);
    assert_int_equal(known, 2);
    message_of("T2");
    assert_int_equal(desk.asked, 4);
}

static int open_small(void **state)
{
    slack_authorizer_t how = authorizer();
    how.cache_entries = 2;
    open_with(NULL, &how);
    return 0;
}

static void forgotten_by_the_program(void **state)
{
    hear(NULL);
    message_of("T1");
    message_of("T2");
    slack_app_forget(f.app, &(slack_tenant_t){.team_id = "T1"});
    message_of("T2");
    assert_int_equal(desk.asked, 2);
    message_of("T1");
    assert_int_equal(desk.asked, 3);
    slack_app_forget(f.app, NULL);
    message_of("T1");
    message_of("T2");
    assert_int_equal(desk.asked, 5);

    /* What is being looked up may be what was changed. */
    slack_app_forget(f.app, NULL);
    desk.answer = LATER;
    message_of("T1");
    slack_app_forget(f.app, &(slack_tenant_t){.app_id = "A1"});
    assert_int_equal(grant(desk.request, "T1"), 0);
    until_idle();
    assert_int_equal(seen.count, 7);
    message_of("T1");
    assert_int_equal(desk.asked, 7);
    assert_int_equal(grant(desk.request, "T1"), 0);
    until_idle();
}

static int say_nothing_can_be_said(slack_ctx_t *ctx, void *user_data)
{
    seen.count++;
    assert_string_equal(slack_ctx_bot_user(ctx), "");
    assert_null(slack_ctx_user_client(ctx));
    assert_int_equal(slack_say(ctx, "x"), SLACK_EAUTH);
    return 0;
}

/* The end of tokens is told to listeners without one, and forgets them. */
static void forgotten_with_the_installation(void **state)
{
    static const char *const types[] = {"app_uninstalled", "tokens_revoked", "team_access_revoked"};
    app_ack_t ack;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(slack_on_event(f.app, types[i], say_nothing_can_be_said, NULL), 0);
    hear(NULL);
    for (unsigned i = 0; i < 3; i++) {
        message_of("T1");
        message_of("T2");
        assert_int_equal(desk.asked, 2 + i);
        seen.count = 0;
        event_of("T1", types[i], "U1", &ack);
        app_spin(&f);
        assert_int_equal(seen.count, 1);
        assert_int_equal(desk.asked, 2 + i);
    }
}

/* ---- Slack says that a token is none ---- */

static void a_dead_token_is_looked_up_anew(void **state)
{
    static const char *const errors[] = {"invalid_auth", "account_inactive", "token_revoked",
                                         "token_expired"};
    hear("hi");
    for (unsigned i = 0; i < 4; i++) {
        char answer[64];
        snprintf(answer, sizeof answer, "{\"ok\":false,\"error\":\"%s\"}", errors[i]);
        fake_slack_answer(f.slack, "chat.postMessage", 200, answer);
        message_of("T1");
        app_run_until_calls(&f, 2 * i + 1);
        until_idle();
        desk.version = i + 1;
        pass_ms(2000); /* the next attempt */
        app_run_until_calls(&f, 2 * i + 2);
        until_idle();
        char token[32];
        snprintf(token, sizeof token, "xoxb-T1-%u", i + 1);
        assert_string_equal(fake_slack_call(f.slack, 2 * i + 1)->token, token);
        assert_int_equal(seen.attempt, 2);
        assert_int_equal(desk.asked, i + 2);
    }
    fake_slack_answer(f.slack, "chat.postMessage", 200,
                      "{\"ok\":false,\"error\":\"channel_not_found\"}");
    message_of("T1");
    app_run_until_calls(&f, 9);
    until_idle();
    message_of("T1");
    assert_int_equal(desk.asked, 5); /* that says nothing of the token */
}

/* ---- refused ---- */

static struct {
    unsigned count;
    int status;
} error;

static void note_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    error.count++;
    error.status = status;
    assert_string_equal(listener, "");
}

static void note_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    ++*(unsigned *)user_data;
}

static void a_refused_event_is_over(void **state)
{
    unsigned dead = 0;
    memset(&error, 0, sizeof error);
    desk.answer = REFUSE;
    slack_on_error(f.app, note_error, NULL);
    slack_on_dead(f.app, note_dead, &dead);
    hear(NULL);
    for (unsigned i = 0; i < 5; i++)
        message_of("T1");
    assert_int_equal(desk.asked, 1);
    assert_int_equal(error.count, 5);
    assert_int_equal(error.status, SLACK_EAUTH);
    assert_int_equal(log_count("event=\"tenant refused\""), 1);
    assert_true(
        logged("team=T1 user=\"\" deliveries=1 error=SLACK_EAUTH reason=\"not installed\""));
    assert_int_equal(f.app->metrics.deliveries[SLACK_KIND_EVENT][SLACK_RESULT_REFUSED], 5);
    pass_ms(5000);
    assert_int_equal(f.app->live_count, 0);
    message_of("T1");
    assert_int_equal(desk.asked, 1);
    desk.answer = NOW; /* it was installed */
    pass_ms(10000);
    assert_int_equal(seen.count, 0); /* none is attempted again */
    message_of("T1");
    assert_int_equal(seen.count, 1);
    assert_int_equal(dead, 0);
}

#define TEXT "Please install me."
#define WHO  "\"team\":{\"id\":\"T1\"},\"user\":{\"id\":\"U1\"}"

static void interactions_are_told(void **state)
{
    static const struct {
        const char *body, *ack;
        bool by_url;
    } cases[] = {
        {"\"command\":\"/x\",\"team_id\":\"T1\"",
         "{\"response_type\":\"ephemeral\",\"text\":\"" TEXT "\"}", false},
        {"\"type\":\"block_actions\",\"actions\":[{\"action_id\":\"a\"}]," WHO, "", true},
        {"\"type\":\"interactive_message\",\"actions\":[{\"name\":\"a\"}]," WHO, "", true},
        {"\"type\":\"shortcut\",\"callback_id\":\"s\"," WHO, "", true},
        {"\"type\":\"message_action\",\"callback_id\":\"s\"," WHO, "", true},
        {"\"type\":\"block_suggestion\",\"action_id\":\"o\"," WHO, "{\"options\":[]}", true},
        {"\"type\":\"view_submission\",\"view\":{\"title\":{\"type\":\"plain_text\",\"text\":\"T\"}"
         "}," WHO,
         "{\"response_action\":\"update\",\"view\":{\"type\":\"modal\",\"title\":{\"type\":"
         "\"plain_text\",\"text\":\"T\"},\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":"
         "\"plain_text\",\"text\":\"" TEXT "\"}}]}}",
         false},
        {"\"type\":\"view_submission\",\"view\":{}," WHO, "", true},
        {"\"type\":\"view_closed\",\"view\":{}," WHO, "", true},
        {"\"type\":\"dialog_submission\",\"submission\":{\"name\":\"x\"}," WHO,
         "{\"errors\":[{\"name\":\"name\",\"error\":\"" TEXT "\"}]}", false},
        {"\"type\":\"dialog_cancellation\"," WHO, "", true},
    };
    char body[700];
    size_t calls = 0;
    desk.answer = REFUSE;
    app_ready(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        app_ack_t ack = {0};
        snprintf(body, sizeof body, "{%s}", cases[i].body);
        app_inject(&f, body, &ack);
        app_run_until(&f, &ack.count);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
        assert_string_equal(ack.body, cases[i].ack);
        until_idle();

        /* Where the ack takes no text, a response_url does. */
        ack = (app_ack_t){0};
        snprintf(body, sizeof body, "{%s,\"response_url\":\"%s\"}", cases[i].body,
                 fake_slack_hook_url(f.slack, "1"));
        app_inject(&f, body, &ack);
        app_run_until(&f, &ack.count);
        until_idle();
        assert_int_equal(ack.count, 1);
        calls += cases[i].by_url;
        assert_int_equal(fake_slack_count(f.slack), calls);
        if (!cases[i].by_url) continue;
        const fake_call_t *call = fake_slack_call(f.slack, calls - 1);
        assert_string_equal(slack_json_str(call->args, "/text"), TEXT);
        assert_string_equal(slack_json_str(call->args, "/response_type"), "ephemeral");
        assert_string_equal(call->token, "");
    }
    assert_int_equal(f.app->metrics.spare_acks, 0);
}

static int open_with_text(void **state)
{
    slack_authorizer_t how = authorizer();
    how.refusal = TEXT;
    open_with(NULL, &how);
    return 0;
}

static void default_text(void **state)
{
    app_ack_t ack = {0};
    desk.answer = REFUSE;
    app_ready(&f);
    app_inject(&f, "{\"command\":\"/x\",\"team_id\":\"T1\"}", &ack);
    app_run_until(&f, &ack.count);
    assert_non_null(strstr(ack.body, "not installed"));
}

/* A wire that takes no body with this ack. */
static void told_where_the_wire_takes_it(void **state)
{
    char body[300];
    app_ack_t ack = {.answer = SLACK_EACKBODY};
    desk.answer = REFUSE;
    app_ready(&f);
    snprintf(body, sizeof body, "{\"command\":\"/x\",\"team_id\":\"T1\",\"response_url\":\"%s\"}",
             fake_slack_hook_url(f.slack, "1"));
    app_inject(&f, body, &ack);
    app_run_until_calls(&f, 1);
    until_idle();
    assert_int_equal(ack.count, 1);
    assert_string_equal(ack.body, "");
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), TEXT);
}

static void ack_in_own_words(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    if (status == SLACK_EAUTH) slack_ack_text(ctx, "in own words");
}

static void the_error_hook_has_the_first_word(void **state)
{
    app_ack_t ack = {0};
    desk.answer = REFUSE;
    slack_on_error(f.app, ack_in_own_words, NULL);
    app_ready(&f);
    app_inject(&f, "{\"command\":\"/x\",\"team_id\":\"T1\"}", &ack);
    app_run_until(&f, &ack.count);
    app_spin(&f);
    assert_int_equal(ack.count, 1);
    assert_string_equal(ack.body, "in own words");
}

/* ---- failed ---- */

static void a_failure_heals(void **state)
{
    desk.answer = FAIL;
    hear("hi");
    message_of("T1");
    until_idle();
    assert_int_equal(desk.asked, 1);
    assert_true(logged("error=SLACK_ENOTFOUND reason=\"the database is away\""));
    desk.answer = RETURN;
    pass_ms(2000);
    until_idle();
    assert_int_equal(desk.asked, 2);
    assert_true(logged("error=SLACK_ESTORE reason=\"the function failed\""));
    desk.answer = NOW;
    pass_ms(4000);
    app_run_until_calls(&f, 1);
    until_idle();
    assert_int_equal(desk.asked, 3); /* nothing of a failure is remembered */
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.attempt, 3);
    assert_int_equal(counted(SLACK_LOOKUP_FAILED), 2);
}

static void a_failed_command_is_refused(void **state)
{
    app_ack_t ack = {0};
    desk.answer = FAIL;
    app_ready(&f);
    app_inject(&f, "{\"command\":\"/x\",\"team_id\":\"T1\"}", &ack);
    app_run_until(&f, &ack.count);
    assert_int_equal(ack.outcome, SLACK_ACK_REFUSE);
    until_idle();
    assert_int_equal(f.app->metrics.deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_FAILED], 1);
}

static void no_answer_in_time(void **state)
{
    desk.answer = LATER;
    hear(NULL);
    message_of("T1");
    pass_ms(5000);
    message_of("T2");
    slack_authorize_t first = desk.request;
    pass_ms(5000); /* T1's alone */
    assert_int_equal(log_count("error=SLACK_ETIMEDOUT"), 1);
    assert_int_equal(grant(first, "T2"), 0);
    until_idle();
    assert_int_equal(seen.count, 1);
    desk.answer = NOW;
    pass_ms(2000); /* T1's second attempt */
    until_idle();
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.attempt, 2);
    pass_ms(5000);
    message_of("T3");
    slack_authorize_t late = {f.app, first.id - 1};
    assert_int_equal(grant(late, "T1"), SLACK_EALREADY);
}

/* The time for an ack goes on: somebody else gives it, and the handler speaks when it can. */
static int answer_command(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "done");
}

static void acks_do_not_wait_for_it(void **state)
{
    char body[300];
    app_ack_t ack = {0};
    desk.answer = LATER;
    assert_int_equal(slack_on_command(f.app, "/x", answer_command, NULL), 0);
    app_ready(&f);
    snprintf(body, sizeof body, "{\"command\":\"/x\",\"team_id\":\"T1\",\"response_url\":\"%s\"}",
             fake_slack_hook_url(f.slack, "1"));
    app_inject(&f, body, &ack);
    app_spin(&f);
    assert_int_equal(ack.count, 0);
    pass_ms(2500);
    assert_int_equal(ack.count, 1);
    assert_non_null(strstr(ack.body, "Still working on it"));
    assert_int_equal(grant(desk.request, "T1"), 0);
    app_run_until_calls(&f, 1);
    until_idle();
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "done");
    assert_int_equal(ack.count, 1);
}

static void only_so_many_wait_for_a_tenant(void **state)
{
    app_ack_t acks[5] = {{0}};
    desk.answer = LATER;
    app_ready(&f);
    for (size_t i = 0; i < 5; i++)
        app_inject(&f, "{\"command\":\"/x\",\"team_id\":\"T1\"}", &acks[i]);
    app_spin(&f);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(acks[i].count, i >= 4);
    assert_int_equal(acks[4].outcome, SLACK_ACK_LATER);
    desk.answer = NOW;
    app_ack_t other;
    event_of("T2", "message", "U1", &other); /* there is room for other tenants */
    assert_int_equal(slack_authorize_refuse(desk.request, NULL), SLACK_EALREADY);
    slack_authorize_t first = {f.app, desk.request.id - 1};
    assert_int_equal(slack_authorize_refuse(first, NULL), 0);
    until_idle();
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(acks[i].outcome, SLACK_ACK_OK);
}

static int open_narrow(void **state)
{
    slack_authorizer_t how = authorizer();
    open_with(&(slack_options_t){.max_deliveries = 6}, &how);
    return 0;
}

/* ---- the stop ---- */

static void stop_while_it_is_asked(void **state)
{
    app_ack_t ack = {0};
    desk.answer = LATER;
    hear(NULL);
    message_of("T1");
    app_inject(&f, "{\"command\":\"/x\",\"team_id\":\"T1\"}", &ack);
    app_spin(&f);
    slack_app_stop(f.app);
    slack_app_stop(f.app); /* do not wait */
    app_spin(&f);
    app_run_until_stopped(&f);
    assert_int_equal(ack.count, 1);
    assert_int_equal(ack.outcome, SLACK_ACK_LATER);
    assert_int_equal(seen.count, 0);
    assert_int_equal(grant(desk.request, "T1"), SLACK_ECANCELED);
}

/* A stop that waits lets it be answered. */
static void a_drain_waits_for_it(void **state)
{
    desk.answer = LATER;
    hear(NULL);
    message_of("T1");
    slack_app_stop(f.app);
    app_spin(&f);
    assert_int_equal(grant(desk.request, "T1"), 0);
    app_run_until_stopped(&f);
    assert_int_equal(seen.count, 1);
}

/* ---- whose it is ---- */

static void the_bots_own_events(void **state)
{
    app_ack_t ack;
    hear(NULL);
    event_of("T1", "message", "UT1", &ack); /* said by the bot of T1 */
    app_spin(&f);
    assert_int_equal(seen.count, 0);
    event_of("T2", "message", "UT1", &ack);
    app_spin(&f);
    assert_int_equal(seen.count, 1);
}

static int list_all(slack_ctx_t *ctx, void *user_data)
{
    return slack_call(slack_ctx_client(ctx), "conversations.list", slack_jsonf(ctx, "{limit: 1}"),
                      NULL, NULL);
}

/* One installation of an organization serves all of its workspaces. */
static void an_organizations_installation(void **state)
{
    char body[400];
    assert_int_equal(slack_on_command(f.app, "/x", list_all, NULL), 0);
    app_ready(&f);
    for (unsigned i = 1; i <= 2; i++) {
        app_ack_t ack = {0};
        snprintf(body, sizeof body,
                 "{\"command\":\"/x\",\"team_id\":\"T%u\",\"enterprise_id\":\"E1\","
                 "\"is_enterprise_install\":\"true\",\"api_app_id\":\"A1\"}",
                 i);
        app_inject(&f, body, &ack);
        app_run_until_calls(&f, i);
        until_idle();
        const fake_call_t *call = fake_slack_call(f.slack, i - 1);
        assert_string_equal(call->token, "xoxb-E1-0");
        assert_string_equal(slack_json_str(call->args, "/team_id"), i == 1 ? "T1" : "T2");
    }
    assert_int_equal(desk.asked, 1);
    assert_true(desk.org);
    assert_string_equal(desk.enterprise, "E1");
    assert_string_equal(desk.team, "");

    app_ack_t ack = {0}; /* the same workspace by an installation of its own */
    app_inject(&f, "{\"command\":\"/x\",\"team_id\":\"T1\",\"enterprise_id\":\"E1\"}", &ack);
    app_run_until_calls(&f, 3);
    until_idle();
    assert_int_equal(desk.asked, 2);
    assert_string_equal(fake_slack_call(f.slack, 2)->token, "xoxb-T1-0");
    assert_null(slack_json_get(fake_slack_call(f.slack, 2)->args, "/team_id"));
}

static int say_as_user(slack_ctx_t *ctx, void *user_data)
{
    slack_client_t *user = slack_ctx_user_client(ctx);
    assert_non_null(user);
    assert_ptr_equal(slack_ctx_user_client(ctx), user);
    int rc = slack_call(user, "chat.postMessage", slack_jsonf(ctx, "{text: 'me'}"), NULL, NULL);
    return rc ? rc : slack_say(ctx, "bot");
}

static void each_user_by_itself(void **state)
{
    app_ack_t ack;
    assert_int_equal(slack_on_message(f.app, NULL, say_as_user, NULL), 0);
    app_ready(&f);
    for (unsigned i = 0; i < 2; i++) {
        event_of("T1", "message", i ? "U2" : "U1", &ack);
        app_run_until_calls(&f, 2 * i + 2);
        until_idle(); /* both calls are waited for */
        for (unsigned call = 0; call < 2; call++) {
            const fake_call_t *c = fake_slack_call(f.slack, 2 * i + call);
            const bool me = strcmp(slack_json_str(c->args, "/text"), "me") == 0;
            assert_string_equal(c->token, !me ? "xoxb-T1-0" : i ? "xoxp-U2" : "xoxp-U1");
        }
    }
    assert_int_equal(desk.asked, 2);
    event_of("T1", "message", "U1", &ack);
    app_run_until_calls(&f, 6);
    until_idle();
    assert_int_equal(desk.asked, 2);

    /* In a shared channel the person may be of elsewhere. */
    app_inject(&f,
               "{\"type\":\"event_callback\",\"api_app_id\":\"A1\",\"event_id\":\"EvC\","
               "\"team_id\":\"T1\",\"is_ext_shared_channel\":true,\"event\":{\"type\":\"message\","
               "\"user\":\"U1\",\"user_team\":\"T9\",\"team\":\"T9\",\"channel\":\"C1\","
               "\"text\":\"x\"}}",
               &ack);
    app_run_until_calls(&f, 8);
    until_idle();
    assert_int_equal(desk.asked, 3);
    assert_string_equal(desk.actor_team, "T9");
}

static void call_at_the_end(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    slack_client_t *user = slack_ctx_user_client(ctx);
    assert_non_null(user);
    assert_int_equal(
        slack_call(user, "chat.postMessage", slack_jsonf(ctx, "{text: 'me'}"), NULL, NULL), 0);
    assert_int_equal(ctx->calls, 0);
}

static int call_later(slack_ctx_t *ctx, void *user_data)
{
    if (*(bool *)user_data) assert_non_null(slack_ctx_user_client(ctx));
    return slack_ctx_on_done(ctx, call_at_the_end, NULL);
}

/* The delivery is gone when the answer comes. */
static void nobody_waits_for_a_users_call_at_the_end(void **state)
{
    bool client_is_made = false;
    app_ack_t ack;
    assert_int_equal(slack_on_message(f.app, NULL, call_later, &client_is_made), 0);
    app_ready(&f);
    for (unsigned i = 1; i <= 2; i++) {
        event_of("T1", "message", "U1", &ack);
        app_run_until_calls(&f, i);
        until_idle();
        app_spin(&f);
        assert_string_equal(fake_slack_call(f.slack, i - 1)->token, "xoxp-U1");
        client_is_made = true;
    }
}

static int open_per_user(void **state)
{
    slack_authorizer_t how = authorizer();
    how.per_user = true;
    open_with(NULL, &how);
    return 0;
}

/* ---- jobs and attempts ---- */

static int defer(slack_ctx_t *ctx, void *user_data)
{
    return slack_defer(ctx, "later", slack_jsonf(ctx, "{n: 1}"));
}

static int fail_once(slack_ctx_t *ctx, void *user_data)
{
    see(ctx, NULL);
    assert_string_equal(slack_ctx_team(ctx), "T7");
    assert_string_equal(slack_ctx_enterprise(ctx), "E7");
    assert_string_equal(slack_ctx_app_id(ctx), "A7");
    if (seen.count == 1) return SLACK_EIO;
    return slack_call(slack_ctx_client(ctx), "chat.postMessage", slack_jsonf(ctx, "{channel: 'C'}"),
                      NULL, NULL);
}

/* A job is authorized as the delivery that it comes from was, in each of its attempts. */
static void jobs_know_whose_they_are(void **state)
{
    app_ack_t ack = {0};
    memset(&seen, 0, sizeof seen);
    assert_int_equal(slack_on_command(f.app, "/x", defer, NULL), 0);
    assert_int_equal(slack_on_job(f.app, "later", fail_once, NULL), 0);
    app_ready(&f);
    app_inject(&f,
               "{\"command\":\"/x\",\"team_id\":\"T7\",\"enterprise_id\":\"E7\","
               "\"api_app_id\":\"A7\",\"user_id\":\"U7\"}",
               &ack);
    app_run_until(&f, &ack.count);
    while (seen.count == 0)
        app_turn(&f);
    until_idle();
    slack_app_forget(f.app, NULL);
    pass_ms(2000);
    app_run_until_calls(&f, 1);
    until_idle();
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.attempt, 2);
    assert_int_equal(desk.asked, 2);
    assert_string_equal(desk.team, "T7");
    assert_string_equal(desk.enterprise, "E7");
    assert_string_equal(desk.app, "A7");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-T7-0");
}

/* ---- the app's own token ---- */

static int open_own(void **state)
{
    app_open(&f, NULL);
    return 0;
}

static int close_own(void **state)
{
    app_close(&f);
    return heap_live() == 0 ? 0 : -1;
}

static unsigned checks(void)
{
    unsigned count = 0;
    for (size_t i = 0; i < f.app->metrics.method_count; i++)
        if (strcmp(f.app->metrics.methods[i].name, "auth.test") == 0)
            count = (unsigned)(f.app->metrics.methods[i].ok + f.app->metrics.methods[i].failed);
    return count;
}

static void until_checked(unsigned count)
{
    while (checks() < count)
        app_turn(&f);
    app_spin(&f);
}

/* A message whose answer is said, and refused by Slack. */
static void say_in_vain(const char *reason)
{
    static char answer[4][64];
    static unsigned next;
    char *text = answer[next++ % 4];
    const size_t calls = fake_slack_count(f.slack);
    snprintf(text, sizeof answer[0], "{\"ok\":false,\"error\":\"%s\"}", reason);
    fake_slack_answer(f.slack, "chat.postMessage", 200, text);
    message_of("T1");
    app_run_until_calls(&f, calls + 1);
    until_idle();
    app_spin(&f);
}

static void checked_again_when_slack_refuses_it(void **state)
{
    static const char revoked[] = "{\"ok\":false,\"error\":\"token_revoked\"}";
    f.skew_us = 120000000; /* the machine may have been started just now */
    hear("hi");
    assert_int_equal(checks(), 1);
    say_in_vain("channel_not_found");
    assert_int_equal(checks(), 1); /* that says nothing of the token */

    say_in_vain("invalid_auth"); /* auth.test does not agree */
    until_checked(2);
    assert_null(slack__app_unready(f.app));

    fake_slack_answer(f.slack, "auth.test", 200, revoked);
    fake_slack_answer(f.slack, "auth.test", 200, revoked);
    say_in_vain("token_revoked");
    assert_int_equal(checks(), 2); /* not so soon after the last */
    pass_ms(60000);
    until_checked(3);
    assert_string_equal(slack__app_unready(f.app), "Slack refuses the token\n");
    assert_int_equal(log_count("Slack refuses the token in SLACK_BOT_TOKEN"), 1);
    say_in_vain("token_revoked");
    assert_int_equal(checks(), 3);

    pass_ms(60000); /* asked again by itself */
    until_checked(4);
    assert_non_null(slack__app_unready(f.app));
    pass_ms(60000);
    until_checked(5);
    assert_null(slack__app_unready(f.app));
    assert_int_equal(log_count("Slack refuses the token in SLACK_BOT_TOKEN"), 1);
    assert_int_equal(log_count("Slack accepts the token in SLACK_BOT_TOKEN"), 1);
}

/* ---- misuse ---- */

static void set_once_and_before_the_start(void **state)
{
    slack_authorizer_t how = authorizer();
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EALREADY);
    assert_int_equal(slack_app_authorize(f.app, NULL), SLACK_EINVAL);
    how.fn = NULL;
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EINVAL);
    how = authorizer();
    how.timeout_ms = 600001;
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EINVAL);
    how = authorizer();
    how.cache_entries = 1000001;
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EINVAL);
    app_ready(&f);

    slack_app_t *other = NULL;
    slack_options_t options = {.transport = "memory", .store = "memory:", .bot_token = "xoxb-1"};
    assert_int_equal(slack_app_new(&other, &options), 0);
    slack_authorize_t nowhere = {other, 2};
    assert_int_equal(slack_authorize_refuse(nowhere, NULL), SLACK_EINVAL);
    slack_app_forget(other, NULL);
    slack_app_free(other);
}

/* ---- out of memory ---- */

static bool deliver_with_failure(size_t nth, bool all)
{
    char event[512];
    snprintf(event, sizeof event, EVENT_BODY, ++last_event, "T1", "message", "U1");
    app_ack_t ack[2] = {{0}};
    app_prepare(&f, event, &ack[0]);
    app_prepare(&f, "{\"command\":\"/x\",\"team_id\":\"T2\"}", &ack[1]);
    slack_app_forget(f.app, NULL);
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    app_spin(&f);
    bool failed = heap_heal();
    /* The answer itself may have been what failed. */
    pass_ms(10000);
    assert_int_equal(ack[0].count + ack[1].count, taken);
    pass_ms(700000);
    app_spin(&f);
    assert_int_equal(f.app->live_count, 0);
    return failed;
}

static void out_of_memory(void **state)
{
    slack_authorizer_t how = authorizer();
    assert_int_equal(slack_on_command(f.app, "/x", answer_command, NULL), 0);
    hear(NULL);
    size_t nth = 0;
    while (deliver_with_failure(nth, false)) {
        deliver_with_failure(nth, true);
        nth++;
    }
    assert_true(nth > 4);

    slack_app_t *app = NULL;
    slack_options_t options = {.transport = "memory", .store = "memory:", .bot_token = "xoxb-1"};
    assert_int_equal(slack_app_new(&app, &options), 0);
    int rc = SLACK_ENOMEM;
    for (nth = 0; rc != 0; nth++) {
        heap_fail_at(nth, false);
        rc = slack_app_authorize(app, &how);
        heap_heal();
        assert_true(rc == 0 || rc == SLACK_ENOMEM);
    }
    assert_true(nth > 3);
    slack_app_free(app);
    desk.freed--; /* the other app's */
}

/* What is forgotten leaves no token behind. */
static void tokens_are_wiped(void **state)
{
    heap_watch("xoxb-T1-0");
    hear(NULL);
    message_of("T1");
    slack_app_forget(f.app, NULL);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}

int main(void)
{
    heap_install();
#define CASE(name)            cmocka_unit_test_setup_teardown(name, open_app, close_app)
#define CASE_WITH(open, name) cmocka_unit_test_setup_teardown(name, open, close_app)
    const struct CMUnitTest tests[] = {
        CASE(granted_now),
        CASE(granted_later),
        CASE(deliveries_of_a_tenant_wait_together),
        CASE(answered_by_another_thread),
        CASE(one_answer_alone),
        CASE(remembered_for_a_time),
        CASE(remembered_until_the_token_expires),
        CASE_WITH(open_small, the_longest_unused_goes),
        CASE(forgotten_by_the_program),
        CASE(forgotten_with_the_installation),
        CASE(a_dead_token_is_looked_up_anew),
        CASE(a_refused_event_is_over),
        CASE_WITH(open_with_text, interactions_are_told),
        CASE(default_text),
        CASE_WITH(open_with_text, told_where_the_wire_takes_it),
        CASE(the_error_hook_has_the_first_word),
        CASE(a_failure_heals),
        CASE(a_failed_command_is_refused),
        CASE(no_answer_in_time),
        CASE(acks_do_not_wait_for_it),
        CASE_WITH(open_narrow, only_so_many_wait_for_a_tenant),
        CASE(stop_while_it_is_asked),
        CASE(a_drain_waits_for_it),
        CASE(the_bots_own_events),
        CASE(an_organizations_installation),
        CASE_WITH(open_per_user, each_user_by_itself),
        CASE_WITH(open_per_user, nobody_waits_for_a_users_call_at_the_end),
        CASE(jobs_know_whose_they_are),
        CASE(set_once_and_before_the_start),
        CASE(out_of_memory),
        CASE(tokens_are_wiped),
        cmocka_unit_test_setup_teardown(checked_again_when_slack_refuses_it, open_own, close_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
