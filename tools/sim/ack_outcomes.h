/* SPDX-License-Identifier: MIT */
#ifndef SIM_ACK_OUTCOMES_H
#define SIM_ACK_OUTCOMES_H

#include "sim/person_act.h"

/* What the body of an ack does: a message appears, a modal changes or shows errors, a select shows
 * options. Each function does it and returns the outcome for the transcript, never NULL. */

const char *sim_ack_outcome_command(sim_act_t *act, const slack_json_t *body);
const char *sim_ack_outcome_submission(sim_act_t *act, const slack_json_t *body);
const char *sim_ack_outcome_options(sim_act_t *act, const slack_json_t *body);

#endif
