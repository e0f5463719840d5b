/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_PROCESS_H
#define SLACK_CLUSTER_PROCESS_H

#include <stdbool.h>

#include <slack/options.h>

#include "util/arena.h"

/*
 * A process of an app, as its entry "process/APP/ID" in the store describes it. Pure.
 *
 * The value is JSON, for the other processes and for people:
 *   {"role":"all","state":"running","host":"web-1","pid":4711,"version":"0.1.0","since_ms":…,
 *    "seen_ms":…,"running":12,"sockets":{"candidate":true,"slots":1,"ready":1},
 *    "catch_up":{"missed_ms":…,"read_ms":…}}
 * Another version of the library may write more members, which are ignored.
 */

#define SLACK_PROCESS_ID_SIZE   17 /* 16 hexadecimal digits and a NUL */
#define SLACK_PROCESS_TEXT_SIZE 64
/* The most bytes of a value that are read. */
#define SLACK_PROCESS_BYTES_MAX 4096

typedef struct slack_process {
    char id[SLACK_PROCESS_ID_SIZE];
    char host[SLACK_PROCESS_TEXT_SIZE], version[SLACK_PROCESS_TEXT_SIZE]; /* visible ASCII */
    enum slack_role role;
    bool leaving; /* it stops, and hands over what it holds */
    int64_t pid;
    int64_t since_ms, seen_ms; /* wall clock: its start, and the last writing of the entry */
    int64_t running;           /* deliveries and requests under way */
    struct slack_process_sockets {
        bool candidate; /* it can hold connections of Socket Mode */
        int64_t slots;  /* that it holds */
        int64_t ready;  /* connections over which envelopes come */
    } sockets;
    struct slack_process_catch_up {
        int64_t missed_ms; /* wall clock: it may have missed events up to then; 0: none */
        int64_t read_ms;   /* wall clock: it has caught up on all gaps up to then; 0: on none */
    } catch_up;
} slack_process_t;

extern const char *const slack__role_names[]; /* by enum slack_role; the first is unused */

/* Reads an entry into all members; `id` is the end of its key. False: it is not valid, or memory is
 * out. */
bool slack__process_read(slack_arena_t *arena, slack_slice_t id, slack_slice_t value,
                         slack_process_t *ret);
/* The value of an entry. Characters of the host that are not visible become '?'. NULL: memory is
 * out. */
const char *slack__process_write(slack_arena_t *arena, const slack_process_t *process);
/* Returns true if `id` has the form of a process's id. */
bool slack__process_id_ok(slack_slice_t id);

#endif
