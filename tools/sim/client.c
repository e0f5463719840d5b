/* SPDX-License-Identifier: MIT */
#include "sim/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/curl.h"
#include "options.h"
#include "sim/sim.h"

#define PROBLEM_SIZE 256
#define ANSWER_MAX   ((size_t)16 * 1024 * 1024)
/* Longer than the simulator lets anybody wait. */
#define TIMEOUT_MS 20000

const char *sim_client_base(slack_arena_t *arena, const char *port, char *problem)
{
    unsigned number = SIM_DEFAULT_PORT;
    const char *base = getenv("SLACKAPP_SIM");
    if (port && !cli_options_port(port, &number, problem)) return NULL;
    if (port || !base || !*base) return slack__arena_printf(arena, "http://127.0.0.1:%u", number);
    if (!slack__url_allowed(base)) {
        snprintf(problem, PROBLEM_SIZE,
                 "SLACKAPP_SIM has to be a URL like http://127.0.0.1:%u, not \"%.100s\"", number,
                 base);
        return NULL;
    }
    size_t len = strlen(base);
    while (len > 0 && base[len - 1] == '/')
        len--;
    return slack__arena_strndup(arena, base, len);
}

/* One call under way. */
typedef struct exchange {
    sim_json_builder_t *json;
    slack_net_t *net;
    slack_curl_t *curl;
    int status;
    const slack_json_t *answer;
} exchange_t;

static void on_curl_closed(void *user_data)
{
    exchange_t *exchange = user_data;
    slack__net_close(exchange->net, NULL, NULL);
}

static void on_result(const slack_curl_result_t *result, void *user_data)
{
    exchange_t *exchange = user_data;
    exchange->status = result->status;
    if (result->status == 0)
        exchange->status = slack__json_parse(exchange->json->arena, result->body, result->body_len,
                                             &exchange->answer, NULL);
    slack__curl_close(exchange->curl, on_curl_closed, exchange);
}

static int exchange_start(exchange_t *exchange, const char *url, const char *body)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    const slack_curl_options_t options = {.user_agent = "slackapp-sim", .concurrency = 1};
    const slack_curl_request_t request = {
        .method = body ? "POST" : "GET",
        .url = url,
        .headers = body ? headers : NULL,
        .body = body,
        .body_len = body ? strlen(body) : 0,
        .timeout_ms = TIMEOUT_MS,
        .body_max = ANSWER_MAX,
    };
    int rc = slack__curl_new(&exchange->curl, exchange->net, &options);
    if (rc != 0) {
        slack__net_close(exchange->net, NULL, NULL);
        return rc;
    }
    rc = slack__curl_send(exchange->curl, &request, on_result, exchange);
    if (rc != 0) slack__curl_close(exchange->curl, on_curl_closed, exchange);
    return rc;
}

/* Run one exchange to its end, on a loop of its own. */
static int exchange_run(exchange_t *exchange, const char *url, const char *body)
{
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0) return SLACK_EIO;
    int rc = slack__net_new(&exchange->net, &loop, &slack__clock_system, NULL);
    if (rc == 0) rc = exchange_start(exchange, url, body);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return rc != 0 ? rc : exchange->status;
}

const slack_json_t *sim_client_call(sim_json_builder_t *json, const char *base, const char *path,
                                    const slack_json_t *body, char *problem)
{
    exchange_t exchange = {.json = json};
    const char *url = slack__arena_printf(json->arena, "%s%s", base, path);
    const char *text = body ? slack__json_text(json->arena, body, NULL) : NULL;
    int rc = url && (text || !body) ? exchange_run(&exchange, url, text) : SLACK_ENOMEM;
    if (rc == SLACK_ECONNECT) {
        snprintf(problem, PROBLEM_SIZE,
                 "no simulator answers at %.60s. Start one with `slackapp sim`, or name another "
                 "one with --port N or SLACKAPP_SIM=URL",
                 base);
        return NULL;
    }
    if (rc != 0 || !slack_json_get(exchange.answer, "/ok")) {
        snprintf(problem, PROBLEM_SIZE, "what answers at %.60s is no simulator: %s", base,
                 rc != 0 ? slack_strerror(rc) : "it says something else");
        return NULL;
    }
    if (!slack_json_bool(exchange.answer, "/ok")) {
        snprintf(problem, PROBLEM_SIZE, "%.255s", slack_json_str(exchange.answer, "/error"));
        return NULL;
    }
    return exchange.answer;
}
