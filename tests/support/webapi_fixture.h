/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WEBAPI_FIXTURE_H
#define SLACK_TESTS_SUPPORT_WEBAPI_FIXTURE_H

#include "support/peer.h"
#include "support/test.h"
#include "support/world.h"
#include "webapi/webapi.h"

#define WF_TOKEN    "xoxb-123456789012-abcdefghijkl"
#define WF_ENDS_MAX 512
/* The bounds of calls that wait, with a pace. */
#define WF_CALLS_MAX 10000
#define WF_WAIT_S    7200

/* The Web API of a peer that the test scripts. An unexpected failure fails the test. */
extern struct webapi_fixture {
    world_t world;
    slack_webapi_t *webapi;
    slack_client_t client;
    peer_t *peer;
    bool closed;
    slack_budget_t *budget; /* Optional, set before the opening. */
    enum slack_pace pace;   /* Optional, set before each opening. */
    char request[8192];     /* the last that wf_answer_ok() has answered */
    struct {                /* the responses, in order */
        unsigned count;
        unsigned marks[WF_ENDS_MAX];
        int statuses[WF_ENDS_MAX];
        char error[256]; /* the last one's other members */
        char text[256];
        int http_status;
        int64_t retry_after_s;
    } ends;
} wf;

/* A case with a peer that answers by this function. */
#define WEBAPI_TEST(function, answer)                                                              \
    TEST_AROUND(function, wf_open(100, 10000, answer), if (wf.webapi) wf_close())
/* The case opens by itself. */
#define CLOSED(function) TEST_AROUND(function, (void)0, if (wf.webapi) wf_close())

void wf_open(unsigned concurrency, unsigned timeout_ms, peer_fn fn);
/* Without a peer, in an open world. */
int wf_try_open(unsigned concurrency, unsigned timeout_ms, unsigned port);
void wf_close(void);

/* Calls a method with the argument n, and some that methods require. wf_end() stores the response,
 * with n as its mark. */
void wf_call(const char *method, uintptr_t n);
void wf_end(const slack_response_t *response, void *user_data);

void wf_pass_s(unsigned seconds);
/* Runs the clock a thousand times faster until so many calls have ended. */
void wf_fast_forward(unsigned want);

/* A peer's answer: {"ok":true,"text":"hi"}, with a warning. */
void wf_answer_ok(peer_t *peer, const peer_request_t *request, void *user_data);
/* The same, but the first call of "slow.method" is refused for 30 s. */
void wf_answer_limited_once(peer_t *peer, const peer_request_t *request, void *user_data);
#define WF_LIMITED "{\"ok\":false,\"error\":\"ratelimited\"}"

#endif
