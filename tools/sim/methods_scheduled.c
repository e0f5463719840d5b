/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "sim/message_content.h"
#include "sim/methods.h"
#include "sim/pages.h"
#include "sim/schedule.h"
#include "sim/team.h"
#include "sim/transcript_text.h"

/* Slack takes no time that is further away. */
#define AHEAD_MAX_S ((int64_t)120 * 24 * 60 * 60)

/* A time in seconds since 1970. False for another text; *ret is unchanged for none. */
static bool call_time(const sim_call_t *call, const char *name, int64_t *ret)
{
    const char *text = sim_call_arg(call, name);
    uint64_t seconds = 0;
    if (!*text) return true;
    slack_slice_t whole = {text, strcspn(text, ".")};
    if (!slack__parse_u64(whole, INT64_MAX, &seconds)) return false;
    *ret = (int64_t)seconds;
    return true;
}

static const slack_json_t *chat_schedule_message(sim_call_t *call)
{
    sim_workspace_t *workspace = call->services->workspace;
    const slack_json_t *failure = NULL, *content = NULL;
    char problem[SIM_PROBLEM_SIZE];
    int64_t post_at_s = -1;
    const int64_t now_s = slack__wall_ms(workspace->ids->clock) / 1000;
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", &failure);
    if (!channel) return failure;
    if (!call_time(call, "post_at", &post_at_s) || post_at_s < 0)
        return sim_call_error(call, "invalid_time");
    if (post_at_s <= now_s) return sim_call_error(call, "time_in_past");
    if (post_at_s > now_s + AHEAD_MAX_S) return sim_call_error(call, "time_too_far");
    const char *error = sim_message_content(call->json, call->args, &content, problem);
    if (error) return sim_call_error_with(call, error, "%s", problem);

    const sim_scheduled_t *scheduled = NULL;
    const sim_message_draft_t draft = {
        .channel = channel, .thread_ts = sim_call_arg(call, "thread_ts"), .content = content};
    int rc = call->json->rc;
    if (rc == 0) rc = sim_schedule_add(call->services->schedule, &draft, post_at_s, &scheduled);
    if (rc == SLACK_EBUSY) return sim_call_error(call, "restricted_too_many");
    if (rc != 0) return NULL;
    sim_transcript_add(&workspace->transcript, SIM_ENTRY_SCHEDULE, false,
                       sim_text_place(call->json->arena, channel, *draft.thread_ts),
                       call->services->team->bot->name, "schedules: %s",
                       sim_text_message(call->json->arena, &workspace->channels, content));
    const slack_json_t *message = sim_json_merged(
        call->json, content,
        sim_json(call->json,
                 "{type: 'delayed_message', user: %s, bot_id: %s, app_id: %s, team: %s}",
                 call->services->team->bot->id, call->services->team->bot_id, SIM_APP_ID,
                 call->services->team->id));
    return sim_json(call->json,
                    "{ok: true, channel: %s, scheduled_message_id: %s, post_at: %" PRId64
                    ", message: %p}",
                    channel->id, scheduled->id, post_at_s, message);
}

static const slack_json_t *chat_delete_scheduled_message(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *id = sim_call_arg(call, "scheduled_message_id");
    const sim_channel_t *channel = sim_call_channel(call, "channel", &failure);
    if (!channel) return failure;
    sim_scheduled_t *scheduled = sim_schedule_find(call->services->schedule, channel, id);
    if (!scheduled) return sim_call_error(call, "invalid_scheduled_message_id");
    sim_transcript_add(&call->services->workspace->transcript, SIM_ENTRY_SCHEDULE, false,
                       sim_text_place(call->json->arena, channel, *scheduled->thread_ts),
                       call->services->team->bot->name, "cancels: %s",
                       sim_text_message(call->json->arena, &call->services->workspace->channels,
                                        scheduled->content));
    sim_schedule_remove(scheduled);
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *chat_scheduled_messages_list(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_schedule_t *schedule = call->services->schedule;
    const char *id = sim_call_arg(call, "channel");
    const sim_channel_t *channel = *id ? sim_call_channel(call, "channel", &failure) : NULL;
    int64_t oldest = 0, latest = INT64_MAX;
    sim_page_t page;
    if (failure) return sim_call_error(call, "invalid_channel");
    if (!call_time(call, "oldest", &oldest) || !call_time(call, "latest", &latest))
        return sim_call_error(call, "invalid_arguments");
    failure = sim_page_begin(&page, call, 100);
    if (failure) return failure;
    for (slack_link_t *link = schedule->list.next; link != &schedule->list; link = link->next) {
        const sim_scheduled_t *scheduled = SLACK_CONTAINER(link, sim_scheduled_t, link);
        if (channel && scheduled->channel != channel) continue;
        if (scheduled->post_at_s < oldest || scheduled->post_at_s > latest) continue;
        if (!sim_page_has(&page, scheduled->id)) continue;
        sim_page_add(&page,
                     sim_json(call->json,
                              "{id: %s, channel_id: %s, post_at: %" PRId64
                              ", date_created: %" PRId64 ", text: %s}",
                              scheduled->id, scheduled->channel->id, scheduled->post_at_s,
                              scheduled->created_s, slack_json_str(scheduled->content, "/text")));
    }
    return sim_page_end(&page, "scheduled_messages");
}

const sim_method_t sim_methods_scheduled[] = {
    {"chat.scheduleMessage", SIM_TOKEN_BOT, chat_schedule_message},
    {"chat.deleteScheduledMessage", SIM_TOKEN_BOT, chat_delete_scheduled_message},
    {"chat.scheduledMessages.list", SIM_TOKEN_BOT, chat_scheduled_messages_list},
    {NULL, 0, NULL},
};
