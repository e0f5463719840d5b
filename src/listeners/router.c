/* SPDX-License-Identifier: MIT */
#include "listeners/router.h"

#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "protocol/kind.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/json.h"
#include "util/map.h"
#include "util/queue.h"

#define RULES_MAX 100000
/* How many listeners are compared with a new one. */
#define COMPARED_MAX 100

struct bucket {
    slack_rule_t *first, *last;
};

struct slack_router {
    slack_map_t *exact; /* kind byte + selector -> struct bucket */
    struct bucket any[SLACK_KINDS];
    slack_link_t all; /* links rule->link, by order */
    unsigned count;
    unsigned next_order;
};

/* ---- a rule ---- */

static void rule_free(slack_rule_t *rule)
{
    slack_listener_t *l = &rule->listener;
    if (l->user_data_free) l->user_data_free(l->user_data);
    slack__pattern_free(rule->pattern);
    slack__pattern_free(rule->block_pattern);
    const char *const strings[] = {l->match, l->block_id, l->callback_id,
                                   l->type,  l->subtypes, l->name};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        slack__free((char *)(uintptr_t)strings[i]);
    slack__free((slack_middleware_t *)(uintptr_t)l->middleware);
    slack__free(rule);
}

static void rule_release(slack_rule_t *rule)
{
    if (--rule->refs == 0) rule_free(rule);
}

/* The name of a listener: its own, or else its kind and match. Records in the store use the name,
 * so it is the same in every process. */
static char *rule_name(const slack_listener_t *l)
{
    if (l->name) return slack__strdup(l->name);
    const char *kind = l->assistant  ? "assistant"
                       : l->message  ? "message"
                       : l->function ? "function"
                                     : slack_kind_name(l->kind);
    const char *match = l->match ? l->match : "*";
    size_t size = strlen(kind) + strlen(match) + 2;
    char *name = slack__malloc(size);
    if (name) snprintf(name, size, "%s:%s", kind, match);
    return name;
}

/* Replaces the string at `at` by a copy. */
static bool own_string(const char **at)
{
    const char *given = *at;
    *at = slack__strdup(given);
    return given == NULL || *at;
}

static bool own_middleware(slack_rule_t *rule)
{
    const slack_middleware_t *given = rule->listener.middleware;
    rule->listener.middleware = NULL;
    if (given == NULL) return true;
    while (given[rule->middleware_count].fn)
        rule->middleware_count++;
    size_t size = (rule->middleware_count + 1) * sizeof *given;
    slack_middleware_t *mine = slack__malloc(size);
    if (mine) memcpy(mine, given, size);
    rule->listener.middleware = mine;
    return mine != NULL;
}

static int rule_compile(slack_pattern_t **ret, const char *text, enum slack_match how, char *error)
{
    return text && how == SLACK_MATCH_REGEX ? slack__pattern_new(ret, text, error) : 0;
}

static int rule_new(slack_rule_t **ret, const slack_listener_t *listener, char *error)
{
    slack_rule_t *rule = slack__calloc(1, sizeof *rule);
    if (rule == NULL) return SLACK_ENOMEM;
    slack_listener_t *l = &rule->listener;
    *l = *listener;
    l->user_data_free = NULL; /* the caller keeps user_data if this fails */
    slack__link_init(&rule->link);
    slack__link_init(&rule->orderings);
    rule->refs = 1;
    l->name = rule_name(listener);
    /* Copies all strings even after a failure: rule_free() must not free a string of the caller. */
    bool owned = own_string(&l->match);
    owned = own_string(&l->block_id) && owned;
    owned = own_string(&l->callback_id) && owned;
    owned = own_string(&l->type) && owned;
    owned = own_string(&l->subtypes) && owned;
    owned = own_middleware(rule) && owned;
    int rc = l->name && owned ? 0 : SLACK_ENOMEM;
    if (rc == 0) rc = rule_compile(&rule->pattern, l->match, l->how, error);
    if (rc == 0) rc = rule_compile(&rule->block_pattern, l->block_id, l->block_how, error);
    if (rc != 0)
        rule_free(rule);
    else
        *ret = rule;
    return rc;
}

/* ---- life ---- */

slack_router_t *slack__router_new(void)
{
    slack_router_t *router = slack__calloc(1, sizeof *router);
    if (router == NULL) return NULL;
    slack__link_init(&router->all);
    router->exact = slack__map_new(RULES_MAX);
    if (router->exact == NULL) {
        slack__free(router);
        return NULL;
    }
    return router;
}

void slack__router_free(slack_router_t *router)
{
    if (router == NULL) return;
    slack_link_t *link;
    while ((link = slack__list_shift(&router->all)) != NULL)
        rule_release(SLACK_CONTAINER(link, slack_rule_t, link));
    slack__map_free(router->exact, slack__free);
    slack__free(router);
}

/* ---- adding and removing ---- */

/* The selector by which a listener is found. False if the listener has to be tried. */
static bool exact_selector(const slack_listener_t *l, const char **ret)
{
    if (l->message || l->function) {
        *ret = l->message ? "message" : "function_executed";
        return true;
    }
    if (l->match == NULL || l->how != SLACK_MATCH_EXACT) return false;
    *ret = l->match;
    return true;
}

/* A longer selector is cut. That is safe, because slack__match() compares the whole selector with
 * each rule of the bucket. */
#define KEY_MAX 128

static slack_slice_t bucket_key(char key[KEY_MAX], enum slack_kind kind, const char *selector)
{
    size_t len = strnlen(selector, KEY_MAX - 1);
    key[0] = (char)kind;
    memcpy(key + 1, selector, len);
    return (slack_slice_t){key, len + 1};
}

/* Finds or makes the bucket of a listener. */
static int bucket_for(slack_router_t *router, const slack_listener_t *l, struct bucket **ret)
{
    const char *selector = NULL;
    if (!exact_selector(l, &selector)) {
        *ret = &router->any[l->kind];
        return 0;
    }
    char buf[KEY_MAX];
    slack_slice_t key = bucket_key(buf, l->kind, selector);
    *ret = slack__map_get(router->exact, key);
    if (*ret) return 0;
    struct bucket *bucket = slack__calloc(1, sizeof *bucket);
    if (bucket == NULL) return SLACK_ENOMEM;
    int rc = slack__map_put(router->exact, key, bucket);
    if (rc != 0)
        slack__free(bucket);
    else
        *ret = bucket;
    return rc;
}

/* Listeners of one name have different numbers, by the order in which they were registered. */
static uint64_t rule_number(const slack_router_t *router, const char *name)
{
    uint64_t earlier = 0;
    for (slack_link_t *link = router->all.next; link != &router->all; link = link->next) {
        const slack_listener_t *l = &SLACK_CONTAINER(link, slack_rule_t, link)->listener;
        earlier += l->max_running > 0 && strcmp(l->name, name) == 0;
    }
    return slack__hash(earlier, name);
}

int slack__router_add(slack_router_t *router, const slack_listener_t *listener, char *error)
{
    const char *wrong = listener ? slack__match_check(listener) : "the listener is NULL";
    if (wrong) {
        const char *name = !listener ? NULL : listener->name ? listener->name : listener->match;
        if (error && name)
            slack__explain(error, "listener \"%s\": %s", name, wrong);
        else
            slack__explain(error, "listener: %s", wrong);
        return SLACK_EINVAL;
    }
    if (router->count >= RULES_MAX) return SLACK_ETOOBIG;
    slack_rule_t *rule = NULL;
    int rc = rule_new(&rule, listener, error);
    if (rc != 0) return rc;
    struct bucket *bucket = NULL;
    rc = bucket_for(router, listener, &bucket);
    if (rc != 0) {
        rule_free(rule);
        return rc;
    }
    rule->listener.user_data_free = listener->user_data_free;
    if (listener->max_running > 0) rule->number = rule_number(router, rule->listener.name);
    rule->order = router->next_order++;
    router->count++;
    slack__list_push(&router->all, &rule->link);
    *(bucket->last ? &bucket->last->next : &bucket->first) = rule;
    bucket->last = rule;
    return 0;
}

static void rule_leave_bucket(slack_router_t *router, slack_rule_t *rule)
{
    struct bucket *bucket = NULL;
    bucket_for(router, &rule->listener, &bucket); /* cannot fail: the bucket exists */
    slack_rule_t *before = NULL;
    for (slack_rule_t *r = bucket->first; r != rule; r = r->next)
        before = r;
    *(before ? &before->next : &bucket->first) = rule->next;
    if (bucket->last == rule) bucket->last = before;
    /* An empty bucket is freed, so that listeners that come and go leave no memory behind. */
    const slack_listener_t *l = &rule->listener;
    const char *selector = NULL;
    char buf[KEY_MAX];
    if (bucket->first == NULL && exact_selector(l, &selector))
        slack__free(slack__map_take(router->exact, bucket_key(buf, l->kind, selector)));
}

int slack__router_remove(slack_router_t *router, const char *name)
{
    slack_link_t removed;
    slack__link_init(&removed);
    slack_link_t *next;
    for (slack_link_t *link = router->all.next; link != &router->all; link = next) {
        slack_rule_t *rule = SLACK_CONTAINER(link, slack_rule_t, link);
        next = link->next;
        if (strcmp(rule->listener.name, name) != 0) continue;
        rule_leave_bucket(router, rule);
        rule->removed = true;
        router->count--;
        slack__unlink(link);
        slack__list_push(&removed, link);
    }
    if (slack__list_empty(&removed)) return SLACK_ENOTFOUND;
    /* Last, because a destructor of the program may register and remove listeners. */
    while ((next = slack__list_shift(&removed)) != NULL)
        rule_release(SLACK_CONTAINER(next, slack_rule_t, link));
    return 0;
}

/* ---- finding ---- */

/* The candidates of two buckets, in order of registration. */
struct merge {
    slack_rule_t *a, *b;
};

static slack_rule_t *merge_next(struct merge *m)
{
    slack_rule_t **from = m->b == NULL || (m->a && m->a->order < m->b->order) ? &m->a : &m->b;
    slack_rule_t *rule = *from;
    if (rule) *from = rule->next;
    return rule;
}

static bool is_condition_kept(const char *first, const char *last)
{
    return first == NULL || (last && strcmp(first, last) == 0);
}

/* Whether `first` takes whatever `last` takes. */
static bool takes_all_of(const slack_listener_t *first, const slack_listener_t *last)
{
    return is_condition_kept(first->match, last->match) &&
           (first->match == NULL || first->how == last->how) &&
           is_condition_kept(first->block_id, last->block_id) &&
           (first->block_id == NULL || first->block_how == last->block_how) &&
           is_condition_kept(first->callback_id, last->callback_id) &&
           is_condition_kept(first->type, last->type);
}

bool slack__router_last_never_runs(const slack_router_t *router, const char **ret_last,
                                   const char **ret_first)
{
    const slack_rule_t *last = SLACK_CONTAINER(router->all.prev, slack_rule_t, link);
    const slack_listener_t *l = &last->listener;
    if (l->kind == SLACK_KIND_EVENT) return false; /* an event runs all that match */
    const char *selector = NULL;
    char buf[KEY_MAX];
    const struct bucket *exact =
        exact_selector(l, &selector)
            ? slack__map_get(router->exact, bucket_key(buf, l->kind, selector))
            : NULL;
    struct merge m = {exact ? exact->first : NULL, router->any[l->kind].first};
    const slack_rule_t *first;
    for (int n = 0; n < COMPARED_MAX && (first = merge_next(&m)) != last; n++) {
        if (!takes_all_of(&first->listener, l)) continue;
        *ret_last = l->name;
        *ret_first = first->listener.name;
        return true;
    }
    return false;
}

/* One search, and the hits found so far. */
struct search {
    const slack_router_t *router;
    slack_subject_t *subject;
    slack_arena_t *arena;
    slack_hits_t found;
    size_t cap;
    size_t on_loop; /* how many hits run on the loop: they come first */
};

static int search_push(struct search *s, const slack_hit_t *hit)
{
    slack_hits_t *found = &s->found;
    if (found->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 4;
        slack_hit_t *items = slack__arena_realloc(s->arena, found->items, s->cap * sizeof *items,
                                                  cap * sizeof *items);
        if (items == NULL) return SLACK_ENOMEM;
        found->items = items;
        s->cap = cap;
    }
    /* Listeners on the loop come before those on workers, which may wait for a thread. Within both
     * groups the order of registration is kept. */
    size_t at = hit->rule->listener.run == SLACK_RUN_WORKER ? found->count : s->on_loop++;
    memmove(&found->items[at + 1], &found->items[at], (found->count - at) * sizeof *hit);
    found->items[at] = *hit;
    found->count++;
    hit->rule->refs++;
    return 0;
}

/* Begins to walk over the listeners that may take a subject. */
static struct merge merge_begin(const slack_router_t *router, const slack_subject_t *subject)
{
    char buf[KEY_MAX];
    const struct bucket *exact =
        slack__map_get(router->exact, bucket_key(buf, subject->kind, subject->selector));
    return (struct merge){exact ? exact->first : NULL, router->any[subject->kind].first};
}

static int search_one(struct search *s)
{
    struct merge m = merge_begin(s->router, s->subject);
    slack_rule_t *rule;
    while ((rule = merge_next(&m)) != NULL) {
        slack_hit_t hit = {.rule = rule, .action = s->subject->action};
        int rc = slack__match(rule, s->subject, s->arena, &hit.captures);
        if (rc == SLACK_ETOOBIG) {
            s->found.gave_up++;
            if (!s->found.costly && !rule->costly) s->found.costly = rule;
        }
        if (rc == SLACK_ETOOBIG || rc == SLACK_ENOTFOUND) continue;
        if (rc == 0) rc = search_push(s, &hit);
        if (rc != 0 || s->subject->kind != SLACK_KIND_EVENT) return rc;
    }
    return 0;
}

/* If a listener of an assistant takes a message, other listeners of messages do not get it: the
 * user would get two answers. */
static void leave_to_assistant(slack_hits_t *found)
{
    size_t kept = 0;
    bool taken = false;
    for (size_t i = 0; i < found->count; i++)
        taken = taken || found->items[i].rule->listener.assistant;
    for (size_t i = 0; taken && i < found->count; i++) {
        const slack_listener_t *l = &found->items[i].rule->listener;
        if (l->message && !l->assistant)
            rule_release(found->items[i].rule);
        else
            found->items[kept++] = found->items[i];
    }
    if (taken) found->count = kept;
}

int slack__router_match(const slack_router_t *router, slack_subject_t *subject,
                        slack_arena_t *arena, slack_hits_t *ret)
{
    struct search s = {.router = router, .subject = subject, .arena = arena};
    int rc = 0;
    const slack_json_t *actions =
        subject->kind == SLACK_KIND_ACTION ? slack_json_get(subject->body, "/actions") : NULL;
    if (slack_json_count(actions, "") > 0) {
        slack_json_iter_t it = {0};
        while (rc == 0 && slack_json_next(actions, &it)) {
            slack__subject_set_action(subject, it.value);
            rc = search_one(&s);
        }
    } else {
        rc = search_one(&s);
    }
    leave_to_assistant(&s.found);
    if (rc != 0)
        slack__hits_release(&s.found);
    else
        *ret = s.found;
    return rc;
}

bool slack__router_orders(const slack_router_t *router, slack_subject_t *subject,
                          slack_arena_t *arena)
{
    struct merge m = merge_begin(router, subject);
    slack_captures_t captures;
    slack_rule_t *rule;
    while ((rule = merge_next(&m)) != NULL)
        if (rule->listener.ordered && slack__match(rule, subject, arena, &captures) == 0)
            return true;
    return false;
}

bool slack__router_takes_event(const slack_router_t *router, const char *type, bool named)
{
    for (slack_link_t *link = router->all.next; link != &router->all; link = link->next) {
        const slack_rule_t *rule = SLACK_CONTAINER(link, slack_rule_t, link);
        const slack_listener_t *l = &rule->listener;
        if (l->kind != SLACK_KIND_EVENT || l->function) continue;
        const bool of_messages = l->message || l->assistant; /* their match is not a type */
        if (of_messages ? strcmp(type, "message") == 0
            : l->match  ? strcmp(l->match, type) == 0
                        : !named)
            return true;
    }
    return false;
}

void slack__hits_release(slack_hits_t *hits)
{
    slack_hits_t mine = *hits;
    *hits = (slack_hits_t){0};
    for (size_t i = 0; i < mine.count; i++)
        rule_release(mine.items[i].rule);
}

/* ---- suggesting a listener ---- */

const char *slack__router_skipped(const slack_router_t *router, const slack_subject_t *subject,
                                  slack_arena_t *arena)
{
    int n = 0;
    for (slack_link_t *link = router->all.next; link != &router->all && n < COMPARED_MAX;
         link = link->next, n++) {
        const slack_rule_t *rule = SLACK_CONTAINER(link, slack_rule_t, link);
        const char *why = slack__match_skipped(rule, subject, arena);
        if (why) return why;
    }
    return "";
}

const slack_rule_t *slack__router_next(const slack_router_t *router, const slack_rule_t *rule)
{
    slack_link_t *next = rule ? rule->link.next : router->all.next;
    return next == &router->all ? NULL : SLACK_CONTAINER(next, slack_rule_t, link);
}

const char *slack__router_names(const slack_router_t *router, enum slack_kind kind,
                                slack_arena_t *arena)
{
    const char *names = "";
    unsigned count = 0;
    for (slack_link_t *link = router->all.next; link != &router->all && names && count < 10;
         link = link->next) {
        const slack_listener_t *l = &SLACK_CONTAINER(link, slack_rule_t, link)->listener;
        if (l->kind != kind) continue;
        names = slack__arena_printf(arena, "%s%s%s", names, count++ ? ", " : "", l->name);
    }
    return names ? names : "";
}

/* Writes one character of a C string. An octal escape has three digits, so the next character
 * cannot extend it, and every '?' is escaped, so that no two of them begin a trigraph. */
static char *literal_put(char *at, unsigned char c)
{
    const bool control = c < ' ' || c == 0x7F;
    if (control || c == '"' || c == '\\' || c == '?') *at++ = '\\';
    if (control) {
        *at++ = (char)('0' + (c >> 6));
        *at++ = (char)('0' + (c >> 3 & 7));
        c = (unsigned char)('0' + (c & 7));
    }
    *at++ = (char)c;
    return at;
}

/* The text as a literal of C. NULL, which matches everything, for an empty text. */
static const char *c_literal(slack_arena_t *arena, const char *text)
{
    if (*text == '\0') return "NULL";
    char *literal = slack__arena_alloc(arena, 4 * strlen(text) + 3), *at = literal;
    if (literal == NULL) return NULL;
    *at++ = '"';
    for (; *text; text++)
        at = literal_put(at, (unsigned char)*text);
    at[0] = '"';
    at[1] = '\0';
    return literal;
}

const char *slack__router_suggest(enum slack_kind kind, const slack_json_t *body,
                                  slack_arena_t *arena)
{
    if (!slack__kind_has_selector(kind)) return "";
    const char *function = slack_kind_name(kind);
    const char *selector = slack__kind_selector(kind, body, slack_json_get(body, "/actions/0"));
    if (kind == SLACK_KIND_EVENT && strcmp(selector, "function_executed") == 0) {
        function = "function";
        selector = slack_json_str(body, "/event/function/callback_id");
    }
    const char *literal = c_literal(arena, selector);
    const char *code = literal ? slack__arena_printf(arena, "slack_on_%s(app, %s, handler, NULL);",
                                                     function, literal)
                               : NULL;
    return code ? code : "";
}
