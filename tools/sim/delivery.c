/* SPDX-License-Identifier: MIT */
#include "sim/delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"
#include "util/alloc.h"
#include "util/form.h"
#include "util/random.h"

#define BODY_MAX ((size_t)4 * 1024 * 1024)

/* How long an event waits for each of its further attempts. */
static const uint64_t retry_after_ms[] = {0, 60 * 1000, 5 * 60 * 1000};
#define RETRIES (sizeof retry_after_ms / sizeof *retry_after_ms)

static const char events_off[] =
    "the event subscriptions are switched off, since more than 95 % of the events failed; "
    "`slackapp sim request-url URL` switches them on again";

enum delivery_state {
    DELIVERY_WAITING,   /* until due_ms */
    DELIVERY_VERIFYING, /* for the request URL's verification */
    DELIVERY_SOCKET,    /* sent over a socket; unacknowledged until due_ms it failed */
    DELIVERY_HTTP       /* sent to the request URL */
};

typedef struct delivery {
    slack_link_t link;
    sim_t *sim;
    slack_arena_t *arena; /* it lies in it, with its payload */
    enum sim_delivery_kind kind;
    const slack_json_t *payload;
    bool takes_body;
    enum delivery_state state;
    uint64_t due_ms;
    uint64_t sent_ms;
    unsigned attempt;   /* 0: the first */
    const char *reason; /* why the attempt before this one failed */
    char envelope_id[40];
    const char *wire;
    sim_verify_wait_t verify;
    sim_answer_fn fn; /* NULL once it was told */
    void *user_data;
} delivery_t;

static delivery_t *delivery_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, delivery_t, link);
}

void sim_deliveries_init(sim_deliveries_t *deliveries)
{
    slack__link_init(&deliveries->list);
    deliveries->count = 0;
}

bool sim_app_reachable(const sim_t *sim)
{
    return sim->sockets.taken > 0 || sim->request_url.url != NULL;
}

static void delivery_free(delivery_t *d)
{
    slack__unlink(&d->link);
    d->sim->deliveries.count--;
    slack__arena_free(d->arena);
}

/* --- how an attempt ends --- */

static void tell(delivery_t *d, const sim_answer_t *answer)
{
    sim_answer_fn fn = d->fn;
    d->fn = NULL;
    if (fn) fn(answer, d->user_data);
}

/* An acknowledgement that says nothing comes in many forms. */
static const slack_json_t *meaning(const delivery_t *d, const slack_json_t *body)
{
    if (!d->takes_body) return NULL;
    switch (slack_json_type(body)) {
    case SLACK_JSON_STRING: return *slack_json_str(body, "") ? body : NULL;
    case SLACK_JSON_OBJECT: return slack_json_count(body, "") > 0 ? body : NULL;
    default: return NULL;
    }
}

static void acked(delivery_t *d, const slack_json_t *body)
{
    const sim_answer_t answer = {
        .acked = true,
        .wire = d->wire,
        .error = "",
        .took_ms = sim_now_ms(d->sim) - d->sent_ms,
        .body = meaning(d, body),
    };
    tell(d, &answer);
    delivery_free(d);
}

/* `reason` is constant text. */
static void failed(delivery_t *d, const char *reason, const char *error, bool again)
{
    const sim_answer_t answer = {
        .wire = d->wire,
        .error = error,
        .timed_out = strcmp(reason, "timeout") == 0 || strcmp(reason, "http_timeout") == 0,
        .took_ms = sim_now_ms(d->sim) - d->sent_ms,
    };
    tell(d, &answer);
    if (!again || d->kind != SIM_DELIVERY_EVENT || d->attempt >= RETRIES || d->sim->closing) {
        delivery_free(d);
        return;
    }
    const uint64_t wait_ms = retry_after_ms[d->attempt] / d->sim->options.time_scale;
    d->due_ms = sim_now_ms(d->sim) + wait_ms;
    d->attempt++;
    d->reason = reason;
    d->state = DELIVERY_WAITING;
    SLACK_LOG(slack__net_log(d->sim->net), INFO, "event not acknowledged",
              "reason=%s retry=%u in_ms=%" PRIu64, reason, d->attempt, wait_ms);
    sim_wake_at(d->sim, d->due_ms);
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
                           sim_json(json, "{retry_attempt: %u, retry_reason: %s}", d->attempt,
                                    d->attempt > 0 ? "timeout" : ""));
}

static void new_envelope_id(delivery_t *d)
{
    uint64_t a = slack__random_u64(), b = slack__random_u64();
    snprintf(d->envelope_id, sizeof d->envelope_id,
             "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a >> 32,
             a >> 16 & 0xFFFF, a & 0xFFF, b >> 48 & 0xFFF, b & UINT64_C(0xFFFFFFFFFFFF));
}

static int send_to_socket(delivery_t *d)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    slack_buf_t text;
    if (!json.arena) return SLACK_ENOMEM;
    slack__buf_init(&text, BODY_MAX);
    new_envelope_id(d);
    const slack_json_t *value = envelope(&json, d);
    int rc = json.rc != 0 ? json.rc : sim_json_write(&text, value);
    if (rc == 0) rc = sim_socket_send(d->sim, slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    slack__arena_free(json.arena);
    d->wire = "Socket Mode";
    d->state = DELIVERY_SOCKET;
    d->due_ms = d->sent_ms + SIM_ACK_MS;
    sim_wake_at(d->sim, d->due_ms);
    return rc;
}

static bool ack_is_lost(sim_t *sim)
{
    return sim_faults_at(&sim->faults, SIM_POINT_ACK, "").silent;
}

void sim_delivery_acked(sim_t *sim, const char *envelope_id, const slack_json_t *payload)
{
    for (slack_link_t *link = sim->deliveries.list.next; link != &sim->deliveries.list;
         link = link->next) {
        delivery_t *d = delivery_at(link);
        if (d->state != DELIVERY_SOCKET || strcmp(d->envelope_id, envelope_id) != 0) continue;
        if (!ack_is_lost(sim)) acked(d, payload);
        return;
    }
    SLACK_LOG(slack__net_log(sim->net), WARN, "acknowledgement of nothing", "envelope_id=%s",
              envelope_id);
}

/* --- over HTTP --- */

/* The body of an answer: JSON where it says so and is, else text. */
static const slack_json_t *answer_body(sim_json_builder_t *json, const slack_curl_result_t *result)
{
    const slack_json_t *value = NULL;
    if (result->body_len == 0) return NULL;
    if (strncmp(result->content_type, "application/json", 16) == 0 &&
        slack__json_parse(json->arena, result->body, result->body_len, &value, NULL) == 0)
        return value;
    return sim_json(json, "%s", result->body);
}

/* Above the failure rate that Slack allows the subscriptions are switched off. */
static void count_event(const delivery_t *d, bool failure)
{
    sim_t *sim = d->sim;
    if (d->kind != SIM_DELIVERY_EVENT || sim->closing) return;
    if (!sim_failure_rate_add(&sim->failures, failure, sim_now_ms(sim))) return;
    if (!sim->request_url.events_off)
        SLACK_LOG(slack__net_log(sim->net), WARN, "event subscriptions switched off",
                  "reason=\"more than 95 %% of the events of an hour failed\"");
    sim->request_url.events_off = true;
}

static void on_http_answer(const slack_curl_result_t *result, void *user_data)
{
    delivery_t *d = user_data;
    const char *reason = sim_request_url_reason(result);
    sim_json_builder_t json = {d->arena, 0};
    if (!*reason && ack_is_lost(d->sim)) {
        count_event(d, true);
        failed(d, "http_timeout", "http_timeout", true);
        return;
    }
    count_event(d, *reason);
    if (!*reason) {
        acked(d, answer_body(&json, result));
        return;
    }
    char error[64];
    bool again = strcmp(slack__curl_header(result, "X-Slack-No-Retry"), "1") != 0;
    snprintf(error, sizeof error, result->http_status ? "%s %d" : "%s", reason,
             result->http_status);
    failed(d, reason, error, again || result->http_status == 0);
}

/* Events are JSON, commands a form, interactions a form with JSON in it. */
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
            .retry_num = d->attempt,
            .retry_reason = strcmp(d->reason, "timeout") == 0 ? "http_timeout" : d->reason,
        };
        d->state = DELIVERY_HTTP;
        rc = sim_request_url_post(d->sim, &post, on_http_answer, d);
    }
    slack__buf_done(&body);
    return rc;
}

static void on_url_verified(const char *problem, void *user_data)
{
    delivery_t *d = user_data;
    if (*problem) {
        failed(d, "connection_failed", problem, true);
        return;
    }
    d->sent_ms = sim_now_ms(d->sim);
    if (send_to_url(d) != 0) failed(d, "unknown_error", "unknown_error", true);
}

/* --- attempts --- */

static int verify_first(delivery_t *d)
{
    d->state = DELIVERY_VERIFYING;
    d->verify.fn = on_url_verified;
    d->verify.user_data = d;
    return sim_request_url_verify(d->sim, &d->verify);
}

static void attempt(delivery_t *d)
{
    sim_t *sim = d->sim;
    int rc = 0;
    d->sent_ms = sim_now_ms(sim);
    d->wire = "";
    if (sim_sockets_ready(sim) > 0) {
        rc = send_to_socket(d);
    } else if (sim->request_url.url && d->kind == SIM_DELIVERY_EVENT &&
               sim->request_url.events_off) {
        failed(d, "unknown_error", events_off, false);
        return;
    } else if (sim->request_url.url) {
        d->wire = "HTTP";
        rc = sim->request_url.verified ? send_to_url(d) : verify_first(d);
    } else {
        failed(d, "connection_failed", "no app is connected", true);
        return;
    }
    if (rc != 0) failed(d, "unknown_error", slack_strerror(rc), true);
}

int sim_deliver(sim_t *sim, const sim_delivery_request_t *request)
{
    if (sim->deliveries.count >= SIM_DELIVERIES_MAX) return SLACK_EBUSY;
    sim_json_builder_t json = {slack__arena_new(4096, 0), 0};
    delivery_t *d = json.arena ? slack__arena_calloc(json.arena, sizeof *d) : NULL;
    const slack_json_t *payload = d ? sim_json_copy(&json, request->payload) : NULL;
    if (!payload) {
        slack__arena_free(json.arena);
        return SLACK_ENOMEM;
    }
    d->sim = sim;
    d->arena = json.arena;
    d->kind = request->kind;
    d->payload = payload;
    d->takes_body = request->takes_body;
    d->fn = request->fn;
    d->user_data = request->user_data;
    d->reason = d->wire = "";
    d->due_ms = sim_now_ms(sim); /* from the timer, never before we have returned */
    slack__list_push(&sim->deliveries.list, &d->link);
    sim->deliveries.count++;
    sim_wake_at(sim, d->due_ms);
    return 0;
}

/* One delivery that is due, or NULL. The list may change with each that is handled. */
static delivery_t *find_due(sim_t *sim, uint64_t now_ms)
{
    for (slack_link_t *link = sim->deliveries.list.next; link != &sim->deliveries.list;
         link = link->next) {
        delivery_t *d = delivery_at(link);
        if (d->state != DELIVERY_WAITING && d->state != DELIVERY_SOCKET) continue;
        if (d->due_ms <= now_ms) return d;
        sim_wake_at(sim, d->due_ms);
    }
    return NULL;
}

void sim_deliveries_tick(sim_t *sim)
{
    const uint64_t now_ms = sim_now_ms(sim);
    /* One that fails is due again at once: not more often in a row than there are deliveries. */
    size_t left = sim->deliveries.count + 1;
    delivery_t *d;
    while (left-- > 0 && (d = find_due(sim, now_ms))) {
        if (d->state == DELIVERY_SOCKET)
            failed(d, "timeout", "no acknowledgement within 3 s", true);
        else
            attempt(d);
    }
    if (find_due(sim, now_ms)) sim_wake_at(sim, now_ms);
}

void sim_deliveries_close(sim_t *sim)
{
    const sim_answer_t answer = {.wire = "", .error = "the simulator ends"};
    slack_link_t *link = sim->deliveries.list.next;
    while (link != &sim->deliveries.list) {
        delivery_t *d = delivery_at(link);
        link = link->next;
        tell(d, &answer);
        /* What libcurl still holds is freed when it gives it back. */
        if (d->state == DELIVERY_WAITING || d->state == DELIVERY_SOCKET) delivery_free(d);
    }
}
