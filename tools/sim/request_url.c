/* SPDX-License-Identifier: MIT */
#include "sim/request_url.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/responses.h"
#include "sim/team.h"
#include "util/alloc.h"
#include "util/random.h"

#define ANSWER_MAX    ((size_t)1024 * 1024)
#define REDIRECT_PATH "/redirect/"

void sim_request_url_init(sim_request_url_t *url, const sim_request_url_options_t *options)
{
    memset(url, 0, sizeof *url);
    url->options = *options;
    slack__link_init(&url->waits);
    sim_failure_rate_init(&url->failure_rate, options->disable_after, options->time_scale);
}

void sim_request_url_done(sim_request_url_t *url)
{
    slack__free(url->url);
    url->url = NULL;
}

int sim_request_url_set(sim_request_url_t *url, const char *text)
{
    char *copy = NULL;
    /* The answer would be taken for one of the new URL. */
    if (url->verifying) return SLACK_EBUSY;
    if (*text) {
        if (!slack__url_allowed(text)) return SLACK_EINVAL;
        copy = slack__strdup(text);
        if (!copy) return SLACK_ENOMEM;
    }
    slack__free(url->url);
    url->url = copy;
    url->verified = false;
    url->events_off = false;
    sim_failure_rate_init(&url->failure_rate, url->options.disable_after, url->options.time_scale);
    url->options.changed(url->options.user_data);
    return 0;
}

void sim_request_url_count(sim_request_url_t *url, bool failed)
{
    slack_net_t *net = url->options.net;
    const uint64_t now_ms = slack__mono_ms(net->clock);
    if (!sim_failure_rate_add(&url->failure_rate, failed, now_ms) || url->events_off) return;
    url->events_off = true;
    SLACK_LOG(net->log, WARN, "event subscriptions switched off", "reason=%s",
              "more than 95 % of the events of an hour failed");
    url->options.changed(url->options.user_data);
}

/* --- requests --- */

/* A request under way. It lies in its arena. */
typedef struct post {
    sim_request_url_t *url;
    slack_arena_t *arena;
    const char *target; /* changes with each redirect */
    const char *headers[7];
    const char *body;
    size_t body_len;
    unsigned redirects; /* followed so far */
    uint64_t until_ms;
    slack_curl_fn fn;
    void *user_data;
} post_t;

static bool is_redirect(const slack_curl_result_t *result)
{
    return (result->http_status == 301 || result->http_status == 302) &&
           *slack__curl_header(result, "Location");
}

/* The URL that a Location means, relative to the current one. NULL for a URL that may not be
 * called, and without memory. */
static const char *post_redirected(const post_t *post, const char *location)
{
    slack_url_t parts;
    if (location[0] == '/' && location[1] != '/' && slack__url_parse(&parts, post->target) == 0)
        location = slack__arena_printf(
            post->arena, "%.*s%s", (int)(parts.target.ptr - post->target), post->target, location);
    else
        location = slack__arena_strdup(post->arena, location);
    return location && slack__url_allowed(location) ? location : NULL;
}

static void post_answered(const slack_curl_result_t *result, void *user_data);

static int post_send(post_t *post)
{
    const sim_request_url_options_t *options = &post->url->options;
    const uint64_t now_ms = slack__mono_ms(options->net->clock);
    const slack_curl_request_t request = {
        .method = "POST",
        .url = post->target,
        .headers = post->headers,
        .body = post->body,
        .body_len = post->body_len,
        .timeout_ms = now_ms < post->until_ms ? (unsigned)(post->until_ms - now_ms) : 1,
        .body_max = ANSWER_MAX,
    };
    return slack__curl_send(options->curl, &request, post_answered, post);
}

static void post_answered(const slack_curl_result_t *result, void *user_data)
{
    post_t *post = user_data;
    if (result->status == 0 && is_redirect(result) && post->redirects < SIM_REDIRECTS_MAX) {
        const char *target = post_redirected(post, slack__curl_header(result, "Location"));
        post->redirects++;
        if (target) post->target = target;
        if (target && post_send(post) == 0) return;
    }
    post->fn(result, post->user_data);
    slack__arena_free(post->arena);
}

static int post_prepare_headers(post_t *post, const sim_post_request_t *from)
{
    const sim_request_url_options_t *options = &post->url->options;
    char signature[SLACK_SIGNATURE_LEN + 1], timestamp[24];
    snprintf(timestamp, sizeof timestamp, "%" PRId64, slack__wall_ms(options->net->clock) / 1000);
    int rc = slack__signature_make(options->signer, slack__slice(timestamp),
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
    for (size_t i = 0; i < wanted; i++) {
        const char *value = lines[i].value ? lines[i].value : "";
        post->headers[i] = slack__arena_printf(post->arena, "%s: %s", lines[i].name, value);
        if (!post->headers[i]) return SLACK_ENOMEM;
    }
    return 0;
}

int sim_request_url_post(sim_request_url_t *url, const sim_post_request_t *from, slack_curl_fn fn,
                         void *user_data)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    post_t *post = arena ? slack__arena_calloc(arena, sizeof *post) : NULL;
    const sim_effect_t effect = sim_faults_at(url->options.faults, SIM_POINT_POST, "");
    int rc = SLACK_ENOMEM;
    if (!post) goto failed;
    post->url = url;
    post->arena = arena;
    post->fn = fn;
    post->user_data = user_data;
    post->until_ms = slack__mono_ms(url->options.net->clock) + SIM_REQUEST_URL_MS;
    post->body = slack__arena_strndup(arena, from->body, from->body_len);
    post->body_len = from->body_len;
    post->target = effect.redirects > 0
                       ? slack__arena_printf(arena, "%s" REDIRECT_PATH "%" PRIu64,
                                             url->options.base_url, effect.redirects)
                       : slack__arena_strdup(arena, url->url);
    if (!post->body || !post->target) goto failed;
    rc = post_prepare_headers(post, from);
    if (rc == 0) rc = post_send(post);
    if (rc == 0) return 0;
failed:
    slack__arena_free(arena);
    return rc;
}

void sim_request_url_redirect(sim_request_url_t *url, slack_http_request_t *request)
{
    uint64_t left = 0;
    char next[48];
    const char *number = request->path.ptr + strlen(REDIRECT_PATH);
    if (!slack__parse_u64(slack__slice(number), 9, &left) || left == 0 || !url->url) {
        sim_respond_text(request, 404, "There is nothing here.\n");
        return;
    }
    snprintf(next, sizeof next, REDIRECT_PATH "%" PRIu64, left - 1);
    const slack_http_header_t location = {SLACK_SLICE("Location"),
                                          slack__slice(left > 1 ? next : url->url)};
    const slack_http_response_t response = {.status = 302, .headers = &location, .header_count = 1};
    sim_respond(request, &response);
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

static void verify_end(sim_request_url_t *url, const char *problem)
{
    const slack_logger_t *log = url->options.net->log;
    slack_link_t waits, *link;
    url->verifying = false;
    url->verified = !*problem;
    if (*problem)
        SLACK_LOG(log, WARN, "request URL not verified", "reason=%s", problem);
    else
        SLACK_LOG(log, INFO, "request URL verified", "url=%s", url->url);
    url->options.changed(url->options.user_data);
    /* Whoever is called may wait again. */
    slack__link_init(&waits);
    slack__list_splice(&waits, &url->waits);
    while ((link = slack__list_shift(&waits))) {
        sim_verify_wait_t *wait = SLACK_CONTAINER(link, sim_verify_wait_t, link);
        wait->fn(problem, wait->user_data);
    }
}

/* Slack takes the challenge as JSON, as a form, or as plain text. */
static bool challenge_in(slack_slice_t body, const char *challenge)
{
    char form[64];
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL;
    snprintf(form, sizeof form, "challenge=%s", challenge);
    bool good =
        slack__slice_eq(body, slack__slice(challenge)) || slack__slice_eq(body, slack__slice(form));
    if (arena && slack__json_parse(arena, body.ptr, body.len, &value, NULL) == 0 &&
        slack_json_type(value) == SLACK_JSON_OBJECT) {
        slack_slice_t found;
        found.ptr = slack_json_strn(value, "/challenge", &found.len);
        good = slack__slice_eq(found, slack__slice(challenge));
    }
    slack__arena_free(arena);
    return good;
}

static void verify_answered(const slack_curl_result_t *result, void *user_data)
{
    sim_request_url_t *url = user_data;
    const char *reason = sim_request_url_reason(result);
    char problem[160] = "";
    if (*reason)
        snprintf(problem, sizeof problem, "the request URL did not answer url_verification: %s %d",
                 reason, result->http_status);
    else if (!challenge_in((slack_slice_t){result->body, result->body_len}, url->challenge))
        snprintf(problem, sizeof problem,
                 "the request URL did not answer url_verification with the challenge");
    verify_end(url, problem);
}

static int verify_start(sim_request_url_t *url)
{
    char body[192];
    snprintf(url->challenge, sizeof url->challenge, "%016" PRIx64 "%016" PRIx64,
             slack__random_u64(), slack__random_u64());
    int len = snprintf(body, sizeof body,
                       "{\"token\":\"" SIM_VERIFICATION_TOKEN "\",\"challenge\":\"%s\","
                       "\"type\":\"url_verification\"}",
                       url->challenge);
    const sim_post_request_t post = {"application/json", body, (size_t)len, 0, NULL};
    int rc = sim_request_url_post(url, &post, verify_answered, url);
    url->verifying = rc == 0;
    return rc;
}

int sim_request_url_verify(sim_request_url_t *url, sim_verify_wait_t *wait)
{
    if (!url->url) return SLACK_EINVAL;
    int rc = url->verifying ? 0 : verify_start(url);
    if (rc != 0) return rc;
    slack__list_push(&url->waits, &wait->link);
    return 0;
}
