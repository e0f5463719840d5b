/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_METHODS_H
#define SLACK_PROTOCOL_METHODS_H

#include <stdbool.h>

/* Whether a Web API method needs a `team_id` when it is called with the token of an organization.
 * The `team_id` names the workspace to list, or to act in. */
bool slack__method_takes_team(const char *method);

/* Whether a call of a Web API method has an Authorization header. The methods that make a token,
 * such as oauth.v2.access, have a secret in their arguments instead. */
bool slack__method_takes_token(const char *method);

#endif
