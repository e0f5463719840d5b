/* SPDX-License-Identifier: MIT */
#include "doctor/scopes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest/make.h"

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
        hears = hears || manifest_has_word(granted, slack__slice(kinds[i][0]));
        if (slack__slice_eq(scope, slack__slice(kinds[i][0]))) kind = kinds[i][1];
    }
    return kind && hears && !is_named(description, kind) ? kind : NULL;
}

bool doctor_compare_scopes(const slack_json_t *description, const char *granted,
                           doctor_scopes_t *ret)
{
    slack_buf_t notes;
    const manifest_scopes_t has = {granted, ""};
    manifest_needs_t *needs = malloc(sizeof *needs);
    *ret = (doctor_scopes_t){.compared = false};
    if (!needs) return false;
    slack__buf_init(&notes, (size_t)64 << 10);
    ret->compared = manifest_find_needs(description, &has, needs, &notes) == 0;
    slack__buf_done(&notes);
    ret->calls_declared =
        slack_json_type(slack_json_get(description, "/calls")) == SLACK_JSON_ARRAY;
    for (size_t i = 0; ret->compared && i < needs->scopes.count; i++) {
        const slack_slice_t scope = needs->scopes.list[i];
        const manifest_reason_t *by = &needs->scopes.by[i];
        ret->needed++;
        if (manifest_has_word(granted, scope)) continue;
        /* Without declared calls, chat:write is a guess. */
        if (!ret->calls_declared && slack__slice_eq(scope, SLACK_SLICE("chat:write"))) continue;
        const char *unheard =
            strcmp(by->kind, "event") == 0 ? find_unheard(description, scope, granted) : NULL;
        if (unheard) {
            const size_t len = strlen(ret->unheard);
            snprintf(ret->unheard + len, sizeof ret->unheard - len, "%s%s", len ? ", " : "",
                     unheard);
            continue;
        }
        const size_t len = strlen(ret->missing);
        snprintf(ret->missing + len, sizeof ret->missing - len, "%s%.*s (the %s %.60s)",
                 len ? ", " : "", (int)scope.len, scope.ptr, by->kind, by->who);
        ret->missing_count++;
    }
    free(needs);
    return ret->compared;
}
