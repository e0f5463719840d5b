/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_PERMITS_H
#define SLACK_CLUSTER_PERMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/*
 * The bound of one listener (`max_running`), which the processes of an app share.
 *
 * The store has a table: a line for each process that runs the listener or waits for it, with the
 * permits that the process holds, and how many more it wants. A process runs the listener for at
 * most as many deliveries as it holds permits, and all lines together never hold more than the
 * bound. So a process that keeps a permit for its next delivery asks nobody. The table changes by
 * compare-and-swap: a process reads it, takes its turn, and writes it if nobody has meanwhile.
 *
 *   - Free permits go to the processes that want some: to the one that holds fewest, and of these
 *     to the one that has waited longest. Whoever writes the table hands them out, so nobody has
 *     to compete for them.
 *   - A process that is alone takes all permits, and keeps them.
 *   - While others want permits, a process gives up those that it does not use. If it has at least
 *     two more than another one, it owes some: it gives them up as its deliveries end. It gives its
 *     only permit to a process without one after SLACK_PERMITS_TURN_MS.
 *   - A process that is gone loses its line to one that wants permits.
 *
 * Only the process itself lowers the permits of its line while it lives. So what it has read is
 * never too much, however old it is.
 *
 * Pure: a table and a time go in, and the next table comes out.
 */

/* More processes do not run a listener, or wait for it, at once; the others wait for a line. */
#define SLACK_PERMITS_LINES 200
/* A larger bound is this one. */
#define SLACK_PERMITS_MOST 100000
/* The bytes of a table as text. */
#define SLACK_PERMITS_TEXT (SLACK_PERMITS_LINES * sizeof "0123456789abcdef 100000 100000\n")

/* For how long a process may keep its only permit, while another one waits without any. */
#define SLACK_PERMITS_TURN_MS 1000
/* For how long a process keeps more permits than it needs, if nobody wants them. */
#define SLACK_PERMITS_KEEP_MS 2000

typedef struct slack_permit_line {
    char id[17];
    bool listed; /* not in the text: the process is known to live, or is this one */
    unsigned held, wants;
} slack_permit_line_t;

/* The lines in the order in which they wait. */
typedef struct slack_permit_table {
    slack_permit_line_t lines[SLACK_PERMITS_LINES];
    size_t count;
} slack_permit_table_t;

/* Returns the length of the text, which has no NUL. */
size_t slack__permit_table_write(const slack_permit_table_t *table, char text[SLACK_PERMITS_TEXT]);
/* A text that is not valid stands for an empty table. */
void slack__permit_table_read(slack_slice_t text, slack_permit_table_t *ret);
void slack__permit_table_remove(slack_permit_table_t *table, const char *id);

/* The needs of a process at its turn. */
typedef struct slack_permit_need {
    unsigned running, waiting; /* deliveries that have a permit, and that wait for one */
    bool alone;                /* no other process runs listeners */
    bool leaving;              /* the process stops: it keeps no permit that it does not use */
    bool unknown; /* the others do not know this process yet, and would remove its line */
} slack_permit_need_t;

typedef struct slack_permits {
    char id[17];
    unsigned most;
    bool known;         /* the last operation of the store has succeeded */
    uint64_t read_ms;   /* when the last reading of the table began */
    unsigned held;      /* as the table has it */
    unsigned limit;     /* so many deliveries may run now … */
    unsigned next_held; /* … and when the table is written */
    unsigned next_limit;
    bool wants;         /* it waits for permits */
    bool alone;         /* as of the last turn */
    bool had;           /* the last table had a permit of it, … */
    uint64_t since_ms;  /* … and since when */
    uint64_t needed_ms; /* it last needed all that it holds */
} slack_permits_t;

/* `id` has 16 characters; `most` is at least 1. */
void slack__permits_init(slack_permits_t *permits, const char *id, unsigned most);

/* The turn of the process. `table` is what the store has had since `began_ms`. True: it is changed,
 * and has to be written. */
bool slack__permits_turn(slack_permits_t *permits, slack_permit_table_t *table,
                         const slack_permit_need_t *need, uint64_t began_ms, uint64_t now_ms);
/* The table is written. */
void slack__permits_written(slack_permits_t *permits);
/* An operation has failed: it is not known what the table is. Nothing begins before the next turn,
 * and what runs goes on. */
void slack__permits_failed(slack_permits_t *permits);

/* For how many deliveries the listener may run in this process. */
unsigned slack__permits_limit(const slack_permits_t *permits, uint64_t now_ms);
/* The process gives up a permit as soon as a delivery ends. */
bool slack__permits_owes(const slack_permits_t *permits);
/* A holder of permits that is not known to live, if this process waits for permits. NULL: there is
 * none. */
const char *slack__permits_suspect(const slack_permits_t *permits,
                                   const slack_permit_table_t *table);
/* When the next turn should come. 0: when the process needs a permit. */
unsigned slack__permits_turn_in_ms(const slack_permits_t *permits);

#endif
