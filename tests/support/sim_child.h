/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SIM_CHILD_H
#define SLACK_TESTS_SUPPORT_SIM_CHILD_H

#include "support/child.h"
#include "support/sim_peer.h"

/*
 * An example as its user runs it: a process of its own, in a folder of its own, with the variables
 * of a simulator that the test's process has. Every wait is bounded. What it wrote is shown where a
 * test fails.
 */
typedef struct sim_child {
    sim_peer_t peer; /* by the machine's clock, which the process has, too */
    child_t child;
    char dir[64];
} sim_child_t;

void sim_child_open(sim_child_t *c);
/* End what a failed test has left, close the simulator. Whether the folder was empty, and is gone.
 */
bool sim_child_close(sim_child_t *c);

/* Start build/examples/NAME with these variables (NULL ends them) and no others of Slack's. */
void sim_child_start(sim_child_t *c, const char *name, const char *const *variables);
/* The same with the simulator's, over "socket" or "http", and one more ("A=b"); NULL for none. */
void sim_child_start_over(sim_child_t *c, const char *name, const char *transport,
                          const char *variable);
/* Wait until it listens, and make it the simulator's request URL; until it has a socket. */
void sim_child_connect_http(sim_child_t *c);
void sim_child_connect_socket(sim_child_t *c);
/* Run the loop until done(c); `what`: the failure's text. */
void sim_child_until(sim_child_t *c, bool (*done)(const sim_child_t *c), const char *what);
/* Ask it to end; or wait until it has by itself. Its status. */
int sim_child_stop(sim_child_t *c);
int sim_child_wait(sim_child_t *c);

/* A person does something: JSON for POST /sim/send, with ' for ". Fails unless it is acknowledged.
 * What the simulator says of it. */
const slack_json_t *sim_child_act(sim_child_t *c, const char *relaxed);
/* The transcript, once it has `count` entries, or some seconds later. */
const slack_json_t *sim_child_transcript(sim_child_t *c, size_t count);
/* Whether an entry from the nth on has this in its line. */
bool sim_child_has_line(const slack_json_t *entries, size_t nth, const char *part);

/* A text that is kept until the end. */
const char *sim_child_text(sim_child_t *c, const char *format, ...) SLACK_PRINTF(2, 3);
/* Fail the test, and show all that the process wrote, and the transcript. */
void sim_child_give_up(sim_child_t *c, const char *format, ...) SLACK_PRINTF(2, 3);

#endif
