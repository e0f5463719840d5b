/* SPDX-License-Identifier: MIT */
#ifndef SIM_OAUTH_H
#define SIM_OAUTH_H

#include "sim/oauth_codes.h"

/* Slack's side of OAuth, for all workspaces: the app, what was granted to it, and how it gets
 * there. */
typedef struct sim_oauth {
    sim_oauth_app_t app;
    sim_tokens_t tokens;
    sim_codes_t codes;
} sim_oauth_t;

#endif
