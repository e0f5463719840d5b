/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_LOAD_ATTACKERS_H
#define SLACK_TESTS_LOAD_ATTACKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

/*
 * Attackers, in a process of their own, so that they do not slow the client that is measured. Each
 * has one connection at a time, from an address of its own or from one that it shares, and opens
 * another one when it is closed. Every few milliseconds an attacker acts.
 */
#define ATTACKERS_MAX     1024
#define ATTACKERS_TICK_MS 5

struct attacker;

typedef struct attacker_kind {
    const char *name;
    void (*act)(struct attacker *attacker); /* `step` is 1 at the first time on a connection */
    unsigned every;                         /* the ticks between two times; 0: each tick */
    unsigned rest;                          /* the ticks between two connections */
    bool deaf;                              /* it does not read */
} attacker_kind_t;

typedef struct attacker {
    const attacker_kind_t *kind;
    unsigned number;  /* among those of its kind, from 0 */
    unsigned address; /* that of its address, from 1; 0: the client's */
    unsigned step;
    size_t sent;      /* bytes on this connection; act() may set it back */
    unsigned answers; /* reads on this connection that began with a status line */
    uv_tcp_t tcp;
    /* Private. */
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    unsigned ticks, rest;
    bool open, closing;
} attacker_t;

/* Adds `count` attackers, from so many addresses; 0: from the client's. */
void attackers_add(const attacker_kind_t *kind, unsigned count, unsigned addresses);
/* Attacks a port of 127.0.0.1, and prints what happened in lines that begin with '#'. */
void attackers_run(unsigned port, double seconds);

/* For act(): send as much as the kernel takes; send FIN; close. */
void attacker_say(attacker_t *attacker, const char *data, size_t len);
void attacker_say_text(attacker_t *attacker, const char *text);
void attacker_end(attacker_t *attacker);
void attacker_leave(attacker_t *attacker);
bool attacker_is_open(const attacker_t *attacker);
/* Send what is left of the `len` bytes of `data` after the first `sent`. */
void attacker_say_rest(attacker_t *attacker, const char *data, size_t len);

/* Printable bytes. */
#define ATTACKERS_JUNK_BYTES ((size_t)32 << 10)
extern char attackers_junk[ATTACKERS_JUNK_BYTES];

/* An HTTP request with this body of JSON, signed with LOAD_SECRET now. From malloc(). */
char *attackers_signed_request(const char *body, size_t len, size_t *ret_len);

/* The cases' attackers, one function per file; they add themselves. */
void attack_http_mix(void);
void attack_forged_from_one(void);
void attack_forged_from_eight(void);
void attack_forged_from_the_clients(void);
void attack_held(void);
void attack_hellos(void);
void attack_patterns(void);
void attack_large_http(void);
void attack_large_socket(void); /* on the inherited descriptor ATTACKERS_FD, as Slack */
#define ATTACKERS_FD 3

#endif
