/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "sim/blocks.h"
#include "util/clock.h"

/*
 * What goes wrong on purpose. Every fault is a row of one table: where it acts, and which effect it
 * has there. Whoever comes to such a point asks sim_faults_at() and does what the effect says; it
 * never learns which fault that was. Pure.
 *
 * Of the faults that were asked for at one point, one acts at a time, in the order in which they
 * were asked for: `open-status 429 3`, then `open-status 500` is an answer each.
 */

enum sim_point {
    SIM_POINT_NOW,      /* at once, on the sockets that are open */
    SIM_POINT_CALL,     /* a Web API method is called */
    SIM_POINT_UPGRADE,  /* a WebSocket is asked for, with a good ticket */
    SIM_POINT_HELLO,    /* hello is about to be said */
    SIM_POINT_PING,     /* a ping of ours is due */
    SIM_POINT_PONG,     /* a ping of the app's is to be answered */
    SIM_POINT_PICK,     /* a socket is chosen for an envelope */
    SIM_POINT_ENVELOPE, /* an envelope is about to be sent */
    SIM_POINT_ACK,      /* an acknowledgement came in, over either wire */
    SIM_POINT_POST      /* a request to the request URL is about to be sent */
};

#define SIM_FAULTS_MAX      32
#define SIM_FAULT_ARGS_MAX  3
#define SIM_FAULT_WORD_SIZE 64

/* What is to happen. All zero: what always does. */
typedef struct sim_effect {
    bool acts;
    bool silent; /* it is not done, or not heeded */
    bool twice;
    bool drop;      /* TCP ends, with no Close */
    bool half_open; /* TCP goes on and carries nothing any more; nobody is told */
    bool garbage;   /* a stray newline, a binary frame, texts that are no JSON */
    bool bad_frame; /* one that breaks the protocol */
    bool bad_accept;
    bool bad_extension;
    uint64_t delay_ms;
    uint64_t status; /* of an HTTP answer */
    uint64_t retry_after_s;
    uint64_t fragment_bytes;
    uint64_t pad_kib;
    uint64_t ghosts;
    uint64_t redirects;
    char disconnect[SIM_FAULT_WORD_SIZE]; /* the reason to give */
    char error[SIM_FAULT_WORD_SIZE];      /* of an answer with ok: false */
    char method[SIM_FAULT_WORD_SIZE];     /* acts on this one only */
} sim_effect_t;

typedef struct sim_fault_arg {
    const char *name;     /* "MS"; NULL behind the last one */
    size_t field;         /* where it goes: offset in an effect */
    uint64_t max;         /* of a number; 0: a word */
    const char *fallback; /* NULL: it has to be given */
} sim_fault_arg_t;

typedef struct sim_fault_kind {
    const char *name;
    enum sim_point point;
    sim_effect_t effect;
    sim_fault_arg_t args[SIM_FAULT_ARGS_MAX + 1];
    unsigned count; /* how often it acts unless told otherwise; 0: until it is cleared */
    const char *help;
} sim_fault_kind_t;

/* NULL-named row at the end. */
extern const sim_fault_kind_t sim_fault_kinds[];

typedef struct sim_fault {
    const sim_fault_kind_t *kind;
    sim_effect_t effect;
    char said[2 * SIM_FAULT_WORD_SIZE]; /* "open-status 429 3" */
    uint64_t left;                      /* how often it still acts; 0: without end */
    uint64_t for_ms;                    /* 0: without end */
    uint64_t until_ms;                  /* monotonic; UINT64_MAX: without end */
} sim_fault_t;

typedef struct sim_faults {
    const slack_clock_t *clock;
    sim_fault_t active[SIM_FAULTS_MAX];
    size_t count;
    uint64_t acted; /* how often any of them acted so far */
} sim_faults_t;

void sim_faults_init(sim_faults_t *faults, const slack_clock_t *clock); /* borrowed */

/* The row of that name. NULL with a sentence in `problem`. */
const sim_fault_kind_t *sim_fault_find(const char *name, char problem[SIM_PROBLEM_SIZE]);

/* A fault as it is asked for: {name, args: [STRING…], count, for_ms}, all but the name optional.
 * False with a sentence in `problem`. */
bool sim_fault_read(const slack_json_t *request, sim_fault_t *ret, char problem[SIM_PROBLEM_SIZE]);

/* From now on it acts (not for SIM_POINT_NOW). False when there are too many. */
bool sim_faults_add(sim_faults_t *faults, const sim_fault_t *fault);
/* End those of that name, "" for all. Returns how many there were. */
size_t sim_faults_clear(sim_faults_t *faults, const char *name);

/* What is to happen at a point; counted as having happened. `method`: at SIM_POINT_CALL, else "".
 */
sim_effect_t sim_faults_at(sim_faults_t *faults, enum sim_point point, const char *method);
/* The same, not counted. */
sim_effect_t sim_faults_look(sim_faults_t *faults, enum sim_point point, const char *method);

/* Those that still act: [{fault, left, ms}], without the numbers that have no end. */
const slack_json_t *sim_faults_json(sim_faults_t *faults, sim_json_builder_t *json);
/* "NAME ARG [ARG]", as help texts show it. */
const char *sim_fault_usage(const sim_fault_kind_t *kind, slack_arena_t *arena);

#endif
