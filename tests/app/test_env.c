/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include <slack/options.h>

#include "app/env.h"
#include "support/clean_env.h"
#include "support/file.h"
#include "support/test.h"
#include "util/alloc.h"

#define ENV_TEST(function) TEST_CASE(function, clean_env_enter, clean_env_leave, NULL)

static char error[SLACK_ERROR_TEXT_MAX];

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

TEST(test_dotenv_forms)
{
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

TEST(test_dotenv_every_truncation)
{
    static const char file[] = "A=1\nexport B='two' # c\n\nC=\"th\\\"ree\"\nD=\n";
    for (size_t n = 0; n < sizeof file; n++) {
        char text[sizeof file + 1];
        size_t len = 0, line = 0;
        memcpy(text, file, n);
        int rc = slack__dotenv_parse(text, n, &len, &line);
        assert_true(rc == 0 ? len <= n + 1 : line >= 1 && line <= 5);
    }
}

TEST(test_nul_in_dotenv)
{
    char text[] = "A=1\nB=\0x\n";
    size_t len = 0, line = 0;
    assert_int_equal(slack__dotenv_parse(text, sizeof text - 1, &len, &line), SLACK_ECONFIG);
    assert_int_equal(line, 2);
}

ENV_TEST(test_order_of_sources)
{
    file_write(".env", "SLACK_BOT_TOKEN=dotenv\nSLACK_HTTP_PORT=1\nSLACK_HTTP_PORT=2\n");
    slack_env_t env;
    assert_int_equal(slack__env_open(&env, ".env", error), 0);
    expect(&env, "SLACK_BOT_TOKEN", "dotenv");
    expect(&env, "SLACK_HTTP_PORT", "2"); /* the last of two lines wins, as in a shell */
    expect(&env, "SLACK_APP_TOKEN", NULL);
    file_write("SLACK_BOT_TOKEN", "credential\n");
    setenv("CREDENTIALS_DIRECTORY", clean_env_dir(), 1);
    expect(&env, "SLACK_BOT_TOKEN", "credential");
    file_write("token", "file\r\n");
    setenv("SLACK_BOT_TOKEN_FILE", "token", 1);
    expect(&env, "SLACK_BOT_TOKEN", "file");
    setenv("SLACK_BOT_TOKEN", "", 1); /* an empty variable counts as not set */
    expect(&env, "SLACK_BOT_TOKEN", "file");
    setenv("SLACK_BOT_TOKEN", "process", 1);
    expect(&env, "SLACK_BOT_TOKEN", "process");
    slack__env_close(&env);
}

ENV_TEST(test_a_file_that_cannot_be_read_is_named)
{
    slack_env_t env;
    char *value = NULL;
    assert_int_equal(slack__env_open(&env, ".env", error), 0); /* a missing .env file is no error */
    setenv("SLACK_BOT_TOKEN_FILE", "missing", 1);
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_string_equal(error,
                        "SLACK_BOT_TOKEN_FILE: cannot read missing: No such file or directory");
    unsetenv("SLACK_BOT_TOKEN_FILE");
    file_write("file", "");
    setenv("CREDENTIALS_DIRECTORY", "file",
           1); /* nor is a folder that cannot be searched ignored */
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_string_equal(error, "CREDENTIALS_DIRECTORY: cannot read file/SLACK_BOT_TOKEN: Not a "
                               "directory");
    unsetenv("CREDENTIALS_DIRECTORY");
    file_write("token", "");
    setenv("SLACK_BOT_TOKEN_FILE", "token", 1);
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_string_equal(error, "SLACK_BOT_TOKEN_FILE: cannot read token: it is empty, or no text");
    slack__env_close(&env);
    file_write(".env", "A=1\nwhat is this\n");
    assert_int_equal(slack__env_open(&env, ".env", error), SLACK_ECONFIG);
    assert_string_equal(error, ".env:2: not of the form NAME=VALUE");
}

/* Every way to a secret refuses a file that others may read or change. */
ENV_TEST(test_what_others_may_read_or_change)
{
    static const struct {
        mode_t mode;
        const char *why;
    } modes[] = {{0644, ": every user may read it (mode 0644): chmod 0640 it"},
                 {0666, ": every user may change it (mode 0666): chmod 0640 it"},
                 {0620, ": its group may change it (mode 0620): chmod 0600 it"}};
    static const char *const ways[][2] = {
        {".env", ".env: cannot read .env"},
        {"token", "SLACK_BOT_TOKEN_FILE: cannot read token"},
        {"SLACK_BOT_TOKEN", "CREDENTIALS_DIRECTORY: cannot read "},
    };
    setenv("SLACK_BOT_TOKEN_FILE", "token", 1);
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        file_write(ways[way][0], "SLACK_BOT_TOKEN=xoxb-1");
        for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
            slack_options_t options = {0};
            assert_int_equal(chmod(ways[way][0], modes[i].mode), 0);
            assert_int_equal(slack_options_from_env(&options, error), SLACK_ECONFIG);
            if (!strstr(error, ways[way][1]) || !strstr(error, modes[i].why)) fail_msg("%s", error);
        }
        assert_int_equal(chmod(ways[way][0], 0640), 0);
        if (way == 1) unsetenv("SLACK_BOT_TOKEN_FILE");
        if (way == 1) setenv("CREDENTIALS_DIRECTORY", clean_env_dir(), 1);
    }
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* A FIFO without a writer, a folder and an endless device are refused at once. */
ENV_TEST(test_what_is_no_file)
{
    slack_env_t env;
    char *value = NULL;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    const struct {
        const char *path, *error;
    } table[] = {
        {"pipe", "SLACK_BOT_TOKEN_FILE: cannot read pipe: it is a pipe or a device, not a file"},
        {"/dev/zero",
         "SLACK_BOT_TOKEN_FILE: cannot read /dev/zero: it is a pipe or a device, not a file"},
        {clean_env_dir(), "Is a directory"},
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
    setenv("CREDENTIALS_DIRECTORY", clean_env_dir(), 1);
    assert_int_equal(slack__env_open(&env, ".env", error), 0);
    assert_int_equal(slack__env_get(&env, "SLACK_BOT_TOKEN", &value, NULL, error), SLACK_ECONFIG);
    assert_non_null(strstr(error, "CREDENTIALS_DIRECTORY: cannot read "));
    slack__env_close(&env);
    unsetenv("CREDENTIALS_DIRECTORY");

    assert_int_equal(symlink("missing", ".env"), 0);
    assert_int_equal(slack__env_open(&env, ".env", error), SLACK_ECONFIG);
    assert_string_equal(error, ".env: cannot read .env: it is a link to a file that is missing");
    assert_int_equal(unlink(".env"), 0);
    assert_int_equal(mkfifo(".env", 0600), 0);
    assert_int_equal(slack__env_open(&env, ".env", error), SLACK_ECONFIG);
    assert_string_equal(error, ".env: cannot read .env: it is a pipe or a device, not a file");
    assert_null(value);
}
