/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "sim/fault_request.h"
#include "sim/feed.h"
#include "util/clock.h"

/*
 * The active faults. Code that comes to a point asks sim_faults_at() and obeys the effect; it never
 * learns which fault that was. Pure.
 *
 * Of several faults for one point, one acts at a time, in the order of the requests: `open-status
 * 429 3`, then `open-status 500` cause one answer each. Faults with a chance share one draw: after
 * `5% api-cut auth.test` and `5% api-lost auth.test` one call in ten fails. A draw depends on the
 * seed, the method, and the calls for the first of these faults so far. A run with the same seed
 * has the same faults, whatever other methods are called in between.
 */

typedef struct sim_faults {
    const slack_clock_t *clock;
    const sim_feed_writer_t *feed; /* gets every change */
    uint64_t seed;
    size_t count;
    sim_fault_t active[SIM_FAULTS_MAX];
    uint64_t acted; /* how often faults have acted so far */
} sim_faults_t;

/* Clock and feed are borrowed. */
void sim_faults_init(sim_faults_t *faults, const slack_clock_t *clock,
                     const sim_feed_writer_t *feed, uint64_t seed);

/* Activate a fault; not for SIM_POINT_NOW. False with a sentence in `problem`: at SIM_FAULTS_MAX,
 * or if the chances of a method would be above 100 %. */
bool sim_faults_add(sim_faults_t *faults, const sim_fault_t *fault, char problem[SIM_PROBLEM_SIZE]);
/* Activate the faults of a list, before any socket is open. False with a sentence in `problem`. */
bool sim_faults_start(sim_faults_t *faults, const char *list, char problem[SIM_PROBLEM_SIZE]);
/* Return to an earlier state. */
void sim_faults_restore(sim_faults_t *faults, const sim_faults_t *before);
/* End the faults of that kind, or those that were asked for with these words; "": all. Returns
 * their number. */
size_t sim_faults_clear(sim_faults_t *faults, const char *name);

/* The effect at a point; it counts as one action of the fault, or as one pass before it. `method`:
 * "" but for SIM_POINT_CALL.
 */
sim_effect_t sim_faults_at(sim_faults_t *faults, enum sim_point point, const char *method);
/* The same, without counting. */
sim_effect_t sim_faults_look(sim_faults_t *faults, enum sim_point point, const char *method);

/* The active faults: [{fault, acted, after, left, ms}]; a number without a limit is left out. */
const slack_json_t *sim_faults_json(sim_faults_t *faults, sim_json_builder_t *json);

#endif
