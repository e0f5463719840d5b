/* SPDX-License-Identifier: MIT */
/* A distributed app gets the same tokens over HTTP and Socket Mode. */

#include "app/inspect.h"
#include "support/installs.h"
#include "support/wires.h"

static wires_t w;

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "hi");
}

static int answer(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "%s", slack_ctx_bot_user(ctx));
}

static int open_app(void **state)
{
    arena_open(state);
    unsetenv("SLACK_BOT_TOKEN");
    wires_open(&w, &(slack_options_t){.bot_token = "",
                                      .client_id = "1.2",
                                      .client_secret = "secret",
                                      .scopes = "chat:write"});
    assert_int_equal(slack_on_message(w.app, NULL, say, NULL), 0);
    assert_int_equal(slack_on_command(w.app, "/x", answer, NULL), 0);
    wires_ready(&w);
    installs_in(&w.world, slack__inspect_store(w.app), NULL);
    for (int i = 1; i < 3; i++) {
        const char *const tokens[] = {"", "xoxb-1", "xoxb-2"}, *const teams[] = {"", "T1", "T2"};
        slack_install_record_t record = installs_record("", teams[i], "", tokens[i]);
        record.about.bot_user_id = teams[i];
        assert_int_equal(installs_put(&record, ""), 0);
    }
    return 0;
}

static int close_app(void **state)
{
    wires_teardown(state);
    return arena_close(state);
}

#define EVENT(team, id)                                                                            \
    "{'type':'event_callback','event_id':'" id "','team_id':'" team                                \
    "','event':{'type':'message','user':'U1','channel':'C1','text':'x'}}"
#define COMMAND(team) "{'command':'/x','team_id':'" team "','user_id':'U1'}"

/* The token of the call that answers the event that was delivered. */
static const char *token_of_answer(void)
{
    wires_settle(&w);
    const size_t calls = fake_slack_count(w.slack);
    return calls ? fake_slack_call(w.slack, calls - 1)->token : "";
}

TEST_CASE(each_workspace_has_its_token, open_app, close_app, &w)
{
    wires_post(&w, SLACK_KIND_EVENT, EVENT("T1", "Ev1"), "");
    assert_string_equal(token_of_answer(), "xoxb-1");
    wires_send(&w, SLACK_KIND_EVENT, EVENT("T2", "Ev2"), false);
    assert_string_equal(token_of_answer(), "xoxb-2");
    assert_non_null(strstr(wires_post(&w, SLACK_KIND_COMMAND, COMMAND("T2"), "")->body, "T2"));
    assert_non_null(strstr(wires_send(&w, SLACK_KIND_COMMAND, COMMAND("T1"), true), "T1"));
    const char *refusal = "This app is not installed here";
    assert_non_null(strstr(wires_post(&w, SLACK_KIND_COMMAND, COMMAND("T3"), "")->body, refusal));
    assert_non_null(strstr(wires_send(&w, SLACK_KIND_COMMAND, COMMAND("T3"), true), refusal));
}
