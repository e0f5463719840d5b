/* SPDX-License-Identifier: MIT */
#include "protocol/kind.h"
#include "support/file.h"
#include "support/json.h"

/* The compiler warns if a kind of slack/listener.h has no row. */
static bool has_row(enum slack_kind kind)
{
    /* clang-format off */
    switch (kind) {
#define KIND(id, ...) case SLACK_KIND_##id:
#include "protocol/kinds.def"
        return true;
    }
    /* clang-format on */
    return false;
}

ARENA_TEST(every_kind_has_a_row_and_a_name)
{
    for (int i = 0; i < SLACK_KINDS; i++) {
        assert_true(has_row((enum slack_kind)i));
        assert_non_null(slack_kind_name((enum slack_kind)i));
    }
    assert_string_equal(slack_kind_name(SLACK_KIND_COMMAND), "command");
    assert_string_equal(slack_kind_name((enum slack_kind)SLACK_KINDS), "unknown");
    assert_string_equal(slack_kind_name((enum slack_kind) - 1), "unknown");
}

/* Every type, and the order in which the tests are made. */
ARENA_TEST(a_body_has_a_kind)
{
    static const struct {
        const char *body;
        enum slack_kind kind;
    } cases[] = {
        {"{'type':'event_callback','event':{'type':'message'}}", SLACK_KIND_EVENT},
        {"{'event':{'type':'x'},'command':'/x'}", SLACK_KIND_EVENT},
        {"{'event':'message'}", SLACK_KIND_UNKNOWN},
        {"{'command':'/x','text':''}", SLACK_KIND_COMMAND},
        {"{'type':'block_actions','actions':[]}", SLACK_KIND_ACTION},
        {"{'type':'interactive_message','actions':[{'name':'a'}]}", SLACK_KIND_ACTION},
        {"{'type':'interactive_message','name':'a','value':'b'}", SLACK_KIND_OPTIONS},
        {"{'type':'block_suggestion'}", SLACK_KIND_OPTIONS},
        {"{'type':'dialog_suggestion','name':'a'}", SLACK_KIND_OPTIONS},
        {"{'type':'dialog_submission'}", SLACK_KIND_DIALOG},
        {"{'type':'dialog_cancellation'}", SLACK_KIND_DIALOG},
        {"{'type':'shortcut'}", SLACK_KIND_SHORTCUT},
        {"{'type':'message_action','name':'x'}", SLACK_KIND_SHORTCUT},
        {"{'type':'view_submission'}", SLACK_KIND_VIEW_SUBMISSION},
        {"{'type':'view_closed'}", SLACK_KIND_VIEW_CLOSED},
        {"{'type':'app_rate_limited'}", SLACK_KIND_APP_RATE_LIMITED},
        {"{'type':'workflow_step_edit'}", SLACK_KIND_UNKNOWN},
        {"{}", SLACK_KIND_UNKNOWN},
        {"[1]", SLACK_KIND_UNKNOWN},
        {"null", SLACK_KIND_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(slack__kind_of(json_of(cases[i].body)), cases[i].kind);
}

ARENA_TEST(some_kinds_wait_for_an_ack_and_take_its_body)
{
    const slack_json_t *legacy = json_of("{'type':'interactive_message'}");
    const slack_json_t *canceled = json_of("{'type':'dialog_cancellation'}");
    assert_true(slack__kind_waits_for_ack(SLACK_KIND_VIEW_CLOSED));
    assert_false(slack__kind_waits_for_ack(SLACK_KIND_EVENT));
    assert_true(slack__kind_takes_ack_body(SLACK_KIND_OPTIONS, NULL));
    assert_false(slack__kind_takes_ack_body(SLACK_KIND_ACTION, NULL));
    assert_true(slack__kind_takes_ack_body(SLACK_KIND_ACTION, legacy));
    assert_true(slack__kind_takes_ack_body(SLACK_KIND_DIALOG, NULL));
    assert_false(slack__kind_takes_ack_body(SLACK_KIND_DIALOG, canceled));
}

ARENA_TEST(the_selector_of_a_body)
{
    static const struct {
        enum slack_kind kind;
        const char *body, *selector;
    } cases[] = {
        {SLACK_KIND_EVENT, "{'event':{'type':'message'}}", "message"},
        {SLACK_KIND_COMMAND, "{'command':'/x','callback_id':'c'}", "/x"},
        {SLACK_KIND_ACTION, "{'actions':[{'action_id':'a'}],'callback_id':'c'}", "a"},
        {SLACK_KIND_ACTION, "{'actions':[{}],'action_id':'a','callback_id':'c'}", "c"},
        {SLACK_KIND_OPTIONS, "{'action_id':'a','callback_id':'c'}", "a"},
        {SLACK_KIND_OPTIONS, "{'action_id':'','callback_id':'c'}", "c"},
        {SLACK_KIND_VIEW_CLOSED, "{'view':{'callback_id':'v'},'callback_id':'c'}", "v"},
        {SLACK_KIND_JOB, "{'callback_id':'c'}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *body = json_of(cases[i].body);
        const slack_json_t *action = slack_json_get(body, "/actions/0");
        assert_string_equal(slack__kind_selector(cases[i].kind, body, action), cases[i].selector);
        assert_true(slack__kind_has_selector(cases[i].kind) == (*cases[i].selector != '\0'));
    }
}

/* The row of a kind in the first table of docs/payloads.md. */
static const char *row_of(const char *page, enum slack_kind kind)
{
    char start[64];
    snprintf(start, sizeof start, "\n| `%s` | ", slack_kind_name(kind));
    const char *row = strstr(page, start);
    if (row == NULL) fail_msg("docs/payloads.md has no%s", start);
    return row + strlen(start);
}

TEST(the_page_has_every_kind_and_type)
{
    static const struct {
        enum slack_kind kind;
        const char *type;
    } types[] = {
#define TYPE(id, type) {SLACK_KIND_##id, type},
#include "protocol/kinds.def"
    };
    char *page = file_read_page("payloads.md");
    for (int i = 0; i < SLACK_KINDS; i++)
        row_of(page, (enum slack_kind)i);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char type[64];
        snprintf(type, sizeof type, "`%s`", types[i].type);
        const char *row = row_of(page, types[i].kind), *found = strstr(row, type);
        if (found == NULL || found > strchr(row, '\n'))
            fail_msg("docs/payloads.md: %s has no %s", slack_kind_name(types[i].kind), type);
    }
}
