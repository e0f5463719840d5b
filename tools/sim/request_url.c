/* SPDX-License-Identifier: MIT */
#include "sim/request_url.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"
#include "util/alloc.h"
#include "util/random.h"

#define ANSWER_MAX ((size_t)1024 * 1024)

void sim_request_url_init(sim_request_url_t *url)
{
    memset(url, 0, sizeof *url);
    slack__link_init(&url->waits);
}

void sim_request_url_done(sim_request_url_t *url)
{
    slack__free(url->url);
    url->url = NULL;
}

int sim_request_url_set(sim_t *sim, const char *url)
{
    char *copy = NULL;
    if (sim->request_url.verifying)
        return SLACK_EBUSY; /* the answer would be taken for the new one's */
    if (*url) {
        if (!slack__url_allowed(url)) return SLACK_EINVAL;
        copy = slack__strdup(url);
        if (!copy) return SLACK_ENOMEM;
    }
    slack__free(sim->request_url.url);
    sim->request_url.url = copy;
    sim->request_url.verified = false;
    return 0;
}

/* --- requests --- */

int sim_request_url_post(sim_t *sim, const sim_post_request_t *post, slack_curl_fn fn,
                         void *user_data)
{
    char signature[SLACK_SIGNATURE_LEN + 1], timestamp[24];
    char signature_line[SLACK_SIGNATURE_LEN + 32], timestamp_line[64];
    char type_line[128], num_line[32], reason_line[64];
    const char *headers[] = {type_line, timestamp_line, signature_line, "Accept: */*", NULL, NULL,
                             NULL};
    snprintf(timestamp, sizeof timestamp, "%" PRId64, slack__wall_ms(sim->clock) / 1000);
    int rc = slack__signature_make(sim->signer, slack__slice(timestamp),
                                   (slack_slice_t){post->body, post->body_len}, signature);
    if (rc != 0) return rc;
    snprintf(type_line, sizeof type_line, "Content-Type: %s", post->content_type);
    snprintf(timestamp_line, sizeof timestamp_line, "X-Slack-Request-Timestamp: %s", timestamp);
    snprintf(signature_line, sizeof signature_line, "X-Slack-Signature: %s", signature);
    if (post->retry_num > 0) {
        snprintf(num_line, sizeof num_line, "X-Slack-Retry-Num: %u", post->retry_num);
        snprintf(reason_line, sizeof reason_line, "X-Slack-Retry-Reason: %s", post->retry_reason);
        headers[4] = num_line;
        headers[5] = reason_line;
    }
    const slack_curl_request_t request = {
        .method = "POST",
        .url = sim->request_url.url,
        .headers = headers,
        .body = post->body,
        .body_len = post->body_len,
        .timeout_ms = SIM_ACK_MS,
        .body_max = ANSWER_MAX,
    };
    return slack__curl_send(sim->curl, &request, fn, user_data);
}

const char *sim_request_url_reason(const slack_curl_result_t *result)
{
    switch (result->status) {
    case 0: return result->http_status / 100 == 2 ? "" : "http_error";
    case SLACK_ETIMEDOUT: return "http_timeout";
    case SLACK_ECONNECT:
    case SLACK_ECLOSED: return "connection_failed";
    case SLACK_ETLS: return "ssl_error";
    default: return "unknown_error";
    }
}

/* --- url_verification --- */

static void verify_end(sim_t *sim, const char *problem)
{
    slack_link_t waits, *link;
    sim->request_url.verifying = false;
    sim->request_url.verified = !*problem;
    sim_wake_at(sim, sim_now_ms(sim)); /* somebody may be waiting for it */
    if (*problem)
        SLACK_LOG(slack__net_log(sim->net), WARN, "request URL not verified", "reason=%s", problem);
    else
        SLACK_LOG(slack__net_log(sim->net), INFO, "request URL verified", "url=%s",
                  sim->request_url.url);
    slack__link_init(&waits);
    slack__list_splice(&waits, &sim->request_url.waits);
    while ((link = slack__list_shift(&waits))) {
        sim_verify_wait_t *wait = SLACK_CONTAINER(link, sim_verify_wait_t, link);
        wait->fn(problem, wait->user_data);
    }
}

/* The challenge may come back as JSON, as a form, or as it is. */
static bool challenge_in(const char *body, const char *challenge)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *json = NULL;
    bool good = strcmp(body, challenge) == 0;
    if (strncmp(body, "challenge=", 10) == 0) good = strcmp(body + 10, challenge) == 0;
    if (arena && slack__json_parse(arena, body, strlen(body), &json, NULL) == 0 &&
        slack_json_type(json) == SLACK_JSON_OBJECT)
        good = strcmp(slack_json_str(json, "/challenge"), challenge) == 0;
    slack__arena_free(arena);
    return good;
}

static void on_verified(const slack_curl_result_t *result, void *user_data)
{
    sim_t *sim = user_data;
    const char *reason = sim_request_url_reason(result);
    char problem[160] = "";
    if (*reason)
        snprintf(problem, sizeof problem, "the request URL did not answer url_verification: %s %d",
                 reason, result->http_status);
    else if (!challenge_in(result->body, sim->request_url.challenge))
        snprintf(problem, sizeof problem,
                 "the request URL did not answer url_verification with the challenge");
    verify_end(sim, problem);
}

static int verify_start(sim_t *sim)
{
    char body[192];
    snprintf(sim->request_url.challenge, sizeof sim->request_url.challenge,
             "%016" PRIx64 "%016" PRIx64, slack__random_u64(), slack__random_u64());
    int len = snprintf(body, sizeof body,
                       "{\"token\":\"VerificationTokenOfSim00\",\"challenge\":\"%s\","
                       "\"type\":\"url_verification\"}",
                       sim->request_url.challenge);
    const sim_post_request_t post = {"application/json", body, (size_t)len, 0, NULL};
    int rc = sim_request_url_post(sim, &post, on_verified, sim);
    sim->request_url.verifying = rc == 0;
    return rc;
}

int sim_request_url_verify(sim_t *sim, sim_verify_wait_t *wait)
{
    if (!sim->request_url.url) return SLACK_EINVAL;
    int rc = sim->request_url.verifying ? 0 : verify_start(sim);
    if (rc != 0) return rc;
    slack__list_push(&sim->request_url.waits, &wait->link);
    return 0;
}
