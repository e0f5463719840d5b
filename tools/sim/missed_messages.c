/* SPDX-License-Identifier: MIT */
#include "sim/missed_messages.h"

#include <stdio.h>
#include <string.h>

#include "sim/draw.h"
#include "sim/typed_text.h"

#define HEADS 8 /* the newest first messages of threads in a channel, which replies answer */

typedef struct place {
    const sim_channel_t *channel;
    size_t heads; /* so far */
    char head[HEADS][SIM_TS_SIZE];
} place_t;

static const sim_channel_t *open_channel(sim_workspace_t *workspace, unsigned number)
{
    char name[SIM_CHANNEL_NAME_SIZE];
    const sim_channel_t *general = sim_channel_find(&workspace->channels, "general");
    snprintf(name, sizeof name, "missed-%u", number);
    const sim_channel_t *channel = sim_channel_find(&workspace->channels, name);
    return channel
               ? channel
               : sim_channel_add(&workspace->channels, SIM_CHANNEL_PUBLIC, name, &general->members);
}

/* The first person from that one on; ann is one. */
static const sim_user_t *find_person(const sim_users_t *users, size_t index)
{
    const sim_user_t *user = sim_user_at(users, index);
    while (user && (user->bot || user->deactivated))
        user = sim_user_at(users, user->index + 1);
    return user ? user : sim_user_owner(users);
}

/* Write the next message, in one of the places. */
static int write_message(const sim_services_t *services, const sim_missed_t *missed,
                         place_t *places, sim_json_builder_t *json)
{
    sim_workspace_t *workspace = services->workspace;
    const uint64_t seed = services->faults->seed, nth = workspace->missed++;
    place_t *place = &places[sim_draw(seed, "channel", nth, missed->channels)];
    const size_t known = place->heads < HEADS ? place->heads : HEADS;
    const bool replies = known > 0 && sim_draw(seed, "thread", nth, 100) < missed->threads;
    const char *text = slack__arena_printf(json->arena, "%s %llu", missed->text,
                                           (unsigned long long)workspace->missed);
    const sim_message_draft_t draft = {
        .channel = place->channel,
        .author = find_person(&workspace->users,
                              (size_t)sim_draw(seed, "person", nth, workspace->users.count)),
        .thread_ts = replies ? place->head[sim_draw(seed, "head", nth, known)] : "",
        .content = text ? sim_typed_content(json, text) : NULL,
    };
    sim_message_t *message = NULL;
    if (!draft.content) return SLACK_ENOMEM;
    const int rc = sim_message_add(&workspace->messages, &draft, &message);
    if (rc == 0 && !replies)
        snprintf(place->head[place->heads++ % HEADS], SIM_TS_SIZE, "%s", message->ts);
    return rc;
}

int sim_missed_messages(const sim_services_t *services, const sim_missed_t *missed)
{
    sim_workspace_t *workspace = services->workspace;
    slack_arena_t *arena = slack__arena_new(0, 0);
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    place_t *places = arena ? slack__arena_calloc(arena, missed->channels * sizeof *places) : NULL;
    int rc = places && json.arena ? 0 : SLACK_ENOMEM;
    for (unsigned i = 0; i < missed->channels && rc == 0; i++) {
        places[i].channel = open_channel(workspace, i + 1);
        if (!places[i].channel) rc = SLACK_EBUSY;
    }
    for (unsigned i = 0; i < missed->messages && rc == 0; i++) {
        rc = write_message(services, missed, places, &json);
        slack__arena_reset(json.arena);
    }
    if (rc == 0)
        sim_transcript_add(&workspace->transcript, SIM_ENTRY_EVENT, false, "", "people",
                           "write %u messages that no app receives", missed->messages);
    slack__arena_free(json.arena);
    slack__arena_free(arena);
    return rc;
}
