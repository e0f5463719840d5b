/* SPDX-License-Identifier: MIT */
#ifndef SIM_REFUSALS_H
#define SIM_REFUSALS_H

#include "sim/api_call.h"

/* What Slack refuses before a method runs, by the table of methods (src/protocol/methods.def). */

/* The answer to a call of a method that the simulator does not imitate. */
const slack_json_t *sim_refuse_method(sim_call_t *call);

/* The answer to a call that lacks required arguments; NULL if it has all of them. Slack ignores
 * arguments that it does not know, and an empty argument is the method's own business. */
const slack_json_t *sim_refuse_arguments(sim_call_t *call);

#endif
