/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/judge.h"

const doctor_step_words_t doctor_steps[] = {
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

void doctor_judge_network(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *auth = facts->auth.asked ? &facts->auth : &facts->open;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!auth->asked)
        SKIP("because there is no token to ask with");
    else if (auth->failed_at != DOCTOR_ANSWERED)
        BAD(doctor_steps[auth->failed_at].cure, "%s: %s (%s)", facts->api_host,
            doctor_steps[auth->failed_at].sentence, auth->why);
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

void doctor_judge_bot_token(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *auth = &facts->auth;
    if (is_unanswered(facts, auth, "no bot token is set: workspaces install the app", ret)) return;
    if (!auth->ok)
        BAD(auth_cure(auth->error), "Slack refuses SLACK_BOT_TOKEN: %s", auth->error);
    else
        GOOD("the bot is %s in the workspace %s", auth->user, auth->team);
}

void doctor_judge_socket_mode(const doctor_facts_t *facts, doctor_finding_t *ret)
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

void doctor_judge_socket_host(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *wss = &facts->wss;
    if (is_unanswered(facts, &facts->open, "there is no app-level token to open a connection with",
                      ret))
        return;
    if (!wss->asked)
        SKIP("because Slack gives no URL of a connection");
    else if (wss->failed_at != DOCTOR_ANSWERED)
        BAD(doctor_steps[wss->failed_at].cure, "the host of Socket Mode, %s: %s (%s)",
            facts->open.socket_host, doctor_steps[wss->failed_at].sentence, wss->why);
    else
        GOOD("the host of Socket Mode, %s, takes connections", facts->open.socket_host);
}

void doctor_judge_scopes(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_scopes_t *scopes = &facts->scopes;
    const char *whose = facts->scopes_asked ? "SLACK_SCOPES" : "the bot token";
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->bot_asked)
        SKIP("because no bot is named: slackapp doctor BOT");
    else if (!scopes->compared)
        SKIP("because the scopes of the bot are not known");
    else if (scopes->missing_count > 0)
        BAD(facts->scopes_asked
                ? "add them to SLACK_SCOPES, and to the app's page \"OAuth & Permissions\""
                : "add them on the app's page \"OAuth & Permissions\", and install the app again",
            "%s lacks %u of the %u scopes that the bot needs: %s", whose, scopes->missing_count,
            scopes->needed, scopes->missing);
    else if (scopes->unheard[0])
        GOOD(
            "%s has the scopes that the bot needs; it gets no messages of these kinds of channels: "
            "%s",
            whose, scopes->unheard);
    else if (!scopes->calls_declared)
        GOOD("%s has the scopes that the listeners need; the program declares no calls", whose);
    else if (scopes->needed == 0)
        GOOD("listeners and calls need no scope");
    else
        GOOD("%s has the %u scopes that listeners and calls need", whose, scopes->needed);
}

void doctor_judge_clock(const doctor_facts_t *facts, doctor_finding_t *ret)
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
