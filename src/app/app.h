/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_APP_H
#define SLACK_APP_APP_H

#include <stdatomic.h>

#include <slack/slack.h>
#include <uv.h>

#include "dispatch/attempt.h"
#include "identity/authorizer.h"
#include "ops/admin_server.h"
#include "ops/counters.h"
#include "ops/loop_lag.h"
#include "ops/recorder.h"
#include "listeners/router.h"
#include "transport/transport.h"
#include "dispatch/worker.h"
#include "net/loop.h"
#include "net/file_watch.h"
#include "store/store.h"
#include "util/backoff.h"
#include "webapi/webapi.h"

/*
 * The inside of an app. Each file of this folder has one concern of it:
 *
 *   app.c        life: new, start, run, free, and what is opened and closed in between
 *   post.c       the way in from other threads: stop, reload, post
 *   reload.c     what comes from files is read again
 *   record.c     what is received, said and called goes to a file; hide.c: without its secrets
 *   register.c   listeners and middleware
 *   token.c      the app's own token: auth.test at start, and when Slack refuses it later
 *   authorize.c  tokens that the program looks up; tenants.c: what is remembered of them; grant.c
 *   tenant.c     whose delivery it is; refusal.c: what is said where there is no token for it
 *   inbox.c      a delivery arrives: known? store -> ack -> dispatch; and its end
 *   attempt.c    how an attempt ended: done, once more, or dead
 *   backlog.c    what waits in the store is taken up
 *   turn.c       deliveries that wait for a listener
 *   job.c        the program's own deliveries
 *   same.c       one message under several event ids
 *   dispatch.c   a delivery runs: middleware, listeners, holds
 *   match.c      does a listener take a delivery? pattern.c: its regular expressions
 *   function.c   steps of workflows; assistant.c: threads of an assistant
 *   builtin.c    middleware that come with the library
 *   value.c      what middleware attach to a delivery
 *   worker.c     handlers that may block
 *   ack.c        what a handler says to Slack's wait
 *   say.c        what a handler says through its ctx; view.c: its modals and home tabs
 *   context.c    what a handler reads
 *   spare.c      what is said in the place of a handler that does not
 *   pages.c      what is served beside the request URL; admin.c: on a port of its own
 *   metrics.c    what is counted
 *   inspect.c    what the test kit and the tests look at
 */

enum app_state {
    APP_NEW,
    APP_AUTHORIZING, /* auth.test is under way, or waits to be tried again */
    APP_RUNNING,
    APP_LEAVING,  /* says that it will go, and takes all that comes meanwhile */
    APP_DRAINING, /* take nothing new, let what was taken end */
    APP_CLOSING,  /* transports, then calls, then store, then the loop's handles */
    APP_STOPPED
};

#define APP_TRANSPORTS_MAX 4
#define APP_POSTS_MAX      65536

/* The most middleware of an app. */
#define APP_MIDDLEWARE_MAX 64

#define SLACK_WORKERS_MAX 64

/* How the contexts of an assistant's threads are kept. */
typedef struct slack_assistant {
    slack_handler_fn save, find; /* NULL: in the app's store */
    void *user_data;
    bool keeps; /* the listeners that save are registered */
} slack_assistant_t;

/* What to say in the place of a handler. */
typedef struct slack_spare {
    char *body; /* JSON text, "" for an empty ack; NULL: the preset */
    bool none;  /* nothing */
} slack_spare_t;

struct slack_app {
    enum app_state state;
    slack_options_t options; /* strings are our own */
    char error[SLACK_ERROR_TEXT_MAX];
    int status; /* what the stop is to be told as */

    /* The loop, and what lives on it between start and stop. */
    uv_loop_t *loop;
    uv_loop_t own_loop;
    const slack_clock_t *clock;
    slack_logger_t log;
    slack_net_t *net;
    slack_webapi_t *webapi;
    const slack_sender_t *sender; /* NULL: libcurl */
    slack_store_t *store;
    uint64_t drain_end_ms;
    slack_timer_t timer;                 /* the next try of auth.test; later the end of the drain */
    uv_signal_t sigint, sigterm, sighup; /* slack_app_run() only */
    unsigned handles;                    /* of the above and wakeup: open, or closing */
    bool signals;                        /* they are among them */
    bool parts_closing;                  /* the transports have stopped, the rest is on its way */
    slack_app_stopped_fn stopped_fn;
    void *stopped_data;
    bool free_when_stopped;
    bool in_run; /* slack_app_run() is on the stack */

    /* What other threads may touch (post.c). */
    uv_mutex_t posts_lock;
    slack_link_t posts;
    size_t post_count;
    bool posts_closed;
    uv_async_t wakeup;
    atomic_bool wakeup_open;
    atomic_uint wakeup_senders;
    atomic_uint stop_requests;
    unsigned stops_seen;
    atomic_uint reload_requests;
    unsigned reloads_seen;
    slack_file_watch_t token_files;

    struct slack_transport_host host;
    slack_transport_t *transports[APP_TRANSPORTS_MAX];
    size_t transport_count;
    slack_state_fn state_fn;
    void *state_data;

    /* Who we are. */
    slack_client_t client;     /* the bot's */
    slack_client_t app_client; /* with the app-level token, for transports */
    slack_backoff_t auth_backoff;
    char bot_user[32], bot_id[32], team_id[32];
    slack_grant_t own;            /* what deliveries are handled with: the bot's token */
    slack_authority_t *authority; /* NULL: with the app's own token alone */
    bool token_checking;          /* auth.test is under way */
    bool token_refused;           /* was its last word */
    uint64_t token_checked_us;    /* when it was asked last, the start aside */

    /* What the program registered. */
    slack_middleware_t middleware[APP_MIDDLEWARE_MAX];
    size_t middleware_count;
    slack_error_fn error_fn;
    void *error_data;
    slack_middleware_t unmatched, not_acked;
    slack_assistant_t assistant;
    slack_router_t *routes;
    slack_http_routes_t http_routes;
    slack_admin_server_t admin;
    slack_counters_t counters;
    slack_loop_lag_t loop_lag;

    /* Deliveries. */
    uint64_t delivery_count;
    slack_recorder_t *recorder; /* NULL: none */
    slack_link_t live;          /* ctx->link: taken and not ended */
    slack_link_t rejected;      /* delivery->link: to be answered LATER */
    size_t live_count, rejected_count;
    slack_workers_t *workers; /* NULL: none were needed yet */
    atomic_bool stopping;     /* for workers: the state is DRAINING or later */
    slack_task_t reject_task;
    slack_backlog_t backlog;
    bool store_failing;             /* the store's last completion was SLACK_ESTORE */
    slack_transport_t no_transport; /* of what comes out of the store */
    slack_dead_fn dead_fn;
    void *dead_data;
    slack_link_t unacked; /* ctx->unacked_link: wait for a handler's ack, the oldest first */
    slack_timer_t spare_timer;
    slack_spare_t spares[SLACK_KINDS];
    slack_link_t zombies; /* ctx->link: ended by force while the program held them */
};

/* As slack_app_new(); without `environment`, no variable and no .env sets an option. */
int slack__app_new(slack_app_t **ret_app, const slack_options_t *options, bool environment);

/* Note in words what went wrong; returns `rc`. */
int slack__app_fail(slack_app_t *app, int rc, const char *format, ...) SLACK_PRINTF(3, 4);

/* Begin to stop, with this status unless one is noted already: drain, then close. A second call
 * ends the drain. */
void slack__app_shutdown(slack_app_t *app, int status);

/* post.c */
void slack__app_wake(slack_app_t *app); /* any thread: slack__mailbox_run(), slack__workers_run() */
int slack__mailbox_open(slack_app_t *app);    /* wakeup is a handle on the loop from now on */
void slack__mailbox_run(slack_app_t *app);    /* stops, reloads, then posts */
void slack__mailbox_close(slack_app_t *app);  /* no more wakeups; before the handle is closed */
void slack__mailbox_cancel(slack_app_t *app); /* what is left is told SLACK_ECANCELED */

/* register.c: a listener as it is; assistant.c: one of an assistant's messages. */
int slack__app_listen(slack_app_t *app, const slack_listener_t *listener);
int slack__assistant_listen(slack_app_t *app, const slack_listener_t *listener);

/* reload.c: all that comes from files; the log tells what came of it. */
void slack__app_reload(slack_app_t *app);
int slack__tokens_init(slack_app_t *app);   /* once the options are known */
void slack__tokens_watch(slack_app_t *app); /* from the start on; may open a handle */

/* The transports may start: called by token.c. */
void slack__app_authorized(slack_app_t *app);

/* inbox.c: the two host functions' work, and what the life of the app asks of the deliveries. */
void slack__inbox_deliver(slack_app_t *app, slack_transport_t *t, slack_delivery_t *d);
void slack__inbox_abandon_all(slack_app_t *app); /* end what lives, by force: SLACK_ECANCELED */
void slack__inbox_free_zombies(slack_app_t *app);
void slack__inbox_reject_run(slack_task_t *task);
/* Called by inbox.c when the last delivery of a draining app has ended. */
void slack__app_idle(slack_app_t *app);

/* spare.c */
void slack__ack_deadline_init(slack_app_t *app);
void slack__ack_deadline_done(slack_app_t *app);

/* The transport of that name, NULL when there is none. */
slack_transport_t *slack__app_transport(const slack_app_t *app, const char *name);

#endif
