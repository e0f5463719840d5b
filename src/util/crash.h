/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_CRASH_H
#define SLACK_UTIL_CRASH_H

/*
 * The points in the life of a delivery at which a test ends the process: SLACK_CRASH("name") does
 * so if the variable SLACK_CRASH_POINT is that name. Only the build of tests/kill, which lists the
 * names, contains this code.
 */
#ifdef SLACK_CRASH_POINTS
void slack__crash(const char *name);
#define SLACK_CRASH(name) slack__crash(name)
#else
#define SLACK_CRASH(name) ((void)0)
#endif

#endif
