/* SPDX-License-Identifier: MIT */
#include "app/app.h"

int slack_listen(slack_app_t *app, const slack_listener_t *listener)
{
    return listener && listener->assistant ? slack__assistant_listen(app, listener)
                                           : slack__app_listen(app, listener);
}

int slack__app_listen(slack_app_t *app, const slack_listener_t *listener)
{
    char why[SLACK_ERROR_TEXT_MAX] = "no room for another listener";
    int rc = slack__router_add(app->routes, listener, why);
    if (rc == 0 && listener->ordered) app->backlog.ordered = true;
    return rc == 0 ? 0
                   : slack__app_fail(app, rc, "%s", rc == SLACK_ENOMEM ? slack_strerror(rc) : why);
}

int slack_unlisten(slack_app_t *app, const char *name)
{
    return name ? slack__router_remove(app->routes, name) : SLACK_ENOTFOUND;
}

int slack_on_message(slack_app_t *app, const char *text, slack_handler_fn fn, void *user_data)
{
    return slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                 .message = 1,
                                                 .match = text,
                                                 .how = SLACK_MATCH_CONTAINS,
                                                 .fn = fn,
                                                 .user_data = user_data});
}

/* The kinds whose match is one exact name. */
static int listen_exact(slack_app_t *app, enum slack_kind kind, const char *match,
                        slack_handler_fn fn, void *user_data)
{
    return slack_listen(
        app, &(slack_listener_t){.kind = kind, .match = match, .fn = fn, .user_data = user_data});
}

int slack_on_event(slack_app_t *app, const char *type, slack_handler_fn fn, void *user_data)
{
    return listen_exact(app, SLACK_KIND_EVENT, type, fn, user_data);
}

int slack_on_command(slack_app_t *app, const char *command, slack_handler_fn fn, void *user_data)
{
    return listen_exact(app, SLACK_KIND_COMMAND, command, fn, user_data);
}

int slack_on_action(slack_app_t *app, const char *action_id, slack_handler_fn fn, void *user_data)
{
    return listen_exact(app, SLACK_KIND_ACTION, action_id, fn, user_data);
}

int slack_on_shortcut(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                      void *user_data)
{
    return listen_exact(app, SLACK_KIND_SHORTCUT, callback_id, fn, user_data);
}

int slack_on_view_submission(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                             void *user_data)
{
    return listen_exact(app, SLACK_KIND_VIEW_SUBMISSION, callback_id, fn, user_data);
}

int slack_on_view_closed(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                         void *user_data)
{
    return listen_exact(app, SLACK_KIND_VIEW_CLOSED, callback_id, fn, user_data);
}

int slack_on_dialog(slack_app_t *app, const char *callback_id, slack_handler_fn fn, void *user_data)
{
    return listen_exact(app, SLACK_KIND_DIALOG, callback_id, fn, user_data);
}

int slack_on_function(slack_app_t *app, const char *callback_id, slack_handler_fn fn,
                      void *user_data)
{
    return slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                 .function = 1,
                                                 .match = callback_id,
                                                 .fn = fn,
                                                 .user_data = user_data});
}

int slack_on_app_rate_limited(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    return listen_exact(app, SLACK_KIND_APP_RATE_LIMITED, NULL, fn, user_data);
}

int slack_on_options(slack_app_t *app, const char *action_id, slack_handler_fn fn, void *user_data)
{
    return listen_exact(app, SLACK_KIND_OPTIONS, action_id, fn, user_data);
}

int slack_use(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    if (fn == NULL) return SLACK_EINVAL;
    if (app->middleware_count == APP_MIDDLEWARE_MAX) return SLACK_EBUSY;
    app->middleware[app->middleware_count++] = (slack_middleware_t){fn, user_data};
    return 0;
}

void slack_on_error(slack_app_t *app, slack_error_fn fn, void *user_data)
{
    app->error_fn = fn;
    app->error_data = user_data;
}

void slack_on_unmatched(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    app->unmatched = (slack_middleware_t){fn, user_data};
}

void slack_on_unacked(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    app->not_acked = (slack_middleware_t){fn, user_data};
}
