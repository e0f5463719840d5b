/* SPDX-License-Identifier: MIT */
#include "oauth/redirect.h"

#include <string.h>

#include <slack/error.h>

#include "util/form.h"

#define STATE_MAX (8 << 10)
#define ERROR_MAX 100
#define PAIRS_MAX 64 /* Slack sends two */

const char *slack__redirect_read(slack_arena_t *arena, slack_slice_t query, slack_redirect_t *ret)
{
    slack_redirect_t redirect = {"", "", ""};
    struct {
        const char *name, **value;
        size_t max;
        bool seen;
    } known[] = {
        {"code", &redirect.code, SLACK_CODE_MAX, false},
        {"state", &redirect.state, STATE_MAX, false},
        {"error", &redirect.error, ERROR_MAX, false},
    };
    slack_slice_t pair;
    for (size_t pairs = 0; slack__slice_split(&query, '&', &pair); pairs++) {
        if (pairs == PAIRS_MAX) return "parameter_malformed";
        const slack_json_t *field;
        const int rc = slack__form_parse(arena, pair.ptr, pair.len, &field);
        if (rc != 0) return rc == SLACK_ENOMEM ? "no_memory" : "parameter_malformed";
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            slack_slice_t value = {NULL, 0};
            value.ptr = slack__json_string(slack__json_member(field, slack__slice(known[i].name)),
                                           &value.len);
            if (!value.ptr) continue;
            if (known[i].seen) return "parameter_repeated";
            if (value.len > known[i].max || !slack__is_visible(value)) return "parameter_malformed";
            known[i].seen = true;
            *known[i].value = value.ptr;
        }
    }
    *ret = redirect;
    return NULL;
}
