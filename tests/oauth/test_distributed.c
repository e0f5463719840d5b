/* SPDX-License-Identifier: MIT */
/* A distributed app: tokens from its installations, its name for its rows, the key of its store. */

#include "oauth/oauth.h"
#include "support/alloc_fail.h"
#include "support/distributed.h"
#include "support/heap.h"
#include "support/http_peer.h"

/* ---- tokens ---- */

DISTRIBUTED_TEST(each_workspace_has_its_token)
{
    dist_start();
    dist_installed("", "T1", "", "xoxb-1");
    dist_installed("", "T2", "", "xoxb-2");
    dist_installed("E3", "", "", "xoxb-3");
    assert_int_equal(fake_slack_auth_count(dist.slack), 0);
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(dist_token_for("'team_id':'T2'"), "xoxb-2");
    assert_string_equal(
        dist_token_for("'team_id':'T3','enterprise_id':'E3','is_enterprise_install':true"),
        "xoxb-3");
    assert_string_equal(dist_token_for("'team_id':'T4'"), "");
    assert_true(world_logged(&dist.world, "the app is not installed: let a person install"));
    assert_int_equal(slack__inspect_counters(dist.app)->installations_found, 3);
    assert_int_equal(slack__inspect_counters(dist.app)->installations_missing, 1);
    assert_false(world_logged(&dist.world, "xoxb-"));
    assert_int_equal(
        slack_app_authorize(dist.app, &(slack_authorizer_t){.fn = slack__oauth_look_up}),
        SLACK_EALREADY);
    dist_close();
    dist_start(); /* another process */
    assert_string_equal(dist_token_for("'team_id':'T2'"), "xoxb-2");
    dist_close();
}

/* Slack counts the calls of an organization's token by workspace, so each call names one. */
static int list_users(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "users.list", NULL, NULL, "{}");
}

DISTRIBUTED_TEST(a_call_with_an_organizations_token_names_its_workspace)
{
    dist_open();
    slack_on_event(dist.app, "app_mention", list_users, NULL);
    dist_ready();
    dist_installed("E3", "", "", "xoxb-3");
    app_ack_t ack = {0};
    app_deliver(&dist,
                "{'type':'event_callback','event_id':'Ev9','team_id':'T3','enterprise_id':'E3',"
                "'event':{'type':'app_mention','user':'U1'}}",
                &ack);
    app_settle(&dist);
    assert_string_equal(slack_json_str(app_call_args(&dist, 0, "users.list"), "/team_id"), "T3");
    dist_close();
}

DISTRIBUTED_TEST(people_have_tokens)
{
    dist_with.user_scopes = "search:read";
    dist_start();
    dist_installed("", "T1", "", "xoxb-1");
    dist_installed("", "T2", "U1", "xoxp-2"); /* and no bot */
    assert_string_equal(dist_token_for("'team_id':'T1','user_id':'U1'"), "xoxb-1");
    assert_string_equal(dist_token_for("'team_id':'T2','user_id':'U1'"), "xoxp-2");
    dist_close();
}

DISTRIBUTED_TEST(a_token_that_has_ended)
{
    dist_start();
    const int64_t now = slack__wall_ms(&dist.world.clock);
    slack_install_record_t record = installs_record("", "T1", "", "xoxb-1");
    record.token.expires_ms = now + 60000;
    assert_int_equal(installs_put(&record, ""), 0);
    record = installs_record("", "T2", "", "xoxb-2");
    record.token.refused = "account_inactive";
    assert_int_equal(installs_put(&record, ""), 0);
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(dist_token_for("'team_id':'T2'"), "");
    assert_true(
        world_logged(&dist.world, "Slack has ended the token: account_inactive: let a person"));
    app_pass_ms(&dist, 60000); /* the grant has ended with its token */
    assert_string_equal(dist_token_for("'team_id':'T1'"), "");
    assert_true(world_logged(&dist.world, "the token has expired"));
    dist_close();
}

DISTRIBUTED_TEST(the_store_has_no_answer)
{
    dist_start();
    dist_installed("", "T1", "", "xoxb-1");
    dist_close();
    dist_with.store_key = INSTALLS_OTHER "," INSTALLS_KEY;
    dist_start();
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    dist_close();
    dist_with.store_key =
        INSTALLS_OTHER; /* the check is sealed with it now, and the record is not */
    dist_start();
    assert_string_equal(dist_token_for("'team_id':'T1'"), "");
    assert_true(world_logged(&dist.world, "tenant lookup failed"));
    dist_close();
}

/* ---- from one workspace to many ---- */

static void defer_later(void)
{
    const slack_job_t job = {.name = "later", .delay_ms = 3600 * 1000};
    assert_int_equal(slack_app_defer(dist.app, &job), 0);
    app_spin(&dist);
    app_settle(&dist);
}

/* The token with which the job that waits is done, some hours after the start: the clock of each
 * app begins anew. */
static const char *token_of_job(uint64_t hours)
{
    const size_t calls = fake_slack_count(dist.slack);
    app_pass_and_claim(&dist, hours * 3600 * 1000);
    return fake_slack_count(dist.slack) > calls ? fake_slack_call(dist.slack, calls)->token : "";
}

static int post(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "chat.postMessage", NULL, NULL,
                       "{channel: 'C1', text: 'x'}");
}

static void start_with_jobs(void)
{
    dist_open();
    slack_on_job(dist.app, "later", post, NULL);
    dist_ready();
}

DISTRIBUTED_TEST(an_internal_app_becomes_a_distributed_one)
{
    const slack_options_t distributed = dist_with;
    dist_with = (slack_options_t){.store = dist_with.store};
    start_with_jobs(); /* for T0TEAM */
    defer_later();
    dist_close();

    dist_with = distributed;
    dist_with.bot_token = "xoxb-test";
    start_with_jobs();
    assert_int_equal(fake_slack_auth_count(dist.slack), 1);
    dist_installed("", "T2", "", "xoxb-2");
    assert_string_equal(dist_token_for("'team_id':'T0TEAM'"), "xoxb-test");
    assert_string_equal(dist_token_for("'team_id':'T2'"), "xoxb-2");
    assert_string_equal(token_of_job(1), "xoxb-test");
    defer_later();
    dist_installed("", "T0TEAM", "", "xoxb-imported");
    dist_close();

    dist_with.bot_token = "";
    start_with_jobs();
    assert_int_equal(fake_slack_auth_count(dist.slack), 0);
    assert_string_equal(dist_token_for("'team_id':'T0TEAM'"), "xoxb-imported");
    assert_string_equal(token_of_job(3), "xoxb-imported");
    dist_close();

    dist_with.app_id = "another"; /* has the last word */
    start_with_jobs();
    defer_later();
    dist_close();
    dist_with.app_id = NULL;
    start_with_jobs();
    assert_string_equal(token_of_job(9), "");
    dist_close();
}

/* Slack refuses SLACK_BOT_TOKEN while the app runs: a newer installation takes its place, and
 * without one the deliveries wait. */
DISTRIBUTED_TEST(the_own_token_ends)
{
    dist_with.bot_token = "xoxb-test";
    dist_start();
    app_pass_ms(&dist, 60000);
    fake_slack_answer(dist.slack, "chat.postMessage", 200, "{'ok':false,'error':'token_revoked'}");
    fake_slack_answer(dist.slack, "auth.test", 200, "{'ok':false,'error':'token_revoked'}");
    assert_string_equal(dist_token_for("'team_id':'T0TEAM'"), "xoxb-test");
    world_until(&dist.world, fake_slack_auth_count(dist.slack) == 2);
    app_settle(&dist);
    assert_string_equal(dist_token_for("'team_id':'T0TEAM'"), "");
    assert_true(world_logged(&dist.world, "Slack refuses SLACK_BOT_TOKEN: set a new one"));
    assert_null(slack__inspect_unready(dist.app)); /* the other workspaces are served */
    dist_installed("", "T0TEAM", "", "xoxb-new");
    assert_string_equal(dist_token_for("'team_id':'T0TEAM'"), "xoxb-new");
    dist_close();
}

/* A restart with a token that has ended: the other workspaces go on. */
DISTRIBUTED_TEST(a_start_with_a_refused_token)
{
    dist_with.bot_token = "xoxb-test";
    dist_open();
    fake_slack_answer(dist.slack, "auth.test", 200, "{'ok':false,'error':'account_inactive'}");
    assert_int_equal(app_start_fails(&dist), SLACK_EAUTH); /* the first one needs the app's name */
    assert_non_null(strstr(slack_app_error(dist.app), "by which the first start of a distributed"));
    dist_close();
    dist_start();
    dist_installed("", "T1", "", "xoxb-1");
    dist_close();
    dist_open();
    fake_slack_answer(dist.slack, "auth.test", 200, "{'ok':false,'error':'account_inactive'}");
    app_ready(&dist);
    assert_null(slack__inspect_unready(dist.app));
    assert_true(world_logged(&dist.world, "do not set the variable any more"));
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(dist_token_for("'team_id':'T0TEAM'"), "");
    dist_close();
}

/* The program's own jobs have no workspace. Their handlers run, and have no token. */
DISTRIBUTED_TEST(a_job_without_a_workspace)
{
    start_with_jobs();
    defer_later();
    assert_string_equal(token_of_job(9), "");
    assert_false(world_logged(&dist.world, "tenant refused"));
    assert_true(world_logged(&dist.world, "chat.postMessage was not called"));
    dist_close();
}

/* ---- clients and jobs of a workspace ---- */

static struct {
    slack_client_t *client;
    int status;
    unsigned count;
} got;

static void take_client(slack_app_t *app, slack_client_t *client, int status, void *user_data)
{
    assert_ptr_equal(user_data, &got);
    slack_client_free(got.client);
    got.client = client;
    got.status = status;
    got.count++;
}

/* The token with which the client for a tenant calls; "": there is none, and got.status says why.
 */
static const char *token_of_client(const slack_tenant_t *tenant)
{
    const size_t calls = fake_slack_count(dist.slack);
    got.count = 0;
    assert_int_equal(slack_client_for(dist.app, tenant, take_client, &got), 0);
    assert_int_equal(got.count, 0);
    app_run_until(&dist, &got.count);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.client != NULL, got.status == 0);
    if (got.client == NULL) return "";
    assert_int_equal(slack_callf(got.client, "users.list", NULL, NULL, "{}"), 0);
    app_run_until_calls(&dist, calls + 1);
    return fake_slack_call(dist.slack, calls)->token;
}

DISTRIBUTED_TEST(a_client_for_a_workspace)
{
    dist_with.bot_token = "xoxb-test";
    dist_with.user_scopes = "search:read";
    dist_open();
    assert_int_equal(
        slack_client_for(dist.app, &(slack_tenant_t){.team_id = "T1"}, take_client, &got),
        SLACK_ECANCELED);
    dist_ready();
    dist_installed("", "T1", "", "xoxb-1");
    dist_installed("", "T1", "U1", "xoxp-1");
    dist_installed("E3", "", "", "xoxb-3");
    static const struct {
        slack_tenant_t tenant;
        const char *token, *team;
    } rows[] = {
        {{.team_id = "T1"}, "xoxb-1", ""},
        {{.team_id = "T1", .user_id = "U1"}, "xoxp-1", ""},
        {{.team_id = "T0TEAM"}, "xoxb-test", ""},
        {{.enterprise_id = "E3", .team_id = "T3"}, "xoxb-3", "T3"},
        {{.enterprise_id = "E3", .team_id = "T4", .is_enterprise_install = true}, "xoxb-3", "T4"},
        {{.enterprise_id = "E3", .is_enterprise_install = true}, "xoxb-3", ""},
        {{.team_id = "T1", .user_id = "U2"}, "", ""},
        {{.team_id = "T2"}, "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const size_t calls = fake_slack_count(dist.slack);
        assert_string_equal(token_of_client(&rows[i].tenant), rows[i].token);
        assert_int_equal(got.status, *rows[i].token ? 0 : SLACK_EAUTH);
        if (*rows[i].token)
            assert_string_equal(
                slack_json_str(app_call_args(&dist, calls, "users.list"), "/team_id"),
                rows[i].team);
    }
    assert_int_equal(slack_client_for(dist.app, &(slack_tenant_t){0}, take_client, &got),
                     SLACK_EINVAL);
    assert_int_equal(slack_client_for(dist.app, &rows[0].tenant, NULL, NULL), SLACK_EINVAL);
    dist_close();
    slack_client_free(got.client);
    got.client = NULL;
}

/* An app with one token has it for its own workspace. */
DISTRIBUTED_TEST(a_client_in_an_app_of_one_workspace)
{
    dist_with = (slack_options_t){.store = "memory:"};
    dist_open();
    app_ready(&dist);
    assert_string_equal(token_of_client(&(slack_tenant_t){.team_id = "T0TEAM"}), "xoxb-test");
    assert_string_equal(token_of_client(&(slack_tenant_t){.team_id = "T1"}), "");
    assert_int_equal(got.status, SLACK_EAUTH);
    app_close(&dist);
}

/* The program looks the token up, and the app stops before it knows. */
DISTRIBUTED_TEST(a_client_in_an_app_with_an_authorizer)
{
    const slack_authorizer_t how = desk_authorizer();
    dist_with = (slack_options_t){.store = "memory:"};
    desk_open(&dist, &dist_with, &how);
    app_ready(&dist);
    assert_string_equal(token_of_client(&(slack_tenant_t){.team_id = "T1"}), "xoxb-T1-0");
    desk.answer = DESK_LATER;
    got.count = 0;
    assert_int_equal(
        slack_client_for(dist.app, &(slack_tenant_t){.team_id = "T2"}, take_client, &got), 0);
    app_close(&dist);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.status, SLACK_ECANCELED);
}

DISTRIBUTED_TEST(a_job_of_a_workspace)
{
    start_with_jobs();
    dist_installed("", "T1", "", "xoxb-1");
    const slack_job_t job = {.name = "later", .tenant = &(slack_tenant_t){.team_id = "T1"}};
    assert_int_equal(slack_app_defer(dist.app, &job), 0);
    assert_string_equal(token_of_job(1), "xoxb-1");
    dist_close();
}

static unsigned jobs_seen;

static int count_job(slack_ctx_t *ctx, void *user_data)
{
    jobs_seen++;
    return slack_callf(slack_ctx_client(ctx), "chat.postMessage", NULL, NULL,
                       "{channel: 'C1', text: 'x'}");
}

DISTRIBUTED_TEST(names_of_the_librarys_jobs)
{
    dist_open();
    assert_int_equal(slack_app_defer(dist.app, &(slack_job_t){.name = "slack.installed"}),
                     SLACK_EINVAL);
    assert_non_null(
        strstr(slack_app_error(dist.app), "the names of the library's jobs begin with"));
    assert_int_equal(slack_on_job(dist.app, "slack.uninstalled", count_job, NULL), SLACK_EINVAL);
    assert_int_equal(slack_every(dist.app, "slack.x", "* * * * *", NULL, count_job, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack_on_job(dist.app, NULL, count_job, NULL), 0);
    assert_int_equal(slack_on_installed(dist.app, post, NULL), 0);
    dist_close();
}

/* ---- the start ---- */

DISTRIBUTED_TEST(two_apps_on_one_port)
{
    dist_with.signing_secret = "A1:a,A2:b";
    dist_open();
    assert_int_equal(app_start_fails(&dist), SLACK_ECONFIG);
    assert_non_null(
        strstr(slack_app_error(dist.app), "SLACK_CLIENT_ID=1.2: it belongs to one app"));
    dist_close();
}

static void refused_with(const char *sentence)
{
    dist_open();
    assert_int_equal(app_start_fails(&dist), SLACK_ECONFIG);
    if (strstr(slack_app_error(dist.app), sentence) == NULL)
        assert_string_equal(slack_app_error(dist.app), sentence);
    dist_close();
}

DISTRIBUTED_TEST(a_wrong_key_changes_nothing)
{
    dist_start();
    dist_installed("", "T1", "", "xoxb-1");
    dist_close();
    dist_with.store_key = INSTALLS_OTHER;
    refused_with("SLACK_STORE_KEY: what the store holds of the app 1.2 is sealed with the key");
    dist_with.store_key = NULL;
    refused_with("SLACK_STORE_KEY: what the store holds of the app 1.2 is sealed with the key");
    dist_with.store_key = INSTALLS_KEY;
    dist_start();
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    dist_close();
}

/* Only the app's own token reads history. */
DISTRIBUTED_TEST(catch_up_needs_the_own_token)
{
    dist_with.catch_up = "C1";
    refused_with("SLACK_CATCH_UP=C1: an app that looks tokens up has none to read history with");
    dist_with.bot_token = "xoxb-test";
    dist_start();
    world_until(&dist.world, fake_slack_count(dist.slack) > 0);
    assert_string_equal(fake_slack_call(dist.slack, 0)->token, "xoxb-test");
    dist_installed("", "T2", "", "xoxb-2");
    assert_string_equal(dist_token_for("'team_id':'T2'"), "xoxb-2");
    dist_close();
}

/* The admin port is open before the key is checked. Nothing is installed until then. */
DISTRIBUTED_TEST(nobody_installs_before_the_start)
{
    static const char back[] =
        "GET /slack/oauth_redirect?code=c&state=s HTTP/1.1\r\nHost: a\r\n\r\n";
    slack_transport_stats_t stats;
    bool closed;
    dist_with.bot_token = "xoxb-test";
    dist_with.http_admin_port = "0";
    dist_open();
    fake_slack_answer(dist.slack, "auth.test", 500, "");
    app_start(&dist);
    assert_int_equal(slack_app_transport_stats(dist.app, "memory", &stats), 0);
    http_peer_t *browser = http_peer_open(&dist.world.loop, stats.admin_port, false);
    http_peer_send(browser, back, sizeof back - 1, (http_pieces_t){0});
    world_until(&dist.world, http_peer_reply(browser, 0)->done);
    assert_int_equal(http_peer_reply(browser, 0)->status, 503);
    assert_non_null(strstr(http_peer_reply(browser, 0)->body, "is being restarted"));
    http_peer_close(browser, &closed);
    world_until(&dist.world, closed);
    assert_int_equal(fake_slack_count(dist.slack), 0);
    dist_close();
}

DISTRIBUTED_TEST(without_a_key)
{
    dist_with.store_key = NULL;
    dist_start(); /* the API is local */
    assert_true(world_logged(&dist.world, "installations are stored in clear"));
    dist_installed("", "T1", "", "xoxb-1");
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    dist_close();
    dist_start();
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    dist_close();
    dist_with.store_key = INSTALLS_KEY;
    dist_start();
    assert_true(world_logged(&dist.world, "installations in clear are not used"));
    assert_string_equal(dist_token_for("'team_id':'T1'"), "");
    dist_close();
    dist_with.store_key = NULL;
    dist_with.api_url = "https://slack.com/api/";
    refused_with("SLACK_STORE_KEY is not set, and the store would hold the tokens of all");
    dist_with.store = "memory:";
    dist_start();
    assert_false(world_logged(&dist.world, "in clear"));
    dist_close();
}

static bool start_without(size_t nth, bool all)
{
    dist_open();
    heap_fail_at(nth, all);
    int rc = slack_app_start(dist.app, NULL, NULL);
    for (int i = 0; rc == 0 && i < 200; i++)
        uv_run(&dist.world.loop, UV_RUN_NOWAIT);
    const bool failed = heap_heal();
    dist.started = false;
    if (rc == 0 && !slack__inspect_is(dist.app, "stopped")) {
        slack_app_stop(dist.app);
        world_until(&dist.world, slack__inspect_is(dist.app, "stopped"));
    }
    dist_close();
    return failed;
}

DISTRIBUTED_TEST(the_start_without_memory)
{
    dist_with.store = "memory:";
    assert_in_range(alloc_fail_attempts(start_without), 20, 10000);
}
