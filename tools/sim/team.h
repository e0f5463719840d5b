/* SPDX-License-Identifier: MIT */
#ifndef SIM_TEAM_H
#define SIM_TEAM_H

#include <stdbool.h>

/* The app, and what names a workspace. All ids are the same in every run, and no two workspaces
 * have an id in common, so that an app which mixes two of them up fails at once. */

#define SIM_APP_ID    "A0SIM00001"
#define SIM_TEAMS_MAX 20

/* The deprecated token in every payload, which apps ignore. */
#define SIM_VERIFICATION_TOKEN "VerificationTokenOfSim00"

/* When the workspaces and everything in them were created. */
#define SIM_FOUNDED_S 1767225600 /* 2026-01-01 */

typedef struct sim_user sim_user_t;

/* An Enterprise organization. */
typedef struct sim_org {
    const char *id;
    const char *domain;
    const char *name;
    const char *bot_token; /* of an app that is installed from the start */
    bool installed;        /* org-wide: the app is in each of its workspaces */
} sim_org_t;

typedef struct sim_team {
    unsigned number; /* from 1 */
    char id[12];
    char domain[24];
    char name[32];
    char bot_id[12];
    const sim_user_t *bot;    /* the app's; of an organization's workspaces the bots have one id */
    sim_org_t *org;           /* NULL: the workspace is in none */
    const char *bot_token;    /* of an app that is installed from the start */
    bool installed;           /* the app, in this workspace */
    bool kept_out;            /* the org-wide app has no access to this workspace */
    const sim_user_t *person; /* for whom events come; NULL: the bot is there */
} sim_team_t;

/* The nth workspace. `org` and `bot_token` are borrowed. */
void sim_team_init(sim_team_t *team, unsigned number, sim_org_t *org, const char *bot_token);

/* Whether the organization of the workspace has installed the app. */
bool sim_team_is_org_wide(const sim_team_t *team);
/* Whether the workspace, or its organization, has installed the app. */
bool sim_team_has_app(const sim_team_t *team);
/* The id of its organization; NULL: it is in none. */
const char *sim_team_enterprise_id(const sim_team_t *team);
/* Whether `name` is the workspace's id or domain. */
bool sim_team_is(const sim_team_t *team, const char *name);

#endif
