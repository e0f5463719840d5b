/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/methods.h"
#include "sim/pages.h"

#define LIMIT_DEFAULT 100

/* --- conversations.list, .info --- */

/* "public_channel,im" as a mask of channel kinds. */
static bool read_types(const char *types, unsigned *ret_kinds)
{
    static const struct {
        const char *name;
        unsigned kind;
    } known[] = {
        {"public_channel", 1u << SIM_CHANNEL_PUBLIC},
        {"private_channel", 1u << SIM_CHANNEL_PRIVATE},
        {"im", 1u << SIM_CHANNEL_IM},
        {"mpim", 1u << SIM_CHANNEL_MPIM},
    };
    slack_slice_t rest = slack__slice(types), part;
    *ret_kinds = 0;
    while (slack__slice_split(&rest, ',', &part)) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known &&
               !slack__slice_eq(slack__slice_trim(part), slack__slice(known[i].name)))
            i++;
        if (i == sizeof known / sizeof *known) return false;
        *ret_kinds |= known[i].kind;
    }
    return true;
}

static const slack_json_t *conversations_list(sim_call_t *call)
{
    const char *types = sim_call_arg(call, "types");
    const sim_channels_t *channels = &call->services->workspace->channels;
    unsigned kinds;
    sim_page_t page;
    if (!read_types(*types ? types : "public_channel", &kinds))
        return sim_call_error(call, "invalid_types");
    const slack_json_t *failure = sim_page_begin(&page, call, LIMIT_DEFAULT);
    if (failure) return failure;
    for (size_t i = 0; i < channels->count; i++) {
        const sim_channel_t *channel = &channels->list[i];
        if (!sim_page_has(&page, channel->id)) continue;
        /* Slack leaves channels out of a page that is cut already: it may be short, or empty. */
        if (sim_channel_is_visible(channel) && kinds & 1u << channel->kind)
            sim_page_add(&page, sim_channel_json(call->json, channel));
    }
    return sim_page_end(&page, "channels");
}

static const slack_json_t *conversations_info(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_channel_t *channel = sim_call_channel(call, "channel", &failure);
    if (!channel) return failure;
    return sim_json(call->json, "{ok: true, channel: %p}", sim_channel_json(call->json, channel));
}

/* --- conversations.history, .replies --- */

/* Some messages of a channel. */
typedef struct window {
    const sim_channel_t *channel;
    const char *thread_ts; /* NULL: those outside of threads */
    char lag[SIM_TS_SIZE]; /* later messages do not show yet; "": all do */
    const char *oldest;
    const char *latest;
    bool inclusive;
    char from[SIM_CURSOR_SIZE]; /* the ts of the first one; "" for no cursor */
    size_t limit;
} window_t;

static bool window_has(const window_t *window, const sim_message_t *message)
{
    if (message->channel != window->channel || message->only_for) return false;
    if (*window->lag && sim_ts_compare(message->ts, window->lag) > 0) return false;
    if (window->thread_ts) {
        bool head = strcmp(message->ts, window->thread_ts) == 0;
        if (!head && strcmp(message->thread_ts, window->thread_ts) != 0) return false;
        if (head) return true; /* in every window */
    } else if (*message->thread_ts) {
        return false;
    }
    int low = *window->oldest ? sim_ts_compare(message->ts, window->oldest) : 1;
    int high = *window->latest ? sim_ts_compare(message->ts, window->latest) : -1;
    return window->inclusive ? low >= 0 && high <= 0 : low > 0 && high < 0;
}

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
    ret->thread_ts = NULL;
    ret->oldest = sim_call_arg(call, "oldest");
    ret->latest = sim_call_arg(call, "latest");
    ret->inclusive = sim_call_bool(call, "inclusive");
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

/* One page: from the newest message backwards, or from the oldest forwards. */
static const slack_json_t *window_page(sim_call_t *call, const window_t *window, bool backwards)
{
    const sim_messages_t *all = &call->services->workspace->messages;
    char cursor[SIM_CURSOR_SIZE] = "";
    size_t count = 0;
    sim_list_t messages;
    sim_list_begin(call->json, &messages, '[');
    slack_link_t *link = backwards ? all->list.prev : all->list.next;
    for (; link != &all->list; link = backwards ? link->prev : link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        if (!window_has(window, message)) continue;
        int order = *window->from ? sim_ts_compare(message->ts, window->from) : 0;
        if (backwards ? order > 0 : order < 0) continue;
        if (count++ == window->limit) {
            sim_cursor_write(cursor, message->ts);
            break;
        }
        sim_list_add(call->json, &messages,
                     sim_message_shown(all, call->json, message, window->lag));
    }
    const slack_json_t *answer =
        sim_json(call->json, "{ok: true, messages: %p, has_more: %p}",
                 sim_list_end(call->json, &messages), sim_json_bool(call->json, *cursor != '\0'));
    if (!*cursor) return answer;
    return sim_json_merged(call->json, answer,
                           sim_json(call->json, "{response_metadata: {next_cursor: %s}}", cursor));
}

static const slack_json_t *conversations_history(sim_call_t *call)
{
    window_t window;
    const slack_json_t *failure = window_read(call, LIMIT_DEFAULT, &window);
    if (failure) return failure;
    return sim_json_merged(call->json, window_page(call, &window, true),
                           sim_json(call->json, "{pin_count: 0, channel_actions_ts: null,"
                                                " channel_actions_count: 0}"));
}

static const slack_json_t *conversations_replies(sim_call_t *call)
{
    window_t window;
    const char *ts = sim_call_arg(call, "ts");
    const slack_json_t *failure = window_read(call, SIM_LIMIT_MAX, &window);
    if (failure) return failure;
    const sim_message_t *head =
        sim_message_find(&call->services->workspace->messages, window.channel, ts);
    if (!head || head->only_for || (*window.lag && sim_ts_compare(head->ts, window.lag) > 0))
        return sim_call_error(call, "thread_not_found");
    /* The ts of a reply means the thread of the reply. */
    window.thread_ts = *head->thread_ts ? head->thread_ts : head->ts;
    return window_page(call, &window, false);
}

const sim_method_t sim_methods_conversations[] = {
    {"conversations.list", SIM_TOKEN_BOT, conversations_list},
    {"conversations.info", SIM_TOKEN_BOT, conversations_info},
    {"conversations.history", SIM_TOKEN_BOT, conversations_history},
    {"conversations.replies", SIM_TOKEN_BOT, conversations_replies},
    {NULL, 0, NULL},
};
