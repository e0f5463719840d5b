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
 * One app on both wires at once, or on one of them, with a peer for each that plays Slack: the test
 * posts requests and sends envelopes, and compares the answers byte for byte. The test advances the
 * clock.
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
    char frame[24576]; /* the client's last text frame */
    unsigned frames;   /* their number since an envelope was sent */
    unsigned envelopes;
    unsigned posts; /* each is signed at another time, as no two of Slack's requests are equal */
    bool holding;   /* the test holds a delivery: wires_settle() is not to wait for it */
    char open_answer[160];
} wires_t;

/* Opens an app; the test registers its listeners before wires_ready(). Missing options are filled
 * in; `options` may be NULL. A bot_token of "" means none. */
void wires_open(wires_t *w, const slack_options_t *options);
void wires_ready(wires_t *w);
/* Stops and frees everything. Fails the test if a handle is left on the loop. */
void wires_close(wires_t *w);

/* A case with wires `w` without options. The wires are closed after it. The case fails if it leaves
 * memory of the library allocated. */
#define WIRES_TEST(function) TEST_CASE(function, wires_setup, wires_teardown, &w)
int wires_setup(void **state);
int wires_teardown(void **state);

/* Runs the loop until no delivery is left. */
void wires_settle(wires_t *w);
void wires_turn(wires_t *w);
/* Lets time pass, and fires the timers that are due. */
void wires_pass_ms(wires_t *w, uint64_t ms);

/* Posts a delivery as Slack does, its media type followed by `suffix` ("" or "; charset=utf-8"),
 * and waits for the answer. */
const http_reply_t *wires_post(wires_t *w, enum slack_kind kind, const char *json,
                               const char *suffix);
/* The same in two steps: returns its number; returns its answer once it has come. */
int wires_post_begin(wires_t *w, enum slack_kind kind, const char *json);
/* Posts a body as it is; one that is posted twice is the same request. */
int wires_post_body(wires_t *w, const char *type, const char *body, size_t len);
const http_reply_t *wires_reply(wires_t *w, int number);

/* Sends a delivery in an envelope, "e1", "e2" …, and waits for the frame that answers it. */
const char *wires_send(wires_t *w, enum slack_kind kind, const char *json, bool accepts);
/* The same in two steps. Payloads of wires_send_envelope() and frames are sent as they are. */
void wires_send_begin(wires_t *w, enum slack_kind kind, const char *json, bool accepts);
void wires_send_envelope(wires_t *w, const char *type, const char *payload, bool accepts);
void wires_send_frame(wires_t *w, const char *frame);
const char *wires_frame(wires_t *w);

#endif
