/* SPDX-License-Identifier: MIT */
/* A distributed app: tokens from its installations, its name for its rows, the key of its store. */

#include "app/inspect.h"
#include "oauth/oauth.h"
#include "support/alloc_fail.h"
#include "support/desk.h"
#include "support/heap.h"
#include "support/http_peer.h"
#include "support/installs.h"
#include "support/store_file.h"

static app_fixture_t f;
static slack_options_t with; /* of the next app */

static int reply(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "hi, says %s", slack_ctx_bot_user(ctx));
}

/* Opens an app with the options `with`, and starts it. */
static void open_app(void)
{
    app_open(&f, &with);
    slack_on_message(f.app, NULL, reply, NULL);
}

static void start_app(void)
{
    open_app();
    app_ready(&f);
    installs_in(&f.world, slack__inspect_store(f.app), with.store_key);
}

static void close_app(void)
{
    app_close(&f);
    installs_use_keys(NULL);
}

static int set_up(void **state)
{
    arena_open(state);
    store_file_clean();
    with = (slack_options_t){.bot_token = "",
                             .client_id = "1.2",
                             .client_secret = "secret",
                             .scopes = "chat:write",
                             .store = store_file_url(),
                             .store_key = INSTALLS_KEY};
    return 0;
}

static int tear_down(void **state)
{
    store_file_clean();
    return arena_close(state);
}

#define DISTRIBUTED_TEST(function) TEST_CASE(function, set_up, tear_down, NULL)

static void installed(const char *enterprise, const char *team, const char *user, const char *token)
{
    slack_install_record_t record = installs_record(enterprise, team, user, token);
    record.about.bot_user_id = "UBOT";
    record.about.bot_id = "BBOT";
    assert_int_equal(installs_put(&record, ""), 0);
}

/* A message in a channel of a workspace, and the token of the call that answers it; "": there is no
 * call. */
static const char *token_for(const char *authorization)
{
    static unsigned number;
    char body[400];
    app_ack_t ack = {0};
    const size_t calls = fake_slack_count(f.slack);
    snprintf(body, sizeof body,
             "{'type':'event_callback','api_app_id':'A1','event_id':'Ev%u','authorizations':[{%s}],"
             "'event':{'type':'message','text':'x','channel':'C1','user':'U1','ts':'1.0'}}",
             ++number, authorization);
    app_deliver(&f, body, &ack);
    app_settle(&f);
    return fake_slack_count(f.slack) > calls ? fake_slack_call(f.slack, calls)->token : "";
}

/* ---- tokens ---- */

DISTRIBUTED_TEST(each_workspace_has_its_token)
{
    start_app();
    installed("", "T1", "", "xoxb-1");
    installed("", "T2", "", "xoxb-2");
    installed("E3", "", "", "xoxb-3");
    assert_int_equal(fake_slack_auth_count(f.slack), 0);
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(token_for("'team_id':'T2'"), "xoxb-2");
    assert_string_equal(
        token_for("'team_id':'T3','enterprise_id':'E3','is_enterprise_install':true"), "xoxb-3");
    assert_string_equal(token_for("'team_id':'T4'"), "");
    assert_true(world_logged(&f.world, "the app is not installed: let a person install"));
    assert_int_equal(slack__inspect_counters(f.app)->installations_found, 3);
    assert_int_equal(slack__inspect_counters(f.app)->installations_missing, 1);
    assert_false(world_logged(&f.world, "xoxb-"));
    assert_int_equal(slack_app_authorize(f.app, &(slack_authorizer_t){.fn = slack__oauth_look_up}),
                     SLACK_EALREADY);
    close_app();
    start_app(); /* another process */
    assert_string_equal(token_for("'team_id':'T2'"), "xoxb-2");
    close_app();
}

/* Slack counts the calls of an organization's token by workspace, so each call names one. */
static int list_users(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "users.list", NULL, NULL, "{}");
}

DISTRIBUTED_TEST(a_call_with_an_organizations_token_names_its_workspace)
{
    open_app();
    slack_on_event(f.app, "app_mention", list_users, NULL);
    app_ready(&f);
    installs_in(&f.world, slack__inspect_store(f.app), INSTALLS_KEY);
    installed("E3", "", "", "xoxb-3");
    app_ack_t ack = {0};
    app_deliver(&f,
                "{'type':'event_callback','event_id':'Ev9','team_id':'T3','enterprise_id':'E3',"
                "'event':{'type':'app_mention','user':'U1'}}",
                &ack);
    app_settle(&f);
    assert_string_equal(slack_json_str(app_call_args(&f, 0, "users.list"), "/team_id"), "T3");
    close_app();
}

DISTRIBUTED_TEST(people_have_tokens)
{
    with.user_scopes = "search:read";
    start_app();
    installed("", "T1", "", "xoxb-1");
    installed("", "T2", "U1", "xoxp-2"); /* and no bot */
    assert_string_equal(token_for("'team_id':'T1','user_id':'U1'"), "xoxb-1");
    assert_string_equal(token_for("'team_id':'T2','user_id':'U1'"), "xoxp-2");
    close_app();
}

DISTRIBUTED_TEST(a_token_that_has_ended)
{
    start_app();
    const int64_t now = slack__wall_ms(&f.world.clock);
    slack_install_record_t record = installs_record("", "T1", "", "xoxb-1");
    record.token.expires_ms = now + 60000;
    assert_int_equal(installs_put(&record, ""), 0);
    record = installs_record("", "T2", "", "xoxb-2");
    record.token.refused = "account_inactive";
    assert_int_equal(installs_put(&record, ""), 0);
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(token_for("'team_id':'T2'"), "");
    assert_true(
        world_logged(&f.world, "Slack has ended the token: account_inactive: let a person"));
    app_pass_ms(&f, 60000); /* the grant has ended with its token */
    assert_string_equal(token_for("'team_id':'T1'"), "");
    assert_true(world_logged(&f.world, "the token has expired"));
    close_app();
}

DISTRIBUTED_TEST(the_store_has_no_answer)
{
    start_app();
    installed("", "T1", "", "xoxb-1");
    close_app();
    with.store_key = INSTALLS_OTHER "," INSTALLS_KEY;
    start_app();
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    close_app();
    with.store_key = INSTALLS_OTHER; /* the check is sealed with it now, and the record is not */
    start_app();
    assert_string_equal(token_for("'team_id':'T1'"), "");
    assert_true(world_logged(&f.world, "tenant lookup failed"));
    close_app();
}

/* ---- from one workspace to many ---- */

static void defer_later(void)
{
    const slack_job_t job = {.name = "later", .delay_ms = 3600 * 1000};
    assert_int_equal(slack_app_defer(f.app, &job), 0);
    app_spin(&f);
    app_settle(&f);
}

/* The token with which the job that waits is done, some hours after the start: the clock of each
 * app begins anew. */
static const char *token_of_job(uint64_t hours)
{
    const size_t calls = fake_slack_count(f.slack);
    app_pass_and_claim(&f, hours * 3600 * 1000);
    return fake_slack_count(f.slack) > calls ? fake_slack_call(f.slack, calls)->token : "";
}

static int post(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "chat.postMessage", NULL, NULL,
                       "{channel: 'C1', text: 'x'}");
}

static void start_with_jobs(void)
{
    open_app();
    slack_on_job(f.app, "later", post, NULL);
    app_ready(&f);
    installs_in(&f.world, slack__inspect_store(f.app), with.store_key);
}

DISTRIBUTED_TEST(an_internal_app_becomes_a_distributed_one)
{
    const slack_options_t distributed = with;
    with = (slack_options_t){.store = with.store};
    start_with_jobs(); /* for T0TEAM */
    defer_later();
    close_app();

    with = distributed;
    with.bot_token = "xoxb-test";
    start_with_jobs();
    assert_int_equal(fake_slack_auth_count(f.slack), 1);
    installed("", "T2", "", "xoxb-2");
    assert_string_equal(token_for("'team_id':'T0TEAM'"), "xoxb-test");
    assert_string_equal(token_for("'team_id':'T2'"), "xoxb-2");
    assert_string_equal(token_of_job(1), "xoxb-test");
    defer_later();
    installed("", "T0TEAM", "", "xoxb-imported");
    close_app();

    with.bot_token = "";
    start_with_jobs();
    assert_int_equal(fake_slack_auth_count(f.slack), 0);
    assert_string_equal(token_for("'team_id':'T0TEAM'"), "xoxb-imported");
    assert_string_equal(token_of_job(3), "xoxb-imported");
    close_app();

    with.app_id = "another"; /* has the last word */
    start_with_jobs();
    defer_later();
    close_app();
    with.app_id = NULL;
    start_with_jobs();
    assert_string_equal(token_of_job(9), "");
    close_app();
}

/* Slack refuses SLACK_BOT_TOKEN while the app runs: a newer installation takes its place, and
 * without one the deliveries wait. */
DISTRIBUTED_TEST(the_own_token_ends)
{
    with.bot_token = "xoxb-test";
    start_app();
    app_pass_ms(&f, 60000);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'token_revoked'}");
    fake_slack_answer(f.slack, "auth.test", 200, "{'ok':false,'error':'token_revoked'}");
    assert_string_equal(token_for("'team_id':'T0TEAM'"), "xoxb-test");
    world_until(&f.world, fake_slack_auth_count(f.slack) == 2);
    app_settle(&f);
    assert_string_equal(token_for("'team_id':'T0TEAM'"), "");
    assert_true(world_logged(&f.world, "Slack refuses SLACK_BOT_TOKEN: set a new one"));
    assert_null(slack__inspect_unready(f.app)); /* the other workspaces are served */
    installed("", "T0TEAM", "", "xoxb-new");
    assert_string_equal(token_for("'team_id':'T0TEAM'"), "xoxb-new");
    close_app();
}

/* A restart with a token that has ended: the other workspaces go on. */
DISTRIBUTED_TEST(a_start_with_a_refused_token)
{
    with.bot_token = "xoxb-test";
    open_app();
    fake_slack_answer(f.slack, "auth.test", 200, "{'ok':false,'error':'account_inactive'}");
    assert_int_equal(app_start_fails(&f), SLACK_EAUTH); /* the first one needs the app's name */
    assert_non_null(strstr(slack_app_error(f.app), "by which the first start of a distributed"));
    close_app();
    start_app();
    installed("", "T1", "", "xoxb-1");
    close_app();
    open_app();
    fake_slack_answer(f.slack, "auth.test", 200, "{'ok':false,'error':'account_inactive'}");
    app_ready(&f);
    assert_null(slack__inspect_unready(f.app));
    assert_true(world_logged(&f.world, "do not set the variable any more"));
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(token_for("'team_id':'T0TEAM'"), "");
    close_app();
}

/* The program's own jobs have no workspace. Their handlers run, and have no token. */
DISTRIBUTED_TEST(a_job_without_a_workspace)
{
    start_with_jobs();
    defer_later();
    assert_string_equal(token_of_job(9), "");
    assert_false(world_logged(&f.world, "tenant refused"));
    assert_true(world_logged(&f.world, "chat.postMessage was not called"));
    close_app();
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
    const size_t calls = fake_slack_count(f.slack);
    got.count = 0;
    assert_int_equal(slack_client_for(f.app, tenant, take_client, &got), 0);
    assert_int_equal(got.count, 0);
    app_run_until(&f, &got.count);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.client != NULL, got.status == 0);
    if (got.client == NULL) return "";
    assert_int_equal(slack_callf(got.client, "users.list", NULL, NULL, "{}"), 0);
    app_run_until_calls(&f, calls + 1);
    return fake_slack_call(f.slack, calls)->token;
}

DISTRIBUTED_TEST(a_client_for_a_workspace)
{
    with.bot_token = "xoxb-test";
    with.user_scopes = "search:read";
    open_app();
    assert_int_equal(slack_client_for(f.app, &(slack_tenant_t){.team_id = "T1"}, take_client, &got),
                     SLACK_ECANCELED);
    app_ready(&f);
    installs_in(&f.world, slack__inspect_store(f.app), INSTALLS_KEY);
    installed("", "T1", "", "xoxb-1");
    installed("", "T1", "U1", "xoxp-1");
    installed("E3", "", "", "xoxb-3");
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
        const size_t calls = fake_slack_count(f.slack);
        assert_string_equal(token_of_client(&rows[i].tenant), rows[i].token);
        assert_int_equal(got.status, *rows[i].token ? 0 : SLACK_EAUTH);
        if (*rows[i].token)
            assert_string_equal(slack_json_str(app_call_args(&f, calls, "users.list"), "/team_id"),
                                rows[i].team);
    }
    assert_int_equal(slack_client_for(f.app, &(slack_tenant_t){0}, take_client, &got),
                     SLACK_EINVAL);
    assert_int_equal(slack_client_for(f.app, &rows[0].tenant, NULL, NULL), SLACK_EINVAL);
    close_app();
    slack_client_free(got.client);
    got.client = NULL;
}

/* An app with one token has it for its own workspace. */
DISTRIBUTED_TEST(a_client_in_an_app_of_one_workspace)
{
    with = (slack_options_t){.store = "memory:"};
    open_app();
    app_ready(&f);
    assert_string_equal(token_of_client(&(slack_tenant_t){.team_id = "T0TEAM"}), "xoxb-test");
    assert_string_equal(token_of_client(&(slack_tenant_t){.team_id = "T1"}), "");
    assert_int_equal(got.status, SLACK_EAUTH);
    app_close(&f);
}

/* The program looks the token up, and the app stops before it knows. */
DISTRIBUTED_TEST(a_client_in_an_app_with_an_authorizer)
{
    const slack_authorizer_t how = desk_authorizer();
    with = (slack_options_t){.store = "memory:"};
    desk_open(&f, &with, &how);
    app_ready(&f);
    assert_string_equal(token_of_client(&(slack_tenant_t){.team_id = "T1"}), "xoxb-T1-0");
    desk.answer = DESK_LATER;
    got.count = 0;
    assert_int_equal(slack_client_for(f.app, &(slack_tenant_t){.team_id = "T2"}, take_client, &got),
                     0);
    app_close(&f);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.status, SLACK_ECANCELED);
}

DISTRIBUTED_TEST(a_job_of_a_workspace)
{
    start_with_jobs();
    installed("", "T1", "", "xoxb-1");
    const slack_job_t job = {.name = "later", .tenant = &(slack_tenant_t){.team_id = "T1"}};
    assert_int_equal(slack_app_defer(f.app, &job), 0);
    assert_string_equal(token_of_job(1), "xoxb-1");
    close_app();
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
    open_app();
    assert_int_equal(slack_app_defer(f.app, &(slack_job_t){.name = "slack.installed"}),
                     SLACK_EINVAL);
    assert_non_null(strstr(slack_app_error(f.app), "the names of the library's jobs begin with"));
    assert_int_equal(slack_on_job(f.app, "slack.uninstalled", count_job, NULL), SLACK_EINVAL);
    assert_int_equal(slack_every(f.app, "slack.x", "* * * * *", NULL, count_job, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack_on_job(f.app, NULL, count_job, NULL), 0);
    assert_int_equal(slack_on_installed(f.app, reply, NULL), 0);
    close_app();
}

/* ---- the start ---- */

DISTRIBUTED_TEST(two_apps_on_one_port)
{
    with.signing_secret = "A1:a,A2:b";
    open_app();
    assert_int_equal(app_start_fails(&f), SLACK_ECONFIG);
    assert_non_null(strstr(slack_app_error(f.app), "SLACK_CLIENT_ID=1.2: it belongs to one app"));
    close_app();
}

static void refused_with(const char *sentence)
{
    open_app();
    assert_int_equal(app_start_fails(&f), SLACK_ECONFIG);
    if (strstr(slack_app_error(f.app), sentence) == NULL)
        assert_string_equal(slack_app_error(f.app), sentence);
    close_app();
}

DISTRIBUTED_TEST(a_wrong_key_changes_nothing)
{
    start_app();
    installed("", "T1", "", "xoxb-1");
    close_app();
    with.store_key = INSTALLS_OTHER;
    refused_with("SLACK_STORE_KEY: what the store holds of the app 1.2 is sealed with the key");
    with.store_key = NULL;
    refused_with("SLACK_STORE_KEY: what the store holds of the app 1.2 is sealed with the key");
    with.store_key = INSTALLS_KEY;
    start_app();
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    close_app();
}

/* The admin port is open before the key is checked. Nothing is installed until then. */
DISTRIBUTED_TEST(nobody_installs_before_the_start)
{
    static const char back[] =
        "GET /slack/oauth_redirect?code=c&state=s HTTP/1.1\r\nHost: a\r\n\r\n";
    slack_transport_stats_t stats;
    bool closed;
    with.bot_token = "xoxb-test";
    with.http_admin_port = "0";
    open_app();
    fake_slack_answer(f.slack, "auth.test", 500, "");
    app_start(&f);
    assert_int_equal(slack_app_transport_stats(f.app, "memory", &stats), 0);
    http_peer_t *browser = http_peer_open(&f.world.loop, stats.admin_port, false);
    http_peer_send(browser, back, sizeof back - 1, (http_pieces_t){0});
    world_until(&f.world, http_peer_reply(browser, 0)->done);
    assert_int_equal(http_peer_reply(browser, 0)->status, 503);
    assert_non_null(strstr(http_peer_reply(browser, 0)->body, "is being restarted"));
    http_peer_close(browser, &closed);
    world_until(&f.world, closed);
    assert_int_equal(fake_slack_count(f.slack), 0);
    close_app();
}

DISTRIBUTED_TEST(without_a_key)
{
    with.store_key = NULL;
    start_app(); /* the API is local */
    assert_true(world_logged(&f.world, "installations are stored in clear"));
    installed("", "T1", "", "xoxb-1");
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    close_app();
    start_app();
    assert_string_equal(token_for("'team_id':'T1'"), "xoxb-1");
    close_app();
    with.store_key = INSTALLS_KEY;
    start_app();
    assert_true(world_logged(&f.world, "installations in clear are not used"));
    assert_string_equal(token_for("'team_id':'T1'"), "");
    close_app();
    with.store_key = NULL;
    with.api_url = "https://slack.com/api/";
    refused_with("SLACK_STORE_KEY is not set, and the store would hold the tokens of all");
    with.store = "memory:";
    start_app();
    assert_false(world_logged(&f.world, "in clear"));
    close_app();
}

static bool start_without(size_t nth, bool all)
{
    open_app();
    heap_fail_at(nth, all);
    int rc = slack_app_start(f.app, NULL, NULL);
    for (int i = 0; rc == 0 && i < 200; i++)
        uv_run(&f.world.loop, UV_RUN_NOWAIT);
    const bool failed = heap_heal();
    f.started = false;
    if (rc == 0 && !slack__inspect_is(f.app, "stopped")) {
        slack_app_stop(f.app);
        world_until(&f.world, slack__inspect_is(f.app, "stopped"));
    }
    close_app();
    return failed;
}

DISTRIBUTED_TEST(the_start_without_memory)
{
    with.store = "memory:";
    assert_in_range(alloc_fail_attempts(start_without), 20, 10000);
}
