/* SPDX-License-Identifier: MIT */
#include "sim/transcript_text.h"

#include <stdio.h>
#include <string.h>

#include "sim/blocks.h"

/* What does not fit is cut, so the results of appends are ignored. */
#define TEXT_MAX ((size_t)64 * 1024)

static const char *buf_end(slack_buf_t *buf, slack_arena_t *arena)
{
    const char *text = buf->len ? slack__arena_strndup(arena, slack__buf_ptr(buf), buf->len) : "";
    slack__buf_done(buf);
    return text ? text : "";
}

const char *sim_text_place(slack_arena_t *arena, const sim_channel_t *channel, bool thread)
{
    const char *text =
        slack__arena_printf(arena, "%s%s%s", channel->creator == NULL ? "DM with " : "#",
                            channel->name, thread ? " (thread)" : "");
    return text ? text : "";
}

/* The inside of <…>: a mention, a channel or a link. */
static void append_reference(slack_buf_t *buf, sim_channels_t *channels, slack_slice_t inside)
{
    char id[SIM_ID_SIZE];
    const char *bar = memchr(inside.ptr, '|', inside.len);
    size_t len = bar ? (size_t)(bar - inside.ptr) : inside.len;
    if (inside.len == 0) return;
    snprintf(id, sizeof id, "%.*s", (int)(len > 0 && len < sizeof id ? len - 1 : 0),
             inside.ptr + 1);
    const sim_user_t *user = inside.ptr[0] == '@' ? sim_user_by_id(channels->users, id) : NULL;
    const sim_channel_t *channel = inside.ptr[0] == '#' ? sim_channel_find(channels, id) : NULL;
    if (user) {
        (void)slack__buf_printf(buf, "@%s", user->name);
    } else if (channel) {
        (void)slack__buf_printf(buf, "#%s", channel->name);
    } else if (inside.ptr[0] == '!') {
        (void)slack__buf_printf(buf, "@%.*s", (int)len - 1, inside.ptr + 1);
    } else if (bar) {
        (void)slack__buf_append(buf, bar + 1, inside.len - len - 1);
    } else {
        (void)slack__buf_append_slice(buf, inside);
    }
}

static void append_text(slack_buf_t *buf, sim_channels_t *channels, const char *text)
{
    while (*text) {
        const char *end = *text == '<' ? strchr(text, '>') : NULL;
        if (end) {
            append_reference(buf, channels, (slack_slice_t){text + 1, (size_t)(end - text - 1)});
            text = end + 1;
            continue;
        }
        (void)slack__buf_append_char(buf, *text == '\n' ? ' ' : *text);
        text++;
    }
}

const char *sim_text_plain(slack_arena_t *arena, sim_channels_t *channels, const char *text)
{
    slack_buf_t buf;
    slack__buf_init(&buf, TEXT_MAX);
    append_text(&buf, channels, text);
    return buf_end(&buf, arena);
}

static void append_block_texts(slack_buf_t *buf, sim_channels_t *channels,
                               const slack_json_t *blocks)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(blocks, &it)) {
        const char *text = slack_json_str(it.value, "/text/text");
        if (!*text) text = slack_json_str(it.value, "/text");
        if (!*text) continue;
        if (buf->len > 0) (void)slack__buf_append_char(buf, ' ');
        append_text(buf, channels, text);
    }
}

static void append_elements(slack_buf_t *buf, const slack_json_t *blocks)
{
    sim_element_iter_t it = {0};
    while (sim_element_next(blocks, &it)) {
        const char *label = slack_json_str(it.element, "/text/text");
        if (!*label) label = slack_json_str(it.element, "/placeholder/text");
        if (!*label) label = slack_json_str(it.element, "/type");
        (void)slack__buf_printf(buf, "%s[%s: %s]", buf->len ? " " : "", label,
                                slack_json_str(it.element, "/action_id"));
    }
}

static void append_tasks(slack_buf_t *buf, const slack_json_t *blocks)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(blocks, &it)) {
        const char *type = slack_json_str(it.value, "/type");
        const char *title = slack_json_str(it.value, "/title"), *space = buf->len ? " " : "";
        if (strcmp(type, "plan") == 0)
            (void)slack__buf_printf(buf, "%s(plan %s)", space, title);
        else if (strcmp(type, "task_card") == 0)
            (void)slack__buf_printf(buf, "%s(task %s: %s)", space, title,
                                    slack_json_str(it.value, "/status"));
    }
}

const char *sim_text_message(slack_arena_t *arena, sim_channels_t *channels,
                             const slack_json_t *body)
{
    slack_buf_t buf;
    const slack_json_t *blocks = slack_json_get(body, "/blocks");
    slack__buf_init(&buf, TEXT_MAX);
    append_text(&buf, channels, slack_json_str(body, "/text"));
    if (buf.len == 0) append_block_texts(&buf, channels, blocks);
    append_elements(&buf, blocks);
    append_tasks(&buf, blocks);
    slack_json_iter_t files = {0};
    while (slack_json_next(slack_json_get(body, "/files"), &files))
        (void)slack__buf_printf(&buf, "%s(file %s)", buf.len ? " " : "",
                                slack_json_str(files.value, "/name"));
    if (buf.len == 0) (void)slack__buf_printf(&buf, "(no text)");
    return buf_end(&buf, arena);
}

const char *sim_text_values(slack_arena_t *arena, sim_channels_t *channels,
                            const slack_json_t *object)
{
    slack_buf_t buf;
    slack_json_iter_t it = {0};
    slack__buf_init(&buf, TEXT_MAX);
    while (slack_json_next(object, &it)) {
        bool string = slack_json_type(it.value) == SLACK_JSON_STRING;
        const char *value =
            string ? slack_json_str(it.value, "") : slack__json_text(arena, it.value, NULL);
        (void)slack__buf_printf(&buf, "%s%s=", it.index > 1 ? ", " : "", it.key);
        append_text(&buf, channels, value ? value : "");
    }
    return buf_end(&buf, arena);
}

const char *sim_text_view(slack_arena_t *arena, const slack_json_t *view)
{
    slack_buf_t buf;
    sim_element_iter_t it = {0};
    const char *title = slack_json_str(view, "/title/text");
    slack__buf_init(&buf, TEXT_MAX);
    (void)slack__buf_printf(&buf, "%s", slack_json_str(view, "/callback_id"));
    if (*title) (void)slack__buf_printf(&buf, "%s\"%s\"", buf.len ? " " : "", title);
    while (sim_element_next(slack_json_get(view, "/blocks"), &it)) {
        bool input = strcmp(slack_json_str(it.block, "/type"), "input") == 0;
        (void)slack__buf_printf(&buf, input ? " [%s/%s]" : " [%.0s%s]",
                                slack_json_str(it.block, "/block_id"),
                                slack_json_str(it.element, "/action_id"));
    }
    return buf_end(&buf, arena);
}
