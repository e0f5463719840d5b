/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/say.h"

/*
 * Response URLs: POST of a message, no token, five times within 30 minutes. A webhook, so failures
 * have an HTTP status of their own.
 */

static void refuse(sim_t *sim, slack_http_request_t *request, int status, const char *error)
{
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *body = sim_json(&json, "{ok: false, error: %s}", error);
    sim_answer_json(sim, request, status, body);
}

static bool is_false(const slack_json_t *message, const char *path)
{
    const slack_json_t *value = slack_json_get(message, path);
    return slack_json_type(value) == SLACK_JSON_BOOL && !slack_json_bool(value, "");
}

/* A new message in the channel that the URL was given for. */
static int say_new(sim_t *sim, const sim_key_t *url, const slack_json_t *message,
                   const slack_json_t *content)
{
    bool in_channel = strcmp(slack_json_str(message, "/response_type"), "in_channel") == 0;
    const char *thread_ts = slack_json_str(message, "/thread_ts");
    const sim_message_draft_t draft = {
        .channel = url->channel,
        .only_for = in_channel ? NULL : url->user,
        /* In a thread only where it is said that nothing is to be replaced. */
        .thread_ts = is_false(message, "/replace_original") ? thread_ts : "",
        .content = content,
    };
    return sim_say(sim, &draft, NULL);
}

void sim_hook_request(sim_t *sim, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE];
    const sim_key_t *url = NULL;
    const slack_json_t *message = NULL, *content = NULL;
    const char *key = strchr(request->path.ptr + 1, '/') + 1; /* the route has both slashes */

    if (!slack__slice_eq(request->method, SLACK_SLICE("POST"))) {
        refuse(sim, request, 405, "method_not_allowed");
        return;
    }
    if (slack__json_parse(request->arena, request->body ? request->body : "", request->body_len,
                          &message, NULL) != 0 ||
        slack_json_type(message) != SLACK_JSON_OBJECT) {
        refuse(sim, request, 400, "invalid_payload");
        return;
    }
    switch (sim_key_use(&sim->workspace.keys, SIM_KEY_RESPONSE_URL, key, &url)) {
    case SIM_KEY_GOOD: break;
    case SIM_KEY_USED: refuse(sim, request, 404, "used_url"); return;
    case SIM_KEY_EXPIRED: refuse(sim, request, 404, "expired_url"); return;
    case SIM_KEY_UNKNOWN: refuse(sim, request, 404, "invalid_url"); return;
    }

    sim_message_t *original =
        *url->message_ts ? sim_message_find(&sim->workspace.messages, url->channel, url->message_ts)
                         : NULL;
    bool delete = slack_json_bool(message, "/delete_original");
    const char *error = delete ? NULL : sim_content(&json, message, &content, problem);
    int rc = json.rc;
    if (error) {
        refuse(sim, request, 400, error);
        return;
    }
    if (delete &&original) {
        sim_unsay(sim, original);
    } else if (!delete &&original && slack_json_bool(message, "/replace_original")) {
        rc = sim_say_instead(sim, original, content);
    } else if (!delete) {
        rc = say_new(sim, url, message, content);
    }
    sim_answer_json(sim, request, 200, rc == 0 ? sim_json(&json, "{ok: true}") : NULL);
}
