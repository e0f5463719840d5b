/* SPDX-License-Identifier: MIT */
#include "sim/deliveries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/form.h"
#include "util/random.h"

#define BODY_MAX ((size_t)4 * 1024 * 1024)
#define ACK_MS   3000

/* Slack waits that long before each redelivery of an event. */
static const uint64_t redeliver_after_ms[] = {0, 60 * 1000, 5 * 60 * 1000};
#define REDELIVERIES (sizeof redeliver_after_ms / sizeof *redeliver_after_ms)

static const char events_off[] =
    "the event subscriptions are switched off, since more than 95 % of the events failed; "
    "`slackapp sim request-url URL` switches them on again";

enum delivery_state {
    DELIVERY_WAITING,   /* for its timer, to be sent */
    DELIVERY_VERIFYING, /* for the request URL's verification */
    DELIVERY_SOCKET,    /* sent on a socket: for the ack, or for its timer */
    DELIVERY_HTTP       /* sent to the request URL: for the answer */
};

typedef struct delivery {
    slack_link_t link;
    sim_deliveries_t *deliveries;
    slack_arena_t *arena; /* of the delivery and its payload */
    const sim_feed_writer_t *feed;
    uint64_t number;
    enum sim_delivery_kind kind;
    const slack_json_t *payload;
    bool takes_body;
    enum delivery_state state;
    slack_timer_t timer;
    uint64_t sent_ms;
    unsigned redelivery; /* 0: none */
    const char *reason;  /* of the failure before a redelivery */
    char envelope_id[40];
    const char *wire;
    sim_verify_wait_t verify;
    sim_delivery_fn fn; /* NULL after its call */
    void *user_data;
} delivery_t;

static delivery_t *delivery_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, delivery_t, link);
}

void sim_deliveries_init(sim_deliveries_t *deliveries, const sim_deliveries_options_t *options)
{
    memset(deliveries, 0, sizeof *deliveries);
    deliveries->options = *options;
    slack__link_init(&deliveries->list);
    slack__link_init(&deliveries->sent);
}

bool sim_deliveries_possible(const sim_deliveries_t *deliveries)
{
    return deliveries->options.sockets->greeted > 0 || deliveries->options.request_url->url != NULL;
}

static uint64_t now_ms(const sim_deliveries_t *deliveries)
{
    return slack__mono_ms(deliveries->options.net->clock);
}

/* --- those that have ended --- */

static void sent_forget(sim_deliveries_t *deliveries)
{
    delivery_t *oldest = delivery_at(slack__list_shift(&deliveries->sent));
    deliveries->sent_count--;
    deliveries->sent_bytes -= slack__arena_size(oldest->arena);
    slack__arena_free(oldest->arena);
}

void sim_deliveries_done(sim_deliveries_t *deliveries)
{
    while (deliveries->sent_count > 0)
        sent_forget(deliveries);
}

static void delivery_end(delivery_t *d)
{
    sim_deliveries_t *deliveries = d->deliveries;
    slack__timer_stop(deliveries->options.net, &d->timer);
    slack__unlink(&d->link);
    deliveries->count--;
    slack__list_push(&deliveries->sent, &d->link);
    deliveries->sent_count++;
    deliveries->sent_bytes += slack__arena_size(d->arena);
    while (deliveries->sent_count > SIM_SENT_MAX || deliveries->sent_bytes > SIM_SENT_BYTES_MAX)
        sent_forget(deliveries);
}

/* The newest one with that number. */
static const delivery_t *find_in(const slack_link_t *list, uint64_t number)
{
    for (slack_link_t *link = list->prev; link != list; link = link->prev)
        if (delivery_at(link)->number == number) return delivery_at(link);
    return NULL;
}

bool sim_deliveries_find(const sim_deliveries_t *deliveries, uint64_t number, sim_sent_t *ret)
{
    const delivery_t *d = find_in(&deliveries->list, number);
    if (!d) d = find_in(&deliveries->sent, number);
    if (d) *ret = (sim_sent_t){d->kind, d->feed, d->payload, d->takes_body, d->redelivery};
    return d != NULL;
}

/* --- the feed --- */

static void feed_put_sent(const delivery_t *d)
{
    static const char *const types[] = {"event", "command", "interaction"};
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(d->feed, "delivery", &json,
                 sim_json(&json,
                          "{number: %" PRIu64 ", type: %s, wire: %s, retry_num: %u,"
                          " retry_reason: %s, payload: %p}",
                          d->number, types[d->kind], d->wire, d->redelivery, d->reason,
                          sim_feed_value(&json, d->payload)));
}

static void feed_put_ack(const delivery_t *d, const sim_delivery_result_t *result)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(d->feed, "ack", &json,
                 sim_json(&json,
                          "{number: %" PRIu64 ", wire: %s, retry_num: %u, acked: %p, took_ms:"
                          " %" PRIu64 ", error: %s, body: %p}",
                          d->number, result->wire, d->redelivery,
                          sim_json_bool(&json, result->acked), result->took_ms, result->error,
                          sim_feed_value(&json, result->body)));
}

/* --- results --- */

static void delivery_report(delivery_t *d, const sim_delivery_result_t *result)
{
    sim_delivery_fn fn = d->fn;
    feed_put_ack(d, result);
    d->fn = NULL;
    if (fn) fn(result, d->user_data);
}

static void delivery_acked(delivery_t *d, const slack_json_t *body)
{
    enum slack_json_type type = slack_json_type(body);
    /* An ack without a body comes in many forms: null, "", {} … */
    bool empty = type == SLACK_JSON_STRING
                     ? !*slack_json_str(body, "")
                     : type != SLACK_JSON_OBJECT || slack_json_count(body, "") == 0;
    const sim_delivery_result_t result = {
        .acked = true,
        .wire = d->wire,
        .error = "",
        .took_ms = now_ms(d->deliveries) - d->sent_ms,
        .body = d->takes_body && !empty ? body : NULL,
    };
    sim_seen_acked(d->deliveries->options.seen, d->payload);
    delivery_report(d, &result);
    delivery_end(d);
}

/* `reason` is constant text. */
static void delivery_failed(delivery_t *d, const char *reason, const char *error, bool again)
{
    sim_deliveries_t *deliveries = d->deliveries;
    const sim_deliveries_options_t *options = &deliveries->options;
    const sim_delivery_result_t result = {
        .wire = d->wire,
        .error = error,
        .timed_out = strcmp(reason, "timeout") == 0 || strcmp(reason, "http_timeout") == 0,
        .took_ms = now_ms(deliveries) - d->sent_ms,
    };
    delivery_report(d, &result);
    if (!again || d->kind != SIM_DELIVERY_EVENT || d->redelivery >= REDELIVERIES ||
        deliveries->closing) {
        delivery_end(d);
        return;
    }
    const uint64_t wait_ms = redeliver_after_ms[d->redelivery] / options->time_scale;
    d->redelivery++;
    d->reason = reason;
    d->state = DELIVERY_WAITING;
    slack__timer_start(options->net, &d->timer, wait_ms);
    SLACK_LOG(options->net->log, INFO, "event not acknowledged",
              "reason=%s redelivery=%u in_ms=%" PRIu64, reason, d->redelivery, wait_ms);
}

static bool ack_is_lost(const sim_deliveries_t *deliveries)
{
    return sim_faults_at(deliveries->options.faults, SIM_POINT_ACK, "").silent;
}

/* --- over a socket --- */

static const slack_json_t *envelope(sim_json_builder_t *json, const delivery_t *d)
{
    static const char *const types[] = {"events_api", "slash_commands", "interactive"};
    const slack_json_t *value =
        sim_json(json, "{envelope_id: %s, payload: %p, type: %s, accepts_response_payload: %p}",
                 d->envelope_id, d->payload, types[d->kind], sim_json_bool(json, d->takes_body));
    if (d->kind != SIM_DELIVERY_EVENT) return value;
    return sim_json_merged(json, value,
                           sim_json(json, "{retry_attempt: %u, retry_reason: %s}", d->redelivery,
                                    d->redelivery > 0 ? "timeout" : ""));
}

static int send_to_socket(delivery_t *d)
{
    const sim_deliveries_options_t *options = &d->deliveries->options;
    uint64_t a = slack__random_u64(), b = slack__random_u64();
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    slack_buf_t text;
    if (!json.arena) return SLACK_ENOMEM;
    snprintf(d->envelope_id, sizeof d->envelope_id,
             "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a >> 32,
             a >> 16 & 0xFFFF, a & 0xFFF, b >> 48 & 0xFFF, b & UINT64_C(0xFFFFFFFFFFFF));
    const slack_json_t *value = envelope(&json, d);
    slack__buf_init(&text, BODY_MAX);
    int rc = json.rc != 0 ? json.rc : sim_json_write(&text, value);
    if (rc == 0) rc = sim_sockets_send(options->sockets, slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    slack__arena_free(json.arena);
    d->state = DELIVERY_SOCKET;
    slack__timer_start(options->net, &d->timer, ACK_MS);
    return rc;
}

void sim_deliveries_acked(sim_deliveries_t *deliveries, const char *envelope_id,
                          const slack_json_t *payload)
{
    for (slack_link_t *link = deliveries->list.next; link != &deliveries->list; link = link->next) {
        delivery_t *d = delivery_at(link);
        if (d->state != DELIVERY_SOCKET || strcmp(d->envelope_id, envelope_id) != 0) continue;
        if (!ack_is_lost(deliveries)) delivery_acked(d, payload);
        return;
    }
    SLACK_LOG(deliveries->options.net->log, WARN, "ack without a delivery", "envelope_id=%s",
              envelope_id);
}

/* --- over HTTP --- */

/* The body of an answer: JSON if its type says so and it is, else a text. */
static const slack_json_t *answer_body(sim_json_builder_t *json, const slack_curl_result_t *result)
{
    const slack_json_t *value = NULL;
    if (result->body_len == 0) return NULL;
    if (strncmp(result->content_type, "application/json", 16) == 0 &&
        sim_json_given(json->arena, (slack_slice_t){result->body, result->body_len}, &value) == 0)
        return value;
    return sim_json(json, "%s", result->body);
}

static void delivery_answered(const slack_curl_result_t *result, void *user_data)
{
    delivery_t *d = user_data;
    const sim_deliveries_t *deliveries = d->deliveries;
    const char *reason = sim_request_url_reason(result);
    bool lost = !*reason && ack_is_lost(deliveries);
    if (d->kind == SIM_DELIVERY_EVENT && !deliveries->closing)
        sim_request_url_count(deliveries->options.request_url, *reason || lost);
    if (lost) {
        delivery_failed(d, "http_timeout", "http_timeout", true);
        return;
    }
    if (!*reason) {
        sim_json_builder_t json = {d->arena, 0};
        delivery_acked(d, answer_body(&json, result));
        return;
    }
    char error[64];
    bool again = strcmp(slack__curl_header(result, "X-Slack-No-Retry"), "1") != 0;
    snprintf(error, sizeof error, result->http_status ? "%s %d" : "%s", reason,
             result->http_status);
    delivery_failed(d, reason, error, again || result->http_status == 0);
}

/* Events are JSON, commands a form, interactions a form that holds JSON. */
static int http_body(const delivery_t *d, slack_buf_t *body)
{
    if (d->kind == SIM_DELIVERY_EVENT) return sim_json_write(body, d->payload);
    if (d->kind == SIM_DELIVERY_COMMAND) return slack__form_write(body, d->payload);
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    slack_buf_t text;
    if (!json.arena) return SLACK_ENOMEM;
    slack__buf_init(&text, BODY_MAX);
    int rc = sim_json_write(&text, d->payload);
    if (rc == 0) {
        const slack_json_t *form = sim_json(&json, "{payload: %s}", slack__buf_ptr(&text));
        rc = json.rc != 0 ? json.rc : slack__form_write(body, form);
    }
    slack__buf_done(&text);
    slack__arena_free(json.arena);
    return rc;
}

static int send_to_url(delivery_t *d)
{
    slack_buf_t body;
    slack__buf_init(&body, BODY_MAX);
    int rc = http_body(d, &body);
    if (rc == 0) {
        const sim_post_request_t post = {
            .content_type = d->kind == SIM_DELIVERY_EVENT ? "application/json"
                                                          : "application/x-www-form-urlencoded",
            .body = slack__buf_ptr(&body),
            .body_len = body.len,
            .retry_num = d->redelivery,
            .retry_reason = strcmp(d->reason, "timeout") == 0 ? "http_timeout" : d->reason,
        };
        d->state = DELIVERY_HTTP;
        rc = sim_request_url_post(d->deliveries->options.request_url, &post, delivery_answered, d);
    }
    slack__buf_done(&body);
    return rc;
}

static void delivery_verified(const char *problem, void *user_data)
{
    delivery_t *d = user_data;
    if (*problem) {
        delivery_failed(d, "connection_failed", problem, true);
        return;
    }
    d->sent_ms = now_ms(d->deliveries);
    if (send_to_url(d) != 0) delivery_failed(d, "unknown_error", "unknown_error", true);
}

/* --- sending --- */

static void delivery_send(delivery_t *d)
{
    const sim_deliveries_options_t *options = &d->deliveries->options;
    sim_request_url_t *url = options->request_url;
    const bool over_socket = sim_sockets_ready(options->sockets) > 0;
    const bool off = !over_socket && d->kind == SIM_DELIVERY_EVENT && url->events_off;
    int rc = 0;
    d->sent_ms = now_ms(d->deliveries);
    d->wire = over_socket ? "Socket Mode" : url->url && !off ? "HTTP" : "";
    feed_put_sent(d);
    if (over_socket) {
        rc = send_to_socket(d);
    } else if (!url->url) {
        delivery_failed(d, "connection_failed", "no app is connected", true);
        return;
    } else if (off) {
        delivery_failed(d, "unknown_error", events_off, false);
        return;
    } else if (url->verified) {
        rc = send_to_url(d);
    } else {
        d->state = DELIVERY_VERIFYING;
        d->verify.fn = delivery_verified;
        d->verify.user_data = d;
        rc = sim_request_url_verify(url, &d->verify);
    }
    if (rc != 0) delivery_failed(d, "unknown_error", slack_strerror(rc), true);
}

static void delivery_due(slack_timer_t *timer)
{
    delivery_t *d = SLACK_CONTAINER(timer, delivery_t, timer);
    if (d->state == DELIVERY_SOCKET)
        delivery_failed(d, "timeout", "no ack within 3 s", true);
    else
        delivery_send(d);
}

int sim_deliver(sim_deliveries_t *deliveries, const sim_delivery_request_t *request)
{
    if (deliveries->closing) return SLACK_ECANCELED;
    if (deliveries->count >= SIM_DELIVERIES_MAX) return SLACK_EBUSY;
    sim_json_builder_t json = {slack__arena_new(4096, 0), 0};
    delivery_t *d = json.arena ? slack__arena_calloc(json.arena, sizeof *d) : NULL;
    const slack_json_t *payload = d ? sim_json_copy(&json, request->payload) : NULL;
    if (!payload) {
        slack__arena_free(json.arena);
        return SLACK_ENOMEM;
    }
    d->deliveries = deliveries;
    d->arena = json.arena;
    d->feed = request->feed;
    d->number = request->number > 0 ? request->number : ++deliveries->last_number;
    d->redelivery = request->retry_num;
    d->kind = request->kind;
    d->payload = payload;
    d->takes_body = request->takes_body;
    d->fn = request->fn;
    d->user_data = request->user_data;
    d->reason = d->redelivery > 0 ? "timeout" : "";
    d->wire = "";
    slack__list_push(&deliveries->list, &d->link);
    deliveries->count++;
    slack__timer_init(&d->timer, delivery_due);
    slack__timer_start(deliveries->options.net, &d->timer, 0);
    return 0;
}

void sim_deliveries_close(sim_deliveries_t *deliveries)
{
    const sim_delivery_result_t result = {.wire = "", .error = "the simulator ends"};
    slack_link_t *link = deliveries->list.next;
    deliveries->closing = true;
    while (link != &deliveries->list) {
        delivery_t *d = delivery_at(link);
        link = link->next;
        delivery_report(d, &result);
        if (d->state == DELIVERY_WAITING || d->state == DELIVERY_SOCKET) delivery_end(d);
    }
}
