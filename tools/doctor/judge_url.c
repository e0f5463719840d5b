/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/judge.h"

void doctor_judge_port(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const bool held = facts->port_errno != 0;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->port_tried)
        SKIP("because the app does not listen on a port of this machine");
    else if (held && facts->hello.asked && facts->hello.echoes)
        GOOD("the bot answers on port %s", facts->port);
    else if (held && facts->holder_pid)
        BAD("end it, or set SLACK_HTTP_PORT", "%s (process %d) listens on port %s: %s",
            facts->holder, facts->holder_pid, facts->port, strerror(facts->port_errno));
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
    else if (facts->stale.failed_at == DOCTOR_ANSWERED && facts->stale.http_status != 401)
        BAD("the program there does not look at X-Slack-Request-Timestamp: others can send a "
            "request again",
            "the request URL answers a signature of ten minutes ago with HTTP status %ld, not 401",
            facts->stale.http_status);
    else
        GOOD("the request URL returns the challenge, and refuses a wrong signature and an old one");
}

void doctor_judge_request_url(const doctor_facts_t *facts, doctor_finding_t *ret)
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
                : doctor_steps[hello->failed_at].cure,
            "the request URL: %s (%s)", doctor_steps[hello->failed_at].sentence, hello->why);
    else
        judge_answer_of_url(facts, ret);
}

void doctor_judge_event(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const doctor_answer_t *event = &facts->event;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->http)
        SKIP("because the app does not use HTTP");
    else if (!event->asked)
        SKIP("because the request URL takes no request");
    else if (event->failed_at != DOCTOR_ANSWERED)
        BAD("look at the log of the bot, and at the proxy in front of it",
            "the request URL does not answer an event: %s (%s)",
            doctor_steps[event->failed_at].sentence, event->why);
    else if (event->http_status < 200 || event->http_status > 299)
        BAD("look at the log of the bot: its memory or its store may be full",
            "the request URL answers an event with HTTP status %ld", event->http_status);
    else if (event->took_ms > DOCTOR_ANSWER_MS)
        BAD("find what delays the ack: Slack waits for 3 s, and sends the event again",
            "the ack of an event takes %u ms", event->took_ms);
    else if (event->took_ms > DOCTOR_ANSWER_MS / 2)
        WARN("find what delays the ack: Slack waits for 3 s", "the ack of an event takes %u ms",
             event->took_ms);
    else
        GOOD("the ack of an event takes %u ms of the %d ms that Slack waits", event->took_ms,
             DOCTOR_ANSWER_MS);
}

#define DAY_S INT64_C(86400)

static void judge_seen(const doctor_certificate_t *c, doctor_finding_t *ret)
{
    const int64_t days = c->left_s / DAY_S;
    if (c->left_s < 0)
        BAD("renew it, and look why its renewal has failed",
            "the certificate of %s ended %" PRId64 " days ago", c->host, -days);
    else if (!c->begun)
        BAD("check the clock of this machine, and of the one that made the certificate",
            "the time of the certificate of %s has not begun", c->host);
    else if (c->self_signed && !c->trusted)
        BAD("install a certificate of a public authority: Slack trusts no other",
            "the certificate of %s is self-signed", c->host);
    else if (!c->fits)
        BAD("install a certificate for this name, or enter the name of the certificate",
            "the certificate is not for %s", c->host);
    else if (!c->complete && !c->trusted)
        BAD("let the server send the chain (fullchain.pem), not the certificate alone",
            "the server of %s sends its certificate without that of %s, which signed it", c->host,
            c->issuer);
    else if (!c->trusted)
        BAD("install a certificate of a public authority; if a proxy here signs certificates "
            "itself, name its authority in SLACK_CA_FILE",
            "no authority that this machine trusts has signed the certificate of %s, by %s (%s)",
            c->host, c->issuer, c->why);
    else if (days < DOCTOR_CERTIFICATE_DAYS)
        WARN("renew it", "the certificate of %s ends in %" PRId64 " days", c->host, days);
    else
        GOOD("the certificate of %s is by %s, and ends in %" PRId64 " days", c->host, c->issuer,
             days);
}

void doctor_judge_certificate(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->certificate.seen)
        SKIP("because there is no https URL to ask, or its server makes no connection");
    else
        judge_seen(&facts->certificate, ret);
}
