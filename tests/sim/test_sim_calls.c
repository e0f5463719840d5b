/* SPDX-License-Identifier: MIT */
#include "support/sim_bot.h"
#include "support/test.h"

/* Faults of a method's calls: what the app's client makes of them, and the messages that stand in
 * the channel afterwards. */

static sim_bot_t bot;
static unsigned ended;
static int status;

static void on_answer(const slack_response_t *response, void *user_data)
{
    ended++;
    status = slack_response_status(response);
}

static bool has_ended(const sim_bot_t *b, unsigned n)
{
    return ended > n;
}

/* Returns how long it took. */
static uint64_t call(slack_request_t request, bool repeat)
{
    slack_client_t *client = slack_client_new(bot.app, SIM_PEER_BOT_TOKEN);
    const unsigned before = ended;
    slack_client_repeat(client, repeat);
    assert_int_equal(slack_call(client, request, on_answer, NULL), 0);
    const uint64_t took_ms = sim_bot_pass_until(&bot, has_ended, before, 600000);
    slack_client_free(client);
    return took_ms;
}

#define BOT_TEST(function)                                                                         \
    TEST_AROUND(function, sim_bot_open(&bot, "socket", 1, NULL), sim_bot_close(&bot))

BOT_TEST(a_message_whose_answer_is_lost_stands_once_or_twice)
{
    static const struct {
        const char *fault;
        int status;              /* without slack_client_repeat() */
        unsigned once, repeated; /* the messages that stand, without it and with it */
        uint64_t least_ms;       /* that the call takes */
    } cases[] = {
        {"api-lost chat.postMessage", SLACK_ECLOSED, 0, 1, 0},
        {"api-cut chat.postMessage", SLACK_ECLOSED, 1, 2, 0},
        {"api-status chat.postMessage 503", SLACK_EHTTP, 0, 1, 0},
        {"api-done-status chat.postMessage 503", SLACK_EHTTP, 1, 2, 0},
        {"api-slow chat.postMessage 25000", 0, 1, 1, 25000},
        {"api-slow chat.postMessage", 0, 1, 1, 5000},
    };
    const char *read = "{'channel':'C0GENERAL1'}";
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const bool repeat = i % 2;
        const slack_json_t *now = sim_peer_api(&bot.peer, "conversations.history", read);
        const size_t before = slack_json_count(now, "/messages");
        sim_bot_fault(&bot, cases[i / 2].fault, 0, 0);
        const uint64_t took_ms =
            call(slack_chat_postMessage(.channel = "C0GENERAL1", .text = "x"), repeat);
        assert_true(took_ms >= cases[i / 2].least_ms);
        now = sim_peer_api(&bot.peer, "conversations.history", read);
        const size_t stand = slack_json_count(now, "/messages") - before;
        if (status != (repeat ? 0 : cases[i / 2].status) ||
            stand != (repeat ? cases[i / 2].repeated : cases[i / 2].once))
            fail_msg("%s, repeat %d: %s, %zu messages", cases[i / 2].fault, repeat,
                     slack_strerror(status), stand);
    }
}

BOT_TEST(a_missing_scope_is_named)
{
    static const struct {
        const char *method, *needed;
        bool provided; /* of the needed scopes the token has none */
    } cases[] = {
        {"chat.postMessage", "chat:write", true},
        {"conversations.list", "channels:read,groups:read,im:read,mpim:read", true},
        {"conversations.create", "channels:manage,channels:write,groups:write,im:write,mpim:write",
         true},
        {"users.setPhoto", "users.profile:write", true},
        {"auth.test", "", false},
        {"no.such", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sim_peer_fault(&bot.peer, "api-error * missing_scope");
        const slack_json_t *answer = sim_peer_api(&bot.peer, cases[i].method, "{}");
        const char *provided = slack_json_str(answer, "/provided");
        assert_string_equal(slack_json_str(answer, "/error"), "missing_scope");
        assert_string_equal(slack_json_str(answer, "/needed"), cases[i].needed);
        assert_true((strstr(provided, "users:read") != NULL) == cases[i].provided);
        assert_true(!strstr(provided, "chat:write") == (i == 0 || !cases[i].provided));
    }
}

BOT_TEST(a_history_that_lags_shows_a_message_later)
{
    const slack_json_t *head =
        sim_peer_api(&bot.peer, "chat.postMessage", "{'channel':'C0GENERAL1','text':'a'}");
    const char *ts = slack_json_str(head, "/ts");
    const char *replies =
        slack__arena_printf(bot.peer.arena, "{'channel':'C0GENERAL1','ts':'%s'}", ts);
    static const struct {
        uint64_t pass_ms;
        size_t history, replies; /* the messages that show */
    } cases[] = {{0, 0, 0}, {999, 0, 0}, {1, 1, 1}, {0, 1, 1}, {999, 1, 1}, {1, 1, 2}};
    sim_peer_fault(&bot.peer, "history-lag");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sim_bot_pass(&bot, cases[i].pass_ms);
        if (i == 3)
            sim_peer_api(&bot.peer, "chat.postMessage",
                         slack__arena_printf(bot.peer.arena,
                                             "{'channel':'C0GENERAL1','text':'b',"
                                             "'thread_ts':'%s'}",
                                             ts));
        const slack_json_t *history =
            sim_peer_api(&bot.peer, "conversations.history", "{'channel':'C0GENERAL1'}");
        const slack_json_t *thread = sim_peer_api(&bot.peer, "conversations.replies", replies);
        assert_int_equal(slack_json_count(history, "/messages"), cases[i].history);
        assert_int_equal(slack_json_count(thread, "/messages"), cases[i].replies);
        /* The head counts the replies that show. */
        assert_int_equal(slack_json_int(history, "/messages/0/reply_count"),
                         cases[i].replies > 1 ? 1 : 0);
    }
    sim_bot_clear(&bot);
    assert_true(slack_json_bool(sim_peer_api(&bot.peer, "conversations.replies", replies), "/ok"));
}
