/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_H
#define SLACK_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "export.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file app.h  An app: configured, started, run, stopped, freed.
 *
 * An app lives on one libuv loop, and all its functions are called on that loop's thread, the ones
 * marked "any thread" apart.
 */

/** An app. */
typedef struct slack_app slack_app_t;

/** What calls Slack: a token, and whose call it is. See call.h. */
typedef struct slack_client slack_client_t;

/**
 * Make an app. Nothing is opened or connected before it is started.
 *
 * @param ret_app the new app. It is set even when the configuration is found wrong, so that
 *        slack_app_error() can tell how; it must be freed then as well.
 * @param options copied; NULL for all from the environment. Unset fields are filled by
 *        slack_options_from_env().
 * @return 0; SLACK_ECONFIG (the sentence is in slack_app_error()); SLACK_ENOMEM (no app).
 */
SLACK_API int slack_app_new(slack_app_t **ret_app, const slack_options_t *options);

/**
 * What went wrong in words: the variable, port, file, token or Slack error that made the last
 * failing call on this app fail. "" where nothing failed. Never holds a secret. Borrowed until the
 * next call. `app` may be NULL.
 */
SLACK_API const char *slack_app_error(const slack_app_t *app);

/**
 * Start the app and run its loop until SIGINT, SIGTERM or slack_app_stop(), then drain: take
 * nothing new, let what was taken end (SLACK_DRAIN_MS at most), close. A second signal ends the
 * wait. SIGHUP is slack_app_reload().
 *
 * @return 0 after an orderly stop; what made the start or the run fail otherwise, told in words by
 *         slack_app_error(): SLACK_ECONFIG, SLACK_EAUTH (Slack refuses a token for good),
 *         SLACK_ESTORE, SLACK_EIO (a port that cannot be had), SLACK_ENOMEM; SLACK_EINVAL where the
 *         app has a loop of the program's or is running already.
 */
SLACK_API int slack_app_run(slack_app_t *app);

/** Told once when a started app has stopped and holds no handle on the loop any more.
 * @param status as slack_app_run() returns it. Freeing the app is legal here. */
typedef void (*slack_app_stopped_fn)(slack_app_t *app, int status, void *user_data);

/**
 * Start an app on a loop that the program runs itself (options.loop). Returns at once; problems
 * that show later stop the app and arrive by `fn`.
 *
 * @param fn Optional. Called exactly once for a start that returned 0, on the loop.
 * @return 0; SLACK_ECONFIG; SLACK_EALREADY when it was started before; SLACK_ENOMEM.
 */
SLACK_API int slack_app_start(slack_app_t *app, slack_app_stopped_fn fn, void *user_data);

/** Ask the app to stop, as SIGTERM does. Any thread, any number of times; legal in a handler and in
 * a signal handler. Asking again while it drains ends the wait. */
SLACK_API void slack_app_stop(slack_app_t *app);

/**
 * Ask the app to read again what it has from files: the certificate, its key and the authorities of
 * clients (SLACK_HTTP_TLS_…), the signing secret (SLACK_SIGNING_SECRET_FILE), and the tokens
 * (SLACK_BOT_TOKEN_FILE, SLACK_APP_TOKEN_FILE). It does so by itself within seconds of a change;
 * this is for at once. Any thread, any number of times; legal in a handler and in a signal handler.
 *
 * Connections that are open keep the certificate that they began with. What cannot be used leaves
 * the old in place: the log names the file and the reason.
 */
SLACK_API void slack_app_reload(slack_app_t *app);

/**
 * Run `fn` on the loop's thread, soon and in order. Any thread.
 *
 * @return 0: `fn` will run exactly once, with status 0, or with SLACK_ECANCELED if the app stopped
 *         before; SLACK_ECANCELED when the app is stopped already; SLACK_EBUSY past 65536 waiting;
 *         SLACK_ENOMEM.
 */
SLACK_API int slack_app_post(slack_app_t *app,
                             void (*fn)(slack_app_t *app, int status, void *user_data),
                             void *user_data);

/** Free the app. NULL is fine. Inside one of its callbacks the app is stopped and freed when that
 * has ended; the pointer is not to be used again in either case. */
SLACK_API void slack_app_free(slack_app_t *app);

/** The client with the app's own bot token, for calls outside of a delivery. Borrowed. */
SLACK_API slack_client_t *slack_app_client(slack_app_t *app);

/** How a transport is. */
enum slack_transport_state {
    SLACK_TRANSPORT_IDLE = 0, /* not started */
    SLACK_TRANSPORT_STARTING, /* taking up its work; for Socket Mode, not connected yet */
    SLACK_TRANSPORT_READY,    /* deliveries can arrive */
    SLACK_TRANSPORT_DEGRADED, /* was ready, is mending itself */
    SLACK_TRANSPORT_STOPPED   /* for good */
};

/** What a transport tells of itself. Counters start at 0 with the app. */
typedef struct slack_transport_stats {
    enum slack_transport_state state; /* now */
    unsigned port;                    /* HTTP: the port listened on, 0 before */
    unsigned admin_port;              /* the same for http_admin_port, with any transport */
    unsigned connections; /* HTTP: open connections; Socket Mode: those with hello received */
    unsigned under_way;   /* HTTP: requests that are being read or answered */
    uint64_t delivered;   /* handed to the app */
    uint64_t acked;       /* answered on the wire: OK, LATER and REFUSE together */
    uint64_t ack_lost;    /* acks that found no peer any more */
    uint64_t refused;     /* HTTP: requests answered without a delivery (401, 404, 413 …) */
    uint64_t reconnects;  /* Socket Mode: connections opened to replace another: the sum of … */
    uint64_t reconnects_refresh; /* … those that Slack asked to go */
    uint64_t reconnects_age;     /* … those whose time was nearly over */
    uint64_t reconnects_lost;    /* … those that broke */
    uint64_t reconnects_silent;  /* … those without a sign of life, also after a sleep */
    uint64_t reconnects_refused; /* … those that Slack ended: too many, or Socket Mode is off */
    uint64_t failed_dials;       /* Socket Mode: tries that did not come to a connection */
    uint64_t deaf_ms;            /* Socket Mode: time without a connection since the first one */
    uint64_t ping_us;            /* Socket Mode: the last ping's round trip; 0 before */
    unsigned num_connections; /* Socket Mode: as Slack counted them in the last hello; 0 before */
} slack_transport_stats_t;

/** Figures of the transport called `name` ("http", "socket", "memory").
 * @return 0; SLACK_ENOTFOUND where the app has none of that name. */
SLACK_API int slack_app_transport_stats(const slack_app_t *app, const char *name,
                                        slack_transport_stats_t *ret_stats);

/** Told of every change of a transport's state, on the loop.
 * @param name "http", "socket" or "memory".
 * @param reason 0, or the error that led to the state. */
typedef void (*slack_state_fn)(slack_app_t *app, const char *name, enum slack_transport_state state,
                               int reason, void *user_data);

/** Set the one listener of state changes; NULL for none. */
SLACK_API void slack_on_state(slack_app_t *app, slack_state_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
