/* SPDX-License-Identifier: MIT */
#include "net/sse.h"

#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/test.h"

#define MAX ((size_t)64)

/* Writes events as "type|data|id|retry;". */
static int write_event(const slack_sse_event_t *event, void *user_data)
{
    char *out = user_data;
    const size_t len = strlen(out);
    assert_int_equal(strlen(event->data), event->data_len);
    snprintf(out + len, 512 - len, "%s|%s|%s|%lld;", event->type, event->data, event->id,
             (long long)event->retry_ms);
    return strcmp(event->data, "stop") == 0 ? SLACK_EMISMATCH : 0;
}

/* Feeds a text in pieces of `step` bytes. */
static int split(const char *text, size_t step, char *out)
{
    slack_sse_t sse;
    int rc = 0;
    *out = '\0';
    slack__sse_init(&sse, MAX);
    for (size_t at = 0, len = strlen(text); rc == 0 && at < len; at += step) {
        const size_t size = len - at < step ? len - at : step;
        char *piece = malloc(size);
        memcpy(piece, text + at, size);
        rc = slack__sse_feed(&sse, piece, size, write_event, out);
        free(piece);
    }
    slack__sse_done(&sse);
    return rc;
}

#define LINE_32 "data:678901234567890123456789012"

static struct {
    const char *name, *text, *events;
    int rc;
} cases[] = {
    {"one event", "data: a\n\n", "message|a||-1;", 0},
    {"CR", "data: a\r\rdata: b\r\r", "message|a||-1;message|b||-1;", 0},
    {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", "message|a||-1;message|b||-1;", 0},
    {"LF and CR mixed", "data: a\n\rdata: b\r\n\n", "message|a||-1;message|b||-1;", 0},
    {"several lines", "data: a\ndata:b\ndata\ndata: \n\n", "message|a\nb\n\n||-1;", 0},
    {"one blank goes", "data:  a \n\n", "message| a ||-1;", 0},
    {"empty data", "data\n\ndata:\n\n", "message|||-1;message|||-1;", 0},
    {"no data", "event: x\nid: 1\n\nevent: y\n\ndata: a\n\n", "message|a|1|-1;", 0},
    {"type", "event: add\ndata: a\n\ndata: b\n\n", "add|a||-1;message|b||-1;", 0},
    {"the last type counts", "event: x\nevent: y\ndata: a\n\n", "y|a||-1;", 0},
    {"an id stays", "id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
     "message|a|7|-1;message|b|7|-1;message|c||-1;", 0},
    {"retry", "retry: 30\ndata: a\n\nretry: 3x\nretry:\nretry: -1\ndata: b\n\n",
     "message|a||30;message|b||30;", 0},
    {"a retry past all numbers", "retry: 99999999999999999999\ndata: a\n\n", "message|a||-1;", 0},
    {"comments and unknown fields", ": hi\n:\nfoo: bar\nData: x\n data: y\ndata : z\ndata: a\n\n",
     "message|a||-1;", 0},
    {"a colon in the data", "data: a: b\n\n", "message|a: b||-1;", 0},
    {"byte order mark",
     "\xef\xbb\xbf"
     "data: a\n\n",
     "message|a||-1;", 0},
    {"only one of them",
     "\xef\xbb\xbf\xef\xbb\xbf"
     "data: a\ndata: b\n\n",
     "message|b||-1;", 0},
    {"half of one",
     "\xef\xbb"
     "data: a\ndata: b\n\n",
     "message|b||-1;", 0},
    {"nothing", "\n\r\n\r\n\n", "", 0},
    {"an event that is cut off", "data: a\n\ndata: b\n", "message|a||-1;", 0},
    {"a line that is cut off", "data: a\n\ndata: b", "message|a||-1;", 0},
    {"the function refuses", "data: stop\n\ndata: b\n\n", "message|stop||-1;", SLACK_EMISMATCH},
    {"a line of the limit", LINE_32 LINE_32 "\n\n",
     "message|678901234567890123456789012" LINE_32 "||-1;", 0},
    {"a longer line", LINE_32 LINE_32 "x\n\n", "", SLACK_ETOOBIG},
    {"a comment without an end", ":" LINE_32 LINE_32, "", SLACK_ETOOBIG},
    {"data of the limit", LINE_32 "\n" LINE_32 "\ndata: 12345678\n\n",
     "message|678901234567890123456789012\n678901234567890123456789012\n12345678||-1;", 0},
    {"more data", LINE_32 "\n" LINE_32 "\ndata: 123456789\n\n", "", SLACK_ETOOBIG},
};

/* The splits of a stream never matter. */
TEST_EACH(test_sse, cases)
{
    const struct {
        const char *name, *text, *events;
        int rc;
    } *test = *state;
    char out[512];
    for (size_t step = 1; step <= strlen(test->text); step++) {
        assert_int_equal(split(test->text, step, out), test->rc);
        assert_string_equal(out, test->events);
    }
}

static int split_without_memory(void *ctx)
{
    char out[512];
    return split("event: x\nid: 1\ndata: a\ndata: b\n\n", 5, out);
}

TEST(test_allocations)
{
    assert_true(alloc_fail_each(split_without_memory, NULL) >= 4);
}
