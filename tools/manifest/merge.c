/* SPDX-License-Identifier: MIT */
#include "manifest/merge.h"

#include <string.h>

/* --- rules --- */

enum rule_kind {
    TAKE,    /* the code's value */
    RAISE,   /* the code's value, if it is true */
    NAMES,   /* a list of strings */
    OBJECTS, /* a list of objects, which `detail` names */
    MEMBERS, /* an object whose members are the elements of a list */
    ADD,     /* a list of strings, of which none is spare */
    UNLESS,  /* the code's value, unless there is the member `detail` beside it */
    NAMED,   /* the code's value, unless it is `detail`: then the code leaves the choice */
};

#define UNKNOWN(set) offsetof(manifest_needs_t, set)

static const struct rule {
    const char *path;
    enum rule_kind kind;
    const char *detail;
    size_t names; /* where the set of the needs is */
} rules[] = {
    {"/features/slash_commands", OBJECTS, "command", UNKNOWN(commands)},
    {"/features/slash_commands/…/url", TAKE, NULL, 0},
    {"/features/shortcuts", OBJECTS, "callback_id", UNKNOWN(global_shortcuts)},
    {"/features/shortcuts/…/type", NAMED, "global", 0},
    {"/features/app_home/home_tab_enabled", RAISE, NULL, 0},
    {"/features/app_home/messages_tab_enabled", RAISE, NULL, 0},
    {"/features/assistant_view", UNLESS, "agent_view", 0},
    {"/features/agent_view", UNLESS, "assistant_view", 0},
    {"/functions", MEMBERS, NULL, UNKNOWN(functions)},
    {"/oauth_config/redirect_urls", ADD, NULL, 0},
    {"/oauth_config/scopes/bot", NAMES, NULL, UNKNOWN(scopes)},
    {"/oauth_config/scopes/user", NAMES, NULL, UNKNOWN(user_scopes)},
    {"/settings/event_subscriptions/request_url", TAKE, NULL, 0},
    {"/settings/event_subscriptions/bot_events", NAMES, NULL, UNKNOWN(events)},
    {"/settings/interactivity/is_enabled", RAISE, NULL, 0},
    {"/settings/interactivity/request_url", TAKE, NULL, 0},
    {"/settings/interactivity/message_menu_options_url", TAKE, NULL, 0},
    {"/settings/socket_mode_enabled", TAKE, NULL, 0},
    {"/settings/token_rotation_enabled", RAISE, NULL, 0},
    {"/settings/org_deploy_enabled", RAISE, NULL, 0},
    {"/settings/function_runtime", TAKE, NULL, 0},
};

static const struct rule *rule_of(const char *path)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].path, path) == 0) return &rules[i];
    return NULL;
}

static bool is_list(const struct rule *rule)
{
    return rule && (rule->kind == NAMES || rule->kind == OBJECTS || rule->kind == MEMBERS ||
                    rule->kind == ADD);
}

/* Whether one of these lists is there, or below. */
static bool has_list(const char *path)
{
    const size_t len = strlen(path);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (is_list(&rules[i]) && strncmp(rules[i].path, path, len) == 0 &&
            (rules[i].path[len] == '\0' || rules[i].path[len] == '/'))
            return true;
    return false;
}

/* --- differences --- */

static void report(const manifest_merging_t *m, const manifest_difference_t *difference)
{
    if (m->fn && m->json->rc == 0) m->fn(difference, m->data);
}

/* The library itself takes these events, by its configuration, which this shell may not have. */
static bool is_librarys(const char *event)
{
    return strcmp(event, "app_uninstalled") == 0 || strcmp(event, "tokens_revoked") == 0;
}

static bool is_spare(const manifest_merging_t *m, const struct rule *rule, const char *name)
{
    if (rule->kind == ADD || is_librarys(name)) return false;
    const manifest_names_t *names =
        (const manifest_names_t *)(const void *)((const char *)m->needs + rule->names);
    const bool shortcuts = names == &m->needs->global_shortcuts;
    return !names->unknown && !(shortcuts && m->needs->message_shortcuts.unknown);
}

/* False and empty values are what Slack takes for a missing member. */
static bool is_default(const slack_json_t *value)
{
    const enum slack_json_type type = slack_json_type(value);
    if (type == SLACK_JSON_BOOL) return !slack_json_bool(value, "");
    return (type == SLACK_JSON_OBJECT || type == SLACK_JSON_ARRAY) &&
           slack_json_count(value, "") == 0;
}

/* --- the walk --- */

/* `element` names the element of a list in which a value lies; "": in none. */
static const slack_json_t *merge(const manifest_merging_t *m, const char *path, const char *element,
                                 const slack_json_t *made, const slack_json_t *given);

static const char *join(const manifest_merging_t *m, const char *path, const char *name)
{
    const char *joined = slack__arena_printf(m->json->arena, "%s/%s", path, name);
    if (!joined && m->json->rc == 0) m->json->rc = SLACK_ENOMEM;
    return joined ? joined : "";
}

/* A member of an object by its plain name, which is no JSON pointer. */
static const slack_json_t *member(const slack_json_t *object, const char *name)
{
    slack_json_iter_t it = {0};
    if (slack_json_type(object) != SLACK_JSON_OBJECT) return NULL;
    while (slack_json_next(object, &it))
        if (strcmp(it.key, name) == 0) return it.value;
    return NULL;
}

static const char *name_of(const struct rule *rule, const slack_json_iter_t *at)
{
    if (rule->kind == MEMBERS) return at->key;
    const slack_json_t *name = rule->kind == OBJECTS ? member(at->value, rule->detail) : at->value;
    return slack_json_type(name) == SLACK_JSON_STRING ? slack_json_str(name, "") : "";
}

static const slack_json_t *find(const struct rule *rule, const slack_json_t *list, const char *name)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(list, &it))
        if (strcmp(name_of(rule, &it), name) == 0) return it.value;
    return NULL;
}

static void keep(const manifest_merging_t *m, const struct rule *rule, sim_list_t *list,
                 const char *name, const slack_json_t *value)
{
    if (rule->kind == MEMBERS)
        sim_list_put(m->json, list, name, value);
    else
        sim_list_add(m->json, list, value);
}

static const slack_json_t *merge_list(const manifest_merging_t *m, const struct rule *rule,
                                      const slack_json_t *made, const slack_json_t *given)
{
    const char *path = rule->path, *inner = join(m, path, "…");
    sim_list_t list;
    slack_json_iter_t it = {0};
    sim_list_begin(m->json, &list, rule->kind == MEMBERS ? '{' : '[');
    while (slack_json_next(given, &it)) {
        const char *name = name_of(rule, &it);
        const slack_json_t *other = find(rule, made, name);
        if (!other && is_spare(m, rule, name)) {
            report(m, &(manifest_difference_t){MANIFEST_SPARE, path, name, NULL, it.value});
            if (m->prune) continue;
        }
        keep(m, rule, &list, name, other ? merge(m, inner, name, other, it.value) : it.value);
    }
    it = (slack_json_iter_t){0};
    while (slack_json_next(made, &it)) {
        const char *name = name_of(rule, &it);
        if (find(rule, given, name)) continue;
        report(m, &(manifest_difference_t){MANIFEST_MISSING, path, name, it.value, NULL});
        keep(m, rule, &list, name, it.value);
    }
    return sim_list_end(m->json, &list);
}

static const slack_json_t *merge_object(const manifest_merging_t *m, const char *path,
                                        const char *element, const slack_json_t *made,
                                        const slack_json_t *given)
{
    sim_list_t list;
    slack_json_iter_t it = {0};
    sim_list_begin(m->json, &list, '{');
    while (slack_json_next(given, &it)) {
        const char *inner = join(m, path, it.key);
        const slack_json_t *other = member(made, it.key);
        /* A list that the code leaves out, with what it lies in, is an empty one: its elements may
         * be spare. */
        const slack_json_t *value =
            other || has_list(inner) ? merge(m, inner, element, other, it.value) : it.value;
        sim_list_put(m->json, &list, it.key, value);
    }
    it = (slack_json_iter_t){0};
    while (slack_json_next(made, &it)) {
        if (member(given, it.key)) continue;
        const char *inner = join(m, path, it.key);
        const struct rule *rule = rule_of(inner);
        if (rule && rule->kind == UNLESS && member(given, rule->detail)) continue;
        sim_list_put(m->json, &list, it.key, merge(m, inner, element, it.value, NULL));
    }
    return sim_list_end(m->json, &list);
}

/* Not both are NULL. A value of another type than the code's is replaced, if a rule decides on it.
 */
static const slack_json_t *merge(const manifest_merging_t *m, const char *path, const char *element,
                                 const slack_json_t *made, const slack_json_t *given)
{
    const struct rule *rule = rule_of(path);
    const enum slack_json_type list =
        rule && rule->kind == MEMBERS ? SLACK_JSON_OBJECT : SLACK_JSON_ARRAY;
    if (m->json->rc != 0) return NULL;
    if (is_list(rule) && (!given || slack_json_type(given) == list))
        return merge_list(m, rule, made, given);
    if (!made && has_list(path) && slack_json_type(given) == SLACK_JSON_OBJECT)
        return merge_object(m, path, element, NULL, given);
    if (!made) return given;
    const bool object = slack_json_type(made) == SLACK_JSON_OBJECT;
    if (object && slack_json_count(made, "") > 0 &&
        (!given || slack_json_type(given) == SLACK_JSON_OBJECT))
        return merge_object(m, path, element, made, given);
    if (!given) {
        if (!is_default(made))
            report(m, &(manifest_difference_t){MANIFEST_MISSING, path, element, made, NULL});
        return made;
    }
    const bool decides =
        is_list(rule) || object ||
        (rule && (rule->kind == TAKE || (rule->kind == RAISE && slack_json_bool(made, "")) ||
                  (rule->kind == NAMED && strcmp(slack_json_str(made, ""), rule->detail) != 0)));
    if (!decides || slack__json_equal(made, given)) return given;
    report(m, &(manifest_difference_t){MANIFEST_OTHER, path, element, made, given});
    return made;
}

const slack_json_t *manifest_merge(const manifest_merging_t *merging, const slack_json_t *made,
                                   const slack_json_t *given)
{
    return merge(merging, "", "", made, given);
}

/* --- scopes --- */

static const char *words_of(slack_arena_t *arena, const slack_json_t *list)
{
    const char *words = "";
    slack_json_iter_t it = {0};
    while (words && slack_json_next(list, &it))
        words = slack__arena_printf(arena, "%s%s%s", words, *words ? " " : "",
                                    slack_json_str(it.value, ""));
    return words;
}

bool manifest_scopes_of(slack_arena_t *arena, const slack_json_t *manifest, manifest_scopes_t *ret)
{
    ret->bot = words_of(arena, slack_json_get(manifest, "/oauth_config/scopes/bot"));
    ret->user = words_of(arena, slack_json_get(manifest, "/oauth_config/scopes/user"));
    return ret->bot && ret->user;
}
