/* SPDX-License-Identifier: MIT */
#include "sim_exchange.h"

#include <slack/error.h>

typedef struct run {
    sim_exchange_t *exchange;
    slack_net_t *net;
    slack_curl_t *curl;
    int status;
} run_t;

static void run_closed(void *user_data)
{
    run_t *run = user_data;
    slack__net_close(run->net, NULL, NULL);
}

static void run_answered(const slack_curl_result_t *result, void *user_data)
{
    run_t *run = user_data;
    sim_exchange_t *exchange = run->exchange;
    run->status = result->status;
    exchange->http_status = result->http_status;
    exchange->head = slack__arena_strdup(exchange->arena, result->head);
    exchange->body = slack__arena_strndup(exchange->arena, result->body, result->body_len);
    exchange->body_len = result->body_len;
    if (!exchange->head || !exchange->body) run->status = SLACK_ENOMEM;
    slack__curl_close(run->curl, run_closed, run);
}

static int run_start(run_t *run, const slack_curl_request_t *request)
{
    const slack_curl_options_t options = {.user_agent = "slackapp-sim", .concurrency = 1};
    int rc = slack__curl_new(&run->curl, run->net, &options);
    if (rc != 0) {
        slack__net_close(run->net, NULL, NULL);
        return rc;
    }
    rc = slack__curl_send(run->curl, request, run_answered, run);
    if (rc != 0) slack__curl_close(run->curl, run_closed, run);
    return rc;
}

int sim_exchange_run(sim_exchange_t *exchange, const slack_curl_request_t *request)
{
    uv_loop_t loop;
    run_t run = {.exchange = exchange};
    if (uv_loop_init(&loop) != 0) return SLACK_EIO;
    int rc = slack__net_new(&run.net, &loop, &slack__clock_system, NULL);
    if (rc == 0) rc = run_start(&run, request);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return rc != 0 ? rc : run.status;
}
