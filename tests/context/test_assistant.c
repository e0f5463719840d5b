/* SPDX-License-Identifier: MIT */
/* An assistant's threads: the messages sent to them, and the context kept for each. */
#include <unistd.h>

#include <sqlite3.h>

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;
static char folder[] = "/tmp/slackapp-assistant-XXXXXX";
static char url[80];
static unsigned last_event;

/* The contexts that handlers of messages read: "C5 C6 ", with "-" for none. */
static char seen[256];

static void open_with(app_fixture_t *app, const char *store)
{
    app_open(app, &(slack_options_t){.store = store});
}

static int open_app(void **state)
{
    *seen = '\0';
    open_with(&f, "memory:");
    return 0;
}

#define BOT_TEST(function) TEST_CASE(function, open_app, app_teardown, &f)

static void clean(void)
{
    static const char *const files[] = {"", "-wal", "-shm", "-owners"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s", url + sizeof "sqlite:" - 1, files[i]);
        unlink(name);
    }
}

/* ---- deliveries ---- */

/* Delivers an event with these fields and runs it to its end. */
static void deliver(app_fixture_t *app, const char *fields)
{
    char body[512];
    snprintf(
        body, sizeof body,
        "{'type':'event_callback','api_app_id':'A1','team_id':'T1','event_id':'E%u','event':{%s}}",
        ++last_event, fields);
    app_ack_t ack = {0};
    app_inject(app, body, &ack);
    app_run_until(app, &ack.count);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    world_until(&app->world, slack__inspect_live(app->app) == 0);
}

static void tell(app_fixture_t *app, const char *type, const char *user, const char *thread,
                 const char *context, const char *event_ts)
{
    char fields[400];
    snprintf(fields, sizeof fields,
             "'type':'assistant_thread_%s','assistant_thread':{'user_id':'U%s','channel_id':'D%s',"
             "'thread_ts':'%s','context':{'channel_id':'%s'}},'event_ts':'%s'",
             type, user, user, thread, context, event_ts);
    deliver(app, fields);
}

static void start(app_fixture_t *app, const char *user, const char *thread, const char *context)
{
    tell(app, "started", user, thread, context, "1700000001.000100");
}

static void change(app_fixture_t *app, const char *user, const char *thread, const char *context,
                   const char *event_ts)
{
    tell(app, "context_changed", user, thread, context, event_ts);
}

static void write_more(app_fixture_t *app, const char *user, const char *thread, const char *text,
                       const char *more)
{
    char fields[400];
    snprintf(fields, sizeof fields,
             "'type':'message','channel':'D%s','channel_type':'im','user':'U%s',"
             "'ts':'1700000009.000100','thread_ts':'%s','text':'%s'%s",
             user, user, thread, text, more);
    deliver(app, fields);
}

static void write_to(app_fixture_t *app, const char *user, const char *thread)
{
    write_more(app, user, thread, "hello", "");
}

/* ---- handlers ---- */

static void note_context(const slack_ctx_t *ctx)
{
    const slack_json_t *context = slack_ctx_assistant_context(ctx);
    strcat(strcat(seen, context ? slack_json_str(context, "/channel_id") : "-"), " ");
}

static int look(slack_ctx_t *ctx, void *user_data)
{
    note_context(ctx);
    return 0;
}

/* ---- messages ---- */

static int begin_thread(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *none = slack_jsonf(ctx, "[]");
    const slack_json_t *five = slack_jsonf(ctx, "[1, 2, 3, 4, 5]");
    assert_int_equal(slack_set_prompts(ctx, NULL, none), SLACK_EINVAL);
    assert_int_equal(slack_set_prompts(ctx, NULL, five), SLACK_ETOOBIG);
    assert_int_equal(slack_set_promptsf(ctx, NULL, "["), SLACK_ETEMPLATE);
    return slack_set_promptsf(ctx, "Ask", "[{title: 'a', message: 'b'}]");
}

static int name_thread(slack_ctx_t *ctx, void *user_data)
{
    return slack_set_title(ctx, slack_json_str(slack_ctx_assistant_context(ctx), "/channel_id"));
}

static int think(slack_ctx_t *ctx, void *user_data)
{
    return slack_set_status(ctx, "is thinking…");
}

BOT_TEST(prompts_title_and_status)
{
    slack_on_assistant_started(f.app, begin_thread, NULL);
    slack_on_assistant_context(f.app, name_thread, NULL);
    slack_on_assistant_message(f.app, think, NULL);
    app_ready(&f);
    start(&f, "1", "7.0", "C4");
    const slack_json_t *args = app_call_args(&f, 0, "assistant.threads.setSuggestedPrompts");
    assert_string_equal(slack_json_str(args, "/channel_id"), "D1");
    assert_string_equal(slack_json_str(args, "/thread_ts"), "7.0");
    assert_string_equal(slack_json_str(args, "/prompts"), "[{\"title\":\"a\",\"message\":\"b\"}]");
    change(&f, "1", "7.0", "C5", "1700000002.000100");
    args = app_call_args(&f, 1, "assistant.threads.setTitle");
    assert_string_equal(slack_json_str(args, "/title"), "C5");
    write_to(&f, "1", "7.0");
    args = app_call_args(&f, 2, "assistant.threads.setStatus");
    assert_string_equal(slack_json_str(args, "/status"), "is thinking…");
    assert_string_equal(slack_json_str(args, "/thread_ts"), "7.0");
}

/* ---- which messages ---- */

BOT_TEST(messages_of_users_in_threads)
{
    slack_on_assistant_message(f.app, app_append, "m");
    app_ready(&f);
    write_to(&f, "1", "7.0");
    write_more(&f, "1", "7.0", "a file", ",'subtype':'file_share'");
    assert_string_equal(app_order, "mm");
    write_more(&f, "1", "7.0", "a bot", ",'bot_id':'B7'");
    write_more(&f, "1", "7.0", "an edit", ",'subtype':'message_changed'");
    deliver(&f, "'type':'message','channel':'D1','channel_type':'im','user':'U1','ts':'8.0',"
                "'text':'in no thread'");
    deliver(&f, "'type':'message','channel':'C1','channel_type':'channel','user':'U1','ts':'8.0',"
                "'thread_ts':'7.0','text':'in a channel'");
    assert_string_equal(app_order, "mm");
}

/* As in Bolt the assistant takes its own messages, so that the user gets one answer. A listener for
 * the event itself still gets it. */
BOT_TEST(assistant_answers_alone)
{
    slack_on_message(f.app, NULL, app_append, "any ");
    slack_on_assistant_message(f.app, app_append, "assistant ");
    slack_on_message(f.app, "hello", app_append, "hello ");
    slack_on_event(f.app, "message", app_append, "event ");
    app_ready(&f);
    write_to(&f, "1", "7.0");
    assert_string_equal(app_order, "assistant event ");
    *app_order = '\0';
    deliver(&f, "'type':'message','channel':'D1','channel_type':'im','user':'U1','ts':'8.0',"
                "'text':'hello'");
    assert_string_equal(app_order, "any hello event ");
    assert_int_equal(slack_unlisten(f.app, "assistant:message"), 0);
    *app_order = '\0';
    write_to(&f, "1", "7.0");
    assert_string_equal(app_order, "any hello event ");
}

static int look_on_worker(slack_ctx_t *ctx, void *user_data)
{
    if (strcmp(slack_ctx_match(ctx, 1), "it") != 0) return SLACK_EMISMATCH;
    note_context(ctx);
    return slack_set_status(ctx, "");
}

/* A listener with a pattern, middleware and a worker. */
BOT_TEST(listener_with_everything)
{
    static const slack_middleware_t around[] = {{slack_only_for_users, "U1"}, {0}};
    assert_int_equal(
        slack_listen(f.app,
                     &(slack_listener_t){.kind = SLACK_KIND_COMMAND, .assistant = 1, .fn = look}),
        SLACK_EINVAL);
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                             .assistant = 1,
                                                             .match = "do (\\w+)",
                                                             .how = SLACK_MATCH_REGEX,
                                                             .run = SLACK_RUN_WORKER,
                                                             .middleware = around,
                                                             .fn = look_on_worker}),
                     0);
    app_ready(&f);
    start(&f, "1", "7.0", "C5");
    write_more(&f, "2", "7.0", "do it", "");
    write_more(&f, "1", "7.0", "leave it", "");
    write_more(&f, "1", "7.0", "do it", "");
    assert_string_equal(seen, "C5 ");
    assert_int_equal(fake_slack_count(f.slack), 1);
}

/* ---- contexts ---- */

/* In Bolt the context is None until the bot's first message, and stale if a change arrives late. */
BOT_TEST(context_is_there_when_the_user_writes)
{
    slack_on_assistant_message(f.app, look, NULL); /* one listener is enough to keep contexts */
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    write_to(&f, "1", "7.0");
    assert_string_equal(seen, "- - ");
    *seen = '\0';
    start(&f, "1", "7.0", "C5");
    write_to(&f, "1", "7.0");
    change(&f, "1", "7.0", "C6", "1700000005.000100");
    write_to(&f, "1", "7.0");
    change(&f, "1", "7.0", "C0", "1700000004.999999"); /* a repetition, and an older change */
    start(&f, "1", "7.0", "C0");
    write_to(&f, "1", "7.0");
    assert_string_equal(seen, "C5 C5 C6 C6 C6 C6 ");
    assert_int_equal(fake_slack_count(f.slack), 0); /* no call to Slack is needed */
}

/* Bolt for JavaScript keeps one context for all threads. */
BOT_TEST(assistant_context_is_not_shared)
{
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    start(&f, "1", "7.0", "C1");
    start(&f, "1", "7.1", "C2");
    start(&f, "2", "7.0", "C3");
    write_to(&f, "1", "7.0");
    write_to(&f, "1", "7.1");
    write_to(&f, "2", "7.0");
    write_to(&f, "2", "7.1");
    assert_string_equal(seen, "C1 C2 C3 - ");
}

static int look_and_append(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    note_context(ctx);
    return 0;
}

/* The context is stored before the program's own listeners run. */
BOT_TEST(context_is_kept_first)
{
    slack_on_assistant_started(f.app, look_and_append, "s");
    slack_on_assistant_context(f.app, look_and_append, "c");
    app_ready(&f);
    start(&f, "1", "7.0", "C1");
    change(&f, "1", "7.0", "C2", "1700000005.000100");
    assert_string_equal(app_order, "sc");
    assert_string_equal(seen, "C1 C2 ");
    assert_false(world_logged(&f.world, "no listener"));
}

BOT_TEST(context_is_over_in_the_end)
{
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    start(&f, "1", "7.0", "C1");
    f.world.mono_us += 29 * UINT64_C(86400000000);
    write_to(&f, "1", "7.0");
    f.world.mono_us += 2 * UINT64_C(86400000000);
    write_to(&f, "1", "7.0");
    assert_string_equal(seen, "C1 - ");
}

/* As another program would: no JSON, but with the checksum of the empty value. */
static void spoil_contexts(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(url + sizeof "sqlite:" - 1, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE kv SET value = NULL, sum = -3750763034362895579",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Two processes of a rolling deploy share contexts; a third process finds them after both have
 * ended. */
TEST(processes_share_contexts_and_restarts_keep_them)
{
    static app_fixture_t g;
    *seen = '\0';
    clean();
    open_with(&f, url);
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    open_with(&g, url);
    slack_on_assistant_message(g.app, look, NULL);
    app_ready(&g);
    start(&f, "1", "7.0", "C1");
    write_to(&g, "1", "7.0");
    change(&g, "1", "7.0", "C2", "1700000005.000100");
    write_to(&f, "1", "7.0"); /* its own copy is stale */
    app_close(&g);
    app_close(&f);
    open_with(&f, url);
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    write_to(&f, "1", "7.0");
    assert_string_equal(seen, "C1 C2 C2 ");
    spoil_contexts();
    write_to(&f, "1", "7.0");
    assert_string_equal(seen, "C1 C2 C2 - ");
    app_close(&f);
    clean();
    assert_int_equal(heap_live(), 0);
}

/* ---- a store by the program ---- */

static struct {
    char context[64];
    slack_ctx_t *ctx; /* of the pending load */
    int status;
    unsigned saves, finds;
} mine;

static int save_mine(slack_ctx_t *ctx, void *user_data)
{
    assert_ptr_equal(user_data, &mine);
    mine.saves++;
    snprintf(mine.context, sizeof mine.context, "%s",
             slack_json_str(slack_ctx_assistant_context(ctx), "/channel_id"));
    return mine.status;
}

static int find_mine(slack_ctx_t *ctx, void *user_data)
{
    mine.finds++;
    mine.ctx = ctx;
    slack_ctx_hold(ctx);
    return 0;
}

static void answer_mine(int status)
{
    slack_ctx_t *ctx = mine.ctx;
    mine.ctx = NULL;
    if (status == 0) {
        assert_int_equal(slack_ctx_set_assistant_context(ctx, slack_jsonf(ctx, "{a: }")),
                         SLACK_ETEMPLATE);
        status = slack_ctx_set_assistant_context(
            ctx, slack_jsonf(ctx, "{channel_id: %s}", mine.context));
    }
    if (status == 0) status = slack_next(ctx);
    slack_ctx_release(ctx, status);
    app_spin(&f);
}

static void ask_mine(void)
{
    app_ack_t ack = {0};
    char body[256];
    snprintf(body, sizeof body,
             "{'event_id':'E%u','event':{'type':'message','channel':'D1','channel_type':'im',"
             "'user':'U1','ts':'8.0','thread_ts':'7.0'}}",
             ++last_event);
    app_deliver(&f, body, &ack);
    world_until(&f.world, mine.ctx);
}

BOT_TEST(store_of_the_program)
{
    memset(&mine, 0, sizeof mine);
    slack_assistant_store(f.app, save_mine, find_mine, &mine);
    slack_on_assistant_started(f.app, app_append, "s");
    slack_on_assistant_message(f.app, look, NULL);
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    start(&f, "1", "7.0", "C1");
    ask_mine();
    assert_string_equal(seen, "");
    answer_mine(0);
    assert_string_equal(seen, "C1 C1 ");
    assert_int_equal(mine.saves, 1);
    assert_int_equal(mine.finds, 1); /* one load for both listeners */

    /* A failed load fails the delivery; the other listeners still run. */
    mine.status = SLACK_EIO;
    start(&f, "2", "7.0", "C2");
    assert_string_equal(app_order, "ss");
    assert_true(world_logged(&f.world, "listener=assistant:context method=\"\" error=SLACK_EIO"));
}

/* A load that never finishes does not hold up the stop. */
BOT_TEST(stop_while_a_context_is_looked_for)
{
    memset(&mine, 0, sizeof mine);
    slack_assistant_store(f.app, save_mine, find_mine, &mine);
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    ask_mine();
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    answer_mine(SLACK_ECANCELED);
    assert_string_equal(seen, "");
}

/* ---- out of memory ---- */

static bool deliver_with_failure(size_t nth, bool all)
{
    char bodies[2][300];
    app_ack_t acks[2] = {{0}};
    *seen = '\0';
    for (int i = 0; i < 2; i++) {
        snprintf(
            bodies[i], sizeof bodies[i],
            i == 0
                ? "{'event_id':'E%u','event':{'type':'assistant_thread_started',"
                  "'assistant_thread':{'channel_id':'D1','thread_ts':'7.0',"
                  "'context':{'channel_id':'C1'}}}}"
                : "{'event_id':'E%u','event':{'type':'message','channel':'D1','channel_type':'im',"
                  "'user':'U1','ts':'8.0','thread_ts':'7.0'}}",
            ++last_event);
        app_prepare(&f, bodies[i], &acks[i]);
    }
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    app_spin(&f);
    bool failed = heap_heal();
    app_run_until_idle(&f);
    assert_int_equal(acks[0].count + acks[1].count, taken);
    world_forget_log(&f.world);
    if (!failed) assert_string_equal(seen, "C1 ");
    return failed;
}

BOT_TEST(memory_may_run_out)
{
    f.world.hurries = true;
    slack_on_assistant_message(f.app, look, NULL);
    app_ready(&f);
    assert_true(alloc_fail_attempts(deliver_with_failure) > 5);
}

static bool register_with_failure(size_t nth)
{
    app_open(&f, NULL);
    heap_fail_at(nth, false);
    int rc = slack_on_assistant_message(f.app, look, NULL);
    bool failed = heap_heal();
    assert_int_equal(rc, failed ? SLACK_ENOMEM : 0);
    if (rc != 0) assert_int_equal(slack_on_assistant_message(f.app, look, NULL), 0);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
    return failed;
}

TEST(memory_may_run_out_at_registering)
{
    size_t nth = 0;
    while (register_with_failure(nth))
        nth++;
    assert_true(nth > 5);
}

int main(void)
{
    heap_install();
    if (!mkdtemp(folder)) return 1;
    snprintf(url, sizeof url, "sqlite:%s/inbox.db", folder);
    int failed = test_run_all(NULL, NULL);
    clean();
    rmdir(folder);
    return failed;
}
