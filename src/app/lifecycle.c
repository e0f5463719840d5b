/* SPDX-License-Identifier: MIT */
#include "app/app.h"
#include "oauth/client_for.h"
#include "util/alloc.h"

/*
 * The life of an app:
 *
 *   NEW -> AUTHORIZING -> RUNNING -> LEAVING -> DRAINING -> CLOSING -> STOPPED
 *
 * A stop ends transports and deliveries first. Then the parts close in the order of close_part[]:
 * each when the part before has closed, and after every part that uses it.
 */

/* How often the app looks whether its drain is over. The first look comes after the transports have
 * read the bytes that were in the kernel when the drain began. */
#define DRAIN_LOOK_MS 20
/* The time in which other processes may take the connections of this one over. */
#define HAND_OVER_MS 5000
/* The time that streams have for their ends. */
#define STREAMS_END_MS 2000

void slack__app_destroy(slack_app_t *app)
{
    slack__inbox_done(&app->inbox);
    slack__cluster_done(&app->cluster);
    slack__lifetimes_done(&app->services.lifetimes);
    slack__pool_free(app->services.pool);
    slack__identity_done(&app->identity);
    slack__oauth_done(&app->oauth);
    slack__registry_done(&app->registry);
    slack__declared_calls_done(&app->declared);
    slack__sign_ins_done(&app->install_flow);
    slack__install_flow_done(&app->install_flow);
    slack__http_routes_done(&app->routes);
    slack__ack_deadlines_done(&app->deadlines);
    slack_options_done(&app->options);
    slack__mailbox_done(&app->mailbox);
    slack__free(app);
}

/* ---- closing ---- */

/* The last act of an app on its loop. */
static void app_stopped(slack_app_t *app)
{
    slack_life_t *life = &app->life;
    slack__mailbox_cancel(&app->mailbox);
    slack__log_left_out(&app->log, true);
    life->state = SLACK_APP_STOPPED;
    const bool destroy = life->free_when_stopped;
    slack_app_stopped_fn fn = life->stopped_fn;
    if (destroy) life->state = SLACK_APP_CLOSING; /* slack_app_free() in `fn` changes nothing */
    if (fn) fn(app, life->status, life->stopped_data);
    if (destroy) slack__app_destroy(app);
}

void slack__app_handle_closed(void *user_data)
{
    slack_app_t *app = user_data;
    if (--app->life.handles == 0) app_stopped(app);
}

static void signal_closed(uv_handle_t *handle)
{
    slack__app_handle_closed(handle->data);
}

static void close_next(void *user_data);

static void close_fetches(slack_app_t *app)
{
    slack_fetcher_t *fetcher = app->services.fetcher;
    if (fetcher)
        slack__fetcher_close(fetcher, close_next, app);
    else
        close_next(app);
}

static void close_calls(slack_app_t *app)
{
    app->services.fetcher = NULL;
    slack_webapi_t *webapi = app->services.webapi;
    if (webapi)
        slack__webapi_close(webapi, close_next, app);
    else
        close_next(app);
}

static void close_workers(slack_app_t *app)
{
    app->services.webapi = NULL;
    app->identity.client.webapi = app->identity.app_client.webapi = NULL;
    slack__inbox_detach_calls(&app->inbox);
    slack__pool_close(app->services.pool, close_next, app);
}

static void close_store(slack_app_t *app)
{
    slack_store_t *store = app->queue.store;
    slack__inbox_detach_transports(&app->inbox);
    slack__transports_destroy(&app->transports);
    slack__queue_detach(&app->queue);
    if (store)
        store->ops->close(store, close_next, app);
    else
        close_next(app);
}

static void close_recorder(slack_app_t *app)
{
    app->queue.store = NULL;
    slack__recorder_close(app->recorder, close_next, app);
}

static void close_net(slack_app_t *app)
{
    app->recorder = NULL;
    slack__net_close(app->services.net, close_next, app);
}

static void close_handles(slack_app_t *app)
{
    slack_life_t *life = &app->life;
    app->services.net = app->services.streams.net = NULL;
    slack__mailbox_close(&app->mailbox, slack__app_handle_closed);
    uv_signal_t *const signals[] = {&life->sigint, &life->sigterm, &life->sighup};
    for (size_t i = 0; life->signals && i < sizeof signals / sizeof *signals; i++)
        uv_close((uv_handle_t *)signals[i], signal_closed);
    slack__token_files_close(&app->identity.token_files, slack__app_handle_closed, app);
    slack__loop_lag_close(&app->lag, slack__app_handle_closed, app);
}

static void (*const close_part[])(slack_app_t *app) = {
    close_fetches,  close_calls, close_workers, close_store,
    close_recorder, close_net,   close_handles,
};

static void close_next(void *user_data)
{
    slack_app_t *app = user_data;
    close_part[app->life.closing++](app);
}

/* The parts close once the transports have stopped and no delivery needs them any more. */
static void close_parts(slack_app_t *app)
{
    if (app->life.parts_closing || slack__inbox_busy(&app->inbox) > 0) return;
    if (app->admin.server || !slack__transports_stopped(&app->transports)) return;
    app->life.parts_closing = true;
    close_next(app);
}

static void close_begin(slack_app_t *app)
{
    slack_net_t *net = app->services.net;
    app->life.state = SLACK_APP_CLOSING;
    app->services.stopping = true;
    app->dispatcher.closed = true;
    slack__timer_stop(net, &app->life.timer);
    slack__ack_deadlines_stop(&app->deadlines);
    slack__pool_cancel(app->services.pool);
    slack__streams_close(&app->services.streams);
    slack__identity_close(&app->identity);
    slack__oauth_close(&app->oauth);
    slack__client_for_close(&app->oauth);
    slack__inbox_close(&app->inbox);
    slack__cluster_stop(&app->cluster);
    slack__install_flow_close(&app->install_flow);
    slack__http_routes_abandon(&app->routes);
    slack__admin_server_close(&app->admin);
    slack__transports_stop(&app->transports);
    close_parts(app);
}

void slack__app_idle(void *user_data)
{
    slack_app_t *app = user_data;
    if (app->life.state == SLACK_APP_CLOSING) close_parts(app);
}

/* ---- draining ---- */

static void life_timer_start(slack_app_t *app, void (*fire)(slack_timer_t *timer), uint64_t in_ms)
{
    app->life.timer.fire = fire;
    slack__timer_start(app->services.net, &app->life.timer, in_ms);
}

static void drain_look(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, life.timer);
    const bool busy = slack__inbox_busy(&app->inbox) > 0 || app->outbox.live_count > 0 ||
                      app->routes.visit_count > 0 || slack__transports_busy(&app->transports) ||
                      app->services.streams.count > 0 ||
                      slack__rotation_busy(&app->oauth.rotation) > 0;
    const uint64_t now_ms = slack__mono_ms(app->log.clock);
    /* The streams that are open stop before the end of the drain. */
    const uint64_t half_ms = app->options.drain_ms / 2;
    const uint64_t streams_end_ms = half_ms < STREAMS_END_MS ? half_ms : STREAMS_END_MS;
    if (busy && now_ms + streams_end_ms >= app->life.drain_end_ms)
        slack__streams_stop(&app->services.streams);
    if (busy && now_ms < app->life.drain_end_ms) {
        life_timer_start(app, drain_look, DRAIN_LOOK_MS);
        return;
    }
    if (busy)
        SLACK_LOG(&app->log, WARN, "drain timed out", "deliveries=%zu", app->inbox.live_count);
    close_begin(app);
}

static void drain_begin(slack_app_t *app)
{
    app->life.state = SLACK_APP_DRAINING;
    app->services.stopping = true;
    SLACK_LOG(&app->log, INFO, "stopping", "deliveries=%zu wait_ms=%u", app->inbox.live_count,
              app->options.drain_ms);
    slack__identity_stop(&app->identity);
    slack__queue_drain(&app->queue);
    slack__transports_drain(&app->transports);
    app->life.drain_end_ms = slack__mono_ms(app->log.clock) + app->options.drain_ms;
    life_timer_start(app, drain_look, DRAIN_LOOK_MS);
}

/* The leaving lasts drain_delay_ms, and until other processes have the connections. */
static void leave_look(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, life.timer);
    const uint64_t passed_ms = slack__mono_ms(app->log.clock) - app->life.leave_ms;
    const uint64_t delay_ms = app->options.drain_delay_ms, half_ms = app->options.drain_ms / 2;
    const bool hands_over = slack__slot_keeper_leaving(&app->cluster.slots) &&
                            passed_ms < (half_ms < HAND_OVER_MS ? half_ms : HAND_OVER_MS);
    if (hands_over)
        life_timer_start(app, leave_look, DRAIN_LOOK_MS);
    else if (passed_ms < delay_ms)
        life_timer_start(app, leave_look, delay_ms - passed_ms);
    else
        drain_begin(app);
}

/* A load balancer has to see that the app is not ready before the app stops answering, and another
 * process has to be connected before this one closes its connections. */
static void leave_begin(slack_app_t *app)
{
    app->life.state = SLACK_APP_LEAVING;
    app->life.leave_ms = slack__mono_ms(app->log.clock);
    SLACK_LOG(&app->log, INFO, "not ready any more", "drain_delay_ms=%u slots=%u",
              app->options.drain_delay_ms, slack__slots_count(&app->cluster.slots.slots));
    slack__identity_stop(&app->identity);
    slack__queue_drain(&app->queue);
    slack__transports_leave(&app->transports);
    life_timer_start(app, leave_look, 0);
}

void slack__app_shutdown(slack_app_t *app, int status)
{
    slack_life_t *life = &app->life;
    if (life->status == 0) life->status = status;
    if (life->state == SLACK_APP_RUNNING) {
        slack__cluster_leave(&app->cluster);
        const bool leaves =
            app->options.drain_delay_ms > 0 || slack__slot_keeper_leaving(&app->cluster.slots);
        if (status == 0 && leaves)
            leave_begin(app);
        else
            drain_begin(app);
    } else if (life->state >= SLACK_APP_AUTHORIZING && life->state < SLACK_APP_CLOSING) {
        close_begin(app);
    }
}

/* ---- requests of other threads ---- */

void slack__app_read_files(slack_app_t *app)
{
    if (app->life.state >= SLACK_APP_CLOSING) return;
    const unsigned count = slack__token_files_reload(&app->identity.token_files) +
                           slack__transports_reload(&app->transports);
    if (count == 0)
        SLACK_LOG(&app->log, INFO, "no file to read again", "reason=%s",
                  "no certificate, token or secret comes from a file");
}

void slack__app_woken(void *user_data)
{
    slack_app_t *app = user_data;
    for (unsigned stops = slack__mailbox_stops(&app->mailbox); stops > 0; stops--)
        slack__app_shutdown(app, 0);
    if (slack__mailbox_reloads(&app->mailbox)) slack__app_read_files(app);
    slack__mailbox_run(&app->mailbox, app->services.net, 0);
    slack__pool_run(app->services.pool);
    if (app->identity.authorizer) slack__authorizer_run(app->identity.authorizer);
}
