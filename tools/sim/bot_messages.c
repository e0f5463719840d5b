/* SPDX-License-Identifier: MIT */
#include "sim/bot_messages.h"

#include "sim/event_payloads.h"
#include "sim/transcript_text.h"

void sim_event_send(const sim_services_t *services, sim_json_builder_t *json,
                    const slack_json_t *event)
{
    if (!sim_team_has_app(services->team) || !sim_deliveries_possible(services->deliveries)) return;
    const slack_json_t *payload =
        sim_event_payload(services->team, services->workspace->ids, json, event);
    const sim_delivery_request_t request = {.feed = &services->workspace->transcript.feed,
                                            .kind = SIM_DELIVERY_EVENT,
                                            .payload = payload};
    /* The event is lost if there is no room for it. Slack loses events under load, too. */
    if (json->rc == 0) (void)sim_deliver(services->deliveries, &request);
}

static void message_to_transcript(const sim_services_t *services, sim_json_builder_t *json,
                                  const sim_message_t *message, const char *verb)
{
    slack_arena_t *arena = json->arena;
    const char *place = sim_text_place(arena, message->channel, *message->thread_ts);
    const char *text = sim_text_message(arena, &services->workspace->channels, message->body);
    const char *who = message->author->name;
    if (message->only_for) {
        who = slack__arena_printf(arena, "%s (only to %s)", who, message->only_for->name);
        if (!who) who = message->author->name;
    }
    sim_transcript_t *transcript = &services->workspace->transcript;
    uint64_t number =
        sim_transcript_add(transcript, SIM_ENTRY_MESSAGE, false, place, who, "%s%s", verb, text);
    sim_transcript_detail(transcript, number, sim_message_detail(json, message));
}

int sim_bot_message_post(const sim_services_t *services, const sim_message_draft_t *draft,
                         sim_message_t **ret)
{
    sim_message_draft_t own = *draft;
    sim_message_t *message = NULL;
    if (!own.author) own.author = services->team->bot;
    own.by_app = true;
    int rc = sim_message_add(&services->workspace->messages, &own, &message);
    if (rc != 0) return rc;
    sim_assistants_posted(&services->workspace->assistants, message->channel->id,
                          message->thread_ts);
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) {
        message_to_transcript(services, &json, message, "");
        if (!message->only_for) sim_event_send(services, &json, sim_event_message(&json, message));
    }
    slack__arena_free(json.arena);
    if (ret) *ret = message;
    return 0;
}

typedef int (*change_fn)(sim_messages_t *messages, sim_message_t *message,
                         const slack_json_t *content);

static int message_change(const sim_services_t *services, sim_message_t *message,
                          const slack_json_t *content, change_fn change, const char *verb)
{
    sim_workspace_t *workspace = services->workspace;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    const slack_json_t *before = sim_json_copy(&json, message->body);
    int rc = json.rc != 0 ? json.rc : change(&workspace->messages, message, content);
    if (rc == 0) {
        message_to_transcript(services, &json, message, verb);
        if (!message->only_for)
            sim_event_send(services, &json,
                           sim_event_changed(workspace->ids, &json, message, before));
    }
    slack__arena_free(json.arena);
    return rc;
}

int sim_bot_message_edit(const sim_services_t *services, sim_message_t *message,
                         const slack_json_t *content)
{
    return message_change(services, message, content, sim_message_edit, "(edited) ");
}

int sim_bot_message_unfurl(const sim_services_t *services, sim_message_t *message,
                           const slack_json_t *attachments)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    const slack_json_t *content =
        sim_json_merged(&json, sim_json(&json, "{attachments: %p}", attachments), message->body);
    const int rc = json.rc != 0
                       ? json.rc
                       : message_change(services, message, content, sim_message_set, "(unfurled) ");
    slack__arena_free(json.arena);
    return rc;
}

void sim_bot_message_streamed(const sim_services_t *services, sim_json_builder_t *json,
                              const sim_message_t *message, const char *how)
{
    const char *verb = slack__arena_printf(json->arena, "(streamed%s) ", how);
    message_to_transcript(services, json, message, verb ? verb : "");
    sim_event_send(
        services, json,
        sim_event_changed(services->workspace->ids, json, message,
                          sim_json_merged(json, sim_json(json, "{text: ''}"), message->body)));
}

void sim_bot_message_delete(const sim_services_t *services, sim_message_t *message)
{
    sim_workspace_t *workspace = services->workspace;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) {
        message_to_transcript(services, &json, message, "(deleted) ");
        if (!message->only_for)
            sim_event_send(services, &json, sim_event_deleted(workspace->ids, &json, message));
    }
    slack__arena_free(json.arena);
    sim_message_remove(&workspace->messages, message);
}
