/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* program_invocation_short_name: glibc and musl have it */
#include "app/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/env.h"
#include "identity/identity.h"
#include "net/proxy.h"
#include "oauth/config.h"
#include "protocol/seal.h"
#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/json.h"
#include "util/redact.h"
#include "util/str.h"

#define NAME_SIZE 64 /* of a variable */

/* The beginning of a row. It does not compile if the field has another C type. */
#define ROW(member, names, type_, c_type)                                                          \
    .field = #member, .variables = names, .type = type_,                                           \
    .offset = _Generic(((slack_options_t *)0)->member, c_type                                      \
                       : offsetof(slack_options_t, member))

#define TEXT(member, names, value)                                                                 \
    {ROW(member, names, SLACK_OPTION_TEXT, const char *), .text = value},
#define SECRET(member, names) {ROW(member, names, SLACK_OPTION_SECRET, const char *)},
#define FILE_SECRET(member, names, file)                                                           \
    {ROW(member, names, SLACK_OPTION_SECRET, const char *),                                        \
     .file_offset = offsetof(slack_options_t, file)},
#define NUMBER(member, names, min_, max_, value)                                                   \
    {ROW(member, names, SLACK_OPTION_NUMBER, unsigned), .min = min_, .max = max_, .number = value},
#define FLAG(member, names) NUMBER(member, names, 1, 1, 0)
#define WORD(member, names, words, value)                                                          \
    {ROW(member, names, SLACK_OPTION_WORD, unsigned), .text = words, .number = value},

const slack_option_t slack__option_table[] = {
#include "app/options.def"
    {.field = NULL},
};

static const char **text_at(slack_options_t *options, size_t offset)
{
    return (const char **)((char *)options + offset);
}

/* Also the place of an enum, which has the same representation: see ROW. */
static unsigned *number_at(slack_options_t *options, const slack_option_t *option)
{
    return (unsigned *)((char *)options + option->offset);
}

static bool option_is_text(const slack_option_t *option)
{
    return option->type == SLACK_OPTION_TEXT || option->type == SLACK_OPTION_SECRET;
}

static bool option_is_set(slack_options_t *options, const slack_option_t *option)
{
    return option_is_text(option) ? *text_at(options, option->offset) != NULL
                                  : *number_at(options, option) != 0;
}

/* ---- strings ---- */

/* Replaces a string by a copy; after a failure, by nothing. */
static int own_text(const char **text, int rc)
{
    if (*text == NULL) return rc;
    *text = rc == 0 ? slack__strdup(*text) : NULL;
    return *text ? 0 : SLACK_ENOMEM;
}

static int own_strings(slack_options_t *options)
{
    int rc = 0;
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        if (option_is_text(option)) rc = own_text(text_at(options, option->offset), rc);
        if (option->file_offset) rc = own_text(text_at(options, option->file_offset), rc);
    }
    if (rc != 0) slack_options_done(options);
    return rc;
}

static void drop_text(const char **text, bool secret)
{
    char *mine = (char *)(uintptr_t)*text;
    *text = NULL;
    if (secret)
        slack__free_secret(mine);
    else
        slack__free(mine);
}

void slack_options_done(slack_options_t *options)
{
    for (const slack_option_t *option = slack__option_table; options && option->field; option++) {
        if (option_is_text(option))
            drop_text(text_at(options, option->offset), option->type == SLACK_OPTION_SECRET);
        if (option->file_offset) drop_text(text_at(options, option->file_offset), false);
    }
}

/* ---- values ---- */

/* Returns 0 if the value is not valid: an option that is set is never 0. */
static unsigned option_parse(const slack_option_t *option, const char *value)
{
    uint64_t number = 0;
    if (option->type == SLACK_OPTION_NUMBER)
        return slack__parse_u64(slack__slice(value), option->max, &number) && number >= option->min
                   ? (unsigned)number
                   : 0;
    slack_slice_t rest = slack__slice(option->text), word;
    for (unsigned i = 1; slack__slice_split(&rest, ',', &word); i++)
        if (slack__slice_eq(slack__slice_trim(word), slack__slice(value))) return i;
    return 0;
}

static int option_refuse(const slack_option_t *option, const char *name, const char *value,
                         char *error)
{
    if (option->type == SLACK_OPTION_WORD)
        slack__explain(error, "%s=%.40s: must be one of %s", name, value, option->text);
    else if (option->min == option->max)
        slack__explain(error, "%s=%.40s: must be %u, or not set", name, value, option->min);
    else
        slack__explain(error, "%s=%.40s: must be a number from %u to %u", name, value, option->min,
                       option->max);
    return SLACK_ECONFIG;
}

/* A secret in an option that is for something else would become a file name, a host name that is
 * looked up, a part of a request. */
static int option_refuse_secret(const slack_option_t *option, const char *name, const char *value,
                                char *error)
{
    if (option->file_offset) return 0; /* the option is for a secret */
    const char *kind = slack__secret_kind(value, option->type == SLACK_OPTION_SECRET);
    if (kind == NULL) return 0;
    slack__explain(error, "%s is not for secrets, but holds %s: move it to the variable for it",
                   name, kind);
    return SLACK_ECONFIG;
}

/* Takes the next of the names in `rest`. False: there is none left. */
static bool option_next_name(slack_slice_t *rest, char ret_name[NAME_SIZE])
{
    slack_slice_t name;
    if (!slack__slice_split(rest, ' ', &name)) return false;
    snprintf(ret_name, NAME_SIZE, "%.*s", (int)name.len, name.ptr);
    return true;
}

/* ---- the environment ---- */

static int option_fill(slack_options_t *options, const slack_option_t *option,
                       const slack_env_t *env, char *error)
{
    if (option->variables == NULL || option_is_set(options, option)) return 0;
    const char **file = option->file_offset ? text_at(options, option->file_offset) : NULL;
    char name[NAME_SIZE], *value = NULL, *path = NULL;
    int rc = 0;
    if (file && *file) {
        snprintf(name, sizeof name, "%s_FILE", option->variables);
        rc = slack__env_read_file(name, *file, &value, error);
    } else {
        slack_slice_t rest = slack__slice(option->variables);
        while (rc == 0 && value == NULL && option_next_name(&rest, name))
            rc = slack__env_get(env, name, &value, file ? &path : NULL, error);
    }
    if (rc != 0 || value == NULL) return rc;
    slack__strip(value);
    if (!*value) { /* as good as not set */
        slack__free(value);
        slack__free(path);
        return 0;
    }
    rc = option_refuse_secret(option, name, value, error);
    if (rc == 0 && option_is_text(option)) {
        *text_at(options, option->offset) = value;
        if (path) *file = path;
        return 0;
    }
    if (rc == 0) *number_at(options, option) = option_parse(option, value);
    if (rc == 0 && !option_is_set(options, option)) rc = option_refuse(option, name, value, error);
    slack__free_secret(value);
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
    for (const slack_option_t *option = slack__option_table; rc == 0 && option->field; option++)
        rc = option_fill(&filled, option, &env, error);
    slack__env_close(&env);
    if (rc == 0)
        *options = filled;
    else
        slack_options_done(&filled);
    return rc;
}

/* ---- defaults ---- */

int slack__options_set_defaults(slack_options_t *options)
{
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        if (!option_is_text(option)) {
            if (!option_is_set(options, option)) *number_at(options, option) = option->number;
            continue;
        }
        const char **text = text_at(options, option->offset);
        if (option->text == NULL || (*text && **text)) continue;
        drop_text(text, false);
        *text = slack__strdup(option->text);
        if (*text == NULL) return SLACK_ENOMEM;
    }
    /* A program that names no store gets one that is named after the program, so that two bots in
     * one folder have different stores. */
    char url[256];
    if (options->store && *options->store) return 0;
    const char *program = program_invocation_short_name;
    snprintf(url, sizeof url, "sqlite:%.200s.db", program && *program ? program : "slackapp");
    drop_text(&options->store, false);
    options->store = slack__strdup(url);
    return options->store ? 0 : SLACK_ENOMEM;
}

/* The URL has to end in '/', so that the name of a method can follow. */
static int end_api_url(slack_options_t *options)
{
    size_t len = strlen(options->api_url);
    if (options->api_url[len - 1] == '/') return 0;
    char *url = slack__malloc(len + 2);
    if (url == NULL) return SLACK_ENOMEM;
    snprintf(url, len + 2, "%s/", options->api_url);
    slack__free((char *)(uintptr_t)options->api_url);
    options->api_url = url;
    return 0;
}

static int choose_transport(slack_options_t *options, char *error)
{
    if (options->transport || options->role == SLACK_ROLE_WORK) return 0;
    const bool socket = options->app_token != NULL;
    const bool http = options->signing_secret != NULL;
    if (socket != http) {
        options->transport = slack__strdup(socket ? "socket" : "http");
        return options->transport ? 0 : SLACK_ENOMEM;
    }
    const char *what;
    if (socket)
        what = "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: set SLACK_TRANSPORT to "
               "socket, http, or http,socket";
    else if (options->bot_token || slack__oauth_configured(options))
        what = "set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP";
    else
        what = "no token is set: set SLACK_BOT_TOKEN (xoxb-…), and SLACK_APP_TOKEN (xapp-…) for "
               "Socket Mode or SLACK_SIGNING_SECRET for HTTP";
    slack__explain(error, "%s", what);
    return SLACK_ECONFIG;
}

/* ---- checks ---- */

/* Checks the options that the program has set. Those of variables are checked already. */
static int check_values(slack_options_t *options, char *error)
{
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        if (!option_is_set(options, option)) continue;
        char name[NAME_SIZE], text[16];
        slack_slice_t rest = slack__slice(option->variables ? option->variables : option->field);
        option_next_name(&rest, name);
        if (option_is_text(option)) {
            const char *value = *text_at(options, option->offset);
            int rc = option_refuse_secret(option, name, value, error);
            if (rc != 0) return rc;
            continue;
        }
        const unsigned value = *number_at(options, option);
        unsigned min = option->min, max = option->max;
        if (option->type == SLACK_OPTION_WORD) { /* the number of a word in the text, or 0 */
            slack_slice_t words = slack__slice(option->text), word;
            for (min = max = 0; slack__slice_split(&words, ',', &word);)
                max++;
        }
        if (value >= min && value <= max) continue;
        snprintf(text, sizeof text, "%u", value);
        return option_refuse(option, name, text, error);
    }
    return 0;
}

/* Refuses characters that a header cannot carry. Slack's secrets never contain them. */
static int check_token(const char *name, const char *token, const char *file, char *error)
{
    if (slack__is_visible(slack__slice(token))) return 0;
    if (file)
        slack__explain(error, "%s_FILE=%.80s: it " SLACK_TOKEN_UNFIT, name, file);
    else
        slack__explain(error, "%s " SLACK_TOKEN_UNFIT, name);
    return SLACK_ECONFIG;
}

static int check_bot_token(const slack_options_t *options, char *error)
{
    if (options->bot_token == NULL) return 0;
    if (slack__token_is(options->bot_token, SLACK_TOKEN_OF_BOT)) return 0;
    const char *kind = slack__token_kind(options->bot_token);
    slack__explain(error, "SLACK_BOT_TOKEN must be a bot token (xoxb-…), but holds %s",
                   kind ? kind : "something that begins with none of Slack's token prefixes");
    return SLACK_ECONFIG;
}

int slack__options_need_token(const slack_options_t *options, char *error)
{
    if (options->bot_token) return 0;
    slack__explain(error,
                   "SLACK_BOT_TOKEN is not set: set it to the xoxb-… token of the app's page "
                   "\"OAuth & Permissions\", or SLACK_CLIENT_ID for an app that others install");
    return SLACK_ECONFIG;
}

/* The name of the app is a part of keys in the store, whose parts are separated by colons. */
static int check_app_id(const slack_options_t *options, char *error)
{
    static const char legal[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./";
    const char *id = options->app_id;
    if (id == NULL || (id[strspn(id, legal)] == '\0' && strlen(id) < SLACK_APP_NAME_MAX)) return 0;
    slack__explain(error,
                   "SLACK_APP_ID=%.40s: must be at most %d letters, digits, -, _, . and /: use the "
                   "app's id (A…)",
                   id, SLACK_APP_NAME_MAX - 1);
    return SLACK_ECONFIG;
}

static int check_proxy(const slack_options_t *options, char *error)
{
    slack_proxy_t *proxy;
    const char *what = "";
    int rc = slack__proxy_new(&proxy, options->proxy, NULL, &what);
    if (rc == 0) slack__proxy_unref(proxy);
    if (rc == SLACK_ECONFIG)
        slack__explain(error, "SLACK_PROXY (or HTTPS_PROXY) is not valid: %s", what);
    return rc;
}

static int check_store_key(const slack_options_t *options, char *error)
{
    char why[SLACK_ERROR_TEXT_MAX];
    slack_keyring_t *keyring;
    if (options->store_key == NULL) return 0;
    int rc = slack__keyring_new(&keyring, slack__slice(options->store_key), why);
    if (rc == 0) slack__keyring_free(keyring);
    if (rc == SLACK_ECONFIG && options->store_key_file)
        slack__explain(error, "SLACK_STORE_KEY_FILE=%.80s: %s", options->store_key_file, why);
    else if (rc == SLACK_ECONFIG)
        slack__explain(error, "SLACK_STORE_KEY: %s", why);
    return rc;
}

int slack__options_resolve(slack_options_t *ret, const slack_options_t *from, bool environment,
                           char *error)
{
    slack_options_t o = from ? *from : (slack_options_t){0};
    int rc = environment ? slack_options_from_env(&o, error) : own_strings(&o);
    if (rc != 0) return rc;
    /* A person may have copied a line end or a blank with a secret. */
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        const char *text = option_is_text(option) ? *text_at(&o, option->offset) : NULL;
        if (text && option->type == SLACK_OPTION_SECRET) slack__strip((char *)(uintptr_t)text);
    }
    rc = check_values(&o, error);
    if (rc == 0) rc = check_token("SLACK_BOT_TOKEN", o.bot_token, o.bot_token_file, error);
    if (rc == 0) rc = check_token("SLACK_APP_TOKEN", o.app_token, o.app_token_file, error);
    if (rc == 0)
        rc = check_token("SLACK_CLIENT_SECRET", o.client_secret, o.client_secret_file, error);
    if (rc == 0) rc = check_bot_token(&o, error);
    if (rc == 0) rc = check_app_id(&o, error);
    if (rc == 0) rc = check_proxy(&o, error);
    if (rc == 0) rc = check_store_key(&o, error);
    if (rc == 0) rc = choose_transport(&o, error);
    if (rc == 0) rc = slack__options_set_defaults(&o);
    if (rc == 0) rc = end_api_url(&o);
    if (rc == 0) rc = slack__oauth_check(&o, error);
    if (o.log_fn == NULL) o.log_fn = slack_log_stderr;
    if (rc == 0)
        *ret = o;
    else
        slack_options_done(&o);
    return rc;
}

/* ---- for a description ---- */

int slack__options_salvage(slack_options_t *ret, const slack_options_t *from)
{
    slack_options_t o = from ? *from : (slack_options_t){0};
    char error[SLACK_ERROR_TEXT_MAX];
    int rc = slack_options_from_env(&o, error);
    if (rc == SLACK_ECONFIG) {
        o = from ? *from : (slack_options_t){0};
        rc = own_strings(&o);
    }
    if (rc == 0) rc = slack__options_set_defaults(&o);
    if (o.log_fn == NULL) o.log_fn = slack_log_stderr;
    if (rc == 0)
        *ret = o;
    else
        slack_options_done(&o);
    return rc;
}

/* The engine of a store; "" if this cannot be said without a part of what may be a secret. */
static const char *engine_of(const char *store)
{
    static const char *const engines[] = {"memory", "sqlite", "postgresql", "postgres"};
    slack_slice_t rest = slack__slice(store), scheme;
    slack__slice_split(&rest, ':', &scheme);
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (slack__slice_eq(scheme, slack__slice(engines[i]))) return engines[i];
    return "";
}

static int write_secret(slack_options_t *options, const slack_option_t *option, slack_buf_t *out)
{
    const char *text = *text_at(options, option->offset);
    if (text == options->store)
        return slack__buf_printf(out, "{\"set\":true,\"engine\":\"%s\"}", engine_of(text));
    return slack__buf_printf(out, "{\"set\":true}");
}

/* The word of an enum, from 1. */
static int write_word(const slack_option_t *option, unsigned value, slack_buf_t *out)
{
    slack_slice_t rest = slack__slice(option->text), word = {"", 0};
    while (value-- > 0 && slack__slice_split(&rest, ',', &word))
        word = slack__slice_trim(word);
    return slack__json_write_string(out, word.ptr, word.len);
}

static int write_value(slack_options_t *options, const slack_option_t *option, slack_buf_t *out)
{
    if (option->type == SLACK_OPTION_SECRET) return write_secret(options, option, out);
    if (option->type == SLACK_OPTION_WORD)
        return write_word(option, *number_at(options, option), out);
    if (option->type == SLACK_OPTION_NUMBER)
        return slack__buf_printf(out, "%u", *number_at(options, option));
    const char *text = *text_at(options, option->offset);
    char *copy = slack__strdup(text);
    if (copy == NULL) return SLACK_ENOMEM;
    const int rc = slack__json_write_string(out, copy, slack__redact(copy, strlen(copy)));
    slack__free_secret(copy);
    return rc;
}

int slack__options_write(const slack_options_t *options, slack_buf_t *out)
{
    slack_options_t copy = *options; /* its strings are the caller's, and stay */
    int rc = slack__buf_append_char(out, '{');
    const char *comma = "";
    for (const slack_option_t *option = slack__option_table; option->field && rc == 0; option++) {
        if (!option_is_set(&copy, option)) continue;
        rc = slack__buf_printf(out, "%s\"%s\":", comma, option->field);
        if (rc == 0) rc = write_value(&copy, option, out);
        comma = ",";
    }
    return rc ? rc : slack__buf_append_char(out, '}');
}
