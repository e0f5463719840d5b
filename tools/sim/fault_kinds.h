/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAULT_KINDS_H
#define SIM_FAULT_KINDS_H

#include "sim/problem.h"
#include "util/arena.h"

/*
 * What the simulator can do wrong: a row for each kind of fault, with the point at which it acts
 * and its effect there. Pure.
 */

enum sim_point {
    SIM_POINT_NOW,      /* at once, on open sockets */
    SIM_POINT_CALL,     /* a Web API method is called */
    SIM_POINT_HISTORY,  /* messages are read */
    SIM_POINT_UPGRADE,  /* a WebSocket is requested, with a valid ticket */
    SIM_POINT_HELLO,    /* hello is about to be sent */
    SIM_POINT_PING,     /* a ping to the app is due */
    SIM_POINT_PONG,     /* a ping of the app has arrived */
    SIM_POINT_PICK,     /* a socket is picked for an envelope */
    SIM_POINT_ENVELOPE, /* an envelope is about to be sent */
    SIM_POINT_ACK,      /* an ack has arrived, over either transport */
    SIM_POINT_POST,     /* a request to the request URL is about to be sent */
    SIM_POINT_UPLOAD,   /* the bytes of a file have arrived */
    SIM_POINT_DOWNLOAD, /* a file is about to be sent */
    SIM_POINT_SHARE     /* a message is about to share files */
};

#define SIM_FAULT_ARGS_MAX  3
#define SIM_FAULT_WORD_SIZE 64

/* The differences from the normal course. If all members are zero: nothing. */
typedef struct sim_effect {
    bool acts;
    bool silent; /* do not send it, or ignore it */
    bool twice;
    bool done;      /* run the method first */
    bool drop;      /* end TCP without a Close */
    bool half_open; /* TCP stays open and carries nothing */
    bool garbage;   /* send a lone newline, a binary frame, texts that are not JSON */
    bool bad_frame; /* send a frame that breaks the protocol */
    bool bad_accept;
    bool bad_extension;
    uint64_t delay_ms;
    uint64_t status; /* HTTP status of the response */
    uint64_t retry_after_s;
    uint64_t fragment_bytes;
    uint64_t pad_kib;
    uint64_t ghosts;
    uint64_t redirects;
    uint64_t cut_bytes;                   /* send so many bytes before `drop` */
    char disconnect[SIM_FAULT_WORD_SIZE]; /* send disconnect with this reason */
    char error[SIM_FAULT_WORD_SIZE];      /* answer ok: false with this error */
    char method[SIM_FAULT_WORD_SIZE];     /* act on these methods only; "": on all */
} sim_effect_t;

typedef struct sim_fault_arg {
    const char *name;     /* "MS"; NULL: the end of the list */
    size_t field;         /* its offset in the effect */
    uint64_t max;         /* for a number; 0: it is a word */
    const char *fallback; /* NULL: it is required */
} sim_fault_arg_t;

typedef struct sim_fault_kind {
    const char *name;
    enum sim_point point;
    sim_effect_t effect;
    sim_fault_arg_t args[SIM_FAULT_ARGS_MAX + 1];
    unsigned count; /* how often it acts by default; 0: until it is cleared */
    const char *help;
} sim_fault_kind_t;

/* Ends with a row whose name is NULL. */
extern const sim_fault_kind_t sim_fault_kinds[];

/* The row with that name. NULL with a sentence in `problem`. */
const sim_fault_kind_t *sim_fault_find(const char *name, char problem[SIM_PROBLEM_SIZE]);
/* "NAME ARG [ARG]", as help texts show it. */
const char *sim_fault_usage(const sim_fault_kind_t *kind, slack_arena_t *arena);

#endif
