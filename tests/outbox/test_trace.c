/* SPDX-License-Identifier: MIT */
#include "outbox/trace.h"
#include "support/test.h"
#include "util/json.h"

#define METHOD "chat.postMessage"

static slack_arena_t *arena;

static const slack_json_t *json(const char *text)
{
    const slack_json_t *value = NULL;
    char *copy = quoted(slack__arena_strdup(arena, text));
    assert_int_equal(slack__json_parse(arena, copy, strlen(copy), &value, NULL), 0);
    return value;
}

static int set_up(void **state)
{
    arena = slack__arena_new(0, 0);
    return 0;
}

static int tear_down(void **state)
{
    slack__arena_free(arena);
    return 0;
}

static void test_what_is_sent(void **state)
{
    static const struct {
        const char *args, *sent;
    } cases[] = {
        {"{'channel':'C1','text':'a'}",
         "{'channel':'C1','text':'a','metadata':{'event_type':'slackapp_post','event_payload':"
         "{'mark':'M'}}}"},
        {"{'channel':'C1','metadata':{'event_type':'own'}}",
         "{'channel':'C1','metadata':{'event_type':'own'}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_trace_t trace = {
            .method = METHOD, .args = json(cases[i].args), .mark = "M", .bot_user = ""};
        assert_true(slack__json_equal(slack__trace_args(&trace, arena), json(cases[i].sent)));
    }
}

static void test_what_is_read(void **state)
{
    static const struct {
        const char *args, *cursor, *method, *call;
    } cases[] = {
        {"{'channel':'C1'}", "", "conversations.history",
         "{'channel':'C1','oldest':'940.000000','limit':200,'include_all_metadata':true}"},
        {"{'channel':'C1','thread_ts':'7.1'}", "n=", "conversations.replies",
         "{'channel':'C1','ts':'7.1','oldest':'940.000000','limit':200,'cursor':'n=',"
         "'include_all_metadata':true}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *method;
        const slack_trace_t trace = {
            .method = METHOD, .args = json(cases[i].args), .since_ms = 1000000};
        const slack_json_t *call = slack__trace_look(&trace, cases[i].cursor, arena, &method);
        assert_string_equal(method, cases[i].method);
        assert_true(slack__json_equal(call, json(cases[i].call)));
    }
}

#define OWN          "'metadata':{'event_type':'own','event_payload':{'mark':'M'}}"
#define MARKED(mark) "'metadata':{'event_type':'slackapp_post','event_payload':{'mark':'" mark "'}}"

static void test_what_is_found(void **state)
{
    static const struct {
        const char *args, *messages, *ts;
    } cases[] = {
        {"{'text':'a'}", "{'messages':[{'ts':'1.1','text':'a'},{'ts':'1.2'," MARKED("M") "}]}",
         "1.2"},
        {"{'text':'a'}", "{'messages':[{'ts':'1.1','text':'a','user':'UB'," MARKED("N") "}]}", ""},
        {"{'text':'a'}", "{'messages':[{'ts':'1.1','text':'a','user':'UB'," OWN "}]}", ""},
        {"{'text':'a'}", "{'messages':[]}", ""},
        {"{'text':'a'}", "{'messages':'no','ok':true}", ""},
        {"{'text':'a'}", "{'messages':[null,1,[],{'metadata':'M'}]}", ""},
        /* The program's own metadata: it, text and author decide. */
        {"{'text':'a'," OWN "}", "{'messages':[{'ts':'1.1','text':'a','user':'UB'," OWN "}]}",
         "1.1"},
        {"{'text':'a'," OWN "}", "{'messages':[{'ts':'1.1','text':'a','user':'U2'," OWN "}]}", ""},
        {"{'text':'a'," OWN "}", "{'messages':[{'ts':'1.1','text':'a'," OWN "}]}", "1.1"},
        {"{'text':'a','thread_ts':'1.1'," OWN "}",
         "{'messages':[{'ts':'1.1','thread_ts':'1.1','text':'a','user':'UB'," OWN "}]}", ""},
        {"{'text':'a','thread_ts':'1.1'," OWN "}",
         "{'messages':[{'ts':'1.2','thread_ts':'1.1','text':'a','user':'UB'," OWN "}]}", "1.2"},
        {"{'text':'a'," OWN "}",
         "{'messages':[{'ts':'1.2','thread_ts':'1.1','text':'a','user':'UB'," OWN "}]}", ""},
        {"{'text':'a'," OWN "}",
         "{'messages':[{'ts':'1.1','thread_ts':'1.1','text':'a','user':'UB'," OWN "}]}", "1.1"},
        {"{'text':'a'," OWN "}", "{'messages':[{'ts':'1.1','text':'ab','user':'UB'," OWN "}]}", ""},
        {"{'text':'a'," OWN "}", "{'messages':[{'ts':'1.1','text':'a','user':'UB'}]}", ""},
        {"{'text':'a'," OWN "}",
         "{'messages':[{'ts':'1.1','text':'a','user':'UB'," MARKED("M") "}]}", ""},
        {"{'text':'a','metadata':{'event_type':'own','event_payload':{'id':7}}}",
         "{'messages':[{'ts':'1.1','text':'a','user':'UB'," OWN "}]}", ""},
        {"{'blocks':[]," OWN "}", "{'messages':[{'ts':'1.1','text':'','user':'UB'}]}", ""},
        {"{'text':'a','metadata':{'event_type':'own'}}",
         "{'messages':[{'ts':'1.1','text':'a','user':'UB','metadata':{'event_type':'own',"
         "'event_payload':{}}}]}",
         "1.1"},
        {"{'text':'a','metadata':'{}'}", "{'messages':[{'ts':'1.1','text':'a','user':'UB'}]}",
         "1.1"},
        {"{'text':'a & <b> &amp;'," OWN "}",
         "{'messages':[{'ts':'1.1','text':'a &amp; &lt;b&gt; &amp;','user':'UB'," OWN "}]}", "1.1"},
        {"{'text':'a &'," OWN "}", "{'messages':[{'ts':'1.1','text':'a &am','user':'UB'," OWN "}]}",
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_trace_t trace = {
            .method = METHOD, .args = json(cases[i].args), .mark = "M", .bot_user = "UB"};
        assert_string_equal(slack__trace_find(&trace, json(cases[i].messages)), cases[i].ts);
    }
}

/* A file is found in the channel and the thread that the request names. */
static void test_shares(void **state)
{
    static const char info[] =
        "{'file':{'shares':{'public':{'C1':[{'ts':'1.1'},{'ts':'1.2','thread_ts':'0.9'}]},"
        "'private':{'G1':[{'ts':'2.1'}],'G2':'no','G3':[]}}}}";
    static const struct {
        const char *args, *answer, *ts;
    } cases[] = {
        {"{'channel_id':'C1'}", info, "1.1"},
        {"{'channel_id':'C1','thread_ts':'0.9'}", info, "1.2"},
        {"{'channel_id':'C1','thread_ts':'0.8'}", info, ""},
        {"{'channel_id':'G1'}", info, "2.1"},
        {"{'channel_id':'G2'}", info, ""},
        {"{'channel_id':'G3'}", info, ""},
        {"{'channel_id':'C1'}", "{'file':{'shares':[]}}", ""},
        {"{'channel_id':'C1'}", "{'messages':[{'ts':'1.1'}]}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_trace_t trace = {.method = "files.completeUploadExternal",
                                     .args = json(cases[i].args)};
        assert_string_equal(slack__trace_find(&trace, json(cases[i].answer)), cases[i].ts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shares, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
