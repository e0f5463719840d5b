/* SPDX-License-Identifier: MIT */
#include "installs_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "net/url.h"
#include "util/alloc.h"
#include "util/json.h"
#include "webapi/response.h"

#define PAGE_ROWS   100
#define ARENA_BYTES ((size_t)64 << 20)
/* Of the places of all records. */
#define PLACES_BYTES ((size_t)256 << 20)

int installs_fail(int status, const char *format, ...)
{
    char problem[CLI_PROBLEM_SIZE];
    va_list ap;
    va_start(ap, format);
    vsnprintf(problem, sizeof problem, format, ap);
    va_end(ap);
    return cli_fail("installs", status, problem);
}

int installs_store_failed(int rc)
{
    return installs_fail(CLI_FAILED, "the store: %s", slack_strerror(rc));
}

/* ---- places ---- */

const char *installs_place_text(const slack_install_place_t *place, char ret[INSTALLS_PLACE_SIZE])
{
    const char *const ids[] = {place->enterprise_id, place->team_id, place->user_id};
    *ret = '\0';
    for (size_t i = 0; i < 3; i++)
        if (*ids[i])
            snprintf(strchr(ret, '\0'), INSTALLS_PLACE_SIZE - strlen(ret), "%s%.64s",
                     *ret ? "/" : "", ids[i]);
    return ret;
}

const char *installs_key_text(const char *key, char ret[INSTALLS_PLACE_SIZE])
{
    slack_slice_t rest = slack__slice(key), part;
    size_t len = 0;
    for (size_t i = 0; slack__slice_split(&rest, '/', &part); i++) {
        if (i < 2 || slack__slice_eq(part, SLACK_SLICE("-"))) continue; /* "install/CLIENT_ID" */
        const int n = snprintf(ret + len, INSTALLS_PLACE_SIZE - len, "%s%.*s", len ? "/" : "",
                               (int)(part.len < 64 ? part.len : 64), part.ptr);
        len += (size_t)n;
        if (len >= INSTALLS_PLACE_SIZE) break;
    }
    if (len == 0) snprintf(ret, INSTALLS_PLACE_SIZE, "%s", key);
    return ret;
}

int installs_record_failed(int rc, const slack_install_place_t *place)
{
    char text[INSTALLS_PLACE_SIZE];
    installs_place_text(place, text);
    if (rc == SLACK_EINVAL)
        return installs_fail(CLI_FAILED, "%s is not the id of a workspace or an organization",
                             text);
    if (rc == SLACK_ENOTFOUND)
        return installs_fail(CLI_FAILED, "%s is not in the store: see slackapp installs list",
                             text);
    if (rc == SLACK_ECONFLICT)
        return installs_fail(CLI_FAILED, "the app has just changed %s: try again", text);
    return installs_store_failed(rc);
}

/* ---- opening ---- */

static void submit(void *place, slack_store_op_t *op)
{
    slack_store_t *store = place;
    store->ops->submit(store, op);
}

/* Takes what the command uses: the options of the app itself need not be complete. */
static int take_options(installs_session_t *session, const slack_options_t *given)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    const slack_options_t wanted = {.transport = "memory",
                                    .api_url = given->api_url,
                                    .ca_file = given->ca_file,
                                    .proxy = given->proxy,
                                    .no_proxy = given->no_proxy,
                                    .pace = given->pace,
                                    .store_key = given->store_key,
                                    .store_key_file = given->store_key_file};
    const char *client_id = given->client_id;
    if (client_id == NULL || strlen(client_id) >= sizeof session->client_id)
        return installs_fail(CLI_FAILED, "SLACK_CLIENT_ID is not set, or too long: set it to the "
                                         "client id of the app's page \"Basic Information\"");
    memcpy(session->client_id, client_id, strlen(client_id) + 1);
    if (given->app_id && *given->app_id == 'A')
        snprintf(session->app_id, sizeof session->app_id, "%s", given->app_id);
    session->client_secret = slack__strdup(given->client_secret);
    session->bot_token = slack__strdup(given->bot_token);
    if (slack__options_resolve(&session->options, &wanted, false, error) != 0)
        return installs_fail(CLI_FAILED, "%s", *error ? error : "memory is out");
    if (session->options.store_key == NULL) return CLI_OK;
    int rc = slack__keyring_new(&session->keys, slack__slice(session->options.store_key), error);
    return rc == 0 ? CLI_OK : installs_fail(CLI_FAILED, "SLACK_STORE_KEY: %s", slack_strerror(rc));
}

static void drop_options(installs_session_t *session)
{
    slack__keyring_free(session->keys);
    slack__free_secret(session->client_secret);
    slack__free_secret(session->bot_token);
    slack_options_done(&session->options);
    slack__arena_free(session->arena);
}

int installs_open(installs_session_t *session, const char *store, bool calls)
{
    char error[SLACK_ERROR_TEXT_MAX];
    store_place_t place;
    slack_options_t given = {.store = store};
    *session = (installs_session_t){.arena = slack__arena_new(0, ARENA_BYTES)};
    if (session->arena == NULL) return installs_fail(CLI_FAILED, "memory is out");
    int status = slack_options_from_env(&given, error) == 0
                     ? CLI_OK
                     : installs_fail(CLI_FAILED, "%s", error);
    if (status == CLI_OK) {
        status = take_options(session, &given);
        if (status == CLI_OK) status = store_place_find(&place, "installs", store, given.store);
        slack_options_done(&given);
    }
    if (status == CLI_OK)
        status =
            cli_session_open(&session->open, "installs", &place, calls ? &session->options : NULL);
    if (status != CLI_OK) {
        drop_options(session);
        return status;
    }
    session->stored = (slack_installations_t){.submit = submit,
                                              .place = session->open.store,
                                              .keys = session->keys,
                                              .client_id = session->client_id};
    return CLI_OK;
}

void installs_close(installs_session_t *session)
{
    cli_session_close(&session->open);
    drop_options(session);
}

void installs_forget(installs_session_t *session)
{
    slack__arena_reset(session->arena);
}

/* ---- the store ---- */

/* One answer of the store. */
typedef struct answer {
    installs_session_t *session;
    bool over;
    int status;
    slack_install_found_t *ret; /* of a get */
    /* of a page */
    installs_each_fn fn;
    void *user_data;
    const char *after; /* the last key so far */
    bool more;
} answer_t;

static int answer_wait(answer_t *answer)
{
    cli_session_wait(&answer->session->open, &answer->over);
    return answer->status;
}

static void answer_stored(int status, void *user_data)
{
    answer_t *answer = user_data;
    answer->status = status;
    answer->over = true;
}

static void answer_found(int status, const slack_install_found_t *found, size_t count,
                         void *user_data)
{
    answer_t *answer = user_data;
    slack_arena_t *arena = answer->session->arena;
    answer_stored(status, answer);
    if (status != 0 || count == 0) return;
    slack_install_found_t *ret = answer->ret;
    *ret = *found;
    ret->key = slack__arena_strdup(arena, found->key);
    ret->version = slack__arena_strdup(arena, found->version);
    ret->why = slack__arena_strdup(arena, found->why);
    ret->record = slack__install_record();
    if (ret->key == NULL || ret->version == NULL || ret->why == NULL)
        answer->status = SLACK_ENOMEM;
    else if (*found->version && found->fault == 0)
        answer->status = slack__install_copy(arena, &found->record, &ret->record);
}

int installs_get(installs_session_t *session, const slack_install_place_t *place,
                 slack_install_found_t *ret)
{
    answer_t answer = {.session = session, .ret = ret};
    slack__installations_get(&session->stored, place, answer_found, &answer);
    return answer_wait(&answer);
}

int installs_put(installs_session_t *session, const slack_install_record_t *record,
                 const char *expected)
{
    answer_t answer = {.session = session};
    slack__installations_put(&session->stored, record, expected, answer_stored, &answer);
    return answer_wait(&answer);
}

int installs_delete(installs_session_t *session, const slack_install_place_t *place,
                    const char *expected)
{
    answer_t answer = {.session = session};
    slack__installations_delete(&session->stored, place, expected, answer_stored, &answer);
    return answer_wait(&answer);
}

int installs_delete_all(installs_session_t *session, const slack_install_place_t *place)
{
    answer_t answer = {.session = session};
    slack__installations_uninstall(&session->stored, place, INT64_MAX, answer_stored, &answer);
    return answer_wait(&answer);
}

static void answer_page(int status, const slack_install_found_t *found, size_t count,
                        void *user_data)
{
    answer_t *answer = user_data;
    answer_stored(status, answer);
    answer->more = status == 0 && count > 0;
    for (size_t i = 0; answer->more && i < count; i++)
        answer->more = answer->fn(answer->user_data, &found[i]);
    if (!answer->more) return;
    answer->after = slack__arena_strdup(answer->session->arena, found[count - 1].key);
    if (answer->after == NULL) answer->status = SLACK_ENOMEM;
}

int installs_each(installs_session_t *session, installs_each_fn fn, void *user_data)
{
    answer_t answer = {
        .session = session, .fn = fn, .user_data = user_data, .after = "", .more = true};
    int rc = 0;
    while (rc == 0 && answer.more) {
        answer.over = false;
        slack__installations_list(&session->stored, answer.after, PAGE_ROWS, answer_page, &answer);
        rc = answer_wait(&answer);
    }
    return rc;
}

/* ---- each place ---- */

typedef struct places {
    slack_arena_t *arena;
    const slack_install_place_t **items;
    size_t count, room;
    const char *client_id;
    bool failed;
} places_t;

/* A copy of the place, which lives longer than the page. */
static const slack_install_place_t *place_copy(places_t *places,
                                               const slack_install_record_t *record)
{
    slack_install_place_t place = slack__install_place(record, places->client_id);
    slack_install_place_t *copy = slack__arena_alloc(places->arena, sizeof *copy);
    place.enterprise_id = slack__arena_strdup(places->arena, place.enterprise_id);
    place.team_id = slack__arena_strdup(places->arena, place.team_id);
    place.user_id = slack__arena_strdup(places->arena, place.user_id);
    if (copy == NULL || !place.enterprise_id || !place.team_id || !place.user_id) return NULL;
    *copy = place;
    return copy;
}

static bool place_gather(void *user_data, const slack_install_found_t *found)
{
    places_t *places = user_data;
    if (found->fault != 0) {
        places->failed = true;
        installs_fail(CLI_FAILED, "%s", found->why);
        return true;
    }
    if (places->count == places->room) {
        const size_t room = places->room ? 2 * places->room : 64;
        places->items =
            slack__arena_realloc(places->arena, places->items, places->room * sizeof *places->items,
                                 room * sizeof *places->items);
        places->room = places->items ? room : 0;
    }
    const slack_install_place_t *place = place_copy(places, &found->record);
    if (places->items == NULL || place == NULL) {
        places->count = 0;
        places->failed = true;
        installs_fail(CLI_FAILED, "memory is out");
        return false;
    }
    places->items[places->count++] = place;
    return true;
}

int installs_each_place(installs_session_t *session, installs_place_fn fn)
{
    places_t places = {.arena = slack__arena_new(0, PLACES_BYTES), .client_id = session->client_id};
    if (places.arena == NULL) return installs_fail(CLI_FAILED, "memory is out");
    const int rc = installs_each(session, place_gather, &places);
    bool failed = places.failed;
    for (size_t i = 0; rc == 0 && i < places.count; i++) {
        slack__arena_reset(session->arena);
        failed = fn(session, places.items[i]) != CLI_OK || failed;
    }
    slack__arena_free(places.arena);
    if (rc != 0) return installs_store_failed(rc);
    return failed ? CLI_FAILED : CLI_OK;
}

/* ---- Slack ---- */

typedef struct call {
    slack_arena_t *arena;
    installs_answer_t answer;
    bool over;
} call_t;

static const slack_json_t *copy_json(slack_arena_t *arena, const slack_json_t *json)
{
    const slack_json_t *copy = NULL;
    size_t len;
    const char *text = json ? slack__json_text(arena, json, &len) : NULL;
    return text && slack__json_parse(arena, text, len, &copy, NULL) == 0 ? copy : NULL;
}

static void call_answered(const slack_response_t *response, void *user_data)
{
    call_t *call = user_data;
    const int rc = slack_response_status(response);
    const char *error = slack__arena_strdup(call->arena, slack_response_error(response));
    const char *scopes = slack__arena_strdup(call->arena, response->scopes);
    const char *why = slack__arena_strdup(call->arena, slack__response_why(response, call->arena));
    call->answer = (installs_answer_t){
        .status = rc,
        .error = error ? error : "",
        .why = why ? why : "memory is out",
        .scopes = scopes ? scopes : "",
        .json = copy_json(call->arena, slack_response_json(response)),
        .lost = rc != 0 && rc != SLACK_EAPI && !response->unsent && rc != SLACK_ECANCELED,
    };
    if (rc == 0 && call->answer.json == NULL) {
        call->answer.status = SLACK_ENOMEM;
        call->answer.lost = true;
    }
    call->over = true;
}

installs_answer_t installs_call(installs_session_t *session, const char *token,
                                slack_request_t request)
{
    slack_client_t client = {
        .webapi = session->open.webapi, .log = &session->open.log, .token = token};
    call_t call = {.arena = session->arena};
    const int rc = slack_call(&client, request, call_answered, &call);
    if (rc != 0) return (installs_answer_t){.status = rc, .error = "", .why = slack_strerror(rc)};
    cli_session_wait(&session->open, &call.over);
    return call.answer;
}

/* ---- the key ---- */

static bool check_first(void *user_data, const slack_install_found_t *found)
{
    installs_session_t *session = user_data;
    if (found->fault == SLACK_EDAMAGED) return true; /* it says nothing of the key */
    if (found->fault != 0)
        snprintf(session->wrong_key, sizeof session->wrong_key, "%s", found->why);
    return false;
}

/* Opens the entry with which the app checks its key at the start: see oauth/start.c. */
static int check_entry(installs_session_t *session)
{
    char key[sizeof session->client_id + 16], why[SLACK_ERROR_TEXT_MAX];
    slack_slice_t plain;
    snprintf(key, sizeof key, "seal-check/%s", session->client_id);
    slack_store_batch_t batch = {.limit = 1};
    slack_store_op_t get = {
        .kind = SLACK_STORE_KV_GET, .row.key = slack__slice(key), .batch = &batch};
    const int rc = cli_session_run(&session->open, &get);
    const slack_slice_t value = batch.count > 0 ? batch.rows[0].payload : (slack_slice_t){NULL, 0};
    if (rc == 0 && slack__is_sealed(value) &&
        slack__unseal(session->keys, slack__slice(key), value, session->arena, &plain, why) ==
            SLACK_ECONFIG)
        snprintf(session->wrong_key, sizeof session->wrong_key,
                 "SLACK_STORE_KEY: what the app has stored %s", why);
    slack__arena_free(batch.arena);
    return rc;
}

int installs_need_key(installs_session_t *session)
{
    if (session->keys == NULL && !slack__url_is_local(session->options.api_url))
        return installs_fail(CLI_FAILED,
                             "SLACK_STORE_KEY is not set, and the tokens would be stored in "
                             "clear: make a key with `slackapp key`");
    int rc = check_entry(session);
    if (rc == 0 && *session->wrong_key == '\0') rc = installs_each(session, check_first, session);
    if (rc != 0) return installs_store_failed(rc);
    if (*session->wrong_key) return installs_fail(CLI_FAILED, "%s", session->wrong_key);
    return CLI_OK;
}
