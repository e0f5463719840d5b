/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CONTRACT_H
#define SLACK_TESTS_SUPPORT_CONTRACT_H

#include "transport/transport.h"
#include "support/mock_host.h"

/*
 * One suite for every transport: it checks on the transport's own wire what transport/transport.h
 * promises. The test of a transport provides a fixture, which makes the transport and plays Slack
 * at the other end of its wire, and runs
 *
 *     int main(void)
 *     {
 *         return contract_main(&fixture);
 *     }
 *
 * The fixture uses the loop of the mock host and never sleeps. In callbacks of the loop it takes no
 * memory from the library's allocator, if it can (CONTRACT_PEER_SHARES_HEAP). A closed connection
 * does not fail the test: answer() reports it.
 */

/* A message for the fixture to send. */
typedef struct contract_message {
    enum slack_kind kind;     /* the kind that the host has to get */
    const char *json;         /* the body that the host has to get, as JSON text */
    int retry_num;            /* 0: without retry headers or members */
    const char *retry_reason; /* NULL if retry_num is 0 */
    size_t split;             /* send so many bytes, turn the loop, send the rest; 0: all at once */
    bool bytewise;            /* send each byte in a write of its own */
} contract_message_t;

enum contract_answered {
    CONTRACT_OPEN,   /* no answer yet */
    CONTRACT_ANSWER, /* an answer, in the other fields */
    CONTRACT_CLOSED  /* the connection was closed without an answer */
};

/* The answer to a message. `body` is borrowed until the fixture is closed. */
typedef struct contract_answer {
    enum contract_answered what;
    enum slack_ack_outcome outcome;
    enum slack_ack_body type;
    const char *body;
    size_t body_len;
} contract_answer_t;

/* The differences of a wire from HTTP. */
enum contract_trait {
    CONTRACT_LATER_IS_SILENCE = 1,  /* SLACK_ACK_LATER sends nothing */
    CONTRACT_REFUSE_IS_SILENCE = 2, /* SLACK_ACK_REFUSE without a body sends nothing */
    CONTRACT_TEXT_IS_JSON = 4,      /* a text is sent as {"text": …} */
    CONTRACT_NO_PEER = 8,           /* there is no wire, so nothing is split */
    CONTRACT_PEER_SHARES_HEAP = 16  /* the peer takes memory from the library's allocator, too: if
                                       that fails, the answer may be lost */
};

/* One const table per transport. No member may be NULL. */
typedef struct contract_fixture {
    const char *name; /* as in slack_transport_ops */
    unsigned traits;

    /* Makes a transport on `host`, without starting it, and the peer that plays Slack. Returns the
     * fixture's state, which is the argument of the other functions, or NULL if out of memory, with
     * nothing left. */
    void *(*open)(mock_host_t *host, slack_transport_t **ret_transport);

    /* Begins to send a message; the loop sends the rest. The transport is READY, or was. Several
     * messages may be under way. Returns the number of the message, from 0. */
    int (*send)(void *fixture, const contract_message_t *message);

    /* The message's bytes on the wire; 0 without a wire. */
    size_t (*wire_bytes)(void *fixture, const contract_message_t *message);

    /* The answer to a message so far. */
    void (*answer)(void *fixture, int number, contract_answer_t *ret);

    /* Resets the connection on which the message was sent. */
    void (*drop)(void *fixture, int number);

    /* Closes everything that the peer has on the loop, frees the fixture, and sets *closed, now or
     * in a later turn of the loop. The transport has been destroyed before. */
    void (*close)(void *fixture, bool *closed);
} contract_fixture_t;

/* Runs the suite. Returns main()'s result. */
int contract_main(const contract_fixture_t *fixture);

#endif
