/* SPDX-License-Identifier: MIT */
#include "sim/schedule.h"

#include <string.h>

#include "sim/bot_messages.h"

void sim_schedule_init(sim_schedule_t *schedule, const sim_services_t *services, slack_net_t *net,
                       unsigned time_scale)
{
    *schedule = (sim_schedule_t){.services = services, .net = net, .time_scale = time_scale};
    slack__link_init(&schedule->list);
}

void sim_schedule_done(sim_schedule_t *schedule)
{
    while (schedule->count > 0)
        sim_schedule_remove(SLACK_CONTAINER(schedule->list.next, sim_scheduled_t, link));
}

static void scheduled_due(slack_timer_t *timer)
{
    sim_scheduled_t *scheduled = SLACK_CONTAINER(timer, sim_scheduled_t, timer);
    const sim_message_draft_t draft = {.channel = scheduled->channel,
                                       .thread_ts = scheduled->thread_ts,
                                       .content = scheduled->content};
    /* Slack drops the message of a bot that has left. */
    if (sim_channel_has_bot(scheduled->channel))
        (void)sim_bot_message_post(scheduled->schedule->services, &draft, NULL);
    sim_schedule_remove(scheduled);
}

int sim_schedule_add(sim_schedule_t *schedule, const sim_message_draft_t *draft, int64_t post_at_s,
                     const sim_scheduled_t **ret)
{
    const int64_t now_ms = slack__wall_ms(schedule->net->clock);
    if (schedule->count == SIM_SCHEDULE_MAX) return SLACK_EBUSY;
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    sim_scheduled_t *scheduled =
        json.arena ? slack__arena_calloc(json.arena, sizeof *scheduled) : NULL;
    if (!scheduled) goto fail;
    *scheduled = (sim_scheduled_t){.schedule = schedule,
                                   .arena = json.arena,
                                   .channel = draft->channel,
                                   .thread_ts = slack__arena_strdup(json.arena, draft->thread_ts),
                                   .content = sim_json_copy(&json, draft->content),
                                   .created_s = now_ms / 1000,
                                   .post_at_s = post_at_s};
    if (!scheduled->thread_ts || json.rc != 0) goto fail;
    sim_ids_next(schedule->services->workspace->ids, "Q0", scheduled->id);
    slack__timer_init(&scheduled->timer, scheduled_due);
    slack__timer_start(schedule->net, &scheduled->timer,
                       (uint64_t)(post_at_s * 1000 - now_ms) / schedule->time_scale);
    slack__list_push(&schedule->list, &scheduled->link);
    schedule->count++;
    *ret = scheduled;
    return 0;

fail:
    slack__arena_free(json.arena);
    return SLACK_ENOMEM;
}

sim_scheduled_t *sim_schedule_find(sim_schedule_t *schedule, const sim_channel_t *channel,
                                   const char *id)
{
    for (slack_link_t *link = schedule->list.next; link != &schedule->list; link = link->next) {
        sim_scheduled_t *scheduled = SLACK_CONTAINER(link, sim_scheduled_t, link);
        if (scheduled->channel == channel && strcmp(scheduled->id, id) == 0) return scheduled;
    }
    return NULL;
}

void sim_schedule_remove(sim_scheduled_t *scheduled)
{
    slack__timer_stop(scheduled->schedule->net, &scheduled->timer);
    slack__unlink(&scheduled->link);
    scheduled->schedule->count--;
    slack__arena_free(scheduled->arena);
}
