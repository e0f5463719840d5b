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
 * @file app.h  The app: configure, start, run, stop, free.
 *
 * An app lives on one libuv loop. While it runs, call its functions on that loop's thread, except
 * those marked "any thread". On another thread they do nothing and return SLACK_ETHREAD, or NULL or
 * "", and the log names them. docs/threads.md has the rule for all functions. For a NULL app they
 * return SLACK_EINVAL or NULL, and do nothing.
 */

/** An app. */
typedef struct slack_app slack_app_t;

/** Makes calls with one token, for one delivery or for none. See call.h. */
typedef struct slack_client slack_client_t;

/**
 * Make an app. It opens and connects nothing before the start.
 *
 * @param ret_app the new app, owned from now on: free it with slack_app_free(). It is also set for
 *        SLACK_ECONFIG, so that slack_app_error() can say what is wrong.
 * @param options Optional, copied. slack_options_from_env() fills the unset fields.
 * @return 0; SLACK_ECONFIG; SLACK_ENOMEM, and no app.
 */
SLACK_API int slack_app_new(slack_app_t **ret_app, const slack_options_t *options);

/**
 * Describe the last failure of the app in a sentence: it names the variable, the port, the file,
 * the token or the Slack error at fault, and never contains a secret.
 *
 * @param app NULL is allowed.
 * @return the sentence, borrowed until the next call on the app; "" if nothing failed.
 */
SLACK_API const char *slack_app_error(const slack_app_t *app);

/**
 * Start the app and run its loop until SIGINT, SIGTERM or slack_app_stop(). Then the app drains: it
 * takes no new deliveries, waits up to SLACK_DRAIN_MS for those that it has, and closes. A second
 * signal ends the drain at once. SIGHUP has the effect of slack_app_reload(). The app ignores
 * SIGPIPE from then on, unless the program handles it. It raises the process's soft limit of open
 * files to what its connections may need (getrlimit(2), RLIMIT_NOFILE).
 *
 * @return 0 after an orderly stop; else the failure of the start or the run, described by
 *         slack_app_error(): SLACK_ECONFIG; SLACK_EAUTH if Slack refuses a token for good;
 *         SLACK_ESTORE; SLACK_EIO, for example for a port in use; SLACK_ENOMEM; SLACK_EINVAL if
 *         slack_options_t.loop is set or the app was started before.
 */
SLACK_API int slack_app_run(slack_app_t *app);

/** Runs once when a started app has stopped and has closed its handles on the loop. It may free the
 * app.
 * @param status as slack_app_run() returns it. */
typedef void (*slack_app_stopped_fn)(slack_app_t *app, int status, void *user_data);

/**
 * Start an app on the program's own loop (slack_options_t.loop) and return at once. The program
 * runs the loop. A failure after the return stops the app, and `fn` receives it.
 *
 * @param fn Optional. Called on the loop, exactly once for a start that returned 0.
 * @param user_data borrowed until `fn` returns.
 * @return 0; SLACK_ECONFIG; SLACK_EINVAL if slack_options_t.loop is not set; SLACK_EALREADY if the
 *         app was started before; SLACK_ENOMEM.
 */
SLACK_API int slack_app_start(slack_app_t *app, slack_app_stopped_fn fn, void *user_data);

/** Stop the app, as SIGTERM does. A second call ends the drain at once. Any thread, also in a
 * handler and in a signal handler. */
SLACK_API void slack_app_stop(slack_app_t *app);

/**
 * Read the files again: the certificate, its key and the client authorities (SLACK_HTTP_TLS_…), the
 * signing secret (SLACK_SIGNING_SECRET_FILE) and the tokens (SLACK_BOT_TOKEN_FILE,
 * SLACK_APP_TOKEN_FILE). Without this call the app notices a change within seconds. Any thread,
 * also in a handler and in a signal handler.
 *
 * Open connections keep their certificate. If a file cannot be used, the old value stays, and the
 * log names the file and the reason.
 */
SLACK_API void slack_app_reload(slack_app_t *app);

/**
 * Run `fn` on the loop's thread. Functions run in the order of the calls, never inside this call.
 * Any thread.
 *
 * @param fn Required. `status` is 0, or SLACK_ECANCELED if the app stopped first.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run exactly once. With any other code it will not run: SLACK_ECANCELED if
 *         the app has stopped; SLACK_EBUSY if 65536 functions are waiting; SLACK_EINVAL;
 *         SLACK_ENOMEM. The log says why, once for failures in a row; slack_app_error(), which
 *         belongs to the loop's thread, does not.
 */
SLACK_API int slack_app_post(slack_app_t *app,
                             void (*fn)(slack_app_t *app, int status, void *user_data),
                             void *user_data);

/** Free the app. NULL is allowed. If slack_app_start() started the app, this function stops it
 * without a drain, and frees it when it has stopped; the program runs the loop until then. Do not
 * use the pointer after this call. While slack_app_run() runs, this function only stops the app,
 * and the log says so: free the app after slack_app_run() has returned. */
SLACK_API void slack_app_free(slack_app_t *app);

/**
 * Read the client with the app's own bot token (SLACK_BOT_TOKEN), for calls outside a delivery. Its
 * calls return SLACK_ECANCELED before the start and after the stop. They return SLACK_EAUTH if the
 * app has no token of its own because it looks tokens up (authorize.h). The log names the cause.
 * The methods that make a token, such as oauth.v2.access, need none: no client sends one with them.
 *
 * @return the client, borrowed until the app is freed. Any thread may read it.
 */
SLACK_API slack_client_t *slack_app_client(slack_app_t *app);

/**
 * Make a client for another token, or for calls without one, such as oauth.v2.access:
 *
 *     slack_client_t *nobody = slack_client_new(app, NULL);
 *     slack_call(nobody,
 *                slack_oauth_v2_access(.client_id = id, .client_secret = secret, .code = code),
 *                installed, data);
 *
 * Make the client at any time, and its calls between the start of the app and its stop, on the
 * loop's thread. After slack_app_free() the client may only be freed.
 *
 * @param token Optional, copied. NULL: the calls have no Authorization header, and those of methods
 *        that need a token return SLACK_EAUTH; slack/api/ says which methods need none. "" is taken
 *        for a variable that is not set: the calls return SLACK_EAUTH, unless the method never
 * takes a token. The log names the cause.
 * @return the client, owned: free it with slack_client_free(). NULL if memory is out; a call with a
 *         NULL client returns SLACK_EINVAL. Any thread.
 */
SLACK_API slack_client_t *slack_client_new(slack_app_t *app, const char *token);

/** Free a client of slack_client_new() or slack_client_for(), before or after its app. Calls, lists
 * and transfers that are under way continue; a stream needs its client until its end (stream.h).
 * NULL is allowed. Any thread; but a client of slack_client_for() only on the loop's thread. */
SLACK_API void slack_client_free(slack_client_t *client);

/** The state of a transport. */
enum slack_transport_state {
    SLACK_TRANSPORT_IDLE = 0, /* not started */
    SLACK_TRANSPORT_STARTING, /* starting; for Socket Mode: not connected yet */
    SLACK_TRANSPORT_READY,    /* deliveries can arrive */
    SLACK_TRANSPORT_DEGRADED, /* was ready, and tries to become ready again */
    SLACK_TRANSPORT_STOPPED   /* stopped for good */
};

/** Figures of a transport. Counters start at 0 with the app. */
typedef struct slack_transport_stats {
    enum slack_transport_state state; /* the current state */
    unsigned port;                    /* HTTP: the port of the request URL; 0 before the start */
    unsigned admin_port;              /* the port of http_admin_port, with any transport */
    unsigned connections; /* HTTP: open connections; Socket Mode: connections after their hello */
    unsigned under_way;   /* HTTP: requests that are being read or answered */
    uint64_t delivered;   /* deliveries passed to the app */
    uint64_t acked;       /* acks sent, whatever they say */
    uint64_t ack_lost;    /* acks that could not be sent because the peer was gone */
    uint64_t refused;     /* HTTP: requests answered without a delivery (401, 404, 413, …) */
    unsigned handshakes_waiting; /* HTTPS: TLS handshakes that wait for their turn */
    uint64_t handshakes_refused; /* HTTPS: TLS handshakes refused because too many waited */
    uint64_t reconnects; /* Socket Mode: connections that replaced another; the sum of … */
    uint64_t reconnects_refresh; /* … those that Slack asked to replace */
    uint64_t reconnects_age;     /* … those near the end of their lifetime */
    uint64_t reconnects_lost;    /* … those that broke */
    uint64_t reconnects_silent;  /* … those that went silent, also because the machine slept */
    uint64_t reconnects_refused; /* … those that Slack closed: too many, or Socket Mode is off */
    uint64_t failed_dials;       /* Socket Mode: dials that failed */
    uint64_t deaf_ms;            /* Socket Mode: time without a connection since the first one */
    uint64_t ping_us;            /* Socket Mode: the last ping's round trip; 0 before */
    unsigned num_connections;    /* Socket Mode: Slack's own count in the last hello; 0 before */
    bool standby;                /* Socket Mode: other processes have the connections */
} slack_transport_stats_t;

/** Read the figures of a transport.
 * @param name "http", "socket", "memory", or "history" with catch-up.
 * @return 0; SLACK_ENOTFOUND if the app does not use that transport. */
SLACK_API int slack_app_transport_stats(slack_app_t *app, const char *name,
                                        slack_transport_stats_t *ret_stats);

/** Runs on the loop at every change of a transport's state.
 * @param name "http", "socket", "memory" or "history"; static text.
 * @param reason 0, or the error that caused the change. */
typedef void (*slack_state_fn)(slack_app_t *app, const char *name, enum slack_transport_state state,
                               int reason, void *user_data);

/** Set the hook for changes of a transport's state. It replaces an earlier hook. NULL removes the
 * hook.
 * @param user_data borrowed until the app is freed or another hook is set. */
SLACK_API void slack_on_state(slack_app_t *app, slack_state_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
