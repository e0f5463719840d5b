/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_RAW_H
#define SLACK_TESTS_SUPPORT_RAW_H

#include "support/world.h"

/*
 * A peer that does nothing by itself: a socket of the kernel's, connected to a port of 127.0.0.1,
 * that is not on the loop. It sends what the test says, half-closes, reads or does not. Waiting
 * turns the loop, and fails the test after 20 s.
 */
typedef struct raw {
    world_t *world;
    int fd;
    char *in; /* what was read, NUL-terminated */
    size_t in_len;
    bool eof;   /* the other side has sent its last byte */
    bool reset; /* and has not taken ours */
} raw_t;

void raw_connect(raw_t *raw, world_t *world, unsigned port);
/* Turns the loop while the kernel takes no more. */
void raw_send(raw_t *raw, const void *data, size_t len);
void raw_say(raw_t *raw, const char *text);
/* FIN: nothing more is sent. */
void raw_end(raw_t *raw);
/* Close the socket, with a RST where there are bytes that were not read. */
void raw_close(raw_t *raw);

/* Read until this text was read; until the end. */
void raw_until(raw_t *raw, const char *text);
void raw_until_eof(raw_t *raw);
/* Read what there is. */
void raw_take(raw_t *raw);
/* Forget what was read. */
void raw_forget(raw_t *raw);

#endif
