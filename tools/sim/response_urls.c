/* SPDX-License-Identifier: MIT */
#include "sim/response_urls.h"

#include <string.h>

#include "sim/bot_messages.h"
#include "sim/message_content.h"
#include "sim/responses.h"

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

void sim_response_url_request(const sim_services_t *services, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE];
    const sim_key_t *url = NULL;
    const slack_json_t *message = NULL, *content = NULL;
    const char *key = strchr(request->path.ptr + 1, '/') + 1; /* the path has two slashes */

    if (!slack__slice_eq(request->method, SLACK_SLICE("POST"))) {
        sim_respond_error(request, 405, "method_not_allowed");
        return;
    }
    if (slack__json_parse(request->arena, request->body ? request->body : "", request->body_len,
                          &message, NULL) != 0 ||
        slack_json_type(message) != SLACK_JSON_OBJECT) {
        sim_respond_error(request, 400, "invalid_payload");
        return;
    }
    switch (sim_key_use(&services->workspace->keys, SIM_KEY_RESPONSE_URL, key, &url)) {
    case SIM_KEY_GOOD: break;
    case SIM_KEY_USED: sim_respond_error(request, 404, "used_url"); return;
    case SIM_KEY_EXPIRED: sim_respond_error(request, 404, "expired_url"); return;
    case SIM_KEY_UNKNOWN: sim_respond_error(request, 404, "invalid_url"); return;
    }

    sim_messages_t *messages = &services->workspace->messages;
    sim_message_t *original =
        *url->message_ts ? sim_message_find(messages, url->channel, url->message_ts) : NULL;
    bool delete_original = slack_json_bool(message, "/delete_original");
    const char *error =
        delete_original ? NULL : sim_message_content(&json, message, &content, problem);
    int rc = json.rc;
    if (error) {
        sim_respond_error(request, 400, error);
        return;
    }
    if (delete_original && original)
        sim_bot_message_delete(services, original);
    else if (!delete_original && original && slack_json_bool(message, "/replace_original"))
        rc = sim_bot_message_edit(services, original, content);
    else if (!delete_original)
        rc = response_post(services, url, message, content);
    sim_respond_json(request, 200, rc == 0 ? sim_json(&json, "{ok: true}") : NULL);
}
