/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_BLOCKS_H
#define SLACK_API_BLOCKS_H

#include <slack/request.h>

/** @file api/blocks.h  The methods blocks.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/blocks.validate
 * A special rate. Changes nothing. Needs no token. */
struct slack_blocks_validate {
    SLACK_REQUEST_MEMBERS;
    /* at most 100000 characters */
    const slack_json_t *blocks;
    /* at most 100000 characters */
    const char *message;
    /* at most 100000 characters */
    const slack_json_t *view;
};
#define slack_blocks_validate(...)                                                                 \
    SLACK_REQUEST("blocks.validate", slack_blocks_validate, __VA_ARGS__)

#endif
