/* SPDX-License-Identifier: MIT */
#include "sim/answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/app_state.h"
#include "util/form.h"

/* The arguments of a call that does not act: nobody else reads them. NULL: there are none. */
static const slack_json_t *read_args(const slack_http_request_t *request)
{
    const slack_json_t *args = NULL;
    const char *body = request->body ? request->body : "";
    if (sim_request_is(request, "application/json"))
        (void)slack__json_parse(request->arena, body, request->body_len, &args, NULL);
    else
        (void)slack__form_parse(request->arena, body, request->body_len, &args);
    return args;
}

bool sim_answer_begin(sim_answer_t *answer, const sim_services_t *services,
                      slack_http_request_t *request, const char *method)
{
    const sim_effect_t effect = sim_faults_at(services->faults, SIM_POINT_CALL, method);
    *answer = (sim_answer_t){
        .services = services,
        .request = request,
        .number = ++services->calls->last_number,
        .method = method,
        .began_ms = slack__mono_ms(services->faults->clock),
        .effect = effect,
        .status = 200,
    };
    sim_app_called(services, slack__http_header(request, "user-agent", NULL));
    if (!effect.acts || effect.done) return true;
    answer->args = read_args(request);
    return false;
}

static void respond_with_status(slack_http_request_t *request, const sim_effect_t *effect)
{
    static const char page[] = "<html><body>Something went wrong.</body></html>\n";
    char seconds[24];
    if (effect->status == 429) {
        sim_respond_ratelimited(request, effect->retry_after_s);
        return;
    }
    snprintf(seconds, sizeof seconds, "%" PRIu64, effect->retry_after_s);
    const slack_http_header_t retry_after = {SLACK_SLICE("Retry-After"), slack__slice(seconds)};
    const slack_http_response_t response = {
        .status = (int)effect->status,
        .content_type = "text/html",
        .headers = &retry_after,
        .header_count = effect->retry_after_s > 0 ? 1 : 0,
        .body = page,
        .body_len = sizeof page - 1,
    };
    sim_respond(request, &response);
}

/* The HTTP status that the app gets; 0: a fault ends the connection. */
static int answer_status(const sim_answer_t *answer)
{
    if (answer->effect.drop) return 0;
    if (answer->effect.status > 0) return (int)answer->effect.status;
    if (answer->retry_after_s > 0) return 429;
    return answer->json || answer->text ? answer->status : 500;
}

/* A call whose answer comes late: the page shows for how long it waits. */
static void feed_put_begun(const sim_answer_t *answer)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(&answer->services->workspace->transcript.feed, "call", &json,
                 sim_json(&json, "{number: %" PRIu64 ", method: %s, arguments: %p}", answer->number,
                          answer->method, sim_feed_value(&json, answer->args)));
}

static void feed_put(const sim_answer_t *answer)
{
    const sim_services_t *services = answer->services;
    sim_json_builder_t json = sim_feed_begin();
    const int status = answer_status(answer);
    const bool sent = status == answer->status;
    const uint64_t wait_s = answer->retry_after_s + answer->effect.retry_after_s;
    const slack_json_t *body = answer->text ? sim_json(&json, "%s", answer->text) : answer->json;
    sim_feed_end(&services->workspace->transcript.feed, "call", &json,
                 sim_json(&json,
                          "{number: %" PRIu64 ", method: %s, arguments: %p, status: %d, answer: %p,"
                          " took_ms: %" PRIu64 ", retry_after?: %p, fault: %p}",
                          answer->number, answer->method, sim_feed_value(&json, answer->args),
                          status, sent ? sim_feed_value(&json, body) : NULL,
                          slack__mono_ms(services->faults->clock) - answer->began_ms,
                          wait_s > 0 ? sim_json(&json, "%" PRIu64, wait_s) : NULL,
                          sim_json_bool(&json, answer->effect.acts)));
}

static void answer_send(const sim_answer_t *answer)
{
    feed_put(answer);
    if (answer->effect.drop)
        sim_respond_cut(answer->request, &(slack_http_response_t){.status = 200}, 0, true);
    else if (answer->effect.status > 0)
        respond_with_status(answer->request, &answer->effect);
    else if (answer->retry_after_s > 0)
        sim_respond_ratelimited(answer->request, answer->retry_after_s);
    else if (answer->text)
        sim_respond_text(answer->request, answer->status, answer->text);
    else
        sim_respond_call(answer->request, answer->json ? answer->status : 500, answer->json,
                         &answer->scopes);
}

static void late_due(slack_arena_t *arena, void *data)
{
    answer_send(data);
}

/* False without memory. */
static bool answer_send_late(const sim_answer_t *answer, sim_later_t *later)
{
    slack_arena_t *arena = answer->request->arena;
    sim_json_builder_t json = {arena, 0};
    sim_answer_t *late = slack__arena_calloc(arena, sizeof *late);
    if (!late) return false;
    *late = *answer;
    /* The workspace, whose values the answer may have, changes in the meantime. */
    if (answer->json) late->json = sim_json_copy(&json, answer->json);
    if (answer->text) late->text = slack__arena_strdup(arena, answer->text);
    if (json.rc != 0 || !late->text != !answer->text) return false;
    feed_put_begun(answer);
    return sim_later_run(later, answer->effect.delay_ms, arena, late_due, late) == 0;
}

void sim_answer_send(const sim_answer_t *answer)
{
    const sim_services_t *services = answer->services;
    sim_call_counts_add(services->calls, answer->method, answer->retry_after_s > 0);
    if (answer->effect.delay_ms == 0 || !answer_send_late(answer, services->later))
        answer_send(answer);
}
