/* SPDX-License-Identifier: MIT */
#include "sim/transcript.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

static const char *const kind_names[] = {
    [SIM_SAID] = "message",      [SIM_COMMAND] = "command", [SIM_CLICKED] = "click",
    [SIM_SHORTCUT] = "shortcut", [SIM_TYPED] = "options",   [SIM_MODAL] = "modal",
    [SIM_SUBMITTED] = "submit",  [SIM_CLOSED] = "close",    [SIM_HOME] = "home",
    [SIM_STEP] = "step",         [SIM_THREAD] = "thread",   [SIM_EVENT] = "event",
};

static sim_entry_t *entry_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_entry_t, link);
}

void sim_transcript_init(sim_transcript_t *transcript)
{
    memset(transcript, 0, sizeof *transcript);
    slack__link_init(&transcript->entries);
}

static void remove_oldest(sim_transcript_t *transcript)
{
    sim_entry_t *entry = entry_at(slack__list_shift(&transcript->entries));
    transcript->count--;
    slack__arena_free(entry->arena);
}

void sim_transcript_clear(sim_transcript_t *transcript)
{
    while (transcript->count > 0)
        remove_oldest(transcript);
}

/* Tell of what is complete now, in order. */
static void tell(sim_transcript_t *transcript)
{
    for (slack_link_t *link = transcript->entries.next; link != &transcript->entries;
         link = link->next) {
        const sim_entry_t *entry = entry_at(link);
        if (entry->pending) return;
        if (entry->number <= transcript->last_told) continue;
        transcript->last_told = entry->number;
        if (transcript->complete) transcript->complete(entry, transcript->user_data);
    }
}

uint64_t sim_transcript_add(sim_transcript_t *transcript, enum sim_entry_kind kind, bool pending,
                            const char *where, const char *who, const char *format, ...)
{
    slack_arena_t *arena = slack__arena_new(512, 0);
    sim_entry_t *entry = arena ? slack__arena_calloc(arena, sizeof *entry) : NULL;
    va_list ap;
    if (!entry) goto fail;
    va_start(ap, format);
    entry->text = slack__arena_vprintf(arena, format, ap);
    va_end(ap);
    entry->where = slack__arena_strdup(arena, where);
    entry->who = slack__arena_strdup(arena, who);
    if (!entry->text || !entry->where || !entry->who) goto fail;
    entry->arena = arena;
    entry->kind = kind;
    entry->pending = pending;
    entry->outcome = "";
    entry->number = ++transcript->last_number;
    if (transcript->count == SIM_TRANSCRIPT_MAX) remove_oldest(transcript);
    slack__list_push(&transcript->entries, &entry->link);
    transcript->count++;
    tell(transcript);
    return entry->number;

fail:
    slack__arena_free(arena);
    return 0;
}

sim_entry_t *sim_transcript_find(const sim_transcript_t *transcript, uint64_t number)
{
    /* From the newest: that is what is asked for. */
    for (slack_link_t *link = transcript->entries.prev; link != &transcript->entries;
         link = link->prev)
        if (entry_at(link)->number == number) return entry_at(link);
    return NULL;
}

void sim_transcript_outcome(sim_transcript_t *transcript, uint64_t number, const char *format, ...)
{
    sim_entry_t *entry = sim_transcript_find(transcript, number);
    va_list ap;
    if (!entry || !entry->pending) return;
    va_start(ap, format);
    const char *outcome = slack__arena_vprintf(entry->arena, format, ap);
    va_end(ap);
    entry->outcome = outcome ? outcome : "";
    entry->pending = false;
    tell(transcript);
}

size_t sim_transcript_settled(const sim_transcript_t *transcript)
{
    size_t count = 0;
    for (slack_link_t *link = transcript->entries.next; link != &transcript->entries;
         link = link->next) {
        if (entry_at(link)->pending) break;
        count++;
    }
    return count;
}

const char *sim_entry_line(const sim_entry_t *entry, slack_arena_t *arena)
{
    const char *line =
        slack__arena_printf(arena, "%s%s%s%s%s%s%s", entry->where, *entry->where ? "  " : "",
                            entry->who, entry->kind == SIM_SAID ? ": " : " ", entry->text,
                            *entry->outcome ? " -> " : "", entry->outcome);
    return line ? line : "";
}

const slack_json_t *sim_entry_json(sim_json_builder_t *json, const sim_entry_t *entry)
{
    return sim_json(json,
                    "{number: %llu, kind: %s, where: %s, who: %s, text: %s, outcome: %s, line: %s}",
                    (unsigned long long)entry->number, kind_names[entry->kind], entry->where,
                    entry->who, entry->text, entry->outcome, sim_entry_line(entry, json->arena));
}

/* --- words --- */

/* Words grow here, and a failure shows at the end. */
#define WORDS_MAX ((size_t)64 * 1024)

static const char *words_end(slack_buf_t *buf, slack_arena_t *arena)
{
    const char *words = buf->len ? slack__arena_strndup(arena, slack__buf_ptr(buf), buf->len) : "";
    slack__buf_done(buf);
    return words ? words : "";
}

const char *sim_words_place(slack_arena_t *arena, const sim_channel_t *channel, bool thread)
{
    const char *words =
        slack__arena_printf(arena, "%s%s%s", channel->kind == SIM_CHANNEL_IM ? "DM with " : "#",
                            channel->name, thread ? " (thread)" : "");
    return words ? words : "";
}

/* What stands between '<' and '>': a mention, a channel, a link. */
static void append_reference(slack_buf_t *buf, slack_slice_t inside)
{
    char id[SIM_ID_SIZE];
    const char *bar = memchr(inside.ptr, '|', inside.len);
    size_t len = bar ? (size_t)(bar - inside.ptr) : inside.len;
    if (inside.len == 0) return;
    snprintf(id, sizeof id, "%.*s", (int)(len > 0 && len < sizeof id ? len - 1 : 0),
             inside.ptr + 1);
    const sim_user_t *user = inside.ptr[0] == '@' ? sim_user_by_id(id) : NULL;
    const sim_channel_t *channel = inside.ptr[0] == '#' ? sim_channel_find(id) : NULL;
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

static void append_text(slack_buf_t *buf, const char *text)
{
    static const struct {
        const char *escaped;
        char plain;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    while (*text) {
        const char *end = *text == '<' ? strchr(text, '>') : NULL;
        if (end) {
            append_reference(buf, (slack_slice_t){text + 1, (size_t)(end - text - 1)});
            text = end + 1;
            continue;
        }
        char c = *text == '\n' ? ' ' : *text;
        size_t len = 1;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
            size_t escaped = strlen(entities[i].escaped);
            if (strncmp(text, entities[i].escaped, escaped) != 0) continue;
            c = entities[i].plain;
            len = escaped;
        }
        (void)slack__buf_append_char(buf, c);
        text += len;
    }
}

const char *sim_words_text(slack_arena_t *arena, const char *text)
{
    slack_buf_t buf;
    slack__buf_init(&buf, WORDS_MAX);
    append_text(&buf, text);
    return words_end(&buf, arena);
}

/* The text of the blocks themselves, where a message has no text beside them. */
static void append_block_texts(slack_buf_t *buf, const slack_json_t *blocks)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(blocks, &it)) {
        const char *text = slack_json_str(it.value, "/text/text");
        if (!*text) text = slack_json_str(it.value, "/text");
        if (!*text) continue;
        if (buf->len > 0) (void)slack__buf_append_char(buf, ' ');
        append_text(buf, text);
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

const char *sim_words_message(slack_arena_t *arena, const slack_json_t *body)
{
    slack_buf_t buf;
    const slack_json_t *blocks = slack_json_get(body, "/blocks");
    slack__buf_init(&buf, WORDS_MAX);
    append_text(&buf, slack_json_str(body, "/text"));
    if (buf.len == 0) append_block_texts(&buf, blocks);
    append_elements(&buf, blocks);
    if (buf.len == 0) (void)slack__buf_printf(&buf, "(no text)");
    return words_end(&buf, arena);
}

const char *sim_words_values(slack_arena_t *arena, const slack_json_t *object)
{
    slack_buf_t buf;
    slack_json_iter_t it = {0};
    slack__buf_init(&buf, WORDS_MAX);
    while (slack_json_next(object, &it)) {
        bool string = slack_json_type(it.value) == SLACK_JSON_STRING;
        const char *value =
            string ? slack_json_str(it.value, "") : slack__json_text(arena, it.value, NULL);
        (void)slack__buf_printf(&buf, "%s%s=", it.index > 1 ? ", " : "", it.key);
        append_text(&buf, value ? value : "");
    }
    return words_end(&buf, arena);
}

const char *sim_words_view(slack_arena_t *arena, const slack_json_t *view)
{
    slack_buf_t buf;
    sim_element_iter_t it = {0};
    const char *title = slack_json_str(view, "/title/text");
    slack__buf_init(&buf, WORDS_MAX);
    (void)slack__buf_printf(&buf, "%s", slack_json_str(view, "/callback_id"));
    if (*title) (void)slack__buf_printf(&buf, "%s\"%s\"", buf.len ? " " : "", title);
    while (sim_element_next(slack_json_get(view, "/blocks"), &it)) {
        bool input = strcmp(slack_json_str(it.block, "/type"), "input") == 0;
        (void)slack__buf_printf(&buf, input ? " [%s/%s]" : " [%.0s%s]",
                                slack_json_str(it.block, "/block_id"),
                                slack_json_str(it.element, "/action_id"));
    }
    return words_end(&buf, arena);
}
