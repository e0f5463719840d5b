/* SPDX-License-Identifier: MIT */
#include "outbox/send.h"

#include <string.h>

#include <slack/error.h>

#include "outbox/result.h"
#include "protocol/api_error.h"
#include "util/crash.h"
#include "util/json.h"
#include "webapi/response.h"

/* The most pages of messages that a look reads. */
#define PAGES_MAX 20
/* The time in which a file may be without the message that shares it. */
#define SHARE_MS (10 * 60 * 1000)

static const char *why_of(slack_attempt_t *a, const slack_response_t *response)
{
    return slack__arena_strdup(a->arena, slack__response_why(response, a->arena));
}

/* ---- the call ---- */

static void call_answered(const slack_response_t *response, void *user_data)
{
    slack_attempt_t *a = user_data;
    slack_attempt_result_t *result = &a->result;
    SLACK_CRASH("called");
    const int64_t retry_after_s = slack__response_retry_after_s(response);
    if (retry_after_s > 0) result->wait_ms = retry_after_s * 1000;
    const enum slack_call_effect effect =
        slack__call_effect(response->status, response->error, response->unsent);
    if (effect == SLACK_EFFECT_UNCLEAR && result->wait_ms < SLACK_LOOK_MS)
        result->wait_ms = SLACK_LOOK_MS;
    if (effect == SLACK_EFFECT_DONE) {
        result->channel = slack__arena_strdup(a->arena, slack_response_channel(response));
        result->ts = slack__arena_strdup(a->arena, slack_response_ts(response));
        a->outbox->services->counters->posts++;
    }
    slack__attempt_end(a, effect, response->status,
                       response->status == 0 ? NULL : why_of(a, response));
}

/* A call that could not begin has had no effect. */
static void send_now(slack_attempt_t *a)
{
    const char *method = a->trace.method;
    const slack_json_t *args = slack__trace_args(&a->trace, a->arena);
    SLACK_CRASH("before-call");
    int rc = slack_json_error(args);
    if (rc == 0) rc = slack__webapi_call(&a->client, method, args, call_answered, a);
    if (rc != 0)
        slack__attempt_end(a, slack__call_effect(rc, NULL, true), rc,
                           slack__webapi_refusal(&a->client, method, rc));
}

/* ---- the look ---- */

static void look(slack_attempt_t *a, const char *cursor);

/* The messages cannot be read now. Nothing is sent, and the next attempt looks again. */
static void look_again(slack_attempt_t *a, int status, const char *why, int64_t retry_after_s)
{
    a->result.wait_ms = retry_after_s * 1000 > SLACK_LOOK_MS ? retry_after_s * 1000 : SLACK_LOOK_MS;
    slack__attempt_end(a, SLACK_EFFECT_UNCLEAR, status, why);
}

static void look_answered(const slack_response_t *response, void *user_data)
{
    slack_attempt_t *a = user_data;
    SLACK_CRASH("looked");
    /* Slack may refuse a later page because of its cursor, which says nothing of the messages. */
    if (response->status == SLACK_EAPI && !slack__api_error_heals(response->error) &&
        a->pages == 0) {
        /* Nothing can be found. A file that Slack does not have was not shared. */
        const char *cure = slack__api_error_cure(response->error);
        if (strcmp(response->error, "file_not_found") != 0)
            SLACK_LOG(
                slack__attempt_log(a), WARN, "request sent without a look for an earlier effect",
                "method=%s error=%s needed=%s hint=%s", a->trace.method, response->error,
                slack_json_str(response->json, "/needed"),
                *cure ? cure : "invite the bot to the channel, and name the channel by its id");
        send_now(a);
        return;
    }
    if (response->status != 0) {
        look_again(a, response->status, why_of(a, response),
                   slack__response_retry_after_s(response));
        return;
    }
    if (!slack__trace_is_readable(&a->trace, response->json)) {
        look_again(a, SLACK_EPROTO, "the answer to the look has no messages, or no file", 0);
        return;
    }
    const char *ts = slack__trace_find(&a->trace, response->json);
    const char *cursor = slack__next_cursor(response->json);
    if (*ts) {
        SLACK_LOG(slack__attempt_log(a), INFO, "request had taken effect",
                  "method=%s ts=%s attempt=%u", a->trace.method, ts, a->item.op.row.attempt);
        a->outbox->services->counters->posts_found++;
        a->result.channel = slack__trace_channel(&a->trace);
        a->result.ts = slack__arena_strdup(a->arena, ts);
        slack__attempt_end(a, SLACK_EFFECT_DONE, 0, NULL);
    } else if (*cursor && ++a->pages < PAGES_MAX) {
        look(a, cursor);
    } else if (slack_json_get(response->json, "/file")) {
        /* Another call may share the file again, so none follows. */
        const int64_t since_ms =
            slack__wall_ms(a->outbox->services->net->clock) - a->item.op.row.received_ms;
        a->result.wait_ms = SLACK_LOOK_MS;
        slack__attempt_end(a, since_ms < SHARE_MS ? SLACK_EFFECT_UNCLEAR : SLACK_EFFECT_REFUSED,
                           SLACK_ETIMEDOUT,
                           "Slack has the file, and no message shares it: look before you share "
                           "it");
    } else {
        send_now(a);
    }
}

static void look(slack_attempt_t *a, const char *cursor)
{
    const char *method;
    const slack_json_t *args = slack__trace_look(&a->trace, cursor, a->arena, &method);
    SLACK_CRASH("before-look");
    a->outbox->services->counters->post_looks++;
    int rc = slack_json_error(args);
    if (rc == 0) rc = slack__webapi_call(&a->client, method, args, look_answered, a);
    if (rc == 0) return;
    a->result.wait_ms = SLACK_LOOK_MS;
    slack__attempt_end(a, SLACK_EFFECT_UNCLEAR, rc, slack__webapi_refusal(&a->client, method, rc));
}

void slack__attempt_send(slack_attempt_t *a)
{
    const slack_row_t *row = &a->item.op.row;
    const bool sought = slack__trace_is_sought(a->trace.method);
    slack__queue_started(&a->item);
    switch (sought ? slack__course(row->attempt, row->done) : SLACK_COURSE_SEND) {
    case SLACK_COURSE_SEND: send_now(a); break;
    case SLACK_COURSE_LOOK: look(a, ""); break;
    case SLACK_COURSE_LOOK_LATER:
        a->result.spared = true;
        a->result.wait_ms = SLACK_LOOK_MS;
        slack__attempt_end(a, SLACK_EFFECT_UNCLEAR, SLACK_ECRASHED, slack_strerror(SLACK_ECRASHED));
        break;
    }
}
