/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WIRES_H
#define SLACK_TESTS_SUPPORT_WIRES_H

#include <slack/slack.h>

#include "support/fake_slack.h"
#include "support/http_peer.h"
#include "support/socket_peer.h"
#include "support/test.h"
#include "support/world.h"

/*
 * One app on both wires at once, or on one of them, with a Slack at the other end of each: requests
 * are posted to it, envelopes sent, and the answers are compared byte for byte. Its clock jumps as
 * the test says.
 */
typedef struct wires {
    world_t world; /* without a net; its clock is running, the wall clock stands */
    fake_slack_t *slack;
    socket_peer_t *peer;
    socket_peer_script_t script;
    http_peer_t *http;
    slack_app_t *app;
    const char *transport;
    bool stopped;
    char frame[24576]; /* the last text frame of the client's */
    unsigned frames;   /* how many since an envelope was sent */
    unsigned envelopes;
    bool holding; /* the test holds a delivery: its end is not waited for */
    char open_answer[160];
} wires_t;

/* Make an app; the test registers its listeners before it is ready. What `options` lack is filled
 * in, and they may be NULL; a bot_token of "" is none. */
void wires_open(wires_t *w, const slack_options_t *options);
void wires_ready(wires_t *w);
/* Stop and free everything; the loop must be left empty. */
void wires_close(wires_t *w);

/* A case with wires `w` without options. The wires are closed after it. The case fails if it leaves
 * memory of the library allocated. */
#define WIRES_TEST(function) TEST_CASE(function, wires_setup, wires_teardown, &w)
int wires_setup(void **state);
int wires_teardown(void **state);

/* Run the loop until nothing of a delivery is left. */
void wires_settle(wires_t *w);
void wires_turn(wires_t *w);
/* Let time go by, and what is due then happen. */
void wires_pass_ms(wires_t *w, uint64_t ms);

/* Post a delivery as Slack does, its media type followed by `suffix` ("" or "; charset=utf-8"), and
 * wait for the answer. */
const http_reply_t *wires_post(wires_t *w, enum slack_kind kind, const char *json,
                               const char *suffix);
/* The same in two steps: its number, and the answer once it is there. */
int wires_post_begin(wires_t *w, enum slack_kind kind, const char *json);
int wires_post_body(wires_t *w, const char *type, const char *body, size_t len);
const http_reply_t *wires_reply(wires_t *w, int number);

/* Send a delivery in an envelope, "e1", "e2" …, and wait for the frame that answers it. */
const char *wires_send(wires_t *w, enum slack_kind kind, const char *json, bool accepts);
/* The same in two steps; and the first of them with an envelope of the test's. */
void wires_send_begin(wires_t *w, enum slack_kind kind, const char *json, bool accepts);
void wires_send_envelope(wires_t *w, const char *type, const char *payload, bool accepts);
void wires_send_frame(wires_t *w, const char *frame);
const char *wires_frame(wires_t *w);

#endif
