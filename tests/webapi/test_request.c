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
    const int rc = slack_json_error(args);
    const char *text = rc ? slack_json_reason(args) : slack__json_text(arena, args, NULL);
    char *json = quoted(slack__arena_strdup(arena, want));
    assert_string_equal(text, rc ? want : json);
    assert_int_equal(rc, *want == '{' ? 0 : SLACK_EINVAL);
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
    expect(slack_users_info(.user = "U1", .more = json_of("{'user':''}")), "{'user':''}");
    expect(slack_users_info(.user = "U1", .more = json_of("[]")),
           ".more is not an object: pass one");
}

ARENA_TEST(test_refused_arguments)
{
    const slack_json_t *failed = slack__json_failed(arena, SLACK_EINVAL, "the blocks are bad");
    expect(slack_users_info(), "the argument user is missing: pass .user");
    expect(slack_users_info(.user = ""), "the argument user is empty: pass .user");
    expect(slack_chat_scheduleMessage(.channel = "C1"),
           "the argument post_at is missing: pass .post_at");
    expect(slack_chat_scheduleMessage(), "2 arguments are missing: pass .channel and .post_at");
    expect(slack_conversations_setTopic(.channel = "C1"),
           "the argument topic is missing: pass .topic");
    expect(slack_chat_postMessage(.channel = "C1", .blocks = failed), "the blocks are bad");
    expect(slack_chat_postMessage(.channel = "C1", .more = failed), "the blocks are bad");
    assert_null(slack__request_args(arena, slack_request("api.test", NULL)));
}

/* Slack refuses those with a sentence for their form. The others are Slack's to judge. */
ARENA_TEST(arguments_that_slack_refuses)
{
    static const struct {
        const char *method, *args, *says;
    } rows[] = {
        {"chat.postMessage", "{'channel':'C1'}", "the message is empty: "},
        {"chat.postMessage", "{'channel':'C1','text':''}", "the message is empty: "},
        {"chat.postEphemeral", "{'user':'U1','blocks':[],'metadata':{}}", "the message is empty: "},
        {"chat.scheduleMessage", "{'post_at':1,'text':null}", "the message is empty: "},
        {"chat.postMessage", "{'text':false}", NULL},
        {"chat.postMessage", "{'blocks':'[{}]'}", NULL},
        {"chat.postMessage", "{'markdown_text':'x'}", NULL},
        {"chat.postMessage", "{'channel':'C1','new':'x'}", NULL},
        {"chat.update", "{'ts':'1.2','parse':'full'}", "nothing of the message would change: "},
        {"chat.update", "{'text':''}", NULL},
        {"chat.update", "{'file_ids':[]}", NULL},
        {"chat.update", "{'metadata':{}}", NULL},
        {"views.open", "{'view':{}}", "the view has no trigger: "},
        {"views.push", "{'trigger_id':null}", "the view has no trigger: "},
        {"views.push", "{'interactivity_pointer':'1'}", NULL},
        {"views.update", "{'view':{}}", "no view is named: "},
        {"views.update", "{'external_id':'x'}", NULL},
        {"conversations.open", "{'return_im':true}", "nobody is named: "},
        {"conversations.open", "{'users':'U1,U2'}", NULL},
        {"conversations.replies", "{'limit':0}", "the argument limit is out of range: "},
        {"conversations.replies", "{'limit':1001}", "the argument limit is out of range: "},
        {"conversations.replies", "{'limit':1000}", NULL},
        {"conversations.listConnectInvites", "{'count':-1}", "the argument count is out of range"},
        {"users.list", "{'limit':0}", NULL},
        {"users.list", "{'limit':1000}", NULL},
        {"new.method", "{'limit':-1}", NULL},
        {"users.info", "[]", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = slack__args_check(arena, rows[i].method, json_of(rows[i].args));
        if (!why != !rows[i].says || (why && strstr(why, rows[i].says) != why))
            fail_msg("%s %s: %s", rows[i].method, rows[i].args, why ? why : "-");
    }
    assert_non_null(slack__args_check(arena, "views.open", NULL));
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
