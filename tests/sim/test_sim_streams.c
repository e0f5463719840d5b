/* SPDX-License-Identifier: MIT */
#include "sim/streams.h"
#include "support/sim_case.h"
#include "support/test.h"

/* Messages that the app streams: Slack's checks, the text as it grows, and the ends of a stream. */

static char ts[SIM_TS_SIZE];     /* of the stream */
static char thread[SIM_TS_SIZE]; /* of the bot's message in #general */

/* The arguments with the stream's ts for '$', and the thread's for '@'. */
static const char *filled(const char *args)
{
    for (const char *mark; (mark = strpbrk(args, "$@"));)
        args = slack__arena_printf(peer.arena, "%.*s%s%s", (int)(mark - args), args,
                                   *mark == '$' ? ts : thread, mark + 1);
    return args;
}

static const slack_json_t *api(const char *method, const char *args)
{
    return sim_peer_api(&peer, method, filled(args));
}

#define HERE "'channel':'C0GENERAL1'"
#define TO   HERE ",'thread_ts':'@','recipient_user_id':'U0ANN00001','recipient_team_id':'T0SIM00001'"

static void start(const char *more)
{
    const slack_json_t *posted = api("chat.postMessage", "{" HERE ",'text':'hi'}");
    snprintf(thread, sizeof thread, "%s", slack_json_str(posted, "/ts"));
    const slack_json_t *begun =
        api("chat.startStream", slack__arena_printf(peer.arena, "{" TO "%s}", more));
    assert_member(begun, "/error", "");
    snprintf(ts, sizeof ts, "%s", slack_json_str(begun, "/ts"));
}

/* A text of so many characters, of two bytes each. */
static const char *text_of(size_t characters)
{
    char *text = slack__arena_alloc(peer.arena, 2 * characters + 1);
    for (size_t i = 0; i < characters; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    text[2 * characters] = '\0';
    return text;
}

static const char *last_line(void)
{
    const char *all = sim_peer_transcript(&peer), *last = all;
    for (const char *end; (end = strchr(last, '\n')) && end[1];)
        last = end + 1;
    return slack__arena_printf(peer.arena, "%.*s", (int)strcspn(last, "\n"), last);
}

ALONE(calls_are_checked)
{
    static const struct {
        const char *method, *args, *error;
    } cases[] = {
        {"chat.startStream", "{'channel':'nowhere'}", "channel_not_found"},
        {"chat.startStream", "{'channel':'lounge','thread_ts':'@'}", "not_in_channel"},
        {"chat.startStream", "{" HERE "}", "invalid_arguments"},
        {"chat.startStream", "{" HERE ",'thread_ts':'x'}", "invalid_arguments"},
        {"chat.startStream", "{" TO ",'task_display_mode':'list'}", "invalid_arguments"},
        {"chat.startStream", "{" HERE ",'thread_ts':'@'}", "missing_recipient_user_id"},
        {"chat.startStream", "{" HERE ",'thread_ts':'@','recipient_user_id':'U0ANN00001'}",
         "missing_recipient_team_id"},
        {"chat.startStream",
         "{" HERE ",'thread_ts':'@','recipient_user_id':'U0','recipient_team_id':'T0SIM00001'}",
         "user_not_found"},
        {"chat.startStream",
         "{" HERE ",'thread_ts':'@','recipient_user_id':'U0ANN00001','recipient_team_id':'T0'}",
         "team_not_found"},
        {"chat.startStream", "{" TO ",'chunks':{}}", "invalid_chunks"},
        {"chat.startStream", "{'channel':'D0ANN00001','thread_ts':'1.2'}", ""},
        {"chat.appendStream", "{" HERE ",'ts':'1.2','markdown_text':'x'}", "message_not_found"},
        {"chat.appendStream", "{" HERE ",'ts':'@','markdown_text':'x'}",
         "message_not_in_streaming_state"},
        {"chat.appendStream", "{" HERE ",'ts':'$'}", "no_text"},
        {"chat.appendStream", "{" HERE ",'ts':'$','chunks':'[{'}", "invalid_chunks"},
        {"chat.appendStream", "{" HERE ",'ts':'$','chunks':[{'type':'dance'}]}", "invalid_chunks"},
        {"chat.appendStream", "{" HERE ",'ts':'$','chunks':[{'type':'markdown_text'}]}",
         "invalid_chunks"},
        {"chat.appendStream",
         "{" HERE ",'ts':'$','chunks':[{'type':'task_update','id':'1','title':'a','status':'x'}]}",
         "invalid_chunks"},
        {"chat.appendStream", "{" HERE ",'ts':'$','chunks':[{'type':'blocks','blocks':[{}]}]}",
         "invalid_blocks"},
        {"chat.update", "{" HERE ",'ts':'$','text':'x'}", "streaming_state_conflict"},
        {"chat.stopStream", "{" HERE ",'ts':'$','blocks':[{'type':'section'}]}", "invalid_blocks"},
        {"chat.stopStream", "{" HERE ",'ts':'$','metadata':{'a':1}}", "invalid_metadata_schema"},
        {"chat.stopStream", "{" HERE ",'ts':'$'}", ""},
        {"chat.stopStream", "{" HERE ",'ts':'$'}", "message_not_in_streaming_state"},
        {"chat.update", "{" HERE ",'ts':'$','text':'x'}", ""},
    };
    start("");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error(cases[i].method, filled(cases[i].args), cases[i].error);
}

ALONE(a_stream_grows_and_ends)
{
    start(",'markdown_text':'**He'");
    api("chat.appendStream", "{" HERE ",'ts':'$','markdown_text':'llo** ','chunks':["
                             "{'type':'markdown_text','text':'you'},"
                             "{'type':'plan_update','title':'Think'},"
                             "{'type':'task_update','id':'1','title':'Ask','status':'pending'},"
                             "{'type':'task_update','id':'2','title':'Read','status':'pending'}]}");
    assert_string_equal(last_line(), "#general (thread)  bot begins to stream -> **Hello** you");
    api("chat.appendStream", "{" HERE ",'ts':'$','chunks':["
                             "{'type':'task_update','id':'1','title':'Ask','status':'complete'}]}");
    const slack_json_t *answer =
        api("chat.stopStream", "{" HERE ",'ts':'$','markdown_text':'!','metadata':"
                               "{'event_type':'a','event_payload':{}},'blocks':[{'type':"
                               "'context_actions','elements':[{'type':'feedback_buttons',"
                               "'action_id':'fb','positive_button':{'text':{'type':'plain_text',"
                               "'text':'Good'},'value':'1'},'negative_button':{'text':{'type':"
                               "'plain_text','text':'Bad'},'value':'0'}}]}]}");
    assert_member(answer, "/message/text", "**Hello** you!");
    assert_member(answer, "/message/metadata/event_type", "a");
    assert_member(answer, "/message/thread_ts", thread);
    assert_null(slack_json_get(answer, "/message/edited"));
    assert_string_equal(sim_peer_transcript(&peer),
                        "#general  bot: hi\n#general (thread)  bot begins to stream\n"
                        "#general (thread)  bot: (streamed) **Hello** you! [feedback_buttons: fb] "
                        "(plan Think) (task Ask: complete) (task Read: pending)\n");
}

ALONE(a_stream_has_a_length_in_all)
{
    start(slack__arena_printf(peer.arena, ",'markdown_text':'%s'", text_of(11999)));
    assert_error("chat.appendStream", filled("{" HERE ",'ts':'$','markdown_text':'xy'}"),
                 "msg_too_long");
    assert_error("chat.appendStream", filled("{" HERE ",'ts':'$','markdown_text':'x'}"), "");
    assert_error("chat.stopStream", filled("{" HERE ",'ts':'$','markdown_text':'y'}"),
                 "msg_too_long");
    assert_error(
        "chat.startStream",
        filled(slack__arena_printf(peer.arena, "{" TO ",'markdown_text':'%s'}", text_of(12001))),
        "msg_too_long");
}

ALONE(slack_closes_a_stream)
{
    start(",'markdown_text':'a long story'");
    sim_peer_pass_ms(&peer, SIM_STREAM_OPEN_MS - 1);
    assert_error("chat.appendStream", filled("{" HERE ",'ts':'$','markdown_text':'!'}"), "");
    sim_peer_pass_ms(&peer, 1);
    assert_error("chat.appendStream", filled("{" HERE ",'ts':'$','markdown_text':'!'}"),
                 "message_not_in_streaming_state");
    assert_string_equal(last_line(),
                        "#general (thread)  bot: (streamed, closed by Slack) a long story!");
}

CONNECTED(a_person_stops_a_stream)
{
    assert_string_equal(sim_case_refused("{'kind':'stop-stream'}"),
                        "the app streams no message in #general");
    start(",'markdown_text':'blah'");
    for (unsigned events = 0; events < 2; events++) /* of the bot's own messages */
        sim_app_ack(&app, sim_app_next(&app), NULL);
    sim_peer_send(&peer, "{'kind':'stop-stream'}", &outcome);
    const slack_json_t *envelope = NULL;
    while (strcmp(slack_json_str(envelope, "/payload/event/type"), "agent_session_stopped") != 0)
        sim_app_ack(&app, envelope = sim_app_next(&app), NULL);
    assert_sent(true);
    assert_member(envelope, "/payload/event/streaming_message_ts/0", ts);
    assert_member(envelope, "/payload/event/thread_ts", thread);
    assert_error("chat.appendStream", filled("{" HERE ",'ts':'$','markdown_text':'!'}"),
                 "stopped_by_user");
    assert_error("chat.stopStream", filled("{" HERE ",'ts':'$'}"),
                 "message_not_in_streaming_state");
    assert_string_equal(last_line(),
                        "#general (thread)  bot: (streamed, stopped by a person) blah");
}

ALONE(streaming_can_be_refused)
{
    start("");
    sim_peer_fault(&peer, "no-streams");
    assert_error("chat.startStream", filled("{" TO "}"), "channel_type_not_supported");
    sim_peer_control(&peer, "/sim/fault/clear", "{}");
    sim_peer_fault(&peer, "no-streams unknown_method");
    assert_error("chat.startStream", filled("{" TO "}"), "unknown_method");
    sim_peer_control(&peer, "/sim/fault/clear", "{}");
    for (unsigned i = 1; i < SIM_STREAMS_MAX; i++)
        assert_error("chat.startStream", filled("{" TO "}"), "");
    assert_error("chat.startStream", filled("{" TO "}"), "message_limit_exceeded");
}
