/* SPDX-License-Identifier: MIT */
#ifndef SIM_IDS_H
#define SIM_IDS_H

#include <stdbool.h>

#include "util/clock.h"

/*
 * New ids and timestamps. Apps recognise duplicates by them, and an app may outlive the simulator,
 * so they differ between runs.
 */

/* Room for an id, and for a timestamp. */
#define SIM_ID_SIZE 32
#define SIM_TS_SIZE 32

typedef struct sim_ids {
    const slack_clock_t *clock; /* borrowed */
    int64_t last_ts_us;
    uint64_t last_id;
    char run[16]; /* differs between runs */
} sim_ids_t;

void sim_ids_init(sim_ids_t *ids, const slack_clock_t *clock);

/* A new id: the prefix and digits. */
void sim_ids_next(sim_ids_t *ids, const char *prefix, char id[SIM_ID_SIZE]);
/* A timestamp, "seconds.micros", later than every one before. */
void sim_ids_ts(sim_ids_t *ids, char ts[SIM_TS_SIZE]);
/* Whether a text has the shape of a timestamp. */
bool sim_is_ts(const char *text);
/* Whether a text is a time: a timestamp, or whole seconds. */
bool sim_is_time(const char *text);
/* Compare two times. As strcmp(). */
int sim_ts_compare(const char *a, const char *b);

#endif
