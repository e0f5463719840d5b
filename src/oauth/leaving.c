/* SPDX-License-Identifier: MIT */
#include "oauth/leaving.h"

#include <string.h>

#include "inbox/inbox.h"
#include "oauth/loss.h"
#include "protocol/api_error.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "webapi/response.h"

/* The people of an uninstalled workspace that the job names, at most. */
#define PEOPLE_MAX 50
/* The number of times that an event begins again because a record has changed meanwhile. */
#define TRIES_MAX 8
/* The largest time of an event: the year 10000. */
#define TIME_MAX_S ((int64_t)10000 * 366 * 24 * 3600)
/* The clocks of Slack and of the app differ by less. */
#define CLOCKS_MS 60000
/* The question whether Slack takes a token waits for its turn at most so long. */
#define TEST_WAIT_MS 20000

/* A record that the event ends. */
typedef struct victim {
    slack_install_place_t place;
    const char *version;
    const char *token; /* of a record at the time of the event; NULL: it is older */
    bool reported;     /* with the refusal of its token */
} victim_t;

typedef struct leaving {
    slack_oauth_t *oauth;
    slack_arena_t *arena;
    slack_link_t waiting; /* the waiter of the event, while it is there */
    slack_tenant_t tenant;
    const char *type, *event_id;
    const char *app_id;
    bool all;     /* app_uninstalled */
    bool foreign; /* the event is of another app */
    bool deleted; /* all: the records that are older than the event */
    /* The event ends older installations, and no newer ones. In between Slack knows. */
    int64_t older_ms, newer_ms;
    int64_t before_id;
    unsigned tries;

    slack_install_place_t *places; /* of records that the event may end */
    const char **teams;            /* team_access_revoked */
    size_t count, next;            /* of places, of teams, of victims: of the step */
    victim_t *victims;
    size_t victim_count;
} leaving_t;

static void places_read(leaving_t *l);
static void victim_test(leaving_t *l);
static void victims_report(leaving_t *l);
static void victim_delete(leaving_t *l);

/* ---- the end ---- */

static void leaving_end(leaving_t *l, int status)
{
    const slack_answer_t answer = {.status = status,
                                   .reason = status ? "the installation was not deleted" : NULL};
    slack_link_t *link = slack__list_shift(&l->waiting);
    slack_waiter_t *waiter = link ? SLACK_CONTAINER(link, slack_waiter_t, link) : NULL;
    if (status == 0 && l->victim_count > 0)
        SLACK_LOG(l->oauth->services->log, INFO, "installation ended",
                  "event=%s enterprise=%s team=%s records=%zu", l->type, l->tenant.enterprise_id,
                  l->tenant.team_id, l->victim_count);
    if (waiter) waiter->answered(waiter, &answer);
    slack__arena_free(l->arena);
}

/* ---- reading ---- */

/* Whether the event is of another app than the record, such as one with the same signing secret. */
static bool is_foreign(const leaving_t *l, const slack_install_found_t *found)
{
    const char *app_id = found->record.about.app_id;
    return *app_id && *l->app_id && strcmp(app_id, l->app_id) != 0;
}

static void foreign_end(leaving_t *l)
{
    SLACK_LOG(l->oauth->services->log, WARN, "event of another app ends no installation",
              "event=%s app=%s team=%s hint=%s", l->type, l->app_id, l->tenant.team_id,
              "point the other app's request URL elsewhere, and set SLACK_APP_ID");
    l->victim_count = 0;
    leaving_end(l, 0);
}

static bool victim_add(leaving_t *l, const slack_install_found_t *found)
{
    const slack_install_record_t *record = &found->record;
    if (*found->version == '\0' || found->fault || record->about.installed_ms >= l->newer_ms)
        return true;
    l->foreign = l->foreign || is_foreign(l, found);
    const slack_install_place_t place =
        slack__install_place(record, l->oauth->installations.client_id);
    const bool older = record->about.installed_ms < l->older_ms;
    victim_t *victim = &l->victims[l->victim_count];
    *victim = (victim_t){{place.client_id, slack__arena_strdup(l->arena, place.enterprise_id),
                          slack__arena_strdup(l->arena, place.team_id),
                          slack__arena_strdup(l->arena, place.user_id)},
                         slack__arena_strdup(l->arena, found->version),
                         older ? NULL : slack__arena_strdup(l->arena, record->token.access),
                         *record->token.refused != '\0'};
    l->victim_count++;
    return victim->place.enterprise_id && victim->place.team_id && victim->place.user_id &&
           victim->version && (older || victim->token);
}

static void victims_read(leaving_t *l)
{
    l->next = 0;
    if (l->foreign)
        foreign_end(l);
    else
        victim_test(l);
}

static void place_got(int status, const slack_install_found_t *found, size_t count, void *user_data)
{
    leaving_t *l = user_data;
    if (status == SLACK_EINVAL) status = 0; /* an id that Slack does not make has no record */
    for (size_t i = 0; status == 0 && i < count; i++)
        if (!victim_add(l, &found[i])) status = SLACK_ENOMEM;
    l->next++;
    if (status != 0)
        leaving_end(l, status);
    else
        places_read(l);
}

static void people_got(int status, const slack_install_found_t *found, size_t count,
                       void *user_data)
{
    leaving_t *l = user_data;
    const char *key = slack__install_key(l->arena, &l->places[0]);
    if (status == 0 && key == NULL) status = SLACK_ENOMEM;
    for (size_t i = 0; status == 0 && i < count; i++) {
        const size_t len = strlen(key);
        if (strncmp(found[i].key, key, len) != 0 || found[i].key[len] != '/') break;
        if (!victim_add(l, &found[i])) status = SLACK_ENOMEM;
    }
    if (status != 0)
        leaving_end(l, status);
    else
        victims_read(l);
}

static void places_read(leaving_t *l)
{
    slack_installations_t *in = &l->oauth->installations;
    if (l->next < l->count) {
        slack__installations_get(in, &l->places[l->next], place_got, l);
        return;
    }
    if (!l->all) {
        victims_read(l);
        return;
    }
    const char *key = slack__install_key(l->arena, &l->places[0]);
    const char *after = key ? slack__arena_join(l->arena, key, "/") : NULL;
    if (after)
        slack__installations_list(in, after, PEOPLE_MAX, people_got, l);
    else
        leaving_end(l, slack__install_is_place(&l->places[0]) ? SLACK_ENOMEM : 0);
}

/* ---- asking Slack ---- */

static void victim_tested(const slack_response_t *response, void *user_data)
{
    leaving_t *l = user_data;
    const bool refused =
        response->status == SLACK_EAPI && slack__api_error(response->error) == SLACK_API_DEAD_TOKEN;
    if (response->status != 0 && !refused) {
        SLACK_LOG(l->oauth->services->log, WARN, "auth.test without an answer",
                  "event=%s team=%s reason=%s hint=%s", l->type, l->tenant.team_id,
                  slack__response_why(response, l->arena),
                  "the app was installed at the time of the event; another attempt asks again");
        leaving_end(l, response->status);
        return;
    }
    if (refused)
        l->next++;
    else /* it was installed again */
        memmove(&l->victims[l->next], &l->victims[l->next + 1],
                (--l->victim_count - l->next) * sizeof *l->victims);
    victim_test(l);
}

/* Of an installation at the time of the event Slack alone knows whether the event ended it. */
static void victim_test(leaving_t *l)
{
    const victim_t *victim = &l->victims[l->next], *end = &l->victims[l->victim_count];
    while (victim < end && (victim->reported || !victim->token || *victim->token == '\0'))
        victim++;
    l->next = (size_t)(victim - l->victims);
    if (victim == end) {
        victims_report(l);
        return;
    }
    slack_client_t client = {.home = &l->oauth->services->webapi,
                             .token = victim->token,
                             .once = true,
                             .wait_ms = TEST_WAIT_MS};
    const int rc = slack__webapi_call(&client, "auth.test", NULL, victim_tested, l);
    if (rc != 0) leaving_end(l, rc);
}

/* ---- the report ---- */

static void victims_reported(int status, void *user_data)
{
    leaving_t *l = user_data;
    if (status != 0) {
        leaving_end(l, status);
        return;
    }
    l->next = l->victim_count;
    victim_delete(l);
}

/* One loss has one report, whichever event comes first: its key is that of the record. */
static void victims_report(leaving_t *l)
{
    const char **users = slack__arena_alloc(l->arena, (l->victim_count + 1) * sizeof *users);
    slack_loss_t loss = {.tenant = l->tenant, .reason = l->type, .before_id = l->before_id};
    const victim_t *first = NULL;
    for (size_t i = 0; users && i < l->victim_count; i++) {
        const victim_t *victim = &l->victims[i];
        if (victim->reported) continue;
        if (first == NULL) first = victim;
        if (*victim->place.user_id)
            users[loss.user_count++] = victim->place.user_id;
        else
            loss.bot = true;
    }
    const char *key = first ? slack__install_key(l->arena, &first->place) : NULL;
    if (key) key = slack__arena_printf(l->arena, "%s/%s", key, first->version);
    loss.users = users;
    loss.key = key;
    if (users == NULL || (first && key == NULL))
        leaving_end(l, SLACK_ENOMEM);
    else if (first)
        slack__loss_put(l->oauth, &loss, victims_reported, l);
    else
        victims_reported(0, l);
}

/* ---- deleting ---- */

static void victim_deleted(int status, void *user_data)
{
    leaving_t *l = user_data;
    SLACK_CRASH("leaving-deleted");
    if (status == SLACK_ECONFLICT && ++l->tries < TRIES_MAX) {
        l->next = l->victim_count = 0; /* the record has changed, such as by a refresh */
        l->deleted = false;
        places_read(l);
    } else if (status != 0) {
        leaving_end(l, status);
    } else {
        victim_delete(l);
    }
}

/* The record that names the report goes last: another attempt makes the same report. Of an
 * uninstall the older records go together, before that one if it is not older. */
static void victim_delete(leaving_t *l)
{
    slack_installations_t *in = &l->oauth->installations;
    const bool together = l->all && !l->deleted && l->victim_count > 0;
    while (l->all && l->next > 0 && l->victims[l->next - 1].token == NULL)
        l->next--;
    if (together && (l->next == 0 || (l->next == 1 && l->victims[0].token))) {
        l->deleted = true;
        slack__installations_uninstall(in, &l->places[0], l->older_ms, victim_deleted, l);
    } else if (l->next > 0) {
        const victim_t *victim = &l->victims[--l->next];
        slack__installations_delete(in, &victim->place, victim->version, victim_deleted, l);
    } else {
        leaving_end(l, 0);
    }
}

/* ---- workspaces of an organization ---- */

static void team_report(leaving_t *l);

static void team_reported(int status, void *user_data)
{
    leaving_t *l = user_data;
    l->next++;
    if (status != 0)
        leaving_end(l, status);
    else
        team_report(l);
}

static void team_report(leaving_t *l)
{
    if (l->next == l->count) {
        leaving_end(l, 0);
        return;
    }
    slack_loss_t loss = {
        .tenant = l->tenant, .reason = l->type, .bot = true, .before_id = l->before_id};
    loss.tenant.team_id = l->teams[l->next];
    loss.key = slack__arena_printf(l->arena, "%s/%s", l->event_id, loss.tenant.team_id);
    if (loss.key)
        slack__loss_put(l->oauth, &loss, team_reported, l);
    else
        leaving_end(l, SLACK_ENOMEM);
}

static void organization_got(int status, const slack_install_found_t *found, size_t count,
                             void *user_data)
{
    leaving_t *l = user_data;
    if (status != 0 && status != SLACK_EINVAL)
        leaving_end(l, status);
    else if (count > 0 && is_foreign(l, &found[0]))
        foreign_end(l);
    else
        team_report(l);
}

/* ---- the beginning ---- */

/* The places of a workspace's records, or of a person's: also the one that the workspace had before
 * it joined its organization. */
static void place_add(leaving_t *l, const char *user)
{
    const slack_tenant_t *t = &l->tenant;
    const char *client = l->oauth->installations.client_id;
    const char *team = t->is_enterprise_install ? "" : t->team_id;
    l->places[l->count++] = (slack_install_place_t){client, t->enterprise_id, team, user};
    if (*t->enterprise_id && *team)
        l->places[l->count++] = (slack_install_place_t){client, "", team, user};
}

/* The ids of an array, in the arena; others have no record. NULL: memory is out. */
static const char **ids_of(const leaving_t *l, const slack_json_t *array, size_t *ret_count)
{
    const char *client = l->oauth->installations.client_id;
    slack_json_iter_t it = {0};
    size_t most = 1, count = 0;
    while (slack_json_next(array, &it))
        most++;
    const char **ids = slack__arena_alloc(l->arena, most * sizeof *ids);
    it = (slack_json_iter_t){0};
    while (ids && slack_json_next(array, &it)) {
        const char *id = slack_json_str(it.value, "");
        if (*id == '\0' || !slack__install_is_place(&(slack_install_place_t){client, "", id, ""}))
            continue;
        if ((ids[count++] = slack__arena_strdup(l->arena, id)) == NULL) return NULL;
    }
    *ret_count = count;
    return ids;
}

/* Which records the event may end. False: memory is out. */
static bool leaving_read(leaving_t *l, const slack_json_t *event)
{
    const bool teams = strcmp(l->type, "team_access_revoked") == 0;
    const bool bot =
        l->all || slack_json_type(slack_json_get(event, "/tokens/bot/0")) == SLACK_JSON_STRING;
    size_t count;
    const char **ids =
        ids_of(l, slack_json_get(event, teams ? "/team_ids" : "/tokens/oauth"), &count);
    if (ids == NULL) return false;
    if (teams) {
        l->teams = ids;
        l->count = count;
        return true;
    }
    const size_t most = 2 * (count + 1) + PEOPLE_MAX;
    l->places = slack__arena_calloc(l->arena, most * sizeof *l->places);
    l->victims = slack__arena_calloc(l->arena, most * sizeof *l->victims);
    if (!l->places || !l->victims) return false;
    if (bot) place_add(l, "");
    for (size_t i = 0; i < count; i++)
        place_add(l, ids[i]);
    return true;
}

static bool tenant_copy(slack_arena_t *arena, slack_tenant_t *tenant)
{
    const char **const texts[] = {&tenant->app_id, &tenant->enterprise_id, &tenant->team_id};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if ((*texts[i] = slack__arena_strdup(arena, *texts[i])) == NULL) return false;
    tenant->user_id = tenant->actor_enterprise_id = tenant->actor_team_id = tenant->actor_user_id =
        "";
    return true;
}

static leaving_t *leaving_new(slack_oauth_t *oauth, slack_ctx_t *ctx)
{
    const slack_delivery_t *d = ctx->delivery;
    slack_arena_t *arena = slack__arena_new(2048, 0);
    leaving_t *l = arena ? slack__arena_calloc(arena, sizeof *l) : NULL;
    if (l) {
        l->oauth = oauth;
        l->arena = arena;
        slack__link_init(&l->waiting);
        slack__tenant_of(d->kind, d->body, d->app_id, ctx->tenant, &l->tenant);
        l->type = slack__arena_strdup(arena, slack_json_str(d->body, "/event/type"));
        l->event_id = slack__arena_strdup(arena, slack_json_str(d->body, "/event_id"));
        l->app_id = slack__arena_strdup(arena, slack_json_str(d->body, "/api_app_id"));
        /* The time of an event is Slack's, and has whole seconds; that of a record is the app's. */
        const int64_t time_s = slack_json_int(d->body, "/event_time");
        const int64_t time_ms = 1000 * (time_s < 0 ? 0 : time_s > TIME_MAX_S ? TIME_MAX_S : time_s);
        l->older_ms = time_ms - CLOCKS_MS;
        l->newer_ms = time_ms + 1000 + CLOCKS_MS;
        l->before_id = slack__entry_of_ctx(ctx)->item.op.row.id;
        if (l->type && l->event_id && l->app_id && tenant_copy(arena, &l->tenant)) {
            l->all = strcmp(l->type, "app_uninstalled") == 0;
            if (l->all && l->tenant.is_enterprise_install) l->tenant.team_id = "";
            if (leaving_read(l, slack_json_get(d->body, "/event"))) return l;
        }
    }
    slack__arena_free(arena);
    return NULL;
}

bool slack__leaving_begin(slack_ctx_t *ctx, slack_waiter_t *waiter, slack_answer_t *ret,
                          void *oauth)
{
    leaving_t *l = leaving_new(oauth, ctx);
    if (l == NULL) {
        *ret = (slack_answer_t){.status = SLACK_ENOMEM, .reason = "out of memory"};
        return true;
    }
    slack__list_push(&l->waiting, &waiter->link);
    const slack_install_place_t organization = {l->oauth->installations.client_id,
                                                l->tenant.enterprise_id, "", ""};
    if (l->teams)
        slack__installations_get(&l->oauth->installations, &organization, organization_got, l);
    else
        places_read(l);
    return false;
}
