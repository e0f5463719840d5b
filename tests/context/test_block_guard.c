/* SPDX-License-Identifier: MIT */
/* Blocks that Slack would refuse stay with the program (SLACK_CHECK_BLOCKS), whichever function
 * would send them. */
#include <slack/api/chat.h>

#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/json.h"
#include "webapi/block_guard.h"

static app_fixture_t f;

#define J(text)   slack_jsonf(ctx, text)
#define CLIENT    slack_ctx_client(ctx)
#define EMPTY     "{type: 'section', text: {type: 'mrkdwn', text: ''}}"
#define MESSAGE   "{channel: 1, ts: 1, text: 'x', blocks: [" EMPTY "]}"
#define MODAL     "{type: 'modal', title: {type: 'plain_text', text: 'x'}, blocks: [" EMPTY "]}"
#define SAYS(at)  "was not called: " at "blocks[0].text: 0 characters, at least 1: correct it"
#define ACKED(at) "was not acked: " at "blocks[0].text: 0 characters, at least 1: correct it"

enum { ON_LOOP = 1, ON_WORKER = 2, ON_BOTH = 3 };

/* X(number, threads, call, what the reason says) */
#define SENDERS(X)                                                                                 \
    X(1, ON_BOTH, slack_say_json(ctx, J(MESSAGE)), "chat.postMessage " SAYS(""))                   \
    X(2, ON_BOTH, slack_update(ctx, "1.2", J(MESSAGE)), "chat.update " SAYS(""))                   \
    X(3, ON_BOTH, slack_respond_json(ctx, J(MESSAGE)), "response_url " SAYS(""))                   \
    X(4, ON_BOTH, slack_ack_json(ctx, J(MESSAGE)), ACKED(""))                                      \
    X(5, ON_BOTH, slack_view_open(ctx, J(MODAL)), "views.open " SAYS("view."))                     \
    X(6, ON_BOTH, slack_view_publish(ctx, "U1", NULL, J(MODAL)), "views.publish " SAYS("view."))   \
    X(7, ON_LOOP,                                                                                  \
      slack_call(CLIENT,                                                                           \
                 slack_chat_update(.channel = "C1", .ts = "1.2", .blocks = J("[" EMPTY "]")),      \
                 NULL, NULL),                                                                      \
      "chat.update " SAYS(""))                                                                     \
    X(8, ON_LOOP, slack_callf(CLIENT, "chat.update", NULL, NULL, MESSAGE),                         \
      "chat.update " SAYS(""))                                                                     \
    X(9, ON_BOTH, slack_call_then(ctx, slack_request("chat.update", J(MESSAGE)), NULL, NULL),      \
      "chat.update " SAYS(""))                                                                     \
    X(10, ON_BOTH,                                                                                 \
      slack_call_thenf(ctx, "chat.update", NULL, NULL,                                             \
                       "{channel: 1, ts: 1, attachments: [{}, %p]}", (const void *)J(MESSAGE)),    \
      "chat.update " SAYS("attachments[1]."))                                                      \
    X(11, ON_BOTH,                                                                                 \
      slack_call_thenf(ctx, "chat.update", NULL, NULL, "{channel: 1, ts: 1, blocks: %s}",          \
                       slack_json_text(ctx, J("[" EMPTY "]"))),                                    \
      "chat.update " SAYS(""))                                                                     \
    X(13, ON_BOTH, slack_stream_stop(slack_stream(ctx, NULL), J("[" EMPTY "]"), NULL),             \
      "chat.stopStream " SAYS(""))                                                                 \
    X(14, ON_BOTH,                                                                                 \
      slack_stream_chunkf(slack_stream(ctx, NULL), "{type: 'blocks', blocks: %p}",                 \
                          (const void *)J("[" EMPTY "]")),                                         \
      "chat.appendStream " SAYS("chunks[0]."))                                                     \
    X(15, ON_BOTH,                                                                                 \
      slack_upload_then(ctx, &(slack_upload_t){.blocks = J("[" EMPTY "]")}, NULL, NULL),           \
      "files.completeUploadExternal " SAYS(""))                                                    \
    X(16, ON_BOTH, slack_webhook_then(ctx, "https://hooks.slack.com/x", J(MESSAGE), NULL, NULL),   \
      "the webhook " SAYS(""))                                                                     \
    X(17, ON_LOOP, slack_webhook(CLIENT, "https://hooks.slack.com/x", J(MESSAGE), NULL, NULL),     \
      "webhook " SAYS(""))                                                                         \
    X(18, ON_LOOP,                                                                                 \
      slack_upload(CLIENT, &(slack_upload_t){.blocks = J("[" EMPTY "]")}, NULL, NULL),             \
      "slack_upload " SAYS(""))                                                                    \
    X(19, ON_BOTH,                                                                                 \
      slack_call_thenf(ctx, "chat.unfurl", NULL, NULL, "{unfurls: {'http://x/': %p}}",             \
                       (const void *)J(MESSAGE)),                                                  \
      "chat.unfurl " SAYS("unfurls.http://x/."))                                                   \
    X(20, ON_BOTH,                                                                                 \
      slack_call_thenf(ctx, "chat.unfurl", NULL, NULL, "{user_auth_blocks: [" EMPTY "]}"),         \
      "chat.unfurl was not called: user_auth_blocks[0].text: 0 characters, at least 1")            \
    X(21, ON_BOTH,                                                                                 \
      slack_call_thenf(ctx, "chat.unfurl", NULL, NULL, "{unfurls: %s}",                            \
                       "{\"u\":{\"blocks\":[7]}}"),                                                \
      "unfurls.u.blocks[0]: a number, must be an object")                                          \
    X(22, ON_BOTH,                                                                                 \
      slack_call_thenf(ctx, "slackLists.create", NULL, NULL,                                       \
                       "{name: 'x', description_blocks: [" EMPTY "]}"),                            \
      "slackLists.create was not called: description_blocks[0].text: 0 characters, at least 1")    \
    X(23, ON_BOTH,                                                                                 \
      slack_stream_chunkf(slack_stream(ctx, NULL),                                                 \
                          "{type: 'task_update', id: '1', title: 'x', status: 'done'}"),           \
      "chat.appendStream was not called: chunks[0].status: \"done\", must be one of: pending ")    \
    X(24, ON_BOTH, slack_view_open(ctx, J("{type: 'home', blocks: []}")),                          \
      "views.open was not called: view.type: \"home\", must be modal")                             \
    X(25, ON_BOTH,                                                                                 \
      slack_view_publish(                                                                          \
          ctx, "U1", NULL,                                                                         \
          J("{type: 'modal', title: {type: 'plain_text', text: 'x'}, blocks: []}")),               \
      "views.publish was not called: view.type: \"modal\", must be home")                          \
    X(26, ON_BOTH, slack_view_push(ctx, J("{type: 'home', blocks: []}")),                          \
      "views.push was not called: view.type: \"home\", must be modal")                             \
    X(12, ON_WORKER, slack_call_wait(ctx, slack_request("chat.update", J(MESSAGE)), NULL),         \
      "chat.update " SAYS(""))

#define X(number, threads, call, says)                                                             \
    static int sender_##number(slack_ctx_t *ctx, void *user_data)                                  \
    {                                                                                              \
        const int rc = call;                                                                       \
        if (rc == SLACK_EINVAL) slack_ack(ctx);                                                    \
        return rc;                                                                                 \
    }
SENDERS(X)
#undef X

static const struct {
    slack_handler_fn fn;
    unsigned threads;
    const char *says;
} senders[] = {
#define X(number, threads, call, says) {sender_##number, threads, says},
    SENDERS(X)
#undef X
};

/* The calls with blocks, so without the apology of a command that failed. */
static size_t calls_with_blocks(void)
{
    size_t n = 0;
    for (size_t i = 0; i < fake_slack_count(f.slack); i++) {
        const slack_json_t *args = fake_slack_call(f.slack, i)->args;
        n += slack_json_get(args, "/blocks") || slack_json_get(args, "/view");
    }
    return n;
}

/* Lets a command reach the handler. Returns the number of calls with blocks. */
static size_t run(slack_handler_fn fn, enum slack_run where, enum slack_check_blocks mode)
{
    app_ack_t ack = {0};
    app_open(&f, &(slack_options_t){.check_blocks = mode, .store = "memory:"});
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                                             .match = "/x",
                                                             .name = "x",
                                                             .run = where,
                                                             .fn = fn}),
                     0);
    app_ready(&f);
    char body[256];
    snprintf(body, sizeof body,
             "{'command':'/x','user_id':'U1','channel_id':'C1','trigger_id':'1.2',"
             "'response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    app_inject(&f, body, &ack);
    app_run_until(&f, &ack.count);
    app_run_until_idle(&f);
    return calls_with_blocks();
}

TEST(nothing_is_sent_and_the_sentence_says_why)
{
    for (size_t i = 0; i < sizeof senders / sizeof *senders; i++)
        for (unsigned where = ON_LOOP; where <= ON_WORKER; where++) {
            if (!(senders[i].threads & where)) continue;
            assert_int_equal(run(senders[i].fn,
                                 where == ON_LOOP ? SLACK_RUN_LOOP : SLACK_RUN_WORKER,
                                 SLACK_CHECK_BLOCKS_REFUSE),
                             0);
            if (!world_logged(&f.world, senders[i].says))
                fail_msg("no \"%s\" in %s", senders[i].says, f.world.log);
            app_close(&f);
        }
}

static int sends_a_stranger(slack_ctx_t *ctx, void *user_data)
{
    return slack_say_json(ctx, J("{blocks: [{type: 'hologram'}]}"));
}

TEST(the_option_decides)
{
    static const struct {
        slack_handler_fn fn;
        enum slack_check_blocks mode;
        size_t calls;
        const char *says;
    } cases[] = {
        {sender_1, SLACK_CHECK_BLOCKS_OFF, 1, NULL},
        {sender_1, SLACK_CHECK_BLOCKS_WARN, 1, "event=\"blocks that Slack refuses\" method=chat."},
        {sender_1, SLACK_CHECK_BLOCKS_STRICT, 0, "at least 1: correct it"},
        {sends_a_stranger, SLACK_CHECK_BLOCKS_OFF, 1, NULL},
        {sends_a_stranger, SLACK_CHECK_BLOCKS_REFUSE, 1, "event=\"unknown blocks\" method=chat."},
        {sends_a_stranger, SLACK_CHECK_BLOCKS_STRICT, 0, "is sent as it is: correct it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].fn, SLACK_RUN_LOOP, cases[i].mode), cases[i].calls);
        assert_true(cases[i].says ? world_logged(&f.world, cases[i].says)
                                  : !world_logged(&f.world, "blocks"));
        app_close(&f);
    }
}

/* Only a method that takes blocks is checked: another one may mean something else by the word. */
ARENA_TEST(methods_without_blocks_are_left_alone)
{
    const slack_block_guard_t guard = {.mode = SLACK_CHECK_BLOCKS_STRICT};
    const slack_json_t *bad = json_of("{'blocks':7}");
    static const char *const methods[] = {"users.info", "no.such.method", NULL};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        assert_null(slack__block_guard(&guard, arena, methods[i], bad));
    assert_non_null(slack__block_guard(&guard, arena, "chat.postMessage", bad));
    assert_null(slack__block_guard(&guard, arena, "ack", json_of("[]")));
    assert_null(slack__block_guard(&guard, arena, "ack", json_of("{'blocks':'no JSON'}")));
}

TEST(a_refusal_survives_without_memory)
{
    const slack_block_guard_t guard = {.mode = SLACK_CHECK_BLOCKS_REFUSE};
    for (size_t nth = 0, failed = 1; failed; nth++) {
        arena_open(NULL);
        const slack_json_t *args = json_of("{'blocks':'[7]'}");
        heap_fail_at(nth, true);
        const char *why = slack__block_guard(&guard, arena, "ack", args);
        failed = heap_heal();
        if (!failed)
            assert_string_equal(strchr(why, ':'),
                                ": a number, must be an object: correct "
                                "it; if Slack accepts it, set SLACK_CHECK_BLOCKS=warn");
        assert_int_equal(arena_close(NULL), 0);
    }
}
