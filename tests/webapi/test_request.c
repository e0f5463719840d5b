/* SPDX-License-Identifier: MIT */
#include <slack/api/chat.h>
#include <slack/api/conversations.h>
#include <slack/api/users.h>

#include "protocol/already.h"
#include "protocol/methods.h"
#include "support/alloc_fail.h"
#include "support/json.h"
#include "webapi/args_check.h"
#include "webapi/request.h"

/* Compares the arguments of a request with JSON, or the sentence of a failure with text. */
static void expect(slack_request_t request, const char *want)
{
    const slack_json_t *args = slack__request_args(arena, request);
    const char *why = slack_json_error(args) ? slack_json_reason(args)
                                             : slack__args_check(arena, request.method, args);
    const bool sent = *want == '{';
    assert_string_equal(why ? why : slack__json_text(arena, args, NULL),
                        sent ? quoted(slack__arena_strdup(arena, want)) : want);
    assert_int_equal(why == NULL, sent);
}

ARENA_TEST(test_arguments_are_left_out_or_sent)
{
    const slack_json_t *blocks = json_of("[{'type':'divider'}]");
    expect(slack_users_list(), "{}");
    expect(slack_users_list(.include_locale = SLACK_NO, .limit = 200, .cursor = ""),
           "{'include_locale':false,'limit':200}");
    expect(slack_users_list(.include_locale = slack_flag(true), .limit = SLACK_ZERO),
           "{'include_locale':true,'limit':0}");
    expect(slack_users_list(.include_locale = slack_flag(false), .limit = -1, .cursor = NULL),
           "{'include_locale':false,'limit':-1}");
    expect(slack_chat_postMessage(.channel = "C1", .text = "\xc3\xa4\t\x80", .blocks = blocks),
           "{'channel':'C1','blocks':[{'type':'divider'}],'text':'\xc3\xa4\\t\xef\xbf\xbd'}");
    expect(slack_conversations_setTopic(.channel = "C1", .topic = ""),
           "{'channel':'C1','topic':''}");
    assert_ptr_equal(slack__request_args(arena, slack_request("api.test", blocks)), blocks);
}

ARENA_TEST(test_more_arguments)
{
    expect(slack_users_info(.user = "U1", .more = json_of("{'new':[1],'gone':null}")),
           "{'new':[1],'gone':null,'user':'U1'}");
    expect(slack_users_info(.more = json_of("{'user':'U2'}")), "{'user':'U2'}");
    expect(slack_users_info(.user = "", .more = json_of("{'user':'U2'}")), "{'user':'U2'}");
    expect(slack_users_info(.user = "U1", .more = json_of("[]")),
           ".more is not an object: pass one");
}

ARENA_TEST(test_refused_arguments)
{
    const slack_json_t *failed = slack__json_failed(arena, SLACK_EINVAL, "the blocks are bad");
    const slack_json_t *null = json_of("{'user':null}"), *empty = json_of("{'user':''}");
    static const char missing[] = "the argument user is missing: pass it";
    static const char is_empty[] = "the argument user is empty: pass a value";
    expect(slack_users_info(), missing);
    expect(slack_users_info(.user = ""), is_empty);
    expect(slack_users_info(.user = "U1", .more = null), missing);
    expect(slack_users_info(.user = "U1", .more = empty), is_empty);
    expect(slack_request("users.info", null), missing);
    expect(slack_request("users.info", empty), is_empty);
    expect(slack_chat_scheduleMessage(.channel = "", .text = "x"),
           "the arguments channel and post_at are missing: pass them");
    expect(slack_conversations_setTopic(.channel = "C1"), "the argument topic is missing: pass it");
    expect(slack_users_info(.user = "U1", .more = json_of("{'a':1,'a':2}")),
           "the argument a comes twice: pass it once");
    expect(slack_chat_postMessage(.channel = "C1", .blocks = failed), "the blocks are bad");
    expect(slack_chat_postMessage(.channel = "C1", .more = failed), "the blocks are bad");
    assert_null(slack__request_args(arena, slack_request("api.test", NULL)));
}

#define TEN  "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "0123456"

/* Slack refuses those with a sentence for their form. The others are Slack's to judge. */
ARENA_TEST(arguments_that_slack_refuses)
{
    static const struct {
        const char *method, *args, *says;
    } rows[] = {
        {"chat.postMessage", "{'channel':1}", "the message is empty: "},
        {"chat.postMessage", "{'channel':1,'text':''}", "the message is empty: "},
        {"chat.postEphemeral", "{'channel':1,'user':1,'blocks':[],'metadata':{}}",
         "the message is empty: "},
        {"chat.scheduleMessage", "{'channel':1,'post_at':1,'text':null}", "the message is empty: "},
        {"chat.postMessage", "{'channel':1,'text':false}", NULL},
        {"chat.postMessage", "{'channel':1,'blocks':'[{}]'}", NULL},
        {"chat.postMessage", "{'channel':1,'markdown_text':'x'}", NULL},
        {"chat.postMessage", "{'channel':1,'new':'x'}", NULL},
        {"chat.postMessage", "{'chanel':1,'text':'x'}", "the argument channel is missing: pass it"},
        {"chat.postMessage", "{'channel':'','text':'x'}", "the argument channel is empty: "},
        {"chat.update", "{'text':'x','ts':null}", "the arguments channel and ts are missing: "},
        {"chat.update", "{'channel':1,'ts':1,'parse':1}", "nothing of the message would change: "},
        {"chat.update", "{'channel':1,'ts':1,'text':''}", NULL},
        {"chat.update", "{'channel':1,'ts':1,'blocks':''}", NULL},
        {"chat.update", "{'channel':1,'ts':1,'file_ids':[]}", NULL},
        {"chat.update", "{'channel':1,'ts':1,'metadata':{}}", NULL},
        {"chat.meMessage", "{'channel':1,'text':''}", "the argument text is empty: "},
        {"conversations.setTopic", "{'channel':1,'topic':''}", NULL},
        {"assistant.threads.setStatus", "{'channel_id':1,'thread_ts':1,'status':''}", NULL},
        {"views.open", "{'view':{}}", "the view has no trigger: "},
        {"views.open", "{'view':{},'trigger_id':''}", "the view has no trigger: "},
        {"views.open", "{'view':'','trigger_id':1}", "the argument view is empty: "},
        {"views.push", "{'view':{},'trigger_id':null}", "the view has no trigger: "},
        {"views.push", "{'view':{},'interactivity_pointer':'1'}", NULL},
        {"views.update", "{'view':{}}", "no view is named: "},
        {"views.update", "{'view':{},'external_id':'x'}", NULL},
        {"conversations.open", "{'return_im':true}", "nobody is named: "},
        {"conversations.open", "{'users':''}", "nobody is named: "},
        {"conversations.open", "{'users':'U1,U2'}", NULL},
        {"auth.teams.list", "{'limit':0}", "the argument limit is out of range: pass one from 1 "},
        {"auth.teams.list", "{'limit':1001}", "the argument limit is out of range: "},
        {"auth.teams.list", "{'limit':1000}", NULL},
        {"conversations.listConnectInvites", "{'count':-1}", "the argument count is out of range"},
        {"admin.users.session.setSettings", "{'user_ids':[],'duration':179}",
         "the argument duration is out of range: pass one from 180 to 315569520"},
        {"files.getUploadURLExternal", "{'filename':1,'length':0}",
         "the argument length is too small: pass at least 1"},
        {"openid.connect.token", "{'code_verifier':'" LONG "\u00e4'}", NULL},
        {"openid.connect.token", "{'code_verifier':'" LONG "\u00e4x'}",
         "the argument code_verifier is too long: pass at most 128 characters"},
        {"users.list", "{'limit':0}", NULL},
        {"users.list", "{'limit':1000}", NULL},
        {"users.list", "{'limit':2,'cursor':1,'limit':1}", "the argument limit comes twice: "},
        {"new.method", "{'limit':-1}", NULL},
        {"new.method", "{'a':1,'a':null}", "the argument a comes twice: "},
        {"users.info", "[]", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = slack__args_check(arena, rows[i].method, json_of(rows[i].args));
        if (!why != !rows[i].says || (why && strstr(why, rows[i].says) != why))
            fail_msg("%s %s: %s", rows[i].method, rows[i].args, why ? why : "-");
    }
    assert_non_null(slack__args_check(arena, "views.open", NULL));
    const char *many = repeated("'x':1,", 100000);
    const slack_json_t *args = json_of(slack__arena_printf(arena, "{%s'y':1}", many));
    assert_string_equal(slack__args_check(arena, "new.method", args),
                        "there are more than 1000 arguments: pass those of the method");
    assert_null(slack__args_check(arena, NULL, NULL));
}

/* A program may have been compiled with other headers than the library. */
ARENA_TEST(test_headers_of_another_version)
{
    static const char newer[] = "the headers that the program was compiled with are newer than the "
                                "library: use both of one version";
    struct slack_users_list args = {.bytes = offsetof(struct slack_users_list, limit),
                                    .cursor = "dXNlcg==",
                                    .limit = 5}; /* of a header without `limit` */
    expect((slack_request_t){"users.list", &args, NULL}, "{'cursor':'dXNlcg=='}");
    args.bytes = sizeof args + 1;
    expect((slack_request_t){"users.list", &args, NULL}, newer);
    args.bytes = sizeof args;
    expect((slack_request_t){"users.future", &args, NULL}, newer);
}

ARENA_TEST(test_methods)
{
    size_t count;
    const slack_method_t *methods = slack__methods(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(slack__method(methods[i].name), &methods[i]);
        assert_true(methods[i].tier <= 4);
    }
    assert_null(slack__method("users"));
    assert_false(slack__method_is("users", SLACK_METHOD_TEAM));
    assert_true(slack__method_is("users.list", SLACK_METHOD_TEAM));
    assert_true(slack__method_is("oauth.v2.access", SLACK_METHOD_NO_TOKEN));
    const slack_method_t *list = slack__method("users.list");
    assert_int_equal(list->effect, SLACK_METHOD_READS);
    assert_int_equal(list->pages, SLACK_PAGES_CURSOR);
    assert_string_equal(list->items, "members");
}

/* Slack refuses a second call of the method, which the library takes for a success. */
static bool is_refused(const char *method)
{
    static const char *const errors[] = {"already_reacted",  "already_pinned",
                                         "already_starred",  "already_in_channel",
                                         "already_approved", "invite_already_approved"};
    bool refused = false;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        refused |= slack__already_as_wanted(
            method, json_of(slack__arena_printf(arena, "{'error':'%s'}", errors[i])), 1);
    return refused;
}

/* People may see each call of a method with such a verb, or each call makes one thing more. */
ARENA_TEST(test_what_people_see_is_not_repeated)
{
    static const char *const verbs[] = {
        "add",     "create", "post",   "send",     "schedule", "share",  "upload",
        "invite",  "push",   "Stream", "complete", "unfurl",   "Topic",  "Purpose",
        "approve", "kick",   "rename", "export",   "reset",    "Invite", "issue"};
    size_t count;
    const slack_method_t *methods = slack__methods(&count);
    for (const slack_method_t *m = methods; m < methods + count; m++)
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
            const char *last = strrchr(m->name, '.') + 1, *verb = strstr(last, verbs[i]);
            if (verb && m->effect == SLACK_METHOD_REPEATABLE && !is_refused(m->name))
                fail_msg("%s", m->name);
        }
}

static int make_args(void *unused)
{
    slack_arena_t *own = slack__arena_new(0, 0);
    if (!own) return SLACK_ENOMEM;
    const slack_json_t *more = NULL;
    int rc = slack__jsonf(own, &more, NULL, "{a: 1}");
    if (rc == 0)
        rc = slack_json_error(slack__request_args(
            own, slack_chat_postMessage(.channel = "C1", .blocks = more, .more = more)));
    slack__arena_free(own);
    return rc;
}

TEST(test_no_memory)
{
    assert_true(alloc_fail_each(make_args, NULL) > 3);
}
