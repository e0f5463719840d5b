/* SPDX-License-Identifier: MIT */
#include "protocol/payload.h"

#include <stdio.h>
#include <string.h>

#include "protocol/kind.h"
#include "util/str.h"

/* The string at the first of the paths that leads to one that is not empty. */
static const char *first_string(const slack_json_t *body, const char *const *paths)
{
    for (; *paths; paths++) {
        const char *s = slack_json_str(body, *paths);
        if (*s) return s;
    }
    return "";
}

#define FIRST(body, ...) first_string((body), (const char *const[]){__VA_ARGS__, NULL})

const char *slack__payload_team(const slack_json_t *body)
{
    return FIRST(body, "/view/app_installed_team_id", "/team", "/team/id",
                 "/authorizations/0/team_id", "/team_id", "/event/team", "/event/team/id",
                 "/event/team_id", "/user/team_id", "/view/team_id");
}

/* If the authorization has no enterprise_id, there is none: the enterprise_id of the body may be
 * that of the other side of a shared channel. */
const char *slack__payload_enterprise(const slack_json_t *body)
{
    const char *whole = FIRST(body, "/enterprise", "/enterprise/id");
    if (*whole) return whole;
    const slack_json_t *authorized = slack_json_get(body, "/authorizations/0/enterprise_id");
    if (authorized) return slack_json_str(authorized, "");
    return FIRST(body, "/enterprise_id", "/team/enterprise_id", "/event/enterprise",
                 "/event/enterprise/id", "/event/enterprise_id");
}

const char *slack__payload_user(const slack_json_t *body)
{
    return FIRST(
        body, "/event/user", "/user", "/user/id", "/user_id", "/event/user/id", "/event/user_id",
        "/event/assistant_thread/user_id", "/event/message/user", "/event/previous_message/user",
        "/message/user", "/event/actor_id", "/event/actor/id", "/event/channel/creator",
        "/event/subteam/updated_by", "/event/subteam/created_by", "/event/accepting_user/id",
        "/event/approving_user/id", "/event/declining_user/id", "/event/invite/inviting_user/id");
}

const char *slack__payload_bot(const slack_json_t *body)
{
    const slack_json_t *event = slack_json_get(body, "/event"); /* the body is searched once */
    return FIRST(event, "/bot_id", "/message/bot_id", "/previous_message/bot_id");
}

/* ---- the message that a delivery refers to ---- */

/* Where a body has the message, the thread and the channel. In each list the first path counts that
 * leads to a usable string. */
typedef struct place {
    const char *types;    /* of events, separated by commas; NULL: all others */
    const char *subtypes; /* NULL: any */
    const char *message[5], *thread[5], *channel[6];
} place_t;

static const place_t event_places[] = {
    {"message", "message_deleted", .message = {"/event/deleted_ts", "/event/previous_message/ts"},
     .thread = {"/event/previous_message/thread_ts"}, .channel = {"/event/channel"}},
    /* The inner message is that of an edit, or of message_replied, whose subtype Slack leaves out.
     */
    {"message,app_mention", .message = {"/event/message/ts", "/event/ts"},
     .thread = {"/event/thread_ts", "/event/message/thread_ts"}, .channel = {"/event/channel"}},
    {"reaction_added,reaction_removed", .message = {"/event/item/ts"},
     .channel = {"/event/item/channel"}},
    {"pin_added,pin_removed,star_added,star_removed",
     .message = {"/event/item/message/ts", "/event/item/ts"},
     .thread = {"/event/item/message/thread_ts"},
     .channel = {"/event/channel_id", "/event/item/channel", "/event/channel"}},
    {"link_shared,message_metadata_posted,message_metadata_updated,message_metadata_deleted,"
     "entity_details_requested",
     .message = {"/event/message_ts"}, .thread = {"/event/thread_ts"},
     .channel = {"/event/channel", "/event/channel_id"}},
    {"assistant_thread_started,assistant_thread_context_changed",
     .thread = {"/event/assistant_thread/thread_ts"},
     .channel = {"/event/assistant_thread/channel_id"}},
    {NULL, /* its `ts`, if it has one, is the time of the event */
     .thread = {"/event/thread_ts"},
     .channel = {"/event/channel", "/event/channel/id", "/event/channel_id", "/event/item/channel",
                 "/event/new_channel_id"}},
};

/* Interactions, commands, and the arguments of jobs. */
static const place_t other_place = {
    .message = {"/message/ts", "/container/message_ts", "/message_ts", "/original_message/ts"},
    .thread = {"/thread_ts", "/message/thread_ts", "/container/thread_ts",
               "/original_message/thread_ts"},
    .channel = {"/channel", "/channel/id", "/channel_id", "/container/channel_id", "/item/channel"},
};

static const place_t *place_of(const slack_json_t *body)
{
    if (slack__kind_of(body) != SLACK_KIND_EVENT) return &other_place;
    const char *type = slack_json_str(body, "/event/type");
    const char *subtype = slack_json_str(body, "/event/subtype");
    const place_t *p = event_places;
    while (p->types && !(slack__list_has(p->types, type) &&
                         (p->subtypes == NULL || slack__list_has(p->subtypes, subtype))))
        p++;
    return p;
}

static const char *first_ts(const slack_json_t *body, const char *const *paths)
{
    const char *ts = first_string(body, paths);
    /* "1755000000.000100"; the message of a link that is being composed has a UUID instead. */
    return ts[strspn(ts, "0123456789.")] == '\0' ? ts : "";
}

const char *slack__payload_ts(const slack_json_t *body)
{
    return first_ts(body, place_of(body)->message);
}

const char *slack__payload_thread_ts(const slack_json_t *body)
{
    return first_ts(body, place_of(body)->thread);
}

/* In link_shared "COMPOSER" says that the link is in a message that is not sent yet. */
const char *slack__payload_channel(const slack_json_t *body)
{
    const char *channel = first_string(body, place_of(body)->channel);
    return strcmp(channel, "COMPOSER") == 0 ? "" : channel;
}

bool slack__payload_is_edit(const slack_json_t *body)
{
    return *FIRST(body, "/event/edited/ts", "/event/message/edited/ts") != '\0';
}

/* ---- answers ---- */

const char *slack__payload_trigger_id(const slack_json_t *body)
{
    return FIRST(body, "/trigger_id", "/interactivity/interactivity_pointer",
                 "/event/interactivity/interactivity_pointer");
}

const char *slack__payload_response_url(const slack_json_t *body)
{
    return FIRST(body, "/response_url", "/response_urls/0/response_url");
}

/* In a slash command it is a string. */
bool slack__payload_is_enterprise_install(const slack_json_t *body)
{
    const slack_json_t *first_of = slack_json_get(body, "/authorizations/0/is_enterprise_install");
    if (slack_json_type(first_of) == SLACK_JSON_BOOL) return slack_json_bool(first_of, "");
    return slack_json_bool(body, "/is_enterprise_install") ||
           strcmp(slack_json_str(body, "/is_enterprise_install"), "true") == 0;
}

const char *slack__payload_acting_team(const slack_json_t *body)
{
    const char *team =
        FIRST(body, "/view/app_installed_team_id", "/authorizations/0/team_id", "/context_team_id");
    return *team ? team : slack__payload_team(body);
}

/* ---- Slack Connect ---- */

static bool is_in_shared_channel(const slack_json_t *body)
{
    return slack_json_bool(body, "/is_ext_shared_channel");
}

/* A body names the two sides of a shared channel: the side that sent the event by team_id and
 * enterprise_id, and the side whose app receives it by context_team_id and context_enterprise_id.
 * Returns the member `other` of the side whose member `own` is `id`. */
static const char *other_of_side(const slack_json_t *body, const char *id, const char *own,
                                 const char *other)
{
    static const char *const sides[] = {"/", "/context_"};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        char own_path[40], other_path[40];
        snprintf(own_path, sizeof own_path, "%s%s", sides[i], own);
        snprintf(other_path, sizeof other_path, "%s%s", sides[i], other);
        if (*id && strcmp(id, slack_json_str(body, own_path)) == 0)
            return slack_json_str(body, other_path);
    }
    return "";
}

/* `id` is the id of a workspace or, in a shared channel, of an organization. */
static const char *workspace_of(const slack_json_t *body, const char *id)
{
    return *id == 'E' ? other_of_side(body, id, "enterprise_id", "team_id") : id;
}

const char *slack__payload_actor_enterprise(const slack_json_t *body)
{
    if (!is_in_shared_channel(body)) return slack__payload_enterprise(body);
    const char *id = FIRST(body, "/event/user_team", "/event/team");
    return *id == 'E' ? id : other_of_side(body, id, "team_id", "enterprise_id");
}

/* The user_team of a mention may be an organization; the workspace is unknown then. */
const char *slack__payload_actor_team(const slack_json_t *body)
{
    if (!is_in_shared_channel(body)) return slack__payload_team(body);
    const char *user_team = slack_json_str(body, "/event/user_team");
    const bool mention = strcmp(slack_json_str(body, "/event/type"), "app_mention") == 0;
    if (*user_team && mention) return *user_team == 'E' ? "" : user_team;
    const char *team = workspace_of(body, user_team);
    return *team ? team : workspace_of(body, slack_json_str(body, "/event/team"));
}

const char *slack__payload_actor_user(const slack_json_t *body)
{
    if (!is_in_shared_channel(body)) return slack__payload_user(body);
    const bool known = *slack__payload_actor_enterprise(body) || *slack__payload_actor_team(body);
    return known ? FIRST(body, "/event/user", "/event/user/id", "/event/user_id") : "";
}

/* ---- workflows ---- */

const char *slack__payload_function_execution_id(const slack_json_t *body)
{
    return FIRST(body, "/event/function_execution_id", "/function_data/execution_id");
}

const char *slack__payload_workflow_token(const slack_json_t *body)
{
    if (*slack__payload_function_execution_id(body) == '\0') return "";
    return FIRST(body, "/event/bot_access_token", "/bot_access_token");
}
