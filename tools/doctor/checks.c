/* SPDX-License-Identifier: MIT */
#include "doctor/checks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/signature.h"

_Static_assert(DOCTOR_CLOCK_BAD_S == SLACK_SIGNATURE_WINDOW_S,
               "a clock is bad when the app refuses Slack's signatures");

const char *const doctor_grade_names[DOCTOR_GRADES] = {"good", "warning", "bad", "skipped"};

static void SLACK_PRINTF(4, 5)
    find(doctor_finding_t *ret, enum doctor_grade grade, const char *cure, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(ret->sentence, sizeof ret->sentence, format, ap);
    va_end(ap);
    snprintf(ret->cure, sizeof ret->cure, "%s", cure);
    ret->grade = grade;
}

#define GOOD(...)       find(ret, DOCTOR_GOOD, "", __VA_ARGS__)
#define WARN(cure, ...) find(ret, DOCTOR_WARNING, cure, __VA_ARGS__)
#define BAD(cure, ...)  find(ret, DOCTOR_BAD, cure, __VA_ARGS__)
#define SKIP(...)       find(ret, DOCTOR_SKIPPED, "", __VA_ARGS__)
#define NOT_CONFIGURED  "because the configuration is bad"

/* ---- the environment ---- */

static void judge_configuration(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        BAD("correct the variable, or the line of .env; docs/configuration.md lists them all", "%s",
            facts->configuration_error);
    else if (facts->http || facts->socket)
        GOOD("the options are valid; the transport is %s", facts->http && facts->socket
                                                               ? "http,socket"
                                                           : facts->http ? "http"
                                                                         : "socket");
    else
        GOOD("the options are valid; the process only works, and has no transport");
}

static void judge_variables(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (facts->unknown_name[0])
        WARN("rename it, or remove it", "no option is named %s: is %s meant?", facts->unknown_name,
             facts->near_name);
    else if (facts->twice_name[0])
        WARN("remove one of them: the environment counts, and .env is not read",
             "%s has one value in the environment and another one in .env", facts->twice_name);
    else
        GOOD("no variable is misspelt, and none has two values");
}

static void judge_dotenv(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->has_dotenv)
        GOOD("there is no .env file in this folder");
    else if (facts->dotenv_mode & 07)
        BAD("chmod 600 .env", "every user of the machine can read or change .env (mode %04o)",
            facts->dotenv_mode);
    else if (facts->dotenv_mode & 070)
        WARN("chmod 600 .env, unless the group is meant to",
             "the group of .env can read or change it (mode %04o)", facts->dotenv_mode);
    else
        GOOD("only its owner can read .env");
}

static void judge_app_token(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    static const char cure[] =
        "make a token with the scope connections:write on the app's page \"Basic Information\", "
        "\"App-Level Tokens\"";
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->socket)
        SKIP("because the app does not use Socket Mode");
    else if (!facts->has_app_token)
        BAD(cure, "Socket Mode needs SLACK_APP_TOKEN, which is not set");
    else if (!facts->app_token_fits)
        BAD(cure, "SLACK_APP_TOKEN must be an app-level token (xapp-…), but holds %s",
            facts->app_token_kind[0] ? facts->app_token_kind
                                     : "something that begins with none of Slack's prefixes");
    else
        GOOD("SLACK_APP_TOKEN is an app-level token");
}

/* ---- Slack ---- */

static const struct step_words {
    const char *sentence, *cure;
} steps[] = {
    [DOCTOR_NAME] = {"the name of the host has no address",
                     "check the name server of this machine (/etc/resolv.conf), and the host"},
    [DOCTOR_CONNECT] = {"the host takes no connection",
                        "let the firewall pass connections to port 443, or set HTTPS_PROXY"},
    [DOCTOR_PROXY] = {"the proxy does not let the request through",
                      "check HTTPS_PROXY (or SLACK_PROXY) and its user and password; NO_PROXY "
                      "lists hosts that need none"},
    [DOCTOR_TLS] = {"TLS fails", "if a proxy here signs certificates itself, name its authority in "
                                 "SLACK_CA_FILE; otherwise install the package ca-certificates"},
    [DOCTOR_TIME] = {"no answer came in time",
                     "look for a firewall that drops packets; --timeout sets another limit"},
    [DOCTOR_OTHER] = {"the request fails", "the words in brackets say where to look"},
};

static void judge_network(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *auth = facts->auth.asked ? &facts->auth : &facts->open;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!auth->asked)
        SKIP("because there is no token to ask with");
    else if (auth->failed_at != DOCTOR_ANSWERED)
        BAD(steps[auth->failed_at].cure, "%s: %s (%s)", facts->api_host,
            steps[auth->failed_at].sentence, auth->why);
    else if (!auth->is_json)
        BAD("something between this machine and Slack answers in its place: a proxy or a wrong "
            "SLACK_API_URL",
            "%s answers with %s and HTTP status %ld", facts->api_host,
            auth->is_html ? "an HTML page" : "something that is not JSON", auth->http_status);
    else
        GOOD("%s answers after %u ms", facts->api_host, auth->took_ms);
}

static const char *auth_cure(const char *error)
{
    static const char renew[] = "copy the token again from the app's page \"OAuth & Permissions\"";
    static const struct {
        const char *error, *cure;
    } cures[] = {
        {"account_inactive", "install the app again: it was removed from the workspace"},
        {"token_revoked", "install the app again, and take its new token"},
        {"token_expired", "the token rotates: take a new one, or let the library rotate it"},
        {"ratelimited", "wait a minute, and run this again"},
        {"missing_scope", "add the scope connections:write to the app-level token"},
        {"not_allowed_token_type", "set the token of the kind that the variable is for"},
    };
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
        if (strcmp(cures[i].error, error) == 0) return cures[i].cure;
    return renew;
}

/* Whether the check of a call is over: it was not made, or Slack did not answer. */
static bool is_unanswered(const doctor_facts_t *facts, const doctor_answer_t *answer,
                          const char *why_not_asked, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (facts->auth.failed_at != DOCTOR_ANSWERED)
        SKIP("because Slack does not answer");
    else if (!answer->asked)
        SKIP("because %s", why_not_asked);
    else if (answer->failed_at != DOCTOR_ANSWERED || !answer->is_json)
        SKIP("because Slack does not answer");
    else
        return false;
    return true;
}

static void judge_bot_token(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *auth = &facts->auth;
    if (is_unanswered(facts, auth, "no bot token is set: workspaces install the app", ret)) return;
    if (!auth->ok)
        BAD(auth_cure(auth->error), "Slack refuses SLACK_BOT_TOKEN: %s", auth->error);
    else
        GOOD("the bot is %s in the workspace %s", auth->user, auth->team);
}

static void judge_socket_mode(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *open = &facts->open;
    if (is_unanswered(facts, open, "there is no app-level token to open a connection with", ret))
        return;
    if (!open->ok && strcmp(open->error, "invalid_auth") == 0)
        BAD("make a new app-level token on the app's page \"Basic Information\"",
            "Slack refuses SLACK_APP_TOKEN: invalid_auth");
    else if (!open->ok)
        BAD(auth_cure(open->error), "apps.connections.open: %s", open->error);
    else if (strcmp(open->url_scheme, "wss") != 0 && strcmp(open->url_scheme, "ws") != 0)
        BAD("check SLACK_API_URL", "apps.connections.open answers without the URL of a socket");
    else
        GOOD("Slack gives the URL of a connection");
}

static void judge_clock(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *answer = facts->auth.asked ? &facts->auth : &facts->open;
    const int64_t ahead_s = answer->ahead_s, off_s = ahead_s < 0 ? -ahead_s : ahead_s;
    static const char cure[] = "let the machine take its time from the network: timedatectl "
                               "set-ntp true";
    const char *way = ahead_s < 0 ? "behind" : "ahead of";
    if (is_unanswered(facts, answer, "there is no token to ask with", ret)) return;
    if (!answer->has_date)
        SKIP("because the answer has no Date header");
    else if (off_s > DOCTOR_CLOCK_BAD_S)
        BAD(cure,
            "the clock is %" PRId64 " s %s that of Slack: the app refuses signatures that are off "
            "by more than %d s",
            off_s, way, DOCTOR_CLOCK_BAD_S);
    else if (off_s > DOCTOR_CLOCK_WARN_S)
        WARN(cure, "the clock is %" PRId64 " s %s that of Slack", off_s, way);
    else
        GOOD("the clock differs from that of Slack by at most %d s", DOCTOR_CLOCK_WARN_S);
}

/* ---- the request URL ---- */

static void judge_port(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const bool held = facts->port_errno != 0;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->port_tried)
        SKIP("because the app does not listen on a port of this machine");
    else if (held && facts->hello.asked && facts->hello.echoes)
        GOOD("the bot answers on port %s", facts->port);
    else if (held)
        BAD("end the program that holds it (ss -ltnp shows it), or set SLACK_HTTP_PORT; a port "
            "below 1024 needs a privilege",
            "the app cannot listen on port %s: %s", facts->port, strerror(facts->port_errno));
    else
        GOOD("port %s is free", facts->port);
}

static void judge_answer_of_url(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *hello = &facts->hello;
    if (hello->http_status >= 300 && hello->http_status < 400)
        WARN("enter the URL to which it leads as the request URL: Slack follows two redirects at "
             "most",
             "the request URL redirects with HTTP status %ld", hello->http_status);
    else if (hello->http_status == 401)
        BAD("take the signing secret of this app from its page \"Basic Information\"",
            "the app refuses a request that is signed with SLACK_SIGNING_SECRET");
    else if (hello->is_html)
        BAD("send the path of the request URL to the app in the proxy in front of it",
            "the request URL answers with an HTML page and HTTP status %ld", hello->http_status);
    else if (!hello->echoes)
        BAD("check the path (SLACK_HTTP_PATH), and which program listens there",
            "the request URL does not return the challenge; its HTTP status is %ld",
            hello->http_status);
    else if (hello->took_ms > DOCTOR_ANSWER_MS)
        BAD("find what delays the answer: Slack waits for 3 s", "the request URL takes %u ms",
            hello->took_ms);
    else if (facts->forgery.failed_at == DOCTOR_ANSWERED && facts->forgery.http_status != 401)
        BAD("the program there checks no signatures, or a proxy answers in its place",
            "the request URL answers a wrong signature with HTTP status %ld, not 401",
            facts->forgery.http_status);
    else
        GOOD("the request URL returns the challenge, and refuses a wrong signature");
}

static void judge_request_url(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *hello = &facts->hello;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->http)
        SKIP("because the app does not use HTTP");
    else if (!hello->asked)
        SKIP("because nothing listens on port %s, and --url names no URL", facts->port);
    else if (hello->failed_at != DOCTOR_ANSWERED)
        BAD(hello->failed_at == DOCTOR_TLS
                ? "install a certificate of a public authority, with those that signed it"
                : steps[hello->failed_at].cure,
            "the request URL: %s (%s)", steps[hello->failed_at].sentence, hello->why);
    else
        judge_answer_of_url(facts, ret);
}

/* ---- the machine ---- */

static void judge_store(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->is_sqlite)
        SKIP("because the store is no file");
    else if (facts->store_errno)
        BAD("make the folder, or give it to the user of the app",
            "the store's folder %s cannot be written to: %s", facts->store_folder,
            strerror(facts->store_errno));
    else if (facts->store_in_memory)
        WARN("name a file on a disk in SLACK_STORE",
             "the store is on %s: what it holds is lost when the machine restarts",
             facts->store_filesystem);
    else if (facts->store_over_network)
        WARN("name a file on a local disk in SLACK_STORE, or take PostgreSQL",
             "the store is on %s: SQLite's locks are not safe on a network file system",
             facts->store_filesystem);
    else if (facts->store_free_mib < DOCTOR_STORE_FREE_MIB)
        WARN("make room", "%s has %llu MiB free", facts->store_folder, facts->store_free_mib);
    else
        GOOD("%s can be written to, and has %llu MiB free", facts->store_folder,
             facts->store_free_mib);
}

static void judge_descriptors(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const unsigned long needed = (unsigned long)facts->connections + DOCTOR_DESCRIPTORS_KEPT;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->http)
        SKIP("because the app accepts no connections");
    else if (facts->descriptors_hard < needed)
        WARN("raise the limit (LimitNOFILE= in systemd, ulimit -Hn in a shell), or lower "
             "SLACK_HTTP_CONNECTIONS",
             "%u connections need %lu file descriptors, and the hard limit is %lu",
             facts->connections, needed, facts->descriptors_hard);
    else
        GOOD("the file descriptors suffice for %u connections", facts->connections);
}

static void judge_drain(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const unsigned needed_ms = facts->drain_ms + facts->drain_delay_ms;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (facts->grace_s == 0)
        SKIP("because the grace period is not known: --platform-grace SECONDS");
    else if (needed_ms >= (uint64_t)facts->grace_s * 1000)
        BAD("raise terminationGracePeriodSeconds or TimeoutStopSec= above their sum, or lower "
            "SLACK_DRAIN_MS",
            "the drain takes up to %u ms, and the platform kills the app after %u s", needed_ms,
            facts->grace_s);
    else
        GOOD("the drain takes up to %u ms of the %u s that the platform allows", needed_ms,
             facts->grace_s);
}

const doctor_check_t doctor_checks[] = {
    {"configuration", judge_configuration},
    {"variables", judge_variables},
    {"env-file", judge_dotenv},
    {"app-token", judge_app_token},
    {"network", judge_network},
    {"bot-token", judge_bot_token},
    {"socket-mode", judge_socket_mode},
    {"clock", judge_clock},
    {"port", judge_port},
    {"request-url", judge_request_url},
    {"store", judge_store},
    {"descriptors", judge_descriptors},
    {"drain", judge_drain},
    {NULL, NULL},
};
