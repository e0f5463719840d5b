/* SPDX-License-Identifier: MIT */
/*
 * Middleware: one that measures the time of every delivery, one that attaches a value for the
 * listeners, and two around single listeners.
 *
 *     /whoami        says what the middleware knows about the user
 *     deploy WHAT    a message, in #general only; the pattern captures WHAT
 *     /roll          works three times a minute for each user
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/middleware      and in a third, after the same eval:
 *     build/slackapp sim send command /whoami
 *     build/slackapp sim send message --channel random deploy api       no answer
 *     build/slackapp sim send message deploy api
 */
#include <slack/slack.h>

#include <stdio.h>
#include <stdlib.h>

/* ---- around all listeners: the duration and the result ---- */

static void tell(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)user_data;
    fprintf(stderr, "middleware: %s by %s: %s, acked after %.1f ms, done after %.1f ms\n",
            slack_kind_name(slack_ctx_kind(ctx)), slack_ctx_listener(ctx),
            done->status ? slack_err_name(done->status) : "fine", (double)done->ack_us / 1000.0,
            (double)done->duration_us / 1000.0);
}

/* on_done is called when the delivery has ended, even if a handler continues after its return. */
static int time_it(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, tell, user_data);
    return rc ? rc : slack_next(ctx);
}

/* ---- around all listeners: a value, freed with the delivery ---- */

struct account {
    const char *name;
    unsigned visits;
};

static const slack_key_t account_key = {"account", free};

static int attach_account(slack_ctx_t *ctx, void *user_data)
{
    unsigned *visits = user_data; /* a real middleware would look the user up */
    struct account *account = malloc(sizeof *account);
    if (account == NULL) return SLACK_ENOMEM;
    *account = (struct account){slack_ctx_user(ctx), ++*visits};
    int rc = slack_ctx_set(ctx, &account_key, account);
    if (rc != 0) free(account); /* the delivery owns it only if rc is 0 */
    return rc ? rc : slack_next(ctx);
}

static int whoami(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const struct account *account = slack_ctx_get(ctx, &account_key);
    return slack_ack_text(ctx, "<@%s>, delivery %u", account->name, account->visits);
}

/* ---- around one listener ---- */

static int deploy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Deploying %s…", slack_ctx_match(ctx, 1));
}

static int roll(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_text(ctx, "%d", 1 + rand() % 6);
}

static int add(slack_app_t *app, slack_user_limit_t *limit)
{
    static unsigned visits;
    static char general[] =
        "C0GENERAL1"; /* ids, separated by commas; this one is the simulator's */
    const slack_middleware_t in_general[] = {{slack_only_in_channels, general}, {NULL, NULL}};
    const slack_middleware_t rarely[] = {{slack_limit_users, limit}, {NULL, NULL}};
    const slack_listener_t listeners[] = {
        {.kind = SLACK_KIND_COMMAND, .match = "/whoami", .fn = whoami},
        {.kind = SLACK_KIND_EVENT,
         .message = 1,
         .match = "^deploy (\\w+)",
         .how = SLACK_MATCH_REGEX,
         .middleware = in_general,
         .fn = deploy},
        {.kind = SLACK_KIND_COMMAND, .match = "/roll", .middleware = rarely, .fn = roll},
    };
    int rc = slack_use(app, time_it, NULL);
    if (rc == 0) rc = slack_use(app, attach_account, &visits);
    for (size_t i = 0; rc == 0 && i < sizeof listeners / sizeof *listeners; i++)
        rc = slack_listen(app, &listeners[i]);
    return rc;
}

int main(void)
{
    slack_app_t *app = NULL;
    slack_user_limit_t *limit = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_user_limit_new(&limit, 3, 60 * 1000);
    if (rc == 0) rc = add(app, limit);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "middleware: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    slack_user_limit_free(limit);
    return rc != 0;
}
