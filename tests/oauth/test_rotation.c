/* SPDX-License-Identifier: MIT */
/* Tokens that expire: when they are refreshed, by whom, and what follows a failure. */

#include <slack/error.h>

#include "oauth/sweep.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/installs.h"

/* Two processes on one store. Slack is a sender that answers when the test says so. */

#define PROCESSES 2
#define CALLS_MAX 64
#define USES_MAX  64
#define HOUR_MS   (3600 * 1000)

typedef struct call {
    slack_curl_fn fn;
    void *user_data;
    char body[512], authorization[64];
    bool answered;
} call_t;

typedef struct use {
    slack_fresh_t fresh;
    bool ended;
    int status;
    char token[32], why[200];
    char stored[32]; /* the token of the record at that time */
} use_t;

static struct {
    slack_webapi_t *webapi;
    slack_client_t client;
    slack_counters_t counters;
    slack_rotation_t processes[PROCESSES];
    call_t calls[CALLS_MAX];
    size_t call_count;
    use_t uses[USES_MAX];
    size_t use_count;
    unsigned losses;
    char reason[32];
    int loss_status;
    bool closed;
} rot;

/* ---- Slack ---- */

static int sender_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                       void *user_data)
{
    call_t *call = &rot.calls[rot.call_count++];
    assert_true(rot.call_count <= CALLS_MAX);
    *call = (call_t){.fn = fn, .user_data = user_data};
    snprintf(call->body, sizeof call->body, "%.*s", (int)request->body_len,
             (const char *)request->body);
    snprintf(call->authorization, sizeof call->authorization, "%s", request->headers[1]);
    return 0;
}

static void call_end(call_t *call, const slack_curl_result_t *result)
{
    if (call->answered) return;
    call->answered = true;
    call->fn(result, call->user_data);
}

static void sender_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    for (size_t i = 0; i < rot.call_count; i++)
        call_end(&rot.calls[i], &(slack_curl_result_t){.status = SLACK_ECANCELED,
                                                       .reason = "",
                                                       .content_type = "",
                                                       .body = "",
                                                       .retry_after_s = -1});
    fn(user_data);
}

static void run(void)
{
    for (int i = 0; i < 20; i++)
        world_turn(installs.world);
}

static void until_calls(size_t count)
{
    world_until(installs.world, rot.call_count >= count);
    run();
    assert_int_equal(rot.call_count, count);
}

/* Answers the last call. NULL: the answer is lost. */
static void answer_as(int http_status, int64_t retry_after_s, const char *body)
{
    char text[512];
    slack_curl_result_t result = {.http_status = http_status,
                                  .reason = "",
                                  .content_type = "application/json",
                                  .retry_after_s = retry_after_s,
                                  .body = ""};
    if (body) {
        snprintf(text, sizeof text, "%s", body);
        result.body = quoted(text);
        result.body_len = strlen(text);
    } else {
        result.status = SLACK_ECLOSED;
    }
    call_end(&rot.calls[rot.call_count - 1], &result);
    run();
}

static void answer(const char *body)
{
    answer_as(200, -1, body);
}

#define PAIR(n)                                                                                    \
    "{'ok':true,'access_token':'xoxe.xoxb-" n "','refresh_token':'xoxe-" n                         \
    "','expires_in':43200,'token_type':'bot','team':{'id':'T1'}}"
#define REFUSED(word) "{'ok':false,'error':'" word "'}"

/* ---- the fixture ---- */

static void note_loss(const slack_install_found_t *found, const char *reason,
                      void (*stored)(int status, void *user_data), void *user_data, void *lost_data)
{
    rot.losses++;
    snprintf(rot.reason, sizeof rot.reason, "%s", reason);
    stored(rot.loss_status, user_data);
}

static int64_t now_ms(void)
{
    return slack__wall_ms(installs.world->net->clock);
}

static int rot_open(void **state)
{
    static const slack_sender_t sender = {sender_send, sender_close, NULL};
    installs_open(state);
    memset(&rot, 0, sizeof rot);
    installs.world->wall_skew_ms = 1796068164013;
    const slack_webapi_options_t options = {.api_url = "https://slack.com/api/",
                                            .concurrency = CALLS_MAX,
                                            .timeout_ms = 30000,
                                            .sender = &sender};
    assert_int_equal(slack__webapi_new(&rot.webapi, installs.world->net, &options), 0);
    rot.client = (slack_client_t){.webapi = rot.webapi, .basic = "Basic hush"};
    for (size_t i = 0; i < PROCESSES; i++) {
        rot.processes[i] = (slack_rotation_t){.net = installs.world->net,
                                              .installations = &installs.in,
                                              .client = &rot.client,
                                              .counters = &rot.counters,
                                              .lost = note_loss};
        assert_int_equal(slack__rotation_init(&rot.processes[i]), 0);
    }
    return 0;
}

static int rot_close(void **state)
{
    for (size_t i = 0; i < PROCESSES; i++)
        slack__rotation_close(&rot.processes[i]);
    slack__webapi_close(rot.webapi, world_set_flag, &rot.closed);
    world_until(installs.world, rot.closed);
    run();
    for (size_t i = 0; i < PROCESSES; i++) {
        assert_int_equal(slack__rotation_busy(&rot.processes[i]), 0);
        slack__rotation_done(&rot.processes[i]);
    }
    assert_null(strstr(installs.world->log, "xox"));
    assert_null(strstr(installs.world->log, "hush"));
    return installs_close(state);
}
#define ROT_TEST(function) TEST_CASE(function, rot_open, rot_close, NULL)

/* Stores T1's installation, whose token expires in so many milliseconds. */
static void have(const char *token, const char *refresh, int64_t left_ms)
{
    slack_install_record_t record = installs_record("", "T1", "", token);
    record.token.refresh = refresh;
    record.token.expires_ms = left_ms == INT64_MAX ? 0 : now_ms() + left_ms;
    assert_int_equal(installs_put(&record, NULL), 0);
}

static const slack_oauth_token_t *stored(void)
{
    return &installs_get("", "T1", "")->record.token;
}

static void use_ended(slack_fresh_t *fresh)
{
    use_t *use = SLACK_CONTAINER(fresh, use_t, fresh);
    use->ended = true;
    use->status = fresh->status;
    if (fresh->status == 0)
        snprintf(use->token, sizeof use->token, "%s", fresh->record->token.access);
    else
        snprintf(use->why, sizeof use->why, "%s", fresh->text);
}

/* Uses the token of T1's installation. True: at once. */
static bool use_refused(size_t process, const slack_refused_t *refused)
{
    const slack_install_found_t *found = installs_get("", "T1", "");
    use_t *use = &rot.uses[rot.use_count++ % USES_MAX];
    memset(use, 0, sizeof *use);
    slack__link_init(&use->fresh.link);
    use->fresh.ended = use_ended;
    if (slack__rotation_use(&rot.processes[process], found, refused, &use->fresh)) return false;
    use_ended(&use->fresh);
    return true;
}

static bool use(size_t process)
{
    return use_refused(process, NULL);
}

static const use_t *last(void)
{
    return &rot.uses[(rot.use_count - 1) % USES_MAX];
}

/* The result of the last use. Of a failure `token` is a part of the sentence. */
static void assert_used(int status, const char *token)
{
    run();
    assert_true(last()->ended);
    assert_int_equal(last()->status, status);
    if (status == 0)
        assert_string_equal(last()->token, token);
    else
        assert_non_null(strstr(last()->why, token));
}

static void pass_ms(uint64_t ms)
{
    world_pass_ms(installs.world, ms);
    run();
}

/* ---- when ---- */

static struct when_row {
    const char *name, *refresh;
    int64_t left_ms;
    const char *error; /* of a call that was refused; "": none */
    bool at_once, refreshes;
    int status;
    const char *marked;
} whens[] = {
    {"never_expires", "", INT64_MAX, "", true, false, 0, ""},
    {"more_than_2_h", "xoxe-1", 2 * HOUR_MS + 1, "", true, false, 0, ""},
    {"2_h", "xoxe-1", 2 * HOUR_MS, "", true, true, 0, ""},
    {"1_ms", "xoxe-1", 1, "", true, true, 0, ""},
    {"expired", "xoxe-1", 0, "", false, true, 0, ""},
    {"expired_long_ago", "xoxe-1", -HOUR_MS, "", false, true, 0, ""},
    {"expired_without_a_refresh_token", "", 0, "", false, false, SLACK_EAUTH, ""},
    {"refused_as_expired", "xoxe-1", 3 * HOUR_MS, "token_expired", false, true, 0, ""},
    {"refused_as_expired_without", "", INT64_MAX, "token_expired", false, false, SLACK_EAUTH,
     "token_expired"},
    {"refused_as_revoked", "", INT64_MAX, "token_revoked", false, false, SLACK_EAUTH,
     "token_revoked"},
    {"refused_as_inactive", "xoxe-1", 3 * HOUR_MS, "account_inactive", false, false, SLACK_EAUTH,
     "account_inactive"},
    {"refused_as_invalid", "xoxe-1", 3 * HOUR_MS, "invalid_auth", false, false, SLACK_EAUTH,
     "invalid_auth"},
};

TEST_EACH_CASE(when, whens, NULL, rot_close)
{
    const struct when_row *row = *state;
    rot_open(NULL);
    have("xoxe.xoxb-1", row->refresh, row->left_ms);
    const slack_refused_t refused = {"xoxe.xoxb-1", row->error};
    assert_int_equal(use_refused(0, *row->error ? &refused : NULL), row->at_once);
    run();
    assert_int_equal(rot.call_count, row->refreshes);
    if (row->at_once) assert_used(0, "xoxe.xoxb-1");
    if (row->refreshes) answer(PAIR("2"));
    if (!row->at_once && row->status == 0) assert_used(0, "xoxe.xoxb-2");
    if (row->status != 0) assert_used(row->status, *row->marked ? row->marked : "has expired");
    assert_string_equal(stored()->access, row->refreshes ? "xoxe.xoxb-2" : "xoxe.xoxb-1");
    assert_string_equal(stored()->refused, row->marked);
    assert_int_equal(rot.losses, *row->marked != '\0');
    assert_string_equal(rot.reason, row->marked);
    assert_int_equal(rot.counters.refreshes, row->refreshes);
}

ROT_TEST(the_pair)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    use(0);
    until_calls(1);
    assert_string_equal(rot.calls[0].body, "grant_type=refresh_token&refresh_token=xoxe-1");
    assert_string_equal(rot.calls[0].authorization, "Authorization: Basic hush");
    answer(PAIR("2"));
    assert_used(0, "xoxe.xoxb-2");
    assert_string_equal(stored()->refresh, "xoxe-2");
    assert_int_equal(stored()->expires_ms, now_ms() + 12 * HOUR_MS);
    assert_true(use(0));
    assert_used(0, "xoxe.xoxb-2");
    pass_ms(10 * HOUR_MS);
    assert_true(use(0));
    assert_used(0, "xoxe.xoxb-2");
    until_calls(2);
    assert_non_null(strstr(rot.calls[1].body, "refresh_token=xoxe-2"));
}

/* ---- once ---- */

ROT_TEST(many_uses_refresh_once)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    for (int i = 0; i < 50; i++)
        assert_false(use(0));
    until_calls(1);
    answer(PAIR("2"));
    for (int i = 0; i < 50; i++) {
        assert_true(rot.uses[i].ended);
        assert_string_equal(rot.uses[i].token, "xoxe.xoxb-2");
    }
    assert_int_equal(rot.call_count, 1);
}

ROT_TEST(two_processes_refresh_once)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    for (size_t i = 0; i < 20; i++)
        assert_false(use(i % 2));
    until_calls(1);
    pass_ms(1000); /* the other process looks at the record */
    answer(PAIR("2"));
    pass_ms(200);
    for (int i = 0; i < 20; i++)
        assert_string_equal(rot.uses[i].token, "xoxe.xoxb-2");
    assert_int_equal(rot.call_count, 1);
    assert_int_equal(rot.counters.refreshes, 1);
    pass_ms(12 * HOUR_MS); /* the lease was given back */
    assert_false(use(1));
    until_calls(2);
}

/* The first process has died with the answer: its lease ends, and Slack takes the token again. */
ROT_TEST(a_process_dies_with_the_answer)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    assert_false(use(0));
    until_calls(1);
    assert_false(use(1));
    for (int i = 0; i < 90; i++)
        pass_ms(200);
    assert_int_equal(rot.call_count, 1);
    for (int i = 0; i < 20; i++)
        pass_ms(200);
    until_calls(2);
    assert_string_equal(rot.calls[1].body, rot.calls[0].body);
    answer(PAIR("2"));
    assert_used(0, "xoxe.xoxb-2");
    /* It was only slow: the pair of the other one stays. */
    rot.call_count = 1;
    answer(PAIR("3"));
    assert_string_equal(rot.uses[0].token, "xoxe.xoxb-2");
    assert_string_equal(stored()->access, "xoxe.xoxb-2");
    assert_int_equal(rot.losses, 0);
}

/* ---- failures ---- */

ROT_TEST(a_lost_answer)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    use(0);
    until_calls(1);
    answer(NULL);
    until_calls(2); /* at once */
    assert_string_equal(rot.calls[1].body, rot.calls[0].body);
    assert_false(last()->ended);
    answer_as(502, -1, "<html>");
    assert_used(SLACK_EHTTP, "the token was not refreshed: ");
    for (size_t calls = 3; calls <= 6; calls++) { /* without anyone who waits */
        pass_ms(60000);
        until_calls(calls);
        answer(REFUSED("internal_error"));
    }
    pass_ms(60000);
    until_calls(6);
    assert_false(use(0)); /* the next one begins again, and the record has not changed */
    until_calls(7);
    answer(PAIR("2"));
    assert_used(0, "xoxe.xoxb-2");
    assert_int_equal(rot.losses, 0);
}

/* While it fails the old token serves, until it expires. */
ROT_TEST(a_failure_waits)
{
    static const struct {
        int http_status, status;
        int64_t retry_after_s;
        const char *body;
    } cases[] = {
        {429, SLACK_EAPI, 30, REFUSED("ratelimited")},
        {200, SLACK_EAPI, -1, REFUSED("bad_client_secret")},
        {200, SLACK_EAPI, -1, REFUSED("invalid_auth")},
        {200, SLACK_EPROTO, -1, "{'ok':true,'token_type':'bot'}"},
        {200, SLACK_EPROTO, -1, "{'ok':true,'access_token':'xoxp-2','token_type':'user'}"},
    };
    const size_t count = sizeof cases / sizeof *cases;
    have("xoxe.xoxb-1", "xoxe-1", HOUR_MS);
    for (size_t i = 0; i < count; i++) {
        assert_true(use(0));
        assert_used(0, "xoxe.xoxb-1");
        until_calls(i + 1);
        answer_as(cases[i].http_status, cases[i].retry_after_s, cases[i].body);
        assert_true(use(0));
        pass_ms(cases[i].retry_after_s > 0 ? 29000 : 0);
        assert_true(use(0));
        until_calls(i + 1);
        pass_ms(60000);
    }
    assert_int_equal(rot.counters.refreshes_failed, count);
    assert_string_equal(stored()->refused, "");
    assert_true(use(0));
    until_calls(count + 1);
    answer_as(429, 3600, REFUSED("ratelimited"));
    pass_ms(HOUR_MS - 300 * 1000);
    assert_true(use(0)); /* it has expired, and the refresh waits */
    assert_used(SLACK_EAPI, "the token was not refreshed: ratelimited");
    pass_ms(HOUR_MS);
    assert_false(use(0));
    until_calls(count + 2);
    answer(PAIR("2"));
    assert_used(0, "xoxe.xoxb-2");
}

/* Slack limits the app for an hour. The refresh of another process is sent under its lease, or not
 * at all. */
ROT_TEST(a_refresh_waits_within_its_lease)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    use(0);
    until_calls(1);
    answer_as(429, 3600, REFUSED("ratelimited"));
    for (unsigned i = 1; i <= 3; i++) {
        assert_false(use(1));
        run();
        pass_ms(19999);
        assert_false(last()->ended);
        pass_ms(1);
        assert_used(SLACK_ETIMEDOUT, "Slack limits its rate: try again later");
        assert_int_equal(rot.counters.refreshes_failed, i + 1);
        pass_ms(60000);
    }
    assert_int_equal(rot.call_count, 1);
    pass_ms(HOUR_MS);
    assert_false(use(1));
    until_calls(2);
    answer(PAIR("2"));
    assert_used(0, "xoxe.xoxb-2");
}

static struct final_row {
    const char *name;
} finals[] = {{"invalid_refresh_token"}, {"account_inactive"}, {"token_revoked"}};

TEST_EACH_CASE(a_refusal_is_final, finals, NULL, rot_close)
{
    const struct final_row *row = *state;
    char body[64];
    rot_open(NULL);
    have("xoxe.xoxb-1", "xoxe-1", 0);
    use(0);
    use(0);
    until_calls(1);
    snprintf(body, sizeof body, REFUSED("%s"), row->name);
    answer(body);
    assert_used(SLACK_EAUTH, row->name);
    assert_int_equal(rot.losses, 1);
    assert_string_equal(stored()->refused, row->name);
    assert_true(use(0));
    assert_used(SLACK_EAUTH, row->name);
    assert_true(world_logged(installs.world, "Slack has ended an installation's token"));
    have("xoxe.xoxb-9", "xoxe-9", 12 * HOUR_MS); /* installed again */
    assert_true(use(0));
    assert_used(0, "xoxe.xoxb-9");
}

/* Another process was faster: it has stored a pair before the refusal or before this one's. */
ROT_TEST(the_record_has_changed)
{
    static const char *const answers[] = {REFUSED("invalid_refresh_token"), PAIR("2")};
    for (size_t i = 0; i < 2; i++) {
        have("xoxe.xoxb-1", "xoxe-1", 0);
        use(0);
        until_calls(i + 1);
        have("xoxe.xoxb-8", "xoxe-8", 12 * HOUR_MS);
        answer(answers[i]);
        assert_used(0, "xoxe.xoxb-8");
        assert_string_equal(stored()->access, "xoxe.xoxb-8");
    }
    assert_int_equal(rot.losses, 0);
    have("xoxe.xoxb-1", "xoxe-1", 0); /* only another member was changed */
    use(0);
    until_calls(3);
    have("xoxe.xoxb-1", "xoxe-1", -1000);
    answer(PAIR("2"));
    assert_used(0, "xoxe.xoxb-2");
    assert_string_equal(stored()->access, "xoxe.xoxb-2");
    have("xoxe.xoxb-1", "xoxe-1", 0); /* uninstalled */
    use(0);
    until_calls(4);
    const slack_install_place_t place = installs_place("", "T1", "");
    assert_int_equal(installs_delete(&place, NULL), 0);
    answer(PAIR("2"));
    assert_used(SLACK_EAUTH, "not installed any more");
    assert_string_equal(installs_keys(), "");
}

/* A call was refused, and the store has a newer token. */
ROT_TEST(a_refused_token_was_replaced)
{
    have("xoxe.xoxb-2", "xoxe-2", 12 * HOUR_MS);
    assert_true(use_refused(0, &(slack_refused_t){"xoxe.xoxb-1", "token_revoked"}));
    assert_used(0, "xoxe.xoxb-2");
    assert_int_equal(rot.losses, 0);
}

/* The token before the last installation serves, until Slack refuses it too. */
ROT_TEST(the_previous_token)
{
    slack_install_record_t record = installs_record("", "T1", "", "xoxb-2");
    record.previous.access = "xoxb-1";
    assert_int_equal(installs_put(&record, NULL), 0);
    assert_false(use_refused(0, &(slack_refused_t){"xoxb-2", "token_revoked"}));
    assert_used(0, "xoxb-1");
    assert_int_equal(rot.losses, 0);
    assert_false(use_refused(0, &(slack_refused_t){"xoxb-1", "token_revoked"}));
    assert_used(SLACK_EAUTH, "Slack has ended the token: token_revoked");
    assert_int_equal(rot.losses, 1);
}

/* Slack gives a pair once: it waits for the store. */
ROT_TEST(the_store_fails)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    use(0);
    until_calls(1);
    for (int i = 0; i < 3; i++) {
        installs.fail_at = installs.ops + 1;
        if (i == 0)
            answer(PAIR("2"));
        else
            pass_ms(1000);
    }
    assert_used(SLACK_ESTORE, "the store has not taken the new token");
    use(0);
    pass_ms(1000);
    assert_used(0, "xoxe.xoxb-2");
    assert_string_equal(stored()->refresh, "xoxe-2");
    assert_int_equal(rot.call_count, 1);
}

/* Every operation of the store fails once, of a refresh and of a refusal. */
static void refresh_or_mark(bool refreshes)
{
    for (unsigned at = 1, fails = 1; fails; at++) {
        have("xoxe.xoxb-1", "xoxe-1", 0);
        const size_t calls = rot.call_count;
        assert_false(use(0));
        const unsigned from = installs.ops;
        installs.fail_at = from + at;
        for (int i = 0; i < 10 && !last()->ended; i++) {
            pass_ms(1000);
            if (rot.call_count > calls)
                answer(refreshes ? PAIR("2") : REFUSED("invalid_refresh_token"));
        }
        pass_ms(60000);
        fails = installs.ops >= from + at;
        installs.fail_at = 0;
        assert_true(last()->ended);
        assert_true(last()->status == SLACK_ESTORE || !fails || at > 3);
        if (!fails) assert_int_equal(last()->status, refreshes ? 0 : SLACK_EAUTH);
        pass_ms(60000);
    }
}

ROT_TEST(each_operation_fails)
{
    refresh_or_mark(true);
    refresh_or_mark(false);
}

/* ---- without traffic ---- */

/* Only tokens that have been out of use for half a month are refreshed, one after the other. */
ROT_TEST(idle_tokens_of_an_app_with_pkce)
{
    static const struct {
        const char *team, *refresh;
        int64_t left_ms;
    } records[] = {{"T0", "xoxe-0", -14 * 24 * HOUR_MS}, {"T1", "xoxe-1", -15 * 24 * HOUR_MS},
                   {"T2", "", -20 * 24 * HOUR_MS},       {"T3", "xoxe-3", HOUR_MS},
                   {"T4", "xoxe-4", -16 * 24 * HOUR_MS}, {"T5", "xoxe-5", -16 * 24 * HOUR_MS}};
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        slack_install_record_t record = installs_record("", records[i].team, "", "xoxe.xoxb-1");
        record.token.refresh = records[i].refresh;
        record.token.expires_ms = now_ms() + records[i].left_ms;
        assert_int_equal(installs_put(&record, NULL), 0);
    }
    static slack_sweep_t sweep; /* it outlives the case */
    slack__sweep_start(&sweep, &rot.processes[0]);
    pass_ms(SLACK_SWEEP_FIRST_MS);
    until_calls(1);
    assert_non_null(strstr(rot.calls[0].body, "xoxe-1"));
    answer(PAIR("2"));
    until_calls(2);
    assert_non_null(strstr(rot.calls[1].body, "xoxe-4"));
    answer(REFUSED("bad_client_secret"));
    until_calls(3);
    assert_non_null(strstr(rot.calls[2].body, "xoxe-5"));
    answer(REFUSED("invalid_refresh_token"));
    pass_ms(SLACK_SWEEP_MS - 1);
    until_calls(3);
    pass_ms(1);
    until_calls(4);
    assert_non_null(strstr(rot.calls[3].body, "xoxe-0")); /* a day older now */
    slack__sweep_stop(&sweep);
}

/* ---- the stop ---- */

/* A stop at each point: what waits learns of it, and a pair that Slack has given is stored. */
ROT_TEST(stop_before_the_answer)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    use(0);
    use(1);
    until_calls(1);
    assert_int_equal(slack__rotation_busy(&rot.processes[0]), 1);
    slack__rotation_close(&rot.processes[1]);
    run();
    assert_used(SLACK_ECANCELED, "the app stops");
    slack__rotation_close(&rot.processes[0]);
    answer(PAIR("2"));
    assert_string_equal(rot.uses[0].token, "xoxe.xoxb-2");
    assert_string_equal(stored()->access, "xoxe.xoxb-2");
    have("xoxe.xoxb-2", "xoxe-2", 0);
    assert_true(use(0));
    assert_used(SLACK_ECANCELED, "the app stops");
}

/* ---- out of memory ---- */

static bool refresh_with_failure(size_t nth, bool all)
{
    have("xoxe.xoxb-1", "xoxe-1", 0);
    const size_t calls = rot.call_count = 0;
    const slack_install_found_t *found = installs_get("", "T1", "");
    use_t *u = &rot.uses[rot.use_count++ % USES_MAX];
    memset(u, 0, sizeof *u);
    slack__link_init(&u->fresh.link);
    u->fresh.ended = use_ended;
    heap_fail_at(nth, all);
    if (!slack__rotation_use(&rot.processes[0], found, NULL, &u->fresh)) use_ended(&u->fresh);
    run();
    if (rot.call_count > calls) answer(PAIR("2"));
    const bool failed = heap_heal();
    for (int i = 0; i < 3; i++) { /* the answer may have been lost, or not stored */
        pass_ms(60000);
        if (rot.call_count > calls) answer(PAIR("2"));
    }
    assert_true(u->ended);
    if (!failed) assert_int_equal(u->status, 0);
    use(0);
    for (int i = 0; i < 3 && !last()->ended; i++) {
        pass_ms(60000);
        if (rot.call_count > calls) answer(PAIR("2"));
    }
    assert_used(0, "xoxe.xoxb-2");
    return failed;
}

ROT_TEST(out_of_memory)
{
    assert_true(alloc_fail_attempts(refresh_with_failure) > 10);
}
