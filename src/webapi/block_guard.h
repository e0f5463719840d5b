/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_BLOCK_GUARD_H
#define SLACK_WEBAPI_BLOCK_GUARD_H

#include <slack/json.h>
#include <slack/options.h>

#include "util/arena.h"
#include "util/log.h"

/* Holds back blocks and views that Slack would refuse (SLACK_CHECK_BLOCKS). */
typedef struct slack_block_guard {
    enum slack_check_blocks mode; /* 0: SLACK_CHECK_BLOCKS_OFF */
    const slack_logger_t *log;    /* borrowed */
} slack_block_guard_t;

/*
 * Checks what a program sends. `method` is a method of the Web API, of which only those with an
 * argument for blocks or a view are checked; "response_url"; "webhook"; or "ack". Any thread.
 *
 * NULL: it may be sent; a fault that the mode lets pass has a line in the log. Otherwise a sentence
 * in the arena: the cause, the cure.
 */
const char *slack__block_guard(const slack_block_guard_t *guard, slack_arena_t *arena,
                               const char *method, const slack_json_t *args);

#endif
