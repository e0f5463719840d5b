/* SPDX-License-Identifier: MIT */
#include "core/routes.h"

#include <stdio.h>
#include <string.h>

#include "core/lookup.h"
#include "util/alloc.h"
#include "util/map.h"

#define ROUTES_MAX 100000

struct bucket {
    slack_route_t *first, *last;
};

struct slack_routes {
    slack_map_t *exact; /* kind byte + selector -> struct bucket */
    struct bucket any[SLACK_KIND_APP_RATE_LIMITED + 1];
    unsigned count;
};

/* The subtypes of messages that carry what somebody said (as Bolt for Python has it). */
static const char *const spoken_subtypes[] = {"bot_message", "file_share", "thread_broadcast"};

slack_routes_t *slack__routes_new(void)
{
    slack_routes_t *routes = slack__calloc(1, sizeof *routes);
    if (routes == NULL) return NULL;
    routes->exact = slack__map_new(ROUTES_MAX);
    if (routes->exact == NULL) {
        slack__free(routes);
        return NULL;
    }
    return routes;
}

static void route_free(slack_route_t *route)
{
    slack_listener_t *l = &route->listener;
    if (l->user_data_free) l->user_data_free(l->user_data);
    slack__free((char *)(uintptr_t)l->match);
    slack__free((char *)(uintptr_t)l->name);
    slack__free(route);
}

static void bucket_clear(struct bucket *bucket)
{
    slack_route_t *route = bucket->first;
    while (route) {
        slack_route_t *next = route->next;
        route_free(route);
        route = next;
    }
}

static void bucket_free(void *bucket)
{
    bucket_clear(bucket);
    slack__free(bucket);
}

void slack__routes_free(slack_routes_t *routes)
{
    if (routes == NULL) return;
    for (size_t i = 0; i < sizeof routes->any / sizeof *routes->any; i++)
        bucket_clear(&routes->any[i]);
    slack__map_free(routes->exact, bucket_free);
    slack__free(routes);
}

/* What an exact listener is found by; false for one that has to be tried. */
static bool exact_selector(const slack_listener_t *l, const char **ret)
{
    if (l->message) {
        *ret = "message";
        return true;
    }
    if (l->match == NULL || l->how != SLACK_MATCH_EXACT) return false;
    *ret = l->match;
    return true;
}

/* Selectors longer than a key are cut: a bucket is where to look, match() decides. */
#define KEY_MAX 128

static slack_slice_t bucket_key(char key[KEY_MAX], enum slack_kind kind, const char *selector)
{
    size_t len = strnlen(selector, KEY_MAX - 1);
    key[0] = (char)kind;
    memcpy(key + 1, selector, len);
    return (slack_slice_t){key, len + 1};
}

static int bucket_for(slack_routes_t *routes, const slack_listener_t *l, struct bucket **ret)
{
    const char *selector = NULL;
    if (!exact_selector(l, &selector)) {
        *ret = &routes->any[l->kind];
        return 0;
    }
    char buf[KEY_MAX];
    slack_slice_t key = bucket_key(buf, l->kind, selector);
    *ret = slack__map_get(routes->exact, key);
    if (*ret) return 0;
    struct bucket *bucket = slack__calloc(1, sizeof *bucket);
    if (bucket == NULL) return SLACK_ENOMEM;
    int rc = slack__map_put(routes->exact, key, bucket);
    if (rc != 0)
        slack__free(bucket);
    else
        *ret = bucket;
    return rc;
}

static bool valid(const slack_listener_t *l)
{
    if (l->fn == NULL || (l->match && *l->match == '\0')) return false;
    if (l->kind <= SLACK_KIND_UNKNOWN || l->kind > SLACK_KIND_APP_RATE_LIMITED) return false;
    if (l->message && l->kind != SLACK_KIND_EVENT) return false;
    return l->how == SLACK_MATCH_EXACT || l->how == SLACK_MATCH_CONTAINS;
}

/* A listener's stable name: what it was given, or its kind and match. */
static char *route_name(const slack_listener_t *l)
{
    if (l->name) return slack__strdup(l->name);
    const char *kind = l->message ? "message" : slack_kind_name(l->kind);
    const char *match = l->match ? l->match : "*";
    size_t size = strlen(kind) + strlen(match) + 2;
    char *name = slack__malloc(size);
    if (name) snprintf(name, size, "%s:%s", kind, match);
    return name;
}

int slack__routes_add(slack_routes_t *routes, const slack_listener_t *listener)
{
    if (listener == NULL || !valid(listener)) return SLACK_EINVAL;
    if (routes->count >= ROUTES_MAX) return SLACK_EBUSY;
    struct bucket *bucket = NULL;
    int rc = bucket_for(routes, listener, &bucket);
    if (rc != 0) return rc;

    slack_route_t *route = slack__calloc(1, sizeof *route);
    if (route == NULL) return SLACK_ENOMEM;
    route->listener = *listener;
    route->listener.user_data_free = NULL; /* still the caller's if this fails */
    route->listener.name = route_name(listener);
    route->listener.match = slack__strdup(listener->match);
    if (route->listener.name == NULL || (listener->match && route->listener.match == NULL)) {
        route_free(route);
        return SLACK_ENOMEM;
    }
    route->listener.user_data_free = listener->user_data_free;
    route->order = routes->count++;
    *(bucket->last ? &bucket->last->next : &bucket->first) = route;
    bucket->last = route;
    return 0;
}

static bool is_spoken_message(const slack_json_t *body)
{
    if (strcmp(slack_json_str(body, "/event/type"), "message") != 0) return false;
    const char *subtype = slack_json_str(body, "/event/subtype");
    if (*subtype == '\0') return true;
    for (size_t i = 0; i < sizeof spoken_subtypes / sizeof *spoken_subtypes; i++)
        if (strcmp(subtype, spoken_subtypes[i]) == 0) return true;
    return false;
}

/* What of a body is looked for, looked up once for all listeners. */
struct subject {
    const char *selector;
    const char *text; /* of a message that somebody said; else NULL */
};

static struct subject subject_of(enum slack_kind kind, const slack_json_t *body,
                                 const slack_json_t *action)
{
    struct subject s = {.selector = slack__lookup_selector(kind, body, action)};
    if (kind == SLACK_KIND_EVENT && is_spoken_message(body))
        s.text = slack_json_str(body, "/event/text");
    return s;
}

static bool matches(const slack_listener_t *l, const struct subject *s)
{
    const char *subject = l->message ? s->text : s->selector;
    if (subject == NULL) return false;
    if (l->match == NULL) return true;
    if (l->how == SLACK_MATCH_CONTAINS) return strstr(subject, l->match) != NULL;
    return strcmp(subject, l->match) == 0;
}

/* The candidates of two buckets, in order of registration. */
struct merge {
    const slack_route_t *a, *b;
};

static const slack_route_t *merge_next(struct merge *m)
{
    const slack_route_t **from =
        m->b == NULL || (m->a && m->a->order < m->b->order) ? &m->a : &m->b;
    const slack_route_t *route = *from;
    if (route) *from = route->next;
    return route;
}

static struct merge candidates(const slack_routes_t *routes, enum slack_kind kind,
                               const char *selector)
{
    char buf[KEY_MAX];
    const struct bucket *exact = slack__map_get(routes->exact, bucket_key(buf, kind, selector));
    return (struct merge){exact ? exact->first : NULL, routes->any[kind].first};
}

/* The steps found, growing in the arena. */
struct steps {
    slack_arena_t *arena;
    slack_step_t *items;
    size_t count, cap;
};

static int steps_push(struct steps *s, const slack_route_t *route, const slack_json_t *action)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 4;
        slack_step_t *items =
            slack__arena_realloc(s->arena, s->items, s->cap * sizeof *items, cap * sizeof *items);
        if (items == NULL) return SLACK_ENOMEM;
        s->items = items;
        s->cap = cap;
    }
    s->items[s->count++] = (slack_step_t){route, action};
    return 0;
}

static int match_one(const slack_routes_t *routes, enum slack_kind kind, const slack_json_t *body,
                     const slack_json_t *action, struct steps *steps)
{
    const struct subject subject = subject_of(kind, body, action);
    struct merge m = candidates(routes, kind, subject.selector);
    const slack_route_t *route;
    while ((route = merge_next(&m)) != NULL) {
        if (!matches(&route->listener, &subject)) continue;
        int rc = steps_push(steps, route, action);
        if (rc != 0 || kind != SLACK_KIND_EVENT) return rc;
    }
    return 0;
}

int slack__routes_match(const slack_routes_t *routes, enum slack_kind kind,
                        const slack_json_t *body, slack_arena_t *arena, slack_step_t **ret_steps,
                        size_t *ret_count)
{
    struct steps steps = {.arena = arena};
    int rc = 0;
    const slack_json_t *actions = slack_json_get(body, "/actions");
    if (kind == SLACK_KIND_ACTION && slack_json_count(actions, "") > 0) {
        slack_json_iter_t it = {0};
        while (rc == 0 && slack_json_next(actions, &it))
            rc = match_one(routes, kind, body, it.value, &steps);
    } else {
        rc = match_one(routes, kind, body, NULL, &steps);
    }
    if (rc != 0) return rc;
    *ret_steps = steps.items;
    *ret_count = steps.count;
    return 0;
}

const char *slack__routes_suggest(enum slack_kind kind, const slack_json_t *body,
                                  slack_arena_t *arena)
{
    static const char *const registrations[] = {
        [SLACK_KIND_EVENT] = "slack_on_event(app, \"%s\", handler, NULL)",
        [SLACK_KIND_COMMAND] = "slack_on_command(app, \"%s\", handler, NULL)",
        [SLACK_KIND_ACTION] = "slack_on_action(app, \"%s\", handler, NULL)",
        [SLACK_KIND_SHORTCUT] = "slack_on_shortcut(app, \"%s\", handler, NULL)",
        [SLACK_KIND_VIEW_SUBMISSION] = "slack_on_view_submission(app, \"%s\", handler, NULL)",
        [SLACK_KIND_VIEW_CLOSED] = "slack_listen(app, &(slack_listener_t){.kind = "
                                   "SLACK_KIND_VIEW_CLOSED, .match = \"%s\", .fn = handler})",
        [SLACK_KIND_OPTIONS] = "slack_on_options(app, \"%s\", handler, NULL)",
        [SLACK_KIND_DIALOG] = "slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_DIALOG, "
                              ".match = \"%s\", .fn = handler})",
    };
    size_t i = (size_t)kind;
    const char *code = i < sizeof registrations / sizeof *registrations ? registrations[i] : NULL;
    if (code == NULL) return "";
    const char *selector = slack__lookup_selector(kind, body, slack_json_get(body, "/actions/0"));
    const char *gap = strstr(code, "%s");
    code = slack__arena_printf(arena, "%.*s%s%s", (int)(gap - code), code, selector, gap + 2);
    return code ? code : "";
}
