/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_FETCH_CHECK_H
#define SLACK_WEBAPI_FETCH_CHECK_H

#include <slack/fetch.h>

#include "net/proxy.h"
#include "net/url.h"
#include "util/arena.h"

/* The rules of fetches, without I/O. */

/* The reason why a request cannot be sent, and the cure: static text. NULL: it can be sent. */
const char *slack__fetch_fault(const slack_fetch_t *request);
/* The same for its URL, which may be the target of a redirect. */
const char *slack__fetch_url_fault(const char *url, bool public_only, const slack_proxy_t *proxy,
                                   slack_url_t *ret);

/* Whether a text holds one of the tokens, of which NULL follows the last: as it is, or
 * percent-encoded. */
bool slack__fetch_holds(const char *text, size_t len, const char *const *tokens);

/* Whether a header may go along to another origin. */
bool slack__fetch_header_is_harmless(const char *line);
/* Whether a line is a header of that name. */
bool slack__fetch_header_is(const char *line, const char *name);

/* Whether a response with this status redirects, and to which method a request then changes. */
bool slack__fetch_redirects(int http_status);
const char *slack__fetch_redirected_method(int http_status, const char *method);

#endif
