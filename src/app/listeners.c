/* SPDX-License-Identifier: MIT */
#include "app/app.h"
#include "inbox/jobs.h"
#include "inbox/schedule.h"
#include "protocol/job_names.h"

/* The public functions that register listeners, middleware and hooks. */

int slack_listen(slack_app_t *app, const slack_listener_t *listener)
{
    SLACK_APP_REQUIRE(app);
    if (listener && listener->assistant) return slack__assistant_listen(app, listener);
    if (listener && listener->kind == SLACK_KIND_JOB && slack__job_is_reserved(listener->match))
        return slack__app_fail(app, SLACK_EINVAL, "listener \"%.64s\": " SLACK_JOB_RESERVED_WHY,
                               listener->match);
    int rc = slack__registry_add(&app->registry, listener, app->error);
    const char *first, *last;
    if (rc == 0 && slack__router_last_never_runs(app->registry.router, &last, &first))
        SLACK_LOG(&app->log, WARN, "listener never runs", "listener=%s because_of=%s hint=%s", last,
                  first, "the first that matches runs: remove one, or give the first a condition");
    return slack__app_failed(app, rc);
}

int slack_declare_calls(slack_app_t *app, const char *methods)
{
    SLACK_APP_REQUIRE(app);
    slack_slice_t bad = {"NULL", 4};
    const int rc =
        methods ? slack__declared_calls_add(&app->declared, methods, &bad) : SLACK_EINVAL;
    if (rc == 0) return 0;
    return slack__app_fail(
        app, rc, "slack_declare_calls: %.*s: %s", (int)(bad.len < 64 ? bad.len : 64), bad.ptr,
        rc == SLACK_EINVAL ? "is not the name of a method, such as chat.postMessage"
                           : slack_strerror(rc));
}

int slack_unlisten(slack_app_t *app, const char *name)
{
    SLACK_APP_REQUIRE(app);
    const int rc = slack__registry_remove(&app->registry, name);
    return rc == 0
               ? 0
               : slack__app_fail(app, rc,
                                 "slack_unlisten: no listener is named \"%.64s\": pass the name "
                                 "of a slack_listener_t",
                                 name ? name : "NULL");
}

int slack_on_message(slack_app_t *app, const char *text, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                 .message = 1,
                                                 .match = text,
                                                 .how = SLACK_MATCH_CONTAINS,
                                                 .fn = fn,
                                                 .user_data = user_data});
}

/* For kinds whose match is one exact name. */
static int listen_exact(slack_app_t *app, enum slack_kind kind, const char *match,
                        slack_handler_fn fn, void *user_data)
{
    return slack_listen(
        app, &(slack_listener_t){.kind = kind, .match = match, .fn = fn, .user_data = user_data});
}

int slack_on_event(slack_app_t *app, const char *type, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_EVENT, type, fn, user_data);
}

int slack_on_command(slack_app_t *app, const char *command, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_COMMAND, command, fn, user_data);
}

int slack_on_action(slack_app_t *app, const char *action_id, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_ACTION, action_id, fn, user_data);
}

int slack_on_shortcut(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                      void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_SHORTCUT, callback_id, fn, user_data);
}

int slack_on_view_submission(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                             void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_VIEW_SUBMISSION, callback_id, fn, user_data);
}

int slack_on_view_closed(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                         void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_VIEW_CLOSED, callback_id, fn, user_data);
}

int slack_on_dialog(slack_app_t *app, const char *callback_id, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_DIALOG, callback_id, fn, user_data);
}

int slack_on_function(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                      void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                 .function = 1,
                                                 .match = callback_id,
                                                 .fn = fn,
                                                 .user_data = user_data});
}

int slack_on_app_rate_limited(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_APP_RATE_LIMITED, NULL, fn, user_data);
}

int slack_on_options(slack_app_t *app, const char *action_id, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_OPTIONS, action_id, fn, user_data);
}

int slack_on_job(slack_app_t *app, const char *name, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_exact(app, SLACK_KIND_JOB, name, fn, user_data);
}

/* ---- middleware and hooks ---- */

int slack_use(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    const int rc = slack__registry_use(&app->registry, fn, user_data);
    return rc == 0 ? 0
                   : slack__app_fail(app, rc, "slack_use: %s",
                                     rc == SLACK_EINVAL ? "fn is NULL: pass the middleware"
                                                        : "there are too many middleware: call one "
                                                          "from another");
}

void slack_on_error(slack_app_t *app, slack_error_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->registry.error_fn = fn;
    app->registry.error_data = user_data;
}

void slack_on_dead(slack_app_t *app, slack_dead_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->registry.dead_fn = fn;
    app->registry.dead_data = user_data;
}

void slack_on_unmatched(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->registry.unmatched = (slack_middleware_t){fn, user_data};
}

void slack_on_unacked(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->deadlines.hook = (slack_middleware_t){fn, user_data};
}

int slack_default_ack(slack_app_t *app, enum slack_kind kind, const char *body)
{
    SLACK_APP_REQUIRE(app);
    const int rc = slack__ack_deadlines_set(&app->deadlines, kind, body);
    const char *what = rc == SLACK_EINVAL  ? "handlers do not acknowledge this kind: leave it out"
                       : rc == SLACK_EJSON ? "the body is not JSON: pass one such as "
                                             "{\"text\": \"Hold on\"}"
                       : rc == SLACK_EACKBODY
                           ? "this kind does not accept the body: see slack/ack.h"
                           : slack_strerror(rc);
    return rc == 0
               ? 0
               : slack__app_fail(app, rc, "the default ack of %s: %s", slack_kind_name(kind), what);
}

int slack_app_defer(slack_app_t *app, const slack_job_t *job)
{
    SLACK_APP_REQUIRE(app);
    return slack__app_failed(app, slack__jobs_defer(&app->inbox, job, app->error));
}

int slack_schedule(slack_app_t *app, const slack_schedule_t *schedule)
{
    SLACK_APP_REQUIRE(app);
    if (schedule == NULL)
        return slack__app_fail(app, SLACK_EINVAL, "slack_schedule: the schedule is NULL: pass one");
    const slack_listener_t listener = {
        .kind = SLACK_KIND_JOB,
        .match = schedule->name,
        .run = schedule->run,
        .attempts = schedule->attempts,
        .fn = schedule->fn,
        .user_data = schedule->user_data,
    };
    int rc = slack__schedules_add(&app->inbox, schedule, app->error);
    if (rc != 0) return slack__app_failed(app, rc);
    rc = slack_listen(app, &listener);
    if (rc != 0) slack__schedules_remove(&app->inbox, schedule->name);
    return rc;
}

int slack_every(slack_app_t *app, const char *name, const char *cron, const char *zone,
                slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return slack_schedule(
        app, &(slack_schedule_t){
                 .name = name, .cron = cron, .zone = zone, .fn = fn, .user_data = user_data});
}

/* Explains why a row could not be canceled. */
static int cancel_result(slack_app_t *app, const char *function, int rc)
{
    return rc == 0 ? 0
                   : slack__app_fail(app, rc, "%s: %s", function,
                                     rc == SLACK_EINVAL ? "there is no key: pass the key"
                                     : rc == SLACK_ECANCELED
                                         ? "the app does not run: call it after the start"
                                         : slack_strerror(rc));
}

int slack_cancel_job(slack_app_t *app, const char *key, slack_cancel_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return cancel_result(app, __func__,
                         slack__own_cancel(&app->inbox, SLACK_SLICE("job"), key, fn, user_data));
}

/* ---- stored requests ---- */

int slack_app_post_request(slack_app_t *app, const slack_post_options_t *post)
{
    SLACK_APP_REQUIRE(app);
    return slack__app_failed(app, slack__outbox_post(&app->inbox, post, app->error));
}

int slack_cancel_post(slack_app_t *app, const char *key, slack_cancel_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return cancel_result(app, __func__, slack__outbox_cancel(&app->inbox, key, fn, user_data));
}

void slack_on_dead_post(slack_app_t *app, slack_dead_post_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->outbox.dead_fn = fn;
    app->outbox.dead_data = user_data;
}
