/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "manifest/make.h"

/* ---- events ---- */

static void need_event(manifest_needs_t *needs, const char *type)
{
    const char *scopes = manifest_event_scopes(type);
    if (!scopes) return;
    manifest_names_add(&needs->events, slack__slice(type));
    slack_slice_t rest = slack__slice(scopes), scope;
    while (slack__slice_split(&rest, ' ', &scope))
        if (scope.len > 0) manifest_names_add(&needs->scopes, scope);
}

/* Messages are subscribed by the type of the channel: a listener that names none takes all. */
static void need_messages(manifest_needs_t *needs, const slack_json_t *where)
{
    static const struct {
        const char *word, *type;
    } rows[] = {
        {"channel", "message.channels"},
        {"group", "message.groups"},
        {"im", "message.im"},
        {"mpim", "message.mpim"},
    };
    bool named[4] = {false}, any = false;
    slack_json_iter_t it = {0};
    while (slack_json_next(where, &it))
        for (size_t i = 0; i < 4; i++)
            if (strcmp(slack_json_str(it.value, ""), rows[i].word) == 0) named[i] = any = true;
    for (size_t i = 0; i < 4; i++)
        if (named[i] || !any) need_event(needs, rows[i].type);
    needs->messages = needs->messages || named[2] || !any;
}

static int event_need(const slack_json_t *listener, manifest_needs_t *needs, slack_buf_t *notes)
{
    const char *match = slack_json_str(listener, "/match"),
               *name = slack_json_str(listener, "/name");
    const bool exact = strcmp(slack_json_str(listener, "/how"), "exact") == 0;
    if (slack_json_bool(listener, "/assistant")) {
        static const char *const types[] = {"assistant_thread_started",
                                            "assistant_thread_context_changed", "message.im"};
        for (size_t i = 0; i < 3; i++)
            need_event(needs, types[i]);
        manifest_names_add(&needs->scopes, SLACK_SLICE("assistant:write"));
        needs->assistant = needs->messages = true;
        return 0;
    }
    if (slack_json_bool(listener, "/function")) {
        need_event(needs, "function_executed");
        if (exact && *match) manifest_names_add(&needs->functions, slack__slice(match));
        return exact && *match ? 0
                               : slack__buf_printf(notes,
                                                   "The listener %s takes steps whose callback ids "
                                                   "it does not name: add them to `functions`.\n",
                                                   name);
    }
    if (slack_json_bool(listener, "/message") || (exact && strcmp(match, "message") == 0)) {
        need_messages(needs, slack_json_get(listener, "/where"));
        return 0;
    }
    if (!exact || !*match)
        return slack__buf_printf(notes,
                                 "The listener %s names no event: add its events to `bot_events`, "
                                 "and their scopes.\n",
                                 name);
    if (!manifest_event_scopes(match))
        return slack__buf_printf(notes,
                                 "The listener %s takes \"%s\", which is no event that an app "
                                 "can subscribe to.\n",
                                 name, match);
    need_event(needs, match);
    if (strcmp(match, "app_home_opened") == 0) needs->home = true;
    return 0;
}

/* ---- other kinds ---- */

static int named_need(const slack_json_t *listener, manifest_names_t *names, const char *kind,
                      slack_buf_t *notes)
{
    const char *match = slack_json_str(listener, "/match");
    if (*match && strcmp(slack_json_str(listener, "/how"), "exact") == 0) {
        manifest_names_add(names, slack__slice(match));
        return 0;
    }
    return slack__buf_printf(notes, "The listener %s names no %s: add those that it takes.\n",
                             slack_json_str(listener, "/name"), kind);
}

static int listener_need(const slack_json_t *listener, manifest_needs_t *needs, slack_buf_t *notes)
{
    const char *kind = slack_json_str(listener, "/kind");
    if (strcmp(kind, "event") == 0) return event_need(listener, needs, notes);
    if (strcmp(kind, "job") == 0 || strcmp(kind, "app_rate_limited") == 0) return 0;
    if (strcmp(kind, "command") == 0 || strcmp(kind, "shortcut") == 0)
        manifest_names_add(&needs->scopes, SLACK_SLICE("commands"));
    if (strcmp(kind, "command") == 0)
        return named_need(listener, &needs->commands, "command", notes);
    needs->interactive = true;
    needs->options = needs->options || strcmp(kind, "options") == 0;
    if (strcmp(kind, "shortcut") != 0) return 0;
    const bool message = strcmp(slack_json_str(listener, "/type"), "message_action") == 0;
    return named_need(listener, message ? &needs->message_shortcuts : &needs->global_shortcuts,
                      "shortcut", notes);
}

static int call_need(const char *method, manifest_needs_t *needs, slack_buf_t *notes)
{
    slack_slice_t scopes;
    if (manifest_method_scopes(method, false, &scopes)) {
        manifest_names_need(&needs->scopes, scopes);
        return 0;
    }
    return slack__buf_printf(notes,
                             manifest_method_scopes(method, true, &scopes)
                                 ? "The method %s needs a user's token: add its scopes to "
                                   "`scopes.user`.\n"
                                 : "The scopes of the method %s are not known: add them.\n",
                             method);
}

/* Slack refuses a manifest with more: https://docs.slack.dev/reference/app-manifest */
static int check_limits(const manifest_needs_t *needs, slack_buf_t *notes)
{
    const struct {
        const char *what;
        size_t count, max;
    } limits[] = {
        {"commands", needs->commands.count, 50},
        {"shortcuts", needs->global_shortcuts.count + needs->message_shortcuts.count, 10},
        {"events", needs->events.count, 100},
        {"scopes", needs->scopes.count, 255},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof limits / sizeof *limits; i++)
        if (limits[i].count > limits[i].max)
            rc = slack__buf_printf(notes,
                                   "Slack takes at most %zu %s, and this bot has %zu: remove "
                                   "listeners, or let one of them take several.\n",
                                   limits[i].max, limits[i].what, limits[i].count);
    return rc;
}

int manifest_find_needs(const slack_json_t *description, manifest_needs_t *ret, slack_buf_t *notes)
{
    int rc = 0;
    *ret = (manifest_needs_t){.home = false};
    slack_json_iter_t it = {0};
    while (rc == 0 && slack_json_next(slack_json_get(description, "/listeners"), &it))
        rc = listener_need(it.value, ret, notes);
    if (slack_json_bool(description, "/distributed")) {
        need_event(ret, "app_uninstalled");
        need_event(ret, "tokens_revoked");
    }
    if (*slack_json_str(description, "/options/catch_up")) {
        static const char *const scopes[] = {"channels:history", "channels:read", "groups:history",
                                             "groups:read",      "im:history",    "im:read",
                                             "mpim:history",     "mpim:read"};
        for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
            manifest_names_add(&ret->scopes, slack__slice(scopes[i]));
    }
    const slack_json_t *calls = slack_json_get(description, "/calls");
    if (rc == 0 && slack_json_type(calls) != SLACK_JSON_ARRAY) {
        rc = slack__buf_printf(notes, "The program declares no calls, so only chat:write is asked "
                                      "for: see slack_declare_calls().\n");
        manifest_names_add(&ret->scopes, SLACK_SLICE("chat:write"));
    }
    it = (slack_json_iter_t){0};
    while (rc == 0 && slack_json_next(calls, &it))
        rc = call_need(slack_json_str(it.value, ""), ret, notes);
    const manifest_names_t *sets[] = {&ret->events,           &ret->scopes,
                                      &ret->commands,         &ret->functions,
                                      &ret->global_shortcuts, &ret->message_shortcuts};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (sets[i]->full) rc = SLACK_ETOOBIG;
    return rc ? rc : check_limits(ret, notes);
}
