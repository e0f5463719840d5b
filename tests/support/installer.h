/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_INSTALLER_H
#define SLACK_TESTS_SUPPORT_INSTALLER_H

#include "support/app_fixture.h"
#include "support/http_peer.h"

/* A distributed app over HTTP, its fake Slack, and a browser that installs it. There is one. */

#define INSTALLER_CLIENT   "1.2"
#define INSTALLER_SECRET   "0123456789abcdef0123456789abcdef"
#define INSTALLER_REDIRECT "https://app.example/slack/oauth_redirect"
#define INSTALLER_START    "GET /slack/install/start"
#define INSTALLER_BOT      "xoxb-1-secret"
#define INSTALLER_PERSON   "xoxp-1-secret"
/* Slack's answer to a code; the members `more` belong to the person. */
#define INSTALLER_ANSWER(token, more)                                                              \
    "{'ok':true,'app_id':'A1','access_token':'" token "','token_type':'bot','scope':'chat:write'," \
    "'bot_user_id':'U0BOT','team':{'id':'T1','name':'Acme <b>'},'enterprise':null,"                \
    "'is_enterprise_install':false,'authed_user':{'id':'U1'" more "}}"
#define INSTALLER_PERSONS                                                                          \
    ",'access_token':'" INSTALLER_PERSON "','token_type':'user','scope':'search:read'"

typedef struct installer {
    app_fixture_t f;
    http_peer_t *browser;
    slack_install_hooks_t hooks; /* set before the start */
    char installed[512];
} installer_t;
extern installer_t installer;

/* Opens an app; it has what an installation needs, unless the options say otherwise. Then starts it
 * and opens the browser. The teardown closes all that is open, and fails the test if memory is
 * left.
 */
void installer_open(slack_options_t options);
void installer_start(void);
int installer_close(void **state);

/* Sends a request; waits for its reply; both. */
int installer_send(const char *line, const char *cookie);
const http_reply_t *installer_wait(int number);
const http_reply_t *installer_ask(const char *line);
/* A header of a reply; "" without it. Valid until eight more are read. */
const char *installer_header(const http_reply_t *reply, const char *name);
/* The reply is a page of the library that contains the text. */
void installer_check_page(const http_reply_t *reply, int status, const char *text);

/* An attempt that was begun. */
typedef struct attempt {
    char state[3000], cookie[200], url[4096];
} attempt_t;
attempt_t installer_attempt(const http_reply_t *reply);
attempt_t installer_begin(const char *line);
/* Comes back from Slack with its state and this end of a query. */
int installer_send_back(const attempt_t *attempt, const char *query);
const http_reply_t *installer_come_back(const attempt_t *attempt, const char *query);

/* The records in the store: "KEY token previous bot_id metadata;" for each record. */
const char *installer_installed(void);

#endif
