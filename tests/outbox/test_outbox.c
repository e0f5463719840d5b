/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

#include "app/inspect.h"
#include "support/outbox.h"
#include "support/postgres.h"
#include "support/store_file.h"
#include "support/test.h"

#include "util/json.h"

/* Requests that handlers store, from the handler to Slack and back. */

static int post_rc;

/* Posts the text once for each letter of user_data, then ends as inbox_scripted() says. */
static int post(slack_ctx_t *ctx, void *user_data)
{
    const char *text = slack_json_str(slack_ctx_event(ctx), "/text");
    for (const char *letter = user_data; *letter; letter++) {
        char message[64];
        snprintf(message, sizeof message, "%s %c", text, *letter);
        post_rc = slack_post(
            ctx, slack_chat_postMessage(.channel = slack_ctx_channel(ctx), .text = message));
    }
    return inbox_scripted(ctx, NULL);
}

EACH_STORE(test_a_request_is_sent_once)
{
    slack_on_message(inbox.f.app, NULL, post, "xy");
    inbox.outcomes[0] = SLACK_EIO; /* the handler fails, and runs again */
    app_ready(&inbox.f);
    deliver("Ev1", "hello");
    until_calls("PP");
    pass(2);
    assert_int_equal(inbox.runs, 2);
    assert_int_equal(post_rc, 0);
    assert_string_equal(calls(), "PP");
    assert_string_equal(call_arg(0, "/text"), "hello x");
    assert_string_equal(call_arg(1, "/text"), "hello y");
    const slack_counters_t *counters = slack__inspect_counters(inbox.f.app);
    assert_int_equal(counters->posts_stored, 2);
    assert_int_equal(counters->posts, 2);
    assert_int_equal(counters->post_looks, 0);
    deliver("Ev2", "again"); /* another delivery has its own keys */
    until_calls("PPPP");
}

/* The second attempt takes another way, except for the last request. */
static int post_elsewhere(slack_ctx_t *ctx, void *user_data)
{
    const bool again = slack_ctx_attempt(ctx) > 1;
    slack_post(ctx, slack_chat_postMessage(.channel = again ? "C2" : "C1", .text = "a"));
    slack_post(ctx, slack_chat_postMessage(.channel = "C3", .text = "b",
                                           .thread_ts = again ? "1.1" : NULL));
    slack_post(ctx, slack_reactions_add(.channel = "C1", .name = again ? "x" : "eyes",
                                        .timestamp = "1.1"));
    slack_post(ctx, slack_chat_postMessage(.channel = "C1", .text = again ? "once" : "more"));
    return inbox_scripted(ctx, NULL);
}

EACH_STORE(test_another_request_under_the_same_number)
{
    unsigned posts = 0, reactions = 0;
    slack_on_message(inbox.f.app, NULL, post_elsewhere, NULL);
    inbox.outcomes[0] = SLACK_EIO;
    app_ready(&inbox.f);
    deliver("Ev1", "hello");
    pass(4);
    for (const char *letter = calls(); *letter; letter++) {
        posts += *letter == 'P';
        reactions += *letter == '+';
    }
    assert_int_equal(posts, 5);
    assert_int_equal(reactions, 2);
}

/* The answer of conversations.history, with the mark of the first call. */
static void answer_with_mark(void)
{
    char body[512];
    const slack_json_t *metadata = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *text = call_arg(0, "/metadata");
    assert_int_equal(slack__json_parse(arena, text, strlen(text), &metadata, NULL), 0);
    snprintf(body, sizeof body,
             "{'ok':true,'messages':[{'ts':'5.1','metadata':{'event_type':'%s','event_payload':"
             "{'mark':'%s'}}}]}",
             slack_json_str(metadata, "/event_type"),
             slack_json_str(metadata, "/event_payload/mark"));
    fake_slack_answer(inbox.f.slack, "conversations.history", 200, body);
    slack__arena_free(arena);
}

/* Each failure of a call, and what follows. */
static void test_failures(void **state)
{
    static const char there[] = "", none[] = "{'ok':true,'messages':[]}";
    static const char blind[] = "{'ok':false,'error':'missing_scope','needed':'groups:history'}";
    static const struct {
        int status;
        const char *answer, *history, *calls;
        bool dead;
        const char *again; /* the answer to the second request */
    } cases[] = {
        {500, "{}", there, "PH", false, NULL},                        /* it took effect … */
        {500, "{}", "{'ok':true,'messages':[]}", "PHP", false, NULL}, /* … and it did not */
        {200, "{'ok':false,'error':'internal_error'}", there, "PH", false, NULL},
        {200, "no JSON", there, "PH", false, NULL},
        {429, "{'ok':false,'error':'ratelimited'}", NULL, "PP", false, NULL},
        {200, "{'ok':false,'error':'channel_not_found'}", NULL, "P", true, NULL},
        {500, "{}", blind, "PHP", false, NULL}, /* it cannot look */
        {500, "{}", "{'ok':false,'error':'internal_error'}", "PHHP", false, NULL},
        {500, "{}", "{'ok':true}", "PHHP", false, NULL}, /* the answer tells nothing */
        {500, "{}", "{'ok':true,'messages':null}", "PHHP", false, NULL},
        {500, "{}", "{'ok':true,'messages':[],'response_metadata':{'next_cursor':'c'}}", "PHHHP",
         false, NULL}, /* the cursor is refused */
        /* A history that lags may have it later, so each further attempt looks. */
        {500, "{}", none, "PHPHP", false, "{'ok':false,'error':'ratelimited'}"},
        {500, "{}", none, "PHPHP", false, "{'ok':false,'error':'internal_error'}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inbox_on_sqlite(NULL);
        slack_on_message(inbox.f.app, NULL, post, "x");
        fake_slack_answer(inbox.f.slack, "chat.postMessage", cases[i].status, cases[i].answer);
        if (cases[i].again)
            fake_slack_answer(inbox.f.slack, "chat.postMessage", 200, cases[i].again);
        if (cases[i].history && cases[i].history != there)
            fake_slack_answer(inbox.f.slack, "conversations.history", 200, cases[i].history);
        if (cases[i].history && strstr(cases[i].history, "next_cursor"))
            fake_slack_answer(inbox.f.slack, "conversations.history", 200,
                              "{'ok':false,'error':'invalid_cursor'}");
        if (cases[i].history != there) /* to every further look */
            for (unsigned j = 0; j < 2; j++)
                fake_slack_answer(inbox.f.slack, "conversations.history", 200, none);
        app_ready(&inbox.f);
        deliver("Ev1", "hello");
        until_calls("P");
        if (cases[i].history == there) answer_with_mark();
        pass(4);
        if (strcmp(calls(), cases[i].calls) != 0)
            fail_msg("case %zu: %s in place of %s", i, calls(), cases[i].calls);
        assert_int_equal(slack__inspect_counters(inbox.f.app)->dead_letters, cases[i].dead);
        assert_int_equal(world_logged(&inbox.f.world, "event=\"dead letter\" kind=call"),
                         cases[i].dead);
        assert_int_equal(world_logged(&inbox.f.world, "needed=groups:history hint=\"add the scope"),
                         cases[i].history == blind);
        app_close(&inbox.f);
    }
}
TEST_ADD(test_failures, "test_failures", test_failures, NULL, NULL, NULL)

/* A request that waits holds the newer ones for its channel up, and no other. */
EACH_STORE(test_requests_stay_in_order)
{
    slack_on_message(inbox.f.app, NULL, post, "x");
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 500, "{}");
    fake_slack_answer(inbox.f.slack, "conversations.history", 200, "{'ok':true,'messages':[]}");
    app_ready(&inbox.f);
    deliver("Ev1", "first");
    until_calls("P");
    deliver("Ev2", "second");
    app_inject(&inbox.f,
               "{'event_id':'Ev3','event':{'type':'message','channel':'C2','user':'U1','text':"
               "'other'}}",
               &inbox.f.ack);
    until_calls("PP");
    assert_string_equal(call_arg(1, "/text"), "other x");
    pass(3);
    until_calls("PPHPP");
    assert_string_equal(call_arg(3, "/text"), "first x");
    assert_string_equal(call_arg(4, "/text"), "second x");
}

/* The process ends before the answer: the next one looks, and only then sends. */
INBOX_STORED(test_the_end_of_the_process)
{
    slack_on_message(inbox.f.app, NULL, post, "x");
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 0, "");
    app_ready(&inbox.f);
    deliver("Ev1", "hello");
    app_run_until_calls(&inbox.f, 1);
    inbox_end_at_once();
    inbox_open(store_file_url(), NULL);
    fake_slack_answer(inbox.f.slack, "conversations.history", 200, "{'ok':true,'messages':[]}");
    app_ready(&inbox.f);
    app_settle(&inbox.f);
    pass(3);
    assert_string_equal(calls(), "HP");
}

/* Makes the row that of a process that was killed during its first attempt. */
static void kill_owner(void)
{
    if (store_file_is_on_postgres()) {
        assert_string_equal(
            postgres_query("INSERT INTO slackapp.owners(id, lease_ms, closed) VALUES(999, 0, true);"
                           "UPDATE slackapp.inbox SET state = 1, owner = 999, attempt = 1,"
                           " done = NULL WHERE kind = 'call' RETURNING id > 0"),
            "t");
        return;
    }
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(store_file_path(), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO owners VALUES(999, 0);"
                                  "UPDATE inbox SET state = 1, owner = 999, attempt = 1,"
                                  " done = NULL WHERE kind = 'call'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_changes(db), 1);
    sqlite3_close(db);
}

INBOX_STORED(test_a_killed_process)
{
    slack_on_message(inbox.f.app, NULL, post, "x");
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 0, "");
    app_ready(&inbox.f);
    deliver("Ev1", "hello");
    app_run_until_calls(&inbox.f, 1);
    inbox_end_at_once();
    kill_owner();
    inbox_open(store_file_url(), NULL);
    fake_slack_answer(inbox.f.slack, "conversations.history", 200, "{'ok':true,'messages':[]}");
    app_ready(&inbox.f);
    slack__inspect_poll(inbox.f.app);
    app_settle(&inbox.f);
    assert_string_equal(calls(), ""); /* history may lag behind: the look waits */
    pass(3);
    assert_string_equal(calls(), "HP");
}

/* ---- results ---- */

static char result[128];

static int post_then(slack_ctx_t *ctx, void *user_data)
{
    const slack_post_options_t post = {
        .request = slack_chat_postMessage(.channel = "C1", .text = "a"), .then = "posted"};
    return slack_post_with(ctx, &post);
}

static int posted(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *body = slack_ctx_body(ctx);
    snprintf(result, sizeof result, "%s %s %s %s", slack_json_str(body, "/method"),
             slack_json_str(body, "/channel"), slack_json_str(body, "/ts"),
             slack_json_str(body, "/error"));
    inbox.runs++;
    return 0;
}

EACH_STORE(test_a_job_gets_the_result)
{
    slack_on_message(inbox.f.app, NULL, post_then, NULL);
    slack_on_job(inbox.f.app, "posted", posted, NULL);
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 200,
                      "{'ok':true,'channel':'C1','ts':'7.1'}");
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 200, "{'ok':false,'error':'is_archived'}");
    app_ready(&inbox.f);
    deliver("Ev1", "a");
    inbox_until_runs(1);
    assert_string_equal(result, "chat.postMessage C1 7.1 ");
    deliver("Ev2", "b");
    inbox_until_runs(2);
    assert_ptr_equal(strstr(result, "chat.postMessage   is_archived"), result);
    assert_int_equal(slack__inspect_counters(inbox.f.app)->dead_letters, 1);
}

static int post_to(slack_ctx_t *ctx, void *user_data)
{
    const slack_post_options_t post = {
        .request = slack_chat_postMessage(.channel = slack_json_str(slack_ctx_event(ctx), "/text"),
                                          .text = slack_json_str(slack_ctx_body(ctx), "/event_id")),
        .then = "posted"};
    return slack_post_with(ctx, &post);
}

/* The result of each message of C1 waits until the handler of the one before has ended, also if
 * Slack has refused it. Other channels do not wait. */
EACH_STORE(test_the_results_of_a_channel_come_in_order)
{
    static const char *const to[] = {"C1", "C1", "C2", "C1"};
    static const unsigned held[] = {2, 3, 4};
    slack_on_message(inbox.f.app, NULL, post_to, NULL);
    slack_on_job(inbox.f.app, "posted", inbox_hold, NULL);
    for (unsigned i = 0; i < 4; i++)
        fake_slack_answer(inbox.f.slack, "chat.postMessage", 200,
                          i == 1 ? "{'ok':false,'error':'is_archived'}"
                                 : "{'ok':true,'channel':'C1','ts':'7.1'}");
    app_ready(&inbox.f);
    for (unsigned i = 0; i < 4; i++) {
        const char id[] = {'E', 'v', (char)('1' + i), '\0'};
        app_ack_t ack = {0};
        inbox_deliver(id, to[i], &ack);
        app_run_until(&inbox.f, &ack.count);
        app_run_until_calls(&inbox.f, i + 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        inbox_until_held(held[i]);
        for (unsigned n = 0; n < 3; n++) {
            app_pass_ms(&inbox.f, 2000);
            slack__inspect_poll(inbox.f.app);
            world_until(&inbox.f.world, !slack__inspect_claims(inbox.f.app));
        }
        assert_int_equal(inbox.held_count, held[i]);
        /* the first of C1, and then each that has come since */
        slack_ctx_release(inbox.held[i == 0 ? 0 : held[i] - 1], 0);
    }
    slack_ctx_release(inbox.held[1], 0);
    app_settle(&inbox.f);
}

static slack_request_t refused[8];
static int refusals[8];

static int post_refused(slack_ctx_t *ctx, void *user_data)
{
    const char *const args[] = {"{\"channel\":1}", "{\"channel\":1,\"text\":1,\"text\":2}", "[]"};
    for (size_t i = 0; i < 3; i++)
        refused[5 + i] =
            slack_request("chat.postMessage", slack_json_parse(ctx, args[i], strlen(args[i])));
    for (size_t i = 0; i < 8; i++)
        refusals[i] = slack_post(ctx, refused[i]);
    slack_post_options_t twice = {
        .request = slack_reactions_add(.channel = "C1", .name = "eyes", .timestamp = "1.1"),
        .key = ""};
    assert_int_equal(slack_post_with(ctx, NULL), SLACK_EINVAL);
    assert_int_equal(slack_post_with(ctx, &twice), SLACK_EINVAL);
    twice.key = "mine";
    assert_int_equal(slack_post_with(ctx, &twice), 0);
    assert_int_equal(slack_post_with(ctx, &twice), 0);
    inbox.runs++;
    return 0;
}

EACH_STORE(test_what_cannot_be_stored)
{
    refused[0] = slack_chat_postEphemeral(.channel = "C1", .user = "U1", .text = "a");
    refused[1] = slack_users_info(.user = "U1");
    refused[2] = slack_request("no.method", NULL);
    refused[3] = slack_chat_postMessage(.text = "without a channel");
    refused[4] = (slack_request_t){0};
    slack_on_message(inbox.f.app, NULL, post_refused, NULL);
    app_ready(&inbox.f);
    deliver("Ev1", "hello");
    inbox_until_runs(1);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(refusals[i], SLACK_EINVAL);
    assert_int_equal(
        world_logged(&inbox.f.world, "slack_post: the request was not stored: it names no method"),
        1);
    until_calls("+");
    pass(1);
    assert_string_equal(calls(), "+");
}
