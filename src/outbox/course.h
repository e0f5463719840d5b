/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_COURSE_H
#define SLACK_OUTBOX_COURSE_H

#include "queue/attempts.h"

/*
 * The course of a stored request, from one attempt to the next. Pure.
 *
 * A request must not take effect twice. If the last attempt may have taken effect, the next one
 * looks for the effect first. An attempt without a record ended with its process, so it may have
 * taken effect just before. Slack's history may not show that yet, so the look waits.
 */

/* The result of a call. */
enum slack_call_effect {
    SLACK_EFFECT_DONE,
    SLACK_EFFECT_REFUSED,   /* it had no effect, and never will */
    SLACK_EFFECT_NONE,      /* it had no effect; another attempt may succeed */
    SLACK_EFFECT_UNCLEAR,   /* the answer was lost, or does not tell */
    SLACK_EFFECT_SUPERSEDED /* it is not sent: a newer request takes its place */
};

/* `word` is Slack's `error` if the status is SLACK_EAPI. `unsent`: no byte was sent, or the call
 * could not begin. */
enum slack_call_effect slack__call_effect(int status, const char *word, bool unsent);

/* The first step of an attempt. */
enum slack_course { SLACK_COURSE_SEND, SLACK_COURSE_LOOK, SLACK_COURSE_LOOK_LATER };

/* The pause between the end of the last attempt and a look: history may lag behind. */
#define SLACK_LOOK_MS 2000
/* Attempts that count, at most: about a day of them. */
#define SLACK_CALL_ATTEMPTS_MAX 300

/* The first step of attempt number `attempt`; `done` is row.done. */
enum slack_course slack__course(unsigned attempt, slack_slice_t done);

/* The longest record, with its NUL. */
#define SLACK_COURSE_MAX (SLACK_TALLY_MAX + sizeof "u 4294967295\n")
/* Writes row.done after attempt number `attempt`; 0: a person may retry the row, which counts its
 * attempts anew. Returns the length. */
size_t slack__course_write(slack_tally_t tally, bool unclear, unsigned attempt, char *to);

#endif
