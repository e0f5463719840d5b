/* SPDX-License-Identifier: MIT */
/* Messages to webhooks: the answers, the pace, the tries, and that the URL stays a secret. */
#include <slack/webhook.h>

#include "support/json.h"
#include "support/webapi_fixture.h"
#include "webapi/response.h"

static const char *answer;
static char why[256], url[128];

static void answer_hook(peer_t *p, const peer_request_t *request, void *user_data)
{
    snprintf(wf.request, sizeof wf.request, "%s", request->text);
    if (answer == NULL)
        peer_answer(p, request->connection, 200, "Content-Type: text/html\r\n", "ok");
    else if (*answer == '\0')
        peer_hang_up(p, request->connection);
    else
        peer_send(p, request->connection, answer);
}

static void ended(const slack_response_t *response, void *user_data)
{
    snprintf(why, sizeof why, "%s", slack__response_why(response, slack__webapi_arena(response)));
    wf_end(response, user_data);
}

static int post(const char *path, const char *message)
{
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer_port(wf.peer), path);
    return slack_webhook(&wf.client, url, message ? json_of(message) : NULL, ended, NULL);
}

static void open_all(enum slack_pace pace, peer_fn fn)
{
    answer = NULL;
    arena_open(NULL);
    wf.pace = pace;
    wf_open(100, 10000, fn);
    wf.client.log = &wf.world.logger;
}

static void close_all(void)
{
    wf_close();
    assert_false(world_logged(&wf.world, "secret"));
    arena_close(NULL);
}

#define HOOK_TEST(function)                                                                        \
    TEST_AROUND(function, open_all(SLACK_PACE_OFF, answer_hook), close_all())

HOOK_TEST(test_a_message_and_a_trigger)
{
    assert_int_equal(post("/services/T1/B1/secret", "{'text':'hi'}"), 0);
    world_until(&wf.world, wf.ends.count == 1);
    assert_int_equal(wf.ends.statuses[0], 0);
    assert_memory_equal(wf.request, "POST /services/T1/B1/secret HTTP/1.1\r\n", 38);
    assert_null(strstr(wf.request, "Authorization"));
    assert_null(strstr(wf.request, WF_TOKEN));
    assert_string_equal(strstr(wf.request, "\r\n\r\n") + 4, "{\"text\":\"hi\"}");
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";
    assert_int_equal(post("/triggers/T1/2/secret", "{'city':'Oslo'}"), 0);
    world_until(&wf.world, wf.ends.count == 2);
    assert_int_equal(wf.ends.statuses[1], 0);
}

/* https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
HOOK_TEST(test_refusals_have_slacks_word_and_a_cure)
{
    static const struct {
        int status;
        const char *word, *cure;
    } cases[] = {
        {400, "invalid_payload", "Block Kit Builder"},
        {400, "no_text", "give the message a text"},
        {400, "too_many_attachments", "at most 100"},
        {400, "user_not_found", "check the id"},
        {403, "action_prohibited", "an admin"},
        {403, "invalid_token", "copy the URL"},
        {403, "posting_to_general_channel_denied", "an admin"},
        {403, "team_disabled", ""},
        {404, "channel_not_found", "check the id"},
        {404, "no_active_hooks", "make a new one"},
        {404, "no_service", "make a new one"},
        {404, "no_service_id", "copy the URL"},
        {404, "no_team", "copy the URL"},
        {410, "channel_is_archived", "unarchive the channel"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256], path[64];
        snprintf(text, sizeof text,
                 "HTTP/1.1 %d No\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n\r\n%s",
                 cases[i].status, strlen(cases[i].word), cases[i].word);
        answer = text;
        snprintf(path, sizeof path, "/services/%u/secret", i);
        assert_int_equal(post(path, "{}"), 0);
        world_until(&wf.world, wf.ends.count == i + 1);
        assert_int_equal(wf.ends.statuses[i], SLACK_EAPI);
        assert_int_equal(wf.ends.http_status, cases[i].status);
        assert_string_equal(wf.ends.error, cases[i].word);
        if (!strstr(why, cases[i].cure)) fail_msg("%s: %s", cases[i].word, why);
    }
    assert_int_equal(peer_requests(wf.peer), 14); /* none was sent again */
}

/* Only what was certainly not posted is sent again. */
HOOK_TEST(test_a_lost_answer_is_not_sent_again)
{
    static const struct {
        const char *answer;
        int status;
    } cases[] = {
        {"", SLACK_ECLOSED},
        {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", SLACK_EHTTP},
        {"HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\nOops!", SLACK_EHTTP},
        {"HTTP/1.1 302 No\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", SLACK_EHTTP},
        {"SSH-2.0\r\n\r\n", SLACK_EPROTO},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[64];
        snprintf(path, sizeof path, "/services/%u/secret", i);
        answer = cases[i].answer;
        assert_int_equal(post(path, "{}"), 0);
        wf_fast_forward(i + 1);
        assert_int_equal(wf.ends.statuses[i], cases[i].status);
        assert_int_equal(peer_requests(wf.peer), i + 1);
    }
}

static void answer_limited_once(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, request->number == 1 ? 429 : 200,
                request->number == 1 ? "Retry-After: 30\r\n" : "", "ok");
}

TEST(test_a_limit_closes_the_lane_of_one_url)
{
    open_all(SLACK_PACE_INTERNAL, answer_limited_once);
    assert_int_equal(post("/services/a/secret", "{}"), 0);
    world_until(&wf.world, peer_requests(wf.peer) == 1);
    world_until(&wf.world, world_logged(&wf.world, "rate limited"));
    assert_int_equal(post("/services/a/secret", "{}"), 0);
    assert_int_equal(post("/services/b/secret", "{}"), 0);
    world_until(&wf.world, wf.ends.count == 1);
    wf_pass_s(29);
    world_turn(&wf.world);
    assert_int_equal(peer_requests(wf.peer), 2);
    wf_fast_forward(3);
    assert_int_equal(peer_requests(wf.peer), 4);
    close_all();
}

/* https://docs.slack.dev/apis/web-api/rate-limits#incoming_webhooks */
TEST(test_one_message_a_second_for_each_url)
{
    open_all(SLACK_PACE_INTERNAL, answer_hook);
    for (int i = 0; i < 3; i++)
        assert_int_equal(post("/services/a/secret", "{}"), 0);
    assert_int_equal(post("/services/b/secret", "{}"), 0);
    for (unsigned second = 0; second < 3; second++) {
        world_until(&wf.world, wf.ends.count == 2 + second);
        world_turn(&wf.world);
        assert_int_equal(peer_requests(wf.peer), 2 + second);
        wf_pass_s(1);
    }
    close_all();
}

HOOK_TEST(test_urls_that_are_not_slacks_get_nothing)
{
    static const char *const urls[] = {
        NULL,
        "",
        "https://example.com/services/secret",
        "http://hooks.slack.com/services/secret",
        "https://hooks.slack.com.example.com/services/secret",
        "https://evilslack.com/services/secret",
        "https://slack.com@example.com/services/secret",
        "https://hooks.slack.com\\@example.com/services/secret",
        "https://hooks.slack.com%2eexample.com/services/secret",
        "https://127.0.0.1/services/secret",
        "https://[::1]/services/secret",
        "file:///services/secret",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(slack_webhook(&wf.client, urls[i], json_of("{}"), ended, NULL),
                         SLACK_EINVAL);
    assert_true(world_logged(&wf.world,
                             "method=webhook error=SLACK_EINVAL reason=\"the URL is not "
                             "one of Slack's: pass the https URL that Slack has made\""));
    assert_int_equal(post("/secret", NULL), SLACK_EINVAL);
    assert_int_equal(post("/secret", "[1]"), SLACK_EINVAL);
    assert_true(world_logged(&wf.world, "the message is not an object"));
    assert_int_equal(slack_webhook(NULL, url, NULL, ended, NULL), SLACK_EINVAL);
    assert_int_equal(peer_connections(wf.peer), 0);
}
