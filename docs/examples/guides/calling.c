/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/calling.md. */
#include "guide.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

static int remind(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack_text(ctx, "In an hour, then");
    if (rc != 0) return rc;
    const slack_request_t later =
        slack_chat_scheduleMessage(.channel = slack_ctx_channel(ctx), .post_at = time(NULL) + 3600,
                                   .text = slack_json_str(slack_ctx_body(ctx), "/text"),
                                   .unfurl_links = SLACK_NO);
    return slack_call_wait(ctx, later, NULL);
}

static int local_time(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_response_t *info = NULL;
    int rc = slack_ack(ctx);
    if (rc == 0) rc = slack_call_wait(ctx, slack_users_info(.user = slack_ctx_user(ctx)), &info);
    return rc ? rc : slack_respond(ctx, "Your zone is %s", slack_response_str(info, "/user/tz"));
}

static int greet(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    (void)user_data;
    int rc = slack_response_status(response);
    if (rc == SLACK_EAPI && strcmp(slack_response_error(response), "user_not_found") == 0)
        return slack_say(ctx, "Hello!");
    return rc ? rc : slack_say(ctx, "Hello %s", slack_response_str(response, "/user/real_name"));
}

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_call_then(ctx, slack_users_info(.user = slack_ctx_user(ctx)), greet, NULL);
}

static int members(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack_text(ctx, "Counting…");
    if (rc != 0) return rc;
    unsigned people = 0;
    slack_page_t page; /* one at a time: the next one frees it */
    slack_pager_t *list = slack_pager(ctx, slack_users_list(), 0);
    while (slack_pager_next(list, &page)) {
        slack_json_iter_t it = {0};
        while (slack_json_next(page.items, &it))
            people += !slack_json_bool(it.value, "/is_bot");
    }
    return page.status ? page.status : slack_say(ctx, "We are %u", people);
}

typedef struct roster {
    unsigned people;
    char admins[1000]; /* their names */
} roster_t;

static int message_posted(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    (void)user_data;
    int rc = slack_response_status(response);
    const char *channel = slack_response_channel(response), *ts = slack_response_ts(response);
    if (rc == 0)
        rc = slack_call_then(
            ctx, slack_reactions_add(.channel = channel, .timestamp = ts, .name = "eyes"), NULL,
            NULL);
    if (rc == 0)
        rc = slack_call_then(ctx, slack_pins_add(.channel = channel, .timestamp = ts), NULL, NULL);
    if (rc == 0)
        rc = slack_call_then(ctx,
                             slack_chat_scheduleMessage(.channel = channel, .thread_ts = ts,
                                                        .post_at = time(NULL) + 3600,
                                                        .text = "Is it still right?"),
                             NULL, NULL);
    return rc;
}

static int page_came(slack_ctx_t *ctx, const slack_page_t *page, void *user_data)
{
    roster_t *roster = user_data;
    slack_json_iter_t it = {0};
    while (slack_json_next(page->items, &it)) {
        const size_t len = strlen(roster->admins);
        roster->people++;
        if (slack_json_bool(it.value, "/is_admin"))
            snprintf(roster->admins + len, sizeof roster->admins - len, " %s",
                     slack_json_str(it.value, "/name"));
    }
    if (!page->ended) return 0; /* the next page, please */
    int rc = page->status;
    if (rc == 0)
        rc = slack_say_then(
            ctx, slack_jsonf(ctx, "{text: '%u users; admins:%s'}", roster->people, roster->admins),
            message_posted, NULL);
    free(roster);
    return rc;
}

static int roster(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    roster_t *roster = rc == 0 ? calloc(1, sizeof *roster) : NULL;
    if (roster == NULL) return rc ? rc : SLACK_ENOMEM;
    rc = slack_pages_then(ctx, slack_users_list(), 0, page_came, roster);
    if (rc != 0) free(roster); /* page_came() will not run */
    return rc;
}

static uv_loop_t *loop; /* the app's: slack_options_t.loop */

/* Stands for a library that calls back on the loop. */
typedef struct lookup {
    uv_timer_t timer;
    slack_ctx_t *ctx;
} lookup_t;

static void lookup_closed(uv_handle_t *timer)
{
    free(timer->data);
}

static void lookup_ended(uv_timer_t *timer)
{
    lookup_t *lookup = timer->data;
    int rc = slack_say(lookup->ctx, "Found it");
    slack_ctx_release(lookup->ctx, rc); /* from here on, nobody may use the ctx */
    uv_close((uv_handle_t *)timer, lookup_closed);
}

static int look_up(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    lookup_t *lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL) return SLACK_ENOMEM;
    lookup->ctx = ctx;
    lookup->timer.data = lookup;
    uv_timer_init(loop, &lookup->timer);
    uv_timer_start(&lookup->timer, lookup_ended, 0, 0);
    slack_ctx_hold(ctx);
    return 0;
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_remind = {
        .kind = SLACK_KIND_COMMAND, .match = "/remind", .run = SLACK_RUN_WORKER, .fn = remind};
    const slack_listener_t on_time = {
        .kind = SLACK_KIND_COMMAND, .match = "/time", .run = SLACK_RUN_WORKER, .fn = local_time};
    const slack_listener_t on_members = {
        .kind = SLACK_KIND_COMMAND, .match = "/members", .run = SLACK_RUN_WORKER, .fn = members};
    int rc = slack_listen(app, &on_remind);
    if (rc == 0) rc = slack_listen(app, &on_time);
    if (rc == 0) rc = slack_listen(app, &on_members);
    if (rc == 0) rc = slack_on_command(app, "/roster", roster, NULL);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_message(app, "where is", look_up, NULL);
    return rc;
}

static void posts_later(slack_test_t *t)
{
    slack_test_expect(t, "chat.scheduleMessage", "{text: 'Tea', unfurl_links: 'false'}");
    slack_test_command(t, "/remind", "Tea");
}

static void counts_two_pages(slack_test_t *t)
{
    slack_test_expect(t, "users.list", "{limit: '200'}");
    slack_test_answer(t, "{ok: true, members: [{id: 'U1'}, {id: 'U2', is_bot: true}],"
                         " response_metadata: {next_cursor: 'dXNlcg=='}}");
    slack_test_expect(t, "users.list", "{cursor: 'dXNlcg==', limit: '200'}");
    slack_test_answer(t, "{ok: true, members: [{id: 'U3'}]}");
    slack_test_expect(t, "chat.postMessage", "{text: 'We are 2'}");
    slack_test_command(t, "/members", "");
    slack_test_expect_ack(t, "'Counting…'");
}

static void pins_a_roster(slack_test_t *t)
{
    slack_test_expect(t, "users.list", "{limit: '200'}");
    slack_test_answer(t, "{ok: true, members: [{name: 'ada', is_admin: true}],"
                         " response_metadata: {next_cursor: 'dXNlcg=='}}");
    slack_test_expect(t, "users.list", "{cursor: 'dXNlcg=='}");
    slack_test_answer_limited(t, 30);
    slack_test_command(t, "/roster", "");
    slack_test_expect(t, "users.list", "{cursor: 'dXNlcg=='}");
    slack_test_answer(t, "{ok: true, members: [{name: 'bo'}, {name: 'cy', is_admin: true}]}");
    slack_test_expect(t, "chat.postMessage", "{text: '3 users; admins: ada cy'}");
    slack_test_answer(t, "{ok: true, channel: 'C0TEST', ts: '1.2'}");
    slack_test_expect(t, "reactions.add", "{timestamp: '1.2', name: 'eyes'}");
    slack_test_expect(t, "pins.add", "{timestamp: '1.2'}");
    slack_test_expect(t, "chat.scheduleMessage", "{thread_ts: '1.2'}");
    slack_test_advance_ms(t, 30000);
}

static void greets_by_name(slack_test_t *t)
{
    slack_test_expect(t, "users.info", "{user: 'U0TEST'}");
    slack_test_answer(t, "{ok: true, user: {real_name: 'Ada'}}");
    slack_test_expect(t, "chat.postMessage", "{text: 'Hello Ada'}");
    slack_test_message(t, "hello");
}

static void greets_a_stranger(slack_test_t *t)
{
    slack_test_expect(t, "users.info", NULL);
    slack_test_answer_error(t, "user_not_found");
    slack_test_expect(t, "chat.postMessage", "{text: 'Hello!'}");
    slack_test_message(t, "hello");
}

static void tells_the_zone(slack_test_t *t)
{
    slack_test_expect(t, "users.info", "{user: 'U0TEST'}");
    slack_test_answer(t, "{ok: true, user: {tz: 'Europe/Oslo'}}");
    slack_test_expect(t, "response_url", "{text: 'Your zone is Europe/Oslo'}");
    slack_test_command(t, "/time", "");
}

static void answers_when_it_has_found_it(slack_test_t *t)
{
    loop = slack_test_loop(t);
    slack_test_expect(t, "chat.postMessage", "{text: 'Found it'}");
    slack_test_message(t, "where is the key?");
}

int main(void)
{
    const guide_test_t tests[] = {{"posts later", posts_later},
                                  {"tells the zone", tells_the_zone},
                                  {"counts two pages", counts_two_pages},
                                  {"pins a roster", pins_a_roster},
                                  {"greets by name", greets_by_name},
                                  {"greets a stranger", greets_a_stranger},
                                  {"answers when it has found it", answers_when_it_has_found_it},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
