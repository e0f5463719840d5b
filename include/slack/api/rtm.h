/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_RTM_H
#define SLACK_API_RTM_H

#include <slack/request.h>

/** @file api/rtm.h  The methods rtm.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/rtm.connect
 * Tier 1. A second call changes nothing more. */
struct slack_rtm_connect {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t batch_presence_aware;
    slack_flag_t presence_sub;
};
#define slack_rtm_connect(...) SLACK_REQUEST("rtm.connect", slack_rtm_connect, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/rtm.start
 * Tier 1. A second call changes nothing more. */
struct slack_rtm_start {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t simple_latest;
    slack_flag_t no_unreads;
    slack_flag_t mpim_aware;
    slack_flag_t presence_sub;
    slack_flag_t batch_presence_aware;
    slack_flag_t no_latest;
    slack_flag_t include_locale;
};
#define slack_rtm_start(...) SLACK_REQUEST("rtm.start", slack_rtm_start, __VA_ARGS__)

#endif
