/* SPDX-License-Identifier: MIT */
#include "protocol/token_kind.h"
#include "support/test.h"
#include "util/redact.h"

TEST(each_token_has_a_kind_and_a_use)
{
    static const struct {
        const char *token, *kind;
        enum slack_token_use use;
    } cases[] = {
        {"xoxb-1", "a bot token (xoxb-)", SLACK_TOKEN_OF_BOT},
        {"xoxp-1", "a user token (xoxp-)", SLACK_TOKEN_OF_BOT},
        {"xoxe.xoxb-1", "a rotating bot token (xoxe.xoxb-)", SLACK_TOKEN_OF_BOT},
        {"xoxe-1", "a refresh token (xoxe-)", SLACK_TOKEN_OF_NONE},
        {"xapp-1", "an app-level token (xapp-)", SLACK_TOKEN_OF_APP},
        {"xoxz-1", "a token of an unknown kind (xox?-)", SLACK_TOKEN_OF_NONE},
        {"xoxe.1", "a rotating token of an unknown kind (xoxe.)", SLACK_TOKEN_OF_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(slack__token_kind(cases[i].token), cases[i].kind);
        for (int use = SLACK_TOKEN_OF_NONE; use <= SLACK_TOKEN_OF_APP; use++)
            assert_int_equal(slack__token_is(cases[i].token, (enum slack_token_use)use),
                             use == (int)cases[i].use);
    }
}

TEST(other_texts_are_no_tokens)
{
    static const char *const texts[] = {"", "x", "xox", "xoxb", "xox--1", "XOXB-1", "0123456789ab"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_null(slack__token_kind(texts[i]));
        assert_false(slack__token_is(texts[i], SLACK_TOKEN_OF_NONE));
    }
}

/* The log redacts every kind of token. */
TEST(each_kind_is_redacted)
{
    static const char *const prefixes[] = {
#define TOKEN(prefix, use, what) prefix,
#include "util/token_prefixes.def"
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        char text[64];
        size_t len = (size_t)snprintf(text, sizeof text, "%s123456-secret", prefixes[i]);
        char *wild = strchr(text, '?');
        if (wild) *wild = 'z';
        text[slack__redact(text, len)] = '\0';
        assert_string_equal(text, "[redacted]");
    }
}
