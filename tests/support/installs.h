/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_INSTALLS_H
#define SLACK_TESTS_SUPPORT_INSTALLS_H

#include "oauth/installations.h"
#include "support/json.h"
#include "support/world.h"

/* Installations of the app "1.2" in a store in memory. */

#define INSTALLS_KEY   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define INSTALLS_OTHER "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

extern struct installs {
    world_t own, *world;
    slack_store_t *store;
    slack_installations_t in;
    unsigned ops;     /* operations that were submitted */
    unsigned fail_at; /* the number of the operation that the store fails to take; 0: none */
    unsigned faster;  /* so many swaps and deletes find that another process was faster */

    /* The result of the last function. */
    bool ended;
    int status;
    size_t count;
    const slack_install_found_t *found; /* copies, until the next function */
} installs;

/* A case with an arena (support/json.h) and an empty store, whose values are sealed. */
#define INSTALLS_TEST(function) TEST_CASE(function, installs_open, installs_close, NULL)
int installs_open(void **state);
int installs_close(void **state);

/* Uses the store of another fixture, without a set-up of this one. installs_use_keys(NULL) is to
 * follow at the end. */
void installs_in(world_t *world, slack_store_t *store, const char *keys);
/* Seals and opens with these keys from now on; NULL: values are in clear. */
void installs_use_keys(const char *keys);

/* A record with a token. Each id may be "". */
slack_install_record_t installs_record(const char *enterprise, const char *team, const char *user,
                                       const char *token);
slack_install_place_t installs_place(const char *enterprise, const char *team, const char *user);

/* Each runs a function and returns the status. The results of those that read are in `installs`. */
int installs_put(const slack_install_record_t *record, const char *expected);
int installs_delete(const slack_install_place_t *place, const char *expected);
int installs_install(const slack_install_record_t records[2]);
int installs_uninstall(const slack_install_place_t *place, int64_t before_ms);
int installs_find(const slack_tenant_t *tenant);
int installs_list(const char *after, unsigned limit);
/* Reads one entry. */
const slack_install_found_t *installs_get(const char *enterprise, const char *team,
                                          const char *user);
/* The keys of all entries behind "install/1.2/", separated by blanks. */
const char *installs_keys(void);

#endif
