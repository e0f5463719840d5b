/* SPDX-License-Identifier: MIT */
/* Deliveries whose tokens have expired: each is answered with a new token, and each token is
 * refreshed once. */

#include "support/distributed.h"

#define HOUR_MS (3600 * 1000)
#define PAIR(n)                                                                                    \
    "{'ok':true,'access_token':'xoxe.xoxb-" n "','refresh_token':'xoxe-" n                         \
    "','expires_in':43200,'token_type':'bot'}"

static void have(const char *team, const char *user, const char *token, int64_t left_ms)
{
    slack_install_record_t record = installs_record("", team, user, token);
    record.token.refresh = "xoxe-1";
    record.token.expires_ms = slack__wall_ms(&dist.world.clock) + left_ms;
    assert_int_equal(installs_put(&record, NULL), 0);
}

/* The number of calls of a method that had this token; NULL: any. */
static unsigned calls_of(const char *method, const char *token)
{
    unsigned count = 0;
    for (size_t i = 0; i < fake_slack_count(dist.slack); i++) {
        const fake_call_t *call = fake_slack_call(dist.slack, i);
        count += strcmp(call->method, method) == 0 && (!token || strcmp(call->token, token) == 0);
    }
    return count;
}

static void messages(unsigned count, unsigned teams)
{
    static unsigned number;
    static app_ack_t acks[64];
    char body[300];
    for (unsigned i = 0; i < count; i++) {
        snprintf(body, sizeof body,
                 "{'type':'event_callback','api_app_id':'A1','event_id':'EvX%u','team_id':'T%u',"
                 "'event':{'type':'message','text':'x','channel':'C%u','user':'U1','ts':'1.0'}}",
                 ++number, i % teams, i);
        acks[i % 64] = (app_ack_t){0};
        app_inject(&dist, body, &acks[i % 64]);
    }
    app_settle(&dist);
}

DISTRIBUTED_TEST(many_deliveries_of_many_workspaces)
{
    static const char *const pairs[] = {PAIR("2"), PAIR("3"), PAIR("4"), PAIR("5"), PAIR("6")};
    dist_start();
    for (unsigned i = 0; i < 5; i++) {
        char team[8];
        snprintf(team, sizeof team, "T%u", i);
        have(team, "", "xoxe.xoxb-1", 0);
        fake_slack_answer(dist.slack, "oauth.v2.access", 200, pairs[i]);
    }
    messages(50, 5);
    assert_int_equal(calls_of("oauth.v2.access", NULL), 5);
    assert_int_equal(calls_of("chat.postMessage", NULL), 50);
    for (const char *token = "23456"; *token; token++) {
        char text[32];
        snprintf(text, sizeof text, "xoxe.xoxb-%c", *token);
        assert_int_equal(calls_of("chat.postMessage", text), 10);
    }
    dist_close();
    dist_start(); /* another process finds the new tokens */
    messages(50, 5);
    assert_int_equal(calls_of("oauth.v2.access", NULL), 0);
    assert_int_equal(calls_of("chat.postMessage", NULL), 50);
    dist_close();
}

/* Two hours before the end the old token still serves. A call that it is too late for is made
 * again, in the same attempt. */
DISTRIBUTED_TEST(the_old_token_serves_meanwhile)
{
    dist_start();
    have("T0", "", "xoxe.xoxb-1", 2 * HOUR_MS);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200, PAIR("2"));
    messages(1, 1);
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-1"), 1);
    app_run_until_calls(&dist, 2);
    app_settle(&dist);
    assert_int_equal(calls_of("oauth.v2.access", NULL), 1);
    fake_slack_answer(dist.slack, "chat.postMessage", 200, "{'ok':false,'error':'token_expired'}");
    messages(1, 1); /* with the grant that the app remembers */
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-1"), 2);
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-2"), 1);
    assert_int_equal(calls_of("oauth.v2.access", NULL), 1);
    dist_close();
}

DISTRIBUTED_TEST(slack_says_that_it_has_expired)
{
    dist_start();
    have("T0", "", "xoxe.xoxb-1", 12 * HOUR_MS);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200, PAIR("2"));
    fake_slack_answer(dist.slack, "chat.postMessage", 200, "{'ok':false,'error':'token_expired'}");
    messages(1, 1);
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-1"), 1);
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-2"), 1);
    assert_false(world_logged(&dist.world, "delivery failed"));
    dist_close();
}

/* A person's token and the bot's are refreshed apart. */
DISTRIBUTED_TEST(each_token_by_itself)
{
    dist_with.user_scopes = "search:read";
    dist_start();
    have("T0", "", "xoxe.xoxb-1", 12 * HOUR_MS);
    have("T0", "U1", "xoxe.xoxp-1", 0);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200,
                      "{'ok':true,'access_token':'xoxe.xoxp-2','refresh_token':'xoxe-2',"
                      "'expires_in':43200,'token_type':'user'}");
    messages(1, 1);
    assert_int_equal(calls_of("oauth.v2.access", NULL), 1);
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-1"), 1);
    assert_string_equal(installs_get("", "T0", "U1")->record.token.access, "xoxe.xoxp-2");
    assert_string_equal(installs_get("", "T0", "")->record.token.access, "xoxe.xoxb-1");
    dist_close();
}

/* While no refresh succeeds, events wait and a person reads a sentence. */
DISTRIBUTED_TEST(no_refresh_succeeds)
{
    app_ack_t ack = {0};
    dist_start();
    have("T0", "", "xoxe.xoxb-1", 0);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200,
                      "{'ok':false,'error':'bad_client_secret'}");
    messages(1, 1);
    assert_true(world_logged(&dist.world, "event=\"token not refreshed\""));
    assert_true(world_logged(&dist.world, "the token was not refreshed: bad_client_secret"));
    app_deliver(&dist, "{'command':'/x','team_id':'T0'}", &ack);
    assert_int_equal(ack.outcome, SLACK_ACK_REFUSE);
    assert_int_equal(calls_of("chat.postMessage", NULL), 0);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200, PAIR("2"));
    app_pass_and_claim(&dist, LONG_MS);
    assert_int_equal(calls_of("chat.postMessage", "xoxe.xoxb-2"), 1);
    dist_close();
}

/* A stop waits for the pair that Slack is making. */
DISTRIBUTED_TEST(a_stop_waits_for_the_pair)
{
    dist_start();
    have("T0", "", "xoxe.xoxb-1", HOUR_MS);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200, PAIR("2"));
    messages(1, 1);
    slack_app_stop(dist.app);
    app_run_until_stopped(&dist);
    dist_close();
    dist_start();
    assert_string_equal(installs_get("", "T0", "")->record.token.access, "xoxe.xoxb-2");
    dist_close();
}

/* ---- a client outside of deliveries ---- */

static slack_client_t *client;
static unsigned ends;

static void got_client(slack_app_t *app, slack_client_t *got, int status, void *user_data)
{
    assert_int_equal(status, 0);
    client = got;
}

static void note_end(const slack_response_t *response, void *user_data)
{
    assert_int_equal(slack_response_status(response), 0);
    ends++;
}

/* It lives longer than its token, and its later calls begin with the new one. */
DISTRIBUTED_TEST(a_client_that_the_program_keeps)
{
    client = NULL;
    ends = 0;
    dist_start();
    have("T0", "", "xoxe.xoxb-1", 12 * HOUR_MS);
    assert_int_equal(
        slack_client_for(dist.app, &(slack_tenant_t){.team_id = "T0"}, got_client, NULL), 0);
    world_until(&dist.world, client != NULL);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200, PAIR("2"));
    fake_slack_answer(dist.slack, "users.info", 200, "{'ok':false,'error':'token_expired'}");
    for (unsigned i = 1; i <= 2; i++) {
        assert_int_equal(slack_call(client, slack_users_info(.user = "U1"), note_end, NULL), 0);
        world_until(&dist.world, ends == i);
    }
    assert_int_equal(calls_of("users.info", "xoxe.xoxb-1"), 1);
    assert_int_equal(calls_of("users.info", "xoxe.xoxb-2"), 2);
    dist_close();
    slack_client_free(client); /* later than the app */
}
