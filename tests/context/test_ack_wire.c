/* SPDX-License-Identifier: MIT */
/*
 * An ack on each wire. For every kind, and for every body that Slack accepts with it, the table has
 * the status, type and bytes of the HTTP answer and the bytes of the Socket Mode frame. Other
 * bodies are refused before they reach the wire.
 */

#include "support/test.h"
#include "support/app_handlers.h"
#include "support/wires.h"

static wires_t w;

/* ---- the ways to acknowledge ---- */

static int say_nothing(slack_ctx_t *ctx)
{
    return 0;
}
static int text(slack_ctx_t *ctx)
{
    return slack_ack_text(ctx, "a \"%s\"", "té<xt");
}
static int message(slack_ctx_t *ctx)
{
    return slack_ack_jsonf(ctx, "{response_type: 'in_channel', text: 'a'}");
}
static int errors(slack_ctx_t *ctx)
{
    return slack_ack_errorsf(ctx, "{name: 'too \"short\"'}");
}
static int no_errors(slack_ctx_t *ctx)
{
    return slack_ack_errorsf(ctx, "{}");
}
static int update(slack_ctx_t *ctx)
{
    return slack_ack_updatef(ctx, "{type: 'home', blocks: []}");
}
static int push(slack_ctx_t *ctx)
{
    return slack_ack_pushf(ctx, "{type: 'home', blocks: []}");
}
static int push_malformed(slack_ctx_t *ctx)
{
    return slack_ack_pushf(ctx, "{type: }");
}
static int push_text(slack_ctx_t *ctx)
{
    return slack_ack_pushf(ctx, "'a view'");
}
static int options(slack_ctx_t *ctx)
{
    return slack_ack_optionsf(ctx, "[{value: '1'}]");
}
static int no_options(slack_ctx_t *ctx)
{
    return slack_ack_optionsf(ctx, "[]");
}
static int groups(slack_ctx_t *ctx)
{
    return slack_ack_option_groupsf(ctx, "[{label: 'l', options: []}]");
}
static int too_many_options(slack_ctx_t *ctx)
{
    const slack_json_t *items[101], *one = slack_jsonf(ctx, "{value: '1'}");
    for (size_t i = 0; i < 101; i++)
        items[i] = one;
    return slack_ack_options(ctx, slack_json_array(ctx, items, 101));
}

/* ---- the table ---- */

#define EVENT SLACK_KIND_EVENT, "{'type':'event_callback','event':{'type':'message'}}"
#define FUNCTION                                                                                   \
    SLACK_KIND_EVENT, "{'type':'event_callback','event':{'type':'function_executed',"              \
                      "'function':{'callback_id':'v'},'function_execution_id':'Fx1'}}"
#define COMMAND SLACK_KIND_COMMAND, "{'command':'/v'}"
#define ACTION  SLACK_KIND_ACTION, "{'type':'block_actions','actions':[{'action_id':'v'}]}"
#define LEGACY                                                                                     \
    SLACK_KIND_ACTION, "{'type':'interactive_message','callback_id':'v','actions':[{'name':'n'}]}"
#define SHORTCUT   SLACK_KIND_SHORTCUT, "{'type':'shortcut','callback_id':'v'}"
#define ON_MESSAGE SLACK_KIND_SHORTCUT, "{'type':'message_action','callback_id':'v'}"
#define VIEW                                                                                       \
    SLACK_KIND_VIEW_SUBMISSION, "{'type':'view_submission',"                                       \
                                "'view':{'callback_id':'v'}}"
#define CLOSED         SLACK_KIND_VIEW_CLOSED, "{'type':'view_closed','view':{'callback_id':'v'}}"
#define OPTIONS        SLACK_KIND_OPTIONS, "{'type':'block_suggestion','action_id':'v'}"
#define DIALOG_OPTIONS SLACK_KIND_OPTIONS, "{'type':'dialog_suggestion','callback_id':'v'}"
#define DIALOG         SLACK_KIND_DIALOG, "{'type':'dialog_submission','callback_id':'v'}"
#define CANCELED       SLACK_KIND_DIALOG, "{'type':'dialog_cancellation','callback_id':'v'}"
#define LIMITED        SLACK_KIND_APP_RATE_LIMITED, "{'type':'app_rate_limited'}"
#define UNKNOWN        SLACK_KIND_UNKNOWN, "{'type':'not_known_yet'}"

/* HTTP answers with `body`; the frame's payload is `payload`, or `body` if that is NULL. */
static const struct row {
    enum slack_kind kind;
    const char *json;
    int (*ack)(slack_ctx_t *ctx);
    int rc;
    const char *type, *body, *payload;
} rows[] = {
#define NOTHING NULL, ""
#define TEXT    "text/plain; charset=utf-8"
#define JSON    "application/json; charset=utf-8"
    {EVENT, say_nothing, 0, NOTHING, ""},
    {EVENT, slack_ack, SLACK_ENOACK, NOTHING, ""},
    {EVENT, text, SLACK_ENOACK, NOTHING, ""},
    {FUNCTION, say_nothing, 0, NOTHING, ""},
    {FUNCTION, slack_ack, SLACK_ENOACK, NOTHING, ""},
    {LIMITED, say_nothing, 0, NOTHING, ""},
    {UNKNOWN, NULL, 0, NOTHING, ""},

    {COMMAND, say_nothing, 0, NOTHING, ""},
    {COMMAND, slack_ack, 0, NOTHING, ""},
    {COMMAND, text, 0, TEXT, "a \"té<xt\"", "{\"text\":\"a \\\"té<xt\\\"\"}"},
    {COMMAND, message, 0, JSON, "{\"response_type\":\"in_channel\",\"text\":\"a\"}", NULL},
    {COMMAND, options, SLACK_EACKBODY, NOTHING, ""},
    {COMMAND, errors, SLACK_EACKBODY, NOTHING, ""},
    {COMMAND, slack_ack_clear, SLACK_EACKBODY, NOTHING, ""},

    {ACTION, slack_ack, 0, NOTHING, ""},
    {ACTION, text, SLACK_EACKBODY, NOTHING, ""},
    {ACTION, message, SLACK_EACKBODY, NOTHING, ""},
    {SHORTCUT, slack_ack, 0, NOTHING, ""},
    {SHORTCUT, message, SLACK_EACKBODY, NOTHING, ""},
    {ON_MESSAGE, slack_ack, 0, NOTHING, ""},
    {CLOSED, slack_ack, 0, NOTHING, ""},
    {CLOSED, update, SLACK_EACKBODY, NOTHING, ""},

    {VIEW, slack_ack, 0, NOTHING, ""},
    {VIEW, errors, 0, JSON,
     "{\"response_action\":\"errors\",\"errors\":{\"name\":\"too \\\"short\\\"\"}}", NULL},
    {VIEW, no_errors, SLACK_EINVAL, NOTHING, ""},
    {VIEW, update, 0, JSON,
     "{\"response_action\":\"update\",\"view\":{\"type\":\"home\",\"blocks\":[]}}", NULL},
    {VIEW, push, 0, JSON,
     "{\"response_action\":\"push\",\"view\":{\"type\":\"home\",\"blocks\":[]}}", NULL},
    {VIEW, push_malformed, SLACK_ETEMPLATE, NOTHING, ""},
    {VIEW, push_text, SLACK_EINVAL, NOTHING, ""},
    {VIEW, slack_ack_clear, 0, JSON, "{\"response_action\":\"clear\"}", NULL},
    {VIEW, text, SLACK_EACKBODY, NOTHING, ""},
    {VIEW, options, SLACK_EACKBODY, NOTHING, ""},

    {OPTIONS, options, 0, JSON, "{\"options\":[{\"value\":\"1\"}]}", NULL},
    {OPTIONS, no_options, 0, JSON, "{\"options\":[]}", NULL},
    {OPTIONS, groups, 0, JSON, "{\"option_groups\":[{\"label\":\"l\",\"options\":[]}]}", NULL},
    {OPTIONS, too_many_options, SLACK_ETOOBIG, NOTHING, ""},
    {OPTIONS, errors, SLACK_EACKBODY, NOTHING, ""},
    {DIALOG_OPTIONS, options, 0, JSON, "{\"options\":[{\"value\":\"1\"}]}", NULL},

    {DIALOG, slack_ack, 0, NOTHING, ""},
    {DIALOG, errors, 0, JSON, "{\"errors\":[{\"name\":\"name\",\"error\":\"too \\\"short\\\"\"}]}",
     NULL},
    {DIALOG, slack_ack_clear, SLACK_EACKBODY, NOTHING, ""},
    {CANCELED, slack_ack, 0, NOTHING, ""},
    {CANCELED, errors, SLACK_EACKBODY, NOTHING, ""},

    {LEGACY, slack_ack, 0, NOTHING, ""},
    {LEGACY, text, 0, TEXT, "a \"té<xt\"", "{\"text\":\"a \\\"té<xt\\\"\"}"},
    {LEGACY, message, 0, JSON, "{\"response_type\":\"in_channel\",\"text\":\"a\"}", NULL},
};

static unsigned runs;

/* A second ack is an error on both wires. After a refused ack another one may be sent. */
static int ack_as_told(slack_ctx_t *ctx, void *user_data)
{
    const struct row *row = *(const struct row **)user_data;
    runs++;
    int rc = row->ack(ctx);
    if (rc != row->rc)
        fail_msg("row %d over %s: %s", (int)(row - rows), slack_ctx_transport(ctx),
                 slack_err_name(rc));
    if (row->ack == say_nothing || rc == SLACK_ENOACK) return 0;
    int again = slack_ack(ctx);
    if (again != (rc == 0 ? SLACK_EALREADY : 0))
        fail_msg("row %d over %s, again: %s", (int)(row - rows), slack_ctx_transport(ctx),
                 slack_err_name(again));
    if (rc == 0) assert_int_equal(slack_ack_text(ctx, "x"), SLACK_EALREADY);
    return 0;
}

static void take(enum slack_kind kind, slack_handler_fn fn, void *user_data)
{
    assert_int_equal(
        slack_listen(w.app, &(slack_listener_t){.kind = kind, .fn = fn, .user_data = user_data}),
        0);
}

static void listen_to_all(slack_handler_fn fn, void *user_data)
{
    for (int kind = SLACK_KIND_EVENT; kind < SLACK_KIND_JOB; kind++)
        take((enum slack_kind)kind, fn, user_data);
}

static void expect_http(const http_reply_t *reply, const char *type, const char *body, size_t row)
{
    size_t len = 0;
    const char *had = http_reply_header(reply, "Content-Type", &len);
    if (reply->status != 200 || strcmp(reply->body, body) != 0)
        fail_msg("row %zu: HTTP %d %s", row, reply->status, reply->body);
    if ((type == NULL) != (had == NULL) ||
        (type && (len != strlen(type) || memcmp(had, type, len) != 0)))
        fail_msg("row %zu: Content-Type %.*s", row, (int)len, had ? had : "");
}

static void expect_frame(const char *frame, const char *payload, size_t row)
{
    char expected[512];
    snprintf(expected, sizeof expected,
             *payload ? "{\"envelope_id\":\"e%u\",\"payload\":%s}" : "{\"envelope_id\":\"e%u\"}",
             w.envelopes, payload);
    if (strcmp(frame, expected) != 0) fail_msg("row %zu: %s", row, frame);
}

WIRES_TEST(test_ack_wire)
{
    const struct row *row = rows;
    listen_to_all(ack_as_told, &row);
    wires_ready(&w);
    runs = 0;
    const size_t count = sizeof rows / sizeof *rows;
    for (; row < rows + count; row++) {
        const size_t i = (size_t)(row - rows);
        expect_http(wires_post(&w, row->kind, row->json, ""), row->type, row->body, i);
        const char *payload = row->payload ? row->payload : row->body;
        expect_frame(wires_send(&w, row->kind, row->json, true), payload, i);
    }
    assert_int_equal(runs, 2 * (count - 1)); /* no handler runs for an unknown type */
    assert_true(world_logged(&w.world, "said=ok body='{\"response_action\":\"clear\"}' ack=ok"));
}

/* ---- before the wire ---- */

/* Slack drops an ack this large over Socket Mode without a word; an HTTP answer may carry it. */
static int ack_with_much(slack_ctx_t *ctx, void *user_data)
{
    static char text[20480];
    memset(text, 'x', sizeof text - 1);
    const bool socket = strcmp(slack_ctx_transport(ctx), "socket") == 0;
    int rc = slack_ack_updatef(ctx, "{type: %s}", text);
    assert_int_equal(rc, socket ? SLACK_ETOOBIG : 0);
    assert_int_equal(slack_ack(ctx), socket ? 0 : SLACK_EALREADY);
    return 0;
}

WIRES_TEST(too_big_is_refused_before_the_wire)
{
    listen_to_all(ack_with_much, NULL);
    wires_ready(&w);
    const http_reply_t *reply = wires_post(&w, VIEW, "");
    assert_int_equal(reply->status, 200);
    assert_in_range(reply->body_len, 20480, 21000);
    expect_frame(wires_send(&w, VIEW, true), "", 0);
}

static int ack_with_some(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_ack_text(ctx, "text"), SLACK_EACKBODY);
    assert_int_equal(message(ctx), SLACK_EACKBODY);
    return slack_ack(ctx);
}

WIRES_TEST(what_slack_does_not_take_is_refused_before_the_wire)
{
    listen_to_all(ack_with_some, NULL);
    wires_ready(&w);
    expect_frame(wires_send(&w, COMMAND, false), "", 0);
    expect_http(wires_post(&w, ACTION, ""), NULL, "", 0);
    expect_frame(wires_send(&w, ACTION, true), "", 0);
}

/* ---- late ---- */

static unsigned late;

static int ack_late(slack_ctx_t *ctx, void *user_data)
{
    w.world.mono_us += 3500 * 1000;
    assert_int_equal(slack_ack_text(ctx, "x"), SLACK_ELATE);
    assert_in_range(slack_ctx_ack_late_ms(ctx), 500, 1500);
    assert_int_equal(slack_ack(ctx), SLACK_EALREADY);
    late++;
    return 0;
}

WIRES_TEST(late_is_the_same_error_on_both_wires)
{
    late = 0;
    listen_to_all(ack_late, NULL);
    wires_ready(&w);
    expect_http(wires_post(&w, COMMAND, ""), TEXT, "x", 0);
    expect_frame(wires_send(&w, COMMAND, true), "{\"text\":\"x\"}", 0);
    assert_int_equal(late, 2);
}

/* Slack hangs up after three seconds: the ack returns SLACK_ELATE, not SLACK_ECLOSED. */
WIRES_TEST(late_is_late_when_slack_has_hung_up)
{
    slack_default_ack(w.app, SLACK_KIND_COMMAND, NULL);
    take(SLACK_KIND_COMMAND, app_hold_then_ack, NULL);
    wires_ready(&w);
    app_held = NULL;
    int number = wires_post_begin(&w, COMMAND);
    world_until(&w.world, app_held);
    w.world.mono_us += 3500 * 1000;
    http_peer_drop(w.http, number);
    slack_transport_stats_t stats;
    do {
        wires_turn(&w);
        assert_int_equal(slack_app_transport_stats(w.app, "http", &stats), 0);
    } while (stats.connections > 0);
    assert_int_equal(slack_ack(app_held), SLACK_ELATE);
    assert_in_range(slack_ctx_ack_late_ms(app_held), 500, 1500);
    slack_ctx_release(app_held, 0);
    wires_settle(&w);
}
