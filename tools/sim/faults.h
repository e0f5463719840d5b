/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "sim/json_builder.h"
#include "sim/problem.h"
#include "util/clock.h"

/*
 * Faults: what the simulator does wrong on request. Each fault is a row of one table: the point at
 * which it acts, and its effect there. Code that comes to a point asks sim_faults_at() and obeys
 * the effect; it never learns which fault that was. Pure.
 *
 * Of several faults for one point, one acts at a time, in the order of the requests: `open-status
 * 429 3`, then `open-status 500` cause one answer each.
 */

enum sim_point {
    SIM_POINT_NOW,      /* at once, on open sockets */
    SIM_POINT_CALL,     /* a Web API method is called */
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

#define SIM_FAULTS_MAX      32
#define SIM_FAULT_ARGS_MAX  3
#define SIM_FAULT_WORD_SIZE 64

/* What to do differently. If all members are zero: nothing. */
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
    char method[SIM_FAULT_WORD_SIZE];     /* act on this method only; "": on all */
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

typedef struct sim_fault {
    const sim_fault_kind_t *kind;
    sim_effect_t effect;
    char said[2 * SIM_FAULT_WORD_SIZE]; /* "open-status 429 3" */
    uint64_t after;                     /* how often it still passes before it acts */
    uint64_t left;                      /* how often it still acts; 0: no limit */
    uint64_t for_ms;                    /* 0: no limit */
    uint64_t until_ms;                  /* monotonic; UINT64_MAX: no limit */
} sim_fault_t;

typedef struct sim_faults {
    const slack_clock_t *clock;
    sim_fault_t active[SIM_FAULTS_MAX];
    size_t count;
    uint64_t acted; /* how often faults have acted so far */
} sim_faults_t;

void sim_faults_init(sim_faults_t *faults, const slack_clock_t *clock); /* borrowed */

/* The row with that name. NULL with a sentence in `problem`. */
const sim_fault_kind_t *sim_fault_find(const char *name, char problem[SIM_PROBLEM_SIZE]);

/* Read a request for a fault: {name, args: [STRING…], count, after, for_ms}, optional but for the
 * name. False with a sentence in `problem`. */
bool sim_fault_read(const slack_json_t *request, sim_fault_t *ret, char problem[SIM_PROBLEM_SIZE]);

/* Activate a fault; not for SIM_POINT_NOW. False at SIM_FAULTS_MAX. */
bool sim_faults_add(sim_faults_t *faults, const sim_fault_t *fault);
/* End the faults with that name; "": all. Returns their number. */
size_t sim_faults_clear(sim_faults_t *faults, const char *name);

/* The effect at a point; it counts as one action of the fault, or as one pass before it. `method`:
 * "" but for SIM_POINT_CALL.
 */
sim_effect_t sim_faults_at(sim_faults_t *faults, enum sim_point point, const char *method);
/* The same, without counting. */
sim_effect_t sim_faults_look(sim_faults_t *faults, enum sim_point point, const char *method);

/* The active faults: [{fault, after, left, ms}]; a number without a limit is left out. */
const slack_json_t *sim_faults_json(sim_faults_t *faults, sim_json_builder_t *json);
/* "NAME ARG [ARG]", as help texts show it. */
const char *sim_fault_usage(const sim_fault_kind_t *kind, slack_arena_t *arena);

#endif
