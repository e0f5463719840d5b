/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "oauth/oauth.h"
#include "store/kv.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/json.h"
#include "util/random.h"

/*
 * Two entries of the store are read at the start, one after the other, and written if they are not
 * there:
 *
 *   seal-check/CLIENT_ID   a text that is sealed with the key. A start with a wrong key fails at
 * it, before anything is read or written with that key. app/CLIENT_ID          the app's name for
 * its rows. An app of one workspace is named after its bot; when it becomes a distributed one it
 * keeps that name, so that its rows are its own, also when the bot's token is not set any more.
 * Each process of the app reads the same name. The entry also has the workspace of that bot, to
 * which rows from before belong.
 */

#define CHECK_TEXT  "slackapp"
#define CHECK_CLEAR "in clear" /* written without a key */
#define TRIES_MAX   8          /* of an entry that another process writes at the same time */
#define AGAIN_MS    1000       /* from one question to a store that is away to the next */

typedef struct slack_oauth_start {
    slack_oauth_t *oauth;
    slack_timer_t timer; /* until a store that is away is asked again */
    slack_arena_t *arena;
    slack_store_op_t op; /* on the entry `key` */
    slack_store_batch_t batch;
    const char *key;
    unsigned tries;
    void (*judge)(struct slack_oauth_start *s, const slack_kv_entry_t *entry); /* NULL: none */
    void (*next)(struct slack_oauth_start *s);                                 /* it is as wanted */
} start_t;

static void start_free(start_t *s)
{
    s->oauth->start = NULL;
    slack__arena_free(s->batch.arena);
    slack__arena_free(s->arena);
    slack__free(s);
}

static void start_fail(start_t *s, int status, const char *error)
{
    slack_oauth_t *oauth = s->oauth;
    start_free(s);
    if (oauth->events) oauth->events->failed(oauth->events_data, status, error);
}

static void start_fail_store(start_t *s, int status)
{
    char error[SLACK_ERROR_TEXT_MAX];
    slack__explain(error, "SLACK_STORE: the entry %.100s cannot be read or written: %s", s->key,
                   slack_strerror(status));
    start_fail(s, status, error);
}

/* ---- entries ---- */

static void entry_done(slack_store_op_t *op);

static void entry_submit(start_t *s, const slack_store_op_t *op)
{
    s->op = *op;
    s->op.done = entry_done;
    slack__link_init(&s->op.link);
    slack__queue_submit(s->oauth->queue, &s->op);
}

static void entry_read(start_t *s)
{
    slack__arena_free(s->batch.arena);
    s->batch = (slack_store_batch_t){.limit = 1};
    entry_submit(s, &(slack_store_op_t){.kind = SLACK_STORE_KV_GET,
                                        .row.key = slack__slice(s->key),
                                        .batch = &s->batch});
}

static void entry_read_again(slack_timer_t *timer)
{
    entry_read(SLACK_CONTAINER(timer, start_t, timer));
}

static void entry_done(slack_store_op_t *op)
{
    start_t *s = SLACK_CONTAINER(op, start_t, op);
    if (op->status == SLACK_ESTORE && s->oauth->options->store_wait && s->oauth->events) {
        slack__timer_start(s->oauth->services->net, &s->timer, AGAIN_MS);
    } else if (op->status != 0) {
        start_fail_store(s, op->status);
    } else if (op->kind == SLACK_STORE_KV_GET) {
        slack_kv_entry_t entry;
        if (s->batch.count) entry = slack__kv_from_row(s->batch.rows);
        s->judge(s, s->batch.count ? &entry : NULL);
    } else if (!op->duplicate) {
        s->next(s);
    } else if (++s->tries < TRIES_MAX) {
        entry_read(s);
    } else {
        start_fail_store(s, SLACK_ECONFLICT);
    }
}

/* Replaces the entry that was read. */
static void entry_write(start_t *s, const slack_kv_entry_t *there, slack_slice_t value)
{
    const char *version = slack__arena_printf(s->arena, "%016" PRIx64, slack__random_u64());
    if (version == NULL) {
        start_fail_store(s, SLACK_ENOMEM);
        return;
    }
    const slack_row_t row =
        slack__kv_to_row(&(slack_kv_entry_t){.key = slack__slice(s->key),
                                             .version = slack__slice(version),
                                             .value = value,
                                             .until_ms = SLACK_KV_FOREVER,
                                             .expected = there ? there->version : SLACK_SLICE("")});
    entry_submit(s, &(slack_store_op_t){.kind = SLACK_STORE_KV_SWAP, .row = row});
}

/* ---- the name ---- */

/* The first start of the distributed app. */
static void name_write(start_t *s, const slack_kv_entry_t *there)
{
    slack_identity_t *identity = s->oauth->identity;
    if (s->oauth->options->bot_token && !identity->has_own && *identity->app == '\0') {
        start_fail(s, SLACK_EAUTH,
                   "Slack refuses the token in SLACK_BOT_TOKEN, by which the first start of a "
                   "distributed app finds the rows that the store has of it: set a good token, or "
                   "none if there are no such rows");
        return;
    }
    const slack_json_t *value = NULL;
    const slack_home_t *home = &identity->home;
    if (*identity->app == '\0')
        snprintf(identity->app, sizeof identity->app, "%s", s->oauth->options->client_id);
    identity->home = identity->own_home;
    int rc = slack__jsonf(s->arena, &value, NULL,
                          "{name: %s, team_id: %s, enterprise_id: %s, is_enterprise_install: !!%d}",
                          identity->app, home->team_id, home->enterprise_id,
                          home->is_enterprise_install);
    size_t len = 0;
    const char *text = rc == 0 ? slack__json_text(s->arena, value, &len) : NULL;
    if (text)
        entry_write(s, there, (slack_slice_t){text, len});
    else
        start_fail_store(s, SLACK_ENOMEM);
}

/* SLACK_APP_ID has the last word. */
static void name_judge(start_t *s, const slack_kv_entry_t *entry)
{
    slack_identity_t *identity = s->oauth->identity;
    slack_home_t *home = &identity->home;
    const slack_json_t *value = NULL;
    if (entry && !entry->damaged)
        slack__json_parse(s->arena, entry->value.ptr, entry->value.len, &value, NULL);
    const char *name = slack_json_str(value, "/name");
    if (*name == '\0' || strlen(name) >= sizeof identity->app) {
        name_write(s, entry);
        return;
    }
    if (s->oauth->options->app_id == NULL)
        snprintf(identity->app, sizeof identity->app, "%s", name);
    snprintf(home->team_id, sizeof home->team_id, "%s", slack_json_str(value, "/team_id"));
    snprintf(home->enterprise_id, sizeof home->enterprise_id, "%s",
             slack_json_str(value, "/enterprise_id"));
    home->is_enterprise_install = slack_json_bool(value, "/is_enterprise_install");
    s->next(s);
}

static void start_over(start_t *s)
{
    slack_oauth_t *oauth = s->oauth;
    start_free(s);
    oauth->started = true;
    if (oauth->events) oauth->events->started(oauth->events_data);
}

static void name_begin(start_t *s)
{
    s->key = slack__arena_printf(s->arena, "app/%s", s->oauth->options->client_id);
    s->judge = name_judge;
    s->next = start_over;
    s->tries = 0;
    if (s->key)
        entry_read(s);
    else
        start_fail(s, SLACK_ENOMEM, slack_strerror(SLACK_ENOMEM));
}

/* ---- the key ---- */

static void check_write(start_t *s, const slack_kv_entry_t *there)
{
    slack_keyring_t *keys = s->oauth->keys;
    slack_slice_t value = SLACK_SLICE(CHECK_CLEAR);
    int rc = 0;
    if (keys)
        rc = slack__seal(keys, slack__slice(s->key), SLACK_SLICE(CHECK_TEXT), s->arena, &value);
    if (rc == 0)
        entry_write(s, there, value);
    else
        start_fail_store(s, rc);
}

/* Whether a sealed text was sealed with the first key. */
static bool is_newest(start_t *s, slack_slice_t sealed)
{
    const char *begins = slack__arena_printf(s->arena, "v1.%s.", slack__keyring_id(s->oauth->keys));
    return begins && slack__slice_begins(sealed, slack__slice(begins));
}

static void check_judge(start_t *s, const slack_kv_entry_t *entry)
{
    slack_keyring_t *keys = s->oauth->keys;
    char error[SLACK_ERROR_TEXT_MAX], why[SLACK_ERROR_TEXT_MAX] = "is damaged";
    slack_slice_t text;
    if (entry == NULL) {
        check_write(s, NULL);
        return;
    }
    if (!entry->damaged && slack__slice_eq(entry->value, SLACK_SLICE(CHECK_CLEAR))) {
        if (keys)
            SLACK_LOG(s->oauth->services->log, WARN, "installations in clear are not used",
                      "hint=%s", "they were stored without SLACK_STORE_KEY: install the app again");
        if (keys)
            check_write(s, entry);
        else
            s->next(s);
        return;
    }
    int rc = entry->damaged ? SLACK_EDAMAGED
                            : slack__unseal(keys, entry->key, entry->value, s->arena, &text, why);
    if (rc == 0 && is_newest(s, entry->value)) {
        s->next(s);
    } else if (rc == 0) {
        check_write(s, entry);
    } else {
        slack__explain(
            error,
            rc == SLACK_ECONFIG
                ? "SLACK_STORE_KEY: what the store holds of the app %.64s %.160s; nothing "
                  "was changed"
                : "SLACK_STORE: the entry seal-check/%.64s %.160s: restore the store",
            s->oauth->options->client_id, why);
        start_fail(s, rc, error);
    }
}

void slack__oauth_start(slack_oauth_t *oauth)
{
    start_t *s = slack__calloc(1, sizeof *s);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *key =
        arena ? slack__arena_printf(arena, "seal-check/%s", oauth->options->client_id) : NULL;
    if (s == NULL || key == NULL) {
        slack__free(s);
        slack__arena_free(arena);
        oauth->events->failed(oauth->events_data, SLACK_ENOMEM, slack_strerror(SLACK_ENOMEM));
        return;
    }
    *s = (start_t){
        .oauth = oauth, .arena = arena, .key = key, .judge = check_judge, .next = name_begin};
    slack__timer_init(&s->timer, entry_read_again);
    oauth->start = s;
    entry_read(s);
}

void slack__oauth_start_close(slack_oauth_t *oauth)
{
    start_t *s = oauth->start;
    if (!s || !slack__timer_waits(&s->timer)) return;
    slack__timer_stop(oauth->services->net, &s->timer);
    start_free(s);
}
