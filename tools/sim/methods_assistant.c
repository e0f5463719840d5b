/* SPDX-License-Identifier: MIT */
#include "sim/message_content.h"
#include "sim/methods.h"
#include "sim/transcript_text.h"

#define PROMPTS_MAX 4
#define TEXT_MAX    ((size_t)16 * 1024)

/* The first message of the thread in the arguments. NULL with the answer in *ret_failure. */
static sim_message_t *call_thread(sim_call_t *call, const slack_json_t **ret_failure)
{
    const char *id = sim_call_arg(call, "channel_id"), *ts = sim_call_arg(call, "thread_ts");
    const sim_channel_t *channel =
        *id ? sim_channel_find(&call->services->workspace->channels, id) : NULL;
    if (!*id || !*ts) {
        *ret_failure = sim_call_missing(call, *id ? "thread_ts" : "channel_id");
        return NULL;
    }
    if (!channel || channel->kind != SIM_CHANNEL_IM) {
        *ret_failure = sim_call_error(call, "channel_not_found");
        return NULL;
    }
    sim_message_t *head = sim_message_find(&call->services->workspace->messages, channel, ts);
    if (head && slack_json_get(head->body, "/assistant_app_thread")) return head;
    *ret_failure = sim_call_error(call, "invalid_thread_ts");
    return NULL;
}

/* `shown`: what the page shows from now on. */
static const slack_json_t *thread_changed(sim_call_t *call, const sim_message_t *head,
                                          const slack_json_t *shown, const char *what,
                                          const char *text)
{
    if (call->json->rc == 0)
        call->json->rc = sim_assistants_set(&call->services->workspace->assistants,
                                            head->channel->id, head->ts, shown);
    sim_transcript_add(&call->services->workspace->transcript, SIM_ENTRY_THREAD, false,
                       sim_text_place(call->json->arena, head->channel, true),
                       call->services->team->bot->name, "%s%s%s", what, *text ? ": " : "", text);
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *threads_set_status(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *loading = NULL;
    const char *status = sim_call_arg(call, "status");
    const sim_message_t *head = call_thread(call, &failure);
    if (!head) return failure;
    /* Slack's error for anything but a list of texts is not documented. */
    if (!sim_call_json(call, "loading_messages", &loading) ||
        slack_json_type(loading) != SLACK_JSON_ARRAY || slack__json_depth(loading) > 1)
        loading = sim_json(call->json, "[]");
    const slack_json_t *shown =
        sim_json(call->json, "{status: %s, loading_messages: %p}", status, loading);
    return thread_changed(call, head, shown, *status ? "sets the status" : "takes the status back",
                          status);
}

static const slack_json_t *threads_set_title(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *title = sim_call_arg(call, "title");
    sim_message_t *head = call_thread(call, &failure);
    if (!head) return failure;
    if (!*title) return sim_call_missing(call, "title");
    if (sim_message_edit(&call->services->workspace->messages, head,
                         sim_assistant_content(call->json, title)) != 0)
        return NULL;
    return thread_changed(call, head, sim_json(call->json, "{title: %s}", title), "sets the title",
                          title);
}

static const slack_json_t *threads_set_suggested_prompts(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *prompts = NULL;
    slack_json_iter_t it = {0};
    slack_buf_t buf;
    sim_list_t list;
    const sim_message_t *head = call_thread(call, &failure);
    if (!head) return failure;
    bool read = sim_call_json(call, "prompts", &prompts), complete = true;
    size_t count = slack_json_count(prompts, "");
    if (read && !prompts) return sim_call_missing(call, "prompts");
    if (!read || slack_json_type(prompts) != SLACK_JSON_ARRAY || count == 0 || count > PROMPTS_MAX)
        return sim_call_error_with(call, "invalid_arguments",
                                   "must provide 1 to 4 prompts [json-pointer:/prompts]");
    slack__buf_init(&buf, TEXT_MAX);
    (void)slack__buf_append_slice(&buf, slack__slice(sim_call_arg(call, "title")));
    sim_list_begin(call->json, &list, '[');
    while (slack_json_next(prompts, &it)) {
        const char *title = slack_json_str(it.value, "/title");
        const char *message = slack_json_str(it.value, "/message");
        complete = complete && *title && *message;
        sim_list_add(call->json, &list,
                     sim_json(call->json, "{title: %s, message: %s}", title, message));
        (void)slack__buf_printf(&buf, "%s[%s]", buf.len ? " " : "", title);
    }
    const char *text = slack__arena_strndup(call->json->arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    const slack_json_t *shown =
        sim_json(call->json, "{prompts: %p, prompts_title: %s}", sim_list_end(call->json, &list),
                 sim_call_arg(call, "title"));
    if (!complete)
        return sim_call_error_with(call, "invalid_arguments",
                                   "a prompt needs title and message [json-pointer:/prompts]");
    return text ? thread_changed(call, head, shown, "offers prompts", text) : NULL;
}

const sim_method_t sim_methods_assistant[] = {
    {"assistant.threads.setStatus", SIM_TOKEN_BOT, threads_set_status},
    {"assistant.threads.setTitle", SIM_TOKEN_BOT, threads_set_title},
    {"assistant.threads.setSuggestedPrompts", SIM_TOKEN_BOT, threads_set_suggested_prompts},
    {NULL, 0, NULL},
};
