/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/outbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* Requests outside of a delivery, and requests that name others by their keys. */

static int stored_status = 1, canceled_status;
static unsigned stored, canceled;

static void on_stored(slack_app_t *app, int status, void *user_data)
{
    stored_status = status;
    stored++;
}

static void on_canceled(slack_app_t *app, int status, void *user_data)
{
    canceled_status = status;
    canceled++;
}

/* Stores a request for C1, and waits until it is stored. */
static int put(const char *key, const char *of, slack_request_t request)
{
    const unsigned before = stored;
    slack_post_options_t post = {
        .request = request, .key = key, .of = of, .then = "ended", .stored = on_stored};
    assert_int_equal(slack_app_post_request(inbox.f.app, &post), 0);
    world_until(&inbox.f.world, stored > before);
    return stored_status;
}

static int put_message(const char *key, const char *text)
{
    return put(key, NULL, slack_chat_postMessage(.channel = "C1", .text = text));
}

static int put_update(const char *key, const char *of, const char *text)
{
    return put(key, of, slack_chat_update(.channel = "C1", .text = text));
}

static int cancel(const char *key)
{
    const unsigned before = canceled;
    assert_int_equal(slack_cancel_post(inbox.f.app, key, on_canceled, NULL), 0);
    world_until(&inbox.f.world, canceled > before);
    return canceled_status;
}

/* Notes "KEY TS ERROR;" of each request that has ended. */
static int ended(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *body = slack_ctx_body(ctx);
    char note[128];
    snprintf(note, sizeof note, "%s %s %.14s;", slack_json_str(body, "/key"),
             slack_json_str(body, "/ts"), slack_json_str(body, "/error"));
    inbox_note(note);
    return 0;
}

static slack_dead_post_t dead;
static char dead_text[160];

static void on_dead_post(slack_app_t *app, const slack_dead_post_t *post, void *user_data)
{
    dead = *post;
    snprintf(dead_text, sizeof dead_text, "%s %s %s %s", post->method, post->key,
             slack_json_str(post->args, "/channel"), post->error);
}

static void open_ready(void)
{
    slack_on_job(inbox.f.app, "ended", ended, NULL);
    slack_on_dead_post(inbox.f.app, on_dead_post, NULL);
    app_ready(&inbox.f);
}

static void answer_posts(const char *answer)
{
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 200, answer);
}

static const char posted[] = "{'ok':true,'channel':'C1','ts':'7.1'}";
static const char limited[] = "{'ok':false,'error':'ratelimited'}";

EACH_STORE(test_a_request_outside_of_a_delivery)
{
    slack_post_options_t early = {
        .request = slack_chat_postMessage(.channel = "C1", .text = "early"), .stored = on_stored};
    assert_int_equal(slack_app_post_request(inbox.f.app, &early), 0);
    answer_posts(posted);
    answer_posts(posted);
    open_ready();
    until_calls("P");
    assert_int_equal(put_message("k", "a"), 0);
    assert_int_equal(put_message("k", "b"), SLACK_EALREADY);
    until_calls("PP");
    assert_int_equal(put_message("k", "c"), SLACK_EALREADY);
    pass(2);
    assert_string_equal(calls(), "PP");
    assert_string_equal(call_arg(0, "/text"), "early");
    assert_string_equal(call_arg(1, "/text"), "a");
    assert_string_equal(inbox.order, "k 7.1 ;");
}

EACH_STORE(test_a_request_is_canceled_by_its_key)
{
    answer_posts(limited);
    open_ready();
    put_message("first", "a");
    until_calls("P");
    put_message("second", "b");
    assert_int_equal(cancel("second"), 0);
    assert_int_equal(cancel("second"), SLACK_ENOTFOUND);
    assert_int_equal(cancel("none"), SLACK_ENOTFOUND);
    pass(2);
    assert_string_equal(calls(), "PP");
    assert_string_equal(call_arg(1, "/text"), "a");
    assert_int_equal(cancel("first"), SLACK_ENOTFOUND); /* it has ended */
    assert_int_equal(put_message("second", "b"), 0);    /* its key is free */
}

EACH_STORE(test_a_canceled_request_holds_up_no_other)
{
    answer_posts(limited);
    open_ready();
    put_message("first", "a");
    until_calls("P");
    put_message("second", "b");
    app_settle(&inbox.f); /* it is claimed, and has to wait */
    assert_int_equal(cancel("first"), 0);
    app_settle(&inbox.f); /* the first one's next attempt is not due yet */
    assert_string_equal(calls(), "PP");
    assert_string_equal(call_arg(1, "/text"), "b");
}

/* The newest update is canceled, so the one before it is sent. */
EACH_STORE(test_an_update_takes_the_place_of_a_newer_one_that_is_not_sent)
{
    answer_posts(limited);
    answer_posts(posted);
    open_ready();
    put_message("order", "a");
    until_calls("P");
    put_update("one", "order", "one");
    put_update("two", "order", "two");
    put_update("three", "order", "three");
    assert_int_equal(cancel("three"), 0);
    pass(7);
    assert_string_equal(call_arg(fake_slack_count(inbox.f.slack) - 1, "/text"), "two");
    assert_ptr_equal(strstr(calls(), "PPU"), calls());
}

/* Each request about a message gets the ts of that message, where its method takes it. */
EACH_STORE(test_requests_name_a_message_by_its_key)
{
    static const char *const paths[] = {"/ts", "/ts", "/timestamp", "/thread_ts", "/ts"};
    answer_posts(limited);
    answer_posts("{'ok':true,'channel':'C9','ts':'7.1'}");
    open_ready();
    put_message("order", "a");
    until_calls("P");
    put_update(NULL, "order", "one");
    put_update(NULL, "order", "two");
    put(NULL, "order", slack_reactions_add(.channel = "C1", .name = "eyes"));
    put(NULL, "order", slack_chat_postMessage(.channel = "C1", .text = "reply"));
    put(NULL, "order", slack_chat_delete(.channel = "C1"));
    assert_string_equal(calls(), "P"); /* they wait behind the message */
    pass(7);
    assert_string_equal(calls(), "PPU+PD"); /* and only the newest update is sent */
    assert_string_equal(call_arg(2, "/text"), "two");
    for (size_t i = 2; i < 6; i++) {
        assert_string_equal(call_arg(i, "/channel"), "C9");
        assert_string_equal(call_arg(i, paths[i - 1]), "7.1");
    }
    assert_non_null(strstr(inbox.order, "order 7.1 ;  a newer update;"));
}

INBOX_STORED(test_a_message_is_known_after_a_restart)
{
    answer_posts(posted);
    open_ready();
    put_message("order", "a");
    until_calls("P");
    pass(1);
    inbox_restart();
    open_ready();
    put_update("update", "order", "one");
    until_calls("U");
    assert_string_equal(call_arg(0, "/ts"), "7.1");
    put_update("update", "order", "again");
    pass(1);
    assert_string_equal(calls(), "U");
}

EACH_STORE(test_a_message_that_was_not_posted)
{
    answer_posts("{'ok':false,'error':'is_archived'}");
    open_ready();
    put_message("order", "a");
    until_calls("P");
    pass(1);
    assert_non_null(
        strstr(dead_text, "chat.postMessage order C1 SLACK_EAPI chat.postMessage: is_archived"));
    assert_int_equal(dead.attempts, 1);
    put_update("update", "order", "one");
    pass(2);
    assert_string_equal(calls(), "P");
    assert_int_equal(dead.status, SLACK_ENOTFOUND);
    assert_int_equal(inbox.deads, 0); /* the hook of deliveries does not get it */
    assert_non_null(strstr(inbox.order, "update  no message wit;"));
}

/* A file is shared once: files.info says whether it is. */
static void test_a_file(void **state)
{
    static const char shared[] =
        "{'ok':true,'file':{'id':'F1','shares':{'public':{'C1':[{'ts':'7.1'}]}}}}";
    static const struct {
        const char *first, *second, *calls;
    } cases[] = {
        {shared, NULL, "FI"},
        {"{'ok':true,'file':{'id':'F1'}}", shared, "FII"}, /* its message is not there yet */
        {"{'ok':false,'error':'file_not_found'}", NULL, "FIF"},
        {"{'ok':false,'error':'internal_error'}", shared, "FII"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inbox_on_sqlite(NULL);
        fake_slack_answer(inbox.f.slack, "files.completeUploadExternal", 500, "{}");
        fake_slack_answer(inbox.f.slack, "files.info", 200, cases[i].first);
        if (cases[i].second) fake_slack_answer(inbox.f.slack, "files.info", 200, cases[i].second);
        open_ready();
        slack_json_pool_t *pool = slack_json_pool_new();
        put("f", NULL,
            slack_files_completeUploadExternal(.files = slack_pool_jsonf(pool, "[{id: 'F1'}]"),
                                               .channel_id = "C1"));
        slack_json_pool_free(pool);
        until_calls("F");
        for (unsigned j = 0; j < 10 && strcmp(calls(), cases[i].calls) != 0; j++) {
            app_pass_and_claim(&inbox.f, 8000);
            world_turn(&inbox.f.world);
            app_settle(&inbox.f);
        }
        if (strcmp(calls(), cases[i].calls) != 0)
            fail_msg("case %zu: %s in place of %s", i, calls(), cases[i].calls);
        app_close(&inbox.f);
    }
}
TEST_ADD(test_a_file, "test_a_file", test_a_file, NULL, NULL, NULL)

/* ---- many workspaces ---- */

static unsigned asked, fail_first;
static char asked_team[16];

static int authorize(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    snprintf(asked_team, sizeof asked_team, "%s", tenant->team_id);
    if (asked++ < fail_first) return SLACK_EIO;
    return slack_authorize_grant(
        request,
        &(slack_authorization_t){.bot_token = "xoxb-7", .bot_id = "B7", .bot_user_id = "U7"});
}

static void open_for_many(void)
{
    inbox_open(store_file_url(), &(slack_options_t){.bot_token = "", .app_id = "A1"});
    slack_app_authorize(inbox.f.app, &(slack_authorizer_t){.fn = authorize});
    open_ready();
    asked = 0;
}

/* The call is unclear. What puts the look off, such as a failed authorization, does not make the
 * next attempt send without one. */
INBOX_CLOSED(test_a_call_stays_unclear_until_a_look)
{
    fail_first = 0;
    open_for_many();
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 500, "{}");
    slack_post_options_t post = {.request = slack_chat_postMessage(.channel = "C1", .text = "a"),
                                 .tenant = &(slack_tenant_t){.team_id = "T7"}};
    assert_int_equal(slack_app_post_request(inbox.f.app, &post), 0);
    until_calls("P");
    assert_string_equal(asked_team, "T7");
    assert_string_equal(fake_slack_call(inbox.f.slack, 0)->token, "xoxb-7");
    app_close(&inbox.f);
    fail_first = 2;
    open_for_many();
    fake_slack_answer(inbox.f.slack, "conversations.history", 429, limited);
    fake_slack_answer(inbox.f.slack, "conversations.history", 200, "{'ok':true,'messages':[]}");
    pass(6);
    assert_string_equal(calls(), "HHP");
}

/* The app stops while the store works for an attempt: the next process goes on. */
INBOX_STORED(test_a_stop_while_the_store_works)
{
    dead.id = 0;
    answer_posts(posted);
    open_ready();
    put_message("order", "a");
    until_calls("P");
    for (unsigned i = 0; i < 8; i++) {
        put_update(NULL, "order", "one");
        inbox_end_at_once();
        inbox_open(store_file_url(), NULL);
        open_ready();
    }
    put_update(NULL, "order", "last");
    pass(4);
    assert_string_equal(call_arg(fake_slack_count(inbox.f.slack) - 1, "/text"), "last");
    assert_int_equal(dead.id, 0);
}
