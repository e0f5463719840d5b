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

static int members(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack_text(ctx, "Counting…");
    if (rc != 0) return rc;
    unsigned people = 0;
    const slack_response_t *page = NULL; /* each call frees the page before */
    do {
        rc = slack_call_wait(
            ctx, slack_users_list(.limit = 200, .cursor = slack_response_next_cursor(page)), &page);
        if (rc != 0) return rc;
        slack_json_iter_t it = {0};
        while (slack_json_next(slack_json_get(slack_response_json(page), "/members"), &it))
            people += !slack_json_bool(it.value, "/is_bot");
    } while (*slack_response_next_cursor(page) != '\0');
    return slack_say(ctx, "We are %u", people);
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
    const slack_listener_t on_members = {
        .kind = SLACK_KIND_COMMAND, .match = "/members", .run = SLACK_RUN_WORKER, .fn = members};
    int rc = slack_listen(app, &on_remind);
    if (rc == 0) rc = slack_listen(app, &on_members);
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
    slack_test_expect(t, "users.list", "{cursor: 'dXNlcg=='}");
    slack_test_answer(t, "{ok: true, members: [{id: 'U3'}]}");
    slack_test_expect(t, "chat.postMessage", "{text: 'We are 2'}");
    slack_test_command(t, "/members", "");
    slack_test_expect_ack(t, "'Counting…'");
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

static void answers_when_it_has_found_it(slack_test_t *t)
{
    loop = slack_test_loop(t);
    slack_test_expect(t, "chat.postMessage", "{text: 'Found it'}");
    slack_test_message(t, "where is the key?");
}

int main(void)
{
    const guide_test_t tests[] = {{"posts later", posts_later},
                                  {"counts two pages", counts_two_pages},
                                  {"greets by name", greets_by_name},
                                  {"greets a stranger", greets_a_stranger},
                                  {"answers when it has found it", answers_when_it_has_found_it},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
