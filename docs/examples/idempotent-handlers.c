/* SPDX-License-Identifier: MIT */
/* The code of docs/idempotent-handlers.md: handlers whose second run does no harm, and their tests.
 */
#include "guides/guide.h"

#include <sqlite3.h>
#include <string.h>

static sqlite3 *db; /* SQLite locks it for each call: the handlers on workers share it */

/* ---- a key in the program's own database ---- */

/* The key of a message. Each attempt has the same one, and so has an event that was recovered. */
static void message_key(const slack_ctx_t *ctx, char *key, size_t size)
{
    snprintf(key, size, "%s/%s/%s", slack_ctx_team(ctx), slack_ctx_channel(ctx), slack_ctx_ts(ctx));
}

/* expense has the columns key (its primary key), user and amount. A row that is there stays as it
 * is. */
static int add_expense(const char *key, const char *user, const char *amount)
{
    const char *const values[] = {key, user, amount};
    sqlite3_stmt *insert = NULL;
    int rc = sqlite3_prepare_v2(
        db, "INSERT INTO expense VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING", -1, &insert,
        NULL);
    for (int i = 0; rc == SQLITE_OK && i < 3; i++)
        rc = sqlite3_bind_text(insert, i + 1, values[i], -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(insert);
    sqlite3_finalize(insert);
    return rc == SQLITE_DONE ? 0 : SLACK_EIO; /* an error that the next attempt may heal */
}

/* On a worker: "spent 12". */
static int spent(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    char key[200];
    message_key(ctx, key, sizeof key);
    int rc = add_expense(key, slack_ctx_user(ctx), slack_ctx_match(ctx, 1));
    return rc ? rc : slack_reply(ctx, "Noted");
}

/* ---- one step, one job ---- */

/* The command only stores the work. The ack goes out when the job is stored. */
static int order(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_defer(ctx, "charge",
                         slack_jsonf(ctx, "{order: %s, channel: %s}", slack_ctx_trigger_id(ctx),
                                     slack_ctx_channel(ctx)));
    return rc ? rc : slack_ack_text(ctx, "Ordered");
}

/* On a worker. The service knows the order by the key, and charges it once. */
static int charge(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *job = slack_ctx_body(ctx);
    char key[200];
    snprintf(key, sizeof key, "Idempotency-Key: %s", slack_json_str(job, "/order"));
    const char *const headers[] = {key, NULL};
    const slack_fetch_t request = {.url = "https://pay.example.com/charges",
                                   .headers = headers,
                                   .json = slack_jsonf(ctx, "{amount: 12}")};
    int rc = slack_fetch_wait(ctx, &request, NULL);
    if (rc != 0) return rc;
    return slack_post(
        ctx, slack_chat_postMessage(.channel = slack_json_str(job, "/channel"), .text = "Paid"));
}

/* ---- a look before the second run ---- */

/* On a worker: "incident 7". */
static int incident(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_response_t *made = NULL;
    char name[80];
    snprintf(name, sizeof name, "incident-%s", slack_ctx_match(ctx, 1));
    int rc = slack_call_wait(ctx, slack_conversations_create(.name = name), &made);
    if (rc == SLACK_EAPI && slack_ctx_attempt(ctx) > 1 &&
        strcmp(slack_response_error(made), "name_taken") == 0)
        rc = 0; /* an earlier attempt has made it */
    if (rc != 0) return rc;
    return slack_post(ctx,
                      slack_chat_postMessage(.channel = slack_ctx_channel(ctx),
                                             .thread_ts = slack_ctx_ts(ctx), .text = "It is open"));
}

/* ---- work that nobody may repeat ---- */

static int launch(slack_ctx_t *ctx, void *user_data)
{
    unsigned *launched = user_data;
    if (slack_ctx_attempt(ctx) > 1) /* the process of the first attempt has ended */
        return slack_say(ctx, "Was it launched? Please look, and say launch again.");
    ++*launched;
    return slack_say(ctx, "Launched");
}

static unsigned launches;

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t listeners[] = {
        {.kind = SLACK_KIND_EVENT,
         .message = 1,
         .match = "^spent ([0-9]+)$",
         .how = SLACK_MATCH_REGEX,
         .run = SLACK_RUN_WORKER,
         .fn = spent},
        {.kind = SLACK_KIND_COMMAND, .match = "/order", .fn = order},
        {.kind = SLACK_KIND_JOB, .match = "charge", .run = SLACK_RUN_WORKER, .fn = charge},
        {.kind = SLACK_KIND_EVENT,
         .message = 1,
         .match = "^incident ([0-9]+)$",
         .how = SLACK_MATCH_REGEX,
         .run = SLACK_RUN_WORKER,
         .fn = incident},
        {.kind = SLACK_KIND_EVENT,
         .message = 1,
         .match = "launch",
         .attempts = 1,
         .fn = launch,
         .user_data = &launches},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof listeners / sizeof *listeners; i++)
        rc = slack_listen(app, &listeners[i]);
    return rc;
}

/* ---- tests ---- */

static int count_expenses(void)
{
    sqlite3_stmt *count = NULL;
    int rows = -1;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM expense", -1, &count, NULL) == SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW)
        rows = sqlite3_column_int(count, 0);
    sqlite3_finalize(count);
    return rows;
}

/* Fails the test, since no call of this name comes. */
static void check(slack_test_t *t, int ok, const char *what)
{
    if (!ok) slack_test_expect(t, what, NULL);
}

/* The answer to the first reply is lost, so the handler runs again. */
static void notes_an_expense_once(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Noted'}");
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_expect(t, "chat.postMessage", "{text: 'Noted'}");
    slack_test_message(t, "spent 12");
    slack_test_advance_ms(t, 2000);
    check(t, count_expenses() == 1, "one expense");
}

static void charges_until_the_service_answers(slack_test_t *t)
{
    slack_test_expect(t, "fetch", "{url: 'https://pay.example.com/charges'}");
    slack_test_answer_http(t, 503, NULL, "maintenance");
    slack_test_expect(t, "fetch", "{url: 'https://pay.example.com/charges'}");
    slack_test_answer_http(t, 200, NULL, "");
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Paid'}");
    slack_test_command(t, "/order", "");
    slack_test_expect_ack(t, "'Ordered'");
    slack_test_advance_ms(t, 2000);
    slack_test_expect_job(t, "charge", 0);
}

static void finds_what_the_first_attempt_made(slack_test_t *t)
{
    slack_test_expect(t, "conversations.create", "{name: 'incident-7'}");
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_expect(t, "conversations.create", "{name: 'incident-7'}");
    slack_test_answer_error(t, "name_taken");
    slack_test_expect(t, "chat.postMessage", "{text: 'It is open'}");
    slack_test_message(t, "incident 7");
    slack_test_advance_ms(t, 2000);
}

static void takes_no_name_of_others(slack_test_t *t)
{
    slack_test_expect(t, "conversations.create", "{name: 'incident-8'}");
    slack_test_answer_error(t, "name_taken");
    slack_test_message(t, "incident 8");
    slack_test_expect_status(t, SLACK_EAPI);
}

static void launches_once(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Launched'}");
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_message(t, "launch");
    slack_test_advance_ms(t, 60000);
    slack_test_expect_status(t, SLACK_ECLOSED);
    check(t, launches == 1, "one launch");
}

int main(void)
{
    const guide_test_t tests[] = {
        {"notes an expense once", notes_an_expense_once},
        {"charges until the service answers", charges_until_the_service_answers},
        {"finds what the first attempt made", finds_what_the_first_attempt_made},
        {"takes no name of others", takes_no_name_of_others},
        {"launches once", launches_once},
        {NULL, NULL}};
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_exec(db, "CREATE TABLE expense (key TEXT PRIMARY KEY, user TEXT, amount TEXT)",
                     NULL, NULL, NULL) != SQLITE_OK)
        return 1;
    int failed = guide_run(add_listeners, tests);
    sqlite3_close(db);
    return failed;
}
