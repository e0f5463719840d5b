/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doctor/gather.h"
#include "doctor/http.h"
#include "net/url.h"
#include "protocol/signature.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/redact.h"

/* One request after the other, each with its own time limit. libcurl is called without a loop: no
 * other work waits, and its own words say at which step a request failed. */

#define BODY_MAX  ((size_t)256 << 10)
#define CHALLENGE "slackapp-doctor-asks"

typedef struct doctor_post {
    const slack_options_t *options;
    unsigned timeout_s;
    const char *url;
    const char *body;
    struct curl_slist *headers; /* owned */
    slack_buf_t answer;
} doctor_post_t;

static size_t take_body(char *data, size_t size, size_t count, void *user_data)
{
    slack_buf_t *answer = user_data;
    return slack__buf_append(answer, data, size * count) == 0 ? size * count : 0;
}

static void set_request(CURL *easy, doctor_post_t *post, char *error)
{
    curl_easy_setopt(easy, CURLOPT_URL, post->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->body);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, post->headers);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)post->timeout_s);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &post->answer);
    if (post->options->ca_file) curl_easy_setopt(easy, CURLOPT_CAINFO, post->options->ca_file);
}

static void note_head(CURL *easy, doctor_answer_t *ret)
{
    struct curl_header *header;
    curl_off_t took_us = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &ret->http_status);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took_us);
    ret->took_ms = (unsigned)(took_us / 1000);
    if (curl_easy_header(easy, "Content-Type", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        ret->is_html = strncmp(header->value, "text/html", 9) == 0;
    if (curl_easy_header(easy, "X-OAuth-Scopes", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
        ret->has_scopes = true;
        snprintf(ret->scopes, sizeof ret->scopes, "%s", header->value);
    }
    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return;
    const time_t date = curl_getdate(header->value, NULL);
    ret->has_date = date != (time_t)-1;
    if (ret->has_date) ret->ahead_s = (int64_t)time(NULL) - (int64_t)date;
}

/* The URL's path holds a ticket: only its host and port are kept. */
static void note_socket_host(const char *url, doctor_answer_t *ret)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : "";
    snprintf(ret->socket_host, sizeof ret->socket_host, "%.*s", (int)strcspn(host, "/?"), host);
}

static void note_body(const slack_buf_t *answer, doctor_answer_t *ret)
{
    const slack_json_t *json = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *text = answer->len ? slack__buf_ptr(answer) : "";
    const char *url;
    ret->echoes = strstr(text, CHALLENGE) != NULL && !ret->is_html;
    if (arena && slack__json_parse(arena, text, answer->len, &json, NULL) == 0) {
        ret->is_json = slack_json_get(json, "/ok") != NULL;
        ret->ok = slack_json_bool(json, "/ok");
        snprintf(ret->error, sizeof ret->error, "%s", slack_json_str(json, "/error"));
        snprintf(ret->user, sizeof ret->user, "%s", slack_json_str(json, "/user"));
        snprintf(ret->team, sizeof ret->team, "%s", slack_json_str(json, "/team"));
        url = slack_json_str(json, "/url");
        snprintf(ret->app_id, sizeof ret->app_id, "%s", slack_json_str(json, "/app_id"));
        snprintf(ret->team_id, sizeof ret->team_id, "%s", slack_json_str(json, "/team_id"));
        note_socket_host(url, ret);
        snprintf(ret->url_scheme, sizeof ret->url_scheme, "%.*s", (int)strcspn(url, ":"), url);
    }
    slack__arena_free(arena);
}

/* Sends the request, and frees its headers. */
static void send_post(doctor_post_t *post, doctor_answer_t *ret)
{
    char error[CURL_ERROR_SIZE] = "";
    bool proxied = false;
    CURL *easy = curl_easy_init();
    *ret = (doctor_answer_t){.asked = true, .failed_at = DOCTOR_OTHER, .why = "memory is out"};
    slack__buf_init(&post->answer, BODY_MAX);
    if (easy && post->headers && doctor_set_proxy(easy, post->options, post->url, &proxied)) {
        set_request(easy, post, error);
        const CURLcode code = curl_easy_perform(easy);
        ret->why[0] = '\0';
        note_head(easy, ret);
        note_body(&post->answer, ret);
        doctor_note_failure(easy, code, proxied, error, ret);
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(post->headers);
    slack__buf_done(&post->answer);
}

static void ask_slack(doctor_post_t post, const char *method, const char *token,
                      doctor_answer_t *ret)
{
    char url[2048], header[1100];
    snprintf(url, sizeof url, "%s%s", post.options->api_url, method);
    snprintf(header, sizeof header, "Authorization: Bearer %s", token);
    post.url = url;
    post.body = "";
    post.headers = curl_slist_append(NULL, header);
    send_post(&post, ret);
    slack__wipe(header, sizeof header);
}

/* Connects to the host of Socket Mode, with TLS, and hangs up: no connection is opened. */
static void ask_socket_host(const slack_options_t *options, unsigned timeout_s,
                            doctor_facts_t *facts)
{
    char url[sizeof facts->open.socket_host + 16], error[CURL_ERROR_SIZE] = "";
    bool proxied = false;
    CURL *easy = curl_easy_init();
    facts->wss =
        (doctor_answer_t){.asked = true, .failed_at = DOCTOR_OTHER, .why = "memory is out"};
    snprintf(url, sizeof url, "http%s://%s/", strcmp(facts->open.url_scheme, "wss") == 0 ? "s" : "",
             facts->open.socket_host);
    if (easy && doctor_set_proxy(easy, options, url, &proxied)) {
        doctor_set_connection(easy, options, url, timeout_s, error);
        doctor_note_failure(easy, curl_easy_perform(easy), proxied, error, &facts->wss);
    }
    curl_easy_cleanup(easy);
}

void doctor_gather_slack(doctor_facts_t *facts, const slack_options_t *options,
                         const doctor_request_t *request)
{
    const doctor_post_t post = {.options = options, .timeout_s = request->timeout_s};
    slack_url_t url;
    if (slack__url_parse(&url, options->api_url) != 0 || !slack__url_parts_allowed(&url)) {
        facts->configured = false;
        snprintf(facts->configuration_error, sizeof facts->configuration_error,
                 "SLACK_API_URL is not an https URL, or an http URL of this machine");
        return;
    }
    snprintf(facts->api_host, sizeof facts->api_host, "%.*s", (int)url.host.len, url.host.ptr);
    if (facts->has_bot_token) ask_slack(post, "auth.test", options->bot_token, &facts->auth);
    if (facts->auth.failed_at != DOCTOR_ANSWERED) return;
    if (facts->socket && facts->app_token_fits)
        ask_slack(post, "apps.connections.open", options->app_token, &facts->open);
    if (*facts->open.socket_host) ask_socket_host(options, request->timeout_s, facts);
}

/* How a request of the doctor is signed. */
enum sign { SIGN_WELL, SIGN_WRONGLY, SIGN_LONG_AGO };

static void ask_request_url(doctor_post_t post, enum sign how, doctor_answer_t *ret)
{
    char signature[SLACK_SIGNATURE_LEN + 1] = "", timestamp[24], header[128];
    const time_t age_s = how == SIGN_LONG_AGO ? 2 * SLACK_SIGNATURE_WINDOW_S : 0;
    slack_signer_t *signer = NULL;
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)(time(NULL) - age_s));
    if (slack__signer_new(&signer, post.options->signing_secret) == 0)
        slack__signature_make(signer, slack__slice(timestamp), slack__slice(post.body), signature);
    slack__signer_free(signer);
    char *last = &signature[SLACK_SIGNATURE_LEN - 1];
    if (how == SIGN_WRONGLY) *last = *last == '0' ? '1' : '0';
    post.headers = curl_slist_append(NULL, "Content-Type: application/json");
    snprintf(header, sizeof header, "X-Slack-Request-Timestamp: %s", timestamp);
    if (post.headers) post.headers = curl_slist_append(post.headers, header);
    snprintf(header, sizeof header, "X-Slack-Signature: %s", signature);
    if (post.headers) post.headers = curl_slist_append(post.headers, header);
    send_post(&post, ret);
}

/* An event of a type that Slack does not have: only a listener that takes all events gets it. */
static void ask_event(doctor_post_t post, doctor_facts_t *facts)
{
    char body[512];
    const char *team = *facts->auth.team_id ? facts->auth.team_id : "T0DOCTOR";
    /* The first secret signs, which may stand behind the id of its app. */
    const char *app = strchr(post.options->signing_secret, ':') ? post.options->signing_secret
                                                                : post.options->app_id;
    if (!app || *app != 'A') app = "A0DOCTOR";
    const long long now = (long long)time(NULL);
    snprintf(body, sizeof body,
             "{\"type\":\"event_callback\",\"team_id\":\"%s\",\"api_app_id\":\"%.*s\","
             "\"event\":{\"type\":\"slackapp_doctor\",\"event_ts\":\"%lld.000100\"},"
             "\"event_id\":\"Ev0DOCTOR%lld\",\"event_time\":%lld}",
             team, (int)strcspn(app, ":"), app, now, now, now);
    post.body = body;
    ask_request_url(post, SIGN_WELL, &facts->event);
}

/* The answer to one good request decides whether the others are sent. */
static void ask_all(doctor_post_t post, doctor_facts_t *facts)
{
    post.body = "{\"type\":\"url_verification\",\"challenge\":\"" CHALLENGE "\"}";
    ask_request_url(post, SIGN_WELL, &facts->hello);
    if (facts->hello.failed_at != DOCTOR_ANSWERED) return;
    ask_request_url(post, SIGN_WRONGLY, &facts->forgery);
    if (!facts->hello.echoes) return;
    ask_request_url(post, SIGN_LONG_AGO, &facts->stale);
    if (facts->forgery.http_status == 401) ask_event(post, facts);
}

void doctor_gather_request_url(doctor_facts_t *facts, const slack_options_t *options,
                               const doctor_request_t *request)
{
    char local[2048];
    doctor_post_t post = {.options = options, .timeout_s = request->timeout_s, .url = request->url};
    if (!facts->configured || !facts->http || !options->signing_secret) return;
    if (!post.url) {
        if (facts->port_errno == 0) return; /* nobody listens */
        snprintf(local, sizeof local, "%s://127.0.0.1:%s%s",
                 options->http_tls_cert ? "https" : "http", options->http_port, options->http_path);
        post.url = local;
    }
    ask_all(post, facts);
    if (strncmp(post.url, "https:", 6) == 0)
        doctor_gather_certificate(facts, options, post.url, request->timeout_s);
}
