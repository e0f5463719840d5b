/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "protocol/tenant.h"
#include "support/outbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* The rows of an app with many tenants. */

static int authorize(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    return slack_authorize_grant(request, &(slack_authorization_t){.bot_token = "xoxb-1"});
}

/* Leaves three rows: a job, a request, and its event, which waits for another attempt. */
static int leave_rows(slack_ctx_t *ctx, void *user_data)
{
    slack_defer_job(ctx, &(slack_job_t){.name = "later", .delay_ms = 3600 * 1000});
    slack_post(ctx, slack_chat_postMessage(.channel = "C1", .text = "a"));
    return SLACK_EIO;
}

static void on_done(slack_store_op_t *op)
{
    op->done = NULL;
}

/* The installations of the queued rows: "event:T1 ". With `tenant`, cancels its rows before. */
static const char *queued_rows(const slack_tenant_t *tenant)
{
    static char text[256];
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_store_t *store = slack__inspect_store(inbox.f.app);
    slack_store_batch_t batch = {.limit = 10, .state = SLACK_ROW_QUEUED};
    *text = '\0';
    for (int list = tenant == NULL; list < 2; list++) {
        slack_store_op_t op = {.kind = list ? SLACK_STORE_LIST : SLACK_STORE_CANCEL_TENANT,
                               .row.app = SLACK_SLICE("A1"),
                               .batch = &batch,
                               .done = on_done};
        if (!list) op.row.tenant = slack__slice(slack__tenant_prefix(arena, tenant));
        slack__link_init(&op.link);
        store->ops->submit(store, &op);
        world_until(&inbox.f.world, op.done == NULL);
        assert_int_equal(op.status, 0);
    }
    for (size_t i = 0; i < batch.count; i++) {
        const slack_row_t *row = &batch.rows[i];
        const size_t len = strlen(text);
        const slack_json_t *kept = NULL;
        slack__json_parse(arena, row->tenant.ptr, row->tenant.len, &kept, NULL);
        snprintf(text + len, sizeof text - len, "%.*s:%s ", (int)row->kind.len, row->kind.ptr,
                 slack_json_str(kept, "/installation"));
    }
    slack__arena_free(batch.arena);
    slack__arena_free(arena);
    return text;
}

#define T1 "event:T1 job:T1 call:T1 "
#define T2 "event:E1/T2 job:E1/T2 call:E1/T2 "
#define T3 "event:E1/T3 job:E1/T3 call:E1/T3 "
static const struct {
    slack_tenant_t tenant;
    const char *left;
} leavings[] = {
    {{.team_id = "T3"}, T1 T2 T3}, /* its organization has installed the app */
    {{.team_id = "T1"}, T2 T3},
    {{.team_id = "T2", .enterprise_id = "E1", .is_enterprise_install = true}, T3},
    {{.enterprise_id = "E1", .is_enterprise_install = true}, ""},
};

static void check_rows(const char *store)
{
    static const char *const installations[] = {
        "{'team_id':'T1','enterprise_id':'E9','is_enterprise_install':false}",
        "{'team_id':'T2','enterprise_id':'E1','is_enterprise_install':true}",
        "{'team_id':'T3','enterprise_id':'E1','is_enterprise_install':true}",
    };
    inbox_open(store, &(slack_options_t){.bot_token = "", .app_id = "A1"});
    slack_app_authorize(inbox.f.app, &(slack_authorizer_t){.fn = authorize});
    slack_on_event(inbox.f.app, "app_mention", leave_rows, NULL);
    app_ready(&inbox.f);
    for (unsigned i = 0; i < 3; i++) {
        char body[512];
        app_ack_t ack = {0};
        fake_slack_answer(inbox.f.slack, "chat.postMessage", 500, "{}");
        snprintf(body, sizeof body,
                 "{'type':'event_callback','event_id':'Ev%u','authorizations':[%s],"
                 "'event':{'type':'app_mention','channel':'C%u','user':'U1','ts':'1.1'}}",
                 i, installations[i], i);
        app_deliver(&inbox.f, body, &ack);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
        app_settle(&inbox.f);
    }
    assert_string_equal(queued_rows(NULL), T1 T2 T3);
    for (size_t i = 0; i < sizeof leavings / sizeof *leavings; i++)
        assert_string_equal(queued_rows(&leavings[i].tenant), leavings[i].left);
}

TEST(test_every_row_names_its_installation)
{
    check_rows("memory:");
    app_close(&inbox.f);
    store_file_clean();
    check_rows(store_file_url());
    app_close(&inbox.f);
}
