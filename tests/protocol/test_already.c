/* SPDX-License-Identifier: MIT */
#include "protocol/already.h"
#include "support/json.h"
#include "support/test.h"

#define IN_CHANNEL "already_in_channel"

ARENA_TEST(an_error_that_is_as_wanted)
{
    static const struct {
        const char *method, *error;
        bool wanted;
        size_t users;
        const char *first, *second; /* the errors of the users */
    } cases[] = {
        {"reactions.add", "already_reacted", true, 0, NULL, NULL},
        {"reactions.remove", "no_reaction", true, 0, NULL, NULL},
        {"pins.add", "already_pinned", true, 0, NULL, NULL},
        {"pins.remove", "no_pin", true, 0, NULL, NULL},
        {"pins.remove", "not_pinned", true, 0, NULL, NULL},
        {"chat.delete", "message_not_found", true, 0, NULL, NULL},
        {"conversations.archive", "already_archived", true, 0, NULL, NULL},
        {"conversations.invite", IN_CHANNEL, true, 1, NULL, NULL},
        {"conversations.invite", IN_CHANNEL, false, 2, NULL, NULL},
        {"conversations.invite", IN_CHANNEL, false, 2, IN_CHANNEL, NULL},
        {"conversations.invite", IN_CHANNEL, false, 2, "cant_invite", IN_CHANNEL},
        {"conversations.invite", IN_CHANNEL, true, 2, IN_CHANNEL, IN_CHANNEL},
        {"conversations.invite", IN_CHANNEL, false, 3, IN_CHANNEL, IN_CHANNEL},
        /* The same words about other methods, and other words. */
        {"reactions.add", "message_not_found", false, 0, NULL, NULL},
        {"reactions.remove", "already_reacted", false, 0, NULL, NULL},
        {"chat.update", "message_not_found", false, 0, NULL, NULL},
        {"conversations.create", "name_taken", false, 0, NULL, NULL},
        {"conversations.archive", "channel_not_found", false, 0, NULL, NULL},
        {"pins.add", NULL, false, 0, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *answer = NULL;
        slack__jsonf(arena, &answer, NULL, "{error: %s, errors: [{error: %s}, {error: %s}]}",
                     cases[i].error, cases[i].first, cases[i].second);
        assert_int_equal(slack__already_as_wanted(cases[i].method, answer, cases[i].users),
                         cases[i].wanted);
    }
}
