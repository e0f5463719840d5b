/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_TENANT_H
#define SLACK_PROTOCOL_TENANT_H

#include <stdbool.h>

#include <slack/authorize.h>
#include <slack/listener.h>

#include "util/arena.h"

/*
 * The tenant that a delivery belongs to. Pure; the strings of a tenant are borrowed from the JSON
 * that it was read from, and from `app_id`.
 */

/* Read a tenant from a body. The body of a job is the program's own, so a job has the tenant of the
 * delivery that deferred it: `kept`, parsed from slack__tenant_text(), or NULL. */
void slack__tenant_of(enum slack_kind kind, const slack_json_t *body, const char *app_id,
                      const slack_json_t *kept, slack_tenant_t *ret);

/*
 * The tenant in a row of the store is JSON whose first member is the installation: the workspace,
 * "T1", or the organization that has installed the app and the workspace, "E1/T1". So the tenants
 * of the rows of an installation begin with one text: see SLACK_STORE_CANCEL_TENANT.
 */

/* The tenant of the row of a job or of a request. NULL: out of memory. */
const char *slack__tenant_text(slack_arena_t *arena, const slack_tenant_t *tenant);
/* The tenant of the row of an event: only the installation, because every event pays for it, and
 * its body says the rest. NULL: out of memory. */
const char *slack__tenant_of_event(slack_arena_t *arena, const slack_json_t *body);
/* The beginning of the tenants of an installation's rows. An organization that has installed
 * the app has, without `team_id`, those of all its workspaces. "" if the tenant names no
 * installation; NULL: out of memory. */
const char *slack__tenant_prefix(slack_arena_t *arena, const slack_tenant_t *tenant);

/* Whether a delivery reports that the tenant's tokens have ended. */
bool slack__tenant_revoked(enum slack_kind kind, const slack_json_t *body);

#endif
