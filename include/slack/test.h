/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TEST_H
#define SLACK_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "log.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file test.h  The test kit: unit tests of a bot without Slack. docs/testing.md is the guide.
 *
 * A kit is an app in memory. The test builds deliveries from a few words, lists the calls that it
 * expects, and moves the clock. There is no network, no port and no sleep. Every function returns 0
 * or an error, and slack_test_finish() describes the first failure, so the kit works with any test
 * framework, or with none.
 *
 *     slack_test_t *t;
 *     const char *why;
 *     slack_test_new(&t, NULL);
 *     add_listeners(slack_test_app(t));
 *     slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey <@U0TEST>!'}");
 *     slack_test_message(t, "hello");
 *     if (slack_test_finish(t, &why) != 0) puts(why);
 *     slack_test_free(t);
 *
 * The kit is a library of its own, slackapp_test, which contains all of slackapp: link a test with
 * it instead of slackapp. Call all functions on one thread, and none of them in a handler, except
 * slack_test_wall_ms(). Templates follow the rules of slack_jsonf().
 */

/** A kit, with an app in it. */
typedef struct slack_test slack_test_t;

/** The bot of a kit, its clock and its log. A struct of zeros means all defaults. */
typedef struct slack_test_options {
    /** Optional, copied. The bot's user id. Default "U0BOT". */
    const char *bot_user;
    /** Optional, copied. The bot's id. Default "B0BOT". */
    const char *bot_id;
    /** Optional, copied. The workspace. Default "T0TEST". */
    const char *team;
    /** Optional. The wall clock's time at the start, in milliseconds since 1970, UTC. Default: the
     * beginning of the year 2026. */
    int64_t wall_ms;
    /** Optional. The longest time to wait for a handler on a worker (SLACK_RUN_WORKER), by the
     * machine's clock, in milliseconds. Default 10000. */
    unsigned worker_wait_ms;
    /** Optional. slack_options_t.max_calls, to test a bot that makes too many calls at once. */
    unsigned max_calls;
    /** Optional. slack_options_t.pace: calls wait for their turn on the kit's clock, which
     * slack_test_advance_ms() moves. Default SLACK_PACE_OFF. */
    enum slack_pace pace;
    /** Optional. slack_options_t.call_wait_ms, with the same default. */
    unsigned call_wait_ms;
    /** Optional. The function that writes the app's log lines. Default: none. */
    slack_log_fn log_fn;
    /** Optional, borrowed until the kit is freed. Passed to log_fn. */
    void *log_user_data;
    /** Optional. The least important level that is logged. Default SLACK_LOG_DEBUG. */
    enum slack_log_level log_level;
} slack_test_options_t;

/**
 * Make a kit with an app in it.
 *
 * @param ret_test owned from now on: free it with slack_test_free().
 * @param options Optional, copied.
 * @return 0; SLACK_ENOMEM; SLACK_EIO if no loop can be made.
 */
SLACK_API int slack_test_new(slack_test_t **ret_test, const slack_test_options_t *options);

/** Stop the app and free the kit. NULL is allowed. */
SLACK_API void slack_test_free(slack_test_t *test);

/** Read the app, to register listeners and middleware. The kit starts, stops and frees it. Borrowed
 * until the kit is freed. */
SLACK_API slack_app_t *slack_test_app(slack_test_t *test);

/** Read the app's loop, for handlers that use handles of their own. Close those handles before
 * slack_test_free(). Borrowed until the kit is freed. */
SLACK_API struct uv_loop_s *slack_test_loop(slack_test_t *test);

/**
 * Start the app. The first delivery does this by itself; call it to test the start, or calls
 * outside a delivery.
 *
 * @return 0; SLACK_EALREADY; the failure of the start, described by slack_app_error().
 */
SLACK_API int slack_test_start(slack_test_t *test);

/* ---- deliveries: what Slack sends ---- */

/*
 * Unless its description says otherwise, each function here makes a delivery. It then runs the app
 * until the app has nothing left to do at the present time of the kit's clock. The functions
 * return:
 *
 * - 0 if the app came to rest, whatever its handlers did;
 * - the error of the start if the app does not start;
 * - SLACK_ETEMPLATE, SLACK_EJSON or SLACK_EINVAL for a malformed body;
 * - SLACK_ECLOSED if the app has stopped;
 * - SLACK_EBUSY if the app never comes to rest, or if a handler on a worker runs for worker_wait_ms
 *   without a wait for an answer;
 * - SLACK_ENOMEM.
 */

/** Set the user and the channel of the deliveries that follow. The first letter of the channel is
 * its type: D is a direct message, G a private channel.
 * @param user copied; NULL for "U0TEST".
 * @param channel copied; NULL for "C0TEST".
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_as(slack_test_t *test, const char *user, const char *channel);

/** Make the next delivery a redelivery: slack_ctx_retry_num() and slack_ctx_retry_reason() return
 * these values.
 * @param reason Optional, copied.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_retry(slack_test_t *test, int retry_num, const char *reason);

/** Make the next event one that the app has found in the history of its channel after a gap:
 * slack_ctx_recovered() is true. */
SLACK_API void slack_test_recovered(slack_test_t *test);

/** Deliver a message. */
SLACK_API int slack_test_message(slack_test_t *test, const char *text);

/** Deliver an event. The template is its inner object: "{type: 'reaction_added', user: 'U1', …}".
 */
SLACK_API int slack_test_event(slack_test_t *test, const char *event_template, ...)
    SLACK_PRINTF(2, 3);

/** Deliver a mention of the bot, an event of type app_mention: "<@U0BOT> text". */
SLACK_API int slack_test_mention(slack_test_t *test, const char *text);

/** Deliver a slash command.
 * @param command the command with its slash.
 * @param text Optional. What the user typed after it. */
SLACK_API int slack_test_command(slack_test_t *test, const char *command, const char *text);

/** Deliver a click on a button.
 * @param value Optional. The button's value. */
SLACK_API int slack_test_action(slack_test_t *test, const char *action_id, const char *value);

/** Deliver any block action. The template is the object in `actions`. */
SLACK_API int slack_test_block_action(slack_test_t *test, const char *action_template, ...)
    SLACK_PRINTF(2, 3);

/** Deliver a global shortcut. */
SLACK_API int slack_test_shortcut(slack_test_t *test, const char *callback_id);

/** Deliver a message shortcut.
 * @param text the text of the message. */
SLACK_API int slack_test_message_shortcut(slack_test_t *test, const char *callback_id,
                                          const char *text);

/** Deliver a submitted modal. The template is the object in `view.state.values`:
 * "{name: {value: {type: 'plain_text_input', value: 'Ada'}}}". */
SLACK_API int slack_test_view_submission(slack_test_t *test, const char *callback_id,
                                         const char *values_template, ...) SLACK_PRINTF(3, 4);

/** Deliver the closing of a modal. */
SLACK_API int slack_test_view_closed(slack_test_t *test, const char *callback_id);

/** Deliver a request for the options of an external select.
 * @param typed Optional. What the user typed into the select. */
SLACK_API int slack_test_options(slack_test_t *test, const char *action_id, const char *typed);

/** Deliver a click on a legacy attachment's button or menu. The template is the object in
 * `actions`: "{name: 'ok', type: 'button', value: 'yes'}". */
SLACK_API int slack_test_attachment_action(slack_test_t *test, const char *callback_id,
                                           const char *action_template, ...) SLACK_PRINTF(3, 4);

/** Deliver a request for the options of a legacy attachment's menu.
 * @param name the name of the menu.
 * @param typed Optional. What the user typed into the menu. */
SLACK_API int slack_test_attachment_options(slack_test_t *test, const char *callback_id,
                                            const char *name, const char *typed);

/** Deliver a submitted legacy dialog. The template is the object in `submission`:
 * "{city: 'Oslo'}". */
SLACK_API int slack_test_dialog(slack_test_t *test, const char *callback_id,
                                const char *submission_template, ...) SLACK_PRINTF(3, 4);

/** Deliver a cancelled legacy dialog. */
SLACK_API int slack_test_dialog_canceled(slack_test_t *test, const char *callback_id);

/** Deliver a request for the options of a legacy dialog's menu.
 * @param name the name of the menu.
 * @param typed Optional. What the user typed into the menu. */
SLACK_API int slack_test_dialog_options(slack_test_t *test, const char *callback_id,
                                        const char *name, const char *typed);

/** Deliver a workflow step with its inputs: "{user_id: 'U1', amount: 3}". The id of its execution
 * is "Fx0TEST". */
SLACK_API int slack_test_function(slack_test_t *test, const char *callback_id,
                                  const char *inputs_template, ...) SLACK_PRINTF(3, 4);

/** Set the message that contains the next clicks, shortcuts and requests for options. Delivers
 * nothing.
 * @param channel copied. NULL: the channel of slack_test_as().
 * @param ts copied. The message, slack_test_last_ts() for example. NULL: each of them is in a
 *        message of its own again.
 * @param thread_ts Optional, copied. The thread that the message is in.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_in_message(slack_test_t *test, const char *channel, const char *ts,
                                    const char *thread_ts);

/** Set the `private_metadata` of the modals that are submitted or closed from now on. Delivers
 * nothing.
 * @param metadata copied; NULL for an empty one.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_private_metadata(slack_test_t *test, const char *metadata);

/** Make the next interactions part of a workflow step, like clicks in its messages and submissions
 * of its modals. Their inputs are those of the last slack_test_function(). Delivers nothing.
 * @param callback_id copied. The step; NULL for no step.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_in_function(slack_test_t *test, const char *callback_id);

/** Deliver a new thread of the assistant: thread 1.000001 in D0ASSISTANT. The template is its
 * context: "{channel_id: 'C1'}" or "{}". */
SLACK_API int slack_test_assistant_started(slack_test_t *test, const char *context_template, ...)
    SLACK_PRINTF(2, 3);

/** Deliver a change of that thread's context. */
SLACK_API int slack_test_assistant_context(slack_test_t *test, const char *context_template, ...)
    SLACK_PRINTF(2, 3);

/** Deliver a message of the user in that thread. */
SLACK_API int slack_test_assistant_message(slack_test_t *test, const char *text);

/** Deliver Slack's notice that it drops events of the app. */
SLACK_API int slack_test_app_rate_limited(slack_test_t *test);

/** Deliver any body, in the shape of slack_ctx_body(). */
SLACK_API int slack_test_body(slack_test_t *test, const char *body_template, ...)
    SLACK_PRINTF(2, 3);

/** Deliver a body given as JSON text, for example a recorded one.
 * @param json borrowed until the return.
 * @param len its length in bytes. */
SLACK_API int slack_test_body_text(slack_test_t *test, const char *json, size_t len);

/* ---- acks and results ---- */

/** What happened to the ack of a delivery. */
enum slack_test_outcome {
    SLACK_TEST_NOT_ACKED = 0, /* no ack so far */
    SLACK_TEST_ACKED,         /* acknowledged: HTTP 200 */
    SLACK_TEST_LATER,         /* answered "later", so that Slack sends it again: HTTP 503 */
    SLACK_TEST_REFUSED        /* refused: a command with a text (200), all else with HTTP 404 */
};

/** The ack of a delivery. */
typedef struct slack_test_ack {
    enum slack_test_outcome outcome; /* the present outcome */
    const char *body;                /* the text or the JSON text; "" for an empty ack */
    const slack_json_t *json;        /* the body as JSON, a text as a string; NULL if it is empty */
    uint64_t after_ms;               /* from the delivery to the ack, by the kit's clock */
} slack_test_ack_t;

/** Read the ack of the last delivery. The struct changes when a late ack arrives.
 * @return never NULL, borrowed until the kit is freed. */
SLACK_API const slack_test_ack_t *slack_test_ack(const slack_test_t *test);

/**
 * Expect that the last delivery has been acknowledged, within Slack's three seconds, with a body
 * that contains the template's members. If not, slack_test_finish() reports it.
 *
 * @param body_template "{}" matches any object. A text ack is compared as a JSON string:
 *        "'the text'". NULL is an empty ack.
 * @return 0; SLACK_EMISMATCH; SLACK_ETEMPLATE; SLACK_ENOMEM.
 */
SLACK_API int slack_test_expect_ack(slack_test_t *test, const char *body_template, ...)
    SLACK_PRINTF(2, 3);

/** Expect this outcome of the last delivery's ack. Use this for a delivery that is refused or not
 * acknowledged. If it differs, slack_test_finish() reports it.
 * @return 0; SLACK_EMISMATCH. */
SLACK_API int slack_test_expect_outcome(slack_test_t *test, enum slack_test_outcome outcome);

/** Expect that the handlers of the last delivery have ended with this error, in the latest attempt.
 * If no handler was reached, it is the error that slack_test_status() returns. Without this call
 * any error of a handler is a failure. If it differs, slack_test_finish() reports it.
 * @return 0; SLACK_EMISMATCH. */
SLACK_API int slack_test_expect_status(slack_test_t *test, int status);

/**
 * Expect that a job, or a run of a schedule, has run, and that its latest attempt has ended with
 * this error: 0, or SLACK_ENOTFOUND if no listener took it. Without this call any error of a job is
 * a failure. Each call is about one attempt of one job: if several jobs of the name have run, about
 * the newest that has ended so and that no earlier call was about. If there is none,
 * slack_test_finish() reports it.
 *
 *     slack_test_command(t, "/export", "");
 *     slack_test_expect_job(t, "export", SLACK_EIO);
 *
 * @param name the name of the job, or of the schedule.
 * @return 0; SLACK_EMISMATCH; SLACK_EINVAL if the name is missing.
 */
SLACK_API int slack_test_expect_job(slack_test_t *test, const char *name, int status);

/**
 * Read how the handlers of the last delivery ended.
 *
 * @param ret_status set to 0 or to their first error.
 * @return 0; SLACK_EBUSY if they have not ended; SLACK_ENOTFOUND if no handler was reached: nothing
 *         was delivered, or no listener took the delivery, or it was a duplicate, the bot's own
 *         event, or of an unknown kind; SLACK_EAUTH if the tenant was refused
 * (slack_authorize_refuse()), or another error of the lookup.
 */
SLACK_API int slack_test_status(const slack_test_t *test, int *ret_status);

/* ---- calls: what the app sends ---- */

/**
 * Expect one call. The kit answers it with `ok: true` and the members that Slack adds, unless one
 * of the functions below sets another answer. Calls of different methods may come in any order. If
 * a call matches several expectations, it meets the one that was set first.
 *
 * @param method copied: "chat.postMessage"; "response_url" for slack_respond(); "webhook" for
 *        slack_webhook(); "fetch" for slack_fetch(), whose arguments are
 *        `{method: 'POST', url: 'https://…', body: …}`, with a body of JSON as a value, and any
 *        other as a string.
 * @param args_template the arguments. Members that the template does not name may have any value;
 *        arrays must be complete. NULL matches any arguments.
 * @return 0; SLACK_EINVAL; SLACK_ETEMPLATE; SLACK_ENOMEM.
 */
SLACK_API int slack_test_expect(slack_test_t *test, const char *method, const char *args_template,
                                ...) SLACK_PRINTF(3, 4);

/* Each of these sets the answer to the call of the last slack_test_expect(). They return 0;
 * SLACK_EINVAL if no call is expected; SLACK_ETEMPLATE; SLACK_ENOMEM. */

/** Answer the call with a body: "{ok: true, user: {id: 'U1'}}". */
SLACK_API int slack_test_answer(slack_test_t *test, const char *answer_template, ...)
    SLACK_PRINTF(2, 3);

/** Answer the call with any HTTP answer: a fetch, a message to a webhook, or a method with the page
 * of a server that fails, such as 503, after which Slack may or may not have acted.
 * @param http_status 200 to 599.
 * @param headers Optional, copied. Lines: "Content-Type: text/event-stream\nX-A: b".
 * @param body Optional, copied. A text. */
SLACK_API int slack_test_answer_http(slack_test_t *test, int http_status, const char *headers,
                                     const char *body);

/** Answer the call with `ok: false` and an error: "channel_not_found". `error` is copied. */
SLACK_API int slack_test_answer_error(slack_test_t *test, const char *error);

/** Answer the call with HTTP 429. The app waits this long and sends the call again; the test has to
 * expect that as another call. */
SLACK_API int slack_test_answer_limited(slack_test_t *test, unsigned retry_after_s);

/** Answer the call with a failed connection.
 * @param status a negative error. SLACK_ECLOSED: the connection was lost, and Slack may or may not
 *        have acted; the app sends the call again after a pause if a second one does no harm
 *        (call.h). SLACK_ECONNECT: the call was never sent, and the app sends any call again after
 *        a pause. The test has to expect that as another call. */
SLACK_API int slack_test_answer_lost(slack_test_t *test, int status);

/** Delay the answer. slack_test_advance_ms() lets the time pass. The app waits 30 s for an answer;
 * a call with a longer delay times out, as if its answer were lost. The app then sends a read, and
 * any call that does no harm a second time, again after a pause (call.h); the test has to expect
 * that as another call. */
SLACK_API int slack_test_answer_after_ms(slack_test_t *test, unsigned after_ms);

/**
 * Set the content of a file that the bot downloads. Downloads and the bytes of uploads are not
 * expected as calls: the kit takes what is uploaded, and answers the download of another URL with
 * 404.
 * @param url copied: the `url_private` that the bot uses, of a host of Slack's.
 * @param bytes copied.
 * @return 0; SLACK_EINVAL; SLACK_ENOMEM.
 */
SLACK_API int slack_test_file(slack_test_t *test, const char *url, const void *bytes, size_t len);

/** Read the `ts` of the newest answer that has one, such as that of the last message that the app
 * posted.
 * @return "" if there is none; borrowed until the kit is freed. */
SLACK_API const char *slack_test_last_ts(const slack_test_t *test);

/** Count the calls so far, without the auth.test of the start. */
SLACK_API size_t slack_test_call_count(const slack_test_t *test);

/** Read the arguments of a call as they were sent: all strings, except nested values.
 * @param index the number of the call, from 0.
 * @param ret_method Optional. Set to the method.
 * @return the arguments, borrowed until the kit is freed; NULL beyond the last call. */
SLACK_API const slack_json_t *slack_test_call_args(const slack_test_t *test, size_t index,
                                                   const char **ret_method);

/* ---- recordings ---- */

/**
 * Replay a recording of an app (slack_options_t.record). The kit makes the recorded deliveries
 * again, at the same intervals of its clock, and gives calls the recorded answers. For each
 * delivery it compares the app's acks and calls with the recorded ones. The bot's identity comes
 * from the recording. Call this before the kit starts. docs/testing.md has the format.
 *
 * A recording has placeholders in place of secrets. The kit delivers the placeholders and expects
 * them in calls. It skips deliveries that the app answered "later". It does not compare what the
 * app does after the end of the recording.
 *
 * @param path the file.
 * @param ret_report Optional. Set to the differences, one per line: "-" before what was recorded,
 *        "+" before what happened. For a malformed file, set to the line and its fault. "" if there
 *        is no difference. Borrowed until the kit is freed.
 * @return 0 if there is no difference; SLACK_EMISMATCH; SLACK_EIO if the file cannot be read;
 *         SLACK_EJSON or SLACK_EPROTO if it is not a recording; SLACK_ETOOBIG; SLACK_EALREADY if
 *         the kit has started; else as the functions that deliver. slack_test_finish() reports
 *         anything but 0.
 */
SLACK_API int slack_test_replay(slack_test_t *test, const char *path, const char **ret_report);

/** Replay a recording in memory, as slack_test_replay().
 * @param text borrowed until the return.
 * @param len its length in bytes. */
SLACK_API int slack_test_replay_text(slack_test_t *test, const char *text, size_t len,
                                     const char **ret_report);

/* ---- the clock, and the end ---- */

/** Move the kit's clock forward step by step. Everything that becomes due on the way (late answers,
 * rate limits, retries, jobs) happens at its time. The program's own timers on the loop follow the
 * machine's clock.
 * @return as the functions that deliver; SLACK_EINVAL for a time that the clock cannot hold. */
SLACK_API int slack_test_advance_ms(slack_test_t *test, uint64_t ms);

/** Read the kit's wall clock. Handlers may call this.
 * @return milliseconds since 1970, UTC. */
SLACK_API int64_t slack_test_wall_ms(const slack_test_t *test);

/**
 * Stop the app and report the first failure. A test fails if an expected call was not made, or
 * another call was made; if a delivery was not acknowledged within Slack's three seconds; or if a
 * handler failed or has not ended; or if the program misused a ctx. slack_test_expect_outcome() and
 * slack_test_expect_status() change what is expected of one delivery, slack_test_expect_job() of
 * one job.
 *
 * @param ret_why Optional. Set to a sentence on the first failure, which begins with its place in
 *        the test: "bot_test.c:12: …"; "" if there is none. Borrowed until the kit is freed.
 * @return 0; SLACK_EMISMATCH; another error of a function above that ended the test early.
 */
SLACK_API int slack_test_finish(slack_test_t *test, const char **ret_why);

/* ---- the place of a failure ---- */

/**
 * Set the place in the test that calls the next function of the kit. slack_test_finish() names the
 * place of the failure: that of the delivery, or of the expectation. The macros below call this
 * with the file and the line of the caller. A helper that makes several such calls may call this
 * with the place of its own caller. In a file that defines SLACK_TEST_PLAIN before it includes this
 * header, there are no such macros.
 *
 * @param file borrowed until the kit is freed; NULL for no place.
 * @return `test`.
 */
SLACK_API slack_test_t *slack_test_at(slack_test_t *test, const char *file, int line);

#ifndef SLACK_TEST_PLAIN
#define SLACK_TEST_HERE(t) slack_test_at((t), __FILE__, __LINE__)
#ifdef __GNUC__ /* as slack_jsonf() */
#define SLACK_TEST_DO(name, t, ...)                                                                \
    (__extension__ slack_test_##name(SLACK_TEST_HERE(t), __VA_ARGS__))
#else
#define SLACK_TEST_DO(name, t, ...) slack_test_##name(SLACK_TEST_HERE(t), __VA_ARGS__)
#endif
#define slack_test_start(t)                   slack_test_start(SLACK_TEST_HERE(t))
#define slack_test_app_rate_limited(t)        slack_test_app_rate_limited(SLACK_TEST_HERE(t))
#define slack_test_message(t, ...)            SLACK_TEST_DO(message, t, __VA_ARGS__)
#define slack_test_mention(t, ...)            SLACK_TEST_DO(mention, t, __VA_ARGS__)
#define slack_test_command(t, ...)            SLACK_TEST_DO(command, t, __VA_ARGS__)
#define slack_test_action(t, ...)             SLACK_TEST_DO(action, t, __VA_ARGS__)
#define slack_test_shortcut(t, ...)           SLACK_TEST_DO(shortcut, t, __VA_ARGS__)
#define slack_test_message_shortcut(t, ...)   SLACK_TEST_DO(message_shortcut, t, __VA_ARGS__)
#define slack_test_view_closed(t, ...)        SLACK_TEST_DO(view_closed, t, __VA_ARGS__)
#define slack_test_options(t, ...)            SLACK_TEST_DO(options, t, __VA_ARGS__)
#define slack_test_attachment_options(t, ...) SLACK_TEST_DO(attachment_options, t, __VA_ARGS__)
#define slack_test_dialog_canceled(t, ...)    SLACK_TEST_DO(dialog_canceled, t, __VA_ARGS__)
#define slack_test_dialog_options(t, ...)     SLACK_TEST_DO(dialog_options, t, __VA_ARGS__)
#define slack_test_assistant_message(t, ...)  SLACK_TEST_DO(assistant_message, t, __VA_ARGS__)
#define slack_test_body_text(t, ...)          SLACK_TEST_DO(body_text, t, __VA_ARGS__)
#define slack_test_expect_outcome(t, ...)     SLACK_TEST_DO(expect_outcome, t, __VA_ARGS__)
#define slack_test_expect_status(t, ...)      SLACK_TEST_DO(expect_status, t, __VA_ARGS__)
#define slack_test_expect_job(t, ...)         SLACK_TEST_DO(expect_job, t, __VA_ARGS__)
#define slack_test_answer_error(t, ...)       SLACK_TEST_DO(answer_error, t, __VA_ARGS__)
#define slack_test_answer_limited(t, ...)     SLACK_TEST_DO(answer_limited, t, __VA_ARGS__)
#define slack_test_answer_lost(t, ...)        SLACK_TEST_DO(answer_lost, t, __VA_ARGS__)
#define slack_test_answer_after_ms(t, ...)    SLACK_TEST_DO(answer_after_ms, t, __VA_ARGS__)
#define slack_test_replay(t, ...)             SLACK_TEST_DO(replay, t, __VA_ARGS__)
#define slack_test_replay_text(t, ...)        SLACK_TEST_DO(replay_text, t, __VA_ARGS__)
#define slack_test_advance_ms(t, ...)         SLACK_TEST_DO(advance_ms, t, __VA_ARGS__)
#define slack_test_event(t, ...)              SLACK_TEST_DO(event, t, __VA_ARGS__)
#define slack_test_block_action(t, ...)       SLACK_TEST_DO(block_action, t, __VA_ARGS__)
#define slack_test_view_submission(t, ...)    SLACK_TEST_DO(view_submission, t, __VA_ARGS__)
#define slack_test_attachment_action(t, ...)  SLACK_TEST_DO(attachment_action, t, __VA_ARGS__)
#define slack_test_dialog(t, ...)             SLACK_TEST_DO(dialog, t, __VA_ARGS__)
#define slack_test_function(t, ...)           SLACK_TEST_DO(function, t, __VA_ARGS__)
#define slack_test_assistant_started(t, ...)  SLACK_TEST_DO(assistant_started, t, __VA_ARGS__)
#define slack_test_assistant_context(t, ...)  SLACK_TEST_DO(assistant_context, t, __VA_ARGS__)
#define slack_test_body(t, ...)               SLACK_TEST_DO(body, t, __VA_ARGS__)
#define slack_test_expect(t, ...)             SLACK_TEST_DO(expect, t, __VA_ARGS__)
#define slack_test_expect_ack(t, ...)         SLACK_TEST_DO(expect_ack, t, __VA_ARGS__)
#define slack_test_answer(t, ...)             SLACK_TEST_DO(answer, t, __VA_ARGS__)
#endif

#ifdef __cplusplus
}
#endif
#endif
