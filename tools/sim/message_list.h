/* SPDX-License-Identifier: MIT */
#ifndef SIM_MESSAGE_LIST_H
#define SIM_MESSAGE_LIST_H

#include "sim/workspace.h"

/* The messages that exist, for tests and the page, in pages. Messages that only one person sees are
 * left out. */

#define SIM_MESSAGE_LIST_PAGE 200
/* A page has fewer messages where their bodies would be longer together. */
#define SIM_MESSAGE_LIST_BYTES_MAX ((size_t)4 << 20)

typedef struct sim_message_query {
    const sim_channel_t *channel; /* NULL: all */
    const char *thread;           /* the ts of its first message, which is in it; "": any message */
    const char *after;            /* a ts; "": from the first one */
    const char *before;           /* a ts: the newest before it; "": no end */
    uint64_t limit;
} sim_message_query_t;

/* {ok, messages: [{line, channel, ts, message}], more}, oldest first: the first ones behind
 * `after`, or with `before` the last ones before that. */
const slack_json_t *sim_message_list(sim_workspace_t *workspace, sim_json_builder_t *json,
                                     const sim_message_query_t *query);

#endif
