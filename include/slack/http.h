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
 * @file http.h  Pages beside the request URL: the program's own, /healthz, /readyz and /metrics.
 *
 * They are served where the HTTP transport listens, or, with options.http_admin_port, only there;
 * an app with Socket Mode alone has them on that port.
 * Nobody has verified who asks: a page that shows or does something has to look for itself.
 */

/** A request that waits for its answer. */
typedef struct slack_http_visit slack_http_visit_t;

/**
 * Answers a request, by slack_http_reply(), at once or later: then from another callback of the
 * loop, until which the visit stays valid.
 *
 * @return 0; a negative error, where nothing was replied, is answered with status 500.
 */
typedef int (*slack_http_route_fn)(slack_http_visit_t *visit, void *user_data);

/**
 * Serve a path. Before or after the start.
 *
 * @param method copied: "GET" (which serves HEAD too), "POST" …
 * @param path copied; compared, decoded, with what stands before the '?': "/a b" serves /a%20b, and
 *        "/a%2Fb" serves /a%2fb but not /a/b, since an encoded slash separates nothing.
 * @param user_data borrowed for the app's life.
 * @return 0; SLACK_EALREADY where method and path are served already; SLACK_EINVAL (no fn, a path
 *         that does not begin with '/', or with an escape that is none); SLACK_EBUSY past 64
 * routes; SLACK_ENOMEM.
 */
SLACK_API int slack_http_route(slack_app_t *app, const char *method, const char *path,
                               slack_http_route_fn fn, void *user_data);

/** @{ */
/** The parts of the request, borrowed until the reply; "" for what is not there. The path is
 * decoded but for %2F and %25, the query is as it was sent. */
SLACK_API const char *slack_http_method(const slack_http_visit_t *visit);
SLACK_API const char *slack_http_path(const slack_http_visit_t *visit);
SLACK_API const char *slack_http_query(const slack_http_visit_t *visit);
/** @} */
/** The address that the request came from. */
SLACK_API const char *slack_http_peer(const slack_http_visit_t *visit);
/** The first header of that name, "" also when memory is out. */
SLACK_API const char *slack_http_get_header(slack_http_visit_t *visit, const char *name);
/** The body, NUL-terminated. @param ret_len Optional. */
SLACK_API const char *slack_http_body(const slack_http_visit_t *visit, size_t *ret_len);

/**
 * Add a header to the answer. Copied.
 * @return 0; SLACK_EINVAL for one that would break out of its line; SLACK_EBUSY past 8;
 * SLACK_ENOMEM.
 */
SLACK_API int slack_http_set_header(slack_http_visit_t *visit, const char *name, const char *value);

/**
 * Answer, exactly once; the visit ends with it.
 *
 * @param status 200 to 999.
 * @param content_type Optional.
 * @param body Optional, borrowed until the return; `len` bytes.
 * @return 0; SLACK_ECLOSED when the peer is gone or the app has stopped; SLACK_EALREADY;
 * SLACK_EINVAL for a status or type that is none: nothing was sent, and the visit goes on.
 */
SLACK_API int slack_http_reply(slack_http_visit_t *visit, int status, const char *content_type,
                               const char *body, size_t len);

#ifdef __cplusplus
}
#endif
#endif
