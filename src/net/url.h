/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_URL_H
#define SLACK_NET_URL_H

#include <stdbool.h>

#include "util/str.h"

/*
 * The URLs that this library follows: http, https, ws and wss with a plain host. Stricter than
 * RFC 3986, so that no other parser (libcurl's) can read another host out of the same text: no user
 * information, no escapes or backslashes in the host, no blanks or control characters anywhere.
 */
typedef struct slack_url {
    slack_slice_t scheme; /* as written */
    bool secure;          /* https or wss */
    slack_slice_t host;   /* without the brackets of an IPv6 address */
    unsigned port;        /* as written, else the scheme's */
    slack_slice_t target; /* path, query and fragment, as written; may be empty */
} slack_url_t;

/* The parts of a URL; they point into it. 0, or SLACK_EINVAL (NULL too) with *ret untouched. */
int slack__url_parse(slack_url_t *ret, const char *url);

/* Whether a URL may be called: https, or http to a loopback host. Also wss and ws. */
bool slack__url_allowed(const char *url);

/* Whether two URLs have scheme, host and port in common. */
bool slack__url_same_origin(const slack_url_t *a, const slack_url_t *b);

#define SLACK_URL_MAX 8192

#endif
