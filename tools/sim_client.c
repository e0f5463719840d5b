/* SPDX-License-Identifier: MIT */
#include "sim_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "sim_exchange.h"
#include "util/form.h"

#define ANSWER_MAX ((size_t)16 * 1024 * 1024)
/* Longer than the simulator lets a request wait. */
#define TIMEOUT_MS 20000

/* More than the own options of any command. */
#define OPTIONS_MAX 12

int sim_client_fail(const sim_client_t *client, int status, const char *problem)
{
    char name[64];
    snprintf(name, sizeof name, "sim %s", client->command);
    return cli_fail(name, status, problem);
}

/* The first line behind "usage: ". */
static slack_slice_t usage_line(const char *usage)
{
    static const char head[] = "\nusage: ";
    const char *at = strstr(usage, head);
    if (!at) return SLACK_SLICE("");
    at += strlen(head);
    return (slack_slice_t){at, strcspn(at, "\n")};
}

int sim_client_arguments(sim_client_t *client, int argc, const char **argv,
                         const sim_client_words_t *words, int *ret_status)
{
    cli_option_t table[OPTIONS_MAX + 3] = {{"--port", &client->port, NULL},
                                           {"--help", NULL, &client->help}};
    const cli_option_t *own = words->options;
    for (size_t i = 2; own && own->name && i < OPTIONS_MAX + 2; i++)
        table[i] = *own++;
    const int rest = cli_options_read(argc, argv, table, client->problem);
    *ret_status = CLI_OK;
    if (rest >= 0 && client->help) {
        fputs(words->usage, stdout);
        return -1;
    }
    if (rest >= words->min && rest <= words->max) return rest;
    const slack_slice_t line = usage_line(words->usage);
    if (rest >= 0)
        snprintf(client->problem, sizeof client->problem, "%s: %.*s",
                 rest < words->min ? "an argument is missing" : "there are too many arguments",
                 (int)line.len, line.ptr);
    *ret_status = sim_client_fail(client, CLI_USAGE, client->problem);
    return -1;
}

/* The simulator's URL. NULL with a problem, or without memory. */
static const char *client_base_url(sim_client_t *client)
{
    unsigned number = SIM_DEFAULT_PORT;
    slack_arena_t *arena = client->json.arena;
    const char *url = getenv("SLACKAPP_SIM");
    if (client->port && !cli_options_port(client->port, &number, client->problem)) return NULL;
    if (client->port || !url || !*url)
        return slack__arena_printf(arena, "http://127.0.0.1:%u", number);
    if (!slack__url_allowed(url)) {
        snprintf(client->problem, sizeof client->problem,
                 "SLACKAPP_SIM has to be a URL like http://127.0.0.1:%u, not \"%.100s\"", number,
                 url);
        return NULL;
    }
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    return slack__arena_strndup(arena, url, len);
}

/* NULL with a problem, or without memory. */
static const slack_json_t *client_ask(sim_client_t *client, const char *path,
                                      const slack_json_t *body)
{
    slack_arena_t *arena = client->json.arena;
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    sim_exchange_t exchange = {.arena = arena};
    const slack_json_t *answer = NULL;
    const char *base = client_base_url(client);
    const char *url = base ? slack__arena_printf(arena, "%s%s", base, path) : NULL;
    const char *text = body ? slack__json_text(arena, body, NULL) : NULL;
    if (!url || (body && !text)) return NULL;
    const slack_curl_request_t request = {
        .method = body ? "POST" : "GET",
        .url = url,
        .headers = body ? headers : NULL,
        .body = text,
        .body_len = text ? strlen(text) : 0,
        .timeout_ms = TIMEOUT_MS,
        .body_max = ANSWER_MAX,
    };
    int rc = sim_exchange_run(&exchange, &request);
    if (rc == 0) rc = slack__json_parse(arena, exchange.body, exchange.body_len, &answer, NULL);
    if (rc == 0 && slack_json_bool(answer, "/ok")) return answer;
    if (rc == SLACK_ECONNECT)
        snprintf(client->problem, sizeof client->problem,
                 "no simulator answers at %.60s. Start one with `slackapp sim`, or name another "
                 "one with --port N or SLACKAPP_SIM=URL",
                 base);
    else if (rc != 0 || !slack_json_get(answer, "/ok"))
        snprintf(client->problem, sizeof client->problem,
                 "the server at %.60s is not a simulator: %s", base,
                 rc != 0 ? slack_strerror(rc) : "its answer has no \"ok\"");
    else
        snprintf(client->problem, sizeof client->problem, "%.255s",
                 slack_json_str(answer, "/error"));
    return NULL;
}

/* The path with more of a query. NULL without memory. */
static const char *client_query(sim_client_t *client, const char *path, const slack_json_t *more)
{
    slack_buf_t text;
    slack__buf_init(&text, SLACK_ARENA_MAX);
    int rc = slack__buf_printf(&text, "%s%c", path, strchr(path, '?') ? '&' : '?');
    if (rc == 0) rc = slack__form_write(&text, more);
    const char *whole =
        rc == 0 ? slack__arena_strdup(client->json.arena, slack__buf_ptr(&text)) : NULL;
    slack__buf_done(&text);
    return whole;
}

const slack_json_t *sim_client_call(sim_client_t *client, const char *path,
                                    const slack_json_t *body)
{
    const slack_json_t *workspace =
        client->workspace ? sim_json(&client->json, "{workspace: %s}", client->workspace) : NULL;
    if (workspace && body) body = sim_json_merged(&client->json, workspace, body);
    if (workspace && !body) path = client_query(client, path, workspace);
    const slack_json_t *answer =
        path && client->json.rc == 0 ? client_ask(client, path, body) : NULL;
    if (!answer)
        sim_client_fail(client, CLI_FAILED,
                        *client->problem ? client->problem : slack_strerror(SLACK_ENOMEM));
    return answer;
}
