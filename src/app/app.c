/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/options.h"
#include "net/descriptors.h"
#include "protocol/api_error.h"
#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"
#include "util/json.h"
#include "webapi/response.h"

/* The most calls in flight at once. */
#define CALLS_MAX 256
/* Of the JSON of an app in describe mode. */
#define DESCRIPTION_MAX ((size_t)256 << 20)
/* For one attempt of a call. */
#define CALL_TIMEOUT_MS 30000

static void app_begin(void *user_data);
static void oauth_failed(void *user_data, int status, const char *error);
static const slack_oauth_events_t oauth_events = {app_begin, oauth_failed};

/* ---- new and free ---- */

/* Prepares the parts before the options are known, so that slack__app_destroy() can follow at any
 * time. */
static int init_parts(slack_app_t *app)
{
    slack__declared_calls_init(&app->declared);
    slack__lifetimes_init(&app->services.lifetimes, &app->log);
    app->services.app = app;
    slack__streams_init(&app->services.streams);
    app->services.log = &app->log;
    app->services.counters = &app->counters;
    app->services.deadlines = &app->deadlines;
    app->identity.client.log = &app->log;
    app->dispatcher.registry = &app->registry;
    app->dispatcher.identity = &app->identity;
    app->inbox.services = &app->services;
    app->inbox.dispatcher = &app->dispatcher;
    app->inbox.transports = &app->transports;
    app->inbox.queue = &app->queue;
    app->inbox.idle = slack__app_idle;
    app->inbox.idle_data = app;
    app->admin.routes = &app->routes;
    app->admin.closed_fn = slack__app_idle;
    app->admin.closed_data = app;
    slack__queue_init(&app->queue);
    slack__inbox_init(&app->inbox);
    app->outbox.services = &app->services;
    app->outbox.identity = &app->identity;
    app->outbox.queue = &app->queue;
    slack__outbox_init(&app->outbox);
    app->oauth.services = &app->services;
    app->oauth.identity = &app->identity;
    app->oauth.queue = &app->queue;
    app->oauth.inbox = &app->inbox;
    slack__oauth_init(&app->oauth);
    slack__cluster_init(&app->cluster);
    slack__transports_init(&app->transports);
    slack__identity_init(&app->identity);
    slack__ack_deadlines_init(&app->deadlines);
    slack__timer_init(&app->life.timer, NULL);
    slack__http_routes_init(&app->routes);
    slack__install_flow_init(&app->install_flow);
    int rc = slack__registry_init(&app->registry);
    return rc ? rc : slack__app_add_pages(app);
}

/* An app in describe mode goes on, and keeps its first fault for the description. */
static int check_unfit(slack_app_t *app, int rc)
{
    slack_description_t *description = &app->description;
    if (rc != SLACK_ECONFIG || !description->path) return rc;
    if (description->status == 0) {
        description->status = rc;
        memcpy(description->error, app->error, sizeof app->error);
    }
    return 0;
}

static int resolve_options(slack_app_t *app, const slack_options_t *options, bool environment)
{
    int rc = slack__options_resolve(&app->options, options, environment, app->error);
    if (rc == SLACK_ECONFIG && app->description.path) {
        check_unfit(app, rc);
        rc = slack__options_salvage(&app->options, options);
    }
    if (rc == 0)
        rc = check_unfit(
            app, slack__token_files_init(&app->identity.token_files, &app->options, app->error));
    return rc;
}

int slack__app_new(slack_app_t **ret_app, const slack_options_t *options, bool environment)
{
    slack_app_t *app = slack__calloc(1, sizeof *app);
    if (app == NULL) return SLACK_ENOMEM;
    if (slack__mailbox_init(&app->mailbox, app) != 0) {
        slack__free(app);
        return SLACK_ENOMEM;
    }
    int rc = init_parts(app);
    const char *path = environment ? getenv("SLACK_DESCRIBE") : NULL;
    app->description.path = path && *path ? path : NULL;
    if (rc == 0) rc = resolve_options(app, options, environment);
    const slack_options_t *o = &app->options;
    if (rc == 0)
        rc = slack__pool_new(&app->services.pool, o->workers, slack__mailbox_wake, &app->mailbox);
    app->log_limits = SLACK_LOG_LIMITS_INIT;
    app->log = (slack_logger_t){o->log_level,     o->log_format,        o->log_fn,
                                o->log_user_data, &slack__clock_system, &app->log_limits};
    if (rc == 0) rc = slack__app_distribute(app, &oauth_events);
    if (rc != 0 && rc != SLACK_ECONFIG) {
        slack__app_destroy(app);
        return rc;
    }
    memcpy(app->life.unfit, app->error, sizeof app->error);
    app->life.status = rc; /* with SLACK_ECONFIG the app exists, but does not start */
    *ret_app = app;
    return rc;
}

int slack_app_new(slack_app_t **ret_app, const slack_options_t *options)
{
    return slack__app_new(ret_app, options, true);
}

void slack_app_free(slack_app_t *app)
{
    SLACK_APP_REQUIRE_OR(app, );
    const slack_life_t *life = &app->life;
    if (life->in_run)
        SLACK_LOG(&app->log, ERROR, "slack_app_free() inside slack_app_run()", "hint=%s",
                  "stop the app with slack_app_stop(), and free it after slack_app_run()");
    if (life->in_run || (life->state != SLACK_APP_NEW && life->state != SLACK_APP_STOPPED)) {
        app->life.free_when_stopped = !life->in_run;
        slack_app_stop(app);
        slack_app_stop(app); /* the second stop ends the drain at once */
        return;
    }
    slack__mailbox_cancel(&app->mailbox);
    slack__app_destroy(app);
}

/* ---- other threads ---- */

void slack_app_stop(slack_app_t *app)
{
    if (app == NULL) return;
    atomic_fetch_add(&app->mailbox.stop_requests, 1);
    slack__mailbox_wake(&app->mailbox);
}

void slack_app_reload(slack_app_t *app)
{
    if (app == NULL) return;
    atomic_fetch_add(&app->mailbox.reload_requests, 1);
    slack__mailbox_wake(&app->mailbox);
}

int slack_app_post(slack_app_t *app, void (*fn)(slack_app_t *app, int status, void *user_data),
                   void *user_data)
{
    if (app == NULL) return SLACK_EINVAL;
    const int rc = slack__mailbox_post(&app->mailbox, fn, user_data);
    const bool again = atomic_exchange(&app->mailbox.refusing, rc != 0);
    if (rc != 0 && !again)
        SLACK_LOG(&app->log, WARN, "function not posted", "error=%s reason=%s", slack_err_name(rc),
                  rc == SLACK_EBUSY ? "too many functions wait: post fewer, or block the loop less"
                  : rc == SLACK_ECANCELED ? "the app has stopped: post only while it runs"
                  : rc == SLACK_EINVAL    ? "the function is NULL: pass one"
                                          : "memory is out: post again later");
    return rc;
}

/* ---- reports of the parts ---- */

static bool takes_event(void *user_data, const char *type, bool named)
{
    return slack__router_takes_event(((slack_app_t *)user_data)->registry.router, type, named);
}

static void prepare_catch_up(slack_app_t *app)
{
    const slack_identity_t *identity = &app->identity;
    if (app->transports.catch_up == NULL) return;
    slack__catch_up_prepare(app->transports.catch_up,
                            &(slack_catch_up_facts_t){
                                .client = &app->identity.client,
                                .store = app->queue.store,
                                .app = identity->app,
                                .app_id = app->options.app_id ? app->options.app_id : "",
                                .team = identity->team_id,
                                .bot_user = identity->bot_user,
                                .takes = takes_event,
                                .user_data = app,
                            });
    /* Until this process has the duty, if others share the store. */
    if (app->queue.store->ops->durable) slack__catch_up_take(app->transports.catch_up, false);
}

/* ---- the other processes ---- */

static void describe_process(void *user_data, slack_process_t *own)
{
    const slack_app_t *app = user_data;
    own->running = (int64_t)(app->inbox.live_count + app->outbox.live_count);
    own->sockets.slots = slack__slots_count(&app->cluster.slots.slots);
    own->sockets.ready = app->cluster.slots.use.serving;
    if (app->transports.catch_up == NULL) return;
    slack_catch_up_figures_t figures;
    slack__catch_up_figures(app->transports.catch_up, &figures);
    own->catch_up.missed_ms = figures.missed_ms;
    own->catch_up.read_ms = figures.read_ms;
}

/* Of the processes that receive events, one reads history: it has to know of the gaps of the
 * others, and they of what it has read. The rows of a process that has gone can be claimed. */
static void processes_looked(void *user_data)
{
    slack_app_t *app = user_data;
    if (app->cluster.counts.fewer) slack__queue_look_in(&app->queue, 0);
    const slack_processes_t *processes = &app->cluster.processes;
    for (size_t i = 1; app->transports.catch_up && i < processes->count; i++)
        slack__catch_up_note(app->transports.catch_up, processes->list[i].catch_up.missed_ms,
                             processes->list[i].catch_up.read_ms);
}

static void reader_changed(void *user_data, bool reads)
{
    slack_app_t *app = user_data;
    if (app->transports.catch_up == NULL) return;
    SLACK_LOG(&app->log, INFO, reads ? "this process catches up" : "another process catches up",
              "process=%s", app->cluster.processes.own.id);
    slack__catch_up_take(app->transports.catch_up, reads);
}

static void store_timed(void *user_data, bool commit, uint64_t us)
{
    slack_counters_t *counters = &((slack_app_t *)user_data)->counters;
    slack__histogram_add(commit ? &counters->store_commit : &counters->store_operation, us);
}

static void store_changed(void *user_data, unsigned what)
{
    slack_app_t *app = user_data;
    if (what & SLACK_STORE_CHANGED_ROWS) slack__queue_look_in(&app->queue, 0);
    if (what & SLACK_STORE_CHANGED_ENTRIES) slack__cluster_changed(&app->cluster);
}

static void join_cluster(slack_app_t *app)
{
    slack_processes_t *processes = &app->cluster.processes;
    processes->net = app->services.net;
    processes->store = app->queue.store;
    processes->app = app->queue.app;
    processes->describe = describe_process;
    processes->describe_data = app;
    processes->own.role = app->options.role;
    processes->own.sockets.candidate = slack__app_share_connections(app);
    app->cluster.shares.webapi = app->services.webapi;
    app->cluster.looked = processes_looked;
    app->cluster.catch_up.changed = reader_changed;
    app->cluster.user_data = app->cluster.catch_up.user_data = app;
    if (app->transports.catch_up) app->cluster.catch_up.name = "catch-up";
    if (app->queue.store->ops->durable) app->dispatcher.permits = &app->cluster.permit_source;
    slack__cluster_start(&app->cluster);
}

/* Takes deliveries: the app's name for its rows is known. */
static void app_begin(void *user_data)
{
    slack_app_t *app = user_data;
    const slack_identity_t *identity = &app->identity;
    app->life.state = SLACK_APP_RUNNING;
    slack__app_tell_of_routes(app);
    app->queue.app = slack__slice(identity->app);
    prepare_catch_up(app);
    join_cluster(app);
    slack__recorder_begin(app->recorder, identity->bot_user, identity->bot_id, identity->team_id);
    for (size_t i = 0; i < app->transports.count && app->life.state == SLACK_APP_RUNNING; i++) {
        slack_transport_t *t = app->transports.list[i];
        int rc = t->ops->start(t);
        if (rc == 0)
            t->state = SLACK_TRANSPORT_STARTING;
        else
            slack__app_shutdown(app, rc);
    }
    if (app->life.state != SLACK_APP_RUNNING) return;
    slack__inbox_start(&app->inbox);
}

static void identity_accepted(void *user_data)
{
    slack_app_t *app = user_data;
    if (app->identity.distributed)
        slack__oauth_start(&app->oauth);
    else
        app_begin(app);
}

static void oauth_failed(void *user_data, int status, const char *error)
{
    slack_app_t *app = user_data;
    slack__app_shutdown(app, slack__app_fail(app, status, "%s", error));
}

/* A distributed app has other workspaces to serve, unless SLACK_CATCH_UP needs the token. */
static void identity_refused(void *user_data, const char *reason)
{
    slack_app_t *app = user_data;
    const char *kind = slack__token_kind(app->options.bot_token);
    if (app->identity.distributed && app->transports.catch_up == NULL) {
        SLACK_LOG(&app->log, ERROR, "Slack refuses the token in SLACK_BOT_TOKEN",
                  "token=%s reason=%s hint=%s", kind ? kind : "of no known kind", reason,
                  "its workspace has to install the app: do not set the variable any more");
        slack__identity_disown(&app->identity);
        slack__oauth_start(&app->oauth);
        return;
    }
    slack__app_shutdown(app, slack__app_fail(app, SLACK_EAUTH,
                                             "Slack refuses the token in SLACK_BOT_TOKEN, %s: %s",
                                             kind ? kind : "of no known kind", reason));
}

static void call_ended(const char *method, const slack_response_t *response, void *user_data)
{
    slack_app_t *app = user_data;
    slack__counters_call(&app->counters, method, response->status);
    slack__histogram_add(&app->counters.call_wait, response->waited_ms * 1000);
    /* Catch-up's own calls follow from the option. */
    const bool catches_up = app->transports.catch_up && strstr(method, "conversations");
    if (!catches_up && slack__declared_calls_miss(&app->declared, method))
        SLACK_LOG(&app->log, WARN, "call not declared", "method=%s hint=%s", method,
                  "name it in slack_declare_calls(), from which tools know the scopes of the bot");
}

static void call_tried(const char *method, bool limited, bool again, void *user_data)
{
    slack_app_t *app = user_data;
    slack__counters_try(&app->counters, method, limited, again);
}

/* ---- start ---- */

static int open_recorder(slack_app_t *app)
{
    const slack_options_t *o = &app->options;
    if (o->record == NULL || *o->record == '\0') return 0;
    const slack_recorder_options_t options = {
        .path = o->record,
        .api_url = o->api_url,
        .max_bytes = (uint64_t)o->record_mib << 20,
        .pending_max = SLACK_RECORD_PENDING_MAX,
        .hide_texts = o->record_hide_texts,
    };
    return slack__recorder_open(&app->recorder, app->services.net, &options, app->error);
}

static int open_calls(slack_app_t *app)
{
    const slack_options_t *o = &app->options;
    app->services.calls.max = (size_t)o->calls_mib << 20;
    /* Without the option, a check is a part of what a debug build checks. */
    app->services.blocks.log = &app->log;
    app->services.blocks.mode = o->check_blocks;
    if (o->check_blocks == 0 && app->services.lifetimes.checks)
        app->services.blocks.mode = SLACK_CHECK_BLOCKS_REFUSE;
    /* A test or a simulator has no limits, unless it is there to show them. */
    const bool for_tests = app->senders.calls || slack__url_is_local(o->api_url);
    slack_webapi_options_t calls = {
        .api_url = o->api_url,
        .ca_file = o->ca_file,
        .concurrency = CALLS_MAX,
        .calls_max = o->max_calls,
        .timeout_ms = CALL_TIMEOUT_MS,
        .wait_ms = o->call_wait_ms,
        .pace = o->pace     ? o->pace
                : for_tests ? SLACK_PACE_OFF
                            : SLACK_PACE_INTERNAL,
        .budget = &app->services.calls,
        .blocks = &app->services.blocks,
        .called = call_ended,
        .tried = call_tried,
        .user_data = app,
        .workers = o->workers,
        .sender = app->senders.calls,
        .wrap = app->recorder ? slack__recorder_wrap : NULL,
        .wrap_data = app->recorder,
    };
    const char *what = ""; /* unused: the options are checked, so the proxy is valid */
    /* libcurl opens the file on the loop, so a file that could block the loop is refused here. */
    slack_file_fault_t fault;
    if (o->ca_file && *o->ca_file && slack__file_check(o->ca_file, SLACK_FILE_TRUSTED, &fault) != 0)
        return slack__app_fail(app, SLACK_ECONFIG, "SLACK_CA_FILE=%.100s: %s", o->ca_file,
                               fault.why);
    if (!slack__api_url_is_valid(o->api_url))
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_API_URL must be an https:// URL (http:// on loopback only) "
                               "without '?' and '#', such as https://slack.com/api/");
    int rc = slack__proxy_new(&calls.proxy, o->proxy, o->no_proxy, &what);
    if (rc == 0) rc = slack__webapi_new(&app->services.webapi, app->services.net, &calls);
    const slack_fetcher_options_t fetches = {
        .ca_file = o->ca_file,
        .proxy = calls.proxy,
        .budget = &app->services.calls,
        .clients = {&app->identity.client, &app->identity.app_client},
        .sender = app->senders.fetches};
    if (rc == 0) rc = slack__fetcher_new(&app->services.fetcher, app->services.net, &fetches);
    slack__proxy_unref(calls.proxy);
    if (rc != 0) return slack__app_fail(app, rc, "cannot prepare calls: %s", slack_strerror(rc));
    slack__identity_open(&app->identity, app->services.net, app->services.webapi, o);
    app->identity.client.streams = &app->services.streams;
    return 0;
}

/* The store has to reach the processes that run what this one puts, or put what it runs. */
static int open_for_others(slack_app_t *app)
{
    slack_store_t *store = app->queue.store;
    const enum slack_role role = app->options.role;
    if (role != SLACK_ROLE_ALL && !store->ops->durable)
        return slack__app_fail(app, SLACK_ECONFIG,
                               "SLACK_ROLE=%s needs a store that processes share: set SLACK_STORE "
                               "to postgres://HOST/DATABASE, or sqlite:PATH on one machine",
                               slack__role_names[role]);
    app->queue.leaves_rows = role == SLACK_ROLE_RECEIVE;
    app->queue.poll_ms = role == SLACK_ROLE_WORK && !store->ops->notifies ? SLACK_QUEUE_WORK_POLL_MS
                                                                          : SLACK_QUEUE_POLL_MS;
    store->changed = store_changed;
    store->timed = store_timed;
    store->changed_data = app;
    return 0;
}

static int open_parts(slack_app_t *app)
{
    slack_net_t *net = app->services.net;
    const slack_options_t *o = &app->options;
    int rc = open_recorder(app);
    if (rc == 0) rc = open_calls(app);
    char why[SLACK_ERROR_TEXT_MAX] = "";
    if (rc == 0)
        rc = (o->store_wait ? slack__store_open_later : slack__store_open)(&app->queue.store, net,
                                                                           o->store, why);
    if (rc == 0) /* until the first renewal */
        app->queue.store_failing = o->store_wait && app->queue.store->ops->durable;
    if (*why) slack__explain(app->error, "SLACK_STORE: %.240s", why);
    if (rc == 0) rc = open_for_others(app);
    if (rc == 0 && app->identity.distributed) rc = slack__oauth_open(&app->oauth, app->error);
    if (rc == 0) rc = slack__app_create_transports(app);
    /* A transport that listens takes the first of the sockets that were passed to the process, so
     * the admin server takes the second. */
    unsigned passed = 0;
    for (size_t i = 0; i < app->transports.count; i++)
        if (app->transports.list[i]->ops->listens) passed = 1;
    if (rc == 0) rc = slack__admin_server_open(&app->admin, o, passed, app->error);
    return rc;
}

static void configure_parts(slack_app_t *app)
{
    static const slack_identity_events_t events = {identity_accepted, identity_refused};
    const slack_options_t *o = &app->options;
    slack_net_t *net = app->services.net;
    app->identity.events = &events;
    app->identity.events_data = app;
    app->dispatcher.own_events = o->own_events != 0;
    app->dispatcher.dedupe_messages = o->dedupe == SLACK_DEDUPE_MESSAGES;
    app->admin.net = net;
    app->services.streams.net = net;
    app->queue.net = net;
    app->inbox.bounds =
        (slack_inbox_bounds_t){o->max_deliveries, o->max_attempts, (size_t)o->deliveries_mib << 20};
    slack__ack_deadlines_start(&app->deadlines, net, o->ack_ms);
    if (app->identity.authorizer) slack__authorizer_start(app->identity.authorizer, net);
}

/* ---- describe mode ---- */

static int write_description(const slack_app_t *app, slack_buf_t *out)
{
    const slack_description_t *d = &app->description;
    int rc = slack__buf_printf(out,
                               "{\"describe\":1,\"version\":\"%s\",\"authorizes\":%s,"
                               "\"distributed\":%s,\"config\":{\"status\":%d,\"error\":",
                               SLACKAPP_VERSION, app->identity.authorizer ? "true" : "false",
                               app->identity.distributed ? "true" : "false", d->status);
    if (rc == 0) rc = slack__json_write_string(out, d->error, strlen(d->error));
    if (rc == 0) rc = slack__buf_printf(out, "},\"calls\":");
    if (rc == 0) rc = slack__describe_calls(&app->declared, out);
    if (rc == 0) rc = slack__buf_printf(out, ",\"listeners\":");
    if (rc == 0) rc = slack__describe_listeners(app->registry.router, out);
    if (rc == 0) rc = slack__buf_printf(out, ",\"options\":");
    if (rc == 0) rc = slack__options_write(&app->options, out);
    return rc ? rc : slack__buf_printf(out, "}\n");
}

static int write_all(const char *path, const char *text, size_t len)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) return errno;
    int error = 0;
    while (len > 0 && error == 0) {
        const ssize_t written = write(fd, text, len);
        if (written > 0) {
            text += written;
            len -= (size_t)written;
        } else if (written < 0 && errno != EINTR) {
            error = errno;
        }
    }
    return close(fd) != 0 && error == 0 ? errno : error;
}

/* Writes the description before the loop runs. */
static int describe(slack_app_t *app)
{
    slack_buf_t text;
    slack__buf_init(&text, DESCRIPTION_MAX);
    int rc = write_description(app, &text);
    if (rc == 0) {
        const int error = write_all(app->description.path, slack__buf_ptr(&text), text.len);
        if (error)
            rc = slack__app_fail(app, SLACK_EIO, "cannot write SLACK_DESCRIBE=%.200s: %s",
                                 app->description.path, strerror(error));
    } else {
        rc = slack__app_fail(app, rc, "the description of the app: %s", slack_strerror(rc));
    }
    slack__buf_done(&text);
    return rc;
}

static int start_on(slack_app_t *app, uv_loop_t *loop)
{
    slack_life_t *life = &app->life;
    int rc = slack__net_new(&app->services.net, loop, app->log.clock, &app->log);
    if (rc != 0) return slack__app_fail(app, rc, "cannot use the loop: %s", slack_strerror(rc));
    life->state = SLACK_APP_AUTHORIZING;
    configure_parts(app);
    slack__loop_lag_start(&app->lag, loop, &app->counters.loop_lag, &app->log);
    life->handles++;
    if (slack__token_files_start(&app->identity.token_files, app->services.net)) life->handles++;
    int uv = slack__mailbox_open(&app->mailbox, loop, slack__app_woken, app);
    if (uv == 0) /* a stop that was requested before the start comes now */
        life->handles++;
    else
        rc = slack__app_fail(app, SLACK_EIO, "cannot wake the loop: %s", uv_strerror(uv));
    if (rc == 0 && app->description.path) {
        slack__app_shutdown(app, describe(app));
        return 0;
    }
    if (rc == 0) rc = open_parts(app);
    if (rc == 0)
        slack__identity_start(&app->identity);
    else
        slack__app_shutdown(app, rc);
    return 0;
}

/* 0 if the app can start, or the reason why it cannot. */
static int check_startable(slack_app_t *app)
{
    if (app->life.state != SLACK_APP_NEW)
        return slack__app_fail(app, SLACK_EALREADY,
                               "the app was started before: make another with slack_app_new()");
    if (app->life.status != 0) /* of slack_app_new() */
        return slack__app_fail(app, app->life.status, "%s", app->life.unfit);
    const slack_options_t *o = &app->options;
    if (app->identity.authorizer == NULL) return slack__options_need_token(o, app->error);
    /* Otherwise rows of those that receive would have another name. */
    if (o->role == SLACK_ROLE_WORK && !app->identity.distributed && !o->app_id && !o->app_token)
        return slack__app_fail(
            app, SLACK_ECONFIG,
            "SLACK_ROLE=work: an app with slack_app_authorize() does not know its "
            "rows: set SLACK_APP_ID, to the same id in all processes");
    return 0;
}

/* The same, but for an app in describe mode, which notes why it could not start. */
static int check_begin(slack_app_t *app)
{
    const int rc = check_startable(app);
    return rc == SLACK_ECONFIG ? check_unfit(app, rc) : rc;
}

int slack_app_start(slack_app_t *app, slack_app_stopped_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    int rc = check_begin(app);
    if (rc != 0) return slack__app_failed(app, rc);
    if (app->options.loop == NULL)
        return slack__app_fail(app, SLACK_EINVAL,
                               "slack_app_start: options.loop is not set: set it, or use "
                               "slack_app_run()");
    app->life.stopped_fn = fn;
    app->life.stopped_data = user_data;
    return start_on(app, app->options.loop);
}

static void signal_received(uv_signal_t *handle, int signum)
{
    slack_app_t *app = handle->data;
    SLACK_LOG(&app->log, INFO, "signal received", "signal=%d", signum);
    if (signum == SIGHUP)
        slack__app_read_files(app);
    else
        slack__app_shutdown(app, 0);
}

static int watch_signals(slack_app_t *app)
{
    slack_life_t *life = &app->life;
    const struct {
        uv_signal_t *handle;
        int number;
    } signals[] = {{&life->sigint, SIGINT}, {&life->sigterm, SIGTERM}, {&life->sighup, SIGHUP}};
    int rc = 0;
    life->signals = true;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        uv_signal_init(&life->own_loop, signals[i].handle);
        signals[i].handle->data = app;
        life->handles++;
        if (rc == 0) rc = uv_signal_start(signals[i].handle, signal_received, signals[i].number);
    }
    return rc == 0 ? 0
                   : slack__app_fail(app, SLACK_EIO, "cannot watch signals: %s", uv_strerror(rc));
}

int slack_app_run(slack_app_t *app)
{
    SLACK_APP_REQUIRE(app);
    int rc = check_begin(app);
    if (rc == 0 && app->options.loop)
        rc = slack__app_fail(app, SLACK_EINVAL,
                             "options.loop is set: start the app with slack_app_start()");
    if (rc == SLACK_EALREADY) rc = SLACK_EINVAL;
    if (rc != 0) return slack__app_failed(app, rc);
    slack_life_t *life = &app->life;
    slack__descriptors_raise();
    int uv = uv_loop_init(&life->own_loop);
    if (uv != 0) return slack__app_fail(app, SLACK_EIO, "cannot make a loop: %s", uv_strerror(uv));
    life->in_run = true;
    rc = start_on(app, &life->own_loop);
    if (rc == 0) {
        rc = watch_signals(app);
        if (rc != 0) slack__app_shutdown(app, rc);
        uv_run(&life->own_loop, UV_RUN_DEFAULT);
        rc = life->status;
    }
    uv_loop_close(&life->own_loop);
    life->in_run = false;
    return rc;
}
