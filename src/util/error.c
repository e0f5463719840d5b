/* SPDX-License-Identifier: MIT */
#include "util/error.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "util/redact.h"
#include "util/str.h"

const char *slack_strerror(int err)
{
    switch (err) {
    case 0: return "success";
#define SLACK_ERROR_TEXT(name, number, text)                                                       \
    case name: return text;
        SLACK_ERROR_MAP(SLACK_ERROR_TEXT)
#undef SLACK_ERROR_TEXT
    default: return "unknown error";
    }
}

const char *slack_err_name(int err)
{
    switch (err) {
    case 0: return "OK";
#define SLACK_ERROR_NAME(name, number, text)                                                       \
    case name: return #name;
        SLACK_ERROR_MAP(SLACK_ERROR_NAME)
#undef SLACK_ERROR_NAME
    default: return "SLACK_UNKNOWN";
    }
}

/* ---- what follows from an error ---- */

static const struct {
    int code;
    bool heals;
    const char *cure;
} facts[] = {
    {SLACK_ENOMEM, true, "give the process more memory"},
    {SLACK_EINVAL, false, "check the arguments: a client, an app or a ctx may be NULL"},
    {SLACK_ECONFIG, false, "correct the configuration and start the app again"},
    {SLACK_ECANCELED, true, ""},
    {SLACK_ETIMEDOUT, true, "check the network"},
    {SLACK_EALREADY, false, "do it once for each delivery"},
    {SLACK_ETOOBIG, false, "send or ask for less"},
    {SLACK_EBUSY, true, "do less at once"},
    {SLACK_ENOTFOUND, false, ""},
    {SLACK_EJSON, false, "correct the JSON text"},
    {SLACK_ETEMPLATE, false, "correct the template, see docs/json.md"},
    {SLACK_EPROTO, true, "check SLACK_API_URL and the proxy"},
    {SLACK_ECONNECT, true, "check the network, the proxy and SLACK_API_URL"},
    {SLACK_ECLOSED, true, "check the network: the peer closed the connection"},
    {SLACK_ETLS, true, "check SLACK_CA_FILE and the proxy"},
    {SLACK_EHTTP, true, "check SLACK_API_URL and the proxy"},
    {SLACK_EAPI, false, "look the error up in Slack's documentation of the method"},
    {SLACK_EAUTH, false, "give the app a token, or install it again"},
    {SLACK_ENOACK, false, "remove the ack"},
    {SLACK_EACKBODY, false, "use slack_ack(), and send the message with slack_respond()"},
    {SLACK_ELATE, false, "ack first, or run the handler with SLACK_RUN_WORKER"},
    {SLACK_EDEADLK, false, "run the handler with SLACK_RUN_WORKER"},
    {SLACK_ESTORE, true, "see the log of the store"},
    {SLACK_EIO, true, ""},
    {SLACK_ESIGNATURE, false, "check SLACK_SIGNING_SECRET"},
    {SLACK_EMISMATCH, false, ""},
    {SLACK_ECONFLICT, false, "read the view again and update it with its new hash"},
    {SLACK_ESPENT, false, "use slack_say(): a response URL takes 5 messages within 30 minutes"},
    {SLACK_ECRASHED, false, "find the crash, then slackapp inbox retry"},
    {SLACK_EDAMAGED, false, "restore the store from a copy, or slackapp inbox drop"},
    {SLACK_ETHREAD, false, "use slack_app_post(), or slack_call_wait() on a worker"},
    {SLACK_ESTOPPED, false, "end what makes the text, and return 0"},
};

#define FACTS (sizeof facts / sizeof *facts)

bool slack__error_heals(int err)
{
    for (size_t i = 0; i < FACTS; i++)
        if (facts[i].code == err) return facts[i].heals;
    return true;
}

const char *slack__error_cure(int err)
{
    for (size_t i = 0; i < FACTS; i++)
        if (facts[i].code == err) return facts[i].cure;
    return "";
}

/* ---- sentences ---- */

void slack__explain_v(char *error, const char *format, va_list ap)
{
    /* Twice the room, so that a secret is seen before the text is cut. */
    char text[2 * SLACK_ERROR_TEXT_MAX];
    if (error == NULL) return;
    vsnprintf(text, sizeof text, format, ap);
    text[slack__redact(text, strlen(text))] = '\0';
    slack__escape_controls(error, SLACK_ERROR_TEXT_MAX, text, "");
}

void slack__explain(char *error, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    slack__explain_v(error, format, ap);
    va_end(ap);
}
