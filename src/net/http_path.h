/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_PATH_H
#define SLACK_NET_HTTP_PATH_H

#include <stdbool.h>

/*
 * Give a path its one form, in place, so that paths that mean the same are equal byte by byte
 * (RFC 3986 6.2.2): escapes become what they stand for. %2F and %25 stay, in upper case: an encoded
 * slash separates nothing, and what is decoded already is not changed by decoding it again. Dots
 * are not resolved.
 *
 * False for an escape without two hex digits, and one of a control character, which no path needs
 * and which a log or a header would stumble over; the text is of no use then.
 */
bool slack__http_path_decode(char *path);

#endif
