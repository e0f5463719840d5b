/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "context/stream_text.h"
#include "support/json.h"
#include "support/kit.h"
#include "support/test.h"

/* Streams of handlers: their parts, their messages, and every way in which they end. */

static slack_stream_t *stream;
static slack_ctx_t *held; /* the delivery, until its release; NULL: none */
static slack_stream_options_t options;
static int ended;     /* the status with which `fn` was called; 1: it was not */
static size_t pieces; /* that a worker appends */
static int work_rc;   /* what its stop returned */
static unsigned left; /* lines of the log about an error that a handler did not return */

static void count_left(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    left += strstr(line, "error not returned") != NULL;
}

static int on_end(slack_stream_t *which, int status, void *user_data)
{
    assert_ptr_equal(which, stream);
    assert_int_equal(ended, 1);
    ended = status;
    return 0;
}

/* Leaves the stream open, and the delivery held. */
static int begin(slack_ctx_t *ctx, void *user_data)
{
    stream = slack_stream(ctx, &options);
    slack_ctx_hold(held = ctx);
    return 0;
}

/* So many words of five characters. */
static const char *words(size_t count)
{
    static char text[70001];
    assert_true(count * 5 < sizeof text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + 5 * i, "word ", 6);
    text[5 * count] = '\0';
    return text;
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    int rc = 0;
    stream = slack_stream(ctx, NULL);
    for (size_t i = 0; rc == 0 && i < pieces; i++)
        rc = slack_stream_append(stream, words(4000));
    work_rc = rc ? rc : slack_stream_stop(stream, NULL, NULL);
    return slack_stream_status(stream) == work_rc ? 0 : SLACK_EMISMATCH;
}

/* Says something, and forgets to stop. */
static int say(slack_ctx_t *ctx, void *user_data)
{
    stream = slack_stream(ctx, &options);
    return slack_stream_append(stream, "Hello you");
}

static int setup(void **state)
{
    options = (slack_stream_options_t){0};
    stream = NULL;
    held = NULL;
    ended = 1;
    arena = slack__arena_new(0, 0);
    const slack_test_options_t kit_options = {.worker_wait_ms = 5000, .log_fn = count_left};
    assert_int_equal(slack_test_new(&kit, &kit_options), 0);
    slack_on_event(slack_test_app(kit), "app_mention", begin, NULL);
    slack_on_command(slack_test_app(kit), "/say", say, NULL);
    const slack_listener_t worker = {
        .kind = SLACK_KIND_COMMAND, .match = "/work", .run = SLACK_RUN_WORKER, .fn = work};
    slack_listen(slack_test_app(kit), &worker);
    return 0;
}

static void pass(unsigned ms)
{
    assert_int_equal(slack_test_advance_ms(kit, ms), 0);
}

static int teardown(void **state)
{
    slack__arena_free(arena);
    return kit_close(state);
}

#define STREAM_TEST(function) TEST_CASE(function, setup, teardown, NULL)

static void mention(void)
{
    assert_int_equal(slack_test_mention(kit, "go"), 0);
    assert_non_null(stream);
}

/* ---- courses ---- */

/* A call that is expected. `args` are JSON, or the text of a part. The answer is a timestamp, an
 * error, "lost" for none, or "" for any success. */
typedef struct sent {
    const char *method, *args, *answer;
} sent_t;

static void expect(const sent_t *call)
{
    const bool part = strstr(call->method, "Stream") != NULL;
    const slack_json_t *json = *call->args == '{' ? json_of(call->args) : NULL;
    if (json)
        slack_test_expect(kit, call->method, "%p", (const void *)json);
    else if (part)
        slack_test_expect(kit, call->method, "{markdown_text: %s}", call->args);
    else
        slack_test_expect(kit, call->method, "{text: %s, blocks: [{type: 'markdown', text: %s}]}",
                          call->args, call->args);
    if (strcmp(call->answer, "lost") == 0)
        slack_test_answer_lost(kit, SLACK_ECLOSED);
    else if (strchr(call->answer, '.'))
        slack_test_answer(kit, "{ok: true, channel: 'C0TEST', ts: %s}", call->answer);
    else if (*call->answer)
        slack_test_answer_error(kit, call->answer);
}

static int take(const char *step)
{
    switch (*step) {
    case '+': return slack_stream_append(stream, step + 1);
    case '*': return slack_stream_append(stream, words(strtoul(step + 1, NULL, 10)));
    case '{': return slack_stream_chunkf(stream, "%p", (const void *)json_of(step));
    case '~': return slack_test_advance_ms(kit, strtoul(step + 1, NULL, 10));
    case '=': assert_int_equal(slack_test_call_count(kit), strtoul(step + 1, NULL, 10)); return 0;
    case '[': return slack_stream_stop(stream, json_of(step), NULL);
    case '$':
        if (step[1]) return slack_stream_stop(stream, NULL, NULL);
        slack_ctx_release(held, 0);
        held = NULL;
        return 0;
    default: fail_msg("%s is no step", step); return 0;
    }
}

/* Steps: "+text" appends, "*9" appends nine words, "~9" lets 9 ms pass, "=9": so many calls were
 * made, "{…}" appends a chunk, "$" releases the delivery, "$$" stops the stream, and "[…]" with
 * blocks. A step that fails stands behind the name of its error and a blank. */
#define STEPS 16
#define CALLS 8
typedef struct course {
    const char *name;
    sent_t calls[CALLS];
    const char *steps[STEPS];
} course_t;

static void run(const course_t *course)
{
    mention();
    for (const sent_t *call = course->calls; call < course->calls + CALLS && call->method; call++)
        expect(call);
    for (const char *const *step = course->steps; step < course->steps + STEPS && *step; step++) {
        const bool fails = strncmp(*step, "SLACK_", 6) == 0;
        const int rc = take(fails ? strchr(*step, ' ') + 1 : *step);
        char want[32] = "OK";
        if (fails) snprintf(want, sizeof want, "%.*s", (int)strcspn(*step, " "), *step);
        if (strcmp(slack_err_name(rc), want) != 0)
            fail_msg("%s, %s: %s, not %s", course->name, *step, slack_err_name(rc), want);
    }
}

static void run_all(const course_t *courses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *state = NULL;
        if (i > 0) setup(&state);
        const char *why = "";
        run(&courses[i]);
        if (held) slack_ctx_release(held, 0);
        held = NULL;
        pass(0);
        if (slack_test_finish(kit, &why) != 0) fail_msg("%s: %s", courses[i].name, why);
        if (i + 1 < count) teardown(&state);
    }
}
#define RUN_ALL(courses) run_all((courses), sizeof(courses) / sizeof *(courses))

#define START                                                                                      \
    {                                                                                              \
        "chat.startStream", "One ", "1.1"                                                          \
    }
#define BEGIN "+One ", "~250"
#define STOPS                                                                                      \
    {                                                                                              \
        "chat.stopStream", "{'channel':'C0TEST','ts':'1.1'}", ""                                   \
    }
#define CHUNK(id, status)                                                                          \
    "{'type':'task_update','id':'" id "','title':'Look','status':'" status "'}"

/* A chunk that stands where a task should. */
#define LINE(mark) "{'type':'context','elements':[{'type':'mrkdwn','text':':" mark ": Look'}]}"

STREAM_TEST(parts)
{
    static const course_t courses[] = {
        {"a handler releases without a stop",
         {{"chat.startStream",
           "{'channel':'C0TEST','recipient_user_id':'U0TEST','recipient_team_id':'T0TEST',"
           "'markdown_text':'One'}",
           "1.1"},
          STOPS},
         {"+One", "$"}},
        {"nothing to say", {{0}}, {"$$", "~1000", "SLACK_EALREADY $$", "SLACK_EALREADY +x"}},
        {"a short part waits for 250 ms, and 650 ms after the last",
         {START, {"chat.appendStream", "two ", ""}, {"chat.appendStream", "three ", ""}, STOPS},
         {"+One ", "~249", "=0", "~1", "=1", "+two ", "~649", "=1", "~1", "=2", "~5000", "+thr",
          "+ee ", "~249", "=2", "~1"}},
        {"256 characters do not wait, and what comes meanwhile goes together",
         {{"chat.startStream", "{}", "1.1"}, {"chat.appendStream", "a b c ", ""}, STOPS},
         {"*52", "~0", "=1", "+a ", "+b ", "~300", "+c ", "~350", "=2"}},
        {"the start of a word waits for its end for a second",
         {START, {"chat.appendStream", "Dona", ""}, STOPS},
         {BEGIN, "~5000", "+Do", "~900", "+na", "=1", "~99", "=1", "~1", "=2"}},
        {"the rest goes with the stop",
         {START, {"chat.stopStream", "{'ts':'1.1','markdown_text':'two'}", ""}},
         {BEGIN, "+two", "$$"}},
        {"blocks without a text",
         {{"chat.startStream", "{'channel':'C0TEST'}", "1.1"},
          {"chat.stopStream", "{'blocks':[{'type':'divider'}]}", ""}},
         {"[{'type':'divider'}]"}},
    };
    RUN_ALL(courses);
}

STREAM_TEST(messages)
{
    static const course_t courses[] = {
        {"four minutes old",
         {START,
          {"chat.stopStream", "{'ts':'1.1','markdown_text':'two '}", ""},
          {"chat.startStream", "three", "2.2"},
          {"chat.stopStream", "{'ts':'2.2'}", ""}},
         {BEGIN, "~239900", "=1", "+two ", "~100", "=2", "~60000", "+three", "$$"}},
        {"four minutes old, in a fence",
         {{"chat.startStream", "```c\nint ", "1.1"},
          {"chat.stopStream", "{'ts':'1.1','markdown_text':'\\n```'}", ""},
          {"chat.startStream", "```c\na;", "2.2"},
          {"chat.stopStream", "{'ts':'2.2'}", ""}},
         {"+```c\nint ", "~240250", "=2", "+a;", "$$"}},
        {"too long: the start of the next message keeps the rate",
         {{"chat.startStream", "{}", "1.1"},
          {"chat.stopStream", "{'ts':'1.1'}", ""},
          {"chat.startStream", "{}", "2.2"},
          {"chat.stopStream", "{'ts':'2.2'}", ""}},
         {"*1000", "~0", "=1", "*2000", "~0", "=2", "~2999", "=2", "~1", "=3"}},
    };
    RUN_ALL(courses);
}

STREAM_TEST(refused_streams)
{
    static const course_t courses[] = {
        {"a message is edited",
         {{"chat.startStream", "One ", "channel_type_not_supported"},
          {"chat.postMessage", "One ", "1.1"},
          {"chat.update", "One two ", ""},
          {"chat.update", "One two three", ""}},
         {BEGIN, "=2", "+two ", "~1299", "=2", "~1", "=3", "+three", "$$", "~0", "=4"}},
        {"nothing is left for the end",
         {{"chat.startStream", "One ", "channel_type_not_supported"},
          {"chat.postMessage", "One ", "1.1"}},
         {BEGIN, "~5000", "$$"}},
        {"the message is refused, too",
         {{"chat.startStream", "One ", "not_in_channel"},
          {"chat.postMessage", "One ", "not_in_channel"}},
         {BEGIN, "SLACK_EAPI +two", "SLACK_EAPI $$"}},
    };
    RUN_ALL(courses);
}

STREAM_TEST(broken_streams)
{
    static const course_t courses[] = {
        {"an answer is lost",
         {START,
          {"chat.appendStream", "two ", "lost"},
          STOPS,
          {"chat.update", "One two ", ""},
          {"chat.update", "One two three", ""}},
         {BEGIN, "+two ", "~650", "=3", "~1300", "=4", "+three", "$$"}},
        {"Slack has ended the stream",
         {START,
          {"chat.appendStream", "two ", "message_not_in_streaming_state"},
          {"chat.update", "One two three", ""}},
         {BEGIN, "+two ", "~650", "=2", "+three", "$$"}},
        {"the stop is lost, and the message still streams",
         {START,
          {"chat.stopStream", "{'markdown_text':'two'}", "lost"},
          {"chat.stopStream", "{'ts':'1.1'}", "lost"},
          {"chat.update", "One two", "streaming_state_conflict"},
          {"chat.stopStream", "{'ts':'1.1'}", ""},
          {"chat.update", "One two", ""}},
         {BEGIN, "+two", "$$"}},
        {"a message that always streams",
         {START,
          {"chat.appendStream", "two ", "fatal_error"},
          STOPS,
          {"chat.update", "One two ", "streaming_state_conflict"},
          STOPS,
          {"chat.update", "One two ", "streaming_state_conflict"},
          STOPS,
          {"chat.update", "One two ", "streaming_state_conflict"}},
         {BEGIN, "+two ", "~10000", "SLACK_EAPI +three"}},
        {"the message is gone",
         {START,
          {"chat.appendStream", "two ", "message_not_found"},
          {"chat.stopStream", "{}", "message_not_found"},
          {"chat.update", "One two ", "message_not_found"}},
         {BEGIN, "+two ", "~5000", "SLACK_EAPI $$"}},
        {"the start is lost",
         {{"chat.startStream", "One ", "lost"}},
         {BEGIN, "SLACK_ECLOSED +two"}},
        {"a message that is edited ends behind a paragraph that it has",
         {{"chat.startStream", "{}", "channel_type_not_supported"},
          {"chat.postMessage", "{}", "1.1"},
          {"chat.update", "{}", ""},
          {"chat.postMessage", "more", "2.2"}},
         {"*1850", "+x\n\n", "~0", "=2", "+more", "~5000", "=4", "$$"}},
        {"Slack says of a part that the message is not edited",
         {START,
          {"chat.appendStream", "two ", "streaming_state_conflict"},
          STOPS,
          {"chat.update", "One two ", ""}},
         {BEGIN, "+two ", "~650", "~2000", "=4", "$$"}},
        {"a user stops it",
         {START, {"chat.appendStream", "two ", "stopped_by_user"}},
         {BEGIN, "+two ", "~650", "SLACK_ESTOPPED +three", "SLACK_ESTOPPED $$"}},
        {"Slack refuses the blocks",
         {START,
          {"chat.stopStream", "{'blocks':[{'type':'x'}]}", "invalid_blocks"},
          STOPS,
          {"chat.update", "{'text':'One two'}", "invalid_blocks"},
          {"chat.update", "One two", ""}},
         {BEGIN, "+two", "[{'type':'x'}]", "~0", "=5", "SLACK_EAPI +x"}},
        {"Slack refuses the first chunk",
         {{"chat.startStream", "{'chunks':[{'type':'x'}]}", "invalid_chunks"},
          {"chat.postMessage", "{'text':''}", "no_text"}},
         {"{'type':'x'}", "~0", "=2", "SLACK_EAPI +x"}},
        {"Slack refuses the first chunk, and takes the text",
         {{"chat.startStream", "{'chunks':[{'type':'markdown_text','text':'One '},{'type':'x'}]}",
           "invalid_chunks"},
          {"chat.postMessage", "One ", "1.1"},
          {"chat.update", "One two", ""}},
         {"+One ", "{'type':'x'}", "~0", "+two", "$$", "~0", "SLACK_EAPI +x"}},
        {"Slack refuses a later chunk",
         {START,
          {"chat.stopStream", "{'chunks':[{'type':'x'}]}", "invalid_chunks"},
          {"chat.stopStream", "{'ts':'1.1'}", ""},
          {"chat.update", "One ", ""}},
         {BEGIN, "{'type':'x'}", "$$", "~0", "SLACK_EAPI +x"}},
    };
    RUN_ALL(courses);
}

STREAM_TEST(chunks)
{
    static const course_t courses[] = {
        {"a chunk stands between two texts, and the next one of its task takes its place",
         {START,
          {"chat.appendStream",
           "{'chunks':[{'type':'markdown_text','text':'two'},"
           "{'type':'task_update','id':'1','title':'Look',"
           "'status':'complete'},{'type':'markdown_text','text':"
           "' three '}]}",
           ""},
          STOPS},
         {BEGIN, "+two", CHUNK("1", "pending"), "+ three ", CHUNK("1", "complete"), "~650", "=2"}},
        {"a message that is edited has lines in their place",
         {{"chat.startStream", "{}", "channel_type_not_supported"},
          {"chat.postMessage",
           "{'text':'','blocks':[{'type':'context','elements':[{'type':"
           "'mrkdwn','text':':hourglass_flowing_sand: Look'}]}]}",
           "1.1"},
          {"chat.update",
           "{'text':'x','blocks':[{'type':'context','elements':[{'type':"
           "'mrkdwn','text':':white_check_mark: Look'}]},{'type':"
           "'markdown','text':'x'},{'type':'divider'}]}",
           ""}},
         {CHUNK("1", "in_progress"), "~0", "+x", CHUNK("1", "complete"),
          "{'type':'blocks','blocks':[{'type':'divider'}]}", "$$"}},
        {"a task in progress goes on in the next message, with its first part",
         {{"chat.startStream", "{'chunks':[" CHUNK("1", "in_progress") "]}", "1.1"},
          {"chat.appendStream", "{'chunks':[" CHUNK("3", "complete") "]}", ""},
          {"chat.stopStream", "{'ts':'1.1','chunks':[" CHUNK("1", "pending") "]}", ""},
          {"chat.startStream",
           "{'chunks':[" CHUNK("1", "in_progress") ",{'type':'markdown_text','text':'One '}]}",
           "2.2"},
          {"chat.stopStream", "{'ts':'2.2','chunks':[" CHUNK("1", "complete") "]}", ""}},
         {CHUNK("1", "in_progress"), "~0", CHUNK("3", "complete"), "~240000", "=3", "~900000", "=3",
          "+One ", "~300", "=4", CHUNK("1", "complete"), "$$"}},
        {"one that begins in the last part",
         {START,
          {"chat.appendStream", "two ", ""},
          {"chat.stopStream",
           "{'chunks':[" CHUNK("1", "in_progress") "," CHUNK("1", "pending") "]}", ""},
          {"chat.startStream",
           "{'chunks':[" CHUNK("1", "in_progress") ",{'type':'markdown_text','text':'three'}]}",
           "2.2"},
          {"chat.stopStream", "{'ts':'2.2'}", ""}},
         {BEGIN, "~239600", "+two ", "~250", "=2", CHUNK("1", "in_progress"), "~200", "=3",
          "+three", "~3000", "$$"}},
        {"one that ends before that is not shown in progress again",
         {{"chat.startStream", "{'chunks':[" CHUNK("1", "in_progress") "]}", "1.1"},
          {"chat.stopStream", "{'ts':'1.1','chunks':[" CHUNK("1", "pending") "]}", ""},
          {"chat.startStream", "{'chunks':[" CHUNK("1", "error") "]}", "2.2"},
          {"chat.stopStream", "{'ts':'2.2'}", ""}},
         {CHUNK("1", "in_progress"), "~0", "~240000", "=2", CHUNK("1", "error"), "~3000", "$$"}},
        {"a message that is edited marks it, too",
         {{"chat.startStream", "{}", "channel_type_not_supported"},
          {"chat.postMessage", "{'blocks':[" LINE("hourglass_flowing_sand") "]}", "1.1"},
          {"chat.update", "{'blocks':[" LINE("white_medium_small_square") ",{'type':'markdown'}]}",
           ""},
          {"chat.postMessage",
           "{'blocks':[" LINE("hourglass_flowing_sand") ",{'type':'markdown'}]}", "2.2"}},
         {CHUNK("1", "in_progress"), "~0", "*3000", "~5000", "$$"}},
        {"a text in a chunk is a text",
         {START, STOPS},
         {"{'type':'markdown_text','text':'One '}", "~250", "SLACK_EINVAL {'text':'x'}"}},
    };
    RUN_ALL(courses);
}

/* ---- the end ---- */

STREAM_TEST(a_handler_may_forget_the_stop)
{
    expect(&(sent_t){"chat.startStream", "Hello you", "1.1"});
    expect(&(sent_t)STOPS);
    slack_test_command(kit, "/say", "");
    slack_test_expect_status(kit, 0);
    expect(&(sent_t){"chat.startStream", "Hello you", "not_in_channel"});
    expect(&(sent_t){"chat.postMessage", "Hello you", "not_in_channel"});
    expect(&(sent_t){"response_url", "{}", ""});
    slack_test_command(kit, "/say", "");
    slack_test_expect_status(kit, SLACK_EAPI); /* nobody else has learned of it */
    kit_fine();
}

STREAM_TEST(a_function_gets_the_end)
{
    static const struct {
        const char *answer;
        int status;
    } cases[] = {{"", 0}, {"stopped_by_user", SLACK_ESTOPPED}};
    for (size_t i = 0; i < 2; i++) {
        options = (slack_stream_options_t){.fn = on_end, .plan = true, .user_id = "U1"};
        ended = 1;
        mention();
        expect(&(sent_t){"chat.startStream",
                         "{'task_display_mode':'plan','recipient_user_id':'U1'}", "1.1"});
        expect(&(sent_t){"chat.appendStream", "two ", cases[i].answer});
        take("+One ");
        pass(250);
        assert_string_equal(slack_stream_ts(stream), "1.1");
        take("+two ");
        pass(650);
        assert_int_equal(ended, i == 0 ? 1 : SLACK_ESTOPPED);
        if (i == 0) expect(&(sent_t)STOPS);
        take("$"); /* does not fail the delivery */
        pass(0);
        assert_int_equal(ended, cases[i].status);
    }
    kit_fine();
}

/* Slack tells the app, though nothing is appended. */
STREAM_TEST(the_event_of_a_stop_ends_the_stream)
{
    options.fn = on_end;
    mention();
    expect(&(sent_t)START);
    take("+One ");
    pass(250);
    take("+two ");
#define STOPPED(channel, ts)                                                                       \
    "{type: 'agent_session_stopped', channel: '" channel "', user: 'U1', thread_ts: '1.0',"        \
    " streaming_message_ts: ['9.9', '" ts "']}"
    slack_test_event(kit, STOPPED("C1", "1.1"));
    slack_test_event(kit, STOPPED("C0TEST", "1.2"));
    assert_int_equal(ended, 1);
    slack_test_event(kit, STOPPED("C0TEST", "1.1"));
    assert_int_equal(ended, SLACK_ESTOPPED);
    assert_int_equal(slack_stream_append(stream, "x"), SLACK_ESTOPPED);
    take("$");
    pass(10000);
    kit_fine();
}

STREAM_TEST(a_worker_waits_for_room_and_for_the_end)
{
    pieces = 10; /* 200,000 characters */
    for (size_t i = 0; i < 18; i++) {
        expect(&(sent_t){"chat.startStream", "{}", ""});
        expect(&(sent_t){"chat.stopStream", "{}", ""});
    }
    work_rc = 1;
    slack_test_command(kit, "/work", "");
    assert_int_equal(work_rc, 1);
    pass(17 * 3000);
    assert_int_equal(work_rc, 0);
    assert_int_equal(slack_test_call_count(kit), 36);
    kit_fine();
}

STREAM_TEST(a_worker_learns_of_the_failure)
{
    static const struct {
        sent_t calls[3];
        size_t pieces;
        int status;
    } cases[] = {
        {{{"chat.startStream", "{}", "not_in_channel"},
          {"chat.postMessage", "{}", "not_in_channel"}},
         1,
         SLACK_EAPI},
        {{{"chat.startStream", "{}", "lost"}}, 1, SLACK_ECLOSED},
        {{{"chat.startStream", "{}", "1.1"}, {"chat.stopStream", "{}", "stopped_by_user"}},
         9, /* it waits for room */
         SLACK_ESTOPPED},
        {{{0}}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (const sent_t *call = cases[i].calls; call->method; call++)
            expect(call);
        pieces = cases[i].pieces;
        left = 0;
        slack_test_command(kit, "/work", "");
        pass(5000);
        assert_int_equal(work_rc, cases[i].status);
        assert_int_equal(left, cases[i].status != 0 && cases[i].status != SLACK_ESTOPPED);
        slack_test_expect_status(kit, 0);
    }
    kit_fine();
}

STREAM_TEST(an_app_that_stops_ends_its_streams)
{
    options.fn = on_end;
    mention();
    expect(&(sent_t)START);
    expect(&(sent_t){"chat.appendStream", "two", ""});
    expect(&(sent_t)STOPS);
    take("+One ");
    pass(250);
    take("+two");
    slack_app_stop(slack_test_app(kit));
    pass(7000);
    assert_int_equal(slack_stream_status(stream), 0); /* the drain has 10 s */
    pass(1500);
    assert_int_equal(ended, SLACK_ECANCELED);
    assert_int_equal(slack_stream_append(stream, "x"), SLACK_ECANCELED);
    slack_ctx_release(held, 0);
    pass(100);
    kit_fine();
}

/* ---- without a delivery ---- */

STREAM_TEST(a_client_streams)
{
    slack_client_t *client = slack_app_client(slack_test_app(kit));
    options = (slack_stream_options_t){.channel = "C0TEST", .thread_ts = "1.0", .fn = on_end};
    assert_null(slack_client_stream(client, &options)); /* the app does not run */
    slack_test_start(kit);
    assert_null(slack_client_stream(client, NULL));
    assert_null(slack_client_stream(client, &(slack_stream_options_t){.channel = "C0TEST"}));
    assert_null(slack_client_stream(NULL, &options));
    stream = slack_client_stream(client, &options);
    expect(&(sent_t){"chat.startStream", "{'channel':'C0TEST','thread_ts':'1.0'}", "1.1"});
    expect(&(sent_t){"chat.stopStream", "{'ts':'1.1'}", ""});
    take("+One");
    take("$$");
    pass(0);
    assert_int_equal(ended, 0);

    ended = 1;
    stream = slack_client_stream(client, &options); /* and is left open */
    expect(&(sent_t)START);
    expect(&(sent_t)STOPS);
    take("+One ");
    pass(250);
    slack_app_stop(slack_test_app(kit));
    pass(10000);
    assert_int_equal(ended, SLACK_ECANCELED);
    kit_fine();
}

/* ---- what the program gets wrong ---- */

static int begin_many(slack_ctx_t *ctx, void *user_data)
{
    slack_client_t *client = slack_app_client(slack_test_app(kit));
    for (int i = 0; i < SLACK_STREAMS_MAX; i++)
        assert_int_equal(slack_stream_append(slack_stream(ctx, NULL), ""), 0);
    stream = slack_stream(ctx, &(slack_stream_options_t){.channel = "C1"});
    const int rc = slack_stream_append(stream, "x");
    assert_int_equal(rc, SLACK_EBUSY);
    assert_non_null(strstr(slack_ctx_strerror(ctx, rc), "too many streams are open"));
    assert_null(slack_client_stream(client, &(slack_stream_options_t){.channel = "C1"}));
    return 0;
}

STREAM_TEST(streams_are_limited)
{
    slack_on_command(slack_test_app(kit), "/many", begin_many, NULL);
    for (int i = 0; i < 2; i++) {
        slack_test_command(kit, "/many", "");
        slack_test_expect_status(kit, 0);
    }
    kit_fine();
}

#define TASK(id) "{type: 'task_update', id: " id ", title: 'x', status: 'pending'}"

static int misuse(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_stream_append(NULL, "x"), SLACK_ENOMEM);
    assert_int_equal(slack_stream_stop(NULL, NULL, NULL), SLACK_ENOMEM);
    assert_string_equal(slack_stream_ts(NULL), "");
    stream = slack_stream(ctx, NULL);
    int rc = slack_stream_append(stream, "x");
    assert_int_equal(rc, SLACK_EINVAL);
    assert_non_null(strstr(slack_ctx_strerror(ctx, rc), "the delivery has no channel"));

    stream = slack_stream(ctx, &(slack_stream_options_t){.channel = "C1"});
    assert_int_equal(slack_stream_chunkf(stream, "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_stream_chunkf(stream, "{title: 'x'}"), SLACK_EINVAL);
    assert_int_equal(slack_stream_stop(stream, slack_jsonf(ctx, "{"), NULL), SLACK_ETEMPLATE);
    char *large = malloc(SLACK_STREAM_TEXT_MAX);
    memset(large, 'x', SLACK_STREAM_TEXT_MAX);
    large[SLACK_STREAM_TEXT_MAX / 2 + 1] = '\0';
    assert_int_equal(slack_stream_append(stream, large), SLACK_ETOOBIG);
    large[SLACK_STREAM_TEXT_MAX / 2] = '\0';
    assert_int_equal(slack_stream_append(stream, large), 0); /* a part of it is sent at once */
    rc = slack_stream_append(stream, large);
    free(large);
    assert_int_equal(rc, SLACK_EBUSY);
    assert_non_null(strstr(slack_ctx_strerror(ctx, rc), "the stream is full"));
    for (int i = 0; i < 50; i++)
        assert_int_equal(slack_stream_chunkf(stream, TASK("'%d'"), i), 0);
    assert_int_equal(slack_stream_chunkf(stream, TASK("'x'")), SLACK_EBUSY);
    assert_int_equal(slack_stream_chunkf(stream, TASK("'7'")), 0);
    return 0;
}

STREAM_TEST(misuses)
{
    slack_on_event(slack_test_app(kit), "team_join", misuse, NULL);
    expect(&(sent_t){"chat.startStream", "{}", "lost"});
    slack_test_event(kit, "{type: 'team_join', user: {id: 'U1'}}");
    slack_test_expect_status(kit, SLACK_ECLOSED);
    kit_fine();
}

/* ---- without memory ---- */

static int say_much(slack_ctx_t *ctx, void *user_data)
{
    slack_stream_t *much = slack_stream(ctx, NULL);
    int rc = slack_stream_append(much, words(2500));
    if (rc == 0) rc = slack_stream_chunkf(much, TASK("'1'"));
    if (rc == 0) rc = slack_stream_append(much, "```c\nint");
    const slack_json_t *blocks = slack_jsonf(ctx, "[{type: 'divider'}]");
    return rc ? rc : slack_stream_stop(much, blocks, NULL);
}

/* A stream of two messages that breaks off in the second; a worker's; one that is left open. */
static int stream_everything(void)
{
    static const sent_t calls[] = {
        {"chat.startStream", "", ""},    {"chat.stopStream", "", ""},
        {"chat.startStream", "", ""},    {"chat.stopStream", "", "fatal_error"},
        {"chat.stopStream", "", "lost"}, {"chat.update", "", ""},
        {"chat.startStream", "", "x"},   {"chat.postMessage", "", ""},
        {"chat.postMessage", "", ""},    {"chat.startStream", "", ""},
        {"chat.stopStream", "", ""},
    };
    const char *why;
    if (slack_test_new(&kit, NULL) != 0) return SLACK_ENOMEM;
    slack_app_t *app = slack_test_app(kit);
    const slack_listener_t worker = {
        .kind = SLACK_KIND_COMMAND, .match = "/work", .run = SLACK_RUN_WORKER, .fn = work};
    slack_on_event(app, "app_mention", say_much, NULL);
    slack_listen(app, &worker);
    slack_on_command(app, "/say", say, NULL);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        slack_test_expect(kit, calls[i].method, NULL);
        if (strcmp(calls[i].answer, "lost") == 0)
            slack_test_answer_lost(kit, SLACK_ECLOSED);
        else if (*calls[i].answer)
            slack_test_answer_error(kit, calls[i].answer);
    }
    pieces = 1;
    slack_test_mention(kit, "go");
    slack_test_advance_ms(kit, 10000);
    slack_test_command(kit, "/work", "");
    slack_test_advance_ms(kit, 10000);
    slack_test_command(kit, "/say", "");
    slack_test_advance_ms(kit, 1000);
    const int rc = slack_test_finish(kit, &why);
    slack_test_free(kit);
    return rc;
}

TEST(streams_survive_without_memory)
{
    options = (slack_stream_options_t){0};
    kit_survive(stream_everything, 0);
}
