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
    sim->request_url.events_off = false;
    sim_failure_rate_init(&sim->failures, sim->options.disable_after, sim->options.time_scale);
    return 0;
}

/* --- requests --- */

#define REDIRECT_PATH "/redirect/"

/* A request on its way, all of it in its arena. */
typedef struct post {
    sim_t *sim;
    slack_arena_t *arena;
    const char *url; /* where it goes now */
    const char *headers[7];
    const char *body;
    size_t body_len;
    unsigned redirects; /* that were followed */
    uint64_t until_ms;  /* redirects take no longer time */
    slack_curl_fn fn;
    void *user_data;
} post_t;

static bool is_redirect(const slack_curl_result_t *result)
{
    return (result->http_status == 301 || result->http_status == 302) &&
           *slack__curl_header(result, "Location");
}

/* Where a Location leads to from the URL that named it; NULL where nobody may go, or when memory is
 * out. */
static const char *follow(const post_t *post, const char *location)
{
    slack_url_t parts;
    if (location[0] == '/' && location[1] != '/' && slack__url_parse(&parts, post->url) == 0)
        location = slack__arena_printf(post->arena, "%.*s%s", (int)(parts.target.ptr - post->url),
                                       post->url, location);
    else
        location = slack__arena_strdup(post->arena, location);
    return location && slack__url_allowed(location) ? location : NULL;
}

static void on_posted(const slack_curl_result_t *result, void *user_data);

static int post_send(post_t *post)
{
    const uint64_t now_ms = sim_now_ms(post->sim);
    const slack_curl_request_t request = {
        .method = "POST",
        .url = post->url,
        .headers = post->headers,
        .body = post->body,
        .body_len = post->body_len,
        .timeout_ms = now_ms < post->until_ms ? (unsigned)(post->until_ms - now_ms) : 1,
        .body_max = ANSWER_MAX,
    };
    return slack__curl_send(post->sim->curl, &request, on_posted, post);
}

static void on_posted(const slack_curl_result_t *result, void *user_data)
{
    post_t *post = user_data;
    if (result->status == 0 && is_redirect(result) && post->redirects < SIM_REDIRECTS_MAX) {
        const char *url = follow(post, slack__curl_header(result, "Location"));
        post->redirects++;
        if (url) post->url = url;
        if (url && post_send(post) == 0) return;
    }
    post->fn(result, post->user_data);
    slack__arena_free(post->arena);
}

/* The headers: the signature, and whether it is sent again. */
static int prepare_headers(post_t *post, const sim_post_request_t *from)
{
    char signature[SLACK_SIGNATURE_LEN + 1], timestamp[24];
    size_t count = 0;
    snprintf(timestamp, sizeof timestamp, "%" PRId64, slack__wall_ms(post->sim->clock) / 1000);
    int rc = slack__signature_make(post->sim->signer, slack__slice(timestamp),
                                   (slack_slice_t){post->body, post->body_len}, signature);
    if (rc != 0) return rc;
    const struct {
        const char *name;
        const char *value;
    } lines[] = {
        {"Content-Type", from->content_type},
        {"X-Slack-Request-Timestamp", timestamp},
        {"X-Slack-Signature", signature},
        {"Accept", "*/*"},
        {"X-Slack-Retry-Num", slack__arena_printf(post->arena, "%u", from->retry_num)},
        {"X-Slack-Retry-Reason", from->retry_reason},
    };
    size_t wanted = from->retry_num > 0 ? 6 : 4;
    for (; count < wanted; count++) {
        const char *value = lines[count].value ? lines[count].value : "";
        post->headers[count] = slack__arena_printf(post->arena, "%s: %s", lines[count].name, value);
        if (!post->headers[count]) return SLACK_ENOMEM;
    }
    return 0;
}

int sim_request_url_post(sim_t *sim, const sim_post_request_t *from, slack_curl_fn fn,
                         void *user_data)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    post_t *post = arena ? slack__arena_calloc(arena, sizeof *post) : NULL;
    const sim_effect_t effect = sim_faults_at(&sim->faults, SIM_POINT_POST, "");
    int rc = SLACK_ENOMEM;
    if (!post) goto failed;
    post->sim = sim;
    post->arena = arena;
    post->fn = fn;
    post->user_data = user_data;
    post->until_ms = sim_now_ms(sim) + SIM_ACK_MS;
    post->body = slack__arena_strndup(arena, from->body, from->body_len);
    post->body_len = from->body_len;
    post->url = effect.redirects > 0 ? slack__arena_printf(arena, "%s" REDIRECT_PATH "%" PRIu64,
                                                           sim->base, effect.redirects)
                                     : slack__arena_strdup(arena, sim->request_url.url);
    if (!post->body || !post->url) goto failed;
    rc = prepare_headers(post, from);
    if (rc == 0) rc = post_send(post);
    if (rc == 0) return 0;
failed:
    slack__arena_free(arena);
    return rc;
}

void sim_redirect_request(sim_t *sim, slack_http_request_t *request)
{
    uint64_t left = 0;
    char next[48];
    const char *number = request->path.ptr + strlen(REDIRECT_PATH);
    if (!slack__parse_u64(slack__slice(number), 9, &left) || left == 0 || !sim->request_url.url) {
        sim_answer_text(sim, request, 404, "There is nothing here.\n");
        return;
    }
    snprintf(next, sizeof next, REDIRECT_PATH "%" PRIu64, left - 1);
    const slack_http_header_t location = {SLACK_SLICE("Location"),
                                          slack__slice(left > 1 ? next : sim->request_url.url)};
    const slack_http_response_t answer = {.status = 302, .headers = &location, .header_count = 1};
    (void)slack__http_respond(sim->server, request->id, &answer);
    slack__arena_free(request->arena);
}

const char *sim_request_url_reason(const slack_curl_result_t *result)
{
    switch (result->status) {
    case 0:
        if (result->http_status / 100 == 2) return "";
        return is_redirect(result) ? "too_many_redirects" : "http_error";
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
    const slack_json_t *value = NULL;
    bool good = strcmp(body, challenge) == 0;
    if (strncmp(body, "challenge=", 10) == 0) good = strcmp(body + 10, challenge) == 0;
    if (arena && slack__json_parse(arena, body, strlen(body), &value, NULL) == 0 &&
        slack_json_type(value) == SLACK_JSON_OBJECT)
        good = strcmp(slack_json_str(value, "/challenge"), challenge) == 0;
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
