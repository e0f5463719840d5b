/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"

#include <string.h>

#include "app/http.h"
#include "app/metrics.h"
#include "context/ctx.h"

int slack__inspect_app_new(slack_app_t **ret_app, const slack_options_t *options)
{
    return slack__app_new(ret_app, options, false);
}

void slack__inspect_set_clock(slack_app_t *app, const slack_clock_t *clock)
{
    app->clock = clock;
    app->log.clock = clock;
}

void slack__inspect_set_sender(slack_app_t *app, const slack_sender_t *sender)
{
    app->sender = sender;
}

void slack__inspect_set_log_level(slack_app_t *app, enum slack_log_level level)
{
    app->options.log_level = level;
    app->log.level = level;
}

slack_options_t *slack__inspect_options(slack_app_t *app)
{
    return &app->options;
}

const slack_clock_t *slack__inspect_clock(const slack_app_t *app)
{
    return app->clock;
}

slack_net_t *slack__inspect_net(const slack_app_t *app)
{
    return app->net;
}

slack_webapi_t *slack__inspect_webapi(const slack_app_t *app)
{
    return app->webapi;
}

slack_store_t *slack__inspect_store(const slack_app_t *app)
{
    return app->store;
}

slack_transport_t *slack__inspect_transport(const slack_app_t *app, const char *name)
{
    return slack__app_transport(app, name);
}

const char *slack__inspect_state(const slack_app_t *app)
{
    static const char *const names[] = {
        [APP_NEW] = "new",         [APP_AUTHORIZING] = "authorizing", [APP_RUNNING] = "running",
        [APP_LEAVING] = "leaving", [APP_DRAINING] = "draining",       [APP_CLOSING] = "closing",
        [APP_STOPPED] = "stopped",
    };
    return names[app->state];
}

bool slack__inspect_is(const slack_app_t *app, const char *state)
{
    return strcmp(slack__inspect_state(app), state) == 0;
}

int slack__inspect_status(const slack_app_t *app)
{
    return app->status;
}

const char *slack__inspect_unready(const slack_app_t *app)
{
    return slack__app_unready(app);
}

void slack__inspect_reload(slack_app_t *app)
{
    slack__app_reload(app);
}

bool slack__inspect_checks_token(const slack_app_t *app)
{
    return app->token_checking;
}

void slack__inspect_tenants(const slack_app_t *app, size_t *ret_open, size_t *ret_known)
{
    slack__authority_counts(app, ret_open, ret_known);
}

const uint64_t *slack__inspect_lookups(const slack_app_t *app)
{
    return slack__authority_lookups(app);
}

slack_counters_t *slack__inspect_counters(slack_app_t *app)
{
    return &app->counters;
}

int slack__inspect_metrics_write(const slack_app_t *app, slack_buf_t *out)
{
    return slack__app_metrics_write(app, out);
}

size_t slack__inspect_live(const slack_app_t *app)
{
    return app->live_count;
}

void slack__inspect_poll(slack_app_t *app)
{
    slack__backlog_poll(app);
}

bool slack__inspect_claims(const slack_app_t *app)
{
    return app->backlog.claiming;
}

bool slack__inspect_overflows(const slack_app_t *app)
{
    return app->backlog.overflow;
}

bool slack__inspect_renews(const slack_app_t *app)
{
    return app->backlog.renewing;
}

void slack__inspect_set_renewing(slack_app_t *app, bool renewing)
{
    app->backlog.renewing = renewing;
}

void slack__inspect_set_store_failing(slack_app_t *app, bool failing)
{
    app->store_failing = failing;
}

bool slack__inspect_workers_busy(const slack_app_t *app)
{
    return slack__workers_busy(app);
}

slack_error_fn slack__inspect_error_fn(const slack_app_t *app, void **ret_user_data)
{
    *ret_user_data = app->error_data;
    return app->error_fn;
}

slack_delivery_t *slack__inspect_delivery(const slack_ctx_t *ctx)
{
    return ctx->d;
}

slack_delivery_t *slack__inspect_ended(slack_store_op_t *op)
{
    return SLACK_CONTAINER(op, slack_ctx_t, op)->d;
}

int64_t slack__inspect_row(const slack_ctx_t *ctx)
{
    return ctx->op.row.id;
}

const char *slack__inspect_job(const slack_ctx_t *ctx)
{
    return ctx->job;
}

unsigned slack__inspect_calls(const slack_ctx_t *ctx)
{
    return ctx->calls;
}

void slack__inspect_fail_step(slack_ctx_t *ctx, int status, const char *reason)
{
    slack__step_failed(ctx, status, reason);
}
