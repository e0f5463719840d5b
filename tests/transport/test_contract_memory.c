/* SPDX-License-Identifier: MIT */
#include "support/contract.h"
#include "support/heap.h"
#include "support/test.h"
#include "transport_memory/memory.h"

/* The longest body of an ack that this peer accepts. */
#define ACK_MAX 20480

typedef struct memory_peer memory_peer_t;

typedef struct sent {
    memory_peer_t *peer;
    bool dropped;
    contract_answer_t answer;
    char *body;
} sent_t;

#define SENT_MAX 4096

struct memory_peer {
    slack_transport_t *t;
    sent_t sent[SENT_MAX];
    int count;
};

static void *peer_open(mock_host_t *host, slack_transport_t **ret)
{
    slack_options_t options = {0};
    char error[SLACK_ERROR_TEXT_MAX];
    slack_transport_t *t;
    if (slack__transport_memory.create(&t, &host->host, &options, error) != 0) return NULL;
    memory_peer_t *peer = calloc(1, sizeof *peer);
    assert_non_null(peer);
    peer->t = *ret = t;
    return peer;
}

static int on_ack(const slack_ack_t *ack, void *user_data)
{
    sent_t *sent = user_data;
    assert_int_equal(sent->answer.what, CONTRACT_OPEN);
    if (ack && ack->body.len > ACK_MAX) return SLACK_ETOOBIG;
    sent->answer.what = ack && !sent->dropped ? CONTRACT_ANSWER : CONTRACT_CLOSED;
    if (!ack || sent->dropped) return SLACK_ECLOSED;
    sent->answer.outcome = ack->outcome;
    sent->answer.type = ack->type;
    sent->body = strndup(ack->body.ptr ? ack->body.ptr : "", ack->body.len);
    assert_non_null(sent->body);
    sent->answer.body = sent->body;
    sent->answer.body_len = ack->body.len;
    return 0;
}

static int peer_send(void *fixture, const contract_message_t *message)
{
    memory_peer_t *peer = fixture;
    assert_true(peer->count < SENT_MAX);
    int number = peer->count++;
    sent_t *sent = &peer->sent[number];
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_non_null(arena);
    const slack_json_t *body;
    assert_int_equal(slack__json_parse(arena, message->json, strlen(message->json), &body, NULL),
                     0);
    if (slack__memory_inject(peer->t, arena, body, message->retry_num, message->retry_reason,
                             on_ack, sent) != 0)
        sent->answer.what = CONTRACT_CLOSED;
    return number;
}

static size_t peer_wire_bytes(void *fixture, const contract_message_t *message)
{
    return 0;
}

static void peer_answer(void *fixture, int number, contract_answer_t *ret)
{
    const memory_peer_t *peer = fixture;
    *ret = peer->sent[number].answer;
}

static void peer_drop(void *fixture, int number)
{
    memory_peer_t *peer = fixture;
    peer->sent[number].dropped = true;
}

static void peer_close(void *fixture, bool *closed)
{
    memory_peer_t *peer = fixture;
    for (int i = 0; i < peer->count; i++) {
        assert_int_not_equal(peer->sent[i].answer.what, CONTRACT_OPEN); /* called exactly once */
        free(peer->sent[i].body);
    }
    free(peer);
    *closed = true;
}

static const contract_fixture_t fixture = {
    .name = "memory",
    .traits = CONTRACT_NO_PEER,
    .open = peer_open,
    .send = peer_send,
    .wire_bytes = peer_wire_bytes,
    .answer = peer_answer,
    .drop = peer_drop,
    .close = peer_close,
};

/* ---- the memory transport alone ---- */

static int injected(slack_transport_t *t, const char *retry_reason)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *body;
    assert_int_equal(slack__jsonf(arena, &body, NULL, "{command: '/x'}"), 0);
    static sent_t sent;
    memset(&sent, 0, sizeof sent);
    int rc = slack__memory_inject(t, arena, body, 0, retry_reason, on_ack, &sent);
    return rc;
}

static void injection_needs_a_started_transport(void **state)
{
    mock_host_t mock;
    mock_host_open(&mock);
    slack_transport_t *t;
    memory_peer_t *peer = peer_open(&mock, &t);
    assert_int_equal(injected(t, NULL), SLACK_ECLOSED);
    assert_int_equal(mock_start(&mock, t), 0);
    assert_int_equal(injected(t, NULL), 0); /* waits for READY */
    mock_run_until_count(&mock, 1);
    mock_drain(&mock);
    assert_int_equal(injected(t, "x"), SLACK_ECLOSED);
    mock_stop(&mock);
    mock_run_until_state(&mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(injected(t, "x"), SLACK_ECLOSED);
    mock_destroy(&mock, t);
    bool closed = false;
    peer_close(peer, &closed);
    mock_host_close(&mock);
    assert_int_equal(heap_live(), 0);
}

int main(void)
{
    int failed = contract_main(&fixture);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(injection_needs_a_started_transport),
    };
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
