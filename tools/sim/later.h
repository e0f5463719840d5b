/* SPDX-License-Identifier: MIT */
#ifndef SIM_LATER_H
#define SIM_LATER_H

#include "net/loop.h"
#include "util/arena.h"

/* Functions that run some time later: Slack shares a file a moment after the call that asks for it,
 * and a slow server answers late; and the time that people let pass. */
typedef struct sim_later {
    slack_net_t *net; /* borrowed */
    slack_link_t list;
    void (*pass_ms)(uint64_t ms, void *user_data); /* moves the net's clock; NULL: nobody can */
    void *user_data;
    uint64_t passed_ms; /* so far */
} sim_later_t;

void sim_later_init(sim_later_t *later, slack_net_t *net);
/* Run now what waits. */
void sim_later_close(sim_later_t *later);

/* Run `fn` in `in_ms`. The arena, where `data` lies, is the callee's from then on. 0; SLACK_ENOMEM:
 * the arena is still the caller's. */
int sim_later_run(sim_later_t *later, uint64_t in_ms, slack_arena_t *arena,
                  void (*fn)(slack_arena_t *arena, void *data), void *data);

/* Let time pass: redeliveries, scheduled messages, the ends of tokens, of streams and of response
 * URLs, and the minutes of the rate limits come so much earlier. Only the monotonic clock moves:
 * the wall clock is also the app's, which refuses signatures of another time. False: nobody can. */
bool sim_later_pass(sim_later_t *later, uint64_t ms);

#endif
