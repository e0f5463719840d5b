/* SPDX-License-Identifier: MIT */
#ifndef SIM_EXPIRING_KEYS_H
#define SIM_EXPIRING_KEYS_H

#include "sim/channels.h"
#include "sim/ids.h"

/*
 * Keys that Slack hands out for a few uses within a short time: trigger ids (one use within 3 s),
 * response URLs (5 uses within 30 min), Socket Mode tickets (one use). At the limit the oldest key
 * is forgotten. No I/O.
 */

enum sim_key_kind { SIM_KEY_TRIGGER, SIM_KEY_RESPONSE_URL, SIM_KEY_TICKET };

#define SIM_KEYS_MAX      512
#define SIM_KEY_TEXT_SIZE 96

typedef struct sim_key {
    enum sim_key_kind kind;
    char text[SIM_KEY_TEXT_SIZE];
    unsigned uses_left;
    uint64_t expires_ms; /* monotonic */
    /* What it was handed out for. */
    const sim_user_t *user;
    const sim_channel_t *channel;
    char message_ts[SIM_TS_SIZE]; /* of the message whose element was used; else "" */
    char view_id[SIM_ID_SIZE];    /* of the view whose element was used; else "" */
} sim_key_t;

typedef struct sim_keys {
    const slack_clock_t *clock;
    const sim_team_t *team; /* of response URLs */
    uint64_t count;         /* handed out so far */
    sim_key_t ring[SIM_KEYS_MAX];
} sim_keys_t;

/* Both are borrowed. */
void sim_keys_init(sim_keys_t *keys, const slack_clock_t *clock, const sim_team_t *team);

/* A new key, borrowed until SIM_KEYS_MAX more were handed out. The caller fills in what it is for.
 */
sim_key_t *sim_key_new(sim_keys_t *keys, enum sim_key_kind kind);

enum sim_key_verdict { SIM_KEY_GOOD, SIM_KEY_UNKNOWN, SIM_KEY_EXPIRED, SIM_KEY_USED };

/* Whether there is such a key; it may have expired. */
bool sim_key_is(sim_keys_t *keys, enum sim_key_kind kind, const char *text);

/* Use a key once. SIM_KEY_GOOD sets *ret, borrowed; no other verdict uses anything. */
enum sim_key_verdict sim_key_use(sim_keys_t *keys, enum sim_key_kind kind, const char *text,
                                 const sim_key_t **ret);

#endif
