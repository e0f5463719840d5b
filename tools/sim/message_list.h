/* SPDX-License-Identifier: MIT */
#ifndef SIM_MESSAGE_LIST_H
#define SIM_MESSAGE_LIST_H

#include "sim/workspace.h"

/* The messages that exist, for tests: all of them in order, in threads or not, in pages. Messages
 * that only one person sees are left out. */

#define SIM_MESSAGE_LIST_PAGE 200

/* {ok, messages: [{line, channel, ts, message}], more}: those behind the timestamp `after`, or from
 * the first one if that is "", in one channel or in all (NULL). */
const slack_json_t *sim_message_list(sim_workspace_t *workspace, sim_json_builder_t *json,
                                     const sim_channel_t *channel, const char *after);

#endif
