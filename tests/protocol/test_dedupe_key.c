/* SPDX-License-Identifier: MIT */
#include "protocol/dedupe_key.h"
#include "support/json.h"
#include "util/alloc.h"

/* The key of an event with these members; "": none. */
static const char *history_key(const char *members)
{
    slack_slice_t key = {"", 0};
    const slack_json_t *body = json_of(slack__arena_printf(
        arena, "{'type': 'event_callback', 'event_id': 'Ev1', 'event': {%s}}", members));
    assert_true(slack__dedupe_history_key(arena, SLACK_SLICE("T1/B1"), body, &key));
    return slack__arena_strndup(arena, key.ptr, key.len);
}

ARENA_TEST(a_message_has_the_key_of_its_channel_and_timestamp)
{
#define AT "'channel': 'C1', 'ts': '1512085950.000216'"
    static const char *const cases[][2] = {
        {"'type': 'message', " AT, "message:T1/B1:C1:1512085950.000216"},
        {"'type': 'message', 'subtype': 'thread_broadcast', " AT,
         "message:T1/B1:C1:1512085950.000216"},
        {"'type': 'message', 'thread_ts': '1.000000', 'client_msg_id': 'x', " AT,
         "message:T1/B1:C1:1512085950.000216"},
        {"'type': 'app_mention', " AT, "app_mention:T1/B1:C1:1512085950.000216"},
        /* Events of their own: */
        {"'type': 'message', 'subtype': 'message_changed', " AT, ""},
        {"'type': 'message', 'subtype': 'message_deleted', " AT, ""},
        {"'type': 'message', 'subtype': 'message_replied', " AT, ""},
        {"'type': 'message', 'hidden': true, " AT, ""},
        {"'type': 'app_mention', 'edited': {'ts': '2.000000'}, " AT, ""},
        {"'type': 'reaction_added', " AT, ""},
        /* No timestamp, no channel: */
        {"'type': 'message', 'channel': 'C1', 'ts': 1512085950", ""},
        {"'type': 'message', 'channel': 'C1', 'ts': 'x'", ""},
        {"'type': 'message', 'ts': '1512085950.000216'", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(history_key(cases[i][0]), cases[i][1]);
}
