/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPTIONS_H
#define SLACK_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "export.h"
#include "limits.h"
#include "log.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file options.h  What an app is configured by.
 *
 * A plain struct: all zero means all defaults. Strings are borrowed until slack_app_new() returns,
 * which copies them. A field that is set in code wins over its environment variable, which wins
 * over a `.env` file in the working directory, which wins over the default.
 */

struct uv_loop_s;

/** What is recognised as having come before. */
enum slack_dedupe {
    /** Events of one event_id that the same app is told of. */
    SLACK_DEDUPE_EVENTS = 1,
    /** Also what Slack sends of one message of a person under several event ids: events of type
     * message with the same client_msg_id, or the same channel and timestamp, are one. Of a message
     * that mentions the bot, which comes as `message` and as `app_mention`, only the mention runs,
     * where the app listens to mentions. */
    SLACK_DEDUPE_MESSAGES
};

/** All that an app can be told. */
typedef struct slack_options {
    /** Optional. "http", "socket", or "http,socket". SLACK_TRANSPORT. Default: socket where only an
     * app token is set, http where only a signing secret is; both or neither set is an error. */
    const char *transport;

    /** Required unless deliveries are authorized by a function (slack_app_authorize()). xoxb-…, the
     * bot's token. SLACK_BOT_TOKEN. */
    const char *bot_token;
    /** Required for Socket Mode. xapp-…, with the scope connections:write. SLACK_APP_TOKEN. */
    const char *app_token;
    /** Optional. The file that the bot's token is in, in the place of bot_token. It is read again
     * when it changes, and by slack_app_reload(); a token has up to 1023 bytes then.
     * SLACK_BOT_TOKEN_FILE, or a systemd credential called SLACK_BOT_TOKEN. */
    const char *bot_token_file;
    /** Optional. The same for app_token. SLACK_APP_TOKEN_FILE, or a systemd credential called
     * SLACK_APP_TOKEN. */
    const char *app_token_file;
    /** Required for HTTP. The signing secret; several, at most 16, separated by commas, while one
     * is being replaced. To serve several apps on one port, each is written with its app's id
     * before it: "A111:secret,A222:secret,A222:another". A request is its app's then, by
     * api_app_id, which slack_ctx_app_id() tells. SLACK_SIGNING_SECRET. */
    const char *signing_secret;
    /** Optional. The file that the signing secret is in, in the place of signing_secret. It is read
     * again when it changes. SLACK_SIGNING_SECRET_FILE, or a systemd credential called
     * SLACK_SIGNING_SECRET. */
    const char *signing_secret_file;

    /** Optional. Address to listen on, IPv6 without brackets ("::" for both), or "unix:" and the
     * path of a socket. A socket that systemd passes (LISTEN_FDS) is used in its place; a second
     * one (without HTTP, the first) is for http_admin_port. SLACK_HTTP_HOST. Default "0.0.0.0". */
    const char *http_host;
    /** Optional. Port to listen on, 1 to 65535, or "0" to let the kernel choose one.
     * SLACK_HTTP_PORT, else PORT. Default "3000". */
    const char *http_port;
    /** Optional. Path of the request URL, beginning with '/'. SLACK_HTTP_PATH. Default
     * "/slack/events". */
    const char *http_path;
    /** Optional. 1: other processes may listen on the same port. SLACK_HTTP_REUSE_PORT. */
    unsigned http_reuse_port;
    /** Optional. Addresses and networks, separated by commas, of proxies whose X-Forwarded-For or
     * Forwarded is believed. A Unix socket's peer is one. SLACK_HTTP_TRUSTED_PROXIES. Default:
     * none.
     */
    const char *http_trusted_proxies;
    /** Optional. PEM files: serve the request URL by HTTPS. Read again when they change.
     * SLACK_HTTP_TLS_CERT: with what signed it. Default: HTTP. */
    const char *http_tls_cert;
    /** Its private key. SLACK_HTTP_TLS_KEY. */
    const char *http_tls_key;
    /** Optional. PEM file of authorities: take only clients with a certificate of theirs for
     * platform-tls-client.slack.com. Needs http_tls_cert. SLACK_HTTP_TLS_CLIENT_CA.
     * https://docs.slack.dev/authentication/verifying-requests-from-slack */
    const char *http_tls_client_ca;
    /** Optional. The same behind a proxy that checks the certificate: a header by which a trusted
     * one passes the subject's DN, or the name alone. SLACK_HTTP_CLIENT_CERT_HEADER. */
    const char *http_client_cert_header;
    /** Optional. Port for /healthz, /readyz, /metrics and the program's routes (http.h), which the
     * port of the request URL does not serve then. It is served with any transport, with Socket
     * Mode alone too, and from before the app is ready to the end of its drain. "0" lets the kernel
     * choose. SLACK_HTTP_ADMIN_PORT. Default: on the port of the request URL; without HTTP, none.
     */
    const char *http_admin_port;
    /** Optional. Address of that port. SLACK_HTTP_ADMIN_HOST. Default "127.0.0.1". */
    const char *http_admin_host;
    /** Optional. What a stranger may cost the receiver: limits.h has the variables and defaults. */
    slack_http_limits_t http_limits;

    /** Optional. How many Socket Mode connections to keep, 1 to 10. SLACK_SOCKET_CONNECTIONS.
     * Default 2. */
    unsigned socket_connections;

    /** Optional. Where the inbox is: "sqlite:PATH" keeps it in a file, "memory:" forgets it with
     * the process. SLACK_STORE. Default "sqlite:slackapp.db". */
    const char *store;

    /** Optional. Base of the Web API, ending before the method's name. https, or http on a loopback
     * address. SLACK_API_URL. Default "https://slack.com/api/". */
    const char *api_url;
    /** Optional. The HTTP proxy for calls and for sockets: http://[user[:password]@]host[:port],
     * user and password percent-encoded. SLACK_PROXY, else HTTPS_PROXY, else https_proxy; "" is no
     * proxy, whatever these say. Targets on loopback are never reached by it. Default: none. */
    const char *proxy;
    /** Optional. The targets to reach without the proxy, separated by commas or blanks: "*", names
     * with all below them, addresses, networks like 10.0.0.0/8; each may end in ":port". NO_PROXY,
     * else no_proxy. Default: none. */
    const char *no_proxy;
    /** Optional. PEM file of the certificate authorities to trust, for calls and for sockets.
     * SLACK_CA_FILE. Default: the system's. */
    const char *ca_file;

    /** Optional. SLACK_LOG_LEVEL (error, warn, info, debug). Default SLACK_LOG_INFO. */
    enum slack_log_level log_level;
    /** Optional. SLACK_LOG_FORMAT (text, json). Default SLACK_LOG_TEXT. */
    enum slack_log_format log_format;
    /** Optional. Where log lines go. Default slack_log_stderr(). */
    slack_log_fn log_fn;
    /** Optional, borrowed for the app's life: given to log_fn. */
    void *log_user_data;

    /** Optional. How long a handler has for the ack that Slack waits for, before the app gives one
     * in its place (slack_default_ack()), in milliseconds, 1 to 3000, which is Slack's own limit.
     * SLACK_ACK_MS. Default 2500. */
    unsigned ack_ms;
    /** Optional. How long after the first word of a stop everything is still taken, so that a
     * balancer can notice what /readyz says, in milliseconds, 1 to 600000. Answers over HTTP end
     * their connection meanwhile. SLACK_DRAIN_DELAY_MS. Default: none. */
    unsigned drain_delay_ms;
    /** Optional. How long a stop waits for deliveries under way, in milliseconds, 1 to 600000.
     * SLACK_DRAIN_MS. Default 10000. */
    unsigned drain_ms;
    /** Optional. The most deliveries held in memory at once, 1 to 1000000. Above it events are
     * answered "later", so that Slack sends them again. Default 4096. */
    unsigned max_deliveries;

    /** Optional. How often a stored delivery is attempted before it is a dead letter, 1 to 100.
     * SLACK_MAX_ATTEMPTS. Default 5. */
    unsigned max_attempts;
    /** Optional. Which deliveries are the same. SLACK_DEDUPE (events, messages). Default
     * SLACK_DEDUPE_EVENTS. */
    enum slack_dedupe dedupe;
    /** Optional. 1: events of the bot's own doing (what it says, its reactions …) go to every
     * listener that matches. SLACK_OWN_EVENTS. Default: to those that ask for them, see
     * slack_listener_t. */
    unsigned own_events;
    /** Optional. The most threads for handlers that block (SLACK_RUN_WORKER), 1 to 64.
     * SLACK_WORKERS. Default 4. */
    unsigned workers;

    /** Optional. A file to record to what the app receives, says and calls, without secrets, for
     * the test kit to play it again (docs/testing.md). It is created for its owner alone; one of
     * that name from before becomes FILE.old. SLACK_RECORD. Default: none. */
    const char *record;
    /** Optional. How large that file may become, in MiB, 1 to 1048576: then the recording ends and
     * the app goes on. SLACK_RECORD_MIB. Default 64. */
    unsigned record_mib;
    /** Optional. 1: what people wrote is left out of the recording. SLACK_RECORD_HIDE_TEXTS.
     * Default: it is in it. */
    unsigned record_hide_texts;

    /** Optional, borrowed for the app's life. The loop to live on; the app never runs or closes a
     * loop that it was given, see slack_app_start(). Default: a loop of the app's own. */
    struct uv_loop_s *loop;
} slack_options_t;

/** Room for the sentence that slack_options_from_env() may write. */
#define SLACK_ERROR_TEXT_MAX 256

/**
 * Fill the unset fields of `options` from the environment, and from `.env` where the process has no
 * such variable. A variable NAME_FILE names a file whose content is NAME's value, without its last
 * newline.
 *
 * Strings are allocated; slack_options_done() frees them. slack_app_new() calls both by itself:
 * this is for programs that want to see what it would use.
 *
 * @param options in and out: a set field is kept.
 * @param error Optional: SLACK_ERROR_TEXT_MAX bytes for a sentence that names the variable, the
 *        file or the line at fault, and never a secret.
 * @return 0; SLACK_ECONFIG for a value that cannot be used or a file that cannot be read;
 *         SLACK_ENOMEM.
 */
SLACK_API int slack_options_from_env(slack_options_t *options, char *error);

/** Free the strings that slack_options_from_env() allocated, secrets zeroed. */
SLACK_API void slack_options_done(slack_options_t *options);

#ifdef __cplusplus
}
#endif
#endif
