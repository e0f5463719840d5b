/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HANDSHAKES_H
#define SLACK_NET_HANDSHAKES_H

#include <uv.h>

#include "net/loop.h"
#include "net/tls.h"
#include "net/turns.h"

/*
 * The TLS handshakes of a server. A ClientHello costs its sender nothing, and the server a
 * signature: 1 ms with an EC key, 10 with one of RSA-4096. So the steps run on a thread, one at a
 * time, and do not delay the loop. They wait for their turns by address (turns.h). Addresses that
 * have sent a verified request before go first: each gets as many turns as 64 strangers.
 */
typedef struct slack_handshakes {
    slack_net_t *net;
    slack_turns_t turns;
    unsigned waiting, max;
    struct slack_handshake *running; /* NULL: the thread has nothing to do */
    uv_work_t work;
    int rc;           /* of the step that the thread has made */
    uint64_t refused; /* steps that were one too many */
#define SLACK_KNOWN_MAX 256
    char known[SLACK_KNOWN_MAX][SLACK_NETWORK_SIZE]; /* a ring; "": not used */
    unsigned known_next;
} slack_handshakes_t;

/* One handshake, embedded in a struct of the caller. `turn.link` is in a list while a step waits.
 */
typedef struct slack_handshake {
    slack_turn_t turn; /* the caller sets `address` (slack__net_network()) */
    slack_tls_t *tls;
    /* A step begins: `tls` belongs to the thread until `stepped`. May be called from within
     * slack__handshakes_step(). */
    void (*begins)(struct slack_handshake *handshake);
    /* The step was made; `rc` is slack__tls_handshake()'s. From the loop, never within the
     * functions below. The callee may free the handshake. */
    void (*stepped)(struct slack_handshake *handshake, int rc);
    /* The step that waits was one too many, and is not made. May be called from within
     * slack__handshakes_step(), for the same handshake or another. */
    void (*refused)(struct slack_handshake *handshake);
} slack_handshake_t;

/* At most `max` steps wait. The struct stays valid until no handshake needs it. */
void slack__handshakes_init(slack_handshakes_t *handshakes, slack_net_t *net, unsigned max);
/* Have one step made. Of all steps beyond `max` the newest of the address with most is refused. */
void slack__handshakes_step(slack_handshakes_t *handshakes, slack_handshake_t *handshake);
/* Take back the step that waits, if there is one. A step that runs cannot be taken back. */
void slack__handshakes_cancel(slack_handshakes_t *handshakes, slack_handshake_t *handshake);
/* Remember that a peer of this network has sent a verified request. The oldest of 256 is forgotten.
 */
void slack__handshakes_remember(slack_handshakes_t *handshakes, const char *network);
bool slack__handshakes_know(const slack_handshakes_t *handshakes, slack_slice_t network);

#endif
