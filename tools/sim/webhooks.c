/* SPDX-License-Identifier: MIT */
#include "sim/webhooks.h"

#include <stdio.h>
#include <string.h>

#include "sim/answers.h"
#include "sim/bot_messages.h"
#include "sim/message_content.h"

#define KEY         "SimulatedWebhookKey00001"
#define TRIGGER     "1"
#define SERVICES    "services"
#define TRIGGERS    "triggers"
#define PART_SIZE   64
#define WORDS_BYTES 500 /* of the variables of a workflow, in the transcript */

const char *sim_webhook_url(sim_json_builder_t *json, const sim_services_t *services,
                            const sim_channel_t *channel)
{
    const char *url = slack__arena_printf(json->arena, "%s/%s/%s/%s/" KEY, services->env->base_url,
                                          channel ? SERVICES : TRIGGERS, services->team->id,
                                          channel ? channel->id : TRIGGER);
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

/* The HTTP status of an error. */
static int error_status(const char *error)
{
    static const struct {
        const char *error;
        int status;
    } rows[] = {
        {"no_service", 404},
        {"no_service_id", 404},
        {"no_team", 404},
        {"channel_not_found", 404},
        {"channel_is_archived", 410},
        {"invalid_token", 403},
        {"action_prohibited", 403},
        {"team_disabled", 403},
        {"method_not_allowed", 405},
        {"posting_to_general_channel_denied", 403},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].error, error) == 0) return rows[i].status;
    return 400;
}

/* The reason why the URL is not one of the simulator's. NULL: it is one, and *ret is its channel,
 * or NULL for the trigger. */
static const char *find_hook(const sim_services_t *services, const char *path, sim_channel_t **ret)
{
    char parts[4][PART_SIZE];
    *ret = NULL;
    if (!read_path(path, parts)) return "no_service_id";
    const bool trigger = strcmp(parts[0], TRIGGERS) == 0;
    if (strcmp(parts[1], services->team->id) != 0) return "no_team";
    if (!trigger) *ret = sim_channel_find(&services->workspace->channels, parts[2]);
    if (trigger ? strcmp(parts[2], TRIGGER) != 0 : !*ret || strcmp((*ret)->id, parts[2]) != 0)
        return "no_service";
    return strcmp(parts[3], KEY) == 0 ? NULL : "invalid_token";
}

static void start_workflow(const sim_services_t *services, sim_json_builder_t *json,
                           const slack_json_t *variables, sim_answer_t *answer)
{
    const char *text = slack__json_text(json->arena, variables, NULL);
    sim_transcript_add(&services->workspace->transcript, SIM_ENTRY_STEP, false, "",
                       services->team->bot->name, "starts a workflow with %.*s", WORDS_BYTES,
                       text ? text : "");
    answer->json = sim_json(json, "{ok: true}");
}

/* Returns the error, or NULL. */
static const char *post_message(const sim_services_t *services, sim_json_builder_t *json,
                                const sim_channel_t *channel, const slack_json_t *message,
                                sim_answer_t *answer)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    const char *error = sim_message_content(json, message, &content, problem);
    const sim_message_draft_t draft = {
        .channel = channel,
        .thread_ts = slack_json_str(message, "/thread_ts"),
        .content = content,
    };
    if (error) return error;
    if (json->rc == 0) json->rc = sim_bot_message_post(services, &draft, NULL);
    if (json->rc == 0) answer->text = "ok"; /* else without memory */
    return NULL;
}

/* Act on a request. Returns the error, or NULL. */
static const char *hook_run(const sim_services_t *services, const char *what, sim_answer_t *answer)
{
    const slack_http_request_t *request = answer->request;
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *body = NULL;
    sim_channel_t *channel;
    if (!slack__slice_eq(request->method, SLACK_SLICE("POST"))) return "method_not_allowed";
    const char *error = find_hook(services, request->path.ptr, &channel);
    if (error) return error;
    (void)sim_json_given(request->arena, (slack_slice_t){request->body, request->body_len}, &body);
    answer->args = body;
    answer->retry_after_s = sim_rate_limits_take(services->rate_limits, what, channel);
    if (answer->retry_after_s > 0) return NULL;
    if (slack_json_type(body) != SLACK_JSON_OBJECT) return "invalid_payload";
    if (channel) return post_message(services, &json, channel, body, answer);
    start_workflow(services, &json, body, answer);
    return NULL;
}

void sim_webhook_request(const sim_services_t *services, slack_http_request_t *request)
{
    const bool trigger =
        strncmp(request->path.ptr, "/" TRIGGERS "/", strlen("/" TRIGGERS "/")) == 0;
    const char *what = trigger ? "trigger" : "webhook", *error = NULL;
    sim_answer_t answer;
    if (sim_answer_begin(&answer, services, request, what))
        error = hook_run(services, what, &answer);
    else if (*answer.effect.error)
        error = answer.effect.error;
    if (error) {
        answer.text = error;
        answer.status = error_status(error);
    }
    sim_answer_send(&answer);
}
