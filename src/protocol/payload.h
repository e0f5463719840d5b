/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_PAYLOAD_H
#define SLACK_PROTOCOL_PAYLOAD_H

#include <stdbool.h>

#include <slack/json.h>

/*
 * Finds ids in bodies. The kind decides where they are. Pure; strings are borrowed from the body,
 * and "" if the body has no such string. The places are tried in the order of Slack's own SDKs
 * (bolt-python request/internals.py); docs/payloads.md lists them.
 */
const char *slack__payload_team(const slack_json_t *body);
const char *slack__payload_enterprise(const slack_json_t *body);
const char *slack__payload_user(const slack_json_t *body);
/* The id ("B…") of the bot that is the author of an event's message. */
const char *slack__payload_bot(const slack_json_t *body);
const char *slack__payload_channel(const slack_json_t *body);
const char *slack__payload_thread_ts(const slack_json_t *body);
const char *slack__payload_ts(const slack_json_t *body);
/* Whether an event's message was edited. */
bool slack__payload_is_edit(const slack_json_t *body);
const char *slack__payload_trigger_id(const slack_json_t *body);
const char *slack__payload_response_url(const slack_json_t *body);
bool slack__payload_is_enterprise_install(const slack_json_t *body);

/* The workspace to act in, for an app that an organization has installed. */
const char *slack__payload_acting_team(const slack_json_t *body);

/* The user who acts, and that user's workspace and organization. They differ from user, team and
 * enterprise only in a channel that Slack Connect shares. "" if the body does not name them. If it
 * names neither the workspace nor the organization, the user is "" too. */
const char *slack__payload_actor_user(const slack_json_t *body);
const char *slack__payload_actor_team(const slack_json_t *body);
const char *slack__payload_actor_enterprise(const slack_json_t *body);

/* The workflow step that the delivery belongs to, and the token to act with in it. */
const char *slack__payload_function_execution_id(const slack_json_t *body);
const char *slack__payload_workflow_token(const slack_json_t *body);

#endif
