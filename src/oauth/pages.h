/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_PAGES_H
#define SLACK_OAUTH_PAGES_H

#include "util/html.h"
#include "util/http_header.h"

/*
 * The pages of the install flow, and the failures that they explain. Pure.
 *
 * A page is HTML without scripts, forms and anything from elsewhere. It shows nothing of the
 * request; only the button of the first page takes the query along, escaped.
 */

/* An end of an attempt without an installation. */
typedef struct slack_install_failure {
    const char *word;
    int status; /* HTTP */
    /* Those who run the app have to act. A line of the log with the level ERROR has the hint. */
    bool of_app;
    const char *sentence; /* for the person: the cause and the cure */
    const char *hint;     /* for those who run the app; "": they can do nothing about it */
} slack_install_failure_t;

/* The failure with one of the flow's own words. Never NULL. */
const slack_install_failure_t *slack__install_failure(const char *word);
/* The refusal with a word of Slack's, which comes from outside: one of the flow's own words means
 * nothing here. Never NULL: there is a row for every other word. */
const slack_install_failure_t *slack__install_refusal(const char *word);

typedef struct slack_html_page {
    const char *title;
    const char *sentence;
    const char *link, *link_text; /* "": no link */
} slack_html_page_t;

/* The page; NULL: memory is out. */
const char *slack__page_html(slack_arena_t *arena, const slack_html_page_t *page);

/* The headers of every page, and the Content-Security-Policy of the library's own. */
#define SLACK_PAGE_HEADERS 4
extern const slack_http_header_t slack__page_headers[SLACK_PAGE_HEADERS];
extern const char slack__page_policy[];

#endif
