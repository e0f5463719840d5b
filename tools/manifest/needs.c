/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "manifest/make.h"

/* What is found, and on whose behalf. */
typedef struct finder {
    manifest_needs_t *needs;
    slack_buf_t *notes;
    manifest_scopes_t has;
    manifest_reason_t by;
} finder_t;

static void need_scope(finder_t *f, slack_slice_t scope)
{
    manifest_names_add(&f->needs->scopes, scope, f->by);
}

/* ---- events ---- */

static void need_event(finder_t *f, const char *type)
{
    const char *scopes = manifest_event_scopes(type);
    if (!scopes) return;
    manifest_names_add(&f->needs->events, slack__slice(type), f->by);
    slack_slice_t rest = slack__slice(scopes), scope;
    while (slack__slice_split(&rest, ' ', &scope))
        if (scope.len > 0)
            manifest_names_add(&f->needs->scopes, scope, (manifest_reason_t){"event", type});
}

/* Messages are subscribed by the type of the channel: a listener that names none takes all. */
static void need_messages(finder_t *f, const slack_json_t *where)
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
        if (named[i] || !any) need_event(f, rows[i].type);
    f->needs->messages = f->needs->messages || named[2] || !any;
}

/* A line about what the listener does not tell of that set. */
static int note_unknown(finder_t *f, manifest_names_t *names, const char *sentence)
{
    names->unknown = true;
    return slack__buf_printf(f->notes, "The listener %s %s\n", f->by.who, sentence);
}

static int event_need(finder_t *f, const slack_json_t *listener)
{
    manifest_needs_t *needs = f->needs;
    const char *match = slack_json_str(listener, "/match");
    const bool exact = strcmp(slack_json_str(listener, "/how"), "exact") == 0;
    if (slack_json_bool(listener, "/assistant")) {
        static const char *const types[] = {"assistant_thread_started",
                                            "assistant_thread_context_changed", "message.im"};
        for (size_t i = 0; i < 3; i++)
            need_event(f, types[i]);
        need_scope(f, SLACK_SLICE("assistant:write"));
        needs->assistant = needs->messages = true;
        return 0;
    }
    if (slack_json_bool(listener, "/function")) {
        need_event(f, "function_executed");
        if (!exact || !*match)
            return note_unknown(f, &needs->functions,
                                "takes steps whose callback ids it does not name: add them to "
                                "`functions`.");
        manifest_names_add(&needs->functions, slack__slice(match), f->by);
        return 0;
    }
    if (slack_json_bool(listener, "/message") || (exact && strcmp(match, "message") == 0)) {
        need_messages(f, slack_json_get(listener, "/where"));
        return 0;
    }
    if (!exact || !*match) {
        needs->scopes.unknown = true;
        return note_unknown(f, &needs->events,
                            "names no event: add its events to `bot_events`, and their scopes.");
    }
    if (!manifest_event_scopes(match))
        return slack__buf_printf(f->notes,
                                 "The listener %s takes \"%s\", which is no event that an app "
                                 "can subscribe to.\n",
                                 f->by.who, match);
    need_event(f, match);
    if (strcmp(match, "app_home_opened") == 0) needs->home = true;
    if (strcmp(match, "app_context_changed") == 0) needs->agent = true;
    return 0;
}

/* ---- other kinds ---- */

static int named_need(finder_t *f, const slack_json_t *listener, manifest_names_t *names,
                      const char *sentence)
{
    const char *match = slack_json_str(listener, "/match");
    if (!*match || strcmp(slack_json_str(listener, "/how"), "exact") != 0)
        return note_unknown(f, names, sentence);
    manifest_names_add(names, slack__slice(match), f->by);
    return 0;
}

static int listener_need(finder_t *f, const slack_json_t *listener)
{
    manifest_needs_t *needs = f->needs;
    const char *kind = slack_json_str(listener, "/kind");
    f->by = (manifest_reason_t){"listener", slack_json_str(listener, "/name")};
    if (strcmp(kind, "event") == 0) return event_need(f, listener);
    if (strcmp(kind, "job") == 0 || strcmp(kind, "app_rate_limited") == 0) return 0;
    if (strcmp(kind, "command") == 0 || strcmp(kind, "shortcut") == 0)
        need_scope(f, SLACK_SLICE("commands"));
    if (strcmp(kind, "command") == 0)
        return named_need(f, listener, &needs->commands,
                          "names no command: add those that it takes.");
    needs->interactive = true;
    needs->options = needs->options || strcmp(kind, "options") == 0;
    if (strcmp(kind, "shortcut") != 0) return 0;
    const bool message = strcmp(slack_json_str(listener, "/type"), "message_action") == 0;
    return named_need(f, listener, message ? &needs->message_shortcuts : &needs->global_shortcuts,
                      "names no shortcut: add those that it takes.");
}

/* A method that the token of a bot cannot call takes one of a person. */
static int call_need(finder_t *f, const char *method)
{
    slack_slice_t scopes;
    f->by = (manifest_reason_t){"call", method};
    /* By it the library learns that a person has stopped a stream (docs/guides/streams.md). */
    if (strcmp(method, "chat.startStream") == 0) need_event(f, "agent_session_stopped");
    if (manifest_method_scopes(method, false, &scopes))
        manifest_names_need(&f->needs->scopes, scopes, f->has.bot, f->by);
    else if (manifest_method_scopes(method, true, &scopes))
        manifest_names_need(&f->needs->user_scopes, scopes, f->has.user, f->by);
    else
        return slack__buf_printf(f->notes, "The scopes of the method %s are not known: add them.\n",
                                 method);
    return 0;
}

/* The scopes that a distributed app asks for have to be in its manifest. */
static void option_need(finder_t *f, const slack_json_t *description, const char *pointer,
                        const char *variable, manifest_names_t *names)
{
    slack_slice_t rest = slack__slice(slack_json_str(description, pointer)), scope;
    f->by = (manifest_reason_t){"option", variable};
    while (rest.len > 0 && slack__slice_split(&rest, ',', &scope)) {
        scope = slack__slice_strip(scope);
        if (scope.len > 0) manifest_names_add(names, scope, f->by);
    }
}

/* Messages that were missed are read from the history. */
static void catch_up_need(finder_t *f, const slack_json_t *description)
{
    static const char *const scopes[] = {"channels:history", "channels:read", "groups:history",
                                         "groups:read",      "im:history",    "im:read",
                                         "mpim:history",     "mpim:read"};
    if (!*slack_json_str(description, "/options/catch_up")) return;
    f->by = (manifest_reason_t){"option", "SLACK_CATCH_UP"};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        need_scope(f, slack__slice(scopes[i]));
}

static int calls_need(finder_t *f, const slack_json_t *calls)
{
    slack_json_iter_t it = {0};
    int rc = 0;
    if (slack_json_type(calls) != SLACK_JSON_ARRAY) {
        f->by = (manifest_reason_t){"call", "chat.postMessage"};
        need_scope(f, SLACK_SLICE("chat:write"));
        f->needs->scopes.unknown = f->needs->user_scopes.unknown = true;
        return slack__buf_printf(f->notes, "The program declares no calls, so only chat:write is "
                                           "asked for: see slack_declare_calls().\n");
    }
    while (rc == 0 && slack_json_next(calls, &it))
        rc = call_need(f, slack_json_str(it.value, ""));
    return rc;
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

int manifest_find_needs(const slack_json_t *description, const manifest_scopes_t *has,
                        manifest_needs_t *ret, slack_buf_t *notes)
{
    int rc = 0;
    finder_t f = {ret, notes, has ? *has : (manifest_scopes_t){"", ""}, {"", ""}};
    *ret = (manifest_needs_t){.home = false};
    slack_json_iter_t it = {0};
    while (rc == 0 && slack_json_next(slack_json_get(description, "/listeners"), &it))
        rc = listener_need(&f, it.value);
    if (slack_json_bool(description, "/distributed")) {
        f.by = (manifest_reason_t){"option", "SLACK_CLIENT_ID"};
        need_event(&f, "app_uninstalled");
        need_event(&f, "tokens_revoked");
        option_need(&f, description, "/options/scopes", "SLACK_SCOPES", &ret->scopes);
        option_need(&f, description, "/options/user_scopes", "SLACK_USER_SCOPES",
                    &ret->user_scopes);
    }
    catch_up_need(&f, description);
    if (rc == 0) rc = calls_need(&f, slack_json_get(description, "/calls"));
    /* Slack installs no bot without a scope. */
    if (rc == 0 && ret->scopes.count == 0 && !*f.has.bot) {
        f.by = (manifest_reason_t){"installation", "of a bot"};
        need_scope(&f, SLACK_SLICE("chat:write"));
    }
    const manifest_names_t *sets[] = {
        &ret->events,    &ret->scopes,           &ret->user_scopes,       &ret->commands,
        &ret->functions, &ret->global_shortcuts, &ret->message_shortcuts,
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (sets[i]->full) rc = SLACK_ETOOBIG;
    return rc ? rc : check_limits(ret, notes);
}
