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
 * @file options.h  The options of an app.
 *
 * A struct of zeros means all defaults. slack_app_new() copies the strings, so they are borrowed
 * until it returns. The app takes the first of these values that is set: the field, its environment
 * variable, a line of `.env` in the working directory, the default. The description of a field
 * names its variable. docs/configuration.md has a table of all options.
 */

struct uv_loop_s;

/** Which of Slack's rate limits the calls of an app keep, so that Slack need not refuse them.
 * https://docs.slack.dev/apis/web-api/rate-limits */
enum slack_pace {
    /** None: calls wait only after Slack has refused one. */
    SLACK_PACE_OFF = 1,
    /** Those of apps that one organization has made for itself, and of apps in the Marketplace. */
    SLACK_PACE_INTERNAL,
    /** Those of apps that are distributed outside the Marketplace: conversations.history and
     * conversations.replies once a minute. */
    SLACK_PACE_DISTRIBUTED
};

/** The treatment of blocks and views that Slack would refuse. */
enum slack_check_blocks {
    /** It sends them. */
    SLACK_CHECK_BLOCKS_OFF = 1,
    /** It logs a warning and sends them. */
    SLACK_CHECK_BLOCKS_WARN,
    /** The call fails with SLACK_EINVAL and a sentence, and nothing is sent. Kinds and members that
     * the library does not know are logged and sent, because Slack adds some every few months. */
    SLACK_CHECK_BLOCKS_REFUSE,
    /** The same, and unknown kinds and members fail too. */
    SLACK_CHECK_BLOCKS_STRICT
};

/** Which deliveries the app drops because it has had them before. */
enum slack_dedupe {
    /** Events with the same event_id, for the same app. */
    SLACK_DEDUPE_EVENTS = 1,
    /** Also a message that Slack sends in several events: events of type `message` with the same
     * client_msg_id, or with the same channel and timestamp, run once. If the app listens to
     * app_mention, a message that mentions the bot runs only as app_mention. */
    SLACK_DEDUPE_MESSAGES
};

/** The work of a process, if several processes of an app share a durable store. docs/scaling.md. */
enum slack_role {
    /** It receives deliveries, and runs them and what other processes leave. */
    SLACK_ROLE_ALL = 1,
    /** It receives deliveries. It runs commands, interactions and options, for whose ack Slack
     * waits, and stores events, jobs and requests for other processes. */
    SLACK_ROLE_RECEIVE,
    /** It has no transport. It runs stored events and jobs, and sends stored requests. */
    SLACK_ROLE_WORK
};

/** All options of an app. */
typedef struct slack_options {
    /** Optional. "http", "socket", or "http,socket". SLACK_TRANSPORT. Default: "socket" if only an
     * app token is set, "http" if only a signing secret is set; else SLACK_ECONFIG. */
    const char *transport;

    /** Required, unless client_id is set, or slack_app_authorize() sets a function. The bot's
     * token, xoxb-…. With client_id it serves the bot's own workspace, as it did before. The app
     * drops white space at the ends of a token or a secret; white space inside is an error
     * (SLACK_ECONFIG). SLACK_BOT_TOKEN. */
    const char *bot_token;
    /** Required for Socket Mode. The app-level token, xapp-…, with the scope connections:write.
     * SLACK_APP_TOKEN. */
    const char *app_token;
    /** Optional. The path of a file with the bot's token, instead of bot_token. The app reads the
     * file again when it changes, and for slack_app_reload(). The token has at most 1023 bytes.
     * SLACK_BOT_TOKEN_FILE, or a systemd credential named SLACK_BOT_TOKEN. */
    const char *bot_token_file;
    /** Optional. The same for app_token. SLACK_APP_TOKEN_FILE, or a systemd credential named
     * SLACK_APP_TOKEN. */
    const char *app_token_file;
    /** Required for HTTP. The signing secret. While a new one replaces it, write both, separated by
     * commas; there may be up to 16. To serve several apps on one port, write each secret after the
     * id of its app: "A111:secret,A222:secret,A222:another". A request belongs to the app in its
     * api_app_id, which slack_ctx_app_id() reads. SLACK_SIGNING_SECRET. */
    const char *signing_secret;
    /** Optional. The path of a file with the signing secret, instead of signing_secret. The app
     * reads the file again when it changes. SLACK_SIGNING_SECRET_FILE, or a systemd credential
     * named SLACK_SIGNING_SECRET. */
    const char *signing_secret_file;

    /** Optional. The address to listen on, IPv6 without brackets ("::" for IPv4 and IPv6), or
     * "unix:" and the path of a socket. If systemd passes a socket (LISTEN_FDS), the app listens on
     * that. http_admin_port takes the second socket, or without HTTP the first one.
     * SLACK_HTTP_HOST. Default "0.0.0.0". */
    const char *http_host;
    /** Optional. The port to listen on, "1" to "65535", or "0" to let the kernel choose one.
     * SLACK_HTTP_PORT, else PORT. Default "3000". */
    const char *http_port;
    /** Optional. The path of the request URL, beginning with '/'. SLACK_HTTP_PATH.
     * Default "/slack/events". */
    const char *http_path;
    /** Optional. The mode of the file of a Unix socket, in octal ("0660"): who may write to it may
     * connect. It holds for http_host and http_admin_host, whatever the umask, but not for a socket
     * that systemd passes. SLACK_HTTP_UNIX_MODE. Default "0660" with http_unix_group, else "0600".
     */
    const char *http_unix_mode;
    /** Optional. The group of that file, a name or a number, so that a proxy of another user may
     * connect. The program's user must be a member of it. SLACK_HTTP_UNIX_GROUP. Default: the
     * group of the process. */
    const char *http_unix_group;
    /** Optional. 1: other processes may listen on the same port (SO_REUSEPORT).
     * SLACK_HTTP_REUSE_PORT. Default 0. */
    unsigned http_reuse_port;
    /** Optional. The addresses and networks, separated by commas, of the proxies that the app
     * trusts: it believes their X-Forwarded-For or Forwarded header. It always trusts the peer of a
     * Unix socket. SLACK_HTTP_TRUSTED_PROXIES. Default: none. */
    const char *http_trusted_proxies;
    /** Optional. The path of a PEM file with the certificate, followed by the certificates that
     * signed it. The app then serves the request URL over HTTPS. It reads the file again when the
     * file changes. SLACK_HTTP_TLS_CERT. Default: plain HTTP. */
    const char *http_tls_cert;
    /** Required with http_tls_cert. The path of a PEM file with the certificate's private key.
     * SLACK_HTTP_TLS_KEY. */
    const char *http_tls_key;
    /** Optional, with http_tls_cert. The path of a PEM file of authorities. The app then admits
     * only clients that have a certificate for platform-tls-client.slack.com, signed by one of
     * these authorities. SLACK_HTTP_TLS_CLIENT_CA. Default: all clients.
     * https://docs.slack.dev/authentication/verifying-requests-from-slack */
    const char *http_tls_client_ca;
    /** Optional, behind a proxy that verifies Slack's certificate: a header, "NAME: VALUE". The app
     * admits only requests in which a trusted proxy has set this header to exactly this value, for
     * example the subject of the certificate. SLACK_HTTP_CLIENT_CERT_HEADER. Default: none. */
    const char *http_client_cert_header;
    /** Optional. The port for /healthz, /readyz, /metrics and the program's routes (http.h), which
     * the port of the request URL then does not serve. It is open with any transport, also with
     * Socket Mode alone, from before the app is ready until the end of its drain. "0" lets the
     * kernel choose. SLACK_HTTP_ADMIN_PORT. Default: the port of the request URL; without HTTP,
     * none. */
    const char *http_admin_port;
    /** Optional. The address of that port. SLACK_HTTP_ADMIN_HOST. Default "127.0.0.1". */
    const char *http_admin_host;
    /** Optional. The limits of the HTTP transport; limits.h has the variables and the defaults. */
    slack_http_limits_t http_limits;

    /** Optional. The number of Socket Mode connections, 1 to 10: of all processes together that
     * share a store which outlives them. SLACK_SOCKET_CONNECTIONS. Default 2. */
    unsigned socket_connections;

    /** Optional. The name by which rows of the store belong to this app: the app's id, "A…". Apps
     * that share a store leave each other's rows alone. SLACK_APP_ID. Default: the workspace and
     * the bot of SLACK_BOT_TOKEN; an app with client_id keeps the name that it had in the store at
     * its first start, or is named after its client id; in an app with slack_app_authorize(), the
     * app's id in SLACK_APP_TOKEN, if that is set. Apps with slack_app_authorize() that use HTTP
     * and share a store must set it. */
    const char *app_id;
    /** Optional. The store of the inbox: "sqlite:PATH" is a file, "postgres://HOST/DATABASE" is
     * a database that several machines share, "memory:" does not outlive the process. SLACK_STORE.
     * Default "sqlite:PROGRAM.db", after the name of the program's file. */
    const char *store;
    /** Optional. 1: an app whose database does not answer at the start waits for it. It starts, is
     * not ready, answers "later", and goes on when the database is there. It still ends if what
     * `store` says can never be a store. SLACK_STORE_WAIT. Default: slack_app_start() or
     * slack_app_run() fails. */
    unsigned store_wait;
    /** Optional. The work of this process. SLACK_ROLE_RECEIVE and SLACK_ROLE_WORK need a store that
     * outlives the process; with SLACK_ROLE_WORK, `transport`, `app_token` and `signing_secret`
     * have no effect. SLACK_ROLE (all, receive, work). Default SLACK_ROLE_ALL. */
    enum slack_role role;
    /** Optional. The key with which the app encrypts the tokens that it stores: 32 bytes in Base64,
     * as `slackapp key` prints them. While a new key replaces an old one, write both, the new one
     * first, separated by commas; there may be up to 8. The first one encrypts, and all decrypt.
     * Read at the start. SLACK_STORE_KEY. */
    const char *store_key;
    /** Optional. The path of a file with the key, instead of store_key. SLACK_STORE_KEY_FILE, or a
     * systemd credential named SLACK_STORE_KEY. */
    const char *store_key_file;

    /** Optional. The client id of the app's page "Basic Information". It makes the app a
     * distributed one, which others install (oauth.h): the app then needs no bot_token.
     * SLACK_CLIENT_ID. */
    const char *client_id;
    /** Required with client_id. The client secret of the same page. Read at the start.
     * SLACK_CLIENT_SECRET. */
    const char *client_secret;
    /** Optional. The path of a file with the client secret, instead of client_secret.
     * SLACK_CLIENT_SECRET_FILE, or a systemd credential named SLACK_CLIENT_SECRET. */
    const char *client_secret_file;
    /** Required with client_id, unless user_scopes is set. The scopes that the bot asks for,
     * separated by commas; without client_id they have no effect. SLACK_SCOPES.
     * https://docs.slack.dev/reference/scopes */
    const char *scopes;
    /** Optional. The scopes that the app asks for, to act for the person who installs it, separated
     * by commas. The app then looks tokens up for each user. SLACK_USER_SCOPES. */
    const char *user_scopes;
    /** Optional. The URL to which Slack sends a person back, exactly as on the app's page "OAuth &
     * Permissions": https, or http with a loopback address, without '?' and '#'. The app serves its
     * path. SLACK_REDIRECT_URI. Default: the first URL of that page, and the path
     * "/slack/oauth_redirect". */
    const char *redirect_uri;
    /** Optional. The path of the page with the button to install the app; behind it,
     * "/start" leads to Slack. SLACK_INSTALL_PATH. Default "/slack/install". */
    const char *install_path;
    /** Optional. Slack's page of consent: https, or http with a loopback address, without '?' and
     * '#'. SLACK_AUTHORIZE_URL. Default: the page beside api_url,
     * "https://slack.com/oauth/v2/authorize". */
    const char *authorize_url;
    /** Optional. 1 to protect each installation by PKCE, in addition to the client secret.
     * PKCE has to be switched on for the app at Slack, which cannot be undone there. SLACK_PKCE=1.
     * https://docs.slack.dev/authentication/using-pkce */
    unsigned pkce;

    /** Optional. The URL of the Web API, up to the name of the method: https, or http with a
     * loopback address. SLACK_API_URL. Default "https://slack.com/api/". */
    const char *api_url;
    /** Optional. The HTTP proxy for calls, files, slack_fetch() and Socket Mode:
     * http://[user[:password]@]host[:port], with user and password percent-encoded. "" means no
     * proxy, whatever the variables say. The app never reaches loopback targets through a proxy.
     * SLACK_PROXY, else HTTPS_PROXY, else https_proxy. Default: none. */
    const char *proxy;
    /** Optional. The targets to reach without the proxy, separated by commas or blanks: "*", host
     * names (and all names below them), addresses, and networks like 10.0.0.0/8. Each may end in
     * ":port". NO_PROXY, else no_proxy. Default: none. */
    const char *no_proxy;
    /** Optional. The path of a PEM file of the certificate authorities to trust, for calls and for
     * Socket Mode. SLACK_CA_FILE. Default: those of the system. */
    const char *ca_file;

    /** Optional. The least important level that is logged. SLACK_LOG_LEVEL (error, warn, info,
     * debug). Default SLACK_LOG_INFO. */
    enum slack_log_level log_level;
    /** Optional. The form of a line. SLACK_LOG_FORMAT (text, json). Default SLACK_LOG_TEXT. */
    enum slack_log_format log_format;
    /** Optional. The function that writes log lines. Default slack_log_stderr(). */
    slack_log_fn log_fn;
    /** Optional, borrowed until the app is freed. Passed to log_fn. */
    void *log_user_data;

    /** Optional. The time after which the app sends the default ack (slack_default_ack()) for a
     * handler that has sent none, 1 to 3000 milliseconds. Slack itself waits 3000. SLACK_ACK_MS.
     * Default 2500. */
    unsigned ack_ms;
    /** Optional. The time between a stop and the drain, 1 to 600000 milliseconds. Meanwhile the app
     * takes deliveries as before. /readyz reports 503, so that a load balancer can notice, and each
     * answer over HTTP closes its connection. SLACK_DRAIN_DELAY_MS. Default: no delay. */
    unsigned drain_delay_ms;
    /** Optional. The longest time that the drain waits for running deliveries, 1 to 600000
     * milliseconds. SLACK_DRAIN_MS. Default 10000. */
    unsigned drain_ms;
    /** Optional. The largest number of deliveries in memory, 1 to 1000000. Beyond it the app
     * answers "later", and Slack sends events again. Default 4096. */
    unsigned max_deliveries;
    /** Optional. The memory of the deliveries under way, with what their handlers allocate in them,
     * 16 to 1048576 MiB. Beyond half of it the app only stores new events, if its store outlives
     * the process. Beyond all of it, or three quarters for a delivery of more than 256 KiB, the app
     * answers "later", and Slack sends events again. A delivery takes about four times the bytes of
     * its body. SLACK_DELIVERIES_MIB. Default 256. */
    unsigned deliveries_mib;
    /** Optional. The memory of the Web API calls under way and of the answers that handlers on
     * workers keep, 96 to 1048576 MiB. Beyond it a large call is refused and a large answer is not
     * read, with SLACK_EBUSY; answers up to 64 KiB always have room, and so do calls up to
     * 64 KiB while fewer than 256 are under way. An answer takes about five times its text while it
     * is read. SLACK_CALLS_MIB. Default 256. */
    unsigned calls_mib;

    /** Optional. The largest number of Web API calls without an answer, 1 to 1000000. 256 of them
     * are on their way at once, or 64 over HTTP/1.1; the others wait. Beyond it a call returns
     * SLACK_EBUSY. Default 16640. */
    unsigned max_calls;
    /** Optional. Which of Slack's limits the calls keep. SLACK_PACE (off, internal, distributed).
     * Default SLACK_PACE_INTERNAL; SLACK_PACE_OFF in the test kit, and if `api_url` is on a
     * loopback host, where a simulator or a test is. */
    enum slack_pace pace;
    /** Optional. A Web API call that has waited so long for its turn fails with SLACK_ETIMEDOUT, 1
     * to 86400000 ms. SLACK_CALL_WAIT_MS. Default 7200000, twice the longest Retry-After. */
    unsigned call_wait_ms;

    /** Optional. The number of attempts before a stored delivery becomes a dead letter, 1 to 100.
     * SLACK_MAX_ATTEMPTS. Default 5. */
    unsigned max_attempts;
    /** Optional. Which deliveries the app drops because it has had them before. SLACK_DEDUPE
     * (events, messages). Default SLACK_DEDUPE_EVENTS. */
    enum slack_dedupe dedupe;
    /** Optional. 1: the bot's own events (its messages, its reactions, …) run every listener that
     * matches them. SLACK_OWN_EVENTS. Default: only listeners with slack_listener_t.own. */
    unsigned own_events;
    /** Optional. Catches up on messages that were sent while the app could not receive them:
     * "member" for every channel that the bot is a member of, direct messages included, or ids of
     * channels, separated by commas. After each gap the app reads them with conversations.history
     * and delivers an event for each message that it has missed (slack_ctx_recovered()). It needs
     * `bot_token`, and the scopes …:read and …:history of the types of channels.
     * docs/guides/catch-up.md. SLACK_CATCH_UP. Default: no catch-up. */
    const char *catch_up;
    /** Optional. Messages that are older than this are not caught up on, 1 to 8760 hours.
     * SLACK_CATCH_UP_HOURS. Default 24. */
    unsigned catch_up_hours;
    /** Optional. Replies in threads whose first message is older than this, and than
     * `catch_up_hours`, are not caught up on, 1 to 8760 hours. Each gap costs a call for every 200
     * messages of a channel in this time. SLACK_CATCH_UP_THREAD_HOURS. Default 72. */
    unsigned catch_up_thread_hours;
    /** Optional. The largest number of missed messages of one channel, with its threads, 1 to
     * 100000: of more, the oldest are left out. SLACK_CATCH_UP_MESSAGES. Default 1000. */
    unsigned catch_up_messages;
    /** Optional. The check of blocks, attachments and views in calls, acks and responses: limits,
     * missing members, elements in the wrong block, ids twice. SLACK_CHECK_BLOCKS (off, warn,
     * refuse, strict). Default: SLACK_CHECK_BLOCKS_REFUSE in debug builds of the library and in the
     * test kit, otherwise SLACK_CHECK_BLOCKS_OFF. */
    enum slack_check_blocks check_blocks;
    /** Optional. The largest number of workers, the threads for SLACK_RUN_WORKER handlers, 1 to 64.
     * SLACK_WORKERS. Default 4. */
    unsigned workers;

    /** Optional. The path of a file that records what the app receives, acknowledges and calls,
     * without secrets; the test kit replays it (docs/testing.md). Only its owner can read it. An
     * older file of this name is renamed to FILE.old. SLACK_RECORD. Default: none. */
    const char *record;
    /** Optional. The size at which the recording ends, 1 to 1048576 MiB; the app goes on.
     * SLACK_RECORD_MIB. Default 64. */
    unsigned record_mib;
    /** Optional. 1: the recording leaves out what people wrote. SLACK_RECORD_HIDE_TEXTS.
     * Default 0. */
    unsigned record_hide_texts;

    /** Optional, borrowed until the app is freed. The loop of the app. The program runs and closes
     * it, see slack_app_start(). Default: the app makes a loop of its own. */
    struct uv_loop_s *loop;
} slack_options_t;

/** The size of the buffer for the sentence of slack_options_from_env(), in bytes. */
#define SLACK_ERROR_TEXT_MAX 256

/**
 * Fill the unset fields of `options` from the environment, and from `.env` if the environment does
 * not have the variable. The variable NAME_FILE names a file whose content, without its last
 * newline, is the value of NAME.
 *
 * slack_app_new() calls this. A program needs it only to see the options before that.
 *
 * @param options in and out. Set fields keep their values. The strings are allocated: free them
 *        with slack_options_done().
 * @param error Optional. A buffer of SLACK_ERROR_TEXT_MAX bytes. On failure it receives a sentence
 *        that names the variable, the file or the line at fault, and no secret.
 * @return 0; SLACK_ECONFIG for a value that cannot be used, or a file that cannot be read;
 *         SLACK_ENOMEM.
 */
SLACK_API int slack_options_from_env(slack_options_t *options, char *error);

/** Free the strings that slack_options_from_env() allocated. Secrets are overwritten with zeros. */
SLACK_API void slack_options_done(slack_options_t *options);

#ifdef __cplusplus
}
#endif
#endif
