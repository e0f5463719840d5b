/* SPDX-License-Identifier: MIT */
#include "sim/resend.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/ack_outcomes.h"
#include "sim/responses.h"
#include "sim/transcript_text.h"

#define RETRIES_MAX 3 /* Slack redelivers an event so often */

/* The workspace whose feed has the delivery. */
static const sim_services_t *services_of(const sim_teams_t *teams, const sim_sent_t *sent)
{
    for (size_t i = 0; i < teams->count; i++)
        if (&teams->list[i]->workspace->transcript.feed == sent->feed) return teams->list[i];
    return teams->list[0];
}

/* The payload as that of a new delivery: an event has another event_id, since an app handles each
 * once; a command or an interaction has a new trigger for the same person and view. */
static const slack_json_t *fresh_payload(const sim_services_t *services, sim_json_builder_t *json,
                                         const sim_sent_t *sent)
{
    const char *user_id = slack_json_str(sent->payload, "/user/id");
    if (*slack_json_str(sent->payload, "/event_id")) {
        char id[SIM_ID_SIZE];
        sim_ids_next(services->workspace->ids, "Ev0", id);
        return sim_json_merged(json, sim_json(json, "{event_id: %s}", id), sent->payload);
    }
    if (!*slack_json_str(sent->payload, "/trigger_id")) return sent->payload;
    if (!*user_id) user_id = slack_json_str(sent->payload, "/user_id");
    sim_key_t *key = sim_key_new(&services->workspace->keys, SIM_KEY_TRIGGER);
    key->user = sim_user_by_id(&services->workspace->users, user_id);
    snprintf(key->view_id, sizeof key->view_id, "%s", slack_json_str(sent->payload, "/view/id"));
    const slack_json_t *trigger = sim_json(json, "{trigger_id: %s}", key->text);
    return sim_json_merged(json, trigger, sent->payload);
}

/* --- the acks whose body does something --- */

/* A command, a submission, or typing in an external select, once more. */
static const struct act_again {
    const char *type; /* of an interaction; "": a command */
    enum sim_entry_kind entry;
    const char *verb;
    const char *name; /* the pointer to it in the payload */
    const char *(*outcome)(sim_act_t *act, const slack_json_t *body);
} acts_again[] = {
    {"", SIM_ENTRY_COMMAND, "runs", "/command", sim_ack_outcome_command},
    {"view_submission", SIM_ENTRY_SUBMIT, "submits", "/view/callback_id",
     sim_ack_outcome_submission},
    {"block_suggestion", SIM_ENTRY_OPTIONS, "types into", "/action_id", sim_ack_outcome_options},
};

static const struct act_again *act_again_of(const sim_sent_t *sent)
{
    const char *type = slack_json_str(sent->payload, "/type");
    if (sent->kind == SIM_DELIVERY_EVENT) return NULL;
    for (size_t i = 0; i < sizeof acts_again / sizeof *acts_again; i++)
        if (strcmp(acts_again[i].type, type) == 0) return &acts_again[i];
    return NULL;
}

/* The act of a resent delivery, in an arena of its own, with its entry in the transcript. The
 * request is answered before the ack comes. NULL: the body of the ack does nothing, or memory is
 * out. */
static sim_act_t *act_again(const sim_services_t *services, const sim_sent_t *sent)
{
    const struct act_again *again = act_again_of(sent);
    slack_arena_t *arena = again ? slack__arena_new(0, 0) : NULL;
    sim_act_t *act = arena ? slack__arena_calloc(arena, sizeof *act) : NULL;
    if (!act) {
        slack__arena_free(arena);
        return NULL;
    }
    const bool command = sent->kind == SIM_DELIVERY_COMMAND;
    const char *user_id = slack_json_str(sent->payload, command ? "/user_id" : "/user/id");
    const char *channel_id = slack_json_str(sent->payload, command ? "/channel_id" : "/channel/id");
    act->services = services;
    act->json.arena = arena;
    act->user = sim_user_by_id(&services->workspace->users, user_id);
    act->channel = sim_channel_find(&services->workspace->channels, channel_id);
    act->outcome = again->outcome;
    snprintf(act->view_id, sizeof act->view_id, "%s", slack_json_str(sent->payload, "/view/id"));
    if (!act->user || (command && !act->channel)) {
        slack__arena_free(arena);
        return NULL;
    }
    sim_act_entry(act, again->entry, command ? sim_text_place(arena, act->channel, false) : "",
                  "%s %s again", again->verb, slack_json_str(sent->payload, again->name));
    return act;
}

static void act_again_ends(sim_act_t *act, const char *outcome)
{
    sim_transcript_outcome(&act->services->workspace->transcript, act->entry, "%s", outcome);
    slack__arena_free(act->json.arena);
}

static void act_again_acked(const sim_delivery_result_t *result, void *user_data)
{
    sim_act_t *act = user_data;
    act_again_ends(act, result->acked       ? act->outcome(act, result->body)
                        : result->timed_out ? "operation_timeout"
                                            : "dispatch_failed");
}

/* --- the request --- */

void sim_resend_request(const sim_services_t *services, slack_http_request_t *request,
                        const slack_json_t *args)
{
    sim_deliveries_t *deliveries = services->deliveries;
    sim_json_builder_t json = {request->arena, 0};
    const int64_t given = slack_json_int(args, "/number");
    const uint64_t number = given > 0 ? (uint64_t)given : deliveries->last_number;
    const bool retry = slack_json_bool(args, "/retry");
    sim_sent_t sent;
    if (!sim_deliveries_find(deliveries, number, &sent)) {
        sim_respond_error(request, 404,
                          "there is no delivery with that number any more: the newest 1000 can be "
                          "sent again");
        return;
    }
    if (retry && sent.kind != SIM_DELIVERY_EVENT) {
        sim_respond_error(request, 409,
                          "Slack sends a command or an interaction once: only an event comes again "
                          "as a redelivery");
        return;
    }
    if (!sim_deliveries_possible(deliveries)) {
        sim_respond_error(request, 409, "no app is connected");
        return;
    }
    const sim_services_t *own = services_of(services->teams, &sent);
    sim_act_t *act = retry ? NULL : act_again(own, &sent);
    const unsigned next = sent.retry_num < RETRIES_MAX ? sent.retry_num + 1 : RETRIES_MAX;
    const sim_delivery_request_t delivery = {
        .feed = sent.feed,
        .kind = sent.kind,
        .payload = retry ? sent.payload : fresh_payload(own, &json, &sent),
        .takes_body = sent.takes_body,
        .fn = act ? act_again_acked : NULL,
        .user_data = act,
        .number = retry ? number : 0,
        .retry_num = retry ? next : 0,
    };
    const int rc = json.rc != 0 ? json.rc : sim_deliver(deliveries, &delivery);
    if (rc != 0 && act) act_again_ends(act, "not sent");
    if (rc == 0)
        sim_respond_json(request, 200,
                         sim_json(&json, "{ok: true, number: %" PRIu64 "}",
                                  retry ? number : deliveries->last_number));
    else
        sim_respond_error(request, 503, slack_strerror(rc));
}
