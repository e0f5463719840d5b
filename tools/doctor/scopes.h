/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_SCOPES_H
#define TOOLS_DOCTOR_SCOPES_H

#include <slack/json.h>

#include "doctor/facts.h"

/* Compare the scopes that a bot has with those that its listeners and declared calls need.
 * `granted` holds names, separated by commas or blanks. False: the bot needs more than a comparison
 * can hold. Pure. */
bool doctor_compare_scopes(const slack_json_t *description, const char *granted,
                           doctor_scopes_t *ret);

#endif
