/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"

#include <string.h>

#include "app/app.h"

int slack__inspect_app_new(slack_app_t **ret_app, const slack_options_t *options)
{
    return slack__app_new(ret_app, options, false);
}

void slack__inspect_check_lifetimes(slack_app_t *app)
{
    slack__lifetimes_check(&app->services.lifetimes);
}

const char *slack__inspect_misuse(const slack_app_t *app)
{
    return app->services.lifetimes.misuse;
}

void slack__inspect_set_clock(slack_app_t *app, const slack_clock_t *clock)
{
    app->log.clock = clock;
}

void slack__inspect_set_sender(slack_app_t *app, const slack_sender_t *sender)
{
    app->senders.calls = sender;
}

void slack__inspect_set_fetch_sender(slack_app_t *app, const slack_fetch_sender_t *sender)
{
    app->senders.fetches = sender;
}

void slack__inspect_set_log_level(slack_app_t *app, enum slack_log_level level)
{
    app->options.log_level = level;
    app->log.level = level;
}

void slack__inspect_log_all(slack_app_t *app)
{
    app->log.limits = NULL;
}

slack_options_t *slack__inspect_options(slack_app_t *app)
{
    return &app->options;
}

const slack_clock_t *slack__inspect_clock(const slack_app_t *app)
{
    return app->log.clock;
}

slack_net_t *slack__inspect_net(const slack_app_t *app)
{
    return app->services.net;
}

slack_webapi_t *slack__inspect_webapi(const slack_app_t *app)
{
    return app->services.webapi;
}

slack_store_t *slack__inspect_store(const slack_app_t *app)
{
    return app->queue.store;
}

slack_transport_t *slack__inspect_transport(const slack_app_t *app, const char *name)
{
    return slack__transports_find(&app->transports, slack__slice(name));
}

const char *slack__inspect_state(const slack_app_t *app)
{
    static const char *const names[] = {
        [SLACK_APP_NEW] = "new",           [SLACK_APP_AUTHORIZING] = "authorizing",
        [SLACK_APP_RUNNING] = "running",   [SLACK_APP_LEAVING] = "leaving",
        [SLACK_APP_DRAINING] = "draining", [SLACK_APP_CLOSING] = "closing",
        [SLACK_APP_STOPPED] = "stopped",
    };
    return names[app->life.state];
}

bool slack__inspect_is(const slack_app_t *app, const char *state)
{
    return strcmp(slack__inspect_state(app), state) == 0;
}

int slack__inspect_status(const slack_app_t *app)
{
    return app->life.status;
}

const char *slack__inspect_unready(const slack_app_t *app)
{
    return slack__app_unready(app);
}

void slack__inspect_reload(slack_app_t *app)
{
    slack__app_read_files(app);
}

bool slack__inspect_checks_token(const slack_app_t *app)
{
    return app->identity.checking;
}

void slack__inspect_tenants(const slack_app_t *app, size_t *ret_open, size_t *ret_known)
{
    *ret_open = *ret_known = 0;
    if (app->identity.authorizer)
        slack__authorizer_counts(app->identity.authorizer, ret_open, ret_known);
}

const uint64_t *slack__inspect_lookups(const slack_app_t *app)
{
    return slack__authorizer_lookups(app->identity.authorizer);
}

slack_counters_t *slack__inspect_counters(slack_app_t *app)
{
    return &app->counters;
}

int slack__inspect_metrics_write(slack_app_t *app, slack_buf_t *out)
{
    return slack__app_metrics_write(app, out);
}

size_t slack__inspect_live(const slack_app_t *app)
{
    return app->inbox.live_count;
}

size_t slack__inspect_requests(const slack_app_t *app)
{
    return app->outbox.live_count;
}

void slack__inspect_poll(slack_app_t *app)
{
    slack__queue_look(&app->queue);
}

bool slack__inspect_claims(const slack_app_t *app)
{
    return app->queue.claiming;
}

bool slack__inspect_overflows(const slack_app_t *app)
{
    return app->queue.overflow;
}

unsigned slack__inspect_shares(const slack_app_t *app)
{
    return app->cluster.shares.under_way;
}

bool slack__inspect_renews(const slack_app_t *app)
{
    return app->queue.renewing || app->cluster.processes.looking;
}

void slack__inspect_set_renewing(slack_app_t *app, bool renewing)
{
    app->queue.renewing = renewing;
    if (renewing) /* a written entry of the process renews the lease, too */
        slack__processes_stop(&app->cluster.processes);
    else
        slack__processes_start(&app->cluster.processes);
}

void slack__inspect_set_store_failing(slack_app_t *app, bool failing)
{
    app->queue.store_failing = failing;
}

bool slack__inspect_workers_busy(const slack_app_t *app)
{
    const slack_net_t *net = app->services.net;
    return slack__pool_busy(app->services.pool) || (net && net->working > 0);
}

slack_error_fn slack__inspect_error_fn(const slack_app_t *app, void **ret_user_data)
{
    *ret_user_data = app->registry.error_data;
    return app->registry.error_fn;
}

slack_delivery_t *slack__inspect_delivery(const slack_ctx_t *ctx)
{
    return ctx->delivery;
}

slack_delivery_t *slack__inspect_ended(slack_store_op_t *op)
{
    return SLACK_CONTAINER(op, slack_entry_t, item.op)->run.ctx.delivery;
}

int64_t slack__inspect_row(const slack_ctx_t *ctx)
{
    return slack__entry_of_ctx((slack_ctx_t *)(uintptr_t)ctx)->item.op.row.id;
}

bool slack__inspect_unmatched(const slack_ctx_t *ctx)
{
    return slack__run_of((slack_ctx_t *)(uintptr_t)ctx)->unmatched_reported;
}

const char *slack__inspect_listeners(const slack_app_t *app, enum slack_kind kind,
                                     slack_arena_t *arena)
{
    return slack__router_names(app->registry.router, kind, arena);
}

const char *slack__inspect_failure(const slack_ctx_t *ctx)
{
    return slack__fault_why(&ctx->failure.first);
}

const char *slack__inspect_open(const slack_ctx_t *ctx, slack_arena_t *arena)
{
    return slack__ctx_why_open(ctx, arena);
}

const char *slack__inspect_job(const slack_ctx_t *ctx)
{
    return ctx->job;
}

unsigned slack__inspect_calls(const slack_ctx_t *ctx)
{
    return ctx->calls;
}

void slack__inspect_fail_listener(slack_ctx_t *ctx, int status, const char *reason)
{
    const slack_voice_t voice = {.fault = {.status = status, .word = reason, .why = reason}};
    slack__run_listener_failed(slack__run_of(ctx), status, &voice);
}
