/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_EXPECTATIONS_H
#define SLACK_TESTKIT_EXPECTATIONS_H

#include "testkit/calls.h"

/* The calls that a test expects, and their answers. */
typedef struct kit_expectation {
    struct kit_expectation *next;
    kit_place_t place;
    const char *method;
    const slack_json_t *args; /* NULL: any arguments */
    bool met;
    kit_answer_t answer; /* if it has neither body nor status, the default answer is given */
} kit_expectation_t;

typedef struct kit_expectations {
    kit_base_t *base;
    kit_expectation_t *first, **tail, *last;
} kit_expectations_t;

/* Answers calls as the test expects them; user_data is the kit_expectations_t. */
extern const kit_calls_events_t slack__expectations_answer;

void slack__expectations_init(kit_expectations_t *expectations, kit_base_t *base);
/* An expectation that no call has met is a failure. */
void slack__expectations_check(const kit_expectations_t *expectations);

#endif
