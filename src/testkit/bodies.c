/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "testkit/testkit.h"

/*
 * The bodies that Slack sends, kind by kind (docs/payloads.md). Each function makes a body from a
 * few words and passes it to slack_test_body().
 */

int slack_test_as(slack_test_t *kit, const char *user, const char *channel)
{
    const char *who = slack__arena_strdup(kit->base.arena, user ? user : "U0TEST");
    const char *where = slack__arena_strdup(kit->base.arena, channel ? channel : "C0TEST");
    if (who == NULL || where == NULL) return SLACK_ENOMEM;
    kit->scene.user = who;
    kit->scene.channel = where;
    return 0;
}

/* Copies a text that may be missing. */
static bool keep(slack_test_t *kit, const char *text, const char **ret)
{
    *ret = text ? slack__arena_strdup(kit->base.arena, text) : NULL;
    return text == NULL || *ret;
}

int slack_test_in_message(slack_test_t *kit, const char *channel, const char *ts,
                          const char *thread_ts)
{
    bool kept = keep(kit, channel, &kit->scene.message.channel);
    kept = keep(kit, ts, &kit->scene.message.ts) && kept;
    kept = keep(kit, thread_ts, &kit->scene.message.thread_ts) && kept;
    return kept ? 0 : SLACK_ENOMEM;
}

int slack_test_private_metadata(slack_test_t *kit, const char *metadata)
{
    return keep(kit, metadata, &kit->scene.metadata) ? 0 : SLACK_ENOMEM;
}

/* The channel of interactions, and the ts of the message that they are in: a new one unless the
 * test has set it. */
static const char *scene_channel(const slack_test_t *kit)
{
    return kit->scene.message.channel ? kit->scene.message.channel : kit->scene.channel;
}

static void scene_ts(slack_test_t *kit, char ret[KIT_TS_MAX])
{
    if (kit->scene.message.ts)
        snprintf(ret, KIT_TS_MAX, "%s", kit->scene.message.ts);
    else
        slack__kit_ts(&kit->base, ret);
}

/* ---- events ---- */

int slack_test_event(slack_test_t *kit, const char *event_template, ...)
{
    const slack_json_t *event = NULL;
    int rc;
    KIT_READ(&kit->base, event_template, &event, &rc);
    if (rc != 0) return rc;
    return slack_test_body(
        kit,
        "{token: 'test', team_id: %s, api_app_id: 'A0TEST', type: 'event_callback',"
        " event: %p, event_id: 'Ev%uTEST', event_time: %lld, is_ext_shared_channel: false,"
        " authorizations: [{enterprise_id: null, team_id: %s, user_id: %s, is_bot: true,"
        "                   is_enterprise_install: false}]}",
        kit->base.team, (const void *)event, ++kit->base.last_id,
        (long long)(slack__kit_wall_ms(&kit->base) / 1000), kit->base.team, kit->base.bot_user);
}

int slack_test_message(slack_test_t *kit, const char *text)
{
    char ts[KIT_TS_MAX];
    const char *channel = kit->scene.channel;
    const char *type = *channel == 'D' ? "im" : *channel == 'G' ? "group" : "channel";
    slack__kit_ts(&kit->base, ts);
    return slack_test_event(kit,
                            "{type: 'message', channel: %s, user: %s, text: %s, ts: %s,"
                            " event_ts: %s, team: %s, channel_type: %s}",
                            channel, kit->scene.user, text, ts, ts, kit->base.team, type);
}

int slack_test_mention(slack_test_t *kit, const char *text)
{
    char ts[KIT_TS_MAX];
    slack__kit_ts(&kit->base, ts);
    return slack_test_event(
        kit,
        "{type: 'app_mention', channel: %s, user: %s, text: '<@%s>%s%s', ts: %s,"
        " event_ts: %s, team: %s}",
        kit->scene.channel, kit->scene.user, kit->base.bot_user, text && *text ? " " : "",
        text ? text : "", ts, ts, kit->base.team);
}

/* An event about a thread of the assistant, in its direct message with the user. */
static int deliver_thread(slack_test_t *kit, const char *type, const slack_json_t *context)
{
    char ts[KIT_TS_MAX];
    slack__kit_ts(&kit->base, ts);
    return slack_test_event(kit,
                            "{type: %s, event_ts: %s, assistant_thread: {user_id: %s,"
                            " channel_id: 'D0ASSISTANT', thread_ts: '1.000001', context: %p}}",
                            type, ts, kit->scene.user, (const void *)context);
}

int slack_test_assistant_started(slack_test_t *kit, const char *context_template, ...)
{
    const slack_json_t *context = NULL;
    int rc;
    KIT_READ(&kit->base, context_template, &context, &rc);
    return rc ? rc : deliver_thread(kit, "assistant_thread_started", context);
}

int slack_test_assistant_context(slack_test_t *kit, const char *context_template, ...)
{
    const slack_json_t *context = NULL;
    int rc;
    KIT_READ(&kit->base, context_template, &context, &rc);
    return rc ? rc : deliver_thread(kit, "assistant_thread_context_changed", context);
}

int slack_test_assistant_message(slack_test_t *kit, const char *text)
{
    char ts[KIT_TS_MAX];
    slack__kit_ts(&kit->base, ts);
    return slack_test_event(kit,
                            "{type: 'message', channel: 'D0ASSISTANT', channel_type: 'im',"
                            " thread_ts: '1.000001', user: %s, text: %s, ts: %s, event_ts: %s,"
                            " team: %s}",
                            kit->scene.user, text, ts, ts, kit->base.team);
}

int slack_test_function(slack_test_t *kit, const char *callback_id, const char *inputs_template,
                        ...)
{
    char ts[KIT_TS_MAX];
    slack__kit_ts(&kit->base, ts);
    const slack_json_t *inputs = NULL;
    int rc;
    KIT_READ(&kit->base, inputs_template, &inputs, &rc);
    if (rc != 0) return rc;
    kit->scene.inputs = inputs;
    return slack_test_event(kit,
                            "{type: 'function_executed', function: {id: 'Fn0TEST', type: 'app',"
                            " callback_id: %s, title: 'Test', app_id: 'A0TEST'}, inputs: %p,"
                            " function_execution_id: 'Fx0TEST', workflow_execution_id: 'Wx0TEST',"
                            " event_ts: %s, bot_access_token: 'xwfp-test'}",
                            callback_id, (const void *)inputs, ts);
}

int slack_test_app_rate_limited(slack_test_t *kit)
{
    return slack_test_body(kit,
                           "{type: 'app_rate_limited', token: 'test', team_id: %s,"
                           " minute_rate_limited: %lld, api_app_id: 'A0TEST'}",
                           kit->base.team, (long long)(slack__kit_wall_ms(&kit->base) / 1000));
}

/* ---- commands and interactions ---- */

int slack_test_command(slack_test_t *kit, const char *command, const char *text)
{
    unsigned id = ++kit->base.last_id;
    return slack_test_body(
        kit,
        "{token: 'test', team_id: %s, team_domain: 'test', channel_id: %s, channel_name: 'test',"
        " user_id: %s, user_name: 'test', command: %s, text: %s, api_app_id: 'A0TEST',"
        " is_enterprise_install: 'false', trigger_id: '%u.test',"
        " response_url: 'https://hooks.slack.com/commands/%s/%u/test'}",
        kit->base.team, kit->scene.channel, kit->scene.user, command, text ? text : "", id,
        kit->base.team, id);
}

int slack_test_in_function(slack_test_t *kit, const char *callback_id)
{
    kit->scene.function = NULL;
    if (callback_id == NULL) return 0;
    kit->scene.function = slack__arena_strdup(kit->base.arena, callback_id);
    return kit->scene.function ? 0 : SLACK_ENOMEM;
}

/* Add what only the interactions of a workflow step have. */
static int within_function(slack_test_t *kit, const slack_json_t *body, const slack_json_t **ret)
{
    const slack_json_t *step = NULL, *none = NULL;
    int rc = kit->scene.inputs ? 0 : slack__jsonf(kit->base.arena, &none, NULL, "{}");
    if (rc == 0)
        rc = slack__jsonf(kit->base.arena, &step, NULL,
                          "{bot_access_token: 'xwfp-test', function_data: {execution_id: 'Fx0TEST',"
                          " function: {callback_id: %s}, inputs: %p}, interactivity:"
                          " {interactor: {id: %s, secret: 'test'}, interactivity_pointer: %s}}",
                          kit->scene.function,
                          (const void *)(kit->scene.inputs ? kit->scene.inputs : none),
                          kit->scene.user, slack_json_str(body, "/trigger_id"));
    return rc ? rc : slack__json_with_defaults(kit->base.arena, body, step, ret);
}

/* The members that every interaction has. */
static int interaction_head(slack_test_t *kit, const char *type, const slack_json_t **ret)
{
    return slack__jsonf(kit->base.arena, ret, NULL,
                        "{type: %s, token: 'test', api_app_id: 'A0TEST',"
                        " team: {id: %s, domain: 'test'},"
                        " user: {id: %s, username: 'test', name: 'test', team_id: %s},"
                        " enterprise: null, is_enterprise_install: false,"
                        " trigger_id: '%u.test', action_ts: '%lld.000000'}",
                        type, kit->base.team, kit->scene.user, kit->base.team, ++kit->base.last_id,
                        (long long)(slack__kit_wall_ms(&kit->base) / 1000));
}

static int deliver_interaction(slack_test_t *kit, const char *type, const char *rest_template, ...)
    SLACK_PRINTF(3, 4);

static int deliver_interaction(slack_test_t *kit, const char *type, const char *rest_template, ...)
{
    const slack_json_t *head = NULL, *rest = NULL, *body = NULL;
    int rc;
    KIT_READ(&kit->base, rest_template, &rest, &rc);
    if (rc == 0) rc = interaction_head(kit, type, &head);
    if (rc == 0) rc = slack__json_with_defaults(kit->base.arena, rest, head, &body);
    if (rc == 0 && kit->scene.function) rc = within_function(kit, body, &body);
    if (rc != 0) return slack__kit_fail(&kit->base, rc, "%s: %s", type, slack_strerror(rc));
    return slack_test_body(kit, "%p", (const void *)body);
}

static int deliver_action(slack_test_t *kit, const slack_json_t *action)
{
    char ts[KIT_TS_MAX];
    scene_ts(kit, ts);
    const char *channel = scene_channel(kit), *thread_ts = kit->scene.message.thread_ts;
    return deliver_interaction(
        kit, "block_actions",
        "{channel: {id: %s, name: 'test'}, actions: [%p],"
        " container: {type: 'message', message_ts: %s, channel_id: %s, thread_ts: %s,"
        " is_ephemeral: false},"
        " message: {type: 'message', user: %s, bot_id: %s, ts: %s, thread_ts: %s, text: '',"
        " team: %s},"
        " response_url: 'https://hooks.slack.com/actions/%s/%u/test'}",
        channel, (const void *)action, ts, channel, thread_ts, kit->base.bot_user, kit->base.bot_id,
        ts, thread_ts, kit->base.team, kit->base.team, kit->base.last_id);
}

int slack_test_block_action(slack_test_t *kit, const char *action_template, ...)
{
    const slack_json_t *action = NULL;
    int rc;
    KIT_READ(&kit->base, action_template, &action, &rc);
    return rc ? rc : deliver_action(kit, action);
}

int slack_test_action(slack_test_t *kit, const char *action_id, const char *value)
{
    const slack_json_t *given = NULL, *base = NULL, *action = NULL;
    int rc = value ? slack__jsonf(kit->base.arena, &given, NULL, "{value: %s}", value)
                   : slack__jsonf(kit->base.arena, &given, NULL, "{}");
    if (rc == 0)
        rc = slack__jsonf(kit->base.arena, &base, NULL,
                          "{type: 'button', action_id: %s, block_id: 'block',"
                          " text: {type: 'plain_text', text: 'Button', emoji: true},"
                          " action_ts: '%lld.000000'}",
                          action_id, (long long)(slack__kit_wall_ms(&kit->base) / 1000));
    if (rc == 0) rc = slack__json_with_defaults(kit->base.arena, given, base, &action);
    if (rc != 0)
        return slack__kit_fail(&kit->base, rc, "action %s: %s", action_id, slack_strerror(rc));
    return deliver_action(kit, action);
}

int slack_test_shortcut(slack_test_t *kit, const char *callback_id)
{
    return deliver_interaction(kit, "shortcut", "{callback_id: %s}", callback_id);
}

int slack_test_message_shortcut(slack_test_t *kit, const char *callback_id, const char *text)
{
    char ts[KIT_TS_MAX];
    scene_ts(kit, ts);
    return deliver_interaction(
        kit, "message_action",
        "{callback_id: %s, channel: {id: %s, name: 'test'}, message_ts: %s,"
        " message: {type: 'message', user: %s, ts: %s, thread_ts: %s, text: %s,"
        " team: %s},"
        " response_url: 'https://hooks.slack.com/app/%s/%u/test'}",
        callback_id, scene_channel(kit), ts, kit->scene.user, ts, kit->scene.message.thread_ts,
        text, kit->base.team, kit->base.team, kit->base.last_id);
}

static int deliver_view(slack_test_t *kit, const char *type, const char *callback_id,
                        const slack_json_t *values)
{
    static const char view[] =
        "{view: {id: 'V0TEST', team_id: %s, type: 'modal', callback_id: %s, private_metadata: %s,"
        " hash: '1.test', blocks: [], title: {type: 'plain_text', text: 'Test', emoji: true},"
        " state: {values: %p}, root_view_id: 'V0TEST', previous_view_id: null,"
        " app_id: 'A0TEST', app_installed_team_id: %s, bot_id: %s}}";
    return deliver_interaction(kit, type, view, kit->base.team, callback_id,
                               kit->scene.metadata ? kit->scene.metadata : "", (const void *)values,
                               kit->base.team, kit->base.bot_id);
}

int slack_test_view_submission(slack_test_t *kit, const char *callback_id,
                               const char *values_template, ...)
{
    const slack_json_t *values = NULL;
    int rc;
    KIT_READ(&kit->base, values_template, &values, &rc);
    return rc ? rc : deliver_view(kit, "view_submission", callback_id, values);
}

int slack_test_view_closed(slack_test_t *kit, const char *callback_id)
{
    const slack_json_t *nothing = NULL;
    int rc = slack__jsonf(kit->base.arena, &nothing, NULL, "{}");
    if (rc != 0) return slack__kit_fail(&kit->base, rc, "view_closed: %s", slack_strerror(rc));
    return deliver_view(kit, "view_closed", callback_id, nothing);
}

int slack_test_options(slack_test_t *kit, const char *action_id, const char *typed)
{
    char ts[KIT_TS_MAX];
    scene_ts(kit, ts);
    return deliver_interaction(
        kit, "block_suggestion",
        "{action_id: %s, block_id: 'block', value: %s, channel: {id: %s, name: 'test'},"
        " container: {type: 'message', message_ts: %s, channel_id: %s, thread_ts: %s}}",
        action_id, typed ? typed : "", scene_channel(kit), ts, scene_channel(kit),
        kit->scene.message.thread_ts);
}

/* ---- legacy attachments and dialogs ---- */

int slack_test_attachment_action(slack_test_t *kit, const char *callback_id,
                                 const char *action_template, ...)
{
    char ts[KIT_TS_MAX];
    scene_ts(kit, ts);
    const slack_json_t *action = NULL;
    int rc;
    KIT_READ(&kit->base, action_template, &action, &rc);
    if (rc != 0) return rc;
    return deliver_interaction(kit, "interactive_message",
                               "{callback_id: %s, actions: [%p], channel: {id: %s, name: 'test'},"
                               " message_ts: %s, attachment_id: '1', original_message: {type:"
                               " 'message', bot_id: %s, ts: %s, text: '', attachments: []},"
                               " response_url: 'https://hooks.slack.com/actions/%s/%u/test'}",
                               callback_id, (const void *)action, scene_channel(kit), ts,
                               kit->base.bot_id, ts, kit->base.team, kit->base.last_id);
}

int slack_test_attachment_options(slack_test_t *kit, const char *callback_id, const char *name,
                                  const char *typed)
{
    char ts[KIT_TS_MAX];
    scene_ts(kit, ts);
    return deliver_interaction(kit, "interactive_message",
                               "{callback_id: %s, name: %s, value: %s, channel: {id: %s, name:"
                               " 'test'}, message_ts: %s, attachment_id: '1'}",
                               callback_id, name, typed ? typed : "", scene_channel(kit), ts);
}

int slack_test_dialog(slack_test_t *kit, const char *callback_id, const char *submission_template,
                      ...)
{
    const slack_json_t *submission = NULL;
    int rc;
    KIT_READ(&kit->base, submission_template, &submission, &rc);
    if (rc != 0) return rc;
    return deliver_interaction(kit, "dialog_submission",
                               "{callback_id: %s, submission: %p, state: '', channel: {id: %s,"
                               " name: 'test'},"
                               " response_url: 'https://hooks.slack.com/app/%s/%u/test'}",
                               callback_id, (const void *)submission, kit->scene.channel,
                               kit->base.team, kit->base.last_id);
}

int slack_test_dialog_canceled(slack_test_t *kit, const char *callback_id)
{
    return deliver_interaction(kit, "dialog_cancellation",
                               "{callback_id: %s, state: '', channel: {id: %s, name: 'test'},"
                               " response_url: 'https://hooks.slack.com/app/%s/%u/test'}",
                               callback_id, kit->scene.channel, kit->base.team, kit->base.last_id);
}

int slack_test_dialog_options(slack_test_t *kit, const char *callback_id, const char *name,
                              const char *typed)
{
    return deliver_interaction(kit, "dialog_suggestion",
                               "{callback_id: %s, name: %s, value: %s, state: '', channel: {id:"
                               " %s, name: 'test'}}",
                               callback_id, name, typed ? typed : "", kit->scene.channel);
}
