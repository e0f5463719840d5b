/* SPDX-License-Identifier: MIT */
/* A run of the test kit is the same with any environment and any .env in the working directory. */
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/slack.h>
#include <slack/test.h>

#include "support/file.h"
#include "support/test.h"

#define VARIABLES_MAX 100

static char variables[VARIABLES_MAX][64];
static size_t variable_count;
static char dir[] = "/tmp/slackapp-environment-XXXXXX";

/* What a run shows: results of the kit, and the log without its digits, some of which are random.
 */
static char seen[1 << 16], expected[1 << 16];
static slack_ctx_t *held;

static void note(const char *format, ...) SLACK_PRINTF(1, 2);

static void note(const char *format, ...)
{
    const size_t len = strlen(seen);
    va_list ap;
    va_start(ap, format);
    assert_in_range(vsnprintf(seen + len, sizeof seen - len, format, ap), 0, sizeof seen - len - 1);
    va_end(ap);
}

static void note_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    char text[2048] = "";
    size_t kept = 0;
    for (size_t i = 0; i < len && kept + 1 < sizeof text; i++)
        if (!isdigit((unsigned char)line[i])) text[kept++] = line[i];
    note("%d %s\n", (int)level, text);
}

/* ---- a run ---- */

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "I am here");
}

static int give_up(slack_ctx_t *ctx, void *user_data)
{
    return SLACK_EIO;
}

static int hold(slack_ctx_t *ctx, void *user_data)
{
    held = ctx;
    slack_ctx_hold(ctx);
    return 0;
}

static int on_worker(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "by a worker");
}

static void note_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    note("dead after %u attempts\n", dead->attempts);
}

/* Two events about one message, and one by the bot itself. */
static void deliver_messages(slack_test_t *t)
{
    for (int i = 0; i < 2; i++)
        slack_test_body(t,
                        "{type: 'event_callback', event_id: 'Ev%d', team_id: 'T0TEST', event:"
                        " {type: 'message', channel: 'C1', user: 'U1', text: 'hello', ts: '1.1'}}",
                        i);
    slack_test_event(t, "{type: 'message', channel: 'C1', user: 'U0BOT', text: 'hello'}");
    note("%zu calls\n", slack_test_call_count(t));
}

static void deliver_commands(slack_test_t *t)
{
    slack_test_command(t, "/worker", "");
    note("ack \"%s\"\n", slack_test_ack(t)->body);
    slack_test_command(t, "/hold", "");
    slack_test_advance_ms(t, 5000);
    note("ack after %llu ms\n", (unsigned long long)slack_test_ack(t)->after_ms);
    slack_ctx_release(held, 0);
}

/* A stop waits for a handler as long as the drain takes. */
static void stop(slack_test_t *t)
{
    int status = 0;
    unsigned ms = 0;
    slack_test_command(t, "/hold", "");
    slack_app_stop(slack_test_app(t));
    for (; slack_test_status(t, &status) == SLACK_EBUSY && ms < 20000; ms++)
        slack_test_advance_ms(t, 1);
    note("%s after %u ms\n", slack_err_name(status), ms);
}

static void run(void)
{
    slack_test_t *t = NULL;
    const char *why = "";
    *seen = '\0';
    assert_int_equal(slack_test_new(&t, &(slack_test_options_t){.log_fn = note_line}), 0);
    slack_app_t *app = slack_test_app(t);
    slack_on_message(app, "hello", say, NULL);
    slack_on_event(app, "pin_added", give_up, NULL);
    slack_on_dead(app, note_dead, NULL);
    slack_on_command(app, "/hold", hold, NULL);
    slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                          .match = "/worker",
                                          .fn = on_worker,
                                          .run = SLACK_RUN_WORKER});
    for (int i = 0; i < 3; i++)
        slack_test_expect(t, "chat.postMessage", NULL);
    deliver_messages(t);
    slack_test_event(t, "{type: 'pin_added'}");
    slack_test_advance_ms(t, 20 * 60 * 1000);
    deliver_commands(t);
    stop(t);
    note("finish %d %s\n", slack_test_finish(t, &why), why);
    slack_test_free(t);
}

/* ---- the surroundings ---- */

/* The names between backquotes in a row's first column. */
static void read_row(const char *row)
{
    const char *end = strchr(row + 1, '|');
    for (const char *at = strchr(row, '`'); at && at < end; at = strchr(at, '`')) {
        const size_t len = strcspn(++at, "`");
        assert_in_range(variable_count, 0, VARIABLES_MAX - 1);
        snprintf(variables[variable_count++], sizeof *variables, "%.*s", (int)len, at);
        at += len + 1;
    }
}

static int read_variables(void **state)
{
    for (char *row = strtok(file_read_page("configuration.md"), "\n"); row;
         row = strtok(NULL, "\n"))
        if (strncmp(row, "| `", 3) == 0 && strstr(row, "_") && isupper((unsigned char)row[3]))
            read_row(row);
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int leave(void **state)
{
    return rmdir(dir);
}

static int enter_case(void **state)
{
    for (size_t i = 0; i < variable_count; i++)
        unsetenv(variables[i]);
    if (*expected == '\0') {
        run();
        snprintf(expected, sizeof expected, "%s", seen);
    }
    return 0;
}

/* A run leaves no file behind but the .env. */
static int leave_case(void **state)
{
    unlink(".env");
    for (size_t i = 0; i < variable_count; i++)
        unsetenv(variables[i]);
    return 0;
}

#define ENV_TEST(function) TEST_CASE(function, enter_case, leave_case, NULL)

static void run_is_unchanged(void)
{
    run();
    assert_string_equal(seen, expected);
    struct dirent *entry;
    DIR *here = opendir(".");
    assert_non_null(here);
    while ((entry = readdir(here)))
        if (*entry->d_name != '.') fail_msg("the run wrote a file: %s", entry->d_name);
    closedir(here);
}

static void set_all(const char *value)
{
    for (size_t i = 0; i < variable_count; i++)
        setenv(variables[i], value, 1);
}

static void write_all(const char *value)
{
    char text[VARIABLES_MAX * 80] = "";
    for (size_t i = 0; i < variable_count; i++)
        snprintf(strchr(text, '\0'), 80, "%s=%s\n", variables[i], value);
    file_write(".env", text);
}

/* ---- cases ---- */

ENV_TEST(the_page_names_the_variables)
{
    assert_in_range(variable_count, 50, VARIABLES_MAX - 1);
    assert_string_equal(variables[0], "SLACK_TRANSPORT");
}

ENV_TEST(a_run_shows_every_part)
{
    static const char *const parts[] = {
        "2 calls\n",           "dead after 5 attempts\n",          "ack \"by a worker\"\n",
        "ack after 2500 ms\n", "SLACK_ECANCELED after 10000 ms\n", "finish"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(expected, parts[i]) == NULL) fail_msg("not in a run: %s%s", parts[i], expected);
}

ENV_TEST(valid_numbers_in_variables)
{
    set_all("1");
    run_is_unchanged();
}

ENV_TEST(odd_values_in_variables)
{
    set_all("odd value");
    run_is_unchanged();
}

ENV_TEST(valid_numbers_in_a_file)
{
    write_all("1");
    run_is_unchanged();
}

ENV_TEST(odd_values_in_a_file)
{
    write_all("'odd value'");
    run_is_unchanged();
}

ENV_TEST(names_of_values)
{
    setenv("SLACK_DEDUPE", "messages", 1);
    setenv("SLACK_LOG_LEVEL", "error", 1);
    setenv("SLACK_LOG_FORMAT", "json", 1);
    setenv("SLACK_TRANSPORT", "http,socket", 1);
    setenv("SLACK_STORE", "sqlite:file.db", 1);
    run_is_unchanged();
}

ENV_TEST(a_damaged_file)
{
    file_write(".env", "SLACK_WORKERS=1\nwhat is this\n");
    run_is_unchanged();
}

int main(void)
{
    return test_run_all(read_variables, leave);
}
