/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/methods.h"
#include "sim/pages.h"

/* conversations.history and .replies: the messages of a channel, and of a thread. */

#define LIMIT_DEFAULT 100

/* The messages that an answer may have. */
typedef struct window {
    const sim_channel_t *channel;
    const char *oldest;
    const char *latest;
    bool inclusive;
    bool metadata;              /* with the payloads of their metadata */
    char lag[SIM_TS_SIZE];      /* later messages do not show yet; "": all do */
    char from[SIM_CURSOR_SIZE]; /* the ts of the first one; "" for no cursor */
    size_t limit;
} window_t;

/* A page that is being made. */
typedef struct page {
    sim_call_t *call;
    const window_t *window;
    sim_list_t messages;
    size_t count;
    char cursor[SIM_CURSOR_SIZE]; /* of the next page; "": there is none */
} page_t;

/* --- the window --- */

/* The fault of a history that lags: the ts of the newest message that may show, or "". */
static void read_lag(const sim_call_t *call, char ret[SIM_TS_SIZE])
{
    sim_faults_t *faults = call->services->faults;
    const sim_effect_t effect = sim_faults_at(faults, SIM_POINT_HISTORY, call->method);
    const int64_t ms = slack__wall_ms(faults->clock) - (int64_t)effect.delay_ms;
    *ret = '\0';
    if (effect.acts) snprintf(ret, SIM_TS_SIZE, "%" PRId64 ".%03d999", ms / 1000, (int)(ms % 1000));
}

/* NULL on success, else the answer. */
static const slack_json_t *window_read(sim_call_t *call, size_t limit, window_t *ret)
{
    const slack_json_t *failure = NULL;
    ret->channel = sim_call_own_channel(call, "channel", &failure);
    if (!ret->channel) return failure;
    ret->oldest = sim_call_arg(call, "oldest");
    ret->latest = sim_call_arg(call, "latest");
    ret->inclusive = sim_call_bool(call, "inclusive");
    ret->metadata = sim_call_bool(call, "include_all_metadata");
    if (*ret->oldest && !sim_is_time(ret->oldest)) return sim_call_error(call, "invalid_ts_oldest");
    if (*ret->latest && !sim_is_time(ret->latest)) return sim_call_error(call, "invalid_ts_latest");
    if (!sim_call_count(call, "limit", limit, SIM_LIMIT_MAX, &ret->limit))
        return sim_call_error(call, "invalid_limit");
    if (call->services->rate_limits->limits == SIM_LIMITS_DISTRIBUTED &&
        ret->limit > SIM_DISTRIBUTED_PAGE)
        ret->limit = SIM_DISTRIBUTED_PAGE;
    if (!sim_cursor_read(call, ret->from) || (*ret->from && !sim_is_time(ret->from)))
        return sim_call_error(call, "invalid_cursor");
    read_lag(call, ret->lag);
    return NULL;
}

static bool window_shows(const window_t *window, const sim_message_t *message)
{
    return !*window->lag || sim_ts_compare(message->ts, window->lag) <= 0;
}

/* The place of a message: before the window, in it or after it. */
static int window_compare(const window_t *window, const sim_message_t *message)
{
    const int low = *window->oldest ? sim_ts_compare(message->ts, window->oldest) : 1;
    const int high = *window->latest ? sim_ts_compare(message->ts, window->latest) : -1;
    if (low < 0 || (low == 0 && !window->inclusive)) return -1;
    return high > 0 || (high == 0 && !window->inclusive);
}

/* --- the page --- */

static void page_begin(page_t *page, sim_call_t *call, const window_t *window)
{
    *page = (page_t){.call = call, .window = window};
    sim_list_begin(call->json, &page->messages, '[');
}

/* Without include_all_metadata Slack leaves out the payload of metadata, unless the app's manifest
 * declares the event: https://github.com/slackapi/python-slack-sdk/issues/1501 */
static const slack_json_t *without_payload(sim_json_builder_t *json, const slack_json_t *body)
{
    const slack_json_t *type = slack_json_get(body, "/metadata/event_type");
    if (!type) return body;
    return sim_json_merged(json, sim_json(json, "{metadata: {event_type: %p}}", type), body);
}

/* Add a message. False if the page is full: it is the first one of the next page. */
static bool page_add(page_t *page, const sim_message_t *message)
{
    sim_json_builder_t *json = page->call->json;
    if (page->count == page->window->limit) {
        sim_cursor_write(page->cursor, message->ts);
        return false;
    }
    const slack_json_t *shown = sim_message_shown(&page->call->services->workspace->messages, json,
                                                  message, page->window->lag);
    sim_list_add(json, &page->messages,
                 page->window->metadata ? shown : without_payload(json, shown));
    page->count++;
    return true;
}

static const slack_json_t *page_end(page_t *page)
{
    sim_json_builder_t *json = page->call->json;
    const bool more = *page->cursor != '\0';
    const slack_json_t *answer =
        sim_json(json, "{ok: true, messages: %p, has_more: %p}",
                 sim_list_end(json, &page->messages), sim_json_bool(json, more));
    if (!more) return answer;
    return sim_json_merged(json, answer,
                           sim_json(json, "{response_metadata: {next_cursor: %s}}", page->cursor));
}

/* --- the methods --- */

/* From the newest message backwards. */
static const slack_json_t *conversations_history(sim_call_t *call)
{
    const sim_messages_t *all = &call->services->workspace->messages;
    window_t window;
    page_t page;
    const slack_json_t *failure = window_read(call, LIMIT_DEFAULT, &window);
    if (failure) return failure;
    page_begin(&page, call, &window);
    for (slack_link_t *link = all->list.prev; link != &all->list; link = link->prev) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        const int place = window_compare(&window, message);
        if (place < 0) break; /* as all older ones */
        if (place > 0 || message->channel != window.channel || message->only_for) continue;
        if (!window_shows(&window, message)) continue;
        if (*message->thread_ts && !message->broadcast) continue;
        if (*window.from && sim_ts_compare(message->ts, window.from) > 0) continue;
        if (!page_add(&page, message)) break;
    }
    return sim_json_merged(call->json, page_end(&page),
                           sim_json(call->json, "{pin_count: 0, channel_actions_ts: null,"
                                                " channel_actions_count: 0}"));
}

/* The first message of the thread, whatever the window, and its replies from the oldest on. */
static const slack_json_t *conversations_replies(sim_call_t *call)
{
    const sim_messages_t *all = &call->services->workspace->messages;
    window_t window;
    page_t page;
    const slack_json_t *failure = window_read(call, SIM_LIMIT_MAX, &window);
    if (failure) return failure;
    const sim_message_t *head = sim_message_find(all, window.channel, sim_call_arg(call, "ts"));
    /* The ts of a reply means the thread of the reply. */
    if (head && *head->thread_ts) head = sim_message_find(all, window.channel, head->thread_ts);
    if (!head || head->only_for || !window_shows(&window, head))
        return sim_call_error(call, "thread_not_found");
    page_begin(&page, call, &window);
    if (!*window.from) page_add(&page, head);
    for (slack_link_t *link = head->replies.next; link != &head->replies; link = link->next) {
        const sim_message_t *reply = SLACK_CONTAINER(link, const sim_message_t, reply);
        if (window_compare(&window, reply) != 0 || !window_shows(&window, reply)) continue;
        if (*window.from && sim_ts_compare(reply->ts, window.from) < 0) continue;
        if (!page_add(&page, reply)) break;
    }
    return page_end(&page);
}

const sim_method_t sim_methods_history[] = {
    {"conversations.history", SIM_TOKEN_BOT, conversations_history},
    {"conversations.replies", SIM_TOKEN_BOT, conversations_replies},
    {NULL, 0, NULL},
};
