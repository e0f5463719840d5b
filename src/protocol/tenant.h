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

/* Write a tenant as JSON, for the row of a job. NULL: out of memory. */
const char *slack__tenant_text(slack_arena_t *arena, const slack_tenant_t *tenant);

/* Whether a delivery reports that the tenant's tokens have ended. */
bool slack__tenant_revoked(enum slack_kind kind, const slack_json_t *body);

#endif
