/* SPDX-License-Identifier: MIT */
#include "oauth/loss.h"

#include <stdio.h>
#include <string.h>

#include "inbox/own_put.h"
#include "protocol/job_names.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "util/json.h"

typedef struct loss_put {
    slack_own_put_t own;
    slack_oauth_t *oauth;
    void (*stored)(int status, void *user_data);
    void *user_data;
} loss_put_t;

static void loss_fail(loss_put_t *put, int status)
{
    void (*stored)(int status, void *user_data) = put->stored;
    void *user_data = put->user_data;
    slack__arena_free(put->own.arena);
    stored(status, user_data);
}

/* A report that the store has already is this one, of an attempt before. */
static void loss_stored(slack_app_t *app, int status, void *user_data)
{
    const loss_put_t *put = user_data;
    SLACK_CRASH("loss-stored");
    put->stored(status == SLACK_EALREADY ? 0 : status, put->user_data);
}

/* The job follows the cancellation, so that it is not canceled. */
static void rows_canceled(void *user_data, int status, size_t count)
{
    loss_put_t *put = user_data;
    SLACK_CRASH("loss-canceled");
    if (count > 0)
        SLACK_LOG(put->oauth->services->log, INFO, "rows canceled", "key=%s count=%zu",
                  put->own.own_key, count);
    if (status == 0 && put->oauth->on_uninstalled) {
        status = slack__own_put(&put->own);
        if (status == 0) return;
    }
    loss_fail(put, status);
}

/* {"reason":"…","bot":true,"users":["U1"]}. NULL: memory is out. */
static const char *loss_text(slack_arena_t *arena, const slack_loss_t *loss)
{
    slack_buf_t text;
    slack__buf_init(&text, SLACK_ARENA_MAX);
    const char *const head = loss->bot ? ",\"bot\":true,\"users\":[" : ",\"bot\":false,\"users\":[";
    int rc = slack__buf_append_slice(&text, slack__slice("{\"reason\":"));
    if (rc == 0) rc = slack__json_write_string(&text, loss->reason, strlen(loss->reason));
    if (rc == 0) rc = slack__buf_append_slice(&text, slack__slice(head));
    for (size_t i = 0; rc == 0 && i < loss->user_count; i++) {
        if (i > 0) rc = slack__buf_append_char(&text, ',');
        if (rc == 0) rc = slack__json_write_string(&text, loss->users[i], strlen(loss->users[i]));
    }
    if (rc == 0) rc = slack__buf_append_slice(&text, slack__slice("]}"));
    const char *copy =
        rc == 0 ? slack__arena_strndup(arena, slack__buf_ptr(&text), text.len) : NULL;
    slack__buf_done(&text);
    return copy;
}

static bool loss_fill(loss_put_t *put, const slack_loss_t *loss)
{
    slack_own_put_t *own = &put->own;
    const char *text = loss_text(own->arena, loss);
    const char *tenant = slack__tenant_text(own->arena, &loss->tenant);
    own->own_key = slack__arena_printf(own->arena, "%s/%s", SLACK_JOB_UNINSTALLED, loss->key);
    own->op.row = (slack_row_t){
        .kind = SLACK_SLICE("job"),
        .name = SLACK_SLICE(SLACK_JOB_UNINSTALLED),
        .payload = slack__slice(text),
        .tenant = slack__slice(tenant),
        .due_ms = slack__wall_ms(put->oauth->services->log->clock),
    };
    own->stored = loss_stored;
    own->stored_data = put;
    return text && tenant && own->own_key;
}

void slack__loss_put(slack_oauth_t *oauth, const slack_loss_t *loss,
                     void (*stored)(int status, void *user_data), void *user_data)
{
    loss_put_t *put = slack__own_put_new(oauth->inbox, sizeof *put);
    if (put == NULL) {
        stored(SLACK_ENOMEM, user_data);
        return;
    }
    put->oauth = oauth;
    put->stored = stored;
    put->user_data = user_data;
    int rc = loss_fill(put, loss) ? 0 : SLACK_ENOMEM;
    if (rc == 0 && !loss->bot)
        rows_canceled(put, 0, 0);
    else if (rc == 0)
        rc = slack__queue_cancel_tenant(oauth->queue, &loss->tenant, loss->before_id, rows_canceled,
                                        put);
    if (rc != 0) loss_fail(put, rc);
}

void slack__loss_of_record(const slack_install_found_t *found, const char *reason,
                           void (*stored)(int status, void *user_data), void *user_data,
                           void *oauth_data)
{
    slack_oauth_t *oauth = oauth_data;
    const slack_installation_t *about = &found->record.about;
    char key[400];
    snprintf(key, sizeof key, "%s/%s", found->key, found->version);
    const slack_loss_t loss = {
        .tenant = {.app_id = about->app_id,
                   .enterprise_id = about->enterprise_id,
                   .team_id = about->team_id,
                   .is_enterprise_install = about->is_enterprise_install,
                   .user_id = "",
                   .actor_enterprise_id = "",
                   .actor_team_id = "",
                   .actor_user_id = ""},
        .key = key,
        .reason = reason,
        .bot = !found->record.for_user,
        .users = &about->user_id,
        .user_count = found->record.for_user,
    };
    slack__loss_put(oauth, &loss, stored, user_data);
}
