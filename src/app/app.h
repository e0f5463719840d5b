/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_APP_H
#define SLACK_APP_APP_H

#include <slack/slack.h>

#include "app/mailbox.h"
#include "context/ack_deadline.h"
#include "identity/token_file.h"
#include "inbox/inbox.h"
#include "ops/admin_server.h"
#include "ops/counters.h"
#include "ops/http_routes.h"
#include "ops/loop_lag.h"
#include "ops/recorder.h"

/*
 * An app: the life of a process, and the parts that it is made of.
 *
 *   app.c         new, start, run, free: the parts are made and told of each other
 *   lifecycle.c   stop: leave, drain, close part by part; whether the app is ready
 *   transports.c  what the transports may touch of the app
 *   mailbox.c     the way in from other threads: stop, reload, post
 *   options.c     the option table; env.c: the environment and .env
 *   listen.c      slack_on_…(), slack_use() and their like; assistant.c: those of an assistant
 *   authorize.c   tokens that the program looks up
 *   http.c        pages beside the request URL; metrics.c: the text of /metrics
 *   inspect.c     what the test kit and the tests look at
 */

enum slack_app_state {
    SLACK_APP_NEW,
    SLACK_APP_AUTHORIZING, /* auth.test is in flight, or waits to be tried again */
    SLACK_APP_RUNNING,
    SLACK_APP_LEAVING,  /* not ready any more; deliveries are taken until balancers have noticed */
    SLACK_APP_DRAINING, /* nothing new is taken; what was taken ends */
    SLACK_APP_CLOSING,  /* the parts close, one after the other */
    SLACK_APP_STOPPED
};

/* Where the contexts of an assistant's threads are kept. */
typedef struct slack_assistant {
    slack_handler_fn save, find; /* NULL: in the app's store */
    void *user_data;
    bool keeps; /* the listeners that save are registered */
} slack_assistant_t;

/* The loop, and what the end of the app needs. */
typedef struct slack_life {
    enum slack_app_state state;
    int status; /* what the stop reports */
    uv_loop_t own_loop;
    uv_signal_t sigint, sigterm, sighup; /* slack_app_run() only */
    bool signals;                        /* they are open */
    unsigned handles;                    /* parts with handles on the loop that close at the end */
    unsigned closing; /* the parts that have closed, in the order of lifecycle.c */
    bool parts_closing;
    slack_timer_t timer; /* the end of leaving; the next look at a drain */
    uint64_t drain_end_ms;
    slack_app_stopped_fn stopped_fn;
    void *stopped_data;
    bool free_when_stopped;
    bool in_run; /* slack_app_run() is on the stack */
} slack_life_t;

struct slack_app {
    slack_options_t options; /* strings are the app's own */
    char error[SLACK_ERROR_TEXT_MAX];
    slack_logger_t log;           /* with the clock */
    const slack_sender_t *sender; /* of the test kit; NULL: libcurl */
    slack_state_fn state_fn;
    void *state_data;
    slack_life_t life;

    slack_mailbox_t mailbox;
    slack_recorder_t *recorder; /* NULL: nothing is recorded */
    slack_counters_t counters;
    slack_loop_lag_t lag;
    slack_http_routes_t routes;
    slack_admin_server_t admin;
    slack_transports_t transports;
    slack_identity_t identity;
    slack_token_files_t token_files;
    slack_registry_t registry;
    slack_ack_deadlines_t deadlines;
    slack_services_t services; /* the net, the Web API and the pool are in it */
    slack_dispatcher_t dispatcher;
    slack_inbox_t inbox; /* the store is in it */
    slack_assistant_t assistant;
};

/* Write into app->error what went wrong; returns `rc`. */
int slack__app_fail(slack_app_t *app, int rc, const char *format, ...) SLACK_PRINTF(3, 4);

/* As slack_app_new(); without `environment` no variable and no .env sets an option. */
int slack__app_new(slack_app_t **ret_app, const slack_options_t *options, bool environment);

/* ---- lifecycle.c ---- */

/* Begin to stop, with this status unless there is one already. A second call ends the drain. */
void slack__app_shutdown(slack_app_t *app, int status);
/* A part that closing waits for has ended something. */
void slack__app_idle(void *app);
/* What a thread asked for by the mailbox, the pool or the authorizer. */
void slack__app_woken(void *app);
/* Read again what comes from files. */
void slack__app_read_files(slack_app_t *app);
/* One of life.handles has closed. */
void slack__app_handle_closed(void *app);
/* Why the app is not ready, a line of text; NULL: it is. */
const char *slack__app_unready(const slack_app_t *app);
void slack__app_destroy(slack_app_t *app);

/* ---- the others ---- */

/* transports.c: create those that the options name. */
int slack__app_create_transports(slack_app_t *app);
/* assistant.c: a listener with `assistant` set. */
int slack__assistant_listen(slack_app_t *app, const slack_listener_t *listener);
/* http.c: the library's own pages. 0; SLACK_ENOMEM. */
int slack__app_add_pages(slack_app_t *app);
/* metrics.c: append the text of /metrics. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__app_metrics_write(const slack_app_t *app, slack_buf_t *out);

#endif
