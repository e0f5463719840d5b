/* SPDX-License-Identifier: MIT */
#include "outbox/trace.h"

#include <string.h>

#include "util/json.h"

/* The most that this machine's clock may be ahead of Slack's. */
#define SKEW_S 60
/* The messages of a page. */
#define PAGE 200

static bool is_file(const slack_trace_t *trace)
{
    return strcmp(trace->method, "files.completeUploadExternal") == 0;
}

bool slack__trace_is_sought(const char *method)
{
    return strcmp(method, "chat.postMessage") == 0 ||
           strcmp(method, "files.completeUploadExternal") == 0;
}

const char *slack__trace_channel(const slack_trace_t *trace)
{
    return slack_json_str(trace->args, is_file(trace) ? "/channel_id" : "/channel");
}

static bool uses_metadata(const slack_trace_t *trace)
{
    return slack_json_get(trace->args, "/metadata") != NULL;
}

const slack_json_t *slack__trace_args(const slack_trace_t *trace, slack_arena_t *arena)
{
    const slack_json_t *metadata = NULL, *ret = NULL;
    if (strcmp(trace->method, "chat.postMessage") != 0 || uses_metadata(trace)) return trace->args;
    int rc = slack__jsonf(arena, &metadata, NULL,
                          "{metadata: {event_type: %s, event_payload: {mark: %s}}}",
                          SLACK_TRACE_TYPE, trace->mark);
    if (rc == 0) rc = slack__json_with_defaults(arena, trace->args, metadata, &ret);
    return rc == 0 ? ret : slack__json_no_memory;
}

const slack_json_t *slack__trace_look(const slack_trace_t *trace, const char *cursor,
                                      slack_arena_t *arena, const char **ret_method)
{
    const slack_json_t *ret = NULL;
    int rc;
    if (is_file(trace)) {
        *ret_method = "files.info";
        rc = slack__jsonf(arena, &ret, NULL, "{file: %s}",
                          slack_json_str(trace->args, "/files/0/id"));
        return rc == 0 ? ret : slack__json_no_memory;
    }
    const char *channel = slack_json_str(trace->args, "/channel");
    const char *thread = slack_json_str(trace->args, "/thread_ts");
    const char *oldest =
        slack__arena_printf(arena, "%lld.000000", (long long)(trace->since_ms / 1000 - SKEW_S));
    *ret_method = *thread ? "conversations.replies" : "conversations.history";
    if (oldest == NULL) return slack__json_no_memory;
    rc = slack__jsonf(arena, &ret, NULL,
                      "{channel: %s, ts?: %s, oldest: %s, limit: %d, cursor?: %s, "
                      "include_all_metadata: true}",
                      channel, *thread ? thread : NULL, oldest, PAGE, *cursor ? cursor : NULL);
    return rc == 0 ? ret : slack__json_no_memory;
}

/* Reads one character of a text in which Slack may have written "&", "<" and ">" as "&amp;" and so
 * on. */
static char next_char(const char **at)
{
    static const struct {
        const char *text;
        char is;
    } escapes[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    for (size_t i = 0; **at == '&' && i < sizeof escapes / sizeof *escapes; i++) {
        const size_t len = strlen(escapes[i].text);
        if (strncmp(*at, escapes[i].text, len) != 0) continue;
        *at += len;
        return escapes[i].is;
    }
    return **at ? *(*at)++ : '\0';
}

static bool same_text(const char *a, const char *b)
{
    char c;
    do {
        c = next_char(&a);
        if (c != next_char(&b)) return false;
    } while (c);
    return true;
}

/* Slack returns the metadata of a message as it got them. It also takes them as a text. */
static bool same_metadata(const slack_json_t *sent, const slack_json_t *message)
{
    const slack_json_t *payload = slack_json_get(sent, "/event_payload");
    if (slack_json_type(sent) != SLACK_JSON_OBJECT) return true;
    return slack__json_equal(slack_json_get(sent, "/event_type"),
                             slack_json_get(message, "/metadata/event_type")) &&
           (payload == NULL ||
            slack__json_equal(payload, slack_json_get(message, "/metadata/event_payload")));
}

static bool is_it(const slack_trace_t *trace, const slack_json_t *message)
{
    if (!uses_metadata(trace))
        return strcmp(slack_json_str(message, "/metadata/event_type"), SLACK_TRACE_TYPE) == 0 &&
               strcmp(slack_json_str(message, "/metadata/event_payload/mark"), trace->mark) == 0;
    /* Both are replies, or both are not: conversations.replies lists the root too, and
     * conversations.history lists replies that were sent to the channel. */
    const char *thread = slack_json_str(message, "/thread_ts");
    const bool is_reply = *thread && strcmp(thread, slack_json_str(message, "/ts")) != 0;
    if (is_reply != (*slack_json_str(trace->args, "/thread_ts") != '\0')) return false;
    /* A message under another name than the bot's own has no user. */
    const char *user = slack_json_str(message, "/user");
    if (*trace->bot_user && *user && strcmp(user, trace->bot_user) != 0) return false;
    return same_metadata(slack_json_get(trace->args, "/metadata"), message) &&
           same_text(slack_json_str(message, "/text"), slack_json_str(trace->args, "/text"));
}

/* {public: {C1: [{ts, thread_ts}]}, private: …} */
static const char *find_share(const slack_trace_t *trace, const slack_json_t *answer)
{
    const slack_slice_t channel = slack__slice(slack__trace_channel(trace));
    const char *thread = slack_json_str(trace->args, "/thread_ts");
    slack_json_iter_t kinds = {0};
    while (slack_json_next(slack_json_get(answer, "/file/shares"), &kinds)) {
        slack_json_iter_t shares = {0};
        while (slack_json_next(slack__json_member(kinds.value, channel), &shares))
            if (strcmp(slack_json_str(shares.value, "/thread_ts"), thread) == 0)
                return slack_json_str(shares.value, "/ts");
    }
    return "";
}

bool slack__trace_is_readable(const slack_trace_t *trace, const slack_json_t *answer)
{
    return is_file(trace)
               ? slack_json_type(slack_json_get(answer, "/file")) == SLACK_JSON_OBJECT
               : slack_json_type(slack_json_get(answer, "/messages")) == SLACK_JSON_ARRAY;
}

const char *slack__trace_find(const slack_trace_t *trace, const slack_json_t *answer)
{
    if (is_file(trace)) return find_share(trace, answer);
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(answer, "/messages"), &it))
        if (is_it(trace, it.value)) return slack_json_str(it.value, "/ts");
    return "";
}
