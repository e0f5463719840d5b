/* SPDX-License-Identifier: MIT */
/* Recordings that the test kit replays. tests/system/test_recording.c makes them of live apps. */
#include <unistd.h>

#include "support/kit.h"
#include "support/test.h"

#define BEGIN                                                                                      \
    "{\"t\":0,\"type\":\"begin\",\"version\":1,\"wall_ms\":1700000000000,\"bot_user\":\"U9\","     \
    "\"bot_id\":\"B9\",\"team\":\"T9\"}\n"
#define ECHO(t, n)                                                                                 \
    "{\"t\":" t ",\"type\":\"delivery\",\"n\":" n ",\"transport\":\"http\",\"kind\":\"command\","  \
    "\"body\":{\"command\":\"/echo\",\"text\":\"hi\",\"trigger_id\":\"redacted:1\"}}\n"
#define ECHOED(t, n)                                                                               \
    "{\"t\":" t ",\"type\":\"ack\",\"n\":" n ",\"outcome\":\"ok\",\"text\":\"hi\"}\n"
#define HELLO(t, n, id)                                                                            \
    "{\"t\":" t ",\"type\":\"delivery\",\"n\":" n ",\"kind\":\"event\",\"body\":{\"type\":"        \
    "\"event_callback\",\"event_id\":\"" id "\",\"team_id\":\"T9\",\"event\":{\"type\":"           \
    "\"message\",\"text\":\"hello\",\"user\":\"U1\",\"channel\":\"C1\",\"ts\":\"1.1\"}}}\n"
#define ACK(t, n) "{\"t\":" t ",\"type\":\"ack\",\"n\":" n ",\"outcome\":\"ok\"}\n"
#define CALL(t, c, of, args)                                                                       \
    "{\"t\":" t ",\"type\":\"call\",\"c\":" c of ",\"method\":\"chat.postMessage\",\"args\":" args \
    "}\n"
#define ANSWER(t, c, rest) "{\"t\":" t ",\"type\":\"answer\",\"c\":" c "," rest "}\n"
#define GREETING           "{\"channel\":\"C1\",\"text\":\"Hey there <@U1>!\"}"
#define OK                 "\"http\":200,\"body\":{\"ok\":true,\"ts\":\"2.2\"}"
#define END(t)             "{\"t\":" t ",\"type\":\"end\"}\n"

static int calls_failed;

static void replays(const char *recording)
{
    const char *report, *why;
    int rc = slack_test_replay_text(kit, recording, strlen(recording), &report);
    assert_string_equal(report, "");
    assert_int_equal(rc, 0);
    rc = slack_test_finish(kit, &why);
    assert_string_equal(why, "");
    assert_int_equal(rc, 0);
}

static void differs(const char *recording, const char *expected)
{
    const char *report, *why;
    assert_int_equal(slack_test_replay_text(kit, recording, strlen(recording), &report),
                     SLACK_EMISMATCH);
    assert_string_equal(report, expected);
    assert_int_equal(slack_test_finish(kit, &why), SLACK_EMISMATCH);
    assert_non_null(strstr(why, expected));
}

/* ---- no difference ---- */

KIT_TEST(test_nothing_happened)
{
    replays(BEGIN END("5"));
}

KIT_TEST(test_an_ack)
{
    replays(BEGIN ECHO("1", "1") ECHOED("2", "1") ECHO("3600000", "2") ECHOED("3600001", "2")
                END("3600002"));
    assert_true(slack_test_wall_ms(kit) - INT64_C(1700000000000) >= 3600002);
}

KIT_TEST(test_a_call)
{
    replays(BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
                ANSWER("40", "1", OK) END("50"));
    assert_int_equal(slack_test_call_count(kit), 1);
}

/* A live app was slower than the replay. */
KIT_TEST(test_deliveries_that_overlap)
{
    replays(BEGIN HELLO("1", "1", "E1") ECHO("2", "2") HELLO("3", "3", "E3") ACK("4", "3")
                ECHOED("4", "2") ACK("5", "1") CALL("5", "1", ",\"n\":3", GREETING)
                    CALL("6", "2", ",\"n\":1", GREETING) ANSWER("7", "2", OK) ANSWER("9", "1", OK)
                        END("50"));
}

KIT_TEST(test_a_redelivery)
{
    replays(BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
                ANSWER("4", "1", OK) HELLO("9", "7", "E1") ACK("9", "7") END("50"));
}

/* No handler ran for the first two: the app had no room, and knew the delivery from an earlier run.
 */
KIT_TEST(test_deliveries_that_were_not_run)
{
#define LATER "{\"t\":1,\"type\":\"ack\",\"n\":1,\"outcome\":\"later\"}\n"
#define KNOWN "{\"t\":2,\"type\":\"ack\",\"n\":2,\"outcome\":\"refuse\",\"known\":true}\n"
    replays(BEGIN HELLO("1", "1", "E1") LATER HELLO("2", "2", "E2") KNOWN HELLO("9", "3", "E1")
                ACK("9", "3") CALL("9", "1", ",\"n\":3", GREETING) ANSWER("9", "1", OK) END("50"));
}

KIT_TEST(test_a_rate_limit)
{
    replays(BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
                ANSWER("4", "1", "\"http\":429,\"retry_after_s\":30,\"body\":{\"ok\":false}")
                    CALL("30010", "2", ",\"n\":1", GREETING) ANSWER("30020", "2", OK) END("30030"));
}

/* The pause before the next attempt is random: the replay waits for it. */
KIT_TEST(test_a_call_that_failed)
{
    replays(BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
                ANSWER("4", "1", "\"error\":\"SLACK_ECLOSED\"") CALL("600", "2", "", GREETING)
                    ANSWER("601", "2", OK) END("602"));
    assert_int_equal(slack_test_call_count(kit), 2);
}

KIT_TEST(test_a_call_that_never_left)
{
    replays(BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
                ANSWER("4", "1", "\"error\":\"SLACK_ECONNECT\",\"unsent\":true")
                    CALL("600", "2", ",\"n\":1", GREETING) ANSWER("601", "2", OK) END("602"));
}

/* The process was killed, or the disk full. */
KIT_TEST(test_a_recording_that_was_cut_off)
{
    replays(BEGIN ECHO("1", "1") ECHOED("2", "1") HELLO("3", "2", "E1") "{\"t\":4,\"type\":\"ac");
}

#define MODAL                                                                                      \
    "{\"type\":\"modal\",\"title\":{\"type\":\"plain_text\",\"text\":\"x\"},\"blocks\":[]}"

static int open_modal(slack_ctx_t *ctx, void *user_data)
{
    return slack_call(
        slack_ctx_client(ctx),
        slack_request("views.open", slack_jsonf(ctx, "{trigger_id: %s, view: " MODAL "}",
                                                slack_ctx_trigger_id(ctx))),
        NULL, NULL);
}

static const char modal[] = BEGIN
    "{\"t\":1,\"type\":\"delivery\",\"n\":1,\"kind\":\"shortcut\",\"body\":{\"type\":\"shortcut\","
    "\"callback_id\":\"modal\",\"trigger_id\":\"redacted:12\"}}\n" ACK(
        "2", "1") "{\"t\":2,\"type\":\"call\",\"c\":1,\"n\":1,\"method\":\"views.open\",\"args\":"
                  "{\"trigger_id\":\"redacted:12\",\"view\":" MODAL "}}"
                  "\n" ANSWER("9", "1", OK) END("50");

KIT_TEST(test_placeholders_stand_for_themselves)
{
    assert_int_equal(slack_on_shortcut(slack_test_app(kit), "modal", open_modal, NULL), 0);
    const char *report;
    assert_int_equal(slack_test_replay_text(kit, modal, strlen(modal), &report), SLACK_EMISMATCH);
    /* Without an ack by the handler, the call precedes the ack. */
    assert_string_equal(report, "line 2, shortcut modal:\n"
                                "  - ack ok\n"
                                "    call views.open "
                                "{\"trigger_id\":\"redacted:12\",\"view\":" MODAL "}\n"
                                "  + ack ok\n");
}

static int open_with_secret(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ack(ctx);
    return rc ? rc
              : slack_call(slack_ctx_client(ctx),
                           slack_request("views.open",
                                         slack_jsonf(ctx, "{trigger_id: %s, view: " MODAL "}",
                                                     (const char *)user_data)),
                           NULL, NULL);
}

/* A secret that the app has from elsewhere matches any placeholder. */
KIT_TEST(test_placeholders_stand_for_secrets)
{
    static char secret[] = "1234.5678";
    assert_int_equal(slack_on_shortcut(slack_test_app(kit), "modal", open_with_secret, secret), 0);
    replays(modal);
}

KIT_TEST(test_placeholders_differ_from_each_other)
{
    static char other[] = "redacted:13";
    assert_int_equal(slack_on_shortcut(slack_test_app(kit), "modal", open_with_secret, other), 0);
    differs(modal, "line 2, shortcut modal:\n"
                   "    ack ok\n"
                   "  - call views.open "
                   "{\"trigger_id\":\"redacted:12\",\"view\":" MODAL "}\n"
                   "  + call views.open "
                   "{\"trigger_id\":\"redacted:13\",\"view\":" MODAL "}\n");
}

static void on_answer(const slack_response_t *response, void *user_data)
{
    calls_failed += slack_response_status(response) != 0;
}

static int say_both(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_callf(slack_ctx_client(ctx), "chat.postMessage", on_answer, NULL,
                         "{channel: 'C', text: 'it is xoxb-1-2-abc'}");
    return rc ? rc
              : slack_callf(slack_ctx_client(ctx), "chat.postMessage", NULL, NULL,
                            "{channel: 'C', text: 'x'}");
}

/* The answer comes from the call with the same arguments, secrets hidden, not from the first one.
 */
KIT_TEST(test_the_answer_of_the_matching_call)
{
    calls_failed = 0;
    assert_int_equal(slack_on_command(slack_test_app(kit), "/both", say_both, NULL), 0);
    const char *report;
    static const char recorded[] =
        BEGIN "{\"t\":1,\"type\":\"delivery\",\"n\":1,\"kind\":\"command\",\"body\":{\"command\":"
              "\"/both\"}}\n" CALL("2", "1", ",\"n\":1", "{\"channel\":\"C\",\"text\":\"x\"}")
                  CALL("2", "2", ",\"n\":1", "{\"channel\":\"C\",\"text\":\"it is [redacted]\"}")
                      ACK("2", "1") ANSWER("9", "1", OK)
                          ANSWER("9", "2", "\"http\":200,\"body\":{\"ok\":false,\"error\":\"x\"}")
                              END("50");
    assert_int_equal(slack_test_replay_text(kit, recorded, strlen(recorded), &report),
                     SLACK_EMISMATCH); /* the order differs */
    assert_int_equal(calls_failed, 1);
}

/* ---- differences ---- */

KIT_TEST(test_another_ack)
{
    differs(BEGIN ECHO("1", "1") "{\"t\":2,\"type\":\"ack\",\"n\":1,\"outcome\":\"ok\",\"text\":"
                                 "\"ho\"}\n" ECHO("3", "2") ECHOED("4", "2") END("9"),
            "line 2, command /echo:\n  - ack ok \"ho\"\n  + ack ok \"hi\"\n");
}

KIT_TEST(test_json_and_text_differ)
{
    differs(BEGIN ECHO("1", "1") "{\"t\":2,\"type\":\"ack\",\"n\":1,\"outcome\":\"ok\",\"body\":"
                                 "\"hi\"}\n" END("9"),
            "line 2, command /echo:\n  - ack ok \"hi\"\n  + ack ok \"hi\"\n");
}

KIT_TEST(test_long_values_are_cut_between_characters)
{
    char x[699] = "", recording[2048], expected[1024];
    memset(x, 'x', 698); /* and a quote before them: the 700th byte begins an é */
    snprintf(recording, sizeof recording,
             BEGIN ECHO("1", "1") "{\"t\":2,\"type\":\"ack\",\"n\":1,\"outcome\":\"ok\",\"text\":"
                                  "\"%séé\"}\n" END("3"),
             x);
    snprintf(expected, sizeof expected,
             "line 2, command /echo:\n  - ack ok \"%s…\n  + ack ok \"hi\"\n", x);
    differs(recording, expected);
}

KIT_TEST(test_a_call_too_few_and_one_too_many)
{
    differs(BEGIN HELLO("1", "1", "E1") ACK("2", "1") HELLO("9", "2", "E2") ACK("9", "2")
                CALL("9", "1", ",\"n\":2", GREETING) ANSWER("9", "1", OK)
                    CALL("10", "2", ",\"n\":2", "{\"text\":\"bye\"}") ANSWER("11", "2", OK)
                        END("50"),
            "line 2, event message:\n    ack ok\n"
            "  + call chat.postMessage {\"text\":\"Hey there <@U1>!\",\"channel\":\"C1\"}\n"
            "line 4, event message:\n    ack ok\n"
            "    call chat.postMessage " GREETING "\n"
            "  - call chat.postMessage {\"text\":\"bye\"}\n");
}

static int call_outside(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_app_client(slack_ctx_app(ctx)), "chat.postMessage", on_answer, NULL,
                       "{channel: 1, text: 'by the app itself'}");
}

KIT_TEST(test_calls_outside_of_deliveries)
{
    calls_failed = 0;
    assert_int_equal(slack_on_event(slack_test_app(kit), "message", call_outside, NULL), 0);
    differs(BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
                ANSWER("4", "1", OK) CALL("9", "2", "", "{\"text\":\"by somebody else\"}")
                    ANSWER("10", "2", "\"http\":200,\"body\":{\"ok\":false,\"error\":\"x\"}")
                        END("50"),
            "outside of deliveries:\n"
            "  - call chat.postMessage {\"text\":\"by somebody else\"}\n"
            "  + call chat.postMessage {\"channel\":\"1\",\"text\":\"by the app itself\"}\n");
    assert_int_equal(calls_failed, 1); /* the recorded answer */
}

/* ---- damaged recordings ---- */

TEST(test_damage)
{
    static const struct {
        const char *text, *error;
        int rc;
    } cases[] = {
        {"", "the recording is empty", SLACK_EPROTO},
        {"{\"t\":0", "the recording is empty", SLACK_EPROTO},
        {"\n", "line 1: not JSON, error at byte 0", SLACK_EJSON},
        {BEGIN "{\"t\":1,}\n", "line 2: not JSON, error at byte 6", SLACK_EJSON},
        {BEGIN "[]\n", "line 2: not an object", SLACK_EPROTO},
        {END("0"), "line 1: not the first line of a recording", SLACK_EPROTO},
        {"{\"t\":0,\"type\":\"begin\",\"version\":2}\n",
         "line 1: version 2, but this kit reads version 1", SLACK_EPROTO},
        {BEGIN BEGIN, "line 2: a second line of type \"begin\"", SLACK_EPROTO},
        {BEGIN "{\"t\":1,\"type\":\"dance\"}\n", "line 2: unknown type \"dance\"", SLACK_EPROTO},
        {BEGIN "{\"t\":1,\"type\":\"\\u001b[2J\\u202e\"}\n",
         "line 2: unknown type \"\\u001b[2J\\u202e\"", SLACK_EPROTO},
        {BEGIN "{\"type\":\"end\"}\n", "line 2: the time \"t\" is missing or not valid",
         SLACK_EPROTO},
        {BEGIN END("-1"), "line 2: the time \"t\" is missing or not valid", SLACK_EPROTO},
        {BEGIN END("1e300"), "line 2: the time \"t\" is missing or not valid", SLACK_EPROTO},
        {BEGIN ECHO("5", "1") END("4"), "line 3: the time is before that of the previous line",
         SLACK_EPROTO},
        {BEGIN END("1") END("1"), "line 3: a line after the end", SLACK_EPROTO},
        {BEGIN ECHO("1", "0"), "line 2: the number \"n\" is not larger than the one before",
         SLACK_EPROTO},
        {BEGIN ECHO("1", "2") ECHO("1", "2"),
         "line 3: the number \"n\" is not larger than the one before", SLACK_EPROTO},
        {BEGIN "{\"t\":1,\"type\":\"delivery\",\"n\":1,\"body\":7}\n",
         "line 2: a delivery without a body", SLACK_EPROTO},
        {BEGIN ACK("1", "1"), "line 2: an ack of an unknown delivery", SLACK_EPROTO},
        {BEGIN ECHO("1", "1") ACK("1", "1") ACK("1", "1"),
         "line 4: a second ack of the delivery in line 2", SLACK_EPROTO},
        {BEGIN ECHO("1", "1") "{\"t\":1,\"type\":\"ack\",\"n\":1,\"outcome\":\"no\"}\n",
         "line 3: an ack with the unknown outcome \"no\"", SLACK_EPROTO},
        {BEGIN ECHO("1", "1") "{\"t\":1,\"type\":\"ack\",\"n\":1,\"outcome\":\"\\u009b\"}\n",
         "line 3: an ack with the unknown outcome \"\\u009b\"", SLACK_EPROTO},
        {BEGIN CALL("1", "1", ",\"n\":4", "{}"), "line 2: a call of an unknown delivery",
         SLACK_EPROTO},
        {BEGIN CALL("1", "1", "", "[]"), "line 2: a call without a method or its arguments",
         SLACK_EPROTO},
        {BEGIN ANSWER("1", "1", OK), "line 2: an answer to an unknown call", SLACK_EPROTO},
        {BEGIN CALL("1", "1", "", "{}") ANSWER("1", "1", OK) ANSWER("1", "1", OK),
         "line 4: a second answer to the call in line 2", SLACK_EPROTO},
        {BEGIN CALL("1", "1", "", "{}") ANSWER("1", "1", "\"http\":7"),
         "line 3: an answer without an HTTP status or an error", SLACK_EPROTO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *report, *why;
        kit_open(NULL);
        int rc = slack_test_replay_text(kit, cases[i].text, strlen(cases[i].text), &report);
        assert_string_equal(report, cases[i].error);
        assert_int_equal(rc, cases[i].rc);
        assert_int_equal(slack_test_finish(kit, &why), rc);
        assert_non_null(strstr(why, cases[i].error));
        kit_close(NULL);
    }
}

KIT_TEST(test_bad_use)
{
    const char *why;
    assert_int_equal(slack_test_replay(kit, "/nonexistent/recording", NULL), SLACK_EIO);
    assert_int_equal(slack_test_finish(kit, &why), SLACK_EIO);
    assert_non_null(strstr(why, "/nonexistent/recording: cannot be read"));
}

KIT_TEST(test_after_the_start)
{
    const char *why;
    assert_int_equal(slack_test_start(kit), 0);
    assert_int_equal(slack_test_replay_text(kit, BEGIN, strlen(BEGIN), NULL), SLACK_EALREADY);
    assert_int_equal(slack_test_finish(kit, &why), SLACK_EALREADY);
    assert_non_null(strstr(why, "the recording: the kit has already started"));
}

KIT_TEST(test_no_path)
{
    assert_int_equal(slack_test_replay(kit, NULL, NULL), SLACK_EIO);
}

/* ---- without memory ---- */

static const char everything[] =
    BEGIN HELLO("1", "1", "E1") ACK("2", "1") CALL("3", "1", ",\"n\":1", GREETING)
        ANSWER("4", "1", OK) ECHO("5", "2") ECHOED("5", "2") ECHO("6", "3") END("9");

static int replay_everything(void)
{
    int rc = slack_test_new(&kit, NULL);
    if (rc != 0) return rc;
    rc = kit_add_listeners(slack_test_app(kit));
    if (rc == 0) rc = slack_test_replay_text(kit, everything, strlen(everything), NULL);
    /* The third command has no ack in the recording, so the replay always fails. */
    assert_int_not_equal(rc, 0);
    slack_test_finish(kit, NULL);
    slack_test_free(kit);
    return rc;
}

TEST(test_allocations)
{
    kit_survive(replay_everything, SLACK_EMISMATCH);
}
