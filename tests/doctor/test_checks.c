/* SPDX-License-Identifier: MIT */
#include "doctor/checks.h"
#include "doctor/gather.h"
#include "support/test.h"

/* The judges of `slackapp doctor`, at the edges that a real machine does not show. */

static doctor_finding_t judge(const doctor_facts_t *facts, const char *name)
{
    doctor_finding_t finding = {.grade = DOCTOR_GRADES};
    for (const doctor_check_t *check = doctor_checks; check->name; check++)
        if (strcmp(check->name, name) == 0) check->judge(facts, &finding);
    assert_int_not_equal(finding.grade, DOCTOR_GRADES);
    return finding;
}

static const doctor_facts_t healthy = {
    .configured = true,
    .http = true,
    .socket = true,
    .has_bot_token = true,
    .has_app_token = true,
    .app_token_fits = true,
    .auth = {.asked = true, .is_json = true, .ok = true, .has_date = true},
    .open = {.asked = true, .is_json = true, .ok = true, .url_scheme = "wss"},
    .port_tried = true,
    .hello = {.asked = true, .echoes = true, .http_status = 200},
    .forgery = {.asked = true, .http_status = 401},
    .descriptors_hard = 1024 + DOCTOR_DESCRIPTORS_KEPT,
    .connections = 1024,
    .drain_ms = 10000,
    .grace_s = 11,
    .is_sqlite = true,
    .store_free_mib = DOCTOR_STORE_FREE_MIB,
};

TEST(healthy_facts_are_good)
{
    for (const doctor_check_t *check = doctor_checks; check->name; check++) {
        const doctor_finding_t finding = judge(&healthy, check->name);
        assert_int_equal(finding.grade, DOCTOR_GOOD);
        assert_string_not_equal(finding.sentence, "");
        assert_string_equal(finding.cure, "");
    }
}

TEST(a_bad_configuration_skips_what_depends_on_it)
{
    const doctor_facts_t facts = {.configuration_error = "SLACK_X=1: must be 2"};
    for (const doctor_check_t *check = doctor_checks; check->name; check++) {
        const doctor_finding_t finding = judge(&facts, check->name);
        const bool alone =
            strcmp(check->name, "variables") == 0 || strcmp(check->name, "env-file") == 0;
        if (strcmp(check->name, "configuration") == 0)
            assert_int_equal(finding.grade, DOCTOR_BAD);
        else
            assert_int_equal(finding.grade, alone ? DOCTOR_GOOD : DOCTOR_SKIPPED);
    }
}

static enum doctor_grade grade_of_clock(int64_t ahead_s)
{
    doctor_facts_t facts = healthy;
    facts.auth.ahead_s = ahead_s;
    return judge(&facts, "clock").grade;
}

TEST(the_clock_is_judged_in_both_directions)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        assert_int_equal(grade_of_clock(sign * DOCTOR_CLOCK_WARN_S), DOCTOR_GOOD);
        assert_int_equal(grade_of_clock(sign * (DOCTOR_CLOCK_WARN_S + 1)), DOCTOR_WARNING);
        assert_int_equal(grade_of_clock(sign * DOCTOR_CLOCK_BAD_S), DOCTOR_WARNING);
        assert_int_equal(grade_of_clock(sign * (DOCTOR_CLOCK_BAD_S + 1)), DOCTOR_BAD);
    }
}

TEST(limits_are_judged_at_their_edges)
{
    doctor_facts_t facts = healthy;
    facts.grace_s = 10; /* the drain needs all of it */
    facts.descriptors_hard--;
    facts.store_free_mib--;
    facts.hello.took_ms = DOCTOR_ANSWER_MS + 1;
    assert_int_equal(judge(&facts, "drain").grade, DOCTOR_BAD);
    assert_int_equal(judge(&facts, "descriptors").grade, DOCTOR_WARNING);
    assert_int_equal(judge(&facts, "store").grade, DOCTOR_WARNING);
    assert_int_equal(judge(&facts, "request-url").grade, DOCTOR_BAD);
    facts.hello.took_ms = DOCTOR_ANSWER_MS;
    assert_int_equal(judge(&facts, "request-url").grade, DOCTOR_GOOD);
}

TEST(a_network_file_system_is_named)
{
    doctor_facts_t facts = healthy;
    facts.store_over_network = true;
    strcpy(facts.store_filesystem, "NFS");
    const doctor_finding_t finding = judge(&facts, "store");
    assert_int_equal(finding.grade, DOCTOR_WARNING);
    assert_non_null(strstr(finding.sentence, "NFS"));
}

/* The longest texts of others fit. */
TEST(long_texts_are_cut)
{
    doctor_facts_t facts = {.configured = true, .auth = {.asked = true, .is_json = true}};
    memset(facts.auth.error, 'e', sizeof facts.auth.error - 1);
    memset(facts.api_host, 'h', sizeof facts.api_host - 1);
    assert_non_null(strstr(judge(&facts, "bot-token").sentence, "eee"));
    for (int step = DOCTOR_NAME; step <= DOCTOR_OTHER; step++) {
        facts.auth.failed_at = (enum doctor_step)step;
        memset(facts.auth.why, 'w', sizeof facts.auth.why - 1);
        const doctor_finding_t finding = judge(&facts, "network");
        assert_int_equal(finding.grade, DOCTOR_BAD);
        assert_true(finding.cure[0] != '\0');
        assert_int_equal(judge(&facts, "bot-token").grade, DOCTOR_SKIPPED);
        assert_int_equal(judge(&facts, "socket-mode").grade, DOCTOR_SKIPPED);
    }
}

TEST(names_that_are_nearly_those_of_options)
{
    char near[64], longest[200];
    assert_string_equal(doctor_near_name("SLACK_BOT_TOKN", near), "SLACK_BOT_TOKEN");
    assert_string_equal(doctor_near_name("SLACK_BOT_TOKEN_FIEL", near), "SLACK_BOT_TOKEN_FILE");
    assert_string_equal(doctor_near_name("SLACK_STOREKEY", near), "SLACK_STORE_KEY");
    assert_null(doctor_near_name("SLACK_BOT_TOKEN", near));
    assert_null(doctor_near_name("SLACK_STORE_KEY_FILE", near));
    assert_null(doctor_near_name("SLACK_CLI_VERSION", near)); /* of another program */
    memset(longest, 'S', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(doctor_near_name(longest, near));
    assert_null(doctor_near_name("", near));
}
