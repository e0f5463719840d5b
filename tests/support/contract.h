/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CONTRACT_H
#define SLACK_TESTS_SUPPORT_CONTRACT_H

#include "transport/transport.h"
#include "support/mock_host.h"

/*
 * One suite for every transport: what core/transport.h promises, checked on the transport's own
 * wire. A transport's test gives a fixture, which makes the transport and plays Slack at the other
 * end of its wire, and runs
 *
 *     int main(void)
 *     {
 *         return contract_main(&fixture);
 *     }
 *
 * The fixture works on the mock host's loop. It takes no memory from the library's allocator inside
 * the loop's callbacks where it can avoid it (see CONTRACT_PEER_SHARES_HEAP), never sleeps, and
 * never fails a test because its peer was closed: that is what answer() tells.
 */

/* What Slack is to send. */
typedef struct contract_message {
    enum slack_kind kind;     /* what the core is to see it as */
    const char *json;         /* the body that the core is to see, as JSON text */
    int retry_num;            /* 0: no retry headers, and none of the envelope's members */
    const char *retry_reason; /* NULL with a retry_num of 0 */
    size_t split;  /* send so many bytes, let the loop turn, send the rest; 0: all at once */
    bool bytewise; /* every byte of it by a write of its own */
} contract_message_t;

enum contract_answered {
    CONTRACT_OPEN,   /* nothing yet */
    CONTRACT_ANSWER, /* an answer; the other fields tell which */
    CONTRACT_CLOSED  /* the connection was closed without one */
};

/* How a message was answered. `body` is borrowed until the fixture's close. */
typedef struct contract_answer {
    enum contract_answered what;
    enum slack_ack_outcome outcome;
    enum slack_ack_body type;
    const char *body;
    size_t body_len;
} contract_answer_t;

/* What a wire cannot tell apart, or does not do. */
enum contract_trait {
    CONTRACT_LATER_IS_SILENCE = 1,   /* SLACK_ACK_LATER sends nothing */
    CONTRACT_REFUSE_IS_EMPTY_OK = 2, /* SLACK_ACK_REFUSE looks as SLACK_ACK_OK without a body */
    CONTRACT_TEXT_IS_JSON = 4,       /* a text comes back as {"text": …} */
    CONTRACT_NO_PEER = 8,            /* there is no wire: nothing to split */
    CONTRACT_PEER_SHARES_HEAP = 16 /* the peer takes memory from the library's allocator, too: when
                                    * that fails the answer may be lost */
};

/* One const table per transport. Every member is mandatory. */
typedef struct contract_fixture {
    const char *name; /* as in slack_transport_ops */
    unsigned traits;

    /* Make a transport on `host`, which is not started, and what stands for Slack. Returns the
     * fixture's own state, given to all the others. NULL when the memory was out, with nothing left
     * behind. */
    void *(*open)(mock_host_t *host, slack_transport_t **ret_transport);

    /* Send a message; the transport is READY, or was. Returns its number, from 0 counted up.
     * Messages may be under way side by side. Sending starts here and goes on in the loop. */
    int (*send)(void *fixture, const contract_message_t *message);

    /* How many bytes the message is on the wire. 0 where there is no wire. */
    size_t (*wire_bytes)(void *fixture, const contract_message_t *message);

    /* What came back for a message. */
    void (*answer)(void *fixture, int number, contract_answer_t *ret);

    /* Slack goes away: close the connection that the message was sent on, now and without a word.
     */
    void (*drop)(void *fixture, int number);

    /* Close all that the peer has on the loop and free the fixture, in the loop's later turns where
     * that takes some; *closed is set when all is gone. The transport has been destroyed already.
     */
    void (*close)(void *fixture, bool *closed);
} contract_fixture_t;

/* Run the suite; returns what main() returns. */
int contract_main(const contract_fixture_t *fixture);

#endif
