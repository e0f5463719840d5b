/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "app/options.h"
#include "support/alloc_fail.h"
#include "support/clean_env.h"
#include "support/file.h"
#include "support/test.h"
#include "util/str.h"

#define ENV_TEST(function) TEST_CASE(function, clean_env_enter, clean_env_leave, NULL)

static char error[SLACK_ERROR_TEXT_MAX];

static int resolve(const slack_options_t *from, slack_options_t *ret)
{
    *ret = (slack_options_t){0};
    return slack__options_resolve(ret, from, true, error);
}

ENV_TEST(test_defaults)
{
    slack_options_t o;
    assert_int_equal(resolve(&(slack_options_t){.bot_token = "xoxb-1", .signing_secret = "s"}, &o),
                     0);
    assert_string_equal(o.transport, "http");
    assert_string_equal(o.http_host, "0.0.0.0");
    assert_string_equal(o.http_port, "3000");
    assert_string_equal(o.http_path, "/slack/events");
    assert_string_equal(o.api_url, "https://slack.com/api/");
    assert_string_equal(o.store, "sqlite:test_options.db");
    assert_int_equal(o.socket_connections, 2);
    assert_int_equal(o.log_level, SLACK_LOG_INFO);
    assert_int_equal(o.drain_ms, 10000);
    assert_int_equal(o.max_deliveries, 4096);
    assert_int_equal(o.max_calls, 16640);
    assert_int_equal(o.http_limits.requests, 0);
    slack_options_done(&o);
}

ENV_TEST(test_code_wins_over_environment)
{
    slack_options_t o;
    setenv("SLACK_BOT_TOKEN", "xoxb-env", 1);
    setenv("SLACK_APP_TOKEN", "xapp-env", 1);
    setenv("SLACK_LOG_LEVEL", "debug", 1);
    setenv("SLACK_LOG_FORMAT", "json", 1);
    setenv("SLACK_API_URL", "http://127.0.0.1:1/api", 1);
    setenv("PORT", "8080", 1);
    assert_int_equal(
        resolve(&(slack_options_t){.bot_token = "xoxb-code", .log_level = SLACK_LOG_WARN}, &o), 0);
    assert_string_equal(o.bot_token, "xoxb-code");
    assert_string_equal(o.app_token, "xapp-env");
    assert_string_equal(o.transport, "socket");
    assert_int_equal(o.log_level, SLACK_LOG_WARN);
    assert_int_equal(o.log_format, SLACK_LOG_JSON);
    assert_string_equal(o.api_url, "http://127.0.0.1:1/api/");
    assert_string_equal(o.http_port, "8080");
    slack_options_done(&o);
    setenv("SLACK_HTTP_PORT", "9090", 1);
    setenv("SLACK_HTTP_BODY_BYTES", "4096", 1);
    assert_int_equal(resolve(NULL, &o), 0);
    assert_string_equal(o.http_port, "9090");
    assert_int_equal(o.http_limits.body_bytes, 4096);
    assert_int_equal(o.http_limits.header_bytes, SLACK_HTTP_HEADER_BYTES_DEFAULT);
    slack_options_done(&o);
}

/* A clipboard or an editor adds white space to a token in a variable, a file or the program. */
ENV_TEST(test_white_space_around_a_value_is_dropped)
{
    static const char *const tokens[] = {"xoxb-1\n", " xoxb-1", "xoxb-1 ", "\t xoxb-1\r\n\v\f\n"};
    slack_options_t o;
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        assert_int_equal(resolve(&(slack_options_t){.bot_token = tokens[i],
                                                    .app_token = " xapp-1\n",
                                                    .signing_secret = "s\n",
                                                    .transport = "http"},
                                 &o),
                         0);
        assert_string_equal(o.bot_token, "xoxb-1");
        assert_string_equal(o.app_token, "xapp-1");
        assert_string_equal(o.signing_secret, "s");
        slack_options_done(&o);

        setenv("SLACK_BOT_TOKEN", tokens[i], 1);
        setenv("SLACK_APP_TOKEN", "xapp-1\r\n", 1);
        setenv("SLACK_SIGNING_SECRET", " \n", 1); /* counts as not set */
        setenv("SLACK_API_URL", "http://127.0.0.1:1/api\n", 1);
        setenv("SLACK_LOG_LEVEL", "debug ", 1);
        setenv("SLACK_WORKERS", "7\n", 1);
        assert_int_equal(resolve(NULL, &o), 0);
        assert_string_equal(o.bot_token, "xoxb-1");
        assert_string_equal(o.transport, "socket");
        assert_string_equal(o.api_url, "http://127.0.0.1:1/api/");
        assert_int_equal(o.log_level, SLACK_LOG_DEBUG);
        assert_int_equal(o.workers, 7);
        slack_options_done(&o);
        unsetenv("SLACK_BOT_TOKEN");

        file_write("token", tokens[i]);
        setenv("SLACK_BOT_TOKEN_FILE", "token", 1);
        assert_int_equal(resolve(NULL, &o), 0);
        assert_string_equal(o.bot_token, "xoxb-1");
        slack_options_done(&o);
        unsetenv("SLACK_BOT_TOKEN_FILE");
    }
    unlink("token");
}

/* A header cannot carry these: U+00A0, a blank, a line end, a bell, a zero-width space, DEL. */
ENV_TEST(test_a_token_that_no_header_carries)
{
    static const char *const ends[] = {"\u00a0", " x", "\n2", "\a", "\u200b", "\x7f"};
    slack_options_t o;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char token[32];
        snprintf(token, sizeof token, "xoxb-1%s", ends[i]);
        assert_int_equal(resolve(&(slack_options_t){.bot_token = token, .signing_secret = "s"}, &o),
                         SLACK_ECONFIG);
        assert_string_equal(error, "SLACK_BOT_TOKEN holds white space or a character that is not "
                                   "ASCII; copy it again");
        snprintf(token, sizeof token, "xapp-1%s", ends[i]);
        setenv("SLACK_APP_TOKEN", token, 1);
        assert_int_equal(resolve(&(slack_options_t){.bot_token = "xoxb-1"}, &o), SLACK_ECONFIG);
        assert_non_null(strstr(error, "SLACK_APP_TOKEN holds white space"));
        unsetenv("SLACK_APP_TOKEN");
        file_write("token", token);
        assert_int_equal(
            resolve(&(slack_options_t){.bot_token = "xoxb-1", .app_token_file = "token"}, &o),
            SLACK_ECONFIG);
        assert_non_null(strstr(error, "SLACK_APP_TOKEN_FILE=token: it holds white space"));
    }
    assert_int_equal(
        resolve(&(slack_options_t){.bot_token = "\u00a0xoxb-1", .signing_secret = "s"}, &o),
        SLACK_ECONFIG);
    assert_non_null(strstr(error, "SLACK_BOT_TOKEN holds white space"));
    unlink("token");
}

#define TEN       "AAAAAAAAAA"
#define STORE_KEY TEN TEN TEN TEN "AAA"
#define APP_ID_REFUSED(shown)                                                                      \
    "SLACK_APP_ID=" shown                                                                          \
    ": must be at most 79 letters, digits, -, _, . and /: use the app's id (A…)"

/* Each error names the variable, and its value where that is no secret. A token is never shown. */
ENV_TEST(test_what_is_refused)
{
    static const struct {
        const char *name, *value, *error;
    } cases[] = {
        {"SLACK_BOT_TOKEN", "xapp-1-A-secret",
         "SLACK_BOT_TOKEN must be a bot token (xoxb-…), but holds an app-level token (xapp-)"},
        {"SLACK_BOT_TOKEN", "hunter2",
         "SLACK_BOT_TOKEN must be a bot token (xoxb-…), but holds something that begins with none "
         "of Slack's token prefixes"},
        {"SLACK_LOG_LEVEL", "loud",
         "SLACK_LOG_LEVEL=loud: must be one of error, warn, info, debug"},
        {"SLACK_LOG_FORMAT", "xml", "SLACK_LOG_FORMAT=xml: must be one of text, json"},
        {"SLACK_DRAIN_MS", "-1", "SLACK_DRAIN_MS=-1: must be a number from 1 to 600000"},
        {"SLACK_SOCKET_CONNECTIONS", "11",
         "SLACK_SOCKET_CONNECTIONS=11: must be a number from 1 to 10"},
        {"SLACK_SOCKET_CONNECTIONS", "0",
         "SLACK_SOCKET_CONNECTIONS=0: must be a number from 1 to 10"},
        {"SLACK_APP_ID", "A1:tick", APP_ID_REFUSED("A1:tick")},
        {"SLACK_APP_ID", "A1\nB", APP_ID_REFUSED("A1\\u000aB")},
        {"SLACK_APP_ID", TEN "AAAAAAAAA" TEN TEN TEN TEN TEN TEN TEN,
         APP_ID_REFUSED(TEN "AAAAAAAAA" TEN TEN "A")},
        {"SLACK_PROXY", "https://me:hunter2@proxy.test",
         "SLACK_PROXY (or HTTPS_PROXY) is not valid: only HTTP proxies are supported: it must "
         "begin with http:// (which may be left out)"},
        {"https_proxy", "http://me:hunter2@proxy.test/path",
         "SLACK_PROXY (or HTTPS_PROXY) is not valid: it must be http://host:port, with "
         "user:password@ before the host if it needs them"},
        {"SLACK_STORE_KEY", "hunter2!",
         "SLACK_STORE_KEY: key 1 is not Base64: make one with `slackapp key`"},
        {"SLACK_STORE_KEY_FILE", "key",
         "SLACK_STORE_KEY_FILE=key: keys 1 and 2 are the same: "
         "remove one"},
        {"SLACK_APP_TOKEN", NULL,
         "set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"},
    };
    static const struct {
        slack_options_t options;
        const char *error;
    } words[] = {
        {{.pace = 4}, "SLACK_PACE=4: must be one of off, internal, distributed"},
        {{.pace = (enum slack_pace) - 1},
         "SLACK_PACE=4294967295: must be one of off, internal, distributed"},
        {{.dedupe = 9}, "SLACK_DEDUPE=9: must be one of events, messages"},
        {{.log_format = 9}, "SLACK_LOG_FORMAT=9: must be one of text, json"},
        {{.log_level = 5}, "SLACK_LOG_LEVEL=5: must be one of error, warn, info, debug"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        slack_options_t o;
        assert_int_equal(resolve(&words[i].options, &o), SLACK_ECONFIG);
        assert_string_equal(error, words[i].error);
    }
    file_write("key", STORE_KEY "," STORE_KEY);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
        setenv("SLACK_APP_TOKEN", "xapp-1", 1);
        if (cases[i].value)
            setenv(cases[i].name, cases[i].value, 1);
        else
            unsetenv(cases[i].name);
        slack_options_t o;
        assert_int_equal(resolve(NULL, &o), SLACK_ECONFIG);
        assert_string_equal(error, cases[i].error);
        unsetenv(cases[i].name);
    }
    slack_options_t o;
    unsetenv("SLACK_BOT_TOKEN");
    unsetenv("SLACK_APP_TOKEN");
    assert_int_equal(resolve(NULL, &o), SLACK_ECONFIG);
    assert_string_equal(error, "no token is set: set SLACK_BOT_TOKEN (xoxb-…), and "
                               "SLACK_APP_TOKEN (xapp-…) for Socket Mode or "
                               "SLACK_SIGNING_SECRET for HTTP");
    setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
    setenv("SLACK_APP_TOKEN", "xapp-1", 1);
    setenv("SLACK_SIGNING_SECRET", "s", 1);
    assert_int_equal(resolve(NULL, &o), SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: set "
                               "SLACK_TRANSPORT to socket, http, or http,socket");
    assert_int_equal(resolve(&(slack_options_t){.transport = "socket", .drain_ms = 900000}, &o),
                     SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_DRAIN_MS=900000: must be a number from 1 to 600000");
    assert_int_equal(resolve(&(slack_options_t){.transport = "socket", .own_events = 2}, &o),
                     SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_OWN_EVENTS=2: must be 1, or not set");
    assert_int_equal(resolve(&(slack_options_t){.max_deliveries = 1000001}, &o), SLACK_ECONFIG);
    assert_string_equal(error, "max_deliveries=1000001: must be a number from 1 to 1000000");
}

static void assert_proxy(const char *code, const char *want, const char *want_no)
{
    slack_options_t o;
    assert_int_equal(
        resolve(&(slack_options_t){.bot_token = "xoxb-1", .app_token = "xapp-1", .proxy = code},
                &o),
        0);
    assert_string_equal(o.proxy ? o.proxy : "none", want);
    assert_string_equal(o.no_proxy ? o.no_proxy : "none", want_no);
    slack_options_done(&o);
}

/* The most specific variable wins over the common ones; an empty variable counts as not set. */
ENV_TEST(test_proxy)
{
    assert_proxy(NULL, "none", "none");
    setenv("no_proxy", "a", 1);
    setenv("https_proxy", "http://lower.test", 1);
    assert_proxy(NULL, "http://lower.test", "a");
    setenv("NO_PROXY", "b", 1);
    setenv("HTTPS_PROXY", "http://upper.test", 1);
    assert_proxy(NULL, "http://upper.test", "b");
    setenv("SLACK_PROXY", "http://me:pw@ours.test", 1);
    assert_proxy(NULL, "http://me:pw@ours.test", "b");
    assert_proxy("code.test:1", "code.test:1", "b");
    assert_proxy("", "", "b");
    setenv("SLACK_PROXY", "", 1);
    assert_proxy(NULL, "http://upper.test", "b");
}

/* A store may name a user and a password, and may not be a token. */
ENV_TEST(test_store_with_a_password)
{
    static const char *const urls[] = {"postgres://bot@db.test/app", "postgres://bot:a%40b@db/app",
                                       "postgres:host=db user=bot password='a b'"};
    slack_options_t o, given = {.bot_token = "xoxb-1", .app_token = "xapp-1"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        setenv("SLACK_STORE", urls[i], 1);
        assert_int_equal(resolve(&given, &o), 0);
        assert_string_equal(o.store, urls[i]);
        slack_options_done(&o);
    }
    setenv("SLACK_STORE", "xoxb-123456-abc", 1);
    assert_int_equal(resolve(&given, &o), SLACK_ECONFIG);
}

static void assert_secret(const slack_options_t *from, const char *want, const char *want_file)
{
    slack_options_t o;
    slack_options_t with_token = *from;
    with_token.bot_token = "xoxb-1";
    assert_int_equal(resolve(&with_token, &o), 0);
    assert_string_equal(o.transport, "http");
    assert_string_equal(o.signing_secret, want);
    assert_string_equal(o.signing_secret_file ? o.signing_secret_file : "none", want_file);
    slack_options_done(&o);
}

/* The path is kept for a later reload only if the secret came from the file. */
ENV_TEST(test_signing_secret_file)
{
    const slack_options_t none = {0};
    file_write("token", "in a file\n");
    assert_secret(&(slack_options_t){.signing_secret_file = "token"}, "in a file", "token");

    setenv("SLACK_SIGNING_SECRET_FILE", "token", 1);
    assert_secret(&none, "in a file", "token");
    assert_secret(&(slack_options_t){.signing_secret = "code"}, "code", "none");
    setenv("SLACK_SIGNING_SECRET", "variable", 1);
    assert_secret(&none, "variable", "none");
    assert_secret(&(slack_options_t){.signing_secret_file = "token"}, "in a file", "token");
    unsetenv("SLACK_SIGNING_SECRET");
    unsetenv("SLACK_SIGNING_SECRET_FILE");

    file_write(".env", "SLACK_SIGNING_SECRET_FILE=token\n");
    assert_secret(&none, "in a file", "token");
    setenv("CREDENTIALS_DIRECTORY", clean_env_dir(), 1);
    file_write("SLACK_SIGNING_SECRET", "credential");
    char path[64];
    snprintf(path, sizeof path, "%s/SLACK_SIGNING_SECRET", clean_env_dir());
    assert_secret(&none, "credential", path);
    unsetenv("CREDENTIALS_DIRECTORY");

    slack_options_t o;
    assert_int_equal(
        resolve(&(slack_options_t){.bot_token = "xoxb-1", .signing_secret_file = "missing"}, &o),
        SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_SIGNING_SECRET_FILE: cannot read missing: No such file or "
                               "directory");
}

static int resolve_all(void *ctx)
{
    slack_options_t o;
    int rc = slack__options_resolve(&o, &(slack_options_t){.bot_token = "xoxb-1"}, true, error);
    if (rc == 0) slack_options_done(&o);
    return rc;
}

ENV_TEST(test_out_of_memory)
{
    file_write(".env", "SLACK_APP_TOKEN=xapp-1\nSLACK_HTTP_PORT=1\n");
    file_write("token", "s\n");
    setenv("SLACK_SIGNING_SECRET_FILE", "token", 1);
    setenv("SLACK_TRANSPORT", "http", 1);
    setenv("SLACK_STORE_KEY", STORE_KEY, 1);
    setenv("SLACK_PROXY", "http://me:pw@proxy.test", 1);
    setenv("NO_PROXY", "localhost", 1);
    setenv("SLACK_API_URL", "https://example.com", 1);
    alloc_fail_each(resolve_all, NULL);
    unsetenv("SLACK_SIGNING_SECRET_FILE");
}

/* ---- every option ---- */

static unsigned number_of(const slack_options_t *options, const slack_option_t *option)
{
    return *(const unsigned *)((const char *)options + option->offset);
}

static void resolves_to(const slack_option_t *option, const slack_options_t *from, unsigned value)
{
    slack_options_t o;
    if (resolve(from, &o) != 0) fail_msg("%s=%u: %s", option->field, value, error);
    assert_int_equal(number_of(&o, option), value);
    slack_options_done(&o);
}

static void is_refused(const slack_option_t *option, const slack_options_t *from)
{
    slack_options_t o;
    assert_int_equal(resolve(from, &o), SLACK_ECONFIG);
    const char *name = option->variables ? option->variables : option->field;
    if (strncmp(error, name, strlen(name)) != 0) fail_msg("%s: %s", name, error);
}

/* Both ends of a range are valid; the numbers beyond them are refused. */
static void check_variable(const slack_option_t *option, const slack_options_t *good)
{
    const struct {
        uint64_t value;
        bool valid;
    } cases[] = {{option->min, true},
                 {option->max, true},
                 {option->min - 1, false},
                 {(uint64_t)option->max + 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        snprintf(text, sizeof text, "%llu", (unsigned long long)cases[i].value);
        setenv(option->variables, text, 1);
        if (cases[i].valid)
            resolves_to(option, good, (unsigned)cases[i].value);
        else
            is_refused(option, good);
    }
    unsetenv(option->variables);
}

static void check_field(const slack_option_t *option, const slack_options_t *good)
{
    slack_options_t from = *good;
    unsigned *field = (unsigned *)((char *)&from + option->offset);
    resolves_to(option, &from, option->number);
    *field = option->max;
    resolves_to(option, &from, option->max);
    *field = option->max + 1;
    is_refused(option, &from);
}

ENV_TEST(test_every_range)
{
    const slack_options_t good = {.bot_token = "xoxb-1", .app_token = "xapp-1"};
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        if (option->type != SLACK_OPTION_NUMBER) continue;
        check_field(option, &good);
        if (option->variables) check_variable(option, &good);
    }
}

/* ---- docs/configuration.md ---- */

/* Writes the items of a list between backquotes: "`a`, `b`". */
static void quote(char *to, const char *list, char separator, const char *between)
{
    slack_slice_t rest = slack__slice(list), item;
    const char *before = "";
    for (*to = '\0'; slack__slice_split(&rest, separator, &item); before = between) {
        item = slack__slice_trim(item);
        to += sprintf(to, "%s`%.*s`", before, (int)item.len, item.ptr);
    }
}

/* Returns the cells for an option's values and its default; "" for a cell with free text. */
static void expect_cells(const slack_option_t *option, char *values, char *preset)
{
    *values = *preset = '\0';
    if (option->type == SLACK_OPTION_WORD) {
        slack_slice_t rest = slack__slice(option->text), word = {NULL, 0};
        quote(values, option->text, ',', ", ");
        for (unsigned i = 0; i < option->number; i++)
            slack__slice_split(&rest, ',', &word);
        word = slack__slice_trim(word);
        if (option->number) sprintf(preset, "`%.*s`", (int)word.len, word.ptr);
    } else if (option->type == SLACK_OPTION_NUMBER) {
        sprintf(values, option->min == option->max ? "`%u`" : "%u to %u", option->min, option->max);
        if (option->number) sprintf(preset, "`%u`", option->number);
    } else if (option->text) {
        sprintf(preset, "`%s`", option->text);
    }
}

/* Takes the next cell of a row. The cell must be `wanted`, unless that is "". */
static slack_slice_t take_cell(slack_slice_t *row, const char *wanted)
{
    slack_slice_t cell;
    assert_true(slack__slice_split(row, '|', &cell));
    cell = slack__slice_trim(cell);
    if (*wanted && !slack__slice_eq(cell, slack__slice(wanted)))
        fail_msg("docs/configuration.md: \"%.*s\", not \"%s\"", (int)cell.len, cell.ptr, wanted);
    return cell;
}

static void check_row(const slack_option_t *option, slack_slice_t row)
{
    char names[128], values[128], preset[128];
    quote(names, option->variables, ' ', ", or ");
    expect_cells(option, values, preset);
    take_cell(&row, "");
    take_cell(&row, names);
    take_cell(&row, "");
    take_cell(&row, values);
    const slack_slice_t cell = take_cell(&row, preset);
    /* A value between backquotes would be a default. */
    if (*preset == '\0' && cell.len > 0 && *cell.ptr == '`' && cell.ptr[cell.len - 1] == '`')
        fail_msg("docs/configuration.md: %s has no default", names);
}

/* The first table of the page has a row for each option of options.def that has a variable, and no
 * other row. */
TEST(test_the_page_has_every_option)
{
    char *page = file_read_page("configuration.md");
    slack_slice_t rest = slack__slice(strstr(page, "|---|\n") + strlen("|---|\n")), row;
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        if (option->variables == NULL) continue;
        assert_true(slack__slice_split(&rest, '\n', &row));
        check_row(option, row);
    }
    assert_true(slack__slice_split(&rest, '\n', &row) && row.len == 0);
}

static bool is_variable(const char *word, size_t len)
{
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        slack_slice_t rest = slack__slice(option->variables), name;
        while (slack__slice_split(&rest, ' ', &name)) {
            if (strncmp(name.ptr, word, name.len) != 0) continue;
            if (name.len == len) return true;
            if (option->file_offset && len - name.len == 5 &&
                strncmp(word + name.len, "_FILE", 5) == 0)
                return true;
        }
    }
    return len > 5 && strncmp(word + len - 5, "_FILE", 5) == 0 && is_variable(word, len - 5);
}

TEST(test_the_page_names_no_other_variable)
{
    char *page = file_read_page("configuration.md");
    for (const char *at = page; (at = strstr(at, "SLACK_")) != NULL;) {
        const size_t len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if (!is_variable(at, len)) fail_msg("docs/configuration.md: %.*s", (int)len, at);
        at += len;
    }
}
