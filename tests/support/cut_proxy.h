/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CUT_PROXY_H
#define SLACK_TESTS_SUPPORT_CUT_PROXY_H

#include <stddef.h>

/* A proxy before a server that listens on a Unix socket. It runs in a thread, so that the loop of
 * the test may block. */

enum cut_direction { CUT_TO_SERVER, CUT_TO_CLIENT };

/* Listens at the path `own`, for the server at the path `server`; both are copied. */
void cut_proxy_start(const char *own, const char *server);
/* Lets so many bytes pass in this direction, and ends all connections then, once. */
void cut_proxy_after(enum cut_direction direction, size_t bytes);
/* The bytes that have passed in this direction. */
size_t cut_proxy_passed(enum cut_direction direction);
/* From now on nothing passes in these directions, a mask of 1 << direction, and no connection that
 * would send there ends. 0: all pass. */
void cut_proxy_hold(unsigned directions);
#define CUT_BOTH (1u << CUT_TO_SERVER | 1u << CUT_TO_CLIENT)
/* Ends the thread, and its connections. */
void cut_proxy_stop(void);

#endif
