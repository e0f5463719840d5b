/* SPDX-License-Identifier: MIT */
#ifndef SIM_ID_TOKENS_H
#define SIM_ID_TOKENS_H

#include "sim/json_builder.h"

/*
 * The id_token of Sign in with Slack: a JSON Web Token signed with RS256 (RFC 7515, RFC 7518), and
 * the public key with which an app checks it (RFC 7517). The key is the same in every run. Pure.
 */

/* Sign claims. NULL without memory: json->rc is set. */
const char *sim_id_token(sim_json_builder_t *json, const slack_json_t *claims);
/* The public key: {keys: [{kty: 'RSA', …}]}. NULL as above. */
const slack_json_t *sim_id_token_keys(sim_json_builder_t *json);
/* `at_hash` of an access token (OpenID Connect Core 1.0, 3.1.3.6). NULL as above. */
const char *sim_id_token_at_hash(sim_json_builder_t *json, const char *access_token);

#endif
