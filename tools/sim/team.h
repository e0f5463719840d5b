/* SPDX-License-Identifier: MIT */
#ifndef SIM_TEAM_H
#define SIM_TEAM_H

/* The one workspace and its one app. Both are the same in every run. */

#define SIM_TEAM_ID     "T0SIM00001"
#define SIM_TEAM_DOMAIN "simulated"
#define SIM_TEAM_NAME   "Simulated Workspace"
#define SIM_APP_ID      "A0SIM00001"
#define SIM_BOT_ID      "B0BOT00001"

/* The deprecated token in every payload, which apps ignore. */
#define SIM_VERIFICATION_TOKEN "VerificationTokenOfSim00"

/* When the workspace and everything in it was created. */
#define SIM_FOUNDED_S 1767225600 /* 2026-01-01 */

#endif
