/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_PAYLOAD_H
#define SLACK_PROTOCOL_PAYLOAD_H

#include <stdbool.h>

#include <slack/json.h>

/*
 * Where Slack puts what everybody asks for. Pure; strings are borrowed from the body, "" where
 * there is none. The orders are those of Slack's own SDKs (bolt-python request/internals.py).
 */
const char *slack__payload_team(const slack_json_t *body);
const char *slack__payload_enterprise(const slack_json_t *body);
const char *slack__payload_user(const slack_json_t *body);
const char *slack__payload_channel(const slack_json_t *body);
const char *slack__payload_thread_ts(const slack_json_t *body);
const char *slack__payload_ts(const slack_json_t *body);
const char *slack__payload_trigger_id(const slack_json_t *body);
const char *slack__payload_response_url(const slack_json_t *body);
bool slack__payload_is_enterprise_install(const slack_json_t *body);

/* The workspace to act in where the installation is an organization's. */
const char *slack__payload_acting_team(const slack_json_t *body);

/* Who acts, and where they belong: the same as user, team and enterprise but in a channel that is
 * shared by Slack Connect. "" where Slack does not tell, and the user with both of the others. */
const char *slack__payload_actor_user(const slack_json_t *body);
const char *slack__payload_actor_team(const slack_json_t *body);
const char *slack__payload_actor_enterprise(const slack_json_t *body);

/* The step of a workflow that the delivery belongs to, and the token that acts for it. */
const char *slack__payload_function_execution_id(const slack_json_t *body);
const char *slack__payload_workflow_token(const slack_json_t *body);

#endif
