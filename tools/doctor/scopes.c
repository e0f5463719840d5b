/* SPDX-License-Identifier: MIT */
#include "doctor/scopes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest/make.h"

static bool has_name(const char *names, slack_slice_t name)
{
    while (*names) {
        const size_t len = strcspn(names, ", ");
        if (slack__slice_eq((slack_slice_t){names, len}, name)) return true;
        names += len + strspn(names + len, ", ");
    }
    return false;
}

/* Whether one of the scopes of a call, which blanks separate, is granted. */
static bool has_one_of(const char *granted, slack_slice_t any)
{
    slack_slice_t scope;
    while (slack__slice_split(&any, ' ', &scope))
        if (has_name(granted, scope)) return true;
    return false;
}

static bool contains(slack_slice_t any, slack_slice_t scope)
{
    slack_slice_t one;
    while (slack__slice_split(&any, ' ', &one))
        if (slack__slice_eq(one, scope)) return true;
    return false;
}

/* Whether a message listener names the kind of channel whose messages the scope is for. One that
 * names none takes all that the app is subscribed to. */
static bool is_named(const slack_json_t *description, const char *word)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(description, "/listeners"), &it)) {
        slack_json_iter_t where = {0};
        while (slack_json_next(slack_json_get(it.value, "/where"), &where))
            if (strcmp(slack_json_str(where.value, ""), word) == 0) return true;
        if (strcmp(word, "im") == 0 && slack_json_bool(it.value, "/assistant")) return true;
    }
    return false;
}

/* The kind of channel whose messages the bot does not get without this scope, though it works:
 * "im". NULL: the scope is needed. */
static const char *find_unheard(const slack_json_t *description, slack_slice_t scope,
                                const char *granted)
{
    static const char *const kinds[][2] = {{"channels:history", "channel"},
                                           {"groups:history", "group"},
                                           {"im:history", "im"},
                                           {"mpim:history", "mpim"}};
    const char *kind = NULL;
    bool hears = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        hears = hears || has_name(granted, slack__slice(kinds[i][0]));
        if (slack__slice_eq(scope, slack__slice(kinds[i][0]))) kind = kinds[i][1];
    }
    return kind && hears && !is_named(description, kind) ? kind : NULL;
}

/* Why a scope is needed: the first event or call. False: another scope that is granted suffices. */
static bool find_reason(const slack_json_t *description, const manifest_needs_t *needs,
                        slack_slice_t scope, const char *granted, char ret[80])
{
    snprintf(ret, 80, "listeners");
    if (slack__slice_eq(scope, SLACK_SLICE("commands")))
        snprintf(ret, 80, "commands and shortcuts");
    for (size_t i = 0; i < needs->events.count; i++) {
        const slack_slice_t event = needs->events.list[i];
        char type[64];
        snprintf(type, sizeof type, "%.*s", (int)event.len, event.ptr);
        const char *scopes = manifest_event_scopes(type);
        if (!scopes || !has_name(scopes, scope)) continue;
        snprintf(ret, 80, "the event %.60s", type);
        return true;
    }
    slack_json_iter_t it = {0};
    bool otherwise = false;
    while (slack_json_next(slack_json_get(description, "/calls"), &it)) {
        slack_slice_t any;
        const char *method = slack_json_str(it.value, "");
        if (!manifest_method_scopes(method, false, &any) || !contains(any, scope)) continue;
        otherwise = has_one_of(granted, any);
        snprintf(ret, 80, "%.60s", method);
        if (!otherwise) return true;
    }
    return !otherwise;
}

bool doctor_compare_scopes(const slack_json_t *description, const char *granted,
                           doctor_scopes_t *ret)
{
    slack_buf_t notes;
    manifest_needs_t *needs = malloc(sizeof *needs);
    *ret = (doctor_scopes_t){.compared = false};
    if (!needs) return false;
    slack__buf_init(&notes, (size_t)64 << 10);
    ret->compared = manifest_find_needs(description, needs, &notes) == 0;
    slack__buf_done(&notes);
    ret->calls_declared =
        slack_json_type(slack_json_get(description, "/calls")) == SLACK_JSON_ARRAY;
    for (size_t i = 0; ret->compared && i < needs->scopes.count; i++) {
        const slack_slice_t scope = needs->scopes.list[i];
        char reason[80];
        ret->needed++;
        if (has_name(granted, scope)) continue;
        /* Without declared calls, chat:write is a guess. */
        if (!ret->calls_declared && slack__slice_eq(scope, SLACK_SLICE("chat:write"))) continue;
        if (!find_reason(description, needs, scope, granted, reason)) continue;
        const char *unheard = strncmp(reason, "the event message.", 18) == 0
                                  ? find_unheard(description, scope, granted)
                                  : NULL;
        if (unheard) {
            const size_t len = strlen(ret->unheard);
            snprintf(ret->unheard + len, sizeof ret->unheard - len, "%s%s", len ? ", " : "",
                     unheard);
            continue;
        }
        const size_t len = strlen(ret->missing);
        snprintf(ret->missing + len, sizeof ret->missing - len, "%s%.*s (%s)", len ? ", " : "",
                 (int)scope.len, scope.ptr, reason);
        ret->missing_count++;
    }
    free(needs);
    return ret->compared;
}
