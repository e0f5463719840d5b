/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>

#include "app/app.h"
#include "util/error.h"

/* The host of the transports: the functions of the app that a transport may call. */

/* The time in which Slack sends events again that it could not deliver, after a connection is
 * back. */
#define REDELIVERED_MS 5000
/* The time in which a message may not be in the history of its channel yet. */
#define START_MS 2000
/* Slack reports each minute in which it drops events
 * (https://docs.slack.dev/apis/events-api#rate-limiting). */
#define RATE_LIMITED_MS 90000

/* Without a transport that is ready, events are missed. */
static void tell_catch_up(slack_app_t *app, const slack_transport_t *t,
                          enum slack_transport_state before)
{
    slack_transport_t *catch_up = app->transports.catch_up;
    if (catch_up == NULL || t == catch_up || t->state == before) return;
    if (t->standby && before == SLACK_TRANSPORT_STARTING) return; /* other processes listen */
    if (t->state != SLACK_TRANSPORT_READY)
        slack__catch_up_deaf(catch_up);
    else if (before == SLACK_TRANSPORT_DEGRADED)
        slack__catch_up_gap(catch_up, "a transport was not connected", REDELIVERED_MS);
    else
        slack__catch_up_gap(catch_up, "the start", START_MS);
}

static void host_state(slack_transport_t *t, enum slack_transport_state state, int reason)
{
    static const char *const names[] = {"idle", "starting", "ready", "degraded", "stopped"};
    slack_app_t *app = t->host_data;
    const enum slack_transport_state before = t->state;
    t->state = state;
    tell_catch_up(app, t, before);
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

static void host_used(slack_transport_t *t)
{
    slack_app_t *app = t->host_data;
    slack__cluster_changed(&app->cluster); /* others read which connections this process has */
}

static void host_deliver(slack_transport_t *t, slack_delivery_t *d)
{
    slack_app_t *app = t->host_data;
    d->number = ++app->transports.deliveries;
    if (app->recorder) { /* the recorder's stand-in for `t` records the ack */
        slack__record_delivery(app->recorder, t, d);
        t = slack__recorder_transport(app->recorder, t);
    }
    if (app->transports.catch_up &&
        strcmp(slack_json_str(d->body, "type"), "app_rate_limited") == 0)
        slack__catch_up_gap(app->transports.catch_up, "Slack dropped events: app_rate_limited",
                            RATE_LIMITED_MS);
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
    if (app->admin.server && !slack__http_routes_published(&app->routes, request->path))
        return SLACK_ENOTFOUND;
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

/* Whether signing secrets belong to different apps: "A1:secret,A2:secret". */
static bool names_several_apps(const char *secrets)
{
    slack_slice_t rest = slack__slice(secrets), entry, first = {NULL, 0};
    while (slack__slice_split(&rest, ',', &entry)) {
        slack_slice_t app_id;
        entry = slack__slice_strip(entry);
        if (entry.len == 0 || memchr(entry.ptr, ':', entry.len) == NULL) continue;
        slack__slice_split(&entry, ':', &app_id);
        if (first.len > 0 && !slack__slice_eq(first, app_id)) return true;
        first = app_id;
    }
    return false;
}

static int create_catch_up(slack_app_t *app)
{
    slack_transports_t *transports = &app->transports;
    if (app->options.catch_up && !app->identity.has_own)
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_CATCH_UP=%.40s: an app that looks tokens up has none to read "
                               "history with: remove it, or set SLACK_BOT_TOKEN without "
                               "slack_app_authorize()",
                               app->options.catch_up);
    int rc =
        slack__catch_up_create(&transports->catch_up, &transports->host, &app->options, app->error);
    if (transports->catch_up) transports->list[transports->count++] = transports->catch_up;
    if (rc == 0 && transports->catch_up && names_several_apps(app->options.signing_secret))
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_CATCH_UP=%.40s: history does not tell which app a message is "
                               "for, and SLACK_SIGNING_SECRET names several: remove it, or run a "
                               "process for each app",
                               app->options.catch_up);
    return rc;
}

int slack__app_create_transports(slack_app_t *app)
{
    if (app->options.role == SLACK_ROLE_WORK) return 0;
    if (app->identity.distributed && names_several_apps(app->options.signing_secret))
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_CLIENT_ID=%.64s: it belongs to one app, and "
                               "SLACK_SIGNING_SECRET names several: run a process for each app",
                               app->options.client_id);
    app->transports.host = (struct slack_transport_host){
        .net = app->services.net,
        .state = host_state,
        .used = host_used,
        .deliver = host_deliver,
        .call = host_call,
        .visit = host_visit,
        .error = host_error,
    };
    int rc = slack__transports_create(&app->transports, slack__transport_types, &app->options,
                                      app->error);
    if (rc == 0) rc = create_catch_up(app);
    for (size_t i = 0; i < app->transports.count; i++)
        app->transports.list[i]->host_data = app;
    return rc;
}

/* ---- connections that the processes of the app share ---- */

static slack_allowance_use_t slots_allow(void *user_data, const slack_allowance_t *allowance)
{
    slack_app_t *app = user_data;
    slack_transport_t *t = slack__transports_find(&app->transports, SLACK_SLICE("socket"));
    return t->ops->allow(t, allowance);
}

static void slots_took_over(void *user_data)
{
    slack_app_t *app = user_data;
    if (app->transports.catch_up)
        slack__catch_up_gap(app->transports.catch_up, "a process with a connection is gone",
                            REDELIVERED_MS);
}

bool slack__app_share_connections(slack_app_t *app)
{
    static const struct slack_slot_keeper_owner owner = {slots_allow, slots_took_over};
    if (slack__transports_find(&app->transports, SLACK_SLICE("socket")) == NULL) return false;
    app->cluster.budget = app->options.socket_connections;
    app->cluster.slots.owner = &owner;
    app->cluster.slots.owner_data = app;
    return true;
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
