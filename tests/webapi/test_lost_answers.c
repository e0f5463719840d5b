/* SPDX-License-Identifier: MIT */
/* Calls whose answer did not come: which of them are sent again. */
#include "support/webapi_fixture.h"

static void hang_up(peer_t *peer, const peer_request_t *request)
{
    peer_hang_up(peer, request->connection);
}

static void hang_up_in_the_headers(peer_t *peer, const peer_request_t *request)
{
    peer_send(peer, request->connection, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n");
    peer_hang_up(peer, request->connection);
}

static void answer_503(peer_t *peer, const peer_request_t *request)
{
    peer_answer(peer, request->connection, 503, "", "<html>");
}

static void answer_500(peer_t *peer, const peer_request_t *request)
{
    peer_answer(peer, request->connection, 500, "", "{\"ok\":false,\"error\":\"fatal_error\"}");
}

static void be_silent(peer_t *peer, const peer_request_t *request)
{
}

static void refuse(peer_t *peer, const peer_request_t *request)
{
    peer_answer(peer, request->connection, 200, "", "{\"ok\":false,\"error\":\"internal_error\"}");
}

static void (*loss)(peer_t *peer, const peer_request_t *request);

/* The first two answers are lost. */
static void answer_third(peer_t *peer, const peer_request_t *request, void *user_data)
{
    if (request->number > 2)
        peer_answer(peer, request->connection, 200, "", "{\"ok\":true}");
    else
        loss(peer, request);
}

TEST(test_what_is_sent_again)
{
    static const struct {
        void (*loss)(peer_t *peer, const peer_request_t *request);
        int status;
    } losses[] = {{hang_up, SLACK_ECLOSED},
                  {hang_up_in_the_headers, SLACK_ECLOSED},
                  {answer_503, SLACK_EHTTP},
                  {answer_500, SLACK_EAPI},
                  {be_silent, SLACK_ETIMEDOUT}};
    static const struct {
        const char *method, *arg;
        bool again, opted;
    } cases[] = {
        {"users.info", "a", true, false},        {"conversations.history", "a", true, false},
        {"reactions.add", "a", true, false},     {"views.update", "a", true, false},
        {"views.update", "hash", false, false},  {"views.publish", "hash", false, false},
        {"chat.update", "a", true, false},       {"chat.update", "reply_broadcast", false, false},
        {"chat.postMessage", "a", false, false}, {"conversations.setTopic", "a", false, false},
        {"chat.unfurl", "a", false, false},      {"admin.apps.approve", "a", false, false},
        {"apps.uninstall", "a", false, false},   {"new.method", "a", false, false},
        {"chat.postMessage", "a", true, true},   {"new.method", "a", true, true},
    };
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
            loss = losses[i].loss;
            wf_open(100, loss == be_silent ? 100 : 20000, answer_third);
            slack_client_repeat(&wf.client, cases[j].opted);
            assert_int_equal(
                slack_callf(&wf.client, cases[j].method, wf_end, NULL,
                            "{%s: 'x', channel: 'x', client_id: 'x', client_secret: 'x', "
                            "external_id: 'x', name: 'x', text: 'x', timestamp: 'x', topic: 'x', "
                            "ts: 'x', user: 'x', user_id: 'x', view: {}}",
                            cases[j].arg),
                0);
            wf_fast_forward(1);
            if (wf.ends.statuses[0] != (cases[j].again ? 0 : losses[i].status) ||
                peer_requests(wf.peer) != (cases[j].again ? 3 : 1))
                fail_msg("loss %zu of case %zu: %d after %u tries", i, j, wf.ends.statuses[0],
                         peer_requests(wf.peer));
            wf_close();
        }
    }
}

/* Slack has answered: the next attempt of the delivery repeats the call. */
TEST(test_an_error_is_an_answer)
{
    loss = refuse;
    wf_open(100, 10000, answer_third);
    wf_call("users.info", 1);
    wf_fast_forward(1);
    assert_int_equal(peer_requests(wf.peer), 1);
    wf_close();
}
