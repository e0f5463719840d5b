/* SPDX-License-Identifier: MIT */
#include "doctor/checks.h"
#include "doctor/gather.h"
#include "doctor/scopes.h"
#include "support/test.h"
#include "util/json.h"

#include <errno.h>

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
    .wss = {.asked = true},
    .hello = {.asked = true, .echoes = true, .http_status = 200},
    .forgery = {.asked = true, .http_status = 401},
    .stale = {.asked = true, .http_status = 401},
    .event = {.asked = true, .http_status = 200},
    .certificate = {.seen = true,
                    .fits = true,
                    .complete = true,
                    .trusted = true,
                    .begun = true,
                    .left_s = DOCTOR_CERTIFICATE_DAYS * 86400},
    .descriptors_hard = 1026 + DOCTOR_DESCRIPTORS_KEPT,
    .connections = 1024,
    .sockets = 2,
    .drain_ms = 10000,
    .grace_s = 11,
    .is_sqlite = true,
    .store_free_mib = DOCTOR_STORE_FREE_MIB,
    .sync_us = 1000,
    .store_opened = true,
    .key_used = true,
    .key_sealed = true,
    .has_store_key = true,
    .installs = true,
    .role = SLACK_ROLE_ALL,
    .libraries = {{"mbedtls", "4.3.0", true}, {"sqlite3", "3.51.2", true}},
    .bot_asked = true,
    .bot_described = true,
    .listeners = 1,
    .scopes = {.compared = true, .calls_declared = true},
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
            assert_int_equal(finding.grade, alone ? DOCTOR_GOOD : DOCTOR_SKIPPED); /* no bot */
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
    facts.store_place = DOCTOR_OVER_NETWORK;
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

/* A fault is a finding only for an app that it concerns, and that nobody has accepted it for. */
TEST(faults_of_libraries_concern_some_apps)
{
    doctor_facts_t facts = healthy;
    assert_int_equal(judge(&facts, "libraries").grade, DOCTOR_GOOD);
    facts.store_owners = 2;
    const doctor_finding_t finding = judge(&facts, "libraries");
    assert_int_equal(finding.grade, DOCTOR_WARNING);
    assert_non_null(strstr(finding.sentence, "sqlite3 3.51.2 has the fault WAL-reset"));
    assert_non_null(strstr(finding.cure, "--accept WAL-reset"));
    facts.accepted = "CVE-1, WAL-reset";
    assert_int_equal(judge(&facts, "libraries").grade, DOCTOR_GOOD);
    facts.accepted = "WAL";
    assert_int_equal(judge(&facts, "libraries").grade, DOCTOR_WARNING);
    strcpy(facts.libraries[1].version, "3.51.3");
    assert_int_equal(judge(&facts, "libraries").grade, DOCTOR_GOOD);
    facts.libraries[2] = (cli_library_t){"libpq", "17.6", true};
    assert_int_equal(judge(&facts, "libraries").grade, DOCTOR_GOOD);
    facts.is_postgres = true;
    assert_int_equal(judge(&facts, "libraries").grade, DOCTOR_WARNING);
}

TEST(a_disk_is_judged_by_its_figure)
{
    doctor_facts_t facts = healthy;
    facts.sync_us = 3;
    assert_int_equal(judge(&facts, "disk").grade, DOCTOR_WARNING);
    facts.sync_us = 500000;
    assert_int_equal(judge(&facts, "disk").grade, DOCTOR_WARNING);
    facts.sync_us = 0;
    assert_int_equal(judge(&facts, "disk").grade, DOCTOR_SKIPPED);
    facts.sync_errno = EIO;
    assert_int_equal(judge(&facts, "disk").grade, DOCTOR_BAD);
    facts = healthy;
    facts.store_place = DOCTOR_IN_A_LAYER;
    strcpy(facts.store_filesystem, "overlayfs");
    assert_non_null(strstr(judge(&facts, "store").sentence, "overlayfs"));
}

TEST(a_certificate_is_judged_at_its_edges)
{
    doctor_facts_t facts = healthy;
    facts.certificate.left_s--;
    assert_int_equal(judge(&facts, "certificate").grade, DOCTOR_WARNING);
    facts.certificate.left_s = -1;
    assert_int_equal(judge(&facts, "certificate").grade, DOCTOR_BAD);
    facts.certificate = healthy.certificate;
    facts.certificate.begun = false;
    assert_int_equal(judge(&facts, "certificate").grade, DOCTOR_BAD);
    facts.certificate = healthy.certificate;
    facts.certificate.complete = false; /* the machine knows the authority itself */
    assert_int_equal(judge(&facts, "certificate").grade, DOCTOR_GOOD);
    facts.certificate.trusted = false;
    assert_non_null(strstr(judge(&facts, "certificate").sentence, "without that of"));
}

TEST(an_ack_is_judged_against_the_limit_of_slack)
{
    doctor_facts_t facts = healthy;
    facts.event.took_ms = DOCTOR_ANSWER_MS / 2 + 1;
    assert_int_equal(judge(&facts, "event").grade, DOCTOR_WARNING);
    facts.event.took_ms = DOCTOR_ANSWER_MS + 1;
    assert_int_equal(judge(&facts, "event").grade, DOCTOR_BAD);
}

TEST(time_spans_of_systemd)
{
    static const struct {
        const char *text;
        unsigned seconds;
    } cases[] = {
        {"1min 30s\n", 90}, {"5s", 5},       {"1h 1min 1s 500ms", 3661},
        {"2w 1d", 1296000}, {"infinity", 0}, {"", 0},
        {"\n", 0},          {"5", 0},        {"5 parsecs", 0},
        {"0", 0},           {"1min x", 0},   {"99999999999999w", 0},
        {"-5s", 0},         {"nans", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(doctor_systemd_seconds(cases[i].text), cases[i].seconds);
}

/* What a bot with these listeners and calls lacks. */
static doctor_scopes_t compare(const char *listeners, const char *calls, const char *granted)
{
    char text[512];
    doctor_scopes_t scopes;
    const slack_json_t *description = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    snprintf(text, sizeof text, "{\"listeners\":%s,\"calls\":%s}", listeners, calls);
    assert_int_equal(slack__json_parse(arena, text, strlen(text), &description, NULL), 0);
    assert_true(doctor_compare_scopes(description, granted, &scopes));
    slack__arena_free(arena);
    return scopes;
}

TEST(scopes_of_listeners_and_calls)
{
    static const char message[] = "[{\"kind\":\"event\",\"message\":true}]";
    static const char direct[] =
        "[{\"kind\":\"event\",\"message\":true,\"where\":[\"channel\",\"im\"]}]";
    static const char command[] =
        "[{\"kind\":\"command\",\"match\":\"/x\",\"how\":\"exact\",\"name\":\"x\"}]";
    assert_string_equal(compare("[]", "[]", "users:read").missing, "");
    assert_string_equal(compare("[]", "[\"chat.postMessage\"]", "users:read").missing,
                        "chat:write (the call chat.postMessage)");
    assert_string_equal(compare("[]", "[\"chat.postMessage\"]", "users:read,chat:write").missing,
                        "");
    assert_string_equal(compare(command, "[]", "").missing, "commands (the listener x)");
    /* One of several scopes of a call is enough. */
    assert_string_equal(compare("[]", "[\"conversations.info\"]", "groups:read").missing, "");
    assert_int_equal(compare("[]", "[\"conversations.info\"]", "").missing_count, 1);
    /* A kind of channel that no listener names is not missed. */
    assert_int_equal(compare(message, "[]", "").missing_count, 4);
    assert_int_equal(compare(message, "[]", "im:history").missing_count, 0);
    assert_string_equal(compare(message, "[]", "im:history").unheard, "channel, group, mpim");
    assert_string_equal(compare(direct, "[]", "channels:history").missing,
                        "im:history (the event message.im)");
    /* Without declared calls, chat:write is a guess. */
    assert_string_equal(compare("[]", "null", "").missing, "");
    assert_false(compare("[]", "null", "").calls_declared);
}
