/* SPDX-License-Identifier: MIT */
#include "sim/webhooks.h"

#include <stdio.h>
#include <string.h>

#include "sim/bot_messages.h"
#include "sim/message_content.h"
#include "sim/responses.h"
#include "sim/team.h"

#define KEY         "SimulatedWebhookKey00001"
#define TRIGGER     "1"
#define SERVICES    "services"
#define TRIGGERS    "triggers"
#define PART_SIZE   64
#define WORDS_BYTES 500 /* of the variables of a workflow, in the transcript */

const char *sim_webhook_url(sim_json_builder_t *json, const char *base_url,
                            const sim_channel_t *channel)
{
    const char *url =
        slack__arena_printf(json->arena, "%s/%s/" SIM_TEAM_ID "/%s/" KEY, base_url,
                            channel ? SERVICES : TRIGGERS, channel ? channel->id : TRIGGER);
    if (!url) json->rc = SLACK_ENOMEM;
    return url ? url : "";
}

/* The parts of a path: "/services/T1/C1/key". False: there are not four. */
static bool read_path(const char *path, char parts[4][PART_SIZE])
{
    for (int i = 0; i < 4; i++) {
        if (*path++ != '/') return false;
        const size_t len = strcspn(path, "/");
        if (len == 0 || len >= PART_SIZE) return false;
        memcpy(parts[i], path, len);
        parts[i][len] = '\0';
        path += len;
    }
    return *path == '\0';
}

/* The reason why the URL is not one of the simulator's. NULL: it is one, and *ret is its channel,
 * or NULL. */
static const char *find_hook(const sim_services_t *services, const char *path, sim_channel_t **ret,
                             int *ret_status)
{
    char parts[4][PART_SIZE];
    *ret = NULL;
    *ret_status = 404;
    if (!read_path(path, parts)) return "no_service_id";
    const bool trigger = strcmp(parts[0], TRIGGERS) == 0;
    if (strcmp(parts[1], SIM_TEAM_ID) != 0) return "no_team";
    if (!trigger) *ret = sim_channel_find(&services->workspace->channels, parts[2]);
    if (trigger ? strcmp(parts[2], TRIGGER) != 0 : !*ret || strcmp((*ret)->id, parts[2]) != 0)
        return "no_service";
    *ret_status = 403;
    return strcmp(parts[3], KEY) == 0 ? NULL : "invalid_token";
}

static void start_workflow(const sim_services_t *services, slack_http_request_t *request,
                           const slack_json_t *variables)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *text = slack__json_text(request->arena, variables, NULL);
    sim_transcript_add(&services->workspace->transcript, SIM_ENTRY_STEP, false, "",
                       sim_user_bot()->name, "starts a workflow with %.*s", WORDS_BYTES,
                       text ? text : "");
    sim_respond_json(request, 200, sim_json(&json, "{ok: true}"));
}

static void post_message(const sim_services_t *services, slack_http_request_t *request,
                         const sim_channel_t *channel, const slack_json_t *message)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    const char *error = sim_message_content(&json, message, &content, problem);
    const sim_message_draft_t draft = {
        .channel = channel,
        .thread_ts = slack_json_str(message, "/thread_ts"),
        .content = content,
    };
    const int rc = error || json.rc ? json.rc : sim_bot_message_post(services, &draft, NULL);
    if (rc != 0)
        sim_respond_json(request, 500, NULL); /* memory is out */
    else
        sim_respond_text(request, error ? 400 : 200, error ? error : "ok");
}

void sim_webhook_request(const sim_services_t *services, slack_http_request_t *request)
{
    const slack_json_t *message = NULL;
    sim_channel_t *channel;
    int status;
    if (!slack__slice_eq(request->method, SLACK_SLICE("POST"))) {
        sim_respond_text(request, 405, "method_not_allowed");
        return;
    }
    const char *error = find_hook(services, request->path.ptr, &channel, &status);
    if (!error && (slack__json_parse(request->arena, request->body ? request->body : "",
                                     request->body_len, &message, NULL) != 0 ||
                   slack_json_type(message) != SLACK_JSON_OBJECT)) {
        error = "invalid_payload";
        status = 400;
    }
    if (error)
        sim_respond_text(request, status, error);
    else if (channel)
        post_message(services, request, channel, message);
    else
        start_workflow(services, request, message);
}
