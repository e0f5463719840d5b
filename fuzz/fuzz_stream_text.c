/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "context/stream_text.h"
#include "fuzz.h"
#include "util/str.h"

/* The text of a stream is cut into parts and messages as the sender cuts it. The messages, without
 * the lines that open a fence again, are the text that was put: nothing is lost, and nothing comes
 * twice. The input is a script of steps: a byte, and the bytes that it needs. */

#define PUT_MAX   ((size_t)48 << 10)              /* in all */
#define UNITS_MAX (SLACK_STREAM_MESSAGE_MAX + 64) /* with what closes a fence */

static slack_stream_text_t text;
static slack_buf_t put; /* all that was put */
static size_t told;     /* of it, in messages that are complete */
static size_t opening;  /* bytes of this message that open a fence again */
static size_t messages;

/* Of the text as it is sent: a byte that is not UTF-8 is one character. */
static size_t units(const char *s, size_t len)
{
    size_t count = 0;
    for (size_t at = 0; at < len;) {
        const size_t valid = slack__utf8_valid(s + at, len - at);
        for (size_t i = at; i < at + valid; i++)
            count += ((unsigned char)s[i] & 0xC0) == 0x80 ? 0 : (unsigned char)s[i] >= 0xF0 ? 2 : 1;
        at += valid;
        if (at < len) at++, count++;
    }
    return count;
}

static void put_times(const char *s, size_t len, size_t times)
{
    for (; len > 0 && times > 0 && put.len + len <= PUT_MAX; times--) {
        if (slack__stream_text_waiting(&text) + len > SLACK_STREAM_TEXT_MAX / 2) return;
        must(slack__buf_append(&text.buf, s, len) == 0 && slack__buf_append(&put, s, len) == 0);
    }
}

/* Sends one part. False: there is none. */
static bool send(bool all)
{
    const slack_stream_cut_t cut = slack__stream_text_cut(&text, all);
    const char *s = slack__buf_ptr(&text.buf);
    must(cut.end >= text.sent && cut.end <= text.buf.len);
    must(units(s, cut.end) <= UNITS_MAX || cut.end == text.sent);
    must(cut.end >= opening);
    if (cut.end > opening)
        must(memcmp(s + opening, slack__buf_ptr(&put) + told, cut.end - opening) == 0);
    if (!cut.rolls) {
        const bool some = cut.end > text.sent;
        text.sent = cut.end;
        return some;
    }
    const slack_stream_fence_t fence = slack__stream_text_fence(&text, cut.end);
    must(strlen(fence.open) < sizeof fence.open && strlen(fence.close) < sizeof fence.close);
    must(cut.end > opening); /* or the next message begins like this one, for ever */
    told += cut.end - opening;
    must(slack__stream_text_roll(&text, cut.end, fence.open) == 0);
    opening = strlen(fence.open);
    messages++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack__stream_text_init(&text);
    slack__buf_init(&put, PUT_MAX);
    told = opening = messages = 0;
    for (size_t at = 0; at + 1 < size;) {
        const uint8_t step = data[at++];
        const size_t len = 1 + step / 4 % 16;
        const size_t have = size - at < len ? size - at : len;
        if (step % 4 == 0) send(step & 64);
        if (step % 4 == 0) continue;
        put_times((const char *)data + at, have, step % 4 == 1 ? 1 : step % 4 == 2 ? 200 : 1500);
        at += have;
    }
    while (send(true)) {
    }
    must(slack__stream_text_whole(&text) == text.sent);
    must(told + text.buf.len - opening == put.len);
    must(messages <= 1 + put.len / 50); /* no message of one word or line */
    slack__stream_text_done(&text);
    slack__buf_done(&put);
    return 0;
}
