/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "sim/bot_log.h"
#include "support/file.h"
#include "support/sim_case.h"
#include "support/test.h"

/* What people let happen through the page: the kinds of faults that it offers, the end of one of
 * them, time that passes, rate limits, an app that comes back; and the log of its bot. */

static void pass_ms(uint64_t ms, void *user_data)
{
    peer.world.mono_us += ms * 1000;
}

static int open_with_clock(void **state)
{
    const sim_options_t options = {.people = SIM_USERS_FIRST, .pass_ms = pass_ms};
    sim_peer_open(&peer, &options);
    sim_app_connect(&peer, &app);
    return 0;
}

#define WITH_CLOCK(function) TEST_CASE(function, open_with_clock, sim_case_disconnect, NULL)

static const char *refusal(const char *path, const char *body, int status)
{
    const slack_json_t *answer = sim_peer_control(&peer, path, body);
    assert_int_equal(peer.status, status);
    return slack_json_str(answer, "/error");
}

ALONE(every_fault_has_an_area_and_its_arguments)
{
    const slack_json_t *answer = sim_peer_control(&peer, "/sim/fault", NULL);
    slack_json_iter_t it = {0};
    const sim_fault_kind_t *kind = sim_fault_kinds;
    while (slack_json_next(slack_json_get(answer, "/kinds"), &it)) {
        size_t args = 0;
        while (kind->args[args].name)
            args++;
        assert_member(it.value, "/name", kind->name);
        assert_string_not_equal(slack_json_str(it.value, "/area"), "");
        assert_int_equal(slack_json_count(it.value, "/arguments"), args);
        kind++;
    }
    assert_null(kind->name);
    answer = sim_peer_control(&peer, "/sim/fault", NULL);
    assert_member(answer, "/kinds/4/arguments/0/unit", "ms");
    assert_member(answer, "/kinds/4/arguments/0/default", "0");
    assert_true(slack_json_bool(answer, "/kinds/7/arguments/0/required"));
    assert_member(answer, "/limits", "none");
}

ALONE(one_of_two_faults_of_a_kind_ends)
{
    sim_peer_fault(&peer, "api-status auth.test 500; api-status chat.update 500 --count 2");
    sim_peer_fault(&peer, "5% api-cut chat.*");
    const char *const words[] = {"api-status chat.update 500", "5% api-cut chat.*", "api-status"};
    for (size_t i = 0; i < 3; i++) {
        const slack_json_t *answer = sim_peer_control(
            &peer, "/sim/fault/clear", sim_peer_text(&peer, "{\"name\":\"%s\"}", words[i]));
        assert_int_equal(slack_json_int(answer, "/cleared"), 1);
        assert_int_equal(peer.sim->faults.count, 2 - i);
    }
    refusal("/sim/fault/clear", "{\"name\":\"api-status chat.update 501\"}", 400);
}

WITH_CLOCK(an_hour_passes)
{
    const int64_t in_a_while_s = slack__wall_ms(&peer.world.clock) / 1000 + 1800;
    sim_peer_api(&peer, "chat.scheduleMessage",
                 sim_peer_text(&peer,
                               "{\"channel\":\"C0GENERAL1\",\"text\":\"later\",\"post_at\":%lld}",
                               (long long)in_a_while_s));
    const slack_json_t *answer = sim_peer_control(&peer, "/sim/clock", "{\"ms\":3600000}");
    assert_int_equal(slack_json_int(answer, "/passed_ms"), 3600000);
    assert_member(slack_json_get(sim_app_next(&app), "/payload"), "/event/text", "later");
    assert_false(app.closed);
    assert_int_equal(slack_json_int(sim_peer_control(&peer, "/sim/fault", NULL), "/passed_ms"),
                     3600000);
    refusal("/sim/clock", "{\"ms\":0}", 400);
    refusal("/sim/clock", "{\"ms\":2678400001}", 400);
}

ALONE(a_clock_that_nobody_moves_says_so)
{
    assert_string_equal(refusal("/sim/clock", "{\"ms\":1}", 409),
                        "the clock of this simulator cannot be moved");
}

static void assert_history(int status)
{
    const sim_peer_request_t request = {.method = "POST",
                                        .target = "/api/conversations.history",
                                        .token = SIM_PEER_BOT_TOKEN,
                                        .type = "application/json; charset=utf-8",
                                        .body = "{\"channel\":\"C0GENERAL1\"}"};
    sim_peer_call(&peer, &request);
    assert_int_equal(peer.status, status);
}

ALONE(limits_begin_and_end)
{
    for (int round = 0; round < 2; round++) {
        sim_peer_control(&peer, "/sim/limits", "{\"limits\":\"distributed\"}");
        assert_history(200);
        assert_history(429);
        sim_peer_control(&peer, "/sim/limits", "{\"limits\":\"none\"}");
        assert_history(200);
    }
    refusal("/sim/limits", "{\"limits\":\"some\"}", 400);
    refusal("/sim/limits", "{}", 400);
}

ALONE(an_app_comes_back_with_its_token)
{
    for (int round = 0; round < 2; round++) {
        refusal("/sim/install", "{}", 409);
        sim_peer_control(&peer, "/sim/uninstall", "{}");
        assert_error("auth.test", "{}", "account_inactive");
        sim_peer_control(&peer, "/sim/install", "{}");
        assert_error("auth.test", "{}", "");
    }
}

/* ---- the log of the bot ---- */

static char log_path[] = "/tmp/slackapp-log-XXXXXX";

static int open_with_log(void **state)
{
    const sim_options_t options = {.people = SIM_USERS_FIRST, .bot_log = log_path};
    snprintf(log_path, sizeof log_path, "/tmp/slackapp-log-XXXXXX");
    close(mkstemp(log_path));
    sim_peer_open(&peer, &options);
    return 0;
}

static int close_with_log(void **state)
{
    unlink(log_path);
    return sim_case_close(state);
}

#define WITH_LOG(function) TEST_CASE(function, open_with_log, close_with_log, NULL)

/* Reads the part behind `after`. */
static const slack_json_t *part(int64_t after, const char *text)
{
    const slack_json_t *got = sim_peer_control(
        &peer, sim_peer_text(&peer, "/sim/log?after=%lld", (long long)after), NULL);
    if (text) assert_member(got, "/text", text);
    return got;
}

WITH_LOG(lines_come_whole_once_and_without_secrets)
{
    assert_member(part(0, ""), "/path", log_path);
    file_replace(log_path, "one\ntoken xoxb-1-secret\ntwo: \xff\nthr");
    const int64_t after =
        slack_json_int(part(0, "one\ntoken [redacted]\ntwo: \xEF\xBF\xBD\n"), "/after");
    part(after, "");
    file_replace(log_path, "one\ntoken xoxb-1-secret\ntwo: \xff\nthree\n");
    part(after, "three\n");
    file_replace(log_path, "anew\n"); /* it has become shorter */
    part(after, "anew\n");
    unlink(log_path);
    part(0, "");
}

/* All parts, behind one another: their bytes. */
static size_t all_parts(void)
{
    size_t len = 0;
    int64_t after = 0;
    for (bool more = true; more;) {
        const slack_json_t *got = part(after, NULL);
        len += strlen(slack_json_str(got, "/text"));
        after = slack_json_int(got, "/after");
        more = slack_json_bool(got, "/more");
    }
    part(after, "");
    return len;
}

WITH_LOG(a_long_log_comes_in_parts_from_its_tail)
{
    static char text[SIM_BOT_LOG_TAIL + 1000];
    const size_t len = sizeof text - 1;
    memset(text, 'x', len);
    for (size_t i = 99; i < len; i += 100)
        text[i] = '\n';
    file_replace(log_path, text);
    assert_in_range(all_parts(), SIM_BOT_LOG_TAIL - 200, SIM_BOT_LOG_TAIL);
    /* A line that is longer than a part is left out, wherever a part begins in it. */
    memset(text, 'x', len);
    text[len - 6] = text[len - 1] = '\n';
    file_replace(log_path, text);
    assert_int_equal(all_parts(), 5);
}

ALONE(without_a_log_there_is_no_path)
{
    const slack_json_t *got = part(0, "");
    assert_int_equal(slack_json_type(slack_json_get(got, "/path")), SLACK_JSON_NULL);
}
