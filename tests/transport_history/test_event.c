/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/json.h"
#include "transport_history/event.h"
#include "util/alloc.h"

static const slack_origin_t origin = {"C1", "channel", "T1", "A1"};

#define EVENT(type, members)                                                                       \
    "{'type': 'event_callback', 'team_id': 'T1', 'api_app_id': 'A1', 'event_time': 1512085950, "   \
    "'event': {'type': '" type "', " members ", 'channel': 'C1', 'event_ts': '1512085950.000216'"
#define TS "'ts': '1512085950.000216'"

static struct row {
    const char *name, *message, *event;
    bool mention;
} cases[] = {
    {"a message", "{'type': 'message', 'user': 'U1', 'text': 'hi', 'client_msg_id': 'x', " TS "}",
     EVENT("message",
           "'user': 'U1', 'text': 'hi', 'client_msg_id': 'x', " TS) ", 'channel_type': 'channel'}}",
     false},
    {"a reply keeps its thread", "{'type': 'message', 'thread_ts': '1.000000', " TS "}",
     EVENT("message", "'thread_ts': '1.000000', " TS) ", 'channel_type': 'channel'}}", false},
    {"a root was no root when it was written",
     "{'type': 'message', 'thread_ts': '1512085950.000216', 'reply_count': 2, 'reply_users': [], "
     "'reply_users_count': 1, 'latest_reply': '1512085951.000000', 'subscribed': false, " TS "}",
     EVENT("message", TS) ", 'channel_type': 'channel'}}", false},
    {"an edit has left no mark but its text",
     "{'type': 'message', 'text': 'now', 'edited': {'ts': '1.000000'}, 'reactions': [{}], " TS "}",
     EVENT("message", "'text': 'now', " TS) ", 'channel_type': 'channel'}}", false},
    {"nested values are kept", "{'type': 'message', 'blocks': [{'a': [1, null, 'é\\'s']}], " TS "}",
     EVENT("message", "'blocks': [{'a': [1, null, 'é\\'s']}], " TS) ", 'channel_type': 'channel'}}",
     false},
    {"files have a subtype", "{'type': 'message', 'files': [{}], " TS "}",
     EVENT("message",
           "'files': [{}], 'subtype': 'file_share', " TS) ", 'channel_type': 'channel'}}",
     false},
    {"another subtype of files stays",
     "{'type': 'message', 'subtype': 'bot_message', 'files': [{}], " TS "}",
     EVENT("message",
           "'files': [{}], 'subtype': 'bot_message', " TS) ", 'channel_type': 'channel'}}",
     false},
    {"no files", "{'type': 'message', 'files': [], " TS "}",
     EVENT("message", "'files': [], " TS) ", 'channel_type': 'channel'}}", false},
    {"a mention with files", "{'type': 'message', 'text': '<@U0>', 'files': [{}], " TS "}",
     EVENT("app_mention", "'text': '<@U0>', 'files': [{}], " TS) "}}", true},
    {"a mention", "{'type': 'message', 'text': '<@U0>', " TS "}",
     EVENT("app_mention", "'text': '<@U0>', " TS) "}}", true},
};

TEST_EACH(an_event_is_the_one_that_slack_would_have_sent, cases)
{
    const struct row *row = *state;
    assert_int_equal(arena_open(NULL), 0);
    slack_buf_t out;
    slack__buf_init(&out, 4096);
    const slack_json_t *message = json_of(row->message);
    assert_true(slack__history_is_event(message));
    assert_int_equal(slack__history_write(&out, message, &origin, row->mention), 0);
    assert_true(slack__json_equal(json_exact(slack__buf_ptr(&out)), json_of(row->event)));
    slack__buf_done(&out);
    assert_int_equal(arena_close(NULL), 0);
}

ARENA_TEST(some_messages_have_no_event)
{
    static const char *const none[] = {
        "{'type': 'message', 'subtype': 'tombstone', " TS "}",
        "{'type': 'message', 'hidden': true, " TS "}",
        "{'type': 'message', 'ts': 1512085950.000216}",
        "{'type': 'message', 'ts': '../x'}",
        "{'type': 'file', " TS "}",
        "{}",
        "[]",
        "'text'",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(slack__history_is_event(json_of(none[i])));
}

ARENA_TEST(a_mention_is_a_message_that_names_the_bot)
{
    static const struct {
        const char *message, *channel_type;
        bool mention;
    } messages[] = {
        {"{'text': 'hi <@U0>'}", "channel", true},
        {"{'text': 'hi <@U0|bot>'}", "group", true},
        {"{'text': '<@U1> <@U0>', 'subtype': 'thread_broadcast'}", "mpim", true},
        {"{'text': 'hi <@U0>'}", "im", false}, /* Slack sends none */
        {"{'text': 'hi <@U01>'}", "channel", false},
        {"{'text': 'hi U0'}", "channel", false},
        {"{'text': '<@U0> has joined', 'subtype': 'channel_join'}", "channel", false},
        {"{}", "channel", false},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        const slack_json_t *message = json_of(messages[i].message);
        const char *type = messages[i].channel_type;
        assert_int_equal(slack__history_is_mention(message, type, "U0"), messages[i].mention);
        assert_false(slack__history_is_mention(message, type, ""));
    }
}

ARENA_TEST(a_thread_has_replies_if_its_latest_one_is_newer)
{
    const slack_json_t *root = json_of("{'latest_reply': '10.000000'}");
    assert_true(slack__history_has_replies(root, "9.999999"));
    assert_false(slack__history_has_replies(root, "10.000000"));
    assert_false(slack__history_has_replies(json_of("{'latest_reply': 'x'}"), "1.000000"));
    assert_false(slack__history_has_replies(json_of("{}"), "1.000000"));
}

static int write(void *message)
{
    slack_buf_t out;
    slack__buf_init(&out, 1 << 20);
    const int rc = slack__history_write(&out, message, &origin, false);
    slack__buf_done(&out);
    return rc;
}

ARENA_TEST(an_event_survives_any_failed_allocation)
{
    const slack_json_t *message = json_of(slack__arena_printf(
        arena, "{'type': 'message', 'text': '%s', " TS "}", repeated("x", 5000)));
    assert_true(alloc_fail_each(write, (void *)(uintptr_t)message) > 1);
}
