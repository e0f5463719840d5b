/* SPDX-License-Identifier: MIT */
#include "manifest/scopes.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/methods.h"

static const struct event {
    const char *type, *scopes;
} events[] = {
#define EVENT(type, scopes) {type, scopes},
#include "manifest/events.def"
#undef EVENT
};

static int compare_event(const void *type, const void *event)
{
    return strcmp(type, ((const struct event *)event)->type);
}

const char *manifest_event_scopes(const char *type)
{
    const struct event *event =
        bsearch(type, events, sizeof events / sizeof *events, sizeof *events, compare_event);
    return event ? event->scopes : NULL;
}

/* "a b" is for every token, "bot a b" and "user c" for one kind, "bot a; user b" for either. */
bool manifest_method_scopes(const char *name, bool user, slack_slice_t *ret)
{
    const slack_method_t *method = slack__method(name);
    slack_slice_t rest = slack__slice(method ? method->scopes : ""), part;
    *ret = (slack_slice_t){"", 0};
    if (!method) return false;
    if (rest.len == 0) return true;
    while (slack__slice_split(&rest, ';', &part)) {
        slack_slice_t words = slack__slice_trim(part), first;
        const slack_slice_t all = words;
        slack__slice_split(&words, ' ', &first);
        const bool of_bot = slack__slice_eq(first, SLACK_SLICE("bot"));
        const bool of_user = slack__slice_eq(first, SLACK_SLICE("user"));
        if (user ? of_bot : of_user) continue;
        *ret = of_bot || of_user ? words : all;
        return true;
    }
    return false;
}

static int compare_names(slack_slice_t a, slack_slice_t b)
{
    const int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

/* The place of a name, or the one where it belongs. */
static size_t place_of(const manifest_names_t *names, slack_slice_t name)
{
    size_t i = 0;
    while (i < names->count && compare_names(names->list[i], name) < 0)
        i++;
    return i;
}

const manifest_reason_t *manifest_names_find(const manifest_names_t *names, slack_slice_t name)
{
    const size_t i = place_of(names, name);
    return i < names->count && slack__slice_eq(names->list[i], name) ? &names->by[i] : NULL;
}

void manifest_names_add(manifest_names_t *names, slack_slice_t name, manifest_reason_t by)
{
    const size_t i = place_of(names, name);
    if (i < names->count && slack__slice_eq(names->list[i], name)) return;
    if (names->count == MANIFEST_NAMES_MAX) {
        names->full = true;
        return;
    }
    memmove(names->list + i + 1, names->list + i, (names->count - i) * sizeof *names->list);
    memmove(names->by + i + 1, names->by + i, (names->count - i) * sizeof *names->by);
    names->list[i] = name;
    names->by[i] = by;
    names->count++;
}

bool manifest_has_word(const char *words, slack_slice_t word)
{
    slack_slice_t rest = slack__slice(words);
    while (rest.len > 0) {
        size_t len = strcspn(rest.ptr, ", ");
        if (slack__slice_eq((slack_slice_t){rest.ptr, len}, word)) return true;
        if (len < rest.len) len++;
        rest.ptr += len;
        rest.len -= len;
    }
    return false;
}

void manifest_names_need(manifest_names_t *names, slack_slice_t any, const char *preferred,
                         manifest_reason_t by)
{
    slack_slice_t rest = any, name, chosen = {"", 0};
    bool is_preferred = false;
    while (slack__slice_split(&rest, ' ', &name)) {
        if (name.len == 0) continue;
        if (manifest_names_find(names, name)) return;
        const bool better = !is_preferred && manifest_has_word(preferred, name);
        if (chosen.len == 0 || better) chosen = name;
        is_preferred = is_preferred || better;
    }
    if (chosen.len > 0) manifest_names_add(names, chosen, by);
}
