/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_APP_H
#define SLACK_APP_APP_H

#include <slack/slack.h>

#include "app/describe.h"
#include "app/mailbox.h"
#include "cluster/cluster.h"
#include "context/ack_deadline.h"
#include "identity/identity.h"
#include "inbox/inbox.h"
#include "oauth/oauth.h"
#include "oauth/openid.h"
#include "ops/admin_server.h"
#include "ops/counters.h"
#include "ops/http_routes.h"
#include "ops/loop_lag.h"
#include "ops/recorder.h"
#include "outbox/outbox.h"

/*
 * An app: the life of a process, and its parts.
 *
 *   app.c         new, start, run, free: makes the parts and connects them
 *   lifecycle.c   stop: leaves, drains, and closes the parts
 *   failure.c     the sentence of the last failure
 *   transports.c  the functions that transports call
 *   mailbox.c     requests of other threads: stop, reload, post
 *   describe.c    the description of an app that does not start
 *   options.c     the table of options; env.c: the environment and .env
 *   listeners.c   slack_on_…(), slack_use(), hooks; assistant.c: the listeners of an assistant
 *   oauth.c       the part of a distributed app, and its public functions
 *   authorize.c   the public functions of an authorizer
 *   health.c      the pages /healthz, /readyz and /metrics; metrics.c: the text of /metrics
 *   http.c        the program's routes
 *   inspect.c     access for the test kit and the tests
 */

enum slack_app_state {
    SLACK_APP_NEW,
    SLACK_APP_AUTHORIZING, /* auth.test is in flight, or will be tried again; then
                              slack__oauth_start() */
    SLACK_APP_RUNNING,
    SLACK_APP_LEAVING,  /* not ready, but takes deliveries until load balancers have noticed, and
                         * until other processes have its connections */
    SLACK_APP_DRAINING, /* takes no new deliveries, and finishes those that it has */
    SLACK_APP_CLOSING,  /* closes the parts, one after the other */
    SLACK_APP_STOPPED
};

/* How the app keeps the contexts of an assistant's threads. */
typedef struct slack_assistant {
    slack_handler_fn save, find; /* of the program; NULL: the app's store keeps the contexts */
    void *user_data;
    bool keeps; /* the listeners that save contexts are registered */
} slack_assistant_t;

/* The senders of the test kit; NULL: libcurl sends. */
typedef struct slack_senders {
    const slack_sender_t *calls;
    const slack_fetch_sender_t *fetches; /* requests to other services */
} slack_senders_t;

/* The state of the app, and its handles on the loop. */
typedef struct slack_life {
    enum slack_app_state state;
    int status; /* returned by slack_app_run() and passed to the stopped function */
    char unfit[SLACK_ERROR_TEXT_MAX]; /* why slack_app_new() returned SLACK_ECONFIG */
    uv_loop_t own_loop;
    uv_signal_t sigint, sigterm, sighup; /* slack_app_run() only */
    bool signals;                        /* the signal handles are open */
    unsigned handles;                    /* how many parts have to close their handles */
    unsigned closing;                    /* index into close_part[] of lifecycle.c */
    bool parts_closing;
    slack_timer_t timer;             /* the end of the leaving, or the next look at the drain */
    uint64_t leave_ms, drain_end_ms; /* the beginning of the leaving, the end of the drain */
    slack_app_stopped_fn stopped_fn;
    void *stopped_data;
    slack_state_fn state_fn; /* of the transports */
    void *state_data;
    bool free_when_stopped;
    bool in_run; /* slack_app_run() is on the stack */
} slack_life_t;

struct slack_app {
    slack_options_t options; /* with copies of all strings */
    char error[SLACK_ERROR_TEXT_MAX];
    slack_logger_t log; /* with the clock */
    slack_log_limits_t log_limits;
    slack_senders_t senders;
    slack_life_t life;

    slack_description_t description;
    slack_declared_calls_t declared;
    slack_mailbox_t mailbox;
    slack_recorder_t *recorder; /* NULL: nothing is recorded */
    slack_counters_t counters;
    slack_loop_lag_t lag;
    slack_http_routes_t routes;
    slack_admin_server_t admin;
    slack_transports_t transports;
    slack_identity_t identity;
    slack_registry_t registry;
    slack_ack_deadlines_t deadlines;
    slack_services_t services; /* with the net, the Web API and the pool */
    slack_dispatcher_t dispatcher;
    slack_queue_t queue; /* with the store */
    slack_cluster_t cluster;
    slack_inbox_t inbox;
    slack_outbox_t outbox;
    slack_oauth_t oauth; /* its options are NULL, unless the app is a distributed one */
    slack_install_flow_t install_flow;
    slack_assistant_t assistant;
};

/* 0 if the program may call a function of the app here. SLACK_EINVAL for NULL; SLACK_ETHREAD on
 * another thread than the loop's while the app runs. */
static inline int slack__app_status(const slack_app_t *app, const char *function)
{
    return app ? slack__net_require(app->services.net, function) : SLACK_EINVAL;
}

/* The first line of a public function: the function returns an error if the program may not call it
 * here. */
#define SLACK_APP_REQUIRE(app)                                                                     \
    do {                                                                                           \
        const int unusable = slack__app_status(app, __func__);                                     \
        if (unusable != 0) return unusable;                                                        \
    } while (0)
/* The same for a function that returns no errors. */
#define SLACK_APP_REQUIRE_OR(app, neutral)                                                         \
    do {                                                                                           \
        if (slack__app_status(app, __func__) != 0) return neutral;                                 \
    } while (0)

/* Sets app->error to a sentence, as each public function does that returns an error. A handler that
 * returns the error fails with the sentence. Returns `rc`. */
int slack__app_fail(slack_app_t *app, int rc, const char *format, ...) SLACK_PRINTF(3, 4);
/* The same after a part has set app->error. Returns `rc`, which may be 0. */
int slack__app_failed(slack_app_t *app, int rc);

/* Like slack_app_new(). If `environment` is false, no variable and no .env sets an option. */
int slack__app_new(slack_app_t **ret_app, const slack_options_t *options, bool environment);

/* ---- lifecycle.c ---- */

/* Begins to stop. `status` is the status of the stop, unless the app has one already. A second call
 * ends the drain. */
void slack__app_shutdown(slack_app_t *app, int status);
/* A part has become idle. Continues the closing if it waited for that part. */
void slack__app_idle(void *app);
/* Handles the requests of other threads to the mailbox, the pool and the authorizer. */
void slack__app_woken(void *app);
/* Reads tokens, secrets and certificates from their files again. */
void slack__app_read_files(slack_app_t *app);
/* One of life.handles has closed. */
void slack__app_handle_closed(void *app);
void slack__app_destroy(slack_app_t *app);

/* ---- the others ---- */

/* transports.c: creates the transports that the options name. */
int slack__app_create_transports(slack_app_t *app);
/* transports.c: prepares the budget of connections in app->cluster. False: the app has none. */
bool slack__app_share_connections(slack_app_t *app);
/* oauth.c: makes an app with SLACK_CLIENT_ID a distributed one. 0; SLACK_ENOMEM;
 * SLACK_EIO. */
int slack__app_distribute(slack_app_t *app, const slack_oauth_events_t *events);
/* assistant.c: registers a listener with `assistant` set. */
int slack__assistant_listen(slack_app_t *app, const slack_listener_t *listener);
/* health.c: adds the pages that every app has, SLACK_APP_PAGES routes. 0; SLACK_ENOMEM. */
int slack__app_add_pages(slack_app_t *app);
#define SLACK_APP_PAGES 3
/* The reason why the app is not ready, a line of text; NULL if it is ready. */
const char *slack__app_unready(const slack_app_t *app);
/* http.c: logs where people install the app; warns if it has routes, and Socket Mode alone. */
void slack__app_tell_of_routes(const slack_app_t *app);
/* metrics.c: appends the text of /metrics. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__app_metrics_write(slack_app_t *app, slack_buf_t *out);

#endif
