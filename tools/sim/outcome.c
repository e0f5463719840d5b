/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/payloads.h"
#include "sim/say.h"
#include "sim/send.h"
#include "sim/transcript_text.h"

#define OPTIONS_MAX 100
#define WORDS_MAX   ((size_t)64 * 1024)

SLACK_PRINTF(2, 3) static const char *words(sim_send_t *send, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *text = slack__arena_vprintf(send->json.arena, format, ap);
    va_end(ap);
    return text ? text : "";
}

/* --- commands: nothing, a text, or a message --- */

const char *sim_outcome_command(sim_send_t *send, const slack_json_t *body)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *content = NULL;
    sim_message_t *message = NULL;
    bool in_channel = strcmp(slack_json_str(body, "/response_type"), "in_channel") == 0;
    if (!body) return "";
    if (slack_json_type(body) == SLACK_JSON_STRING)
        body = sim_json(&send->json, "{text: %p}", body);
    if (in_channel && slack_json_count(body, "") == 1) return "shown in the channel";
    const char *error = sim_content(&send->json, body, &content, problem);
    if (error) return words(send, "a message that Slack refuses: %s %s", error, problem);

    const sim_message_draft_t draft = {
        .channel = send->channel,
        .author = sim_user_bot(),
        .only_for = in_channel ? NULL : send->user,
        .content = content,
    };
    if (send->json.rc != 0 ||
        sim_message_add(&send->sim->workspace.messages, &draft, &message) != 0)
        return "";
    if (in_channel) sim_tell(send->sim, &send->json, sim_event_message(&send->json, message));
    const char *said = sim_text_message(send->json.arena, message->body);
    return in_channel
               ? words(send, "%s (in the channel): %s", draft.author->name, said)
               : words(send, "%s (only to %s): %s", draft.author->name, send->user->name, said);
}

/* --- submissions: nothing, errors, update, push, clear --- */

static bool is_input(const slack_json_t *blocks, const char *block_id)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(blocks, &it))
        if (strcmp(slack_json_str(it.value, "/block_id"), block_id) == 0)
            return strcmp(slack_json_str(it.value, "/type"), "input") == 0;
    return false;
}

static const char *show_errors(sim_send_t *send, const sim_view_t *view, const slack_json_t *errors)
{
    slack_buf_t buf;
    slack_json_iter_t it = {0};
    const char *text = NULL;
    if (slack_json_count(errors, "") == 0) return "an answer that Slack refuses: no errors in it";
    slack__buf_init(&buf, WORDS_MAX);
    while (!text && slack_json_next(errors, &it)) {
        if (!is_input(slack_json_get(view->body, "/blocks"), it.key))
            text =
                words(send, "an answer that Slack refuses: there is no input block \"%s\"", it.key);
        (void)slack__buf_printf(&buf, "%s%s: %s", buf.len ? ", " : "errors: ", it.key,
                                slack_json_str(it.value, ""));
    }
    if (!text) text = words(send, "%s", buf.len ? slack__buf_ptr(&buf) : "");
    slack__buf_done(&buf);
    return text;
}

static const char *show_view(sim_send_t *send, sim_view_t *view, const slack_json_t *body,
                             bool push)
{
    char problem[SIM_PROBLEM_SIZE];
    sim_views_t *views = &send->sim->workspace.views;
    const slack_json_t *given = slack_json_get(body, "/view");
    const char *error = sim_view_check(views, given, false, push ? NULL : view, problem);
    if (error) return words(send, "a view that Slack refuses: %s %s", error, problem);
    int rc =
        push ? sim_view_push(views, send->user, given, &view) : sim_view_update(views, view, given);
    if (rc == SLACK_EBUSY) return "a view that Slack refuses: push_limit_reached";
    if (rc != 0) return words(send, "a view that Slack refuses: %s", slack_strerror(rc));
    return words(send, "%s %s", push ? "pushes" : "becomes",
                 sim_text_view(send->json.arena, view->body));
}

const char *sim_outcome_submission(sim_send_t *send, const slack_json_t *body)
{
    const char *action = slack_json_str(body, "/response_action");
    sim_view_t *view = sim_view_by_id(&send->sim->workspace.views, send->view_id);
    if (!view) return "closed"; /* meanwhile, by the app */
    if (!body) {
        sim_view_close(&send->sim->workspace.views, view);
        return "closed";
    }
    if (strcmp(action, "errors") == 0)
        return show_errors(send, view, slack_json_get(body, "/errors"));
    if (strcmp(action, "update") == 0) return show_view(send, view, body, false);
    if (strcmp(action, "push") == 0) return show_view(send, view, body, true);
    if (strcmp(action, "clear") != 0)
        return "an answer that Slack refuses: no such response_action";
    sim_view_close_all(&send->sim->workspace.views, send->user);
    return "all closed";
}

/* --- options --- */

static size_t append_options(slack_buf_t *buf, const slack_json_t *options)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(options, &it))
        (void)slack__buf_printf(buf, "%s%s", it.index > 1 ? ", " : "",
                                slack_json_str(it.value, "/text/text"));
    return slack_json_count(options, "");
}

const char *sim_outcome_options(sim_send_t *send, const slack_json_t *body)
{
    const slack_json_t *options = slack_json_get(body, "/options");
    const slack_json_t *groups = slack_json_get(body, "/option_groups");
    slack_json_iter_t it = {0};
    slack_buf_t buf;
    if (!options && !groups)
        return "an answer that Slack refuses: neither options nor option_groups";
    if (slack_json_count(options, "") > OPTIONS_MAX || slack_json_count(groups, "") > OPTIONS_MAX)
        return "an answer that Slack refuses: more than 100 options";
    slack__buf_init(&buf, WORDS_MAX);
    size_t count = append_options(&buf, options);
    while (slack_json_next(groups, &it)) {
        (void)slack__buf_printf(&buf, "%s%s: ", it.index > 1 ? "; " : "",
                                slack_json_str(it.value, "/label/text"));
        count += append_options(&buf, slack_json_get(it.value, "/options"));
    }
    const char *text =
        count > 0 && buf.len > 0 ? words(send, "%s", slack__buf_ptr(&buf)) : "no options";
    slack__buf_done(&buf);
    return text;
}
