/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "app/env.h"
#include "app/options.h"
#include "support/alloc_fail.h"
#include "support/file.h"
#include "support/test.h"
#include "util/alloc.h"

/* Each test runs in a directory of its own, with none of the variables set. */
static char dir[] = "/tmp/slackapp-env-XXXXXX";
static char error[SLACK_ERROR_TEXT_MAX];

static const char *const variables[] = {
    "SLACK_TRANSPORT",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_SIGNING_SECRET_FILE",
    "SLACK_HTTP_HOST",
    "SLACK_HTTP_PORT",
    "PORT",
    "SLACK_HTTP_PATH",
    "SLACK_HTTP_BODY_BYTES",
    "SLACK_STORE",
    "SLACK_API_URL",
    "SLACK_CA_FILE",
    "SLACK_PROXY",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SLACK_LOG_LEVEL",
    "SLACK_LOG_FORMAT",
    "SLACK_DRAIN_MS",
    "SLACK_SOCKET_CONNECTIONS",
    "SLACK_BOT_TOKEN_FILE",
    "CREDENTIALS_DIRECTORY",
};

static int enter(void **state)
{
    (void)state;
    memcpy(strchr(dir, '\0') - 6, "XXXXXX", 6);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    *error = '\0';
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int leave(void **state)
{
    (void)state;
    unlink(".env");
    unlink("token");
    unlink("SLACK_BOT_TOKEN");
    unlink("SLACK_SIGNING_SECRET");
    unlink("pipe");
    return chdir("/") != 0 || rmdir(dir) != 0;
}

static char *get(const slack_env_t *env, const char *name)
{
    char *value = NULL;
    assert_int_equal(slack__env_get(env, name, &value, NULL, error), 0);
    return value;
}

static void expect(const slack_env_t *env, const char *name, const char *value)
{
    char *got = get(env, name);
    if (value == NULL)
        assert_null(got);
    else
        assert_string_equal(got, value);
    slack__free(got);
}

static void test_dotenv_forms(void **state)
{
    (void)state;
    static const struct {
        const char *line, *value; /* NULL: malformed */
    } cases[] = {
        {"N=v", "v"},
        {"N = v ", "v"},
        {"export N=v", "v"},
        {"N=a b", "a b"},
        {"N=a#b", "a#b"},
        {"N=a #b", "a"},
        {"N='a #b'", "a #b"},
        {"N=\"a\\nb\"", "a\nb"},
        {"N='a\\nb'", "a\\nb"},
        {"N=\"a\\\"b\"", "a\"b"},
        {"N=\"a\" # c", "a"},
        {"N=v\r", "v"},
        {"\tN=v", "v"},
        {"N=a=b", "a=b"},
        {"N=\"unclosed", NULL},
        {"N='a' b", NULL},
        {"N", NULL},
        {"=v", NULL},
        {"N v", NULL},
        {"N-M=v", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        size_t len = 0, line = 0;
        snprintf(text, sizeof text, "\n# c\n%s", cases[i].line);
        int rc = slack__dotenv_parse(text, strlen(text), &len, &line);
        if (cases[i].value) {
            assert_int_equal(rc, 0);
            assert_string_equal(text, "N");
            assert_string_equal(text + 2, cases[i].value);
        } else {
            assert_int_equal(rc, SLACK_ECONFIG);
            assert_int_equal(line, 3);
        }
    }
}

static void test_dotenv_every_truncation(void **state)
{
    (void)state;
    static const char file[] = "A=1\nexport B='two' # c\n\nC=\"th\\\"ree\"\nD=\n";
    for (size_t n = 0; n < sizeof file; n++) {
        char text[sizeof file + 1];
        size_t len = 0, line = 0;
        memcpy(text, file, n);
        int rc = slack__dotenv_parse(text, n, &len, &line);
        assert_true(rc == 0 ? len <= n + 1 : line >= 1 && line <= 5);
    }
}

static void test_nul_in_dotenv(void **state)
{
    (void)state;
    char text[] = "A=1\nB=\0x\n";
    size_t len = 0, line = 0;
    assert_int_equal(slack__dotenv_parse(text, sizeof text - 1, &len, &line), SLACK_ECONFIG);
    assert_int_equal(line, 2);
}

static void test_order_of_sources(void **state)
{
    (void)state;
    file_write(".env", "SLACK_BOT_TOKEN=dotenv\nSLACK_HTTP_PORT=1\nSLACK_HTTP_PORT=2\n");
    slack_env_t env;
    assert_int_equal(slack__env_open(&env, ".env", error), 0);
    expect(&env, "SLACK_BOT_TOKEN", "dotenv");
    expect(&env, "SLACK_HTTP_PORT", "2"); /* as a shell has it */
    expect(&env, "SLACK_APP_TOKEN", NULL);
    file_write("SLACK_BOT_TOKEN", "credential\n");
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    expect(&env, "SLACK_BOT_TOKEN", "credential");
    file_write("token", "file\r\n");
    setenv("SLACK_BOT_TOKEN_FILE", "token", 1);
    expect(&env, "SLACK_BOT_TOKEN", "file");
    setenv("SLACK_BOT_TOKEN", "", 1); /* set to nothing: not set */
    expect(&env, "SLACK_BOT_TOKEN", "file");
    setenv("SLACK_BOT_TOKEN", "process", 1);
    expect(&env, "SLACK_BOT_TOKEN", "process");
    slack__env_close(&env);
}

static void test_a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    slack_env_t env;
    char *value = NULL;
    assert_int_equal(slack__env_open(&env, ".env", error), 0); /* none is none */
    setenv("SLACK_BOT_TOKEN_FILE", "missing", 1);
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_string_equal(error,
                        "SLACK_BOT_TOKEN_FILE: cannot read missing: No such file or directory");
    file_write("token", "");
    setenv("SLACK_BOT_TOKEN_FILE", "token", 1);
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_BOT_TOKEN_FILE: cannot read token: it is empty, or no text");
    slack__env_close(&env);
    file_write(".env", "A=1\nwhat is this\n");
    assert_int_equal(slack__env_open(&env, ".env", error), SLACK_ECONFIG);
    assert_string_equal(error, ".env:2: not of the form NAME=VALUE");
}

/* ---- options ---- */

static int resolve(const slack_options_t *from, slack_options_t *ret)
{
    *ret = (slack_options_t){0};
    return slack__options_resolve(ret, from, true, error);
}

static void test_defaults(void **state)
{
    (void)state;
    slack_options_t o;
    assert_int_equal(resolve(&(slack_options_t){.bot_token = "xoxb-1", .signing_secret = "s"}, &o),
                     0);
    assert_string_equal(o.transport, "http");
    assert_string_equal(o.http_host, "0.0.0.0");
    assert_string_equal(o.http_port, "3000");
    assert_string_equal(o.http_path, "/slack/events");
    assert_string_equal(o.api_url, "https://slack.com/api/");
    assert_string_equal(o.store, "sqlite:slackapp.db");
    assert_int_equal(o.socket_connections, 2);
    assert_int_equal(o.log_level, SLACK_LOG_INFO);
    assert_int_equal(o.drain_ms, 10000);
    assert_int_equal(o.max_deliveries, 4096);
    slack_options_done(&o);
}

static void test_code_wins_over_environment(void **state)
{
    (void)state;
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
    assert_int_equal(o.http_limits.header_bytes, 0); /* the receiver knows its defaults */
    slack_options_done(&o);
}

/* Each names the variable and, where it is no secret, the value; a token is never shown. */
static void test_what_is_refused(void **state)
{
    (void)state;
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
        {"SLACK_PROXY", "https://me:hunter2@proxy.test",
         "SLACK_PROXY (or HTTPS_PROXY) cannot be used: only HTTP proxies are supported: it must "
         "begin with http:// (which may be left out)"},
        {"https_proxy", "http://me:hunter2@proxy.test/path",
         "SLACK_PROXY (or HTTPS_PROXY) cannot be used: it must be http://host:port, or "
         "http://user:password@host:port"},
        {"SLACK_APP_TOKEN", NULL,
         "set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP; "
         "SLACK_TRANSPORT chooses where both are set"},
    };
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
    assert_string_equal(error, "nothing is set: SLACK_BOT_TOKEN (xoxb-…) is needed, and "
                               "SLACK_APP_TOKEN (xapp-…) for Socket Mode, or "
                               "SLACK_SIGNING_SECRET for HTTP");
    setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
    setenv("SLACK_APP_TOKEN", "xapp-1", 1);
    setenv("SLACK_SIGNING_SECRET", "s", 1);
    assert_int_equal(resolve(NULL, &o), SLACK_ECONFIG);
    assert_non_null(strstr(error, "SLACK_TRANSPORT"));
    assert_int_equal(resolve(&(slack_options_t){.transport = "socket", .drain_ms = 900000}, &o),
                     SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_DRAIN_MS=900000: must be a number from 1 to 600000");
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

/* The most special variable wins, the usual ones count, an empty one is none. */
static void test_proxy(void **state)
{
    (void)state;
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

/* The file is known, and read again later, only where the secret came from it. */
static void test_signing_secret_file(void **state)
{
    (void)state;
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
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    file_write("SLACK_SIGNING_SECRET", "credential");
    char path[64];
    snprintf(path, sizeof path, "%s/SLACK_SIGNING_SECRET", dir);
    assert_secret(&none, "credential", path);
    unsetenv("CREDENTIALS_DIRECTORY");

    slack_options_t o;
    assert_int_equal(
        resolve(&(slack_options_t){.bot_token = "xoxb-1", .signing_secret_file = "missing"}, &o),
        SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_SIGNING_SECRET_FILE: cannot read missing: No such file or "
                               "directory");
}

/* What nobody writes to, or has no end, is refused and not waited for. */
static void test_what_is_no_file(void **state)
{
    (void)state;
    slack_env_t env;
    char *value = NULL;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    const struct {
        const char *path, *error;
    } table[] = {
        {"pipe", "SLACK_BOT_TOKEN_FILE: cannot read pipe: it is a pipe or a device, not a file"},
        {"/dev/zero",
         "SLACK_BOT_TOKEN_FILE: cannot read /dev/zero: it is a pipe or a device, not a file"},
        {dir, "Is a directory"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        setenv("SLACK_BOT_TOKEN_FILE", table[i].path, 1);
        assert_int_equal(slack__env_open(&env, ".env", error), 0);
        assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error),
                         SLACK_ECONFIG);
        assert_non_null(strstr(error, table[i].error));
        slack__env_close(&env);
    }
    unsetenv("SLACK_BOT_TOKEN_FILE");

    assert_int_equal(mkfifo("SLACK_BOT_TOKEN", 0600), 0);
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    assert_int_equal(slack__env_open(&env, ".env", error), 0);
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_non_null(strstr(error, "CREDENTIALS_DIRECTORY: cannot read "));
    slack__env_close(&env);
    unsetenv("CREDENTIALS_DIRECTORY");

    assert_int_equal(mkfifo(".env", 0600), 0);
    assert_int_equal(slack__env_open(&env, ".env", error), SLACK_ECONFIG);
    assert_string_equal(error, ".env: cannot read .env: it is a pipe or a device, not a file");
    assert_null(value);
}

static int resolve_all(void *ctx)
{
    (void)ctx;
    slack_options_t o;
    int rc = slack__options_resolve(&o, &(slack_options_t){.bot_token = "xoxb-1"}, true, error);
    if (rc == 0) slack_options_done(&o);
    return rc;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    file_write(".env", "SLACK_APP_TOKEN=xapp-1\nSLACK_HTTP_PORT=1\n");
    file_write("token", "s\n");
    setenv("SLACK_SIGNING_SECRET_FILE", "token", 1);
    setenv("SLACK_TRANSPORT", "http", 1);
    setenv("SLACK_PROXY", "http://me:pw@proxy.test", 1);
    setenv("NO_PROXY", "localhost", 1);
    setenv("SLACK_API_URL", "https://example.com", 1);
    alloc_fail_each(resolve_all, NULL);
    unsetenv("SLACK_SIGNING_SECRET_FILE");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dotenv_forms),
        cmocka_unit_test(test_dotenv_every_truncation),
        cmocka_unit_test(test_nul_in_dotenv),
        CASE(test_order_of_sources),
        CASE(test_a_file_that_cannot_be_read_is_named),
        CASE(test_what_is_no_file),
        CASE(test_defaults),
        CASE(test_code_wins_over_environment),
        CASE(test_what_is_refused),
        CASE(test_proxy),
        CASE(test_signing_secret_file),
        CASE(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
