/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include <slack/error.h>

#include "support/heap.h"
#include "support/test.h"
#include "util/json.h"
#include "util/log.h"

static char line[8192];
static size_t line_len;
static int lines;
static enum slack_log_level line_level;

static void keep(enum slack_log_level level, const char *text, size_t len, void *user_data)
{
    assert_ptr_equal(user_data, &lines);
    assert_int_equal(strlen(text), len);
    assert_true(len <= 4096);
    memcpy(line, text, len + 1);
    line_len = len;
    line_level = level;
    lines++;
    errno = EIO;
}

static uint64_t no_mono(void *user_data)
{
    return 0;
}

static int64_t fixed_wall_ms = INT64_C(1795219200007); /* 2026-11-21T00:00:00.007Z */

static int64_t fixed_wall(void *user_data)
{
    return fixed_wall_ms;
}

static const slack_clock_t fixed = {no_mono, fixed_wall, NULL};

/* The compiler warns about a %s that is known to be NULL. */
static const char *volatile no_string;

static slack_logger_t text_log = {SLACK_LOG_DEBUG, SLACK_LOG_TEXT, keep, &lines, &fixed, NULL};
static slack_logger_t json_log = {SLACK_LOG_DEBUG, SLACK_LOG_JSON, keep, &lines, &fixed, NULL};
static slack_logger_t *const text = &text_log, *const json = &json_log;

#define TEXT_HEAD "ts=2026-11-21T00:00:00.007Z level=info event=e"
#define JSON_HEAD "{\"ts\":\"2026-11-21T00:00:00.007Z\",\"level\":\"info\",\"event\":\"e\""

/* Also where a long has 32 bits. */
TEST(test_dates_beyond_2038)
{
    static const struct {
        int64_t wall_ms;
        const char *want;
    } cases[] = {
        {INT64_C(2147483647999), "ts=2038-01-19T03:14:07.999Z level=info event=e"},
        {INT64_C(2147483648000), "ts=2038-01-19T03:14:08.000Z level=info event=e"},
        {INT64_C(4294967296000), "ts=2106-02-07T06:28:16.000Z level=info event=e"},
        {INT64_C(253402300799999), "ts=9999-12-31T23:59:59.999Z level=info event=e"},
    };
    const int64_t now_ms = fixed_wall_ms;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixed_wall_ms = cases[i].wall_ms;
        SLACK_LOG(text, INFO, "e", NULL);
        assert_string_equal(line, cases[i].want);
    }
    fixed_wall_ms = now_ms;
}

TEST(test_shape)
{
    SLACK_LOG(text, WARN, "ack lost", "transport=%s reason=%s", "http",
              slack_err_name(SLACK_ECLOSED));
    assert_string_equal(line, "ts=2026-11-21T00:00:00.007Z level=warn event=\"ack lost\" "
                              "transport=http reason=SLACK_ECLOSED");
    assert_int_equal(line_level, SLACK_LOG_WARN);
    SLACK_LOG(json, ERROR, "ack lost", "transport=%s n=%d", "http", -5);
    assert_string_equal(line, "{\"ts\":\"2026-11-21T00:00:00.007Z\",\"level\":\"error\","
                              "\"event\":\"ack lost\",\"transport\":\"http\",\"n\":-5}");
    SLACK_LOG(text, INFO, "e", NULL);
    assert_string_equal(line, TEXT_HEAD);
    SLACK_LOG(json, INFO, "e", NULL);
    assert_string_equal(line, JSON_HEAD "}");
}

TEST(test_level)
{
    slack_logger_t quiet_log = text_log, *quiet = &quiet_log, *none = NULL;
    quiet_log.level = SLACK_LOG_WARN;
    int evaluated = 0;
    lines = 0;
    SLACK_LOG(quiet, INFO, "e", "n=%d", ++evaluated);
    SLACK_LOG(none, ERROR, "e", "n=%d", ++evaluated);
    assert_int_equal(evaluated, 0);
    assert_int_equal(lines, 0);
    SLACK_LOG(quiet, WARN, "e", "n=%d", ++evaluated);
    assert_int_equal(evaluated, 1);
    assert_int_equal(lines, 1);
}

TEST(test_values)
{
    SLACK_LOG(text, INFO, "e", "a=%s b=%s c=%s d=%s e=%s", "", "x y", "k=v", "say \"hi\"", "a\\b");
    assert_string_equal(line, TEXT_HEAD " a=\"\" b=\"x y\" c=\"k=v\" d='say \"hi\"' "
                                        "e=\"a\\\\b\"");
    /* A value with code can be pasted; a single quote does not end it. */
    SLACK_LOG(text, INFO, "e", "a=%s b=%s c=%s", "f(\"a\\\"b\");", "it's \"x\"", "' a=b");
    assert_string_equal(line, TEXT_HEAD " a='f(\"a\\\"b\");' b=\"it's \\\"x\\\"\" c=\"' a=b\"");
    SLACK_LOG(text, INFO, "e", "a=%s b=%s", "'", "\"\n\"");
    assert_string_equal(line, TEXT_HEAD " a=\"'\" b=\"\\\"\\n\\\"\"");
    /* A value cannot start a line or a pair, or control a terminal. */
    SLACK_LOG(text, INFO, "e", "a=%s b=%s", "x\nlevel=error", "\x1b[2J\x7f");
    assert_string_equal(line, TEXT_HEAD " a=\"x\\nlevel=error\" b=\"\\u001b[2J\\u007f\"");
    SLACK_LOG(text, INFO, "e", "a=%s b=%s",
              "\xC2\x9B"
              "2J",
              "x \"\xC2\x80\xC2\xA0\xC2x");
    assert_string_equal(line, TEXT_HEAD " a=\"\\u009b2J\" "
                                        "b=\"x \\\"\\u0080\xC2\xA0\xEF\xBF\xBDx\"");
    SLACK_LOG(text, INFO, "e", "a=%s", "\"\xC2\x9F\"");
    assert_string_equal(line, TEXT_HEAD " a=\"\\\"\\u009f\\\"\"");
    SLACK_LOG(text, INFO, "e", "a=%s", "gpj.\xE2\x80\xAE.exe");
    assert_string_equal(line, TEXT_HEAD " a=\"gpj.\\u202e.exe\"");
    SLACK_LOG(json, INFO, "e", "a=%s", "\xC2\x9B");
    assert_string_equal(line, JSON_HEAD ",\"a\":\"\\u009b\"}");
    SLACK_LOG(text, INFO, "e", "a=%s b=%s", "é", "\xC3\x28");
    assert_string_equal(line, TEXT_HEAD " a=é b=\"\xEF\xBF\xBD(\"");
    SLACK_LOG(text, INFO, "e", "addr=%s:%d p=%d%% c=%c s=%.*s", "::1", 80, 50, 'x', 2, "abc");
    assert_string_equal(line, TEXT_HEAD " addr=::1:80 p=50% c=x s=ab");
    SLACK_LOG(text, INFO, "e", "a=%s b=const c=x%s d=%s", no_string, no_string, "\x7f");
    assert_string_equal(line, TEXT_HEAD " a=null b=const c=x d=\"\\u007f\"");
}

TEST(test_json_types)
{
    SLACK_LOG(json, INFO, "e", "a=%u b=%.1f c=%x d=%d:%d e=%s f=%f g=%c", 7u, 0.5, 255u, 1, 2,
              no_string, (double)NAN, '5');
    assert_string_equal(line, JSON_HEAD ",\"a\":7,\"b\":0.5,\"c\":\"ff\",\"d\":\"1:2\",\"e\":null,"
                                        "\"f\":\"nan\",\"g\":\"5\"}");
}

TEST(test_redacted)
{
    SLACK_LOG(text, INFO, "e", "a=%s b=%s", "Bearer xoxb-1234567",
              "https://hooks.slack.com/x/y/zzzzzz");
    assert_string_equal(line,
                        TEXT_HEAD " a=\"Bearer [redacted]\" b=https://hooks.slack.com/[redacted]");
    SLACK_LOG(json, INFO, "e", "a=%s", "\"xapp-1234567\"");
    assert_string_equal(line, JSON_HEAD ",\"a\":\"\\\"[redacted]\\\"\"}");
    SLACK_LOG(text, INFO, "e", "a=xox%s", "b-1234567"); /* in two pieces */
    assert_string_equal(line, TEXT_HEAD " a=[redacted]");
}

/* An unknown conversion ends the pairs of the line, and no argument is read for it. */
TEST(test_unknown_conversion)
{
    SLACK_LOG(text, INFO, "e", "a=%d b=%5d c=%s", 1, 2, "x");
    assert_string_equal(line, TEXT_HEAD " a=1");
}

/* At every length, JSON stays JSON and text stays UTF-8. */
TEST(test_every_length)
{
    char *value = malloc(10001);
    for (size_t len = 3800; len <= 4300; len++) {
        for (size_t i = 0; i < len; i++)
            value[i] = i % 7 == 0 ? '"' : "é"[i % 2];
        value[len] = '\0';
        slack_arena_t *arena = slack__arena_new(0, 0);
        const slack_json_t *parsed = NULL;
        SLACK_LOG(json, INFO, "e", "before=%d value=%s after=%d last=%s", 1, value, 12345, "x");
        assert_int_equal(slack__json_parse(arena, line, line_len, &parsed, NULL), 0);
        assert_int_equal(slack_json_int(parsed, "/before"), 1);
        bool whole = slack_json_int(parsed, "/after") == 12345;
        bool marked = strstr(line, "…\"}") != NULL || slack_json_bool(parsed, "/cut");
        assert_true(whole ? (*slack_json_str(parsed, "/last") || marked) : marked);

        SLACK_LOG(text, INFO, "e", "before=%d value=%s after=%d", 1, value, 12345);
        assert_int_equal(slack__utf8_valid(line, line_len), line_len);
        assert_true(strstr(line, "…") || strstr(line, " after=12345"));
        slack__arena_free(arena);
    }
    free(value);
}

/* A pair that does not fit is left out whole, and the line reports it. */
TEST(test_cut_between_pairs)
{
    char value[4096];
    int cut = 0;
    for (int len = 3900; len < 4050; len++) {
        memset(value, 'x', sizeof value);
        SLACK_LOG(text, INFO, "e", "v=%.*s number=%d", len, value, 1234567);
        bool there = strstr(line, " number=1234567") != NULL;
        bool marked = strcmp(line + line_len - 3, "…") == 0 || strstr(line, "…\"") != NULL;
        assert_true(there != marked);
        assert_true(there || !strstr(line, "number")); /* nor half of it */
        cut += marked && !strstr(line, "…\"");
        SLACK_LOG(json, INFO, "e", "v=%.*s number=%d", len, value, 1234567);
        there = strstr(line, ",\"number\":1234567}") != NULL;
        marked = strstr(line, ",\"cut\":true}") != NULL || strstr(line, "…\"}") != NULL;
        assert_true(there != marked);
        assert_true(there || !strstr(line, "number"));
    }
    assert_true(cut > 0);
}

TEST(test_no_heap_and_errno)
{
    size_t before = heap_count();
    errno = ENOENT;
    SLACK_LOG(json, INFO, "e", "a=%s f=%f", "some \"text\"", 1.5);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(heap_count(), before);
}

TEST(test_defaults_to_stderr)
{
    int pipe_fds[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(pipe_fds), 0);
    slack_logger_t plain_log = {.level = SLACK_LOG_INFO}, *plain = &plain_log;
    fflush(stderr);
    dup2(pipe_fds[1], STDERR_FILENO);
    SLACK_LOG(plain, INFO, "e", "a=%d", 1);
    slack_log_stderr(SLACK_LOG_INFO, "own", 3, NULL);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(pipe_fds[1]);
    char got[256] = {0};
    assert_true(read(pipe_fds[0], got, sizeof got - 1) > 0);
    close(pipe_fds[0]);
    assert_memory_equal(got, "ts=20", 5); /* the machine's clock */
    assert_non_null(strstr(got, "Z level=info event=e a=1\nown\n"));
}

TEST(test_level_names)
{
    assert_string_equal(slack__log_level_name(SLACK_LOG_ERROR), "error");
    assert_string_equal(slack__log_level_name(SLACK_LOG_DEBUG), "debug");
    assert_string_equal(slack__log_level_name((enum slack_log_level)0), "unknown");
}
