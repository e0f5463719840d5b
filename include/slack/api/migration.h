/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_MIGRATION_H
#define SLACK_API_MIGRATION_H

#include <slack/request.h>

/** @file api/migration.h  The methods migration.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/migration.exchange
 * Tier 2. Changes nothing. Required: users. Scopes: tokens.basic. */
struct slack_migration_exchange {
    SLACK_REQUEST_MEMBERS;
    const char *users;
    const char *team_id;
    slack_flag_t to_old;
};
#define slack_migration_exchange(...)                                                              \
    SLACK_REQUEST("migration.exchange", slack_migration_exchange, __VA_ARGS__)

#endif
