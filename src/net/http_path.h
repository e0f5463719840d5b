/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_PATH_H
#define SLACK_NET_HTTP_PATH_H

#include <stdbool.h>

/*
 * Normalize a path in place, so that paths that mean the same are equal byte by byte (RFC 3986
 * 6.2.2): escapes are decoded. %2F and %25 stay, in upper case: an encoded slash separates nothing,
 * and decoding twice changes nothing. Dots are not resolved.
 *
 * False for a malformed escape or an encoded control character: no path needs such a character, and
 * it would break a log or a header. The text is then invalid.
 */
bool slack__http_path_decode(char *path);

#endif
