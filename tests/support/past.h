/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PAST_H
#define SLACK_TESTS_SUPPORT_PAST_H

#include "support/app_fixture.h"
#include "webapi/webapi.h"

/*
 * A workspace with a past, as conversations.history and its like show it, in place of libcurl. It
 * counts the calls of each minute on the app's clock and refuses too many of them, as Slack does.
 * It takes no memory from the library's allocator.
 */
#define PAST_WALL_S      1700000000 /* see now_s */
#define PAST_MESSAGES    8192
#define PAST_CHANNELS    64
#define PAST_CALLS       4096
#define PAST_WAITING_MAX 16

typedef struct past_message {
    char channel[16], ts[24];
    char thread[24]; /* the root; "": it is no reply */
    char *members;   /* of the JSON object, with ' for " */
} past_message_t;

typedef struct past {
    app_fixture_t *f;
    slack_sender_t sender;
    past_message_t messages[PAST_MESSAGES]; /* by the order of past_say() */
    size_t message_count;
    struct {
        char id[16];
        const char *type; /* "public_channel" */
    } channels[PAST_CHANNELS];
    size_t channel_count;

    int64_t now_s; /* the wall clock of the next past_open(), after PAST_WALL_S */

    /* The answers. */
    unsigned page_max;    /* items of a page; 0: as many as were asked for */
    bool oldest_first;    /* the first page of a history has the oldest messages */
    const char *no_scope; /* this one is missing; NULL: none is */
    unsigned broken;      /* so many calls are answered with 500 first */
    const char *faulty;   /* the history of this channel is `fault`; NULL: none is */
    struct past_fault {
        const char *name, *body;
        int http_status;
    } fault;
    unsigned a_minute; /* calls of a method; more are refused with 429. 0: no limit */

    /* The record. */
    struct {
        char method[32], channel[16];
        uint64_t at_ms;
    } calls[PAST_CALLS];
    size_t call_count;
    unsigned refused; /* with 429 */
    size_t peak;      /* the most bytes of the library's heap, at an answer */

    /* Private. */
    slack_task_t task;
    struct {
        slack_curl_fn fn;
        void *user_data;
        char *body, method[32], channel[16];
    } waiting[PAST_WAITING_MAX];
    size_t waiting_count;
    void (*closed)(void *user_data);
    void *closed_data;
} past_t;

/* Opens an app on the past, which survives it: options as for app_open(). */
void past_open(past_t *past, app_fixture_t *f, const slack_options_t *options);
/* Forgets everything. */
void past_clear(past_t *past);

void past_add_channel(past_t *past, const char *id, const char *type);
/* Somebody writes a message, `at_s` seconds after PAST_WALL_S. `thread_s` is the time of its root;
 * PAST_ROOT: it is no reply. */
#define PAST_ROOT INT64_MIN
void past_say(past_t *past, const char *channel, int64_t at_s, int64_t thread_s,
              const char *members);
/* The number of calls of a method; NULL: of any. */
unsigned past_calls(const past_t *past, const char *method);

#endif
