/* SPDX-License-Identifier: MIT */
#include "sim/ack_outcomes.h"

#include <string.h>

#include "sim/bot_messages.h"
#include "sim/event_payloads.h"
#include "sim/message_content.h"
#include "sim/transcript_text.h"

#define OPTIONS_MAX 100
#define TEXT_MAX    ((size_t)64 * 1024)

SLACK_PRINTF(2, 3) static const char *outcome_text(sim_act_t *act, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *text = slack__arena_vprintf(act->json.arena, format, ap);
    va_end(ap);
    return text ? text : "";
}

/* --- for a command: nothing, a text, or a message --- */

const char *sim_ack_outcome_command(sim_act_t *act, const slack_json_t *body)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    sim_message_t *message = NULL;
    bool in_channel = strcmp(slack_json_str(body, "/response_type"), "in_channel") == 0;
    if (!body) return "";
    if (slack_json_type(body) == SLACK_JSON_STRING) body = sim_json(&act->json, "{text: %p}", body);
    if (in_channel && slack_json_count(body, "") == 1) return "shown in the channel";
    const char *error = sim_message_content(&act->json, body, &content, problem);
    if (error) return outcome_text(act, "a message that Slack refuses: %s %s", error, problem);

    const sim_message_draft_t draft = {
        .channel = act->channel,
        .author = act->services->team->bot,
        .only_for = in_channel ? NULL : act->user,
        .content = content,
    };
    if (act->json.rc != 0 ||
        sim_message_add(&act->services->workspace->messages, &draft, &message) != 0)
        return "";
    if (in_channel)
        sim_event_send(act->services, &act->json, sim_event_message(&act->json, message));
    sim_transcript_detail(&act->services->workspace->transcript, act->entry,
                          sim_message_detail(&act->json, message));
    const char *said =
        sim_text_message(act->json.arena, &act->services->workspace->channels, message->body);
    return in_channel ? outcome_text(act, "%s (in the channel): %s", draft.author->name, said)
                      : outcome_text(act, "%s (only to %s): %s", draft.author->name,
                                     act->user->name, said);
}

/* --- for a submission: nothing, errors, update, push or clear --- */

static bool is_input(const slack_json_t *blocks, const char *block_id)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(blocks, &it))
        if (strcmp(slack_json_str(it.value, "/block_id"), block_id) == 0)
            return strcmp(slack_json_str(it.value, "/type"), "input") == 0;
    return false;
}

static const char *show_errors(sim_act_t *act, const sim_view_t *view, const slack_json_t *errors)
{
    slack_buf_t buf;
    slack_json_iter_t it = {0};
    const char *text = NULL;
    if (slack_json_count(errors, "") == 0) return "an ack that Slack refuses: no errors in it";
    slack__buf_init(&buf, TEXT_MAX);
    while (!text && slack_json_next(errors, &it)) {
        if (!is_input(slack_json_get(view->body, "/blocks"), it.key))
            text = outcome_text(act, "an ack that Slack refuses: there is no input block \"%s\"",
                                it.key);
        (void)slack__buf_printf(&buf, "%s%s: %s", buf.len ? ", " : "errors: ", it.key,
                                slack_json_str(it.value, ""));
    }
    if (!text) text = outcome_text(act, "%s", buf.len ? slack__buf_ptr(&buf) : "");
    slack__buf_done(&buf);
    return text;
}

static const char *show_view(sim_act_t *act, sim_view_t *view, const slack_json_t *body, bool push)
{
    char problem[SIM_PROBLEM_SIZE];
    sim_views_t *views = &act->services->workspace->views;
    const slack_json_t *given = slack_json_get(body, "/view");
    const char *error = sim_view_check(views, given, false, push ? NULL : view, problem);
    if (error) return outcome_text(act, "a view that Slack refuses: %s %s", error, problem);
    int rc =
        push ? sim_view_push(views, act->user, given, &view) : sim_view_update(views, view, given);
    if (rc == SLACK_EBUSY) return "a view that Slack refuses: push_limit_reached";
    if (rc != 0) return outcome_text(act, "a view that Slack refuses: %s", slack_strerror(rc));
    sim_transcript_detail(&act->services->workspace->transcript, act->entry,
                          sim_json(&act->json, "{view: %p}", view->body));
    return outcome_text(act, "%s %s", push ? "pushes" : "becomes",
                        sim_text_view(act->json.arena, view->body));
}

const char *sim_ack_outcome_submission(sim_act_t *act, const slack_json_t *body)
{
    const char *action = slack_json_str(body, "/response_action");
    sim_view_t *view = sim_view_by_id(&act->services->workspace->views, act->view_id);
    if (!view) return "closed"; /* by the app, in the meantime */
    if (!body) {
        sim_view_close(&act->services->workspace->views, view);
        return "closed";
    }
    if (strcmp(action, "errors") == 0)
        return show_errors(act, view, slack_json_get(body, "/errors"));
    if (strcmp(action, "update") == 0) return show_view(act, view, body, false);
    if (strcmp(action, "push") == 0) return show_view(act, view, body, true);
    if (strcmp(action, "clear") != 0) return "an ack that Slack refuses: no such response_action";
    sim_view_close_all(&act->services->workspace->views, act->user);
    return "all closed";
}

/* --- for an external select: options --- */

static size_t append_options(slack_buf_t *buf, const slack_json_t *options)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(options, &it))
        (void)slack__buf_printf(buf, "%s%s", it.index > 1 ? ", " : "",
                                slack_json_str(it.value, "/text/text"));
    return slack_json_count(options, "");
}

const char *sim_ack_outcome_options(sim_act_t *act, const slack_json_t *body)
{
    const slack_json_t *options = slack_json_get(body, "/options");
    const slack_json_t *groups = slack_json_get(body, "/option_groups");
    slack_json_iter_t it = {0};
    slack_buf_t buf;
    if (!options && !groups) return "an ack that Slack refuses: neither options nor option_groups";
    if (slack_json_count(options, "") > OPTIONS_MAX || slack_json_count(groups, "") > OPTIONS_MAX)
        return "an ack that Slack refuses: more than 100 options";
    slack__buf_init(&buf, TEXT_MAX);
    size_t count = append_options(&buf, options);
    while (slack_json_next(groups, &it)) {
        (void)slack__buf_printf(&buf, "%s%s: ", it.index > 1 ? "; " : "",
                                slack_json_str(it.value, "/label/text"));
        count += append_options(&buf, slack_json_get(it.value, "/options"));
    }
    const char *text =
        count > 0 && buf.len > 0 ? outcome_text(act, "%s", slack__buf_ptr(&buf)) : "no options";
    slack__buf_done(&buf);
    return text;
}
