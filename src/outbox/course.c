/* SPDX-License-Identifier: MIT */
#include "outbox/course.h"

#include <stdio.h>

#include <slack/error.h>

#include "protocol/api_error.h"

enum slack_call_effect slack__call_effect(int status, const char *word, bool unsent)
{
    if (status == 0) return SLACK_EFFECT_DONE;
    if (status == SLACK_EAPI) {
        if (!slack__api_error_heals(word)) return SLACK_EFFECT_REFUSED;
        /* "internal_error" and its like also come after the call took effect. */
        return slack__api_error(word) == SLACK_API_TRANSIENT ? SLACK_EFFECT_UNCLEAR
                                                             : SLACK_EFFECT_NONE;
    }
    if (status == SLACK_EINVAL || status == SLACK_EAUTH) return SLACK_EFFECT_REFUSED;
    return unsent ? SLACK_EFFECT_NONE : SLACK_EFFECT_UNCLEAR;
}

enum slack_course slack__course(unsigned attempt, slack_slice_t done)
{
    slack_slice_t rest, kind = {0}; /* of a row without a record */
    slack__tally_read(done, &rest);
    slack__slice_split(&rest, ' ', &kind);
    const bool unclear = slack__slice_eq(kind, SLACK_SLICE("u"));
    if (kind.len > 0 && !unclear && !slack__slice_eq(kind, SLACK_SLICE("n")))
        return SLACK_COURSE_LOOK_LATER; /* its file was changed */
    if (slack__slice_number(rest) + 1 != attempt) return SLACK_COURSE_LOOK_LATER;
    return unclear ? SLACK_COURSE_LOOK : SLACK_COURSE_SEND;
}

size_t slack__course_write(slack_tally_t tally, bool unclear, unsigned attempt, char *to)
{
    const size_t len = slack__tally_write(tally, to);
    return len + (size_t)snprintf(to + len, SLACK_COURSE_MAX - len, "%c %u\n", unclear ? 'u' : 'n',
                                  attempt);
}
