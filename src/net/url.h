/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_URL_H
#define SLACK_NET_URL_H

#include <stdbool.h>

#include "util/str.h"

/*
 * The URLs that this library calls: http, https, ws and wss with a plain host. The parser is
 * stricter than RFC 3986, so that no other parser (libcurl's) can read another host from the same
 * text: no user information, no escapes or backslashes in the host, no blanks or control
 * characters.
 */
typedef struct slack_url {
    slack_slice_t scheme; /* as written */
    bool secure;          /* https or wss */
    slack_slice_t host;   /* without the brackets of an IPv6 address */
    unsigned port;        /* as written, else the scheme's */
    slack_slice_t target; /* path, query and fragment, as written; may be empty */
} slack_url_t;

/* Split a URL into its parts, which point into it. 0; SLACK_EINVAL, also for NULL, and *ret is
 * unchanged. */
int slack__url_parse(slack_url_t *ret, const char *url);

/* Whether a URL may be called: https or wss, or http or ws to a loopback host. */
static inline bool slack__url_parts_allowed(const slack_url_t *url)
{
    return url->secure || slack__is_loopback(url->host);
}
/* The same for a text, which may be malformed or NULL. */
bool slack__url_allowed(const char *url);

/* Whether a text is a URL of a loopback host: a simulator or a test. */
bool slack__url_is_local(const char *url);

/* Whether two URLs have scheme, host and port in common. */
bool slack__url_same_origin(const slack_url_t *a, const slack_url_t *b);

/* url_resolve.c: the absolute URL that a reference means in a page of `base` (RFC 3986, 5), without
 * its fragment. 0; SLACK_EINVAL for a malformed one; SLACK_ENOMEM. Free *ret with slack__free(). */
int slack__url_resolve(const char *base, const char *reference, char **ret);

#define SLACK_URL_MAX 8192

#endif
