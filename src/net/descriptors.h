/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_DESCRIPTORS_H
#define SLACK_NET_DESCRIPTORS_H

/* The limit of file descriptors of this process. */

/* Raise the soft limit as far as connections need it and the hard limit allows. Only for a program
 * that has left its loop to the library: select() cannot watch descriptors above 1023. */
void slack__descriptors_raise(void);

/* How many connections may be accepted, of `wanted`: the calls to Slack, the store and the program
 * keep a reserve of 256 descriptors, or of half of them where there are fewer. At least 1. */
unsigned slack__descriptors_for_connections(unsigned wanted);

#endif
