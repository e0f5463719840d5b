/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WIRES_H
#define SLACK_TESTS_SUPPORT_WIRES_H

#include <slack/slack.h>
#include <uv.h>

#include "support/fake_slack.h"
#include "support/http_peer.h"
#include "support/socket_peer.h"

/*
 * One app on both wires at once, with a Slack at the other end of each: requests are posted to it,
 * envelopes sent, and what comes back is told byte for byte. Its clock jumps as the test says.
 */
typedef struct wires {
    uv_loop_t loop;
    fake_slack_t *slack;
    socket_peer_t *peer;
    socket_peer_script_t script;
    http_peer_t *http;
    slack_app_t *app;
    bool stopped;
    uint64_t skew_us; /* added to the monotonic clock */
    char log[65536];
    char frame[24576]; /* the last text frame of the client's */
    unsigned frames;   /* how many there were */
    unsigned envelopes;
    bool holding; /* the test holds a delivery: its end is not waited for */
    char open_answer[160];
    uv_timer_t watchdog;
} wires_t;

/* Make an app; the test registers its listeners before it is ready. */
void wires_open(wires_t *w);
void wires_ready(wires_t *w);
/* Stop and free everything; the loop must be left empty. */
void wires_close(wires_t *w);

/* Run the loop until nothing of a delivery is left. */
void wires_settle(wires_t *w);
void wires_turn(wires_t *w);

/* Post a delivery as Slack does, its media type followed by `suffix` ("" or "; charset=utf-8"), and
 * wait for the answer. */
const http_reply_t *wires_post(wires_t *w, enum slack_kind kind, const char *json,
                               const char *suffix);
/* The same, and do not wait: its number. */
int wires_post_begin(wires_t *w, enum slack_kind kind, const char *json);

/* Send a delivery in an envelope, "e1", "e2" …, and wait for the frame that answers it. */
const char *wires_send(wires_t *w, enum slack_kind kind, const char *json, bool accepts);

#endif
