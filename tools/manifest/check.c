/* SPDX-License-Identifier: MIT */
#include "manifest/check.h"

#include <string.h>

static void add(manifest_findings_t *f, enum manifest_severity severity, const char *path,
                const char *sentence, const char *cure)
{
    if (f->rc != 0) return;
    if (f->count == f->room) {
        const size_t room = f->room ? 2 * f->room : 16;
        manifest_finding_t *list =
            slack__arena_realloc(f->arena, f->list, f->room * sizeof *list, room * sizeof *list);
        if (list) f->list = list;
        if (list) f->room = room;
    }
    if (f->count == f->room || !sentence || !cure) {
        f->rc = SLACK_ENOMEM;
        return;
    }
    f->list[f->count++] = (manifest_finding_t){severity, path, sentence, cure};
}

/* The lists of names: what one of them is called, and what its cure says. */
static const struct list {
    const char *path, *word;
    size_t names[2]; /* the sets of the needs */
} lists[] = {
    {"/oauth_config/scopes/bot", "scope", {offsetof(manifest_needs_t, scopes)}},
    {"/oauth_config/scopes/user", "user scope", {offsetof(manifest_needs_t, user_scopes)}},
    {"/settings/event_subscriptions/bot_events", "event", {offsetof(manifest_needs_t, events)}},
    {"/features/slash_commands", "command", {offsetof(manifest_needs_t, commands)}},
    {"/features/shortcuts",
     "shortcut",
     {offsetof(manifest_needs_t, global_shortcuts), offsetof(manifest_needs_t, message_shortcuts)}},
    {"/functions", "workflow step", {offsetof(manifest_needs_t, functions)}},
};

static const struct list *list_of(const char *path)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].path, path) == 0) return &lists[i];
    return NULL;
}

static const manifest_reason_t *reason_of(const manifest_needs_t *needs, const struct list *list,
                                          const char *name)
{
    const manifest_reason_t *reason = NULL;
    for (size_t i = 0; !reason && i < 2; i++)
        if (i == 0 || list->names[i] > 0)
            reason = manifest_names_find(
                (const manifest_names_t *)(const void *)((const char *)needs + list->names[i]),
                slack__slice(name));
    return reason;
}

/* "The listener greet", "The event app_mention", "The call users.info" */
static const char *who(slack_arena_t *arena, const manifest_reason_t *reason)
{
    return reason ? slack__arena_printf(arena, "The %s %s", reason->kind, reason->who) : "The app";
}

static void add_name(manifest_findings_t *f, const manifest_difference_t *d,
                     const struct list *list)
{
    slack_arena_t *arena = f->arena;
    if (d->kind == MANIFEST_SPARE) {
        add(f, MANIFEST_WARNING, d->path,
            slack__arena_printf(arena, "Nothing in the program needs the %s %s.", list->word,
                                d->name),
            "Remove it, or let slackapp manifest --merge do that with --prune.");
        return;
    }
    const char *someone = who(arena, reason_of(f->needs, list, d->name));
    const char *sentence =
        strcmp(list->word, "event") == 0
            ? slack__arena_printf(arena, "%s takes %s, and the manifest does not subscribe to it.",
                                  someone, d->name)
            : slack__arena_printf(arena, "%s needs the %s %s, and the manifest lacks it.", someone,
                                  list->word, d->name);
    add(f, MANIFEST_BAD, d->path, someone ? sentence : NULL,
        "Add it, or let slackapp manifest --merge do that.");
}

void manifest_findings_add(const manifest_difference_t *d, void *findings)
{
    manifest_findings_t *f = findings;
    const struct list *list = list_of(d->path);
    if (list) {
        add_name(f, d, list);
        return;
    }
    const char *needed = d->needed ? slack__json_text(f->arena, d->needed, NULL) : "";
    const char *given = d->given ? slack__json_text(f->arena, d->given, NULL) : "";
    const char *of = d->name[0] ? slack__arena_printf(f->arena, " of %s", d->name) : "";
    const char *sentence =
        d->kind == MANIFEST_OTHER
            ? slack__arena_printf(f->arena, "%s%s is %s, and the app needs %s.", d->path, of, given,
                                  needed)
            : slack__arena_printf(f->arena, "%s%s is missing, and the app needs %s.", d->path, of,
                                  needed);
    add(f, MANIFEST_BAD, d->path, needed && given && of ? sentence : NULL,
        "Set it, or let slackapp manifest --merge do that.");
}
