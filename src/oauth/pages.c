/* SPDX-License-Identifier: MIT */
#include "oauth/pages.h"

#include <string.h>

/* ---- failures ---- */

#define AGAIN "Start again."
#define TELL  "Tell the people who run the app."

/* Slack's words: of the redirect, of oauth.v2.access and of openid.connect.token.
 * https://docs.slack.dev/reference/methods/oauth.v2.access#errors */
static const slack_install_failure_t slack_words[] = {
    {"access_denied", 200, false,
     "You have declined, so nothing has changed. If that was a mistake, start again.", ""},
    {"invalid_code", 400, false,
     "Slack's code was used before, or it is older than ten minutes. " AGAIN, ""},
    {"code_already_used", 400, false, "Slack's code was used before. " AGAIN, ""},
    {"invalid_code_verifier", 400, false, "Slack's code belongs to another attempt. " AGAIN, ""},
    {"bad_client_secret", 500, true, "Slack does not accept the app's credentials. " TELL,
     "set SLACK_CLIENT_SECRET to the client secret on the page Basic Information of the app"},
    {"invalid_client_id", 500, true, "Slack does not know the app. " TELL,
     "set SLACK_CLIENT_ID to the client ID on the page Basic Information of the app"},
    {"bad_redirect_uri", 500, true, "Slack does not accept the app's address. " TELL,
     "make SLACK_REDIRECT_URI one of the redirect URLs on the page OAuth & Permissions of the app"},
    {"invalid_grant_type", 500, true, "Slack does not accept the app's request. " TELL,
     "report it: the library sends a code as Slack's documentation says"},
    {"pkce_not_allowed", 500, true, "Slack does not accept the app's request. " TELL,
     "switch PKCE on for the app at Slack, or unset SLACK_PKCE"},
    {"no_scopes", 500, true, "The app asks Slack for no permissions. " TELL,
     "set SLACK_SCOPES or SLACK_USER_SCOPES"},
    {"invalid_scope", 500, true, "The app asks Slack for permissions that do not exist. " TELL,
     "correct SLACK_SCOPES and SLACK_USER_SCOPES"},
    {"oauth_authorization_url_mismatch", 500, true,
     "The link to Slack was not the right one. " TELL,
     "unset SLACK_AUTHORIZE_URL: Slack's page has to be that of /oauth/v2/"},
    {"cannot_install_an_org_installed_app", 403, false,
     "The app is installed for the whole organization. An administrator of the organization can "
     "add it to this workspace.",
     ""},
    {"user_email_unverified", 403, false,
     "Slack has not verified your email address. Confirm it at Slack, and start again.", ""},
    {"preview_feature_not_available", 500, true,
     "The app asks for a feature that Slack has not given it. " TELL,
     "remove the scopes of features that are in preview from SLACK_SCOPES"},
    {"invalid_team_for_non_distributed_app", 403, true,
     "The app may only be installed in the workspace of its makers. " TELL,
     "activate the public distribution of the app on the page Manage Distribution"},
    {"ratelimited", 503, false, "Slack has too much to do. Start again in a minute.", ""},
    {NULL, 502, true, "Slack has refused. " TELL,
     "look the error up at https://docs.slack.dev/reference/methods/oauth.v2.access"},
};

/* The words of the flow itself. */
static const slack_install_failure_t own_words[] = {
    /* ---- the redirect ---- */
    {"state_missing", 400, false,
     "The app cannot know that it was you who began this, as when it is begun in Slack. Begin "
     "it here.",
     ""},
    {"state_forged", 400, false,
     "The link back from Slack is damaged, or it belongs to another app. " AGAIN, ""},
    {"state_expired", 400, false,
     "This took longer than ten minutes, and the link back from Slack has expired. " AGAIN, ""},
    {"state_early", 500, true,
     "The clocks of the app's servers differ, so the app cannot trust the link back from Slack. "
     "Try again later.",
     "set the clocks of all servers of the app, for example by NTP"},
    {"state_foreign", 400, false,
     "This browser did not begin, or it takes no cookies. Start again, and finish in the same "
     "browser with cookies allowed.",
     "if it happens to all: a start on another host than that of SLACK_REDIRECT_URI loses the "
     "cookie"},
    {"state_used", 400, false,
     "The link back from Slack was used before. If the app does not work yet, start again.", ""},
    {"code_missing", 400, false, "Slack's answer has no code. " AGAIN, ""},
    {"parameter_repeated", 400, false,
     "The link back from Slack has a part twice, so it was changed on its way. " AGAIN, ""},
    {"parameter_malformed", 400, false,
     "A part of the link back from Slack is too long or malformed, so it was changed on its way. "
     "" AGAIN,
     ""},
    {"too_many_attempts", 429, false,
     "There are too many attempts at once. Wait a minute, and load this page again.", ""},

    /* ---- the exchange of the code ---- */
    {"other_app", 500, true, "Slack's answer belongs to another app. " TELL,
     "correct SLACK_APP_ID: it is not the app of SLACK_CLIENT_ID, which is the reason"},
    {"no_answer", 502, true,
     "Slack did not answer, so the app cannot go on. Start again in a minute.",
     "see the line of the call in the log; status.slack.com shows failures of Slack"},
    {"no_token", 502, true, "Slack's answer had no token. " AGAIN,
     "see the reason; if it is the same again, report it with the scopes that the app asks for"},
    {"token_refused", 502, false,
     "Slack does not accept the token that it has just given to the app. " AGAIN, ""},
    {"invalid_identity", 502, true, "Slack's answer does not say reliably who you are. " AGAIN,
     "see the reason; if it is the same again, check SLACK_CLIENT_ID and the clock"},

    /* ---- the app ---- */
    {"not_stored", 503, true,
     "The app could not store what Slack has answered. Start again in a minute.",
     "see the lines of the store in the log"},
    {"hook_failed", 500, true, "The app has failed. Start again in a minute.",
     "see the error of the hook"},
    {"slow", 504, true,
     "This takes longer than expected, and goes on. If the app does not work in some minutes, "
     "start again.",
     "the hook, the store or Slack takes longer than the page can wait: see the lines before"},
    {"stopping", 503, false, "The app is being restarted. Start again in a minute.", ""},
    {"no_memory", 503, true, "The app has too much to do. Start again in a minute.",
     "memory is out"},
    {NULL, 500, true, "The app has failed. Start again in a minute.", "see the lines before"},
};

static const slack_install_failure_t *find(const slack_install_failure_t *row, const char *word)
{
    while (row->word && strcmp(row->word, word) != 0)
        row++;
    return row;
}

const slack_install_failure_t *slack__install_failure(const char *word)
{
    return find(own_words, word);
}

const slack_install_failure_t *slack__install_refusal(const char *word)
{
    return find(slack_words, word);
}

/* ---- HTML ---- */

#define STYLE                                                                                      \
    ":root{color-scheme:light dark}body{font:1.1em/1.5 system-ui,sans-serif;max-width:36em;"       \
    "margin:10vh auto;padding:0 1em}a{font-weight:bold}"
#define STYLE_HASH "sha256-/5iM87QEMbveyl/VXF6fmaBxEgvw8lRfJdl3yQs699w="

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        {name, sizeof(name) - 1},                                                                  \
        {                                                                                          \
            value, sizeof(value) - 1                                                               \
        }                                                                                          \
    }
const slack_http_header_t slack__page_headers[SLACK_PAGE_HEADERS] = {
    HEADER("X-Content-Type-Options", "nosniff"),
    HEADER("Referrer-Policy", "no-referrer"), /* the address of a page may have a code */
    HEADER("Cache-Control", "no-store"),
    /* For a page of the program. The frame-ancestors of a policy count in its place. */
    HEADER("X-Frame-Options", "DENY"),
};

const char slack__page_policy[] =
    "default-src 'none'; style-src '" STYLE_HASH "'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

const char *slack__page_html(slack_arena_t *arena, const slack_html_page_t *page)
{
    const char *title = slack__html_escape(arena, page->title);
    const char *sentence = slack__html_escape(arena, page->sentence);
    const char *link = slack__html_escape(arena, page->link), *anchor = "";
    const char *link_text = slack__html_escape(arena, page->link_text);
    if (!title || !sentence || !link || !link_text) return NULL;
    if (*link)
        anchor = slack__arena_printf(arena, "<p><a href=\"%s\">%s</a></p>\n", link, link_text);
    if (!anchor) return NULL;
    return slack__arena_printf(
        arena,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"robots\" content=\"noindex\">\n<title>%s</title>\n<style>" STYLE
        "</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n<p>%s</p>\n%s</main>\n</body>\n</html>\n",
        title, title, sentence, anchor);
}
