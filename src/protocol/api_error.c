/* SPDX-License-Identifier: MIT */
#include "protocol/api_error.h"

#include <ctype.h>
#include <stddef.h>

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

/* The next letter of a word, without its case, its "_", blanks and punctuation; 0 at its end. */
static int next_letter(const char **word)
{
    while (**word && !isalnum((unsigned char)**word))
        (*word)++;
    return **word ? tolower((unsigned char)*(*word)++) : 0;
}

/* Slack spells one error in several ways: "ratelimited" and "rate_limited", "expired_url" and
 * "Expired url".
 */
static bool words_are_equal(const char *a, const char *b)
{
    int letter;
    do {
        letter = next_letter(&a);
        if (letter != next_letter(&b)) return false;
    } while (letter);
    return true;
}

enum slack_api_error slack__api_error(const char *word)
{
    for (size_t i = 0; word && i < sizeof errors / sizeof *errors; i++)
        if (words_are_equal(word, errors[i].word)) return errors[i].meaning;
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
