/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_BLOCK_FAULT_H
#define SLACK_PROTOCOL_BLOCK_FAULT_H

#include "protocol/block_check.h"

/* The words of faults, the library's and Slack's. Pure. */

enum slack_block_code {
    SLACK_BLOCK_TOO_LONG,
    SLACK_BLOCK_TOO_SHORT,
    SLACK_BLOCK_TOO_MANY,
    SLACK_BLOCK_TOO_FEW,
    SLACK_BLOCK_TOO_LARGE,
    SLACK_BLOCK_TOO_SMALL,
    SLACK_BLOCK_MISSING,
    SLACK_BLOCK_IS_NULL,
    SLACK_BLOCK_WRONG_TYPE,
    SLACK_BLOCK_WRONG_WORD,
    SLACK_BLOCK_WRONG_FORM,
    SLACK_BLOCK_WRONG_PLACE,
    SLACK_BLOCK_NEITHER,
    SLACK_BLOCK_BOTH,
    SLACK_BLOCK_AGAIN,
    SLACK_BLOCK_FOCUSED_AGAIN,
    SLACK_BLOCK_TOO_LONG_IN_ALL,
    SLACK_BLOCK_TOO_OFTEN,
    SLACK_BLOCK_UNEVEN,
    SLACK_BLOCK_REVERSED,
    SLACK_BLOCK_NO_SUBMIT,
    SLACK_BLOCK_UNKNOWN_KIND,
    SLACK_BLOCK_UNKNOWN_MEMBER,
};

/* A value, by the way that leads to it. */
typedef struct slack_block_at {
    const struct slack_block_at *up; /* NULL: of the whole payload, which has no name */
    const char *name;                /* of a member; NULL: an item */
    size_t index;
    bool silent; /* the `text` of a text object: the sentence names the object */
} slack_block_at_t;

/* The values in the words of a fault; those that they do not need are 0. */
typedef struct slack_block_about {
    const char *text, *other;
    long long value, limit;
} slack_block_about_t;

void slack__block_fault_write(slack_block_fault_t *ret, enum slack_block_code code,
                              const slack_block_at_t *at, const slack_block_about_t *about);

#endif
