/* SPDX-License-Identifier: MIT */
/*
 * Handlers that always fail: each error code returned, each helper misused and its error returned,
 * each failed call. A handler runs as often as docs/guarantees.md says, and says nothing more often
 * than it runs.
 */
#include <slack/slack.h>
#include <slack/test.h>

#include "context/failure.h"
#include "support/test.h"

#define ATTEMPTS 5                  /* the default of SLACK_MAX_ATTEMPTS */
#define LATER_MS (20 * 3600 * 1000) /* longer than all attempts, shorter than a day */

enum {
    EVENT = 1,
    COMMAND = 2,
    JOB = 4,
    SCHEDULE = 8,
    STORED = EVENT | JOB | SCHEDULE,
    ALL = STORED | COMMAND
};
enum { LOOP = 1, WORKER = 2, BOTH = LOOP | WORKER };

typedef struct way {
    const char *name;
    int (*fn)(slack_ctx_t *ctx, int code);
    int code;
    unsigned kinds;                            /* 0: all */
    unsigned on;                               /* 0: both */
    unsigned runs;                             /* of what is stored; 0: as the code heals */
    unsigned posts;                            /* of one run, at most; 0: one */
    void (*answer)(slack_test_t *t, int code); /* answers each post */
} way_t;

#define NOTHING slack_jsonf(ctx, "{}")
#define TEXT    slack_jsonf(ctx, "{channel: 'C1', text: 'x'}")
#define BROKEN  slack_jsonf(ctx, "{text: ")

static int says(slack_ctx_t *ctx, int code)
{
    return slack_say_json(ctx, TEXT);
}

/* ---- codes ---- */

static int returned(slack_ctx_t *ctx, int code)
{
    return code;
}

static int said_and_returned(slack_ctx_t *ctx, int code)
{
    const int rc = says(ctx, 0);
    return rc ? rc : code;
}

static int said_and_released(slack_ctx_t *ctx, int code)
{
    slack_ctx_hold(ctx);
    const int rc = says(ctx, 0);
    slack_ctx_release(ctx, code);
    return rc;
}

static int code_behind_answer(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    return *(const int *)user_data;
}

static int said_then_failed(slack_ctx_t *ctx, int code)
{
    static int kept;
    kept = code;
    return slack_say_then(ctx, TEXT, code_behind_answer, &kept);
}

/* ---- helpers, misused ---- */

/* X(name, kinds, threads, call) */
#define MISUSES(X)                                                                                 \
    X(say_nothing, ALL, BOTH, slack_say(ctx, "%s", ""))                                            \
    X(say_null, ALL, BOTH, slack_say_json(ctx, NULL))                                              \
    X(say_no_text, ALL, BOTH, slack_say_json(ctx, NOTHING))                                        \
    X(say_broken, ALL, BOTH, slack_say_json(ctx, BROKEN))                                          \
    X(say_nested_broken, ALL, BOTH,                                                                \
      slack_say_json(ctx, slack_jsonf(ctx, "{text: 'x', blocks: %p}", BROKEN)))                    \
    X(say_text_as_value, ALL, BOTH,                                                                \
      slack_say_json(ctx, slack_jsonf(ctx, "{text: %p}", (const void *)"a text, no value")))       \
    X(say_nowhere, JOB | SCHEDULE, BOTH, slack_say(ctx, "x"))                                      \
    X(ephemeral_nothing, ALL, BOTH, slack_say_ephemeral(ctx, "%s", ""))                            \
    X(ephemeral_to_nobody, JOB | SCHEDULE, BOTH, slack_say_ephemeral(ctx, "x"))                    \
    X(reply_without_message, ALL & ~EVENT, BOTH, slack_reply(ctx, "x"))                            \
    X(respond_without_url, STORED, BOTH, slack_respond(ctx, "x"))                                  \
    X(respond_null, ALL, BOTH, slack_respond_json(ctx, NULL))                                      \
    X(update_nothing_said, ALL, BOTH, slack_update_said(ctx, TEXT))                                \
    X(delete_nothing_said, ALL, BOTH, slack_delete_said(ctx))                                      \
    X(update_no_ts, ALL, BOTH, slack_update(ctx, NULL, TEXT))                                      \
    X(update_null, ALL, BOTH, slack_update(ctx, "1.1", NULL))                                      \
    X(delete_no_ts, ALL, BOTH, slack_delete(ctx, ""))                                              \
    X(react_no_emoji, ALL, BOTH, slack_react(ctx, ""))                                             \
    X(react_null, ALL, BOTH, slack_react(ctx, NULL))                                               \
    X(react_without_message, ALL & ~EVENT, BOTH, slack_react(ctx, "eyes"))                         \
    X(unreact_null, ALL, BOTH, slack_unreact(ctx, NULL))                                           \
    X(open_null, ALL, BOTH, slack_view_open(ctx, NULL))                                            \
    X(open_without_trigger, STORED, BOTH, slack_view_open(ctx, NOTHING))                           \
    X(push_null, ALL, BOTH, slack_view_push(ctx, NULL))                                            \
    X(update_without_view, ALL, BOTH, slack_view_update(ctx, NULL, NULL, NOTHING))                 \
    X(publish_null, ALL, BOTH, slack_view_publish(ctx, NULL, NULL, NULL))                          \
    X(publish_to_nobody, JOB | SCHEDULE, BOTH, slack_view_publish(ctx, NULL, NULL, NOTHING))       \
    X(complete_no_step, ALL, BOTH, slack_complete(ctx, NOTHING))                                   \
    X(fail_no_step, ALL, BOTH, slack_fail(ctx, "x"))                                               \
    X(status_no_thread, ALL, BOTH, slack_set_status(ctx, "x"))                                     \
    X(title_no_thread, ALL, BOTH, slack_set_title(ctx, "x"))                                       \
    X(prompts_null, ALL, BOTH, slack_set_prompts(ctx, NULL, NULL))                                 \
    X(context_null, ALL, BOTH, slack_ctx_set_assistant_context(ctx, NULL))                         \
    X(ack_event, STORED, BOTH, slack_ack(ctx))                                                     \
    X(ack_twice, COMMAND, BOTH, (slack_ack(ctx), slack_ack(ctx)))                                  \
    X(ack_no_text, ALL, BOTH, slack_ack_text(ctx, "%s", ""))                                       \
    X(ack_null, ALL, BOTH, slack_ack_json(ctx, NULL))                                              \
    X(ack_array, ALL, BOTH, slack_ack_json(ctx, slack_jsonf(ctx, "[1]")))                          \
    X(ack_errors, ALL, BOTH, slack_ack_errors(ctx, TEXT))                                          \
    X(ack_options, ALL, BOTH, slack_ack_options(ctx, slack_jsonf(ctx, "[]")))                      \
    X(defer_no_name, ALL, BOTH, slack_defer(ctx, NULL, NOTHING))                                   \
    X(defer_broken, ALL, BOTH, slack_defer(ctx, "y", BROKEN))                                      \
    X(set_nothing, ALL, BOTH, slack_ctx_set(ctx, NULL, NULL))                                      \
    X(no_hook, ALL, BOTH, slack_ctx_on_done(ctx, NULL, NULL))                                      \
    X(listen_nothing, ALL, LOOP, slack_listen(slack_ctx_app(ctx), &(slack_listener_t){0}))         \
    X(unlisten_stranger, ALL, LOOP, slack_unlisten(slack_ctx_app(ctx), "nobody"))                  \
    X(cancel_nothing, ALL, LOOP, slack_cancel_job(slack_ctx_app(ctx), NULL, NULL, NULL))           \
    X(call_bad_method, ALL, LOOP,                                                                  \
      slack_call(slack_ctx_client(ctx), slack_request("a b", NOTHING), NULL, NULL))                \
    X(call_null, ALL, LOOP,                                                                        \
      slack_call(slack_ctx_client(ctx), slack_request("a.b", NULL), NULL, NULL))                   \
    X(callf_broken, ALL, LOOP, slack_callf(slack_ctx_client(ctx), "a.b", NULL, NULL, "{text: "))   \
    X(then_bad_method, ALL, BOTH, slack_call_thenf(ctx, "a b", NULL, NULL, "{}"))                  \
    X(then_broken, ALL, BOTH, slack_call_thenf(ctx, "a.b", NULL, NULL, "{text: "))                 \
    X(wait_bad_method, ALL, WORKER, slack_call_wait(ctx, slack_request("a b", NOTHING), NULL))     \
    X(wait_null, ALL, WORKER, slack_call_wait(ctx, slack_request("a.b", NULL), NULL))              \
    X(wait_on_loop, ALL, LOOP, slack_call_wait(ctx, slack_request("a.b", NOTHING), NULL))

#define MISUSE(name, kinds, threads, call)                                                         \
    static int name(slack_ctx_t *ctx, int code)                                                    \
    {                                                                                              \
        return call;                                                                               \
    }
MISUSES(MISUSE)

/* More calls than can be under way. */
static int says_too_often(slack_ctx_t *ctx, int code)
{
    int rc = 0;
    for (int i = 0; i < 300 && rc == 0; i++)
        rc = says(ctx, 0);
    return rc;
}

static void ignored(const slack_response_t *response, void *user_data)
{
}

/* As many calls as can be under way, of which the delivery learns nothing, and one more. */
static int calls_freely_and_says(slack_ctx_t *ctx, slack_client_t *client)
{
    int rc = 0;
    for (int i = 0; i < 256 && rc == 0; i++)
        rc = slack_call(client, slack_request("chat.postMessage", TEXT), ignored, NULL);
    return rc ? rc : says(ctx, 0);
}

static int calls_with_callbacks(slack_ctx_t *ctx, int code)
{
    return calls_freely_and_says(ctx, slack_ctx_client(ctx));
}

static int calls_with_the_apps_client(slack_ctx_t *ctx, int code)
{
    return calls_freely_and_says(ctx, slack_app_client(slack_ctx_app(ctx)));
}

/* More memory than a delivery has. */
static int builds_too_much(slack_ctx_t *ctx, int code)
{
    static char text[1 << 20];
    memset(text, 'x', sizeof text - 1);
    int rc = 0;
    for (int i = 0; i < 100 && rc == 0; i++)
        rc = slack_json_error(slack_jsonf(ctx, "%s", text));
    return rc;
}

/* ---- calls that fail ---- */

static int says_and_replaces(slack_ctx_t *ctx, int code)
{
    const int rc = says(ctx, 0);
    return rc ? rc : slack_update_said(ctx, TEXT);
}

static void error(slack_test_t *t, int code)
{
    slack_test_answer_error(t, code ? "channel_not_found" : "internal_error");
}

static void garbage(slack_test_t *t, int code)
{
    slack_test_answer(t, "[1]");
}

static void limit(slack_test_t *t, int code)
{
    slack_test_answer_limited(t, 1);
}

static void loss(slack_test_t *t, int code)
{
    slack_test_answer_lost(t, code);
}

/* ---- the ways ---- */

/* The error, and what differs from the usual. */
#define WAY(text, function, ...)                                                                   \
    {                                                                                              \
        .name = text, .fn = function, .code = __VA_ARGS__                                          \
    }
#define CODE(name, number, text)                                                                   \
    WAY("returns " #name, returned, name), WAY("says, returns " #name, said_and_returned, name),   \
        WAY("says, releases with " #name, said_and_released, name),                                \
        WAY("says, then fails with " #name, said_then_failed, name),
#define MISUSED(function, on_kinds, threads, call)                                                 \
    WAY(#function, function, SLACK_EINVAL, .kinds = on_kinds, .on = threads),

static way_t ways[] = {
    SLACK_ERROR_MAP(CODE) MISUSES(MISUSED)
    /* and others */
    WAY("returns 1", returned, 1, .runs = 1),
    WAY("returns -1", returned, -1),
    WAY("says, returns 1", said_and_returned, 1, .runs = 1),
    WAY("says 300 times", says_too_often, SLACK_EBUSY, .on = LOOP, .posts = 300),
    WAY("calls with callbacks", calls_with_callbacks, SLACK_EBUSY, .on = LOOP, .posts = 256),
    WAY("calls with the app's client", calls_with_the_apps_client, SLACK_EBUSY, .on = LOOP,
        .posts = 256),
    WAY("builds too much", builds_too_much, SLACK_ENOMEM, .runs = 1),
    WAY("says, gets channel_not_found", says, 1, .runs = 1, .answer = error),
    WAY("says, gets internal_error", says, 0, .runs = ATTEMPTS, .answer = error),
    WAY("says, gets no JSON object", says, 0, .runs = ATTEMPTS, .answer = garbage),
    WAY("says, loses the answer", says, SLACK_ECLOSED, .answer = loss),
    WAY("says, waits too long", says, SLACK_ETIMEDOUT, .answer = loss),
    WAY("says, cannot connect", says, SLACK_ECONNECT, .answer = loss, .posts = SLACK_CALL_TRIES),
    WAY("says, is limited", says, 0, .runs = ATTEMPTS, .answer = limit, .posts = SLACK_CALL_TRIES),
    WAY("says, replaces, gets internal_error", says_and_replaces, 0, .runs = ATTEMPTS,
        .answer = error),
};

/* ---- a run ---- */

static struct {
    const way_t *way;
    unsigned runs;
    slack_dead_t dead;
    char error[512];
} seen;

static int run(slack_ctx_t *ctx, void *user_data)
{
    seen.runs++;
    return seen.way->fn(ctx, seen.way->code);
}

static void dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    seen.dead = *dead;
    snprintf(seen.error, sizeof seen.error, "%s", dead->error);
}

static void deliver(slack_test_t *t, unsigned kind, enum slack_run thread)
{
    slack_app_t *app = slack_test_app(t);
    static const enum slack_kind kinds[] = {
        [EVENT] = SLACK_KIND_EVENT, [COMMAND] = SLACK_KIND_COMMAND, [JOB] = SLACK_KIND_JOB};
    slack_on_dead(app, dead, NULL);
    if (kind == SCHEDULE)
        slack_schedule(
            app, &(slack_schedule_t){.name = "x", .cron = "0 9 * * *", .run = thread, .fn = run});
    else
        slack_listen(app, &(slack_listener_t){.kind = kinds[kind], .run = thread, .fn = run});
    if (kind == EVENT) slack_test_message(t, "x");
    if (kind == COMMAND) slack_test_command(t, "/x", "");
    if (kind == JOB) slack_app_defer(app, &(slack_job_t){.name = "x"});
    if (kind >= JOB) slack_test_start(t);
    slack_test_advance_ms(t, LATER_MS);
}

static unsigned count_posts(const slack_test_t *t)
{
    unsigned posts = 0;
    const char *method = NULL;
    for (size_t i = 0; slack_test_call_args(t, i, &method); i++)
        posts += strcmp(method, "chat.postMessage") == 0;
    return posts;
}

static void fails(const way_t *way, unsigned kind, enum slack_run thread)
{
    slack_test_t *t = NULL;
    assert_int_equal(slack_test_new(&t, &(slack_test_options_t){.max_calls = 256}), 0);
    memset(&seen, 0, sizeof seen);
    seen.way = way;
    for (int i = 0; way->answer && i < ATTEMPTS * 2 * SLACK_CALL_TRIES; i++) {
        slack_test_expect(t, "chat.postMessage", NULL);
        way->answer(t, way->code);
    }
    deliver(t, kind, thread);
    const unsigned heals = slack__heals(way->code, NULL) ? ATTEMPTS : 1;
    const unsigned runs = kind == COMMAND ? 1 : way->runs ? way->runs : heals;
    const unsigned posts = count_posts(t), most = runs * (way->posts ? way->posts : 1);
    if (seen.runs != runs || posts > most || (kind != COMMAND && seen.dead.attempts != runs))
        fail_msg("kind %u on thread %d: %u runs, not %u; %u posts; %u attempts: %s", kind, thread,
                 seen.runs, runs, posts, seen.dead.attempts, seen.error);
    /* A dead letter explains its error: the sentence follows the code. */
    const char *said = strstr(seen.error, "SLACK_");
    if (kind != COMMAND && (!said || !strchr(said, ' '))) fail_msg("no reason: %s", seen.error);
    slack_test_free(t);
}

TEST_EACH(handler_that_fails, ways)
{
    const way_t *way = *state;
    for (unsigned kind = EVENT; kind <= SCHEDULE; kind *= 2)
        for (unsigned on = LOOP; on <= WORKER; on *= 2)
            if ((way->kinds ? way->kinds : ALL) & kind && (way->on ? way->on : BOTH) & on)
                fails(way, kind, on == LOOP ? SLACK_RUN_LOOP : SLACK_RUN_WORKER);
}
