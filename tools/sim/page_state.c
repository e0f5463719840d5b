/* SPDX-License-Identifier: MIT */
#include "sim/page_state.h"

#include <inttypes.h>

#include "sim/app_state.h"
#include "util/alloc.h"

static const slack_json_t *teams_json(const sim_teams_t *teams, sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < teams->count; i++) {
        const sim_team_t *team = teams->list[i]->team;
        sim_list_add(json, &list,
                     sim_json(json,
                              "{id: %s, domain: %s, name: %s, bot: %s, bot_id: %s, installed: %p}",
                              team->id, team->domain, team->name, team->bot->id, team->bot_id,
                              sim_json_bool(json, sim_team_has_app(team))));
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *people_json(const sim_users_t *users, sim_json_builder_t *json)
{
    const sim_user_t *user;
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; (user = sim_user_at(users, i)); i++)
        sim_list_add(
            json, &list,
            sim_json(json, "{id: %s, name: %s, real_name: %s, bot: %p, guest: %p, deactivated: %p}",
                     user->id, user->name, user->real_name, sim_json_bool(json, user->bot),
                     sim_json_bool(json, user->guest), sim_json_bool(json, user->deactivated)));
    return sim_list_end(json, &list);
}

static const slack_json_t *channels_json(const sim_channels_t *channels, sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < channels->count; i++)
        sim_list_add(json, &list, sim_channel_entry(channels, json, &channels->list[i]));
    return sim_list_end(json, &list);
}

/* The first of the newest messages that the state has room for, and how many each channel has from
 * there on. */
static slack_link_t *first_message(const sim_workspace_t *workspace, unsigned *counts)
{
    const slack_link_t *list = &workspace->messages.list;
    size_t bytes = 0;
    for (slack_link_t *link = list->prev; link != list; link = link->prev) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        bytes += slack__arena_size(message->arena);
        if (bytes > SIM_STATE_BYTES_MAX && link != list->prev) return link->next;
        counts[message->channel - workspace->channels.list]++;
    }
    return list->next;
}

/* Oldest first. */
static const slack_json_t *messages_json(const sim_workspace_t *workspace, sim_json_builder_t *json)
{
    unsigned *counts = slack__calloc(SIM_CHANNELS_MAX, sizeof *counts);
    sim_list_t list;
    if (!counts) {
        json->rc = SLACK_ENOMEM;
        return NULL;
    }
    sim_list_begin(json, &list, '[');
    for (slack_link_t *link = first_message(workspace, counts); link != &workspace->messages.list;
         link = link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        unsigned *later = &counts[message->channel - workspace->channels.list];
        if ((*later)-- <= SIM_STATE_MESSAGES)
            sim_list_add(json, &list, sim_message_entry(&workspace->messages, json, message));
    }
    slack__free(counts);
    return sim_list_end(json, &list);
}

/* {USER: [view, …]}: the stacks of modals, or {USER: view}: the home tabs. */
static const slack_json_t *views_json(const sim_workspace_t *workspace, sim_json_builder_t *json,
                                      bool home)
{
    const sim_user_t *user;
    sim_list_t list, stack;
    sim_list_begin(json, &list, '{');
    for (size_t i = 0; (user = sim_user_at(&workspace->users, i)); i++) {
        size_t count = 0;
        sim_list_begin(json, &stack, '[');
        const slack_link_t *views = &workspace->views.list;
        for (slack_link_t *link = views->next; link != views; link = link->next) {
            const sim_view_t *view = SLACK_CONTAINER(link, const sim_view_t, link);
            if (view->user != user || view->home != home) continue;
            if (home) sim_list_put(json, &list, user->id, sim_feed_value(json, view->body));
            sim_list_add(json, &stack, sim_feed_value(json, view->body));
            count++;
        }
        const slack_json_t *all = sim_list_end(json, &stack);
        if (count > 0 && !home) sim_list_put(json, &list, user->id, all);
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *state_json(const sim_services_t *services, const sim_feed_t *feed,
                                      sim_json_builder_t *json)
{
    const sim_workspace_t *workspace = services->workspace;
    return sim_json(
        json,
        "{ok: true, id: %" PRIu64 ", oldest: %" PRIu64
        ", workspace: %s, workspaces: %p, people: %p,"
        " channels: %p, messages: %p, views: %p, homes: %p, statuses: %p, app: %p, faults: %p,"
        " commands: %p, shortcuts: %p, message_shortcuts: %p}",
        sim_feed_last(feed), feed->first - 1, services->team->id, teams_json(services->teams, json),
        people_json(&workspace->users, json), channels_json(&workspace->channels, json),
        messages_json(workspace, json), views_json(workspace, json, false),
        views_json(workspace, json, true), sim_assistants_json(&workspace->assistants, json),
        sim_app_json(services, json), sim_faults_json(services->faults, json),
        sim_names_json(json, &services->seen->commands),
        sim_names_json(json, &services->seen->shortcuts),
        sim_names_json(json, &services->seen->message_shortcuts));
}

void sim_page_state_request(const sim_services_t *services, const sim_feed_t *feed,
                            slack_http_request_t *request)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (!json.arena) json.rc = SLACK_ENOMEM;
    const slack_json_t *state = state_json(services, feed, &json);
    sim_secrets_respond(&feed->redactor, request, &json, state);
    slack__arena_free(json.arena);
}
