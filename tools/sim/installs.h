/* SPDX-License-Identifier: MIT */
#ifndef SIM_INSTALLS_H
#define SIM_INSTALLS_H

#include "sim/services.h"

/* The installations of the app in workspaces and organizations: what people and the app do to them,
 * and the events that follow
 * (https://docs.slack.dev/reference/events/tokens_revoked, …/app_uninstalled). */

/* The app's bot in the workspace, or in its organization. */
sim_grantor_t sim_grantor_bot(const sim_services_t *services, bool org_wide);
/* A person of the workspace, for the workspace or for its organization. */
sim_grantor_t sim_grantor_person(const sim_services_t *services, const sim_user_t *person,
                                 bool org_wide);
/* The workspace of a grantor; of an organization the first workspace. */
const sim_services_t *sim_grantor_services(const sim_teams_t *teams, const sim_grantor_t *grantor);

/* The bot is there from the start, with that token. False at SIM_GRANTS_MAX. */
bool sim_install_fixed(const sim_services_t *services, bool org_wide, const char *token);
/* Grants were given or taken: sets `installed` of all workspaces and of the organization. */
void sim_installs_update(const sim_teams_t *teams);

/* The newest token of the bot that works in the workspace; NULL: there is none. */
const char *sim_installs_bot_token(const sim_services_t *services);

/* Revoke a token, as auth.revoke does. The app gets tokens_revoked if it was the last one of its
 * grantor, and app_uninstalled if nobody there grants anything any more. */
void sim_installs_revoke(const sim_services_t *services, const sim_token_t *token);
/* Uninstall the app from a workspace, or org-wide: all tokens end there, and the app gets
 * tokens_revoked and app_uninstalled. False: it is not installed. */
bool sim_uninstall(const sim_services_t *services, bool org_wide);

/* A person does so, or if `name` is not "", only takes back what the person of that name has
 * granted. False: there is nothing to take back. */
bool sim_person_uninstalls(const sim_services_t *services, bool org_wide, const char *name);

/* The organization lets the org-wide app into one of its workspaces, or keeps it out: the app gets
 * team_access_granted or team_access_revoked. False: nothing changes. */
bool sim_installs_let_in(const sim_services_t *services, bool in);

#endif
