/* SPDX-License-Identifier: MIT */
#include "sim/assistants.h"

#include <string.h>

/* It lies in its arena. */
typedef struct assistant {
    slack_link_t link;
    slack_arena_t *arena;
    const slack_json_t *body; /* {channel, thread_ts, …} */
} assistant_t;

static assistant_t *assistant_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, assistant_t, link);
}

void sim_assistants_init(sim_assistants_t *assistants, const sim_feed_writer_t *feed)
{
    *assistants = (sim_assistants_t){.feed = feed};
    slack__link_init(&assistants->list);
}

static void assistant_free(sim_assistants_t *assistants, assistant_t *assistant)
{
    if (!assistant) return;
    slack__unlink(&assistant->link);
    assistants->count--;
    slack__arena_free(assistant->arena);
}

void sim_assistants_done(sim_assistants_t *assistants)
{
    while (assistants->count > 0)
        assistant_free(assistants, assistant_at(assistants->list.next));
}

static assistant_t *assistant_find(const sim_assistants_t *assistants, const char *channel_id,
                                   const char *thread_ts)
{
    for (slack_link_t *link = assistants->list.prev; link != &assistants->list; link = link->prev) {
        assistant_t *assistant = assistant_at(link);
        if (strcmp(slack_json_str(assistant->body, "/channel"), channel_id) == 0 &&
            strcmp(slack_json_str(assistant->body, "/thread_ts"), thread_ts) == 0)
            return assistant;
    }
    return NULL;
}

int sim_assistants_set(sim_assistants_t *assistants, const char *channel_id, const char *thread_ts,
                       const slack_json_t *members)
{
    assistant_t *old = assistant_find(assistants, channel_id, thread_ts);
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    assistant_t *assistant = json.arena ? slack__arena_calloc(json.arena, sizeof *assistant) : NULL;
    if (!assistant) json.rc = SLACK_ENOMEM;
    const slack_json_t *thread =
        sim_json(&json, "{channel: %s, thread_ts: %s}", channel_id, thread_ts);
    const slack_json_t *news = sim_json_merged(&json, thread, members);
    const slack_json_t *body =
        sim_json_copy(&json, old ? sim_json_merged(&json, news, old->body) : news);
    if (json.rc != 0) {
        slack__arena_free(json.arena);
        return SLACK_ENOMEM;
    }
    assistant->arena = json.arena;
    assistant->body = body;
    assistant_free(assistants, old);
    if (assistants->count == SIM_ASSISTANTS_MAX)
        assistant_free(assistants, assistant_at(assistants->list.next));
    slack__list_push(&assistants->list, &assistant->link);
    assistants->count++;

    sim_json_builder_t entry = sim_feed_begin();
    sim_feed_end(assistants->feed, "status", &entry, news);
    return 0;
}

void sim_assistants_posted(sim_assistants_t *assistants, const char *channel_id,
                           const char *thread_ts)
{
    const assistant_t *assistant = assistant_find(assistants, channel_id, thread_ts);
    if (!assistant || !*slack_json_str(assistant->body, "/status")) return;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena)
        (void)sim_assistants_set(assistants, channel_id, thread_ts,
                                 sim_json(&json, "{status: '', loading_messages: []}"));
    slack__arena_free(json.arena);
}

const slack_json_t *sim_assistants_json(const sim_assistants_t *assistants,
                                        sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (slack_link_t *link = assistants->list.next; link != &assistants->list; link = link->next)
        sim_list_add(json, &list, assistant_at(link)->body);
    return sim_list_end(json, &list);
}
