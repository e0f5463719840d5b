/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_INSTALLATION_H
#define SLACK_OAUTH_INSTALLATION_H

#include <slack/json.h>
#include <slack/oauth.h>

#include "util/arena.h"
#include "util/str.h"

/*
 * An installation as the store keeps it: a workspace has a record with the bot's token, and each
 * person who gave the app a token has a record of the same form with that token. Pure.
 *
 * Strings are never NULL, and borrowed from the arena in which the record was read.
 */

/* https://docs.slack.dev/authentication/using-token-rotation */
typedef struct slack_oauth_token {
    const char *access;  /* "": no token */
    const char *refresh; /* "": it does not rotate */
    const char *scopes;  /* separated by commas */
    int64_t expires_ms;  /* wall clock; 0: never */
    const char *refused; /* Slack's word for why it takes the token no more: "token_revoked"; "" */
} slack_oauth_token_t;

typedef struct slack_install_record {
    slack_installation_t about; /* in a person's record: user_id is that person */
    bool for_user;              /* a person's record */
    slack_oauth_token_t token;  /* the bot's, or the person's */
    /* The token before the last installation, which may turn out to be a failure. */
    slack_oauth_token_t previous;
    const char *webhook_url, *webhook_channel, *webhook_configuration_url;
    const char *url; /* of the workspace or the organization, from auth.test */
    int64_t changed_ms;
} slack_install_record_t;

/* A record without strings that are NULL, tokens and ids. */
slack_install_record_t slack__install_record(void);

/* The key of a record in the store names its place. "" for an id that there is not. */
typedef struct slack_install_place {
    const char *client_id;
    const char *enterprise_id;
    const char *team_id; /* "": the installation of the whole organization */
    const char *user_id; /* "": the workspace's record */
} slack_install_place_t;

slack_install_place_t slack__install_place(const slack_install_record_t *record,
                                           const char *client_id);
/* Whether a place is a workspace's or an organization's, and has ids as Slack makes them: letters
 * and digits, in a client id dots besides. */
bool slack__install_is_place(const slack_install_place_t *place);
/* "install/CLIENT_ID/ENTERPRISE/TEAM[/USER]". NULL if memory is out, or it is not a place. */
const char *slack__install_key(slack_arena_t *arena, const slack_install_place_t *place);
/* The beginning of the keys of all records of an app: "install/CLIENT_ID/". */
const char *slack__install_prefix(slack_arena_t *arena, const char *client_id);

/* Write a record as JSON. NULL: memory is out. */
const char *slack__install_write(slack_arena_t *arena, const slack_install_record_t *record);
/* Read a record. 0; SLACK_EJSON for a text that is not a record, `ret` is untouched; SLACK_ENOMEM.
 */
int slack__install_read(slack_arena_t *arena, slack_slice_t text, slack_install_record_t *ret);
/* Copy a record with its strings. 0; SLACK_EINVAL if it has no place; SLACK_ENOMEM. */
int slack__install_copy(slack_arena_t *arena, const slack_install_record_t *record,
                        slack_install_record_t *ret);

/* Read the records of an answer of oauth.v2.access or oauth.v2.user.access: [0] the workspace's and
 * [1] the person's, each with an empty token if the answer has none of its kind. `now_ms` is the
 * wall clock. SLACK_EPROTO with a sentence in *ret_why for an answer without a token, or with
 * neither a workspace nor an organization; `ret` is untouched. The strings are the answer's. */
int slack__install_of_answer(const slack_json_t *answer, int64_t now_ms,
                             slack_install_record_t ret[2], const char **ret_why);
/* Put the tokens of a refresh's answer, which is flat, into the record whose token was refreshed.
 * SLACK_EPROTO as above, and for a token of another kind or workspace; the record is untouched. The
 * strings are the answer's. */
int slack__install_refreshed(const slack_json_t *answer, int64_t now_ms,
                             slack_install_record_t *record, const char **ret_why);

#endif
