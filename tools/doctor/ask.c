/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doctor/gather.h"
#include "net/proxy.h"
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

static enum doctor_step step_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return DOCTOR_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST: return DOCTOR_NAME;
    case CURLE_COULDNT_CONNECT: return DOCTOR_CONNECT;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return DOCTOR_PROXY;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return DOCTOR_TLS;
    case CURLE_OPERATION_TIMEDOUT: return DOCTOR_TIME;
    default: return DOCTOR_OTHER;
    }
}

/* The app's own decision: see net/proxy.h. False: memory is out. */
static bool set_proxy(CURL *easy, const doctor_post_t *post, bool *ret_proxied)
{
    slack_proxy_t *proxy = NULL;
    slack_url_t url;
    const char *what;
    if (slack__proxy_new(&proxy, post->options->proxy, post->options->no_proxy, &what) != 0)
        return false;
    *ret_proxied =
        slack__url_parse(&url, post->url) == 0 && slack__proxy_serves(proxy, url.host, url.port);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROXY, *ret_proxied ? slack__proxy_url(proxy) : "");
    if (*ret_proxied && slack__proxy_user(proxy)) {
        curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, slack__proxy_user(proxy));
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, slack__proxy_password(proxy));
    }
    slack__proxy_unref(proxy);
    return true;
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
    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return;
    const time_t date = curl_getdate(header->value, NULL);
    ret->has_date = date != (time_t)-1;
    if (ret->has_date) ret->ahead_s = (int64_t)time(NULL) - (int64_t)date;
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
        snprintf(ret->url_scheme, sizeof ret->url_scheme, "%.*s", (int)strcspn(url, ":"), url);
    }
    slack__arena_free(arena);
}

static void note_failure(CURL *easy, CURLcode code, bool proxied, const char *error,
                         doctor_answer_t *ret)
{
    long connect_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    ret->failed_at = step_of(code);
    const bool refused = proxied && connect_status != 0 && connect_status != 200;
    if (refused || (proxied && ret->failed_at == DOCTOR_CONNECT)) ret->failed_at = DOCTOR_PROXY;
    snprintf(ret->why, sizeof ret->why, "%s", *error ? error : curl_easy_strerror(code));
    ret->why[slack__redact(ret->why, strlen(ret->why))] = '\0';
}

/* Sends the request, and frees its headers. */
static void send_post(doctor_post_t *post, doctor_answer_t *ret)
{
    char error[CURL_ERROR_SIZE] = "";
    bool proxied = false;
    CURL *easy = curl_easy_init();
    *ret = (doctor_answer_t){.asked = true, .failed_at = DOCTOR_OTHER, .why = "memory is out"};
    slack__buf_init(&post->answer, BODY_MAX);
    if (easy && post->headers && set_proxy(easy, post, &proxied)) {
        set_request(easy, post, error);
        const CURLcode code = curl_easy_perform(easy);
        ret->why[0] = '\0';
        note_head(easy, ret);
        note_body(&post->answer, ret);
        note_failure(easy, code, proxied, error, ret);
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
}

/* Signs with the app's secret, or wrongly. */
static void ask_request_url(doctor_post_t post, bool forged, doctor_answer_t *ret)
{
    char signature[SLACK_SIGNATURE_LEN + 1] = "", timestamp[24], header[128];
    slack_signer_t *signer = NULL;
    post.body = "{\"type\":\"url_verification\",\"challenge\":\"" CHALLENGE "\"}";
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)time(NULL));
    if (slack__signer_new(&signer, post.options->signing_secret) == 0)
        slack__signature_make(signer, slack__slice(timestamp), slack__slice(post.body), signature);
    slack__signer_free(signer);
    char *last = &signature[SLACK_SIGNATURE_LEN - 1];
    if (forged) *last = *last == '0' ? '1' : '0';
    post.headers = curl_slist_append(NULL, "Content-Type: application/json");
    snprintf(header, sizeof header, "X-Slack-Request-Timestamp: %s", timestamp);
    if (post.headers) post.headers = curl_slist_append(post.headers, header);
    snprintf(header, sizeof header, "X-Slack-Signature: %s", signature);
    if (post.headers) post.headers = curl_slist_append(post.headers, header);
    send_post(&post, ret);
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
    ask_request_url(post, false, &facts->hello);
    if (facts->hello.failed_at == DOCTOR_ANSWERED) ask_request_url(post, true, &facts->forgery);
}
