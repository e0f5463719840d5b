/* SPDX-License-Identifier: MIT */
#include "oauth/refresh.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/api_error.h"
#include "store/kv.h"
#include "util/crash.h"
#include "util/json.h"
#include "util/random.h"
#include "webapi/response.h"

/*
 *   lease -> read -> call -> store the pair -> over
 *              |       +-> the answer is lost: call again
 *              |       +-> refused: read -> mark -> over
 *              +-> another process has refreshed: over
 *   another process has the lease: wait -> read -> lease …
 *
 * A record is read again before each decision that another process may have changed.
 */

/* A process that has died with an answer must leave the lease while Slack still takes the refresh
 * token. Nothing says for how long that is; a refresh takes a second. If Slack takes longer than
 * the lease, another process may refresh too, and one of the pairs is dropped. */
#define LEASE_MS     20000
#define RETRY_MS     100 /* at least, until another refresh */
#define POLL_MS      200
#define POLLS_MAX    600
#define STORE_MS     1000
#define CALLS_MAX    6 /* after lost answers */
#define CONFLICT_MAX 8

static void lease_take(slack_refresh_t *r);
static void record_read(slack_refresh_t *r, void (*next)(slack_refresh_t *r));
static void record_judge(slack_refresh_t *r);
static void pair_store(slack_refresh_t *r);

/* ---- the end ---- */

static void lease_given_back(slack_store_op_t *op)
{
    slack_refresh_t *r = SLACK_CONTAINER(op, slack_refresh_t, lease);
    *r->lease_version = '\0';
    /* Those that came meanwhile. */
    slack__refresh_tell(r, r->status, r->answer ? &r->next : &r->found.record);
    slack__refresh_over(r);
}

static void refresh_end(slack_refresh_t *r, int status, const slack_install_record_t *record)
{
    r->status = status;
    slack__refresh_tell(r, status, record);
    r->lease.status = 0;
    r->lease.done = lease_given_back;
    if (*r->lease_version == '\0') {
        lease_given_back(&r->lease);
        return;
    }
    r->lease.kind = SLACK_STORE_KV_DELETE;
    r->lease.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = slack__slice(r->lease_key), .expected = slack__slice(r->lease_version)});
    slack_installations_t *in = r->rotation->installations;
    in->submit(in->place, &r->lease);
}

static const slack_logger_t *refresh_log(const slack_refresh_t *r)
{
    return slack__net_log(r->rotation->net);
}

static const char *user_of(const slack_refresh_t *r)
{
    return r->found.record.for_user ? r->found.record.about.user_id : "";
}

/* Notes a failure that heals. Returns the time until another try. */
static uint64_t refresh_failed(slack_refresh_t *r, int status, const char *why, int64_t after_s)
{
    const slack_installation_t *about = &r->found.record.about;
    const uint64_t wait_ms = slack__backoff_next_ms(
        &r->backoff, after_s > 0 ? (uint64_t)after_s * 1000 : RETRY_MS, slack__random_u64());
    r->status = status;
    snprintf(r->why, sizeof r->why, "the token was not refreshed: %s", why);
    r->due_ms = slack__mono_ms(r->rotation->net->clock) + wait_ms;
    if (r->rotation->closing) return wait_ms;
    r->rotation->counters->refreshes_failed++;
    SLACK_LOG(refresh_log(r), WARN, "token not refreshed",
              "enterprise=%s team=%s user=%s error=%s reason=%s wait_ms=%" PRIu64 " hint=%s",
              about->enterprise_id, about->team_id, user_of(r), slack_err_name(status), why,
              wait_ms, "the old token is used until it expires");
    return wait_ms;
}

static void refresh_fail(slack_refresh_t *r, int status, const char *why, int64_t after_s)
{
    refresh_failed(r, status, why, after_s);
    refresh_end(r, status, NULL);
}

/* The installation has no token, and no later try helps. */
static void refresh_end_without(slack_refresh_t *r, const char *why)
{
    snprintf(r->why, sizeof r->why, "%s", why);
    refresh_end(r, SLACK_EAUTH, NULL);
}

static void refresh_end_ended(slack_refresh_t *r, const char *word)
{
    snprintf(r->why, sizeof r->why, SLACK_TOKEN_ENDED, word);
    refresh_end(r, SLACK_EAUTH, NULL);
}

/* ---- reading ---- */

static void record_got(int status, const slack_install_found_t *found, size_t count,
                       void *user_data)
{
    slack_refresh_t *r = user_data;
    if (status == 0 && found->fault) status = found->fault;
    slack_arena_t *arena = status == 0 ? slack__arena_new(2048, 0) : NULL;
    slack_install_found_t copy = {.key = r->key};
    if (status == 0 && arena == NULL) status = SLACK_ENOMEM;
    if (status == 0) {
        copy.version = slack__arena_strdup(arena, found->version);
        if (copy.version == NULL) status = SLACK_ENOMEM;
        if (status == 0 && *copy.version)
            status = slack__install_copy(arena, &found->record, &copy.record);
    }
    if (status != 0) {
        slack__arena_free(arena);
        refresh_fail(r, status, count > 0 && found->fault ? found->why : "the store has no answer",
                     0);
        return;
    }
    slack__arena_free(r->record_arena);
    r->record_arena = arena;
    r->found = copy;
    if (*copy.version == '\0')
        refresh_end_without(r, "the app is not installed any more");
    else
        r->step(r);
}

static void record_read(slack_refresh_t *r, void (*next)(slack_refresh_t *r))
{
    const slack_install_place_t place =
        slack__install_place(&r->found.record, r->rotation->installations->client_id);
    r->step = next;
    slack__installations_get(r->rotation->installations, &place, record_got, r);
}

/* ---- marking ---- */

static void record_marked(int status, void *user_data)
{
    slack_refresh_t *r = user_data;
    SLACK_CRASH("refresh-marked");
    const bool restored = *r->next.token.refused == '\0';
    if (status == SLACK_ECONFLICT && ++r->tries < CONFLICT_MAX) {
        record_read(r, record_judge);
    } else if (status != 0) {
        refresh_fail(r, status, slack_strerror(status), 0);
    } else if (restored) {
        r->found.record = r->next;
        refresh_end(r, 0, &r->found.record);
    } else {
        r->rotation->counters->refreshes_refused++;
        refresh_end_ended(r, r->refused);
    }
}

static void record_put(slack_refresh_t *r)
{
    r->next.changed_ms = slack__wall_ms(r->rotation->net->clock);
    slack__installations_put(r->rotation->installations, &r->next, r->found.version, record_marked,
                             r);
}

static void loss_stored(int status, void *user_data)
{
    slack_refresh_t *r = user_data;
    const slack_installation_t *about = &r->found.record.about;
    if (status != 0) {
        refresh_fail(r, status, slack_strerror(status), 0);
        return;
    }
    SLACK_LOG(refresh_log(r), WARN, "Slack has ended an installation's token",
              "enterprise=%s team=%s user=%s error=%s hint=%s", about->enterprise_id,
              about->team_id, user_of(r), r->refused, "let a person install the app again");
    record_put(r);
}

/* The token before the last installation comes back, if there is one: that installation may have
 * failed. */
static void record_mark(slack_refresh_t *r)
{
    slack_rotation_t *rotation = r->rotation;
    const slack_oauth_token_t none = {"", "", "", 0, ""};
    r->next = r->found.record;
    if (*r->next.previous.access && !*r->next.previous.refused) {
        r->next.token = r->next.previous;
        r->next.previous = none;
        record_put(r);
        return;
    }
    r->next.token.refused = r->refused;
    rotation->lost(&r->found, r->refused, loss_stored, r, rotation->lost_data);
}

/* ---- storing the pair ---- */

static void pair_conflicts(slack_refresh_t *r)
{
    const slack_oauth_token_t token = r->next.token;
    if (strcmp(r->found.record.token.refresh, r->used) != 0) { /* a newer pair */
        slack__arena_free(r->answer);
        r->answer = NULL;
        refresh_end(r, 0, &r->found.record);
        return;
    }
    r->next = r->found.record;
    r->next.token = token;
    pair_store(r);
}

static void pair_stored(int status, void *user_data)
{
    slack_refresh_t *r = user_data;
    SLACK_CRASH("refresh-stored");
    slack_rotation_t *rotation = r->rotation;
    const slack_installation_t *about = &r->found.record.about;
    if (status == SLACK_ECONFLICT) {
        record_read(r, pair_conflicts);
    } else if (status == 0) {
        rotation->counters->refreshes++;
        SLACK_LOG(refresh_log(r), INFO, "token refreshed", "enterprise=%s team=%s user=%s tries=%u",
                  about->enterprise_id, about->team_id, user_of(r), r->tries);
        refresh_end(r, 0, &r->next);
    } else if (rotation->closing || status == SLACK_ECANCELED) {
        SLACK_LOG(
            refresh_log(r), ERROR, "refreshed token not stored",
            "enterprise=%s team=%s user=%s error=%s hint=%s", about->enterprise_id, about->team_id,
            user_of(r), slack_err_name(status),
            "start the app again at once: Slack takes the old refresh token only for a while");
        refresh_fail(r, status, slack_strerror(status), 0);
    } else { /* Slack gives this pair only once: it is kept until the store takes it */
        refresh_failed(r, status, "the store has not taken the new token", 0);
        slack__refresh_tell(r, status, NULL);
        slack__refresh_tick(r, STORE_MS, pair_store);
    }
}

static void pair_store(slack_refresh_t *r)
{
    slack__installations_put(r->rotation->installations, &r->next, r->found.version, pair_stored,
                             r);
}

/* ---- the call ---- */

static void pair_ask(slack_refresh_t *r);

/* Words after which no refresh can succeed. "invalid_auth" is not among them: it may be about the
 * app's credentials. */
static bool is_final(const char *word)
{
    return strcmp(word, "invalid_refresh_token") == 0 ||
           (slack__api_error(word) == SLACK_API_DEAD_TOKEN && strcmp(word, "invalid_auth") != 0 &&
            strcmp(word, "not_authed") != 0);
}

/* Slack may have made a pair that the app does not have. */
static bool is_lost(const slack_response_t *response)
{
    if (response->status == SLACK_EAPI)
        return slack__api_error(response->error) == SLACK_API_TRANSIENT;
    return !response->unsent && response->http_status != 429;
}

static void pair_lost(slack_refresh_t *r, const slack_response_t *response)
{
    const char *why = slack__response_why(response, r->scratch);
    if (r->rotation->closing || ++r->tries >= CALLS_MAX) {
        refresh_fail(r, response->status, why, slack__response_retry_after_s(response));
        return;
    }
    uint64_t wait_ms = 0; /* the first time at once: Slack takes the refresh token for a while */
    if (r->tries > 1) {
        wait_ms = refresh_failed(r, response->status, why, 0);
        slack__refresh_tell(r, response->status, NULL);
    }
    slack__refresh_tick(r, wait_ms, pair_ask);
}

static void pair_refused(slack_refresh_t *r, const slack_response_t *response)
{
    const char *why = slack__response_why(response, r->scratch);
    if (response->status == SLACK_EAPI)
        r->refused = slack__arena_strdup(r->scratch, response->error);
    if (response->status != SLACK_EAPI || !is_final(response->error)) {
        refresh_fail(r, response->status, why, slack__response_retry_after_s(response));
    } else if (r->refused == NULL) {
        refresh_fail(r, SLACK_ENOMEM, "out of memory", 0);
    } else {
        r->dead = true;
        record_read(r, record_judge);
    }
}

static void pair_answered(const slack_response_t *response, void *user_data)
{
    slack_refresh_t *r = user_data;
    const char *why = "";
    SLACK_CRASH("refresh-answered");
    if (response->status != 0 && is_lost(response)) {
        pair_lost(r, response);
        return;
    }
    if (response->status != 0) {
        pair_refused(r, response);
        return;
    }
    r->next = r->found.record;
    const int rc = slack__install_refreshed(response->json, slack__wall_ms(r->rotation->net->clock),
                                            &r->next, &why);
    if (rc != 0) {
        refresh_fail(r, rc, why, 0);
        return;
    }
    slack__webapi_keep(
        response); /* the pair lies there: nothing needs memory before it is stored */
    r->answer = slack__webapi_arena(response);
    slack__refresh_tick(r, 0, pair_store);
}

static void pair_ask(slack_refresh_t *r)
{
    const slack_rotation_t *rotation = r->rotation;
    const slack_json_t *args = NULL;
    slack_client_t client = *rotation->client;
    if (rotation->closing) {
        refresh_fail(r, SLACK_ECANCELED, "the app stops", 0);
        return;
    }
    const int64_t left_ms = r->lease.row.due_ms - slack__wall_ms(rotation->net->clock);
    if (left_ms <= 0) {
        lease_take(r);
        return;
    }
    client.once = true;
    client.wait_ms = (unsigned)left_ms; /* later, another process may send it as well */
    r->used = slack__arena_strdup(r->scratch, r->found.record.token.refresh);
    int rc = r->used ? slack__jsonf(r->scratch, &args, NULL,
                                    "{grant_type: 'refresh_token', refresh_token: %s}", r->used)
                     : SLACK_ENOMEM;
    SLACK_CRASH("refresh-asked");
    if (rc == 0) rc = slack__webapi_call(&client, "oauth.v2.access", args, pair_answered, r);
    if (rc != 0) refresh_fail(r, rc, slack__webapi_refusal(&client, "oauth.v2.access", rc), 0);
}

/* ---- the decision ---- */

/* Whether a refresh may help: not if Slack has refused it, or has ended the token before its time.
 */
static bool is_refreshable(const slack_refresh_t *r, const slack_oauth_token_t *token)
{
    return *token->refresh && !r->dead &&
           (r->refused == NULL || strcmp(r->refused, "token_expired") == 0);
}

static void record_judge(slack_refresh_t *r)
{
    const slack_oauth_token_t *token = &r->found.record.token;
    const bool expired =
        token->expires_ms != 0 && token->expires_ms <= slack__wall_ms(r->rotation->net->clock);
    if (*token->refused || *token->access == '\0')
        refresh_end_ended(r, token->refused);
    else if (strcmp(token->access, r->stale) != 0 && !expired)
        refresh_end(r, 0, &r->found.record); /* another process was faster */
    else if (r->refused && !is_refreshable(r, token))
        record_mark(r);
    else if (!is_refreshable(r, token))
        refresh_end_without(r, "the token has expired, and has no refresh token");
    else if (*r->lease_version)
        pair_ask(r);
    else
        lease_take(r);
}

/* ---- the lease ---- */

static void poll(slack_refresh_t *r)
{
    if (r->rotation->closing)
        refresh_fail(r, SLACK_ECANCELED, "the app stops", 0);
    else
        record_read(r, record_judge);
}

static void lease_answered(slack_store_op_t *op)
{
    slack_refresh_t *r = SLACK_CONTAINER(op, slack_refresh_t, lease);
    const bool taken = op->status == 0 && !op->duplicate;
    if (!taken) *r->lease_version = '\0';
    if (op->status != 0)
        refresh_fail(r, op->status, slack_strerror(op->status), 0);
    else if (taken)
        record_read(r, record_judge);
    else if (++r->polls < POLLS_MAX)
        slack__refresh_tick(r, POLL_MS, poll);
    else
        refresh_fail(r, SLACK_ETIMEDOUT, "another process refreshes it without end", 0);
}

static void lease_take(slack_refresh_t *r)
{
    slack_rotation_t *rotation = r->rotation;
    snprintf(r->lease_version, sizeof r->lease_version, "%016" PRIx64 "%016" PRIx64,
             slack__random_u64(), slack__random_u64());
    r->lease.kind = SLACK_STORE_KV_ADD;
    r->lease.duplicate = false;
    r->lease.done = lease_answered;
    r->lease.row = slack__kv_to_row(
        &(slack_kv_entry_t){.key = slack__slice(r->lease_key),
                            .version = slack__slice(r->lease_version),
                            .until_ms = slack__wall_ms(rotation->net->clock) + LEASE_MS});
    rotation->installations->submit(rotation->installations->place, &r->lease);
}

void slack__refresh_begin(slack_refresh_t *r)
{
    slack__arena_free(r->answer);
    r->answer = NULL;
    r->dead = false;
    r->tries = r->polls = 0;
    r->status = 0;
    if (r->lease_key == NULL)
        r->lease_key = slack__arena_join(r->arena, "refresh/", r->key + strlen("install/"));
    if (r->rotation->closing)
        refresh_fail(r, SLACK_ECANCELED, "the app stops", 0);
    else if (r->lease_key == NULL)
        refresh_fail(r, SLACK_ENOMEM, "out of memory", 0);
    else
        record_judge(r);
}
