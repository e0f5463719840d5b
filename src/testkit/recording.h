/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_RECORDING_H
#define SLACK_TESTKIT_RECORDING_H

#include "util/json.h"

/*
 * A recording (docs/testing.md) read from its text. Pure: bytes in, or the line that is wrong.
 */
enum kit_item_type { KIT_BEGIN, KIT_DELIVERY, KIT_ACK, KIT_CALL, KIT_ANSWER, KIT_END };

typedef struct kit_item {
    enum kit_item_type type;
    unsigned line;
    uint64_t at_ms;          /* since the recording began; never less than the one before */
    uint64_t number;         /* deliveries and calls: their own */
    struct kit_item *of;     /* acks, calls: the delivery, NULL for none; answers: the call */
    struct kit_item *ack;    /* deliveries: NULL for none */
    struct kit_item *answer; /* calls: NULL for none */
    struct kit_item *events; /* deliveries: its acks and calls; the beginning: those of none */
    struct kit_item *last_event;
    struct kit_item *next_event;
    const slack_json_t *members; /* all of the line */
    bool used;                   /* a call: the player has answered it */
} kit_item_t;

typedef struct kit_recording {
    slack_arena_t *arena;
    kit_item_t *items; /* in the order of the lines; the first is KIT_BEGIN */
    size_t count;
    bool ended; /* in order: it was not cut off */
} kit_recording_t;

/* So long a recording may be. */
#define KIT_RECORDING_MAX       ((size_t)256 << 20)
#define KIT_RECORDING_ERROR_MAX 256

/* 0; SLACK_EJSON or SLACK_EPROTO with a sentence that names the line in `error`; SLACK_ETOOBIG;
 * SLACK_ENOMEM. A last line without its newline was cut off, and is passed over. */
int slack__recording_read(kit_recording_t *ret, const char *text, size_t len,
                          char error[KIT_RECORDING_ERROR_MAX]);
void slack__recording_done(kit_recording_t *recording);

#endif
