/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_RAW_H
#define SLACK_TESTS_SUPPORT_RAW_H

#include "support/world.h"

/*
 * A client with a socket outside the loop, connected to a port of 127.0.0.1. It sends, half-closes
 * and reads only when the test says so. Waiting turns the loop, and fails the test after 20 s.
 */
typedef struct raw {
    world_t *world;
    int fd;
    char *in; /* what was read, NUL-terminated */
    size_t in_len;
    bool eof;   /* the peer has sent its last byte */
    bool reset; /* and ours were not all read */
} raw_t;

void raw_connect(raw_t *raw, world_t *world, unsigned port);
/* The same from another address of this machine: "127.0.0.2". */
void raw_connect_from(raw_t *raw, world_t *world, const char *from, unsigned port);
/* Turns the loop while the kernel's buffer is full. */
void raw_send(raw_t *raw, const void *data, size_t len);
void raw_say(raw_t *raw, const char *text);
/* Sends FIN. */
void raw_end(raw_t *raw);
/* Closes the socket, which sends a RST if there are unread bytes. */
void raw_close(raw_t *raw);

/* Read until the text was read; until the end. */
void raw_until(raw_t *raw, const char *text);
void raw_until_eof(raw_t *raw);
/* Reads what there is. */
void raw_take(raw_t *raw);
/* Forgets what was read. */
void raw_forget(raw_t *raw);

#endif
