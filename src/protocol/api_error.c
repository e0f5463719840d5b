/* SPDX-License-Identifier: MIT */
#include "protocol/api_error.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *word;
    enum slack_api_error meaning;
} errors[] = {
    {"accesslimited", SLACK_API_TRANSIENT},
    {"account_inactive", SLACK_API_DEAD_TOKEN},
    {"expired_url", SLACK_API_SPENT},
    {"external_channel_migrating", SLACK_API_TRANSIENT},
    {"fatal_error", SLACK_API_TRANSIENT},
    {"forbidden_team", SLACK_API_FORBIDDEN},
    {"hash_conflict", SLACK_API_CONFLICT},
    {"internal_error", SLACK_API_TRANSIENT},
    {"invalid_auth", SLACK_API_DEAD_TOKEN},
    {"missing_scope", SLACK_API_FORBIDDEN},
    {"no_permission", SLACK_API_FORBIDDEN},
    {"not_allowed_token_type", SLACK_API_FORBIDDEN},
    {"not_authed", SLACK_API_DEAD_TOKEN},
    {"rate_limited", SLACK_API_LIMITED},
    {"ratelimited", SLACK_API_LIMITED},
    {"request_timeout", SLACK_API_TRANSIENT},
    {"service_unavailable", SLACK_API_TRANSIENT},
    {"team_added_to_org", SLACK_API_TRANSIENT},
    {"team_disabled", SLACK_API_DEAD_TOKEN},
    {"token_expired", SLACK_API_DEAD_TOKEN},
    {"token_revoked", SLACK_API_DEAD_TOKEN},
    {"used_url", SLACK_API_SPENT},
    {"user_removed_from_team", SLACK_API_DEAD_TOKEN},
};

enum slack_api_error slack__api_error(const char *word)
{
    for (size_t i = 0; word && i < sizeof errors / sizeof *errors; i++)
        if (strcmp(word, errors[i].word) == 0) return errors[i].meaning;
    return SLACK_API_OTHER;
}

bool slack__api_error_heals(const char *word)
{
    enum slack_api_error meaning = slack__api_error(word);
    return meaning == SLACK_API_TRANSIENT || meaning == SLACK_API_LIMITED;
}

bool slack__api_error_is_fatal(const char *word)
{
    enum slack_api_error meaning = slack__api_error(word);
    return meaning == SLACK_API_DEAD_TOKEN || meaning == SLACK_API_FORBIDDEN;
}
