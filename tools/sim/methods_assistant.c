/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/say.h"
#include "sim/webapi.h"
#include "sim/transcript_text.h"

#define PROMPTS_MAX 4
#define WORDS_MAX   ((size_t)16 * 1024)

/* The first message of the thread that a call is about. NULL with the answer in *ret_failure. */
static sim_message_t *thread_of(sim_call_t *call, const slack_json_t **ret_failure)
{
    const char *id = sim_arg(call, "channel_id"), *ts = sim_arg(call, "thread_ts");
    const sim_channel_t *channel = *id ? sim_channel_find(id) : NULL;
    sim_message_t *head =
        channel ? sim_message_find(&call->sim->workspace.messages, channel, ts) : NULL;
    if (!*id) {
        *ret_failure = sim_fail_missing(call, "channel_id");
    } else if (!*ts) {
        *ret_failure = sim_fail_missing(call, "thread_ts");
    } else if (!channel || channel->kind != SIM_CHANNEL_IM) {
        *ret_failure = sim_fail(call, "channel_not_found");
    } else if (!head || !slack_json_get(head->body, "/assistant_app_thread")) {
        *ret_failure = sim_fail(call, "invalid_thread_ts");
        head = NULL;
    }
    return head;
}

static const slack_json_t *noted(sim_call_t *call, const sim_message_t *head, const char *what,
                                 const char *words)
{
    sim_transcript_add(&call->sim->workspace.transcript, SIM_ENTRY_THREAD, false,
                       sim_text_place(call->json->arena, head->channel, true), sim_user_bot()->name,
                       "%s%s%s", what, *words ? ": " : "", words);
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *set_status(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *status = sim_arg(call, "status");
    const sim_message_t *head = thread_of(call, &failure);
    if (!head) return failure;
    return noted(call, head, *status ? "sets the status" : "takes the status back", status);
}

static const slack_json_t *set_title(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *title = sim_arg(call, "title");
    sim_message_t *head = thread_of(call, &failure);
    if (!head) return failure;
    if (!*title) return sim_fail_missing(call, "title");
    if (sim_message_edit(&call->sim->workspace.messages, head,
                         sim_assistant_content(call->json, title)) != 0)
        return NULL;
    return noted(call, head, "sets the title", title);
}

static const slack_json_t *set_prompts(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *prompts = NULL;
    slack_json_iter_t it = {0};
    slack_buf_t buf;
    const sim_message_t *head = thread_of(call, &failure);
    if (!head) return failure;
    bool read = sim_arg_json(call, "prompts", &prompts), whole = true;
    size_t count = slack_json_count(prompts, "");
    if (read && !prompts) return sim_fail_missing(call, "prompts");
    if (!read || slack_json_type(prompts) != SLACK_JSON_ARRAY || count == 0 || count > PROMPTS_MAX)
        return sim_fail_with(call, "invalid_arguments",
                             "must provide 1 to 4 prompts [json-pointer:/prompts]");
    slack__buf_init(&buf, WORDS_MAX);
    (void)slack__buf_append_slice(&buf, slack__slice(sim_arg(call, "title")));
    while (slack_json_next(prompts, &it)) {
        const char *title = slack_json_str(it.value, "/title");
        whole = whole && *title && *slack_json_str(it.value, "/message");
        (void)slack__buf_printf(&buf, "%s[%s]", buf.len ? " " : "", title);
    }
    const char *words = slack__arena_strndup(call->json->arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    if (!whole)
        return sim_fail_with(call, "invalid_arguments",
                             "a prompt needs title and message [json-pointer:/prompts]");
    return words ? noted(call, head, "offers prompts", words) : NULL;
}

const sim_method_t sim_methods_assistant[] = {
    {"assistant.threads.setStatus", SIM_TOKEN_BOT, set_status},
    {"assistant.threads.setTitle", SIM_TOKEN_BOT, set_title},
    {"assistant.threads.setSuggestedPrompts", SIM_TOKEN_BOT, set_prompts},
    {NULL, 0, NULL},
};
