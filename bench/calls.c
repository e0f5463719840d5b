/* SPDX-License-Identifier: MIT */
/*
 * The cost of a call of the Web API, beside that of the same request on libcurl's multi interface
 * alone: handles that are set up once, a body that is ready, an answer that is not parsed. Both
 * send to one server on 127.0.0.1, a process of its own, in turns; a pair is a batch of each. The
 * figures are the medians of the pairs.
 *
 * usage: calls PAIRS CALLS CONCURRENCY
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <uv.h>

#include <slack/api/chat.h>

#include "pair.h"
#include "server.h"
#include "webapi/webapi.h"

#define CONCURRENCY_MAX 256
#define TOKEN           "xoxb-123456789012-abcdefghijkl"
#define TEXT            "The build of main has failed: 3 of 1200 tests, see the log."

static char api_url[64];
static unsigned calls, concurrency;

static void die(const char *what)
{
    fprintf(stderr, "calls: %s\n", what);
    exit(1);
}

/* --- the client --- */

static uv_loop_t loop;
static slack_webapi_t *webapi;
static slack_client_t client;
static unsigned begun, ended;

static void call_next(void);

static void call_ended(const slack_response_t *response, void *user_data)
{
    if (slack_response_status(response) != 0) die(slack_response_error(response));
    ended++;
    call_next();
}

static void call_next(void)
{
    if (begun == calls) return;
    char text[128];
    snprintf(text, sizeof text, "%s %u", TEXT, begun++);
    if (slack_call(&client, slack_chat_postMessage(.channel = "C0123456789", .text = text),
                   call_ended, NULL) != 0)
        die("a call was refused");
}

static void run_client(void)
{
    begun = ended = 0;
    for (unsigned i = 0; i < concurrency; i++)
        call_next();
    while (ended < calls)
        uv_run(&loop, UV_RUN_ONCE);
}

/* --- libcurl --- */

/* As libcurl's own example does it (docs/examples/multi-uv.c). */

static CURLM *multi;
static CURL *handles[CONCURRENCY_MAX];
static uv_timer_t timer;

typedef struct answer {
    size_t len;
    char bytes[1024];
} answer_t;

static size_t take(char *data, size_t size, size_t count, void *user_data)
{
    answer_t *answer = user_data;
    const size_t len = size * count;
    if (answer->len + len > sizeof answer->bytes) return 0;
    memcpy(answer->bytes + answer->len, data, len);
    answer->len += len;
    return len;
}

static void send_next(CURL *handle)
{
    char body[256];
    if (begun == calls) return;
    snprintf(body, sizeof body,
             "channel=C0123456789&text=The+build+of+main+has+failed%%3A+3+of+1200+tests%%2C+see+"
             "the+log.+%u",
             begun++);
    curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, body);
    curl_multi_add_handle(multi, handle);
}

static void collect(void)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
        CURL *handle = message->easy_handle;
        void *got;
        if (message->data.result != CURLE_OK) die(curl_easy_strerror(message->data.result));
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &got);
        answer_t *answer = got;
        if (strncmp(answer->bytes, "{\"ok\":true", 10) != 0) die("libcurl got another answer");
        answer->len = 0;
        curl_multi_remove_handle(multi, handle);
        ended++;
        send_next(handle);
    }
}

static void timed_out(uv_timer_t *unused)
{
    int running;
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect();
}

static int set_timer(CURLM *unused, long timeout_ms, void *user_data)
{
    if (timeout_ms < 0)
        uv_timer_stop(&timer);
    else
        uv_timer_start(&timer, timed_out, (uint64_t)timeout_ms, 0);
    return 0;
}

typedef struct watch {
    uv_poll_t poll;
    curl_socket_t fd;
} watch_t;

static void watch_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void watch_ready(uv_poll_t *poll, int status, int events)
{
    const watch_t *watch = poll->data;
    const int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
                      (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(multi, watch->fd, flags, &running);
    collect();
}

static int set_socket(CURL *unused, curl_socket_t fd, int what, void *user_data, void *priv)
{
    watch_t *watch = priv;
    if (what == CURL_POLL_REMOVE) {
        curl_multi_assign(multi, fd, NULL);
        uv_close((uv_handle_t *)&watch->poll, watch_closed);
        return 0;
    }
    if (!watch) {
        watch = calloc(1, sizeof *watch);
        if (!watch || uv_poll_init_socket(&loop, &watch->poll, fd) != 0) die("cannot watch");
        watch->poll.data = watch;
        watch->fd = fd;
        curl_multi_assign(multi, fd, watch);
    }
    const int events =
        (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, watch_ready);
}

/* The same request as the client's; its handles are set up once. */
static void open_multi(void)
{
    char url[128];
    struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer " TOKEN);
    curl_slist_append(headers, "Content-Type: application/x-www-form-urlencoded; charset=utf-8");
    snprintf(url, sizeof url, "%schat.postMessage", api_url);
    uv_timer_init(&loop, &timer);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    for (unsigned i = 0; i < concurrency; i++) {
        CURL *handle = handles[i] = curl_easy_init();
        answer_t *answer = calloc(1, sizeof *answer);
        if (!handle || !answer) die("out of memory");
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_URL, url);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(handle, CURLOPT_USERAGENT, "slackapp/0.1.0 libcurl");
        curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 30000L);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, answer);
    }
}

static void run_multi(void)
{
    begun = ended = 0;
    for (unsigned i = 0; i < concurrency; i++)
        send_next(handles[i]);
    while (ended < calls)
        uv_run(&loop, UV_RUN_ONCE);
}

/* --- pairs --- */

static bench_speed_t measure(void (*run)(void))
{
    const bench_clock_t clock = bench_clock_start();
    run();
    return bench_clock_stop(clock, calls);
}

int main(int argc, char **argv)
{
    static bench_speed_t speeds[BENCH_PAIRS_MAX][2];
    const unsigned pairs = argc == 4 ? (unsigned)atoi(argv[1]) : 0;
    calls = argc == 4 ? (unsigned)atoi(argv[2]) : 0;
    concurrency = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
    if (pairs < 1 || pairs > BENCH_PAIRS_MAX || calls < 1 || concurrency < 1 ||
        concurrency > CONCURRENCY_MAX)
        die("usage: calls PAIRS CALLS CONCURRENCY");
    const pid_t server = bench_server_start(TEXT, api_url, sizeof api_url);
    static const slack_logger_t log = {.level = SLACK_LOG_ERROR};
    slack_net_t *net;
    uv_loop_init(&loop);
    if (slack__net_new(&net, &loop, &slack__clock_system, &log) != 0) die("out of memory");
    const slack_webapi_options_t options = {
        .api_url = api_url, .concurrency = concurrency, .timeout_ms = 30000};
    if (slack__webapi_new(&webapi, net, &options) != 0) die("out of memory");
    client = (slack_client_t){.webapi = webapi, .token = TOKEN};
    open_multi();
    run_client();
    run_multi();
    for (unsigned i = 0; i < pairs; i++) {
        speeds[i][0] = measure(run_client);
        speeds[i][1] = measure(run_multi);
    }
    bench_pairs_print(speeds, pairs, "", "multi_");
    kill(server, SIGTERM);
    return 0;
}
