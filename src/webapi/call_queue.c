/* SPDX-License-Identifier: MIT */
#include "webapi/call_queue.h"

#include "protocol/already.h"
#include "protocol/api_error.h"
#include "util/random.h"

#define RESPONSE_MAX ((size_t)SLACK_ANSWER_MIB << 20)
#define STALL_MS     3000 /* all workers wait, before the log says so */

/* --- going ------------------------------------------------------------------------------------ */

static void call_got_result(const slack_curl_result_t *result, void *user_data);

static void call_starts_waiting(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    slack_call_queue_t *queue = &webapi->queue;
    call->pace.since_ms = slack__webapi_now_ms(webapi);
    if (!call->worker || ++queue->workers_waiting != queue->workers) return;
    queue->stalled = call->method;
    slack__timer_start(webapi->net, &queue->stall, STALL_MS);
}

static void call_stops_waiting(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    const uint64_t now = slack__webapi_now_ms(webapi);
    call->pace.waited_ms += now - call->pace.since_ms;
    call->pace.since_ms = now;
    if (!call->worker) return;
    webapi->queue.workers_waiting--;
    slack__timer_stop(webapi->net, &webapi->queue.stall);
}

static void queue_stalled(slack_timer_t *timer)
{
    const slack_webapi_t *webapi = SLACK_CONTAINER(timer, slack_webapi_t, queue.stall);
    SLACK_LOG(slack__net_log(webapi->net), WARN, "every worker waits for the turn of a call",
              "workers=%u method=%s hint=%s", webapi->queue.workers, webapi->queue.stalled,
              "no other handler runs on a worker until then: make such calls on the loop or less "
              "often, raise SLACK_WORKERS, or lower SLACK_CALL_WAIT_MS");
}

static int call_send(slack_call_t *call)
{
    const slack_curl_request_t request = {
        .method = "POST",
        .url = call->request.url,
        .headers = call->request.headers,
        .body = slack__buf_ptr(&call->request.body),
        .body_len = call->request.body.len,
        .timeout_ms = call->webapi->timeout_ms,
        .body_max = RESPONSE_MAX,
        .budget = call->webapi->budget,
        .tag = call->tag,
        .unheld = call->unheld,
    };
    const slack_sender_t *sender = &call->webapi->sender;
    const int rc = sender->send(sender->sender, &request, call_got_result, call);
    if (rc != 0) return rc;
    call->pace.tries++;
    call_stops_waiting(call);
    return 0;
}

/* End a call that waits, with the response that it has. */
static void call_give_up(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    slack__pace_leave(webapi->queue.pace, &call->pace.paced);
    call->pace.behind = false;
    slack__unlink(&call->renewal.link);
    call_stops_waiting(call);
    slack__list_push(&webapi->queue.ended, &call->link);
    slack__task_post(webapi->net, &webapi->queue.end_task);
}

/* End a call that waits, or that the sender has not taken. */
static void call_fail(slack_call_t *call, int status)
{
    const bool refused = slack__linked(&call->renewal.link);
    slack__response_fail(&call->response, status);
    call->response.unsent = refused || call->pace.tries == 0;
    call_give_up(call);
}

void slack__webapi_run(slack_webapi_t *webapi)
{
    const uint64_t now = slack__webapi_now_ms(webapi);
    uint64_t ready_ms, late_ms;
    slack_paced_t *paced;
    while ((paced = slack__pace_expired(webapi->queue.pace, now, &late_ms)) != NULL) {
        slack_call_t *call = SLACK_CONTAINER(paced, slack_call_t, pace.paced);
        const bool refused = slack__linked(&call->renewal.link);
        call_fail(call, SLACK_ETIMEDOUT);
        const char *why = slack__arena_printf(
            call->arena, "%s waited %llu s for %s", call->method,
            (unsigned long long)(call->pace.waited_ms / 1000),
            refused ? "another token, because Slack refused its own: look tokens up faster, or "
                      "raise SLACK_CALL_WAIT_MS"
            : call->bounded
                ? "its turn, because Slack limits its rate: try again later"
                : "its turn, because Slack limits its rate: call it less often, or raise "
                  "SLACK_CALL_WAIT_MS");
        if (why) call->response.error = why;
    }
    while ((paced = slack__pace_next(webapi->queue.pace, now, &ready_ms)) != NULL) {
        slack_call_t *call = SLACK_CONTAINER(paced, slack_call_t, pace.paced);
        const int rc = call_send(call);
        if (rc == 0) continue;
        slack__pace_answered(webapi->queue.pace, paced);
        call_fail(call, rc);
    }
    if (webapi->closing) return;
    if (late_ms < ready_ms) ready_ms = late_ms;
    if (ready_ms == UINT64_MAX)
        slack__timer_stop(webapi->net, &webapi->queue.timer);
    else
        slack__timer_start_at(webapi->net, &webapi->queue.timer, ready_ms * 1000);
}

static void queue_timer_fired(slack_timer_t *timer)
{
    slack__webapi_run(SLACK_CONTAINER(timer, slack_webapi_t, queue.timer));
}

/* --- another try ------------------------------------------------------------------------------ */

/* After a 429: close the lane for as long as Slack says. Returns when it opens. */
static uint64_t close_for_limit(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    int64_t seconds = call->response.retry_after_s;
    if (seconds <= 0) seconds = (int64_t)1 << (call->pace.tries - 1); /* Slack names no time */
    uint64_t now = slack__webapi_now_ms(webapi), until = now + (uint64_t)seconds * 1000;
    SLACK_LOG(slack__net_log(webapi->net), INFO, "rate limited", "method=%s wait_s=%lld tries=%u",
              call->method, (long long)seconds, call->pace.tries);
    /* Each response URL has a limit of its own. */
    if (!call->to_url || slack__call_is_webhook(call))
        slack__pace_close_lane(webapi->queue.pace, &call->pace.paced, until);
    return until;
}

/* Whether the call waits for another try now. */
static bool try_again(slack_call_t *call, const slack_curl_result_t *result)
{
    slack_webapi_t *webapi = call->webapi;
    if (webapi->closing) return false;
    const bool limited = slack__response_is_limited(&call->response);
    const uint64_t opens_ms = limited ? close_for_limit(call) : 0; /* for later calls too */
    if (call->pace.tries >= SLACK_CALL_TRIES || call->once) return false;
    if (limited) {
        slack__pace_wait(webapi->queue.pace, &call->pace.paced, opens_ms);
        return true;
    }
    if (result->status == SLACK_ENOMEM) return false;
    if (result->status == SLACK_EHTTP) return false; /* the proxy would refuse again */
    /* Slack may have made the call: a message whose answer was lost may have been posted. */
    const bool lost = result->status == 0
                          ? result->http_status >= 500 && call->response.status != 0
                          : result->status == SLACK_ECLOSED || result->status == SLACK_ETIMEDOUT;
    if (!result->unsent && !(call->repeatable && lost)) return false;
    uint64_t wait_ms = slack__backoff_next_ms(&call->pace.backoff, 0, slack__random_u64());
    SLACK_LOG(slack__net_log(webapi->net), INFO,
              result->unsent ? "call not sent, trying again" : "answer lost, trying again",
              "method=%s status=%s reason=%s wait_ms=%llu tries=%u", call->method,
              slack_err_name(call->response.status), call->response.error,
              (unsigned long long)wait_ms, call->pace.tries);
    slack__pace_wait(webapi->queue.pace, &call->pace.paced, slack__webapi_now_ms(webapi) + wait_ms);
    return true;
}

/* --- another token ---------------------------------------------------------------------------- */

/* Puts a call with a refused token back into its lane. False: there is no other token. */
static bool call_renew(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    if (!slack__call_change_token(call)) return false;
    call->renewed = true;
    SLACK_LOG(slack__net_log(webapi->net), INFO, "call sent again with a new token",
              "method=%s refused=%s tries=%u", call->method, call->response.error,
              call->pace.tries);
    slack__pace_wait(webapi->queue.pace, &call->pace.paced, 0);
    return true;
}

/* The token could not be looked up now. Another attempt of the caller may heal that, so Slack's
 * refusal is not the response. */
static void response_of_lookup(slack_call_t *call)
{
    const slack_renewal_t *renewal = &call->renewal;
    if (renewal->status == 0 || renewal->status == SLACK_EAUTH) return;
    const char *why = slack__arena_printf(
        call->arena, "Slack refused the token (%s), and another one could not be looked up: %s",
        call->response.error,
        renewal->why && *renewal->why ? renewal->why : slack_strerror(renewal->status));
    slack__response_fail(&call->response, renewal->status);
    call->response.unsent = true;
    if (why) call->response.error = why;
}

static void call_renewed(slack_renewal_t *renewal)
{
    slack_call_t *call = SLACK_CONTAINER(renewal, slack_call_t, renewal);
    if (call_renew(call)) {
        slack__webapi_run(call->webapi);
        return;
    }
    response_of_lookup(call);
    call_give_up(call);
}

/* Whether a call whose token Slack has refused goes on with another token, now or later. */
static bool try_renewed(slack_call_t *call)
{
    slack_credential_t *credential = call->credential;
    if (credential == NULL || call->webapi->closing || call->response.status != SLACK_EAPI ||
        slack__api_error(call->response.error) != SLACK_API_DEAD_TOKEN)
        return false;
    call->renewal.renewed = call_renewed;
    slack_renewal_t *renewal = call->renewed ? NULL : &call->renewal;
    if (credential->ops->renew(credential, call->response.error, renewal)) return true;
    if (renewal == NULL) return false;
    if (call_renew(call)) return true;
    response_of_lookup(call);
    return false;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Reports the end of a call, frees it, and lets those behind it go. */
static void call_end(slack_call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    slack__call_report(call);
    /* The callback may have made calls in this one's place. */
    slack_ordered_t *ordered = slack__order_leave(webapi->queue.orders, &call->pace.ordered);
    slack_call_t *first = ordered ? SLACK_CONTAINER(ordered, slack_call_t, pace.ordered) : NULL;
    slack__call_free(call);
    if (first == NULL || !first->pace.behind) return;
    first->pace.behind = false;
    slack__pace_wait(webapi->queue.pace, &first->pace.paced, 0);
    slack__webapi_run(webapi); /* a webapi that the callee closes is freed later */
}

static void call_got_result(const slack_curl_result_t *result, void *user_data)
{
    slack_call_t *call = user_data;
    slack_webapi_t *webapi = call->webapi;
    slack__call_read_result(call, result);
    if (call->response.status == SLACK_EAPI &&
        slack__already_as_wanted(call->method, call->response.json, call->users))
        call->response.status = 0; /* a reader of the error still sees the difference */
    if (result->http_status > 0 && !call->to_url)
        slack__call_queue_note_http2(webapi, result->http2);
    slack__pace_answered(webapi->queue.pace, &call->pace.paced);
    const bool again = try_again(call, result) || try_renewed(call);
    if (webapi->tried)
        webapi->tried(call->method, slack__response_is_limited(&call->response), again,
                      webapi->user_data);
    if (again) call_starts_waiting(call);
    if (!again) slack__pace_leave(webapi->queue.pace, &call->pace.paced);
    slack__webapi_run(webapi); /* the next call of the lane */
    if (again) return;
    slack__call_log(call, result);
    call_end(call);
}

void slack__call_queue_flush(slack_webapi_t *webapi)
{
    slack_link_t *link;
    slack__task_cancel(&webapi->queue.end_task);
    while ((link = slack__list_shift(&webapi->queue.ended)))
        call_end(SLACK_CONTAINER(link, slack_call_t, link));
}

static void queue_run_end_task(slack_task_t *task)
{
    slack__call_queue_flush(SLACK_CONTAINER(task, slack_webapi_t, queue.end_task));
}

/* --- other processes -------------------------------------------------------------------------- */

slack_pacer_t *slack__webapi_pacer(const slack_webapi_t *webapi)
{
    return webapi->queue.pace;
}

uint64_t slack__webapi_accepted(const slack_webapi_t *webapi)
{
    return webapi->queue.last_number;
}

/* --- the places ------------------------------------------------------------------------------- */

void slack__call_queue_note_http2(slack_webapi_t *webapi, bool http2)
{
    const bool limited = webapi->curl && !http2;
    const unsigned places = limited && webapi->concurrency > SLACK_CURL_HOST_CONNECTIONS
                                ? SLACK_CURL_HOST_CONNECTIONS
                                : webapi->concurrency;
    slack__pace_set_places(webapi->queue.pace, places);
}

/* --- the start -------------------------------------------------------------------------------- */

int slack__call_queue_put(slack_call_t *call, slack_client_t *client, const slack_pace_call_t *what)
{
    slack_webapi_t *webapi = call->webapi;
    if (!slack__call_take_memory(call)) {
        client->refused = true;
        slack__call_free(call);
        return SLACK_EBUSY;
    }
    call->pace.accepted_ms = slack__webapi_now_ms(webapi);
    call->bounded = client->wait_ms && (!webapi->wait_ms || client->wait_ms < webapi->wait_ms);
    const unsigned wait_ms = call->bounded ? client->wait_ms : webapi->wait_ms;
    call->pace.paced.until_ms = wait_ms ? call->pace.accepted_ms + wait_ms : UINT64_MAX;
    if (call->pace.paced.number == 0) call->pace.paced.number = ++webapi->queue.last_number;
    call->pace.ordered.number = call->pace.paced.number;
    const int rc = slack__order_join(webapi->queue.orders, &call->pace.ordered);
    if (rc != 0) {
        slack__call_free(call);
        return rc;
    }
    slack__pace_enter(webapi->queue.pace, &call->pace.paced, what, call->pace.accepted_ms);
    webapi->count++;
    call_starts_waiting(call);
    if (call->client) call->client->begin(call->client);
    call->pace.behind = !call->pace.ordered.first;
    if (call->pace.behind) return 0;
    slack__pace_wait(webapi->queue.pace, &call->pace.paced, 0);
    slack__webapi_run(webapi);
    return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

int slack__call_queue_init(slack_webapi_t *webapi, enum slack_pace limits)
{
    slack_call_queue_t *queue = &webapi->queue;
    slack__link_init(&queue->ended);
    slack__link_init(&queue->end_task.link);
    queue->end_task.run = queue_run_end_task;
    slack__timer_init(&queue->timer, queue_timer_fired);
    slack__timer_init(&queue->stall, queue_stalled);
    queue->pace = slack__pace_new(limits, webapi->concurrency);
    queue->orders = slack__orders_new(webapi->calls_max);
    return queue->pace && queue->orders ? 0 : SLACK_ENOMEM;
}

void slack__call_queue_free(slack_webapi_t *webapi)
{
    slack__pace_free(webapi->queue.pace);
    slack__map_free(webapi->queue.orders, NULL);
}

void slack__call_queue_cancel(slack_webapi_t *webapi)
{
    slack_paced_t *paced;
    slack__timer_stop(webapi->net, &webapi->queue.timer);
    while ((paced = slack__pace_take(webapi->queue.pace)) != NULL)
        call_fail(SLACK_CONTAINER(paced, slack_call_t, pace.paced), SLACK_ECANCELED);
}
