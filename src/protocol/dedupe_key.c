/* SPDX-License-Identifier: MIT */
#include "protocol/dedupe_key.h"

#include <string.h>

#include "protocol/kind.h"
#include "protocol/payload.h"
#include "protocol/ts.h"

/* Both keys contain the app, because one process may serve several apps, and each of them handles
 * the event. */

bool slack__dedupe_event_key(slack_arena_t *arena, const char *app_id, const slack_json_t *body,
                             slack_slice_t *ret)
{
    slack_slice_t id;
    const slack_slice_t app = slack__slice(app_id);
    id.ptr = slack_json_strn(body, "/event_id", &id.len);
    if (id.len == 0) return true;
    *ret = id;
    if (app.len == 0) return true;
    char *key = slack__arena_alloc(arena, id.len + 1 + app.len);
    if (key == NULL) return false;
    memcpy(key, id.ptr, id.len);
    key[id.len] = '@';
    memcpy(key + id.len + 1, app.ptr, app.len);
    *ret = (slack_slice_t){key, id.len + 1 + app.len};
    return true;
}

bool slack__dedupe_is_message(const slack_json_t *body)
{
    if (slack__kind_of(body) != SLACK_KIND_EVENT) return false;
    const char *subtype = slack_json_str(body, "/event/subtype");
    if (*subtype && strcmp(subtype, "file_share") != 0 && strcmp(subtype, "thread_broadcast") != 0)
        return false;
    const char *type = slack_json_str(body, "/event/type");
    return (strcmp(type, "message") == 0 || strcmp(type, "app_mention") == 0) &&
           *slack_json_str(body, "/event/user");
}

bool slack__dedupe_message_key(slack_arena_t *arena, const char *app_id, const slack_json_t *body,
                               slack_slice_t *ret)
{
    if (!slack__dedupe_is_message(body)) return true;
    const char *id = slack_json_str(body, "/event/client_msg_id");
    if (*id == '\0') id = slack_json_str(body, "/event/ts");
    if (*id == '\0') return true;
    const char *key =
        slack__arena_printf(arena, "%s:%s:%s:%s:%s", slack_json_str(body, "/event/type"), app_id,
                            slack__payload_team(body), slack_json_str(body, "/event/channel"), id);
    if (key) *ret = slack__slice(key);
    return key != NULL;
}

bool slack__dedupe_history_key(slack_arena_t *arena, slack_slice_t app, const slack_json_t *body,
                               slack_slice_t *ret)
{
    static const char about[] = "message_changed,message_deleted,message_replied";
    if (slack__kind_of(body) != SLACK_KIND_EVENT) return true;
    const char *type = slack_json_str(body, "/event/type"), *ts = slack_json_str(body, "/event/ts");
    const char *channel = slack_json_str(body, "/event/channel");
    if (strcmp(type, "message") != 0 && strcmp(type, "app_mention") != 0) return true;
    if (slack_json_bool(body, "/event/hidden") || slack_json_get(body, "/event/edited") ||
        slack__list_has(about, slack_json_str(body, "/event/subtype")))
        return true;
    if (*channel == '\0' || !slack__ts_ok(ts)) return true;
    const char *key =
        slack__arena_printf(arena, "%s:%.*s:%s:%s", type, (int)app.len, app.ptr, channel, ts);
    if (key) *ret = slack__slice(key);
    return key != NULL;
}
