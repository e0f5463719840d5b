/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_RECORDING_H
#define SLACK_TESTKIT_RECORDING_H

#include "util/json.h"

/*
 * Reads a recording (docs/testing.md). Pure.
 */
enum kit_item_type { KIT_BEGIN, KIT_DELIVERY, KIT_ACK, KIT_CALL, KIT_ANSWER, KIT_END };

typedef struct kit_item {
    enum kit_item_type type;
    unsigned line;
    uint64_t at_ms;          /* since the recording began; never decreases */
    uint64_t number;         /* deliveries and calls */
    struct kit_item *of;     /* acks, calls: the delivery, or NULL; answers: the call */
    struct kit_item *ack;    /* deliveries: the ack, or NULL */
    struct kit_item *answer; /* calls: the answer, or NULL */
    struct kit_item *events; /* deliveries: its acks and calls; KIT_BEGIN: those of no delivery */
    struct kit_item *last_event;
    struct kit_item *next_event;
    const slack_json_t *members; /* the whole line */
    bool used;                   /* calls: the replay has used its answer */
} kit_item_t;

typedef struct kit_recording {
    slack_arena_t *arena;
    kit_item_t *items; /* in the order of the lines; the first is KIT_BEGIN */
    size_t count;
    bool ended; /* the last line is KIT_END; else the recording was cut off */
} kit_recording_t;

/* The largest recording. */
#define KIT_RECORDING_MAX       ((size_t)256 << 20)
#define KIT_RECORDING_ERROR_MAX 256

/* A last line without a newline was cut off and is ignored. 0; SLACK_EJSON, SLACK_EPROTO or
 * SLACK_ETOOBIG with a sentence in `error` that names the line; SLACK_ENOMEM. */
int slack__recording_read(kit_recording_t *ret, const char *text, size_t len,
                          char error[KIT_RECORDING_ERROR_MAX]);
void slack__recording_done(kit_recording_t *recording);

#endif
