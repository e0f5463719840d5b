/* SPDX-License-Identifier: MIT */
#include "protocol/api_error.h"

#include <ctype.h>
#include <stddef.h>

static const struct {
    const char *word;
    enum slack_api_error meaning;
    const char *cure; /* what a person can do; "": nothing in general */
} errors[] = {
    {"accesslimited", SLACK_API_TRANSIENT, ""},
    {"account_inactive", SLACK_API_DEAD_TOKEN, "install the app again"},
    {"action_prohibited", SLACK_API_OTHER, "an admin of the workspace has to allow it"},
    {"bad_client_secret", SLACK_API_OTHER,
     "set SLACK_CLIENT_SECRET to the client secret of the app"},
    {"bad_redirect_uri", SLACK_API_OTHER,
     "add SLACK_REDIRECT_URI to the redirect URLs of the app at Slack"},
    {"cant_update_message", SLACK_API_OTHER, "only the author can update a message"},
    {"channel_is_archived", SLACK_API_OTHER, "unarchive the channel, or use another webhook"},
    {"channel_not_found", SLACK_API_OTHER, "check the id, and invite the bot to a private channel"},
    {"client_id_token_mismatch", SLACK_API_OTHER,
     "SLACK_CLIENT_ID and the token belong to two apps"},
    {"exchanged_trigger_id", SLACK_API_OTHER, "open one view for each trigger_id"},
    {"expired_trigger_id", SLACK_API_OTHER, "open the view within 3 s, before any other call"},
    {"expired_url", SLACK_API_SPENT,
     "use slack_say(): a response URL takes 5 messages within 30 minutes"},
    {"external_channel_migrating", SLACK_API_TRANSIENT, ""},
    {"fatal_error", SLACK_API_TRANSIENT, ""},
    {"forbidden_team", SLACK_API_FORBIDDEN, ""},
    {"hash_conflict", SLACK_API_CONFLICT, "read the view again and update it with its new hash"},
    {"internal_error", SLACK_API_TRANSIENT, ""},
    {"invalid_arguments", SLACK_API_OTHER, "correct the arguments"},
    {"invalid_attachments", SLACK_API_OTHER,
     "correct the attachments; Block Kit Builder shows a fault in their blocks"},
    {"invalid_auth", SLACK_API_DEAD_TOKEN, "install the app again, or correct the token"},
    {"invalid_blocks", SLACK_API_OTHER, "correct the blocks; Block Kit Builder shows the fault"},
    {"invalid_blocks_format", SLACK_API_OTHER, "blocks are an array"},
    {"invalid_chunks", SLACK_API_OTHER, "correct the chunks of the stream"},
    {"invalid_client_id", SLACK_API_OTHER, "set SLACK_CLIENT_ID to the client id of the app"},
    {"invalid_code", SLACK_API_OTHER,
     "a code works once, within ten minutes: let the person start again"},
    {"invalid_payload", SLACK_API_OTHER, "correct the message; Block Kit Builder shows the fault"},
    {"invalid_refresh_token", SLACK_API_OTHER, "let a person install the app again"},
    {"invalid_token", SLACK_API_OTHER, "copy the URL of the webhook again"},
    {"invalid_trigger_id", SLACK_API_OTHER, "use the trigger_id of this delivery"},
    {"is_archived", SLACK_API_OTHER, "unarchive the channel, or post elsewhere"},
    {"message_not_found", SLACK_API_OTHER, "check the timestamp and the channel"},
    {"missing_scope", SLACK_API_FORBIDDEN, "add the scope to the app and install it again"},
    {"msg_too_long", SLACK_API_OTHER, "post less than 40,000 characters"},
    {"no_active_hooks", SLACK_API_OTHER, "switch the webhook on, or make a new one"},
    {"no_permission", SLACK_API_FORBIDDEN, ""},
    {"no_service", SLACK_API_OTHER, "the webhook was removed or switched off: make a new one"},
    {"no_service_id", SLACK_API_OTHER, "copy the URL of the webhook again"},
    {"no_team", SLACK_API_OTHER, "copy the URL of the webhook again"},
    {"no_text", SLACK_API_OTHER, "give the message a text or blocks"},
    {"not_allowed_token_type", SLACK_API_FORBIDDEN,
     "call it with the other kind of token, bot or user"},
    {"not_authed", SLACK_API_DEAD_TOKEN, "give the app a token"},
    {"not_in_channel", SLACK_API_OTHER, "invite the bot to the channel"},
    {"posting_to_general_channel_denied", SLACK_API_OTHER,
     "an admin of the workspace has to allow it"},
    {"ratelimited", SLACK_API_LIMITED, "call less often"},
    {"request_timeout", SLACK_API_TRANSIENT, ""},
    {"restricted_action", SLACK_API_OTHER, "an admin of the workspace has to allow it"},
    {"service_unavailable", SLACK_API_TRANSIENT, ""},
    {"team_added_to_org", SLACK_API_TRANSIENT, ""},
    {"team_disabled", SLACK_API_DEAD_TOKEN, ""},
    {"token_expired", SLACK_API_DEAD_TOKEN, "refresh the token"},
    {"token_revoked", SLACK_API_DEAD_TOKEN, "install the app again"},
    {"token_rotation_not_enabled", SLACK_API_OTHER,
     "switch token rotation on for the app at Slack, under OAuth & Permissions"},
    {"too_many_attachments", SLACK_API_OTHER, "post at most 100 attachments"},
    {"unknown_method", SLACK_API_OTHER, "check the name of the method"},
    {"used_url", SLACK_API_SPENT,
     "use slack_say(): a response URL takes 5 messages within 30 minutes"},
    {"user_not_found", SLACK_API_OTHER, "check the id of the user"},
    {"user_not_visible", SLACK_API_OTHER, "the user is not visible to the app"},
    {"user_removed_from_team", SLACK_API_DEAD_TOKEN, ""},
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

const char *slack__api_error_cure(const char *word)
{
    for (size_t i = 0; word && i < sizeof errors / sizeof *errors; i++)
        if (words_are_equal(word, errors[i].word)) return errors[i].cure;
    return "";
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
