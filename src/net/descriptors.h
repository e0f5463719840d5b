/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_DESCRIPTORS_H
#define SLACK_NET_DESCRIPTORS_H

/* The limit of file descriptors of this process. */

/* Raise the soft limit as far as connections need it and the hard limit allows. Only for a program
 * that has left its loop to the library: select() cannot watch descriptors above 1023. */
void slack__descriptors_raise(void);

/* How many of the `wanted` connections may be accepted. 256 descriptors are kept for calls to
 * Slack, the store and the program, or half of all descriptors if there are fewer than 512. At
 * least 1. */
unsigned slack__descriptors_for_connections(unsigned wanted);

#endif
