/* SPDX-License-Identifier: MIT */
/* Installations end: by Slack's events in any order, late ones, and by a token that Slack refuses.
 */

#include "support/alloc_fail.h"
#include "support/distributed.h"
#include "support/heap.h"

#define HOUR_MS (3600 * 1000)

static struct {
    unsigned count;
    char body[256], team[16], enterprise[16]; /* of the last report */
    int rc;
} reports;

static int note_report(slack_ctx_t *ctx, void *user_data)
{
    const char *text = slack_json_text(ctx, slack_ctx_body(ctx));
    if (text == NULL) return SLACK_ENOMEM;
    reports.count++;
    snprintf(reports.body, sizeof reports.body, "%s", text);
    snprintf(reports.team, sizeof reports.team, "%s", slack_ctx_team(ctx));
    snprintf(reports.enterprise, sizeof reports.enterprise, "%s", slack_ctx_enterprise(ctx));
    const int rc = slack_say_json(ctx, slack_jsonf(ctx, "{channel: 'C1', text: 'x'}"));
    assert_true(rc == SLACK_EAUTH || rc == SLACK_ENOMEM);
    return 0;
}

/* The teams whose jobs ran. */
static char jobs[64];

static int note_job(slack_ctx_t *ctx, void *user_data)
{
    const size_t len = strlen(jobs);
    snprintf(jobs + len, sizeof jobs - len, "%s ", slack_ctx_team(ctx));
    return 0;
}

static void open_app(void)
{
    memset(&reports, 0, sizeof reports);
    *jobs = '\0';
    dist_with.user_scopes = "search:read";
    dist_open();
    assert_int_equal(slack_on_uninstalled(dist.app, note_report, NULL), 0);
    assert_int_equal(slack_on_job(dist.app, "later", note_job, NULL), 0);
    dist_ready();
}

static int setup(void **state)
{
    dist_setup(state);
    open_app();
    return 0;
}

static int teardown(void **state)
{
    dist_close();
    return dist_teardown(state);
}
#define LEAVING_TEST(function) TEST_CASE(function, setup, teardown, NULL)

static int64_t now_s(void)
{
    return slack__wall_ms(&dist.world.clock) / 1000;
}

/* Stores installations, "-/T1 E1/-/U2", which began then. */
static void have(const char *keys, int64_t installed_ms)
{
    char text[128], *rest = text, *key;
    snprintf(text, sizeof text, "%s", keys);
    while ((key = strtok_r(rest, " ", &rest)) != NULL) {
        char *parts = key, *ids[3] = {"", "", ""}, *id;
        for (size_t i = 0; (id = strtok_r(parts, "/", &parts)) != NULL; i++)
            if (strcmp(id, "-") != 0) ids[i] = id;
        slack_install_record_t record = installs_record(ids[0], ids[1], ids[2], "xoxb-1");
        record.about.installed_ms = installed_ms;
        assert_int_equal(installs_put(&record, NULL), 0);
    }
}

/* A job of a workspace that is due in an hour. */
static void defer(const slack_tenant_t *tenant)
{
    const slack_job_t job = {.name = "later", .delay_ms = HOUR_MS, .tenant = tenant};
    assert_int_equal(slack_app_defer(dist.app, &job), 0);
    app_settle(&dist);
}

static const char *jobs_that_run(void)
{
    app_pass_and_claim(&dist, 2 * HOUR_MS);
    return jobs;
}

static void tell(const char *where, const char *event, int64_t time_s)
{
    static unsigned number;
    char body[400];
    app_ack_t ack = {0};
    snprintf(body, sizeof body,
             "{'type':'event_callback','api_app_id':'A1','event_id':'EvL%u','event_time':%lld,%s,"
             "'event':{%s}}",
             ++number, (long long)time_s, where, event);
    app_deliver(&dist, body, &ack);
    app_settle(&dist);
}

#define UNINSTALLED     "'type':'app_uninstalled'"
#define REVOKED(tokens) "'type':'tokens_revoked','tokens':{" tokens "}"
#define ORGANIZATION    "'enterprise_id':'E1','team_id':'T1','is_enterprise_install':true"

static struct row {
    const char *name, *stored, *where, *event, *left;
    const char *report; /* "": none */
} rows[] = {
    {"uninstalled", "-/T1 -/T1/U1 -/T1/U2 -/T2", "'team_id':'T1'", UNINSTALLED, "-/T2",
     "{'reason':'app_uninstalled','bot':true,'users':['U1','U2']}"},
    {"a_person_revoked", "-/T1 -/T1/U1 -/T1/U2", "'team_id':'T1'", REVOKED("'oauth':['U1']"),
     "-/T1 -/T1/U2", "{'reason':'tokens_revoked','bot':false,'users':['U1']}"},
    {"the_bot_revoked", "-/T1 -/T1/U1", "'team_id':'T1'", REVOKED("'oauth':[],'bot':['UBOT']"),
     "-/T1/U1", "{'reason':'tokens_revoked','bot':true,'users':[]}"},
    {"both_revoked", "-/T1 -/T1/U1 -/T1/U2", "'team_id':'T1'",
     REVOKED("'oauth':['U2','U9'],'bot':['UBOT']"), "-/T1/U1",
     "{'reason':'tokens_revoked','bot':true,'users':['U2']}"},
    {"only_a_person_had_installed", "-/T1/U1", "'team_id':'T1'", UNINSTALLED, "",
     "{'reason':'app_uninstalled','bot':false,'users':['U1']}"},
    {"nothing_was_installed", "-/T2", "'team_id':'T1'", UNINSTALLED, "-/T2", ""},
    {"an_organization", "E1/- E1/-/U1 E1/T1", ORGANIZATION, UNINSTALLED, "E1/T1",
     "{'reason':'app_uninstalled','bot':true,'users':['U1']}"},
    {"a_workspace_of_an_organization", "E1/- E1/T1", "'enterprise_id':'E1','team_id':'T1'",
     UNINSTALLED, "E1/-", "{'reason':'app_uninstalled','bot':true,'users':[]}"},
    {"a_workspace_that_joined", "-/T1 -/T1/U1", "'enterprise_id':'E1','team_id':'T1'",
     REVOKED("'oauth':['U1'],'bot':['UBOT']"), "",
     "{'reason':'tokens_revoked','bot':true,'users':['U1']}"},
    {"access_revoked", "E1/-", ORGANIZATION, "'type':'team_access_revoked','team_ids':['T1']",
     "E1/-", "{'reason':'team_access_revoked','bot':true,'users':[]}"},
    {"no_tokens", "-/T1", "'team_id':'T1'", REVOKED(""), "-/T1", ""},
    {"strange_tokens", "-/T1", "'team_id':'T1'", REVOKED("'oauth':[7,'../x'],'bot':{}"), "-/T1",
     ""},
    {"no_workspace", "-/T1", "'x':1", UNINSTALLED, "-/T1", ""},
};

TEST_EACH_CASE(an_event, rows, NULL, teardown)
{
    const struct row *row = *state;
    char want[128];
    setup(NULL);
    have(row->stored, 1000);
    tell(row->where, row->event, now_s());
    assert_string_equal(installs_keys(), row->left);
    snprintf(want, sizeof want, "%s", row->report);
    assert_string_equal(reports.body, quoted(want));
    assert_int_equal(reports.count, *row->report != '\0');
    if (reports.count) assert_string_equal(reports.team[0] ? reports.team : "T1", "T1");
}

/* Slack sends two events for one uninstall, in any order. The program learns of it once. */
LEAVING_TEST(either_order)
{
    const char *const events[] = {UNINSTALLED, REVOKED("'oauth':['U1'],'bot':['UBOT']"),
                                  UNINSTALLED};
    for (size_t i = 0; i < 2; i++) {
        have("-/T1 -/T1/U1", 1000);
        tell("'team_id':'T1'", events[i], now_s());
        tell("'team_id':'T1'", events[i + 1], now_s());
        assert_string_equal(installs_keys(), "");
        assert_int_equal(reports.count, i + 1);
    }
}

LEAVING_TEST(what_waits_is_canceled)
{
    const slack_tenant_t leaves = {.team_id = "T1"}, stays = {.team_id = "T2"};
    have("-/T1 -/T2", 1000);
    defer(&leaves);
    defer(&stays);
    tell("'team_id':'T1'", UNINSTALLED, now_s());
    have("-/T1", now_s() * 1000 + 5000); /* is there again at once */
    assert_int_equal(reports.count, 1);
    assert_string_equal(reports.team, "T1");
    assert_string_equal(jobs_that_run(), "T2 ");
}

/* Events with malformed ids, and with impossible times. */
LEAVING_TEST(strange_events)
{
    static char body[700000];
    char *at = body + snprintf(body, sizeof body,
                               "{'type':'event_callback','api_app_id':'A1','event_id':'EvS',"
                               "'event_time':9223372036854775807,'team_id':'T1','event':"
                               "{'type':'tokens_revoked','tokens':{'oauth':[");
    app_ack_t ack = {0};
    for (size_t i = 0; i < 150000; i++)
        at += snprintf(at, 8, "'!',");
    snprintf(at, 100, "'','-','U1/','U1']}}}");
    have("-/T1/U1 -/T1/U2", 1000);
    app_deliver(&dist, body, &ack);
    app_settle(&dist);
    assert_string_equal(installs_keys(), "-/T1/U2");
    tell("'team_id':'T1'", UNINSTALLED, INT64_MIN);
    assert_string_equal(installs_keys(), "-/T1/U2");
    tell(ORGANIZATION, "'type':'team_access_revoked','team_ids':['','../T1',{}]", now_s());
    assert_int_equal(reports.count, 1);
}

/* An organization takes the app away from two of its workspaces. */
LEAVING_TEST(workspaces_of_an_organization)
{
    have("E1/-", 1000);
    for (size_t i = 1; i <= 3; i++) {
        char team[8];
        snprintf(team, sizeof team, "T%zu", i);
        defer(&(slack_tenant_t){
            .enterprise_id = "E1", .team_id = team, .is_enterprise_install = true});
    }
    tell(ORGANIZATION, "'type':'team_access_revoked','team_ids':['T1','T3']", now_s());
    assert_int_equal(reports.count, 2);
    assert_string_equal(reports.enterprise, "E1");
    assert_string_equal(reports.team, "T3");
    tell(ORGANIZATION, "'type':'team_access_granted','team_ids':['T1']", now_s());
    assert_int_equal(reports.count, 2);
    assert_string_equal(jobs_that_run(), "T2 ");
    assert_string_equal(installs_keys(), "E1/-");
}

/* The event comes, or comes again, after the app was installed again. */
LEAVING_TEST(a_late_event_ends_nothing)
{
    const char *const events[] = {UNINSTALLED, REVOKED("'oauth':['U1'],'bot':['UBOT']")};
    const int64_t then_s = now_s();
    have("-/T1 -/T1/U1", (then_s + 61) * 1000);
    defer(&(slack_tenant_t){.team_id = "T1"});
    for (size_t i = 0; i < 2; i++)
        tell("'team_id':'T1'", events[i], then_s);
    assert_string_equal(installs_keys(), "-/T1 -/T1/U1");
    assert_int_equal(reports.count, 0);
    assert_string_equal(dist_token_for("'team_id':'T1','user_id':'U1'"), "xoxb-1");
    assert_string_equal(jobs_that_run(), "T1 ");
}

#define ENDED  "{'ok':false,'error':'account_inactive'}"
#define TAKEN  "{'ok':true}"
#define FAILED "{'ok':false,'error':'internal_error'}"

/* T1 and U1 were installed so long after the second of the event, by the app's clock; U2 long ago.
 * Slack answers about the tokens of T1 and U1. */
static struct moment_row {
    const char *name;
    int64_t after_ms;
    const char *event, *answers[4], *left;
    unsigned asked, reports;
} moments[] = {
    {"long_before", -60001, UNINSTALLED, {0}, "", 0, 1},
    {"ended_just_before", -60000, UNINSTALLED, {ENDED, ENDED}, "", 2, 1},
    {"ended_in_the_second", 999, UNINSTALLED, {ENDED, ENDED}, "", 2, 1},
    {"ended_by_a_clock_ahead", 60999, UNINSTALLED, {ENDED, ENDED}, "", 2, 1},
    {"again_with_a_clock_behind", -60000, UNINSTALLED, {TAKEN, TAKEN}, "-/T1 -/T1/U1", 2, 1},
    {"again_in_the_second", 999, UNINSTALLED, {TAKEN, TAKEN}, "-/T1 -/T1/U1", 2, 1},
    {"again_by_the_bot", 0, UNINSTALLED, {TAKEN, ENDED}, "-/T1", 2, 1},
    {"again_by_the_person", 0, UNINSTALLED, {ENDED, TAKEN}, "-/T1/U1", 2, 1},
    {"long_after", 61000, UNINSTALLED, {0}, "-/T1 -/T1/U1", 0, 1},
    {"revoked", 0, REVOKED("'oauth':['U1'],'bot':['U']"), {ENDED, ENDED}, "-/T1/U2", 2, 1},
    {"revoked_before",
     0,
     REVOKED("'oauth':['U1'],'bot':['U']"),
     {TAKEN, TAKEN},
     "-/T1 -/T1/U1 -/T1/U2",
     2,
     0},
    {"a_failure_heals", 0, UNINSTALLED, {FAILED, ENDED, ENDED}, "", 3, 1},
    {"a_failure_between", 0, UNINSTALLED, {ENDED, FAILED, ENDED, TAKEN}, "-/T1/U1", 4, 1},
};

TEST_EACH_CASE(an_installation_at_the_time_of_the_event, moments, NULL, teardown)
{
    const struct moment_row *row = *state;
    setup(NULL);
    const int64_t then_s = now_s();
    have("-/T1/U2", 1000);
    have("-/T1 -/T1/U1", then_s * 1000 + row->after_ms);
    for (size_t i = 0; i < 4 && row->answers[i]; i++)
        fake_slack_answer(dist.slack, "auth.test", 200, row->answers[i]);
    tell("'team_id':'T1'", row->event, then_s);
    if (row->asked > 0) app_pass_and_claim(&dist, LONG_MS);
    assert_string_equal(installs_keys(), row->left);
    assert_int_equal(fake_slack_auth_count(dist.slack), row->asked);
    assert_int_equal(reports.count, row->reports);
}

/* Such as one that has the same signing secret and request URL. */
LEAVING_TEST(an_event_of_another_app_ends_nothing)
{
    const char *const apps[] = {"A2", "A1"};
    for (size_t i = 0; i < 2; i++) {
        slack_install_record_t records[] = {installs_record("", "T1", "", "xoxb-1"),
                                            installs_record("E1", "", "", "xoxb-2")};
        for (size_t n = 0; n < 2; n++) {
            records[n].about.app_id = apps[i];
            assert_int_equal(installs_put(&records[n], NULL), 0);
        }
        have("-/T1/U1", 1000);
        tell(ORGANIZATION, "'type':'team_access_revoked','team_ids':['T1']", now_s());
        assert_int_equal(reports.count, i);
        tell("'team_id':'T1'", REVOKED("'bot':['UBOT']"), now_s());
        assert_int_equal(reports.count, 2 * i);
        tell("'team_id':'T1'", UNINSTALLED, now_s());
        assert_string_equal(installs_keys(), i == 0 ? "-/T1 -/T1/U1 E1/-" : "E1/-");
        assert_int_equal(world_log_count(&dist.world, "event of another app"), 3);
    }
}

static int stop_here(slack_ctx_t *ctx, void *user_data)
{
    return 0; /* without slack_next() */
}

/* Neither the program's middleware nor its listeners get in the way. */
DISTRIBUTED_TEST(before_the_program)
{
    dist_open();
    assert_int_equal(slack_use(dist.app, stop_here, NULL), 0);
    dist_ready();
    have("-/T1", 1000);
    tell("'team_id':'T1'", UNINSTALLED, now_s());
    assert_string_equal(installs_keys(), "");
    dist_close();
}

/* ---- a refused token ---- */

LEAVING_TEST(slack_refuses_the_token)
{
    const int64_t then_s = now_s();
    have("-/T1", then_s * 1000);
    defer(&(slack_tenant_t){.team_id = "T1"});
    fake_slack_answer(dist.slack, "chat.postMessage", 200,
                      "{'ok':false,'error':'account_inactive'}");
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    assert_string_equal(installs_get("", "T1", "")->record.token.refused, "account_inactive");
    assert_int_equal(reports.count, 1);
    assert_string_equal(reports.body,
                        "{\"reason\":\"account_inactive\",\"bot\":true,\"users\":[]}");
    app_pass_ms(&dist, 20000);
    assert_string_equal(dist_token_for("'team_id':'T1'"), "");
    assert_string_equal(jobs_that_run(), "");
    tell("'team_id':'T1'", UNINSTALLED, then_s); /* comes as well, and reports nothing new */
    assert_string_equal(installs_keys(), "");
    assert_int_equal(reports.count, 1);
    assert_int_equal(fake_slack_auth_count(dist.slack), 0);
}

LEAVING_TEST(the_store_has_a_newer_token)
{
    have("-/T1", 1000);
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-1");
    slack_install_record_t record = installs_record("", "T1", "", "xoxb-2");
    assert_int_equal(installs_put(&record, NULL), 0); /* by another process */
    fake_slack_answer(dist.slack, "chat.postMessage", 200, "{'ok':false,'error':'token_revoked'}");
    assert_string_equal(dist_token_for("'team_id':'T1'"), "xoxb-2"); /* the call was made again */
    assert_int_equal(reports.count, 0);
    assert_int_equal(fake_slack_count(dist.slack), 3);
}

/* ---- out of memory ---- */

static bool leave_with_failure(size_t nth, bool all)
{
    const unsigned count = reports.count;
    static unsigned number;
    char body[300];
    app_ack_t ack = {0};
    have("-/T1 -/T1/U1", 1000);
    snprintf(body, sizeof body,
             "{'type':'event_callback','api_app_id':'A1','event_id':'EvM%u','event_time':%lld,"
             "'team_id':'T1','event':{" UNINSTALLED "}}",
             ++number, (long long)now_s());
    app_prepare(&dist, body, &ack);
    heap_fail_at(nth, all);
    const unsigned taken = app_inject_prepared(&dist);
    app_spin(&dist);
    app_spin(&dist);
    const bool failed = heap_heal();
    app_pass_and_claim(&dist, LONG_MS); /* the end of the attempt may not have been stored */
    if (!taken || ack.outcome != SLACK_ACK_OK) tell("'team_id':'T1'", UNINSTALLED, now_s());
    for (int i = 0; i < 3 && (reports.count == count || *installs_keys() != '\0'); i++)
        app_pass_and_claim(&dist, LONG_MS);
    assert_string_equal(installs_keys(), "");
    /* An attempt that fails after the report makes it again. */
    assert_in_range(reports.count, count + 1, count + 1 + failed);
    return failed;
}

DISTRIBUTED_TEST(out_of_memory)
{
    dist_with.store = "memory:"; /* answers within a few turns of the loop */
    open_app();
    assert_true(alloc_fail_attempts(leave_with_failure) > 30);
    dist_close();
}
