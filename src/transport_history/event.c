/* SPDX-License-Identifier: MIT */
#include "transport_history/event.h"

#include <string.h>

#include "protocol/mrkdwn.h"
#include "protocol/ts.h"
#include "util/json.h"
#include "util/str.h"

/* The members that only history has, and those that the event gets from its origin.
 * The member thread_ts of a root is set by its first reply. */
static bool is_later(slack_slice_t name, bool root)
{
    static const char *const names[] = {
        "channel",     "channel_type", "edited",       "event_ts",          "hidden",
        "is_locked",   "is_starred",   "last_read",    "latest_reply",      "permalink",
        "pinned_info", "pinned_to",    "reactions",    "reply_count",       "reply_users",
        "subscribed",  "type",         "unread_count", "reply_users_count",
    };
    if (root && slack__slice_eq(name, SLACK_SLICE("thread_ts"))) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slack__slice_eq(name, slack__slice(names[i]))) return true;
    return false;
}

bool slack__history_is_event(const slack_json_t *message)
{
    return strcmp(slack_json_str(message, "type"), "message") == 0 &&
           slack__ts_ok(slack_json_str(message, "ts")) && !slack_json_bool(message, "hidden") &&
           strcmp(slack_json_str(message, "subtype"), "tombstone") != 0;
}

bool slack__history_is_mention(const slack_json_t *message, const char *channel_type,
                               const char *bot_user)
{
    static const char subtypes[] = "bot_message,file_share,thread_broadcast";
    const char *subtype = slack_json_str(message, "subtype");
    if (*bot_user == '\0' || strcmp(channel_type, "im") == 0) return false;
    if (*subtype && !slack__list_has(subtypes, subtype)) return false;
    return slack__mentions(slack_json_str(message, "text"), bot_user);
}

bool slack__history_has_replies(const slack_json_t *message, const char *ts)
{
    const char *latest = slack_json_str(message, "latest_reply");
    return slack__ts_ok(latest) && slack__ts_after(latest, ts);
}

/* A member whose value is a text; none for "". */
static int write_text(slack_buf_t *out, const char *name, const char *text)
{
    if (*text == '\0') return 0;
    int rc = slack__buf_printf(out, ",\"%s\":", name);
    return rc ? rc : slack__json_write_string(out, text, strlen(text));
}

static int write_members(slack_buf_t *out, const slack_json_t *message)
{
    const bool root =
        strcmp(slack_json_str(message, "thread_ts"), slack_json_str(message, "ts")) == 0;
    slack_json_iter_t it = {0};
    int rc = 0;
    while (rc == 0 && slack_json_next(message, &it)) {
        const slack_slice_t name = slack__json_key(&it);
        if (is_later(name, root)) continue;
        rc = slack__buf_append_char(out, ',');
        if (rc == 0) rc = slack__json_write_string(out, name.ptr, name.len);
        if (rc == 0) rc = slack__buf_append_char(out, ':');
        if (rc == 0) rc = slack__json_write(out, it.value);
    }
    return rc;
}

int slack__history_write(slack_buf_t *out, const slack_json_t *message,
                         const slack_origin_t *origin, bool mention)
{
    const char *ts = slack_json_str(message, "ts");
    int rc = slack__buf_printf(out, "{\"type\":\"event_callback\"");
    if (rc == 0) rc = write_text(out, "team_id", origin->team);
    if (rc == 0) rc = write_text(out, "api_app_id", origin->app);
    if (rc == 0)
        rc = slack__buf_printf(out, ",\"event_time\":%.*s,\"event\":{\"type\":\"%s\"",
                               (int)strcspn(ts, "."), ts, mention ? "app_mention" : "message");
    if (rc == 0) rc = write_members(out, message);
    /* The event of a message with files has a subtype that history leaves out.
     * https://github.com/slackapi/bolt-python/issues/980 has such a message of history,
     * https://github.com/slackapi/java-slack-sdk/pull/496 the event. */
    if (rc == 0 && !mention && slack_json_get(message, "/files/0") &&
        !slack_json_get(message, "/subtype"))
        rc = write_text(out, "subtype", "file_share");
    if (rc == 0) rc = write_text(out, "channel", origin->channel);
    if (rc == 0) rc = write_text(out, "channel_type", mention ? "" : origin->channel_type);
    if (rc == 0) rc = write_text(out, "event_ts", ts);
    return rc ? rc : slack__buf_printf(out, "}}");
}
