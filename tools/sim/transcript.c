/* SPDX-License-Identifier: MIT */
#include "sim/transcript.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

static const char *const kind_names[] = {
    [SIM_ENTRY_MESSAGE] = "message",   [SIM_ENTRY_COMMAND] = "command",
    [SIM_ENTRY_CLICK] = "click",       [SIM_ENTRY_SHORTCUT] = "shortcut",
    [SIM_ENTRY_OPTIONS] = "options",   [SIM_ENTRY_MODAL] = "modal",
    [SIM_ENTRY_SUBMIT] = "submit",     [SIM_ENTRY_CLOSE] = "close",
    [SIM_ENTRY_HOME] = "home",         [SIM_ENTRY_STEP] = "step",
    [SIM_ENTRY_ITEM] = "item",         [SIM_ENTRY_CHANNEL] = "channel",
    [SIM_ENTRY_SCHEDULE] = "schedule", [SIM_ENTRY_THREAD] = "thread",
    [SIM_ENTRY_EVENT] = "event",       [SIM_ENTRY_STREAM] = "stream",
};

static sim_entry_t *entry_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_entry_t, link);
}

void sim_entries_init(sim_entries_t *entries,
                      void (*complete)(const sim_entry_t *entry, void *user_data), void *user_data)
{
    *entries = (sim_entries_t){.complete = complete, .user_data = user_data};
    slack__link_init(&entries->list);
}

static void entry_remove_oldest(sim_entries_t *entries)
{
    sim_entry_t *entry = entry_at(slack__list_shift(&entries->list));
    entries->count--;
    entries->bytes -= entry->bytes;
    slack__arena_free(entry->arena);
}

void sim_entries_clear(sim_entries_t *entries)
{
    while (entries->count > 0)
        entry_remove_oldest(entries);
}

/* Count what an entry has grown by, and forget the oldest ones beyond the limits. */
static void entry_grown(sim_entries_t *entries, sim_entry_t *entry)
{
    entries->bytes += slack__arena_size(entry->arena) - entry->bytes;
    entry->bytes = slack__arena_size(entry->arena);
    while (entries->list.next != &entry->link &&
           (entries->count > SIM_TRANSCRIPT_MAX || entries->bytes > SIM_TRANSCRIPT_BYTES_MAX))
        entry_remove_oldest(entries);
}

size_t sim_entries_settled(const sim_entries_t *entries)
{
    size_t count = 0;
    for (slack_link_t *link = entries->list.next; link != &entries->list; link = link->next) {
        if (entry_at(link)->pending) break;
        count++;
    }
    return count;
}

static void report_complete(sim_entries_t *entries)
{
    for (slack_link_t *link = entries->list.next; link != &entries->list; link = link->next) {
        const sim_entry_t *entry = entry_at(link);
        if (entry->pending) return;
        if (entry->number <= entries->last_reported) continue;
        entries->last_reported = entry->number;
        entries->complete(entry, entries->user_data);
    }
}

uint64_t sim_transcript_add(const sim_transcript_t *transcript, enum sim_entry_kind kind,
                            bool pending, const char *where, const char *who, const char *format,
                            ...)
{
    sim_entries_t *entries = transcript->entries;
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
    entry->workspace = transcript->workspace;
    entry->number = ++entries->last_number;
    slack__list_push(&entries->list, &entry->link);
    entries->count++;
    entry_grown(entries, entry);
    report_complete(entries);
    return entry->number;

fail:
    slack__arena_free(arena);
    return 0;
}

sim_entry_t *sim_transcript_find(const sim_transcript_t *transcript, uint64_t number)
{
    /* From the newest, which callers ask for most. */
    const slack_link_t *list = &transcript->entries->list;
    for (slack_link_t *link = list->prev; link != list; link = link->prev)
        if (entry_at(link)->number == number) return entry_at(link);
    return NULL;
}

void sim_transcript_outcome(const sim_transcript_t *transcript, uint64_t number, const char *format,
                            ...)
{
    sim_entry_t *entry = sim_transcript_find(transcript, number);
    va_list ap;
    if (!entry || !entry->pending) return;
    va_start(ap, format);
    const char *outcome = slack__arena_vprintf(entry->arena, format, ap);
    va_end(ap);
    entry->outcome = outcome ? outcome : "";
    entry->pending = false;
    report_complete(transcript->entries);
}

void sim_transcript_show(const sim_transcript_t *transcript, uint64_t number, const char *text)
{
    sim_entry_t *entry = sim_transcript_find(transcript, number);
    if (entry) entry->outcome = text;
}

void sim_transcript_detail(const sim_transcript_t *transcript, uint64_t number,
                           const slack_json_t *detail)
{
    sim_entry_t *entry = sim_transcript_find(transcript, number);
    if (!entry) return;
    sim_json_builder_t json = {entry->arena, 0};
    entry->detail = sim_json_copy(&json, detail);
    entry_grown(transcript->entries, entry);
}

const char *sim_entry_line(const sim_entry_t *entry, slack_arena_t *arena)
{
    const char *line = slack__arena_printf(
        arena, "%s%s%s%s%s%s%s%s%s", entry->workspace, *entry->workspace ? "  " : "", entry->where,
        *entry->where ? "  " : "", entry->who, entry->kind == SIM_ENTRY_MESSAGE ? ": " : " ",
        entry->text, *entry->outcome ? " -> " : "", entry->outcome);
    return line ? line : "";
}

const slack_json_t *sim_entry_json(sim_json_builder_t *json, const sim_entry_t *entry)
{
    const slack_json_t *shown =
        sim_json(json,
                 "{number: %llu, kind: %s, workspace?: %s, where: %s, who: %s, text: %s, outcome: "
                 "%s, line: %s}",
                 (unsigned long long)entry->number, kind_names[entry->kind],
                 *entry->workspace ? entry->workspace : NULL, entry->where, entry->who, entry->text,
                 entry->outcome, sim_entry_line(entry, json->arena));
    return entry->detail ? sim_json_merged(json, shown, entry->detail) : shown;
}
