/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_COOKIES_H
#define TOOLS_SIM_COOKIES_H

#include "util/arena.h"
#include "util/str.h"

/*
 * The cookies of a browser (RFC 6265), for pages that a person walks through from link to link: no
 * other site sends requests, so that SameSite makes no difference. A Secure cookie goes over https
 * and to loopback hosts. Pure.
 */

#define SIM_COOKIES_MAX 64

typedef struct sim_cookie {
    slack_slice_t name, value, path;
    slack_slice_t host; /* without the port: cookies do not know ports */
    bool secure;
} sim_cookie_t;

typedef struct sim_cookies {
    slack_arena_t *arena; /* Required. Of the cookies. */
    size_t count;
    sim_cookie_t list[SIM_COOKIES_MAX];
} sim_cookies_t;

/* Take a Set-Cookie header of a response from that URL. A cookie that a browser would refuse, and
 * one beyond the limit, is ignored. 0, SLACK_ENOMEM. */
int sim_cookies_set(sim_cookies_t *cookies, const char *url, slack_slice_t header);

/* The value of the Cookie header for that URL: "a=1; b=2"; "" for no header. NULL without memory.
 */
const char *sim_cookies_for(const sim_cookies_t *cookies, const char *url);

#endif
