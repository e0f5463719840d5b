/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_INSTALLS_SESSION_H
#define TOOLS_INSTALLS_SESSION_H

#include <slack/call.h>

#include "cli/command_line.h"
#include "oauth/installations.h"
#include "cli/cli_session.h"

/* The open store of one `slackapp installs` command, and what it needs of the options. Each
 * function runs the loop until the store or Slack has answered. */
typedef struct installs_session {
    cli_session_t open;
    slack_options_t options; /* resolved; only what the command uses */
    char client_id[80];
    char *client_secret;              /* NULL: it is not set */
    char *bot_token;                  /* SLACK_BOT_TOKEN, for import-token; NULL */
    char app_id[40];                  /* "A…"; "": SLACK_APP_ID is not set, or has another form */
    slack_keyring_t *keys;            /* NULL: SLACK_STORE_KEY is not set */
    slack_installations_t stored;     /* the records in the store */
    char wrong_key[CLI_PROBLEM_SIZE]; /* a sentence; "": the key fits */
    slack_arena_t *arena;             /* for the command; see installs_forget() */
} installs_session_t;

/* Opens the store, and with `calls` the way to Slack. CLI_OK; else prints the problem, and nothing
 * is open. The session must not move. */
int installs_open(installs_session_t *session, const char *store, bool calls);
void installs_close(installs_session_t *session);

/* Refuses a command that stores tokens without a key, unless the Web API is on this machine, and
 * with a key that opens none of the entries that are there. CLI_OK; else prints the problem. */
int installs_need_key(installs_session_t *session);

/* Prints a problem of the command, or of the store. Return the exit status. */
int installs_fail(int status, const char *format, ...) SLACK_PRINTF(2, 3);
int installs_store_failed(int rc);
/* The same for a record. SLACK_ENOTFOUND: it is not in the store. */
int installs_record_failed(int rc, const slack_install_place_t *place);

/* Free what was read so far. */
void installs_forget(installs_session_t *session);

/* "E1/T1/U1": the ids of a place that are there, for a person. */
#define INSTALLS_PLACE_SIZE 208
const char *installs_place_text(const slack_install_place_t *place, char ret[INSTALLS_PLACE_SIZE]);
/* Of an entry's key; a key that is no place is copied. */
const char *installs_key_text(const char *key, char ret[INSTALLS_PLACE_SIZE]);

/* Reads the record of a place into the arena. 0 or the store's error. */
int installs_get(installs_session_t *session, const slack_install_place_t *place,
                 slack_install_found_t *ret);
/* Stores and deletes a record: see slack__installations_put() and _delete(). */
int installs_put(installs_session_t *session, const slack_install_record_t *record,
                 const char *expected);
int installs_delete(installs_session_t *session, const slack_install_place_t *place,
                    const char *expected);
/* Deletes the record of a workspace or an organization, and those of its people. */
int installs_delete_all(installs_session_t *session, const slack_install_place_t *place);

/* Calls `fn` for each record, in the order of their keys, until it returns false; `fn` must not use
 * the session's store. 0 or the store's error. */
typedef bool (*installs_each_fn)(void *user_data, const slack_install_found_t *found);
int installs_each(installs_session_t *session, installs_each_fn fn, void *user_data);

/* Calls `fn` for the place of each record, after all have been read; `fn` may use the store, and
 * what it reads is freed after it. A record that cannot be read is a failure. The exit status. */
typedef int (*installs_place_fn)(installs_session_t *session, const slack_install_place_t *place);
int installs_each_place(installs_session_t *session, installs_place_fn fn);

/* Slack's answer to a call, in the arena. */
typedef struct installs_answer {
    int status;               /* as slack_response_status(); or the call could not be made */
    const char *error;        /* Slack's word */
    const char *why;          /* a sentence */
    const slack_json_t *json; /* NULL: there is none */
    const char *scopes;       /* of the token, after auth.test; "": they are not known */
    bool lost;                /* Slack may have done what the call asks for */
} installs_answer_t;

/* Calls Slack with a token, which is "" for a call without one. */
installs_answer_t installs_call(installs_session_t *session, const char *token,
                                slack_request_t request);

#endif
