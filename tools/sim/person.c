/* SPDX-License-Identifier: MIT */
#include "sim/person.h"

#include <stdio.h>
#include <string.h>

#include "sim/responses.h"

static const char no_app[] =
    "no app is connected: start one with the variables of `slackapp sim env`, or give its request "
    "URL with `slackapp sim request-url URL`";

static bool find_user_and_channel(sim_act_t *act)
{
    const char *user = sim_act_arg(act, "user"), *channel = sim_act_arg(act, "channel");
    const sim_users_t *users = &act->services->workspace->users;
    act->user = sim_user_find(users, *user ? user : "ann");
    act->channel =
        sim_channel_reach(&act->services->workspace->channels, *channel ? channel : "general");
    if (!act->user || act->user->bot || act->user->deactivated)
        return sim_act_cannot(
            act, "there is no person \"%.80s\"; there are ann, ben, cleo and those of users.list",
            user);
    if (!act->channel)
        return sim_act_cannot(act,
                              "there is no channel \"%.80s\": slackapp sim status lists them; "
                              "@ann, @ben, @cleo are direct messages",
                              channel);
    /* Nobody else writes in a person's direct messages. */
    if (act->channel->user_id) act->user = sim_user_by_id(users, act->channel->user_id);
    return true;
}

static bool act_start(sim_act_t *act)
{
    static const sim_act_kind_t *const families[] = {
        sim_person_elements,
        sim_person_events,
        sim_person_messages,
        sim_person_modals,
    };
    const char *name = sim_act_arg(act, "kind");
    if (!find_user_and_channel(act)) return false;
    act->missed = slack_json_bool(act->args, "/missed");
    if (!act->missed && sim_team_has_app(act->services->team) &&
        !sim_deliveries_possible(act->services->deliveries))
        return sim_act_cannot(act, "%s", no_app);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (const sim_act_kind_t *kind = families[i]; kind->name; kind++)
            if (strcmp(kind->name, name) == 0) return kind->start(act);
    return sim_act_cannot(act, "there is no kind \"%.80s\"", name);
}

void sim_person_act(const sim_services_t *services, slack_http_request_t *request,
                    const slack_json_t *args)
{
    sim_act_t *act = slack__arena_calloc(request->arena, sizeof *act);
    if (!act) {
        sim_respond_json(request, 500, NULL);
        return;
    }
    act->services = services;
    act->request = request;
    act->json.arena = request->arena;
    act->args = args;
    act->acked = true;
    act->wire = "";
    bool good = act_start(act);
    if (act->waiting > 0) { /* the last delivery answers the request */
        act->acked = good;
        if (!good) snprintf(act->error, sizeof act->error, "%s", act->problem);
        return;
    }
    if (good) {
        sim_act_finish(act);
        return;
    }
    if (act->json.rc != 0) sim_act_cannot(act, "%s", slack_strerror(act->json.rc));
    sim_transcript_outcome(&services->workspace->transcript, act->entry, "not sent");
    sim_respond_error(request, 400, act->problem);
}
