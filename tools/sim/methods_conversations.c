/* SPDX-License-Identifier: MIT */
#include <mbedtls/base64.h>
#include <stdio.h>
#include <string.h>

#include "sim/methods.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX     1000
#define CURSOR_SIZE   96

/* --- cursors: base64 of "next:KEY", so that some end in '=' as Slack's do --- */

static void write_cursor(char cursor[CURSOR_SIZE], const char *key)
{
    char plain[CURSOR_SIZE / 2];
    size_t len = 0;
    snprintf(plain, sizeof plain, "next:%s", key);
    *cursor = '\0';
    if (mbedtls_base64_encode((unsigned char *)cursor, CURSOR_SIZE, &len,
                              (const unsigned char *)plain, strlen(plain)) != 0)
        *cursor = '\0';
}

/* False for a cursor that this file never wrote. `key` is "" for no cursor. */
static bool read_cursor(const sim_call_t *call, char key[CURSOR_SIZE])
{
    const char *cursor = sim_call_arg(call, "cursor");
    char plain[CURSOR_SIZE];
    size_t len = 0;
    *key = '\0';
    if (!*cursor) return true;
    if (mbedtls_base64_decode((unsigned char *)plain, sizeof plain - 1, &len,
                              (const unsigned char *)cursor, strlen(cursor)) != 0)
        return false;
    plain[len] = '\0';
    if (strncmp(plain, "next:", 5) != 0) return false;
    snprintf(key, CURSOR_SIZE, "%s", plain + 5);
    return true;
}

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
        {"mpim", 0}, /* there are none */
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

static bool is_visible(const sim_channel_t *channel)
{
    return channel->bot_is_member || channel->kind == SIM_CHANNEL_PUBLIC;
}

static const slack_json_t *conversations_list(sim_call_t *call)
{
    const char *types = sim_call_arg(call, "types");
    char from[CURSOR_SIZE], cursor[CURSOR_SIZE] = "";
    unsigned kinds;
    size_t limit, count = 0;
    sim_list_t channels;
    if (!read_types(*types ? types : "public_channel", &kinds))
        return sim_call_error(call, "invalid_types");
    if (!sim_call_count(call, "limit", LIMIT_DEFAULT, LIMIT_MAX, &limit))
        return sim_call_error(call, "invalid_limit");
    if (!read_cursor(call, from) || (*from && !sim_channel_find(from)))
        return sim_call_error(call, "invalid_cursor");

    sim_list_begin(call->json, &channels, '[');
    const sim_channel_t *channel;
    for (size_t i = 0; (channel = sim_channel_at(i)); i++) {
        if (*from && strcmp(channel->id, from) != 0) continue;
        *from = '\0';
        if (!is_visible(channel) || !(kinds & 1u << channel->kind)) continue;
        if (count++ < limit) {
            sim_list_add(call->json, &channels, sim_channel_json(call->json, channel));
        } else {
            write_cursor(cursor, channel->id);
            break;
        }
    }
    return sim_json(call->json, "{ok: true, channels: %p, response_metadata: {next_cursor: %s}}",
                    sim_list_end(call->json, &channels), cursor);
}

/* The channel in the arguments. NULL with the answer in *ret_failure. */
static const sim_channel_t *conversations_channel(sim_call_t *call,
                                                  const slack_json_t **ret_failure)
{
    const char *id = sim_call_arg(call, "channel");
    const sim_channel_t *channel = *id ? sim_channel_find(id) : NULL;
    if (!*id)
        *ret_failure = sim_call_missing(call, "channel");
    else if (!channel || !is_visible(channel))
        *ret_failure = sim_call_error(call, "channel_not_found");
    return *ret_failure ? NULL : channel;
}

static const slack_json_t *conversations_info(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_channel_t *channel = conversations_channel(call, &failure);
    if (!channel) return failure;
    return sim_json(call->json, "{ok: true, channel: %p}", sim_channel_json(call->json, channel));
}

/* --- conversations.history, .replies --- */

/* Some messages of a channel. */
typedef struct window {
    const sim_channel_t *channel;
    const char *thread_ts; /* NULL: those outside of threads */
    const char *oldest;
    const char *latest;
    bool inclusive;
    char from[CURSOR_SIZE]; /* the ts of the first one; "" for no cursor */
    size_t limit;
} window_t;

static bool is_time(const char *text)
{
    size_t len = strspn(text, "0123456789");
    return len > 0 && (!text[len] || (text[len] == '.' && strspn(text + len + 1, "0123456789") ==
                                                              strlen(text + len + 1)));
}

/* Compare two timestamps, which are digits with or without a fraction. */
static int compare_times(const char *a, const char *b)
{
    size_t a_len = strspn(a, "0123456789"), b_len = strspn(b, "0123456789");
    if (a_len != b_len) return a_len < b_len ? -1 : 1;
    return strcmp(a, b);
}

static bool window_has(const window_t *window, const sim_message_t *message)
{
    if (message->channel != window->channel || message->only_for) return false;
    if (window->thread_ts) {
        bool head = strcmp(message->ts, window->thread_ts) == 0;
        if (!head && strcmp(message->thread_ts, window->thread_ts) != 0) return false;
        if (head) return true; /* in every window */
    } else if (*message->thread_ts) {
        return false;
    }
    int low = *window->oldest ? compare_times(message->ts, window->oldest) : 1;
    int high = *window->latest ? compare_times(message->ts, window->latest) : -1;
    return window->inclusive ? low >= 0 && high <= 0 : low > 0 && high < 0;
}

/* NULL on success, else the answer. */
static const slack_json_t *window_read(sim_call_t *call, size_t limit, window_t *ret)
{
    const slack_json_t *failure = NULL;
    ret->channel = conversations_channel(call, &failure);
    if (!ret->channel) return failure;
    if (!ret->channel->bot_is_member) return sim_call_error(call, "not_in_channel");
    ret->thread_ts = NULL;
    ret->oldest = sim_call_arg(call, "oldest");
    ret->latest = sim_call_arg(call, "latest");
    ret->inclusive = sim_call_bool(call, "inclusive");
    if (*ret->oldest && !is_time(ret->oldest)) return sim_call_error(call, "invalid_ts_oldest");
    if (*ret->latest && !is_time(ret->latest)) return sim_call_error(call, "invalid_ts_latest");
    if (!sim_call_count(call, "limit", limit, LIMIT_MAX, &ret->limit))
        return sim_call_error(call, "invalid_limit");
    if (!read_cursor(call, ret->from) || (*ret->from && !is_time(ret->from)))
        return sim_call_error(call, "invalid_cursor");
    return NULL;
}

/* One page: from the newest message backwards, or from the oldest forwards. */
static const slack_json_t *window_page(sim_call_t *call, const window_t *window, bool backwards)
{
    const sim_messages_t *all = &call->services->workspace->messages;
    char cursor[CURSOR_SIZE] = "";
    size_t count = 0;
    sim_list_t messages;
    sim_list_begin(call->json, &messages, '[');
    slack_link_t *link = backwards ? all->list.prev : all->list.next;
    for (; link != &all->list; link = backwards ? link->prev : link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        if (!window_has(window, message)) continue;
        int order = *window->from ? compare_times(message->ts, window->from) : 0;
        if (backwards ? order > 0 : order < 0) continue;
        if (count++ == window->limit) {
            write_cursor(cursor, message->ts);
            break;
        }
        sim_list_add(call->json, &messages, sim_message_shown(all, call->json, message));
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
    const slack_json_t *failure = window_read(call, LIMIT_MAX, &window);
    if (failure) return failure;
    if (!*ts) return sim_call_missing(call, "ts");
    const sim_message_t *head =
        sim_message_find(&call->services->workspace->messages, window.channel, ts);
    if (!head || head->only_for) return sim_call_error(call, "thread_not_found");
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
