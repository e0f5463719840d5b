/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_SSE_H
#define SLACK_NET_SSE_H

#include <slack/fetch.h>

#include "util/buf.h"

/*
 * Splits a stream of server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
 * Pure. Bytes that are not UTF-8 stay as they are.
 */
typedef struct slack_sse {
    slack_buf_t line; /* the beginning of a line whose end has not arrived */
    slack_buf_t type, data, id;
    int64_t retry_ms;
    unsigned bom;  /* bytes of a byte order mark at the beginning of the stream */
    bool begun;    /* it has no byte order mark, or one that was skipped */
    bool after_cr; /* the next byte ends the same line if it is a LF */
    bool has_data; /* the event has a line with data */
} slack_sse_t;

/* Takes an event, which is borrowed until the return. 0; an error ends the feeding. */
typedef int (*slack_sse_fn)(const slack_sse_event_t *event, void *user_data);

/* `max_bytes` is the limit of a line, and of the data of an event. */
void slack__sse_init(slack_sse_t *sse, size_t max_bytes);
void slack__sse_done(slack_sse_t *sse);

/* Calls `fn` for each event that these bytes complete. 0; SLACK_ETOOBIG; SLACK_ENOMEM; the error of
 * `fn`. After an error the splitter is not fed again. An event that the end of the stream cuts off
 * is dropped. */
int slack__sse_feed(slack_sse_t *sse, const char *bytes, size_t len, slack_sse_fn fn,
                    void *user_data);

#endif
