/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/middleware.md. */
#include "guide.h"

#include <stdlib.h>
#include <string.h>

/* ---- how each delivery ended ---- */

static void tell(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)user_data;
    fprintf(stderr, "%s by %s: %s after %.1f ms\n", slack_kind_name(slack_ctx_kind(ctx)),
            slack_ctx_listener(ctx), done->status ? slack_err_name(done->status) : "done",
            (double)done->duration_us / 1000.0);
}

static int time_it(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, tell, user_data);
    return rc ? rc : slack_next(ctx);
}

/* ---- a value for the listeners ---- */

struct account {
    unsigned credit;
};

static const slack_key_t account_key = {"account", free};

static int find_account(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    struct account *account = malloc(sizeof *account);
    if (account == NULL) return SLACK_ENOMEM;
    account->credit = strncmp(slack_ctx_user(ctx), "U0", 2) == 0 ? 5 : 0;
    int rc = slack_ctx_set(ctx, &account_key, account);
    if (rc != 0) free(account); /* the delivery owns it only if rc is 0 */
    return rc ? rc : slack_next(ctx);
}

/* ---- one that ends a delivery ---- */

static int with_credit(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const struct account *account = slack_ctx_get(ctx, &account_key);
    if (account->credit == 0) return slack_ack_text(ctx, "You have no credit left");
    return slack_next(ctx);
}

static int buy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const struct account *account = slack_ctx_get(ctx, &account_key);
    return slack_ack_text(ctx, "Yours. %u left.", account->credit - 1);
}

static int add_listeners(slack_app_t *app)
{
    const slack_middleware_t around_buy[] = {{with_credit, NULL}, {NULL, NULL}};
    const slack_listener_t on_buy = {
        .kind = SLACK_KIND_COMMAND, .match = "/buy", .middleware = around_buy, .fn = buy};
    int rc = slack_use(app, time_it, NULL);
    if (rc == 0) rc = slack_use(app, find_account, NULL);
    if (rc == 0) rc = slack_listen(app, &on_buy);
    return rc;
}

static void sells_to_users_with_credit(slack_test_t *t)
{
    slack_test_as(t, "U0RICH", NULL);
    slack_test_command(t, "/buy", "");
    slack_test_expect_ack(t, "'Yours. 4 left.'");
    slack_test_as(t, "U1POOR", NULL);
    slack_test_command(t, "/buy", "");
    slack_test_expect_ack(t, "'You have no credit left'");
}

int main(void)
{
    const guide_test_t tests[] = {{"sells to users with credit", sells_to_users_with_credit},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
