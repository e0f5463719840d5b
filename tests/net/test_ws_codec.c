/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/ws_codec.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"

#define MESSAGE_MAX 1000
#define CLIENT      true
#define SERVER      false

/* ---- what the codec reports, as text ---- */

static void note_event(slack_buf_t *trace, const slack_ws_event_t *event)
{
    static const char *const names[] = {"text", "binary", "ping", "pong", "close"};
    assert_int_equal(event->data[event->len], '\0');
    slack__buf_printf(trace, "%s", names[event->type]);
    if (event->type == SLACK_WS_CLOSE) slack__buf_printf(trace, " %u", event->code);
    if (event->len > 100)
        slack__buf_printf(trace, " %zu bytes", event->len);
    else if (event->len)
        slack__buf_printf(trace, " [%.*s]", (int)event->len, event->data);
    slack__buf_printf(trace, "\n");
}

/* Feed one piece. Returns false after a failure. */
static bool feed(slack_ws_codec_t *codec, slack_buf_t *trace, const char *data, size_t len)
{
    slack_ws_event_t event;
    char *piece = malloc(len ? len : 1); /* a sanitizer sees every byte that is read too many */
    assert_non_null(piece);
    if (len) memcpy(piece, data, len);
    slack__ws_codec_feed(codec, piece, len);
    int rc;
    while ((rc = slack__ws_codec_next(codec, &event)) == 0)
        note_event(trace, &event);
    if (rc != SLACK_EBUSY) {
        slack__buf_printf(trace, "%s %u\n", slack_err_name(rc), codec->close_code);
        assert_true(*codec->reason);
        assert_int_equal(slack__ws_codec_next(codec, &event), rc); /* and from then on */
    }
    free(piece);
    return rc == SLACK_EBUSY;
}

static void trace_pieces(slack_buf_t *trace, bool client, const char *data, size_t len,
                         size_t first, size_t then)
{
    slack_ws_codec_t codec;
    slack__buf_clear(trace);
    slack__buf_append(trace, "", 0);
    assert_int_equal(slack__ws_codec_init(&codec, client, MESSAGE_MAX), 0);
    if (feed(&codec, trace, data, first)) {
        for (size_t at = first, n; at < len; at += n) {
            n = then < len - at ? then : len - at;
            if (!feed(&codec, trace, data + at, n)) break;
        }
    }
    slack__ws_codec_done(&codec);
}

/* The result is this, however the bytes are cut. */
static void assert_trace(bool client, const char *data, size_t len, const char *want)
{
    slack_buf_t trace;
    slack__buf_init(&trace, 1 << 16);
    trace_pieces(&trace, client, data, len, len, 1);
    assert_string_equal(slack__buf_ptr(&trace), want);
    trace_pieces(&trace, client, data, len, 0, 1);
    assert_string_equal(slack__buf_ptr(&trace), want);
    for (size_t at = 1; at < len; at++) {
        trace_pieces(&trace, client, data, len, at, len);
        assert_string_equal(slack__buf_ptr(&trace), want);
    }
    slack__buf_done(&trace);
}

/* Bytes from a server, as a literal. */
#define ASSERT_IN(literal, want) assert_trace(CLIENT, (literal), sizeof(literal) - 1, (want))

/* ---- reading ---- */

TEST(test_messages)
{
    ASSERT_IN("", "");
    ASSERT_IN("\x81\x05hello\x82\x02\x01\xff\x81\x00"
              "\x89\x00\x8a\x01x",
              "text [hello]\nbinary [\x01\xff]\ntext\nping\npong [x]\n");
    ASSERT_IN("\x81\x06h\xc3\xa9llo", "text [h\xc3\xa9llo]\n");
}

TEST(test_fragments)
{
    ASSERT_IN("\x01\x02he\x80\x03llo", "text [hello]\n");
    ASSERT_IN("\x02\x00\x00\x01x\x00\x00\x80\x00", "binary [x]\n");
    /* Control frames between fragments. */
    ASSERT_IN("\x01\x02he\x89\x03one\x00\x01l\x8a\x03two\x80\x02lo\x81\x01x",
              "ping [one]\npong [two]\ntext [hello]\ntext [x]\n");
    ASSERT_IN("\x01\x02he\x88\x02\x03\xe8", "close 1000\n");
    /* A character may be cut. */
    ASSERT_IN("\x01\x01\xc3\x80\x01\xa9", "text [\xc3\xa9]\n");
    ASSERT_IN("\x01\x01x\x81\x01y", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x80\x01x", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x81\x01x\x80\x01x", "text [x]\nSLACK_EPROTO 1002\n");
}

TEST(test_stray_line_feed)
{
    ASSERT_IN("\n\x81\x01x\n\n\x01\x01y\n\x80\x01z\n", "text [x]\ntext [yz]\n");
    ASSERT_IN("\x81\x02\n\n\x89\x01\n",
              "text [\n\n]\nping [\n]\n"); /* these are no stray line feeds */
    /* Only Slack's servers send them. */
    assert_trace(SERVER, "\n\x81\x81\x01\x02\x03\x04y", 8, "SLACK_EPROTO 1002\n");
}

TEST(test_broken_frames)
{
    ASSERT_IN("\xc1\x01x", "SLACK_EPROTO 1002\n"); /* RSV1: compressed, which was not offered */
    ASSERT_IN("\xa1\x01x", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x91\x01x", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\xc9\x00", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x83\x01x", "SLACK_EPROTO 1002\n"); /* unknown opcodes */
    ASSERT_IN("\x8b\x01x", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x09\x01x", "SLACK_EPROTO 1002\n");         /* a fragmented ping */
    ASSERT_IN("\x89\x7e\x00\x7ex", "SLACK_EPROTO 1002\n"); /* a long one */
    ASSERT_IN("\x81\x7e\x00\x01x", "SLACK_EPROTO 1002\n"); /* a length that is not the shortest */
    ASSERT_IN("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x81\x81\x00\x00\x00\x00x", "SLACK_EPROTO 1002\n"); /* masked by a server */
    assert_trace(SERVER, "\x81\x01x", 3, "SLACK_EPROTO 1002\n");   /* unmasked by a client */
    assert_trace(SERVER, "\x81\x81\x01\x02\x03\x04y", 7, "text [x]\n");
    ASSERT_IN("\x81\x02\xc3(", "SLACK_EPROTO 1007\n");
    ASSERT_IN("\x81\x01\xc3", "SLACK_EPROTO 1007\n");
    ASSERT_IN("\x82\x02\xc3(", "binary [\xc3(]\n");
}

TEST(test_close)
{
    ASSERT_IN("\x88\x00", "close 0\n");
    ASSERT_IN("\x88\x02\x03\xe9", "close 1001\n");
    ASSERT_IN("\x88\x05\x0f\xa0"
              "bye",
              "close 4000 [bye]\n");
    ASSERT_IN("\x88\x01\x03", "SLACK_EPROTO 1002\n");
    ASSERT_IN("\x88\x02\x03\xe7", "SLACK_EPROTO 1002\n"); /* 999 */
    ASSERT_IN("\x88\x02\x03\xec", "SLACK_EPROTO 1002\n"); /* 1004 is reserved */
    ASSERT_IN("\x88\x02\x03\xed", "SLACK_EPROTO 1002\n"); /* 1005 is never sent */
    ASSERT_IN("\x88\x02\x03\xee", "SLACK_EPROTO 1002\n"); /* nor 1006 */
    ASSERT_IN("\x88\x02\x03\xf7", "SLACK_EPROTO 1002\n"); /* nor 1015 */
    ASSERT_IN("\x88\x02\x07\xd0", "SLACK_EPROTO 1002\n"); /* 2000 */
    ASSERT_IN("\x88\x02\x13\x88", "SLACK_EPROTO 1002\n"); /* 5000 */
    ASSERT_IN("\x88\x03\x03\xe8\xff", "SLACK_EPROTO 1007\n");
}

/* A header of a frame with a two byte length, and so many bytes. */
static size_t make_long(char *frame, int first, size_t len)
{
    frame[0] = (char)first;
    frame[1] = 126;
    frame[2] = (char)(len >> 8);
    frame[3] = (char)len;
    memset(frame + 4, 'x', len);
    return len + 4;
}

TEST(test_bounds)
{
    char data[2100];
    size_t len = make_long(data, 0x81, MESSAGE_MAX);
    assert_trace(CLIENT, data, len, "text 1000 bytes\n");
    len = make_long(data, 0x81, MESSAGE_MAX + 1);
    assert_trace(CLIENT, data, len, "SLACK_ETOOBIG 1009\n");
    len = make_long(data, 0x01, 600);
    len += make_long(data + len, 0x80, 401);
    assert_trace(CLIENT, data, len, "SLACK_ETOOBIG 1009\n");
    /* It is refused by its header, before the payload is read. */
    ASSERT_IN("\x82\x7f\x00\x00\x00\x7f\xff\xff\xff\xffx", "SLACK_ETOOBIG 1009\n");
    /* Messages that were delivered do not count. */
    len = make_long(data, 0x81, MESSAGE_MAX);
    len += make_long(data + len, 0x82, MESSAGE_MAX);
    assert_trace(CLIENT, data, len, "text 1000 bytes\nbinary 1000 bytes\n");
}

/* ---- writing ---- */

static void assert_out(const slack_buf_t *out, const char *want, size_t len)
{
    assert_int_equal(out->len, len);
    assert_memory_equal(slack__buf_ptr(out), want, len);
}

TEST(test_server_frames)
{
    slack_ws_codec_t codec;
    slack_buf_t out;
    char long_text[126];
    memset(long_text, 'x', sizeof long_text);
    assert_int_equal(slack__ws_codec_init(&codec, SERVER, MESSAGE_MAX), 0);
    slack__buf_init(&out, 150);
    assert_int_equal(slack__ws_codec_write(&codec, &out, WSLAY_TEXT_FRAME, "hello", 5), 0);
    assert_int_equal(slack__ws_codec_write(&codec, &out, WSLAY_PING, NULL, 0), 0);
    assert_int_equal(slack__ws_codec_write_close(&codec, &out, 0, "?"), 0);
    assert_int_equal(slack__ws_codec_write_close(&codec, &out, 1001, NULL), 0);
    assert_int_equal(slack__ws_codec_write_close(&codec, &out, 4000, "bye"), 0);
    assert_out(&out,
               "\x81\x05hello\x89\x00\x88\x00\x88\x02\x03\xe9\x88\x05\x0f\xa0"
               "bye",
               22);

    /* A message that does not fit leaves nothing in the buffer. */
    assert_int_equal(slack__ws_codec_write(&codec, &out, WSLAY_PING, long_text, 126),
                     SLACK_ETOOBIG);
    assert_int_equal(slack__ws_codec_write(&codec, &out, WSLAY_TEXT_FRAME, long_text, 126),
                     SLACK_ETOOBIG);
    assert_int_equal(slack__ws_codec_write(&codec, &out, WSLAY_TEXT_FRAME, long_text, SIZE_MAX),
                     SLACK_ETOOBIG);
    assert_int_equal(out.len, 22);
    slack__buf_clear(&out);
    assert_int_equal(slack__ws_codec_write(&codec, &out, WSLAY_TEXT_FRAME, long_text, 126), 0);
    assert_int_equal(out.len, 130);
    slack__buf_done(&out);
    slack__ws_codec_done(&codec);
}

TEST(test_close_reason_is_cut)
{
    char reason[200];
    slack_ws_codec_t codec;
    slack_buf_t out;
    memset(reason, 'x', sizeof reason);
    memcpy(reason + 122, "\xc3\xa9", 3); /* byte 123 is the first half of a character */
    assert_int_equal(slack__ws_codec_init(&codec, SERVER, MESSAGE_MAX), 0);
    slack__buf_init(&out, 1000);
    assert_int_equal(slack__ws_codec_write_close(&codec, &out, 1000, reason), 0);
    assert_int_equal(out.len, 2 + 2 + 122);
    slack__buf_done(&out);
    slack__ws_codec_done(&codec);
}

/* A client masks its messages, each with another mask, and a server reads them. */
TEST(test_client_frames)
{
    slack_ws_codec_t client, server;
    slack_ws_event_t event;
    slack_buf_t out;
    char masks[200][4];
    assert_int_equal(slack__ws_codec_init(&client, CLIENT, MESSAGE_MAX), 0);
    assert_int_equal(slack__ws_codec_init(&server, SERVER, MESSAGE_MAX), 0);
    slack__buf_init(&out, MESSAGE_MAX + SLACK_WS_HEADER_MAX);
    for (size_t i = 0; i < 200; i++) { /* more than one batch of random bytes */
        assert_int_equal(slack__ws_codec_write(&client, &out, WSLAY_TEXT_FRAME, "hello", 5), 0);
        assert_int_equal(out.len, 11);
        memcpy(masks[i], slack__buf_ptr(&out) + 2, 4);
        slack__ws_codec_feed(&server, slack__buf_ptr(&out), out.len);
        assert_int_equal(slack__ws_codec_next(&server, &event), 0);
        assert_string_equal(event.data, "hello");
        assert_int_equal(slack__ws_codec_next(&server, &event), SLACK_EBUSY);
        slack__buf_clear(&out);
    }
    unsigned same = 0;
    for (size_t i = 1; i < 200; i++)
        same += memcmp(masks[i], masks[i - 1], 4) == 0;
    assert_true(same < 3);

    /* Longer than what wslay masks at once. */
    char text[MESSAGE_MAX];
    memset(text, 'y', sizeof text);
    assert_int_equal(slack__ws_codec_write(&client, &out, WSLAY_BINARY_FRAME, text, sizeof text),
                     0);
    slack__ws_codec_feed(&server, slack__buf_ptr(&out), out.len);
    assert_int_equal(slack__ws_codec_next(&server, &event), 0);
    assert_memory_equal(event.data, text, sizeof text);
    slack__buf_done(&out);
    slack__ws_codec_done(&client);
    slack__ws_codec_done(&server);
}

/* ---- memory ---- */

static int read_and_write(void *ctx)
{
    slack_ws_codec_t codec;
    slack_ws_event_t event;
    slack_buf_t out;
    char data[1100];
    size_t len = make_long(data, 0x01, 600);
    len += make_long(data + len, 0x80, 400);
    slack__buf_init(&out, 10000);
    int rc = slack__ws_codec_init(&codec, CLIENT, MESSAGE_MAX);
    slack__ws_codec_feed(&codec, data, len);
    if (rc == 0) rc = slack__ws_codec_next(&codec, &event);
    if (rc == 0) rc = slack__ws_codec_write(&codec, &out, WSLAY_TEXT_FRAME, event.data, event.len);
    if (rc != 0 && codec.failed)
        assert_int_equal(codec.close_code, WSLAY_CODE_INTERNAL_SERVER_ERROR);
    slack__buf_done(&out);
    slack__ws_codec_done(&codec);
    return rc;
}

TEST(test_out_of_memory)
{
    assert_true(alloc_fail_each(read_and_write, NULL) >= 2);
}

/* The buffer of a message is reused; a very large one is freed. */
TEST(test_memory_is_reused)
{
    slack_ws_codec_t codec;
    slack_ws_event_t event;
    char small[] = "\x81\x05hello";
    const size_t big_len = 200000;
    char *big = calloc(1, big_len + 10);
    assert_non_null(big);
    memcpy(big, "\x82\x7f\x00\x00\x00\x00\x00\x03\x0d\x40", 10);
    heap_install();
    size_t live = heap_live();
    assert_int_equal(slack__ws_codec_init(&codec, CLIENT, big_len), 0);
    slack__ws_codec_feed(&codec, small, 7);
    assert_int_equal(slack__ws_codec_next(&codec, &event), 0);
    assert_int_equal(slack__ws_codec_next(&codec, &event), SLACK_EBUSY);
    size_t before = heap_count();
    slack__ws_codec_feed(&codec, small, 7);
    assert_int_equal(slack__ws_codec_next(&codec, &event), 0);
    assert_int_equal(slack__ws_codec_next(&codec, &event), SLACK_EBUSY);
    assert_int_equal(heap_count(), before);
    slack__ws_codec_feed(&codec, big, big_len + 10);
    assert_int_equal(slack__ws_codec_next(&codec, &event), 0);
    assert_int_equal(event.len, big_len);
    assert_int_equal(slack__ws_codec_next(&codec, &event), SLACK_EBUSY);
    assert_int_equal(heap_live(), live);
    slack__ws_codec_done(&codec);
    free(big);
}
