/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_CRASH_H
#define SLACK_UTIL_CRASH_H

/*
 * The points of a delivery's life at which a test lets the process die: SLACK_CRASH("name") ends it
 * there where the variable SLACK_CRASH_POINT says that name. Nothing at all in any build but that
 * of tests/kill, which lists the names.
 */
#ifdef SLACK_CRASH_POINTS
void slack__crash(const char *name);
#define SLACK_CRASH(name) slack__crash(name)
#else
#define SLACK_CRASH(name) ((void)0)
#endif

#endif
