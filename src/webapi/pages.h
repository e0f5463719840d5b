/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_PAGES_H
#define SLACK_WEBAPI_PAGES_H

#include <slack/pages.h>

#include "protocol/methods.h"
#include "util/arena.h"

/*
 * The course of a list: what the next page is, and whether there is one. Pure.
 *
 * The next page is named by the cursor of the last answer, or, for the older methods, by its
 * number. A list must end: no cursor may come twice, and the numbers count up to the last one that
 * Slack has named. Each cursor is compared, by its hash, with the last SLACK_PAGES_KNOWN ones, and
 * with the one at the last power of two (Brent's algorithm), which finds a circle of any length.
 */
#define SLACK_PAGES_KNOWN 64
typedef struct slack_pages {
    const char *method;          /* in the arena of the list */
    const slack_method_t *known; /* NULL: not in the table */
    const slack_json_t *args;    /* of the first page, in that arena */
    uint64_t left;               /* items that the program still wants */
    uint64_t size;               /* items that a page is asked for; 0: not known */
    unsigned count;              /* pages so far */
    bool by_number;
    int64_t number;     /* of the page that is asked for, if by number */
    const char *cursor; /* of the page that is asked for, in the last answer */
    uint64_t known_cursors[SLACK_PAGES_KNOWN], mark;
    const char *why; /* the sentence of an error, with the cure */
} slack_pages_t;

/* Begin a list. The request is copied into the arena. 0, or an error with its sentence in `why`,
 * which is NULL if slack__webapi_refusal() has it. */
int slack__pages_begin(slack_pages_t *pages, slack_arena_t *arena, slack_request_t request,
                       size_t max_items);

/* The arguments of the page that is to be asked for, in the arena, or a failed value. The last
 * answer is still needed. */
const slack_json_t *slack__pages_args(const slack_pages_t *pages, slack_arena_t *arena);

/* Read the answer to them. SLACK_PAGES_MORE or SLACK_PAGES_LAST, and *ret is a page; or an error.
 */
enum { SLACK_PAGES_LAST, SLACK_PAGES_MORE };
int slack__pages_read(slack_pages_t *pages, const slack_response_t *response, slack_page_t *ret);

/* The end of the list, after SLACK_PAGES_LAST, after an error, or after SLACK_PAGES_STOP of the
 * program. `response` may be NULL. */
slack_page_t slack__pages_end(const slack_pages_t *pages, int status,
                              const slack_response_t *response);

#endif
