/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FAKE_SLACK_H
#define SLACK_TESTS_SUPPORT_FAKE_SLACK_H

#include <uv.h>

#include "util/json.h"

/*
 * A Web API for tests of an app, on a real socket of the test's own loop. It records every call,
 * and answers `{"ok":true}` or what the test has set; auth.test returns the bot (U0BOT, B0BOT,
 * T0TEAM). A path "hook/…" serves as a response URL.
 */
/* The `app` of the rows that an app with its token stores. */
#define FAKE_SLACK_APP "T0TEAM/B0BOT"

typedef struct fake_slack fake_slack_t;

typedef struct fake_call {
    char method[64];          /* "chat.postMessage", "hook/1" */
    const slack_json_t *args; /* the form's fields as strings, or the JSON body */
    char token[64];           /* after "Bearer ", or all of another Authorization */
} fake_call_t;

fake_slack_t *fake_slack_open(uv_loop_t *loop);
/* Closes it; the loop has to run until *done is true. */
void fake_slack_close(fake_slack_t *slack, bool *done);

/* "http://127.0.0.1:PORT/api/", and the URL of hook `name`. */
const char *fake_slack_api_url(const fake_slack_t *slack);
const char *fake_slack_hook_url(fake_slack_t *slack, const char *name);

/* Adds an answer for a call of `method`; answers are used in the order in which they were added. A
 * status of 0: no answer. */
void fake_slack_answer(fake_slack_t *slack, const char *method, int status, const char *body);

/* Every answer has the header Retry-After, which counts in a 429. */
void fake_slack_retry_after(fake_slack_t *slack, const char *seconds);

/* The calls so far except auth.test, and those of auth.test. */
size_t fake_slack_count(const fake_slack_t *slack);
unsigned fake_slack_auth_count(const fake_slack_t *slack);
const fake_call_t *fake_slack_call(const fake_slack_t *slack, size_t i);

#endif
