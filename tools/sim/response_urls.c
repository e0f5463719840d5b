/* SPDX-License-Identifier: MIT */
#include "sim/response_urls.h"

#include <string.h>

#include "sim/answers.h"
#include "sim/bot_messages.h"
#include "sim/message_content.h"

/* A new message in the channel that the URL was handed out for. */
static int response_post(const sim_services_t *services, const sim_key_t *url,
                         const slack_json_t *message, const slack_json_t *content)
{
    bool in_channel = strcmp(slack_json_str(message, "/response_type"), "in_channel") == 0;
    const slack_json_t *replace = slack_json_get(message, "/replace_original");
    bool replace_is_false =
        slack_json_type(replace) == SLACK_JSON_BOOL && !slack_json_bool(replace, "");
    const sim_message_draft_t draft = {
        .channel = url->channel,
        .only_for = in_channel ? NULL : url->user,
        /* Slack heeds thread_ts only beside replace_original: false. */
        .thread_ts = replace_is_false ? slack_json_str(message, "/thread_ts") : "",
        .content = content,
    };
    return sim_bot_message_post(services, &draft, NULL);
}

/* Use the message of a request. Returns the error, or NULL. */
static const char *response_run(const sim_services_t *services, const sim_key_t *url,
                                sim_json_builder_t *json, const slack_json_t *message)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    sim_messages_t *messages = &services->workspace->messages;
    sim_message_t *original =
        *url->message_ts ? sim_message_find(messages, url->channel, url->message_ts) : NULL;
    if (slack_json_bool(message, "/delete_original")) {
        if (original) sim_bot_message_delete(services, original);
        return NULL;
    }
    const char *error = sim_message_content(json, message, &content, problem);
    if (error || json->rc != 0) return error;
    if (original && slack_json_bool(message, "/replace_original"))
        json->rc = sim_bot_message_edit(services, original, content);
    else
        json->rc = response_post(services, url, message, content);
    return NULL;
}

/* Act on a request. Returns the error, with its status in the answer, or NULL. */
static const char *url_run(const sim_services_t *services, sim_json_builder_t *json,
                           sim_answer_t *answer)
{
    const slack_http_request_t *request = answer->request;
    const char *key = strchr(request->path.ptr + 1, '/') + 1; /* the path has two slashes */
    const sim_key_t *url = NULL;
    const slack_json_t *message = NULL;
    answer->status = 405;
    if (!slack__slice_eq(request->method, SLACK_SLICE("POST"))) return "method_not_allowed";
    answer->status = 400;
    if (sim_json_given(request->arena, (slack_slice_t){request->body, request->body_len},
                       &message) != 0 ||
        slack_json_type(message) != SLACK_JSON_OBJECT)
        return "invalid_payload";
    answer->args = message;
    answer->status = 404;
    switch (sim_key_use(&services->workspace->keys, SIM_KEY_RESPONSE_URL, key, &url)) {
    case SIM_KEY_GOOD: break;
    case SIM_KEY_USED: return "used_url";
    case SIM_KEY_EXPIRED: return "expired_url";
    case SIM_KEY_UNKNOWN: return "invalid_url";
    }
    const char *error = response_run(services, url, json, message);
    answer->status = error ? 400 : 200;
    return error;
}

void sim_response_url_request(const sim_services_t *services, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *error = "";
    sim_answer_t answer;
    if (sim_answer_begin(&answer, services, request, "response_url"))
        error = url_run(services, &json, &answer);
    else if (*answer.effect.error) {
        error = answer.effect.error;
        answer.status = 404;
    }
    answer.json =
        error ? sim_json(&json, "{ok: false, error: %s}", error) : sim_json(&json, "{ok: true}");
    sim_answer_send(&answer);
}
