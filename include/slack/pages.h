/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PAGES_H
#define SLACK_PAGES_H

#include "app.h"
#include "call.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file pages.h  Lists that come in pages.
 *
 * Slack gives a list, such as that of all users, in pages, each with the cursor of the next one;
 * some older methods number the pages. These functions call a method once for each page, and pass
 * the pages on, one at a time. A worker takes them in a loop (slack_pager()). On the loop a
 * function gets each page (slack_pages_then(), or slack_pages() without a delivery).
 *
 * A request without a `limit` (or `count`) asks for pages of 200 items, or of as many as the method
 * allows. A larger limit than the method allows is lowered to that. A page may have fewer items, or
 * none, though others follow.
 *
 * If the list fails, it ends with the error of the call. It ends with SLACK_EPROTO if Slack gives a
 * cursor or a page for the second time, and with SLACK_ETOOBIG after SLACK_PAGES_MAX pages or if a
 * cursor is longer than 64 KiB. Of a
 * circle of up to 64 cursors no page comes twice; a longer one ends in its third round at the
 * latest.
 * https://docs.slack.dev/apis/web-api/pagination
 */

/** The number of pages that a list may have. */
#define SLACK_PAGES_MAX 100000
/** A function that gets pages returns this if it needs no more of them. */
#define SLACK_PAGES_STOP 1

/** A page of a list, or the end of the list. */
typedef struct slack_page {
    bool ended;                       /* no page: the list has ended */
    int status;                       /* at the end: 0, or the error; else 0 */
    const char *error;                /* Slack's error, or a sentence; never NULL */
    unsigned number;                  /* from 1; at the end: of the last page, 0 without one */
    const slack_json_t *items;        /* an array, or an object in the few methods that have one;
                                       * NULL: the library does not know where the answer has them,
                                       * or the list has ended */
    const slack_response_t *response; /* the answer; at the end: that of a call that failed, if one
                                       * came, or NULL */
} slack_page_t;

/**
 * Receives each page of a list, and then once its end. It runs on the loop, never before the
 * function that began the list has returned.
 *
 * @param page borrowed until the return.
 * @return for a page: 0 for the next page; SLACK_PAGES_STOP, or a negative error, to end the list
 *         with the status 0, or with that error. The function then gets the end. For the end the
 *         value is ignored.
 */
typedef int (*slack_pages_fn)(const slack_page_t *page, void *user_data);

/**
 * Read a list outside a delivery. With a client of a delivery, the list keeps the delivery open.
 * Any other client may be freed before the end of the list.
 *
 *     slack_pages(client, slack_users_list(.limit = 200), 0, fn, data);
 *
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @param max_items the list ends with the page that completes so many items. 0: all. A page whose
 *        items the library does not know counts as many items as its `limit` says, or 100.
 * @param user_data borrowed until `fn` has got the end.
 * @return 0: `fn` will get the end of the list exactly once. With any other code it will not run:
 *         SLACK_EALREADY if the client's delivery has ended; else as slack_call().
 */
SLACK_API int slack_pages(slack_client_t *client, slack_request_t request, size_t max_items,
                          slack_pages_fn fn, void *user_data);

/**
 * Receives each page of a list of a delivery, and then once its end.
 *
 * @param page borrowed until the return.
 * @return for a page: as slack_pages_fn. For the end: 0, or a negative error, which fails the
 *         delivery. The failure of a list does not fail the delivery by itself;
 *         `return page->status;` does that.
 */
typedef int (*slack_pages_then_fn)(slack_ctx_t *ctx, const slack_page_t *page, void *user_data);

/**
 * Read a list for a delivery. The delivery stays open until `fn` has got the end. A worker waits,
 * and `fn` gets all pages before this function returns.
 *
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @param max_items as for slack_pages().
 * @param user_data borrowed until `fn` has got the end.
 * @return on the loop: 0 when the first call is on its way, and `fn` will get the end exactly once;
 *         with any other code it will not run: as slack_call_then(). On a worker: what `fn`
 *         returned for the end.
 */
SLACK_API int slack_pages_then(slack_ctx_t *ctx, slack_request_t request, size_t max_items,
                               slack_pages_then_fn fn, void *user_data);

/** A list that a worker reads. It lives until the handler returns. */
typedef struct slack_pager slack_pager_t;

/**
 * Begin a list on a worker. Nothing is sent before slack_pager_next().
 *
 *     slack_page_t page;
 *     slack_pager_t *people = slack_pager(ctx, slack_users_list(.limit = 200), 0);
 *     while (slack_pager_next(people, &page))
 *         count += slack_json_count(page.items, "");
 *     return page.status;
 *
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @param max_items as for slack_pages().
 * @return the pager, also if the arguments or the thread are wrong: slack_pager_next() then has the
 *         error. NULL if memory is out.
 */
SLACK_API slack_pager_t *slack_pager(slack_ctx_t *ctx, slack_request_t request, size_t max_items);

/**
 * Wait for the next page. Workers only.
 *
 * @param pager NULL is the end of a list with SLACK_ENOMEM.
 * @param ret_page Set to the page, which is freed by the next call with this pager, or to the end
 *        of the list. The status of the end is 0, or an error as of slack_call_wait().
 * @return true for a page; false at the end.
 */
SLACK_API bool slack_pager_next(slack_pager_t *pager, slack_page_t *ret_page);

#ifdef __cplusplus
}
#endif
#endif
