/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "app/app.h"
#include "util/error.h"

/* The host of the transports: the functions of the app that a transport may call. */

static void host_state(slack_transport_t *t, enum slack_transport_state state, int reason)
{
    static const char *const names[] = {"idle", "starting", "ready", "degraded", "stopped"};
    slack_app_t *app = t->host_data;
    t->state = state;
    slack_transport_stats_t stats = {0};
    t->ops->stats(t, &stats);
    SLACK_LOG(&app->log, INFO, "transport changed its state",
              "transport=%s state=%s reason=%s port=%u", t->ops->name, names[state],
              reason ? slack_err_name(reason) : "none", stats.port);
    const uint64_t since_us = slack__net_now_us(app->services.net);
    const slack_life_t *life = &app->life;
    if (life->state_fn) life->state_fn(app, t->ops->name, state, reason, life->state_data);
    slack__net_note_blocking(app->services.net, since_us, "state", t->ops->name);
    if (state != SLACK_TRANSPORT_STOPPED) return;
    if (app->life.state == SLACK_APP_CLOSING)
        slack__app_idle(app);
    else
        slack__app_shutdown(app, reason ? reason : SLACK_ECLOSED);
}

static void host_deliver(slack_transport_t *t, slack_delivery_t *d)
{
    slack_app_t *app = t->host_data;
    d->number = ++app->transports.deliveries;
    if (app->recorder) { /* the recorder's stand-in for `t` records the ack */
        slack__record_delivery(app->recorder, t, d);
        t = slack__recorder_transport(app->recorder, t);
    }
    slack__inbox_deliver(&app->inbox, t, d);
}

static int host_call(slack_transport_t *t, const char *method, slack_call_fn fn, void *user_data)
{
    slack_app_t *app = t->host_data;
    return slack__webapi_call(&app->identity.app_client, method, NULL, fn, user_data);
}

static int host_visit(slack_transport_t *t, slack_http_request_t *request)
{
    slack_app_t *app = t->host_data;
    return slack__http_routes_visit(&app->routes, request);
}

static void SLACK_PRINTF(2, 3) host_error(slack_transport_t *t, const char *format, ...)
{
    slack_app_t *app = t->host_data;
    va_list ap;
    va_start(ap, format);
    slack__explain_v(app->error, format, ap);
    va_end(ap);
}

int slack__app_create_transports(slack_app_t *app)
{
    app->transports.host = (struct slack_transport_host){
        .net = app->services.net,
        .state = host_state,
        .deliver = host_deliver,
        .call = host_call,
        .visit = host_visit,
        .error = host_error,
    };
    int rc = slack__transports_create(&app->transports, slack__transport_types, &app->options,
                                      app->error);
    for (size_t i = 0; i < app->transports.count; i++)
        app->transports.list[i]->host_data = app;
    return rc;
}

int slack_app_transport_stats(slack_app_t *app, const char *name,
                              slack_transport_stats_t *ret_stats)
{
    SLACK_APP_REQUIRE(app);
    const slack_transport_t *t = slack__transports_find(&app->transports, slack__slice(name));
    if (t == NULL)
        return slack__app_fail(
            app, SLACK_ENOTFOUND,
            "slack_app_transport_stats: the app has no transport \"%.32s\": name "
            "one of SLACK_TRANSPORT",
            name ? name : "NULL");
    slack_transport_stats_t stats = {0};
    t->ops->stats(t, &stats);
    stats.state = t->state;
    stats.admin_port = slack__admin_server_port(&app->admin);
    *ret_stats = stats;
    return 0;
}

void slack_on_state(slack_app_t *app, slack_state_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->life.state_fn = fn;
    app->life.state_data = user_data;
}
