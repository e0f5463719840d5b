/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_TESTKIT_H
#define SLACK_TESTKIT_TESTKIT_H

#include <slack/test.h>
#include <uv.h>

#include "app/inspect.h"
#include "testkit/recording.h"
#include "util/arena.h"
#include "util/json.h"

/*
 * The inside of a kit:
 *
 *   test.c     life and time: new, start, settle, advance, finish
 *   bodies.c   what Slack sends, kind by kind
 *   deliver.c  a body is delivered, acknowledged, handled
 *   calls.c    what the app calls: the sender that is put in the place of libcurl's
 *   play.c     a recording is played; recording.c reads it, pure; differ.c tells the difference
 *   subset.c   whether a value has what another one has; pure
 */

/* All that a kit remembers lies in one arena; more than this is no unit test any more. */
#define KIT_ARENA_MAX ((size_t)64 << 20)
#define KIT_WHY_MAX   2048
#define KIT_TS_MAX    32

/* A body that was delivered, or a job that came due, over all of its attempts. It outlives them. */
typedef struct kit_delivery {
    struct kit_delivery *next; /* the one before */
    slack_test_t *kit;
    slack_test_ack_t ack;
    const char *what;         /* "command /deploy" */
    const slack_json_t *body; /* the delivery's: to know it by, while it lives */
    slack_slice_t key;        /* an event's: to know its next attempt by */
    int64_t row;              /* a job's */
    uint64_t at_us;
    uint64_t acked_us;
    unsigned ack_order; /* among all acks and calls */
    bool ack_is_text;
    bool played;                    /* what becomes of it is compared with a recording */
    int unauthorized;               /* what kept it from middleware; 0 */
    bool reached;                   /* middleware saw it */
    bool done;                      /* no attempt runs */
    int status;                     /* of the last attempt */
    bool ack_judged, status_judged; /* the test has told what it expects */
} kit_delivery_t;

/* How a call is answered. */
typedef struct kit_answer {
    int status;               /* of the transfer: 0 for an HTTP answer */
    bool unsent;              /* it never left */
    int http_status;          /* 0 stands for 200 */
    int64_t retry_after_s;    /* -1: none */
    const slack_json_t *body; /* NULL: what Slack says to the method */
    unsigned after_ms;
} kit_answer_t;

typedef struct kit_expectation {
    struct kit_expectation *next;
    const char *method;
    const slack_json_t *args; /* NULL: any */
    bool any;                 /* no template was given */
    bool met;
    kit_answer_t answer;
} kit_expectation_t;

typedef struct kit_call {
    struct kit_call *next;
    const char *method;
    const slack_json_t *args;
    uint64_t delivery; /* that it comes out of, the first is 1; 0: none that is known */
    uint64_t at_us;
    unsigned order;
} kit_call_t;

/* A recording that is played. */
typedef struct kit_play {
    kit_recording_t recording;
    kit_item_t **deliveries; /* those that were delivered; the first is number 1 */
    size_t delivered;
    uint64_t begin_us;
    size_t calls_left;
} kit_play_t;

struct slack_test {
    uv_loop_t loop;
    uv_async_t anchor;   /* keeps the loop alive while nothing is to be done */
    uv_timer_t patience; /* looks at the workers, by the machine's clock */
    uint64_t patience_ms;
    slack_app_t *app;
    slack_arena_t *arena;
    slack_clock_t clock;
    slack_sender_t sender;
    slack_log_fn log_fn;
    void *log_user_data;
    slack_error_fn error_fn; /* slack_on_error()'s of the test */
    void *error_data;
    uint64_t now_us;
    int64_t wall_ms; /* at now_us == KIT_EPOCH_US */
    const char *bot_user, *bot_id, *team;
    const char *user, *channel;
    const char *function;       /* the step that interactions come out of; NULL: none */
    const slack_json_t *inputs; /* of the last step; NULL: none */
    int retry_num;              /* of the next delivery */
    const char *retry_reason;
    unsigned last_id; /* of event ids, trigger ids, timestamps */
    bool started, stopped, finished;
    int status;
    int failed; /* the first error */
    char why[KIT_WHY_MAX];

    kit_delivery_t *deliveries; /* the newest first */
    kit_delivery_t *jobs;       /* the newest first */
    unsigned last_order;
    kit_play_t *play; /* NULL: nothing is played */

    kit_expectation_t *expected, **expected_tail, *last_expected;
    kit_call_t *calls, **calls_tail;
    size_t call_count;
    slack_link_t transfers; /* transfer->link */
    slack_task_t close_task;
    bool sender_closing;
    void (*sender_closed)(void *user_data);
    void *sender_closed_data;
};

#define KIT_EPOCH_US UINT64_C(1000000000)

/* test.c: note the first thing that went wrong; returns `rc`. */
int slack__kit_fail(slack_test_t *kit, int rc, const char *format, ...) SLACK_PRINTF(3, 4);
/* Run until there is nothing left to do at this time. */
int slack__kit_settle(slack_test_t *kit);
int slack__kit_start(slack_test_t *kit); /* unless it was */
int slack__kit_vjsonf(slack_test_t *kit, slack_arena_t *arena, const slack_json_t **ret,
                      const char *template_, va_list ap) SLACK_PRINTF(4, 0);
/* The same for the caller's last parameter and what follows it, in the kit's memory. */
#define KIT_READ(kit, template_, ret, ret_rc)                                                      \
    do {                                                                                           \
        va_list ap;                                                                                \
        va_start(ap, template_);                                                                   \
        *(ret_rc) = slack__kit_vjsonf(kit, (kit)->arena, ret, template_, ap);                      \
        va_end(ap);                                                                                \
    } while (0)

/* A message's timestamp, each time another one. */
void slack__kit_ts(slack_test_t *kit, char ret[KIT_TS_MAX]);

/* deliver.c: the first middleware. */
int slack__kit_watch(slack_ctx_t *ctx, void *user_data);
void slack__kit_check_deliveries(slack_test_t *kit);

/* calls.c */
void slack__kit_calls_init(slack_test_t *kit);
void slack__kit_check_calls(slack_test_t *kit);

/* play.c: how a call of the app's is answered. 0; SLACK_ENOTFOUND where none like it was recorded;
 * SLACK_ENOMEM. */
int slack__play_answer(slack_test_t *kit, const kit_call_t *call, kit_answer_t *ret);
void slack__play_free(slack_test_t *kit);

/* differ.c: what the app did, against what was recorded; nothing is written where they agree. 0;
 * SLACK_ETOOBIG past the buffer's maximum; SLACK_ENOMEM. */
int slack__differ(slack_test_t *kit, slack_buf_t *report);
/* A value of the app's as a recording would show it; whether that is what was recorded. */
int slack__differ_hide(slack_arena_t *arena, const slack_json_t *value, const slack_json_t **ret);
bool slack__differ_same(const slack_json_t *recorded, const slack_json_t *now);

/* subset.c: whether `value` has all that `part` has: members of objects by name, arrays whole. On
 * false a sentence's end goes to `where` ("/blocks/0/type is …"). */
bool slack__kit_has(const slack_json_t *value, const slack_json_t *part, char *where, size_t size);

#endif
