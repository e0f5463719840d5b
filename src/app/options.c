/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "app/env.h"
#include "net/proxy.h"
#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/str.h"

enum field_type { TEXT, SECRET, NUMBER, LEVEL, FORMAT, DEDUPE };

/* The largest that a size, and a time, of the HTTP limits may be. */
#define BYTES_MAX   (64u << 20)
#define TIME_MAX_MS 3600000

#define LIMIT(name, member, max)                                                                   \
    {                                                                                              \
        "SLACK_HTTP_" name, NUMBER, offsetof(slack_options_t, http_limits.member), 1, max          \
    }

/* Every option that a variable can set. */
static const struct field {
    const char *variable;
    enum field_type type;
    size_t offset;
    unsigned min, max; /* NUMBER */
} fields[] = {
    {"SLACK_TRANSPORT", TEXT, offsetof(slack_options_t, transport), 0, 0},
    {"SLACK_BOT_TOKEN", SECRET, offsetof(slack_options_t, bot_token), 0, 0},
    {"SLACK_APP_TOKEN", SECRET, offsetof(slack_options_t, app_token), 0, 0},
    {NULL, TEXT, offsetof(slack_options_t, bot_token_file), 0, 0},
    {NULL, TEXT, offsetof(slack_options_t, app_token_file), 0, 0},
    {"SLACK_SIGNING_SECRET", SECRET, offsetof(slack_options_t, signing_secret), 0, 0},
    {NULL, TEXT, offsetof(slack_options_t, signing_secret_file), 0, 0},
    {"SLACK_HTTP_HOST", TEXT, offsetof(slack_options_t, http_host), 0, 0},
    {"SLACK_HTTP_PORT", TEXT, offsetof(slack_options_t, http_port), 0, 0},
    {"PORT", TEXT, offsetof(slack_options_t, http_port), 0, 0},
    {"SLACK_HTTP_PATH", TEXT, offsetof(slack_options_t, http_path), 0, 0},
    LIMIT("CONNECTIONS", connections, 65536),
    LIMIT("CONNECTIONS_PER_PEER", connections_per_peer, 65536),
    LIMIT("TARGET_BYTES", target_bytes, BYTES_MAX),
    LIMIT("HEADER_BYTES", header_bytes, BYTES_MAX),
    LIMIT("HEADER_COUNT", header_count, 1000),
    LIMIT("BODY_BYTES", body_bytes, BYTES_MAX),
    LIMIT("MEMORY_BYTES", memory_bytes, 1u << 30),
    LIMIT("FIRST_BYTE_MS", first_byte_ms, TIME_MAX_MS),
    LIMIT("HEADER_MS", header_ms, TIME_MAX_MS),
    LIMIT("BODY_MS", body_ms, TIME_MAX_MS),
    LIMIT("IDLE_MS", idle_ms, TIME_MAX_MS),
    LIMIT("PIPELINED", pipelined, 1000000),
    LIMIT("REQUESTS", requests, 1000000000),
    {"SLACK_SOCKET_CONNECTIONS", NUMBER, offsetof(slack_options_t, socket_connections), 1, 10},
    {"SLACK_STORE", TEXT, offsetof(slack_options_t, store), 0, 0},
    {"SLACK_API_URL", TEXT, offsetof(slack_options_t, api_url), 0, 0},
    {"SLACK_PROXY", SECRET, offsetof(slack_options_t, proxy), 0, 0}, /* it may hold a password */
    {"HTTPS_PROXY", SECRET, offsetof(slack_options_t, proxy), 0, 0},
    {"https_proxy", SECRET, offsetof(slack_options_t, proxy), 0, 0},
    {"NO_PROXY", TEXT, offsetof(slack_options_t, no_proxy), 0, 0},
    {"no_proxy", TEXT, offsetof(slack_options_t, no_proxy), 0, 0},
    {"SLACK_CA_FILE", TEXT, offsetof(slack_options_t, ca_file), 0, 0},
    {"SLACK_LOG_LEVEL", LEVEL, offsetof(slack_options_t, log_level), 0, 0},
    {"SLACK_LOG_FORMAT", FORMAT, offsetof(slack_options_t, log_format), 0, 0},
    {"SLACK_HTTP_REUSE_PORT", NUMBER, offsetof(slack_options_t, http_reuse_port), 1, 1},
    {"SLACK_HTTP_TRUSTED_PROXIES", TEXT, offsetof(slack_options_t, http_trusted_proxies), 0, 0},
    {"SLACK_HTTP_TLS_CERT", TEXT, offsetof(slack_options_t, http_tls_cert), 0, 0},
    {"SLACK_HTTP_TLS_KEY", TEXT, offsetof(slack_options_t, http_tls_key), 0, 0},
    {"SLACK_HTTP_TLS_CLIENT_CA", TEXT, offsetof(slack_options_t, http_tls_client_ca), 0, 0},
    {"SLACK_HTTP_CLIENT_CERT_HEADER", TEXT, offsetof(slack_options_t, http_client_cert_header), 0,
     0},
    {"SLACK_HTTP_ADMIN_HOST", TEXT, offsetof(slack_options_t, http_admin_host), 0, 0},
    {"SLACK_HTTP_ADMIN_PORT", TEXT, offsetof(slack_options_t, http_admin_port), 0, 0},
    {"SLACK_OWN_EVENTS", NUMBER, offsetof(slack_options_t, own_events), 1, 1},
    {"SLACK_ACK_MS", NUMBER, offsetof(slack_options_t, ack_ms), 1, 3000},
    {"SLACK_DRAIN_DELAY_MS", NUMBER, offsetof(slack_options_t, drain_delay_ms), 1, 600000},
    {"SLACK_WORKERS", NUMBER, offsetof(slack_options_t, workers), 1, 64},
    {"SLACK_DRAIN_MS", NUMBER, offsetof(slack_options_t, drain_ms), 1, 600000},
    {"SLACK_MAX_ATTEMPTS", NUMBER, offsetof(slack_options_t, max_attempts), 1, 100},
    {"SLACK_DEDUPE", DEDUPE, offsetof(slack_options_t, dedupe), 0, 0},
    {"SLACK_RECORD", TEXT, offsetof(slack_options_t, record), 0, 0},
    {"SLACK_RECORD_MIB", NUMBER, offsetof(slack_options_t, record_mib), 1, 1048576},
    {"SLACK_RECORD_HIDE_TEXTS", NUMBER, offsetof(slack_options_t, record_hide_texts), 1, 1},
    {NULL, NUMBER, offsetof(slack_options_t, max_deliveries), 1, 1000000},
};

#define FIELD_COUNT (sizeof fields / sizeof *fields)

static void *at(slack_options_t *options, const struct field *field)
{
    return (char *)options + field->offset;
}

static bool is_text(const struct field *field)
{
    return field->type == TEXT || field->type == SECRET;
}

static bool is_set(slack_options_t *options, const struct field *field)
{
    switch (field->type) {
    case TEXT:
    case SECRET: return *(const char **)at(options, field) != NULL;
    case NUMBER: return *(unsigned *)at(options, field) != 0;
    case LEVEL: return options->log_level != 0;
    case FORMAT: return options->log_format != 0;
    case DEDUPE: return options->dedupe != 0;
    }
    return true;
}

/* The place of `name` in a list, from 1; 0 when it is not there. */
static int index_of(const char *name, const char *const *list)
{
    for (int i = 0; list[i]; i++)
        if (strcmp(name, list[i]) == 0) return i + 1;
    return 0;
}

/* Set a field that is no text from its variable's value. False when the value cannot be used. */
static bool set_parsed(slack_options_t *options, const struct field *field, const char *value)
{
    static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
    static const char *const formats[] = {"text", "json", NULL};
    static const char *const dedupes[] = {"events", "messages", NULL};
    uint64_t number = 0;
    switch (field->type) {
    case NUMBER:
        if (!slack__parse_u64(slack__slice(value), field->max, &number)) return false;
        if (number < field->min) return false;
        *(unsigned *)at(options, field) = (unsigned)number;
        return true;
    case LEVEL:
        options->log_level = (enum slack_log_level)index_of(value, levels);
        return options->log_level != 0;
    case FORMAT:
        options->log_format = (enum slack_log_format)index_of(value, formats);
        return options->log_format != 0;
    case DEDUPE:
        options->dedupe = (enum slack_dedupe)index_of(value, dedupes);
        return options->dedupe != 0;
    case TEXT:
    case SECRET: break;
    }
    return false;
}

static int bad_value(const struct field *field, const char *value, char *error)
{
    const char *name = field->variable;
    if (field->type == NUMBER)
        snprintf(error, SLACK_ERROR_TEXT_MAX, "%s=%.40s: must be a number from %u to %u", name,
                 value, field->min, field->max);
    else
        snprintf(error, SLACK_ERROR_TEXT_MAX, "%s=%.40s: must be one of %s", name, value,
                 field->type == LEVEL    ? "error, warn, info, debug"
                 : field->type == FORMAT ? "text, json"
                                         : "events, messages");
    return SLACK_ECONFIG;
}

/* The option that names a secret's file: set in code, or when the secret is found in one. NULL for
 * a secret whose file nobody reads again. */
static const char **file_of(slack_options_t *options, const struct field *field)
{
    switch (field->offset) {
    case offsetof(slack_options_t, bot_token): return &options->bot_token_file;
    case offsetof(slack_options_t, app_token): return &options->app_token_file;
    case offsetof(slack_options_t, signing_secret): return &options->signing_secret_file;
    default: return NULL;
    }
}

static int fill_secret(slack_options_t *options, const struct field *field, const slack_env_t *env,
                       char *error)
{
    char *value = NULL, *path = NULL, variable[64];
    const char **file = file_of(options, field);
    snprintf(variable, sizeof variable, "%s_FILE", field->variable);
    int rc = file && *file
                 ? slack__env_read_file(variable, *file, &value, error)
                 : slack__env_get(env, field->variable, &value, file ? &path : NULL, error);
    if (rc != 0 || value == NULL) return rc;
    *(const char **)at(options, field) = value;
    if (path) *file = path;
    return 0;
}

static int fill_field(slack_options_t *options, const struct field *field, const slack_env_t *env,
                      char *error)
{
    if (field->variable == NULL || is_set(options, field)) return 0;
    if (field->type == SECRET) return fill_secret(options, field, env, error);
    char *value = NULL;
    int rc = slack__env_get(env, field->variable, &value, NULL, error);
    if (rc != 0 || value == NULL) return rc;
    if (is_text(field)) {
        *(const char **)at(options, field) = value;
        return 0;
    }
    if (!set_parsed(options, field, value)) rc = bad_value(field, value, error);
    slack__free(value);
    return rc;
}

/* Replace every string by a copy of its own, so that slack_options_done() may free them all. */
static int own_strings(slack_options_t *options)
{
    int rc = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!is_text(&fields[i]) || (i > 0 && fields[i].offset == fields[i - 1].offset)) continue;
        const char **text = at(options, &fields[i]);
        if (*text == NULL) continue;
        *text = rc == 0 ? slack__strdup(*text) : NULL;
        if (*text == NULL) rc = SLACK_ENOMEM;
    }
    if (rc != 0) slack_options_done(options);
    return rc;
}

int slack_options_from_env(slack_options_t *options, char *error)
{
    char scratch[SLACK_ERROR_TEXT_MAX];
    if (error == NULL) error = scratch;
    slack_options_t filled = *options;
    slack_env_t env = {0};
    int rc = own_strings(&filled);
    if (rc != 0) return rc;
    rc = slack__env_open(&env, ".env", error);
    for (size_t i = 0; rc == 0 && i < FIELD_COUNT; i++)
        rc = fill_field(&filled, &fields[i], &env, error);
    slack__env_close(&env);
    if (rc == 0)
        *options = filled;
    else
        slack_options_done(&filled);
    return rc;
}

void slack_options_done(slack_options_t *options)
{
    if (options == NULL) return;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!is_text(&fields[i])) continue;
        char **text = at(options, &fields[i]);
        if (fields[i].type == SECRET)
            slack__free_secret(*text);
        else
            slack__free(*text);
        *text = NULL;
    }
}

/* ---- checks and defaults ---- */

static int check_bot_token(const slack_options_t *options, char *error)
{
    if (options->bot_token == NULL) return 0; /* slack__options_need_token() */
    if (slack__token_is(options->bot_token, SLACK_TOKEN_OF_BOT)) return 0;
    const char *kind = slack__token_kind(options->bot_token);
    snprintf(error, SLACK_ERROR_TEXT_MAX,
             "SLACK_BOT_TOKEN must be a bot token (xoxb-…), but holds %s",
             kind ? kind : "something that begins with none of Slack's token prefixes");
    return SLACK_ECONFIG;
}

int slack__options_need_token(const slack_options_t *options, char *error)
{
    if (options->bot_token) return 0;
    snprintf(error, SLACK_ERROR_TEXT_MAX,
             "SLACK_BOT_TOKEN is not set: it is the xoxb-… token of the app's page "
             "\"OAuth & Permissions\"");
    return SLACK_ECONFIG;
}

static int check_proxy(const slack_options_t *options, char *error)
{
    slack_proxy_t *proxy;
    const char *what = "";
    int rc = slack__proxy_new(&proxy, options->proxy, NULL, &what);
    if (rc == 0) slack__proxy_unref(proxy);
    if (rc == SLACK_ECONFIG)
        snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_PROXY (or HTTPS_PROXY) cannot be used: %s",
                 what);
    return rc;
}

static int choose_transport(slack_options_t *options, char *error)
{
    if (options->transport) return 0;
    bool socket = options->app_token != NULL;
    bool http = options->signing_secret != NULL;
    if (socket == http) {
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 !socket && options->bot_token == NULL
                     ? "nothing is set: SLACK_BOT_TOKEN (xoxb-…) is needed, and SLACK_APP_TOKEN "
                       "(xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
                 : socket
                     ? "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: say which is meant "
                       "by SLACK_TRANSPORT=socket, http, or http,socket"
                     : "set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET "
                       "for HTTP; SLACK_TRANSPORT chooses where both are set");
        return SLACK_ECONFIG;
    }
    options->transport = slack__strdup(socket ? "socket" : "http");
    return options->transport ? 0 : SLACK_ENOMEM;
}

/* Numbers given in code, which no variable's check has seen. */
static int check_numbers(slack_options_t *options, char *error)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *f = &fields[i];
        if (f->type != NUMBER || !is_set(options, f)) continue;
        unsigned value = *(unsigned *)at(options, f);
        if (value >= f->min && value <= f->max) continue;
        char text[16];
        snprintf(text, sizeof text, "%u", value);
        struct field named = *f;
        if (named.variable == NULL) named.variable = "max_deliveries";
        return bad_value(&named, text, error);
    }
    return 0;
}

static int set_default(const char **text, const char *value)
{
    if (*text == NULL) *text = slack__strdup(value);
    return *text ? 0 : SLACK_ENOMEM;
}

/* The base has to end in '/', so that a method's name can follow. */
static int normalise_api_url(slack_options_t *options)
{
    int rc = set_default(&options->api_url, "https://slack.com/api/");
    if (rc != 0) return rc;
    size_t len = strlen(options->api_url);
    if (len > 0 && options->api_url[len - 1] == '/') return 0;
    char *url = slack__malloc(len + 2);
    if (url == NULL) return SLACK_ENOMEM;
    snprintf(url, len + 2, "%s/", options->api_url);
    slack__free((char *)(uintptr_t)options->api_url);
    options->api_url = url;
    return 0;
}

static int set_defaults(slack_options_t *o)
{
    int rc = set_default(&o->http_host, "0.0.0.0");
    if (rc == 0) rc = set_default(&o->http_port, "3000");
    if (rc == 0) rc = set_default(&o->http_path, "/slack/events");
    if (rc == 0) rc = set_default(&o->store, "sqlite:slackapp.db");
    if (rc == 0) rc = normalise_api_url(o);
    if (o->socket_connections == 0) o->socket_connections = 2;
    if (o->log_level == 0) o->log_level = SLACK_LOG_INFO;
    if (o->log_format == 0) o->log_format = SLACK_LOG_TEXT;
    if (o->log_fn == NULL) o->log_fn = slack_log_stderr;
    if (o->ack_ms == 0) o->ack_ms = 2500;
    if (o->workers == 0) o->workers = 4;
    if (o->drain_ms == 0) o->drain_ms = 10000;
    if (o->max_attempts == 0) o->max_attempts = 5;
    if (o->dedupe == 0) o->dedupe = SLACK_DEDUPE_EVENTS;
    if (o->max_deliveries == 0) o->max_deliveries = 4096;
    return rc;
}

int slack__options_resolve(slack_options_t *ret, const slack_options_t *from, bool environment,
                           char *error)
{
    slack_options_t o = from ? *from : (slack_options_t){0};
    int rc = environment ? slack_options_from_env(&o, error) : own_strings(&o);
    if (rc != 0) return rc;
    rc = check_numbers(&o, error);
    if (rc == 0) rc = check_bot_token(&o, error);
    if (rc == 0) rc = check_proxy(&o, error);
    if (rc == 0) rc = choose_transport(&o, error);
    if (rc == 0) rc = set_defaults(&o);
    if (rc == 0)
        *ret = o;
    else
        slack_options_done(&o);
    return rc;
}
