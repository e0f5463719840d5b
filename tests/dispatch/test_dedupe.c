/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "app/inspect.h"
#include "support/test.h"
#include "support/wires.h"

/* Duplicates are found by event id, and by message if the app asks for it, over both transports and
 * over restarts. A duplicate for another app is none. */

static wires_t w;
static char folder[] = "/tmp/slackapp-dedupe-XXXXXX";
static char path[64], url[80];

static void clean(void)
{
    static const char *const files[] = {"", "-wal", "-shm", "-owners"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, files[i]);
        unlink(name);
    }
}

static char order[64];
static int outcome; /* the handlers' result */

static int append(slack_ctx_t *ctx, void *user_data)
{
    size_t len = strlen(order);
    snprintf(order + len, sizeof order - len, "%s", (const char *)user_data);
    return outcome;
}

static void open_wires(enum slack_dedupe dedupe)
{
    wires_open(&w, &(slack_options_t){.store = url, .dedupe = dedupe});
    *order = '\0';
    outcome = 0;
    assert_int_equal(slack_on_message(w.app, NULL, append, "m"), 0);
    assert_int_equal(slack_on_event(w.app, "app_mention", append, "a"), 0);
    wires_ready(&w);
}

static void restart(enum slack_dedupe dedupe)
{
    wires_close(&w);
    open_wires(dedupe);
}

static void over_http(const char *body)
{
    assert_int_equal(wires_post(&w, SLACK_KIND_EVENT, body, "")->status, 200);
    wires_settle(&w);
}

static void over_socket(const char *body)
{
    wires_send(&w, SLACK_KIND_EVENT, body, false);
    wires_settle(&w);
}

#define SAID(app, id, type, text)                                                                  \
    "{'type':'event_callback','event_id':'" id "','api_app_id':'" app                              \
    "','team_id':'T1','event':{'type':'" type                                                      \
    "','channel':'C1','user':'U1','ts':'1.1','text':'" text "'}}"

/* ---- several apps ---- */

TEST(test_an_event_of_two_apps)
{
    clean();
    open_wires(SLACK_DEDUPE_EVENTS);
    over_http(SAID("A1", "Ev1", "message", "x"));
    over_socket(SAID("A1", "Ev1", "message", "x"));
    assert_string_equal(order, "m"); /* the same app over two wires */
    over_socket(SAID("A2", "Ev1", "message", "x"));
    over_http(SAID("A2", "Ev1", "message", "x"));
    assert_string_equal(order, "mm");
    restart(SLACK_DEDUPE_EVENTS); /* the rows of both apps are still there */
    over_http(SAID("A2", "Ev1", "message", "x"));
    over_socket(SAID("A1", "Ev1", "message", "x"));
    assert_string_equal(order, "");
    wires_close(&w);
}

/* ---- one message ---- */

TEST(test_a_message_under_two_ids)
{
    clean();
    open_wires(SLACK_DEDUPE_MESSAGES);
    over_http(SAID("A1", "Ev1", "message", "x"));
    over_socket(SAID("A1", "Ev2", "message", "x"));
    assert_string_equal(order, "m");
    restart(SLACK_DEDUPE_MESSAGES);
    over_socket(SAID("A1", "Ev3", "message", "x"));
    over_http(SAID("A1", "Ev1", "message", "x"));
    assert_string_equal(order, "");
    wires_close(&w);
}

/* The second event comes while the first is being stored, or while it waits for its retry. */
TEST(test_the_first_of_two_fails)
{
    clean();
    open_wires(SLACK_DEDUPE_MESSAGES);
    outcome = SLACK_EIO;
    int number = wires_post_begin(&w, SLACK_KIND_EVENT, SAID("A1", "Ev1", "message", "x"));
    wires_send_begin(&w, SLACK_KIND_EVENT, SAID("A1", "Ev2", "message", "x"), false);
    assert_int_equal(wires_reply(&w, number)->status, 200);
    wires_frame(&w);
    wires_settle(&w);
    assert_string_equal(order, "m");
    over_http(SAID("A1", "Ev3", "message", "x"));
    assert_string_equal(order, "m"); /* a second event starts no attempt */
    restart(SLACK_DEDUPE_MESSAGES);
    over_socket(SAID("A1", "Ev2", "message", "x"));
    assert_string_equal(order, "");
    wires_close(&w);
}

/* Slack sends a mention as app_mention and as message. Only the app_mention is delivered, in
 * either order, and also if the first of the two fails. */
TEST(test_a_message_that_is_a_mention)
{
    for (int first = 0; first < 2; first++) {
        clean();
        open_wires(SLACK_DEDUPE_MESSAGES);
        outcome = SLACK_EINVAL;
        if (first == 0) over_http(SAID("A1", "Ev1", "message", "hi <@U0BOT>"));
        over_socket(SAID("A1", "Ev2", "app_mention", "hi <@U0BOT>"));
        if (first == 1) over_http(SAID("A1", "Ev1", "message", "hi <@U0BOT>"));
        assert_string_equal(order, "a");
        assert_int_equal(slack__inspect_counters(w.app)->dead_letters, 1);
        restart(SLACK_DEDUPE_MESSAGES);
        over_socket(SAID("A1", "Ev3", "message", "hi <@U0BOT>"));
        over_http(SAID("A1", "Ev4", "app_mention", "hi <@U0BOT>"));
        assert_string_equal(order, "");
        wires_close(&w);
    }
}

TEST(test_a_mention_of_somebody_else)
{
    static const struct {
        const char *body, *order;
    } table[] = {
        {SAID("A1", "Ev1", "message", "hi <@U0BOTTLE>"), "m"},
        {SAID("A1", "Ev1", "message", "hi <@U0BO>"), "m"},
        {SAID("A1", "Ev1", "message", "hi <@U0BOT"), "m"},
        {SAID("A1", "Ev1", "message", "<@U0BOTTLE> and <@U0BOT>"), ""},
        {SAID("A1", "Ev1", "message", "<@U0BOT|bot>"), ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        clean();
        open_wires(SLACK_DEDUPE_MESSAGES);
        over_http(table[i].body);
        assert_string_equal(order, table[i].order);
        wires_close(&w);
    }
}

int main(void)
{
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/inbox.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    int failed = test_run_all(NULL, NULL);
    clean();
    rmdir(folder);
    return failed;
}
