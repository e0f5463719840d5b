/* SPDX-License-Identifier: MIT */
/* Authorized and refused deliveries get the same acks over HTTP and Socket Mode. */

#include "support/heap.h"
#include "support/test.h"
#include "support/wires.h"

static wires_t w;
static slack_authorize_t asked; /* the last request; its id is 0 once it is answered */

/* ---- the app ---- */

static const slack_authorization_t granted = {
    .bot_token = "xoxb-granted", .bot_id = "B1", .bot_user_id = "UBOT"};

/* T0NOW gets a token at once, T0LATER later; T0AWAY's lookup fails; any other tenant is refused. */
static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    asked = request;
    if (strcmp(tenant->team_id, "T0NOW") == 0) return slack_authorize_grant(request, &granted);
    if (strcmp(tenant->team_id, "T0LATER") == 0) return 0;
    if (strcmp(tenant->team_id, "T0AWAY") == 0) return SLACK_EIO;
    return slack_authorize_refuse(request, "not installed");
}

static int answer_command(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_json(ctx, slack_jsonf(ctx, "{text: %s}", slack_ctx_bot_user(ctx)));
}

static int ack_empty(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack(ctx);
}

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "hi");
}

static int open_app(void **state)
{
    const slack_authorizer_t how = {.fn = look_up, .refusal = "Install me."};
    unsetenv("SLACK_BOT_TOKEN");
    wires_open(&w, &(slack_options_t){.bot_token = ""});
    assert_int_equal(slack_app_authorize(w.app, &how), 0);
    assert_int_equal(slack_on_command(w.app, "/x", answer_command, NULL), 0);
    assert_int_equal(slack_on_action(w.app, "a", ack_empty, NULL), 0);
    assert_int_equal(slack_on_message(w.app, NULL, say, NULL), 0);
    wires_ready(&w);
    return 0;
}

/* ---- the two wires ---- */

/* If `later`, waits for the request and answers it. */
static void answer_later(bool later)
{
    if (!later) return;
    world_until(&w.world, asked.id != 0);
    assert_int_equal(slack_authorize_grant(asked, &granted), 0);
}

static const http_reply_t *over_http(enum slack_kind kind, const char *json, bool later)
{
    asked.id = 0;
    int number = wires_post_begin(&w, kind, json);
    answer_later(later);
    return wires_reply(&w, number);
}

static const char *over_socket(enum slack_kind kind, const char *json, bool later)
{
    asked.id = 0;
    wires_send_begin(&w, kind, json, kind == SLACK_KIND_COMMAND);
    answer_later(later);
    return wires_frame(&w);
}

#define COMMAND(team) "{'command':'/x','team_id':'" team "','user_id':'U1'}"
#define ACTION(team)                                                                               \
    "{'type':'block_actions','team':{'id':'" team                                                  \
    "'},'user':{'id':'U1'},'actions':[{'action_id':'a'}]}"
#define EVENT(team, id)                                                                            \
    "{'type':'event_callback','event_id':'" id "','team_id':'" team                                \
    "','event':{'type':'message','user':'U1','channel':'C1','text':'x'}}"

TEST_CASE(told_alike, open_app, wires_teardown, &w)
{
    static const struct {
        enum slack_kind kind;
        const char *over_http, *over_socket;
        int status;
        const char *body; /* "" for no body */
        bool later;
    } rows[] = {
        {SLACK_KIND_COMMAND, COMMAND("T0NOW"), COMMAND("T0NOW"), 200, "{\"text\":\"UBOT\"}", false},
        {SLACK_KIND_COMMAND, COMMAND("T0LATER"), NULL, 200, "{\"text\":\"UBOT\"}", true},
        {SLACK_KIND_COMMAND, NULL, COMMAND("T0LATER"), 200, "{\"text\":\"UBOT\"}", true},
        {SLACK_KIND_COMMAND, COMMAND("T0NEW"), COMMAND("T0NEW"), 200,
         "{\"response_type\":\"ephemeral\",\"text\":\"Install me.\"}", false},
        {SLACK_KIND_COMMAND, COMMAND("T0AWAY"), COMMAND("T0AWAY"), 200,
         "{\"response_type\":\"ephemeral\",\"text\":\"The app could not do that. Please try again "
         "later.\"}",
         false},
        {SLACK_KIND_ACTION, ACTION("T0NOW"), ACTION("T0NOW"), 200, "", false},
        {SLACK_KIND_ACTION, ACTION("T0NEW"), ACTION("T0NEW"), 200, "", false},
        {SLACK_KIND_EVENT, EVENT("T0NEW", "Ev1"), EVENT("T0NEW", "Ev2"), 200, "", false},
        {SLACK_KIND_EVENT, EVENT("T0AWAY", "Ev3"), EVENT("T0AWAY", "Ev4"), 200, "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        slack_app_forget(w.app, NULL);
        if (rows[i].over_http) {
            const http_reply_t *reply = over_http(rows[i].kind, rows[i].over_http, rows[i].later);
            assert_int_equal(reply->status, rows[i].status);
            assert_string_equal(reply->body, rows[i].body);
        }
        slack_app_forget(w.app, NULL);
        if (rows[i].over_socket) {
            const char *ack = over_socket(rows[i].kind, rows[i].over_socket, rows[i].later);
            if (*rows[i].body)
                assert_non_null(strstr(ack, rows[i].body));
            else
                assert_null(strstr(ack, "payload"));
        }
    }
    assert_int_equal(fake_slack_count(w.slack), 1); /* apps.connections.open */
}

TEST_CASE(said_with_the_tenants_token, open_app, wires_teardown, &w)
{
    const size_t before = fake_slack_count(w.slack);
    assert_int_equal(over_http(SLACK_KIND_EVENT, EVENT("T0NOW", "Ev1"), false)->status, 200);
    over_socket(SLACK_KIND_EVENT, EVENT("T0NOW", "Ev2"), false);
    world_until(&w.world, fake_slack_count(w.slack) >= before + 2);
    for (size_t i = before; i < before + 2; i++) {
        assert_string_equal(fake_slack_call(w.slack, i)->method, "chat.postMessage");
        assert_string_equal(fake_slack_call(w.slack, i)->token, "xoxb-granted");
    }
}
