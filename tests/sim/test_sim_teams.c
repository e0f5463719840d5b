/* SPDX-License-Identifier: MIT */
/* Several workspaces: two for themselves, and two of an organization that has installed the app. */
#include "protocol/tenant.h"
#include "sim/webhooks.h"
#include "support/sim_case.h"

#define TEAMS 4
#define MODAL "{'type':'modal','title':{'type':'plain_text','text':'t'},'blocks':[]}"

static int open_with(const sim_options_t *options)
{
    sim_peer_open(&peer, options);
    return 0;
}

static int open_installed(void **state)
{
    return open_with(&(sim_options_t){
        .people = SIM_USERS_FIRST, .workspaces = TEAMS, .organization = 2, .installed = true});
}

static int open_empty(void **state)
{
    return open_with(&(sim_options_t){.workspaces = 2, .organization = 1});
}

#define TEAMS_TEST(function) TEST_CASE(function, open_installed, sim_case_close, NULL)

static const sim_services_t *team_at(size_t i)
{
    return peer.sim->teams.list[i];
}

/* Calls with the token of the nth workspace: the last two have one. */
static const char *error_in(size_t i, const char *method, const char *body)
{
    peer.token = sim_peer_bot_token(&peer, i);
    return sim_peer_api_error(&peer, method, body);
}

static const char *general_of(size_t i)
{
    return team_at(i)->workspace->channels.list[0].id;
}

/* The text, with `value` for a character. */
static const char *with(const char *text, char mark, const char *value)
{
    const char *at = strchr(text, mark);
    return at ? slack__arena_printf(peer.arena, "%.*s%s%s", (int)(at - text), text, value, at + 1)
              : text;
}

/* ---- tokens ---- */

enum thing { CHANNEL, USER, TS, SCHEDULED, FILE_ID, VIEW, TRIGGER, STEP, THINGS };

/* Make one of everything in a workspace. */
static void make_things(size_t i, const char *ids[THINGS])
{
    sim_workspace_t *workspace = team_at(i)->workspace;
    const char *post =
        slack__arena_printf(peer.arena, "{'channel':'%s','text':'x','post_at':%lld}", general_of(i),
                            (long long)slack__wall_ms(&peer.world.clock) / 1000 + 60);
    sim_json_builder_t json = {peer.arena, 0};
    sim_view_t *view;
    sim_step_t *step;
    peer.token = sim_peer_bot_token(&peer, i);
    ids[CHANNEL] = general_of(i);
    ids[USER] = workspace->users.list[0].id;
    ids[TS] = slack_json_str(sim_peer_api(&peer, "chat.postMessage", post), "/ts");
    ids[SCHEDULED] =
        slack_json_str(sim_peer_api(&peer, "chat.scheduleMessage", post), "/scheduled_message_id");
    sim_file_t *file = sim_file_new(&workspace->files, "f", 1);
    file->completed = true;
    ids[FILE_ID] = file->id;
    assert_int_equal(
        sim_view_open(&workspace->views, &workspace->users.list[0], sim_json(&json, MODAL), &view),
        0);
    ids[VIEW] = view->id;
    sim_key_t *key = sim_key_new(&workspace->keys, SIM_KEY_TRIGGER);
    key->user = &workspace->users.list[0];
    ids[TRIGGER] = key->text;
    assert_int_equal(sim_step_begin(&workspace->steps, "s", sim_json(&json, "{}"), &step), 0);
    ids[STEP] = step->id;
}

/* A token finds nothing of another workspace, and the ids of no two workspaces are equal. */
TEAMS_TEST(a_token_is_for_its_own_workspace)
{
    static const struct {
        const char *method, *body, *error;
        enum thing thing;
    } rows[] = {
        {"conversations.info", "{'channel':'$'}", "channel_not_found", CHANNEL},
        {"chat.postMessage", "{'channel':'$','text':'x'}", "channel_not_found", CHANNEL},
        {"conversations.history", "{'channel':'$'}", "channel_not_found", CHANNEL},
        {"users.info", "{'user':'$'}", "user_not_found", USER},
        {"conversations.open", "{'users':'$'}", "user_not_found", USER},
        {"chat.postMessage", "{'channel':'$','text':'x'}", "channel_not_found", USER},
        {"views.publish", "{'user_id':'$','view':{'type':'home','blocks':[]}}", "invalid_arguments",
         USER},
        {"pins.add", "{'channel':'#','timestamp':'$'}", "message_not_found", TS},
        {"chat.delete", "{'channel':'#','ts':'$'}", "message_not_found", TS},
        {"chat.deleteScheduledMessage", "{'channel':'#','scheduled_message_id':'$'}",
         "invalid_scheduled_message_id", SCHEDULED},
        {"files.info", "{'file':'$'}", "file_not_found", FILE_ID},
        {"views.update", "{'view_id':'$','view':" MODAL "}", "not_found", VIEW},
        {"views.open", "{'trigger_id':'$','view':" MODAL "}", "invalid_trigger_id", TRIGGER},
        {"functions.completeError", "{'function_execution_id':'$','error':'x'}",
         "function_execution_not_found", STEP},
    };
    for (size_t owner = 0; owner < TEAMS; owner++) {
        const char *ids[THINGS];
        make_things(owner, ids);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            for (size_t n = 1; n <= TEAMS; n++) { /* the owner comes last */
                const size_t caller = (owner + n) % TEAMS;
                const bool own = caller == owner;
                const char *body = with(rows[i].body, '#', general_of(caller));
                const char *want = own || (caller >= 2 && owner >= 2) ? "" : rows[i].error;
                if (!own && !*want) continue; /* its organization's token */
                const char *got =
                    error_in(caller, rows[i].method, with(body, '$', ids[rows[i].thing]));
                if (strcmp(got, want) != 0)
                    fail_msg("%s of %d by %d: %s", rows[i].method, (int)owner, (int)caller, got);
            }
    }
}

TEAMS_TEST(an_org_wide_token_names_a_workspace)
{
    static const struct {
        size_t caller;
        const char *method, *body, *error, *list, *first;
    } rows[] = {
        {2, "users.list", "{}", "missing_argument", NULL, NULL},
        {2, "conversations.list", "{}", "missing_argument", NULL, NULL},
        {2, "users.conversations", "{}", "missing_argument", NULL, NULL},
        {2, "conversations.create", "{'name':'x'}", "missing_argument", NULL, NULL},
        {2, "users.list", "{'team_id':'T0SIM00003'}", "", "/members/0/id", "U0ANN00003"},
        {2, "users.list", "{'team_id':'T0SIM00004'}", "", "/members/3/id", "U0BOTORG01"},
        {2, "conversations.list", "{'team_id':'T0SIM00004'}", "", "/channels/0/id", "C0GENERAL4"},
        {2, "users.list", "{'team_id':'T0SIM00001'}", "team_access_not_granted", NULL, NULL},
        {2, "users.list", "{'team_id':'T'}", "team_access_not_granted", NULL, NULL},
        {2, "chat.postMessage", "{'channel':'C0GENERAL4','text':'x'}", "", "/message/team",
         "T0SIM00004"},
        {2, "auth.teams.list", "{}", "", "/teams/1/id", "T0SIM00004"},
        {1, "auth.teams.list", "{}", "", "/teams/0/name", "Simulated Workspace 2"},
        /* The token of a workspace ignores it. */
        {1, "users.list", "{'team_id':'T0SIM00004'}", "", "/members/0/id", "U0ANN00002"},
        {1, "users.list", "{}", "", "/members/3/id", "U0BOT00002"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(error_in(rows[i].caller, rows[i].method, rows[i].body), rows[i].error);
        if (rows[i].list)
            assert_member(sim_peer_api(&peer, rows[i].method, rows[i].body), rows[i].list,
                          rows[i].first);
    }
}

TEAMS_TEST(a_rate_limit_is_of_one_workspace)
{
    static const int status[] = {200, 429};
    for (size_t i = 0; i < TEAMS; i++) {
        team_at(i)->rate_limits->limits = SIM_LIMITS_DISTRIBUTED;
        peer.token = sim_peer_bot_token(&peer, i);
        for (size_t j = 0; j < 2; j++) {
            sim_peer_api(&peer, "conversations.history",
                         with("{'channel':'$'}", '$', general_of(i)));
            assert_int_equal(peer.status, status[j]);
        }
    }
}

/* URLs take no token: their paths name the workspace. */
TEAMS_TEST(a_url_is_for_one_workspace)
{
    for (size_t i = 0; i < TEAMS; i++) {
        sim_workspace_t *workspace = team_at(i)->workspace;
        sim_json_builder_t json = {peer.arena, 0};
        sim_key_t *key = sim_key_new(&workspace->keys, SIM_KEY_RESPONSE_URL);
        key->user = &workspace->users.list[0];
        key->channel = &workspace->channels.list[0];
        const char *urls[] = {sim_webhook_url(&json, team_at(i), key->channel),
                              sim_webhook_url(&json, team_at(i), NULL),
                              slack__arena_printf(peer.arena, "/actions/%s", key->text)};
        for (size_t j = 0; j < 3; j++) {
            const sim_peer_request_t post = {"POST", urls[j], NULL, "application/json",
                                             "{'text':'x','response_type':'in_channel'}"};
            sim_peer_call(&peer, &post);
            assert_int_equal(peer.status, 200);
        }
        assert_int_equal(workspace->messages.count, 2);
        sim_file_t *file = sim_file_new(&workspace->files, "f", 1);
        const char *upload = slack__arena_printf(peer.arena, "/upload/v1/%s", file->key);
        sim_peer_call(&peer, &(sim_peer_request_t){"POST", upload, NULL, "text/plain", "1"});
        assert_true(file->uploaded);
        file->completed = true;
        const char *url =
            slack_json_str(sim_file_json(&json, file, peer.sim->env.base_url), "/url_private");
        for (size_t j = 0; j < TEAMS; j++) { /* Slack's login page is no JSON */
            const sim_peer_request_t get = {"GET", url, sim_peer_bot_token(&peer, j), NULL, NULL};
            assert_true((sim_peer_call(&peer, &get) != NULL) == (i == j || (i >= 2 && j >= 2)));
        }
    }
}

/* Nothing but the last step of an upload names a workspace. */
TEAMS_TEST(an_org_wide_token_shares_a_file)
{
    peer.token = sim_peer_bot_token(&peer, 3);
    const slack_json_t *upload =
        sim_peer_api(&peer, "files.getUploadURLExternal", "{'filename':'f','length':1}");
    sim_peer_call(&peer, &(sim_peer_request_t){"POST", slack_json_str(upload, "/upload_url"), NULL,
                                               "text/plain", "1"});
    const char *id = slack_json_str(upload, "/file_id");
    assert_error("files.completeUploadExternal",
                 with("{'files':[{'id':'$'}],'channels':'C0GENERAL4,C0RANDOM04'}", '$', id), "");
    sim_peer_pass_ms(&peer, 200);
    const sim_message_t *message = sim_message_newest(&team_at(3)->workspace->messages, NULL);
    assert_string_equal(message->channel->id, "C0RANDOM04");
    assert_member(message->body, "/files/0/id", id);
    assert_error("files.info", with("{'file':'$'}", '$', id), "");
    assert_string_equal(error_in(0, "files.info", with("{'file':'$'}", '$', id)), "file_not_found");
}

/* ---- deliveries ---- */

/* The tenant of a delivery, as the library reads it. */
TEAMS_TEST(a_delivery_names_its_workspace)
{
    static const struct {
        enum slack_kind kind;
        const char *act;
    } acts[] = {
        {SLACK_KIND_EVENT, "{'kind':'message','text':'x','workspace':'$'}"},
        {SLACK_KIND_EVENT, "{'kind':'open-assistant','workspace':'$'}"},
        {SLACK_KIND_EVENT, "{'kind':'event','event':{'type':'team_join'},'workspace':'$'}"},
        {SLACK_KIND_COMMAND, "{'kind':'command','command':'/x','workspace':'$'}"},
        {SLACK_KIND_SHORTCUT, "{'kind':'shortcut','callback_id':'x','workspace':'$'}"},
        {SLACK_KIND_VIEW_SUBMISSION, "{'kind':'submit','workspace':'$'}"},
    };
    sim_app_connect(&peer, &app);
    for (size_t i = 0; i < TEAMS; i++) {
        const sim_team_t *team = team_at(i)->team;
        const char *ids[THINGS];
        make_things(i, ids);
        sim_app_next(&app); /* of the bot's message */
        for (size_t j = 0; j < sizeof acts / sizeof *acts; j++) {
            slack_tenant_t tenant;
            /* By its id, and by its domain. */
            sim_peer_send(&peer, with(acts[j].act, '$', j % 2 ? team->id : team->domain), &outcome);
            const slack_json_t *envelope = sim_app_next(&app);
            const slack_json_t *payload = slack_json_get(envelope, "/payload");
            sim_app_ack(&app, envelope, NULL);
            assert_sent(true);
            slack__tenant_of(acts[j].kind, payload, "", NULL, &tenant);
            assert_string_equal(tenant.team_id, team->id);
            assert_string_equal(tenant.enterprise_id, i >= 2 ? "E0SIM00001" : "");
            assert_true(tenant.is_enterprise_install == (i >= 2));
            if (acts[j].kind != SLACK_KIND_EVENT) continue;
            assert_member(payload, "/team_id", team->id);
            assert_member(payload, "/context_team_id", team->id);
            assert_member(payload, "/authorizations/0/user_id", team->bot->id);
        }
    }
    sim_app_close(&app);
}

TEST_CASE(nothing_is_sent_without_the_app, open_empty, sim_case_close, NULL)
{
    sim_app_connect(&peer, &app);
    const unsigned before = app.count;
    sim_peer_send(&peer, "{'kind':'message','text':'x','workspace':'simulated2'}", &outcome);
    assert_sent(true);
    assert_string_equal(
        sim_case_refused("{'kind':'command','command':'/x','workspace':'simulated2'}"),
        "the app is not installed in simulated2: slackapp sim install --workspace simulated2 "
        "installs it");
    static const char *const unknown[] = {"'T9'", "''", "2", "['simulated2']", "null"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_string_equal(
            sim_case_refused(with("{'kind':'message','text':'x','workspace':$}", '$', unknown[i])),
            "there is no such workspace: slackapp sim status names them");
    assert_member(sim_peer_control(&peer, "/sim/messages?workspace=T9", NULL), "/error",
                  "there is no such workspace: slackapp sim status names them");
    peer.token = "xoxb-simulated-bot-token-2";
    assert_error("auth.test", "{}", "invalid_auth");
    peer.token = "xoxb-simulated-bot-token-org";
    assert_error("auth.test", "{}", "invalid_auth");
    assert_int_equal(app.count, before);
    assert_string_equal(
        sim_peer_transcript(&peer),
        "simulated2  #general  ann: x\nsimulated2  #general  ann runs /x -> not sent\n");
    sim_app_close(&app);
}

TEST(numbers_of_workspaces_are_checked)
{
    static const struct {
        unsigned workspaces, organization;
        const char *problem;
    } rows[] = {
        {21, 0, "there are from 1 to 20 workspaces"},
        {2, 3, "an organization has at most as many workspaces as there are"},
    };
    world_t world;
    char problem[SIM_PROBLEM_SIZE];
    assert_true(world_open(&world));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const sim_options_t options = {.workspaces = rows[i].workspaces,
                                       .organization = rows[i].organization};
        sim_t *sim;
        assert_int_equal(sim_open(&sim, world.net, &options, problem), SLACK_EINVAL);
        assert_string_equal(problem, rows[i].problem);
    }
    world_close(&world);
}
