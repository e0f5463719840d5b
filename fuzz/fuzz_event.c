/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fuzz.h"
#include "protocol/ts.h"
#include "transport_history/event.h"
#include "util/json.h"

/* Whatever history says of a message, its event is an event of that message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const slack_origin_t origin = {"C1", "channel", "T1", ""};
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *message = NULL, *body = NULL;
    slack_buf_t out;
    slack__buf_init(&out, 16 * size + 1024);
    if (slack__json_parse(arena, (const char *)data, size, &message, NULL) == 0 &&
        slack__history_is_event(message)) {
        const bool mention = slack__history_is_mention(message, "channel", "U0");
        slack__history_has_replies(message, "1.000000");
        if (slack__history_write(&out, message, &origin, mention) != 0) __builtin_trap();
        const int rc = slack__json_parse(arena, slack__buf_ptr(&out), out.len, &body, NULL);
        if (rc == SLACK_EJSON) __builtin_trap();
        const char *ts = slack_json_str(body, "/event/event_ts");
        if (rc == 0 && (!slack__ts_ok(ts) || strcmp(ts, slack_json_str(message, "ts")) != 0))
            __builtin_trap();
    }
    slack__buf_done(&out);
    slack__arena_free(arena);
    return 0;
}
