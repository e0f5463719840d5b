/* SPDX-License-Identifier: MIT */
#ifndef SLACK_HTTP_H
#define SLACK_HTTP_H

#include <stddef.h>

#include "app.h"
#include "error.h"
#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file http.h  Routes: pages that the program serves beside the request URL.
 *
 * The HTTP transport serves them on the port of the request URL, together with /healthz, /readyz
 * and /metrics. If slack_options_t.http_admin_port is set, all of them are served on that port
 * instead, with any transport. docs/http.md describes the pages, docs/examples/program.c is an
 * example.
 *
 * The app does not verify who sends a request to a route. A route that shows or changes something
 * must check that itself.
 */

/** A request to a route that the program has not answered yet. */
typedef struct slack_http_visit slack_http_visit_t;

/**
 * Answers a request with slack_http_reply(), at once or later. It runs on the loop. The visit is
 * valid until the reply.
 *
 * @return 0, or a negative error. If the function fails without a reply, the app answers with
 *         status 500. If there is no reply after 60 s, the app answers with status 504, and a later
 *         reply returns SLACK_ECLOSED. In both cases the log names the path and the cause.
 */
typedef int (*slack_http_route_fn)(slack_http_visit_t *visit, void *user_data);

/**
 * Add a route, before or after the start of the app.
 *
 * @param method copied: "GET", "POST", … "GET" serves HEAD too.
 * @param path copied, beginning with '/'. The app decodes it and compares it with the decoded path
 *        of the request, without the query: "/a b" serves /a%20b. An encoded slash is not a
 *        separator: "/a%2Fb" serves /a%2fb, but not /a/b.
 * @param fn Required.
 * @param user_data borrowed until the app is freed.
 * @return 0; SLACK_EALREADY if the method and path have a route; SLACK_EINVAL if `fn` is missing,
 *         or if the path does not begin with '/' or has a malformed escape; SLACK_ETOOBIG if there
 *         are 64 routes; SLACK_ENOMEM.
 */
SLACK_API int slack_http_route(slack_app_t *app, const char *method, const char *path,
                               slack_http_route_fn fn, void *user_data);

/** @{ */
/** Read a part of the request. The path is decoded, except for %2F and %25; the query is as it was
 * sent.
 * @return the text, borrowed until the reply; "" if there is none. */
SLACK_API const char *slack_http_method(const slack_http_visit_t *visit);
SLACK_API const char *slack_http_path(const slack_http_visit_t *visit);
SLACK_API const char *slack_http_query(const slack_http_visit_t *visit);
/** @} */
/** Read the address of the client.
 * @return the address, borrowed until the reply. */
SLACK_API const char *slack_http_peer(const slack_http_visit_t *visit);
/** Read the first header of a name. Case does not matter.
 * @return the value, borrowed until the reply; "" if there is none, or if memory is out. */
SLACK_API const char *slack_http_get_header(slack_http_visit_t *visit, const char *name);
/** Read the body.
 * @param ret_len Optional. Set to the length in bytes.
 * @return the body, NUL-terminated, borrowed until the reply. */
SLACK_API const char *slack_http_body(const slack_http_visit_t *visit, size_t *ret_len);

/** @{ */
/** Read by name a field of the query, a field of a body that is a form, or a cookie. Fields of a
 * query or a form are decoded ('+' and %XX). If several fields have the name, the first one counts.
 *
 * A missing value and an empty one are both "". So a comparison of two values, such as the `state`
 * of an OAuth query with that of a cookie, succeeds if both are missing: check first that neither
 * is empty.
 *
 * @return the value, borrowed until the reply; "" if there is none, or if memory is out. */
SLACK_API const char *slack_http_query_field(slack_http_visit_t *visit, const char *name);
SLACK_API const char *slack_http_form_field(slack_http_visit_t *visit, const char *name);
SLACK_API const char *slack_http_cookie(slack_http_visit_t *visit, const char *name);
/** @} */

/**
 * Add a header to the answer, such as Set-Cookie.
 *
 * @param name copied.
 * @param value copied.
 * @return 0; SLACK_EINVAL for an empty name, and for a name or value that would break the line;
 *         SLACK_ETOOBIG if the answer has 8 headers; SLACK_ENOMEM.
 */
SLACK_API int slack_http_set_header(slack_http_visit_t *visit, const char *name, const char *value);

/**
 * Send the answer. This ends the visit.
 *
 * @param status 200 to 999.
 * @param content_type Optional, borrowed until the return.
 * @param body Optional, borrowed until the return.
 * @param len the length of the body in bytes.
 * @return 0; SLACK_EINVAL for an invalid status or content type: nothing was sent, and the visit
 *         goes on. After any other code the visit has ended: SLACK_ECLOSED if the peer is gone or
 *         the app has stopped; SLACK_ETOOBIG, SLACK_EBUSY or SLACK_ENOMEM if the answer could not
 *         be queued, and the connection was closed; SLACK_EALREADY for a second reply inside the
 *         route.
 */
SLACK_API int slack_http_reply(slack_http_visit_t *visit, int status, const char *content_type,
                               const char *body, size_t len);

/**
 * Send the client to another page, which it gets by GET (status 303). This ends the visit.
 *
 * @param url Required, borrowed until the return: an absolute URL, or a path.
 * @return as slack_http_reply(); SLACK_EINVAL for an empty URL or one with a line break, and
 *         SLACK_ETOOBIG if the answer has 8 headers: the visit goes on.
 */
SLACK_API int slack_http_redirect(slack_http_visit_t *visit, const char *url);

#ifdef __cplusplus
}
#endif
#endif
