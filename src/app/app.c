/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/http.h"
#include "app/options.h"
#include "protocol/api_error.h"
#include "util/alloc.h"
#include "util/file.h"

/*
 * The life of an app:
 *
 *   NEW -> start -> AUTHORIZING -> RUNNING -> LEAVING -> DRAINING -> CLOSING -> STOPPED
 *
 * Closing takes down in the reverse order of the start, each part when the one before has told its
 * end: transports, calls, workers, store, net, and the loop's handles.
 */

/* How large a recording may become where nothing is said. */
#define RECORD_MIB 64
/* Calls under way at once. */
#define CALLS_MAX 256
/* One attempt of a call. */
#define CALL_TIMEOUT_MS 30000

int slack__app_fail(slack_app_t *app, int rc, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(app->error, sizeof app->error, format, ap);
    va_end(ap);
    return rc;
}

const char *slack_app_error(const slack_app_t *app)
{
    return app ? app->error : "";
}

slack_client_t *slack_app_client(slack_app_t *app)
{
    return &app->client;
}

/* ---- new and free ---- */

int slack__app_new(slack_app_t **ret_app, const slack_options_t *options, bool environment)
{
    slack_app_t *app = slack__calloc(1, sizeof *app);
    if (app == NULL) return SLACK_ENOMEM;
    app->routes = slack__router_new();
    slack__http_routes_init(&app->http_routes);
    if (app->routes == NULL || slack__app_add_pages(app) != 0 ||
        uv_mutex_init(&app->posts_lock) != 0) {
        slack__http_routes_done(&app->http_routes);
        slack__router_free(app->routes);
        slack__free(app);
        return SLACK_ENOMEM;
    }
    slack__link_init(&app->posts);
    slack__link_init(&app->live);
    slack__link_init(&app->rejected);
    slack__link_init(&app->zombies);
    slack__link_init(&app->backlog.unsettled);
    static const struct slack_transport_ops no_transport = {.name = "none"};
    app->no_transport.ops = &no_transport;
    slack__link_init(&app->unacked);
    slack__link_init(&app->reject_task.link);
    app->reject_task.run = slack__inbox_reject_run;

    int rc = slack__options_resolve(&app->options, options, environment, app->error);
    if (rc == 0) rc = slack__tokens_init(app);
    const slack_options_t *o = &app->options;
    app->clock = &slack__clock_system;
    app->log =
        (slack_logger_t){o->log_level, o->log_format, o->log_fn, o->log_user_data, app->clock};
    app->loop = o->loop;
    if (rc != 0 && rc != SLACK_ECONFIG) {
        slack_app_free(app);
        return rc;
    }
    if (rc != 0) app->status = rc; /* remembered: such an app does not start */
    *ret_app = app;
    return rc;
}

int slack_app_new(slack_app_t **ret_app, const slack_options_t *options)
{
    return slack__app_new(ret_app, options, true);
}

static void app_destroy(slack_app_t *app)
{
    slack__inbox_free_zombies(app);
    slack__workers_free(app->workers);
    slack__authority_free(app->authority);
    slack__router_free(app->routes);
    slack__http_routes_done(&app->http_routes);
    slack__ack_deadline_done(app);
    slack_options_done(&app->options);
    uv_mutex_destroy(&app->posts_lock);
    slack__free(app);
}

void slack_app_free(slack_app_t *app)
{
    if (app == NULL) return;
    if (app->state != APP_NEW && (app->state != APP_STOPPED || app->in_run)) {
        app->free_when_stopped = true;
        slack_app_stop(app);
        slack_app_stop(app); /* do not wait for what is under way */
        return;
    }
    slack__mailbox_cancel(app);
    app_destroy(app);
}

/* ---- closing ---- */

/* The last that an app does on its loop. */
static void stopped(slack_app_t *app)
{
    slack__mailbox_cancel(app);
    app->state = APP_STOPPED;
    bool destroy = app->free_when_stopped && !app->in_run;
    slack_app_stopped_fn fn = app->stopped_fn;
    if (destroy) app->state = APP_CLOSING; /* a free inside of fn has been asked for already */
    if (fn) fn(app, app->status, app->stopped_data);
    if (destroy) app_destroy(app);
}

static void handle_closed(uv_handle_t *handle)
{
    slack_app_t *app = handle->data;
    if (--app->handles == 0) stopped(app);
}

/* Of the file watch, and of the loop lag. */
static void part_closed(void *user_data)
{
    slack_app_t *app = user_data;
    if (--app->handles == 0) stopped(app);
}

static void close_handle(slack_app_t *app, uv_handle_t *handle)
{
    handle->data = app;
    uv_close(handle, handle_closed);
}

static void net_closed(void *user_data)
{
    slack_app_t *app = user_data;
    app->net = NULL;
    bool wakeup = atomic_load(&app->wakeup_open);
    slack__mailbox_close(app);
    if (wakeup) close_handle(app, (uv_handle_t *)&app->wakeup);
    if (app->signals) {
        close_handle(app, (uv_handle_t *)&app->sigint);
        close_handle(app, (uv_handle_t *)&app->sigterm);
        close_handle(app, (uv_handle_t *)&app->sighup);
    }
    slack__loop_lag_close(&app->loop_lag, part_closed, app);
    slack__file_watch_close(&app->token_files, part_closed);
}

static void recorder_closed(void *user_data)
{
    slack_app_t *app = user_data;
    app->recorder = NULL;
    slack__net_close(app->net, net_closed, app);
}

static void store_closed(void *user_data)
{
    slack_app_t *app = user_data;
    app->store = NULL;
    slack__recorder_close(app->recorder, recorder_closed, app);
}

static void workers_closed(slack_app_t *app)
{
    while (app->transport_count > 0) {
        slack_transport_t *t = app->transports[--app->transport_count];
        t->ops->destroy(t);
    }
    if (app->store)
        app->store->ops->close(app->store, store_closed, app);
    else
        store_closed(app);
}

static void calls_closed(void *user_data)
{
    slack_app_t *app = user_data;
    app->webapi = NULL;
    slack__workers_close(app, workers_closed);
}

/* Go on with closing once the transports have stopped and no delivery needs them any more. */
static void close_parts(slack_app_t *app)
{
    if (app->parts_closing || app->live_count > 0 || app->rejected_count > 0) return;
    if (app->admin.server) return;
    for (size_t i = 0; i < app->transport_count; i++) {
        enum slack_transport_state state = app->transports[i]->state;
        if (state != SLACK_TRANSPORT_IDLE && state != SLACK_TRANSPORT_STOPPED) return;
    }
    app->parts_closing = true;
    if (app->webapi)
        slack__webapi_close(app->webapi, calls_closed, app);
    else
        calls_closed(app);
}

static void close_begin(slack_app_t *app)
{
    app->state = APP_CLOSING;
    atomic_store(&app->stopping, true);
    slack__timer_stop(app->net, &app->timer);
    slack__timer_stop(app->net, &app->spare_timer);
    slack__backlog_stop(app);
    slack__workers_cancel(app);
    slack__authorize_cancel(app);
    slack__inbox_abandon_all(app);
    slack__http_routes_abandon(&app->http_routes);
    slack__admin_server_close(&app->admin);
    for (size_t i = 0; i < app->transport_count; i++) {
        slack_transport_t *t = app->transports[i];
        if (t->state != SLACK_TRANSPORT_IDLE && t->state != SLACK_TRANSPORT_STOPPED)
            t->ops->stop(t);
    }
    close_parts(app);
}

/* How often a drain looks whether it is over. The first look comes after what already waited in the
 * kernel has been taken. */
#define DRAIN_LOOK_MS 20

static bool is_busy(const slack_app_t *app)
{
    if (app->live_count > 0 || app->rejected_count > 0 || app->http_routes.visit_count > 0)
        return true;
    for (size_t i = 0; i < app->transport_count; i++) {
        slack_transport_stats_t stats = {0};
        app->transports[i]->ops->stats(app->transports[i], &stats);
        if (stats.under_way > 0) return true;
    }
    return false;
}

/* Have app->timer call another function than the last time. */
static void start_timer(slack_app_t *app, void (*fire)(slack_timer_t *timer), uint64_t in_ms)
{
    app->timer.fire = fire;
    slack__timer_start(app->net, &app->timer, in_ms);
}

static void drain_look(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, timer);
    const bool busy = is_busy(app);
    if (busy && slack__mono_ms(app->clock) < app->drain_end_ms) {
        start_timer(app, drain_look, DRAIN_LOOK_MS);
        return;
    }
    if (busy) SLACK_LOG(&app->log, WARN, "drain: time is up", "deliveries=%zu", app->live_count);
    close_begin(app);
}

static void drain_begin(slack_app_t *app)
{
    app->state = APP_DRAINING;
    atomic_store(&app->stopping, true);
    SLACK_LOG(&app->log, INFO, "stopping", "deliveries=%zu wait_ms=%u", app->live_count,
              app->options.drain_ms);
    for (size_t i = 0; i < app->transport_count; i++) {
        slack_transport_t *t = app->transports[i];
        if (t->state != SLACK_TRANSPORT_IDLE) t->ops->drain(t);
    }
    app->drain_end_ms = slack__mono_ms(app->clock) + app->options.drain_ms;
    start_timer(app, drain_look, DRAIN_LOOK_MS);
}

/* A balancer has to see that this one goes before it stops to answer. */
static void leave_over(slack_timer_t *timer)
{
    drain_begin(SLACK_CONTAINER(timer, slack_app_t, timer));
}

static void leave_begin(slack_app_t *app)
{
    app->state = APP_LEAVING;
    SLACK_LOG(&app->log, INFO, "not ready any more", "drain_delay_ms=%u",
              app->options.drain_delay_ms);
    for (size_t i = 0; i < app->transport_count; i++) {
        slack_transport_t *t = app->transports[i];
        if (t->state != SLACK_TRANSPORT_IDLE) t->ops->leave(t);
    }
    start_timer(app, leave_over, app->options.drain_delay_ms);
}

void slack__app_idle(slack_app_t *app)
{
    if (app->state == APP_CLOSING) close_parts(app);
}

void slack__app_shutdown(slack_app_t *app, int status)
{
    if (app->status == 0) app->status = status;
    if (app->state == APP_RUNNING && status == 0 && app->options.drain_delay_ms > 0)
        leave_begin(app);
    else if (app->state == APP_RUNNING)
        drain_begin(app);
    else if (app->state >= APP_AUTHORIZING && app->state < APP_CLOSING)
        close_begin(app);
}

/* ---- transports ---- */

static const char *state_name(enum slack_transport_state state)
{
    static const char *const names[] = {"idle", "starting", "ready", "degraded", "stopped"};
    return names[state];
}

static void host_state(slack_transport_t *t, enum slack_transport_state state, int reason)
{
    slack_app_t *app = t->core;
    t->state = state;
    slack_transport_stats_t stats = {0};
    t->ops->stats(t, &stats);
    SLACK_LOG(&app->log, INFO, "transport", "transport=%s state=%s reason=%s port=%u", t->ops->name,
              state_name(state), reason ? slack_err_name(reason) : "none", stats.port);
    if (app->state_fn) app->state_fn(app, t->ops->name, state, reason, app->state_data);
    if (state != SLACK_TRANSPORT_STOPPED) return;
    if (app->state == APP_CLOSING)
        close_parts(app);
    else
        slack__app_shutdown(app, reason ? reason : SLACK_ECLOSED);
}

static void host_deliver(slack_transport_t *t, slack_delivery_t *d)
{
    slack_app_t *app = t->core;
    d->number = ++app->delivery_count;
    slack__record_delivery(app->recorder, t, d);
    slack__inbox_deliver(app, slack__recorder_transport(app->recorder, t), d);
}

static int host_call(slack_transport_t *t, const char *method, slack_call_fn fn, void *user_data)
{
    slack_app_t *app = t->core;
    return slack__webapi_call(&app->app_client, method, NULL, fn, user_data);
}

static int host_visit(slack_transport_t *t, slack_http_request_t *request)
{
    slack_app_t *app = t->core;
    return slack__http_routes_visit(&app->http_routes, request);
}

static void SLACK_PRINTF(2, 3) host_error(slack_transport_t *t, const char *format, ...)
{
    slack_app_t *app = t->core;
    va_list ap;
    va_start(ap, format);
    vsnprintf(app->error, sizeof app->error, format, ap);
    va_end(ap);
}

static const slack_transport_type_t *transport_type(slack_slice_t name)
{
    for (size_t i = 0; slack__transports[i]; i++)
        if (slack__slice_eq(name, slack__slice(slack__transports[i]->name)))
            return slack__transports[i];
    return NULL;
}

static int create_transport(slack_app_t *app, slack_slice_t name)
{
    const slack_transport_type_t *type = transport_type(name);
    if (type == NULL)
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_TRANSPORT=%.40s: there is no transport of that name; it is "
                               "http, socket, or http,socket",
                               app->options.transport);
    if (slack__app_transport(app, type->name) || app->transport_count == APP_TRANSPORTS_MAX)
        return slack__app_fail(app, SLACK_ECONFIG, "SLACK_TRANSPORT=%.40s: %s is named twice",
                               app->options.transport, type->name);
    slack_transport_t *t = NULL;
    int rc = type->create(&t, &app->host, &app->options, app->error);
    if (rc != 0) return rc;
    t->core = app;
    app->transports[app->transport_count++] = t;
    return 0;
}

static int create_transports(slack_app_t *app)
{
    app->host = (struct slack_transport_host){
        .net = app->net,
        .state = host_state,
        .deliver = host_deliver,
        .call = host_call,
        .visit = host_visit,
        .error = host_error,
    };
    slack_slice_t rest = slack__slice(app->options.transport), name;
    while (slack__slice_split(&rest, ',', &name)) {
        int rc = create_transport(app, slack__slice_trim(name));
        if (rc != 0) return rc;
    }
    return 0;
}

slack_transport_t *slack__app_transport(const slack_app_t *app, const char *name)
{
    for (size_t i = 0; i < app->transport_count; i++)
        if (strcmp(app->transports[i]->ops->name, name) == 0) return app->transports[i];
    return NULL;
}

int slack_app_transport_stats(const slack_app_t *app, const char *name,
                              slack_transport_stats_t *ret_stats)
{
    const slack_transport_t *t = slack__app_transport(app, name);
    if (t == NULL) return SLACK_ENOTFOUND;
    slack_transport_stats_t stats = {0};
    t->ops->stats(t, &stats);
    stats.state = t->state;
    stats.admin_port = slack__admin_server_port(&app->admin);
    *ret_stats = stats;
    return 0;
}

void slack_on_state(slack_app_t *app, slack_state_fn fn, void *user_data)
{
    app->state_fn = fn;
    app->state_data = user_data;
}

/* ---- start ---- */

void slack__app_authorized(slack_app_t *app)
{
    app->state = APP_RUNNING;
    slack__recorder_begin(app->recorder, app->bot_user, app->bot_id, app->team_id);
    for (size_t i = 0; i < app->transport_count && app->state == APP_RUNNING; i++) {
        slack_transport_t *t = app->transports[i];
        int rc = t->ops->start(t);
        if (rc == 0)
            t->state = SLACK_TRANSPORT_STARTING;
        else
            slack__app_shutdown(app, rc);
    }
    slack__backlog_start(app);
}

/* The end of a call: counted, and whether it tells that a token is none any more. */
static void called(const char *method, const slack_response_t *response, uint64_t owner,
                   void *user_data)
{
    slack_app_t *app = user_data;
    const int status = slack_response_status(response);
    slack__counters_call(&app->counters, method, status);
    if (owner == 0 || status != SLACK_EAPI) return;
    if (slack__api_error(slack_response_error(response)) != SLACK_API_DEAD_TOKEN) return;
    if (owner == SLACK_OWNER_APP)
        slack__auth_test_doubted(app);
    else
        slack__authorize_token_failed(app, owner);
}

/* Who makes the calls opens it by itself, on the loop: what it would wait for is refused before. */
static int check_ca_file(slack_app_t *app)
{
    const char *path = app->options.ca_file;
    if (!path || !*path || slack__file_check(path) == 0) return 0;
    return slack__app_fail(app, SLACK_ECONFIG, "SLACK_CA_FILE=%.128s: %s", path,
                           slack__file_why(errno));
}

static int open_calls(slack_app_t *app)
{
    const slack_options_t *o = &app->options;
    slack_webapi_options_t calls = {
        .api_url = o->api_url,
        .ca_file = o->ca_file,
        .concurrency = CALLS_MAX,
        .timeout_ms = CALL_TIMEOUT_MS,
        .called = called,
        .user_data = app,
        .sender = app->sender,
        .wrap = app->recorder ? slack__recorder_wrap : NULL,
        .wrap_data = app->recorder,
    };
    const char *what = ""; /* the options were checked before */
    if (!slack__url_allowed(o->api_url))
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_API_URL must be an https:// URL (http:// on loopback only)");
    int rc = slack__proxy_new(&calls.proxy, o->proxy, o->no_proxy, &what);
    if (rc == 0) rc = slack__webapi_new(&app->webapi, app->net, &calls);
    slack__proxy_unref(calls.proxy);
    if (rc != 0) return slack__app_fail(app, rc, "cannot prepare calls: %s", slack_strerror(rc));
    app->client = (slack_client_t){.webapi = app->webapi,
                                   .token = o->bot_token,
                                   .owner = app->authority ? 0 : SLACK_OWNER_APP};
    app->app_client = (slack_client_t){
        .webapi = app->webapi, .token = o->app_token ? o->app_token : "", .once = true};
    return 0;
}

static int open_recorder(slack_app_t *app)
{
    const slack_options_t *o = &app->options;
    if (o->record == NULL || *o->record == '\0') return 0;
    const slack_recorder_options_t options = {
        .path = o->record,
        .api_url = o->api_url,
        .max_bytes = (uint64_t)(o->record_mib ? o->record_mib : RECORD_MIB) << 20,
        .pending_max = SLACK_RECORD_PENDING_MAX,
        .hide_texts = o->record_hide_texts,
    };
    return slack__recorder_open(&app->recorder, app->net, &options, app->error);
}

static void admin_closed(void *user_data)
{
    slack__app_idle(user_data);
}

static int open_admin(slack_app_t *app)
{
    unsigned passed_socket = 0; /* a transport that listens takes the first */
    for (size_t i = 0; i < app->transport_count; i++)
        if (app->transports[i]->ops->listens) passed_socket = 1;
    app->admin = (slack_admin_server_t){
        .net = app->net,
        .routes = &app->http_routes,
        .closed_fn = admin_closed,
        .closed_data = app,
    };
    return slack__admin_server_open(&app->admin, &app->options, passed_socket, app->error);
}

static int open_parts(slack_app_t *app)
{
    int rc = open_recorder(app);
    if (rc == 0) rc = check_ca_file(app);
    if (rc == 0) rc = open_calls(app);
    if (rc == 0) rc = slack__store_open(&app->store, app->net, app->options.store, app->error);
    if (rc == 0) rc = create_transports(app);
    if (rc == 0) rc = open_admin(app);
    return rc;
}

static int start_on(slack_app_t *app, uv_loop_t *loop)
{
    int rc = slack__net_new(&app->net, loop, app->clock, &app->log);
    if (rc != 0) return slack__app_fail(app, rc, "cannot use the loop: %s", slack_strerror(rc));
    app->loop = loop;
    app->state = APP_AUTHORIZING;
    slack__loop_lag_start(&app->loop_lag, loop, &app->counters.loop_lag);
    app->handles++;
    slack__timer_init(&app->timer, NULL);
    slack__ack_deadline_init(app);
    slack__backlog_open(app);
    slack__tokens_watch(app);
    rc = slack__mailbox_open(app);
    if (rc == 0) rc = open_parts(app);
    if (rc == 0)
        slack__auth_test_start(app);
    else
        slack__app_shutdown(app, rc);
    return 0;
}

/* Why an app cannot be started at all. */
static int check_startable(slack_app_t *app)
{
    if (app->state != APP_NEW) return SLACK_EALREADY;
    if (app->status != 0) return app->status; /* a configuration that slack_app_new() refused */
    return app->authority ? 0 : slack__options_need_token(&app->options, app->error);
}

int slack_app_start(slack_app_t *app, slack_app_stopped_fn fn, void *user_data)
{
    int rc = check_startable(app);
    if (rc != 0) return rc;
    if (app->options.loop == NULL)
        return slack__app_fail(app, SLACK_EINVAL, "slack_app_start() needs options.loop");
    app->stopped_fn = fn;
    app->stopped_data = user_data;
    return start_on(app, app->options.loop);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    slack_app_t *app = handle->data;
    SLACK_LOG(&app->log, INFO, "signal", "signal=%d", signum);
    if (signum == SIGHUP)
        slack__app_reload(app);
    else
        slack__app_shutdown(app, 0);
}

static int watch_signals(slack_app_t *app)
{
    uv_signal_init(app->loop, &app->sigint);
    uv_signal_init(app->loop, &app->sigterm);
    uv_signal_init(app->loop, &app->sighup);
    app->sigint.data = app->sigterm.data = app->sighup.data = app;
    app->handles += 3;
    app->signals = true;
    int rc = uv_signal_start(&app->sigint, on_signal, SIGINT);
    if (rc == 0) rc = uv_signal_start(&app->sigterm, on_signal, SIGTERM);
    if (rc == 0) rc = uv_signal_start(&app->sighup, on_signal, SIGHUP);
    /* A peer that goes away is an error to be read, not the end of the program. */
    struct sigaction pipe;
    if (sigaction(SIGPIPE, NULL, &pipe) == 0 && pipe.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
    return rc == 0 ? 0
                   : slack__app_fail(app, SLACK_EIO, "cannot watch signals: %s", uv_strerror(rc));
}

int slack_app_run(slack_app_t *app)
{
    int rc = check_startable(app);
    if (rc == 0 && app->options.loop) rc = SLACK_EINVAL;
    if (rc == SLACK_EALREADY) rc = SLACK_EINVAL;
    if (rc != 0) return rc;
    int uv = uv_loop_init(&app->own_loop);
    if (uv != 0) return slack__app_fail(app, SLACK_EIO, "cannot make a loop: %s", uv_strerror(uv));
    app->in_run = true;
    rc = start_on(app, &app->own_loop);
    if (rc == 0) {
        rc = watch_signals(app);
        if (rc != 0) slack__app_shutdown(app, rc);
        uv_run(&app->own_loop, UV_RUN_DEFAULT);
        rc = app->status;
    }
    uv_loop_close(&app->own_loop);
    app->in_run = false;
    if (app->free_when_stopped) app_destroy(app);
    return rc;
}
