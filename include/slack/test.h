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

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file test.h  A kit for the unit tests of a bot.
 *
 * An app in memory: what Slack would send is built by a few words, what the app calls is answered
 * from a list of expectations, and the time stands still until the test moves it. No network, no
 * port, no sleep, no framework: every function returns 0 or an error, and slack_test_finish() tells
 * in a sentence what was not as expected. docs/testing.md shows the way.
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
 * It is a library of its own, slackapp_test, which holds all of slackapp: a test links it in the
 * place of slackapp. All functions are called on one thread, none of them from a handler unless it
 * says so. Templates and their conversions are those of slack_jsonf().
 */

/** A kit, and the app in it. */
typedef struct slack_test slack_test_t;

/** Who the app is, and where its log goes. All zero means all defaults. */
typedef struct slack_test_options {
    /** Optional, copied. The bot's user id. Default "U0BOT". */
    const char *bot_user;
    /** Optional, copied. The bot's id. Default "B0BOT". */
    const char *bot_id;
    /** Optional, copied. The workspace. Default "T0TEST". */
    const char *team;
    /** Optional. What the wall clock shows at first, in milliseconds since 1970, UTC. Default: the
     * beginning of the year 2026. */
    int64_t wall_ms;
    /** Optional. How long to wait for handlers on workers (SLACK_RUN_WORKER), which run by the
     * machine's clock, in milliseconds. Default 10000. */
    unsigned worker_wait_ms;
    /** Optional. Where the app's log goes. Default: nowhere. */
    slack_log_fn log_fn;
    /** Optional, borrowed for the kit's life: given to log_fn. */
    void *log_user_data;
    /** Optional. Default SLACK_LOG_DEBUG. */
    enum slack_log_level log_level;
} slack_test_options_t;

/**
 * Make a kit with an app in it.
 *
 * @param options Optional.
 * @return 0; SLACK_ENOMEM; SLACK_EIO when there can be no loop.
 */
SLACK_API int slack_test_new(slack_test_t **ret_test, const slack_test_options_t *options);

/** Stop the app and free everything. NULL is fine. */
SLACK_API void slack_test_free(slack_test_t *test);

/** The app: register listeners and middleware on it. The kit starts, stops and frees it. */
SLACK_API slack_app_t *slack_test_app(slack_test_t *test);

/** The loop that the app lives on, for handlers with handles of their own. Those have to be closed
 * before slack_test_free(). */
SLACK_API struct uv_loop_s *slack_test_loop(slack_test_t *test);

/**
 * Start the app. What delivers does it by itself; this is for tests of the start, and for calls
 * outside of a delivery.
 *
 * @return 0; SLACK_EALREADY; what the start failed with, told by slack_app_error().
 */
SLACK_API int slack_test_start(slack_test_t *test);

/* ---- what Slack sends ---- */

/*
 * Each of these delivers, and runs the app until there is nothing left for it to do at this time.
 * They return 0 when that was so, whatever the handlers did; the start's error where the app does
 * not start; SLACK_ETEMPLATE, SLACK_EJSON or SLACK_EINVAL for what is no body; SLACK_ECLOSED when
 * the app has stopped; SLACK_EBUSY when handlers go on without an end, or one that runs on a worker
 * has neither returned nor waited for an answer for options.worker_wait_ms; SLACK_ENOMEM.
 */

/** Who does the following, and where. Both copied; NULL for "U0TEST" and "C0TEST". A channel that
 * begins with D is a direct message, one that begins with G a private channel.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_as(slack_test_t *test, const char *user, const char *channel);

/** Mark the next delivery as one that Slack sends again: slack_ctx_retry_num() and _reason().
 * `reason` is copied; NULL for none.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_retry(slack_test_t *test, int retry_num, const char *reason);

/** A message with a text. */
SLACK_API int slack_test_message(slack_test_t *test, const char *text);

/** Any event, by its inner object: "{type: 'reaction_added', user: 'U1', …}". */
SLACK_API int slack_test_event(slack_test_t *test, const char *event_template, ...)
    SLACK_PRINTF(2, 3);

/** A message that mentions the bot, as an event of type app_mention: "<@U0BOT> text". */
SLACK_API int slack_test_mention(slack_test_t *test, const char *text);

/** A slash command with its slash, and what was typed behind it. */
SLACK_API int slack_test_command(slack_test_t *test, const char *command, const char *text);

/** A click on a button: its action_id and value. `value` may be NULL. */
SLACK_API int slack_test_action(slack_test_t *test, const char *action_id, const char *value);

/** Any block action, by the object in `actions`. */
SLACK_API int slack_test_block_action(slack_test_t *test, const char *action_template, ...)
    SLACK_PRINTF(2, 3);

/** A global shortcut. */
SLACK_API int slack_test_shortcut(slack_test_t *test, const char *callback_id);

/** A message shortcut, on a message with that text. */
SLACK_API int slack_test_message_shortcut(slack_test_t *test, const char *callback_id,
                                          const char *text);

/** A submitted modal, by what `view.state.values` holds:
 * "{name: {value: {type: 'plain_text_input', value: 'Ada'}}}". */
SLACK_API int slack_test_view_submission(slack_test_t *test, const char *callback_id,
                                         const char *values_template, ...) SLACK_PRINTF(3, 4);

/** A closed modal. */
SLACK_API int slack_test_view_closed(slack_test_t *test, const char *callback_id);

/** An external select asks for its options; `typed` is what was typed into it. */
SLACK_API int slack_test_options(slack_test_t *test, const char *action_id, const char *typed);

/** A legacy attachment's button or menu, by the object in `actions`:
 * "{name: 'ok', type: 'button', value: 'yes'}". */
SLACK_API int slack_test_attachment_action(slack_test_t *test, const char *callback_id,
                                           const char *action_template, ...) SLACK_PRINTF(3, 4);

/** A legacy attachment's menu asks for its options. */
SLACK_API int slack_test_attachment_options(slack_test_t *test, const char *callback_id,
                                            const char *name, const char *typed);

/** A submitted legacy dialog, by what `submission` holds: "{city: 'Oslo'}". */
SLACK_API int slack_test_dialog(slack_test_t *test, const char *callback_id,
                                const char *submission_template, ...) SLACK_PRINTF(3, 4);

/** A cancelled legacy dialog. */
SLACK_API int slack_test_dialog_canceled(slack_test_t *test, const char *callback_id);

/** A legacy dialog's menu asks for its options. */
SLACK_API int slack_test_dialog_options(slack_test_t *test, const char *callback_id,
                                        const char *name, const char *typed);

/** A step of a workflow, with its inputs: "{user_id: 'U1', amount: 3}". Its execution is
 * "Fx0TEST". */
SLACK_API int slack_test_function(slack_test_t *test, const char *callback_id,
                                  const char *inputs_template, ...) SLACK_PRINTF(3, 4);

/** The interactions that follow come out of that step, with the inputs of the last
 * slack_test_function(): clicks in its messages, its modals. NULL for those of no step.
 * @return 0; SLACK_ENOMEM. */
SLACK_API int slack_test_in_function(slack_test_t *test, const char *callback_id);

/** A user opens a thread of the assistant, beside what `context` tells: "{channel_id: 'C1'}" or
 * "{}". The thread is 1.000001 in D0ASSISTANT. */
SLACK_API int slack_test_assistant_started(slack_test_t *test, const char *context_template, ...)
    SLACK_PRINTF(2, 3);

/** The user looks at something else beside that thread. */
SLACK_API int slack_test_assistant_context(slack_test_t *test, const char *context_template, ...)
    SLACK_PRINTF(2, 3);

/** The user writes in that thread. */
SLACK_API int slack_test_assistant_message(slack_test_t *test, const char *text);

/** Slack tells that it drops events of the app. */
SLACK_API int slack_test_app_rate_limited(slack_test_t *test);

/** Any body, as slack_ctx_body() shows it. */
SLACK_API int slack_test_body(slack_test_t *test, const char *body_template, ...)
    SLACK_PRINTF(2, 3);

/** Any body, as recorded JSON text. */
SLACK_API int slack_test_body_text(slack_test_t *test, const char *json, size_t len);

/* ---- how it was answered ---- */

/** What became of an ack. */
enum slack_test_outcome {
    SLACK_TEST_NOT_ACKED = 0, /* not yet, or never */
    SLACK_TEST_ACKED,         /* taken: HTTP 200 */
    SLACK_TEST_LATER,         /* Slack is to send it again: HTTP 503 */
    SLACK_TEST_REFUSED        /* can never be handled, the user is told of a failure: HTTP 404 */
};

/** The one ack of a delivery. */
typedef struct slack_test_ack {
    enum slack_test_outcome outcome; /* by now */
    const char *body;                /* the text, or the JSON text; "" for nothing */
    const slack_json_t *json;        /* the same read as JSON; NULL where it is none */
    uint64_t after_ms;               /* from the delivery to the ack, by the kit's clock */
} slack_test_ack_t;

/** How the last delivery was acknowledged. Never NULL; borrowed until the kit is freed, filled in
 * when a late ack arrives. */
SLACK_API const slack_test_ack_t *slack_test_ack(const slack_test_t *test);

/** Note a failure for slack_test_finish() unless the last delivery is acknowledged by now, within
 * Slack's three seconds, with a JSON body that has what the template has. "{}" is any object; NULL
 * is an empty body. A plain text is compared as a JSON string: "'the text'".
 * @return 0; SLACK_EMISMATCH; SLACK_ETEMPLATE; SLACK_ENOMEM. */
SLACK_API int slack_test_expect_ack(slack_test_t *test, const char *body_template, ...)
    SLACK_PRINTF(2, 3);

/** Note a failure unless that is what has become of the last delivery's ack by now: for what is
 * meant to be refused, or not yet acknowledged.
 * @return 0; SLACK_EMISMATCH. */
SLACK_API int slack_test_expect_outcome(slack_test_t *test, enum slack_test_outcome outcome);

/** Note a failure unless the handlers of the last delivery have ended with that error. Without it,
 * any error of a handler is a failure.
 * @return 0; SLACK_EMISMATCH. */
SLACK_API int slack_test_expect_status(slack_test_t *test, int status);

/**
 * How the handlers of the last delivery ended.
 *
 * @return 0 with their first error (or 0) in *ret_status; SLACK_EBUSY when they have not ended yet;
 *         SLACK_ENOTFOUND when none was reached: it was known, the bot's own, or of no kind;
 *         SLACK_EAUTH when none was since its tenant is refused (slack_authorize_refuse()), or
 *         what looking up the tenant failed with.
 */
SLACK_API int slack_test_status(const slack_test_t *test, int *ret_status);

/* ---- what the app calls ---- */

/**
 * Expect one call, which is answered with `ok: true` and what Slack adds to it, unless one of the
 * functions below says otherwise. Calls of different methods may come in any order; of those with
 * the same method and matching arguments, the one that was expected first is meant.
 *
 * @param method "chat.postMessage"; "response_url" for what slack_respond() sends.
 * @param args_template what the arguments have to have at least: members of objects that are not
 *        named may have any value, arrays have to be complete. NULL for any arguments.
 * @return 0; SLACK_EINVAL; SLACK_ETEMPLATE; SLACK_ENOMEM.
 */
SLACK_API int slack_test_expect(slack_test_t *test, const char *method, const char *args_template,
                                ...) SLACK_PRINTF(3, 4);

/* How the call that was expected last is answered. SLACK_EINVAL where there is none;
 * SLACK_ETEMPLATE; SLACK_ENOMEM; else 0. */

/** With this body: "{ok: true, user: {id: 'U1'}}". */
SLACK_API int slack_test_answer(slack_test_t *test, const char *answer_template, ...)
    SLACK_PRINTF(2, 3);

/** With `ok: false` and an error: "channel_not_found". Copied. */
SLACK_API int slack_test_answer_error(slack_test_t *test, const char *error);

/** With HTTP 429: the app waits that long, and then sends the call again, which is another call to
 * expect. */
SLACK_API int slack_test_answer_limited(slack_test_t *test, unsigned retry_after_s);

/** Not at all: SLACK_ECLOSED, the connection is lost and nobody knows what became of the call;
 * SLACK_ECONNECT, it never left, so the app sends it again after a pause; or another error. */
SLACK_API int slack_test_answer_lost(slack_test_t *test, int status);

/** Only after that time, which slack_test_advance_ms() lets pass. Above the 30 s that the app waits
 * for an answer, the call times out. */
SLACK_API int slack_test_answer_after_ms(slack_test_t *test, unsigned after_ms);

/** How many calls there were so far, the start's auth.test aside. */
SLACK_API size_t slack_test_call_count(const slack_test_t *test);

/** The arguments of a call, from 0, as they were sent: strings, but with nested values read. NULL
 * past the end. `ret_method` is optional. Borrowed until the kit is freed. */
SLACK_API const slack_json_t *slack_test_call_args(const slack_test_t *test, size_t index,
                                                   const char **ret_method);

#ifdef __GNUC__ /* as slack_jsonf() */
#define slack_test_event(...)             (__extension__ slack_test_event(__VA_ARGS__))
#define slack_test_block_action(...)      (__extension__ slack_test_block_action(__VA_ARGS__))
#define slack_test_view_submission(...)   (__extension__ slack_test_view_submission(__VA_ARGS__))
#define slack_test_attachment_action(...) (__extension__ slack_test_attachment_action(__VA_ARGS__))
#define slack_test_dialog(...)            (__extension__ slack_test_dialog(__VA_ARGS__))
#define slack_test_function(...)          (__extension__ slack_test_function(__VA_ARGS__))
#define slack_test_assistant_started(...) (__extension__ slack_test_assistant_started(__VA_ARGS__))
#define slack_test_assistant_context(...) (__extension__ slack_test_assistant_context(__VA_ARGS__))
#define slack_test_body(...)              (__extension__ slack_test_body(__VA_ARGS__))
#define slack_test_expect(...)            (__extension__ slack_test_expect(__VA_ARGS__))
#define slack_test_expect_ack(...)        (__extension__ slack_test_expect_ack(__VA_ARGS__))
#define slack_test_answer(...)            (__extension__ slack_test_answer(__VA_ARGS__))
#endif

/* ---- recordings ---- */

/**
 * Play a recording of an app (options.record): deliver again what was received, at the same
 * intervals of the kit's clock, answer calls as they were answered, and compare what the app
 * acknowledges and calls with what it did then, delivery by delivery. The kit must not have
 * started; who the bot is comes from the recording. docs/testing.md has the format.
 *
 * Secrets are not in recordings: their placeholders are delivered in their place, and stand for
 * themselves in calls. Deliveries that were put off are passed over, and what the app does after
 * the end of the recording is not compared.
 *
 * @param path the file.
 * @param ret_report Optional. Set to the differences in lines, "-" before what was recorded and "+"
 *        before what happened instead, or to what is wrong with the file, by its line; "" for no
 *        difference. Borrowed until the kit is freed.
 * @return 0: no difference; SLACK_EMISMATCH; SLACK_EIO where the file cannot be read; SLACK_EJSON,
 *         SLACK_EPROTO for what is no recording; SLACK_ETOOBIG; SLACK_EALREADY where the kit has
 *         started; as what delivers. Whatever is not 0 is a failure for slack_test_finish().
 */
SLACK_API int slack_test_replay(slack_test_t *test, const char *path, const char **ret_report);

/** The same for a recording in memory. */
SLACK_API int slack_test_replay_text(slack_test_t *test, const char *text, size_t len,
                                     const char **ret_report);

/* ---- the time, and the end ---- */

/** Let that much time pass, step by step: what becomes due on the way, answers and calls that wait
 * out a limit, happens at its time. Timers of the program's own loop handles are not moved.
 * @return as what delivers. */
SLACK_API int slack_test_advance_ms(slack_test_t *test, uint64_t ms);

/** What the kit's wall clock shows. Also in handlers. */
SLACK_API int64_t slack_test_wall_ms(const slack_test_t *test);

/**
 * Stop the app, and tell whether everything was as expected: each expected call was made and no
 * other; every delivery was acknowledged within Slack's three seconds and every handler has ended
 * without an error, where the test did not expect something else of that delivery.
 *
 * @param ret_why Optional. A sentence on the first thing that was not; "" where there is none.
 *        Borrowed until the kit is freed.
 * @return 0; SLACK_EMISMATCH; another error of a function above that ended the test early.
 */
SLACK_API int slack_test_finish(slack_test_t *test, const char **ret_why);

#ifdef __cplusplus
}
#endif
#endif
