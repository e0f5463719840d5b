/* SPDX-License-Identifier: MIT */
#include "support/contract.h"
#include "support/test.h"

#include "protocol/kind.h"
#include "support/heap.h"

/* Turns of the loop in which everything sent on loopback arrives. */
#define MANY_TURNS 50
/* A delivery that allocates more often never ends. */
#define ALLOCATIONS_MAX 2000

/* A transport under test with its host and its peer. */
typedef struct bench {
    mock_host_t mock;
    const contract_fixture_t *fixture;
    void *peer;
    slack_transport_t *t;
    size_t live; /* heap blocks before the test */
} bench_t;

static bench_t b;

/* One body of each kind, with characters that a wire may have to escape. */
static const contract_message_t messages[] = {
    {.kind = SLACK_KIND_EVENT,
     .json =
         "{\"token\":\"t\",\"team_id\":\"T1\",\"api_app_id\":\"A1\",\"type\":\"event_callback\","
         "\"event_id\":\"Ev0PV52K21\",\"event_time\":1531420618,\"event\":{\"type\":"
         "\"app_mention\",\"user\":\"U1\",\"channel\":\"C1\",\"ts\":\"1531420618.000100\","
         "\"text\":\"<@U0> \\\"h\\u00e9\\\" \\ud83d\\ude00\\n100% a&b=c+d \\\\\"}}"},
    {.kind = SLACK_KIND_COMMAND,
     .json = "{\"token\":\"t\",\"team_id\":\"T1\",\"channel_id\":\"C1\",\"user_id\":\"U1\","
             "\"command\":\"/deploy\",\"text\":\"h\\u00e9 \\ud83d\\ude00 100% a&b=c+d \\\"x\\\"\","
             "\"empty\":\"\",\"response_url\":\"https://hooks.slack.com/commands/T1/1/x\","
             "\"trigger_id\":\"1.2.x\",\"is_enterprise_install\":\"false\"}"},
    {.kind = SLACK_KIND_ACTION,
     .json =
         "{\"type\":\"block_actions\",\"team\":null,\"user\":{\"id\":\"U1\",\"team_id\":\"T1\"},"
         "\"actions\":[{\"type\":\"button\",\"action_id\":\"go\",\"block_id\":\"b\",\"value\":"
         "\"100% a&b=c+d \\\"h\\u00e9\\\"\"}],\"trigger_id\":\"1.2.x\"}"},
    {.kind = SLACK_KIND_SHORTCUT,
     .json = "{\"type\":\"shortcut\",\"callback_id\":\"new\",\"user\":{\"id\":\"U1\"}}"},
    {.kind = SLACK_KIND_VIEW_SUBMISSION,
     .json = "{\"type\":\"view_submission\",\"user\":{\"id\":\"U1\"},\"view\":{\"id\":\"V1\","
             "\"callback_id\":\"form\",\"state\":{\"values\":{}}}}"},
    {.kind = SLACK_KIND_VIEW_CLOSED,
     .json = "{\"type\":\"view_closed\",\"view\":{\"id\":\"V1\"},\"is_cleared\":true}"},
    {.kind = SLACK_KIND_OPTIONS,
     .json = "{\"type\":\"block_suggestion\",\"action_id\":\"city\",\"value\":\"z\\u00fc\"}"},
    {.kind = SLACK_KIND_DIALOG,
     .json = "{\"type\":\"dialog_submission\",\"callback_id\":\"d\",\"submission\":{\"a\":null}}"},
    {.kind = SLACK_KIND_APP_RATE_LIMITED,
     .json = "{\"token\":\"t\",\"type\":\"app_rate_limited\",\"team_id\":\"T1\","
             "\"minute_rate_limited\":1531420618,\"api_app_id\":\"A1\"}"},
    {.kind = SLACK_KIND_UNKNOWN, .json = "{\"type\":\"made_up\",\"n\":[0,-1,2.5,true,null,{}]}"},
};

#define MESSAGES (sizeof messages / sizeof *messages)

static const contract_message_t *message_of(enum slack_kind kind)
{
    for (size_t i = 0; i < MESSAGES; i++)
        if (messages[i].kind == kind) return &messages[i];
    fail_msg("no message of kind %d", kind);
    return NULL;
}

/* ---- the bench ---- */

static void open_bench(void **state)
{
    memset(&b, 0, sizeof b);
    b.fixture = *state;
    b.live = heap_live();
    mock_host_open(&b.mock);
    b.peer = b.fixture->open(&b.mock, &b.t);
    assert_non_null(b.peer);
    assert_string_equal(b.t->ops->name, b.fixture->name);
}

static void open_ready(void **state)
{
    open_bench(state);
    assert_int_equal(mock_start(&b.mock, b.t), 0);
    assert_int_equal(b.mock.states, 0); /* start() returns before the first state is reported */
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_READY);
}

static void close_peer(void)
{
    bool closed = false;
    b.fixture->close(b.peer, &closed);
    world_until(&b.mock.world, closed);
    mock_host_close(&b.mock);
    assert_int_equal(heap_live(), b.live);
}

/* Stops the transport unless it has stopped, and checks what holds after STOPPED. */
static void close_bench(void)
{
    if (b.mock.state != SLACK_TRANSPORT_STOPPED) {
        mock_stop(&b.mock);
        mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
    }
    mock_turns(&b.mock, MANY_TURNS);
    assert_int_equal(b.mock.stopped, 1);
    mock_destroy(&b.mock, b.t);
    close_peer();
}

static int set_up(void **state)
{
    open_bench(state);
    return 0;
}

static int set_up_ready(void **state)
{
    open_ready(state);
    return 0;
}

static int tear_down(void **state)
{
    close_bench();
    return 0;
}

static slack_transport_stats_t stats_of(void)
{
    slack_transport_stats_t stats;
    b.t->ops->stats(b.t, &stats);
    return stats;
}

static int send_message(const contract_message_t *message)
{
    return b.fixture->send(b.peer, message);
}

/* Sends the first message of that kind, and waits until it is delivered. */
static int take_message(enum slack_kind kind)
{
    int number = send_message(message_of(kind));
    mock_run_until_count(&b.mock, 1);
    return number;
}

static contract_answer_t answer_to(int number)
{
    contract_answer_t answer = {0};
    heap_pause();
    b.fixture->answer(b.peer, number, &answer);
    heap_resume();
    return answer;
}

static enum contract_answered run_until_answered(int number)
{
    world_until(&b.mock.world, answer_to(number).what != CONTRACT_OPEN);
    return answer_to(number).what;
}

/* ---- checks ---- */

static bool same_json(const char *text, size_t len, const char *want)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *left = NULL, *right = NULL;
    assert_non_null(arena);
    assert_int_equal(slack__json_parse(arena, want, strlen(want), &right, NULL), 0);
    bool same =
        slack__json_parse(arena, text, len, &left, NULL) == 0 && slack__json_equal(left, right);
    slack__arena_free(arena);
    return same;
}

/* Checks that the nth delivery is this message. */
static void check_delivery(size_t nth, const contract_message_t *message)
{
    assert_true(nth < b.mock.count);
    const mock_delivery_t *delivery = &b.mock.deliveries[nth];
    bool is_event = message->kind == SLACK_KIND_EVENT;
    bool has_key = message->kind != SLACK_KIND_OPTIONS && !(b.fixture->traits & CONTRACT_NO_PEER);
    bool waits = slack__kind_waits_for_ack(message->kind);
    assert_int_equal(delivery->kind, message->kind);
    if (!same_json(delivery->body, strlen(delivery->body), message->json))
        fail_msg("sent %s, delivered %s", message->json, delivery->body);
    if (is_event)
        assert_string_equal(delivery->key, "Ev0PV52K21@A1");
    else
        assert_int_equal(*delivery->key != '\0', has_key);
    assert_int_equal(delivery->retry_num, message->retry_num);
    assert_string_equal(delivery->retry_reason, message->retry_reason ? message->retry_reason : "");
    assert_int_equal(delivery->wait_us, waits ? SLACK_ACK_DEADLINE_MS * 1000 : 0);
    assert_int_equal(delivery->body_allowed, slack__kind_takes_ack_body(message->kind, NULL));
}

static bool has_body(const contract_answer_t *answer, enum slack_ack_body type, const char *body,
                     unsigned traits)
{
    if (type == SLACK_ACK_BODY_NONE) return answer->type == type;
    if (type == SLACK_ACK_BODY_JSON)
        return answer->type == type && same_json(answer->body, answer->body_len, body);
    if (!(traits & CONTRACT_TEXT_IS_JSON))
        return answer->type == type &&
               slack__slice_eq((slack_slice_t){answer->body, answer->body_len}, slack__slice(body));
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *text;
    assert_int_equal(slack__jsonf(arena, &text, NULL, "{text: %s}", body), 0);
    bool same = answer->type == SLACK_ACK_BODY_JSON &&
                same_json(answer->body, answer->body_len, slack__json_text(arena, text, NULL));
    slack__arena_free(arena);
    return same;
}

/* Waits for the answer to a message, which must have this ack. */
static void check_answer(int number, enum slack_ack_outcome outcome, enum slack_ack_body type,
                         const char *body)
{
    unsigned traits = b.fixture->traits;
    const bool refused = outcome == SLACK_ACK_REFUSE;
    if ((outcome == SLACK_ACK_LATER && (traits & CONTRACT_LATER_IS_SILENCE)) ||
        (refused && type == SLACK_ACK_BODY_NONE && (traits & CONTRACT_REFUSE_IS_SILENCE))) {
        mock_turns(&b.mock, MANY_TURNS);
        assert_int_equal(answer_to(number).what, CONTRACT_OPEN);
        return;
    }
    if (refused && type != SLACK_ACK_BODY_NONE && !(traits & CONTRACT_NO_PEER))
        outcome = SLACK_ACK_OK; /* the peer reads the body */
    assert_int_equal(run_until_answered(number), CONTRACT_ANSWER);
    contract_answer_t answer = answer_to(number);
    assert_int_equal(answer.outcome, outcome);
    if (!has_body(&answer, type, body, traits))
        fail_msg("acknowledged with %s, answered with %.*s", body ? body : "nothing",
                 (int)answer.body_len, answer.body ? answer.body : "");
}

/* Sends a message, checks its delivery, acks it without a body, and checks the answer. */
static void go_through(const contract_message_t *message)
{
    size_t nth = b.mock.count;
    int number = send_message(message);
    mock_run_until_count(&b.mock, nth + 1);
    check_delivery(nth, message);
    assert_int_equal(mock_ack(&b.mock, nth, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    check_answer(number, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL);
    assert_int_equal(b.mock.count, nth + 1);
}

/* ---- deliveries ---- */

static void every_kind_arrives_as_it_was_sent(void **state)
{
    for (size_t i = 0; i < MESSAGES; i++)
        go_through(&messages[i]);
}

static void retries_are_told(void **state)
{
    contract_message_t message = *message_of(SLACK_KIND_EVENT);
    for (message.retry_num = 1; message.retry_num <= 3; message.retry_num++) {
        message.retry_reason = message.retry_num == 2 ? "http_error" : "timeout";
        go_through(&message);
    }
    go_through(message_of(SLACK_KIND_EVENT));
}

static void input_may_be_split_anywhere(void **state)
{
    static const enum slack_kind kinds[] = {SLACK_KIND_EVENT, SLACK_KIND_COMMAND,
                                            SLACK_KIND_ACTION};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        contract_message_t message = *message_of(kinds[i]);
        size_t bytes = b.fixture->wire_bytes(b.peer, &message);
        assert_true(bytes > 0 || (b.fixture->traits & CONTRACT_NO_PEER));
        for (message.split = 1; message.split < bytes; message.split++)
            go_through(&message);
        message.split = 0;
        message.bytewise = true;
        go_through(&message);
    }
}

static void half_a_message_is_no_delivery(void **state)
{
    contract_message_t message = *message_of(SLACK_KIND_EVENT);
    message.split = b.fixture->wire_bytes(b.peer, &message) / 2;
    if (message.split > 0) {
        int number = send_message(&message);
        mock_turns(&b.mock, 1); /* before the second half */
        b.fixture->drop(b.peer, number);
        mock_turns(&b.mock, MANY_TURNS);
        assert_int_equal(b.mock.count, 0);
        mock_run_until_state(&b.mock, SLACK_TRANSPORT_READY);
        go_through(message_of(SLACK_KIND_EVENT));
    }
}

/* ---- acks ---- */

static void each_outcome_is_on_the_wire(void **state)
{
    static const struct {
        enum slack_ack_outcome outcome;
        enum slack_ack_body type;
        const char *body;
    } acks[] = {
        {SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL},
        {SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "usage: /deploy \"h\xc3\xa9\"\n"},
        {SLACK_ACK_OK, SLACK_ACK_BODY_JSON, "{\"response_type\":\"in_channel\",\"text\":\"x\"}"},
        {SLACK_ACK_LATER, SLACK_ACK_BODY_NONE, NULL},
        {SLACK_ACK_REFUSE, SLACK_ACK_BODY_NONE, NULL},
        {SLACK_ACK_REFUSE, SLACK_ACK_BODY_JSON, "{\"text\":\"Something went wrong\"}"},
    };
    for (size_t i = 0; i < sizeof acks / sizeof *acks; i++) {
        int number = send_message(message_of(SLACK_KIND_COMMAND));
        mock_run_until_count(&b.mock, i + 1);
        assert_int_equal(mock_ack(&b.mock, i, acks[i].outcome, acks[i].type, acks[i].body), 0);
        check_answer(number, acks[i].outcome, acks[i].type, acks[i].body);
    }
}

static void body_goes_back_only_where_slack_takes_one(void **state)
{
    int number = take_message(SLACK_KIND_EVENT);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_JSON, "{}"), SLACK_EACKBODY);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), SLACK_EACKBODY);
    mock_turns(&b.mock, MANY_TURNS);
    assert_int_equal(answer_to(number).what, CONTRACT_OPEN);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    check_answer(number, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL);
}

static void body_that_is_too_large_can_be_replaced(void **state)
{
    const size_t bytes = (size_t)2 << 20;
    char *text = malloc(bytes + 1);
    assert_non_null(text);
    memset(text, 'x', bytes);
    text[bytes] = '\0';
    int number = take_message(SLACK_KIND_COMMAND);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, text), SLACK_ETOOBIG);
    free(text);
    mock_turns(&b.mock, MANY_TURNS);
    assert_int_equal(answer_to(number).what, CONTRACT_OPEN);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "short"), 0);
    check_answer(number, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "short");
    slack_transport_stats_t stats = stats_of();
    assert_int_equal(stats.acked, 1);
    assert_int_equal(stats.ack_lost, 0);
}

/* Sends three messages of different kinds. The numbers are in the order of kinds[]. */
static void send_three(int numbers[3])
{
    static const enum slack_kind kinds[] = {SLACK_KIND_COMMAND, SLACK_KIND_VIEW_SUBMISSION,
                                            SLACK_KIND_OPTIONS};
    for (size_t i = 0; i < 3; i++) {
        numbers[i] = send_message(message_of(kinds[i]));
        mock_run_until_count(&b.mock, i + 1);
        assert_int_equal(b.mock.deliveries[i].kind, kinds[i]);
    }
}

static void acks_find_their_messages_in_any_order(void **state)
{
    static const char *const bodies[] = {"{\"text\":\"0\"}", "{\"text\":\"1\"}",
                                         "{\"text\":\"2\"}"};
    int numbers[3];
    send_three(numbers);
    for (size_t i = 3; i-- > 0;)
        assert_int_equal(mock_ack(&b.mock, i, SLACK_ACK_OK, SLACK_ACK_BODY_JSON, bodies[i]), 0);
    for (size_t i = 0; i < 3; i++)
        check_answer(numbers[i], SLACK_ACK_OK, SLACK_ACK_BODY_JSON, bodies[i]);

    slack_transport_stats_t stats = stats_of();
    assert_int_equal(stats.state, SLACK_TRANSPORT_READY);
    assert_int_equal(stats.delivered, 3);
    assert_int_equal(stats.acked, 3);
    assert_int_equal(stats.ack_lost, 0);
}

static void ack_after_the_peer_is_gone_is_lost(void **state)
{
    int number = take_message(SLACK_KIND_COMMAND);
    b.fixture->drop(b.peer, number);
    mock_turns(&b.mock, MANY_TURNS);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), SLACK_ECLOSED);

    slack_transport_stats_t stats = stats_of();
    assert_int_equal(stats.acked, 0);
    assert_int_equal(stats.ack_lost, 1);
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_READY);
    go_through(message_of(SLACK_KIND_EVENT));
}

static void acks_may_come_while_others_arrive(void **state)
{
    b.mock.script = MOCK_ACK;
    int numbers[20];
    for (size_t i = 0; i < 20; i++)
        numbers[i] = send_message(&messages[i % MESSAGES]);
    for (size_t i = 0; i < 20; i++)
        check_answer(numbers[i], SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL);
    assert_int_equal(b.mock.count, 20);
}

/* ---- stopping ---- */

static void unstarted_transport_is_destroyed(void **state)
{
    mock_turns(&b.mock, MANY_TURNS);
    b.mock.transport = b.t;
    mock_drain(&b.mock);
    mock_stop(&b.mock);
    mock_turns(&b.mock, MANY_TURNS);
    assert_int_equal(b.mock.states, 0);
    mock_destroy(&b.mock, b.t);
    close_peer();
}

static void stop_at_any_moment_of_the_start(void **state)
{
    for (unsigned turns = 0; turns < MANY_TURNS; turns++) {
        open_bench(state);
        assert_int_equal(mock_start(&b.mock, b.t), 0);
        mock_turns(&b.mock, turns);
        mock_stop(&b.mock);
        mock_stop(&b.mock);
        mock_drain(&b.mock);
        mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
        mock_stop(&b.mock);
        close_bench();
    }
}

static void stop_at_any_moment_of_a_delivery(void **state)
{
    for (unsigned turns = 0; turns < MANY_TURNS; turns++) {
        open_ready(state);
        b.mock.script = turns % 2 ? MOCK_ACK : MOCK_KEEP;
        int number = send_message(message_of(SLACK_KIND_COMMAND));
        mock_turns(&b.mock, turns);
        mock_stop(&b.mock);
        mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
        if (run_until_answered(number) == CONTRACT_ANSWER)
            assert_int_equal(b.mock.deliveries[0].ack_status, 0);
        close_bench();
    }
}

static void stop_inside_a_state(void **state)
{
    static const enum slack_transport_state states[] = {
        SLACK_TRANSPORT_STARTING, SLACK_TRANSPORT_READY, SLACK_TRANSPORT_STOPPED};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        open_bench(state);
        b.mock.stop_in = states[i];
        assert_int_equal(mock_start(&b.mock, b.t), 0);
        if (states[i] == SLACK_TRANSPORT_STOPPED) {
            mock_run_until_state(&b.mock, SLACK_TRANSPORT_READY);
            mock_stop(&b.mock);
        }
        mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
        assert_int_equal(b.mock.was_ready, states[i] != SLACK_TRANSPORT_STARTING);
        close_bench();
    }
}

static void stop_inside_a_delivery(void **state)
{
    b.mock.script = MOCK_STOP;
    int first = send_message(message_of(SLACK_KIND_EVENT));
    int second = send_message(message_of(SLACK_KIND_COMMAND));
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(b.mock.count, 1);
    assert_int_equal(run_until_answered(first), CONTRACT_CLOSED);
    assert_int_equal(run_until_answered(second), CONTRACT_CLOSED);
}

static void ack_after_the_stop_is_lost(void **state)
{
    int numbers[3];
    send_three(numbers);
    mock_stop(&b.mock);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), SLACK_ECLOSED);
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(mock_ack(&b.mock, 1, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), SLACK_ECLOSED);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(run_until_answered(numbers[i]), CONTRACT_CLOSED);

    slack_transport_stats_t stats = stats_of();
    assert_int_equal(stats.state, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(stats.delivered, 3);
    assert_int_equal(stats.ack_lost, 2);
}

static void drain_answers_what_was_taken(void **state)
{
    int first = take_message(SLACK_KIND_COMMAND);
    mock_drain(&b.mock);
    mock_drain(&b.mock);
    mock_turns(&b.mock, MANY_TURNS);
    assert_int_equal(b.mock.stopped, 0);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), 0);
    check_answer(first, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x");
    mock_stop(&b.mock);
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
}

/* The message is not delivered, or it is delivered and answered. */
static void drain_leaves_nobody_waiting(void **state)
{
    mock_drain(&b.mock);
    mock_turns(&b.mock, MANY_TURNS);
    b.mock.script = MOCK_ACK;
    int number = send_message(message_of(SLACK_KIND_EVENT));
    mock_turns(&b.mock, MANY_TURNS);
    if (b.mock.count > 0) check_answer(number, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL);
}

/* ---- memory ---- */

/* Starts with the nth allocation failing. Returns false if there are fewer. */
static bool start_failing(void **state, size_t nth, bool all)
{
    b = (bench_t){.fixture = *state, .live = heap_live()};
    mock_host_open(&b.mock);
    heap_fail_at(nth, all);
    b.peer = b.fixture->open(&b.mock, &b.t);
    int rc = b.peer ? mock_start(&b.mock, b.t) : SLACK_ENOMEM;
    if (rc == 0) mock_turns(&b.mock, MANY_TURNS);
    bool failed = heap_heal();
    assert_true(failed || rc == 0);
    if (rc != 0) {
        assert_int_equal(rc, SLACK_ENOMEM);
        assert_int_equal(b.mock.states, 0);
        if (b.peer) {
            mock_destroy(&b.mock, b.t);
            close_peer();
        } else {
            mock_host_close(&b.mock);
            assert_int_equal(heap_live(), b.live);
        }
        return true;
    }
    if (b.mock.state != SLACK_TRANSPORT_STOPPED) {
        mock_run_until_state(&b.mock, SLACK_TRANSPORT_READY);
        go_through(message_of(SLACK_KIND_EVENT));
    }
    close_bench();
    return failed;
}

static void start_survives_any_failing_allocation(void **state)
{
    size_t nth = 0;
    while (start_failing(state, nth, false)) {
        start_failing(state, nth, true);
        assert_true(++nth < ALLOCATIONS_MAX);
    }
}

/* Sends a message with the nth allocation failing, then one without a failure. */
static bool deliver_failing(const contract_message_t *message, size_t nth, bool all)
{
    b.mock.script = MOCK_ACK;
    int number = send_message(message);
    heap_fail_at(nth, all);
    bool answered = true;
    if (b.fixture->traits & CONTRACT_PEER_SHARES_HEAP)
        mock_turns(&b.mock, MANY_TURNS);
    else
        answered = run_until_answered(number) == CONTRACT_ANSWER;
    bool failed = heap_heal();
    assert_true(answered || failed);
    b.mock.script = MOCK_KEEP;
    mock_turns(&b.mock, MANY_TURNS);
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_READY);
    go_through(message_of(SLACK_KIND_EVENT));
    return failed;
}

static void delivery_survives_any_failing_allocation(void **state)
{
    static const enum slack_kind kinds[] = {SLACK_KIND_EVENT, SLACK_KIND_COMMAND,
                                            SLACK_KIND_ACTION};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        contract_message_t message = *message_of(kinds[i]);
        message.retry_num = 1;
        message.retry_reason = "timeout";
        size_t nth = 0;
        while (deliver_failing(&message, nth, false)) {
            deliver_failing(&message, nth, true);
            assert_true(++nth < ALLOCATIONS_MAX);
        }
    }
}

/* The same, with no block of an earlier delivery to use again. */
static void first_delivery_survives_any_failing_allocation(void **state)
{
    bool failed = true;
    for (size_t nth = 0; failed; nth++) {
        assert_true(nth < ALLOCATIONS_MAX);
        open_ready(state);
        failed = deliver_failing(message_of(SLACK_KIND_COMMAND), nth, nth % 2 != 0);
        close_bench();
    }
}

int contract_main(const contract_fixture_t *fixture)
{
    heap_install();
#define CASE(name)  cmocka_unit_test(name)
#define READY(name) cmocka_unit_test_setup_teardown(name, set_up_ready, tear_down)
    struct CMUnitTest tests[] = {
        READY(every_kind_arrives_as_it_was_sent),
        READY(retries_are_told),
        READY(input_may_be_split_anywhere),
        READY(half_a_message_is_no_delivery),
        READY(each_outcome_is_on_the_wire),
        READY(body_goes_back_only_where_slack_takes_one),
        READY(body_that_is_too_large_can_be_replaced),
        READY(acks_find_their_messages_in_any_order),
        READY(ack_after_the_peer_is_gone_is_lost),
        READY(acks_may_come_while_others_arrive),
        cmocka_unit_test_setup(unstarted_transport_is_destroyed, set_up),
        CASE(stop_at_any_moment_of_the_start),
        CASE(stop_at_any_moment_of_a_delivery),
        CASE(stop_inside_a_state),
        READY(stop_inside_a_delivery),
        READY(ack_after_the_stop_is_lost),
        READY(drain_answers_what_was_taken),
        READY(drain_leaves_nobody_waiting),
        CASE(start_survives_any_failing_allocation),
        READY(delivery_survives_any_failing_allocation),
        CASE(first_delivery_survives_any_failing_allocation),
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i].initial_state = (void *)(uintptr_t)fixture;
    return cmocka_run_group_tests_name(fixture->name, tests, NULL, NULL);
}
