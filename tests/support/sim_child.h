/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SIM_CHILD_H
#define SLACK_TESTS_SUPPORT_SIM_CHILD_H

#include "support/child.h"
#include "support/sim_peer.h"

/*
 * An example as a user runs it: in its own process and folder, with the variables of a simulator in
 * the test's process. Every wait has a time limit. A failed test shows the example's output.
 */
typedef struct sim_child {
    sim_peer_t peer; /* with the machine's clock, as in the process */
    child_t child;
    char dir[64];
} sim_child_t;

void sim_child_open(sim_child_t *c);
/* Kills a process that a failed test has left, and closes the simulator. Returns true if the folder
 * was empty and is removed. */
bool sim_child_close(sim_child_t *c);

/* Starts build/examples/NAME with these SLACK_ variables only; NULL ends the list. */
void sim_child_start(sim_child_t *c, const char *name, const char *const *variables);
/* Starts it with the simulator's variables, over "socket" or "http", and one more ("A=b") or
 * NULL. */
void sim_child_start_over(sim_child_t *c, const char *name, const char *transport,
                          const char *variable);
/* Wait until it listens, and set the request URL; wait until it has a socket. */
void sim_child_connect_http(sim_child_t *c);
void sim_child_connect_socket(sim_child_t *c);
/* Runs the loop until done(c). `what` is the text of the failure. */
void sim_child_until(sim_child_t *c, bool (*done)(const sim_child_t *c), const char *what);
/* Terminate it, or wait for its end. Returns its exit status. */
int sim_child_stop(sim_child_t *c);
int sim_child_wait(sim_child_t *c);

/* A user's action: the body of POST /sim/send. Fails the test without an ack. Returns
 * the simulator's answer. */
const slack_json_t *sim_child_act(sim_child_t *c, const char *json);
/* The transcript once it has `count` entries, or after 10 s. */
const slack_json_t *sim_child_transcript(sim_child_t *c, size_t count);
/* Returns true if the line of the nth entry or a later one has this part. */
bool sim_child_has_line(const slack_json_t *entries, size_t nth, const char *part);

/* Formats a text, which lives until sim_child_close(). */
const char *sim_child_text(sim_child_t *c, const char *format, ...) SLACK_PRINTF(2, 3);
/* Fails the test, and shows the output of the process and the transcript. */
void sim_child_give_up(sim_child_t *c, const char *format, ...) SLACK_PRINTF(2, 3);

#endif
