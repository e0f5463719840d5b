/* SPDX-License-Identifier: MIT */
/*
 * Each kind from end to end: a payload comes in over either wire, one of two listeners takes it and
 * reads its context, and its ack goes out. Every real payload's kind has a row here.
 */

#include "transport/transport.h"
#include "support/payloads.h"
#include "support/test.h"
#include "support/wires.h"

static wires_t w;

#define EVENT(fields)                                                                              \
    "{'type':'event_callback','team_id':'T1','api_app_id':'A1',"                                   \
    "'authorizations':[{'team_id':'T1','enterprise_id':null,'is_enterprise_install':false}],"      \
    "'event':{" fields "}}"
#define INTERACTION(type, fields)                                                                  \
    "{'type':'" type                                                                               \
    "','api_app_id':'A1','trigger_id':'1.2','team':{'id':'T1'},'user':{'id':'U1',"                 \
    "'team_id':'T1'}," fields "}"
#define IN_CHANNEL "'channel':{'id':'C1'},'response_url':'https://hooks.slack.com/r'"
#define IN_MESSAGE IN_CHANNEL ",'message_ts':'2.0','message':{'ts':'2.0','thread_ts':'1.0'}"
#define VIEW       "'view':{'id':'V1','callback_id':'it','title':{}}"

/* `seen` is the text that note() writes: listener, kind, team, user, channel and so on. */
static const struct row {
    enum slack_kind kind;
    const char *type; /* the body's type; NULL for a command */
    const char *json, *seen, *ack;
} rows[] = {
    {SLACK_KIND_EVENT, "event_callback",
     EVENT("'type':'reaction_added','user':'U1','item':{'channel':'C1','ts':'2.0'}"),
     "event:reaction_added event T1 U1 C1 - 2.0 - - -", ""},
    {SLACK_KIND_EVENT, "event_callback",
     EVENT("'type':'message','user':'U1','channel':'C1','ts':'2.0','thread_ts':'1.0',"
           "'text':'is it here'"),
     "message:it event T1 U1 C1 1.0 2.0 - - -", ""},
    {SLACK_KIND_EVENT, "event_callback",
     EVENT("'type':'message','user':'U1','channel':'D1','channel_type':'im','ts':'2.0',"
           "'thread_ts':'1.0','text':'is it here'"),
     "assistant:message event T1 U1 D1 1.0 2.0 - - -", ""},
    {SLACK_KIND_EVENT, "event_callback",
     EVENT("'type':'assistant_thread_started','assistant_thread':{'user_id':'U1','channel_id':'D1',"
           "'thread_ts':'1.0','context':{}}"),
     "event:assistant_thread_started event T1 U1 D1 1.0 - - - -", ""},
    {SLACK_KIND_EVENT, "event_callback",
     EVENT("'type':'assistant_thread_context_changed','assistant_thread':{'user_id':'U1',"
           "'channel_id':'D1','thread_ts':'1.0','context':{}}"),
     "event:assistant_thread_context_changed event T1 U1 D1 1.0 - - - -", ""},
    {SLACK_KIND_EVENT, "event_callback",
     EVENT("'type':'function_executed','function':{'callback_id':'it'},"
           "'function_execution_id':'Fx1','inputs':{}"),
     "function:it event T1 - - - - - - -", ""},
    {SLACK_KIND_APP_RATE_LIMITED, "app_rate_limited",
     "{'type':'app_rate_limited','team_id':'T1','api_app_id':'A1'}",
     "app_rate_limited:* app_rate_limited T1 - - - - - - -", ""},
    {SLACK_KIND_COMMAND, NULL,
     "{'command':'/it','text':'x','team_id':'T1','user_id':'U1','channel_id':'C1',"
     "'trigger_id':'1.2','response_url':'https://hooks.slack.com/r','api_app_id':'A1'}",
     "command:/it command T1 U1 C1 - - 1.2 url -", "{\"text\":\"taken\"}"},
    {SLACK_KIND_ACTION, "block_actions",
     INTERACTION("block_actions",
                 IN_MESSAGE ",'actions':[{'action_id':'it','block_id':'b','value':'v'}]"),
     "action:it action T1 U1 C1 1.0 2.0 1.2 url v", ""},
    {SLACK_KIND_ACTION, "interactive_message",
     INTERACTION("interactive_message", IN_CHANNEL
                 ",'callback_id':'it','message_ts':'2.0','actions':[{'name':'n','value':'v'}]"),
     "action:it action T1 U1 C1 - 2.0 1.2 url v", ""},
    {SLACK_KIND_SHORTCUT, "shortcut", INTERACTION("shortcut", "'callback_id':'it'"),
     "shortcut:it shortcut T1 U1 - - - 1.2 - -", ""},
    {SLACK_KIND_SHORTCUT, "message_action",
     INTERACTION("message_action", IN_MESSAGE ",'callback_id':'it'"),
     "shortcut:it shortcut T1 U1 C1 1.0 2.0 1.2 url -", ""},
    {SLACK_KIND_VIEW_SUBMISSION, "view_submission", INTERACTION("view_submission", VIEW),
     "view_submission:it view_submission T1 U1 - - - 1.2 - -", "{\"response_action\":\"clear\"}"},
    {SLACK_KIND_VIEW_CLOSED, "view_closed", INTERACTION("view_closed", VIEW),
     "view_closed:it view_closed T1 U1 - - - 1.2 - -", ""},
    {SLACK_KIND_OPTIONS, "block_suggestion",
     INTERACTION("block_suggestion", "'action_id':'it','block_id':'b','value':'x'"),
     "options:it options T1 U1 - - - 1.2 - -", "{\"options\":[]}"},
    {SLACK_KIND_OPTIONS, "dialog_suggestion",
     INTERACTION("dialog_suggestion", IN_CHANNEL ",'callback_id':'it','name':'n'"),
     "options:it options T1 U1 C1 - - 1.2 url -", "{\"options\":[]}"},
    {SLACK_KIND_OPTIONS, "interactive_message",
     INTERACTION("interactive_message", IN_CHANNEL ",'callback_id':'it','name':'n','value':'x'"),
     "options:it options T1 U1 C1 - - 1.2 url -", "{\"options\":[]}"},
    {SLACK_KIND_DIALOG, "dialog_submission",
     INTERACTION("dialog_submission", IN_CHANNEL ",'callback_id':'it','submission':{}"),
     "dialog:it dialog T1 U1 C1 - - 1.2 url -", "{\"errors\":[{\"name\":\"n\",\"error\":\"no\"}]}"},
    {SLACK_KIND_DIALOG, "dialog_cancellation",
     INTERACTION("dialog_cancellation", IN_CHANNEL ",'callback_id':'it'"),
     "dialog:it dialog T1 U1 C1 - - 1.2 url -", ""},
    {SLACK_KIND_UNKNOWN, "workflow_step_edit",
     INTERACTION("workflow_step_edit", "'callback_id':'it'"), "", ""},
};

static char seen[256];

static const char *or_none(const char *text)
{
    return *text ? text : "-";
}

static int answer(slack_ctx_t *ctx)
{
    const bool canceled =
        strcmp(slack_json_str(slack_ctx_body(ctx), "/type"), "dialog_cancellation") == 0;
    switch (slack_ctx_kind(ctx)) {
    case SLACK_KIND_COMMAND: return slack_ack_jsonf(ctx, "{text: 'taken'}");
    case SLACK_KIND_VIEW_SUBMISSION: return slack_ack_clear(ctx);
    case SLACK_KIND_OPTIONS: return slack_ack_optionsf(ctx, "[]");
    case SLACK_KIND_DIALOG: return canceled ? slack_ack(ctx) : slack_ack_errorsf(ctx, "{n: 'no'}");
    case SLACK_KIND_EVENT:
    case SLACK_KIND_APP_RATE_LIMITED: return 0;
    default: return slack_ack(ctx);
    }
}

static int note(slack_ctx_t *ctx, void *user_data)
{
    assert_string_equal(seen, ""); /* one listener runs, once */
    snprintf(seen, sizeof seen, "%s %s %s %s %s %s %s %s %s %s", slack_ctx_listener(ctx),
             slack_kind_name(slack_ctx_kind(ctx)), or_none(slack_ctx_team(ctx)),
             or_none(slack_ctx_user(ctx)), or_none(slack_ctx_channel(ctx)),
             or_none(slack_ctx_thread_ts(ctx)), or_none(slack_ctx_ts(ctx)),
             or_none(slack_ctx_trigger_id(ctx)), *slack_ctx_response_url(ctx) ? "url" : "-",
             or_none(slack_json_str(slack_ctx_action(ctx), "/value")));
    assert_string_equal(slack_ctx_app_id(ctx), "A1");
    assert_int_equal(slack_ctx_retry_num(ctx), 0);
    assert_int_equal(slack_ctx_attempt(ctx), 1);
    return answer(ctx);
}

static int not_meant(slack_ctx_t *ctx, void *user_data)
{
    fail_msg("%s was chosen", slack_ctx_listener(ctx));
    return 0;
}

/* Adds a listener for another name, then the one for the payload. */
static void listen_twice(int (*on)(slack_app_t *app, const char *match, slack_handler_fn fn,
                                   void *user_data),
                         const char *other, const char *match)
{
    assert_int_equal(on(w.app, other, not_meant, NULL), 0);
    assert_int_equal(on(w.app, match, note, NULL), 0);
}

static void listen_to_everything(void)
{
    listen_twice(slack_on_event, "reaction_removed", "reaction_added");
    listen_twice(slack_on_message, "no", "it");
    listen_twice(slack_on_function, "other", "it");
    listen_twice(slack_on_command, "/other", "/it");
    listen_twice(slack_on_action, "other", "it");
    listen_twice(slack_on_shortcut, "other", "it");
    listen_twice(slack_on_view_submission, "other", "it");
    listen_twice(slack_on_view_closed, "other", "it");
    listen_twice(slack_on_options, "other", "it");
    listen_twice(slack_on_dialog, "other", "it");
    assert_int_equal(slack_on_assistant_started(w.app, note, NULL), 0);
    assert_int_equal(slack_on_assistant_context(w.app, note, NULL), 0);
    assert_int_equal(slack_on_assistant_message(w.app, note, NULL), 0);
    assert_int_equal(slack_on_app_rate_limited(w.app, note, NULL), 0);
}

WIRES_TEST(each_kind_over_both_wires)
{
    char frame[256];
    listen_to_everything();
    wires_ready(&w);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        *seen = '\0';
        /* A payload of an unknown type also comes to the request URL as an interaction. */
        enum slack_kind kind = row->kind ? row->kind : SLACK_KIND_ACTION;
        const http_reply_t *reply = wires_post(&w, kind, row->json, "");
        assert_int_equal(reply->status, 200);
        assert_string_equal(reply->body, row->ack);
        assert_string_equal(seen, row->seen);
        *seen = '\0';
        const char *text = wires_send(&w, kind, row->json, true);
        snprintf(frame, sizeof frame,
                 *row->ack ? "{\"envelope_id\":\"e%u\",\"payload\":%s}"
                           : "{\"envelope_id\":\"e%u\"}",
                 w.envelopes, row->ack);
        assert_string_equal(text, frame);
        assert_string_equal(seen, row->seen);
    }
}

/* ---- all real payloads ---- */

static void has_a_row(const char *name, const char *text, size_t len, void *ctx)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *body = NULL;
    assert_int_equal(slack__json_parse(arena, text, len, &body, NULL), 0);
    const char *type = slack_json_str(body, "/type");
    const slack_delivery_t *delivery = slack__delivery_new(arena, body, SLACK_SLICE(""), 0);
    assert_non_null(delivery);
    const enum slack_kind kind = delivery->kind;
    bool known = false, right = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].type == NULL || strcmp(rows[i].type, type) != 0) continue;
        known = true;
        right = right || rows[i].kind == kind;
    }
    if (known ? !right : kind != SLACK_KIND_UNKNOWN)
        fail_msg("%s: no row for %s %s", name, slack_kind_name(kind), type);
    slack__arena_free(arena);
    ++*(unsigned *)ctx;
}

TEST(no_kind_of_real_payloads_is_left_out)
{
    unsigned files = 0;
    payloads_each("interactions", has_a_row, &files);
    payloads_each("events_wrapped", has_a_row, &files);
    assert_true(files > 20);
}
