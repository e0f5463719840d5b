/* SPDX-License-Identifier: MIT */
#include "sim/views.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/random.h"

/* Slack's own limit is not public. */
#define VIEW_BYTES_MAX (256 * 1024)

static sim_view_t *view_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_view_t, link);
}

void sim_views_init(sim_views_t *views, sim_ids_t *ids, const sim_feed_writer_t *feed)
{
    views->ids = ids;
    views->feed = feed;
    slack__link_init(&views->list);
}

static void view_free(sim_view_t *view)
{
    if (!view) return;
    slack__arena_free(view->arena);
    slack__free(view);
}

void sim_views_done(sim_views_t *views)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&views->list)))
        view_free(view_at(link));
}

/* `action`: "opened", "pushed", "updated" or "closed", for a modal. */
static void feed_put(const sim_views_t *views, const sim_view_t *view, const char *action)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(views->feed, view->home ? "home" : "view", &json,
                 sim_json(&json, "{action?: %s, user: %s, view: %p}", view->home ? NULL : action,
                          view->user->id, sim_feed_value(&json, view->body)));
}

/* --- checking --- */

const char *sim_view_check(const sim_views_t *views, const slack_json_t *view, bool home,
                           const sim_view_t *replacing, char problem[SIM_PROBLEM_SIZE])
{
    const char *type = home ? "home" : "modal";
    if (!sim_blocks_check_view(view, problem)) return "invalid_arguments";
    if (strcmp(slack_json_str(view, "/type"), type) != 0) {
        snprintf(problem, SIM_PROBLEM_SIZE, "must be a %s view [json-pointer:/view/type]", type);
        return "invalid_arguments";
    }
    const sim_view_t *same = sim_view_by_external_id(views, slack_json_str(view, "/external_id"));
    if (same && same != replacing) return "duplicate_external_id";
    return NULL;
}

/* --- the views --- */

static const slack_json_t *view_body(sim_json_builder_t *json, const sim_view_t *view,
                                     const slack_json_t *given)
{
    const sim_team_t *team = view->user->team;
    const slack_json_t *ids =
        sim_json(json,
                 "{id: %s, team_id: %s, app_id: %s, app_installed_team_id: %s, bot_id: %s,"
                 " hash: %s, root_view_id: %s}",
                 view->id, team->id, SIM_APP_ID, team->id, team->bot_id, view->hash, view->root_id);
    const slack_json_t *blocks = sim_blocks_named(json, slack_json_get(given, "/blocks"));
    const slack_json_t *body = sim_json(json, "{type: %s, blocks: %p, previous_view_id: %s}",
                                        slack_json_str(given, "/type"), blocks,
                                        *view->previous_id ? view->previous_id : NULL);
    const slack_json_t *defaults =
        sim_json(json, "{private_metadata: '', callback_id: '', external_id: '', title: null,"
                       " close: null, submit: null, clear_on_close: false,"
                       " notify_on_close: false}");
    body = sim_json_merged(json, ids, body);
    body = sim_json_merged(json, body, given);
    return sim_json_merged(json, body, defaults);
}

static int view_set(sim_views_t *views, sim_view_t *view, const slack_json_t *given)
{
    char ts[SIM_TS_SIZE], hash[sizeof view->hash];
    size_t len = 0;
    sim_json_builder_t json = {slack__arena_new(4096, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    memcpy(hash, view->hash, sizeof hash);
    sim_ids_ts(views->ids, ts);
    snprintf(view->hash, sizeof view->hash, "%.10s.%08x", ts, (unsigned)slack__random_u64());
    const slack_json_t *body = view_body(&json, view, given);
    if (json.rc == 0 && !slack__json_text(json.arena, body, &len)) json.rc = SLACK_ENOMEM;
    if (json.rc == 0 && len > VIEW_BYTES_MAX) json.rc = SLACK_ETOOBIG;
    if (json.rc != 0) {
        memcpy(view->hash, hash, sizeof hash);
        slack__arena_free(json.arena);
        return json.rc;
    }
    slack__arena_free(view->arena);
    view->arena = json.arena;
    view->body = body;
    view->notify_on_close = slack_json_bool(body, "/notify_on_close");
    return 0;
}

int sim_view_update(sim_views_t *views, sim_view_t *view, const slack_json_t *given)
{
    const int rc = view_set(views, view, given);
    if (rc == 0) feed_put(views, view, "updated");
    return rc;
}

/* A view on top of `below`; NULL: the first of its stack. */
static int view_new(sim_views_t *views, const sim_user_t *user, const sim_view_t *below,
                    const slack_json_t *given, sim_view_t **ret)
{
    sim_view_t *view = slack__calloc(1, sizeof *view);
    if (!view) return SLACK_ENOMEM;
    view->user = user;
    sim_ids_next(views->ids, "V0", view->id);
    snprintf(view->root_id, sizeof view->root_id, "%s", below ? below->root_id : view->id);
    if (below) {
        snprintf(view->previous_id, sizeof view->previous_id, "%s", below->id);
        memcpy(view->step_id, below->step_id, sizeof view->step_id);
    }
    int rc = view_set(views, view, given);
    if (rc != 0) {
        view_free(view);
        return rc;
    }
    slack__list_push(&views->list, &view->link);
    *ret = view;
    return 0;
}

int sim_view_open(sim_views_t *views, const sim_user_t *user, const slack_json_t *view,
                  sim_view_t **ret)
{
    sim_view_t *opened = NULL;
    int rc = view_new(views, user, NULL, view, &opened);
    if (rc != 0) return rc;
    slack__unlink(&opened->link); /* sim_view_close_all() must not find it */
    sim_view_close_all(views, user);
    slack__list_push(&views->list, &opened->link);
    feed_put(views, opened, "opened");
    *ret = opened;
    return 0;
}

int sim_view_push(sim_views_t *views, const sim_user_t *user, const slack_json_t *view,
                  sim_view_t **ret)
{
    size_t depth = 0;
    for (slack_link_t *link = views->list.next; link != &views->list; link = link->next)
        depth += view_at(link)->user == user && !view_at(link)->home;
    if (depth >= SIM_VIEW_STACK_MAX) return SLACK_EBUSY;
    const int rc = view_new(views, user, sim_view_top(views, user), view, ret);
    if (rc == 0) feed_put(views, *ret, "pushed");
    return rc;
}

int sim_view_publish(sim_views_t *views, const sim_user_t *user, const slack_json_t *view,
                     sim_view_t **ret)
{
    sim_view_t *home = sim_view_home(views, user);
    int rc = home ? view_set(views, home, view) : view_new(views, user, NULL, view, &home);
    if (rc != 0) return rc;
    home->home = true;
    feed_put(views, home, NULL);
    *ret = home;
    return 0;
}

const slack_json_t *sim_view_with_state(sim_json_builder_t *json, const sim_view_t *view,
                                        const slack_json_t *values)
{
    if (!values) values = sim_json(json, "{}");
    return sim_json_merged(json, view->body, sim_json(json, "{state: {values: %p}}", values));
}

void sim_view_close(sim_views_t *views, sim_view_t *view)
{
    feed_put(views, view, "closed");
    slack__unlink(&view->link);
    view_free(view);
}

void sim_view_close_all(sim_views_t *views, const sim_user_t *user)
{
    sim_view_t *top;
    while ((top = sim_view_top(views, user)))
        sim_view_close(views, top);
}

/* --- lookup --- */

sim_view_t *sim_view_by_id(const sim_views_t *views, const char *id)
{
    for (slack_link_t *link = views->list.next; link != &views->list; link = link->next)
        if (strcmp(view_at(link)->id, id) == 0) return view_at(link);
    return NULL;
}

sim_view_t *sim_view_by_external_id(const sim_views_t *views, const char *external_id)
{
    for (slack_link_t *link = views->list.next; *external_id && link != &views->list;
         link = link->next)
        if (strcmp(slack_json_str(view_at(link)->body, "/external_id"), external_id) == 0)
            return view_at(link);
    return NULL;
}

static sim_view_t *view_newest(const sim_views_t *views, const sim_user_t *user, bool home)
{
    for (slack_link_t *link = views->list.prev; link != &views->list; link = link->prev)
        if (view_at(link)->user == user && view_at(link)->home == home) return view_at(link);
    return NULL;
}

sim_view_t *sim_view_top(const sim_views_t *views, const sim_user_t *user)
{
    return view_newest(views, user, false);
}

sim_view_t *sim_view_home(const sim_views_t *views, const sim_user_t *user)
{
    return view_newest(views, user, true);
}

/* --- submissions --- */

/* "BLOCK/ACTION=VALUE" or "ACTION=VALUE". */
typedef struct field {
    slack_slice_t block;
    slack_slice_t action;
    const char *value;
} field_t;

static bool field_parse(const char *text, field_t *ret)
{
    const char *equals = strchr(text, '=');
    if (!equals) return false;
    slack_slice_t name = {text, (size_t)(equals - text)};
    const char *slash = memchr(text, '/', name.len);
    ret->block = slash ? (slack_slice_t){text, (size_t)(slash - text)} : SLACK_SLICE("");
    ret->action = slash ? (slack_slice_t){slash + 1, (size_t)(equals - slash - 1)} : name;
    ret->value = equals + 1;
    return ret->action.len > 0;
}

static bool field_is_for(const field_t *field, const sim_element_iter_t *it)
{
    return slack__slice_eq(field->action,
                           slack__slice(slack_json_str(it->element, "/action_id"))) &&
           (field->block.len == 0 ||
            slack__slice_eq(field->block, slack__slice(slack_json_str(it->block, "/block_id"))));
}

/* Every value has to be for an input of the view. */
static bool check_fields(const sim_view_t *view, const slack_json_t *values, char *problem)
{
    slack_json_iter_t given = {0};
    if (slack_json_type(values) == SLACK_JSON_OBJECT)
        return true; /* of the page, as it was drawn */
    while (slack_json_next(values, &given)) {
        const char *text = slack_json_str(given.value, "");
        field_t field;
        sim_element_iter_t it = {0};
        bool found = false;
        if (!field_parse(text, &field)) {
            snprintf(problem, SIM_PROBLEM_SIZE, "\"%.100s\" is not BLOCK/ACTION=VALUE", text);
            return false;
        }
        while (!found && sim_element_next(slack_json_get(view->body, "/blocks"), &it))
            found = field_is_for(&field, &it);
        if (found) continue;
        snprintf(problem, SIM_PROBLEM_SIZE, "the open view has no input \"%.*s\"; its inputs:",
                 (int)(field.value - text < 80 ? field.value - text - 1 : 80), text);
        it = (sim_element_iter_t){0};
        while (sim_element_next(slack_json_get(view->body, "/blocks"), &it)) {
            size_t used = strlen(problem);
            snprintf(problem + used, SIM_PROBLEM_SIZE - used, " %.40s/%.40s",
                     slack_json_str(it.block, "/block_id"),
                     slack_json_str(it.element, "/action_id"));
        }
        return false;
    }
    return true;
}

/* The value that the person has entered into an element, or its initial value. On failure NULL,
 * with a sentence. */
static const slack_json_t *entered_state(sim_json_builder_t *json, const sim_element_iter_t *it,
                                         const slack_json_t *values, char *problem)
{
    const char *value = NULL;
    slack_json_iter_t given = {0};
    field_t field;
    if (slack_json_type(values) == SLACK_JSON_OBJECT) {
        const slack_json_t *block =
            slack__json_member(values, slack__slice(slack_json_str(it->block, "/block_id")));
        const slack_json_t *chosen =
            slack__json_member(block, slack__slice(slack_json_str(it->element, "/action_id")));
        return chosen ? sim_element_chosen(json, it->element, chosen, problem)
                      : sim_element_state(json, it->element, NULL, problem);
    }
    while (slack_json_next(values, &given))
        if (field_parse(slack_json_str(given.value, ""), &field) && field_is_for(&field, it))
            value = field.value;
    return sim_element_state(json, it->element, value, problem);
}

static const slack_json_t *field_state(sim_json_builder_t *json, const sim_element_iter_t *it,
                                       const slack_json_t *values, char *problem)
{
    const slack_json_t *state = entered_state(json, it, values, problem);
    bool input = strcmp(slack_json_str(it->block, "/type"), "input") == 0;
    if (state && input && !slack_json_bool(it->block, "/optional") &&
        sim_element_state_empty(state)) {
        snprintf(problem, SIM_PROBLEM_SIZE, "a value is required: %.60s/%.60s=VALUE",
                 slack_json_str(it->block, "/block_id"), slack_json_str(it->element, "/action_id"));
        return NULL;
    }
    return state;
}

const slack_json_t *sim_view_fill(sim_json_builder_t *json, const sim_view_t *view,
                                  const slack_json_t *values, char problem[SIM_PROBLEM_SIZE])
{
    const slack_json_t *block = NULL;
    sim_list_t all, one;
    sim_element_iter_t it = {0};
    bool good = check_fields(view, values, problem);
    sim_list_begin(json, &all, '{');
    while (good && sim_element_next(slack_json_get(view->body, "/blocks"), &it)) {
        if (strcmp(slack_json_str(it.element, "/type"), "button") == 0) continue;
        const slack_json_t *state = field_state(json, &it, values, problem);
        good = state != NULL;
        if (!good) break;
        if (it.block != block) {
            if (block)
                sim_list_put(json, &all, slack_json_str(block, "/block_id"),
                             sim_list_end(json, &one));
            sim_list_begin(json, &one, '{');
            block = it.block;
        }
        sim_list_put(json, &one, slack_json_str(it.element, "/action_id"), state);
    }
    if (block)
        sim_list_put(json, &all, slack_json_str(block, "/block_id"), sim_list_end(json, &one));
    const slack_json_t *state = sim_list_end(json, &all);
    return good ? state : NULL;
}
