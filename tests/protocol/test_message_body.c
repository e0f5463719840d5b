/* SPDX-License-Identifier: MIT */
#include "protocol/message_body.h"
#include "support/json.h"

/* The bodies of an ack that Slack accepts, and whether a message has something to show. */

ARENA_TEST(what_a_kind_accepts)
{
    static const struct {
        enum slack_kind kind;
        const char *body;
        bool accepted;
    } rows[] = {
        {SLACK_KIND_COMMAND, "{}", true}, /* an empty ack, for every kind */
        {SLACK_KIND_SHORTCUT, "{}", true},
        {SLACK_KIND_COMMAND, "5", false},
        {SLACK_KIND_COMMAND, "[1]", false},
        {SLACK_KIND_COMMAND, "null", false},
        {SLACK_KIND_COMMAND, "'text'", false},
        {SLACK_KIND_COMMAND, "true", false},
        {SLACK_KIND_VIEW_SUBMISSION, "[]", false},
        {SLACK_KIND_SHORTCUT, "{'text':'a'}", false},
        {SLACK_KIND_VIEW_CLOSED, "{'response_action':'clear'}", false},

        {SLACK_KIND_COMMAND, "{'text':'a'}", true},
        {SLACK_KIND_COMMAND, "{'text':null}", false},
        {SLACK_KIND_COMMAND, "{'text':''}", false},
        {SLACK_KIND_COMMAND, "{'text':'','blocks':[{}]}", true},
        {SLACK_KIND_COMMAND, "{'blocks':[]}", false},
        {SLACK_KIND_COMMAND, "{'attachments':[{}]}", true},
        {SLACK_KIND_COMMAND, "{'response_type':'in_channel'}", true},
        {SLACK_KIND_COMMAND, "{'response_type':'ephemeral'}", false},
        {SLACK_KIND_COMMAND, "{'response_type':'public','text':'a'}", false},
        {SLACK_KIND_COMMAND, "{'txt':'a'}", false},
        {SLACK_KIND_ACTION, "{'delete_original':true}", true},

        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'clear'}", true},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'close'}", false},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':null}", false},
        {SLACK_KIND_VIEW_SUBMISSION, "{'errors':{'b':'e'}}", false},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'errors','errors':{'b':'e'}}", true},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'errors','errors':{'b':null}}", false},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'errors','errors':{}}", false},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'push','view':{}}", true},
        {SLACK_KIND_VIEW_SUBMISSION, "{'response_action':'update'}", false},

        {SLACK_KIND_OPTIONS, "{'options':[]}", true},
        {SLACK_KIND_OPTIONS, "{'option_groups':[]}", true},
        {SLACK_KIND_OPTIONS, "{'options':{}}", false},
        {SLACK_KIND_OPTIONS, "{'text':'a'}", false},
        {SLACK_KIND_DIALOG, "{'errors':[{'name':'n','error':'e'}]}", true},
        {SLACK_KIND_DIALOG, "{'errors':[]}", false},
        {SLACK_KIND_DIALOG, "{'errors':{'n':'e'}}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *fault = slack__ack_body_fault(rows[i].kind, json_of(rows[i].body));
        if (rows[i].accepted != (fault == NULL))
            fail_msg("%s %s: %s", slack_kind_name(rows[i].kind), rows[i].body, fault ? fault : "-");
    }
}

ARENA_TEST(what_a_message_shows)
{
    static const char *const something[] = {"{'text':'a'}",
                                            "{'text':5}",
                                            "{'text':true}",
                                            "{'text':{}}",
                                            "{'blocks':[{}]}",
                                            "{'blocks':'[{}]'}",
                                            "{'attachments':[{}]}",
                                            "{'markdown_text':'a'}",
                                            "{'text':'','blocks':[{}]}"};
    static const char *const nothing[] = {
        "{}",  "{'text':''}", "{'text':null}", "{'blocks':[]}", "{'channel':'C1'}",
        "[1]", "'text'",      "null"};
    for (size_t i = 0; i < sizeof something / sizeof *something; i++)
        if (!slack__message_shows(json_of(something[i]))) fail_msg("%s", something[i]);
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (slack__message_shows(json_of(nothing[i]))) fail_msg("%s", nothing[i]);
}
