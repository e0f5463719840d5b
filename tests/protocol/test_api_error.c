/* SPDX-License-Identifier: MIT */
#include "protocol/api_error.h"
#include "support/test.h"

TEST(each_word_has_one_meaning)
{
    static const struct {
        const char *word;
        enum slack_api_error meaning;
        bool heals, fatal;
    } cases[] = {
        {"internal_error", SLACK_API_TRANSIENT, true, false},
        {"ratelimited", SLACK_API_LIMITED, true, false},
        {"invalid_auth", SLACK_API_DEAD_TOKEN, false, true},
        {"account_inactive", SLACK_API_DEAD_TOKEN, false, true},
        {"user_removed_from_team", SLACK_API_DEAD_TOKEN, false, true},
        {"missing_scope", SLACK_API_FORBIDDEN, false, true},
        {"hash_conflict", SLACK_API_CONFLICT, false, false},
        {"used_url", SLACK_API_SPENT, false, false},
        {"channel_not_found", SLACK_API_OTHER, false, false},
        {"Expired url", SLACK_API_SPENT, false, false},
        {"EXPIRED-URL.", SLACK_API_SPENT, false, false},
        {"rate_limited", SLACK_API_LIMITED, true, false},
        {"Rate Limited", SLACK_API_LIMITED, true, false},
        {"Invalid_auth", SLACK_API_DEAD_TOKEN, false, true},
        {"invalid_auths", SLACK_API_OTHER, false, false},
        {"not_invalid_auth", SLACK_API_OTHER, false, false},
        {"_", SLACK_API_OTHER, false, false},
        {"", SLACK_API_OTHER, false, false},
        {NULL, SLACK_API_OTHER, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(slack__api_error(cases[i].word), cases[i].meaning);
        assert_int_equal(slack__api_error_heals(cases[i].word), cases[i].heals);
        assert_int_equal(slack__api_error_is_fatal(cases[i].word), cases[i].fatal);
    }
}

/* Those of installations go to people who run the app, in the log and on the command line. */
TEST(errors_of_installations_have_cures)
{
    static const char *const cases[][2] = {
        {"bad_client_secret", "SLACK_CLIENT_SECRET"},
        {"bad_redirect_uri", "SLACK_REDIRECT_URI"},
        {"client_id_token_mismatch", "SLACK_CLIENT_ID"},
        {"invalid_client_id", "SLACK_CLIENT_ID"},
        {"invalid_code", "start again"},
        {"invalid_refresh_token", "install the app again"},
        {"token_rotation_not_enabled", "switch token rotation on"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_non_null(strstr(slack__api_error_cure(cases[i][0]), cases[i][1]));
}
