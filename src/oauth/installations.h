/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_INSTALLATIONS_H
#define SLACK_OAUTH_INSTALLATIONS_H

#include <slack/authorize.h>

#include "oauth/installation.h"
#include "protocol/seal.h"
#include "store/store.h"

/*
 * The installations in a store, for the app and for `slackapp installs`. Each record is the value
 * of an entry, sealed with the keyring and bound to the entry's key. A record that is stored gets a
 * new version, so that of two processes that change it at the same time one begins again.
 *
 * Each function calls its `fn` once, on the loop: when the store has answered, or before the
 * function returns if memory is out or the store has closed.
 */
typedef struct slack_installations {
    /* Gives the store an operation: slack__queue_submit(), or a function of a tool. */
    void (*submit)(void *place, slack_store_op_t *op);
    void *place;
    slack_keyring_t *keys; /* borrowed; NULL: values are in clear */
    const char *client_id; /* borrowed */
} slack_installations_t;

/* An entry with a record. */
typedef struct slack_install_found {
    const char *key;
    const char *version; /* "": there is no entry, and the record is empty */
    /* Not 0 for an entry that cannot be read: SLACK_ECONFIG, no key opens it; SLACK_EDAMAGED. Then
     * `why` is a sentence, and the record is empty. */
    int fault;
    const char *why;
    slack_install_record_t record;
} slack_install_found_t;

/* `found`: `count` of them, borrowed until the return. status: 0; SLACK_EINVAL, a place without a
 * key; SLACK_ESTORE; SLACK_EBUSY; SLACK_ECANCELED, the store has closed; SLACK_ENOMEM. */
typedef void (*slack_install_found_fn)(int status, const slack_install_found_t *found, size_t count,
                                       void *user_data);
/* status: as above; SLACK_ECONFLICT: the entry has another version than the expected one. */
typedef void (*slack_install_stored_fn)(int status, void *user_data);

/* ---- find.c ---- */

/*
 * Finds the records for a tenant: [0] the workspace's, and if the tenant has a user_id [1] that
 * person's. The installation of the organization comes first; then that of the workspace in the
 * organization; then that of the workspace before it joined the organization, which moves to its
 * new place (https://docs.slack.dev/enterprise). An entry whose token Slack refuses, or that cannot
 * be read, counts only if no other one is found.
 */
void slack__installations_find(slack_installations_t *installations, const slack_tenant_t *tenant,
                               slack_install_found_fn fn, void *user_data);

/* ---- installations.c ---- */

/* Reads one record. */
void slack__installations_get(slack_installations_t *installations,
                              const slack_install_place_t *place, slack_install_found_fn fn,
                              void *user_data);
/* Reads at most `limit` records behind the key `after` ("": from the first), in the order of their
 * keys. Only an empty page is the last one. */
void slack__installations_list(slack_installations_t *installations, const char *after,
                               unsigned limit, slack_install_found_fn fn, void *user_data);
/* Stores a record, sealed with the first key, if its entry has the version `expected`: "" if there
 * is none, NULL whatever it is. */
void slack__installations_put(slack_installations_t *installations,
                              const slack_install_record_t *record, const char *expected,
                              slack_install_stored_fn fn, void *user_data);
/* Deletes a record if its entry has the version `expected`: NULL whatever it is. */
void slack__installations_delete(slack_installations_t *installations,
                                 const slack_install_place_t *place, const char *expected,
                                 slack_install_stored_fn fn, void *user_data);

/* ---- install.c ---- */

/* Stores the records of a new installation that have a token: [0] the workspace's and [1] the
 * person's, each with the token that was there as `previous`. */
void slack__installations_install(slack_installations_t *installations,
                                  const slack_install_record_t records[2],
                                  slack_install_stored_fn fn, void *user_data);

/* ---- uninstall.c ---- */

/* Deletes the records of a workspace, or of an organization's own installation, and of its people,
 * that were installed before `before_ms`: an event that comes late must not delete a newer
 * installation. It deletes a few at a time. Entries that cannot be read stay. */
void slack__installations_uninstall(slack_installations_t *installations,
                                    const slack_install_place_t *place, int64_t before_ms,
                                    slack_install_stored_fn fn, void *user_data);

#endif
